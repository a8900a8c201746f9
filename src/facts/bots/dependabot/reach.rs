//! Owns projects that an entry serves beyond its own directory: a root that names them is read with them. Refuses what the
//! service does not follow: paths that are computed, and projects outside the root.
//!
//! From dependabot-core: the file fetchers of `gradle` (settings file, included builds, buildSrc), `go_modules` (go.work),
//! `npm_and_yarn` (workspaces, whether or not the root itself depends on something), and the discovery of `nuget` (solutions).

use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use regex::Regex;

use super::super::targets::Scene;
use super::central;
use crate::facts::components::workspaces;
use crate::text::RepoPath;

/// For each ecosystem and directory, the directories whose entries serve it too.
pub(in crate::facts::bots) struct Reach {
    roots: HashMap<(String, RepoPath), Vec<RepoPath>>,
}

impl Reach {
    /// Reads every root above a manifest.
    pub(in crate::facts::bots) fn new(scene: &Scene<'_>) -> Self {
        let mut roots: HashMap<(String, RepoPath), Vec<RepoPath>> = HashMap::new();
        for ecosystem in ["gradle", "gomod", "npm", "bun", "nuget"] {
            let mine: Vec<&RepoPath> =
                scene.targets.iter().filter(|target| target.ecosystem == ecosystem).map(|target| target.directory).collect();
            let above: BTreeSet<RepoPath> = mine.iter().flat_map(|directory| directory.ancestors()).collect();
            for root in above {
                let projects = projects(scene, ecosystem, &root, &mine);
                for project in projects.into_iter().filter(|project| *project != root) {
                    roots.entry((ecosystem.to_owned(), project)).or_default().push(root.clone());
                }
            }
        }
        for target in &scene.targets {
            if let Some(root) = central::of(scene, target).filter(|root| root != target.directory) {
                roots.entry(target.key()).or_default().push(root);
            }
        }
        Self { roots }
    }

    /// Directories whose entries serve this one.
    pub(in crate::facts::bots) fn roots(&self, ecosystem: &str, directory: &RepoPath) -> &[RepoPath] {
        self.roots.get(&(ecosystem.to_owned(), directory.clone())).map_or(&[], Vec::as_slice)
    }
}

/// The directories of projects that the files of a root name.
fn projects(scene: &Scene<'_>, ecosystem: &str, root: &RepoPath, known: &[&RepoPath]) -> BTreeSet<RepoPath> {
    match ecosystem {
        "gradle" => {
            let mut found = BTreeSet::new();
            gradle(scene, root, 0, &mut found);
            found
        }
        "gomod" => text(scene, root, "go.work").map_or_else(BTreeSet::new, |text| joined(root, &uses(&text))),
        "nuget" => solutions(scene, root),
        _ => {
            let manifest = root.join("package.json").filter(|path| scene.world.snapshot.is_file(path));
            let named = manifest.and_then(|manifest| workspaces::Named::by(scene.world.snapshot, &manifest));
            let holds = |directory: &&&RepoPath| named.as_ref().is_some_and(|named| named.has(directory));
            below(known, root).iter().filter(holds).map(|directory| (*directory).clone()).collect()
        }
    }
}

