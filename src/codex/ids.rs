//! Provider ids: which ones Codex keeps for itself, and which ones we accept.

/// Ids that Codex 0.169.0 refuses or treats as its own (codex-facts 1.1), and the gateway's.
const RESERVED: [&str; 8] =
    ["openai", "ollama", "lmstudio", "amazon-bedrock", "amazon-bedrock-runtime", "gcp", "ollama-chat", "codexgw"];

/// Providers that Codex 0.169.0 brings along (codex-facts 1.1).
const BUILT_IN: [&str; 6] = ["openai", "ollama", "lmstudio", "amazon-bedrock", "amazon-bedrock-runtime", "gcp"];

/// Whether Codex knows a provider of this id without a table.
#[must_use]
pub fn is_built_in(id: &str) -> bool {
    BUILT_IN.contains(&id)
}

/// Whether a provider of ours must not have this id.
#[must_use]
pub fn is_reserved(id: &str) -> bool {
    RESERVED.contains(&id)
}

/// Whether this can be an id at all: it names a table, a file and a keyring entry, and is the part before the first
/// `/` of a model's name.
#[must_use]
pub fn valid_provider_id(id: &str) -> bool {
    let allowed = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-' || c == b'_';
    id.len() <= 64 && id.bytes().all(allowed) && id.starts_with(|c: char| c.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_that_codex_keeps_for_itself() {
        assert!(is_reserved("ollama") && is_reserved("codexgw") && !is_reserved("openrouter"));
    }

    #[test]
    fn ids_that_can_stand() {
        for good in ["a", "openrouter", "my-lab_2", "0x"] {
            assert!(valid_provider_id(good), "{good}");
        }
        for bad in ["", "-a", "A", "a/b", "a.b", "a b", "é", &"a".repeat(65)] {
            assert!(!valid_provider_id(bad), "{bad}");
        }
    }
}
