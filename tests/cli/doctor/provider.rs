//! Providers that are asked, and do not answer as they should.

use std::net::TcpListener;
use std::process::{Command, Stdio};

use super::PROVIDER;
use super::broken::{Broken, doctor, finding, ids};
use super::canned::{Answer, Canned, json};
use crate::cli::with_a_gateway_provider;
use crate::support::upstream::Script;
use crate::support::{Sandbox, Upstream};

/// Codex with the person's own provider at this address.
fn at(base_url: &str) -> Sandbox {
    let sandbox = Sandbox::with_codex();
    let table = PROVIDER.replace("https://lab.example.net/v1", base_url);
    sandbox.write_config(format!("{table}env_key = \"LAB_KEY\"\n"));
    sandbox
}

/// The same, asked about, with a key.
fn broken(id: &'static str, base_url: &str) -> Broken {
    Broken::new(id, at(base_url)).env("LAB_KEY", "sk-0123456789abcdef").asked("provider")
}

fn always(id: &'static str, answer: Answer) -> Broken {
    let canned = Canned::always(answer);
    broken(id, &canned.base_url())
}

fn error(status: u16, message: &str) -> Answer {
    json(status, &format!("{{\"error\":{{\"message\":\"{message}\"}}}}"))
}

#[test]
fn a_good_provider_is_left_in_peace() {
    let (_upstream, sandbox) = with_a_gateway_provider();
    assert_eq!(ids(&doctor(&sandbox, &["--only", "provider"]).exits(0)), Vec::<String>::new());
    let upstream = Upstream::responses(Script::none());
    let mut sandbox = at(&upstream.base_url());
    sandbox.set_env("LAB_KEY", upstream.key());
    assert_eq!(ids(&doctor(&sandbox, &["--only", "provider"]).exits(0)), Vec::<String>::new());
}

#[test]
fn keys_that_are_not_taken() {
    let (upstream, sandbox) = with_a_gateway_provider();
    upstream.accept_key("sk-another-key-0123456789");
    Broken::new("provider-wrong-key", sandbox).asked("provider").keeping(upstream).holds();
    always("provider-wrong-key", error(401, "Incorrect API key provided")).holds();
    always("provider-key-expired", error(401, "this API key has expired")).holds();
    always("provider-forbidden", error(403, "your project may not do this")).holds();
    always("provider-no-credit", error(402, "pay first")).holds();
    always("provider-no-credit", error(403, "Your credit balance is too low to access the API")).holds();
    always("provider-key-elsewhere", error(401, "This key belongs to the coding plan")).holds();
    let poor = Canned::good_but(|line| line.starts_with("POST").then(|| error(400, "Your credit balance is too low")));
    broken("provider-no-credit", &poor.base_url()).holds();
    always("provider-no-credit", error(429, "You exceeded your current quota")).holds();
    let keyless = Canned::always(error(401, "no key"));
    let sandbox = Sandbox::with_codex();
    sandbox.write_config(PROVIDER.replace("https://lab.example.net/v1", &keyless.base_url()));
    Broken::new("provider-no-key", sandbox).asked("provider").holds();
}

