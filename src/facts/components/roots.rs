//! Owns which directories of a language are components, and which of its files belong to each. Refuses to read any file.

use std::collections::BTreeMap;

use super::{Component, DeclaredBy, ManifestFact, Scope, Sources};
use crate::catalog::language::Language;
use crate::terms::BaseScope;
use crate::text::RepoPath;

/// The components of one language: its manifests' directories (workspace members folded into their root), else the deepest
/// directory that holds all its files, when they are at least 3 and at least 5 % of all source files, or the base had enough of them.
pub(super) fn components_of(
    language: &Language,
    files: &Sources,
    manifests: &[ManifestFact],
    total: usize,
    base: Option<&BaseScope>,
) -> Vec<Component> {
    let (joining, own): (Vec<&ManifestFact>, Vec<&ManifestFact>) = manifests
        .iter()
        .filter(|manifest| manifest.language.as_deref() == Some(language.id.as_str()))
        .partition(|manifest| manifest.joins);
    let mut found = rooted(language, &own);
    fold_lists(&mut found, &own, files);
    let mut orphans = Vec::new();
    let mut mine: BTreeMap<RepoPath, usize> = BTreeMap::new();
    for (path, production) in
        files.production.iter().map(|path| (path, true)).chain(files.development.iter().map(|path| (path, false)))
    {
        let home = path.parent().ancestors().find(|directory| found.contains_key(directory));
        match home.and_then(|directory| found.get_mut(&directory)) {
            // Development files inside a product's component are no reason to judge it; inside a development one they are all it has.
            Some(component) if production || component.scope == Scope::Development => {
                component.files.push(path.clone());
                *mine.entry(component.directory.clone()).or_default() += usize::from(production);
            }
            Some(_) => {}
            None if production && files.scripts.binary_search(path).is_err() => orphans.push(path.clone()),
            None => {}
        }
    }
    for script in &files.scripts {
        let home = script.parent().ancestors().find(|directory| found.contains_key(directory));
        home.and_then(|directory| mine.get_mut(&directory)).into_iter().for_each(|count| *count -= 1);
    }
    let enough = |count: usize| count >= 3 && (!language.code || count * 20 >= total);
    let id = &language.id;
    let base = base.filter(|base| base.has(id));
    let in_sight = |found: &BTreeMap<RepoPath, Component>| {
        found.values().any(|component| component.scope == Scope::Production && !component.files.is_empty())
    };
    // Where the base had it, or had it anywhere and nothing else is left, it is there however little of it is.
    let none_left = !in_sight(&found);
    let stays = |directory: &RepoPath| {
        base.is_some_and(|base| none_left || base.components.contains_key(&(id.clone(), directory.clone())))
    };
    // So much code is the product whatever its manifest declares: a bundle is made with development dependencies only.
    for (directory, _) in mine.into_iter().filter(|(directory, count)| enough(*count) || (*count > 0 && stays(directory))) {
        let here = || own.iter().filter(|manifest| manifest.directory == directory);
        if here().any(|manifest| manifest.only_tools)
            && let Some(component) = found.get_mut(&directory)
        {
            component.scope = Scope::Production;
            component.files.retain(|path| files.production.binary_search(path).is_ok());
        }
    }
    // A directory of requirement files, or of tooling, holds no code to analyse.
    // (But a manifest at the root of a tree without any code of its language still has dependencies.)
    let lists: Vec<Component> = found.values().filter(|component| is_list_apart(component)).cloned().collect();
    let anywhere = found.values().any(|component| !component.files.is_empty());
    found.retain(|directory, component| !component.files.is_empty() || (!anywhere && directory.is_root()));
    if !enough(orphans.len()) && language.code {
        // What was too little at the base stays so; nothing else that is left of it, or was put in its place, is.
        let stays = |base: &BaseScope| base.has_bare(id) || !in_sight(&found);
        let kept = |base: &BaseScope, path: &RepoPath| base.product.contains(path) || (stays(base) && !base.aside.contains(path));
        orphans.retain(|path| base.is_some_and(|base| kept(base, path)));
    }
    if !orphans.is_empty() {
        let directory = deepest_common(&orphans);
        let blank = blank(language, directory.clone());
        let component = found.entry(directory.clone()).or_insert(blank);
        component.files.extend(orphans);
        // Lists in a directory of their own, beside the code or above it, say what it depends on.
        let beside = lists.iter().filter(|list| directory.is_in(&list.directory.parent()));
        if let Some(list) = beside.max_by_key(|list| list.directory.segments().count()).filter(|_| component.manifest.is_none()) {
            (component.manifest, component.ecosystem) = (list.manifest.clone(), list.ecosystem.clone());
            let apart = |manifest| DeclaredBy { manifest, directory: list.directory.clone() };
            component.declared_by = list.manifest.clone().map(apart);
        }
    }
    for component in found.values_mut() {
        if component.manifest.is_none()
            && let Some(nearest) = joining
                .iter()
                .filter(|one| component.directory.is_in(&one.directory))
                .max_by_key(|one| one.directory.segments().count())
        {
            (component.manifest, component.ecosystem) = (Some(nearest.path.clone()), Some(nearest.ecosystem.clone()));
            component.declared_by = Some(DeclaredBy::from(*nearest));
        }
        component.files.sort();
        component.members.sort();
        component.members.dedup();
    }
    found.into_values().collect()
}

