use super::rig::{Rig, Upstream, provider, quick};
use crate::secret::{Secret, Vault};
use crate::settings::{KeyStore, Wire};

#[tokio::test]
async fn a_missing_key_is_told_with_its_remedy() {
    let upstream = Upstream::start().await;
    let mut with_file = provider(upstream.port, Wire::Chat);
    with_file.key = KeyStore::File;
    let mut with_env = provider(upstream.port, Wire::Chat);
    with_env.key = KeyStore::Env;
    let rig = Rig::start(quick(), &[("f", with_file), ("e", with_env)]).await;
    for model in ["f/m1", "e/m1"] {
        let answer = rig.ask(model, true).await.all().await;
        assert!(answer.contains("\"response.failed\""), "{answer}");
        assert!(answer.contains("codexgw key set"), "{answer}");
    }
    assert!(!upstream.has_caller());
}

#[tokio::test]
async fn a_replaced_key_is_used_after_the_old_one_was_refused() {
    let upstream = Upstream::start().await;
    let mut keyed = provider(upstream.port, Wire::Chat);
    keyed.key = KeyStore::File;
    keyed.secret_headers = vec!["x-team-key".to_owned()];
    let rig = Rig::start(quick(), &[("p", keyed)]).await;
    let vault = Vault::new(&rig.home);
    for key in ["sk-first-0123456789", "sk-second-0123456789"] {
        vault.set("p", KeyStore::File, &Secret::new(key.to_owned())).unwrap();
        vault.set("p/x-team-key", KeyStore::File, &Secret::new(format!("team-{key}"))).unwrap();
        let mut client = rig.ask("p/m1", true).await;
        let mut call = upstream.accept().await;
        let head = call.request.to_ascii_lowercase();
        assert!(head.contains(&format!("\r\nauthorization: bearer {key}\r\n")), "{head}");
        assert!(head.contains(&format!("\r\nx-team-key: team-{key}\r\n")), "{head}");
        // An upstream that repeats the key back must not have it shown.
        let body = format!("your key {key} is unknown");
        call.write(&format!("HTTP/1.1 401 No\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}", body.len()))
            .await;
        let answer = client.all().await;
        assert!(answer.contains("is unknown") && answer.contains("codexgw key set p"), "{answer}");
        assert!(!answer.contains(key), "{answer}");
    }
}

#[tokio::test]
async fn a_key_that_was_replaced_meanwhile_is_tried_within_the_same_turn() {
    let upstream = Upstream::start().await;
    let mut keyed = provider(upstream.port, Wire::Chat);
    keyed.key = KeyStore::File;
    let rig = Rig::start(quick(), &[("p", keyed)]).await;
    let set = |key: &str| Vault::new(&rig.home).set("p", KeyStore::File, &Secret::new(key.to_owned())).unwrap();
    set("sk-first-0123456789");
    let mut client = rig.ask("p/m1", true).await;
    let mut refused = upstream.accept().await;
    set("sk-second-0123456789");
    refused.write("HTTP/1.1 401 No\r\nconnection: close\r\ncontent-length: 0\r\n\r\n").await;
    let mut again = upstream.accept().await;
    assert!(again.request.contains("sk-second-0123456789"), "{}", again.request);
    again.open_stream().await;
    again.text("welcome").await;
    again.done().await;
    assert!(client.all().await.contains("welcome"));
}
