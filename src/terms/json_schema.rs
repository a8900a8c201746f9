//! Owns `policy schema`: the table of keys as a JSON Schema that editors use. Refuses to hold anything the table does not.

use serde_json::{Map, Value, json};

use super::schema::{Key, Type, keys_in};

/// The JSON Schema (draft 2020-12) of `.tollgate.toml`.
#[must_use]
pub fn json_schema() -> Value {
    let mut root = object("");
    root.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
    root.insert("title".to_owned(), json!("tollgate policy (.tollgate.toml)"));
    Value::Object(root)
}

fn object(path: &str) -> Map<String, Value> {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for key in keys_in(path) {
        properties.insert(key.name().to_owned(), property(key));
        if key.required {
            required.push(json!(key.name()));
        }
    }
    let mut out = Map::new();
    out.insert("type".to_owned(), json!("object"));
    out.insert("additionalProperties".to_owned(), json!(false));
    out.insert("properties".to_owned(), Value::Object(properties));
    if !required.is_empty() {
        out.insert("required".to_owned(), Value::Array(required));
    }
    out
}

fn property(key: &Key) -> Value {
    let mut out = shape(key);
    out.insert("description".to_owned(), json!(key.about));
    out.insert("x-tighter".to_owned(), json!(key.tighter.word()));
    if key.later {
        // It and what is below it: no rule of this version reads that.
        out.insert("x-unread".to_owned(), json!(true));
    }
    if let Some(default) = default(key) {
        out.insert("default".to_owned(), default);
    }
    Value::Object(out)
}

fn default(key: &Key) -> Option<Value> {
    if key.default.is_empty() {
        return None;
    }
    let table: toml::Table = format!("x = {}", key.default).parse().ok()?;
    serde_json::to_value(table.get("x")?).ok()
}

fn shape(key: &Key) -> Map<String, Value> {
    let value = match key.kind {
        Type::Flag => json!({ "type": "boolean" }),
        Type::Number(least, most) => json!({ "type": "integer", "minimum": least, "maximum": most }),
        Type::Text | Type::Person | Type::Rule => json!({ "type": "string", "minLength": 1 }),
        Type::Pattern => json!({ "type": "string" }),
        Type::Word(words) => json!({ "type": "string", "enum": words }),
        Type::Words(words) => json!({ "type": "array", "items": { "type": "string", "enum": words } }),
        Type::Texts | Type::Globs | Type::Rules | Type::Tools | Type::Bots => {
            json!({ "type": "array", "items": { "type": "string" } })
        }
        // Editors hand TOML dates to a schema as text.
        Type::Date => json!({ "type": "string", "format": "date" }),
        Type::DateOrCommit => json!({ "type": "string", "pattern": "^([0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9a-f]{40}|[0-9a-f]{64})$" }),
        Type::Duration => json!({ "type": "string", "pattern": "^[0-9]+[dwy]$" }),
        Type::Bytes => {
            json!({ "type": ["integer", "string"], "minimum": 0, "pattern": "^[0-9_]+ ?(B|[kK]B|MB|GB|KiB|MiB|GiB)?$" })
        }
        Type::Hex(40) => json!({ "type": "string", "pattern": "^([0-9a-f]{40}|[0-9a-f]{64})$" }),
        Type::Hex(length) => json!({ "type": "string", "pattern": format!("^[0-9a-f]{{{length}}}$") }),
        Type::Fingerprint => json!({ "type": "string", "pattern": "^([0-9A-Fa-f]{40}|[0-9A-Fa-f]{64})$" }),
        Type::Commands => json!({ "type": "array", "items": { "type": "array", "minItems": 1, "items": { "type": "string" } } }),
        Type::Table => Value::Object(object(key.path)),
        Type::Tables => json!({ "type": "array", "items": object(&format!("{}[]", key.path)) }),
        Type::Map(_) => json!({ "type": "object", "additionalProperties": star(key) }),
        Type::SeverityOrTable => json!({ "anyOf": [{ "type": "string", "enum": super::schema::SEVERITIES }, object(key.path)] }),
    };
    if let Value::Object(map) = value { map } else { Map::new() }
}

fn star(key: &Key) -> Value {
    super::schema::key(&format!("{}.*", key.path)).map_or(Value::Bool(true), property)
}
