//! Owns the tests of decisions: what follows from a verdict under severities, options, waivers, and the exit status.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::{Date, date};

use super::origin::{Loosening, Named, OriginRequest, PolicyReader, PolicySource, choose, refuse_looser};
use super::*;
use crate::answer::Reason;
use crate::catalog::Catalog;
use crate::error::Error;
use crate::terms::{Policy, Reading, read};
use crate::text::{Place, RepoPath, SourceFile};

const TODAY: Date = date(2026, 11, 23);

fn path(text: &str) -> RepoPath {
    RepoPath::new(text).expect("a path")
}

fn policy(text: &str) -> Policy {
    let file = SourceFile::new(path(".tollgate.toml"), text.to_owned());
    let reading = Reading { catalog: Catalog::builtin(), today: TODAY, open: &|_| Ok(None), org: None };
    read(Some(file), &reading).expect("a right policy")
}

fn finding(rule: &str, subject: &str, verdict: Verdict) -> Finding {
    let rule = Catalog::builtin().rule(rule).expect("a rule");
    let mut finding = Finding::new(rule, subject, verdict, "seen").at(Place::file(path("src/a.py")), "here");
    finding.reason = (verdict == Verdict::Unknown).then_some(Reason::Dynamic);
    finding
}

#[derive(Default)]
struct Case<'a> {
    policy: &'a str,
    profile: Option<&'a str>,
    only: Vec<String>,
    fail_on: Option<FailOn>,
    strict: bool,
}

fn run(case: &Case<'_>, findings: Vec<Finding>) -> Decided {
    let sources = BTreeMap::new();
    let options = DecideOptions {
        profile: case.profile,
        only: &case.only,
        fail_on: case.fail_on,
        strict: case.strict,
        sources: &sources,
        unread: &BTreeMap::new(),
        against: None,
    };
    decide(findings, &policy(case.policy), Catalog::builtin(), &options, TODAY)
}

/// The decision and the severity of one finding.
fn one(case: &Case<'_>, finding: Finding) -> (Decision, Severity) {
    let rule = finding.rule.clone();
    let decided = run(case, vec![finding]);
    let found = decided.findings.iter().find(|one| one.finding.rule == rule).expect("it is there");
    (found.decision, found.severity)
}

#[test]
fn the_matrix_of_decisions() {
    use Decision as D;
    use Severity::{Error, Notice, Warning};
    use Verdict as V;
    let python = |verdict| finding("python-static-analysis", "python", verdict);
    let api = |verdict| finding("openapi-export", "repository", verdict);
    let off = "[rules]\npython-static-analysis = \"off\"";
    let lower = "[rules]\npython-static-analysis = \"warning\"";
    let raise = "[rules]\nopenapi-export = \"error\"";
    let unknown_fails = "[rules]\nopenapi-export = { on_unknown = \"fail\" }\npython-static-analysis = { on_unknown = \"fail\" }";
    let gate_policy = "[gate]\nfail_on = \"warning\"\nstrict = true";
    let free = || Case::default();
    let by = |policy| Case { policy, ..Case::default() };
    let at = |fail_on| Case { fail_on: Some(fail_on), ..Case::default() };
    let strict = || Case { strict: true, ..Case::default() };
    let literal = || Case { profile: Some("literal"), ..Case::default() };
    let mut development = python(V::Fail);
    development.development = true;
    let mut told = finding("static-analysis-gates", "python", V::Fail);
    told.reported_by = Some("python-static-analysis".to_owned());
    let asked = python(V::Fail).severity(Warning);
    let table = [
        (free(), python(V::Fail), D::Gate, Error),
        (free(), python(V::Pass), D::None, Error),
        (free(), python(V::Declared), D::None, Error),
        (free(), python(V::NotApplicable), D::None, Error),
        (free(), python(V::Unknown), D::Note, Notice),
        (free(), api(V::Fail), D::Warn, Warning),
        (free(), finding("pyup-config", "repository", V::Fail), D::Note, Notice),
        (literal(), finding("pyup-config", "repository", V::Fail), D::Gate, Error),
        (free(), development.clone(), D::Note, Notice),
        (at(FailOn::Notice), development, D::Gate, Notice),
        (free(), told, D::Off, Error),
        (free(), asked.clone(), D::Warn, Warning),
        (by(lower), asked.clone(), D::Warn, Warning),
        (by(lower), python(V::Fail), D::Warn, Warning),
        (by("[rules]\npython-bandit = \"error\""), asked, D::Gate, Error),
        (by(off), python(V::Fail), D::Off, Error),
        (by(off), python(V::Unknown), D::Off, Error),
        (by(raise), api(V::Fail), D::Gate, Error),
        (at(FailOn::Warning), api(V::Fail), D::Gate, Warning),
        (at(FailOn::Never), python(V::Fail), D::Gate, Error),
        (at(FailOn::Never), api(V::Fail), D::Warn, Warning),
        (strict(), python(V::Unknown), D::Gate, Error),
        (strict(), api(V::Unknown), D::Gate, Warning),
        (strict(), finding("outdated-report", "python", V::Unknown), D::Note, Notice),
        (by(unknown_fails), python(V::Unknown), D::Gate, Error),
        (by(unknown_fails), api(V::Unknown), D::Warn, Warning),
        (by(gate_policy), api(V::Unknown), D::Gate, Warning),
        (by(gate_policy), api(V::Fail), D::Gate, Warning),
    ];
    for (at, (case, finding, decision, severity)) in table.into_iter().enumerate() {
        let label = format!("row {at}: {} {:?} under {:?}", finding.rule, finding.verdict, case.policy);
        assert_eq!(one(&case, finding), (decision, severity), "{label}");
    }
}

