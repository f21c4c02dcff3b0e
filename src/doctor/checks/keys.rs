//! Whether each provider's key is where it should be.

use std::path::Path;

use toml_edit::{Item, TableLike};

use crate::catalog;
use crate::config::Change;
use crate::doctor::{Check, Finding, ProviderTable, Severity, World, template_at};
use crate::migrate;
use crate::secret::{Secret, Vault, clean_key, looks_like_credential};
use crate::settings::{KeyStore, Provider};

pub const CHECK: Check = Check { id: "key", about: "whether every provider has its key", is_online: false, look };

fn look(world: &World) -> Vec<Finding> {
    let vault = Vault::new(&world.home).within(world.time_left());
    // Side by side: a keyring that does not answer is waited for once.
    let mut findings: Vec<Finding> = std::thread::scope(|scope| {
        let asked: Vec<_> =
            world.providers().into_iter().map(|(id, p)| scope.spawn(|| stored(&vault, id, p))).collect();
        asked.into_iter().filter_map(|asked| asked.join().ok().flatten()).collect()
    });
    findings.dedup_by(|a, b| a.what == b.what);
    findings.extend(variables(world));
    findings.extend(world.tables().filter(|table| world.is_used(table.id)).flat_map(|table| headers(world, table)));
    findings
}

fn stored(vault: &Vault<'_>, id: &str, provider: &Provider) -> Option<Finding> {
    if matches!(provider.key, KeyStore::None | KeyStore::Env) {
        return None;
    }
    let error = match vault.key(id, provider.key, &provider.key_command) {
        Ok(key) if key.expose().trim().is_empty() => {
            let say = format!("store it: `codexgw key set {id}`");
            return Some(Finding::broken("key-empty", format!("the key of `{id}` is empty")).say(say));
        }
        Ok(key) if key.expose().chars().any(char::is_control) => {
            let what =
                format!("the key of `{id}` holds a line break or another control character, so it cannot be sent");
            return Some(Finding::broken("key-newline", what).say(format!("store it anew: `codexgw key set {id}`")));
        }
        Ok(key) => {
            let template =
                provider.template.as_deref().and_then(catalog::provider).or_else(|| template_at(&provider.base_url));
            return foreign(id, &key, template.map(|template| template.key_prefixes.as_slice()).unwrap_or_default());
        }
        Err(error) => error,
    };
    Some(if error.message().starts_with("there is no key") {
        let what = format!("`{id}` has no key");
        Finding::broken("key-missing", what).say(format!("store it: `codexgw key set {id}`"))
    } else {
        let finding = Finding::of_error("key-store", &error).saw(format!("asked for the key of `{id}`"));
        let finding = error.hints().iter().filter(|hint| !hint.contains("--store file")).fold(finding, Finding::saw);
        finding.say(format!("keep it in a file that only you can read: `codexgw key set {id} --store file`"))
    })
}

/// Providers whose key Codex reads from a variable itself.
fn variables(world: &World) -> Vec<Finding> {
    let mut findings = Vec::new();
    for table in world.tables() {
        let (id, Some(variable)) = (table.id, table.text("env_key")) else { continue };
        let of_it = findings.len();
        let seen = format!("{} names `{variable}`", table.place("env_key"));
        if let Some(name) = migrate::variable_of(variable) {
            let what = format!("`env_key` of `{id}` wants the name alone: `{name}`, not `{variable}`");
            let fix = table.change(Change::set(&table.path("env_key"), name), "name the variable that holds the key");
            findings.push(Finding::broken("key-variable-dollar", what).saw(seen).mended_by(fix));
            continue;
        }
        // A key stands there, which the migration tells.
        if !migrate::is_variable_name(variable) {
            continue;
        }
        let is_used = world.is_used(id);
        findings.extend(match world.env.get(variable).map(String::as_str) {
            None => Some(unset(world, table, variable).saw(seen)),
            Some(value) if value.trim().is_empty() => {
                let what = format!("`{variable}` is empty, so Codex refuses to ask `{id}`");
                let say = format!("set it: `export {variable}=…`");
                Some(Finding::broken("key-variable-empty", what).saw(seen).say(say))
            }
            Some(value) if value.contains(['\n', '\r']) => {
                let what =
                    format!("`{variable}` holds a line break, so Codex sends `{id}` no key at all, without a word");
                let say =
                    format!("set it without: `export {variable}=\"$(printf %s \"${variable}\" | tr -d '\\r\\n')\"`");
                Some(Finding::broken("key-variable-newline", what).saw(seen).say(say))
            }
            Some(value) => {
                let secret = Secret::new(value.to_owned());
                let own = table.template().map(|template| template.key_prefixes.as_slice()).unwrap_or_default();
                foreign(id, &secret, own).map(|finding| finding.saw(seen).say(format!("set it: `export {variable}=…`")))
            }
        });
        if !is_used {
            // Nobody asks it: it is good to know before somebody does.
            findings[of_it..].iter_mut().for_each(|finding| finding.severity = Severity::Note);
        }
    }
    // A variable that several tables name is told once, and of the one that is used.
    findings.sort_by_key(|finding| finding.severity);
    let mut told: Vec<(&str, String)> = Vec::new();
    findings.retain(|finding| {
        let variable = finding.evidence.last().and_then(|seen| seen.split('`').nth(1)).unwrap_or_default().to_owned();
        let is_new = !told.contains(&(finding.id, variable.clone()));
        told.push((finding.id, variable));
        is_new
    });
    findings
}

