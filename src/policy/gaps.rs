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

#[cfg(test)]
mod tests {
    use jiff::civil::{Date, date};

    use super::super::{DecideOptions, decide};
    use super::*;
    use crate::catalog::Catalog;
    use crate::terms::Policy;

    const TODAY: Date = date(2026, 11, 23);

    fn path(text: &str) -> RepoPath {
        RepoPath::new(text).expect("a path")
    }

    #[test]
    fn what_an_active_rule_had_to_read_and_did_not_is_incomplete() {
        let sources = BTreeMap::new();
        let unread = BTreeMap::from([(path("uv.lock"), gap(&path("uv.lock"), "big", None, "make it smaller"))]);
        let options = DecideOptions {
            profile: None,
            only: &[],
            fail_on: None,
            strict: false,
            sources: &sources,
            unread: &unread,
            against: None,
        };
        let decided = decide(Vec::new(), &Policy::builtin(), Catalog::builtin(), &options, TODAY);
        assert_eq!((decided.outcome, decided.exit_status()), (Outcome::Incomplete, 3));
        assert_eq!(
            decided.gaps[0].to_string(),
            "uv.lock had to be read and was not (big): the run is incomplete; make it smaller"
        );
    }

    /// A finding shows the workflow first, and behind it the file that was not read: that one is told, whatever else is told already.
    #[test]
    fn the_file_behind_a_workflow_is_what_was_not_read() {
        let behind = |file: &str| {
            let rule = Catalog::builtin().rule("python-static-analysis").expect("a rule");
            let workflow = Place::file(path(".github/workflows/ci.yml"));
            let mut one = Finding::new(rule, "python", Verdict::Unknown, "seen").at(workflow, "runs");
            one.reason = Some(Reason::Unreadable);
            if file.is_empty() { one } else { one.at(Place::file(path(file)), "not read") }
        };
        let told = |findings: Vec<Finding>, known: &[&str]| -> Vec<String> {
            let sources = BTreeMap::new();
            let unread = known.iter().map(|one| (path(one), gap(&path(one), "big", None, "make it smaller"))).collect();
            let (profile, only, unread) = (None, &[][..], &unread);
            let options = DecideOptions { profile, only, fail_on: None, strict: false, sources: &sources, unread, against: None };
            let decided = decide(findings, &Policy::builtin(), Catalog::builtin(), &options, TODAY);
            decided.gaps.iter().map(|gap| gap.message.split(' ').next().unwrap_or_default().to_owned()).collect()
        };
        assert_eq!(told(vec![behind("setup.cfg")], &[]), ["setup.cfg"]);
        assert_eq!(told(vec![behind("setup.cfg")], &["uv.lock"]), ["setup.cfg", "uv.lock"]);
        assert_eq!(told(vec![behind("setup.cfg")], &["setup.cfg"]), ["setup.cfg"]);
        // Where nothing else is named it is the workflow, unless a file is told already.
        assert_eq!(told(vec![behind("")], &[]), [".github/workflows/ci.yml"]);
        assert_eq!(told(vec![behind("")], &["uv.lock"]), ["uv.lock"]);
    }
}
