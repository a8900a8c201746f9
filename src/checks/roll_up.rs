//! Owns the roll-up "every production language has a gating analyzer". Refuses to tell twice what a language rule already
//! tells: such findings name the exact rule and are switched off by policy.

use serde::Deserialize;

use super::analyzer::{rung, title};
use super::component_view::{home, is_development, judged, views};
use super::{Bench, Check, question, snippets};
use crate::answer::Reason;
use crate::catalog::{Rule, Severity};
use crate::facts::ladder::Rung;
use crate::facts::standing::{is_analyzer, opaque_on_gate};
use crate::finding::{Evidence, Finding, Verdict};

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
    let worst = told.iter().max_by_key(|finding| (weight(finding.verdict), finding.severity));
    if let Some(worst) = worst {
        let mut finding = (*worst).clone();
        finding.rule.clone_from(&rule.id);
        finding.section.clone_from(&rule.section);
        finding.subject = language.to_owned();
        finding.reported_by = (worst.verdict != Verdict::Pass).then(|| worst.rule.clone());
        finding.fix = None;
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

/// A language without a rule of its own: any analyzer that gates will do, one with security rules is better.
fn by_itself(rule: &Rule, question: &Question, bench: &Bench<'_>, language: &str) -> Finding {
    let wanted = rung(&question.require).unwrap_or(Rung::Gates);
    let components = judged(bench, language);
    let words = title(bench, language);
    let mut worst: Option<Finding> = None;
    for component in components {
        let all = views(bench, component, is_analyzer);
        let mut finding = if let Some(view) = all.iter().find(|view| view.on.rung >= wanted) {
            let mut pass =
                Finding::new(rule, language, Verdict::Pass, format!("{} gates {words}", view.tool.title)).cause("gates");
            pass.chain = view.chain();
            pass.places = view.chain().iter().rev().map(|hop| Evidence::new(hop.place.clone(), hop.text.clone())).collect();
            pass
        } else if let Some(view) = all.iter().find(|view| view.may_be() >= wanted) {
            let message = format!("{} may gate {words}; what decides it cannot be read here", view.tool.title);
            let finding = Finding::new(rule, language, Verdict::Unknown, message).reason(Reason::NoToken).cause("may-gate");
            match view.place() {
                Some(place) => finding.at(place, "here"),
                None => finding,
            }
        } else if let Some(unit) = opaque_on_gate(&bench.facts.trace, &bench.facts.pipelines).next() {
            let message = format!("whether an analyzer gates {words} cannot be seen: {}", unit.why.text);
            Finding::new(rule, language, Verdict::Unknown, message)
                .reason(unit.why.reason)
                .cause("opaque")
                .at(unit.place.clone(), unit.why.text.clone())
        } else {
            let message = format!("no analyzer gates {words}");
            let mut fail = Finding::new(rule, language, Verdict::Fail, message)
                .cause("absent")
                .severity(Severity::Warning.min(rule.severity))
                .at(home(component), format!("{words} code begins here"));
            fail.fix = Some(snippets::analyzer_fix(&fail, &all, component, bench));
            fail
        };
        finding.development = is_development(component);
        if worst
            .as_ref()
            .is_none_or(|known| (!finding.development, weight(finding.verdict)) > (!known.development, weight(known.verdict)))
        {
            worst = Some(finding);
        }
    }
    worst.unwrap_or_else(|| Finding::new(rule, language, Verdict::NotApplicable, format!("no {words} code was found")))
}
