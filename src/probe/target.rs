//! Whom to ask, and with what.

use std::collections::BTreeMap;

use http::header::{HeaderMap, HeaderName, HeaderValue};

use super::{ProbeError, Who};
use crate::catalog::KeyForm;
use crate::secret::Secret;

/// The version of Anthropic's protocol, which it wants named.
pub(super) const ANTHROPIC_VERSION: (HeaderName, HeaderValue) =
    (HeaderName::from_static("anthropic-version"), HeaderValue::from_static("2023-06-01"));

/// Whom to ask: one provider, with its key and headers.
#[derive(Clone)]
pub struct Target<'a> {
    /// Base URL as the person gave it; the candidates of [`super::normalise`] are asked in turn.
    pub base_url: String,
    /// The key.
    pub key: Option<&'a Secret>,
    /// The header that it goes in; unknown, it is a bearer until that is refused.
    pub key_form: Option<KeyForm>,
    /// Headers that are no secrets.
    pub headers: &'a BTreeMap<String, String>,
    /// Headers whose values are secrets.
    pub secret_headers: &'a [(String, Secret)],
    /// Query parameters of every request.
    pub query: &'a BTreeMap<String, String>,
    /// Path of the model list under the base URL, where it is not `/models`.
    pub models_path: Option<&'a str>,
    /// The provider's shown name, for errors.
    pub name: &'a str,
    /// Where a person gets a key, for errors.
    pub keys_url: Option<&'a str>,
}

impl Target<'_> {
    /// What errors about the key have to say of the provider.
    pub(super) fn who(&self) -> Who {
        Who { name: self.name.to_owned(), keys_url: self.keys_url.map(str::to_owned) }
    }

    /// The same with the key in another header.
    pub(super) fn with_form(&self, form: KeyForm) -> Self {
        Self { key_form: Some(form), ..self.clone() }
    }

    /// The headers of every request.
    pub(super) fn header_map(&self) -> Result<HeaderMap, ProbeError> {
        let mut map = HeaderMap::new();
        for (name, value) in self.headers {
            map.insert(header_name(name)?, header_value(name, value)?);
        }
        for (name, value) in self.secret_headers {
            let unfit = |_| ProbeError::BadHeader { name: name.clone() };
            map.insert(header_name(name)?, value.header_value().map_err(unfit)?);
        }
        let form = self.key_form.unwrap_or(KeyForm::Bearer);
        if form == KeyForm::XApiKey && !map.contains_key(ANTHROPIC_VERSION.0) {
            map.insert(ANTHROPIC_VERSION.0, ANTHROPIC_VERSION.1);
        }
        if let Some(key) = self.key {
            let value = if form == KeyForm::Bearer { key.bearer() } else { key.header_value() };
            let unfit = |_| ProbeError::BadHeader { name: form.header().to_string() };
            map.insert(form.header(), value.map_err(unfit)?);
        }
        Ok(map)
    }
}

fn header_name(name: &str) -> Result<HeaderName, ProbeError> {
    name.parse().map_err(|_| ProbeError::BadHeader { name: name.to_owned() })
}

fn header_value(name: &str, value: &str) -> Result<HeaderValue, ProbeError> {
    HeaderValue::from_str(value).map_err(|_| ProbeError::BadHeader { name: name.to_owned() })
}
