//! Owns what decorators make of a function (nox 2026.8, `nox/registry.py`, `nox/_parametrize.py`): sessions with their settings,
//! and the sets of arguments they run with. Refuses to select.

use std::rc::Rc;

use super::interpret::Run;
use super::state::State;
use super::value::{Callable, Given, Value};
use crate::answer::{Reason, Why};
use crate::facts::hold::{Hold, HoldEffect};
use crate::text::{Place, Span};

/// Sets of arguments of one session.
const SETS: usize = 1024;

/// Modules whose `session` registers one.
pub(super) const MODULES: &[&str] = &["nox", "nox.registry", "nox_poetry", "nox_uv"];

/// Decorators that leave a function what it is.
const TRANSPARENT: &[&str] =
    &["functools.wraps", "functools.cache", "functools.lru_cache", "contextlib.contextmanager", "typing.no_type_check"];

/// Sets of arguments; `None` when they are not known.
pub(super) type Parameters = Option<Rc<Vec<Set>>>;

/// One set of arguments.
#[derive(Clone, Debug)]
pub(super) struct Set {
    /// Names and values.
    pub(super) arguments: Vec<(Rc<str>, Value)>,
    /// What stands between the brackets of the session's name.
    pub(super) signature: String,
    /// Its tags.
    pub(super) tags: Vec<Value>,
}

/// A session as it is defined.
#[derive(Clone)]
pub(super) struct Registered {
    /// Its name, a hole where it is not known.
    pub(super) name: String,
    pub(super) callable: Rc<Callable>,
    pub(super) given: Rc<Given>,
    /// Why it may not be defined.
    pub(super) condition: Option<Why>,
    /// Where its definition begins.
    pub(super) place: Place,
    /// The text there.
    pub(super) text: String,
}

/// Whether a dotted path is a decorator of nox, or makes its arguments.
pub(super) fn is_decorator(path: &str) -> bool {
    is_session(path) || matches!(path, "nox.parametrize" | "nox.param" | "nox_poetry.parametrize")
}

fn is_session(path: &str) -> bool {
    path.rsplit_once('.')
        .is_some_and(|(module, name)| matches!(name, "session" | "session_decorator") && MODULES.contains(&module))
}

