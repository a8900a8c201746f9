//! Owns one reached run of one tool, as the tracer found it. Refuses to rank it: `ladder` does.

use super::hold::{Hold, Hop};
use super::pipeline::{Env, Input, Start};
use super::shell::Word;
use super::supplied::Supplied;
use super::workdir::Workdir;
use crate::answer::Why;
use crate::text::RepoPath;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The raw text of a word that stands for file names which a runner hands over; its value is the directory that holds them.
pub const FILE_NAMES: &str = "<file names>";

/// A tool's invocation at the end of one chain.
#[derive(Clone, Debug)]
pub struct Invocation {
    /// The tool's id.
    pub tool: String,
    /// Index of the row of `run` that matched.
    pub row: usize,
    /// From the trigger to the command.
    pub chain: Vec<Hop>,
    /// Index of the pipeline.
    pub pipeline: usize,
    /// Index of the job in it.
    pub job: usize,
    /// Which of the pipeline's events start it.
    pub starts: Arc<Vec<Start>>,
    /// The words behind the matched ones (flags and targets), or those of `argv_input`, split.
    pub args: Vec<Word>,
    /// The action's inputs.
    pub inputs: BTreeMap<String, Input>,
    /// The environment, as far as it is known.
    pub env: Env,
    /// Where it stands.
    pub workdir: Workdir,
    /// What loses its failure on the way, and what may.
    pub holds: Vec<Hold>,
    /// It runs only if these hold, and they could not be decided.
    pub conditions: Vec<Why>,
    /// What earlier commands of its job took out of the tree: where, and what is said of it.
    pub taken: Vec<(RepoPath, Hold)>,
    /// An earlier command of its job writes to its configuration: what the tree says of that is not what it reads.
    pub reconfigured: bool,
    /// Packages installed beside it (a hook's `additional_dependencies`).
    pub packages: Vec<String>,
    /// Its environment holds those packages and nothing of the project's.
    pub isolated: bool,
    /// What lies in the environments of its job, for a tool that audits one.
    pub supplied: Option<Arc<Supplied>>,
    /// It is a command of the repository's own that the policy says stands for the tool (`[tools.X] argv`).
    pub wrapped: bool,
    /// For a tool that runs inside a host: the row of the host's `run` that matched.
    pub host_row: Option<usize>,
    /// What people run to get here; none when a pipeline does.
    pub by_hand: Option<ByHand>,
}

/// A command that people type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ByHand {
    /// The command: `make lint`.
    pub command: String,
    /// The directory in which they type it.
    pub directory: RepoPath,
}
