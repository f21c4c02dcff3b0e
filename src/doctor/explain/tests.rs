//! Every message that the facts about Codex 0.169.0 hold, in Codex's own words.

use super::{Message, after, before, explain, general, harmless, machine, provider, status};

fn messages() -> impl Iterator<Item = &'static Message> {
    let tables = [
        before::MESSAGES,
        after::MESSAGES,
        provider::MESSAGES,
        machine::MESSAGES,
        status::MESSAGES,
        general::MESSAGES,
        harmless::MESSAGES,
    ];
    tables.into_iter().flatten()
}

/// The id that comes first, and what Codex prints.
const PRINTED: &[(&str, &str)] = &[
    (
        "wire-api-chat",
        "Error loading config.toml: `wire_api = \"chat\"` is no longer supported.\nHow to fix: set `wire_api = \"responses\"` in your provider config.\nin `model_providers.gw.wire_api`",
    ),
    ("wire-api-unknown", "unknown variant `anthropic`, expected `responses`"),
    ("provider-without-name", "Error loading config.toml: model_providers.gw: provider name must not be empty"),
    (
        "reserved-id",
        "model_providers contains reserved built-in provider IDs: `openai`. Built-in providers cannot be overridden.",
    ),
    ("built-in-limited", "Error: model_providers.gcp only supports changing `base_url`, `auth`, `http_headers`"),
    ("ollama-chat", "Error: `ollama-chat` is no longer supported.\nHow to fix: replace `ollama-chat` with `ollama`"),
    ("unknown-provider", "Error: Model provider `nope` not found"),
    (
        "ignored-setting",
        "warning: Codex is ignoring 1 unrecognized configuration setting. Check for typos or deprecated settings.",
    ),
    ("number-out-of-range", "invalid value: integer `-1`, expected u64"),
    ("aws-elsewhere", "provider aws is only supported for amazon-bedrock or amazon-bedrock-runtime"),
    (
        "legacy-profile-selector",
        "Error: legacy `profile = \"x\"` config is no longer supported; use `--profile x` with `x.config.toml` instead",
    ),
    (
        "legacy-profile-table",
        "Error loading config.toml: --profile `x` cannot be used while /h/config.toml contains legacy `profile = \"x\"` or `[profiles.x]` config",
    ),
    (
        "profile-name",
        "invalid value 'a.b' for '--profile <CONFIG_PROFILE_V2>': invalid --profile value `a.b`; pass a plain name such as `work`",
    ),
    ("config-unreadable", "Error loading config.toml:\n/h/x.config.toml:1:7: string values must be quoted"),
    ("strict-config", "Error loading config.toml:\n/h/config.toml:9:2: unknown configuration field `auth`"),
    ("strict-config", "unknown configuration field `foo` in -c/--config override"),
    ("approval-policy-untrusted", "Error: approval_policy = \"untrusted\" is no longer supported; remove this setting"),
    ("web-search-boolean", "invalid type: unit variant, expected string only"),
    ("empty-effort", "reasoning_effort must not be empty"),
    (
        "service-tier",
        "warning: Configured service tier `priority` is not advertised as supported for model `m1` and will be omitted from requests.",
    ),
    (
        "websockets",
        "warning: Falling back from WebSockets to HTTPS transport. unexpected status 404 Not Found, url: ws://h",
    ),
    (
        "project-untrusted",
        "warning: Untrusted project-local configuration is disabled. Run `codex exec --trust` to allow project configuration",
    ),
    (
        "project-settings",
        "warning: Ignored unsupported project-local config keys in /p/.codex/config.toml: openai_base_url, model_provider.",
    ),
    ("no-such-file", "Error: No such file or directory (os error 2)"),
    ("env-key-missing", "ERROR: Missing environment variable: `GWK`."),
    ("builder-error", "ERROR: stream disconnected before completion: builder error"),
    (
        "token-command-failed",
        "ERROR codex_login::auth::manager: Failed to resolve external auth: provider auth command `x` exited with status exit status: 3",
    ),
    ("token-command-failed", "Failed to resolve external auth: provider auth command `x` timed out after 5000 ms"),
    ("token-command-failed", "provider auth command `codexgw token x` timed out after 5000 ms"),
    ("nonzero-number", "invalid value: integer `0`, expected a nonzero u64"),
    ("auth-and-env-key", "model_providers.gw: provider auth cannot be combined with env_key"),
    ("token-command-empty", "provider auth.command must not be empty"),
    (
        "gateway-oauth-source",
        "choose one gateway credential source: credential_export or OAuth settings (authorization_url, token_url, and client_id)",
    ),
    ("gateway-oauth-command", "ERROR: Gateway credential export command exited with exit status: 3"),
    (
        "gateway-oauth-command",
        "failed to run Gateway credential export command `/x`: No such file or directory (os error 2)",
    ),
    ("gateway-oauth-token", "Gateway credential export must print one access token"),
    ("gateway-oauth-header", "Header conflict. Set gateway_oauth.delivery to a different header or cookie"),
    ("reconnecting", "ERROR: Reconnecting... 1/100"),
    ("unsupported-call", "unsupported call: mcp__tiny__echo_it"),
    ("unsupported-custom-call", "unsupported custom tool call: apply_patch"),
    ("apply-patch-kind", "Fatal error: tool apply_patch invoked with incompatible payload"),
    ("arguments-unreadable", "failed to parse function arguments: expected value at line 1 column 1"),
    ("text-lost", "ERROR codex_core::util: OutputTextDelta without active item"),
    (
        "completed-unreadable",
        "stream disconnected before completion: failed to parse ResponseCompleted: missing field `total_tokens`",
    ),
    (
        "completed-unreadable",
        "ERROR: stream disconnected before completion: failed to parse ResponseCompleted: missing field `id`",
    ),
    ("stream-cut", "stream disconnected before completion: stream closed before response.completed"),
    (
        "stream-broken",
        "stream disconnected before completion: Transport error: network error: error decoding response body",
    ),
    ("stream-idle", "stream disconnected before completion: idle timeout waiting for SSE"),
    ("no-network", "Reconnecting... waiting for network"),
    ("connection-failed", "Connection failed: error sending request"),
    ("rate-limit", "rate limit exceeded: Rate limit reached for m1. Please try again in 1.5s."),
    (
        "context-full",
        "Codex ran out of room in the model\u{2019}s context window. Start a new thread or clear earlier history before retrying.",
    ),
    ("quota", "Quota exceeded. Check your plan and billing details."),
    ("overloaded", "Selected model is at capacity. Please try a different model."),
    ("chatgpt-plan", "To use Codex with your ChatGPT plan, upgrade to Plus: https://chatgpt.com/explore/plus."),
    ("failed-without-words", "stream disconnected before completion: response.failed event received"),
    ("output-limit", "ERROR: Incomplete response returned, reason: max_output_tokens"),
    ("content-filter", "stream disconnected before completion: Incomplete response returned, reason: content_filter"),
    ("status-401", "unexpected status 401 Unauthorized: Incorrect API key, url: http://h/v1/responses"),
    ("status-402", "unexpected status 402 Payment Required: pay up, url: http://h/v1/responses"),
    ("status-403", "unexpected status 403 Forbidden: forbidden model, url: http://h/v1/responses"),
    ("status-404", "unexpected status 404 Not Found: <h1>nope</h1>, url: http://h/v1/responses"),
    ("status-405", "unexpected status 405 Method Not Allowed: Method not allowed, url: http://h/v1/responses"),
    ("status-413", "unexpected status 413 Payload Too Large: too large, url: http://h/v1/responses"),
    ("status-422", "unexpected status 422 Unprocessable Entity: {\"detail\": []}, url: http://h/v1/responses"),
    ("status-other", "unexpected status 418 I'm a teapot: short and stout"),
    (
        "cloudflare",
        "Access blocked by Cloudflare. This usually happens when connecting from a restricted region (status 403 Forbidden), url: http://h",
    ),
    ("model-unknown", "ERROR: The model m1 does not exist"),
    ("rate-limit-lost", "ERROR: exceeded retry limit, last status: 429 Too Many Requests"),
    ("usage-limit", "You\u{2019}ve hit your usage limit. Upgrade to Pro"),
    ("high-demand", "We\u{2019}re currently experiencing high demand, which may cause temporary errors."),
    ("status-5xx", "unexpected status 502 Bad Gateway: <html>502 Bad Gateway</html>, url: http://h/v1/responses"),
    ("status-5xx", "unexpected status 529 <unknown status code>: Overloaded, url: http://h/v1/responses"),
    (
        "parameter-refused",
        "ERROR: {\"error\": {\"message\": \"Unsupported parameter: tools[3].type\", \"code\": \"bad_req\"}}",
    ),
    ("web-search-refused", "{\"error\":{\"message\":\"tool type web_search is not supported\"}}"),
    ("web-search-unknown", "{\"error\":{\"message\":\"unknown tool type: web_search\"}}"),
    (
        "metadata",
        "warning: Model metadata for `m1` not found. Defaulting to fallback metadata; this can degrade performance and cause issues.",
    ),
    (
        "catalogue",
        "Error: failed to parse model_catalog_json path `/c.json` as JSON: missing field `models` at line 1 column 2",
    ),
    ("catalogue-empty", "Error: model_catalog_json path `/c.json` must contain at least one model"),
    (
        "catalogue-instructions",
        "model `m1` is missing both `base_instructions` and `model_messages.instructions_template`",
    ),
    ("catalogue-apply-patch", "unknown variant `function`, expected `freeform`"),
    ("no-images", "view_image is not allowed because you do not support image inputs"),
    ("catalogue-host", "model_providers.openai.model_catalog_url must use an allowed ChatGPT host"),
    (
        "models-unreadable",
        "failed to refresh available models: stream disconnected before completion: failed to decode models response: Data at line 1",
    ),
    ("doctor-env-key", "active model provider auth env var is missing"),
    ("doctor-env-key", "Set GWK for the active model provider."),
    ("doctor-route", "provider base URL route returned 404 - verify the configured API prefix"),
    ("doctor-unreachable", "one or more required provider endpoints are unreachable over HTTP"),
    ("doctor-config", "config could not be loaded"),
    ("doctor-config", "\"error\":\"invalid data\""),
    ("doctor-config", "entity not found"),
    ("no-login", "no Codex credentials were found"),
    ("not-trusted-folder", "Not inside a trusted directory and --skip-git-repo-check was not specified."),
    ("not-a-terminal", "Error: stdin is not a terminal"),
    ("interrupted", "turn interrupted"),
    ("codex-home", "Error finding codex home: CODEX_HOME points to \"/x\", but that path does not exist"),
    ("reads-stdin", "Reading additional input from stdin..."),
    (
        "temporary-home",
        "WARNING: proceeding, even though we could not create PATH aliases: Refusing to create helper binaries under temporary dir \"/tmp\"",
    ),
    ("daemon-features", "Background server has incompatible feature settings"),
    ("other-model", "This session was recorded with model `m1` but is resuming with `m2`"),
    ("no-daemon-place", "error: unexpected argument '--no-daemon' found"),
    ("compaction", "remote compaction v2 expected exactly one compaction output item"),
    (
        "login-to-provider",
        "unexpected status 401 Unauthorized: You have insufficient permissions for this operation. Missing scopes: api.responses.write, url: https://h/v1/responses",
    ),
    (
        "gateway-token",
        "unexpected status 401 Unauthorized: {\"error\":{\"code\":\"invalid_gateway_token\"}}, url: http://127.0.0.1:29715/v1/responses",
    ),
    ("status-401", "Incorrect API key provided: sk-proj-****."),
    ("quota", "Your credit balance is too low to access the Anthropic API."),
    ("quota", "Quota exceeded"),
    ("thought-lost", "The `reasoning_content` in the thinking mode must be passed back to the API."),
    ("thought-signature", "Function call is missing a thought_signature in functionCall parts."),
    ("thought-foreign", "The encrypted content gAAA could not be verified."),
    (
        "call-order",
        "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'",
    ),
    ("developer-role", "developer is not one of ['system', 'assistant', 'user', 'tool', 'function']"),
    ("developer-role", "Unexpected role 'developer'"),
    ("call-id", "Tool call id was call_abcdef but must be a-z, A-Z, 0-9, with a length of 9."),
    ("single-calls", "This model only supports single tool-calls at once!"),
    ("parallel-refused", "'parallel_tool_calls' is only allowed when 'tools' are specified."),
    (
        "server-without-tools",
        "\"auto\" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set",
    ),
    ("server-without-tools", "tools param requires --jinja flag"),
    (
        "server-without-tools",
        "unexpected status 404 Not Found: No endpoints found that support tool use, url: https://h",
    ),
    ("data-policy", "No endpoints found matching your data policy"),
    ("not-pulled", "model 'qwen3' not found, try pulling it first"),
    ("no-deployment", "unexpected status 404 Not Found: {\"code\":\"DeploymentNotFound\"}"),
    ("api-version", "Missing required query parameter: api-version"),
    ("model-unknown", "unexpected status 404 Not Found: {\"code\":\"model_not_found\"}, url: https://h/v1/responses"),
    ("too-long", "This model's maximum context length is 32768 tokens. However, you requested 40000 tokens"),
    ("too-long", "ERROR: the conversation is longer than the 2048 tokens that the model takes"),
    ("empty-answer", "ERROR: lab's answer broke off: it is empty"),
    ("broken-off", "ERROR: lab's answer broke off: it ends inside an event"),
    ("small-tier", "Request body too large for gpt-4o model. Max size: 8000 tokens."),
    ("output-limit-refused", "max_tokens is too large: 128000"),
    ("schema-refused", "Invalid JSON payload received. Unknown name \"$schema\" at 'tools[0]': Cannot find field."),
    ("resting", "No deployments available for selected model, Try again in 5 seconds."),
    ("tool-type-refused", "Unsupported tool type: namespace"),
    ("parameter-refused", "Extra inputs are not permitted"),
    (
        "no-images-taken",
        "image input is not supported - hint: if this is unexpected, you may need to provide the mmproj",
    ),
    ("login-stale", "Your authentication token has been invalidated. Please try signing in again."),
    ("cannot-reach", "ERROR: cannot reach Lab at `10.0.0.7:8000`: timed out"),
    ("certificate", "invalid peer certificate: UnknownIssuer"),
    ("no-tls", "Stream error: tls handshake eof"),
    ("no-such-host", "dns error: failed to lookup address information: Name or service not known"),
    ("refused-connection", "tcp connect error: Connection refused (os error 111)"),
    ("silent-host", "tcp connect error: deadline has elapsed"),
    ("proxy", "unexpected status 407 Proxy Authentication Required: , url: http://h/v1/responses"),
    ("sandbox", "bwrap: No permissions to create new namespace"),
    ("old-system", "codexgw: /lib/libc.so.6: version `GLIBC_2.39' not found"),
    ("no-keyring", "The name org.freedesktop.secrets was not provided by any .service files"),
    ("status-3xx", "unexpected status 307 Temporary Redirect: , url: http://h/v1/responses"),
    ("status-401", "401 Unauthorized"),
    ("quota", "ERROR: lab answered 402: Insufficient credits"),
    ("status-402", "ERROR: lab answered 402: pay"),
    ("status-5xx", "ERROR: lab answered 500: boom"),
    ("status-400", "ERROR: lab answered 400: nonsense"),
    ("gateway-404", "ERROR: lab answered 404: nothing here"),
    ("gateway-429", "ERROR: lab answered 429: slow down"),
    ("gateway-200", "ERROR: lab answered 200: a web page titled `Login`"),
    ("server-without-tools", "ERROR: lab answered 400: m1 does not support tools"),
    ("refused-connection", "ERROR: cannot reach lab at `127.0.0.1:1`: Connection refused (os error 111)"),
    ("rate-limit-lost", "last status: 429 Too Many Requests"),
    ("ignored-setting", "session-flags: `foo` is ignored."),
    ("status-401", "unexpected \u{1b}[1mstatus 401\u{1b}[0m Unauthorized"),
    (
        "stream-idle",
        "\u{2502} stream disconnected before completion: idle     \u{2502}\n\u{2502} timeout waiting for SSE \u{2502}",
    ),
    (
        "provider-gone",
        "This chat uses model provider \"gwa\", which is no longer configured. Restore this provider's configuration to continue.",
    ),
    ("profile-not-here", "--profile only applies to runtime commands"),
];

