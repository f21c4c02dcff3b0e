//! Variables of the shell that people set for Codex, and that Codex does not read (codex-facts 1.5).

use std::path::Path;

use crate::{catalog, codex};

use super::finding::{Finding, Kind};
use super::world::World;

/// The variables, and what to do instead.
const DEAD: [(&str, &str); 6] = [
    ("OPENAI_BASE_URL", "add the provider: `codexgw add custom --id ID --base-url URL --default`"),
    ("OPENAI_API_BASE", "add the provider: `codexgw add custom --id ID --base-url URL --default`"),
    ("CODEX_MODEL", "choose in a profile, or with `codex -m MODEL`"),
    ("OPENAI_MODEL", "choose in a profile, or with `codex -m MODEL`"),
    ("CODEX_MODEL_PROVIDER", "choose with `codexgw use PROVIDER`"),
    ("CODEX_PROFILE", "choose with `codex -p PROFILE`, or `codexgw run --profile PROFILE`"),
];

/// Where shells keep what is set for every session, under the home directory.
const FILES: [&str; 8] = [
    ".bashrc",
    ".bash_aliases",
    ".bash_profile",
    ".profile",
    ".zshrc",
    ".zshenv",
    ".zprofile",
    ".config/fish/config.fish",
];

/// Explains the variables that are set now or in a start-up file of the shell. Nothing is changed there.
pub(super) fn explain(world: &mut World<'_>, home: Option<&Path>) {
    for (variable, then) in DEAD {
        let set = (world.env)(variable).is_some_and(|value| !value.trim().is_empty());
        let place = home.and_then(|home| start_up_file(home, variable));
        if !set && place.is_none() {
            continue;
        }
        let (file, line) = place.unzip();
        let then = if set {
            let id = (world.env)(variable).map(|value| id_of(&value)).unwrap_or_default();
            let then = then.replace(" URL", &format!(" \"${variable}\"")).replace(" ID", &format!(" {id}"));
            format!("{then}; then `unset {variable}`")
        } else {
            then.to_owned()
        };
        let what = format!("`{variable}` is set in your shell: Codex does not read it");
        world.findings.push(Finding { kind: Kind::Shell, file, line, what, then, by_hand: true });
    }
}

/// A provider's id out of its address: what a person would call the host.
fn id_of(url: &str) -> String {
    let url = url::Url::parse(url.trim()).ok();
    let host = url.as_ref().and_then(url::Url::host_str).unwrap_or_default().trim_matches(['[', ']']);
    let is_number = |label: &&str| label.chars().all(|c| c.is_ascii_hexdigit() || c == ':');
    let labels: Vec<&str> = host.split('.').collect();
    let name = match labels.as_slice() {
        [.., name, _] if !labels.iter().all(is_number) => name,
        _ => "lab",
    };
    if is_number(&name) || catalog::provider(name).is_some() || codex::is_built_in(name) {
        format!("my-{name}")
    } else {
        name.to_owned()
    }
}

/// The start-up file of a shell that sets a variable, and the line.
#[must_use]
pub fn start_up_file(home: &Path, variable: &str) -> Option<(std::path::PathBuf, usize)> {
    FILES.iter().find_map(|file| exported(&home.join(file), variable))
}

/// The line of a start-up file that sets a variable.
fn exported(file: &Path, variable: &str) -> Option<(std::path::PathBuf, usize)> {
    let bytes = std::fs::read(file).ok()?;
    let text = String::from_utf8_lossy(&bytes);
    let sets = |line: &str| {
        let line = line.split('#').next().unwrap_or_default();
        let words: Vec<&str> = line.split([' ', '\t', ';', '&']).filter(|word| !word.is_empty()).collect();
        // `A=1 export B=2`, `declare -x B=2`, `set -gx B 2` (fish)
        let assigns = |word: &&str| word.strip_prefix(variable).is_some_and(|rest| rest.starts_with('='));
        words.iter().any(assigns) || (words.first() == Some(&"set") && words.contains(&variable))
    };
    let line = text.lines().position(sets)?;
    Some((file.to_path_buf(), line + 1))
}
