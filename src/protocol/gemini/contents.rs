//! The conversation as Gemini wants it: person and model in turns, and behind the calls of a turn, in one content, all
//! their responses.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use serde_json::Value;
use serde_json::value::RawValue;

use super::body::{Content, Data, FunctionCall, FunctionResponse, Part, Response, ResponsePart, Role};
use super::media::{document, fits_response, media};
use super::model::Model;
use super::signatures::{NO_SIGNATURE, Signatures, SignedCall};
use super::{GIVEN_ID, WIRE};
use crate::protocol::carrier::Carrier;
use crate::protocol::ir::{self, Item, JsonStr, Loss, Request, lose_media, loss};
use crate::protocol::json_str;
use crate::protocol::pairing::{EMPTY_OUTPUT, NO_OUTPUT, answers};
use crate::protocol::tools::{Names, lowered_arguments};

/// Stands in front of a conversation that the model begins, and in place of one that is empty.
const OPENING: &str = "[the conversation begins here]";

/// Stands behind a conversation that the model ends: newer models refuse to go on with their own words.
const GO_ON: &str = "Continue.";

/// Stands where an output was nothing but an image.
const IMAGE_HERE: &str = "[the image of this output is attached]";

/// Stands where an image of an output could not stand in the response.
const IMAGE_BELOW: &str = "[the image of this output is below]";

/// The same for a document.
const DOCUMENT_BELOW: &str = "[the document of this output is below]";

/// The conversation, and the instructions that lead it.
pub(super) struct Conversation<'a> {
    pub instructions: Vec<JsonStr<'a>>,
    pub contents: Vec<Content<'a>>,
}

/// Writes the conversation.
pub(super) fn conversation<'a>(
    request: &'a Request<'_>,
    names: &'a Names,
    name: &'a str,
    signatures: bool,
    losses: &mut Vec<Loss>,
) -> Conversation<'a> {
    let mut writer = Writer {
        items: &request.items,
        names,
        name,
        signatures,
        modern: Model::of(name).is_3_or_later(),
        losses,
        answers: answers(&request.items),
        used: HashSet::new(),
        turn: Turn::default(),
        instructions: Vec::new(),
        contents: Vec::with_capacity(request.items.len()),
    };
    for (position, item) in request.items.iter().enumerate() {
        writer.take(position, item);
    }
    writer.finish()
}

/// What the model says between two other voices.
#[derive(Default)]
struct Turn<'a> {
    parts: Vec<Part<'a>>,
    calls: Vec<Pending<'a>>,
    /// The signature of the call that comes next.
    signed: Option<SignedCall>,
}

struct Pending<'a> {
    position: usize,
    id: &'a str,
    name: &'a str,
}

struct Writer<'a, 'l> {
    items: &'a [Item<'a>],
    names: &'a Names,
    name: &'a str,
    /// Whether signatures are to go back.
    signatures: bool,
    /// Whether the model is of generation 3 or later.
    modern: bool,
    losses: &'l mut Vec<Loss>,
    /// The output of each answered call, by their positions.
    answers: HashMap<usize, usize>,
    /// The outputs that were written with their calls.
    used: HashSet<usize>,
    turn: Turn<'a>,
    instructions: Vec<JsonStr<'a>>,
    contents: Vec<Content<'a>>,
}

