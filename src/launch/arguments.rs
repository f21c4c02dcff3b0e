//! The arguments that codex gets: ours first, then the person's own as they typed them.

use std::ffi::OsString;

use crate::codex::Version;
use crate::error::{Error, Result};

/// What decides provider and model of the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// A profile file, and the model to name on the command line: a trusted project's own `model` would win over
    /// the profile's (codex-facts 1.6).
    Profile {
        /// Name of the profile file.
        name: String,
        /// Model as Codex is to send it.
        model: Option<String>,
    },
    /// Everything by `-c`; no file of Codex's is read for it or written.
    Ephemeral,
    /// Codex's own default, which `use` set.
    AsConfigured {
        /// Model as Codex is to send it.
        model: Option<String>,
    },
}

/// `-c key=value` pairs, the values as TOML source.
pub type Overrides = Vec<(String, String)>;

/// Subcommands that talk to a model and take `-p` and `-m`. The others run as they are: `-p` before `login`,
/// `features` or `apply` is an error in Codex (measured on 0.169.0).
const MODEL_SUBCOMMANDS: [&str; 5] = ["exec", "e", "review", "resume", "fork"];

const OTHER_SUBCOMMANDS: [&str; 24] = [
    "a",
    "agents",
    "app-server",
    "apply",
    "archive",
    "cloud",
    "completion",
    "debug",
    "delete",
    "doctor",
    "exec-server",
    "features",
    "help",
    "login",
    "logout",
    "mcp",
    "mcp-server",
    "migrate-nfs-db",
    "migrate-rollouts",
    "plugin",
    "queue",
    "remote-control",
    "sandbox",
    "unarchive",
];

/// Options of codex that take a value, so that a value is not taken for a subcommand.
const VALUE_OPTIONS: [&str; 24] = [
    "-c",
    "--config",
    "--enable",
    "--disable",
    "--remote",
    "--remote-auth-token-env",
    "-i",
    "--image",
    "-m",
    "--model",
    "--local-provider",
    "-s",
    "--sandbox",
    "-C",
    "--cd",
    "--add-dir",
    "-a",
    "--ask-for-approval",
    "--color",
    "-o",
    "--output-last-message",
    "--output-schema",
    "--thread-source",
    "--cyber-access-program",
];

/// Refuses a profile among a person's own arguments for Codex.
///
/// # Errors
/// A usage error that says where the profile goes.
pub fn refuse_profile(own: &[OsString]) -> Result<()> {
    if !Scan::of(own).names_profile {
        return Ok(());
    }
    Err(Error::usage("a profile is named after `--` too")
        .cause("`codexgw run` chooses the profile itself, and Codex takes only one")
        .hint("name it before the dashes: `codexgw run --profile NAME -- …`"))
}

/// Builds the arguments of `codex`; `overrides` go in as `-c key=value`.
///
/// # Errors
/// When the person's own arguments name a profile too.
pub fn arguments(
    version: &Version,
    selection: &Selection,
    overrides: &[(String, String)],
    own: &[OsString],
) -> Result<Vec<OsString>> {
    refuse_profile(own)?;
    let scan = Scan::of(own);
    let mut args: Vec<OsString> = Vec::new();
    if scan.subcommand.as_deref().is_none_or(|name| MODEL_SUBCOMMANDS.contains(&name)) {
        if version.has_no_daemon() {
            // The shared background server keeps the environment of whoever started it first (codex-facts 7).
            args.push("--no-daemon".into());
        }
        if let Selection::Profile { name, .. } = selection {
            args.extend(["-p".into(), name.into()]);
        }
        for (key, value) in overrides {
            args.extend(["-c".into(), format!("{key}={value}").into()]);
        }
        if let Selection::Profile { model: Some(model), .. } | Selection::AsConfigured { model: Some(model) } =
            selection
            && !scan.names_model
        {
            args.extend(["-m".into(), model.into()]);
        }
    }
    args.extend(own.iter().cloned());
    Ok(args)
}

