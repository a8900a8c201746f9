//! Owns which files beside the policy a change touches: certificates, who owns the policy by CODEOWNERS, the workflows that name this gate.
//! Refuses to judge the change.

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::policy::protected::Watched;
use crate::snapshot::Snapshot;
use crate::text::RepoPath;

/// Where GitHub looks for code owners, the first file that is there alone.
const OWNERS: [&str; 3] = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"];
/// What the gate rests on: the policy, what lies beside it, workflows, and the code owners' files themselves.
const GUARDED: [&str; 5] = [".tollgate.toml", ".tollgate/any", ".github/workflows/any.yml", ".github/CODEOWNERS", "CODEOWNERS"];

/// What the head changes of them.
pub(super) fn changed(head: &Snapshot, base: &Snapshot) -> Vec<Watched> {
    let mut all: Vec<Watched> = certificates(head, base).chain(owners(head, base)).chain(workflows(head, base)).collect();
    all.sort_by(|a, b| a.path.cmp(&b.path));
    all
}

fn text(snapshot: &Snapshot, path: &RepoPath) -> Option<String> {
    snapshot.entry(path)?;
    Some(snapshot.peek(path).map_or_else(|unread| format!("\0{}", unread.why), |file| file.text.clone()))
}

fn certificates<'s>(head: &'s Snapshot, base: &'s Snapshot) -> impl Iterator<Item = Watched> + 's {
    let folder = RepoPath::new(".tollgate").unwrap_or_default();
    let files: Vec<RepoPath> = base.under(&folder).iter().map(|entry| entry.path.clone()).collect();
    let other = move |path: &RepoPath| head.entry(path).is_some() && text(head, path) != text(base, path);
    files.into_iter().filter(other).map(|path| {
        let what = format!("this change replaces {path}, which the policy is made of");
        Watched { path, what, weakens: true }
    })
}

/// Who owns the files that the gate rests on, when that is no longer who owned them.
fn owners(head: &Snapshot, base: &Snapshot) -> Option<Watched> {
    let (before, after) = (Owners::of(base)?, Owners::of(head));
    let lost = GUARDED.iter().find(|path| {
        let then = before.of_path(path);
        !then.is_empty() && after.as_ref().map(|after| after.of_path(path)).unwrap_or_default() != then
    })?;
    let what = format!("this change takes {lost} from its code owners ({})", before.of_path(lost).join(", "));
    let path = after.map_or(before.path, |after| after.path);
    Some(Watched { path, what, weakens: true })
}

struct Owners {
    path: RepoPath,
    rows: Vec<(Gitignore, Vec<String>)>,
}

impl Owners {
    fn of(snapshot: &Snapshot) -> Option<Self> {
        let path = OWNERS.iter().filter_map(|name| RepoPath::new(name)).find(|path| snapshot.entry(path).is_some())?;
        let text = text(snapshot, &path)?;
        let rows = text.lines().filter_map(|line| {
            let mut words = line.split_whitespace().take_while(|word| !word.starts_with('#'));
            let pattern = words.next()?;
            let mut builder = GitignoreBuilder::new("");
            builder.add_line(None, pattern).ok()?;
            Some((builder.build().ok()?, words.map(str::to_owned).collect()))
        });
        Some(Self { rows: rows.collect(), path })
    }

    /// The last row that matches counts.
    fn of_path(&self, path: &str) -> Vec<String> {
        let matches = |(pattern, _): &&(Gitignore, Vec<String>)| pattern.matched_path_or_any_parents(path, false).is_ignore();
        self.rows.iter().rev().find(matches).map(|(_, owners)| owners.clone()).unwrap_or_default()
    }
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
