//! Owns the question "does an analyzer with security rules gate this language?", per component. Refuses to know any tool by
//! name.

use serde::Deserialize;

use super::component_view::{View, home, is_development, judged, subject, views};
use super::{Bench, Check, question, snippets};
use crate::answer::{Answer, Reason};
use crate::catalog::{Rule, Severity, Tool};
use crate::facts::components::Component;
use crate::facts::hold::HoldEffect;
use crate::facts::ladder::Rung;
use crate::facts::pipeline::Trigger;
use crate::facts::standing::{is_analyzer, opaque_on_gate};
use crate::finding::{Evidence, Finding, Verdict};

/// The question.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    /// The language.
    language: String,
    /// Tools that the checklist names.
    wanted: Vec<String>,
    /// The rung asked for.
    #[serde(default = "gates")]
    require: String,
    /// Whether security rules must be in force.
    #[serde(default)]
    security: bool,
}

fn gates() -> String {
    "gates".to_owned()
}

/// The check.
pub(super) struct Analyzer;

impl Check for Analyzer {
    fn kind(&self) -> &'static str {
        "analyzer"
    }

    fn accepts(&self, rule: &Rule) -> Result<(), String> {
        let question: Question = question(rule)?;
        rung(&question.require).map(|_| ()).ok_or_else(|| format!("`{}` is no rung", question.require))
    }

    fn run(&self, rule: &Rule, bench: &Bench<'_>) -> Vec<Finding> {
        let Ok(question) = question::<Question>(rule) else { return Vec::new() };
        let components = judged(bench, &question.language);
        if components.is_empty() {
            let language = title(bench, &question.language);
            let finding =
                Finding::new(rule, question.language.clone(), Verdict::NotApplicable, format!("no {language} code was found"));
            return vec![finding.cause("no-language")];
        }
        let several = components.len() > 1;
        components.iter().map(|component| judge(rule, &question, bench, component, subject(component, several))).collect()
    }
}

pub(super) fn rung(word: &str) -> Option<Rung> {
    [Rung::Configured, Rung::Runs, Rung::Gates, Rung::Required].into_iter().find(|rung| rung.word() == word)
}

pub(super) fn title(bench: &Bench<'_>, language: &str) -> String {
    let known = bench.catalog.languages.language.iter().find(|one| one.id == language);
    known.map_or_else(|| language.to_owned(), |one| one.title.clone())
}

fn judge(rule: &Rule, question: &Question, bench: &Bench<'_>, component: &Component, subject: String) -> Finding {
    let asked = bench.terms.analyzer_level.as_deref().unwrap_or(&question.require);
    let wanted = rung(asked).unwrap_or(Rung::Gates);
    let named = |tool: &Tool| {
        let equal = |id: &String| tool.equivalent_to.contains(id) || tool.successor_of.contains(id);
        question.wanted.contains(&tool.id) || question.wanted.iter().any(equal)
    };
    let all = views(bench, component, |tool| is_analyzer(tool) && (!bench.literal || named(tool)));
    let secure = |view: &&View<'_>| !question.security || !view.on.security.is_no();
    let certain = |view: &&View<'_>| !question.security || view.on.security.is_yes();
    let mut finding = if let Some(view) = all.iter().filter(certain).find(|view| view.on.rung >= wanted) {
        pass(rule, subject, view)
    } else if let Some(finding) = settled_outside(rule, &subject, bench, question) {
        finding
    } else if let Some(view) = all.iter().filter(secure).find(|view| view.may_be() >= wanted) {
        unknown(rule, subject, view, wanted)
    } else if let Some(unit) = opaque_on_gate(&bench.facts.trace, &bench.facts.pipelines).next() {
        let message = format!("whether an analyzer gates {} cannot be seen: {}", title(bench, &question.language), unit.why.text);
        let finding = Finding::new(rule, subject, Verdict::Unknown, message).reason(unit.why.reason).cause("opaque");
        finding
            .at(unit.place.clone(), unit.why.text.clone())
            .fix("name what it provides in `[ci] trusted_workflows`, or run the analyzer in a workflow of this repository")
    } else {
        fail(rule, question, bench, component, subject, &all, wanted)
    };
    finding.development = is_development(component);
    finding
}

