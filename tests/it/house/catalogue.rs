//! Owns what the catalogue must be beyond its own linter: the names it mentions exist in code, every question is accepted by
//! its check, and rules come with examples.

use tollgate::catalog::example::Example;
use tollgate::catalog::lint::{Known, lint};
use tollgate::catalog::{Catalog, Severity};
use tollgate::{checks, facts};

/// Rules that answer no sentence of the checklist: they keep the gate itself honest.
const GUARDS: &[&str] = &["ci-config-readable", "fact-conflict", "policy-current"];

/// Readers that the catalogue names and the code does not have yet. It shrinks: an entry that exists is an error.
const READERS_TO_COME: &[&str] = &["biome", "clippy", "eslint", "golangci", "semgrep"];

/// Readers of bots. Their roster is not a list of names yet.
const BOT_READERS: &[&str] = &["dependabot", "renovate"];

/// Rules without the three examples that every rule is to have. It shrinks: an entry that has them is an error.
const EXAMPLES_TO_COME: &[&str] = &[
    "ci-config-readable",
    "dependency-update-bot",
    "fact-conflict",
    "go-static-analysis",
    "js-static-analysis",
    "node-dependency-audit",
    "openapi-export",
    "outdated-report",
    "policy-current",
    "python-static-analysis",
    "pyup-config",
    "rust-static-analysis",
    "static-analysis-gates",
];

#[test]
fn the_catalogue_has_no_problems() {
    let mut readers: Vec<&str> = facts::tool_config::ROSTER.iter().map(|reader| reader.id()).collect();
    for reader in READERS_TO_COME {
        assert!(!readers.contains(reader), "the reader `{reader}` is there: take it off READERS_TO_COME");
    }
    readers.extend(READERS_TO_COME);
    let mut kinds: Vec<&str> = checks::ROSTER.iter().map(|check| check.kind()).collect();
    kinds.push(checks::POLICY_KIND);
    let problems = lint(&Known { tool_readers: &readers, bot_readers: BOT_READERS, kinds: &kinds, guards: GUARDS });
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
}

#[test]
fn every_question_is_accepted_by_its_check() {
    let mut wrong = Vec::new();
    for rule in &Catalog::builtin().rules {
        match checks::of(rule) {
            Some(check) => wrong.extend(check.accepts(rule).err()),
            None if rule.check.get("kind").and_then(|kind| kind.as_str()) == Some(checks::POLICY_KIND) => {}
            None => wrong.push(format!("rules/checklist/{}.toml: no check of this kind", rule.id)),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
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
    for rule in &Catalog::builtin().rules {
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

#[test]
fn every_rule_can_be_found_in_the_profile_that_is_the_default() {
    let catalog = Catalog::builtin();
    let modern = catalog.profile("modern").expect("the default profile");
    for rule in &catalog.rules {
        assert!(
            modern.rules.contains_key(&rule.id),
            "rules/profiles/modern.toml says nothing about `{}`: `on` or `off`",
            rule.id
        );
        assert!(rule.severity >= Severity::Notice, "severities are ordered");
    }
}
