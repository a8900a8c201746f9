//! Hostile names, messages and excerpts in every rendering: no line is a command of somebody else, and no character steers.

use proptest::prelude::*;
use tollgate::catalog::Severity;
use tollgate::policy::{Counts, FailOn, Outcome, PolicySource};
use tollgate::report::{PolicyInfo, Subject, SubjectKind, View, reporters};
use tollgate::text::escape::is_steering;

use super::sound::{PIECES, sound, sound_in_log};
use super::*;
use crate::gate::runner;

pub(super) fn hostile() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(PIECES.to_vec()), 0..8).prop_map(|pieces| pieces.concat())
}

/// A report as `inspect::check` makes it, over a tree in memory.
fn report_of(judged: Judged, hostile: &str) -> Report {
    Report {
        subject: Subject {
            kind: SubjectKind::Git,
            repository: Some(hostile.to_owned()),
            revision: Some("0".repeat(40)),
            dirty: false,
            owner: Some(hostile.to_owned()),
        },
        policy: PolicyInfo {
            source: PolicySource::WorkTree,
            revision: None,
            authoritative: false,
            bootstrap: false,
            profile: "modern".to_owned(),
            title: format!(".tollgate.toml at {hostile}"),
        },
        base: None,
        now: None,
        outcome: Outcome::Fail,
        fail_on: FailOn::Error,
        counts: Counts::of(&judged.decided.findings),
        findings: judged.decided.findings,
        fixed: Vec::new(),
        not_inspected: Vec::new(),
        gaps: Vec::new(),
        notes: vec![hostile.to_owned()],
        proposed: judged.sources.clone(),
        sources: judged.sources,
        elapsed: None,
    }
}

fn renderings(report: &Report) -> Result<(), String> {
    let actionable = report.actionable();
    let levels = [Severity::Error, Severity::Warning, Severity::Notice];
    let few = levels.iter().all(|level| actionable.iter().filter(|one| one.severity == *level).count() <= 9);
    for reporter in reporters() {
        for view in [View::default(), View { all: true, verbose: true, ..View::default() }] {
            let mut bytes = Vec::new();
            reporter.write(report, &view, &mut bytes).expect("a vector");
            let text = String::from_utf8(bytes).map_err(|problem| problem.to_string())?;
            sound(reporter.format(), &text)?;
            if !reporter.speaks_commands() {
                sound_in_log(reporter.format(), &text)?;
            } else if few && text.lines().count() != actionable.len() {
                return Err(format!("{} commands for {} findings", text.lines().count(), actionable.len()));
            }
        }
    }
    Ok(())
}

/// What `facts` says of the same.
fn facts_of(files: &[(String, String)]) -> Result<(), String> {
    let dir = folder(&[]);
    for (path, text) in files {
        write(dir.path(), path, text.as_bytes());
    }
    let facts = inspect::facts(&request(dir.path())).map_err(|error| error.to_string())?;
    for verbose in [false, true] {
        let (mut text, mut json) = (Vec::new(), Vec::new());
        facts.write_text(&View { verbose, ..View::default() }, &mut text).expect("a vector");
        facts.write_json(&mut json).expect("a vector");
        for (format, bytes) in [("text", text), ("json", json)] {
            let text = String::from_utf8(bytes).map_err(|problem| problem.to_string())?;
            sound(format, &text).and_then(|()| sound_in_log(format, &text))?;
        }
    }
    Ok(())
}

/// TOML's basic string of a text.
fn quoted(text: &str) -> String {
    let body: String = text.chars().map(|c| format!("\\U{:08x}", u32::from(c))).collect();
    format!("\"{body}\"")
}

