//! Owns `text` for tags: one block a tag, the verdict word first; a long list of verified ones is one line each. Refuses to print
//! anything of the repository unescaped.

use super::{TagReport, TagRow, Word, rfc3339};
use crate::policy::Outcome;
use crate::report::View;
use crate::report::paint::Paint;
use crate::text::escape::line;

/// So many tags are told in full.
const IN_FULL: usize = 20;

pub(super) fn render(report: &TagReport, view: &View) -> String {
    let paint = Paint(view.color);
    let mut out = String::new();
    if !view.quiet {
        let brief = report.tags.len() > IN_FULL && !view.verbose;
        for tag in &report.tags {
            if brief && tag.word() == Word::Verified {
                out.push_str(&format!("{} {} {}\n", word(tag, paint), line(&tag.name), tag.commit.as_deref().unwrap_or("-")));
            } else {
                block(tag, paint, &mut out);
            }
        }
        for note in &report.notes {
            out.push_str(&format!("note: {}\n", line(note)));
        }
    }
    out.push_str(&last_line(report, paint));
    out
}

fn word(tag: &TagRow, paint: Paint) -> String {
    match tag.word() {
        Word::Verified => paint.outcome_word(Outcome::Pass, "verified"),
        Word::Rejected => paint.outcome_word(Outcome::Fail, "rejected"),
        Word::Indeterminate => paint.outcome_word(Outcome::Incomplete, "indeterminate"),
    }
}

/// The block of one tag, without colours.
pub(super) fn block_of(tag: &TagRow) -> String {
    let mut out = String::new();
    block(tag, Paint(false), &mut out);
    out
}

fn block(tag: &TagRow, paint: Paint, out: &mut String) {
    out.push_str(&format!("{}: {}\n", word(tag, paint), paint.bold(&line(&tag.reference()))));
    if let Some(refusal) = &tag.refusal {
        out.push_str(&format!("  step    {}: {}\n", refusal.step.word(), line(&refusal.reason)));
        out.push_str(&format!("  remedy  {}\n", line(&refusal.remedy)));
    }
    for signer in &tag.signers {
        let who = match (&signer.person, signer.counted) {
            (Some(person), true) => line(person).into_owned(),
            (Some(person), false) => format!("{} (does not count)", line(person)),
            (None, _) => "nobody of the policy, who claims to be".to_owned(),
        };
        let subkey = signer.subkey.as_ref().map(|key| format!(" by its subkey {}", line(key))).unwrap_or_default();
        out.push_str(&format!("  signer  {who} {} {}{subkey}\n", signer.kind.word(), line(&signer.primary)));
        out.push_str(&format!("  time    {}\n", rfc3339(signer.time)));
    }
    if let Some(object) = &tag.object {
        out.push_str(&format!("  object  {object}\n"));
    }
    // A commit that must not be deployed is not offered.
    if let (Word::Verified, Some(commit), Some(tree)) = (tag.word(), &tag.commit, &tag.tree) {
        out.push_str(&format!("  deploy  {}\n  tree    {tree}\n", paint.bold(commit)));
    }
    for note in &tag.notes {
        out.push_str(&format!("  note    {}\n", line(note)));
    }
    out.push('\n');
}

pub(super) fn last_line(report: &TagReport, paint: Paint) -> String {
    let count = |word: Word| report.tags.iter().filter(|tag| tag.word() == word).count();
    let mut counts = vec![format!("{} verified", count(Word::Verified))];
    for (word, name) in [(Word::Rejected, "rejected"), (Word::Indeterminate, "indeterminate")] {
        if count(word) > 0 {
            counts.push(format!("{} {name}", count(word)));
        }
    }
    let age = match report.policy_age_days {
        Some(1) => " (1 day old)".to_owned(),
        Some(days) => format!(" ({days} days old)"),
        None => String::new(),
    };
    let now = report.now.as_ref().map(|now| format!(" · now {now}")).unwrap_or_default();
    let outcome = paint.outcome(report.outcome());
    format!("tags: {outcome} · {} · policy {}{age}{now}\n", counts.join(", "), line(&report.policy.title))
}
