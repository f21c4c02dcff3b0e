//! What the real Codex refused before `codexgw migrate`, it runs after it.

use std::path::Path;

use crate::support::{Outcome, Sandbox, Turn, Upstream};

/// `codex mcp list` loads the whole configuration and has nothing else to do.
fn load(sandbox: &Sandbox, profile: &[&str]) -> Outcome {
    sandbox.codex(&[profile, &["mcp", "list"]].concat()).run()
}

#[track_caller]
fn migrate(sandbox: &Sandbox) -> Outcome {
    let done = sandbox.codexgw(&["migrate", "--yes", "--store", "file"]).run().ok();
    sandbox.codexgw(&["migrate", "--dry-run"]).run().ok().stderr_has("nothing");
    done
}

#[test]
fn a_chat_provider_with_a_legacy_profile_runs_behind_the_gateway() {
    let upstream = Upstream::chat([Turn::text("hello from chat"), Turn::text("hello from chat")]);
    let sandbox = Sandbox::with_keyring();
    sandbox.write_config(format!(
        "profile = \"lab\"\n\n[model_providers.lab] # mine\nname = \"Lab\"\nbase_url = \"{}\"\nwire_api = \"chat\"\n\
         env_key = \"LAB_KEY\"\n\n# my model\n[profiles.lab]\nmodel_provider = \"lab\"\nmodel = \"{}\"\n",
        upstream.base_url(),
        upstream.model()
    ));
    load(&sandbox, &[]).exits(1);
    // Nothing is written without a word of the person's.
    let before = sandbox.files();
    sandbox.codexgw(&["migrate"]).run().exits(1).explains().stderr_has("codexgw migrate --yes");
    sandbox.codexgw(&["migrate", "--dry-run"]).run().ok().stdout_has("wire_api");
    assert_eq!(sandbox.files(), before);

    let key = upstream.key();
    sandbox
        .codexgw(&["migrate", "--yes"])
        .env("LAB_KEY", &key)
        .run()
        .ok()
        .stdout_has("lab.config.toml")
        .never_says(&key);
    assert!(sandbox.profile("lab").unwrap().starts_with("# my model\n"), "{:?}", sandbox.profile("lab"));
    for start in [sandbox.exec("lab", "hi"), sandbox.run("lab", "hi")] {
        start.run().ok().stdout_has("hello from chat");
    }
}

#[test]
fn a_key_pasted_into_the_file_goes_to_the_keyring_and_codex_still_gets_it() {
    let upstream = Upstream::responses([Turn::text("hello with a key")]);
    let sandbox = Sandbox::with_keyring();
    let key = upstream.key();
    sandbox.write_config(format!(
        "model = \"{}\"\nmodel_provider = \"lab\"\n\n[model_providers.lab]\nname = \"Lab\"\nbase_url = \"{}\"\n\
         experimental_bearer_token = \"{key}\"\n",
        upstream.model(),
        upstream.base_url(),
    ));
    sandbox.codexgw(&["migrate", "--yes"]).run().ok().stderr_has("codexgw undo").never_says(&key);
    for (path, content) in sandbox.files() {
        let holds = content.windows(key.len()).any(|part| part == key.as_bytes());
        assert!(!holds, "`{path}` still holds the key");
    }
    let exec = ["exec", "--dangerously-bypass-approvals-and-sandbox", "hi"];
    sandbox.codex(&exec).run().ok().stdout_has("hello with a key");
    assert_eq!(upstream.turns().len(), 1);
}

#[test]
fn whatever_stopped_codex_is_mended() {
    let provider = |id: &str, more: &str| {
        format!(
            "model = \"m\"\nmodel_provider = \"{id}\"\n[model_providers.{id}]\nname = \"N\"\nbase_url = \"http://127.0.0.1:9/v1\"\n{more}\n"
        )
    };
    for (text, profile) in [
        ("profile = \"x\"\n\n[profiles.x]\nmodel = \"m\"\n".to_owned(), &["-p", "x"][..]),
        ("approval_policy = \"untrusted\"\n".to_owned(), &[]),
        ("web_search = false\n".to_owned(), &[]),
        ("model_reasoning_effort = \"\"\n".to_owned(), &[]),
        ("model_provider = \"ollama-chat\"\n".to_owned(), &[]),
        (provider("openai", ""), &[]),
        (provider("ollama", "wire_api = \"chat\""), &[]),
        (provider("lmstudio", ""), &[]),
        (provider("lab", "wire_api = \"chat\"\nenv_key = \"NOT_SET\""), &[]),
        ("[model_providers.x]\nbase_url = \"http://127.0.0.1:9/v1\"\n".to_owned(), &[]),
    ] {
        let sandbox = Sandbox::with_codex();
        sandbox.write_config(&text);
        let before = load(&sandbox, profile);
        assert_ne!(before.code, Some(0), "Codex took it before\n{text}\n{before}");
        migrate(&sandbox);
        load(&sandbox, profile).ok();
    }
}

/// Plain `codex` goes where the selected profile sent it, not to OpenAI.
#[test]
fn the_selected_profile_stays_the_default() {
    let upstream = Upstream::responses([Turn::text("still here")]);
    let mut sandbox = Sandbox::with_codex();
    sandbox.set_env("LAB_KEY", upstream.key());
    sandbox.write_config(format!(
        "profile = \"fast\"\n[model_providers.lab]\nname = \"Lab\"\nbase_url = \"{}\"\nenv_key = \"LAB_KEY\"\n\
         [profiles.fast]\nmodel_provider = \"lab\"\nmodel = \"{}\"\n",
        upstream.base_url(),
        upstream.model()
    ));
    sandbox.codexgw(&["doctor", "--fix", "--offline"]).run().ok();
    sandbox.codex(&["exec", "hi"]).run().ok().stdout_has("still here");
}

/// Migrates corpus files and asks Codex about the outcome.
fn migrate_corpus(every: usize) {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/config-corpus");
    let mut files: Vec<_> =
        std::fs::read_dir(corpus).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    let (mut refused_before, mut wrong) = (0, Vec::new());
    for file in files.iter().step_by(every) {
        let text = std::fs::read_to_string(file).expect("a corpus file is text");
        let sandbox = Sandbox::with_codex();
        sandbox.write_config(&text);
        let before = load(&sandbox, &[]).code == Some(0);
        refused_before += usize::from(!before);
        let done = sandbox.codexgw(&["migrate", "--yes", "--store", "file"]).run();
        let once = sandbox.config();
        let again = sandbox.codexgw(&["migrate", "--yes", "--store", "file"]).run();
        let after = load(&sandbox, &[]);
        // What nobody can guess, such as where a provider is that the file only names, is told with Codex's own words.
        let is_told = done.stderr.contains("Codex would still refuse to start");
        let is_mended = after.code == Some(0) || is_told && done.stdout.contains("by hand");
        if done.code != Some(0) || again.code != Some(0) || sandbox.config() != once || !is_mended {
            wrong.push(format!("{}: {before}\n{done}\n{after}", file.display()));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {} ({refused_before} refused before):\n{}",
        wrong.len(),
        files.len(),
        wrong.join("\n")
    );
}

#[test]
fn some_corpus_files_are_accepted_after_migration() {
    migrate_corpus(12);
}

#[test]
#[ignore = "asks Codex about every corpus file"]
fn all_corpus_files_are_accepted_after_migration() {
    migrate_corpus(1);
}
