//! Owns what is new at a head against its base (design §4.7): findings matched one to one, proof that was lost, problems that were
//! hidden, and what was fixed. Refuses to look at files: which names moved and which subjects are gone is told to it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::civil::Date;
use serde::Serialize;

use super::protected::{Proposal, Review, Watched};
use super::shrunk::{self, Shrunk};
use super::{Change, Decided, DecidedFinding, Decision};
use crate::finding::{Finding, Verdict};
use crate::terms::Policy;
use crate::text::RepoPath;

/// A finding that the base had.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Fixed {
    /// The rule's id.
    pub rule: String,
    /// What it was about.
    pub subject: String,
    /// What was said.
    pub message: String,
    /// Its identity.
    pub fingerprint: String,
}

impl Fixed {
    fn of(one: &DecidedFinding) -> Self {
        let finding = &one.finding;
        Self {
            rule: finding.rule.clone(),
            subject: finding.subject.clone(),
            message: finding.message.clone(),
            fingerprint: one.fingerprint.clone(),
        }
    }
}

/// The base, and how the head's names lie to its names.
pub struct Against<'a> {
    /// What the same policy decides about the base.
    pub base: &'a Decided,
    /// Files of the head under another name than at the base.
    pub files: &'a BTreeMap<RepoPath, RepoPath>,
    /// Directories of components, by language, under another name than at the base.
    pub directories: &'a BTreeMap<(String, RepoPath), RepoPath>,
    /// Whether what a finding of the base was about was deleted, all files of it.
    pub deleted: &'a (dyn Fn(&Finding) -> bool + Sync),
    /// Whether the files that a finding of the base was about are now those of the language's component in this directory, or of any.
    pub taken_over: &'a (dyn Fn(&Finding, Option<&RepoPath>) -> bool + Sync),
    /// Whether the head takes files of what a finding of the base was about out of the product, without deleting them.
    pub out_of_sight: &'a (dyn Fn(&Finding) -> bool + Sync),
    /// What it takes out of the product.
    pub shrunk: &'a [Shrunk],
    /// What the head does to the policy.
    pub proposal: Proposal<'a>,
    /// Files beside the policy that the change touches.
    pub watched: &'a [Watched],
    /// Who is asked about what weakens.
    pub review: Review<'a>,
    /// Old findings close the gate, too.
    pub block_existing: bool,
    /// A waiver that is over closes the gate even where the finding is old: whoever pushes is not a pull request that did not touch it.
    pub expiry_closes: bool,
}

/// What a comparison asks of the run.
pub(super) trait Judge {
    /// What follows from a failing finding of this rule, waivers aside; `None`: the rule is off.
    fn as_failing(&mut self, finding: &Finding) -> Option<DecidedFinding>;
    /// Whether a rule that applied has to go on applying.
    fn stays(&self, rule: &str) -> bool;
    /// The fingerprint of a finding of the head under the names of the base.
    fn under_old_names(&mut self, finding: &Finding, identity: &str, path: &str) -> String;
    /// Waives anew, what the base had first: what is new has to find something left.
    fn waive_old_first(&mut self, head: &mut [DecidedFinding]);
}

/// Marks what is new and what is not, lets what is old pass, adds what was lost, and lists what was fixed.
pub(super) fn compare(
    head: &mut Vec<DecidedFinding>,
    against: &Against<'_>,
    policy: &Policy,
    today: Date,
    judge: &mut dyn Judge,
) -> Vec<Fixed> {
    let names = Names { against };
    let mut unmatched = Unmatched::new(against.base);
    let lost = lost(head, against, &names, judge);
    for (position, one) in head.iter_mut().enumerate() {
        if let Some(before) = lost.hidden.get(&position).filter(|_| one.finding.reported_by.is_none()) {
            hide(one, before, judge);
        }
    }
    mark(head, &mut unmatched, &names, &lost, judge);
    for before in lost.gone {
        if let Some(mut gone) = judge.as_failing(&no_longer_there(&before.finding)) {
            gone.change = Some(Change::New);
            head.push(gone);
        }
    }
    judge.waive_old_first(head);
    for (position, one) in head.iter_mut().enumerate() {
        let old = one.change == Some(Change::Existing) && !lost.hidden.contains_key(&position);
        let closes = matches!(one.decision, Decision::Gate | Decision::Warn | Decision::Note);
        if old && closes && !blocks(&one.finding, policy, against, today) && !(against.expiry_closes && one.expired) {
            one.decision = Decision::Existing;
        }
    }
    bound_waivers(head, against.base);
    // What is told as worse is not told as fixed.
    let worse = head.iter().filter(|one| one.change == Some(Change::New));
    let worse = worse.map(|one| (one.finding.rule.clone(), names.identity(&one.finding))).collect();
    unmatched.fixed(&lost.kept, &worse)
}

