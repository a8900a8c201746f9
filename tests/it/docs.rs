//! Owns the agreement of the documentation with the code: tables, samples and the picture are what the program prints, commands are those
//! that CI runs and do what the pages say, and paths, links and names exist. `TOLLGATE_BLESS=1` writes the generated parts anew.

mod blocks;
mod generated;
mod links;
mod picture;
pub(crate) mod reading;
mod scratch;
mod systems;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use assert_cmd::Command;

use self::reading::code_spans;
use crate::house::reading::{blanked, file, root, rust_files};

/// The two commands at the top of the README.
const COMMANDS: [&str; 2] = ["cargo run -- check", "cargo test"];

const DOCUMENTS: [&str; 5] = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"];

fn tollgate(arguments: &[&str], folder: &Path) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tollgate"));
    let output = command.env_clear().env("TERM", "dumb").args(arguments).current_dir(folder).output().expect("it starts");
    String::from_utf8(output.stdout).expect("text")
}

/// A folder of this repository copied elsewhere: what stands around a checkout must not show in a sample.
fn copied(folder: &str) -> tempfile::TempDir {
    let elsewhere = tempfile::tempdir().expect("a folder");
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        fs::create_dir_all(elsewhere.path().join(&folder)).expect("writable");
        for entry in fs::read_dir(root().join(&folder)).expect("a folder").flatten() {
            let name = format!("{folder}/{}", entry.file_name().to_string_lossy());
            if entry.path().is_dir() {
                folders.push(name);
            } else {
                fs::copy(entry.path(), elsewhere.path().join(&name)).expect("a copy");
            }
        }
    }
    elsewhere
}

#[test]
fn both_commands_stand_at_the_top_and_in_ci() {
    let readme = file("README.md");
    let top: Vec<&str> = readme.lines().take(20).collect();
    let script = file(".ci/run");
    for command in COMMANDS {
        assert!(
            top.iter().any(|line| line.split('#').next().unwrap_or_default().trim() == command),
            "README.md: {command} at the top"
        );
        let step = format!("step {command}");
        assert!(script.lines().any(|line| line == step), ".ci/run runs `{command}`, exactly so");
    }
    let about: Vec<&str> =
        readme.lines().skip(1).take_while(|line| !line.starts_with("```")).filter(|line| !line.trim().is_empty()).collect();
    let (picture, text): (Vec<&str>, Vec<&str>) = about.into_iter().partition(|line| line.starts_with("!["));
    assert!(text.len() <= 5 && picture.len() == 1, "README.md: what it does, in five lines and one picture");
}

#[test]
fn ci_stops_at_the_first_failure() {
    let script = file(".ci/run");
    assert!(script.starts_with("#!/usr/bin/env bash\n") && script.contains("\nset -euo pipefail\n"), ".ci/run is strict bash");
    let lines: Vec<&str> = script.lines().collect();
    let steps: [(&str, &[&str]); 6] = [
        ("cargo fetch", &["--locked"]),
        ("cargo fmt", &["--all", "--check"]),
        ("cargo clippy", &["--locked", "--all-targets", "-- -D warnings"]),
        ("cargo doc", &["RUSTDOCFLAGS='-D warnings' cargo doc", "--locked", "--no-deps"]),
        ("cargo run", &["-- check"]),
        ("cargo test", &[]),
    ];
    for (step, parts) in steps {
        let line = lines.iter().find(|line| line.starts_with("step ") && line.contains(step));
        let line = line.unwrap_or_else(|| panic!(".ci/run has no step `{step}`"));
        for part in parts {
            assert!(line.contains(part), ".ci/run: `{line}` lacks `{part}`");
        }
    }
    assert!(!script.contains("--release") && !script.contains("|| true"), ".ci/run: dev profile, nothing forgiven");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(root().join(".ci/run")).expect("a file").permissions().mode();
        assert_ne!(mode & 0o111, 0, ".ci/run is executable");
    }
}

