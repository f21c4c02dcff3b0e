//! Providers that the shell's environment knows: the key variables of our templates, and the variables by which
//! OpenAI's and Anthropic's clients are sent elsewhere.

use crate::catalog::{self, Auth, KeyForm, ProviderTemplate};

use super::found::host;
use super::{Found, FoundKey, Lookup, OPENAI, same_address};
use crate::settings::Wire;

const OPENAI_URLS: [&str; 2] = ["OPENAI_BASE_URL", "OPENAI_API_BASE"];
/// What Anthropic's client sends as a bearer.
const BEARER_TOKEN: &str = "ANTHROPIC_AUTH_TOKEN";
const ANTHROPIC_KEYS: [&str; 2] = [BEARER_TOKEN, "ANTHROPIC_API_KEY"];

/// Reads the environment. Keys stay in their variables.
pub fn read(lookup: Lookup) -> Vec<Found> {
    let templates = catalog::providers().filter_map(|template| of_template(template, lookup));
    templates.chain(openai(lookup)).chain(anthropic(lookup)).collect()
}

fn of_template(template: &'static ProviderTemplate, lookup: Lookup) -> Option<Found> {
    let variable = template.env.as_deref().filter(|_| template.auth != Auth::None)?;
    // Where Anthropic's client is sent elsewhere, its key belongs to that place.
    if variable.starts_with("ANTHROPIC_") && lookup("ANTHROPIC_BASE_URL").is_some() {
        return None;
    }
    lookup(variable)?;
    let mut found = Found::named(&template.id, format!("`{variable}`"));
    found.name.clone_from(&template.name);
    found.template = Some(template.id.clone());
    found.key = FoundKey::EnvVar(variable.to_owned());
    Some(found)
}

fn openai(lookup: Lookup) -> Option<Found> {
    let (variable, url) = first(&OPENAI_URLS, lookup)?;
    if same_address(&url, OPENAI) {
        // Codex reaches OpenAI by itself.
        return None;
    }
    let mut found = Found::named(&host(&url), format!("`{variable}`")).at(&url);
    if lookup("OPENAI_API_KEY").is_some() {
        found.key = FoundKey::EnvVar("OPENAI_API_KEY".to_owned());
    }
    found.add_model(&lookup("OPENAI_MODEL").unwrap_or_default());
    Some(found)
}

fn anthropic(lookup: Lookup) -> Option<Found> {
    let (variable, url) = first(&["ANTHROPIC_BASE_URL"], lookup)?;
    let mut found = Found::named(&host(&url), format!("`{variable}`")).at(&url);
    match found.known_template() {
        // The same provider under the address that Codex can use.
        Some(_) => found.base_url = None,
        None => found = found.speaking(Wire::Messages),
    }
    if let Some((variable, _)) = first(&ANTHROPIC_KEYS, lookup) {
        found.key_form = (found.wire.is_some() && variable == BEARER_TOKEN).then_some(KeyForm::Bearer);
        found.key = FoundKey::EnvVar(variable.to_owned());
    }
    Some(found)
}

fn first(variables: &[&'static str], lookup: Lookup) -> Option<(&'static str, String)> {
    variables.iter().find_map(|variable| Some((*variable, lookup(variable)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(set: &[(&str, &str)]) -> Vec<String> {
        let lookup = |name: &str| set.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        let tell = |found: Found| {
            let key = match &found.key {
                FoundKey::EnvVar(name) => name.as_str(),
                FoundKey::Literal(_) => "literal",
                FoundKey::Missing => "-",
            };
            let url = found.base_url.as_deref().unwrap_or("-");
            let template = found.template.as_deref().unwrap_or("-");
            let blocked = if found.blocked.is_some() { " blocked" } else { "" };
            let wire = found.wire.map(|wire| format!(" {wire:?}")).unwrap_or_default();
            let form = found.key_form.map(|form| format!(" {form:?}")).unwrap_or_default();
            format!("{} {template} {url} {key} {}{blocked}{wire}{form}", found.id, found.models.join(","))
        };
        read(&lookup).into_iter().map(tell).collect()
    }

    #[test]
    fn variables_become_providers_whose_keys_stay_in_them() {
        type Variables = [(&'static str, &'static str)];
        let table: &[(&Variables, &[&str])] = &[
            (&[], &[]),
            (
                &[("OPENROUTER_API_KEY", "a"), ("DEEPSEEK_API_KEY", "b")],
                &["deepseek deepseek - DEEPSEEK_API_KEY ", "openrouter openrouter - OPENROUTER_API_KEY "],
            ),
            // Ollama itself wants no key: the variable says nothing of a server here.
            (&[("OLLAMA_API_KEY", "a")], &["ollama-cloud ollama-cloud - OLLAMA_API_KEY "]),
            (&[("OPENAI_API_KEY", "a")], &[]),
            (&[("OPENAI_API_KEY", "a"), ("OPENAI_BASE_URL", "https://api.openai.com/v1/")], &[]),
            (
                &[("OPENAI_API_KEY", "a"), ("OPENAI_API_BASE", "https://api.relay.example/v1"), ("OPENAI_MODEL", "m")],
                &["relay-example - https://api.relay.example/v1 OPENAI_API_KEY m"],
            ),
            (&[("OPENAI_BASE_URL", "http://10.0.0.7:8000/v1")], &["10-0-0-7 - http://10.0.0.7:8000/v1 - "]),
            (
                &[("ANTHROPIC_BASE_URL", "https://api.deepseek.com/anthropic"), ("ANTHROPIC_AUTH_TOKEN", "a")],
                &["deepseek-com deepseek - ANTHROPIC_AUTH_TOKEN "],
            ),
            (
                &[("ANTHROPIC_BASE_URL", "https://relay.example"), ("ANTHROPIC_API_KEY", "a")],
                &["relay-example - https://relay.example/v1 ANTHROPIC_API_KEY  Messages"],
            ),
            (
                &[("ANTHROPIC_BASE_URL", "https://relay.example/v1"), ("ANTHROPIC_AUTH_TOKEN", "a")],
                &["relay-example - https://relay.example/v1 ANTHROPIC_AUTH_TOKEN  Messages Bearer"],
            ),
            (&[("ANTHROPIC_API_KEY", "a")], &["anthropic anthropic - ANTHROPIC_API_KEY "]),
            (&[("GEMINI_API_KEY", "a")], &["gemini gemini - GEMINI_API_KEY "]),
        ];
        for (set, expected) in table {
            assert_eq!(told(set), *expected, "{set:?}");
        }
    }
}
