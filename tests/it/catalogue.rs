//! Owns the tests of the catalogue's own consistency: rules, profiles, sentences.

use std::collections::BTreeSet;

use tollgate::catalog::rule::Strength;
use tollgate::catalog::{Catalog, Severity};
use tollgate::checks;

fn severity(word: &str, own: Severity) -> Option<Severity> {
    match word {
        "on" => Some(own),
        "off" => None,
        "notice" => Some(Severity::Notice),
        "warning" => Some(Severity::Warning),
        "error" => Some(Severity::Error),
        other => panic!("`{other}` is no severity"),
    }
}

#[test]
fn every_rule_stands_in_every_profile_and_nothing_else_does() {
    let catalog = Catalog::builtin();
    let ids: BTreeSet<&String> = catalog.rules.iter().map(|rule| &rule.id).collect();
    for profile in catalog.profiles.iter() {
        assert_eq!(profile.rules.keys().collect::<BTreeSet<_>>(), ids, "{}", profile.id);
        for rule in catalog.rules.iter() {
            severity(&profile.rules[&rule.id], rule.severity);
        }
    }
}

#[test]
fn every_question_is_one_that_a_check_understands() {
    for rule in Catalog::builtin().rules.iter() {
        let kind = rule.check.get("kind").and_then(|kind| kind.as_str()).expect("a kind");
        match checks::of(rule) {
            Some(check) => assert_eq!(check.accepts(rule), Ok(()), "{}", rule.id),
            None => assert!(checks::POLICY_KINDS.contains(&kind), "{}", rule.id),
        }
    }
}

#[test]
fn every_sentence_has_a_home_or_says_why_not() {
    let catalog = Catalog::builtin();
    for (at, sentence) in catalog.sentences.sentence.iter().enumerate() {
        assert_eq!(sentence.number as usize, at + 1);
        assert!(!sentence.rules.is_empty() || sentence.not_taken.is_some(), "sentence {}", sentence.number);
        for id in sentence.rules.iter() {
            assert!(catalog.rules.iter().any(|rule| rule.id == *id), "sentence {} names `{id}`", sentence.number);
        }
    }
}

#[test]
fn no_modern_default_is_stronger_than_its_strongest_sentence() {
    let catalog = Catalog::builtin();
    let modern = catalog.profile("modern").expect("a profile");
    for rule in catalog.rules.iter().filter(|rule| rule.section != "gate") {
        let sentences = catalog.sentences.sentence.iter().filter(|sentence| sentence.rules.contains(&rule.id));
        let most = sentences.map(|sentence| match sentence.strength {
            Strength::Must => Severity::Error,
            Strength::Should => Severity::Warning,
            Strength::Consider => Severity::Notice,
        });
        let most = most.max().unwrap_or_else(|| panic!("no sentence asks for `{}`", rule.id));
        assert!(severity(&modern.rules[&rule.id], rule.severity) <= Some(most), "{}", rule.id);
    }
}
