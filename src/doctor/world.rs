//! What the checks look at, read once.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, mpsc};
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::codex::{Codex, CodexHome, Verdict};
use crate::config::Document;
use crate::error::{Error, Result};
use crate::secret::Vault;
use crate::settings::{Home, KeyStore, Provider, Road, Settings};
use crate::setup::GATEWAY_ID;

use super::TIME_LIMIT;
use super::credential::{CredentialCommand, Ran};

/// What is said where a key goes to a file for want of a keyring.
pub const NO_KEYRING: &str = "there is no keyring here, so the key goes into a file that only you can read";

/// What the person asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A provider of ours.
    Provider(String),
    /// A profile.
    Profile(String),
}

/// A real question that was put to a provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Question {
    /// The provider.
    pub provider: String,
    /// The model.
    pub model: String,
    /// What it cost, by the provider's own figures; 0 when it gave none.
    pub tokens: u64,
    /// Whether the answer came to its end in time.
    pub ended: bool,
}

/// The person's setup.
pub struct World {
    /// codexgw's folders.
    pub home: Home,
    /// Codex's folder.
    pub codex_home: Result<CodexHome>,
    /// codexgw's settings.
    pub settings: Result<Settings>,
    /// Codex's `config.toml`, if there is one.
    pub config: Result<Option<Document>>,
    /// The profile files that parse, by name.
    pub profiles: BTreeMap<String, Document>,
    /// The profile files that do not, by name.
    pub broken_profiles: BTreeMap<String, Error>,
    /// The Codex on PATH.
    pub codex: Result<Codex>,
    /// The variables that Codex has: the shell's, and those of its own `.env`.
    pub env: BTreeMap<String, String>,
    /// Where Codex would be started.
    pub cwd: PathBuf,
    /// The person's home directory.
    pub person: Option<PathBuf>,
    /// What was asked about; everything when nothing.
    pub subject: Option<Subject>,
    /// Ask nobody over the network.
    pub offline: bool,
    /// When the looking began.
    pub since: Instant,
    /// The one real question that was asked.
    pub(super) question: OnceLock<Question>,
    keyring: OnceLock<bool>,
    /// What Codex says of `config.toml`; more than one check wants to know.
    verdict: OnceLock<Option<Verdict>>,
    /// What the commands for tokens printed, by file and provider: they may ask the person something each time.
    ran: Mutex<RanOnce>,
}

/// Commands that are run once, by file and provider.
type RanOnce = BTreeMap<(PathBuf, String), Arc<OnceLock<Ran>>>;

/// What is left for the others when one thing takes all the time that there is.
const RESERVE: Duration = Duration::from_millis(1500);

/// Longest time that finding Codex may take: the checks need some, too.
const FINDING_CODEX: Duration = Duration::from_secs(5);

/// The Codex on PATH. One that does not tell its version is not waited for.
fn find_codex(home: &Home) -> Result<Codex> {
    let (sender, receiver) = mpsc::channel();
    let home = home.clone();
    std::thread::spawn(move || {
        // Nobody listens any more when the time is up.
        let _ = sender.send(Codex::find(&home));
    });
    receiver.recv_timeout(FINDING_CODEX).unwrap_or_else(|_| {
        Err(Error::fixable("Codex does not answer")
            .cause(format!("`codex --version` said nothing for {} s", FINDING_CODEX.as_secs()))
            .hint("reinstall it: `npm install -g @openai/codex`"))
    })
}

/// What one start of Codex goes by: `config.toml`, or a profile over it.
#[derive(Clone, Copy)]
pub struct Choice<'w> {
    /// The profile's name; nothing for the default.
    pub profile: Option<&'w str>,
    /// The file that decides first.
    pub document: &'w Document,
    base: Option<&'w Document>,
}

impl<'w> Choice<'w> {
    /// A top-level string of the profile, else of `config.toml`.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<&'w str> {
        self.document.get_str(&[key]).or_else(|| self.base?.get_str(&[key]))
    }

    /// Whether either file has that top-level key.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.document.get(&[key]).is_some() || self.base.is_some_and(|base| base.get(&[key]).is_some())
    }

    /// The chosen provider's table; its own file first.
    #[must_use]
    pub fn table(&self) -> Option<super::ProviderTable<'w>> {
        let id = self.text("model_provider")?;
        [Some(self.document), self.base].into_iter().flatten().find_map(|document| {
            document.get(&["model_providers", id])?;
            Some(super::ProviderTable { document, id })
        })
    }

    /// What it is called in a sentence.
    #[must_use]
    pub fn words(&self) -> String {
        self.profile.map_or_else(|| "Codex's default".to_owned(), |name| format!("the profile `{name}`"))
    }
}

impl World {
    /// Reads everything. What cannot be read is for the checks to tell.
    #[must_use]
    pub fn read(home: &Home, subject: Option<Subject>, offline: bool) -> Self {
        let since = Instant::now();
        let codex_home = CodexHome::resolve();
        let read = |file: &std::path::Path| Document::read(file).map_err(Error::from);
        let config = codex_home.as_ref().map_or(Ok(None), |home| read(&home.config_file()));
        let mut profiles = BTreeMap::new();
        let mut broken_profiles = BTreeMap::new();
        for (name, file) in codex_home.as_ref().map(CodexHome::profiles).unwrap_or_default() {
            match read(&file) {
                Ok(Some(document)) => {
                    profiles.insert(name, document);
                }
                Ok(None) => {}
                Err(e) => {
                    broken_profiles.insert(name, e);
                }
            }
        }
        let mut env: BTreeMap<String, String> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        env.extend(codex_home.as_ref().map(CodexHome::dotenv).unwrap_or_default());
        Self {
            codex_home,
            settings: Settings::read(&home.settings_file()),
            config,
            profiles,
            broken_profiles,
            codex: find_codex(home),
            env,
            cwd: std::env::current_dir().unwrap_or_default(),
            person: dirs::home_dir(),
            subject,
            offline,
            since,
            question: OnceLock::new(),
            keyring: OnceLock::new(),
            verdict: OnceLock::new(),
            ran: Mutex::default(),
            home: home.clone(),
        }
    }

