//! Owns the log of earlier verifications (`--state`) in a run: opened and locked before anything is verified, asked about each tag, and
//! continued. Refuses a log that whoever wrote the repository could change.

use std::collections::BTreeSet;
use std::path::Path;

use git2::Oid;

use super::tags::{Run, TagRequest};
use super::tags_judge;
use super::tags_origin::{OF_A_COMMIT, TagJudging};
use crate::error::Error;
use crate::facts::tags::verify::TagVerdict;
use crate::signing::refusal::{Refusal, Step};
use crate::signing::signed::{self, Signer};
use crate::signing::state_log::{self, Entry};
use crate::source::ancestry::{self, Ancestry};
use crate::source::state_file::StateFile;
use crate::source::{self, Repository, fetching};

/// The state log, opened and locked before anything is verified.
pub(super) fn open(request: &TagRequest, judged: &TagJudging, repository: &Repository) -> Result<Option<State>, Error> {
    let Some(path) = &request.state else {
        if judged.judging.policy.release.state_required {
            return Err(Error::usage("[release].state asks for the log of earlier verifications").hint("give --state FILE"));
        }
        return Ok(None);
    };
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    tags_judge::outside("--state", directory, &request.repository, repository)
        .map_err(|error| error.hint("keep it where only deploys write"))?;
    let file = StateFile::open(path)?;
    let damaged = |line: usize, why: &str| {
        Error::incomplete(format!("the state log {} is damaged: line {line}: {why}", path.display()))
            .hint("restore it from a copy, or name the right file; do not start an empty one unseen")
    };
    let entries = state_log::parse(&file.lines).map_err(|(line, why)| damaged(line, &why))?;
    if !state_log::is_torn(&file.torn) {
        return Err(damaged(file.lines.len() + 1, "it is not the beginning of an entry, and would be lost"));
    }
    Ok(Some(State { file, entries }))
}

/// What a log says that has no line for it.
const UNKNOWN: &str = "the log of earlier verifications does not know";

/// The objects of the countersignatures that count, sorted.
fn countersignatures(verdict: &TagVerdict) -> Vec<String> {
    let counted = verdict.signers.iter().filter(|signer| signer.counted);
    let ids: BTreeSet<&String> = counted.filter_map(|signer| signer.countersign.as_ref()).collect();
    ids.into_iter().cloned().collect()
}

/// The keys of the release's own signatures that count, sorted.
fn own_keys(verdict: &TagVerdict) -> Vec<String> {
    let own = verdict.signers.iter().filter(|signer| signer.counted && signer.countersign.is_none());
    let keys: BTreeSet<&String> = own.map(|signer| &signer.primary).collect();
    keys.into_iter().cloned().collect()
}

/// An open log.
pub(super) struct State {
    pub(super) file: StateFile,
    pub(super) entries: Vec<Entry>,
}

impl Run<'_> {
    /// The line that a verified tag adds.
    pub(super) fn entry(&self, verdict: &TagVerdict) -> Entry {
        let object = verdict.object.or(verdict.commit);
        Entry {
            schema: 1,
            tag: verdict.name.clone(),
            object: object.map(|id| id.to_string()).unwrap_or_default(),
            payload: verdict.payload.clone(),
            commit: verdict.commit.map(|id| id.to_string()).unwrap_or_default(),
            policy: self.judged.commit.map(|id| id.to_string()),
            countersigned: Some(countersignatures(verdict)),
            signed: Some(own_keys(verdict)),
            time: self.request.now.at.to_string(),
        }
    }

    /// Takes from those who count whoever's time is over and whose very signature the log does not know: the release's own by its object
    /// and key, a countersignature by the object that carries it.
    pub(super) fn forget(&self, state: &State, entry: &mut Entry, verdict: &mut TagVerdict) {
        let ended = |signer: &Signer| [signer.ends, signer.over].into_iter().flatten().filter(|end| *end <= self.now).min();
        let over = |signer: &Signer| ended(signer).is_some();
        let known = |signer: &Signer| match &signer.countersign {
            None => {
                let end = ended(signer).unwrap_or(i64::MAX);
                state_log::knows(&state.entries, &entry.tag, &entry.object, &signer.primary, end)
            }
            Some(id) => state_log::knows_countersignature(&state.entries, &entry.tag, &entry.object, id),
        };
        let mut notes = Vec::new();
        for signer in verdict.signers.iter_mut().filter(|signer| signer.counted && over(signer) && !known(signer)) {
            signer.counted = false;
            let what = if signer.countersign.is_some() { "countersignature" } else { "signature" };
            let who = signer.person.as_deref().unwrap_or_default();
            notes.push(format!("the {what} of {who} does not count: the key's time is over, and {UNKNOWN} it"));
        }
        verdict.notes.append(&mut notes);
        entry.countersigned = Some(countersignatures(verdict));
        entry.signed = Some(own_keys(verdict));
    }

    /// A verified tag against what was verified before.
    pub(super) fn against(
        &self,
        state: &State,
        entry: &Entry,
        verdict: &TagVerdict,
        repository: &Repository,
    ) -> Result<(), Refusal> {
        let last = state.entries.iter().rev().find_map(|entry| entry.policy.as_deref());
        let unread = |error: git2::Error| {
            let reason = format!("the commit of the last policy in the log is none: {}", error.message());
            Refusal::indeterminate(Step::State, reason, "restore the log from a copy; do not start an empty one unseen")
        };
        let last = last.map(Oid::from_str).transpose().map_err(unread)?;
        if let (Some(last), None) = (last, self.judged.commit) {
            let reason =
                format!("the last release was judged by the policy of commit {last}, and this policy is a file of no commit");
            return Err(Refusal::indeterminate(Step::State, reason, OF_A_COMMIT));
        }
        if let (Some(last), Some(tip)) = (last, self.judged.commit) {
            let elsewhere = self.judged.elsewhere.as_deref().and_then(|path| source::open_repository(path).ok());
            let objects = elsewhere.as_ref().map_or(&repository.objects, |other| &other.objects);
            match ancestry::within(objects, last, tip) {
                Ancestry::Within { .. } => {}
                Ancestry::Outside => {
                    let reason = format!(
                        "the judging policy's commit {tip} does not come after {last}, by which the last release was judged"
                    );
                    return Err(Refusal::rejected(
                        Step::State,
                        reason,
                        "fetch the branch of the policy (git fetch origin), and find out who moved it",
                    ));
                }
                Ancestry::Unknown(id, error) => {
                    let reason = format!("whether the policy went back cannot be told: the commit {id} {error}");
                    let history = fetching::history(elsewhere.as_ref().unwrap_or(repository), &error);
                    let remedy = format!("in the repository of the policy: {history}");
                    return Err(Refusal::indeterminate(Step::State, reason, remedy));
                }
            }
        }
        if signed::people(&verdict.signers).len() < self.judged.judging.policy.release.min_signatures {
            let reason = format!("a key's time is over, and {UNKNOWN} what it signed");
            return Err(Refusal::rejected(
                Step::State,
                reason,
                "have a current maintainer countersign it, or tag and sign the next version",
            ));
        }
        // Who asks for all releases deploys none of them.
        state_log::judge(&state.entries, entry, self.request.allow_rollback || self.request.all)
    }
}
