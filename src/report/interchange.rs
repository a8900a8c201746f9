//! Owns the tests of the formats that other programs read: their shape, what the receiver refuses, and that nothing of a repository breaks it.

use serde_json::Value;

use super::sample::{HOSTILE, bandit, decided, finding, report};
use super::*;
use crate::catalog::Severity;
use crate::finding::Verdict;
use crate::policy::{AppliedWaiver, Change, Decision};

fn render(format: &str, report: &Report, view: &View) -> String {
    let reporter = reporters().iter().find(|reporter| reporter.format() == format).expect("a format");
    let mut bytes = Vec::new();
    reporter.write(report, view, &mut bytes).expect("a vector takes all");
    String::from_utf8(bytes).expect("text")
}

fn json(format: &str, report: &Report, view: &View) -> Value {
    serde_json::from_str(&render(format, report, view)).expect("JSON")
}

#[test]
fn the_sample_in_every_interchange_format() {
    for format in ["sarif", "junit", "gitlab"] {
        let mut text = render(format, &report(), &View::default());
        if format == "sarif" {
            // The rules are the catalogue's, not the sample's.
            let mut value: Value = serde_json::from_str(&text).expect("JSON");
            let rules = value["runs"][0]["tool"]["driver"]["rules"].as_array_mut().expect("a list");
            rules.truncate(1);
            let results = value["runs"][0]["results"].as_array_mut().expect("a list");
            results.iter_mut().for_each(|one| drop(one.as_object_mut().expect("a table").remove("ruleIndex")));
            text = serde_json::to_string_pretty(&value).expect("JSON");
        }
        insta::assert_snapshot!(format!("interchange_{format}"), text);
    }
}

#[test]
fn sarif_tells_what_is_accepted_and_what_is_old_without_failing_it() {
    let mut only = report();
    let mut waived = bandit();
    waived.decision = Decision::Waived;
    let (owner, expires) = ("rhea".to_owned(), "2026-12-05".to_owned());
    waived.waiver = Some(AppliedWaiver { owner, expires, days_left: 1, at: 0, counted: false });
    let mut old = bandit();
    (old.decision, old.change) = (Decision::Existing, Some(Change::Existing));
    let holds = decided(finding("openapi-export", "repository", Verdict::Pass, "it is there"), Decision::None);
    only.findings = vec![waived, old, holds];
    let results = json("sarif", &only, &View::default())["runs"][0]["results"].clone();
    assert_eq!(results.as_array().map(Vec::len), Some(2));
    let by = |decision: &str| {
        results.as_array().expect("a list").iter().find(|one| one["properties"]["decision"] == decision).cloned()
    };
    assert_eq!(by("waived").expect("told")["suppressions"][0]["status"], "accepted");
    assert_eq!(by("existing").expect("told")["baselineState"], "unchanged");
    let all = json("sarif", &only, &View { sarif_all: true, ..View::default() });
    let kinds: Vec<&str> =
        all["runs"][0]["results"].as_array().expect("a list").iter().filter_map(|one| one["kind"].as_str()).collect();
    assert!(kinds.contains(&"pass"), "{kinds:?}");
}

/// A report about a commit.
fn of_commit() -> Report {
    let mut report = report();
    report.subject.kind = SubjectKind::Git;
    report
}

