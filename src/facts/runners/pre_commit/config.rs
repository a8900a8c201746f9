//! Owns the hook configuration file: where it lies, which hooks it lists, which of them a selection takes. Refuses to know
//! what a hook runs.

use std::sync::Arc;

use super::files::{self, Patterns};
use super::hook;
use crate::answer::{Reason, Why};
use crate::doc::{Document, Format, Kind, ProblemKind, Value};
use crate::facts::effects::CHANGES_FAIL;
use crate::facts::hold::{Hold, HoldEffect};
use crate::facts::pipeline::Env;
use crate::facts::runners::yaml_merge::field;
use crate::facts::runners::{Next, World};
use crate::facts::workdir::Workdir;
use crate::text::{Place, RepoPath};

/// Hooks read from one file.
const MOST_HOOKS: usize = 2_000;
/// Projects of one workspace.
const MOST_PROJECTS: usize = 64;

/// A configuration, and the root of the work tree it stands for.
pub(super) struct Config {
    document: Arc<Document>,
    /// Where hooks run.
    pub root: Workdir,
}

/// Which hooks run, and what that means for all of them.
#[derive(Default)]
pub(super) struct Selection {
    /// Only hooks of this stage; none: every hook.
    pub stage: Option<String>,
    /// Only these hooks, by id or alias; empty: every hook.
    pub only: Vec<String>,
    /// Not these hooks, and where that is said.
    pub skip: Vec<(String, Place)>,
    /// A choice could not be read.
    pub condition: Option<Why>,
    /// Hooks see no file; those that always run do so nevertheless.
    pub staged: Option<Hold>,
    /// The only files that hooks look at, when all are known.
    pub named: Option<Vec<String>>,
    /// What the choice of files means.
    pub holds: Vec<Hold>,
    /// Holds of every hook, always.
    pub overall: Vec<Hold>,
}

/// Stage names of old versions.
pub(super) fn modern(stage: &str) -> &str {
    match stage {
        "commit" => "pre-commit",
        "push" => "pre-push",
        "merge-commit" => "pre-merge-commit",
        other => other,
    }
}

/// The configurations that prek looks for, in its order; the second one is pre-commit's.
pub(super) const FILES: &[&str] = &["prek.toml", ".pre-commit-config.yaml", ".pre-commit-config.yml"];

/// Hooks run at the top of the work tree, wherever the call stands: the directory where the tree's root is.
fn top(workdir: &Workdir) -> Workdir {
    let root = workdir.mounts().iter().find(|(_, tree)| tree.is_root());
    root.map_or_else(|| workdir.clone(), |(path, _)| workdir.enter(path))
}

/// The environment of hooks.
fn set(env: &Env) -> Env {
    let mut env = env.clone();
    env.insert(CHANGES_FAIL.to_owned(), Some("1".to_owned()));
    env
}

impl Config {
    /// The configuration a call reads; `None` when there is none.
    pub(super) fn open(workdir: &Workdir, named: Option<&str>, prek: bool, world: &World<'_>) -> Result<Option<Self>, Why> {
        let root = top(workdir);
        let names: &[&str] = match (named, prek) {
            (Some(name), _) => &[name],
            (None, false) => &FILES[1..2],
            (None, true) => FILES,
        };
        let from = if named.is_some() { workdir } else { &root };
        let path = names.iter().filter_map(|name| from.resolve(name)).find(|path| world.snapshot.is_file(path));
        path.map(|path| Self::read(&path, root.clone(), world)).transpose()
    }

    fn read(path: &RepoPath, root: Workdir, world: &World<'_>) -> Result<Self, Why> {
        let format = if path.as_str().ends_with(".toml") { Format::Toml } else { Format::Yaml };
        let document = world.snapshot.document(path, format).map_err(|unread| {
            let why = Why::new(unread.reason(), format!("the hook configuration is not read: {}", unread.why));
            let place = unread.place.unwrap_or_else(|| Place::file(path.clone()));
            why.at(place)
        })?;
        match doubt(&document) {
            None => Ok(Self { document, root }),
            Some(why) => Err(why),
        }
    }

