//! Owns what an image that is deployed is made of and what it starts: directories that `COPY` and `ADD` name, files that `CMD` and
//! `ENTRYPOINT` lead to. Refuses images that are made for something else, and what commands of a build do.

use std::collections::HashMap;

use super::containers::filled;
use super::started;
use crate::facts::runners::instructions::{self, Instruction};
use crate::snapshot::Snapshot;
use crate::text::RepoPath;

/// Parts of the tree kept for one stage.
const MOST_PARTS: usize = 256;
/// Stages of one file.
const MOST_STAGES: usize = 100;

/// What one image has of the tree.
#[derive(Default)]
pub(super) struct Shipped {
    /// What is copied by its own name.
    pub(super) copied: Vec<RepoPath>,
    /// What is started.
    pub(super) started: Vec<RepoPath>,
}

/// A stage: where it stands, what lies where, what is started.
#[derive(Clone, Default)]
struct Stage {
    name: String,
    directory: String,
    parts: Vec<(String, RepoPath)>,
    copied: Vec<RepoPath>,
    entry: Vec<String>,
    command: Vec<String>,
}

/// What the last stage of a container file has, built in each of these directories in turn until one has all that it copies.
pub(super) fn of(snapshot: &Snapshot, path: &RepoPath, other: &dyn Fn(&str) -> bool) -> Shipped {
    let Ok(file) = snapshot.peek(path) else { return Shipped::default() };
    let all = instructions::read(&file);
    let mut contexts = vec![path.parent()];
    contexts.extend((!path.parent().is_root()).then(RepoPath::root));
    let mut best = Shipped::default();
    for context in contexts {
        let Some(stage) = last(snapshot, &all, &context, other) else { continue };
        let words = stage.entry.iter().chain(&stage.command);
        let lies = |path: &str| lies(&stage.parts, &inside(&stage.directory, path)?);
        let started = started::by(&words.map(String::as_str).collect::<Vec<_>>(), &lies, snapshot);
        let shipped = Shipped { copied: stage.copied, started };
        if !shipped.started.is_empty() {
            return shipped;
        }
        if best.copied.is_empty() {
            best = shipped;
        }
    }
    best
}

/// The last stage, when all that is copied into it is there; `other`: whether a name of a stage says that it is made for something else.
fn last(snapshot: &Snapshot, all: &[Instruction], context: &RepoPath, other: &dyn Fn(&str) -> bool) -> Option<Stage> {
    let mut arguments: HashMap<&str, &str> = HashMap::new();
    let mut stages: Vec<Stage> = Vec::new();
    for one in all {
        let (flags, start) = one.flags();
        let text = one.rest.text().get(start..).unwrap_or_default();
        match one.keyword.as_str() {
            "ARG" => {
                let defaults = text.split_whitespace().filter_map(|word| word.split_once('='));
                arguments.extend(defaults.map(|(name, value)| (name, value.trim_matches(['"', '\'']))));
            }
            "FROM" if stages.len() < MOST_STAGES => {
                let mut words = text.split_whitespace();
                let image = filled(words.next().unwrap_or_default(), &arguments);
                let before = stages.iter().rev().find(|stage| stage.name.eq_ignore_ascii_case(&image)).cloned();
                let name = words.nth(1).unwrap_or_default().to_owned();
                stages.push(Stage { name, ..before.unwrap_or_else(|| Stage { directory: "/".to_owned(), ..Stage::default() }) });
            }
            keyword => {
                let from = flags.iter().find(|(name, _)| *name == "from").map(|(_, value)| *value);
                let earlier = from
                    .map(|from| stages.iter().enumerate().find(|(at, stage)| is(from, *at, stage)).map(|(_, one)| one.clone()));
                let Some(stage) = stages.last_mut() else { continue };
                match keyword {
                    "WORKDIR" => stage.directory = inside(&stage.directory, &filled(text.trim(), &arguments)).unwrap_or_default(),
                    "ENTRYPOINT" => (stage.entry, stage.command) = (words(one, start), Vec::new()),
                    "CMD" => stage.command = words(one, start),
                    "COPY" | "ADD" => {
                        let words: Vec<String> = words(one, start).iter().map(|word| filled(word, &arguments)).collect();
                        let source = match &earlier {
                            None => Source::Tree(context),
                            Some(Some(earlier)) => Source::Stage(&earlier.parts),
                            Some(None) => continue,
                        };
                        stage.copy(&words, &source, snapshot)?;
                    }
                    _ => {}
                }
            }
        }
    }
    stages.pop().filter(|stage| !other(&stage.name))
}

