//! Owns what is put over the tree of a job, or beside it, from elsewhere: downloads, clones, archives, artefacts and caches of other jobs.
//! Refuses to know what is in it: what is deployed is not known to be the verified commit as soon as it may be among it.

use std::collections::BTreeSet;

use super::meaning::{Follows, Meaning, Printed, is_expression};
use super::tree::Held;
use super::{Guard, Reading, own_place};
use crate::answer::Reason;
use crate::catalog::Catalog;
use crate::catalog::releasing::{Operand, Verifies};
use crate::facts::ci::fetches_the_tree;
use crate::facts::pipeline::ActionCall;
use crate::facts::shell::{self, Word};
use crate::facts::trace::{ReleaseStep, Spot};

/// The name of an artefact that is not named (`actions/upload-artifact`, `action.yml`).
const UNNAMED: &str = "artifact";

/// The step puts something that lies elsewhere, or in an archive, where it says; git's own moves are another matter.
pub(super) fn is_put(step: &ReleaseStep) -> bool {
    step.row.fetches || step.row.unpacks || step.row.target.is_some()
}

/// An action that is not known, and is called like one that puts files into the workspace.
pub(super) fn may_bring(call: &ActionCall) -> bool {
    let catalog = &Catalog::builtin().releasing;
    let rows = catalog.deploy.iter().chain(&catalog.verify).chain(&catalog.changes);
    let known = rows.flat_map(|row| &row.action).any(|name| crate::facts::matching::same_action(name, &call.name));
    let own = call.name.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    !known && !fetches_the_tree(&format!("{}@", call.name)) && catalog.brings.iter().any(|word| own.contains(word.as_str()))
}

