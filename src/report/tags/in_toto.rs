//! Owns `verify-tag --format in-toto`: an unsigned verification summary of every tag, one statement a line. Refuses to speak about a
//! tag that is not there: a statement's subject is what its digest names.
//!
//! Source: SLSA's Verification Summary Attestation v1 (fields as of 1.1), in a Statement v1 of in-toto.

use serde_json::{Value, json};

use super::{TagReport, TagRow, Word};
use crate::report::in_toto::{policy, statement, tool};

/// What passes was verified as: a name of our own, as the specification allows beside its levels.
const LEVEL: &str = "TOLLGATE_RELEASE_TAG_VERIFIED";

pub(super) fn render(report: &TagReport) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    for tag in &report.tags {
        let Some(resource) = resource(tag) else { continue };
        let passed = tag.word() == Word::Verified;
        let predicate = json!({
            "verifier": { "id": tool() },
            "timeVerified": report.at.to_string(),
            "resourceUri": resource,
            "policy": policy(&report.policy),
            "verificationResult": if passed { "PASSED" } else { "FAILED" },
            "verifiedLevels": [if passed { LEVEL } else { "FAILED" }],
        });
        let line = statement(subjects(tag), "https://slsa.dev/verification_summary/v1", predicate);
        out.extend(super::super::json::line(&line).ok()?);
    }
    Some(out)
}

/// The tag object and the commit to deploy: each has a digest of its own.
fn subjects(tag: &TagRow) -> Vec<Value> {
    let named = |kind: &str, id: &Option<String>| {
        id.as_ref().map(|id| json!({ "name": tag.reference(), "digest": { kind: id } })).into_iter().collect::<Vec<_>>()
    };
    let object = if tag.object == tag.commit { Vec::new() } else { named("gitTag", &tag.object) };
    object.into_iter().chain(named("gitCommit", &tag.commit)).collect()
}

/// Software Heritage's identifier of the tag object, or of the commit that a lightweight tag is: of the content alone, so that no
/// statement about one repository passes for one about another.
fn resource(tag: &TagRow) -> Option<String> {
    match (&tag.object, &tag.commit) {
        (Some(object), commit) if commit.as_ref() != Some(object) => Some(format!("swh:1:rel:{object}")),
        (_, Some(commit)) => Some(format!("swh:1:rev:{commit}")),
        _ => None,
    }
}
