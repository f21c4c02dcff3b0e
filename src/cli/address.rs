//! The address of a provider that has several, or one that is not the same for everybody.

use crate::catalog::{self, Endpoint, ProviderTemplate};
use crate::error::{Error, Result};
use crate::ui;

/// The endpoint of that name; `provider` is what was typed.
pub fn endpoint(
    provider: &str,
    template: Option<&'static ProviderTemplate>,
    wanted: &str,
) -> Result<&'static Endpoint> {
    let endpoints = template.map(|template| template.endpoints.as_slice()).unwrap_or_default();
    endpoints.iter().find(|endpoint| endpoint.id == wanted).ok_or_else(|| {
        let known: Vec<String> = endpoints.iter().map(|endpoint| format!("`{}`", endpoint.id)).collect();
        let [provider, wanted] = [provider, wanted].map(|words| ui::plain(words, 60));
        let error = Error::usage(format!("`{provider}` has no endpoint `{wanted}`"));
        match known.as_slice() {
            [] => error.hint("name the address: `--base-url URL`"),
            known => error
                .cause(format!("it has {}", known.join(", ")))
                .hint(format!("see what each is for: `codexgw providers show {provider}`")),
        }
    })
}

/// A base URL of the template, the parts that only the person knows asked for where that is possible. `command` is the
/// one that wants to know.
pub fn whole(template: &ProviderTemplate, base_url: &str, may_ask: bool, command: &str) -> Result<String> {
    let parts = catalog::parts(base_url);
    let id = &template.id;
    if !may_ask && !parts.is_empty() {
        let named: Vec<String> = parts.iter().map(|part| format!("`{part}`")).collect();
        let example =
            parts.iter().fold(base_url.to_owned(), |url, part| url.replace(&braced(part), &part.to_uppercase()));
        return Err(Error::usage(format!("the address of {} holds your {}", template.name, named.join(" and ")))
            .hint(format!("give it whole: `codexgw {command} {id} --base-url {example}`")));
    }
    let mut url = base_url.to_owned();
    for part in parts {
        let value = ui::prompt::input(&format!("Your {} at {}", part.replace('_', " "), template.name), "")?;
        let is_plain = !value.is_empty() && value.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
        if !is_plain {
            return Err(Error::usage(format!("`{value}` cannot be a `{part}`"))
                .hint(format!("give the address whole: `codexgw {command} {id} --base-url URL`")));
        }
        url = url.replace(&braced(part), &value);
    }
    Ok(url)
}

fn braced(part: &str) -> String {
    format!("{{{part}}}")
}