impl<'a> Writer<'a, '_> {
    fn take(&mut self, position: usize, item: &'a Item<'a>) {
        match item {
            Item::Message { role: ir::Role::Assistant, parts } => {
                for part in parts {
                    match part {
                        ir::Part::Text(text) if text.is_empty() => {}
                        ir::Part::Text(text) => self.turn.parts.push(Part::text(text.borrow())),
                        ir::Part::Image { .. } | ir::Part::Document { .. } => {}
                    }
                }
                lose_media(parts, "of the assistant", self.losses);
            }
            Item::Reasoning { text, carrier: Some(carrier) } => self.reasoning(text, carrier),
            // Without a carrier it is another provider's; the front end has named that loss.
            Item::Reasoning { carrier: None, .. } => {}
            Item::Call { id, tool, kind, input } => {
                let (arguments, wrapped) = lowered_arguments(*kind, input);
                if wrapped {
                    self.losses.push(Loss::new(loss::BROKEN_ARGUMENTS, tool.name.as_ref()));
                }
                let name = self.names.flat(tool);
                let call = FunctionCall { id: given_id(id), name, args: raw(arguments) };
                let mut part = Part::of(Data::FunctionCall(call));
                let signed = self.turn.signed.take().filter(|signed| signed.name == name);
                part.thought_signature = signed.map(|signed| Cow::Owned(signed.signature));
                self.turn.parts.push(part);
                self.turn.calls.push(Pending { position, id, name });
            }
            Item::Message { role, parts } => {
                self.flush();
                // A thought that led to nothing belongs to no turn.
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

    /// Puts signatures back on their parts. Thought without a signature is of no use to the model.
    fn reasoning(&mut self, thought: &'a str, carrier: &'a Carrier) {
        if carrier.wire != WIRE || carrier.model != self.name {
            return self.losses.push(Loss::new(loss::REASONING, format!("made by `{}`", carrier.model)));
        }
        if !self.signatures {
            return self.losses.push(Loss::new(loss::REASONING, "signatures were refused"));
        }
        let signatures = Signatures::read(&carrier.state);
        if let Some(signed) = signatures.text {
            self.sign_text(signed.signature, signed.length);
        }
        if let Some(signed) = signatures.thought
            && let Some((_, text)) = signed.part(thought)
        {
            self.turn.parts.push(Part {
                thought: true,
                thought_signature: Some(Cow::Owned(signed.signature)),
                ..Part::text(text)
            });
        }
        self.turn.parts.extend(signatures.parts.into_iter().filter_map(own_tool));
        if signatures.call.is_some() {
            self.turn.signed = signatures.call;
        }
    }

    /// Signs the end of the text that was said last.
    fn sign_text(&mut self, signature: String, length: usize) {
        let Some(Part { data: Data::Text(text), thought: false, thought_signature: None }) = self.turn.parts.last_mut()
        else {
            return;
        };
        let whole = text.plain();
        let Some((front, signed)) = whole.len().checked_sub(length).and_then(|at| whole.split_at_checked(at)) else {
            return;
        };
        let (front, signed) = (front.to_owned(), signed.to_owned());
        *text = front.into();
        if text.is_empty() {
            self.turn.parts.pop();
        }
        self.turn.parts.push(Part { thought_signature: Some(Cow::Owned(signature)), ..Part::text(signed) });
    }

    /// The system, the developer or the person speaks.
    fn voice(&mut self, role: ir::Role, parts: &'a [ir::Part<'a>]) {
        if role == ir::Role::User {
            let parts = self.parts(parts);
            return self.push(Role::User, parts);
        }
        lose_media(parts, "in instructions", self.losses);
        let text = joined(parts, "\n\n");
        if text.is_empty() {
            return;
        }
        if self.contents.is_empty() {
            return self.instructions.push(text);
        }
        // Later ones stay where they came: moved to the front, they would be of another time, and spoil every cache.
        let who = if role == ir::Role::System { "system" } else { "developer" };
        self.push(Role::User, vec![Part::text(format!("[instructions of the {who}]\n{}", text.plain()))]);
    }

    fn orphan(&mut self, call_id: &'a str, parts: &'a [ir::Part<'a>]) {
        self.losses.push(Loss::new(loss::ORPHAN_OUTPUT, call_id));
        let mut list = vec![Part::text("[output of an earlier tool call]")];
        list.extend(self.parts(parts));
        self.push(Role::User, list);
    }

    /// What the person or a tool gives, without what is empty.
    fn parts(&mut self, parts: &'a [ir::Part<'a>]) -> Vec<Part<'a>> {
        let mut list = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                ir::Part::Text(text) if text.is_empty() => {}
                ir::Part::Text(text) => list.push(Part::text(text.borrow())),
                ir::Part::Image { url, .. } => list.push(self.image(url)),
                ir::Part::Document { source, .. } => list.push(Part::of(document(source))),
            }
        }
        list
    }

    fn image(&mut self, url: &'a str) -> Part<'a> {
        match media(url) {
            Ok(data) => Part::of(data),
            Err(what) => {
                let text = Part::text(format!("[{what}, which the model cannot see]"));
                self.losses.push(Loss::new(loss::CONTENT_PART, what));
                text
            }
        }
    }

    /// Adds to the content of that voice, or begins one. Responses stand alone: beside other parts they are miscounted.
    fn push(&mut self, role: Role, parts: Vec<Part<'a>>) {
        if parts.is_empty() {
            return;
        }
        match self.contents.last_mut() {
            Some(last) if last.role == role && !responds(last) => last.parts.extend(parts),
            _ => self.contents.push(Content { role, parts }),
        }
    }

    /// Writes the model's turn, the responses to its calls in their order, then what could not stand in these.
    fn flush(&mut self) {
        if self.turn.parts.iter().all(|part| part.thought) {
            // Thought alone waits for what it led to.
            return;
        }
        let turn = std::mem::take(&mut self.turn);
        self.push(Role::Model, turn.parts);
        let mut responses = Vec::with_capacity(turn.calls.len());
        let mut below = Vec::new();
        for call in &turn.calls {
            let response = self.response(call, &mut below);
            responses.push(Part::of(Data::FunctionResponse(response)));
        }
        self.push(Role::User, responses);
        self.push(Role::User, below);
    }

    fn response(&mut self, call: &Pending<'a>, below: &mut Vec<Part<'a>>) -> FunctionResponse<'a> {
        let id = given_id(call.id);
        let mut response = FunctionResponse {
            id,
            name: call.name,
            response: Response { output: NO_OUTPUT.into() },
            parts: Vec::new(),
        };
        let found = self.answers.get(&call.position).copied();
        let Some((output, Item::Output { parts, .. })) = found.map(|output| (output, &self.items[output])) else {
            self.losses.push(Loss::new(loss::MISSING_OUTPUT, call.id));
            return response;
        };
        self.used.insert(output);
        let mut text = joined(parts, "\n");
        let (mut images, mut documents) = (Vec::new(), Vec::new());
        for part in parts {
            match part {
                ir::Part::Text(_) => {}
                ir::Part::Document { source, .. } => documents.push(Part::of(document(source))),
                ir::Part::Image { url, .. } => match self.image(url).data {
                    Data::InlineData(image) if self.modern && fits_response(&image) => {
                        response.parts.push(ResponsePart { inline_data: image });
                    }
                    data => images.push(Part::of(data)),
                },
            }
        }
        let moved = [("image", IMAGE_BELOW, images), ("document", DOCUMENT_BELOW, documents)];
        for (noun, note, list) in moved.into_iter().filter(|(.., list)| !list.is_empty()) {
            text = text.with_line(note);
            below.push(Part::text(format!("[{noun} from the output of `{}`]", call.name)));
            below.extend(list);
        }
        if text.is_empty() {
            text = if response.parts.is_empty() { EMPTY_OUTPUT } else { IMAGE_HERE }.into();
        }
        response.response.output = text;
        response
    }

    fn finish(mut self) -> Conversation<'a> {
        self.flush();
        if self.contents.first().is_none_or(|first| first.role == Role::Model) {
            let opening = Content { role: Role::User, parts: vec![Part::text(OPENING)] };
            self.contents.insert(0, opening);
        }
        if self.contents.last().is_some_and(|last| last.role == Role::Model) {
            self.push(Role::User, vec![Part::text(GO_ON)]);
        }
        if self.modern {
            sign_current_turn(&mut self.contents);
        }
        Conversation { instructions: self.instructions, contents: self.contents }
    }
}

