//! Owns calls of functions and of `eval`: text that runs in the shell itself. Refuses programs and other files.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::answer::{Reason, Why};
use crate::facts::meter::READ_BYTE;
use crate::text::{MappedText, Place, Span};

use super::ast::{Command, CommandKind, RawWord};
use super::parse;
use super::source::{Ctx, Source};
use super::state::{Here, State, Until};
use super::trap::TrapSet;
use super::walk::{Walker, quoted};
use super::world::{ENDING, Join, Per, Stat, Val};
use super::{Dialect, ScriptInput};

/// Functions that may call one another before it is given up.
const MAX_CALLS: usize = 16;
/// Functions that are taken from the environment.
const MAX_INHERITED: usize = 64;
/// Nesting of `eval`.
const MAX_EVALS: usize = 4;

/// A function of the script.
#[derive(Clone, Debug)]
pub(super) struct Function {
    pub body: Rc<Command>,
    pub source: Rc<Source>,
    /// It is defined on every way here.
    pub certain: bool,
}

impl Function {
    pub(super) fn same(a: &Self, b: &Self) -> bool {
        Rc::ptr_eq(&a.body, &b.body) && a.certain == b.certain
    }
}

impl Walker<'_> {
    /// Runs a function in place.
    pub(super) fn call(&mut self, function: &Function, args: &[RawWord], mut st: State, ctx: &Ctx, at: Span) -> Option<State> {
        let place = ctx.source.place(at);
        let body: *const Command = Rc::as_ptr(&function.body);
        let name = quoted(ctx.source.raw(at).split_whitespace().next().unwrap_or(""));
        let refused = if !function.certain {
            Some(format!("{name} is a function only on one of the ways here, or more than one"))
        } else if self.calls.contains(&body) {
            Some(format!("{name} calls itself"))
        } else if self.calls.len() >= MAX_CALLS {
            Some("functions call one another too deeply".to_owned())
        } else {
            None
        };
        if let Some(why) = refused {
            self.opaque(place, Reason::Unsupported, why);
            st.last = Per::same(Stat::Unknown);
            return self.leaf(st, ctx);
        }
        let arguments = self.arguments(args, &st);
        let outer_args = std::mem::replace(&mut st.args, arguments);
        // A function of another file has that file's name, which was not kept.
        let outer_file = st.file.clone();
        if !Rc::ptr_eq(&function.source, &ctx.source) {
            st.file = None;
        }
        let none = TrapSet::only(None);
        let outer_trap = st.error_trap.clone();
        if !st.options.errtrace {
            st.error_trap = none.clone();
        }
        let before = st.reach.clone();
        let diverts = self.diverts.len();
        let inner = Ctx { source: Rc::clone(&function.source), ..ctx.clone() };
        let rounds = std::mem::take(&mut self.rounds);
        self.calls.push(body);
        self.returns.push(Vec::new());
        self.locals.push(BTreeMap::new());
        let mut end = self.command(&function.body, st, &inner);
        let locals = self.locals.pop().unwrap_or_default();
        self.calls.pop();
        self.rounds = rounds;
        for early in self.returns.pop().unwrap_or_default() {
            end = self.merge(end, early, &before, diverts);
        }
        self.settle(diverts, Until::Function);
        let mut end = end?;
        for index in [Until::Function as usize, Until::Loop as usize] {
            end.reach.doubts[index].clone_from(&before.doubts[index]);
        }
        for (name, value) in locals {
            end.set_var(&name, value);
        }
        end.args = outer_args;
        end.file = outer_file;
        // The `ERR` trap that was set before the call sees its status; one the function has set counts from then on.
        let set_inside = std::mem::replace(&mut end.error_trap, outer_trap);
        let mut end = self.leaf(end, ctx)?;
        if end.options.errtrace || set_inside != none {
            end.error_trap = set_inside;
        }
        Some(end)
    }

    /// The arguments of a call, where their number is the same in every run.
    pub(super) fn arguments(&self, args: &[RawWord], st: &State) -> Option<Rc<Vec<Per<Val>>>> {
        let usual = self.fields_in(args, st, None);
        let certain = |field: &super::fields::Field| !field.glob && !field.val.is_vague();
        let fixed = args.iter().all(|raw| raw.parts.iter().all(|part| !unquoted(part)));
        if !fixed && !usual.iter().all(certain) {
            return None;
        }
        let mut out: Vec<Per<Val>> = usual.iter().map(|field| Per::same(field.val.clone())).collect();
        let mut worlds = std::collections::BTreeSet::new();
        for raw in args {
            self.mentions(&raw.parts, st, &mut worlds);
        }
        for world in worlds {
            let fields = self.fields_in(args, st, Some(world));
            if fields.len() != out.len() {
                return None;
            }
            for (per, field) in out.iter_mut().zip(fields) {
                per.set(world, field.val);
            }
        }
        Some(Rc::new(out))
    }

    /// `eval …`: read as commands when the text is known.
    pub(super) fn eval(&mut self, args: &[RawWord], st: State, ctx: &Ctx, place: Place) -> Option<State> {
        let mut st = st;
        let source = match args {
            [] => {
                st.last = Per::same(Stat::Zero);
                return Some(st);
            }
            [only] => self.word_source(only, &st, ctx),
            [first, .., last] => self.joined_source(args, &st, ctx, Span::new(first.span.start, last.span.end)),
        };
        let script = source.filter(|_| ctx.evals < MAX_EVALS).filter(|source| self.spend_eval(source.text.text().len()));
        let script = script.and_then(|source| {
            let script = parse::script(source.text.text(), self.max_depth).ok()?;
            let source = Source { text: source.text.clone(), here: script.here, outer: source.outer };
            self.written_with(script.bashism, &source);
            Some((source, script.list))
        });
        let Some((source, list)) = script else {
            if self.only_environment(args, &st) {
                st.last = Per::same(Stat::Zero);
                return self.leaf(st, ctx);
            }
            self.opaque(place.clone(), Reason::Dynamic, "the text of `eval` is computed");
            not_read(&mut st, "`eval`", place);
            st.last = Per::same(Stat::Unknown);
            return self.leaf(st, ctx);
        };
        let inner = Ctx { source: Rc::new(source), evals: ctx.evals + 1, ..ctx.clone() };
        let end = self.list(&list, st, &inner)?;
        self.leaf(end, ctx)
    }

    fn joined_source(&self, args: &[RawWord], st: &State, ctx: &Ctx, span: Span) -> Option<Rc<Source>> {
        let mut text = String::new();
        for field in self.fields_in(args, st, None) {
            text.push_str(field.val.known()?);
            text.push(' ');
        }
        let whole = ctx.source.text.span(span.start..span.end);
        let text = MappedText::standing_for(std::sync::Arc::clone(ctx.source.text.file()), whole, &text);
        Some(Rc::new(Source { text, here: Vec::new(), outer: Some(ctx.source.span(span)) }))
    }

    /// `return`, or `exit` where there is no function.
    pub(super) fn return_with(&mut self, mut st: State, status: Per<Stat>, ctx: &Ctx, at: Span) -> Option<State> {
        if self.returns.is_empty() {
            return self.exit_with(&st, &status, ctx, at);
        }
        let text = quoted(&ctx.source.line(at, 40));
        let fatal = ctx.guard.is_none() && st.options.errexit.on == Some(true);
        if !(fatal && self.all_nonzero(&st, &status)) {
            self.divert(&st, Until::Function, ctx.source.place(at), &text);
        }
        st.last = self.with_causes(&st, &status);
        let made = self.next_fail();
        if let Some(returns) = self.returns.last_mut() {
            returns.push((st, made));
        }
        None
    }

    /// `break` and `continue`.
    pub(super) fn leave_round(&mut self, mut st: State, levels: usize, breaks: bool, ctx: &Ctx, at: Span) -> Option<State> {
        let depth = self.rounds.len();
        st.last = Per::same(Stat::Zero);
        if depth == 0 {
            return Some(st);
        }
        let text = quoted(&ctx.source.line(at, 40));
        self.divert(&st, Until::Loop, ctx.source.place(at), &text);
        let made = self.next_fail();
        if let Some(rounds) = self.rounds.get_mut(depth - levels.clamp(1, depth)) {
            rounds.push((st, made, breaks));
        }
        None
    }

    /// `exit`.
    pub(super) fn exit_with(&mut self, st: &State, status: &Per<Stat>, ctx: &Ctx, at: Span) -> Option<State> {
        let place = ctx.source.place(at);
        self.left = Some(at);
        let ending = st.reach.follows(ENDING);
        if self.in_trap > 0 && ending != Here::Never {
            let stat = *status.get(Some(ENDING));
            self.endings.push((if ending == Here::Yes { stat } else { Stat::Unknown }, Some(place.clone())));
        }
        let text = quoted(&ctx.source.line(at, 40));
        if !self.all_nonzero(st, status) {
            self.divert(st, Until::Shell, place.clone(), &text);
        }
        for (fail, _) in st.reach.caused() {
            if *status.get(Some(fail)) == Stat::Zero {
                let why = format!("{text} ends the script as passed");
                self.lose(fail, || super::walk::soft(place.clone(), why));
            }
        }
        self.end_shell(st, status);
        if st.reach.usual != Here::Never
            && let Some(frame) = self.frames.last_mut()
        {
            let stat = status.usual;
            frame.usual = Some(frame.usual.map_or(stat, |known| if known == stat { stat } else { Stat::Unknown }));
        }
        None
    }

    /// Whether no run gets here and ends with anything but a failure.
    fn all_nonzero(&self, st: &State, status: &Per<Stat>) -> bool {
        let usual = st.reach.usual == Here::Never || status.usual == Stat::Nonzero;
        usual && st.reach.caused().iter().all(|(fail, _)| *status.get(Some(*fail)) == Stat::Nonzero)
    }

    /// A status, noted for every failure that leads here.
    fn with_causes(&self, st: &State, status: &Per<Stat>) -> Per<Stat> {
        let mut out = status.clone();
        for (fail, _) in st.reach.caused() {
            if !out.failed.contains_key(&fail) {
                out.set(fail, status.usual);
            }
        }
        out
    }

    /// Restores a variable when the running function ends.
    pub(super) fn local(&mut self, name: &str, st: &State) {
        let value = self.var(st, name);
        if let Some(locals) = self.locals.last_mut() {
            locals.entry(name.to_owned()).or_insert(value);
        }
    }

    /// The failures of every background job, each of which may be the one waited for.
    pub(super) fn any_job(&mut self) -> Per<Stat> {
        let mut out = Per::same(Stat::Unknown);
        for (fail, stat) in self.jobs.iter().flat_map(|job| job.failed.iter()) {
            if *stat != Stat::Zero {
                out.set(*fail, Stat::Unknown);
            }
        }
        self.awaited.extend(out.failed.keys().copied());
        out
    }
}

