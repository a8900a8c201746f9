//! Owns what the content of a manifest says about itself: whether it is one, whether there is anything in it that a bot could
//! update, and whether all it declares is for development. Refuses to know where it lies and who updates it.
//!
//! What cannot be read is a manifest with something to update: its absence would be a silent pass.

use super::{containers, terraform};
use crate::doc::{Document, Format, Reading, Value};
use crate::facts::dependencies::{self, Dependency};
use crate::snapshot::Snapshot;
use crate::text::RepoPath;

/// What a manifest says about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Content {
    /// It names something that an update bot could raise.
    pub(super) updatable: bool,
    /// Why it is development, wherever it lies.
    pub(super) development: Option<Development>,
    /// All that it declares is of this ecosystem, whatever its name says.
    pub(super) ecosystem: Option<&'static str>,
    /// It says what code depends on and may be about any language.
    pub(super) joins: bool,
}

/// What makes a manifest development by its own words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Development {
    /// Nothing that it declares is needed to run; the code beside it may be product all the same.
    Dependencies,
    /// The code beside it is no product either.
    Code,
}

const PRODUCT: Content = Content { updatable: true, development: None, ecosystem: None, joins: false };

impl Content {
    fn updatable(updatable: bool) -> Self {
        Self { updatable, ..PRODUCT }
    }
}

/// What is known of other paths than the manifest's own.
pub(super) struct Around<'a> {
    /// Whether a file's name says that it only builds or configures.
    pub(super) builds: &'a dyn Fn(&str) -> bool,
    /// Whether a file is a manifest in sight by itself.
    pub(super) manifest: &'a dyn Fn(&RepoPath) -> bool,
}

/// Reads a manifest by its name and ecosystem; `None` when the content makes it none: a `pyproject.toml` that only configures
/// tools, a container file without an image to update.
pub(super) fn read(snapshot: &Snapshot, path: &RepoPath, ecosystem: &str, around: &Around<'_>) -> Option<Content> {
    match ecosystem {
        "docker" | "docker-compose" => return containers::has_image(snapshot, path, ecosystem).then_some(PRODUCT),
        "terraform" => return terraform::has_sources(snapshot, path).then_some(PRODUCT),
        "helm" => return yaml(snapshot, path, has_charts),
        "devcontainers" => {
            let Ok(document) = snapshot.document(path, Format::Json) else { return Some(PRODUCT) };
            return has(&document, &[&["features"]]).then_some(PRODUCT);
        }
        "pre-commit" => return yaml(snapshot, path, has_remote_hooks),
        "github-actions" => return yaml(snapshot, path, is_composite_with_uses),
        "gitsubmodule" => {
            let Ok(file) = snapshot.read(path) else { return Some(PRODUCT) };
            return file.text.contains("[submodule").then_some(PRODUCT);
        }
        _ => {}
    }
    match path.file_name() {
        "pyproject.toml" => pyproject(snapshot, path),
        "setup.py" => {
            let Ok(file) = snapshot.read(path) else { return Some(PRODUCT) };
            // A module of a program may have the name too; a packaging script calls `setup`. One that is only there for tools
            // that look for it requires nothing, and takes nothing in.
            let says = |text: &str, words: &[&str]| words.iter().any(|word| text.contains(word));
            let packaging = says(&file.text, &["setuptools", "distutils", "skbuild"]) && says(&file.text, &["setup("]);
            let mut code = file.text.lines().filter(|line| !line.trim_start().starts_with('#'));
            packaging.then(|| Content::updatable(code.any(|line| says(line, &["require", "**", "open(", "read", "exec("]))))
        }
        "setup.cfg" => {
            let Ok(document) = snapshot.document(path, Format::Ini) else { return Some(PRODUCT) };
            let says = |route: &[&str]| {
                let value = document.root().route(route);
                value.is_some_and(|value| !value.is_empty() || value.scalar().is_some_and(|text| !text.trim().is_empty()))
            };
            let routes = [&["options", "install_requires"][..], &["options.extras_require"], &["options", "setup_requires"]];
            routes.into_iter().any(says).then_some(PRODUCT)
        }
        "pixi.toml" => {
            let Ok(document) = snapshot.document(path, Format::Toml) else { return Some(PRODUCT) };
            Some(Content::updatable(dependencies::pixi_declares(&document, path)))
        }
        "package.json" => package_json(snapshot, path, around.builds),
        "Cargo.toml" => Some(cargo_toml(snapshot, path)),
        "composer.json" => {
            let Ok(_) = snapshot.document(path, Format::Json) else { return Some(PRODUCT) };
            Some(declared(&dependencies::declared(snapshot, path)))
        }
        "go.mod" => {
            let Ok(_) = snapshot.read(path) else { return Some(PRODUCT) };
            Some(Content::updatable(!dependencies::declared(snapshot, path).is_empty()))
        }
        "Gemfile" => {
            let Ok(file) = snapshot.read(path) else { return Some(PRODUCT) };
            // It is code: only what is plainly nothing else leaves it empty.
            let empty = |line: &str| ["#", "source ", "ruby "].iter().any(|known| line.starts_with(known)) || line.is_empty();
            Some(Content::updatable(!file.text.lines().all(|line| empty(line.trim()))))
        }
        name if name.ends_with(".gemspec") => {
            let Ok(file) = snapshot.read(path) else { return Some(PRODUCT) };
            // It is code: where it says nothing of dependencies and takes nothing in, it has none.
            let says = |line: &str| ["depend", "eval", "load", "read"].iter().any(|word| line.contains(word));
            let mut code = file.text.lines().map(str::trim).filter(|line| !line.starts_with('#'));
            Some(Content::updatable(!file.text.contains("Gem::Specification") || code.any(says)))
        }
        name if ecosystem == "pip" && (name.ends_with(".txt") || name.ends_with(".in")) => {
            Some(requirements(snapshot, path, around.manifest))
        }
        _ => Some(PRODUCT),
    }
}

