//! Owns which paths are product wherever they lie, because something of the product says so: an image is made of them, a manifest builds or
//! starts them, a process is (threats A10). Refuses what only tests them, and what nothing names.

use std::collections::HashSet;

use super::manifests::NamePattern;
use super::scope::Scoping;
use super::{Scope, shipped, started};
use crate::catalog::Languages;
use crate::doc::{Format, Value};
use crate::snapshot::Snapshot;
use crate::text::RepoPath;

/// Files of each kind that are looked into.
const MOST_FILES: usize = 2_000;
/// Names that one manifest gives.
const MOST_NAMES: usize = 200;

/// Paths that are in use: of a directory all that is below.
#[derive(Default)]
pub(super) struct Used(HashSet<RepoPath>);

impl Used {
    /// How many segments of a path lead to what is in use.
    pub(super) fn depth(&self, path: &RepoPath) -> Option<usize> {
        if self.0.is_empty() {
            return None;
        }
        path.ancestors().find(|above| self.0.contains(above)).map(|above| above.segments().count())
    }

    /// Those of a tree.
    pub(super) fn of(snapshot: &Snapshot, languages: &Languages, scoping: &Scoping<'_>) -> Self {
        let files = || snapshot.entries().iter().filter(|entry| entry.is_file()).map(|entry| &entry.path);
        // Without a place that has to be asked about there is nothing to ask.
        let unclear = |path: &RepoPath| scoping.by_place(path) == Some(Scope::Development) && languages.is_code(path.file_name());
        if !files().any(unclear) {
            return Self::default();
        }
        let product = |path: &&RepoPath| scoping.by_place(path) == Some(Scope::Production);
        let mut used = Self::default();
        let mut add = |path: RepoPath, by: By| used.0.extend(scoping.in_use(&path, by, snapshot));
        let images: Vec<NamePattern<'_>> = languages.images().map(NamePattern::new).collect();
        let other = |name: &str| languages.says_other(name);
        let is_image = |path: &&RepoPath| images.iter().any(|name| name.matches(path.file_name()));
        for path in files().filter(is_image).filter(|path| !path.segments().any(other)).filter(product).take(MOST_FILES) {
            let shipped = shipped::of(snapshot, path, &other);
            shipped.copied.into_iter().for_each(|path| add(path, By::Copy));
            shipped.started.into_iter().for_each(|path| add(path, By::Start));
        }
        let manifests = files().filter_map(|path| Some((path, reader(path)?))).filter(|(path, _)| product(path));
        for (path, reader) in manifests.take(MOST_FILES) {
            reader(snapshot, path).into_iter().take(MOST_NAMES).for_each(|(path, by)| add(path, by));
        }
        used
    }
}

/// What uses a path.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    /// It is put into an image, or into what is built.
    Copy,
    /// An image or a process starts it.
    Start,
    /// A manifest names the code that lies there.
    Name,
    /// A manifest names this file and no other.
    File,
}

/// What a manifest names of the tree.
type Reader = fn(&Snapshot, &RepoPath) -> Vec<(RepoPath, By)>;

/// What reads a manifest, by its name.
const READERS: &[(&str, Reader)] = &[
    ("pyproject.toml", python),
    ("Cargo.toml", cargo),
    ("package.json", node),
    ("composer.json", composer),
    ("Procfile", processes),
];

fn reader(path: &RepoPath) -> Option<Reader> {
    READERS.iter().find(|(name, _)| *name == path.file_name()).map(|(_, reader)| *reader)
}

/// All texts below a value.
fn scalars<'d>(value: Value<'d>, found: &mut Vec<&'d str>) {
    found.extend(value.scalar().filter(|name| !name.is_empty()));
    value.items().for_each(|one| scalars(one, found));
    value.entries().for_each(|entry| scalars(entry.value, found));
}

