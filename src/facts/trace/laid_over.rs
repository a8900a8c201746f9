//! Owns files that earlier commands of a job put where a launcher, a compiler or an interpreter looks for them by itself: the readers
//! of such files read the tree with and without them. Refuses files that something names, and those of the tree that tell what
//! runs: `edited` has them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::before::{Change, What, placing, shown};
use super::{Frame, Tracer};
use crate::answer::{Reason, Why};
use crate::catalog::tool::Run;
use crate::catalog::{self, Tool};
use crate::facts::hold::{Hold, HoldEffect};
use crate::facts::matching::program_name;
use crate::facts::runners::{self, Call, ROSTER, Seen, World};
use crate::facts::shadow::{self, launchers};
use crate::facts::shell::{UNKNOWN_CHAR, Word};
use crate::snapshot::Snapshot;
use crate::text::{Place, RepoPath};

/// Files that are remembered of one job.
const MOST: usize = 64;

/// A file that a command writes.
#[derive(Clone)]
pub(super) struct Laid {
    path: RepoPath,
    /// What is written, when that is known.
    text: Option<String>,
    /// It comes behind what the file holds.
    appended: bool,
}

/// The tree with what was written before a command.
pub(super) struct Over {
    /// Of which changes: pipeline, job, and their numbers.
    of: (usize, usize, Vec<usize>),
    snapshot: Snapshot,
    seen: Seen,
    files: Vec<(RepoPath, Written)>,
    /// The last write of more than are remembered: what was written beside them is not known.
    past: Option<Hold>,
}

struct Written {
    /// What the file holds is known.
    known: bool,
    /// What is said of the write.
    hold: Hold,
}

impl Over {
    fn world<'o>(&'o self, world: &World<'o>) -> World<'o> {
        World { snapshot: &self.snapshot, catalog: world.catalog, meter: world.meter, seen: &self.seen }
    }

    /// From here on it is asked anew what is read.
    fn begin(&self) {
        self.files.iter().for_each(|(path, _)| self.snapshot.forget(path));
    }

    /// The write of a file that was read since, or of the one that is meant.
    fn write(&self, meant: Option<&RepoPath>) -> Option<Hold> {
        let named = self.files.iter().find(|(path, _)| Some(path) == meant);
        let read = || self.files.iter().find(|(path, _)| self.snapshot.was_read(path));
        named.or_else(read).or(self.files.first()).map(|(_, written)| written.hold.clone())
    }

    /// The write of a file that was read since and holds what is not known.
    fn open(&self) -> Option<Hold> {
        let mut open = self.files.iter().filter(|(path, written)| !written.known && self.snapshot.was_read(path));
        open.next().map(|(_, written)| written.hold.clone()).or_else(|| self.past.clone())
    }
}

