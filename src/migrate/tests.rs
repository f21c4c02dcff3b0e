//! What becomes of each kind of file, exactly; and that a second run finds nothing more to do.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::codex::CodexHome;
use crate::config::Document;
use crate::secret::Vault;
use crate::settings::{Home, KeyStore};
use crate::setup::{Setup, TokenCommand};

use super::{Kind, Migrated, Migration, Surroundings};

/// A home with files in it, by path under `codex/`, `work/` or `home/`.
struct Place {
    dir: tempfile::TempDir,
    env: BTreeMap<String, String>,
}

/// One finding, short: kind, file, line, whether it is left to the person.
type Short = (Kind, String, usize, bool);

impl Place {
    fn new(files: &[(&str, &str)]) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        for (path, text) in [("codex/.keep", ""), ("work/.git/HEAD", "")].iter().chain(files) {
            let path = dir.path().join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, text).expect("a file");
        }
        Self { dir, env: BTreeMap::new() }
    }

    fn with_env(mut self, name: &str, value: &str) -> Self {
        self.env.insert(name.to_owned(), value.to_owned());
        self
    }

    fn home(&self) -> Home {
        Home::resolve(Some(&self.dir.path().join("gw"))).expect("a home")
    }

    fn plan(&self) -> Migration {
        let home = self.home();
        let setup = Setup::load(&home, &CodexHome::at(&self.dir.path().join("codex"))).expect("a setup");
        let env = |name: &str| self.env.get(name).cloned();
        let (cwd, person) = (self.dir.path().join("work"), self.dir.path().join("home"));
        let around = Surroundings { cwd: &cwd, home: Some(&person), env: &env, with_project: true, spoken: &[] };
        let command = TokenCommand::of_this_program(&home).expect("a program");
        Migration::plan(setup, &command, &around, KeyStore::File).expect("a plan")
    }

    fn migrate(&self) -> (Vec<Short>, Vec<String>, Migrated) {
        let migration = self.plan();
        let short = |finding: &super::Finding| {
            let file = finding.file.as_ref().map(|file| file.strip_prefix(self.dir.path()).unwrap_or(file));
            let file = file.unwrap_or(Path::new("")).to_string_lossy().into_owned();
            (finding.kind, file, finding.line.unwrap_or(0), finding.by_hand)
        };
        let found = migration.findings.iter().map(short).collect();
        let steps = migration.steps.clone();
        let done = migration.commit(&Vault::new(&self.home())).expect("a commit");
        let again = self.plan();
        assert!(!again.mends(), "a second run finds more: {:?}", again.findings);
        assert!(again.preview().expect("a preview").is_empty());
        (found, steps, done)
    }

    fn text(&self, path: &str) -> String {
        fs::read_to_string(self.dir.path().join(path)).unwrap_or_default()
    }

    fn document(&self, path: &str) -> Document {
        Document::parse(Path::new(path), &self.text(path)).expect("toml")
    }

    fn key(&self, name: &str) -> Option<String> {
        Vault::new(&self.home()).get(name, KeyStore::File).ok().map(|key| key.expose().to_owned())
    }
}

fn config(line: usize, kind: Kind) -> Short {
    (kind, "codex/config.toml".to_owned(), line, false)
}

#[test]
fn what_codex_takes_is_left_alone() {
    let text =
        "model = 'm'\r\n# mine\r\n[model_providers.x]\r\nname = 'X'\r\nbase_url = 'http://h/v1'\r\nenv_key = 'K'";
    let place = Place::new(&[("codex/config.toml", text), ("codex/p.config.toml", "model = 'n'\n")]);
    let (found, steps, done) = place.migrate();
    assert_eq!((found, steps, done.report.files), (Vec::new(), Vec::new(), Vec::new()));
    assert_eq!(place.text("codex/config.toml"), text);
    assert!(Place::new(&[]).migrate().0.is_empty(), "nor is a home without any file touched");
}

