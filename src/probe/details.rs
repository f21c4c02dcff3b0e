//! What servers of the person's own tell of a model elsewhere than in their `/models`.

use std::time::Duration;

use http::header::CONTENT_TYPE;
use serde_json::{Value, json};

use super::client::{Client, exchange};
use super::page::Page;
use super::{Target, facts};
use crate::catalog::ModelFacts;

/// Time for one question: these servers are near, and an answer is a bonus.
const WITHIN: Duration = Duration::from_secs(5);
/// Tokens of a question that does not fit where Codex's own instructions and tools do not.
const LONG: usize = 18_000;

/// Asks what `/models` left open, best after [`super::wire()`], when the model is loaded: Ollama and LM Studio give a
/// model far less context than it could have, and say how much only then. LiteLLM is asked wherever it is, the others
/// only over plain http, as servers in the house are reached. A server that knows none of the questions leaves the
/// facts empty.
pub async fn details(client: &Client, target: &Target<'_>, model: &str) -> ModelFacts {
    let asker = Asker { client, target, model };
    let base_url = target.base_url.trim_end_matches('/');
    let listed = asker.listed(&format!("{base_url}/model/info")).await;
    if listed.context.is_some() || !base_url.starts_with("http://") {
        return listed;
    }
    let root = base_url.strip_suffix("/v1").unwrap_or(base_url);
    // <https://docs.ollama.com/api/ps>: the context in use; <https://docs.ollama.com/api-reference/show-model-details>.
    let loaded = asker.listed(&format!("{root}/api/ps")).await;
    if loaded.context.is_some() {
        return loaded.merged_over(&asker.shown(&format!("{root}/api/show")).await);
    }
    // <https://lmstudio.ai/docs/developer/rest/endpoints>
    let studio = asker.listed(&format!("{root}/api/v0/models")).await;
    if studio.context.is_some() {
        return studio;
    }
    // <https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md>
    let props = asker.json(client.get(&format!("{root}/props"))).await;
    let context = props["default_generation_settings"]["n_ctx"].as_u64().filter(|n| *n > 0);
    ModelFacts {
        context: if props.is_null() { asker.refused_length(root, base_url).await } else { context },
        images: props["modalities"]["vision"].as_bool(),
        ..ModelFacts::default()
    }
}

struct Asker<'a> {
    client: &'a Client,
    target: &'a Target<'a>,
    model: &'a str,
}

impl Asker<'_> {
    /// The model's entry in a list.
    async fn listed(&self, url: &str) -> ModelFacts {
        let body = self.body(self.client.get(url)).await;
        let page = url::Url::parse(url).ok().and_then(|url| Page::read(&body, &url));
        let mut models = page.into_iter().flat_map(|page| page.models);
        models.find(|(id, _)| id == self.model).map(|(_, facts)| facts).unwrap_or_default()
    }

    /// Ollama's description of the model.
    async fn shown(&self, url: &str) -> ModelFacts {
        let mut entry = self.json(self.post(url, &json!({"model": self.model}))).await;
        if let Some(entry) = entry.as_object_mut() {
            entry.insert("id".to_owned(), self.model.into());
        }
        facts::read(&entry).map(|(_, facts)| facts).unwrap_or_default()
    }

    /// The window that a server of `llama-cpp-python` names when a question is too long for it, and nowhere else; it
    /// refuses such a question at once. The same question streamed would make it hang up without a word, and listen to
    /// nobody afterwards.
    async fn refused_length(&self, root: &str, base_url: &str) -> Option<u64> {
        let count = self.post(&format!("{root}/extras/tokenize/count"), &json!({"input": "a"}));
        self.json(count).await["count"].as_u64()?;
        let question = json!({
            "model": self.model, "max_tokens": 1, "messages": [{"role": "user", "content": "a ".repeat(LONG)}],
        });
        let request = self.post(&format!("{base_url}/chat/completions"), &question);
        let reply = exchange(self.client, request, self.target, WITHIN).await.ok()?;
        let (_, after) = reply.body.split_once("maximum context length is ")?;
        after.split(' ').next()?.parse().ok()
    }

    fn post(&self, url: &str, question: &Value) -> reqwest::RequestBuilder {
        self.client.post(url).header(CONTENT_TYPE, "application/json").body(question.to_string())
    }

    async fn json(&self, request: reqwest::RequestBuilder) -> Value {
        serde_json::from_str(&self.body(request).await).unwrap_or_default()
    }

    /// The body of a 2xx answer, or nothing.
    async fn body(&self, request: reqwest::RequestBuilder) -> String {
        let reply = exchange(self.client, request, self.target, WITHIN).await.ok();
        reply.and_then(|reply| reply.judge(self.target, None).ok()).map(|reply| reply.body).unwrap_or_default()
    }
}
