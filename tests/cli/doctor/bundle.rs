//! The report for an issue.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use super::PROVIDER;
use crate::support::upstream::Script;
use crate::support::{Sandbox, Upstream};

const CANARIES: [&str; 5] = [
    "sk-stored-canary-0123456789",
    "sk-pasted-canary-0123456789",
    "plain.variable.canary.0123456789",
    "header-canary-0123456789",
    "commented-canary-0123456789",
];

#[test]
fn the_report_is_complete_and_without_secrets() {
    let [stored, pasted, variable, header, commented] = CANARIES;
    let upstream = Upstream::chat(Script::none()).with_key(stored);
    let mut sandbox = Sandbox::with_codex();
    sandbox.add("up", &upstream, &["--via", "gateway", "--wire", "chat", "--no-probe"]);
    sandbox.set_env("LAB_API_KEY", variable);
    let config = sandbox.config().unwrap();
    sandbox.write_config(format!(
        "# api_key = \"{commented}\"\n{config}\n{PROVIDER}experimental_bearer_token = \"{pasted}\"\n\
         http_headers = {{ Authorization = \"Bearer {header}\" }}\n"
    ));
    fs::create_dir_all(sandbox.path("codexgw/state")).expect("a folder");
    fs::write(sandbox.path("codexgw/state/gateway.log"), format!("up 401 {stored}\nup 200\n")).expect("a log");

    let doctor = ["doctor", "--offline", "--bundle", "report.md"];
    let outcome = sandbox.codexgw(&doctor).run().exits(3).stderr_has("wrote report.md");
    let file = sandbox.work().join("report.md");
    let text = fs::read_to_string(&file).expect("the report");
    for canary in CANARIES {
        assert!(!text.contains(canary), "`{canary}` is in\n{text}");
        assert!(!outcome.stdout.contains(canary), "{outcome}");
    }
    for part in [
        &format!("- codexgw: {}", env!("CARGO_PKG_VERSION")),
        "- Codex: ",
        "`LAB_API_KEY`",
        "[old-config-pasted-key]",
        "## Codex's config.toml",
        "## the profile `up`",
        "## codexgw's settings",
        "## the end of the gateway's log",
        "up 200",
    ] {
        assert!(text.contains(part), "`{part}` is not in\n{text}");
    }
    assert!(!text.contains(&sandbox.path("home").display().to_string()), "the person's folder is in\n{text}");
    assert_eq!(fs::metadata(&file).expect("the report").permissions().mode() & 0o777, 0o600);

    // What is there stays, unless it may go.
    fs::write(&file, "mine").expect("a file");
    sandbox.codexgw(&doctor).run().exits(1).explains().stderr_has("--force");
    assert_eq!(fs::read_to_string(&file).expect("mine"), "mine");
    sandbox.codexgw(&doctor).args(&["--force"]).run().exits(3);
    assert_ne!(fs::read_to_string(&file).expect("the report"), "mine");
    sandbox.codexgw(&["doctor", "--offline", "--bundle", "no/such/folder/report.md"]).run().exits(1).explains();
}
