//! Owns what earlier commands of a job do to the search path of later ones: directories that they add, files of the tree that
//! they put under a name into a directory of programs. Refuses what cannot meet a file of the tree: that is how tools are installed.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::edited::Edit;
use super::laid_over::{Laid, Over, Overlaid, operands};
use super::{Frame, Tracer};
use crate::answer::Reason;
use crate::catalog::program::Placing;
use crate::catalog::{self, Catalog, Tool};
use crate::facts::hold::{Hold, HoldEffect, Hop};
use crate::facts::matching::program_name;
use crate::facts::pipeline::{Start, Turn};
use crate::facts::shell::{self, UNKNOWN_CHAR, Word};
use crate::facts::workdir::Workdir;
use crate::text::{Place, RepoPath};

/// Changes that are remembered of one job.
const MOST: usize = 64;

/// Variables that are remembered of one job.
const MOST_VARIABLES: usize = 512;

/// What is said of changes past the bound.
const MORE: &str = "earlier steps change the search path or the environment more often than is remembered";

/// Files of one name that are looked at: of more, one is taken to lie there.
const NAMESAKES: usize = 64;

/// What commands so far did, by pipeline and job.
#[derive(Default)]
pub(super) struct Before {
    /// To the search path.
    pub(super) changes: BTreeMap<(usize, usize), Vec<Change>>,
    /// Variables that they gave to later steps.
    pub(super) variables: BTreeMap<(usize, usize), Vec<Change>>,
    /// To files of the tree.
    pub(super) edits: BTreeMap<(usize, usize), Vec<Change>>,
    /// To files that something looks for by itself.
    pub(super) laid: BTreeMap<(usize, usize), Vec<Change>>,
    /// The tree as the last of those leave it.
    pub(super) over: Option<Arc<Over>>,
    /// The trees as any of those leave it, by what lies over them.
    pub(super) trees: HashMap<Vec<(RepoPath, String)>, Arc<Overlaid>>,
}

/// One change.
#[derive(Clone)]
pub(super) struct Change {
    /// The unit that makes it.
    pub(super) unit: usize,
    pub(super) what: What,
    pub(super) hold: Hold,
    /// It reaches what comes next in the same unit as well.
    pub(super) at_once: bool,
    /// From the trigger to the command.
    pub(super) chain: Vec<Hop>,
    pub(super) starts: Arc<Vec<Start>>,
    /// When its step runs.
    pub(super) turn: Turn,
}

#[derive(Clone)]
pub(super) enum What {
    /// Later steps look into this directory of the tree first.
    Directory(RepoPath),
    /// Later steps look into a directory of which only the end is known.
    Somewhere(String),
    /// Every later step runs other code first.
    Every,
    /// From here on a file of the tree may stand under this name.
    Name(String),
    /// From here on this tool may be another one, however it is started.
    Tool(&'static str),
    /// From here on another program of the tree stands in this file.
    File(RepoPath),
    /// From here on the files of this directory may stand among the programs.
    Copied(RepoPath),
    /// From here on any program may be another one.
    Anything,
    /// Later steps have this variable.
    Variable(String, Option<String>),
    /// From here on files of the tree are other ones.
    Edit(Edit),
    /// From here on this file lies where something looks for it by itself.
    Laid(Laid),
}

impl Tracer<'_> {
    /// Remembers a change; those of names and files reach what comes next in the same unit.
    pub(super) fn change(&mut self, what: What, doubt: Option<Reason>, why: String, place: &Place, frame: &Frame) {
        let at_once = matches!(what, What::Name(_) | What::Tool(_) | What::File(_) | What::Copied(_) | What::Anything);
        self.remember((what, at_once), doubt, why, place, frame);
    }

    /// Remembers a change that reaches what comes next.
    pub(super) fn change_at_once(&mut self, what: What, doubt: Option<Reason>, why: String, place: &Place, frame: &Frame) {
        self.remember((what, true), doubt, why, place, frame);
    }

