//! What the details of Google's errors say of quotas: which one was hit, and when to come again.

use serde_json::Value;

/// A quota that was hit, as far as the details tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Quota {
    /// Seconds until another try is welcome.
    pub wait: Option<u64>,
    /// Why waiting a minute does not help, whatever the details say of it.
    pub lasting: Option<Lasting>,
}

/// A quota that no wait of seconds helps against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lasting {
    /// The plan has no quota of this at all.
    None,
    /// It is used up for today.
    Day,
}

impl Lasting {
    /// In words for the person.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::None => "the plan of this key does not cover the model",
            Self::Day => "the quota of this day is used up",
        }
    }
}

impl Quota {
    /// Reads the details of an error; none when they say nothing of quotas.
    pub fn of(error: &Value) -> Option<Self> {
        let details = error.get("details")?.as_array()?;
        let of_kind = |kind: &'static str| {
            details.iter().filter(move |detail| detail["@type"].as_str().is_some_and(|name| name.ends_with(kind)))
        };
        let wait = of_kind(".RetryInfo").find_map(|detail| seconds(detail["retryDelay"].as_str()?));
        let violations = of_kind(".QuotaFailure").filter_map(|detail| detail["violations"].as_array()).flatten();
        let lasting = violations.clone().find_map(lasting);
        (wait.is_some() || violations.count() > 0).then_some(Self { wait, lasting })
    }
}

/// A daily quota comes with a wait of seconds too, which is of no use.
fn lasting(violation: &Value) -> Option<Lasting> {
    if violation["quotaValue"].as_str() == Some("0") {
        return Some(Lasting::None);
    }
    let day = violation["quotaId"].as_str().is_some_and(|id| id.contains("PerDay"));
    day.then_some(Lasting::Day)
}

/// A duration as Protocol Buffers write it (`34.07s`), rounded up; at least one second.
fn seconds(duration: &str) -> Option<u64> {
    let (whole, fraction) = duration.strip_suffix('s')?.split_once('.').unwrap_or((duration.strip_suffix('s')?, ""));
    let rest = fraction.bytes().any(|digit| digit != b'0');
    Some(whole.parse::<u64>().ok()?.saturating_add(u64::from(rest)).max(1))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn details_tell_the_wait_and_what_lasts() {
        let retry = |delay: &str| json!({"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay});
        let failure = |id: &str, value: &str| {
            json!({"@type": "type.googleapis.com/google.rpc.QuotaFailure",
                "violations": [{"quotaId": id, "quotaValue": value}]})
        };
        let minute = "GenerateRequestsPerMinutePerProjectPerModel-FreeTier";
        let day = "GenerateRequestsPerDayPerProjectPerModel-FreeTier";
        for (details, quota) in [
            (json!([retry("34.074824224s")]), Some((Some(35), None))),
            (json!([retry("3.000s"), failure(minute, "10")]), Some((Some(3), None))),
            (json!([failure(day, "20"), retry("59s")]), Some((Some(59), Some(Lasting::Day)))),
            (json!([failure(minute, "0")]), Some((None, Some(Lasting::None)))),
            (json!([failure(minute, "10")]), Some((None, None))),
            (json!([retry("0s")]), Some((Some(1), None))),
            (json!([retry("soon")]), None),
            (json!([{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}]), None),
            (json!([1, null, {"@type": 7}]), None),
            (json!("odd"), None),
        ] {
            let seen = Quota::of(&json!({ "details": details }));
            assert_eq!(seen.map(|quota| (quota.wait, quota.lasting)), quota, "{details}");
        }
        assert_eq!(Quota::of(&json!({})), None);
    }
}
