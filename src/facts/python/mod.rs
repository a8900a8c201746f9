//! Owns the reading of Python source as far as task files need it: statements and expressions with their places, in one pass,
//! bounded in depth. Refuses to give them a meaning, and to run anything.

mod atom;
mod definition;
mod expression;
mod lex;
mod quoted;
mod statement;
#[cfg(test)]
mod tests;
pub mod tree;

use crate::text::Span;
use tree::{Block, Expr};

/// Brackets in brackets, blocks in blocks, calls in calls; also bounds the stack.
pub const DEEPEST: usize = 48;

/// A text that is no Python, or none that is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The byte where it shows.
    pub at: usize,
    /// What is wrong.
    pub why: &'static str,
}

/// The statements of a module. A statement that is not understood stands in it as [`tree::What::Unread`]; only a text that does
/// not fall into tokens and blocks is refused as a whole, as Python refuses it.
///
/// # Errors
/// An open string, brackets or indentation that do not fit, or deeper nesting than is read.
pub fn module(text: &str) -> Result<Block, Broken> {
    let tokens = lex::tokens(text, Span::new(0, text.len()), lex::Layout::Lines)?;
    Ok(statement::module(text, tokens))
}

/// One expression (`-k "lint and not docs"`).
///
/// # Errors
/// When the text is none.
pub fn expression(text: &str) -> Result<Expr, Broken> {
    expression::alone(text, Span::new(0, text.len()), 0)
}
