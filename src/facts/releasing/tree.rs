//! Owns what lies in the tree when a job deploys: the commit that was verified, or something that was put in its place. Refuses to know
//! what is deployed beside the tree.

use std::collections::BTreeSet;

use super::meaning::{Follows, Meaning, Printed};
use super::site::Site;
use super::{Guard, Reading, TOO_MUCH, brought, own_place};
use crate::answer::Reason;
use crate::catalog::releasing::{Operand, Verifies};
use crate::facts::shell;
use crate::facts::trace::{ReachedAction, ReleaseStep, is_of_a_host, is_plain};
use crate::facts::workdir::WORKSPACE;
use crate::text::Place;

/// Something that sets what lies in the tree.
pub(super) struct Setter {
    place: Place,
    /// The line of its step.
    pub(super) line: usize,
    /// Its number among those of the same step.
    pub(super) number: usize,
    meaning: Meaning,
    /// It runs whenever the job comes to it.
    certain: bool,
    /// It is put into a directory of its own, over what else is checked out or beside it.
    pub(super) aside: bool,
    /// It is of another repository, or may be.
    other: bool,
}

/// What of a verification the tree is held against.
pub(super) struct Held<'a> {
    pub(super) verify: &'a ReleaseStep,
    pub(super) site: &'a Site,
    pub(super) at: Place,
    /// The tag that it verifies, as far as that is known.
    pub(super) named: Option<&'a Meaning>,
    /// What the event stands for is that tag: a tag or a release starts it, or the verification names the event's own reference.
    pub(super) of_tag: bool,
    /// Why its outputs do not say which commit it verified, and where.
    pub(super) silent: Option<(Place, String)>,
}

impl Held<'_> {
    /// The output in which it says which commit it verified, where it does.
    pub(super) fn output(&self) -> Option<&'static str> {
        self.verify.commit_output().filter(|_| self.silent.is_none())
    }

    /// What keeps the commit from being told, where nothing tells which is verified: it is that.
    pub(super) fn of_silent(&self, guard: Guard) -> Guard {
        match (guard, &self.silent) {
            (Guard::Unseen(..), Some((place, why))) => Guard::Unseen(Reason::Unsupported, place.clone(), why.clone()),
            (guard, _) => guard,
        }
    }
}