#[test]
fn each_refused_or_ignored_line_becomes_what_codex_takes() {
    for (before, after, found) in [
        (
            "approval_policy = \"untrusted\" # careful\nmodel = 'm'\n",
            "model = 'm'\n",
            vec![config(1, Kind::RemovedValue)],
        ),
        (
            "a = 1\nweb_search = false # no\n",
            "a = 1\nweb_search = \"disabled\" # no\n",
            vec![config(2, Kind::RemovedValue)],
        ),
        ("web_search = true\n", "web_search = \"live\"\n", vec![config(1, Kind::RemovedValue)]),
        ("model_reasoning_effort = ''\n", "", vec![config(1, Kind::RemovedValue)]),
        ("experimental_thread_store_endpoint = 'x'\n", "", vec![config(1, Kind::RemovedValue)]),
        ("oss_provider = 'ollama-chat'\n", "oss_provider = \"ollama\"\n", vec![config(1, Kind::RemovedValue)]),
        ("experimental_instructions_file = 'i.md' # gone\n", "", vec![config(1, Kind::IgnoredKey)]),
        (
            "[model_providers.x]\nname = 'X'\nheaders = { a = 'b' } # h\napi_key_env = 'K'\ntimeout = 3\n",
            "[model_providers.x]\nname = 'X'\nhttp_headers = { a = 'b' } # h\nenv_key = 'K'\n",
            vec![config(3, Kind::IgnoredKey), config(4, Kind::IgnoredKey), config(5, Kind::IgnoredKey)],
        ),
        (
            "[model_providers.lmstudio]\nbase_url = 'http://h/v1'\n",
            "[model_providers.lmstudio-local]\nbase_url = 'http://h/v1'\nname = \"lmstudio\"\n",
            vec![config(1, Kind::ProviderName), config(1, Kind::ReservedId)],
        ),
        (
            "[model_providers.gcp]\nname = 'G'\nbase_url = 'http://h/v1'\nenv_key = 'K'\n",
            "[model_providers.gcp-custom]\nname = 'G'\nbase_url = 'http://h/v1'\nenv_key = 'K'\n",
            vec![config(1, Kind::ReservedId)],
        ),
        ("[model_providers.gcp]\nlocation = 'l'\n", "[model_providers.gcp]\nlocation = 'l'\n", vec![]),
        (
            "[model_providers.codexgw]\nname = 'mine'\nbase_url = 'http://h/v1'\n",
            "[model_providers.codexgw-custom]\nname = 'mine'\nbase_url = 'http://h/v1'\n",
            vec![config(1, Kind::ReservedId)],
        ),
        (
            "[model_providers.x]\nname = 'X'\nbase_url = 'http://h/v1'\nwire_api = 'chat'\n\
             experimental_bearer_token = 'key-number-1'\napi_key = 'key-number-2'\n",
            "[model_providers.x]\nname = 'X'\nbase_url = 'http://h/v1'\n\
             experimental_bearer_token = 'key-number-1'\napi_key = 'key-number-2'\n",
            vec![config(4, Kind::WireApi), (Kind::PastedKey, "codex/config.toml".to_owned(), 1, true)],
        ),
        (
            "temperature = 0.1\nmodel = 'm'\n\n[auth]\nmethod = 'x'\n\n[auth.deep]\na = 1\n\n# mine\n[tui]\n",
            "model = 'm'\n\n# mine\n[tui]\n",
            vec![config(4, Kind::IgnoredKey), config(1, Kind::IgnoredKey)],
        ),
        ("profile = 'gone'\nmodel = 'm'\n", "model = 'm'\n", vec![config(1, Kind::LegacyProfile)]),
        // Where it is, or which model it serves, is not known: Codex starts again at least.
        (
            "[model_providers.x]\nname = 'X'\nwire_api = 'anthropic' # a\n",
            "[model_providers.x]\nname = 'X'\n",
            vec![config(3, Kind::WireApi)],
        ),
        (
            "[model_providers.x]\nname = 'X'\nbase_url = 'http://h/v1'\nwire_api = 'chat'\n",
            "[model_providers.x]\nname = 'X'\nbase_url = 'http://h/v1'\n",
            vec![config(4, Kind::WireApi)],
        ),
        // A secret has no place in our settings.
        (
            "model = 'm'\nmodel_provider = 'x'\n[model_providers.x]\nname = 'X'\nbase_url = 'http://h/v1'\n\
             wire_api = 'chat'\nquery_params = { api_key = '1' }\n",
            "model = 'm'\nmodel_provider = 'x'\n[model_providers.x]\nname = 'X'\nbase_url = 'http://h/v1'\n\
             query_params = { api_key = '1' }\n",
            vec![config(6, Kind::WireApi)],
        ),
        (
            "[model_providers.x]\nbase_url = 'http://h/v1'\n",
            "[model_providers.x]\nbase_url = 'http://h/v1'\nname = \"x\"\n",
            vec![config(1, Kind::ProviderName)],
        ),
    ] {
        let place = Place::new(&[("codex/config.toml", before)]);
        assert_eq!(place.migrate().0, found, "{before}");
        assert_eq!(place.text("codex/config.toml"), after, "{before}");
    }
}

