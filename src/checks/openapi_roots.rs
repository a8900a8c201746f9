//! Owns the services of a repository that has several, of which some describe their API and others do not. Refuses to guess where a
//! description lies beside them or above: it may be everybody's.

use std::collections::{BTreeMap, BTreeSet};

use super::Bench;
use super::openapi_export::{help, mend};
use crate::answer::Reason;
use crate::catalog::Rule;
use crate::facts::openapi::{ApiDescription, ApiKind};
use crate::finding::{Finding, Verdict};
use crate::text::{Place, RepoPath};

type Roots = BTreeMap<RepoPath, (String, Place)>;

/// A finding for each service beside the described ones whose document is not usable, or that has none.
pub(super) fn without_one(rule: &Rule, bench: &Bench<'_>) -> Vec<Finding> {
    let roots = &bench.facts.service.roots;
    let described: Option<BTreeSet<&RepoPath>> =
        bench.facts.api.iter().filter(|one| one.valid).map(|one| root_of(&one.path, roots)).collect();
    let Some(described) = described.filter(|described| roots.len() > 1 && !described.is_empty()) else { return Vec::new() };
    let others = roots.iter().filter(|(root, _)| !described.contains(root) && !root.is_root());
    others.map(|(root, (framework, place))| one(rule, bench, (root, framework, place))).collect()
}

/// The service that a file belongs to; `None` where it may be that of several.
fn root_of<'r>(path: &RepoPath, roots: &'r Roots) -> Option<&'r RepoPath> {
    let around = roots.keys().filter(|root| !root.is_root() && path.below(root).is_some());
    around.max_by_key(|root| root.as_str().len())
}

fn one(rule: &Rule, bench: &Bench<'_>, (root, framework, place): (&RepoPath, &str, &Place)) -> Finding {
    let roots = &bench.facts.service.roots;
    let broken = |one: &&ApiDescription| one.kind == ApiKind::Document && root_of(&one.path, roots) == Some(root);
    if let Some(broken) = bench.facts.api.iter().find(broken) {
        let (at, why) =
            broken.problems.first().cloned().unwrap_or_else(|| (broken.place.clone(), "it describes no operation".to_owned()));
        let message = format!("the API document of {root} is not usable: {why}");
        return Finding::new(rule, root.as_str(), Verdict::Fail, message).cause("invalid").at(at, why).fix(mend(broken));
    }
    let message = format!(
        "{root} serves HTTP ({framework}) and has no OpenAPI document or generator of its own; whether another service's stands for it is not in the files"
    );
    Finding::new(rule, root.as_str(), Verdict::Unknown, message)
        .cause("service-root")
        .reason(Reason::Unsupported)
        .at(place.clone(), "a server framework")
        .fix(help(bench))
}