fn has(document: &Document, routes: &[&[&str]]) -> bool {
    routes.iter().any(|route| document.root().route(route).is_some_and(|value| !value.is_empty()))
}

/// What the dependencies alone say: nothing at all, development only, or product.
fn declared(all: &[Dependency]) -> Content {
    let only_development = !all.is_empty() && all.iter().all(|one| !one.runtime);
    Content {
        updatable: !all.is_empty(),
        development: only_development.then_some(Development::Dependencies),
        ecosystem: None,
        joins: false,
    }
}

fn yaml(snapshot: &Snapshot, path: &RepoPath, counts: impl Fn(Value<'_>) -> bool) -> Option<Content> {
    let Ok(document) = snapshot.document(path, Format::Yaml) else { return Some(PRODUCT) };
    counts(document.root()).then_some(PRODUCT)
}

/// Hooks of the repository itself and of pre-commit have no revision (pre-commit's documentation, "repository local hooks").
fn has_remote_hooks(root: Value<'_>) -> bool {
    let mut repositories = root.get("repos").into_iter().flat_map(Value::items).filter_map(|one| one.get("repo")?.scalar());
    repositories.any(|repository| !matches!(repository, "local" | "meta" | "builtin"))
}

/// A chart that lies beside it has no version to raise.
fn has_charts(root: Value<'_>) -> bool {
    let elsewhere = |one: Value<'_>| {
        let beside = one.get("repository").and_then(Value::scalar).is_some_and(|place| place.starts_with("file:"));
        !beside && one.get("name").is_some() && one.get("version").is_some()
    };
    root.get("dependencies").is_some_and(|list| list.items().any(elsewhere))
}

/// Only a composite action uses other actions.
fn is_composite_with_uses(root: Value<'_>) -> bool {
    let composite = root.route(&["runs", "using"]).and_then(Value::as_str) == Some("composite");
    composite && root.route(&["runs", "steps"]).is_some_and(has_remote_uses)
}

/// Whether a workflow names anything that lies elsewhere: an action, an image, or a workflow of another repository.
pub(super) fn workflow_uses_others(snapshot: &Snapshot, path: &RepoPath) -> bool {
    let Ok(document) = snapshot.document(path, Format::Yaml) else { return true };
    let jobs: Vec<Value<'_>> =
        document.root().get("jobs").into_iter().flat_map(Value::entries).map(|entry| entry.value).collect();
    jobs.into_iter().any(|job| is_remote(job.get("uses")) || job.get("steps").is_some_and(has_remote_uses))
}

fn has_remote_uses(steps: Value<'_>) -> bool {
    let group = |step: Value<'_>| step.get("parallel").is_some_and(|group| group.items().any(|one| is_remote(one.get("uses"))));
    steps.items().any(|step| is_remote(step.get("uses")) || group(step))
}

