//! Owns what the steps of a job leave behind for those after them: checkouts, environment, search path. Refuses to run or to
//! follow anything: scripts are looked at line by line for the two files that GitHub reads.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::expr::Val;
use super::scope::{Output, StepFacts};
use crate::answer::Reason;
use crate::facts::hold::{Hold, HoldEffect};
use crate::facts::pipeline::{Env, SearchDir};
use crate::facts::workdir::{WORKSPACE, Workdir};
use crate::snapshot::Snapshot;
use crate::text::{Place, RepoPath};

/// Things remembered of each kind, in one job.
const KEPT: usize = 64;

/// Things remembered of each kind that every later step carries along.
const CARRIED: usize = 8;

/// Where actions named by `$/` lie.
const OWN_TREE: &str = "/own-tree";

/// What earlier steps did.
#[derive(Clone, Debug)]
pub(super) struct State {
    mounts: Vec<(String, RepoPath)>,
    checked_out: bool,
    /// The head of the pull request was checked out by name.
    pub(super) head: bool,
    /// Something else than the change was checked out.
    pub(super) other: Option<Hold>,
    /// Variables set through `$GITHUB_ENV`.
    pub(super) env: BTreeMap<String, Option<String>>,
    /// The environment last put together from a base and `env`; dropped with every change of `env`.
    pub(super) merged: Option<(Arc<Env>, Arc<Env>)>,
    /// What gives every name another meaning.
    pub(super) shadows: Vec<Hold>,
    /// Directories of the tree on the search path.
    pub(super) search: Vec<SearchDir>,
    /// Steps of which more is known than that they exist, by id.
    pub(super) steps: BTreeMap<String, StepFacts>,
}

/// The inputs of a checkout.
pub(super) struct Checkout<'a> {
    /// `path`.
    pub(super) path: Option<Val>,
    /// `repository`.
    pub(super) repository: Option<Val>,
    /// `ref`, its text and its value.
    pub(super) reference: Option<(&'a str, Val, Place)>,
    /// This repository, when it is known.
    pub(super) own: Option<&'a str>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            mounts: vec![(WORKSPACE.to_owned(), RepoPath::root())],
            checked_out: false,
            head: false,
            other: None,
            env: BTreeMap::new(),
            merged: None,
            shadows: Vec::new(),
            search: Vec::new(),
            steps: BTreeMap::new(),
        }
    }
}

impl State {
    /// The workspace as the checkouts so far left it.
    pub(super) fn workspace(&self) -> Workdir {
        Workdir::mounted(WORKSPACE, self.mounts.clone())
    }

