//! Who asks: Codex, or another program that speaks the Responses API.

use http::HeaderMap;

/// The header by which Codex names the program that drives it: `codex_exec`, `codex-tui`, or the name that an editor gave
/// to its app server. Nobody else sends it.
const ORIGINATOR: &str = "originator";

/// Who a request comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Client {
    /// Codex: failures are told inside the stream, where it shows them once and does not try again (codex-facts 4.1).
    Codex,
    /// Another program: SDKs expect failures as HTTP statuses.
    Other,
}

impl Client {
    /// What the headers tell.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        if headers.contains_key(ORIGINATOR) { Self::Codex } else { Self::Other }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codex_is_known_by_its_name() {
        for (name, client) in [
            (Some("codex_exec"), Client::Codex),
            (Some("codex-tui"), Client::Codex),
            (Some("some_editor"), Client::Codex),
            (None, Client::Other),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(name) = name {
                headers.insert(ORIGINATOR, name.parse().unwrap());
            }
            assert_eq!(Client::of(&headers), client, "{name:?}");
        }
    }
}
