//! Owns files that earlier commands of a job put where a launcher, a compiler or an interpreter looks for them by itself: the readers
//! of such files read the tree with and without them. Refuses files that something names, and those of the tree that tell what
//! runs: `edited` has them.

mod known;
mod put;

use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) use put::operands;

use super::before::{Change, What, is_certain, shown};
use super::{Frame, Tracer};
use crate::answer::{Reason, Why};
use crate::catalog::Tool;
use crate::catalog::tool::Run;
use crate::facts::hold::{Hold, HoldEffect};
use crate::facts::runners::{self, Call, ROSTER, Seen, World};
use crate::facts::shadow::{self, launchers};
use crate::facts::shell::{UNKNOWN_CHAR, Word};
use crate::facts::workdir::WORKSPACE;
use crate::snapshot::Snapshot;
use crate::text::{Place, RepoPath};

/// Files that are remembered of one job.
const MOST: usize = 64;
/// Trees with files over them that are kept.
const TREES: usize = 16;

/// What is said of files past the bound.
const MORE: &str = "earlier steps write to more files that programs look for by themselves than are remembered";

/// What a command does to a file.
#[derive(Clone)]
pub(super) struct Laid {
    path: RepoPath,
    /// It is another file than the tree's, and read beside it.
    outside: bool,
    what: Puts,
}

#[derive(Clone)]
enum Puts {
    /// What is written, when that is known; `appended`: it comes behind what the file holds.
    Text { text: Option<String>, appended: bool },
    /// More files are written than are remembered.
    More,
}

/// Where a file lies that something looks for.
struct Lies {
    /// Where it is read in the tree, or as if it lay there.
    path: RepoPath,
    /// It is another file than the tree's, and read beside it.
    outside: bool,
    /// Its name, for a message.
    shown: String,
}

/// The tree with other files over it, and what was seen of it: the same for all jobs that write the same.
pub(super) struct Overlaid {
    snapshot: Snapshot,
    seen: Seen,
}

/// The tree with what was written before a command.
pub(super) struct Over {
    /// Of which changes: pipeline, job, and their numbers.
    of: (usize, usize, Vec<usize>),
    tree: Arc<Overlaid>,
    files: Vec<(RepoPath, Written)>,
    /// More are written than are remembered: which is not known.
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
        World { snapshot: &self.tree.snapshot, catalog: world.catalog, meter: world.meter, seen: &self.tree.seen }
    }

    /// From here on it is asked anew what is read.
    fn begin(&self) {
        self.files.iter().for_each(|(path, _)| self.tree.snapshot.forget(path));
    }

    /// The write of a file that was read since, or of the one that is meant.
    fn write(&self, meant: Option<&RepoPath>) -> Option<Hold> {
        let named = self.files.iter().find(|(path, _)| Some(path) == meant);
        let read = || self.files.iter().find(|(path, _)| self.tree.snapshot.was_read(path));
        named.or_else(read).or(self.files.first()).map(|(_, written)| written.hold.clone())
    }

    /// The write of a file that was read since and holds what is not known.
    fn open(&self) -> Option<Hold> {
        let mut open = self.files.iter().filter(|(path, written)| !written.known && self.tree.snapshot.was_read(path));
        open.next().map(|(_, written)| written.hold.clone()).or_else(|| self.past.clone())
    }
}

