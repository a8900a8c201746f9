//! Owns the walk over a noxfile's statements on every way that may be taken: what is run on the way becomes the tracer's next
//! steps. Refuses to run anything, and to go on for ever: every step burns fuel.

use std::cell::Cell;
use std::collections::HashSet;
use std::rc::Rc;
use std::sync::Arc;

use super::parametrize::Registered;
use super::state::{End, State};
use super::value::{Callable, Value, keeps};
use crate::answer::{Reason, Why};
use crate::facts::hold::{Hold, Hop};
use crate::facts::python::DEEPEST;
use crate::facts::python::tree::{Block, Expr, Function, Statement, What};
use crate::facts::runners::{Call, Next, Target, World};
use crate::facts::shell::Word;
use crate::text::{Place, SourceFile, Span};

/// Blocks, calls and expressions inside each other; bounds the stack.
const STACK: usize = 3 * DEEPEST;
/// Steps that are kept.
const MOST: usize = 20_000;

/// What a run of nox gives to all sessions.
pub(super) struct Run<'a> {
    pub(super) call: &'a Call<'a>,
    pub(super) world: &'a World<'a>,
    pub(super) file: &'a Arc<SourceFile>,
    /// The words behind `--`.
    pub(super) posargs: Vec<Value>,
    /// `--install-only`.
    pub(super) install_only: bool,
    /// `session.interactive`, when it is known.
    pub(super) interactive: Option<bool>,
    pub(super) fuel: Cell<usize>,
    pub(super) out: Vec<Next>,
    /// Sessions in the order of their definition.
    pub(super) registered: Vec<Registered>,
    /// Sessions may be defined elsewhere too.
    pub(super) elsewhere: Option<Why>,
    /// Functions under decorators that are not read, which may make sessions of them.
    pub(super) strange: Vec<(Rc<Function>, Why)>,
    /// Owners of code that is not read, told already for this session, with what stood around: once each is enough.
    pub(super) told: HashSet<(String, Vec<Hold>, bool)>,
    pub(super) session: Option<Current>,
    /// Undecided conditions that stand around this point.
    pub(super) under: Vec<Rc<Why>>,
    pub(super) holds: Vec<Hold>,
    pub(super) hops: Vec<Hop>,
    /// Functions that are being followed, with what they may return.
    pub(super) following: Vec<(Rc<Function>, Option<Value>)>,
    pub(super) deep: usize,
}

/// The session that is being followed.
pub(super) struct Current {
    pub(super) name: String,
    pub(super) python: Value,
    pub(super) posargs: Value,
    /// `session.notify`: the name, its arguments, and what it depends on.
    pub(super) notified: Vec<(Value, Option<Value>, Option<Why>)>,
}

