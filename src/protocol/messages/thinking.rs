//! How the model is asked to think, and when what it thought goes back to it.

use super::WIRE;
use super::abilities::{Abilities, ThinkingKind};
use super::body::{Block, Message, Role, Thinking};
use crate::protocol::carrier::Carrier;
use crate::protocol::ir::{Loss, Request, loss};
use crate::protocol::quirks::nearest_effort;

/// The most tokens of an answer when neither the request nor the model's facts say more; every Claude of today makes
/// that many.
const USUAL_OUTPUT: u64 = 32_000;

/// The same where much thought is asked for, which counts as output.
const LONG_OUTPUT: u64 = 64_000;

/// The smallest budget that is taken.
const LEAST_BUDGET: u64 = 1024;

/// What a model is taken to have when nothing is known of its efforts.
const USUAL_EFFORTS: [&str; 3] = ["low", "medium", "high"];

/// Budgets of thought for the efforts, which models with a budget do not know.
const BUDGETS: [(&str, u64); 6] =
    [("minimal", 1024), ("low", 4096), ("medium", 10_000), ("high", 20_000), ("xhigh", 32_000), ("max", 48_000)];

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Plan<'a> {
    /// The `thinking` field; without one it is as the model likes.
    pub thinking: Option<Thinking>,
    /// The `effort` field.
    pub effort: Option<&'a str>,
    /// The `max_tokens` field, which is required and holds the thought too.
    pub max_tokens: u64,
    /// Whether the model may think, and whether that is sure.
    pub mode: Mode,
}

/// Whether the model thinks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// It was asked to.
    On,
    /// It was asked not to.
    Off,
    /// Nothing was said.
    Unsaid,
}

/// Decides from the request and what is known of the model.
pub(super) fn plan<'a>(request: &'a Request<'_>, abilities: &'a Abilities, losses: &mut Vec<Loss>) -> Plan<'a> {
    let most = abilities.max_output.unwrap_or(u64::MAX).max(1);
    let room = |usual: u64| request.max_output_tokens.unwrap_or(usual).clamp(1, most);
    let mut plan = Plan { thinking: None, effort: None, max_tokens: room(USUAL_OUTPUT), mode: Mode::Unsaid };
    let wanted = request.effort.as_deref();
    match (abilities.thinking, wanted) {
        (ThinkingKind::None | ThinkingKind::Adaptive, None) | (ThinkingKind::None, Some("none")) => {}
        (ThinkingKind::None, Some(wanted)) => lose(losses, wanted, None),
        (ThinkingKind::Budget, None | Some("none")) => plan.mode = Mode::Off,
        (ThinkingKind::Budget, Some(wanted)) => {
            let known = BUDGETS.iter().find(|(effort, _)| *effort == wanted);
            let (given, budget) = known.unwrap_or(&BUDGETS[2]);
            if abilities.max_output.is_some() {
                plan.max_tokens = room(USUAL_OUTPUT.saturating_add(*budget));
            }
            // A quarter is left for the answer itself.
            let budget = (*budget).min(plan.max_tokens - plan.max_tokens / 4).max(LEAST_BUDGET);
            if budget >= plan.max_tokens {
                plan.mode = Mode::Off;
                lose(losses, wanted, None);
            } else {
                plan.mode = Mode::On;
                plan.thinking = Some(Thinking::Enabled { budget_tokens: budget });
                if *given != wanted {
                    lose(losses, wanted, Some(given));
                }
            }
        }
        (ThinkingKind::Adaptive, Some("none")) => {
            plan.mode = Mode::Off;
            plan.thinking = Some(Thinking::Disabled);
        }
        (ThinkingKind::Adaptive | ThinkingKind::Always, wanted) => {
            plan.mode = Mode::On;
            // The newest models keep their thought to themselves unless asked.
            plan.thinking = Some(Thinking::Adaptive { display: "summarized" });
            if let Some(wanted) = wanted {
                plan.effort = effort(abilities, wanted);
                if plan.effort != Some(wanted) {
                    lose(losses, wanted, plan.effort);
                }
            }
            let long = matches!(plan.effort, Some("high" | "xhigh" | "max")) && abilities.max_output.is_some();
            plan.max_tokens = room(if long { LONG_OUTPUT } else { USUAL_OUTPUT });
        }
    }
    plan
}

fn effort<'a>(abilities: &'a Abilities, wanted: &'a str) -> Option<&'a str> {
    let mut levels: Vec<&str> = abilities.efforts.iter().map(String::as_str).collect();
    // Thought is switched off in another field.
    levels.retain(|level| *level != "none");
    nearest_effort(if levels.is_empty() { USUAL_EFFORTS.to_vec() } else { levels }, wanted)
}

fn lose(losses: &mut Vec<Loss>, wanted: &str, given: Option<&str>) {
    let detail =
        given.map_or_else(|| format!("`{wanted}` is not sent"), |given| format!("`{wanted}` becomes `{given}`"));
    losses.push(Loss::new(loss::EFFORT, detail));
}

/// Whether this protocol and model made a thought; all others would be refused, or paid for in vain.
pub(super) fn is_own(carrier: &Carrier, model: &str) -> bool {
    carrier.wire == WIRE && carrier.model == model
}

