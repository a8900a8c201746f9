//! Owns compose files: which are read, in what order, and a service put together from its layers. Refuses to run anything.

use std::sync::Arc;

use crate::answer::Why;
use crate::doc::{Document, Format, Kind, Value};
use crate::facts::pipeline::Env;
use crate::facts::runners::World;
use crate::facts::runners::docker::variables;
use crate::facts::runners::yaml_merge::field;
use crate::facts::workdir::Workdir;
use crate::text::{MappedText, Place, RepoPath};

/// Files read for one project.
const MOST_FILES: usize = 32;
/// Layers of one service.
const MOST_LAYERS: usize = 32;

/// Names in compose's own order of preference; an override file beside the chosen one is read too.
pub(super) const NAMES: &[&str] = &["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"];

/// A compose project.
pub(super) struct Project {
    /// Files of the project, the one that wins first.
    files: Vec<File>,
    /// Files that services extend.
    extended: Vec<File>,
    /// What is known of the environment, for `${…}`.
    env: Env,
}

struct File {
    path: RepoPath,
    document: Arc<Document>,
    /// The directory its relative paths start from.
    home: Workdir,
}

/// One service, the layer that wins first; each with the directory of its relative paths.
pub(super) struct Service<'p> {
    /// Its name.
    pub name: String,
    /// Its key in the file that comes first.
    pub place: Place,
    /// Its layers.
    pub layers: Vec<(Value<'p>, &'p Workdir)>,
    project: &'p Project,
}

fn load(path: RepoPath, home: Workdir, world: &World<'_>) -> Result<File, Why> {
    let document = world.snapshot.document(&path, Format::Yaml).map_err(|unread| {
        let why = Why::new(unread.reason(), format!("the compose file is not read: {}", unread.why));
        let place = unread.place.unwrap_or_else(|| Place::file(path.clone()));
        why.at(place)
    })?;
    Ok(File { path, document, home })
}

/// The directory part of a path as a command would spell it.
fn directory(name: &str) -> &str {
    match name.rsplit_once('/') {
        Some(("", _)) => "/",
        Some((directory, _)) => directory,
        None => ".",
    }
}

impl Project {
    /// The project of a call: `names` are the files given (in order), `home` the project directory when it is given. `None`
    /// when there is no compose file.
    pub(super) fn open(
        workdir: &Workdir,
        names: &[String],
        home: Option<&str>,
        env: &Env,
        world: &World<'_>,
    ) -> Result<Option<Self>, Why> {
        let mut files: Vec<File> = Vec::new();
        let start = home.map_or_else(|| workdir.clone(), |home| workdir.enter(home));
        if names.is_empty() {
            let Some((name, at)) = found(&start, world) else { return Ok(None) };
            let (stem, extension) = name.rsplit_once('.').unwrap_or((name, "yml"));
            for name in [
                name.to_owned(),
                format!("{stem}.override.{extension}"),
                format!("{stem}.override.{}", if extension == "yml" { "yaml" } else { "yml" }),
            ] {
                if let Some(path) = at.resolve(&name).filter(|path| world.snapshot.is_file(path)).filter(|_| files.len() < 2) {
                    files.insert(0, load(path, at.clone(), world)?);
                }
            }
        } else {
            let at = home.map_or_else(|| workdir.enter(directory(&names[0])), |_| start.clone());
            for name in names.iter().take(MOST_FILES) {
                let Some(path) = workdir.resolve(name).filter(|path| world.snapshot.is_file(path)) else { continue };
                files.insert(0, load(path, at.clone(), world)?);
            }
        }
        let mut env = env.clone();
        if let Some(here) = workdir.virtual_path().filter(|_| !env.contains_key("PWD")) {
            env.insert("PWD".to_owned(), Some(here.to_owned()));
        }
        let mut project = Self { files, extended: Vec::new(), env };
        project.follow_includes(world);
        project.follow_extends(world);
        Ok((!project.files.is_empty()).then_some(project))
    }

