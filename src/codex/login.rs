//! The login that Codex has stored.

use serde::Deserialize;

use crate::secret::Secret;

use super::CodexHome;

/// What kind of login Codex keeps in its folder. One in the system's keyring is not seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Login {
    /// A ChatGPT account.
    ChatGpt,
    /// A key of OpenAI's API.
    ApiKey,
}

/// Only whether something is there is read, never what.
#[derive(Deserialize)]
struct AuthFile {
    #[serde(rename = "OPENAI_API_KEY")]
    key: Option<serde::de::IgnoredAny>,
    tokens: Option<serde::de::IgnoredAny>,
}

/// The key, where one is needed to tell whose it is.
#[derive(Deserialize)]
struct KeyFile {
    #[serde(rename = "OPENAI_API_KEY")]
    key: Option<String>,
}

/// How keys begin that OpenAI alone gives out.
const OF_OPENAI: [&str; 4] = ["sk-proj-", "sk-svcacct-", "sk-admin-", "sk-None-"];

/// Whether a key can only be one of OpenAI's own.
#[must_use]
pub fn is_key_of_openai(key: &str) -> bool {
    OF_OPENAI.iter().any(|prefix| key.starts_with(prefix))
}

impl Login {
    /// The login in `auth.json`, if there is one.
    #[must_use]
    pub fn read(home: &CodexHome) -> Option<Self> {
        let bytes = fs_err::read(home.dir().join("auth.json")).ok()?;
        let file: AuthFile = serde_json::from_slice(&bytes).ok()?;
        file.tokens.map(|_| Self::ChatGpt).or(file.key.map(|_| Self::ApiKey))
    }

    /// Whether the key in `auth.json` can only be one of OpenAI's own: others give out keys that begin with `sk-`, too.
    #[must_use]
    pub fn has_key_of_openai(home: &CodexHome) -> bool {
        let bytes = fs_err::read(home.dir().join("auth.json")).unwrap_or_default();
        let key = serde_json::from_slice::<KeyFile>(&bytes).ok().and_then(|file| file.key).map(Secret::new);
        key.is_some_and(|key| is_key_of_openai(key.expose()))
    }

    /// Where `auth.json` cannot be read, as Codex cannot either: in words that hold nothing of it.
    #[must_use]
    pub fn trouble(home: &CodexHome) -> Option<String> {
        let file = home.dir().join("auth.json");
        let bytes = match fs_err::read(&file) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return None,
            Err(e) => return Some(e.to_string()),
            Ok(bytes) => bytes,
        };
        let e = serde_json::from_slice::<AuthFile>(&bytes).err()?;
        Some(format!("{}, line {}, column {}: this is not what Codex writes", file.display(), e.line(), e.column()))
    }

    /// In words for the person.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::ChatGpt => "ChatGPT login",
            Self::ApiKey => "stored OpenAI key",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_of_login_is_told_by_what_is_there() {
        let dir = tempfile::tempdir().expect("a folder");
        let home = CodexHome::at(dir.path());
        assert_eq!(Login::read(&home), None);
        for (text, login) in [
            (r#"{"auth_mode":"apikey","OPENAI_API_KEY":"k"}"#, Some(Login::ApiKey)),
            (r#"{"OPENAI_API_KEY":null,"tokens":{"access_token":"t"}}"#, Some(Login::ChatGpt)),
            (r#"{"OPENAI_API_KEY":null,"tokens":null}"#, None),
            ("not json", None),
        ] {
            fs_err::write(dir.path().join("auth.json"), text).expect("a file");
            assert_eq!(Login::read(&home), login, "{text}");
            assert_eq!(Login::trouble(&home).is_some(), text == "not json", "{text}");
        }
        for (key, is_openai) in [("sk-proj-abc", true), ("sk-abc", false), ("", false)] {
            let text = format!("{{\"OPENAI_API_KEY\":\"{key}\"}}");
            fs_err::write(dir.path().join("auth.json"), text).expect("a file");
            assert_eq!(Login::has_key_of_openai(&home), is_openai, "{key}");
        }
    }
}
