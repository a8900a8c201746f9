//! Owns the actions that say which files a change touches: their filters, as far as the tree holds them. Refuses patterns
//! that it cannot read the way they do: those outputs stay unknown.

use std::collections::BTreeMap;
use std::sync::Arc;

use globset::{GlobBuilder, GlobMatcher};

use super::expr::{Node, Val};
use super::residual;
use super::scope::StepFacts;
use crate::doc::{Document, Format, Kind, Value};
use crate::facts::pipeline::{FilterPattern, Matcher, PathFilter};
use crate::snapshot::Snapshot;
use crate::text::{Place, RepoPath, SourceFile};

/// What an output says about the changed files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Says {
    /// `true` when one passes, else `false`.
    Whether,
    /// How many pass.
    Count,
    /// Their names, or nothing.
    Files,
    /// A JSON list of the names of the filters that one passes.
    Names,
}

/// An output that depends on the changed files.
#[derive(Clone, Debug)]
pub(super) struct Changes {
    /// What it says.
    pub(super) says: Says,
    /// The filters, by name.
    pub(super) filters: Vec<Filter>,
}

/// A filter of changed files.
#[derive(Clone, Debug)]
pub(super) struct Filter {
    /// Its name.
    pub(super) name: String,
    /// What passes.
    pub(super) passes: PathFilter,
    /// Why not every change of such a file passes.
    pub(super) softened: Option<&'static str>,
}

/// The outputs of a step that are known from the files of a change.
pub(super) fn outputs(snapshot: &Snapshot, step: Value<'_>) -> Option<StepFacts> {
    let name = step.get("uses")?.scalar()?.split('@').next()?.to_ascii_lowercase();
    let with = step.get("with");
    match name.as_str() {
        "dorny/paths-filter" | "getsentry/paths-filter" | "step-security/paths-filter" => named_filters(snapshot, with?),
        "tj-actions/changed-files" | "step-security/changed-files" => changed_files(snapshot, step, with),
        _ => None,
    }
}

fn says(says: Says, filters: &[Filter]) -> Node {
    residual::changes(Changes { says, filters: filters.to_vec() })
}

/// `filters:` of `dorny/paths-filter`: YAML in a text, or the path of a file with it.
fn named_filters(snapshot: &Snapshot, with: Value<'_>) -> Option<StepFacts> {
    let given = |key: &str| with.get(key).and_then(Value::scalar);
    let every = match given("predicate-quantifier").unwrap_or("some") {
        "some" => false,
        "every" => true,
        _ => return None,
    };
    let listed = given("list-files").unwrap_or("none");
    let filters = with.get("filters")?;
    let document = yaml(snapshot, filters, filters.scalar()?.contains(['\n', ':']))?;
    let mut outputs = BTreeMap::new();
    let mut all = Some(Vec::new());
    for entry in document.root().entries() {
        let Some(name) = entry.name() else { continue };
        let read = kinds(entry.value).and_then(|(patterns, softened)| {
            let passes = match every {
                true => all_of(&patterns, filters.place()),
                false => filter(&patterns, filters.place(), false),
            };
            Some(Filter { name: name.to_owned(), passes: passes?, softened })
        });
        let lower = name.to_ascii_lowercase();
        let unknown = || Node::Literal(Val::unknown(format!("depends on the filter `{name}`, which cannot be read")));
        let mut say = |suffix: &str, what: Says| {
            let node = read.as_ref().map_or_else(unknown, |filter| says(what, std::slice::from_ref(filter)));
            outputs.insert(format!("{lower}{suffix}"), node);
        };
        say("", Says::Whether);
        say("_count", Says::Count);
        if listed != "none" {
            say("_files", Says::Files);
        }
        all = all.zip(read).map(|(mut all, one)| {
            all.push(one);
            all
        });
    }
    let unread = || Node::Literal(Val::unknown("depends on filters that cannot be read"));
    // "Cannot set changes output variable - name already used by filter output" (src/main.ts, v3): exactly that name.
    if document.root().get("changes").is_none() {
        outputs.insert("changes".to_owned(), all.map_or_else(unread, |all| says(Says::Names, &all)));
    }
    Some(StepFacts { outputs, complete: true, ..StepFacts::default() })
}

