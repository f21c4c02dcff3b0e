use std::collections::BTreeMap;

use crate::catalog::{self, KeyForm, ModelFacts};
use crate::error::{Error, Result};
use crate::probe::{self, Decision, Models, ProbeError, Target, takes_bearer};
use crate::settings::{Road, Via, Wire};
use crate::ui;

use super::{Args, Credentials, Identity};
use crate::secret::looks_like_credential;

/// What the provider turned out to be.
pub struct Upstream {
    /// The base URL that answered.
    pub base_url: String,
    /// What it speaks.
    pub wire: Wire,
    /// The road that follows.
    pub road: Road,
    /// Why, in one line.
    pub why: String,
    /// The header that the key goes in, where it is not the usual one of the wire.
    pub key_form: Option<KeyForm>,
    /// Query parameters of every request.
    pub query: BTreeMap<String, String>,
    /// Quirks that were measured; none means the template's hold.
    pub quirks: Option<Vec<String>>,
    /// The model to start with.
    pub model: String,
    /// All models chosen, with what is known of each.
    pub models: BTreeMap<String, ModelFacts>,
}

impl Upstream {
    /// Asks the provider, unless it is not to be asked.
    pub fn ask(args: &Args, identity: &Identity, credentials: &Credentials, via: Via) -> Result<Self> {
        if via == Via::Direct && args.wire.wanted().is_some_and(|wire| wire != Wire::Responses) {
            return Err(Error::usage("the direct road is only for providers that serve `/responses`")
                .cause("Codex itself speaks nothing else")
                .hint("go through the gateway: `--via gateway`; or say that it serves it: `--wire responses`"));
        }
        if args.no_probe {
            return Self::unasked(args, identity, via);
        }
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|e| Error::bug("cannot start the runtime").cause(e))?;
        runtime.block_on(Self::asked(args, identity, credentials, via))
    }

    async fn asked(args: &Args, identity: &Identity, credentials: &Credentials, via: Via) -> Result<Self> {
        let template = identity.template;
        let template_form = template.and_then(|template| template.auth.form());
        let query = query(args, identity)?;
        let target = Target {
            base_url: identity.base_url.clone(),
            key: credentials.key.as_ref(),
            key_form: args.key_form().or(template_form),
            headers: &credentials.headers,
            secret_headers: &credentials.secret_headers,
            query: &query,
            models_path: template.and_then(|template| template.models_path.as_deref()),
            name: &identity.name,
            keys_url: identity.keys_url(),
        };
        let explained = |error: ProbeError| {
            let elsewhere = identity.elsewhere().filter(|_| matches!(error, ProbeError::WrongKey { .. }));
            elsewhere.into_iter().fold(Error::from(error), Error::hint)
        };
        let client = probe::client()?;
        ui::note(format!("asking {} for its models …", identity.name));
        let listed = match probe::models(&client, &target).await {
            // With a model at hand the wires may work all the same.
            Err(ProbeError::Server { .. }) if !args.model.is_empty() => {
                Models::unlisted(probe::normalise(&identity.base_url)?.remove(0), target.key_form)
            }
            listed => listed.map_err(explained)?,
        };
        let target = Target { base_url: listed.base_url.clone(), key_form: listed.key_form, ..target };
        if let Some(path) = template.and_then(|template| template.key_check_path.as_deref()) {
            probe::check_key(&client, &target, path).await.map_err(explained)?;
        }
        let chosen = choose(args, identity, &listed.list)?;
        ui::note(format!("asking what it speaks, with `{}` …", chosen[0]));
        let likely = args.wire.wanted().or(identity.wire());
        let evidence = probe::wire(&client, &target, &chosen[0], likely).await.map_err(explained)?;
        let decision = fit(probe::decide(&evidence, args.wire.wanted(), via, likely)?, target.key_form, via)?;
        let mut told: BTreeMap<String, ModelFacts> = listed.list.into_iter().collect();
        let details = probe::details(&client, &target, &chosen[0]).await;
        let first = told.remove(&chosen[0]).unwrap_or_default();
        told.insert(chosen[0].clone(), details.merged_over(&first));
        Ok(Self {
            base_url: evidence.base_url,
            wire: decision.wire,
            road: decision.road,
            why: decision.why,
            key_form: unusual(decision.key_form.or(target.key_form), decision.wire),
            query,
            quirks: (!decision.quirks.is_empty()).then(|| with_template(identity, decision.quirks)),
            model: chosen[0].clone(),
            models: chosen.into_iter().map(|name| facts(&name, told.get(&name))).collect(),
        })
    }

    fn unasked(args: &Args, identity: &Identity, via: Via) -> Result<Self> {
        let (road, likely) = match via {
            // Only Responses can be spoken directly, so asking for that road says which wire it is.
            Via::Direct => (Road::Direct, Wire::Responses),
            Via::Auto | Via::Gateway => (Road::Gateway, identity.wire().unwrap_or(Wire::Chat)),
        };
        let wire = args.wire.wanted().unwrap_or(likely);
        let form = args.key_form().or(identity.template.and_then(|template| template.auth.form()));
        if road == Road::Direct && !takes_bearer(form) {
            return Err(no_direct());
        }
        let mut models = args.model.clone();
        if models.is_empty() {
            models.extend(identity.template.and_then(|template| template.model.clone()));
        }
        let Some(model) = models.first().cloned() else {
            return Err(Error::usage("which model? The provider is not asked").hint("name one: `--model MODEL`"));
        };
        Ok(Self {
            base_url: probe::normalise(&identity.base_url)?.remove(0),
            wire,
            road,
            why: "as told, nothing was asked".to_owned(),
            key_form: unusual(form, wire),
            query: query(args, identity)?,
            quirks: None,
            model,
            models: models.iter().map(|name| facts(name, None)).collect(),
        })
    }
}

