//! Owns `markdown`: a summary for a pull request or a job's page. Refuses more than the forge takes.

use std::io::{self, Write};

use super::paint::Paint;
use super::told::{self, Told};
use super::{Report, Reporter, View, snippet, text};
use crate::policy::{DecidedFinding, Decision};
use crate::text::escape::{markdown, markdown_code};

/// Bytes that are written at most; the forge takes 1 MiB of a job's summary.
pub(super) const MOST: usize = 1_000_000;
/// Kept free for what says that something was left out, in each of its parts.
const RESERVE: usize = 10_000;

/// `--format markdown`.
pub(super) struct Markdown;

impl Reporter for Markdown {
    fn format(&self) -> &'static str {
        "markdown"
    }

    fn about(&self) -> &'static str {
        "a summary for a pull request or a job's page"
    }

    fn write(&self, report: &Report, _view: &View, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(render(report).as_bytes())
    }
}

/// The outcome, a table for each section of the checklist, the worst first, and what else is to be known. Evidence takes what these leave.
fn render(report: &Report) -> String {
    let view = View { all: true, ..View::default() };
    let gate = markdown(&cut(&text::last_line(report, &view), 4_000));
    let mut out = format!("## tollgate: {}\n\n{gate}\n\n", report.outcome.word());
    let mut room = Room::behind(&out);
    let told = report.told();
    let sections = by_section(&told);
    let heads = ["", "Rule", "Where", "What was seen", "What to do"];
    let tables: Vec<String> =
        sections.iter().map(|(name, list)| room.table(&title(name), list, &heads, |told| action_row(told))).collect();
    let rest = format!("{}{}{}", waived(report, &mut room), fixed(report, &mut room), notes(report, &mut room));
    for ((_, list), table) in sections.iter().zip(tables) {
        out.push_str(&table);
        out.push_str(&room.evidence(list, |told| block(report, told)));
    }
    out + &rest
}

/// What is still free of the page.
pub(super) struct Room {
    left: usize,
    /// A row was left out: what is behind the rows takes no place of one.
    full: bool,
}

impl Room {
    /// What is left behind this beginning.
    pub(super) fn behind(head: &str) -> Self {
        Self { left: MOST - RESERVE - head.len(), full: false }
    }

    /// As many as fit, each as its own line or lines; how many do not.
    fn fill<T>(&mut self, list: &[T], out: &mut String, line: impl Fn(&T) -> String) -> usize {
        for (at, one) in list.iter().enumerate() {
            let line = line(one);
            match self.left.checked_sub(line.len()) {
                Some(left) => self.left = left,
                None => {
                    self.full = true;
                    return list.len() - at;
                }
            }
            out.push_str(&line);
        }
        0
    }

    pub(super) fn table<T>(&mut self, title: &str, list: &[T], heads: &[&str], row: impl Fn(&T) -> Vec<String>) -> String {
        let mut out = format!("### {title}\n\n| {} |\n|{}\n", heads.join(" | "), " --- |".repeat(heads.len()));
        if list.is_empty() || self.left < out.len() {
            return String::new();
        }
        self.left -= out.len();
        let rest = self.fill(list, &mut out, |one| format!("| {} |\n", row(one).join(" | ")));
        if rest > 0 {
            out.push_str(&format!("\n{rest} more were left out here: this page takes no more. The log lists all.\n"));
        }
        out + "\n"
    }

    pub(super) fn list(&mut self, title: &str, lines: &[String]) -> String {
        let mut out = format!("### {title}\n\n");
        if lines.is_empty() || self.left < out.len() {
            return String::new();
        }
        self.left -= out.len();
        let rest = self.fill(lines, &mut out, |line| format!("- {line}\n"));
        if rest > 0 {
            out.push_str(&format!("- {rest} more were left out here\n"));
        }
        out + "\n"
    }

    /// What is behind the rows of a table, closed until somebody opens it.
    pub(super) fn evidence<T>(&mut self, list: &[T], block: impl Fn(&T) -> String) -> String {
        let mut blocks = String::new();
        let rest = if self.full { list.len() } else { self.fill(list, &mut blocks, block) };
        if rest > 0 {
            blocks.push_str(&format!("That of {rest} more was left out here. The log has it.\n\n"));
        }
        format!("<details><summary>Evidence: what stands in the log</summary>\n\n{blocks}</details>\n\n")
    }
}

