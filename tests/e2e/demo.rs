//! The embedded default.

use crate::support::Sandbox;

#[test]
fn the_demo_does_real_work_with_the_real_codex_and_leaves_no_trace_at_home() {
    let sandbox = Sandbox::with_codex();
    let before = sandbox.files();
    let outcome = sandbox.codexgw(&["demo", "--yes"]).run().ok().never_says("metadata");
    assert_eq!(sandbox.files().keys().collect::<Vec<_>>(), before.keys().collect::<Vec<_>>(), "{outcome}");
    assert_eq!(std::fs::read_dir(sandbox.work()).unwrap().count(), 1, "only `.git` was there\n{outcome}");
}
