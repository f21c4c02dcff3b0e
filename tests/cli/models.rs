//! `codexgw models`: what there is, what it costs, what it can do, and whether it can carry Codex.

use serde_json::{Value, json};

use crate::support::upstream::{Purpose, Script, Turn};
use crate::support::{Outcome, Sandbox, Upstream};

const ADDED: [&str; 5] = ["--via", "gateway", "--wire", "chat", "--no-probe"];

const PATCH: &str =
    "*** Begin Patch\n*** Update File: greeting.txt\n@@\n Good morning\n-Hello world\n+Hello Codex\n*** End Patch\n";

/// Everything that is asked of a model that can do all.
fn able() -> [Turn; 6] {
    [
        Turn::shell("cat colour.txt"),
        Turn::text("Petrol."),
        Turn::shell("cat first.txt").and(Turn::shell("cat second.txt")).and(Turn::shell("cat third.txt")),
        Turn::patch(PATCH),
        Turn::text("Red"),
        Turn::text("one, two, three, four, five, six, seven, eight, nine, ten"),
    ]
}

fn rows(outcome: &Outcome) -> Vec<Value> {
    serde_json::from_str(&outcome.stdout).unwrap_or_else(|e| panic!("{e}\n{outcome}"))
}

fn names(outcome: &Outcome) -> Vec<String> {
    rows(outcome).iter().map(|row| format!("{}/{}", row["provider"], row["model"]).replace('"', "")).collect()
}

/// A model list that tells as much as `OpenRouter`'s.
fn telling() -> Value {
    json!({"data": [
        {"id": "m1", "name": "The First", "context_length": 131_072,
         "architecture": {"input_modalities": ["text", "image"], "output_modalities": ["text"]},
         "pricing": {"prompt": "0.0000005", "completion": "0.000002", "input_cache_read": "0.00000005"},
         "top_provider": {"context_length": 131_072, "max_completion_tokens": 32_768},
         "supported_parameters": ["tools", "reasoning"]},
        {"id": "m2", "context_length": 8192, "supported_parameters": ["temperature"],
         "pricing": {"prompt": "0", "completion": "0"}},
    ]})
}

#[test]
fn models_are_listed_searched_and_marked() {
    let upstream = Upstream::chat(Script::none()).with_model_list(telling());
    let other = Upstream::chat(Script::none()).with_models(&["x1", "x2"]);
    let sandbox = Sandbox::with_codex();
    sandbox.add("up", &upstream, &ADDED);
    sandbox.add("other", &other, &ADDED);
    let all = sandbox.codexgw(&["models", "--json"]).run().ok();
    assert_eq!(names(&all), ["other/x1", "other/x2", "up/m1", "up/m2"], "{all}");
    let one = sandbox.codexgw(&["models", "up"]).run().ok();
    one.clone().stdout_has("m1*").stdout_has("131k").stdout_has("0.50").stdout_has("tools, images, effort low-high");
    one.stderr_has("prices in US dollars").stderr_has("chosen here");
    for (words, expected) in [
        (&["up", "FIRST"][..], &["up/m1"][..]),
        (&["no tools"], &["up/m2"]),
        (&["x"], &["other/x1", "other/x2"]),
        (&["up", "nothing"], &[]),
    ] {
        let found = sandbox.codexgw(&["models", "--json"]).args(words).run().ok();
        assert_eq!(names(&found), expected, "{words:?}\n{found}");
    }
    let first = &rows(&sandbox.codexgw(&["models", "up", "--json"]).run().ok())[0];
    assert_eq!((&first["chosen"], &first["first"], &first["max_output"]), (&json!(true), &json!(true), &json!(32_768)));
    assert_eq!(first["price"], json!({"input": 0.5, "output": 2.0, "cached": 0.05}));
}

#[test]
fn without_an_answer_what_is_known_is_shown() {
    let upstream = Upstream::chat(Script::none()).with_models(&["m1", "m2"]);
    let sandbox = Sandbox::with_codex();
    sandbox.add("up", &upstream, &ADDED);
    let offline = sandbox.codexgw(&["models", "up", "--offline", "--json"]).run().ok();
    assert_eq!(names(&offline), ["up/m1"], "{offline}");
    assert!(upstream.of(Purpose::Models).is_empty(), "nobody is asked");
    upstream.accept_key("another");
    let refused = sandbox.codexgw(&["models", "up", "--json"]).run().ok().stderr_has("refuses the key");
    assert_eq!(names(&refused), ["up/m1"], "{refused}");
}

