//! Runs every `[[example]]` of every tool: the rung, what it may be, and the place.

use std::collections::BTreeSet;
use std::sync::Arc;

use tollgate::catalog::example::Example;
use tollgate::catalog::{Catalog, Tool};
use tollgate::facts::hold::HoldEffect;
use tollgate::facts::ladder::{Rung, Standing};
use tollgate::facts::tags::survey::{self, Commits, Release, Releases, Signing};
use tollgate::facts::{Facts, gather};
use tollgate::policy::protected::Proposal;
use tollgate::signing::refusal::Refusal;
use tollgate::snapshot::Snapshot;
use tollgate::source::forge::{Answers, Got};
use tollgate::terms::Terms;
use tollgate::text::Place;

#[test]
fn every_tool_example_holds() {
    let catalog = Catalog::builtin();
    let only = std::env::var("TOLLGATE_EXAMPLE").unwrap_or_default();
    let (mut count, mut wrong) = (0, Vec::new());
    for tool in catalog.tools.iter().filter(|tool| only.is_empty() || tool.id == only) {
        let examples = Example::of(&format!("tools/{}.toml", tool.id)).expect("examples parse");
        for example in &examples {
            count += 1;
            if let Err(problem) = holds(tool, example) {
                wrong.push(format!("{} / {}: {problem}", tool.id, example.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {count} examples are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

fn holds(tool: &Tool, example: &Example) -> Result<(), String> {
    let language = tool.languages.first().map(String::as_str).filter(|id| *id != "*");
    let snapshot = Snapshot::in_memory(example.tree(language));
    let facts = gather(&snapshot, Catalog::builtin(), &Terms::default()).map_err(|problem| problem.to_string())?;
    let standings: Vec<&Standing> = facts.standings.iter().filter(|standing| standing.tool == tool.id).collect();
    let best = standings.iter().max_by_key(|standing| (standing.rung, standing.may_be));
    let rung = best.map_or(Rung::Absent, |best| best.rung);
    let may_be = best.and_then(|best| best.may_be);
    let wanted = example.expect.as_str().unwrap_or_default();
    if rung.word() != wanted {
        return Err(format!("expected {wanted}, found {}{}", rung.word(), told(best.copied(), &facts)));
    }
    let wanted = example.may_be.as_deref();
    if may_be.map(Rung::word) != wanted {
        return Err(format!("may be {wanted:?} expected, found {may_be:?}{}", told(best.copied(), &facts)));
    }
    match (&example.at, best) {
        (Some(at), Some(best)) => place(at, best),
        _ => Ok(()),
    }
}

/// `at` names what holds the tool where something does, else the command itself, else what configures it.
fn place(at: &str, standing: &Standing) -> Result<(), String> {
    let spelled = |place: &Place| format!("{}:{}", place.path, place.line);
    let best = standing.invocations.iter().map(|one| one.rung).max();
    let best: Vec<_> = standing.invocations.iter().filter(|one| Some(one.rung) == best).collect();
    let holds = |noted: bool| {
        let all = best.iter().flat_map(|one| &one.held_by).chain(standing.components.iter().flat_map(|on| &on.held_by));
        all.filter(|hold| matches!(hold.effect, HoldEffect::Note) == noted).map(|hold| spelled(&hold.place)).collect::<Vec<_>>()
    };
    let mut seen = holds(false);
    if seen.is_empty() {
        seen = holds(true);
        seen.extend(best.iter().filter_map(|one| one.chain.last()).map(|hop| spelled(&hop.place)));
    }
    if seen.is_empty() {
        seen.extend(standing.configured.iter().map(spelled));
    }
    if seen.iter().any(|one| one == at) { Ok(()) } else { Err(format!("{at} expected among {seen:?}")) }
}

fn told(standing: Option<&Standing>, facts: &Facts<'_>) -> String {
    let mut out = String::new();
    for invocation in standing.into_iter().flat_map(|standing| &standing.invocations) {
        let chain: Vec<String> =
            invocation.chain.iter().map(|hop| format!("{}:{} `{}`", hop.place.path, hop.place.line, hop.text)).collect();
        let holds: Vec<String> = invocation
            .held_by
            .iter()
            .map(|hold| format!("{:?} {}:{} {}", hold.effect, hold.place.path, hold.place.line, hold.why))
            .collect();
        out.push_str(&format!(
            "\n      {} {:?}: {} | {}",
            invocation.rung.word(),
            invocation.triggers,
            chain.join(" -> "),
            holds.join("; ")
        ));
    }
    for unit in facts.trace.opaque.iter().take(2) {
        out.push_str(&format!("\n      opaque: {} {}", unit.place.path, unit.why.text));
    }
    for file in facts.unreadable_ci.iter().take(2) {
        out.push_str(&format!("\n      unreadable: {}:{} {}", file.place.path, file.place.line, file.why));
    }
    out
}

/// The day on which the examples of rules are judged.
const TODAY: jiff::civil::Date = jiff::civil::date(2026, 11, 23);

#[test]
fn every_rule_example_holds() {
    let catalog = Catalog::builtin();
    let (mut count, mut wrong) = (0, Vec::new());
    for rule in catalog.rules.iter() {
        for example in Example::of(&format!("checklist/{}.toml", rule.id)).expect("examples parse") {
            count += 1;
            if let Err(problem) = verdicts(&rule.id, &example) {
                wrong.push(format!("{} / {}: {problem}", rule.id, example.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {count} rule examples are wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count >= 3 * catalog.rules.len(), "{count} examples of {} rules", catalog.rules.len());
}

/// Tags and commits that an example states: no tree in memory has any.
fn signed(example: &Example, signing: &mut Signing) {
    let outcome = |said: &String| {
        let step = |word: &str| serde_json::from_value(serde_json::Value::String(word.to_owned())).expect("a step");
        match said.split_once(": ") {
            Some(("rejected", word)) => Err(Refusal::rejected(step(word), "an example", "nothing")),
            Some((_, word)) => Err(Refusal::indeterminate(step(word), "an example", "nothing")),
            None => Ok(vec![said.clone()]),
        }
    };
    if !example.tags.is_empty() {
        let release = |(name, said)| Release {
            name: String::clone(name),
            outcome: outcome(said),
            lies_on: Vec::new(),
            hinges_on: BTreeSet::new(),
            lightweight: false,
            by_checkout: false,
        };
        signing.releases = Releases::Judged(example.tags.iter().map(release).collect());
    }
    if !example.commits.is_empty() {
        let of = |word: &str| example.commits.get(word).copied().unwrap_or_default();
        let unsigned = vec![("0123456".to_owned(), "the commit is not signed".to_owned()); of("unsigned")];
        let (count, unsigned_count) = (of("signed") + of("unsigned") + of("by_forge"), of("unsigned"));
        signing.commits = Commits::Judged {
            what: "main".to_owned(),
            count,
            unsigned,
            unsigned_count,
            unclear: None,
            by_forge: of("by_forge"),
            all: true,
        };
    }
}

/// What a forge answered, where an example says so.
fn answers(example: &Example) -> Result<Option<Arc<Answers>>, String> {
    if example.forge.is_empty() {
        return Ok(None);
    }
    let nothing_set = [
        ("", r#"{ "default_branch": "main", "owner": { "login": "acme", "type": "Organization" } }"#),
        ("branches/main", r#"{ "name": "main", "protected": false, "protection": { "enabled": false } }"#),
        ("rules/branches/main", "[]"),
        ("rulesets?includes_parents=true", "[]"),
        ("codeowners/errors", r#"{ "errors": [] }"#),
        ("environments", "[]"),
        ("/apps/github-actions", r#"{ "id": 15368 }"#),
    ];
    let mut answers =
        Answers { api: "https://api.github.com".to_owned(), repository: "acme/kestrel".to_owned(), ..Answers::default() };
    for (question, text) in nothing_set {
        answers.got.insert(question.to_owned(), Got::Is(serde_json::from_str(text).expect("JSON")));
    }
    for (question, said) in &example.forge {
        let got = match said {
            serde_json::Value::String(words) if words.starts_with("Upgrade") => Got::Plan(words.clone()),
            serde_json::Value::String(text) => {
                Got::Is(serde_json::from_str(text).map_err(|problem| format!("forge.{question}: {problem}"))?)
            }
            serde_json::Value::Number(status) if *status == 404.into() => Got::Missing("Not Found".to_owned()),
            serde_json::Value::Number(_) => Got::Refused(String::new()),
            other => Got::Is(other.clone()),
        };
        answers.got.insert(question.clone(), got);
    }
    Ok(Some(Arc::new(answers)))
}

/// The policy in a tree, when it has one.
fn policy_of(snapshot: &Snapshot) -> Result<Option<tollgate::terms::Policy>, String> {
    let path = tollgate::text::RepoPath::new(".tollgate.toml").expect("a path");
    if !snapshot.is_file(&path) {
        return Ok(None);
    }
    let file = Some(snapshot.read(&path).expect("text"));
    let reading = tollgate::terms::Reading { catalog: Catalog::builtin(), today: TODAY, open: &|_| Ok(None), org: None };
    tollgate::terms::read(file, &reading).map(Some).map_err(|problem| problem.to_string())
}

fn verdicts(rule: &str, example: &Example) -> Result<(), String> {
    let forge = answers(example)?;
    let snapshot = Snapshot::in_memory(example.tree(None)).with_forge(forge.clone());
    let base = example.base.as_ref().map(|files| Snapshot::in_memory(files.clone()).with_forge(forge.clone()));
    let own = policy_of(&snapshot)?;
    let judging_policy = base.as_ref().map_or_else(|| Ok(own.clone()), policy_of)?;
    let first = judging_policy.is_none();
    let policy = judging_policy.unwrap_or_else(tollgate::terms::Policy::builtin);
    let proposal = if first { Proposal::First } else { Proposal::Changed { from: &policy, to: own.as_ref() } };
    let only = [rule.to_owned()];
    let judging = tollgate::inspect::Judging { profile: example.profile.as_deref(), only: &only, ..Default::default() };
    let open = |name: &str| {
        let path = tollgate::text::RepoPath::new(name).filter(|path| snapshot.is_file(path));
        Ok(path.map(|path| snapshot.read(&path).expect("text")))
    };
    let now = jiff::tz::TimeZone::UTC.to_timestamp(TODAY.at(0, 0, 0, 0)).expect("a moment").as_second();
    let trust = tollgate::terms::trust::trust(&policy, &open, now).map_err(|problem| problem.to_string())?;
    let look = |facts: &Facts<'_>| {
        let mut signing = survey::survey(&snapshot, &policy, &trust, &facts.default_branch, false)?;
        signed(example, &mut signing);
        Ok(signing)
    };
    let judged = match &base {
        Some(base) => tollgate::inspect::decided_on(&snapshot, base, &policy, proposal, &look, &judging, TODAY),
        None => tollgate::inspect::decided(&snapshot, &policy, &look, &judging, TODAY),
    };
    let judged = judged.map_err(|problem| problem.to_string())?;
    let found: std::collections::BTreeMap<String, String> = judged
        .decided
        .findings
        .iter()
        .filter(|decided| decided.finding.rule == rule)
        .map(|decided| (decided.finding.subject.clone(), decided.finding.verdict.word().to_owned()))
        .collect();
    let told: Vec<String> = judged
        .decided
        .findings
        .iter()
        .map(|decided| format!("{}: {}", decided.finding.subject, decided.finding.message))
        .collect();
    for (subject, wanted) in example.expect.as_object().ok_or("expect is a table of subjects")? {
        let have = found.get(subject).map_or("nothing", String::as_str);
        if Some(have) != wanted.as_str() {
            return Err(format!("{subject}: expected {wanted}, found {have} ({})", told.join("; ")));
        }
    }
    Ok(())
}

#[test]
fn every_bot_example_holds() {
    let catalog = Catalog::builtin();
    let mut wrong = Vec::new();
    for bot in catalog.bots.iter() {
        for example in Example::of(&format!("bots/{}.toml", bot.id)).expect("examples parse") {
            if let Err(problem) = coverage(&bot.id, &example) {
                wrong.push(format!("{} / {}: {problem}", bot.id, example.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{} bot examples are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// `active`, `covers` and `uncovered` (`ecosystem:directory`) of a bot's example.
fn coverage(bot: &str, example: &Example) -> Result<(), String> {
    let snapshot = Snapshot::in_memory(example.tree(None));
    let facts = gather(&snapshot, Catalog::builtin(), &Terms::default()).map_err(|problem| problem.to_string())?;
    let found = facts.bots.iter().find(|one| one.bot == bot);
    let problems: Vec<&str> = found.into_iter().flat_map(|one| &one.problems).map(|problem| problem.message.as_str()).collect();
    let keys = |list: Option<&serde_json::Value>| -> Option<Vec<String>> {
        let mut all: Vec<String> = list?.as_array()?.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect();
        all.sort();
        Some(all)
    };
    if let Some(wanted) = example.expect.get("active").and_then(serde_json::Value::as_bool)
        && found.is_some_and(|one| one.active) != wanted
    {
        let why = found.map(|one| one.inactive_because.clone());
        return Err(format!("active: expected {wanted}, found {why:?} ({})", problems.join("; ")));
    }
    let mut covers: Vec<String> =
        found.into_iter().flat_map(|one| &one.covers).map(|(eco, dir)| format!("{eco}:{dir}")).collect();
    covers.sort();
    if let Some(wanted) = keys(example.expect.get("covers")).filter(|wanted| *wanted != covers) {
        return Err(format!("covers: expected {wanted:?}, found {covers:?} ({})", problems.join("; ")));
    }
    let mut uncovered: Vec<String> = facts
        .uncovered
        .iter()
        .filter(|gap| gap.may_be.is_none())
        .map(|gap| format!("{}:{}", gap.ecosystem, gap.directory))
        .collect();
    uncovered.sort();
    uncovered.dedup();
    match keys(example.expect.get("uncovered")) {
        Some(wanted) if wanted != uncovered => {
            Err(format!("uncovered: expected {wanted:?}, found {uncovered:?} ({})", problems.join("; ")))
        }
        _ => Ok(()),
    }
}

#[test]
fn every_generator_example_holds() {
    let catalog = Catalog::builtin();
    let mut wrong = Vec::new();
    for exporter in catalog.exporters.iter() {
        let examples = Example::of(&format!("openapi/{}.toml", exporter.id)).expect("examples parse");
        assert!(!examples.is_empty(), "{}", exporter.id);
        for example in examples {
            if let Err(problem) = exported(&exporter.id, &example) {
                wrong.push(format!("{} / {}: {problem}", exporter.id, example.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{} generator examples are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// How a generator is seen, and where what proves it stands.
fn exported(generator: &str, example: &Example) -> Result<(), String> {
    let snapshot = Snapshot::in_memory(example.tree(None));
    let facts = gather(&snapshot, Catalog::builtin(), &Terms::default()).map_err(|problem| problem.to_string())?;
    let found = facts.api.iter().find(|one| one.generator.as_deref() == Some(generator));
    let word = match found {
        Some(one) if one.valid => "exported",
        Some(_) => "switched-off",
        None if !facts.service.undecided.is_empty() => "open",
        None => "absent",
    };
    if example.expect.as_str() != Some(word) {
        let open: Vec<&str> = facts.service.undecided.iter().map(|why| why.text.as_str()).collect();
        return Err(format!("expected {}, found {word} ({})", example.expect, open.join("; ")));
    }
    let at = found.map(|one| format!("{}:{}", one.place.path, one.place.line));
    match &example.at {
        Some(wanted) if at.as_ref() != Some(wanted) => Err(format!("expected at {wanted}, found {at:?}")),
        _ => Ok(()),
    }
}