impl Reading<'_> {
    /// What is wrong with the tree that is deployed; `None`: it is what was verified, or nothing is checked out.
    pub(super) fn tree(&self, held: &Held<'_>, deploy: &ReleaseStep) -> Option<Guard> {
        match built(held, deploy) {
            Built::Here => self.origin(held, deploy, &mut BTreeSet::new()),
            Built::Elsewhere(wrong) => wrong,
        }
    }

    /// What is wrong with the tree of a job where a step of it uses it: what is checked out there, what is put over it, and what other jobs
    /// hand on. Of each job once.
    pub(super) fn origin(&self, held: &Held<'_>, user: &ReleaseStep, seen: &mut BTreeSet<usize>) -> Option<Guard> {
        if !self.spends(self.own.len() + self.trace.actions.len()) {
            return Some(Guard::Unseen(Reason::Unsupported, own_place(user), TOO_MUCH.to_owned()));
        }
        let until = (own_place(user).line, self.number_of(user));
        let own = self.setters(held, user.job).into_iter().filter(|setter| setter.line <= until.0).collect::<Vec<_>>();
        let handed = self.taken(user.job, until);
        let left = self.left_before(held, user, &own);
        let wrong = if user.job == held.verify.job {
            self.beside_verification(held, own)
        } else if own.is_empty() && handed.is_empty() {
            self.brought_by_others(held, user.job, seen)
        } else {
            last(own).into_iter().find_map(|setter| after(held, &setter))
        };
        wrong
            .or(left)
            .or_else(|| self.put_over(held, user))
            .or_else(|| handed.iter().find_map(|step| self.handed_on(held, step, user, seen)))
    }

    /// What is wrong with the tree of the job that verifies, by what sets it.
    fn beside_verification(&self, held: &Held<'_>, own: Vec<Setter>) -> Option<Guard> {
        let number = self.number_of(held.verify);
        let is_after = |setter: &Setter| (setter.line, setter.number) > (held.at.line, number);
        let (later, earlier): (Vec<Setter>, Vec<Setter>) = own.into_iter().partition(is_after);
        let settled = later.iter().any(|setter| setter.certain && !setter.aside);
        let wrong = last(later).into_iter().find_map(|setter| after(held, &setter));
        // What git moves leaves alone what lies there beside its own files.
        let stays = |setter: &Setter| !settled || setter.aside && setter.other;
        wrong.or_else(|| last(earlier).into_iter().filter(stays).find_map(|setter| before(held, &setter)))
    }

    /// A job that checks nothing out deploys what the jobs before it made.
    fn brought_by_others(&self, held: &Held<'_>, job: usize, seen: &mut BTreeSet<usize>) -> Option<Guard> {
        let others = self.needed(job).into_iter().filter(|job| *job != held.verify.job && seen.insert(*job)).collect::<Vec<_>>();
        others.into_iter().flat_map(|job| last(self.setters(held, job))).find_map(|setter| {
            after(held, &setter).map(|_| {
                let why = "the job deploys what an earlier one makes, and what that one checks out is not known to be what was verified";
                Guard::Unseen(Reason::Unsupported, setter.place.clone(), why.to_owned())
            })
        })
    }

    /// The tree that the verifying job had before is the branch's, which no tag brings.
    pub(super) fn is_of_branch(&self, held: &Held<'_>) -> bool {
        self.is_of_branch_at(held, held.at.line)
    }

    /// The same, as the job comes to a line.
    pub(super) fn is_of_branch_at(&self, held: &Held<'_>, line: usize) -> bool {
        let earlier = self.setters(held, held.verify.job).into_iter().filter(|setter| setter.line < line).collect();
        let own = |setter: &Setter| setter.meaning == Meaning::Nothing || setter.aside && setter.other;
        let of_branch = !held.of_tag && last(earlier).iter().all(own);
        of_branch && self.brought_of_tag(held).is_empty()
    }

    /// Where what verifies is given another repository than this one, whose policy is not this one's.
    pub(super) fn other_repository(&self, held: &Held<'_>) -> Option<Guard> {
        let before: Vec<Setter> = self
            .setters(held, held.verify.job)
            .into_iter()
            .filter(|setter| !setter.aside && setter.line < held.at.line)
            .collect();
        let checkout = last(before).into_iter().find(|setter| setter.other).map(|setter| setter.place);
        let number = self.number_of(held.verify);
        let at = held.verify.files.at.as_deref();
        let is_here = |step: &&&ReleaseStep| {
            let puts = step.files.puts.as_ref().zip(at);
            step.job == held.verify.job
                && step.row.what == Some(Verifies::Tree)
                && step.row.target == Some(Operand::Second)
                && (own_place(step).line, self.number_of(step)) < (held.at.line, number)
                && puts
                    .is_some_and(|(spot, at)| at == spot.path || at.starts_with(&format!("{}/", spot.path.trim_end_matches('/'))))
        };
        let clone = || {
            self.own.iter().find(is_here).map(|step| step.chain.last().map_or_else(|| own_place(step), |hop| hop.place.clone()))
        };
        let place = checkout.or_else(clone)?;
        let why = "what it verifies in is not known to be this repository, and so is by which policy it judges";
        Some(Guard::Unseen(Reason::Unsupported, place, why.to_owned()))
    }

    /// The number of a step in the order of the walk.
    pub(super) fn number_of(&self, step: &ReleaseStep) -> usize {
        self.numbers.get(&std::ptr::from_ref(step)).copied().unwrap_or_default()
    }

    /// All that sets the tree in a job, in order.
    fn setters(&self, held: &Held<'_>, job: usize) -> Vec<Setter> {
        let Some(site) = self.site(job) else { return Vec::new() };
        let printed = Printed { site: held.site, line: held.at.line, output: held.output() };
        let follows = Follows::new(self.snapshot, Some(printed));
        let checkouts = self.trace.actions.iter().filter(|action| action.pipeline == self.number && action.job == job);
        let checkouts = checkouts.filter_map(|action| checkout(action, &site, &follows));
        let moves =
            self.own.iter().filter(|step| step.job == job && step.row.what == Some(Verifies::Tree) && !brought::is_put(step));
        let moves = moves.filter_map(|step| {
            let place = own_place(step);
            let meaning = moved(step, &site, place.line, &follows)?;
            let whole = is_whole(step);
            let conditional = site.text.step(&site.job, place.line).is_some_and(|of| of.get("if").is_some());
            let certain = whole && step.conditions.is_empty() && step.holds.is_empty() && !conditional;
            let shown = step.chain.last().map_or_else(|| place.clone(), |hop| hop.place.clone());
            Some(Setter {
                line: place.line,
                number: self.number_of(step),
                place: shown,
                meaning,
                certain,
                aside: false,
                other: false,
            })
        });
        let mut all: Vec<Setter> = checkouts.chain(moves).collect();
        all.sort_by_key(|setter| (setter.line, setter.number));
        all
    }
}

