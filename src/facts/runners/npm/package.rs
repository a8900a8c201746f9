//! Owns packages as their managers see them: the nearest manifest, its scripts, the settings beside it, workspace members.
//! Refuses dependencies: what is installed is not in the tree.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use crate::answer::{Reason, Why};
use crate::catalog;
use crate::doc::{Document, Format, ProblemKind, Value};
use crate::facts::workdir::Workdir;
use crate::snapshot::{Snapshot, UnreadKind};
use crate::text::{Place, RepoPath};

/// Directories looked at for workspace members.
const MAX_DIRECTORIES: usize = 5_000;
/// How deep members may lie.
const MAX_DEPTH: usize = 6;

/// A package of the tree.
#[derive(Clone)]
pub(super) struct Package {
    /// Its manifest.
    pub(super) document: Arc<Document>,
    /// Its directory.
    pub(super) workdir: Workdir,
    /// The same in the tree.
    pub(super) directory: RepoPath,
}

/// Directories looked at on the way up.
const MOST_PARENTS: usize = 64;

/// A manifest that stands there and was not read.
pub(super) type Found = Result<Option<Package>, Why>;

impl Package {
    /// The package in exactly this directory.
    pub(super) fn at(snapshot: &Snapshot, workdir: &Workdir) -> Found {
        let Some(path) = workdir.resolve("package.json") else { return Ok(None) };
        match snapshot.document(&path, Format::Json) {
            Ok(document) => match doubt(&document) {
                None => Ok(Some(Self { document, workdir: workdir.clone(), directory: path.parent() })),
                Some(why) => Err(why),
            },
            Err(unread) if unread.kind == UnreadKind::Missing => Ok(None),
            Err(unread) => Err(Why::new(unread.reason(), unread.why).at(unread.place.unwrap_or_else(|| Place::file(path)))),
        }
    }

