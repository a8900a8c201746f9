//! Owns generators of API descriptions: a declared dependency and the code that wires it. Refuses a dependency alone, code
//! in comments, and code in tests.

use std::collections::{BTreeMap, HashSet};

use super::calls::{self, MOST_CALLS, Said};
use super::marks::Mark;
use super::{ApiDescription, ApiKind};
use crate::catalog::Exporter;
use crate::facts::components::Scope;
use crate::facts::components::scope::Scoping;
use crate::facts::dependencies::{Dependency, normalised};
use crate::facts::runners::World;
use crate::text::{Place, RepoPath, SourceFile, Span};

/// How many files are read for all generators together.
pub(super) const MOST_FILES: usize = 3_000;

/// Generators that are declared and wired, and those of which it is not known: only the declaration was seen, or an argument
/// that may switch them off is computed; a clause each.
pub(super) fn gather(
    world: &World<'_>,
    scoping: &Scoping<'_>,
    dependencies: &[&Dependency],
    product: &HashSet<&RepoPath>,
) -> (Vec<ApiDescription>, Vec<(Place, String)>) {
    let copies = python_packages(world);
    let declared: Vec<(&Exporter, Vec<&Dependency>)> = world
        .catalog
        .exporters
        .iter()
        .map(|exporter| (exporter, declarations(dependencies, exporter, product)))
        .filter(|(exporter, found)| {
            !found.is_empty() || exporter.packages.get("pypi").is_some_and(|names| has_copy(&copies, names))
        })
        .collect();
    let (mut all, mut undecided) = (Vec::new(), Vec::new());
    if declared.is_empty() {
        return (all, undecided);
    }
    let paths = world.snapshot.entries().iter().filter(|entry| entry.is_file()).map(|entry| &entry.path);
    let production: Vec<&RepoPath> = paths.filter(|path| scoping.of(path) == Some(Scope::Production)).collect();
    let mut budget = MOST_FILES;
    for (exporter, found) in declared {
        let mut owners: Vec<RepoPath> = found.iter().map(|dependency| dependency.manifest.parent()).collect();
        owners.dedup();
        let (mine, computed) = wired(world, exporter, &owners, &production, &mut budget);
        if mine.is_empty()
            && computed.is_empty()
            && let Some(dependency) =
                found.iter().find(|dependency| is_shipped(dependency, product) && dependency.runtime && !dependency.optional)
        {
            let words = format!("{} is a dependency, but the code that wires it was not recognised", exporter.title);
            undecided.push((dependency.place.clone(), words));
        }
        undecided.extend(computed.into_iter().map(|(place, words)| (place, format!("{} {words}", exporter.title))));
        all.extend(mine);
    }
    (all, undecided)
}

/// Where one of its packages is declared. What only makes documents may stand in a list for development: code that calls it is the
/// proof. What serves an API has to be shipped with it.
fn declarations<'d>(dependencies: &[&'d Dependency], exporter: &Exporter, product: &HashSet<&RepoPath>) -> Vec<&'d Dependency> {
    let is = |dependency: &&&Dependency| {
        let names = exporter.packages.get(dependency.registry);
        let same = names.is_some_and(|names| names.iter().any(|name| is_package(dependency, name)));
        same && (!exporter.serves_api || is_shipped(dependency, product))
    };
    dependencies.iter().filter(is).copied().collect()
}

/// Whether a manifest of the product declares it for more than development (Go's tools are no runtime dependencies and generate code
/// all the same).
fn is_shipped(dependency: &Dependency, product: &HashSet<&RepoPath>) -> bool {
    product.contains(&dependency.manifest) && (dependency.runtime || dependency.registry == "go")
}

/// Whether a declared dependency is the package of a name in the catalogue.
pub(super) fn is_package(dependency: &Dependency, name: &str) -> bool {
    match dependency.registry {
        "pypi" => dependency.name == normalised(name),
        _ => dependency.name == name,
    }
}

/// A Python package of the name in the tree, as projects that took a generator over keep it. Names of one word are too
/// common to tell.
fn has_copy(copies: &HashSet<&str>, names: &[String]) -> bool {
    let import_names = names.iter().map(|name| normalised(name).replace('-', "_"));
    import_names.filter(|name| name.contains('_')).any(|name| copies.contains(name.as_str()))
}

/// The names of all directories that are Python packages.
fn python_packages<'a>(world: &World<'a>) -> HashSet<&'a str> {
    let files = world.snapshot.entries().iter().filter(|entry| entry.path.file_name() == "__init__.py");
    files.filter_map(|entry| entry.path.directory().rsplit('/').next()).collect()
}

/// What was seen of one exporter in the part of the tree that one manifest declares it for.
#[derive(Default)]
struct Seen {
    /// A proof without a mark that switches it off.
    first: Option<Place>,
    /// A setting in a file that can hold no proof.
    elsewhere: Option<Place>,
    /// A proof, and the mark in the same file that switches it off.
    switched_off: Option<(Place, Place)>,
    /// An argument that may switch it off.
    computed: Option<Place>,
    /// A statement that may, in a file without a proof.
    stated: Option<Place>,
    /// Code that exports what the proof makes.
    served: bool,
}

