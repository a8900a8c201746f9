//! Owns the parts of the pages that the program writes: between `<!-- name -->` and `<!-- /name -->` stands what it prints, and each row of a key
//! of the policy is that of the schema. `TOLLGATE_BLESS=1` writes them anew. One test a file, since blessing writes one.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use clap::CommandFactory as _;
use serde_json::Value;
use tollgate::cli::Cli;
use tollgate::report::{self, reporters};
use tollgate::terms::keys::KEYS;

use super::{copied, tollgate};
use crate::house::reading::{file, root};

pub(super) fn blessing() -> bool {
    std::env::var_os("TOLLGATE_BLESS").is_some()
}

/// What stands between the marks of a name.
fn between(path: &str, name: &str) -> String {
    let (open, close) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
    let text = file(path);
    let (_, rest) = text.split_once(&open).unwrap_or_else(|| panic!("{path}: no {open}"));
    rest.split_once(&close).unwrap_or_else(|| panic!("{path}: no {close}")).0.to_owned()
}

/// The part of a file with this name is `wanted`, or is made so when blessing.
fn generated(path: &str, name: &str, wanted: &str) {
    let found = between(path, name);
    if blessing() {
        let (open, close) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
        let text = file(path).replacen(&format!("{open}{found}{close}"), &format!("{open}{wanted}{close}"), 1);
        fs::write(root().join(path), text).expect("writable");
        return;
    }
    assert!(found == wanted, "{path}: `{name}` is not what the program prints; TOLLGATE_BLESS=1 writes it anew.\n{wanted}");
}

#[test]
fn the_readme_has_the_table_of_the_comparison() {
    generated("README.md", "compare", &between("docs/compare.md", "compare").replace("](#", "](docs/compare.md#"));
}

#[test]
fn the_sample_is_what_the_program_prints() {
    let tree = "fixtures-repos/chain-make-tox/tree";
    let arguments = ["check", "--here", tree, "--only", "python-static-analysis"];
    let shown = tollgate(&arguments, copied(tree).path());
    assert!(shown.starts_with("error[python-static-analysis]") && shown.contains("--> tox.ini:6:26"), "{shown}");
    let command = format!("`tollgate {}`", arguments.join(" "));
    assert!(file("docs/decides.md").replace('\n', " ").contains(&command), "docs/decides.md names the command {command}");
    generated("docs/decides.md", "sample", &format!("```text\n{shown}```\n"));
}

#[test]
fn every_rule_is_on_the_page_of_rules() {
    generated("docs/rules.md", "rules", &tollgate(&["rules", "--format", "markdown"], root()));
    let rules: Value = serde_json::from_str(&tollgate(&["rules", "--format", "json"], root())).expect("JSON");
    let ids: Vec<&str> = rules["rules"].as_array().expect("a list").iter().filter_map(|rule| rule["id"].as_str()).collect();
    assert!(ids.len() > 20, "{ids:?}");
    let pages: Vec<String> = ids.iter().map(|id| explained(&tollgate(&["explain", id], root()))).collect();
    generated("docs/rules.md", "explained", &pages.join("\n"));
}

/// The text of `explain` as Markdown, up to what a machine is asked.
fn explained(text: &str) -> String {
    let (text, _) = text.split_once("\nWhat is asked\n").expect("a question");
    let (title, rest) = text.split_once("\n\n").expect("a title");
    let (fields, rest) = rest.split_once("\n\n").expect("fields");
    let (id, title) = title.split_once(": ").expect("an id");
    let fields: Vec<String> = fields.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    let mut out = format!("## {id}\n\n{title}.\n\n{}\n", fields.join(" · "));
    for section in rest.split("\n\n") {
        let (head, body) = section.split_once('\n').expect("a section");
        let lines: Vec<&str> = body.lines().map(str::trim).collect();
        let listed = lines.iter().all(|line| line.starts_with(|c: char| c.is_ascii_digit()));
        match listed {
            true => {
                let items: Vec<String> = lines.iter().map(|line| format!("- {}\n", line.replacen(". ", ": ", 1))).collect();
                let _ = write!(out, "\n**{head}**\n\n{}", items.concat());
            }
            false => {
                let _ = write!(out, "\n**{head}.** {}\n", lines.join("\n"));
            }
        }
    }
    out
}

#[test]
fn every_command_is_on_its_page() {
    fn commands(command: &clap::Command, path: &[&str]) -> Vec<Vec<String>> {
        let below = command.get_subcommands().flat_map(|sub| commands(sub, &[path, &[sub.get_name()]].concat()));
        std::iter::once(path.iter().map(|word| (*word).to_owned()).collect()).chain(below).collect()
    }
    let mut text = String::new();
    for path in commands(&Cli::command(), &[]) {
        let arguments: Vec<&str> = path.iter().map(String::as_str).chain(["--help"]).collect();
        let name = std::iter::once("tollgate").chain(path.iter().map(String::as_str)).collect::<Vec<_>>().join(" ");
        let _ = write!(text, "## {name}\n\n```text\n{}```\n\n", tollgate(&arguments, root()));
    }
    generated("docs/cli.md", "help", &text);
}

