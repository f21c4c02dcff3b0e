//! Samples in the shapes of LiteLLM's documentation.

use super::*;

const SET: [&str; 3] = ["OPENROUTER_API_KEY", "MISTRAL_API_KEY", "OPENAI_API_KEY"];

fn lookup(name: &str) -> Option<String> {
    SET.contains(&name).then(|| "value".to_owned())
}

fn told(yaml: &str) -> Vec<String> {
    parse(yaml, "`config.yaml`", &lookup).unwrap_or_else(|e| panic!("{e}\n{yaml}")).iter().map(tell).collect()
}

/// `id template base_url key models`, and why not.
fn tell(found: &Found) -> String {
    let key = match &found.key {
        FoundKey::Literal(secret) => format!("[{}]", secret.expose().len()),
        FoundKey::EnvVar(name) => format!("${name}"),
        FoundKey::Missing => "-".to_owned(),
    };
    let field = |field: &Option<String>| field.clone().unwrap_or_else(|| "-".to_owned());
    let why = found.blocked.as_ref().map(|why| format!(" not: {why}")).unwrap_or_default();
    let (template, url, models) = (field(&found.template), field(&found.base_url), found.models.join(","));
    format!("{} {template} {url} {key} {models}{why}", found.id)
}

/// A list with one model of these parameters.
fn params(lines: &[&str]) -> String {
    let lines: String = lines.iter().map(|line| format!("      {line}\n")).collect();
    format!("model_list:\n  - model_name: m\n    litellm_params:\n{lines}")
}

#[test]
fn what_one_model_becomes() {
    for (lines, expected) in [
        (&["model: openrouter/z-ai/glm-5"][..], "openrouter openrouter - $OPENROUTER_API_KEY z-ai/glm-5"),
        (&["model: mistral/codestral-latest"], "mistral mistral - $MISTRAL_API_KEY codestral-latest"),
        (&["model: deepseek/deepseek-chat", "api_key: sk-12345"], "deepseek deepseek - [8] deepseek-chat"),
        (
            &["model: openai/gpt-5.1", "api_key: os.environ/OPENAI_API_KEY"],
            "openai - https://api.openai.com/v1 $OPENAI_API_KEY gpt-5.1",
        ),
        (&["model: gpt-5.1"], "openai - https://api.openai.com/v1 $OPENAI_API_KEY gpt-5.1"),
        (&["model: openai/responses/gpt-5.1"], "openai - https://api.openai.com/v1 $OPENAI_API_KEY gpt-5.1"),
        // The key of OpenAI does not go to a server that merely speaks like it.
        (
            &["model: openai/facebook/opt-125m", "api_base: http://10.0.0.7:4001/v1"],
            "10-0-0-7 - http://10.0.0.7:4001/v1 - facebook/opt-125m",
        ),
        (
            &["model: openai/x", "api_base: os.environ/LAB_URL", "api_key: sk-12345"],
            "openai - https://api.openai.com/v1 - x not: its address is in `LAB_URL`, which is not set here",
        ),
        (
            &["model: hosted_vllm/qwen3", "api_base: http://gpu.lan:8000/v1", "api_key: none"],
            "vllm vllm http://gpu.lan:8000/v1 - qwen3",
        ),
        (&["model: hosted_vllm/qwen3"], "vllm vllm - - qwen3 not: the file does not say where it is"),
        (
            &["model: ollama_chat/qwen3-coder:30b", "api_base: http://localhost:11434"],
            "ollama ollama http://localhost:11434/v1 - qwen3-coder:30b",
        ),
        (&["model: ollama/llama3.3"], "ollama ollama - - llama3.3"),
        (
            &["model: custom/x", "custom_llm_provider: openrouter"],
            "openrouter openrouter - $OPENROUTER_API_KEY custom/x",
        ),
        (&["model: groq/*", "api_key: gsk_12345"], "groq groq - [9] "),
        (
            &["model: xai/grok-4", "api_key: os.environ/MY_XAI"],
            "xai xai - $MY_XAI grok-4 not: its key is in `MY_XAI`, which is not set here",
        ),
        (&["model: anthropic/claude-opus-5", "api_key: sk-ant-1"], "anthropic anthropic - [8] claude-opus-5"),
        (
            &["model: anthropic/m", "api_base: https://relay.example", "api_key: sk-1"],
            "anthropic anthropic https://relay.example/v1 [4] m",
        ),
        (&["model: gemini/gemini-3.8-flash", "api_key: AIza1"], "gemini gemini - [5] gemini-3.8-flash"),
        (&["model: cerebras/qwen-3"], "cerebras cerebras - - qwen-3 not: no key was found for it"),
    ] {
        assert_eq!(told(&params(lines)), [expected], "{lines:?}");
    }
}

