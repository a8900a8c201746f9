//! Owns what the steps of a job leave behind for those after them: checkouts, environment, search path. Refuses to run or to
//! follow anything: `written` looks at what scripts write.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::checkout::{self, Checkout, Revision};
use super::events::EventInfo;
use super::expr::{Node, Val};
use super::scope::StepFacts;
use super::verdict::Verdict;
use super::written::Written;
use crate::answer::{Answer, Reason};
use crate::facts::hold::{Hold, HoldEffect, Remedy};
use crate::facts::pipeline::{Env, SearchDir};
use crate::facts::workdir::{WORKSPACE, Workdir};
use crate::snapshot::Snapshot;
use crate::text::{Place, RepoPath};

/// Things remembered of each kind, in one job.
pub(super) const KEPT: usize = 64;

/// Things remembered of each kind that every later step carries along.
pub(super) const CARRIED: usize = 8;

/// Where actions named by `$/` lie.
const OWN_TREE: &str = "/own-tree";

/// What earlier steps did.
#[derive(Clone, Debug)]
pub(super) struct State {
    mounts: Vec<(String, RepoPath)>,
    trees: Vec<Tree>,
    /// Something may have brought files that no checkout did.
    brought: bool,
    /// Variables set through `$GITHUB_ENV`.
    pub(super) env: BTreeMap<String, Option<String>>,
    /// What is known of those that depend on the variant or the event.
    pub(super) written: BTreeMap<String, Written>,
    /// The environment last put together from a base and `env`; dropped with every change of `env`.
    pub(super) merged: Option<(Arc<Env>, Arc<Env>)>,
    /// Steps of which more is known than that they exist, by id.
    pub(super) steps: BTreeMap<String, StepFacts>,
}

/// A directory that the tree was checked out into.
#[derive(Clone, Debug)]
struct Tree {
    at: String,
    /// For every event, what lies there.
    revisions: Vec<Revision>,
    /// The conditions under which a revision was brought here for each event.
    sought: Vec<(Node, Vec<Revision>)>,
    partly: Option<Hold>,
}

/// When a checkout runs.
pub(super) struct When<'w> {
    /// Under each event, its job and all.
    pub(super) verdicts: &'w [Verdict],
    /// What it stands under in its job.
    pub(super) under: Under<'w>,
    /// Whether one of several conditions holds in every case, under an event.
    pub(super) covers: &'w dyn Fn(usize, &[&Node]) -> bool,
}

/// What a step stands under in its job.
#[derive(Clone, Copy)]
pub(super) enum Under<'w> {
    /// It runs whenever the job does.
    Nothing,
    /// A condition, when that is an expression of its own and all there is.
    Condition(Option<&'w Node>),
}

/// The events of a workflow, and whether a step starts under each.
pub(super) struct Asked<'w> {
    /// The events.
    pub(super) events: &'w [EventInfo],
    /// What is known of each.
    pub(super) verdicts: &'w [Verdict],
}

/// What holds a step back, under all events and under single ones.
pub(super) type Held = (Vec<Hold>, Vec<(usize, Hold)>);

