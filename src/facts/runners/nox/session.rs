//! Owns what the session object offers (nox 2026.8, `nox/sessions.py`): what it runs, installs, notifies, and how it ends.
//! Refuses methods it does not know: they are opaque.

use std::rc::Rc;

use super::interpret::Run;
use super::state::{End, State};
use super::value::{At, Given, Value};
use crate::answer::Reason;
use crate::facts::hold::{Hold, HoldEffect};
use crate::facts::runners::quoted;
use crate::facts::shell::{UNKNOWN_CHAR, Word};
use crate::text::Span;

/// Methods that run nothing and change nothing here.
const SILENT: &[&str] = &["log", "warn", "debug", "conda_install"];

/// Attributes that are no methods, and of which nothing more is known.
const KNOWN: &[&str] = &["bin_paths", "venv_backend", "invoked_from", "_runner", "cache_dir"];

impl Run<'_> {
    /// `session.name`
    pub(super) fn of_session(&mut self, name: &str, span: Span) -> Value {
        let Some(session) = &self.session else { return Value::Session.method(name) };
        match name {
            "posargs" => session.posargs.clone(),
            "python" => session.python.clone(),
            "name" => Value::text(&session.name, span),
            "env" => Value::outside("session.env"),
            "virtualenv" => Value::outside("session.virtualenv"),
            // nox-poetry: `session.poetry.installroot()` and the like install.
            "poetry" => Value::outside("session.poetry"),
            "bin" => self.own_path("/bin", span),
            "env_dir" => self.own_path("", span),
            "interactive" => self.interactive.map_or(Value::Unknown, Value::Bool),
            _ if KNOWN.contains(&name) => Value::Unknown,
            _ => Value::Session.method(name),
        }
    }

    /// `session.name(…)`
    pub(super) fn session_call(&mut self, name: &str, given: Given, span: Span, state: &mut State) -> Value {
        match name {
            "run" if self.install_only => Value::None,
            "run" | "run_install" | "run_always" => self.command(given, span, state),
            "install" => {
                let head = ["python", "-m", "pip", "install"].map(|word| Value::text(word, span));
                self.command(Given { plain: head.into_iter().chain(given.plain).collect(), ..given }, span, state)
            }
            "install_and_run_script" => {
                let head = [Value::text("python", span)];
                self.command(Given { plain: head.into_iter().chain(given.plain).collect(), ..given }, span, state)
            }
            "chdir" | "cd" => {
                self.change_directory(given.get("dir", 0), state);
                Value::Unknown
            }
            "create_tmp" => self.own_path("/tmp", span),
            "notify" => {
                self.notify(&given, state);
                Value::None
            }
            "skip" => {
                state.end = Some(End::Session);
                Value::Unknown
            }
            "error" => {
                state.end = Some(End::Fail);
                Value::Unknown
            }
            _ if SILENT.contains(&name) => Value::None,
            _ => {
                let why = self.why(Reason::Unsupported, span, format!("what `session.{name}` does is not known"));
                self.opaque(why, state);
                Value::Unknown
            }
        }
    }

    /// Where commands run from here on.
    pub(super) fn change_directory(&mut self, to: Option<&Value>, state: &mut State) {
        state.workdir = match to {
            Some(Value::Text(text)) => state.workdir.enter(&text.text),
            _ => state.workdir.unknown(),
        };
    }

    fn notify(&mut self, given: &Given, state: &State) {
        let condition = self.under.last().or(state.doubt()).map(|why| (**why).clone());
        let target = given.get("target", 0).cloned().unwrap_or(Value::Unknown);
        let arguments = given.get("posargs", 1).filter(|value| !matches!(value, Value::None)).cloned();
        if let Some(session) = &mut self.session
            && self.fuel.get() > 0
        {
            session.notified.push((target, arguments, condition));
        }
    }

    /// `session.run(*words, env=…, success_codes=…)`
    fn command(&mut self, given: Given, span: Span, state: &mut State) -> Value {
        match given.plain.first() {
            // No command, or a list as one: nox raises.
            None | Some(Value::List(_)) => {
                state.end = Some(End::Fail);
                return Value::Unknown;
            }
            // A function in place of a command: an older form.
            Some(Value::Function(callable)) => {
                let callable = Rc::clone(callable);
                let rest = Given { plain: given.plain[1..].to_vec(), ..Given::default() };
                return self.follow(&callable, rest, span, state);
            }
            Some(_) => {}
        }
        let words: Vec<Word> = given.plain.iter().map(|value| self.argument(value, span)).collect();
        let hold = given.by_name("success_codes").and_then(|codes| self.codes(codes, span));
        let mut with = state.clone();
        if let Some(env) = given.by_name("env").filter(|env| !matches!(env, Value::None)) {
            // Of a mapping that is computed nothing is known; mostly it is a copy of the environment with one more.
            for (key, value) in env.pairs().into_iter().flatten() {
                self.set_variable(key, value, &mut with);
            }
        }
        self.emit(words, span, hold.into_iter().collect(), &with);
        Value::text(&UNKNOWN_CHAR.to_string(), span)
    }

    /// What `success_codes` means for the gate.
    fn codes(&self, codes: &Value, span: Span) -> Option<Hold> {
        let place = self.place(span);
        let unknown = |reason, why: &str| Some(Hold::new(HoldEffect::Unknown(reason), place.clone(), why));
        let items = match codes {
            Value::None => return None,
            Value::List(list) => &list.items,
            _ => return unknown(Reason::Dynamic, "`success_codes` is computed"),
        };
        if items.iter().any(|item| matches!(item, Value::Int(1))) {
            return Some(Hold::new(HoldEffect::Soften, place, "`success_codes` makes its failure a success"));
        }
        match items.iter().find(|item| !matches!(item, Value::Int(0))) {
            None => None,
            Some(Value::Int(_)) => unknown(Reason::Unsupported, "`success_codes` makes some of its failures successes"),
            Some(_) => unknown(Reason::Dynamic, "`success_codes` is computed"),
        }
    }

    /// A value as a word of a command.
    pub(super) fn argument(&self, value: &Value, span: Span) -> Word {
        let place = |span: Span| self.place(span);
        match value {
            Value::Text(text) => match &text.at {
                At::Word(word) => (**word).clone(),
                At::Here(own) if own.end == 0 => quoted::added(&text.text, &place(span)),
                At::Here(own) => quoted::added(&text.text, &place(*own)),
            },
            // No quotes hold it together: it may be many words, or none.
            Value::Rest => quoted::added(&UNKNOWN_CHAR.to_string(), &place(span)),
            _ => Word { raw: format!("\"{UNKNOWN_CHAR}\""), ..quoted::added(&UNKNOWN_CHAR.to_string(), &place(span)) },
        }
    }
}
