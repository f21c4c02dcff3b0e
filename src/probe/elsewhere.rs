//! Where else at the same host an API may lie.

use url::Url;

use super::{Client, Target, models};

/// Where providers and proxies have it.
const PATHS: [&str; 4] = ["/v1", "/api/v1", "/openai/v1", "/api/openai/v1"];

/// The base URL of the same host that lists models, when the target's own has none.
pub async fn elsewhere(client: &Client, target: &Target<'_>) -> Option<String> {
    let given = super::normalise(&target.base_url).ok()?;
    let origin = Url::parse(given.first()?).ok()?.origin().ascii_serialization();
    for path in PATHS {
        let base_url = format!("{origin}{path}");
        if given.contains(&base_url) {
            continue;
        }
        let listed = models(client, &Target { base_url: base_url.clone(), ..target.clone() }).await;
        if let Some(listed) = listed.ok().filter(|listed| !listed.list.is_empty()) {
            return Some(listed.base_url);
        }
    }
    None
}
