//! Text that came from outside, made safe to show.

/// Removes control characters (terminal escapes among them) and cuts the text to at most `limit` characters.
#[must_use]
pub fn plain(foreign: &str, limit: usize) -> String {
    let mut out = String::new();
    let mut gap = false;
    for c in foreign.chars() {
        if c.is_control() || c.is_whitespace() {
            gap = !out.is_empty();
            continue;
        }
        if gap {
            out.push(' ');
            gap = false;
        }
        out.push(c);
    }
    if out.chars().count() > limit {
        out = out.chars().take(limit.saturating_sub(1)).collect::<String>() + "…";
    }
    out
}

/// `1 session`, `2 sessions`.
#[must_use]
pub fn plural(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

#[cfg(test)]
mod tests {
    use super::{plain, plural};

    #[test]
    fn escapes_and_newlines_do_not_reach_the_terminal() {
        assert_eq!(plain("a\x1b[31m b\r\n\n c", 40), "a [31m b c");
        assert_eq!(plain("abcdef", 4), "abc…");
    }

    #[test]
    fn nouns_follow_their_count() {
        assert_eq!(plural(1, "session"), "1 session");
        assert_eq!(plural(0, "session"), "0 sessions");
    }
}
