use clap::Args as ClapArgs;

use crate::catalog::{self, ModelFacts};
use crate::cli::context::{Context, commit_or_show, show_diffs};
use crate::codex::Codex;
use crate::error::{Error, Kind, Result};
use crate::gateway::Errand;
use crate::probe::{self, Subject};
use crate::settings::{KeyStore, Provider};
use crate::setup::unknown_provider;
use crate::trial::{self, Finding, Report, Verdict};
use crate::ui;

/// Measure whether a model can carry Codex
#[derive(Debug, ClapArgs)]
#[command(after_help = "Example:\n  codexgw models test openrouter openai/gpt-oss-20b\n\n\
                        It asks about seven short questions. Exit code 3 means that the model cannot.")]
pub struct Args {
    /// A provider that is configured
    provider: String,
    /// The provider's own name of the model; the one to start with when left out
    model: Option<String>,
    /// Keep in the settings what was found, so that Codex is told; the model is then among those chosen
    #[arg(long)]
    save: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Args {
    pub fn run(self, context: &Context) -> Result<u8> {
        let settings = context.settings()?;
        let provider = settings
            .providers
            .get(&self.provider)
            .ok_or_else(|| unknown_provider(&self.provider, settings.providers.keys()))?;
        let model = self.model.clone().unwrap_or_else(|| provider.model.clone());
        let mut said = said(context, &self.provider, provider, &model);
        let facts = said.clone().merged_over(&provider.facts(&model));
        let errand = Errand::new(&context.home)?;
        if provider.key == KeyStore::Env
            && let Some(key) = Subject::of_settings(&context.home, &self.provider, provider)?.key
        {
            errand.lend(&self.provider, key);
        }
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|e| Error::bug("cannot start the runtime").cause(e))?;
        let tell = |what: &str| ui::note(format!("trying: {what} …"));
        let report = runtime.block_on(trial::examine(&errand, &self.provider, &model, &facts, tell));
        let mut report = report.map_err(|e| misspelt(context, &self.provider, provider, &model, e))?;
        // Only now that it is loaded can a server of the person's own say how much context it has given to the model.
        if facts.context.is_none() {
            said = self::said(context, &self.provider, provider, &model);
            report = report.with_facts(&said);
        }
        if self.json {
            ui::json(&report);
        } else {
            show(&report);
        }
        if self.save {
            let learned = trial::learned(&report.findings).merged_over(&said);
            save(context, &self.provider, &model, learned, self.json)?;
        }
        Ok(if report.verdict == Verdict::Cannot { Kind::Found.exit_code() } else { 0 })
    }
}

/// What the provider says of the model now, or said before. That it says nothing is no reason to stop.
fn said(context: &Context, id: &str, provider: &Provider, model: &str) -> ModelFacts {
    let asked = probe::roll_call(&context.home, &[(id, provider)], |_| vec![model.to_owned()]);
    let listed = asked.into_iter().flatten().flat_map(|models| models.list);
    let told = listed.into_iter().find(|(name, _)| name == model).map(|(_, facts)| facts);
    told.unwrap_or_default().merged_over(&provider.models.get(model).cloned().unwrap_or_default())
}

/// What came of a model that the provider does not list says so, with the nearest name.
fn misspelt(context: &Context, id: &str, provider: &Provider, model: &str, error: Error) -> Error {
    let Some(listed) = probe::roll_call(&context.home, &[(id, provider)], |_| Vec::new()).into_iter().flatten().next()
    else {
        return error;
    };
    let names = || listed.list.iter().map(|(name, _)| name.as_str());
    if !listed.complete || listed.list.is_empty() || names().any(|name| name == model) {
        return error;
    }
    let unlisted = Error::new(error.kind(), format!("`{id}` does not list the model `{}`", ui::plain(model, 80)));
    let unlisted = error.causes().iter().fold(unlisted.cause(error.message()), Error::cause);
    unlisted.hint(match catalog::nearest_of(model, names()) {
        Some(near) => format!("did you mean `codexgw models test {id} {near}`?"),
        None => format!("see its models: `codexgw models {id}`"),
    })
}

fn show(report: &Report) {
    ui::line(format!("{}/{}", report.provider, report.model));
    for finding in &report.findings {
        ui::line(line_of(finding));
    }
    let speed = &report.speed;
    let first = speed.first_token.map(|seconds| format!("{seconds:.1} s to the first token"));
    let pace = speed.tokens_per_second.map(|tokens| format!("{tokens:.0} tokens per second"));
    let said: Vec<String> = first.into_iter().chain(pace).collect();
    if !said.is_empty() {
        ui::line(format!("  {}", said.join(", ")));
    }
    let spent = &report.spent;
    let dollars = spent.dollars.map(|dollars| format!(", about ${dollars:.4}")).unwrap_or_default();
    let requests = ui::plural(spent.requests as usize, "request");
    ui::line(format!("  spent: {requests}, {} tokens in, {} out{dollars}", spent.input, spent.output));
    let because = report.because.join("; ");
    ui::line(match report.verdict {
        Verdict::Carries => "verdict: carries Codex".to_owned(),
        Verdict::Limited => format!("verdict: carries it with limits: {because}"),
        Verdict::Cannot => format!("verdict: cannot: {because}"),
    });
}

fn line_of(finding: &Finding) -> String {
    let (word, saw) = match (finding.passed, &finding.saw) {
        (true, _) => ("yes", String::new()),
        (false, Some(saw)) => ("no ", format!(": {}", ui::plain(saw, 200))),
        (false, None) => ("no ", String::new()),
    };
    let again = if finding.passed && finding.tries > 1 { " (at the second try)" } else { "" };
    format!("  {word}  {}{again}{saw}", finding.trial.about())
}

fn save(context: &Context, provider: &str, model: &str, facts: ModelFacts, quiet: bool) -> Result<()> {
    let mut setup = context.setup()?;
    if let Some(provider) = setup.settings.providers.get_mut(provider) {
        provider.models.insert(model.to_owned(), facts);
    }
    if !quiet {
        show_diffs(&setup.preview()?);
    }
    setup.refresh_catalogues(Codex::find(&context.home).ok().as_ref())?;
    commit_or_show(&setup, &format!("models test {provider}"), false)?;
    Ok(())
}
