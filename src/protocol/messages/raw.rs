//! A block as the provider made it, so that it can be given back unmodified.

use serde_json::{Map, Value};

use super::event::Piece;
use crate::protocol::lenient::read;

/// A block with what was added to it.
#[derive(Debug, Clone, Default)]
pub(super) struct RawBlock {
    block: Map<String, Value>,
    input: String,
}

impl RawBlock {
    /// A block as it begins.
    pub fn new(block: Map<String, Value>) -> Self {
        Self { block, input: String::new() }
    }

    /// What one of its fields says.
    pub fn text(&self, field: &str) -> &str {
        self.block.get(field).and_then(Value::as_str).unwrap_or_default()
    }

    /// Adds to it.
    pub fn add(&mut self, piece: &Piece<'_>) {
        match piece.kind.as_str() {
            "text_delta" => self.push("text", piece.text.as_str()),
            "thinking_delta" => self.push("thinking", piece.thinking.as_str()),
            "signature_delta" => self.push("signature", piece.signature.as_str()),
            "input_json_delta" => self.input.push_str(piece.partial_json.as_str()),
            "citations_delta" => {
                let citations = self.block.entry("citations").or_insert(Value::Null);
                if !citations.is_array() {
                    *citations = Value::Array(Vec::new());
                }
                if let (Value::Array(list), Some(citation)) = (citations, read::<Value>(piece.citation)) {
                    list.push(citation);
                }
            }
            _ => {}
        }
    }

    fn push(&mut self, field: &str, more: &str) {
        match self.block.get_mut(field) {
            Some(Value::String(text)) => text.push_str(more),
            _ => drop(self.block.insert(field.to_owned(), more.into())),
        }
    }

    /// The whole block.
    pub fn whole(mut self) -> Value {
        if !self.input.is_empty() {
            let input = serde_json::from_str(&self.input).unwrap_or_else(|_| Value::Object(Map::new()));
            self.block.insert("input".to_owned(), input);
        }
        Value::Object(self.block)
    }
}
