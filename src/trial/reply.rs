//! What a model did in one answer, read from the Responses events.

use std::time::Duration;

use serde_json::Value;

use super::verdict::UNFINISHED;
use crate::gateway::Heard;

/// One answer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reply {
    /// The finished items of the answer, fit to be sent back as they are.
    pub items: Vec<Value>,
    /// Why there is no answer, or no whole one.
    pub trouble: Option<String>,
    /// The HTTP status of a refusal in place of an answer.
    pub refused: Option<u16>,
    /// Whether the answer ended with an error.
    pub failed: bool,
    /// Whether it did not come to an end in the time that it was given.
    pub cut: bool,
    /// What would help, by whoever refused.
    pub hints: Vec<String>,
    /// Tokens that went in, those of them that were cached, and tokens that came out.
    pub usage: (u64, u64, u64),
    /// Tokens that came out and can have been seen coming.
    pub visible: u64,
    /// Time to the first token.
    pub first: Option<Duration>,
    /// Time to the last token.
    pub last: Option<Duration>,
}

impl Reply {
    /// Reads what was heard.
    #[must_use]
    pub fn read(heard: &Heard) -> Self {
        let mut reply = Self::default();
        let mut thinks_aloud = false;
        for (at, event) in &heard.events {
            let kind = event["type"].as_str().unwrap_or_default();
            if kind.rsplit('.').next() == Some("delta") {
                reply.first.get_or_insert(*at);
                reply.last = Some(*at);
                thinks_aloud |= kind.starts_with("response.reasoning");
            }
            match kind {
                "response.output_item.done" => reply.items.push(event["item"].clone()),
                "response.completed" | "response.incomplete" => reply.end(&event["response"], thinks_aloud),
                "response.failed" => reply.fail(&event["response"]["error"]),
                "error" => reply.fail(event),
                _ => {}
            }
        }
        match &heard.refused {
            Some((status, words)) => {
                reply.trouble = Some(first_line(words));
                reply.refused = Some(*status);
                reply.hints = words.lines().filter_map(|line| line.strip_prefix("hint: ")).map(str::to_owned).collect();
            }
            None if heard.cut => {
                reply.trouble = Some(UNFINISHED.to_owned());
                reply.cut = true;
            }
            None => {}
        }
        reply
    }

    fn end(&mut self, response: &Value, thinks_aloud: bool) {
        let usage = &response["usage"];
        let count = |pointer: &str| usage.pointer(pointer).and_then(Value::as_u64).unwrap_or_default();
        let output = count("/output_tokens");
        self.usage = (count("/input_tokens"), count("/input_tokens_details/cached_tokens"), output);
        let hidden = if thinks_aloud { 0 } else { count("/output_tokens_details/reasoning_tokens") };
        self.visible = output.saturating_sub(hidden);
        if let Some(reason) = response["incomplete_details"]["reason"].as_str() {
            self.trouble = Some(format!("the answer broke off: {reason}"));
        }
    }

    fn fail(&mut self, error: &Value) {
        self.trouble = Some(first_line(error["message"].as_str().unwrap_or("it ended with an error")));
        self.failed = true;
    }

    /// Whether the provider is in the way, and not the model. What it says of tools is an answer of the model's.
    #[must_use]
    pub fn is_in_the_way(&self) -> bool {
        let words = self.trouble.as_deref().unwrap_or_default().to_lowercase();
        (self.failed || self.refused.is_some()) && !["tool", "function"].iter().any(|word| words.contains(word))
    }

    /// Whether there is no credit left, or too much was asked already.
    #[must_use]
    pub fn is_exhausted(&self) -> bool {
        matches!(self.refused, Some(402 | 429))
    }

    /// The calls of the function of that name, with their arguments.
    pub fn calls<'a>(&'a self, name: &'a str) -> impl Iterator<Item = Value> + 'a {
        let calls = self.items.iter().filter(move |item| item["type"] == "function_call" && item["name"] == name);
        calls.map(|call| serde_json::from_str(call["arguments"].as_str().unwrap_or_default()).unwrap_or_default())
    }

    /// What the freeform tool of that name was called with.
    #[must_use]
    pub fn freeform(&self, name: &str) -> Option<&str> {
        let call = self.items.iter().find(|item| item["type"] == "custom_tool_call" && item["name"] == name)?;
        call["input"].as_str()
    }

    /// What the model said.
    #[must_use]
    pub fn text(&self) -> String {
        let messages = self.items.iter().filter(|item| item["type"] == "message");
        let parts = messages.filter_map(|message| message["content"].as_array()).flatten();
        parts.filter_map(|part| part["text"].as_str()).collect()
    }

    /// Tokens per second, where there were enough of them to tell.
    #[must_use]
    pub fn speed(&self) -> Option<f64> {
        /// Fewer come in one piece.
        const ENOUGH: u64 = 20;
        let took = self.last?.checked_sub(self.first?)?.as_secs_f64();
        #[expect(clippy::cast_precision_loss, reason = "no answer has 2^53 tokens")]
        (self.visible >= ENOUGH && took > 0.0).then(|| self.visible as f64 / took)
    }
}

