//! Owns what takes more than one value to see: people that exist and have the role, dates in order, waivers that are not too
//! long, what an organisation locked. Refuses types and names: `validate` has seen to them.

use jiff::civil::Date;

use super::node::Node;
use super::policy::Policy;
use super::validate::glob_problem;
use super::{nearest, units};
use crate::catalog::Catalog;
use crate::error::Error;
use crate::text::{Place, escape};

/// The problems of a policy that was read; `today` stands in for a waiver's `created` when it has none.
pub(super) fn problems(policy: &Policy, catalog: &Catalog, today: Date) -> Vec<Error> {
    let mut found = Vec::new();
    waivers(policy, catalog, today, &mut found);
    attestations(policy, &mut found);
    names(policy, &mut found);
    keys(policy, &mut found);
    windows(policy, &mut found);
    accepted(policy, &mut found);
    branches(policy, &mut found);
    named_twice(policy, catalog, &mut found);
    if let Some(exempt) = policy.values.route("org.exempt") {
        for entry in exempt.items() {
            person(policy, entry, "owner", None, &mut found);
        }
    }
    found
}

fn waivers(policy: &Policy, catalog: &Catalog, today: Date, found: &mut Vec<Error>) {
    let most = policy.thresholds.waiver_max_age_days;
    for (waiver, node) in policy.waivers.iter().zip(policy.values.tables_at("waiver")) {
        person(policy, node, "owner", None, found);
        person(policy, node, "approved_by", Some("security-approver"), found);
        let needs_approval = catalog.rule(&waiver.rule).and_then(|rule| rule.check.get("approval")).and_then(|v| v.as_str());
        if needs_approval == Some("required") && waiver.approved_by.is_none() {
            let error = Error::usage(format!("a waiver of `{}` needs `approved_by`", waiver.rule)).at(waiver.place.clone());
            found.push(error.hint("somebody with the role security-approver"));
        }
        // One that is dated ahead does not last longer for it.
        let start = waiver.created.map_or(today, |created| created.min(today));
        let ended = waiver.created.is_some_and(|created| waiver.expires < created);
        let length = length(start, waiver.expires);
        let place = place_of(node, "expires");
        if ended {
            found.push(Error::usage("the waiver ends before it was created").at(place).hint("`expires` is its last day"));
        } else if length > most {
            let from = match waiver.created {
                Some(created) if created > today => "from now; its `created` has not come yet",
                Some(_) => "after `created`",
                None => "from now; it has no `created`",
            };
            let latest = start.saturating_add(jiff::Span::new().days(most));
            let error = Error::usage(format!("the waiver ends {length} days {from}, at most {most} are allowed")).at(place);
            found.push(error.hint(format!("{latest} is the latest; thresholds.waiver_max_age sets it")));
        }
        if policy.org.waivable.as_ref().is_some_and(|list| !list.contains(&waiver.rule)) {
            let error = Error::usage(format!("the organisation does not let `{}` be waived", waiver.rule));
            found.push(error.at(place_of(node, "rule")).hint("org.waivable lists what may be"));
        }
        if let Some(path) = &waiver.path
            && let Some((message, hint)) = glob_problem(path)
        {
            found.push(Error::usage(message).at(place_of(node, "path")).hint(hint));
        }
    }
}

fn attestations(policy: &Policy, found: &mut Vec<Error>) {
    let most = policy.thresholds.attestation_max_age_days;
    for (attestation, node) in policy.attestations.iter().zip(policy.values.tables_at("attestation")) {
        person(policy, node, "owner", None, found);
        person(policy, node, "reviewer", Some("security-approver"), found);
        let length = length(attestation.date, attestation.expires);
        let place = place_of(node, "expires");
        if length < 0 {
            found.push(Error::usage("the statement ends before its date").at(place).hint("`expires` is its last day"));
        } else if length > most {
            let error = Error::usage(format!("the statement holds {length} days, at most {most} are allowed")).at(place);
            found.push(error.hint("thresholds.attestation_max_age sets it"));
        }
    }
}

/// Branches are called by their names; by the name of a reference nothing is called.
fn branches(policy: &Policy, found: &mut Vec<Error>) {
    for list in ["release.branches", "gate.branches"] {
        for node in policy.values.route(list).into_iter().flat_map(Node::items) {
            let Some(name) = node.text() else { continue };
            let short = ["refs/heads/", "refs/remotes/origin/"].iter().find_map(|prefix| name.strip_prefix(prefix));
            if let Some(short) = short {
                let error = Error::usage(format!("`{name}` is no name of a branch")).at(node.place.clone());
                found.push(error.hint(format!("write `{short}`")));
            }
        }
    }
}

/// A rule may be named by its id or by an alias, not by both.
fn named_twice(policy: &Policy, catalog: &Catalog, found: &mut Vec<Error>) {
    let mut seen = std::collections::BTreeMap::new();
    for (name, node) in policy.values.get("rules").and_then(Node::table).into_iter().flatten() {
        let Some(rule) = catalog.rule(name) else { continue };
        if let Some(other) = seen.insert(&rule.id, name) {
            let error = Error::usage(format!("`{other}` and `{name}` are the same rule")).at(node.key.clone());
            found.push(error.hint(format!("keep `{}`", rule.id)));
        }
    }
}

