//! One provider as CC Switch holds it: the files of the tool it is for, word for word.

use serde_json::Value;
use toml_edit::{DocumentMut, Item};

use crate::catalog::KeyForm;
use crate::codex;
use crate::settings::Wire;

use super::super::{Found, FoundKey, OPENAI};

/// Why an entry without a key and an address is not set up.
const LOGIN: &str = "it is a login with an account, not a provider with a key";

/// Why an entry whose settings cannot be read is not set up.
const NOT_JSON: &str = "what CC Switch holds of it is not JSON";

/// Why an entry with such a `config.toml` is not set up.
const NOT_TOML: &str = "its `config.toml` is not TOML, so nothing says where it is";

/// The tools whose providers can be of use to Codex.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tool {
    Codex,
    Claude,
    Gemini,
}

impl Tool {
    /// Codex first: where two entries are for one account, Codex's own says most.
    pub const ALL: [Self; 3] = [Self::Codex, Self::Claude, Self::Gemini];

    /// CC Switch's name of it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Codex => "codex",
            Self::Claude => "claude",
            Self::Gemini => "gemini",
        }
    }

    const fn shown(self) -> &'static str {
        match self {
            Self::Codex => "Codex",
            Self::Claude => "Claude Code",
            Self::Gemini => "Gemini CLI",
        }
    }

    /// The one of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tool| tool.name() == name)
    }
}

/// Takes over what a provider table says besides address and key: a key in a header, and word of what cannot be taken.
fn carry(table: &Item, found: &mut Found) {
    let names = |of: &str| -> Vec<String> {
        let inner = table.get(of).and_then(Item::as_table_like);
        inner.into_iter().flat_map(|inner| inner.iter().map(|(name, _)| name.to_owned())).collect()
    };
    if !names("query_params").is_empty() {
        found.blocked = Some("it wants query parameters, which codexgw does not send".to_owned());
    }
    let headers = table.get("http_headers").and_then(Item::as_table_like);
    let mut others = names("env_http_headers");
    for (name, value) in headers.into_iter().flat_map(|headers| headers.iter()) {
        let bearer = value.as_str().and_then(|value| value.trim().strip_prefix("Bearer "));
        match bearer.filter(|_| name.eq_ignore_ascii_case("authorization")) {
            // The header is what is sent, whatever key stands elsewhere.
            Some(key) => found.key = FoundKey::literal(key),
            None => others.push(name.to_owned()),
        }
    }
    if others.is_empty() {
        return;
    }
    others.sort();
    let shown = others.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    if matches!(found.key, FoundKey::Missing) {
        let why = format!("no key was found for it but what may be in {shown}; add it by hand with `--header-stdin`");
        found.blocked.get_or_insert(why);
    } else {
        found.notes.push(format!("sent by Codex so far, and not taken over: {shown}"));
    }
}

/// One provider of one tool. It may hold a key, so it has no way to be printed.
pub struct Record {
    /// The tool it is for.
    pub tool: Tool,
    /// The name shown.
    pub name: String,
    /// What CC Switch writes into the tool's files; nothing when it cannot be read.
    pub settings: Option<Value>,
    /// What else CC Switch knows of it.
    pub meta: Value,
}

impl Record {
    /// The provider, unless there is nothing at all in it.
    pub fn found(&self, origin: &str) -> Option<Found> {
        let mut found = Found::named(&self.name, format!("{origin}, for {}", self.tool.shown()));
        let Some(settings) = &self.settings else {
            found.blocked = Some(NOT_JSON.to_owned());
            return Some(found);
        };
        let mut found = match self.tool {
            Tool::Codex => self.codex(settings, found),
            Tool::Claude => self.environment(
                settings,
                found,
                "ANTHROPIC_BASE_URL",
                &["ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_API_KEY", "OPENROUTER_API_KEY", "GOOGLE_API_KEY"],
                "ANTHROPIC_MODEL",
            ),
            Tool::Gemini => {
                let keys = ["GEMINI_API_KEY", "GOOGLE_API_KEY"];
                self.environment(settings, found, "GOOGLE_GEMINI_BASE_URL", &keys, "GEMINI_MODEL")
            }
        };
        let is_empty = found.base_url.is_none() && matches!(found.key, FoundKey::Missing);
        if is_empty && found.blocked.as_deref() != Some(NOT_TOML) {
            found.blocked = Some(LOGIN.to_owned());
            found.template = None;
        }
        (!self.name.is_empty() || found.base_url.is_some()).then_some(found)
    }