fn pass(rule: &Rule, subject: String, view: &View<'_>) -> Finding {
    let security = if view.on.security.is_yes() { ", with security rules" } else { "" };
    let message = format!("{} {}{security}", view.tool.title, reach_words(view));
    let mut finding = Finding::new(rule, subject, Verdict::Pass, message).cause("gates");
    finding.rung = Some(view.on.rung);
    finding.chain = view.chain();
    finding.places = view.chain().iter().rev().map(|hop| Evidence::new(hop.place.clone(), hop.text.clone())).collect();
    let notes = view
        .best()
        .into_iter()
        .flat_map(|best| &best.held_by)
        .filter(|hold| matches!(hold.effect, HoldEffect::Narrow | HoldEffect::Note) && !hold.why.is_empty());
    finding.places.extend(notes.map(|hold| Evidence::new(hold.place.clone(), hold.why.clone())));
    if view.on.missed_files > 0 {
        finding.message.push_str(&format!("; {} production files pass its path filter by", view.on.missed_files));
    }
    finding
}

fn reach_words(view: &View<'_>) -> String {
    let triggers = view.best().map(|best| best.triggers.clone()).unwrap_or_default();
    let on = if triggers.contains(&Trigger::PullRequest) {
        "pull requests"
    } else if triggers.contains(&Trigger::MergeGroup) {
        "the merge queue"
    } else {
        "every pushed branch"
    };
    if view.on.rung >= Rung::Required { format!("is required on {on}") } else { format!("gates {on}") }
}

/// Tools that the policy says run outside the repository (`[ci] external`) or in a workflow it vouches for.
fn settled_outside(rule: &Rule, subject: &str, bench: &Bench<'_>, question: &Question) -> Option<Finding> {
    let serves = |id: &String| {
        let tool = bench.catalog.tool(id);
        tool.is_some_and(|tool| {
            is_analyzer(tool) && tool.languages.iter().any(|language| *language == question.language || language == "*")
        })
    };
    let external = bench
        .terms
        .ci
        .external
        .iter()
        .find_map(|entry| Some((entry.provides.iter().find(|id| serves(id))?, entry.place.clone())));
    if let Some((id, place)) = external {
        let message = format!("{id} is declared to run outside this repository ({place})");
        return Some(Finding::new(rule, subject, Verdict::Declared, message).cause("declared"));
    }
    let trusted =
        bench.facts.trace.opaque.iter().find_map(|unit| Some((unit.settled.as_ref()?.iter().find(|id| serves(id))?, unit)));
    trusted.map(|(id, unit)| {
        let message = format!("{id} is declared to run in a trusted workflow");
        let mut finding = Finding::new(rule, subject, Verdict::Declared, message).cause("declared");
        finding.chain = unit.chain.clone();
        finding.at(unit.place.clone(), "vouched for in `[ci] trusted_workflows`")
    })
}

fn unknown(rule: &Rule, subject: String, view: &View<'_>, wanted: Rung) -> Finding {
    let title = &view.tool.title;
    let hold = view.held_by();
    let reason = match (hold.map(|hold| hold.effect), &view.on.security) {
        (Some(HoldEffect::Unknown(reason)), _) => reason,
        (_, Answer::Unknown(why)) => why.reason,
        _ => Reason::NoToken,
    };
    let said = match (&view.on.security, hold) {
        (Answer::Unknown(why), _) if view.on.rung >= wanted => {
            format!("{title} gates, but whether its security rules are on cannot be read: {}", why.text)
        }
        (_, Some(hold)) => {
            format!("{title} is proven to be {}; whether it gates cannot be read: {}", participle(view.on.rung), hold.why)
        }
        _ => format!("{title} is proven to be {}; whether it gates is decided by the forge", participle(view.on.rung)),
    };
    let mut finding = Finding::new(rule, subject, Verdict::Unknown, said).reason(reason).cause("may-gate");
    finding.rung = Some(view.on.rung);
    finding.chain = view.chain();
    if let Answer::Unknown(why) = &view.on.security
        && let Some(place) = why.place.clone().filter(|_| view.on.rung >= wanted)
    {
        finding = finding.at(place, why.text.clone());
    }
    match hold {
        Some(hold) => finding.at(hold.place.clone(), hold.why.clone()),
        None => match view.place() {
            Some(place) => finding.at(place, "here"),
            None => finding,
        },
    }
}

