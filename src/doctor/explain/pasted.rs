//! What a person pasted, as it was meant: without colours, frames, line breaks, times and the names of log levels.

use serde_json::Value;

/// Programs whose errors are not Codex's, by how a line of theirs begins.
const OTHERS: [&str; 38] = [
    "npm ",
    "npm:",
    "pnpm",
    "yarn",
    "pip ",
    "pip:",
    "git ",
    "git:",
    "fatal: ",
    "curl",
    "wget",
    "make:",
    "make[",
    "bash:",
    "zsh:",
    "sh:",
    "fish:",
    "docker",
    "cargo",
    "rustc",
    "error[e",
    "traceback",
    "ls:",
    "cat:",
    "cd:",
    "cp:",
    "rm:",
    "mv:",
    "ssh",
    "sudo:",
    "apt",
    "python",
    "node:",
    "gcc",
    "ld:",
    "java",
    "kubectl",
    "brew",
];

/// How a message of its own begins, in a log or on the screen.
const BEGINNINGS: [&str; 11] = [
    "error:",
    "error ",
    "warning:",
    "warn ",
    "warn:",
    "info ",
    "debug ",
    "fatal error:",
    "reconnecting...",
    "stream error:",
    "{\"type\"",
];

/// What stands before a message and says nothing.
const PREFIXES: [&str; 6] = ["error:", "warning:", "warn:", "info:", "stream error:", "fatal:"];

/// One message.
pub struct Entry {
    words: String,
    letters: String,
}

/// The messages of a text.
pub fn read(text: &str) -> Vec<Entry> {
    let mut text = uncoloured(text).replace("\\n", "\n").replace("\\r", "\n").replace("\\u2019", "'");
    // A whole log on one line, as it comes out of a chat.
    for beginning in [" ERROR: ", " ERROR codex", " Error: ", " warning: "] {
        text = text.replace(beginning, &beginning.replacen(' ', "\n", 1));
    }
    let mut said: Vec<String> = Vec::new();
    let mut goes_on = false;
    for line in text.split(['\n', '\r']) {
        let line = unframed(line);
        match said.last_mut().filter(|_| goes_on && !begins(&line)) {
            Some(last) => *last = format!("{last} {line}"),
            None if !line.is_empty() => said.push(line.clone()),
            None => {}
        }
        goes_on = !line.is_empty() && !is_try(&line);
    }
    said.retain(|entry| !is_of_another_program(entry));
    said.iter().map(|entry| Entry::new(entry)).filter(|entry| !entry.letters.is_empty()).collect()
}

impl Entry {
    fn new(text: &str) -> Self {
        let words = bare(event(text).as_deref().unwrap_or(text)).to_owned();
        Self { letters: letters(&words), words }
    }

    /// Several messages as one.
    pub fn of_all(entries: &[Self]) -> Self {
        Self::new(&entries.iter().map(Self::words).collect::<Vec<_>>().join(" "))
    }

    pub fn words(&self) -> &str {
        &self.words
    }

    /// The words as the search wants them.
    pub fn letters(&self) -> &str {
        &self.letters
    }

    /// The JSON that the words hold, such as the body of an answer.
    pub fn json(&self) -> Option<Value> {
        let (start, end) = (self.words.find('{')?, self.words.rfind('}')?);
        serde_json::from_str(self.words.get(start..=end)?).ok()
    }

    /// The HTTP status that is told.
    pub fn status(&self) -> Option<u16> {
        const LEADS: [&str; 7] =
            ["unexpectedstatus", "laststatus:", "status", "statuscode:", "errorcode:", "http", "answered"];
        let read = |text: &str| {
            let digits = text.get(..3)?;
            let is_whole = !text[3..].starts_with(|c: char| c.is_ascii_digit());
            digits.parse().ok().filter(|status| (300..=599).contains(status) && is_whole)
        };
        let led = LEADS.iter().flat_map(|lead| self.letters.match_indices(lead).map(|(at, it)| at + it.len()));
        let bare = || {
            let (status, reason) = (read(&self.letters)?, self.letters.get(3..)?);
            reason.starts_with(|c: char| c.is_ascii_alphabetic()).then_some(status)
        };
        led.into_iter().find_map(|at| read(&self.letters[at..])).or_else(bare)
    }
}

/// The message in a line of `codex exec --json`.
fn event(text: &str) -> Option<String> {
    let event = text.starts_with("{\"type\"").then(|| serde_json::from_str::<Value>(text).ok()).flatten()?;
    // A provider's own error has more beside its message.
    let failed = event.get("error").filter(|error| error.as_object().is_some_and(|error| error.len() == 1));
    failed.unwrap_or(&event).get("message")?.as_str().map(str::to_owned)
}

/// A text without letter case, spaces and quotes: people lose them, shells eat them, and frames break within words.
pub fn letters(text: &str) -> String {
    let is_quote = |c: char| matches!(c, '\'' | '"' | '`' | '\\' | '\u{2018}'..='\u{201f}' | '«' | '»');
    let letters = text.chars().filter(|c| !c.is_whitespace() && !c.is_control() && !is_quote(*c));
    letters.flat_map(char::to_lowercase).collect()
}