#[test]
fn exit_statuses_in_their_order() {
    let fail = || finding("python-static-analysis", "python", Verdict::Fail);
    let unreadable = || finding("ci-config-readable", "src/a.py", Verdict::Fail);
    let elsewhere = || {
        let mut finding = fail();
        finding.places[0].place.path = path("src/b.py");
        finding
    };
    let unread_unknown = || finding("openapi-export", "repository", Verdict::Unknown).reason(Reason::Unreadable);
    let off = "[rules]\nci-config-readable = \"off\"";
    let low = "[rules]\nci-config-readable = \"warning\"";
    let waived = "[people.a]\n[[waiver]]\nrule = \"ci-config-readable\"\nreason = \"r\"\nowner = \"a\"\nexpires = 2026-12-31";
    let never = Some(FailOn::Never);
    let table = [
        ("", None, vec![], 0),
        ("", None, vec![finding("openapi-export", "repository", Verdict::Fail)], 0),
        ("", None, vec![finding("openapi-export", "repository", Verdict::Unknown)], 0),
        ("", None, vec![fail()], 1),
        ("", never, vec![fail()], 0),
        ("", None, vec![unreadable()], 1),
        (off, None, vec![unreadable()], 3),
        (low, None, vec![unreadable()], 3),
        (waived, None, vec![unreadable()], 3),
        (waived, None, vec![unreadable(), fail()], 1),
        (off, never, vec![unreadable()], 3),
        ("", None, vec![unread_unknown()], 3),
        ("", None, vec![unread_unknown(), fail()], 1),
        ("", never, vec![unread_unknown(), fail()], 3),
        ("", never, vec![unread_unknown(), elsewhere()], 3),
        ("", never, vec![unreadable(), elsewhere()], 0),
        (off, never, vec![unreadable(), elsewhere()], 3),
    ];
    for (at, (policy, fail_on, findings, status)) in table.into_iter().enumerate() {
        let decided = run(&Case { policy, fail_on, ..Case::default() }, findings);
        assert_eq!(decided.exit_status(), status, "row {at}: {policy:?} {:?}", decided.gaps);
    }
}

const PEOPLE: &str = "[people.a]\n[[waiver]]\nrule = \"python-bandit\"\nreason = \"r\"\nowner = \"a\"\n";

