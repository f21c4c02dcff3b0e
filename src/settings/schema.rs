//! The JSON Schema of the settings file, for editors and for finding mistyped keys.

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};

use super::Settings;

/// The schema (draft 2020-12), made from the types that read the file.
#[must_use]
pub fn schema() -> Value {
    // One piece, without references: whoever walks it need not follow any.
    let settings = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    let mut schema = settings.into_generator().into_root_schema_for::<Settings>().to_value();
    without_null(&mut schema);
    let mut root = Map::new();
    for (key, value) in [("$schema", schema["$schema"].take()), ("title", "Settings of codexgw".into())] {
        root.insert(key.to_owned(), value);
    }
    for (key, value) in schema.as_object_mut().map(std::mem::take).into_iter().flatten() {
        root.entry(key).or_insert(value);
    }
    root.into()
}

/// TOML has no null: what may be absent is left out.
fn without_null(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            if let Some(Value::Array(types)) = object.get_mut("type") {
                types.retain(|kind| kind != "null");
                if let [only] = types.as_slice() {
                    let only = only.clone();
                    object.insert("type".to_owned(), only);
                }
            }
            if let Some(mut choice) = single_choice(object) {
                object.remove("anyOf");
                // What is said of the field is nearer than what is said of its type.
                choice.extend(std::mem::take(object));
                *object = choice;
            }
            if object.get("default").is_some_and(Value::is_null) {
                object.remove("default");
            }
            object.values_mut().for_each(without_null);
        }
        Value::Array(values) => values.iter_mut().for_each(without_null),
        _ => (),
    }
}

/// The one thing that an optional table can be, besides null.
fn single_choice(object: &Map<String, Value>) -> Option<Map<String, Value>> {
    let choices = object.get("anyOf")?.as_array()?;
    let mut real = choices.iter().filter(|choice| choice["type"] != "null");
    match (real.next(), real.next()) {
        (Some(Value::Object(only)), None) => Some(only.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The committed file. `CODEXGW_BLESS=1 cargo test` writes it anew.
    #[test]
    fn the_committed_schema_is_that_of_the_types() {
        let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/settings.schema.json");
        let now = serde_json::to_string_pretty(&schema()).expect("JSON") + "\n";
        if std::env::var_os("CODEXGW_BLESS").is_some() {
            fs_err::write(&file, &now).expect("the templates folder");
        }
        let committed = fs_err::read_to_string(&file).expect("a committed schema");
        assert!(committed == now, "it has drifted: run `CODEXGW_BLESS=1 cargo test --lib schema`");
    }

    #[test]
    fn tables_take_no_other_keys_and_nothing_is_null() {
        let schema = schema();
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
        let provider = &schema["properties"]["providers"]["additionalProperties"];
        let models = &provider["properties"]["models"]["additionalProperties"];
        let default = &schema["properties"]["default"];
        for table in [&schema, provider, models, default, &default["properties"]["previous"]] {
            assert_eq!(table["additionalProperties"], false, "{table}");
        }
        assert!(!schema.to_string().contains("null"), "{schema}");
    }
}
