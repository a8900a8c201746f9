//! Owns what leaves a run incomplete: files that had to be read and were not, each with its place and the next step, unless a
//! finding that closes the gate tells it. Refuses to read them again.

use std::collections::BTreeMap;

use super::{DecidedFinding, Decision, FailOn, Outcome};
use crate::answer::Reason;
use crate::error::Error;
use crate::finding::{Evidence, Finding, Verdict};
use crate::text::{Place, RepoPath};

/// The rule for files that could not be read.
const READABLE: &str = "ci-config-readable";

/// What to do where nothing more exact is known.
const NEXT: &str = "repair it at this line, so that it can be read";

/// Files that had to be read and were not.
pub(super) struct Gaps(BTreeMap<RepoPath, Error>);

impl Gaps {
    /// Those that the snapshot could not read.
    pub(super) fn of(unread: &BTreeMap<RepoPath, Error>) -> Self {
        Self(unread.clone())
    }

    /// The file that a failing `ci-config-readable` is about, whether that rule is on or not.
    pub(super) fn see(&mut self, finding: &Finding) {
        if finding.rule == READABLE && finding.verdict == Verdict::Fail {
            self.first_of(finding);
        }
    }

    fn first_of(&mut self, finding: &Finding) {
        // What was not read is rather another file than the workflow that leads to it, which has a rule of its own.
        let is_workflow = |evidence: &&Evidence| evidence.place.path.as_str().starts_with(".github/workflows/");
        let other = finding.places.iter().find(|evidence| !is_workflow(evidence));
        let lone = || finding.places.first().filter(|_| finding.rule == READABLE || self.0.is_empty());
        let Some(first) = other.or_else(lone) else { return };
        let fix = finding.fix.as_deref().filter(|fix| finding.rule == READABLE && !fix.contains('\n'));
        let (path, next) = (&first.place.path, fix.unwrap_or(NEXT));
        self.0.entry(path.clone()).or_insert_with(|| gap(path, &first.note, Some(first.place.clone()), next));
    }

    /// Exit status 1 goes before 3: something gates, or else something that had to be read was not. Where nothing is to close, what
    /// would gate for a file hides no gap elsewhere: else mending it would turn 0 into 3.
    pub(super) fn outcome(mut self, decided: &[DecidedFinding], fail_on: FailOn) -> (Outcome, Vec<Error>) {
        for one in decided.iter().filter(|one| one.decision != Decision::Off && one.finding.verdict == Verdict::Unknown) {
            // Where it is said which file was not read, the first place is only where to act.
            let known = || one.finding.places.iter().any(|evidence| self.0.contains_key(&evidence.place.path));
            if one.finding.reason == Some(Reason::Unreadable) && !known() {
                self.first_of(&one.finding);
            }
        }
        let gating = || decided.iter().filter(|one| one.decision == Decision::Gate).map(|one| &one.finding);
        // Another finding at the same file says nothing of what could not be read there.
        let tells = |finding: &&Finding| finding.rule == READABLE || finding.reason == Some(Reason::Unreadable);
        let at = |finding: &Finding, path: &RepoPath| finding.places.iter().any(|evidence| evidence.place.path == *path);
        self.0.retain(|path, _| !gating().filter(tells).any(|finding| at(finding, path)));
        let outcome = match (gating().next().is_some(), self.0.is_empty()) {
            (true, false) if fail_on == FailOn::Never => Outcome::Incomplete,
            (true, _) => Outcome::Fail,
            (false, true) => Outcome::Pass,
            (false, false) => Outcome::Incomplete,
        };
        (outcome, self.0.into_values().collect())
    }
}

/// That a file had to be read and was not: why in one clause, where, and what to do next.
#[must_use]
pub fn gap(path: &RepoPath, why: &str, place: Option<Place>, next: &str) -> Error {
    let name = if path.is_root() { "the tree".to_owned() } else { path.to_string() };
    let why = if why.is_empty() { String::new() } else { format!(" ({why})") };
    let mut gap = Error::incomplete(format!("{name} had to be read and was not{why}: the run is incomplete"));
    gap.place = place;
    gap.hint(next)
}
