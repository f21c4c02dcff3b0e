//! A request for an upstream that speaks Responses itself: the original bytes but for what must not or cannot go there.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::body::Rejection;
use crate::protocol::carrier::Carrier;
use crate::protocol::ir::{Loss, loss};
use crate::protocol::lenient::{Text, TextOr, read};
use crate::protocol::quirks::Quirks;

/// An object's entries in their order, values as they were written.
struct Entries<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Entries<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = Entries<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some((key, value)) = map.next_entry::<Text<'de>, &'de RawValue>()? {
                    entries.push((key.0.unwrap_or_default(), value));
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(Pairs)
    }
}

#[derive(Deserialize)]
struct Look<'a> {
    #[serde(borrow, default, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow, default)]
    role: Text<'a>,
    #[serde(borrow, default)]
    name: Text<'a>,
    #[serde(borrow, default)]
    encrypted_content: Text<'a>,
}

/// Rewrites a request for a Responses upstream.
///
/// `model` is replaced; `client_metadata` (workspace paths, installation id: codex-facts 3.2) and reasoning carriers of
/// ours are taken out, as is what the quirks name. Values that stay keep their bytes.
pub fn rewrite(body: &[u8], upstream_model: &str, quirks: &Quirks) -> Result<(Vec<u8>, Vec<Loss>), Rejection> {
    let entries: Entries<'_> = serde_json::from_slice(body).map_err(|error| Rejection::not_json(&error))?;
    let mut losses = Vec::new();
    let mut out = Vec::with_capacity(body.len() + upstream_model.len());
    let mut object = Writer::new(&mut out);
    for (key, value) in entries.0 {
        let raw = value.get();
        match key.as_ref() {
            "model" => object.entry(&key, &quoted(upstream_model)),
            "client_metadata" => {}
            "prompt_cache_key" if quirks.prompt_cache_key_rejected => {}
            "parallel_tool_calls"
                if (raw == "true" && quirks.parallel_true_rejected)
                    || (raw == "false" && quirks.parallel_false_rejected) => {}
            "tool_choice" if quirks.tool_choice_auto_only && raw != "\"auto\"" => {
                losses.push(Loss::new(loss::TOOL_CHOICE, raw));
            }
            "input" => object.entry(&key, &list(value, |item| input_item(item, quirks, &mut losses))),
            "tools" => object.entry(&key, &list(value, |item| tool(item, quirks, &mut losses))),
            _ => object.entry(&key, raw),
        }
    }
    object.end();
    Ok((out, losses))
}

/// What becomes of one element of a list.
enum Fate {
    Keep,
    Drop,
    Replace(String),
}

