//! Owns a finding: a rule's verdict about one subject with its places. Refuses to decide what follows from it: `policy` does.

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::answer::Reason;
use crate::catalog::Severity;
use crate::facts::hold::Hop;
use crate::facts::ladder::Rung;
use crate::text::{Place, RepoPath};

/// What a rule says about a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Proven, with its evidence.
    Pass,
    /// Stated by a person whose commit verifies against a listed key.
    Attested,
    /// Stated by a person, unsigned.
    Declared,
    /// Refuted, or absent after a closed search.
    Fail,
    /// Not decidable from what could be read.
    Unknown,
    /// A fact makes it moot.
    NotApplicable,
}

impl Verdict {
    /// The word in reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Attested => "attested",
            Self::Declared => "declared",
            Self::Fail => "fail",
            Self::Unknown => "unknown",
            Self::NotApplicable => "not-applicable",
        }
    }
}

/// A place with what is to be said there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Evidence {
    /// Where.
    #[serde(flatten)]
    pub place: Place,
    /// One clause: "exits 0 whatever it finds".
    pub note: String,
}

impl Evidence {
    /// A place and its note.
    pub fn new(place: Place, note: impl Into<String>) -> Self {
        Self { place, note: note.into() }
    }
}

/// What one rule found about one subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule's id.
    pub rule: String,
    /// The rule's section.
    pub section: String,
    /// What it is about: `repository`, a language, `<language>:<directory>`, an ecosystem, a tag, a path, or a job.
    pub subject: String,
    /// The directory of the component that it is about, when it is about one: `subject` leaves it out where the language has no other.
    pub component: Option<RepoPath>,
    /// What was found.
    pub verdict: Verdict,
    /// The severity that the check asks for when it fails; policy may change it.
    pub severity: Severity,
    /// Why it is unknown.
    pub reason: Option<Reason>,
    /// One line: what was seen, never more.
    pub message: String,
    /// A stable code for the cause, part of the fingerprint: `soft-fail`, `absent`, `no-entry`, …
    pub cause: String,
    /// The rung, for ladder rules.
    pub rung: Option<Rung>,
    /// The key route in a document, when `places[0]` lies in one; else the trimmed text of its line is used.
    pub anchor: Option<String>,
    /// Where to act first, then the rest of the evidence.
    pub places: Vec<Evidence>,
    /// From trigger to command, when the finding is about an invocation.
    pub chain: Vec<Hop>,
    /// Patterns that were searched, for findings about something absent.
    pub searched: Vec<String>,
    /// What to do, ready to paste.
    pub fix: Option<String>,
    /// The more exact finding (rule id) that already tells this.
    pub reported_by: Option<String>,
    /// The finding is about development scope only: at most a notice.
    pub development: bool,
    /// It is unknown, and nothing of what the rule fails for is there: what is open is another question.
    pub settled: bool,
}

impl Finding {
    /// A finding with nothing but its verdict; the builder methods add the rest.
    pub fn new(rule: &crate::catalog::Rule, subject: impl Into<String>, verdict: Verdict, message: impl Into<String>) -> Self {
        Self {
            rule: rule.id.clone(),
            section: rule.section.clone(),
            subject: subject.into(),
            component: None,
            verdict,
            severity: rule.severity,
            reason: None,
            message: message.into(),
            cause: String::new(),
            rung: None,
            anchor: None,
            places: Vec::new(),
            chain: Vec::new(),
            searched: Vec::new(),
            fix: None,
            reported_by: None,
            development: false,
            settled: false,
        }
    }

    /// The subject, the same however many components the language has.
    #[must_use]
    pub fn identity(&self) -> String {
        match &self.component {
            Some(directory) => format!("{}:{directory}", self.language()),
            None => self.subject.clone(),
        }
    }

    /// What the subject is before its directory: of a finding about code its language.
    #[must_use]
    pub fn language(&self) -> &str {
        self.subject.split(':').next().unwrap_or_default()
    }

    /// Adds a place.
    #[must_use]
    pub fn at(mut self, place: Place, note: impl Into<String>) -> Self {
        self.places.push(Evidence::new(place, note));
        self
    }

    /// Sets the cause code.
    #[must_use]
    pub fn cause(mut self, cause: impl Into<String>) -> Self {
        self.cause = cause.into();
        self
    }

    /// Says that nothing of what the rule fails for is there.
    #[must_use]
    pub fn settled(mut self) -> Self {
        self.settled = true;
        self
    }

    /// Sets the severity.
    #[must_use]
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// Sets the reason of an unknown.
    #[must_use]
    pub fn reason(mut self, reason: Reason) -> Self {
        self.reason = Some(reason);
        self
    }

    /// Sets the fix.
    #[must_use]
    pub fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = Some(fix.into());
        self
    }

    /// SHA-256 over rule, subject, path of `places[0]`, cause code, rung and anchor: no line numbers, so that moving a line
    /// changes nothing. `line_text` is the text of the first place's line, `nth` counts equal ones in that file.
    #[must_use]
    pub fn fingerprint(&self, line_text: &str, nth: usize) -> String {
        let path = self.places.first().map_or("", |evidence| evidence.place.path.as_str());
        self.fingerprint_as(&self.identity(), path, line_text, nth)
    }

    /// As [`Self::fingerprint`], had its subject and the file of its first place these names: what a rename leaves comparable.
    #[must_use]
    pub fn fingerprint_as(&self, identity: &str, path: &str, line_text: &str, nth: usize) -> String {
        let mut hash = Sha256::new();
        let anchor = self.anchor.clone().unwrap_or_else(|| {
            let text = line_text.trim();
            if nth > 0 { format!("{text}#{nth}") } else { text.to_owned() }
        });
        for part in [self.rule.as_str(), identity, path, &self.cause, self.rung.map_or("", Rung::word), &anchor] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        }
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
