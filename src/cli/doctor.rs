use std::path::PathBuf;

use anstyle::{AnsiColor, Style};
use clap::Args as ClapArgs;

use crate::doctor::{self, CHECKS, Finding, Report, Severity, Subject, World};
use crate::error::{Error, Kind, Result};
use crate::settings::Home;
use crate::ui;

use super::context::Context;

/// Find out what is wrong, and mend it
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:\n  codexgw doctor\n  codexgw doctor openrouter --fix\n  \
                        codexgw doctor --only key --json\n\nExit code 3 means that something is wrong.")]
pub struct Args {
    /// Look at one provider or profile only
    #[arg(value_name = "PROVIDER | PROFILE")]
    subject: Option<String>,
    /// Mend what can be mended, then look again
    #[arg(long)]
    fix: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Ask nobody over the network
    #[arg(long)]
    offline: bool,
    /// Look only for this; may be given several times
    #[arg(long, value_name = "ID")]
    only: Vec<String>,
    /// Run the real Codex for one turn too; costs what one turn costs
    #[arg(long, conflicts_with = "offline")]
    run: bool,
    /// Write a report for an issue into FILE, without secrets
    #[arg(long, value_name = "FILE")]
    bundle: Option<PathBuf>,
    /// Replace the file of `--bundle`
    #[arg(long, requires = "bundle")]
    force: bool,
    /// List what is looked at
    #[arg(long, conflicts_with_all = ["fix", "subject", "only", "run", "bundle"])]
    list: bool,
}

impl Args {
    pub fn run(self, context: &Context) -> Result<u8> {
        crate::secret::forbid_core_dumps();
        if self.list {
            list(self.json);
            return Ok(0);
        }
        if let Some(odd) = self.only.iter().find(|id| !CHECKS.iter().any(|check| check.yields(id))) {
            return Err(Error::usage(format!("there is no check `{}`", ui::plain(odd, 60)))
                .hint("see them: `codexgw doctor --list`"));
        }
        let world = || -> Result<World> {
            let subject = self.subject.as_deref().map(|name| subject(context, name)).transpose()?;
            Ok(World::read(&context.home, subject, self.offline))
        };
        let examine = || Ok::<_, Error>(doctor::examine(world()?, &self.only));
        let mut report = examine()?;
        if self.fix {
            let mut mending = Mending { tried: Vec::new(), done: Vec::new() };
            for _ in 0..MOST_ROUNDS {
                if !report.has_trouble() || !mending.mend(&report, &context.home) {
                    break;
                }
                report = examine()?;
            }
            report.mended = mending.done;
        }
        if self.run {
            let leaks = report
                .findings
                .iter()
                .any(|finding| finding.severity < Severity::Note && finding.id.starts_with("leak-"));
            if leaks {
                ui::warn("Codex was not run: your login would go to a third party", Some("`codexgw doctor --fix`"));
            } else {
                report.add("run", doctor::turn(&world()?)?);
            }
        }
        if let Some(file) = &self.bundle {
            doctor::save(file, &doctor::bundle(&world()?, &report), self.force)?;
            ui::note(format!("wrote {}; look through it before you paste it", file.display()));
        }
        if self.json {
            ui::json(&report);
        } else {
            report.mended.iter().for_each(ui::note);
            tell(&report);
        }
        Ok(if report.has_trouble() { Kind::Found.exit_code() } else { 0 })
    }
}

fn list(as_json: bool) {
    if as_json {
        return ui::json(&CHECKS);
    }
    let rows = CHECKS.iter().map(|check| {
        let how = if check.is_online { "network" } else { "" };
        vec![check.id.to_owned(), check.about.to_owned(), how.to_owned()]
    });
    ui::line(ui::table(&["ID", "LOOKS AT", "ASKS"], rows));
}