#[test]
fn what_only_the_proxy_reaches_is_told_and_the_proxy_offered_for_it() {
    for (model, why) in [
        ("bedrock/anthropic.claude-opus-4-6-v1", "it wants a login of its cloud's own kind instead of a key"),
        ("vertex_ai/gemini-3-pro", "it wants a login of its cloud's own kind instead of a key"),
        ("azure/my-deployment", "its models are deployments under addresses of Azure's own form"),
        ("cohere_chat/command-a", "nothing is known here of LiteLLM's provider `cohere_chat`"),
        ("mystery", "the file does not say whose model it is"),
    ] {
        let yaml = format!("{}general_settings:\n  master_key: sk-1234\n", params(&[&format!("model: {model}")]));
        let told = told(&yaml);
        assert!(told[0].ends_with(&format!(" not: {why}")), "{told:?}");
        assert_eq!(told[1..], ["litellm litellm - [7] m"]);
    }
}

#[test]
fn models_of_one_account_stand_together_and_two_accounts_apart() {
    let yaml = r"
model_list:
  - model_name: fast
    litellm_params: {model: openrouter/a, api_key: sk-or-1111}
  - model_name: strong
    litellm_params: {model: openrouter/b, api_key: sk-or-1111, rpm: 10}
    model_info: {mode: chat}
  - model_name: fast
    litellm_params: {model: openrouter/a, api_key: sk-or-2222}
  - model_name: vectors
    litellm_params: {model: openrouter/e, api_key: sk-or-1111}
    model_info: {mode: embedding}
  - model_name: claude
    litellm_params: {model: bedrock/one}
  - model_name: claude-2
    litellm_params: {model: bedrock/two, aws_region_name: eu-central-1}
  - not a model
";
    assert_eq!(
        told(yaml),
        [
            "openrouter openrouter - [10] a,b",
            "openrouter openrouter - [10] a",
            "bedrock bedrock - - one,two not: it wants a login of its cloud's own kind instead of a key",
            "litellm litellm - - claude,claude-2",
        ]
    );
}

#[test]
fn variables_and_credentials_of_the_file_count() {
    let yaml = r"
environment_variables:
  LAB_KEY: sk-lab-12345
  LAB_URL: http://lab.lan/v1
  OPENROUTER_API_KEY: sk-or-in-file
credential_list:
  - credential_name: shared
    credential_values:
      api_key: os.environ/LAB_KEY
      api_base: os.environ/LAB_URL
model_list:
  - model_name: one
    litellm_params:
      model: openai/one
      litellm_credential_name: shared
  - model_name: two
    litellm_params:
      model: openrouter/two
";
    assert_eq!(told(yaml), ["lab-lan - http://lab.lan/v1 [12] one", "openrouter openrouter - [13] two"]);
}

#[test]
fn anchors_and_merges_are_followed_as_litellm_follows_them() {
    let yaml = r"
defaults: &lab
  api_base: http://lab.lan/v1
  api_key: sk-lab-12345
model_list:
  - model_name: one
    litellm_params:
      <<: *lab
      model: openai/one
  - model_name: two
    litellm_params: {<<: *lab, model: openai/two, timeout: 30, stream: true}
";
    assert_eq!(told(yaml), ["lab-lan - http://lab.lan/v1 [12] one,two"]);
}

#[test]
fn another_file_is_refused_without_being_quoted() {
    for yaml in ["", "a: 1", "model_list: 3", "api_key: [sk-secret\nmodel_list: ]", "\tsk-secret: : :"] {
        let Err(error) = parse(yaml, "`config.yaml`", &lookup) else { panic!("{yaml} was read") };
        assert!(error.message().contains("no configuration of a LiteLLM proxy"), "{error}");
        assert!(!error.to_string().contains("sk-secret"), "{error}");
    }
}

#[test]
fn the_file_is_looked_for_where_people_keep_it() {
    let folder = tempfile::tempdir().unwrap();
    let (here, home) = (folder.path().join("here"), folder.path().join("home"));
    std::fs::create_dir_all(home.join(".litellm")).unwrap();
    std::fs::create_dir_all(&here).unwrap();
    let Err(error) = find(None, &here, Some(&home)) else { panic!("nothing is there") };
    assert!(error.hints()[0].contains("--path"), "{error}");
    std::fs::write(here.join("config.yaml"), "other: true").unwrap();
    std::fs::write(home.join(".litellm/config.yaml"), "model_list: []").unwrap();
    assert_eq!(find(None, &here, Some(&home)).unwrap(), home.join(".litellm/config.yaml"));
    std::fs::write(here.join("litellm_config.yaml"), "model_list: []").unwrap();
    assert_eq!(find(None, &here, Some(&home)).unwrap(), here.join("litellm_config.yaml"));
    assert_eq!(find(Some("x.yaml".into()), &here, None).unwrap(), PathBuf::from("x.yaml"));
}

#[test]
fn a_pattern_is_no_model_of_the_proxy() {
    let list = |names: &[&str]| {
        let entry =
            |name: &&str| format!("  - model_name: \"{name}\"\n    litellm_params: {{model: \"bedrock/{name}\"}}\n");
        format!("model_list:\n{}", names.iter().map(entry).collect::<String>())
    };
    assert_eq!(told(&list(&["claude*", "claude-5"])).pop().as_deref(), Some("litellm litellm - - claude-5"));
    let found = parse(&list(&["claude*"]), "`config.yaml`", &lookup).unwrap_or_else(|e| panic!("{e}"));
    let proxy = found.last().expect("the proxy");
    assert!(proxy.models.is_empty() && proxy.notes[0].contains("no single model"), "{:?}", proxy.notes);
}