impl Reading<'_> {
    /// Where a step is in its job.
    fn order(&self, step: &ReleaseStep) -> (usize, usize) {
        (own_place(step).line, self.number_of(step))
    }

    /// What is wrong with what is put over the tree, or beside it, before a step of the job that uses it.
    pub(super) fn put_over(&self, held: &Held<'_>, user: &ReleaseStep) -> Option<Guard> {
        let brought = self.brought(held, user);
        let (_, step) = brought.into_iter().find(|(spot, _)| concerns(spot, user))?;
        let place = step.chain.last().map_or_else(|| own_place(step), |hop| hop.place.clone());
        let why = format!(
            "{} is brought before it, and whether what is deployed is still the verified commit cannot be told",
            step.row.title
        );
        Some(Guard::Unseen(Reason::Unsupported, place, why))
    }

    /// What is brought from elsewhere in the job of a step before it, where, and by which step; but for programs.
    pub(super) fn brought(&self, held: &Held<'_>, until: &ReleaseStep) -> Vec<(&Spot, &ReleaseStep)> {
        let (job, until) = (until.job, self.order(until));
        let mut brought: Vec<(&Spot, &ReleaseStep)> = Vec::new();
        let puts = |step: &&&ReleaseStep| step.job == job && step.row.what == Some(Verifies::Tree) && is_put(step);
        for step in self.own.iter().filter(puts).filter(|step| self.order(step) < until) {
            let Some(spot) = &step.files.puts else { continue };
            let of_those = step.files.reads.iter().any(|read| brought.iter().any(|(spot, _)| overlap(read, &spot.path)));
            if (step.files.fetches || of_those) && !self.is_verified(held, step) && !self.is_a_program(step) {
                brought.push((spot, step));
            }
        }
        brought
    }

    /// A further work tree of the commit that was verified.
    fn is_verified(&self, held: &Held<'_>, step: &ReleaseStep) -> bool {
        let Some(site) = self.site(step.job).filter(|_| step.row.target == Some(Operand::First)) else { return false };
        let printed = Printed { site: held.site, line: held.at.line, output: held.verify.row.commit_output.as_deref() };
        let follows = Follows { snapshot: self.snapshot, printed: Some(printed) };
        let line = own_place(step).line;
        step.args.last().is_some_and(|word| follows.word(word, &site, line) == Meaning::Verified)
    }

    /// What is brought is a program that the same step then puts among the others or runs, and no word names a tag or this repository.
    fn is_a_program(&self, step: &ReleaseStep) -> bool {
        let number = self.number_of(step);
        let same: Vec<&ReleaseStep> = self.of_same_step(step).collect();
        let installs = |other: &ReleaseStep| {
            let to_programs = || {
                let target = other.args.iter().rev().find(|word| !word.head().starts_with('-')).map(|word| word.shape());
                target.is_some_and(|path| {
                    let path = path.trim_end_matches('/');
                    shell::is_of_programs(path)
                        || path.rsplit_once('/').is_some_and(|(directory, _)| shell::is_of_programs(directory))
                })
            };
            match other.row.what {
                Some(Verifies::Made) => true,
                Some(Verifies::Code) => other.row.of_tree && !other.files.apart,
                Some(Verifies::Tree) => other.row.target == Some(Operand::Last) && !other.row.fetches && to_programs(),
                _ => false,
            }
        };
        let installed = same.iter().any(|other| self.number_of(other) > number && !other.files.of_tree && installs(other));
        installed && !self.may_be_of_tag(step)
    }

    /// A word of what fetches in the same step names a tag or this repository, or may.
    pub(super) fn may_be_of_tag(&self, step: &ReleaseStep) -> bool {
        let Some(site) = self.site(step.job) else { return true };
        let names = |(other, word): (&ReleaseStep, &Word)| {
            let own = ["GITHUB_REPOSITORY", "github.repository"].iter().any(|name| word.raw.contains(name));
            let says = || is_expression(&word.raw) || site.text.names_the_tag(&site.job, &own_place(other), &word.raw);
            own || word.value.is_none() && says()
        };
        let fetches = self.of_same_step(step).filter(|other| other.row.fetches);
        fetches.flat_map(|other| other.args.iter().map(move |word| (other, word))).any(names)
    }

    /// The steps of a job that take what other jobs, or other runs, keep, until a step of it.
    pub(super) fn taken(&self, job: usize, until: (usize, usize)) -> Vec<&ReleaseStep> {
        let takes =
            |step: &&&ReleaseStep| step.job == job && step.row.what == Some(Verifies::Unpacked) && self.order(step) < until;
        self.own.iter().filter(takes).copied().filter(|step| step.call.as_ref().is_none_or(is_of_product)).collect()
    }

    /// It takes what a run keeps that is not this one. The action looks at another run only with a token (`src/download-artifact.ts`).
    fn is_of_another_run(&self, step: &ReleaseStep) -> bool {
        let own = |text: &str| ["GITHUB_RUN_ID", "github.run_id"].iter().any(|name| text.contains(name));
        let Some(call) = &step.call else { return !step.args.iter().any(|word| own(&word.raw)) };
        let site = self.site(step.job);
        let written = |name: &str| {
            let step = site.as_ref()?.text.step(&site.as_ref()?.job, own_place(step).line)?;
            step.get("with")?
                .entries()
                .find(|entry| entry.name().is_some_and(|own| own.eq_ignore_ascii_case(name)))?
                .value
                .scalar()
        };
        let given = |name: &str| call.input(name).is_some_and(|input| input.known() != Some(""));
        let is = |name: &str, own: &str| written(name).is_some_and(|text| text.contains(own));
        let run = given("run-id") && !is("run-id", "github.run_id");
        given("github-token") && (run || given("repository") && !is("repository", "github.repository"))
    }

    /// What is wrong with what a job takes that another one keeps.
    pub(super) fn handed_on(
        &self,
        held: &Held<'_>,
        step: &ReleaseStep,
        user: &ReleaseStep,
        seen: &mut BTreeSet<usize>,
    ) -> Option<Guard> {
        let place = step.chain.last().map_or_else(|| own_place(step), |hop| hop.place.clone());
        let unseen = |why: &str| Some(Guard::Unseen(Reason::Unsupported, place.clone(), why.to_owned()));
        if self.is_of_another_run(step) {
            return unseen("what is deployed is kept by another run, and what that one made it of is not in this file");
        }
        let is_cache = step.call.as_ref().is_some_and(is_cache);
        let keeps =
            |other: &&&ReleaseStep| other.row.what == Some(Verifies::Packed) && other.job != step.job && may_be(other, step);
        let needed = self.needed(user.job);
        let all: Vec<&ReleaseStep> = self.own.iter().filter(keeps).copied().collect();
        let before: Vec<&ReleaseStep> = all.iter().copied().filter(|other| needed.contains(&other.job)).collect();
        let kept = if before.is_empty() { all } else { before };
        if kept.is_empty() && !is_cache {
            return unseen("what is deployed is an artefact, and which job keeps it is not seen");
        }
        kept.into_iter().find_map(|other| {
            if !seen.insert(other.job) {
                return None;
            }
            self.origin(held, other, seen).map(|guard| match guard {
                Guard::Fails(_, place, _) => {
                    let why = "what is deployed is an artefact of a job that has another commit than the one that was verified";
                    Guard::Unseen(Reason::Unsupported, place, why.to_owned())
                }
                other => other,
            })
        })
    }
}

