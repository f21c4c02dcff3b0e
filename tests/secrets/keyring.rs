//! Everything that can be wrong with a keyring, each with words and a remedy of its own.

use std::collections::HashMap;
use std::thread;
use std::time::Duration;

use zbus::blocking::{Connection, MessageIterator, connection};
use zbus::message::Type;

use crate::support::upstream::Script;
use crate::support::{Outcome, Sandbox, Upstream};

/// Each ends within 2.5 s; the rest is for a busy machine.
const LIMIT: Duration = Duration::from_secs(10);

/// A name on the bus that is the keyring's to everybody who asks.
fn keyring_name(sandbox: &Sandbox) -> Connection {
    connection::Builder::address(sandbox.keyring().address())
        .and_then(|builder| builder.name("org.freedesktop.secrets"))
        .and_then(connection::Builder::build)
        .expect("the bus takes it")
}

/// A keyring that answers every call with an error.
fn refuse_everything(bus: &Connection) {
    let bus = bus.clone();
    thread::spawn(move || {
        for message in MessageIterator::from(bus.clone()).flatten() {
            let head = message.header();
            if head.message_type() == Type::MethodCall {
                // Whoever asked may have left.
                let _ = bus.reply_error(&head, "org.freedesktop.DBus.Error.AccessDenied", &"not for you");
            }
        }
    });
}

/// What the keyring is like when the commands are typed.
#[derive(Debug, Clone, Copy)]
enum State {
    NoBus,
    NoService,
    Locked,
    Silent,
    Refusing,
}

/// A sandbox in which `up` has its key in a keyring that has since come into this state, and what keeps it there.
fn sandbox(state: State, upstream: &Upstream) -> (Sandbox, Option<Connection>) {
    let mut sandbox = match state {
        State::Locked => Sandbox::with_keyring(),
        _ => Sandbox::with_empty_bus(),
    };
    if matches!(state, State::Locked) {
        sandbox.add("up", upstream, &[]);
        sandbox.keyring().lock();
        return (sandbox, None);
    }
    // As it stands once the key is stored: the keyring itself is not there to take one.
    let url = upstream.base_url();
    let add = ["add", "custom", "--id", "up", "--base-url", &url, "--model", "m1", "--key-stdin", "--store", "file"];
    sandbox.codexgw(&add).stdin(&upstream.key()).run().ok();
    let settings = sandbox.path("codexgw/config.toml");
    let text = std::fs::read_to_string(&settings).unwrap();
    assert!(text.contains("key = \"file\""), "{text}");
    std::fs::write(settings, text.replace("key = \"file\"", "key = \"keyring\"")).unwrap();
    let bus = match state {
        State::Silent => Some(keyring_name(&sandbox)),
        State::Refusing => Some(keyring_name(&sandbox)).inspect(refuse_everything),
        _ => None,
    };
    if matches!(state, State::NoBus) {
        sandbox.set_env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus");
    }
    (sandbox, bus)
}

#[track_caller]
fn says(outcome: &Outcome, words: &str) {
    assert!(outcome.stderr.contains(words), "stderr lacks `{words}`\n{outcome}");
    assert!(outcome.took < LIMIT, "{outcome}");
}

#[test]
fn each_trouble_has_words_and_a_remedy_of_its_own() {
    let table = [
        (State::NoBus, "there is no session bus", "there is no session bus", "--store file"),
        (State::NoService, "no program on the session bus keeps secrets", "keeps secrets", "gnome-keyring"),
        (State::Locked, "the keyring is locked", "the keyring is locked", "unlock it"),
        (State::Silent, "the keyring did not answer within 2 s", "did not answer within 2 s", "unlock it"),
        (State::Refusing, "not for you", "not for you", "--store file"),
    ];
    for (state, reading, writing, remedy) in table {
        let upstream = Upstream::chat(Script::none());
        let (sandbox, _bus) = sandbox(state, &upstream);
        let key = "sk-another-0123456789";
        let token = sandbox.codexgw(&["token", "up"]).run().exits(5).explains();
        assert_eq!(token.stdout, "", "{token}");
        says(&token, reading);
        says(&token, remedy);
        let set = sandbox.codexgw(&["key", "set", "up"]).stdin(key).run().exits(5).explains().never_says(key);
        says(&set, writing);
        let list = sandbox.codexgw(&["key", "list", "--json"]).run().ok();
        assert!(list.took < LIMIT, "{list}");
        let rows: Vec<HashMap<String, serde_json::Value>> = serde_json::from_str(&list.stdout).expect("JSON");
        assert_eq!(rows[0]["present"], false, "{state:?}: {list}");
        assert!(rows[0]["hint"].is_string(), "{state:?}: {list}");
        let delete = sandbox.codexgw(&["key", "delete", "up"]).run().exits(5).explains();
        says(&delete, writing);
        // A provider can be taken out all the same; the key that stays behind is named.
        let remove = sandbox.codexgw(&["remove", "up", "--yes"]).run().ok();
        says(&remove, "the key `up` could not be deleted");
        says(&remove, writing);
    }
}

#[test]
fn many_keys_in_a_silent_keyring_are_waited_for_once() {
    let upstream = Upstream::chat(Script::none());
    let (sandbox, _bus) = sandbox(State::Silent, &upstream);
    let settings = sandbox.path("codexgw/config.toml");
    let text = std::fs::read_to_string(&settings).unwrap();
    let (head, table) = text.split_at(text.find("[providers.up]").expect("its table"));
    let tables = table.split("\n[profiles").next().expect("its own part");
    let more: String = (0..20).map(|n| tables.replace("providers.up", &format!("providers.up{n}"))).collect();
    std::fs::write(&settings, format!("{head}{more}{table}")).unwrap();
    let list = sandbox.codexgw(&["key", "list"]).run().ok();
    assert_eq!(list.stdout.matches("did not answer").count(), 21, "{list}");
    // One after the other they would take 42 s.
    assert!(list.took < LIMIT, "{list}");
}

#[test]
fn wsl_is_told_how_to_get_a_keyring() {
    let upstream = Upstream::chat(Script::none());
    let (mut sandbox, _bus) = sandbox(State::NoBus, &upstream);
    sandbox.set_env("WSL_DISTRO_NAME", "Ubuntu");
    sandbox.codexgw(&["token", "up"]).run().exits(5).explains().stderr_has("WSL starts no keyring by itself");
}

#[test]
fn over_ssh_a_locked_keyring_is_unlocked_without_a_desktop() {
    let upstream = Upstream::chat(Script::none());
    let (mut sandbox, _bus) = sandbox(State::Locked, &upstream);
    sandbox.set_env("SSH_CONNECTION", "10.0.0.1 1 10.0.0.2 22");
    let list = sandbox.codexgw(&["key", "list"]).run().ok();
    says(&list, "`gnome-keyring-daemon --unlock`");
}
