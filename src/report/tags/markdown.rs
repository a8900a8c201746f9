//! Owns `markdown` for tags: a summary for a job's page, what must not be deployed first. Refuses more than the forge takes.

use super::{TagReport, TagRow, Word, text};
use crate::report::markdown::{Room, cut, fenced};
use crate::report::paint::Paint;
use crate::signing::signed::people;
use crate::text::escape::{markdown, markdown_code};

pub(super) fn render(report: &TagReport) -> String {
    let last = text::last_line(report, Paint(false));
    let mut out = format!("## tollgate: {}\n\n{}\n\n", report.outcome().word(), markdown(&cut(last.trim_end(), 4_000)));
    let mut room = Room::behind(&out);
    let mut tags: Vec<&TagRow> = report.tags.iter().collect();
    tags.sort_by_key(|tag| match tag.word() {
        Word::Rejected => 0,
        Word::Indeterminate => 1,
        Word::Verified => 2,
    });
    let heads = ["", "Tag", "Commit to deploy", "Signed by", "What was seen", "What to do"];
    let table = room.table("Tags", &tags, &heads, |tag| row(tag));
    let notes = room.list("Notes", &report.notes.iter().map(|note| markdown(note)).collect::<Vec<_>>());
    out.push_str(&table);
    if !tags.is_empty() {
        out.push_str(&room.evidence(&tags, |tag| fenced(&text::block_of(tag))));
    }
    out + &notes
}

fn row(tag: &TagRow) -> Vec<String> {
    let word = match tag.word() {
        Word::Verified => "verified",
        Word::Rejected => "**rejected**",
        Word::Indeterminate => "**indeterminate**",
    };
    // A commit that must not be deployed is not offered.
    let commit = tag.commit.as_deref().filter(|_| tag.word() == Word::Verified).map(markdown_code).unwrap_or_default();
    let people = people(&tag.signers).iter().map(|person| markdown(&cut(person, 200))).collect::<Vec<_>>().join(", ");
    let (seen, remedy) = tag
        .refusal
        .as_ref()
        .map(|refusal| (markdown(&cut(&refusal.reason, 2_000)), markdown(&cut(&refusal.remedy, 4_000))))
        .unwrap_or_default();
    vec![word.to_owned(), markdown_code(&cut(&tag.name, 1_000)), commit, people, seen, remedy]
}
