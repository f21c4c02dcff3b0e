//! What was added and taken out again leaves the person's file as it was, byte for byte.

use std::path::Path;

use crate::support::{Outcome, Sandbox};

/// The project's own samples.
const SAMPLES: &[&str] = &[
    "",
    "\n",
    "# only a comment\n",
    "model = \"gpt-5.5\"\n",
    "model = 'x' # why\nmodel_provider = \"mine\"\n\n\n[model_providers.mine]\nname = \"Mine\"\nbase_url = \"http://h/v1\"\n",
    "model_reasoning_effort = \"high\"\n\n# about the terminal\n[tui]\nnotifications = true\n\n# the end\n",
    "model_providers = { mine = { name = \"Mine\", base_url = \"http://h/v1\" } }\n[tui]\n",
    "[model_providers]\nmine.name = \"Mine\"\nmine.base_url = \"http://h/v1\"\n\n[projects.\"/a b/ü\"]\ntrust_level = \"trusted\"\n",
    "[[hooks.stop]]\ncommand = \"x\"\n\n\t[mcp_servers.tiny]\n\tcommand = \"node\"\n\targs = [\n\t\t\"a\", # one\n\t\t\"b\",\n\t]\n",
    "developer_instructions = \"\"\"\nmodel = \"not a key\"\n[model_providers.codexgw]\n\"\"\"\n",
];

/// Corpus files (when the folder is there) and samples, by name.
fn originals() -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> =
        SAMPLES.iter().enumerate().map(|(n, text)| (format!("sample {n}"), (*text).to_owned())).collect();
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/config-corpus");
    for entry in std::fs::read_dir(corpus).into_iter().flatten().flatten() {
        if entry.path().extension().is_some_and(|e| e == "toml") {
            let text = std::fs::read_to_string(entry.path()).expect("a corpus file is text");
            all.push((entry.file_name().to_string_lossy().into_owned(), text));
        }
    }
    all.sort();
    all
}

/// As it is, with CRLF, with a BOM, without a final newline.
fn variants(text: &str) -> [(&'static str, String); 4] {
    [
        ("as it is", text.to_owned()),
        ("with CRLF", text.replace('\n', "\r\n")),
        ("with a BOM", format!("\u{feff}{text}")),
        ("without a final newline", text.trim_end_matches('\n').to_owned()),
    ]
}

fn add(sandbox: &Sandbox, via: &str) -> Outcome {
    let wire = if via == "direct" { "responses" } else { "chat" };
    let url = "http://127.0.0.1:9/v1";
    let add = ["add", "custom", "--id", "round-trip", "--base-url", url, "--model", "m1", "--key-stdin"];
    let more = ["--store", "file", "--no-probe", "--via", via, "--wire", wire];
    sandbox.codexgw(&add).args(&more).stdin("sk-test-0123456789").run()
}

/// Writes `text`, runs `add` and then `steps`, and gives what went wrong.
fn round_trip(sandbox: &Sandbox, text: &str, via: &str, steps: &[&[&str]]) -> Result<bool, String> {
    sandbox.write_config(text);
    let read = || std::fs::read(sandbox.config_file()).unwrap_or_default();
    let added = add(sandbox, via);
    if added.code != Some(0) {
        let unchanged = read() == text.as_bytes();
        return if unchanged { Ok(false) } else { Err(format!("refused, but changed\n{added}")) };
    }
    if read() == text.as_bytes() {
        return Err(format!("`add` wrote nothing\n{added}"));
    }
    let between = String::from_utf8_lossy(&read()).into_owned();
    for step in steps {
        let outcome = sandbox.codexgw(step).run();
        if outcome.code != Some(0) {
            return Err(format!("{outcome}\nthe file was\n{between}"));
        }
    }
    let after = read();
    if after == text.as_bytes() {
        return Ok(true);
    }
    Err(format!("not the same bytes\n--- before\n{text:?}\n--- after\n{:?}", String::from_utf8_lossy(&after)))
}

#[track_caller]
fn all_round_trips(via: &str, steps: &[&[&str]], chosen: impl Fn(usize, usize) -> bool) {
    let sandbox = Sandbox::with_codex();
    let (mut wrong, mut done, mut refused) = (Vec::new(), 0, Vec::new());
    for (n, (name, text)) in originals().iter().enumerate() {
        for (v, (variant, text)) in variants(text).iter().enumerate() {
            if !chosen(n, v) {
                continue;
            }
            let parses = text.trim_start_matches('\u{feff}').parse::<toml_edit::DocumentMut>().is_ok();
            match round_trip(&sandbox, text, via, steps) {
                Ok(true) if parses => done += 1,
                Ok(true) => wrong.push(format!("{name} {variant}: it does not parse, but was edited")),
                Ok(false) if parses => refused.push(format!("{name} {variant}")),
                Ok(false) => {}
                Err(why) => {
                    wrong.push(format!("{name} {variant}: {why}"));
                    // What is left must not spoil the next one.
                    sandbox.write_config("");
                    sandbox.codexgw(&["uninstall", "--yes"]).run();
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {} went wrong:\n{}", wrong.len(), wrong.len() + done, wrong.join("\n\n"));
    assert!(refused.is_empty(), "{} files that parse were refused: {refused:?}", refused.len());
}

#[test]
fn add_direct_and_remove_give_back_the_same_bytes() {
    all_round_trips("direct", &[&["remove", "round-trip", "--yes"]], |_, _| true);
}

#[test]
fn add_gateway_use_off_and_uninstall_give_back_the_same_bytes() {
    let steps: [&[&str]; 3] = [&["use", "round-trip"], &["off"], &["uninstall", "--yes"]];
    // Four commands for each: one variant of every file, all variants over the files.
    all_round_trips("gateway", &steps, |n, v| n % 4 == v || n < SAMPLES.len());
}

#[test]
fn uninstall_without_off_gives_back_the_same_bytes() {
    let steps: [&[&str]; 2] = [&["use", "round-trip"], &["uninstall", "--yes"]];
    all_round_trips("gateway", &steps, |n, v| n % 4 == v && n < SAMPLES.len());
    let sandbox = Sandbox::with_codex();
    let mine = "# mine\nmodel = \"gpt-5\"\n";
    assert_eq!(round_trip(&sandbox, mine, "gateway", &steps), Ok(true));
}

#[test]
fn a_file_that_was_not_there_is_not_there_again() {
    for (via, steps) in [
        ("direct", [["remove", "round-trip", "--yes"].as_slice()].as_slice()),
        ("gateway", [["use", "round-trip"].as_slice(), &["off"], &["uninstall", "--yes"]].as_slice()),
    ] {
        let sandbox = Sandbox::with_codex();
        add(&sandbox, via).ok();
        for step in steps {
            sandbox.codexgw(step).run().ok();
        }
        assert_eq!(sandbox.config(), None, "{via}");
    }
}
