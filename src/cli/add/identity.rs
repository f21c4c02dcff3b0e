use crate::catalog::{self, Endpoint, ProviderTemplate};
use crate::codex;
use crate::error::{Error, Result};
use crate::secret::key_shape::holds_key;
use crate::settings::Wire;
use crate::setup::Setup;
use crate::ui;

use super::super::address;
use super::super::context::{no_template, prefixes, unusable};
use super::Args;

/// Which provider is meant, and under which names it will stand.
pub struct Identity {
    /// Its template, unless it is `custom`.
    pub template: Option<&'static ProviderTemplate>,
    /// Its id here.
    pub id: String,
    /// Shown name.
    pub name: String,
    /// Name of its profile.
    pub profile: String,
    /// Base URL as given or known.
    pub base_url: String,
    endpoint: Option<&'static Endpoint>,
}

impl Identity {
    /// Finds the template and checks the names, before anything else is asked.
    pub fn settle(args: &Args, setup: &Setup) -> Result<Self> {
        let template = template(&args.provider)?;
        let endpoint = endpoint(args, template)?;
        let base_url = base_url(args, template, endpoint)?;
        let id = free_id(args, template)?;
        may_replace(args, setup, &id)?;
        let offered = template.filter(|_| args.id.is_none()).map(|template| template.default_profile().to_owned());
        let profile = args.profile.clone().or(offered).unwrap_or_else(|| id.clone());
        setup.check_profile_name(&profile)?;
        may_take_profile(args, setup, &profile, &id)?;
        let name = template.map_or_else(|| id.clone(), |template| template.name.clone());
        Ok(Self { template, id, name, profile, base_url, endpoint })
    }

    /// The wire that is to be expected there.
    pub fn wire(&self) -> Option<Wire> {
        self.endpoint.and_then(|endpoint| endpoint.wire).or(self.template.map(|template| template.wire))
    }

    /// Where keys are made.
    pub fn keys_url(&self) -> Option<&'static str> {
        let of_endpoint = self.endpoint.and_then(|endpoint| endpoint.keys_url.as_deref());
        of_endpoint.or_else(|| self.template?.keys_url.as_deref())
    }

    /// The provider's other endpoints, to which a key that is refused here may belong.
    pub fn elsewhere(&self) -> Option<String> {
        let template = self.template.filter(|template| !template.endpoints.is_empty())?;
        let here = self.endpoint.map(|endpoint| endpoint.id.as_str());
        let others = template.endpoints.iter().filter(|other| Some(other.id.as_str()) != here);
        let mut others: Vec<String> =
            others.map(|other| format!("`--endpoint {}` is for {}", other.id, other.for_whom)).collect();
        if let (Some(_), Some(for_whom)) = (here, &template.base_url_for) {
            others.insert(0, format!("without `--endpoint` it is for {for_whom}"));
        }
        Some(format!("it may be a key for elsewhere: {}", others.join("; ")))
    }
}

/// A profile that stands for another provider changes hands only on the person's word.
fn may_take_profile(args: &Args, setup: &Setup, profile: &str, id: &str) -> Result<()> {
    let Some(other) = setup.settings.profiles.get(profile).map(|record| &record.provider).filter(|other| *other != id)
    else {
        return Ok(());
    };
    if args.force {
        ui::note(format!("the profile `{profile}` was of `{other}`, which has none of that name now"));
        return Ok(());
    }
    Err(Error::fixable(format!("the profile `{profile}` is of `{other}`"))
        .cause("it was left as it is")
        .hint(format!("choose another name: `--profile {profile}-2`, or take it over with `--force`")))
}

fn template(words: &str) -> Result<Option<&'static ProviderTemplate>> {
    if words == "custom" {
        return Ok(None);
    }
    catalog::provider(words).map(Some).ok_or_else(|| {
        if let Some(broken) = catalog::broken().iter().find(|broken| broken.id() == words) {
            return unusable(broken);
        }
        if let Some(why) = catalog::unsupported(words) {
            return no_template(words, why);
        }
        let error = Error::usage(format!("codexgw does not know the provider `{words}`"))
            .cause(format!("it knows {} others, and `custom`", catalog::providers().count()));
        match catalog::nearest(words) {
            Some(near) => error.hint(format!("did you mean `codexgw add {near}`?")),
            None if holds_key(words, &prefixes()) => error
                .cause("that looks like a key; it stays in the shell's history, so better make a new one")
                .hint("name the provider, and pipe the key in: `codexgw add openrouter --key-stdin`"),
            None => error
                .hint("see which ones there are: `codexgw providers`")
                .hint(format!("or name its address: `codexgw add custom --id {} --base-url URL`", tame(words))),
        }
    })
}

