//! Owns which commit a tree is compared with and whose policies judge it (design §4.6): what `--base` names, else what the event of the CI
//! run says, each held against the commits at hand. Refuses a base that whoever wrote the inspected tree could have chosen.

use git2::Oid;
use globset::GlobBuilder;

use super::tags_judge;
use crate::error::Error;
use crate::limits::Limits;
use crate::policy::origin::BaseTip;
use crate::source::ancestry::{self, Ancestry};
use crate::source::merge_base::{MergeBase, merge_base};
use crate::source::{Repository, commit, fetching, revision};
use crate::terms::policy::Policy;

/// Where the branches of the origin are.
const ORIGIN: &str = "refs/remotes/origin/";
/// The prefix of a branch.
const HEADS: &str = "refs/heads/";
/// What an event writes for no commit.
const ZEROS: &str = "0000000000000000000000000000000000000000";

/// The run of a CI system, as its event tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// What started it.
    pub event: Event,
    /// The commit that it is about (`GITHUB_SHA`).
    pub commit: Option<String>,
    /// The default branch, without prefix.
    pub default_branch: Option<String>,
}

/// What started a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Event {
    /// A pull request was opened or changed.
    PullRequest {
        /// The branch that it would change, without prefix.
        branch: String,
        /// That branch's commit when the event was made.
        base: String,
        /// The pull request's own commit.
        head: String,
    },
    /// A merge queue tries a merge.
    MergeGroup {
        /// The branch that it would change, without prefix.
        branch: String,
        /// What it would be merged into.
        base: String,
    },
    /// A branch was pushed.
    Push {
        /// The branch, without prefix.
        branch: String,
        /// Its commit before.
        before: String,
    },
    /// A tag was pushed.
    Tag,
    /// Something that changes no code: a schedule, a person.
    #[default]
    Other,
}

/// What a tree is held against.
#[derive(Clone, Debug)]
pub(super) struct Chosen {
    /// Whose policy judges.
    pub(super) judge: BaseTip,
    /// The branch of another policy that must hold as well.
    pub(super) also: Option<BaseTip>,
    /// The commit to compare with.
    pub(super) compare: Option<Oid>,
    /// Old findings whose waiver is over close the gate.
    pub(super) expiry_closes: bool,
    /// What a reader should know about it.
    pub(super) notes: Vec<String>,
}

/// What is asked.
pub(super) struct Question<'a> {
    /// `--base`.
    pub(super) named: Option<&'a str>,
    /// The CI run.
    pub(super) run: Option<&'a Run>,
    /// The commit whose tree is inspected.
    pub(super) inspected: Option<Oid>,
    /// Bounds.
    pub(super) limits: &'a Limits,
}

/// Chooses; `None`: nothing is compared, and the inspected tree's own policy judges.
///
/// # Errors
/// Usage: a base that does not fit. Incomplete: a commit that has to be at hand and is not.
pub(super) fn choose(question: &Question<'_>, repository: &Repository) -> Result<Option<Chosen>, Error> {
    let bench = Bench { repository, question };
    match (question.run.map(|run| &run.event), question.named) {
        (Some(Event::PullRequest { branch, base, head }), named) => bench.pull_request(branch, base, head, named).map(Some),
        (_, Some(named)) => bench.named(named).map(Some),
        (Some(Event::MergeGroup { branch, base }), None) => bench.merge_group(branch, base).map(Some),
        (Some(Event::Push { branch, before }), None) => bench.push(branch, before),
        (Some(Event::Tag), None) => bench.tag().map(Some),
        (Some(Event::Other) | None, None) => Ok(None),
    }
}

/// Whether the default branch's policy lets pull requests target `branch`.
///
/// # Errors
/// It does not.
pub(super) fn allows(policy: &Policy, branch: &str, default: &str) -> Result<(), Error> {
    let matches = |glob: &String| {
        GlobBuilder::new(glob).literal_separator(true).build().is_ok_and(|glob| glob.compile_matcher().is_match(branch))
    };
    if policy.gate.branches.iter().any(matches) {
        return Ok(());
    }
    let error = Error::incomplete(format!(
        "the base branch {branch} is neither the default branch ({default}) nor named in its policy: whoever chose it could have weakened it"
    ));
    Err(error.hint(format!("add it on {default}: [gate] branches = [\"{branch}\"], or open the pull request against {default}")))
}

