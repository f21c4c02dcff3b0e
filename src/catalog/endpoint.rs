//! A further place where a provider answers.

use serde::{Deserialize, Serialize};

use crate::protocol::Wire;

/// A further place where a provider answers: another region, another plan, another protocol. A key of the one is often
/// worth nothing at the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Endpoint {
    /// Its name for `--endpoint`.
    pub id: String,
    /// Whom it is for, after the words "for": `keys of the coding plan`.
    #[serde(rename = "for")]
    pub for_whom: String,
    /// Base URL, as in the template.
    pub base_url: String,
    /// Where keys for it are made, when that is elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keys_url: Option<String>,
    /// The wire to use there, when it is another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wire: Option<Wire>,
}
