//! Owns whether a release lies on a branch that the policy names, at references that were fetched. Refuses branches that the origin did
//! not call its own: beside a work tree anybody can make a local one, and in a mirror anybody can push below `refs/remotes/`.

use std::cell::RefCell;
use std::collections::HashMap;

use git2::Oid;
use globset::{GlobBuilder, GlobMatcher};

use crate::error::Error;
use crate::facts::forge::branches::Guard;
use crate::signing::refusal::{Refusal, Step};
use crate::source::ancestry::{self, Ancestry, History};
use crate::source::objects::Objects;
use crate::source::refs::Ref;
use crate::source::repository::{MOST_BRANCHES, ORIGINS_BRANCHES, OWN_BRANCHES};
use crate::source::{Repository, fetching};
use crate::terms::policy::Release;

/// A branch on which a release may lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    /// Its name.
    pub name: String,
    /// Its tip.
    pub tip: Oid,
    /// It was matched by a pattern, so that whoever may create branches may create one.
    pub by_pattern: bool,
    /// What the forge says about who makes and changes it; `None`: it was not asked.
    pub guard: Option<Guard>,
}

/// Branches of which one must hold the release.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Branches {
    /// Those that are here.
    pub here: Vec<Branch>,
    /// Names that were asked for and are not here: such a branch may hold what the others do not.
    pub missing: Vec<String>,
    /// Patterns that no branch here matches. A pattern names no branch that has to be there, so that none is an answer.
    pub unmatched: Vec<String>,
}

impl Branches {
    /// Those that are here, the ones that are named first: they need no forge.
    pub(super) fn in_order(&self) -> impl Iterator<Item = &Branch> {
        let that_are = |by_pattern: bool| self.here.iter().filter(move |branch| branch.by_pattern == by_pattern);
        that_are(false).chain(that_are(true))
    }

    /// The branches that a pattern let in and that hold a commit, where no branch that is named holds it.
    #[must_use]
    pub fn through_patterns(&self, repository: &Repository, release: &Release, histories: &Histories, commit: Oid) -> Vec<&str> {
        let mut names = Vec::new();
        for branch in self.in_order() {
            match histories.within(&repository.objects, commit, branch.tip) {
                Ancestry::Within { first_parent } if first_parent || !release.first_parent => {}
                _ => continue,
            }
            if !branch.by_pattern {
                return Vec::new();
            }
            names.push(branch.name.as_str());
        }
        names
    }

    /// The same, with what the forge says about the branches that a pattern let in.
    #[must_use]
    pub fn guarded(&self, says: impl Fn(&str) -> Option<Guard>) -> Self {
        let mut all = self.clone();
        for branch in all.here.iter_mut().filter(|branch| branch.by_pattern) {
            branch.guard = says(&branch.name);
        }
        all
    }
}

/// Histories of branches, each read once where many releases are asked about; one alone is looked for from the tip, where it is near.
#[derive(Debug, Default)]
pub struct Histories {
    /// Many are asked about.
    pub many: bool,
    read: RefCell<HashMap<Oid, History>>,
}

impl Histories {
    /// For many releases.
    #[must_use]
    pub fn of_many() -> Self {
        Self { many: true, read: RefCell::default() }
    }

    /// Whether a branch's history holds a commit, as [`ancestry::within`].
    pub(super) fn within(&self, objects: &Objects, commit: Oid, tip: Oid) -> Ancestry {
        if !self.many {
            return ancestry::within(objects, commit, tip);
        }
        let mut read = self.read.borrow_mut();
        read.entry(tip).or_insert_with(|| History::of(objects, tip)).holds(commit)
    }
}

/// Which branches are meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// One, by its name: the default branch, as the forge or the policy calls it. What would be a glob elsewhere stands for itself.
    Name(String),
    /// Names and globs, as somebody lists them.
    Patterns(Vec<String>),
}

impl Wanted {
    /// What was written.
    #[must_use]
    pub fn words(&self) -> &[String] {
        match self {
            Self::Name(name) => std::slice::from_ref(name),
            Self::Patterns(patterns) => patterns,
        }
    }
}

/// The branches that are meant, where the origin's branches are.
///
/// # Errors
/// References that cannot be read.
pub fn branches(repository: &Repository, wanted: &Wanted) -> Result<Branches, Error> {
    let prefix = repository.branches_below()?;
    let all = repository.refs.list(prefix, MOST_BRANCHES)?;
    let mut found = Branches::default();
    for pattern in wanted.words() {
        let before = found.here.len();
        // `{` may stand in a name: whoever may create branches calls one like the pattern.
        let by_pattern = matches!(wanted, Wanted::Patterns(_)) && pattern.contains(['*', '?', '[', '{']);
        let matcher = if by_pattern { Some(matcher(pattern)?) } else { None };
        for (full, held) in &all {
            let name = full.strip_prefix(prefix).unwrap_or(full);
            let matches = name == pattern || matcher.as_ref().is_some_and(|matcher| matcher.is_match(name));
            if !matches {
                continue;
            }
            match held {
                Ok(Ref::Direct(tip)) => found.here.push(Branch { name: name.to_owned(), tip: *tip, by_pattern, guard: None }),
                Ok(Ref::Symbolic(_)) => {}
                Err(error) => return Err(error.clone()),
            }
        }
        if found.here.len() == before {
            let here = |short: &str| all.iter().any(|(full, _)| full.strip_prefix(prefix) == Some(short));
            if let Some(error) = misspelt(pattern, here) {
                return Err(error);
            }
            if by_pattern { found.unmatched.push(pattern.clone()) } else { found.missing.push(pattern.clone()) }
        }
    }
    Ok(found)
}

