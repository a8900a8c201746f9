//! Owns which product code of a base a head takes out of the product: by attributes, by a link, a submodule or Git LFS in its place, by a move
//! to where nothing is judged as product or under a name that no language has, by a manifest that says less. Refuses what the policy itself excludes, and what is deleted.

use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::compared::{Subjects, similar};
use crate::catalog::Catalog;
use crate::facts::components::attributes::{Attributes, Line, texts};
use crate::facts::components::deepest_common;
use crate::facts::components::manifests::NamePattern;
use crate::facts::components::scope::{Around, Scoping};
use crate::policy::shrunk::Shrunk;
use crate::snapshot::Snapshot;
use crate::source::{Entry, EntryKind};
use crate::terms::ScopeTerms;
use crate::text::{Place, RepoPath};

/// Of a name or a directory so many new files are held against one that is gone.
const MOST_ALIKE: usize = 20;
/// New files out of sight that are looked at in all.
const MOST_NEW: usize = 20_000;
/// A file of fewer lines that say something is nobody's in particular.
const FEW_LINES: usize = 3;

/// How a file left the product. What has one cause is told once.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum How {
    Attribute(Line),
    Lfs(Line),
    Link(RepoPath),
    Submodule(RepoPath),
    /// To below this directory.
    Moved(RepoPath),
    /// Perhaps to one of more new files than are looked at.
    Many,
    /// By what lies around it.
    Around(Around),
    Less,
}

/// What is product code at the base and not at the head, one entry for each cause.
pub(super) fn shrunk(before: &Subjects, now: &Subjects, base: &Snapshot, head: &Snapshot) -> Vec<Shrunk> {
    let attributes = (Attributes::of(&texts(base)), Attributes::of(&texts(head)));
    let product = now.product();
    let mut causes: BTreeMap<How, Vec<(RepoPath, Option<RepoPath>)>> = BTreeMap::new();
    let mut gone = Vec::new();
    let scoping = LazyCell::new(|| Scoping::new(head, &Catalog::builtin().languages, &ScopeTerms::default()));
    let less = |file: &RepoPath| scoping.around(file).map_or(How::Less, How::Around);
    let tests: Vec<NamePattern> = Catalog::builtin().languages.tests.iter().map(|name| NamePattern::new(name)).collect();
    for file in before.product().into_iter().filter(|file| !tests.iter().any(|test| test.matches(file.file_name()))) {
        let how = match head.entry(file).map(|entry| entry.kind) {
            Some(EntryKind::Link) => Some(How::Link(file.clone())),
            Some(EntryKind::Submodule) => Some(How::Submodule(file.clone())),
            Some(_) => attributed(file, &attributes).or_else(|| (!product.contains(file)).then(|| less(file))),
            None => {
                let how = replaced(file, head);
                gone.extend(how.is_none().then_some(file));
                how
            }
        };
        if let Some(how) = how {
            causes.entry(how).or_default().push((file.clone(), None));
        }
    }
    let (moved, past) = moved(&gone, &product, base, head);
    if past {
        causes.insert(How::Many, gone.iter().map(|file| ((*file).clone(), None)).collect());
    }
    for (file, to) in moved {
        let top = to.segments().next().and_then(RepoPath::new).filter(|top| *top != to).unwrap_or_default();
        causes.entry(How::Moved(top)).or_default().push((file.clone(), Some(to)));
    }
    causes.into_iter().map(|(how, files)| told(how, files)).collect()
}

/// A row of the head's attributes that the base does not have.
fn attributed(file: &RepoPath, (base, head): &(Attributes, Attributes)) -> Option<How> {
    let takes = head.takes(file).filter(|_| base.takes(file).is_none()).map(How::Attribute);
    takes.or_else(|| head.stores(file).filter(|_| base.stores(file).is_none()).map(How::Lfs))
}

/// Something that is not entered stands where a directory above it was.
fn replaced(file: &RepoPath, head: &Snapshot) -> Option<How> {
    file.parent().ancestors().find_map(|above| match head.entry(&above)?.kind {
        EntryKind::Link => Some(How::Link(above)),
        EntryKind::Submodule => Some(How::Submodule(above)),
        EntryKind::File | EntryKind::Executable => None,
    })
}

