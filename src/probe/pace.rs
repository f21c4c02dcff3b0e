//! When the pieces of an answer came, and whether it was therefore streamed or held back until its end.

use std::time::Duration;

use serde_json::Value;

/// Fewer pieces of content than this tell nothing.
const FEWEST: usize = 4;
/// An answer that is over before this is no slower for being held back.
const SHORTEST: Duration = Duration::from_millis(400);
/// Content that is spread over less than this came in one go, whatever the network did to it.
const ONE_GO: Duration = Duration::from_millis(20);
/// The same for each piece: a busy machine takes that long to read one.
const EACH: Duration = Duration::from_millis(1);
/// From one piece to the next, as a rule. The fastest models need half a millisecond for a token.
const AT_ONCE: Duration = Duration::from_micros(200);
/// Content that is spread over more than this was made while it came.
const SPREAD: Duration = Duration::from_millis(100);

/// When what of an answer came, counted from the sending of the request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Arrivals {
    /// The head.
    pub head: Duration,
    /// How many bytes of the body were there, and when.
    pub pieces: Vec<(usize, Duration)>,
}

/// How an answer came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// Bit by bit, as it was made.
    Streams,
    /// All at its end.
    AtTheEnd,
    /// Too short or too fast to tell.
    Unclear,
}

impl Arrivals {
    /// When the byte at that place was there.
    fn at(&self, offset: usize) -> Duration {
        let piece = self.pieces.iter().find(|(end, _)| *end >= offset).or(self.pieces.last());
        piece.map_or(self.head, |(_, time)| *time)
    }

    /// When the first and the last piece of content were there, and how many there are.
    pub fn content(&self, body: &str) -> Option<(Duration, Duration, usize)> {
        let times = self.times(body);
        Some((*times.first()?, *times.last()?, times.len()))
    }

    /// When each piece of content was there.
    fn times(&self, body: &str) -> Vec<Duration> {
        let mut times = Vec::new();
        let mut offset = 0;
        for line in body.split_inclusive('\n') {
            offset += line.len();
            let data = line.strip_prefix("data:").and_then(|data| serde_json::from_str::<Value>(data.trim()).ok());
            if data.is_some_and(|event| holds_content(&event)) {
                times.push(self.at(offset));
            }
        }
        times
    }

    /// The time to the first piece of content.
    pub fn first(&self, body: &str) -> Option<Duration> {
        self.content(body).map(|(first, ..)| first)
    }

    /// Whether the content came as it was made. Short answers of fast models cannot tell.
    pub fn pace(&self, body: &str) -> Pace {
        let times = self.times(body);
        let (Some(&first), Some(&last), count) = (times.first(), times.last(), times.len()) else {
            return Pace::Unclear;
        };
        let mut gaps: Vec<Duration> = times.windows(2).map(|pair| pair[1].saturating_sub(pair[0])).collect();
        gaps.sort_unstable();
        let usual = gaps.get(gaps.len() / 2).copied().unwrap_or_default();
        let spread = last.saturating_sub(first);
        if count < FEWEST {
            Pace::Unclear
        } else if spread >= SPREAD || spread * 10 >= last {
            Pace::Streams
        } else if usual <= AT_ONCE
            && last >= SHORTEST
            && spread < ONE_GO.max(EACH * u32::try_from(count).unwrap_or(u32::MAX))
        {
            Pace::AtTheEnd
        } else {
            Pace::Unclear
        }
    }
}

/// Whether an event carries something that the model wrote or thought, in any of the protocols. What sums up at the end
/// is left out.
fn holds_content(event: &Value) -> bool {
    let text = |value: &Value| value.as_str().is_some_and(|text| !text.is_empty());
    let of_part =
        |part: &Value| ["content", "reasoning_content", "reasoning", "text"].iter().any(|name| text(&part[*name]));
    match event["type"].as_str() {
        Some(kind) if kind.rsplit('.').next() == Some("delta") => text(&event["delta"]),
        Some("content_block_delta") => text(&event["delta"]["text"]) || text(&event["delta"]["thinking"]),
        Some(_) => false,
        None => {
            let chosen = event["choices"].as_array().into_iter().flatten().any(|choice| of_part(&choice["delta"]));
            let parts = event.pointer("/candidates/0/content/parts").and_then(Value::as_array);
            chosen || parts.is_some_and(|parts| parts.iter().any(of_part))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A chat stream of so many pieces; the times of its lines in milliseconds.
    fn pace(times: &[u64]) -> Pace {
        let event = "data: {\"choices\":[{\"delta\":{\"content\":\"1 \"}}]}\n\n";
        let body: String = ["data: {\"choices\":[]}\n\n"].into_iter().chain(times.iter().map(|_| event)).collect();
        let start = body.len() - event.len() * times.len();
        let pieces =
            times.iter().enumerate().map(|(n, ms)| (start + event.len() * (n + 1), Duration::from_millis(*ms)));
        let pieces = [(start, Duration::from_millis(50))].into_iter().chain(pieces).collect();
        Arrivals { head: Duration::from_millis(50), pieces }.pace(&body)
    }

    #[test]
    fn the_spread_of_the_content_tells_whether_it_streams() {
        for (times, expected) in [
            (&[300, 340, 380, 420, 460][..], Pace::Streams),
            // Thought for long, then wrote fast.
            (&[9_000, 9_040, 9_080, 9_120], Pace::Streams),
            // A fast model.
            (&[200, 210, 215, 221], Pace::Unclear),
            (&[100, 105, 110, 115], Pace::Streams),
            // A cached or tiny answer.
            (&[80, 80, 80, 80], Pace::Unclear),
            (&[2_000, 2_000, 2_000, 2_003], Pace::AtTheEnd),
            // A model as fast as some are.
            (&[2_000, 2_001, 2_002, 2_003, 2_004, 2_005], Pace::Unclear),
            (&[800, 800, 800, 800, 819], Pace::AtTheEnd),
            (&[2_000, 2_020, 2_030, 2_050], Pace::Unclear),
            (&[2_000, 2_000, 2_000], Pace::Unclear),
            (&[[1_500; 39].as_slice(), &[1_535]].concat(), Pace::AtTheEnd),
            (&[], Pace::Unclear),
        ] {
            assert_eq!(pace(times), expected, "{times:?}");
        }
    }

    #[test]
    fn content_is_known_in_every_protocol() {
        for (event, expected) in [
            (r#"{"type":"response.output_text.delta","delta":"a"}"#, true),
            (r#"{"type":"response.reasoning_summary_text.delta","delta":"a"}"#, true),
            (r#"{"type":"response.output_text.done","text":"a"}"#, false),
            (r#"{"type":"response.created","response":{}}"#, false),
            (r#"{"type":"content_block_delta","delta":{"type":"text_delta","text":"a"}}"#, true),
            (r#"{"type":"content_block_delta","delta":{"type":"signature_delta","signature":"a"}}"#, false),
            (r#"{"type":"message_start"}"#, false),
            (r#"{"choices":[{"delta":{"content":""}}]}"#, false),
            (r#"{"choices":[{"delta":{"reasoning":"a"}}]}"#, true),
            (r#"{"candidates":[{"content":{"parts":[{"text":"a"}]}}]}"#, true),
            (r#"{"candidates":[{"finishReason":"STOP"}]}"#, false),
            ("7", false),
        ] {
            assert_eq!(holds_content(&serde_json::from_str(event).unwrap()), expected, "{event}");
        }
    }
}
