//! Owns one block of `text`: title, excerpts with carets, chain, help, in the look of rustc. Refuses to show more than a window of
//! a long line, and any character that steers a terminal. (annotate-snippets draws the same, but counts columns in the window
//! instead of in the file, and starts lines with `:::`, which the GitHub runner takes for a command.)

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{clean, paint::Paint, told::Told};
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
/// Patterns that were searched that are shown.
const SEARCHED: usize = 5;
/// Lines of a fix that are shown: what is to be pasted is whole, as far as anybody pastes it.
const HELP: usize = 2_000;

/// Files by path.
pub(super) type Sources = BTreeMap<RepoPath, Arc<SourceFile>>;

/// Draws one finding, a line break at the end; at length with the code that a waiver names.
pub(super) fn block(told: &Told<'_>, sources: &Sources, paint: Paint, verbose: bool) -> String {
    let decided = told.first;
    let finding = &decided.finding;
    let level = level(decided);
    let title = format!("{}[{}]", level.word(), clean(&told.names.join(", ")));
    let mut out = format!("{}{}\n", paint.level(level, &title), paint.bold(&format!(": {}", clean(&finding.message))));
    out.push_str(&evidence(told, sources, paint));
    let draw = Draw::of(decided, paint);
    if verbose && !finding.cause.is_empty() {
        draw.remark(&format!("cause: {}", clean(&finding.cause)), &mut out);
    }
    if verbose && decided.decision == Decision::Gate {
        draw.remark(&format!("waive: tollgate waive {}", clean(&finding.rule)), &mut out);
    }
    if let Some(fix) = &finding.fix {
        let indent = format!("\n{}        ", " ".repeat(draw.width + 1));
        let mut lines: Vec<String> = fix.trim_end().lines().map(|line| clean(line).into_owned()).collect();
        if lines.len() > HELP {
            let more = super::counted(lines.len() - (HELP - 1), "more line");
            lines.truncate(HELP - 1);
            lines.push(format!("… and {more} (--format json has them)"));
        }
        draw.remark(&format!("{}: {}", paint.bold("help"), lines.join(&indent)), &mut out);
    }
    out
}

/// The lines that a finding is about, how they are reached, and what was looked for.
pub(super) fn evidence(told: &Told<'_>, sources: &Sources, paint: Paint) -> String {
    let decided = told.first;
    let draw = Draw::of(decided, paint);
    let mut out = String::new();
    for (at, evidence) in decided.finding.places.iter().take(PLACES).enumerate() {
        draw.place(evidence, at == 0, sources, &mut out);
    }
    for remark in told.same_for().into_iter().chain(remarks(decided)) {
        draw.remark(&remark, &mut out);
    }
    out
}

fn level(decided: &DecidedFinding) -> Severity {
    match (decided.decision, decided.severity) {
        (Decision::Gate, _) => Severity::Error,
        (_, severity) => severity,
    }
}

struct Draw {
    paint: Paint,
    width: usize,
    level: Severity,
}

impl Draw {
    fn of(decided: &DecidedFinding, paint: Paint) -> Self {
        let shown = decided.finding.places.iter().take(PLACES);
        let width = shown.map(|evidence| evidence.place.line.to_string().len()).max().unwrap_or(1);
        Self { paint, width, level: level(decided) }
    }

    fn place(&self, evidence: &Evidence, first: bool, sources: &Sources, out: &mut String) {
        let place = &evidence.place;
        let arrow = self.paint.frame("-->");
        let at = format!("{}:{}:{}", clean(place.path.as_str()), place.line, place.column);
        out.push_str(&format!("{}{arrow} {at}\n", " ".repeat(self.width)));
        self.bar(out);
        let text = sources.get(&place.path).map_or("", |file| file.line_text(place.line));
        let marked = (place.end_line, place.end_column) > (place.line, place.column);
        if !marked || text.trim().is_empty() {
            if !evidence.note.is_empty() {
                self.remark(&clean(&evidence.note), out);
            }
            return;
        }
        let end = if place.end_line == place.line { place.end_column } else { usize::MAX };
        let window = Window::of(text, place.column, end);
        let number = self.paint.frame(&format!("{:>width$} |", place.line, width = self.width));
        out.push_str(&format!("{number} {}\n", window.text));
        let marks = format!("{} {}", if first { "^" } else { "-" }.repeat(window.marked), clean(&evidence.note));
        let marks = self.paint.level(self.level, marks.trim_end());
        out.push_str(&format!(
            "{} {}{marks}\n",
            self.paint.frame(&format!("{} |", " ".repeat(self.width))),
            " ".repeat(window.before)
        ));
        self.bar(out);
    }

    fn bar(&self, out: &mut String) {
        out.push_str(&self.paint.frame(&format!("{} |", " ".repeat(self.width))));
        out.push('\n');
    }

    fn remark(&self, text: &str, out: &mut String) {
        out.push_str(&format!("{} {text}\n", self.paint.frame(&format!("{} =", " ".repeat(self.width)))));
    }
}

/// The part of a line around what is marked, made harmless; widths in columns of a terminal.
struct Window {
    text: String,
    before: usize,
    marked: usize,
}

impl Window {
    fn of(line: &str, column: usize, end_column: usize) -> Self {
        let line = line.trim_start_matches('\u{FEFF}');
        let start = column.saturating_sub(1);
        let long = line.chars().nth(WINDOW).is_some();
        let skipped = if long { start.saturating_sub(BEFORE) } else { 0 };
        let mut window = Self { text: String::new(), before: 0, marked: 0 };
        if skipped > 0 {
            window.text.push('…');
            window.before = 1;
        }
        let mut rest = line.chars().skip(skipped);
        for (at, c) in rest.by_ref().take(WINDOW).enumerate() {
            let mut bytes = [0; 4];
            let shown = escape::excerpt(c.encode_utf8(&mut bytes));
            let columns = shown.chars().map(columns).sum::<usize>();
            if skipped + at < start {
                window.before += columns;
            } else if skipped + at + 1 < end_column {
                window.marked += columns;
            }
            window.text.push_str(&shown);
        }
        if rest.next().is_some() {
            window.text.push('…');
        }
        window.marked = window.marked.max(1);
        window
    }
}

/// Columns a terminal gives a character, nearly: marks that combine take none, wide letters and pictures two.
fn columns(c: char) -> usize {
    match u32::from(c) {
        0x0300..=0x036F | 0x20D0..=0x20FF | 0xFE00..=0xFE0F => 0,
        0x1100..=0x115F | 0x2E80..=0x303E | 0x3041..=0xA4CF | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF | 0xFE30..=0xFE6F => 2,
        0xFF00..=0xFF60 | 0xFFE0..=0xFFE6 | 0x1F300..=0x1FAFF | 0x20000..=0x3FFFD => 2,
        _ => 1,
    }
}

/// What is said below the excerpts.
fn remarks(decided: &DecidedFinding) -> Vec<String> {
    let finding = &decided.finding;
    let mut out = Vec::new();
    match finding.places.len().saturating_sub(PLACES) {
        0 => {}
        more => out.push(format!("and {} (--format json lists them)", super::counted(more, "more place"))),
    }
    if !finding.chain.is_empty() {
        out.push(format!("reached by {}", chain(&finding.chain, finding.places.first())));
    }
    if !finding.searched.is_empty() {
        let list: Vec<_> = finding.searched.iter().take(SEARCHED).map(|glob| clean(glob)).collect();
        let more = finding.searched.len().saturating_sub(SEARCHED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
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
