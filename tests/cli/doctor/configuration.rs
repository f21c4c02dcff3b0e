//! What stands in Codex's files and in a project's.

use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::PROVIDER;
use super::broken::{Broken, doctor, finding, ids, troubles};
use super::canned::Canned;
use crate::cli::with_a_gateway_provider;
use crate::support::{Sandbox, Turn, Upstream};

/// The provider's table with another address.
fn at(base_url: &str) -> String {
    PROVIDER.replace("https://lab.example.net/v1", base_url)
}

/// What Codex may have stored.
const CHATGPT: &str = "{\"OPENAI_API_KEY\":null,\"tokens\":{\"access_token\":\"t\"}}";
const OPENAI_KEY: &str = "{\"auth_mode\":\"apikey\",\"OPENAI_API_KEY\":\"sk-proj-canary\"}";
const OTHER_KEY: &str = "{\"auth_mode\":\"apikey\",\"OPENAI_API_KEY\":\"sk-canary\"}";

const RELAY: &str = "openai_base_url = \"https://relay.example.net/v1\"\n";

/// Codex with this stored, and this configuration.
fn with_login(login: &str, config: impl AsRef<[u8]>) -> Sandbox {
    let sandbox = Sandbox::with_codex();
    fs::write(sandbox.path("codex/auth.json"), login).expect("a file");
    sandbox.write_config(config);
    sandbox
}

#[test]
fn a_login_that_goes_to_a_stranger() {
    let asks = format!("{PROVIDER}requires_openai_auth = true\n");
    for login in [CHATGPT, OPENAI_KEY] {
        Broken::new("leak-openai-base-url", with_login(login, RELAY)).mended().holds();
        Broken::new("leak-requires-openai-auth", with_login(login, &asks)).mended().holds();
    }
    let chatgpt = "chatgpt_base_url = \"https://relay.example.net/api/\"\n";
    Broken::new("leak-chatgpt-base-url", with_login(CHATGPT, chatgpt)).mended().holds();
    for config in ["openai_base_url = \"http://api.openai.com/v1\"\n", "chatgpt_base_url = \"http://chatgpt.com/x/\"\n"]
    {
        Broken::new("leak-unencrypted", with_login(CHATGPT, config)).mended().holds();
    }
    // A program of the person's own may want just that, so it is told and left.
    let here = format!(
        "model_provider = \"lab\"\nmodel = \"m\"\n{}requires_openai_auth = true\n",
        at("http://127.0.0.1:9/v1")
    );
    Broken::new("leak-to-local-server", with_login(CHATGPT, "openai_base_url = \"http://127.0.0.1:9/v1\"\n")).holds();
    let sandbox = with_login(CHATGPT, here);
    // It goes there, so nothing may say that it does not.
    assert_eq!(troubles(&doctor(&sandbox, &["--offline"])), ["leak-to-local-server"]);
    assert!(finding(&doctor(&sandbox, &["--offline"]), "login-unused").is_none());
    Broken::new("leak-to-local-server", sandbox).holds();
}

/// A stored key may be the relay's own: resellers set Codex up like that, and it works.
#[test]
fn a_stored_key_that_may_be_the_receiver_s_own_is_left_alone() {
    let asks = format!("model_provider = \"lab\"\nmodel = \"m\"\n{PROVIDER}requires_openai_auth = true\n");
    for config in [RELAY, &asks] {
        let sandbox = with_login(OTHER_KEY, config);
        let outcome = doctor(&sandbox, &["--offline", "--fix"]).exits(0);
        assert!(finding(&outcome, "leak-stored-key").is_some(), "{outcome}");
        assert_eq!(sandbox.config().as_deref(), Some(config));
        Broken::new("leak-stored-key", sandbox).note().holds();
    }
}

#[test]
fn where_nothing_is_stored_nothing_is_said_to_go() {
    let asks = format!("{PROVIDER}requires_openai_auth = true\n");
    for (id, config) in [("leak-openai-base-url", RELAY), ("leak-requires-openai-auth", &asks)] {
        let outcome = doctor(&with_login("{}", config), &["--offline"]).exits(3);
        assert_eq!(ids(&outcome), [id], "{outcome}");
        outcome.stdout_has("\"severity\": \"warning\"").stdout_has("would send");
    }
    // A key of its own goes before the login, and an own provider before the built-in one.
    let own = |key: &str| format!("model_provider = \"lab\"\n{asks}{key}\n");
    for key in ["env_key = \"LAB_KEY\"", "experimental_bearer_token = \"t\""] {
        let outcome = doctor(&with_login(CHATGPT, own(key)), &["--offline", "--only", "leak"]).exits(0);
        assert_eq!(ids(&outcome), Vec::<String>::new(), "{key}");
    }
    let unused = format!("model_provider = \"lab\"\nmodel = \"m\"\n{RELAY}{PROVIDER}");
    doctor(&with_login(CHATGPT, unused), &["--offline"]).exits(3).stdout_has("would send");
}

