use std::ffi::OsString;
use std::path::Path;

use clap::Args as ClapArgs;

use crate::codex::{Codex, instructions};
use crate::error::{Error, Result};
use crate::launch::{Launch, Overrides, Selection, arguments, no_proxy_with_loopback, refuse_profile};
use crate::secret::Vault;
use crate::settings::{KeyStore, Provider, Road};
use crate::setup::{self, GATEWAY_ID, Setup, overrides, slug, unknown_provider};
use crate::{gateway, ui};

use super::context::Context;

/// Start Codex on a profile or provider
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Examples:\n  codexgw run --profile claude\n  codexgw run --provider groq --model openai/gpt-oss-120b\n  \
                        codexgw run -- exec \"explain this repository\""
)]
pub struct Args {
    /// The profile to start on
    #[arg(long, short = 'p', value_name = "NAME", conflicts_with = "provider")]
    profile: Option<String>,
    /// The provider to start on
    #[arg(long, value_name = "ID")]
    provider: Option<String>,
    /// Another model of that provider, by the provider's own name
    #[arg(long, short = 'm')]
    model: Option<String>,
    /// Pass everything on the command line and write nothing into Codex's home but its own session
    #[arg(long)]
    ephemeral: bool,
    /// Arguments for codex
    #[arg(last = true, value_name = "CODEX ARGUMENTS")]
    codex: Vec<OsString>,
}

/// What was chosen: for Codex's command line, and for the environment.
struct Choice {
    selection: Selection,
    /// Our provider, when it is one of ours.
    provider: Option<String>,
    /// Whether Codex will talk to the gateway.
    through_gateway: bool,
    /// What goes in by `-c`.
    overrides: Overrides,
}

impl Args {
    pub fn run(self, context: &Context) -> Result<u8> {
        let setup = context.setup()?;
        let codex = Codex::find(&context.home)?;
        refuse_profile(&self.codex)?;
        let choice = self.choose(context, &setup)?;
        let args = arguments(&codex.version, &choice.selection, &choice.overrides(context, &setup), &self.codex)?;

        instructions::load(&context.home, &codex);
        setup.refresh_catalogues(Some(&codex))?;
        let mut env: Vec<(OsString, OsString)> = Vec::new();
        if let Some(provider) = choice.provider.as_deref().and_then(|id| setup.settings.providers.get(id)) {
            env.extend(key_variable(context, choice.provider.as_deref().unwrap_or_default(), provider)?);
        }
        if choice.through_gateway {
            gateway::ensure(&context.home)?;
            let hosts = no_proxy_with_loopback(|name| std::env::var(name).ok());
            env.extend(["NO_PROXY", "no_proxy"].map(|name| (name.into(), OsString::from(&hosts))));
        }
        let native = codex.native();
        env.extend(native.env);
        Launch { program: native.path, args, env }.exec()
    }

    fn choose(&self, context: &Context, setup: &Setup) -> Result<Choice> {
        if let Some(name) = &self.profile
            && !self.ephemeral
        {
            return self.profile_choice(setup, name);
        }
        let id = match (&self.provider, &self.profile) {
            (Some(id), _) => id.clone(),
            (None, Some(name)) => match setup.settings.profiles.get(name) {
                Some(record) => record.provider.clone(),
                None => return Err(not_ours(name)),
            },
            (None, None) => match self.only_choice(setup)? {
                Found::Provider(id) => id,
                Found::Profile(name) => return self.profile_choice(setup, &name),
                Found::Default => return Ok(Choice::of_default(setup)),
            },
        };
        let provider = setup.settings.providers.get(&id);
        let provider = provider.ok_or_else(|| unknown_provider(&id, setup.settings.providers.keys()))?;
        let profile = setup.settings.profiles.iter().find(|(_, record)| record.provider == id);
        if !self.ephemeral
            && let Some((name, _)) =
                setup.settings.profiles.get_key_value(&id).filter(|(_, r)| r.provider == id).or(profile)
        {
            return self.profile_choice(setup, name);
        }
        self.ephemeral_choice(context, setup, &id, provider)
    }

    fn profile_choice(&self, setup: &Setup, name: &str) -> Result<Choice> {
        let chosen = setup.profile_choice(name)?;
        let record = setup.settings.profiles.get(name);
        let provider = match chosen.provider.as_deref() {
            Some(GATEWAY_ID) => record.map(|record| record.provider.clone()),
            Some(id) => setup.settings.providers.contains_key(id).then(|| id.to_owned()),
            None => None,
        };
        let through_gateway = chosen.provider.as_deref() == Some(GATEWAY_ID);
        let model = match (&self.model, &provider) {
            (Some(model), Some(id)) if through_gateway => Some(slug(id, model, Road::Gateway)),
            (Some(model), _) => Some(model.clone()),
            (None, _) => chosen.model,
        };
        let selection = Selection::Profile { name: name.to_owned(), model };
        Ok(Choice { selection, provider, through_gateway, overrides: Vec::new() })
    }