    fn follow_includes(&mut self, world: &World<'_>) {
        let mut at = 0;
        while at < self.files.len() && self.files.len() < MOST_FILES {
            let mut named: Vec<(String, Workdir)> = Vec::new();
            for item in self.files[at].document.root().get("include").iter().flat_map(|list| list.items()) {
                let paths: Vec<Value<'_>> = match (item.kind(), item.get("path")) {
                    (Kind::Mapping, Some(path)) => path.items().chain(path.as_str().map(|_| path)).collect(),
                    _ => vec![item],
                };
                named.extend(
                    paths.iter().filter_map(|path| path.as_str()).map(|path| (path.to_owned(), self.files[at].home.clone())),
                );
            }
            self.add(named, true, world);
            at += 1;
        }
    }

    fn follow_extends(&mut self, world: &World<'_>) {
        let mut at = 0;
        while at < self.files.len() + self.extended.len() && self.extended.len() < MOST_FILES {
            let file = self.files.iter().chain(&self.extended).nth(at);
            let Some(file) = file else { break };
            let services = file.document.root().get("services");
            let named: Vec<(String, Workdir)> = services
                .iter()
                .flat_map(|services| services.entries())
                .filter_map(|service| field(service.value, "extends")?.get("file")?.as_str())
                .map(|name| (name.to_owned(), file.home.clone()))
                .collect();
            self.add(named, false, world);
            at += 1;
        }
    }

    fn add(&mut self, named: Vec<(String, Workdir)>, included: bool, world: &World<'_>) {
        for (name, from) in named {
            let Some(path) = from.resolve(&name).filter(|path| world.snapshot.is_file(path)) else { continue };
            let known = self.files.iter().chain(&self.extended).any(|file| file.path == path);
            let list = if included { &mut self.files } else { &mut self.extended };
            if known || list.len() >= MOST_FILES {
                continue;
            }
            if let Ok(file) = load(path, from.enter(directory(&name)), world) {
                list.push(file);
            }
        }
    }

    /// A service by name.
    pub(super) fn service(&self, name: &str) -> Option<Service<'_>> {
        let mut layers = Vec::new();
        for file in &self.files {
            self.collect(file, name, 0, &mut layers);
        }
        let written = self.files.iter().rev().find_map(|file| file.document.root().route(&["services", name]));
        let place = written.and_then(|service| service.key_place())?;
        (!layers.is_empty()).then(|| Service { name: name.to_owned(), place, layers, project: self })
    }

    fn collect<'p>(&'p self, file: &'p File, name: &str, depth: usize, layers: &mut Vec<(Value<'p>, &'p Workdir)>) {
        let Some(service) = file.document.root().route(&["services", name]).filter(|service| service.kind() == Kind::Mapping)
        else {
            return;
        };
        if layers.len() >= MOST_LAYERS || depth > 8 {
            return;
        }
        layers.push((service, &file.home));
        let Some(extends) = field(service, "extends") else { return };
        let Some(base) = extends.as_str().or_else(|| extends.get("service")?.as_str()) else { return };
        match extends.get("file").and_then(|file| file.as_str()) {
            None => self.collect(file, base, depth + 1, layers),
            Some(name) => {
                let path = file.home.resolve(name);
                let other = self.files.iter().chain(&self.extended).find(|file| Some(&file.path) == path.as_ref());
                if let Some(other) = other {
                    self.collect(other, base, depth + 1, layers);
                }
            }
        }
    }

    /// The names of all services, each once, in file order.
    pub(super) fn names(&self) -> Vec<String> {
        let mut seen = std::collections::HashSet::new();
        let services = self.files.iter().rev().filter_map(|file| file.document.root().get("services"));
        let names = services
            .flat_map(|services| services.entries().filter_map(|entry| entry.name().map(str::to_owned)).collect::<Vec<_>>());
        names.filter(|name| seen.insert(name.clone())).take(500).collect()
    }

    /// A text with `${…}` replaced; `None` when something in it is not known.
    pub(super) fn interpolated(&self, text: &str) -> Option<String> {
        variables::expand(text, &|name| self.env.get(name).cloned().flatten())
    }
}

impl<'p> Service<'p> {
    /// A key, from the layer that wins.
    pub(super) fn get(&self, key: &str) -> Option<(Value<'p>, &'p Workdir)> {
        self.layers.iter().find_map(|(layer, home)| Some((field(*layer, key)?, *home)))
    }

    /// A text key, interpolated.
    pub(super) fn text(&self, key: &str) -> Option<String> {
        self.project.interpolated(self.get(key)?.0.scalar()?)
    }

    /// A key of `build`, from the layer that has it; the short form is a context.
    pub(super) fn build(&self, key: &str) -> Option<(Value<'p>, &'p Workdir)> {
        self.layers.iter().find_map(|(layer, home)| {
            let build = field(*layer, "build")?;
            let value = if key == "context" && build.as_str().is_some() { Some(build) } else { field(build, key) };
            Some((value?, *home))
        })
    }

    /// Whether the service is built from the tree.
    pub(super) fn is_built(&self) -> bool {
        self.get("build").is_some_and(|(build, _)| build.kind() != Kind::Null)
    }

    /// The project's environment for a text of the service.
    pub(super) fn interpolated(&self, text: &str) -> Option<String> {
        self.project.interpolated(text)
    }

    /// Every item of a list key over all layers, the layer that wins last.
    pub(super) fn all(&self, key: &str) -> Vec<(Value<'p>, &'p Workdir)> {
        let lists = self.layers.iter().rev().filter_map(|(layer, home)| Some((field(*layer, key)?, *home)));
        lists.flat_map(|(list, home)| list.items().map(|item| (item, home)).collect::<Vec<_>>()).take(1_000).collect()
    }

    /// A text with known `${…}` replaced, its map kept when there are none.
    pub(super) fn mapped(&self, value: Value<'p>) -> Option<MappedText> {
        let text = value.mapped()?;
        if !text.text().contains('$') {
            return Some(text);
        }
        let unknown = || crate::facts::shell::UNKNOWN_CHAR.to_string();
        let replaced = self.interpolated(text.text()).unwrap_or_else(|| {
            // Word by word, so that one unknown variable does not hide the rest.
            let words = text.text().split(' ').map(|word| self.interpolated(word).unwrap_or_else(unknown));
            words.collect::<Vec<_>>().join(" ")
        });
        Some(MappedText::standing_for(Arc::clone(text.file()), value.span(), &replaced))
    }
}

/// The first compose file on the way up, and its directory.
fn found(start: &Workdir, world: &World<'_>) -> Option<(&'static str, Workdir)> {
    let mut at = start.clone();
    for _ in 0..32 {
        let name = NAMES.iter().find(|name| at.resolve(name).is_some_and(|path| world.snapshot.is_file(&path)));
        if let Some(name) = name {
            return Some((name, at));
        }
        if at.virtual_path().is_none_or(|path| path == "/") {
            return None;
        }
        at = at.enter("..");
    }
    None
}
