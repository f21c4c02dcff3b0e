//! The file of the versions before the database: `{"version": 2, "<app>": {"providers": {…}, "current": "…"}}`.

use std::path::Path;

use serde_json::Value;

use crate::error::{Error, Result};

use super::record::{Record, Tool};

pub fn read(file: &Path) -> Result<Vec<Record>> {
    let text = fs_err::read_to_string(file)
        .map_err(|e| Error::fixable(format!("cannot read `{}`", file.display())).cause(e))?;
    // The parser's own words may hold a piece of the file, which has keys in it.
    let whole: Value = serde_json::from_str(&text).map_err(|e| {
        Error::fixable(format!("`{}` is not JSON that can be read", file.display())).cause(format!("line {}", e.line()))
    })?;
    let mut records = Vec::new();
    for tool in Tool::ALL {
        let providers = whole.pointer(&format!("/{}/providers", tool.name())).and_then(Value::as_object);
        for provider in providers.into_iter().flat_map(|providers| providers.values()) {
            records.push(Record {
                tool,
                name: provider.get("name").and_then(Value::as_str).unwrap_or_default().to_owned(),
                settings: Some(provider.get("settingsConfig").cloned().unwrap_or_default()),
                meta: provider.get("meta").cloned().unwrap_or_default(),
            });
        }
    }
    Ok(records)
}
