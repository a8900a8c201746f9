//! Owns `source` and `.`: files that the running shell reads in place, with its options, functions and variables. Refuses to find
//! them: the caller does.

use std::rc::Rc;

use crate::text::{MappedText, Place};

use super::builtin::Outcome;
use super::parse;
use super::simple::Run;
use super::source::{Ctx, Source};
use super::state::{State, Until};
use super::walk::Walker;
use super::world::Val;
use crate::catalog::Catalog;
use crate::facts::workdir::normalise;

/// Files inside files.
const MAX_FILES: usize = 8;

/// Finds the files that a script takes in.
pub trait Files: Sync {
    /// The text at an absolute path of the file system that the script runs on; `None` when it is not a readable file of the
    /// tree.
    fn text(&self, path: &str) -> Option<MappedText>;

    /// As [`Self::text`], for a file that is data of a command, which nothing has to be read of.
    fn data(&self, path: &str) -> Option<MappedText> {
        self.text(path)
    }

    /// Whether the path lies in the tree, and is no directory of it.
    fn lacks(&self, path: &str) -> bool {
        let _ = path;
        false
    }

    /// Whether something is at an absolute path for sure; `None` when it may be there or not.
    fn there(&self, path: &str) -> Option<There> {
        let _ = path;
        None
    }
}

/// What is at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum There {
    /// A file, with something in it or not, that may be run or may not.
    File {
        /// It is not empty.
        filled: bool,
        /// It may be run.
        executable: bool,
    },
    /// A directory.
    Directory,
}

/// A caller without files: `source` stays a command.
#[derive(Debug)]
pub struct NoFiles;

impl Files for NoFiles {
    fn text(&self, _: &str) -> Option<MappedText> {
        None
    }
}

impl Walker<'_> {
    /// Reads the file that a `source` names in place; gives the state back when it is not at hand.
    pub(super) fn take_in(&mut self, run: &Run<'_>, st: State, ctx: &Ctx, place: &Place) -> Outcome {
        let Some((path, source, list)) = self.named_file(run, &st, ctx) else { return Outcome::NotMine(Box::new(st)) };
        let mut st = st;
        let outer_args = st.args.clone();
        let arguments = run.raws.get(2..).unwrap_or(&[]);
        if !arguments.is_empty() {
            st.args = self.arguments(arguments, &st);
        }
        self.reading.push(path.clone());
        let outer_file = st.file.replace(Rc::from(path));
        let mut via = ctx.via.as_ref().clone();
        via.push((place.clone(), ctx.source.line(run.command.span, 200)));
        let inner = Ctx { source: Rc::new(source), guard: ctx.guard.clone(), evals: ctx.evals, via: Rc::new(via) };
        let (before, diverts) = (st.reach.clone(), self.diverts.len());
        let rounds = std::mem::take(&mut self.rounds);
        self.returns.push(Vec::new());
        let mut end = self.list(&list, st, &inner);
        self.rounds = rounds;
        self.reading.pop();
        for early in self.returns.pop().unwrap_or_default() {
            end = self.merge(end, early, &before, diverts);
        }
        self.settle(diverts, Until::Function);
        let Some(mut end) = end else { return Outcome::Done(None) };
        for index in [Until::Function as usize, Until::Loop as usize] {
            end.reach.doubts[index].clone_from(&before.doubts[index]);
        }
        end.file = outer_file;
        if !arguments.is_empty() {
            end.args = outer_args;
        }
        Outcome::Done(self.leaf(end, ctx).map(Box::new))
    }

    /// Whether a file that is not at hand only sets the shell up: one of the machine, one of those that the catalogue names, or what
    /// a program prints that it names.
    pub(super) fn only_sets_up(&self, run: &Run<'_>, st: &State) -> bool {
        let Some(word) = run.words.get(1) else { return true };
        if self.only_environment(run.raws.get(1..).unwrap_or(&[]), st) {
            return true;
        }
        let shape = word.shape();
        let path = match self.directory(st) {
            Val::Text(from) => normalise(&from, &shape),
            _ => shape.starts_with('/').then(|| normalise("/", &shape)).flatten(),
        };
        // It is read already, further out.
        if path.as_ref().is_some_and(|path| self.reading.contains(path)) {
            return true;
        }
        if word.glob || path.is_some_and(|path| self.input.files.text(&path).is_some()) {
            return false;
        }
        let runners = &Catalog::builtin().runners;
        let raw = word.raw.trim_matches('"');
        let named = |end: &String| shape.strip_suffix(end.as_str()).is_some_and(|head| head.is_empty() || head.ends_with('/'));
        let of_machine = |head: &String| raw.starts_with(head.as_str());
        runners.sets_up.iter().any(named) || (!self.has_written(&shape, st) && runners.of_machine.iter().any(of_machine))
    }

    fn named_file(&mut self, run: &Run<'_>, st: &State, ctx: &Ctx) -> Option<(String, Source, super::ast::List)> {
        let word = run.words.get(1).filter(|word| !word.glob)?;
        let name = word.value.as_deref().filter(|name| !name.is_empty())?;
        let path = match self.directory(st) {
            Val::Text(from) => normalise(&from, name)?,
            _ => name.starts_with('/').then(|| normalise("/", name)).flatten()?,
        };
        if ctx.via.len() >= MAX_FILES || self.reading.contains(&path) {
            return None;
        }
        let text = self.input.files.text(&path)?;
        if !self.spend_eval(text.text().len()) {
            return None;
        }
        let script = parse::script(text.text(), self.max_depth).ok()?;
        let outer = Some(ctx.source.span(run.command.span));
        let source = Source { text, here: script.here, outer };
        self.written_with(script.bashism, &source);
        Some((path, source, script.list))
    }

    /// `BASH_SOURCE`.
    pub(super) fn file_name(&self, st: &State) -> Val {
        st.file.as_ref().map_or(Val::Unknown, |path| Val::text(path))
    }
}
