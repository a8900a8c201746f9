//! Owns the shell's own commands. Refuses programs.

use std::collections::BTreeSet;
use std::rc::Rc;

use crate::answer::{Reason, Why};
use crate::text::Place;

use super::assign::{Assigned, export};
use super::ast::{Part, RawWord};
use super::call::export_function;
use super::simple::Run;
use super::source::Ctx;
use super::state::State;
use super::walk::{Walker, quoted};
use super::world::{Fail, Per, Stat, Val};
use super::{Cwd, UNKNOWN_CHAR};

/// What became of a command.
pub(super) enum Outcome {
    Done(Option<Box<State>>),
    /// Not one of the shell's own.
    NotMine(Box<State>),
}

fn done(end: Option<State>) -> Outcome {
    Outcome::Done(end.map(Box::new))
}

impl Walker<'_> {
    pub(super) fn builtin(&mut self, name: &str, run: &Run<'_>, mut st: State, ctx: &Ctx) -> Outcome {
        let at = run.command.span;
        let place = ctx.source.place(at);
        let args = run.raws.get(1..).unwrap_or(&[]);
        let mut status = Per::same(Stat::Zero);
        self.command_elsewhere(name, args, &st, ctx, &place);
        match name {
            ":" | "true" | "umask" | "ulimit" | "times" | "jobs" | "disown" | "enable" => {}
            "false" => status = Per::same(Stat::Nonzero),
            "test" => status = self.tested(name, args, &st, ctx, &place),
            "[" => status = self.tested(name, args.split_last().map_or(&[], |(_, args)| args), &st, ctx, &place),
            "exit" | "return" => {
                let status = self.leaving_status(args, &st);
                self.judged_by(&self.worlds(args, &st), &place, name);
                let end =
                    if name == "exit" { self.exit_with(&st, &status, ctx, at) } else { self.return_with(st, status, ctx, at) };
                return done(end);
            }
            "break" | "continue" => {
                let levels = run.words.get(1).and_then(|word| word.value.as_deref()?.parse().ok()).unwrap_or(1);
                return done(self.leave_round(st, levels, name == "break", ctx, at));
            }
            "eval" => return done(self.eval(args, st, ctx, place)),
            "set" => {
                self.set(args, &mut st, ctx, &place);
                if self.may_refuse(args, ctx) {
                    status = Per::same(Stat::Unknown);
                }
            }
            "shopt" => self.shopt(args, &mut st, ctx, &place),
            "shift" => {
                let by = run.words.get(1).map_or(Some(1), |word| word.value.as_deref()?.parse::<usize>().ok());
                st.args = st.args.take().zip(by).map(|(args, by)| Rc::new(args.iter().skip(by).cloned().collect()));
            }
            "cd" | "pushd" | "popd" => {
                self.change_directory(name, run, &mut st, &place);
                // These print where they go.
                if name != "cd" || run.words.get(1).is_some_and(|word| word.shape() == "-") {
                    self.flow.say(if name == "cd" { Some(self.directory(&st).piece().to_string()) } else { None });
                }
            }
            "export" | "readonly" | "declare" | "typeset" | "local" => {
                self.declare(name, run, &mut st, ctx);
                // Whether there is a function, or a variable, of the name.
                let asks = |raw: &RawWord| {
                    raw.bare().is_some_and(|word| word.starts_with('-') && word.contains(['f', 'F', 'p']) && !word.contains('x'))
                };
                if args.first().is_some_and(asks) && matches!(name, "declare" | "typeset") {
                    status = Per::same(Stat::Unknown);
                }
            }
            "unset" => unset(run, &mut st),
            "trap" => self.set_trap(args, &mut st, ctx, &place),
            "wait" => {
                if !self.spend(self.jobs.len() * 8, || place.clone()) {
                    return done(Some(st));
                }
                status = self.waited(run, args, &st);
            }
            "printf" if args.first().is_some_and(|raw| raw.bare() == Some("-v")) => {
                if let Some(into) = args.get(1).and_then(RawWord::bare) {
                    let shown = self.worlds(args, &st);
                    self.set_from_input(into, &shown, &mut st);
                    self.steered(into, &place);
                }
            }
            "kill" if ends_itself(args) => {
                let status = Per::same(if self.signal_trap { Stat::Unknown } else { Stat::Nonzero });
                return done(self.exit_with(&st, &status, ctx, at));
            }
            "alias" if st.options.aliases => self.aliases(run, &mut st, &place),
            "alias" | "unalias" => {}
            "hash" | "type" | "getopts" | "read" | "mapfile" | "readarray" | "let" => {
                return done(self.reading(name, run, st, ctx, &place));
            }
            "." | "source" => {
                st = match self.take_in(run, st, ctx, &place) {
                    Outcome::NotMine(same) => *same,
                    end @ Outcome::Done(_) => return end,
                };
                if !self.only_sets_up(run, &st) {
                    super::call::not_read(&mut st, &quoted(name), place.clone());
                }
                let mut run = Run { words: run.words.clone(), raws: run.raws, assigned: Vec::new(), command: run.command };
                if let Some(first) = run.words.first_mut() {
                    first.value = Some("source".to_owned());
                }
                return done(self.program(run, false, st, ctx));
            }
            _ => return Outcome::NotMine(Box::new(st)),
        }
        st.last = status;
        done(self.leaf(st, ctx))
    }

    fn aliases(&mut self, run: &Run<'_>, st: &mut State, place: &Place) {
        for (alias, body) in run.words.iter().skip(1).filter_map(|word| word.value.as_deref()?.split_once('=')) {
            // What else an alias does is not followed: these end the script, or say how it ends.
            let steers = |word: &str| matches!(word, "trap" | "exit" | "exec" | "set" | "return" | "eval" | "kill");
            if body.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').any(steers) {
                self.doubt(st, place.clone(), &format!("the alias {}", quoted(alias)));
                self.may_trap(st, place);
            }
            self.shadow(alias, place.clone(), format!("an alias named {}", quoted(alias)));
        }
    }

    fn worlds(&self, args: &[RawWord], st: &State) -> BTreeSet<Fail> {
        let mut worlds = BTreeSet::new();
        for raw in args {
            self.mentions(&raw.parts, st, &mut worlds);
        }
        worlds
    }

    fn tested(&mut self, name: &str, args: &[RawWord], st: &State, ctx: &Ctx, place: &Place) -> Per<Stat> {
        let worlds = self.shown_in(args.iter(), st, ctx);
        self.judged_by(&worlds, place, name);
        let answer = |world: Option<Fail>| Stat::of(self.test(&self.fields_in(args, st, world), st, world));
        let mut status = Per::same(answer(None));
        for world in worlds {
            status.set(world, answer(Some(world)));
        }
        status
    }

    /// The status `exit` or `return` gives.
    fn leaving_status(&self, args: &[RawWord], st: &State) -> Per<Stat> {
        let Some(first) = args.first() else {
            let mut status = st.last.clone();
            if self.in_trap > 0 {
                status.set(super::world::ENDING, Stat::Nonzero);
            }
            return status;
        };
        let fields = |world| self.fields_in(std::slice::from_ref(first), st, world);
        // Without a word it is the status before; a word that is no number is a failure.
        let stat = |world| fields(world).first().map_or(*st.last.get(world), |field| field.val.as_stat());
        let mut status = Per::same(stat(None));
        let mut worlds = self.worlds(args, st);
        if status.usual == Stat::Unknown {
            // The word may vanish, and the status before counts.
            worlds.extend(st.last.failed.keys());
        }
        for world in worlds {
            status.set(world, stat(Some(world)));
        }
        status
    }

    fn change_directory(&mut self, name: &str, run: &Run<'_>, st: &mut State, place: &Place) {
        let unknown = |why: &str| Rc::new(Cwd::Unknown(Why::new(Reason::Dynamic, why).at(place.clone())));
        if name == "popd" {
            let dirs = Rc::make_mut(&mut st.dirs);
            let next = dirs.pop().unwrap_or_else(|| unknown("`popd` goes to a directory that is not known"));
            st.back = std::mem::replace(&mut st.cwd, next);
            return;
        }
        let operand =
            run.words.iter().skip(1).find(|word| !matches!(word.value.as_deref(), Some("-P" | "-L" | "-e" | "-n" | "--")));
        let next = match operand.map(|word| (word.shape(), word.glob)) {
            None => unknown("`cd` goes home"),
            Some((path, _)) if path == "-" => Rc::clone(&st.back),
            // An empty operand is no change (bash), or an error.
            Some((path, false)) if !path.starts_with(['~', '+', UNKNOWN_CHAR]) => {
                match (st.cwd.as_ref(), entered(&st.cwd, &path)) {
                    (_, Some(steps)) => Rc::new(Cwd::Known(steps)),
                    (Cwd::Known(_), None) => unknown("too many directories"),
                    (Cwd::Unknown(_), None) => Rc::clone(&st.cwd),
                }
            }
            Some(_) => unknown(&format!("the directory {} is computed", quoted(operand.map_or("", |word| word.raw.as_str())))),
        };
        let before = std::mem::replace(&mut st.cwd, next);
        st.back = Rc::clone(&before);
        if name == "pushd" && st.dirs.len() < 256 {
            Rc::make_mut(&mut st.dirs).push(before);
        }
    }

    fn declare(&mut self, name: &str, run: &Run<'_>, st: &mut State, ctx: &Ctx) {
        let option = |flag: char| run.words.iter().skip(1).any(|word| word.raw.starts_with('-') && word.raw.contains(flag));
        let exports = (name == "export" || option('x')) && !option('n');
        let local = name == "local" || (matches!(name, "declare" | "typeset") && !option('g'));
        if option('f') {
            if name == "export" || option('x') {
                run.raws.iter().skip(1).filter_map(RawWord::bare).for_each(|name| export_function(name, st));
            }
            return;
        }
        for raw in run.raws.iter().skip(1) {
            if exports && raw.assign.is_none() {
                self.export_listed(raw, st, ctx);
            }
            let assigned = if raw.assign.is_some() { Some(self.assigned(raw, st, ctx)) } else { None };
            let names: Vec<String> = match &assigned {
                Some(assigned) => vec![assigned.name.clone()],
                None => raw.bare().filter(|word| !word.starts_with('-')).map(str::to_owned).into_iter().collect(),
            };
            for name in names {
                if local && !self.locals.is_empty() {
                    self.local(&name, st);
                    if assigned.is_none() {
                        st.set_var(&name, Per::same(Val::Unset));
                    }
                }
                // Without a value it hands on the options in force, which stop nothing.
                if exports && (assigned.is_some() || name != "SHELLOPTS") {
                    export(&name, st);
                }
            }
            if let Some(assigned) = assigned {
                let integer = option('i') || option('n');
                let value = if integer { Per::same(Val::Unknown) } else { assigned.value };
                self.assign(&Assigned { value, ..assigned }, st, ctx);
            }
        }
    }

    fn waited(&mut self, run: &Run<'_>, args: &[RawWord], st: &State) -> Per<Stat> {
        let next = args.iter().any(|raw| raw.bare() == Some("-n"));
        if next {
            return match self.jobs.as_slice() {
                [job] => job.clone(),
                _ => self.any_job(),
            };
        }
        if run.words.len() < 2 {
            return Per::same(Stat::Zero);
        }
        match args.last().map(|raw| self.parts_val(&raw.parts, st, None)) {
            Some(Val::Job(job)) => self.jobs.get(job).cloned().unwrap_or(Per::same(Stat::Unknown)),
            _ => self.any_job(),
        }
    }

    /// Commands that set variables from elsewhere, or ask.
    fn reading(&mut self, name: &str, run: &Run<'_>, mut st: State, ctx: &Ctx, place: &Place) -> Option<State> {
        let args = run.raws.get(1..).unwrap_or(&[]);
        st.last = Per::same(Stat::Unknown);
        match name {
            "let" => {
                let texts: Vec<&[Part]> = args.iter().map(|raw| raw.parts.as_slice()).collect();
                self.calculate(&texts, &mut st, place);
            }
            "hash" => {
                let values: Vec<&str> = run.words.iter().filter_map(|word| word.value.as_deref()).collect();
                if let ["hash", "-p", _, name] = values.as_slice() {
                    self.shadow(name, place.clone(), "`hash -p` gives the name another program");
                }
            }
            "type" => {}
            _ => {
                for name in args.iter().filter_map(RawWord::bare) {
                    self.steered(name, place);
                }
                if name == "read" && self.read_here(run, &mut st) {
                    st.last = Per::same(Stat::Zero);
                    return self.leaf(st, ctx);
                }
                self.set_from_input("REPLY", &BTreeSet::new(), &mut st);
                for name in args.iter().filter_map(RawWord::bare).filter(|word| !word.starts_with('-')) {
                    self.set_from_input(name, &BTreeSet::new(), &mut st);
                }
                for fail in &self.flow.input {
                    st.last.set(*fail, Stat::Unknown);
                }
                self.judged_by(&self.flow.input.clone(), place, name);
            }
        }
        self.leaf(st, ctx)
    }
}

/// `kill $$`, `kill -TERM $$`.
fn ends_itself(args: &[RawWord]) -> bool {
    let itself = |raw: &RawWord| matches!(raw.parts.as_slice(), [Part::Param { param, .. }] if param.name == "$");
    let asks = args.first().and_then(RawWord::bare).is_some_and(|word| matches!(word, "-0" | "-l" | "-L"));
    !asks && args.last().is_some_and(itself)
}

/// The directory after `cd path`; `None` when it is not known.
pub(super) fn entered(from: &Cwd, path: &str) -> Option<Vec<String>> {
    match from {
        _ if path.starts_with('/') => Some(vec![path.to_owned()]),
        Cwd::Known(steps) if steps.len() < 256 => Some(steps.iter().cloned().chain([path.to_owned()]).collect()),
        _ => None,
    }
}

fn unset(run: &Run<'_>, st: &mut State) {
    for name in run.words.iter().skip(1).filter_map(|word| word.value.as_deref()) {
        st.set_var(name, Per::same(Val::Unset));
        if st.functions.contains_key(name) {
            Rc::make_mut(&mut st.functions).remove(name);
        }
    }
}