/// The shell takes in a text that is not read: it may define functions and set the search path.
pub(super) fn not_read(st: &mut State, by: &str, place: Place) {
    let why = format!("the text that {by} takes in is not read, and may give the name another meaning");
    st.unread.get_or_insert_with(|| std::sync::Arc::new(Why::new(Reason::Dynamic, why).at(place)));
}

/// What stands around the name of a function in the name of the variable that hands it on (bash, variables.c).
const EXPORTED: (&str, &str) = ("BASH_FUNC_", "%%");

/// `export -f`: the function is handed on in the environment, as text.
pub(super) fn export_function(name: &str, st: &mut State) {
    let Some(function) = st.functions.get(name).filter(|function| function.certain) else { return };
    let text = format!("() {}", function.source.raw(function.body.span));
    let variable = format!("{}{name}{}", EXPORTED.0, EXPORTED.1);
    super::assign::export(&variable, st);
    st.set_var(&variable, Per::same(Val::text(&text)));
}

/// The functions that come with the environment; they stand at the beginning of the script.
pub(super) fn inherited(input: &ScriptInput<'_>, nesting: usize) -> BTreeMap<String, Function> {
    let mut all = BTreeMap::new();
    // Other shells do not know them, and `sh` may be bash.
    let certain = input.mode.dialect != Dialect::Posix;
    let whole = input.text.span(0..input.text.text().len().min(1));
    for (variable, text) in input.scope.inherited_with(EXPORTED.0).take(MAX_INHERITED) {
        let Some(name) = variable.strip_prefix(EXPORTED.0).and_then(|name| name.strip_suffix(EXPORTED.1)) else { continue };
        let text = format!("{name} {text}");
        input.meter.spend(text.len() * READ_BYTE);
        let Ok(script) = parse::script(&text, nesting) else { continue };
        let text = MappedText::standing_for(std::sync::Arc::clone(input.text.file()), whole, &text);
        let source = Rc::new(Source { text, here: script.here, outer: Some(whole) });
        let defined = script.list.items.into_iter().flat_map(|item| item.chain.first.commands);
        for command in defined {
            if let CommandKind::Function { name, body } = command.kind {
                all.insert(name, Function { body, source: Rc::clone(&source), certain });
            }
        }
    }
    all
}

fn unquoted(part: &super::ast::Part) -> bool {
    use super::ast::Part;
    match part {
        Part::Literal { .. } | Part::Process { .. } | Part::Arithmetic { .. } => false,
        Part::Param { param, quoted } => !*quoted || matches!(param.name.as_str(), "@") || param.index != super::ast::Index::None,
        Part::Command { quoted, .. } => !*quoted,
        Part::Unread { .. } => true,
    }
}
