//! Owns what is told of a script: its commands, redirections and variables, each word in its pieces. Refuses to read any.

use crate::text::Span;

/// All that a script says.
#[derive(Debug, Default)]
pub struct Outline {
    /// Its simple commands.
    pub commands: Vec<Spoken>,
    /// Where it reads from and writes to.
    pub redirects: Vec<Redirected>,
    /// Variables that it gives a value to, or takes it from.
    pub sets: Vec<Set>,
    /// Names that it gives to commands of its own.
    pub functions: Vec<String>,
    /// The words that each loop gives to its variable.
    pub turns: Vec<(String, Vec<Said>)>,
    /// What it evaluates as numbers, or as names.
    pub computed: Vec<Computed>,
    /// It computes numbers, of which a shell says what it cannot read.
    pub computes: bool,
    /// Something in it could not be read.
    pub unread: bool,
}

/// A word as it is written.
#[derive(Clone, Debug, Default)]
pub struct Said {
    /// Its bytes in the script; of one in a script that a word holds, that word's.
    pub span: Span,
    /// What it is made of.
    pub pieces: Vec<Piece>,
}

/// A part of a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Text, without its quotes.
    Text(String),
    /// The value of this variable, as it is.
    Variable(String),
    /// A number that the shell itself computes.
    Number,
    /// What a command of these words prints.
    Printed(Vec<String>),
    /// What an expansion makes of a variable, or what another command prints.
    Computed,
}

/// What a shell evaluates as a number, or as a name with an index: commands that stand in an index there run, whoever wrote them.
#[derive(Debug)]
pub struct Computed {
    /// What it is made of.
    pub pieces: Vec<Piece>,
    /// Names in its text are variables.
    pub names: bool,
}

/// One simple command.
#[derive(Debug)]
pub struct Spoken {
    /// Its words.
    pub words: Vec<Said>,
    /// What it prints goes to the log.
    pub is_shown: bool,
    /// Which of the outline's pipelines it stands in.
    pub pipeline: usize,
}

/// One redirection.
#[derive(Debug)]
pub struct Redirected {
    /// It writes.
    pub writes: bool,
    /// It adds to what is there.
    pub appends: bool,
    /// It stands for another one that is open, or closes it, where its target is a number or `-`.
    pub duplicates: bool,
    /// What is read is a text of the script's own, of which the target is the end, or all.
    pub here: bool,
    /// To or from what.
    pub target: Said,
    /// The simple command that it belongs to.
    pub of: Option<usize>,
}

/// How a variable gets its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// By an assignment of its own.
    Alone,
    /// In front of a command, for it.
    For,
    /// By a loop or an expansion.
    Aside,
    /// By arithmetic.
    Counted,
}

/// One value of a variable.
#[derive(Debug)]
pub struct Set {
    /// Whose.
    pub name: String,
    /// What it is, where that is written as one word.
    pub value: Option<Said>,
    /// How.
    pub how: How,
}

impl Said {
    /// The text of it, when nothing in it is expanded.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        self.pieces.iter().map(|piece| if let Piece::Text(text) = piece { Some(text.as_str()) } else { None }).collect()
    }

    /// The text that it begins with.
    #[must_use]
    pub fn head(&self) -> &str {
        if let Some(Piece::Text(text)) = self.pieces.first() { text } else { "" }
    }

    /// A name, and what is behind the `=` that follows it.
    #[must_use]
    pub fn split(&self) -> Option<(&str, Self)> {
        let (name, rest) = self.head().split_once('=')?;
        let first = (!rest.is_empty()).then(|| Piece::Text(rest.to_owned()));
        let pieces = first.into_iter().chain(self.pieces.iter().skip(1).cloned()).collect();
        Some((name, Self { span: self.span, pieces }))
    }
}

impl Spoken {
    /// The text of a word of it, as far as it is known from its beginning on.
    #[must_use]
    pub fn word(&self, at: usize) -> &str {
        self.words.get(at).map_or("", Said::head)
    }
}
