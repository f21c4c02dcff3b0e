//! A request for an upstream that speaks Responses itself: the original bytes but for what must not or cannot go there.

use std::borrow::Cow;
use std::fmt;

use memchr::memmem;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::body::{RawItem, Rejection, object};
use crate::protocol::carrier::Carrier;
use crate::protocol::compaction;
use crate::protocol::images;
use crate::protocol::ir::{Loss, loss};
use crate::protocol::lenient::{Text, TextOr, read};
use crate::protocol::quirks::Quirks;

/// An object's entries in their order, values as they were written.
pub(super) struct Entries<'a>(pub Vec<(Cow<'a, str>, &'a RawValue)>);

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

/// What Codex writes into items for `OpenAI` alone, when it takes the provider for it; strict servers refuse it.
const ITEM_METADATA: &str = "internal_chat_message_metadata_passthrough";

#[derive(Deserialize)]
pub(super) struct Look<'a> {
    #[serde(borrow, default, rename = "type")]
    pub kind: Text<'a>,
    #[serde(borrow, default)]
    role: Text<'a>,
    #[serde(borrow, default)]
    name: Text<'a>,
    #[serde(borrow, default)]
    pub encrypted_content: Text<'a>,
    #[serde(borrow, default)]
    internal_chat_message_metadata_passthrough: Option<&'a RawValue>,
}

/// A request in the form in which a Responses upstream gets it.
#[derive(Debug)]
pub struct Rewritten {
    /// The body.
    pub body: Vec<u8>,
    /// What was taken out.
    pub losses: Vec<Loss>,
    /// Whether the upstream is asked to write a summary, which is to become the one item of the answer.
    pub compacts: bool,
}

/// Rewrites a request for a Responses upstream.
///
/// `model` is replaced; `client_metadata` (workspace paths, installation id: codex-facts 3.2) and reasoning carriers of
/// ours are taken out, as is what the quirks name, and summaries of ours are opened. An upstream that makes no
/// compaction items gets a request for a summary in place of the trigger. What another upstream has sealed, as
/// `is_foreign` tells, is left out. Values that stay keep their bytes.
pub fn rewrite(
    body: &[u8],
    upstream_model: &str,
    quirks: &Quirks,
    is_foreign: &dyn Fn(&str) -> bool,
) -> Result<Rewritten, Rejection> {
    let entries: Entries<'_> = object(body)?;
    let compacts =
        quirks.compact_unsupported && entries.0.iter().any(|(key, value)| key == "input" && ends_in_trigger(value));
    let mut losses = Vec::new();
    let mut lifted = Vec::new();
    let mut out = Vec::with_capacity(body.len() + upstream_model.len());
    let mut object = Writer::new(&mut out);
    for (key, value) in entries.0 {
        let raw = value.get();
        match key.as_ref() {
            "model" => object.entry(&key, &quoted(upstream_model)),
            "client_metadata" => {}
            "tools" | "tool_choice" | "parallel_tool_calls" | "text" if compacts => {}
            "prompt_cache_key" if quirks.prompt_cache_key_rejected => {}
            "parallel_tool_calls" if raw == "true" && quirks.parallel_true_rejected => {}
            "parallel_tool_calls" if raw == "false" && quirks.parallel_false_rejected => {
                losses.push(Loss::new(loss::FIELD, "parallel_tool_calls: false"));
            }
            "tool_choice" if quirks.tool_choice_auto_only && raw != "\"auto\"" => {
                losses.push(Loss::new(loss::TOOL_CHOICE, raw));
            }
            "input" => {
                let input = list(value, |item| match additional_tools(item, quirks) {
                    Some(tools) => {
                        lifted.extend(tools);
                        Fate::Drop
                    }
                    None => input_item(item, quirks, compacts, is_foreign, &mut losses),
                });
                object.entry(&key, &input);
            }
            // Code-mode models have no list of tools but that in the input.
            "tools" if quirks.additional_tools_unsupported && raw == "[]" => {}
            "tools" => object.entry(&key, &list(value, |item| tool(item, quirks, &mut losses))),
            _ => object.entry(&key, raw),
        }
    }
    if !lifted.is_empty() && !compacts {
        let kept = lifted.iter().filter_map(|item| match tool(item, quirks, &mut losses) {
            Fate::Keep => Some(item.get().to_owned()),
            Fate::Drop => None,
            Fate::Replace(text) => Some(text),
        });
        let kept: Vec<String> = kept.collect();
        object.entry("tools", &format!("[{}]", kept.join(",")));
    }
    object.end();
    Ok(Rewritten { body: out, losses, compacts })
}

