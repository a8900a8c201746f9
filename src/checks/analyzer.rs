//! Owns the question "does an analyzer with security rules gate this language?", per component. Refuses to know any tool by
//! name.

use serde::Deserialize;

use super::component_view::{View, home, is_development, judged, question_left, reach_words, subject, verb, views};
use super::{Bench, Check, fixes, no_code, question, retired, unseen};
use crate::answer::{Answer, Reason};
use crate::catalog::tool::Security;
use crate::catalog::{Rule, Severity, Tool};
use crate::facts::components::Component;
use crate::facts::filtered::Sight;
use crate::facts::hold::{ERRORS_ONLY, HeldBy, Hold, HoldEffect, Remedy};
use crate::facts::ladder::Rung;
use crate::facts::pipeline::Trigger;
use crate::facts::standing::is_analyzer;
use crate::finding::{Evidence, Finding, Verdict};

/// The question.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Question {
    /// The language.
    pub(super) language: String,
    /// Tools that the checklist names; none: any.
    pub(super) wanted: Vec<String>,
    /// The rung asked for.
    #[serde(default = "gates")]
    pub(super) require: String,
    /// Whether security rules must be in force.
    #[serde(default)]
    pub(super) security: bool,
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
            return vec![no_code::of(rule, bench, &question.language)];
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

/// The component in a sentence: its language, and where, when the language has several.
pub(super) fn words(bench: &Bench<'_>, component: &Component) -> String {
    let language = title(bench, &component.language);
    let several = bench.facts.inventory.of(&component.language).nth(1).is_some();
    match (several, component.directory.is_root()) {
        (false, _) => language,
        (true, true) => format!("{language} at the root"),
        (true, false) => format!("{language} in {}", component.directory),
    }
}

/// The finding about one component.
pub(super) fn judge(rule: &Rule, question: &Question, bench: &Bench<'_>, component: &Component, subject: String) -> Finding {
    let asked = bench.terms.analyzer_level.as_deref().unwrap_or(&question.require);
    let wanted = rung(asked).unwrap_or(Rung::Gates);
    let named = |tool: &Tool| {
        let equal = |id: &String| tool.equivalent_to.contains(id) || tool.successor_of.contains(id);
        question.wanted.is_empty() || question.wanted.contains(&tool.id) || question.wanted.iter().any(equal)
    };
    let all = views(bench, component, |tool| is_analyzer(tool) && (!bench.literal || named(tool)));
    let answers = |view: &View<'_>| retired::answers(view.tool, bench);
    let secure = |view: &&View<'_>| answers(view) && (!question.security || !view.on.security.is_no());
    let certain = |view: &&View<'_>| answers(view) && (!question.security || view.on.security.is_yes());
    let mut finding = if let Some(view) = all.iter().filter(certain).find(|view| view.is_at(wanted)) {
        pass(rule, subject, view)
    } else if let Some(finding) = settled_outside(rule, &subject, bench, question) {
        finding
    } else if let Some(view) = all.iter().filter(secure).find(|view| view.may_be_at(wanted)) {
        let mut open = unknown(rule, subject, view, wanted, bench);
        open.fix = open.fix.or_else(|| Some(fixes::open_fix(view, wanted, component, &all, bench)));
        if let Some(linter) = all.iter().find(|other| other.on.rung >= wanted && other.tool.id != view.tool.id) {
            open.message.push_str(&format!("; {} gates, without security rules", linter.tool.title));
        }
        open
    } else {
        let proven = fail(rule, question, bench, component, subject, &all, wanted);
        match unseen::of(bench, Sight::code(component)) {
            Some(unread) => beyond(proven, &unread, &words(bench, component)),
            None => unseen::as_far_as_read(proven, bench, Sight::code(component)),
        }
    };
    finding.development = is_development(component);
    finding.component = Some(component.directory.clone());
    finding
}

