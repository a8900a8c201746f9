//! Owns the contract of `verify-tag --format json` (design §4.3). Refuses fields that the contract lacks.

use std::io;

use serde::Serialize;

use super::{TagReport, TagRow, Word, rfc3339};
use crate::policy::Outcome;
use crate::report::{PolicyInfo, SCHEMA, json};
use crate::signing::signed::Signer;

#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    policy: Policy<'a>,
    now: Option<&'a str>,
    outcome: Outcome,
    tags: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Policy<'a> {
    #[serde(flatten)]
    info: &'a PolicyInfo,
    age_days: Option<i64>,
    files: &'a [String],
}

#[derive(Serialize)]
struct Row<'a> {
    #[serde(rename = "ref")]
    reference: String,
    verdict: Word,
    step: Option<&'static str>,
    reason: Option<&'a str>,
    remedy: Option<&'a str>,
    object: Option<&'a str>,
    commit: Option<&'a str>,
    tree: Option<&'a str>,
    signers: Vec<Who<'a>>,
    notes: Vec<&'a str>,
}

#[derive(Serialize)]
struct Who<'a> {
    person: Option<&'a str>,
    kind: &'static str,
    primary: &'a str,
    subkey: Option<&'a str>,
    time: String,
    counted: bool,
}

pub(super) fn render(report: &TagReport) -> io::Result<Vec<u8>> {
    let document = Document {
        schema: SCHEMA,
        policy: Policy { info: &report.policy, age_days: report.policy_age_days, files: &report.policy_files },
        now: report.now.as_deref(),
        outcome: report.outcome(),
        tags: report.tags.iter().map(|tag| row(tag, &report.notes)).collect(),
    };
    let mut bytes = Vec::new();
    json::pretty(&document, &mut bytes)?;
    Ok(bytes)
}

fn row<'a>(tag: &'a TagRow, about_all: &'a [String]) -> Row<'a> {
    let mut notes: Vec<&str> = tag.notes.iter().chain(about_all).map(String::as_str).collect();
    notes.sort_unstable();
    let refusal = tag.refusal.as_ref();
    Row {
        reference: tag.reference(),
        verdict: tag.word(),
        step: refusal.map(|refusal| refusal.step.word()),
        reason: refusal.map(|refusal| refusal.reason.as_str()),
        remedy: refusal.map(|refusal| refusal.remedy.as_str()),
        object: tag.object.as_deref(),
        commit: tag.commit.as_deref(),
        tree: tag.tree.as_deref(),
        signers: tag.signers.iter().map(who).collect(),
        notes,
    }
}

fn who(signer: &Signer) -> Who<'_> {
    Who {
        person: signer.person.as_deref(),
        kind: signer.kind.word(),
        primary: &signer.primary,
        subkey: signer.subkey.as_deref(),
        time: rfc3339(signer.time),
        counted: signer.counted,
    }
}
