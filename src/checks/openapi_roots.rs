//! Owns the services of a repository that has several, of which some describe their API and others do not. Refuses to guess where a
//! description lies beside them or above: it may be everybody's.

use std::collections::{BTreeMap, BTreeSet};

use super::Bench;
use super::openapi_export::{help, mend};
use crate::answer::Reason;
use crate::catalog::Rule;
use crate::facts::openapi::{ApiDescription, ApiKind, ServiceRoot};
use crate::finding::{Finding, Verdict};
use crate::text::RepoPath;

type Roots = BTreeMap<RepoPath, ServiceRoot>;

/// A finding for each service beside the described ones whose document is not usable, or that has none. What serves pages only,
/// or tries the others out, needs none.
pub(super) fn without_one(rule: &Rule, bench: &Bench<'_>) -> Vec<Finding> {
    let roots = &bench.facts.service.roots;
    let described: Option<BTreeSet<&RepoPath>> =
        bench.facts.api.iter().filter(|one| one.valid).map(|one| root_of(&one.path, roots)).collect();
    let Some(described) = described.filter(|described| roots.len() > 1 && !described.is_empty()) else { return Vec::new() };
    let others = roots.iter().filter(|(root, _)| !described.contains(root) && !root.is_root());
    others.filter_map(|(root, service)| one(rule, bench, root, service)).collect()
}

/// The service that a file belongs to; `None` where it may be that of several.
fn root_of<'r>(path: &RepoPath, roots: &'r Roots) -> Option<&'r RepoPath> {
    let around = roots.keys().filter(|root| !root.is_root() && path.below(root).is_some());
    around.max_by_key(|root| root.as_str().len())
}

fn one(rule: &Rule, bench: &Bench<'_>, root: &RepoPath, service: &ServiceRoot) -> Option<Finding> {
    let roots = &bench.facts.service.roots;
    let broken = |one: &&ApiDescription| one.kind == ApiKind::Document && root_of(&one.path, roots) == Some(root);
    if let Some(broken) = bench.facts.api.iter().find(broken) {
        let (at, why) =
            broken.problems.first().cloned().unwrap_or_else(|| (broken.place.clone(), "it describes no operation".to_owned()));
        let message = format!("the API document of {root} is not usable: {why}");
        let finding = Finding::new(rule, root.as_str(), Verdict::Fail, message).cause("invalid");
        return Some(finding.at(at, why).fix(mend(broken)));
    }
    if !service.has_interface {
        return None;
    }
    let framework = &service.framework;
    let message = format!(
        "{root} serves HTTP ({framework}) and has no OpenAPI document or generator of its own; whether another service's stands for it is not in the files"
    );
    let finding = Finding::new(rule, root.as_str(), Verdict::Unknown, message).cause("service-root").reason(Reason::Unsupported);
    Some(finding.at(service.place.clone(), "a server framework").fix(help(bench)))
}
