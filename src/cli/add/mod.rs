mod again;
mod credentials;
mod given;
mod identity;
mod outcome;
mod upstream;

use clap::{Args as ClapArgs, ValueEnum};

use crate::catalog::KeyForm;
use crate::codex::Codex;
use crate::error::{Error, Result};
use crate::secret::{Secret, Vault};
use crate::settings::{KeyStore, Provider, Road, Safety, Via, Wire};
use crate::setup::{NewProvider, Setup, UseTarget};
use crate::ui;

use super::context::{Context, commit_or_show};
use super::key::NoKeyOption;

use credentials::Credentials;
pub use given::{Given, GivenKey};
use identity::Identity;
use outcome::Outcome;
use upstream::Upstream;

/// Add a provider: store its key, ask what it speaks, write what Codex needs
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:\n  codexgw add openrouter\n  codexgw add ollama --model qwen3-coder:30b\n  \
                        codexgw add custom --id lab --base-url http://10.0.0.7:8000/v1 --key-from-env LAB_KEY")]
pub struct Args {
    /// Such as openrouter, anthropic, gemini, azure or ollama, or `custom` with --base-url
    provider: String,
    /// Where the provider is; needed for `custom`
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// Which of its endpoints, where it has several: another region or plan (see `codexgw providers show`)
    #[arg(long, value_name = "ENDPOINT", conflicts_with = "base_url")]
    endpoint: Option<String>,
    /// The name to give it here
    #[arg(long)]
    id: Option<String>,
    /// The model to start with, by the provider's own name; more may follow
    #[arg(long, value_name = "MODEL")]
    model: Vec<String>,
    /// Name of the profile to write; the id when left out
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    /// Make it Codex's default too
    #[arg(long)]
    default: bool,
    /// Read the key from standard input
    #[arg(long)]
    key_stdin: bool,
    /// Read the key from this variable now, and store it
    #[arg(long, value_name = "VAR", conflicts_with = "key_stdin")]
    key_from_env: Option<String>,
    /// Run this program for the key whenever it is needed, such as `pass show lab` or `op read op://…`
    #[arg(long, value_name = "COMMAND", conflicts_with_all = ["key_stdin", "key_from_env", "env_key"])]
    key_command: Option<String>,
    /// Let Codex read this variable itself (direct road only)
    #[arg(long, value_name = "VAR")]
    env_key: Option<String>,
    /// Where to keep the key
    #[arg(long, value_name = "STORE", default_value = "keyring")]
    store: StoreChoice,
    /// How Codex reaches it: by itself, or through the gateway
    #[arg(long, value_name = "ROAD")]
    via: Option<ViaChoice>,
    /// What it speaks
    #[arg(long, value_name = "WIRE", default_value = "auto")]
    wire: WireChoice,
    /// The header that the key goes in, when the probe cannot find out
    #[arg(long, value_name = "HEADER")]
    key_header: Option<KeyHeader>,
    /// Send this query parameter along (`NAME=VALUE`)
    #[arg(long, value_name = "NAME=VALUE")]
    query: Vec<String>,
    /// Send this header along (`NAME=VALUE`), for values that are no secret
    #[arg(long = "header", value_name = "NAME=VALUE")]
    headers: Vec<String>,
    /// Send this header along, its secret value read from standard input (after the key, one line each)
    #[arg(long = "header-stdin", value_name = "NAME")]
    secret_headers: Vec<String>,
    /// Ask the provider nothing
    #[arg(long)]
    no_probe: bool,
    /// Show what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Replace a provider, profile or gateway table of the same name without asking
    #[arg(long)]
    force: bool,
    /// Print what was done as JSON
    #[arg(long)]
    json: bool,
    /// Another command has asked already
    #[arg(skip)]
    given: bool,
    /// Secret headers that it has already
    #[arg(skip)]
    kept_headers: Vec<String>,
    #[command(flatten)]
    never: NoKeyOption,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StoreChoice {
    /// The keyring of the operating system
    Keyring,
    /// A file that only you can read
    File,
}

impl From<StoreChoice> for KeyStore {
    fn from(choice: StoreChoice) -> Self {
        match choice {
            StoreChoice::Keyring => Self::Keyring,
            StoreChoice::File => Self::File,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ViaChoice {
    /// Direct when the provider takes all that Codex sends, else the gateway
    Auto,
    /// Codex talks to the provider itself
    Direct,
    /// Codex talks to the local gateway
    Gateway,
}

impl From<ViaChoice> for Via {
    fn from(choice: ViaChoice) -> Self {
        match choice {
            ViaChoice::Auto => Self::Auto,
            ViaChoice::Direct => Self::Direct,
            ViaChoice::Gateway => Self::Gateway,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum WireChoice {
    /// Ask the provider
    Auto,
    /// OpenAI Responses
    Responses,
    /// OpenAI Chat Completions
    Chat,
    /// Anthropic Messages
    Messages,
    /// Gemini's generateContent
    Gemini,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum KeyHeader {
    /// `Authorization: Bearer`
    Bearer,
    /// Anthropic's
    XApiKey,
    /// Google's
    XGoogApiKey,
    /// Azure's
    ApiKey,
}

impl From<KeyHeader> for KeyForm {
    fn from(header: KeyHeader) -> Self {
        match header {
            KeyHeader::Bearer => Self::Bearer,
            KeyHeader::XApiKey => Self::XApiKey,
            KeyHeader::XGoogApiKey => Self::XGoogApiKey,
            KeyHeader::ApiKey => Self::ApiKey,
        }
    }
}

impl From<KeyForm> for KeyHeader {
    fn from(form: KeyForm) -> Self {
        match form {
            KeyForm::Bearer => Self::Bearer,
            KeyForm::XApiKey => Self::XApiKey,
            KeyForm::XGoogApiKey => Self::XGoogApiKey,
            KeyForm::ApiKey => Self::ApiKey,
        }
    }
}

impl WireChoice {
    /// The wire that was named.
    pub const fn wanted(self) -> Option<Wire> {
        match self {
            Self::Auto => None,
            Self::Responses => Some(Wire::Responses),
            Self::Chat => Some(Wire::Chat),
            Self::Messages => Some(Wire::Messages),
            Self::Gemini => Some(Wire::Gemini),
        }
    }
}

impl Args {
    pub fn run(self, context: &Context) -> Result<u8> {
        crate::secret::forbid_core_dumps();
        self.never.check()?;
        self.carry_out(context, None)
    }

    /// Does it, with `key` when another command has found it already.
    fn carry_out(self, context: &Context, key: Option<Secret>) -> Result<u8> {
        // Look before asking: nobody should type a key into a setup that cannot be finished.
        let mut setup = context.setup()?;
        let this = self.completed(&setup);
        let codex = find_codex(context)?;
        let command = context.token_command()?;
        let identity = Identity::settle(&this, &setup)?;
        let via = this.via(&setup)?;
        if this.force {
            setup.replace_gateway_table();
        }
        if via == Via::Gateway {
            setup.check_gateway_table()?;
        }

        let vault = Vault::new(&context.home);
        let credentials = Credentials::gather(&this, &identity, &vault, &setup, key)?;
        let upstream = Upstream::ask(&this, &identity, &credentials, via)?;
        credentials.fit(upstream.road, &identity.id)?;

        setup.add_provider(this.new_provider(&identity, &credentials, &upstream), &command)?;
        if this.make_default(&identity, &upstream)? {
            let target = UseTarget { provider: identity.id.clone(), model: upstream.model.clone() };
            setup.set_default(&target, &command)?;
        }
        let label = format!("add {}", identity.id);
        if this.dry_run {
            commit_or_show(&setup, &label, true)?;
            return Ok(0);
        }
        let report = credentials.store_around(&vault, &identity.id, || {
            setup.refresh_catalogues(codex.as_ref())?;
            setup.commit(&label)
        })?;
        Outcome { args: &this, identity: &identity, upstream: &upstream, setup: &setup, report: &report }
            .tell(&command);
        Ok(0)
    }

    fn key_form(&self) -> Option<KeyForm> {
        self.key_header.map(KeyForm::from)
    }

    fn via(&self, setup: &Setup) -> Result<Via> {
        let via = self.via.map_or(setup.settings.via, Via::from);
        match (&self.env_key, via) {
            (Some(variable), Via::Gateway) => Err(Error::usage("`--env-key` goes with the direct road only")
                .cause(format!("the gateway runs on its own and would not see `{variable}`"))
                .hint(format!("store the key: `--key-from-env {variable}`"))),
            (None, Via::Direct) if self.default && self.via.is_some() => {
                Err(Error::usage("`--default` goes with the gateway road only")
                    .cause("the IDE extension and the desktop app follow the default, which has to stay switchable")
                    .hint("leave out `--via direct`, or leave out `--default` and start with `codex -p PROFILE`"))
            }
            (Some(_), _) => Ok(Via::Direct),
            (None, _) if self.default => Ok(Via::Gateway),
            (None, via) => Ok(via),
        }
    }

    /// Whether it is to be the default: said, or asked on a terminal.
    fn make_default(&self, identity: &Identity, upstream: &Upstream) -> Result<bool> {
        if self.default || self.asks_nothing() || upstream.road == Road::Direct {
            return Ok(self.default);
        }
        ui::prompt::confirm(&format!("Make `{}` Codex's default (also in the IDE)?", identity.id), false)
    }

    /// With a key given by option, or no terminal, nothing is asked.
    fn asks_nothing(&self) -> bool {
        self.key_stdin
            || self.key_from_env.is_some()
            || self.key_command.is_some()
            || self.json
            || self.given
            || !ui::prompt::possible()
    }

    fn new_provider(&self, identity: &Identity, credentials: &Credentials, upstream: &Upstream) -> NewProvider {
        let provider = Provider {
            name: identity.name.clone(),
            template: identity.template.map(|template| template.id.clone()),
            base_url: upstream.base_url.clone(),
            road: upstream.road,
            wire: upstream.wire,
            key: credentials.key_store(),
            key_form: upstream.key_form,
            env_key: self.env_key.clone(),
            key_command: credentials.command.clone(),
            headers: credentials.headers.clone(),
            secret_headers: credentials.secret_headers.iter().map(|(name, _)| name.clone()).collect(),
            query: upstream.query.clone(),
            quirks: upstream.quirks.clone(),
            safety: Safety::default(),
            model: upstream.model.clone(),
            models: upstream.models.clone(),
        };
        NewProvider { id: identity.id.clone(), provider, profile: identity.profile.clone() }
    }
}

/// The Codex that is installed. One that is too old stops everything; none at all is only worth a warning, since it
/// may come later.
fn find_codex(context: &Context) -> Result<Option<Codex>> {
    match Codex::find(&context.home) {
        Ok(codex) => Ok(Some(codex)),
        Err(e) if which::which("codex").is_ok() => Err(e),
        Err(e) => {
            ui::warn(e.message(), e.hints().first().map(String::as_str));
            Ok(None)
        }
    }
}
