//! How long a provider wants to be left alone, in whatever form it says so.

use jiff::{SignedDuration, Timestamp};

/// A wait that a provider asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wait {
    /// So many seconds.
    For(u64),
    /// Up to a moment.
    At(Timestamp),
    /// Up to a time of the provider's own clock, in its words.
    Until(String),
}

/// What stands before a length of time.
const BEFORE_LENGTH: [&str; 8] = [
    "try again in ",
    "try again after ",
    "retry in ",
    "retry after ",
    "reset in ",
    "resets in ",
    "reset after ",
    "please wait ",
];

/// What stands before a moment.
const BEFORE_MOMENT: [&str; 5] = ["reset at ", "resets at ", "reset on ", "try again at ", "regain access on "];

/// Numbers above these are moments, counted from 1970.
const IN_SECONDS: u64 = 1_000_000_000;
const IN_MILLISECONDS: u64 = 1_000_000_000_000;

impl Wait {
    /// Reads the words of a limit.
    #[must_use]
    pub fn of_words(text: &str) -> Option<Self> {
        let text = text.to_lowercase();
        let after = |phrase: &&str| text.split_once(*phrase).map(|(_, rest)| rest);
        let length = BEFORE_LENGTH.iter().filter_map(after).find_map(length);
        length.map(Self::For).or_else(|| BEFORE_MOMENT.iter().filter_map(after).find_map(moment))
    }

    /// Reads `X-RateLimit-Reset`, which is a moment in seconds or milliseconds, or a number of seconds.
    #[must_use]
    pub fn of_reset(value: &str) -> Option<Self> {
        let number: u64 = value.trim().parse().ok()?;
        let at = |at: Result<Timestamp, jiff::Error>| at.ok().map(Self::At);
        match number {
            IN_MILLISECONDS.. => at(Timestamp::from_millisecond(number.try_into().ok()?)),
            IN_SECONDS.. => at(Timestamp::from_second(number.try_into().ok()?)),
            _ => Some(Self::For(number)),
        }
    }

    /// Whole seconds from now on, never too few; none when the provider's clock is not known.
    #[must_use]
    pub fn seconds(&self, now: Timestamp) -> Option<u64> {
        match self {
            Self::For(seconds) => Some(*seconds),
            Self::At(at) => {
                let left = at.duration_since(now).max(SignedDuration::ZERO);
                Some(left.as_secs().unsigned_abs() + u64::from(left.subsec_nanos() > 0))
            }
            Self::Until(_) => None,
        }
    }

    /// What a person reads.
    #[must_use]
    pub fn in_words(&self, now: Timestamp) -> String {
        match self {
            Self::For(seconds) => span(*seconds),
            Self::At(at) => {
                let left = self.seconds(now).map(span).unwrap_or_default();
                format!("{left}, until {}", at.strftime("%Y-%m-%d %H:%M UTC"))
            }
            Self::Until(words) => format!("until {words}, by its own clock"),
        }
    }
}

/// A length of time in the unit that fits it.
#[must_use]
pub(super) fn span(secs: u64) -> String {
    match secs {
        0..=119 => format!("{secs} s"),
        120..=7199 => format!("{} min", secs.div_ceil(60)),
        _ => format!("{} h", secs.div_ceil(3600)),
    }
}

/// Seconds, rounded up, of `8s`, `32.4s`, `500ms`, `1h20m`, `17 seconds` or `2 minutes` at the beginning of a text.
fn length(text: &str) -> Option<u64> {
    let mut millis = 0.0_f64;
    let mut rest = text.trim_start();
    let mut is_any = false;
    while let Some(end) = rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.').filter(|end| *end > 0) {
        let Ok(count) = rest[..end].parse::<f64>() else { break };
        let unit = rest[end..].trim_start();
        let word = &unit[..unit.find(|letter: char| !letter.is_ascii_lowercase()).unwrap_or(unit.len())];
        let each = match word {
            "ms" | "milliseconds" | "millisecond" => 1.0,
            "s" | "sec" | "secs" | "second" | "seconds" => 1e3,
            "m" | "min" | "mins" | "minute" | "minutes" => 60e3,
            "h" | "hour" | "hours" => 3600e3,
            "d" | "day" | "days" => 86_400e3,
            _ => break,
        };
        millis += count * each;
        is_any = true;
        rest = unit[word.len()..].trim_start();
    }
    let seconds = (millis / 1e3).ceil();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bounded below and above")]
    (is_any && (0.0..1e9).contains(&seconds)).then_some(seconds.max(1.0) as u64)
}

