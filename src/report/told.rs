//! Owns what is told once: findings of one rule that differ in nothing but the component they are about. Refuses to fold where
//! there is another line to change.

use std::collections::HashMap;

use super::{Report, clean};
use crate::catalog::Catalog;
use crate::finding::Finding;
use crate::policy::DecidedFinding;

/// Subjects that are listed by name.
const NAMED: usize = 5;

/// A finding that needs action, and those that it stands for.
pub(super) struct Told<'r> {
    pub(super) first: &'r DecidedFinding,
    pub(super) others: Vec<&'r DecidedFinding>,
    /// The rule's names, as the profile shows them.
    pub(super) names: Vec<&'r str>,
}

impl Told<'_> {
    /// `the same for python:b, python:c and 2 more`.
    pub(super) fn same_for(&self) -> Option<String> {
        let names: Vec<_> = self.others.iter().take(NAMED).map(|one| clean(&one.finding.subject)).collect();
        let more = self.others.len() - names.len();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        (!names.is_empty()).then(|| format!("the same for {}{more}", names.join(", ")))
    }
}

/// What was seen, and what its first place says beside that; once, where both say the same.
pub(super) fn seen(finding: &Finding) -> String {
    let note = finding.places.first().map(|evidence| evidence.note.as_str());
    match note.filter(|note| !note.is_empty() && !finding.message.contains(note)) {
        Some(note) => format!("{}: {note}", finding.message),
        None => finding.message.clone(),
    }
}

impl Report {
    /// The names of a rule: its id, and in `literal`, which takes the checklist word for word, those that its items had.
    pub(super) fn names<'r>(&self, rule: &'r str) -> Vec<&'r str> {
        let literal = self.policy.profile == "literal";
        let known = Catalog::builtin().rules.iter().find(|known| literal && known.id == rule);
        std::iter::once(rule).chain(known.into_iter().flat_map(|known| known.aliases.iter().map(String::as_str))).collect()
    }

    /// What needs action, the worst first, each line to change once.
    pub(super) fn told(&self) -> Vec<Told<'_>> {
        let mut told: Vec<Told<'_>> = Vec::new();
        let mut known: HashMap<_, usize> = HashMap::new();
        for one in self.actionable() {
            let finding = &one.finding;
            let Some((language, directory)) = finding.subject.split_once(':').filter(|_| !finding.places.is_empty()) else {
                told.push(Told { first: one, others: Vec::new(), names: self.names(&finding.rule) });
                continue;
            };
            let names = |word: &&str| word.trim_matches(['`', ',', ':', ';', '(', ')']) == directory;
            let said: Vec<&str> = finding.message.split(' ').filter(|word| !names(word)).collect();
            let key = (&finding.rule, &finding.cause, one.decision, one.severity, language, said, line_to_change(finding));
            match known.get(&key) {
                Some(at) => told[*at].others.push(one),
                None => {
                    known.insert(key, told.len());
                    told.push(Told { first: one, others: Vec::new(), names: self.names(&finding.rule) });
                }
            }
        }
        told
    }
}

/// Where to act; the beginning of a manifest, which stands for something absent, is the same in all of them.
fn line_to_change(finding: &Finding) -> Option<impl Eq + std::hash::Hash + '_> {
    let place = &finding.places.first()?.place;
    let marked = (place.end_line, place.end_column) > (place.line, place.column);
    let steps: Vec<_> = finding.chain.iter().map(|hop| (&hop.place, &hop.text)).collect();
    (marked || !steps.is_empty()).then_some((place, steps))
}
