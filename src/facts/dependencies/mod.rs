//! Owns the dependencies that manifests declare: registry, name, place, runtime or not. Refuses lock files and versions.
//!
//! Every reader is one pass over one file. A manifest that cannot be parsed declares nothing here; the snapshot lists it as
//! not inspected.

mod gradle;
mod lines;
mod mix;
mod pixi;
mod python;
mod requirements;
mod setup_py;
mod tables;
mod xml;

#[cfg(test)]
mod tests;

use crate::catalog::{self, Catalog};
use crate::snapshot::Snapshot;
use crate::text::{Place, RepoPath};

pub(super) use mix::app as mix_app;
pub(super) use pixi::declares as pixi_declares;
pub(super) use requirements::nested;
pub(super) use xml::pom_name;

use super::components::Inventory;

/// A declared dependency.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Dependency {
    /// `pypi | npm | go | cargo | gem | maven | composer | nuget | hex`.
    pub registry: &'static str,
    /// Its name, as the registry spells it: Python names in their normalised form (PEP 503).
    pub name: String,
    /// Where it is declared.
    pub place: Place,
    /// Whether the product needs it to run.
    pub runtime: bool,
    /// Whether it comes only with an extra or a feature that somebody asks for.
    pub optional: bool,
    /// The manifest.
    pub manifest: RepoPath,
}

/// Dependencies of every manifest in sight, sorted.
#[must_use]
pub fn gather(snapshot: &Snapshot, inventory: &Inventory) -> Vec<Dependency> {
    let mut all = Vec::new();
    let catalogues = gradle::Catalogues::default();
    for manifest in &inventory.manifests {
        let mut sink = Sink { manifest: &manifest.path, optional: false, catalogues: &catalogues, out: &mut all };
        read(snapshot, manifest.member_of.as_ref(), &mut sink);
        if manifest.ecosystem == "pip"
            && (manifest.path.file_name().ends_with(".txt") || manifest.path.file_name().ends_with(".in"))
        {
            let apart = |list: &RepoPath| inventory.manifests.binary_search_by(|one| one.path.cmp(list)).is_ok();
            nested(snapshot, &manifest.path, &apart).lists.iter().for_each(|list| requirements::read(snapshot, list, &mut sink));
        }
    }
    all.sort();
    all.dedup();
    all
}

/// What one manifest declares by itself, without what it inherits.
#[must_use]
pub(super) fn declared(snapshot: &Snapshot, manifest: &RepoPath) -> Vec<Dependency> {
    let mut all = Vec::new();
    let catalogues = gradle::Catalogues::default();
    read(snapshot, None, &mut Sink { manifest, optional: false, catalogues: &catalogues, out: &mut all });
    all
}

/// What one manifest declares by itself and by the lists that it takes in; `None` where one of those is not in this tree.
#[must_use]
pub(super) fn declared_whole(snapshot: &Snapshot, manifest: &RepoPath) -> Option<Vec<Dependency>> {
    let mut all = declared(snapshot, manifest);
    if manifest.file_name().ends_with(".txt") || manifest.file_name().ends_with(".in") {
        let taken_in = nested(snapshot, manifest, &|_| false);
        all.extend(taken_in.lists.iter().flat_map(|list| declared(snapshot, list)));
        return (!taken_in.elsewhere).then_some(all);
    }
    Some(all)
}

/// Reads one manifest by its name.
fn read(snapshot: &Snapshot, root: Option<&RepoPath>, sink: &mut Sink<'_>) {
    let path = sink.manifest.clone();
    let name = path.file_name();
    match name {
        "pyproject.toml" => python::pyproject(snapshot, sink),
        "setup.cfg" => python::setup_cfg(snapshot, sink),
        "setup.py" => setup_py::read(snapshot, sink),
        "Pipfile" => python::pipfile(snapshot, sink),
        "pixi.toml" => python::pixi_toml(snapshot, sink),
        "package.json" => tables::package_json(snapshot, sink),
        "composer.json" => tables::composer_json(snapshot, sink),
        "Cargo.toml" => tables::cargo_toml(snapshot, root, sink),
        "go.mod" => lines::go_mod(snapshot, sink),
        "Gemfile" => lines::gemfile(snapshot, sink),
        "build.gradle" | "build.gradle.kts" => gradle::read(snapshot, sink),
        "build.sbt" => lines::sbt(snapshot, sink),
        "pom.xml" => xml::pom(snapshot, sink),
        "mix.exs" => mix::read(snapshot, sink),
        "packages.config" => xml::packages_config(snapshot, sink),
        _ if name.ends_with(".gemspec") => lines::gemspec(snapshot, sink),
        _ if name.ends_with(".csproj") => xml::csproj(snapshot, sink),
        _ if name.ends_with(".txt") || name.ends_with(".in") => requirements::read(snapshot, &path, sink),
        _ => {}
    }
}

/// Where the readers put what they find.
struct Sink<'a> {
    manifest: &'a RepoPath,
    /// What is added now comes only with an extra or a feature.
    optional: bool,
    /// Catalogues of Gradle builds.
    catalogues: &'a gradle::Catalogues,
    out: &'a mut Vec<Dependency>,
}

impl Sink<'_> {
    /// Adds a dependency; what cannot be a package name anywhere is dropped.
    fn add(&mut self, registry: &'static str, name: &str, place: Place, runtime: bool) {
        let name = if registry == "pypi" { normalised(name) } else { name.to_owned() };
        if name.is_empty() || name.len() > 256 || name.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return;
        }
        self.out.push(Dependency { registry, name, place, runtime, optional: self.optional, manifest: self.manifest.clone() });
    }
}

/// PEP 503: lower case, and one `-` for every run of `-`, `_` and `.`.
pub(crate) fn normalised(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            '-' | '_' | '.' if out.ends_with('-') => {}
            '-' | '_' | '.' => out.push('-'),
            other => out.push(other.to_ascii_lowercase()),
        }
    }
    out
}

/// Whether one of the words of `name` says that it is not needed to run.
pub(super) fn is_development(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let known = |word: &str| catalog::lists(&Catalog::builtin().languages.not_runtime, word);
    // `checkdocs`, `functests`, but not `latest`.
    let compound = |word: &str| {
        word.ends_with("tests") || word.strip_suffix("docs").or_else(|| word.strip_suffix("lint")).is_some_and(known)
    };
    let says = |word: &str| known(word) || compound(word);
    lower.split(|c: char| !c.is_ascii_alphanumeric()).any(says) || lower.contains("pre-commit")
}