#[test]
fn legacy_profiles_become_files_with_their_comments() {
    let before = "model = 'base'\nprofile = 'fast'\n\n# the fast one\n[profiles.fast]\nmodel = 'f' # f\n# inner\n\
                  [profiles.fast.features]\nx = true\n\n[profiles.\"two words\"]\nmodel = 't'\n\n[profiles.old]\n\
                  model = 'old'\nmodel_verbosity = 'low'\n\n[tui]\n";
    let place = Place::new(&[("codex/config.toml", before), ("codex/old.config.toml", "model = 'new' # kept\n")]);
    let (found, steps, _) = place.migrate();
    assert_eq!(found.len(), 4);
    assert_eq!(place.text("codex/config.toml"), "model = 'base'\n\n[tui]\n");
    assert_eq!(
        place.text("codex/fast.config.toml"),
        "# the fast one\nmodel = 'f' # f\n# inner\n[features]\nx = true\n"
    );
    assert_eq!(place.text("codex/two-words.config.toml"), "model = 't'\n");
    assert_eq!(place.text("codex/old.config.toml"), "model = 'new' # kept\nmodel_verbosity = 'low'\n");
    assert!(steps[0].contains("codex -p fast"), "{steps:?}");
}

#[test]
fn profiles_whose_names_codex_does_not_take_get_names_of_their_own() {
    let before = "[profiles.\"a b\"]\nmodel = '1'\n[profiles.\"a.b\"]\nmodel = '2'\n[profiles.a-b]\nmodel = '3'\n";
    let place = Place::new(&[("codex/config.toml", before)]);
    place.migrate();
    let models = ["a-b", "a-b-2", "a-b-3"].map(|name| place.text(&format!("codex/{name}.config.toml")));
    assert_eq!(models, ["model = '3'\n", "model = '1'\n", "model = '2'\n"]);
}

#[test]
fn providers_of_one_id_with_two_addresses_are_left_to_the_person() {
    let part = |n: u8| {
        format!(
            "model_provider = 'lab'\nmodel = 'm'\n[model_providers.lab]\nname = 'L'\nbase_url = 'http://h{n}/v1'\nwire_api = 'chat'\n"
        )
    };
    let place = Place::new(&[("codex/p1.config.toml", &part(1)), ("codex/p2.config.toml", &part(2))]);
    let (found, _, _) = place.migrate();
    assert_eq!(found.iter().map(|finding| finding.0).collect::<Vec<_>>(), [Kind::WireApi]);
    for n in [1, 2] {
        let text = place.text(&format!("codex/p{n}.config.toml"));
        assert_eq!(text, part(n).replace("wire_api = 'chat'\n", ""), "each keeps its address");
    }
}

#[test]
fn a_key_that_nobody_reads_goes_to_the_provider_that_is_chosen() {
    let before = "model = 'm'\nmodel_provider = 'lab'\nopenai_api_key = 'lab-secret-4'\n\n[auth]\nmethod = 'apikey'\n\
                  key = 'lab-secret-4'\n\n[model_providers.lab]\nname = 'L'\nbase_url = 'http://h/v1'\n";
    let place = Place::new(&[("codex/config.toml", before)]);
    let (found, _, done) = place.migrate();
    assert!(found.iter().all(|finding| !finding.3), "{found:?}");
    assert_eq!((done.keys, place.key("lab").as_deref()), (1, Some("lab-secret-4")));
    let text = place.text("codex/config.toml");
    assert!(text.starts_with("model = 'm'\nmodel_provider = 'lab'\n\n[model_providers.lab]\n"), "{text}");
}

#[test]
fn a_table_in_the_gateway_s_place_makes_room_for_it() {
    let chat = "[model_providers.a]\nname = 'A'\nbase_url = 'http://a/v1'\nwire_api = 'chat'\n";
    let own = "[model_providers.codexgw]\nname = 'mine'\nbase_url = 'http://h/v1'\n";
    let place = Place::new(&[("codex/config.toml", &format!("model = 'm'\nmodel_provider = 'a'\n\n{chat}\n{own}"))]);
    place.migrate();
    let config = place.document("codex/config.toml");
    assert_eq!(config.get_str(&["model_providers", "codexgw-custom", "base_url"]), Some("http://h/v1"));
    assert!(config.get_str(&["model_providers", "codexgw", "base_url"]).is_some_and(|url| url.contains("127.0.0.1")));
}

