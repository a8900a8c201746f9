//! Owns the tree a script is read into; every node knows its bytes. Refuses meaning.

use std::rc::Rc;

use crate::text::Span;

/// Commands in sequence.
#[derive(Debug, Default)]
pub(super) struct List {
    pub items: Vec<Item>,
}

/// One and-or list with what ends it.
#[derive(Debug)]
pub(super) struct Item {
    pub chain: Chain,
    /// The `&` that sends it to the background.
    pub background: Option<Span>,
}

/// Pipelines joined by `&&` and `||`.
#[derive(Debug)]
pub(super) struct Chain {
    pub first: Pipeline,
    pub rest: Vec<(ChainOp, Span, Pipeline)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ChainOp {
    And,
    Or,
}

/// Commands joined by `|`.
#[derive(Debug)]
pub(super) struct Pipeline {
    /// An odd number of `!` in front.
    pub bang: Option<Span>,
    pub commands: Vec<Command>,
    pub span: Span,
}

#[derive(Debug)]
pub(super) struct Command {
    pub kind: CommandKind,
    pub redirects: Vec<Redirect>,
    pub span: Span,
}

#[derive(Debug)]
pub(super) enum CommandKind {
    Simple(Simple),
    Group(List),
    Subshell(List),
    If {
        branches: Vec<(List, List)>,
        otherwise: Option<List>,
    },
    Loop {
        until: bool,
        condition: List,
        body: List,
    },
    For {
        name: String,
        words: Option<Vec<RawWord>>,
        body: List,
    },
    /// `for (( … ))` and `select`: the number of rounds is not known.
    Rounds {
        name: Option<String>,
        /// What `for (( … ))` computes.
        header: Vec<Part>,
        body: List,
    },
    Case {
        subject: RawWord,
        arms: Vec<Arm>,
    },
    Function {
        name: String,
        body: Rc<Command>,
    },
    Test(Vec<TestToken>),
    Arithmetic(Vec<Part>),
    Coprocess(Box<Command>),
}

#[derive(Debug, Default)]
pub(super) struct Simple {
    pub assignments: Vec<RawWord>,
    pub words: Vec<RawWord>,
}

#[derive(Debug)]
pub(super) struct Arm {
    pub patterns: Vec<RawWord>,
    pub body: List,
    pub end: ArmEnd,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ArmEnd {
    /// `;;`
    Leave,
    /// `;&` or `;;&`
    GoOn,
}

#[derive(Debug)]
pub(super) enum TestToken {
    Word(RawWord),
    And,
    Or,
    Open,
    Close,
    Less,
    Greater,
}

#[derive(Debug)]
pub(super) struct Redirect {
    pub op: RedirectOp,
    pub target: RawWord,
    /// Index into the parser's here-documents.
    pub here: Option<usize>,
    /// What is printed goes there.
    pub stdout: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RedirectOp {
    Input,
    Output,
    Append,
    Duplicate,
    HereDocument { tabs: bool },
    HereString,
}

/// The text of one here-document.
#[derive(Debug, Default)]
pub(super) struct HereDocument {
    pub delimiter: String,
    /// The delimiter was quoted: nothing in the body is expanded.
    pub literal: bool,
    /// `<<-`: leading tabs go.
    pub tabs: bool,
    pub span: Span,
    pub parts: Vec<Part>,
}

/// A word before expansion.
#[derive(Debug)]
pub(super) struct RawWord {
    pub span: Span,
    pub parts: Vec<Part>,
    /// Set when it has the form of an assignment; the first part then is `name=` and nothing else.
    pub assign: Option<Box<AssignHead>>,
}

#[derive(Debug)]
pub(super) struct AssignHead {
    pub name: String,
    pub append: bool,
    /// What stands between the brackets of `name[…]=`: its substitutions run.
    pub index: Option<Vec<Part>>,
    pub array: Option<Vec<RawWord>>,
}

#[derive(Debug)]
pub(super) enum Part {
    Literal {
        text: String,
        quoted: bool,
    },
    Param {
        param: Box<Param>,
        quoted: bool,
    },
    Command {
        list: Rc<List>,
        quoted: bool,
    },
    /// A substitution whose text could not be read in place.
    Unread {
        span: Span,
    },
    Process {
        list: Rc<List>,
        span: Span,
    },
    Arithmetic {
        parts: Vec<Part>,
    },
}

#[derive(Debug)]
pub(super) struct Param {
    pub name: String,
    pub index: Index,
    pub op: ParamOp,
    /// `:` in front of the operator: empty counts as unset.
    pub colon: bool,
    /// `${!name}`: the name is what the variable holds.
    pub indirect: bool,
    pub word: Vec<Part>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Index {
    None,
    All,
    /// A number; the operand then holds nothing of it.
    At(usize),
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ParamOp {
    Plain,
    Default,
    Assign,
    Error,
    Alternative,
    Length,
    /// Substrings, patterns, indirection.
    Other,
}

/// A parsed script.
#[derive(Debug, Default)]
pub(super) struct Script {
    pub list: List,
    pub here: Vec<HereDocument>,
    /// The first thing that only bash reads so.
    pub bashism: Option<(Span, &'static str)>,
}

impl AssignHead {
    /// The parts that are neither its name nor its value: those of an index, and of the elements of an array.
    pub(super) fn nested(&self) -> impl Iterator<Item = &[Part]> {
        let elements = self.array.iter().flatten().map(|raw| raw.parts.as_slice());
        self.index.as_deref().into_iter().chain(elements)
    }
}

impl RawWord {
    /// The text of a word that is one unquoted literal.
    pub(super) fn bare(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [Part::Literal { text, quoted: false }] => Some(text),
            _ => None,
        }
    }

    /// The parts behind `name=`.
    pub(super) fn value_parts(&self) -> &[Part] {
        if self.assign.is_some() { self.parts.get(1..).unwrap_or(&[]) } else { &self.parts }
    }
}