/// A directory of requirement files of the product without any code.
fn is_list_apart(component: &Component) -> bool {
    let list = component.manifest.as_ref().is_some_and(|manifest| is_list(manifest.file_name()));
    list && component.files.is_empty() && component.scope == Scope::Production && !component.directory.is_root()
}

fn is_list(name: &str) -> bool {
    name.ends_with(".txt") || name.ends_with(".in")
}

fn blank(language: &Language, directory: RepoPath) -> Component {
    Component {
        directory,
        language: language.id.clone(),
        ecosystem: None,
        manifest: None,
        declared_by: None,
        members: Vec::new(),
        scope: Scope::Production,
        files: Vec::new(),
        declared_in: Vec::new(),
    }
}

/// One component for every directory of a manifest.
fn rooted(language: &Language, manifests: &[&ManifestFact]) -> BTreeMap<RepoPath, Component> {
    let mut found: BTreeMap<RepoPath, Component> = BTreeMap::new();
    // What stands for a component is a manifest of the product, and rather what was made of an `.in` than the `.in`.
    let mut manifests = manifests.to_vec();
    manifests.sort_by_key(|manifest| (manifest.scope, manifest.path.file_name().ends_with(".in")));
    for manifest in manifests {
        let component = found.entry(manifest.directory.clone()).or_insert_with(|| Component {
            ecosystem: Some(manifest.ecosystem.clone()),
            manifest: Some(manifest.member_of.clone().unwrap_or_else(|| manifest.path.clone())),
            scope: manifest.scope,
            ..blank(language, manifest.directory.clone())
        });
        component.scope = component.scope.min(manifest.scope);
        if manifest.member_of.is_some() {
            component.members.push(manifest.path.parent());
        }
    }
    found
}

/// Lists of requirements below a project are the project's: a script or two beside them are no component of their own.
fn fold_lists(found: &mut BTreeMap<RepoPath, Component>, manifests: &[&ManifestFact], files: &Sources) {
    let is_list = |manifest: &ManifestFact| is_list(manifest.path.file_name());
    let projects: Vec<&RepoPath> = manifests
        .iter()
        .filter(|manifest| !is_list(manifest) && manifest.scope == Scope::Production)
        .map(|manifest| &manifest.directory)
        .collect();
    let mut lists: Vec<RepoPath> =
        manifests.iter().filter(|manifest| is_list(manifest)).map(|manifest| manifest.directory.clone()).collect();
    lists.dedup();
    for directory in lists {
        let above = directory.ancestors().skip(1).any(|above| projects.contains(&&above));
        if !above || projects.contains(&&directory) || found.get(&directory).is_none_or(|one| one.scope == Scope::Development) {
            continue;
        }
        if files.production.iter().filter(|path| path.is_in(&directory)).take(3).count() < 3 {
            found.remove(&directory);
        }
    }
}

/// The deepest directory that holds all of these files.
#[must_use]
pub fn deepest_common(paths: &[RepoPath]) -> RepoPath {
    let mut common = paths.first().map(RepoPath::parent).unwrap_or_default();
    for path in paths {
        while !path.is_in(&common) {
            common = common.parent();
        }
    }
    common
}