#[test]
fn waivers_cover_what_they_name_and_nothing_else() {
    let fail = |subject: &str, file: &str, cause: &str| {
        let rule = Catalog::builtin().rule("python-static-analysis").expect("a rule");
        Finding::new(rule, subject, Verdict::Fail, "seen").cause(cause).at(Place::file(path(file)), "here")
    };
    let table = [
        ("expires = 2026-11-23", fail("python", "a.py", "absent"), Decision::Waived),
        ("created = 2026-10-01\nexpires = 2026-11-22", fail("python", "a.py", "absent"), Decision::Gate),
        ("expires = 2026-12-01\npath = \"src/**\"", fail("python", "src/x/a.py", "absent"), Decision::Waived),
        ("expires = 2026-12-01\npath = \"src/*\"", fail("python", "src/x/a.py", "absent"), Decision::Gate),
        ("expires = 2026-12-01\npath = \"src/**\"", fail("python", "lib/a.py", "absent"), Decision::Gate),
        ("expires = 2026-12-01\nsubject = \"python:api\"", fail("python:api", "a.py", "absent"), Decision::Waived),
        ("expires = 2026-12-01\nsubject = \"python:api\"", fail("python:apis", "a.py", "absent"), Decision::Gate),
        ("expires = 2026-12-01\nlanguage = \"python\"", fail("python:api", "a.py", "absent"), Decision::Waived),
        ("expires = 2026-12-01\nlanguage = \"go\"", fail("python:api", "a.py", "absent"), Decision::Gate),
        ("expires = 2026-12-01\ncheck = \"soft-fail\"", fail("python", "a.py", "absent"), Decision::Gate),
        ("expires = 2026-12-01\ncheck = \"absent\"", fail("python", "a.py", "absent"), Decision::Waived),
    ];
    for (rest, finding, decision) in table {
        let policy = format!("{PEOPLE}{rest}");
        assert_eq!(one(&Case { policy: &policy, ..Case::default() }, finding).0, decision, "{rest}");
    }
}

#[test]
fn a_count_bounds_a_waiver() {
    let text = format!("{PEOPLE}expires = 2026-12-31\ncount = 2");
    let findings = ["python:a", "python:b", "python:c"].map(|subject| finding("python-static-analysis", subject, Verdict::Fail));
    let decided = run(&Case { policy: &text, ..Case::default() }, findings.to_vec());
    let decisions: Vec<Decision> =
        decided.findings.iter().filter(|one| one.finding.rule == "python-static-analysis").map(|one| one.decision).collect();
    assert_eq!(decisions, [Decision::Waived, Decision::Waived, Decision::Gate]);
    assert_eq!((decided.counts.waived, decided.counts.fail), (2, 3));
    let waiver = decided.findings.iter().find_map(|one| one.waiver.clone()).expect("applied");
    assert_eq!((waiver.owner.as_str(), waiver.expires.as_str(), waiver.days_left), ("a", "2026-12-31", 38));
}

/// Verdict, severity and cause of the findings about the policy.
fn about_policy(rest: &str, findings: Vec<Finding>, only: &[&str]) -> Vec<(Verdict, Severity, String)> {
    let text = if rest.is_empty() { String::new() } else { format!("{PEOPLE}{rest}") };
    let only = only.iter().map(|id| (*id).to_owned()).collect();
    let decided = run(&Case { policy: &text, only, ..Case::default() }, findings);
    let own = decided.findings.into_iter().filter(|one| one.finding.rule == "policy-current");
    own.map(|one| (one.finding.verdict, one.severity, one.finding.cause)).collect()
}

#[test]
fn the_policy_has_findings_of_its_own() {
    use Severity::{Notice, Warning};
    let fail = || vec![finding("python-static-analysis", "python", Verdict::Fail)];
    let cases = [
        ("", vec![], (Verdict::NotApplicable, Warning, "")),
        ("expires = 2026-12-31", fail(), (Verdict::Pass, Warning, "")),
        ("expires = 2026-12-31", vec![], (Verdict::Fail, Warning, "waiver-unmatched")),
        ("expires = 2026-12-01", vec![], (Verdict::Fail, Warning, "waiver-unmatched")),
        ("created = 2026-10-01\nexpires = 2026-11-22", vec![], (Verdict::Fail, Warning, "expired")),
        ("created = 2026-10-01\nexpires = 2026-11-22", fail(), (Verdict::Fail, Warning, "expired")),
        ("expires = 2026-12-23", fail(), (Verdict::Fail, Notice, "expires-30")),
        ("expires = 2026-12-24", fail(), (Verdict::Pass, Warning, "")),
        ("expires = 2026-11-30", fail(), (Verdict::Fail, Notice, "expires-7")),
        ("expires = 2026-12-01", fail(), (Verdict::Fail, Notice, "expires-30")),
    ];
    for (rest, findings, (verdict, severity, cause)) in cases {
        let own = about_policy(rest, findings, &[]);
        assert_eq!(own, [(verdict, severity, cause.to_owned())], "{rest}");
    }
    assert_eq!(about_policy("expires = 2026-12-31", fail(), &["openapi-export"]), [], "left out by --only");
    let own = about_policy("expires = 2026-12-31", vec![], &["policy-current"]);
    assert_eq!(own[0].0, Verdict::Pass, "a rule that was not judged does not make its waiver useless");
}