/// What the person's own arguments say.
#[derive(Debug, Default)]
struct Scan {
    subcommand: Option<String>,
    names_profile: bool,
    names_model: bool,
}

impl Scan {
    fn of(own: &[OsString]) -> Self {
        let mut scan = Self::default();
        let mut words = own.iter().map(|word| word.to_string_lossy());
        let mut first_word_seen = false;
        while let Some(word) = words.next() {
            if word == "--" {
                break;
            }
            if !word.starts_with('-') {
                if !first_word_seen
                    && (MODEL_SUBCOMMANDS.contains(&word.as_ref()) || OTHER_SUBCOMMANDS.contains(&word.as_ref()))
                {
                    scan.subcommand = Some(word.into_owned());
                }
                first_word_seen = true;
                continue;
            }
            let in_other = scan.subcommand.as_deref().is_some_and(|name| !MODEL_SUBCOMMANDS.contains(&name));
            if !in_other {
                scan.names_profile |= is_option(&word, "-p", "--profile");
                scan.names_model |= is_option(&word, "-m", "--model");
            }
            if VALUE_OPTIONS.contains(&word.as_ref()) {
                words.next();
            }
        }
        scan
    }
}

fn is_option(word: &str, short: &str, long: &str) -> bool {
    word == long
        || word.strip_prefix(long).is_some_and(|rest| rest.starts_with('='))
        || (word.starts_with(short) && !word.starts_with("--"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn build(selection: &Selection, own: &[&str]) -> Result<Vec<String>> {
        let own: Vec<OsString> = own.iter().map(Into::into).collect();
        let version = "0.169.0".parse().expect("a version");
        Ok(arguments(&version, selection, &[], &own)?.into_iter().map(|a| a.into_string().expect("text")).collect())
    }

    fn profile() -> Selection {
        Selection::Profile { name: "claude".into(), model: Some("p/m".into()) }
    }

    #[test]
    fn ours_come_before_the_persons_own() {
        let cases: [(&[&str], &[&str]); 6] = [
            (&[], &["--no-daemon", "-p", "claude", "-m", "p/m"]),
            (&["exec", "say hi"], &["--no-daemon", "-p", "claude", "-m", "p/m", "exec", "say hi"]),
            (&["exec", "-m", "x", "hi"], &["--no-daemon", "-p", "claude", "exec", "-m", "x", "hi"]),
            (&["-C", "exec", "login"], &["-C", "exec", "login"]),
            (&["mcp", "add", "-p", "x"], &["mcp", "add", "-p", "x"]),
            (&["features list are what?"], &["--no-daemon", "-p", "claude", "-m", "p/m", "features list are what?"]),
        ];
        for (own, expected) in cases {
            assert_eq!(build(&profile(), own).expect("arguments"), expected, "for {own:?}");
        }
    }

    #[test]
    fn a_second_profile_is_a_usage_error() {
        for own in [&["-p", "x"][..], &["-px"], &["--profile=x"], &["exec", "--profile", "x", "hi"]] {
            let error = build(&profile(), own).expect_err("refused");
            assert_eq!(error.kind(), crate::error::Kind::Usage, "for {own:?}");
        }
        assert!(build(&profile(), &["exec", "--", "-p"]).is_ok(), "a prompt may be anything");
    }

    #[test]
    fn old_codex_is_not_given_the_flag_it_lacks() {
        let version = "0.150.0".parse().expect("a version");
        let args = arguments(&version, &profile(), &[], &[]).expect("arguments");
        assert_eq!(args, ["-p", "claude", "-m", "p/m"]);
    }

    #[test]
    fn ephemeral_passes_everything_by_override() {
        let overrides = vec![("model_provider".to_owned(), "\"codexgw\"".to_owned())];
        let version = "0.169.0".parse().expect("a version");
        let own = ["exec".into(), "hi".into()];
        let args = arguments(&version, &Selection::Ephemeral, &overrides, &own).expect("arguments");
        assert_eq!(args, ["--no-daemon", "-c", "model_provider=\"codexgw\"", "exec", "hi"]);
    }
}
