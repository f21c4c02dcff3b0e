//! Base URLs that are wrong by their looks (codex-facts 2.1). Whether somebody answers there is another check.

mod flaw;

use url::Url;

use crate::config::Change;
use crate::doctor::{Check, Finding, Fix, ProviderTable, World};
use crate::probe::{is_hidden, is_quote, with_scheme};

use flaw::{Flaw, Meant};

pub const CHECK: Check = Check { id: "base-url", about: "base URLs that cannot work", is_online: false, look };

fn look(world: &World) -> Vec<Finding> {
    let tables = world
        .tables()
        .filter(|table| !crate::codex::is_built_in(table.id))
        // A profile may hold a part of a table, the rest of which stands in `config.toml`.
        .filter(|table| {
            table.has("base_url") || !world.tables().any(|other| other.id == table.id && other.has("base_url"))
        })
        .filter_map(one);
    let ours = world.providers().into_iter().filter_map(|(id, provider)| ours(world, id, &provider.base_url));
    tables.chain(ours).collect()
}

/// One of codexgw's settings, which the gateway goes by.
fn ours(world: &World, id: &str, url: &str) -> Option<Finding> {
    let flaw = Flaw::of(url)?;
    let file = world.home.settings_file();
    let what = format!("the base URL of `{id}` {}", flaw.what);
    let seen = format!("`base_url` of `providers.{id}` in {} is `{}`", file.display(), shown(url));
    let finding = Finding::broken(flaw.id, what).saw(seen);
    Some(match flaw.meant(url) {
        Some(meant) => {
            let place = ["providers", id];
            finding.saw(format!("meant is {}", meant.url)).mended_by(Fix::Edit {
                file,
                changes: changes(&[place[0], place[1], "base_url"], &[place[0], place[1], "query"], &meant),
                label: MEND,
            })
        }
        None => finding.say(format!("name it: `codexgw add {id} --base-url URL --force`")),
    })
}

const MEND: &str = "mend a base URL";

fn changes(url: &[&str], query: &[&str], meant: &Meant) -> Vec<Change> {
    let parameter = |(name, value): &(String, String)| Change::set(&[query, &[name]].concat(), value.as_str());
    std::iter::once(Change::set(url, meant.url.as_str())).chain(meant.query.iter().map(parameter)).collect()
}

fn one(table: ProviderTable<'_>) -> Option<Finding> {
    let id = table.id;
    let place = table.place("base_url");
    let by_hand = || format!("name it: `codexgw config edit`, `base_url` of `{id}`");
    let Some(url) = table.text("base_url") else {
        let what = format!("provider `{id}` has no `base_url`, so Codex sends its key to api.openai.com");
        return Some(Finding::broken("base-url-missing", what).saw(place).say(by_hand()));
    };
    let seen = format!("{place} is `{}`", shown(url));
    // Codex does send what stands before an `@`.
    let Some(flaw) = Flaw::of(url).filter(|flaw| flaw.id != "base-url-userinfo") else {
        return known_elsewhere(table, url.trim().trim_end_matches('/'), seen);
    };
    let finding = Finding::broken(flaw.id, format!("the base URL of `{id}` {}", flaw.what)).saw(seen);
    let finding = match flaw.id {
        "base-url-scheme" => finding.saw("Codex says: stream disconnected before completion: builder error"),
        _ => finding,
    };
    Some(match flaw.meant(url) {
        Some(meant) => {
            let changes = changes(&table.path("base_url"), &table.path("query_params"), &meant);
            let file = table.document.path().to_path_buf();
            finding.saw(format!("meant is {}", meant.url)).mended_by(Fix::Edit { file, changes, label: MEND })
        }
        None => finding.say(by_hand()),
    })
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
            .mended_by(table.change(Change::set(&table.path("base_url"), template.base_url.as_str()), MEND)),
    )
}

/// A query may hold a key, as may what stands before an `@`. What nobody sees is written out where it is no secret.
fn shown(url: &str) -> String {
    if !url.contains(['?', '@', '#']) {
        return url.chars().map(|c| if is_hidden(c) { c.escape_unicode().to_string() } else { c.into() }).collect();
    }
    let bare = url.trim_matches(|c| is_hidden(c) || is_quote(c));
    let whole = if bare.contains("://") { bare.to_owned() } else { with_scheme(bare) };
    let parsed = Url::parse(&whole).map(|url| crate::secret::redact::redacted_url(&url));
    parsed.unwrap_or_else(|_| "… (not shown: it may hold a password)".to_owned())
}
