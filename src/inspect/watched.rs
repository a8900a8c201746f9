//! Owns which files beside the policy a change touches: certificates, who owns the policy by CODEOWNERS, the workflows that run this gate.
//! Refuses to judge the change.

use std::collections::{BTreeMap, BTreeSet};

use super::gate_file;
use super::gate_step::{Told, held, same};
use crate::doc::{Format, Value};
use crate::facts::code_owners::OF_GITHUB;
use crate::facts::forge::CodeOwners;
use crate::facts::gate::GateJob;
use crate::policy::protected::Watched;
use crate::snapshot::Snapshot;
use crate::source::forge::pins::Pin;
use crate::text::{Place, RepoPath};

/// Where workflows lie.
pub(super) const WORKFLOWS: &str = ".github/workflows";
/// Where the policy's own files lie.
pub(super) const OF_POLICY: &str = ".tollgate";
/// Bytes of a program that is run as the gate, as far as it is compared.
const PROGRAM_BYTES: usize = 256 * 1024 * 1024;
/// New workflows that are looked at for an old one.
const MOST_MOVED: usize = 50;

/// Where more of what the gate rests on lies: what the policy is made of, workflows and what they run.
const FOLDERS: [&str; 3] = [OF_POLICY, WORKFLOWS, ".github/actions"];
/// What the gate rests on, there or not: a file that comes later has an owner, too.
const GUARDED: [&str; 4] = [".tollgate.toml", ".tollgate/any", ".github/workflows/any.yml", ".github/workflows/any.yaml"];

/// What the head changes of them; `trusted`: files that either policy names, wherever they lie; `jobs`: those of the base that run the gate.
pub(super) fn changed(head: &Snapshot, base: &Snapshot, trusted: &BTreeSet<RepoPath>, jobs: &[GateJob]) -> Vec<Watched> {
    let all = certificates(head, base, trusted).into_iter().chain(owners(head, base, trusted));
    let mut all: Vec<Watched> = all.chain(gates(head, base, jobs)).chain(programs(head, base, jobs)).collect();
    all.sort_by(|a, b| a.path.cmp(&b.path));
    all
}

