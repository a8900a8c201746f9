//! Owns that what the pages point to is there: files, headings, rules, tools, options and words of the policy, and that the book has every page.
//! Refuses the network: addresses elsewhere are only looked at.

use std::collections::BTreeSet;
use std::path::Path;

use clap::CommandFactory as _;
use serde_json::Value;
use tollgate::catalog::Catalog;
use tollgate::cli::Cli;
use tollgate::doc::{Document, Format};
use tollgate::limits::Limits;
use tollgate::terms::keys::KEYS;
use tollgate::terms::schema::Type;
use tollgate::text::{RepoPath, SourceFile};

use super::DOCUMENTS;
use super::reading::{anchors, code_spans, links, pages, readme_and_pages};
use crate::house::reading::{file, root};

/// Words with a hyphen that are names of somebody else's, or of no list: each with what it is.
const OTHERS: [(&str, &str); 19] = [
    ("all-verified", "an output of verify-tag"),
    ("andreas-fuchs-pub", "a tag of a public repository"),
    ("buffered-reader", "a library"),
    ("by-key", "a word of the policy's schema"),
    ("continue-on-error", "a key of GitHub Actions"),
    ("eslint-plugin-mozilla", "a plugin"),
    ("eslint-plugin-no-unsanitized", "a plugin"),
    ("juergen-repp-pub", "a tag of a public repository"),
    ("junio-gpg-pub", "a tag of a public repository"),
    ("needs-endpoint", "a reason"),
    ("no-token", "a reason"),
    ("no-touch-required", "an option of OpenSSH"),
    ("openwisp-qa-check", "a program"),
    ("persist-credentials", "an input of actions/checkout"),
    ("release-gate", "a repository of the examples"),
    ("rust-toolchain", "a file"),
    ("sequoia-openpgp", "a library"),
    ("ssh-keygen", "a program"),
    ("vendor-dir", "a setting of Composer"),
];

fn folder(page: &str) -> &Path {
    Path::new(page).parent().unwrap_or(Path::new(""))
}

