//! Owns which commit a tree is compared with and whose policies judge it (design §4.6): what `--base` names, else what the event of the CI
//! run says, each held against the commits at hand. Refuses a base that whoever wrote the inspected tree could have chosen.

use git2::Oid;
use globset::GlobBuilder;

use super::{fits, tags_judge};
use crate::error::Error;
use crate::limits::Limits;
use crate::policy::origin::BaseTip;
use crate::source::ancestry::Ancestry;
use crate::source::merge_base::{MergeBase, merge_base};
use crate::source::{Repository, commit, fetching};
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
    /// The reference that it is about (`GITHUB_REF`), in full.
    pub reference: Option<String>,
    /// It is about a pull request from another repository, to which the forge gives fewer rights.
    pub from_fork: bool,
    /// The pull request that it is about, where it is about one.
    pub pull: Option<Pull>,
}

/// A pull request, as an event tells of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pull {
    /// Its number.
    pub number: Option<u64>,
    /// The account that opened it.
    pub author: Option<String>,
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
        /// The run is the base's (`pull_request_target`): what it is about is not the forge's merge.
        of_base: bool,
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
    /// Something that changes no code, a schedule or a person, or that is not known.
    #[default]
    Other,
}

/// What a tree is held against.
#[derive(Clone, Debug)]
pub(super) struct Chosen {
    /// Whose policy judges.
    pub(super) judge: BaseTip,
    /// The tips whose policies must hold as well.
    pub(super) also: Vec<BaseTip>,
    /// The commit to compare with.
    pub(super) compare: Option<Oid>,
    /// Old findings whose waiver is over close the gate.
    pub(super) expiry_closes: bool,
    /// The branch's tip of now is not here, so that the policy is the one that it had when the event was made.
    pub(super) of_event: bool,
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
    /// A CI variable is set.
    pub(super) ci: bool,
    /// Bounds.
    pub(super) limits: &'a Limits,
}

/// Chooses; `None`: nothing is compared, and the inspected tree's own policy judges.
///
/// # Errors
/// Usage: a base that does not fit. Incomplete: a commit that has to be at hand and is not.
pub(super) fn choose(question: &Question<'_>, repository: &Repository) -> Result<Option<Chosen>, Error> {
    let bench = Bench { repository, question };
    let Some(run) = question.run else { return question.named.map(|named| bench.named(named)).transpose() };
    match (&run.event, question.named) {
        (Event::PullRequest { branch, base, head, .. }, named) => bench.pull_request(branch, base, head, named).map(Some),
        (Event::MergeGroup { branch, base }, named) => bench.merge_group(branch, base)?.confirmed(named, &bench).map(Some),
        (Event::Push { branch, before }, named) => match (bench.push(branch, before)?, named) {
            (Some(chosen), named) => chosen.confirmed(named, &bench).map(Some),
            (None, named) => named.map(|named| bench.named(named)).transpose(),
        },
        (Event::Tag, None) => bench.default_judges().map(Some),
        (Event::Tag, Some(named)) => {
            let error = Error::usage(format!("--base {named}: this run is about a tag, which is held against nothing"));
            Err(error.hint("leave --base out: the default branch's policy judges"))
        }
        (Event::Other, Some(named)) => bench.named(named).map(Some),
        (Event::Other, None) if bench.is_the_default_branch(run) => Ok(None),
        (Event::Other, None) => bench.default_judges().map(Some),
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
    // A name that is a pattern, too, or that has to be escaped is for a person to write.
    let plain = branch.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte));
    let named = if plain { format!("[gate] branches = [\"{branch}\"]") } else { "an entry of `gate.branches`".to_owned() };
    Err(error.hint(format!("add it on {default}: {named}, or open the pull request against {default}")))
}

