//! Owns what an invocation looks at: positional words, patterns, standard input, what the configuration names, the working
//! directory. Refuses to say what of it is excluded.

use super::invocations::{FILE_NAMES, Invocation};
use super::listed_files;
use super::matching::find_flag;
use super::rank::place_of;
use super::shell::Word;
use super::tool_config::{self, Query, excluded, listed};
use crate::catalog::Tool;
use crate::catalog::tool::DefaultTarget;
use crate::snapshot::EntryKind;
use crate::text::{Place, RepoPath};

/// What an invocation looks at.
#[derive(Debug)]
pub(super) enum Targets {
    /// These paths of the tree.
    Paths(Vec<RepoPath>),
    /// Its working directory.
    Directory(RepoPath),
    /// Not known.
    Unknown,
    /// Nothing that the tree holds.
    Nothing(Place),
}

/// A container of the tool's own image works on what is mounted into it.
fn elsewhere(invocation: &Invocation, tool: &Tool) -> Targets {
    let mounted: Vec<RepoPath> = invocation.workdir.mounts().iter().map(|(_, directory)| directory.clone()).collect();
    if mounted.is_empty() || tool.run[invocation.row].image.is_none() { Targets::Unknown } else { Targets::Paths(mounted) }
}

/// What the targets are, for a tool to which that makes a difference.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Some of them are files.
    Files,
    /// Directories, or none at all.
    Directories,
    /// Not known.
    Unknown,
}

/// What one word stands for.
#[derive(Default)]
struct Named {
    files: Vec<RepoPath>,
    directories: Vec<RepoPath>,
}

/// One word as a target: the paths it stands for; `None` when that is not known.
fn target(tool: &Tool, word: &Word, value: &str, invocation: &Invocation, query: &Query<'_>) -> Option<Named> {
    let snapshot = query.world.snapshot;
    if value == "-" {
        // Standard input: what is fed to it was not followed, and it is no path.
        return Some(Named { files: vec![RepoPath::root()], ..Named::default() });
    }
    let mut named = Named::default();
    let literal = tool.targets.as_ref().is_some_and(|shape| shape.literal);
    // `src/**/*.py` looks at what lies under `src`; `./...` is Go's "everything below".
    let fixed = value.split(['*', '?', '[', '{']).next().unwrap_or(value);
    let pattern = fixed.len() < value.len();
    let fixed = match pattern {
        true if literal => value,
        true => fixed.rsplit_once('/').map_or(".", |(head, _)| head),
        false => fixed,
    };
    let fixed = fixed.strip_suffix("/...").or_else(|| (fixed == "...").then_some(".")).unwrap_or(fixed);
    let path = invocation.workdir.resolve(fixed)?;
    // The tool expands by itself what the shell leaves: of one level it finds what a shell would, and nothing where nothing matches.
    let own = pattern && !literal && !word.glob && !value.contains("**") && !value.contains(['{', '[', '(', '!']);
    if pattern && (word.glob || own) {
        for (path, is_file) in excluded::expanded(query, value) {
            if is_file {
                named.files.push(path)
            } else if !own {
                named.directories.push(path)
            }
        }
        if own || !named.files.is_empty() || !named.directories.is_empty() {
            return Some(named);
        }
    }
    let is_file = snapshot.is_file(&path) || word.raw == FILE_NAMES;
    if is_file {
        named.files.push(path)
    } else {
        named.directories.push(path)
    }
    Some(named)
}

/// Whether a cluster of short flags (`-rx`) ends with one that takes the next word.
fn ends_in_value_flag(tool: &Tool, word: &str) -> bool {
    let Some(letters) = word.strip_prefix('-').filter(|letters| !tool.switches.is_empty() && letters.len() > 1) else {
        return false;
    };
    let last = letters.trim_start_matches(|letter| tool.switches.contains(letter));
    last.chars().count() == 1 && tool.value_flags.iter().any(|flag| flag.strip_prefix('-') == Some(last))
}

/// Whether there is more that it looks at, which is computed, beside what is known.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum More {
    /// There may be.
    Perhaps,
    /// There is not.
    No,
}

