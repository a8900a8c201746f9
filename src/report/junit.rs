//! Owns `junit`: test results as CI systems draw them, one case for each rule and subject. Refuses to fail a case that does not gate.
//!
//! Source: the schema of Apache Ant's and Maven Surefire's reports as Jenkins' xUnit plugin checks it (`junit-10.xsd`), which GitLab and CircleCI
//! read as well. It has no place for a file: that is in the text of a case.

use std::io::{self, Write};

use super::{Report, Reporter, View};
use crate::finding::{Finding, Verdict};
use crate::policy::{DecidedFinding, Decision};
use crate::text::escape::xml;

/// `--format junit`.
pub(super) struct Junit;

impl Reporter for Junit {
    fn format(&self) -> &'static str {
        "junit"
    }

    fn about(&self) -> &'static str {
        "test results for GitLab, CircleCI, Jenkins and their like"
    }

    fn write(&self, report: &Report, _view: &View, out: &mut dyn Write) -> io::Result<()> {
        let mut sections: Vec<&str> = report.findings.iter().map(|one| one.finding.section.as_str()).collect();
        sections.sort_unstable();
        sections.dedup();
        writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
        let all: Vec<&DecidedFinding> = report.findings.iter().collect();
        writeln!(out, "<testsuites name=\"tollgate\" {}>", counts(&all))?;
        for section in sections {
            let cases: Vec<&DecidedFinding> = report.findings.iter().filter(|one| one.finding.section == section).collect();
            let skipped = cases.iter().filter(|one| skipped(one).is_some()).count();
            writeln!(out, "  <testsuite name=\"{}\" {} skipped=\"{skipped}\">", xml(section), counts(&cases))?;
            for one in cases {
                case(one, out)?;
            }
            writeln!(out, "  </testsuite>")?;
        }
        writeln!(out, "</testsuites>")
    }
}

fn counts(cases: &[&DecidedFinding]) -> String {
    let failures = cases.iter().filter(|one| one.decision == Decision::Gate).count();
    format!("tests=\"{}\" failures=\"{failures}\" errors=\"0\"", cases.len())
}

/// Why a case says neither yes nor no.
fn skipped(one: &DecidedFinding) -> Option<String> {
    let message = &one.finding.message;
    match (one.decision, one.finding.verdict) {
        (Decision::Gate, _) => None,
        (Decision::Waived, _) => Some(match &one.waiver {
            Some(waiver) => format!("waived by {} until {}: {message}", waiver.owner, waiver.expires),
            None => message.clone(),
        }),
        (Decision::Existing, _) => Some(format!("the base has it, too: {message}")),
        (Decision::Off, Verdict::Fail) | (_, Verdict::Unknown | Verdict::NotApplicable) => Some(message.clone()),
        _ => None,
    }
}

fn case(one: &DecidedFinding, out: &mut dyn Write) -> io::Result<()> {
    let finding = &one.finding;
    let head = format!("    <testcase classname=\"{}\" name=\"{}\"", xml(&finding.rule), xml(&finding.subject));
    if one.decision == Decision::Gate {
        let (kind, message) = (one.severity.word(), xml(&finding.message));
        return writeln!(
            out,
            "{head}>\n      <failure type=\"{kind}\" message=\"{message}\">{}</failure>\n    </testcase>",
            xml(&body(finding))
        );
    }
    match skipped(one) {
        Some(why) => {
            let (why, body) = (xml(&why), xml(&body(finding)));
            writeln!(out, "{head}>\n      <skipped message=\"{why}\">{body}</skipped>\n    </testcase>")
        }
        None if one.is_actionable() => {
            let text = format!("{}: {}\n{}", one.severity.word(), finding.message, body(finding));
            writeln!(out, "{head}>\n      <system-out>{}</system-out>\n    </testcase>", xml(&text))
        }
        None => writeln!(out, "{head}/>"),
    }
}

/// The places, and what to do.
fn body(finding: &Finding) -> String {
    let places = finding.places.iter().map(|evidence| {
        let place = &evidence.place;
        format!("{}:{}:{} {}", place.path, place.line, place.column, evidence.note)
    });
    places.chain(finding.fix.clone()).collect::<Vec<_>>().join("\n")
}
