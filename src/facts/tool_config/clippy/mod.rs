//! Owns whether Clippy's findings are errors, warnings or nothing: flags of the compiler in the order it takes them, lint tables
//! of manifests, inherited member by member, and attributes of crate roots. Refuses what actions make of their inputs: the
//! catalogue's effects know that.

mod attributes;
mod flags;
mod left_out;
mod levels;
mod packages;
#[cfg(test)]
mod tests;

use self::attributes::Attribute;
use self::flags::{Guess, Step};
use self::levels::{Level, Levels};
use self::packages::{Package, Packages};
use super::{Query, Reader, Settings, arguments};
use crate::answer::{Answer, Reason, Why};
use crate::text::{Place, RepoPath};

/// The reader.
pub(super) struct Clippy;

const DENIES: &str = "denies-all";
const SOME_DENY: &str = "some-deny";
const ALLOWS: &str = "allows-all";
const CAPPED: &str = "capped";
const WARNINGS: &str = "warnings-denied";
const LEFT_OUT: &str = "members-left-out";

impl Reader for Clippy {
    fn id(&self) -> &'static str {
        "clippy"
    }

    fn read(&self, query: &Query<'_>) -> Settings {
        let mut settings = Settings::default();
        for name in query.names {
            settings.selects.insert(name.clone(), Answer::No);
        }
        let packages = packages(query);
        if let Ok(Some(packages)) = &packages {
            settings.config = packages.packages.iter().map(|package| Place::file(package.manifest.clone())).collect();
        }
        let each = flags::alternatives(query);
        let mut verdicts = each.iter().map(|steps| Verdict::of(query, packages.as_ref(), steps));
        let first = verdicts.next().unwrap_or_default();
        let verdict = verdicts.fold(first, Verdict::either);
        settings.answer(DENIES, verdict.denies);
        settings.answer(SOME_DENY, verdict.lax.map_or(Answer::No, Answer::Yes));
        settings.answer(ALLOWS, verdict.allows);
        settings.answer(CAPPED, verdict.capped);
        settings.answer(WARNINGS, flags::build_warnings(query));
        let left_out = manifest(query).ok().flatten().and_then(|manifest| left_out::place(query, &manifest));
        settings.answer(LEFT_OUT, left_out.map_or(Answer::No, Answer::Yes));
        settings
    }
}

/// What all of it comes to.
struct Verdict {
    /// Every finding fails.
    denies: Answer<Place>,
    /// Where others do, the first crate root whose warnings pass.
    lax: Option<Place>,
    /// Nothing is reported.
    allows: Answer<Place>,
    /// Nothing is more than a warning.
    capped: Answer<Place>,
}

impl Default for Verdict {
    fn default() -> Self {
        Self { denies: Answer::No, lax: None, allows: Answer::No, capped: Answer::No }
    }
}

impl Verdict {
    fn of(query: &Query<'_>, packages: Result<&Option<Packages>, &Why>, steps: &[Step]) -> Self {
        let (mut allows, mut capped) = (Answer::No, Answer::No);
        match flags::cap(steps) {
            Some((Level::Allow, place)) => allows = Answer::Yes(place),
            Some((Level::Warn, place)) => capped = Answer::Yes(place),
            _ => {}
        }
        let said = told(query, packages, steps, Guess::Nothing);
        let mut denies = said.0;
        if let Some(why) = flags::unknown(steps) {
            let guesses = [Guess::Denies, Guess::Allows].map(|guess| told(query, packages, steps, guess).0);
            if guesses.iter().any(|guess| guess.is_yes() != denies.is_yes()) {
                denies = Answer::Unknown(why.clone());
            }
        }
        if let (Answer::No, Some(place)) = (&allows, said.1) {
            allows = Answer::Yes(place);
        }
        let mut lax = said.2.filter(|_| denies.is_no());
        if capped.is_yes() || allows.is_yes() {
            (denies, lax) = (Answer::No, None);
        }
        Self { denies, lax, allows, capped }
    }

    /// What holds whichever of two lists of flags counts.
    fn either(self, other: Self) -> Self {
        let both = |one: Answer<Place>, other: Answer<Place>| match (&one, &other) {
            (Answer::Yes(_), Answer::Yes(_)) | (Answer::No, Answer::No) | (Answer::Unknown(_), _) => one,
            (_, Answer::Unknown(_)) => other,
            (Answer::Yes(place), _) | (_, Answer::Yes(place)) => {
                Answer::Unknown(Why::new(Reason::Unsupported, "these flags hold for some machines only").at(place.clone()))
            }
        };
        Self {
            denies: both(self.denies, other.denies),
            lax: self.lax.filter(|_| other.lax.is_some()),
            allows: both(self.allows, other.allows),
            capped: both(self.capped, other.capped),
        }
    }
}

