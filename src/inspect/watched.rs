//! Owns which files beside the policy a change touches: certificates, who owns the policy by CODEOWNERS, the workflows that name this gate.
//! Refuses to judge the change.

use std::collections::BTreeSet;

use crate::facts::code_owners::OF_GITHUB;
use crate::facts::forge::CodeOwners;
use crate::policy::protected::Watched;
use crate::snapshot::Snapshot;
use crate::text::RepoPath;

/// Where more of what the gate rests on lies: what the policy is made of, workflows and what they run.
const FOLDERS: [&str; 3] = [".tollgate", ".github/workflows", ".github/actions"];
/// What the gate rests on, there or not: a file that comes later has an owner, too.
const GUARDED: [&str; 4] = [".tollgate.toml", ".tollgate/any", ".github/workflows/any.yml", ".github/workflows/any.yaml"];

/// What the head changes of them; `trusted`: files that either policy names, wherever they lie.
pub(super) fn changed(head: &Snapshot, base: &Snapshot, trusted: &BTreeSet<RepoPath>) -> Vec<Watched> {
    let all = certificates(head, base, trusted).into_iter().chain(owners(head, base, trusted));
    let mut all: Vec<Watched> = all.chain(workflows(head, base)).collect();
    all.sort_by(|a, b| a.path.cmp(&b.path));
    all
}

/// The files of both trees below a folder; the folder itself where it is none.
fn below(folder: &str, head: &Snapshot, base: &Snapshot) -> BTreeSet<RepoPath> {
    let folder = RepoPath::new(folder).unwrap_or_default();
    let of = |side: &Snapshot| side.under(&folder).iter().map(|entry| entry.path.clone()).collect::<Vec<_>>();
    of(head)
        .into_iter()
        .chain(of(base))
        .chain([head, base].iter().any(|side| side.entry(&folder).is_some()).then(|| folder.clone()))
        .collect()
}

fn text(snapshot: &Snapshot, path: &RepoPath) -> Option<String> {
    snapshot.entry(path)?;
    Some(snapshot.peek(path).map_or_else(|unread| format!("\0{}", unread.why), |file| file.text.clone()))
}

/// By bytes: what is added, replaced or taken away changes whom the policy trusts, or may do so in the next change.
fn certificates(head: &Snapshot, base: &Snapshot, trusted: &BTreeSet<RepoPath>) -> Vec<Watched> {
    let all: BTreeSet<RepoPath> = below(FOLDERS[0], head, base).into_iter().chain(trusted.iter().cloned()).collect();
    let told = all.into_iter().filter_map(|path| {
        let does = match (text(base, &path), text(head, &path)) {
            (None, Some(_)) => "adds",
            (Some(_), None) => "deletes",
            (before, after) if before != after => "replaces",
            _ => return None,
        };
        let what = format!("this change {does} {path}, which the policy is made of");
        Some(Watched { path, what, weakens: true })
    });
    told.collect()
}

/// Who owns the files that the gate rests on, when that is no longer who owned them.
fn owners(head: &Snapshot, base: &Snapshot, trusted: &BTreeSet<RepoPath>) -> Option<Watched> {
    let (before, after) = (CodeOwners::of(base)?, CodeOwners::of(head));
    let there = FOLDERS.iter().flat_map(|folder| below(folder, head, base)).chain(trusted.iter().cloned());
    let there: BTreeSet<String> = there.map(|path| path.to_string()).collect();
    // A file of code owners behind the one that counts counts for nothing.
    let counts = OF_GITHUB.iter().position(|name| *name == before.path.as_str()).map_or(0, |at| at + 1);
    let mut guarded = there.iter().map(String::as_str).chain(OF_GITHUB.into_iter().take(counts)).chain(GUARDED);
    let lost = guarded.find(|path| {
        let then = before.of_path(path);
        !then.is_empty() && after.as_ref().map(|after| after.of_path(path)).unwrap_or_default() != then
    })?;
    let what = format!("this change takes {lost} from its code owners ({})", before.of_path(lost).join(", "));
    let path = after.map_or(before.path, |after| after.path);
    Some(Watched { path, what, weakens: true })
}

/// Workflows of the base that name this gate.
fn workflows<'s>(head: &'s Snapshot, base: &'s Snapshot) -> impl Iterator<Item = Watched> + 's {
    let folder = RepoPath::new(".github/workflows").unwrap_or_default();
    let files: Vec<RepoPath> = base.under(&folder).iter().map(|entry| entry.path.clone()).collect();
    files.into_iter().filter_map(move |path| {
        let before = text(base, &path).filter(|text| text.contains("tollgate"))?;
        let after = text(head, &path);
        let what = match &after {
            None => format!("this change deletes {path}, a workflow that names tollgate"),
            Some(after) if *after != before => format!("this change edits {path}, a workflow that names tollgate"),
            Some(_) => return None,
        };
        Some(Watched { path, what, weakens: after.is_none() })
    })
}
