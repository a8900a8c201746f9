//! Owns the types of `rules/commands.toml`: what flags and sub-commands the programs have whose command lines are read. Refuses what a
//! program does with them: each has a runner of its own in `facts::runners`.

use serde::Deserialize;

/// `rules/commands.toml`: one table for each command line that is read.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Commands {
    /// npm, and npx where it has the same flags.
    pub npm: Command,
    /// pnpm.
    pub pnpm: Command,
    /// yarn, of either kind.
    pub yarn: Command,
    /// bun.
    pub bun: Command,
    /// lerna.
    pub lerna: Command,
    /// turbo and nx.
    pub monorepo: Command,
    /// concurrently.
    pub concurrently: Command,
    /// composer.
    pub composer: Command,
    /// cargo.
    pub cargo: Command,
    /// go, behind `run` and `tool`.
    pub go: Command,
    /// `setup.py` of setuptools.
    pub setup_py: Command,
    /// hatch.
    pub hatch: Command,
    /// tox.
    pub tox: Command,
    /// nox.
    pub nox: Command,
    /// pre-commit and prek.
    pub pre_commit: Command,
    /// just.
    pub just: Command,
    /// GNU xargs.
    pub xargs: Command,
    /// GNU parallel.
    pub parallel: Command,
    /// docker, in front of its sub-command.
    pub docker: Command,
    /// `docker run`, `docker create`.
    pub docker_run: Command,
    /// `docker exec`.
    pub docker_exec: Command,
    /// `docker build`.
    pub docker_build: Command,
    /// `docker compose`, in front of its sub-command.
    pub compose: Command,
    /// `docker compose run`, `docker compose exec`.
    pub compose_run: Command,
    /// `docker compose up`.
    pub compose_up: Command,
}

/// The flags and sub-commands of one command line. What a list does not name has no value, and is no command.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Command {
    /// Flags that take the next word.
    #[serde(default)]
    pub value_flags: Vec<String>,
    /// Flags that take every word up to the next flag.
    #[serde(default)]
    pub list_flags: Vec<String>,
    /// Flags that change the directory; they take the next word, whether `value_flags` has them or not.
    #[serde(default)]
    pub directory_flags: Vec<String>,
    /// Flags that name members of a workspace, likewise.
    #[serde(default)]
    pub filter_flags: Vec<String>,
    /// Names of flags that take nothing, without their dashes, where any other may take the next word.
    #[serde(default)]
    pub switches: Vec<String>,
    /// Flags with which nothing of the tree runs.
    #[serde(default)]
    pub idle_flags: Vec<String>,
    /// Other flags that begin as one of those does.
    #[serde(default)]
    pub other_flags: Vec<String>,
    /// Commands of its own: a script of the tree with that name is not what they mean.
    #[serde(default)]
    pub own: Vec<String>,
    /// Commands that run something of the tree.
    #[serde(default)]
    pub running: Vec<String>,
    /// Commands that run nothing of the tree.
    #[serde(default)]
    pub idle: Vec<String>,
    /// Settings that make it run something else, or in another place.
    #[serde(default)]
    pub settings: Vec<String>,
    /// Names of flags, without their dashes, by which a program or a file of the tree stands in for its own.
    #[serde(default)]
    pub tree_flags: Vec<String>,
    /// Variables by which one does.
    #[serde(default)]
    pub tree_variables: Vec<String>,
    /// Variables that name a toolchain, or the absolute path of one.
    #[serde(default)]
    pub toolchain_variables: Vec<String>,
    /// Interpreters that a name may begin with.
    #[serde(default)]
    pub interpreters: Vec<String>,
    /// Commands that dispatch events.
    #[serde(default)]
    pub dispatch: Vec<Dispatch>,
}

/// Commands and the events that they dispatch.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dispatch {
    /// The commands.
    pub commands: Vec<String>,
    /// The events, in their order.
    pub events: Vec<String>,
}
