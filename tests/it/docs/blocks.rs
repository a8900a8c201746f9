//! Owns that fenced blocks do what the pages say: commands are run, policies and workflows are read. Refuses the network.

use std::path::Path;
use std::process::Command;

use clap::Parser as _;
use clap::error::ErrorKind;
use serde_json::Value;
use tollgate::cli::Cli;
use tollgate::doc::{Document, Format};
use tollgate::limits::Limits;
use tollgate::text::{RepoPath, SourceFile};

use super::reading::{Block, blocks, code_spans, readme_and_pages, words};
use super::scratch::Scratch;
use crate::house::reading::file;

/// Pages whose blocks are not run here, and why.
const ELSEWHERE: [(&str, &str); 3] = [
    ("docs/release-tags.md", "run in order by tests/it/tags/pages.rs, with git, gpg and ssh-keygen"),
    ("docs/release-recipes.md", "run in order by tests/it/tags/pages.rs, with git, gpg and ssh-keygen"),
    ("docs/tags-measured.md", "over clones of public repositories"),
];

/// Commands of others, by how they begin, and why they are not run here.
const NOT_RUN: [(&str, &str); 3] = [
    ("cargo run -- check", "the build itself; .ci/run has it"),
    ("cargo test", "this very run; .ci/run has it"),
    ("cargo install --locked ", "takes minutes, and the network"),
];

/// What a fenced block may be.
const LANGUAGES: [&str; 6] = ["console", "groovy", "sh", "text", "toml", "yaml"];

/// The blocks of the README and the pages that are held against the program here.
fn ours() -> Vec<Block> {
    let all = readme_and_pages();
    for (page, _) in ELSEWHERE {
        assert!(all.iter().any(|known| known == page), "{page} is no page");
    }
    let pages = all.iter().filter(|page| ELSEWHERE.iter().all(|(other, _)| other != page));
    let found: Vec<Block> = pages.flat_map(|page| blocks(page)).collect();
    for block in &found {
        assert!(LANGUAGES.contains(&block.language.as_str()), "{}: `{}`", block.at(), block.language);
    }
    found
}

fn of<'b>(all: &'b [Block], language: &'b str) -> impl Iterator<Item = &'b Block> {
    all.iter().filter(move |block| block.language == language)
}

/// Whether the command line reads these words; what is left out in prose is no mistake there.
fn reads(typed: &str, whole: bool) -> Result<(), String> {
    match Cli::try_parse_from(words(typed)) {
        Ok(_) => Ok(()),
        Err(error) if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => Ok(()),
        Err(error)
            if !whole
                && matches!(
                    error.kind(),
                    ErrorKind::MissingRequiredArgument
                        | ErrorKind::MissingSubcommand
                        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
                ) =>
        {
            Ok(())
        }
        Err(error) => Err(error.to_string()),
    }
}

