//! What today's Codex refuses or ignores, as `codexgw migrate` finds it.

use crate::doctor::{Check, Finding, Fix, NO_KEYRING, World};
use crate::migrate::{Kind, Migration, Surroundings};
use crate::settings::KeyStore;
use crate::setup::{Setup, TokenCommand};

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
    migration
        .findings
        .iter()
        // A file that does not parse is told with its own fix.
        .filter(|finding| finding.kind != Kind::BrokenFile)
        .map(|found| {
            let id = id(found.kind);
            let finding = if stops(found.kind) {
                Finding::broken(id, found.what.clone())
            } else {
                Finding::warning(id, found.what.clone())
            };
            let finding = match (&found.file, found.line) {
                (Some(file), Some(line)) => finding.saw(format!("{}:{line}", file.display())),
                (Some(file), None) => finding.saw(file.display().to_string()),
                (None, _) => finding,
            };
            if found.by_hand {
                finding.say(found.then.clone())
            } else {
                let finding = finding.saw(format!("the migration: {}", found.then));
                let has_key = to_file && matches!(found.kind, Kind::PastedKey | Kind::WireApi);
                if has_key { finding.saw(NO_KEYRING) } else { finding }.mended_by(fix.clone())
            }
        })
        .collect()
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
        Kind::RemovedValue => "old-config-removed-value",
        Kind::IgnoredKey => "old-config-ignored-key",
        Kind::ProjectSettings => "old-config-project-settings",
        Kind::UnknownProvider => "old-config-unknown-provider",
        Kind::BrokenFile => "old-config-broken-file",
        Kind::Shell => "old-config-shell-variable",
    }
}
