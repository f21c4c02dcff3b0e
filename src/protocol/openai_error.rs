//! A failure as OpenAI's own API tells one: by status, type and code its SDKs choose what to raise, and whether to try
//! again.

use serde_json::json;

use super::failure::{Failure, FailureCode};

/// The form of a failure for clients other than Codex.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenAiError {
    /// The HTTP status; 401 for a key that the provider refuses, as the SDKs raise it.
    pub status: u16,
    /// The `type`.
    pub kind: &'static str,
    /// The `code`.
    pub code: &'static str,
}

impl OpenAiError {
    /// What OpenAI would say in place of this provider.
    #[must_use]
    pub const fn of(failure: &Failure) -> Self {
        let (status, kind, code) = match failure.code {
            FailureCode::ContextLengthExceeded | FailureCode::WindowTooSmall => {
                (400, "invalid_request_error", "context_length_exceeded")
            }
            FailureCode::ModelNotFound => (404, "invalid_request_error", "model_not_found"),
            FailureCode::InsufficientQuota => (429, "insufficient_quota", "insufficient_quota"),
            FailureCode::RateLimitExceeded => (429, "rate_limit_error", "rate_limit_exceeded"),
            FailureCode::InvalidPrompt | FailureCode::ServerError => match failure.status {
                401 => (401, "authentication_error", "invalid_api_key"),
                403 => (403, "permission_error", "permission_denied"),
                404 => (404, "invalid_request_error", "not_found"),
                405 => (405, "invalid_request_error", "method_not_allowed"),
                408 => (408, "timeout_error", "request_timeout"),
                409 => (409, "conflict_error", "conflict"),
                413 => (413, "invalid_request_error", "request_too_large"),
                429 => (429, "rate_limit_error", "rate_limit_exceeded"),
                status @ 400..=499 => (status, "invalid_request_error", "invalid_request"),
                status @ 500..=599 => (status, "server_error", "server_error"),
                // A redirect, or a login page that comes with 200.
                _ => (502, "server_error", "server_error"),
            },
        };
        Self { status, kind, code }
    }

    /// The code in a `response.failed`, where OpenAI knows fewer of them.
    #[must_use]
    pub const fn code_in_stream(failure: &Failure) -> &'static str {
        match failure.code {
            FailureCode::InvalidPrompt if failure.status < 500 => "invalid_prompt",
            FailureCode::InvalidPrompt | FailureCode::ServerError => "server_error",
            _ => Self::of(failure).code,
        }
    }

    /// The same failure as Codex takes it where it asked for no stream: with the provider's own status, but for a 401,
    /// which would say that the gateway's own token is wrong.
    #[must_use]
    pub const fn for_codex(failure: &Failure) -> Self {
        let status = match failure.status {
            401 => 502,
            status @ 400..=599 => status,
            _ => 502,
        };
        Self { status, code: failure.code.as_str(), ..Self::of(failure) }
    }

    /// The body that goes with it.
    #[must_use]
    pub fn body(&self, message: &str) -> Vec<u8> {
        let error = json!({"message": message, "type": self.kind, "param": null, "code": self.code});
        json!({ "error": error }).to_string().into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_failure_has_the_form_that_sdks_know() {
        use FailureCode::*;
        for (code, status, seen, kind, seen_code, in_stream) in [
            (InvalidPrompt, 400, 400, "invalid_request_error", "invalid_request", "invalid_prompt"),
            (InvalidPrompt, 401, 401, "authentication_error", "invalid_api_key", "invalid_prompt"),
            (InsufficientQuota, 402, 429, "insufficient_quota", "insufficient_quota", "insufficient_quota"),
            (InvalidPrompt, 403, 403, "permission_error", "permission_denied", "invalid_prompt"),
            (InvalidPrompt, 404, 404, "invalid_request_error", "not_found", "invalid_prompt"),
            (ModelNotFound, 404, 404, "invalid_request_error", "model_not_found", "model_not_found"),
            (ServerError, 408, 408, "timeout_error", "request_timeout", "server_error"),
            (ServerError, 409, 409, "conflict_error", "conflict", "server_error"),
            (InvalidPrompt, 413, 413, "invalid_request_error", "request_too_large", "invalid_prompt"),
            (
                ContextLengthExceeded,
                413,
                400,
                "invalid_request_error",
                "context_length_exceeded",
                "context_length_exceeded",
            ),
            (InvalidPrompt, 422, 422, "invalid_request_error", "invalid_request", "invalid_prompt"),
            (RateLimitExceeded, 429, 429, "rate_limit_error", "rate_limit_exceeded", "rate_limit_exceeded"),
            (InvalidPrompt, 429, 429, "rate_limit_error", "rate_limit_exceeded", "invalid_prompt"),
            (InsufficientQuota, 429, 429, "insufficient_quota", "insufficient_quota", "insufficient_quota"),
            (ServerError, 500, 500, "server_error", "server_error", "server_error"),
            (InvalidPrompt, 501, 501, "server_error", "server_error", "server_error"),
            (ServerError, 529, 529, "server_error", "server_error", "server_error"),
            (InvalidPrompt, 302, 502, "server_error", "server_error", "invalid_prompt"),
            (InvalidPrompt, 200, 502, "server_error", "server_error", "invalid_prompt"),
        ] {
            let failure = Failure { code, status, ..Failure::shown("m") };
            assert_eq!(OpenAiError::of(&failure), OpenAiError { status: seen, kind, code: seen_code }, "{failure:?}");
            assert_eq!(OpenAiError::code_in_stream(&failure), in_stream, "{failure:?}");
            let codex = if matches!(status, 200 | 302 | 401) { 502 } else { status };
            assert_eq!(OpenAiError::for_codex(&failure).status, codex, "{failure:?}");
        }
    }

    #[test]
    fn the_body_is_in_openais_shape() {
        let error = OpenAiError::of(&Failure { status: 404, ..Failure::shown("gone") });
        assert_eq!(
            String::from_utf8(error.body("gone")).unwrap(),
            r#"{"error":{"message":"gone","type":"invalid_request_error","param":null,"code":"not_found"}}"#
        );
    }
}