/// The block that a thought came as; none for one that holds nothing, which is refused.
pub(super) fn block<'a>(text: &'a str, carrier: &'a Carrier) -> Option<Block<'a>> {
    let field = |name: &str| carrier.state.get(name).and_then(serde_json::Value::as_str);
    if let Some(data) = field("redacted") {
        return Some(Block::RedactedThinking { data });
    }
    // Servers that sign nothing get back the empty signature that they sent.
    let signature = field("signature").unwrap_or_default();
    (!text.is_empty() || !signature.is_empty()).then_some(Block::Thinking { thinking: text, signature })
}

/// Whether a turn that is still going on, by calls and their results, began without thought that could be sent back.
/// With a budget the provider refuses that: a turn thinks from its beginning or not at all.
pub(super) fn began_without_thought(messages: &[Message<'_>]) -> bool {
    let holds_results =
        |message: &Message<'_>| message.content.iter().any(|block| matches!(block, Block::ToolResult { .. }));
    if !messages.last().is_some_and(holds_results) {
        return false;
    }
    let said = messages.iter().rposition(|message| message.role == Role::User && !holds_results(message));
    let first = messages.get(said.map_or(0, |said| said + 1));
    first.and_then(|message| message.content.first()).is_some_and(|block| !block.is_thinking())
}

/// Takes all thought out; no turn is empty afterwards, since none ends with thought. Tells whether there was any.
pub(super) fn strip(messages: &mut [Message<'_>]) -> bool {
    let mut found = false;
    for message in messages {
        let before = message.content.len();
        message.content.retain(|block| !block.is_thinking());
        found |= message.content.len() < before;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use ThinkingKind::{Adaptive, Always, Budget, None as Thoughtless};
    use pretty_assertions::assert_eq;

    fn planned(kind: ThinkingKind, effort: &str, asked: Option<u64>, max_output: Option<u64>) -> String {
        let efforts = if max_output == Some(128_000) { vec!["none", "low", "high", "xhigh", "max"] } else { vec![] };
        let efforts = efforts.into_iter().map(str::to_owned).collect();
        let abilities = Abilities { max_output, thinking: kind, efforts, schema_output: false };
        let effort = (!effort.is_empty()).then(|| effort.into());
        let request = Request { effort, max_output_tokens: asked, ..Request::default() };
        let mut losses = Vec::new();
        let plan = plan(&request, &abilities, &mut losses);
        let thinking = match plan.thinking {
            Some(Thinking::Enabled { budget_tokens }) => budget_tokens.to_string(),
            Some(Thinking::Adaptive { .. }) => "adaptive".into(),
            Some(Thinking::Disabled) => "disabled".into(),
            None => "-".into(),
        };
        let losses: Vec<_> = losses.into_iter().map(|loss| loss.detail).collect();
        let mode = format!("{:?}", plan.mode);
        [mode, thinking, plan.effort.unwrap_or("-").into(), plan.max_tokens.to_string(), losses.join(";")]
            .join(" ")
            .trim_end()
            .to_owned()
    }

    #[test]
    fn efforts_become_what_the_model_knows() {
        for (kind, effort, asked, max_output, expected) in [
            (Thoughtless, "", None, None, "Unsaid - - 32000"),
            (Thoughtless, "none", Some(5), None, "Unsaid - - 5"),
            (Thoughtless, "high", Some(0), Some(8192), "Unsaid - - 1 `high` is not sent"),
            (Thoughtless, "", None, Some(8192), "Unsaid - - 8192"),
            (Budget, "", None, Some(64_000), "Off - - 32000"),
            (Budget, "none", None, None, "Off - - 32000"),
            (Budget, "minimal", None, None, "On 1024 - 32000"),
            (Budget, "low", None, Some(64_000), "On 4096 - 36096"),
            (Budget, "medium", None, Some(64_000), "On 10000 - 42000"),
            (Budget, "high", None, Some(64_000), "On 20000 - 52000"),
            (Budget, "xhigh", None, None, "On 24000 - 32000"),
            (Budget, "max", None, Some(64_000), "On 48000 - 64000"),
            (Budget, "high", Some(4000), None, "On 3000 - 4000"),
            (Budget, "high", Some(1200), None, "On 1024 - 1200"),
            (Budget, "high", Some(1024), None, "Off - - 1024 `high` is not sent"),
            (Budget, "banana", None, None, "On 10000 - 32000 `banana` becomes `medium`"),
            (Adaptive, "", None, Some(128_000), "Unsaid - - 32000"),
            (Adaptive, "none", None, Some(128_000), "Off disabled - 32000"),
            (Adaptive, "medium", None, None, "On adaptive medium 32000"),
            (Adaptive, "high", None, None, "On adaptive high 32000"),
            (Adaptive, "high", None, Some(128_000), "On adaptive high 64000"),
            (Adaptive, "xhigh", None, None, "On adaptive high 32000 `xhigh` becomes `high`"),
            (Adaptive, "minimal", None, None, "On adaptive low 32000 `minimal` becomes `low`"),
            (Adaptive, "banana", None, None, "On adaptive - 32000 `banana` is not sent"),
            (Adaptive, "max", Some(99_999), Some(128_000), "On adaptive max 99999"),
            (Always, "", None, Some(128_000), "On adaptive - 32000"),
            (Always, "none", None, Some(128_000), "On adaptive low 32000 `none` becomes `low`"),
        ] {
            assert_eq!(
                planned(kind, effort, asked, max_output),
                expected,
                "{kind:?} {effort} {asked:?} {max_output:?}"
            );
        }
    }
}