/// One lies in the other, or may.
pub(super) fn overlap(one: &str, other: &str) -> bool {
    let clean = |path: &str| path.trim_end_matches(['/', '.']).to_owned();
    let (one, other) = (clean(one), clean(other));
    let known = |path: &str| path.split(shell::UNKNOWN_CHAR).next().unwrap_or_default().to_owned();
    let under = |path: &str, of: &str| path.strip_prefix(of).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    match (one.contains(shell::UNKNOWN_CHAR), other.contains(shell::UNKNOWN_CHAR)) {
        (false, false) => under(&one, &other) || under(&other, &one),
        _ => known(&one).starts_with(&known(&other)) || known(&other).starts_with(&known(&one)),
    }
}

/// What is put there may be among what the step uses.
fn concerns(spot: &Spot, user: &ReleaseStep) -> bool {
    if !user.files.deploys.is_empty() {
        return user.files.deploys.iter().any(|path| overlap(path, &spot.path));
    }
    if spot.inside {
        return true;
    }
    // Beside the tree it has to be named.
    let path = spot.path.as_str();
    let words = user.args.iter().map(|word| word.raw.as_str());
    let inputs = user.call.iter().flat_map(|call| call.inputs.values()).map(|input| input.text.text());
    let at = user.files.at.as_deref().is_some_and(|at| at.starts_with(path));
    at || words.chain(inputs).any(|text| text.contains(path))
}

fn is_cache(call: &ActionCall) -> bool {
    call.name.to_ascii_lowercase().starts_with("actions/cache")
}

/// What it keeps may be deployed: an artefact, or a cache of something in the tree that is not only installed there.
fn is_of_product(call: &ActionCall) -> bool {
    !is_cache(call) || cached(call).any(|_| true)
}

/// The paths of a cache in the tree.
fn cached(call: &ActionCall) -> impl Iterator<Item = &str> {
    let lines = call.input("path").map_or("", |input| input.text.text()).lines().map(str::trim);
    lines.filter(|line| {
        let last = line.trim_end_matches(['/', '*']).rsplit('/').next().unwrap_or_default();
        !line.is_empty()
            && !line.starts_with(['~', '/', '$', '!'])
            && !Catalog::builtin().releasing.installed.iter().any(|name| name == last)
    })
}

/// What one step keeps may be what another one takes.
fn may_be(keeps: &ReleaseStep, takes: &ReleaseStep) -> bool {
    let (Some(keeps), Some(takes)) = (&keeps.call, &takes.call) else {
        return keeps.call.as_ref().is_none_or(|call| !is_cache(call));
    };
    if is_cache(keeps) || is_cache(takes) {
        return is_cache(keeps) && is_cache(takes) && cached(keeps).any(|path| cached(takes).any(|other| path == other));
    }
    let name = |call: &ActionCall| call.input("name").map(|input| input.known().map(str::to_owned));
    let Some(Some(wanted)) = name(takes).filter(|name| name.as_deref() != Some("")) else { return true };
    match name(keeps) {
        Some(Some(kept)) if !kept.is_empty() => kept == wanted,
        Some(None) => true,
        _ => wanted == UNNAMED,
    }
}
