//! Owns the actions that say which files a change touches: their filters, as far as the tree holds them. Refuses patterns
//! that it cannot read the way they do: those outputs stay unknown.

use std::collections::BTreeMap;
use std::sync::Arc;

use globset::{GlobBuilder, GlobMatcher};

use super::scope::Output;
use crate::doc::{Document, Format, Kind, Value};
use crate::facts::pipeline::{FilterPattern, Matcher, PathFilter};
use crate::snapshot::Snapshot;
use crate::text::{Place, RepoPath, SourceFile};

/// The outputs of a step that are `true` when a file of the change passes a filter.
pub(super) fn outputs(snapshot: &Snapshot, step: Value<'_>) -> Option<BTreeMap<String, Output>> {
    let name = step.get("uses")?.scalar()?.split('@').next()?.to_ascii_lowercase();
    let with = step.get("with")?;
    match name.as_str() {
        "dorny/paths-filter" => named_filters(snapshot, with),
        "tj-actions/changed-files" | "step-security/changed-files" => {
            let files = with.get("files")?;
            let text = files.scalar().filter(|text| !text.contains("${{"))?;
            let separator = with.get("files_separator").and_then(Value::scalar).unwrap_or("\n").to_owned();
            let patterns: Vec<String> =
                text.split(separator.as_str()).map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect();
            let filter = filter(&patterns, files.place(), true)?;
            let names = ["any_changed", "any_modified"];
            Some(names.into_iter().map(|name| (name.to_owned(), Output::Changes(filter.clone()))).collect())
        }
        _ => None,
    }
}

/// `filters:` of `dorny/paths-filter`: YAML in a text, or the path of a file with it.
fn named_filters(snapshot: &Snapshot, with: Value<'_>) -> Option<BTreeMap<String, Output>> {
    let quantifier = with.get("predicate-quantifier").and_then(Value::scalar).unwrap_or("some");
    let filters = with.get("filters")?;
    let text = filters.scalar().filter(|text| !text.contains("${{") && quantifier == "some")?;
    let document = match text.contains(['\n', ':']) {
        true => {
            let file = SourceFile::new(filters.document().file().path.clone(), text.to_owned());
            Arc::new(Document::parse(file, Format::Yaml, snapshot.limits()).ok()?)
        }
        false => snapshot.document(&RepoPath::new(text.trim())?, Format::Yaml).ok()?,
    };
    let mut out = BTreeMap::new();
    for entry in document.root().entries() {
        let Some(name) = entry.name() else { continue };
        let mut patterns = Vec::new();
        if gather(entry.value, &mut patterns).is_some()
            && let Some(filter) = filter(&patterns, filters.place(), false)
        {
            out.insert(name.to_ascii_lowercase(), Output::Changes(filter));
        }
    }
    Some(out)
}

/// Patterns may be nested by anchors, and stand under a kind of change.
fn gather(value: Value<'_>, out: &mut Vec<String>) -> Option<()> {
    match value.kind() {
        Kind::Sequence => value.items().try_for_each(|item| gather(item, out)),
        Kind::Mapping => value.entries().try_for_each(|entry| gather(entry.value, out)),
        Kind::String | Kind::Number | Kind::Bool => {
            out.push(value.scalar()?.to_owned());
            Some(())
        }
        Kind::Null | Kind::Disputed => None,
    }
}

fn filter(patterns: &[String], place: Place, ordered: bool) -> Option<PathFilter> {
    let compiled: Option<Vec<FilterPattern>> = patterns.iter().map(|text| pattern(text, ordered)).collect();
    let patterns = compiled.filter(|patterns| !patterns.is_empty())?;
    Some(PathFilter { patterns: Arc::from(patterns), ignore: false, place })
}

/// One pattern. In an ordered list `!x` takes `x` out again; else it passes every file that is not `x`.
fn pattern(text: &str, ordered: bool) -> Option<FilterPattern> {
    let (glob, other) = text.strip_prefix('!').map_or((text, false), |rest| (rest, true));
    let extended = ["@(", "+(", "*(", "?(", "!("].iter().any(|opener| glob.contains(opener));
    if extended || glob.len() > 512 {
        return None;
    }
    let glob = GlobBuilder::new(glob.trim_start_matches("./")).literal_separator(true).build().ok()?;
    let matcher: GlobMatcher = glob.compile_matcher();
    let inverted = other && !ordered;
    let matcher = Matcher::new(move |path| (matcher.is_match(path) != inverted, path.len()));
    Some(FilterPattern { text: text.to_owned(), negated: other && ordered, matcher })
}
