//! One entry of `model_list`.

use serde_json::Value;

use crate::settings::Wire;

use super::super::found::{host, id_from};
use super::super::{Found, FoundKey, Lookup};
use super::upstreams::{Place, Upstream, prefix_of_bare};

/// How LiteLLM writes that a value is in a variable.
const IN_VARIABLE: &str = "os.environ/";

/// What is true for the whole file.
pub struct Scope<'a> {
    config: &'a Value,
    lookup: Lookup<'a>,
}

impl<'a> Scope<'a> {
    pub fn new(config: &'a Value, lookup: Lookup<'a>) -> Self {
        Self { config, lookup }
    }

    /// The key that a value stands for.
    pub fn key(&self, value: &str) -> FoundKey {
        match value.strip_prefix(IN_VARIABLE) {
            // A variable that nobody set is named all the same: the person knows then what is missing.
            Some(name) => self.variable(name).unwrap_or_else(|| FoundKey::EnvVar(name.to_owned())),
            None => FoundKey::literal(value),
        }
    }

    /// The key in a variable, when the file or the environment sets it.
    pub fn variable(&self, name: &str) -> Option<FoundKey> {
        if let Some(value) = self.set_in_file(name) {
            return Some(FoundKey::literal(&value));
        }
        (self.lookup)(name).map(|_| FoundKey::EnvVar(name.to_owned()))
    }

    /// The text that a value stands for.
    fn text(&self, value: &str) -> Option<String> {
        match value.strip_prefix(IN_VARIABLE) {
            Some(name) => self.set_in_file(name).or_else(|| (self.lookup)(name)),
            None => Some(value.to_owned()),
        }
    }

    fn set_in_file(&self, name: &str) -> Option<String> {
        let value = self.config.get("environment_variables")?.get(name)?.as_str()?;
        (!value.is_empty() && !value.starts_with(IN_VARIABLE)).then(|| value.to_owned())
    }

    /// Whether the variable that holds the key is set nowhere.
    fn is_unset(&self, key: &FoundKey) -> bool {
        matches!(key, FoundKey::EnvVar(name) if (self.lookup)(name).is_none())
    }

    fn credential(&self, name: &str) -> Option<&'a Value> {
        let all = self.config.get("credential_list")?.as_array()?;
        all.iter()
            .find(|one| one.get("credential_name").and_then(Value::as_str) == Some(name))?
            .get("credential_values")
    }
}

/// One entry of `model_list`: a model with the provider it is at.
pub struct Entry<'a> {
    /// The name that the proxy gives the model.
    pub name: String,
    params: &'a Value,
    /// LiteLLM's name of the provider.
    prefix: Option<&'a str>,
    /// The provider's own name of the model.
    model: &'a str,
}

impl<'a> Entry<'a> {
    /// Reads one, unless it is no model that answers in words.
    pub fn read(value: &'a Value) -> Option<Self> {
        let params = value.get("litellm_params")?;
        let whole = params.get("model")?.as_str()?;
        let mode = value.pointer("/model_info/mode").and_then(Value::as_str).unwrap_or("chat");
        if !["chat", "responses", "completion"].contains(&mode) {
            return None;
        }
        let stated = params.get("custom_llm_provider").and_then(Value::as_str);
        let (prefix, model) = match (stated, whole.split_once('/')) {
            (Some(stated), _) => (Some(stated), whole.strip_prefix(&format!("{stated}/")).unwrap_or(whole)),
            (None, Some((prefix, model))) => (Some(prefix), model),
            (None, None) => (prefix_of_bare(whole), whole),
        };
        // `openai/responses/gpt-…` asks LiteLLM for another endpoint and is no part of the model's name.
        let model = if prefix == Some("openai") { model.strip_prefix("responses/").unwrap_or(model) } else { model };
        let name = value.get("model_name").and_then(Value::as_str).unwrap_or(whole).to_owned();
        Some(Self { name, params, prefix, model })
    }

