//! Owns the words of a verification that did not succeed: at which step, whether that is certain, why, and what to do. Refuses to
//! print.

use serde::{Deserialize, Serialize};

/// Where a verification stopped (`step` in the JSON contract, design §4.3), in the order of the checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Step {
    /// The policy cannot judge.
    Policy,
    /// The argument is not the exact name of a tag.
    Name,
    /// The object is missing, too large, or not what its id says.
    Object,
    /// The tag object departs from the grammar.
    Grammar,
    /// It names no commit.
    Target,
    /// The signature block is missing, malformed, or over other bytes.
    Block,
    /// Whoever signed is not one whose signature counts.
    Signer,
    /// The certificate does not let this key sign at this time.
    Certificate,
    /// An algorithm is too weak, or not supported.
    Algorithm,
    /// The claimed time is outside a window.
    Time,
    /// The commit is not on a release branch.
    Branch,
    /// The artefact is another commit's.
    Artefact,
    /// The log of earlier verifications says otherwise.
    State,
    /// Too few people signed.
    Threshold,
}

impl Step {
    /// The word in the JSON contract.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Policy => "policy",
            Self::Name => "name",
            Self::Object => "object",
            Self::Grammar => "grammar",
            Self::Target => "target",
            Self::Block => "block",
            Self::Signer => "signer",
            Self::Certificate => "certificate",
            Self::Algorithm => "algorithm",
            Self::Time => "time",
            Self::Branch => "branch",
            Self::Artefact => "artefact",
            Self::State => "state",
            Self::Threshold => "threshold",
        }
    }
}

/// Why something is not verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Where it stopped.
    pub step: Step,
    /// Rejected; else it cannot be told (indeterminate).
    pub rejected: bool,
    /// What was seen; may hold hostile text, so whoever prints it escapes it.
    pub reason: String,
    /// What to do next, in one line; never to move a published tag.
    pub remedy: String,
}

impl Refusal {
    /// It must not be deployed.
    pub fn rejected(step: Step, reason: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { step, rejected: true, reason: reason.into(), remedy: remedy.into() }
    }

    /// It claims a time that has not come.
    #[must_use]
    pub fn future() -> Self {
        Self::rejected(Step::Time, "the signature is dated in the future", "set the signer's clock, and sign the next version")
    }

    /// It cannot be told whether it may be deployed, so it is not.
    pub fn indeterminate(step: Step, reason: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { step, rejected: false, reason: reason.into(), remedy: remedy.into() }
    }
}

/// What was verified although something about it is spelled unusually, with that as a note where the policy lowers it to one. What another
/// spelling would not cure is told first: whoever lowers it to a note should not find that afterwards.
///
/// # Errors
/// It was not verified, or the spelling is refused.
pub(super) fn spelled<T>(
    what: &str,
    unusual: Option<&'static str>,
    lenient: bool,
    verified: Result<T, Refusal>,
) -> Result<(T, Option<&'static str>), Refusal> {
    match (unusual, verified) {
        (None, verified) => verified.map(|verified| (verified, None)),
        (Some(_), Err(refusal)) if refusal.rejected && refusal.step != Step::Block => Err(refusal),
        (Some(unusual), _) if !lenient => Err(Refusal::rejected(Step::Block, format!("{what} is refused: {unusual}"), LENIENT)),
        (unusual, verified) => verified.map(|verified| (verified, unusual)),
    }
}

/// What helps when a published tag cannot be accepted as it is, and another maintainer may vouch for it.
pub const COUNTERSIGN: &str = "countersign it (where [release].accept lists \"countersign\"), or tag and sign the next version";
/// What helps when nobody may vouch for a published tag.
pub const NEXT: &str = "tag and sign the next version";
/// What helps against a block in another spelling.
pub const LENIENT: &str = "tag and sign the next version, or set `armor = \"lenient\"` in [release] to have it noted only";
