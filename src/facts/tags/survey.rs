//! Owns what signing looks like in one repository under one policy: the verdicts on its newest releases, the state of the people who may
//! sign, and whether commits are signed as the policy asks. Refuses to judge: rules do.

use std::collections::{BTreeMap, BTreeSet};

use git2::Oid;
use jiff::tz::TimeZone;

use super::claimed_time::Past;
use super::owners;
use super::reach::{self, Branch, Branches, Wanted};
use super::verify::Verifying;
use crate::answer::Reason;
use crate::error::Error;
use crate::facts::forge::branches::guard;
use crate::limits::Limits;
use crate::signing::refusal::{Refusal, Step};
use crate::signing::signed;
use crate::signing::signed_commit;
use crate::signing::trust::{Person, Trust};
use crate::snapshot::{DefaultBranch, Snapshot, Tag};
use crate::source::ancestry::{Ancestry, History};
use crate::source::objects::ObjectError;
use crate::source::{Repository, commit, fetching};
use crate::terms::policy::{Policy, Since, whole_name};
use crate::text::Place;

/// Commits looked at where all must be signed.
const MOST_COMMITS: usize = 10_000;
/// Commits named.
const NAMED: usize = 20;
const DAY: i64 = 86_400;

/// What is known of signing in a repository.
#[derive(Clone, Debug, Default)]
pub struct Signing {
    /// The policy lists people.
    pub people: bool,
    /// Where the policy stands, when there is one.
    pub policy: Option<Place>,
    /// Whoever may sign releases now, by name.
    pub releasers: BTreeMap<String, Releaser>,
    /// Who owns everything by a file of owners and has no key in the policy, as written there.
    pub owners_without_key: Vec<(String, Place)>,
    /// The newest releases.
    pub releases: Releases,
    /// Commits.
    pub commits: Commits,
}

/// The state of somebody who may sign releases.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Releaser {
    /// Keys that can sign now.
    pub able: usize,
    /// When the last of them ends, in days from now; `None`: none of them ends.
    pub ends_in: Option<i64>,
    /// What is wrong with the others, one clause each.
    pub problems: Vec<String>,
    /// Where the policy lists the person.
    pub place: Option<Place>,
}

/// The releases that are looked at.
#[derive(Clone, Debug, Default)]
pub enum Releases {
    /// There is no repository.
    #[default]
    NoRepository,
    /// No release is here.
    None {
        /// The line that fetches them: the repository comes from elsewhere, and none of the tags there need be here.
        fetch: Option<String>,
    },
    /// None of them could be looked at.
    Unknown(Error),
    /// The newest since the policy asks for signatures.
    Judged(Vec<Release>),
}

/// One release.
#[derive(Clone, Debug)]
pub struct Release {
    /// Its name.
    pub name: String,
    /// Who signed it, or why it is not verified.
    pub outcome: Result<Vec<String>, Refusal>,
    /// What is to be said of the branches that it lies on.
    pub lies_on: Vec<String>,
    /// Where a forge was asked: the branches that only a pattern lets in and about which its answer decides.
    pub hinges_on: BTreeSet<String>,
    /// It is a lightweight tag: no tag object that could be signed.
    pub lightweight: bool,
    /// It is a lightweight tag of the very commit that CI checked out: that may be the doing of the checkout.
    pub by_checkout: bool,
}

/// Commits, as the policy asks about them.
#[derive(Clone, Debug, Default)]
pub enum Commits {
    /// It does not.
    #[default]
    NotAsked,
    /// They could not be looked at.
    Unknown(Reason, String, String),
    /// They were.
    Judged {
        /// What was looked at: "the tip of main".
        what: String,
        /// How many.
        count: usize,
        /// Those that are not signed by anybody of the policy, newest first: commit and reason.
        unsigned: Vec<(String, String)>,
        /// How many those are.
        unsigned_count: usize,
        /// The newest of which it cannot be told: commit, reason, and what to do.
        unclear: Option<(String, String, String)>,
        /// Merges that carry a signature by a key that is not in the policy, as forges make them.
        by_forge: usize,
        /// The policy asks for all commits, not for the tip of the default branch alone.
        all: bool,
    },
}

