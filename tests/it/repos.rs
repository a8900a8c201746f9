//! Runs every case under `fixtures-repos/`: a tree and what is expected of it.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use tollgate::catalog::Catalog;
use tollgate::facts::gather;
use tollgate::facts::ladder::{Rung, Standing};
use tollgate::snapshot::{Snapshot, open};
use tollgate::source::OpenOptions;
use tollgate::terms::Terms;

/// `case.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// What it shows, in a sentence.
    shows: String,
    /// Tools and their rungs.
    #[serde(default)]
    tool: Vec<ToolExpectation>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ToolExpectation {
    id: String,
    rung: String,
    #[serde(default)]
    may_be: Option<String>,
    #[serde(default)]
    at: Option<String>,
}

fn cases() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures-repos");
    let mut all: Vec<PathBuf> = fs::read_dir(root).expect("fixtures").map(|entry| entry.expect("entry").path()).collect();
    all.sort();
    all
}

#[test]
fn every_fixture_repository_gives_what_its_case_expects() {
    let mut wrong = Vec::new();
    let all = cases();
    for path in &all {
        let name = path.file_name().expect("name").to_string_lossy().into_owned();
        let text = fs::read_to_string(path.join("case.toml")).expect("case.toml");
        let case: Case = toml::from_str(&text).unwrap_or_else(|problem| panic!("{name}: {problem}"));
        let options = OpenOptions { here: true, ..OpenOptions::default() };
        let snapshot = open(&path.join("tree"), &options).expect("opens");
        wrong.extend(check(&case, &snapshot).into_iter().map(|problem| format!("{name} ({}): {problem}", case.shows)));
    }
    assert!(wrong.is_empty(), "{} problems in {} cases:\n{}", wrong.len(), all.len(), wrong.join("\n"));
}

fn check(case: &Case, snapshot: &Snapshot) -> Vec<String> {
    let facts = gather(snapshot, Catalog::builtin(), &Terms::default()).expect("facts");
    let mut wrong = Vec::new();
    for wanted in &case.tool {
        let standing = facts.standings.iter().find(|standing| standing.tool == wanted.id);
        let rung = standing.map_or(Rung::Absent, |standing| standing.rung);
        let may_be = standing.and_then(|standing| standing.may_be).map(Rung::word);
        if rung.word() != wanted.rung || may_be != wanted.may_be.as_deref() {
            wrong.push(format!(
                "{}: expected {} / {:?}, found {} / {may_be:?} {}",
                wanted.id,
                wanted.rung,
                wanted.may_be,
                rung.word(),
                told(standing)
            ));
        } else if let Some(at) = &wanted.at {
            let places = told(standing);
            if !places.contains(&format!(" {at} ")) {
                wrong.push(format!("{}: {at} is not among the places: {places}", wanted.id));
            }
        }
    }
    wrong
}

/// Holds and hops of all invocations, for messages and for `at`.
fn told(standing: Option<&Standing>) -> String {
    let mut out = String::new();
    for invocation in standing.into_iter().flat_map(|standing| &standing.invocations) {
        for hop in &invocation.chain {
            out.push_str(&format!("\n    hop {}:{} `{}`", hop.place.path, hop.place.line, hop.text));
        }
        for hold in &invocation.held_by {
            out.push_str(&format!("\n    {:?} {}:{} {}", hold.effect, hold.place.path, hold.place.line, hold.why));
        }
    }
    out
}