impl Default for State {
    fn default() -> Self {
        Self {
            mounts: vec![(WORKSPACE.to_owned(), RepoPath::root())],
            trees: Vec::new(),
            brought: false,
            env: BTreeMap::new(),
            written: BTreeMap::new(),
            merged: None,
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

    /// Whether every step so far that has an id is remembered.
    pub(super) fn knows_all_steps(&self) -> bool {
        self.steps.len() < KEPT
    }

    /// After a step that has an id.
    pub(super) fn remember(&mut self, id: &str, facts: StepFacts) {
        if self.steps.len() < KEPT {
            self.steps.insert(id.to_ascii_lowercase(), facts);
        }
    }

    /// After a checkout; `when` says under which events it runs.
    pub(super) fn checkout(&mut self, checkout: Checkout<'_>, when: &When<'_>, place: &Place) {
        let verdicts = when.verdicts;
        if verdicts.iter().all(|verdict| verdict.answer.is_no()) && !verdicts.is_empty() {
            return;
        }
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
        let Some(at) = at else {
            // Somewhere unknown: the root is no longer sure to be the tree, but nothing better is known.
            self.brought = true;
            return;
        };
        if foreign {
            self.brought = true;
            self.mounts.retain(|(mount, _)| *mount != at);
            self.trees.retain(|tree| tree.at != at);
            return;
        }
        if self.trees.is_empty() {
            self.mounts.retain(|(mount, _)| mount == OWN_TREE);
        }
        self.mounts.retain(|(mount, _)| *mount != at);
        if self.mounts.len() < KEPT {
            self.mounts.push((at.clone(), RepoPath::root()));
            self.plant(at, checkout, when, place);
        }
    }

    /// After an action that sets a variable.
    pub(super) fn export(&mut self, name: &str, value: Option<String>) {
        self.written.remove(name);
        if self.env.len() < KEPT || self.env.contains_key(name) {
            self.env.insert(name.to_owned(), value);
            self.merged = None;
        }
    }

    /// After the same step under other events: what they set differently is not known.
    pub(super) fn or(&mut self, other: &Self) {
        let differs =
            |(name, value): &(&String, &Option<String>), than: &BTreeMap<String, Option<String>>| than.get(*name) != Some(value);
        let own: Vec<String> = self.env.iter().filter(|one| differs(one, &other.env)).map(|(name, _)| name.clone()).collect();
        let others = other.env.iter().filter(|one| differs(one, &self.env)).map(|(name, _)| name.clone());
        for name in own.into_iter().chain(others.collect::<Vec<_>>()) {
            self.env.insert(name, None);
            self.merged = None;
        }
    }

    /// Beside a step that brings another revision: which one lies there is not known.
    pub(super) fn may_be_moved(&mut self, place: &Place) {
        let why = "a step that runs beside it checks out what it looks at";
        let hold = Hold::new(HoldEffect::Unknown(Reason::Dynamic), place.clone(), why);
        self.trees.iter_mut().flat_map(|tree| &mut tree.revisions).for_each(|revision| *revision = Revision::Held(hold.clone()));
    }

    /// Whether the same is checked out as in another state.
    pub(super) fn stands_as(&self, other: &Self) -> bool {
        let same = |(own, other): (&Tree, &Tree)| own.at == other.at && own.revisions == other.revisions;
        self.trees.len() == other.trees.len() && self.trees.iter().zip(&other.trees).all(same)
    }

    /// Has checked out what another state has.
    pub(super) fn stand_as(&mut self, other: &Self) {
        (self.mounts, self.trees) = (other.mounts.clone(), other.trees.clone());
    }

    /// Puts a checkout where under some events another one may lie.
    fn plant(&mut self, at: String, checkout: Checkout<'_>, when: &When<'_>, place: &Place) {
        let before = self.trees.iter().position(|tree| tree.at == at).map(|known| self.trees.remove(known));
        let old = |event: usize| before.as_ref().and_then(|tree| tree.revisions.get(event)).cloned().unwrap_or(Revision::Nothing);
        let mut sought = before.as_ref().map(|tree| tree.sought.clone()).unwrap_or_default();
        if let Under::Condition(Some(node)) = when.under
            && sought.len() < CARRIED
        {
            sought.push((node.clone(), checkout.revisions.clone()));
        }
        let covered = |event: usize, new: &Revision| {
            let same = sought.iter().filter(|(_, revisions)| revisions.get(event) == Some(new));
            let conditions: Vec<&Node> = same.map(|(node, _)| node).collect();
            conditions.len() > 1 && (when.covers)(event, &conditions)
        };
        let revisions =
            checkout.revisions.into_iter().enumerate().map(|(event, new)| match when.verdicts.get(event).map(|v| &v.answer) {
                Some(Answer::No) => old(event),
                // The job may not run at all; where it does, so does this.
                Some(Answer::Unknown(_)) if matches!(when.under, Under::Nothing) => new,
                Some(Answer::Unknown(_)) if old(event) != new && !covered(event, &new) => {
                    let why = "whether it is checked out is decided when it runs";
                    Revision::Held(Hold::new(HoldEffect::Unknown(Reason::Dynamic), place.clone(), why))
                }
                _ => new,
            });
        let revisions = revisions.collect();
        self.trees.push(Tree { at, revisions, sought, partly: checkout.partly });
    }

    /// After an action or a script that may bring files of its own.
    pub(super) fn may_bring_files(&mut self) {
        self.brought = true;
    }

    /// What a script does to the revisions, for itself and for later steps.
    pub(super) fn moved(&mut self, text: &str, events: &[EventInfo], place: &Place) {
        let (head, away) = checkout::moves(text);
        self.brought |= checkout::brings_files(text);
        if !head && !away {
            return;
        }
        let doubt = |why: &str| Revision::Held(Hold::new(HoldEffect::Unknown(Reason::Dynamic), place.clone(), why));
        for revision in self.trees.iter_mut().flat_map(|tree| tree.revisions.iter_mut().zip(events)) {
            match revision {
                (revision, info) if info.event.name == "pull_request_target" && head => {
                    *revision = doubt("a script may fetch the head")
                }
                (revision @ (Revision::OfEvent | Revision::Change), _) if away => {
                    *revision = doubt("a script checks out another revision");
                }
                _ => {}
            }
        }
    }

    /// What the revision in the directory of a step, and in those its text names, does to it under each event. `bare`: nothing
    /// but a checkout brings files to its runner.
    pub(super) fn revisions(&self, here: &Workdir, text: &str, asked: &Asked<'_>, bare: bool, place: &Place) -> Held {
        let (events, verdicts) = (asked.events, asked.verdicts);
        let path = here.virtual_path().unwrap_or(WORKSPACE);
        let below = |at: &str, path: &str| path == at || path.strip_prefix(at).is_some_and(|rest| rest.starts_with('/'));
        let own = self.trees.iter().filter(|tree| below(&tree.at, path)).max_by_key(|tree| tree.at.len());
        let inner = self.trees.iter().filter(|tree| {
            let name = tree.at.strip_prefix(path).unwrap_or_default().trim_start_matches('/');
            !name.is_empty() && (own.is_none() || text.contains(name))
        });
        let found: Vec<&Tree> = own.into_iter().chain(inner).collect();
        let mut always: Vec<Hold> = found.iter().filter_map(|tree| tree.partly.clone()).collect();
        let mut each: Vec<(usize, Vec<Hold>)> = Vec::new();
        // Where it does not start at all there is nothing to look at: what keeps it from starting is what there is to say.
        let starts = |number: &usize| !verdicts.get(*number).is_some_and(|verdict| verdict.answer.is_no());
        for (number, info) in events.iter().enumerate().filter(|(number, _)| starts(number)) {
            let mut holds = Vec::new();
            let revisions = found.iter().filter_map(|tree| tree.revisions.get(number));
            let some = revisions.clone().any(|revision| *revision != Revision::Nothing);
            for (nth, revision) in revisions.enumerate() {
                let hold = match revision {
                    Revision::Held(hold) if nth > 0 && hold.effect < HoldEffect::Narrow => {
                        let why = "a part of what it names may be another checkout";
                        Hold::new(HoldEffect::Unknown(Reason::Unsupported), hold.place.clone(), why)
                    }
                    Revision::Held(hold) => hold.clone(),
                    Revision::OfEvent if info.event.name == "pull_request_target" => of_base(info),
                    _ => continue,
                };
                holds.push(hold);
            }
            if !some {
                holds.extend((info.event.name == "pull_request_target").then(|| of_base(info)));
                holds.push(self.nothing(bare, place));
            }
            each.push((number, holds));
        }
        // What an event itself does stays with the event.
        let of_event = |hold: &Hold| events.iter().any(|info| info.event.place == hold.place);
        let same = |first: &Vec<Hold>| each.iter().all(|(_, other)| other == first) && !first.iter().any(of_event);
        if let Some(first) = each.first().map(|(_, first)| first).filter(|first| same(first)).cloned() {
            always.extend(first);
            return (always, Vec::new());
        }
        let under = each.into_iter().flat_map(|(event, holds)| holds.into_iter().map(move |hold| (event, hold)));
        (always, under.collect())
    }

    fn nothing(&self, bare: bool, place: &Place) -> Hold {
        let (effect, why) = match (self.brought, bare) {
            (false, true) => (HoldEffect::Void, "the job checks nothing out before it"),
            _ => {
                (HoldEffect::Unknown(Reason::Unsupported), "the job checks nothing out before it; something else may bring files")
            }
        };
        Hold { of_machine: true, remedy: Remedy::CheckOut, ..Hold::new(effect, place.clone(), why) }
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
}

/// With `pull_request_target` what the event gives is the base.
fn of_base(info: &EventInfo) -> Hold {
    let why = "runs on the base's code: the head is not checked out";
    Hold::new(HoldEffect::Soften, info.event.place.clone(), why).mended("run it on `pull_request` instead")
}

fn search_dir(directory: RepoPath, place: &Place) -> SearchDir {
    let shown = if directory.is_root() { "the root".to_owned() } else { format!("`{directory}`") };
    let hold = Hold::new(HoldEffect::Void, place.clone(), format!("{shown} of the tree stands on the search path"))
        .mended(format!("take {shown} off the search path"));
    SearchDir { directory, hold }
}