    fn remember(&mut self, (what, at_once): (What, bool), doubt: Option<Reason>, why: String, place: &Place, frame: &Frame) {
        if frame.workdir.is_images() || frame.never_starts() {
            return;
        }
        let doubt = doubt.or_else(|| frame.conditions.first().map(|why| why.reason));
        let hold = Hold::new(doubt.map_or(HoldEffect::Void, HoldEffect::Unknown), place.clone(), why);
        let (unit, turn) = (self.number, frame.turn);
        let (chain, starts) = (frame.chain.clone(), Arc::clone(&frame.starts));
        let change = Change { unit, what, at_once, hold, chain, starts, turn };
        let changes =
            if matches!(change.what, What::Variable(..)) { &mut self.before.variables } else { &mut self.before.changes };
        let known = changes.entry((frame.pipeline, frame.job)).or_default();
        let most = if matches!(change.what, What::Variable(..)) { MOST_VARIABLES } else { MOST };
        match known.len() {
            len if len < most => known.push(change),
            // Past the bound one change that is not known stands for all the rest.
            len if len == most => {
                let hold = Hold::new(HoldEffect::Unknown(Reason::Unsupported), change.hold.place.clone(), MORE);
                let what = if most == MOST { What::Somewhere(String::new()) } else { What::Every };
                known.push(Change { what, hold, ..change });
            }
            _ => {}
        }
    }

    /// What earlier steps of the job add to the environment; what the step has already is its own, but for what only those set and
    /// its file does not tell.
    pub(super) fn given(&self, handed: &BTreeSet<String>, frame: &mut Frame) {
        let own = Arc::clone(&frame.env);
        for change in self.before.variables.get(&(frame.pipeline, frame.job)).into_iter().flatten() {
            let What::Variable(name, value) = &change.what else { continue };
            let open = || handed.contains(name) && own.get(name) == Some(&None);
            if own.contains_key(name) && !open() {
                continue;
            }
            if let Some(hold) = self.reaches(change, frame) {
                let value = value.clone().filter(|_| hold.effect == HoldEffect::Void);
                Arc::make_mut(&mut frame.env).insert(name.clone(), value);
            }
        }
    }

    /// What earlier commands of the job make of a program's name.
    pub(super) fn changed_before(&self, program: &str, frame: &Frame) -> Option<Hold> {
        let changes = self.before.changes.get(&(frame.pipeline, frame.job))?;
        if frame.workdir.is_images() {
            return None;
        }
        let path = program.contains('/').then(|| frame.workdir.resolve(program));
        let meets = |change: &&Change| match (&path, &change.what) {
            (Some(path), What::File(made)) => path.as_ref() == Some(made),
            (Some(_), _) => false,
            (None, what) => self.meets(what, program),
        };
        changes.iter().filter(meets).find_map(|change| self.reaches(change, frame))
    }

    /// What earlier commands of the job make of a tool.
    pub(super) fn tool_before(&self, tool: &Tool, frame: &Frame) -> Option<Hold> {
        let changes = self.before.changes.get(&(frame.pipeline, frame.job)).filter(|_| !frame.workdir.is_images())?;
        let mut meets = changes.iter().filter(|change| matches!(change.what, What::Tool(id) if id == tool.id));
        meets.find_map(|change| self.reaches(change, frame))
    }

    /// What earlier commands of the job, or the surroundings of this one, make of a program's name for a tree that is not this one: what
    /// lies in it is not asked.
    pub(super) fn looks_into_the_tree(&self, program: &str, frame: &Frame) -> Option<Hold> {
        let may = |what: &What| match what {
            What::Name(name) => name == program,
            What::Tool(id) => self.is_program_of(id, program),
            What::Variable(..) | What::Edit(_) | What::Laid(_) | What::File(_) | What::Every => false,
            What::Directory(_) | What::Somewhere(_) | What::Copied(_) | What::Anything => true,
        };
        let changes = self.before.changes.get(&(frame.pipeline, frame.job)).into_iter().flatten();
        let earlier = changes.filter(|change| may(&change.what)).find_map(|change| self.reaches(change, frame));
        earlier.or_else(|| frame.also.iter().find(|(what, _)| may(what)).map(|(_, hold)| hold.clone()))
    }

    /// Whether a change gives the program of this name another meaning.
    fn meets(&self, what: &What, program: &str) -> bool {
        match what {
            What::Directory(directory) | What::Copied(directory) => {
                directory.join(program).is_some_and(|path| self.world.snapshot.is_file(&path))
            }
            What::Somewhere(tail) => self.lies_below(tail, program),
            What::Name(name) => name == program,
            What::Anything => true,
            What::Every | What::Tool(_) | What::Variable(..) | What::Edit(_) | What::Laid(_) | What::File(_) => false,
        }
    }

