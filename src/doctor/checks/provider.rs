//! Asks each provider: is it there, does it take the key, has it the models.

use std::time::Duration;

use crate::catalog;
use crate::doctor::{Check, Finding, World};
use crate::error::Error;
use crate::probe::{self, ProbeError, Target};
use crate::secret::{Secret, Vault};
use crate::settings::{KeyStore, Provider};

pub const CHECK: Check = Check {
    id: "provider",
    about: "whether providers answer, take the key, and have the model",
    is_online: true,
    look,
};

/// Longest time for one provider. All are asked side by side.
const WITHIN: Duration = Duration::from_secs(8);

/// How many names are offered in place of a model that is not there.
const NEAREST: usize = 3;

fn look(world: &World) -> Vec<Finding> {
    std::thread::scope(|scope| {
        let asked: Vec<_> =
            world.providers().into_iter().map(|(id, provider)| scope.spawn(|| one(world, id, provider))).collect();
        asked.into_iter().filter_map(|asked| asked.join().ok()).flatten().collect()
    })
}

fn one(world: &World, id: &str, provider: &Provider) -> Vec<Finding> {
    let vault = Vault::new(&world.home);
    let key = match provider.key {
        KeyStore::None => None,
        KeyStore::Env => {
            provider.env_key.as_deref().and_then(|name| world.var(name)).map(|v| Secret::new(v.to_owned()))
        }
        store => match vault.key(id, store, &provider.key_command) {
            Ok(key) => Some(key),
            // The check of keys says why.
            Err(_) => return Vec::new(),
        },
    };
    let header = |name: &String| Some((name.clone(), vault.header(id, name, provider.key).ok()?));
    let secret_headers: Vec<(String, Secret)> = provider.secret_headers.iter().filter_map(header).collect();
    let template = provider.template.as_deref().and_then(catalog::provider);
    let target = Target {
        base_url: provider.base_url.clone(),
        key: key.as_ref(),
        key_form: Some(provider.key_form()),
        headers: &provider.headers,
        secret_headers: &secret_headers,
        query: &provider.query,
        models_path: template.and_then(|template| template.models_path.as_deref()),
        name: &provider.name,
        keys_url: template.and_then(|template| template.keys_url.as_deref()),
    };
    let Ok(client) = probe::client() else { return Vec::new() };
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return Vec::new() };
    let ask = async {
        let listed = probe::models(&client, &target).await?;
        if let Some(path) = template.and_then(|template| template.key_check_path.as_deref()) {
            let target = Target { base_url: listed.base_url.clone(), ..target.clone() };
            probe::check_key(&client, &target, path).await?;
        }
        Ok::<_, ProbeError>(listed)
    };
    match runtime.block_on(async { tokio::time::timeout(WITHIN, ask).await }) {
        Ok(Ok(listed)) => compared(id, provider, &listed),
        Ok(Err(e)) => vec![refused(id, e)],
        Err(_) => vec![
            Finding::broken("provider-silent", format!("`{id}` did not answer within {} s", WITHIN.as_secs()))
                .saw(format!("asked {}", provider.base_url)),
        ],
    }
}

/// What the list of models says of the settings.
fn compared(id: &str, provider: &Provider, listed: &probe::Models) -> Vec<Finding> {
    let mut findings = Vec::new();
    if listed.base_url != provider.base_url && !listed.list.is_empty() {
        let what = format!("`{id}` answers at another address than the one in the settings");
        findings.push(
            Finding::warning("provider-address", what)
                .saw(format!("{} in the settings, {} answers", provider.base_url, listed.base_url))
                .say(format!("add it again: `codexgw add custom --id {id} --base-url {} --force`", listed.base_url)),
        );
    }
    let names: Vec<&str> = listed.list.iter().map(|(name, _)| name.as_str()).collect();
    if !listed.complete || names.is_empty() {
        return findings;
    }
    for model in std::iter::once(&provider.model).chain(provider.models.keys().filter(|name| **name != provider.model))
    {
        if names.contains(&model.as_str()) {
            continue;
        }
        let what = format!("`{id}` does not list the model `{model}`");
        let finding = if *model == provider.model {
            Finding::broken("provider-model", what)
        } else {
            Finding::warning("provider-model", what)
        };
        let mut near: Vec<&str> = names.clone();
        near.sort_by(|a, b| strsim::jaro_winkler(b, model).total_cmp(&strsim::jaro_winkler(a, model)));
        let near: Vec<String> = near.into_iter().take(NEAREST).map(|name| format!("`{name}`")).collect();
        findings.push(
            finding
                .saw(format!("it lists {}; the nearest are {}", names.len(), near.join(", ")))
                .say(format!("choose another: `codexgw profile add NAME --provider {id} --model MODEL`")),
        );
    }
    findings
}

fn refused(id: &str, error: ProbeError) -> Finding {
    let finding_id = match &error {
        ProbeError::WrongKey { .. } => "provider-wrong-key",
        ProbeError::NoKey { .. } => "provider-no-key",
        ProbeError::NoCredit { .. } => "provider-no-credit",
        ProbeError::RateLimited { .. } => "provider-rate-limit",
        ProbeError::NoSuchHost { .. } => "provider-no-such-host",
        ProbeError::Unreachable { .. } => "provider-unreachable",
        ProbeError::Tls { .. } => "provider-tls",
        ProbeError::Proxy { .. } => "provider-proxy",
        ProbeError::Timeout { .. } => "provider-silent",
        ProbeError::WebPage { .. } | ProbeError::LoginPage { .. } | ProbeError::Portal { .. } => "provider-web-page",
        ProbeError::Redirect { .. } => "provider-redirect",
        ProbeError::NotFound { .. } => "provider-not-found",
        ProbeError::Server { .. } => "provider-failing",
        _ => "provider-refuses",
    };
    Finding::of_error(finding_id, &Error::from(error)).saw(format!("asked `{id}`"))
}