impl Tracer<'_> {
    /// Something is written to a file: its text, when that is known, and whether it comes behind what is there.
    pub(super) fn lays(&mut self, path: &str, what: (Option<String>, bool), by: &str, place: &Place, frame: &Frame) {
        if let Some(at) = self.lies_at(path, frame) {
            self.lays_at(at, what, by, place, frame);
        }
    }

    fn lays_at(&mut self, at: Lies, (text, appended): (Option<String>, bool), by: &str, place: &Place, frame: &Frame) {
        let text = text.filter(|text| known::is_enough(text, &at.path, self.world.catalog));
        let appended = appended || !frame.conditions.is_empty();
        let why = format!("{by} writes to {} before", shown(&at.shown));
        let hold = Hold::new(HoldEffect::Unknown(Reason::Dynamic), place.clone(), why);
        self.remember_laid(Laid { path: at.path, outside: at.outside, what: Puts::Text { text, appended } }, hold, frame);
    }

    fn remember_laid(&mut self, laid: Laid, hold: Hold, frame: &Frame) {
        let (chain, starts) = (frame.chain.clone(), Arc::clone(&frame.starts));
        let known = self.before.laid.entry((frame.pipeline, frame.job)).or_default();
        // Past the bound one write that is not known stands for all the rest.
        let (laid, hold) = match known.len() {
            len if len < MOST => (laid, hold),
            len if len == MOST => {
                let hold = Hold::new(HoldEffect::Unknown(Reason::Unsupported), hold.place, MORE);
                (Laid { what: Puts::More, ..laid }, hold)
            }
            _ => return,
        };
        known.push(Change { unit: self.number, what: What::Laid(laid), hold, at_once: false, chain, starts, turn: frame.turn });
    }

    /// Where a path lies that something looks for by itself.
    fn lies_at(&self, path: &str, frame: &Frame) -> Option<Lies> {
        let catalog = self.world.catalog;
        if path.contains(UNKNOWN_CHAR) || frame.workdir.is_images() || frame.never_starts() {
            return None;
        }
        let away = |path: RepoPath, shown: &str| {
            let path = shadow::beside(path, self.world);
            Lies { path, outside: true, shown: shown.to_owned() }
        };
        // What lies in the home directory is read like what lies at the top of the tree.
        let home = |rest: &str| {
            RepoPath::new(rest).filter(|at| shadow::is_looked_for(at, catalog)).map(|at| away(at, &format!("~/{rest}")))
        };
        if let Some(rest) = path.strip_prefix("~/") {
            return home(rest);
        }
        let there = frame.workdir.enter(path);
        let there = there.virtual_path()?;
        let below = |directory: &str| there.strip_prefix(directory.trim_end_matches('/'))?.strip_prefix('/');
        let mut homes = catalog.programs.settings_home.iter().filter_map(|row| {
            let set = row.variable.as_ref().and_then(|name| frame.env.get(name)?.as_deref());
            let named = set.and_then(|set| Some(frame.workdir.enter(set).virtual_path()?.to_owned()));
            Some((named.or(row.path.clone())?, row.is.trim_start_matches(['~', '/'])))
        });
        let of_home = homes.find_map(|(directory, is)| below(&directory).map(|rest| format!("{is}/{rest}")));
        if let Some(rest) = of_home {
            return home(rest.trim_start_matches('/'));
        }
        if let Some(at) = frame.workdir.resolve(path) {
            let is_task = runners::is_task_file(&at) && !self.world.snapshot.is_file(&at);
            let looked_for = (is_task || shadow::is_looked_for(&at, catalog)) && frame.has_checkout();
            return looked_for.then(|| Lies { shown: at.to_string(), path: at, outside: false });
        }
        // Above the tree, whatever the directory is called there.
        let mut tails = there.match_indices('/').filter_map(|(at, _)| RepoPath::new(&there[at + 1..]));
        let above = |at: &usize| frame.workdir.tops().iter().any(|top| top.starts_with(&format!("{}/", &there[..*at])));
        let tails = tails.by_ref().filter(|tail| above(&(there.len() - tail.as_str().len() - 1)));
        let shown = path.strip_prefix(WORKSPACE).map_or(path, |rest| rest.trim_start_matches('/'));
        tails.into_iter().find(shadow::is_looked_for_above).map(|at| away(at, shown))
    }

    /// The tree as the writes before a command leave it; `None` where there are none.
    fn over(&mut self, frame: &Frame) -> Option<Arc<Over>> {
        let laid = self.before.laid.get(&(frame.pipeline, frame.job)).filter(|_| !frame.workdir.is_images())?;
        let reaching = laid.iter().enumerate().filter_map(|(at, change)| Some((at, change, self.reaches(change, frame)?)));
        let reaching: Vec<(usize, &Change, Hold)> = reaching.collect();
        if reaching.is_empty() {
            return None;
        }
        let of = (frame.pipeline, frame.job, reaching.iter().map(|(at, ..)| *at).collect());
        if let Some(over) = self.before.over.as_ref().filter(|over| over.of == of) {
            return Some(Arc::clone(over));
        }
        let base = self.world.snapshot;
        let mut texts: BTreeMap<(RepoPath, bool), (String, Written)> = BTreeMap::new();
        let mut past = None;
        let held = |path: &RepoPath| base.peek(path).map(|file| format!("{}\n", file.text)).unwrap_or_default();
        for (_, change, hold) in reaching {
            let What::Laid(Laid { path, outside, what }) = &change.what else { continue };
            let at = (path.clone(), *outside);
            let (added, appended) = match what {
                // What may not have been written over still counts.
                Puts::Text { text, appended } => (text, *appended || !is_certain(change, frame)),
                Puts::More => {
                    past = Some(hold);
                    continue;
                }
            };
            let before = texts.remove(&at);
            let (mut text, known) = match before {
                Some((text, written)) if appended => (text, written.known),
                None if appended && !outside => (held(path), true),
                Some(_) | None => (String::new(), true),
            };
            text.extend(added.iter().flat_map(|text| [text.as_str(), "\n"]));
            texts.insert(at, (text, Written { known: known && added.is_some(), hold }));
        }
        let texts = beside_the_tree(texts, held);
        let (texts, mut files): (Vec<_>, Vec<_>) =
            texts.into_iter().map(|(path, (text, written))| ((path.clone(), text), (path, written))).unzip();
        let tree = self.overlaid(texts);
        files.iter_mut().for_each(|(path, written)| written.known &= known::parses(path, &tree.snapshot));
        let over = Arc::new(Over { of, tree, files, past });
        self.before.over = Some(Arc::clone(&over));
        Some(over)
    }

    /// The tree with these texts over it.
    fn overlaid(&mut self, texts: Vec<(RepoPath, String)>) -> Arc<Overlaid> {
        if let Some(tree) = self.before.trees.get(&texts) {
            return Arc::clone(tree);
        }
        let base = self.world.snapshot;
        self.world.meter.spend(base.entries().len() / 8);
        let tree = Arc::new(Overlaid { snapshot: base.overlaid(texts.clone()), seen: Seen::default() });
        if self.before.trees.len() == TREES {
            self.before.trees.clear();
        }
        self.before.trees.insert(texts, Arc::clone(&tree));
        tree
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

/// What lies outside of the tree comes behind what the tree has under that name: it is read beside it.
fn beside_the_tree(
    all: BTreeMap<(RepoPath, bool), (String, Written)>,
    held: impl Fn(&RepoPath) -> String,
) -> BTreeMap<RepoPath, (String, Written)> {
    let mut out: BTreeMap<RepoPath, (String, Written)> = BTreeMap::new();
    for ((path, outside), (text, written)) in all {
        let both = match out.remove(&path) {
            Some((before, of_tree)) => (format!("{before}{text}"), Written { known: of_tree.known && written.known, ..written }),
            None if outside => (format!("{}{text}", held(&path)), written),
            None => (text, written),
        };
        out.insert(path, both);
    }
    out
}