/// What is proven, and that more may be where nothing could be read.
fn beyond(mut proven: Finding, unread: &unseen::Unseen<'_>, language: &str) -> Finding {
    let absent = proven.cause == "absent";
    let own = if absent { None } else { proven.fix.take() };
    if absent {
        proven.places.clear();
        proven.searched.clear();
        proven.message = format!("whether an analyzer gates {language} cannot be seen: {}", unread.why());
    } else if let Some(head) = proven.message.strip_suffix(NOT_RUN) {
        // Whether nothing runs it is what cannot be seen.
        proven.message = format!("{head}; whether a pipeline runs it, or another analyzer, cannot be seen: {}", unread.why());
    } else {
        proven.message = format!("{}; whether another analyzer does cannot be seen: {}", proven.message, unread.why());
    }
    proven.verdict = Verdict::Unknown;
    proven.severity = Severity::Error;
    let what = if absent { "the analyzer" } else { "it" };
    let fix = match own {
        Some(own) => format!("{own}\nor, if another analyzer does: {}", unread.fix(what)),
        None => unread.fix(what),
    };
    unread.cite(proven).reason(unread.reason()).cause("opaque").fix(fix)
}

fn pass(rule: &Rule, subject: String, view: &View<'_>) -> Finding {
    let security = if view.on.security.is_yes() { ", with security rules" } else { "" };
    let mut message = retired::noted(format!("{} {}{security}", view.tool.title, reach_words(view)), view.tool);
    if let Some(hold) = view.held_by().filter(|_| view.on.rung < Rung::Gates) {
        message.push_str(&format!("; what holds it there: {}", hold.why));
    }
    let mut finding = Finding::new(rule, subject, Verdict::Pass, message).cause(view.on.rung.max(Rung::Configured).word());
    finding.rung = Some(view.on.rung);
    finding.chain = view.chain();
    finding.places = view.chain().iter().rev().map(|hop| Evidence::new(hop.place.clone(), hop.text.clone())).collect();
    let notes = view.holds().filter(|hold| matches!(hold.effect, HoldEffect::Narrow | HoldEffect::Note) && !hold.why.is_empty());
    finding.places.extend(notes.map(|hold| Evidence::new(hold.place.clone(), hold.why.clone())));
    if view.on.missed_files > 0 {
        finding.message.push_str(&format!("; {} production files are outside its path filter", view.on.missed_files));
    }
    if view.on.left_out > 0 && view.on.rung >= Rung::Gates {
        finding.message.push_str(&format!("; {}", not_looked_at(view.on.left_out)));
    }
    finding
}

