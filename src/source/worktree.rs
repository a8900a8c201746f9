//! Owns listing a work tree in one walk: tracked files by the index, untracked ones unless ignored. Refuses to follow links,
//! to enter `.git` and other repositories, and to stat what the listing already tells.

use std::fs::{self, FileType};
use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::limits::Limits;
use crate::text::RepoPath;

use super::disk;
use super::entry::{Entry, EntryKind, Listing, Origin};
use super::ignored::Ignored;
use super::index::Tracked;
use super::tree;

/// A name in a directory.
struct Name {
    bytes: Vec<u8>,
    kind: FileType,
}

impl Name {
    /// The bytes from `at` on as git orders them: a directory ends in a slash.
    fn rest(&self, at: usize) -> impl Iterator<Item = u8> {
        let end = if self.kind.is_dir() { Some(b'/') } else { None };
        self.bytes[at..].iter().copied().chain(end)
    }
}

/// A directory on the way down.
struct Frame {
    names: std::vec::IntoIter<Name>,
    /// Bytes of its path with the final slash.
    prefix: usize,
    /// The tracked files below it.
    tracked: Range<usize>,
    /// Untracked files below it are hidden.
    hidden: bool,
    /// Rules in force above it.
    rules: usize,
}

struct Walk<'a> {
    root: &'a Path,
    tracked: &'a [Tracked],
    seen: Vec<bool>,
    /// The tracked file after the last one met: walk and index have one order, so it is nearly always the next.
    next: usize,
    ignored: Ignored,
    listing: Listing,
    path: Vec<u8>,
    /// Other repositories passed by.
    nested: usize,
    ignoring: bool,
}

/// Which untracked files are listed.
pub(crate) enum Untracked<'a> {
    /// All: a plain folder.
    All,
    /// Those that `.gitignore` files and this `info/exclude` file do not hide.
    Visible(&'a Path),
}

/// Lists `root`. `tracked` is sorted by path; none of it is below `root` for a plain folder.
pub(crate) fn list(root: &Path, tracked: &[Tracked], untracked: &Untracked<'_>, limits: &Limits) -> Listing {
    let mut walk = Walk {
        root,
        tracked,
        seen: vec![false; tracked.len()],
        next: 0,
        ignored: Ignored::default(),
        listing: Listing::default(),
        path: Vec::new(),
        nested: 0,
        ignoring: matches!(untracked, Untracked::Visible(_)),
    };
    if let Untracked::Visible(exclude) = untracked {
        walk.ignored.enter(exclude, 0);
    }
    walk.listing.entries.reserve(tracked.len().min(limits.paths));
    walk.run(limits.paths);
    walk.add_unseen(limits.paths);
    if walk.nested > 0 {
        walk.listing.notes.push(format!("{} other repositories inside the tree are not entered", walk.nested));
    }
    walk.listing.notes.extend(walk.ignored.note());
    walk.listing.settle();
    walk.listing
}