/// What is wrong shows only when the model is named, or the tools are.
#[test]
fn a_question_that_names_the_model_is_refused() {
    for (id, answer, is_mended) in [
        ("provider-model-access", error(403, "Your project does not have access to model m"), false),
        ("provider-failing", error(500, "out of order"), false),
        ("web-search-refused", error(400, "Invalid value: 'web_search'. Supported values are: 'function'."), true),
    ] {
        let canned = Canned::start("127.0.0.1:0", move |line, body| match line {
            "GET /v1/models" => super::canned::models(r#"{"id":"m"}"#),
            // The tools are not in it.
            _ if body["stream"] == true && is_mended => super::canned::counted(3),
            _ => answer.clone(),
        });
        let sandbox = at(&canned.base_url());
        let config = sandbox.config().unwrap();
        sandbox.write_config(format!("model_provider = \"lab\"\nmodel = \"m\"\n{config}"));
        let broken = Broken::new(id, sandbox).env("LAB_KEY", "sk-0123456789abcdef").asked("provider").keeping(canned);
        if is_mended { broken.mended() } else { broken }.holds();
    }
}

/// One of each kind; all that providers say is in a table beside `protocol::meaning`.
#[test]
fn what_a_key_cannot_mend_is_told_as_what_it_is() {
    for (id, status, message) in [
        ("provider-country", 403, "Country, region, or territory not supported"),
        ("provider-network", 403, "Access denied. Please check your network settings."),
        ("provider-setup", 403, "Generative Language API has not been used in project 1 before or it is disabled."),
        ("provider-spending-limit", 403, "Key limit exceeded (total limit). Manage it using https://a.example/keys"),
        (
            "provider-key-scope",
            403,
            "You have insufficient permissions for this operation. Missing scopes: model.request.",
        ),
        ("provider-key-disabled", 403, "Your API key was reported as leaked. Please use another API key."),
        ("provider-key-kind", 400, "This credential is only authorized for use with Claude Code"),
        ("provider-account-disabled", 400, "This organization has been disabled."),
        ("provider-unpaid", 429, "Your account is not active, please check your billing details on our website."),
        ("provider-plan-ended", 429, "Your GLM Coding Plan package has expired and is temporarily unavailable."),
        ("provider-plan-lacks", 429, "The current subscription plan does not yet include access to m"),
        ("provider-no-tools", 404, "No endpoints found that support tool use."),
    ] {
        let canned = Canned::good_but(move |line| line.starts_with("POST").then(|| error(status, message)));
        broken(id, &canned.base_url()).keeping(canned).holds();
    }
    let page = "<html><head><title>Attention Required! | Cloudflare</title></head></html>".to_owned();
    always("provider-blocked", (403, vec![("content-type", "text/html".to_owned())], page)).holds();
}

#[test]
fn an_address_that_the_provider_names_is_in_the_command() {
    let canned = Canned::always(error(401, "incorrect regional hostname. Please make your request to eu.a.example"));
    let mut sandbox = at(&canned.base_url());
    sandbox.set_env("LAB_KEY", "sk-0123456789abcdef");
    let outcome = doctor(&sandbox, &["--only", "provider"]).exits(3);
    let finding = finding(&outcome, "provider-key-elsewhere").unwrap_or_else(|| panic!("{outcome}"));
    assert!(finding.to_string().contains("https://eu.a.example/v1"), "{finding}");
}

#[test]
fn a_limit_is_told_by_whom_and_for_how_long() {
    let body = r#"{"error":{"message":"slow down","metadata":{"provider_name":"Deep Hosting"}}}"#;
    let (status, mut headers, body) = json(429, body);
    headers.push(("retry-after", "17".to_owned()));
    let canned = Canned::always((status, headers, body));
    let mut sandbox = at(&canned.base_url());
    sandbox.set_env("LAB_KEY", "sk-0123456789abcdef");
    let outcome = doctor(&sandbox, &["--only", "provider"]).exits(3);
    let finding = finding(&outcome, "provider-rate-limit").unwrap_or_else(|| panic!("{outcome}"));
    let text = finding.to_string();
    assert!(text.contains("Deep Hosting, behind `lab`") && text.contains("17 s"), "{text}");
    always("provider-rate-limit", error(429, "slow down")).holds();
    // The words may say it, too.
    let canned = Canned::always(error(429, "Your limit will reset at 2026-11-21 23:10:00"));
    let mut sandbox = at(&canned.base_url());
    sandbox.set_env("LAB_KEY", "sk-0123456789abcdef");
    doctor(&sandbox, &["--only", "provider"]).exits(3).stdout_has("until 2026-11-21 23:10:00");
}

#[test]
fn nobody_or_somebody_else_is_there() {
    let free = format!("http://{}/v1", TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap());
    broken("provider-unreachable", &free).asked_of("provider", "lab").holds();
    // Where nobody has chosen it, it stops nobody.
    let mut idle = at(&free);
    idle.set_env("LAB_KEY", "sk-0123456789abcdef");
    doctor(&idle, &["--only", "provider"]).exits(0).stdout_has("provider-unreachable");
    Broken::config("built-in-unreachable", "model_provider = \"ollama\"\nmodel = \"m\"\n")
        .env("CODEX_OSS_BASE_URL", &free)
        .asked("built-in")
        .holds();
    broken("provider-no-such-host", "https://no-such-host.invalid/v1").holds();
    for (id, upstream) in [("provider-login-page", Upstream::page(200)), ("provider-failing", Upstream::page(500))] {
        broken(id, &upstream.base_url()).keeping(upstream).holds();
    }
    for (id, to) in [("provider-login-page", "https://login.example.net/?next=1"), ("provider-redirect", "/v2/models")]
    {
        always(id, (302, vec![("location", to.to_owned())], String::new())).holds();
    }
    let page = "<html><head><title>It works</title></head></html>".to_owned();
    always("provider-web-page", (200, vec![("content-type", "text/html".to_owned())], page)).holds();
    always("provider-not-found", error(404, "nothing here")).holds();
    let deaf = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/v1", deaf.local_addr().unwrap());
    broken("provider-silent", &url).asked_of("provider", "lab").keeping(deaf).holds();
}

#[test]
fn the_api_is_elsewhere_or_speaks_something_else() {
    let upstream = Upstream::responses(Script::none());
    let (url, key) = (upstream.base_url(), upstream.key());
    broken("provider-address", url.trim_end_matches("/v1")).env("LAB_KEY", &key).keeping(upstream).mended().holds();
    // A path that answers in another form than its own does not work.
    let anthropic = Canned::good_but(|line| match line {
        "POST /v1/chat/completions" => Some(json(200, r#"{"type":"message","content":[]}"#)),
        line => line.starts_with("POST").then(|| error(404, "nothing here")),
    });
    broken("provider-not-found", &anthropic.base_url()).holds();
}

/// The key is had, so that `--fix` puts it behind the gateway; into a file only where there is no keyring.
#[test]
fn a_provider_that_speaks_chat_alone_is_put_behind_the_gateway() {
    for (sandbox, store) in [(Sandbox::with_codex(), " --store file"), (Sandbox::with_keyring(), "")] {
        let upstream = Upstream::chat(Script::none());
        let mut sandbox = sandbox;
        sandbox.set_env("LAB_KEY", upstream.key());
        let table = PROVIDER.replace("https://lab.example.net/v1", &upstream.base_url());
        sandbox.write_config(format!("model_provider = \"lab\"\nmodel = \"m1\"\n{table}env_key = \"LAB_KEY\"\n"));
        let outcome = doctor(&sandbox, &["--only", "provider"]).exits(3);
        let found = finding(&outcome, "provider-wire").unwrap_or_else(|| panic!("{outcome}"));
        assert_eq!(found["fix"], format!("`codexgw migrate --speaks lab=chat{store} --yes`"), "{outcome}");
        let broken = Broken::new("provider-wire", sandbox).asked("provider").keeping(upstream);
        if store.is_empty() { broken.mended() } else { broken.prints_command() }.holds();
    }
    // No file names a model, so the list does.
    let upstream = Upstream::chat(Script::none());
    let mut sandbox = at(&upstream.base_url());
    sandbox.set_env("LAB_KEY", upstream.key());
    let outcome = sandbox.codexgw(&["doctor", "--only", "provider"]).run().exits(3).stdout_has("`chat` works");
    outcome.stdout_has("migrate --speaks lab=chat --model m1");
    Broken::new("provider-wire", sandbox).asked("provider").keeping(upstream).mended().holds();
    // What is wrong behind a wrong address shows when that is mended.
    let upstream = Upstream::chat(Script::none());
    let mut sandbox = at(upstream.base_url().trim_end_matches("/v1"));
    sandbox.set_env("LAB_KEY", upstream.key());
    Broken::new("provider-address", sandbox).asked("provider").keeping(upstream).mended().holds();
    // One that codexgw set up for Codex to ask itself.
    let upstream = Upstream::chat(Script::none());
    let sandbox = Sandbox::with_codex();
    sandbox.add("up", &upstream, &["--via", "direct", "--no-probe"]);
    Broken::new("provider-wire", sandbox).asked("provider").keeping(upstream).mended().holds();
}

#[test]
fn a_server_on_the_other_loopback_address() {
    let Ok(listener) = TcpListener::bind("[::1]:0") else { return };
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let _server = Canned::at(&format!("[::1]:{port}"), |line| match line {
        "GET /v1/models" => super::canned::models(r#"{"id":"m"}"#),
        _ => error(400, "`model` is missing"),
    });
    broken("provider-other-address", &format!("http://127.0.0.1:{port}/v1")).mended().holds();
}

#[test]
fn a_clock_that_is_wrong() {
    let canned = Canned::good_but(|line| {
        let (status, mut headers, body) = super::canned::models(r#"{"id":"m"}"#);
        headers.push(("date", "Thu, 01 Jan 2026 00:00:00 GMT".to_owned()));
        (line == "POST /v1/responses").then_some((status, headers, body))
    });
    broken("provider-clock", &canned.base_url()).holds();
}

#[test]
fn a_proxy_and_a_certificate_in_the_way() {
    let proxy = Canned::always((407, Vec::new(), String::new()));
    broken("provider-proxy", "https://lab.example.net/v1")
        .env("HTTPS_PROXY", &format!("http://{}", proxy.address))
        .holds();
    broken("provider-proxy", "https://lab.example.net/v1").env("HTTPS_PROXY", "http://127.0.0.1:9").holds();
    for (status, words) in [
        (407, "wants a user name and a password"),
        (403, "does not let `lab` through: status 403"),
        (502, "cannot reach `lab.example.net`: status 502"),
    ] {
        let proxy = Canned::always((status, Vec::new(), String::new()));
        let mut sandbox = at("https://lab.example.net/v1");
        sandbox.set_env("LAB_KEY", "sk-0123456789abcdef");
        sandbox.set_env("HTTPS_PROXY", format!("http://{}", proxy.address));
        let outcome = doctor(&sandbox, &["--only", "provider"]).exits(3);
        outcome.stdout_has(words).stdout_has("`HTTPS_PROXY`").stdout_has(&proxy.address.to_string());
    }
    let mut sandbox = at("https://lab.example.net/v1");
    sandbox.set_env("LAB_KEY", "sk-0123456789abcdef");
    sandbox.set_env("ALL_PROXY", "http://me:s3cret@127.0.0.1:9");
    let outcome = doctor(&sandbox, &["--only", "provider"]).exits(3).never_says("s3cret");
    outcome.stdout_has("nobody answers at the proxy `127.0.0.1:9`").stdout_has("unset ALL_PROXY");
    sandbox.set_env("ALL_PROXY", "http://no-such-proxy.invalid:1");
    doctor(&sandbox, &["--only", "provider"]).exits(3).stdout_has("there is no host `no-such-proxy.invalid`");
    // No TLS at all behind `https://`.
    let plain = Canned::always(json(200, "{}"));
    broken("provider-tls", &format!("https://{}/v1", plain.address)).holds();
}

/// Each fault of a certificate has words and a remedy of its own.
#[test]
fn certificates_that_are_not_taken() {
    let asked = |company: &Company| {
        let mut sandbox = at(&format!("https://localhost:{}/v1", company.port));
        sandbox.set_env("LAB_KEY", "sk-0123456789abcdef");
        sandbox
    };
    let now = ["20240101000000Z", "20490101000000Z"];
    let said = |extensions: &str| {
        let company = Company::start(extensions, now)?;
        Some(doctor(&asked(&company), &["--only", "provider", "lab"]).exits(3).stdout_has("provider-tls"))
    };
    let leaf = "basicConstraints=critical,CA:FALSE subjectAltName=DNS:localhost";
    let Some(outcome) = said(leaf) else { return };
    outcome.stdout_has("has signed itself").stdout_has("CODEX_CA_CERTIFICATE=$PWD/server.pem");
    // The rest shows only of one that is trusted.
    let trusted = |extensions: &str, times: [&str; 2]| {
        let company = Company::start(extensions, times).expect("openssl is there");
        let mut sandbox = asked(&company);
        sandbox.set_env("CODEX_CA_CERTIFICATE", company.certificate());
        doctor(&sandbox, &["--only", "provider", "lab"]).exits(3)
    };
    // Named to Codex, it is accepted, and what the server says is what counts.
    trusted(leaf, now).never_says("provider-tls");
    let authority = trusted("basicConstraints=critical,CA:TRUE subjectAltName=DNS:localhost", now);
    authority.stdout_has("an authority's").stdout_has("basicConstraints=critical,CA:FALSE");
    let other = trusted("basicConstraints=critical,CA:FALSE subjectAltName=DNS:other.example", now);
    other.stdout_has("is for `other.example`").stdout_has("https://other.example:");
    let expired = trusted(leaf, ["20240101000000Z", "20250101000000Z"]);
    expired.stdout_has("expired on 2025-01-01").stdout_has("this machine's clock says").stdout_has("`date`");
    let early = trusted(leaf, ["20480101000000Z", "20490101000000Z"]);
    early.stdout_has("not valid before 2048-01-01").stdout_has("`date`");
}

/// What is sent is what is judged, and what can be seen of it is told.
#[test]
fn keys_that_are_none() {
    let canned = Canned::always(error(401, "Incorrect API key provided"));
    for (key, words, remedy) in [
        (" sk-0123456789abcdef", "begins with a space", "sed"),
        ("\"sk-0123456789abcdef\"", "stands in quotes", "sed"),
        ("Bearer sk-0123456789abcdef", "begins with `Bearer`", "sed"),
        ("YOUR_API_KEY", "is a placeholder", "export LAB_KEY=…"),
        ("sk-ant-api03-0123456789abcdef", "looks like one of Anthropic", "export LAB_KEY=…"),
    ] {
        let mut sandbox = at(&canned.base_url());
        sandbox.set_env("LAB_KEY", key);
        let outcome = doctor(&sandbox, &["--only", "provider"]).exits(3);
        outcome.stdout_has(words).stdout_has(remedy);
    }
    // A server that takes any key.
    let mut sandbox = at(&Canned::good_but(|_| None).base_url());
    sandbox.set_env("LAB_KEY", "YOUR_API_KEY");
    assert_eq!(ids(&doctor(&sandbox, &["--only", "provider"]).exits(0)), Vec::<String>::new());
}

/// Gemini's path has `models` in it, which the server's words about it repeat.
#[test]
fn a_wire_of_gemini_on_a_server_without_it() {
    let canned = Canned::good_but(|line| {
        let path = line.strip_prefix("POST ")?;
        let words = format!("Invalid URL (POST {path})");
        (!path.ends_with("/chat/completions")).then(|| error(404, &words))
    });
    let sandbox = Sandbox::with_codex();
    let url = canned.base_url();
    let add = ["add", "custom", "--id", "lab", "--base-url", &url, "--model", "m", "--wire", "gemini", "--no-probe"];
    sandbox.codexgw(&add).args(&["--key-stdin", "--store", "file"]).stdin("sk-0123456789abcdef").run().ok();
    let outcome = doctor(&sandbox, &["--only", "provider"]).exits(3);
    assert_eq!(ids(&outcome), ["provider-wire"], "{outcome}");
    outcome.stdout_has("`chat` works");
}

#[test]
fn a_model_that_is_misspelt_is_mended() {
    for (model, is_mended) in [("m11", true), ("M1", true), ("something-else", false)] {
        let (upstream, sandbox) = with_a_gateway_provider();
        let file = sandbox.path("codex/up.config.toml");
        let text = std::fs::read_to_string(&file).expect("the profile's file");
        std::fs::write(&file, text.replace("up/m1", &format!("up/{model}"))).expect("a profile");
        let broken = Broken::new("provider-model", sandbox).asked("provider").keeping(upstream);
        if is_mended { broken.mended() } else { broken }.holds();
    }
}

/// A TLS server with a certificate of its own making.
struct Company {
    port: u16,
    process: std::process::Child,
    dir: tempfile::TempDir,
}

impl Company {
    /// With these extensions of its certificate, from and until these times. Nothing where there is no `openssl`.
    fn start(extensions: &str, times: [&str; 2]) -> Option<Self> {
        let dir = tempfile::tempdir().ok()?;
        let openssl = |words: &str| {
            let mut command = Command::new("openssl");
            command.args(words.split_whitespace()).current_dir(dir.path()).stdin(Stdio::null());
            command.stdout(Stdio::null()).stderr(Stdio::null());
            command
        };
        let ca = "[ca]\ndefault_ca=own\n[own]\ndatabase=index\nserial=serial\nnew_certs_dir=.\ndefault_md=sha256\n\
                  policy=any\nx509_extensions=more\n[any]\ncommonName=supplied\n[more]\n";
        let file = |name: &str, text: &str| std::fs::write(dir.path().join(name), text).expect("a file");
        file("ca", &format!("{ca}{}\n", extensions.replace(' ', "\n")));
        file("index", "");
        file("serial", "01\n");
        let is_done = |words: &str| openssl(words).status().is_ok_and(|status| status.success());
        if !is_done("req -new -newkey rsa:2048 -nodes -keyout key -out request -subj /CN=lab-server") {
            return None;
        }
        let [from, until] = times;
        let sign = "ca -selfsign -batch -notext -config ca -keyfile key -in request -out cert";
        assert!(is_done(&format!("{sign} -startdate {from} -enddate {until}")), "openssl signs");
        let port = TcpListener::bind("127.0.0.1:0").ok()?.local_addr().ok()?.port();
        let accept = format!("127.0.0.1:{port}");
        let process = openssl(&format!("s_server -key key -cert cert -accept {accept} -www -quiet")).spawn();
        let company = Self { port, process: process.ok()?, dir };
        // It listens when a connection is taken.
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            std::thread::yield_now();
        }
        Some(company)
    }

    fn certificate(&self) -> String {
        self.dir.path().join("cert").display().to_string()
    }
}

impl Drop for Company {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