/// The last setter that certainly runs, and those behind it that may; and all that lie beside.
fn last(all: Vec<Setter>) -> Vec<Setter> {
    let (mut aside, mut all): (Vec<Setter>, Vec<Setter>) = all.into_iter().partition(|setter| setter.aside);
    let from = all.iter().rposition(|setter| setter.certain).unwrap_or(0);
    aside.extend(all.drain(from..));
    aside
}

/// A checkout of this repository, or of another one into the same place; one into a directory of its own lies beside.
fn checkout(action: &ReachedAction, site: &Site, follows: &Follows<'_>) -> Option<Setter> {
    let known = crate::facts::ci::fetches_the_tree(&format!("{}@", action.call.name));
    if !known {
        return None;
    }
    let hop = action.chain.iter().rev().find(|hop| hop.place.path == *site.text.path());
    let line = hop.map_or(0, |hop| hop.place.line);
    let place = action.call.place.clone();
    let step = site.text.step(&site.job, line).filter(|_| place.path == *site.text.path());
    let Some(step) = step else {
        return Some(Setter { place, line, number: 0, meaning: Meaning::Unclear, certain: true, aside: false, other: !known });
    };
    if !known {
        return Some(Setter { place, line, number: 0, meaning: Meaning::Unclear, certain: true, aside: true, other: true });
    }
    let with = |key: &str| step.route(&["with", key]);
    let own = ["${{ github.repository }}", "${{github.repository}}"];
    let other = with("repository").is_some_and(|value| !value.scalar().is_some_and(|text| own.contains(&text.trim())));
    let other =
        other || with("github-server-url").is_some_and(|value| !value.scalar().is_some_and(|text| is_own_server(text.trim())));
    let aside = with("path").is_some_and(|path| !path.scalar().is_some_and(|path| matches!(path.trim(), "" | "." | "./")));
    let meaning = match with("ref") {
        _ if other => Meaning::Unclear,
        None => Meaning::Nothing,
        Some(text) => text.scalar().map_or(Meaning::Unclear, |text| follows.text(text, site, line)),
    };
    let certain = step.get("if").is_none() && step.get("continue-on-error").is_none();
    Some(Setter { place, line, number: 0, meaning, certain, aside, other })
}

/// The server that runs the workflow.
fn is_own_server(text: &str) -> bool {
    text.is_empty()
        || text.strip_prefix("${{").and_then(|rest| rest.strip_suffix("}}")).map(str::trim) == Some("github.server_url")
}

/// It is about all files of this repository, and not about some, or about those of another directory.
fn is_whole(step: &ReleaseStep) -> bool {
    let some = |flag: &str| matches!(flag, "-p" | "--patch" | "--pathspec-from-file" | "--git-dir" | "--work-tree");
    let switches = matches!(step.argv, [_, verb] if verb == "switch");
    let words = || step.args.iter().map(shell::Word::shape);
    let behind = words().skip_while(|shape| shape != "--").nth(1).is_some_and(|path| path != ".");
    let elsewhere = !switches && words().skip_while(|shape| shape != "-C").nth(1).is_some_and(|directory| directory != ".");
    !behind && !elsewhere && !words().any(|shape| some(shape.split('=').next().unwrap_or_default()))
}

/// What git puts in place of the files; `None`: nothing else than what is there.
fn moved(step: &ReleaseStep, site: &Site, line: usize, follows: &Follows<'_>) -> Option<Meaning> {
    let is = |name: &str| matches!(step.argv, [program, verb] if program == "git" && verb == name);
    let flag = |names: &[&str]| step.args.iter().any(|word| names.contains(&&*word.shape()));
    if is("reset") && !flag(&["--hard", "--merge", "--keep"]) {
        return None;
    }
    let switches = is("checkout") || is("switch") || is("reset");
    if !switches {
        let restores =
            is("restore") && !step.args.iter().any(|word| word.head().starts_with("-s") || word.head().starts_with("--source"));
        return (!restores).then_some(Meaning::Unclear);
    }
    let (mut names, mut new) = (Vec::new(), false);
    for word in &step.args {
        let shape = word.shape();
        match &*shape {
            "--" => break,
            _ if std::mem::take(&mut new) => {}
            "-b" | "-B" | "-c" | "-C" | "--git-dir" | "--work-tree" | "--pathspec-from-file" => new = true,
            "-" => names.push(word),
            flag if flag.starts_with('-') => {}
            _ => names.push(word),
        }
    }
    match names.as_slice() {
        [] => None,
        [one] if matches!(one.value.as_deref(), Some("." | "HEAD" | "@")) => None,
        [one] if one.value.is_none() => Some(follows.word(one, site, line)),
        _ => Some(Meaning::Unclear),
    }
}

