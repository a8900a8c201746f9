//! Owns one item of `packageRules` that switches updates off or on: what it is limited by, in the words of every version.
//! Refuses to say what several of them come to: that is `judge`.
//!
//! From the bot's own `PackageRulesMigration` (older words become newer ones) and its matchers.

use crate::catalog::Bot;
use crate::catalog::bot::Manager;
use crate::doc::{Reading as Typed, Value};
use crate::facts::bots::moments;
use crate::text::Place;

use super::patterns::{Hit, Patterns};

/// Keys that a rule is limited by and that are read here; any other `match*` or `exclude*` key makes it speak of some
/// dependencies only.
const READ: &[&[&str]] = &[MANAGERS, FILES, CATEGORIES, SOURCES, TYPES, UPDATES, BRANCHES];

const MANAGERS: &[&str] = &["matchManagers", "managers"];
const FILES: &[&str] = &["matchFileNames", "matchFiles", "matchPaths", "paths"];
const CATEGORIES: &[&str] = &["matchCategories", "matchLanguages", "languages"];
const SOURCES: &[&str] = &["matchDatasources", "datasources"];
const TYPES: &[&str] = &["matchDepTypes", "depTypeList"];
const UPDATES: &[&str] = &["matchUpdateTypes", "updateTypes"];
const BRANCHES: &[&str] = &["matchBaseBranches", "baseBranchList"];

/// How a key writes the names that it has or takes out.
#[derive(Clone, Copy)]
enum Spelt {
    Pattern,
    Regex,
    Prefix,
}

/// The keys of names: those of packages and those of dependencies are two lists, and a rule is for what both have.
const NAMES: &[&[(&str, Spelt, bool)]] = &[
    &[
        ("matchPackageNames", Spelt::Pattern, true),
        ("packageNames", Spelt::Pattern, true),
        ("matchPackagePatterns", Spelt::Regex, true),
        ("packagePatterns", Spelt::Regex, true),
        ("matchPackagePrefixes", Spelt::Prefix, true),
        ("excludePackageNames", Spelt::Pattern, false),
        ("excludePackagePatterns", Spelt::Regex, false),
        ("excludePackagePrefixes", Spelt::Prefix, false),
    ],
    &[
        ("matchDepNames", Spelt::Pattern, true),
        ("matchDepPatterns", Spelt::Regex, true),
        ("matchDepPrefixes", Spelt::Prefix, true),
        ("excludeDepNames", Spelt::Pattern, false),
        ("excludeDepPatterns", Spelt::Regex, false),
        ("excludeDepPrefixes", Spelt::Prefix, false),
    ],
];

/// The kinds of new versions; a rule for all of them is one for every version.
pub(super) const KINDS: [&str; 3] = ["major", "minor", "patch"];

/// A rule that switches something.
pub(super) struct Rule {
    pub(super) place: Place,
    /// What it says of each kind of new version.
    says: [Option<bool>; 3],
    managers: Option<Patterns>,
    categories: Option<Patterns>,
    files: Option<Patterns>,
    sources: Option<Patterns>,
    types: Option<Patterns>,
    branches: Option<Patterns>,
    names: Vec<Patterns>,
    /// Limited by something that is not read here.
    other: bool,
    /// It is the list `ignoreDeps`.
    pub(super) ignores: bool,
}

/// The rules that switch something, in order; what is ignored by its name is decided before any rule is asked
/// (`workers/repository/process/fetch.ts`).
pub(super) fn read(bot: &Bot, root: Value<'_>) -> Vec<Rule> {
    let rules = root.get("packageRules").into_iter().flat_map(Value::items).filter_map(|item| rule(bot, item));
    rules.chain(root.get("ignoreDeps").and_then(ignored)).collect()
}

