//! A bug ends the program like an error: in words, without secrets, with the exit code of a bug.

use std::process::{Command, Stdio};

/// Set in the child that is to panic: this test program once more, on the same test.
const CHILD: &str = "CODEXGW_TEST_PANIC";

const KEY: &str = "panic-canary-0123456789";

#[test]
fn a_panic_is_told_without_secrets_and_ends_with_exit_code_70() {
    if let Some(secret) = std::env::var_os(CHILD) {
        let secret = codexgw::secret::Secret::new(secret.into_string().expect("the parent sent text"));
        codexgw::ui::tell_panics();
        panic!("the key is {}", secret.expose());
    }
    let output = Command::new(std::env::current_exe().expect("this program has a path"))
        .args(["--exact", "cli::panics::a_panic_is_told_without_secrets_and_ends_with_exit_code_70", "--nocapture"])
        .env(CHILD, KEY)
        .stdin(Stdio::null())
        .output()
        .expect("this program can be started");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(70), "{said}");
    assert!(said.contains("error: codexgw has a bug"), "{said}");
    assert!(said.contains("cause: the key is [redacted]") && said.contains("panics.rs:"), "{said}");
    assert!(said.contains("hint: report it"), "{said}");
    assert!(!said.contains(KEY), "{said}");
}
