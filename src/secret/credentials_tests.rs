use proptest::prelude::*;

use super::*;
use crate::secret::redact::redact;

#[test]
fn credentials_are_hidden_and_nothing_else() {
    let text = r#"
model = "m" # with sk-comment0123456789
# api_key = "commented"
env_key = "LAB_KEY"
cli_auth_credentials_store = "keyring"
tool_output_token_limit = 9
note = "sk-value-0123456789"

[model_providers.lab]
experimental_bearer_token = "abc"
http_headers = { "X-Title" = "t", Authorization = "Bearer abc", x-api-key = 'abc' }
query_params = { key = "abc", api-version = "1" }
env_http_headers = { X = "VAR" }
base_url = "https://me:pw@host/v1"
secret_headers = ["X-Secret"]
use_token = true

[mcp_servers.x]
args = ["--api-key", "abc", "--port", "1", "--token=abc"]
bearer_token_env_var = "VAR"
env.GITHUB_TOKEN = "abc"

[desktop.credentials]
any = "abc"
"#;
    let shown = r#"
model = "m" # with …
# api_key = "…"
env_key = "LAB_KEY"
cli_auth_credentials_store = "keyring"
tool_output_token_limit = 9
note = "…"

[model_providers.lab]
experimental_bearer_token = "…"
http_headers = { "X-Title" = "t", Authorization = "…", x-api-key = "…" }
query_params = { key = "…", api-version = "1" }
env_http_headers = { X = "VAR" }
base_url = "…"
secret_headers = ["X-Secret"]
use_token = true

[mcp_servers.x]
args = ["--api-key", "…", "--port", "1", "…"]
bearer_token_env_var = "VAR"
env.GITHUB_TOKEN = "…"

[desktop.credentials]
any = "…"
"#;
    assert_eq!(hide(text, &[]), shown);
    assert_eq!(hide(&format!("\u{feff}{text}"), &[]), format!("\u{feff}{shown}"));
}

#[test]
fn credentials_in_arguments_headers_and_queries_are_hidden() {
    for hidden in [
        r#"["curl", "-H", "Authorization: Bearer canary"]"#,
        r#"["--header", "X-Api-Key: canary"]"#,
        r#"["run", "-e", "GITHUB_PERSONAL_ACCESS_TOKEN=canary"]"#,
        r#"["--env=LAB_TOKEN=canary"]"#,
        r#"["--api-key", "canary"]"#,
        r#"["-u", "me:canary"]"#,
        r#"["-c", "tool --password canary --fast"]"#,
        r#"["-c", "curl -H 'Authorization: Bearer canary' https://host"]"#,
        r#""https://host/v1?key=canary""#,
        r#""https://host/sse?a=1&key=canary""#,
        r#""https://host/sse?sig=canary""#,
        r#""https://me:canary@host/""#,
        r#""Bearer canary""#,
    ] {
        // A whole file, one that is no TOML, one in which the array goes over several lines, and a comment.
        let line = format!("args = {hidden}\n");
        let lines = line.replace('[', "[\n").replace(", ", ",\n").replace("\"]", "\"\n]");
        for text in [line.clone(), format!("{line}[broken\n"), format!("{lines}[broken\n"), format!("# {line}")] {
            let shown = hide(&text, &[]);
            assert!(!shown.contains("canary"), "{text}{shown}");
        }
    }
    for kept in [
        r#"["run", "-p", "8080:80", "--header", "Accept: text/plain"]"#,
        r#""https://host/v1?api-version=2024-10-21""#,
        r#""Qwen/Qwen3-Coder-480B-A35B-Instruct""#,
        r#""Say the key: it is a word""#,
    ] {
        for end in ["", "[broken\n"] {
            let text = format!("args = {kept}\n{end}");
            assert_eq!(hide(&text, &[]), text);
        }
    }
    assert_eq!(hide("[a.credentials]\nany = \"canary\"\n[broken\n", &[]), "[a.credentials]\nany = \"…\"\n[broken\n");
}

#[test]
fn keys_of_known_providers_are_hidden_wherever_they_stand() {
    assert_eq!(hide("a = ['gsk_0123456789abcd'] # gsk_0123456789abcd\n", &["gsk_"]), "a = [\"…\"] # …\n");
    assert_eq!(hide("a = 'gsk_short'\n", &["gsk_"]), "a = 'gsk_short'\n");
}

#[test]
fn what_is_no_toml_is_hidden_line_by_line() {
    for (text, shown) in [
        ("a = = 1\napi_key = abc # x\r\nb = 1", "a = = 1\napi_key = \"…\"\r\nb = 1"),
        ("x = { Authorization = \"abc\"", "x = { Authorization = \"…\""),
        ("= \npassword = \"\"\"\nabc\n\"\"\"\nb = 1\n", "= \npassword = \"…\"\nb = 1\n"),
        ("= \n\"x-api-key\" : \"abc\"\n", "= \n\"x-api-key\" : \"…\"\n"),
        ("= \n…=\n", "= \n…=\n"),
        ("= \nx = \"sk-0123456789abcdef\n", "= \nx = \"…\n"),
    ] {
        assert_eq!(hide(text, &[]), shown);
    }
}

#[test]
fn the_printer_knows_what_was_found() {
    remember("api_key = \"remembered-\\u0031\"\n# sk-remembered-0123456789\n", &[]);
    assert_eq!(redact("remembered-1 remembered-\\u0031 sk-remembered-0123456789"), "[redacted] [redacted] [redacted]");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_the_credential_is_it_is_hidden(value in "(?s).{0,40}", comment in "[a-z ]{0,9}") {
        let source = toml_edit::Value::from(value).to_string();
        prop_assert_eq!(
            hide(&format!("a = 1\n[t]\napi_key = {source} # {comment}\nb = 2\n"), &[]),
            format!("a = 1\n[t]\napi_key = \"…\" # {comment}\nb = 2\n")
        );
    }

    #[test]
    fn any_text_can_be_shown(text in "(?s)([a-z_=\"'#{}\\[\\]. \n\r…]|token *=|key|\"\"\"|api_){0,30}") {
        let shown = hide(&text, &[]);
        prop_assert_eq!(hide(&shown, &[]), shown);
    }
}
