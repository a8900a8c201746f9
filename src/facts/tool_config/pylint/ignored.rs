//! Owns whether Pylint passes over every source file: names (`ignore`), patterns of names (`ignore-patterns`) and of paths
//! (`ignore-paths`), as flags or in a configuration. Refuses targets that are modules. (Facts: lint/expand_modules.py,
//! `_discover_files` of lint/pylinter.py, config/argument.py of 4.0.7.)

use regex::Regex;

use super::super::{Query, arguments, coverage};
use super::{is_given, listed, options, texts};
use crate::answer::{Answer, Reason, Why};
use crate::doc::Document;
use crate::text::{Place, RepoPath};

/// Patterns taken of one list, and their length.
const PATTERNS: usize = 200;
const LENGTH: usize = 1024;

struct Ignored {
    names: Vec<String>,
    of_names: Vec<Regex>,
    of_paths: Vec<Regex>,
    recursive: bool,
    place: Place,
    /// A pattern that is not understood.
    open: bool,
}

/// Where every source file is passed over.
pub(super) fn everything(query: &Query<'_>, document: Option<&Document>) -> Answer<Place> {
    if let Some(word) = arguments::switch(query.args, &["--from-stdin"]) {
        return Answer::Unknown(
            Why::new(Reason::Dynamic, "it looks at what it reads from standard input").at(word.place.clone()),
        );
    }
    let Some(ignored) = Ignored::read(query, document) else { return Answer::No };
    let Some(targets) = targets(query, document) else { return Answer::No };
    let subjects = coverage::files(query, &["python"], query.directory);
    let below = |path: &&String| targets.iter().any(|target| target.is_empty() || lies_in(path, target));
    let looked_at: Vec<String> = subjects.iter().filter(below).cloned().collect();
    let taken =
        |path: &str| targets.iter().filter(|target| lies_in(path, target)).all(|target| ignored.takes(query, path, target));
    if coverage::leaves_nothing(query, &looked_at, taken) {
        return Answer::Yes(ignored.place);
    }
    if ignored.open && !looked_at.is_empty() {
        return Answer::Unknown(
            Why::new(Reason::Unsupported, "which files are ignored is told by a pattern not understood").at(ignored.place),
        );
    }
    Answer::No
}

fn lies_in(path: &str, target: &str) -> bool {
    target.is_empty() || path.strip_prefix(target).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The targets as paths below the working directory, the directory itself as nothing; `None` where they are not known.
fn targets(query: &Query<'_>, document: Option<&Document>) -> Option<Vec<String>> {
    let mut found = Vec::new();
    let mut words = query.args.iter();
    while let Some(word) = words.next() {
        let text = word.value.as_deref()?;
        if text.starts_with('-') {
            if query.tool.value_flags.iter().any(|flag| flag == text) {
                words.next()?.value.as_deref()?;
            }
            continue;
        }
        found.push(text.to_owned());
    }
    if found.is_empty() {
        let named = document.into_iter().flat_map(|document| options(document, "files")).last();
        found.extend(named.into_iter().flat_map(listed));
    }
    let bare = |text: &String| query.path(text)?.below(query.directory).map(str::to_owned);
    found.iter().map(bare).collect()
}

impl Ignored {
    fn read(query: &Query<'_>, document: Option<&Document>) -> Option<Self> {
        let (names, by_name) = values(query, document, "--ignore", "ignore")?;
        let (of_names, by_pattern) = values(query, document, "--ignore-patterns", "ignore-patterns")?;
        let (of_paths, by_path) = values(query, document, "--ignore-paths", "ignore-paths")?;
        let place = by_path.or(by_pattern).or(by_name)?;
        let recursive = values(query, document, "--recursive", "recursive")?.0;
        let all = of_names.len() + of_paths.len();
        let compiled = |text: &String| Regex::new(&format!("^(?:{text})")).ok().filter(|_| text.len() <= LENGTH);
        let of_names: Vec<Regex> = of_names.iter().take(PATTERNS).filter_map(compiled).collect();
        let of_paths: Vec<Regex> =
            of_paths.iter().take(PATTERNS).map(|text| posix(text)).filter_map(|text| compiled(&text)).collect();
        let open = of_names.len() + of_paths.len() < all;
        Some(Self { names, of_names, of_paths, recursive: recursive.iter().any(|word| is_yes(word)), place, open })
    }

    /// Whether a file below a target is passed over: by its own name or path, by that of the target or of a directory that is
    /// walked before a package begins; by a name, wherever it stands.
    fn takes(&self, query: &Query<'_>, file: &str, target: &str) -> bool {
        let whole = |part: &str| {
            let name = part.rsplit('/').next().unwrap_or(part);
            let path = if part.is_empty() { "." } else { part };
            self.names.iter().any(|own| own == name)
                || self.of_names.iter().any(|pattern| pattern.is_match(name))
                || self.of_paths.iter().any(|pattern| pattern.is_match(path))
        };
        if whole(target) || whole(file) {
            return true;
        }
        let ends = file.match_indices('/').map(|(end, _)| &file[..end]).filter(|above| above.len() > target.len());
        let mut walked = self.recursive && !is_package(query, target);
        for above in ends {
            let name = above.rsplit('/').next().unwrap_or(above);
            if self.names.iter().any(|own| own == name) || walked && whole(above) {
                return true;
            }
            walked &= !is_package(query, above);
        }
        false
    }
}

fn is_package(query: &Query<'_>, directory: &str) -> bool {
    let init = RepoPath::new(&format!("{directory}/__init__.py"));
    init.and_then(|init| query.directory.join(init.as_str())).is_some_and(|path| query.world.snapshot.is_file(&path))
}

fn is_yes(word: &str) -> bool {
    ["y", "yes", "true"].iter().any(|yes| word.eq_ignore_ascii_case(yes))
}

/// The words of the last flag, else of the file's last value; `None` where they are computed.
fn values(query: &Query<'_>, document: Option<&Document>, flag: &str, key: &str) -> Option<(Vec<String>, Option<Place>)> {
    if let Some(given) = arguments::values(query.args, &[flag]).pop() {
        return Some((split(given.value?), Some(given.place.clone())));
    }
    let Some(value) = document.into_iter().flat_map(|document| options(document, key)).last() else {
        return Some((vec![], None));
    };
    Some((texts(value).iter().flat_map(|text| split(text)).collect(), Some(value.place()).filter(|_| is_given(value))))
}

/// A list with commas; a comma between braces is part of a pattern.
fn split(text: &str) -> Vec<String> {
    let mut braces = false;
    let parts = text.split(|c: char| {
        braces = c == '{' || braces && c != '}';
        c == '\n' || c == ',' && !braces
    });
    parts.map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}

/// A pattern of paths, which Pylint takes for a path of Windows and writes with slashes.
fn posix(text: &str) -> String {
    let text = text.replace('\\', "/");
    let parts: Vec<&str> = text.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    format!("{}{}", if text.starts_with('/') { "/" } else { "" }, parts.join("/"))
}
