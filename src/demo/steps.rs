//! Codex's own account of its work (`codex exec --json`), read into what a person wants to see.

use serde::Deserialize;

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Gateway and model are up.
    Ready {
        /// The gateway's loopback port.
        port: u16,
        /// Codex's version.
        codex: String,
    },
    /// The model's reasoning.
    Thinks(String),
    /// A command was run.
    Runs(String),
    /// A file was added.
    Adds(String),
    /// A file was changed.
    Edits(String),
    /// The answer.
    Answers(String),
    /// Codex reported an error.
    Trouble(String),
}

#[derive(Deserialize)]
struct Line {
    #[serde(rename = "type")]
    kind: String,
    item: Option<Item>,
    message: Option<String>,
    error: Option<Trouble>,
}

#[derive(Deserialize)]
struct Trouble {
    message: String,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Item {
    Reasoning {
        text: String,
    },
    CommandExecution {
        command: String,
    },
    FileChange {
        changes: Vec<Change>,
    },
    AgentMessage {
        text: String,
    },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Change {
    path: String,
    kind: String,
}

/// Reads one line of `codex exec --json`.
pub fn read(line: &str) -> Option<Step> {
    let line: Line = serde_json::from_str(line).ok()?;
    match line.kind.as_str() {
        "error" => line.message.map(Step::Trouble),
        "turn.failed" => line.error.map(|error| Step::Trouble(error.message)),
        "item.completed" => match line.item? {
            Item::Reasoning { text } => Some(Step::Thinks(text)),
            Item::CommandExecution { command } => Some(Step::Runs(bare(&command).to_owned())),
            Item::AgentMessage { text } => Some(Step::Answers(text)),
            Item::FileChange { changes } => {
                let change = changes.into_iter().next()?;
                let name = change.path.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
                Some(if change.kind == "add" { Step::Adds(name) } else { Step::Edits(name) })
            }
            Item::Other => None,
        },
        _ => None,
    }
}

/// The command without the login shell that Codex wraps around it.
fn bare(command: &str) -> &str {
    let inner = command.split_once(" -lc ").map_or(command, |(_, inner)| inner);
    inner.strip_prefix('\'').and_then(|inner| inner.strip_suffix('\'')).unwrap_or(inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_codex_become_steps() {
        let cases = [
            (r#"{"type":"turn.started"}"#, None),
            (
                r#"{"type":"item.completed","item":{"id":"i","type":"reasoning","text":"hm"}}"#,
                Some(Step::Thinks("hm".into())),
            ),
            (
                r#"{"type":"item.completed","item":{"type":"file_change","changes":[{"path":"/w/a.md","kind":"add"}],"status":"completed"}}"#,
                Some(Step::Adds("a.md".into())),
            ),
            (
                r#"{"type":"item.completed","item":{"type":"command_execution","command":"/bin/bash -lc 'cat a'","exit_code":0}}"#,
                Some(Step::Runs("cat a".into())),
            ),
            (r#"{"type":"item.completed","item":{"type":"new_kind"}}"#, None),
            (r#"{"type":"turn.failed","error":{"message":"no"}}"#, Some(Step::Trouble("no".into()))),
            ("not json", None),
        ];
        for (line, step) in cases {
            assert_eq!(read(line), step, "for {line}");
        }
    }
}
