//! Runs the whole road over hostile trees: nothing panics, nothing hangs, nothing outside the tree is read, nothing that could
//! not be read becomes a pass.

mod links;
mod output;
mod scale;
mod sound;
mod tags;
mod trees;

use std::fs;
use std::path::Path;

use tempfile::TempDir;
use tollgate::finding::Verdict;
use tollgate::inspect::{self, CheckRequest, Judged, Judging, Moment};
use tollgate::limits::Limits;
use tollgate::policy::DecidedFinding;
use tollgate::report::Report;
use tollgate::snapshot::Snapshot;
use tollgate::terms::{Policy, Reading};

const WORKFLOW: &str = ".github/workflows/ci.yml";
const PYTHON: [(&str, &str); 2] = [("pyproject.toml", "[project]\nname = \"kestrel\"\n"), ("src/app.py", "import os\n")];

/// A workflow of one step.
fn workflow(run: &str) -> String {
    format!(
        "on: pull_request\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v5\n      - run: {run}\n"
    )
}

/// Writes files into a new folder.
fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let dir = tempfile::tempdir().expect("a directory");
    for (path, bytes) in files {
        write(dir.path(), path, bytes);
    }
    dir
}

fn write(root: &Path, path: &str, bytes: &[u8]) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().expect("a parent")).expect("made");
    fs::write(path, bytes).expect("written");
}

fn request(path: &Path) -> CheckRequest {
    CheckRequest {
        path: path.to_path_buf(),
        rev: None,
        here: false,
        policy_file: None,
        policy_ref: None,
        org_policy: None,
        profile: None,
        only: Vec::new(),
        fail_on: None,
        strict: false,
        now: Moment { at: "2026-11-23T12:00:00Z".parse().expect("a time"), given: true },
        limits: Limits::default(),
        judge_commit: false,
        ci: false,
        base: None,
        run: None,
        called: None,
        block_existing: false,
        forge: None,
        told: None,
    }
}

fn report(dir: &TempDir) -> Report {
    inspect::check(&request(dir.path())).expect("a report")
}

/// A Python repository whose workflow is these bytes, as a folder.
fn with_workflow(bytes: &[u8]) -> TempDir {
    let dir = folder(&[(WORKFLOW, bytes)]);
    for (path, text) in PYTHON {
        write(dir.path(), path, text.as_bytes());
    }
    dir
}

/// Judges a tree in memory by the policy in it, if any.
fn judged(files: Vec<(String, String)>) -> Judged {
    let policy = files.iter().find(|(path, _)| path == ".tollgate.toml").map(|(_, text)| {
        let path = tollgate::text::RepoPath::new(".tollgate.toml").expect("a path");
        tollgate::text::SourceFile::new(path, text.clone())
    });
    let today = jiff::civil::date(2026, 11, 23);
    let reading = Reading { catalog: tollgate::catalog::Catalog::builtin(), today, open: &|_| Ok(None), org: None };
    let policy: Policy = tollgate::terms::read(policy, &reading).expect("a policy");
    inspect::decided(&Snapshot::in_memory(files), &policy, &|_| Ok(Default::default()), &Judging::default(), today)
        .expect("decisions")
}

fn owned(files: &[(&str, &str)]) -> Vec<(String, String)> {
    files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
}

/// A Python repository with these files more, in memory.
fn python(more: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut files = owned(&PYTHON);
    files.extend(owned(more));
    files
}

fn verdict(findings: &[DecidedFinding], rule: &str, subject: &str) -> Option<Verdict> {
    findings.iter().map(|one| &one.finding).find(|one| one.rule == rule && one.subject == subject).map(|one| one.verdict)
}

/// Rule, subject and message of everything, for messages of tests.
fn told(findings: &[DecidedFinding]) -> String {
    let line = |one: &DecidedFinding| {
        let finding = &one.finding;
        format!("\n  {} {} ({}): {}", finding.verdict.word(), finding.rule, finding.subject, finding.message)
    };
    findings.iter().map(line).collect()
}

/// A configuration past the bound of its reader is listed, with the reason.
#[test]
fn a_script_that_its_reader_does_not_take_is_not_inspected() {
    let config = format!("export default [{}];\n", "{},".repeat(200_000));
    let ci = "on: pull_request\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - run: npx eslint .\n";
    let files = [
        ("eslint.config.js", config.as_str()),
        ("a.js", "export default 1;\n"),
        ("package.json", "{\"devDependencies\": {\"eslint\": \"9\"}}\n"),
        (".github/workflows/ci.yml", ci),
    ];
    let snapshot = Snapshot::in_memory(files.map(|(path, text)| (path.to_owned(), text.to_owned())));
    tollgate::facts::gather(&snapshot, tollgate::catalog::Catalog::builtin(), &tollgate::terms::Terms::default()).expect("facts");
    let listed: Vec<String> = snapshot.not_inspected().iter().map(|one| format!("{}: {}", one.path, one.why)).collect();
    assert_eq!(listed, ["eslint.config.js: the configuration is larger than 512 KiB"]);
}
