mod keep;
mod stop;
mod tell;

use clap::Args as ClapArgs;

use crate::catalog::{self, Endpoint, ProviderTemplate};
use crate::error::{Error, Kind, Result};
use crate::probe::{self, Plan, ProbeError, Problem, Subject, Survey};
use crate::secret::key_shape::holds_key;
use crate::secret::{Secret, Vault};
use crate::ui;

use super::add::WireChoice;
use super::address;
use super::context::{Context, prefixes};
use super::key::{NoKeyOption, clean, read_key};
use stop::Stop;

/// Ask a provider what it can do, wire by wire, and say how to use it
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:\n  codexgw probe openrouter\n  codexgw probe openrouter --save\n  \
                        codexgw probe http://10.0.0.7:8000/v1 --wire chat\n\n\
                        It costs about a dozen short answers. Exit code 3 means that something is wrong, 4 that the \
                        provider\ncould not be asked.")]
pub struct Args {
    /// A provider that is configured, one that codexgw knows, or an address
    #[arg(value_name = "PROVIDER | URL")]
    provider: String,
    /// Ask it at this address
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// Ask this one of its endpoints: another region or plan (see `codexgw providers show`)
    #[arg(long, value_name = "ENDPOINT", conflicts_with = "base_url")]
    endpoint: Option<String>,
    /// The model to ask, by the provider's own name
    #[arg(long)]
    model: Option<String>,
    /// Read the key from standard input
    #[arg(long)]
    key_stdin: bool,
    /// Read the key from this variable
    #[arg(long, value_name = "VAR", conflicts_with = "key_stdin")]
    key_from_env: Option<String>,
    /// Ask this wire alone
    #[arg(long, value_name = "WIRE", default_value = "auto")]
    wire: WireChoice,
    /// Keep what was found as the provider's settings
    #[arg(long)]
    save: bool,
    /// With --save: show what would change, and change nothing
    #[arg(long, requires = "save")]
    dry_run: bool,
    /// Count it as wrong when something of what Codex sends would be lost
    #[arg(long)]
    strict: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    never: NoKeyOption,
}

impl Args {
    pub fn run(self, context: &Context) -> Result<u8> {
        crate::secret::forbid_core_dumps();
        let mut survey = Survey::default();
        let outcome = self.answer(context, &mut survey);
        if self.json {
            ui::json(&stop::Told::new(&mut survey, outcome.as_ref().err()));
        }
        outcome.map_err(|stop| stop.error)
    }

    fn answer(&self, context: &Context, survey: &mut Survey) -> Result<u8, Stop> {
        self.never.check()?;
        let subject = self.subject(context)?;
        survey.base_url.clone_from(&subject.base_url);
        if self.save && subject.configured.is_none() {
            return Err(Error::usage("only the settings of a provider that is configured can be kept")
                .hint(format!("add it first: `codexgw add {}`", to_add(&subject, &subject.base_url)))
                .into());
        }
        *survey = self.ask(&subject)?;
        if self.strict && !survey.lost.is_empty() {
            let codes: Vec<&str> = survey.lost.iter().map(|lost| lost.code).collect();
            let what = format!("the gateway would lose something of what Codex sends: {}", codes.join(", "));
            survey.problems.push(Problem::new("losses", what, "try another wire: `--wire WIRE`"));
        }
        if self.save {
            survey.problems.retain(|problem| !keep::MENDED.contains(&problem.id));
        }
        if !self.json {
            tell::survey(&subject, survey);
        }
        if let Some(failure) = &survey.failure {
            let with_key = match &subject.configured {
                Some((id, _)) => format!("`codexgw key set {id}`"),
                None => format!("`codexgw probe {} --key-stdin`", ui::plain(&self.provider, 200)),
            };
            let mut error = of_probe(&failure.clone().into(), &with_key);
            if let (ProbeError::Elsewhere { found }, Some((id, _))) = (failure, &subject.configured) {
                error = Error::new(error.kind(), error.message())
                    .hint(format!("keep that one: `codexgw probe {id} --base-url {found} --save`"));
            }
            if failure.is_about_key() {
                error = self.elsewhere_keys(subject.template).into_iter().fold(error, Error::hint);
            }
            return Err(Stop { kind: failure.id(), error: survey.doubts.iter().fold(error, Error::cause) });
        }
        if self.save {
            keep::settings(context, &subject, survey, self.dry_run, self.json)?;
        } else if !self.json {
            Self::next(&subject, survey);
        }
        Ok(if survey.problems.is_empty() { 0 } else { Kind::Found.exit_code() })
    }

