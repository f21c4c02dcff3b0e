//! Where an answer holds the model's thought.

use serde_json::Value;

use super::stream;

/// The names of the places in which thought was seen, each once, in the order of first sight.
pub fn places(body: &str) -> Vec<&'static str> {
    let mut events = stream::events(body);
    if events.is_empty() {
        events.extend(serde_json::from_str::<Value>(body));
    }
    let mut seen = Vec::new();
    let mut text = String::new();
    for event in &events {
        of_event(event, &mut seen);
        let parts = event["choices"].as_array().into_iter().flatten();
        for part in parts.flat_map(|choice| [&choice["delta"], &choice["message"]]) {
            of_part(part, &mut seen);
            text.push_str(part["content"].as_str().unwrap_or_default());
        }
    }
    if text.trim_start().starts_with("<think") {
        seen.push("<think>");
    }
    let mut once = Vec::new();
    seen.retain(|place| {
        !once.contains(place) && {
            once.push(*place);
            true
        }
    });
    seen
}

fn of_part(part: &Value, seen: &mut Vec<&'static str>) {
    let names = ["reasoning_content", "reasoning", "reasoning_text"];
    seen.extend(names.into_iter().filter(|name| part[*name].as_str().is_some_and(|text| !text.is_empty())));
    if part["reasoning_details"].as_array().is_some_and(|details| !details.is_empty()) {
        seen.push("reasoning_details");
    }
}

fn of_event(event: &Value, seen: &mut Vec<&'static str>) {
    let kind = event["type"].as_str().unwrap_or_default();
    if kind.starts_with("response.reasoning_summary_text") {
        seen.push("reasoning summary");
    } else if kind.starts_with("response.reasoning_text") {
        seen.push("reasoning text");
    }
    if event["item"]["type"] == "reasoning" && event["item"]["encrypted_content"].is_string() {
        seen.push("encrypted_content");
    }
    if event["content_block"]["type"] == "thinking" || event["delta"]["type"] == "thinking_delta" {
        seen.push("thinking");
    }
    let parts = event.pointer("/candidates/0/content/parts").and_then(Value::as_array);
    for part in parts.into_iter().flatten() {
        if part["thought"] == true {
            seen.push("thought");
        }
        if part["thoughtSignature"].is_string() {
            seen.push("thoughtSignature");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thought_is_found_wherever_providers_put_it() {
        for (events, expected) in [
            (&[r#"{"choices":[{"delta":{"reasoning_content":"a"}}]}"#][..], &["reasoning_content"][..]),
            (
                &[
                    r#"{"choices":[{"delta":{"reasoning":"a","reasoning_details":[{}]}}]}"#,
                    r#"{"choices":[{"delta":{"reasoning":"b"}}]}"#,
                ],
                &["reasoning", "reasoning_details"],
            ),
            (
                &[r#"{"choices":[{"delta":{"content":"<thi"}}]}"#, r#"{"choices":[{"delta":{"content":"nk>a"}}]}"#],
                &["<think>"],
            ),
            (&[r#"{"choices":[{"delta":{"content":"a","reasoning":null,"reasoning_content":""}}]}"#], &[]),
            (&[r#"{"type":"response.reasoning_summary_text.delta","delta":"a"}"#], &["reasoning summary"]),
            (
                &[r#"{"type":"response.output_item.done","item":{"type":"reasoning","encrypted_content":"x"}}"#],
                &["encrypted_content"],
            ),
            (&[r#"{"type":"content_block_start","content_block":{"type":"thinking"}}"#], &["thinking"]),
            (
                &[r#"{"candidates":[{"content":{"parts":[{"text":"a","thought":true,"thoughtSignature":"s"}]}}]}"#],
                &["thought", "thoughtSignature"],
            ),
        ] {
            let body: String = events.iter().map(|event| format!("data: {event}\n\n")).collect();
            assert_eq!(places(&body), expected, "{body}");
        }
        assert_eq!(places(r#"{"choices":[{"message":{"content":"a","reasoning":"b"}}]}"#), ["reasoning"]);
        assert_eq!(places("nonsense"), Vec::<&str>::new());
    }
}
