use clap::{Args as ClapArgs, Subcommand};
use serde::Serialize;

use crate::error::Result;
use crate::{catalog, codex, ui};

use super::context::{Context, commit_or_show, say_changed};

/// Add, list and remove profiles: one name for a provider and a model
#[derive(Debug, ClapArgs)]
#[command(after_help = "Example:\n  codexgw profile add fast --provider groq --model openai/gpt-oss-20b\n  \
                        codexgw run --profile fast")]
pub struct Args {
    #[command(subcommand)]
    command: ProfileCommand,
}

#[derive(Debug, Subcommand)]
enum ProfileCommand {
    /// Add a profile for a second model
    Add {
        /// Its name: letters, digits, `-` and `_`
        name: String,
        /// The provider, as `codexgw list` shows it
        #[arg(long, value_name = "ID")]
        provider: String,
        /// The model, by the provider's own name
        #[arg(long)]
        model: String,
        /// Show what would change, and change nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// List the profiles made by codexgw
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Take out a profile; what you added to its file yourself stays
    Remove {
        /// Its name
        name: String,
        /// Show what would change, and change nothing
        #[arg(long)]
        dry_run: bool,
    },
}

#[derive(Serialize)]
struct Row {
    name: String,
    provider: String,
    model: String,
    file: String,
}

impl Args {
    pub fn run(self, context: &Context) -> Result<u8> {
        match self.command {
            ProfileCommand::Add { name, provider, model, dry_run } => add(context, &name, &provider, &model, dry_run),
            ProfileCommand::List { json } => list(context, json),
            ProfileCommand::Remove { name, dry_run } => remove(context, &name, dry_run),
        }
    }
}

fn add(context: &Context, name: &str, id: &str, model: &str, dry_run: bool) -> Result<u8> {
    let mut setup = context.setup()?;
    let facts = catalog::model_facts(model).cloned().unwrap_or_default();
    setup.provider_mut(id)?.models.entry(model.to_owned()).or_insert(facts);
    let was = setup.settings.profiles.get(name).cloned();
    setup.put_profile(name, id, model)?;
    let started =
        was.map_or_else(|| name == id, |was| was.provider == id && setup.settings.providers[id].model == was.model);
    if started {
        // The profile that a provider brings along names the model that the provider starts with.
        setup.start_with(id, model)?;
    }
    let Some(report) = commit_or_show(&setup, &format!("profile add {name}"), dry_run)? else { return Ok(0) };
    let codex = codex::Codex::find(&context.home).ok();
    setup.refresh_catalogues(codex.as_ref())?;
    say_changed(&report);
    ui::note(format!("start Codex on it: codexgw run --profile {name}, or codex -p {name}"));
    Ok(0)
}

fn list(context: &Context, json: bool) -> Result<u8> {
    let setup = context.setup()?;
    let mut rows = Vec::new();
    for (name, record) in &setup.settings.profiles {
        let model = setup.profile_choice(name).ok().and_then(|choice| choice.model);
        rows.push(Row {
            name: name.clone(),
            provider: record.provider.clone(),
            model: model.unwrap_or_else(|| "(its file is gone)".to_owned()),
            file: setup.codex_home().profile_file(name)?.display().to_string(),
        });
    }
    if json {
        ui::json(&rows);
    } else if rows.is_empty() {
        ui::note("no profiles yet; every provider that you add brings one: codexgw add openrouter");
    } else {
        let lines = rows.into_iter().map(|row| vec![row.name, row.provider, row.model]);
        ui::line(ui::table(&["PROFILE", "PROVIDER", "MODEL"], lines));
    }
    Ok(0)
}

fn remove(context: &Context, name: &str, dry_run: bool) -> Result<u8> {
    let mut setup = context.setup()?;
    setup.remove_profile(name)?;
    if let Some(report) = commit_or_show(&setup, &format!("profile remove {name}"), dry_run)? {
        say_changed(&report);
        ui::note(format!("profile `{name}` is gone"));
    }
    Ok(0)
}