/// `ignoreDeps`: names as they are, no patterns.
fn ignored(names: Value<'_>) -> Option<Rule> {
    let texts: Vec<String> =
        names.items().filter_map(Value::as_str).map(|name| format!("/^{}$/i", regex::escape(name))).collect();
    (!texts.is_empty()).then(|| Rule {
        place: names.place(),
        says: [Some(false); KINDS.len()],
        managers: None,
        categories: None,
        files: None,
        sources: None,
        types: None,
        branches: None,
        names: vec![Patterns::new(texts.iter().map(String::as_str))],
        other: false,
        ignores: true,
    })
}

/// Whether a map of settings switches on or off, and where: what is forced wins.
pub(super) fn switch(settings: Value<'_>) -> Option<(bool, Place)> {
    let forced = settings.get("force").and_then(|force| force.get("enabled"));
    for value in forced.into_iter().chain(settings.get("enabled")) {
        if let Some(on) = truth(value) {
            return Some((on, value.place()));
        }
    }
    None
}

/// A boolean, or the text of one, which is migrated.
fn truth(value: Value<'_>) -> Option<bool> {
    match (value.as_bool(), value.as_str()) {
        (Typed::Is(on), _) => Some(on),
        (_, Some("true")) => Some(true),
        (_, Some("false")) => Some(false),
        _ => None,
    }
}

/// Whether a key limits what a rule is for.
pub(super) fn limiting(bot: &Bot, name: &str) -> bool {
    let older = || bot.older_selectors.iter().any(|known| known == name);
    name == "extends" || name.starts_with("match") || name.starts_with("exclude") || older()
}

fn list<'d>(item: Value<'d>, key: &str) -> Option<Vec<&'d str>> {
    let value = item.get(key)?;
    let items: Vec<&str> = value.items().filter_map(Value::scalar).collect();
    Some(if items.is_empty() { value.scalar().into_iter().collect() } else { items })
}

fn rule(bot: &Bot, item: Value<'_>) -> Option<Rule> {
    let patterns = |keys: &[&str]| keys.iter().find_map(|key| list(item, key)).map(Patterns::new);
    let whole = switch(item);
    let never = item.get("schedule").and_then(moments::never);
    let mut place = whole.as_ref().map(|(_, place)| place.clone()).or_else(|| never.clone());
    let updates = patterns(UPDATES);
    let says = KINDS.map(|kind| {
        if updates.as_ref().is_some_and(|updates| updates.hit(kind) != Hit::Yes) {
            return None;
        }
        // What a rule says of one kind is applied after what it says of all.
        let own = item.get(kind).and_then(switch);
        place = place.take().or_else(|| own.as_ref().map(|(_, place)| place.clone()));
        own.or_else(|| whole.clone()).map(|(on, _)| on && never.is_none()).or_else(|| never.is_some().then_some(false))
    });
    let place = place.filter(|_| says.iter().any(Option::is_some))?;
    let known = |name: &str| {
        READ.iter().any(|keys| keys.contains(&name)) || NAMES.iter().any(|keys| keys.iter().any(|(key, ..)| *key == name))
    };
    let mut limits = item.entries().filter_map(|entry| entry.name()).filter(|name| limiting(bot, name)).peekable();
    // A rule without any limit is not accepted by the bot.
    let other = limits.peek().is_none() || limits.any(|name| !known(name));
    Some(Rule {
        place,
        says,
        managers: patterns(MANAGERS),
        categories: patterns(CATEGORIES),
        files: patterns(FILES),
        sources: patterns(SOURCES),
        types: patterns(TYPES),
        branches: patterns(BRANCHES),
        names: NAMES.iter().filter_map(|keys| names(item, keys)).collect(),
        other,
        ignores: false,
    })
}

