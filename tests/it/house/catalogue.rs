//! Owns what the catalogue and the code must agree on: the names it mentions exist, every kind of question is asked, and rules
//! come with examples. Refuses what `catalogue.rs` beside it tests over the typed rules.

use tollgate::catalog::Catalog;
use tollgate::catalog::example::Example;
use tollgate::catalog::lint::{Known, lint};
use tollgate::{checks, facts};

/// Rules that answer no sentence of the checklist: they keep the gate itself honest.
const GUARDS: &[&str] = &[
    "branch-protection",
    "ci-config-readable",
    "fact-conflict",
    "gate-unskippable",
    "policy-current",
    "policy-protected",
    "scope-shrunk",
];

/// Readers of bots. Their roster is not a list of names yet.
const BOT_READERS: &[&str] = &["dependabot", "own-workflow", "renovate"];

/// Rules without the three examples that every rule is to have. It shrinks: an entry that has them is an error.
const EXAMPLES_TO_COME: &[&str] = &["gate-unskippable"]; // it passes nowhere yet

#[test]
fn the_catalogue_has_no_problems() {
    let readers: Vec<&str> = facts::tool_config::ROSTER.iter().map(|reader| reader.id()).collect();
    let mut kinds: Vec<&str> = checks::ROSTER.iter().map(|check| check.kind()).collect();
    kinds.extend(checks::POLICY_KINDS);
    let problems = lint(&Known { tool_readers: &readers, bot_readers: BOT_READERS, kinds: &kinds, guards: GUARDS });
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
}

#[test]
fn every_kind_of_question_is_asked() {
    let rules = &Catalog::builtin().rules;
    for check in checks::ROSTER {
        let asked = rules.iter().any(|rule| rule.check.get("kind").and_then(|kind| kind.as_str()) == Some(check.kind()));
        assert!(asked, "no rule asks `{}`", check.kind());
    }
}

#[test]
fn rules_come_with_examples() {
    let mut wrong = Vec::new();
    for rule in Catalog::builtin().rules.iter() {
        let examples = Example::of(&format!("checklist/{}.toml", rule.id)).expect("examples parse");
        let told = format!("{:?}", examples.iter().map(|example| &example.expect).collect::<Vec<_>>());
        let enough =
            examples.len() >= 3 && told.contains("pass") && ["fail", "unknown"].iter().any(|verdict| told.contains(verdict));
        let listed = EXAMPLES_TO_COME.contains(&rule.id.as_str());
        match (enough, listed) {
            (false, false) => wrong.push(format!(
                "rules/checklist/{}.toml: {} examples; a pass, a fail, and one that looks bad but is fine",
                rule.id,
                examples.len()
            )),
            (true, true) => wrong.push(format!("`{}` has its examples: take it off EXAMPLES_TO_COME", rule.id)),
            _ => {}
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// As the catalogues spell them, so that a report can be searched for one: `CWE-693`, `OSPS-AC-03.01`.
#[test]
fn ids_of_other_catalogues_are_spelled_as_there() {
    for rule in Catalog::builtin().rules.iter() {
        for (catalogue, ids) in &rule.mapping {
            let start = match catalogue.as_str() {
                "cwe" => "CWE-",
                "osps" => "OSPS-",
                "asvs" => "V",
                _ => "",
            };
            let other = ids.iter().find(|id| !id.starts_with(start));
            assert_eq!(other, None, "{}: {catalogue}", rule.id);
        }
    }
}