#[test]
fn floors_hold_against_the_repository() {
    let org =
        SourceFile::new(path("org.toml"), "[org.floors]\nopenapi-export = \"error\"\npyup-config = \"warning\"\n".to_owned());
    let own = SourceFile::new(path(".tollgate.toml"), "[rules]\nopenapi-export = \"off\"\n".to_owned());
    let reading = Reading { catalog: Catalog::builtin(), today: TODAY, open: &|_| Ok(None), org: Some(org) };
    let policy = read(Some(own), &reading).expect("right");
    let sources = BTreeMap::new();
    let options = DecideOptions {
        profile: None,
        only: &[],
        fail_on: None,
        strict: false,
        sources: &sources,
        unread: &BTreeMap::new(),
        against: None,
    };
    let findings =
        vec![finding("openapi-export", "repository", Verdict::Fail), finding("pyup-config", "repository", Verdict::Fail)];
    let decided = decide(findings, &policy, Catalog::builtin(), &options, TODAY);
    let decisions: Vec<(Decision, Severity)> = decided.findings.iter().take(1).map(|one| (one.decision, one.severity)).collect();
    assert_eq!(decisions, [(Decision::Gate, Severity::Error)]);
    assert!(decided.findings.iter().any(|one| one.finding.rule == "pyup-config" && one.severity == Severity::Warning));
}

#[test]
fn fingerprints_follow_the_line_not_its_number() {
    let place = |line| Place { path: path("ci.yml"), line, column: 1, end_line: line, end_column: 4 };
    let rule = Catalog::builtin().rule("python-static-analysis").expect("a rule");
    let print = |text: &str, line| {
        let sources = BTreeMap::from([(path("ci.yml"), SourceFile::new(path("ci.yml"), text.to_owned()))]);
        let options = DecideOptions {
            profile: None,
            only: &[],
            fail_on: None,
            strict: false,
            sources: &sources,
            unread: &BTreeMap::new(),
            against: None,
        };
        let finding = Finding::new(rule, "python", Verdict::Fail, "seen").at(place(line), "here");
        let decided = decide(vec![finding], &Policy::builtin(), Catalog::builtin(), &options, TODAY).findings;
        decided.into_iter().find(|one| one.finding.rule == rule.id).expect("it is there").fingerprint
    };
    let before = print("a\nrun: x\n", 2);
    assert_eq!(before, print("a\nb\nc\n  run: x\n", 4), "moved and indented");
    assert_ne!(before, print("a\nrun: y\n", 2), "another line");
    assert_ne!(before, print("run: x\nrun: x\n", 2), "the second equal one");
}

#[test]
fn the_order_of_findings_does_not_depend_on_the_order_they_come_in() {
    let mut findings: Vec<Finding> =
        ["python:a", "python:b", "python"].map(|s| finding("python-static-analysis", s, Verdict::Fail)).into();
    findings.push(finding("openapi-export", "repository", Verdict::Pass));
    let forth = run(&Case::default(), findings.clone());
    findings.reverse();
    assert_eq!(forth, run(&Case::default(), findings));
}

struct Reader;

impl PolicyReader for Reader {
    fn disk(&self, path: &std::path::Path) -> Result<Arc<SourceFile>, Error> {
        let name = path.to_string_lossy().into_owned();
        Ok(SourceFile::new(RepoPath::from_git_bytes(name.as_bytes()), "profile = \"literal\"".to_owned()))
    }

    fn tree(&self, name: &str) -> Result<Option<Arc<SourceFile>>, Error> {
        Ok((name == ".tollgate.toml").then(|| SourceFile::new(path(name), "[gate]\nfail_on = \"warning\"".to_owned())))
    }

