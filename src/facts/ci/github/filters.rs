//! Owns the filters of one event: branches, tags, paths, activity types, read and decided. Refuses to know which event they
//! belong to.

use std::sync::Arc;

use super::pattern::Pattern;
use crate::doc::{Kind, Value};
use crate::facts::pipeline::{FilterPattern, Matcher, PathFilter};
use crate::snapshot::DefaultBranch;
use crate::text::Place;

/// A filter of names in order: a later pattern overrides an earlier one.
#[derive(Clone, Debug)]
pub(super) struct NameFilter {
    patterns: Vec<(Pattern, bool)>,
    texts: Vec<String>,
    ignore: bool,
    /// Where it stands.
    pub(super) place: Place,
    /// Its text cannot be trusted: duplicated keys, or something that is no list of texts.
    pub(super) broken: bool,
}

/// How a filter treats the default branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Passes {
    /// It passes.
    Yes,
    /// It does not.
    No,
    /// Only under some of its possible names.
    Perhaps,
}

impl NameFilter {
    /// The filter under `key`, or under `key-ignore`.
    pub(super) fn read(event: Value<'_>, key: &str) -> Option<Self> {
        let ignored = format!("{key}-ignore");
        let (value, ignore) = match (event.get(key), event.get(&ignored)) {
            (Some(value), _) => (value, false),
            (None, Some(value)) => (value, true),
            (None, None) => return None,
        };
        let texts = texts(value);
        let place = value.key_place().unwrap_or_else(|| value.place());
        let broken = texts.is_none();
        let texts = texts.unwrap_or_default();
        let patterns = texts.iter().map(|text| match text.strip_prefix('!') {
            Some(rest) => (Pattern::new(rest), true),
            None => (Pattern::new(text), false),
        });
        Some(Self { patterns: patterns.collect(), texts: texts.clone(), ignore, place, broken })
    }

    /// Whether a name passes.
    pub(super) fn passes(&self, name: &str) -> bool {
        let matched = self.patterns.iter().fold(false, |matched, (pattern, negated)| match pattern.matches(name) {
            true => !negated,
            false => matched,
        });
        matched != self.ignore
    }

    /// Whether the default branch passes.
    pub(super) fn passes_default(&self, branch: &DefaultBranch) -> Passes {
        if self.broken {
            return Passes::Perhaps;
        }
        match branch {
            DefaultBranch::Known(name) if self.passes(name) => Passes::Yes,
            DefaultBranch::Known(_) => Passes::No,
            DefaultBranch::OneOf(names) => match names.iter().filter(|name| self.passes(name)).count() {
                0 if !names.is_empty() => Passes::No,
                count if count == names.len() && count > 0 => Passes::Yes,
                // Each of the names counts: whoever lists one of them has it. Whoever takes one out may have just that one.
                count if count > 0 && !self.excepts() => Passes::Yes,
                _ => Passes::Perhaps,
            },
        }
    }

    /// Whether branches pass whose names nobody chose with the filter in mind, whatever their depth.
    pub(super) fn passes_every_branch(&self) -> bool {
        const NAMES: [&str; 4] = ["Zq7_x-1", "zq7/Zq7", "q/Zq7/z_1", "7zq/q-1/Zq/x7"];
        !self.broken && NAMES.iter().all(|name| self.passes(name))
    }

    /// Whether some branch names are kept out although the others pass.
    pub(super) fn excepts(&self) -> bool {
        (self.ignore && !self.texts.is_empty()) || self.texts.iter().any(|text| text.starts_with('!'))
    }

    /// A pattern with a wildcard that keeps names out although the others pass.
    pub(super) fn open_exception(&self) -> Option<&str> {
        let mut out = self.texts.iter().filter_map(|text| if self.ignore { Some(text.as_str()) } else { text.strip_prefix('!') });
        out.find(|text| text.contains(['*', '?', '[', '+']))
    }

    /// The patterns in a sentence: "`main`, `release/*`".
    pub(super) fn listed(&self) -> String {
        let shown: Vec<String> = self.texts.iter().take(4).map(|text| format!("`{text}`")).collect();
        let more = if self.texts.len() > 4 { ", …" } else { "" };
        let list = format!("{}{more}", shown.join(", "));
        match (self.ignore, self.texts.is_empty()) {
            (_, true) => "no branch".to_owned(),
            (true, false) => format!("branches other than {list}"),
            (false, false) => list,
        }
    }

    /// The literal names of the filter, when it holds nothing else.
    pub(super) fn only_names(&self) -> Option<&[String]> {
        let literal = |text: &String| !text.contains(['*', '?', '+', '[', '!', '\\']);
        (!self.ignore && !self.broken && self.texts.iter().all(literal)).then_some(self.texts.as_slice())
    }
}

/// `paths` or `paths-ignore`; `Err` holds its place when it cannot be read.
pub(super) fn path_filter(event: Value<'_>) -> Result<Option<PathFilter>, Place> {
    let (value, ignore) = match (event.get("paths"), event.get("paths-ignore")) {
        (Some(value), _) => (value, false),
        (None, Some(value)) => (value, true),
        (None, None) => return Ok(None),
    };
    let place = value.key_place().unwrap_or_else(|| value.place());
    let Some(texts) = texts(value) else { return Err(place) };
    let patterns = texts.iter().map(|text| {
        let (text, negated) = text.strip_prefix('!').map_or((text.as_str(), false), |rest| (rest, true));
        let pattern = Pattern::new(text);
        FilterPattern { text: text.to_owned(), negated, matcher: Matcher::new(move |path| pattern.test(path)) }
    });
    Ok(Some(PathFilter { patterns: patterns.collect::<Arc<[_]>>(), ignore, place }))
}

/// One text or a list of texts; `None` for anything else.
pub(super) fn texts(value: Value<'_>) -> Option<Vec<String>> {
    match value.kind() {
        Kind::Sequence => value.items().map(|item| item.scalar().map(str::to_owned)).collect(),
        Kind::String | Kind::Number | Kind::Bool => value.scalar().map(|text| vec![text.to_owned()]),
        _ => None,
    }
}
