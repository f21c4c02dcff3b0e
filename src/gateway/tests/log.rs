use std::sync::{Arc, Mutex};

use super::rig::{Rig, Upstream, provider, quick};
use crate::gateway::phase::Phase;
use crate::settings::Wire;

/// A log that a test can read.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_request_leaves_one_line_that_holds_nothing_private() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
    // Beside a single subscriber, a place in the code that another test's thread comes to first is off for all of them.
    let _second = tracing::Dispatch::new(tracing_subscriber::registry());
    let _logging = tracing::subscriber::set_default(subscriber);
    let upstream = Upstream::start().await;
    let rig = Rig::start(quick(), &[("p", provider(upstream.port, Wire::Chat))]).await;
    let mut client = rig.ask("p/m1\nforged=line", true).await;
    let mut call = upstream.accept().await;
    call.open_stream().await;
    call.text("what the model said").await;
    call.done().await;
    client.all().await;
    drop(client);
    rig.gateway.phase.advance(Phase::Draining);
    rig.served.await.unwrap();
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let [line] = log.lines().collect::<Vec<_>>()[..] else { panic!("{log}") };
    for told in ["provider=p ", r#"model="m1\nforged=line""#, "wire=Chat", "status=200", "outcome=Answered", "input=7"]
    {
        assert!(line.contains(told), "{told} in {line}");
    }
    for private in
        ["model said", "say hi", "secret-", "sk-", "resp_", &rig.token, rig.home.state_dir().to_str().unwrap()]
    {
        assert!(!line.contains(private), "{private} in {line}");
    }
}