    /// The time that one thing may take that is asked now; the others need some, too.
    #[must_use]
    pub fn time_left(&self) -> Duration {
        TIME_LIMIT.saturating_sub(RESERVE).saturating_sub(self.since.elapsed())
    }

    /// A variable that is set to something.
    #[must_use]
    pub fn var(&self, name: &str) -> Option<&str> {
        self.env.get(name).map(String::as_str).filter(|value| !value.trim().is_empty())
    }

    /// Codex's `config.toml`, when it is there and parses.
    #[must_use]
    pub fn config(&self) -> Option<&Document> {
        self.config.as_ref().ok()?.as_ref()
    }

    /// Whether the operating system keeps keys here. Where it does not, a command that stores one has to say so.
    #[must_use]
    pub fn has_keyring(&self) -> bool {
        *self.keyring.get_or_init(|| Vault::new(&self.home).probe(KeyStore::Keyring).is_ok())
    }

    /// What Codex says of `config.toml`, when it is there, parses, and Codex can be asked.
    pub fn verdict(&self) -> Option<&Verdict> {
        let ask = || {
            let text = self.config.as_ref().ok()?.as_ref().map(Document::text).unwrap_or_default();
            self.codex.as_ref().ok()?.judge(&self.home, text, None).ok()
        };
        self.verdict.get_or_init(ask).as_ref()
    }

    /// What a command for a token printed. It runs once, however many want to know.
    pub fn ran(&self, command: &CredentialCommand<'_>) -> Ran {
        let key = (command.table.document.path().to_path_buf(), command.table.id.to_owned());
        let once = self.ran.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_default().clone();
        once.get_or_init(|| command.run(self)).clone()
    }

    /// Codex's files that parse, with what each is called.
    pub fn documents(&self) -> impl Iterator<Item = &Document> {
        self.config().into_iter().chain(self.profiles.values())
    }

    /// The provider tables of all of Codex's files that are asked about.
    pub fn tables(&self) -> impl Iterator<Item = super::ProviderTable<'_>> {
        self.all_tables().filter(|table| self.is_about(table.id))
    }

    /// The provider tables of all of Codex's files.
    pub fn all_tables(&self) -> impl Iterator<Item = super::ProviderTable<'_>> {
        self.documents().flat_map(super::ProviderTable::all)
    }

    /// Whether a provider is asked about. The gateway is, with a provider behind it.
    #[must_use]
    pub fn is_about(&self, id: &str) -> bool {
        let is_behind = |provider: &str| {
            let ours = self.settings.as_ref().ok().and_then(|settings| settings.providers.get(provider));
            id == GATEWAY_ID && ours.is_some_and(|provider| provider.road == Road::Gateway)
        };
        match &self.subject {
            None => true,
            Some(Subject::Provider(wanted)) => wanted == id || is_behind(wanted),
            Some(Subject::Profile(name)) => self
                .all_choices()
                .iter()
                .any(|choice| choice.profile == Some(name) && choice.text("model_provider").unwrap_or("openai") == id),
        }
    }

    /// Whether Codex asks this provider now, or in a profile, or the person asked about it.
    pub fn is_used(&self, id: &str) -> bool {
        self.subject == Some(Subject::Provider(id.to_owned()))
            || self.choices().iter().any(|choice| choice.text("model_provider") == Some(id))
    }

    /// What Codex would run of what is asked about: its default first, then each profile over it.
    pub fn choices(&self) -> Vec<Choice<'_>> {
        let mut choices = self.all_choices();
        choices.retain(|choice| match &self.subject {
            None => true,
            Some(Subject::Profile(name)) => choice.profile == Some(name),
            Some(Subject::Provider(id)) => {
                let provider = choice.text("model_provider").unwrap_or("openai");
                let behind = choice.text("model").and_then(|model| model.split_once('/')).map(|(id, _)| id);
                provider == id || (provider == GATEWAY_ID && behind == Some(id))
            }
        });
        choices
    }

    fn all_choices(&self) -> Vec<Choice<'_>> {
        let base = self.config();
        let default = base.map(|document| Choice { profile: None, document, base: None });
        let profile = |(name, document)| Choice { profile: Some(name), document, base };
        default
            .into_iter()
            .chain(self.profiles.iter().map(|(name, document)| profile((name.as_str(), document))))
            .collect()
    }

    /// Our providers that are asked about.
    pub fn providers(&self) -> Vec<(&str, &Provider)> {
        let Ok(settings) = &self.settings else { return Vec::new() };
        let wanted = |id: &str| match &self.subject {
            None => true,
            Some(Subject::Provider(wanted)) => wanted == id,
            Some(Subject::Profile(name)) => settings.profiles.get(name).is_some_and(|record| record.provider == id),
        };
        settings.providers.iter().map(|(id, provider)| (id.as_str(), provider)).filter(|(id, _)| wanted(id)).collect()
    }

    /// Where a key stands, for evidence: file and line.
    #[must_use]
    pub fn place(document: &Document, path: &[&str]) -> String {
        match document.line(path) {
            Some(line) => format!("{}:{line}", document.path().display()),
            None => document.path().display().to_string(),
        }
    }

    /// The error of something that could not be read.
    #[must_use]
    pub fn trouble(&self) -> Option<&Error> {
        self.settings.as_ref().err()
    }
}
