//! The conversation as Messages wants it: the person and the assistant in turns, the results of all calls first in
//! the person's next turn, and the instructions that lead it apart.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::body::{Block, Message, Role};
use super::media::{document, image};
use super::searches::{SEARCHED, Searches};
use super::{cited, thinking, tools};
use crate::protocol::carrier::Carrier;
use crate::protocol::ir::{self, Item, JsonStr, Loss, Part, Request, lose_media, loss};
use crate::protocol::json_str::joined;
use crate::protocol::pairing::answers;
use crate::protocol::quirks::Quirks;
use crate::protocol::tools::{Names, lowered_arguments};

/// Stands where a call has no output: the person interrupted it, or the history was cut.
const NO_OUTPUT: &str = "[no output was recorded for this call]";

/// Stands where a tool said nothing: empty text is refused.
const EMPTY_OUTPUT: &str = "(no output)";

/// Stands in an output whose image the provider takes only outside of it.
const IMAGE_BELOW: &str = "[the image of this output comes after the outputs]";

/// The same for a document.
const DOCUMENT_BELOW: &str = "[the document of this output comes after the outputs]";

/// Stands where the person must speak first, or last, and has not.
const GO_ON: &str = "(continue)";

/// What is said, and the instructions before it.
#[derive(Debug)]
pub(super) struct Conversation<'a> {
    pub system: Vec<Block<'a>>,
    pub messages: Vec<Message<'a>>,
}

/// Writes the conversation.
pub(super) fn conversation<'a>(
    request: &'a Request<'_>,
    names: &'a Names,
    model: &'a str,
    quirks: &Quirks,
    offers_search: bool,
    losses: &mut Vec<Loss>,
) -> Conversation<'a> {
    let mut writer = Writer {
        items: &request.items,
        names,
        model,
        images_outside: quirks.image_in_tool_output_rejected,
        // Without the tool the provider has no use for what it found.
        searches: if offers_search { Searches::of(&request.items, model) } else { Searches::default() },
        has_tools: offers_search || !request.tools.is_empty(),
        has_gaps: !offers_search,
        losses,
        answers: answers(&request.items),
        used: HashSet::new(),
        ids: HashSet::new(),
        turn: Turn::default(),
        system: Vec::new(),
        out: Vec::with_capacity(request.items.len()),
    };
    for (position, item) in request.items.iter().enumerate() {
        writer.take(position, item);
    }
    writer.flush();
    if writer.out.first().is_some_and(|first| first.role == Role::Assistant) {
        writer.out.insert(0, Message { role: Role::User, content: vec![Block::text(GO_ON)] });
    }
    // What the assistant said last would be taken for the beginning of its answer.
    if writer.out.last().is_none_or(|last| last.role == Role::Assistant) {
        writer.user().push(Block::text(GO_ON));
    }
    Conversation { system: writer.system, messages: writer.out }
}

/// What the assistant says between two other voices.
#[derive(Default)]
struct Turn<'a> {
    blocks: Vec<Block<'a>>,
    calls: Vec<Pending<'a>>,
    /// Whether a search is missing in it.
    has_gap: bool,
}

/// A call that waits for its result.
struct Pending<'a> {
    position: usize,
    id: &'a str,
    wire_id: Cow<'a, str>,
}

struct Writer<'a, 'l> {
    items: &'a [Item<'a>],
    names: &'a Names,
    model: &'a str,
    images_outside: bool,
    searches: Searches<'a>,
    has_tools: bool,
    /// Whether a search is missing anywhere.
    has_gaps: bool,
    losses: &'l mut Vec<Loss>,
    /// The output of each answered call, by their positions.
    answers: HashMap<usize, usize>,
    /// The outputs that were written with their calls.
    used: HashSet<usize>,
    /// The ids that calls have upstream.
    ids: HashSet<Cow<'a, str>>,
    turn: Turn<'a>,
    system: Vec<Block<'a>>,
    out: Vec<Message<'a>>,
}

