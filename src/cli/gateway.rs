use clap::{Args as ClapArgs, Subcommand};

use crate::error::{Error, Result};
use crate::gateway::{self, ServeOptions};
use crate::ui;

use super::context::{Context, commit_or_show, say_changed};

/// Run, look at, stop and move the local gateway
#[derive(Debug, ClapArgs)]
#[command(after_help = "It starts by itself when Codex needs it.\n\nExample:\n  codexgw gateway status")]
pub struct Args {
    #[command(subcommand)]
    command: GatewayCommand,
}

#[derive(Debug, Subcommand)]
enum GatewayCommand {
    /// Run the gateway in the foreground
    Serve {
        /// Listen on this port, for this run only
        #[arg(long)]
        port: Option<u16>,
        /// Refuse requests of which something cannot be carried over to the provider
        #[arg(long)]
        strict: bool,
        /// End after this many seconds without a request
        #[arg(long, value_name = "SECONDS", hide = true)]
        idle_exit: Option<u64>,
    },
    /// Say whether the gateway is up; exit code 1 when it is not
    Status {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Stop the gateway; Codex starts it again when it needs it
    Stop,
    /// Give the gateway another port
    Move {
        /// The port; a free one is chosen when it is left out
        #[arg(long)]
        port: Option<u16>,
        /// Show what would change, and change nothing
        #[arg(long)]
        dry_run: bool,
    },
}

impl Args {
    pub fn run(self, context: &Context) -> Result<u8> {
        match self.command {
            GatewayCommand::Serve { port, strict, idle_exit } => {
                crate::secret::forbid_core_dumps();
                let idle_exit = idle_exit.map(std::time::Duration::from_secs);
                gateway::serve(&context.home, ServeOptions { port, idle_exit, strict })?;
                Ok(0)
            }
            GatewayCommand::Status { json } => status(context, json),
            GatewayCommand::Stop => {
                let was_up = gateway::stop(&context.home)?;
                ui::note(if was_up { "the gateway is stopped" } else { "the gateway was not up" });
                Ok(0)
            }
            GatewayCommand::Move { port, dry_run } => relocate(context, port, dry_run),
        }
    }
}

fn status(context: &Context, json: bool) -> Result<u8> {
    let running = gateway::status(&context.home)?;
    if json {
        ui::json(&serde_json::json!({
            "up": running.is_some(),
            "port": running.as_ref().map(|r| r.port),
            "pid": running.as_ref().map(|r| r.pid),
            "version": running.as_ref().map(|r| r.version.clone()),
        }));
    }
    match running {
        Some(running) => {
            if !json {
                ui::line(format!(
                    "up on 127.0.0.1:{} (process {}, codexgw {})",
                    running.port, running.pid, running.version
                ));
            }
            Ok(0)
        }
        None => {
            if !json {
                ui::line("not up; it starts by itself when Codex needs it");
            }
            Ok(1)
        }
    }
}

fn relocate(context: &Context, port: Option<u16>, dry_run: bool) -> Result<u8> {
    let command = context.token_command()?;
    let mut setup = context.setup()?;
    let port = match port {
        Some(port) if port < 1024 => {
            return Err(Error::usage(format!("port {port} is reserved for system services"))
                .hint("choose one from 1024 up, or leave it out: `codexgw gateway move`"));
        }
        Some(port) => port,
        None => gateway::pick_port()?,
    };
    setup.set_port(port, &command);
    let Some(report) = commit_or_show(&setup, &format!("gateway move to {port}"), dry_run)? else { return Ok(0) };
    gateway::stop(&context.home)?;
    say_changed(&report);
    ui::note(format!("the gateway is on port {port} from now on"));
    ui::note("a Codex that is running keeps the old port: start it anew");
    Ok(0)
}
