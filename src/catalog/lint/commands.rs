//! Owns what must hold of `rules/commands.toml`: a list has no word twice. Refuses to know what a flag means.

use std::collections::BTreeSet;

use super::page::Page;
use crate::doc::Value;

pub(super) fn lint(page: &Page, problems: &mut Vec<String>) {
    for list in page.root().entries().flat_map(|table| table.value.entries()) {
        let mut seen = BTreeSet::new();
        let words = list.value.items().filter_map(|item: Value<'_>| Some((item, item.as_str()?)));
        for (at, word) in words.filter(|(_, word)| !seen.insert(*word)) {
            problems.push(page.at(at, &format!("`{word}` is listed twice")));
        }
    }
}
