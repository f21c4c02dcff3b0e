//! What a person types to set up one provider that could not be taken over.

use crate::import::{Found, FoundKey};

use super::super::add::StoreChoice;

/// `codexgw add` with everything that is known of a provider.
pub struct ByHand {
    provider: String,
    options: Vec<(&'static str, String)>,
}

impl ByHand {
    /// The command for a provider that was to be added under this id. `address` is without credentials.
    pub fn new(id: &str, found: &Found, address: &str, store: StoreChoice) -> Self {
        let template = found.known_template();
        let mut options = Vec::new();
        if template.is_none_or(|template| template.default_id() != id) {
            options.push(("--id", id.to_owned()));
        }
        if found.base_url.is_some() || template.is_none() {
            options.push(("--base-url", address.to_owned()));
        }
        if let Some(model) = &found.model {
            options.push(("--model", model.clone()));
        }
        match &found.key {
            FoundKey::Literal(_) => options.push(("--key-stdin", String::new())),
            FoundKey::EnvVar(name) => options.push(("--key-from-env", name.clone())),
            FoundKey::Missing => {}
        }
        if store == StoreChoice::File {
            options.push(("--store", "file".to_owned()));
        }
        Self { provider: found.template.clone().unwrap_or_else(|| "custom".to_owned()), options }
    }

    /// A hint of `add` in words that are of use after `migrate`, which lacks most of its options: each option in
    /// backticks becomes the whole command with that option.
    pub fn instead_of_options(&self, hint: &str) -> String {
        let parts = hint.split('`').enumerate().map(|(index, part)| {
            // `migrate` keeps keys in the same places.
            let is_option = index % 2 == 1 && part.starts_with("--") && !part.starts_with("--store");
            if is_option { self.with(part) } else { part.to_owned() }
        });
        parts.collect::<Vec<_>>().join("`")
    }

    /// The command with this option, in place of its own of that name.
    fn with(&self, option: &str) -> String {
        let name = option.split(' ').next().unwrap_or(option);
        let is_key = |name: &str| name.starts_with("--key-");
        let mut words = vec!["codexgw add".to_owned(), quoted(&self.provider)];
        for (own, value) in self.options.iter().filter(|(own, _)| *own != name && !(is_key(own) && is_key(name))) {
            words.push((*own).to_owned());
            words.extend(Some(value).filter(|value| !value.is_empty()).map(|value| quoted(value)));
        }
        words.push(option.to_owned());
        words.join(" ")
    }
}

/// A word that a shell leaves alone.
fn quoted(word: &str) -> String {
    if !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || "_-./:@%+=,".contains(c)) {
        return word.to_owned();
    }
    let plain: String = word.chars().filter(|c| !c.is_control() && *c != '`').collect();
    format!("'{}'", plain.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_option_becomes_the_whole_command() {
        let mut lab = Found::named("lab", String::new()).at("http://10.0.0.7:8000/v1");
        lab.key = FoundKey::EnvVar("LAB_KEY".to_owned());
        let mut router = Found::named("openrouter", String::new());
        router.template = Some("openrouter".to_owned());
        router.key = FoundKey::literal("sk-12345");
        router.add_model("it's");
        let lab = ByHand::new("lab", &lab, "http://10.0.0.7:8000/v1", StoreChoice::Keyring);
        let router = ByHand::new("openrouter", &router, "-", StoreChoice::File);
        let lab_model = "name one: `codexgw add custom --id lab --base-url http://10.0.0.7:8000/v1 --key-from-env \
                         LAB_KEY --model MODEL`";
        let lab_url = "start it, or: `codexgw add custom --id lab --key-from-env LAB_KEY --base-url URL`";
        let router_model = "`codexgw add openrouter --key-stdin --store file --model MODEL`";
        let router_key = "`codexgw add openrouter --model 'it'\\''s' --store file --key-from-env VAR`";
        for (command, hint, expected) in [
            (&lab, "name one: `--model MODEL`", lab_model),
            (&lab, "start it, or: `--base-url URL`", lab_url),
            (&lab, "keep keys in a file: `--store file`", "keep keys in a file: `--store file`"),
            (&lab, "see `codexgw list`", "see `codexgw list`"),
            (&router, "`--model MODEL`", router_model),
            (&router, "`--key-from-env VAR`", router_key),
        ] {
            assert_eq!(command.instead_of_options(hint), expected);
        }
    }
}
