//! What LiteLLM's provider prefixes stand for here.

use crate::catalog;

use super::super::OPENAI;

type Variables = &'static [&'static str];

/// A provider as LiteLLM names it in front of a model.
pub struct Upstream {
    /// LiteLLM's name of it.
    pub prefix: &'static str,
    /// The id to give it here, also that of the template when there is one.
    pub id: &'static str,
    /// The variables that LiteLLM reads when the file names no key, the first that is set.
    pub env: Variables,
    /// Where it is when there is neither a template nor an `api_base`.
    pub place: Place,
}

/// Where an upstream is and whether it can be reached from here.
pub enum Place {
    /// At a fixed base URL.
    At(&'static str),
    /// Only where `api_base` says.
    Named,
    /// Nowhere that we could find by what the file says, and why.
    Closed(&'static str),
}

const AZURE: &str = "its models are deployments under addresses of Azure's own form";
const OWN_LOGIN: &str = "it wants a login of its cloud's own kind instead of a key";

const fn at(prefix: &'static str, id: &'static str, env: Variables, url: &'static str) -> Upstream {
    Upstream { prefix, id, env, place: Place::At(url) }
}

const fn named(prefix: &'static str, id: &'static str, env: Variables) -> Upstream {
    Upstream { prefix, id, env, place: Place::Named }
}

const fn closed(prefix: &'static str, id: &'static str, env: Variables, why: &'static str) -> Upstream {
    Upstream { prefix, id, env, place: Place::Closed(why) }
}

const UPSTREAMS: &[Upstream] = &[
    at("openai", "openai", &["OPENAI_API_KEY"], OPENAI),
    at("openrouter", "openrouter", &["OPENROUTER_API_KEY"], "https://openrouter.ai/api/v1"),
    at("deepseek", "deepseek", &["DEEPSEEK_API_KEY"], "https://api.deepseek.com"),
    at("groq", "groq", &["GROQ_API_KEY"], "https://api.groq.com/openai/v1"),
    at("ollama", "ollama", &["OLLAMA_API_KEY"], "http://localhost:11434/v1"),
    at("ollama_chat", "ollama", &["OLLAMA_API_KEY"], "http://localhost:11434/v1"),
    at("mistral", "mistral", &["MISTRAL_API_KEY"], "https://api.mistral.ai/v1"),
    at(
        "together_ai",
        "together",
        &["TOGETHER_API_KEY", "TOGETHER_AI_API_KEY", "TOGETHERAI_API_KEY"],
        "https://api.together.ai/v1",
    ),
    at(
        "fireworks_ai",
        "fireworks",
        &["FIREWORKS_API_KEY", "FIREWORKS_AI_API_KEY"],
        "https://api.fireworks.ai/inference/v1",
    ),
    at("xai", "xai", &["XAI_API_KEY"], "https://api.x.ai/v1"),
    at("cerebras", "cerebras", &["CEREBRAS_API_KEY"], "https://api.cerebras.ai/v1"),
    at("moonshot", "moonshot", &["MOONSHOT_API_KEY"], "https://api.moonshot.ai/v1"),
    at("nvidia_nim", "nvidia", &["NVIDIA_NIM_API_KEY"], "https://integrate.api.nvidia.com/v1"),
    at("deepinfra", "deepinfra", &["DEEPINFRA_API_KEY"], "https://api.deepinfra.com/v1/openai"),
    at("sambanova", "sambanova", &["SAMBANOVA_API_KEY"], "https://api.sambanova.ai/v1"),
    at("zai", "zai", &["ZAI_API_KEY"], "https://api.z.ai/api/paas/v4"),
    at("dashscope", "dashscope", &["DASHSCOPE_API_KEY"], "https://dashscope-intl.aliyuncs.com/compatible-mode/v1"),
    at("minimax", "minimax", &["MINIMAX_API_KEY"], "https://api.minimax.io/v1"),
    named("hosted_vllm", "vllm", &["HOSTED_VLLM_API_KEY"]),
    named("vllm", "vllm", &["HOSTED_VLLM_API_KEY"]),
    named("lm_studio", "lmstudio", &["LM_STUDIO_API_KEY"]),
    named("llamafile", "llamafile", &["LLAMAFILE_API_KEY"]),
    named("openai_like", "custom", &["OPENAI_LIKE_API_KEY"]),
    named("custom_openai", "custom", &["OPENAI_API_KEY"]),
    named("litellm_proxy", "litellm", &["LITELLM_PROXY_API_KEY"]),
    at("anthropic", "anthropic", &["ANTHROPIC_API_KEY"], "https://api.anthropic.com/v1"),
    at("gemini", "gemini", &["GEMINI_API_KEY"], "https://generativelanguage.googleapis.com/v1beta"),
    closed("vertex_ai", "vertex", &[], OWN_LOGIN),
    closed("vertex_ai_beta", "vertex", &[], OWN_LOGIN),
    closed("bedrock", "bedrock", &[], OWN_LOGIN),
    closed("sagemaker", "sagemaker", &[], OWN_LOGIN),
    closed("sagemaker_chat", "sagemaker", &[], OWN_LOGIN),
    closed("azure", "azure", &["AZURE_API_KEY"], AZURE),
    closed("azure_ai", "azure", &["AZURE_AI_API_KEY"], AZURE),
];

impl Upstream {
    /// The one of that prefix.
    pub fn of(prefix: &str) -> Option<&'static Self> {
        UPSTREAMS.iter().find(|upstream| upstream.prefix == prefix)
    }

    /// Id of the template that stands for it.
    pub fn template(&self) -> Option<&'static str> {
        // `openai` is what LiteLLM calls anything that speaks as OpenAI does.
        catalog::provider(self.id).filter(|_| self.prefix != "openai").map(|template| template.id.as_str())
    }

    /// Why it cannot be reached from here, when it cannot.
    pub fn why_closed(&self) -> Option<&'static str> {
        match self.place {
            Place::Closed(why) => Some(why),
            _ => None,
        }
    }

    /// Whether the file has to say where it is: a server of the person's own, which may be anywhere.
    pub fn must_be_placed(&self) -> bool {
        matches!(self.place, Place::Named) && self.id != "litellm"
    }

    /// Whether it has no key unless one is named.
    pub fn needs_no_key(&self) -> bool {
        matches!(self.place, Place::Named) || self.id == "ollama"
    }
}

/// The provider that LiteLLM takes for a model without a prefix.
pub fn prefix_of_bare(model: &str) -> Option<&'static str> {
    let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| model.starts_with(prefix));
    if starts(&["gpt-", "chatgpt-", "o1", "o3", "o4"]) {
        Some("openai")
    } else if starts(&["claude-"]) {
        Some("anthropic")
    } else if starts(&["gemini-"]) {
        // LiteLLM knows the bare names as Google Cloud's.
        Some("vertex_ai")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::codex;

    #[test]
    fn every_row_stands_once_with_a_valid_id_and_url() {
        let mut seen = BTreeSet::new();
        for upstream in UPSTREAMS {
            assert!(seen.insert(upstream.prefix), "{} stands twice", upstream.prefix);
            assert!(codex::valid_provider_id(upstream.id), "{}", upstream.id);
            if let Place::At(url) = upstream.place {
                assert!(url::Url::parse(url).is_ok() && !url.ends_with('/'), "{url}");
            }
        }
    }

    #[test]
    fn a_bare_model_belongs_to_whom_litellm_thinks() {
        for (model, prefix) in [("gpt-5.1", Some("openai")), ("claude-opus-5", Some("anthropic")), ("llama", None)] {
            assert_eq!(prefix_of_bare(model), prefix, "{model}");
        }
    }
}
