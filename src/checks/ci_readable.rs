//! Owns the finding about CI and bot files that could not be read: fail closed. Refuses to guess what they hold.

use super::{Bench, Check};
use crate::answer::Reason;
use crate::catalog::Rule;
use crate::finding::{Finding, Verdict};

/// The check.
pub(super) struct CiReadable;

impl Check for CiReadable {
    fn kind(&self) -> &'static str {
        "ci-readable"
    }

    fn accepts(&self, rule: &Rule) -> Result<(), String> {
        super::question::<std::collections::BTreeMap<String, String>>(rule)
            .and_then(|rest| if rest.is_empty() { Ok(()) } else { Err("takes no keys".to_owned()) })
    }

    fn run(&self, rule: &Rule, bench: &Bench<'_>) -> Vec<Finding> {
        let facts = bench.facts;
        let mut findings: Vec<Finding> = facts
            .unreadable_ci
            .iter()
            .map(|(place, why)| {
                let finding =
                    Finding::new(rule, place.path.as_str(), Verdict::Fail, format!("this CI file could not be read: {why}"));
                finding
                    .cause("unreadable")
                    .reason(Reason::Unreadable)
                    .at(place.clone(), why.clone())
                    .fix("make it a UTF-8 YAML file that the platform itself accepts")
            })
            .collect();
        for bot in facts.bots.iter().filter(|bot| bot.inactive_because.as_deref() == Some("unreadable")) {
            let place =
                bot.problems.first().map_or_else(|| crate::text::Place::file(bot.path.clone()), |problem| problem.place.clone());
            let why = bot.problems.first().map_or("it does not parse", |problem| problem.message.as_str()).to_owned();
            let finding =
                Finding::new(rule, bot.path.as_str(), Verdict::Fail, format!("this {} file could not be read: {why}", bot.bot));
            findings.push(finding.cause("unreadable").reason(Reason::Unreadable).at(place, why));
        }
        if findings.is_empty() {
            let files = facts.pipelines.len();
            let unread: Vec<_> = facts.trace.opaque.iter().filter(|unit| unit.pipeline.is_none()).collect();
            let mut message = match files {
                0 => "no CI file that this version reads".to_owned(),
                1 => "the one CI file of a system that is read could be read".to_owned(),
                _ => format!("all {files} CI files of systems that are read could be read"),
            };
            if let Some(first) = unread.first() {
                let more = if unread.len() > 1 { format!(" and {} more", unread.len() - 1) } else { String::new() };
                message.push_str(&format!("; {}{more} is of a system that is not", first.place.path));
            }
            let verdict = if files == 0 { Verdict::NotApplicable } else { Verdict::Pass };
            let mut pass = Finding::new(rule, "repository", verdict, message).cause("read");
            pass.searched = vec![".github/workflows/*.yml".to_owned(), ".github/workflows/*.yaml".to_owned()];
            for pipeline in &facts.pipelines {
                pass = pass.at(crate::text::Place::file(pipeline.path.clone()), "read");
            }
            findings.push(pass);
        }
        findings
    }
}
