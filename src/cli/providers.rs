use clap::{Args as ClapArgs, Subcommand};
use serde::Serialize;

use crate::catalog::{self, Auth, Endpoint, Origin, ProviderTemplate, Sources};
use crate::error::{Error, Result};
use crate::gateway::Learned;
use crate::settings::{KeyStore, Provider, Road, Wire};
use crate::ui;

use super::context::{Context, no_template, unusable};
use super::list::label;
use super::measured::Measured;

/// Show the providers that codexgw knows, configured or not
#[derive(Debug, ClapArgs)]
#[command(args_conflicts_with_subcommands = true)]
#[command(after_help = "Examples:\n  codexgw providers\n  codexgw providers coding plan\n  \
                        codexgw providers show anthropic")]
pub struct Args {
    #[command(subcommand)]
    command: Option<ProvidersCommand>,
    /// Only those with all of these words in their id, name, address or wire
    #[arg(value_name = "WORD")]
    words: Vec<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum ProvidersCommand {
    /// Show all that is known of one provider
    Show {
        /// Its id or another name of it
        provider: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Serialize)]
struct Row<'a> {
    id: &'a str,
    name: &'a str,
    aliases: &'a [String],
    base_url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    base_url_for: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    endpoints: &'a [Endpoint],
    wire: Wire,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    wires: &'a [Wire],
    key: &'a str,
    /// The header that the key goes in.
    #[serde(skip_serializing_if = "Option::is_none")]
    key_header: Option<String>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    key_prefixes: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    models_path: Option<&'a str>,
    model: Option<&'a str>,
    /// The ids under which it is configured here.
    configured: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    variable: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    keys: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    docs: Option<&'a str>,
    quirks: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'a str>,
    /// The file of a template of the person's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    template: Option<String>,
    #[serde(skip)]
    origin: &'a Origin,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    measured: Vec<Measured>,
    /// Where these facts come from; shown of one provider alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    sources: Option<Sources>,
}

/// A provider of the person's own, of which there is no template.
#[derive(Serialize)]
struct Own<'a> {
    id: &'a str,
    name: &'a str,
    base_url: &'a str,
    wire: Wire,
    road: Road,
    key: KeyStore,
    key_header: Option<String>,
    model: &'a str,
    quirks: &'a [String],
    measured: Vec<Measured>,
}

impl Args {
    pub fn run(self, context: &Context) -> Result<u8> {
        let settings = context.settings()?;
        let row = |template: &'static ProviderTemplate| {
            let ours = settings.providers.iter().filter(|(_, p)| p.template.as_deref() == Some(template.id.as_str()));
            row(template, ours.map(|(id, _)| id.clone()).collect())
        };
        match self.command {
            Some(ProvidersCommand::Show { provider, json }) => {
                let learned = Learned::read(&context.home);
                let configured = settings.providers.get(&provider);
                if let Some(configured) = configured.filter(|configured| configured.template.is_none()) {
                    let measured = Measured::of(&settings, &learned, |id, _| id == provider);
                    return Ok(own(measured, &provider, configured, json));
                }
                let template = configured.and_then(|configured| configured.template.as_deref()).unwrap_or(&provider);
                let mut row = row(find(template)?);
                row.sources = matches!(row.origin, Origin::Embedded).then(|| catalog::sources_of(row.id)).flatten();
                row.measured = Measured::of(&settings, &learned, |_, p| p.template.as_deref() == Some(row.id));
                show(&row, json);
            }
            None => {
                list(catalog::providers().map(row).filter(|row| has(row, &self.words)).collect(), self.json);
                for broken in catalog::broken() {
                    let hint = "mend it there; all other providers work as before";
                    ui::warn(format!("a template of yours cannot be used: {broken}"), Some(hint));
                }
            }
        }
        Ok(0)
    }
}