fn participle(rung: Rung) -> &'static str {
    match rung {
        Rung::Absent => "absent",
        Rung::Configured => "configured",
        Rung::Runs => "run",
        Rung::Gates | Rung::Required => "gating",
    }
}

fn fail(
    rule: &Rule,
    question: &Question,
    bench: &Bench<'_>,
    component: &Component,
    subject: String,
    all: &[View<'_>],
    wanted: Rung,
) -> Finding {
    let language = title(bench, &question.language);
    // A tool that the checklist names, or one with security rules, tells more than any other linter.
    let rank = |view: &&View<'_>| {
        (view.on.security.is_yes() || !question.security, question.wanted.contains(&view.tool.id), view.on.rung)
    };
    let linter = all.iter().find(|view| view.on.rung >= wanted);
    let best = all.iter().filter(|view| view.on.rung > Rung::Absent).max_by_key(rank);
    let mut finding = match (linter, best) {
        (Some(view), _) if question.security => {
            let message = format!("{} gates {language}, but without security rules", view.tool.title);
            let mut finding = Finding::new(rule, subject, Verdict::Fail, message)
                .severity(Severity::Warning.min(rule.severity))
                .cause("no-security-rules");
            finding.rung = Some(view.on.rung);
            finding.chain = view.chain();
            let place = view.standing.configured.first().cloned().or_else(|| view.place()).unwrap_or_else(|| home(component));
            finding.at(place, "no security rule is selected here")
        }
        (_, Some(view)) => short(rule, subject, view, component),
        _ => {
            let message = format!("no analyzer for {language} was found");
            let mut finding = Finding::new(rule, subject, Verdict::Fail, message)
                .cause("absent")
                .at(home(component), format!("{language} code begins here"));
            finding.rung = Some(Rung::Absent);
            finding.searched = vec![
                ".github/workflows/*.yml".to_owned(),
                "task runners reached from there".to_owned(),
                "configuration of every analyzer in the catalogue".to_owned(),
            ];
            finding
        }
    };
    finding.fix = Some(snippets::analyzer_fix(&finding, all, component, bench));
    finding
}

/// A finding about a tool that stands a rung short, at the line that holds it there.
fn short(rule: &Rule, subject: String, view: &View<'_>, component: &Component) -> Finding {
    let title = &view.tool.title;
    let hold = view.held_by();
    let on_pull = view.best().is_some_and(|best| best.triggers.contains(&Trigger::PullRequest));
    let message = match (view.on.rung, hold.map(|hold| hold.effect)) {
        (Rung::Configured, Some(HoldEffect::Void)) => format!("{title} is invoked, but checks nothing"),
        (Rung::Configured, _) => format!("{title} is configured, but no pipeline that starts without a human runs it"),
        (Rung::Runs, _) if on_pull => format!("{title} runs on pull requests, but cannot fail them"),
        (Rung::Runs, _) => format!("{title} runs, but not where it could stop a pull request"),
        _ => format!("{title} gates, but is not required"),
    };
    let warn = view.on.rung == Rung::Runs && hold.is_some_and(|hold| hold.why.starts_with("only error-level findings"));
    let severity = if warn { Severity::Warning.min(rule.severity) } else { rule.severity };
    let cause = match hold.map(|hold| hold.effect) {
        Some(HoldEffect::Void) => "void",
        Some(HoldEffect::Soften) => "soft-fail",
        _ => view.on.rung.word(),
    };
    let mut finding =
        Finding::new(rule, subject, Verdict::Fail, message).severity(severity).cause(format!("{}:{cause}", view.tool.id));
    finding.rung = Some(view.on.rung);
    finding.chain = view.chain();
    let (place, note) = match hold {
        Some(hold) => (hold.place.clone(), hold.why.clone()),
        None => (view.place().unwrap_or_else(|| home(component)), "configured here".to_owned()),
    };
    let mut finding = finding.at(place, note);
    let others = view
        .best()
        .into_iter()
        .flat_map(|best| &best.held_by)
        .filter(|other| Some(*other) != hold && matches!(other.effect, HoldEffect::Void | HoldEffect::Soften));
    finding.places.extend(others.map(|other| Evidence::new(other.place.clone(), other.why.clone())));
    finding
}