/// What the invocation looks at. With `files_only` it passes over directories when it is given files as well.
pub(super) fn of(tool: &Tool, invocation: &Invocation, query: &Query<'_>, files_only: bool) -> (Targets, Kind, More) {
    let moved = tool_config::moved(tool, query).filter(|_| !invocation.wrapped);
    let directory = match (invocation.workdir.dir(), moved) {
        (Some(_), Some(moved)) => moved.map_or(Targets::Unknown, Targets::Directory),
        (Some(directory), None) => Targets::Directory(directory),
        (None, _) => elsewhere(invocation, tool),
    };
    // What a package runs inside of another program's command is given what that program makes of it.
    let own = !invocation.wrapped && tool.run[invocation.row].with_package.is_none();
    let Some(shape) = tool.targets.as_ref().filter(|shape| shape.positional && own) else {
        return (directory, Kind::Directories, More::No);
    };
    if find_flag(&shape.stdin, None, &invocation.args).is_some() {
        return (Targets::Unknown, Kind::Unknown, More::No);
    }
    let (mut paths, mut files) = (Vec::new(), Vec::new());
    let (mut unknown, mut named, mut relative) = (false, None, false);
    let mut skip = false;
    for word in &invocation.args {
        let Some(value) = word.value.as_deref() else {
            if let Some(listed) = listed_files::of(word, &invocation.workdir, query.world.snapshot).filter(|_| !skip) {
                named.get_or_insert_with(|| word.place.clone());
                files.extend(listed);
                continue;
            }
            // A flag whose value is computed is no target.
            unknown |= !std::mem::take(&mut skip) && !word.head().starts_with('-');
            continue;
        };
        if std::mem::take(&mut skip) {
            continue;
        }
        if value.starts_with('-') && value != "-" {
            skip = tool.value_flags.iter().chain(&shape.excluded_by).any(|flag| flag == value) || ends_in_value_flag(tool, value);
            continue;
        }
        named.get_or_insert_with(|| word.place.clone());
        relative |= value.starts_with(['.', '/']);
        match target(tool, word, value, invocation, query) {
            Some(found) => {
                files.extend(found.files);
                paths.extend(found.directories);
            }
            None => unknown = true,
        }
    }
    if named.is_none() && !unknown {
        match excluded::values(query, &shape.named_in) {
            Ok(values) => {
                for (value, place) in values {
                    named = Some(place);
                    paths.extend(invocation.workdir.resolve(&value));
                }
            }
            Err(_) => unknown = true,
        }
        match listed::listed(shape, query, &invocation.inputs) {
            Ok(None) => {}
            Ok(Some(list)) if invocation.workdir.dir().is_some() => {
                named = Some(list.place).filter(|_| !list.paths.is_empty() || list.whole);
                unknown |= !list.whole;
                paths.extend(list.paths);
            }
            Ok(Some(_)) | Err(_) => unknown = true,
        }
    }
    let kind = match (files.is_empty(), unknown) {
        (false, _) => Kind::Files,
        (true, true) => Kind::Unknown,
        (true, false) => Kind::Directories,
    };
    if kind != Kind::Files || !files_only {
        files.append(&mut paths);
    }
    let mut paths = files;
    if let Some(place) = named {
        let snapshot = query.world.snapshot;
        // Links are not followed here; the tool does.
        let link = |path: RepoPath| snapshot.entry(&path).is_some_and(|entry| entry.kind == EntryKind::Link);
        unknown |= paths.iter().any(|path| path.ancestors().any(link));
        paths.retain(|path| snapshot.is_dir(path) || snapshot.is_file(path));
        // Nothing is found in files that hold nothing.
        if paths.iter().all(|path| !snapshot.is_dir(path) && snapshot.read(path).is_ok_and(|file| file.text.trim().is_empty())) {
            paths.clear();
        }
        let targets = match (paths.is_empty(), unknown) {
            (false, _) => Targets::Paths(paths),
            (true, true) => elsewhere(invocation, tool),
            // What is no path may be an import path (`example.org/kestrel/...`): packages of the module it runs in.
            (true, false) if tool.bounded_by.is_some() && !relative => directory,
            (true, false) => Targets::Nothing(place),
        };
        let more = if unknown && matches!(targets, Targets::Paths(_)) { More::Perhaps } else { More::No };
        return (targets, kind, more);
    }
    let nothing = find_flag(&shape.nothing_by, None, &invocation.args).filter(|_| !unknown);
    if let Some(word) = nothing {
        return (Targets::Nothing(word.place.clone()), kind, More::No);
    }
    let targets = match (unknown, shape.default) {
        (true, _) => Targets::Unknown,
        (false, DefaultTarget::Cwd) => directory,
        (false, DefaultTarget::None) => {
            let place = place_of(invocation);
            // Arguments that an action builds by itself are not seen here.
            if tool.run[invocation.row].argv.is_some() { Targets::Nothing(place) } else { directory }
        }
    };
    (targets, kind, More::No)
}

impl Targets {
    /// Paths it looks below; `None` when they are not known.
    pub(super) fn paths(&self) -> Option<&[RepoPath]> {
        match self {
            Self::Paths(paths) => Some(paths),
            Self::Directory(directory) => Some(std::slice::from_ref(directory)),
            Self::Unknown | Self::Nothing(_) => None,
        }
    }
}
