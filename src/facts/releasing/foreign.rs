//! Owns steps in another language than a shell's whose text names a command that deploys. Refuses to read them: by its text nobody knows whether
//! such a step deploys, only that it may.

use std::collections::BTreeSet;

use super::written::Written;
use super::{DeployJob, Guard};
use crate::answer::Reason;
use crate::catalog::Catalog;
use crate::catalog::releasing::ReleaseRow;
use crate::facts::pipeline::{Code, Pipeline, Trigger, Unit, Work};
use crate::snapshot::Snapshot;

/// Bytes of such a text that are looked at.
const LOOKED_AT: usize = 65_536;

/// Puts jobs with such a step beside those that are known to deploy.
pub(super) fn put_beside(found: &mut Vec<DeployJob>, snapshot: &Snapshot, pipelines: &[Pipeline]) {
    for job in gather(snapshot, pipelines) {
        match found.iter_mut().find(|known| known.subject == job.subject) {
            // What deploys beside it is verified, and this may not be.
            Some(known) if matches!(known.guard, Guard::Stands { .. }) => *known = job,
            Some(_) => {}
            None => found.push(job),
        }
    }
}

fn gather(snapshot: &Snapshot, pipelines: &[Pipeline]) -> Vec<DeployJob> {
    let mut found: Vec<DeployJob> = Vec::new();
    for pipeline in pipelines {
        let named = pipeline.units.iter().filter_map(|unit| Some((unit, deploys(unit)?)));
        for (unit, row) in named {
            let (Some(job), Some(hop)) = (pipeline.jobs.get(unit.job), unit.chain.last()) else { continue };
            let subject = format!("{}#{}", pipeline.path, job.id);
            if found.iter().any(|known| known.subject == subject) {
                continue;
            }
            let Some(text) = Written::read(snapshot, &pipeline.path).filter(|text| !text.is_preview(&job.id)) else { continue };
            let started = unit.starts.iter().filter(|start| !start.answer.is_no());
            let triggers: BTreeSet<Trigger> =
                started.filter_map(|start| pipeline.events.get(start.event)).map(|event| event.trigger).collect();
            if triggers.iter().all(|trigger| matches!(trigger, Trigger::PullRequest | Trigger::MergeGroup | Trigger::Call)) {
                continue;
            }
            let on_tags = triggers.iter().any(|trigger| matches!(trigger, Trigger::Tag | Trigger::Release))
                || text.asks_for_tags(&job.id, &hop.place);
            let why = "the step that may deploy it is in another language than a shell's, and is not read".to_owned();
            let guard = Guard::Unseen(Reason::Unsupported, hop.place.clone(), why);
            let (tags, environment) = (text.tag_patterns(), text.environment(&job.id));
            let (what, place) = (row.title.clone(), hop.place.clone());
            found.push(DeployJob { subject, what, place, triggers, on_tags, guard, tags, environment });
        }
    }
    found
}

/// The row of which the text of a step has the words, one behind the other.
fn deploys(unit: &Unit) -> Option<&'static ReleaseRow> {
    let Work::Foreign { code: Code::Text(text), .. } = &unit.work else { return None };
    let text = text.text();
    let text = text.get(..LOOKED_AT).unwrap_or(text);
    text.lines().filter(|line| !line.trim_start().starts_with('#')).find_map(named)
}

fn named(line: &str) -> Option<&'static ReleaseRow> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || "_-./:=+".contains(c);
    let words: Vec<&str> = line.split(|c: char| !is_word(c)).filter(|word| !word.is_empty()).collect();
    let is_program = |word: &str, name: &str| {
        let base = word.rsplit('/').next().unwrap_or(word);
        [".exe", ".cmd", ".bat"].iter().find_map(|end| base.strip_suffix(end)).unwrap_or(base) == name
    };
    let begins = |argv: &[String], at: usize| {
        let rest = words.get(at..at + argv.len()).unwrap_or_default();
        let mut pairs = argv.iter().zip(rest);
        rest.len() == argv.len()
            && pairs.next().is_some_and(|(name, word)| is_program(word, name))
            && pairs.all(|(own, word)| own == word)
    };
    let has = |row: &ReleaseRow| {
        let only = row.only_with.is_empty() || row.only_with.iter().any(|known| words.contains(&known.as_str()));
        let idle = row.not_flags.iter().any(|flag| words.contains(&flag.as_str()));
        let to = row.to.is_empty() || row.to.iter().any(|to| words.iter().any(|word| word.starts_with(to.as_str())));
        only && !idle && to && row.argv.iter().any(|argv| (0..words.len()).any(|at| begins(argv, at)))
    };
    Catalog::builtin().releasing.deploy.iter().find(|row| has(row))
}