/// Scripts and packages of a project, at its root or below `src`.
fn python(snapshot: &Snapshot, path: &RepoPath) -> Vec<(RepoPath, By)> {
    let Ok(document) = snapshot.peek_document(path, Format::Toml) else { return Vec::new() };
    let (root, home) = (document.root(), path.parent());
    let at = |path: &str| {
        let places = [home.join(path), home.join("src").and_then(|below| below.join(path))];
        places.into_iter().flatten().find(|path| snapshot.is_file(path) || snapshot.is_dir(path))
    };
    let tables: [&[&str]; 3] = [&["project", "scripts"], &["project", "gui-scripts"], &["tool", "poetry", "scripts"]];
    let scripts = tables.iter().filter_map(|route| root.route(route)).flat_map(Value::entries);
    let modules = scripts.filter_map(|entry| entry.value.scalar()).filter_map(|text| text.split_once(':'));
    let modules = modules.filter_map(|(name, _)| started::module(name.trim(), &at, snapshot));
    let lists: [&[&str]; 3] = [
        &["tool", "setuptools", "packages"],
        &["tool", "setuptools", "py-modules"],
        &["tool", "hatch", "build", "targets", "wheel", "packages"],
    ];
    let listed = lists.iter().filter_map(|route| root.route(route)).flat_map(Value::items).filter_map(Value::scalar);
    let listed = listed.filter_map(|name| at(name).or_else(|| at(&name.replace('.', "/"))));
    let included = root.route(&["tool", "poetry", "packages"]).into_iter().flat_map(Value::items);
    let included = included.filter_map(|one| {
        let name = one.get("include")?.scalar()?;
        at(&one.get("from").and_then(Value::scalar).map_or_else(|| name.to_owned(), |from| format!("{from}/{name}")))
    });
    modules.chain(listed).chain(included).map(|path| (path, By::Name)).collect()
}

/// The programs and the library of a crate, where they lie elsewhere than usual.
fn cargo(snapshot: &Snapshot, path: &RepoPath) -> Vec<(RepoPath, By)> {
    let Ok(document) = snapshot.peek_document(path, Format::Toml) else { return Vec::new() };
    let (root, home) = (document.root(), path.parent());
    let targets = root.get("bin").into_iter().flat_map(Value::items).chain(root.get("lib"));
    targets.filter_map(|one| Some((home.join(one.get("path")?.scalar()?)?, By::File))).collect()
}

/// What a package of Composer loads, and its programs.
fn composer(snapshot: &Snapshot, path: &RepoPath) -> Vec<(RepoPath, By)> {
    let Ok(document) = snapshot.peek_document(path, Format::Json) else { return Vec::new() };
    let loaded = document
        .root()
        .get("autoload")
        .into_iter()
        .flat_map(Value::entries)
        .filter(|entry| entry.name().is_none_or(|name| name != "exclude-from-classmap"));
    let mut names = Vec::new();
    loaded.map(|entry| entry.value).chain(document.root().get("bin")).for_each(|one| scalars(one, &mut names));
    names.into_iter().filter_map(|name| Some((path.parent().join(name.trim_end_matches('/'))?, By::Name))).collect()
}

/// What a package is imported as, what it runs, what it starts.
fn node(snapshot: &Snapshot, path: &RepoPath) -> Vec<(RepoPath, By)> {
    let Ok(document) = snapshot.peek_document(path, Format::Json) else { return Vec::new() };
    let (root, home) = (document.root(), path.parent());
    let mut names = Vec::new();
    let entries = ["main", "module", "bin"].iter().filter_map(|key| root.get(key));
    entries.for_each(|value| scalars(value, &mut names));
    let at = |name: &str| {
        let ends = ["", ".js", ".cjs", ".mjs", ".ts", "/index.js"];
        ends.iter().filter_map(|end| home.join(&format!("{name}{end}"))).find(|path| snapshot.is_file(path))
    };
    let start = root.route(&["scripts", "start"]).and_then(Value::scalar);
    let started = start.map(|line| started::by(&[line], &at, snapshot)).unwrap_or_default();
    let named = names.into_iter().filter_map(at).map(|path| (path, By::Name));
    named.chain(started.into_iter().map(|path| (path, By::Name))).collect()
}

/// What the lines `web: command` of a Procfile start.
fn processes(snapshot: &Snapshot, path: &RepoPath) -> Vec<(RepoPath, By)> {
    let Ok(file) = snapshot.peek(path) else { return Vec::new() };
    let at = |name: &str| path.parent().join(name);
    let commands = file.text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(':'));
    let started = commands.take(MOST_NAMES).flat_map(|(_, command)| started::by(&[command], &at, snapshot));
    started.map(|path| (path, By::Start)).collect()
}
