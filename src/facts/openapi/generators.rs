//! Owns generators of API descriptions: a declared dependency and the code that wires it. Refuses a dependency alone, code
//! in comments, and code in tests.

use std::collections::HashSet;

use memchr::memmem::Finder;

use super::{ApiDescription, ApiKind};
use crate::catalog::Exporter;
use crate::catalog::language::CodeMark;
use crate::facts::components::Scope;
use crate::facts::components::scope::Scoping;
use crate::facts::dependencies::{Dependency, normalised};
use crate::facts::runners::World;
use crate::terms::Terms;
use crate::text::{Place, RepoPath, SourceFile, Span};

/// How many files are read for all generators together.
const MOST_FILES: usize = 3_000;

/// Generators that are declared and wired, one description each.
pub(super) fn gather(world: &World<'_>, dependencies: &[&Dependency], terms: &Terms) -> Vec<ApiDescription> {
    let copies = python_packages(world);
    let declared: Vec<&Exporter> = world.catalog.exporters.iter().filter(|one| is_declared(&copies, dependencies, one)).collect();
    if declared.is_empty() {
        return Vec::new();
    }
    let scoping = Scoping::new(world.snapshot, &world.catalog.languages, &terms.scope);
    let paths = world.snapshot.entries().iter().filter(|entry| entry.is_file()).map(|entry| &entry.path);
    let production: Vec<&RepoPath> = paths.filter(|path| scoping.of(path) == Some(Scope::Production)).collect();
    let mut budget = MOST_FILES;
    declared.into_iter().filter_map(|exporter| wired(world, exporter, &production, &mut budget)).collect()
}

/// A manifest of the product (`dependencies` are theirs) declares one of its packages (Go's tools are no runtime dependencies and generate code all the
/// same), or a copy of the package lies in the tree.
fn is_declared(copies: &HashSet<&str>, dependencies: &[&Dependency], exporter: &Exporter) -> bool {
    let named = dependencies.iter().any(|dependency| {
        let names = exporter.packages.get(dependency.registry);
        let same = names.is_some_and(|names| names.iter().any(|name| is_package(dependency, name)));
        same && (dependency.runtime || dependency.registry == "go")
    });
    named || exporter.packages.get("pypi").is_some_and(|names| has_copy(copies, names))
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

/// The first file with a proof and without a mark that switches it off; else the first with both, which is not valid.
fn wired(world: &World<'_>, exporter: &Exporter, paths: &[&RepoPath], budget: &mut usize) -> Option<ApiDescription> {
    let proof: Vec<Mark> = exporter.proof.iter().map(|mark| Mark::new(world, exporter, mark)).collect();
    let off: Vec<Mark> = exporter.off.iter().map(|mark| Mark::new(world, exporter, mark)).collect();
    let (mut first, mut elsewhere, mut switched_off) = (None, None, None);
    for path in paths {
        let extension = path.file_name().rsplit_once('.').map_or("", |(_, extension)| extension);
        let proves = proof.iter().any(|mark| mark.is_for(extension));
        let switches = off.iter().any(|mark| mark.is_for(extension));
        if !(proves || switches) || *budget == 0 {
            continue;
        }
        *budget -= 1;
        let Ok(file) = world.snapshot.read(path) else { continue };
        let found = proof.iter().filter(|mark| mark.is_for(extension)).find_map(|mark| mark.find(&file));
        let against = off.iter().filter(|mark| mark.is_for(extension)).find_map(|mark| mark.find(&file));
        match (found, against) {
            (Some(place), None) => first = first.or(Some(place)),
            (Some(place), Some(against)) => switched_off = switched_off.or(Some((place, against))),
            // A setting in a file that can hold no proof speaks for the whole product.
            (None, Some(against)) if !proves => elsewhere = elsewhere.or(Some(against)),
            _ => {}
        }
        if first.is_some() && off.iter().all(|mark| proof.iter().any(|proof| mark.extensions.iter().all(|e| proof.is_for(e)))) {
            break;
        }
    }
    let (place, against) = match (first, switched_off) {
        (Some(place), _) => (place, elsewhere),
        (None, Some((place, against))) => (place, Some(against)),
        (None, None) => return None,
    };
    Some(description(exporter, place, against))
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

/// A piece of code to look for.
struct Mark<'c> {
    finder: Finder<'c>,
    length: usize,
    extensions: Vec<&'c str>,
}

impl<'c> Mark<'c> {
    fn new(world: &World<'c>, exporter: &'c Exporter, mark: &'c CodeMark) -> Self {
        let own = mark.extensions.iter().map(String::as_str);
        let languages = world.catalog.languages.language.iter().filter(|language| exporter.languages.contains(&language.id));
        let extensions: Vec<&str> = if mark.extensions.is_empty() {
            languages.flat_map(|language| &language.extensions).map(String::as_str).collect()
        } else {
            own.collect()
        };
        Self { finder: Finder::new(mark.code.as_bytes()), length: mark.code.len(), extensions }
    }

    fn is_for(&self, extension: &str) -> bool {
        self.extensions.contains(&extension)
    }

    /// The first place outside comment lines; `//go:generate` is a command although it looks like a comment. A mark that
    /// starts with a letter is a whole word there: `NotFastAPI(` is another name.
    fn find(&self, file: &SourceFile) -> Option<Place> {
        let bytes = file.text.as_bytes();
        let needle = self.finder.needle();
        let starts_word = needle.first().is_some_and(|b| b.is_ascii_alphanumeric());
        for at in self.finder.find_iter(bytes) {
            let inside = starts_word && at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'_');
            let line_start = memchr::memrchr(b'\n', &bytes[..at]).map_or(0, |newline| newline + 1);
            let head = file.text.get(line_start..at).unwrap_or_default().trim_start();
            let comment =
                ["#", "//", "/*", "* ", "--", "<!--"].iter().any(|mark| head.starts_with(mark)) && !head.starts_with("#[");
            if !inside && (!comment || head.starts_with("//go:generate")) {
                return Some(file.place(Span::new(at, at + self.length)));
            }
        }
        None
    }
}
