//! The same messages as people paste them, and what is none of them.

use super::{check, codex, explain, providers, rows};

#[test]
fn the_way_it_is_pasted_does_not_matter() {
    let mut wrong = Vec::new();
    for (id, text) in rows() {
        let mut ways = vec![
            format!("\u{1b}[31m{text}\u{1b}[0m"),
            format!("2026-11-21T21:03:11.123456Z ERROR codex_core::turn: {text}"),
            format!("ERROR: {text}\nERROR: {text}"),
            format!("■ {text}\n"),
            format!("user\nsay hi\n\nERROR: Reconnecting... 1/5\n{text}"),
            framed(text, 78),
        ];
        // JSON without its quotes, or broken within a key, is none.
        if !text.contains('{') {
            ways.extend([framed(text, 30), text.replace(['`', '"'], "").to_lowercase()]);
        }
        for pasted in ways {
            // Beside a message that something failed, a warning is not told.
            let found = explain(&pasted).map_or("", |known| known.id);
            let is_warning = super::warnings::MESSAGES.iter().any(|message| message.id == *id);
            if found != *id && !(found == "reconnecting" && is_warning) {
                wrong.push(format!("{id}, not `{found}`: {pasted}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// As the terminal draws it in a box: broken between words, and within those that are longer than a line.
fn framed(text: &str, width: usize) -> String {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        for part in word.chars().collect::<Vec<_>>().chunks(width) {
            let part: String = part.iter().collect();
            match lines.last_mut() {
                Some(line) if line.chars().count() + part.chars().count() < width => *line = format!("{line} {part}"),
                _ => lines.push(part),
            }
        }
    }
    let lines: String = lines.iter().map(|line| format!("│ {line:width$} │\n")).collect();
    format!("╭{}╮\n{lines}╰{}╯\n", "─".repeat(width + 2), "─".repeat(width + 2))
}

#[test]
fn a_piece_is_enough() {
    check(&[
        ("quota", "Quota exceeded"),
        ("quota", "Check your plan and billing details."),
        ("metadata", "Model metadata for"),
        ("metadata", "Defaulting to fallback metadata"),
        ("wire-api-chat", "wire_api = \"chat\"` is no longer"),
        (
            "wire-api-chat",
            "Error loading config.toml:  = chat is no longer supported.\nMore info: https://github.com/openai/codex/discussions/7782",
        ),
        ("rate-limit-lost", "last status: 429 Too Many Requests"),
        ("rate-limit-lost", "exceeded retry limit"),
        ("status-401", "401 Unauthorized"),
        ("status-404", "404 Not Found"),
        ("status-5xx", "HTTP 503"),
        ("stream-idle", "idle timeout waiting"),
        ("context-full", "Start a new thread or clear earlier history"),
        ("high-demand", "which may cause temporary errors"),
        ("stream-cut", "closed before response.completed"),
        ("provider-gone", "Restore this provider's configuration to continue"),
    ]);
}

#[test]
fn the_cause_comes_before_what_follows_from_it() {
    check(&[
        ("status-other", "Reconnecting... 1/5\nunexpected status 418"),
        ("status-401", "Reconnecting... 1/5\nunexpected status 401 Unauthorized: no key"),
        ("no-network", "Reconnecting... waiting for network"),
        ("no-network", "■ Reconnecting... 2/5 (waiting for network)"),
        (
            "token-command-failed",
            "ERROR codex_login::auth: Failed to resolve external auth: provider auth command `x` timed out after 5000 ms\n\
             ERROR: unexpected status 401 Unauthorized: Missing bearer or basic authentication in header, url: http://h",
        ),
        (
            "websockets",
            "warning: Falling back from WebSockets to HTTPS transport. unexpected status 404 Not Found: x, url: ws://h\n\
             ERROR: unexpected status 404 Not Found: x, url: http://h",
        ),
        (
            "quota",
            "Reading additional input from stdin...\nwarning: Model metadata for `m1` not found. Defaulting to fallback \
             metadata; this can degrade performance and cause issues.\nERROR: Quota exceeded. Check your plan and billing \
             details.\nERROR: Quota exceeded. Check your plan and billing details.",
        ),
        (
            "status-404",
            "warning: Model metadata for `m1` not found. ERROR: Reconnecting... 1/5 ERROR: unexpected status 404 Not Found",
        ),
        ("metadata", "Reading additional input from a file\nwarning: Model metadata for `m1` not found."),
        (
            "key-refused",
            "{\"type\":\"error\",\"message\":\"Reconnecting... 1/5\"}\n{\"type\":\"turn.failed\",\"error\":{\"message\":\
             \"unexpected status 401 Unauthorized: Incorrect API key provided: sk-1, url: https://h/v1/responses\"}}",
        ),
        ("no-such-file", "{\"type\":\"error\",\"message\":\"No such file or directory (os error 2)\"}"),
    ]);
}

#[test]
fn what_is_not_codex_s_stays_unknown() {
    for text in [
        "",
        " \n\t",
        "error",
        "Error: ",
        "{}",
        "all is well",
        "hello world",
        "the quick brown fox",
        "Segmentation fault",
        "make: *** [all] Error 2",
        "npm ERR! code ENOENT No such file or directory (os error 2)",
        "npm ERR! 401 Unauthorized - GET https://registry.example/x",
        "npm ERR! self signed certificate in certificate chain",
        "cat: notes.txt: No such file or directory",
        "thread 'main' panicked: cannot open x: No such file or directory (os error 2)",
        "curl: (7) Failed to connect to localhost port 1: Connection refused",
        "fatal: unable to access 'https://h/': SSL certificate problem: self signed certificate",
        "bash: rg: command not found",
        "Everything works as it should; waiting for network was last week",
        "the context window is large",
        "TypeError: NoneType object is not subscriptable",
        "{\"detail\": \"fastapi style detail\"}",
        "error[E0425]: cannot find value `x` in this scope",
        "I have read the model card, and the file does not exist",
        "is no longer supported",
        "\u{1b}[31m\u{1b}[0m",
        "status 99999",
        "****",
    ] {
        assert_eq!(explain(text), None, "{text}");
    }
}

#[test]
fn the_words_are_not_told_of_twice() {
    let mut texts: Vec<_> = codex::PRINTED.iter().chain(providers::WORDS).map(|(_, text)| *text).collect();
    let count = texts.len();
    texts.sort_unstable();
    texts.dedup();
    assert_eq!(texts.len(), count);
}

#[test]
fn a_long_log_is_read_to_its_end() {
    let log = "2026-11-21T21:03:11Z INFO codex_core::turn: nothing to see\n".repeat(2000)
        + "ERROR: Quota exceeded. Check your plan";
    assert_eq!(explain(&log).map(|known| known.id), Some("quota"));
}
