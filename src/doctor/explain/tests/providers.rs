//! What providers, routers, servers and the machine say, as Codex repeats it.

/// The words, and the one cause that they tell.
pub const WORDS: &[(&str, &str)] = &[
    // Who asks.
    (
        "gateway-token",
        "unexpected status 401 Unauthorized: {\"error\":{\"code\":\"invalid_gateway_token\"}}, url: http://127.0.0.1:29715/v1/responses",
    ),
    (
        "gateway-token",
        "unexpected status 401 Unauthorized: the gateway's token is missing or wrong; `codexgw token codexgw` prints it, url: http://127.0.0.1:29715/v1/responses",
    ),
    (
        "gateway-door",
        "unexpected status 403 Forbidden: this `Host` is not the gateway's, url: http://gw:29715/v1/responses",
    ),
    ("login-elsewhere", "Missing scopes: api.responses.write"),
    (
        "login-elsewhere",
        "unexpected status 401 Unauthorized: You have insufficient permissions for this operation. Missing scopes: api.responses.write. Check that you have the correct role in your organization, url: https://third.example/v1/responses",
    ),
    (
        "login-elsewhere",
        "unexpected status 401 Unauthorized: Incorrect API key provided: eyJhbGci*******. You can find your API key at https://platform.openai.com/account/api-keys., url: https://api.openai.com/v1/responses",
    ),
    ("login-over", "Your authentication token has been invalidated. Please try signing in again."),
    (
        "login-over",
        "Your access token could not be refreshed because your refresh token was already used. Please log out and sign in again.",
    ),
    ("key-expired", "token_expired"),
    (
        "key-expired",
        "unexpected status 401 Unauthorized: Provided authentication token is expired. token_expired, url: https://h",
    ),
    (
        "key-elsewhere",
        "{\"error\":{\"code\":\"1113\",\"message\":\"Insufficient balance or no resource package. Please recharge.\"}}",
    ),
    (
        "key-elsewhere",
        "unexpected status 401 Unauthorized: Access denied due to invalid subscription key or wrong API endpoint., url: https://h",
    ),
    ("key-none", "You didn't provide an API key."),
    ("key-none", "No auth credentials found"),
    (
        "key-none",
        "unexpected status 401 Unauthorized: No cookie auth credentials found, url: https://openrouter.ai/api/v1/responses",
    ),
    (
        "key-none",
        "unexpected status 401 Unauthorized: Missing bearer or basic authentication in header, url: https://api.openai.com/v1/responses",
    ),
    ("key-refused", "unexpected status 401 Unauthorized: Incorrect API key, url: http://h/v1/responses"),
    (
        "key-refused",
        "Incorrect API key provided: sk-proj-****. You can find your API key at https://platform.openai.com/account/api-keys.",
    ),
    ("key-refused", "invalid x-api-key"),
    ("key-refused", "Authentication Fails, Your api key: ****1234 is invalid"),
    ("key-refused", "API key not valid. Please pass a valid API key."),
    ("key-refused", "User not found."),
    (
        "key-refused",
        "unexpected status 401 Unauthorized: Invalid Authentication, url: https://api.moonshot.ai/v1/responses",
    ),
    ("organization", "Your organization must be verified to use the model `gpt-5`. Please go to the settings"),
    (
        "country",
        "unexpected status 403 Forbidden: Country, region, or territory not supported, url: https://api.openai.com/v1/responses",
    ),
    ("country", "User location is not supported for the API use."),
    (
        "api-disabled",
        "Generative Language API has not been used in project 12 before or it is disabled. Enable it by visiting https://console.example then retry.",
    ),
    ("privacy", "No endpoints found matching your data policy"),
    ("model-access", "unexpected status 403 Forbidden: Project `p` does not have access to model `m1`, url: https://h"),
    ("model-not-pulled", "model 'qwen3' not found, try pulling it first"),
    ("deployment-unknown", "DeploymentNotFound"),
    (
        "deployment-unknown",
        "unexpected status 404 Not Found: The API deployment for this resource does not exist. If you created the deployment within the last 5 minutes, please wait a moment and try again., url: https://r.openai.azure.com",
    ),
    (
        "bedrock-profile",
        "Invocation of model ID anthropic.claude with on-demand throughput isn\u{2019}t supported. Retry your request with the ID or ARN of an inference profile that contains this model.",
    ),
    ("nothing-there", "Resource not found"),
    (
        "nothing-there",
        "unexpected status 404 Not Found: Resource not found, url: https://r.openai.azure.com/v1/responses",
    ),
    ("nothing-there", "{\"error\":{\"code\":\"404\",\"message\": \"Resource not found\"}}"),
    ("api-version", "Missing required query parameter: api-version"),
    ("messages-address", "anthropic-version: header is required"),
    // Which model.
    ("model-tools", "does not support tools"),
    ("model-tools", "registry.ollama.ai/library/gemma does not support tools"),
    ("model-tools", "No endpoints found that support tool use."),
    (
        "model-tools",
        "unexpected status 404 Not Found: No endpoints found that support tool use. To learn more, visit: https://openrouter.ai/docs, url: https://openrouter.ai/api/v1/responses",
    ),
    ("model-unknown", "model \"x\" not found"),
    (
        "model-unknown",
        "unexpected status 404 Not Found: {\"error\":{\"message\":\"The model `m1` does not exist or you do not have access to it.\",\"type\":\"invalid_request_error\",\"code\":\"model_not_found\"}}, url: https://h/v1/responses",
    ),
    ("model-unknown", "{\"error\":{\"message\":\"nope/x is not a valid model ID\",\"code\":400}}"),
    (
        "model-unknown",
        "unexpected status 404 Not Found: {\"type\":\"error\",\"error\":{\"type\":\"not_found_error\",\"message\":\"model: claude-9\"}}, url: https://h",
    ),
    ("model-unknown", "No available channel for model m1 under group default"),
    ("model-unknown", "models/gemini-9 is not found for API version v1beta, or is not supported for generateContent."),
    // How much.
    ("quota", "Insufficient credits"),
    ("quota", "Insufficient Balance"),
    ("quota", "unexpected status 403 Forbidden: Key limit exceeded (total limit). Manage it, url: https://h"),
    ("quota", "insufficient_quota"),
    ("quota", "Your credit balance is too low to access the Anthropic API."),
    ("quota", "You exceeded your current quota, please check your plan and billing details."),
    (
        "quota",
        "unexpected status 402 Payment Required: Insufficient credits. Add more using https://openrouter.ai/settings/credits, url: https://h",
    ),
    (
        "quota",
        "{\"error\": {\"code\": 429, \"message\": \"You exceeded your current quota\", \"status\": \"RESOURCE\", \"details\": [{\"@type\": \"type.googleapis.com/google.rpc.QuotaFailure\", \"violations\": [{\"quotaId\": \"GenerateRequestsPerDayPerProjectPerModel-FreeTier\"}]}]}}",
    ),
    (
        "rate-limit",
        "{\"error\": {\"code\": 429, \"message\": \"You exceeded your current quota\", \"status\": \"RESOURCE\", \"details\": [{\"@type\": \"type.googleapis.com/google.rpc.RetryInfo\", \"retryDelay\": \"3s\"}]}}",
    ),
    ("rate-limit", "Rate limit reached for requests"),
    ("rate-limit", "unexpected status 429 Too Many Requests: slow down, url: http://h"),
    (
        "tokens-per-minute",
        "Rate limit reached for model `llama` in organization `org` on tokens per minute (TPM): Limit 6000, Used 0, Requested 14000",
    ),
    (
        "tokens-per-minute",
        "unexpected status 413 Payload Too Large: Request too large for model `m1` in organization `o` service tier `on_demand` on tokens per minute (TPM): Limit 8000, Requested 14500, url: https://api.groq.com/openai/v1/responses",
    ),
    ("overloaded", "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}"),
    (
        "window-too-small",
        "lab answered 400: This model's maximum context length is 8192 tokens. However, you requested 14000 tokens\nhint: \
         this is what Codex sends at the least, so that nothing can be left out; choose a model with a larger window",
    ),
    ("web-page", "lab answered 200: a web page titled `Sign in - Lab` instead of an API answer"),
    ("window-of-plan", "Request body too large for gpt-4o model. Max size: 8000 tokens."),
    ("context-full", "This model's maximum context length is 32768 tokens. However, you requested 40000 tokens"),
    ("context-full", "prompt is too long: 210000 tokens > 200000 maximum"),
    (
        "context-full",
        "unexpected status 413 Payload Too Large: {\"error\":{\"message\":\"Prompt exceeds max length\"}}, url: http://h",
    ),
    (
        "context-full",
        "{\"error\":{\"message\":\"Range of input length should be [1, 30720]\",\"code\":\"invalid_parameter_error\"}}",
    ),
    (
        "server-window",
        "the request exceeds the available context size. try increasing the context size or enable context shift",
    ),
    (
        "server-window",
        "Trying to keep the first 9000 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens, which is not enough.",
    ),
    ("content-filter", "{\"error\":{\"message\":\"Content Exists Risk\",\"type\":\"invalid_request_error\"}}"),
    // What is asked.
    ("reasoning-replay", "The `reasoning_content` in the thinking mode must be passed back to the API."),
    (
        "reasoning-replay",
        "{\"error\":{\"message\":\"thinking is enabled but reasoning_content is missing in assistant tool call message at index 2\"}}",
    ),
    (
        "thought-signature",
        "Function call is missing a thought_signature in functionCall parts. This is required for tools to work correctly",
    ),
    ("thought-signature", "Corrupted thought signature."),
    ("thinking-signature", "messages.3.content.0: Invalid `signature` in `thinking` block"),
    (
        "thinking-signature",
        "messages.1.content.0.type: Expected `thinking` or `redacted_thinking`, but found `tool_use`",
    ),
    ("tool-results", "tool_use ids were found without tool_result blocks immediately after: toolu_1"),
    (
        "tool-results",
        "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'",
    ),
    (
        "tool-results",
        "{\"error\":{\"message\":\"No tool output found for function call call_1.\",\"param\":\"input\"}}",
    ),
    ("tool-call-id", "Tool call id was call_abcdef but must be a-z, A-Z, 0-9, with a length of 9."),
    ("parallel-calls", "This model only supports single tool-calls at once!"),
    ("parallel-calls", "'parallel_tool_calls' is only allowed when 'tools' are specified."),
    ("tool-choice-alone", "'tool_choice' is only allowed when 'tools' are specified."),
    ("developer-role", "developer is not one of ['system', 'assistant', 'user', 'tool', 'function']"),
    ("developer-role", "Unexpected role 'developer'"),
    (
        "developer-role",
        "messages[0].role: unknown variant `developer`, expected one of `system`, `user`, `assistant`, `tool`",
    ),
    (
        "developer-role",
        "{\"error\":{\"message\":\"messages.0.role: Input should be 'system' or 'user', not developer\"}}",
    ),
    ("chat-template", "System message must be at the beginning."),
    ("chat-template", "Conversation roles must alternate user/assistant/user/assistant/..."),
    ("web-search-refused", "Unsupported tool type: web_search"),
    ("tool-type-refused", "Invalid discriminator value. Expected 'function'"),
    ("tool-type-refused", "'type' of tool must be 'function'"),
    ("tool-type-refused", "Unsupported tool type: namespace"),
    ("tool-type-refused", "Unknown tool type custom"),
    (
        "tool-type-refused",
        "{\"error\":{\"message\":\"Invalid value: 'namespace'. Supported values are: 'function' and 'web_search'.\",\"param\":\"tools[2].type\"}}",
    ),
    ("input-item-unknown", "missing field `content`"),
    ("input-item-unknown", "unknown variant `additional_tools`, expected `message`"),
    ("request-packed", "expected value at line 1 column 1"),
    (
        "schema-refused",
        "Invalid JSON payload received. Unknown name \"additionalProperties\" at 'tools[0].function_declarations[0].parameters': Cannot find field.",
    ),
    ("schema-refused", "Invalid JSON payload received. Unknown name \"$schema\""),
    (
        "tool-name-refused",
        "string too long. Expected a string with maximum length 64, but got a string with length 72 instead.",
    ),
    ("tool-name-refused", "tools.0.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,64}$'"),
    (
        "too-many-tools",
        "Invalid 'tools': array too long. Expected an array with maximum length 128, but got an array with length 140 instead.",
    ),
    ("encrypted-elsewhere", "The encrypted content gAAA could not be verified."),
    ("encrypted-elsewhere", "invalid_encrypted_content"),
    ("item-not-kept", "Item with id 'rs_1' not found. Items are not persisted when `store` is set to false."),
    ("thinking-tool-choice", "Thinking may not be enabled when tool_choice forces tool use."),
    (
        "images-refused",
        "image input is not supported - hint: if this is unexpected, you may need to provide the mmproj",
    ),
    ("images-refused", "No endpoints found that support image input"),
    ("output-too-long", "max_tokens is too large"),
    ("compact-missing", "unexpected status 404 Not Found: 404 page not found, url: https://h/v1/responses/compact"),
    ("parameter-refused", "Extra inputs are not permitted"),
    (
        "parameter-refused",
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
    ),
    (
        "parameter-refused",
        "Error code: 400 - litellm.UnsupportedParamsError: groq does not support parameters: ['store']",
    ),
    ("parameter-refused", "{\"error\":{\"message\":\"property 'prompt_cache_key' is not supported\"}}"),
    ("parameter-refused", "{\"error\":{\"message\":\"`reasoning.effort` must be one of low, high\"}}"),
    // Servers of one's own.
    ("server-vllm", "\"auto\" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set"),
    ("server-jinja", "tools param requires --jinja flag"),
    // The way there.
    ("certificate-unknown", "self signed certificate in certificate chain"),
    ("certificate-unknown", "invalid peer certificate: UnknownIssuer"),
    ("certificate-unknown", "unable to get local issuer certificate"),
    ("certificate-time", "certificate has expired"),
    ("certificate-time", "invalid peer certificate: NotValidYet"),
    (
        "certificate-name",
        "invalid peer certificate: certificate not valid for name \"h\"; certificate is only valid for DnsName(\"x\")",
    ),
    ("tls-broken", "Stream error: tls handshake eof"),
    ("tls-broken", "received corrupt message of type InvalidContentType"),
    ("no-such-host", "dns error: failed to lookup address information: Name or service not known"),
    ("nobody-listens", "Connection refused (os error 111)"),
    (
        "nobody-listens",
        "error sending request for url (http://127.0.0.1:1/v1/responses): client error (Connect): tcp connect error: Connection refused (os error 61)",
    ),
    ("connection-slow", "tcp connect error: deadline has elapsed"),
    ("connection-lost", "error sending request: connection error: Connection reset by peer (os error 104)"),
    ("connection-failed", "error sending request for url (https://api.openai.com/v1/responses)"),
    ("proxy-login", "407 Proxy Authentication Required"),
    ("port-taken", "Address already in use (os error 98)"),
    // The machine.
    ("codex-missing", "bash: codex: command not found"),
    ("codexgw-missing", "sh: 1: codexgw: not found"),
    ("codexgw-missing", "No such file or directory (os error 2): codexgw"),
    ("sandbox-helper", "codex-linux-sandbox: not found"),
    ("sandbox-namespace", "bwrap: No permissions to create new namespace"),
    ("sandbox-namespace", "bwrap: loopback: Failed RTM_NEWADDR: Operation not permitted"),
    ("sandbox-kernel", "sandbox error: landlock"),
    ("old-system", "codexgw: /lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.39' not found (required by codexgw)"),
    ("old-system", "GLIBC_2.39 not found"),
    ("keyring", "The name org.freedesktop.secrets was not provided by any .service files"),
    ("disk-full", "Error: No space left on device (os error 28)"),
    ("not-allowed-here", "Permission denied (os error 13)"),
    ("no-daemon-place", "unexpected argument '--no-daemon' found"),
];