#[test]
fn the_doctor_itself_hands_no_login_to_anybody() {
    let token = token();
    let relay = Canned::good_but(|_| None);
    let base_url = relay.base_url();
    let asks = format!("model_provider = \"lab\"\nmodel = \"m1\"\n{}requires_openai_auth = true\n", at(&base_url));
    for config in [format!("model = \"m1\"\nopenai_base_url = \"{base_url}\"\n"), asks] {
        let mut sandbox = with_login(&login(&token), config);
        sandbox.set_env("CODEX_API_KEY", "sk-canary-of-the-shell");
        for args in [&["doctor"][..], &["doctor", "--fix"], &["doctor", "--run"]] {
            sandbox.codexgw(args).run();
        }
    }
    let heads = relay.heads();
    assert!(!heads.iter().any(|head| head.contains(&token) || head.contains("canary")), "{heads:?}");
}

/// A token of a ChatGPT account, as Codex can read it.
fn token() -> String {
    let claims = serde_json::json!({"email": "me@example.net", "exp": 4_000_000_000_u64,
        "https://api.openai.com/auth": {"chatgpt_plan_type": "pro", "chatgpt_account_id": "account", "chatgpt_user_id": "me"}});
    let part = |json: &str| URL_SAFE_NO_PAD.encode(json);
    format!("{}.{}.canary", part(r#"{"alg":"none"}"#), part(&claims.to_string()))
}

/// The login with it.
fn login(token: &str) -> String {
    let today = jiff::Timestamp::now().to_string();
    let login = serde_json::json!({"auth_mode": "chatgpt", "OPENAI_API_KEY": null, "last_refresh": today,
        "tokens": {"id_token": token, "access_token": token, "refresh_token": "r", "account_id": "account"}});
    login.to_string()
}

/// What the doctor says of a login is what the installed Codex does with it.
#[test]
fn a_login_really_goes_where_the_doctor_says() {
    let token = token();
    let upstream = Upstream::responses([Turn::text("ready")]);
    let relay = Canned::good_but(|_| None);
    let mut sandbox = Sandbox::with_codex();
    fs::write(sandbox.path("codex/auth.json"), login(&token)).expect("a file");
    sandbox.set_env("LAB_KEY", upstream.key());
    sandbox.write_config(format!(
        "model_provider = \"lab\"\nmodel = \"m1\"\nchatgpt_base_url = \"http://{}/backend-api/\"\n{}env_key = \"LAB_KEY\"\n",
        relay.address,
        at(&upstream.base_url())
    ));
    let outcome = sandbox.codex(&["exec", "--ephemeral", "say hi"]).run().ok();
    let has_login = |head: &String| head.contains(&token);
    assert!(relay.heads().iter().any(has_login), "{:?}\n{outcome}", relay.heads());
    let sent = upstream.turns()[0].header("authorization").map(str::to_owned);
    assert_eq!(sent, Some(format!("Bearer {}", upstream.key())));
}

#[test]
fn what_codex_refuses_or_ignores() {
    Broken::config("old-config-removed-value", "approval_policy = \"untrusted\"\n").mended().holds();
    Broken::config("config-refused", "sandbox_mode = \"nonsense\"\n").holds();
    Broken::config("config-ignored-key", "not_a_key = 1\n").holds();
    Broken::config("config-broken", "model = \n").holds();
    Broken::config("old-config-legacy-profile", "[profiles.x]\nmodel = \"m\"\n").mended().holds();
    Broken::config("old-config-wire-api", &format!("{PROVIDER}wire_api = \"chat\"\n")).mended().holds();
    Broken::config("old-config-reserved-id", &PROVIDER.replace("lab]", "ollama]")).mended().holds();
    let nameless = "[model_providers.x]\nbase_url = \"http://127.0.0.1:9/v1\"\n";
    Broken::config("old-config-provider-name", nameless).mended().holds();
    Broken::config("old-config-removed-value", "web_search = false\n").mended().holds();
    for invention in ["[network]\ntimeout = 3\n", "[auth]\nkey = 1\n", "[default]\nmodel = \"m\"\n"] {
        Broken::config("old-config-ignored-key", invention).mended().holds();
    }
    Broken::config("old-config-unknown-provider", "model_provider = \"nope\"\n").holds();
    Broken::config("old-config-shell-variable", "").env("CODEX_MODEL", "m1").holds();
    let own = format!("model_provider = \"lab\"\nmodel = \"gpt-5.5\"\n{PROVIDER}");
    let other = "https://api.example.net/v1";
    Broken::config("old-config-shell-variable", &own).env("OPENAI_BASE_URL", other).note().holds();
    let mut sandbox = Sandbox::with_codex();
    sandbox.set_env("OPENAI_BASE_URL", other);
    let outcome = doctor(&sandbox, &["--offline"]).exits(3);
    outcome.stdout_has("codexgw add custom --id example --base-url \\\"$OPENAI_BASE_URL\\\" --default");
    for (id, bytes) in [("config-broken", &b"\xff\xfem\0"[..]), ("config-broken", b"m\0")] {
        let sandbox = Sandbox::with_codex();
        sandbox.write_config(bytes);
        Broken::new(id, sandbox).holds();
    }
    let sandbox = Sandbox::with_codex();
    fs::create_dir(sandbox.config_file()).expect("a folder");
    Broken::new("config-broken", sandbox).holds();
    let sandbox = Sandbox::with_codex();
    std::os::unix::fs::symlink("/no/such/file", sandbox.config_file()).expect("a link");
    Broken::new("config-dangling", sandbox).holds();
}

#[test]
fn a_table_of_ours_that_something_took_out_is_put_back() {
    let (upstream, sandbox) = with_a_gateway_provider();
    sandbox.codexgw(&["use", "up"]).run().ok();
    sandbox.write_config("model_provider = \"codexgw\"\nmodel = \"up/m1\"\n");
    Broken::new("old-config-unknown-provider", sandbox).keeping(upstream).mended().holds();
}

#[test]
fn a_file_that_can_be_no_profile_is_told() {
    let sandbox = Sandbox::with_codex();
    fs::write(sandbox.path("codex/a.b.config.toml"), "model = \"m\"\n").expect("a file");
    Broken::new("profile-name", sandbox).note().holds();
}

#[test]
fn a_name_in_other_letters_is_recognised() {
    let sandbox = Sandbox::with_codex();
    sandbox.write_config(format!("model = \"m\"\nmodel_provider = \"LAB\"\n{PROVIDER}"));
    doctor(&sandbox, &["--offline"]).exits(3).stdout_has("did you mean `lab`?");
    sandbox.write_config("model_provider = \"{{ .provider }}\"\n");
    doctor(&sandbox, &["--offline"]).exits(3).stdout_has("codexgw list").stdout_has("old-config-unknown-provider");
}

#[test]
fn what_fix_runs_can_be_typed_as_it_is_printed() {
    let nameless = "[model_providers.x]\nbase_url = \"http://127.0.0.1:9/v1\"\n";
    for (id, config) in [
        ("old-config-legacy-profile", "[profiles.x]\nmodel = \"m\"\n".to_owned()),
        ("old-config-wire-api", format!("{PROVIDER}wire_api = \"chat\"\n")),
        ("old-config-reserved-id", PROVIDER.replace("lab]", "ollama]")),
        ("old-config-provider-name", nameless.to_owned()),
        ("old-config-removed-value", "approval_policy = \"untrusted\"\n".to_owned()),
        ("old-config-ignored-key", "[network]\ntimeout = 3\n".to_owned()),
        (
            "old-config-pasted-key",
            format!(
                "model_provider = \"lab\"\nmodel = \"gpt-5.5\"\n{PROVIDER}experimental_bearer_token = \"sk-0123456789abcdef\"\n"
            ),
        ),
    ] {
        Broken::config(id, &config).prints_command().holds();
    }
}

#[test]
fn one_cause_is_told_once() {
    for (id, config) in [
        ("key-variable-dollar", format!("{PROVIDER}env_key = \"$LAB_KEY\"\n")),
        (
            "old-config-pasted-key",
            format!("model_provider = \"lab\"\nmodel = \"m\"\n{PROVIDER}env_key = \"sk-or-v1-canary\"\n"),
        ),
        ("old-config-removed-value", "approval_policy = \"untrusted\"\n".to_owned()),
        ("old-config-wire-api", format!("{PROVIDER}wire_api = \"chat\"\n")),
        ("old-config-ignored-key", "[network]\ntimeout = 3\n".to_owned()),
        ("old-config-unknown-provider", format!("model = \"m\"\nmodel_provider = \"labb\"\n{PROVIDER}")),
        ("config-broken", "model = \n".to_owned()),
        ("old-config-legacy-profile", "[profiles.x]\nmodel = \"m\"\napproval_policy = \"untrusted\"\n".to_owned()),
        ("old-config-ignored-key", "preferred_auth_method = \"apikey\"\n".to_owned()),
        ("old-config-removed-value", "model_reasoning_effort = \"\"\n".to_owned()),
        ("old-config-removed-value", "oss_provider = \"ollama-chat\"\n".to_owned()),
    ] {
        let sandbox = Sandbox::with_codex();
        sandbox.write_config(config);
        let outcome = doctor(&sandbox, &["--offline"]).exits(3);
        assert_eq!(troubles(&outcome), [id], "{outcome}");
        match id {
            "old-config-unknown-provider" => outcome.stdout_has("did you mean `lab`?"),
            "config-broken" => outcome.stdout_has("so Codex does not start").stdout_has("codexgw config edit"),
            _ => outcome,
        };
    }
}

#[test]
fn a_refusal_is_translated() {
    let sandbox = Sandbox::with_codex();
    sandbox.write_config("sandbox_mode = \"read-only\"\nmodel_reasoning_effort = \"\"\n");
    let outcome = doctor(&sandbox, &["--offline", "--only", "config"]).exits(3);
    outcome.stdout_has("Codex says:").stdout_has("`model_reasoning_effort` is there, and empty");
}

#[test]
fn base_urls_that_cannot_work() {
    Broken::config("base-url-missing", "[model_providers.lab]\nname = \"Lab\"\n").holds();
    Broken::config("base-url-scheme", &at("lab.example.net/v1")).mended().holds();
    Broken::config("base-url-scheme", &at("")).holds();
    Broken::config("base-url-placeholder", &at("https://{resource}.example.net/v1")).holds();
    for endpoint in ["/responses", "/chat/completions", "/responses/"] {
        Broken::config("base-url-endpoint", &at(&format!("https://lab.example.net/v1{endpoint}"))).mended().holds();
    }
    Broken::config("base-url-query", &at("https://lab.example.net/v1?api-version=1")).mended().holds();
    Broken::config("base-url-unreadable", &at("https://")).holds();
    for path in ["/v1", "/api/v1/v1", ""] {
        Broken::config("base-url-path", &at(&format!("https://openrouter.ai{path}"))).mended().holds();
    }
    let sandbox = Sandbox::with_codex();
    sandbox.write_config(at("https://openrouter.ai/api/v1"));
    doctor(&sandbox, &["--offline"]).exits(0);
}

#[test]
fn names_that_stand_for_openai() {
    for name in ["OpenAI", "Azure"] {
        Broken::config("name-of-openai", &PROVIDER.replace("Lab", name)).mended().holds();
    }
    let openai = at("https://api.openai.com/v1").replace("Lab", "OpenAI");
    let sandbox = Sandbox::with_codex();
    sandbox.write_config(&openai);
    assert_eq!(ids(&doctor(&sandbox, &["--offline"])), Vec::<String>::new(), "it is OpenAI's");
    let azure = at("https://lab.openai.azure.com/openai/v1");
    Broken::config("name-azure-address", &azure).holds();
    Broken::config("name-azure-address", &format!("model_provider = \"lab\"\nmodel = \"gpt-5.5\"\n{azure}"))
        .prints_command()
        .holds();
}

#[test]
fn catalogues_that_are_not_there_or_in_the_way() {
    Broken::config("catalogue-missing", "model_catalog_json = \"gone.json\"\n").mended().holds();
    for bad in ["{\"data\":[]}", "{\"models\":[]}", "no json"] {
        let sandbox = Sandbox::with_codex();
        let catalogue = sandbox.path("home/catalogue.json");
        fs::write(&catalogue, bad).expect("a file");
        sandbox.write_config(format!("model_catalog_json = '{}'\n", catalogue.display()));
        Broken::new("catalogue-refused", sandbox).mended().holds();
    }
    let (upstream, sandbox) = super::super::with_a_gateway_provider();
    let config = sandbox.config().unwrap();
    let catalogue = sandbox.path("home/catalogue.json");
    fs::write(&catalogue, sandbox.codex(&["debug", "models"]).run().ok().stdout).expect("a file");
    sandbox.write_config(format!("model_catalog_json = '{}'\n{config}", catalogue.display()));
    Broken::new("catalogue-hides-gateway", sandbox).keeping(upstream).mended().holds();
}

/// A project with this configuration; trusted or not.
fn project(text: &str, is_trusted: bool) -> Sandbox {
    let sandbox = Sandbox::with_codex();
    fs::create_dir(sandbox.work().join(".codex")).expect("a folder");
    fs::write(sandbox.work().join(".codex/config.toml"), text).expect("a file");
    if is_trusted {
        sandbox.trust_workspace();
    }
    sandbox
}

#[test]
fn projects_that_want_their_own_way() {
    Broken::new("project-untrusted", project("model = \"theirs\"\n", false)).note().holds();
    Broken::new("project-broken", project("model = \"theirs\n", true)).holds();
    Broken::new("project-broken", project("model_provider = \"lab\n", true)).holds();
    Broken::new("project-catalogue", project("model_catalog_json = \"gone.json\"\n", true)).holds();
    let settings = format!("model_provider = \"lab\"\n{PROVIDER}");
    Broken::new("old-config-project-settings", project(&settings, true)).holds();
}

#[test]
fn a_project_s_model_is_told_only_where_it_lands_at_a_provider_that_does_not_serve_it() {
    let sandbox = project("model = \"theirs\"\n", true);
    let trust = sandbox.config().unwrap();
    let mine = |text: &str| sandbox.write_config(format!("{text}{PROVIDER}{trust}"));
    let found = |id: &str| ids(&doctor(&sandbox, &["--offline", "--only", id]));
    mine("");
    assert!(found("project").is_empty());
    for model in ["m", "theirs"] {
        mine(&format!("model_provider = \"lab\"\nmodel = \"{model}\"\n"));
        assert!(found("project").is_empty(), "the person's default is the project's to change");
    }
    mine("");
    fs::write(sandbox.path("codex/fast.config.toml"), "model_provider = \"lab\"\nmodel = \"m\"\n").expect("a file");
    let outcome = doctor(&sandbox, &["--offline", "--only", "project"]).exits(3);
    outcome.stdout_has("the profile `fast` asks `lab` for `m`").stdout_has("`codexgw run --profile fast`");
    // Another model of the same provider may be served.
    mine("model_provider = \"lab\"\n");
    assert_eq!(ids(&doctor(&sandbox, &["--offline", "--only", "project"]).exits(0)), ["project-model"]);
    mine("");
    // The file is the project's.
    let before = fs::read_to_string(sandbox.work().join(".codex/config.toml")).expect("a file");
    doctor(&sandbox, &["--offline", "--fix"]).exits(3);
    assert_eq!(fs::read_to_string(sandbox.work().join(".codex/config.toml")).expect("a file"), before);

    let (_upstream, gateway) = super::super::with_a_gateway_provider();
    fs::create_dir_all(gateway.work().join(".codex")).expect("a folder");
    gateway.trust_workspace();
    for (model, is_told) in [("theirs", true), ("nobody/m", true), ("up/other", false)] {
        fs::write(gateway.work().join(".codex/config.toml"), format!("model = \"{model}\"\n")).expect("a file");
        let outcome = doctor(&gateway, &["--offline", "--only", "project"]);
        assert_eq!(troubles(&outcome) == ["project-model"], is_told, "{model}\n{outcome}");
    }
}

/// Whoever may write to a repository could bring a provider along whose key is the output of a program.
#[test]
fn nothing_of_a_project_becomes_the_person_s_own_and_nothing_in_it_is_run() {
    for (is_trusted, place) in [(false, ""), (true, ""), (false, "above/"), (true, "above/")] {
        let sandbox = Sandbox::with_codex();
        let marker = sandbox.path("home/was-run");
        let folder = if place.is_empty() { sandbox.work() } else { sandbox.path("home/above") };
        let cwd = if place.is_empty() { folder.clone() } else { folder.join("a/b") };
        fs::create_dir_all(folder.join(".codex")).expect("a folder");
        fs::create_dir_all(&cwd).expect("a folder");
        let program = format!(
            "model_provider = \"evil\"\nmodel = \"m\"\napproval_policy = \"untrusted\"\n{}auth = {{ command = \"/bin/touch\", args = ['{}'] }}\n",
            PROVIDER.replace("lab]", "evil]"),
            marker.display()
        );
        fs::write(folder.join(".codex/config.toml"), &program).expect("a file");
        if is_trusted {
            sandbox.write_config(format!("[projects.'{}']\ntrust_level = \"trusted\"\n", folder.display()));
        }
        let before = sandbox.files();
        let mine = |sandbox: &Sandbox| {
            let mut files = sandbox.files();
            files.retain(|name, _| !name.starts_with("codexgw/state"));
            files
        };
        for args in [
            &["doctor"][..],
            &["doctor", "--fix"],
            &["doctor"],
            &["migrate", "--yes"],
            &["migrate", "--project"],
            &["doctor", "--fix"],
        ] {
            sandbox.codexgw(args).current_dir(&cwd).run();
            assert!(!marker.exists(), "{args:?} ran a program of the project's");
        }
        assert_eq!(mine(&sandbox), before, "trusted: {is_trusted}, {place}");
        assert_eq!(fs::read_to_string(folder.join(".codex/config.toml")).expect("a file"), program);
        assert!(sandbox.profile("work").is_none() && sandbox.profile("above").is_none());
    }
}

/// What it would do is looked at and agreed to by somebody.
#[test]
fn taking_over_a_project_s_settings_always_asks() {
    let sandbox = project(&format!("model_provider = \"lab\"\n{PROVIDER}"), true);
    let before = sandbox.files();
    sandbox.codexgw(&["migrate", "--project", "--yes"]).run().exits(2);
    let outcome = sandbox.codexgw(&["migrate", "--project"]).run().exits(1).explains();
    outcome.stdout_has("what you ask there goes to `https://lab.example.net/v1`").stdout_has("+[model_providers.lab]");
    assert_eq!(sandbox.files(), before);
}

#[test]
fn one_project_s_provider_settings_are_one_finding() {
    let text =
        format!("model_provider = \"lab\"\nprofile = \"x\"\nopenai_base_url = \"https://r.example.net\"\n{PROVIDER}");
    let outcome = doctor(&project(&text, true), &["--offline"]).exits(3);
    assert_eq!(ids(&outcome), ["old-config-project-settings"], "{outcome}");
    let outcome = doctor(&project(&text, false), &["--offline"]).exits(0);
    assert_eq!(ids(&outcome), ["project-untrusted"], "{outcome}");
}

#[test]
fn what_a_login_counts_for() {
    let sandbox = Sandbox::with_codex();
    let login = "{\"OPENAI_API_KEY\":null,\"tokens\":{\"access_token\":\"t\"}}";
    fs::write(sandbox.path("codex/auth.json"), login).expect("a file");
    sandbox.write_config(format!("model_provider = \"lab\"\nmodel = \"m\"\n{PROVIDER}"));
    Broken::new("login-unused", sandbox).note().holds();
}

#[test]
fn sessions_whose_provider_is_gone() {
    let sandbox = Sandbox::with_codex();
    let day = sandbox.path("codex/sessions/2026/11/21");
    fs::create_dir_all(&day).expect("a folder");
    fs::write(day.join("rollout-1.jsonl"), "{\"payload\":{\"model_provider\":\"old\"}}\n").expect("a file");
    let outcome = doctor(&sandbox, &["--offline"]).exits(0);
    assert_eq!(ids(&outcome), ["session-orphaned"]);
    Broken::new("session-orphaned", sandbox).note().holds();
}

#[test]
fn quirks_that_break_every_turn_or_that_nobody_knows_are_told_and_not_followed() {
    let (_upstream, sandbox) = with_a_gateway_provider();
    let file = sandbox.path("codexgw/config.toml");
    let settings = std::fs::read_to_string(&file).expect("settings");
    let quirks = "quirks = [\"drop:model\", \"nope\", \"drop:\", \"drop:include\"]\nbase_url = ";
    std::fs::write(&file, settings.replacen("base_url = ", quirks, 1)).expect("settings");
    let outcome = doctor(&sandbox, &["--only", "settings", "--offline"]).exits(3);
    let found: Vec<_> = ids(&outcome).into_iter().filter(|id| id == "settings-quirk").collect();
    assert_eq!(found.len(), 3, "{outcome}");
    outcome.stdout_has("without the field `model`, which cannot be left out");
}
