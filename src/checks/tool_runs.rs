//! Owns the question "does one of these tools reach a rung?", for rules about dependency audits and reports. Refuses to
//! look at bots, except that a live one answers where the rule says so.

use serde::Deserialize;

use super::analyzer::{NOT_RUN, rung, short_words, title, words};
use super::component_view::{View, home, is_development, question_left, subject, verb, views};
use super::{Bench, Check, fixes, question, retired, snippets, unseen};
use crate::answer::{Reason, Why};
use crate::catalog::tool::ToolKind;
use crate::catalog::{Rule, Tool};
use crate::facts::components::Component;
use crate::facts::filtered::Sight;
use crate::facts::forge::Seen;
use crate::facts::hold::{HeldBy, HoldEffect};
use crate::facts::ladder::Rung;
use crate::finding::{Evidence, Finding, Verdict};
use crate::text::{Place, RepoPath};

/// The question.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    /// The languages asked about.
    languages: Vec<String>,
    /// The kind of tool.
    tool_kind: ToolKind,
    /// The rung asked for.
    require: String,
    /// What the tools do, for messages: "dependency audit".
    what: String,
    /// A live bot that covers the component answers too.
    #[serde(default)]
    or_bot: bool,
    /// The step to propose, by language, by `language/lock file`, or by `language/*.txt` for lists of requirements; `{target}`
    /// stands for the manifest.
    #[serde(default)]
    step: std::collections::BTreeMap<String, String>,
}

/// The check.
pub(super) struct ToolRuns;

impl Check for ToolRuns {
    fn kind(&self) -> &'static str {
        "tool-runs"
    }

    fn accepts(&self, rule: &Rule) -> Result<(), String> {
        let question: Question = question(rule)?;
        rung(&question.require).map(|_| ()).ok_or_else(|| format!("`{}` is no rung", question.require))
    }

    fn run(&self, rule: &Rule, bench: &Bench<'_>) -> Vec<Finding> {
        let Ok(question) = question::<Question>(rule) else { return Vec::new() };
        let (mut findings, mut bare) = (Vec::new(), false);
        for language in &question.languages {
            let with_manifest = bench.facts.inventory.of(language).filter(|component| component.manifest.is_some());
            let (components, without): (Vec<&Component>, Vec<&Component>) =
                with_manifest.partition(|component| bench.facts.inventory.declares_any(component));
            bare |= !without.is_empty();
            let several = components.len() > 1;
            findings
                .extend(components.iter().map(|component| judge(rule, &question, bench, component, subject(component, several))));
        }
        if findings.is_empty() {
            let titles: Vec<String> = question.languages.iter().map(|language| title(bench, language)).collect();
            let which = if bare { "declares anything" } else { "in sight" };
            let message = format!("no manifest of {} {which}, which a {} would look at", listed(&titles), question.what);
            findings.push(Finding::new(rule, "repository", Verdict::NotApplicable, message).cause("no-language"));
        }
        findings
    }
}

/// "Go, Python or Rust".
fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

fn judge(rule: &Rule, question: &Question, bench: &Bench<'_>, component: &Component, subject: String) -> Finding {
    let wanted = rung(&question.require).unwrap_or(Rung::Gates);
    let fits = |tool: &Tool| tool.is(question.tool_kind);
    let mut all = views(bench, component, fits);
    all.extend(everywhere(bench, component, &fits));
    let words = words(bench, component);
    let answers = |view: &View<'_>| retired::answers(view.tool, bench);
    let best = all.iter().max_by_key(|view| (answers(view), view.on.rung, view.may_be(), retired::lives(view.tool)));
    let mut finding = match best {
        Some(view) if view.on.rung >= wanted && answers(view) => {
            let message = format!("{} {} for {words}", view.tool.title, if wanted >= Rung::Gates { "gates" } else { "runs" });
            let message = retired::noted(message, view.tool);
            let mut pass = Finding::new(rule, subject, Verdict::Pass, message).cause("runs");
            pass.chain = view.chain();
            pass.places = view.chain().iter().rev().map(|hop| Evidence::new(hop.place.clone(), hop.text.clone())).collect();
            pass
        }
        _ => {
            match covering_bot(question, bench, component).map(|bot| bot(rule)).or_else(|| by_the_forge(rule, question, bench)) {
                Some(finding) => Finding { rule: rule.id.clone(), section: rule.section.clone(), subject, ..finding },
                None => {
                    let short = short(rule, question, bench, component, subject, best, wanted, &words);
                    match half_updated(question, bench, component).filter(|_| short.verdict == Verdict::Fail) {
                        Some((reason, place, said)) => undecided(short, reason, place, &said),
                        None => possibly_covered(short, question, bench, component),
                    }
                }
            }
        }
    };
    finding.development = is_development(component);
    finding.component = Some(component.directory.clone());
    finding
}

