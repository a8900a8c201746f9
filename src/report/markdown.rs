//! Owns `markdown`: a summary for a pull request or a job's page. Refuses more than the forge takes.

use std::io::{self, Write};

use super::told::Told;
use super::{Report, Reporter, View, text};
use crate::policy::{DecidedFinding, Decision};
use crate::text::escape::{markdown, markdown_code};

/// Bytes that are written at most; the forge takes 1 MiB of a job's summary.
pub(super) const MOST: usize = 1_000_000;
/// Kept free for what says that something was left out, and for the end.
const RESERVE: usize = 2_000;

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

fn render(report: &Report) -> String {
    let mut out = format!("## tollgate: {}\n\n", report.outcome.word());
    let view = View { all: true, ..View::default() };
    out.push_str(&format!("{}\n\n", markdown(&cut(&text::last_line(report, &view), 4_000))));
    table(&mut out, "What needs action", &report.told(), &["", "Rule", "Where", "What was seen", "What to do"], action_row);
    let waived = report.findings.iter().filter(|one| one.decision == Decision::Waived);
    let waived: Vec<Told<'_>> =
        waived.map(|first| Told { first, others: Vec::new(), names: report.names(&first.finding.rule) }).collect();
    table(&mut out, "Waived", &waived, &["Rule", "Where", "What was seen", "By", "Until"], waived_row);
    fixed(&mut out, report);
    let mut notes = report.remarks().peekable();
    if notes.peek().is_some() && out.len() < MOST - RESERVE {
        out.push_str("### Notes\n\n");
        for note in notes {
            let line = format!("- {}\n", markdown(&note));
            if out.len() + line.len() > MOST - RESERVE {
                out.push_str("- more notes were left out here\n");
                break;
            }
            out.push_str(&line);
        }
    }
    out
}

/// What the base had and the head has not.
fn fixed(out: &mut String, report: &Report) {
    if report.fixed.is_empty() || out.len() > MOST - RESERVE {
        return;
    }
    out.push_str("### Fixed\n\n");
    for (at, one) in report.fixed.iter().enumerate() {
        let line = format!("- {}: {}\n", markdown_code(&one.rule), markdown(&cut(&one.message, 2_000)));
        if out.len() + line.len() > MOST - RESERVE {
            out.push_str(&format!("- {} more were left out here\n", report.fixed.len() - at));
            break;
        }
        out.push_str(&line);
    }
    out.push('\n');
}

type RowOf = fn(&Told<'_>) -> Vec<String>;

fn table(out: &mut String, title: &str, list: &[Told<'_>], heads: &[&str], row: RowOf) {
    if list.is_empty() || out.len() > MOST - RESERVE {
        return;
    }
    out.push_str(&format!("### {title}\n\n| {} |\n|{}\n", heads.join(" | "), " --- |".repeat(heads.len())));
    for (at, told) in list.iter().enumerate() {
        let line = format!("| {} |\n", row(told).join(" | "));
        if out.len() + line.len() > MOST - RESERVE {
            out.push_str(&format!(
                "\n{} more were left out here: this page takes no more. The log lists all.\n",
                list.len() - at
            ));
            break;
        }
        out.push_str(&line);
    }
    out.push('\n');
}

fn action_row(told: &Told<'_>) -> Vec<String> {
    let decided = told.first;
    let finding = &decided.finding;
    let level = if decided.decision == Decision::Gate {
        format!("**{}**", decided.severity.word())
    } else {
        decided.severity.word().to_owned()
    };
    let seen = finding.places.first().map(|evidence| evidence.note.as_str()).filter(|note| !note.is_empty());
    let message = seen.map_or_else(|| finding.message.clone(), |note| format!("{}: {note}", finding.message));
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

fn cut(text: &str, most: usize) -> String {
    if text.chars().nth(most).is_none() { text.to_owned() } else { text.chars().take(most).chain(['…']).collect() }
}
