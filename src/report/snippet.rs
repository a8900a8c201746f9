//! Owns one block of `text`: title, excerpt with carets, chain, help, in the look of rustc. Refuses to show more than a window of
//! a long line, and any character that steers a terminal.

use std::collections::BTreeMap;
use std::sync::Arc;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet};

use super::clean;
use crate::catalog::Severity;
use crate::facts::hold::Hop;
use crate::finding::Evidence;
use crate::policy::{DecidedFinding, Decision};
use crate::text::{RepoPath, SourceFile, escape};

/// Characters of a line that are shown.
const WINDOW: usize = 160;
/// Characters shown before the marked part of a line that is too long.
const BEFORE: usize = 60;
/// Places of one finding that are shown.
const PLACES: usize = 4;

/// Files by path.
pub(super) type Sources = BTreeMap<RepoPath, Arc<SourceFile>>;

/// Draws one finding; no line break at the end.
pub(super) fn block(decided: &DecidedFinding, sources: &Sources, color: bool) -> String {
    let finding = &decided.finding;
    let level = match decided.severity {
        _ if decided.decision == Decision::Gate => Level::ERROR,
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Notice => Level::NOTE.with_name("notice"),
    };
    let mut group = level.primary_title(clean(&finding.message)).id(clean(&finding.rule)).elements(Vec::<Element<'_>>::new());
    for evidence in finding.places.iter().take(PLACES) {
        group = place(group, evidence, sources);
    }
    for line in remarks(decided) {
        group = group.element(Level::NOTE.no_name().message(line));
    }
    if let Some(fix) = &finding.fix {
        let fix = fix.trim_end().lines().map(clean).collect::<Vec<_>>().join("\n");
        group = group.element(Level::HELP.message(fix));
    }
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    renderer.decor_style(DecorStyle::Ascii).term_width(10_000).render(&[group])
}

fn place<'a>(group: Group<'a>, evidence: &'a Evidence, sources: &'a Sources) -> Group<'a> {
    let place = &evidence.place;
    let origin = Origin::path(clean(place.path.as_str())).line(place.line).char_column(place.column);
    let group = group.element(origin);
    let marked = (place.end_line, place.end_column) > (place.line, place.column);
    let text = sources.get(&place.path).map_or("", |file| file.line_text(place.line));
    if !marked || text.is_empty() {
        return group.element(annotate_snippets::Padding).element(Level::NOTE.no_name().message(clean(&evidence.note)));
    }
    let end = if place.end_line == place.line { place.end_column } else { usize::MAX };
    let (excerpt, span) = window(text, place.column, end);
    let annotation = AnnotationKind::Primary.span(span).label(clean(&evidence.note));
    group.element(Snippet::source(excerpt).line_start(place.line).annotation(annotation)).element(annotate_snippets::Padding)
}

/// The part of a line around its marked columns, made harmless, and the bytes in it that are marked.
fn window(text: &str, column: usize, end_column: usize) -> (String, std::ops::Range<usize>) {
    let text = text.trim_start_matches('\u{FEFF}');
    let start = column - 1;
    let skipped = if start > BEFORE && text.chars().nth(WINDOW).is_some() { start - BEFORE } else { 0 };
    let mut out = String::new();
    if skipped > 0 {
        out.push('…');
    }
    let (mut from, mut to) = (None, None);
    let mut rest = text.chars().skip(skipped);
    for (at, c) in rest.by_ref().take(WINDOW).enumerate() {
        if skipped + at == start {
            from = Some(out.len());
        }
        if skipped + at + 1 == end_column {
            to = Some(out.len());
        }
        let mut bytes = [0; 4];
        out.push_str(&escape::excerpt(c.encode_utf8(&mut bytes)));
    }
    let len = out.len();
    if rest.next().is_some() {
        out.push('…');
    }
    let from = from.unwrap_or(len);
    (out, from..to.unwrap_or(len).max(from))
}

/// What is said below the excerpts.
fn remarks(decided: &DecidedFinding) -> Vec<String> {
    let finding = &decided.finding;
    let mut out = Vec::new();
    let more = finding.places.len().saturating_sub(PLACES);
    if more > 0 {
        out.push(format!("and {} (--format json lists them)", super::counted(more, "more place")));
    }
    if !finding.chain.is_empty() {
        out.push(format!("reached by {}", chain(&finding.chain, finding.places.first())));
    }
    if !finding.searched.is_empty() {
        let list: Vec<_> = finding.searched.iter().take(12).map(|glob| clean(glob)).collect();
        let more = if finding.searched.len() > 12 { ", …" } else { "" };
        out.push(format!("searched: {}{more}", list.join(", ")));
    }
    if let Some(reason) = finding.reason {
        let word = serde_json::to_value(reason).ok();
        out.push(format!("cannot be decided: {}", word.as_ref().and_then(|word| word.as_str()).unwrap_or("unknown")));
    }
    out
}

/// A chain on one line; a hop that the excerpt shows already has no text.
pub(super) fn chain(hops: &[Hop], shown: Option<&Evidence>) -> String {
    let hop = |hop: &Hop| {
        let at = format!("{}:{}", clean(hop.place.path.as_str()), hop.place.line);
        let is_shown = shown.is_some_and(|e| e.place.path == hop.place.path && e.place.line == hop.place.line);
        if is_shown || hop.text.is_empty() { at } else { format!("{at} `{}`", clean(&hop.text)) }
    };
    hops.iter().map(hop).collect::<Vec<_>>().join(" -> ")
}