/// Tools of no language (`*`), which look at whatever lies there.
fn everywhere<'f>(bench: &Bench<'f>, component: &Component, fits: &dyn Fn(&Tool) -> bool) -> Vec<View<'f>> {
    let rows = bench.facts.standings.iter().filter(|standing| standing.language == "*");
    rows.filter_map(|standing| {
        let tool = bench.catalog.tool(&standing.tool).filter(|tool| fits(tool))?;
        let on = standing.components.iter().find(|one| one.directory == component.directory)?;
        (on.rung > Rung::Absent || on.may_be.is_some()).then_some(View { tool, standing, on, asked: bench.facts.forge.is_some() })
    })
    .collect()
}

/// What the forge raises by itself for what is known to be vulnerable.
fn by_the_forge(rule: &Rule, question: &Question, bench: &Bench<'_>) -> Option<Finding> {
    let asked = question.or_bot && question.tool_kind == ToolKind::Sca;
    let on = bench.facts.forge.as_ref().filter(|_| asked)?.security_updates == Seen::Is(true);
    let message = "the forge raises updates of dependencies that are known to be vulnerable";
    on.then(|| Finding::new(rule, "", Verdict::Pass, message).cause("security-updates"))
}

fn covering_bot<'b>(question: &Question, bench: &'b Bench<'_>, component: &Component) -> Option<impl Fn(&Rule) -> Finding + 'b> {
    let ecosystem = component.ecosystem.clone()?;
    let directory = component.declares_at();
    let covers = move |bot: &&crate::facts::bots::BotFact| {
        let some_only = bot.some_only.iter().any(|(eco, dir, _)| *eco == ecosystem && *dir == directory);
        bot.active && !some_only && bot.covers.iter().any(|(eco, dir)| *eco == ecosystem && *dir == directory)
    };
    let bot = bench.facts.bots.iter().filter(|_| question.or_bot).find(covers)?;
    Some(move |rule: &Rule| {
        let message = format!("{} updates these dependencies", bot_title(bench, &bot.bot));
        Finding::new(rule, "", Verdict::Pass, message).cause("bot").at(Place::file(bot.path.clone()), "a live bot covers them")
    })
}

/// A bot that updates some of the dependencies, or only what is known to be vulnerable if the forge is told so.
fn half_updated(question: &Question, bench: &Bench<'_>, component: &Component) -> Option<(Reason, Place, String)> {
    let ecosystem = component.ecosystem.as_deref().filter(|_| question.or_bot)?;
    let at = component.declares_at();
    let here = |eco: &str, dir: &RepoPath| eco == ecosystem && *dir == at;
    let some = bench.facts.bots.iter().filter(|bot| bot.active).find_map(|bot| {
        let (.., place) = bot.some_only.iter().find(|(eco, dir, _)| here(eco, dir))?;
        // What is not declared by name comes with a lock file, and an audit asks about all of it.
        let named = bot.leaves_alone(ecosystem, &at).is_none();
        let words = if named { "the bot updates what it is told by name only" } else { "the bot updates some of them only" };
        Some((Reason::Unsupported, place.clone(), words.to_owned()))
    });
    // What the forge said is no open question.
    let said = bench.facts.forge.as_ref().and_then(|forge| forge.security_updates.is());
    some.or_else(|| {
        let mut gaps = bench.facts.uncovered.iter().filter(|_| said.is_none());
        let gap = gaps.find(|gap| gap.why == "limit-0" && here(&gap.ecosystem, &gap.directory))?;
        let security = question.tool_kind == ToolKind::Sca;
        let said = "version updates are switched off, and whether security updates run is a setting of the forge";
        Some((Reason::Offline, gap.place.clone().filter(|_| security)?, said.to_owned()))
    })
}

