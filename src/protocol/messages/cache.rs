//! Marks what the provider is to keep of a prompt, so that the next request pays little for it.
//!
//! A request may hold four marks: the last tool, the last block of the system prompt, and the ends of the last two
//! turns of the person. The earlier of those is where the request before this one ended, so what it wrote is found
//! again; the later is where the next one will look.

use super::body::{Block, Body, CacheControl, Role, Tool};

/// How many turns of the person are marked.
const TURNS: usize = 2;

/// Sets the marks.
pub(super) fn mark(body: &mut Body<'_>) {
    if let Some(Tool::Function { cache_control, .. }) = body.tools.last_mut() {
        *cache_control = Some(CacheControl::Ephemeral);
    }
    mark_last(&mut body.system);
    for turn in body.messages.iter_mut().rev().filter(|turn| turn.role == Role::User).take(TURNS) {
        mark_last(&mut turn.content);
    }
}

/// Marks the last block; thought and calls cannot end a turn of the person.
fn mark_last(blocks: &mut [Block<'_>]) {
    match blocks.last_mut() {
        Some(
            Block::Text { cache_control, .. }
            | Block::Image { cache_control, .. }
            | Block::Document { cache_control, .. }
            | Block::ToolResult { cache_control, .. },
        ) => *cache_control = Some(CacheControl::Ephemeral),
        Some(Block::Thinking { .. } | Block::RedactedThinking { .. } | Block::ToolUse { .. } | Block::Given(_))
        | None => {}
    }
}
