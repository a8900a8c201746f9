//! Owns opening what a run of `check` or `facts` is about: the tree, what it is held against, and the policies that judge. Refuses to judge.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use super::base::{self, Chosen};
use super::{Called, CheckRequest, fits, tags_judge};
use crate::catalog::Catalog;
use crate::error::{Error, Kind};
use crate::policy::origin::{BaseTip, Loosening, Named, POLICY_FILE};
use crate::policy::protected::Proposal;
use crate::policy::{self, OriginRequest, PolicyReader};
use crate::snapshot::{self, Snapshot, UnreadKind};
use crate::source::forge::Base;
use crate::source::{self, OpenOptions, commit, fetching};
use crate::terms::read::Open;
use crate::terms::{Policy, trust};
use crate::text::{Place, RepoPath, SourceFile};

/// Seconds of a day.
const DAY: i64 = 86_400;

/// What is judged, and by what.
pub(super) struct Opened {
    pub(super) snapshot: Snapshot,
    pub(super) judging: policy::Judging,
    pub(super) also: Vec<policy::Judging>,
    pub(super) change: Option<PolicyChange>,
    pub(super) chosen: Option<Chosen>,
    pub(super) notes: Vec<String>,
}

/// What a change started from and what it proposes: whatever judges it, this is what it does to the policy.
pub(super) struct PolicyChange {
    before: Option<Policy>,
    after: Option<Policy>,
}

impl PolicyChange {
    /// The files of the proposed policy.
    pub(super) fn files(&self) -> impl Iterator<Item = &Arc<SourceFile>> {
        self.after.iter().flat_map(|policy| &policy.files)
    }

    /// Files that are trust wherever they lie: what either policy names.
    pub(super) fn named(&self, judging: &Policy) -> BTreeSet<RepoPath> {
        let policies = self.before.iter().chain(&self.after).chain([judging]);
        policies.flat_map(trust::named_files).filter_map(|name| RepoPath::new(&name)).collect()
    }

    /// What it does, told by this judge.
    pub(super) fn proposal<'a>(&'a self, judging: &'a policy::Judging) -> Proposal<'a> {
        match (&self.before, &self.after) {
            (Some(before), after) => Proposal::Changed { from: before, to: after.as_ref() },
            (None, Some(after)) if !judging.bootstrap => Proposal::Changed { from: &judging.policy, to: Some(after) },
            // Nothing was there and nothing is proposed: whatever judges stays as it is.
            (None, None) if !judging.bootstrap => Proposal::Changed { from: &judging.policy, to: Some(&judging.policy) },
            (None, _) => Proposal::First,
        }
    }
}

/// Opens it.
///
/// # Errors
/// As [`super::check`].
pub(super) fn open(request: &CheckRequest) -> Result<Opened, Error> {
    let answers = request.forge.as_ref().map(|asked| Arc::clone(&asked.answers));
    let snapshot = snapshot::open(&request.path, &request.opening())?.with_forge(answers);
    refuse_spellings(&snapshot)?;
    let name = name(request, snapshot.subject().revision.as_deref());
    let snapshot = snapshot.called(name);
    let mut notes = Vec::new();
    let chosen = chosen(request, &snapshot, &mut notes)?;
    let inside = |file: &Option<PathBuf>| file.as_deref().is_some_and(|file| source::lies_in(file, &request.path));
    let origin = |base: Option<BaseTip>| OriginRequest {
        policy_file: request.policy_file.clone(),
        policy_ref: request.policy_ref.clone(),
        org_policy: request.org_policy.clone(),
        base,
        profile: request.profile.clone(),
        ci: request.ci,
        now: request.now.at.as_second(),
        policy_file_is_inside: inside(&request.policy_file),
        org_policy_is_inside: inside(&request.org_policy),
        tree_revision: match snapshot.subject().kind {
            snapshot::SubjectKind::Git => snapshot.subject().revision.clone(),
            _ => None,
        },
    };
    let catalog = Catalog::builtin();
    let choose = |base: Option<BaseTip>| {
        let files = PolicyFiles { snapshot: &snapshot, request };
        let judging = policy::origin::choose(&origin(base), &files, catalog, request.now.date())?;
        if request.ci {
            let loosening = Loosening { profile: request.profile.as_deref(), fail_on: request.fail_on, only: &request.only };
            policy::origin::refuse_looser(&loosening, &judging.policy, catalog)?;
        }
        Ok::<_, Error>(judging)
    };
    let judging = choose(chosen.as_ref().map(|chosen| chosen.judge.clone()))?;
    let own_policy = request.policy_file.is_none() && request.policy_ref.is_none();
    let tips = chosen.iter().flat_map(|chosen| &chosen.also).filter(|_| own_policy);
    let also = tips.map(|tip| choose(Some(tip.clone()))).collect::<Result<Vec<_>, _>>()?;
    if let Some(base::Event::PullRequest { branch, .. } | base::Event::MergeGroup { branch, .. }) =
        request.run.as_ref().map(|run| &run.event)
    {
        let default = request.run.as_ref().and_then(|run| run.default_branch.as_deref()).unwrap_or_default();
        // The default branch's own comes first among them.
        if let Some(also) = also.first().filter(|_| branch != default) {
            base::allows(&also.policy, branch, default)?;
        }
    }
    let started = chosen.as_ref().and_then(|chosen| chosen.compare);
    let change = started.map(|id| changed(request, &snapshot, id)).transpose()?;
    notes.extend(chosen.iter().flat_map(|chosen| chosen.notes.iter().cloned()));
    notes.extend(
        chosen.as_ref().filter(|chosen| own_policy && chosen.of_event).map(|chosen| aged(&chosen.judge, request, &snapshot)),
    );
    notes.extend(judging.proposes());
    Ok(Opened { snapshot, judging, also, change, chosen, notes })
}

