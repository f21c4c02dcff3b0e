use super::*;

#[test]
fn words_are_those_that_matter_with_the_names_of_the_files() {
    let state = tempfile::tempdir().expect("a folder");
    let court = Court::open(state.path(), "", None).expect("a folder");
    let file = court.file(None).display().to_string();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&file).expect("it is there").permissions().mode() & 0o777, 0o600);
    }
    for (said, words) in [
        (
            "WARNING: proceeding\nError: failed to load configuration\n\nCaused by:\n    Model provider `nope` not \
             found\n",
            Some("Model provider `nope` not found"),
        ),
        (
            &format!(
                "Error loading config.toml:\n{file}:7:10: not `chat`\nHow to fix: set it\n  |\n7 | secret\n  | ^\n"
            ),
            Some("config.toml:7:10: not `chat`\nHow to fix: set it"),
        ),
        ("Error: no\n\nCaused by:\n    no\n", Some("no")),
        ("error: unexpected argument '-p' found\n", None),
        ("", None),
    ] {
        assert_eq!(court.words(said).as_deref(), words, "{said}");
    }
}

#[test]
fn an_unknown_key_is_taken_out_by_the_path_that_codex_shows() {
    for (before, key, after) in [
        ("a = 1\nb = 2\n", "a", Some("b = 2\n")),
        ("[p.gw]\nname = \"n\"\nkey = 1\n", "p.gw.key", Some("[p.gw]\nname = \"n\"\n")),
        ("[\"a.b\"]\nc = 1\nd = 2\n", "a.b.c", Some("[\"a.b\"]\nd = 2\n")),
        ("[[s.c]]\na = 1\n\n[[s.c]]\nb = 1\nc = 1\n", "s.c.1.b", Some("[[s.c]]\na = 1\n\n[[s.c]]\nc = 1\n")),
        ("s = [{ a = 1 }]\n", "s.0.a", Some("s = [{}]\n")),
        ("a = 1\n", "a.b", None),
        ("a = 1\n", "b", None),
    ] {
        let dir = tempfile::tempdir().expect("a folder");
        let file = dir.path().join("config.toml");
        std::fs::write(&file, before).expect("ours");
        assert_eq!(take_out(&file, key), after.is_some(), "{key} of {before}");
        assert_eq!(std::fs::read_to_string(&file).expect("ours"), after.unwrap_or(before));
    }
}

#[cfg(unix)]
mod a_codex {
    use super::*;
    use crate::codex::Version;
    use crate::codex::program::tests::script;

    /// A program that answers as Codex does: `load` to the first question, `strict` to the second.
    fn judged(load: &str, strict: &str) -> Result<Verdict> {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("codex");
        script(&path, &format!("#!/bin/sh\ncase \"$*\" in *strict*) {strict};; *) {load};; esac\n"));
        let version: Version = "0.169.0".parse().expect("a version");
        let home = Home::resolve(Some(&dir.path().join("home"))).expect("a home");
        let verdict = Codex { path, version }.judge(&home, "a = 1\nb = 1\n", None);
        assert!(!home.state_dir().exists(), "something was left behind");
        verdict
    }

    const NOBODY_FOUND: &str = "echo 'Error: Model provider `codexgw_judge` not found' >&2; exit 1";

    #[test]
    fn that_ends_well_accepts() {
        assert_eq!(judged("exit 0", NOBODY_FOUND).expect("an answer"), Verdict::Accepts { warnings: Vec::new() });
    }

    #[test]
    fn that_does_not_know_keys_accepts_and_names_all_of_them() {
        let strict = "for key in a b; do if grep -q \"^$key\" $CODEX_HOME/config.toml; then printf 'Error loading \
                      config.toml:\\n%s:1:1: unknown configuration field `%s`\\n' $CODEX_HOME/config.toml $key >&2; \
                      exit 1; fi; done";
        let verdict = judged("exit 0", strict).expect("an answer");
        let warnings = ["a", "b"].map(|key| format!("Codex does not know `{key}` and ignores it")).to_vec();
        assert_eq!(verdict, Verdict::Accepts { warnings });
    }

    #[test]
    fn that_refuses_is_quoted() {
        let verdict = judged("printf 'Error: no\\n' >&2; exit 1", NOBODY_FOUND).expect("an answer");
        assert_eq!(verdict, Verdict::Refuses { words: "no".to_owned() });
    }

    #[test]
    fn that_does_not_understand_the_question_gives_no_verdict() {
        let error = judged("echo 'error: unexpected argument' >&2; exit 2", "exit 2").expect_err("no answer");
        assert!(error.to_string().contains("cannot ask Codex"), "{error}");
    }

    #[test]
    fn sees_nothing_of_the_environment() {
        let load = "[ -z \"$CARGO\" ] && [ -z \"$CARGO_MANIFEST_DIR\" ] && [ \"$HOME\" = \"$PWD\" ]";
        assert_eq!(judged(load, NOBODY_FOUND).expect("an answer"), Verdict::Accepts { warnings: Vec::new() });
    }
}
