//! Owns what earlier commands of a job do to the files of the tree: take them away, put another revision in their place, write
//! into them. Refuses what no tool or chain of the tree asks for, and what a later command brings back.

mod revision;

use std::sync::{Arc, LazyLock};

use super::before::{Change, What, shown};
use super::{Frame, Tracer};
use crate::answer::{Reason, Why};
use crate::catalog::{Catalog, Tool};
use crate::facts::hold::{Hold, HoldEffect, Hop};
use crate::facts::matching::{FirstWords, program_name, same_action, take_row};
use crate::facts::shadow;
use crate::facts::shell::{UNKNOWN_CHAR, Word};
use crate::text::{MappedText, Place, RepoPath};

/// Changes that are remembered of one job.
const MOST: usize = 64;

/// Letters of a pattern that are looked for in a line: fewer say nothing.
const TELLING: usize = 3;

/// Stream editors that can write back what they read.
const EDITORS: [&str; 4] = ["sed", "gsed", "perl", "yq"];

/// Actions that bring the tree as it is.
const CHECKOUT: &str = "actions/checkout";

static RECONFIGURE: LazyLock<FirstWords<'static>> =
    LazyLock::new(|| FirstWords::of(Catalog::builtin().tools.iter().flat_map(|tool| &tool.reconfigured_by)));

/// The file that holds nothing.
pub(super) const NOTHING: &str = "/dev/null";

/// What becomes of a file.
#[derive(Clone)]
pub(super) enum Edit {
    /// It is no longer there, with all that lies below it; or it is another revision's.
    Gone(RepoPath),
    /// All files are those of another revision.
    Revision,
    /// Files in this directory may be other ones.
    Over(RepoPath),
    /// Something is written to it.
    Written(RepoPath),
    /// Nothing is left in it.
    Emptied(RepoPath),
    /// Its lines that hold these texts are written anew.
    Lines(RepoPath, Vec<String>),
    /// What is said here is written into files.
    Says(String),
    /// Something is written to this path, in an installed package.
    Package(String),
}

impl Edit {
    /// The same, and what is written is nothing.
    pub(super) fn emptied(self) -> Self {
        if let Self::Written(path) = self { Self::Emptied(path) } else { self }
    }

    /// What it is about, when it has a path.
    pub(super) fn path(&self) -> Option<&RepoPath> {
        match self {
            Self::Gone(path) | Self::Over(path) | Self::Written(path) | Self::Emptied(path) | Self::Lines(path, _) => Some(path),
            Self::Revision | Self::Says(_) | Self::Package(_) => None,
        }
    }
}