/// Which of the files that are gone lie somewhere else now, all or almost all of their lines, and only where they are no product; and whether
/// there are more new files than were looked at.
fn moved<'f>(
    gone: &[&'f RepoPath],
    product: &BTreeSet<&RepoPath>,
    base: &Snapshot,
    head: &Snapshot,
) -> (Vec<(&'f RepoPath, RepoPath)>, bool) {
    let extensions: BTreeSet<Option<&str>> = gone.iter().map(|file| extension(file)).collect();
    let names: BTreeSet<&str> = gone.iter().map(|file| file.file_name()).collect();
    // Under another extension, or none, it may lie beside where it lay; the same bytes may lie anywhere.
    let folders: BTreeSet<RepoPath> = gone.iter().map(|file| file.parent()).collect();
    let blobs: HashSet<String> = gone.iter().filter_map(|file| base.entry(file)?.blob()).collect();
    let like = |entry: &Entry| {
        extensions.contains(&extension(&entry.path))
            || folders.contains(&entry.path.parent())
            || entry.blob().is_some_and(|blob| blobs.contains(&blob))
    };
    // What stood there under the name already may have made room for it.
    let other = |path: &RepoPath| match (base.peek(path), head.peek(path)) {
        (Ok(before), Ok(now)) => before.text != now.text,
        _ => false,
    };
    let is_new = |path: &RepoPath| base.entry(path).is_none() || (names.contains(path.file_name()) && other(path));
    let files = head.entries().iter().filter(|entry| entry.is_file() && !gone.is_empty() && like(entry));
    let new = files.map(|entry| &entry.path).filter(|path| is_new(path));
    let mut new: Vec<&RepoPath> = new.take(MOST_NEW + 1).collect();
    let past = new.len() > MOST_NEW;
    new.truncate(MOST_NEW);
    let (in_product, outside): (Vec<&RepoPath>, Vec<&RepoPath>) = new.into_iter().partition(|path| product.contains(path));
    if outside.is_empty() {
        return (Vec::new(), past);
    }
    let (kept, away) = (Texts::of(&in_product, head), Texts::of(&outside, head));
    let found = gone.iter().filter_map(|file| {
        let text = base.peek(file).ok().filter(|text| says_something(&text.text))?;
        if kept.find(file, &text.text, head).is_some() {
            return None;
        }
        away.find(file, &text.text, head).map(|to| (*file, to.clone()))
    });
    (found.collect(), past)
}

fn extension(path: &RepoPath) -> Option<&str> {
    path.file_name().rsplit_once('.').map(|(_, extension)| extension)
}

/// A head of comments is the same in every file.
fn says_something(text: &str) -> bool {
    let is_comment = |line: &str| ["#", "//", "/*", "*", "--", "\"\"\""].iter().any(|mark| line.starts_with(mark));
    let says = |line: &&str| !line.is_empty() && !is_comment(line);
    text.lines().map(str::trim).filter(says).take(FEW_LINES).count() == FEW_LINES
}

/// New files, to find an old one among them.
struct Texts<'p> {
    by_text: HashMap<String, &'p RepoPath>,
    by_name: HashMap<&'p str, Vec<&'p RepoPath>>,
    by_directory: HashMap<RepoPath, Vec<&'p RepoPath>>,
}

