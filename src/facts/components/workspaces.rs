//! Owns workspaces: which manifest is a member of which root. Refuses to read what either depends on, but for Cargo's path
//! dependencies, which make members.

use std::collections::{BTreeMap, HashSet};

use super::ManifestFact;
use crate::doc::{Format, Value};
use crate::snapshot::Snapshot;
use crate::text::RepoPath;

mod locked;

/// Manifest of a member → manifest of its workspace root (`manifests` are sorted by path), for cargo, npm (yarn, pnpm, bun), uv and maven.
pub(super) fn members(snapshot: &Snapshot, manifests: &[ManifestFact]) -> BTreeMap<RepoPath, RepoPath> {
    let mut members: BTreeMap<RepoPath, RepoPath> = BTreeMap::new();
    let known: HashSet<&RepoPath> = manifests.iter().map(|manifest| &manifest.path).collect();
    for root in manifests {
        let (include, exclude) = match member_patterns(snapshot, &root.path) {
            Some(patterns) => patterns,
            None if root.path.file_name() == "pyproject.toml" => (Vec::new(), Vec::new()),
            None => continue,
        };
        let matcher = Patterns::new(&include, &exclude);
        let home = root.path.parent();
        let name = root.path.file_name();
        let others = below(manifests, &home).filter(|path| **path != root.path && path.file_name() == name);
        let mut mine: Vec<RepoPath> =
            others.filter(|path| path.parent().below(&home).is_some_and(|below| matcher.matches(below))).cloned().collect();
        if name == "Cargo.toml" {
            by_path(snapshot, root, &known, &matcher, &mut mine);
        }
        if name == "pyproject.toml" {
            mine.extend(locked::by_lock(snapshot, root, manifests));
        }
        for member in mine {
            // Nested workspaces: the innermost root wins.
            let closer = members.get(&member).is_none_or(|known| known.parent().as_str().len() < home.as_str().len());
            if closer {
                members.insert(member, root.path.clone());
            }
        }
    }
    modules_of_modules(&mut members);
    members
}

/// Modules of Maven are built, and fetched by bots, from the outermost list that leads to them. (dependabot-core 0.392
/// `maven/file_fetcher.rb`.) Other workspaces do not nest.
fn modules_of_modules(members: &mut BTreeMap<RepoPath, RepoPath>) {
    let inner = |root: &RepoPath| root.file_name() == "pom.xml" && members.contains_key(root);
    let nested: Vec<RepoPath> = members.iter().filter(|(_, root)| inner(root)).map(|(member, _)| member.clone()).collect();
    for member in nested {
        // A root lies above its members, so this ends.
        let mut root = &members[&member];
        while let Some(outer) = members.get(root) {
            root = outer;
        }
        let root = root.clone();
        members.insert(member, root);
    }
}

/// What a workspace root names; the root itself may depend on nothing.
pub(in crate::facts) struct Named {
    root: RepoPath,
    patterns: Patterns,
}

impl Named {
    /// What the manifest of a root names; `None` when it is none.
    pub(in crate::facts) fn by(snapshot: &Snapshot, root: &RepoPath) -> Option<Self> {
        let (include, exclude) = member_patterns(snapshot, root)?;
        Some(Self { root: root.parent(), patterns: Patterns::new(&include, &exclude) })
    }

    /// Whether a directory is a member.
    pub(in crate::facts) fn has(&self, directory: &RepoPath) -> bool {
        directory.below(&self.root).is_some_and(|below| !below.is_empty() && self.patterns.matches(below))
    }
}

/// The manifests below a directory: they are sorted by path, so nested workspaces cost their own subtrees only.
fn below<'m>(manifests: &'m [ManifestFact], home: &RepoPath) -> impl Iterator<Item = &'m RepoPath> {
    let prefix = if home.is_root() { String::new() } else { format!("{home}/") };
    let from = manifests.partition_point(|manifest| manifest.path.as_str() < prefix.as_str());
    manifests[from..].iter().map(|manifest| &manifest.path).take_while(move |path| path.as_str().starts_with(&prefix))
}

/// Adds what the root and its members depend on by path, step by step: below the root such crates are members without being
/// listed (the Cargo book, "The members and exclude fields").
fn by_path(snapshot: &Snapshot, root: &ManifestFact, known: &HashSet<&RepoPath>, matcher: &Patterns, mine: &mut Vec<RepoPath>) {
    let home = root.path.parent();
    let mut seen: HashSet<RepoPath> = mine.iter().cloned().collect();
    let mut queue: Vec<RepoPath> = mine.clone();
    queue.push(root.path.clone());
    while let Some(from) = queue.pop() {
        let Ok(document) = snapshot.document(&from, Format::Toml) else { continue };
        for path in path_dependencies(document.root()) {
            let Some(manifest) = from.parent().join(&path).and_then(|dir| dir.join("Cargo.toml")) else { continue };
            let directory = manifest.parent();
            let inside = directory.below(&home).is_some_and(|below| !below.is_empty() && !matcher.exclude.is_match(below));
            if inside && known.contains(&manifest) && seen.insert(manifest.clone()) {
                mine.push(manifest.clone());
                queue.push(manifest);
            }
        }
    }
}