impl Tracer<'_> {
    /// A command that may take files of the tree away, or write into them.
    pub(super) fn edited(&mut self, words: &[Word], stdin: Option<&MappedText>, frame: &Frame) {
        let texts: Vec<&str> = words.iter().map(|word| word.value.as_deref().unwrap_or_default()).collect();
        let Some((program, rest)) = texts.split_first() else { return };
        let operands = || (1..words.len()).filter(|at| !words[*at].head().starts_with('-'));
        let edits: Vec<Edit> = match (program_name(program), rest) {
            ("rm" | "unlink" | "shred" | "truncate", _) => operands().flat_map(|at| self.gone(&words[at], frame)).collect(),
            ("mv", _) => {
                let mut all: Vec<usize> = operands().collect();
                let target = all.pop().and_then(|at| self.written(texts[at], frame));
                all.into_iter().flat_map(|at| self.gone(&words[at], frame)).chain(target).collect()
            }
            ("cp" | "install" | "ln", _) => {
                let to = operands().next_back().and_then(|at| self.written(texts[at], frame));
                to.map(|edit| if rest.contains(&NOTHING) { edit.emptied() } else { edit }).into_iter().collect()
            }
            ("find" | "rsync" | "mount", _) => self.taken_by_rule(words, frame),
            ("git", ["sparse-checkout", ..]) => self.taken_by_rule(words, frame),
            ("touch" | "mkdir", _) => operands().filter_map(|at| self.new_file(texts[at], frame)).collect(),
            _ if writes_back(words) => {
                let files = operands().filter_map(|at| frame.workdir.resolve(texts[at]));
                let files = files.filter(|path| self.world.snapshot.is_file(path));
                let installed = operands().filter_map(|at| self.write_to_package(&words[at].shape()));
                let lines = replaced(rest);
                let edit = |path| lines.clone().map_or(Edit::Written(RepoPath::clone(&path)), |texts| Edit::Lines(path, texts));
                files.map(edit).chain(installed).collect()
            }
            ("npm", ["pkg", "set" | "delete" | "fix", keys @ ..]) => {
                let touches = |key: &&&str| ["scripts", "workspaces"].iter().any(|of| key.starts_with(of));
                let of = frame.workdir.resolve("package.json").filter(|_| keys.iter().any(|key| touches(&key)));
                of.map(Edit::Written).into_iter().collect()
            }
            ("git", ["rm", rest @ ..]) if !rest.contains(&"--cached") => {
                operands().skip(1).flat_map(|at| self.gone(&words[at], frame)).collect()
            }
            ("git", [command, rest @ ..]) => self.revision(command, rest, frame),
            _ => self.reconfigured(words, frame),
        };
        let name = program_name(program).to_owned();
        let says = self.suppresses(&texts).map(Edit::Says);
        let edits: Vec<Edit> = edits
            .into_iter()
            .chain(says)
            .chain(self.overwritten(words, stdin, frame))
            .chain(self.writes_to_packages(words, frame))
            .collect();
        let Some(place) = frame.chain.last().map(|hop| hop.place.clone()) else { return };
        self.puts(words, &edits, &place, frame);
        for edit in edits {
            self.remember_edit(edit, &format!("`{name}`"), &place, frame);
        }
    }

    /// A tool writes its own configuration anew.
    fn reconfigured(&self, words: &[Word], frame: &Frame) -> Vec<Edit> {
        if !RECONFIGURE.begin(words) {
            return Vec::new();
        }
        let does = |tool: &&Tool| tool.reconfigured_by.iter().any(|argv| take_row(argv, words, &tool.value_flags).is_some());
        let tools = self.world.catalog.tools.iter().filter(does);
        let above: Vec<RepoPath> = frame.workdir.dir().iter().flat_map(RepoPath::ancestors).collect();
        let files = tools.flat_map(|tool| &tool.config).filter(|row| row.key.is_none());
        let files = files.flat_map(|row| above.iter().filter_map(|directory| directory.join(&row.path)));
        files.filter(|path| self.world.snapshot.is_file(path)).map(Edit::Written).collect()
    }

    /// A script writes to a file.
    pub(super) fn writes(&mut self, path: &str, nothing: bool, place: &Place, frame: &Frame) {
        let installed = self.write_to_package(path);
        let written = installed.or_else(|| self.written(path, frame)).map(|edit| if nothing { edit.emptied() } else { edit });
        if let Some(edit) = written.or_else(|| self.new_file(path, frame)) {
            self.remember_edit(edit, "the script", place, frame);
        }
    }

    /// An action brings the tree back.
    pub(super) fn brought_back(&mut self, action: &str, frame: &Frame) {
        let number = self.number;
        let known = self.before.edits.get_mut(&(frame.pipeline, frame.job)).filter(|_| same_action(CHECKOUT, action));
        // Those of steps beside it, and of later ones, may come behind it.
        let laid = self.before.laid.get_mut(&(frame.pipeline, frame.job)).filter(|_| same_action(CHECKOUT, action));
        let known = known.into_iter().chain(laid);
        known.for_each(|edits| edits.retain(|edit| edit.unit > number || edit.turn.is_beside(frame.turn)));
        self.before.over = None;
    }

    pub(super) fn remember_edit(&mut self, edit: Edit, by: &str, place: &Place, frame: &Frame) {
        if let Edit::Package(path) = &edit {
            return self.changes_package(path, by, place, frame);
        }
        // Before a checkout nothing lies there, and what runs in an image changes the files of the image.
        if frame.workdir.is_images() || frame.never_starts() || !frame.has_checkout() || self.is_only_looked_for(&edit) {
            return;
        }
        let why = match &edit {
            Edit::Gone(path) => format!("{by} takes {} away before", shown(path.as_str())),
            Edit::Over(path) if path.is_root() => format!("{by} writes over files of the tree before"),
            Edit::Over(path) => format!("{by} writes over files in {} before", shown(path.as_str())),
            Edit::Emptied(path) => format!("{by} empties {} before", shown(path.as_str())),
            Edit::Revision => format!("{by} puts another revision in place of the files before"),
            Edit::Written(path) | Edit::Lines(path, _) => format!("{by} writes to {} before", shown(path.as_str())),
            Edit::Says(_) | Edit::Package(_) => format!("{by} writes into files before what keeps the tool from reporting"),
        };
        let hold = Hold::new(HoldEffect::Unknown(Reason::Dynamic), place.clone(), why);
        let (chain, starts) = (frame.chain.clone(), Arc::clone(&frame.starts));
        let known = self.before.edits.entry((frame.pipeline, frame.job)).or_default();
        // Past the bound one change that is not known stands for all the rest.
        let edit = if known.len() == MOST { Edit::Revision } else { edit };
        if known.len() <= MOST {
            known.push(Change {
                unit: self.number,
                what: What::Edit(edit),
                hold,
                at_once: false,
                chain,
                starts,
                turn: frame.turn,
            });
        }
    }

    /// What a word takes away.
    pub(super) fn gone(&self, word: &Word, frame: &Frame) -> Vec<Edit> {
        let Some(text) = word.value.as_deref().filter(|text| !text.contains(UNKNOWN_CHAR)) else { return Vec::new() };
        let snapshot = self.world.snapshot;
        let there = |path: &RepoPath| snapshot.is_file(path) || snapshot.is_dir(path);
        if !word.glob {
            return frame.workdir.resolve(text).filter(there).map(Edit::Gone).into_iter().collect();
        }
        let (directory, name) = text.trim_end_matches('/').rsplit_once('/').unwrap_or((".", text));
        let Some(directory) = frame.workdir.resolve(directory).filter(|path| snapshot.is_dir(path)) else { return Vec::new() };
        if name.chars().all(|c| c == '*') {
            return vec![Edit::Gone(directory)];
        }
        let children = snapshot.children(&directory).filter(|(child, _)| matches(name, child)).take(MOST);
        children.filter_map(|(child, _)| directory.join(child)).map(Edit::Gone).collect()
    }

    /// A file of the tree, or one that configures a tool or is looked for by something else.
    pub(super) fn written(&self, text: &str, frame: &Frame) -> Option<Edit> {
        let path = frame.workdir.resolve(text).filter(|path| !text.contains(UNKNOWN_CHAR) && !path.is_root())?;
        (self.counts(&path) || shadow::is_looked_for(&path, self.world.catalog)).then_some(Edit::Written(path))
    }

    fn counts(&self, path: &RepoPath) -> bool {
        let names = |tool: &Tool| tool.config.iter().any(|row| is_at(path, &row.path));
        self.world.snapshot.is_file(path) || self.world.catalog.tools.iter().any(names)
    }

    /// A file that is none of the tree and configures no tool: `laid_over` has what that makes of others.
    fn is_only_looked_for(&self, edit: &Edit) -> bool {
        let path = if let Edit::Written(path) | Edit::Emptied(path) = edit { Some(path) } else { None };
        path.is_some_and(|path| shadow::is_looked_for(path, self.world.catalog) && !self.counts(path))
    }

    /// A file that was not there: a make target of its name is done then.
    fn new_file(&self, text: &str, frame: &Frame) -> Option<Edit> {
        let path = frame.workdir.resolve(text).filter(|path| !text.contains(UNKNOWN_CHAR) && !path.is_root())?;
        let snapshot = self.world.snapshot;
        let is_new = !snapshot.is_file(&path) && !snapshot.is_dir(&path);
        let beside = |name: &&str| path.parent().join(name).is_some_and(|path| snapshot.is_file(&path));
        (is_new && ["Makefile", "makefile", "GNUmakefile"].iter().any(beside)).then_some(Edit::Written(path))
    }

    /// What earlier commands of the job make of the chain of a tool, of its configuration and of the code that it looks at.
    pub(super) fn edits_before(&self, tool: &Tool, frame: &Frame) -> Edited {
        let mut edited = Edited::default();
        for change in self.before.edits.get(&(frame.pipeline, frame.job)).into_iter().flatten() {
            let What::Edit(edit) = &change.what else { continue };
            let Some(hold) = (!frame.workdir.is_images()).then(|| self.reaches(change, frame)).flatten() else { continue };
            if self.leads_through(edit, frame) {
                edited.conditions.push(Why::new(Reason::Dynamic, hold.why).at(hold.place));
            } else if self.configures(edit, tool, frame) {
                edited.reconfigured = true;
                edited.holds.push(hold);
            } else {
                match edit {
                    Edit::Gone(path) | Edit::Over(path) | Edit::Emptied(path) => edited.taken.push((path.clone(), hold)),
                    Edit::Revision => edited.taken.push((RepoPath::root(), hold)),
                    Edit::Says(text) if tool.suppress.as_ref().is_some_and(|suppress| text.contains(&suppress.word)) => {
                        edited.holds.push(hold);
                    }
                    Edit::Written(_) | Edit::Lines(..) | Edit::Says(_) | Edit::Package(_) => {}
                }
            }
        }
        edited
    }

    /// Whether a chain leads through what has changed.
    fn leads_through(&self, edit: &Edit, frame: &Frame) -> bool {
        let trigger = frame.chain.first().map(|hop| &hop.place.path);
        let mut hops = frame.chain.iter().filter(|hop| Some(&hop.place.path) != trigger);
        match edit {
            Edit::Gone(path) | Edit::Over(path) => hops.any(|hop| hop.place.path.is_in(path)),
            Edit::Revision => hops.next().is_some(),
            Edit::Written(path) | Edit::Emptied(path) => hops.any(|hop| hop.place.path == *path) || self.is_made(path, frame),
            Edit::Lines(path, texts) => hops.any(|hop| hop.place.path == *path && holds_all(&self.told_by(hop), texts)),
            Edit::Says(_) | Edit::Package(_) => false,
        }
    }

    /// Whether a file of the tree holds what its commit does: no earlier command of the job may have written it, or what lies above it.
    pub(super) fn is_committed(&self, path: &RepoPath, frame: &Frame) -> bool {
        let edits = self.before.edits.get(&(frame.pipeline, frame.job)).into_iter().flatten();
        let may = |change: &&Change| match &change.what {
            What::Edit(Edit::Revision) => true,
            What::Edit(edit) => edit.path().is_some_and(|of| path.is_in(of)),
            _ => false,
        };
        !edits.filter(may).any(|change| self.reaches(change, frame).is_some())
    }

    fn told_by(&self, hop: &Hop) -> String {
        let file = self.world.snapshot.read(&hop.place.path).ok();
        let line = file.as_ref().and_then(|file| file.text.lines().nth(hop.place.line.saturating_sub(1)));
        format!("{} {}", hop.text, line.unwrap_or_default())
    }

    /// Whether a target of make has the name of a file that is there by now.
    fn is_made(&self, path: &RepoPath, frame: &Frame) -> bool {
        let makefile = |hop: &Hop| {
            let file = self.world.snapshot.read(&hop.place.path).ok()?;
            let mut phony = file.text.lines().filter_map(|line| line.strip_prefix(".PHONY"));
            Some(phony.any(|line| line.contains('$') || line.split([' ', ':', '\t']).any(|name| name == path.file_name())))
        };
        let asked = frame.seen.iter().any(|(command, workdir)| {
            let mut words = command.split_ascii_whitespace();
            words.next().is_some_and(|program| matches!(program_name(program), "make" | "gmake"))
                && words.any(|word| word == path.file_name() && workdir.resolve(word).as_ref() == Some(path))
        });
        asked && !frame.chain.iter().skip(1).any(|hop| makefile(hop) == Some(true))
    }

    /// Whether a tool reads its configuration from what has changed.
    fn configures(&self, edit: &Edit, tool: &Tool, frame: &Frame) -> bool {
        if let Edit::Over(over) = edit {
            let above = frame.workdir.dir().into_iter().flat_map(|directory| directory.ancestors().collect::<Vec<_>>());
            let mut read = above.flat_map(|dir| tool.config.iter().filter_map(move |row| dir.join(&row.path)));
            return read.any(|path| path.is_in(over) && self.world.snapshot.is_file(&path));
        }
        let (Edit::Written(path) | Edit::Lines(path, _) | Edit::Emptied(path)) = edit else { return false };
        let above = frame.workdir.dir().is_some_and(|directory| directory.is_in(&path.parent()));
        let mut rows = tool.config.iter().filter(|row| above && is_at(path, &row.path));
        match edit {
            // What a substitution does to a file that others share is not looked for.
            Edit::Lines(_, texts) => rows.any(|row| row.key.is_none()) && !says_version(texts),
            _ => rows.next().is_some(),
        }
    }
}

