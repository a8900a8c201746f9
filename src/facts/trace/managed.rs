//! Owns whom the files of managers of programs (mise, asdf, direnv) reach: steps behind an action, what a shell runs after it took
//! their output in, the command behind one of theirs. Refuses to read them: `shadow::managers` does.

use std::sync::Arc;

use super::before::What;
use super::{Frame, Tracer};
use crate::facts::hold::{Hold, HoldEffect};
use crate::facts::pipeline::{ActionCall, Env, SYSTEM_PATH};
use crate::facts::shadow::launchers;
use crate::facts::shadow::managers::{self, Means, Setting};
use crate::facts::shell::Word;
use crate::facts::workdir::Workdir;
use crate::text::RepoPath;

impl Tracer<'_> {
    /// An action that sets a manager up for the steps to come.
    pub(super) fn managed_steps(&mut self, call: &ActionCall, frame: &Frame) {
        let Some(manager) = managers::of_action(call, self.world) else { return };
        for setting in managers::settings(manager, &directory(&frame.workdir), self.world) {
            self.change(what(setting.means), setting.doubt, setting.why, &setting.place, frame);
        }
    }

    /// The surroundings of a command where files of the tree make other ones of them: a manager's, or a launcher's own.
    pub(super) fn surroundings(&mut self, words: &[Word], frame: &Frame) -> Option<Frame> {
        let managed = self.managed(words, frame).or_else(|| self.program_started(frame));
        let holds = launchers::of_launcher(words, &frame.workdir, self.world);
        let laid = self.laid_around(words, frame);
        if holds.is_empty() && laid.is_none() {
            return managed;
        }
        let mut launched = managed.unwrap_or_else(|| frame.clone());
        launched.conditions.extend(laid);
        holds.into_iter().for_each(|hold| launched.put(hold));
        Some(launched)
    }

    /// The environment with the search path of a system, where none is set: what is put in front of `$PATH` is then known.
    pub(super) fn with_path(&mut self, env: &Arc<Env>) -> Arc<Env> {
        if env.contains_key("PATH") {
            return Arc::clone(env);
        }
        if let Some((_, made)) = self.path_env.as_ref().filter(|(base, _)| Arc::ptr_eq(base, env)) {
            return Arc::clone(made);
        }
        let mut made = (**env).clone();
        made.insert("PATH".to_owned(), Some(SYSTEM_PATH.to_owned()));
        let made = Arc::new(made);
        self.path_env = Some((Arc::clone(env), Arc::clone(&made)));
        made
    }

    /// A command of a manager: it changes what comes after it, or (then the surroundings are given back) what stands behind it.
    fn managed(&mut self, words: &[Word], frame: &Frame) -> Option<Frame> {
        let (manager, lasts) = managers::of_command(words, self.world)?;
        let settings = managers::settings(manager, &directory(&frame.workdir), self.world);
        if lasts {
            for setting in settings {
                self.change_at_once(what(setting.means), setting.doubt, setting.why, &setting.place, frame);
            }
            return None;
        }
        let mut inner = frame.clone();
        for Setting { means, doubt, place, why } in settings {
            let hold = Hold::new(doubt.map_or(HoldEffect::Void, HoldEffect::Unknown), place, why);
            match means {
                Means::Every => inner = inner.replaced(hold),
                Means::Variable(name, value) => {
                    let env = Arc::make_mut(&mut inner.env);
                    if !env.contains_key(&name) {
                        env.insert(name, value);
                    }
                }
                means => Arc::make_mut(&mut inner.also).push((what(means), hold)),
            }
        }
        Some(inner)
    }
}

fn what(means: Means) -> What {
    match means {
        Means::Directory(path) => What::Directory(path),
        Means::Somewhere(tail) => What::Somewhere(tail),
        Means::Program(name) => What::Name(name),
        Means::Variable(name, value) => What::Variable(name, value),
        Means::Every => What::Every,
    }
}

fn directory(workdir: &Workdir) -> RepoPath {
    workdir.dir().unwrap_or_else(RepoPath::root)
}
