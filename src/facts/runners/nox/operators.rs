//! Owns comparisons and operators on the values of a noxfile. Refuses numbers that are not whole.

use super::evaluate::{LONGEST, WIDEST};
use super::interpret::Run;
use super::state::State;
use super::value::Value;
use crate::facts::python::tree::Expr;
use crate::facts::shell::UNKNOWN_CHAR;
use crate::text::Span;

impl Run<'_> {
    pub(super) fn compare(&mut self, first: &Expr, rest: &[(Box<str>, Expr)], state: &mut State) -> Value {
        let mut left = self.value(first, state);
        let mut all = Some(true);
        for (sign, right) in rest {
            let right = self.value(right, state);
            self.burn(left.size() + right.size());
            let one = self.holds(&left, sign, &right, state);
            all = match (all, one) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            };
            left = right;
        }
        all.map_or(Value::Unknown, Value::Bool)
    }

    pub(super) fn holds(&self, left: &Value, sign: &str, right: &Value, state: &State) -> Option<bool> {
        match sign {
            "==" => left.same(right),
            "!=" => left.same(right).map(|same| !same),
            "is" => self.is_same(left, right),
            "is not" => self.is_same(left, right).map(|same| !same),
            "in" => self.contains(right, left, state),
            "not in" => self.contains(right, left, state).map(|found| !found),
            _ => match (left, right) {
                (Value::Int(a), Value::Int(b)) => Some(match sign {
                    "<" => a < b,
                    ">" => a > b,
                    "<=" => a <= b,
                    _ => a >= b,
                }),
                _ => None,
            },
        }
    }

    pub(super) fn is_same(&self, left: &Value, right: &Value) -> Option<bool> {
        match (left, right) {
            (Value::None | Value::Bool(_), _) | (_, Value::None | Value::Bool(_)) => left.same(right),
            _ => None,
        }
    }

    pub(super) fn contains(&self, whole: &Value, part: &Value, state: &State) -> Option<bool> {
        match whole {
            Value::List(list) => {
                let mut open = false;
                for item in &list.items {
                    match item.same(part) {
                        Some(true) => return Some(true),
                        Some(false) => {}
                        None => open = true,
                    }
                }
                if open { None } else { Some(false) }
            }
            Value::Dict(list) => {
                let key = part.known()?;
                Some(list.items.chunks_exact(2).any(|pair| pair[0].known() == Some(key)))
            }
            Value::Text(text) => {
                let part = part.known()?;
                if text.text.contains(part) { Some(true) } else { whole.known().map(|_| false) }
            }
            Value::Outside(path) if matches!(&**path, "os.environ" | "session.env") => Self::is_set(part.known()?, state),
            _ => None,
        }
    }

    pub(super) fn chain(&mut self, first: &Expr, rest: &[(Box<str>, Expr)], span: Span, state: &mut State) -> Value {
        let mut values = vec![self.value(first, state)];
        let mut signs: Vec<&str> = Vec::new();
        for (sign, value) in rest {
            signs.push(sign);
            values.push(self.value(value, state));
        }
        const LEVELS: &[&[&str]] = &[&["**"], &["*", "/", "//", "%", "@"], &["+", "-"], &["<<", ">>"], &["&"], &["^"], &["|"]];
        for level in LEVELS {
            let (mut left_values, mut left_signs): (Vec<Value>, Vec<&str>) = (Vec::new(), Vec::new());
            let mut all = values.into_iter();
            left_values.extend(all.next());
            for (sign, value) in signs.into_iter().zip(all) {
                match left_values.last_mut().filter(|_| level.contains(&sign)) {
                    Some(last) => *last = self.operate(last, sign, &value, span),
                    None => {
                        left_values.push(value);
                        left_signs.push(sign);
                    }
                }
            }
            (values, signs) = (left_values, left_signs);
        }
        values.into_iter().next().unwrap_or(Value::Unknown)
    }

    /// `left sign right`.
    pub(super) fn operate(&mut self, left: &Value, sign: &str, right: &Value, span: Span) -> Value {
        if !self.burn(left.size() + right.size()) {
            return Value::Unknown;
        }
        match (left, sign, right) {
            // A path that is not known may be absolute.
            (Value::Text(_), "/", Value::Unknown) => Value::Unknown,
            (Value::Text(a), "+" | "/", _) => {
                let (a, b) = (a.text.to_string(), right.shape());
                let text = if sign == "+" { a + &b } else { joined_path(&a, &b) };
                if text.len() > LONGEST { Value::Unknown } else { Value::text(&text, span) }
            }
            (_, "+" | "/", Value::Text(b)) if !matches!(left, Value::Int(_)) => {
                let slash = if sign == "/" { "/" } else { "" };
                let text = format!("{UNKNOWN_CHAR}{slash}{}", b.text);
                if sign == "/" && b.text.starts_with('/') { right.clone() } else { Value::text(&text, span) }
            }
            (Value::Text(_), "%", _) => Value::text(&UNKNOWN_CHAR.to_string(), span),
            (Value::List(a), "+", _) => {
                let mut items = a.items.clone();
                match right.items() {
                    Some(more) => items.extend(more.iter().cloned()),
                    None => items.push(Value::Rest),
                }
                if items.len() > WIDEST { Value::list(vec![Value::Rest]) } else { Value::list(items) }
            }
            (_, "+", Value::List(b)) => {
                let items = std::iter::once(Value::Rest).chain(b.items.iter().cloned()).collect();
                Value::list(items)
            }
            (Value::Dict(a), "|", Value::Dict(b)) => Value::dict(a.items.iter().chain(&b.items).cloned().collect()),
            (Value::Int(a), "+", Value::Int(b)) => a.checked_add(*b).map_or(Value::Unknown, Value::Int),
            (Value::Int(a), "-", Value::Int(b)) => a.checked_sub(*b).map_or(Value::Unknown, Value::Int),
            _ => Value::Unknown,
        }
    }
}

/// `a / b` of paths.
pub(super) fn joined_path(a: &str, b: &str) -> String {
    if b.starts_with('/') {
        return b.to_owned();
    }
    match a {
        "" | "." => b.to_owned(),
        _ => format!("{}/{b}", a.trim_end_matches('/')),
    }
}
