//! What `--fix` may touch when one provider or profile was asked about: that alone.

use super::{Finding, Fix, Subject, World};

/// Leaves to the person what would change more than was asked about.
pub fn narrowed(finding: Finding, world: &World) -> Finding {
    let is_narrow = match (&world.subject, &finding.fix) {
        (None, _) | (_, None | Some(Fix::Person(_))) => true,
        (Some(_), Some(Fix::Edit { file, changes, .. })) => {
            let is_chosen_here = world.choices().iter().any(|choice| choice.document.path() == file);
            changes.iter().all(|change| match change.path() {
                [table, id, ..] if table == "model_providers" => world.is_about(id),
                _ => is_chosen_here,
            })
        }
        (Some(subject), Some(Fix::Command(words))) => stays_within(words, subject),
        (Some(subject), Some(Fix::Commands(commands))) => commands.iter().all(|words| stays_within(words, subject)),
    };
    match &finding.fix {
        Some(fix) if !is_narrow => {
            let words = match fix {
                Fix::Command(_) | Fix::Commands(_) => format!("{} mends it, with whatever else it finds", fix.words()),
                fix => format!("{} mends it, with whatever else is wrong", fix.words()),
            };
            finding.say(words)
        }
        _ => finding,
    }
}

fn stays_within(words: &[String], subject: &Subject) -> bool {
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        // It mends whatever it finds in the files.
        ["migrate", ..] => false,
        ["profile", "add", name, ..] => *subject == Subject::Profile(name.to_owned()),
        _ => true,
    }
}
