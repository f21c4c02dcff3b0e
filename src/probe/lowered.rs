//! Codex's request as it is without what a provider refuses of it.

use serde_json::Value;

use crate::protocol::refusal::Lesson;

/// The kinds of tools that a lesson may be about.
const KINDS: [(&str, &str); 3] = [
    ("custom_tools_rejected", "custom"),
    ("namespace_tools_rejected", "namespace"),
    ("web_search_rejected", "web_search"),
];

/// The request without what this lesson is about; none when that changes nothing.
pub fn lowered(body: &Value, lesson: &Lesson) -> Option<Value> {
    if let Some((_, kind)) = KINDS.iter().find(|(quirk, _)| *quirk == lesson.quirk()) {
        return without_tools(body, |tool| tool["type"] == *kind);
    }
    if lesson.quirk() == "web_search_extra_fields_rejected" {
        let mut body = body.clone();
        let search = body["tools"].as_array_mut()?.iter_mut().find(|tool| tool["type"] == "web_search")?;
        let bare = serde_json::json!({"type": "web_search"});
        if *search == bare {
            return None;
        }
        *search = bare;
        return Some(body);
    }
    serde_json::from_slice(&lesson.apply(body.to_string().as_bytes())?).ok()
}

/// The request without these tools; none when it has none of them.
pub fn without_tools(body: &Value, left_out: impl Fn(&Value) -> bool) -> Option<Value> {
    let mut body = body.clone();
    let tools = body["tools"].as_array_mut()?;
    let before = tools.len();
    tools.retain(|tool| !left_out(tool));
    if tools.len() == before {
        return None;
    }
    if tools.is_empty() {
        let object = body.as_object_mut()?;
        for field in ["tools", "tool_choice", "parallel_tool_calls"] {
            object.shift_remove(field);
        }
    }
    Some(body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::question::{self, Wanted};
    use crate::protocol::{Wire, refusal};

    #[test]
    fn what_is_refused_by_name_is_left_out_and_nothing_else() {
        let whole = question::everything("m1", Wanted::Both, 16);
        for (words, quirk, gone) in [
            ("Unknown parameter: 'include'.", "drop:include", "include"),
            ("Unknown parameter: 'client_metadata'.", "drop:client_metadata", "client_metadata"),
            ("Unsupported parameter: 'reasoning.summary'", "drop:reasoning.summary", "reasoning"),
            (
                "Extra inputs are not permitted, field: 'prompt_cache_key'",
                "prompt_cache_key_rejected",
                "prompt_cache_key",
            ),
            ("Invalid value: 'namespace'. Supported values are: 'function'.", "namespace_tools_rejected", "namespace"),
            ("Unsupported tool type: web_search", "web_search_rejected", "web_search"),
            ("Unexpected role: developer", "developer_role_rejected", "developer"),
        ] {
            let lesson = refusal::learn(Wire::Responses, 400, words, whole.to_string().as_bytes()).expect(words);
            assert_eq!(lesson.quirk(), quirk);
            let lowered = lowered(&whole, &lesson).expect(words);
            assert!(!lowered.to_string().contains(&format!("\"{gone}\"")), "{words}: {lowered}");
            assert_eq!(super::lowered(&lowered, &lesson), None, "{words}");
        }
        let bare = without_tools(&whole, |_| true).unwrap();
        assert!(bare.get("tools").is_none() && bare.get("tool_choice").is_none() && bare.get("include").is_some());
    }
}