    /// The projects of prek's workspace: the nearest configuration at or above the directory first, then every one below it; each
    /// runs its hooks in its own directory, on the files there (prek `workspace.rs`, `docs/workspace.md`).
    pub(super) fn workspace(workdir: &Workdir, world: &World<'_>) -> Vec<Result<Self, Why>> {
        let config = |directory: &RepoPath| {
            let mut names = FILES.iter().filter_map(|name| directory.join(name));
            names.find(|path| world.snapshot.is_file(path))
        };
        let Some(first) = workdir.dir().and_then(|here| here.ancestors().find_map(|directory| config(&directory))) else {
            return Vec::new();
        };
        let root = first.parent();
        let files = world.snapshot.under(&root).iter().filter(|entry| entry.is_file()).map(|entry| &entry.path);
        let mut directories: Vec<RepoPath> =
            files.filter(|path| FILES.contains(&path.file_name())).map(RepoPath::parent).filter(|other| *other != root).collect();
        directories.dedup();
        directories.truncate(MOST_PROJECTS);
        let top = top(workdir);
        let below = directories.iter().filter_map(config);
        let at = |path: RepoPath| {
            let directory = path.parent();
            let root = if directory.is_root() { top.clone() } else { top.enter(directory.as_str()) };
            Self::read(&path, root, world)
        };
        std::iter::once(first.clone()).chain(below).map(at).collect()
    }

    /// Whether it leaves files out for every project of its workspace.
    pub(super) fn filters(&self) -> bool {
        ["files", "exclude"].iter().any(|key| field(self.document.root(), key).is_some())
    }

    /// The place of `ci` and the hooks it skips.
    pub(super) fn hosted(&self) -> Option<(Place, Vec<(String, Place)>)> {
        let ci = field(self.document.root(), "ci").filter(|ci| ci.kind() == Kind::Mapping)?;
        let items = ci.get("skip").into_iter().flat_map(Value::items);
        let skip = items.filter_map(|id| Some((id.as_str()?.to_owned(), id.place()))).collect();
        Some((ci.key_place().unwrap_or_else(|| ci.place()), skip))
    }

    /// What the selected hooks run.
    pub(super) fn nexts(&self, selection: &Selection, env: &Env, world: &World<'_>) -> Vec<Next> {
        let root = self.document.root();
        let env = &set(env);
        let defaults = field(root, "default_stages");
        let mut patterns = Patterns::new(root, self.root.dir().as_ref(), world);
        let mut nexts = Vec::new();
        let mut count = 0;
        for repo in field(root, "repos").iter().flat_map(|repos| repos.items()) {
            let Some(location) = field(repo, "repo").and_then(|value| value.as_str()) else { continue };
            if matches!(location, "meta" | "builtin") {
                continue;
            }
            let rev = field(repo, "rev").and_then(|value| value.mapped());
            for hook in field(repo, "hooks").iter().flat_map(|hooks| hooks.items()) {
                count += 1;
                if count > MOST_HOOKS {
                    return nexts;
                }
                let start = nexts.len();
                match selected(hook, defaults, selection) {
                    Selected::Yes => {
                        hook::nexts(location, rev.as_ref(), hook, &self.root, env, world, &mut nexts);
                        self.hold(hook, selection, &mut patterns, &mut nexts[start..], world);
                    }
                    Selected::LeftOut(by) => {
                        hook::nexts(location, rev.as_ref(), hook, &self.root, env, world, &mut nexts);
                        let out = |next: Next| Next { target: next.target.left_out(by.clone()), ..next };
                        let left: Vec<Next> = nexts.drain(start..).map(out).collect();
                        nexts.extend(left);
                    }
                    Selected::No => {}
                }
            }
        }
        nexts
    }

