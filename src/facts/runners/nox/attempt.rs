//! Owns `try` and `with`: what becomes of a failure inside, and of the directory. Refuses to guess what a handler computes: it may
//! fail the session later, or not.

use std::rc::Rc;

use super::interpret::Run;
use super::state::State;
use super::value::Value;
use crate::answer::Reason;
use crate::facts::hold::{Hold, HoldEffect};
use crate::facts::python::tree::{Block, Expr, Handler, Kind, Statement, Trailer, Try, What};
use crate::text::Span;

/// What a handler does with the failure that it catches.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// It fails the session all the same.
    Kept,
    Lost,
    Open,
}

impl Run<'_> {
    pub(super) fn attempt(&mut self, parts: &Try, span: Span, state: &mut State) {
        let held = self.holds.len();
        for handler in &parts.handlers {
            if let Some(hold) = self.caught(handler, state) {
                self.holds.push(hold);
                break;
            }
        }
        if let Some((word, body)) = &parts.finally
            && body.iter().any(|statement| matches!(statement.what, What::Return(_) | What::Break | What::Continue))
        {
            let why = "leaving `finally` this way drops the failure";
            self.holds.push(Hold::new(HoldEffect::Soften, self.place(*word), why));
        }
        let before = self.copy(state);
        self.block(&parts.body, state);
        self.holds.truncate(held);
        if state.end.is_none() {
            self.block(&parts.orelse, state);
        }
        let why = Rc::new(self.why(Reason::Dynamic, span, "it runs only after a failure"));
        for handler in &parts.handlers {
            let mut other = self.copy(&before);
            self.forget(&parts.body, &mut other);
            if let Some(name) = &handler.name {
                other.set(name, Value::Unknown);
            }
            self.block_if(&why, &handler.body, &mut other);
            let after = std::mem::replace(state, before.clone());
            *state = after.join(other, &why);
        }
        if let Some((_, body)) = &parts.finally {
            let end = state.end.take();
            self.block(body, state);
            state.end = state.end.or(end);
        }
    }

    /// What a clause means for a command that fails inside.
    fn caught(&mut self, handler: &Handler, state: &mut State) -> Option<Hold> {
        let catches = handler.caught.as_ref().map_or(Some(true), |caught| self.catches(caught, state));
        let place = self.place(handler.span);
        let open = || Hold::new(HoldEffect::Unknown(Reason::Unsupported), place.clone(), "`except` may drop the failure");
        match (catches, fate(&handler.body)) {
            (Some(false), _) | (_, Fate::Kept) => None,
            (Some(true), Fate::Lost) => Some(Hold::new(HoldEffect::Soften, place, "`except` drops the failure")),
            _ => Some(open()),
        }
    }

    /// Whether an exception that is caught is the one nox raises for a command that fails.
    fn catches(&mut self, caught: &Expr, state: &mut State) -> Option<bool> {
        let value = self.value(caught, state);
        let all = value.items().map_or_else(|| vec![value.clone()], <[Value]>::to_vec);
        let mut found = Some(false);
        for one in all {
            let one = match one {
                Value::Outside(path) => match &*path {
                    "builtins.Exception" | "builtins.BaseException" | "nox.command.CommandFailed" => Some(true),
                    // Python's own exceptions are none of nox's.
                    path if path.starts_with("builtins.") && path.ends_with("Error") => Some(false),
                    "builtins.KeyboardInterrupt" | "builtins.SystemExit" => Some(false),
                    _ => None,
                },
                _ => None,
            };
            found = match (found, one) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            };
        }
        found
    }

    pub(super) fn with(&mut self, all: &[(Expr, Option<Expr>)], body: &Block, state: &mut State) {
        let (held, workdir) = (self.holds.len(), state.workdir.clone());
        let mut moves = false;
        for (context, target) in all {
            moves |= is_chdir(context);
            let value = self.value(context, state);
            if let Some(hold) = self.suppressed(context, state) {
                self.holds.push(hold);
            }
            if let Some(target) = target {
                self.assign(target, if moves { &Value::Unknown } else { &value }, state);
            }
        }
        self.block(body, state);
        self.holds.truncate(held);
        if moves {
            state.workdir = workdir;
        }
    }

    /// `contextlib.suppress(…)`, and contexts of the noxfile itself, which may do the same.
    fn suppressed(&mut self, context: &Expr, state: &mut State) -> Option<Hold> {
        let Kind::Postfix(base, trailers) = &context.kind else { return None };
        let (Trailer::Call(arguments, _), before) = trailers.split_last()? else { return None };
        let place = self.place(context.span);
        match self.postfix(base, before, state) {
            Value::Outside(path) if &*path == "contextlib.suppress" => {
                let mut hold = None;
                for item in arguments {
                    match self.catches(&item.value, state) {
                        Some(true) => return Some(Hold::new(HoldEffect::Soften, place, "`suppress` drops the failure")),
                        Some(false) => {}
                        None => {
                            let why = "`suppress` may drop the failure";
                            hold = Some(Hold::new(HoldEffect::Unknown(Reason::Unsupported), place.clone(), why));
                        }
                    }
                }
                hold
            }
            Value::Function(callable) if contains_try(&callable.function.body) => {
                let why = "the context around it may drop the failure";
                Some(Hold::new(HoldEffect::Unknown(Reason::Unsupported), place, why))
            }
            _ => None,
        }
    }
}