#[test]
fn what_codex_really_prints_is_understood() {
    for (id, text) in PRINTED {
        let found = explain(text);
        assert_eq!(found.first().map(|known| known.id), Some(*id), "{text}");
    }
    for text in ["all is well", "npm ERR! code ENOENT No such file or directory (os error 2)", "hello world", "{}"] {
        assert!(explain(text).is_empty(), "{text}");
    }
}

#[test]
fn what_is_general_is_not_told_beside_what_is_exact() {
    for (text, ids) in [
        (
            "Error loading config.toml: model_providers.gw: provider name must not be empty",
            &["provider-without-name"][..],
        ),
        ("Reconnecting... waiting for network", &["no-network"]),
        ("Error: Model provider `nope` not found", &["unknown-provider"]),
        ("Reconnecting... 1/5\nunexpected status 401 Unauthorized: no key", &["status-401"]),
        (
            "Failed to resolve external auth: provider auth command `x` timed out after 5000 ms",
            &["token-command-failed"],
        ),
        (
            "warning: Falling back from WebSockets to HTTPS transport. unexpected status 404 Not Found, url: ws://h",
            &["websockets"],
        ),
        (
            "failed to run Gateway credential export command `/x`: No such file or directory (os error 2)",
            &["gateway-oauth-command"],
        ),
        ("warning: Model metadata for `m1` not found.\nunexpected status 403 Forbidden: no", &["status-403"]),
        (
            "Reading additional input from stdin...\nwarning: Model metadata for `m1` not found.\nERROR: {\"error\": 7}",
            &[],
        ),
        (
            "Failed to resolve external auth: provider auth command `x` exited with status 1\nunexpected status 401",
            &["token-command-failed"],
        ),
        ("Reconnecting... 1/5\nunexpected status 418", &["status-other", "reconnecting"]),
    ] {
        let found: Vec<_> = explain(text).into_iter().map(|known| known.id).collect();
        assert_eq!(found, ids, "{text}");
    }
}

#[test]
fn every_message_is_known_by_its_own_words_and_an_id_means_one_cause() {
    for message in messages() {
        let ids: Vec<_> = explain(&message.parts.join(" … ")).into_iter().map(|known| known.id).collect();
        assert!(ids.contains(&message.id), "{} is not found: {ids:?}", message.id);
        assert!(message.cause.len() > 20 && message.fix.len() > 8, "{}", message.id);
    }
    for message in messages() {
        let same = |other: &&Message| other.id == message.id;
        assert!(messages().filter(same).all(|other| other.cause == message.cause), "{}", message.id);
    }
}

#[test]
fn every_message_has_an_example() {
    let shown: Vec<&str> = PRINTED.iter().flat_map(|(_, text)| explain(text)).map(|known| known.id).collect();
    for message in messages() {
        // Only said by providers, in words that differ.
        let is_loose = message.id == "tool-type-refused";
        assert!(is_loose || shown.contains(&message.id), "{}", message.id);
    }
}
