//! Owns programs that are named by a path which the tree does not hold: whether what ran before in the job, or what the chain leads
//! through, is known to put the tool there. Refuses to follow any installer, and to say that it is another program: what nobody sees
//! is not known.

mod names;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;

use names::Names;

use super::{Frame, Tracer, written};
use crate::answer::Reason;
use crate::catalog::program::{Home, Told};
use crate::catalog::{self, Catalog, Tool, Trait};
use crate::facts::hold::{Hold, HoldEffect};
use crate::facts::matching::{self, RowMatch};
use crate::facts::shell::{UNKNOWN_CHAR, Word};
use crate::facts::workdir::normalise;
use crate::text::{Place, RepoPath};

/// Commands of one job that are remembered, and bytes of one.
const COMMANDS: usize = 2_048;
const LONGEST: usize = 1_024;

/// Files of Go modules, and of what makefiles take in, that are looked into for a tool.
const MODULES: usize = 32;

/// What is known of where programs come from, for the jobs of one pipeline.
#[derive(Default)]
pub(super) struct Brought {
    pipeline: usize,
    jobs: BTreeMap<usize, OfJob>,
    /// Whether a file names what hands out a tool.
    files: HashMap<(RepoPath, &'static str), bool>,
    /// Whether a module of the tree does, or the tree is the tool's own.
    modules: HashMap<&'static str, bool>,
}

/// What one job did so far.
#[derive(Default)]
struct OfJob {
    /// Its commands that may bring something, as far as they are known, each once.
    commands: Vec<Rc<str>>,
    known: HashSet<Rc<str>>,
    /// Files that are written, by their place on the machine: what was said then, and where.
    made: HashMap<String, (String, Place)>,
    /// Questions about the commands: how many were asked, and whether one of them answered it.
    asked: HashMap<(&'static str, usize), (usize, bool)>,
}

impl OfJob {
    /// Whether a command answers a question; each is asked once.
    fn any(&mut self, question: (&'static str, usize), test: impl Fn(&str) -> bool) -> bool {
        let (seen, found) = self.asked.entry(question).or_default();
        *found = *found || self.commands[*seen..].iter().any(|text| test(text));
        *seen = self.commands.len();
        *found
    }
}

impl Tracer<'_> {
    fn of_job(&mut self, frame: &Frame) -> &mut OfJob {
        if self.brought.pipeline != frame.pipeline {
            self.brought.jobs.clear();
            self.brought.pipeline = frame.pipeline;
        }
        self.brought.jobs.entry(frame.job).or_default()
    }

    /// Remembers what may bring a tool: what names a place, an address or a package.
    pub(super) fn may_bring(&mut self, words: &[Word], place: &Place, frame: &Frame) {
        if words.len() < 2 || frame.never_starts() || frame.workdir.is_images() {
            return;
        }
        let mut text = String::new();
        for shape in words.iter().map(Word::shape) {
            if text.len() + shape.len() > LONGEST {
                break;
            }
            text.push_str(&shape);
            text.push(' ');
        }
        self.writes_there(words, &text, place, frame);
        self.hears(text, frame);
    }

    /// Remembers a text that may name what is brought.
    pub(super) fn hears(&mut self, text: String, frame: &Frame) {
        if frame.never_starts() || frame.workdir.is_images() {
            return;
        }
        self.world.meter.spend(text.len() / 8);
        let job = self.of_job(frame);
        let text: Rc<str> = text.into();
        if job.commands.len() < COMMANDS && job.known.insert(Rc::clone(&text)) {
            job.commands.push(text);
        }
    }

    /// Whether an earlier command of the job has a text in its words.
    pub(super) fn has_heard(&mut self, text: &str, frame: &Frame) -> bool {
        self.of_job(frame).commands.iter().any(|command| command.contains(text))
    }

