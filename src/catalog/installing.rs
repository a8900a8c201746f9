//! Owns the shape of rows about commands that put packages into environments, take them out, or write lists of them. Refuses to
//! know any of these commands.

use serde::Deserialize;

/// A program that puts what a project declares into an environment, mostly one of its own.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manager {
    /// Its name.
    pub name: String,
    /// Commands that install what the project in their directory declares.
    #[serde(default)]
    pub installs: Vec<Vec<String>>,
    /// Commands that run the rest of their line in that environment.
    #[serde(default)]
    pub runs: Vec<Vec<String>>,
    /// Those install it first.
    #[serde(default)]
    pub syncs: bool,
    /// Flags in front of its own command that take the next word.
    #[serde(default)]
    pub values: Vec<String>,
    /// Flags of all its commands with which nothing of what the product needs is taken.
    #[serde(default)]
    pub besides: Vec<String>,
    /// Variables that do so.
    #[serde(default)]
    pub besides_by: Vec<String>,
    /// The flag that names the only groups to be taken.
    #[serde(default)]
    pub only: Option<String>,
    /// The flag that names groups to be left out.
    #[serde(default)]
    pub without: Option<String>,
    /// The group for both that has what the product needs.
    #[serde(default)]
    pub group: String,
    /// Flags that leave out packages by name.
    #[serde(default)]
    pub partly: Vec<String>,
    /// Flags with which it starts a program in the environment as it is.
    #[serde(default)]
    pub as_it_is: Vec<String>,
    /// Variables that say so.
    #[serde(default)]
    pub as_it_is_by: Vec<String>,
    /// Flags that name the project of another directory, which is not told from this one.
    #[serde(default)]
    pub elsewhere: Vec<String>,
    /// Variables that do.
    #[serde(default)]
    pub elsewhere_by: Vec<String>,
    /// Commands that write what the project declares to a list.
    #[serde(default)]
    pub exports: Vec<Vec<String>>,
    /// Flags that name the file of the list.
    #[serde(default)]
    pub output: Vec<String>,
    /// The directory of the environment beside the project, where it is always that one.
    #[serde(default)]
    pub home: Option<String>,
    /// The environment is that of the job, after one of these commands.
    #[serde(default)]
    pub in_place: Vec<Vec<String>>,
    /// Likewise where this variable is set.
    #[serde(default)]
    pub in_place_by: Vec<String>,
    /// It installs into the environment of the job whatever is said.
    #[serde(default)]
    pub always_in_place: bool,
    /// What it installs is said in files that are not read.
    #[serde(default)]
    pub unread: bool,
    /// Those of them that keep the project around it out by one of the words in `but_for`: without one it is installed.
    #[serde(default)]
    pub said_in: Vec<String>,
    /// The words.
    #[serde(default)]
    pub but_for: Vec<String>,
}

/// A command that writes a list of requirements, where it is told or to its output.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lister {
    /// The words of each.
    pub commands: Vec<Vec<String>>,
    /// It lists what lies in the environment that this command of a row of `installer` puts packages into, and not what its words name.
    #[serde(default)]
    pub of_environment: Option<Vec<String>>,
    /// What it takes where its words name nothing: the first that is there.
    #[serde(default)]
    pub defaults: Vec<String>,
    /// Flags that name the file of the list.
    #[serde(default)]
    pub output: Vec<String>,
    /// Without one it writes a file: beside a list, under its name with this ending; of a project, `requirements` with it.
    #[serde(default)]
    pub ending: Option<String>,
    /// Flags that leave packages out.
    #[serde(default)]
    pub partly: Vec<String>,
    /// Other flags that take the next word.
    #[serde(default)]
    pub values: Vec<String>,
}

/// A command that makes packages of a project, to be installed by their files.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Builder {
    /// The words of each; a word without a flag is the directory of the project.
    pub commands: Vec<Vec<String>>,
    /// Where it puts them below the project, unless a flag says so.
    pub into: String,
    /// Flags that name another directory.
    #[serde(default)]
    pub output: Vec<String>,
    /// Other flags that take the next word.
    #[serde(default)]
    pub values: Vec<String>,
}

/// An input of an action that makes an environment and activates it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActivatingInput {
    /// `owner/name`.
    pub action: String,
    /// The input, which is not `false`.
    pub input: String,
    /// The directory of the environment.
    pub home: String,
}

/// An input of an action whose words are installed into the environment of the job.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InstallingInput {
    /// `owner/name`.
    pub action: String,
    /// The input.
    pub input: String,
    /// The command that installs them.
    pub command: Vec<String>,
}

/// Commands that install packages, with the same flags.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Installer {
    /// Whose packages: a key of a tool's `packages`.
    pub ecosystem: String,
    /// The words of each.
    pub commands: Vec<Vec<String>>,
    /// What a word without a flag is.
    pub bare: Bare,
    /// Each package gets an environment of its own.
    #[serde(default)]
    pub apart: bool,
    /// Flags that name a package, a path or an address to install.
    #[serde(default)]
    pub packages: Vec<String>,
    /// Flags that name a list of them.
    #[serde(default)]
    pub lists: Vec<String>,
    /// Flags that name a list which says what a package is taken from, should it be installed.
    #[serde(default)]
    pub constraints: Vec<String>,
    /// Flags that say where packages are looked for.
    #[serde(default)]
    pub sources: Vec<String>,
    /// Other flags that take the next word.
    #[serde(default)]
    pub values: Vec<String>,
    /// Of those, the ones that name another directory to install into, or the interpreter of another environment.
    #[serde(default)]
    pub into: Vec<String>,
    /// The directory of the environment it installs into, where none is active.
    #[serde(default)]
    pub home: Option<String>,
    /// Flags with which it installs into the environment of the machine all the same.
    #[serde(default)]
    pub system: Vec<String>,
    /// Variables that say so.
    #[serde(default)]
    pub system_by: Vec<String>,
    /// Flags with which nothing is installed.
    #[serde(default)]
    pub idle: Vec<String>,
    /// Flags with which nothing is installed that a package needs.
    #[serde(default)]
    pub alone: Vec<String>,
    /// The first word names the environment of a package, and the rest goes into it.
    #[serde(default)]
    pub into_first: bool,
    /// How variables begin that stand for flags: `PIP_` for `--find-links`, as `PIP_FIND_LINKS`.
    #[serde(default)]
    pub variables: Option<String>,
    /// The variable that names a file of settings.
    #[serde(default)]
    pub settings: Option<String>,
    /// Flags that name it.
    #[serde(default)]
    pub settings_flags: Vec<String>,
    /// Tables of such a file in which flags stand by their names; the empty name is its top.
    #[serde(default)]
    pub settings_tables: Vec<String>,
}

/// What a word of an installer without a flag is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Bare {
    /// A package, a path or an address.
    Package,
    /// A list of them.
    List,
    /// The command that it runs: what stands behind is that command's own.
    Command,
}
