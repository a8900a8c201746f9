//! Owns telling: one `Report` value and its renderings. Decides nothing, and refuses to let repository text out unescaped.

mod annotations;
mod check_run;
pub mod facts;
mod facts_text;
mod github;
mod gitlab;
mod in_toto;
mod json;
mod junit;
mod markdown;
mod neutral;
mod paint;
mod sarif;
mod snippet;
pub mod starter;
pub mod tags;
mod text;
mod text_list;
mod told;
pub mod waivers;

#[cfg(test)]
mod interchange;
#[cfg(test)]
mod sample;
#[cfg(test)]
mod sarif_schema;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use crate::error::Error;
use crate::finding::Finding;
use crate::policy::{Counts, DecidedFinding, FailOn, Outcome, PolicySource};
use crate::text::{Place, RepoPath, SourceFile};

pub use crate::policy::Fixed;
pub use check_run::check_run;
pub use github::annotation;
pub use neutral::Neutral;

/// The schema number of `check` and `facts`.
pub const SCHEMA: u32 = 1;

/// Everything a run of `check` found, decided and has to say.
#[derive(Clone, Debug)]
pub struct Report {
    /// What was inspected.
    pub subject: Subject,
    /// Which policy judged.
    pub policy: PolicyInfo,
    /// What was compared with.
    pub base: Option<Base>,
    /// The stated moment, when `--now` was used.
    pub now: Option<String>,
    /// The verdict on the whole.
    pub outcome: Outcome,
    /// The threshold it was reached with.
    pub fail_on: FailOn,
    /// Counts by verdict.
    pub counts: Counts,
    /// Sorted by rule, subject, first place, message, fingerprint.
    pub findings: Vec<DecidedFinding>,
    /// What the base had and the head has not, sorted by rule, subject, fingerprint.
    pub fixed: Vec<Fixed>,
    /// Files that had to be looked at and were not, sorted by path.
    pub not_inspected: Vec<NotInspected>,
    /// Remarks that are no findings, in the order they are to be read; not part of the JSON.
    pub notes: Vec<String>,
    /// What makes the run incomplete, told as remarks behind the others; not part of the JSON.
    pub gaps: Vec<Error>,
    /// Files that excerpts are taken from.
    pub sources: BTreeMap<RepoPath, Arc<SourceFile>>,
    /// The same, where the inspected tree proposes another policy than the one that judges.
    pub proposed: BTreeMap<RepoPath, Arc<SourceFile>>,
    /// How long it took; printed on a terminal only.
    pub elapsed: Option<Duration>,
}

impl Report {
    /// The files that a finding's places lie in: what is said of a proposed policy stands in that one.
    #[must_use]
    pub fn sources_of(&self, finding: &Finding) -> &BTreeMap<RepoPath, Arc<SourceFile>> {
        if finding.rule == crate::policy::protected::RULE { &self.proposed } else { &self.sources }
    }

    /// All remarks that are no findings, in the order they are to be read; unescaped.
    pub fn remarks(&self) -> impl Iterator<Item = String> {
        self.banner().into_iter().chain(self.notes.iter().cloned()).chain(self.gaps.iter().map(Error::to_string))
    }

    /// The exit status of the run.
    #[must_use]
    pub fn exit_status(&self) -> u8 {
        self.outcome.exit_status(self.fail_on)
    }

    /// What has to be said about the policy before anything else: that whoever wrote the tree could write it, too.
    #[must_use]
    pub fn banner(&self) -> Option<String> {
        let own = !self.policy.authoritative && self.policy.source != PolicySource::Builtin;
        let whence = match self.policy.source {
            PolicySource::Ref if self.policy.revision != self.subject.revision => {
                "the policy comes from a commit that is not known to be the default branch's"
            }
            _ => "the policy comes from the inspected tree",
        };
        own.then(|| format!("{whence}: this verdict is not authoritative"))
    }

