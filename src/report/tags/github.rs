//! Owns annotations about tags as workflow commands. Refuses to let any text of the repository end a command.

use super::{TagReport, Word};
use crate::text::escape::{workflow_message, workflow_property};

/// Annotations of one level that the forge shows of one step.
const BUDGET: usize = 10;

pub(super) fn render(report: &TagReport) -> String {
    let mut out = String::new();
    let bad: Vec<_> = report.tags.iter().filter(|tag| tag.word() != Word::Verified).collect();
    let shown = if bad.len() > BUDGET { BUDGET - 1 } else { bad.len() };
    for tag in &bad[..shown] {
        let Some(refusal) = &tag.refusal else { continue };
        let word = if refusal.rejected { "rejected" } else { "indeterminate" };
        let title = workflow_property(&format!("{} is {word} at step {}", tag.name, refusal.step.word()));
        let message = workflow_message(&format!("{}. {}", refusal.reason, refusal.remedy));
        out.push_str(&format!("::error title={title}::{message}\n"));
    }
    if bad.len() > shown {
        out.push_str(&format!(
            "::error title=tollgate::and {} more tags: the log of this step lists all of them\n",
            bad.len() - shown
        ));
    }
    for note in &report.notes {
        out.push_str(&format!("::notice title=tollgate::{}\n", workflow_message(note)));
    }
    out
}