    /// A download to a name, or a file of the tree that is put under one.
    fn writes_there(&mut self, words: &[Word], text: &str, place: &Place, frame: &Frame) {
        let texts: Vec<&str> = words.iter().map(|word| word.value.as_deref().unwrap_or_default()).collect();
        let target = match matching::program_name(texts[0]) {
            "cp" | "mv" | "ln" | "install" => {
                let mut operands = texts[1..].iter().filter(|word| !word.starts_with('-')).rev();
                let (target, source) = (operands.next().copied(), operands.next());
                let of_tree = |source: &&&str| {
                    let path = frame.workdir.resolve(source);
                    path.is_some_and(|path| self.world.snapshot.is_file(&path))
                };
                source.filter(of_tree).and(target)
            }
            _ => None,
        };
        let target = target.filter(|target| !target.is_empty()).map(str::to_owned);
        for target in target.into_iter().chain(written::named(words, self.world.catalog)) {
            self.is_written(&target, text, place, frame);
        }
    }

    /// A file is written; `said` is what tells where it comes from.
    pub(super) fn is_written(&mut self, target: &str, said: &str, place: &Place, frame: &Frame) {
        let Some(file) = machine_path(target, frame).filter(|_| !target.contains(UNKNOWN_CHAR)) else { return };
        if frame.never_starts() || frame.workdir.is_images() {
            return;
        }
        let made = &mut self.of_job(frame).made;
        if made.len() < COMMANDS {
            made.insert(file, (said.to_owned(), place.clone()));
        }
    }

    /// A script writes a text to a file. What is unpacked or fetched on that line is told by what it names.
    pub(super) fn script_writes(&mut self, target: &str, place: &Place, frame: &Frame) {
        let line = self.world.snapshot.peek(&place.path).ok();
        let line = line.as_ref().and_then(|file| file.text.lines().nth(place.line.saturating_sub(1))).unwrap_or_default();
        let programs = &Catalog::builtin().programs;
        let mut words = line.split(|c: char| c.is_whitespace() || matches!(c, ';' | '|' | '(' | '&' | '@'));
        let hands_on = words.any(|word| programs.is(word, Trait::HandsOn) && !programs.is(word, Trait::Looks));
        if line.contains("://") || !hands_on {
            self.is_written(target, line, place, frame);
        }
    }

    /// What a tool's name means where the program is named by a path that the tree does not hold.
    pub(super) fn not_there(&mut self, program: &str, hit: &RowMatch<'static>, frame: &Frame) -> Option<Hold> {
        let tool = hit.tool;
        // A row that lists the path says what it is; a launcher in front of the tool (`./gradlew`) is looked for where it is read.
        let own = tool.run[hit.row].argv.as_ref().is_some_and(|argv| argv[0] != program && argv[0] == tool.id);
        let listed = hit.wrapped || !own;
        if listed || !program.contains('/') || program.starts_with(['@', '~', UNKNOWN_CHAR]) || frame.workdir.is_images() {
            return None;
        }
        let path = frame.workdir.resolve(program);
        if path.as_ref().is_some_and(|path| self.world.snapshot.entry(path).is_some()) {
            return None;
        }
        let names = Names::of(tool);
        let made = machine_path(program, frame).and_then(|file| self.of_job(frame).made.get(&file).cloned());
        if let Some((said, place)) = made {
            if names.stand_in(&said) {
                return None;
            }
            let why =
                format!("{} is written before, and not from where {} is handed out", super::before::shown(program), tool.title);
            return Some(Hold::new(HoldEffect::Unknown(Reason::Remote), place, why));
        }
        // Outside of the tree it is the machine's.
        let outside = path.is_none() && program.starts_with('/');
        if outside || self.is_at_home(program, tool, frame) || self.is_brought(tool, &names, frame) {
            return None;
        }
        let place = frame.chain.last()?.place.clone();
        let why =
            format!("{} is not in the tree, and nothing that is seen puts {} there", super::before::shown(program), tool.title);
        Some(Hold::new(HoldEffect::Unknown(Reason::Remote), place, why))
    }

    /// Whether something that runs before, or that the chain leads through, is known to bring the tool.
    fn is_brought(&mut self, tool: &'static Tool, names: &Names, frame: &Frame) -> bool {
        let said = |text: &str| names.stand_in(text) || installs(text, tool);
        if self.of_job(frame).any((&tool.id, 0), said) {
            return true;
        }
        // The file of the trigger says what other jobs do: its commands are heard.
        let trigger = frame.chain.first().map(|hop| &hop.place.path);
        let files: Vec<&RepoPath> = frame.chain.iter().map(|hop| &hop.place.path).filter(|path| Some(*path) != trigger).collect();
        files.into_iter().any(|path| self.file_names(path, tool, names)) || self.module_names(tool, names)
    }

