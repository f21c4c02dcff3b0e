//! What providers mean by their words, where neither status nor code tells.
//!
//! A `*` in a phrase stands for anything between its parts. All phrases are in lower case.

/// What may be said of one thing.
pub(super) type Phrases = &'static [&'static str];

/// The conversation is longer than the model takes.
const TOO_LONG: Phrases = &[
    // OpenAI and those who follow it: Azure, vLLM, OpenRouter, DeepSeek, Mistral, Fireworks, Together, Groq.
    "context_length_exceeded",
    "context length exceeded",
    "maximum context length",
    "the model's max context",
    "longer than the model's context",
    "longer than the context length",
    "context window",
    "exceeds the context",
    "exceed context",
    "input tokens exceed",
    "requested token count exceeds",
    "reduce the length of the messages",
    "reduce the length of the input",
    "string_above_max_length",
    // Anthropic; Bedrock, Fireworks and Ollama say it alike.
    "prompt is too long",
    "prompt too long",
    "input is too long",
    "input length and `max_tokens` exceed",
    "model_context_window_exceeded",
    "max input token limit",
    // Gemini and Vertex.
    "input token count",
    "maximum number of tokens allowed",
    "maximum number of input tokens",
    // Cohere and others by way of OpenRouter.
    "too many tokens",
    "maximum allowed input length",
    "input length*exceeds the maximum length",
    "prompt token count*exceeds the limit",
    // xAI.
    "maximum prompt length",
    // Qwen.
    "range of input length should be",
    // Moonshot.
    "exceeded model token limit",
    "total message size*exceeds limit",
    // Z.ai.
    "prompt exceeds max length",
    "tokens in request more than max tokens allowed",
    // LiteLLM.
    "contextwindowexceedederror",
    // llama.cpp, and Ollama, which carries it.
    "exceed_context_size",
    "available context size",
    "context size has been exceeded",
    "configured context size",
    "input length exceeds the context",
    // LM Studio.
    "greater than the context length",
    "loaded with context length of only",
    // TGI, as Together and Hugging Face run it.
    "tokens + `max_new_tokens` must be",
    "tokens + max_new_tokens must be",
    // GitHub Models.
    "request body too large for",
    "tokens_limit_reached",
];

/// The same words about a rate, which passes.
const RATE: Phrases = &["per minute", "per day", "rate limit", "rate_limit", "too many requests", "please wait"];

/// Whether the conversation is too long.
pub(super) fn says_too_long(text: &str) -> bool {
    says(text, TOO_LONG) && !says(text, RATE)
}

/// Whether a text holds one of the phrases.
pub(super) fn says(text: &str, phrases: Phrases) -> bool {
    let text = text.to_lowercase();
    phrases.iter().any(|phrase| {
        let mut rest = text.as_str();
        phrase.split('*').all(|part| match rest.split_once(part) {
            Some((_, after)) => {
                rest = after;
                true
            }
            None => false,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wording_of_too_long_is_known() {
        for (provider, words) in [
            ("OpenAI", "This model's maximum context length is 8192 tokens. However, you requested 9000 tokens"),
            ("OpenAI", "Your input exceeds the context window of this model. Please adjust your input and try again."),
            ("OpenAI", "Input tokens exceed the configured limit of 272000 tokens. Your messages resulted in 300000."),
            ("Azure", "context_length_exceeded"),
            ("Anthropic", "prompt is too long: 210000 tokens > 200000 maximum"),
            ("Anthropic", "input length and `max_tokens` exceed context limit: 199999 + 20000 > 200000"),
            ("Anthropic", "input length and max_tokens exceed context limit: 170636 + 34048 > 200000"),
            ("Bedrock", "Input is too long for requested model."),
            ("Bedrock", "ValidationException: The input token count exceeds the maximum number of input tokens"),
            ("Bedrock", "ValidationException: Input exceeds the max input token limit"),
            ("Gemini", "The input token count (1100000) exceeds the maximum number of tokens allowed (1048576)."),
            ("vLLM", "This model's maximum context length is 262144 tokens. However, you requested 0 output tokens"),
            ("SGLang", "The input (400013 tokens) is longer than the model's context length (262144 tokens)."),
            ("SGLang", "Requested token count exceeds the model's maximum context length of 131072 tokens."),
            (
                "llama.cpp",
                "request (66202 tokens) exceeds the available context size (65536 tokens), try increasing it",
            ),
            ("llama.cpp", "exceed_context_size_error"),
            ("llama.cpp", "Context size has been exceeded."),
            ("Ollama", "prompt too long; exceeded max context length by 4096 tokens"),
            ("Ollama", "the input length exceeds the context length"),
            ("LM Studio", "The number of tokens to keep from the initial prompt is greater than the context length."),
            (
                "LM Studio",
                "Trying to keep the first 9000 tokens when context the overflows. However, the model is loaded with \
                 context length of only 4096 tokens, which is not enough.",
            ),
            ("Groq", "Please reduce the length of the messages or completion."),
            ("Cerebras", "Please reduce the length of the messages or completion. Current length is 9000"),
            ("Together", "The input (9000 tokens) is longer than the model's context length (8192 tokens)."),
            ("Together", "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 2048. Given: 3474"),
            ("Fireworks", "The prompt is too long: 40177, model maximum context length: 32767"),
            ("Mistral", "Prompt contains 40000 tokens, too large for model with 32768 maximum context length"),
            ("xAI", "This model's maximum prompt length is 131072 but the request contains 140000 tokens"),
            ("OpenRouter", "This endpoint's maximum context length is 128000 tokens. However, you requested 130000"),
            ("OpenRouter", "Input length 131393 exceeds the maximum allowed input length of 131040 tokens."),
            ("Moonshot", "Invalid request: Your request exceeded model token limit: 262144 (requested: 291351)"),
            ("Moonshot", "total message size 2306631 exceeds limit 2097152"),
            ("Z.ai", "1261 Prompt exceeds max length"),
            ("Z.ai", "tokens in request more than max tokens allowed"),
            ("Z.ai", "model_context_window_exceeded"),
            ("Qwen", "InvalidParameter: Range of input length should be [1, 30720]"),
            ("MiniMax", "invalid params, context window exceeds limit"),
            ("Volcano Engine", "Input length 203743 exceeds the maximum length 202752"),
            ("LiteLLM", "litellm.ContextWindowExceededError: litellm.BadRequestError: Hosted_vllmException"),
            ("LiteLLM", "litellm.BadRequestError: Context Window exceeded for given call."),
            ("GitHub Models", "Request body too large for gpt-5 model. Max size: 8000 tokens."),
            ("GitHub Copilot", "prompt token count of 5000 exceeds the limit of 4096"),
        ] {
            assert!(says_too_long(words), "{provider}: {words}");
        }
    }

    #[test]
    fn what_only_sounds_like_it_is_not_taken_for_it() {
        for words in [
            "tools[0].name is too long",
            "Request body too large",
            "Request exceeds the maximum size",
            "max_tokens exceeds the limit of 8192",
            "Your key exceeds the maximum length 64",
            // Bedrock, when it is busy; Groq, of a rate.
            "ThrottlingException: Too many tokens, please wait before trying again.",
            "Request too large for model `m1` on tokens per minute (TPM): Limit 6000, Requested 14000.",
            "Too many tokens per day",
        ] {
            assert!(!says_too_long(words), "{words}");
        }
    }
}