impl<'p> Texts<'p> {
    fn of(paths: &[&'p RepoPath], head: &Snapshot) -> Self {
        let mut all = Self { by_text: HashMap::new(), by_name: HashMap::new(), by_directory: HashMap::new() };
        for path in paths.iter().copied() {
            if let Ok(file) = head.peek(path) {
                all.by_text.entry(file.text.clone()).or_insert(path);
            }
            all.by_name.entry(path.file_name()).or_default().push(path);
            all.by_directory.entry(path.parent()).or_default().push(path);
        }
        all
    }

    /// Where an old file lies now: the same text; else almost the same under its name, or in its directory.
    fn find(&self, old: &RepoPath, text: &str, head: &Snapshot) -> Option<&'p RepoPath> {
        let near = || {
            let named = self.by_name.get(old.file_name()).into_iter().flatten().take(MOST_ALIKE);
            let beside = self.by_directory.get(&old.parent()).into_iter().flatten().take(MOST_ALIKE);
            named.chain(beside).copied().find(|path| head.peek(path).is_ok_and(|file| similar(&file.text, text, str::trim)))
        };
        self.by_text.get(text).copied().or_else(near)
    }
}

fn told(how: How, files: Vec<(RepoPath, Option<RepoPath>)>) -> Shrunk {
    let (first, to) = files[0].clone();
    let what = if files.len() == 1 {
        format!("{first}, product code at the base,")
    } else {
        format!("{} files of product code at the base ({first} and others)", files.len())
    };
    let verb = if files.len() == 1 { "is" } else { "are" };
    let (cause, place, message, note) = match how {
        How::Attribute(line) => {
            let message = format!("{what} {verb} out of sight by the attributes of `{}`", line.pattern);
            ("attribute", line.place, message, "this row takes it out of sight")
        }
        How::Lfs(line) => {
            let message = format!(
                "{what} {verb} kept in Git LFS by the attributes of `{}`: a checkout without it has pointers only",
                line.pattern
            );
            ("lfs", line.place, message, "this row replaces it")
        }
        How::Link(path) => (
            "link",
            Place::file(path.clone()),
            format!("{what} {verb} not read any more: {path} is a link now"),
            "a link is not followed",
        ),
        How::Submodule(path) => {
            let message = format!("{what} {verb} not read any more: {path} is a submodule now");
            ("submodule", Place::file(path), message, "another repository is not entered")
        }
        How::Moved(_) => {
            let to = to.unwrap_or_default();
            let place = Place::file(to.clone());
            ("moved", place, format!("{what} {verb} no product any more where it lies now: {to}"), "it lies here now")
        }
        How::Many => {
            let message = format!("{what} {verb} gone, and may be among more than {MOST_NEW} new files, which are not looked at");
            ("many", Place::file(first.clone()), message, "it was product code")
        }
        How::Around(around) => {
            let head = format!("{what} {verb} no product any more:");
            let (place, why, note) = match around {
                Around::Beside(beside) => {
                    (beside.clone(), format!("a bundler's file lies beside it, {beside}"), "this says that a bundler wrote it")
                }
                Around::Hashes => (
                    first.clone(),
                    "names with hashes, as bundlers give them, fill its directory".to_owned(),
                    "it was product code",
                ),
                Around::Installed(by) => {
                    (by.clone(), format!("it lies where {by} has packages installed"), "its `vendor-dir` takes it out of sight")
                }
            };
            ("around", Place::file(place), format!("{head} {why}"), note)
        }
        How::Less => {
            let message = format!("{what} {verb} no product any more: what the manifests around say makes it development");
            ("less", Place::file(first.clone()), message, "it was product code")
        }
    };
    let paths: Vec<RepoPath> = files.into_iter().map(|(file, _)| file).collect();
    let subject = if paths.len() == 1 { first } else { deepest_common(&paths) };
    Shrunk { subject, files: paths.into_iter().collect(), cause, place, note, message }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_that_is_passed_is_told() {
        let tree = |names: Vec<String>| Snapshot::in_memory(names.into_iter().map(|name| (name, "a\nb\nc\n".to_owned())));
        let base = tree(vec!["src/a.py".to_owned()]);
        let gone = RepoPath::new("src/a.py").expect("a path");
        let past = |count: usize| {
            let head = tree((0..count).map(|at| format!("vendor/{at}.py")).collect());
            moved(&[&gone], &BTreeSet::new(), &base, &head)
        };
        let (few, many) = (past(3), past(MOST_NEW + 1));
        assert!(few.0.len() == 1 && !few.1);
        assert!(many.1);
    }
}
