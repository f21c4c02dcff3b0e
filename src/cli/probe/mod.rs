mod keep;
mod tell;

use clap::Args as ClapArgs;

use crate::catalog::{self, ProviderTemplate};
use crate::error::{Error, Kind, Result};
use crate::probe::{self, Plan, Problem, Subject, Survey};
use crate::secret::key_shape::holds_key;
use crate::secret::{Secret, Vault};
use crate::ui;

use super::add::WireChoice;
use super::context::{Context, prefixes};
use super::key::{NoKeyOption, clean, read_key};

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
        self.never.check()?;
        let subject = self.subject(context)?;
        if self.save && subject.configured.is_none() {
            return Err(Error::usage("only the settings of a provider that is configured can be kept")
                .hint(format!("add it first: `codexgw add {}`", to_add(&subject, &subject.base_url))));
        }
        let mut survey = self.ask(&subject)?;
        if self.strict && !survey.lost.is_empty() {
            let codes: Vec<&str> = survey.lost.iter().map(|lost| lost.code).collect();
            let what = format!("the gateway would lose something of what Codex sends: {}", codes.join(", "));
            survey.problems.push(Problem::new("losses", what, "try another wire: `--wire WIRE`"));
        }
        let with_key = match &subject.configured {
            Some((id, _)) => format!("`codexgw key set {id}`"),
            None => format!("`codexgw probe {} --key-stdin`", ui::plain(&self.provider, 200)),
        };
        let failure =
            survey.failure.as_ref().map(|failure| (failure.id(), of_probe(&failure.clone().into(), &with_key)));
        if self.json {
            if let Some((id, error)) = &failure {
                survey.problems.push(Problem::new(id, in_a_line(error), error.hints().join("; ")));
            }
            ui::json(&survey);
        } else {
            tell::survey(&subject, &survey);
        }
        if let Some((_, error)) = failure {
            return Err(survey.doubts.iter().fold(error, Error::cause));
        }
        if self.save {
            keep::settings(context, &subject, &survey, self.dry_run)?;
            survey.problems.retain(|problem| !keep::MENDED.contains(&problem.id));
        } else if !self.json {
            Self::next(&subject, &survey);
        }
        Ok(if survey.problems.is_empty() { 0 } else { Kind::Found.exit_code() })
    }

    fn ask(&self, subject: &Subject) -> Result<Survey> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|e| Error::bug("cannot start the runtime").cause(e))?;
        let plan = Plan { model: self.model.as_deref(), wire: self.wire.wanted(), ..Plan::default() };
        runtime.block_on(probe::survey(&probe::client()?, subject, &plan, ui::note))
    }

    /// What was named, with the key that goes with it.
    fn subject(&self, context: &Context) -> Result<Subject> {
        let settings = context.settings()?;
        if let Some(provider) = settings.providers.get(&self.provider) {
            let vault = Vault::new(&context.home);
            let given =
                self.key(&provider.template.as_deref().and_then(catalog::provider).map_or(vec![], prefixes_of))?;
            let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
            let subject = Subject::of_provider(&self.provider, provider, &vault, variable)?;
            return Ok(Subject { key: given.or(subject.key), ..subject });
        }
        if let Some(template) = catalog::provider(&self.provider) {
            if !catalog::parts(&template.base_url).is_empty() {
                return Err(Error::usage(format!("the address of {} is not the same for everybody", template.name))
                    .hint(format!("give it whole: `codexgw probe {}`", template.base_url)));
            }
            let key = self.key(&prefixes_of(template))?;
            return Ok(Subject::of_template(template, &template.base_url, self.key_or_ask(template, key)?));
        }
        if is_address(&self.provider) {
            return Ok(Subject::of_url(&self.provider, self.key(&[])?));
        }
        Err(self.unknown())
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
    fn key_or_ask(&self, template: &ProviderTemplate, key: Option<Secret>) -> Result<Option<Secret>> {
        if key.is_some() || !template.auth.is_required() {
            return Ok(key);
        }
        if self.json || !ui::prompt::possible() {
            let variable = template.env.as_deref().unwrap_or("VAR");
            return Err(Error::usage(format!("`{}` needs a key", template.name)).hint(format!(
                "pipe it in with `--key-stdin`, or take it from a variable with `--key-from-env {variable}`"
            )));
        }
        let typed = ui::prompt::password(&format!("Key for {} (is not stored)", template.name))?;
        clean(&typed, &template.key_prefixes).map(Some)
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

/// The message with its causes.
fn in_a_line(error: &Error) -> String {
    let causes = error.causes().iter().map(String::as_str);
    std::iter::once(error.message()).chain(causes).collect::<Vec<_>>().join(": ")
}

fn prefixes_of(template: &ProviderTemplate) -> Vec<String> {
    template.key_prefixes.clone()
}

/// Whether it can be nothing but an address.
fn is_address(words: &str) -> bool {
    words.contains("://") || words.contains(['.', '/', ':']) || words == "localhost"
}
