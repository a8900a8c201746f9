//! Owns what earlier commands of a job do to the search path of later ones: directories that they add, files of the tree that
//! they put under a name into a directory of programs. Refuses what cannot meet a file of the tree: that is how tools are installed.

use std::sync::Arc;

use super::{Frame, Tracer};
use crate::answer::Reason;
use crate::facts::hold::{Hold, HoldEffect, Hop};
use crate::facts::matching::program_name;
use crate::facts::pipeline::Start;
use crate::facts::shadow;
use crate::facts::shell::{self, Handed, HandedTo, UNKNOWN_CHAR, Word};
use crate::facts::workdir::Workdir;
use crate::snapshot::UnreadKind;
use crate::text::{Place, RepoPath};

/// Changes that are remembered of one job.
const MOST: usize = 64;

/// Files of one name that are looked at: of more, one is taken to lie there.
const NAMESAKES: usize = 64;

/// Words of a command line among which code is looked for.
const CODE_WORDS: usize = 6;

/// Programs that put files under other names.
const PLACING: &[&str] = &["cp", "mv", "ln", "install"];

/// Flags of those that take the next word.
const VALUE_FLAGS: &[&str] = &["-m", "-o", "-g", "-S", "--mode", "--owner", "--group", "--suffix"];

/// One change.
pub(super) struct Change {
    /// The unit that makes it.
    unit: usize,
    what: What,
    hold: Hold,
    /// From the trigger to the command.
    chain: Vec<Hop>,
    starts: Arc<Vec<Start>>,
}

enum What {
    /// Later steps look into this directory of the tree first.
    Directory(RepoPath),
    /// Later steps look into a directory of which only the end is known.
    Somewhere(String),
    /// Every later step runs other code first.
    Every,
    /// From here on a file of the tree may stand under this name.
    Name(String),
    /// From here on the files of this directory may stand among the programs.
    Copied(RepoPath),
}