/// `files`, `files_yaml` and what is taken out of them again; with nothing written every file counts.
fn changed_files(snapshot: &Snapshot, step: Value<'_>, with: Option<Value<'_>>) -> Option<StepFacts> {
    let get = |key: &str| with.and_then(|with| with.get(key)).filter(|value| value.kind() != Kind::Null);
    let unread = ["path", "dir_names", "files_ignore_yaml", "files_ignore_yaml_from_source_file"];
    if unread.iter().any(|key| get(key).is_some()) {
        return None;
    }
    let place = ["files", "files_from_source_file", "files_yaml", "files_yaml_from_source_file"].iter().find_map(|key| get(key));
    let place = place.map_or_else(|| step.place(), Value::place);
    let ignored: Vec<String> =
        lines(snapshot, get("files_ignore"), get("files_ignore_from_source_file"), get("files_ignore_separator"))?
            .into_iter()
            .map(|pattern| format!("!{pattern}"))
            .collect();
    let mut outputs = BTreeMap::new();
    let mut add = |prefix: &str, patterns: &[String]| {
        let patterns: Vec<String> = patterns.iter().chain(&ignored).cloned().collect();
        let found = filter(&patterns, place.clone(), true);
        for (suffix, what) in [
            ("any_changed", Says::Whether),
            ("any_modified", Says::Whether),
            ("all_changed_files", Says::Files),
            ("all_modified_files", Says::Files),
            ("all_changed_files_count", Says::Count),
            ("all_modified_files_count", Says::Count),
        ] {
            let unknown = || Node::Literal(Val::unknown("depends on patterns that cannot be read"));
            let node = found
                .clone()
                .map_or_else(unknown, |passes| says(what, &[Filter { name: prefix.to_owned(), passes, softened: None }]));
            outputs.insert(format!("{prefix}{suffix}"), node);
        }
    };
    let yaml_given = get("files_yaml").map(|text| (text, true)).or_else(|| Some((get("files_yaml_from_source_file")?, false)));
    if let Some((given, inline)) = yaml_given {
        let document = yaml(snapshot, given, inline)?;
        for entry in document.root().entries() {
            let mut patterns = Vec::new();
            gather(entry.value, &mut patterns)?;
            add(&format!("{}_", entry.name()?.to_ascii_lowercase()), &patterns);
        }
        return Some(StepFacts { outputs, ..StepFacts::default() });
    }
    let mut patterns = lines(snapshot, get("files"), get("files_from_source_file"), get("files_separator"))?;
    if patterns.is_empty() {
        patterns.push("**".to_owned());
    }
    add("", &patterns);
    Some(StepFacts { outputs, ..StepFacts::default() })
}

/// Patterns of a text and of files that are named; `None` when one of them is computed or not there.
fn lines(
    snapshot: &Snapshot,
    text: Option<Value<'_>>,
    sources: Option<Value<'_>>,
    separator: Option<Value<'_>>,
) -> Option<Vec<String>> {
    let literal = |value: Value<'_>| Some(value.scalar().filter(|text| !text.contains("${{"))?.to_owned());
    let separator = separator.map_or_else(|| Some("\n".to_owned()), literal)?;
    let mut found: Vec<String> = Vec::new();
    let mut add = |text: &str, separator: &str| {
        found.extend(text.split(separator).map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned));
    };
    if let Some(text) = text {
        add(&literal(text)?, &separator);
    }
    if let Some(sources) = sources {
        for path in literal(sources)?.lines().map(str::trim).filter(|line| !line.is_empty()) {
            add(&snapshot.read(&RepoPath::new(path)?).ok()?.text, "\n");
        }
    }
    Some(found)
}

/// YAML in a text, or in a file that the text names.
fn yaml(snapshot: &Snapshot, value: Value<'_>, inline: bool) -> Option<Arc<Document>> {
    let text = value.scalar().filter(|text| !text.contains("${{"))?;
    match inline {
        true => {
            let file = SourceFile::new(value.document().file().path.clone(), text.to_owned());
            Some(Arc::new(Document::parse(file, Format::Yaml, snapshot.limits()).ok()?))
        }
        false => snapshot.document(&RepoPath::new(text.trim())?, Format::Yaml).ok(),
    }
}