    fn ephemeral_choice(&self, context: &Context, setup: &Setup, id: &str, provider: &Provider) -> Result<Choice> {
        let command = context.token_command()?;
        let through_gateway = provider.road == Road::Gateway;
        let mut pairs = overrides(id, provider, setup.settings.port, &command);
        let model = self.model.as_ref().unwrap_or(&provider.model);
        let model = slug(id, model, provider.road);
        pairs.push(("model".to_owned(), toml_edit::Value::from(model).to_string()));
        if !through_gateway {
            pairs.push(catalogue_override(&setup::catalogue_file(&context.home, id)));
        }
        let provider = Some(id.to_owned());
        Ok(Choice { selection: Selection::Ephemeral, provider, through_gateway, overrides: pairs })
    }

    /// What to start on when the command names nothing: the default, else the only profile, else what the person
    /// picks.
    fn only_choice(&self, setup: &Setup) -> Result<Found> {
        if let Some(choice) = setup.settings.default.as_ref().filter(|_| setup.default_is_ours()) {
            let needs_provider = self.ephemeral || self.model.is_some();
            return Ok(if needs_provider { Found::Provider(choice.provider.clone()) } else { Found::Default });
        }
        let mut profiles: Vec<&String> = setup.settings.profiles.keys().collect();
        match profiles.len() {
            0 => match setup.settings.providers.keys().next() {
                Some(id) if setup.settings.providers.len() == 1 => Ok(Found::Provider(id.clone())),
                _ => Err(Error::fixable("there is nothing to start Codex on yet")
                    .hint("add a provider: `codexgw add openrouter`, or see it work first: `codexgw demo`")),
            },
            1 => Ok(Found::Profile(profiles.remove(0).clone())),
            _ if ui::prompt::possible() => {
                let names: Vec<String> = profiles.into_iter().cloned().collect();
                let picked = ui::prompt::select("Start Codex on", &names)?;
                Ok(Found::Profile(names[picked].clone()))
            }
            _ => {
                let names: Vec<String> = profiles.iter().map(|name| format!("`{name}`")).collect();
                Err(Error::usage("there is more than one profile to start on")
                    .cause(names.join(", "))
                    .hint(format!("name one: `codexgw run --profile {}`", profiles[0])))
            }
        }
    }
}

enum Found {
    Default,
    Profile(String),
    Provider(String),
}

impl Choice {
    fn of_default(setup: &Setup) -> Self {
        let model = setup.config_str(&["model"]).map(str::to_owned);
        Self {
            selection: Selection::AsConfigured { model },
            provider: setup.settings.default.as_ref().map(|choice| choice.provider.clone()),
            through_gateway: true,
            overrides: Vec::new(),
        }
    }

    fn overrides(&self, context: &Context, setup: &Setup) -> Overrides {
        let mut overrides = self.overrides.clone();
        if self.through_gateway && setup.config_has(&["model_catalog_json"]) {
            // A catalogue of the person's own switches off the one that Codex would fetch from the gateway.
            overrides.push(catalogue_override(&setup::catalogue_file(&context.home, GATEWAY_ID)));
        }
        overrides
    }
}

fn catalogue_override(file: &Path) -> (String, String) {
    let value = toml_edit::Value::from(file.to_string_lossy().into_owned());
    ("model_catalog_json".to_owned(), value.to_string())
}

fn not_ours(profile: &str) -> Error {
    Error::fixable(format!("`{profile}` is not a profile of codexgw"))
        .hint("with `--ephemeral`, name a provider: `codexgw run --ephemeral --provider ID`")
}

/// The one variable that a provider with `env_key` needs.
fn key_variable(context: &Context, id: &str, provider: &Provider) -> Result<Option<(OsString, OsString)>> {
    let Some(variable) = provider.env_key.as_ref().filter(|_| provider.road == Road::Direct) else { return Ok(None) };
    match provider.key {
        KeyStore::Env | KeyStore::None => {
            let value = std::env::var(variable).unwrap_or_default();
            if value.trim().is_empty() {
                return Err(Error::fixable(format!("`{variable}` is not set, and `{id}` takes its key from there"))
                    .hint(format!("set it: `export {variable}=…`, or store the key: `codexgw key set {id}`")));
            }
            if value.contains(['\n', '\r']) {
                return Err(Error::fixable(format!("`{variable}` holds a line break"))
                    .cause("Codex would drop the key without a word and send requests without it")
                    .hint(format!("set it anew without the line break: `export {variable}=\"$(… | tr -d '\\n')\"`")));
            }
            Ok(None)
        }
        store => {
            let key = Vault::new(&context.home).key(id, store, &provider.key_command)?;
            Ok(Some((variable.into(), key.expose().into())))
        }
    }
}
