//! Upstreams that are not there, hang up before a word, or speak something else: every client is told why, soon.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use pretty_assertions::assert_eq;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::dialect::{DIALECTS, Dialect};
use super::rig::quick;
use super::stage::{Asker, Played, Stage, Told, http};
use crate::gateway::limits::Limits;

const ASKERS: [Asker; 3] = [Asker::Codex, Asker::Whole, Asker::Other];

/// What an upstream does with a connection.
#[derive(Debug, Clone, Copy)]
enum Rude {
    /// Tears it down before a byte was read.
    Resets,
    /// Reads the request and closes without a word.
    Closes,
    /// Reads the request and says this, and closes.
    Says(&'static [u8]),
    /// Reads the request, and says nothing for ever.
    Hangs,
}

impl Rude {
    async fn serve(self, mut stream: TcpStream) {
        if let Self::Resets = self {
            return stream.set_zero_linger().unwrap();
        }
        let mut request = [0; 16 << 10];
        let _ = stream.read(&mut request).await;
        match self {
            Self::Says(words) => drop(stream.write_all(words).await),
            Self::Hangs => drop(stream.read(&mut request).await),
            Self::Resets | Self::Closes => {}
        }
    }

    /// Where it listens, and how often it was called.
    async fn listen(self) -> (SocketAddr, Arc<AtomicUsize>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let calls = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&calls);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(self.serve(stream));
            }
        });
        (address, calls)
    }
}

/// Asks in every way and checks what is told: where, why, and what to do.
async fn every_client_is_told(stage: &Stage, place: &str, cause: &str) {
    for dialect in DIALECTS {
        for asker in ASKERS {
            let told = Played::of(&mut stage.ask(dialect, asker).await, asker).await.told();
            let start = format!("cannot reach Test Provider at `{place}`: ");
            let rest = told.message.strip_prefix(&start).unwrap_or_else(|| panic!("{dialect:?} {asker:?} {told:?}"));
            let (why, hint) = rest.split_once("\nhint: ").unwrap_or_else(|| panic!("no hint: {told:?}"));
            assert!(why.to_lowercase().contains(&cause.to_lowercase()), "{dialect:?} {asker:?}: {cause:?} in {why:?}");
            assert!(hint.ends_with("`codexgw list --json`"), "{hint}");
            let expected = if asker == Asker::Codex { (200, "invalid_prompt") } else { (502, "server_error") };
            assert_eq!((told.status, told.code.as_str()), expected, "{dialect:?} {asker:?}");
        }
    }
}

#[tokio::test]
async fn whoever_does_not_answer_is_named_with_the_cause() {
    let asked = DIALECTS.len() * ASKERS.len();
    for (rude, scheme, cause, tries) in [
        (Rude::Resets, "http", "reset", 3),
        (Rude::Closes, "http", "connection closed before message completed", 3),
        (Rude::Says(b"SSH-2.0-OpenSSH_10.0\r\n"), "http", "invalid HTTP version parsed", 3),
        (Rude::Says(b"HTTP/1.1 200 OK\r\ncontent-ty"), "http", "connection closed before message completed", 3),
        (Rude::Says(b"HTTP/1.1 200 OK\r\nno colon here\r\n\r\n"), "http", "invalid HTTP header parsed", 3),
        // A server without TLS, one that refuses every way of it, and one that hangs up in its middle.
        (Rude::Says(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "https", "InvalidContentType", 3),
        (Rude::Says(b"\x15\x03\x03\x00\x02\x02\x28"), "https", "fatal alert: HandshakeFailure", 3),
        (Rude::Closes, "https", "eof", 3),
    ] {
        let (address, calls) = rude.listen().await;
        let stage = Stage::at(quick(), &format!("{scheme}://{address}")).await;
        every_client_is_told(&stage, &address.to_string(), cause).await;
        assert_eq!(calls.load(Ordering::SeqCst), asked * tries, "{rude:?} {scheme}");
    }
}

#[tokio::test]
async fn whoever_never_answers_is_given_up_and_not_asked_again() {
    let (address, calls) = Rude::Hangs.listen().await;
    let limits = Limits { upstream_head: Duration::from_millis(20), ..quick() };
    let stage = Stage::at(limits, &format!("http://{address}")).await;
    every_client_is_told(&stage, &address.to_string(), "no answer within").await;
    // What was sent may still be worked on.
    assert_eq!(calls.load(Ordering::SeqCst), DIALECTS.len() * ASKERS.len());
}

#[tokio::test]
async fn a_closed_port_is_named_with_the_cause() {
    let address = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let stage = Stage::at(quick(), &format!("http://{address}")).await;
    every_client_is_told(&stage, &address.to_string(), "refused").await;
}

#[tokio::test]
async fn a_host_that_nobody_knows_is_named_with_the_cause() {
    // RFC 6761 keeps this name from ever being one.
    let stage = Stage::at(Limits { retries: 0, ..quick() }, "http://provider.invalid").await;
    every_client_is_told(&stage, "provider.invalid", "").await;
}

#[tokio::test]
async fn a_certificate_that_is_not_trusted_is_named_with_what_to_do() {
    let address = crate::test_tls::self_signed().await;
    let stage = Stage::at(quick(), &format!("https://{address}")).await;
    every_client_is_told(&stage, &address.to_string(), "certificate").await;
    let told = Played::of(&mut stage.ask(DIALECTS[0], Asker::Codex).await, Asker::Codex).await.told();
    assert!(told.message.contains("export CODEX_CA_CERTIFICATE="), "{told:?}");
}

#[tokio::test]
async fn a_redirect_is_not_followed_but_told() {
    let stage = Stage::start().await;
    for (status, location, shown, base) in [
        (
            302,
            "http://b.example/v1/chat/completions?key=k",
            "http://b.example/v1/chat/completions",
            "http://b.example/v1",
        ),
        (308, "/v2/chat/completions", "{here}/v2/chat/completions", "{here}/v2"),
        (301, "https://b.example/login#top", "https://b.example/login", "URL"),
        (307, "https://me:pass@b.example/", "https://b.example/", "URL"),
    ] {
        let head = format!("{status} Elsewhere\r\nlocation: {location}");
        let here = format!("http://127.0.0.1:{}", stage.upstream.port);
        let message = format!(
            "Test Provider answered {status} and points to `{}`\nhint: if you trust that address: \
             `codexgw add chat --force --base-url {}`",
            shown.replace("{here}", &here),
            base.replace("{here}", &here)
        );
        for (asker, status, code) in [(Asker::Codex, 200, "invalid_prompt"), (Asker::Whole, 502, "server_error")] {
            let told = stage.play(Dialect::Chat, asker, &http(&head, "text/plain", ""), 1).await.told();
            assert_eq!(told, Told { status, code: code.to_owned(), message: message.clone() }, "{location}");
        }
    }
    // One that says nothing of where to is told like any refusal.
    let told = stage.play(Dialect::Chat, Asker::Codex, &http("302 Found", "text/plain", ""), 1).await.told();
    assert_eq!(told.message, "Test Provider answered 302: no explanation");
}
