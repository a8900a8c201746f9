//! Owns what is said of a language that no rule about analyzers has anything to judge of: none is there, too little, or it is hidden.
//! Refuses to judge.

use super::Bench;
use super::analyzer::title;
use crate::catalog::Rule;
use crate::finding::{Finding, Verdict};

/// The finding about a language without a component.
pub(super) fn of(rule: &Rule, bench: &Bench<'_>, language: &str) -> Finding {
    let (inventory, title) = (&bench.facts.inventory, title(bench, language));
    let message = match inventory.few.get(language) {
        None => format!("no {title} code was found that is part of the product"),
        Some(1) => format!("too little {title} code was found to judge it: 1 file of the product"),
        Some(files) => format!("too little {title} code was found to judge it: {files} files of the product"),
    };
    let absent = |message| Finding::new(rule, language.to_owned(), Verdict::NotApplicable, message).cause("no-language");
    let Some(hidden) = inventory.hidden.get(language) else { return absent(message) };
    let (count, row) = (hidden.files, &hidden.by);
    let files = if count == 1 { "file" } else { "files" };
    let (place, pattern) = (&row.place, &row.pattern);
    let message = format!("{message}; {count} {files} of it are hidden by `{pattern}` at {}:{}", place.path, place.line);
    absent(message).at(place.clone(), "linguist is told that this is vendored or generated")
}
