//! What Codex's own error messages mean, and what mends their cause. Works without a network and without Codex.

use serde::Serialize;

/// A message of Codex 0.169.0, as far as it always reads the same.
struct Message {
    id: &'static str,
    /// All of these are in it; letter case does not matter.
    parts: &'static [&'static str],
    cause: &'static str,
    fix: &'static str,
}

/// What a message means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// A stable name of the cause.
    pub id: &'static str,
    /// Why Codex says it.
    pub cause: &'static str,
    /// What to do.
    pub fix: &'static str,
}

/// The meaning of a text that Codex printed; several when it printed several messages. The order is that of the table:
/// what is more certain first.
#[must_use]
pub fn explain(text: &str) -> Vec<Explanation> {
    let text = normal(text);
    let says = |message: &&Message| message.parts.iter().all(|part| text.contains(&normal(part)));
    MESSAGES
        .iter()
        .filter(says)
        .map(|message| Explanation { id: message.id, cause: message.cause, fix: message.fix })
        .collect()
}

/// Without letter case, line breaks and the two kinds of apostrophe.
fn normal(text: &str) -> String {
    let text = text.to_lowercase().replace(['\u{2019}', '\''], " ");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

const fn message(id: &'static str, parts: &'static [&'static str], cause: &'static str, fix: &'static str) -> Message {
    Message { id, parts, cause, fix }
}

const MIGRATE: &str = "`codexgw migrate` mends it after showing what changes";
const DOCTOR: &str = "`codexgw doctor` finds out which, and says what mends it";

/// All messages that codexgw knows (codex-facts 1, 2, 4.1, 5 and 7).
const MESSAGES: &[Message] = &[
    message(
        "wire-api-chat",
        &["wire_api = \"chat\"` is no longer supported"],
        "since 0.95 Codex speaks only the Responses API; the provider was set up for Chat Completions",
        "`codexgw migrate` puts the provider behind the gateway, which translates",
    ),
    message(
        "wire-api-unknown",
        &["unknown variant", "expected `responses`"],
        "`wire_api` of a provider names something that Codex never knew; it takes only `responses`",
        MIGRATE,
    ),
    message(
        "provider-without-name",
        &["provider name must not be empty"],
        "a table under `model_providers` has no `name`",
        MIGRATE,
    ),
    message(
        "reserved-id",
        &["reserved built-in provider ids"],
        "Codex keeps the ids openai, ollama and lmstudio for itself and refuses a table of that name",
        "`codexgw migrate` renames the provider, with all that refers to it",
    ),
    message(
        "built-in-limited",
        &["only supports changing"],
        "this id is of a provider that is built into Codex, of which only a few settings can be changed",
        MIGRATE,
    ),
    message(
        "ollama-chat",
        &["`ollama-chat` is no longer supported"],
        "Codex dropped its Chat Completions road to Ollama",
        "`codexgw add ollama` goes through the gateway; `codexgw migrate` takes the old name out",
    ),
    message(
        "unknown-provider",
        &["model provider `", "` not found"],
        "`model_provider` names a provider that is configured nowhere",
        "choose one that is there: `codexgw use PROVIDER`; or add it: `codexgw add …`",
    ),
    message(
        "provider-gone",
        &["uses model provider", "no longer configured"],
        "the session was made with a provider whose table is gone; Codex resumes it only with that table",
        "put it back: `codexgw undo --list` shows the change that took it out",
    ),
    message(
        "legacy-profile-selector",
        &["legacy `profile = ", "no longer supported"],
        "since 0.134 profiles are files of their own, and `profile = …` is refused",
        "`codexgw migrate` makes the files",
    ),
    message(
        "legacy-profile-table",
        &["cannot be used while", "legacy `profile"],
        "`config.toml` still has the old table of that profile, which Codex wants in a file of its own",
        "`codexgw migrate` makes the file",
    ),
    message(
        "profile-name",
        &["invalid --profile value"],
        "Codex takes letters, digits, `-` and `_` in a profile's name",
        "`codexgw profile list` shows the names that there are",
    ),
    message(
        "approval-policy-untrusted",
        &["approval_policy = \"untrusted\" is no longer supported"],
        "Codex dropped that approval policy",
        MIGRATE,
    ),
    message(
        "web-search-boolean",
        &["invalid type: unit variant, expected string only"],
        "`web_search` takes a word now (`disabled`, `cached`, `live`), not true or false",
        MIGRATE,
    ),
    message(
        "empty-effort",
        &["reasoning_effort must not be empty"],
        "`model_reasoning_effort` is there, and empty",
        MIGRATE,
    ),
    message(
        "ignored-setting",
        &["codex is ignoring", "unrecognized configuration setting"],
        "a key in a configuration file is misspelt, or one that Codex never had; guides invent some",
        "`codexgw migrate` takes the known ones out; `codexgw doctor --only config` names the others",
    ),
    message(
        "strict-config",
        &["unknown configuration field"],
        "with `--strict-config` Codex refuses a key that it does not know",
        "`codexgw migrate`, or leave `--strict-config` out",
    ),
    message(
        "project-settings",
        &["ignored unsupported project-local config keys"],
        "provider settings in a project's `.codex/config.toml` are always ignored",
        "`codexgw migrate`, run in that project, moves them to where Codex reads them",
    ),
    message(
        "project-untrusted",
        &["untrusted project-local configuration is disabled"],
        "Codex ignores a project's configuration until you trust the project",
        "trust it, if you do: start `codex` there and say yes, or `codex exec --trust`",
    ),
    message(
        "env-key-missing",
        &["missing environment variable:"],
        "the provider's key is read from a variable that is not set where Codex runs; the IDE, the desktop app and \
         Codex's background server do not see what your shell exports later",
        "let codexgw keep the key: `codexgw add PROVIDER`; or set the variable and start with `codexgw run`",
    ),
    message(
        "token-command-failed",
        &["failed to resolve external auth"],
        "the command that hands Codex the key failed, and Codex sent the request without any key",
        DOCTOR,
    ),
    message(
        "auth-and-env-key",
        &["provider auth cannot be combined with"],
        "a provider's table has `auth` and another way to give the key; Codex takes only one",
        "take the other one out: `codexgw config edit`",
    ),
    message(
        "context-full",
        &["ran out of room in the model's context window"],
        "the conversation is longer than the model takes",
        "start a new thread, or `/compact` before it is full",
    ),
    message(
        "quota",
        &["quota exceeded. check your plan"],
        "the provider says that the account has no credit left",
        "look at the account at the provider; another one: `codexgw use PROVIDER`",
    ),
    message(
        "rate-limit-lost",
        &["exceeded retry limit, last status: 429"],
        "the provider limits the rate; Codex does not show its words",
        "wait a little; through the gateway its words are kept: `codexgw add PROVIDER --via gateway --force`",
    ),
    message(
        "rate-limit",
        &["rate limit exceeded:"],
        "the provider limits how many requests or tokens you may send in a minute or a day",
        "wait as long as it says; another provider: `codexgw use PROVIDER`",
    ),
    message(
        "overloaded",
        &["selected model is at capacity"],
        "the provider has no room for this model right now",
        "try again later, or another model: `/model`",
    ),
    message(
        "high-demand",
        &["currently experiencing high demand"],
        "the provider answered 500; Codex retried 30 times and does not show its words",
        "`codexgw doctor PROVIDER` asks it once and shows what it says",
    ),
    message(
        "stream-cut",
        &["stream closed before response.completed"],
        "the answer ended without its last event: the provider does not speak the Responses API at this address (a web \
         page, a Chat Completions answer), or the connection broke",
        "`codexgw doctor PROVIDER` finds out what it speaks",
    ),
    message(
        "stream-idle",
        &["idle timeout waiting for sse"],
        "the provider sent nothing for longer than Codex waits",
        "through the gateway Codex is kept waiting: `codexgw add PROVIDER --via gateway --force`",
    ),
    message(
        "stream-broken",
        &["error decoding response body"],
        "the connection broke in the middle of the answer",
        DOCTOR,
    ),
    message(
        "builder-error",
        &["builder error"],
        "the provider's `base_url` is empty or has no `https://` in front",
        "`codexgw config edit`, or add the provider anew: `codexgw add custom --base-url URL`",
    ),
    message(
        "no-network",
        &["waiting for network"],
        "Codex cannot reach the provider: wrong host, no network, a proxy, TLS, or the gateway is down; it waits for \
         ever",
        DOCTOR,
    ),
    message(
        "websockets",
        &["falling back from websockets"],
        "`openai_base_url` makes Codex try WebSockets first, and sends your ChatGPT login there",
        "`codexgw doctor --fix` takes it out; add the provider instead: `codexgw add custom --base-url URL`",
    ),
    message(
        "cloudflare",
        &["access blocked by cloudflare"],
        "the provider's protection refused the request, often by country, network or proxy",
        DOCTOR,
    ),
    message(
        "status-401",
        &["unexpected status 401"],
        "the provider does not take the key: a wrong one, one of another provider, or none was sent",
        "`codexgw key set PROVIDER`, then `codexgw doctor PROVIDER`",
    ),
    message(
        "status-402",
        &["unexpected status 402"],
        "the provider wants to be paid first",
        "look at the account at the provider",
    ),
    message("status-403", &["unexpected status 403"], "the key may not use this model, or not from here", DOCTOR),
    message(
        "status-404",
        &["unexpected status 404"],
        "there is no Responses API at this address: `base_url` is wrong (`/v1` missing or doubled), or the provider \
         speaks only Chat Completions",
        "`codexgw doctor PROVIDER`, or add it again: `codexgw add custom --base-url URL`",
    ),
    message(
        "status-5xx",
        &["unexpected status 50"],
        "the provider, or something before it, failed",
        "try again later; `codexgw doctor PROVIDER` shows what it says",
    ),
    message(
        "compaction",
        &["remote compaction v2 expected exactly one compaction output item"],
        "the provider is named `OpenAI` or `Azure`, so Codex left compaction to it, and it cannot",
        "`codexgw doctor --fix` gives it a name of its own",
    ),
    message(
        "completed-unreadable",
        &["failed to parse responsecompleted"],
        "the provider's last event lacks fields that Codex wants",
        "go through the gateway: `codexgw add PROVIDER --via gateway --force`",
    ),
    message(
        "metadata",
        &["model metadata for", "not found"],
        "Codex does not know the model, so it guesses its window and offers fewer tools",
        "`codexgw run`, or a profile of codexgw, brings the facts along; they are made anew with `codexgw use PROVIDER`",
    ),
    message(
        "models-unreadable",
        &["failed to decode models response"],
        "the provider lists its models in OpenAI's form, not in Codex's; nothing is broken by it",
        "nothing has to be done; behind the gateway it does not come up",
    ),
    message(
        "catalogue",
        &["failed to parse model_catalog_json"],
        "the file that `model_catalog_json` names is not a catalogue",
        "`codexgw doctor --fix` takes the line out",
    ),
    message(
        "apply-patch-kind",
        &["invoked with incompatible payload"],
        "the model called a tool in the wrong form, or a proxy in between changed the call",
        "go through the gateway: `codexgw add PROVIDER --via gateway --force`",
    ),
    message(
        "unsupported-call",
        &["unsupported call:"],
        "the model called a tool that Codex did not offer under this name; some proxies flatten the names of MCP tools",
        "go through the gateway: `codexgw add PROVIDER --via gateway --force`",
    ),
    message(
        "codex-home",
        &["error finding codex home"],
        "`CODEX_HOME` names a folder that does not exist",
        "make it: `mkdir -p \"$CODEX_HOME\"`, or `unset CODEX_HOME`",
    ),
    message(
        "not-trusted-folder",
        &["not inside a trusted directory"],
        "`codex exec` works only in a git repository or a folder that you trust",
        "`git init`, or say `--skip-git-repo-check`",
    ),
    message(
        "daemon-features",
        &["background server has incompatible feature settings"],
        "Codex's background server was started with other settings",
        "`codex app-server daemon stop`, or start with `codexgw run`",
    ),
    message(
        "no-such-file",
        &["no such file or directory (os error 2)"],
        "a file that the configuration names is not there, often `model_catalog_json` or `model_instructions_file`",
        "`codexgw doctor` names it",
    ),
];

#[cfg(test)]
mod tests {
    use super::{MESSAGES, explain};

    #[test]
    fn every_message_is_known_by_its_own_words_and_named_once() {
        for message in MESSAGES {
            let ids: Vec<_> = explain(&message.parts.join(" … ")).into_iter().map(|known| known.id).collect();
            assert!(ids.contains(&message.id), "{} is not found: {ids:?}", message.id);
            assert!(message.cause.len() > 20 && message.fix.len() > 8, "{}", message.id);
        }
        let mut ids: Vec<_> = MESSAGES.iter().map(|message| message.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), MESSAGES.len());
    }

    #[test]
    fn what_codex_really_prints_is_understood() {
        for (text, id) in [
            (
                "Error loading config.toml: `wire_api = \"chat\"` is no longer supported.\nHow to fix: set `wire_api = \
                 \"responses\"` in your provider config.\nin `model_providers.gw.wire_api`",
                "wire-api-chat",
            ),
            ("Error: Model provider `nope` not found", "unknown-provider"),
            ("ERROR: Missing environment variable: `GWK`.", "env-key-missing"),
            (
                "Codex ran out of room in the model\u{2019}s context window. Start a new thread or clear earlier history",
                "context-full",
            ),
            ("We\u{2019}re currently experiencing high demand, which may cause temporary errors.", "high-demand"),
            ("unexpected status 404 Not Found: {\"detail\":\"Not Found\"}, url: http://h/v1/responses", "status-404"),
            ("stream disconnected before completion: stream closed before response.completed", "stream-cut"),
            ("ERROR: exceeded retry limit, last status: 429 Too Many Requests", "rate-limit-lost"),
            ("warning: Model metadata for `m1` not found. Defaulting to fallback metadata;", "metadata"),
        ] {
            let found = explain(text);
            assert_eq!(found.first().map(|known| known.id), Some(id), "{text}");
        }
        assert!(explain("all is well").is_empty());
    }
}
