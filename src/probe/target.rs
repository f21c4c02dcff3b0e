//! Whom to ask, and with what.

use std::collections::BTreeMap;

use http::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};

use super::ProbeError;

/// Whom to ask: one provider, with its key and headers.
pub struct Target<'a> {
    /// Base URL as the person gave it; the candidates of [`super::normalise`] are asked in turn.
    pub base_url: String,
    /// The key, sent as `Authorization: Bearer`.
    pub bearer: Option<&'a str>,
    /// Headers that are no secrets.
    pub headers: &'a BTreeMap<String, String>,
    /// Headers whose values are secrets.
    pub secret_headers: Vec<(String, String)>,
    /// Path of the model list under the base URL, where it is not `/models`.
    pub models_path: Option<&'a str>,
}

impl Target<'_> {
    /// The headers of every request.
    pub(super) fn header_map(&self) -> Result<HeaderMap, ProbeError> {
        let mut map = HeaderMap::new();
        for (name, value) in self.headers {
            map.insert(header_name(name)?, header_value(name, value)?);
        }
        for (name, value) in &self.secret_headers {
            let mut value = header_value(name, value)?;
            value.set_sensitive(true);
            map.insert(header_name(name)?, value);
        }
        if let Some(key) = self.bearer {
            let mut value = header_value("authorization", &format!("Bearer {key}"))?;
            value.set_sensitive(true);
            map.insert(AUTHORIZATION, value);
        }
        Ok(map)
    }

    /// `text` with every secret of this target blacked out: providers echo keys in their errors.
    pub(super) fn redact(&self, text: &str) -> String {
        /// Shorter ones are dummies (`none`, `ollama`), which may well be a part of a model's name.
        const SHORTEST: usize = 8;
        let secrets = self.bearer.into_iter().chain(self.secret_headers.iter().map(|(_, value)| value.as_str()));
        let secrets = secrets.filter(|secret| secret.len() >= SHORTEST);
        secrets.fold(text.to_owned(), |text, secret| text.replace(secret, "[redacted]"))
    }
}

fn header_name(name: &str) -> Result<HeaderName, ProbeError> {
    name.parse().map_err(|_| ProbeError::BadHeader { name: name.to_owned() })
}

fn header_value(name: &str, value: &str) -> Result<HeaderValue, ProbeError> {
    HeaderValue::from_str(value).map_err(|_| ProbeError::BadHeader { name: name.to_owned() })
}
