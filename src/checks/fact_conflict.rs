//! Owns contradictions between what the policy declares and what the tree shows. Refuses to take sides: both are told.

use super::{Bench, Check};
use crate::answer::Answer;
use crate::catalog::Rule;
use crate::finding::{Finding, Verdict};

/// The check.
pub(super) struct FactConflict;

impl Check for FactConflict {
    fn kind(&self) -> &'static str {
        "fact-conflict"
    }

    fn accepts(&self, rule: &Rule) -> Result<(), String> {
        super::question::<std::collections::BTreeMap<String, String>>(rule)
            .and_then(|rest| if rest.is_empty() { Ok(()) } else { Err("takes no keys".to_owned()) })
    }

    fn run(&self, rule: &Rule, bench: &Bench<'_>) -> Vec<Finding> {
        let mut findings = Vec::new();
        let service = &bench.terms.service;
        findings.extend(switched_off(rule, bench));
        if let Some((declared, seen)) = service.default_branch.as_ref().zip(bench.facts.seen_default_branch.as_ref())
            && seen != declared
        {
            let message = format!("the policy says the default branch is `{declared}`, the repository says `{seen}`");
            findings.push(
                at_key(Finding::new(rule, "service.default_branch", Verdict::Fail, message), bench, "default_branch")
                    .cause("default-branch")
                    .fix(format!("write `default_branch = \"{seen}\"` in [service], or drop the key")),
            );
        }
        if let Some(path) = service.openapi.as_ref().filter(|path| !path.starts_with('/')) {
            let described = bench.facts.api.iter().map(|description| &description.path);
            // Whether it is a whole one may not be seen here; it is there.
            let undecided = bench.facts.service.undecided.iter().filter_map(|why| Some(&why.place.as_ref()?.path));
            let there = described.chain(undecided).any(|known| known.as_str() == path);
            if !there {
                let message = format!("the policy names `{path}` as the API document, but it is no readable one");
                let finding = Finding::new(rule, "service.openapi", Verdict::Fail, message).cause("openapi");
                let fix = "write the path of a document of this tree, from its root, or drop `openapi` from [service]";
                findings.push(at_key(finding, bench, "openapi").fix(fix));
            }
        }
        if findings.is_empty() {
            findings.push(
                Finding::new(rule, "repository", Verdict::Pass, "nothing declared contradicts what the tree shows").cause("none"),
            );
        }
        findings
    }
}

/// The finding where the policy says it: that is the line to change.
fn at_key(finding: Finding, bench: &Bench<'_>, key: &str) -> Finding {
    match bench.terms.service.places.get(key) {
        Some(place) => finding.at(place.clone(), "the policy says so here"),
        None => finding,
    }
}

/// Declarations that say there is no HTTP interface to describe, where a server framework is among the dependencies. Each
/// switches rules off, so it may not do so in silence.
fn switched_off(rule: &Rule, bench: &Bench<'_>) -> Vec<Finding> {
    let Answer::Yes(places) = &bench.facts.service.is_service else { return Vec::new() };
    let service = &bench.terms.service;
    let graphql_seen = bench.facts.service.graphql.is_some() || bench.facts.service.graphql_only;
    let said = [
        ("web", "false".to_owned(), service.web == Some(false)),
        ("kind", "\"none\"".to_owned(), service.kind.as_deref() == Some("none")),
        ("api_style", "\"grpc\"".to_owned(), service.api_style.as_deref() == Some("grpc")),
        ("api_style", "\"graphql\"".to_owned(), service.api_style.as_deref() == Some("graphql") && !graphql_seen),
    ];
    let frameworks = bench.facts.service.frameworks.join(", ");
    said.into_iter()
        .filter(|(.., declared)| *declared)
        .map(|(key, value, _)| {
            let message = format!("the policy says `{key} = {value}`, but the tree depends on {frameworks}");
            let finding = Finding::new(rule, format!("service.{key}"), Verdict::Fail, message).cause(key);
            let mut finding = at_key(finding, bench, key);
            for place in places {
                finding = finding.at(place.clone(), "a server framework");
            }
            finding.fix(format!("drop `{key} = {value}` from [service], or drop the framework"))
        })
        .collect()
}