    /// `auth.json` and the text of `config.toml`.
    fn codex(&self, settings: &Value, mut found: Found) -> Found {
        let config = match settings.get("config") {
            None | Some(Value::Null) => Some(DocumentMut::new()),
            Some(config) => config.as_str().and_then(|text| text.parse().ok()),
        };
        let Some(config) = config else {
            // Its key is for a place that it alone names, and must not go anywhere else.
            found.blocked = Some(NOT_TOML.to_owned());
            return found;
        };
        let text = |item: Option<&Item>| item.and_then(Item::as_str).filter(|text| !text.is_empty()).map(str::to_owned);
        let active = text(config.get("model_provider")).unwrap_or_else(|| "openai".to_owned());
        let table = config.get("model_providers").and_then(|tables| tables.get(&active));
        let field = |name: &str| text(table.and_then(|table| table.get(name)));
        let url =
            field("base_url").or_else(|| text(config.get("openai_base_url"))).or_else(|| text(config.get("base_url")));
        let stored = settings.pointer("/auth/OPENAI_API_KEY").and_then(Value::as_str).unwrap_or_default();
        found.key = FoundKey::literal(stored);
        if matches!(found.key, FoundKey::Missing) {
            found.key = FoundKey::literal(&field("experimental_bearer_token").unwrap_or_default());
        }
        if let (FoundKey::Missing, Some(variable)) = (&found.key, field("env_key")) {
            found.key = FoundKey::EnvVar(variable);
        }
        if let Some(table) = table {
            carry(table, &mut found);
        }
        match url {
            Some(url) => found = found.at(&url),
            // A key alone is for OpenAI itself.
            None if !matches!(found.key, FoundKey::Missing) && codex::is_reserved(&active) => found = found.at(OPENAI),
            None => {}
        }
        found.wire = match (self.format(), field("wire_api").as_deref()) {
            (Some("openai_chat"), _) | (None, Some("chat")) => Some(Wire::Chat),
            (Some("openai_responses"), _) | (None, Some("responses")) => Some(Wire::Responses),
            (Some("anthropic"), _) if found.template.is_none() => Some(Wire::Messages),
            _ => None,
        };
        found.add_model(&text(config.get("model")).unwrap_or_default());
        found
    }

    /// The variables of a tool that is led by them.
    fn environment(&self, settings: &Value, mut found: Found, url: &str, keys: &[&str], model: &str) -> Found {
        let value = |name: &str| {
            let text = settings.pointer(&format!("/env/{name}")).and_then(Value::as_str);
            text.filter(|text| !text.trim().is_empty())
        };
        if let Some(key) = keys.iter().find_map(|name| value(name)) {
            found.key = FoundKey::literal(key);
        }
        let (kind, wire) = match self.tool {
            Tool::Gemini => ("gemini", Wire::Gemini),
            _ => ("anthropic", Wire::Messages),
        };
        if let Some(url) = value(url) {
            found = found.at(url);
        } else if crate::catalog::provider(kind).is_some() {
            found.template = Some(kind.to_owned());
        }
        found.wire = match self.format() {
            Some("openai_chat") => Some(Wire::Chat),
            Some("openai_responses") => Some(Wire::Responses),
            _ => None,
        };
        match (&found.wire, &found.template) {
            (Some(_), _) => {}
            (None, None) => {
                found = found.speaking(wire);
                let is_bearer = wire == Wire::Messages && value("ANTHROPIC_AUTH_TOKEN").is_some();
                found.key_form = is_bearer.then_some(KeyForm::Bearer);
            }
            // The same provider under the address that its template knows: this one is for another protocol.
            (None, Some(_)) => found.base_url = None,
        }
        // Claude Code marks a long context behind the model's name.
        let model = value(model).unwrap_or_default();
        found.add_model(model.strip_suffix("[1m]").unwrap_or(model));
        found
    }

    /// What the provider speaks, where CC Switch was told.
    fn format(&self) -> Option<&str> {
        // Older versions kept the word among the settings.
        self.meta.get("apiFormat").or_else(|| self.settings.as_ref()?.get("api_format"))?.as_str()
    }
}