/// The findings of each section, in the order of the worst of each.
fn by_section<'t, 'r>(told: &'t [Told<'r>]) -> Vec<(&'r str, Vec<&'t Told<'r>>)> {
    let mut out: Vec<(&str, Vec<&Told<'_>>)> = Vec::new();
    for one in told {
        let section = one.first.finding.section.as_str();
        match out.iter_mut().find(|(name, _)| *name == section) {
            Some((_, list)) => list.push(one),
            None => out.push((section, vec![one])),
        }
    }
    out
}

/// `static-analysis` as a heading.
fn title(section: &str) -> String {
    let words = section.replace('-', " ");
    let mut rest = words.chars();
    markdown(&rest.next().into_iter().flat_map(char::to_uppercase).chain(rest).collect::<String>())
}

/// One finding's lines and chain as they are in the log.
fn block(report: &Report, told: &Told<'_>) -> String {
    let finding = &told.first.finding;
    let text = snippet::evidence(told, report.sources_of(finding), Paint(false));
    format!("{} {}\n\n{}", names(told), markdown_code(&cut(&finding.subject, 1_000)), fenced(&text))
}

/// Lines in a fence that nothing in them closes.
pub(super) fn fenced(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}text\n{text}{fence}\n\n")
}

fn waived(report: &Report, room: &mut Room) -> String {
    let waived = report.findings.iter().filter(|one| one.decision == Decision::Waived);
    let waived: Vec<Told<'_>> =
        waived.map(|first| Told { first, others: Vec::new(), names: report.names(&first.finding.rule) }).collect();
    room.table("Waived", &waived, &["Rule", "Where", "What was seen", "By", "Until"], waived_row)
}

/// What the base had and the head has not.
fn fixed(report: &Report, room: &mut Room) -> String {
    let line = |one: &super::Fixed| format!("{}: {}", markdown_code(&one.rule), markdown(&cut(&one.message, 2_000)));
    room.list("Fixed", &report.fixed.iter().map(line).collect::<Vec<_>>())
}

fn notes(report: &Report, room: &mut Room) -> String {
    room.list("Notes", &report.remarks().map(|note| markdown(&note)).collect::<Vec<_>>())
}

fn action_row(told: &Told<'_>) -> Vec<String> {
    let decided = told.first;
    let finding = &decided.finding;
    let level = if decided.decision == Decision::Gate {
        format!("**{}**", decided.severity.word())
    } else {
        decided.severity.word().to_owned()
    };
    let message = told::seen(finding);
    let message = told.same_for().map_or(message.clone(), |same| format!("{message} ({same})"));
    let fix = finding.fix.as_deref().map(fix_cell).unwrap_or_default();
    vec![level, names(told), place(decided), markdown(&cut(&message, 2_000)), fix]
}

fn names(told: &Told<'_>) -> String {
    told.names.iter().map(|name| markdown_code(name)).collect::<Vec<_>>().join(", ")
}

fn waived_row(told: &Told<'_>) -> Vec<String> {
    let decided = told.first;
    let finding = &decided.finding;
    let (by, until) =
        decided.waiver.as_ref().map(|waiver| (markdown(&waiver.owner), markdown(&waiver.expires))).unwrap_or_default();
    vec![names(told), place(decided), markdown(&cut(&finding.message, 2_000)), by, until]
}

/// Several lines (something to paste) stay lines.
fn fix_cell(fix: &str) -> String {
    let fix = cut(fix.trim_end(), 4_000);
    if fix.contains('\n') { fix.lines().map(markdown_code).collect::<Vec<_>>().join("<br>") } else { markdown(&fix) }
}

fn place(decided: &DecidedFinding) -> String {
    let place = decided.finding.places.first().map(|evidence| &evidence.place);
    place.map(|place| markdown_code(&cut(&format!("{}:{}", place.path, place.line), 1_000))).unwrap_or_default()
}

pub(super) fn cut(text: &str, most: usize) -> String {
    if text.chars().nth(most).is_none() { text.to_owned() } else { text.chars().take(most).chain(['…']).collect() }
}
