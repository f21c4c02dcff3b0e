//! The conversation as Chat Completions wants it: one assistant message per turn, its tool results right behind it.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::WIRE;
use super::body::{Assistant, Content, File, FunctionCall, ImageUrl, Message, Part, ToolCall};
use crate::protocol::carrier::Carrier;
use crate::protocol::ir::{self, DocumentSource, Item, JsonStr, Loss, Request, Role, lose_media, loss};
use crate::protocol::json_str::joined;
use crate::protocol::pairing::{EMPTY_OUTPUT, NO_OUTPUT, answers};
use crate::protocol::quirks::Quirks;
use crate::protocol::tools::{Names, lowered_arguments};

/// Said by the assistant where it must speak between a tool's result and the person.
const SEEN: &str = "I have seen the result.";

/// Writes the conversation.
pub(super) fn messages<'a>(
    request: &'a Request<'_>,
    names: &'a Names,
    model: &'a str,
    quirks: &'a Quirks,
    losses: &mut Vec<Loss>,
) -> Vec<Message<'a>> {
    let mut writer = Writer {
        items: &request.items,
        names,
        model,
        quirks,
        losses,
        answers: answers(&request.items),
        used: HashSet::new(),
        ids: HashSet::new(),
        turn: Turn::default(),
        out: Vec::with_capacity(request.items.len()),
    };
    for (position, item) in request.items.iter().enumerate() {
        writer.take(position, item);
    }
    writer.flush();
    let out = writer.out;
    if quirks.assistant_after_tool { speak_after_tools(out) } else { out }
}

/// Lets the assistant say a word wherever the person would speak right behind a tool's result.
fn speak_after_tools(messages: Vec<Message<'_>>) -> Vec<Message<'_>> {
    let mut out: Vec<Message<'_>> = Vec::with_capacity(messages.len());
    for message in messages {
        if matches!((out.last(), &message), (Some(Message::Tool { .. }), Message::User { .. })) {
            out.push(Message::Assistant(Assistant { content: Some(SEEN.into()), ..Assistant::default() }));
        }
        out.push(message);
    }
    out
}

/// What the assistant says between two other voices.
#[derive(Default)]
struct Turn<'a> {
    text: Vec<JsonStr<'a>>,
    thought: Vec<JsonStr<'a>>,
    details: Vec<Value>,
    calls: Vec<Pending<'a>>,
}

struct Pending<'a> {
    position: usize,
    id: &'a str,
    call: ToolCall<'a>,
}

impl Turn<'_> {
    fn is_empty(&self) -> bool {
        self.text.is_empty() && self.calls.is_empty()
    }
}

struct Writer<'a, 'l> {
    items: &'a [Item<'a>],
    names: &'a Names,
    model: &'a str,
    quirks: &'a Quirks,
    losses: &'l mut Vec<Loss>,
    /// The output of each answered call, by their positions.
    answers: HashMap<usize, usize>,
    /// The outputs that were written with their calls.
    used: HashSet<usize>,
    /// The ids that calls have upstream.
    ids: HashSet<Cow<'a, str>>,
    turn: Turn<'a>,
    out: Vec<Message<'a>>,
}