/// What is wrong with the name of a person, as a clause: outputs list names between commas, a line each.
#[must_use]
pub fn name_problem(name: &str) -> Option<&'static str> {
    match () {
        () if name.trim().is_empty() => Some("it is empty"),
        () if name.trim() != name => Some("a blank stands at its end or its beginning"),
        () if name.contains(',') => Some("it holds a comma, which would make two of it"),
        () if name.contains(escape::is_steering) => Some("it is more than one line of text that is shown as it stands"),
        () => None,
    }
}

fn names(policy: &Policy, found: &mut Vec<Error>) {
    for (name, node) in policy.values.get("people").and_then(Node::table).into_iter().flatten() {
        if let Some(why) = name_problem(name) {
            let error = Error::usage(format!("`{name}` is no name of a person: {why}")).at(node.key.clone());
            found.push(error.hint(NAME));
        }
    }
}

/// How a person is named.
pub const NAME: &str = "a name is one line of text without a comma, for example rhea";

/// One key belongs to one person.
fn keys(policy: &Policy, found: &mut Vec<Error>) {
    let mut seen: std::collections::BTreeMap<String, &str> = std::collections::BTreeMap::new();
    for (name, person) in &policy.people {
        for key in person.pgp.iter().chain(&person.ssh) {
            // The comment of an SSH key is no part of it.
            let id = key.id.split_whitespace().take(2).collect::<Vec<_>>().join(" ").to_ascii_uppercase();
            if let Some(other) = seen.insert(id, name).filter(|other| *other != name) {
                let error = Error::usage(format!("`{other}` and `{name}` list the same key")).at(key.place.clone());
                found.push(error.hint("a key belongs to one person"));
            }
        }
    }
}

/// A person's time and each key's begins before it ends.
fn windows(policy: &Policy, found: &mut Vec<Error>) {
    for person in policy.values.get("people").and_then(Node::table).into_iter().flatten().map(|(_, person)| person) {
        let lists = ["pgp", "ssh"].into_iter().flat_map(|list| person.tables_at(list));
        for node in std::iter::once(person).chain(lists) {
            let (after, before) = (node.date_at("valid_after"), node.date_at("valid_before"));
            if after.zip(before).is_some_and(|(after, before)| after >= before) {
                let error = Error::usage("`valid_before` is not later than `valid_after`").at(place_of(node, "valid_before"));
                found.push(error.hint("valid_after is the first day that counts, valid_before the first that no longer does"));
            }
        }
    }
}

/// Some kind of signature must be accepted, or nothing is ever verified.
fn accepted(policy: &Policy, found: &mut Vec<Error>) {
    for (key, example) in [("accept", "[\"tag\"]"), ("formats", "[\"openpgp\", \"ssh\"]")] {
        let Some(node) = policy.values.route(&format!("release.{key}")).filter(|node| node.items().is_empty()) else { continue };
        let error = Error::usage(format!("`{key}` is empty: no release could be verified")).at(node.place.clone());
        found.push(error.hint(format!("for example {example}")));
    }
}

fn person(policy: &Policy, node: &Node, key: &str, role: Option<&str>, found: &mut Vec<Error>) {
    let Some(name) = node.text_at(key) else { return };
    let place = place_of(node, key);
    match (policy.people.get(&name), role) {
        (None, _) => {
            let error = Error::usage(format!("there is no person `{name}`")).at(place);
            let near = nearest::nearest(&name, policy.people.keys().map(String::as_str));
            found.push(error.hint(near.map_or_else(
                || format!("add [people.{}] with an email", super::node::quoted(&name)),
                |near| format!("did you mean `{near}`?"),
            )));
        }
        (Some(person), Some(role)) if !person.roles.iter().any(|has| has == role) => {
            let error = Error::usage(format!("`{name}` has not the role `{role}`")).at(place);
            found.push(error.hint(format!("`{key}` needs it; roles are listed in [people.{}]", super::node::quoted(&name))));
        }
        _ => {}
    }
}

/// A repository's values that contradict what its organisation locked.
pub(super) fn locked(below: &Node, own: &Node) -> Vec<Error> {
    let mut found = Vec::new();
    for key in below.route("org.locked").map(Node::texts).unwrap_or_default() {
        let Some(value) = own.route(&key) else { continue };
        let same = below.route(&key).is_some_and(|set| set.to_toml() == value.to_toml());
        if !same {
            let error = Error::usage(format!("the organisation locks `{key}`")).at(value.key.clone());
            let set = below.route(&key).map_or_else(|| "its default holds".to_owned(), |set| format!("it is {}", set.to_toml()));
            found.push(error.hint(format!("remove it: {set}")));
        }
    }
    found
}

fn place_of(node: &Node, key: &str) -> Place {
    node.get(key).map_or_else(|| node.place.clone(), |value| value.place.clone())
}

/// Days from one date to another.
pub(super) fn length(from: Date, to: Date) -> i64 {
    from.until(to).map_or(i64::MAX, |span| i64::from(span.get_days()))
}

/// Days of a duration that was validated.
pub(super) fn days_at(node: &Node, route: &str, default: i64) -> i64 {
    node.route(route).and_then(Node::text).and_then(units::days).unwrap_or(default)
}
