//! Owns whether a configuration of RuboCop says one thing of the security cops to every reader. Refuses to choose a reading.

use crate::answer::{Reason, Why};
use crate::doc::{Reading, Value};

/// Why what a file says of the security cops depends on who reads it: a key that stands twice, a merge, a boolean of YAML 1.1.
pub(super) fn contested(root: Value<'_>) -> Option<Why> {
    let ours = |name: &str| name == "AllCops" || name.starts_with("Security");
    root.entries().filter(|entry| entry.name().is_some_and(ours)).find_map(|entry| {
        let value = entry.name().and_then(|name| root.get(name)).unwrap_or(entry.value);
        let merged = || value.entries().find(|inner| inner.name() == Some("<<") && inner.key.is_plain());
        let switch = |key: &str| match value.get(key).map(Value::as_bool) {
            Some(Reading::Disputed(why)) => Some(why),
            _ => None,
        };
        let by_merge = || {
            let place = merged()?.key.place();
            Some(Why::new(Reason::Unsupported, "what is merged here may say something of the security cops").at(place))
        };
        value.disputed().or_else(by_merge).or_else(|| switch("Enabled")).or_else(|| switch("DisabledByDefault"))
    })
}
