//! Owns the step from a script's text to its commands, each in its own surroundings. Refuses to look at what a command is.

use std::sync::Arc;

use super::{Frame, Tracer};
use crate::facts::hold::{Hold, HoldEffect, Hop};
use crate::facts::pipeline::Env;
use crate::facts::shell::{self, Cwd, HoldKind, Scope, ScriptInput, ShellCommand, ShellMode, Word};
use crate::facts::workdir::Workdir;
use crate::text::MappedText;

impl Tracer<'_> {
    /// Follows a script. `outermost` scripts are the unit's own text, whose hop is already the chain's last.
    pub(super) fn script(&mut self, text: &MappedText, mode: ShellMode, args: Option<Vec<Word>>, frame: &Frame, outermost: bool) {
        let scope = scope(&frame.env, args);
        let limits = self.world.snapshot.limits();
        let analysis = shell::analyse(&ScriptInput { text, mode, scope: &scope, limits });
        for opaque in &analysis.opaque {
            let mut why = opaque.why.clone();
            why.place.get_or_insert_with(|| opaque.place.clone());
            self.opaque(why, frame);
        }
        for command in &analysis.commands {
            let mut next = frame.clone();
            next.holds.extend(command.holds.iter().map(shell_hold));
            next.holds.extend(analysis.shadows.iter().filter_map(|shadow| self.shadow(shadow, command, frame)));
            next.conditions.extend(command.condition.clone());
            next.workdir = enter(&command.cwd, &frame.workdir);
            next.env = environment(&frame.env, command);
            let hop = Hop::new(command.place.clone(), &command.text);
            match next.chain.last_mut() {
                // The step's own hop says the same as its only command: the command's line is the more exact one.
                Some(last) if outermost && (last.text == hop.text || last.place.line == hop.place.line) => *last = hop,
                _ => next.chain.push(hop),
            }
            self.command(&command.words, &command.place, command.stdin.as_ref(), &next);
        }
    }

    /// Another meaning of a program's name that the script itself gives: by name, or by a directory of the tree on the search
    /// path in which a program of this name lies.
    pub(super) fn shadow(&self, shadow: &shell::Shadow, command: &ShellCommand, frame: &Frame) -> Option<Hold> {
        let program = command.words.first()?.value.as_deref()?;
        let named = shadow.name == program;
        let found = || {
            let directory = shadow.directory.as_deref()?;
            let directory = ["$PWD/", "${PWD}/", "$GITHUB_WORKSPACE/", "${GITHUB_WORKSPACE}/"]
                .iter()
                .find_map(|home| directory.strip_prefix(home))
                .unwrap_or(directory);
            let path = frame.workdir.resolve(&format!("{directory}/{program}"))?;
            self.world.snapshot.is_file(&path).then_some(())
        };
        (named || found().is_some()).then(|| Hold::new(HoldEffect::Void, shadow.place.clone(), shadow.why.clone()))
    }
}

fn scope(env: &Env, args: Option<Vec<Word>>) -> Scope {
    let scope = Scope::inheriting(env);
    match args {
        Some(words) => scope.positional(words),
        None => scope,
    }
}

fn enter(cwd: &Cwd, from: &Workdir) -> Workdir {
    match cwd {
        Cwd::Known(steps) => steps.iter().fold(from.clone(), |dir, step| dir.enter(step)),
        Cwd::Unknown(_) => from.unknown(),
    }
}

fn shell_hold(hold: &shell::Hold) -> Hold {
    let effect = match hold.kind {
        HoldKind::Soft => HoldEffect::Soften,
        HoldKind::Unknown(reason) => HoldEffect::Unknown(reason),
    };
    Hold::new(effect, hold.place.clone(), hold.why.clone())
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
