//! Many processes that change the same files at once: nobody's change is lost.

use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::support::Sandbox;

/// Starts `processes` shells at once, each of which adds `each` providers one after the other.
fn crowd(processes: usize, each: usize) {
    let sandbox = Sandbox::with_codex();
    // The version of Codex is asked for once, and the folders are there: as after the first `add` of a person.
    sandbox.codexgw(&add("first")).stdin("sk-crowd-first").run().ok();
    let codexgw = sandbox.program();
    let one = |process: usize| {
        for provider in 0..each {
            let id = format!("p{process}-{provider}");
            let mut child = Command::new(&codexgw)
                .args(add(&id))
                .env_clear()
                .envs(sandbox.env())
                .current_dir(sandbox.work())
                .stdin(Stdio::piped())
                .stdout(Stdio::null())
                .stderr(Stdio::piped())
                .spawn()
                .expect("it can be started");
            let key = format!("sk-crowd-{id}");
            std::io::Write::write_all(&mut child.stdin.take().expect("it is piped"), key.as_bytes())
                .expect("it reads its key");
            let output = child.wait_with_output().expect("a child can be waited for");
            assert!(output.status.success(), "`add {id}`: {}", String::from_utf8_lossy(&output.stderr));
        }
    };
    thread::scope(|scope| {
        for process in 0..processes {
            scope.spawn(move || one(process));
        }
    });
    let list = sandbox.codexgw(&["list", "--json"]).run().ok();
    let rows: Vec<serde_json::Value> = serde_json::from_str(&list.stdout).unwrap_or_else(|e| panic!("{e}\n{list}"));
    assert_eq!(rows.len(), processes * each + 1);
    let keys = sandbox.codexgw(&["key", "list", "--json"]).limit(Duration::from_mins(5)).run().ok();
    let keys: Vec<serde_json::Value> = serde_json::from_str(&keys.stdout).expect("JSON");
    assert!(keys.iter().all(|row| row["present"] == true), "a key is lost: {keys:?}");
    for process in 0..processes {
        for provider in 0..each {
            let id = format!("p{process}-{provider}");
            assert_eq!(
                std::fs::read_to_string(sandbox.path(format!("codexgw/state/keys/{id}"))).unwrap(),
                format!("sk-crowd-{id}")
            );
            let profile = sandbox.profile(&id).unwrap_or_else(|| panic!("there is no profile `{id}`"));
            assert!(profile.contains(&format!("{id}/m1")), "{profile}");
        }
    }
}

fn add(id: &str) -> [&str; 13] {
    let url = "http://127.0.0.1:9/v1";
    [
        "add",
        "custom",
        "--id",
        id,
        "--base-url",
        url,
        "--model",
        "m1",
        "--key-stdin",
        "--store",
        "file",
        "--no-probe",
        "--json",
    ]
}

#[test]
fn eight_processes_add_five_providers_each_at_once_and_all_are_there() {
    crowd(8, 5);
}

#[test]
#[ignore = "long"]
fn fifty_processes_add_twenty_providers_each_at_once_and_all_are_there() {
    crowd(50, 20);
}
