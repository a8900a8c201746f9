//! Owns updates that a scheduled workflow of the tree makes by itself: a job that runs what updates dependencies and opens a pull
//! request, or a workflow elsewhere that says so by its name. Refuses to say what they update: it may be all or nothing.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::behind::{self, Behind, Unread};
use super::targets::{Reading, Scene};
use super::{Bot, BotFact, BotProblem, in_ci};
use crate::answer::{Reason, Why};
use crate::catalog::bot::BotRun;
use crate::facts::matching;
use crate::facts::pipeline::{Pipeline, Trigger, Unit, Work};
use crate::facts::shell::{ShellCommand, Word};
use crate::text::{Place, RepoPath, escape};

/// What may update: the ecosystem, or `None` for all that the bot knows, and why.
type May = (Option<String>, Why);

/// The workflow that may update what no bot does; nothing where a clock starts none.
pub(super) fn read(scene: &Scene<'_>, bot: &Bot, pipelines: &[Pipeline]) -> Option<Reading> {
    let mut found: Vec<May> = Vec::new();
    for pipeline in pipelines.iter().filter(|one| one.events.iter().any(|event| event.trigger == Trigger::Schedule)) {
        let mut jobs: BTreeMap<usize, Vec<&Unit>> = BTreeMap::new();
        for unit in pipeline.units.iter().filter(|unit| by_clock(pipeline, unit)) {
            jobs.entry(unit.job).or_default().push(unit);
        }
        jobs.values().for_each(|units| found.extend(of_job(scene, bot, units)));
    }
    let first = found.first()?.1.clone();
    let place = first.place.clone()?;
    let mut fact = BotFact::new(bot, place.path.clone()).inactive("no-updates");
    for target in &scene.targets {
        let named = |may: &&May| may.0.as_deref() == Some(target.ecosystem);
        let any = |may: &&May| may.0.is_none() && bot.ecosystems.iter().any(|known| known == target.ecosystem);
        if let Some((_, why)) = found.iter().find(named).or_else(|| found.iter().find(any)) {
            let (ecosystem, directory) = target.key();
            fact.may_cover.push((ecosystem, directory, why.clone()));
        }
    }
    fact.problems.push(BotProblem::note(place, "no-updates", first.text));
    (!fact.may_cover.is_empty()).then(|| fact.into())
}

/// A clock starts the unit, or may.
fn by_clock(pipeline: &Pipeline, unit: &Unit) -> bool {
    unit.starts
        .iter()
        .filter(|start| !start.answer.is_no())
        .any(|start| pipeline.events.get(start.event).is_some_and(|event| event.trigger == Trigger::Schedule))
}

/// What a job may update: by its commands where it opens a pull request, else by the workflow elsewhere that it is.
fn of_job(scene: &Scene<'_>, bot: &Bot, units: &[&Unit]) -> Vec<May> {
    let rows = || bot.run.iter().chain(&bot.proposes);
    // A hint is looked for in every script of a job that opens pull requests, a row where its program is named.
    let scripts: Vec<Rc<[ShellCommand]>> = units
        .iter()
        .map(|unit| in_ci::commands(scene, unit, rows().filter_map(|row| row.argv.as_deref()?.first()).chain(&bot.hints)))
        .collect();
    let mut each = units.iter().zip(&scripts);
    let proposes =
        each.clone().any(|(unit, commands)| bot.proposes.iter().any(|row| in_ci::starts(row, unit, commands).is_some()));
    let (mut found, proposed) = in_files(scene, bot, units, proposes);
    if !proposes {
        found.extend(units.iter().filter_map(|unit| elsewhere(bot, unit)));
    }
    for (unit, commands) in each.clone().filter(|_| proposed) {
        for row in &bot.run {
            if let Some(place) = in_ci::starts(row, unit, commands) {
                let command = row.argv.as_ref().map(|words| words.join(" ")).unwrap_or_default();
                found.push((row.ecosystem.clone(), why(&format!("runs `{command}` and opens a pull request, or pushes"), place)));
            }
        }
    }
    let hinted = each.find_map(|(_, commands)| commands.iter().find(|command| hints(bot, &said(command))));
    if let Some(command) = hinted.filter(|_| proposes && found.is_empty()) {
        let shown = escape::line(&said(command)).chars().take(60).collect::<String>();
        found.push((None, why(&format!("runs `{shown}` and opens a pull request, or pushes"), command.place.clone())));
    }
    found
}

