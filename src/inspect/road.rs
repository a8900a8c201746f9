//! Owns the road from a snapshot to decisions: facts, checks, findings, policy; of a head, with what the same policy decides about its
//! base beside it. Refuses to open anything.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;

use super::approving::Approving;
use super::compared::{self, Moves, Subjects};
use super::policy_set::PolicySet;
use super::{shrunk, unread, watched};
use crate::catalog::{Catalog, Rule};
use crate::checks::{self, Bench};
use crate::error::Error;
use crate::facts::components::base_scope;
use crate::facts::forge::{CodeOwners, ForgeFacts};
use crate::facts::gate::GateJob;
use crate::facts::tags::survey::Signing;
use crate::facts::{self, Facts};
use crate::finding::Finding;
use crate::policy::protected::{self, Proposal};
use crate::policy::{self, Against, DecideOptions, Decided, FailOn};
use crate::snapshot::Snapshot;
use crate::terms::{Policy, Terms};
use crate::text::{RepoPath, SourceFile};

/// What was decided about a tree, and the files its findings point into.
pub struct Judged {
    /// All decisions.
    pub decided: Decided,
    /// Files for excerpts.
    pub sources: BTreeMap<RepoPath, Arc<SourceFile>>,
    /// What stands where.
    pub(super) subjects: Subjects,
    /// Whom the forge asks before it merges.
    review: Review,
    /// What runs this gate.
    pub(super) gates: Vec<GateJob>,
}

/// Whom a forge asks before it merges a change of a tree.
#[derive(Default)]
struct Review {
    forge: Option<ForgeFacts>,
    owners: Option<CodeOwners>,
}

impl Review {
    /// Whether nobody changes this path without its owners.
    fn asks_for(&self, path: &str) -> bool {
        let asks = |forge: &ForgeFacts| forge.protection.reviewed(path, self.owners.as_ref(), &forge.objections).is_ok();
        self.forge.as_ref().is_some_and(asks)
    }
}

/// What the command line adds to a policy.
#[derive(Clone, Copy, Debug, Default)]
pub struct Judging<'a> {
    /// `--profile`.
    pub profile: Option<&'a str>,
    /// `--only`.
    pub only: &'a [String],
    /// `--fail-on`.
    pub fail_on: Option<FailOn>,
    /// `--strict`.
    pub strict: bool,
}

/// How signing is looked at.
pub type Look<'a> = dyn Fn(&Facts<'_>) -> Result<Signing, Error> + 'a;

/// The base, judged by the same policy, and the tree it was read from.
#[derive(Clone, Copy)]
pub(super) struct BaseSide<'a> {
    /// What is decided about it.
    pub(super) judged: &'a Judged,
    /// Its tree.
    pub(super) snapshot: &'a Snapshot,
    /// What the head does to the policy.
    pub(super) proposal: Proposal<'a>,
    /// Files beside it that say whom it trusts.
    pub(super) trusted: &'a BTreeSet<RepoPath>,
    /// Whom the policy asks about a weaker one; `None`: the code owners.
    pub(super) approving: Option<&'a Approving<'a>>,
    /// Old findings close the gate, too.
    pub(super) block_existing: bool,
    /// Old findings whose waiver is over close it.
    pub(super) expiry_closes: bool,
}

/// What was found in one tree under a policy's terms, before anything follows from it.
pub(super) struct Found {
    findings: Vec<Finding>,
    sources: BTreeMap<RepoPath, Arc<SourceFile>>,
    unread: BTreeMap<RepoPath, Error>,
    notes: Vec<String>,
    subjects: Subjects,
    review: Review,
    gates: Vec<GateJob>,
}

impl Found {
    /// Looks: facts, checks, findings; what is product is not for the tree alone to say where it is held against a base.
    ///
    /// # Errors
    /// What had to be read of the repository and could not be.
    pub(super) fn of(
        snapshot: &Snapshot,
        policy: &Policy,
        look: &Look<'_>,
        judging: &Judging<'_>,
        base: Option<&Snapshot>,
    ) -> Result<Self, Error> {
        let catalog = Catalog::builtin();
        let mut terms = policy.terms.clone();
        terms.scope.base = base.map(|base| Arc::new(base_scope(base, catalog, &terms.scope)));
        if let Some(profile) = judging.profile {
            terms.profile = profile.to_owned();
        }
        let facts = facts::gather(snapshot, catalog, &terms)?;
        let signing = look(&facts)?;
        let findings = judge(&facts, &signing, &terms, catalog, judging.only);
        let mut sources = sources(snapshot, &findings);
        // What a finding says of the policy stands in the one that judges, whatever the tree has under its name.
        sources.extend(policy.files.iter().map(|file| (file.path.clone(), Arc::clone(file))));
        Ok(Self {
            sources,
            unread: unread::by_rules(snapshot, &terms, catalog),
            notes: facts::required::notes(&facts.pipelines, &facts.required_by(&terms)),
            subjects: Subjects::of(&facts),
            review: Review { forge: facts.forge, owners: facts.owners },
            gates: facts.gates,
            findings,
        })
    }