/// The files of both trees below a folder; the folder itself where it is none.
pub(super) fn below(folder: &str, head: &Snapshot, base: &Snapshot) -> BTreeSet<RepoPath> {
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

/// Whether the text of a file speaks of the gate.
pub(super) fn names_the_gate(snapshot: &Snapshot, path: &RepoPath) -> bool {
    text(snapshot, path).is_some_and(|text| text.contains("tollgate"))
}

/// By bytes: what is added, replaced or taken away changes whom the policy trusts, or may do so in the next change.
fn certificates(head: &Snapshot, base: &Snapshot, trusted: &BTreeSet<RepoPath>) -> Vec<Watched> {
    let all: BTreeSet<RepoPath> = below(OF_POLICY, head, base).into_iter().chain(trusted.iter().cloned()).collect();
    let told = all.into_iter().filter_map(|path| {
        let does = match (text(base, &path), text(head, &path)) {
            (None, Some(_)) => "adds",
            (Some(_), None) => "deletes",
            (before, after) if before != after => "replaces",
            _ => return None,
        };
        let what = format!("this change {does} {path}, which the policy is made of");
        Some(Watched { path, what, place: None, weakens: true, gate: false })
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
    Some(Watched { path, what, place: None, weakens: true, gate: false })
}

/// What an edit does to the gate that the base's workflows run, and to the files that they run it by.
fn gates(head: &Snapshot, base: &Snapshot, jobs: &[GateJob]) -> Vec<Watched> {
    let mut lines: BTreeMap<RepoPath, BTreeSet<usize>> = BTreeMap::new();
    for hop in jobs.iter().flat_map(|job| &job.chains).flatten() {
        lines.entry(hop.place.path.clone()).or_default().insert(hop.place.line);
    }
    let folder = RepoPath::new(WORKFLOWS).unwrap_or_default();
    for entry in base.under(&folder) {
        let named = names_the_gate(base, &entry.path);
        let document = named.then(|| base.peek_document(&entry.path, Format::Yaml).ok()).flatten();
        if named {
            let unseen = document.map(|document| unseen(document.root())).unwrap_or_default();
            lines.entry(entry.path.clone()).or_default().extend(unseen);
        }
    }
    lines.into_iter().filter_map(|(path, lines)| edited(head, base, path, &lines)).collect()
}

/// Programs of the tree that the base's workflows run as the gate: to the byte, since nothing says what an edit of one does.
fn programs(head: &Snapshot, base: &Snapshot, jobs: &[GateJob]) -> Vec<Watched> {
    let followed: BTreeSet<&RepoPath> = jobs.iter().flat_map(|job| &job.chains).flatten().map(|hop| &hop.place.path).collect();
    let all: BTreeSet<&RepoPath> = jobs.iter().flat_map(|job| &job.programs).filter(|path| !followed.contains(path)).collect();
    let told = all.into_iter().filter(|path| !is_same(path, head, base)).map(|path| {
        let does = match (base.entry(path), head.entry(path)) {
            (None, _) => "adds",
            (_, None) => "deletes",
            _ => "edits",
        };
        let what = format!("this change {does} {path}, which is run as the gate");
        Watched { path: path.clone(), what, place: None, weakens: true, gate: true }
    });
    told.collect()
}

/// Whether the same stands at a path in both trees, to the byte: by git's own name for it where both have one.
pub(super) fn is_same(path: &RepoPath, head: &Snapshot, base: &Snapshot) -> bool {
    let named = |side: &Snapshot| side.entry(path).and_then(|entry| Some((entry.kind, entry.blob()?)));
    match (named(base), named(head)) {
        (Some(before), Some(after)) => before == after,
        _ => {
            matches!((base.exact_within(path, PROGRAM_BYTES), head.exact_within(path, PROGRAM_BYTES)), (Ok(before), Ok(after)) if before == after)
        }
    }
}

/// Lines of jobs and steps that say that they run the gate, where what they run is not read.
fn unseen(root: Value<'_>) -> BTreeSet<usize> {
    let jobs = root.get("jobs").into_iter().flat_map(Value::entries).map(|job| job.value);
    let says = |value: Option<Value<'_>>, word: &str| value.and_then(Value::scalar).is_some_and(|text| text.contains(word));
    let checks = |script: &str| {
        let words: Vec<&str> = script.split_whitespace().collect();
        words.windows(2).any(|pair| pair[0].contains("tollgate") && pair[1] == "check")
    };
    let own = jobs.flat_map(|job| job.get("steps").into_iter().flat_map(Value::items).chain([job])).filter(|step| {
        let tag = says(step.get("with").and_then(|with| with.get("command")), "verify-tag");
        (says(step.get("uses"), "tollgate") && !tag) || step.get("run").and_then(Value::scalar).is_some_and(checks)
    });
    own.map(|step| step.place().line).collect()
}

/// What the head makes of a file that runs the gate on these lines; without lines it names tollgate only.
fn edited(head: &Snapshot, base: &Snapshot, path: RepoPath, lines: &BTreeSet<usize>) -> Option<Watched> {
    let (before, after) = (text(base, &path)?, text(head, &path));
    if after.as_ref() == Some(&before) {
        return None;
    }
    let of = |what: String, place: Option<Place>, weakens| {
        Some(Watched { path: path.clone(), what, place, weakens, gate: !lines.is_empty() })
    };
    if lines.is_empty() {
        let does = if after.is_some() { "edits" } else { "deletes" };
        return of(format!("this change {does} {path}, a workflow that names tollgate"), None, after.is_none());
    }
    let is_workflow = path.as_str().starts_with(WORKFLOWS);
    let now = after.is_some().then(|| path.clone()).or_else(|| moved(head, base, &path, lines).filter(|_| is_workflow));
    let Some(now) = now else { return of(format!("this change deletes {path}, which runs the gate"), None, true) };
    let told = match is_workflow {
        true => told(head, base, (&path, &now), lines),
        false if is_yaml(&path) && says_the_same(head, base, &path) => Vec::new(),
        false if !is_yaml(&path) && bare(&before) == bare(&after.unwrap_or_default()) => Vec::new(),
        false => return of(format!("this change edits {path}, by which the gate is run"), None, true),
    };
    let worst = told.iter().find(|one| one.weakens).or(told.first())?;
    let more = told.iter().filter(|one| one.weakens || !worst.weakens).count() - 1;
    let more = if more > 0 { format!(" (and {more} more)") } else { String::new() };
    of(format!("this change edits {path}, which runs the gate: {}{more}", worst.what), Some(worst.place.clone()), worst.weakens)
}

/// What differs of a workflow, under its name at the head.
fn told(head: &Snapshot, base: &Snapshot, (path, now): (&RepoPath, &RepoPath), lines: &BTreeSet<usize>) -> Vec<Told> {
    let unread = |what| vec![Told::weaker(Place::file(now.clone()), what)];
    let Ok(before) = base.peek_document(path, Format::Yaml) else { return unread("what it was cannot be read") };
    let Ok(after) = head.peek_document(now, Format::Yaml) else { return unread("what it is now cannot be read") };
    let told = gate_file::edit(before.root(), after.root(), lines);
    told.into_iter().map(|told| held(told, head.forge())).collect()
}

/// Actions that the workflows which run the gate run at another commit than before: what a forge may be asked about.
pub(super) fn new_pins(head: &Snapshot, base: &Snapshot) -> BTreeSet<Pin> {
    let folder = RepoPath::new(WORKFLOWS).unwrap_or_default();
    let paths = base.under(&folder).iter().map(|entry| &entry.path).filter(|path| names_the_gate(base, path));
    let told = paths.flat_map(|path| {
        let document = base.peek_document(path, Format::Yaml).ok();
        let lines = document.map(|document| unseen(document.root())).unwrap_or_default();
        if lines.is_empty() { Vec::new() } else { told(head, base, (path, path), &lines) }
    });
    told.filter_map(|told| told.pin).collect()
}

/// A new workflow of the head that is the old one under another name.
fn moved(head: &Snapshot, base: &Snapshot, path: &RepoPath, lines: &BTreeSet<usize>) -> Option<RepoPath> {
    let folder = RepoPath::new(WORKFLOWS).unwrap_or_default();
    let mut new = head.under(&folder).iter().map(|entry| &entry.path).filter(|new| base.entry(new).is_none()).take(MOST_MOVED);
    let same = |now: &&RepoPath| is_yaml(now) && told(head, base, (path, now), lines).iter().all(|told| !told.weakens);
    new.find(same).cloned()
}

fn is_yaml(path: &RepoPath) -> bool {
    path.as_str().ends_with(".yml") || path.as_str().ends_with(".yaml")
}

/// The lines that say something in a file of scripts: no comments and no blanks, where they do not stand within a command.
fn bare(text: &str) -> Vec<&str> {
    let mut within = false;
    let says = |line: &&str| {
        let comment = line.starts_with('#') && !line.starts_with("#!") && !line.ends_with('\\');
        let kept = within || !(line.is_empty() || comment);
        within = line.ends_with('\\');
        kept
    };
    text.lines().map(str::trim_end).filter(says).collect()
}

/// Whether two documents say the same.
fn says_the_same(head: &Snapshot, base: &Snapshot, path: &RepoPath) -> bool {
    let read = |side: &Snapshot| side.peek_document(path, Format::Yaml).ok();
    read(base).zip(read(head)).is_some_and(|(before, after)| same(before.root(), after.root()))
}