/// What is wrong with what an action builds that takes its tree from elsewhere unless it is told otherwise.
///
/// `docker/build-push-action`: an input `context` that is not given, or holds `{{defaultContext}}`, is the repository at the commit of the event
/// (`src/context.ts` of the action; `gitContext` in `src/buildx/build.ts` of docker/actions-toolkit).
fn built(held: &Held<'_>, deploy: &ReleaseStep) -> Built {
    if deploy.files.remote {
        let why = "what is deployed is taken from an address, and whether that is the verified commit cannot be told".to_owned();
        let place = deploy.chain.last().map_or_else(|| own_place(deploy), |hop| hop.place.clone());
        return Built::Elsewhere(Some(Guard::Unseen(Reason::Unsupported, place, why)));
    }
    let Some((name, call)) = deploy.row.tree_input.as_ref().zip(deploy.call.as_ref()) else { return Built::Here };
    let input = call.input(name).filter(|input| input.known() != Some(""));
    let place = input.map_or_else(|| call.place.clone(), |input| input.place());
    let text = input.map_or("", |input| input.known().unwrap_or(input.text.text())).trim();
    if text.is_empty() || text.contains("defaultContext") {
        let why = format!("without a path in `{name}` the action builds the commit of the event, and not what is checked out");
        return Built::Elsewhere((!held.of_tag).then_some(Guard::Fails("fetched-again", place, why)));
    }
    let below = text.strip_prefix(WORKSPACE).map_or(text, |rest| rest.strip_prefix('/').unwrap_or(rest));
    let local = !text.starts_with(shell::UNKNOWN_CHAR) && is_plain(below) && !is_of_a_host(below);
    if local {
        return Built::Here;
    }
    let why = format!("whether `{name}` says what is checked out cannot be told");
    Built::Elsewhere(Some(Guard::Unseen(Reason::Dynamic, place, why)))
}

/// Of what a step deploys.
enum Built {
    /// Of what lies in the tree.
    Here,
    /// Of something else, and what is wrong with it.
    Elsewhere(Option<Guard>),
}

/// What is wrong with something that sets the tree after the verification.
fn after(held: &Held<'_>, setter: &Setter) -> Option<Guard> {
    let why = match &setter.meaning {
        meaning if setter.aside && (setter.other || *meaning == Meaning::Nothing) => {
            let why = "what is put into a directory of the tree is not the commit that was verified, and may be what is deployed";
            return Some(Guard::Unseen(Reason::Unsupported, setter.place.clone(), why.to_owned()));
        }
        Meaning::Verified => return None,
        Meaning::Sha if held.of_tag => return None,
        // Without a revision it takes the commit of the event, as versions before 6.0.2 do, or the tag anew.
        Meaning::Nothing if held.of_tag => {
            let why = "the tag is checked out again after it was verified, and whether that takes the verified commit depends on the action";
            return Some(Guard::Unseen(Reason::Remote, setter.place.clone(), why.to_owned()));
        }
        Meaning::Named(_) | Meaning::Nothing => "what is checked out after the verification is not the commit that was verified",
        Meaning::Sha | Meaning::Unclear | Meaning::MayBe | Meaning::Where | Meaning::Here | Meaning::Built(_) => {
            let why = "whether what is put into the tree after the verification is the commit that was verified cannot be told";
            return Some(Guard::Unseen(Reason::Unsupported, setter.place.clone(), why.to_owned()));
        }
    };
    Some(Guard::Fails("fetched-again", setter.place.clone(), why.to_owned()))
}

/// What is wrong with something that sets the tree before it is verified, and deployed from there.
fn before(held: &Held<'_>, setter: &Setter) -> Option<Guard> {
    match &setter.meaning {
        Meaning::Verified => None,
        Meaning::Sha | Meaning::Nothing if held.of_tag => None,
        meaning if held.named == Some(meaning) => None,
        // Which tag it verifies is said loosely.
        Meaning::Named(_) if held.of_tag && held.named.is_none() => None,
        _ => {
            let why = "what is checked out and deployed is not known to be the tag that is verified";
            Some(Guard::Unseen(Reason::Unsupported, setter.place.clone(), why.to_owned()))
        }
    }
}
