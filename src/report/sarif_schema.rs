//! Owns the test of SARIF against what the published schema of 2.1.0 says of the objects that are written here. Refuses a key or a word that
//! it does not know: in the standard these objects are closed as well.
//!
//! Source: OASIS, Static Analysis Results Interchange Format 2.1.0, `sarif-schema-2.1.0.json`: names, what is required, words, bounds.

use serde_json::{Value, json};

use super::sample::{bandit, report};
use super::tests::check_against;
use super::*;
use crate::policy::{AppliedWaiver, Change, Decision};

/// An object with these keys and no others.
fn closed(required: &[&str], properties: Value) -> Value {
    json!({ "type": "object", "additionalProperties": false, "required": required, "properties": properties })
}

fn list(items: &str) -> Value {
    json!({ "type": "array", "items": { "$ref": format!("#/$defs/{items}") } })
}

fn schema() -> jsonschema::Validator {
    let of = |name: &str| json!({ "$ref": format!("#/$defs/{name}") });
    let (text, from_one) = (json!({ "type": "string" }), json!({ "type": "integer", "minimum": 1 }));
    let level = json!({ "enum": ["none", "note", "warning", "error"] });
    let bag = json!({ "type": "object", "properties": { "tags": { "type": "array", "uniqueItems": true, "items": { "type": "string" } } } });
    let defs = json!({
        "log": closed(&["version", "runs"], json!({ "$schema": text, "version": { "const": "2.1.0" }, "runs": list("run") })),
        "run": closed(&["tool"], json!({
            "tool": closed(&["driver"], json!({ "driver": of("component") })),
            "automationDetails": closed(&[], json!({ "id": text })),
            "columnKind": { "enum": ["utf16CodeUnits", "unicodeCodePoints"] },
            "originalUriBaseIds": { "type": "object", "additionalProperties": of("artifact") },
            "invocations": list("invocation"), "results": list("result"), "properties": bag,
        })),
        "component": closed(&["name"], json!({ "name": text, "version": text, "semanticVersion": text, "rules": list("rule") })),
        "rule": closed(&["id"], json!({
            "id": text, "name": text, "shortDescription": of("both"), "fullDescription": of("both"), "help": of("both"),
            "defaultConfiguration": closed(&[], json!({ "level": level })), "properties": bag,
        })),
        "both": closed(&["text"], json!({ "text": text, "markdown": text })),
        "message": closed(&["text"], json!({ "text": text })),
        "invocation": closed(&["executionSuccessful"], json!({
            "executionSuccessful": { "type": "boolean" }, "exitCode": { "type": "integer" },
            "toolExecutionNotifications": list("notification"),
        })),
        "notification": closed(&["message"], json!({ "level": level, "message": of("message") })),
        "result": closed(&["message"], json!({
            "ruleId": text, "ruleIndex": { "type": "integer", "minimum": -1 },
            "kind": { "enum": ["notApplicable", "pass", "fail", "review", "open", "informational"] }, "level": level,
            "message": of("message"), "locations": list("location"), "relatedLocations": list("location"),
            "partialFingerprints": { "type": "object", "additionalProperties": { "type": "string" } },
            "baselineState": { "enum": ["new", "unchanged", "updated", "absent"] },
            "suppressions": list("suppression"), "properties": bag,
        })),
        "suppression": closed(&["kind"], json!({
            "kind": { "enum": ["inSource", "external"] }, "status": { "enum": ["accepted", "underReview", "rejected"] },
            "justification": text,
        })),
        "location": closed(&[], json!({
            "physicalLocation": closed(&[], json!({ "artifactLocation": of("artifact"), "region": of("region") })),
            "message": of("message"),
        })),
        // Relative: no scheme, no root, and no byte that a URI reference has not.
        "artifact": closed(&[], json!({
            "uri": { "type": "string", "pattern": "^[A-Za-z0-9._~-][A-Za-z0-9._~/%-]*$" }, "uriBaseId": text, "description": of("message"),
        })),
        "region": closed(&["startLine"], json!({
            "startLine": from_one, "startColumn": from_one, "endLine": from_one, "endColumn": from_one,
        })),
    });
    jsonschema::validator_for(&json!({ "$ref": "#/$defs/log", "$defs": defs })).expect("a schema")
}

#[test]
fn sarif_keeps_the_published_schema() {
    let reporter = reporters().iter().find(|reporter| reporter.format() == "sarif").expect("a format");
    let validator = schema();
    let mut full = report();
    let mut waived = bandit();
    let (owner, expires) = ("rhea".to_owned(), "2026-12-05".to_owned());
    (waived.decision, waived.waiver) =
        (Decision::Waived, Some(AppliedWaiver { owner, expires, days_left: 1, at: 0, counted: false }));
    let mut old = bandit();
    (old.decision, old.change) = (Decision::Existing, Some(Change::Existing));
    full.findings.extend([waived, old]);
    full.outcome = Outcome::Incomplete;
    for (report, sarif_all) in [(report(), false), (report(), true), (full.clone(), false), (full, true)] {
        let mut bytes = Vec::new();
        reporter.write(&report, &View { sarif_all, ..View::default() }, &mut bytes).expect("a vector");
        let value: Value = serde_json::from_slice(&bytes).expect("JSON");
        check_against(&validator, &value);
        // A position that a result names is that of its rule.
        for result in value["runs"][0]["results"].as_array().expect("a list") {
            let at = result["ruleIndex"].as_u64().and_then(|at| usize::try_from(at).ok()).expect("a position");
            assert_eq!(value["runs"][0]["tool"]["driver"]["rules"][at]["id"], result["ruleId"]);
        }
        let mut wrong = value.clone();
        wrong["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] = json!(0);
        assert!(!validator.is_valid(&wrong), "lines begin with one");
    }
}
