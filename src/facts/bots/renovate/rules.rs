//! Owns `packageRules` that switch updates off or on: for which manifests a rule speaks of every dependency. Refuses rules
//! that change anything else.

use crate::doc::{Reading as Typed, Value};
use crate::text::Place;

use super::patterns::{Hit, Patterns, regex_everything};
use super::validity::OLDER_SELECTORS;
use crate::catalog::bot::Manager;

/// Keys that a rule is limited by and that are read here; any other `match*` or `exclude*` key makes it speak of some
/// dependencies only.
const READ: &[&str] = &[
    "matchManagers",
    "matchFileNames",
    "matchPaths",
    "matchPackageNames",
    "matchDepNames",
    "matchPackagePatterns",
    "matchDepPatterns",
    "matchCategories",
    "matchLanguages",
    "matchDatasources",
    "matchUpdateTypes",
    "paths",
    "languages",
    "managers",
    "datasources",
    "packageNames",
    "packagePatterns",
    "updateTypes",
];

/// The kinds of new versions; a rule for all of them is one for every version.
pub(super) const KINDS: &[&str] = &["major", "minor", "patch"];

/// A rule with `enabled`.
pub(super) struct Rule {
    enabled: bool,
    pub(super) place: Place,
    managers: Option<Vec<String>>,
    categories: Option<Vec<String>>,
    files: Option<Patterns>,
    sources: Option<Patterns>,
    /// It speaks of every dependency of the manifests it is for.
    whole: bool,
}

/// What the rules together say about a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    On,
    Off(Place),
    /// A pattern cannot be read, or some of what was off is on again.
    Unknown(Place, &'static str),
}

/// The rules with `enabled`, in order.
pub(super) fn read(root: Value<'_>) -> Vec<Rule> {
    root.get("packageRules").into_iter().flat_map(Value::items).filter_map(rule).collect()
}

fn rule(item: Value<'_>) -> Option<Rule> {
    let Typed::Is(enabled) = item.get("enabled")?.as_bool() else { return None };
    let list = |key: &str| -> Option<Vec<&str>> {
        let value = item.get(key)?;
        let items: Vec<&str> = value.items().filter_map(Value::scalar).collect();
        Some(if items.is_empty() { value.scalar().into_iter().collect() } else { items })
    };
    let either = |key: &str, older: &str| list(key).or_else(|| list(older));
    let owned = |items: Option<Vec<&str>>| items.map(|items| items.into_iter().map(str::to_ascii_lowercase).collect::<Vec<_>>());
    let limiting = |name: &str| {
        name == "extends" || name.starts_with("match") || name.starts_with("exclude") || OLDER_SELECTORS.contains(&name)
    };
    let other = item.entries().filter_map(|entry| entry.name()).any(|name| limiting(name) && !READ.contains(&name));
    let names = ["matchPackageNames", "matchDepNames", "packageNames"]
        .into_iter()
        .filter_map(list)
        .all(|names| Patterns::new(names).is_everything());
    let older = ["matchPackagePatterns", "matchDepPatterns", "packagePatterns"].into_iter().filter_map(list);
    let older = older.into_iter().all(|patterns| patterns.iter().any(|pattern| regex_everything(pattern)));
    let kinds = either("matchUpdateTypes", "updateTypes").is_none_or(|kinds| KINDS.iter().all(|kind| kinds.contains(kind)));
    // A rule without any limit is not accepted by the bot.
    let limited = item.entries().filter_map(|entry| entry.name()).any(limiting);
    Some(Rule {
        enabled,
        place: item.get("enabled").map_or_else(|| item.place(), Value::place),
        managers: owned(either("matchManagers", "managers")),
        categories: owned(either("matchCategories", "matchLanguages").or_else(|| list("languages"))),
        files: either("matchFileNames", "matchPaths").or_else(|| list("paths")).map(Patterns::new),
        sources: either("matchDatasources", "datasources").map(Patterns::new),
        whole: limited && !other && names && older && kinds,
    })
}

impl Rule {
    /// How many comparisons it takes to hold it against one manifest.
    pub(super) fn cost(&self) -> usize {
        let names = self.managers.as_ref().map_or(0, Vec::len) + self.categories.as_ref().map_or(0, Vec::len);
        1 + names + self.files.as_ref().map_or(0, Patterns::len)
    }

    /// Whether the rule is for a file that a manager reads.
    fn is_for(&self, row: &Manager, categories: &[&str], path: &str) -> Hit {
        let manager = row.name.to_ascii_lowercase();
        if let Some(sources) = &self.sources {
            // A manager whose dependencies come from several sources is not decided by a rule for one.
            match row.source.as_deref().map(|source| sources.hit(source)) {
                Some(Hit::Yes) => {}
                Some(miss) => return miss,
                None => return Hit::No,
            }
        }
        if self.managers.as_ref().is_some_and(|names| !names.contains(&manager)) {
            return Hit::No;
        }
        if self
            .categories
            .as_ref()
            .is_some_and(|names| !categories.iter().any(|category| names.iter().any(|name| name == category)))
        {
            return Hit::No;
        }
        self.files.as_ref().map_or(Hit::Yes, |files| files.hit(path))
    }
}

/// Applies the rules in order: the last one that speaks of the manifest decides.
pub(super) fn judge(rules: &[Rule], row: &Manager, categories: &[&str], path: &str) -> Verdict {
    let mut verdict = Verdict::On;
    for rule in rules {
        match (rule.is_for(row, categories, path), rule.enabled, rule.whole) {
            (Hit::Yes, true, true) => verdict = Verdict::On,
            // Only some of what an earlier rule switched off.
            (Hit::Yes | Hit::Unknown, true, _) if verdict != Verdict::On => {
                verdict =
                    Verdict::Unknown(rule.place.clone(), "a rule switches everything off, and this one only some of it on again");
            }
            (Hit::Yes, false, true) => verdict = Verdict::Off(rule.place.clone()),
            (Hit::Unknown, false, true) => {
                verdict = Verdict::Unknown(rule.place.clone(), "a pattern of `packageRules` cannot be read");
            }
            _ => {}
        }
    }
    verdict
}
