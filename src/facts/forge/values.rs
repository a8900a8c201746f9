//! Owns taking values out of an answer. Refuses to guess: what is not of its documented kind is not there.

use serde_json::Value;

pub(super) fn text<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    value.get(key)?.as_str()
}

pub(super) fn flag(value: &Value, key: &str) -> Option<bool> {
    value.get(key)?.as_bool()
}

/// A switch that classic protection writes as an object.
pub(super) fn enabled(value: &Value, key: &str) -> Option<bool> {
    flag(value.get(key)?, "enabled")
}

pub(super) fn rows<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

pub(super) fn texts(value: &Value, key: &str) -> Vec<String> {
    rows(value, key).iter().filter_map(Value::as_str).map(str::to_owned).collect()
}