#[test]
fn a_reserved_id_is_renamed_with_all_that_refers_to_it() {
    let place = Place::new(&[
        (
            "codex/config.toml",
            "model_provider = 'openai' # p\n\n[model_providers.openai] # mine\n# c\nname = 'P'\nbase_url = 'http://h/v1'\n\n\
             [model_providers.openai.http_headers]\nx = '1'\n\n[profiles.a]\nmodel_provider = 'openai'\n",
        ),
        ("codex/b.config.toml", "model_provider = 'openai'\n[model_providers.openai]\nenv_key = 'K'\n"),
    ]);
    let (found, _, _) = place.migrate();
    assert_eq!(found[0], config(3, Kind::ReservedId));
    assert_eq!(
        place.text("codex/config.toml"),
        "model_provider = \"openai-custom\" # p\n\n[model_providers.openai-custom] # mine\n# c\nname = 'P'\n\
         base_url = 'http://h/v1'\n\n[model_providers.openai-custom.http_headers]\nx = '1'\n"
    );
    assert_eq!(place.text("codex/a.config.toml"), "model_provider = \"openai-custom\"\n");
    assert_eq!(
        place.text("codex/b.config.toml"),
        "model_provider = \"openai-custom\"\n[model_providers.openai-custom]\nenv_key = 'K'\n"
    );
}

#[test]
fn a_chat_provider_goes_behind_the_gateway_with_its_key() {
    let before = "model = 'm1'\nmodel_provider = 'lab'\n\n[model_providers.lab]\nname = 'Lab'\n\
                  base_url = 'http://h/v1/chat/completions'\nwire_api = 'chat'\nenv_key = 'LAB_KEY'\n\
                  http_headers = { X-Team = 'a', X-Api-Key = 'header-secret-1' }\n\n[profiles.p]\nmodel = 'm2'\n\n\
                  [profiles.q]\nmodel_provider = 'openai'\nmodel = 'gpt'\n";
    let place = Place::new(&[("codex/config.toml", before)]).with_env("LAB_KEY", "lab-secret-2\n");
    let (found, _, done) = place.migrate();
    assert!(found.iter().all(|finding| !finding.3), "{found:?}");
    assert_eq!(
        (done.keys, place.key("lab"), place.key("lab/x-api-key")),
        (2, Some("lab-secret-2".to_owned()), Some("header-secret-1".to_owned()),)
    );
    let config = place.document("codex/config.toml");
    assert_eq!(config.get_str(&["model_provider"]), Some("codexgw"));
    assert_eq!(config.get_str(&["model"]), Some("lab/m1"));
    assert!(config.get(&["model_providers", "lab"]).is_none() && config.get(&["model_providers", "codexgw"]).is_some());
    let profile = place.document("codex/p.config.toml");
    assert_eq!(profile.get_str(&["model"]), Some("lab/m2"));
    assert_eq!(profile.get_str(&["web_search"]), Some("disabled"));
    assert_eq!(place.text("codex/q.config.toml"), "model_provider = 'openai'\nmodel = 'gpt'\n");
    let settings = place.document("gw/config.toml");
    let provider = |key: &str| settings.get_str(&["providers", "lab", key]).map(str::to_owned);
    assert_eq!(provider("base_url").as_deref(), Some("http://h/v1"));
    assert_eq!((provider("wire").as_deref(), provider("road").as_deref()), (Some("chat"), Some("gateway")));
    assert_eq!(settings.get_str(&["default", "provider"]), Some("lab"));
    assert!(!place.text("gw/config.toml").contains("secret-"), "no key in our own file");
}

#[test]
fn a_pasted_key_leaves_the_file_and_its_backups() {
    let before = "model_provider = 'lab'\nmodel = 'm'\n\n[model_providers.lab] # mine\nname = 'Lab'\n\
                  base_url = 'http://h/v1'\nexperimental_bearer_token = 'lab-secret-3'\nrequires_openai_auth = false\n\
                  stream_max_retries = 3 # few\n";
    let place = Place::new(&[("codex/config.toml", before)]);
    let (found, _, done) = place.migrate();
    assert_eq!(found, [config(7, Kind::PastedKey)]);
    assert_eq!((done.keys, done.forgotten, place.key("lab").as_deref()), (1, 1, Some("lab-secret-3")));
    let text = place.text("codex/config.toml");
    assert!(
        text.starts_with("model_provider = 'lab'\nmodel = 'm'\n\n[model_providers.lab] # mine\nname = 'Lab'\n"),
        "{text}"
    );
    assert!(text.contains("stream_max_retries = 3 # few\nauth = { command = "), "{text}");
    let backups = fs::read_dir(place.dir.path().join("gw/state/backups")).expect("backups").count();
    assert_eq!(backups, 0, "the backup held the key");
}

