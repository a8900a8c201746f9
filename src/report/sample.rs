//! Owns the one report that all renderings are tested on: every verdict and decision, and names that attack each format.

use std::collections::BTreeMap;

use super::*;
use crate::answer::Reason;
use crate::catalog::{Catalog, Severity};
use crate::facts::hold::Hop;
use crate::finding::{Finding, Verdict};
use crate::policy::{AppliedWaiver, Decision};
use crate::text::Place;

/// A file name that tries everything at once.
pub(super) const HOSTILE: &str = "a\n::error::x\u{1b}[31m\u{202e}|<b>@all`%0A.yml";

pub(super) fn path(text: &str) -> RepoPath {
    RepoPath::from_git_bytes(text.as_bytes())
}

fn place(file: &str, line: usize, from: usize, to: usize) -> Place {
    Place { path: path(file), line, column: from, end_line: line, end_column: to }
}

pub(super) fn finding(rule: &str, subject: &str, verdict: Verdict, message: &str) -> Finding {
    Finding::new(Catalog::builtin().rule(rule).expect("a rule"), subject, verdict, message)
}

pub(super) fn decided(finding: Finding, decision: Decision) -> DecidedFinding {
    let fingerprint = finding.fingerprint("", 0);
    DecidedFinding {
        severity: finding.severity,
        finding,
        decision,
        change: None,
        waiver: None,
        otherwise: decision,
        expired: false,
        fingerprint,
    }
}

/// The example of the design, word for word.
pub(super) fn bandit() -> DecidedFinding {
    let mut finding =
        finding("python-static-analysis", "python", Verdict::Fail, "bandit runs on pull requests but cannot fail them")
            .at(place("tox.ini", 14, 26, 37), "exits 0 whatever it finds")
            .cause("soft-fail")
            .fix("remove `--exit-zero`; settle false positives one by one in [tool.bandit]");
    finding.chain = vec![
        Hop::new(place(".github/workflows/ci.yml", 31, 9, 18), "make lint"),
        Hop::new(place("Makefile", 12, 2, 13), "tox -e lint"),
        Hop::new(place("tox.ini", 14, 12, 37), "bandit -r src --exit-zero"),
    ];
    decided(finding, Decision::Gate)
}

fn hostile() -> DecidedFinding {
    let finding = finding("openapi-export", HOSTILE, Verdict::Fail, "::stop-commands::\u{7} no description in \u{202e}x")
        .at(place(HOSTILE, 1, 3, 8), "::warning::y\nz | <script>")
        .fix("first\n::set-output name=a::b\n\u{1b}]0;title\u{7}");
    decided(finding, Decision::Warn)
}

fn absent() -> DecidedFinding {
    let mut finding = finding("dependency-update-bot", "npm", Verdict::Fail, "no bot updates npm in web")
        .severity(Severity::Warning)
        .at(Place::file(path("web/package.json")), "this manifest")
        .fix("add to .github/dependabot.yml:\n  - package-ecosystem: npm\n    directory: /web");
    finding.searched = vec![".github/dependabot.yml".to_owned(), "renovate.json".to_owned()];
    decided(finding, Decision::Warn)
}

fn waived() -> DecidedFinding {
    let finding = finding("node-dependency-audit", "javascript", Verdict::Fail, "no dependency audit")
        .at(Place::file(path("package.json")), "here");
    let waiver =
        AppliedWaiver { owner: "rhea".to_owned(), expires: "2026-12-05".to_owned(), days_left: 12, at: 0, counted: false };
    DecidedFinding { waiver: Some(waiver), ..decided(finding, Decision::Waived) }
}

