//! What bots are found, what they cover and what is wrong in their files: tables of small trees. The catalogue's own examples
//! are run by the integration tests.

mod around;
mod central;
mod dependabot;
mod dependabot_less;
mod hostile;
mod pyup;
mod renovate;
mod renovate_refused;

use super::{BotFact, Uncovered};
use crate::catalog::Catalog;
use crate::facts::gather;
use crate::snapshot::Snapshot;
use crate::terms::Terms;

/// A tree of texts.
type Files<'t> = &'t [(&'t str, &'t str)];

fn facts(files: Files<'_>) -> (Vec<BotFact>, Vec<Uncovered>) {
    let snapshot = Snapshot::in_memory(files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())));
    let facts = gather(&snapshot, Catalog::builtin(), &Terms::default()).expect("in memory");
    (facts.bots, facts.uncovered)
}

/// The state of one bot: `active` or why not, `+` what it covers, `?` what it may cover, and its problems with their lines,
/// `!` for fatal ones.
fn state(bot: &str, files: Files<'_>) -> String {
    let (bots, _) = facts(files);
    let Some(fact) = bots.iter().find(|fact| fact.bot == bot) else { return "none".to_owned() };
    let mut words = vec![fact.inactive_because.clone().unwrap_or_else(|| "active".to_owned())];
    words.extend(fact.covers.iter().map(|(ecosystem, directory)| format!("+{ecosystem}:{directory}")));
    words.extend(fact.may_cover.iter().map(|(ecosystem, directory, _)| format!("?{ecosystem}:{directory}")));
    words.extend(fact.problems.iter().map(|problem| {
        let mark = if problem.fatal { "!" } else { "" };
        format!("{mark}{}@{}", problem.code, problem.place.line)
    }));
    words.join(" ")
}

/// What nothing covers: `ecosystem:directory why[@line]`, `?` when something may.
fn gaps(files: Files<'_>) -> String {
    let (_, uncovered) = facts(files);
    let one = |gap: &Uncovered| {
        let at = gap.place.as_ref().map(|place| format!("@{}", place.line)).unwrap_or_default();
        let may = if gap.may_be.is_some() { "?" } else { "" };
        format!("{}:{} {}{at}{may}", gap.ecosystem, gap.directory, gap.why)
    };
    uncovered.iter().map(one).collect::<Vec<_>>().join(", ")
}

#[test]
fn hooks_that_something_else_updates() {
    const NPM: (&str, &str) = ("package.json", r#"{"dependencies":{"a":"1"}}"#);
    let hooks = "repos:\n  - repo: https://example.org/a\n    rev: v1\n    hooks: [{ id: a }]\n";
    let section = format!("ci: {{ skip: [a] }}\n{hooks}");
    let scheduled = |word: &str| format!("ci: {{ autoupdate_schedule: {word} }}\n{hooks}");
    let (plain, service) = ((".pre-commit-config.yaml", hooks), (".pre-commit-config.yaml", section.as_str()));
    assert_eq!(gaps(&[plain]), "pre-commit: no-bot");
    assert_eq!(gaps(&[service]), "pre-commit: no-entry?");
    // Who sets how often it updates hooks has it update them.
    for (word, wanted) in [("weekly", ""), ("monthly", ""), ("quarterly", ""), ("never", "pre-commit: no-entry?")] {
        assert_eq!(gaps(&[(".pre-commit-config.yaml", &scheduled(word))]), wanted, "{word}");
    }
    // It knows hooks only: for everything else there is no bot.
    assert_eq!(gaps(&[NPM, service]), "npm: no-bot, pre-commit: no-entry?");
    let workflow = |run: &str| {
        format!("on: {{ schedule: [{{ cron: '0 3 * * 1' }}] }}\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: {run}\n")
    };
    for (run, wanted) in
        [("pre-commit autoupdate", "no-entry?"), ("prek auto-update", "no-entry?"), ("pre-commit run --all-files", "no-bot")]
    {
        let text = workflow(run);
        let found = gaps(&[plain, (".github/workflows/a.yml", &text)]);
        assert!(found.contains(&format!("pre-commit: {wanted}")), "{run} {found}");
    }
}
