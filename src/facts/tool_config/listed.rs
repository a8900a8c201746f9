//! Owns the targets that a tool's own configuration lists for a command that names none, in the file in force and in those that it
//! includes. Refuses what lies beside them: what is excluded is `excluded`.

mod patterns;

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use super::{Query, places};
use crate::answer::Why;
use crate::catalog::tool::Targets;
use crate::doc::{Document, Format, Value};
use crate::facts::dependencies;
use crate::facts::matching::find_flag;
use crate::facts::pipeline::Input;
use crate::text::{Place, RepoPath};

/// Paths taken.
const PATHS: usize = 500;

/// Patterns held against the tree.
const PATTERNS: usize = 50;

/// Files that one configuration includes, and how deep.
const INCLUDES: usize = 100;

/// Directories in which modules are looked for by their names.
const SOURCES: &[&str] = &["", "src"];

/// What a configuration lists.
pub struct Listed {
    /// The paths that are known.
    pub paths: Vec<RepoPath>,
    /// Whether all are.
    pub whole: bool,
    /// Where the list stands.
    pub place: Place,
}

/// What the configuration in force lists; `None`: it lists nothing, or the command says that it does not count.
///
/// # Errors
/// Why the configuration that is named is not known.
pub fn listed(shape: &Targets, query: &Query<'_>, inputs: &BTreeMap<String, Input>) -> Result<Option<Listed>, Why> {
    if shape.listed_in.is_empty() || find_flag(&shape.unlisted_by, None, query.args).is_some() {
        return Ok(None);
    }
    let Some((document, prefix)) = places::in_force(query, inputs)? else { return Ok(None) };
    let seen = HashSet::from([document.file().path.clone()]);
    let mut lists = Lists { shape, query, found: None, unread: None, patterns: 0, seen };
    lists.of(&document, prefix.as_deref(), 0);
    // What is not read may list more; of a package that is installed it is not expected beside a list of the project's own.
    let Some((place, installed)) = lists.unread else { return Ok(lists.found) };
    let list = lists.found.get_or_insert_with(|| Listed { paths: Vec::new(), whole: false, place });
    list.whole &= installed;
    Ok(lists.found)
}

/// Lists as they are put together.
struct Lists<'a> {
    shape: &'a Targets,
    query: &'a Query<'a>,
    found: Option<Listed>,
    /// An included file that is not read, and whether all such are files of installed packages.
    unread: Option<(Place, bool)>,
    patterns: usize,
    seen: HashSet<RepoPath>,
}