/// Gives every step of the current turn a signature: of each, the first call must have one. Earlier turns are not looked
/// at. The turn is taken to begin where the person spoke last and not just cut in behind responses; a signature too many
/// does no harm.
fn sign_current_turn(contents: &mut [Content<'_>]) {
    let begins = |at: &usize| {
        let after_responses = at.checked_sub(1).is_some_and(|before| responds(&contents[before]));
        contents[*at].role == Role::User && !responds(&contents[*at]) && !after_responses
    };
    let start = (0..contents.len()).rev().find(begins).unwrap_or(0);
    for content in &mut contents[start..] {
        let first = content.parts.iter_mut().find(|part| matches!(part.data, Data::FunctionCall(_)));
        if let Some(part) = first {
            part.thought_signature.get_or_insert(Cow::Borrowed(NO_SIGNATURE));
        }
    }
}

/// The upstream's own id of a call, which ties a response to it; without one they are matched by their order.
fn given_id(id: &str) -> Option<&str> {
    id.strip_prefix(GIVEN_ID).filter(|id| !id.is_empty())
}

/// A part of the provider's own tools, as it came.
fn own_tool<'a>(mut part: Value) -> Option<Part<'a>> {
    let signature = part.get("thoughtSignature").and_then(Value::as_str).map(|signature| signature.to_owned().into());
    let mut take = |word: &str| part.get_mut(word).map(Value::take).filter(Value::is_object);
    let data = take("toolCall").map(Data::ToolCall).or_else(|| take("toolResponse").map(Data::ToolResponse))?;
    Some(Part { thought_signature: signature, ..Part::of(data) })
}

/// Whether a content holds the responses to calls.
fn responds(content: &Content<'_>) -> bool {
    content.parts.iter().any(|part| matches!(part.data, Data::FunctionResponse(_)))
}

fn joined<'a>(parts: &'a [ir::Part<'a>], separator: &str) -> JsonStr<'a> {
    json_str::joined(
        parts.iter().filter_map(ir::Part::as_text).filter(|text| !text.is_empty()).map(JsonStr::borrow),
        separator,
    )
}

/// JSON arguments as they are; they were found to be an object.
fn raw(json: Cow<'_, str>) -> Cow<'_, RawValue> {
    let nothing = || Cow::Borrowed(RawValue::NULL);
    match json {
        Cow::Borrowed(json) => serde_json::from_str::<&RawValue>(json).map_or_else(|_| nothing(), Cow::Borrowed),
        Cow::Owned(json) => RawValue::from_string(json).map_or_else(|_| nothing(), Cow::Owned),
    }
}

#[cfg(test)]
#[path = "contents_tests.rs"]
mod tests;