/// The request of `POST /v1/responses/compact` as the ordinary one that asks for the same: with a trigger at its end.
pub fn with_trigger(body: &[u8]) -> Result<Vec<u8>, Rejection> {
    let entries: Entries<'_> = object(body)?;
    let mut out = Vec::with_capacity(body.len() + 64);
    let mut object = Writer::new(&mut out);
    let mut items = Vec::new();
    for (key, value) in entries.0 {
        match (key.as_ref(), read::<TextOr<'_, &RawValue>>(Some(value))) {
            ("input", Some(TextOr::List(list))) => items.extend(list.into_iter().map(|item| item.get().to_owned())),
            ("input", Some(TextOr::Text(text))) => items.push(user_message(&text)),
            // The answer is one document.
            ("stream" | "input", _) => {}
            _ => object.entry(&key, value.get()),
        }
    }
    items.push(r#"{"type":"compaction_trigger"}"#.to_owned());
    object.entry("input", &format!("[{}]", items.join(",")));
    object.end();
    Ok(out)
}

/// Whether the last item asks the server for a compaction.
fn ends_in_trigger(input: &RawValue) -> bool {
    // Looked for in the text first: most requests are long, and have none.
    let text = input.get();
    let Some(at) = text.rfind("compaction_trigger") else { return false };
    if text.len() - at > 1024 {
        return false;
    }
    let Some(TextOr::List(items)) = read::<TextOr<'_, &RawValue>>(Some(input)) else { return false };
    let last = items.last().and_then(|last| read::<Look<'_>>(Some(last)));
    last.is_some_and(|last| last.kind.as_str() == "compaction_trigger")
}

fn user_message(text: &str) -> String {
    let text = quoted(text);
    format!(r#"{{"type":"message","role":"user","content":[{{"type":"input_text","text":{text}}}]}}"#)
}

/// The tools of an input item that is nothing but a list of them, where the upstream wants them elsewhere.
fn additional_tools<'a>(raw: &'a RawValue, quirks: &Quirks) -> Option<Vec<&'a RawValue>> {
    if !quirks.additional_tools_unsupported || !raw.get().contains("additional_tools") {
        return None;
    }
    let item = read::<RawItem<'a>>(Some(raw)).filter(|item| item.kind.as_str() == "additional_tools")?;
    match item.tools {
        TextOr::List(tools) => Some(tools),
        _ => Some(Vec::new()),
    }
}

/// What becomes of one element of a list.
pub(super) enum Fate {
    Keep,
    Drop,
    Replace(String),
}

/// Applies `fate` to every element; a list in which nothing changes keeps its bytes, white space included.
pub(super) fn list<'a>(value: &'a RawValue, mut fate: impl FnMut(&'a RawValue) -> Fate) -> Cow<'a, str> {
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

/// Whether an item holds any of the words without which it stays as it is. Most hold none, and looking for words is much
/// faster than reading.
fn may_change(raw: &RawValue, quirks: &Quirks) -> bool {
    let holds = |word: &str| memmem::find(raw.get().as_bytes(), word.as_bytes()).is_some();
    // A word may be written with escapes.
    ["encrypted_content", "compaction", "additional_tools", ITEM_METADATA, "\\u00"].into_iter().any(holds)
        || (quirks.developer_role_rejected && holds("developer"))
}

fn input_item(
    raw: &RawValue,
    quirks: &Quirks,
    compacts: bool,
    is_foreign: &dyn Fn(&str) -> bool,
    losses: &mut Vec<Loss>,
) -> Fate {
    if quirks.images_rejected
        && let Some(text) = without_images(raw, losses)
    {
        return Fate::Replace(text);
    }
    if !may_change(raw, quirks) {
        return Fate::Keep;
    }
    let Some(item) = read::<Look<'_>>(Some(raw)) else { return Fate::Keep };
    let sealed = item.encrypted_content.as_str();
    let is_foreign = |sealed: &str| !sealed.is_empty() && is_foreign(sealed);
    match item.kind.as_str() {
        "reasoning" if Carrier::is_ours(sealed) || is_foreign(sealed) => {
            losses.push(Loss::new(loss::REASONING, "made by another provider"));
            Fate::Drop
        }
        "message" | "" if quirks.developer_role_rejected && item.role.as_str() == "developer" => {
            Fate::Replace(with_entry(raw, "role", Some("\"system\"")))
        }
        "compaction_trigger" if compacts => Fate::Replace(user_message(compaction::PROMPT)),
        "compaction" | "compaction_summary" => match compaction::open(sealed) {
            Some(summary) => Fate::Replace(user_message(&summary)),
            None if is_foreign(sealed) => {
                losses.push(Loss::new(loss::COMPACTION, "made by another provider"));
                Fate::Drop
            }
            None => Fate::Keep,
        },
        "additional_tools" if compacts => Fate::Drop,
        "additional_tools" => replaced_tools(raw, quirks, losses),
        _ if item.internal_chat_message_metadata_passthrough.is_some() => {
            Fate::Replace(with_entry(raw, ITEM_METADATA, None))
        }
        _ => Fate::Keep,
    }
}

/// A message or an output with words in the place of its images; none when there are no images in it.
fn without_images(raw: &RawValue, losses: &mut Vec<Loss>) -> Option<String> {
    if !raw.get().contains("input_image") {
        return None;
    }
    let Entries(entries) = read::<Entries<'_>>(Some(raw))?;
    let (key, parts) = entries.iter().find(|(key, _)| key == "content" || key == "output")?;
    let seen = list(parts, |part| {
        if read::<Look<'_>>(Some(part)).is_none_or(|part| part.kind.as_str() != "input_image") {
            return Fate::Keep;
        }
        losses.push(images::left_out());
        Fate::Replace(format!(r#"{{"type":"input_text","text":{}}}"#, quoted(images::UNSEEN)))
    });
    match seen {
        Cow::Borrowed(_) => None,
        Cow::Owned(seen) => Some(with_entry(raw, key, Some(&seen))),
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
        Cow::Owned(text) => Fate::Replace(with_entry(raw, "tools", Some(&text))),
    }
}

/// The object with one entry's value replaced, or with the entry left out.
pub(super) fn with_entry(raw: &RawValue, name: &str, replacement: Option<&str>) -> String {
    let Some(Entries(entries)) = read::<Entries<'_>>(Some(raw)) else { return raw.get().to_owned() };
    let mut out = Vec::with_capacity(raw.get().len());
    let mut object = Writer::new(&mut out);
    for (key, value) in entries {
        match replacement {
            // What Codex says of itself goes whatever else changes.
            None if key == name => {}
            _ if key == ITEM_METADATA => {}
            Some(replacement) if key == name => object.entry(&key, replacement),
            _ => object.entry(&key, value.get()),
        }
    }
    object.end();
    String::from_utf8(out).unwrap_or_else(|_| raw.get().to_owned())
}

pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Writes an object from values that are already JSON.
pub(super) struct Writer<'a> {
    out: &'a mut Vec<u8>,
    first: bool,
}

impl<'a> Writer<'a> {
    pub(super) fn new(out: &'a mut Vec<u8>) -> Self {
        out.push(b'{');
        Self { out, first: true }
    }

    pub(super) fn entry(&mut self, key: &str, json: &str) {
        if !std::mem::take(&mut self.first) {
            self.out.push(b',');
        }
        self.out.extend_from_slice(quoted(key).as_bytes());
        self.out.push(b':');
        self.out.extend_from_slice(json.as_bytes());
    }

    pub(super) fn end(self) {
        self.out.push(b'}');
    }
}

#[cfg(test)]
#[path = "rewrite_tests.rs"]
mod tests;
