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
        if let (Some(false), Answer::Yes(places)) = (service.web, &bench.facts.service.is_service) {
            let frameworks = bench.facts.service.frameworks.join(", ");
            let mut finding = Finding::new(
                rule,
                "service.web",
                Verdict::Fail,
                format!("the policy says `web = false`, but the tree depends on {frameworks}"),
            )
            .cause("web");
            for place in places {
                finding = finding.at(place.clone(), "a server framework");
            }
            findings.push(finding.fix("drop `web = false` from [service], or drop the framework"));
        }
        if let Some(declared) = &service.default_branch {
            let known = bench.facts.snapshot.default_branch(None);
            if let Ok(crate::snapshot::DefaultBranch::Known(seen)) = known
                && seen != *declared
            {
                let message = format!("the policy says the default branch is `{declared}`, the repository says `{seen}`");
                findings.push(Finding::new(rule, "service.default_branch", Verdict::Fail, message).cause("default-branch"));
            }
        }
        if let Some(path) = service.openapi.as_ref().filter(|path| !path.starts_with('/')) {
            let there = bench.facts.api.iter().any(|description| description.path.as_str() == path);
            if !there {
                let message = format!("the policy names `{path}` as the API document, but it is no readable one");
                findings.push(Finding::new(rule, "service.openapi", Verdict::Fail, message).cause("openapi"));
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
