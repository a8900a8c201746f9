//! Owns the one road from a path to a report: source, snapshot, facts, checks, findings, policy. `check`, `facts` and the
//! tests call nothing else. Refuses to print and to read the clock or the environment: both come with the request.

use std::path::PathBuf;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::error::Error;
use crate::limits::Limits;
use crate::report::Report;
use crate::report::facts::FactsReport;

pub use crate::policy::FailOn;

/// The moment that counts as now, and whether somebody stated it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The moment.
    pub at: Timestamp,
    /// It came from `--now`; every report that used it says so.
    pub given: bool,
}

impl Moment {
    /// Its day in UTC.
    #[must_use]
    pub fn date(&self) -> Date {
        TimeZone::UTC.to_datetime(self.at).date()
    }

    /// The moment as RFC 3339, when it was stated.
    #[must_use]
    pub fn stated(&self) -> Option<String> {
        self.given.then(|| self.at.to_string())
    }
}

/// What `check` and `facts` were asked to do, every option resolved.
#[derive(Clone, Debug)]
pub struct CheckRequest {
    /// A work tree or a folder in one, a git directory, or a plain folder.
    pub path: PathBuf,
    /// The revision whose tree is read; `None`: the work tree, or `HEAD` of a git directory.
    pub rev: Option<String>,
    /// Inspect the folder alone, not the work tree it lies in.
    pub here: bool,
    /// `--policy FILE`.
    pub policy_file: Option<PathBuf>,
    /// `--policy-ref REF`.
    pub policy_ref: Option<String>,
    /// `--org-policy FILE`.
    pub org_policy: Option<PathBuf>,
    /// `--profile`; `None`: the policy's.
    pub profile: Option<String>,
    /// `--only`: rule ids as written (ids or aliases, known to exist); empty: all.
    pub only: Vec<String>,
    /// `--fail-on`; `None`: the policy's, else `error`.
    pub fail_on: Option<FailOn>,
    /// `--strict`: what cannot be decided closes the gate.
    pub strict: bool,
    /// Now.
    pub now: Moment,
    /// Bounds in force.
    pub limits: Limits,
    /// Judge the commit's tree although a work tree is there (`GITHUB_ACTIONS` is set and no `--rev` was given).
    pub judge_commit: bool,
    /// A CI variable is set: options may only tighten what the judging policy sets.
    pub ci: bool,
    /// `--base REF`.
    pub base: Option<String>,
    /// `--block-existing`.
    pub block_existing: bool,
}

/// Inspects and judges.
///
/// # Errors
/// Usage and policy errors (exit 2); what was asked for and could not be read (exit 3).
pub fn check(_request: &CheckRequest) -> Result<Report, Error> {
    Err(Error::incomplete("not wired"))
}

/// Inspects, and judges nothing.
///
/// # Errors
/// As [`check`].
pub fn facts(_request: &CheckRequest) -> Result<FactsReport, Error> {
    Err(Error::incomplete("not wired"))
}
