//! Owns the commands that those of a job lead to by files of the tree: a script, what a target of make or a script of a manifest runs.
//! Refuses code that is no shell's: it only tells which files with such code a command names.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use super::targets::Scene;
use crate::facts::pipeline::{Env, Unit};
use crate::facts::runners::{Call, Next, ROSTER, Target, World};
use crate::facts::shell::{self, Interpreter, NoFiles, Scope, ScriptInput, ShellCommand, ShellMode, Word};
use crate::facts::trace;
use crate::facts::workdir::Workdir;
use crate::text::{MappedText, Place, RepoPath, SourceFile, Span};

/// Commands of one job that are followed, at most; what is behind the others is not seen.
const MOST: usize = 256;

/// Files of the tree that one command names and that are looked into.
const FILES: usize = 16;

/// A command in a file of the tree.
pub(super) struct Reached {
    /// Its words.
    pub(super) words: Vec<Word>,
    /// Where it stands.
    pub(super) file: RepoPath,
    /// The command of the job that leads to it.
    pub(super) from: Place,
}

/// A file of the tree with code that is not read, and the command of the job that names it.
pub(super) struct Unread {
    pub(super) file: Arc<SourceFile>,
    pub(super) from: Place,
}

/// What stands behind the commands of a job.
#[derive(Default)]
pub(super) struct Behind {
    pub(super) reached: Vec<Reached>,
    pub(super) unread: Vec<Unread>,
}

/// What the commands of a unit's script lead to. `files_of` names the file at the root that a program's targets stand in.
pub(super) fn of_unit(scene: &Scene<'_>, unit: &Unit, commands: &[ShellCommand], files_of: &BTreeMap<String, String>) -> Behind {
    let mut follow = Follow {
        world: World { meter: &scene.meter, ..scene.world },
        out: Behind::default(),
        seen: HashSet::new(),
        scripts: HashSet::new(),
        left: MOST,
        read: true,
        from: Place::file(RepoPath::root()),
    };
    for command in commands {
        follow.from = command.place.clone();
        follow.read = true;
        let workdir = trace::enter(&command.cwd, &unit.workdir);
        follow.command(&command.words, &unit.env, &workdir, &command.place);
        follow.files(command, files_of, &workdir);
    }
    follow.out
}

struct Follow<'w> {
    world: World<'w>,
    out: Behind,
    seen: HashSet<(String, Workdir)>,
    /// Files that were read as scripts.
    scripts: HashSet<RepoPath>,
    left: usize,
    /// Everything behind the command was read so far.
    read: bool,
    from: Place,
}

impl Follow<'_> {
    /// What a command leads to. `left` bounds the depth as well: every level takes one of it.
    fn command(&mut self, words: &[Word], env: &Env, workdir: &Workdir, place: &Place) {
        let said = words.iter().map(|word| word.raw.as_str()).collect::<Vec<_>>().join(" ");
        if self.left == 0 || !self.seen.insert((said, workdir.clone())) {
            return;
        }
        self.left -= 1;
        let call = Call { words, env, workdir, place };
        let nexts = ROSTER.iter().find_map(|runner| runner.expand(&call, &self.world));
        for Next { target, hops, workdir, env, .. } in nexts.into_iter().flatten() {
            let place = hops.last().map_or(place, |hop| &hop.place);
            match target.of_itself() {
                Target::Argv(words) => self.reach(words, &env, &workdir, place),
                Target::Script { text, mode, .. } => self.script(text, *mode, &env, &workdir),
                Target::Opaque(_) => self.read = false,
                Target::Hook { .. } | Target::Image { .. } | Target::LeftOut(..) | Target::Built(..) => {}
            }
        }
    }

    fn script(&mut self, text: &MappedText, mode: ShellMode, env: &Env, workdir: &Workdir) {
        let (scope, limits, meter) = (Scope::new(), self.world.snapshot.limits(), self.world.meter);
        self.scripts.insert(text.file().path.clone());
        let input = ScriptInput { text, mode, scope: &scope, limits, files: &NoFiles, meter, dead: false };
        for command in shell::analyse(&input).commands {
            self.reach(&command.words, env, &trace::enter(&command.cwd, workdir), &command.place);
        }
    }

    fn reach(&mut self, words: &[Word], env: &Env, workdir: &Workdir, place: &Place) {
        if place.path != self.from.path {
            let (words, file, from) = (words.to_vec(), place.path.clone(), self.from.clone());
            self.out.reached.push(Reached { words, file, from });
        }
        self.command(words, env, workdir, place);
    }

    /// The files that a command names: a script of a shell is read wherever its name stands. What is no shell's is not, nor is a file of
    /// targets that could not be followed.
    fn files(&mut self, command: &ShellCommand, files_of: &BTreeMap<String, String>, workdir: &Workdir) {
        let words = || command.words.iter().filter_map(|word| word.value.as_deref());
        let targets = words().next().and_then(|program| files_of.get(program)).filter(|_| !self.read);
        let named = targets.map(String::as_str).into_iter().chain(words()).filter_map(|text| RepoPath::root().join(text));
        let snapshot = self.world.snapshot;
        for path in named.filter(|path| snapshot.is_file(path)).take(FILES) {
            let Ok(file) = snapshot.peek(&path) else { continue };
            match of_shell(&file) {
                Some(_) if self.scripts.contains(&path) => {}
                Some(mode) => {
                    let whole = Span::new(0, file.text.len());
                    self.script(&MappedText::verbatim(file, whole), mode, &Env::new(), workdir);
                }
                None if self.read && files_of.values().any(|name| name == path.as_str()) => {}
                None => self.out.unread.push(Unread { file, from: self.from.clone() }),
            }
        }
    }
}

/// The shell that reads a file: the one its first line names, else by its ending.
fn of_shell(file: &SourceFile) -> Option<ShellMode> {
    match shell::shebang_mode(&file.text) {
        Some(Interpreter::Shell(mode)) => Some(mode),
        Some(_) => None,
        None => file.path.file_name().rsplit_once('.').and_then(|(_, ending)| shell::shell_named(ending)),
    }
}
