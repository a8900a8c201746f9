//! Owns what stands left of `=` in a noxfile: names, parts of lists and dictionaries, variables, options of nox. Refuses to share
//! lists between names: each holds its own.

use super::interpret::Run;
use super::state::State;
use super::value::Value;
use crate::facts::python::tree::{Expr, How, Item, Kind, Trailer};

impl Run<'_> {
    /// Binds what stands left of `=`.
    pub(super) fn assign(&mut self, target: &Expr, value: &Value, state: &mut State) {
        match &target.kind {
            Kind::Name(name) => {
                self.burn(state.binding_cost());
                state.set(name, value.clone());
            }
            Kind::List(targets) => self.unpack(targets, value, state),
            Kind::Postfix(base, trailers) => {
                if let Some((last, before)) = trailers.split_last() {
                    self.assign_part(base, before, last, value, state);
                }
            }
            _ => {}
        }
    }

    pub(super) fn unpack(&mut self, targets: &[Item], value: &Value, state: &mut State) {
        let items = value.items().filter(|items| !items.iter().any(|item| matches!(item, Value::Rest)));
        let plain = targets.iter().all(|target| target.how == How::Plain);
        for (at, target) in targets.iter().enumerate() {
            let part = items.filter(|items| plain && items.len() == targets.len()).map(|items| items[at].clone());
            self.deeper((), state, |run, state| run.assign(&target.value, &part.unwrap_or(Value::Unknown), state));
        }
    }

    /// `a.b = value`, `a["b"] = value`.
    pub(super) fn assign_part(&mut self, base: &Expr, before: &[Trailer], last: &Trailer, value: &Value, state: &mut State) {
        let owner = self.postfix(base, before, state);
        match (&owner, last) {
            (Value::Outside(path), Trailer::Attribute(name)) if &**path == "nox.options" => {
                self.burn(state.frames[0].names.len() / 2);
                state.set_global(&format!("nox.options.{name}"), value.clone());
            }
            (Value::Outside(path), Trailer::Index(key)) if matches!(&**path, "os.environ" | "session.env") => {
                let key = self.value(key, state);
                self.set_variable(&key, value, state);
            }
            (Value::Dict(list), Trailer::Index(key)) => {
                let key = self.value(key, state);
                let mut items = list.items.clone();
                self.burn(items.len());
                let made = match key.known() {
                    None => Value::Unknown,
                    Some(_) => {
                        match items.chunks_exact(2).position(|pair| pair[0].same(&key) == Some(true)) {
                            Some(at) => items[2 * at + 1] = value.clone(),
                            None => items.extend([key, value.clone()]),
                        }
                        Value::dict(items)
                    }
                };
                self.replace(base, before, &made, state);
            }
            (Value::List(_), Trailer::Index(_) | Trailer::Slice(..)) => self.replace(base, before, &Value::Unknown, state),
            _ => {}
        }
    }

    /// Puts another value where one was read from.
    pub(super) fn replace(&mut self, base: &Expr, trailers: &[Trailer], value: &Value, state: &mut State) {
        match (&base.kind, trailers.split_last()) {
            (Kind::Name(name), None) => state.set(name, value.clone()),
            (_, Some((last, before))) => {
                self.deeper((), state, |run, state| run.assign_part(base, before, last, value, state));
            }
            _ => {}
        }
    }
}
