//! The person's ChatGPT login or OpenAI key going to somebody else (codex-facts G4, G5): who is sent what.
//!
//! Measured with Codex 0.169: the built-in provider sends the login, or the stored key, to `openai_base_url`; the login
//! alone goes to `chatgpt_base_url`; a table with `requires_openai_auth` is sent either, unless it has `env_key` or
//! `experimental_bearer_token`. A stored key is often a relay's own and right there, so it is left alone.

use url::Url;

use crate::codex::{Login, is_key_of_openai};
use crate::config::{Change, Document};
use crate::doctor::{Check, Finding, Fix, ProviderTable, Severity, World};

pub const CHECK: Check =
    Check { id: "leak", about: "whether your ChatGPT login goes to a third party", is_online: false, look };

/// What Codex would send.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Held {
    /// The login of a ChatGPT account.
    ChatGpt,
    /// A key that only OpenAI gives out.
    OpenAiKey,
    /// A key that may be anybody's.
    Key,
    /// What lies in the keyring is not looked at.
    Unknown,
    /// Nothing, for now.
    Nothing,
}

/// Where it would go.
enum Receiver {
    /// To OpenAI, readable for everybody on the way.
    InClear,
    /// To this machine.
    Here(String),
    /// To this host.
    Host(String),
}

fn look(world: &World) -> Vec<Finding> {
    let held = Held::read(world);
    // They are the built-in provider's.
    let built_in = world.documents().filter(|_| world.is_about("openai"));
    let documents = built_in.flat_map(|document| base_urls(world, document, held));
    documents.chain(world.tables().filter_map(|table| auth(table, held))).collect()
}

/// Whether an address that may be sent the login is another than OpenAI's.
pub(super) fn has_foreign_address(world: &World) -> bool {
    let top = |document: &Document| {
        ["openai_base_url", "chatgpt_base_url"].iter().any(|key| document.get_str(&[key]).is_some_and(is_foreign))
    };
    let asks = |table: ProviderTable<'_>| asks_for_login(table) && table.text("base_url").is_some_and(is_foreign);
    world.documents().any(top) || world.all_tables().any(asks)
}

impl Held {
    fn read(world: &World) -> Self {
        let home = world.codex_home.as_ref().ok();
        match (home.and_then(Login::read), world.var("CODEX_API_KEY")) {
            (Some(Login::ChatGpt), _) => Self::ChatGpt,
            (Some(Login::ApiKey), _) if home.is_some_and(Login::has_key_of_openai) => Self::OpenAiKey,
            (None, Some(key)) if is_key_of_openai(key) => Self::OpenAiKey,
            (Some(Login::ApiKey), _) | (None, Some(_)) => Self::Key,
            (None, None) => {
                let store = world.config().and_then(|config| config.get_str(&["cli_auth_credentials_store"]));
                if matches!(store, Some("keyring" | "auto")) { Self::Unknown } else { Self::Nothing }
            }
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::ChatGpt => "your ChatGPT login",
            Self::OpenAiKey => "your OpenAI key",
            Self::Key => "the key that Codex has stored",
            Self::Unknown => "the login in your keyring, if there is one,",
            Self::Nothing => "your login",
        }
    }

    /// Whether it is OpenAI's, as far as is known.
    fn is_openai(self) -> bool {
        matches!(self, Self::ChatGpt | Self::OpenAiKey)
    }
}

/// One line of a file, and what becomes of the login because of it.
struct Line<'w> {
    id: &'static str,
    /// What sends it, as the beginning of a sentence.
    sender: String,
    place: String,
    document: &'w Document,
    /// The line.
    path: Vec<&'w str>,
    /// The address, where that is a line of its own to mend.
    address: Vec<&'w str>,
    url: &'w str,
    held: Held,
    /// Whether Codex works on without the line, once nothing of OpenAI's is sent any more.
    can_go: bool,
}

/// The two addresses that are OpenAI's own. `chatgpt_base_url` gets the login whatever the provider is.
fn base_urls<'w>(world: &'w World, document: &'w Document, held: Held) -> impl Iterator<Item = Finding> {
    let is_login = matches!(held, Held::ChatGpt | Held::Unknown);
    let keys = [
        ("leak-openai-base-url", "openai_base_url", if asks_openai(world) { held } else { Held::Nothing }),
        ("leak-chatgpt-base-url", "chatgpt_base_url", if is_login { held } else { Held::Nothing }),
    ];
    keys.into_iter().filter_map(move |(id, key, held)| {
        Line {
            id,
            sender: format!("`{key}`"),
            place: format!("{} sets it", World::place(document, &[key])),
            document,
            path: vec![key],
            address: vec![key],
            url: document.get_str(&[key])?,
            held,
            // A server that asks for no login is used like this.
            can_go: held.is_openai() || key == "chatgpt_base_url",
        }
        .finding()
    })
}

/// Whether anything that can be started asks the built-in provider.
fn asks_openai(world: &World) -> bool {
    let choices = world.choices();
    world.config().is_none()
        || choices.iter().any(|choice| choice.text("model_provider").is_none_or(|id| id == "openai"))
}

/// Whether a table is sent the login: a key of its own goes before it.
fn asks_for_login(table: ProviderTable<'_>) -> bool {
    let says = table.document.get(&table.path("requires_openai_auth")).and_then(toml_edit::Item::as_bool);
    says == Some(true) && !["env_key", "experimental_bearer_token", "auth"].iter().any(|key| table.has(key))
}

