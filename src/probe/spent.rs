//! What questions cost, by the provider's own figures.

use serde::Serialize;
use serde_json::Value;

use super::stream;

/// What was asked, and what it cost.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Spent {
    /// Requests of any kind.
    pub requests: u64,
    /// Tokens that went in.
    pub input: u64,
    /// Tokens that came out, thought included.
    pub output: u64,
    /// Answers that did not say what they cost.
    pub untold: u64,
}

impl Spent {
    /// Adds the figures of one answer, and tells whether there were any. Streams tell them several times, growing.
    pub(super) fn add(&mut self, body: &str) -> bool {
        let mut events = stream::events(body);
        if events.is_empty() {
            events.extend(serde_json::from_str::<Value>(body));
        }
        let most = |names: &[&str], googles: &[&str]| {
            events.iter().map(|event| figure(event, names, googles)).max().unwrap_or_default()
        };
        let input = most(&["prompt_tokens", "input_tokens"], &["promptTokenCount"]);
        let output = most(&["completion_tokens", "output_tokens"], &["candidatesTokenCount", "thoughtsTokenCount"]);
        self.input += input;
        self.output += output;
        input + output > 0
    }
}

/// A figure of `usage`, wherever the protocol has it; Google's own are added up.
fn figure(event: &Value, names: &[&str], googles: &[&str]) -> u64 {
    let places = [&event["usage"], &event["response"]["usage"], &event["message"]["usage"]];
    let usual = places.iter().flat_map(|usage| names.iter().filter_map(|name| usage[*name].as_u64())).max();
    let google = googles.iter().filter_map(|name| event["usageMetadata"][*name].as_u64()).sum();
    usual.unwrap_or(google)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_read_in_every_protocol() {
        for (body, input, output) in [
            (r#"{"usage":{"prompt_tokens":3,"completion_tokens":2}}"#, 3, 2),
            ("data: {\"response\":{\"usage\":{\"input_tokens\":3,\"output_tokens\":2}}}\n\n", 3, 2),
            (
                "data: {\"message\":{\"usage\":{\"input_tokens\":3,\"output_tokens\":1}}}\n\n\
                 data: {\"usage\":{\"output_tokens\":2}}\n\n",
                3,
                2,
            ),
            (r#"{"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":1,"thoughtsTokenCount":1}}"#, 3, 2),
            ("<html>", 0, 0),
        ] {
            let mut spent = Spent { requests: 1, input: 10, output: 10, untold: 0 };
            assert_eq!(spent.add(body), input > 0);
            assert_eq!(
                spent,
                Spent { input: 10 + input, output: 10 + output, ..Spent { requests: 1, ..Spent::default() } },
                "{body}"
            );
        }
    }
}
