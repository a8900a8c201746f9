//! Owns what follows from findings under the agreed terms: which policy judges, which waivers hold, one decision for each
//! finding, the outcome and the exit status. Refuses to look at facts or files.

pub mod compare;
pub mod current;
pub mod decide;
mod gaps;
pub mod lines;
pub mod origin;
pub mod protected;
pub mod severity;
pub mod shrunk;
pub mod waivers;

#[cfg(test)]
mod tests;

use serde::Serialize;

use crate::catalog::Severity;
use crate::error::Error;
use crate::finding::{Finding, Verdict};

pub use compare::{Against, Fixed};
pub use decide::{DecideOptions, decide};
pub use gaps::gap;
pub use origin::{Judging, OriginRequest, PolicyReader, PolicySource};

/// From which severity on a failing finding closes the gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailOn {
    /// The gate is told, but the exit status is 0.
    Never,
    /// Errors close it.
    Error,
    /// Warnings too.
    Warning,
    /// Notices too.
    Notice,
}

impl FailOn {
    /// The words, loosest first.
    pub const WORDS: [&'static str; 4] = ["never", "error", "warning", "notice"];

    /// The word on the command line and in the policy.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Notice => "notice",
        }
    }

    /// The value of a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Never, Self::Error, Self::Warning, Self::Notice].into_iter().find(|value| value.word() == word)
    }

    /// Whether a failing finding of this severity closes the gate. `never` draws the line where `error` does and only the
    /// exit status differs, so that report mode shows what would happen.
    #[must_use]
    pub fn closes(self, severity: Severity) -> bool {
        match self {
            Self::Never | Self::Error => severity == Severity::Error,
            Self::Warning => severity >= Severity::Warning,
            Self::Notice => true,
        }
    }
}

/// What follows from one finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    /// It closes the gate.
    Gate,
    /// It is annotated.
    Warn,
    /// It is listed.
    Note,
    /// A valid waiver covers it.
    Waived,
    /// It was there at the base.
    Existing,
    /// Its rule is off, or a more exact finding tells it.
    Off,
    /// Nothing to do.
    None,
}

impl Decision {
    /// The word in reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Gate => "gate",
            Self::Warn => "warn",
            Self::Note => "note",
            Self::Waived => "waived",
            Self::Existing => "existing",
            Self::Off => "off",
            Self::None => "none",
        }
    }
}

/// Whether a finding was there at the base; absent when nothing was compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// The base does not have it.
    New,
    /// The base has it too.
    Existing,
}

/// The waiver that covers a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AppliedWaiver {
    /// Who answers for it.
    pub owner: String,
    /// Its last day, `YYYY-MM-DD`.
    pub expires: String,
    /// Days from now to that day; 0 on the last one.
    pub days_left: i64,
    /// Which of the policy's waivers it is.
    #[serde(skip)]
    pub at: usize,
    /// The policy says how many findings it covers.
    #[serde(skip)]
    pub counted: bool,
}

/// A finding with what follows from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecidedFinding {
    /// The finding, its places sorted behind the first.
    pub finding: Finding,
    /// What follows.
    pub decision: Decision,
    /// The severity in force.
    pub severity: Severity,
    /// Against the base.
    pub change: Option<Change>,
    /// The waiver that covers it.
    pub waiver: Option<AppliedWaiver>,
    /// What would follow without that waiver.
    pub otherwise: Decision,
    /// A waiver covered it until it was over.
    pub expired: bool,
    /// Identity across revisions.
    pub fingerprint: String,
}

impl DecidedFinding {
    /// Whether a person has to act on it: what `text` prints by default.
    #[must_use]
    pub fn is_actionable(&self) -> bool {
        match self.decision {
            Decision::Gate | Decision::Warn => true,
            Decision::Note => self.finding.verdict == Verdict::Fail,
            _ => false,
        }
    }

    /// Sorts the worst first: what gates, then by severity, rule, subject and place.
    #[must_use]
    pub fn worst_first(&self) -> impl Ord + '_ {
        let place = self.finding.places.first().map(|evidence| &evidence.place);
        (self.decision, std::cmp::Reverse(self.severity), &self.finding.rule, &self.finding.subject, place, &self.fingerprint)
    }
}

/// The verdict on the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Nothing closes the gate.
    Pass,
    /// Something does.
    Fail,
    /// Nothing does, but something that had to be read was not.
    Incomplete,
}

impl Outcome {
    /// The word in reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Incomplete => "incomplete",
        }
    }

    /// How bad it is: of two the worse one holds.
    #[must_use]
    pub fn weight(self) -> u8 {
        match self {
            Self::Pass => 0,
            Self::Incomplete => 1,
            Self::Fail => 2,
        }
    }

    /// The exit status (design §4.1); `--fail-on never` turns 1 into 0 and leaves 3.
    #[must_use]
    pub fn exit_status(self, fail_on: FailOn) -> u8 {
        match (self, fail_on) {
            (Self::Pass, _) | (Self::Fail, FailOn::Never) => 0,
            (Self::Fail, _) => 1,
            (Self::Incomplete, _) => 3,
        }
    }
}

/// How many findings have each verdict, and how many of all are waived.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Counts {
    /// Proven.
    pub pass: usize,
    /// Stated and signed.
    pub attested: usize,
    /// Stated.
    pub declared: usize,
    /// Refuted or absent, the waived ones too.
    pub fail: usize,
    /// Not decidable.
    pub unknown: usize,
    /// Moot.
    pub not_applicable: usize,
    /// Findings whose decision is `waived`.
    pub waived: usize,
}

impl Counts {
    /// Counts them.
    #[must_use]
    pub fn of(findings: &[DecidedFinding]) -> Self {
        let mut counts = Self::default();
        for decided in findings {
            let slot = match decided.finding.verdict {
                Verdict::Pass => &mut counts.pass,
                Verdict::Attested => &mut counts.attested,
                Verdict::Declared => &mut counts.declared,
                Verdict::Fail => &mut counts.fail,
                Verdict::Unknown => &mut counts.unknown,
                Verdict::NotApplicable => &mut counts.not_applicable,
            };
            *slot += 1;
            counts.waived += usize::from(decided.decision == Decision::Waived);
        }
        counts
    }

    /// How many hold: proven, attested or declared.
    #[must_use]
    pub fn hold(&self) -> usize {
        self.pass + self.attested + self.declared
    }
}

/// All decisions of one run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// Sorted by rule, subject, first place, message, fingerprint.
    pub findings: Vec<DecidedFinding>,
    /// The verdict on the whole.
    pub outcome: Outcome,
    /// Counts by verdict.
    pub counts: Counts,
    /// What the base had and the head has not, sorted.
    pub fixed: Vec<Fixed>,
    /// The threshold that was used.
    pub fail_on: FailOn,
    /// Remarks for the report.
    pub notes: Vec<String>,
    /// What makes the run incomplete, each with its place and the next step.
    pub gaps: Vec<Error>,
}

impl Decided {
    /// The exit status of the run.
    #[must_use]
    pub fn exit_status(&self) -> u8 {
        self.outcome.exit_status(self.fail_on)
    }
}