/// One list of names, from all keys that have a part in it.
fn names(item: Value<'_>, keys: &[(&str, Spelt, bool)]) -> Option<Patterns> {
    let mut texts: Option<Vec<String>> = None;
    for (key, spelt, wanted) in keys {
        let sign = if *wanted { "" } else { "!" };
        for text in list(item, key).unwrap_or_default() {
            let body = match spelt {
                Spelt::Pattern => text.to_owned(),
                Spelt::Regex if text == "*" && *wanted => "*".to_owned(),
                Spelt::Regex => format!("/{text}/"),
                Spelt::Prefix => format!("/^{}(/.*|[^/]*)$/i", regex::escape(text)),
            };
            texts.get_or_insert_default().push(format!("{sign}{body}"));
        }
    }
    texts.map(|texts| Patterns::new(texts.iter().map(String::as_str)))
}

/// A manifest, as rules are held against it.
pub(super) struct Subject<'s> {
    pub(super) row: &'s Manager,
    pub(super) categories: &'s [&'s str],
    pub(super) path: &'s str,
    /// The kinds of dependencies that it has, of those that the manager tells apart; none: they are not known.
    pub(super) types: &'s [&'s str],
    pub(super) branches: &'s [String],
}

/// How much of a manifest a rule is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    All,
    /// All but what it names.
    Most,
    /// Some of it: by names, or by what is not read.
    Some,
}

impl Rule {
    /// What it says of a kind of new version, by its place in [`KINDS`].
    pub(super) fn says(&self, kind: usize) -> Option<bool> {
        self.says[kind]
    }

    /// Whether it asks for names of dependencies.
    pub(super) fn has_names(&self) -> bool {
        !self.names.is_empty()
    }

    /// How many comparisons it takes to hold it against one manifest, and against one name.
    pub(super) fn cost(&self) -> (usize, usize) {
        let lists = [&self.managers, &self.categories, &self.files, &self.sources, &self.types, &self.branches];
        let each = self.names.iter().map(Patterns::len).sum::<usize>();
        (1 + each + lists.into_iter().flatten().map(Patterns::len).sum::<usize>(), each)
    }

    /// Whether the rule is for a file that a manager reads.
    pub(super) fn is_for(&self, subject: &Subject<'_>) -> Hit {
        let own = [subject.row.name.as_str()];
        let branches: Vec<&str> = subject.branches.iter().map(String::as_str).collect();
        let mut sum = Hit::Yes;
        for (list, texts) in [
            (&self.managers, &own[..]),
            (&self.categories, subject.categories),
            (&self.files, &[subject.path]),
            (&self.branches, &branches),
        ] {
            let Some(list) = list else { continue };
            match list.any(texts) {
                Hit::Yes => {}
                Hit::No => return Hit::No,
                Hit::Unknown => sum = Hit::Unknown,
            }
        }
        // A manager whose dependencies come from several sources is not decided by a rule for one.
        match self.sources.as_ref().map(|list| list.every(&subject.row.sources)) {
            Some(Hit::No) => Hit::No,
            Some(Hit::Unknown) => Hit::Unknown,
            _ => sum,
        }
    }

    /// How much of what the rule is for, when no name is known.
    pub(super) fn part(&self, subject: &Subject<'_>) -> Part {
        if self.other || self.types.as_ref().is_some_and(|list| list.every(subject.types) != Hit::Yes) {
            return Part::Some;
        }
        let most = |list: &Patterns| list.is_everything() || list.is_most();
        match self.names.iter().all(Patterns::is_everything) {
            true => Part::All,
            false if self.names.iter().all(most) => Part::Most,
            false => Part::Some,
        }
    }

    /// Whether a dependency of this name is one of those that it speaks of, when names are all that limits it.
    pub(super) fn names(&self, subject: &Subject<'_>, name: &str) -> Hit {
        if self.other || self.types.as_ref().is_some_and(|list| list.every(subject.types) != Hit::Yes) {
            return Hit::Unknown;
        }
        let mut hits = self.names.iter().map(|list| list.hit(name));
        if hits.clone().any(|hit| hit == Hit::No) {
            return Hit::No;
        }
        if hits.any(|hit| hit == Hit::Unknown) { Hit::Unknown } else { Hit::Yes }
    }
}