    fn ask(&self, subject: &Subject) -> Result<Survey> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|e| Error::bug("cannot start the runtime").cause(e))?;
        let plan = Plan { model: self.model.as_deref(), wire: self.wire.wanted(), ..Plan::default() };
        Ok(runtime.block_on(probe::survey(&probe::client()?, subject, &plan, ui::note)))
    }

    /// What was named, with the key that goes with it.
    fn subject(&self, context: &Context) -> Result<Subject, Stop> {
        let settings = context.settings()?;
        if let Some(provider) = settings.providers.get(&self.provider) {
            let vault = Vault::new(&context.home);
            let given =
                self.key(&provider.template.as_deref().and_then(catalog::provider).map_or(vec![], prefixes_of))?;
            let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
            let subject = Subject::of_provider(&self.provider, provider, &vault, variable)?;
            let template = subject.template;
            let base_url = self.elsewhere(template)?.unwrap_or(subject.base_url);
            return Ok(Subject { key: given.or(subject.key), base_url, ..subject });
        }
        if let Some(template) = catalog::provider(&self.provider) {
            let base_url = self.elsewhere(Some(template))?.unwrap_or_else(|| template.base_url.clone());
            let may_ask = !self.json && ui::prompt::possible();
            let base_url = address::whole(template, &base_url, may_ask, "probe")
                .map_err(|error| Stop { kind: "no-address", error })?;
            let key = self.key(&prefixes_of(template))?;
            return Ok(Subject::of_template(template, &base_url, self.key_or_ask(template, key)?));
        }
        if is_address(&self.provider) {
            if self.base_url.is_some() || self.endpoint.is_some() {
                return Err(Error::usage("an address is named already").hint("leave out the second one").into());
            }
            return Ok(Subject::of_url(&self.provider, self.key(&[])?));
        }
        Err(Stop { kind: "unknown-provider", error: self.unknown() })
    }

    /// Where a key that is refused here may be good.
    fn elsewhere_keys(&self, template: Option<&'static ProviderTemplate>) -> Vec<String> {
        let endpoints = template.map(|template| template.endpoints.as_slice()).unwrap_or_default();
        let others = endpoints.iter().filter(|endpoint| self.endpoint.as_ref() != Some(&endpoint.id));
        let told = others.map(|Endpoint { id, for_whom, .. }| {
            format!("for {for_whom}: `codexgw probe {} --endpoint {id}`", ui::plain(&self.provider, 60))
        });
        told.collect()
    }

    /// The address that was named beside the provider.
    fn elsewhere(&self, template: Option<&'static ProviderTemplate>) -> Result<Option<String>> {
        let Some(wanted) = &self.endpoint else { return Ok(self.base_url.clone()) };
        address::endpoint(&self.provider, template, wanted).map(|endpoint| Some(endpoint.base_url.clone()))
    }

    fn key(&self, prefixes: &[String]) -> Result<Option<Secret>> {
        match &self.key_from_env {
            Some(variable) => {
                let value = std::env::var(variable).ok().filter(|value| !value.trim().is_empty());
                let value = value.ok_or_else(|| {
                    Error::fixable(format!("`{}` is not set, or empty", ui::plain(variable, 60)))
                        .hint("pipe the key in: `--key-stdin`")
                })?;
                clean(&value, prefixes).map(Some)
            }
            None if self.key_stdin => read_key(prefixes).map(Some),
            None => Ok(None),
        }
    }

    /// A provider that takes nothing without a key is not asked without one.
    fn key_or_ask(&self, template: &ProviderTemplate, key: Option<Secret>) -> Result<Option<Secret>, Stop> {
        if key.is_some() || !template.auth.is_required() {
            return Ok(key);
        }
        if self.json || !ui::prompt::possible() {
            let variable = template.env.as_deref().unwrap_or("VAR");
            let error = Error::usage(format!("`{}` needs a key", template.name));
            let error = if std::env::var_os(variable).is_some_and(|value| !value.is_empty()) {
                error.hint(format!(
                    "`{variable}` is set; to use what it holds: `codexgw probe {} --key-from-env {variable}`",
                    template.id
                ))
            } else {
                error.hint(format!(
                    "pipe it in with `--key-stdin`, or take it from a variable with `--key-from-env {variable}`"
                ))
            };
            return Err(Stop { kind: "no-key", error });
        }
        let typed = ui::prompt::password(&format!("Key for {} (is not stored)", template.name))?;
        Ok(clean(&typed, &template.key_prefixes).map(Some)?)
    }

    fn unknown(&self) -> Error {
        let words = ui::plain(&self.provider, 60);
        if holds_key(&self.provider, &prefixes()) {
            return Error::usage("this looks like a key, not like a provider")
                .cause("it stays in the shell's history, so better make a new one")
                .hint("name the provider, and pipe the key in: `codexgw probe openrouter --key-stdin`");
        }
        let error = Error::usage(format!("codexgw does not know the provider `{words}`"));
        match catalog::nearest(&self.provider) {
            Some(near) => error.hint(format!("did you mean `codexgw probe {near}`?")),
            None => error.hint("name its address: `codexgw probe https://api.example.com/v1`"),
        }
    }

    /// The command that makes use of what was found.
    fn next(subject: &Subject, survey: &Survey) {
        match (&subject.configured, &survey.decision) {
            (Some((id, provider)), _) if survey.kept_in(provider).is_some_and(|kept| kept != *provider) => {
                ui::note(format!("keep what was found: codexgw probe {id} --save"));
            }
            (None, Some(_)) => ui::note(format!("add it: codexgw add {}", to_add(subject, &survey.base_url))),
            _ => {}
        }
    }
}

/// What `add` would have to be given.
fn to_add(subject: &Subject, base_url: &str) -> String {
    match subject.template {
        Some(template) => template.id.clone(),
        None => format!("custom --id ID --base-url {}", ui::plain(base_url, 200)),
    }
}

/// The error with hints that name the options of this command and not those of `add`.
fn of_probe(error: &Error, with_key: &str) -> Error {
    let kind = if error.kind() == Kind::Fixable { Kind::Found } else { error.kind() };
    let bare = error.causes().iter().fold(Error::new(kind, error.message()), Error::cause);
    error.hints().iter().fold(bare, |told, hint| {
        let hint = hint.replace(", or set it up unasked: `--no-probe`", "");
        let hint = hint.replace("`--key-stdin` or when asked", with_key);
        told.hint(hint.replace("`--base-url ", "`codexgw probe ").replace("`--via gateway`", "`codexgw add`"))
    })
}

fn prefixes_of(template: &ProviderTemplate) -> Vec<String> {
    template.key_prefixes.clone()
}

/// Whether it can be nothing but an address.
fn is_address(words: &str) -> bool {
    words.contains("://") || words.contains(['.', '/', ':']) || words == "localhost"
}
