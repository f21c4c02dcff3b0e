//! Thought that stands at the front of the text in `<think>` tags, cut anywhere.

const OPEN: &str = "<think>";
const CLOSE: &str = "</think>";

/// A piece of text, told apart.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Thought(String),
    Text(String),
}

/// Tells thought from text. Only a tag in front of everything counts: an answer may speak about tags.
#[derive(Debug, Clone, Default)]
pub(super) struct Think {
    state: State,
    held: String,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum State {
    #[default]
    Front,
    /// After the opening tag, where blank lines are not yet thought.
    Opened,
    Inside,
    /// After the closing tag, where blank lines are not yet text.
    Gap,
    Text,
}

impl Think {
    /// Takes the next characters.
    pub fn feed(&mut self, text: &str, mut sink: impl FnMut(Piece)) {
        if self.state == State::Text {
            sink(Piece::Text(text.to_owned()));
            return;
        }
        self.held.push_str(text);
        loop {
            match self.state {
                State::Front => {
                    let front = self.held.trim_start();
                    if let Some(rest) = front.strip_prefix(OPEN) {
                        self.held = rest.to_owned();
                        self.state = State::Opened;
                    } else if OPEN.starts_with(front) {
                        return;
                    } else {
                        self.state = State::Text;
                    }
                }
                State::Inside => {
                    if let Some(end) = self.held.find(CLOSE) {
                        let thought: String = self.held.drain(..end).collect();
                        self.held.drain(..CLOSE.len());
                        give(thought, Piece::Thought, &mut sink);
                        self.state = State::Gap;
                    } else {
                        let keep = partial(&self.held);
                        let thought: String = self.held.drain(..self.held.len() - keep).collect();
                        give(thought, Piece::Thought, &mut sink);
                        return;
                    }
                }
                State::Opened | State::Gap => {
                    let start = self.held.len() - self.held.trim_start().len();
                    self.held.drain(..start);
                    if self.held.is_empty() {
                        return;
                    }
                    self.state = if self.state == State::Gap { State::Text } else { State::Inside };
                }
                State::Text => {
                    give(std::mem::take(&mut self.held), Piece::Text, &mut sink);
                    return;
                }
            }
        }
    }

    /// The text has ended; what was held back as a beginning of a tag was none.
    pub fn finish(&mut self, mut sink: impl FnMut(Piece)) {
        let kind = if self.state == State::Inside { Piece::Thought } else { Piece::Text };
        give(std::mem::take(&mut self.held), kind, &mut sink);
        self.state = State::Text;
    }
}

fn give(text: String, kind: fn(String) -> Piece, sink: &mut impl FnMut(Piece)) {
    if !text.is_empty() {
        sink(kind(text));
    }
}

/// How many bytes at the end of `text` may be the beginning of the closing tag.
fn partial(text: &str) -> usize {
    (1..CLOSE.len()).rev().find(|length| text.ends_with(&CLOSE[..*length])).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Thought and text, each put together again.
    fn split(pieces: &[&str]) -> (String, String) {
        let (mut thought, mut text) = (String::new(), String::new());
        let mut think = Think::default();
        let mut sink = |piece| match piece {
            Piece::Thought(piece) => thought.push_str(&piece),
            Piece::Text(piece) => text.push_str(&piece),
        };
        for piece in pieces {
            think.feed(piece, &mut sink);
        }
        think.finish(&mut sink);
        (thought, text)
    }

    #[test]
    fn only_a_tag_in_front_counts() {
        for (all, thought, text) in [
            ("<think>\nplan</think>\n\nHello", "plan", "Hello"),
            ("\n<think></think>Hello", "", "Hello"),
            ("a <think>b</think>", "", "a <think>b</think>"),
            ("<think>a</think>b<think>c</think>", "a", "b<think>c</think>"),
            ("<think>endless", "endless", ""),
            ("<thin", "", "<thin"),
            ("<think>a < b </thin k></think>x", "a < b </thin k>", "x"),
            ("", "", ""),
        ] {
            assert_eq!(split(&[all]), (thought.to_owned(), text.to_owned()), "{all}");
        }
    }

    proptest! {
        #[test]
        fn any_cut_gives_the_same(all in "(<think>|</think>|</|a|é| |\n|<){0,12}", cut in any::<proptest::sample::Index>()) {
            let mut cut = cut.index(all.len() + 1);
            while !all.is_char_boundary(cut) { cut -= 1; }
            prop_assert_eq!(split(&[&all[..cut], &all[cut..]]), split(&[&all]));
        }
    }
}