#[test]
fn a_provider_that_is_not_configured_is_known_from_its_maker() {
    let sandbox = Sandbox::with_codex();
    let listed = sandbox.codexgw(&["models", "deepseek", "--json"]).run().ok();
    // Its start model comes first, whatever else of it is known.
    assert_eq!(names(&listed)[0], "deepseek/deepseek-v4-pro", "{listed}");
    assert!(names(&listed).iter().any(|name| name == "deepseek/deepseek-v4-flash"), "{listed}");
    let rows = rows(&listed);
    assert!(rows.iter().all(|row| row["chosen"] == json!(false)), "{listed}");
    assert!(rows[0]["price"]["as_of"].is_string(), "{listed}");
    listed.stderr_has("codexgw add deepseek");
    sandbox.codexgw(&["models"]).run().exits(2).explains();
    sandbox.codexgw(&["models", "opnrouter"]).run().exits(2).explains().stderr_has("models openrouter");
}

#[test]
fn an_able_model_carries_codex_on_every_wire() {
    for upstream in
        [Upstream::chat(able()), Upstream::responses(able()), Upstream::messages(able()), Upstream::gemini(able())]
    {
        let sandbox = Sandbox::with_codex();
        sandbox.add("up", &upstream, &[]);
        let model = upstream.model();
        let tested = sandbox.codexgw(&["models", "test", "up", &model]).run();
        tested
            .ok()
            .stdout_has("verdict: carries Codex")
            .stdout_has("yes  keeps to the patch format")
            .stdout_has("tokens in");
    }
}

#[test]
fn limits_are_named_kept_and_told_to_codex() {
    let turns = [
        Turn::shell("cat colour.txt"),
        Turn::text("It is petrol"),
        Turn::shell("cat first.txt"),
        Turn::shell("cat first.txt"),
        Turn::shell("sed -i s/world/Codex/ greeting.txt"),
        Turn::patch(PATCH),
        Turn::refusal(400, "this model takes text only"),
        Turn::text("one, two"),
    ];
    let upstream = Upstream::chat(turns).with_model_list(telling());
    let sandbox = Sandbox::with_codex();
    sandbox.add("up", &upstream, &ADDED);
    let tested = sandbox.codexgw(&["models", "test", "up", "--save"]).run().ok();
    tested
        .stdout_has("no   makes several calls at once: it made 1 of three calls")
        .stdout_has("yes  keeps to the patch format (at the second try)")
        .stdout_has("this model takes text only")
        .stdout_has("verdict: carries it with limits: one call at a time; keeps to the patch format only at the second try; no pictures")
        .stdout_has("about $0.0")
        .stdout_has("images = false");
    let rows = rows(&sandbox.codexgw(&["models", "up", "m1", "--offline", "--json"]).run().ok());
    let row = &rows[0];
    assert_eq!((&row["parallel"], &row["apply_patch"], &row["images"]), (&json!(false), &json!(true), &json!(false)));
    sandbox.codexgw(&["undo"]).run().ok();
}

#[test]
fn a_model_that_calls_nothing_cannot_carry_codex() {
    let upstream = Upstream::chat([Turn::text("Blue, I guess."), Turn::text("Blue.")]);
    let sandbox = Sandbox::with_codex();
    sandbox.add("up", &upstream, &ADDED);
    let tested = sandbox.codexgw(&["models", "test", "up", "m1", "--json", "--save"]).run().exits(3);
    let report: Value = serde_json::from_str(&tested.stdout).expect("JSON");
    assert_eq!((&report["verdict"], &report["because"]), (&json!("cannot"), &json!(["it calls no tools"])));
    assert_eq!(report["findings"][0]["saw"], json!("it called no tool, it said: \"Blue.\""));
    assert_eq!(report["spent"]["requests"], json!(2));
}