/// An id made of what was typed, for a hint: never of a key that was typed in the wrong place.
fn tame(words: &str) -> String {
    if holds_key(words, &prefixes()) {
        return "mine".to_owned();
    }
    let id: String = words.to_lowercase().chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    if codex::valid_provider_id(&id) { id } else { "mine".to_owned() }
}

/// Which of the provider's endpoints is meant; none for the template's own base URL.
fn endpoint(args: &Args, template: Option<&'static ProviderTemplate>) -> Result<Option<&'static Endpoint>> {
    let endpoints = template.map(|template| template.endpoints.as_slice()).unwrap_or_default();
    match (&args.endpoint, template) {
        (Some(wanted), _) => address::endpoint(&args.provider, template, wanted).map(Some),
        (None, Some(template)) if !endpoints.is_empty() && args.base_url.is_none() && !args.asks_nothing() => {
            let line = |for_whom: &str, url: &str| format!("{for_whom}  ({url})");
            let own = template.base_url_for.as_deref().unwrap_or("most keys");
            let mut lines = vec![line(own, &template.base_url)];
            lines.extend(endpoints.iter().map(|endpoint| line(&endpoint.for_whom, &endpoint.base_url)));
            let picked = ui::prompt::select(&format!("{} answers at several addresses, for", template.name), &lines)?;
            Ok(picked.checked_sub(1).and_then(|place| endpoints.get(place)))
        }
        _ => Ok(None),
    }
}

fn base_url(args: &Args, template: Option<&ProviderTemplate>, endpoint: Option<&'static Endpoint>) -> Result<String> {
    match (&args.base_url, template) {
        (Some(url), _) => Ok(url.clone()),
        (None, Some(template)) => {
            let base_url = endpoint.map_or(&template.base_url, |endpoint| &endpoint.base_url);
            address::whole(template, base_url, !args.asks_nothing(), "add")
        }
        (None, None) if !args.asks_nothing() => ui::prompt::input("Base URL", "http://localhost:8000/v1"),
        (None, None) => Err(Error::usage("`custom` needs to know where the provider is")
            .hint("name it: `codexgw add custom --id ID --base-url URL`")),
    }
}

fn free_id(args: &Args, template: Option<&ProviderTemplate>) -> Result<String> {
    let wanted = args.id.clone().or_else(|| template.map(|template| template.default_id().to_owned()));
    let wanted = match wanted {
        Some(id) => id,
        None if !args.asks_nothing() => ui::prompt::input("A short name for it", "custom")?,
        None => {
            return Err(
                Error::usage("`custom` needs a name").hint("name it: `codexgw add custom --id ID --base-url URL`")
            );
        }
    };
    let (problem, offer) = if codex::is_reserved(&wanted) {
        let why =
            if wanted == crate::setup::GATEWAY_ID { "it is the gateway's own" } else { "Codex keeps it for itself" };
        (why, format!("my-{wanted}"))
    } else if !codex::valid_provider_id(&wanted) {
        ("use lower-case letters, digits, `-` and `_`, at most 64, a letter or digit first", tame(&wanted))
    } else {
        return Ok(wanted);
    };
    if args.asks_nothing() {
        return Err(Error::usage(format!("`{wanted}` cannot be the id of a provider"))
            .cause(problem)
            .hint(format!("choose another: `--id {offer}`")));
    }
    ui::note(format!("`{wanted}` cannot be its id: {problem}"));
    let chosen = ui::prompt::input("Another id", &offer)?;
    if codex::is_reserved(&chosen) || !codex::valid_provider_id(&chosen) {
        return Err(Error::usage(format!("`{chosen}` cannot be the id of a provider either"))
            .hint(format!("choose another: `--id {offer}`")));
    }
    Ok(chosen)
}

fn may_replace(args: &Args, setup: &Setup, id: &str) -> Result<()> {
    let known = setup.settings.providers.get(id);
    let table = setup.config_str(&["model_providers", id, "base_url"]);
    let what = match (known, table) {
        (Some(provider), _) => format!("`{id}` is configured already: {} with `{}`", provider.base_url, provider.model),
        (None, Some(url)) => format!("Codex's configuration has a provider `{id}` already: {url}"),
        (None, None) => return Ok(()),
    };
    if args.force {
        return Ok(());
    }
    if args.asks_nothing() {
        return Err(Error::fixable(what)
            .cause("it was left as it is")
            .hint(format!("replace it with `--force`, or give the new one another name: `--id {id}-2`")));
    }
    ui::note(what);
    if ui::prompt::confirm("Replace it?", false)? {
        Ok(())
    } else {
        Err(Error::fixable("stopped, nothing was changed").hint(format!("another name: `--id {id}-2`")))
    }
}
