//! Owns variables of make and their expansion, three-valued: what only a run could tell becomes U+E000 in the text. Refuses
//! to run anything (`$(shell …)`), and to grow past its fuel.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use super::functions;
use super::syntax::Binding;
use crate::catalog::Catalog;
use crate::text::{MappedText, Span};

/// Stands for text that is not known.
pub(in crate::facts::runners) const UNKNOWN: char = '\u{E000}';
/// The same as a string.
pub(in crate::facts::runners) const UNKNOWN_TEXT: &str = "\u{E000}";
/// Stands before the name of a program that the makefile looked up (`$(shell command -v poetry)`): where it lies, and whether
/// it is there at all, is not known; what runs under its name is.
pub(super) const LOOKED_UP: char = '\u{E001}';
/// References inside references; also bounds the stack.
const MAX_DEPTH: usize = 40;

/// Who set a variable; a later one in this list is not overridden by an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Origin {
    /// Built in.
    Default,
    /// The environment.
    Environment,
    /// A makefile.
    File,
    /// The environment under `-e`.
    EnvironmentOverride,
    /// The command line.
    CommandLine,
    /// `override` in a makefile.
    Override,
}

/// A variable.
#[derive(Clone, Debug)]
pub(super) struct Variable {
    /// Its text, expanded already when `simple`.
    pub(super) text: String,
    /// Whether it was set by `:=`.
    pub(super) simple: bool,
    /// Who set it.
    pub(super) origin: Origin,
}

/// Variables that cover the global ones: automatic ones, target-specific ones.
pub(super) type Layer = HashMap<String, Variable>;

/// All variables, and the fuel that their expansion burns.
pub(super) struct Variables {
    global: HashMap<String, Variable>,
    fuel: Cell<usize>,
    allowed: usize,
    evaluated: RefCell<Vec<String>>,
}

impl Variables {
    /// No variables; `fuel` bounds the bytes that all expansions together may scan and write.
    pub(super) fn new(fuel: usize) -> Self {
        Self { global: HashMap::new(), fuel: Cell::new(fuel), allowed: fuel, evaluated: RefCell::default() }
    }

    /// A global variable.
    pub(super) fn get(&self, name: &str) -> Option<&Variable> {
        self.global.get(name)
    }

    /// Sets a global variable, whoever set it before.
    pub(super) fn set(&mut self, name: &str, variable: Variable) {
        self.global.insert(name.to_owned(), variable);
    }

    /// Forgets one.
    pub(super) fn remove(&mut self, name: &str) {
        self.global.remove(name);
    }

    /// The names of all global variables.
    pub(super) fn names(&self) -> impl Iterator<Item = (&String, &Variable)> {
        self.global.iter()
    }

    /// Notes the text of an `$(eval …)`, to be read as a part of the makefile.
    pub(super) fn evaluate(&self, text: String) {
        self.evaluated.borrow_mut().push(text);
    }

    /// Whether an `$(eval …)` that was met in a recipe, and not read since, sets this variable.
    fn set_by_eval(&self, name: &str) -> bool {
        let pending = self.evaluated.borrow();
        !pending.is_empty()
            && pending.iter().take(64).any(|text| {
                let rest = text.trim_start().strip_prefix(name);
                self.burn(name.len()) && rest.is_some_and(|rest| rest.trim_start().starts_with([':', '=', '+', '?', '!']))
            })
    }

    /// What was noted by [`Self::evaluate`] since the last time.
    pub(super) fn take_evaluated(&self) -> Vec<String> {
        self.evaluated.take()
    }

    /// The text that a variable gets from an assignment, and whether it is expanded for good; `None` when it keeps its own.
    pub(super) fn bound(
        &self,
        old: Option<&Variable>,
        name: &str,
        binding: Binding,
        value: &str,
        layer: &Layer,
    ) -> Option<(String, bool)> {
        Some(match (binding, old) {
            (Binding::Recursive, _) | (Binding::Append, None) => (value.to_owned(), false),
            (Binding::Simple, _) => (self.expand_at(value, layer, 0), true),
            (Binding::Shell, _) => (UNKNOWN_TEXT.to_owned(), true),
            (Binding::IfUnset, Some(_)) => return None,
            (Binding::IfUnset, None) if set_outside(name) => (UNKNOWN_TEXT.to_owned(), true),
            (Binding::IfUnset, None) => (value.to_owned(), false),
            (Binding::Append, Some(old)) if !self.burn(old.text.len()) => (UNKNOWN_TEXT.to_owned(), true),
            (Binding::Append, Some(old)) if old.simple => (format!("{} {}", old.text, self.expand_at(value, layer, 0)), true),
            (Binding::Append, Some(old)) => (format!("{} {value}", old.text), false),
        })
    }

    /// `+=` in place: lists of thousands of lines are built this way. `false` when there is nothing to append to.
    pub(super) fn append(&mut self, name: &str, value: &str, layer: &Layer) -> bool {
        let Some(simple) = self.global.get(name).map(|known| known.simple) else { return false };
        let value = if simple { self.expand_at(value, layer, 0) } else { value.to_owned() };
        if let Some(known) = self.global.get_mut(name) {
            known.text.push(' ');
            known.text.push_str(&value);
        }
        true
    }

    /// How much fuel was burned.
    pub(super) fn burned(&self) -> usize {
        self.allowed - self.fuel.get()
    }

    /// Whether no fuel is left: something was not expanded.
    pub(super) fn is_dry(&self) -> bool {
        self.fuel.get() == 0
    }

    /// Burns fuel; `false` when there is none left.
    pub(super) fn burn(&self, amount: usize) -> bool {
        let left = self.fuel.get();
        self.fuel.set(left.saturating_sub(amount.saturating_add(1)));
        left > amount
    }

