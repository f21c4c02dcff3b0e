//! Base URLs that are wrong by their looks (codex-facts 2.1). Whether somebody answers there is another check.

use url::Url;

use crate::config::Change;
use crate::doctor::{Check, Finding, ProviderTable, World};

pub const CHECK: Check = Check { id: "base-url", about: "base URLs that cannot work", is_online: false, look };

/// What Codex and other clients put behind a base URL by themselves.
const ENDPOINTS: [&str; 4] = ["/responses", "/chat/completions", "/completions", "/messages"];

fn look(world: &World) -> Vec<Finding> {
    world
        .tables()
        .filter(|table| !crate::codex::is_built_in(table.id))
        // A profile may hold a part of a table, the rest of which stands in `config.toml`.
        .filter(|table| {
            table.has("base_url") || !world.tables().any(|other| other.id == table.id && other.has("base_url"))
        })
        .filter_map(one)
        .collect()
}

fn one(table: ProviderTable<'_>) -> Option<Finding> {
    let id = table.id;
    let place = table.place("base_url");
    let set = |url: &str| table.change(Change::set(&table.path("base_url"), url), "mend a base URL");
    let by_hand = || format!("name it: `codexgw config edit`, `base_url` of `{id}`");
    let Some(url) = table.text("base_url") else {
        let what = format!("provider `{id}` has no `base_url`, so Codex sends its key to api.openai.com");
        return Some(Finding::broken("base-url-missing", what).saw(place).say(by_hand()));
    };
    let seen = format!("{place} is `{}`", shown(url));
    let trimmed = url.trim();
    let bare = trimmed.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    if trimmed.is_empty() || !trimmed.contains("://") {
        let what = format!("the base URL of `{id}` does not say `https://`, so Codex cannot build a request");
        let finding = Finding::broken("base-url-scheme", what)
            .saw(seen)
            .saw("Codex says: stream disconnected before completion: builder error");
        let scheme = if crate::probe::is_loopback(&format!("http://{trimmed}")) { "http" } else { "https" };
        let whole = format!("{scheme}://{trimmed}");
        let is_url = !trimmed.is_empty() && Url::parse(&whole).is_ok_and(|url| url.host_str().is_some());
        return Some(if is_url { finding.mended_by(set(&whole)) } else { finding.say(by_hand()) });
    }
    if url.contains(['{', '}', '<', '>', '$']) || trimmed.contains("YOUR") || trimmed.contains("your-") {
        let what = format!("the base URL of `{id}` still holds a part that you have to fill in");
        return Some(Finding::broken("base-url-placeholder", what).saw(seen).say(by_hand()));
    }
    if let Some(base) = ENDPOINTS.iter().find_map(|endpoint| bare.strip_suffix(endpoint)) {
        let what = format!("the base URL of `{id}` names an endpoint; Codex puts `/responses` behind it once more");
        return Some(Finding::broken("base-url-endpoint", what).saw(seen).mended_by(set(base)));
    }
    if let Some((_, query)) = trimmed.split_once('?') {
        let what = format!("the base URL of `{id}` holds a query, so Codex puts the path behind it");
        let mut changes = vec![Change::set(&table.path("base_url"), bare)];
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            changes.push(Change::set(&["model_providers", id, "query_params", &name], value.as_ref()));
        }
        let fix = crate::doctor::Fix::Edit {
            file: table.document.path().to_path_buf(),
            changes,
            label: "move a query out of a base URL",
        };
        return Some(Finding::broken("base-url-query", what).saw(seen).mended_by(fix));
    }
    if Url::parse(trimmed).map_or(true, |url| url.host_str().is_none()) || trimmed != url {
        let what = format!("the base URL of `{id}` is not one");
        return Some(Finding::broken("base-url-unreadable", what).saw(seen).say(by_hand()));
    }
    known_elsewhere(table, bare, seen)
}

/// The host is one that we know, the path is not its own.
fn known_elsewhere(table: ProviderTable<'_>, bare: &str, seen: String) -> Option<Finding> {
    let template = table.template().filter(|template| !template.base_url.contains('{'))?;
    let path = |url: &str| Url::parse(url).map(|url| url.path().trim_end_matches('/').to_owned()).unwrap_or_default();
    let (here, there) = (path(bare), path(&template.base_url));
    // A longer path is a further API of the same host; a shorter one lacks something.
    let lacks = here.len() < there.len() && there.ends_with(&here);
    let doubled = there.len() > 1 && here.starts_with(&there) && here[there.len()..].starts_with("/v1");
    if !lacks && !doubled {
        return None;
    }
    let what = format!("the base URL of `{}` is not the one of {}", table.id, template.name);
    Some(
        Finding::broken("base-url-path", what)
            .saw(seen)
            .saw(format!("its API lies at {}", template.base_url))
            .mended_by(
                table.change(Change::set(&table.path("base_url"), template.base_url.as_str()), "mend a base URL"),
            ),
    )
}

/// A query may hold a key.
fn shown(url: &str) -> String {
    Url::parse(url).map_or_else(|_| url.to_owned(), |url| crate::secret::redact::redacted_url(&url))
}