    /// Adds what the selection and the file patterns do to a hook.
    fn hold(&self, hook: Value<'_>, selection: &Selection, patterns: &mut Patterns<'_>, nexts: &mut [Next], world: &World<'_>) {
        if nexts.is_empty() {
            return;
        }
        let always = field(hook, "always_run").is_some_and(|value| value.as_bool().is() == Some(true));
        let mut holds = selection.overall.clone();
        if !always {
            holds.extend(selection.staged.clone());
            let named = selection.named.as_deref().zip(selection.holds.first());
            holds.extend(named.and_then(|(names, hold)| files::among(names, hold, &nexts[0].target, world)));
            holds.extend(selection.holds.iter().cloned());
            holds.extend(patterns.hold(hook, &nexts[0].target, world));
        }
        for key in [
            "entry",
            "args",
            "files",
            "exclude",
            "stages",
            "language",
            "types",
            "types_or",
            "exclude_types",
            "always_run",
            "pass_filenames",
        ] {
            if let Some(why) = hook.get(key).and_then(|value| value.disputed()) {
                holds.push(Hold::unknown(&why, &hook.place()));
            }
        }
        for next in nexts {
            next.holds.extend(holds.iter().cloned());
            next.condition = next.condition.take().or_else(|| selection.condition.clone());
        }
    }
}

/// What makes the file another one for some of its readers: `PyYAML` takes the last of equal keys, prek refuses them, and a second
/// document is an error to both. Keys that are twice in one hook hold that hook alone.
fn doubt(document: &Document) -> Option<Why> {
    let root = document.root();
    let twice = |holder: Value<'_>, keys: &[&str]| keys.iter().find_map(|key| holder.get(key)?.disputed());
    let repos = || field(root, "repos").into_iter().flat_map(Value::items);
    let hooks = || repos().flat_map(|repo| field(repo, "hooks").into_iter().flat_map(Value::items));
    let more = document.problems().iter().find(|problem| problem.kind == ProblemKind::SecondDocument);
    more.map(|more| Why::new(Reason::Unreadable, more.message.clone()).at(more.place.clone()))
        .or_else(|| twice(root, &["repos", "default_stages", "files", "exclude", "ci", "<<"]))
        .or_else(|| repos().find_map(|repo| twice(repo, &["repo", "hooks", "<<"])))
        .or_else(|| hooks().find_map(|hook| twice(hook, &["id", "<<"])))
}

/// Whether a hook is one of those that run.
enum Selected {
    Yes,
    /// Others were asked for.
    No,
    /// It is one of all hooks, but for this.
    LeftOut(Hold),
}

fn selected(hook: Value<'_>, defaults: Option<Value<'_>>, selection: &Selection) -> Selected {
    let text = |key: &str| field(hook, key).and_then(|value| value.as_str());
    let named = |id: &str| Some(id) == text("id") || Some(id) == text("alias");
    if !selection.only.is_empty() && !selection.only.iter().any(|id| named(id)) {
        return Selected::No;
    }
    if let Some((id, place)) = selection.skip.iter().find(|(id, _)| named(id)) {
        let id = crate::text::escape::line(id);
        let hold = Hold::new(HoldEffect::Void, place.clone(), format!("the hook `{id}` is skipped"));
        return Selected::LeftOut(hold.mended(format!("take `{id}` out of what is skipped")));
    }
    let Some(wanted) = selection.stage.as_deref() else { return Selected::Yes };
    let stages = field(hook, "stages").or(defaults).filter(|stages| stages.kind() == Kind::Sequence && !stages.is_empty());
    match stages.filter(|all| !all.items().any(|stage| stage.as_str().is_some_and(|stage| modern(stage) == wanted))) {
        None => Selected::Yes,
        Some(stages) => {
            let first = stages.items().find_map(|stage| stage.as_str().map(modern)).unwrap_or_default();
            let hold = Hold::new(HoldEffect::Void, stages.place(), "the hook runs at other stages");
            let key = if field(hook, "stages").is_some() { "stages" } else { "default_stages" };
            let change = format!("add `--hook-stage {first}` to the command, or delete `{key}`");
            Selected::LeftOut(hold.mended(change))
        }
    }
}