#[test]
fn what_keeps_a_model_from_being_asked_is_no_verdict() {
    let upstream =
        Upstream::chat(["m9", "m11"].map(|id| Turn::refusal(404, &format!("The model `{id}` does not exist"))));
    let sandbox = Sandbox::with_codex();
    sandbox.add("up", &upstream, &ADDED);
    sandbox.codexgw(&["models", "test", "up", "m9"]).run().exits(4).explains().stderr_has("does not exist");
    let misspelt = sandbox.codexgw(&["models", "test", "up", "m11"]).run().exits(4).explains();
    misspelt.stderr_has("did you mean `codexgw models test up m1`?");
    upstream.accept_key("another");
    sandbox.codexgw(&["models", "test", "up", "m1"]).run().exits(4).explains().stderr_has("key set up");
    sandbox.codexgw(&["models", "test", "nobody", "m1"]).run().exits(1).explains();
}

#[test]
fn a_window_too_small_for_codex_is_a_verdict() {
    let upstream = Upstream::chat(able()).with_model_list(telling());
    let sandbox = Sandbox::with_codex();
    sandbox.add("up", &upstream, &ADDED);
    let tested = sandbox.codexgw(&["models", "test", "up", "m2"]).run().exits(3);
    tested.stdout_has("verdict: cannot: its window of 8192 tokens is too small");
}

#[test]
fn a_limit_that_is_reached_on_the_way_is_no_verdict() {
    let upstream = Upstream::chat([Turn::shell("cat colour.txt"), Turn::refusal(402, "Insufficient credits")]);
    let sandbox = Sandbox::with_codex();
    sandbox.add("up", &upstream, &ADDED);
    sandbox.codexgw(&["models", "test", "up"]).run().exits(4).explains().stderr_has("Insufficient credits");
}

#[test]
fn a_refusal_of_tools_is_a_verdict() {
    let upstream = Upstream::chat(Turn::refusal(400, "m1 does not support tools"));
    let sandbox = Sandbox::with_codex();
    sandbox.add("up", &upstream, &ADDED);
    sandbox.codexgw(&["models", "test", "up"]).run().exits(3).stdout_has("does not support tools");
}

#[test]
fn refreshed_facts_are_shown_kept_and_told_to_codex() {
    let upstream = Upstream::responses(Script::none());
    let sandbox = Sandbox::with_codex();
    sandbox.add("up", &upstream, &[]);
    let catalogue = || std::fs::read_to_string(sandbox.path("codexgw/state/catalogues/up.json")).expect("a catalogue");
    assert!(!catalogue().contains("131072"));
    upstream.list_models(telling());
    let before = sandbox.files();
    let dry = sandbox.codexgw(&["models", "refresh", "--dry-run"]).run().ok();
    dry.stdout_has("context = 131072").stderr_has("up/m1: context 131072");
    assert_eq!(sandbox.files(), before, "a dry run changed something");
    sandbox.codexgw(&["models", "refresh", "up"]).run().ok().stdout_has("context = 131072");
    assert!(catalogue().contains("\"context_window\":131072"), "{}", catalogue());
    sandbox.codexgw(&["models", "refresh"]).run().ok().stderr_has("nothing has changed");
    upstream.list_models(json!({"data": [{"id": "m2"}]}));
    sandbox.codexgw(&["models", "refresh"]).run().ok().stderr_has("no longer lists `m1`");
    upstream.accept_key("another");
    sandbox.codexgw(&["models", "refresh"]).run().exits(4).stderr_has("left as it is");
    sandbox.codexgw(&["models", "refresh", "nobody"]).run().exits(1).explains();
}

#[test]
fn a_key_that_is_in_a_variable_is_lent() {
    let upstream = Upstream::responses(able());
    let sandbox = Sandbox::with_codex();
    let (base_url, key) = (upstream.base_url(), upstream.key());
    let add = ["add", "custom", "--id", "up", "--base-url", &base_url, "--model", "m1", "--env-key", "UP_KEY"];
    sandbox.codexgw(&add).args(&["--via", "direct", "--no-probe"]).run().ok();
    sandbox.codexgw(&["models", "test", "up"]).run().exits(1).explains().stderr_has("UP_KEY");
    sandbox
        .codexgw(&["models", "test", "up"])
        .env("UP_KEY", &key)
        .run()
        .ok()
        .stdout_has("carries Codex")
        .never_says(&key);
}