fn tree(name: &str, script: &str, words: &str) -> Vec<(String, String)> {
    let run: String = script.lines().map(|line| format!("          {line}\n")).collect();
    let policy = format!(
        "[people.a]\n[service]\nowner = {words}\n[[waiver]]\nrule = \"python-static-analysis\"\nreason = {words}\nowner = \"a\"\ncreated = 2026-10-01\nexpires = 2026-11-28\n[[waiver]]\nrule = \"dependency-update-bot\"\nreason = {words}\nowner = \"a\"\ncreated = 2026-08-01\nexpires = 2026-10-28\n",
        words = quoted(&format!("x{words}"))
    );
    let mut files = python(&[(WORKFLOW, &workflow(&format!("|\n{run}          bandit -r src || true\n")))]);
    files.extend([
        (format!(".github/workflows/{name}.yml"), format!("on: pull_request\n{script}\n")),
        (format!("web/{name}/package.json"), "{\"dependencies\": {\"a\": \"1\"}}".to_owned()),
        (format!("web/{name}/index.js"), String::new()),
        (format!("{name}/requirements.txt"), format!("{script}\nflask==1\n")),
        (format!("{name}/app.py"), String::new()),
        ("eslint.config.js".to_owned(), format!("export default [ {{ ignores: [`{script}`] }} ];")),
        (".github/dependabot.yml".to_owned(), format!("version: 2\nupdates:\n  - package-ecosystem: {}\n", quoted(script))),
        ("renovate.json".to_owned(), format!("{{\"extends\": [{}]}}", serde_json::Value::from(script))),
        (".tollgate.toml".to_owned(), policy),
        ("package.json".to_owned(), format!("{{\"devDependencies\": {{\"eslint\": {}}}}}", serde_json::Value::from(format!("file:{words}")))),
        (".github/workflows/shell.yml".to_owned(), workflow("npx eslint .").replace("- run: npx", &format!("- shell: {}\n        run: npx", quoted(&format!("bash -es {{0}} {script}"))))),
        (".pre-commit-config.yaml".to_owned(), format!("repos:\n- repo: https://github.com/PyCQA/bandit\n  rev: {0}\n  hooks:\n  - id: bandit\n    stages: [{0}]\n    exclude: {0}\n", quoted(words))),
    ]);
    files
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_rendering_speaks_for_the_tree(name in hostile(), script in hostile(), words in hostile()) {
        let report = report_of(judged(tree(&name, &script, &words)), &words);
        prop_assert!(!report.actionable().is_empty());
        let rendered = renderings(&report);
        prop_assert!(rendered.is_ok(), "{}", rendered.expect_err("wrong"));
    }

    #[test]
    fn no_fact_speaks_for_the_tree(name in hostile(), script in hostile(), words in hostile()) {
        let said = facts_of(&tree(&format!("x{}", name.replace('/', "-")), &script, &words));
        prop_assert!(said.is_ok(), "{}", said.expect_err("wrong"));
    }
}

#[test]
fn hostile_names_on_disk_reach_no_log() {
    let script = workflow("|\n          ::error::script\n          bandit -r src || true # ##[set-output name=outcome]pass");
    let dir = with_workflow(script.as_bytes());
    for name in ["a\n::error::name", "b\u{1b}[31m", "::error::c", "##[group]d", "\u{202e}e", "f\r::warning::g"] {
        write(dir.path(), &format!(".github/workflows/{name}.yml"), b"\tno");
        write(dir.path(), &format!("{name}/requirements.txt"), b"flask==1\n");
    }
    let mut report = report(&dir);
    // Every format speaks of a commit; the names are the folder's.
    (report.subject.kind, report.subject.revision) = (SubjectKind::Git, Some("0".repeat(40)));
    assert!(verdict(&report.findings, "ci-config-readable", ".github/workflows/a\n::error::name.yml").is_some());
    renderings(&report).expect("harmless");
    for environment in [&[][..], &[("GITHUB_ACTIONS", "true"), ("CI", "true")][..]] {
        for arguments in [
            &["check", "."][..],
            &["check", ".", "--all", "-v"],
            &["check", ".", "--format", "json"],
            &["facts", "."],
            &["facts", ".", "--format", "json"],
        ] {
            let output = assert_cmd::Command::new(env!("CARGO_BIN_EXE_tollgate"))
                .env_clear()
                .args(arguments)
                .envs(environment.iter().copied())
                .current_dir(dir.path())
                .output()
                .expect("it ran");
            for bytes in [output.stdout, output.stderr] {
                let text = String::from_utf8(bytes).expect("text");
                assert!(!text.chars().any(|c| is_steering(c) && c != '\n' && c != '\u{200b}'), "{arguments:?}: {text:?}");
                let all = if environment.is_empty() { Vec::new() } else { runner::commands(&text) };
                assert_eq!(runner::annotations(&all).len(), all.len(), "{arguments:?}: {all:?}");
                let own = |one: &runner::Command| one.properties.contains_key("title") && !one.text.is_empty();
                assert!(all.iter().all(own), "{arguments:?}: {all:?}");
            }
        }
    }
}