fn not_looked_at(files: usize) -> String {
    let are = if files == 1 { "file is" } else { "files are" };
    format!("{files} production {are} not looked at")
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

fn unknown(rule: &Rule, subject: String, view: &View<'_>, wanted: Rung, bench: &Bench<'_>) -> Finding {
    let title = &view.tool.title;
    let hold = view.held_by();
    let by_forge = view.may_be() == Rung::Required && wanted <= Rung::Gates && view.on.rung >= Rung::Runs;
    let reason = match (hold.map(|hold| hold.effect), &view.on.security) {
        _ if by_forge => Reason::NoToken,
        (Some(HoldEffect::Unknown(reason)), _) => reason,
        (_, Answer::Unknown(why)) => why.reason,
        _ => Reason::NoToken,
    };
    let decided = |what: &str| view.forge_says().map_or_else(|| format!("{what} is decided by the forge"), str::to_owned);
    let said = match (&view.on.security, hold) {
        (Answer::Unknown(why), _) if view.on.rung >= wanted => {
            format!("{title} gates, but whether its security rules are on cannot be read: {}", why.text)
        }
        _ if by_forge => format!("{title} runs; {}", decided("whether what it finds stops a merge")),
        (_, Some(hold)) if hold.by == HeldBy::Files => format!("{title} gates a part of it: {}", hold.why),
        (_, Some(hold)) => {
            format!("{title} {}; {} cannot be read: {}", verb(view.on.rung), question_left(view.on.rung), hold.why)
        }
        _ => format!("{title} {}; {}", verb(view.on.rung), decided(question_left(view.on.rung))),
    };
    let said = retired::noted(said, view.tool);
    let mut finding = Finding::new(rule, subject, Verdict::Unknown, said).reason(reason).cause("may-gate");
    finding.rung = Some(view.on.rung);
    finding.chain = view.chain();
    if wanted == Rung::Required && view.may_be() >= Rung::Gates {
        finding.fix = fixes::require(view, bench);
    }
    if let Answer::Unknown(why) = &view.on.security
        && let Some(place) = why.place.clone().filter(|_| view.on.rung >= wanted)
    {
        finding = finding.at(place, why.text.clone());
    }
    match hold.filter(|_| !by_forge) {
        Some(hold) => finding.at(hold.place.clone(), hold.why.clone()),
        None => match view.place() {
            Some(place) => finding.at(place, if by_forge { "what it finds goes to the forge" } else { "it runs here" }),
            None => finding,
        },
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
    let language = words(bench, component);
    // A tool that the checklist names, or one with security rules, tells more than any other linter.
    let rank = |view: &&View<'_>| {
        let security = (view.on.security.is_yes() || !question.security, question.wanted.contains(&view.tool.id));
        (retired::lives(view.tool), security, view.on.rung, view.tool.security == Security::Selected)
    };
    // Of several linters the one whose security rules could be switched on: it could become the answer.
    let could = |view: &&View<'_>| {
        let selected = view.tool.security == Security::Selected;
        (retired::lives(view.tool), view.on.rung >= wanted, selected, question.wanted.contains(&view.tool.id))
    };
    let reaches = |view: &&View<'_>| view.may_be_at(wanted) && (question.security || !retired::answers(view.tool, bench));
    let linter = all.iter().rev().filter(reaches).max_by_key(could);
    let best = all.iter().rev().filter(|view| view.on.rung > Rung::Absent).max_by_key(rank);
    let (mut finding, about) = match (linter, best) {
        (Some(view), _) if !retired::answers(view.tool, bench) => (retired::outlived(rule, subject, view, component), Some(view)),
        (Some(view), _) => (fixes::with_soft(insecure(rule, subject, view, component, &language, wanted), all), Some(view)),
        (_, Some(view)) => (short(rule, subject, view, component, &language), Some(view)),
        _ => {
            // The literal profile knows the tools that the checklist names, and no other.
            let wanted = question.wanted.iter().filter(|_| bench.literal);
            let named: Vec<&str> = wanted.filter_map(|id| Some(bench.catalog.tool(id)?.title.as_str())).collect();
            let (what, whose) = match named.as_slice() {
                [] => ("analyzer".to_owned(), "every analyzer in the catalogue".to_owned()),
                named => (named.join(" or "), named.join(", ")),
            };
            let message = format!("no {what} for {language} was found");
            let mut finding = Finding::new(rule, subject, Verdict::Fail, message)
                .cause("absent")
                .at(home(component), format!("{} code begins here", title(bench, &question.language)));
            finding.rung = Some(Rung::Absent);
            finding.searched = vec![
                ".github/workflows/*.yml".to_owned(),
                "task runners reached from there".to_owned(),
                format!("configuration of {whose}"),
            ];
            (finding, None)
        }
    };
    let instead = about.and_then(|view| retired::fix(view.tool, &fixes::step_for(component, all, bench)));
    finding.fix = Some(instead.unwrap_or_else(|| fixes::analyzer_fix(&finding, about, all, component, bench)));
    finding
}

/// A finding about a linter that gates, or may, and has no security rules in either case.
fn insecure(rule: &Rule, subject: String, view: &View<'_>, component: &Component, language: &str, wanted: Rung) -> Finding {
    let title = &view.tool.title;
    let hold = view.held_by().filter(|_| view.on.rung < wanted);
    let message = match hold {
        _ if view.on.rung >= wanted => format!("{title} gates {language}, but without security rules"),
        Some(hold) => {
            let left = question_left(view.on.rung);
            format!("{title} has no security rules for {language}, and {left} cannot be read: {}", hold.why)
        }
        None => format!("{title} has no security rules for {language}, and the forge decides what follows from its findings"),
    };
    let message = retired::noted(message, view.tool);
    let severity = Severity::Warning.min(rule.severity);
    let mut finding = Finding::new(rule, subject, Verdict::Fail, message).severity(severity).cause("no-security-rules");
    finding.rung = Some(view.on.rung);
    finding.chain = view.chain();
    let (place, note) = view.rules_line(component);
    let finding = finding.at(place, note);
    match hold {
        Some(hold) => finding.at(hold.place.clone(), hold.why.clone()),
        None => finding,
    }
}