    fn resolve(&self, reference: &str) -> Result<Named, Error> {
        let commit = "3f2a9c1".repeat(6)[..40].to_owned();
        if reference == "gone" {
            Err(Error::incomplete("no such ref"))
        } else {
            Ok(Named { commit, outside: reference != "feature" })
        }
    }

    fn beside(&self, _directory: &std::path::Path, name: &str) -> Result<Option<Arc<SourceFile>>, Error> {
        self.tree(name)
    }

    fn at(&self, _revision: &str, name: &str) -> Result<Option<Arc<SourceFile>>, Error> {
        self.tree(name)
    }
}

fn judge(request: &OriginRequest) -> Result<(PolicySource, bool, String), Error> {
    let judging = choose(request, &Reader, Catalog::builtin(), TODAY)?;
    Ok((judging.source, judging.authoritative, judging.title))
}

#[test]
fn the_first_source_that_applies_judges() {
    let free = OriginRequest::default;
    let file = OriginRequest { policy_file: Some("/etc/p.toml".into()), ..free() };
    let inside = OriginRequest { policy_file_is_inside: true, ..file.clone() };
    let inside_in_ci = OriginRequest { ci: true, ..inside.clone() };
    let reference = OriginRequest { policy_ref: Some("origin/main".to_owned()), ..free() };
    // An organisation's policy that the judged wrote makes the whole no judge.
    for whole in [&file, &reference] {
        let below = OriginRequest { org_policy_is_inside: true, ..whole.clone() };
        assert_eq!(judge(&below).map(|(_, authoritative, _)| authoritative).ok(), Some(false));
        let below_in_ci = OriginRequest { ci: true, ..below };
        assert_eq!(judge(&below_in_ci).map_err(|error| error.kind).err(), Some(crate::error::Kind::Usage));
    }
    let anybodys = OriginRequest { policy_ref: Some("feature".to_owned()), ..free() };
    assert_eq!(judge(&anybodys).map(|(_, authoritative, _)| authoritative).ok(), Some(false));
    let gone = OriginRequest { policy_ref: Some("gone".to_owned()), ..free() };
    assert_eq!(judge(&file).ok(), Some((PolicySource::File, true, "/etc/p.toml".to_owned())));
    assert_eq!(judge(&inside).map(|(_, authoritative, _)| authoritative).ok(), Some(false));
    assert_eq!(judge(&inside_in_ci).map_err(|error| error.kind).err(), Some(crate::error::Kind::Usage));
    assert_eq!(judge(&reference).ok(), Some((PolicySource::Ref, true, ".tollgate.toml at origin/main 3f2a9c1".to_owned())));
    assert_eq!(judge(&gone).map_err(|error| error.kind).err(), Some(crate::error::Kind::Incomplete));
    assert_eq!(
        judge(&free()).map(|(source, authoritative, _)| (source, authoritative)).ok(),
        Some((PolicySource::WorkTree, false))
    );
}

#[test]
fn options_in_ci_only_tighten() {
    let strict =
        policy("profile = \"modern\"\n[gate]\nfail_on = \"warning\"\n[rules]\npyup-config = \"error\"\nopenapi-export = \"off\"");
    let silent = Policy::builtin();
    type Row<'a> = (Option<&'a str>, Option<FailOn>, &'a [&'a str], bool);
    let table: [Row<'_>; 8] = [
        (None, None, &[], true),
        (Some("modern"), Some(FailOn::Warning), &["pyup-config"], true),
        (None, Some(FailOn::Notice), &[], true),
        (Some("literal"), None, &[], false),
        (None, Some(FailOn::Error), &[], false),
        (None, Some(FailOn::Never), &[], false),
        (None, None, &["openapi-export"], false),
        (None, None, &["pyup-config", "openapi-export"], true),
    ];
    for (profile, fail_on, only, right) in table {
        let only: Vec<String> = only.iter().map(|id| (*id).to_owned()).collect();
        let options = Loosening { profile, fail_on, only: &only };
        assert_eq!(refuse_looser(&options, &strict, Catalog::builtin()).is_ok(), right, "{options:?}");
        assert!(refuse_looser(&options, &silent, Catalog::builtin()).is_ok(), "where the policy is silent they are free");
    }
}