/// How old the policy is that judges in the place of the branch's own of now.
fn aged(judge: &BaseTip, request: &CheckRequest, snapshot: &Snapshot) -> String {
    let commit = git2::Oid::from_str(&judge.revision).ok().zip(snapshot.repository());
    let time = commit.and_then(|(id, repository)| commit::read(&repository.objects, id).ok()?.time);
    let when = time.and_then(|time| jiff::Timestamp::from_second(time).ok()).map(|at| {
        let days = request.now.at.as_second().saturating_sub(at.as_second()).max(0) / DAY;
        let date = jiff::tz::TimeZone::UTC.to_datetime(at).date();
        format!(", committed {date}, {days} {} ago", if days == 1 { "day" } else { "days" })
    });
    let short: String = judge.revision.chars().take(7).collect();
    format!("the policy of {} at {short} judges{}: what the branch has now is not here", judge.title, when.unwrap_or_default())
}

/// Another spelling of the policy's name: some machines take it for the policy, and others have none.
fn refuse_spellings(snapshot: &Snapshot) -> Result<(), Error> {
    let like = |path: &RepoPath| path.as_str() != POLICY_FILE && path.as_str().eq_ignore_ascii_case(POLICY_FILE);
    let Some(entry) = snapshot.entries().iter().find(|entry| like(&entry.path)) else { return Ok(()) };
    let other = &entry.path;
    let error = Error::usage(format!(
        "{other} is no policy: the policy is {POLICY_FILE}, spelled so, and nothing else may be called like it"
    ));
    let next = match RepoPath::new(POLICY_FILE).is_some_and(|path| snapshot.entry(&path).is_some()) {
        true => format!("delete {other}, or call it otherwise"),
        false => format!("rename it: git mv {other} {POLICY_FILE}"),
    };
    Err(error.at(Place::file(other.clone())).hint(next))
}

/// What the repository is called: by who asks a forge about it, else by the runner, if its run is about this commit.
fn name(request: &CheckRequest, revision: Option<&str>) -> Option<String> {
    let asked = request.forge.as_ref().map(|asked| asked.answers.repository.clone());
    let about = |called: &&Called| called.commits.iter().any(|commit| Some(commit.as_str()) == revision);
    asked.or_else(|| request.called.as_ref().filter(about).map(|called| called.name.clone()))
}

/// The policies at the commit that the change started from and in the inspected tree. One that was broken already cannot be weakened.
fn changed(request: &CheckRequest, snapshot: &Snapshot, started: git2::Oid) -> Result<PolicyChange, Error> {
    let files = PolicyFiles { snapshot, request };
    let (catalog, today, id) = (Catalog::builtin(), request.now.date(), started.to_string());
    let read = |file: Option<Arc<SourceFile>>, open: &Open<'_>| {
        policy::origin::plain(file, request.profile.as_deref(), catalog, today, open)
    };
    let before = match read(files.at(&id, POLICY_FILE)?, &|name| files.at(&id, name)) {
        Err(error) if error.kind == Kind::Usage => None,
        read => read?,
    };
    Ok(PolicyChange { before, after: read(files.tree(POLICY_FILE)?, &|name| files.tree(name))? })
}