fn is_remote(uses: Option<Value<'_>>) -> bool {
    uses.and_then(Value::scalar).is_some_and(|text| !text.starts_with("./"))
}

fn pyproject(snapshot: &Snapshot, path: &RepoPath) -> Option<Content> {
    let Ok(document) = snapshot.document(path, Format::Toml) else { return Some(PRODUCT) };
    let routes: &[&[&str]] = &[
        &["project"],
        &["dependency-groups"],
        &["tool", "poetry"],
        &["tool", "pdm"],
        &["tool", "flit"],
        &["tool", "uv", "workspace"],
        &["tool", "uv", "dev-dependencies"],
    ];
    // A workspace of pixi alone is about any language.
    let joins = !has(&document, routes);
    if joins && !has(&document, &[&["tool", "pixi"]]) {
        return None;
    }
    let all = dependencies::declared(snapshot, path);
    // Filled in by a build back end, from where is not known here.
    let dynamic = document.root().route(&["project", "dynamic"]).is_some_and(|list| !list.is_empty());
    let names: &[&[&str]] = &[&["project", "name"], &["tool", "poetry", "name"], &["tool", "flit"]];
    let package = names.iter().any(|route| document.root().route(route).is_some());
    let found = declared(&all);
    let pixi = dependencies::pixi_declares(&document, path);
    // What builds it is taken anew for every build: only a version that is written down grows old.
    let build = document.root().route(&["build-system", "requires"]);
    let builds: Vec<&str> = build.into_iter().flat_map(Value::items).filter_map(Value::as_str).collect();
    let pinned = builds.iter().any(|text| ["==", "~=", "<", "@"].iter().any(|sign| text.contains(sign)));
    if !dynamic && !pinned && !pixi && all.len() <= builds.len() && !all.is_empty() && all.iter().all(|one| !one.runtime) {
        return Some(Content { joins, ..Content::updatable(false) });
    }
    let development = found.development.filter(|_| !dynamic && !package && !pixi);
    // Who reads the tables of Python's own does not read those of pixi.
    let own: &[&[&str]] =
        &[&["project", "dependencies"], &["project", "optional-dependencies"], &["dependency-groups"], &["tool", "poetry"]];
    let ecosystem = Some("pixi").filter(|_| pixi && !dynamic && !has(&document, own));
    Some(Content { updatable: found.updatable || dynamic || pixi, development, ecosystem, joins })
}

fn package_json(snapshot: &Snapshot, path: &RepoPath, builds: &dyn Fn(&str) -> bool) -> Option<Content> {
    let Ok(document) = snapshot.document(path, Format::Json) else { return Some(PRODUCT) };
    let runtime: &[&[&str]] = &[&["dependencies"], &["optionalDependencies"], &["peerDependencies"], &["workspaces"]];
    if has(&document, runtime) || is_pnpm_root(snapshot, path) {
        return Some(PRODUCT);
    }
    let needs_tools = has(&document, &[&["devDependencies"]]);
    if gives_code(snapshot, path, &document, builds) {
        return Some(Content::updatable(needs_tools));
    }
    let tools = Content { development: Some(Development::Dependencies), ..PRODUCT };
    needs_tools.then_some(tools)
}

/// Whether a package names a file of the tree that whoever uses it runs or imports: what others use is a product, whatever it needs
/// itself. (npm's package.json: `main`, `module`, `browser`, `bin`, `exports`.)
fn gives_code(snapshot: &Snapshot, path: &RepoPath, document: &Document, builds: &dyn Fn(&str) -> bool) -> bool {
    let root = document.root();
    // `npm init` names whatever lies there: what is never published, or only builds, is no product.
    if root.get("private").is_some_and(|private| private.as_bool() == Reading::Is(true)) {
        return false;
    }
    let named = ["main", "module", "browser", "bin"].iter().filter_map(|key| root.get(key)).filter_map(Value::scalar);
    let mut exported = Vec::new();
    root.get("exports").into_iter().for_each(|value| exports(value, &mut exported));
    let commands = root.get("bin").into_iter().flat_map(Value::entries).filter_map(|entry| entry.value.scalar());
    // `./features/*.js` stands for whatever lies there.
    let matched = |name: &&str| {
        let Some((head, tail)) = name.split_once('*') else { return false };
        let (directory, begin) = head.rsplit_once('/').unwrap_or((".", head));
        let below = path.parent().join(directory);
        let fits =
            |file: &RepoPath| file.file_name().starts_with(begin) && file.as_str().ends_with(tail) && !builds(file.file_name());
        below.is_some_and(|below| snapshot.under(&below).iter().any(|entry| entry.is_file() && fits(&entry.path)))
    };
    let is_here = |name: &str| {
        let ends = ["", ".js", ".cjs", ".mjs", "/index.js"];
        let files = ends.iter().filter_map(|end| path.parent().join(&format!("{name}{end}")));
        files.filter(|file| !builds(file.file_name())).any(|file| snapshot.is_file(&file))
    };
    let code = exported.into_iter().filter(|name| !OTHER_EXPORTS.iter().any(|end| name.ends_with(end)));
    let (patterns, exported): (Vec<&str>, Vec<&str>) = code.partition(|name| name.contains('*'));
    named.chain(commands).chain(exported).any(is_here) || patterns.iter().any(matched)
}