/// Names of the base for what the head calls otherwise.
struct Names<'a, 'b> {
    against: &'b Against<'a>,
}

impl Names<'_, '_> {
    /// The subject of a head's finding, as the base would call it.
    fn identity(&self, finding: &Finding) -> String {
        let named = |directory: &RepoPath| self.against.directories.get(&(finding.language().to_owned(), directory.clone()));
        let moved = finding.component.as_ref().and_then(named);
        match moved {
            Some(directory) => Finding { component: Some(directory.clone()), ..finding.clone() }.identity(),
            None => finding.identity(),
        }
    }

    fn path<'f>(&'f self, finding: &'f Finding) -> &'f str {
        let path = finding.places.first().map(|evidence| &evidence.place.path);
        path.map_or("", |path| self.against.files.get(path).unwrap_or(path).as_str())
    }
}

/// Whether a finding is a problem: what a base may absolve.
fn is_problem(one: &DecidedFinding) -> bool {
    let told = !matches!(one.decision, Decision::Off | Decision::None);
    told && (one.finding.verdict == Verdict::Fail || matches!(one.decision, Decision::Gate | Decision::Warn | Decision::Waived))
}

/// Problems of the base that absolve nothing yet.
struct Unmatched<'b> {
    base: &'b Decided,
    problems: Vec<Option<&'b DecidedFinding>>,
    by_fingerprint: HashMap<&'b str, Vec<usize>>,
    by_subject: HashMap<(&'b str, String), Vec<usize>>,
}

impl<'b> Unmatched<'b> {
    fn new(base: &'b Decided) -> Self {
        let problems: Vec<_> = base.findings.iter().filter(|one| is_problem(one)).map(Some).collect();
        let (mut by_fingerprint, mut by_subject) = (HashMap::<_, Vec<_>>::new(), HashMap::<_, Vec<_>>::new());
        for (at, one) in problems.iter().enumerate().rev() {
            let Some(one) = one else { continue };
            by_fingerprint.entry(one.fingerprint.as_str()).or_default().push(at);
            by_subject.entry((one.finding.rule.as_str(), one.finding.identity())).or_default().push(at);
        }
        Self { base, problems, by_fingerprint, by_subject }
    }

    /// One at the base absolves at most one at the head.
    fn take(&mut self, fingerprint: &str) -> bool {
        let list = self.by_fingerprint.get_mut(fingerprint);
        let taken = list.and_then(|list| std::iter::from_fn(|| list.pop()).find(|at| self.problems[*at].is_some()));
        taken.is_some_and(|at| self.problems[at].take().is_some())
    }

    /// A problem of the base with this rule and subject that passes a test.
    fn take_like(&mut self, finding: &Finding, identity: &str, like: impl Fn(&Finding) -> bool) -> bool {
        let list = self.by_subject.get(&(finding.rule.as_str(), identity.to_owned()));
        let fits = |at: &usize| self.problems[*at].is_some_and(|one| like(&one.finding));
        // The lists hold the last one first.
        let taken = list.and_then(|list| list.iter().rev().copied().find(|at| fits(at)));
        taken.is_some_and(|at| self.problems[at].take().is_some())
    }

    /// The same problem of the same subject, its line or its file written anew: the text is no part of what is wrong.
    fn take_edited(&mut self, finding: &Finding, identity: &str) -> bool {
        let same =
            |before: &Finding| before.cause == finding.cause && before.rung == finding.rung && before.verdict == finding.verdict;
        self.take_like(finding, identity, same)
    }

    /// The same rule on the same subject stood a rung lower: what is higher and still short is no new problem.
    fn take_lower(&mut self, finding: &Finding, identity: &str) -> bool {
        let Some(rung) = finding.rung.filter(|_| finding.verdict == Verdict::Fail) else { return false };
        self.take_like(finding, identity, |before| {
            before.verdict == Verdict::Fail && before.rung.is_some_and(|before| before < rung)
        })
    }

    /// The same rule on the same subject failed, and has nothing to fail for any more: that something else is open is no new problem.
    fn take_mended(&mut self, finding: &Finding, identity: &str) -> bool {
        finding.settled && self.take_like(finding, identity, |before| before.verdict == Verdict::Fail)
    }

