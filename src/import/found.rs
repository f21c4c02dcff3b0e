//! One provider as another tool holds it.

use url::Url;

use crate::catalog::{self, KeyForm, ProviderTemplate, server};
use crate::codex;
use crate::secret::Secret;
use crate::settings::Wire;

/// A provider that was found, with everything that is needed to set it up here.
pub struct Found {
    /// The id to give it here: valid, though it may be taken or kept by Codex.
    pub id: String,
    /// The name that the other tool shows.
    pub name: String,
    /// Base URL; absent when the template's own holds.
    pub base_url: Option<String>,
    /// Id of the template that fits.
    pub template: Option<String>,
    /// What it speaks by the other tool's word; what the provider itself answers counts more.
    pub wire: Option<Wire>,
    /// The header that the other tool sends the key in, where that is not the usual one of the wire.
    pub key_form: Option<KeyForm>,
    /// The model to start with.
    pub model: Option<String>,
    /// All models, the one to start with first.
    pub models: Vec<String>,
    /// Its key.
    pub key: FoundKey,
    /// Where it was read, for people.
    pub origin: String,
    /// What a person should know of it.
    pub notes: Vec<String>,
    /// Why it cannot be set up, when it cannot.
    pub blocked: Option<String>,
}

/// Where a key was found.
pub enum FoundKey {
    /// It stood in the other tool's file.
    Literal(Secret),
    /// It is in this variable.
    EnvVar(String),
    /// There was none.
    Missing,
}

impl FoundKey {
    /// Whether both mean the same key, as far as can be told without reading variables.
    #[must_use]
    pub fn same_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Literal(a), Self::Literal(b)) => a.expose() == b.expose(),
            (Self::EnvVar(a), Self::EnvVar(b)) => a == b,
            (Self::Missing, Self::Missing) => true,
            _ => false,
        }
    }

    /// A key that stood in a file, unless it is empty.
    #[must_use]
    pub fn literal(text: &str) -> Self {
        let text = text.trim();
        if text.is_empty() { Self::Missing } else { Self::Literal(Secret::new(text.to_owned())) }
    }
}

impl Found {
    /// A provider of that name, of which nothing more is known yet.
    #[must_use]
    pub fn named(name: &str, origin: String) -> Self {
        Self {
            id: id_from(name),
            name: name.to_owned(),
            base_url: None,
            template: None,
            wire: None,
            key_form: None,
            model: None,
            models: Vec::new(),
            key: FoundKey::Missing,
            origin,
            notes: Vec::new(),
            blocked: None,
        }
    }

    /// Sets the base URL, and the template that its host belongs to.
    #[must_use]
    pub fn at(mut self, base_url: &str) -> Self {
        let base_url = base_url.trim().trim_end_matches('/').to_owned();
        self.template = catalog::of_host(&base_url).map(|template| template.id.clone());
        self.base_url = Some(base_url);
        self
    }

    /// Says what it speaks where that is Anthropic's or Google's protocol: their clients append the version themselves,
    /// to an address that is not that of a template.
    #[must_use]
    pub fn speaking(mut self, wire: Wire) -> Self {
        let version = if wire == Wire::Gemini { "v1beta" } else { "v1" };
        self.wire = Some(wire);
        self.base_url = self.base_url.map(|url| {
            let last = url.rsplit('/').next().unwrap_or_default();
            if last.starts_with("v1") { url } else { format!("{url}/{version}") }
        });
        self
    }

    /// Adds a model once; the first one is the one to start with.
    pub fn add_model(&mut self, model: &str) {
        if model.is_empty() || self.models.iter().any(|known| known == model) {
            return;
        }
        self.models.push(model.to_owned());
        self.model.get_or_insert_with(|| model.to_owned());
    }

    /// The base URL that it will have: its own, else its template's.
    #[must_use]
    pub fn address(&self) -> Option<&str> {
        let of_template = || self.known_template().map(|template| template.base_url.as_str());
        self.base_url.as_deref().or_else(of_template)
    }

    /// Its template.
    #[must_use]
    pub fn known_template(&self) -> Option<&'static ProviderTemplate> {
        self.template.as_deref().and_then(catalog::provider)
    }
}

/// A valid provider id made of any name.
#[must_use]
pub fn id_from(name: &str) -> String {
    let mut id = String::new();
    for c in name.chars() {
        match c.to_ascii_lowercase() {
            c if c.is_ascii_alphanumeric() => id.push(c),
            '_' if !id.is_empty() => id.push('_'),
            _ if !id.is_empty() && !id.ends_with('-') => id.push('-'),
            _ => {}
        }
    }
    // Room for a suffix that keeps it apart from others.
    id.truncate(48);
    let id = id.trim_end_matches(['-', '_']).to_owned();
    if codex::valid_provider_id(&id) { id } else { "imported".to_owned() }
}

/// Whether two base URLs lead to the same place: a trailing slash or a version at the end makes no difference.
#[must_use]
pub fn same_address(a: &str, b: &str) -> bool {
    let path = |url: &str| {
        let path = Url::parse(url).map(|url| url.path().trim_end_matches('/').to_owned()).unwrap_or_default();
        path.strip_suffix("/v1").map(str::to_owned).unwrap_or(path)
    };
    server(a).is_some_and(|server_a| server(b) == Some(server_a)) && path(a) == path(b)
}

/// A name for a place that has none but its address.
#[must_use]
pub fn host(url: &str) -> String {
    let host = Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned));
    let host = host.unwrap_or_default();
    host.strip_prefix("api.").unwrap_or(&host).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_name_gives_a_valid_id() {
        for (name, id) in [
            ("PackyCode", "packycode"),
            ("My Relay (EU)", "my-relay-eu"),
            ("_x_", "x"),
            ("智谱 GLM", "glm"),
            ("智谱", "imported"),
            ("", "imported"),
            ("api.example.com:8080", "api-example-com-8080"),
        ] {
            assert_eq!(id_from(name), id, "{name}");
        }
        assert!(codex::valid_provider_id(&id_from(&"long name ".repeat(20))));
    }

    #[test]
    fn addresses_are_compared_without_what_makes_no_difference() {
        for (a, b, same) in [
            ("https://a.example/v1", "https://A.example/v1/", true),
            ("https://a.example", "https://a.example/v1", true),
            ("http://localhost:80/x", "http://127.0.0.1/x", true),
            ("https://a.example/x/v1", "https://a.example/v1", false),
            ("https://a.example:8443", "https://a.example", false),
            ("nonsense", "nonsense", false),
        ] {
            assert_eq!(same_address(a, b), same, "{a} and {b}");
        }
    }

    #[test]
    fn models_are_kept_once_and_the_first_one_starts() {
        let mut found = Found::named("x", String::new());
        for model in ["", "a", "b", "a"] {
            found.add_model(model);
        }
        assert_eq!((found.model.as_deref(), found.models.join(" ")), (Some("a"), "a b".to_owned()));
    }
}
