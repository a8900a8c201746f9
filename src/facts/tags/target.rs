//! Owns whether what a tag stands for is a commit, and what that commit calls its tree is one: nothing else is claimed. Refuses to say what
//! is in the tree.

use git2::{ObjectType, Oid};

use crate::signing::refusal::{NEXT, Refusal, Step};
use crate::source::commit::{self, Commit};
use crate::source::objects::ObjectError;
use crate::source::{Repository, fetching};

/// What helps where a tag is of something else.
pub(super) const NEXT_OF_A_COMMIT: &str = "tag and sign the next version, and give the tag the id of a commit";

/// The commit that a tag names.
///
/// # Errors
/// It is something else, or not here.
pub(super) fn commit(repository: &Repository, id: Oid) -> Result<Commit, Refusal> {
    commit::read(&repository.objects, id).map_err(|error| match error {
        ObjectError::OtherType(kind) => {
            let reason = format!("the tag says that it names a commit, and {id} is a {kind}");
            Refusal::rejected(Step::Target, reason, NEXT)
        }
        error => unread(repository, &format!("the commit {id}"), &error),
    })
}

/// Holds the tree of a commit to being one.
///
/// # Errors
/// It is something else, or not here.
pub(super) fn tree(repository: &Repository, commit: Oid, tree: Oid) -> Result<(), Refusal> {
    if tree.is_zero() {
        let reason = format!("the commit {commit} says that its tree is {tree}, which is the id of nothing");
        return Err(Refusal::rejected(Step::Target, reason, NEXT_OF_A_COMMIT));
    }
    match repository.objects.header(tree) {
        Ok((_, ObjectType::Tree)) => Ok(()),
        Ok((_, other)) => {
            let reason = format!("the commit {commit} says that {tree} is its tree, and that is a {}", other.str());
            Err(Refusal::rejected(Step::Target, reason, NEXT_OF_A_COMMIT))
        }
        Err(error) => Err(unread(repository, &format!("the tree {tree} of the commit {commit}"), &error)),
    }
}

fn unread(repository: &Repository, what: &str, error: &ObjectError) -> Refusal {
    Refusal::indeterminate(Step::Target, format!("{what} {error}"), fetching::history(repository, error))
}
