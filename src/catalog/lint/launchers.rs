//! Owns what must hold of `rules/launchers.toml`: a launcher stands once, and its lists of flags agree. Refuses to know what a flag means.

use std::collections::{BTreeMap, BTreeSet};

use super::page::{self, Page};

pub(super) fn lint(page: &Page, problems: &mut Vec<String>) {
    let mut lines = BTreeMap::new();
    for row in page.rows("launcher") {
        for argv in row.get("argv").into_iter().flat_map(|list| list.items()) {
            let words: Vec<String> = argv.items().filter_map(|word| word.as_str().map(str::to_owned)).collect();
            if words.is_empty() {
                problems.push(page.at(argv, "a launcher has no words"));
            } else if let Some(line) = lines.insert(words, argv.place().line) {
                problems.push(page.at(argv, &format!("the row at line {line} is about the same words: only it counts")));
            }
        }
        takes_all(page, row, "directory_flags", problems);
        takes_all(page, row, "unset_flags", problems);
    }
    for row in page.rows("scripts") {
        takes_all(page, row, "project_flags", problems);
    }
}

/// Every flag of the list is one that takes the next word.
fn takes_all(page: &Page, row: crate::doc::Value<'_>, list: &str, problems: &mut Vec<String>) {
    let takes: BTreeSet<&str> = page::texts(row, "value_flags").map(|(_, text)| text).collect();
    for (at, flag) in page::texts(row, list).filter(|(_, flag)| !takes.contains(flag)) {
        problems.push(page.at(at, &format!("`{flag}` of `{list}` is not among `value_flags`")));
    }
}
