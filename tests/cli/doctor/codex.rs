//! Codex itself: where it is, which one, its folder, its own doctor.

use super::PROVIDER;
use super::broken::{Broken, doctor, ids};
use crate::support::Sandbox;

#[test]
fn a_codex_that_is_missing_old_silent_or_doubled() {
    assert_eq!(ids(&doctor(&Sandbox::new(), &["--offline"]).exits(3)), ["codex-missing"]);
    for (id, script) in
        [("codex-too-old", "#!/bin/sh\necho codex-cli 0.94.0\n"), ("codex-silent", "#!/bin/sh\nexit 1\n")]
    {
        let sandbox = Sandbox::new();
        sandbox.write_program("codex", script);
        Broken::new(id, sandbox).holds();
    }
    // An old one that hides a good one is one cause.
    let mut two = Sandbox::with_codex();
    two.write_program("codex", "#!/bin/sh\necho codex-cli 0.94.0\n");
    assert_eq!(ids(&doctor(&two, &["--offline"]).exits(3)), ["codex-too-old"]);
    doctor(&two, &["--offline"]).stdout_has("export PATH=");
    two = Sandbox::with_codex();
    two.write_program("codex", "#!/bin/sh\necho codex-cli 0.150.0\n");
    Broken::new("codex-several", two).holds();
}

#[test]
fn a_folder_of_codex_that_is_odd() {
    Broken::config("codex-home-missing", "").env("CODEX_HOME", "/no/such/folder").holds();
    Broken::config("codex-home-missing", "").env("CODEX_HOME", "~/.codex").holds();
    let mut sandbox = Sandbox::with_codex();
    sandbox.set_env("CODEX_HOME", "");
    std::os::unix::fs::symlink("/no/such/disk", sandbox.path("home/.codex")).expect("a link");
    Broken::new("codex-home-dangling", sandbox).holds();
    Broken::config("codex-home-relative", "").env("CODEX_HOME", "../codex").holds();
    // Nobody can make a file there, not even the superuser.
    Broken::config("codex-home-unwritable", "").env("CODEX_HOME", "/proc/self").holds();
    let mut sandbox = Sandbox::with_codex();
    let dir = sandbox.path("codex");
    sandbox.set_env("TMPDIR", dir);
    Broken::new("codex-home-temporary", sandbox).note().holds();
}

#[test]
fn what_codex_s_own_doctor_says_is_explained() {
    // The real one, on a server of tools that is not there.
    let sandbox = Sandbox::with_codex();
    sandbox.write_config("[mcp_servers.gone]\ncommand = \"/no/such/program\"\nrequired = true\n");
    Broken::new("codex-doctor-mcp", sandbox).asked("codex-doctor").holds();
    // A Codex whose sandbox lacks its helper.
    let sandbox = Sandbox::new();
    let report = r#"{"schemaVersion":1,"checks":{"sandbox.helpers":{"status":"fail","summary":"helper not found"}}}"#;
    sandbox.write_program(
        "codex",
        &format!("#!/bin/sh\nif [ \"$1\" = doctor ]; then echo '{report}'; exit 1; fi\necho codex-cli 0.169.0\n"),
    );
    Broken::new("codex-doctor-sandbox", sandbox).asked("codex-doctor").holds();
    // A Codex that does not end, or has no such command.
    for script in ["exec sleep 60", "exit 2"] {
        let sandbox = Sandbox::new();
        sandbox.write_program(
            "codex",
            &format!("#!/bin/sh\nif [ \"$1\" = doctor ]; then {script}; fi\necho codex-cli 0.169.0\n"),
        );
        assert_eq!(ids(&doctor(&sandbox, &["--only", "codex-doctor"]).exits(0)), Vec::<String>::new());
    }
}

#[test]
fn a_codex_that_does_not_answer_is_not_waited_for() {
    let sandbox = Sandbox::new();
    sandbox.write_program("codex", "#!/bin/sh\nexec sleep 60\n");
    let outcome = doctor(&sandbox, &["--offline"]).exits(3);
    assert!(ids(&outcome).contains(&"codex-silent".to_owned()), "{outcome}");
}

#[test]
fn a_background_server_of_another_version() {
    let sandbox = Sandbox::with_codex();
    let dir = sandbox.path("codex/packages/app-server-daemon/releases/0.150.0-x86_64-unknown-linux-musl/bin");
    std::fs::create_dir_all(&dir).expect("a folder");
    // What counts is where the program lies and how it was started.
    std::fs::copy("/bin/bash", dir.join("codex")).expect("a program");
    let program = dir.join("codex").display().to_string();
    let args = ["-c", "read -r line", "app-server", "--listen", "unix://", "--managed-daemon"];
    let mut server = std::process::Command::new(program);
    server.args(args).stdin(std::process::Stdio::piped()).env_clear();
    let mut server = server.spawn().expect("it starts");
    let outcome = doctor(&sandbox, &["--offline"]);
    drop(server.stdin.take());
    server.wait().expect("it ends");
    assert_eq!(ids(&outcome.clone().exits(3)), ["daemon-version"], "{outcome}");
}

#[test]
fn a_background_server_that_has_another_key() {
    let mut sandbox = Sandbox::with_codex();
    sandbox.write_config(format!("model_provider = \"lab\"\nmodel = \"gpt-5.5\"\n{PROVIDER}env_key = \"LAB_KEY\"\n"));
    sandbox.set_env("LAB_KEY", "the-old-key");
    sandbox.codex(&["app-server", "daemon", "start"]).run().ok();
    sandbox.set_env("LAB_KEY", "the-new-key");
    let outcome = doctor(&sandbox, &["--offline"]).exits(3);
    assert_eq!(ids(&outcome), ["daemon-stale"], "{outcome}");
    outcome.never_says("the-old-key").never_says("the-new-key");
}
