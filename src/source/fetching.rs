//! Owns the command lines that make readable what is not here, each tried as it is printed. Refuses to run them, and to read the
//! configuration: a remote is known by the references that it left.

use super::Repository;

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
    let here = match repository.is_git_dir && remotes(repository).is_empty() {
        true => "refs/heads",
        false => "refs/remotes/origin",
    };
    format!("{}git fetch {deeper}origin '+refs/heads/*:{here}/*'", renamed(repository))
}

/// Brings them, and has git keep which of them is the default one.
#[must_use]
pub fn default_branch(repository: &Repository) -> String {
    format!("{} && git remote set-head origin --auto", branches(repository))
}

/// Brings the tags of the origin.
#[must_use]
pub fn tags(repository: &Repository) -> String {
    format!("{}git fetch origin 'refs/tags/*:refs/tags/*'", renamed(repository))
}

/// Brings what a history lacks: the rest of a shallow one, else objects that were lost.
#[must_use]
pub fn history(repository: &Repository) -> String {
    if repository.is_shallow() { branches(repository) } else { format!("{}{OBJECTS}", renamed(repository)) }
}

/// The only remote has another name, and everything here is about `origin`.
fn renamed(repository: &Repository) -> String {
    match remotes(repository).as_slice() {
        [one] if one != "origin" => format!("git remote rename {one} origin && "),
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