/// A failing finding that a bot may answer.
fn undecided(mut short: Finding, reason: Reason, place: Place, said: &str) -> Finding {
    short.message = format!("{}; {said}", short.message);
    short.verdict = Verdict::Unknown;
    short.places.insert(0, Evidence::new(place, said));
    short.reason(reason).cause("half-updated")
}

/// A tool or a bot is asked for: where no tool does and a bot may, neither is settled.
fn possibly_covered(mut proven: Finding, question: &Question, bench: &Bench<'_>, component: &Component) -> Finding {
    let at = component.declares_at();
    let here = |(ecosystem, directory, _): &&(String, RepoPath, Why)| {
        Some(ecosystem) == component.ecosystem.as_ref() && *directory == at
    };
    let bots = bench.facts.bots.iter().filter(|_| question.or_bot && proven.verdict == Verdict::Fail);
    let Some((bot, (_, _, why))) = bots.into_iter().find_map(|bot| Some((bot, bot.may_cover.iter().find(here)?))) else {
        return proven;
    };
    let title = bot_title(bench, &bot.bot);
    proven.message = format!("{}; whether {title} updates these dependencies cannot be read: {}", proven.message, why.text);
    proven.verdict = Verdict::Unknown;
    let place = why.place.clone().unwrap_or_else(|| Place::file(bot.path.clone()));
    proven.places.insert(0, Evidence::new(place, why.text.clone()));
    proven.reason(why.reason).cause("may-cover")
}

fn bot_title<'b>(bench: &'b Bench<'_>, id: &'b str) -> &'b str {
    bench.catalog.bots.iter().find(|known| known.id == id).map_or(id, |known| known.title.as_str())
}