fn contains_try(block: &Block) -> bool {
    block.iter().any(|statement| matches!(statement.what, What::Try(_)))
}

fn is_chdir(context: &Expr) -> bool {
    let Kind::Postfix(_, trailers) = &context.kind else { return false };
    matches!(trailers.as_slice(), [.., Trailer::Attribute(name), Trailer::Call(..)] if matches!(&**name, "chdir" | "cd"))
}

/// What a handler's body does with the failure: only what says something may stand in one that drops it for certain.
fn fate(block: &Block) -> Fate {
    for statement in block {
        match &statement.what {
            What::Raise(_) => return Fate::Kept,
            What::Return(None | Some(Expr { kind: Kind::None, .. })) | What::Continue | What::Break => return Fate::Lost,
            What::Pass => {}
            What::Value(value) => match said(value) {
                Some(fate) => return fate,
                None if is_plain(statement) => {}
                None => return Fate::Open,
            },
            _ => return Fate::Open,
        }
    }
    Fate::Lost
}

/// `session.error(…)`, `sys.exit(1)`; `session.skip(…)`.
fn said(value: &Expr) -> Option<Fate> {
    let Kind::Postfix(base, trailers) = &value.kind else { return None };
    let Kind::Name(owner) = &base.kind else { return None };
    match trailers.as_slice() {
        [Trailer::Attribute(method), Trailer::Call(arguments, _)] => match (&**owner, &**method) {
            (_, "error") if &**owner != "logger" && &**owner != "logging" && &**owner != "log" => Some(Fate::Kept),
            (_, "skip") => Some(Fate::Lost),
            ("sys", "exit") => Some(match arguments.first().map(|item| &item.value.kind) {
                Some(Kind::Int(code)) if *code != 0 => Fate::Kept,
                Some(Kind::Text(_)) => Fate::Kept,
                None | Some(Kind::Int(_) | Kind::None) => Fate::Lost,
                Some(_) => Fate::Open,
            }),
            _ => None,
        },
        _ => None,
    }
}

/// A statement that only says something.
fn is_plain(statement: &Statement) -> bool {
    let What::Value(value) = &statement.what else { return false };
    match &value.kind {
        Kind::Text(_) | Kind::Other(None) | Kind::Name(_) => true,
        Kind::Postfix(base, trailers) => match (&base.kind, trailers.as_slice()) {
            (Kind::Name(name), [Trailer::Call(..)]) => &**name == "print",
            (Kind::Name(_), [Trailer::Attribute(method), Trailer::Call(..)]) => {
                matches!(&**method, "log" | "warn" | "warning" | "debug" | "info" | "error" | "exception")
            }
            _ => false,
        },
        _ => false,
    }
}
