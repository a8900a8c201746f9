//! Owns what calls in a noxfile lead to: its own functions, and those of modules that matter here. Refuses to follow a session
//! into code that is not read: that is opaque.

use std::rc::Rc;

use super::interpret::Run;
use super::modules::starts;
use super::operators::joined_path;
use super::state::{End, Frame, State};
use super::value::{Callable, Given, Value};
use crate::answer::Reason;
use crate::facts::hold::Hop;
use crate::facts::runners::make::expand::set_outside;
use crate::facts::shell::UNKNOWN_CHAR;
use crate::text::Span;

/// Functions in functions.
const CALLS: usize = 16;
/// Numbers of a range.
const RANGE: i64 = 512;

impl Run<'_> {
    /// `value.name`
    pub(super) fn attribute(&mut self, value: &Value, name: &str, span: Span, state: &State) -> Value {
        match value {
            Value::Session => self.of_session(name, span),
            Value::Outside(path) => match format!("{path}.{name}").as_str() {
                "sys.executable" => Value::text("/.nox/bin/python", span),
                "session.virtualenv.location" => self.own_path("", span),
                "session.virtualenv.bin" => self.own_path("/bin", span),
                option if option.starts_with("nox.options.") => state.get(option).cloned().unwrap_or(Value::Unknown),
                long if long.len() > 200 => Value::Unknown,
                path => Value::outside(path),
            },
            Value::Text(text) => match name {
                "parent" => Self::parent(&text.text, span),
                "name" => Value::text(text.text.rsplit('/').next().unwrap_or(""), span),
                _ => value.method(name),
            },
            Value::List(_) | Value::Dict(_) => value.method(name),
            _ => Value::Unknown,
        }
    }

    fn parent(path: &str, span: Span) -> Value {
        match path.trim_end_matches('/').rsplit_once('/') {
            Some(("", _)) => Value::text("/", span),
            Some((parent, _)) => Value::text(parent, span),
            None => Value::text(".", span),
        }
    }

    /// A directory of the session's environment: no part of the tree.
    pub(super) fn own_path(&self, inside: &str, span: Span) -> Value {
        let name = self.session.as_ref().map_or("", |session| session.name.as_str());
        Value::text(&format!("/.nox/{name}{inside}"), span)
    }

    /// A variable of the environment.
    pub(super) fn variable(name: &str, default: Option<&Value>, state: &State) -> Value {
        match state.env.get(name) {
            Some(Some(value)) => Value::text(value, Span::default()),
            None if !set_outside(name) => default.cloned().unwrap_or(Value::None),
            _ => Value::Unknown,
        }
    }

    /// Whether a variable is set.
    pub(super) fn is_set(name: &str, state: &State) -> Option<bool> {
        match state.env.get(name) {
            Some(Some(_)) => Some(true),
            None if !set_outside(name) => Some(false),
            _ => None,
        }
    }

    /// Sets a variable of the environment.
    pub(super) fn set_variable(&mut self, key: &Value, value: &Value, state: &mut State) {
        self.burn(8);
        if let Some(name) = key.known() {
            state.set_env(name, value.known().map(str::to_owned));
        }
    }

    /// What a call gives, with what runs on the way.
    pub(super) fn called(&mut self, value: &Value, given: Given, span: Span, state: &mut State) -> Value {
        match value {
            Value::Function(callable) => self.follow(callable, given, span, state),
            Value::Method(owner, name) if matches!(**owner, Value::Session) => self.session_call(name, given, span, state),
            Value::Method(owner, name) => self.method(owner, name, &given, span),
            Value::Partial(path, first) => {
                let mut all = (**first).clone();
                all.plain.extend(given.plain);
                all.named.extend(given.named);
                all.open |= given.open;
                self.outside(&Rc::clone(path), all, span, state)
            }
            Value::Outside(path) => self.outside(&Rc::clone(path), given, span, state),
            _ => self.unread_call(&given, span, state),
        }
    }

    /// A call of something that is not read.
    pub(super) fn unread_call(&mut self, given: &Given, span: Span, state: &State) -> Value {
        let callee = self.callee(span);
        let owner = callee.split('.').next().unwrap_or(&callee);
        if given.all().any(Value::holds_session) && self.is_news(owner, state) {
            let text = format!("`{callee}` is given the session, and is not read");
            let why = self.why(Reason::Unsupported, span, text);
            self.opaque(why, state);
        }
        Value::Unknown
    }

    pub(super) fn callee(&self, span: Span) -> String {
        let source = self.source(span);
        source.split('(').next().unwrap_or("").to_owned()
    }

    /// Follows a function of the noxfile.
    pub(super) fn follow(&mut self, callable: &Rc<Callable>, given: Given, span: Span, state: &mut State) -> Value {
        let function = &callable.function;
        if self.following.iter().any(|(own, _)| Rc::ptr_eq(own, function)) || self.following.len() >= CALLS {
            let text = format!("`{}` calls itself, or is called deeper than is followed", function.name);
            let why = self.why(Reason::Unsupported, span, text);
            self.opaque(why, state);
            return Value::Unknown;
        }
        let mut frame = Frame { nested: callable.nested, ..Frame::default() };
        let names = Rc::make_mut(&mut frame.names);
        let mut plain = given.plain.iter();
        let mut open = false;
        for (parameter, default) in function.parameters.iter().zip(&callable.defaults) {
            self.burn(1);
            let by_name = given.named.iter().rev().find(|(own, _)| **own == *parameter.name).map(|(_, value)| value.clone());
            let value = match parameter.stars {
                1 => Value::list(if open { vec![Value::Rest] } else { plain.by_ref().cloned().collect() }),
                2 => Value::Unknown,
                _ => by_name.unwrap_or_else(|| {
                    let next = if open { None } else { plain.next() };
                    open |= matches!(next, Some(Value::Rest));
                    match next {
                        Some(value) if !open => value.clone(),
                        None if !open && !given.open && !matches!(default, Value::Rest) => default.clone(),
                        _ => Value::Unknown,
                    }
                }),
            };
            names.insert(Rc::from(&*parameter.name), value);
        }
        let hop = Hop::new(self.place(span), &self.source(span));
        self.hops.push(hop);
        self.holds.extend(callable.holds.iter().cloned());
        self.following.push((Rc::clone(function), None));
        state.frames.push(frame);
        let outer = [End::Turn, End::Loop, End::Function].map(|end| state.doubts[end as usize].take());
        let around = outer.iter().flatten().next().cloned();
        self.under.extend(around.iter().cloned());
        self.block(&function.body, state);
        let falls = state.end.is_none();
        if falls {
            self.returns(&Value::None);
        }
        state.end = state.end.filter(|end| matches!(end, End::Session | End::Fail));
        self.under.truncate(self.under.len() - usize::from(around.is_some()));
        for (end, doubt) in [End::Turn, End::Loop, End::Function].into_iter().zip(outer) {
            state.doubts[end as usize] = doubt;
        }
        state.frames.pop();
        self.holds.truncate(self.holds.len() - callable.holds.len());
        self.hops.pop();
        self.following.pop().and_then(|(_, returned)| returned).unwrap_or(Value::None)
    }

    /// A function of a module, or of the language.
    fn outside(&mut self, path: &str, given: Given, span: Span, state: &mut State) -> Value {
        if super::parametrize::is_decorator(path) {
            let mut given = given;
            return match given.plain.pop_if(|last| matches!(last, Value::Function(_))) {
                Some(function) => self.decorate(function, &Value::partial(path, given), span, state),
                None => Value::partial(path, given),
            };
        }
        let first = given.plain.first();
        let text = |at: usize| given.plain.get(at).and_then(Value::known);
        match path {
            "functools.partial" => match first {
                Some(Value::Outside(path)) => {
                    let path = Rc::clone(path);
                    Value::partial(&path, Given { plain: given.plain[1..].to_vec(), ..given })
                }
                _ => self.unread_call(&given, span, state),
            },
            "os.getenv" | "os.environ.get" | "session.env.get" => {
                let default = given.get("default", 1).cloned();
                text(0).map_or(Value::Unknown, |name| Self::variable(name, default.as_ref(), state))
            }
            "os.environ.update" | "session.env.update" => {
                let pairs: Vec<(Value, Value)> = first
                    .and_then(Value::pairs)
                    .into_iter()
                    .flatten()
                    .map(|(key, value)| (key.clone(), value.clone()))
                    .chain(given.named.iter().map(|(name, value)| (Value::text(name, span), value.clone())))
                    .collect();
                for (key, value) in pairs {
                    self.set_variable(&key, &value, state);
                }
                Value::None
            }
            "os.environ.setdefault" | "session.env.setdefault" => {
                if let (Some(key), Some(value)) = (first.cloned(), given.plain.get(1).cloned()) {
                    match key.known().map(|name| Self::is_set(name, state)) {
                        Some(Some(false)) => self.set_variable(&key, &value, state),
                        Some(Some(true)) => {}
                        _ => self.set_variable(&key, &Value::Unknown, state),
                    }
                }
                Value::Unknown
            }
            "os.environ.pop" | "session.env.pop" => {
                if let Some(key) = first.cloned() {
                    self.set_variable(&key, &Value::Unknown, state);
                }
                Value::Unknown
            }
            "pathlib.Path" | "pathlib.PurePath" | "pathlib.PurePosixPath" | "os.path.join" => {
                let mut out = String::new();
                for part in &given.plain {
                    let Value::Text(part) = part else { return Value::Unknown };
                    out = joined_path(&out, &part.text);
                }
                Value::text(if out.is_empty() { "." } else { &out }, span)
            }
            "os.path.abspath" | "os.path.realpath" | "os.path.normpath" | "os.fspath" | "builtins.str" => match first {
                Some(Value::Text(_)) => first.cloned().unwrap_or(Value::Unknown),
                Some(value) => Value::text(&value.shape(), span),
                None => Value::text("", span),
            },
            "os.path.dirname" => text(0).map_or(Value::Unknown, |path| Self::parent(path, span)),
            "os.path.basename" => text(0).map_or(Value::Unknown, |path| Value::text(path.rsplit('/').next().unwrap_or(""), span)),
            "os.getcwd" | "pathlib.Path.cwd" => {
                state.workdir.virtual_path().map_or(Value::Unknown, |path| Value::text(path, span))
            }
            "os.chdir" => {
                self.change_directory(first, state);
                Value::None
            }
            "builtins.list" | "builtins.tuple" | "builtins.set" | "builtins.frozenset" => match first {
                Some(Value::Dict(list)) => Value::list(list.items.iter().step_by(2).cloned().collect()),
                Some(value) => value.items().map_or_else(|| Value::list(vec![Value::Rest]), |items| Value::list(items.to_vec())),
                None => Value::list(Vec::new()),
            },
            "builtins.sorted" | "builtins.reversed" => Value::list(vec![Value::Rest]),
            "builtins.dict" => match first {
                None if !given.open => {
                    Value::dict(given.named.iter().flat_map(|(name, value)| [Value::text(name, span), value.clone()]).collect())
                }
                Some(value @ Value::Dict(_)) if given.named.is_empty() && !given.open => value.clone(),
                _ => Value::Unknown,
            },
            "builtins.len" => match first {
                Some(Value::List(list)) if !list.items.iter().any(|item| matches!(item, Value::Rest)) => {
                    Value::Int(i64::try_from(list.items.len()).unwrap_or(i64::MAX))
                }
                _ => Value::Unknown,
            },
            "builtins.bool" => first.and_then(Value::truth).map_or(Value::Unknown, Value::Bool),
            "builtins.range" => match given.plain.as_slice() {
                [Value::Int(to)] if *to <= RANGE => Value::list((0..*to).map(Value::Int).collect()),
                [Value::Int(from), Value::Int(to)] if to.saturating_sub(*from) <= RANGE => {
                    Value::list((*from..*to).map(Value::Int).collect())
                }
                _ => Value::list(vec![Value::Rest]),
            },
            "shlex.split" => match text(0) {
                Some(text) if !text.contains(['\'', '"', '\\', '#']) => {
                    Value::list(text.split_whitespace().map(|word| Value::text(word, span)).collect())
                }
                _ => Value::list(vec![Value::Rest]),
            },
            "textwrap.dedent" | "textwrap.indent" | "textwrap.fill" => Value::text(&UNKNOWN_CHAR.to_string(), span),
            "typing.cast" => given.plain.get(1).cloned().unwrap_or(Value::Unknown),
            "sys.exit" | "builtins.exit" | "builtins.quit" | "os._exit" => {
                state.end = Some(if Self::passing_code(first) { End::Session } else { End::Fail });
                Value::Unknown
            }
            _ if starts(path) => self.started(path, &given, span, state),
            _ if path.starts_with("os.exec") || path.starts_with("os.spawn") || path.starts_with("nox.command.") => {
                let text = format!("what `{}` starts is not read", self.callee(span));
                let why = self.why(Reason::Unsupported, span, text);
                self.opaque(why, state);
                Value::Unknown
            }
            _ if is_language(path) => Value::Unknown,
            _ => self.elsewhere(path, &given, span, state),
        }
    }
}

/// Functions of the language; another name of that kind is bound by something that was not read.
fn is_language(path: &str) -> bool {
    const NAMES: &[&str] = &[
        "print",
        "isinstance",
        "repr",
        "type",
        "any",
        "all",
        "min",
        "max",
        "sum",
        "enumerate",
        "zip",
        "filter",
        "getattr",
        "hasattr",
        "open",
        "int",
        "float",
        "vars",
        "dir",
        "id",
        "iter",
        "next",
        "super",
        "input",
        "format",
        "abs",
        "round",
        "bytes",
    ];
    let name = path.strip_prefix("builtins.").unwrap_or("");
    NAMES.contains(&name) || name.ends_with("Error") || name.ends_with("Exception") || name == "SystemExit"
}
