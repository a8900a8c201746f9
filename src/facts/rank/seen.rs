//! Owns how many production files of a component the runs of a tool look at together, and what follows where they leave most of them
//! out. Refuses path filters: `starts` counts those.

use std::collections::{BTreeSet, HashSet};

use super::{Bound, Component, Hold, Outcome, Ranked, Rung, Settings, place_of};
use crate::answer::{Answer, Reason, Why};
use crate::facts::best::Candidate;
use crate::facts::hold::HeldBy;
use crate::text::{Place, RepoPath};

/// Files that a tool passes by of those that it is given.
#[derive(Default)]
pub(super) struct PassedBy {
    files: BTreeSet<RepoPath>,
    /// Where it is said, or why it is not known that it does.
    by: Option<Answer<Place>>,
}

impl PassedBy {
    pub(super) fn of(outcome: &Outcome, settings: &Settings) -> Self {
        let files = outcome.passes_by.iter().flat_map(|_| settings.passed_by.iter().cloned()).collect();
        Self { files, by: outcome.passes_by.clone() }
    }
}

/// What runs leave out of a component.
struct LeftOut {
    /// Production files that none of them looks at, as far as is known.
    files: usize,
    /// Why that is too much for the component to be checked: most of its files are in members that no run looks at, or are such as
    /// the tool passes by without a word. Paths that a command names are chosen, as those of a filter are.
    hold: Option<Hold>,
}

/// What the runs that gate leave out of a component together, how many files; those with security rules, where some have them. Where
/// that is most of it, the part stands for no more than itself.
pub(crate) fn left_out<'r>(component: &Component, all: &mut [Candidate], ranked: impl Fn(usize) -> &'r Ranked<'r>) -> usize {
    let gates = |(_, on, ..): &&Candidate| on.bound.lower >= Rung::Gates;
    let secure = all.iter().filter(gates).any(|(_, _, secure, _)| secure.is_yes());
    let counts = |one: &Candidate| gates(&one) && one.2.is_yes() == secure;
    let alike: Vec<&Ranked<'_>> = all.iter().filter(|one| counts(one)).map(|one| ranked(one.0)).collect();
    let Some((first, others)) = alike.split_first() else { return 0 };
    let left = first.leave_out(others, component);
    for (_, on, ..) in all.iter_mut().filter(|one| counts(one)) {
        on.bound = left.hold.iter().fold(on.bound, Bound::held);
        on.held.extend(left.hold.clone());
    }
    left.files
}

impl Ranked<'_> {
    /// What this run and others beside it leave out of a component.
    fn leave_out(&self, others: &[&Self], component: &Component) -> LeftOut {
        let sees = |file: &RepoPath| {
            let mut runs = std::iter::once(self).chain(others.iter().copied());
            runs.any(|one| one.is_given(file) && !one.passed.files.contains(file))
        };
        let homes = homes(component);
        let (seen, left): (Vec<&RepoPath>, Vec<&RepoPath>) = component.files.iter().partition(|file| sees(file));
        let looked_into: BTreeSet<Option<RepoPath>> = seen.iter().map(|file| nearest(&homes, file)).collect();
        let passed = |file: &RepoPath| self.is_given(file);
        let unchosen: Vec<&RepoPath> =
            left.iter().filter(|file| passed(file) || !looked_into.contains(&nearest(&homes, file))).copied().collect();
        let passes = left.iter().any(|file| passed(file));
        // What may be looked at after all is no count to tell.
        let open = match &self.passed.by {
            Some(Answer::Unknown(why)) if passes => Some(why),
            _ => None,
        };
        let unplaced = std::iter::once(&self).chain(others).find_map(|one| one.unplaced.clone());
        let perhaps = open.map(|why| Hold::unknown(why, &place_of(self.invocation))).or(unplaced);
        let known = perhaps.is_none();
        let most = unchosen.len() * 2 > component.files.len();
        let hold = unchosen.first().filter(|_| most).map(|example| match perhaps {
            Some(hold) => hold,
            None => {
                let all = component.files.len();
                let why = format!("{} of {all} production files are not looked at, `{example}` among them", left.len());
                let place = match &self.passed.by {
                    Some(Answer::Yes(place)) if passed(example) => place.clone(),
                    _ => place_of(self.invocation),
                };
                Hold::unknown(&Why::new(Reason::Unsupported, why), &place).by(HeldBy::Files)
            }
        });
        LeftOut { files: if known { left.len() } else { 0 }, hold }
    }

    /// Whether a file is among those that it is given to look at. Which members a tool that stays in its module takes is its own to say.
    fn is_given(&self, file: &RepoPath) -> bool {
        self.bounded || self.looks_at(file)
    }
}

/// The directories of a component's own manifest and of its members.
fn homes(component: &Component) -> HashSet<&RepoPath> {
    component.members.iter().chain(std::iter::once(&component.directory)).collect()
}

fn nearest(homes: &HashSet<&RepoPath>, path: &RepoPath) -> Option<RepoPath> {
    path.ancestors().find(|directory| homes.contains(directory))
}
