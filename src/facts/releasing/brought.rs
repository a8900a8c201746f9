//! Owns what is put over the tree of a job, or beside it, from elsewhere: downloads, clones, archives, artefacts and caches of other jobs.
//! Refuses to know what is in it: what is deployed is not known to be the verified commit as soon as it may be among it.

use std::collections::{BTreeMap, BTreeSet};

use super::meaning::{Follows, Meaning, Printed, is_expression};
use super::site::Site;
use super::tree::Held;
use super::{Guard, Reading, own_place};
use crate::answer::Reason;
use crate::catalog::Catalog;
use crate::catalog::releasing::{Operand, Verifies};
use crate::doc::Value;
use crate::facts::pipeline::ActionCall;
use crate::facts::shell::{self, Word};
use crate::facts::trace::{ReleaseStep, Spot};

/// The name of an artefact that is not named (`actions/upload-artifact`, `action.yml`).
const UNNAMED: &str = "artifact";

/// The step puts something that lies elsewhere, or in an archive, where it says; git's own moves are another matter.
pub(super) fn is_put(step: &ReleaseStep) -> bool {
    step.row.fetches || step.row.unpacks || step.row.target.is_some()
}

impl Reading<'_> {
    /// Where a step is in its job.
    pub(super) fn order(&self, step: &ReleaseStep) -> (usize, usize) {
        (own_place(step).line, self.number_of(step))
    }

    /// What is wrong with what is brought from elsewhere in a job before a step of it that uses the tree, wherever it is put: what becomes of it
    /// is not followed. But for programs that one command puts where programs lie.
    pub(super) fn put_over(&self, held: &Held<'_>, user: &ReleaseStep) -> Option<Guard> {
        let until = self.order(user);
        let before = || self.own.iter().copied().filter(|step| step.job == user.job && self.order(step) < until);
        let brings = |step: &ReleaseStep| {
            let puts = step.row.what == Some(Verifies::Tree) && is_put(step) && step.files.fetches && step.files.puts.is_some();
            puts && !step.files.installs && !self.is_verified(held, step)
        };
        let step = before().find(|step| brings(step)).or_else(|| self.streamed(user, before()))?;
        let place = step.chain.last().map_or_else(|| own_place(step), |hop| hop.place.clone());
        let why = format!(
            "{} is brought before it, and whether what is deployed is still the verified commit cannot be told",
            step.row.title
        );
        Some(Guard::Unseen(Reason::Unsupported, place, why))
    }

    /// What is fetched into a stream, in a step that writes into a file by a redirection.
    fn streamed<'s>(&self, user: &ReleaseStep, before: impl Iterator<Item = &'s ReleaseStep>) -> Option<&'s ReleaseStep> {
        let site = self.site(user.job)?;
        let lines = site.step_lines();
        let (mut streams, mut written) = (Vec::new(), BTreeSet::new());
        for step in before {
            let line = || step_of(&lines, own_place(step).line);
            match step.row.what {
                Some(Verifies::Tree) if step.row.fetches && step.files.puts.is_none() => streams.push((line(), step)),
                Some(Verifies::Program) if step.row.redirects && step.files.puts.is_some() && !step.files.installs => {
                    written.insert(line());
                }
                _ => {}
            }
        }
        streams.into_iter().find(|(line, _)| written.contains(line)).map(|(_, step)| step)
    }

    /// Where the job that verifies has put what may be of the tag before it verifies: what is fetched by words that name a tag, or this
    /// repository, and what is made of that. What comes from elsewhere is none of the tag's.
    pub(super) fn brought_of_tag(&self, held: &Held<'_>) -> Vec<&Spot> {
        let (job, until) = (held.verify.job, self.order(held.verify));
        let Some(site) = self.site(job) else { return Vec::new() };
        let lines = site.step_lines();
        let before: Vec<&ReleaseStep> = self
            .own
            .iter()
            .copied()
            .filter(|step| step.job == job && step.row.what == Some(Verifies::Tree) && is_put(step) && self.order(step) < until)
            .collect();
        let line = |step: &ReleaseStep| step_of(&lines, own_place(step).line);
        // A stream is unpacked by another command of the same step; of one that is not known all words of the step are asked.
        let known: BTreeSet<usize> = before.iter().filter(|step| step.row.fetches).map(|step| line(step)).collect();
        let is_of_tag = |step: &&&ReleaseStep| {
            let stream = || step.files.fetches && !known.contains(&line(step)) && self.script_names_the_tag(&site, step);
            !self.spends(lines.len()) || step.row.fetches && self.may_be_of_tag(&site, step) || stream()
        };
        let of_tag: BTreeSet<usize> = before.iter().filter(is_of_tag).map(|step| line(step)).collect();
        let mut brought: Vec<&Spot> = Vec::new();
        for step in before {
            let Some(spot) = &step.files.puts else { continue };
            let of_those = || {
                let spends = self.spends(step.files.reads.len().saturating_mul(brought.len()));
                !spends || step.files.reads.iter().any(|read| brought.iter().any(|spot| overlap(read, &spot.path)))
            };
            let fetched = step.files.fetches && of_tag.contains(&line(step));
            if (fetched || of_those()) && !self.is_verified(held, step) {
                brought.push(spot);
            }
        }
        brought
    }

    /// A further work tree of the commit that was verified.
    fn is_verified(&self, held: &Held<'_>, step: &ReleaseStep) -> bool {
        let Some(site) = self.site(step.job).filter(|_| step.row.target == Some(Operand::First)) else { return false };
        let printed = Printed { site: held.site, line: held.at.line, output: held.output() };
        let follows = Follows::new(self.snapshot, Some(printed));
        let line = own_place(step).line;
        step.args.last().is_some_and(|word| follows.word(word, &site, line) == Meaning::Verified)
    }

    /// The script of a step names a tag.
    fn script_names_the_tag(&self, site: &Site, step: &ReleaseStep) -> bool {
        let own = own_place(step);
        let script = || site.text.step(&site.job, own.line)?.get("run")?.scalar();
        site.text.names_the_tag(&site.job, &own, script().unwrap_or_default())
    }

    /// A word of what fetches names a tag or this repository, or may.
    fn may_be_of_tag(&self, site: &Site, step: &ReleaseStep) -> bool {
        let names = |word: &Word| {
            let own = ["GITHUB_REPOSITORY", "github.repository"].iter().any(|name| word.raw.contains(name));
            let says = || is_expression(&word.raw) || site.text.names_the_tag(&site.job, &own_place(step), &word.raw);
            own || word.value.is_none() && says()
        };
        step.args.iter().any(names)
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
        if step.call.as_ref().is_some_and(is_cache) {
            return unseen("what is deployed is kept in a cache, which another run may have filled");
        }
        let keeps =
            |other: &&&ReleaseStep| other.row.what == Some(Verifies::Packed) && other.job != step.job && may_be(other, step);
        // A job that nobody waits for may be done by then; one that waits for this one is not.
        let (before, mut later) = (self.needed(user.job), BTreeMap::new());
        let mut waits = |job: usize| {
            *later.entry(job).or_insert_with(|| self.spends(self.pipeline.jobs.len()) && self.needed(job).contains(&user.job))
        };
        let kept = self.own.iter().filter(keeps).copied();
        let kept: Vec<&ReleaseStep> = kept.filter(|other| before.contains(&other.job) || !waits(other.job)).collect();
        if kept.is_empty() {
            return unseen("what is deployed is an artefact, and which job keeps it is not seen");
        }
        kept.into_iter().find_map(|other| {
            if !seen.insert(other.job) {
                return None;
            }
            let why = "what is deployed is an artefact of a job that has another commit than the one that was verified";
            self.origin(held, other, seen).map(|guard| not_told(guard, why))
        })
    }

    /// What is deployed by a name was made before: what is wrong with the tree of which it was, where a step before hands on what it makes, or
    /// one of a job that nobody waits for makes something by the verified name.
    pub(super) fn made_of(&self, held: &Held<'_>, deploy: &ReleaseStep) -> Option<Guard> {
        if !deploy.row.by_name {
            return None;
        }
        let (needed, until) = (self.needed(deploy.job), self.order(deploy));
        let hands = |step: &&&ReleaseStep| {
            let before = needed.contains(&step.job) || step.job == deploy.job && self.order(step) < until;
            step.row.what.is_none() && before
        };
        let mut later = BTreeMap::new();
        let mut waits = |job: usize| {
            *later.entry(job).or_insert_with(|| !self.spends(self.pipeline.jobs.len()) || self.needed(job).contains(&deploy.job))
        };
        let mut beside = |step: &&&ReleaseStep| {
            let makes = matches!(step.row.what, None | Some(Verifies::Code | Verifies::Unlisted));
            let apart = needed.contains(&step.job) || step.job == deploy.job || deploy.files.names_path;
            makes && !apart && !waits(step.job) && self.names_the_verified(held, step)
        };
        let why = "what is deployed by its name is made in a job that has another commit than the one that was verified";
        let mut steps = self.own.iter().filter(|step| hands(step) || beside(step));
        steps.find_map(|step| self.tree(held, step)).map(|guard| not_told(guard, why))
    }

    /// A word or an input of a step names something by what is verified, or may where it deploys.
    fn names_the_verified(&self, held: &Held<'_>, step: &ReleaseStep) -> bool {
        let Some(site) = self.site(step.job).filter(|_| self.spends(step.args.len())) else { return true };
        let follows = self.follows(held);
        let names = |part: &Meaning| self.is_of(held, part) || *part == Meaning::Unclear && step.row.what.is_none();
        let line = own_place(step).line;
        let inputs = step.call.iter().filter_map(|_| site.text.step(&site.job, line)).filter_map(|step| step.get("with"));
        let inputs = inputs.flat_map(Value::entries).filter_map(|entry| entry.value.scalar());
        let words = step.args.iter().any(|word| self.spelled_word(&follows, step, &site, word).parts().iter().any(names));
        words || inputs.into_iter().any(|text| follows.spelled(text, &site, line).parts().iter().any(names))
    }
}

