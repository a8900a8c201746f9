//! Owns GitHub's expression language: words, shape, values, functions. Refuses to know a context or an event.

mod eval;
mod functions;
mod lexer;
mod parser;
mod value;

pub(super) use eval::{Names, eval};
pub(super) use parser::{Node, Order, Step, parse};
pub(super) use value::{Nature, Open, TEXT_BYTES, Unknown, Val, equal, number_text};
