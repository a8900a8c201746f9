//! Owns which files make a justfile: the search upward, imports, modules. Refuses files outside of the tree.

use std::rc::Rc;

use super::options::Options;
use super::reader::{self, Justfile, Recipe};
use crate::answer::{Reason, Why};
use crate::facts::runners::{Call, World};
use crate::facts::workdir::Workdir;
use crate::snapshot::UnreadKind;
use crate::text::{Place, RepoPath, SourceFile};
use std::sync::Arc;

/// Files read for one justfile.
const MAX_FILES: usize = 64;

/// A justfile with its imports.
pub(super) struct Loaded {
    /// What it says.
    pub(super) justfile: Justfile,
    /// Where its recipes run.
    pub(super) workdir: Workdir,
    /// Where it lies.
    pub(super) home: Workdir,
}

/// A recipe and the justfile it belongs to.
pub(super) type Resolved = Option<(Rc<Loaded>, Recipe)>;

impl Loaded {
    /// Reads a file and all it imports.
    fn read(world: &World<'_>, path: &RepoPath, home: Workdir) -> Result<Option<Self>, Why> {
        let Some(file) = text(world, path)? else { return Ok(None) };
        let mut justfile = reader::read(&file);
        let mut open: Vec<(String, RepoPath)> = justfile.imports.iter().map(|name| (name.clone(), path.parent())).collect();
        let mut seen = vec![path.clone()];
        while let Some((name, from)) = open.pop() {
            let Some(path) = from.join(name.trim_matches(['\'', '"'])).filter(|path| !seen.contains(path)) else { continue };
            if seen.len() >= MAX_FILES {
                return Err(Why::new(Reason::Unsupported, "the justfile imports more files than are read").at(Place::file(path)));
            }
            seen.push(path.clone());
            let Some(file) = text(world, &path)? else { continue };
            let imported = reader::read(&file);
            open.extend(imported.imports.iter().map(|name| (name.clone(), path.parent())));
            justfile.merge(imported);
        }
        Ok(Some(Self { justfile, workdir: home.clone(), home }))
    }

    /// The recipe that a bare `just` runs.
    pub(super) fn default_recipe(&self) -> Option<Recipe> {
        let recipes = &self.justfile.recipes;
        recipes.iter().find(|recipe| recipe.attributes.default).or_else(|| recipes.first()).cloned()
    }

    /// A recipe by name, alias or path through modules.
    pub(super) fn resolve(self: &Rc<Self>, world: &World<'_>, name: &str) -> Result<Resolved, Why> {
        let target = self.justfile.aliases.get(name).map_or(name, String::as_str);
        if let Some((module, rest)) = target.split_once("::") {
            let Some(module) = self.module(world, module)? else { return Ok(None) };
            return module.resolve(world, rest);
        }
        let mut named = self.justfile.recipes.iter().filter(|recipe| recipe.name == target);
        let last = named.clone().next_back();
        let found = named.rfind(|recipe| !recipe.attributes.elsewhere).or(last);
        Ok(found.map(|recipe| (Rc::clone(self), recipe.clone())))
    }

    /// A module by name.
    pub(super) fn module(&self, world: &World<'_>, name: &str) -> Result<Option<Rc<Self>>, Why> {
        let Some((_, path)) = self.justfile.modules.iter().find(|(own, _)| own == name) else { return Ok(None) };
        let path = path.trim_matches(['\'', '"']);
        let candidates = if path.is_empty() {
            vec![
                format!("{name}.just"),
                format!("{name}/mod.just"),
                format!("{name}/justfile"),
                format!("{name}/.justfile"),
                format!("{name}/Justfile"),
            ]
        } else {
            vec![path.to_owned(), format!("{path}/mod.just"), format!("{path}/justfile"), format!("{path}/.justfile")]
        };
        for candidate in candidates {
            let Some(file) = self.home.resolve(&candidate).filter(|path| world.snapshot.is_file(path)) else { continue };
            let below = candidate.rsplit_once('/').map_or(".", |(folder, _)| folder);
            return Ok(Self::read(world, &file, self.home.enter(below))?.map(Rc::new));
        }
        Err(Why::new(Reason::Dynamic, format!("the module `{name}` of the justfile is not in the tree")))
    }
}