#[test]
fn every_format_and_every_status_is_on_its_page() {
    let check: Vec<(&str, &str)> = reporters().iter().map(|reporter| (reporter.format(), reporter.about())).collect();
    let mut table = String::from("| Command | Format | What it is |\n| --- | --- | --- |\n");
    for (command, formats) in [
        ("check", check.as_slice()),
        ("verify-tag", &report::tags::FORMATS),
        ("facts", &report::facts::FORMATS),
        ("rules", &report::RULES_FORMATS),
    ] {
        let help = tollgate(&[command, "--help"], root()).split_whitespace().collect::<Vec<_>>().join(" ");
        let names: Vec<&str> = formats.iter().map(|(name, _)| *name).collect();
        let (last, first) = names.split_last().expect("formats");
        assert!(help.contains(&format!("How to print: {} or {last}", first.join(", "))), "{command} --help: {names:?}");
        for (name, about) in formats {
            let _ = writeln!(table, "| `{command}` | `{name}` | {about} |");
        }
    }
    generated("docs/formats.md", "formats", &table);
    let help = tollgate(&["--help"], root());
    let (_, statuses) = help.split_once("Exit status: ").expect("statuses");
    let mut table = String::from("| Status | Meaning |\n| --- | --- |\n");
    for status in statuses.split('.').next().unwrap_or_default().split("; ") {
        let (number, meaning) = status.split_once(' ').expect("a number and its meaning");
        let _ = writeln!(table, "| {number} | {meaning} |");
    }
    assert_eq!(table.lines().count(), 6, "{table}");
    generated("docs/formats.md", "statuses", &table);
}

/// What a value may be, in words.
fn kind(value: &Value) -> String {
    let words = |value: &Value| {
        let list: Vec<String> =
            value["enum"].as_array()?.iter().filter_map(Value::as_str).map(|word| format!("`{word}`")).collect();
        Some(list.join(", "))
    };
    if let Some(words) = words(value) {
        return words;
    }
    if let Some(words) = words(&value["items"]) {
        return format!("list of {words}");
    }
    let dated = value["format"] == "date";
    match (value["type"].as_str(), value["pattern"].as_str()) {
        (Some("boolean"), _) => "`true`, `false`",
        (Some("integer"), _) => "number",
        (Some("string"), Some("^[0-9]+[dwy]$")) => "time: `30d`, `8w`, `1y`",
        (Some("string"), Some(pattern)) if pattern.starts_with("^([0-9]{4}-") => "date or commit",
        (Some("string"), _) if dated => "date",
        (Some("string"), _) => "text",
        (Some("array"), _) if value["items"]["type"] == "object" => "list of tables",
        (Some("array"), _) => "list",
        (Some("object"), _) => "table",
        (None, _) if value["anyOf"].is_array() => "word or table",
        _ => "number, or text with a unit: `500 kB`",
    }
    .to_owned()
}

/// The keys of the schema with their rows.
fn rows() -> BTreeMap<String, String> {
    fn walk(value: &Value, path: &str, rows: &mut BTreeMap<String, String>) {
        if let Some(tighter) = value["x-tighter"].as_str() {
            let about = value["description"].as_str().unwrap_or_default().replace('|', "\\|");
            let entry = KEYS.iter().find(|key| key.path == path).unwrap_or_else(|| panic!("{path} is no key"));
            let default =
                if entry.default.is_empty() { String::new() } else { format!("`{}`", entry.default.replace('|', "\\|")) };
            let row = format!("| `{path}` | {} | {tighter} | {default} | {about} |", kind(value));
            assert!(rows.insert(path.to_owned(), row).is_none(), "{path} twice");
        }
        let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        for (name, value) in value["properties"].as_object().into_iter().flatten() {
            walk(value, &below(name), rows);
        }
        for either in value["anyOf"].as_array().into_iter().flatten() {
            walk(either, path, rows);
        }
        walk_into(&value["additionalProperties"], &below("*"), rows);
        walk_into(&value["items"], &format!("{path}[]"), rows);
    }
    fn walk_into(value: &Value, path: &str, rows: &mut BTreeMap<String, String>) {
        if value.is_object() {
            walk(value, path, rows);
        }
    }
    let schema: Value = serde_json::from_str(&tollgate(&["policy", "schema"], root())).expect("JSON");
    let mut rows = BTreeMap::new();
    walk(&schema, "", &mut rows);
    rows
}

#[test]
fn every_key_of_the_policy_stands_on_its_page_once() {
    const PAGE: &str = "docs/policy.md";
    let rows = rows();
    assert_eq!(rows.len(), KEYS.len(), "the schema has every key");
    let text = file(PAGE);
    let key = |line: &str| line.strip_prefix("| `").and_then(|rest| rest.split_once('`')).map(|(key, _)| key.to_owned());
    let mut seen = BTreeMap::new();
    let (mut out, mut wrong, mut section) = (String::new(), Vec::new(), "");
    for line in text.lines() {
        section = line.strip_prefix("## ").unwrap_or(section);
        // The table of words is no table of keys.
        let Some(key) = key(line).filter(|_| !section.is_empty()) else {
            out.push_str(line);
            out.push('\n');
            continue;
        };
        let Some(row) = rows.get(&key) else { panic!("{PAGE}: `{key}` is no key of the policy") };
        assert!(seen.insert(key.clone(), section.to_owned()).is_none(), "{PAGE}: `{key}` stands there twice");
        if row != line {
            wrong.push(key);
        }
        out.push_str(row);
        out.push('\n');
    }
    let missing: Vec<&String> = rows.keys().filter(|key| !seen.contains_key(*key)).collect();
    assert!(missing.is_empty(), "{PAGE}: keys without a row: {missing:?}");
    // What no rule reads stands apart; what is below such a key, too.
    let (last, _) =
        text.rsplit_once("\n## ").map(|(_, rest)| rest.split_once('\n').unwrap_or((rest, ""))).expect("a last section");
    for entry in KEYS.iter().filter(|entry| entry.later) {
        assert_eq!(seen[entry.path], last, "{PAGE}: no rule reads `{}` yet", entry.path);
    }
    if blessing() {
        fs::write(root().join(PAGE), out).expect("writable");
        return;
    }
    assert!(wrong.is_empty(), "{PAGE}: rows that are not the schema's; TOLLGATE_BLESS=1 writes them anew: {wrong:?}");
}