/// The manifest that the invocation is about.
fn manifest(query: &Query<'_>) -> Result<Option<RepoPath>, Why> {
    let snapshot = query.world.snapshot;
    match arguments::values(query.args, &["--manifest-path"]).pop() {
        Some(given) => {
            let why = |reason, text: &str| Why::new(reason, text).at(given.place.clone());
            let value = given.value.ok_or_else(|| why(Reason::Dynamic, "the value of `--manifest-path` is computed"))?;
            let path = query.path(value).filter(|path| snapshot.is_file(path));
            path.map(Some).ok_or_else(|| why(Reason::Dynamic, "the manifest it names is not in this tree"))
        }
        None => {
            let mut above = query.directory.ancestors().filter_map(|directory| directory.join("Cargo.toml"));
            Ok(above.find(|path| snapshot.is_file(path)))
        }
    }
}

/// The packages that the invocation checks.
fn packages(query: &Query<'_>) -> Result<Option<Packages>, Why> {
    let snapshot = query.world.snapshot;
    let Some(manifest) = manifest(query)? else { return Ok(None) };
    let whole = arguments::switch(query.args, &["--workspace", "--all"]).is_some();
    Packages::read(snapshot, &manifest, whole).map(Some)
}

/// Whether every package denies, at the place of the first; where all of them are silent; and where some deny, a root that does not.
fn told(
    query: &Query<'_>,
    packages: Result<&Option<Packages>, &Why>,
    steps: &[Step],
    guess: Guess,
) -> (Answer<Place>, Option<Place>, Option<Place>) {
    let alone = |levels: &Levels| {
        let mut levels = levels.clone();
        flags::apply(&mut levels, steps, guess);
        levels
    };
    let packages = match packages {
        Ok(Some(packages)) if !packages.packages.is_empty() => &packages.packages,
        Ok(_) => {
            let levels = alone(&Levels::default());
            return (levels.denies(), levels.silent().cloned(), None);
        }
        Err(why) => {
            let levels = alone(&Levels::default());
            let denies = if levels.denies().is_yes() { levels.denies() } else { Answer::Unknown(why.clone()) };
            return (denies, None, None);
        }
    };
    let (mut doubt, mut first, mut refused, mut lax) = (None, None, false, None);
    let (mut silent, mut all_silent) = (None, true);
    for package in packages {
        let start = alone(&package.levels);
        for (at, (denies, levels)) in each_root(query, package, &start).into_iter().enumerate() {
            all_silent &= levels.silent().is_some();
            silent = silent.or_else(|| levels.silent().cloned());
            match denies {
                Answer::Yes(place) => first = first.or(Some(place)),
                Answer::No if levels.is_exempt() => {}
                Answer::No => {
                    refused = true;
                    lax.get_or_insert_with(|| Place::file(package.roots.get(at).unwrap_or(&package.manifest).clone()));
                }
                Answer::Unknown(why) => doubt = doubt.or(Some(why)),
            }
        }
    }
    let lax = lax.filter(|_| first.is_some());
    let denies = match (refused, doubt, first) {
        (true, ..) | (false, None, None) => Answer::No,
        (false, Some(why), _) => Answer::Unknown(why),
        (false, None, Some(place)) => Answer::Yes(place),
    };
    (denies, silent.filter(|_| all_silent), lax)
}

/// Each crate root of a package, attributes on top of what was set before; a package without any is its lint table.
fn each_root(query: &Query<'_>, package: &Package, start: &Levels) -> Vec<(Answer<Place>, Levels)> {
    if package.roots.is_empty() {
        return vec![(start.denies(), start.clone())];
    }
    package.roots.iter().map(|root| at_root(query, root, start)).collect()
}

fn at_root(query: &Query<'_>, root: &RepoPath, start: &Levels) -> (Answer<Place>, Levels) {
    let mut levels = start.clone();
    let file = match query.world.snapshot.read(root) {
        Ok(file) => file,
        // What is denied outside needs no attribute, but one could undo it.
        Err(unread) => return (Answer::Unknown(super::unreadable(&unread)), levels),
    };
    let mut doubt: Option<Why> = None;
    for Attribute { level, lints, condition, span } in attributes::read(&file.text) {
        let place = file.place(span);
        if condition == attributes::Condition::Unknown {
            if lints.iter().any(|lint| Levels::matters(lint)) {
                let undoes = level < Level::Deny;
                // An attribute that may deny what is denied anyway changes nothing.
                if undoes || !levels.denies().is_yes() {
                    let why = Why::new(Reason::Dynamic, "whether this attribute holds depends on how it is compiled");
                    doubt = Some(why.at(place));
                }
            }
            continue;
        }
        for lint in &lints {
            levels.set(lint, level, &place);
        }
    }
    (doubt.map_or_else(|| levels.denies(), Answer::Unknown), levels)
}
