//! What tokens cost.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// US dollars per million tokens, kept to a millionth of a dollar, so that equal prices are equal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(from = "f64", into = "f64")]
#[schemars(with = "f64")]
pub struct Usd(u64);

/// Millionths in one.
const MILLION: f64 = 1e6;

impl Usd {
    /// The price of one token, as most providers' lists state it, made that of a million.
    #[must_use]
    pub fn per_token(dollars: f64) -> Self {
        Self::from(dollars * MILLION)
    }

    /// What so many tokens cost, in dollars.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "no answer has 2^53 tokens")]
    pub fn of(self, tokens: u64) -> f64 {
        f64::from(self) * tokens as f64 / MILLION
    }
}

impl From<f64> for Usd {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped by the cast itself")]
    fn from(dollars: f64) -> Self {
        Self((dollars * MILLION).round() as u64)
    }
}

impl From<Usd> for f64 {
    #[expect(clippy::cast_precision_loss, reason = "no price has 2^53 millionths")]
    fn from(usd: Usd) -> Self {
        usd.0 as Self / MILLION
    }
}

impl fmt::Display for Usd {
    /// With two digits at least and no more than there are: `3.00`, `0.0028`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let exact = format!("{}.{:06}", self.0 / 1_000_000, self.0 % 1_000_000);
        let bare = exact.trim_end_matches('0');
        let digits = bare.len().max(exact.len() - 4);
        f.pad(&exact[..digits])
    }
}

/// What a model's tokens cost at one provider, for a prompt of ordinary length, at the hours when it is dearest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Price {
    /// Per million tokens that go in.
    pub input: Usd,
    /// Per million tokens that come out, those of thought among them.
    pub output: Usd,
    /// Per million tokens that go in and are cached already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cached: Option<Usd>,
    /// Per million tokens that are written into the cache.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_write: Option<Usd>,
    /// The day on which the source said so (`YYYY-MM-DD`); absent when the provider's own list does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<String>,
    /// The page that says so; absent when the provider's own list does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

impl Price {
    /// What an exchange costs, in dollars. `cached` tokens are among those of `input`.
    #[must_use]
    pub fn of(&self, input: u64, cached: u64, output: u64) -> f64 {
        let cached = cached.min(input);
        self.input.of(input - cached) + self.cached.unwrap_or(self.input).of(cached) + self.output.of(output)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_exact_however_they_were_stated() {
        for (usd, shown) in [
            (Usd::from(3.0), "3.00"),
            (Usd::from(0.0028), "0.0028"),
            (Usd::from(0.003_625), "0.003625"),
            (Usd::from(12.5), "12.50"),
            (Usd::from(0.0), "0.00"),
            (Usd::from(-1.0), "0.00"),
            (Usd::from(f64::NAN), "0.00"),
            (Usd::per_token(0.000_000_15), "0.15"),
            (Usd::per_token(0.000_003), "3.00"),
        ] {
            assert_eq!(usd.to_string(), shown);
            assert_eq!(Usd::from(f64::from(usd)), usd, "{shown}");
        }
        assert_eq!(format!("{:>6}", Usd::from(1.25)), "  1.25");
    }

    #[test]
    fn cached_tokens_are_charged_once_and_at_their_own_price() {
        let price = Price { input: Usd::from(2.0), output: Usd::from(10.0), ..Price::default() };
        let cached = Price { cached: Some(Usd::from(0.5)), ..price.clone() };
        for (price, input, cached, output, expected) in [
            (&price, 1_000_000, 0, 100_000, 3.0),
            (&price, 1_000_000, 400_000, 0, 2.0),
            (&cached, 1_000_000, 400_000, 0, 1.4),
            (&cached, 10, 400_000, 0, 0.000_005),
        ] {
            let cost = price.of(input, cached, output);
            assert!((cost - expected).abs() < 1e-12, "{cost} for {expected}");
        }
    }
}
