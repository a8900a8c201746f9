//! Owns the question who may sign releases, and whether they can. Without people it speaks for all rules about signing. Refuses to look at
//! any tag.

use super::{Bench, Check};
use crate::catalog::{Rule, Severity};
use crate::facts::pipeline::Trigger;
use crate::finding::{Finding, Verdict};

/// A key that ends this soon is worth a word.
const SOON_DAYS: i64 = 60;
/// As many owners without a key are named.
const NAMED: usize = 5;
/// The next command.
const NEXT: &str = "tollgate keys add NAME --pgp FILE (or --ssh FILE) writes the first maintainer into .tollgate.toml";

/// The check.
pub(super) struct MaintainerKeys;

impl Check for MaintainerKeys {
    fn kind(&self) -> &'static str {
        "maintainer-keys"
    }

    fn accepts(&self, rule: &Rule) -> Result<(), String> {
        super::no_keys(rule)
    }

    fn run(&self, rule: &Rule, bench: &Bench<'_>) -> Vec<Finding> {
        let finding = if bench.signing.people { judge(rule, bench) } else { nobody(rule, bench) };
        vec![match &bench.signing.policy {
            Some(place) if finding.places.is_empty() => finding.at(place.clone(), "the policy"),
            _ => finding,
        }]
    }
}

/// Whether the repository shows releases: tags by their names, or a pipeline that a tag or a release starts.
fn has_releases(bench: &Bench<'_>) -> bool {
    let starts = |trigger: &Trigger| matches!(trigger, Trigger::Tag | Trigger::Release);
    !bench.facts.release_tags.is_empty() || bench.facts.pipelines.iter().any(|pipeline| pipeline.triggers().iter().any(starts))
}

fn nobody(rule: &Rule, bench: &Bench<'_>) -> Finding {
    if !has_releases(bench) {
        let message = "no release tag is here, and the policy names nobody who signs";
        return Finding::new(rule, "repository", Verdict::NotApplicable, message).cause("no-releases");
    }
    let message = "the policy names nobody who signs releases, so no tag can be verified";
    Finding::new(rule, "repository", Verdict::Fail, message).severity(Severity::Notice).cause("no-people").fix(NEXT)
}

fn judge(rule: &Rule, bench: &Bench<'_>) -> Finding {
    let releasers = &bench.signing.releasers;
    let fail = |message: String| Finding::new(rule, "repository", Verdict::Fail, message);
    if releasers.is_empty() {
        return fail("nobody of the policy has the role `release` and a key whose time is not over".to_owned())
            .cause("no-releaser")
            .fix(NEXT);
    }
    let unable: Vec<&String> = releasers.iter().filter(|(_, state)| state.able == 0).map(|(name, _)| name).collect();
    let able = releasers.len() - unable.len();
    if let Some(name) = unable.first() {
        let more = if unable.len() > 1 { format!(", and {} more cannot either", unable.len() - 1) } else { String::new() };
        let why = releasers[*name].problems.first().map_or_else(|| "no key is listed".to_owned(), Clone::clone);
        let mut finding = fail(format!("{name} may sign releases and cannot: {why}{more}")).cause("unable");
        for (_, state) in releasers.iter().filter(|(_, state)| state.able == 0) {
            let why = state.problems.first().map_or("no key is listed", String::as_str);
            finding = state.place.iter().fold(finding, |finding, place| finding.at(place.clone(), why));
        }
        return finding
            .fix("tollgate policy check says what is wrong with each key; tollgate keys add NAME refreshes a certificate");
    }
    if able == 1 {
        let name = releasers.keys().next().map_or("", String::as_str);
        let mut finding = fail(format!("{name} alone may sign releases: away, or without the key, nobody can")).cause("alone");
        finding = releasers.values().filter_map(|state| state.place.clone()).fold(finding, |one, place| one.at(place, "alone"));
        return finding.severity(Severity::Warning).fix("add a second maintainer: tollgate keys add NAME --pgp FILE");
    }
    let soon = releasers.iter().filter_map(|(name, state)| Some((state.ends_in?, name, state)));
    if let Some((days, name, state)) = soon.filter(|(days, ..)| *days <= SOON_DAYS).min_by_key(|(days, ..)| *days) {
        let finding = fail(format!("the last key of {name} ends in {days} days")).cause("ends-soon").severity(Severity::Notice);
        let finding = state.place.iter().fold(finding, |finding, place| finding.at(place.clone(), "it ends soon"));
        return finding.fix("have its owner extend it, and commit the certificate anew: tollgate keys add NAME --pgp FILE");
    }
    let owners = &bench.signing.owners_without_key;
    if !owners.is_empty() {
        let names: Vec<&str> = owners.iter().take(NAMED).map(|(name, _)| name.as_str()).collect();
        let more = owners.len().checked_sub(NAMED + 1).map_or_else(String::new, |more| format!(" and {} more", more + 1));
        let message = format!("the repository's owners {}{more} have no key in the policy", names.join(", "));
        let finding = fail(message).cause("owner-without-key").severity(Severity::Notice);
        let file = owners.first().map_or(String::new(), |(_, place)| place.path.to_string());
        let finding = owners.iter().take(1).fold(finding, |one, (_, place)| one.at(place.clone(), "listed here"));
        return finding.fix(format!("tollgate keys add NAME, or take whom it does not concern off {file}"));
    }
    let message = format!("{able} people may sign releases, each with a key that can sign now");
    Finding::new(rule, "repository", Verdict::Pass, message).cause("able")
}
