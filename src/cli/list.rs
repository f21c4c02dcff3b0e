use clap::Args as ClapArgs;
use serde::Serialize;

use crate::error::Result;
use crate::settings::{KeyStore, Provider, Road, Settings, Wire};
use crate::ui;

use super::context::Context;

/// List the providers that are configured
#[derive(Debug, ClapArgs)]
#[command(after_help = "Example:\n  codexgw list --json | jq -r '.[].id'")]
pub struct Args {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Row<'a> {
    id: &'a str,
    name: &'a str,
    base_url: &'a str,
    road: Road,
    wire: Wire,
    model: &'a str,
    models: Vec<&'a str>,
    key: KeyStore,
    profiles: Vec<&'a str>,
    default: bool,
}

impl Args {
    pub fn run(self, context: &Context) -> Result<u8> {
        let settings = context.settings()?;
        let rows: Vec<Row> = settings.providers.iter().map(|(id, p)| row(&settings, id, p)).collect();
        if self.json {
            ui::json(&rows);
        } else if rows.is_empty() {
            ui::note("no providers yet");
            ui::note("add one: codexgw add openrouter, or see it work first: codexgw demo");
        } else {
            let lines = rows.iter().map(|row| {
                let mark = if row.default { "*" } else { "" };
                vec![
                    format!("{}{mark}", row.id),
                    label(&row.road),
                    label(&row.wire),
                    row.model.to_owned(),
                    label(&row.key),
                    row.profiles.join(", "),
                ]
            });
            ui::line(ui::table(&["PROVIDER", "ROAD", "WIRE", "MODEL", "KEY", "PROFILES"], lines));
            if rows.iter().any(|row| row.default) {
                ui::note("* Codex's default");
            }
        }
        Ok(0)
    }
}

fn row<'a>(settings: &'a Settings, id: &'a str, provider: &'a Provider) -> Row<'a> {
    Row {
        id,
        name: &provider.name,
        base_url: &provider.base_url,
        road: provider.road,
        wire: provider.wire,
        model: &provider.model,
        models: provider.models.keys().map(String::as_str).collect(),
        key: provider.key,
        profiles: settings.profiles.iter().filter(|(_, r)| r.provider == id).map(|(name, _)| name.as_str()).collect(),
        default: settings.default.as_ref().is_some_and(|choice| choice.provider == id),
    }
}

/// The word that stands for a setting in the settings file.
pub fn label(value: &impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}