fn auth(table: ProviderTable<'_>, held: Held) -> Option<Finding> {
    if !asks_for_login(table) {
        return None;
    }
    Line {
        id: "leak-requires-openai-auth",
        sender: format!("provider `{}`", table.id),
        place: format!("{} says `requires_openai_auth = true`", table.place("requires_openai_auth")),
        document: table.document,
        path: vec!["model_providers", table.id, "requires_openai_auth"],
        address: vec!["model_providers", table.id, "base_url"],
        url: table.text("base_url").unwrap_or_default(),
        held,
        can_go: true,
    }
    .finding()
}

impl Line<'_> {
    fn finding(self) -> Option<Finding> {
        let Self { id, held, url, .. } = self;
        let (sender, sends) = (&self.sender, held.words());
        Some(match (receiver(url)?, held) {
            (Receiver::InClear, Held::Nothing) | (Receiver::Here(_), Held::Nothing | Held::Key) => return None,
            (Receiver::InClear, _) => {
                let what = format!("{sender} sends {sends} unencrypted, for everybody on the way to read");
                let address = Change::set(&self.address, url.replacen("http://", "https://", 1));
                let fix = self.edit(address, "encrypt the way to OpenAI");
                self.seen(Finding::new("leak-unencrypted", Severity::Danger, what)).mended_by(fix)
            }
            (Receiver::Here(address), _) => {
                let what = format!("{sender} sends {sends} to a server on this machine");
                self.seen(Finding::warning("leak-to-local-server", what))
                    .saw(format!("whoever listens at {address} has it, and may pass it on"))
                    .say(format!("if you did not mean that, {}", self.by_hand()))
            }
            (Receiver::Host(host), Held::Key) => {
                let what = format!("{sender} sends {sends} to {host}");
                self.seen(Finding::note("leak-stored-key", what))
                    .saw("that is right for a key of that host's own, and wrong for one of OpenAI's")
                    .say(format!("if it is OpenAI's, {}", self.by_hand()))
            }
            (Receiver::Host(host), Held::Nothing) => {
                let what =
                    format!("{sender} would send your ChatGPT login, or OpenAI key, to {host} once Codex had one");
                let finding = self.seen(Finding::warning(id, what)).saw("none is stored that would go there now");
                self.mend(finding)
            }
            (Receiver::Host(host), Held::Unknown) => {
                let what = format!("{sender} sends {sends} to {host}");
                self.seen(Finding::new(id, Severity::Danger, what)).say(self.by_hand())
            }
            (Receiver::Host(host), _) => {
                let what = format!("{sender} sends {sends} to {host}");
                let finding = self.seen(Finding::new(id, Severity::Danger, what));
                self.mend(finding)
            }
        })
    }

    fn seen(&self, finding: Finding) -> Finding {
        let finding = finding.saw(&self.place);
        if self.path.len() > 1 {
            return finding;
        }
        let url = Url::parse(self.url).map(|url| crate::secret::redact::redacted_url(&url)).unwrap_or_default();
        finding.saw(format!("to use that host, add it as a provider: `codexgw add custom --id ID --base-url {url}`"))
    }

    fn mend(&self, finding: Finding) -> Finding {
        if self.can_go {
            return finding.mended_by(self.edit(Change::remove(&self.path), "keep your login to OpenAI"));
        }
        finding.say(format!("add the host as a provider, and {}", self.by_hand()))
    }

    fn edit(&self, change: Change, label: &'static str) -> Fix {
        Fix::Edit { file: self.document.path().to_path_buf(), changes: vec![change], label }
    }

    fn by_hand(&self) -> String {
        let name = self.document.path().file_name().and_then(|name| name.to_str()?.strip_suffix(".config.toml"));
        let profile = name.map(|name| format!(" --profile {name}")).unwrap_or_default();
        format!("take `{}` out: `codexgw config edit{profile}`", self.path.last().unwrap_or(&""))
    }
}

/// Who is at a URL, unless that is OpenAI, reached as it should be.
fn receiver(url: &str) -> Option<Receiver> {
    let parsed = Url::parse(url).ok()?;
    let host = parsed.host_str()?.trim_matches(['[', ']']).to_ascii_lowercase();
    let is_openai = ["openai.com", "chatgpt.com"].iter().any(|own| host == *own || host.ends_with(&format!(".{own}")));
    let is_here = host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
    match (is_openai, is_here) {
        (true, _) => (parsed.scheme() == "http").then_some(Receiver::InClear),
        (_, true) => Some(Receiver::Here(url.to_owned())),
        _ => Some(Receiver::Host(host)),
    }
}

/// Whether somebody else than OpenAI is at a URL, or can listen on the way there.
pub(super) fn is_foreign(url: &str) -> bool {
    receiver(url).is_some()
}

#[cfg(test)]
mod tests {
    use super::is_foreign;

    #[test]
    fn only_openai_is_no_stranger() {
        for own in ["https://api.openai.com/v1", "https://chatgpt.com/x", "https://eu.api.openai.com/v1"] {
            assert!(!is_foreign(own), "{own}");
        }
        for strange in [
            "https://openai.com.evil.net/v1",
            "http://10.0.0.7/v1",
            "https://notopenai.com",
            "http://127.0.0.1:1/v1",
            "http://[::1]/",
            "http://api.openai.com/v1",
        ] {
            assert!(is_foreign(strange), "{strange}");
        }
    }
}
