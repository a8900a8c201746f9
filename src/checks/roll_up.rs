//! Owns the roll-up "every production language has a gating analyzer". Refuses to tell twice what a language rule already
//! tells: such findings name the exact rule and are switched off by policy.

use serde::Deserialize;

use super::analyzer::{self, rung, title};
use super::component_view::{judged, subject};
use super::{Bench, Check, question};
use crate::catalog::tool::Security;
use crate::catalog::{Rule, Tool};
use crate::facts::standing::is_analyzer;
use crate::finding::{Finding, Verdict};

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
    let findings = judged(bench, language)
        .into_iter()
        .map(|component| analyzer::judge(rule, &asked, bench, component, subject(component, false)))
        .map(|finding| Finding { component: None, ..finding });
    let none = || {
        let message = format!("no {} code was found", title(bench, language));
        Finding::new(rule, language, Verdict::NotApplicable, message)
    };
    // Of equal ones the first component's.
    findings.reduce(|known, next| if worse(&next) > worse(&known) { next } else { known }).unwrap_or_else(none)
}

fn worse(finding: &Finding) -> impl Ord + use<> {
    (!finding.development, weight(finding.verdict), finding.severity)
}
