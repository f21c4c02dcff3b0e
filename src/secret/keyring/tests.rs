//! Against a true Secret Service, gnome-keyring on a bus of its own, and against others that are absent or silent.
//!
//! Which bus it is says the environment, so every call is made by a child: this test program once more, on the one
//! test that makes the call it finds in its environment.

use std::collections::HashMap;
use std::process::Command;

use zbus::blocking::{Proxy, connection};
use zbus::zvariant::{OwnedObjectPath, OwnedValue, Value};

use super::*;

#[path = "../../../tests/support/keyring.rs"]
mod session;

use session::KeyringSession;

const CALL: &str = "CODEXGW_TEST_KEYRING_CALL";
const SERVICE: &str = "codexgw:/a home";
const NAME: &str = "lab/x-key";

/// Makes one call in a child and tells what came of it, in words.
#[track_caller]
fn call(address: &str, call: &[&str]) -> String {
    let output = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "secret::keyring::tests::without_a_bus_that_is_said", "--nocapture"])
        .env("DBUS_SESSION_BUS_ADDRESS", address)
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .env(CALL, call.join("\n"))
        .output()
        .expect("this program can be started");
    let output = String::from_utf8_lossy(&output.stdout).into_owned();
    let answer = output.lines().find_map(|line| line.strip_prefix("answer: "));
    answer.unwrap_or_else(|| panic!("no answer: {output}")).to_owned()
}

/// What the child does.
fn answer(call: &[&str]) -> String {
    let said = match call {
        ["get"] => get(SERVICE, NAME).map(|key| key.map_or("none".to_owned(), |key| key.expose().to_owned())),
        ["set", value] => set(SERVICE, NAME, &Secret::new((*value).to_owned())).map(|()| "done".to_owned()),
        ["delete"] => delete(SERVICE, NAME).map(|was| was.to_string()),
        ["probe"] => probe().map(|()| "ready".to_owned()),
        ["within a runtime", rest @ ..] => {
            let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
            return runtime.block_on(async { answer(rest) });
        }
        other => panic!("no such call: {other:?}"),
    };
    said.unwrap_or_else(|e| format!("{e} | {}", e.hints().join(" | ")))
}

#[test]
fn without_a_bus_that_is_said() {
    if let Ok(asked) = std::env::var(CALL) {
        println!("\nanswer: {}", answer(&asked.split('\n').collect::<Vec<_>>()));
        return;
    }
    for asked in [["get"].as_slice(), &["set", "some-key"], &["delete"], &["probe"]] {
        let said = call("unix:path=/nonexistent/bus", asked);
        assert!(said.contains("there is no session bus") && said.contains("--store file"), "{said}");
        assert!(!said.contains("some-key"), "{said}");
    }
}

#[test]
fn a_bus_without_a_keyring_is_named() {
    let bus = KeyringSession::without_keyring();
    for asked in [["get"].as_slice(), &["set", "some-key"], &["delete"], &["probe"]] {
        let said = call(bus.address(), asked);
        assert!(
            said.contains("no program on the session bus keeps secrets") && said.contains("--store file"),
            "{said}"
        );
    }
}

#[test]
fn a_key_is_set_read_replaced_and_deleted() {
    let keyring = KeyringSession::start();
    let call = |asked: &[&str]| call(keyring.address(), asked);
    assert_eq!(call(&["probe"]), "ready");
    assert_eq!(call(&["get"]), "none");
    assert_eq!(call(&["delete"]), "false");
    for value in ["first-key", "second-key"] {
        assert_eq!(call(&["set", value]), "done");
        assert_eq!(call(&["get"]), value);
    }
    assert_eq!(call(&["within a runtime", "get"]), "second-key");
    assert_eq!(call(&["delete"]), "true");
    assert_eq!(call(&["get"]), "none");
}

#[test]
fn a_locked_keyring_is_named_whether_or_not_the_key_is_in_it() {
    let keyring = KeyringSession::start();
    keyring.lock();
    assert!(call(keyring.address(), &["get"]).starts_with("the keyring is locked | "));
    let keyring = KeyringSession::start();
    assert_eq!(call(keyring.address(), &["set", "some-key"]), "done");
    keyring.lock();
    assert!(call(keyring.address(), &["get"]).starts_with("the keyring is locked | "));
    // A person could unlock it when asked, so it can be written.
    assert_eq!(call(keyring.address(), &["probe"]), "ready");
}