    /// What the surroundings of a command itself make of a program's name: a manager behind whose words it stands, a text that its
    /// shell took in.
    pub(super) fn made_around(&self, program: &str, frame: &Frame) -> Option<Hold> {
        if program.contains('/') || frame.workdir.is_images() {
            return None;
        }
        let found = frame.also.iter().find(|(what, _)| self.meets(what, program)).map(|(_, hold)| hold.clone());
        found.or_else(|| {
            let why = frame.unread.as_ref()?;
            Some(Hold::new(HoldEffect::Unknown(why.reason), why.place.clone()?, why.text.clone()))
        })
    }

    /// What earlier commands of the job make every shell run first.
    pub(super) fn run_first(&self, frame: &Frame) -> Vec<Hold> {
        let job = (frame.pipeline, frame.job);
        let changes = self.before.changes.get(&job).into_iter().chain(self.before.variables.get(&job)).flatten();
        let every = changes.filter(|change| matches!(change.what, What::Every));
        every.filter_map(|change| self.reaches(change, frame)).collect()
    }

    /// The hold of a change on what runs behind it.
    pub(super) fn reaches(&self, change: &Change, frame: &Frame) -> Option<Hold> {
        // What is done to files is remembered in the order in which it is done.
        let to_files = matches!(change.what, What::Edit(_) | What::Laid(_));
        let at_once = change.unit == self.number && (change.at_once || to_files);
        let beside = change.turn.is_beside(frame.turn);
        // What a step hands on to later ones is there when it has ended.
        if beside && !(change.at_once || to_files) {
            return None;
        }
        let earlier = change.unit != self.number && (beside || stands_before(&change.chain, &frame.chain));
        let certain = (at_once || earlier).then(|| under(&change.starts, &frame.starts))??;
        let mut hold = change.hold.clone();
        if (beside || !certain) && hold.effect == HoldEffect::Void {
            hold.effect = HoldEffect::Unknown(Reason::Dynamic);
        }
        Some(hold)
    }

    /// Whether a file of the tree has this name, in a directory with this end.
    pub(super) fn lies_below(&self, tail: &str, program: &str) -> bool {
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
        if let Some(program @ ("tar" | "bsdtar" | "unzip")) = program {
            return self.unpacked(program, &words[1..], place, frame);
        }
        let Some(program) = program.filter(|program| catalog::lists(&placing().programs, program)) else { return };
        let Some((sources, target, into)) = operands(&words[1..]) else { return };
        let asked = shell::asked_for(&target.raw).map(|name| format!("/bin/{name}"));
        let target = asked.clone().unwrap_or_else(|| target.shape().into_owned());
        for source in sources {
            if let Some((into, of)) = self.whole_directory(program, source, &target, words, frame) {
                if self.is_searched(&into, frame) {
                    let why = format!("`{program}` puts the files of {} into {}", shown(&source.shape()), shown(&into));
                    self.change(What::Copied(of), Some(Reason::Unsupported), why, place, frame);
                }
                continue;
            }
            let is_directory =
                asked.is_none() && (into || sources.len() > 1 || shell::is_of_programs(target.trim_end_matches('/')));
            let found = source.value.as_deref().and_then(|source| self.source(source, &frame.workdir));
            let (directory, what) = match (found, is_directory) {
                (Some(Found::Inside(of)), _) => (target.as_str(), What::Copied(of)),
                (Some(Found::File(path)), true) => (target.as_str(), What::Name(path.file_name().to_owned())),
                (_, true) => continue,
                (found, false) => match target.rsplit_once('/') {
                    // What is called like the target, and what is computed, may well be the program that is installed.
                    Some((_, name)) if found.is_none() && asked.is_none() && may_be(source, name) => continue,
                    Some((directory, name)) => (directory, What::Name(name.to_owned())),
                    None => continue,
                },
            };
            if self.is_searched(directory, frame) {
                let why = format!("`{program}` puts another file into {}", shown(directory));
                self.change(what, Some(Reason::Unsupported), why, place, frame);
            }
        }
    }