#[test]
fn what_is_not_clear_is_left_to_the_person() {
    for (before, kind, env) in [
        (
            "model = 'm'\nmodel_provider = 'x'\n[model_providers.x]\nname = 'X'\nbase_url = 'http://h/v1'\n\
             experimental_bearer_token = 'key-number-1'\napi_key = 'key-number-2'\n",
            Kind::PastedKey,
            None,
        ),
        ("[auth]\napi_key = 'sk-0123456789abcdef'\n", Kind::PastedKey, None),
        ("model = 'm'\n", Kind::Shell, Some("CODEX_MODEL")),
    ] {
        let mut place = Place::new(&[("codex/config.toml", before)]);
        if let Some(name) = env {
            place = place.with_env(name, "v");
        }
        let (found, _, done) = place.migrate();
        assert_eq!(found.iter().map(|finding| (finding.0, finding.3)).collect::<Vec<_>>(), [(kind, true)], "{before}");
        assert!(done.report.files.is_empty());
        assert_eq!(place.text("codex/config.toml"), before);
    }
}

#[test]
fn provider_settings_of_a_project_move_to_where_codex_reads_them() {
    let mine = "model = 'm'\n\n[model_providers.same]\nname = 'S'\nbase_url = 'http://s/v1'\n";
    let project = "model_provider = 'team'\nmodel = 't'\nprofile = 'x'\n\n# ours\n[model_providers.team]\nname = 'T' # t\n\
                   base_url = 'http://t/v1'\n\n[model_providers.same]\nbase_url = 'http://s/v1'\nname = 'S' # s\n\n\
                   [mcp_servers.m]\ncommand = 'c'\n";
    let place = Place::new(&[("codex/config.toml", mine), ("work/.codex/config.toml", project)]);
    let (found, steps, _) = place.migrate();
    assert!(found.iter().all(|finding| finding.0 == Kind::ProjectSettings && !finding.3), "{found:?}");
    assert_eq!(
        place.text("codex/config.toml"),
        format!("{mine}\n# ours\n[model_providers.team]\nname = 'T' # t\nbase_url = 'http://t/v1'\n")
    );
    assert_eq!(place.text("work/.codex/config.toml"), "model = 't'\n\n[mcp_servers.m]\ncommand = 'c'\n");
    assert_eq!(place.text("codex/work.config.toml"), "model_provider = \"team\"\nmodel = \"t\"\n");
    assert!(steps[0].contains("codexgw run --profile work"), "{steps:?}");
}

#[test]
fn values_that_stop_codex_in_a_project_are_mended_there() {
    let place = Place::new(&[("work/.codex/config.toml", "approval_policy = 'untrusted'\nweb_search = false # w\n")]);
    assert_eq!(place.migrate().0.len(), 2);
    assert_eq!(place.text("work/.codex/config.toml"), "web_search = \"disabled\" # w\n");
}

#[test]
fn exports_are_found_in_every_shell_s_spelling() {
    for line in [
        "declare -x OPENAI_BASE_URL=u",
        "  export A=1 OPENAI_BASE_URL=u; x",
        "typeset -x OPENAI_BASE_URL='u'",
        "set -gx OPENAI_BASE_URL u",
        "[ x ] && export OPENAI_BASE_URL=u",
    ] {
        let place = Place::new(&[("home/.bash_aliases", &format!("# OPENAI_BASE_URL=no\n{line}\n"))]);
        let lines: Vec<_> = place.plan().findings.iter().map(|finding| finding.line).collect();
        assert_eq!(lines, [Some(2)], "{line}");
    }
    let other = Place::new(&[("home/.zshrc", "export MY_OPENAI_BASE_URL=u\necho $OPENAI_BASE_URL\n")]);
    assert!(other.plan().findings.is_empty());
}

#[test]
fn a_variable_of_a_start_up_file_is_told_with_its_line_and_never_its_value() {
    let place = Place::new(&[("home/.zshrc", "# x\nexport OPENAI_BASE_URL='https://user:pw@h/v1'\n")]);
    let migration = place.plan();
    let [finding] = &migration.findings[..] else { panic!("{:?}", migration.findings) };
    assert_eq!((finding.kind, finding.line, finding.by_hand), (Kind::Shell, Some(2), true));
    assert!(!format!("{finding:?}").contains("pw@h"));
}

#[test]
fn a_broken_file_stops_or_is_left_out() {
    let place = Place::new(&[("codex/config.toml", "profile = 'x'\n"), ("codex/p.config.toml", "a = [\n")]);
    let kinds: Vec<_> = place.migrate().0.into_iter().map(|finding| finding.0).collect();
    assert_eq!(kinds, [Kind::BrokenFile, Kind::LegacyProfile]);
    assert_eq!(place.text("codex/p.config.toml"), "a = [\n");
}
