//! Owns what the tree consists of: languages, components (language and directory), manifests and their scope. Refuses to
//! look into CI.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde::Serialize;

use crate::catalog::Catalog;
use crate::catalog::language::Language;
use crate::snapshot::Snapshot;
use crate::terms::{BaseScope, ScopeTerms};
use crate::text::RepoPath;

mod attributed;
pub mod attributes;
mod built;
mod containers;
mod content;
mod declared;
mod installed;
pub mod manifests;
mod roots;
pub mod scope;
mod scripts;
mod shipped;
mod started;
mod terraform;
mod used;
pub(super) mod workspaces;

#[cfg(test)]
mod attributes_tests;
#[cfg(test)]
mod joining_tests;
#[cfg(test)]
mod placing_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod used_tests;

pub use roots::deepest_common;

/// Whether something is part of the product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// Judged at the rule's severity.
    Production,
    /// Judged at `notice`.
    Development,
}

/// A manifest outside vendored, generated and fixture trees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManifestFact {
    /// The file.
    pub path: RepoPath,
    /// Dependabot's ecosystem name.
    pub ecosystem: String,
    /// The language it makes a component of.
    pub language: Option<String>,
    /// The directory that an update bot must name: its own, or that of its workspace root.
    pub directory: RepoPath,
    /// The manifest of its workspace root, when it is a member.
    pub member_of: Option<RepoPath>,
    /// Product or not.
    pub scope: Scope,
    /// It names something that a bot could raise.
    pub updatable: bool,
    /// It is development only because nothing that it declares is needed to run: the code beside it may be product.
    pub only_tools: bool,
    /// It says what code beside it depends on, and makes no component where there is none.
    pub joins: bool,
}

/// The manifest that names dependencies of a component which it does not stand in the directory of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeclaredBy {
    /// The file.
    pub manifest: RepoPath,
    /// The directory that an update bot must name for it.
    pub directory: RepoPath,
}

impl From<&ManifestFact> for DeclaredBy {
    fn from(fact: &ManifestFact) -> Self {
        Self { manifest: fact.path.clone(), directory: fact.directory.clone() }
    }
}

/// A language in a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Component {
    /// The directory.
    pub directory: RepoPath,
    /// The language's id.
    pub language: String,
    /// The ecosystem of its manifest.
    pub ecosystem: Option<String>,
    /// Its manifest, when it has one.
    pub manifest: Option<RepoPath>,
    /// What names its dependencies, where that is not its manifest in its own directory.
    pub declared_by: Option<DeclaredBy>,
    /// Directories of workspace members folded in.
    pub members: Vec<RepoPath>,
    /// Product or not.
    pub scope: Scope,
    /// Its source files that are production code, sorted; what path filters and targets are held against.
    pub files: Vec<RepoPath>,
    /// The files that say what it depends on, sorted: manifests and the locks beside them; what filters of audits are held against.
    pub declared_in: Vec<RepoPath>,
}

impl Component {
    /// The directory that a bot is told for what it depends on: its own, or that of a list of requirements that lies apart or below.
    #[must_use]
    pub fn declares_at(&self) -> RepoPath {
        self.declared_by.as_ref().map_or_else(|| self.directory.clone(), |by| by.directory.clone())
    }

    /// The manifest that names what it depends on, when it has one.
    #[must_use]
    pub fn declaring(&self) -> Option<&RepoPath> {
        self.declared_by.as_ref().map(|by| &by.manifest).or(self.manifest.as_ref())
    }

    /// Whether a production file of it is this path or lies under it; its files are sorted, so that none is looked at twice.
    #[must_use]
    pub fn has_files_in(&self, path: &RepoPath) -> bool {
        let below = if path.is_root() { String::new() } else { format!("{}/", path.as_str()) };
        let first = self.files.partition_point(|file| file.as_str() < below.as_str());
        self.files.binary_search(path).is_ok() || self.files.get(first).is_some_and(|file| file.as_str().starts_with(&below))
    }
}

/// Everything the tree consists of.
#[derive(Debug, Default)]
pub struct Inventory {
    /// All manifests in sight, by path.
    pub manifests: Vec<ManifestFact>,
    /// All components, by (language, directory).
    pub components: Vec<Component>,
    /// Source files that only a `.gitattributes` takes out of sight, by language.
    pub hidden: BTreeMap<String, Hidden>,
    /// How many source files of the product there are of a language that has no component: too few to be one.
    pub few: BTreeMap<String, usize>,
}