/// The report.
pub(super) fn report() -> Report {
    let mut told = finding("static-analysis-gates", "python", Verdict::Fail, "no analyzer gates");
    told.reported_by = Some("python-static-analysis".to_owned());
    let mut pass = finding("rust-static-analysis", "rust", Verdict::Pass, "clippy gates")
        .at(place("ci.yml", 3, 1, 5), "runs on pull requests");
    pass.chain = vec![Hop::new(place("ci.yml", 3, 1, 5), "cargo clippy -- -D warnings")];
    let unknown = finding("go-static-analysis", "go", Verdict::Unknown, "a remote workflow may gate").reason(Reason::Remote);
    let mut unknown = decided(unknown, Decision::Note);
    unknown.severity = Severity::Notice;
    let mut findings = vec![
        bandit(),
        hostile(),
        absent(),
        waived(),
        unknown,
        decided(told, Decision::Off),
        decided(pass, Decision::None),
        decided(finding("fact-conflict", "repository", Verdict::NotApplicable, "the policy states no facts"), Decision::None),
        decided(
            finding("pyup-config", "repository", Verdict::Fail, "pyup is gone").at(place(".pyup.yml", 1, 1, 7), "read by nobody"),
            Decision::Note,
        ),
    ];
    findings.sort_by(|a, b| (&a.finding.rule, &a.finding.subject).cmp(&(&b.finding.rule, &b.finding.subject)));
    let files = [
        ("tox.ini", format!("{}commands = bandit -r src --exit-zero\n", "\n".repeat(13))),
        (".pyup.yml", "update: all\n".to_owned()),
        (HOSTILE, "x ::add-mask::\u{1b}[2J y\n".to_owned()),
    ];
    Report {
        subject: Subject {
            kind: SubjectKind::WorkTree,
            repository: Some("acme/kestrel".to_owned()),
            revision: Some("3f2a9c1".repeat(6)[..40].to_owned()),
            dirty: false,
            owner: None,
        },
        policy: PolicyInfo {
            source: PolicySource::Ref,
            revision: Some("3f2a9c1".repeat(6)[..40].to_owned()),
            authoritative: true,
            bootstrap: false,
            profile: "modern".to_owned(),
            title: ".tollgate.toml at origin/main 3f2a9c1".to_owned(),
        },
        base: None,
        now: None,
        outcome: Outcome::Fail,
        fail_on: FailOn::Error,
        counts: Counts::of(&findings),
        findings,
        fixed: vec![],
        not_inspected: vec![NotInspected {
            path: path("big\u{7}.yml"),
            why: "has more than 2097152 bytes".to_owned(),
            place: None,
            next: "make it smaller",
        }],
        gaps: Vec::new(),
        notes: vec!["::notice::src lies in a work tree: its root was inspected".to_owned()],
        sources: files
            .into_iter()
            .map(|(name, text)| (path(name), SourceFile::new(path(name), text)))
            .collect::<BTreeMap<_, _>>(),
        proposed: BTreeMap::new(),
        elapsed: Some(Duration::from_millis(120)),
    }
}

/// The facts that the facts renderings are tested on.
pub(super) fn facts() -> facts::FactsReport {
    use super::facts::*;
    use crate::facts::components::Scope;
    use crate::facts::ladder::Rung;
    use crate::facts::openapi::ApiKind;
    use crate::facts::pipeline::Trigger;
    let mut out = FactsReport::new(report().subject);
    out.declared.insert("web".to_owned(), true.into());
    out.declared.insert("name".to_owned(), "kestrel".into());
    let component = |directory: &str, language: &str| ComponentRow {
        directory: path(directory),
        language: language.to_owned(),
        ecosystem: Some("pip".to_owned()),
        manifest: Some(path("pyproject.toml")),
        members: vec![],
        scope: Scope::Production,
    };
    out.components = vec![component("web", "python"), component("", "python"), component("", "python")];
    let triggers = vec![Trigger::Push, Trigger::PullRequest];
    out.pipelines = vec![PipelineRow { system: "github-actions".to_owned(), path: path(HOSTILE), triggers: triggers.clone() }];
    out.opaque = vec![OpaqueRow { path: path("ci.yml"), line: 1, why: "remote reusable workflow".to_owned() }];
    let hop = |file: &str, line, text: &str| HopRow { path: path(file), line, text: text.to_owned() };
    out.analyzers = vec![AnalyzerRow {
        tool: "bandit".to_owned(),
        language: "python".to_owned(),
        rung: Rung::Runs,
        may_be: Some(Rung::Gates),
        security_rules: Some(true),
        components: vec![StandingRow { directory: path(""), rung: Rung::Runs, may_be: None }],
        configured: vec![LineRow { path: path("pyproject.toml"), line: 40 }],
        unknown: vec![UnknownRow { path: None, line: None, why: "the command word is computed".to_owned() }],
        invocations: vec![InvocationRow {
            rung: Rung::Runs,
            triggers,
            chain: vec![hop("ci.yml", 31, "make lint"), hop("Makefile", 12, "bandit -r src --exit-zero")],
            held_by: vec![HoldRow { path: path("Makefile"), line: 12, why: "--exit-zero".to_owned() }],
        }],
    }];
    let cover = CoverRow { ecosystem: "npm".to_owned(), directory: path("") };
    out.dependency_bots = vec![BotRow {
        bot: "renovate".to_owned(),
        path: path("renovate.json"),
        active: true,
        inactive_because: None,
        covers: vec![cover],
    }];
    out.dependencies_uncovered = vec![UncoveredRow {
        ecosystem: "docker".to_owned(),
        directory: path(""),
        why: "no-entry".to_owned(),
        scope: Scope::Development,
    }];
    out.api_descriptions =
        vec![ApiRow { path: path("api.yaml"), kind: ApiKind::Document, version: Some("3.0.3".to_owned()), valid: true }];
    out.release_tags = vec![TagRow {
        name: "v1.0.0".to_owned(),
        object: "a".repeat(40),
        target: "b".repeat(40),
        annotated: true,
        signature: "openpgp".to_owned(),
    }];
    out.sort();
    out
}
