//! What a model's name says of what its API takes.

/// A model, as far as its name tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Model {
    /// Major and minor version; none when it is no Gemini.
    version: Option<(u32, u32)>,
    pro: bool,
    flash: bool,
    lite: bool,
}

/// How the thought of a model is steered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Thinking {
    /// It does not think, or nothing is known of it.
    None,
    /// By a number of tokens (2.5).
    Budget {
        /// The least; zero when thought can be switched off.
        least: i64,
        /// The most.
        most: i64,
        /// Whether it thinks unasked.
        unasked: bool,
    },
    /// By one of these words, lowest first (3 and later).
    Level(&'static [&'static str]),
}

/// What names without a number are taken to mean (`gemini-flash-latest`): a generation that takes what all later ones
/// take.
const LATEST: (u32, u32) = (4, 0);

impl Model {
    /// Reads a name, with or without `models/` or a vendor in front and a version behind `@`.
    pub(super) fn of(name: &str) -> Self {
        let name = name.rsplit('/').next().unwrap_or_default();
        let name = name.split('@').next().unwrap_or_default().to_ascii_lowercase();
        let mut words = name.strip_prefix("gemini-").into_iter().flat_map(|rest| rest.split('-'));
        let has = |word: &str| name.split('-').any(|part| part == word);
        let (pro, flash, lite) = (has("pro"), has("flash"), has("lite"));
        let version = words.next().map(|word| {
            let (major, minor) = word.split_once('.').unwrap_or((word, "0"));
            match (major.parse(), minor.parse()) {
                (Ok(major), Ok(minor)) => (major, minor),
                _ => LATEST,
            }
        });
        Self { version, pro, flash, lite }
    }

    /// Whether it is Gemini 3 or later: calls carry ids, signatures are checked, outputs may hold images, and answers
    /// of a schema go together with tools.
    pub(super) fn is_3_or_later(self) -> bool {
        self.version >= Some((3, 0))
    }

    /// Whether it can search the web by itself.
    pub(super) fn knows_search(self) -> bool {
        self.version >= Some((2, 0))
    }

    /// How its thought is steered.
    pub(super) fn thinking(self) -> Thinking {
        match self.version {
            None => Thinking::None,
            Some(version) if version < (2, 5) => Thinking::None,
            Some(version) if version < (3, 0) => match (self.pro, self.lite) {
                (true, _) => Thinking::Budget { least: 128, most: 32_768, unasked: true },
                (_, lite) => Thinking::Budget { least: 0, most: 24_576, unasked: !lite },
            },
            Some((3, 0)) if self.pro => Thinking::Level(&["low", "high"]),
            // Later ones know no `minimal` any more.
            Some(version) if self.flash && version < (3, 7) => Thinking::Level(&["minimal", "low", "medium", "high"]),
            Some(_) => Thinking::Level(&["low", "medium", "high"]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_the_generation() {
        const ALL: &[&str] = &["minimal", "low", "medium", "high"];
        let pro = Thinking::Budget { least: 128, most: 32_768, unasked: true };
        let flash = Thinking::Budget { least: 0, most: 24_576, unasked: true };
        for (name, modern, thinking) in [
            ("gemini-2.0-flash", false, Thinking::None),
            ("gemini-2.5-pro", false, pro),
            ("models/gemini-2.5-flash-preview-09-2025", false, flash),
            ("gemini-2.5-flash-lite", false, Thinking::Budget { least: 0, most: 24_576, unasked: false }),
            ("gemini-3-pro-preview", true, Thinking::Level(&["low", "high"])),
            ("google/gemini-3.1-pro-preview", true, Thinking::Level(&ALL[1..])),
            ("gemini-3-flash-preview", true, Thinking::Level(ALL)),
            ("gemini-3.5-flash-lite", true, Thinking::Level(ALL)),
            ("gemini-3.8-flash", true, Thinking::Level(&ALL[1..])),
            ("gemini-4-hydrogen", true, Thinking::Level(&ALL[1..])),
            ("gemini-flash-latest", true, Thinking::Level(&ALL[1..])),
            ("gemini-robotics-er-2", true, Thinking::Level(&ALL[1..])),
            ("publishers/google/models/gemini-2.5-pro@001", false, pro),
            ("gemma-4-31b-it", false, Thinking::None),
            ("my-tuned-model", false, Thinking::None),
            ("", false, Thinking::None),
        ] {
            let model = Model::of(name);
            assert_eq!((model.is_3_or_later(), model.thinking()), (modern, thinking), "{name}");
        }
    }
}
