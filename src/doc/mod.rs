//! Owns the one positioned model of structured files: YAML, TOML, JSON (with comments, JSON5) and INI read into one arena
//! with one query API. Refuses to know what any key means, to merge `<<`, and to pick a reading where readers differ.
//!
//! A document is bounded when it is parsed (bytes, depth, nodes, alias expansion), so a caller may walk it recursively:
//! the tree, aliases followed, is never deeper than [`Limits::depth`] and never larger than [`Limits::nodes`] plus
//! [`Limits::alias_nodes`].

mod arena;
mod build;
mod ini;
mod json;
mod lines;
mod neon;
mod quoted;
mod reading;
mod toml;
mod toml_text;
mod typed;
mod value;
mod walk;
mod yaml;
mod yaml_anchors;
mod yaml_block;

#[cfg(test)]
mod hostile_tests;
#[cfg(test)]
mod property_tests;
#[cfg(test)]
mod sample_tests;
#[cfg(test)]
mod value_tests;

use std::fmt;
use std::sync::Arc;

use crate::limits::Limits;
use crate::text::{Place, SourceFile, Span};

pub use reading::Reading;
pub use value::{Entry, Value};

/// The syntax a file is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// YAML 1.2, with the scalars that YAML 1.1 reads otherwise marked as disputed.
    Yaml,
    /// TOML 1.1.
    Toml,
    /// JSON; comments, trailing commas and the features of JSON5 are accepted and noted as [`ProblemKind::NotStrictJson`].
    Json,
    /// INI as Python's `configparser` reads it; a file named `.npmrc` as npm reads it.
    Ini,
    /// NEON, as far as settings are written in it: what is not understood is passed over.
    Neon,
}

/// What a value is. Numbers and dates of every kind keep their text; a TOML date is a `String`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// No value: `null`, `~`, nothing after the colon, an INI key without a value.
    Null,
    /// `true` or `false`.
    Bool,
    /// An integer or a float.
    Number,
    /// Text.
    String,
    /// A list.
    Sequence,
    /// A map.
    Mapping,
    /// A key that is given more than once: which value counts depends on the reader.
    Disputed,
}

/// Why a text is not a document. The message may hold hostile text; whoever prints it escapes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocError {
    /// One clause.
    pub message: String,
    /// Where.
    pub place: Place,
    /// What kind of failure it is.
    pub kind: DocErrorKind,
}

/// Whose failure it is that a text was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocErrorKind {
    /// The text is not of its format: whoever reads it fails too.
    Malformed,
    /// It exceeds a bound of ours: others may well read it.
    PastBound,
    /// Readers of the format in use cut it into different lines: no reading is certain, not even of its shape.
    Disputed,
}

impl fmt::Display for DocError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}:{}:{})", self.message, self.place.path, self.place.line, self.place.column)
    }
}

impl std::error::Error for DocError {}

/// What another reader of the file may reject or read otherwise.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ProblemKind {
    /// One key twice in one mapping (or one INI section twice).
    DuplicateKey,
    /// A YAML stream goes on after its first document; only the first was read.
    SecondDocument,
    /// A YAML merge key `<<`; it is kept as an ordinary key.
    MergeKey,
    /// A YAML key that is a list or a map; no lookup finds it.
    ComplexKey,
    /// JSON with comments, trailing commas or JSON5 features; noted once, at the first.
    NotStrictJson,
    /// An INI line that is a key and nothing else.
    KeyWithoutValue,
    /// An INI value that holds ` #` or ` ;`: some readers cut it there.
    InlineComment,
}

/// One thing to know about a document that was read nevertheless.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub place: Place,
    /// One clause; may hold hostile text.
    pub message: String,
    /// What it is.
    pub kind: ProblemKind,
}

/// A comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// From its first marker byte to its last byte, the line ending excluded.
    pub span: Span,
    /// The text without its markers (`#`, `;`, `//`, `/*`), trimmed.
    pub text: String,
}

/// A parsed file. Values borrow from it.
#[derive(Debug)]
pub struct Document {
    file: Arc<SourceFile>,
    format: Format,
    arena: arena::Arena,
}

impl Document {
    /// Reads a file as `format`. A byte order mark at the start is skipped; places and spans still count it.
    ///
    /// # Errors
    /// When the text is not of that format, holds a control character, exceeds `limits` (`depth`, `nodes`, `alias_nodes`),
    /// or is YAML with U+0085, U+2028 or U+2029 in it (written as they are; escapes are fine): YamlDotNet, PyYAML and
    /// libyaml end the line there and YAML 1.2 does not, so a comment for one reader is a key for another.
    pub fn parse(file: Arc<SourceFile>, format: Format, limits: &Limits) -> Result<Self, DocError> {
        let mut builder = build::Builder::new(&file, limits);
        // Not every reader of YAML looks at the characters before it reads on.
        let kind = if format == Format::Yaml { DocErrorKind::Disputed } else { DocErrorKind::Malformed };
        builder.refuse_raw_controls().map_err(|error| match error.kind {
            DocErrorKind::Malformed => DocError { kind, ..error },
            _ => error,
        })?;
        match format {
            Format::Yaml => yaml::read(&mut builder, limits)?,
            Format::Toml => toml::read(&mut builder)?,
            Format::Json => json::read(&mut builder)?,
            Format::Ini => ini::read(&mut builder)?,
            Format::Neon => neon::read(&mut builder)?,
        }
        let arena = builder.finish();
        Ok(Self { file, format, arena })
    }

    /// The outermost value; `Null` for an empty YAML file, a mapping of sections for INI.
    #[must_use]
    pub fn root(&self) -> Value<'_> {
        Value::root(self)
    }

    /// The file it was read from.
    #[must_use]
    pub fn file(&self) -> &Arc<SourceFile> {
        &self.file
    }

    /// The format it was read as.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// What other readers may reject or read otherwise, in file order; of one kind not more than 1,000.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.arena.problems
    }

    /// All comments in file order.
    #[must_use]
    pub fn comments(&self) -> &[Comment] {
        &self.arena.comments
    }
}