/// Applies `fate` to every element; a list in which nothing changes keeps its bytes, white space included.
fn list<'a>(value: &'a RawValue, mut fate: impl FnMut(&'a RawValue) -> Fate) -> Cow<'a, str> {
    let Some(TextOr::List(items)) = read::<TextOr<'a, &'a RawValue>>(Some(value)) else {
        return Cow::Borrowed(value.get());
    };
    let fates: Vec<Fate> = items.iter().map(|item| fate(item)).collect();
    if fates.iter().all(|fate| matches!(fate, Fate::Keep)) {
        return Cow::Borrowed(value.get());
    }
    let mut out = String::with_capacity(value.get().len());
    out.push('[');
    for (item, fate) in items.iter().zip(&fates) {
        let text = match fate {
            Fate::Keep => item.get(),
            Fate::Drop => continue,
            Fate::Replace(text) => text,
        };
        if out.len() > 1 {
            out.push(',');
        }
        out.push_str(text);
    }
    out.push(']');
    Cow::Owned(out)
}

fn input_item(raw: &RawValue, quirks: &Quirks, losses: &mut Vec<Loss>) -> Fate {
    let Some(item) = read::<Look<'_>>(Some(raw)) else { return Fate::Keep };
    match item.kind.as_str() {
        "reasoning" if Carrier::is_ours(item.encrypted_content.as_str()) => {
            losses.push(Loss::new(loss::REASONING, "made by another provider"));
            Fate::Drop
        }
        "message" | "" if quirks.developer_role_rejected && item.role.as_str() == "developer" => {
            Fate::Replace(with_entry(raw, "role", "\"system\""))
        }
        "additional_tools" => replaced_tools(raw, quirks, losses),
        _ => Fate::Keep,
    }
}

fn tool(raw: &RawValue, quirks: &Quirks, losses: &mut Vec<Loss>) -> Fate {
    let Some(tool) = read::<Look<'_>>(Some(raw)) else { return Fate::Keep };
    let apply_patch = tool.name.as_str() == "apply_patch";
    let (refused, code) = match tool.kind.as_str() {
        "web_search" | "web_search_preview" => {
            if !quirks.web_search_rejected && quirks.web_search_extra_fields_rejected {
                return Fate::Replace(r#"{"type":"web_search"}"#.to_owned());
            }
            (quirks.web_search_rejected || quirks.non_function_tools_skipped, loss::WEB_SEARCH)
        }
        "custom" => {
            let refused = quirks.custom_tools_rejected
                || quirks.custom_tools_dropped
                || quirks.non_function_tools_skipped
                || (quirks.custom_tools_apply_patch_only && !apply_patch);
            (refused, loss::TOOL_KIND)
        }
        "namespace" if !quirks.namespace_tools_rejected && !quirks.non_function_tools_skipped => {
            return replaced_tools(raw, quirks, losses);
        }
        "namespace" => (true, loss::TOOL_KIND),
        _ => (false, loss::TOOL_KIND),
    };
    if refused {
        losses.push(Loss::new(code, format!("{} {}", tool.kind.as_str(), tool.name.as_str()).trim_end()));
        Fate::Drop
    } else {
        Fate::Keep
    }
}

/// An item that itself holds a list of tools.
fn replaced_tools(raw: &RawValue, quirks: &Quirks, losses: &mut Vec<Loss>) -> Fate {
    let Some(Entries(entries)) = read::<Entries<'_>>(Some(raw)) else { return Fate::Keep };
    let Some((_, inner)) = entries.iter().find(|(key, _)| key == "tools") else { return Fate::Keep };
    match list(inner, |item| tool(item, quirks, losses)) {
        Cow::Borrowed(_) => Fate::Keep,
        Cow::Owned(text) => Fate::Replace(with_entry(raw, "tools", &text)),
    }
}

/// The object with one entry's value replaced.
fn with_entry(raw: &RawValue, name: &str, replacement: &str) -> String {
    let Some(Entries(entries)) = read::<Entries<'_>>(Some(raw)) else { return raw.get().to_owned() };
    let mut out = Vec::with_capacity(raw.get().len());
    let mut object = Writer::new(&mut out);
    for (key, value) in entries {
        object.entry(&key, if key == name { replacement } else { value.get() });
    }
    object.end();
    String::from_utf8(out).unwrap_or_else(|_| raw.get().to_owned())
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Writes an object from values that are already JSON.
struct Writer<'a> {
    out: &'a mut Vec<u8>,
    first: bool,
}

impl<'a> Writer<'a> {
    fn new(out: &'a mut Vec<u8>) -> Self {
        out.push(b'{');
        Self { out, first: true }
    }

    fn entry(&mut self, key: &str, json: &str) {
        if !std::mem::take(&mut self.first) {
            self.out.push(b',');
        }
        self.out.extend_from_slice(quoted(key).as_bytes());
        self.out.push(b':');
        self.out.extend_from_slice(json.as_bytes());
    }

    fn end(self) {
        self.out.push(b'}');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn rewritten(body: &str, quirks: &[&str]) -> (String, Vec<String>) {
        let (out, losses) = rewrite(body.as_bytes(), "up", &Quirks::from_names(quirks).0).unwrap();
        let losses = losses.into_iter().map(|loss| format!("{}: {}", loss.code, loss.detail)).collect();
        (String::from_utf8(out).unwrap(), losses)
    }

    #[test]
    fn only_the_model_and_the_metadata_change() {
        let body = r#"{"model":"p/up","input":[ {"type":"x", "a":1.50e3,"é":"\u00e9"} ],"client_metadata":{"w":"/home"},"new":[1, 2]}"#;
        let expected = r#"{"model":"up","input":[ {"type":"x", "a":1.50e3,"é":"\u00e9"} ],"new":[1, 2]}"#;
        assert_eq!(rewritten(body, &[]), (expected.to_owned(), vec![]));
    }

    #[test]
    fn carriers_of_ours_go_and_others_stay() {
        let ours = Carrier::new("chat", "m", serde_json::Value::Null).seal();
        let body = format!(
            r#"{{"input":[{{"type":"reasoning","encrypted_content":"{ours}"}},{{"type":"reasoning","encrypted_content":"gAAA"}}],"model":"m"}}"#
        );
        let expected = r#"{"input":[{"type":"reasoning","encrypted_content":"gAAA"}],"model":"up"}"#;
        assert_eq!(
            rewritten(&body, &[]),
            (expected.to_owned(), vec!["reasoning: made by another provider".to_owned()])
        );
    }

    #[test]
    fn quirks_take_out_what_they_name() {
        let tools = |inner: &str| format!(r#"{{"model":"up","tools":[{inner}]}}"#);
        let all = tools(
            r#"{"type":"function","name":"f"},{"type":"custom","name":"exec"},{"type":"custom","name":"apply_patch"},{"type":"namespace","name":"n","tools":[{"type":"custom","name":"c"}]},{"type":"web_search","external_web_access":true}"#,
        );
        let cases: &[(&[&str], &str, &[&str])] = &[
            (
                &["web_search_rejected", "namespace_tools_rejected", "custom_tools_rejected"],
                r#"{"type":"function","name":"f"}"#,
                &[
                    "tool_kind: custom exec",
                    "tool_kind: custom apply_patch",
                    "tool_kind: namespace n",
                    "web_search: web_search",
                ],
            ),
            (
                &["web_search_extra_fields_rejected", "custom_tools_apply_patch_only"],
                r#"{"type":"function","name":"f"},{"type":"custom","name":"apply_patch"},{"type":"namespace","name":"n","tools":[]},{"type":"web_search"}"#,
                &["tool_kind: custom exec", "tool_kind: custom c"],
            ),
        ];
        for (quirks, expected, losses) in cases {
            let (out, lost) = rewritten(&all, quirks);
            assert_eq!(out, tools(expected));
            assert_eq!(lost, *losses);
        }
    }

    #[test]
    fn fields_that_quirks_refuse_go() {
        let body = r#"{"model":"m","input":[{"type":"message","role":"developer","content":[]}],"tool_choice":"required","parallel_tool_calls":true,"prompt_cache_key":"k"}"#;
        let quirks =
            ["developer_role_rejected", "tool_choice_auto_only", "parallel_true_rejected", "prompt_cache_key_rejected"];
        let expected = r#"{"model":"up","input":[{"type":"message","role":"system","content":[]}]}"#;
        assert_eq!(rewritten(body, &quirks), (expected.to_owned(), vec!["tool_choice: \"required\"".to_owned()]));
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for body in ["", "[]", "{", "\"x\"", "null"] {
            assert!(rewrite(body.as_bytes(), "up", &Quirks::default()).is_err(), "{body}");
        }
    }
}