/// What was done to the surroundings of an invocation.
#[derive(Default)]
pub(super) struct Edited {
    /// To its chain.
    pub(super) conditions: Vec<Why>,
    /// To its configuration, or to what it says of the code.
    pub(super) holds: Vec<Hold>,
    /// Whether something is done to its configuration.
    pub(super) reconfigured: bool,
    /// To the code: where.
    pub(super) taken: Vec<(RepoPath, Hold)>,
}

/// Whether a path is what a row of the catalogue names, in some directory.
fn is_at(path: &RepoPath, named: &str) -> bool {
    path.as_str().strip_suffix(named).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
}

/// Whether a name matches a pattern of stars.
pub(super) fn matches(pattern: &str, name: &str) -> bool {
    let mut rest = name;
    let mut parts = pattern.split('*');
    let Some(stripped) = parts.next().and_then(|first| rest.strip_prefix(first)) else { return false };
    rest = stripped;
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last) && (!name.starts_with('.') || pattern.starts_with('.'))
}

fn is_hash(word: &str) -> bool {
    (7..=64).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether a command is a stream editor that writes back what it reads.
pub(super) fn writes_back(words: &[Word]) -> bool {
    let texts: Vec<&str> = words.iter().map(|word| word.value.as_deref().unwrap_or_default()).collect();
    texts.split_first().is_some_and(|(program, rest)| EDITORS.contains(&program_name(program)) && in_place(rest))
}

/// Whether a stream editor is told to: `-i`, `-pi`, `-i.bak`, `--in-place`.
pub(super) fn in_place(words: &[&str]) -> bool {
    words.iter().any(|word| {
        let cluster = word.strip_prefix('-').filter(|letters| !letters.starts_with('-')).unwrap_or_default();
        word.starts_with("--in-place")
            || cluster.split('.').next().is_some_and(|letters| letters.len() <= 4 && letters.contains('i'))
    })
}

/// What the lines that a substitution rewrites hold, as far as its pattern is text; `None` for any other program.
fn replaced(words: &[&str]) -> Option<Vec<String>> {
    let script = words.iter().find(|word| !word.starts_with('-') && !word.is_empty())?;
    let mark = script.strip_prefix('s')?.chars().next().filter(|mark| mark.is_ascii_punctuation())?;
    let pattern = script[1 + mark.len_utf8()..].split(mark).next()?;
    let fixed = |c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '/' | '"' | '\'' | ' ' | '@' | ','));
    let texts = pattern.split(fixed).filter(|text| text.chars().filter(char::is_ascii_alphabetic).count() >= TELLING);
    let texts: Vec<String> = texts.map(str::to_owned).collect();
    (!texts.is_empty()).then_some(texts)
}

fn holds_all(line: &str, texts: &[String]) -> bool {
    texts.iter().all(|text| line.contains(text.as_str()))
}

fn says_version(texts: &[String]) -> bool {
    texts.iter().any(|text| text.to_ascii_lowercase().contains("version"))
}
