//! A question as the gateway would write it.

use serde_json::Value;

use crate::probe::ProbeError;
use crate::protocol::tools::Names;
use crate::protocol::{Decoder, Destination, Outbound, Wire, refusal, responses};

/// A question in Codex's words, written for whom it is meant. What speaks Responses in full gets it as it is.
pub fn written(question: &Value, to: &Destination<'_>) -> Result<Outbound, ProbeError> {
    let text = question.to_string();
    let unusable = |rejection: responses::Rejection| ProbeError::Unusable { why: rejection.message };
    let request = responses::parse(text.as_bytes()).map_err(unusable)?;
    if to.wire != Wire::Responses || to.quirks.knows_functions_alone() {
        return Ok(Outbound::new(&request, to));
    }
    let responses::Rewritten { mut body, mut losses, .. } =
        responses::rewrite(text.as_bytes(), to.model, to.quirks, &|_| false).map_err(unusable)?;
    refusal::drop_fields(&mut body, &to.quirks.dropped, &mut losses);
    let decoder = Decoder::Responses(responses::Decoder::new(Names::new(&request), to.model));
    Ok(Outbound { path: "/responses".to_owned(), body, losses, decoder, may_pause: false })
}
