//! Owns the step from a script's text to its commands, each in its own surroundings. Refuses to look at what a command is.

use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::undone::Losing;
use super::{Frame, Tracer};
use crate::answer::{Reason, Why};
use crate::facts::hold::{Hold, HoldEffect, Hop, Remedy};
use crate::facts::meter::COPY;
use crate::facts::pipeline::Env;
use crate::facts::runners;
use crate::facts::shell::{self, Analysis, Cwd, Dialect, HoldKind, Scope, ScriptInput, ShellCommand, ShellMode, There, Word};
use crate::facts::workdir::Workdir;
use crate::snapshot::Snapshot;
use crate::source::EntryKind;
use crate::text::{MappedText, SourceFile, Span};

/// The shell of a script without a first line.
const PLAIN: ShellMode = ShellMode { errexit: false, pipefail: false, dialect: Dialect::Posix };
/// Bytes from which a script is worth remembering, and how many are.
const LONG: usize = 128;
const REMEMBERED: usize = 4_096;

impl Tracer<'_> {
    /// Follows a script. `outermost` scripts are the unit's own text, whose hop is already the chain's last.
    pub(super) fn script(&mut self, text: &MappedText, mode: ShellMode, args: Option<Vec<Word>>, frame: &Frame, outermost: bool) {
        let which = (text.file().path.clone(), text.span(0..text.text().len()).start, text.text().len());
        if let Some(why) = self.exhausted.get(&which).cloned() {
            return self.opaque(why, frame);
        }
        let started = if is_sourced(frame) { None } else { self.shell_started(frame) };
        let frame = started.as_ref().unwrap_or(frame);
        // Of scripts in files, what one call of them does not come to is no news: another one is for that.
        let analysis = self.analysis(text, mode, args, frame, outermost);
        // A computed command is reported once, with what holds it, where the walk meets it.
        let met = |opaque: &&shell::Opaque| {
            let computed = |command: &ShellCommand| command.words.first().is_some_and(|word| word.value.is_none());
            analysis.commands.iter().any(|command| command.place == opaque.place && computed(command))
        };
        for opaque in analysis.opaque.iter().filter(|opaque| !met(opaque)) {
            let mut why = opaque.why.clone();
            why.place.get_or_insert_with(|| opaque.place.clone());
            self.opaque(why, frame);
        }
        if let Some(last) = analysis.opaque.last().filter(|_| analysis.exhausted) {
            // Another call of it would end as this one did, at the same price.
            self.exhausted.insert(which, last.why.clone().at(last.place.clone()));
        }
        let mut handed = analysis.handed.iter().peekable();
        let in_file = if is_sourced(frame) { frame.in_file } else { is_whole(text) };
        let recorded = frame.recorded.is_some_and(|files| files.iter().any(|file| text.text().contains(file)));
        let losing = Losing { text, mode, whole: is_whole(text), of_step: outermost && frame.seen.is_empty() };
        let dead = analysis.dead.iter().map(|command| (command, true));
        for (at, (command, dead)) in analysis.commands.iter().map(|command| (command, false)).chain(dead).enumerate() {
            while let Some(written) = handed.next_if(|written| written.after <= at) {
                self.handed(written, frame);
            }
            if self.spent(frame.cost() + COPY * (command.holds.len() + command.exported.len()), frame) {
                return;
            }
            let mut next = frame.clone();
            match command.holds.first().filter(|_| dead) {
                Some(hold) => {
                    let void = Hold::new(HoldEffect::Void, hold.place.clone(), hold.why.clone());
                    next.never_comes_to(&void.undone(Remedy::Reach));
                }
                None => next.holds.extend(command.holds.iter().map(|hold| shell_hold(hold, &losing, recorded))),
            }
            for shadow in &analysis.shadows {
                next.holds.extend(self.shadow(shadow, command, frame));
                next.also(shadow);
            }
            next.conditions.extend(command.condition.clone());
            next.unread = command.unread.clone().or_else(|| frame.unread.clone());
            next.workdir = enter(&command.cwd, &frame.workdir);
            if next.workdir != frame.workdir {
                next.conditions.extend(self.never_made(&next.workdir, &next));
            }
            next.env = environment(&frame.env, command);
            next.in_file = in_file;
            let mut hops: Vec<Hop> = command.via.iter().map(|(place, text)| Hop::new(place.clone(), text)).collect();
            hops.push(Hop::new(command.place.clone(), &command.text));
            let hop = hops.remove(0);
            match next.chain.last_mut() {
                // The hop of a block shows its first line, which need not lead anywhere: the command's own line does.
                Some(last) if outermost && last.place.path == hop.place.path => *last = hop,
                _ => next.chain.push(hop),
            }
            next.chain.extend(hops);
            if !self.made(command, &next) {
                self.either(command, &next);
            }
        }
        handed.for_each(|written| self.handed(written, frame));
    }

    /// A script that an earlier command has written: what is in the tree by that name is not what runs.
    fn made(&mut self, command: &ShellCommand, frame: &Frame) -> bool {
        let (Some((at, text)), words) = (&command.made, &command.words) else { return false };
        let mode = match *at {
            0 => text.as_ref().map_or(Some(PLAIN), |text| match shell::shebang_mode(text.text()) {
                Some(shell::Interpreter::Shell(mode)) => Some(mode),
                Some(shell::Interpreter::Other(_) | shell::Interpreter::Nothing) => None,
                None => Some(PLAIN),
            }),
            at => match runners::reads_file(words) {
                Some((mode, operand)) if operand == at => Some(mode),
                _ => return false,
            },
        };
        let Some(name) = words[*at].value.as_deref() else { return false };
        match (text, mode) {
            (Some(text), Some(mode)) => self.script(text, mode, Some(words[at + 1..].to_vec()), frame, false),
            _ if frame.workdir.resolve(name).is_some_and(|path| self.world.snapshot.is_file(&path)) => {
                let why = format!("{} is written before it is run", quoted(name));
                self.opaque(Why::new(Reason::Dynamic, why).at(command.place.clone()), frame);
            }
            _ => return false,
        }
        true
    }

    /// What a script does. A long one is analysed once for equal surroundings: variants of a job call the same script alike.
    fn analysis(
        &mut self,
        text: &MappedText,
        mode: ShellMode,
        args: Option<Vec<Word>>,
        frame: &Frame,
        dead: bool,
    ) -> Arc<Analysis> {
        let job = (frame.pipeline, frame.job);
        if may_remove(text.text()) {
            self.changed.insert(job);
        }
        let whole = !self.changed.contains(&job) && frame.has_checkout();
        let key = (text.text().len() >= LONG).then(|| surroundings(text, mode, args.as_deref(), (whole, dead), frame));
        let known = &self.world.seen.analyses;
        if let Some(known) = key.and_then(|key| known.lock().ok()?.get(&key).cloned()) {
            return known;
        }
        let scope = located(scope(&frame.env, args), text, frame);
        let limits = self.world.snapshot.limits();
        let files = Tree { snapshot: self.world.snapshot, workdir: &frame.workdir, whole };
        let input = ScriptInput { text, mode, scope: &scope, limits, files: &files, meter: self.world.meter, dead };
        let analysis = Arc::new(shell::analyse(&input));
        if let Some((key, mut known)) = key.zip(known.lock().ok()).filter(|(_, known)| known.len() < REMEMBERED) {
            known.insert(key, Arc::clone(&analysis));
        }
        analysis
    }

    /// Another meaning of a program's name that the script itself gives: by name, or by a directory of the tree on the search
    /// path in which a program of this name lies.
    pub(super) fn shadow(&self, shadow: &shell::Shadow, command: &ShellCommand, frame: &Frame) -> Option<Hold> {
        let program = command.words.first()?.value.as_deref()?;
        let named = shadow.name == program;
        let found = || {
            let directory = shadow.directory.as_deref()?;
            let directory = ["$PWD/", "${PWD}/", "$(pwd)/", "`pwd`/", "$GITHUB_WORKSPACE/", "${GITHUB_WORKSPACE}/"]
                .iter()
                .find_map(|home| directory.strip_prefix(home))
                .unwrap_or(directory);
            let path = frame.workdir.resolve(&format!("{directory}/{program}"))?;
            self.world.snapshot.is_file(&path).then_some(())
        };
        (named || found().is_some()).then(|| Hold::new(HoldEffect::Void, shadow.place.clone(), shadow.why.clone()))
    }
}