/// Whether `--from` means this stage.
fn is(from: &str, at: usize, stage: &Stage) -> bool {
    !stage.name.is_empty() && stage.name.eq_ignore_ascii_case(from) || from.parse() == Ok(at)
}

/// From where something is copied.
enum Source<'a> {
    Tree(&'a RepoPath),
    Stage(&'a [(String, RepoPath)]),
}

impl Stage {
    /// What comes in; `None` where the tree does not have it: it is built elsewhere.
    fn copy(&mut self, words: &[String], source: &Source<'_>, snapshot: &Snapshot) -> Option<()> {
        let Some((to, sources)) = words.split_last() else { return Some(()) };
        let Some(target) = inside(&self.directory, to) else { return Some(()) };
        for word in sources.iter().filter(|word| !word.contains(['$', '<', ':'])).take(64) {
            let parts = match source {
                Source::Stage(parts) => {
                    let mut path = inside("/", word)?;
                    path.truncate(path.trim_end_matches('/').len());
                    parts.iter().filter_map(|(at, tree)| Some((at.strip_prefix(&path)?.to_owned(), tree.clone()))).collect()
                }
                Source::Tree(context) => {
                    // What matches in its last segment lies in the directory before.
                    let plain = word.split('/').take_while(|segment| !segment.contains(['*', '?', '[']));
                    let plain = plain.collect::<Vec<_>>().join("/");
                    let tree = context.join(plain.trim_start_matches('/').trim_end_matches('/'))?;
                    if !tree.is_root() && !snapshot.is_dir(&tree) && !snapshot.is_file(&tree) {
                        return None;
                    }
                    if tree != **context {
                        self.copied.push(tree.clone());
                    }
                    let into = to.ends_with('/') || sources.len() > 1 || matches!(to.as_str(), "." | "./");
                    let name = if snapshot.is_file(&tree) && into { format!("/{}", tree.file_name()) } else { String::new() };
                    vec![(name, tree)]
                }
            };
            for (below, tree) in parts {
                if self.parts.len() < MOST_PARTS {
                    self.parts.push((format!("{}{below}", target.trim_end_matches('/')), tree));
                }
            }
        }
        Some(())
    }
}

/// The words of an exec form, or of a line without its quotes.
fn words(one: &Instruction, start: usize) -> Vec<String> {
    one.exec_form(start).unwrap_or_else(|| {
        let text = one.rest.text().get(start..).unwrap_or_default();
        text.split_whitespace().map(|word| word.trim_matches(['"', '\'']).to_owned()).collect()
    })
}

/// An absolute path in an image, without `.` and `..`; none where a part is not known.
fn inside(directory: &str, path: &str) -> Option<String> {
    if path.contains('$') || path.is_empty() || (directory.is_empty() && !path.starts_with('/')) {
        return None;
    }
    let mut segments: Vec<&str> = Vec::new();
    let above = if path.starts_with('/') { "" } else { directory };
    for segment in above.split('/').chain(path.split('/')) {
        match segment {
            "" | "." => {}
            ".." => drop(segments.pop()),
            segment => segments.push(segment),
        }
    }
    Some(format!("/{}", segments.join("/")))
}

/// What of the tree lies at a path, the last that came there first.
fn lies(parts: &[(String, RepoPath)], path: &str) -> Option<RepoPath> {
    parts.iter().rev().find_map(|(at, tree)| {
        let below = path.strip_prefix(at.as_str())?;
        if below.is_empty() { Some(tree.clone()) } else { tree.join(below.strip_prefix('/')?) }
    })
}