    /// The same rule failed as badly for the whole repository and named the file that is shown first: what is left is no new problem.
    fn was_part(&self, one: &DecidedFinding, path: &str) -> bool {
        let finding = &one.finding;
        let is_whole = |before: &&DecidedFinding| {
            before.finding.rule == finding.rule
                && before.finding.subject == "repository"
                && before.finding.verdict == Verdict::Fail
        };
        let names = |before: &DecidedFinding| before.finding.places.iter().any(|one| one.place.path.as_str() == path);
        let mut wholes = self.base.findings.iter().filter(|before| is_problem(before)).filter(is_whole);
        finding.subject != "repository" && wholes.any(|before| before.finding.severity >= finding.severity && names(before))
    }

    fn fixed(self, kept: &BTreeSet<(String, String)>, worse: &BTreeSet<(String, String)>) -> Vec<Fixed> {
        let is_kept = |one: &DecidedFinding| {
            let rule = || one.finding.rule.clone();
            kept.contains(&(rule(), one.fingerprint.clone())) || worse.contains(&(rule(), one.finding.identity()))
        };
        let mut fixed: Vec<Fixed> = self.problems.into_iter().flatten().filter(|one| !is_kept(one)).map(Fixed::of).collect();
        fixed.sort();
        fixed
    }
}

fn mark(
    head: &mut [DecidedFinding],
    unmatched: &mut Unmatched<'_>,
    names: &Names<'_, '_>,
    lost: &Lost<'_>,
    judge: &mut dyn Judge,
) {
    let problems: Vec<usize> = (0..head.len()).filter(|at| is_problem(&head[*at])).collect();
    let mut open = Vec::new();
    for at in problems {
        let one = &mut head[at];
        let (identity, path) = (names.identity(&one.finding), names.path(&one.finding).to_owned());
        let old_name = judge.under_old_names(&one.finding, &identity, &path);
        one.change = unmatched.take(&old_name).then_some(Change::Existing);
        if one.change.is_none() {
            open.push((at, identity));
        }
    }
    // What equals a problem of the base has the first claim on it, then what is the same in other words.
    open.retain(|(at, identity)| {
        let one = &mut head[*at];
        let edited = !lost.hidden.contains_key(at) && unmatched.take_edited(&one.finding, identity);
        one.change = Some(if edited { Change::Existing } else { Change::New });
        !edited
    });
    for (at, identity) in open {
        let finding = &head[at].finding;
        let hidden = lost.hidden.contains_key(&at);
        if unmatched.take_lower(finding, &identity)
            || unmatched.take_mended(finding, &identity)
            || (!hidden && unmatched.was_part(&head[at], names.path(finding)))
        {
            head[at].change = Some(Change::Existing);
        }
    }
}

/// Proof and problems of the base that the head hides.
struct Lost<'b> {
    /// By position at the head: what was known of it.
    hidden: BTreeMap<usize, &'b DecidedFinding>,
    /// What the head says nothing about any more.
    gone: Vec<&'b DecidedFinding>,
    /// Problems that are not fixed but hidden, by fingerprint.
    kept: BTreeSet<(String, String)>,
}

fn proven(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Pass | Verdict::Attested | Verdict::Declared)
}

fn undecided(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Unknown | Verdict::NotApplicable)
}

/// Positions of a list of findings by rule and subject.
type BySubject = HashMap<(String, String), Vec<usize>>;

fn lost<'b>(head: &[DecidedFinding], against: &Against<'b>, names: &Names<'_, '_>, judge: &dyn Judge) -> Lost<'b> {
    let mut by_subject: BySubject = HashMap::new();
    for (at, one) in head.iter().enumerate() {
        by_subject.entry((one.finding.rule.clone(), names.identity(&one.finding))).or_default().push(at);
    }
    // Of a rule that passes for the repository and fails for a file, the fails are what it says of the repository.
    let whole_fails = |finding: &Finding| {
        let told = |one: &&DecidedFinding| one.finding.rule == finding.rule && one.finding.verdict == Verdict::Fail;
        head.iter().filter(told).any(|one| one.finding.subject == "repository" || finding.subject == "repository")
    };
    let shrunk_is_told = head.iter().any(|one| one.finding.rule == shrunk::RULE && one.finding.verdict == Verdict::Fail);
    let mut lost = Lost { hidden: BTreeMap::new(), gone: Vec::new(), kept: BTreeSet::new() };
    for before in against.base.findings.iter().filter(|one| one.decision != Decision::Off) {
        let finding = &before.finding;
        let (was_proven, was_problem) = (proven(finding.verdict), finding.verdict == Verdict::Fail);
        let now = around(finding, head, &by_subject, against);
        let applies_not = |at: &usize| head[*at].finding.verdict == Verdict::NotApplicable;
        let stays = finding.verdict != Verdict::NotApplicable && judge.stays(&finding.rule) && now.iter().all(applies_not);
        if !was_proven && !was_problem && !stays {
            continue;
        }
        let all = |test: fn(Verdict) -> bool| now.iter().all(|at| test(head[*at].finding.verdict));
        let mended = was_problem && now.iter().any(|at| head[*at].finding.settled);
        let silent = now.is_empty() && (was_proven || finding.component.is_some()) && !whole_fails(finding);
        if mended || !(silent || (!now.is_empty() && all(undecided))) {
            continue;
        }
        let out_of_sight = (against.out_of_sight)(finding);
        if (against.deleted)(finding) && !out_of_sight && !stays {
            continue;
        }
        lost.kept.insert((finding.rule.clone(), before.fingerprint.clone()));
        match now.first() {
            Some(at) => drop(lost.hidden.entry(*at).or_insert(before)),
            // One cause, one finding.
            None if out_of_sight && shrunk_is_told => {}
            None => lost.gone.push(before),
        }
    }
    lost
}

