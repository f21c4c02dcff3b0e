//! Which of the providers found are set up, under which id, and which are not, and why.

use std::collections::BTreeSet;

use url::Url;

use crate::catalog::ProviderTemplate;
use crate::codex;
use crate::settings::Settings;

use super::{Found, FoundKey, same_address};

/// What becomes of one provider.
pub enum Step {
    /// It is added.
    Add {
        /// Under this id: valid, free and not kept by Codex.
        id: String,
        /// Everything that `add` wants to know of it.
        found: Found,
    },
    /// It is not.
    Skip {
        /// Under this id it would have stood.
        id: String,
        /// What was found.
        found: Found,
        /// Why not.
        why: String,
    },
}

impl Step {
    /// The provider that it is about.
    #[must_use]
    pub fn found(&self) -> &Found {
        match self {
            Self::Add { found, .. } | Self::Skip { found, .. } => found,
        }
    }

    /// Its id here.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Add { id, .. } | Self::Skip { id, .. } => id,
        }
    }
}

/// Decides for each provider. `taken` says which ids are in use besides those of our own settings, such as the tables
/// of Codex's configuration.
pub fn plan(found: Vec<Found>, known: &Settings, taken: &dyn Fn(&str) -> bool) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut ids: BTreeSet<String> = known.providers.keys().cloned().collect();
    for found in found {
        let why = why_not(&found, known).or_else(|| same_as_before(&found, &steps));
        let step = match why {
            Some(why) => Step::Skip { id: found.id.clone(), found, why },
            None => {
                let id = free_id(&found, |id| ids.contains(id) || taken(id));
                ids.insert(id.clone());
                Step::Add { id, found }
            }
        };
        steps.push(step);
    }
    steps
}

fn why_not(found: &Found, known: &Settings) -> Option<String> {
    if let Some(why) = &found.blocked {
        return Some(why.clone());
    }
    let Some(address) = found.address() else {
        return Some("nothing says where it is".to_owned());
    };
    if address.contains('{') {
        return Some("its address has parts that only you know".to_owned());
    }
    if holds_credentials(address) {
        return Some("its address holds a name, a password or a query, which Codex cannot send".to_owned());
    }
    let there = known.providers.iter().find(|(_, provider)| same_address(&provider.base_url, address));
    if let Some((id, _)) = there {
        return Some(format!("`{id}` has that address already"));
    }
    let wants_key = found.known_template().is_some_and(|template| template.auth.is_required());
    (wants_key && matches!(found.key, FoundKey::Missing)).then(|| "no key was found for it".to_owned())
}

fn holds_credentials(address: &str) -> bool {
    let holds = |url: Url| !url.username().is_empty() || url.password().is_some() || url.query().is_some();
    Url::parse(address).is_ok_and(holds)
}

/// Two entries for one account: tools keep one for each program that they serve.
fn same_as_before(found: &Found, steps: &[Step]) -> Option<String> {
    let address = found.address()?;
    steps.iter().find_map(|step| match step {
        Step::Add { id, found: before } => {
            let same = before.address().is_some_and(|a| same_address(a, address)) && before.key.same_as(&found.key);
            same.then(|| format!("the same as `{id}`"))
        }
        Step::Skip { .. } => None,
    })
}

/// Its own id when it is free; Codex's own ids and those in use get a suffix.
fn free_id(found: &Found, taken: impl Fn(&str) -> bool) -> String {
    let wanted = if codex::is_reserved(&found.id) {
        let of_template = found.known_template().map(ProviderTemplate::default_id);
        of_template.filter(|id| !codex::is_reserved(id)).map_or(format!("{}-custom", found.id), str::to_owned)
    } else {
        found.id.clone()
    };
    if !taken(&wanted) {
        return wanted;
    }
    let mut number = 2_u32;
    loop {
        let numbered = format!("{wanted}-{number}");
        if !taken(&numbered) {
            return numbered;
        }
        number += 1;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::settings::{KeyStore, Provider, Road, Wire};

    fn known(providers: &[(&str, &str)]) -> Settings {
        let provider = |url: &str| Provider {
            name: String::new(),
            template: None,
            base_url: url.to_owned(),
            road: Road::Gateway,
            wire: Wire::Chat,
            key: KeyStore::None,
            key_form: None,
            env_key: None,
            key_command: Vec::new(),
            headers: BTreeMap::new(),
            secret_headers: Vec::new(),
            query: BTreeMap::new(),
            quirks: None,
            safety: crate::settings::Safety::default(),
            model: "m".to_owned(),
            models: BTreeMap::new(),
        };
        let providers = providers.iter().map(|(id, url)| ((*id).to_owned(), provider(url))).collect();
        Settings { providers, ..Settings::default() }
    }

    fn found(name: &str, url: &str, key: &str) -> Found {
        Found { key: FoundKey::literal(key), ..Found::named(name, String::new()).at(url) }
    }

    fn told(steps: &[Step]) -> Vec<String> {
        let tell = |step: &Step| match step {
            Step::Add { id, .. } => format!("add {id}"),
            Step::Skip { id, why, .. } => format!("skip {id}: {why}"),
        };
        steps.iter().map(tell).collect()
    }

    #[test]
    fn each_provider_is_added_under_a_free_id_or_left_with_a_reason() {
        let settings = known(&[("lab", "http://10.0.0.7:8000/v1"), ("relay", "https://old.example/v1")]);
        let steps = plan(
            vec![
                found("Other lab", "http://10.0.0.7:8000/", "k0"),
                found("Relay", "https://relay.example/v1", "k1"),
                found("Relay for Claude", "https://relay.example", "k1"),
                found("Relay", "https://relay.example/v1", "k2"),
                found("openai", "https://api.openai.com/v1", "k3"),
                found("ollama", "http://localhost:11434/v1", ""),
                found("DeepSeek", "https://api.deepseek.com", ""),
                found("mine", "https://mine.example", "k4"),
                found("keyed", "https://me:pw@keyed.example/v1?key=k6", ""),
                Found::named("nowhere", String::new()),
                Found { blocked: Some("no road".to_owned()), ..found("far", "https://far.example", "k5") },
            ],
            &settings,
            &|id| id == "mine",
        );
        assert_eq!(
            told(&steps),
            [
                "skip other-lab: `lab` has that address already",
                "add relay-2",
                "skip relay-for-claude: the same as `relay-2`",
                "add relay-3",
                "add openai-api",
                "add ollama-local",
                "skip deepseek: no key was found for it",
                "add mine-2",
                "skip keyed: its address holds a name, a password or a query, which Codex cannot send",
                "skip nowhere: nothing says where it is",
                "skip far: no road",
            ]
        );
        assert!(
            steps
                .iter()
                .filter(|step| matches!(step, Step::Add { .. }))
                .all(|step| { codex::valid_provider_id(step.id()) && !codex::is_reserved(step.id()) })
        );
    }
}
