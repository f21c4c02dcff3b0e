//! The person's ChatGPT login or OpenAI key going to somebody else (codex-facts G4, G5).

use url::Url;

use crate::config::{Change, Document};
use crate::doctor::{Check, Finding, Fix, ProviderTable, Severity, World};

pub const CHECK: Check =
    Check { id: "leak", about: "whether your ChatGPT login goes to a third party", is_online: false, look };

pub(super) fn look(world: &World) -> Vec<Finding> {
    world.documents().flat_map(|document| base_urls(document).chain(auth(document))).collect()
}

/// The two addresses that are OpenAI's own. `chatgpt_base_url` gets the login whatever the provider is.
fn base_urls(document: &Document) -> impl Iterator<Item = Finding> {
    let keys = [("leak-openai-base-url", "openai_base_url"), ("leak-chatgpt-base-url", "chatgpt_base_url")];
    keys.into_iter().filter_map(move |(id, key)| {
        let url = document.get_str(&[key])?;
        let host = foreign_host(url)?;
        let url = url::Url::parse(url).map(|url| crate::secret::redact::redacted_url(&url)).unwrap_or_default();
        let what = format!("`{key}` sends your ChatGPT login, or OpenAI key, to {host}");
        let fix = Fix::Edit {
            file: document.path().to_path_buf(),
            changes: vec![Change::remove(&[key])],
            label: "take a foreign address of OpenAI out",
        };
        let finding = Finding::new(id, Severity::Danger, what)
            .saw(format!("{} sets it", World::place(document, &[key])))
            .saw(format!("to use that host, add it as a provider: `codexgw add custom --id ID --base-url {url}`"));
        Some(finding.mended_by(fix))
    })
}

fn auth(document: &Document) -> impl Iterator<Item = Finding> {
    ProviderTable::all(document).filter_map(|table| {
        let path = table.path("requires_openai_auth");
        document.get(&path)?.as_bool().filter(|on| *on)?;
        let url = table.text("base_url").unwrap_or_default();
        let fix = table.change(Change::remove(&path), "take `requires_openai_auth` out");
        let seen = format!("{} says `requires_openai_auth = true`", table.place("requires_openai_auth"));
        let sends = format!("provider `{}` sends your ChatGPT login, or OpenAI key, to", table.id);
        let finding = match foreign_host(url) {
            Some(host) => Finding::new("leak-requires-openai-auth", Severity::Danger, format!("{sends} {host}")),
            None if crate::probe::is_loopback(url) => {
                Finding::warning("leak-to-local-server", format!("{sends} a server on this machine"))
                    .saw(format!("whoever listens at {url} has it, and may pass it on"))
            }
            None => return None,
        };
        Some(finding.saw(seen).mended_by(fix))
    })
}

/// The host of a URL that is neither OpenAI's nor this machine.
fn foreign_host(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    let host = url.host_str()?.trim_matches(['[', ']']).to_ascii_lowercase();
    let is_openai = ["openai.com", "chatgpt.com"].iter().any(|own| host == *own || host.ends_with(&format!(".{own}")));
    let is_here = host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
    (!is_openai && !is_here).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::foreign_host;

    #[test]
    fn only_openai_and_this_machine_are_no_strangers() {
        for own in ["https://api.openai.com/v1", "https://chatgpt.com/x", "http://127.0.0.1:1/v1", "http://[::1]/"] {
            assert_eq!(foreign_host(own), None, "{own}");
        }
        for strange in ["https://openai.com.evil.net/v1", "http://10.0.0.7/v1", "https://notopenai.com"] {
            assert!(foreign_host(strange).is_some(), "{strange}");
        }
    }
}
