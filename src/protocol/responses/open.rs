//! The output items of an answer that have begun and not ended, and how events are written.

use serde_json::Value;

use super::event::{Annotation, Event, Item};
use crate::protocol::carrier::Carrier;
use crate::protocol::ir::{ToolKind, ToolName};

/// The open message or reasoning item; there is one at a time.
#[derive(Debug)]
pub(super) struct Prose {
    pub index: usize,
    pub id: String,
    pub text: String,
    pub thought: bool,
    pub carrier: Option<Carrier>,
    pub annotations: Vec<Annotation>,
}

/// A call; several may be open at once, since upstreams interleave their fragments.
#[derive(Debug)]
pub(super) struct Call {
    pub key: usize,
    pub index: usize,
    pub id: String,
    /// The `call_id` by which Codex ties the output to the call.
    pub pairing: String,
    pub tool: ToolName<'static>,
    pub kind: ToolKind,
    pub json: String,
}

impl Prose {
    /// Whether more thought belongs to this one; what was sealed is whole.
    pub const fn is_open_thought(&self) -> bool {
        self.thought && self.carrier.is_none()
    }
}

impl Call {
    /// The item in the state that it is in.
    pub fn item<'a>(&'a self, status: &'static str, input: &'a str, arguments: &'a Value) -> Item<'a> {
        let (id, call_id, name) = (self.id.as_str(), self.pairing.as_str(), self.tool.name.as_ref());
        let namespace = self.tool.namespace.as_deref();
        match self.kind {
            ToolKind::Function => Item::FunctionCall { id, call_id, name, namespace, arguments: input, status },
            ToolKind::Custom => Item::CustomToolCall { id, call_id, name, namespace, input, status },
            ToolKind::Search => Item::ToolSearchCall { id, call_id, execution: "client", arguments, status },
        }
    }
}

/// Writes an event.
pub(super) fn write(out: &mut Vec<u8>, event: &Event<'_>) {
    out.extend_from_slice(b"event: ");
    out.extend_from_slice(event.kind.as_bytes());
    out.extend_from_slice(b"\ndata: ");
    write_json(out, event);
    out.extend_from_slice(b"\n\n");
}

/// Writing strings, numbers and values into a buffer cannot fail.
pub(super) fn write_json(out: &mut Vec<u8>, value: &impl serde::Serialize) {
    let _ = serde_json::to_writer(out, value);
}