/// Of what is made elsewhere it is not known that it is what is deployed.
fn not_told(guard: Guard, why: &str) -> Guard {
    match guard {
        Guard::Fails(_, place, _) => Guard::Unseen(Reason::Unsupported, place, why.to_owned()),
        other => other,
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

/// The line of the step that holds a line.
fn step_of(lines: &[usize], line: usize) -> usize {
    let after = lines.partition_point(|start| *start <= line);
    after.checked_sub(1).and_then(|at| lines.get(at)).copied().unwrap_or(line)
}

fn is_cache(call: &ActionCall) -> bool {
    call.name.to_ascii_lowercase().starts_with("actions/cache")
}

/// What it keeps may be deployed, or may be what builds it: an artefact, or a cache of anything but packages that a lock names.
fn is_of_product(call: &ActionCall) -> bool {
    !is_cache(call) || cached(call).any(|_| true)
}

/// The paths of a cache that are not only packages of which the lock says what they are.
fn cached(call: &ActionCall) -> impl Iterator<Item = &str> {
    let lines = call.input("path").map_or("", |input| input.text.text()).lines().map(str::trim);
    let caches = &Catalog::builtin().releasing.package_caches;
    lines.filter(|line| !line.is_empty() && !caches.iter().any(|cache| cache == line.trim_end_matches('/')))
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
