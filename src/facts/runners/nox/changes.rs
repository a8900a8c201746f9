//! Owns which names a block may change: what is not known once it is not known how often the block runs. Refuses to follow it.

use std::collections::BTreeMap;

use super::interpret::Run;
use super::state::State;
use super::value::Value;
use crate::facts::python::tree::{Block, Expr, Kind, Trailer, What};

/// Methods that change what they belong to.
const CHANGING: &[&str] =
    &["append", "extend", "insert", "remove", "pop", "clear", "sort", "reverse", "update", "setdefault", "add", "discard"];

/// How a name is changed, the least first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Change {
    /// Values are added to its end.
    Grows,
    /// A part of it is another one.
    Part,
    /// It is bound to something else.
    Bound,
}

impl Run<'_> {
    /// Nothing is known any more of the names that a block changes; a list that it only adds to keeps its beginning.
    pub(super) fn forget(&mut self, block: &Block, state: &mut State) {
        let mut found = BTreeMap::new();
        walk(block, &mut |name, how| {
            let own = found.entry(name.to_owned()).or_insert(how);
            *own = how.max(*own);
        });
        for (name, how) in found {
            let value = match state.get(&name) {
                _ if how == Change::Bound => Value::Unknown,
                Some(Value::List(list)) if how == Change::Grows => {
                    self.burn(list.items.len());
                    let mut items = list.items.clone();
                    items.push(Value::Rest);
                    Value::list(items)
                }
                Some(Value::List(_) | Value::Dict(_) | Value::Text(_) | Value::Int(_)) => Value::Unknown,
                _ => continue,
            };
            state.set(&name, value);
        }
    }
}

fn walk(block: &Block, visit: &mut dyn FnMut(&str, Change)) {
    for statement in block {
        match &statement.what {
            What::Assign(targets, _) => targets.iter().for_each(|target| bound(target, visit)),
            What::Augment(target, sign, _) => match &target.kind {
                Kind::Name(name) if &**sign == "+" => visit(name, Change::Grows),
                _ => bound(target, visit),
            },
            What::Value(Expr { kind: Kind::Postfix(base, trailers), .. }) => {
                if let (Kind::Name(name), [.., Trailer::Attribute(method), Trailer::Call(..)]) = (&base.kind, trailers.as_slice())
                    && CHANGING.contains(&&**method)
                {
                    let grows = trailers.len() == 2 && matches!(&**method, "append" | "extend");
                    visit(name, if grows { Change::Grows } else { Change::Part });
                }
            }
            What::If(branches, last) => {
                branches.iter().for_each(|(_, block)| walk(block, visit));
                walk(last, visit);
            }
            What::For(target, _, body, last) => {
                bound(target, visit);
                walk(body, visit);
                walk(last, visit);
            }
            What::While(_, body, last) => {
                walk(body, visit);
                walk(last, visit);
            }
            What::Try(parts) => {
                walk(&parts.body, visit);
                parts.handlers.iter().for_each(|handler| walk(&handler.body, visit));
                walk(&parts.orelse, visit);
                parts.finally.iter().for_each(|(_, body)| walk(body, visit));
            }
            What::With(all, body) => {
                all.iter().filter_map(|(_, target)| target.as_ref()).for_each(|target| bound(target, visit));
                walk(body, visit);
            }
            What::Match(_, blocks) => blocks.iter().for_each(|block| walk(block, visit)),
            _ => {}
        }
    }
}

fn bound(target: &Expr, visit: &mut dyn FnMut(&str, Change)) {
    match &target.kind {
        Kind::Name(name) => visit(name, Change::Bound),
        Kind::List(items) => items.iter().for_each(|item| bound(&item.value, visit)),
        Kind::Postfix(base, _) => {
            if let Kind::Name(name) = &base.kind {
                visit(name, Change::Part);
            }
        }
        _ => {}
    }
}
