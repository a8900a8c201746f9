//! Owns annotations about tags as workflow commands. Refuses to let any text of the repository end a command.

use super::{TagReport, Word};
use crate::report::annotations::{Annotation, commands};

pub(super) fn render(report: &TagReport) -> String {
    let mut list = Vec::new();
    for tag in &report.tags {
        let Some(refusal) = &tag.refusal else { continue };
        let word = if tag.word() == Word::Rejected { "rejected" } else { "indeterminate" };
        let title = format!("{} is {word} at step {}", tag.name, refusal.step.word());
        let told = format!("{}. {}", refusal.reason, refusal.remedy);
        list.push(Annotation::new("error", &told, None, None).titled(&title));
    }
    list.extend(report.notes.iter().map(|note| Annotation::new("notice", note, None, None).titled("tollgate")));
    commands(&list)
}
