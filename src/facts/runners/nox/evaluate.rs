//! Owns the value of a noxfile's expressions. Refuses to know what functions of other modules do.

use std::rc::Rc;

use super::interpret::Run;
use super::state::State;
use super::value::{Given, Value};
use crate::answer::Reason;
use crate::facts::python::tree::{Clause, Expr, How, Item, Kind, Piece, Trailer};
use crate::facts::shell::UNKNOWN_CHAR;
use crate::text::Span;

/// Bytes of one text; a longer one is not known.
pub(super) const LONGEST: usize = 16 * 1024;
/// Items of one list.
pub(super) const WIDEST: usize = 4096;

impl Run<'_> {
    /// The value of an expression, with what runs on the way.
    pub(super) fn value(&mut self, expr: &Expr, state: &mut State) -> Value {
        self.deeper(Value::Unknown, state, |run, state| run.kind(expr, state))
    }

    fn kind(&mut self, expr: &Expr, state: &mut State) -> Value {
        match &expr.kind {
            Kind::Name(name) => self.named(name, expr.span, state),
            Kind::Text(pieces) => self.text(pieces, expr.span, state),
            Kind::Int(number) => Value::Int(*number),
            Kind::Bool(value) => Value::Bool(*value),
            Kind::None => Value::None,
            Kind::List(items) => {
                let items = self.items(items, state);
                Value::list(items)
            }
            Kind::Dict(pairs) => self.dict(pairs, state),
            Kind::Comprehension(element, clauses) => self.comprehension(element, clauses, state),
            Kind::Chain(first, rest) => self.chain(first, rest, expr.span, state),
            Kind::Compare(first, rest) => self.compare(first, rest, state),
            Kind::And(all) => self.either(all, false, state),
            Kind::Or(all) => self.either(all, true, state),
            Kind::Not(inner) => self.value(inner, state).truth().map_or(Value::Unknown, |truth| Value::Bool(!truth)),
            Kind::Choice(choices, last) => self.choice(choices, last, state),
            Kind::Postfix(base, trailers) => self.postfix(base, trailers, state),
            Kind::Bind(name, inner) => {
                let value = self.value(inner, state);
                state.set(name, value.clone());
                value
            }
            Kind::Other(inner) => {
                if let Some(inner) = inner {
                    self.perhaps(inner, state);
                }
                Value::Unknown
            }
        }
    }

    /// An expression that may be evaluated, now or later.
    fn perhaps(&mut self, expr: &Expr, state: &mut State) -> Value {
        let text = "whether this is evaluated is not known";
        let why = Rc::new(self.why(Reason::Dynamic, expr.span, text));
        self.under.push(why);
        let value = self.value(expr, state);
        self.under.pop();
        value
    }

    fn named(&mut self, name: &str, span: Span, state: &State) -> Value {
        if let Some(value) = state.get(name) {
            self.burn(value.size() / 8);
            return value.clone();
        }
        match name {
            "__file__" => state.frames[0].names.get("__file__").cloned().unwrap_or(Value::Unknown),
            "__name__" => Value::text("user_nox_module", span),
            _ => Value::outside(&format!("builtins.{name}")),
        }
    }

    fn text(&mut self, pieces: &[Piece], span: Span, state: &mut State) -> Value {
        let mut out = String::new();
        for piece in pieces {
            match piece {
                Piece::Known(text, _) => out.push_str(text),
                Piece::Field(value) => out.push_str(&self.value(value, state).shape()),
                Piece::Unknown => out.push(UNKNOWN_CHAR),
            }
            if !self.burn(out.len() / 8) || out.len() > LONGEST {
                return Value::Unknown;
            }
        }
        // One literal: its place is what stands between the quotes.
        match pieces {
            [Piece::Known(_, own)] => Value::text(&out, *own),
            _ => Value::text(&out, span),
        }
    }

    /// Items with spreads laid out.
    pub(super) fn items(&mut self, items: &[Item], state: &mut State) -> Vec<Value> {
        let mut out = Vec::new();
        for item in items {
            let value = self.value(&item.value, state);
            match (&item.how, value.items()) {
                (How::Star, Some(all)) => out.extend(all.iter().cloned()),
                (How::Star, None) => out.push(Value::Rest),
                _ => out.push(value),
            }
            if !self.burn(1) || out.len() > WIDEST {
                return vec![Value::Rest];
            }
        }
        out
    }

    fn dict(&mut self, pairs: &[(Option<Expr>, Expr)], state: &mut State) -> Value {
        let mut out: Vec<Value> = Vec::new();
        let mut known = true;
        for (key, value) in pairs {
            let value = self.value(value, state);
            match key {
                Some(key) => {
                    let key = self.value(key, state);
                    known &= key.known().is_some() || matches!(key, Value::Int(_));
                    out.extend([key, value]);
                }
                None => match value.pairs() {
                    Some(pairs) => out.extend(pairs.flat_map(|(key, value)| [key.clone(), value.clone()])),
                    None => known = false,
                },
            }
            if !self.burn(1) || out.len() > WIDEST {
                return Value::Unknown;
            }
        }
        if known { Value::dict(out) } else { Value::Unknown }
    }

    fn comprehension(&mut self, element: &Expr, clauses: &[Clause], state: &mut State) -> Value {
        let [clause] = clauses else {
            for clause in clauses {
                self.value(&clause.iterable, state);
                self.assign(&clause.target, &Value::Unknown, state);
            }
            self.perhaps(element, state);
            return Value::list(vec![Value::Rest]);
        };
        let over = self.value(&clause.iterable, state);
        let Some(all) = over.items().filter(|items| !items.iter().any(|item| matches!(item, Value::Rest))) else {
            self.assign(&clause.target, &Value::Unknown, state);
            self.perhaps(element, state);
            return Value::list(vec![Value::Rest]);
        };
        let mut out = Vec::new();
        for item in all {
            self.assign(&clause.target, item, state);
            let mut kept = Some(true);
            for condition in &clause.conditions {
                let truth = self.value(condition, state).truth();
                kept = if kept == Some(false) { kept } else { truth.and_then(|truth| Some(truth && kept?)) };
            }
            match kept {
                Some(true) => out.push(self.value(element, state)),
                Some(false) => {}
                None => {
                    self.perhaps(element, state);
                    out.push(Value::Rest);
                }
            }
            if !self.burn(1) || out.len() > WIDEST {
                return Value::list(vec![Value::Rest]);
            }
        }
        Value::list(out)
    }

    /// `a and b`, `a or b`: the first that decides, else the last.
    fn either(&mut self, all: &[Expr], decides: bool, state: &mut State) -> Value {
        let mut open: Option<Value> = None;
        for (at, expr) in all.iter().enumerate() {
            let value = if open.is_some() { self.perhaps(expr, state) } else { self.value(expr, state) };
            let last = at + 1 == all.len();
            if last || value.truth() == Some(decides) {
                return open.map_or_else(|| value.clone(), |open| Self::choose(&open, &value, decides));
            }
            if value.truth().is_none() {
                open = Some(open.map_or_else(|| value.clone(), |open| Self::choose(&open, &value, decides)));
            }
        }
        Value::Unknown
    }

    /// Of two values that may be the result, of `or` only if they count as true.
    fn choose(one: &Value, two: &Value, decides: bool) -> Value {
        if one.truth() == two.truth() && !matches!(one, Value::List(_)) {
            return one.join(two);
        }
        match (one, two) {
            (Value::List(_), Value::List(_)) => one.join(two),
            // `x or True` is true, whatever x is.
            _ if two.truth() == Some(decides) && matches!(two, Value::Bool(_)) => two.clone(),
            _ => Value::Unknown,
        }
    }

    fn choice(&mut self, choices: &[(Expr, Expr)], last: &Expr, state: &mut State) -> Value {
        let mut open: Option<Value> = None;
        for (value, test) in choices {
            let truth = self.value(test, state).truth();
            if truth == Some(false) {
                continue;
            }
            let value = if truth.is_none() || open.is_some() { self.perhaps(value, state) } else { self.value(value, state) };
            let joined = open.map_or_else(|| value.clone(), |open| open.join(&value));
            if truth == Some(true) {
                return joined;
            }
            open = Some(joined);
        }
        match open {
            Some(open) => open.join(&self.perhaps(last, state)),
            None => self.value(last, state),
        }
    }

    /// A value with everything that follows it.
    pub(super) fn postfix(&mut self, base: &Expr, trailers: &[Trailer], state: &mut State) -> Value {
        let mut value = self.value(base, state);
        for (at, trailer) in trailers.iter().enumerate() {
            if !self.burn(1 + value.size() / 8) {
                return Value::Unknown;
            }
            value = match trailer {
                Trailer::Attribute(name) => self.attribute(&value, name, base.span, state),
                Trailer::Call(arguments, end) => {
                    let given = self.given(arguments, state);
                    let span = Span::new(base.span.start, *end);
                    match self.changed_by(&value, &given, span) {
                        Some((made, result)) => {
                            self.replace(base, &trailers[..at.saturating_sub(1)], &made, state);
                            result
                        }
                        None => self.called(&value, given, span, state),
                    }
                }
                Trailer::Index(key) => {
                    let key = self.value(key, state);
                    self.indexed(&value, &key, state)
                }
                Trailer::Slice(from, to, plain) => {
                    let mut end = |end: &Option<Box<Expr>>| end.as_ref().map(|end| self.value(end, state));
                    let (from, to) = (end(from), end(to));
                    Self::sliced(&value, from.as_ref(), to.as_ref()).filter(|_| *plain).unwrap_or(Value::Unknown)
                }
            };
            if state.end.is_some() {
                break;
            }
        }
        value
    }

    fn given(&mut self, arguments: &[Item], state: &mut State) -> Given {
        let mut given = Given::default();
        for item in arguments {
            let value = self.value(&item.value, state);
            match (&item.how, value.items()) {
                (How::Star, Some(all)) => given.plain.extend(all.iter().cloned()),
                (How::Star, None) => given.plain.push(Value::Rest),
                (How::Keyword(name), _) => given.named.push((Rc::from(&**name), value)),
                (How::DoubleStar, _) => match value.pairs() {
                    Some(pairs) => {
                        let named = pairs.filter_map(|(key, value)| Some((Rc::from(key.known()?), value.clone())));
                        given.named.extend(named.collect::<Vec<_>>());
                    }
                    None => given.open = true,
                },
                (How::Plain, _) => given.plain.push(value),
            }
            if !self.burn(1) || given.plain.len() > WIDEST {
                given.plain = vec![Value::Rest];
            }
        }
        given
    }

    fn indexed(&self, value: &Value, key: &Value, state: &State) -> Value {
        match (value, key) {
            (Value::List(list), Value::Int(at)) => {
                let known = list.items.iter().position(|item| matches!(item, Value::Rest));
                let at = if *at < 0 { (list.items.len() as i64 + at).max(-1) } else { *at };
                let at =
                    usize::try_from(at).ok().filter(|at| known.is_none_or(|rest| *at < rest && !matches!(key, Value::Int(..0))));
                at.and_then(|at| list.items.get(at)).cloned().unwrap_or(Value::Unknown)
            }
            (Value::Dict(list), key) => {
                let mut pairs = list.items.chunks_exact(2).rev();
                let found = pairs.find(|pair| pair[0].same(key) == Some(true));
                found.map_or(Value::Unknown, |pair| pair[1].clone())
            }
            (Value::Outside(path), key) if matches!(&**path, "os.environ" | "session.env") => {
                key.known().map_or(Value::Unknown, |name| Self::variable(name, None, state))
            }
            _ => Value::Unknown,
        }
    }

    fn sliced(value: &Value, from: Option<&Value>, to: Option<&Value>) -> Option<Value> {
        let items = value.items()?;
        let end = |end: Option<&Value>, or: usize| match end {
            None => Some(or),
            Some(Value::Int(at)) => {
                let at = if *at < 0 { items.len() as i64 + at } else { *at };
                usize::try_from(at.max(0)).ok().map(|at| at.min(items.len()))
            }
            Some(_) => None,
        };
        let (from, to) = (end(from, 0)?, end(to, items.len())?);
        let open = items.iter().position(|item| matches!(item, Value::Rest));
        if open.is_some_and(|open| open < from.max(to) && !(to == items.len() && from <= open)) {
            return None;
        }
        Some(Value::list(items.get(from..to.max(from))?.to_vec()))
    }
}
