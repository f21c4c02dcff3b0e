//! nginx in front of the upstream: what a proxy costs that does nothing but pass bytes.

use std::fs;
use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::process::Process;

pub struct Nginx {
    pub address: SocketAddr,
    pub process: Process,
}

impl Nginx {
    /// Starts it, where it is installed.
    pub fn start(upstream: SocketAddr) -> io::Result<Option<Self>> {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("nginx");
        fs::create_dir_all(&folder)?;
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let file = folder.join("nginx.conf");
        fs::write(&file, config(&folder, address, upstream))?;
        // Where it lies is not on everybody's path.
        let started = ["nginx", "/usr/sbin/nginx"].into_iter().find_map(|program| {
            Command::new(program).arg("-p").arg(&folder).arg("-c").arg(&file).stderr(Stdio::null()).spawn().ok()
        });
        let Some(child) = started else { return Ok(None) };
        let process = Process::new(child);
        until_it_listens(address)?;
        Ok(Some(Self { address, process }))
    }
}

/// Waits for a server that was just started.
pub fn until_it_listens(address: SocketAddr) -> io::Result<()> {
    let started = Instant::now();
    while TcpStream::connect(address).is_err() {
        if started.elapsed() > Duration::from_secs(10) {
            return Err(io::Error::other(format!("nobody listens on {address}")));
        }
        thread::sleep(Duration::from_millis(1));
    }
    Ok(())
}

fn config(folder: &Path, address: SocketAddr, upstream: SocketAddr) -> String {
    let folder = folder.display();
    format!(
        "daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;\n\
         events {{ worker_connections 1024; }}\n\
         http {{\n\
           access_log off; client_max_body_size 0; client_body_buffer_size 16m;\n\
           client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f;\n\
           uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;\n\
           upstream provider {{ server {upstream}; keepalive 64; }}\n\
           server {{ listen {address}; keepalive_requests 1000000;\n\
             location / {{ proxy_pass http://provider; proxy_http_version 1.1; proxy_set_header Connection \"\";\n\
               proxy_buffering off; proxy_request_buffering off; }} }}\n\
         }}\n"
    )
}