impl Run<'_> {
    /// What a decorator makes of a function.
    pub(super) fn decorate(&mut self, value: Value, by: &Value, span: Span, state: &State) -> Value {
        let Value::Function(callable) = &value else { return Value::Unknown };
        let (path, given) = match by {
            Value::Outside(path) => (Rc::clone(path), Rc::new(Given::default())),
            Value::Partial(path, given) => (Rc::clone(path), Rc::clone(given)),
            _ => return self.strangely_decorated(callable, span),
        };
        if is_session(&path) {
            self.register(callable, &given, state);
            return value;
        }
        if path.ends_with(".parametrize") {
            let sets = self.sets(&given);
            let own = callable.parameters.clone();
            let both = match own {
                Some(old) => multiplied(old, sets),
                None => sets,
            };
            self.burn(both.as_ref().map_or(1, |sets| sets.len()));
            let made = Rc::new(Callable {
                function: Rc::clone(&callable.function),
                defaults: callable.defaults.clone(),
                nested: callable.nested,
                parameters: Some(both),
                holds: callable.holds.clone(),
            });
            // Above `@nox.session` it adds to the session that is defined already.
            if let Some(registered) = self.registered.last_mut().filter(|last| Rc::ptr_eq(&last.callable, callable)) {
                registered.callable = Rc::clone(&made);
            }
            return Value::Function(made);
        }
        if TRANSPARENT.contains(&&*path) {
            return value;
        }
        self.strangely_decorated(callable, span)
    }

    fn strangely_decorated(&mut self, callable: &Rc<Callable>, span: Span) -> Value {
        let why = format!("what the decorator `{}` does with a failure is not read", self.source(span));
        let hold = Hold::new(HoldEffect::Unknown(Reason::Unsupported), self.place(span), why);
        if self.session.is_none() && self.strange.len() < SETS {
            let text = format!("`{}` may define a session, and is not read", self.source(span));
            let why = self.why(Reason::Unsupported, span, text);
            self.strange.push((Rc::clone(&callable.function), why));
        }
        let mut holds = callable.holds.clone();
        holds.push(hold);
        Value::Function(Rc::new(Callable {
            function: Rc::clone(&callable.function),
            defaults: callable.defaults.clone(),
            nested: callable.nested,
            parameters: callable.parameters.clone(),
            holds,
        }))
    }

    fn register(&mut self, callable: &Rc<Callable>, given: &Rc<Given>, state: &State) {
        self.burn(8);
        let name = match given.get("name", 3) {
            None | Some(Value::None) => callable.function.name.to_string(),
            Some(value) => value.shape(),
        };
        let span = callable.function.span;
        self.registered.push(Registered {
            name,
            callable: Rc::clone(callable),
            given: Rc::clone(given),
            condition: self.under.last().or(state.doubt()).map(|why| (**why).clone()),
            place: self.place(span),
            text: self.source(span),
        });
    }

    /// `@nox.parametrize("a, b", [(1, 2), nox.param(3, 4, id="x")], ids=[…])`
    fn sets(&mut self, given: &Given) -> Parameters {
        let names: Vec<Rc<str>> = match given.get("arg_names", 0)? {
            Value::Text(text) => text.text.split(',').map(str::trim).filter(|name| !name.is_empty()).map(Rc::from).collect(),
            value => value.items()?.iter().map(|name| name.known().map(Rc::from)).collect::<Option<_>>()?,
        };
        let values = given.get("arg_values_list", 1)?;
        let values = match values.items() {
            Some(items) => items.to_vec(),
            None if names.len() == 1 && !matches!(values, Value::Unknown) => vec![values.clone()],
            None => return None,
        };
        // Ids that cannot be read name sessions that cannot be told.
        let ids = match given.get("ids", 2) {
            None | Some(Value::None) => Vec::new(),
            Some(ids) => ids.items()?.to_vec(),
        };
        if values.iter().chain(&ids).any(|value| matches!(value, Value::Rest)) || values.len() > SETS {
            return None;
        }
        self.burn(values.len() * 4);
        let tags = match given.get("tags", 3) {
            None | Some(Value::None) => Vec::new(),
            Some(tags) => tags.items().map_or_else(|| vec![Value::Unknown; values.len()], <[Value]>::to_vec),
        };
        let mut all = Vec::new();
        for (at, value) in values.iter().enumerate() {
            let (plain, id, own) = match value {
                Value::Partial(path, given) if &**path == "nox.param" => {
                    (given.plain.clone(), given.by_name("id").cloned(), given.by_name("tags").cloned())
                }
                _ if names.len() == 1 => (vec![value.clone()], ids.get(at).cloned(), tags.get(at).cloned()),
                _ => (value.items()?.to_vec(), ids.get(at).cloned(), tags.get(at).cloned()),
            };
            let arguments: Vec<(Rc<str>, Value)> = names.iter().cloned().zip(plain).collect();
            let written: Vec<String> = arguments.iter().map(|(name, value)| format!("{name}={}", represented(value))).collect();
            let signature = match id {
                None | Some(Value::None) => written.join(", "),
                Some(id) => id.shape(),
            };
            let tags = match own {
                None | Some(Value::None) => Vec::new(),
                Some(own) => own.items().map_or_else(|| vec![Value::Unknown], <[Value]>::to_vec),
            };
            all.push(Set { arguments, signature, tags });
        }
        Some(Rc::new(all))
    }
}

/// The value as Python writes it down.
fn represented(value: &Value) -> String {
    match value {
        Value::Text(text) if text.text.contains('\'') && !text.text.contains('"') => format!("\"{}\"", text.text),
        Value::Text(text) => format!("'{}'", text.text.replace('\\', "\\\\").replace('\'', "\\'")),
        value => value.shape(),
    }
}

/// New sets for every old one, the old ones inside.
fn multiplied(old: Parameters, new: Parameters) -> Parameters {
    let (old, new) = (old?, new?);
    if old.len().saturating_mul(new.len()) > SETS {
        return None;
    }
    let mut all = Vec::new();
    for one in new.iter() {
        for inner in old.iter() {
            all.push(Set {
                arguments: inner.arguments.iter().chain(&one.arguments).cloned().collect(),
                signature: format!("{}, {}", inner.signature, one.signature),
                tags: inner.tags.iter().chain(&one.tags).cloned().collect(),
            });
        }
    }
    Some(Rc::new(all))
}
