//! Owns what a shell script runs and which of its failures reach the script's exit status. Refuses to know any tool, to
//! find the files it takes in (the caller hands them over), and to run anything.
//!
//! `parse` builds a tree with byte spans, `walk` interprets it. The interpreter keeps one *ordinary* world, in which nothing
//! has failed, and one sparse world for every command that has: what `$?` and the variables hold, and which way tests go, if
//! exactly that command returned non-zero. A command holds if its world ends the script non-zero.

mod arith;
mod assign;
mod ast;
mod builtin;
mod call;
mod choose;
mod compound;
mod dead;
mod dollar;
mod ending;
mod environment;
mod expand;
mod fields;
mod flow;
mod given;
mod handed;
mod here_string;
mod interpreter;
mod join;
mod lex;
mod list;
mod listed;
mod only_bash;
mod options;
mod outline;
mod parse;
mod pattern;
mod printed;
mod printers;
mod rewritten;
mod rounds;
mod scope;
mod simple;
mod source;
mod stage;
mod state;
mod statements;
mod status;
mod stdin;
mod substitute;
mod taken_in;
mod test_expr;
mod token;
mod trap;
mod walk;
mod word;
mod world;

#[cfg(test)]
mod tests;

pub use handed::{HANDED_AT, HANDED_FILES, Handed, HandedTo, asked_for, is_of_programs};
pub use interpreter::{Interpreter, OptionRead, ShellOptions, shebang_mode, shell_named};
pub use outline::{Computed, How, Outline, Piece, Redirected, Said, Set, Spoken, asks_for_a_name, is_comparison, outline};
pub use printed::at_home;
pub use printers::printers;
pub use rewritten::Sed;
pub use scope::{Scope, VarValue};
pub use taken_in::{Files, NoFiles, There};
pub use token::Word;

use super::meter::Meter;
use crate::answer::{Reason, Why};
use crate::limits::Limits;
use crate::text::{MappedText, Place};

/// Which family of shells reads the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// GNU Bash; also used for zsh and ksh, whose exit rules agree with it in what is modelled here.
    Bash,
    /// The same where aliases are replaced in scripts: by its options, in zsh, in ksh.
    BashAliases,
    /// `sh`: dash, busybox.
    Posix,
}

/// The options the shell starts with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ShellMode {
    /// `-e`.
    pub errexit: bool,
    /// `-o pipefail`.
    pub pipefail: bool,
    /// The family.
    pub dialect: Dialect,
}

/// Everything one analysis reads.
pub struct ScriptInput<'a> {
    /// The script; an unknown `${{ }}` expression arrives as the one character [`UNKNOWN_CHAR`].
    pub text: &'a MappedText,
    /// The options it starts with.
    pub mode: ShellMode,
    /// What is known of its variables and arguments.
    pub scope: &'a Scope,
    /// The bounds in force.
    pub limits: &'a Limits,
    /// Where the files are that it takes in.
    pub files: &'a dyn Files,
    /// How much work is left.
    pub meter: &'a Meter,
    /// Whether it is asked what the script never comes to ([`Analysis::dead`]).
    pub dead: bool,
}

/// Stands in a script for text that is known only when it runs.
pub const UNKNOWN_CHAR: char = '\u{E000}';

/// How sure it is that a failure does not reach the exit status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HoldKind {
    /// The failure is lost.
    Soft,
    /// It cannot be decided.
    Unknown(Reason),
}

/// How the words of a hold begin that `pipefail` would undo.
pub const NO_PIPEFAIL: &str = "no pipefail";

/// What words of other holds say that `errexit` would undo.
pub const NO_ERREXIT: &[&str] =
    &["the next command runs whatever", "the next round runs whatever", "only the status of the last round counts"];

