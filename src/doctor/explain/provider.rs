//! What providers say in a refusal, which Codex prints as it came (users' threads of 2026-11-21 and the providers' own
//! documentation). Through the gateway most of these do not come up.

use super::{GATEWAY, KEY_REFUSED, Message, NO_MODEL, QUOTA, TOOL_TYPES, UNSUPPORTED, message};

const ROLE: &str = "the provider does not know the role `developer`, in which Codex gives its instructions";
const TOO_LONG: &str = "the question is longer than the model takes; where that comes at once, the model's window is too small for Codex's \
     own instructions and tools, which are about 14000 tokens";
const SHORTER: &str = "start a new thread, or `/compact`; a server of your own: start it with a larger window (`-c 65536` of llama.cpp, \
     `--n_ctx 65536` of llama-cpp-python, `OLLAMA_CONTEXT_LENGTH=65536`), then `codexgw doctor PROVIDER`";
const SIGNATURE: &str =
    "the provider wants the signature of its own thought back, which was lost on the way, or is of another model";
const ORDER: &str = "the conversation lacks the result of a call, or has it in another place than the provider wants";
const SCHEMA: &str = "the provider does not take the JSON schema of a tool, often of an MCP server";
const KEY: &str = "`codexgw key set PROVIDER`, then `codexgw doctor PROVIDER`";
const TOOLLESS: &str =
    "the model, or its server as it was started, calls no tools, and Codex does everything with tools";
const OTHER_MODEL: &str =
    "`codexgw models PROVIDER` shows what each can; try one: `codexgw models test PROVIDER MODEL`";
const PAY: &str = "look at the account at the provider; another one: `codexgw use PROVIDER`";
const FOREIGN: &str = "the thread holds thought that was encrypted by another provider, or for another account";
const TIER: &str =
    "the plan of this key takes less in one request, or in a minute, than Codex's own instructions and tools";

