//! Whom to ask, and with what.

use std::collections::BTreeMap;

use http::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};

use super::{ProbeError, Who};
use crate::secret::Secret;

/// Whom to ask: one provider, with its key and headers.
pub struct Target<'a> {
    /// Base URL as the person gave it; the candidates of [`super::normalise`] are asked in turn.
    pub base_url: String,
    /// The key, sent as `Authorization: Bearer`.
    pub bearer: Option<&'a Secret>,
    /// Headers that are no secrets.
    pub headers: &'a BTreeMap<String, String>,
    /// Headers whose values are secrets.
    pub secret_headers: &'a [(String, Secret)],
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
        if let Some(key) = self.bearer {
            let unfit = |_| ProbeError::BadHeader { name: AUTHORIZATION.to_string() };
            map.insert(AUTHORIZATION, key.bearer().map_err(unfit)?);
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
