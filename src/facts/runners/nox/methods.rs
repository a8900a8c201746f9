//! Owns the methods of texts, lists and dictionaries that noxfiles put command lines together with. Refuses to know sessions.

use super::interpret::Run;
use super::operators::joined_path;
use super::value::{Given, Value};
use crate::facts::shell::UNKNOWN_CHAR;
use crate::text::Span;

impl Run<'_> {
    /// What a method makes of the list or dictionary it belongs to, and what the call gives; `None` when it changes nothing.
    pub(super) fn changed_by(&mut self, value: &Value, given: &Given, span: Span) -> Option<(Value, Value)> {
        let Value::Method(owner, name) = value else { return None };
        let first = given.plain.first();
        match (&**owner, &**name) {
            (Value::List(list), "append" | "extend" | "insert" | "add") => {
                self.burn(list.items.len());
                let mut items = list.items.clone();
                match (&**name, first, given.plain.get(1)) {
                    ("append" | "add", Some(value), _) => items.push(value.clone()),
                    ("extend", Some(value), _) => match value.items() {
                        Some(more) => items.extend(more.iter().cloned()),
                        None => items.push(Value::Rest),
                    },
                    ("insert", Some(Value::Int(at)), Some(value)) if *at >= 0 => {
                        let at = usize::try_from(*at).unwrap_or(usize::MAX).min(items.len());
                        match items[..at].iter().any(|item| matches!(item, Value::Rest)) {
                            true => items = vec![Value::Rest],
                            false => items.insert(at, value.clone()),
                        }
                    }
                    _ => items = vec![Value::Rest],
                }
                Some((Value::list(items), Value::None))
            }
            (Value::List(_), "clear") => Some((Value::list(Vec::new()), Value::None)),
            (Value::List(_), "remove" | "pop" | "sort" | "reverse") => Some((Value::list(vec![Value::Rest]), Value::Unknown)),
            (Value::Dict(list), "update") => {
                let mut items = list.items.clone();
                let more = first.map_or(Some(Vec::new()), |value| {
                    value.pairs().map(|pairs| pairs.flat_map(|(key, value)| [key.clone(), value.clone()]).collect())
                });
                let Some(more) = more.filter(|_| !given.open) else { return Some((Value::Unknown, Value::None)) };
                items.extend(more);
                items.extend(given.named.iter().flat_map(|(name, value)| [Value::text(name, span), value.clone()]));
                self.burn(items.len());
                Some((Value::dict(items), Value::None))
            }
            (Value::Dict(_), "pop" | "setdefault" | "clear" | "popitem") => Some((Value::Unknown, Value::Unknown)),
            _ => None,
        }
    }

    /// What a method gives that changes nothing.
    pub(super) fn method(&mut self, owner: &Value, name: &str, given: &Given, span: Span) -> Value {
        self.burn(owner.size());
        match owner {
            Value::Text(_) => self.text_method(owner, name, given, span),
            Value::List(_) if name == "copy" => owner.clone(),
            Value::Dict(list) => {
                let pairs = || list.items.chunks_exact(2);
                match (name, given.plain.first()) {
                    ("copy", _) => owner.clone(),
                    ("keys", _) => Value::list(pairs().map(|pair| pair[0].clone()).collect()),
                    ("values", _) => Value::list(pairs().map(|pair| pair[1].clone()).collect()),
                    ("items", _) => Value::list(pairs().map(|pair| Value::list(pair.to_vec())).collect()),
                    ("get", Some(key)) => {
                        let found = pairs().rev().find(|pair| pair[0].same(key) == Some(true));
                        match (found, key.known()) {
                            (Some(pair), _) => pair[1].clone(),
                            (None, Some(_)) => given.plain.get(1).cloned().unwrap_or(Value::None),
                            _ => Value::Unknown,
                        }
                    }
                    _ => Value::Unknown,
                }
            }
            _ => Value::Unknown,
        }
    }

    fn text_method(&mut self, owner: &Value, name: &str, given: &Given, span: Span) -> Value {
        let shape = owner.shape();
        let first = given.plain.first();
        let argument = first.and_then(Value::known);
        match (name, owner.known()) {
            // Paths.
            ("joinpath", _) => {
                let mut out = shape;
                for part in &given.plain {
                    let Value::Text(part) = part else { return Value::Unknown };
                    out = joined_path(&out, &part.text);
                }
                Value::text(&out, span)
            }
            ("resolve" | "absolute" | "as_posix" | "expanduser" | "__str__", _) => owner.clone(),
            ("join", Some(between)) => {
                let Some(items) = first.and_then(Value::items) else { return Value::text(&UNKNOWN_CHAR.to_string(), span) };
                let texts: Vec<String> = items.iter().map(Value::shape).collect();
                self.burn(texts.iter().map(String::len).sum());
                Value::text(&texts.join(between), span)
            }
            ("split", Some(text)) if given.plain.len() < 2 && given.named.is_empty() => {
                let words: Vec<&str> = match (first, argument) {
                    (None, _) => text.split_whitespace().collect(),
                    (Some(_), Some(sign)) if !sign.is_empty() => text.split(sign).collect(),
                    _ => return Value::list(vec![Value::Rest]),
                };
                self.burn(words.len() * 4);
                Value::list(words.into_iter().map(|word| Value::text(word, span)).collect())
            }
            ("split" | "splitlines" | "rsplit", _) => Value::list(vec![Value::Rest]),
            ("strip", Some(text)) if first.is_none() => Value::text(text.trim(), span),
            ("lower", Some(text)) => Value::text(&text.to_lowercase(), span),
            ("upper", Some(text)) => Value::text(&text.to_uppercase(), span),
            ("replace", Some(text)) => match (argument, given.plain.get(1).and_then(Value::known)) {
                (Some(from), Some(to)) if !from.is_empty() && to.len() <= 4 * from.len() => {
                    Value::text(&text.replace(from, to), span)
                }
                _ => Value::Unknown,
            },
            ("startswith", Some(text)) => argument.map_or(Value::Unknown, |head| Value::Bool(text.starts_with(head))),
            ("endswith", Some(text)) => argument.map_or(Value::Unknown, |tail| Value::Bool(text.ends_with(tail))),
            ("removeprefix", Some(text)) => {
                argument.map_or(Value::Unknown, |head| Value::text(text.strip_prefix(head).unwrap_or(text), span))
            }
            ("removesuffix", Some(text)) => {
                argument.map_or(Value::Unknown, |tail| Value::text(text.strip_suffix(tail).unwrap_or(text), span))
            }
            ("format" | "format_map", _) => Value::text(&UNKNOWN_CHAR.to_string(), span),
            _ => Value::Unknown,
        }
    }
}
