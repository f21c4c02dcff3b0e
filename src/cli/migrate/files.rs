use crate::codex::{Codex, Verdict};
use crate::config::Document;
use crate::error::{Error, Result};
use crate::migrate::{Finding, Migration, Spoken, Surroundings};
use crate::secret::{Vault, credentials};
use crate::settings::KeyStore;
use crate::setup::Setup;
use crate::ui;

use super::super::context::{Context, prefixes, say_changed, show_diffs};

/// How it is to be done.
pub struct Options {
    /// Only show it.
    pub dry_run: bool,
    /// Do not ask.
    pub yes: bool,
    /// Print JSON.
    pub json: bool,
    /// Where to keep the keys.
    pub store: KeyStore,
    /// Take over what this project's file holds, too.
    pub project: bool,
    /// What the person's own providers really speak.
    pub spoken: Vec<Spoken>,
}

/// Shows what was found and what will be written, asks once, and writes it.
pub fn run(context: &Context, options: &Options) -> Result<u8> {
    let cwd = std::env::current_dir().unwrap_or_default();
    let home = dirs::home_dir();
    let setup = context.setup()?;
    let of_codex = setup.codex_home().dotenv();
    let env = |name: &str| of_codex.get(name).cloned().or_else(|| std::env::var(name).ok());
    let around = Surroundings {
        cwd: &cwd,
        home: home.as_deref(),
        env: &env,
        with_project: options.project,
        spoken: &options.spoken,
    };
    let command = context.token_command()?;
    if let Some(spoken) = options.spoken.iter().find(|spoken| !is_own_table(&setup, &spoken.provider)) {
        let id = ui::plain(&spoken.provider, 60);
        return Err(Error::usage(format!("there is no provider `{id}` of your own in Codex's files"))
            .hint("see which ones there are: `codexgw config show`"));
    }
    let migration = Migration::plan(setup, &command, &around, options.store)?;
    if options.json {
        ui::json(&migration.findings);
    } else {
        show(&migration.findings);
    }
    if migration.mends() && !options.json {
        show_diffs(&migration.preview()?);
    }
    let (before, after) = verdicts(context, &migration)?;
    if let Some(words) = &after {
        if before.is_none() && migration.mends() {
            return Err(Error::bug("the migration would make Codex refuse what it takes now")
                .cause(words.trim())
                .cause("nothing was changed"));
        }
        let hint = Some("mend it by hand: `codexgw config edit`");
        ui::warn(format!("Codex would still refuse to start: {}", words.trim()), hint);
    }
    if let Some(left) = migration.findings.iter().find(|_| !options.spoken.is_empty() && !migration.mends()) {
        return Err(Error::fixable("nothing was changed")
            .cause(&left.what)
            .cause(&left.then)
            .hint("where no model is named, name one: `--model MODEL`; else mend it: `codexgw config edit`"));
    }
    if !migration.mends() {
        ui::note(if migration.findings.is_empty() {
            "nothing to mend"
        } else {
            "nothing that codexgw can mend itself"
        });
        return Ok(0);
    }
    if options.dry_run || (options.json && !options.yes) {
        return Ok(0);
    }
    if !options.yes && !agreed(options.project)? {
        ui::note("nothing was changed");
        return Ok(0);
    }
    let done = migration.commit(&Vault::new(&context.home))?;
    migration.setup().refresh_catalogues(Codex::find(&context.home).ok().as_ref())?;
    say_changed(&done.report);
    if done.keys > 0 {
        ui::note(format!("{} moved out of plain sight", ui::plural(done.keys, "key")));
    }
    if done.forgotten > 0 {
        ui::note("backups that held a key are gone, so this cannot be undone with `codexgw undo`");
    } else {
        ui::note("back again with: codexgw undo");
    }
    for step in &migration.steps {
        ui::hint(step);
    }
    Ok(0)
}

/// Whether the person wrote a table of this id, in `config.toml` or a profile.
fn is_own_table(setup: &Setup, id: &str) -> bool {
    let path = ["model_providers", id];
    let profiles = setup.codex_home().profiles();
    let in_profile = |(_, file): &(String, std::path::PathBuf)| {
        Document::read(file).ok().flatten().is_some_and(|document| document.get(&path).is_some())
    };
    !setup.table_is_ours(id) && (setup.config_has(&path) || profiles.iter().any(in_profile))
}

fn show(findings: &[Finding]) {
    for finding in findings {
        let place = match (&finding.file, finding.line) {
            (Some(file), Some(line)) => format!("{}:{line}: ", file.display()),
            (Some(file), None) => format!("{}: ", file.display()),
            (None, _) => String::new(),
        };
        ui::line(format!("{place}{}", finding.what));
        let sign = if finding.by_hand { "by hand" } else { "mended" };
        ui::line(format!("  {sign}: {}", finding.then));
    }
}

fn agreed(with_project: bool) -> Result<bool> {
    if !ui::prompt::possible() {
        return Err(Error::fixable("nothing was changed, since nobody can be asked here")
            .hint(format!("agree to it: `codexgw migrate{} --yes`", if with_project { " --project" } else { "" })));
    }
    ui::prompt::confirm("Write this?", true)
}

/// What Codex has against the configuration as it is and as it will be, if anything. Without Codex nobody can be asked,
/// and nothing is lost.
fn verdicts(context: &Context, migration: &Migration) -> Result<(Option<String>, Option<String>)> {
    let Ok(codex) = Codex::find(&context.home) else { return Ok((None, None)) };
    let config = migration.setup().codex_home().config_file();
    let now = migration.setup().config().map(|document| document.text().to_owned()).unwrap_or_default();
    let changed = migration.preview()?.into_iter().find(|diff| diff.path == config);
    let after = changed.map_or_else(|| now.clone(), |diff| diff.after.unwrap_or_default());
    let refusal = |text: &str| {
        // Its words may quote a value of the file.
        credentials::remember(text, &prefixes());
        match codex.judge(&context.home, text, None) {
            Ok(Verdict::Refuses { words }) => Some(words),
            Ok(Verdict::Accepts { .. }) | Err(_) => None,
        }
    };
    let after_words = refusal(&after);
    // Asked only where it matters: it takes a while.
    let before_words = if after_words.is_some() { refusal(&now) } else { None };
    Ok((before_words, after_words))
}