    /// A directory of the tree that is put somewhere as a whole, and where its files are then.
    fn whole_directory(
        &self,
        program: &str,
        source: &Word,
        target: &str,
        words: &[Word],
        frame: &Frame,
    ) -> Option<(String, RepoPath)> {
        let text = source.value.as_deref()?;
        let of = frame.workdir.resolve(text).filter(|path| !path.is_root() && self.world.snapshot.is_dir(path))?;
        let name = text.trim_end_matches('/').rsplit('/').next().unwrap_or(text);
        if name == "." {
            return None;
        }
        // The target is what the directory becomes: only its files are copied, or it is moved to a new name.
        let becomes = match program {
            "rsync" => text.ends_with('/'),
            "mv" | "ln" => shell::is_of_programs(target) && !target.ends_with('/'),
            _ => words.iter().any(|word| matches!(word.value.as_deref(), Some("-T" | "--no-target-directory"))),
        };
        let target = target.trim_end_matches('/');
        Some((if becomes { target.to_owned() } else { format!("{target}/{name}") }, of))
    }

    /// An archive of the tree that is unpacked among the programs: what is in it is not read.
    fn unpacked(&mut self, program: &str, words: &[Word], place: &Place, frame: &Frame) {
        let shapes: Vec<_> = words.iter().map(Word::shape).collect();
        let flags: &[&str] = if program == "unzip" { &["-d"] } else { &["-C", "--directory"] };
        let behind = shapes.windows(2).find(|pair| flags.contains(&&*pair[0])).map(|pair| pair[1].clone().into_owned());
        let joined = || shapes.iter().find_map(|word| Some(word.strip_prefix("--directory=")?.to_owned()));
        let Some(into) = behind.or_else(joined).filter(|into| self.is_searched(into, frame)) else { return };
        let is_archive = |word: &str| frame.workdir.resolve(word).is_some_and(|path| self.world.snapshot.is_file(&path));
        let archive = shapes.iter().find(|word| is_archive(word.strip_prefix("--file=").unwrap_or(word)));
        let makes = shapes.first().is_some_and(|word| program != "unzip" && word.trim_start_matches('-').starts_with('c'));
        if let Some(archive) = archive.filter(|_| !makes) {
            let why = format!("`{program}` unpacks {}, which is not read, into {}", shown(archive), shown(&into));
            self.change(What::Anything, Some(Reason::Unsupported), why, place, frame);
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
    pub(super) fn is_searched(&self, directory: &str, frame: &Frame) -> bool {
        let directory = directory.trim_end_matches('/');
        let inside = frame.workdir.resolve(directory).filter(|_| !directory.contains(UNKNOWN_CHAR));
        let environment =
            directory.split('/').any(|segment| segment == "venv" || (segment.starts_with('.') && segment.len() > 2));
        let added = || {
            let changes = self.before.changes.get(&(frame.pipeline, frame.job)).into_iter().flatten();
            changes.into_iter().any(|change| matches!(&change.what, What::Directory(known) if Some(known) == inside.as_ref()))
        };
        shell::is_of_programs(directory) && (inside.is_none() || environment) || added()
    }
}

enum Found {
    File(RepoPath),
    /// All that lies in a directory.
    Inside(RepoPath),
}

/// Whether what is put there may be the program of this name.
fn may_be(source: &Word, name: &str) -> bool {
    source.value.as_deref().is_none_or(|source| source.rsplit('/').next().is_some_and(|last| last.starts_with(name)))
}

/// A text of the repository, for a message.
pub(super) fn shown(text: &str) -> String {
    super::script::quoted(&text.replace(UNKNOWN_CHAR, "…"))
}

pub(super) fn placing() -> &'static Placing {
    &Catalog::builtin().programs.placing
}

/// Steps run in the order in which they are written: the one of the first chain comes before that of the second where they part.
fn stands_before(first: &[Hop], second: &[Hop]) -> bool {
    let parting = first.iter().zip(second).skip(1).find(|(one, other)| one.place != other.place);
    // Else it is the same step, in another variant of the job.
    parting.is_some_and(|(one, other)| one.place.path != other.place.path || one.place < other.place)
}

/// Whether a change has run before what stands behind it, whatever starts both.
pub(super) fn is_certain(change: &Change, frame: &Frame) -> bool {
    !change.turn.is_beside(frame.turn) && under(&change.starts, &frame.starts) == Some(true)
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
