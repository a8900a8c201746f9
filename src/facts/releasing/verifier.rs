//! Owns whether what verifies may be a program that the tag brings, or may judge another repository or by something else than it was given.
//! Refuses to look for it beyond the job that verifies.

use std::collections::BTreeSet;

use super::brought::overlap;
use super::site::Site;
use super::tree::Held;
use super::{Guard, Reading, own_place};
use crate::answer::Reason;
use crate::catalog::releasing::Verifies;
use crate::facts::shell;
use crate::facts::trace::ReleaseStep;
use crate::text::Place;

impl Reading<'_> {
    /// Something before the verification changes by what, or of which repository, git answers.
    pub(super) fn other_judge(&self, held: &Held<'_>) -> Option<Guard> {
        if held.verify.row.what == Some(Verifies::Artefact) {
            return None;
        }
        let changes = |step: &&&ReleaseStep| step.row.what == Some(Verifies::Judge) && self.is_before(held, step);
        let step = self.own.iter().find(changes)?;
        let why =
            "what git has of its own here is changed before it, and with it may be of which repository, or by what, it judges";
        Some(Guard::Unseen(Reason::Unsupported, shown(step), why.to_owned()))
    }

    /// The program may be one that the tag brings.
    pub(super) fn other_program(&self, held: &Held<'_>) -> Option<Guard> {
        let step = self.replaced(held)?;
        let why = "what the tag brings runs before it, or is put among the programs, and may be the program that verifies";
        Some(Guard::Unseen(Reason::Unsupported, shown(step), why.to_owned()))
    }

    /// Why the outputs of its step need not say which commit it verified, and where.
    pub(super) fn silent(&self, verify: &ReleaseStep, site: &Site) -> Option<(Place, String)> {
        verify.row.commit_output.as_ref()?;
        if let Some(name) = &verify.variable {
            let why = format!(
                "it is started without `{name}`, so that its outputs are empty and no commit is named: leave the variable to it"
            );
            return Some((shown(verify), why));
        }
        let own = site.step_at(own_place(verify).line);
        // The last that says one counts, of whichever repository and by whatever policy.
        let said = |step: &ReleaseStep| step.args.iter().map(|word| word.raw.clone()).collect::<Vec<_>>();
        let differs = |step: &&&ReleaseStep| {
            let same = said(step) == said(verify) && step.files.at == verify.files.at && step.variable.is_none();
            step.job == verify.job && step.row.commit_output.is_some() && !same && site.step_at(own_place(step).line) == own
        };
        let other = self.own.iter().find(differs)?;
        let why = "another verification in the same step says a commit in its outputs as well, and the last one counts";
        Some((shown(other), why.to_owned()))
    }

    /// The keys by which it judges are brought where the tree is not the branch's: whoever makes the tag may have put his own there.
    pub(super) fn keys_of_the_tag(&self, held: &Held<'_>) -> Option<Guard> {
        let by_keyring = held.verify.row.what == Some(Verifies::Keyring);
        let step = self.brought_keys(held.verify).find(|step| by_keyring && !self.is_of_branch_at(held, own_place(step).line))?;
        let why = "the keys by which it judges are brought in a tree that the tag brings";
        Some(Guard::Unseen(Reason::Unsupported, shown(step), why.to_owned()))
    }

    /// It stands before the verification in its job.
    fn is_before(&self, held: &Held<'_>, step: &ReleaseStep) -> bool {
        let at = (held.at.line, self.number_of(held.verify));
        step.job == held.verify.job && (own_place(step).line, self.number_of(step)) < at
    }

    /// What runs code of the tag's tree, or puts a program of it under the name, before the verification of the same job.
    fn replaced(&self, held: &Held<'_>) -> Option<&ReleaseStep> {
        // An action runs several, and one that it is told.
        let told = || held.verify.call.as_ref()?.input(held.verify.row.program_input.as_ref()?)?.known();
        let program = match (held.verify.argv.first(), &held.verify.call) {
            (Some(program), _) => program.as_str(),
            (None, Some(_)) => told().and_then(|path| path.rsplit('/').next()).unwrap_or_default(),
            (None, None) => return None,
        };
        let any = held.verify.call.is_some();
        let before = |step: &&&ReleaseStep| self.is_before(held, step);
        // On the branch's tree what is put there is reviewed, but for what a script takes out of the tag.
        let of_branch = self.is_of_branch(held);
        let of_tag = |step: &ReleaseStep| {
            let (own, text) = (own_place(step), &held.site.text);
            let script = || text.step(&held.site.job, own.line)?.get("run")?.scalar();
            !of_branch || step.row.redirects && text.names_the_tag(&held.site.job, &own, script().unwrap_or_default())
        };
        let brought = self.brought_of_tag(held);
        let reads = |step: &ReleaseStep| {
            let mut paths = step.files.reads.iter().chain(step.files.at.iter().filter(|_| step.files.apart));
            paths.any(|path| brought.iter().any(|spot| !self.spends(1) || overlap(path, &spot.path)))
        };
        let replaced = |step: &ReleaseStep| match step.row.what {
            // Out of what was brought from elsewhere.
            Some(Verifies::Code) if step.files.apart => reads(step),
            Some(Verifies::Tree) => step.row.target.is_some() && reads(step) && names(step, program, any),
            _ => replaces(step, program, any) && of_tag(step),
        };
        let mut changes = self.own.iter().filter(before).filter(|step| replaced(step));
        // What a redirection writes is what the same step fetches.
        let fetches = |step: &&&ReleaseStep| step.job == held.verify.job && step.row.fetches && step.files.puts.is_none();
        let streams: BTreeSet<usize> =
            self.own.iter().filter(fetches).map(|step| held.site.step_at(own_place(step).line)).collect();
        let is_streamed = |step: &ReleaseStep| streams.contains(&held.site.step_at(own_place(step).line));
        changes.find(|step| !step.row.redirects || !is_streamed(step)).copied()
    }
}

/// Where it stands.
fn shown(step: &ReleaseStep) -> Place {
    step.chain.last().map_or_else(|| own_place(step), |hop| hop.place.clone())
}

/// Whether an earlier step of the verifying job may have put another program under the name, or under any.
fn replaces(change: &ReleaseStep, program: &str, any: bool) -> bool {
    let copies = change.row.argv.iter().all(|argv| argv.len() == 1);
    match change.row.what {
        Some(Verifies::Code) => true,
        Some(Verifies::Program) => !copies || names(change, program, any),
        _ => false,
    }
}

/// A word says where the program lies, or any.
fn names(change: &ReleaseStep, program: &str, any: bool) -> bool {
    change.args.iter().any(|word| {
        let shape = word.shape();
        let path = shape.trim_end_matches('/');
        let in_programs = || path.rsplit_once('/').is_some_and(|(directory, _)| shell::is_of_programs(directory));
        path.rsplit('/').next() == Some(program) || shell::is_of_programs(path) || any && in_programs()
    })
}
