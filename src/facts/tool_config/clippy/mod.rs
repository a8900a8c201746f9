//! Owns whether the tree itself makes every Clippy finding an error: lint tables of manifests, inherited member by member,
//! and attributes of crate roots. Refuses flags and environment: the catalogue's effects know them.

mod attributes;
mod levels;
mod packages;
#[cfg(test)]
mod tests;

use self::attributes::Attribute;
use self::levels::{Level, Levels};
use self::packages::{Package, Packages};
use super::{Query, Reader, Settings, arguments};
use crate::answer::{Answer, Reason, Why};
use crate::text::{Place, RepoPath};

/// The reader.
pub(super) struct Clippy;

const DENIES: &str = "denies-all";

impl Reader for Clippy {
    fn id(&self) -> &'static str {
        "clippy"
    }

    fn read(&self, query: &Query<'_>) -> Settings {
        let mut settings = Settings::default();
        for name in query.names {
            settings.selects.insert(name.clone(), Answer::No);
        }
        let answer = match packages(query) {
            Ok(Some(packages)) => {
                settings.config = packages.packages.iter().map(|package| Place::file(package.manifest.clone())).collect();
                all(query, &packages)
            }
            Ok(None) => Answer::No,
            Err(why) => Answer::Unknown(why),
        };
        settings.answer(DENIES, answer);
        settings
    }
}

/// The packages that the invocation checks.
fn packages(query: &Query<'_>) -> Result<Option<Packages>, Why> {
    let snapshot = query.world.snapshot;
    let manifest = match arguments::values(query.args, &["--manifest-path"]).pop() {
        Some(given) => {
            let why = |reason, text: &str| Why::new(reason, text).at(given.place.clone());
            let value = given.value.ok_or_else(|| why(Reason::Dynamic, "the value of `--manifest-path` is computed"))?;
            let path = query.path(value).filter(|path| snapshot.is_file(path));
            Some(path.ok_or_else(|| why(Reason::Unreadable, "the manifest it names is not in this tree"))?)
        }
        None => {
            let mut above = query.directory.ancestors().filter_map(|directory| directory.join("Cargo.toml"));
            above.find(|path| snapshot.is_file(path))
        }
    };
    let Some(manifest) = manifest else { return Ok(None) };
    let whole = arguments::switch(query.args, &["--workspace", "--all"]).is_some();
    Packages::read(snapshot, &manifest, whole).map(Some)
}

/// Yes where every package denies, at the place of the first.
fn all(query: &Query<'_>, packages: &Packages) -> Answer<Place> {
    let mut doubt = None;
    let mut first = None;
    for package in &packages.packages {
        match denies(query, package) {
            Answer::Yes(place) => first = first.or(Some(place)),
            Answer::No => return Answer::No,
            Answer::Unknown(why) => doubt = doubt.or(Some(why)),
        }
    }
    match (doubt, first) {
        (Some(why), _) => Answer::Unknown(why),
        (None, Some(place)) => Answer::Yes(place),
        (None, None) => Answer::No,
    }
}

/// A package denies when each of its crate roots does, attributes on top of the manifest's table.
fn denies(query: &Query<'_>, package: &Package) -> Answer<Place> {
    let mut doubt = None;
    let mut first = None;
    if package.roots.is_empty() {
        return package.levels.denies();
    }
    for root in &package.roots {
        match root_denies(query, root, &package.levels) {
            Answer::Yes(place) => first = first.or(Some(place)),
            Answer::No => return Answer::No,
            Answer::Unknown(why) => doubt = doubt.or(Some(why)),
        }
    }
    doubt.map_or_else(|| first.map_or(Answer::No, Answer::Yes), Answer::Unknown)
}

fn root_denies(query: &Query<'_>, root: &RepoPath, manifest: &Levels) -> Answer<Place> {
    let file = match query.world.snapshot.read(root) {
        Ok(file) => file,
        // A manifest's table needs no attribute, but one could undo it.
        Err(unread) => return Answer::Unknown(super::unreadable(&unread)),
    };
    let mut levels = manifest.clone();
    let mut doubt: Option<Why> = None;
    for Attribute { level, lints, condition, span } in attributes::read(&file.text) {
        let place = file.place(span);
        if condition == attributes::Condition::Unknown {
            if lints.iter().any(|lint| Levels::matters(lint)) {
                let undoes = level < Level::Deny;
                // An attribute that may deny what is denied anyway changes nothing.
                if undoes || !levels.denies().is_yes() {
                    doubt =
                        Some(Why::new(Reason::Dynamic, "whether this attribute holds depends on how it is compiled").at(place));
                }
            }
            continue;
        }
        for lint in &lints {
            levels.set(lint, level, &place);
        }
    }
    match (levels.denies(), doubt) {
        (Answer::Yes(place), None) => Answer::Yes(place),
        (_, Some(why)) => Answer::Unknown(why),
        (other, None) => other,
    }
}
