//! A validator of request bodies for tests: as strict as the real door, and where that is known to vary, stricter.

use serde_json::{Map, Value};

/// Panics when the API would refuse the body. Whether signatures are wanted hangs on the model.
pub(in crate::protocol) fn check(body: &Value, model: &str) {
    let modern = super::model::Model::of(model).is_3_or_later();
    let body = fields(
        body,
        &["contents"],
        &["systemInstruction", "tools", "toolConfig", "safetySettings", "generationConfig"],
    );
    if let Some(instruction) = body.get("systemInstruction") {
        for part in list(&fields(instruction, &["parts"], &[])["parts"]) {
            filled(&fields(part, &["text"], &[])["text"]);
        }
    }
    let declared = body.get("tools").map(check_tools).unwrap_or_default();
    if let Some(config) = body.get("toolConfig") {
        check_tool_config(config, &declared);
    }
    let searches =
        body.get("tools").is_some_and(|tools| list(tools).iter().any(|tool| tool["googleSearch"].is_object()));
    let shown = body.get("toolConfig").is_some_and(|config| config["includeServerSideToolInvocations"] == true);
    assert_eq!(shown, searches && !declared.is_empty(), "a search beside functions has to be shown");
    assert!(modern || !shown, "a search beside functions");
    check_contents(list(&body["contents"]), modern);
    if let Some(settings) = body.get("safetySettings") {
        for setting in list(settings) {
            let setting = fields(setting, &["category", "threshold"], &[]);
            assert!(filled(&setting["category"]).starts_with("HARM_CATEGORY_"));
            assert!(["BLOCK_NONE", "OFF"].contains(&filled(&setting["threshold"])));
        }
    }
    if let Some(config) = body.get("generationConfig") {
        check_generation(config, body.contains_key("tools"), modern);
    }
}

/// Panics when a reduced schema holds what the subset does not know.
pub(in crate::protocol) fn check_schema(schema: &Value) {
    let node = schema.as_object().unwrap_or_else(|| panic!("no object: {schema}"));
    if let Some(members) = node.get("anyOf") {
        assert_eq!(node.len(), 1, "`anyOf` beside other words: {schema}");
        assert!(list(members).len() > 1, "{schema}");
        return list(members).iter().for_each(check_schema);
    }
    let kind = filled(&node["type"]);
    assert!(["string", "number", "integer", "boolean", "object", "array"].contains(&kind), "{schema}");
    for (word, value) in node {
        match word.as_str() {
            "type" | "title" | "description" | "nullable" | "minItems" | "maxItems" | "minProperties"
            | "maxProperties" | "minimum" | "maximum" | "minLength" | "maxLength" | "format" => {}
            "enum" => {
                assert_eq!(kind, "string", "{schema}");
                assert!(!list(value).is_empty());
                assert!(list(value).iter().all(|text| !filled(text).is_empty()), "{schema}");
            }
            "items" => {
                assert_eq!(kind, "array", "{schema}");
                check_schema(value);
            }
            "properties" => {
                assert_eq!(kind, "object", "{schema}");
                let properties = value.as_object().unwrap();
                assert!(!properties.is_empty(), "{schema}");
                properties.values().for_each(check_schema);
            }
            "required" => {
                for name in list(value) {
                    assert!(
                        node["properties"].get(filled(name)).is_some(),
                        "{name} is required but not there: {schema}"
                    );
                }
            }
            word => panic!("`{word}` in {schema}"),
        }
    }
    assert!(kind != "array" || node.contains_key("items"), "{schema}");
}

fn check_tools(tools: &Value) -> Vec<String> {
    let mut declarations = None;
    let mut searches = 0;
    for tool in list(tools) {
        let tool = fields(tool, &[], &["functionDeclarations", "googleSearch"]);
        assert_eq!(tool.len(), 1, "{tool:?}");
        if let Some(list) = tool.get("functionDeclarations") {
            assert!(declarations.replace(list).is_none(), "one list of declarations is wanted: {tools}");
        }
        searches += usize::from(tool.get("googleSearch").is_some_and(|search| fields(search, &[], &[]).is_empty()));
    }
    assert!(searches < 2 && (declarations.is_some() || searches == 1), "{tools}");
    let mut names = Vec::new();
    for declaration in declarations.map(list).unwrap_or_default() {
        let declaration = fields(declaration, &["name"], &["description", "parametersJsonSchema", "parameters"]);
        let name = check_name(&declaration["name"]);
        assert!(!names.contains(&name), "`{name}` twice");
        names.push(name);
        assert!(declaration.get("description").is_none_or(|text| !filled(text).is_empty()));
        if let Some(schema) = declaration.get("parametersJsonSchema") {
            assert!(schema.is_object() && !declaration.contains_key("parameters"));
        }
        if let Some(schema) = declaration.get("parameters") {
            assert_eq!(schema["type"], "object");
            check_schema(schema);
        }
    }
    assert_eq!(declarations.is_some(), !names.is_empty());
    names
}

fn check_tool_config(config: &Value, declared: &[String]) {
    let config = fields(config, &[], &["functionCallingConfig", "includeServerSideToolInvocations"]);
    assert!(!config.is_empty() && config.get("includeServerSideToolInvocations").is_none_or(|shown| shown == true));
    let Some(calling) = config.get("functionCallingConfig") else { return };
    let calling = fields(calling, &["mode"], &["allowedFunctionNames"]);
    let mode = filled(&calling["mode"]);
    assert!(["AUTO", "ANY", "NONE"].contains(&mode), "{mode}");
    assert!(!declared.is_empty(), "a choice without tools");
    if let Some(names) = calling.get("allowedFunctionNames") {
        assert_eq!(mode, "ANY");
        assert!(list(names).iter().all(|name| declared.contains(&check_name(name))), "{names}");
    }
}

