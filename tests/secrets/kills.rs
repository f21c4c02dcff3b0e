//! `codexgw add` killed at any moment leaves the old state or the new one, and the next run clears up after it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use crate::support::Sandbox;

const KEY: &str = "sk-kills-0123456789abcdef";

/// Files of ours that come and go with the number of commits.
const COUNTED: &str = "codexgw/state/backups/";

/// Kills `rounds` runs of `add`, each at another moment of the time that a whole one takes.
fn kills(rounds: u32) {
    let sandbox = Sandbox::with_codex();
    sandbox.write_config("# mine\nmodel = \"my-model\"\n");
    let untouched = sandbox.config();
    // What a whole run leaves, how long it takes, and what taking it back leaves.
    let started = Instant::now();
    let first = add(&sandbox).run().ok();
    let whole = started.elapsed().min(first.took);
    let done = sandbox.config();
    let names = names(&sandbox);
    remove(&sandbox);
    let taken_back = sandbox.config();
    let key = sandbox.path("codexgw/state/keys/up");
    let mut cut_short = 0;
    for round in 0..rounds {
        let mut running = start(&sandbox);
        // Spread over the whole run, in an order that does not go along with its course.
        thread::sleep(whole * (round * 7919 % rounds) / rounds);
        // Ended already is as good.
        let _ = running.kill();
        let status = running.wait().expect("a child can be waited for");
        cut_short += u32::from(!status.success());
        let config = sandbox.config();
        assert!([&untouched, &taken_back, &done].contains(&&config), "round {round}: {config:?}");
        if let Ok(kept) = std::fs::read_to_string(&key) {
            assert_eq!(kept, KEY, "round {round}");
        }
        sandbox.codexgw(&["list", "--json"]).run().ok();
        add(&sandbox).run().ok();
        assert_eq!(sandbox.config(), done, "round {round}");
        assert_eq!(std::fs::read_to_string(&key).unwrap(), KEY);
        age_leftovers(&sandbox.path("codexgw"));
        sandbox.codexgw(&["key", "set", "up"]).stdin(KEY).run().ok();
        assert_eq!(self::names(&sandbox), names, "round {round} left something behind");
        remove(&sandbox);
    }
    assert!(cut_short * 4 > rounds, "only {cut_short} of {rounds} were killed before their end");
}

fn add(sandbox: &Sandbox) -> crate::support::sandbox::Invocation<'_> {
    sandbox.codexgw(&ADD).args(&["--force"]).stdin(KEY)
}

const ADD: [&str; 13] = [
    "add",
    "custom",
    "--id",
    "up",
    "--base-url",
    "http://127.0.0.1:9/v1",
    "--model",
    "m1",
    "--key-stdin",
    "--store",
    "file",
    "--no-probe",
    "--json",
];

fn start(sandbox: &Sandbox) -> std::process::Child {
    let key = sandbox.path("work/key");
    std::fs::write(&key, KEY).expect("the sandbox is writable");
    std::process::Command::new(sandbox.program())
        .args(ADD)
        .env_clear()
        .envs(sandbox.env())
        .current_dir(sandbox.work())
        .stdin(std::fs::File::open(key).expect("it was just written"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it can be started")
}

fn remove(sandbox: &Sandbox) {
    sandbox.codexgw(&["remove", "up", "--yes"]).run().ok();
}

/// Names of all files but the backups, whose number grows.
fn names(sandbox: &Sandbox) -> BTreeSet<String> {
    let files: BTreeMap<String, Vec<u8>> = sandbox.files();
    files.into_keys().filter(|name| !name.starts_with(COUNTED)).collect()
}

/// Makes half-written files old: young ones may still be somebody's.
fn age_leftovers(dir: &Path) {
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            age_leftovers(&path);
        } else if entry.file_name().to_string_lossy().starts_with(".new-") {
            let past = std::time::SystemTime::now() - Duration::from_mins(10);
            std::fs::File::open(&path).and_then(|file| file.set_modified(past)).expect("it is ours");
        }
    }
}

#[test]
fn an_add_that_is_killed_leaves_the_old_state_or_the_new_one() {
    kills(24);
}

#[test]
#[ignore = "long"]
fn an_add_that_is_killed_a_thousand_times_leaves_the_old_state_or_the_new_one() {
    kills(1000);
}