impl Chosen {
    /// The event says what the base is; whoever names one may only say the same.
    fn confirmed(self, named: Option<&str>, bench: &Bench<'_>) -> Result<Self, Error> {
        let Some(named) = named else { return Ok(self) };
        let said = fits::full(bench.repository, named, bench.question)?;
        if self.compare == Some(said) || self.judge.revision == said.to_string() {
            return Ok(self);
        }
        let error = Error::usage(format!("--base {named} is {said}, and the event of this run says {}", self.judge.revision));
        Err(error.hint("leave --base out: the event says what the base is"))
    }
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
        let tip = fits::full(self.repository, named, self.question)?;
        if self.question.ci && tip == inspected {
            let error = Error::usage(format!("--base {named} is the inspected commit itself: nothing would be compared"));
            return Err(error.hint("name the protected branch, or leave --base out where nothing is proposed to it"));
        }
        let outside = tags_judge::known(self.repository, &tip.to_string(), self.default(), self.question.limits);
        let (compare, notes) = self.meeting(inspected, tip);
        let judge = BaseTip { revision: tip.to_string(), title: named.trim_start_matches("refs/remotes/").to_owned(), outside };
        Ok(Chosen { judge, also: Vec::new(), compare: Some(compare), expiry_closes: false, of_event: false, notes })
    }

    /// The base branch's tip of now judges. What is compared must have been on that branch: it is the commit that the event says, or it lies in
    /// the history at hand. A first parent alone proves nothing: of a pull request that got another base, the forge's merge keeps the old one.
    fn pull_request(&self, branch: &str, base: &str, head: &str, named: Option<&str>) -> Result<Chosen, Error> {
        let inspected = self.inspected()?;
        let newest = self.origin(branch)?;
        let is_merge = inspected.to_string() != head;
        let named = named.map(|named| fits::full(self.repository, named, self.question)).transpose()?;
        let tip = match (is_merge, named, newest) {
            (true, ..) => fits::first_parent(self.repository, inspected)?,
            (false, Some(named), _) => named,
            (false, None, Some(newest)) => newest,
            (false, None, None) => self.here(base, branch)?,
        };
        if let Some(named) = named.filter(|named| is_merge && *named != tip && Some(*named) != newest) {
            let error = Error::usage(format!("--base names {named}, and the pull request was merged into {tip}"));
            return Err(error.hint("leave --base out: the event says what the base is"));
        }
        let said = tip.to_string() == base;
        let unproven = |why: &str| {
            Error::incomplete(format!(
                "{tip} is not the commit that {branch} had when the event was made ({base}), and whether it lies on {branch} cannot be told: {why}"
            ))
        };
        let judge = match newest {
            // The branch moved on since the run began: its policy of now judges.
            Some(newest) if newest != tip => match self.repository.lies_in(tip, newest) {
                Ancestry::Outside => {
                    let error = Error::incomplete(format!("the base {tip} does not lie on {branch}"));
                    return Err(error.hint(format!(
                        "run again, so that the forge merges it into {branch} as it is now; if {branch} here is old: {}",
                        fetching::branch(self.repository, branch)
                    )));
                }
                Ancestry::Unknown(..) if !said => {
                    return Err(unproven("the history here is cut").hint(fetching::branch(self.repository, branch)));
                }
                Ancestry::Within { .. } | Ancestry::Unknown(..) => newest,
            },
            Some(newest) => newest,
            None if said => tip,
            None => return Err(unproven("the branch is not here").hint(fetching::one_branch(branch))),
        };
        let (compare, notes) = if is_merge { (tip, Vec::new()) } else { self.meeting(inspected, tip) };
        Ok(Chosen { of_event: newest.is_none(), ..self.gated(branch, judge, compare, notes)? })
    }

    /// The queue's base may be another entry of it, which nobody has merged: the protected branch's own tip judges, too.
    fn merge_group(&self, branch: &str, base: &str) -> Result<Chosen, Error> {
        let tip = self.here(base, branch)?;
        let newest = self.origin(branch)?.ok_or_else(|| self.absent(branch, "base branch"))?;
        let apart = |one, other| matches!(self.repository.lies_in(one, other), Ancestry::Outside);
        if apart(newest, tip) && apart(tip, newest) {
            let error = Error::incomplete(format!("the queue's base {tip} has nothing to do with {branch}"));
            return Err(error.hint(fetching::branch(self.repository, branch)));
        }
        let mut chosen = self.gated(branch, newest, tip, Vec::new())?;
        if newest != tip {
            chosen.also.push(self.tip(tip, branch));
        }
        Ok(chosen)
    }

    fn push(&self, branch: &str, before: &str) -> Result<Option<Chosen>, Error> {
        let inspected = self.inspected()?;
        let known = (before != ZEROS).then(|| Oid::from_str(before).ok()).flatten();
        let forced = match known {
            None => true,
            Some(before) => match self.repository.lies_in(before, inspected) {
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
            Some(before) => self.here(&before.to_string(), branch)?,
            None if is_default && before == ZEROS => return Ok(None),
            None => self.default_tip()?.1,
        };
        if forced && is_default && !matches!(self.repository.lies_in(inspected, tip), Ancestry::Outside) {
            let error = Error::incomplete(format!(
                "{branch} was rewritten: what stood there ({before}) is no part of it any more, and nothing else here is older than the push"
            ));
            return Err(error.hint("judge it by a policy from outside, `--policy FILE`, and look at the push itself"));
        }
        let (compare, mut notes) = self.meeting(inspected, tip);
        let title = if forced { default.unwrap_or(branch) } else { branch };
        let mut judge = self.tip(tip, title);
        let mut also = Vec::new();
        if !is_default && !forced {
            // Whoever pushes a branch of his own wrote what stood there before, too.
            match self.default_tip() {
                Ok((name, default)) => also.push(self.tip(default, &name)),
                Err(error) => {
                    judge.outside = false;
                    notes.push(format!("judged by {branch} alone: {}", error.message));
                }
            }
        }
        Ok(Some(Chosen { judge, also, compare: Some(compare), expiry_closes: true, of_event: false, notes }))
    }

    /// Whether the tree is what the default branch had when the run began: its own policy is the one that judges.
    fn is_the_default_branch(&self, run: &Run) -> bool {
        let about = run.reference.as_deref().and_then(|full| full.strip_prefix(HEADS));
        let own = run.commit.is_some() && self.question.inspected.map(|id| id.to_string()) == run.commit;
        self.question.inspected.is_none() || (own && about.is_some() && about == run.default_branch.as_deref())
    }

    fn default_judges(&self) -> Result<Chosen, Error> {
        let (name, tip) = self.default_tip()?;
        Ok(Chosen {
            judge: self.tip(tip, &name),
            also: Vec::new(),
            compare: None,
            expiry_closes: true,
            of_event: false,
            notes: Vec::new(),
        })
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
        let also = also.into_iter().collect();
        Ok(Chosen { judge: self.tip(judge, branch), also, compare: Some(compare), expiry_closes: false, of_event: false, notes })
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
        let tip = self.origin(name)?.ok_or_else(|| self.absent(name, "default branch"))?;
        Ok((name.to_owned(), tip))
    }

    fn absent(&self, branch: &str, what: &str) -> Error {
        Error::incomplete(format!("the {what} {branch} is not here, so its policy cannot judge"))
            .hint(fetching::one_branch(branch))
    }

    /// A branch of the origin, by its full name alone: a tag or branch that is called `origin/main` is another thing.
    fn origin(&self, branch: &str) -> Result<Option<Oid>, Error> {
        let below = if self.repository.is_mirror()? { HEADS } else { ORIGIN };
        self.repository.refs.resolve(&format!("{below}{branch}"))
    }

    fn here(&self, id: &str, branch: &str) -> Result<Oid, Error> {
        let missing = |why: String| {
            let error = Error::incomplete(format!("the base commit {id} of {branch} {why}"));
            error.hint(format!("git fetch --depth=1 origin {id} (with actions/checkout: fetch-depth: 0)"))
        };
        let oid = Oid::from_str(id).map_err(|_| missing("is no object id".to_owned()))?;
        commit::read(&self.repository.objects, oid).map_err(|error| missing(error.to_string()))?;
        Ok(oid)
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
