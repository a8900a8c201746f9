//! Owns bots whose file alone proves nothing: those whose service is gone, and those that something else has to start.
//! Refuses to read what is in their files.

use super::in_ci::Run;
use super::targets::{Reading, Scene};
use super::{BotFact, BotProblem, Coverage};
use crate::answer::{Reason, Why};
use crate::catalog::Bot;
use crate::facts::tool_config::places;
use crate::text::{Place, RepoPath};

/// A bot whose service is gone: listed with the first of its files, covers nothing.
pub(super) fn retired(scene: &Scene<'_>, bot: &Bot) -> Option<Reading> {
    let (path, _) = scene.configured(&bot.config).into_iter().next()?;
    let why = bot.why.as_deref().unwrap_or("its service is gone");
    let mut fact = BotFact::new(bot, path.clone()).inactive("retired");
    let problem = BotProblem::note(Place::file(path), "retired", format!("{} does nothing any more: {why}", bot.title));
    fact.problems.push(problem.fix("delete it, and let a bot that lives take over"));
    Some(fact.into())
}

/// A bot that acts only where something starts it: a pipeline in sight, or a list that is kept elsewhere. With neither it
/// updates nothing that can be seen.
pub(super) fn read(scene: &Scene<'_>, bot: &Bot, runs: &[Run]) -> Option<Reading> {
    let configured = scene.configured(&bot.config).into_iter().next();
    let run = runs.iter().find(|run| run.bot == bot.id);
    let (path, place) = match (&configured, run) {
        (Some((path, place)), _) => (path.clone(), place.note.as_deref()),
        (None, Some(run)) => (run.place.path.clone(), None),
        (None, None) => return None,
    };
    let mine = scene.targets.iter().filter(|target| bot.ecosystems.iter().any(|ecosystem| ecosystem == target.ecosystem));
    let mut fact = BotFact::new(bot, path.clone());
    if let Some(run) = run.filter(|run| run.by_itself && bot.only_edits) {
        let why = Why::new(Reason::Unsupported, "a pipeline runs it; whether a pull request comes of it is not read")
            .at(run.place.clone());
        fact.may_cover = mine.map(|target| (target.ecosystem.to_owned(), target.directory.clone(), why.clone())).collect();
        fact.problems.push(BotProblem::note(run.place.clone(), "no-updates", why.text));
        return Some(fact.inactive("no-updates").into());
    }
    if run.is_some_and(|run| run.by_itself) {
        fact.covers = mine.map(super::targets::Target::key).collect();
        let entry = |(ecosystem, _): &(String, RepoPath)| Coverage {
            ecosystem: ecosystem.clone(),
            place: place_of(run, &path),
            less: Vec::new(),
        };
        fact.entries = fact.covers.iter().map(entry).collect();
        return Some(fact.into());
    }
    if let Some(place) = configured.as_ref().and_then(|(path, _)| switched_on(scene, bot, path)) {
        fact.covers = mine.map(super::targets::Target::key).collect();
        let entry = |(ecosystem, _): &(String, RepoPath)| Coverage {
            ecosystem: ecosystem.clone(),
            place: place.clone(),
            less: Vec::new(),
        };
        fact.entries = fact.covers.iter().map(entry).collect();
        return Some(fact.into());
    }
    fact = fact.inactive("no-updates");
    let words = place.map_or_else(|| "nothing in sight starts it".to_owned(), str::to_owned);
    // Its own instances may have the repository on their list.
    if bot.identity.as_ref().is_some_and(|identity| identity.app.is_some()) && run.is_none() {
        let why = || {
            Why::new(Reason::Remote, format!("{} may be started from outside this repository", bot.title))
                .at(Place::file(path.clone()))
        };
        fact.may_cover = mine.map(|target| (target.ecosystem.to_owned(), target.directory.clone(), why())).collect();
    }
    fact.problems.push(BotProblem::note(Place::file(path), "no-updates", words));
    Some(fact.into())
}

/// The setting by which its file shows that the service acts on it.
fn switched_on(scene: &Scene<'_>, bot: &Bot, path: &RepoPath) -> Option<Place> {
    let document = scene.world.snapshot.document(path, places::format_of(path)?).ok()?;
    bot.on.iter().find_map(|switch| {
        let value = places::at_key(&document, &switch.key)?;
        let text = value.scalar()?;
        switch.value.iter().any(|wanted| wanted.as_str() == Some(text)).then(|| value.place())
    })
}

/// The line that starts the bot.
fn place_of(run: Option<&Run>, path: &RepoPath) -> Place {
    run.map_or_else(|| Place::file(path.clone()), |run| run.place.clone())
}
