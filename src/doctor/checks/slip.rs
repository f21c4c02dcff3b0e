//! Names that are almost right.

use crate::doctor::{Choice, Fix, World};

/// The names most like this one, the nearest first.
pub fn nearest<'n>(name: &str, names: &[&'n str]) -> Vec<&'n str> {
    let name = name.to_lowercase();
    let alike = |other: &str| {
        let other = other.to_lowercase();
        // Few edits tell a slip of the pen; for all others, how alike they look.
        (strsim::osa_distance(&name, &other) <= 1, strsim::jaro_winkler(&name, &other))
    };
    let mut near: Vec<(&str, (bool, f64))> = names.iter().map(|other| (*other, alike(other))).collect();
    near.sort_by(|(_, a), (_, b)| b.0.cmp(&a.0).then(b.1.total_cmp(&a.1)));
    near.into_iter().map(|(other, _)| other).collect()
}

/// Whether one name is the other but for one edit, or for capitals.
pub fn is_slip(name: &str, other: &str) -> bool {
    strsim::osa_distance(&name.to_lowercase(), &other.to_lowercase()) <= 1
}

/// The command that makes a choice start on this model of one of our providers; nothing for a profile that the person
/// wrote.
pub fn choose_again(world: &World, choice: Choice<'_>, provider: &str, model: &str) -> Option<Vec<String>> {
    let words = match choice.profile {
        None => vec!["use".to_owned(), format!("{provider}/{model}")],
        Some(name) => {
            world.settings.as_ref().ok()?.profiles.get(name)?;
            ["profile", "add", name, "--provider", provider, "--model", model].map(str::to_owned).to_vec()
        }
    };
    Some(words)
}

/// These commands as a fix, which `--fix` carries out when there is no doubt what was meant, else the person.
pub fn fix(why: &str, commands: Vec<Vec<String>>, is_sure: bool) -> Option<Fix> {
    if commands.is_empty() {
        return None;
    }
    let fix = Fix::Commands(commands);
    Some(if is_sure { fix } else { Fix::Person(format!("{why}: {}", fix.words())) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_found_before_what_only_looks_alike() {
        let names = ["gpt-oss-120b", "qwen3-coder-plus", "qwen3-coder:30b", "m1"];
        assert_eq!(nearest("qwen3-codr:30b", &names)[0], "qwen3-coder:30b");
        assert_eq!(nearest("QWEN3-CODER:30B", &names)[0], "qwen3-coder:30b");
        assert_eq!(nearest("m2", &names)[0], "m1");
        assert!(is_slip("qwen3-codr", "qwen3-coder") && is_slip("ab", "ba") && !is_slip("qwen3", "qwen3-8b"));
    }
}