/// What the inspected tree is held against. Where a policy is named, a base that is not at hand makes every finding a new one; a tree that the
/// event is not about is refused all the same.
fn chosen(request: &CheckRequest, snapshot: &Snapshot, notes: &mut Vec<String>) -> Result<Option<Chosen>, Error> {
    let Some(asked) = request.base.as_ref().map(|_| true).or(request.run.as_ref().map(|run| run.event != base::Event::Other))
    else {
        return Ok(None);
    };
    let question = base::Question {
        named: request.base.as_deref(),
        run: request.run.as_ref(),
        inspected: snapshot.subject().revision.as_deref().and_then(|id| git2::Oid::from_str(id).ok()),
        ci: request.ci,
        limits: &request.limits,
    };
    let Some(repository) = snapshot.repository() else {
        if !asked {
            return Ok(None);
        }
        let error = Error::incomplete("there is no git repository here, so there is no base to compare with");
        return Err(error.hint("check the repository out with its `.git`, or leave --base out"));
    };
    fits::fits(&question, repository)?;
    let named = request.policy_file.is_some() || request.policy_ref.is_some();
    let told = request.told.as_deref();
    notes.extend(told.filter(|told| !told.objects.is_empty()).map(|told| {
        let many = told.objects.len();
        format!("{many} objects of the commits that it is held against are not here and were read from the forge, each checked by its id")
    }));
    match base::choose(&question, repository).and_then(|chosen| whole(chosen, told)).map_err(|error| unanswered(error, told)) {
        Err(error) if named && request.base.is_none() => {
            let next = error.hint.map(|hint| format!("; next: {hint}")).unwrap_or_default();
            notes.push(format!("nothing is compared, so every finding counts as new: {}{next}", error.message));
            Ok(None)
        }
        chosen => chosen,
    }
}

/// A base of which the forge gave a part is none: what it lacks would count as the change's own.
fn whole(chosen: Option<Chosen>, told: Option<&Base>) -> Result<Option<Chosen>, Error> {
    match chosen.as_ref().and_then(|chosen| chosen.compare).filter(|id| told.and_then(|told| told.partial) == Some(*id)) {
        Some(id) => Err(Error::incomplete(format!("the base {id} is not whole here")).hint(fetching::base(&id.to_string()))),
        None => Ok(chosen),
    }
}

/// Says why a forge that was asked did not help.
fn unanswered(mut error: Error, told: Option<&Base>) -> Error {
    if let Some(why) = told.and_then(|told| told.failed.as_ref()).filter(|_| error.kind == Kind::Incomplete) {
        error.message.push_str(&format!("; the forge was asked for what is lacking: {why}"));
    }
    error
}

/// Reads policies from where the snapshot came from, and from disk where the user says so.
struct PolicyFiles<'s> {
    snapshot: &'s Snapshot,
    request: &'s CheckRequest,
}

impl PolicyReader for PolicyFiles<'_> {
    fn disk(&self, path: &std::path::Path) -> Result<Arc<SourceFile>, Error> {
        source::read_named_file(path, self.snapshot.limits().file_bytes)
    }

    fn beside(&self, directory: &std::path::Path, name: &str) -> Result<Option<Arc<SourceFile>>, Error> {
        source::file_beside(directory, name, self.snapshot.limits().file_bytes)
    }

    fn tree(&self, path: &str) -> Result<Option<Arc<SourceFile>>, Error> {
        read_policy(self.snapshot, path)
    }

    fn resolve(&self, reference: &str) -> Result<Named, Error> {
        let told = self.request.run.as_ref().and_then(|run| run.default_branch.as_deref());
        tags_judge::of_trees(self.repository()?, reference, self.request.ci, told, self.snapshot.limits())
    }

    fn at(&self, revision: &str, path: &str) -> Result<Option<Arc<SourceFile>>, Error> {
        let request = self.request.opening();
        let options =
            OpenOptions { rev: Some(revision.to_owned()), limits: request.limits, told: request.told, ..OpenOptions::default() };
        let there = snapshot::open(&self.request.path, &options)?;
        read_policy(&there, path)
    }
}

impl PolicyFiles<'_> {
    fn repository(&self) -> Result<&source::Repository, Error> {
        self.snapshot
            .repository()
            .ok_or_else(|| Error::usage("--policy-ref needs a git repository").hint("name a policy file with --policy instead"))
    }
}

/// A policy is a regular blob at its exact path (design §4.4).
fn read_policy(snapshot: &Snapshot, path: &str) -> Result<Option<Arc<SourceFile>>, Error> {
    let Some(path) = RepoPath::new(path) else { return Ok(None) };
    let refuse = |what: &str| {
        let error = Error::usage(format!("{path} is {what}; a policy is a regular file")).at(Place::file(path.clone()));
        Err(error.hint("commit the file itself"))
    };
    match snapshot.entry(&path) {
        None if snapshot.is_dir(&path) => refuse("a directory"),
        None => Ok(None),
        Some(entry) if !entry.is_file() => refuse("a link or a submodule"),
        Some(_) => {
            let words = |why: &str| format!("{path} could not be read: {why}");
            let hint = "a policy is a small UTF-8 file";
            match snapshot.read(&path) {
                Ok(file) => source::text(file).map(Some),
                Err(unread) => {
                    let not_text = unread.kind == UnreadKind::NotText;
                    let error = if not_text { Error::usage(words(&unread.why)) } else { Error::incomplete(words(&unread.why)) };
                    Err(error.at(Place::file(path.clone())).hint(hint))
                }
            }
        }
    }
}