impl<'a> Writer<'a, '_> {
    fn take(&mut self, position: usize, item: &'a Item<'a>) {
        match item {
            Item::Message { role: ir::Role::Assistant, parts } => {
                self.turn.blocks.extend(texts(parts).map(Block::text));
                lose_media(parts, "of the assistant", self.losses);
            }
            Item::Reasoning { text, carrier } => self.reasoning(text, carrier.as_ref()),
            Item::Call { id, tool, kind, input } => {
                let (arguments, wrapped) = lowered_arguments(*kind, input);
                if wrapped {
                    self.losses.push(Loss::new(loss::BROKEN_ARGUMENTS, tool.name.as_ref()));
                }
                let wire_id = self.wire_id(id, position);
                self.turn.blocks.push(Block::ToolUse {
                    id: wire_id.clone(),
                    name: self.names.flat(tool),
                    input: tools::arguments(arguments),
                });
                self.turn.calls.push(Pending { position, id, wire_id });
            }
            Item::Message { role, parts } => {
                self.flush();
                self.voice(*role, parts);
            }
            Item::Output { call_id, parts } => {
                self.flush();
                if !self.used.contains(&position) {
                    self.losses.push(Loss::new(loss::ORPHAN_OUTPUT, call_id.as_ref()));
                    let blocks = self.blocks(parts);
                    let user = self.user();
                    user.push(Block::text("[output of an earlier tool call]"));
                    user.extend(blocks);
                }
            }
        }
    }

    fn reasoning(&mut self, text: &'a str, carrier: Option<&'a Carrier>) {
        // Without a carrier it is another provider's; the front end has named that loss.
        let Some(carrier) = carrier else { return };
        if !thinking::is_own(carrier, self.model) {
            return self.losses.push(Loss::new(loss::REASONING, format!("made by `{}`", carrier.model)));
        }
        // Newer models refuse thought behind other tools than those with which it was made. Requests without tools are
        // for a summary or a title, to which earlier thought adds nothing: it is no loss there.
        if !self.has_tools {
            return;
        }
        if let Some((blocks, all)) = self.searches.blocks(carrier) {
            self.turn.blocks.extend(blocks);
            self.turn.has_gap |= !all;
            self.has_gaps |= !all;
        } else if let Some(texts) = cited::texts(carrier) {
            // Sources are those of a search.
            if !self.has_gaps {
                cited::split(&mut self.turn.blocks, texts);
            }
        } else if self.turn.has_gap || carrier.state.get(SEARCHED).is_some() {
            // Newer models refuse thought in front of which anything is missing.
            self.losses.push(Loss::new(loss::REASONING, "it stood behind a web search"));
        } else {
            self.turn.blocks.extend(thinking::block(text, carrier));
        }
    }

    /// The system, the developer or the person speaks.
    fn voice(&mut self, role: ir::Role, parts: &'a [Part<'a>]) {
        if role == ir::Role::User {
            let blocks = self.blocks(parts);
            if !blocks.is_empty() {
                self.user().extend(blocks);
            }
            return;
        }
        lose_media(parts, "in instructions", self.losses);
        if self.out.is_empty() {
            self.system.extend(texts(parts).map(Block::text));
            return;
        }
        // Instructions have their own place at the top alone; later ones are said among the person's words.
        let text = joined(texts(parts), "\n\n");
        if !text.is_empty() {
            self.user().push(Block::text(format!("<instructions>\n{}\n</instructions>", text.plain())));
        }
    }

    /// Writes the assistant's turn and the results of its calls in their order.
    fn flush(&mut self) {
        let Turn { mut blocks, calls, .. } = std::mem::take(&mut self.turn);
        // A thought that led to nothing belongs to no turn, and none may end with it.
        while blocks.last().is_some_and(Block::is_thinking) {
            blocks.pop();
        }
        if blocks.is_empty() {
            return;
        }
        match self.out.last_mut() {
            Some(last) if last.role == Role::Assistant => last.content.extend(blocks),
            _ => self.out.push(Message { role: Role::Assistant, content: blocks }),
        }
        if calls.is_empty() {
            return;
        }
        let mut media = Vec::new();
        let results: Vec<Block<'a>> = calls.into_iter().map(|call| self.result(call, &mut media)).collect();
        let user = self.user();
        user.extend(results);
        user.extend(media);
    }

    fn result(&mut self, call: Pending<'a>, media: &mut Vec<Block<'a>>) -> Block<'a> {
        let found = self.answers.get(&call.position).copied();
        let content = match found.map(|output| (output, &self.items[output])) {
            Some((output, Item::Output { parts, .. })) => {
                self.used.insert(output);
                let mut content = self.blocks(parts);
                if self.images_outside {
                    for block in &mut content {
                        let note = match block {
                            Block::Image { .. } => IMAGE_BELOW,
                            Block::Document { .. } => DOCUMENT_BELOW,
                            _ => continue,
                        };
                        media.push(std::mem::replace(block, Block::text(note)));
                    }
                }
                if content.is_empty() {
                    content.push(Block::text(EMPTY_OUTPUT));
                }
                content
            }
            _ => {
                self.losses.push(Loss::new(loss::MISSING_OUTPUT, call.id));
                vec![Block::text(NO_OUTPUT)]
            }
        };
        Block::ToolResult { tool_use_id: call.wire_id, content, cache_control: None }
    }

    /// The person's turn at the end, begun if it is not theirs.
    fn user(&mut self) -> &mut Vec<Block<'a>> {
        if self.out.last().is_none_or(|last| last.role != Role::User) {
            self.out.push(Message { role: Role::User, content: Vec::new() });
        }
        let last = self.out.len() - 1;
        &mut self.out[last].content
    }

    /// Parts as blocks, without the empty texts that are refused.
    fn blocks(&mut self, parts: &'a [Part<'a>]) -> Vec<Block<'a>> {
        let mut blocks = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Part::Text(text) if text.is_blank() => {}
                Part::Text(text) => blocks.push(Block::text(text.borrow())),
                Part::Image { url, .. } => blocks.push(image(url, self.losses)),
                Part::Document { name, source } => blocks.push(document(name, source)),
            }
        }
        blocks
    }

    /// The call's id as the provider takes it: letters, digits, `_` and `-`, and no two alike. It is the same for
    /// every request of a conversation.
    fn wire_id(&mut self, id: &'a str, position: usize) -> Cow<'a, str> {
        let fit = (1..=64).contains(&id.len())
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
        let mut wire_id = if fit { Cow::Borrowed(id) } else { Cow::Owned(format!("call_{position}")) };
        while !self.ids.insert(wire_id.clone()) {
            wire_id = Cow::Owned(format!("{wire_id}_{position}"));
        }
        wire_id
    }
}

/// The texts that are not blank.
fn texts<'a>(parts: &'a [Part<'a>]) -> impl Iterator<Item = JsonStr<'a>> {
    parts.iter().filter_map(Part::as_text).filter(|text| !text.is_blank()).map(JsonStr::borrow)
}