/// Everything that an analysis depends on, in one digest: nobody can make two of them alike.
fn surroundings(
    text: &MappedText,
    mode: ShellMode,
    args: Option<&[Word]>,
    (whole, dead): (bool, bool),
    frame: &Frame,
) -> [u8; 32] {
    let mut digest = Sha256::new();
    let mut add = |part: &str| {
        digest.update(part.len().to_le_bytes());
        digest.update(part);
    };
    add(text.file().path.as_str());
    add(&format!("{:?} {mode:?} {whole} {dead} {:?} {}", text.span(0..text.text().len()), frame.workdir, args.is_some()));
    add(text.text());
    add(frame.seen.last().map_or("", |(key, _)| key));
    for word in args.unwrap_or_default() {
        add(&format!("{:?} {:?} {} {:?}", word.value, word.partial, word.raw, word.place));
    }
    for (name, value) in frame.env.iter() {
        add(name);
        add(value.as_deref().unwrap_or("\0"));
    }
    digest.finalize().into()
}

/// The files of the tree, as a script sees them.
struct Tree<'t> {
    snapshot: &'t Snapshot,
    workdir: &'t Workdir,
    /// Nothing so far can have taken a file away.
    whole: bool,
}

/// Whether a script may take files of the tree away, or put another revision in their place.
fn may_remove(text: &str) -> bool {
    let words = [
        "rm",
        "mv",
        "rmdir",
        "unlink",
        "clean",
        "checkout",
        "switch",
        "reset",
        "restore",
        "revert",
        "read-tree",
        "stash",
        "-delete",
        "rsync",
    ];
    text.split(|c: char| c.is_whitespace() || matches!(c, ';' | '(' | ')' | '&' | '|' | '"' | '\''))
        .any(|word| words.contains(&word))
}

