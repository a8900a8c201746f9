//! Owns looking at a repository that is about to start: its facts, and what decides the files to start with. Refuses to judge, and to trust
//! any key that it finds.

use git2::{ObjectType, Oid};

use super::{CheckRequest, open, told};
use crate::catalog::Catalog;
use crate::error::Error;
use crate::facts::{self, Facts, code_owners};
use crate::policy::origin::POLICY_FILE;
use crate::report::starter::{Owned, Starter};
use crate::signing::makers::{Maker, makers};
use crate::snapshot::{DefaultBranch, Snapshot};
use crate::text::RepoPath;

/// Signed releases whose keys are looked at, the newest first.
const RELEASES: usize = 100;

/// Looks.
///
/// # Errors
/// As [`super::facts()`].
pub fn starter(request: &CheckRequest) -> Result<Starter, Error> {
    let opened = open(request)?;
    let facts = facts::gather(&opened.snapshot, Catalog::builtin(), &opened.judging.policy.terms)?;
    let branch = match &facts.default_branch {
        DefaultBranch::Known(name) => Some(name.clone()),
        DefaultBranch::OneOf(_) => None,
    };
    Ok(Starter {
        branch,
        owners: owners(&opened.snapshot),
        policy: RepoPath::new(POLICY_FILE).is_some_and(|path| opened.snapshot.entry(&path).is_some()),
        reviews: opened.judging.policy.gate.policy_review.as_deref() == Some(super::approving::BY_REVIEW),
        makers: keys(&opened.snapshot, &facts),
        facts: told(&opened, &facts),
    })
}

/// The file that GitHub reads.
fn owners(snapshot: &Snapshot) -> Option<Owned> {
    let path =
        code_owners::OF_GITHUB.iter().filter_map(|name| RepoPath::new(name)).find(|path| snapshot.entry(path).is_some())?;
    let mut owned = Owned { path: path.clone(), ..Owned::default() };
    let Ok(file) = snapshot.peek(&path) else { return Some(owned) };
    for row in code_owners::rows(&file.text) {
        let owners = row.owners.iter().map(|one| (*one).to_owned());
        if row.pattern == "*" {
            owned.of_all = owners.collect();
        } else if !row.owners.is_empty() {
            owned.patterns.push(row.pattern.to_owned());
        }
    }
    Some(owned)
}

/// Each key once, with the newest release that shows it.
fn keys(snapshot: &Snapshot, facts: &Facts<'_>) -> Vec<(Maker, String)> {
    let Some(repository) = snapshot.repository() else { return Vec::new() };
    let mut found: Vec<(Maker, String)> = Vec::new();
    for tag in facts.release_tags.iter().filter(|tag| tag.annotated && tag.signature.word() != "none").take(RELEASES) {
        let Ok(id) = Oid::from_str(&tag.object) else { continue };
        // One that cannot be read suggests nobody; `verify-tag` says why.
        let Ok(object) = repository.objects.read(id, ObjectType::Tag, snapshot.limits().tag_bytes) else { continue };
        for maker in makers(object.data(), &tag.name) {
            if !found.iter().any(|(known, _)| *known == maker) {
                found.push((maker, tag.name.clone()));
            }
        }
    }
    found
}
