//! Owns the types of `rules/launchers.toml`: programs that run the rest of their own line, programs that run scripts which a project
//! gives names to, and how a specification names a registry. Refuses how a line is taken apart: that is `facts::runners`.

use serde::Deserialize;

/// `rules/launchers.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Launchers {
    /// Registries that the specification of a package may name.
    pub registry: Vec<Registry>,
    /// Programs that run the rest of their line, the more exact before the general.
    pub launcher: Vec<Launcher>,
    /// Programs that run what stands behind a marker of their line.
    #[serde(default)]
    pub marked: Vec<Marked>,
    /// Programs that run scripts of a project.
    pub scripts: Vec<Scripts>,
}

/// A registry that a specification may begin with.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registry {
    /// How it begins.
    pub prefix: String,
    /// Whose packages: a key of a tool's `packages`; none: no tool of the catalogue has a package there.
    #[serde(default)]
    pub ecosystem: Option<String>,
}

/// How a launcher's own words are told from the command it runs.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Launcher {
    /// The words that make it this launcher, flags in between skipped: one list for each of its names.
    pub argv: Vec<Vec<String>>,
    /// Its flags that take the next word.
    #[serde(default)]
    pub value_flags: Vec<String>,
    /// Those of them that change the working directory.
    #[serde(default)]
    pub directory_flags: Vec<String>,
    /// Whether `NAME=value` words before the command set variables.
    #[serde(default)]
    pub assigns: bool,
    /// Whether it sets variables by files or services that are not read here.
    #[serde(default)]
    pub opens: bool,
    /// Whether the command has none of the variables of whoever calls it, but for what the launcher sets.
    #[serde(default)]
    pub forgets: bool,
    /// Its flags with which the command has them; with `=` behind it, those that are named there.
    #[serde(default)]
    pub keep_flags: Vec<String>,
    /// Its flags with which the command has none of them.
    #[serde(default)]
    pub forget_flags: Vec<String>,
    /// Those that name one which it has not.
    #[serde(default)]
    pub unset_flags: Vec<String>,
    /// Words to drop behind its flags (the duration of `timeout`).
    #[serde(default)]
    pub operands: usize,
    /// The registry of which the command is a package, perhaps with a version (`eslint@9`, `ruff==0.5`): a key of a tool's `packages`.
    #[serde(default)]
    pub package: Option<String>,
    /// Its flags that name the package a program is taken from.
    #[serde(default)]
    pub sources: Vec<String>,
    /// Whether a program that is installed comes before the registry.
    #[serde(default)]
    pub installed: bool,
    /// Whether it gives a file in Python to the interpreter, whatever its mode.
    #[serde(default)]
    pub python: bool,
    /// Flags behind which stands a module of Python.
    #[serde(default)]
    pub module_flags: Vec<String>,
    /// Flags behind which stands a file in Python, whatever it is called.
    #[serde(default)]
    pub file_flags: Vec<String>,
    /// What it runs is a file or a module of Python, never a program.
    #[serde(default)]
    pub only_python: bool,
    /// Its flags that take something from what the command proves.
    #[serde(default)]
    pub held: Vec<Held>,
}

/// A launcher whose command stands behind a marker of its own.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Marked {
    /// The words that make it this launcher: one list for each of its names.
    pub argv: Vec<Vec<String>>,
    /// The markers; none: the command stands behind the words.
    #[serde(default)]
    pub markers: Vec<String>,
    /// Where there is no marker, words to drop in front of the command.
    #[serde(default)]
    pub operands: usize,
}

/// A flag of a launcher that takes something from what its command proves.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Held {
    /// The flag.
    pub flag: String,
    /// What it does.
    pub does: HeldDoes,
    /// What happens, in words for the report.
    pub why: String,
}

/// What a flag of a launcher does to what its command proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HeldDoes {
    /// At most `runs`.
    Soften,
    /// Still gates, but sees less; noted.
    Narrow,
}

/// A program that runs scripts which a project gives names to.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scripts {
    /// The words before the script's name.
    pub argv: Vec<String>,
    /// Flags that take the next word.
    #[serde(default)]
    pub value_flags: Vec<String>,
    /// Those that name the project's directory.
    #[serde(default)]
    pub project_flags: Vec<String>,
    /// The files that hold scripts, the first one that has the script wins.
    pub files: Vec<ScriptTable>,
    /// How much of a script is read.
    pub reads: ScriptsRead,
    /// Scripts run in the project's directory, not where the call stands.
    #[serde(default)]
    pub moves: bool,
    /// A name may have its environment in front of it (`ENVIRONMENT:NAME`).
    #[serde(default)]
    pub environments: bool,
    /// The program's own commands, which no script replaces.
    #[serde(default)]
    pub own: Vec<String>,
    /// The nearest of the files is read, whether it has the table or not.
    #[serde(default)]
    pub nearest: bool,
    /// Files of another program of that name: where one is found first, it is that one's.
    #[serde(default)]
    pub not_beside: Vec<String>,
}

/// Where scripts stand in a TOML file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScriptTable {
    /// The base name of the file.
    pub file: String,
    /// The keys on the way to the table; `*` is any key.
    pub route: Vec<String>,
}

/// How much of a project's script is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ScriptsRead {
    /// Words, `cmd`, `shell`, `composite`, with scripts `pre_NAME` and `post_NAME` around them.
    Pdm,
    /// Words and `cmd`, without a shell.
    Words,
    /// A text for the shell, alone or as `cmd`, with tasks `pre_NAME` and `post_NAME` around it.
    Taskipy,
    /// Only that it is one: what it runs is opaque.
    Nothing,
}