    /// The directory on the virtual file system where the tree lies whatever was checked out.
    pub(super) fn own_tree(&mut self) -> &'static str {
        if !self.mounts.iter().any(|(at, _)| at == OWN_TREE) {
            self.mounts.push((OWN_TREE.to_owned(), RepoPath::root()));
        }
        OWN_TREE
    }

    /// Another step of the same job, in an action of its own: it sees no ids but its own.
    pub(super) fn inside_action(&mut self) -> BTreeMap<String, StepFacts> {
        std::mem::take(&mut self.steps)
    }

    /// After a step that says which files a change touches.
    pub(super) fn remember(&mut self, id: &str, outputs: BTreeMap<String, Output>) {
        if self.steps.len() < KEPT {
            self.steps.insert(id.to_ascii_lowercase(), StepFacts { outputs, failed: false });
        }
    }

    /// After a checkout.
    pub(super) fn checkout(&mut self, checkout: &Checkout<'_>) {
        let path = match &checkout.path {
            None => Some(String::new()),
            Some(value) => value.as_text().map(|text| text.to_string()),
        };
        let foreign = match &checkout.repository {
            None | Some(Val::Null | Val::Open(_) | Val::Unknown(_)) => false,
            Some(value) => value
                .as_text()
                .is_some_and(|name| !name.is_empty() && !checkout.own.is_some_and(|own| own.eq_ignore_ascii_case(&name))),
        };
        let at = path.as_deref().and_then(|path| Workdir::workspace().enter(path).virtual_path().map(str::to_owned));
        if !foreign {
            self.note_reference(checkout);
        }
        match (at, foreign) {
            (Some(at), true) => self.mounts.retain(|(mount, _)| *mount != at),
            (Some(at), false) => {
                if !self.checked_out {
                    self.mounts.retain(|(mount, _)| mount == OWN_TREE);
                }
                self.checked_out = true;
                self.mounts.retain(|(mount, _)| *mount != at);
                if self.mounts.len() < KEPT {
                    self.mounts.push((at, RepoPath::root()));
                }
            }
            // Somewhere unknown: the root is no longer sure to be the tree, but nothing better is known.
            (None, _) => {}
        }
    }

    /// Whether what is checked out holds the change.
    fn note_reference(&mut self, checkout: &Checkout<'_>) {
        const HEADS: [&str; 5] = ["head", "pull_request.number", "event.number", "refs/pull", "merge_commit_sha"];
        let Some((text, value, place)) = &checkout.reference else {
            self.other = None;
            return;
        };
        let lower = text.to_lowercase();
        if HEADS.iter().any(|head| lower.contains(head)) {
            (self.head, self.other) = (true, None);
            return;
        }
        let based = lower.contains("base") || lower.contains("default_branch");
        match value.as_text() {
            Some(name) if name.is_empty() => self.other = None,
            Some(name) if !name.contains('$') => {
                let why = format!("checks out `{name}`, not the change");
                self.other = Some(Hold::new(HoldEffect::Soften, place.clone(), why));
            }
            _ if based => self.other = Some(Hold::new(HoldEffect::Soften, place.clone(), "checks out the base, not the change")),
            _ => self.other = None,
        }
    }

    /// After an action that sets a variable.
    pub(super) fn export(&mut self, name: &str, value: Option<String>) {
        if self.env.len() < KEPT || self.env.contains_key(name) {
            self.env.insert(name.to_owned(), value);
            self.merged = None;
        }
    }

    /// Whether a checkout was seen.
    pub(super) fn is_checked_out(&self) -> bool {
        self.checked_out
    }

    /// A variable by which every shell or program runs other code first. A file of the system, and no part of the tree, does
    /// not count.
    pub(super) fn shadowing_variable(name: &str, value: Option<&str>, place: &Place) -> Option<Hold> {
        let of_system = value
            .is_some_and(|value| value.starts_with('/') && !value.starts_with(WORKSPACE) && !value.contains(['$', ':', ' ']));
        let why = match name {
            "BASH_ENV" | "LD_PRELOAD" | "DYLD_INSERT_LIBRARIES" if !of_system && value != Some("") => {
                format!("`{name}` runs other code before every script")
            }
            _ if name.starts_with("BASH_FUNC_") => format!("`{name}` defines a function for every shell"),
            _ => return None,
        };
        Some(Hold::new(HoldEffect::Void, place.clone(), why))
    }

    /// The search path that an environment sets outright: the directories of the tree in it, and whether all of it is known.
    pub(super) fn set_path(env: &Env, here: &Workdir, snapshot: &Snapshot, place: &Place) -> (Vec<SearchDir>, Option<Hold>) {
        let Some(path) = env.get("PATH") else { return (Vec::new(), None) };
        let Some(path) = path else {
            let why = "the search path is set to something computed";
            return (Vec::new(), Some(Hold::new(HoldEffect::Unknown(Reason::Dynamic), place.clone(), why)));
        };
        let inside = path.split(':').take(CARRIED * 4).filter(|part| !part.contains(['$', '~']));
        let found = inside.filter_map(|part| {
            here.resolve(if part.is_empty() { "." } else { part }).filter(|directory| snapshot.is_dir(directory))
        });
        (found.map(|directory| search_dir(directory, place)).collect(), None)
    }

    /// After a script: lines that write to `$GITHUB_PATH` and `$GITHUB_ENV`.
    pub(super) fn script(
        &mut self,
        text: &str,
        certain: bool,
        here: &Workdir,
        snapshot: &Snapshot,
        place: &dyn Fn(usize, usize) -> Place,
    ) {
        if !text.contains("GITHUB_PATH") && !text.contains("GITHUB_ENV") {
            return;
        }
        let mut offset = 0;
        for line in text.split_inclusive('\n') {
            let (from, to) = (offset, offset + line.trim_end().len());
            offset += line.len();
            let Some((value, target)) = written_line(line) else { continue };
            match target {
                Target::Path => self.search_path(&value, here, snapshot, &place(from, to)),
                Target::Env => self.variable(&value, certain, &place(from, to)),
            }
        }
    }

    fn variable(&mut self, line: &str, certain: bool, place: &Place) {
        let Some((name, value)) = line.split_once('=') else { return };
        let name = name.trim();
        if name.is_empty() || name.contains(['$', '<', ' ']) {
            return;
        }
        if let Some(hold) = Self::shadowing_variable(name, Some(value), place)
            && self.shadows.len() < CARRIED
        {
            self.shadows.push(hold);
        }
        let known = certain && !value.contains(['$', '`', crate::facts::shell::UNKNOWN_CHAR, '\\']);
        if self.env.len() < KEPT || self.env.contains_key(name) {
            self.env.insert(name.to_owned(), known.then(|| value.to_owned()));
            self.merged = None;
        }
    }

    fn search_path(&mut self, value: &str, here: &Workdir, snapshot: &Snapshot, place: &Place) {
        let roots = [("$GITHUB_WORKSPACE", WORKSPACE), ("${GITHUB_WORKSPACE}", WORKSPACE)];
        let in_workspace = roots.iter().find_map(|(name, root)| Some(format!("{root}{}", value.strip_prefix(name)?)));
        let in_here =
            ["$PWD", "${PWD}", "$(pwd)", "`pwd`"].iter().find_map(|name| Some(format!(".{}", value.strip_prefix(name)?)));
        let path = in_workspace.or(in_here).unwrap_or_else(|| value.to_owned());
        if path.contains(['$', '`', '~', crate::facts::shell::UNKNOWN_CHAR]) || path.is_empty() {
            return;
        }
        let Some(directory) = here.resolve(&path).filter(|directory| snapshot.is_dir(directory)) else { return };
        if self.search.len() < CARRIED && !self.search.iter().any(|known| known.directory == directory) {
            self.search.push(search_dir(directory, place));
        }
    }
}

