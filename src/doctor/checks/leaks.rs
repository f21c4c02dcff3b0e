//! The person's ChatGPT login or OpenAI key going to somebody else (codex-facts G4, G5).

use url::Url;

use crate::config::{Change, Document};
use crate::doctor::{Check, Finding, Fix, Severity, World};

pub const CHECK: Check =
    Check { id: "leak", about: "whether your ChatGPT login goes to a third party", is_online: false, look };

fn look(world: &World) -> Vec<Finding> {
    world.documents().flat_map(|document| base_url(document).into_iter().chain(auth(document))).collect()
}

fn base_url(document: &Document) -> Option<Finding> {
    let host = foreign_host(document.get_str(&["openai_base_url"])?)?;
    let what = format!("`openai_base_url` sends your ChatGPT login, or OpenAI key, to {host}");
    let fix = Fix::Edit {
        file: document.path().to_path_buf(),
        changes: vec![Change::remove(&["openai_base_url"])],
        label: "take `openai_base_url` out",
    };
    let finding = Finding::new("leak-openai-base-url", Severity::Danger, what)
        .saw(format!("{} sets it", World::place(document, &["openai_base_url"])))
        .saw("to use that host, add it as a provider: `codexgw add custom --base-url URL`");
    Some(finding.mended_by(fix))
}

fn auth(document: &Document) -> Vec<Finding> {
    let providers = document.get(&["model_providers"]).and_then(toml_edit::Item::as_table_like);
    let ids = providers.into_iter().flat_map(toml_edit::TableLike::iter).map(|(id, _)| id.to_owned());
    ids.filter_map(|id| {
        let path = ["model_providers", id.as_str(), "requires_openai_auth"];
        document.get(&path)?.as_bool().filter(|on| *on)?;
        let url = document.get_str(&["model_providers", &id, "base_url"]).unwrap_or_default();
        let host = foreign_host(url)?;
        let what = format!("provider `{id}` sends your ChatGPT login, or OpenAI key, to {host}");
        let fix = Fix::Edit {
            file: document.path().to_path_buf(),
            changes: vec![Change::remove(&path)],
            label: "take `requires_openai_auth` out",
        };
        let seen = format!("{} says `requires_openai_auth = true`", World::place(document, &path));
        Some(Finding::new("leak-requires-openai-auth", Severity::Danger, what).saw(seen).mended_by(fix))
    })
    .collect()
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