pub const MESSAGES: &[Message] = &[
    message(
        "login-to-provider",
        &["missing scopes: api."],
        "what was sent is your ChatGPT login and no key: a provider with `requires_openai_auth`, or `openai_base_url`, gets \
         it, whoever that is",
        "`codexgw doctor --fix` keeps your login at home",
    ),
    message(
        "gateway-token",
        &["invalid_gateway_token"],
        "the gateway of codexgw does not know the token that came along; the provider's key has nothing to do with it",
        "start with `codexgw run`; what is wrong else: `codexgw doctor --only gateway`",
    ),
    message("status-401", &["incorrect api key provided"], KEY_REFUSED, KEY),
    message("status-401", &["invalid x-api-key"], KEY_REFUSED, KEY),
    message("status-401", &["invalid api key"], KEY_REFUSED, KEY),
    message("status-401", &["api key not valid"], KEY_REFUSED, KEY),
    message("status-401", &["no auth credentials found"], KEY_REFUSED, KEY),
    message("status-401", &["authentication fails"], KEY_REFUSED, KEY),
    message("status-401", &["you didn't provide an api key"], KEY_REFUSED, KEY),
    message("quota", &["credit balance is too low"], QUOTA, PAY),
    message("quota", &["insufficient balance"], QUOTA, PAY),
    message("quota", &["insufficient credits"], QUOTA, PAY),
    message("quota", &["insufficient_quota"], QUOTA, PAY),
    message("quota", &["exceeded your current quota"], QUOTA, PAY),
    message(
        "thought-lost",
        &["reasoning_content", "must be passed back"],
        "the model wants its own earlier thought back, which Codex does not send in this form",
        GATEWAY,
    ),
    message(
        "thought-signature",
        &["thought_signature"],
        SIGNATURE,
        "`codexgw add gemini` speaks Google's own protocol, and keeps it",
    ),
    message(
        "thought-signature",
        &["thought signature"],
        SIGNATURE,
        "`codexgw add gemini` speaks Google's own protocol, and keeps it",
    ),
    message(
        "thought-signature",
        &["invalid `signature` in `thinking`"],
        SIGNATURE,
        "`codexgw add anthropic` speaks Anthropic's own protocol, and keeps it",
    ),
    message(
        "thought-signature",
        &["expected `thinking` or `redacted_thinking`"],
        SIGNATURE,
        "`codexgw add anthropic` speaks Anthropic's own protocol, and keeps it",
    ),
    message("thought-foreign", &["encrypted content", "could not be verified"], FOREIGN, "start a new thread: `/new`"),
    message("thought-foreign", &["invalid_encrypted_content"], FOREIGN, "start a new thread: `/new`"),
    message("call-order", &["without", "tool_result", "blocks immediately after"], ORDER, GATEWAY),
    message("call-order", &["must be followed by tool messages"], ORDER, GATEWAY),
    message("developer-role", &["developer is not one of"], ROLE, GATEWAY),
    message("developer-role", &["unexpected role 'developer'"], ROLE, GATEWAY),
    message("developer-role", &["unknown variant `developer`"], ROLE, GATEWAY),
    message("developer-role", &["system message must be at the beginning"], ROLE, GATEWAY),
    message(
        "call-id",
        &["tool call id was", "but must be"],
        "the provider takes only ids of calls in a form of its own, as Mistral does",
        GATEWAY,
    ),
    message(
        "single-calls",
        &["only supports single tool-calls"],
        "the template of the model knows one call at a time, and the conversation holds several at once",
        "another model, or another template in your server; `codexgw models test PROVIDER MODEL` tries it",
    ),
    message(
        "parallel-refused",
        &["parallel_tool_calls", "only allowed when"],
        "the provider takes `parallel_tool_calls` only together with tools",
        GATEWAY,
    ),
    message(
        "server-without-tools",
        &["requires --enable-auto-tool-choice"],
        TOOLLESS,
        "start vLLM with `--enable-auto-tool-choice --tool-call-parser NAME`; its documentation has the name for the model",
    ),
    message("server-without-tools", &["requires --jinja"], TOOLLESS, "start it with `llama-server --jinja …`"),
    message("server-without-tools", &["does not support tools"], TOOLLESS, OTHER_MODEL),
    message("server-without-tools", &["no endpoints found that support tool use"], TOOLLESS, OTHER_MODEL),
    message(
        "data-policy",
        &["no endpoints found matching your data policy"],
        "by your privacy settings at OpenRouter no provider of this model may be asked",
        "look at https://openrouter.ai/settings/privacy; another model: `/model`",
    ),
    message(
        "not-pulled",
        &["try pulling it first"],
        "Ollama has not downloaded the model",
        "`ollama pull MODEL`, or one of those that `ollama list` shows",
    ),
    message(
        "no-deployment",
        &["deploymentnotfound"],
        "at Azure a model is asked by the name of its deployment, and there is none of this name",
        "`codexgw add azure --model DEPLOYMENT --force`",
    ),
    message(
        "no-deployment",
        &["api deployment for this resource does not exist"],
        "at Azure a model is asked by the name of its deployment, and there is none of this name",
        "`codexgw add azure --model DEPLOYMENT --force`",
    ),
    message(
        "api-version",
        &["missing required query parameter: api-version"],
        "Azure's older address wants a version with every request; the newer one ends in `/openai/v1` and wants none",
        "`codexgw add azure --base-url https://RESOURCE.openai.azure.com/openai/v1 --force`",
    ),
    message(
        "model-unknown",
        &["model \"", "\" not found"],
        NO_MODEL,
        "`codexgw doctor PROVIDER` names the nearest ones",
    ),
    message("model-unknown", &["model_not_found"], NO_MODEL, "`codexgw doctor PROVIDER` names the nearest ones"),
    message("too-long", &["maximum context length is"], TOO_LONG, SHORTER),
    message("too-long", &["prompt is too long"], TOO_LONG, SHORTER),
    message("too-long", &["exceeds the available context size"], TOO_LONG, SHORTER),
    message("too-long", &["exceed context window of"], TOO_LONG, SHORTER),
    message("too-long", &["context_length_exceeded"], TOO_LONG, SHORTER),
    message("too-long", &["tokens that the model takes"], TOO_LONG, SHORTER),
    message(
        "empty-answer",
        &["answer broke off: it is empty"],
        "the provider hung up before the first word; a server of your own does so when the question does not fit into the \
         model's window, for which Codex's own instructions and tools are about 14000 tokens",
        "`codexgw probe PROVIDER` looks; a larger window: `-c 65536` of llama.cpp, `--n_ctx 65536` of llama-cpp-python",
    ),
    message(
        "broken-off",
        &["answer broke off: it ends"],
        "the connection to the provider ended in the middle of the answer, which the gateway shows as it is",
        "try again; `codexgw doctor PROVIDER --run` shows whether it comes back",
    ),
    message(
        "small-tier",
        &["request body too large for"],
        TIER,
        "another model or a paid plan; another provider: `codexgw use PROVIDER`",
    ),
    message(
        "small-tier",
        &["tokens per minute (tpm)", "requested"],
        TIER,
        "another model or a paid plan; another provider: `codexgw use PROVIDER`",
    ),
    message(
        "output-limit-refused",
        &["max_tokens is too large"],
        "the answer is allowed to be longer than the model can make it",
        "`codexgw use PROVIDER` brings the model's real limit along",
    ),
    message("schema-refused", &["unknown name", "cannot find field"], SCHEMA, GATEWAY),
    message("schema-refused", &["string should match pattern", "name"], SCHEMA, GATEWAY),
    message(
        "resting",
        &["no deployments available for selected model"],
        "LiteLLM rests the model for a moment, after errors of the server behind it",
        "wait as long as it says; LiteLLM's log says what failed",
    ),
    message("tool-type-refused", &["unsupported tool type"], TOOL_TYPES, GATEWAY),
    message("tool-type-refused", &["unknown tool type"], TOOL_TYPES, GATEWAY),
    message("tool-type-refused", &["invalid discriminator value"], TOOL_TYPES, GATEWAY),
    message("parameter-refused", &["extra inputs are not permitted"], UNSUPPORTED, GATEWAY),
    message("parameter-refused", &["unsupportedparamserror"], UNSUPPORTED, GATEWAY),
    message("parameter-refused", &["missing field `content`"], UNSUPPORTED, GATEWAY),
    message("parameter-refused", &["expected a string with maximum length 64"], UNSUPPORTED, GATEWAY),
    message(
        "no-images-taken",
        &["image input is not supported"],
        "the model, or its server as it was started, takes no images",
        "choose one that does: `/model`; llama.cpp wants the model's `--mmproj`",
    ),
    message(
        "login-stale",
        &["authentication token has been invalidated"],
        "your ChatGPT login was withdrawn; it matters only where you use OpenAI through it",
        "`codex login`, or a provider of your own: `codexgw use PROVIDER`",
    ),
];
