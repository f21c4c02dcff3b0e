//! Our own settings file, edited with the same care as Codex's: what changed between two states becomes edits of single
//! keys, so that comments and keys that we do not know stay.

use toml_edit::{InlineTable, Value};

use crate::config::Change;
use crate::error::{Error, Result};
use crate::settings::Settings;

/// The edits that lead from one state of the settings to another.
///
/// # Errors
/// Only when settings cannot be written as TOML, which would be a bug of ours.
pub(super) fn changes(before: &Settings, after: &Settings) -> Result<Vec<Change>> {
    let mut out = Vec::new();
    compare(&[], &inline(before)?, &inline(after)?, &mut out);
    Ok(out)
}

/// Compares two states of one table. What neither of them knows is not spoken of, and so stays.
fn compare(path: &[String], old: &InlineTable, new: &InlineTable, out: &mut Vec<Change>) {
    let below = |key: &str| [path, &[key.to_owned()]].concat();
    for (key, value) in new {
        let path = below(key);
        match (old.get(key), value.as_inline_table()) {
            (Some(old), _) if old.to_string() == value.to_string() => {}
            (Some(Value::InlineTable(old)), Some(new)) if !old.is_empty() || holds_tables(&path) => {
                compare(&path, old, new, out);
            }
            (_, Some(table)) if path.len() > 1 && holds_tables(&path[..path.len() - 1]) => {
                let mut entries: Vec<_> = table.iter().map(|(key, value)| (key.to_owned(), value.clone())).collect();
                entries.sort_by(|a, b| a.0.cmp(&b.0));
                out.push(Change::Table { path, entries });
            }
            _ => out.push(Change::Set { path, value: value.clone() }),
        }
    }
    for (key, _) in old.iter().filter(|(key, _)| !new.contains_key(key)) {
        out.push(Change::Remove { path: below(key) });
    }
}

/// Whether each key of the table stands as a table of its own, with a header.
fn holds_tables(path: &[String]) -> bool {
    matches!(path, [only] if only == "providers" || only == "profiles")
}

/// The settings as one value without decoration.
fn inline(settings: &Settings) -> Result<InlineTable> {
    let document = toml_edit::ser::to_document(settings).map_err(|e| Error::bug("cannot write settings").cause(e))?;
    let mut table = document.into_table().into_inline_table();
    undecorate(&mut table);
    Ok(table)
}

fn undecorate(table: &mut InlineTable) {
    table.decor_mut().clear();
    for (mut key, value) in table.iter_mut() {
        key.leaf_decor_mut().clear();
        value.decor_mut().clear();
        if let Value::InlineTable(table) = value {
            undecorate(table);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::config::{Committer, FileEdit, WhenEmpty};

    const FILE: &str = r#"# mine
port = 5000
colour = "green" # unknown

[default] # chosen
provider = "z"
model = "m"
why = "unknown"

[providers.z] # the lab
name = "Lab" # kept
base_url = "http://lab/v1"
road = "direct"
wire = "responses"
key = "keyring"
model = "m"
note = "unknown"

[providers.z.models.m]
context = 1000
mine = true

[providers.z.extra] # for my other tool
foo = 1
"#;

    fn edited(change: impl FnOnce(&mut Settings)) -> String {
        let dir = tempfile::tempdir().expect("a folder");
        let file = dir.path().join("config.toml");
        fs::write(&file, FILE).expect("ours");
        let before = Settings::parse(FILE).expect("settings");
        let mut after = before.clone();
        change(&mut after);
        let changes = changes(&before, &after).unwrap_or_else(|e| panic!("{e}"));
        let edit = FileEdit::splice(&file, changes, WhenEmpty::Keep);
        Committer::new(&dir.path().join("state")).commit("test", &[edit]).unwrap_or_else(|e| panic!("{e}"));
        let text = fs::read_to_string(&file).expect("there");
        assert_eq!(Settings::parse(&text).as_ref(), Ok(&after), "{text}");
        text
    }

    #[test]
    fn what_is_not_known_stays_beside_what_changes() {
        use crate::settings::KeyStore;
        let text = edited(|settings| {
            let provider = settings.providers.get_mut("z").expect("there");
            provider.key = KeyStore::File;
            provider.key_command = vec!["pass".to_owned()];
            provider.models.insert("m2".to_owned(), crate::catalog::ModelFacts::default());
            provider.models.get_mut("m").expect("there").context = Some(2000);
            settings.default.as_mut().expect("there").model = "m2".to_owned();
            settings.port = Some(5001);
        });
        let expected = FILE
            .replace("5000", "5001")
            .replace("provider = \"z\"\nmodel = \"m\"", "provider = \"z\"\nmodel = \"m2\"")
            .replace("\"keyring\"", "\"file\"")
            .replace("note = \"unknown\"", "note = \"unknown\"\nkey_command = [\"pass\"]")
            .replace("context = 1000", "context = 2000")
            + "\n[providers.z.models]\nm2 = {}\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn a_known_key_that_is_gone_goes_and_no_other() {
        let text = edited(|settings| {
            settings.port = None;
            settings.default = None;
            settings.providers.get_mut("z").expect("there").models.clear();
        });
        assert!(!text.contains("port") && !text.contains("[default]") && !text.contains("1000"), "{text}");
        for kept in ["# mine\n", "colour = \"green\" # unknown\n", "note = \"unknown\"\n", "[providers.z.extra] # for"]
        {
            assert!(text.contains(kept), "{kept}\n{text}");
        }
    }

    #[test]
    fn a_new_provider_gets_a_table_of_its_own() {
        let text = edited(|settings| {
            let provider = settings.providers["z"].clone();
            settings.providers.insert("y".to_owned(), provider);
        });
        assert!(text.starts_with(FILE), "{text}");
        assert!(text.contains("\n[providers.y]\nbase_url = \"http://lab/v1\"\n"), "{text}");
    }
}