/// A finding about a tool that stands a rung short, at the line that holds it there.
fn short(rule: &Rule, subject: String, view: &View<'_>, component: &Component, language: &str) -> Finding {
    let title = &view.tool.title;
    let hold = view.held_by();
    let message = short_words(view, language);
    let warn = view.on.rung == Rung::Runs && hold.is_some_and(|hold| hold.why == ERRORS_ONLY);
    // It fails every change: nothing passes unseen, and what passes is nobody's gate.
    let strong = |hold: &&Hold| matches!(hold.effect, HoldEffect::Void | HoldEffect::Soften);
    let ends = hold.is_some_and(|hold| hold.by == HeldBy::Release)
        && view.holds().filter(strong).all(|hold| hold.by == HeldBy::Release)
        && view.best().is_some_and(|best| best.triggers.contains(&Trigger::PullRequest));
    let severity = if warn || ends { Severity::Warning.min(rule.severity) } else { rule.severity };
    let cause = match hold.map(|hold| hold.effect) {
        _ if hold.is_some_and(|hold| hold.by == HeldBy::Paths) => "path-filter",
        _ if view.elsewhere() => "elsewhere",
        _ if hold.is_some_and(|hold| hold.by == HeldBy::Trigger) => view.on.rung.word(),
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
        None if view.elsewhere() => (home(component), format!("{title} does not look here")),
        None => (view.place_on(component).unwrap_or_else(|| home(component)), "configured here".to_owned()),
    };
    let mut finding = finding.at(place, note);
    // What narrows errors says where they are none.
    let tells = |effect| matches!(effect, HoldEffect::Void | HoldEffect::Soften) || (warn && effect == HoldEffect::Narrow);
    let others = view.holds().filter(|other| Some(*other) != hold && tells(other.effect));
    finding.places.extend(others.map(|other| Evidence::new(other.place.clone(), other.why.clone())));
    finding
}

/// What is said of a tool that only stands in a configuration.
pub(super) const NOT_RUN: &str = ", but no pipeline that starts without a human runs it";

/// What is true of a tool that stands a rung short, and no more.
pub(super) fn short_words(view: &View<'_>, language: &str) -> String {
    retired::noted(short_of(view, language), view.tool)
}

fn short_of(view: &View<'_>, language: &str) -> String {
    let title = &view.tool.title;
    let hold = view.held_by();
    let on_pull = view.best().is_some_and(|best| best.triggers.contains(&Trigger::PullRequest));
    match (view.on.rung, hold.map(|hold| hold.effect)) {
        _ if view.elsewhere() => format!("{title} runs, but not on {language}"),
        (Rung::Configured, Some(HoldEffect::Void)) if hold.is_some_and(|hold| hold.remedy == Remedy::Condition) => {
            format!("{title} stands in a pipeline, but its condition never holds")
        }
        (Rung::Configured, Some(HoldEffect::Void)) if hold.is_some_and(|hold| hold.remedy == Remedy::Reach) => {
            format!("{title} stands in a pipeline, but is never started")
        }
        (Rung::Configured, Some(HoldEffect::Void)) if view.best().is_none_or(|best| best.triggers.is_empty()) => {
            format!("{title} is configured, but would check nothing of {language}")
        }
        (Rung::Configured, Some(HoldEffect::Void)) => format!("{title} is invoked, but checks nothing of {language}"),
        // A pipeline names it, and whether it runs there is what could not be read.
        (Rung::Configured, _) if view.may_be() > Rung::Configured => {
            format!("{title} is configured; even if it runs, it cannot fail a pull request")
        }
        (Rung::Configured, _) => format!("{title} is configured{NOT_RUN}"),
        (Rung::Runs, _) if on_pull && hold.is_some_and(|hold| hold.by == HeldBy::Paths) => {
            let what = if is_analyzer(view.tool) { "changes" } else { "changes its dependencies" };
            format!("{title} runs on pull requests, but not when {language} {what}")
        }
        // It can fail those that it runs on.
        (Rung::Runs, _) if on_pull && hold.is_some_and(|hold| hold.by == HeldBy::Trigger || hold.remedy == Remedy::Condition) => {
            format!("{title} runs on some pull requests only")
        }
        (Rung::Runs, _) if on_pull && hold.is_some_and(|hold| hold.why == ERRORS_ONLY) => {
            format!("{title} runs on pull requests, but only what it reports as an error fails them")
        }
        (Rung::Runs, _) if on_pull => format!("{title} runs on pull requests, but cannot fail them"),
        (Rung::Runs, _) => format!("{title} runs, but not where it could stop a pull request"),
        _ => format!("{title} gates, but is not required"),
    }
}
