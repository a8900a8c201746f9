//! Owns the tests of files that could not be read, or that stand elsewhere: what depends on them is unknown, and where to act is told.

use std::fs;
use std::process::Command;

use super::*;
use tollgate::text::{RepoPath, SourceFile};

/// A workflow that runs one command on pull requests.
fn ci(command: &str) -> String {
    let steps = format!("      - uses: actions/checkout@v4\n      - run: {command}\n");
    format!("on: pull_request\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n{steps}")
}

fn under(policy: &str, files: &[(&str, &str)], rule: &str, subject: &str) -> Finding {
    let file = SourceFile::new(RepoPath::new(".tollgate.toml").expect("a path"), policy.to_owned());
    let today = jiff::civil::date(2026, 11, 23);
    let reading = tollgate::terms::Reading { catalog: Catalog::builtin(), today, open: &|_| Ok(None), org: None };
    let terms = tollgate::terms::read(Some(file), &reading).expect("a policy").terms;
    finding_under(&terms, files, rule, subject)
}

fn first(finding: &Finding) -> String {
    finding.places.first().map_or_else(String::new, |at| format!("{}:{}", at.place.path, at.place.line))
}

#[test]
fn what_depends_on_broken_ini_is_unknown() {
    for (command, file, text, line) in [
        ("tox -e lint", "tox.ini", "[testenv:lint\ncommands = bandit -r src\n", 1),
        ("tox -e lint", "tox.ini", "# c\nenvlist = lint\n[testenv:lint]\ncommands = bandit -r src\n", 2),
        ("tox -e lint", "tox.ini", "[testenv:lint]\ncommands = bandit -r src\n[testenv\n", 3),
        ("pylint src", ".pylintrc", "[MASTER\nload-plugins = x\n", 1),
    ] {
        let workflow = ci(command);
        let finding =
            finding(&[PROJECT, CODE, (".github/workflows/ci.yml", &workflow), (file, text)], "python-static-analysis", "python");
        assert_eq!(
            (finding.verdict, finding.reason),
            (Verdict::Unknown, Some(Reason::Unreadable)),
            "{text}: {}",
            finding.message
        );
        let at = |line: usize| finding.places.iter().any(|at| at.place.path.as_str() == file && at.place.line == line);
        assert!(at(line), "{text}: {:?}", finding.places);
    }
}

#[test]
fn paths_at_another_host_are_not_seen() {
    let server = ("requirements.txt", "flask==3\n");
    let remote = "openapi: 3.0.0\ninfo: { title: A, version: '1' }\npaths:\n  /x: { $ref: 'https://example.com/x.yaml' }\n";
    for policy in ["", "[service]\nopenapi = \"openapi.yaml\"\n"] {
        let files = [server, CODE, ("openapi.yaml", remote)];
        let one = under(policy, &files, "openapi-export", "repository");
        assert_eq!((one.verdict, one.reason), (Verdict::Unknown, Some(Reason::Remote)), "{}", one.message);
        assert_eq!((first(&one).as_str(), one.fix.is_some()), ("openapi.yaml:4", true));
        let rule = Catalog::builtin()
            .rules
            .iter()
            .find(|rule| rule.check.get("kind").and_then(|kind| kind.as_str()) == Some("fact-conflict"));
        let conflict = under(policy, &files, &rule.expect("a rule").id, "repository");
        assert_eq!(conflict.verdict, Verdict::Pass, "{}", conflict.message);
    }
    // What is described here is enough, and what is wrong here is told.
    let (own, none) = (format!("{remote}  /y: {{ get: {{}} }}\n"), remote.replace("title: A, ", ""));
    for (text, verdict) in [(own, Verdict::Pass), (none, Verdict::Fail)] {
        let one = under("", &[server, CODE, ("openapi.yaml", &text)], "openapi-export", "repository");
        assert_eq!(one.verdict, verdict, "{}", one.message);
    }
}

#[test]
fn what_the_policy_says_is_told_where_it_says_it() {
    let conflict = |policy: &str, subject: &str| under(policy, &[PROJECT, CODE], "fact-conflict", subject);
    let missing = conflict("[service]\nname = \"a\"\nopenapi = \"nope.yaml\"\n", "service.openapi");
    assert_eq!((first(&missing).as_str(), missing.verdict), (".tollgate.toml:3", Verdict::Fail));
    assert!(missing.fix.is_some_and(|fix| fix.contains("drop `openapi`")));
    for key in ["kind = \"api\"", "web = true"] {
        let absent = under(&format!("[service]\n{key}\n"), &[PROJECT, CODE], "openapi-export", "repository");
        assert_eq!((first(&absent).as_str(), absent.verdict), (".tollgate.toml:2", Verdict::Fail), "{key}");
    }
    let terms =
        Terms { service: tollgate::terms::Service { kind: Some("api".to_owned()), ..Default::default() }, ..Default::default() };
    let absent = finding_under(&terms, &[PROJECT, CODE], "openapi-export", "repository");
    assert_eq!(first(&absent), "pyproject.toml:1");
}

#[test]
fn a_file_that_broke_is_told_whatever_else_closes_at_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("writable");
        fs::write(path, text).expect("writable");
    };
    write("pyproject.toml", "[tool.ruff.lint\nselect = [\"S\"]\n");
    write("src/a.py", "import os\n");
    write(".github/workflows/ci.yml", &ci("ruff check src"));
    let run = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tollgate"));
        let output = command.env_clear().args(args).arg("--here").arg(folder.path()).output().expect("it starts");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let text = run(&["check"]);
    assert!(text.contains("no dependency-update bot"), "something else closes the gate: {text}");
    assert!(text.contains("(pyproject.toml:1:") && text.contains("; repair it at this line"), "{text}");
    assert!(text.contains("note: pyproject.toml had to be read and was not ("), "{text}");
    assert!(run(&["check", "--format", "github"]).contains("::error file=pyproject.toml,line=1,col="));
    assert!(run(&["check", "--all"]).contains("not inspected: pyproject.toml:1:"));
    assert!(run(&["facts"]).contains("note: pyproject.toml:1:"));
}