#[test]
fn a_statement_names_the_commit_and_what_was_not_read_did_not_pass() {
    let mut of = of_commit();
    let value = json("in-toto", &of, &View::default());
    assert_eq!(value["_type"], "https://in-toto.io/Statement/v1");
    assert_eq!(value["subject"][0]["digest"]["gitCommit"], of.subject.revision.clone().expect("a commit").as_str());
    assert_eq!(value["predicate"]["result"], "FAILED");
    assert_eq!(value["predicate"]["failedTests"][0], "python-static-analysis python");
    let policy = &value["predicate"]["configuration"][0];
    assert!(policy["uri"].as_str().is_some_and(|uri| uri.starts_with("swh:1:rev:")), "{policy}");
    // Every descriptor has what the specification asks for at least.
    for one in value["predicate"]["configuration"].as_array().expect("a list") {
        assert!(one.get("uri").is_some() || one.get("digest").is_some(), "{one}");
    }
    let result = |report: &Report| json("in-toto", report, &View::default())["predicate"]["result"].clone();
    of.findings.retain(|one| one.decision != Decision::Gate);
    of.outcome = Outcome::Pass;
    assert_eq!(result(&of), "WARNED");
    of.outcome = Outcome::Incomplete;
    assert_eq!(result(&of), "FAILED");
    of.findings.retain(|one| one.finding.verdict == Verdict::Pass);
    of.outcome = Outcome::Pass;
    assert_eq!(result(&of), "PASSED");
}

#[test]
fn no_statement_is_made_about_files_that_are_no_commit() {
    let reporter = reporters().iter().find(|reporter| reporter.format() == "in-toto").expect("a format");
    for (kind, revision) in [(SubjectKind::WorkTree, Some("3f2a9c1".to_owned())), (SubjectKind::Folder, None)] {
        let mut of = of_commit();
        (of.subject.kind, of.subject.revision) = (kind, revision);
        let mut bytes = Vec::new();
        let refused = reporter.write(&of, &View::default(), &mut bytes).expect_err("no commit");
        assert!(refused.to_string().contains("--rev") && bytes.is_empty(), "{refused}");
    }
}

#[test]
fn sarif_keeps_within_what_the_forge_shows_and_says_so() {
    let mut many = report();
    let notice = || {
        let mut one = bandit();
        (one.severity, one.decision) = (Severity::Notice, Decision::Note);
        one
    };
    many.findings = std::iter::repeat_with(notice).take(5_001).chain([bandit()]).collect();
    let run = json("sarif", &many, &View::default())["runs"][0].clone();
    let results = run["results"].as_array().expect("a list");
    assert_eq!((results.len(), results[0]["level"].as_str()), (5_000, Some("error")));
    let said = run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"].as_str().expect("text").to_owned();
    assert!(said.starts_with("2 results of less weight were left out"), "{said}");
}

#[test]
fn an_entry_of_gitlab_is_one_of_a_kind() {
    let mut twice = report();
    twice.findings = vec![bandit(), bandit()];
    let entries = json("gitlab", &twice, &View::default());
    assert_ne!(entries[0]["fingerprint"], entries[1]["fingerprint"]);
    assert_eq!(entries[0]["severity"], "critical");
}

/// What GitLab documents of an entry, and what its own validator asks for; the words of a severity are those of its page.
#[test]
fn an_entry_of_gitlab_has_the_keys_that_it_reads() {
    let mut all = report();
    let mut nowhere = bandit();
    nowhere.finding.places.clear();
    nowhere.finding.fix = Some("add to ci.yml:\n  - run: bandit\r\n    shell: bash\n".to_owned());
    all.findings.push(nowhere);
    let schema = serde_json::json!({ "type": "array", "items": {
        "type": "object", "additionalProperties": false,
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": { "type": "string", "minLength": 1 }, "check_name": { "type": "string", "minLength": 1 },
            "fingerprint": { "type": "string", "minLength": 1 },
            "severity": { "enum": ["info", "minor", "major", "critical", "blocker"] },
            "location": { "type": "object", "additionalProperties": false, "required": ["path", "lines"], "properties": {
                "path": { "type": "string", "minLength": 1, "pattern": "^[^/.]|^\\.[^/]" },
                "lines": { "type": "object", "additionalProperties": false, "required": ["begin"], "properties": {
                    "begin": { "type": "integer", "minimum": 1 }, "end": { "type": "integer", "minimum": 1 } } },
            } },
        },
    } });
    let entries = json("gitlab", &all, &View::default());
    tests::check_against(&jsonschema::validator_for(&schema).expect("a schema"), &entries);
    let told: Vec<&str> = entries.as_array().expect("a list").iter().filter_map(|one| one["description"].as_str()).collect();
    let pasted = told.iter().find(|told| told.contains("add to ci.yml")).expect("told");
    assert!(pasted.ends_with("; add to ci.yml:\n  - run: bandit\n    shell: bash"), "{pasted:?}");
    let own = |told: &str| told.replace("\\n::error::x", "").contains("\\n");
    assert!(!told.iter().filter(|told| !told.contains("::stop-commands::")).any(|told| own(told)), "lines are lines: {told:?}");
}