impl Walk<'_> {
    fn run(&mut self, max: usize) {
        let mut stack = Vec::new();
        stack.extend(self.enter(0..self.tracked.len(), false));
        let mut steps = 0;
        while let Some(frame) = stack.last_mut() {
            self.path.truncate(frame.prefix);
            let Some(name) = frame.names.next() else {
                self.ignored.leave(frame.rules);
                stack.pop();
                continue;
            };
            let (tracked, hidden) = (frame.tracked.clone(), frame.hidden);
            self.path.extend_from_slice(&name.bytes);
            steps += 1;
            // Directories and hidden files are steps too; a work tree may have more of these than paths.
            if self.listing.entries.len() >= max || steps > max.saturating_mul(8) {
                self.listing.truncated(max);
                return;
            }
            if name.kind.is_dir() {
                if let Some((tracked, hidden)) = self.look_at_directory(tracked, hidden) {
                    self.path.push(b'/');
                    stack.extend(self.enter(tracked, hidden));
                }
            } else if name.kind.is_file() || name.kind.is_symlink() {
                self.look_at_file(name.kind.is_symlink(), tracked, hidden);
            }
        }
    }

    /// Lists the directory whose path (with final slash) is the current one.
    fn enter(&mut self, tracked: Range<usize>, hidden: bool) -> Option<Frame> {
        let directory = self.native()?;
        let rules = self.ignored.depth();
        let names = match names(&directory) {
            Ok(names) => names,
            Err(error) => {
                let path = self.path.strip_suffix(b"/").unwrap_or(&self.path).to_vec();
                self.listing.leave_out(&path, format!("the directory cannot be listed: {error}"));
                return None;
            }
        };
        if self.ignoring && names.iter().any(|name| name.bytes == b".gitignore") {
            self.ignored.enter(&directory.join(".gitignore"), self.path.len());
        }
        Some(Frame { names: names.into_iter(), prefix: self.path.len(), tracked, hidden, rules })
    }

    /// What to do with the directory at the current path: the tracked files below it and whether the others are hidden, or
    /// `None` to pass it by.
    fn look_at_directory(&mut self, tracked: Range<usize>, hidden: bool) -> Option<(Range<usize>, bool)> {
        if let Some(at) = self.exact(&tracked).filter(|at| self.tracked[*at].is_submodule()) {
            self.seen[at] = true;
            self.push(EntryKind::Submodule, Origin::Nothing);
            return None;
        }
        let below = self.below(&tracked);
        let hidden = hidden || self.ignored.hides(&self.path, true);
        if !below.is_empty() {
            return Some((below, hidden));
        }
        if hidden {
            return None;
        }
        if self.ignoring && self.native().is_some_and(|path| fs::symlink_metadata(path.join(".git")).is_ok()) {
            self.nested += 1;
            return None;
        }
        Some((below, false))
    }

    fn look_at_file(&mut self, is_link: bool, tracked: Range<usize>, hidden: bool) {
        let known = self.exact(&tracked);
        if known.is_none() && (hidden || self.ignored.hides(&self.path, false)) {
            return;
        }
        if let Some(at) = known {
            self.seen[at] = true;
        }
        let executable = match known {
            Some(at) => self.tracked[at].mode & 0o100 != 0,
            None => self.native().and_then(|path| fs::symlink_metadata(path).ok()).is_some_and(|seen| disk::is_executable(&seen)),
        };
        let kind = match (is_link, executable) {
            (true, _) => EntryKind::Link,
            (false, true) => EntryKind::Executable,
            (false, false) => EntryKind::File,
        };
        let origin = match std::str::from_utf8(&self.path) {
            Ok(_) => Origin::Disk,
            Err(_) => Origin::DiskBytes(self.path.clone().into_boxed_slice()),
        };
        self.push(kind, origin);
    }

    /// Tracked files that are not on disk: absent, but for those that a sparse checkout leaves in the object database.
    fn add_unseen(&mut self, max: usize) {
        for (at, tracked) in self.tracked.iter().enumerate() {
            if self.seen[at] || !tracked.skip_worktree || self.listing.incomplete.is_some() {
                continue;
            }
            let Some((kind, origin)) = tree::kind(tracked.mode, tracked.id) else { continue };
            if !tracked.path.split(|byte| *byte == b'/').all(tree::is_checked_out) {
                self.listing.leave_out(&tracked.path, "git would not check out this name");
            } else if self.listing.entries.len() >= max {
                self.listing.truncated(max);
            } else {
                self.listing.entries.push(Entry { path: RepoPath::from_git_bytes(&tracked.path), kind, origin });
            }
        }
    }

    fn push(&mut self, kind: EntryKind, origin: Origin) {
        self.listing.entries.push(Entry { path: RepoPath::from_git_bytes(&self.path), kind, origin });
    }

    fn native(&self) -> Option<PathBuf> {
        disk::native(&self.path).map(|path| self.root.join(path))
    }

    /// Of a range of tracked files below the parent, where those at or after the current path begin.
    fn start(&self, within: &Range<usize>) -> usize {
        within.start + self.tracked[within.clone()].partition_point(|file| file.path.as_slice() < self.path.as_slice())
    }

    /// The tracked file at the current path.
    fn exact(&mut self, within: &Range<usize>) -> Option<usize> {
        let is_here = |at: usize| within.contains(&at) && self.tracked[at].path == self.path;
        let at = if is_here(self.next) { self.next } else { Some(self.start(within)).filter(|at| is_here(*at))? };
        self.next = at + 1;
        Some(at)
    }

    /// The tracked files below the current path.
    fn below(&self, within: &Range<usize>) -> Range<usize> {
        let start = self.start(within);
        let rest = &self.tracked[start..within.end];
        let bound = |last: u8| {
            start
                + rest.partition_point(|file| match file.path.get(self.path.len()) {
                    Some(next) if file.path.starts_with(&self.path) => *next < last,
                    // All of `rest` is at or after the path, so what does not begin with it comes after it.
                    Some(_) => false,
                    None => file.path == self.path,
                })
        };
        bound(b'/')..bound(b'/' + 1)
    }
}

/// The names of a directory in the order of git's paths, `.git` left out.
fn names(directory: &Path) -> std::io::Result<Vec<Name>> {
    let mut names = Vec::new();
    for item in fs::read_dir(directory)? {
        let item = item?;
        let name = item.file_name();
        if name != ".git" {
            names.push(Name { kind: item.file_type()?, bytes: name.into_encoded_bytes() });
        }
    }
    names.sort_unstable_by(|a, b| {
        let common = a.bytes.len().min(b.bytes.len());
        // Nearly always decided by whole slices; what is left is the rest of the longer name and a directory's slash.
        a.bytes[..common].cmp(&b.bytes[..common]).then_with(|| a.rest(common).cmp(b.rest(common)))
    });
    Ok(names)
}
