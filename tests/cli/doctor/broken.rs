//! A broken world, and what holds of each: the doctor names the cause and a remedy, changes nothing by itself, and
//! `--fix` mends what it offers to mend.

use std::any::Any;
use std::collections::BTreeMap;

use serde_json::Value;

use crate::support::child::COMMANDS;
use crate::support::{Outcome, Sandbox};

/// Something wrong, made for real.
pub struct Broken {
    id: &'static str,
    sandbox: Sandbox,
    args: Vec<&'static str>,
    is_mended: bool,
    is_note: bool,
    is_typed: bool,
    /// What has to stay alive, such as a server.
    kept: Box<dyn Any>,
}

impl Broken {
    /// A world in which the doctor has to find this.
    pub fn new(id: &'static str, sandbox: Sandbox) -> Self {
        Self {
            id,
            sandbox,
            args: vec!["--offline"],
            is_mended: false,
            is_note: false,
            is_typed: false,
            kept: Box::new(()),
        }
    }

    /// Codex with this configuration.
    pub fn config(id: &'static str, text: &str) -> Self {
        let sandbox = Sandbox::with_codex();
        sandbox.write_config(text);
        Self::new(id, sandbox)
    }

    /// With a variable set.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.sandbox.set_env(name, value);
        self
    }

    /// Looked at over the network too, by one check alone.
    pub fn asked(mut self, only: &'static str) -> Self {
        self.args = vec!["--only", only];
        self
    }

    /// The same of one provider.
    pub fn asked_of(mut self, only: &'static str, provider: &'static str) -> Self {
        self.args = vec!["--only", only, provider];
        self
    }

    /// With something that has to stay alive.
    pub fn keeping(mut self, kept: impl Any) -> Self {
        self.kept = Box::new(kept);
        self
    }

    /// `--fix` mends it.
    pub fn mended(mut self) -> Self {
        self.is_mended = true;
        self
    }

    /// What is printed is a command, and mends it as it is typed.
    pub fn prints_command(mut self) -> Self {
        self.is_typed = true;
        self
    }

    /// It is no trouble, only good to know.
    pub fn note(mut self) -> Self {
        self.is_note = true;
        self
    }

    /// All of the above holds.
    #[track_caller]
    pub fn holds(self) {
        let Self { id, sandbox, args, is_mended, is_note, is_typed, kept: _alive } = self;
        let before = files(&sandbox);
        let outcome = doctor(&sandbox, &args);
        let outcome = outcome.exits(if is_note { 0 } else { 3 });
        assert_eq!(files(&sandbox), before, "`{id}`: the doctor changed something\n{outcome}");
        let finding = finding(&outcome, id).unwrap_or_else(|| panic!("`{id}` is not among them\n{outcome}"));
        assert!(finding["what"].as_str().is_some_and(|what| what.len() > 12), "{outcome}");
        let fix = finding["fix"].as_str().unwrap_or_default();
        assert!(is_note || !fix.is_empty(), "`{id}` has no remedy\n{outcome}");
        for command in fix.split("`codexgw ").skip(1) {
            let word = command.split([' ', '`']).next().unwrap_or_default();
            assert!(COMMANDS.contains(&word), "`{id}`: there is no `codexgw {word}`\n{outcome}");
        }
        let commands = commands(fix);
        assert!(!is_typed || !commands.is_empty(), "`{id}` prints no command\n{outcome}");
        if !is_mended {
            for command in &commands {
                sandbox.command("sh", &["-c", command]).run().ok();
            }
            if !commands.is_empty() {
                let outcome = doctor(&sandbox, &args);
                assert!(self::finding(&outcome, id).is_none(), "{commands:?} does not mend `{id}`\n{outcome}");
            }
            return;
        }
        let outcome = doctor(&sandbox, &[&args[..], &["--fix"]].concat());
        assert_ne!(files(&sandbox), before, "`{id}`: `--fix` did nothing\n{outcome}");
        let outcome = outcome.exits(0);
        assert!(self::finding(&outcome, id).is_none(), "`{id}` is still there\n{outcome}");
    }
}

/// The commands of codexgw in the words of a remedy that change something and want nothing filled in.
fn commands(fix: &str) -> Vec<&str> {
    let words = |command: &str| command.split(' ').nth(1).unwrap_or_default().to_owned();
    let changes =
        |command: &&str| ["migrate", "add", "remove", "use", "gateway", "profile"].contains(&words(command).as_str());
    let is_whole =
        |command: &&str| !command.split(' ').any(|word| ["PROVIDER", "NAME", "URL", "MODEL", "ID"].contains(&word));
    // What others wrote is shown and asked about first.
    let is_whole = |command: &&str| is_whole(command) && !command.ends_with(" --project");
    let quoted = fix.split('`').skip(1).step_by(2);
    quoted.filter(|command| command.starts_with("codexgw ")).filter(changes).filter(is_whole).collect()
}

/// Runs the doctor, with its report in JSON.
pub fn doctor(sandbox: &Sandbox, args: &[&str]) -> Outcome {
    sandbox.codexgw(&["doctor", "--json"]).args(args).run()
}

/// The ids of what it found.
pub fn ids(outcome: &Outcome) -> Vec<String> {
    let findings = report(outcome)["findings"].as_array().cloned().unwrap_or_default();
    findings.iter().map(|finding| finding["id"].as_str().unwrap_or_default().to_owned()).collect()
}

/// The ids of what is more than good to know.
pub fn troubles(outcome: &Outcome) -> Vec<String> {
    let findings = report(outcome)["findings"].as_array().cloned().unwrap_or_default();
    let trouble = findings.iter().filter(|finding| finding["severity"] != "note");
    trouble.map(|finding| finding["id"].as_str().unwrap_or_default().to_owned()).collect()
}

/// One finding of its report.
pub fn finding(outcome: &Outcome, id: &str) -> Option<Value> {
    report(outcome)["findings"].as_array()?.iter().find(|finding| finding["id"] == id).cloned()
}

fn report(outcome: &Outcome) -> Value {
    serde_json::from_str(&outcome.stdout).unwrap_or_else(|e| panic!("{e}\n{outcome}"))
}

/// All files of the person's, but for the version of Codex that codexgw keeps in mind.
fn files(sandbox: &Sandbox) -> BTreeMap<String, Vec<u8>> {
    let mut files = sandbox.files();
    for dir in ["home", "work"] {
        sandbox.read_tree(dir, &mut files);
    }
    files.retain(|name, _| name != "codexgw/state/codex.json" && !name.contains("/.git/"));
    files
}