#[expect(clippy::too_many_arguments, reason = "one sentence about one component, called once")]
fn short(
    rule: &Rule,
    question: &Question,
    bench: &Bench<'_>,
    component: &Component,
    subject: String,
    best: Option<&View<'_>>,
    wanted: Rung,
    words: &str,
) -> Finding {
    // Lists of requirements are named; a project stands for itself.
    let is_list = |name: &&str| name.ends_with(".txt") || name.ends_with(".in");
    let list = component.declaring().map(RepoPath::file_name).filter(is_list);
    let target = list.map_or_else(|| ".".to_owned(), |name| format!("-r {}", snippets::word(name)));
    let lock = bench.facts.locks.nearest(&component.directory, &component.language);
    let by_lock = lock.and_then(|lock| question.step.get(&format!("{}/{lock}", component.language)));
    let of_manifest =
        component.declaring().and_then(|path| question.step.get(&format!("{}/{}", component.language, path.file_name())));
    let of_list = list.and_then(|_| question.step.get(&format!("{}/*.txt", component.language)));
    let step = of_list.or(by_lock).or(of_manifest).or_else(|| question.step.get(&component.language));
    let there = Component { directory: component.declares_at(), ..component.clone() };
    let step = step.map(|step| snippets::run_in(&step.replace("{target}", &target), &there));
    let step = step.map(|step| fixes::add_step(&rule.id, wanted >= Rung::Gates, &step, bench));
    let unread = unseen::of(bench, Sight::dependencies(component));
    let mut finding = match best {
        Some(view) if view.may_be() >= wanted && retired::answers(view.tool, bench) => maybe(rule, subject, view, wanted),
        Some(view) if view.on.rung > Rung::Absent => {
            let cause = match view.held_by().map(|hold| (hold, hold.effect)) {
                Some((hold, _)) if hold.by == HeldBy::Paths => "path-filter",
                Some((hold, _)) if hold.by == HeldBy::Trigger => view.on.rung.word(),
                Some((_, HoldEffect::Soften)) => "soft-fail",
                Some((_, HoldEffect::Void)) => "void",
                _ => view.on.rung.word(),
            };
            let message = short_words(view, words);
            Finding::new(rule, subject, Verdict::Fail, message).cause(format!("{}:{cause}", view.tool.id))
        }
        _ => Finding::new(rule, subject, Verdict::Fail, format!("no {} for {words} was found", question.what)).cause("absent"),
    };
    if let Some(view) = best {
        finding.rung = Some(view.on.rung);
        finding.chain = view.chain();
        if let Some(hold) = view.held_by() {
            finding = finding.at(hold.place.clone(), hold.why.clone());
        } else if let Some(place) = view.place_on(component) {
            finding = finding.at(place, if view.best().is_some() { "it runs here" } else { "it is declared here" });
        }
    }
    // Without a line that holds it there a step of its own is the shortest way.
    let started =
        |view: &&View<'_>| !finding.cause.ends_with(":runs") || view.held_by().is_some_and(|hold| hold.by == HeldBy::Trigger);
    let held = best.filter(started).and_then(|view| fixes::held_fix(&finding, view));
    let instead = || best.and_then(|view| retired::fix(view.tool, step.as_deref()?));
    finding.fix = instead().or(held).or(step);
    if finding.verdict == Verdict::Fail
        && let Some(unread) = unread
    {
        return beyond(finding, question, &unread, words);
    }
    if finding.verdict == Verdict::Fail {
        finding = unseen::as_far_as_read(finding, bench, Sight::dependencies(component));
    }
    if finding.places.is_empty() {
        let declaring = component.declaring().cloned().map_or_else(|| home(component), Place::file);
        finding = finding.at(declaring, "these dependencies");
    }
    finding
}

/// A tool that may do what is asked.
fn maybe(rule: &Rule, subject: String, view: &View<'_>, wanted: Rung) -> Finding {
    let hold = view.held_by();
    let title = &view.tool.title;
    let by_forge = view.may_be() == Rung::Required && wanted <= Rung::Gates;
    let (reason, message) = match hold.map(|hold| (hold, hold.effect)) {
        Some((hold, HoldEffect::Unknown(reason))) if !by_forge => {
            let left = question_left(view.on.rung);
            (reason, format!("{title} {}; {left} cannot be read: {}", verb(view.on.rung), hold.why))
        }
        _ => {
            let said = view.forge_says().unwrap_or("whether that stops a merge is decided by the forge");
            (Reason::NoToken, format!("{title} {}; {said}", verb(view.on.rung)))
        }
    };
    Finding::new(rule, subject, Verdict::Unknown, message).reason(reason).cause("may-run")
}

/// What is proven, and that more may be where nothing could be read.
fn beyond(mut proven: Finding, question: &Question, unread: &unseen::Unseen<'_>, words: &str) -> Finding {
    let absent = proven.cause == "absent";
    proven.message = if absent {
        format!("whether a {} runs for {words} cannot be seen: {}", question.what, unread.why())
    } else if let Some(head) = proven.message.strip_suffix(NOT_RUN) {
        format!("{head}; whether a pipeline runs it, or another {}, cannot be seen: {}", question.what, unread.why())
    } else {
        format!("{}; whether another {} does cannot be seen: {}", proven.message, question.what, unread.why())
    };
    proven.verdict = Verdict::Unknown;
    let what = format!("the {}", question.what);
    let fix = match proven.fix.take().filter(|_| !absent) {
        Some(own) => format!("{own}\nor, if another one does: {}", unread.fix("it")),
        None => unread.fix(&what),
    };
    unread.cite(proven).reason(unread.reason()).cause("opaque").fix(fix)
}