/// The paths of all dependencies that have one.
fn path_dependencies(root: Value<'_>) -> Vec<String> {
    let targets = root.get("target").into_iter().flat_map(Value::entries).map(|entry| entry.value);
    let holders: Vec<Value<'_>> = [Some(root), root.get("workspace")].into_iter().flatten().chain(targets).collect();
    let tables = holders.into_iter().flat_map(|holder| {
        ["dependencies", "dev-dependencies", "build-dependencies"].into_iter().filter_map(move |key| holder.get(key))
    });
    let paths = tables.flat_map(|table| table.entries().filter_map(|entry| entry.value.get("path")?.as_str()));
    paths.map(str::to_owned).collect()
}

struct Patterns {
    include: globset::GlobSet,
    exclude: globset::GlobSet,
}

impl Patterns {
    fn new(include: &[String], exclude: &[String]) -> Self {
        Self { include: build(include), exclude: build(exclude) }
    }

    fn matches(&self, directory: &str) -> bool {
        self.include.is_match(directory) && !self.exclude.is_match(directory)
    }
}

/// How many patterns with wildcards of one root count: each is held against every manifest below it. Names are looked up.
const MOST_PATTERNS: usize = 1_000;

fn build(patterns: &[String]) -> globset::GlobSet {
    let mut set = globset::GlobSetBuilder::new();
    let mut wild = 0;
    for pattern in patterns {
        let clean = pattern.trim_start_matches("./").trim_end_matches('/');
        wild += usize::from(clean.contains(['*', '?', '[', '{']));
        if wild > MOST_PATTERNS {
            break;
        }
        if let Ok(glob) = globset::GlobBuilder::new(clean).literal_separator(true).build() {
            set.add(glob);
        }
    }
    set.build().unwrap_or_else(|_| globset::GlobSet::empty())
}

/// Patterns of member directories that a manifest or the file beside it names; `None` when it is no workspace root.
fn member_patterns(snapshot: &Snapshot, path: &RepoPath) -> Option<(Vec<String>, Vec<String>)> {
    let texts = |value: Option<Value<'_>>| -> Vec<String> {
        value
            .into_iter()
            .flat_map(|list| list.items().filter_map(|item| item.as_str().map(str::to_owned)).collect::<Vec<_>>())
            .collect()
    };
    match path.file_name() {
        "Cargo.toml" => {
            let document = snapshot.document(path, Format::Toml).ok()?;
            let workspace = document.root().get("workspace")?;
            Some((texts(workspace.get("members")), texts(workspace.get("exclude"))))
        }
        "package.json" => {
            let document = snapshot.document(path, Format::Json).ok()?;
            let listed = document.root().get("workspaces");
            let mut all = texts(listed.and_then(|value| value.get("packages")).or(listed));
            let pnpm = path.parent().join("pnpm-workspace.yaml").filter(|file| snapshot.is_file(file));
            if let Some(Ok(document)) = pnpm.map(|file| snapshot.document(&file, Format::Yaml)) {
                all.extend(texts(document.root().get("packages")));
            }
            let (exclude, include): (Vec<String>, Vec<String>) = all.into_iter().partition(|pattern| pattern.starts_with('!'));
            let exclude = exclude.into_iter().map(|pattern| pattern[1..].to_owned()).collect();
            (!include.is_empty()).then_some((include, exclude))
        }
        "pyproject.toml" => {
            let document = snapshot.document(path, Format::Toml).ok()?;
            let workspace = document.root().route(&["tool", "uv", "workspace"])?;
            Some((texts(workspace.get("members")), texts(workspace.get("exclude"))))
        }
        "pom.xml" => Some((maven_modules(snapshot, path)?, Vec::new())),
        _ => None,
    }
}

/// `<module>name</module>` of a pom; a whole XML reader would add nothing to these few literal elements.
fn maven_modules(snapshot: &Snapshot, path: &RepoPath) -> Option<Vec<String>> {
    let file = snapshot.read(path).ok()?;
    let modules: Vec<String> =
        file.text.split("<module>").skip(1).filter_map(|rest| Some(rest.split_once("</module>")?.0.trim().to_owned())).collect();
    (!modules.is_empty()).then_some(modules)
}
