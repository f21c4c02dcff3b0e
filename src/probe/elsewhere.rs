//! Where else at the same host an API may lie.

use futures_util::future::join_all;
use url::Url;

use super::{Client, Target, models};

/// Where providers and proxies have it, the usual ones first.
const PATHS: [&str; 9] = [
    "/v1",
    "/api/v1",
    "/openai/v1",
    "/api/openai/v1",
    "/v1beta/openai",
    "/compatible-mode/v1",
    "/inference/v1",
    "/api/paas/v4",
    "/api",
];

/// The base URL of the same host that lists models, when the target's own has none.
pub async fn elsewhere(client: &Client, target: &Target<'_>) -> Option<String> {
    let given = super::normalise(&target.base_url).ok()?;
    let origin = Url::parse(given.first()?).ok()?.origin().ascii_serialization();
    let candidates = PATHS.iter().map(|path| format!("{origin}{path}")).filter(|url| !given.contains(url));
    let asked = candidates.map(|base_url| {
        let target = Target { base_url, ..target.clone() };
        async move { models(client, &target).await }
    });
    let answers = join_all(asked).await;
    answers.into_iter().flatten().find(|listed| !listed.list.is_empty()).map(|listed| listed.base_url)
}