/// What files of the tree that a job runs update, where they or the job open a pull request, and whether any of them does.
fn in_files(scene: &Scene<'_>, bot: &Bot, units: &[&Unit], proposes: bool) -> (Vec<May>, bool) {
    let all = units.iter().map(|unit| behind::of_unit(scene, unit, &in_ci::script(scene, unit), &bot.files_of));
    let all: Vec<Behind> = all.collect();
    let reached = || all.iter().flat_map(|behind| &behind.reached);
    let unread = || all.iter().flat_map(|behind| &behind.unread);
    let runs =
        |row: &BotRun, words: &[Word]| row.argv.as_ref().is_some_and(|argv| matching::take_row(argv, words, &[]).is_some());
    let says = |row: &BotRun, text: &str| row.argv.as_ref().is_some_and(|argv| has_command(text, &argv.join(" ")));
    let proposed = proposes || bot.proposes.iter().any(|row| reached().any(|one| runs(row, &one.words)));
    let may = |row: &BotRun, file: &RepoPath, from: &Place| {
        let command = row.argv.as_ref().map(|words| words.join(" ")).unwrap_or_default();
        let shown = escape::line(file.as_str());
        let does = format!("runs `{command}` in `{shown}` and opens a pull request, or pushes");
        (row.ecosystem.clone(), why(&does, from.clone()))
    };
    let mut found = Vec::new();
    for one in reached().filter(|_| proposed) {
        found.extend(bot.run.iter().filter(|row| runs(row, &one.words)).map(|row| may(row, &one.file, &one.from)));
    }
    for Unread { file, from } in unread() {
        if proposed || bot.proposes.iter().any(|row| says(row, &file.text)) {
            found.extend(bot.run.iter().filter(|row| says(row, &file.text)).map(|row| may(row, &file.path, from)));
        }
    }
    (found, proposed)
}

/// Whether a line of code that is not read holds these words, other than behind a comment.
fn has_command(text: &str, command: &str) -> bool {
    text.lines().map(|line| line.split(" #").next().unwrap_or(line).trim()).any(|line| {
        let around = |at: usize| {
            let before = line[..at].chars().next_back().is_none_or(|c| !c.is_alphanumeric() && c != '-');
            before && line[at + command.len()..].chars().next().is_none_or(|c| !c.is_alphanumeric())
        };
        !line.starts_with('#') && line.match_indices(command).any(|(at, _)| around(at))
    })
}

fn why(does: &str, place: Place) -> Why {
    Why::new(Reason::Unsupported, format!("a workflow that a clock starts {does}; what it updates is not read")).at(place)
}

/// The command as it is known.
fn said(command: &ShellCommand) -> String {
    command.words.iter().filter_map(|word| word.value.as_deref()).collect::<Vec<_>>().join(" ")
}

/// Whether a text has one of the bot's words, whatever stands around it.
fn hints(bot: &Bot, text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let mut words = lower.split(|c: char| !c.is_ascii_alphanumeric());
    // What is installed on the machine, and what is only said or committed.
    let aside = lower.split_whitespace().any(|word| bot.not_hints.iter().any(|other| other == word));
    !aside && words.any(|word| bot.hints.iter().any(|hint| hint == word))
}

/// A workflow of another repository that says by its name that it updates.
fn elsewhere(bot: &Bot, unit: &Unit) -> Option<May> {
    let Work::Remote { call, .. } = &unit.work else { return None };
    let lower = call.name.to_ascii_lowercase();
    let mut words = lower.split(|c: char| !c.is_ascii_alphanumeric());
    let named = words.any(|word| bot.hints_of_names.iter().any(|hint| hint == word));
    (named || hints(bot, &call.name)).then(|| {
        let shown = escape::line(&call.name).into_owned();
        let words =
            format!("a clock starts the workflow `{shown}`, which is not in this tree; by its name it updates dependencies");
        (None, Why::new(Reason::Remote, words).at(call.place.clone()))
    })
}
