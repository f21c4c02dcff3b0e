//! How long a provider asks to be left alone.

use std::time::Duration;

use http::header::{DATE, HeaderName, RETRY_AFTER};
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;

use crate::protocol::{Wait, Words};

/// OpenRouter's and others'.
const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// OpenAI and Azure say it more finely here.
const RETRY_AFTER_MS: HeaderName = HeaderName::from_static("retry-after-ms");

/// What the headers of a refusal ask for: seconds, or a date, which is counted from the provider's own clock.
pub(super) fn asked(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let seconds = |text: &str, unit: f64| {
        let count: f64 = text.parse().ok()?;
        Duration::try_from_secs_f64(count * unit).ok()
    };
    if let Some(wait) = text(&RETRY_AFTER_MS).and_then(|text| seconds(text, 0.001)) {
        return Some(wait);
    }
    let asked = text(&RETRY_AFTER)?;
    seconds(asked, 1.0).or_else(|| {
        let until = date(asked)?;
        let now = text(&DATE).and_then(date).unwrap_or_else(Timestamp::now);
        Some(until.duration_since(now).try_into().unwrap_or_default())
    })
}

/// Seconds that a refusal asks for, in its headers or in its words.
pub(super) fn of_refusal(status: StatusCode, headers: &HeaderMap, words: &Words) -> Option<u64> {
    let reset = || headers.get(RESET).and_then(|value| value.to_str().ok()).and_then(Wait::of_reset);
    let is_limit = status == StatusCode::TOO_MANY_REQUESTS;
    let said = || words.wait().or_else(reset).filter(|_| is_limit)?.seconds(Timestamp::now());
    asked(headers).map(seconds).or_else(said)
}

/// Whole seconds, never too few.
pub(super) fn seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}

fn date(text: &str) -> Option<Timestamp> {
    const PARSER: DateTimeParser = DateTimeParser::new();
    PARSER.parse_timestamp(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_ask_is_understood() {
        let table = [
            (&[][..], None),
            (&[("retry-after", "7")], Some(7_000)),
            (&[("retry-after", " 1.5 ")], Some(1_500)),
            (&[("retry-after", "0")], Some(0)),
            (&[("retry-after", "-3")], None),
            (&[("retry-after", "soon")], None),
            (&[("retry-after", "1e300")], None),
            (&[("retry-after-ms", "250"), ("retry-after", "1")], Some(250)),
            (&[("retry-after-ms", "?"), ("retry-after", "1")], Some(1_000)),
            (
                &[("date", "Sat, 21 Nov 2026 10:00:00 GMT"), ("retry-after", "Sat, 21 Nov 2026 10:01:30 GMT")],
                Some(90_000),
            ),
            (&[("date", "Sat, 21 Nov 2026 10:00:00 GMT"), ("retry-after", "Sat, 21 Nov 2026 09:00:00 GMT")], Some(0)),
        ];
        for (headers, expected) in table {
            let mut map = HeaderMap::new();
            for (name, value) in headers {
                map.insert(HeaderName::from_static(name), value.parse().unwrap());
            }
            assert_eq!(asked(&map), expected.map(Duration::from_millis), "{headers:?}");
        }
    }

    #[test]
    fn a_part_of_a_second_counts_as_one() {
        for (millis, expected) in [(0, 0), (1, 1), (1_000, 1), (1_500, 2)] {
            assert_eq!(seconds(Duration::from_millis(millis)), expected);
        }
    }
}
