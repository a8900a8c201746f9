//! Owns the ladder: which rung each tool has proven on each component, what it may be, and the line that holds it. Derived,
//! never declared.

use serde::Serialize;

use super::hold::{Hold, Hop};
use super::invocations::ByHand;
use super::pipeline::Trigger;
use super::tool_config::Deciding;
use crate::answer::Why;
use crate::text::{Place, RepoPath};

/// The rungs, lowest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rung {
    /// Nothing.
    Absent,
    /// A configuration that would take effect.
    Configured,
    /// Some pipeline that starts without a human reaches it.
    Runs,
    /// Its failure fails a pull request, a push to every branch, or the merge queue.
    Gates,
    /// The forge will not merge without it.
    Required,
}

impl Rung {
    /// The word in reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Configured => "configured",
            Self::Runs => "runs",
            Self::Gates => "gates",
            Self::Required => "required",
        }
    }
}

/// One invocation, ranked.
#[derive(Clone, Debug)]
pub struct RankedInvocation {
    /// Its proven rung.
    pub rung: Rung,
    /// What it may be, when that is more.
    pub may_be: Option<Rung>,
    /// The events that start it.
    pub triggers: Vec<Trigger>,
    /// From trigger to command.
    pub chain: Vec<Hop>,
    /// What holds it a rung short, worst first; also narrowings and notes.
    pub held_by: Vec<Hold>,
    /// Whether security rules are in force in it.
    pub security: crate::answer::Answer,
    /// `<workflow path>#<job id>`.
    pub job: String,
    /// The row of the tool's `run` that matched.
    pub row: usize,
    /// What people run to get here, when no pipeline does.
    pub by_hand: Option<ByHand>,
}

/// A tool's rung on one component.
#[derive(Clone, Debug)]
pub struct ComponentStanding {
    /// The component's directory.
    pub directory: RepoPath,
    /// Proven.
    pub rung: Rung,
    /// Possible.
    pub may_be: Option<Rung>,
    /// Whether security rules are in force at that rung.
    pub security: crate::answer::Answer,
    /// The best invocation, an index into the standing's invocations.
    pub best: Option<usize>,
    /// Production files of the component that no gating invocation's path filter passes.
    pub missed_files: usize,
    /// Production files of the component that none of the invocations like the best one looks at.
    pub left_out: usize,
    /// What holds the best invocation on this component, beyond its own holds: a path filter, an exclusion.
    pub held_by: Vec<Hold>,
    /// The line that decides why no security rule is in force in the best invocation.
    pub deciding: Option<Deciding>,
    /// What puts security rules in force there: an imperative with its place and block.
    pub to_select: Option<String>,
    /// Something not read, reached on pull requests, could gate it too (design §3).
    pub raised: bool,
}

/// A tool's standing for one language.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The tool's id.
    pub tool: String,
    /// The language's id, or `*`.
    pub language: String,
    /// The best proven rung over its components.
    pub rung: Rung,
    /// What it may be, when that is more.
    pub may_be: Option<Rung>,
    /// Whether security rules are in force where it stands best.
    pub security: crate::answer::Answer,
    /// Every component of the language.
    pub components: Vec<ComponentStanding>,
    /// Where it is configured.
    pub configured: Vec<Place>,
    /// What could not be decided about it.
    pub unknown: Vec<Why>,
    /// Something not read, reached on pull requests, could gate with it too (design §3).
    pub raised: bool,
    /// Its invocations, best first.
    pub invocations: Vec<RankedInvocation>,
}
