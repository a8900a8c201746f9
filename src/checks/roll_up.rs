//! Owns the roll-up "every production language has a gating analyzer". Refuses to tell twice what a language rule already
//! tells: such findings name the exact rule and are switched off by policy.

use serde::Deserialize;

use super::analyzer::{self, rung, title};
use super::component_view::{home, judged, subject};
use super::{Bench, Check, fixes, question};
use crate::catalog::tool::Security;
use crate::catalog::{Rule, Tool};
use crate::facts::components::Component;
use crate::facts::standing::is_analyzer;
use crate::finding::{Evidence, Finding, Verdict};
use crate::text::RepoPath;

/// The question.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    /// The rung asked for.
    require: String,
    /// Rules that tell more exactly, by id.
    #[serde(default)]
    told_by: Vec<String>,
}

/// The check; run after all others.
pub(super) struct RollUp;

impl Check for RollUp {
    fn kind(&self) -> &'static str {
        "roll-up"
    }

    fn accepts(&self, rule: &Rule) -> Result<(), String> {
        let question: Question = question(rule)?;
        rung(&question.require).map(|_| ()).ok_or_else(|| format!("`{}` is no rung", question.require))
    }

    fn run(&self, rule: &Rule, bench: &Bench<'_>) -> Vec<Finding> {
        run(rule, bench, &[])
    }
}

/// The roll-up over what the exact rules found.
pub(super) fn run(rule: &Rule, bench: &Bench<'_>, exact: &[Finding]) -> Vec<Finding> {
    let Ok(question) = question::<Question>(rule) else { return Vec::new() };
    let code = |id: &str| bench.catalog.languages.language.iter().any(|language| language.id == id && language.code);
    let languages: Vec<&str> =
        bench.facts.inventory.languages().into_iter().filter(|id| code(id) && !judged(bench, id).is_empty()).collect();
    if languages.is_empty() {
        return vec![Finding::new(rule, "repository", Verdict::NotApplicable, "no source code was found").cause("no-language")];
    }
    languages.into_iter().map(|language| one(rule, &question, bench, exact, language)).collect()
}

fn one(rule: &Rule, question: &Question, bench: &Bench<'_>, exact: &[Finding], language: &str) -> Finding {
    let told: Vec<&Finding> = exact
        .iter()
        .filter(|finding| {
            question.told_by.contains(&finding.rule)
                && (finding.subject == language || finding.subject.starts_with(&format!("{language}:")))
        })
        .collect();
    // Of equals the first, and what is judged as product before what is not: components are sorted, the root first.
    let worst = told.iter().rev().max_by_key(|finding| (weight(finding.verdict), !finding.development, finding.severity));
    if let Some(worst) = worst {
        let mut finding = (*worst).clone();
        finding.rule.clone_from(&rule.id);
        finding.section.clone_from(&rule.section);
        finding.subject = language.to_owned();
        finding.component = None;
        finding.reported_by = (worst.verdict != Verdict::Pass).then(|| worst.rule.clone());
        return finding;
    }
    by_itself(rule, question, bench, language)
}

fn weight(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Fail => 3,
        Verdict::Unknown => 2,
        Verdict::Pass | Verdict::Attested | Verdict::Declared => 1,
        Verdict::NotApplicable => 0,
    }
}

/// A language without a rule of its own: the question of the language rules, any analyzer welcome. Security rules are asked for
/// where the catalogue knows an analyzer of the language that has some.
fn by_itself(rule: &Rule, question: &Question, bench: &Bench<'_>, language: &str) -> Finding {
    let secure = |tool: &Tool| {
        is_analyzer(tool) && tool.security != Security::Never && tool.languages.iter().any(|known| known == language)
    };
    let asked = analyzer::Question {
        language: language.to_owned(),
        wanted: Vec::new(),
        require: question.require.clone(),
        security: bench.catalog.tools.iter().any(secure),
    };
    let judge = |component| (component, analyzer::judge(rule, &asked, bench, component, subject(component, false)));
    let findings: Vec<(&Component, Finding)> = judged(bench, language).into_iter().map(judge).collect();
    let none = || {
        let message = format!("no {} code was found", title(bench, language));
        Finding::new(rule, language, Verdict::NotApplicable, message)
    };
    // Of equal ones the first component's.
    let worst = findings.iter().reduce(|known, next| if worse(&next.1) > worse(&known.1) { next } else { known });
    worst.map_or_else(none, |worst| Finding { component: None, ..for_all_alike(worst, &findings, bench) })
}

/// The finding, said of all components that it is true of: one step at the root is for all of them.
fn for_all_alike(worst: &(&Component, Finding), all: &[(&Component, Finding)], bench: &Bench<'_>) -> Finding {
    let (component, mut finding) = (worst.0, worst.1.clone());
    let alike = |one: &&(&Component, Finding)| {
        one.0.directory != component.directory && one.1.cause == finding.cause && worse(&one.1) == worse(&worst.1)
    };
    let others: Vec<&Component> = all.iter().filter(alike).map(|(component, _)| *component).collect();
    if others.is_empty() || finding.verdict != Verdict::Fail {
        return finding;
    }
    finding.message.push_str(&format!("; the same for {} more", others.len()));
    finding.places.extend(others.into_iter().map(|other| Evidence::new(home(other), "the same here")));
    let (one, root) = (fixes::step_for(component, &[], bench), Component { directory: RepoPath::root(), ..component.clone() });
    // What works on a project has to be started in it.
    if one.lines().next().is_some_and(|line| line.ends_with(" .")) {
        finding.fix = finding.fix.map(|fix| fix.replace(&one, &fixes::step_for(&root, &[], bench)));
    }
    finding
}

fn worse(finding: &Finding) -> impl Ord + use<> {
    (!finding.development, weight(finding.verdict), finding.severity)
}