/// Source files of a language that a `.gitattributes` takes out of sight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hidden {
    /// How many.
    pub files: usize,
    /// The row that hides the first of them.
    pub by: attributes::Line,
}

impl Inventory {
    /// The components of a language.
    pub fn of<'s>(&'s self, language: &str) -> impl Iterator<Item = &'s Component> {
        self.components.iter().filter(move |component| component.language == language)
    }

    /// Whether a manifest of a component declares anything that lies elsewhere, or a lock file says that one does.
    #[must_use]
    pub fn declares_any(&self, component: &Component) -> bool {
        let fact = |path: &RepoPath| self.manifests.binary_search_by(|one| one.path.cmp(path)).ok().map(|at| &self.manifests[at]);
        let says = |path: &RepoPath| fact(path).is_none_or(|manifest| manifest.updatable);
        component.declared_in.is_empty() || component.declared_in.iter().any(says)
    }

    /// The languages present, each once, sorted.
    #[must_use]
    pub fn languages(&self) -> Vec<&str> {
        let mut all: Vec<&str> = self.components.iter().map(|component| component.language.as_str()).collect();
        all.dedup();
        all
    }
}

/// Source files of one language, by scope.
#[derive(Default)]
struct Sources {
    production: Vec<RepoPath>,
    development: Vec<RepoPath>,
    /// Of those of the product the ones that only build or configure it.
    scripts: Vec<RepoPath>,
    /// Of the others those whose directories may well be called so in a product.
    doubtful: Vec<RepoPath>,
    hidden: Option<Hidden>,
}

impl Sources {
    /// How many files of the product do more than build or configure it.
    fn product(&self) -> usize {
        self.production.len() - self.scripts.len()
    }

    /// A manifest of the product with no code but in directories whose names leave it open has that code: the names are those of a
    /// namespace, or of what it is about (`src/Example`, `tests-api`).
    fn keep_what_manifests_are_of(&mut self, language: &Language, manifests: &[ManifestFact]) {
        let own = manifests.iter().filter(|one| one.language.as_deref() == Some(language.id.as_str()) && !one.joins);
        let own: Vec<&ManifestFact> = own.filter(|_| !self.doubtful.is_empty()).collect();
        let homes: HashSet<RepoPath> = own.iter().map(|one| one.path.parent()).collect();
        let home = |path: &RepoPath| path.parent().ancestors().find(|directory| homes.contains(directory));
        let of_product: HashSet<RepoPath> =
            own.iter().filter(|one| one.scope == Scope::Production).map(|one| one.path.parent()).collect();
        let has_code = self.production.iter().filter(|path| self.scripts.binary_search(path).is_err());
        let has_code: HashSet<RepoPath> = has_code.filter_map(home).collect();
        let bare = |path: &RepoPath| home(path).is_some_and(|home| of_product.contains(&home) && !has_code.contains(&home));
        let kept: HashSet<RepoPath> = self.doubtful.iter().filter(|path| bare(path)).cloned().collect();
        if !kept.is_empty() {
            self.development.retain(|path| !kept.contains(path));
            self.production.extend(kept);
            self.production.sort();
        }
    }
}

/// Takes stock of the tree: one pass over the paths, and the text of manifests only.
#[must_use]
pub fn take_stock(snapshot: &Snapshot, catalog: &Catalog, terms: &ScopeTerms) -> Inventory {
    stock(snapshot, catalog, terms).0
}