impl Tracer<'_> {
    /// A script hands something to later steps.
    pub(super) fn handed(&mut self, handed: &Handed, frame: &Frame) {
        let place = &handed.place;
        let (to, file) = match handed.to {
            HandedTo::Path => (true, "$GITHUB_PATH"),
            HandedTo::Environment => (false, "$GITHUB_ENV"),
        };
        let Some(text) = &handed.text else {
            let why = format!("what is written to `{file}` is not read");
            return self.change(What::Somewhere(String::new()), Some(Reason::Unsupported), why, place, frame);
        };
        self.world.meter.spend(text.len() / 8);
        for line in text.lines() {
            match line.split_once('=') {
                _ if to => self.entry(line.trim(), handed, frame),
                Some(("PATH", value)) => value.split(':').for_each(|entry| self.entry(entry, handed, frame)),
                Some((name, value)) if !name.contains(UNKNOWN_CHAR) => {
                    if let Some(why) = shadow::runs_first(name, Some(value)) {
                        self.change(What::Every, handed.doubtful.then_some(Reason::Dynamic), why, place, frame);
                    }
                }
                _ if line.contains(UNKNOWN_CHAR) => {
                    let why = format!("which variables are written to `{file}` is not known");
                    self.change(What::Somewhere(String::new()), Some(Reason::Dynamic), why, place, frame);
                }
                _ => {}
            }
        }
    }

    /// A directory that is added to the search path.
    fn entry(&mut self, entry: &str, handed: &Handed, frame: &Frame) {
        // Directories of the machine: what lies there is none of the tree's.
        if entry.starts_with('~') || entry.is_empty() {
            return;
        }
        let place = &handed.place;
        let doubt = handed.doubtful.then_some(Reason::Dynamic);
        let relative = !entry.starts_with(['/', UNKNOWN_CHAR]) && !frame.workdir.is_known();
        if let Some((_, tail)) = entry.rsplit_once(UNKNOWN_CHAR).or(relative.then_some(("", entry))) {
            if relative || !frame.workdir.enter(entry).is_known() {
                let why = format!("the search path gets {}, a directory that is not known", shown(entry));
                self.change(What::Somewhere(tail.trim_end_matches('/').to_owned()), Some(Reason::Dynamic), why, place, frame);
            }
            return;
        }
        let directory = frame.workdir.resolve(entry).filter(|directory| self.world.snapshot.is_dir(directory));
        if let Some(directory) = directory {
            let name = if directory.is_root() { "the root".to_owned() } else { format!("`{directory}`") };
            self.change(What::Directory(directory), doubt, format!("{name} of the tree stands on the search path"), place, frame);
        }
    }

    fn change(&mut self, what: What, doubt: Option<Reason>, why: String, place: &Place, frame: &Frame) {
        if frame.workdir.is_images() || frame.never_starts() {
            return;
        }
        let doubt = doubt.or_else(|| frame.conditions.first().map(|why| why.reason));
        let hold = Hold::new(doubt.map_or(HoldEffect::Void, HoldEffect::Unknown), place.clone(), why);
        let change = Change { unit: self.number, what, hold, chain: frame.chain.clone(), starts: Arc::clone(&frame.starts) };
        let known = self.changes.entry((frame.pipeline, frame.job)).or_default();
        if known.len() < MOST {
            known.push(change);
        }
    }

    /// What earlier commands of the job make of a program's name.
    pub(super) fn changed_before(&self, program: &str, frame: &Frame) -> Option<Hold> {
        let changes = self.changes.get(&(frame.pipeline, frame.job))?;
        if program.contains('/') || frame.workdir.is_images() {
            return None;
        }
        let is_file = |directory: &RepoPath| directory.join(program).is_some_and(|path| self.world.snapshot.is_file(&path));
        let met = |change: &&Change| match &change.what {
            What::Directory(directory) | What::Copied(directory) => is_file(directory),
            What::Somewhere(tail) => self.lies_below(tail, program),
            What::Name(name) => name == program,
            What::Every => false,
        };
        changes.iter().filter(met).find_map(|change| self.reaches(change, frame))
    }

    /// What earlier commands of the job make every shell run first.
    pub(super) fn run_first(&self, frame: &Frame) -> Vec<Hold> {
        let changes = self.changes.get(&(frame.pipeline, frame.job)).into_iter().flatten();
        let every = changes.filter(|change| matches!(change.what, What::Every));
        every.filter_map(|change| self.reaches(change, frame)).collect()
    }

    /// The hold of a change on what runs behind it.
    fn reaches(&self, change: &Change, frame: &Frame) -> Option<Hold> {
        let at_once = matches!(change.what, What::Name(_) | What::Copied(_)) && change.unit == self.number;
        let earlier = change.unit != self.number && stands_before(&change.chain, &frame.chain);
        let certain = (at_once || earlier).then(|| under(&change.starts, &frame.starts))??;
        let mut hold = change.hold.clone();
        if !certain && hold.effect == HoldEffect::Void {
            hold.effect = HoldEffect::Unknown(Reason::Dynamic);
        }
        Some(hold)
    }

    /// Whether a file of the tree has this name, in a directory with this end.
    fn lies_below(&self, tail: &str, program: &str) -> bool {
        let files = self.named(program);
        let ends = |path: &&RepoPath| {
            let whole = format!("/{path}");
            whole.strip_suffix(program).is_some_and(|directory| directory.trim_end_matches('/').ends_with(tail))
        };
        files.len() > NAMESAKES || files.iter().any(ends)
    }

    /// A command that may put files of the tree among the programs.
    pub(super) fn placed(&mut self, words: &[Word], place: &Place, frame: &Frame) {
        let program = words.first().and_then(|word| word.value.as_deref()).map(program_name);
        let Some(program) = program.filter(|program| PLACING.contains(program)) else { return };
        let Some((sources, target, into)) = operands(&words[1..]) else { return };
        let target = target.shape().into_owned();
        for source in sources {
            let Some(found) = source.value.as_deref().and_then(|source| self.source(source, &frame.workdir)) else { continue };
            let is_directory = into || sources.len() > 1 || is_of_programs(target.trim_end_matches('/'));
            let (directory, what) = match (found, is_directory) {
                (Found::Inside(of), _) => (target.as_str(), What::Copied(of)),
                (Found::File(path), true) => (target.as_str(), What::Name(path.file_name().to_owned())),
                (Found::File(_), false) => match target.rsplit_once('/') {
                    Some((directory, name)) => (directory, What::Name(name.to_owned())),
                    None => continue,
                },
            };
            if self.is_searched(directory, frame) {
                let why = format!("`{program}` puts a file of the tree into {}", shown(directory));
                self.change(what, Some(Reason::Unsupported), why, place, frame);
            }
        }
    }

    /// Code of the tree that names one of the files which later steps read: it is not read.
    pub(super) fn code(&mut self, words: &[Word], place: &Place, frame: &Frame) {
        let rows = &self.world.catalog.runners.interpreter;
        let values = words.iter().take(CODE_WORDS).filter_map(|word| word.value.as_deref());
        let interpreted = values.clone().next().is_some_and(|name| rows.iter().any(|row| row.program == program_name(name)));
        let is_code = |path: &RepoPath| rows.iter().any(|row| path.file_name().ends_with(&format!(".{}", row.extension)));
        let files = values.enumerate().filter(|(at, value)| (interpreted && *at > 0) || value.contains('/'));
        let files = files.filter_map(|(_, value)| frame.workdir.resolve(value)).filter(is_code).collect::<Vec<_>>();
        for path in files.iter().filter(|path| self.world.snapshot.is_file(path)) {
            let code = shown(path.as_str());
            // Bundled code is often larger than what is read: looked at, not asked for.
            let why = match self.world.snapshot.peek(path) {
                Ok(file) => {
                    let name = shell::HANDED_FILES.iter().find(|name| file.text.contains(**name));
                    name.map(|name| format!("what {code} writes to `${name}` is not read"))
                }
                Err(unread) if unread.kind == UnreadKind::NotText => None,
                Err(unread) => Some(format!("whether {code} writes to `$GITHUB_PATH` cannot be seen: {}", unread.why)),
            };
            if let Some(why) = why {
                self.change(What::Somewhere(String::new()), Some(Reason::Unsupported), why, place, frame);
            }
        }
    }

    fn source(&self, source: &str, workdir: &Workdir) -> Option<Found> {
        let (directory, name) = source.trim_end_matches('/').rsplit_once('/').unwrap_or((".", source));
        if matches!(name, "." | "*") || name.contains('*') {
            return workdir.resolve(directory).filter(|path| self.world.snapshot.is_dir(path)).map(Found::Inside);
        }
        workdir.resolve(source).filter(|path| self.world.snapshot.is_file(path)).map(Found::File)
    }

    /// Whether programs are looked for in this directory, as far as its name says: of those in the tree only an environment's.
    fn is_searched(&self, directory: &str, frame: &Frame) -> bool {
        let directory = directory.trim_end_matches('/');
        let inside = frame.workdir.resolve(directory).filter(|_| !directory.contains(UNKNOWN_CHAR));
        let environment =
            directory.split('/').any(|segment| segment == "venv" || (segment.starts_with('.') && segment.len() > 2));
        let added = || {
            let changes = self.changes.get(&(frame.pipeline, frame.job)).into_iter().flatten();
            changes.into_iter().any(|change| matches!(&change.what, What::Directory(known) if Some(known) == inside.as_ref()))
        };
        is_of_programs(directory) && (inside.is_none() || environment) || added()
    }
}

