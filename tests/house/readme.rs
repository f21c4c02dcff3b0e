//! README.md says what is there.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use codexgw::catalog::{self, Auth};
use codexgw::protocol::loss;

fn readme() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).expect("README.md")
}

/// The table of providers, made from the templates. `CODEXGW_BLESS=1 cargo test` writes it anew.
#[test]
fn the_table_of_providers_is_that_of_the_templates() {
    let mut table = "| provider | command | key |\n|---|---|---|\n".to_owned();
    for template in catalog::providers() {
        let key = match (&template.keys_url, template.auth) {
            (_, Auth::None) => "none".to_owned(),
            (Some(url), _) => format!("[get one]({url})"),
            (None, Auth::OptionalBearer) => "if your server wants one".to_owned(),
            (None, _) => "yes".to_owned(),
        };
        let name = template.docs.as_ref().map_or(template.name.clone(), |docs| format!("[{}]({docs})", template.name));
        let _ = writeln!(table, "| {name} | `codexgw add {}` | {key} |", template.id);
    }
    table += "| anything that speaks as OpenAI, Anthropic or Google do | `codexgw add custom --id ID --base-url URL` | if it wants one |\n";

    assert_table("providers", &table);
}

/// The table of losses, made from their codes.
#[test]
fn the_table_of_losses_is_that_of_the_codes() {
    let mut table = "| code | what is lost |\n|---|---|\n".to_owned();
    for (code, meaning) in loss::ALL {
        let _ = writeln!(table, "| `{code}` | {} |", meaning.trim_end_matches('.'));
    }
    assert_table("losses", &table);
}

/// Compares what stands between the marks of that name; writes it anew when asked to.
#[track_caller]
fn assert_table(name: &str, table: &str) {
    let text = readme();
    let (open, close) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
    let from = text.find(&open).expect("the table's start") + open.len();
    let to = text.find(&close).expect("the table's end");
    if std::env::var_os("CODEXGW_BLESS").is_some() {
        let blessed = format!("{}{table}{}", &text[..from], &text[to..]);
        fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md"), blessed).expect("README.md is writable");
    } else {
        assert_eq!(&text[from..to], table, "run `CODEXGW_BLESS=1 cargo test house::readme -- --test-threads=1`");
    }
}