    fn file_names(&mut self, path: &RepoPath, tool: &'static Tool, names: &Names) -> bool {
        let world = self.world;
        let read = || {
            let file = world.snapshot.peek(path).ok();
            file.is_some_and(|file| {
                world.meter.spend(file.text.len());
                names.stand_in(&file.text)
            })
        };
        *self.brought.files.entry((path.clone(), &tool.id)).or_insert_with(read)
    }

    /// Whether a module of the tree requires the tool, what makefiles share names it, or the tree is its own: that one builds it.
    fn module_names(&mut self, tool: &'static Tool, names: &Names) -> bool {
        if let Some(known) = self.brought.modules.get(&*tool.id) {
            return *known;
        }
        let snapshot = self.world.snapshot;
        let root = RepoPath::root();
        let manifests = &self.world.catalog.languages.manifest;
        let at_root = snapshot.names_in(&root).filter(|name| manifests.iter().any(|row| row.name == *name));
        let own: Vec<RepoPath> = at_root.filter_map(|name| root.join(name)).collect();
        let required = ["tools.go", "go.mod", "Variables.mk"].iter().flat_map(|name| self.named(name)).take(MODULES);
        let files: Vec<RepoPath> = required.map(|path| (*path).clone()).chain(own).collect();
        let found = files.iter().any(|path| self.file_names(path, tool, names));
        self.brought.modules.insert(&tool.id, found);
        found
    }

    /// Whether a manager of the tool's packages puts programs there.
    fn is_at_home(&mut self, program: &str, tool: &Tool, frame: &Frame) -> bool {
        let homes = Catalog::builtin().programs.home.iter().enumerate();
        let mut of_tool = homes.filter(|(_, home)| tool.packages.contains_key(&home.ecosystem));
        of_tool.any(|(at, home)| self.is_home(at, home, program, frame))
    }

    fn is_home(&mut self, at: usize, home: &Home, program: &str, frame: &Frame) -> bool {
        let path = machine_path(program, frame).unwrap_or_else(|| program.to_owned());
        let directory = path.rsplit_once('/').map_or("", |(directory, _)| directory);
        if !home.directories.iter().any(|end| directory == end || directory.ends_with(&format!("/{end}"))) {
            return false;
        }
        let is_said = |word: &str| home.said.iter().any(|said| word.rsplit('/').next() == Some(said));
        let said = home.said.is_empty() || self.of_job(frame).any(("", at), |text| text.split(' ').any(is_said));
        let says = |path: &&RepoPath, text: &str| self.world.snapshot.peek(path).is_ok_and(|file| file.text.contains(text));
        let told = |manifest: &Told| self.named(&manifest.file).iter().take(MODULES).any(|path| says(path, &manifest.says));
        said && home.manifest.as_ref().is_none_or(told)
    }
}

/// Where a path leads on the machine of the job; `None` where the directory is not known.
fn machine_path(path: &str, frame: &Frame) -> Option<String> {
    if path.starts_with('/') { normalise("/", path) } else { normalise(frame.workdir.virtual_path()?, path) }
}

/// Whether a command installs a package of the tool where a flag says, or where its manager puts programs of the tree.
fn installs(text: &str, tool: &Tool) -> bool {
    let words = || text.split(' ');
    if !words().any(|word| matches!(word, "install" | "add" | "i")) {
        return false;
    }
    let into =
        words().any(|word| catalog::lists(&Catalog::builtin().programs.into_flags, word.split('=').next().unwrap_or(word)));
    let packages = tool.packages.iter().filter(|(ecosystem, _)| into || matches!(ecosystem.as_str(), "go" | "cargo"));
    let names = |word: &str, name: &String| word.split(['@', '=', '[']).next() == Some(name) || word == name;
    packages.flat_map(|(_, names)| names).any(|name| words().any(|word| names(word, name)))
}

#[cfg(test)]
mod tests;