impl Tracer<'_> {
    /// A command that puts files somewhere.
    pub(super) fn puts(&mut self, words: &[Word], place: &Place, frame: &Frame) {
        let program = words.first().and_then(|word| word.value.as_deref()).map(program_name).unwrap_or_default().to_owned();
        let by = format!("`{program}`");
        match program.as_str() {
            "touch" => {
                for word in words[1..].iter().filter(|word| !word.head().starts_with('-')) {
                    self.lays(&word.shape(), (Some(String::new()), true), &by, place, frame);
                }
            }
            "cp" | "mv" | "ln" | "install" => {
                let Some((sources, target, into)) = operands(&words[1..]) else { return };
                let target = target.shape();
                let into = into
                    || sources.len() > 1
                    || matches!(&*target, "~" | "." | "..")
                    || frame.workdir.resolve(&target).is_some_and(|path| path.is_root() || self.world.snapshot.is_dir(&path));
                for source in sources {
                    let shape = source.shape();
                    let path = frame.workdir.resolve(&shape).filter(|path| self.world.snapshot.is_file(path));
                    let text = path.and_then(|path| self.world.snapshot.peek(&path).ok()).map(|file| file.text.clone());
                    let name = shape.rsplit('/').next().unwrap_or_default();
                    let to = if into { format!("{}/{name}", target.trim_end_matches('/')) } else { target.to_string() };
                    self.lays(&to, (text, false), &by, place, frame);
                }
            }
            _ => {}
        }
    }

    /// Something is written to a file: its text, when that is known, and whether it comes behind what is there.
    pub(super) fn lays(&mut self, path: &str, what: (Option<String>, bool), by: &str, place: &Place, frame: &Frame) {
        let home = path.strip_prefix("~/");
        if path.contains(UNKNOWN_CHAR) || frame.workdir.is_images() || frame.never_starts() {
            return;
        }
        // What lies in the home directory is read like what lies at the top of the tree.
        let at = home.map_or_else(|| frame.workdir.resolve(path), RepoPath::new);
        let is_task = |path: &RepoPath| home.is_none() && runners::is_task_file(path) && !self.world.snapshot.is_file(path);
        let looked_for = |path: &RepoPath| is_task(path) || shadow::is_looked_for(path, self.world.catalog);
        let Some(at) = at.filter(|at| looked_for(at) && (home.is_some() || frame.has_checkout())) else { return };
        let (text, appended) = (what.0, what.1 || home.is_some());
        // A line of which nothing is known may be any.
        let text = text.filter(|text| !text.lines().any(|line| line.trim_start().starts_with(UNKNOWN_CHAR)));
        let why = format!("{by} writes to {} before", shown(path));
        let hold = Hold::new(HoldEffect::Unknown(Reason::Dynamic), place.clone(), why);
        let (chain, starts) = (frame.chain.clone(), Arc::clone(&frame.starts));
        let known = self.before.laid.entry((frame.pipeline, frame.job)).or_default();
        let what = What::Laid(Laid { path: at, text, appended });
        if known.len() < MOST {
            known.push(Change { unit: self.number, what, hold, at_once: false, chain, starts, turn: frame.turn });
        }
    }

    /// The tree as the writes before a command leave it; `None` where there are none.
    fn over(&mut self, frame: &Frame) -> Option<Arc<Over>> {
        let laid = self.before.laid.get(&(frame.pipeline, frame.job)).filter(|_| !frame.workdir.is_images())?;
        let reaching = laid.iter().enumerate().filter_map(|(at, change)| Some((at, &change.what, self.reaches(change, frame)?)));
        let reaching: Vec<(usize, &What, Hold)> = reaching.collect();
        if reaching.is_empty() {
            return None;
        }
        let past = (laid.len() >= MOST).then(|| reaching.last().map(|(.., hold)| hold.clone())).flatten();
        let of = (frame.pipeline, frame.job, reaching.iter().map(|(at, ..)| *at).collect());
        if let Some(over) = self.before.over.as_ref().filter(|over| over.of == of) {
            return Some(Arc::clone(over));
        }
        let base = self.world.snapshot;
        self.world.meter.spend(base.entries().len() / 8);
        let mut texts: BTreeMap<RepoPath, (String, Written)> = BTreeMap::new();
        for (_, what, hold) in reaching {
            let What::Laid(laid) = what else { continue };
            let before = texts.remove(&laid.path);
            let held = || base.peek(&laid.path).map(|file| format!("{}\n", file.text)).unwrap_or_default();
            let (mut text, known) = match before {
                Some((text, written)) if laid.appended => (text, written.known),
                None if laid.appended => (held(), true),
                Some(_) | None => (String::new(), true),
            };
            text.extend(laid.text.iter().flat_map(|text| [text.as_str(), "\n"]));
            texts.insert(laid.path.clone(), (text, Written { known: known && laid.text.is_some(), hold }));
        }
        let (texts, files): (Vec<_>, Vec<_>) =
            texts.into_iter().map(|(path, (text, written))| ((path.clone(), text), (path, written))).unzip();
        let over = Arc::new(Over { of, snapshot: base.overlaid(texts), seen: Seen::default(), files, past });
        self.before.over = Some(Arc::clone(&over));
        Some(over)
    }

    /// Why it is not known what a launcher leads to: what was written before makes it another thing, or may.
    pub(super) fn laid_around(&mut self, words: &[Word], frame: &Frame) -> Option<Why> {
        let over = self.over(frame)?;
        let place = frame.chain.last()?.place.clone();
        let world = over.world(self.world);
        over.begin();
        let told = |world: &World<'_>| launchers::of_launcher(words, &frame.workdir, world);
        let differs = told(&world) != told(self.world);
        let call = Call { words, env: &frame.env, workdir: &frame.workdir, place: &place };
        let is_tool = !self.matches(words, frame).is_empty();
        let leads = |world: &World<'_>| {
            let asked = ROSTER.iter().filter(|runner| runner.goes_first() || !is_tool);
            asked.into_iter().find_map(|runner| runner.expand(&call, world))
        };
        let differs = differs || !runners::same(leads(&world).as_deref(), leads(self.world).as_deref());
        let hold = if differs { over.write(None) } else { over.open() }?;
        Some(Why::new(Reason::Dynamic, hold.why).at(hold.place))
    }

    /// Why it is not known what the name of a tool means: what was written before makes it another thing, or may.
    pub(super) fn laid_before(&mut self, tool: &Tool, row: &Run, frame: &Frame) -> Option<Why> {
        let over = self.over(frame)?;
        let world = over.world(self.world);
        over.begin();
        let told = |world: &World<'_>| shadow::of_tree(tool, row, &frame.workdir, &frame.env, world);
        let (with, without) = (told(&world), told(self.world));
        let hold = match with.iter().find(|hold| hold.effect != HoldEffect::Note && !without.contains(hold)) {
            Some(other) => over.write(Some(&other.place.path)),
            None => over.open(),
        };
        hold.map(|hold| Why::new(Reason::Dynamic, hold.why).at(hold.place))
    }
}

/// What is put where, and whether that is said to be a directory.
pub(super) fn operands(words: &[Word]) -> Option<(&[Word], &Word, bool)> {
    let value = |word: &Word| word.value.as_deref().unwrap_or_default().to_owned();
    let mut from = 0;
    let mut into = None;
    while let Some(word) = words.get(from).filter(|word| word.head().starts_with('-')) {
        let flag = value(word);
        if flag == "-t" || flag == "--target-directory" {
            into = words.get(from + 1);
        }
        from += 1 + usize::from(into.is_some() && flag.starts_with(['-']) && (flag == "-t" || flag == "--target-directory"));
        from += usize::from(catalog::lists(&placing().value_flags, &flag));
    }
    let rest = words.get(from..)?;
    match (into, rest.split_last()) {
        (Some(target), _) => Some((rest, target, true)),
        (None, Some((target, sources))) => Some((sources, target, target.shape().ends_with('/'))),
        (None, None) => None,
    }
}
