//! Owns registries: those that are defined are used, those that are used are defined. Refuses what their keys mean.

use std::collections::BTreeSet;

use super::schema::Schema;
use crate::doc::{Kind, Value};

/// What the service refuses: a registry without a type, one that no entry uses, a name that is not defined.
pub(super) fn check(schema: &mut Schema<'_>, root: Value<'_>) {
    let defined = root.get("registries");
    if defined.is_some_and(|registries| registries.kind() == Kind::Disputed) {
        return;
    }
    let lists: Vec<Value<'_>> =
        root.get("updates").into_iter().flat_map(Value::items).filter_map(|item| item.get("registries")).collect();
    let all = lists.iter().any(|list| list.scalar() == Some("*") || list.kind() == Kind::Disputed);
    let used: BTreeSet<&str> = lists.iter().flat_map(|list| list.items()).filter_map(Value::scalar).collect();
    for registry in defined.into_iter().flat_map(Value::entries) {
        let name = registry.name().unwrap_or("?");
        if registry.value.kind() != Kind::Mapping || registry.value.get("type").is_none() {
            schema.wrong_because(
                registry.key.place(),
                format!("the registry `{name}` has no `type`"),
                "write its `type`, for example `npm-registry`",
            );
        }
        if !all && !used.contains(name) {
            let fix = format!("name it in the entry that needs it: registries: [{name}]");
            schema.wrong_because(registry.key.place(), format!("no entry uses the registry `{name}`"), fix);
        }
    }
    let is_defined = |name: &str| defined.is_some_and(|registries| registries.get(name).is_some());
    for item in lists.iter().flat_map(|list| list.items()) {
        if let Some(name) = item.scalar().filter(|name| !is_defined(name)) {
            let fix = format!("define `{name}` under `registries`, or take it out of the list");
            schema.wrong_because(item.place(), format!("there is no registry `{name}` under `registries`"), fix);
        }
    }
}
