//! Which models a provider has.

use std::collections::BTreeSet;
use std::time::Duration;

use url::Url;

use super::client::{Client, Reply, exchange};
use super::page::Page;
use super::{ProbeError, Target, foreign, normalise};
use crate::catalog::{KeyForm, ModelFacts};
use crate::error::Result;

/// Time for one page.
const WITHIN: Duration = Duration::from_secs(30);
/// Most pages that are fetched: a list without an end is cut off.
const MOST_PAGES: usize = 50;

/// The models of a provider.
#[derive(Debug, Clone, PartialEq)]
pub struct Models {
    /// The candidate that answered; the likeliest, when there is no list.
    pub base_url: String,
    /// The models by the provider's own names, in its order, with what it tells of each.
    pub list: Vec<(String, ModelFacts)>,
    /// The header in which the key was taken, where it is known or was found out.
    pub key_form: Option<KeyForm>,
    /// Whether these are all: false when there is no list, or a further page could not be had.
    pub complete: bool,
}

impl Models {
    /// A provider that has no list, or fails to give it: the wire may work all the same.
    #[must_use]
    pub fn unlisted(base_url: String, key_form: Option<KeyForm>) -> Self {
        Self { base_url, list: vec![], complete: false, key_form }
    }
}

/// Asks for the list of models, all pages of it, at each candidate base URL in turn. Where no path of the provider's
/// is one, the list is empty: the wire may work all the same.
///
/// # Errors
/// What the weightiest of the failures means.
pub async fn models(client: &Client, target: &Target<'_>) -> Result<Models, ProbeError> {
    let candidates = normalise(&target.base_url)?;
    let likeliest = candidates.first().cloned().unwrap_or_default();
    let mut worst = ProbeError::NotFound { urls: vec![] };
    for base_url in candidates {
        for target in forms(target) {
            match list(client, &target, &base_url).await {
                Ok((list, complete)) => {
                    return Ok(Models { base_url, list, complete, key_form: target.key_form });
                }
                Err(error) if error.is_final() => return Err(error),
                Err(error) => {
                    let is_key = matches!(error, ProbeError::WrongKey { .. });
                    worst = worst.or(error);
                    if !is_key {
                        break;
                    }
                }
            }
        }
    }
    match worst {
        ProbeError::NotFound { .. } => Ok(Models::unlisted(likeliest, target.key_form)),
        worst => Err(worst),
    }
}

/// The ways to send the key: the one that is known, else a bearer and, where that is refused, the header of Anthropic
/// and that of Google.
fn forms<'a>(target: &Target<'a>) -> Vec<Target<'a>> {
    if target.key_form.is_some() || target.key.is_none() {
        return vec![target.clone()];
    }
    let others = [KeyForm::XApiKey, KeyForm::XGoogApiKey];
    std::iter::once(target.clone()).chain(others.map(|form| target.with_form(form))).collect()
}

/// Asks whether the key is good, at a path that wants one (see
/// [`key_check_path`](crate::catalog::ProviderTemplate::key_check_path)): a public model list tells nothing of it.
///
/// # Errors
/// When the provider refuses the key. Whatever else it answers says nothing about the key and passes.
pub async fn check_key(client: &Client, target: &Target<'_>, path: &str) -> Result<(), ProbeError> {
    let url = format!("{}{path}", target.base_url.trim_end_matches('/'));
    match get(client, target, &url).await {
        Err(error @ (ProbeError::WrongKey { .. } | ProbeError::NoKey { .. })) => Err(error),
        _ => Ok(()),
    }
}

/// The whole list at one base URL, and whether it is the whole.
async fn list(
    client: &Client,
    target: &Target<'_>,
    base_url: &str,
) -> Result<(Vec<(String, ModelFacts)>, bool), ProbeError> {
    let first = format!("{base_url}{}", target.models_path.unwrap_or("/models"));
    let mut page = page(client, target, &first).await?;
    let mut seen = BTreeSet::new();
    let mut list = Vec::new();
    for _ in 0..MOST_PAGES {
        let before = list.len();
        list.extend(page.models.into_iter().filter(|(id, _)| seen.insert(id.clone())));
        // A page with nothing new means that the server ignores the question for the next one.
        let Some(next) = page.next.filter(|_| list.len() > before) else { return Ok((list, true)) };
        match self::page(client, target, next.as_str()).await {
            Ok(next) => page = next,
            Err(_) => return Ok((list, false)),
        }
    }
    Ok((list, false))
}

async fn page(client: &Client, target: &Target<'_>, url: &str) -> Result<Page, ProbeError> {
    let reply = get(client, target, url).await?;
    let unknown = || ProbeError::Unknown { url: reply.url.clone(), start: foreign::quote(&reply.body) };
    let from = Url::parse(&reply.url).map_err(|_| unknown())?;
    Page::read(&reply.body, &from).ok_or_else(unknown)
}

async fn get(client: &Client, target: &Target<'_>, url: &str) -> Result<Reply, ProbeError> {
    let reply = exchange(client, client.get(url), target, WITHIN).await?;
    client.take_version(&reply);
    reply.judge(target, None)
}
