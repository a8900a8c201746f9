//! Owns what must hold of `rules/programs.toml`: a program and a set of traits stand once. Refuses to know what a trait means.

use std::collections::{BTreeMap, BTreeSet};

use super::page::{self, Page};

pub(super) fn lint(page: &Page, problems: &mut Vec<String>) {
    let (mut names, mut sets) = (BTreeSet::new(), BTreeMap::new());
    for row in page.rows("program") {
        for (at, name) in page::texts(row, "names") {
            if !names.insert(name) {
                problems.push(page.at(at, &format!("`{name}` is listed twice")));
            }
        }
        let is: BTreeSet<&str> = page::texts(row, "is").map(|(_, text)| text).collect();
        if let Some(line) = sets.insert(is, row.place().line) {
            problems.push(page.at(row, &format!("the row at line {line} has the same `is`: they are one")));
        }
    }
}
