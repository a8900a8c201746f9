//! Owns the findings of `policy-protected`: what a change would weaken of the policy that judges it, of the files that the policy is made of,
//! and of who has to approve. A change that is not proven to tighten or to be neutral weakens. Refuses to say whether the change is right.

use super::compare::Against;
use crate::catalog::{Catalog, Rule, Severity};
use crate::finding::{Finding, Verdict};
use crate::terms::change::{self, Direction};
use crate::terms::node::Node;
use crate::terms::policy::Policy;
use crate::text::{Place, RepoPath};

/// The rule these findings belong to.
pub const RULE: &str = "policy-protected";
/// Where a policy lies in its source.
const POLICY_FILE: &str = ".tollgate.toml";
/// Characters of a value that are shown.
const SHOWN: usize = 80;

/// What a change does to the policy that judges it.
#[derive(Clone, Copy, Debug)]
pub enum Proposal<'a> {
    /// Nothing is known of what it started from.
    Elsewhere,
    /// What it started from has no policy yet.
    First,
    /// It changes one policy into another.
    Changed {
        /// The policy that the change started from, whichever judges it.
        from: &'a Policy,
        /// The head has this one; `None`: it has none any more.
        to: Option<&'a Policy>,
    },
}

/// A file beside the policy that a change touches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watched {
    /// The file.
    pub path: RepoPath,
    /// What it is, and what the change does to it: "the code owners' file is changed".
    pub what: String,
    /// Where; `None`: the file.
    pub place: Option<Place>,
    /// It weakens by itself; else it is told only.
    pub weakens: bool,
    /// It runs the gate, which a repository may try out before it agrees on a policy.
    pub gate: bool,
}

/// Whether somebody who may has agreed to exactly what a change weakens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Approval {
    /// A clause: who has, and how.
    By(String),
    /// Nobody is known to have.
    Not {
        /// Why, as a clause.
        why: String,
        /// What to do.
        fix: String,
    },
}

/// Who is asked about a weaker policy.
#[derive(Clone, Copy)]
pub enum Review<'a> {
    /// The code owners of a path, by the forge: whether it merges a change of that path only after their review.
    Owners(&'a (dyn Fn(&str) -> bool + Sync)),
    /// The policy owners, about the change as a whole; `None`: nobody was asked.
    Change(&'a (dyn Fn() -> Option<Approval> + Sync)),
}

/// One finding for each thing that is weakened; one `pass` when nothing is.
pub(super) fn findings(rule: &Rule, catalog: &Catalog, against: Option<&Against<'_>>) -> Vec<Finding> {
    let moot = |message: &str| vec![Finding::new(rule, "repository", Verdict::NotApplicable, message)];
    let Some(against) = against else { return moot("nothing is compared, so nothing is changed") };
    // What the forge keeps from being merged without its owners is told, and decided by them.
    let reviewed = |path: &str, finding: Finding| match against.review {
        Review::Owners(asks_for) if asks_for(path) => {
            Finding { message: format!("{}; its code owners have to approve that", finding.message), ..finding }
                .severity(Severity::Notice)
        }
        Review::Owners(_) | Review::Change(_) => finding,
    };
    let first = matches!(against.proposal, Proposal::First);
    let watched: Vec<&Watched> = against.watched.iter().filter(|file| file.gate || !first).collect();
    let mut out = match against.proposal {
        Proposal::Elsewhere => return moot("it is not known what this change started from"),
        Proposal::First if watched.is_empty() => return moot("there is no policy at the base yet, so this change weakens none"),
        Proposal::First => Vec::new(),
        Proposal::Changed { from, to: Some(proposed) } => weakened(rule, catalog, from, proposed),
        Proposal::Changed { to: None, .. } => {
            vec![fail(rule, "policy", "this change deletes the policy".to_owned(), Severity::Error)]
        }
    };
    out = out.into_iter().map(|finding| reviewed(POLICY_FILE, finding)).collect();
    out.extend(watched.into_iter().map(|file| {
        let severity = match (file.weakens, first) {
            (true, false) => Severity::Error,
            // Until a policy is agreed on, a gate is being tried out.
            (true, true) => Severity::Warning,
            (false, _) => Severity::Notice,
        };
        let finding = fail(rule, file.path.as_str(), file.what.clone(), severity);
        let place = file.place.clone().unwrap_or_else(|| Place::file(file.path.clone()));
        reviewed(file.path.as_str(), finding.at(place, "what decides about this gate, or about who approves"))
    }));
    if let Review::Change(approval) = against.review
        && out.iter().any(|finding| finding.severity > Severity::Notice)
        && let Some(approval) = approval()
    {
        out = out.into_iter().map(|finding| agreed(finding, &approval)).collect();
    }
    if out.is_empty() {
        out.push(Finding::new(rule, "repository", Verdict::Pass, "this change weakens no part of the policy").cause("unchanged"));
    }
    out
}

/// What is weaker, where somebody had to agree.
fn agreed(mut finding: Finding, approval: &Approval) -> Finding {
    if finding.severity <= Severity::Notice {
        return finding;
    }
    match approval {
        Approval::By(how) => {
            finding.message.push_str(&format!("; {how}"));
            finding.fix = None;
            finding.severity(Severity::Notice)
        }
        Approval::Not { why, fix } => {
            finding.message.push_str(&format!("; {why}"));
            finding.fix(fix)
        }
    }
}

fn weakened(rule: &Rule, catalog: &Catalog, before: &Policy, proposed: &Policy) -> Vec<Finding> {
    let changes = change::changes(before, proposed, catalog);
    let weaker = changes.into_iter().filter(|change| change.direction == Direction::Weaker);
    weaker
        .map(|change| {
            let value = |value: &Option<String>| value.as_deref().map_or_else(|| "nothing".to_owned(), shortened);
            let message =
                format!("this change weakens the policy: {} from {} to {}", change.key, value(&change.from), value(&change.to));
            let finding = fail(rule, &change.key, message, Severity::Error);
            match place(&proposed.values, &change.key).or_else(|| proposed.place()) {
                Some(place) => finding.at(place, "not proven to ask for as much as the base's policy does"),
                None => finding,
            }
        })
        .collect()
}

fn fail(rule: &Rule, subject: &str, message: String, severity: Severity) -> Finding {
    let mut finding = Finding::new(rule, subject, Verdict::Fail, message).cause("weakened").severity(severity.min(rule.severity));
    finding.anchor = Some(subject.to_owned());
    finding.fix(format!(
        "take it back, or have it agreed on apart from this change: whoever may write {POLICY_FILE} on the protected branch merges it by itself"
    ))
}

fn shortened(value: &str) -> String {
    match value.char_indices().nth(SHOWN) {
        Some((at, _)) => format!("{}…", &value[..at]),
        None => value.to_owned(),
    }
}

/// Where a key stands, as far down as the file has it.
fn place(values: &Node, key: &str) -> Option<Place> {
    let (mut node, mut place) = (values, None);
    for part in key.split('.') {
        let (name, entry) = part.split_once('[').map_or((part, None), |(name, entry)| (name, Some(entry)));
        let Some(mut next) = node.get(name.trim_matches('"')) else { break };
        place = Some(next.key.clone());
        if let Some(entry) = entry.map(|entry| entry.trim_end_matches(']').trim_matches('"')) {
            let named = |one: &&Node| one.table().is_some_and(|table| table.values().any(|value| value.text() == Some(entry)));
            let Some(found) = next.items().iter().find(named) else { break };
            place = Some(found.place.clone());
            next = found;
        }
        node = next;
    }
    place
}
