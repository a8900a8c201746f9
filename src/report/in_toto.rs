//! Owns `in-toto`: an unsigned statement that a commit was checked, for whoever signs it (cosign, `actions/attest`). Refuses to speak
//! about files that are no commit: a statement's subject is what its digest names.
//!
//! Sources: the in-toto Attestation Framework's Statement v1, DigestSet and ResourceDescriptor, and its predicate Test Result v0.1.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Value, json};

use super::{PolicyInfo, Report, Reporter, SubjectKind, View, json};
use crate::catalog::Catalog;
use crate::finding::Verdict;
use crate::policy::{DecidedFinding, Decision, Outcome, PolicySource};
use crate::text::escape;

/// `--format in-toto`.
pub(super) struct InToto;

impl Reporter for InToto {
    fn format(&self) -> &'static str {
        "in-toto"
    }

    fn about(&self) -> &'static str {
        "an unsigned in-toto statement (test result) about the commit"
    }

    fn write(&self, report: &Report, _view: &View, out: &mut dyn Write) -> io::Result<()> {
        let subject = &report.subject;
        let Some(revision) = subject.revision.as_deref().filter(|_| subject.kind == SubjectKind::Git) else {
            let why = "a statement is about a commit, and what was inspected is none: name one with --rev";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
        };
        let mut about = json!({ "digest": { "gitCommit": revision } });
        if let Some(repository) = &subject.repository {
            about["name"] = json!(repository);
        }
        let of = |wanted: Test| {
            let all = report.findings.iter().filter(|one| Test::of(one) == Some(wanted));
            all.map(|one| format!("{} {}", one.finding.rule, one.finding.subject)).collect::<Vec<_>>()
        };
        let (passed, warned, failed) = (of(Test::Passed), of(Test::Warned), of(Test::Failed));
        let result = match report.outcome {
            Outcome::Pass if warned.is_empty() => "PASSED",
            Outcome::Pass => "WARNED",
            // What could not be read to its end was not passed.
            Outcome::Fail | Outcome::Incomplete => "FAILED",
        };
        let mut catalogue = json!({ "name": "tollgate catalogue", "digest": { "sha256": catalogue_digest() } });
        catalogue["annotations"] = json!({ "version": env!("CARGO_PKG_VERSION"), "profile": report.policy.profile });
        let predicate = json!({
            "result": result,
            "configuration": [policy(&report.policy), catalogue],
            "passedTests": passed,
            "warnedTests": warned,
            "failedTests": failed,
        });
        json::pretty(&statement(vec![about], "https://in-toto.io/attestation/test-result/v0.1", predicate), out)
    }
}

/// What became of one rule on one subject; what does not apply, or another finding tells, is no test.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Test {
    Passed,
    Warned,
    Failed,
}

impl Test {
    fn of(one: &DecidedFinding) -> Option<Self> {
        match (one.decision, one.finding.verdict) {
            (Decision::Off, _) | (_, Verdict::NotApplicable) => None,
            (Decision::Gate, _) => Some(Self::Failed),
            (_, Verdict::Pass | Verdict::Attested | Verdict::Declared) => Some(Self::Passed),
            _ => Some(Self::Warned),
        }
    }
}

/// A Statement, keys in the specification's order.
pub(super) fn statement(subject: Vec<Value>, predicate_type: &'static str, predicate: Value) -> impl Serialize {
    #[derive(Serialize)]
    struct Statement {
        #[serde(rename = "_type")]
        kind: &'static str,
        subject: Vec<Value>,
        #[serde(rename = "predicateType")]
        predicate_type: &'static str,
        predicate: Value,
    }
    Statement { kind: "https://in-toto.io/Statement/v1", subject, predicate_type, predicate }
}

/// The judging policy as a ResourceDescriptor: its commit where it has one, else its name; the built-in one is the catalogue.
pub(super) fn policy(policy: &PolicyInfo) -> Value {
    let uri = match (&policy.revision, policy.source) {
        // Software Heritage's identifier of a commit: of its content alone, whatever serves it.
        (Some(revision), PolicySource::File) => format!("swh:1:rev:{revision}"),
        (Some(revision), _) => format!("swh:1:rev:{revision};path=/{}", escape::uri(crate::policy::origin::POLICY_FILE)),
        (None, PolicySource::Builtin) => format!("{}#rules", tool()),
        (None, _) => format!("file:{}", escape::uri(&policy.title)),
    };
    let mut out = json!({ "name": policy.title, "uri": uri });
    match (&policy.revision, policy.source) {
        (Some(revision), _) => out["digest"] = json!({ "gitCommit": revision }),
        (None, PolicySource::Builtin) => out["digest"] = json!({ "sha256": catalogue_digest() }),
        (None, _) => {}
    }
    out["annotations"] = json!({ "authoritative": policy.authoritative });
    out
}

/// This program as a package URL.
pub(super) fn tool() -> &'static str {
    concat!("pkg:generic/tollgate@", env!("CARGO_PKG_VERSION"))
}

fn catalogue_digest() -> &'static str {
    Catalog::digest().trim_start_matches("sha256:")
}