/// Looks. `ci`: a checkout of CI may have replaced the tag of the commit it checked out.
///
/// # Errors
/// References that cannot be listed, or a pattern that does not compile.
pub fn survey(snapshot: &Snapshot, policy: &Policy, trust: &Trust, default: &DefaultBranch, ci: bool) -> Result<Signing, Error> {
    if policy.people.is_empty() {
        return Ok(Signing { policy: policy.place(), ..Signing::default() });
    }
    let surveying = Surveying { snapshot, policy, trust, default, ci };
    let releasers = trust.people.iter().filter(|person| person.counts).filter_map(|person| surveying.releaser(person)).collect();
    let (releases, commits) = match snapshot.repository() {
        None => (Releases::NoRepository, Commits::default()),
        Some(repository) => (surveying.releases(repository)?, surveying.commits(repository)?),
    };
    let owners_without_key = owners::without_key(snapshot, policy, trust);
    Ok(Signing { people: true, policy: policy.place(), releasers, owners_without_key, releases, commits })
}

/// The branches about which a forge decides whether the newest releases are verified.
///
/// # Errors
/// As [`survey`].
pub fn hinges_on(
    snapshot: &Snapshot,
    policy: &Policy,
    trust: &Trust,
    default: &DefaultBranch,
    ci: bool,
) -> Result<BTreeSet<String>, Error> {
    let Some(repository) = snapshot.repository().filter(|_| !policy.people.is_empty()) else { return Ok(BTreeSet::new()) };
    let surveying = Surveying { snapshot, policy, trust, default, ci };
    Ok(match surveying.releases(repository)? {
        Releases::Judged(releases) => releases.into_iter().flat_map(|release| release.hinges_on).collect(),
        Releases::NoRepository | Releases::None { .. } | Releases::Unknown(_) => BTreeSet::new(),
    })
}

struct Surveying<'a> {
    snapshot: &'a Snapshot,
    policy: &'a Policy,
    trust: &'a Trust,
    default: &'a DefaultBranch,
    ci: bool,
}

