//! Several providers asked for their models side by side.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Models, Subject, client, details, models};
use crate::catalog::ProviderTemplate;
use crate::error::{Error, Result};
use crate::protocol::gemini::Safety;
use crate::settings::{Home, KeyStore, Provider, Road};

/// Longest time for one provider, from its key to the last page.
const WITHIN: Duration = Duration::from_secs(30);

/// Asks all of them, and each as long as it takes but no longer than half a minute. `closely` names models of a
/// provider about which a server of the person's own is asked further ([`details()`]).
pub fn roll_call(
    home: &Home,
    providers: &[(&str, &Provider)],
    closely: impl Fn(&Provider) -> Vec<String> + Sync,
) -> Vec<Result<Models>> {
    let closely = &closely;
    std::thread::scope(|scope| {
        let asked: Vec<_> = providers
            .iter()
            .map(|(id, provider)| scope.spawn(move || one(home, id, provider, &closely(provider))))
            .collect();
        let gone = || Err(Error::bug("asking a provider for its models failed"));
        asked.into_iter().map(|asked| asked.join().unwrap_or_else(|_| gone())).collect()
    })
}

fn one(home: &Home, id: &str, provider: &Provider, closely: &[String]) -> Result<Models> {
    let subject = Subject::of_settings(home, id, provider)?;
    let client = client()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| Error::bug("cannot start the runtime").cause(e))?;
    let ask = async {
        let target = subject.target();
        let mut listed = models(&client, &target).await?;
        let target = super::Target { base_url: listed.base_url.clone(), ..target };
        for model in closely {
            let near = details(&client, &target, model).await;
            match listed.list.iter_mut().find(|(name, _)| name == model) {
                Some((_, facts)) => *facts = near.merged_over(facts),
                None if listed.complete => {}
                None => listed.list.push((model.clone(), near)),
            }
        }
        Ok::<_, Error>(listed)
    };
    let bounded = async { tokio::time::timeout(WITHIN, ask).await };
    runtime.block_on(bounded).unwrap_or_else(|_| {
        let silent = format!("`{id}` did not list its models within {} s", WITHIN.as_secs());
        Err(Error::upstream(silent).hint(format!("find out why: `codexgw doctor {id}`")))
    })
}

/// A provider as its template alone has it, without a key: enough to ask for a list that is public.
#[must_use]
pub fn unkeyed(template: &ProviderTemplate) -> Provider {
    Provider {
        name: template.name.clone(),
        template: Some(template.id.clone()),
        base_url: template.base_url.clone(),
        road: Road::Gateway,
        wire: template.wire,
        key: KeyStore::None,
        key_form: None,
        env_key: None,
        key_command: Vec::new(),
        headers: template.headers.clone(),
        secret_headers: Vec::new(),
        query: template.query.clone(),
        quirks: None,
        safety: Safety::default(),
        model: template.model.clone().unwrap_or_default(),
        models: BTreeMap::new(),
    }
}