/// What a branch is called otherwise than by its name, for names that nothing is called by: more of a reference, or nothing at all.
fn misspelt(name: &str, here: impl Fn(&str) -> bool) -> Option<Error> {
    let error = Error::usage(format!("`{name}` is no name of a branch"));
    if name.is_empty() {
        return Some(error.hint("for example main"));
    }
    let short = [OWN_BRANCHES, ORIGINS_BRANCHES, "origin/"].iter().find_map(|prefix| name.strip_prefix(prefix))?;
    (here(short) || name.starts_with("refs/")).then(|| error.hint(format!("write `{short}`")))
}

/// Brings a branch that is asked for by name, or says how it is asked for no more.
#[must_use]
pub fn bring(repository: &Repository, name: &str) -> String {
    let fetch = fetching::branches(repository);
    format!("fetch the release branches: {fetch}; or, if {name} is gone, take it out of [release].branches")
}

/// None of the branches on which a release must lie is here.
#[must_use]
pub fn nowhere(repository: &Repository, wanted: &Wanted) -> Error {
    let words = wanted.words().join(", ");
    let error = Error::incomplete(format!("there is no branch {words} here to hold a release against"));
    error.hint(format!("{} (with actions/checkout: fetch-depth: 0)", fetching::branches(repository)))
}

fn matcher(pattern: &str) -> Result<GlobMatcher, Error> {
    let glob = GlobBuilder::new(pattern).literal_separator(true).build();
    glob.map(|glob| glob.compile_matcher())
        .map_err(|problem| Error::usage(format!("`{pattern}` is not a glob: {}", problem.kind())))
}

/// Whether `commit` lies on one of the branches as the policy asks; notes for the reader.
///
/// # Errors
/// It lies on none, or the history at hand is too short to tell.
pub(super) fn ask(
    repository: &Repository,
    release: &Release,
    branches: &Branches,
    histories: &Histories,
    commit: Oid,
) -> Result<Vec<String>, Refusal> {
    let mut unknown = None;
    let (mut aside, mut free, mut unsaid) = (None, None, None);
    for branch in branches.in_order() {
        match histories.within(&repository.objects, commit, branch.tip) {
            Ancestry::Within { first_parent } if first_parent || !release.first_parent => {
                let off_line = format!("the commit is in the history of {}, but not on its line of first parents", branch.name);
                let mut notes: Vec<String> = (!first_parent).then_some(off_line).into_iter().collect();
                let lies_on = format!("the commit lies on {}", branch.name);
                match &branch.guard {
                    Some(Guard::Free(why)) => drop(free.get_or_insert((branch, why))),
                    Some(Guard::Unknown(why)) => {
                        notes.push(format!("{lies_on}, which is not known to be protected: {}", why.text));
                        unsaid.get_or_insert(notes);
                    }
                    Some(Guard::By(what)) => {
                        notes.push(format!("{lies_on}, which the forge protects: {what}"));
                        return Ok(notes);
                    }
                    None if branch.by_pattern => {
                        notes.push(format!("{lies_on}, which is not known to be protected"));
                        return Ok(notes);
                    }
                    None => return Ok(notes),
                }
            }
            Ancestry::Within { .. } => drop(aside.get_or_insert(&branch.name)),
            Ancestry::Outside => {}
            Ancestry::Unknown(id, error) => drop(unknown.get_or_insert((branch, id, error))),
        }
    }
    if let Some(notes) = unsaid {
        return Ok(notes);
    }
    let remedy = "merge the commit to a release branch first, then tag and sign the next version";
    if let Some((branch, id, error)) = unknown {
        let reason = format!("whether the commit lies on {} cannot be told: the commit {id} {error}", branch.name);
        return Err(Refusal::indeterminate(Step::Branch, reason, fetching::history(repository, &error)));
    }
    if let Some(name) = branches.missing.first() {
        let reason = format!("whether the commit lies on {name} cannot be told: that branch is not here");
        return Err(Refusal::indeterminate(Step::Branch, reason, bring(repository, name)));
    }
    if let Some((branch, why)) = free {
        let reason = format!(
            "the commit lies on {}, which only a pattern of [release].branches lets in and the forge does not protect: {why}",
            branch.name
        );
        let rules = "have a ruleset of the forge restrict who creates and who updates such branches, then verify again; or ";
        return Err(Refusal::rejected(Step::Branch, reason, format!("{rules}{remedy}")));
    }
    if let Some(name) = aside {
        let reason =
            format!("the commit is in the history of {name}, but not on its line of first parents, as [release].reach asks");
        return Err(Refusal::rejected(Step::Branch, reason, remedy));
    }
    let names: Vec<&str> = branches.here.iter().map(|branch| branch.name.as_str()).take(5).collect();
    let listed = if names.is_empty() { String::new() } else { format!(" ({})", names.join(", ")) };
    let reason = format!("the commit lies on none of the release branches{listed}");
    let Some(pattern) = branches.unmatched.first() else { return Err(Refusal::rejected(Step::Branch, reason, remedy)) };
    let reason = format!("{reason}, and no branch here matches {pattern}");
    let fetch = fetching::branches(repository);
    Err(Refusal::rejected(Step::Branch, reason, format!("{remedy}; if the origin has such a branch, fetch it: {fetch}")))
}
