//! Why an answer stopped.

use serde_json::value::RawValue;

use super::event::StopDetails;
use crate::protocol::failure::{Failure, FailureCode};
use crate::protocol::ir::Stop;
use crate::protocol::lenient::read;
use crate::protocol::words::clean;

/// How the upstream said that it stopped.
#[derive(Debug, Clone)]
pub(super) enum Ending {
    /// Well.
    Stop(Stop),
    /// In the middle: asked again with what it said so far, it goes on.
    Pause,
    /// Without an answer that Codex could go on from.
    Fail(Failure),
}

/// Whether a `stop_reason` says that the model was done, or waits for its tools.
pub(super) fn is_done(reason: &str) -> bool {
    matches!(reason, "end_turn" | "stop_sequence" | "tool_use" | "compaction")
}

/// Why a pause is the end, where the provider cannot be asked again.
pub(super) fn paused() -> Failure {
    Failure::shown(
        "the provider paused its answer after many steps of its own; ask it to go on (`stop_reason`: `pause_turn`)",
    )
}

/// What a `stop_reason` means. One that is not known ends the answer well: new ones are mostly finer words for that.
pub(super) fn ending(reason: &str, details: Option<&RawValue>) -> Ending {
    let shown = |message: &str| Ending::Fail(Failure::shown(format!("{message} (`stop_reason`: `{reason}`)")));
    match reason {
        "max_tokens" => Ending::Stop(Stop::Length),
        "model_context_window_exceeded" => Ending::Fail(Failure {
            code: FailureCode::ContextLengthExceeded,
            status: 400,
            ..Failure::shown(format!("the provider's answer filled the model's context (`stop_reason`: `{reason}`)"))
        }),
        "pause_turn" => Ending::Pause,
        "refusal" => {
            let details = read::<StopDetails<'_>>(details).unwrap_or_default();
            let category = clean(details.category.as_str());
            let why = clean(details.explanation.as_str());
            let mut message = "the provider refused to answer".to_owned();
            if !category.is_empty() {
                message = format!("{message} (`{category}`)");
            }
            if !why.is_empty() {
                message = format!("{message}: {why}");
            }
            shown(&message)
        }
        _ => Ending::Stop(Stop::Done),
    }
}
