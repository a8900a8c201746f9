//! Owns the types of `rules/words.toml`: which words a command, or which inputs an action, may have and still do nothing else
//! than what is known of it. Refuses to compare them with any.

use std::collections::BTreeMap;

use serde::Deserialize;

/// `rules/words.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// Actions that change nothing of what is verified, of who verifies, or of what is deployed, whatever they are given.
    pub harmless: Vec<String>,
    /// What commands and actions may be given. What no row fits may change anything.
    pub words: Vec<WordsRow>,
}

/// Commands or actions, and what they may be given. What no row fits may do anything.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WordsRow {
    /// The words that make it such a command.
    #[serde(default)]
    pub argv: Vec<Vec<String>>,
    /// It is any program of the tree, by its path.
    #[serde(default)]
    pub of_tree: bool,
    /// Actions.
    #[serde(default)]
    pub action: Vec<String>,
    /// Words, or inputs, are anything, but for what begins as one of `not` does.
    #[serde(default)]
    pub every: bool,
    /// Beginnings of words, of an action those in the values of its inputs, with which it is none of these.
    #[serde(default)]
    pub not: Vec<String>,
    /// It does the same in whichever directory it runs.
    #[serde(default)]
    pub anywhere: bool,
    /// Beginnings of which the first word beside flags has to have one.
    #[serde(default)]
    pub begins: Vec<String>,
    /// What all words may be, flags and all; none: flags are those that are listed.
    #[serde(default)]
    pub words: Vec<Class>,
    /// Flags without a value.
    #[serde(default)]
    pub flags: Vec<String>,
    /// Flags, or inputs, with a value, by what that may be.
    #[serde(default)]
    pub values: BTreeMap<Class, Vec<String>>,
    /// Flags of one letter do not stand together behind one dash.
    #[serde(default)]
    pub long: bool,
    /// Flags of which one has to be there.
    #[serde(default)]
    pub needs: Vec<String>,
    /// What the first word beside flags may be; none: as all.
    #[serde(default)]
    pub first: Vec<Class>,
    /// What words beside flags may be; none: there are none.
    #[serde(default)]
    pub operands: Vec<Class>,
    /// Words beside flags that may stand there whatever else may.
    #[serde(default)]
    pub names: Vec<String>,
    /// What the last of several may be; none: as all.
    #[serde(default)]
    pub last: Vec<Class>,
    /// What stands behind the first word beside flags, or behind `--`, is another program's, flags and all, and may be this.
    #[serde(default)]
    pub behind: Vec<Class>,
    /// What stands behind its own flags is a command, which is looked at itself.
    #[serde(default)]
    pub launches: bool,
    /// Flags whose values name what it makes, for `made`; an empty one: the words behind the first one beside flags do.
    #[serde(default)]
    pub makes: Vec<String>,
    /// It leaves nothing behind that may be deployed.
    #[serde(default)]
    pub idle: bool,
    /// What it makes has no name in its words, and goes by this one.
    #[serde(default)]
    pub hands: Option<String>,
    /// It takes what goes by this name, which an earlier command of the job has to make.
    #[serde(default)]
    pub takes: Option<String>,
}

/// What a word may be. A part that is not known has to stand for the verified tag or commit, but in what `any` has, or where the class says more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// Any one word.
    Any,
    /// Any words, or none.
    Free,
    /// Known as a whole, whatever it is.
    Literal,
    /// What a program prints of what it did, written out there, and to no file.
    Report,
    /// It leads nowhere else: no address, no path from the root or from home, none upwards, no `@`.
    Plain,
    /// The same, and it does not say which of what was made is meant.
    Setting,
    /// As plain; a goal of a plugin by its coordinates with an exact version.
    Goal,
    /// A path of the tree.
    Path,
    /// The same, that can be nothing else: `.`, or what begins with `./`.
    Here,
    /// A path at which the tree has something.
    There,
    /// A path at which the tree has nothing.
    New,
    /// A package of a registry in an exact version.
    Package,
    /// An exact version.
    Version,
    /// An address, known as a whole.
    Address,
    /// A commit by its whole id.
    Commit,
    /// A place where programs lie, or nothing.
    Program,
    /// The stream.
    Stream,
    /// It has a part that stands for the verified tag or commit.
    Tag,
    /// What an earlier command of the job has made.
    Made,
    /// This repository, by the name that the platform has for it.
    Own,
    /// It says no.
    Off,
    /// A name and what it is set to.
    Assigned,
    /// A substitution of sed that puts what stands for the verified tag or commit where a pattern fits, and does nothing else.
    Substitution,
}
