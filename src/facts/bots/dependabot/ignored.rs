//! Owns what a list of `ignore` comes to for one dependency: by names, kinds of update and ranges of versions. Refuses ranges of more
//! than one bound.
//!
//! From the service's own `IgnoreCondition` and `wildcard_match?`.

use crate::doc::Value;

/// Whether a pattern of names, in which `*` is everything, is one of a name.
pub(super) fn names(pattern: &str, name: &str) -> bool {
    let mut pieces = pattern.split('*');
    let Some(mut rest) = pieces.next().and_then(|first| name.strip_prefix(first)) else { return false };
    let Some(last) = pieces.next_back() else { return rest.is_empty() };
    for piece in pieces {
        match rest.find(piece) {
            Some(at) => rest = &rest[at + piece.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// The item with which every update of a dependency is ignored, of those whose names are its own: one without update types and
/// versions, or the last of several that have all types or all versions together.
pub(super) fn ignored_by(items: &[Value<'_>], named: impl Fn(&str) -> bool) -> Option<usize> {
    let mut kinds = [false; 3];
    let mut bounds = Bounds::default();
    for (at, item) in items.iter().enumerate() {
        if !item.get("dependency-name").and_then(Value::scalar).is_some_and(&named) {
            continue;
        }
        let texts = |key: &str| -> Vec<&str> {
            let value = item.get(key);
            let items: Vec<&str> = value.into_iter().flat_map(Value::items).filter_map(Value::scalar).collect();
            if items.is_empty() { value.and_then(Value::scalar).into_iter().collect() } else { items }
        };
        let (types, versions) = (texts("update-types"), texts("versions"));
        versions.iter().for_each(|version| bounds.add(version));
        for (kind, seen) in ["major", "minor", "patch"].iter().zip(&mut kinds) {
            let name = format!("version-update:semver-{kind}");
            *seen |= types.iter().any(|word| word.trim().eq_ignore_ascii_case(&name));
        }
        if (types.is_empty() && versions.is_empty()) || bounds.all() || kinds == [true; 3] {
            return Some(at);
        }
    }
    None
}

/// What ranges of versions come to together: all of them, from one on, or up to one.
#[derive(Default)]
struct Bounds {
    all: bool,
    from: Vec<String>,
    to: Vec<String>,
}

impl Bounds {
    /// Adds a range of one bound; others are passed over.
    fn add(&mut self, text: &str) {
        let text = text.replace(' ', "");
        let zero = |version: &str| !version.is_empty() && version.bytes().all(|b| matches!(b, b'0' | b'.'));
        let maven = text.strip_prefix(['[', '(']).and_then(|rest| rest.strip_suffix(",)"));
        match text.strip_prefix(">=").or_else(|| text.strip_prefix('>')).or(maven) {
            Some(version) if zero(version) || version.is_empty() => self.all = true,
            Some(version) => self.from.push(version.to_owned()),
            None if text == "*" => self.all = true,
            None => {
                self.to.extend(text.strip_prefix("<=").or_else(|| text.strip_prefix('<')).map(str::to_owned));
            }
        }
    }

    /// Whether no version is left, but for one on the edge.
    fn all(&self) -> bool {
        self.all || self.from.iter().any(|version| self.to.contains(version))
    }
}
