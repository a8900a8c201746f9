//! Owns the line at which a flag or a variable is written that a command only takes over: another line of its chain, or the one
//! line of their files that spells it. Refuses to follow how it gets from there to the command, and lines of which there are two.

use std::collections::BTreeSet;

use crate::facts::invocations::Invocation;
use crate::snapshot::Snapshot;
use crate::text::{Place, RepoPath, SourceFile, Span};

/// Where `name` is written that takes effect at `place`; the place itself where it is spelled there or nothing else is known.
pub(super) fn of(name: &str, place: &Place, invocation: &Invocation, snapshot: &Snapshot) -> Place {
    let own = |file: &SourceFile| (place.line..=place.end_line).any(|line| spells(file.line_text(line), name));
    // A short flag of one program is often one of another's.
    if name.len() < 3 || snapshot.peek(&place.path).map_or(true, |file| own(&file)) {
        return place.clone();
    }
    let earlier = invocation.chain.split_last().map(|(_, earlier)| earlier).unwrap_or_default();
    if let Some(hop) = earlier.iter().rev().find(|hop| spells(&hop.text, name)) {
        return hop.place.clone();
    }
    let files: BTreeSet<&RepoPath> = invocation.chain.iter().map(|hop| &hop.place.path).collect();
    let mut found = files.into_iter().flat_map(|path| lines(snapshot, path, &[name]));
    match (found.next(), found.next()) {
        (Some(only), None) => only,
        _ => place.clone(),
    }
}

/// The one line of a file that spells all these words.
pub(in crate::facts) fn only_line(snapshot: &Snapshot, path: &RepoPath, words: &[&str]) -> Option<Place> {
    let mut found = lines(snapshot, path, words).into_iter();
    found.next().filter(|_| found.next().is_none())
}

/// The lines, comments aside, that spell all these words: where the first of them stands.
fn lines(snapshot: &Snapshot, path: &RepoPath, words: &[&str]) -> Vec<Place> {
    let (Ok(file), Some(first)) = (snapshot.peek(path), words.first()) else { return Vec::new() };
    let mut found = Vec::new();
    let mut start = 0;
    for line in file.text.split_inclusive('\n') {
        let comment = line.trim_start().starts_with('#');
        if !comment
            && words.iter().all(|word| spells(line, word))
            && let Some(at) = line.find(first)
        {
            found.push(file.place(Span::new(start + at, start + at + first.len())));
        }
        start += line.len();
    }
    found
}

/// Whether a text holds a word, with nothing of a word on either side.
fn spells(text: &str, word: &str) -> bool {
    let of_word = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    text.match_indices(word).any(|(at, _)| {
        !text[..at].chars().next_back().is_some_and(of_word) && !text[at + word.len()..].chars().next().is_some_and(of_word)
    })
}