impl Lists<'_> {
    /// What a document lists, and what those that it includes do. (nette/schema `Helpers::merge`: lists of included files are put
    /// before its own, unless its own has a `!` behind its key.)
    fn of(&mut self, document: &Arc<Document>, prefix: Option<&str>, depth: usize) {
        let mut replaces = false;
        let shape = self.shape;
        let keys = shape.listed_in.iter().map(|key| (key, false)).chain(shape.listed_modules.iter().map(|key| (key, true)));
        for (key, modules) in keys {
            let Some(value) = places::at(document, prefix, key) else { continue };
            replaces |= key.ends_with('!');
            self.list(document, value, modules);
        }
        let included = shape.listed_through.as_deref().and_then(|key| places::at(document, prefix, key));
        for include in included.into_iter().flat_map(Value::items).filter(|_| !replaces) {
            self.include(document, include, depth);
        }
    }

    fn list(&mut self, document: &Document, value: Value<'_>, modules: bool) {
        let here = document.file().path.parent();
        let base = if self.shape.listed_from_file { here } else { self.query.directory.clone() };
        let texts: Vec<&str> =
            value.scalar().map_or_else(|| value.items().filter_map(Value::scalar).collect(), |text| vec![text]);
        for text in texts.into_iter().flat_map(|text| text.split([',', '\n'])).map(str::trim).filter(|text| !text.is_empty()) {
            let known = if modules { module(text, self.query).map(|path| vec![path]) } else { self.paths(text, &base) };
            let list = self.found.get_or_insert_with(|| Listed { paths: Vec::new(), whole: true, place: value.place() });
            list.whole &= known.as_ref().is_some_and(|known| list.paths.len() + known.len() <= PATHS);
            list.paths.extend(known.into_iter().flatten().take(PATHS - list.paths.len()));
        }
    }

    fn include(&mut self, document: &Document, include: Value<'_>, depth: usize) {
        let snapshot = self.query.world.snapshot;
        let path = include.scalar().and_then(|text| self.path(text, &document.file().path.parent()));
        let there = path.as_ref().filter(|path| snapshot.is_file(path) && depth < INCLUDES && self.seen.len() < INCLUDES);
        let read = there.and_then(|path| {
            let format = places::format_of(path).filter(|format| *format == Format::Neon)?;
            snapshot.document(path, format).ok()
        });
        match (read, path) {
            (Some(document), Some(path)) => {
                if self.seen.insert(path) {
                    self.of(&document, None, depth + 1);
                }
            }
            (_, path) => {
                let installed =
                    path.is_some_and(|path| path.segments().any(|segment| segment == "vendor") && !snapshot.is_file(&path));
                let known = self.unread.get_or_insert_with(|| (include.place(), true));
                known.1 &= installed;
            }
        }
    }

    /// What a text in the list stands for.
    fn paths(&mut self, text: &str, base: &RepoPath) -> Option<Vec<RepoPath>> {
        if !text.contains(['*', '?', '[']) {
            return self.path(text, base).map(|path| vec![path]);
        }
        self.patterns += 1;
        let plain = !text.starts_with(['/', '~', '!']) && !text.contains(['$', '%']) && self.patterns <= PATTERNS;
        let known = plain.then(|| patterns::expanded(self.query.world.snapshot, base, text, self.shape.listed_as));
        known.flatten()
    }

    /// A path as it is written. `%rootDir%` is where Composer has put the tool (phpstan-src `ContainerFactory`).
    fn path(&self, text: &str, base: &RepoPath) -> Option<RepoPath> {
        let of = |name: &str| text.strip_prefix(name).map(|rest| rest.trim_start_matches('/'));
        if let Some(rest) = of("%currentWorkingDirectory%").filter(|rest| !rest.contains('%')) {
            return self.query.directory.join(rest);
        }
        if let Some(rest) = of("%rootDir%").filter(|rest| !rest.contains('%')) {
            return self.installed()?.join(rest);
        }
        if text.starts_with(['/', '~', '!']) || text.contains(['$', '%']) {
            return None;
        }
        base.join(text)
    }

    /// Where Composer puts the tool that the directory's own manifest names.
    fn installed(&self) -> Option<RepoPath> {
        let snapshot = self.query.world.snapshot;
        let manifest = self.query.directory.join("composer.json").filter(|path| snapshot.is_file(path))?;
        let document = snapshot.document(&manifest, Format::Json).ok()?;
        let names = self.query.tool.packages.get("composer")?;
        let declared = dependencies::declared(snapshot, &manifest);
        let own =
            declared.iter().any(|one| names.contains(&one.name)) && document.root().route(&["config", "vendor-dir"]).is_none();
        self.query.directory.join("vendor").filter(|_| own)?.join(names.first()?)
    }
}

/// Where a module lies that is named with dots; `None`: it is no part of the tree, or elsewhere in it.
fn module(name: &str, query: &Query<'_>) -> Option<RepoPath> {
    let snapshot = query.world.snapshot;
    let below = name.replace('.', "/");
    let mut named = SOURCES.iter().filter_map(|source| query.directory.join(source)?.join(&below));
    named.find_map(|path| match snapshot.is_dir(&path) {
        true => Some(path),
        false => RepoPath::new(&format!("{path}.py")).filter(|file| snapshot.is_file(file)),
    })
}