/// Without the codes for colours, also those whose first character was lost or spelt out.
fn uncoloured(text: &str) -> String {
    const ESCAPES: [&str; 6] = ["\\u001b", "\\x1b", "\\033", "\\e", "\u{241b}", "\u{fffd}"];
    let text = anstream::adapter::strip_str(text).to_string().replace("^[[", "\\e[");
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(at) = rest.find('[') {
        let (before, after) = (&rest[..at], &rest[at + 1..]);
        let code = after.find(|c: char| !c.is_ascii_digit() && c != ';').unwrap_or(after.len());
        let escape = ESCAPES.iter().find(|escape| before.ends_with(**escape));
        // `glm-5.3[1m]` is a model.
        let is_colour = after[code..].starts_with('m') && !after[code + 1..].starts_with(']');
        if is_colour && (code > 0 || escape.is_some()) {
            out.push_str(&before[..before.len() - escape.map_or(0, |escape| escape.len())]);
            rest = &after[code + 1..];
        } else {
            out.push_str(&rest[..=at]);
            rest = after;
        }
    }
    out + rest
}

/// Without what the screen draws around a line.
fn unframed(line: &str) -> String {
    let is_drawn = |c: char| matches!(c, '\u{2500}'..='\u{25ff}' | '\u{2800}'..='\u{28ff}' | '•' | '⚠' | '›' | '✗' | '✘' | '✖' | '\u{fe0f}');
    let line: String = line.chars().map(|c| if is_drawn(c) { ' ' } else { c }).collect();
    line.trim().trim_matches('|').trim().trim_start_matches("> ").trim().to_owned()
}

/// `Reconnecting... 1/5`, which says all that it has to say.
fn is_try(line: &str) -> bool {
    line.split_once("Reconnecting... ").is_some_and(|(_, count)| count.ends_with(|c: char| c.is_ascii_digit()))
}

/// Whether a line is the first of a message.
fn begins(line: &str) -> bool {
    let lower = line.to_lowercase();
    BEGINNINGS.iter().any(|beginning| lower.starts_with(beginning))
        || is_of_another_program(line)
        || line.split_whitespace().next().is_some_and(is_time)
}

fn is_of_another_program(line: &str) -> bool {
    let lower = line.to_lowercase();
    OTHERS.iter().any(|other| lower.starts_with(other)) && !lower.contains("codex")
}

/// What is said behind times, levels and the names of modules.
fn bare(text: &str) -> &str {
    let mut text = text.trim();
    loop {
        let first = text.split_whitespace().next().unwrap_or_default();
        let is_level = matches!(first, "ERROR" | "WARN" | "INFO" | "DEBUG" | "TRACE");
        let is_module = first.ends_with(':') && first.contains("::");
        let prefix = PREFIXES
            .iter()
            .find(|prefix| text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix)));
        let length = match prefix {
            Some(prefix) => prefix.len(),
            None if is_level || is_module || is_time(first) => first.len(),
            None => return text,
        };
        text = text[length..].trim_start();
    }
}

/// A date, a time, or both.
fn is_time(word: &str) -> bool {
    let is_of_time =
        |c: char| c.is_ascii_digit() || matches!(c, ':' | '-' | '.' | ',' | '/' | '+' | '[' | ']' | 'T' | 'Z');
    word.trim_start_matches('[').starts_with(|c: char| c.is_ascii_digit())
        && word.chars().all(is_of_time)
        && word.chars().filter(|c| matches!(c, ':' | '-' | '/')).count() > 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        read(text).into_iter().map(|entry| entry.words).collect()
    }

    #[test]
    fn what_the_screen_adds_is_taken_away() {
        for (text, said) in [
            ("unexpected \u{1b}[1mstatus 401\u{1b}[0m Unauthorized", &["unexpected status 401 Unauthorized"][..]),
            ("unexpected [1mstatus 401[0m X", &["unexpected status 401 X"]),
            ("\\u001b[31mred\\e[0m ^[[2mdim^[[m", &["red dim"]),
            ("unknown model glm-5.3[1m]", &["unknown model glm-5.3[1m]"]),
            ("│ idle     │\n│ timeout │", &["idle timeout"]),
            ("╭────╮\n│ a  │\n╰────╯", &["a"]),
            ("| idle |\n| timeout |", &["idle timeout"]),
            ("■ a\n\n• b", &["a", "b"]),
            ("2026-11-21T21:03:11.123456Z ERROR codex_core::util: lost", &["lost"]),
            ("[21:03:11] Error: warning: lost", &["lost"]),
            ("ERROR: a\nb\nERROR: c", &["a b", "c"]),
            ("a\\nb", &["a b"]),
            ("npm ERR! a\nb\nError: c", &["c"]),
            ("npm ERR! of codex", &["npm ERR! of codex"]),
            ("404: not found", &["404: not found"]),
            ("", &[]),
            ("\u{1b}[", &[]),
        ] {
            assert_eq!(words(text), said, "{text}");
        }
    }

    #[test]
    fn a_status_is_told_from_other_numbers() {
        for (text, status) in [
            ("unexpected status 401 Unauthorized", Some(401)),
            ("exceeded retry limit, last status: 429 Too Many Requests", Some(429)),
            ("401 Unauthorized", Some(401)),
            ("ERROR: 503 Service Unavailable", Some(503)),
            ("HTTP 404", Some(404)),
            ("Error code: 400 - no", Some(400)),
            ("`deepseek` answered 402: no", Some(402)),
            ("exited with status exit status: 3", None),
            ("status 4012", None),
            ("400", None),
            ("404 2", None),
            ("http://404.example", None),
            ("", None),
        ] {
            assert_eq!(Entry::new(text).status(), status, "{text}");
        }
    }

    #[test]
    fn json_is_found_in_words() {
        let entry = Entry::of_all(&read("unexpected status 422 X: {\"detail\":\n []}, url: http://h"));
        assert_eq!(entry.json(), Some(serde_json::json!({"detail": []})));
    }
}