/// What words of other holds say, and the change at their place that undoes them.
pub const UNDONE: &[(&str, &str)] = &[
    ("`set +e` is in force", "write `set -e` instead of `set +e`"),
    ("`set -e` does not act on the left side", "write the command on a line of its own, without the `&&`"),
    ("it runs in the background", "delete the `&` that sends it to the background"),
    ("`!` turns its failure", "let its own status count: delete the `!`, or end what runs behind it with `exit 1`"),
    (
        "`if` only looks at it",
        "end the branch for its failure with `exit 1` (where there is none: `else exit 1` before the `fi`)",
    ),
    ("only looks at it", "run it on a line of its own, not as the condition"),
    ("trap ends the script as passed", "take the `exit` out of the trap"),
    ("ends the script as passed", "write `exit 1` instead of this `exit`"),
    ("counts, not that of `$( )`", "assign the output to a variable on a line of its own first (`out=$(...)`)"),
    ("status of the last substitution counts", "write each assignment on a line of its own"),
    ("status of a process substitution", "write its output to a file first, instead of `<( )`"),
];

/// One thing that keeps a command's failure from failing the script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// Lost, or not decidable.
    pub kind: HoldKind,
    /// The words that do it.
    pub place: Place,
    /// One clause, e.g. "`|| true` lets it pass".
    pub why: String,
}

/// The directory a command runs in, relative to where the script starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cwd {
    /// The `cd` arguments so far, oldest first; each is to be joined to the one before.
    Known(Vec<String>),
    /// Not known.
    Unknown(Why),
}

/// One command the script runs.
#[derive(Clone, Debug)]
pub struct ShellCommand {
    /// The command word and its arguments; `command`, `builtin`, `exec`, `time` and `!` are taken off.
    pub words: Vec<Word>,
    /// What the words may be instead, when a variable holds one of a few known values.
    pub others: Vec<Vec<Word>>,
    /// Assignments in front of the command, values where known.
    pub assignments: Vec<(String, Option<String>)>,
    /// Environment variables the script has set by then, values where known.
    pub exported: Vec<(String, Option<String>)>,
    /// Where it lies.
    pub place: Place,
    /// Its source text on one line, at most 200 characters.
    pub text: String,
    /// Where it runs.
    pub cwd: Cwd,
    /// The `source` commands that it was reached by, outermost first: places and texts.
    pub via: Vec<(Place, String)>,
    /// What keeps its failure from failing the script; empty means that its failure makes the script exit non-zero.
    pub holds: Vec<Hold>,
    /// Set when it runs only under a condition that could not be decided.
    pub condition: Option<Why>,
    /// Text that its shell took in before and that could not be read.
    pub unread: Option<std::sync::Arc<Why>>,
    /// The text fed to it when it is a shell that reads its script from standard input.
    pub stdin: Option<MappedText>,
    /// The word that names a file which the script has written before, and what it wrote, when that is known.
    pub made: Option<(usize, Option<MappedText>)>,
}

/// A place where the script runs something that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opaque {
    /// Where.
    pub place: Place,
    /// Why not.
    pub why: Why,
}

/// Something that may give a command's name another meaning from its place on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shadow {
    /// The name; `*` for every name.
    pub name: String,
    /// Where it is set.
    pub place: Place,
    /// One clause, e.g. "a function of this name".
    pub why: String,
    /// For `*`: the directory that programs are looked for in first, when it is known; none when every name is in doubt.
    pub directory: Option<String>,
}

/// What one script runs.
#[derive(Clone, Debug, Default)]
pub struct Analysis {
    /// Commands in the order they run; a loop over known words lists its body once a round.
    pub commands: Vec<ShellCommand>,
    /// Where it is asked for: commands of the text itself that the script never comes to, each with the one line that keeps it from
    /// them.
    pub dead: Vec<ShellCommand>,
    /// What could not be read.
    pub opaque: Vec<Opaque>,
    /// What changes the meaning of names.
    pub shadows: Vec<Shadow>,
    /// What it hands to later steps.
    pub handed: Vec<Handed>,
    /// The script does more than is followed, whatever is left for the repository.
    pub exhausted: bool,
}

/// Reads a script.
#[must_use]
pub fn analyse(input: &ScriptInput<'_>) -> Analysis {
    stage::analyse(input)
}