    /// The text with all references replaced.
    pub(super) fn expand(&self, text: &str, layer: &Layer) -> String {
        plain(self.expand_at(text, layer, 0))
    }

    /// The value of a variable as a shell would see it.
    pub(super) fn plain(&self, name: &str, layer: &Layer) -> String {
        plain(self.value(name, layer, 0))
    }

    /// As [`Self::expand`] for a reference `depth` levels down.
    pub(super) fn expand_at(&self, text: &str, layer: &Layer, depth: usize) -> String {
        let mut out = String::new();
        self.walk(text, layer, depth, &mut |piece, _| out.push_str(piece));
        out
    }

    /// The text with all references replaced; what was written keeps its place, a value stands for its reference. Programs that
    /// were looked up keep their mark.
    pub(super) fn expand_mapped(&self, text: &MappedText, layer: &Layer) -> MappedText {
        let mut out = MappedText::empty(std::sync::Arc::clone(text.file()));
        self.walk(text.text(), layer, 0, &mut |piece, from| match from {
            From::Written(start) => out.push_part(text, start..start + piece.len()),
            From::Reference(span) => out.push_standing_for(text.span(span.start..span.end), piece),
        });
        out
    }

    fn walk(&self, text: &str, layer: &Layer, depth: usize, emit: &mut dyn FnMut(&str, From)) {
        // Every walk costs something, however short its text: doubling variables are many short walks.
        if depth > MAX_DEPTH || !self.burn(text.len() + 64) {
            emit(UNKNOWN_TEXT, From::Reference(Span::new(0, text.len())));
            return;
        }
        let mut at = 0;
        while let Some(dollar) = memchr::memchr(b'$', &text.as_bytes()[at..]).map(|found| at + found) {
            emit(&text[at..dollar], From::Written(at));
            let Some(next) = text[dollar + 1..].chars().next() else {
                at = text.len();
                break;
            };
            let end = match next {
                '$' => {
                    emit("$", From::Written(dollar));
                    dollar + 2
                }
                '(' | '{' => match closing(&text[dollar + 1..]) {
                    Some(close) => {
                        let inner = &text[dollar + 2..dollar + 1 + close];
                        let end = dollar + close + 2;
                        emit(&self.reference(inner, layer, depth), From::Reference(Span::new(dollar, end)));
                        end
                    }
                    // Make stops with an error; whatever follows is lost with it.
                    None => {
                        emit(UNKNOWN_TEXT, From::Reference(Span::new(dollar, text.len())));
                        text.len()
                    }
                },
                other => {
                    let end = dollar + 1 + other.len_utf8();
                    emit(&self.value(&text[dollar + 1..end], layer, depth), From::Reference(Span::new(dollar, end)));
                    end
                }
            };
            at = end;
        }
        emit(&text[at..], From::Written(at));
    }

    /// The value of what stands between the parentheses.
    fn reference(&self, inner: &str, layer: &Layer, depth: usize) -> String {
        if let Some(value) = functions::call(self, inner, layer, depth + 1) {
            return if self.burn(value.len()) { value } else { UNKNOWN_TEXT.to_owned() };
        }
        let name = if inner.contains('$') { self.expand_at(inner, layer, depth + 1) } else { inner.to_owned() };
        if name.contains(UNKNOWN) {
            return UNKNOWN_TEXT.to_owned();
        }
        if let Some((name, rule)) = name.split_once(':')
            && let Some((from, to)) = rule.split_once('=')
        {
            return functions::substitute_reference(&self.value(name, layer, depth), from, to);
        }
        self.value(&name, layer, depth)
    }

    /// The value of a variable by its name.
    pub(super) fn value(&self, name: &str, layer: &Layer, depth: usize) -> String {
        if self.set_by_eval(name) {
            return UNKNOWN_TEXT.to_owned();
        }
        let Some(variable) = layer.get(name).or_else(|| self.global.get(name)) else {
            return if set_outside(name) { UNKNOWN_TEXT.to_owned() } else { String::new() };
        };
        if variable.simple || !variable.text.contains('$') {
            return if self.burn(variable.text.len()) { variable.text.clone() } else { UNKNOWN_TEXT.to_owned() };
        }
        self.expand_at(&variable.text, layer, depth + 1)
    }
}

/// Variables that every machine or CI system sets: not being told their value does not mean that they are unset.
pub(in crate::facts::runners) fn set_outside(name: &str) -> bool {
    matches!(name, "CI" | "PATH" | "HOME" | "USER" | "PWD")
        || Catalog::builtin().runners.ci_variable_heads.iter().any(|head| name.starts_with(head))
}

/// Whether a condition on this text can not be decided.
pub(super) fn undecided(text: &str) -> bool {
    text.contains([UNKNOWN, LOOKED_UP])
}

fn plain(text: String) -> String {
    if text.contains(LOOKED_UP) { text.replace(LOOKED_UP, "") } else { text }
}

/// Where a piece of expanded text comes from.
enum From {
    /// It stands at this offset of the text.
    Written(usize),
    /// It is the value of a reference over this span of the text.
    Reference(Span),
}

/// The offset of the bracket that closes the one `text` begins with. As in make, only brackets of the same kind nest.
pub(super) fn closing(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let (open, close) = if bytes.first() == Some(&b'{') { (b'{', b'}') } else { (b'(', b')') };
    let mut depth = 0_usize;
    for at in memchr::memchr2_iter(open, close, bytes) {
        if bytes[at] == open {
            depth += 1;
        } else {
            depth -= 1;
            if depth == 0 {
                return Some(at);
            }
        }
    }
    None
}