fn check_contents(contents: &[Value], modern: bool) {
    assert!(!contents.is_empty(), "no contents");
    let mut calls: Vec<(Option<Value>, String)> = Vec::new();
    let mut unsigned = false;
    // What the last content was: the model's, responses, or what the person said.
    let (mut answered, mut last) = (false, "model");
    for (position, content) in contents.iter().enumerate() {
        let content = fields(content, &["role", "parts"], &[]);
        let expected = filled(&content["role"]);
        assert!(expected == "user" || expected == "model", "{expected}");
        assert!(expected != last || (expected == "user" && answered), "content {position} of {contents:?}");
        last = expected;
        let parts = list(&content["parts"]);
        assert!(!parts.is_empty(), "content {position} is empty");
        let mut responses = Vec::new();
        let mut others = false;
        let mut fresh = Vec::new();
        for part in parts {
            let kinds =
                ["text", "inlineData", "fileData", "functionCall", "functionResponse", "toolCall", "toolResponse"];
            let part = fields(part, &[], &[&kinds[..], &["thought", "thoughtSignature"]].concat());
            let kind: Vec<&str> = kinds.into_iter().filter(|kind| part.contains_key(*kind)).collect();
            let [kind] = kind[..] else { panic!("one kind is wanted: {part:?}") };
            let signed = part.contains_key("thoughtSignature");
            assert!(expected == "model" || (!signed && !part.contains_key("thought")), "{part:?}");
            match (kind, expected) {
                ("text", _) => assert!(signed || !filled(&part[kind]).is_empty(), "an empty text"),
                ("inlineData", "user") => check_data(&part[kind]),
                ("fileData", "user") => {
                    filled(&fields(&part[kind], &["fileUri"], &["mimeType"])["fileUri"]);
                }
                ("toolCall" | "toolResponse", "model") => assert!(part[kind].is_object()),
                ("functionCall", "model") => {
                    let call = fields(&part[kind], &["name", "args"], &["id"]);
                    assert!(call["args"].is_object(), "{call:?}");
                    unsigned |= fresh.is_empty() && !signed;
                    fresh.push((call.get("id").cloned(), check_name(&call["name"])));
                }
                ("functionResponse", "user") => {
                    assert!(!others, "a response beside other parts");
                    let response = fields(&part[kind], &["name", "response"], &["id", "parts"]);
                    filled(&fields(&response["response"], &["output"], &[])["output"]);
                    for part in response.get("parts").map(list).unwrap_or_default() {
                        assert!(modern, "an image in a response");
                        check_data(&fields(part, &["inlineData"], &[])["inlineData"]);
                    }
                    responses.push((response.get("id").cloned(), check_name(&response["name"])));
                }
                _ => panic!("`{kind}` of the {expected}"),
            }
            others |= kind != "functionResponse";
        }
        if expected == "user" {
            assert_eq!(responses, calls, "responses to other calls than were made");
            assert!(responses.is_empty() || !others, "a response beside other parts");
            if responses.is_empty() {
                unsigned = false;
            }
        }
        answered = !responses.is_empty();
        calls = fresh;
    }
    assert_eq!(last, "user", "the model has the last word");
    assert!(!modern || !unsigned, "a call of this turn without a signature");
}

fn check_data(data: &Value) {
    let data = fields(data, &["mimeType", "data"], &[]);
    assert!(filled(&data["mimeType"]).contains('/'));
    filled(&data["data"]);
}

fn check_generation(config: &Value, tools: bool, modern: bool) {
    let schemas = ["responseJsonSchema", "responseSchema"];
    let known = ["maxOutputTokens", "temperature", "topP", "thinkingConfig", "responseMimeType"];
    let config = fields(config, &[], &[&known[..], &schemas].concat());
    assert!(!config.is_empty());
    if schemas.iter().any(|word| config.contains_key(*word)) {
        assert_eq!(config["responseMimeType"], "application/json");
    }
    config.get("responseSchema").into_iter().for_each(check_schema);
    assert!(modern || !tools || !config.contains_key("responseMimeType"), "JSON beside tools");
    if let Some(thinking) = config.get("thinkingConfig") {
        let thinking = fields(thinking, &[], &["includeThoughts", "thinkingLevel", "thinkingBudget"]);
        assert!(!(thinking.contains_key("thinkingLevel") && thinking.contains_key("thinkingBudget")));
        assert!(!(thinking.get("thinkingBudget") == Some(&0.into()) && thinking.contains_key("includeThoughts")));
    }
}

fn check_name(name: &Value) -> String {
    let name = filled(name);
    let letter = |letter: char| letter.is_ascii_alphanumeric() || "_.:-".contains(letter);
    assert!(name.len() <= 64 && name.chars().all(letter), "{name}");
    assert!(name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_'), "{name}");
    name.to_owned()
}

/// An object with all of the first fields and none but these and the second.
fn fields<'a>(value: &'a Value, wanted: &[&str], allowed: &[&str]) -> &'a Map<String, Value> {
    let map = value.as_object().unwrap_or_else(|| panic!("no object: {value}"));
    for field in wanted {
        assert!(map.contains_key(*field), "`{field}` is missing in {value}");
    }
    for field in map.keys() {
        assert!(wanted.contains(&field.as_str()) || allowed.contains(&field.as_str()), "`{field}` in {value}");
    }
    map
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("no list: {value}"))
}

fn filled(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}
