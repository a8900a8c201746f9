//! Owns which product code of a base a head takes out of the product: by attributes, by a link, a submodule or Git LFS in its place, by a move
//! to where nothing is judged as product or under a name that no language has, by a manifest that says less. Refuses what the policy itself excludes, and what is deleted.

use std::cell::LazyCell;
use std::collections::BTreeMap;

use super::compared::Subjects;
use super::moved::{MOST_NEW, Search};
use crate::catalog::Catalog;
use crate::facts::components::attributes::{Attributes, Line, texts};
use crate::facts::components::manifests::NamePattern;
use crate::facts::components::scope::{Around, Scoping};
use crate::facts::components::{Scope, deepest_common};
use crate::policy::shrunk::Shrunk;
use crate::snapshot::Snapshot;
use crate::source::EntryKind;
use crate::terms::ScopeTerms;
use crate::text::{Place, RepoPath};

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
    /// All of its language, for this file, which is of the language and no product.
    Anew(RepoPath),
    /// By what lies around it.
    Around(Around),
    Less,
    /// What made it product by using it, an image or a manifest, does so no more.
    Unused,
}

/// What is product code at the base and not at the head, one entry for each cause.
pub(super) fn shrunk(before: &Subjects, now: &Subjects, base: &Snapshot, head: &Snapshot) -> Vec<Shrunk> {
    let attributes = (Attributes::of(&texts(base)), Attributes::of(&texts(head)));
    let product = now.product();
    let mut causes: BTreeMap<How, Vec<(RepoPath, Option<RepoPath>)>> = BTreeMap::new();
    let mut gone = Vec::new();
    let scoping = LazyCell::new(|| Scoping::new(head, &Catalog::builtin().languages, &ScopeTerms::default()));
    let less = |file: &RepoPath| match scoping.around(file) {
        Some(around) => How::Around(around),
        None if scoping.of(file) == Some(Scope::Development) && !scoping.is_doubtful(file) => How::Unused,
        None => How::Less,
    };
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
    let (was_product, languages) = (before.product(), before.lost_languages(now));
    let search = Search { base, head, product: &product, was_product: &was_product, languages: &languages };
    let found = search.all(&gone);
    if found.past {
        causes.insert(How::Many, gone.iter().map(|file| ((*file).clone(), None)).collect());
    }
    for (file, to) in found.moved {
        let top = to.segments().next().and_then(RepoPath::new).filter(|top| *top != to).unwrap_or_default();
        causes.entry(How::Moved(top)).or_default().push((file.clone(), Some(to)));
    }
    for (file, to) in found.anew {
        causes.entry(How::Anew(to)).or_default().push((file.clone(), None));
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
        How::Anew(to) => {
            let gone = if files.len() == 1 { "is gone" } else { "are gone" };
            let message = format!(
                "{what} {gone}, and with that all product code of its language; {to} is new, and of that language: it is no product where it lies"
            );
            ("anew", Place::file(to), message, "this came with the change")
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
        How::Unused => {
            let message = format!(
                "{what} {verb} no product any more: what lies there is development, and the image, manifest or process that used it at the base does not"
            );
            ("unused", Place::file(first.clone()), message, "it was product code")
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
