//! Words for the person name a value in capitals where it hangs on the setup. What the setup tells is put in its place, so
//! that the command can be typed as it is printed.

use super::{Finding, Fix, World};

const OTHER: &str = "`codexgw use PROVIDER`";
const PROFILE: &str = "codexgw profile add NAME --provider ";

/// The finding with what is known put in.
pub fn filled(mut finding: Finding, world: &World) -> Finding {
    let Some(Fix::Person(words)) = &mut finding.fix else { return finding };
    let Ok(settings) = &world.settings else { return finding };
    if words.contains(OTHER) {
        let said: Vec<&String> = std::iter::once(&finding.what).chain(&finding.evidence).collect();
        let is_other = |id: &&String| said.iter().all(|said| !said.contains(&format!("`{id}`")));
        let command = match settings.providers.keys().find(is_other) {
            Some(other) => format!("`codexgw use {other}`"),
            None => "`codexgw add PROVIDER --default`".to_owned(),
        };
        *words = words.replace(OTHER, &command);
    }
    if let Some((_, rest)) = words.split_once(PROFILE) {
        let id = rest.split([' ', '`']).next().unwrap_or_default().to_owned();
        let mut names = (2..).map(|number| format!("{id}-{number}"));
        if let Some(free) =
            names.find(|name| !settings.profiles.contains_key(name) && !world.profiles.contains_key(name))
        {
            *words = words.replace(PROFILE, &format!("codexgw profile add {free} --provider "));
        }
    }
    finding
}