/// What the head says about the subject: of a component whose files another one took over, about that; of a language or a repository that
/// is told as a whole, about the whole, unless that is proof which this component's files have no part in.
fn around<'h>(finding: &Finding, head: &[DecidedFinding], by_subject: &'h BySubject, against: &Against<'_>) -> &'h [usize] {
    let language = finding.language();
    let told = |name: String| by_subject.get(&(finding.rule.clone(), name)).map(Vec::as_slice);
    if let Some(own) = told(finding.identity()) {
        return own;
    }
    let Some(directory) = &finding.component else { return &[] };
    let mut above = directory.clone();
    while !above.is_root() {
        above = above.parent();
        if let Some(there) = told(format!("{language}:{above}")).filter(|_| (against.taken_over)(finding, Some(&above))) {
            return there;
        }
    }
    let vouches =
        |list: &&[usize]| !list.iter().any(|at| proven(head[*at].finding.verdict)) || (against.taken_over)(finding, None);
    told(language.to_owned()).or_else(|| told("repository".to_owned())).filter(vouches).unwrap_or(&[])
}

/// An undecided finding where something was known: a failing one of the rule's own severity.
fn hide(one: &mut DecidedFinding, before: &DecidedFinding, judge: &mut dyn Judge) {
    let how = match before.finding.verdict {
        Verdict::Fail => "hidden, not fixed",
        verdict if proven(verdict) => "no longer provable",
        _ => "taken away",
    };
    let told = format!("{how}: {} (the base: {})", one.finding.message, before.finding.message);
    let asked = Finding { message: told, severity: before.finding.severity.max(one.finding.severity), ..one.finding.clone() };
    if let Some(judged) = judge.as_failing(&asked) {
        *one = judged;
    }
}

fn no_longer_there(before: &Finding) -> Finding {
    let message = format!("no longer provable: nothing is seen of {} any more (the base: {})", before.subject, before.message);
    Finding {
        message,
        verdict: Verdict::Unknown,
        reason: None,
        cause: "lost".to_owned(),
        places: Vec::new(),
        chain: Vec::new(),
        fix: Some("bring back what the base had, or delete its files with it".to_owned()),
        settled: false,
        ..before.clone()
    }
}

fn blocks(finding: &Finding, policy: &Policy, against: &Against<'_>, today: Date) -> bool {
    let of_rule = policy.rules.get(&finding.rule).and_then(|rule| rule.block_existing_from);
    let from = of_rule.into_iter().chain(policy.gate.block_existing_from).min();
    against.block_existing || from.is_some_and(|from| from <= today)
}

/// A waiver without a count of its own covers no more than it does at the base: else every new finding could move in below it.
fn bound_waivers(head: &mut [DecidedFinding], base: &Decided) {
    let used = |list: &[DecidedFinding], at: usize| {
        list.iter().filter(|one| one.waiver.as_ref().is_some_and(|waiver| waiver.at == at && !waiver.counted)).count()
    };
    let waivers: BTreeSet<usize> = head.iter().filter_map(|one| one.waiver.as_ref()).map(|waiver| waiver.at).collect();
    for waiver in waivers {
        let mut surplus = used(head, waiver).saturating_sub(used(&base.findings, waiver));
        for one in head.iter_mut().rev() {
            let of_it = one.waiver.as_ref().is_some_and(|held| held.at == waiver && !held.counted);
            if surplus > 0 && of_it && one.change == Some(Change::New) {
                surplus -= 1;
                one.waiver = None;
                one.decision = one.otherwise;
            }
        }
    }
}