/// Ends of names that packages export and nothing runs.
const OTHER_EXPORTS: &[&str] = &[".json", ".css", ".scss", ".d.ts", ".d.mts", ".d.cts", ".md"];

/// Every file that `exports` names, whatever the subpath and the conditions; those of `types` are read by compilers only. (Node's
/// documentation, "Packages"; a document that is read is bounded in depth.)
fn exports<'d>(value: Value<'d>, found: &mut Vec<&'d str>) {
    found.extend(value.scalar());
    value.items().for_each(|one| exports(one, found));
    for entry in value.entries().filter(|entry| !entry.name().is_some_and(|name| name == "types" || name.starts_with("types@"))) {
        exports(entry.value, found);
    }
}

/// The root of a pnpm workspace needs no key of its own: its members stand in the file beside it.
fn is_pnpm_root(snapshot: &Snapshot, path: &RepoPath) -> bool {
    let beside = path.parent().join("pnpm-workspace.yaml").filter(|file| snapshot.is_file(file));
    beside.and_then(|file| snapshot.document(&file, Format::Yaml).ok()).is_some_and(|document| has(&document, &[&["packages"]]))
}

fn cargo_toml(snapshot: &Snapshot, path: &RepoPath) -> Content {
    let Ok(document) = snapshot.document(path, Format::Toml) else { return PRODUCT };
    let root = document.root();
    // `cargo fuzz init` writes this mark.
    let fuzz = root.route(&["package", "metadata", "cargo-fuzz"]).is_some_and(|mark| mark.as_bool() == Reading::Is(true));
    Content { updatable: has_versions(root), development: fuzz.then_some(Development::Code), ecosystem: None, joins: false }
}

/// Whether a table of dependencies names one that lies elsewhere; a path alone has no version.
fn has_versions(root: Value<'_>) -> bool {
    let targets = root.get("target").into_iter().flat_map(Value::entries).map(|entry| entry.value);
    let mut holders = [Some(root), root.get("workspace")].into_iter().flatten().chain(targets);
    let elsewhere =
        |value: Value<'_>| value.get("path").is_none() || value.get("version").is_some() || value.get("git").is_some();
    holders.any(|holder| {
        let names = ["dependencies", "dev-dependencies", "dev_dependencies", "build-dependencies", "build_dependencies"];
        names.iter().filter_map(|name| holder.get(name)).any(|table| table.entries().any(|entry| elsewhere(entry.value)))
    })
}

/// A requirement file, of development when its name says so. What it takes in and is no manifest by itself is its own; other options
/// raise nothing.
fn requirements(snapshot: &Snapshot, path: &RepoPath, manifest: &dyn Fn(&RepoPath) -> bool) -> Content {
    let nothing = |line: &str| line.is_empty() || line.starts_with(['#', '-', '.']);
    let declares = |list: &RepoPath| {
        let Ok(file) = snapshot.read_marked(list) else { return true };
        let line = |line: &str| !nothing(line.trim_start_matches('\u{FEFF}').trim());
        !dependencies::declared(snapshot, list).is_empty() || file.text.lines().any(line)
    };
    let taken_in = dependencies::nested(snapshot, path, manifest);
    let updatable = declares(path) || taken_in.elsewhere || taken_in.lists.iter().any(declares);
    let development = dependencies::is_development(path.file_name()).then_some(Development::Dependencies);
    Content { updatable, development, ecosystem: None, joins: false }
}
