//! The database of the present versions: table `providers`, one row for each provider and tool.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};
use serde_json::Value;

use crate::error::{Error, Result};

use super::record::{Record, Tool};

/// What SQLite keeps beside a database that is in use: the changes that are not in it yet.
const JOURNALS: [&str; 2] = ["-wal", "-journal"];

/// Reads a copy: opening the database itself would write beside it, and CC Switch may be running.
pub fn read(file: &Path) -> Result<Vec<Record>> {
    let failed = |what: &str| Error::fixable(format!("{what} `{}`", file.display()));
    let folder = tempfile::tempdir().map_err(|e| Error::fixable("cannot make a temporary folder").cause(e))?;
    let copy = folder.path().join("copy.db");
    copy_private(file, &copy).map_err(|e| failed("cannot read").cause(e))?;
    for suffix in JOURNALS {
        let (from, to) = (beside(file, suffix), beside(&copy, suffix));
        if from.is_file() {
            copy_private(&from, &to).map_err(|e| failed("cannot read the journal of").cause(e))?;
        }
    }
    rows(&copy).map_err(|e| {
        failed("cannot read the providers in")
            .cause(e)
            .hint("close CC Switch and try again, or name its database with `--path FILE`")
    })
}

fn rows(copy: &Path) -> rusqlite::Result<Vec<Record>> {
    // The copy is ours: to take the journal in, it has to be writable.
    let connection = Connection::open_with_flags(copy, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let mut statement = connection
        .prepare("SELECT app_type, name, settings_config, meta FROM providers ORDER BY sort_index, created_at, id")?;
    let records = statement.query_map([], |row| {
        let json = |text: String| serde_json::from_str::<Value>(&text).ok();
        Ok(Tool::named(&row.get::<_, String>(0)?)
            .map(|tool| (tool, row.get(1), row.get(2).map(json), row.get(3).map(json))))
    })?;
    let mut found = Vec::new();
    for record in records {
        if let Some((tool, name, settings, meta)) = record? {
            found.push(Record {
                tool,
                name: name?,
                settings: settings.ok().flatten(),
                meta: meta.ok().flatten().unwrap_or_default(),
            });
        }
    }
    Ok(found)
}

/// A copy that only the person can read, since there are keys in it; the folder around it goes away in the end.
fn copy_private(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::write(to, std::fs::read(from)?)
}

fn beside(file: &Path, suffix: &str) -> std::path::PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