/// The patterns that a changed file may pass by; under kinds of change alone that leave modified files out, those, with why not
/// every change passes.
fn kinds(value: Value<'_>) -> Option<(Vec<String>, Option<&'static str>)> {
    let (mut usual, mut rare) = (Vec::new(), Vec::new());
    let items: Vec<Value<'_>> = if value.kind() == Kind::Sequence { value.items().collect() } else { vec![value] };
    for item in items {
        if item.kind() != Kind::Mapping {
            gather(item, &mut usual)?;
            continue;
        }
        for entry in item.entries() {
            let modified = entry.name()?.split('|').any(|kind| kind.trim() == "modified");
            gather(entry.value, if modified { &mut usual } else { &mut rare })?;
        }
    }
    match usual.is_empty() {
        false => Some((usual, None)),
        true => Some((rare, Some("only added, deleted or renamed files start it"))),
    }
}

/// Patterns may be nested by anchors.
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

/// A file passes when it matches every pattern.
fn all_of(patterns: &[String], place: Place) -> Option<PathFilter> {
    let several = filter(patterns, place, false)?;
    let text = patterns.join(" and ");
    let all = Arc::clone(&several.patterns);
    let matcher = Matcher::new(move |path| {
        let mut steps = 0;
        let passes = all.iter().all(|pattern| {
            let (passes, own) = pattern.matcher.test(path);
            steps += own;
            passes
        });
        (passes, steps)
    });
    Some(PathFilter { patterns: Arc::from(vec![FilterPattern { text, negated: false, matcher }]), ..several })
}

/// One pattern. In an ordered list `!x` takes `x` out again; else it passes every file that is not `x`.
fn pattern(text: &str, ordered: bool) -> Option<FilterPattern> {
    let (glob, other) = text.strip_prefix('!').map_or((text, false), |rest| (rest, true));
    let extended = ["@(", "+(", "*(", "?(", "!("].iter().any(|opener| glob.contains(opener));
    if extended || glob.len() > 512 {
        return None;
    }
    let glob = glob.trim_start_matches("./");
    // `**.py`: at the very start both actions' library takes `**` over directories, whatever follows it; elsewhere it is `*`.
    let anywhere = glob.strip_prefix("**").filter(|rest| !rest.is_empty() && !rest.starts_with(['/', '*']));
    let glob = anywhere.map_or_else(|| glob.to_owned(), |rest| format!("**/*{rest}"));
    let glob = GlobBuilder::new(&glob).literal_separator(true).build().ok()?;
    let matcher: GlobMatcher = glob.compile_matcher();
    let inverted = other && !ordered;
    let matcher = Matcher::new(move |path| (matcher.is_match(path) != inverted, path.len()));
    Some(FilterPattern { text: text.to_owned(), negated: other && ordered, matcher })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As picomatch 4 with `dot: true` answers.
    #[test]
    fn stars_within_a_name() {
        let files = ["a.py", "src/a.py", "src/x/a.py", "src/.x/y.py", "src/a.rs"];
        let cases: &[(&str, &[&str])] = &[
            ("**.py", &["a.py", "src/a.py", "src/x/a.py", "src/.x/y.py"]),
            ("**/*.py", &["a.py", "src/a.py", "src/x/a.py", "src/.x/y.py"]),
            ("src/**.py", &["src/a.py"]),
            ("src/**", &["src/a.py", "src/x/a.py", "src/.x/y.py", "src/a.rs"]),
            ("*.py", &["a.py"]),
        ];
        for (text, expected) in cases {
            let file = SourceFile::new(RepoPath::new("w.yml").expect("a path"), String::new());
            let place = Place::file(file.path.clone());
            let filter = filter(&[(*text).to_owned()], place, false).expect("a filter");
            let passed: Vec<&str> = files.into_iter().filter(|path| filter.passes(path)).collect();
            assert_eq!(passed, *expected, "{text}");
        }
    }
}