/// Headers that carry a key, and whose variable is not set: Codex leaves them out without a word.
fn headers(world: &World, table: ProviderTable<'_>) -> Vec<Finding> {
    let path = table.path("env_http_headers");
    let named = table.document.get(&path).and_then(Item::as_table_like).into_iter().flat_map(TableLike::iter);
    let unset =
        named.filter_map(|(header, variable)| Some((header, variable.as_str()?))).filter(|(header, variable)| {
            (looks_like_credential(header) || header.eq_ignore_ascii_case("authorization"))
                && world.var(variable).is_none()
        });
    let told = unset.map(|(header, variable)| {
        let what = format!("the header `{header}` of `{}` comes from `{variable}`, which is not set", table.id);
        Finding::broken("key-header-unset", what)
            .saw(table.place("env_http_headers"))
            .saw("Codex sends its requests without that header, and says nothing")
            .say(format!("set it: `export {variable}=…`"))
    });
    told.collect()
}

/// Why a variable may not be there: another name, or a start-up file that this shell did not read.
fn unset(world: &World, table: ProviderTable<'_>, variable: &str) -> Finding {
    let id = table.id;
    let words = format!("Codex says: Missing environment variable: `{variable}`");
    let usual = table.template().and_then(|template| template.env.as_deref());
    let is_other = |name: &&str| *name != variable && world.var(name).is_some();
    if let Some(other) = usual.filter(is_other).or_else(|| nearest(world, variable)) {
        let what = format!("`{id}` takes its key from `{variable}`, which is not set; `{other}` is");
        let fix = table.change(Change::set(&table.path("env_key"), other), "name the variable that holds the key");
        return Finding::broken("key-variable-other", what).saw(words).mended_by(fix);
    }
    if let Some((file, line)) = world.person.as_deref().and_then(|home| migrate::start_up_file(home, variable)) {
        return unread(id, variable, &file, line).saw(words);
    }
    let what = format!("`{variable}` is not set in this shell, so Codex refuses to ask `{id}`");
    let say = format!("set it: `export {variable}=…`");
    Finding::broken("key-variable-unset", what).saw(words).say(say)
}

/// A variable that a start-up file sets, and this shell has not.
fn unread(id: &str, variable: &str, file: &Path, line: usize) -> Finding {
    let seen = format!("{}:{line} sets it", file.display());
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let set = text.lines().nth(line.saturating_sub(1)).unwrap_or_default().trim_start();
    let is_plain = set.strip_prefix(variable).is_some_and(|rest| rest.starts_with('='));
    if is_plain && !text.lines().any(|line| exports(line, variable)) {
        let what = format!("`{variable}` is set without `export`, so Codex does not see it and refuses to ask `{id}`");
        let say = format!("put `export ` before it in {}, line {line}, and open a new terminal", file.display());
        return Finding::broken("key-variable-unexported", what).saw(seen).say(say);
    }
    let what = format!("`{variable}` is set in a file that this shell did not read, so Codex refuses to ask `{id}`");
    let is_fish = file.extension().is_some_and(|extension| extension == "fish");
    let reads_fish = std::env::var("SHELL").is_ok_and(|shell| shell.ends_with("/fish"));
    let say = if is_fish && !reads_fish {
        format!(
            "that file is fish's, and this is another shell: start Codex from `fish`, or `export {variable}=…` here"
        )
    } else {
        format!("read it: `source {}`, or open a new terminal", file.display())
    };
    Finding::broken("key-variable-unread", what).saw(seen).say(say)
}

/// Whether a line hands a variable on that another line sets.
fn exports(line: &str, variable: &str) -> bool {
    let mut words = line.split_whitespace();
    words.next() == Some("export") && words.any(|word| word == variable)
}

/// A variable that is set and is called almost the same.
fn nearest<'w>(world: &'w World, variable: &str) -> Option<&'w str> {
    /// How alike two names must be (Jaro-Winkler): `LAB_KEY` and `LAB_API_KEY`, not `LAB_KEY` and `LAW_TOKEN`.
    const ALIKE: f64 = 0.9;
    let set = world.env.keys().map(String::as_str).filter(|name| world.var(name).is_some());
    set.filter(|name| looks_like_credential(name) || name.contains("KEY"))
        .map(|name| (strsim::jaro_winkler(name, variable), name))
        .filter(|(alike, _)| *alike >= ALIKE)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}

/// A key that starts as those of another provider do. That it starts unlike others of its own is no finding: providers
/// change that.
fn foreign(id: &str, key: &Secret, own: &[String]) -> Option<Finding> {
    let (_, warnings) = clean_key(key.expose(), own, &catalog::key_prefixes()).ok()?;
    let words = warnings.into_iter().find(|warning| warning.starts_with("this looks like a key of"))?;
    let what = format!("the key of `{id}` seems to be another provider's");
    Some(Finding::warning("key-of-another", what).saw(words).say(format!("give the right one: `codexgw key set {id}`")))
}