impl Seen {
    /// Takes in what a call says for itself: another one in the same file says nothing about it.
    fn call(&mut self, exporter: &Exporter, file: &SourceFile, span: Span) {
        let place = file.place(span);
        match calls::said(exporter, file, span.end) {
            Said::On => self.first = self.first.take().or(Some(place)),
            Said::Off(against) => self.switched_off = self.switched_off.take().or(Some((place, against))),
            Said::Computed(place) => self.computed = self.computed.take().or(Some(place)),
        }
    }

    /// The first proof without a mark that switches it off; else the first with both, which is not valid.
    fn description(self, exporter: &Exporter) -> Option<ApiDescription> {
        let (place, against) = match (self.first, self.switched_off) {
            (Some(place), _) => (place, self.elsewhere),
            (None, Some((place, against))) => (place, Some(against)),
            (None, None) => return None,
        };
        Some(description(exporter, place, against))
    }
}

/// One description for every part of the tree that declares the exporter and wires it: a repository may hold several services.
fn wired(
    world: &World<'_>,
    exporter: &Exporter,
    owners: &[RepoPath],
    paths: &[&RepoPath],
    budget: &mut usize,
) -> (Vec<ApiDescription>, Vec<(Place, &'static str)>) {
    let mark = |mark| Mark::new(world, &exporter.languages, mark);
    let proof: Vec<Mark<'_>> = exporter.proof.iter().map(mark).collect();
    let off: Vec<Mark<'_>> = exporter.off.iter().map(mark).collect();
    let served: Vec<Mark<'_>> = exporter.served.iter().map(mark).collect();
    let stated: Vec<Mark<'_>> = exporter.off.iter().filter(|mark| mark.statement).map(mark).collect();
    let one_kind =
        stated.is_empty() && off.iter().all(|mark| proof.iter().any(|proof| mark.extensions.iter().all(|e| proof.is_for(e))));
    let mut seen: BTreeMap<RepoPath, Seen> = BTreeMap::new();
    for path in paths {
        let extension = path.file_name().rsplit_once('.').map_or("", |(_, extension)| extension);
        let proves = proof.iter().any(|mark| mark.is_for(extension));
        let switches = off.iter().any(|mark| mark.is_for(extension));
        let serves = served.iter().any(|mark| mark.is_for(extension));
        if !(proves || switches || serves) || *budget == 0 {
            continue;
        }
        let owner = path.ancestors().find(|above| owners.contains(above)).unwrap_or_default();
        let here = seen.entry(owner).or_default();
        here.served |= served.is_empty();
        if here.first.is_some() && one_kind && here.served {
            continue;
        }
        *budget -= 1;
        let Ok(file) = world.snapshot.peek(path) else { continue };
        here.served = here.served || served.iter().any(|mark| mark.is_for(extension) && mark.find(&file).is_some());
        let mut proofs = proof.iter().filter(|mark| mark.is_for(extension));
        if switches && proves && proofs.clone().all(Mark::is_call) {
            let mut calls = proofs.flat_map(|mark| mark.spans(&file)).take(MOST_CALLS).peekable();
            let against = stated.iter().filter(|mark| mark.is_for(extension)).find_map(|mark| mark.find(&file));
            match (against, calls.peek()) {
                (None, _) => calls.for_each(|span| here.call(exporter, &file, span)),
                (Some(against), None) => here.stated = here.stated.take().or(Some(against)),
                (Some(against), Some(span)) => {
                    here.switched_off = here.switched_off.take().or_else(|| Some((file.place(*span), against)));
                }
            }
            continue;
        }
        let found = proofs.find_map(|mark| mark.find(&file));
        let against = off.iter().filter(|mark| mark.is_for(extension)).find_map(|mark| mark.find(&file));
        match (found, against) {
            (Some(place), None) => here.first = here.first.take().or(Some(place)),
            (Some(place), Some(against)) => here.switched_off = here.switched_off.take().or(Some((place, against))),
            (None, Some(against)) if !proves => here.elsewhere = here.elsewhere.take().or(Some(against)),
            _ => {}
        }
    }
    let mut open = Vec::new();
    let mut all = Vec::new();
    for seen in seen.into_values() {
        match (&seen.first, &seen.computed) {
            (Some(place), _) if !seen.served => {
                open.push((place.clone(), "is set up here, but nothing was seen that exports it"))
            }
            _ if seen.first.is_some() && seen.stated.is_some() => {
                open.extend(seen.stated.clone().map(|place| (place, "may be switched off here")));
            }
            (None, Some(place)) => open.push((place.clone(), "may be switched off here: the argument is computed")),
            _ => all.extend(seen.description(exporter)),
        }
    }
    (all, open)
}

fn description(exporter: &Exporter, place: Place, against: Option<Place>) -> ApiDescription {
    let words = format!("{} is switched off here", exporter.title);
    ApiDescription {
        path: place.path.clone(),
        kind: ApiKind::Generated,
        version: None,
        valid: against.is_none(),
        problems: against.into_iter().map(|place| (place, words.clone())).collect(),
        generator: Some(exporter.id.clone()),
        place,
        title: None,
        scanned_by: None,
    }
}