#[test]
fn a_keyring_that_never_answers_is_left() {
    let bus = KeyringSession::without_keyring();
    // A connection that nobody reads from owns the name.
    let _silent = connection::Builder::address(bus.address())
        .and_then(|builder| builder.name("org.freedesktop.secrets"))
        .and_then(connection::Builder::build)
        .expect("the bus takes it");
    for asked in ["get", "probe"] {
        let said = call(bus.address(), &[asked]);
        assert!(said.starts_with("the keyring did not answer within 2 s"), "{said}");
    }
}

/// Puts an entry in as another program might.
fn foreign_entry(address: &str, attributes: &[(&str, &str)], secret: &[u8]) {
    let bus = connection::Builder::address(address).and_then(connection::Builder::build).expect("the bus");
    let proxy = |path: &str, interface: &str| -> Proxy<'static> {
        let path = OwnedObjectPath::try_from(path).expect("a path");
        Proxy::new(&bus, "org.freedesktop.secrets", path, interface.to_owned()).expect("a proxy")
    };
    let root = proxy("/org/freedesktop/secrets", "org.freedesktop.Secret.Service");
    let (_, session): (OwnedValue, OwnedObjectPath) =
        root.call("OpenSession", &("plain", Value::from(""))).expect("a session");
    let collection = proxy("/org/freedesktop/secrets/collection/login", "org.freedesktop.Secret.Collection");
    let attributes: HashMap<&str, &str> = attributes.iter().copied().collect();
    let properties = HashMap::from([("org.freedesktop.Secret.Item.Attributes", Value::from(attributes))]);
    let sealed = (session, Vec::<u8>::new(), secret, "text/plain");
    let _: (OwnedObjectPath, OwnedObjectPath) =
        collection.call("CreateItem", &(properties, sealed, false)).expect("an entry");
}

#[test]
fn several_entries_are_told_and_deleted_together() {
    let keyring = KeyringSession::start();
    assert_eq!(call(keyring.address(), &["set", "some-key"]), "done");
    let attributes = [("service", SERVICE), ("username", NAME), ("of", "another program")];
    foreign_entry(keyring.address(), &attributes, b"another-key");
    for asked in [["get"].as_slice(), &["set", "third-key"]] {
        let said = call(keyring.address(), asked);
        assert!(said.starts_with("the keyring holds 2 entries") && said.contains("codexgw key delete"), "{said}");
    }
    assert_eq!(call(keyring.address(), &["delete"]), "true");
    assert_eq!(call(keyring.address(), &["get"]), "none");
}

#[test]
fn what_is_not_text_is_no_key() {
    let keyring = KeyringSession::start();
    foreign_entry(keyring.address(), &[("service", SERVICE), ("username", NAME)], b"\xff\xfe");
    let said = call(keyring.address(), &["get"]);
    assert!(said.contains("is not text") && said.contains("codexgw key set"), "{said}");
    assert_eq!(call(keyring.address(), &["set", "some-key"]), "done");
    assert_eq!(call(keyring.address(), &["get"]), "some-key");
}

/// Here nobody can be asked, which the service tells as it tells that somebody said no.
#[test]
fn a_write_that_nobody_allows_stores_nothing() {
    let keyring = KeyringSession::start();
    assert_eq!(call(keyring.address(), &["set", "first-key"]), "done");
    keyring.lock();
    for asked in [["set", "second-key"].as_slice(), &["delete"]] {
        let said = call(keyring.address(), asked);
        assert!(said.starts_with("the keyring is locked") && said.contains("unlock it"), "{said}");
        assert!(!said.contains("second-key"), "{said}");
    }
}

#[test]
fn a_keyring_that_ends_while_it_is_asked_is_asked_once_more() {
    let ended = || Trouble::Failed("Message recipient disconnected from message bus without replying".to_owned());
    let asked = std::cell::Cell::new(0);
    let answer = super::patiently(|| {
        asked.set(asked.get() + 1);
        match asked.get() {
            1 => Err(ended()),
            2 => Err(Trouble::NoService),
            _ => Ok("the key"),
        }
    });
    assert_eq!((answer.ok(), asked.get()), (Some("the key"), 3));
    // Whatever else is wrong is told at once.
    let asked = std::cell::Cell::new(0);
    let answer = super::patiently(|| {
        asked.set(asked.get() + 1);
        Err::<(), _>(Trouble::NoService)
    });
    assert!(matches!(answer, Err(Trouble::NoService)) && asked.get() == 1);
}
