//! The type of everything that must not be seen.

use http::HeaderValue;
use zeroize::Zeroizing;

use crate::error::{Error, Result};

use super::redact;

/// A secret text: overwritten when dropped, and with no way to print, compare, copy or serialise it by accident.
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes a secret in, and makes the redacting printer know it.
    #[must_use]
    pub fn new(text: String) -> Self {
        redact::remember(&text);
        Self(Zeroizing::new(text))
    }

    /// The secret itself, for the one place that sends it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// As the value of a header, marked so that it is not logged.
    ///
    /// # Errors
    /// When it holds what no header can carry.
    pub fn header_value(&self) -> Result<HeaderValue> {
        Self::sensitive(self.expose())
    }

    /// As `Bearer …`, marked so that it is not logged.
    ///
    /// # Errors
    /// When it holds what no header can carry.
    pub fn bearer(&self) -> Result<HeaderValue> {
        Self::sensitive(&Zeroizing::new(format!("Bearer {}", self.expose())))
    }

    fn sensitive(text: &str) -> Result<HeaderValue> {
        let mut value = HeaderValue::from_str(text).map_err(|_| {
            Error::secret_store("the stored key holds characters that cannot be sent")
                .hint("store it anew: `codexgw key set PROVIDER`")
        })?;
        value.set_sensitive(true);
        Ok(value)
    }
}