#[test]
fn every_link_leads_somewhere() {
    let all: BTreeSet<String> = readme_and_pages().into_iter().chain(DOCUMENTS.map(str::to_owned)).collect();
    let (mut wrong, mut seen) = (Vec::new(), 0);
    for page in &all {
        for link in links(&file(page)) {
            seen += 1;
            if link.contains("://") {
                if !link.starts_with("https://") {
                    wrong.push(format!("{page}: ({link}) is no https"));
                }
                continue;
            }
            let (path, anchor) = link.split_once('#').map_or((link.as_str(), None), |(path, anchor)| (path, Some(anchor)));
            let target = if path.is_empty() { page.clone() } else { folder(page).join(path).to_string_lossy().into_owned() };
            if target.contains("..") || !root().join(&target).is_file() {
                // A book has the files below docs/ alone.
                wrong.push(format!("{page}: ({link}) leads to no file of this folder or below"));
            } else if anchor.is_some_and(|anchor| !anchors(&file(&target)).iter().any(|known| known == anchor)) {
                wrong.push(format!("{page}: ({link}) leads to no heading of its own"));
            }
        }
    }
    assert!(seen > 60, "only {seen} links were looked at");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_book_has_every_page_once() {
    let book: toml::Table = file("book.toml").parse().expect("TOML");
    assert_eq!(book["book"]["src"].as_str(), Some("docs"));
    let summary = file("docs/SUMMARY.md");
    let mut listed: Vec<String> = links(&summary).into_iter().map(|page| format!("docs/{page}")).collect();
    assert!(summary.starts_with("# Summary\n") && summary.lines().skip(2).all(|line| line.trim_start().starts_with("- [")));
    // The order of use: the README's list names them too.
    let readme = file("README.md");
    for page in &listed {
        assert!(readme.contains(&format!("({page})")), "README.md links to {page}");
    }
    listed.sort();
    let expected: Vec<String> = pages().into_iter().filter(|page| page != "docs/SUMMARY.md").collect();
    assert_eq!(listed, expected, "docs/SUMMARY.md lists every page once");
}

/// All names that a page may use: of the catalogue, the command line, the action and the policy.
fn names() -> BTreeSet<String> {
    fn options(command: &clap::Command, out: &mut BTreeSet<String>) {
        out.insert(command.get_name().to_owned());
        out.extend(command.get_arguments().filter_map(|argument| argument.get_long()).map(str::to_owned));
        command.get_subcommands().for_each(|sub| options(sub, out));
    }
    let catalog = Catalog::builtin();
    let mut out: BTreeSet<String> = OTHERS.iter().map(|(name, _)| (*name).to_owned()).collect();
    out.extend(catalog.rules.iter().flat_map(|rule| rule.aliases.iter().chain([&rule.id, &rule.section])).cloned());
    out.extend(catalog.tools.iter().map(|tool| tool.id.clone()));
    out.extend(catalog.bots.iter().map(|bot| bot.id.clone()));
    out.extend(catalog.exporters.iter().map(|exporter| exporter.id.clone()));
    out.extend(tollgate::report::reporters().iter().map(|reporter| reporter.format().to_owned()));
    options(&Cli::command(), &mut out);
    let action = action();
    for table in ["inputs", "outputs"] {
        out.extend(action.root().get(table).expect("a table").entries().filter_map(|entry| entry.name().map(str::to_owned)));
    }
    for key in KEYS {
        if let Type::Word(words) | Type::Words(words) = key.kind {
            out.extend(words.iter().map(|word| (*word).to_owned()));
        }
    }
    out
}

/// The words of an enumeration that stand below a key of a schema, wherever it is.
fn enumerated(value: &Value, key: &str, out: &mut BTreeSet<String>) {
    for (name, below) in value.as_object().into_iter().flatten() {
        if name == key {
            out.extend(below["enum"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned));
        }
        enumerated(below, key, out);
    }
    value.as_array().into_iter().flatten().for_each(|below| enumerated(below, key, out));
}

#[test]
fn every_word_is_explained_where_it_belongs() {
    let check: Value = serde_json::from_str(&file("docs/schema/check.schema.json")).expect("JSON");
    let mut wanted: Vec<(&str, String)> = Vec::new();
    for key in ["verdict", "decision", "reason", "change"] {
        let mut words = BTreeSet::new();
        enumerated(&check, key, &mut words);
        assert!(words.len() > 1, "{key}: {words:?}");
        wanted.extend(words.into_iter().map(|word| ("docs/decides.md", word)));
    }
    wanted.extend(KEYS.iter().map(|key| ("docs/policy.md", key.tighter.word().to_owned())));
    let action = action();
    for table in ["inputs", "outputs"] {
        let names = action.root().get(table).expect("a table").entries().filter_map(|entry| entry.name().map(str::to_owned));
        wanted.extend(names.map(|name| ("docs/start.md", name)));
    }
    for (page, word) in wanted {
        assert!(code_spans(&file(page)).contains(&word), "{page} says nothing of `{word}`");
    }
}

fn action() -> Document {
    let source = SourceFile::new(RepoPath::new("action.yml").expect("a path"), file("action.yml"));
    Document::parse(source, Format::Yaml, &Limits::default()).expect("YAML")
}

/// Two words and more with hyphens between them, in lower case: what the ids of rules look like.
fn looks_like_an_id(span: &str) -> bool {
    let parts: Vec<&str> = span.split('-').collect();
    let plain = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    parts.len() > 1 && parts.iter().all(plain)
}

#[test]
fn every_name_in_the_pages_exists() {
    let names = names();
    let (mut wrong, mut used, mut seen) = (BTreeSet::new(), BTreeSet::new(), 0);
    for page in readme_and_pages().into_iter().chain(["SECURITY.md".to_owned()]) {
        // The recipes name fixtures, which a test of theirs looks up.
        let text: Vec<String> =
            file(&page).split("\n\n").filter(|part| !part.starts_with("Fixtures: ")).map(str::to_owned).collect();
        for span in code_spans(&text.join("\n\n")).iter().filter(|span| looks_like_an_id(span)) {
            seen += 1;
            used.insert(span.clone());
            if !names.contains(span.as_str()) {
                wrong.insert(format!("{page}: `{span}`"));
            }
        }
    }
    assert!(seen > 60, "only {seen} names were looked at");
    assert!(
        wrong.is_empty(),
        "neither rule nor tool, option, input or word of the policy:\n{}",
        wrong.into_iter().collect::<Vec<_>>().join("\n")
    );
}