    /// Findings that need action, the worst first.
    #[must_use]
    pub fn actionable(&self) -> Vec<&DecidedFinding> {
        let mut list: Vec<&DecidedFinding> = self.findings.iter().filter(|decided| decided.is_actionable()).collect();
        list.sort_by(|a, b| a.worst_first().cmp(&b.worst_first()));
        list
    }
}

/// What was inspected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Subject {
    /// Where the tree came from.
    pub kind: SubjectKind,
    /// `owner/name`, when it is known.
    pub repository: Option<String>,
    /// The commit, when there is one.
    pub revision: Option<String>,
    /// The commit was judged although the work tree differs from it; `false` where the work tree itself was judged.
    pub dirty: bool,
    /// `[service] owner`.
    pub owner: Option<String>,
}

/// Where an inspected tree came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SubjectKind {
    /// A checkout.
    WorkTree,
    /// Objects of a git directory, or a revision.
    Git,
    /// A plain folder.
    Folder,
    /// A forge's API.
    Forge,
}

/// Which policy judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PolicyInfo {
    /// Where it came from.
    pub source: PolicySource,
    /// The commit it was read at.
    pub revision: Option<String>,
    /// Whoever wrote the inspected tree cannot have written it.
    pub authoritative: bool,
    /// The base has no policy yet.
    pub bootstrap: bool,
    /// The profile in force.
    pub profile: String,
    /// The words of the last line: `.tollgate.toml at origin/main 3f2a9c1`.
    #[serde(skip)]
    pub title: String,
}

/// What was compared with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Base {
    /// The commit.
    pub revision: String,
}

/// A file that was not looked at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct NotInspected {
    /// The file.
    pub path: RepoPath,
    /// Why.
    pub why: String,
    /// Where to act; none for the tree as a whole.
    #[serde(skip)]
    pub place: Option<Place>,
    /// What to do so that it can be read.
    #[serde(skip)]
    pub next: &'static str,
}

/// How a reader wants to see a report.
#[derive(Clone, Copy, Debug, Default)]
pub struct View {
    /// With colours.
    pub color: bool,
    /// The whole checklist by section.
    pub all: bool,
    /// Every pass with its chain.
    pub verbose: bool,
    /// The last line only.
    pub quiet: bool,
    /// A person looks at a terminal: elapsed time is of interest.
    pub terminal: bool,
    /// SARIF with what holds, too.
    pub sarif_all: bool,
}

/// A rendering of a report.
pub trait Reporter: Sync {
    /// The name for `--format`.
    fn format(&self) -> &'static str;

    /// One line for `--help`.
    fn about(&self) -> &'static str;

    /// Whether its lines are commands for the runner, so that line starts must stay as they are.
    fn speaks_commands(&self) -> bool {
        false
    }

    /// Writes the whole rendering.
    ///
    /// # Errors
    /// What the writer says.
    fn write(&self, report: &Report, view: &View, out: &mut dyn io::Write) -> io::Result<()>;
}

static ROSTER: [&dyn Reporter; 8] = [
    &text::Text,
    &github::GitHub,
    &json::Json,
    &markdown::Markdown,
    &sarif::Sarif,
    &junit::Junit,
    &gitlab::GitLab,
    &in_toto::InToto,
];

/// All renderings of `check`.
#[must_use]
pub fn reporters() -> &'static [&'static dyn Reporter] {
    &ROSTER
}

/// The formats of `rules`, each with one line about it.
pub const RULES_FORMATS: [(&str, &str); 3] = [
    ("text", "for people: rules by section, with their severities"),
    ("json", "for machines: ids, older names, severities and mappings to other catalogues"),
    ("markdown", "the same list as a table"),
];

/// Formats that are names already and arrive with a later version.
pub const LATER_FORMATS: [&str; 1] = ["html"];

/// A text as it may stand on one line of a terminal.
fn clean(text: &str) -> std::borrow::Cow<'_, str> {
    crate::text::escape::line(text)
}

/// `1 error`, `2 errors`.
fn counted(number: usize, word: &str) -> String {
    if number == 1 { format!("1 {word}") } else { format!("{number} {word}s") }
}