struct Bench<'a> {
    repository: &'a Repository,
    question: &'a Question<'a>,
}

impl Bench<'_> {
    fn inspected(&self) -> Result<Oid, Error> {
        let none =
            || Error::usage("nothing is committed here, so there is nothing to compare with the base").hint("commit first");
        self.question.inspected.ok_or_else(none)
    }

    fn named(&self, named: &str) -> Result<Chosen, Error> {
        let inspected = self.inspected()?;
        let tip = revision::resolve(self.repository, named, self.question.limits)?;
        let outside = tags_judge::known(self.repository, &tip.to_string(), self.question.limits);
        let (compare, notes) = self.meeting(inspected, tip);
        let judge = BaseTip { revision: tip.to_string(), title: named.trim_start_matches("refs/remotes/").to_owned(), outside };
        Ok(Chosen { judge, also: None, compare: Some(compare), expiry_closes: false, notes })
    }

    fn pull_request(&self, branch: &str, base: &str, head: &str, named: Option<&str>) -> Result<Chosen, Error> {
        let (inspected, run) = (self.inspected()?, self.question.run);
        let newest = self.origin(branch)?;
        let mut notes = Vec::new();
        let is_merge =
            run.and_then(|run| run.commit.as_deref()) == Some(inspected.to_string().as_str()) && inspected.to_string() != head;
        let tip = if is_merge {
            self.first_parent(inspected, head)?
        } else if inspected.to_string() == head {
            match (named, newest) {
                (Some(named), _) => revision::resolve(self.repository, named, self.question.limits)?,
                (None, Some(newest)) => newest,
                (None, None) => self.here(base, branch)?,
            }
        } else {
            let error = Error::incomplete(format!("{inspected} is neither the merge of the pull request nor its head {head}"));
            return Err(error.hint("check out what the event is about, without `ref:`, or name the revision with --rev"));
        };
        let judge = match newest {
            // The branch moved on since the run began: its policy of now judges.
            Some(newest) if newest != tip => match ancestry::within(&self.repository.objects, tip, newest) {
                Ancestry::Outside => {
                    let error = Error::incomplete(format!("the base {tip} does not lie on {branch}"));
                    return Err(error.hint(fetching::branches(self.repository)));
                }
                Ancestry::Within { .. } => newest,
                Ancestry::Unknown(..) => tip,
            },
            Some(newest) => newest,
            None if tip.to_string() == base || is_merge => tip,
            None => {
                let error = Error::incomplete(format!("whether {tip} lies on {branch} cannot be told: the branch is not here"));
                return Err(error.hint(fetch_one(branch)));
            }
        };
        let (compare, said) = if is_merge { (tip, Vec::new()) } else { self.meeting(inspected, tip) };
        notes.extend(said);
        self.gated(branch, judge, compare, notes)
    }

    fn merge_group(&self, branch: &str, base: &str) -> Result<Chosen, Error> {
        let tip = self.here(base, branch)?;
        let mut chosen = self.gated(branch, tip, tip, Vec::new())?;
        if let Some(newest) = self.origin(branch)?.filter(|newest| *newest != tip && chosen.also.is_none()) {
            chosen.also = Some(self.tip(newest, branch));
        }
        Ok(chosen)
    }

    fn push(&self, branch: &str, before: &str) -> Result<Option<Chosen>, Error> {
        let inspected = self.inspected()?;
        let known = (before != ZEROS).then(|| Oid::from_str(before).ok()).flatten();
        let forced = match known {
            None => true,
            Some(before) => match ancestry::within(&self.repository.objects, before, inspected) {
                Ancestry::Within { .. } => false,
                Ancestry::Outside => true,
                Ancestry::Unknown(missing, error) => {
                    let error = Error::incomplete(format!(
                        "whether the pushed commits follow {before} cannot be told: the commit {missing} {error}"
                    ));
                    return Err(
                        error.hint(format!("{} (with actions/checkout: fetch-depth: 0)", fetching::whole(self.repository)))
                    );
                }
            },
        };
        let default = self.default();
        let is_default = default == Some(branch);
        let tip = match known.filter(|_| !forced) {
            Some(before) => before,
            None if is_default && before == ZEROS => return Ok(None),
            None => self.default_tip()?.1,
        };
        let (compare, notes) = self.meeting(inspected, tip);
        let title = if forced { default.unwrap_or(branch) } else { branch };
        let judge = self.tip(tip, title);
        Ok(Some(Chosen { judge, also: None, compare: Some(compare), expiry_closes: true, notes }))
    }

    fn tag(&self) -> Result<Chosen, Error> {
        let (name, tip) = self.default_tip()?;
        Ok(Chosen { judge: self.tip(tip, &name), also: None, compare: None, expiry_closes: true, notes: Vec::new() })
    }

    /// The base branch's policy judges, and that of the default branch where it is another one.
    fn gated(&self, branch: &str, judge: Oid, compare: Oid, notes: Vec<String>) -> Result<Chosen, Error> {
        let also = match self.default() {
            Some(default) if default == branch => None,
            _ => {
                let (name, tip) = self.default_tip()?;
                (name != branch).then(|| self.tip(tip, &name))
            }
        };
        Ok(Chosen { judge: self.tip(judge, branch), also, compare: Some(compare), expiry_closes: false, notes })
    }

    fn tip(&self, id: Oid, branch: &str) -> BaseTip {
        BaseTip { revision: id.to_string(), title: format!("origin/{branch}"), outside: true }
    }

    fn default(&self) -> Option<&str> {
        self.question.run.and_then(|run| run.default_branch.as_deref())
    }

    fn default_tip(&self) -> Result<(String, Oid), Error> {
        let Some(name) = self.default() else {
            return Err(
                Error::incomplete("the event does not say which branch is the default one").hint("name the base with --base")
            );
        };
        let tip = self.origin(name)?.ok_or_else(|| {
            Error::incomplete(format!("the default branch {name} is not here, so its policy cannot judge")).hint(fetch_one(name))
        })?;
        Ok((name.to_owned(), tip))
    }

    /// A branch of the origin, by its full name alone: a tag or branch that is called `origin/main` is another thing.
    fn origin(&self, branch: &str) -> Result<Option<Oid>, Error> {
        let below = if self.repository.is_mirror()? { HEADS } else { ORIGIN };
        self.repository.refs.resolve(&format!("{below}{branch}"))
    }

    fn here(&self, id: &str, branch: &str) -> Result<Oid, Error> {
        let missing = |why: String| {
            let error = Error::incomplete(format!("the base commit {id} of {branch} {why}"));
            error.hint(format!("{} (with actions/checkout: fetch-depth: 0)", fetch_one(branch)))
        };
        let oid = Oid::from_str(id).map_err(|_| missing("is no object id".to_owned()))?;
        commit::read(&self.repository.objects, oid).map_err(|error| missing(error.to_string()))?;
        Ok(oid)
    }

    /// The first parent of the forge's merge, whose second is the pull request's head.
    fn first_parent(&self, merge: Oid, head: &str) -> Result<Oid, Error> {
        let read = commit::read(&self.repository.objects, merge)
            .map_err(|error| Error::incomplete(format!("commit {merge} {error}")).hint(fetching::object(&error)))?;
        let (&[first, second], text) = (read.parents.as_slice(), head) else {
            let error = Error::incomplete(format!("{merge} is not the merge of the pull request's head {head} into its base"));
            return Err(error.hint("run again: the forge makes that merge when the pull request changes"));
        };
        if second.to_string() != text {
            let error = Error::incomplete(format!("{merge} merges {second}, not the pull request's head {head}"));
            return Err(error.hint("run again: the pull request has changed since this run began"));
        }
        commit::read(&self.repository.objects, first).map_err(|error| {
            let error = Error::incomplete(format!("the base commit {first} {error}"));
            error.hint(format!("git fetch --depth=1 origin {first} (with actions/checkout: fetch-depth: 2)"))
        })?;
        Ok(first)
    }

    /// The commit that both have in common, else the tip itself.
    fn meeting(&self, inspected: Oid, tip: Oid) -> (Oid, Vec<String>) {
        match merge_base(&self.repository.objects, inspected, tip) {
            MergeBase::At(id) => (id, Vec::new()),
            MergeBase::Nowhere | MergeBase::Several => (tip, Vec::new()),
            MergeBase::Unknown(missing, _) => {
                let why = format!("compared with the base's tip: where the two histories meet cannot be told without {missing}");
                (tip, vec![why])
            }
        }
    }
}

fn fetch_one(branch: &str) -> String {
    format!("git fetch --depth=1 origin '+refs/heads/{branch}:refs/remotes/origin/{branch}'")
}