impl<'a> Writer<'a, '_> {
    fn take(&mut self, position: usize, item: &'a Item<'a>) {
        match item {
            Item::Message { role: Role::Assistant, parts } => {
                if !self.turn.calls.is_empty() {
                    self.flush();
                }
                self.turn.text.extend(texts(parts).filter(|text| !text.is_empty()));
                lose_media(parts, "of the assistant", self.losses);
            }
            Item::Reasoning { text, carrier } => {
                if !self.turn.calls.is_empty() {
                    self.flush();
                }
                self.reasoning(text, carrier.as_ref());
            }
            Item::Call { id, tool, kind, input } => {
                let (arguments, wrapped) = lowered_arguments(*kind, input);
                if wrapped {
                    self.losses.push(Loss::new(loss::BROKEN_ARGUMENTS, tool.name.as_ref()));
                }
                let function = FunctionCall { name: self.names.flat(tool), arguments };
                let call = ToolCall { id: self.wire_id(id, position), kind: "function", function };
                self.turn.calls.push(Pending { position, id, call });
            }
            Item::Message { role, parts } => {
                self.flush();
                // A thought that led to nothing belongs to no message.
                self.turn = Turn::default();
                self.voice(*role, parts);
            }
            Item::Output { call_id, parts } => {
                self.flush();
                if !self.used.contains(&position) {
                    self.orphan(call_id, parts);
                }
            }
        }
    }

    fn reasoning(&mut self, text: &'a str, carrier: Option<&'a Carrier>) {
        match carrier {
            Some(carrier) if carrier.wire != WIRE || carrier.model != self.model => {
                self.losses.push(Loss::new(loss::REASONING, format!("made by `{}`", carrier.model)));
            }
            Some(carrier) => {
                if let Some(Value::Array(details)) = carrier.state.get("details") {
                    self.turn.details.extend(details.iter().cloned());
                }
                if !text.is_empty() {
                    self.turn.thought.push(text.into());
                }
            }
            // Without a carrier it is another provider's; the front end has named that loss.
            None => {}
        }
    }

    /// The system, the developer or the person speaks.
    fn voice(&mut self, role: Role, parts: &'a [ir::Part<'a>]) {
        if role == Role::User {
            if !parts.is_empty() {
                let content = content(parts.iter().map(|part| self.part(part)).collect(), "\n\n");
                self.out.push(Message::User { content });
            }
            return;
        }
        lose_media(parts, "in instructions", self.losses);
        let text = joined(texts(parts), "\n\n");
        if text.is_empty() {
            return;
        }
        match self.out.as_mut_slice() {
            // Leading instructions become one message; strict templates take no second one.
            [Message::System { content }] => *content = joined([std::mem::take(content), text], "\n\n"),
            [] => self.out.push(Message::System { content: text }),
            _ if self.quirks.late_system => self.out.push(Message::System { content: text }),
            // Later ones stay where they came: moved to the front, they would be of another time, and spoil every cache.
            _ => {
                let text = format!("<instructions>\n{}\n</instructions>", text.plain());
                self.out.push(Message::User { content: Content::Text(text.into()) });
            }
        }
    }

    fn orphan(&mut self, call_id: &'a str, parts: &'a [ir::Part<'a>]) {
        self.losses.push(Loss::new(loss::ORPHAN_OUTPUT, call_id));
        let mut list = vec![Part::Text { text: "[output of an earlier tool call]".into() }];
        list.extend(parts.iter().map(|part| self.part(part)));
        let content = content(list, "\n");
        self.out.push(Message::User { content });
    }

    /// Writes the assistant's turn, the results of its calls in their order, then the images and documents of those results.
    fn flush(&mut self) {
        let turn = std::mem::take(&mut self.turn);
        if turn.is_empty() {
            // Thought alone waits for what it led to.
            self.turn = turn;
            return;
        }
        let mut assistant =
            Assistant { content: (!turn.text.is_empty()).then(|| joined(turn.text, "\n\n")), ..Assistant::default() };
        if self.quirks.reasoning_content_replay {
            // A missing field is refused by the upstreams that want it, an empty one too; a blank is not.
            let thought = if turn.thought.is_empty() { " ".into() } else { joined(turn.thought, "\n\n") };
            if self.quirks.reasoning_field_reasoning {
                assistant.reasoning = Some(thought);
            } else {
                assistant.reasoning_content = Some(thought);
            }
        }
        assistant.reasoning_details = turn.details;
        let mut answered = Vec::with_capacity(turn.calls.len());
        for pending in turn.calls {
            answered.push((pending.position, pending.id, pending.call.id.clone()));
            assistant.tool_calls.push(pending.call);
        }
        self.out.push(Message::Assistant(assistant));
        let mut moved = Vec::new();
        for (position, id, wire_id) in answered {
            self.result(position, id, wire_id, &mut moved);
        }
        if !moved.is_empty() {
            self.out.push(Message::User { content: Content::Parts(moved) });
        }
    }

    fn result(&mut self, position: usize, id: &'a str, wire_id: Cow<'a, str>, moved: &mut Vec<Part<'a>>) {
        let found = self.answers.get(&position).copied();
        let Some((output, Item::Output { parts, .. })) = found.map(|output| (output, &self.items[output])) else {
            self.losses.push(Loss::new(loss::MISSING_OUTPUT, id));
            self.out.push(Message::Tool { tool_call_id: wire_id, content: NO_OUTPUT.into() });
            return;
        };
        self.used.insert(output);
        let list = parts.iter().map(|part| self.part(part));
        // Chat knows text alone in tool results.
        let (text, media): (Vec<_>, Vec<_>) = list.partition(|part| matches!(part, Part::Text { .. }));
        let (images, documents): (Vec<_>, Vec<_>) =
            media.into_iter().partition(|part| matches!(part, Part::ImageUrl { .. }));
        let mut content = joined(text.into_iter().filter_map(Part::into_text), "\n");
        for (noun, list) in
            [("image", images), ("document", documents)].into_iter().filter(|(_, list)| !list.is_empty())
        {
            content = content.with_line(&format!("[the {noun} of this output is in the next user message]"));
            moved.push(Part::Text { text: format!("[{noun} from the output of tool call {wire_id}]").into() });
            moved.extend(list);
        }
        if content.is_empty() {
            content = EMPTY_OUTPUT.into();
        }
        self.out.push(Message::Tool { tool_call_id: wire_id, content });
    }

    fn part(&mut self, part: &'a ir::Part<'a>) -> Part<'a> {
        match part {
            ir::Part::Text(text) => Part::Text { text: text.borrow() },
            ir::Part::Image { url, detail } => Part::ImageUrl {
                // Chat knows these three; Codex's `original` is its own.
                image_url: ImageUrl {
                    url,
                    detail: detail.as_deref().filter(|detail| matches!(*detail, "low" | "high" | "auto")),
                },
            },
            ir::Part::Document { name, source: DocumentSource::Data(data) } if self.quirks.file_parts => {
                Part::File { file: File { filename: name, file_data: format!("data:application/pdf;base64,{data}") } }
            }
            ir::Part::Document { name, .. } => {
                self.losses.push(Loss::new(loss::CONTENT_PART, "a document"));
                Part::Text { text: format!("[file {name}: not carried over]").into() }
            }
        }
    }

    /// The call's id as this upstream takes it, and no two alike; the same for every request of a conversation.
    fn wire_id(&mut self, id: &'a str, position: usize) -> Cow<'a, str> {
        let fit = id.len() == 9 && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let mut wire_id = if id.is_empty() {
            Cow::Owned(format!("call{position:05}"))
        } else if self.quirks.tool_call_id_9 && !fit {
            Cow::Owned(nine(id))
        } else {
            Cow::Borrowed(id)
        };
        while !self.ids.insert(wire_id.clone()) {
            let other = format!("{wire_id}_{position}");
            wire_id = Cow::Owned(if self.quirks.tool_call_id_9 { nine(&other) } else { other });
        }
        wire_id
    }
}

/// Nine letters and digits that stand for an id.
fn nine(id: &str) -> String {
    const LETTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let digest = Sha256::digest(id.as_bytes());
    digest.iter().take(9).map(|byte| char::from(LETTERS[usize::from(*byte) % LETTERS.len()])).collect()
}

/// Adds to the instructions that lead the conversation.
pub(super) fn instruct(messages: &mut Vec<Message<'_>>, text: &str) {
    match messages.first_mut() {
        Some(Message::System { content }) => {
            *content = joined([std::mem::take(content), text.to_owned().into()], "\n\n");
        }
        _ => messages.insert(0, Message::System { content: text.to_owned().into() }),
    }
}

fn texts<'a>(parts: &'a [ir::Part<'a>]) -> impl Iterator<Item = JsonStr<'a>> {
    parts.iter().filter_map(ir::Part::as_text).map(JsonStr::borrow)
}

/// Parts as one text, unless there is more than text in them.
fn content<'a>(parts: Vec<Part<'a>>, separator: &str) -> Content<'a> {
    if parts.iter().any(|part| !matches!(part, Part::Text { .. })) {
        Content::Parts(parts)
    } else {
        Content::Text(joined(parts.into_iter().filter_map(Part::into_text), separator))
    }
}
