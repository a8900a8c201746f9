//! Owns what git puts in place of the files of a checkout: another revision of all or of some, or what a commit undoes; and what it
//! brings back. Refuses revisions that are computed: they are taken for the change's own.

use super::super::before::What;
use super::super::{Frame, Tracer};
use super::{Edit, is_hash};
use crate::facts::shell::UNKNOWN_CHAR;
use crate::text::RepoPath;

/// Ways in which git goes on with what it has begun, or leaves it: the files are those that they were.
const GOES_ON: &[&str] = &["--abort", "--continue", "--skip", "--quit", "-h", "--help"];

/// Paths of one command; of more, any file is meant.
const PATHS: usize = 64;

/// What a command of git's asks for.
#[derive(Default)]
struct Asked<'w> {
    /// The revision that the files are taken from.
    revision: Option<&'w str>,
    paths: Vec<&'w str>,
}

impl Tracer<'_> {
    /// What git puts in place of the files; what it brings back is forgotten.
    pub(super) fn revision(&mut self, command: &str, rest: &[&str], frame: &Frame) -> Vec<Edit> {
        let asked = match command {
            "checkout" | "switch" | "reset" => self.checked_out(command, rest, frame),
            "restore" => restored(rest),
            "read-tree" => read_tree(rest),
            "revert" if !rest.iter().any(|word| GOES_ON.contains(word)) => return vec![Edit::Revision],
            _ => None,
        };
        let Some(Asked { revision, paths }) = asked else { return Vec::new() };
        // The second parent of what is checked out for a pull request is its own head.
        let known =
            |word: &str| matches!(word, "" | "-" | "HEAD" | "HEAD^2" | "@") || word.contains(UNKNOWN_CHAR) || is_hash(word);
        if revision.is_some_and(|word| !known(word)) {
            return self.other_files(&paths, frame);
        }
        let to_files = command != "switch" && revision.is_none_or(|word| matches!(word, "HEAD" | "@"));
        if let Some(edits) = self.before.edits.get_mut(&(frame.pipeline, frame.job)).filter(|_| frame.conditions.is_empty()) {
            let whole = paths.is_empty();
            let back: Vec<RepoPath> = paths.iter().take(PATHS).filter_map(|word| frame.workdir.resolve(word)).collect();
            let brings = |edit: &Edit| match edit.path() {
                _ if whole => true,
                Some(path) => back.iter().any(|of| path.is_in(of)),
                None => back.iter().any(RepoPath::is_root),
            };
            edits.retain(|change| match &change.what {
                // The files of a commit are that commit's: only another one brings those of the change back.
                What::Edit(Edit::Revision) => to_files,
                What::Edit(edit) => !to_files || !brings(edit),
                _ => true,
            });
        }
        Vec::new()
    }

    fn checked_out<'w>(&self, command: &str, rest: &[&'w str], frame: &Frame) -> Option<Asked<'w>> {
        let idle = |word: &&str| matches!(*word, "-b" | "-B" | "-c" | "-C" | "--orphan" | "--soft" | "--mixed");
        if rest.iter().any(idle) || (command == "reset" && !rest.contains(&"--hard")) {
            return None;
        }
        let end = rest.iter().position(|word| *word == "--");
        let mut named = rest[..end.unwrap_or(rest.len())].iter().copied().filter(|word| *word == "-" || !word.starts_with('-'));
        let is_path = |word: &str| {
            let path = frame.workdir.resolve(word);
            let snapshot = self.world.snapshot;
            word == "." || path.is_some_and(|path| snapshot.is_file(&path) || snapshot.is_dir(&path))
        };
        let first = named.next();
        let revision = first.filter(|word| !is_path(word));
        let before = first.filter(|_| revision.is_none()).into_iter().chain(named);
        let behind = end.map_or(&[][..], |end| &rest[end + 1..]).iter().copied();
        Some(Asked { revision, paths: before.chain(behind).collect() })
    }

    /// The files that come from another revision: those of the paths, or all.
    fn other_files(&self, paths: &[&str], frame: &Frame) -> Vec<Edit> {
        let resolved = |word: &&str| {
            let plain = !word.starts_with(':') && !word.contains(['*', '?', '[', UNKNOWN_CHAR]);
            frame.workdir.resolve(word).filter(|path| plain && !path.is_root())
        };
        let known: Option<Vec<RepoPath>> = paths.iter().map(resolved).collect();
        match known.filter(|known| !known.is_empty() && known.len() <= PATHS) {
            Some(known) => known.into_iter().map(Edit::Over).collect(),
            None => vec![Edit::Revision],
        }
    }
}

/// `git restore`: without a source the files are those of the index. One of the index alone changes no file.
fn restored<'w>(rest: &[&'w str]) -> Option<Asked<'w>> {
    let mut asked = Asked::default();
    let (mut staged, mut worktree) = (false, false);
    let mut words = rest.iter().copied();
    while let Some(word) = words.next() {
        let letters = word.strip_prefix('-').filter(|letters| !letters.starts_with('-')).unwrap_or_default();
        staged |= word == "--staged" || letters.split('s').next().is_some_and(|flags| flags.contains('S'));
        worktree |= word == "--worktree" || letters.split('s').next().is_some_and(|flags| flags.contains('W'));
        if let Some(joined) = word.strip_prefix("--source=") {
            asked.revision = Some(joined);
        } else if word == "--source" {
            asked.revision = words.next();
        } else if let Some((_, joined)) = letters.split_once('s') {
            asked.revision = if joined.is_empty() { words.next() } else { Some(joined) };
        } else if word == "--" {
            asked.paths.extend(words.by_ref());
        } else if !word.starts_with('-') {
            asked.paths.push(word);
        }
    }
    (!staged || worktree).then_some(asked)
}

/// `git read-tree`: with `-u` the files follow the index.
fn read_tree<'w>(rest: &[&'w str]) -> Option<Asked<'w>> {
    let letters = |word: &str| word.strip_prefix('-').is_some_and(|letters| !letters.starts_with('-') && letters.contains('u'));
    if !rest.iter().any(|word| letters(word)) || rest.iter().any(|word| matches!(*word, "-n" | "--dry-run")) {
        return None;
    }
    // Of several trees the last is the one that the files become.
    let revision = rest.iter().copied().rfind(|word| !word.starts_with('-'));
    Some(Asked { revision, paths: Vec::new() })
}
