//! What Codex says of an answer, or of none (codex-facts 3.5, 4 and 5).

use super::{DOCTOR, GATEWAY, Message, message};

pub const MESSAGES: &[Message] = &[
    message(
        "context-full",
        &[
            "codex ran out of room in the model's context window. start a new thread or clear earlier history before retrying",
            "ran out of room in the model's context window",
        ],
        "the conversation is longer than the model takes",
        "start a new thread, or `/compact` before it is full",
    ),
    message(
        "rate-limit-lost",
        &["exceeded retry limit, last status: 429 too many requests", "last status: 429"],
        "the provider limits the rate; Codex does not show its words",
        "wait a little; through the gateway its words are kept: `codexgw add PROVIDER --via gateway --force`",
    ),
    message(
        "overloaded",
        &[
            "selected model is at capacity. please try a different model",
            "selected model is at capacity",
            "overloaded_error",
            "^overloaded$",
            "model is overloaded",
            "currently overloaded",
            "server_is_overloaded",
        ],
        "the provider has no room for this model right now",
        "try again later, or another model: `/model`",
    ),
    message(
        "high-demand",
        &[
            "we're currently experiencing high demand, which may cause temporary errors",
            "we're currently experiencing high demand",
        ],
        "the provider answered 500; Codex retried 30 times and does not show its words",
        "`codexgw doctor PROVIDER` asks it once and shows what it says",
    ),
    message(
        "stream-cut",
        &[
            "stream disconnected before completion: stream closed before response.completed",
            "stream closed before response.completed",
        ],
        "the answer ended without its last event: the provider does not speak the Responses API at this address (a web \
         page, a Chat Completions answer), or the connection broke",
        "`codexgw doctor PROVIDER` finds out what it speaks",
    ),
    message(
        "stream-idle",
        &["stream disconnected before completion: idle timeout waiting for sse", "idle timeout waiting for sse"],
        "the provider sent nothing for longer than Codex waits",
        "through the gateway Codex is kept waiting: `codexgw add PROVIDER --via gateway --force`",
    ),
    message(
        "stream-broken",
        &["transport error: network error: error decoding response body", "error decoding response body"],
        "the connection broke in the middle of the answer",
        DOCTOR,
    ),
    message(
        "no-network",
        &["^waiting for network", "reconnecting... * waiting for network"],
        "Codex cannot reach the provider: wrong host, no network, a proxy, TLS, or the gateway is down; it waits for \
         ever",
        DOCTOR,
    ),
    message(
        "websockets",
        &["falling back from websockets to https transport", "falling back from websockets"],
        "`openai_base_url` makes Codex try WebSockets first, and sends your ChatGPT login there",
        "`codexgw doctor --fix` takes it out; add the provider instead: `codexgw add custom --base-url URL`",
    ),
    message(
        "cloudflare",
        &["access blocked by cloudflare. this usually happens when connecting from a restricted region"],
        "the provider's protection refused the request, often by country, network or proxy",
        DOCTOR,
    ),
    message(
        "compaction",
        &["remote compaction v2 expected exactly one compaction output item"],
        "the provider is named `OpenAI` or `Azure`, so Codex left compaction to it, and it cannot",
        "`codexgw doctor --fix` gives it a name of its own",
    ),
    message(
        "completed-unreadable",
        &["failed to parse responsecompleted"],
        "the provider's last event lacks fields that Codex wants",
        GATEWAY,
    ),
    message(
        "apply-patch-kind",
        &["invoked with incompatible payload"],
        "the model called a tool in the wrong form, or a proxy in between changed the call",
        GATEWAY,
    ),
    message(
        "unsupported-call",
        &["unsupported call: "],
        "the model called a tool that Codex did not offer under this name; some proxies flatten the names of MCP tools",
        GATEWAY,
    ),
    message(
        "connection-failed",
        &["connection failed: error sending request"],
        "Codex could not reach the provider and has given up: wrong host, no network, a proxy, TLS, or the gateway is down",
        DOCTOR,
    ),
    message(
        "chatgpt-plan",
        &["to use codex with your chatgpt plan"],
        "the answer said `usage_not_included`: of OpenAI, that your plan lacks Codex; of another provider, a wrong code",
        "choose a provider of your own: `codexgw use PROVIDER`",
    ),
    message(
        "usage-limit",
        &["you've hit your usage limit"],
        "the answer said `usage_limit_reached`; Codex shows OpenAI's words for it, whoever the provider is",
        "`codexgw doctor PROVIDER` shows who limits what",
    ),
    message(
        "failed-without-words",
        &["response.failed event received"],
        "the provider broke the answer off and did not say why",
        "try again; `codexgw doctor PROVIDER --run` shows whether it comes back",
    ),
    message(
        "output-limit",
        &["incomplete response returned, reason: max_output_tokens"],
        "the answer reached the most tokens that the model or the provider gives out",
        "ask for less at a time, or lower the effort: `/model`",
    ),
    message(
        "unsupported-custom-call",
        &["unsupported custom tool call"],
        "the model called a freeform tool that Codex did not offer it",
        "the catalogue of codexgw offers it: `codexgw use PROVIDER`",
    ),
    message(
        "arguments-unreadable",
        &["failed to parse function arguments"],
        "the model wrote arguments of a tool that are no JSON; small models do that often, and Codex goes on",
        "choose a stronger model: `/model`",
    ),
    message(
        "text-lost",
        &["outputtextdelta without active item"],
        "the provider's stream lacks `response.output_item.added`, so the text is not shown as it comes",
        GATEWAY,
    ),
    message(
        "no-images",
        &["do not support image inputs"],
        "the model takes no images, by what its catalogue says",
        "choose one that does: `/model`",
    ),
    message(
        "interrupted",
        &["^turn interrupted"],
        "you, or a signal, stopped the turn; nothing is broken",
        "go on: `codex resume --last`",
    ),
];
