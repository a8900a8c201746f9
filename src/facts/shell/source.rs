//! Owns the text that is being read and what is inherited while reading it. Refuses to read.

use std::rc::Rc;

use crate::text::{MappedText, Place, Span};

use super::UNKNOWN_CHAR;
use super::ast::HereDocument;

/// A text that is being read: the script, or the text of an `eval`.
#[derive(Debug)]
pub(super) struct Source {
    pub text: MappedText,
    pub here: Vec<HereDocument>,
    /// For the text of an `eval`: its bytes in the script.
    pub outer: Option<Span>,
}

impl Source {
    pub(super) fn span(&self, span: Span) -> Span {
        self.outer.unwrap_or(span)
    }

    pub(super) fn place(&self, span: Span) -> Place {
        self.text.place(span.start..span.end)
    }

    pub(super) fn raw(&self, span: Span) -> &str {
        self.text.text().get(span.start..span.end).unwrap_or("")
    }

    /// Source text on one line, at most `limit` characters.
    pub(super) fn line(&self, span: Span, limit: usize) -> String {
        let mut out = String::new();
        for word in self.raw(span).split_whitespace() {
            if !out.is_empty() {
                out.push(' ');
            }
            out.push_str(word);
            if out.len() > limit * 4 {
                break;
            }
        }
        let out = if out.contains(UNKNOWN_CHAR) { out.replace(UNKNOWN_CHAR, "${{ … }}") } else { out };
        if out.chars().count() <= limit {
            return out;
        }
        out.chars().take(limit - 1).chain(['…']).collect()
    }
}

/// What is inherited downwards.
#[derive(Clone)]
pub(super) struct Ctx {
    pub source: Rc<Source>,
    /// `errexit` is ignored here: why.
    pub guard: Option<Rc<Guard>>,
    /// How deep `eval` is nested.
    pub evals: usize,
    /// The `source` commands on the way here.
    pub via: Rc<Vec<(Place, String)>>,
}

/// Where `errexit` is ignored.
pub(super) struct Guard {
    /// What ignores it, unless it is off anyway.
    pub said: Option<(Place, String)>,
}

impl Ctx {
    pub(super) fn guarded(&self, place: Place, why: impl Into<String>) -> Self {
        Self { guard: Some(Rc::new(Guard { said: Some((place, why.into())) })), ..self.clone() }
    }

    /// A place where `errexit` and the `ERR` trap would not act, were they set.
    pub(super) fn ignored(&self) -> Self {
        Self { guard: Some(Rc::new(Guard { said: None })), ..self.clone() }
    }
}