    /// What follows, held against a base where there is one; `snapshot` is the tree it was found in.
    pub(super) fn decide(
        mut self,
        snapshot: &Snapshot,
        policy: &Policy,
        judging: &Judging<'_>,
        today: Date,
        base: Option<BaseSide<'_>>,
    ) -> Judged {
        let now = &self.subjects;
        let mut moves = base.map(|base| Moves::of(&self.findings, snapshot, base.snapshot)).unwrap_or_default();
        moves.directories.extend(base.iter().flat_map(|base| now.spread(&base.judged.subjects)));
        let deleted = |finding: &Finding| base.is_some_and(|base| base.judged.subjects.deleted(finding, snapshot, now));
        let taken_over = |finding: &Finding, directory: Option<&RepoPath>| {
            base.is_some_and(|base| now.took_over(&base.judged.subjects, finding, directory, snapshot))
        };
        let shrunk = base.map(|base| shrunk::shrunk(&base.judged.subjects, now, base.snapshot, snapshot)).unwrap_or_default();
        let taken: BTreeSet<&RepoPath> = shrunk.iter().flat_map(|one| &one.files).collect();
        let out_of_sight = |finding: &Finding| base.is_some_and(|base| base.judged.subjects.holds_any(finding, &taken));
        let watched =
            base.map(|base| watched::changed(snapshot, base.snapshot, base.trusted, &base.judged.gates)).unwrap_or_default();
        // The base's own: a change cannot take its owners away first.
        let reviewed = |path: &str| base.is_some_and(|base| base.judged.review.asks_for(path));
        let gates = std::mem::take(&mut self.gates);
        let approved = || {
            let (base, approving) = base.and_then(|base| Some((base, base.approving?)))?;
            let set = PolicySet::of(snapshot, base.snapshot, base.trusted, [&gates, &base.judged.gates]);
            Some(approving.approval(&set, snapshot, base.snapshot))
        };
        let against = base.map(|base| {
            self.unread.extend(compared::hidden(base.judged, snapshot));
            Against {
                base: &base.judged.decided,
                files: &moves.files,
                directories: &moves.directories,
                deleted: &deleted,
                taken_over: &taken_over,
                out_of_sight: &out_of_sight,
                shrunk: &shrunk,
                proposal: base.proposal,
                watched: &watched,
                review: base.approving.map_or(protected::Review::Owners(&reviewed), |_| protected::Review::Change(&approved)),
                block_existing: base.block_existing,
                expiry_closes: base.expiry_closes,
            }
        });
        let options = DecideOptions {
            profile: judging.profile,
            only: judging.only,
            fail_on: judging.fail_on,
            strict: judging.strict,
            sources: &self.sources,
            unread: &self.unread,
            against: against.as_ref(),
        };
        let mut decided = policy::decide(self.findings, policy, Catalog::builtin(), &options, today);
        decided.notes.extend(self.notes);
        Judged { decided, sources: self.sources, subjects: self.subjects, review: self.review, gates }
    }
}

/// What follows from one tree under a policy.
///
/// # Errors
/// What had to be read of the repository and could not be.
pub fn decided(
    snapshot: &Snapshot,
    policy: &Policy,
    look: &Look<'_>,
    judging: &Judging<'_>,
    today: Date,
) -> Result<Judged, Error> {
    Ok(Found::of(snapshot, policy, look, judging, None)?.decide(snapshot, policy, judging, today, None))
}

/// What follows from a tree held against a base in memory or opened elsewhere; `proposal` is what the head
/// does to the policy.
///
/// # Errors
/// As [`decided`].
pub fn decided_on(
    snapshot: &Snapshot,
    base: &Snapshot,
    policy: &Policy,
    proposal: Proposal<'_>,
    look: &Look<'_>,
    judging: &Judging<'_>,
    today: Date,
) -> Result<Judged, Error> {
    let judged = decided(base, policy, look, judging, today)?;
    let trusted = BTreeSet::new();
    let side = BaseSide {
        judged: &judged,
        snapshot: base,
        proposal,
        trusted: &trusted,
        approving: None,
        block_existing: false,
        expiry_closes: false,
    };
    Ok(Found::of(snapshot, policy, look, judging, Some(base))?.decide(snapshot, policy, judging, today, Some(side)))
}

/// Judges the facts by the rules asked for (all, when none is named).
#[must_use]
pub fn judge(facts: &Facts<'_>, signing: &Signing, terms: &Terms, catalog: &Catalog, only: &[String]) -> Vec<Finding> {
    let bench = Bench { facts, terms, catalog, signing, literal: terms.profile == "literal" };
    let asked =
        |rule: &&Rule| only.is_empty() || only.iter().any(|name| catalog.rule(name).is_some_and(|named| named.id == rule.id));
    // A roll-up looks at what the exact rules found: they run with it, and policy drops what was not asked for.
    let rolled =
        catalog.rules.iter().filter(asked).any(|rule| rule.check.get("kind").and_then(|kind| kind.as_str()) == Some("roll-up"));
    checks::run(catalog.rules.iter().filter(|rule| rolled || asked(rule)), &bench)
}

/// The files that findings point into, for excerpts and fingerprints. What cannot be read has no excerpt.
fn sources(snapshot: &Snapshot, findings: &[Finding]) -> BTreeMap<RepoPath, Arc<SourceFile>> {
    let mut sources = BTreeMap::new();
    for place in findings.iter().flat_map(|finding| &finding.places).map(|evidence| &evidence.place) {
        if !sources.contains_key(&place.path)
            && snapshot.is_file(&place.path)
            && let Ok(file) = snapshot.read(&place.path)
        {
            sources.insert(place.path.clone(), file);
        }
    }
    sources
}
