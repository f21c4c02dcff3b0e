//! Models that cannot carry Codex, and models of which Codex knows nothing (codex-facts 3.3 and 5).

use crate::catalog::{self, ModelFacts};
use crate::codex::is_built_in;
use crate::config::Change;
use crate::doctor::{Check, Choice, Finding, Fix, ProviderTable, World, typed};
use crate::probe::is_near;
use crate::settings::Wire;
use crate::setup::GATEWAY_ID;

pub const CHECK: Check = Check { id: "model", about: "whether the models can carry Codex", is_online: false, look };

/// What Codex's instructions and tools take of the window before a word is said, in tokens.
const PROMPT: u64 = 14_000;

/// Below this, little work fits in before the conversation has to be cut.
const ROOMY: u64 = 32_000;

/// What Codex 0.169.0 takes for the window of a model that it does not know.
const GUESSED_WINDOW: u64 = 272_000;

/// What the names of OpenAI's own code-mode models start with in Codex 0.169.0.
const CODE_MODE: [&str; 3] = ["gpt-6", "gpt-5.6", "gpt-daybreak"];

/// How a server of one's own gives a model more room.
const LARGER: &str = "give it a larger one where the server is started: `OLLAMA_CONTEXT_LENGTH=65536 ollama serve`, \
                      `llama-server -c 65536`, in LM Studio where the model is loaded";

/// The one model of OpenAI's that Codex 0.169.0 knows and asks in the usual form.
const KNOWN: &str = "gpt-5.5";

fn look(world: &World) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (id, provider) in world.providers() {
        for (model, facts) in &provider.models {
            let facts =
                catalog::model_facts(model).map_or_else(|| facts.clone(), |base| facts.clone().merged_over(base));
            findings.extend(unfit(id, &provider.base_url, model, &facts, true));
        }
    }
    for choice in world.choices() {
        findings.extend(set_window(choice));
        findings.extend(unowned(world, choice));
        findings.extend(unknown(world, choice));
    }
    findings
}

/// What keeps a model from carrying Codex.
pub(super) fn unfit(provider: &str, base_url: &str, model: &str, facts: &ModelFacts, is_ours: bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    let other = || {
        if is_ours {
            format!(
                "choose another of `codexgw models {provider}`: `codexgw profile add {provider} --provider {provider} --model MODEL`"
            )
        } else {
            "name another in `model`: `codexgw config edit`".to_owned()
        }
    };
    if facts.tools == Some(false) {
        let what =
            format!("`{model}` of `{provider}` calls no tools, so Codex can neither read nor change a file with it");
        findings.push(Finding::broken("model-without-tools", what).say(other()));
    }
    if let Some(window) = facts.context.filter(|window| *window < ROOMY) {
        let what = format!("the window of `{model}` of `{provider}` is {window} tokens");
        // A server near by is the person's own, and gives the window that it was told to.
        let say = if is_near(base_url) { LARGER.to_owned() } else { other() };
        let prompt = format!("Codex's own instructions and tools take about {PROMPT} of them");
        findings.push(if window < PROMPT + PROMPT / 4 {
            Finding::broken("model-window", format!("{what}: too small for Codex")).saw(prompt).say(say)
        } else {
            Finding::warning("model-window-narrow", format!("{what}: Codex has little room in it")).saw(prompt).say(say)
        });
    }
    findings
}

/// The command that brings codexgw's catalogue to the person's own provider.
fn behind_gateway(world: &World, table: ProviderTable<'_>) -> String {
    typed(&table.behind_gateway(world, Wire::Responses, None))
}

/// A window that the person has set, too small for what Codex itself has to say.
fn set_window(choice: Choice<'_>) -> Option<Finding> {
    let set = choice.document.get(&["model_context_window"])?.as_integer()?;
    let window = u64::try_from(set).ok().filter(|window| *window < PROMPT + PROMPT / 4)?;
    let what = format!("{} has a window of {window} tokens: too small for Codex", choice.words());
    Some(
        Finding::broken("model-window", what)
            .saw(World::place(choice.document, &["model_context_window"]))
            .saw(format!("Codex's own instructions and tools take about {PROMPT} of them"))
            .say("name the model's real window, or another model: `codexgw config edit`"),
    )
}

