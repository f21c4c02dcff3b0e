//! In which header a key is sent.

use http::HeaderName;
use http::header::AUTHORIZATION;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::protocol::Wire;

/// In which header a key is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum KeyForm {
    /// `Authorization: Bearer <key>`.
    Bearer,
    /// `x-api-key: <key>` (Anthropic).
    XApiKey,
    /// `x-goog-api-key: <key>` (Google AI Studio).
    XGoogApiKey,
    /// `api-key: <key>` (Azure).
    ApiKey,
}

impl KeyForm {
    /// What the makers of a protocol use themselves.
    #[must_use]
    pub const fn of_wire(wire: Wire) -> Self {
        match wire {
            Wire::Responses | Wire::Chat => Self::Bearer,
            Wire::Messages => Self::XApiKey,
            Wire::Gemini => Self::XGoogApiKey,
        }
    }

    /// The header's name.
    #[must_use]
    pub const fn header(self) -> HeaderName {
        match self {
            Self::Bearer => AUTHORIZATION,
            Self::XApiKey => HeaderName::from_static("x-api-key"),
            Self::XGoogApiKey => HeaderName::from_static("x-goog-api-key"),
            Self::ApiKey => HeaderName::from_static("api-key"),
        }
    }
}