/// What was said, without the hints that are meant for Codex's screen.
fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn heard(events: &[(u64, Value)]) -> Heard {
        let events = events.iter().map(|(at, event)| (Duration::from_millis(*at), event.clone())).collect();
        Heard { events, ..Heard::default() }
    }

    #[test]
    fn items_times_and_tokens_are_read() {
        let call = json!({"type": "function_call", "name": "f", "arguments": "{\"a\":1}", "call_id": "c"});
        let custom = json!({"type": "custom_tool_call", "name": "p", "input": "text", "call_id": "d"});
        let message = json!({"type": "message", "content": [{"type": "output_text", "text": "Hi"}]});
        let usage = json!({"input_tokens": 9, "input_tokens_details": {"cached_tokens": 4}, "output_tokens": 50,
            "output_tokens_details": {"reasoning_tokens": 10}});
        let reply = Reply::read(&heard(&[
            (5, json!({"type": "response.created"})),
            (100, json!({"type": "response.output_text.delta", "delta": "H"})),
            (300, json!({"type": "response.function_call_arguments.delta", "delta": "{"})),
            (310, json!({"type": "response.output_item.done", "item": call})),
            (310, json!({"type": "response.output_item.done", "item": custom})),
            (310, json!({"type": "response.output_item.done", "item": message})),
            (320, json!({"type": "response.completed", "response": {"usage": usage}})),
        ]));
        assert_eq!(reply.calls("f").collect::<Vec<_>>(), [json!({"a": 1})]);
        assert_eq!(reply.calls("g").count(), 0);
        assert_eq!((reply.freeform("p"), reply.freeform("f")), (Some("text"), None));
        assert_eq!(reply.text(), "Hi");
        assert_eq!((reply.usage, reply.visible), ((9, 4, 50), 40));
        assert_eq!(reply.first, Some(Duration::from_millis(100)));
        assert_eq!(reply.speed().map(f64::round), Some(200.0));
        assert_eq!(reply.trouble, None);
    }

    #[test]
    fn thought_that_is_seen_counts_towards_the_speed() {
        let usage = json!({"output_tokens": 50, "output_tokens_details": {"reasoning_tokens": 40}});
        let delta = |at, kind: &str| (at, json!({"type": kind, "delta": "x"}));
        let end = (30, json!({"type": "response.completed", "response": {"usage": usage}}));
        let aloud = Reply::read(&heard(&[
            delta(10, "response.reasoning_summary_text.delta"),
            delta(20, "response.output_text.delta"),
            end.clone(),
        ]));
        assert_eq!(aloud.visible, 50);
        let silent = Reply::read(&heard(&[delta(10, "response.output_text.delta"), end]));
        assert_eq!((silent.visible, silent.speed()), (10, None));
    }

    #[test]
    fn a_provider_that_is_in_the_way_is_told_from_a_model_that_cannot() {
        for (status, words, in_the_way, exhausted) in [
            (400, "this model does not support tools", false, false),
            (404, "No endpoints found that support tool use", false, false),
            (404, "there is no such model", true, false),
            (502, "the key is wrong", true, false),
            (402, "no credit", true, true),
            (429, "slow down", true, true),
        ] {
            let reply = Reply::read(&Heard { refused: Some((status, words.to_owned())), ..Heard::default() });
            assert_eq!((reply.is_in_the_way(), reply.is_exhausted()), (in_the_way, exhausted), "{words}");
        }
        let failed = json!({"type": "error", "message": "overloaded"});
        assert!(Reply::read(&heard(&[(1, failed)])).is_in_the_way());
        let cut = Reply::read(&Heard { cut: true, ..Heard::default() });
        assert!(cut.cut && !cut.is_in_the_way());
    }

    #[test]
    fn trouble_is_told_in_the_providers_words() {
        let failed = json!({"type": "response.failed", "response": {"error": {"message": "too hot\nhint: wait"}}});
        let broken = json!({"type": "response.incomplete", "response": {"incomplete_details": {"reason": "length"}}});
        let refused = Heard { refused: Some((400, "no tools\nhint: x".to_owned())), ..Heard::default() };
        let read = Reply::read(&refused);
        assert_eq!((read.refused, &read.hints[..]), (Some(400), &["x".to_owned()][..]));
        for (heard, trouble) in [
            (heard(&[(1, failed)]), "too hot"),
            (heard(&[(1, broken)]), "the answer broke off: length"),
            (heard(&[(1, json!({"type": "error", "message": "gone"}))]), "gone"),
            (heard(&[(1, json!({"type": "error"}))]), "it ended with an error"),
            (refused, "no tools"),
            (Heard { cut: true, ..Heard::default() }, "it did not come to an end"),
        ] {
            assert_eq!(Reply::read(&heard).trouble.as_deref(), Some(trouble));
        }
    }
}