/// A model that goes to the gateway, and does not say to which provider.
fn unowned(world: &World, choice: Choice<'_>) -> Option<Finding> {
    let model = choice.text("model").filter(|_| choice.text("model_provider") == Some(GATEWAY_ID))?;
    let settings = world.settings.as_ref().ok()?;
    if model.split_once('/').is_some_and(|(id, _)| settings.providers.contains_key(id)) {
        return None;
    }
    let what = format!("{} names the model `{model}`, and not of which provider it is", choice.words());
    let finding = Finding::broken("model-unowned", what)
        .saw(World::place(choice.document, &["model"]))
        .saw("the gateway's models are named `<provider>/<model>`");
    let of_profile = choice.profile.and_then(|name| settings.profiles.get(name)).map(|record| record.provider.as_str());
    let mut having = settings.providers.iter().filter(|(_, provider)| provider.chosen().any(|known| known == model));
    let only = having.next().filter(|_| having.next().is_none()).map(|(id, _)| id.as_str());
    let lone = settings.providers.keys().next().filter(|_| settings.providers.len() == 1).map(String::as_str);
    // What stands before a slash may be meant for a provider that is gone.
    let guess = of_profile.or(lone).filter(|_| !model.contains('/'));
    Some(match only.or(guess).filter(|_| choice.document.get(&["model"]).is_some()) {
        Some(id) => finding.mended_by(Fix::Edit {
            file: choice.document.path().to_path_buf(),
            changes: vec![Change::set(&["model"], format!("{id}/{model}"))],
            label: "say whose a model is",
        }),
        None => match choice.profile {
            Some(name) => finding.say(format!("name one of `codexgw list`: `codexgw config edit --profile {name}`")),
            None => finding.say("choose one: `codexgw use PROVIDER`"),
        },
    })
}

/// A model on a provider of the person's own making, of which Codex knows nothing or something wrong.
fn unknown(world: &World, choice: Choice<'_>) -> Vec<Finding> {
    let Some(table) = choice.table().filter(|table| !is_built_in(table.id) && !table.is_ours(world)) else {
        return Vec::new();
    };
    let Some(model) = choice.text("model") else {
        // The check of profiles tells it of profiles.
        if choice.profile.is_some() {
            return Vec::new();
        }
        let what = format!(
            "{} names the provider `{}` and no model, so Codex asks for OpenAI's own",
            choice.words(),
            table.id
        );
        return vec![
            Finding::broken("model-missing", what)
                .saw(World::place(choice.document, &["model_provider"]))
                .say("name one: `codexgw config edit`, `model = \"…\"`"),
        ];
    };
    let facts = catalog::model_facts(model).cloned().unwrap_or_default();
    let mut findings = unfit(table.id, table.text("base_url").unwrap_or_default(), model, &facts, false);
    // With a catalogue of its own Codex knows what it says there.
    if choice.has("model_catalog_json") || table.has("auth") || table.has("model_catalog_url") {
        return findings;
    }
    let place = World::place(choice.document, &["model"]);
    if CODE_MODE.iter().any(|start| model.starts_with(start)) {
        let what =
            format!("Codex takes `{model}` for OpenAI's own and asks `{}` in a form that OpenAI alone knows", table.id);
        findings.push(
            Finding::warning("model-code-mode", what)
                .saw(place)
                .say(format!("through codexgw it is asked in the usual form: `{}`", behind_gateway(world, table))),
        );
    } else if model != KNOWN && !choice.has("model_context_window") {
        let what = format!("Codex does not know `{model}` and guesses its window of {GUESSED_WINDOW} tokens");
        let words = format!("Codex says: Model metadata for `{model}` not found. Defaulting to fallback metadata");
        findings.push(match facts.context.filter(|window| *window < GUESSED_WINDOW) {
            Some(window) => Finding::warning("model-metadata", what)
                .saw(words)
                .saw(format!("it has {window}, so a long session ends with an error and is not shortened"))
                .mended_by(Fix::Edit {
                    file: choice.document.path().to_path_buf(),
                    changes: vec![Change::set(&["model_context_window"], i64::try_from(window).unwrap_or(i64::MAX))],
                    label: "tell Codex the model's window",
                }),
            None => Finding::note("model-metadata", what)
                .saw(words)
                .say(format!("codexgw brings the facts along: `{}`", behind_gateway(world, table))),
        });
    }
    findings
}
