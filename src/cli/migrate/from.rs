use std::path::PathBuf;

use clap::ValueEnum;
use url::Url;

use crate::error::{Error, Result};
use crate::import::{self, Found, FoundKey, Step};
use crate::ui;

use super::super::add::{Given, GivenKey, StoreChoice};
use super::super::context::Context;
use super::by_hand::ByHand;

/// A tool whose providers can be set up here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum From {
    /// CC Switch's providers for Codex, Claude Code and Gemini CLI
    CcSwitch,
    /// What a LiteLLM proxy's `config.yaml` sends requests to
    Litellm,
    /// The variables of this shell
    Env,
}

/// How it is to be done.
pub struct Options {
    /// The tool's file, when it was named.
    pub path: Option<PathBuf>,
    /// Only show it.
    pub dry_run: bool,
    /// Do not ask.
    pub yes: bool,
    /// Where to keep the keys.
    pub store: StoreChoice,
    /// Whether to ask each provider what it speaks.
    pub probe: bool,
}

impl From {
    fn read(self, path: Option<PathBuf>) -> Result<Vec<Found>> {
        let home = dirs::home_dir();
        match self {
            Self::CcSwitch => import::cc_switch::read(&import::cc_switch::find(path, home.as_deref())?),
            Self::Litellm => {
                let here = std::env::current_dir().unwrap_or_default();
                import::litellm::read(&import::litellm::find(path, &here, home.as_deref())?, &variable)
            }
            Self::Env if path.is_some() => {
                Err(Error::usage("`--path` does not go with `--from env`").hint("leave it out"))
            }
            Self::Env => Ok(import::shell::read(&variable)),
        }
    }

    fn word(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }
}

/// Shows what was found and what will be done, asks once, and does it.
pub fn run(context: &Context, from: From, options: &Options) -> Result<u8> {
    crate::secret::forbid_core_dumps();
    let found = from.read(options.path.clone())?;
    if found.is_empty() {
        ui::note("found no providers there");
        return Ok(0);
    }
    let setup = context.setup()?;
    let taken = |id: &str| {
        setup.config_str(&["model_providers", id, "base_url"]).is_some() || setup.check_profile_name(id).is_err()
    };
    let steps = import::plan(found, &setup.settings, &taken);
    show(&steps);
    let count = steps.iter().filter(|step| matches!(step, Step::Add { .. })).count();
    if count == 0 || options.dry_run {
        ui::note("nothing was changed");
        return Ok(0);
    }
    if !options.yes && !agreed(count, from)? {
        ui::note("nothing was changed");
        return Ok(0);
    }
    let mut done: Vec<String> = Vec::new();
    let mut failed: Vec<(String, ByHand, Error)> = Vec::new();
    for step in steps {
        let Step::Add { id, found } = step else { continue };
        let by_hand = ByHand::new(&id, &found, &address(&found), options.store);
        match given(&id, found, options).add(context) {
            Ok(_) => done.push(id),
            Err(e) => failed.push((id, by_hand, e)),
        }
    }
    Ok(tell(&done, &failed))
}

fn agreed(count: usize, from: From) -> Result<bool> {
    if !ui::prompt::possible() {
        let command = format!("codexgw migrate --from {}", from.word());
        return Err(Error::fixable("nothing was changed, since nobody can be asked here")
            .hint(format!("agree to it: `{command} --yes`")));
    }
    ui::prompt::confirm(&format!("Set up {} here?", ui::plural(count, "provider")), true)
}

fn given(id: &str, found: Found, options: &Options) -> Given {
    Given {
        id: id.to_owned(),
        template: found.template,
        base_url: found.base_url,
        wire: found.wire,
        key_form: found.key_form,
        models: found.models,
        key: match found.key {
            FoundKey::Literal(secret) => GivenKey::Known(secret),
            FoundKey::EnvVar(name) => GivenKey::Variable(name),
            FoundKey::Missing => GivenKey::Absent,
        },
        store: options.store,
        probe: options.probe,
    }
}

fn show(steps: &[Step]) {
    let rows = steps.iter().map(|step| {
        let found = step.found();
        let what = match step {
            Step::Add { .. } => "add".to_owned(),
            Step::Skip { why, .. } => format!("leave: {}", ui::plain(why, 100)),
        };
        vec![step.id().to_owned(), ui::plain(&found.name, 30), address(found), models(found), key(found), what]
    });
    ui::line(ui::table(&["PROVIDER", "NAME", "BASE URL", "MODELS", "KEY", "WHAT"], rows));
    for step in steps.iter().filter(|step| matches!(step, Step::Add { .. })) {
        for note in &step.found().notes {
            ui::note(format!("{}: {note}", step.id()));
        }
    }
    let mut origins: Vec<&str> = steps.iter().map(|step| step.found().origin.as_str()).collect();
    origins.dedup();
    ui::note(format!("read from {}", origins.join("; ")));
}

/// The base URL without what could be a key: name, password and query.
fn address(found: &Found) -> String {
    let Some(mut url) = found.address().and_then(|address| Url::parse(address).ok()) else {
        return "-".to_owned();
    };
    url.set_query(None);
    url.set_fragment(None);
    // Only a URL without a host refuses, and that one has neither.
    let _ = (url.set_username(""), url.set_password(None));
    ui::plain(url.as_str().trim_end_matches('/'), 80)
}

fn models(found: &Found) -> String {
    match found.models.as_slice() {
        [] => "-".to_owned(),
        [only] => ui::plain(only, 40),
        [first, rest @ ..] => format!("{} and {} more", ui::plain(first, 40), rest.len()),
    }
}

fn key(found: &Found) -> String {
    match &found.key {
        FoundKey::Literal(_) => "found".to_owned(),
        FoundKey::EnvVar(name) if variable(name).is_some() => format!("in {}", ui::plain(name, 40)),
        FoundKey::EnvVar(name) => format!("{} is not set", ui::plain(name, 40)),
        FoundKey::Missing => "none".to_owned(),
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.trim().is_empty())
}

/// What was done and what was not; gives the exit code.
fn tell(done: &[String], failed: &[(String, ByHand, Error)]) -> u8 {
    for (id, by_hand, error) in failed {
        ui::warn(format!("`{id}` was not added: {error}"), None);
        for hint in error.hints() {
            ui::hint(by_hand.instead_of_options(hint));
        }
    }
    if !done.is_empty() {
        let names: Vec<String> = done.iter().map(|id| format!("`{id}`")).collect();
        ui::note(format!("{} set up: {}", ui::plural(done.len(), "provider"), names.join(", ")));
        ui::note("see them: codexgw list");
    }
    failed.first().map_or(0, |(_, _, error)| error.kind().exit_code())
}