    fn upstream(&self) -> Option<&'static Upstream> {
        self.prefix.and_then(Upstream::of)
    }

    /// Whether only LiteLLM can reach it.
    pub fn is_closed(&self) -> bool {
        self.upstream().is_none_or(|upstream| upstream.why_closed().is_some())
    }

    /// The provider it is at.
    pub fn found(&self, scope: &Scope, origin: &str) -> Found {
        let mut found = match self.upstream() {
            Some(upstream) => self.of_upstream(upstream, scope, origin),
            None => self.unknown(origin),
        };
        if self.model.contains('*') {
            found.notes.push("the file names no single model of it".to_owned());
        } else {
            found.add_model(self.model);
        }
        found
    }

    fn of_upstream(&self, upstream: &Upstream, scope: &Scope, origin: &str) -> Found {
        let given = self.base_url(scope).filter(|url| !url.is_empty());
        let mut found = placed(upstream, given.as_deref(), origin);
        if let (None, Some(stated)) = (&given, self.stated_base_url(scope)) {
            // Without it the key would go to the provider's own address.
            let name = stated.strip_prefix(IN_VARIABLE).unwrap_or(stated);
            found.blocked = Some(format!("its address is in `{name}`, which is not set here"));
            return found;
        }
        found.key = self.key(upstream, given.is_some(), scope);
        if let Some(why) = upstream.why_closed() {
            found.blocked = Some(why.to_owned());
        } else if found.address().is_none() || (given.is_none() && upstream.must_be_placed()) {
            found.blocked = Some("the file does not say where it is".to_owned());
        } else if scope.is_unset(&found.key) {
            let FoundKey::EnvVar(name) = &found.key else { return found };
            found.blocked = Some(format!("its key is in `{name}`, which is not set here"));
        } else if matches!(found.key, FoundKey::Missing) && given.is_none() && !upstream.needs_no_key() {
            found.blocked = Some("no key was found for it".to_owned());
        }
        found
    }

    fn unknown(&self, origin: &str) -> Found {
        let mut found = Found::named(self.prefix.unwrap_or(self.model), origin.to_owned());
        let what = match self.prefix {
            Some(prefix) => format!("nothing is known here of LiteLLM's provider `{prefix}`"),
            None => "the file does not say whose model it is".to_owned(),
        };
        found.blocked = Some(what);
        found
    }

    fn base_url(&self, scope: &Scope<'a>) -> Option<String> {
        let own = self.stated_base_url(scope);
        let openai = || ["OPENAI_BASE_URL", "OPENAI_API_BASE"].into_iter().find_map(|name| scope.text(&variable(name)));
        match own {
            Some(value) => scope.text(value),
            None => (self.prefix == Some("openai")).then(openai).flatten(),
        }
    }

    fn stated_base_url(&self, scope: &Scope<'a>) -> Option<&'a str> {
        let stated = self.param("api_base", scope).or_else(|| self.param("base_url", scope));
        stated.filter(|text| !text.is_empty())
    }

    /// A key of the provider's own variable goes to the provider only, never to a place that the file names.
    fn key(&self, upstream: &Upstream, elsewhere: bool, scope: &Scope) -> FoundKey {
        match self.param("api_key", scope) {
            // Servers that want no key are often given one that means nothing.
            Some("none" | "None" | "EMPTY" | "dummy" | "fake" | "not-needed") => FoundKey::Missing,
            Some(value) => scope.key(value),
            None if elsewhere => FoundKey::Missing,
            None => upstream.env.iter().find_map(|name| scope.variable(name)).unwrap_or(FoundKey::Missing),
        }
    }

    fn param(&self, name: &str, scope: &Scope<'a>) -> Option<&'a str> {
        let shared = || scope.credential(self.params.get("litellm_credential_name")?.as_str()?)?.get(name);
        self.params.get(name).or_else(shared)?.as_str()
    }
}

/// A provider with its name, its template and its address, which is the one `given` if there is one.
fn placed(upstream: &Upstream, given: Option<&str>, origin: &str) -> Found {
    let mut found = Found::named(upstream.id, origin.to_owned());
    match given {
        Some(url) => {
            found = found.at(&with_version(upstream, url));
            if upstream.id == "openai" && found.template.is_none() {
                // An OpenAI-compatible server: named after its host, for there may be many.
                found.id = id_from(&host(url));
            }
            found.template = found.template.or_else(|| upstream.template().map(str::to_owned));
        }
        None => {
            found.template = upstream.template().map(str::to_owned);
            if let (None, Place::At(url)) = (&found.template, &upstream.place) {
                found.base_url = Some((*url).to_owned());
            }
        }
    }
    found.wire = (found.template.is_none() && upstream.id != "openai").then_some(Wire::Chat);
    if let Some(template) = found.known_template() {
        found.name.clone_from(&template.name);
    }
    found
}

fn variable(name: &str) -> String {
    format!("{IN_VARIABLE}{name}")
}

/// LiteLLM speaks Ollama's own API, which lies at the root, and appends the version to Anthropic's address by itself; what
/// is used here lies under `/v1`.
fn with_version(upstream: &Upstream, url: &str) -> String {
    let at_root = url::Url::parse(url).is_ok_and(|url| url.path() == "/");
    if matches!(upstream.id, "ollama" | "anthropic") && at_root {
        format!("{}/v1", url.trim_end_matches('/'))
    } else {
        url.to_owned()
    }
}