/// A date with a time at the beginning of a text; one without a zone is the provider's own.
fn moment(text: &str) -> Option<Wait> {
    let (date, rest) = text.split_at_checked("2026-11-21".len())?;
    let rest = rest.trim_start_matches([' ', 't']);
    let rest = rest.strip_prefix("at ").unwrap_or(rest);
    let end = rest.find(|letter: char| !letter.is_ascii_digit() && letter != ':').unwrap_or(rest.len());
    let (time, zone) = rest.split_at(end);
    let moment = jiff::civil::DateTime::strptime("%Y-%m-%d %H:%M:%S", format!("{date} {time}"))
        .or_else(|_| jiff::civil::DateTime::strptime("%Y-%m-%d %H:%M", format!("{date} {time}")))
        .ok()?;
    let zone = zone.trim_start().trim_end_matches('.');
    if ["z", "utc", "gmt"].iter().any(|name| zone.split(' ').next() == Some(*name)) {
        return moment.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|moment| Wait::At(moment.timestamp()));
    }
    Some(Wait::Until(format!("{date} {time}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_wait_is_read() {
        let at = |text: &str| Some(Wait::At(text.parse().unwrap()));
        for (words, wait) in [
            ("Rate limit reached (TPM): Limit 30000, Used 29000. Please try again in 8s.", Some(Wait::For(8))),
            ("Please try again in 1m30.5s. Visit", Some(Wait::For(91))),
            ("Please try again in 60ms.", Some(Wait::For(1))),
            ("limit: 20 Please retry in 32.4s.", Some(Wait::For(33))),
            ("reached organization max RPM: 3, please try again after 1 seconds", Some(Wait::For(1))),
            ("Please wait 20 minutes before trying again", Some(Wait::For(1200))),
            ("Your quota will reset after 3h20m.", Some(Wait::For(12_000))),
            ("Your limit will reset at 2026-11-21 23:10:00", Some(Wait::Until("2026-11-21 23:10:00".into()))),
            ("You will regain access on 2026-12-01 at 00:00 UTC.", at("2026-12-01T00:00:00Z")),
            ("It resets at 2026-12-01T05:00:00Z", at("2026-12-01T05:00:00Z")),
            ("Please try again in a moment", None),
            ("Please try again later.", None),
            ("Too Many Requests", None),
            ("reset at ünknöwn", None),
        ] {
            assert_eq!(Wait::of_words(words), wait, "{words}");
        }
        for (value, wait) in [
            ("17", Some(Wait::For(17))),
            ("1795287600", at("2026-11-21T19:00:00Z")),
            ("1795287600000", at("2026-11-21T19:00:00Z")),
            ("6m0s", None),
        ] {
            assert_eq!(Wait::of_reset(value), wait, "{value}");
        }
    }

    #[test]
    fn a_wait_is_told_in_words() {
        let now: Timestamp = "2026-11-21T19:00:00Z".parse().unwrap();
        for (wait, seconds, words) in [
            (Wait::For(32), Some(32), "32 s"),
            (Wait::For(7201), Some(7201), "3 h"),
            (Wait::At("2026-11-21T20:30:00Z".parse().unwrap()), Some(5400), "90 min, until 2026-11-21 20:30 UTC"),
            (Wait::At("2026-11-21T18:00:00Z".parse().unwrap()), Some(0), "0 s, until 2026-11-21 18:00 UTC"),
            (Wait::Until("23:10".into()), None, "until 23:10, by its own clock"),
        ] {
            assert_eq!((wait.seconds(now), wait.in_words(now).as_str()), (seconds, words));
        }
    }
}
