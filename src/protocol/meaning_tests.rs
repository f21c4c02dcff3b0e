use serde::Deserialize;

use super::*;
use crate::protocol::{Wait, Words};

#[derive(Deserialize)]
struct Table {
    refusal: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    from: String,
    status: u16,
    body: String,
    means: String,
    #[serde(default)]
    wait: Option<String>,
    #[serde(default)]
    host: Option<String>,
}

#[test]
fn every_refusal_is_understood() {
    let table: Table = toml_edit::de::from_str(include_str!("data/meanings.toml")).unwrap();
    let mut wrong = Vec::new();
    for row in table.refusal {
        let words = Words::read(None, row.body.as_bytes());
        let means = words.meaning(row.status).map_or("Nothing".to_owned(), |means| format!("{means:?}"));
        let wait = words.wait().map(|wait| match wait {
            Wait::For(seconds) => format!("{seconds} s"),
            Wait::At(at) => at.to_string(),
            Wait::Until(words) => words,
        });
        let seen = (means, wait, words.host().map(str::to_owned));
        if seen != (row.means.clone(), row.wait.clone(), row.host.clone()) {
            wrong.push(format!("{} {}: {seen:?}, not {} {:?}", row.from, row.status, row.means, row.wait));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn ordinary_refusals_are_not_over_read() {
    for (status, body) in [
        (400, r#"{"error":{"message":"messages: `payment` is no role"}}"#),
        (400, r#"{"error":{"message":"Unsupported parameter: 'temperature' is not supported with this model."}}"#),
        (400, r#"{"error":{"message":"tool `just a moment...` is unknown; access denied | x"}}"#),
        (500, r#"{"error":{"message":"insufficient balance of the load"}}"#),
        (200, r#"{"error":{"message":"Insufficient credits"}}"#),
        (400, "prompt is too long: 3 tokens > 2 maximum"),
    ] {
        assert_eq!(Words::read(None, body.as_bytes()).meaning(status), None, "{body}");
    }
}

#[test]
fn the_address_that_the_words_name_is_found() {
    for (words, link) in [
        ("Manage it using https://openrouter.ai/settings/keys", Some("https://openrouter.ai/settings/keys")),
        ("Please go to: https://a.example/general and click", Some("https://a.example/general")),
        ("see (https://a.example/x?y=1).", Some("https://a.example/x?y=1")),
        ("see https://a.example/docs/errors, then https://a.example/keys", Some("https://a.example/keys")),
        ("http://a.example", None),
    ] {
        assert_eq!(Words::read(None, words.as_bytes()).link(), link, "{words}");
    }
}

#[test]
fn something_can_be_done_about_each() {
    use Meaning::*;
    for means in [
        WrongKey,
        KeyExpired,
        KeyDisabled,
        KeyKind,
        KeyElsewhere,
        KeyScope,
        Forbidden,
        NoCredit,
        SpendingLimit,
        PlanEnded,
        Unpaid,
        PlanLacks,
        RateLimit,
        OverRate,
        Country,
        Network,
        Blocked,
        Setup,
        AccountDisabled,
        ModelAccess,
        NoModel,
        NoTools,
    ] {
        assert!(means.what("`lab`").contains("`lab`"), "{means:?}");
        let needs_a_word = matches!(means.remedy(), Remedy::Console | Remedy::Elsewhere);
        assert!(!needs_a_word || means.to_do(None, None).is_some(), "{means:?}");
    }
}