#[test]
fn every_command_does_what_it_says() {
    let all = ours();
    let Some(scratch) = Scratch::new() else { return };
    let (mut ran, mut wrong) = (0, Vec::new());
    for block in of(&all, "console") {
        for line in block.text.lines().filter(|line| !line.trim().is_empty()) {
            if !line.starts_with("tollgate ") {
                let known = NOT_RUN.iter().any(|(begin, _)| line.starts_with(begin));
                assert!(known, "{}: `{line}` is no command of tollgate", block.at());
                continue;
            }
            if let Err(error) = reads(line, true) {
                wrong.push(format!("{}: {error}", block.at()));
                continue;
            }
            let (status, told) = scratch.run(&words(line));
            let said = line.split_once("# status ").and_then(|(_, rest)| rest.chars().next()?.to_digit(10));
            let fits = match said {
                Some(number) => u32::try_from(status).is_ok_and(|status| status == number),
                None => matches!(status, 0 | 1 | 3),
            };
            if !fits {
                wrong.push(format!("{}: `{line}` ended with status {status}: {told}", block.at()));
            }
            ran += 1;
        }
    }
    assert!(ran > 9, "only {ran} commands were run");
    let mut scripts = 0;
    for block in of(&all, "sh") {
        let (status, told) = scratch.script(&block.text);
        if !matches!(status, 0 | 1) {
            wrong.push(format!("{}: ended with status {status}: {told}", block.at()));
        }
        scripts += 1;
    }
    assert!(scripts > 0, "no script was run");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_command_in_prose_is_read() {
    let (mut seen, mut wrong) = (0, Vec::new());
    for page in readme_and_pages() {
        for span in code_spans(&file(&page)).iter().filter(|span| span.starts_with("tollgate ")) {
            seen += 1;
            if let Err(error) = reads(&span.split_whitespace().collect::<Vec<_>>().join(" "), false) {
                wrong.push(format!("{page}: `{span}`: {error}"));
            }
        }
    }
    assert!(seen > 20, "only {seen} commands");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_policy_is_valid() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("policy.toml");
    let mut seen = 0;
    for block in of(&ours(), "toml") {
        std::fs::write(&path, &block.text).expect("written");
        // A policy with `[org]` is an organisation's, which another command line reads.
        let arguments: &[&str] = match block.text.contains("\n[org]\n") {
            true => &["--org-policy", "policy.toml", "policy", "show"],
            false => &["policy", "check", "policy.toml"],
        };
        let (status, told) = tollgate(arguments, folder.path());
        assert_eq!(status, 0, "{}: {told}", block.at());
        seen += 1;
    }
    assert!(seen > 3, "only {seen} policies");
}

fn tollgate(arguments: &[&str], folder: &Path) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tollgate"));
    command.env_clear().args(["--now", "2026-12-01T00:00:00Z"]).args(arguments).current_dir(folder);
    let output = command.output().expect("it starts");
    let told = [output.stdout, output.stderr].concat();
    (output.status.code().expect("no signal"), String::from_utf8_lossy(&told).into_owned())
}

#[test]
fn every_workflow_is_one() {
    const STEPS: &str = "on: pull_request\njobs:\n  one:\n    runs-on: ubuntu-24.04\n    steps:\n";
    let folder = tempfile::tempdir().expect("a folder");
    let workflows = folder.path().join(".github/workflows");
    std::fs::create_dir_all(&workflows).expect("a folder");
    let mut seen = 0;
    for block in of(&ours(), "yaml") {
        let top = |word: &str| block.text.lines().any(|line| line.starts_with(word));
        let text = match (top("on:"), top("- uses: ") || top("- run: ")) {
            (true, _) => block.text.clone(),
            (false, true) => block.text.lines().fold(STEPS.to_owned(), |all, line| format!("{all}      {line}\n")),
            (false, false) => {
                let source = SourceFile::new(RepoPath::new("block.yml").expect("a path"), block.text.clone());
                let read = Document::parse(source, Format::Yaml, &Limits::default());
                assert!(read.is_ok(), "{}: no YAML", block.at());
                continue;
            }
        };
        std::fs::write(workflows.join("one.yml"), text).expect("written");
        let verdict = |rule: &str| {
            let (status, told) = tollgate(&["check", "--here", ".", "--only", rule, "--format", "json"], folder.path());
            assert_eq!(status, 0, "{}: {told}", block.at());
            let report: Value = serde_json::from_str(&told).expect("JSON");
            report["findings"][0]["verdict"].as_str().unwrap_or_default().to_owned()
        };
        assert_eq!(verdict("ci-config-readable"), "pass", "{}", block.at());
        // The placeholder of the action is no commit, which a gate by the action is told of.
        let gate = verdict("gate-unskippable");
        assert!(gate == "unknown" || block.text.contains("OWNER/NAME@COMMIT"), "{}: {gate}", block.at());
        seen += 1;
    }
    assert!(seen > 3, "only {seen} workflows");
}