/// A provider of ours of that name, else a profile, else a provider of the person's own. A profile that nobody has is
/// for the doctor to tell.
fn subject(context: &Context, name: &str) -> Result<Subject> {
    let is_ours = context.settings().is_ok_and(|settings| settings.providers.contains_key(name));
    let setup = context.setup().ok();
    let is_profile = setup.as_ref().is_some_and(|setup| setup.profile_choice(name).is_ok());
    let is_table = setup.as_ref().is_some_and(|setup| setup.config_has(&["model_providers", name]));
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if is_ours || (is_table && !is_profile) {
        Ok(Subject::Provider(name.to_owned()))
    } else if plain {
        Ok(Subject::Profile(name.to_owned()))
    } else {
        Err(Error::usage(format!("`{}` is neither a provider nor a profile", ui::plain(name, 60)))
            .hint("see them: `codexgw list`"))
    }
}

/// How often is looked again after a fix: one may bring something to light that another mends.
const MOST_ROUNDS: usize = 3;

/// The fixes, each carried out once.
struct Mending {
    tried: Vec<String>,
    done: Vec<String>,
}

impl Mending {
    /// Carries out what was not tried yet. Tells whether anything was done.
    fn mend(&mut self, report: &Report, home: &Home) -> bool {
        let before = self.done.len();
        for finding in &report.findings {
            let Some(fix) = finding.fix.as_ref().filter(|fix| fix.is_ours()) else { continue };
            let key = match fix {
                doctor::Fix::Edit { file, changes, .. } => format!("{} {changes:?}", file.display()),
                fix => fix.words(),
            };
            if self.tried.contains(&key) {
                continue;
            }
            self.tried.push(key);
            match doctor::apply(fix, home) {
                Ok(what) => self.done.push(format!("{}: {what}", finding.id)),
                Err(e) => ui::warn(format!("{}: {e}", finding.id), e.hints().first().map(String::as_str)),
            }
        }
        self.done.len() > before
    }
}

fn tell(report: &Report) {
    for finding in &report.findings {
        one(finding);
    }
    for id in &report.out_of_time {
        ui::warn(format!("the check `{id}` did not end in time"), None);
    }
    if let Some(asked) = &report.asked {
        let cost = match (asked.tokens, asked.ended) {
            (_, false) => ", not answered in full in time".to_owned(),
            (0, true) => String::new(),
            (tokens, true) => format!(", {}", ui::plural(usize::try_from(tokens).unwrap_or(usize::MAX), "token")),
        };
        ui::note(format!("asked `{}` one short question ({}{cost})", asked.provider, ui::plain(&asked.model, 60)));
    }
    if !report.left_out.is_empty() {
        let checks: Vec<String> = report.left_out.iter().map(|id| format!("`{id}`")).collect();
        ui::note(format!("not looked at without the network: {}", checks.join(", ")));
    }
    let trouble = report.findings.iter().filter(|finding| finding.severity < Severity::Note).count();
    let seconds = format!("{}.{} s", report.took_ms / 1000, report.took_ms % 1000 / 100);
    if trouble == 0 && !report.out_of_time.is_empty() {
        ui::note(format!("nothing wrong was found in {seconds}, as far as that went"));
    } else if trouble == 0 {
        ui::note(format!("nothing is wrong; {} in {seconds}", ui::plural(report.looked_at.len(), "check")));
    } else {
        ui::note(format!("{} in {seconds}", ui::plural(trouble, "problem")));
        if report.findings.iter().any(|finding| finding.fix.as_ref().is_some_and(doctor::Fix::is_ours)) {
            ui::hint("mend what can be mended by itself: `codexgw doctor --fix`");
        }
    }
}

/// Longest evidence that is shown, in characters: it may be foreign text.
const LONGEST: usize = 500;

fn one(finding: &Finding) {
    let (word, style) = match finding.severity {
        Severity::Danger => ("danger", AnsiColor::Red.on_default().bold()),
        Severity::Broken => ("broken", AnsiColor::Red.on_default()),
        Severity::Warning => ("warning", AnsiColor::Yellow.on_default()),
        Severity::Note => ("note", Style::new()),
    };
    ui::line(format!("{style}{word}{style:#} {} [{}]", finding.what, finding.id));
    for seen in &finding.evidence {
        ui::line(format!("    {}", ui::plain(seen, LONGEST)));
    }
    if let Some(fix) = &finding.fix {
        ui::line(format!("  → {}", fix.words()));
    }
}