fn search_dir(directory: RepoPath, place: &Place) -> SearchDir {
    let shown = if directory.is_root() { "the root".to_owned() } else { format!("`{directory}`") };
    let hold = Hold::new(HoldEffect::Void, place.clone(), format!("{shown} of the tree stands on the search path"));
    SearchDir { directory, hold }
}

enum Target {
    Path,
    Env,
}

/// The text that a line writes to one of the two files: `echo "…" >> "$GITHUB_PATH"`.
fn written_line(line: &str) -> Option<(String, Target)> {
    let (command, file) = line.rsplit_once(">>").or_else(|| line.rsplit_once("tee -a"))?;
    let file = file.trim();
    let target = match () {
        () if file.contains("GITHUB_PATH") => Target::Path,
        () if file.contains("GITHUB_ENV") => Target::Env,
        () => return None,
    };
    let command = command.trim().trim_end_matches('|').trim();
    let at = ["echo ", "printf "].iter().filter_map(|program| command.find(program).map(|at| at + program.len())).min()?;
    let words = command[at..].trim();
    let words = words.strip_prefix("-e ").or_else(|| words.strip_prefix("-n ")).unwrap_or(words).trim();
    let words = words.strip_prefix("'%s\\n' ").or_else(|| words.strip_prefix("\"%s\\n\" ")).unwrap_or(words);
    let bare = words.trim_matches(['"', '\'']);
    Some((bare.replace(['"', '\''], ""), target))
}
