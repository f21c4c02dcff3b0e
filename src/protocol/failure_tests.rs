use proptest::prelude::*;

use super::*;

fn read(status: u16, body: &str) -> (&'static str, String) {
    let failure = failure_from_response("Acme", status, None, None, body.as_bytes());
    (failure.code.as_str(), failure.message)
}

#[test]
fn the_providers_words_are_found_in_every_shape() {
    for (body, words) in [
        (r#"{"error":{"message":"bad key","type":"auth","code":null}}"#, "bad key"),
        (r#"{"error":"plain"}"#, "plain"),
        (r#"{"message":"top"}"#, "top"),
        (r#"{"object":"error","message":"mistral","type":"x","param":null,"code":"1"}"#, "mistral"),
        (r#"[{"error":{"code":400,"message":"gemini","status":"INVALID_ARGUMENT"}}]"#, "gemini"),
        (r#"{"type":"error","error":{"type":"x","message":"anthropic"}}"#, "anthropic"),
        (r#"{"detail":"fastapi"}"#, "fastapi"),
        (r#"{"detail":[{"loc":["body","store"],"msg":"Extra inputs"}]}"#, "body.store: Extra inputs"),
        (r#"{"errors":[{"message":"cf"}],"success":false}"#, "cf"),
        (r#"{"base_resp":{"status_code":1004,"status_msg":"minimax"}}"#, "minimax"),
        (
            r#"{"error":{"message":"Provider returned error","metadata":{"raw":"{\"error\":{\"message\":\"inner\"}}"}}}"#,
            "Provider returned error: inner",
        ),
        ("data: {\"error\":{\"message\":\"streamed\"}}\n\n", "streamed"),
        ("upstream  down\r\n", "upstream down"),
        (
            "<html><head><TITLE>502 Bad Gateway</TITLE></head>",
            "a web page titled `502 Bad Gateway` instead of an API answer",
        ),
        (
            "<title>Tom &amp; Ann&#39;s &lt;b&gt; &#x2014; R&D; &amp;amp; &#xd800;&</title>",
            "a web page titled `Tom & Ann's <b> — R&D; &amp; &#xd800;&` instead of an API answer",
        ),
        ("<html>x", "a web page instead of an API answer"),
        ("\u{1b}[31mred\u{202e}", "[31mred"),
        ("", "no explanation"),
        ("{}", "no explanation"),
    ] {
        assert_eq!(read(403, body), ("invalid_prompt", format!("Acme answered 403: {words}")), "{body}");
    }
}

#[test]
fn too_long_is_believed_where_it_can_be_true() {
    let long = r#"{"error":{"message":"prompt is too long: 3 tokens > 2 maximum"}}"#;
    for (status, code) in [
        (400, "context_length_exceeded"),
        (401, "invalid_prompt"),
        (413, "context_length_exceeded"),
        (422, "context_length_exceeded"),
        (429, "rate_limit_exceeded"),
        (500, "context_length_exceeded"),
        (503, "invalid_prompt"),
    ] {
        assert_eq!(read(status, long).0, code, "{status}");
    }
    for body in [
        r#"{"error":{"code":"context_length_exceeded","message":"m"}}"#,
        r#"{"error":{"code":"1261","message":"Prompt exceeds max length"}}"#,
        r#"{"error":"The number of tokens to keep from the initial prompt is greater than the context length."}"#,
    ] {
        assert_eq!(read(400, body).0, "context_length_exceeded", "{body}");
    }
}

#[test]
fn limits_are_waited_for_when_that_is_short_and_shown_when_it_is_not() {
    let limited = |retry, body: &str| failure_from_response("Acme", 429, retry, None, body.as_bytes());
    let slow = r#"{"error":{"message":"slow down"}}"#;
    assert_eq!(limited(Some(2), slow).message, "Acme answered 429: slow down (try again in 2s)");
    assert_eq!(limited(Some(2), slow).code, FailureCode::RateLimitExceeded);
    assert_eq!(limited(None, slow).code, FailureCode::RateLimitExceeded);
    assert_eq!(limited(Some(7200), slow).message, "Acme answered 429: slow down (try again in 2 h)");
    assert_eq!(limited(Some(7200), slow).code, FailureCode::InvalidPrompt);
    assert_eq!(
        limited(Some(1), r#"{"error":{"code":"insufficient_quota","message":"q"}}"#).code,
        FailureCode::InsufficientQuota
    );
}

#[test]
fn googles_errors_are_understood() {
    let error = |code: u16, status: &str, message: &str, details: serde_json::Value| serde_json::json!({"error": {"code": code, "message": message, "status": status, "details": details}});
    let retry =
        |delay: &str| serde_json::json!({"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay});
    let quota = |id: &str, value: &str| {
        serde_json::json!({"@type": "type.googleapis.com/google.rpc.QuotaFailure",
            "violations": [{"quotaId": id, "quotaValue": value}]})
    };
    let billing = "You exceeded your current quota, please check your plan and billing details.";
    let none = || serde_json::json!([]);
    for (status, body, code, words) in [
        (
            429,
            error(429, "RESOURCE_EXHAUSTED", billing, serde_json::json!([quota("PerMinute", "10"), retry("21s")])),
            "rate_limit_exceeded",
            format!("{billing} (try again in 21s)"),
        ),
        (
            429,
            error(429, "RESOURCE_EXHAUSTED", billing, serde_json::json!([quota("PerMinute", "10"), retry("90.5s")])),
            "invalid_prompt",
            format!("{billing} (try again in 91 s)"),
        ),
        (
            429,
            error(429, "RESOURCE_EXHAUSTED", billing, serde_json::json!([quota("RequestsPerDay", "20"), retry("59s")])),
            "invalid_prompt",
            format!("{billing} (the quota of this day is used up)"),
        ),
        (
            429,
            error(429, "RESOURCE_EXHAUSTED", billing, serde_json::json!([quota("PerMinute", "0")])),
            "invalid_prompt",
            format!("{billing} (the plan of this key does not cover the model)"),
        ),
        (429, error(429, "RESOURCE_EXHAUSTED", billing, none()), "invalid_prompt", billing.to_owned()),
        (
            429,
            error(429, "RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota).", none()),
            "rate_limit_exceeded",
            "Resource has been exhausted (e.g. check quota).".to_owned(),
        ),
        (
            400,
            error(
                400,
                "INVALID_ARGUMENT",
                "API key not valid. Please pass a valid API key.",
                serde_json::json!([{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}]),
            ),
            "invalid_prompt",
            "API key not valid. Please pass a valid API key.".to_owned(),
        ),
        (403, error(403, "PERMISSION_DENIED", "denied", none()), "invalid_prompt", "denied".to_owned()),
        (
            404,
            error(404, "NOT_FOUND", "models/x is not found for API version v1beta", none()),
            "model_not_found",
            "models/x is not found for API version v1beta".to_owned(),
        ),
        (503, error(503, "UNAVAILABLE", "overloaded", none()), "invalid_prompt", "overloaded".to_owned()),
    ] {
        let list = serde_json::json!([body.clone()]);
        for body in [body.to_string(), list.to_string()] {
            assert_eq!(read(status, &body), (code, format!("Acme answered {status}: {words}")), "{body}");
        }
    }
    let body = error(429, "RESOURCE_EXHAUSTED", billing, serde_json::json!([retry("21s")])).to_string();
    let header = failure_from_response("Acme", 429, Some(3), None, body.as_bytes());
    assert!(header.message.ends_with("(try again in 3s)"), "the header goes first");
}

#[test]
fn what_may_pass_is_told_from_what_stays() {
    use FailureCode::*;
    for (status, body, code) in [
        (400, "{}", InvalidPrompt),
        (400, r#"{"error":{"message":"Your credit balance is too low to access the API."}}"#, InsufficientQuota),
        (401, "{}", InvalidPrompt),
        (402, "{}", InsufficientQuota),
        (403, "{}", InvalidPrompt),
        (403, r#"{"error":"Your team has used all available credits"}"#, InsufficientQuota),
        (404, "{}", InvalidPrompt),
        (408, "{}", ServerError),
        (409, "{}", ServerError),
        (429, "{}", RateLimitExceeded),
        (429, r#"{"error":{"code":"insufficient_quota"}}"#, InsufficientQuota),
        (500, "{}", ServerError),
        (501, "{}", InvalidPrompt),
        (502, "{}", ServerError),
        (520, "{}", ServerError),
        (524, "{}", ServerError),
        (525, "{}", InvalidPrompt),
        (529, "{}", ServerError),
    ] {
        let failure = failure_from_response("Acme", status, None, None, body.as_bytes());
        assert_eq!((failure.code, failure.status), (code, status), "{body}");
    }
    for (error, may_pass) in [
        (r#"{"error":{"type":"api_error"}}"#, true),
        (r#"{"error":{"type":"overloaded_error"}}"#, true),
        (r#"{"error":{"code":500}}"#, true),
        (r#"{"error":{"code":503,"status":"UNAVAILABLE"}}"#, true),
        (r#"{"error":{"code":429}}"#, false),
        (r#"{"error":{"type":"invalid_request_error"}}"#, false),
    ] {
        let failure = failure_from_stream(&serde_json::from_str(error).unwrap());
        assert_eq!(failure.may_pass(), may_pass, "{error}");
    }
}

#[test]
fn anthropics_errors_are_understood() {
    let body = |kind: &str, message: &str| {
        serde_json::json!({"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_1"})
            .to_string()
    };
    for (status, kind, message, code, seen_status) in [
        (400, "invalid_request_error", "messages: roles must alternate", "invalid_prompt", 400),
        (400, "invalid_request_error", "prompt is too long: 3 tokens > 2 maximum", "context_length_exceeded", 400),
        (
            400,
            "invalid_request_error",
            "input length and `max_tokens` exceed context limit: 3 + 2 > 4, decrease input length",
            "context_length_exceeded",
            400,
        ),
        (400, "invalid_request_error", "Your credit balance is too low", "invalid_prompt", 400),
        (401, "authentication_error", "invalid x-api-key", "invalid_prompt", 401),
        (402, "billing_error", "There is an issue with your billing", "invalid_prompt", 402),
        (403, "permission_error", "not allowed", "invalid_prompt", 403),
        (404, "not_found_error", "model: claude-x", "model_not_found", 404),
        (404, "not_found_error", "Not Found", "invalid_prompt", 404),
        (413, "request_too_large", "Request exceeds the maximum size", "invalid_prompt", 413),
        (429, "rate_limit_error", "This request would exceed your rate limit", "rate_limit_exceeded", 429),
        (429, "rate_limit_error", "Extra usage is required for long context requests.", "invalid_prompt", 429),
        (500, "api_error", "Internal server error", "invalid_prompt", 500),
        (529, "overloaded_error", "Overloaded", "invalid_prompt", 529),
    ] {
        let failure = failure_from_response("Acme", status, None, None, body(kind, message).as_bytes());
        assert_eq!(failure.message, format!("Acme answered {status}: {message}"));
        assert_eq!((failure.code.as_str(), failure.status), (code, seen_status), "{status} {message}");
    }
    for (kind, code) in [
        ("overloaded_error", "rate_limit_exceeded"),
        ("rate_limit_error", "rate_limit_exceeded"),
        ("api_error", "invalid_prompt"),
    ] {
        let failure = failure_from_stream(&serde_json::from_str(&body(kind, "m")).unwrap());
        assert_eq!(
            (failure.code.as_str(), failure.message.as_str()),
            (code, "the provider ended its answer with an error: m")
        );
    }
}

proptest! {
    #[test]
    fn any_body_gives_a_short_clean_message(status in 400u16..600, body in proptest::collection::vec(any::<u8>(), 0..2000)) {
        let failure = failure_from_response("Acme", status, None, None, &body);
        prop_assert!(failure.message.chars().count() < crate::protocol::words::MAX_WORDS + 80);
        prop_assert!(!failure.message.chars().any(char::is_control));
    }
}