enum Found {
    File(RepoPath),
    /// All that lies in a directory.
    Inside(RepoPath),
}

fn is_of_programs(directory: &str) -> bool {
    matches!(directory.rsplit('/').next(), Some("bin" | "sbin" | ".bin"))
}

fn shown(text: &str) -> String {
    super::script::quoted(&text.replace(UNKNOWN_CHAR, "…"))
}

/// What is put where, and whether that is said to be a directory.
fn operands(words: &[Word]) -> Option<(&[Word], &Word, bool)> {
    let value = |word: &Word| word.value.as_deref().unwrap_or_default().to_owned();
    let mut from = 0;
    let mut into = None;
    while let Some(word) = words.get(from).filter(|word| word.head().starts_with('-')) {
        let flag = value(word);
        if flag == "-t" || flag == "--target-directory" {
            into = words.get(from + 1);
        }
        from += 1 + usize::from(into.is_some() && flag.starts_with(['-']) && (flag == "-t" || flag == "--target-directory"));
        from += usize::from(VALUE_FLAGS.contains(&flag.as_str()));
    }
    let rest = words.get(from..)?;
    match (into, rest.split_last()) {
        (Some(target), _) => Some((rest, target, true)),
        (None, Some((target, sources))) => Some((sources, target, target.shape().ends_with('/'))),
        (None, None) => None,
    }
}

/// Steps run in the order in which they are written: the one of the first chain comes before that of the second where they part.
fn stands_before(first: &[Hop], second: &[Hop]) -> bool {
    let parting = first.iter().zip(second).skip(1).find(|(one, other)| one.place != other.place);
    // Else it is the same step, in another variant of the job.
    parting.is_some_and(|(one, other)| one.place.path != other.place.path || one.place < other.place)
}

/// Whether what runs under some events has run before what runs under others: for sure, perhaps, or (`None`) under none.
fn under(first: &[Start], second: &[Start]) -> Option<bool> {
    if first.is_empty() || second.is_empty() {
        return Some(true);
    }
    let mut certain = true;
    let mut some = false;
    for start in second.iter().filter(|start| !start.answer.is_no()) {
        match first.iter().find(|other| other.event == start.event && !other.answer.is_no()) {
            None => certain = false,
            Some(other) => {
                some = true;
                certain &= other.answer.is_yes() || other.answer == start.answer;
                certain &= other.holds.iter().all(|hold| hold.effect == HoldEffect::Note || start.holds.contains(hold));
            }
        }
    }
    some.then_some(certain)
}
