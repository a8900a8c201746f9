//! Owns the command lines that make readable what is not here, each tried as it is printed. Refuses to run them, to read the
//! configuration (a remote is known by the references that it left), and to write a name into them that a shell would not take for itself.

use crate::text::shell;

use super::Repository;
use super::objects::ObjectError;
use super::repository::{ORIGINS_BRANCHES, OWN_BRANCHES};

/// Where the branches of remotes are.
const REMOTES: &str = "refs/remotes/";
/// References of remotes that are looked at.
const MOST: usize = 100_000;

/// Brings every object of the origin again: of a partial clone, or of one that lost some.
pub const OBJECTS: &str = "git fetch --refetch --no-filter origin";

/// Brings all branches of the origin, whole.
#[must_use]
pub fn branches(repository: &Repository) -> String {
    let deeper = if repository.is_shallow() { "--unshallow " } else { "" };
    let here = if repository.is_mirror().unwrap_or_default() { OWN_BRANCHES } else { ORIGINS_BRANCHES };
    format!("{}git fetch {deeper}origin '+{OWN_BRANCHES}*:{here}*'", renamed(repository))
}

/// Brings one branch of the origin, whole.
#[must_use]
pub fn branch(repository: &Repository, name: &str) -> String {
    let deeper = if repository.is_shallow() { "--unshallow " } else { "" };
    format!("git fetch {deeper}origin {} (with actions/checkout: fetch-depth: 0)", refspec(name))
}

/// Brings one branch that is not here, as far as the history at hand.
#[must_use]
pub fn one_branch(name: &str) -> String {
    format!("git fetch origin {} (with actions/checkout: fetch-depth: 0)", refspec(name))
}

/// Brings a commit to compare with, alone.
#[must_use]
pub fn base(commit: &str) -> String {
    format!("git fetch --refetch --depth=1 origin {commit} (with actions/checkout: fetch-depth: 2)")
}

/// One word of a shell, whatever the branch is called.
fn refspec(name: &str) -> String {
    let quoted = name.replace('\'', "'\\''");
    format!("'+refs/heads/{quoted}:refs/remotes/origin/{quoted}'")
}

/// Brings them, and has git keep which of them is the default one.
#[must_use]
pub fn default_branch(repository: &Repository) -> String {
    let first = if repository.is_mirror().unwrap_or_default() || has_remote(repository) {
        ""
    } else {
        "; where there is no origin yet, first: git remote add origin URL"
    };
    format!("{} && git remote set-head origin --auto{first}", branches(repository))
}

/// What to call the remote in a command: the only one, else `origin`.
#[must_use]
pub fn remote(repository: &Repository) -> String {
    let mut remotes = remotes(repository);
    remotes.pop().filter(|_| remotes.is_empty()).unwrap_or_else(|| "origin".to_owned())
}

/// Brings the tags of the origin.
#[must_use]
pub fn tags(repository: &Repository) -> String {
    format!("{}git fetch origin 'refs/tags/*:refs/tags/*'", renamed(repository))
}

/// Brings one tag, whatever stands under that name here; `None`: its name cannot be written in a command.
#[must_use]
pub fn tag(name: &str) -> Option<String> {
    Some(format!("git fetch --force origin {}", shell::word(&format!("refs/tags/{name}:refs/tags/{name}"))?))
}

/// What to do where a name cannot be written in a command.
pub const BY_HAND: &str = "look at the origin by hand: the name cannot be printed as a command";

/// What helps where an object could not be read: to fetch it, where it is not here.
#[must_use]
pub fn object(error: &ObjectError) -> &'static str {
    match error {
        ObjectError::Missing => OBJECTS,
        ObjectError::TooLarge(_) => "no fetch helps: make it smaller, since what is larger is not read",
        ObjectError::OtherType(_) | ObjectError::Broken(_) => {
            "see what `git fsck` says: a fresh clone mends what was damaged here"
        }
    }
}

/// Brings what a history lacks: the rest of a shallow one, else objects that were lost; `error` says why one was not read.
#[must_use]
pub fn history(repository: &Repository, error: &ObjectError) -> String {
    match error {
        ObjectError::Missing => format!("fetch the whole history: {}", whole(repository)),
        error => object(error).to_owned(),
    }
}

/// Brings the whole history.
#[must_use]
pub fn whole(repository: &Repository) -> String {
    if repository.is_shallow() { branches(repository) } else { format!("{}{OBJECTS}", renamed(repository)) }
}

/// The only remote has another name, and everything here is about `origin`. What a mirror has below `refs/remotes/` names none.
fn renamed(repository: &Repository) -> String {
    if repository.is_mirror().unwrap_or_default() {
        return String::new();
    }
    match remotes(repository).as_slice() {
        [one] if one != "origin" => {
            shell::word(one).map_or_else(String::new, |one| format!("git remote rename {one} origin && "))
        }
        _ => String::new(),
    }
}

/// A remote left references here.
#[must_use]
pub fn has_remote(repository: &Repository) -> bool {
    !remotes(repository).is_empty()
}

/// The remotes whose branches are here; where actions/checkout keeps pull requests is none.
fn remotes(repository: &Repository) -> Vec<String> {
    let listed = repository.refs.list(REMOTES, MOST).unwrap_or_default();
    let names = listed.iter().filter_map(|(full, _)| Some(full.strip_prefix(REMOTES)?.split_once('/')?.0.to_owned()));
    let mut names: Vec<String> = names.filter(|name| name != "pull").collect();
    names.dedup();
    names
}