/// The road once more: Codex can send a key as a bearer only.
fn fit(decision: Decision, form: Option<KeyForm>, via: Via) -> Result<Decision> {
    if via == Via::Direct && !takes_bearer(form) { Err(no_direct()) } else { Ok(decision.with_key_in(form)) }
}

fn no_direct() -> Error {
    Error::usage("Codex cannot talk to this provider directly")
        .cause("it wants the key in a header of its own, and Codex sends keys as `Authorization: Bearer` only")
        .hint("go through the gateway: `--via gateway`")
}

/// The header that the key goes in, unless the wire says it already.
fn unusual(form: Option<KeyForm>, wire: Wire) -> Option<KeyForm> {
    form.filter(|form| *form != KeyForm::of_wire(wire))
}

/// The template's query parameters, and those that the person gave.
fn query(args: &Args, identity: &Identity) -> Result<BTreeMap<String, String>> {
    let mut query = identity.template.map(|template| template.query.clone()).unwrap_or_default();
    for parameter in &args.query {
        let Some((name, value)) = parameter.split_once('=').filter(|(name, _)| !name.trim().is_empty()) else {
            return Err(Error::usage("a query parameter is written `NAME=VALUE`")
                .hint("for example `--query api-version=2026-10-01`"));
        };
        if looks_like_credential(name) {
            return Err(Error::usage(format!("the query parameter `{name}` looks like a credential"))
                .cause("it would be kept in plain text, and show in the list of processes")
                .hint("give the key as a key: `--key-stdin`"));
        }
        query.insert(name.trim().to_owned(), value.to_owned());
    }
    Ok(query)
}

/// What the probe found beside what the template knows.
fn with_template(identity: &Identity, mut quirks: Vec<String>) -> Vec<String> {
    for quirk in identity.template.iter().flat_map(|template| &template.quirks) {
        if !quirks.contains(quirk) {
            quirks.push(quirk.clone());
        }
    }
    quirks
}

fn facts(model: &str, told: Option<&ModelFacts>) -> (String, ModelFacts) {
    let known = catalog::model_facts(model).cloned().unwrap_or_default();
    let mut facts = told.cloned().unwrap_or_default().merged_over(&known);
    // Whether thought can be switched off, our table knows and the provider's list does not say.
    facts.thinking = known.thinking.or(facts.thinking);
    (model.to_owned(), facts)
}

/// The models to set up, the first to start with: those named, else the one picked, else the template's, else the
/// only one there is.
fn choose(args: &Args, identity: &Identity, listed: &[(String, ModelFacts)]) -> Result<Vec<String>> {
    let mut names: Vec<String> = listed.iter().map(|(name, _)| name.clone()).collect();
    if !args.model.is_empty() {
        for model in args.model.iter().filter(|model| !names.is_empty() && !names.contains(model)) {
            ui::warn(format!("{} does not list a model `{model}`; set up as you said", identity.name), None);
        }
        return Ok(args.model.clone());
    }
    let favourite = identity.template.and_then(|template| template.model.clone());
    let position = favourite.as_ref().and_then(|model| names.iter().position(|name| name == model));
    if !args.asks_nothing() && names.len() > 1 {
        // The prompt shows a dozen at a time: the one that is offered has to be the first.
        names[..=position.unwrap_or(0)].rotate_right(1);
        let picked = ui::prompt::select("Model to start with (type to search)", &names)?;
        return Ok(vec![names[picked].clone()]);
    }
    match (names.as_slice(), favourite) {
        ([only], _) => Ok(vec![only.clone()]),
        ([], Some(model)) => Ok(vec![model]),
        (_, Some(model)) if position.is_some() => Ok(vec![model]),
        ([], None) if !args.asks_nothing() => Ok(vec![ui::prompt::input("Model, by the provider's own name", "")?]),
        ([], None) => Err(Error::usage(format!("{} lists no models, so one has to be named", identity.name))
            .hint("name one: `--model MODEL`")),
        (many, _) => {
            let some: Vec<String> = many.iter().take(5).map(|name| format!("`{}`", ui::plain(name, 80))).collect();
            Err(Error::usage(format!("{} has {}", identity.name, ui::plural(many.len(), "model")))
                .cause(format!("among them {}", some.join(", ")))
                .hint("name the one to start with: `--model MODEL`"))
        }
    }
}
