//! Owns the shapes that Python source is read into. What may repeat without end is flat: depth is bounded by the reader.

use std::rc::Rc;

use crate::text::Span;

/// Statements that follow each other.
pub type Block = Vec<Statement>;

/// A statement.
#[derive(Clone, Debug)]
pub struct Statement {
    /// What it is.
    pub what: What,
    /// Its first line (of a compound statement: up to the colon).
    pub span: Span,
}

/// The kinds of statements.
#[derive(Clone, Debug)]
pub enum What {
    /// An expression alone.
    Value(Expr),
    /// `a = b = value`, `a: T = value`.
    Assign(Vec<Expr>, Expr),
    /// `a += value`: target, operator without `=`, value.
    Augment(Expr, Box<str>, Expr),
    /// `import a.b`, `import a.b as c`: path, name it is bound to, whether that is the whole path.
    Import(Vec<(Box<str>, Option<Box<str>>)>),
    /// `from a.b import c as d`: the module (dots in front kept) and the names; `*` is one.
    From(Box<str>, Vec<(Box<str>, Box<str>)>),
    /// `if`, `elif`; and `else`.
    If(Vec<(Expr, Block)>, Block),
    /// `for`: target, iterable, body, `else`.
    For(Expr, Expr, Block, Block),
    /// `while`: condition, body, `else`.
    While(Expr, Block, Block),
    /// `try`.
    Try(Box<Try>),
    /// `with`: contexts with their targets, body.
    With(Vec<(Expr, Option<Expr>)>, Block),
    /// `def`.
    Function(Rc<Function>),
    /// `class`: its name.
    Class(Box<str>),
    /// `return`.
    Return(Option<Expr>),
    /// `raise`.
    Raise(Option<Expr>),
    /// `assert`.
    Assert(Expr),
    /// `del`.
    Delete(Vec<Expr>),
    /// `global`, `nonlocal`.
    Outer(Vec<Box<str>>),
    /// `break`.
    Break,
    /// `continue`.
    Continue,
    /// `pass`, a comment-like statement, a type alias.
    Pass,
    /// `match`: the subject and the blocks of its cases.
    Match(Expr, Vec<Block>),
    /// Anything else.
    Unread,
}

/// `try` with all its parts.
#[derive(Clone, Debug, Default)]
pub struct Try {
    /// What is tried.
    pub body: Block,
    /// `except` clauses.
    pub handlers: Vec<Handler>,
    /// `else`.
    pub orelse: Block,
    /// `finally`, with the span of that word.
    pub finally: Option<(Span, Block)>,
}

/// An `except` clause.
#[derive(Clone, Debug)]
pub struct Handler {
    /// What it catches; everything without one.
    pub caught: Option<Expr>,
    /// `as name`.
    pub name: Option<Box<str>>,
    /// Its body.
    pub body: Block,
    /// Its line.
    pub span: Span,
}

/// A function.
#[derive(Clone, Debug)]
pub struct Function {
    /// Its name.
    pub name: Box<str>,
    /// Its parameters.
    pub parameters: Vec<Parameter>,
    /// Its decorators, as they are written.
    pub decorators: Vec<Expr>,
    /// Its body.
    pub body: Block,
    /// The line of its first decorator, or of `def`.
    pub span: Span,
}

/// A parameter.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: Box<str>,
    /// 0, `*args` 1, `**kwargs` 2.
    pub stars: u8,
    /// Its default.
    pub default: Option<Expr>,
}

/// An expression.
#[derive(Clone, Debug)]
pub struct Expr {
    /// What it is.
    pub kind: Kind,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of expressions.
#[derive(Clone, Debug)]
pub enum Kind {
    /// A name.
    Name(Box<str>),
    /// A text, put together from pieces.
    Text(Vec<Piece>),
    /// A whole number.
    Int(i64),
    /// `True`, `False`.
    Bool(bool),
    /// `None`.
    None,
    /// A list, tuple or set.
    List(Vec<Item>),
    /// A dictionary; `**spread` has no key.
    Dict(Vec<(Option<Expr>, Expr)>),
    /// A comprehension: its element (of a dictionary: the value) and clauses.
    Comprehension(Box<Expr>, Vec<Clause>),
    /// Operands with binary operators between them.
    Chain(Box<Expr>, Vec<(Box<str>, Expr)>),
    /// `a < b < c`; `not in` and `is not` are one operator.
    Compare(Box<Expr>, Vec<(Box<str>, Expr)>),
    /// `a and b`.
    And(Vec<Expr>),
    /// `a or b`.
    Or(Vec<Expr>),
    /// `not a`.
    Not(Box<Expr>),
    /// `a if b else c if d else e`: (a, b), (c, d), and e.
    Choice(Vec<(Expr, Expr)>, Box<Expr>),
    /// `a.b(c)[d]`.
    Postfix(Box<Expr>, Vec<Trailer>),
    /// `name := value`.
    Bind(Box<str>, Box<Expr>),
    /// Something whose value is not known, with what is in it: `lambda`, `await`, `yield`, a number of another kind.
    Other(Option<Box<Expr>>),
}

/// A part of a text.
#[derive(Clone, Debug)]
pub enum Piece {
    /// As it stands, and where.
    Known(String, Span),
    /// `{expression}`.
    Field(Expr),
    /// Not known.
    Unknown,
}

/// An item of a list or an argument of a call.
#[derive(Clone, Debug)]
pub struct Item {
    /// How its value enters.
    pub how: How,
    /// The value.
    pub value: Expr,
}

/// How the value of an item enters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum How {
    /// As one.
    Plain,
    /// `*value`.
    Star,
    /// `**value`.
    DoubleStar,
    /// `name=value`.
    Keyword(Box<str>),
}

/// A `for` of a comprehension with its `if`s.
#[derive(Clone, Debug)]
pub struct Clause {
    /// Target.
    pub target: Expr,
    /// Iterable.
    pub iterable: Expr,
    /// Conditions.
    pub conditions: Vec<Expr>,
}

/// What follows a value.
#[derive(Clone, Debug)]
pub enum Trailer {
    /// `.name`
    Attribute(Box<str>),
    /// `(…)`, and where it ends.
    Call(Vec<Item>, usize),
    /// `[index]`
    Index(Box<Expr>),
    /// `[from:to]`; with a step, or anything else in it, nothing is known.
    Slice(Option<Box<Expr>>, Option<Box<Expr>>, bool),
}
