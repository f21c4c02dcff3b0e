//! Where the facts of a template come from: its head comment, `# Sources, 2026-11-21: https://…, https://…`.

use serde::Serialize;

/// The pages that a template was written from, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sources {
    /// The day on which they were read.
    pub date: String,
    /// Their addresses.
    pub pages: Vec<String>,
}

impl Sources {
    /// Reads the comment at the beginning of a template.
    pub(super) fn of(template: &str) -> Option<Self> {
        let comment: Vec<&str> = template.lines().map_while(|line| line.strip_prefix('#')).collect();
        let comment = comment.join(" ");
        let (kind, after) = comment.trim_start().split_once(", ")?;
        let (date, _) = after.split_once(':').filter(|_| matches!(kind, "Source" | "Sources"))?;
        let is_date = date.len() == 10 && date.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        let trim = |word: &str| word.trim_end_matches([',', '.', ';', ')']).to_owned();
        let pages = after.split([' ', '(']).filter(|word| word.starts_with("https://")).map(trim).collect();
        is_date.then(|| Self { date: date.to_owned(), pages })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_and_day_are_read_whatever_stands_between() {
        let text = "# Sources, 2026-11-21: https://a.b/c (the list), https://d.e/f#g,\n# https://h.i (see https://j.k).\nid = \"x\"\n# https://l";
        let pages = ["https://a.b/c", "https://d.e/f#g", "https://h.i", "https://j.k"].map(str::to_owned).to_vec();
        assert_eq!(Sources::of(text), Some(Sources { date: "2026-11-21".to_owned(), pages }));
        for none in ["id = \"x\"", "# Mine: https://a.b", "# Source, someday: https://a.b"] {
            assert_eq!(Sources::of(none), None, "{none}");
        }
    }

    #[test]
    fn every_embedded_template_names_its_pages() {
        for (id, text) in super::super::embedded::provider_sources() {
            assert!(Sources::of(text).is_some_and(|sources| !sources.pages.is_empty()), "{id}");
        }
    }
}