impl shell::Files for Tree<'_> {
    fn there(&self, path: &str) -> Option<There> {
        let path = self.workdir.resolve(path).filter(|_| self.whole)?;
        if self.snapshot.is_dir(&path) {
            return Some(There::Directory);
        }
        let entry = self.snapshot.entry(&path).filter(|entry| entry.is_file())?;
        let filled = self.snapshot.peek(&path).is_ok_and(|file| !file.text.is_empty());
        Some(There::File { filled, executable: entry.kind == EntryKind::Executable })
    }

    fn text(&self, path: &str) -> Option<MappedText> {
        self.snapshot.read_code(&self.workdir.resolve(path)?).ok().map(unmarked)
    }

    fn data(&self, path: &str) -> Option<MappedText> {
        self.snapshot.peek(&self.workdir.resolve(path)?).ok().map(unmarked)
    }

    fn lacks(&self, path: &str) -> bool {
        self.workdir.resolve(path).is_some_and(|path| !self.snapshot.is_dir(&path))
    }
}

/// The text of a file without its byte order mark.
fn unmarked(file: Arc<SourceFile>) -> MappedText {
    let start = if file.text.starts_with('\u{FEFF}') { 3 } else { 0 };
    let span = Span::new(start, file.text.len());
    MappedText::verbatim(file, span)
}

/// A text of the script, for a message.
pub(super) fn quoted(text: &str) -> String {
    let text = text.replace(shell::UNKNOWN_CHAR, "…");
    format!("`{}`", crate::text::escape::line(&text).replace('`', "'"))
}

/// Where a script stands, and which file it is when the text is that of a whole one.
fn located(scope: Scope, text: &MappedText, frame: &Frame) -> Scope {
    let scope = scope.standing_in(frame.workdir.virtual_path().map(str::to_owned), frame.workdir.tops());
    scope.of_file(is_whole(text).then(|| frame.workdir.locate(&text.file().path)).flatten(), is_sourced(frame))
}

/// Whether a text is all of its file.
fn is_whole(text: &MappedText) -> bool {
    let file = &text.file().text;
    let rest = file.len().saturating_sub(text.text().len());
    rest <= '\u{FEFF}'.len_utf8() && file.ends_with(text.text())
}

fn is_sourced(frame: &Frame) -> bool {
    frame.seen.last().is_some_and(|(key, _)| key.starts_with("source ") || key.starts_with(". "))
}

fn scope(env: &Env, args: Option<Vec<Word>>) -> Scope {
    let scope = Scope::inheriting(env);
    match args {
        Some(words) => scope.positional(words),
        None => scope,
    }
}

/// Where a command of a script runs that was started in `from`.
pub(in crate::facts) fn enter(cwd: &Cwd, from: &Workdir) -> Workdir {
    match cwd {
        Cwd::Known(steps) => steps.iter().fold(from.clone(), |dir, step| dir.enter(step)),
        Cwd::Unknown(_) => from.unknown(),
    }
}

/// `recorded`: what the script writes down may fail the pipeline later.
fn shell_hold(hold: &shell::Hold, script: &Losing<'_>, recorded: bool) -> Hold {
    let (effect, why) = match hold.kind {
        HoldKind::Soft if recorded => {
            let why = format!("{}, but a later step asks for what the script writes down, and may fail then", hold.why);
            (HoldEffect::Unknown(Reason::Unsupported), why)
        }
        HoldKind::Soft => (HoldEffect::Soften, hold.why.clone()),
        HoldKind::Unknown(reason) => (HoldEffect::Unknown(reason), hold.why.clone()),
    };
    Hold::new(effect, hold.place.clone(), why).undone(script.undoes(hold))
}

fn environment(base: &Arc<Env>, command: &ShellCommand) -> Arc<Env> {
    if command.exported.is_empty() && command.assignments.is_empty() {
        return Arc::clone(base);
    }
    let mut env = (**base).clone();
    for (name, value) in command.exported.iter().chain(&command.assignments) {
        env.insert(name.clone(), value.clone());
    }
    Arc::new(env)
}