fn text(world: &World<'_>, path: &RepoPath) -> Result<Option<Arc<SourceFile>>, Why> {
    match world.snapshot.read(path) {
        Ok(file) if file.is_foreign() => {
            let why = "is not UTF-8, and just takes nothing else";
            Err(Why::new(Reason::Unreadable, why).at(file.first_foreign().unwrap_or_else(|| Place::file(path.clone()))))
        }
        Ok(file) => Ok(Some(file)),
        Err(unread) if unread.kind == UnreadKind::Missing => Ok(None),
        Err(unread) => {
            let place = unread.place.clone().unwrap_or_else(|| Place::file(path.clone()));
            Err(Why::new(unread.reason(), unread.why).at(place))
        }
    }
}

impl Justfile {
    /// Takes in an imported file; the importing file's own names win, its recipes come first.
    fn merge(&mut self, imported: Self) {
        let own: std::collections::HashSet<String> = self.recipes.iter().map(|recipe| recipe.name.clone()).collect();
        self.recipes.extend(imported.recipes.into_iter().filter(|recipe| !own.contains(&recipe.name)));
        for (name, value) in imported.variables {
            self.variables.entry(name).or_insert(value);
        }
        for (name, value) in imported.aliases {
            self.aliases.entry(name).or_insert(value);
        }
        for (name, value) in imported.settings {
            self.settings.entry(name).or_insert(value);
        }
        self.modules.extend(imported.modules);
    }
}

/// The justfile that a call means; `None` when there is none in the tree.
pub(super) fn find(call: &Call<'_>, world: &World<'_>, options: &Options) -> Result<Option<Loaded>, Why> {
    let computed = || Why::new(Reason::Dynamic, "just runs in a directory that is computed").at(call.place.clone());
    if !call.workdir.is_known() {
        return Err(computed());
    }
    let directory = match &options.directory {
        None => None,
        Some(Some(to)) => Some(call.workdir.enter(to)),
        Some(None) => return Err(computed()),
    };
    let loaded = match &options.justfile {
        Some(None) => return Err(Why::new(Reason::Dynamic, "the justfile's name is computed").at(call.place.clone())),
        Some(Some(name)) => {
            let Some(path) = call.workdir.resolve(name) else { return Ok(None) };
            let below = name.rsplit_once('/').map_or(".", |(folder, _)| if folder.is_empty() { "/" } else { folder });
            Loaded::read(world, &path, call.workdir.enter(below))?
        }
        None => search(world, &call.workdir.clone(), options)?,
    };
    Ok(loaded.map(|mut loaded| {
        loaded.workdir = directory.unwrap_or_else(|| loaded.home.clone());
        loaded
    }))
}

/// The nearest justfile upward; with `set fallback`, the next one above when it lacks the recipe.
fn search(world: &World<'_>, workdir: &Workdir, options: &Options) -> Result<Option<Loaded>, Why> {
    let wanted = options.operands.first().and_then(|word| word.value.as_deref());
    let mut here = workdir.clone();
    while let Some(directory) = here.dir() {
        let mut names = world.snapshot.children(&directory).filter(|(name, is_dir)| {
            !is_dir && (name.eq_ignore_ascii_case("justfile") || name.eq_ignore_ascii_case(".justfile"))
        });
        if let Some(path) = names.next().and_then(|(name, _)| directory.join(name))
            && let Some(loaded) = Loaded::read(world, &path, here.clone())?
        {
            let lacks = |name: &str| {
                !loaded.justfile.recipes.iter().any(|recipe| recipe.name == name) && !loaded.justfile.aliases.contains_key(name)
            };
            let on = loaded.justfile.settings.get("fallback").is_some_and(|(value, _)| value != "false");
            if !(on && wanted.is_some_and(lacks)) {
                return Ok(Some(loaded));
            }
        }
        if directory.is_root() {
            return Ok(None);
        }
        here = here.enter("..");
    }
    Ok(None)
}
