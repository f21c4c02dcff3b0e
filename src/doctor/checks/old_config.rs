//! What today's Codex refuses or ignores, as `codexgw migrate` finds it.

use crate::doctor::{Check, Finding, Fix, NO_KEYRING, Severity, World};
use crate::migrate::{self, Kind, Migration, Surroundings};
use crate::settings::KeyStore;
use crate::setup::{GATEWAY_ID, Setup, TokenCommand};

pub const CHECK: Check = Check {
    id: "old-config",
    about: "settings that Codex has dropped, and inventions of guides",
    is_online: false,
    look,
};

fn look(world: &World) -> Vec<Finding> {
    let Ok(codex_home) = &world.codex_home else { return Vec::new() };
    let Ok(setup) = Setup::load(&world.home, codex_home) else { return Vec::new() };
    let Ok(command) = TokenCommand::of_this_program(&world.home) else { return Vec::new() };
    let env = |name: &str| world.env.get(name).cloned();
    let around =
        Surroundings { cwd: &world.cwd, home: world.person.as_deref(), env: &env, with_project: false, spoken: &[] };
    let Ok(migration) = Migration::plan(setup, &command, &around, KeyStore::Keyring) else { return Vec::new() };
    let words: &[&str] = &["migrate", "--yes", "--store", "file"];
    let to_file = migration.stores_keys() && !world.has_keyring();
    let fix = Fix::command(if to_file { words } else { &words[..2] });
    let mut table_is_told = false;
    migration
        .findings
        .iter()
        // These are told with fixes of their own.
        .filter(|finding| !matches!(finding.kind, Kind::BrokenFile | Kind::VariableName))
        // One that the migration would write is told where it comes from.
        .filter(|finding| finding.file.as_ref().is_none_or(|file| file.exists()))
        // One table of ours serves all files that name it.
        .filter(|found| !names_gateway(found) || !std::mem::replace(&mut table_is_told, true))
        .map(|found| {
            let id = id(found.kind);
            let finding = if stops(found.kind) {
                Finding::broken(id, found.what.clone())
            } else if found.kind == Kind::Shell && is_for_others(world, &found.what) {
                Finding::note(id, found.what.clone())
            } else {
                Finding::warning(id, found.what.clone())
            };
            let finding = match (&found.file, found.line) {
                (Some(file), Some(line)) => finding.saw(format!("{}:{line}", file.display())),
                (Some(file), None) => finding.saw(file.display().to_string()),
                (None, _) => finding,
            };
            if names_gateway(found)
                && let Some(target) = own_default(world)
            {
                finding
                    .saw("codexgw wrote that table, and something has taken it out since")
                    .mended_by(Fix::command(&["use", &target]))
            } else if finding.severity == Severity::Note {
                finding.saw("it may stay where other programs read it")
            } else if found.by_hand {
                finding.say(found.then.clone())
            } else {
                let finding = finding.saw(format!("the migration: {}", found.then));
                let has_key = to_file && matches!(found.kind, Kind::PastedKey | Kind::WireApi);
                if has_key { finding.saw(NO_KEYRING) } else { finding }.mended_by(fix.clone())
            }
        })
        .collect()
}

/// Whether the provider that nobody defines is the gateway.
fn names_gateway(found: &migrate::Finding) -> bool {
    found.kind == Kind::UnknownProvider && found.what.contains(&format!("\"{GATEWAY_ID}\""))
}

/// What to choose anew for the gateway's table to be written.
fn own_default(world: &World) -> Option<String> {
    let settings = world.settings.as_ref().ok()?;
    let usual = settings.default.as_ref().map(|choice| format!("{}/{}", choice.provider, choice.model));
    usual.or_else(|| settings.providers.keys().next().cloned())
}

/// Whether a variable of OpenAI's may well be set for other programs: Codex has a provider to go to.
fn is_for_others(world: &World, what: &str) -> bool {
    let base = world.config();
    let chosen = base.and_then(|config| config.get_str(&["model_provider"])).filter(|id| *id != "openai");
    what.starts_with("`OPENAI_")
        && (chosen.is_some_and(|id| world.tables().any(|table| table.id == id))
            || world.var("OPENAI_BASE_URL").is_some_and(|url| url.trim_end_matches('/') == "https://api.openai.com/v1"))
}

/// Whether Codex does not start, or not as meant, because of it.
fn stops(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::LegacyProfile
            | Kind::WireApi
            | Kind::ReservedId
            | Kind::ProviderName
            | Kind::RemovedValue
            | Kind::UnknownProvider
    )
}

fn id(kind: Kind) -> &'static str {
    match kind {
        Kind::LegacyProfile => "old-config-legacy-profile",
        Kind::WireApi => "old-config-wire-api",
        Kind::ReservedId => "old-config-reserved-id",
        Kind::ProviderName => "old-config-provider-name",
        Kind::PastedKey => "old-config-pasted-key",
        Kind::VariableName => "old-config-variable-name",
        Kind::RemovedValue => "old-config-removed-value",
        Kind::IgnoredKey => "old-config-ignored-key",
        Kind::ProjectSettings => "old-config-project-settings",
        Kind::UnknownProvider => "old-config-unknown-provider",
        Kind::BrokenFile => "old-config-broken-file",
        Kind::Shell => "old-config-shell-variable",
    }
}
