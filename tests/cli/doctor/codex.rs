//! Codex itself: where it is, which one, its folder, its own doctor.

use super::PROVIDER;
use super::broken::{Broken, doctor, ids, troubles};
use crate::support::{Sandbox, Turn, Upstream};

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

/// Databases of Codex's, as one that has run leaves them: whoever opens one makes files beside it.
#[test]
fn plain_doctor_leaves_codex_s_folder_as_it_was() {
    let upstream = Upstream::responses([Turn::text("ready")]);
    let mut sandbox = Sandbox::with_codex();
    sandbox.set_env("LAB_KEY", upstream.key());
    let table = PROVIDER.replace("https://lab.example.net/v1", &upstream.base_url());
    sandbox.write_config(format!(
        "model_provider = \"lab\"\nmodel = \"{}\"\n{table}env_key = \"LAB_KEY\"\n",
        upstream.model()
    ));
    sandbox.codex(&["exec", "--skip-git-repo-check", "say hi"]).run().ok();
    let before = sandbox.files();
    assert!(before.keys().any(|name| name.ends_with(".sqlite")), "{:?}", before.keys());
    // The provider's own check asks what an upstream that keeps to the rules counts as a mistake.
    let own = ["--only", "codex-doctor", "--only", "config", "--only", "old-config", "--only", "session"];
    doctor(&sandbox, &own).exits(0);
    assert!(sandbox.files() == before, "{:?}\n{:?}", before.keys(), sandbox.files().keys());
    assert!(!sandbox.path("codexgw/state").exists());
    // One that Codex is writing to right now is not looked at, and nothing is said of it.
    std::fs::write(sandbox.path("codex/state_5.sqlite-wal"), "half a page").expect("a file");
    let before = sandbox.files();
    assert_eq!(troubles(&doctor(&sandbox, &["--only", "codex-doctor"]).exits(0)), Vec::<String>::new());
    assert!(sandbox.files() == before);
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