/// `junit-10.xsd` of Jenkins' xUnit plugin, which refuses a report that does not keep to it: for each element its attributes (those that
/// it must have first), its children, and whether it holds text.
#[test]
fn junit_keeps_the_schema_that_jenkins_checks() {
    type Element = (&'static str, &'static [&'static str], &'static [&'static str], &'static [&'static str], bool);
    const SUITE: &[&str] =
        &["group", "time", "skipped", "timestamp", "hostname", "id", "package", "file", "log", "url", "version"];
    const ELEMENTS: [Element; 6] = [
        ("testsuites", &[], &["name", "time", "tests", "failures", "errors"], &["testsuite"], false),
        ("testsuite", &["name", "tests", "failures", "errors"], SUITE, &["testsuite", "testcase"], false),
        (
            "testcase",
            &["name"],
            &["time", "classname", "group"],
            &["skipped", "error", "failure", "system-out", "system-err"],
            false,
        ),
        ("failure", &[], &["type", "message"], &[], true),
        ("skipped", &[], &["type", "message"], &[], true),
        ("system-out", &[], &[], &[], true),
    ];
    let mut old = report();
    let mut existing = bandit();
    existing.decision = Decision::Existing;
    old.findings.push(existing);
    for (report, more) in [(report(), 0), (old, 1)] {
        let text = render("junit", &report, &View::default());
        let document = roxmltree::Document::parse(&text).expect("XML");
        assert!(document.root_element().has_tag_name("testsuites"));
        for node in document.root_element().descendants().filter(roxmltree::Node::is_element) {
            let name = node.tag_name().name();
            let (_, must, may, children, mixed) = ELEMENTS.iter().find(|one| one.0 == name).unwrap_or_else(|| panic!("{name}"));
            let has: Vec<&str> = node.attributes().map(|attribute| attribute.name()).collect();
            assert!(must.iter().all(|one| has.contains(one)), "{name}: {has:?}");
            assert!(has.iter().all(|one| must.contains(one) || may.contains(one)), "{name}: {has:?}");
            for child in node.children() {
                let fits = if child.is_element() { children.contains(&child.tag_name().name()) } else { true };
                let text = child.text().is_some_and(|text| !text.trim().is_empty());
                assert!(fits && (*mixed || !child.is_text() || !text), "{name}: {child:?}");
            }
        }
        let of = |name: &str| document.descendants().filter(|node| node.has_tag_name(name)).count();
        let said = |name: &str| document.root_element().attribute(name).and_then(|text| text.parse().ok());
        assert_eq!((said("tests"), said("failures")), (Some(of("testcase")), Some(of("failure"))));
        assert_eq!((of("failure"), of("testcase")), (1, 9 + more));
        assert!(text.contains("tox.ini:14:26 exits 0 whatever it finds"), "where it stands is in the text: {text}");
    }
}

#[test]
fn names_of_a_repository_are_text_in_xml() {
    let mut hostile = report();
    let mut one = bandit();
    one.finding.subject = format!("{HOSTILE}]]>\"'<failure/>&#0;");
    one.finding.message = format!("{HOSTILE}<!-- \u{0}\u{fffe}");
    hostile.findings = vec![one];
    let text = render("junit", &hostile, &View::default());
    let document = roxmltree::Document::parse(&text).expect("XML");
    let count = |name: &str| document.descendants().filter(|node| node.has_tag_name(name)).count();
    assert_eq!((count("testcase"), count("failure")), (1, 1), "{text}");
}