impl Surveying<'_> {
    /// The state of a person whose time is not over; keys that are kept for old tags only say nothing.
    fn releaser(&self, person: &Person) -> Option<(String, Releaser)> {
        let now = self.trust.now;
        let listed = self.policy.people.get(&person.name);
        let keys = person.keys(now, self.trust.sha1_self_signatures);
        if !keys.is_empty() && keys.iter().all(|key| key.kept) {
            return None;
        }
        let mut state = Releaser { place: listed.and_then(|_| self.place(&person.name)), ..Releaser::default() };
        let mut ends = Vec::new();
        for key in keys.into_iter().filter(|key| !key.kept) {
            match key.problem {
                Some(problem) => state.problems.push(format!("{} cannot sign now: {problem}", key.key)),
                None => {
                    state.able += 1;
                    ends.push(key.ends);
                }
            }
        }
        // One key without an end is enough.
        let last = ends.into_iter().collect::<Option<Vec<i64>>>().and_then(|ends| ends.into_iter().max());
        state.ends_in = last.map(|end| end.saturating_sub(now) / DAY);
        Some((person.name.clone(), state))
    }

    fn place(&self, person: &str) -> Option<Place> {
        Some(self.policy.values.get("people")?.get(person)?.key.clone())
    }

    fn branches(&self, repository: &Repository) -> Result<Vec<Branches>, Error> {
        let wanted = match (&self.policy.release.branches, self.default) {
            (Some(patterns), _) if patterns.is_empty() => return Ok(Vec::new()),
            (Some(patterns), _) => Wanted::Patterns(patterns.clone()),
            (None, DefaultBranch::Known(name)) => Wanted::Name(name.clone()),
            (None, DefaultBranch::OneOf(_)) => {
                let error = Error::incomplete("which branch is the default one, on which a release must lie, is not known");
                return Err(error.hint(format!("{}, or list [release].branches", fetching::default_branch(repository))));
            }
        };
        let found = reach::branches(repository, &wanted)?;
        if found.here.is_empty() {
            return Err(reach::nowhere(repository, &wanted));
        }
        let says = |name: &str| self.snapshot.forge().and_then(|answers| guard(answers, name));
        Ok(vec![found.guarded(says)])
    }

    fn releases(&self, repository: &Repository) -> Result<Releases, Error> {
        let release = &self.policy.release;
        let all = super::releases(self.snapshot, Some(&release.tag_pattern))?;
        if all.is_empty() {
            let none_fetched = repository.refs.list("refs/tags/", 1).is_ok_and(|tags| tags.is_empty());
            let elsewhere = repository.is_shallow() || (none_fetched && fetching::has_remote(repository));
            return Ok(Releases::None { fetch: elsewhere.then(|| fetching::tags(repository)) });
        }
        let before = match self.before(repository) {
            Ok(before) => before,
            Err(refusal) => return Ok(Releases::Unknown(Error::incomplete(refusal.reason).hint(refusal.remedy))),
        };
        let asked = |tag: &Tag| self.is_asked(repository, tag, before.as_ref());
        let since: Vec<Tag> = all.into_iter().filter(asked).take(release.check_last).collect();
        let branches = match self.branches(repository) {
            Ok(branches) => branches,
            Err(error) if !since.is_empty() => return Ok(Releases::Unknown(error)),
            Err(_) => Vec::new(),
        };
        let pattern = whole_name(&release.tag_pattern)
            .map_err(|problem| Error::usage(format!("[release].tag_pattern does not compile: {problem}")))?;
        let limits: &Limits = self.snapshot.limits();
        let verifying = Verifying {
            repository,
            limits,
            trust: self.trust,
            release,
            pattern: &pattern,
            branches: &branches,
            histories: reach::Histories::default(),
            past: Past::default(),
        };
        let head = self.snapshot.subject().revision.clone();
        let judged = since.into_iter().map(|tag| {
            let verdict = verifying.tag(&tag.name);
            let people = signed::people(&verdict.signers).into_iter().map(str::to_owned).collect();
            let by_checkout = self.ci && !tag.annotated && tag.target.is_some() && tag.target == head;
            let lightweight = !tag.annotated;
            let hinges_on = self.snapshot.forge().map(|_| verifying.hinges_on(&verdict)).unwrap_or_default();
            let (outcome, lies_on) = (verdict.outcome.map(|()| people), verdict.lies_on);
            Release { name: tag.name, outcome, lies_on, hinges_on, lightweight, by_checkout }
        });
        Ok(Releases::Judged(judged.collect()))
    }

    /// The history of the commit since which the policy asks, where it names one.
    fn before(&self, repository: &Repository) -> Result<Option<(Oid, History)>, Refusal> {
        let Some(Since::Commit(id)) = &self.policy.release.signed_since else { return Ok(None) };
        let read = Oid::from_str(id).map_err(ObjectError::from).and_then(|id| commit::read(&repository.objects, id).map(|_| id));
        let since = read.map_err(|error| {
            let reason =
                format!("since when signatures are asked for cannot be told: the commit {id} of [release] signed_since {error}");
            let remedy = format!("{}; or name a commit of the default branch there", fetching::history(repository, &error));
            Refusal::indeterminate(Step::Policy, reason, remedy)
        })?;
        Ok(Some((since, History::of(&repository.objects, since))))
    }

    /// Whether a release comes after the policy began to ask. Its own date is a claim; that of its commit counts too. What a commit does not
    /// have in its history came after it, on whatever branch.
    fn is_asked(&self, repository: &Repository, tag: &Tag, before: Option<&(Oid, History)>) -> bool {
        let target = tag.target.as_deref().and_then(|id| Oid::from_str(id).ok());
        match &self.policy.release.signed_since {
            None => true,
            Some(Since::Day(day)) => {
                let start = TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0)).map_or(i64::MAX, |moment| moment.as_second());
                let made = target.and_then(|id| commit::read(&repository.objects, id).ok()).and_then(|commit| commit.time);
                [tag.date, made].into_iter().flatten().max().is_none_or(|latest| latest >= start)
            }
            Some(Since::Commit(_)) => before.zip(target).is_none_or(|((since, history), target)| {
                target == *since || !matches!(history.holds(target), Ancestry::Within { .. })
            }),
        }
    }

    fn commits(&self, repository: &Repository) -> Result<Commits, Error> {
        let require = self.policy.commits.require.as_str();
        if require == "none" {
            return Ok(Commits::NotAsked);
        }
        let unknown = |reason, why: &str, fix: &str| Ok(Commits::Unknown(reason, why.to_owned(), fix.to_owned()));
        let DefaultBranch::Known(name) = self.default else {
            return unknown(
                Reason::Unsupported,
                "which branch is the default one is not known",
                &format!("{}, or set [service] default_branch", fetching::default_branch(repository)),
            );
        };
        let found = reach::branches(repository, &Wanted::Name(name.clone()))?;
        let Some(Branch { tip, .. }) = found.here.first() else {
            return unknown(Reason::Shallow, "the default branch is not here", &fetching::branches(repository));
        };
        if require == "default-branch" {
            return Ok(self.walk(repository, &[*tip], Some(1), format!("the tip of {name}")));
        }
        match self.proposed(repository, *tip) {
            Some(head) => {
                Ok(self.walk(repository, &[head, *tip], None, format!("the commits of {name} and of what is checked out")))
            }
            None => Ok(self.walk(repository, &[*tip], None, format!("the commits of {name}"))),
        }
    }

    /// What is inspected, where that is not the tip itself: a change to merge. Of the merge that CI checks out to try it, the change: that
    /// merge itself is never kept.
    fn proposed(&self, repository: &Repository, tip: Oid) -> Option<Oid> {
        let head = Oid::from_str(self.snapshot.subject().revision.as_deref()?).ok().filter(|head| *head != tip)?;
        match commit::read(&repository.objects, head).map(|commit| commit.parents) {
            Ok(parents) => match parents.as_slice() {
                [base, change] if self.ci && *base == tip => Some(*change),
                _ => Some(head),
            },
            Err(_) => Some(head),
        }
    }

    /// The commits of the history of tips, the newest first, until the policy does not ask any more.
    fn walk(&self, repository: &Repository, tips: &[Oid], most: Option<usize>, what: String) -> Commits {
        let (mut count, mut unsigned, mut unsigned_count, mut by_forge, mut unclear) = (0, Vec::new(), 0, 0, None);
        let mut seen: std::collections::HashSet<Oid> = tips.iter().copied().collect();
        let mut pending: std::collections::BinaryHeap<(i64, Oid)> = tips.iter().map(|tip| (i64::MAX, *tip)).collect();
        let start = match &self.policy.release.signed_since {
            Some(Since::Day(day)) => TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0)).map_or(i64::MIN, |moment| moment.as_second()),
            _ => i64::MIN,
        };
        let before = match if most.is_none() { self.before(repository) } else { Ok(None) } {
            Ok(before) => before,
            Err(refusal) => return Commits::Unknown(Reason::Shallow, refusal.reason, refusal.remedy),
        };
        let is_before = |id: Oid| {
            before.as_ref().is_some_and(|(since, history)| id != *since && matches!(history.holds(id), Ancestry::Within { .. }))
        };
        while let Some((_, id)) = pending.pop() {
            let (bytes, read) = match (commit::bytes(&repository.objects, id), commit::read(&repository.objects, id)) {
                (Ok(bytes), Ok(read)) => (bytes, read),
                (Err(error), _) | (_, Err(error)) => {
                    let why = format!("whether all of {what} are signed cannot be told: the commit {id} {error}");
                    return Commits::Unknown(Reason::Shallow, why, fetching::history(repository, &error));
                }
            };
            let time = read.time.unwrap_or(0);
            if time < start {
                continue;
            }
            count += 1;
            match signed_commit::verify(&bytes, time, self.trust) {
                Ok(_) => {}
                Err(refusal) => {
                    let carried = memchr::memmem::find(&bytes, b"\ngpgsig ").is_some();
                    let stranger = refusal.step == Step::Signer;
                    if read.parents.len() > 1 && carried && stranger && self.policy.commits.allow_forge_merges {
                        by_forge += 1;
                    } else if !refusal.rejected {
                        unclear.get_or_insert((id.to_string(), refusal.reason, refusal.remedy));
                    } else {
                        unsigned_count += 1;
                        if unsigned.len() < NAMED {
                            unsigned.push((id.to_string(), refusal.reason));
                        }
                    }
                }
            }
            if most.is_some_and(|most| count >= most) {
                break;
            }
            if count >= MOST_COMMITS {
                let why = format!("{what} are more than {MOST_COMMITS}: set [release] signed_since");
                return Commits::Unknown(Reason::Unsupported, why, "[release] signed_since = DATE".to_owned());
            }
            let parents = read.parents.into_iter().filter(|parent| !is_before(*parent) && seen.insert(*parent));
            pending.extend(parents.map(|parent| (time, parent)));
        }
        Commits::Judged { what, count, unsigned, unsigned_count, unclear, by_forge, all: most.is_none() }
    }
}