/// The same, with the source files by language.
fn stock<'c>(snapshot: &Snapshot, catalog: &'c Catalog, terms: &ScopeTerms) -> (Inventory, Vec<(&'c Language, Sources)>) {
    let scoping = scope::Scoping::new(snapshot, &catalog.languages, terms);
    let mut manifests = manifests::gather(snapshot, &catalog.languages, &scoping);
    let mut sources = sources(snapshot, catalog, &scoping);
    sources.iter_mut().for_each(|(language, files)| files.keep_what_manifests_are_of(language, &manifests));
    manifests::of_tests_only(&mut manifests, &sources);
    let total: usize = sources.iter().filter(|(language, _)| language.code).map(|(_, files)| files.product()).sum();
    let mut components = Vec::new();
    for (language, files) in &sources {
        components.extend(roots::components_of(language, files, &manifests, total, terms.base.as_deref()));
    }
    components.sort_by(|a, b| (&a.language, &a.directory).cmp(&(&b.language, &b.directory)));
    declared::fill(snapshot, &catalog.languages, &manifests, &mut components);
    let few = sources.iter().map(|(language, files)| (language, files.product()));
    let none_of = |language: &Language| !components.iter().any(|component| component.language == language.id);
    let few = few.filter(|(language, files)| *files > 0 && none_of(language));
    let few = few.map(|(language, files)| (language.id.clone(), files)).collect();
    let hidden = sources.iter().filter_map(|(language, files)| Some((language.id.clone(), files.hidden.clone()?))).collect();
    (Inventory { manifests, components, hidden, few }, sources)
}

/// What a tree says about the scope of another one that is held against it.
#[must_use]
pub fn base_scope(snapshot: &Snapshot, catalog: &Catalog, terms: &ScopeTerms) -> BaseScope {
    let (inventory, sources) = stock(snapshot, catalog, terms);
    let of_product = || inventory.components.iter().filter(|one| one.scope == Scope::Production && !one.files.is_empty());
    let product: BTreeSet<RepoPath> = of_product().flat_map(|one| &one.files).cloned().collect();
    let components = of_product().map(|one| ((one.language.clone(), one.directory.clone()), one.manifest.is_none())).collect();
    let aside = sources.into_iter().flat_map(|(_, files)| files.production).filter(|file| !product.contains(file)).collect();
    BaseScope { attributes: attributes::texts(snapshot), product, components, aside }
}

fn sources<'c>(snapshot: &Snapshot, catalog: &'c Catalog, scoping: &scope::Scoping<'_>) -> Vec<(&'c Language, Sources)> {
    let languages = &catalog.languages.language;
    let mut by_extension: HashMap<&str, usize> = HashMap::new();
    let mut all: Vec<(&Language, Sources)> = Vec::with_capacity(languages.len());
    for (at, language) in languages.iter().enumerate() {
        all.push((language, Sources::default()));
        for extension in language.extensions.iter().filter(|_| language.directories.is_empty()) {
            by_extension.insert(extension, at);
        }
    }
    let named: Vec<(usize, manifests::NamePattern)> = (languages.iter().enumerate())
        .flat_map(|(at, language)| language.names.iter().map(move |name| (at, manifests::NamePattern::new(name))))
        .collect();
    let scripts: Vec<scripts::Scripts<'_>> =
        languages.iter().map(|language| scripts::Scripts::new(snapshot, &catalog.languages, language)).collect();
    let homes: Vec<(usize, &str)> = (languages.iter().enumerate())
        .flat_map(|(at, language)| language.directories.iter().map(move |directory| (at, directory.as_str())))
        .collect();
    for entry in snapshot.entries().iter().filter(|entry| entry.is_file()) {
        let name = entry.path.file_name();
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
        let by_name = || named.iter().find(|(_, pattern)| pattern.matches(name)).map(|(at, _)| *at);
        let by_home = || {
            let lies_in = |at: usize, home: &str| {
                entry.path.directory() == home && languages[at].extensions.iter().any(|known| known == extension)
            };
            homes.iter().find(|(at, home)| lies_in(*at, home)).map(|(at, _)| *at)
        };
        let Some(at) = by_extension.get(extension).copied().or_else(by_name).or_else(by_home) else { continue };
        match scoping.of(&entry.path) {
            Some(Scope::Production) => {
                if scripts[at].has(&entry.path) {
                    all[at].1.scripts.push(entry.path.clone());
                }
                all[at].1.production.push(entry.path.clone());
            }
            Some(Scope::Development) => {
                if scoping.is_doubtful(&entry.path) && !scripts[at].has(&entry.path) {
                    all[at].1.doubtful.push(entry.path.clone());
                }
                all[at].1.development.push(entry.path.clone());
            }
            None => {
                if let Some(by) = scoping.hidden_by(&entry.path) {
                    all[at].1.hidden.get_or_insert(Hidden { files: 0, by }).files += 1;
                }
            }
        }
    }
    all
}