#[test]
fn paths_in_the_documentation_exist() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for document in reading::pages().into_iter().chain(DOCUMENTS.map(str::to_owned)) {
        for span in code_spans(&file(&document)) {
            let first = span.split('/').next().unwrap_or_default();
            // The pages tell of other repositories, too.
            let ours = matches!(first, "tests" | "rules" | "docs" | "fuzz" | "fixtures-repos")
                || (matches!(first, "src" | ".ci" | ".github") && !document.starts_with("docs/"));
            if !ours || span.contains(' ') {
                continue;
            }
            seen += 1;
            // `rules/tools/<tool>.toml`: the folder must be there, and hold such files.
            let fixed = span.split_once('<').map_or(span.as_str(), |(fixed, _)| fixed);
            let folder =
                if fixed == span { Path::new(fixed) } else { Path::new(fixed.rsplit_once('/').map_or("", |(folder, _)| folder)) };
            if !root().join(folder).exists() {
                wrong.push(format!("{document}: `{span}`"));
            }
        }
    }
    assert!(seen > 60, "only {seen} paths were looked at");
    assert!(wrong.is_empty(), "no such files:\n{}", wrong.join("\n"));
}

#[test]
fn names_in_the_architecture_exist() {
    let mut defined = BTreeSet::new();
    for path in rust_files("src") {
        let code = blanked(&file(&format!("src/{path}")));
        let words: Vec<&str> = code.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()).collect();
        let places: Vec<&str> = path.trim_end_matches(".rs").split('/').collect();
        let mut owners: Vec<&str> = places.iter().copied().filter(|place| *place != "mod").collect();
        owners.extend(words.windows(2).filter(|pair| pair[0] == "impl" || pair[0] == "for").map(|pair| pair[1]));
        for pair in words.windows(2).filter(|pair| matches!(pair[0], "fn" | "struct" | "enum" | "trait" | "static" | "mod")) {
            defined.extend(owners.iter().map(|owner| format!("{owner}::{}", pair[1])));
        }
    }
    let mut seen = 0;
    let mut wrong = Vec::new();
    for span in code_spans(&file("ARCHITECTURE.md")) {
        let parts: Vec<&str> = span.trim_end_matches("()").split("::").collect();
        let named =
            parts.len() > 1 && parts.iter().all(|part| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '_'));
        if !named {
            continue;
        }
        seen += 1;
        if !defined.contains(&parts[parts.len() - 2..].join("::")) {
            wrong.push(span);
        }
    }
    assert!(seen > 15, "only {seen} names were looked at");
    assert!(wrong.is_empty(), "ARCHITECTURE.md names what is not in the code: {wrong:?}");
}

#[test]
fn contributing_tells_how_to_add_everything() {
    let text = file("CONTRIBUTING.md");
    for (title, path) in [
        ("## Add a rule", "rules/checklist/<rule-id>.toml"),
        ("## Add a tool", "rules/tools/<tool>.toml"),
        ("## Add a bot", "rules/bots/<bot>.toml"),
        ("## Add an OpenAPI generator", "rules/openapi/<generator>.toml"),
        ("## Add a CI system", "src/facts/ci/mod.rs"),
        ("## Add a task runner", "src/facts/runners/mod.rs"),
        ("## Add an output format", "src/report/mod.rs"),
    ] {
        let (_, rest) = text.split_once(&format!("{title}\n")).unwrap_or_else(|| panic!("CONTRIBUTING.md: {title}"));
        let section = rest.split("\n## ").next().unwrap_or_default();
        assert!(section.contains(path), "CONTRIBUTING.md: {title} names {path}");
    }
}

#[test]
fn tollgate_passes_tollgate() {
    let shown = tollgate(&["check", "."], root());
    assert!(shown.contains("gate: pass"), "{shown}");
    let facts = tollgate(&["facts", "--format", "json", "."], root());
    let facts: serde_json::Value = serde_json::from_str(&facts).expect("JSON");
    let clippy = facts["analyzers"].as_array().expect("a list").iter().find(|row| row["tool"] == "clippy");
    assert_eq!(clippy.expect("clippy runs here")["rung"], "gates");
}