    /// The nearest package at or above a directory.
    pub(super) fn nearest(snapshot: &Snapshot, workdir: &Workdir) -> Found {
        for above in upward(workdir) {
            if let Some(found) = Self::at(snapshot, &above)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// The nearest package at or above a directory that says which members its workspace has.
    pub(super) fn workspace_root(snapshot: &Snapshot, workdir: &Workdir) -> Found {
        for above in upward(workdir) {
            if let Some(found) = Self::at(snapshot, &above)?
                && found.is_root(snapshot)
            {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// A script by name.
    pub(super) fn script(&self, name: &str) -> Option<Value<'_>> {
        self.document.root().get("scripts")?.get(name)
    }

    /// The names of all its scripts, in order.
    pub(super) fn script_names(&self) -> Vec<&str> {
        let scripts = self.document.root().get("scripts");
        scripts.into_iter().flat_map(Value::entries).filter_map(|entry| entry.name()).collect()
    }

    /// Its name.
    pub(super) fn name(&self) -> Option<&str> {
        self.document.root().get("name")?.as_str()
    }

    /// Which manager and version its `packageManager` asks for: `("pnpm", "8.1.0")`.
    pub(super) fn manager(&self) -> Option<(&str, &str)> {
        self.document.root().get("packageManager")?.as_str()?.split_once('@')
    }

    /// A setting that reads pnpm's filters by directory as pnpm 6 did.
    pub(super) fn goes_back_to_prefixes(&self, snapshot: &Snapshot) -> bool {
        let set = |name: &str, format: Format, key: &str| {
            let document = self.directory.join(name).and_then(|path| snapshot.document(&path, format).ok());
            let value = |document: &Document| top(document, key).and_then(Value::scalar).map(str::to_owned);
            document.is_some_and(|document| value(&document).as_deref() == Some("true"))
        };
        set("pnpm-workspace.yaml", Format::Yaml, "legacyDirFiltering") || set(".npmrc", Format::Ini, "legacy-dir-filtering")
    }

    /// Globs of its workspace members.
    fn patterns(&self, snapshot: &Snapshot) -> Option<Vec<String>> {
        self.listed(snapshot, |value| value.items().filter_map(Value::as_str).map(str::to_owned).collect())
    }

    /// Whether it says which members its workspace has.
    fn is_root(&self, snapshot: &Snapshot) -> bool {
        self.listed(snapshot, |_| ()).is_some()
    }

    /// The list of its workspace's members.
    fn listed<T>(&self, snapshot: &Snapshot, read: impl Fn(Value<'_>) -> T) -> Option<T> {
        let pnpm = self.directory.join("pnpm-workspace.yaml").and_then(|path| snapshot.document(&path, Format::Yaml).ok());
        if let Some(found) = pnpm.as_ref().and_then(|document| document.root().get("packages")) {
            return Some(read(found));
        }
        let root = self.document.root();
        if let Some(own) = root.get("workspaces") {
            return Some(read(own.get("packages").unwrap_or(own)));
        }
        let lerna = self.directory.join("lerna.json").and_then(|path| snapshot.document(&path, Format::Json).ok())?;
        lerna.root().get("packages").map(read)
    }

    /// The members of its workspace, in the order of their directories.
    pub(super) fn members(&self, snapshot: &Snapshot) -> Vec<Self> {
        let Some(patterns) = self.patterns(snapshot) else { return Vec::new() };
        let Some((wanted, unwanted)) = globs(&patterns) else { return Vec::new() };
        let reach: Vec<Reach> =
            patterns.iter().take(500).filter(|pattern| !pattern.starts_with('!')).map(|one| Reach::of(one)).collect();
        let mut out = Vec::new();
        let mut left = MAX_DIRECTORIES;
        let mut stack = vec![(String::new(), 0)];
        while let Some((below, depth)) = stack.pop() {
            let Some(directory) = self.directory.join(&below) else { continue };
            let matches = !below.is_empty() && wanted.is_match(&below) && !unwanted.is_match(&below);
            if matches && let Ok(Some(member)) = Self::at(snapshot, &self.workdir.enter(&below)) {
                out.push(member);
            }
            if depth == MAX_DEPTH {
                continue;
            }
            let mut inside: Vec<(String, usize)> = Vec::new();
            for (name, is_dir) in snapshot.children(&directory) {
                if !is_dir || name == "node_modules" || name == ".git" {
                    continue;
                }
                if left == 0 {
                    break;
                }
                let path = if below.is_empty() { name.to_owned() } else { format!("{below}/{name}") };
                if reach.iter().any(|reach| reach.leads_to(&path)) {
                    left -= 1;
                    inside.push((path, depth + 1));
                }
            }
            stack.extend(inside.into_iter().rev());
        }
        out
    }
}

/// Where directories that a pattern names may lie: the walk goes nowhere else.
struct Reach<'p> {
    /// The segments before the first that is a pattern itself.
    head: Vec<&'p str>,
    /// Segments of a whole path; none where they may be any number.
    depth: Option<usize>,
}

impl<'p> Reach<'p> {
    fn of(pattern: &'p str) -> Self {
        let segments: Vec<&str> = pattern.split('/').filter(|segment| !matches!(*segment, "" | ".")).collect();
        let is_plain = |segment: &&&str| !segment.contains(['*', '?', '[', '{', '\\', '!', '(']);
        let head = segments.iter().take_while(is_plain).copied().collect();
        // Braces may hold slashes, and two dots go up.
        let open = pattern.contains("**") || pattern.contains(['{', '(']) || segments.contains(&"..");
        Self { head, depth: (!open).then_some(segments.len()) }
    }

    fn leads_to(&self, path: &str) -> bool {
        let mut segments = path.split('/');
        self.head.iter().zip(segments.by_ref()).all(|(head, segment)| *head == segment)
            && self.depth.is_none_or(|depth| path.split('/').count() <= depth)
    }
}

/// What makes the manifest another one for some managers: npm, pnpm and yarn refuse what is no strict JSON (npm's
/// `EJSONPARSE`), bun takes it; of two `scripts`, `JSON.parse` takes the last and others refuse.
fn doubt(document: &Document) -> Option<Why> {
    let lax = document.problems().iter().find(|problem| problem.kind == ProblemKind::NotStrictJson);
    let lax = lax.map(|lax| {
        let words = format!("npm refuses this package.json and bun reads it: {}", lax.message);
        Why::new(Reason::Unreadable, words).at(lax.place.clone())
    });
    lax.or_else(|| document.root().get("scripts")?.disputed())
}

/// A key in front of all sections.
fn top<'d>(document: &'d Document, key: &str) -> Option<Value<'d>> {
    document.root().get("").and_then(|top| top.get(key)).or_else(|| document.root().get(key))
}

fn globs(patterns: &[String]) -> Option<(GlobSet, GlobSet)> {
    let (mut wanted, mut unwanted) = (GlobSetBuilder::new(), GlobSetBuilder::new());
    for pattern in patterns.iter().take(500) {
        let (text, builder) = match pattern.strip_prefix('!') {
            Some(text) => (text, &mut unwanted),
            None => (pattern.as_str(), &mut wanted),
        };
        let text = text.trim_start_matches("./").trim_end_matches('/');
        if let Ok(glob) = GlobBuilder::new(text).literal_separator(true).build() {
            builder.add(glob);
        }
    }
    Some((wanted.build().ok()?, unwanted.build().ok()?))
}

/// A directory and those above it; in an image one may lie above the parts of the tree that were copied into it.
pub(super) fn upward(workdir: &Workdir) -> Vec<Workdir> {
    let mut all = Vec::new();
    let mut here = workdir.clone();
    while here.is_known() && all.len() < MOST_PARENTS {
        let top = here.virtual_path() == Some("/");
        let above = here.enter("..");
        all.push(here);
        if top {
            break;
        }
        here = above;
    }
    all
}

/// What is said beside packages and above them, by where they stand: one script of many asks again.
#[derive(Default)]
pub(in crate::facts::runners) struct Kept(Mutex<HashMap<Workdir, Arc<Surroundings>>>);

/// What is said beside a package and above it.
pub(super) struct Surroundings {
    pub(super) settings: Settings,
    /// The root of its workspace; none as well when that cannot be read.
    pub(super) root: Option<Package>,
}

impl Kept {
    pub(super) fn of(&self, snapshot: &Snapshot, package: &Package) -> Arc<Surroundings> {
        let kept = self.0.lock().map_or(None, |kept| kept.get(&package.workdir).cloned());
        kept.unwrap_or_else(|| {
            let root = Package::workspace_root(snapshot, &package.workdir).ok().flatten();
            let made = Arc::new(Surroundings { settings: Settings::beside(snapshot, package), root });
            if let Ok(mut kept) = self.0.lock() {
                kept.insert(package.workdir.clone(), Arc::clone(&made));
            }
            made
        })
    }
}

/// Where the settings of package managers are.
pub(in crate::facts) const SETTINGS: [&str; 3] = [".npmrc", "pnpm-workspace.yaml", ".yarnrc"];

/// Settings of the package managers that change what a script does.
#[derive(Default)]
pub(super) struct Settings {
    /// The shell that runs scripts, and who says so.
    pub(super) shell: Option<(String, Place)>,
    /// Whether lifecycle scripts are skipped.
    pub(super) ignore_scripts: bool,
    /// A setting that makes npm run something else.
    pub(super) odd: Option<Place>,
    /// pnpm's `enable-pre-post-scripts`.
    pub(super) pre_post: Option<bool>,
}

impl Settings {
    /// What the files beside a package and beside its workspace's root say; the nearest file wins.
    fn beside(snapshot: &Snapshot, package: &Package) -> Self {
        let mut settings = Self::default();
        for here in upward(&package.workdir) {
            let own = here.dir().is_some_and(|dir| dir == package.directory);
            let is_root = || matches!(Package::at(snapshot, &here), Ok(Some(found)) if found.is_root(snapshot));
            if own || is_root() {
                settings.read(snapshot, &here);
            }
        }
        settings
    }

    fn read(&mut self, snapshot: &Snapshot, here: &Workdir) {
        let [of_npm, of_pnpm, of_yarn] = SETTINGS;
        let document = |name: &str, format| here.resolve(name).and_then(|path| snapshot.document(&path, format).ok());
        if let Some(npmrc) = document(of_npm, Format::Ini) {
            // npm takes a key in quotes as well.
            let bare = |key: &str| top(&npmrc, key);
            let value = |key: &str| [key.to_owned(), format!("\"{key}\""), format!("'{key}'")].iter().find_map(|key| bare(key));
            let odd = catalog::commands()
                .npm
                .settings
                .iter()
                .find_map(|key| value(key).filter(|value| value.scalar() != Some("false")));
            self.odd = self.odd.take().or_else(|| odd.map(|value| value.place()));
            self.take(value("script-shell"), value("ignore-scripts"), value("enable-pre-post-scripts"));
        }
        if let Some(pnpm) = document(of_pnpm, Format::Yaml) {
            let root = pnpm.root();
            self.take(root.get("scriptShell"), root.get("ignoreScripts"), root.get("enablePrePostScripts"));
        }
        if let Some(path) = here.resolve(of_yarn)
            && let Ok(file) = snapshot.read(&path)
        {
            for (at, line) in file.text.lines().enumerate().take(1000) {
                if let Some(rest) = line.trim().strip_prefix("script-shell ") {
                    let shell = rest.trim().trim_matches('"').to_owned();
                    let start = file.lines().start_of(at + 1).unwrap_or(0);
                    let place = file.place(crate::text::Span::new(start, start + line.len()));
                    self.shell.get_or_insert((shell, place));
                }
            }
        }
    }

    fn take(&mut self, shell: Option<Value<'_>>, ignore: Option<Value<'_>>, pre_post: Option<Value<'_>>) {
        if let Some(value) = shell {
            self.shell.get_or_insert((value.scalar().unwrap_or("").to_owned(), value.place()));
        }
        self.ignore_scripts |= ignore.is_some_and(|value| value.scalar() == Some("true"));
        if self.pre_post.is_none() {
            self.pre_post = pre_post.and_then(|value| value.scalar()).map(|text| text == "true");
        }
    }
}