/// The directories at or below one: they are sorted.
fn below<'k>(known: &'k [&'k RepoPath], root: &RepoPath) -> &'k [&'k RepoPath] {
    if root.is_root() {
        return known;
    }
    let from = known.partition_point(|directory| *directory < root);
    // `a-b` lies between `a` and `a/b`.
    let prefix = format!("{root}/");
    let to = known[from..]
        .partition_point(|directory| directory.as_str() < prefix.as_str() || directory.as_str().starts_with(&prefix));
    &known[from..from + to]
}

fn text(scene: &Scene<'_>, root: &RepoPath, name: &str) -> Option<String> {
    let path = root.join(name).filter(|path| scene.world.snapshot.is_file(path))?;
    Some(scene.world.snapshot.read(&path).ok()?.text.to_string())
}

fn joined(root: &RepoPath, paths: &[String]) -> BTreeSet<RepoPath> {
    paths.iter().filter_map(|path| root.join(path.trim_end_matches('/'))).filter(|path| path.is_in(root)).collect()
}

/// `include("a:b", "c")` and `includeBuild("d")`, literal words only.
static INCLUDE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"(?m)(?:^|\s)(include|includeBuild)[ \t]*(?:\(|[ \t])\s*([^\s,)]+(?:,\s*[^\s,)]+)*)"#).ok());

/// Subprojects, included builds and buildSrc, as deep as builds include each other.
fn gradle(scene: &Scene<'_>, root: &RepoPath, depth: usize, found: &mut BTreeSet<RepoPath>) {
    if depth > 8 || (depth > 0 && !found.insert(root.clone())) {
        return;
    }
    let settings = text(scene, root, "settings.gradle").or_else(|| text(scene, root, "settings.gradle.kts"));
    let settings = settings.map(|text| without_comments(&text)).unwrap_or_default();
    let Some(include) = INCLUDE.as_ref() else { return };
    for call in include.captures_iter(&settings) {
        let names = call[2].split(',').map(|word| word.trim().trim_matches(['"', '\'']).to_owned());
        if &call[1] == "include" {
            let names = names.map(|name| name.trim_start_matches(':').to_owned());
            let paths: Vec<String> =
                names.map(|name| moved(&settings, &name).unwrap_or_else(|| name.replace(':', "/"))).collect();
            found.extend(joined(root, &paths));
        } else {
            for build in joined(root, &names.collect::<Vec<_>>()) {
                gradle(scene, &build, depth + 1, found);
            }
        }
    }
    if let Some(own) = root.join("buildSrc").filter(|path| scene.world.snapshot.is_dir(path)) {
        gradle(scene, &own, depth + 1, found);
    }
}

/// Where a line moves a project: `project(':a').projectDir = file('x/a')`.
fn moved(settings: &str, name: &str) -> Option<String> {
    let line = settings.lines().find(|line| {
        line.contains("rojectDir") && (line.contains(&format!("':{name}'")) || line.contains(&format!("\":{name}\"")))
    })?;
    let value = line.split_once('=')?.1;
    let path = value.rsplit(['"', '\'']).nth(1)?;
    Some(path.trim_start_matches('/').to_owned())
}

fn without_comments(text: &str) -> String {
    static COMMENT: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?m)(^|\s)//.*$|(?s:(^|\s)/\*.*?\*/)").ok());
    COMMENT.as_ref().map_or_else(String::new, |comment| comment.replace_all(text, "\n").into_owned())
}

/// The directories of `use`, alone or in brackets.
fn uses(text: &str) -> Vec<String> {
    let mut inside = false;
    let mut paths = Vec::new();
    for line in text.lines() {
        let line = line.split("//").next().unwrap_or_default().trim();
        let rest = line.strip_prefix("use").filter(|rest| rest.starts_with([' ', '\t', '(']));
        match (inside, rest.map(str::trim)) {
            (false, Some("(")) => inside = true,
            (false, Some(path)) if !path.is_empty() => paths.push(path.to_owned()),
            (true, _) if line == ")" => inside = false,
            (true, _) if !line.is_empty() => paths.push(line.to_owned()),
            _ => {}
        }
    }
    paths.into_iter().map(|path| path.trim_matches('"').trim_start_matches("./").to_owned()).collect()
}

/// Projects that a `.sln` or `.slnx` of the directory lists.
fn solutions(scene: &Scene<'_>, root: &RepoPath) -> BTreeSet<RepoPath> {
    static PROJECT: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r#""([^"\r\n]+\.[A-Za-z]+proj)""#).ok());
    let snapshot = scene.world.snapshot;
    let lists = snapshot.children(root).filter(|(name, is_dir)| !is_dir && (name.ends_with(".sln") || name.ends_with(".slnx")));
    let mut found = BTreeSet::new();
    for (name, _) in lists.take(100) {
        let (Some(list), Some(project)) = (text(scene, root, name), PROJECT.as_ref()) else { continue };
        let paths = project.captures_iter(&list).filter_map(|hit| root.join(&hit[1].replace('\\', "/")));
        found.extend(paths.map(|path| path.parent()));
    }
    found
}