fn find(words: &str) -> Result<&'static ProviderTemplate> {
    catalog::provider(words).ok_or_else(|| {
        if let Some(broken) = catalog::broken().iter().find(|broken| broken.id() == words) {
            return unusable(broken);
        }
        if let Some(why) = catalog::unsupported(words) {
            return no_template(words, why);
        }
        let error = Error::usage(format!("codexgw does not know the provider `{}`", ui::plain(words, 60)));
        match catalog::nearest(words) {
            Some(near) => error.hint(format!("did you mean `codexgw providers show {near}`?")),
            None => error.hint("see them all: `codexgw providers`"),
        }
    })
}

fn row(template: &'static ProviderTemplate, configured: Vec<String>) -> Row<'static> {
    Row {
        id: &template.id,
        name: &template.name,
        aliases: &template.aliases,
        base_url: &template.base_url,
        base_url_for: template.base_url_for.as_deref(),
        endpoints: &template.endpoints,
        wire: template.wire,
        wires: &template.wires,
        key: match template.auth {
            Auth::None => "none",
            Auth::OptionalBearer => "optional",
            _ => "needed",
        },
        key_header: template.auth.form().map(|form| form.header().to_string()),
        key_prefixes: &template.key_prefixes,
        models_path: template.models_path.as_deref(),
        model: template.model.as_deref(),
        configured,
        variable: template.env.as_deref(),
        keys: template.keys_url.as_deref(),
        docs: template.docs.as_deref(),
        quirks: &template.quirks,
        note: template.note.as_deref(),
        template: match &template.origin {
            Origin::Embedded => None,
            Origin::Own { file, .. } => Some(file.display().to_string()),
        },
        origin: &template.origin,
        measured: Vec::new(),
        sources: None,
    }
}

fn own(measured: Vec<Measured>, id: &str, provider: &Provider, json: bool) -> u8 {
    let has_key = provider.key != KeyStore::None;
    let own = Own {
        id,
        name: &provider.name,
        base_url: &provider.base_url,
        wire: provider.wire,
        road: provider.road,
        key: provider.key,
        key_header: has_key.then(|| provider.key_form().header().to_string()),
        model: &provider.model,
        quirks: provider.quirks.as_deref().unwrap_or_default(),
        measured,
    };
    if json {
        ui::json(&own);
    } else {
        let Own { key_header, measured, .. } = own;
        ui::line(format!("{} ({id}, your own)", provider.name));
        for (what, said) in [
            ("address", provider.base_url.clone()),
            ("wire", label(&provider.wire)),
            ("road", label(&provider.road)),
            ("key", label(&provider.key)),
            ("key header", key_header.unwrap_or_default()),
            ("model", provider.model.clone()),
        ] {
            if !said.is_empty() {
                ui::line(format!("  {what:<14} {said}"));
            }
        }
        for (what, said) in measured.iter().flat_map(Measured::lines) {
            ui::line(format!("  {what}: {said}"));
        }
        ui::note(format!("ask it what it can do: codexgw probe {id}"));
    }
    0
}

fn has(row: &Row<'_>, words: &[String]) -> bool {
    let wires = wires(row);
    let mut words_of = vec![row.id, row.name, row.base_url, &wires];
    words_of.extend(row.aliases.iter().map(String::as_str));
    words_of.extend(row.endpoints.iter().flat_map(|endpoint| [endpoint.for_whom.as_str(), &endpoint.base_url]));
    let text = words_of.join(" ").to_lowercase();
    words.iter().all(|word| text.contains(&word.to_lowercase()))
}

fn list(rows: Vec<Row<'_>>, json: bool) {
    if json {
        ui::json(&rows);
    } else if rows.is_empty() {
        ui::note("none of that kind; any other address goes too: codexgw add custom --base-url URL");
    } else {
        let lines = rows.into_iter().map(|row| {
            vec![
                row.id.to_owned(),
                if row.template.is_some() { format!("{} (yours)", row.name) } else { row.name.to_owned() },
                label(&row.wire),
                row.key.to_owned(),
                row.configured.join(", "),
            ]
        });
        ui::line(ui::table(&["PROVIDER", "NAME", "WIRE", "KEY", "CONFIGURED AS"], lines));
        ui::note("add one: codexgw add PROVIDER");
    }
}

fn show(row: &Row<'_>, json: bool) {
    if json {
        ui::json(row);
        return;
    }
    let aliases = row.aliases.join(", ");
    let configured = row.configured.join(", ");
    let wires = wires(row);
    let key = match (&row.key_header, row.key_prefixes) {
        (Some(header), []) => format!("{}, in the header `{header}`", row.key),
        (Some(header), prefixes) => {
            format!("{}, in the header `{header}`; begins with {}", row.key, ticked(prefixes.iter(), " or "))
        }
        (None, _) => row.key.to_owned(),
    };
    let list = row.models_path.map_or_else(|| "none".to_owned(), |path| format!("{}{path}", row.base_url));
    let template = match row.origin {
        Origin::Embedded => String::new(),
        Origin::Own { file, replaces: false } => file.display().to_string(),
        Origin::Own { file, replaces: true } => format!("{}, in place of the built-in one", file.display()),
    };
    ui::line(format!("{} ({})", row.name, row.id));
    for (what, said) in [
        ("also called", aliases.as_str()),
        ("address", &address(row.base_url, row.base_url_for)),
        ("wire", &wires),
        ("key", &key),
        ("variable", row.variable.unwrap_or_default()),
        ("keys", row.keys.unwrap_or_default()),
        ("model list", &list),
        ("model", row.model.unwrap_or_default()),
        ("documentation", row.docs.unwrap_or_default()),
        ("configured as", &configured),
        ("note", row.note.unwrap_or_default()),
        ("template", &template),
    ] {
        if !said.is_empty() {
            ui::line(format!("  {what:<14} {said}"));
        }
    }
    tell_quirks(row.quirks);
    if !row.endpoints.is_empty() {
        ui::line("  other endpoints");
        let lines = row.endpoints.iter().map(|endpoint| {
            let wire = endpoint.wire.as_ref().map(|wire| format!(", wire {}", label(wire))).unwrap_or_default();
            let for_whom = format!("{}{wire}", endpoint.for_whom);
            vec![format!("    --endpoint {}", endpoint.id), address(&endpoint.base_url, Some(&for_whom))]
        });
        ui::line(ui::table(&[], lines));
    }
    for (what, said) in row.measured.iter().flat_map(Measured::lines) {
        ui::line(format!("  {what}: {said}"));
    }
    if let Some(Sources { date, pages }) = &row.sources {
        ui::line(format!("  sources of these facts, read on {date}"));
        for page in pages {
            ui::line(format!("    {page}"));
        }
    }
    match row.configured.first() {
        Some(id) => ui::note(format!("ask it what it can do: codexgw probe {id}")),
        None => ui::note(format!("add it: codexgw add {}", row.id)),
    }
}

/// The wire to use, and those that go as well.
fn wires(row: &Row<'_>) -> String {
    let others: Vec<String> = row.wires.iter().map(label).collect();
    let wire = label(&row.wire);
    if others.is_empty() { wire } else { format!("{wire}; also {} (`--wire`)", others.join(", ")) }
}

fn ticked<'a>(words: impl Iterator<Item = &'a String>, between: &str) -> String {
    words.map(|word| format!("`{word}`")).collect::<Vec<_>>().join(between)
}

/// What it does differently from its protocol, in words.
fn tell_quirks(quirks: &[String]) {
    if quirks.is_empty() {
        return;
    }
    ui::line("  what it does differently");
    for name in quirks {
        let about = catalog::about_quirk(name).unwrap_or_default();
        ui::line(format!("    {about} ({name})"));
    }
}

fn address(base_url: &str, for_whom: Option<&str>) -> String {
    for_whom.map_or(base_url.to_owned(), |for_whom| format!("{base_url}  (for {for_whom})"))
}