impl Run<'_> {
    /// Takes fuel; false when there is none left.
    pub(super) fn burn(&self, amount: usize) -> bool {
        let left = self.fuel.get();
        self.fuel.set(left.saturating_sub(amount + 1));
        left > amount
    }

    pub(super) fn place(&self, span: Span) -> Place {
        self.file.place(span)
    }

    pub(super) fn why(&self, reason: Reason, span: Span, text: impl Into<String>) -> Why {
        Why::new(reason, text).at(self.place(span))
    }

    /// The source of a place in one line.
    pub(super) fn source(&self, span: Span) -> String {
        let text = self.file.text.get(span.start..span.end.min(span.start + 2000)).unwrap_or("");
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Something runs here that is not read.
    pub(super) fn opaque(&mut self, why: Why, state: &State) {
        let span = why.place.clone();
        let hop = span.map(|place| Hop::new(place.clone(), self.file.line_text(place.line)));
        self.push(Target::Opaque(why), hop, Vec::new(), state);
    }

    /// Whether code of this owner, that is not read, was not told yet under the same holds.
    pub(super) fn is_news(&mut self, owner: &str, state: &State) -> bool {
        let doubtful = self.under.last().or(state.doubt()).is_some();
        self.told.insert((owner.to_owned(), self.holds.clone(), doubtful))
    }

    /// A command runs here.
    pub(super) fn emit(&mut self, words: Vec<Word>, span: Span, holds: Vec<Hold>, state: &State) {
        let hop = Hop::new(self.place(span), &self.source(span));
        self.push(Target::Argv(words), Some(hop), holds, state);
    }

    pub(super) fn push(&mut self, target: Target, hop: Option<Hop>, holds: Vec<Hold>, state: &State) {
        if !self.burn(50 + target.bytes() + 10 * (self.hops.len() + self.holds.len())) || self.out.len() >= MOST {
            self.fuel.set(0);
            return;
        }
        let condition = self.under.last().or(state.doubt()).map(|why| (**why).clone());
        self.out.push(Next {
            target,
            hops: self.hops.iter().cloned().chain(hop).collect(),
            holds: self.holds.iter().cloned().chain(holds).collect(),
            condition,
            workdir: state.workdir.clone(),
            env: state.env.clone(),
            packages: Vec::new(),
        });
    }

    /// Something that goes deeper, with a bound on the stack.
    pub(super) fn deeper<T>(&mut self, or: T, state: &mut State, go: impl FnOnce(&mut Self, &mut State) -> T) -> T {
        if self.deep >= STACK || !self.burn(1) {
            // Past the fuel all of nox is opaque: that is told once, at its end.
            if self.fuel.get() > 0 {
                self.opaque(Why::new(Reason::Unsupported, "the noxfile nests deeper than is followed"), state);
            }
            return or;
        }
        self.deep += 1;
        let value = go(self, state);
        self.deep -= 1;
        value
    }

    pub(super) fn block(&mut self, block: &Block, state: &mut State) {
        self.deeper((), state, |run, state| {
            for statement in block {
                if state.end.is_some() || !run.burn(1) {
                    return;
                }
                run.statement(statement, state);
            }
        });
    }

    /// Follows a block that is reached only if something holds.
    pub(super) fn block_if(&mut self, why: &Rc<Why>, block: &Block, state: &mut State) {
        self.under.push(Rc::clone(why));
        self.block(block, state);
        self.under.pop();
    }

    fn statement(&mut self, statement: &Statement, state: &mut State) {
        let span = statement.span;
        match &statement.what {
            What::Value(value) => drop(self.value(value, state)),
            What::Assign(targets, value) => {
                let value = self.value(value, state);
                for target in targets {
                    self.assign(target, &value, state);
                }
            }
            What::Augment(target, sign, value) => {
                let own = self.value(target, state);
                let value = self.value(value, state);
                let made = self.operate(&own, sign, &value, span);
                self.assign(target, &made, state);
            }
            What::Import(all) => {
                for (path, alias) in all {
                    let bound = alias.as_deref().unwrap_or(path.split('.').next().unwrap_or(path));
                    let whole = if alias.is_some() { path } else { bound };
                    state.set(bound, Value::outside(whole));
                    self.imported(path, span);
                }
            }
            What::From(module, names) => {
                self.imported(module, span);
                if names.iter().any(|(name, _)| &**name == "*") && self.elsewhere.is_none() {
                    let text = format!("`{module}` may define sessions of nox, and is not read by this version");
                    self.elsewhere = Some(self.why(Reason::Unsupported, span, text));
                }
                for (name, alias) in names.iter().filter(|(name, _)| &**name != "*") {
                    let value = Value::outside(&format!("{module}.{name}"));
                    self.imported(&format!("{module}.{name}"), span);
                    state.set(alias, value);
                }
            }
            What::If(branches, last) => self.branches(branches, last, state),
            What::For(target, over, body, last) => self.each(target, over, body, last, span, state),
            What::While(test, body, last) => {
                let test = self.value(test, state).truth();
                if test != Some(false) {
                    self.some_turns(None, body, span, state);
                }
                self.block(last, state);
            }
            What::Try(parts) => self.attempt(parts, span, state),
            What::With(all, body) => self.with(all, body, state),
            What::Function(function) => self.define(function, state),
            What::Class(name) => state.set(name, Value::Unknown),
            What::Return(value) => {
                let value = value.as_ref().map_or(Value::None, |value| self.value(value, state));
                self.returns(&value);
                state.end = Some(End::Function);
            }
            What::Raise(value) => {
                let passes = value.as_ref().is_some_and(|value| self.passing_exit(value, state));
                state.end = Some(if passes { End::Session } else { End::Fail });
            }
            What::Assert(value) => drop(self.value(value, state)),
            What::Delete(all) => {
                for value in all {
                    self.assign(value, &Value::Unknown, state);
                }
            }
            What::Outer(names) => {
                self.burn(state.frames[0].names.len());
                for name in names {
                    state.set_global(name, Value::Unknown);
                }
            }
            What::Break => state.end = Some(End::Loop),
            What::Continue => state.end = Some(End::Turn),
            What::Pass => {}
            What::Match(subject, blocks) => {
                self.value(subject, state);
                let why = Rc::new(self.why(Reason::Unsupported, span, "`match` decides whether it runs"));
                for block in blocks {
                    self.maybe(&why, block, state);
                }
            }
            What::Unread => {
                let why = self.why(Reason::Unsupported, span, "this statement of the noxfile is not read");
                self.opaque(why, state);
            }
        }
    }

    /// Follows a block that may be passed over.
    pub(super) fn maybe(&mut self, why: &Rc<Why>, block: &Block, state: &mut State) {
        let before = self.copy(state);
        self.block_if(why, block, state);
        let after = std::mem::replace(state, before.clone());
        *state = after.join(before, why);
    }

    /// A copy of the state, paid for.
    pub(super) fn copy(&self, state: &State) -> State {
        self.burn(state.cost());
        state.clone()
    }

    fn branches(&mut self, branches: &[(Expr, Block)], last: &Block, state: &mut State) {
        // States of branches that may have been taken, with what decides.
        let mut taken: Vec<(State, Rc<Why>)> = Vec::new();
        for (test, block) in branches {
            let truth = self.value(test, state).truth();
            if truth == Some(false) {
                continue;
            }
            let text = format!("`{}` decides whether it runs", self.source(test.span));
            let why = Rc::new(self.why(Reason::Dynamic, test.span, text));
            let open = !taken.is_empty() || truth.is_none();
            let mut branch = self.copy(state);
            if open {
                self.block_if(&why, block, &mut branch);
            } else {
                self.block(block, &mut branch);
            }
            taken.push((branch, why));
            if truth == Some(true) {
                return Self::settle(taken, None, state);
            }
        }
        match taken.last().map(|(_, why)| Rc::clone(why)) {
            Some(why) => self.block_if(&why, last, state),
            None => self.block(last, state),
        }
        let rest = state.clone();
        Self::settle(taken, Some(rest), state);
    }

    fn settle(taken: Vec<(State, Rc<Why>)>, rest: Option<State>, state: &mut State) {
        let mut all = taken.into_iter().rev();
        let Some(mut joined) = rest.or_else(|| all.next().map(|(state, _)| state)) else { return };
        for (branch, why) in all {
            joined = branch.join(joined, &why);
        }
        *state = joined;
    }

    fn each(&mut self, target: &Expr, over: &Expr, body: &Block, last: &Block, span: Span, state: &mut State) {
        let over = self.value(over, state);
        let known = over.items().filter(|items| !items.iter().any(|item| matches!(item, Value::Rest)));
        match known {
            Some(items) => {
                let outer = [End::Turn as usize, End::Loop as usize].map(|at| state.doubts[at].take());
                let around = outer.iter().flatten().next().cloned();
                self.under.extend(around.iter().cloned());
                for item in items {
                    if state.end.is_some() || !self.burn(1) {
                        break;
                    }
                    self.assign(target, item, state);
                    self.block(body, state);
                    state.doubts[End::Turn as usize] = None;
                    state.end = state.end.filter(|end| *end != End::Turn);
                }
                state.doubts[End::Loop as usize] = None;
                let broken = state.end == Some(End::Loop);
                state.end = state.end.filter(|end| *end != End::Loop);
                if !broken {
                    self.block(last, state);
                }
                self.under.truncate(self.under.len() - usize::from(around.is_some()));
                let [turn, whole] = outer;
                (state.doubts[End::Turn as usize], state.doubts[End::Loop as usize]) = (turn, whole);
            }
            None => {
                self.some_turns(Some(target), body, span, state);
                self.block(last, state);
            }
        }
    }

    /// A loop of which it is not known how often it turns: once, with everything unknown that it changes.
    fn some_turns(&mut self, target: Option<&Expr>, body: &Block, span: Span, state: &mut State) {
        self.forget(body, state);
        if let Some(target) = target {
            self.assign(target, &Value::Unknown, state);
        }
        let why = Rc::new(self.why(Reason::Dynamic, span, "how often this loop turns is not known"));
        let outer = [End::Turn as usize, End::Loop as usize].map(|at| state.doubts[at].take());
        let before = self.copy(state);
        self.block_if(&why, body, state);
        if matches!(state.end, Some(End::Turn | End::Loop)) {
            state.end = None;
        }
        let after = std::mem::replace(state, before.clone());
        *state = after.join(before, &why);
        let [turn, whole] = outer;
        (state.doubts[End::Turn as usize], state.doubts[End::Loop as usize]) = (turn, whole);
    }

    fn define(&mut self, function: &Rc<Function>, state: &mut State) {
        let defaults = function.parameters.iter().map(|parameter| match &parameter.default {
            Some(default) => keeps(self.value(default, state)),
            None => Value::Rest,
        });
        let defaults = defaults.collect();
        let nested = state.frames.len() > 1;
        let mut value = Value::Function(Rc::new(Callable {
            function: Rc::clone(function),
            defaults,
            nested,
            parameters: None,
            holds: Vec::new(),
        }));
        for decorator in function.decorators.iter().rev() {
            let by = self.value(decorator, state);
            value = self.decorate(value, &by, decorator.span, state);
        }
        self.burn(state.binding_cost());
        state.set(&function.name, value);
    }

    pub(super) fn returns(&mut self, value: &Value) {
        if let Some((_, returned)) = self.following.last_mut() {
            *returned = Some(returned.as_ref().map_or_else(|| value.clone(), |one| one.join(value)));
        }
    }
}
