//! Owns bots that a pipeline of the repository starts. Refuses to follow runners: a bot behind `make` is not seen.

use std::rc::Rc;

use super::targets::{Reading, Scene};
use super::{Bot, BotFact};
use crate::answer::{Reason, Why};
use crate::catalog::bot::BotRun;
use crate::facts::matching;
use crate::facts::pipeline::{Pipeline, Trigger, Unit, Work};
use crate::facts::shell::{self, Scope, ScriptInput, ShellCommand};
use crate::facts::trace::Trace;
use crate::text::{Place, RepoPath};

/// A place in CI that starts a bot.
pub(super) struct Run {
    pub(super) bot: String,
    pub(super) place: Place,
    /// An event that nobody has to press a button for starts it.
    pub(super) by_itself: bool,
}

/// Every place that starts a bot. The pipelines are looked through only when the trace has met a program or an action of one.
pub(super) fn runs(scene: &Scene<'_>, trace: &Trace, pipelines: &[Pipeline]) -> Vec<Run> {
    let rows = || scene.world.catalog.bots.iter().flat_map(|bot| bot.run.iter().map(move |row| (bot, row)));
    let met = rows().any(|(_, row)| {
        let program = row.argv.as_ref().and_then(|argv| argv.first());
        program.is_some_and(|program| trace.unknown_programs.contains(program))
            || trace.actions.iter().any(|action| is_action(row, &action.call.name))
    });
    // What only edits files is run by programs that the trace knows for something else.
    let edits = scene.world.catalog.bots.iter().filter(|bot| bot.only_edits).flat_map(|bot| &bot.config);
    let mut edited = edits.filter_map(|place| RepoPath::new(&place.path)).filter(|path| scene.world.snapshot.is_file(path));
    if !met && edited.next().is_none() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for pipeline in pipelines {
        for unit in &pipeline.units {
            let commands = commands(scene, unit, rows().filter_map(|(_, row)| row.argv.as_deref()?.first()));
            for (bot, row) in rows() {
                if let Some(place) = starts(row, unit, &commands) {
                    found.push(Run { bot: bot.id.clone(), place, by_itself: by_itself(pipeline, unit) });
                }
            }
        }
    }
    found.sort_by(|a, b| (&a.bot, !a.by_itself, &a.place).cmp(&(&b.bot, !b.by_itself, &b.place)));
    found
}

fn is_action(row: &BotRun, name: &str) -> bool {
    row.action.as_deref().is_some_and(|action| action.eq_ignore_ascii_case(name))
}

/// The commands of a unit's script, when its text holds one of these programs at all.
pub(super) fn commands<'r>(scene: &Scene<'_>, unit: &Unit, mut programs: impl Iterator<Item = &'r String>) -> Rc<[ShellCommand]> {
    match &unit.work {
        Work::Script { text, .. } if programs.any(|program| text.text().contains(program.as_str())) => script(scene, unit),
        _ => Rc::default(),
    }
}

/// The commands of a unit's script.
pub(super) fn script(scene: &Scene<'_>, unit: &Unit) -> Rc<[ShellCommand]> {
    let Work::Script { text, mode } = &unit.work else { return Rc::default() };
    // Variants of a job run the same script.
    let start = text.span(0..text.text().len()).start;
    let key = (text.file().path.clone(), start, *mode, text.text().to_owned());
    if let Some(known) = scene.scripts.borrow().get(&key) {
        return Rc::clone(known);
    }
    let scope = Scope::new();
    // How much CI there is decides nothing about bots.
    let (limits, files, meter) = (scene.world.snapshot.limits(), &shell::NoFiles, &scene.meter);
    let analysis = shell::analyse(&ScriptInput { text, mode: *mode, scope: &scope, limits, files, meter, dead: false });
    let commands: Rc<[ShellCommand]> = analysis.commands.into();
    scene.scripts.borrow_mut().insert(key, Rc::clone(&commands));
    commands
}

/// Where the unit, with these commands in its script, starts what the row names.
pub(super) fn starts(row: &BotRun, unit: &Unit, commands: &[ShellCommand]) -> Option<Place> {
    let here = || unit.chain.last().map(|hop| hop.place.clone());
    match &unit.work {
        Work::Action(call) => is_action(row, &call.name).then(|| call.place.clone()),
        Work::Image { image, .. } => row.image.as_deref().filter(|wanted| without_tag(image) == *wanted).and_then(|_| here()),
        Work::Script { .. } => {
            let argv = row.argv.as_ref()?;
            let command = commands.iter().find(|command| {
                let words = match command.words.first().and_then(|word| word.value.as_deref()) {
                    Some("npx" | "bunx" | "pnpx") => command.words.get(1..).unwrap_or_default(),
                    _ => &command.words,
                };
                matching::take_row(argv, words, &[]).is_some()
            })?;
            Some(command.place.clone())
        }
        Work::Remote { .. } | Work::Opaque(_) | Work::Foreign { .. } => None,
    }
}

/// The image without tag and digest; a port in the registry's name is no tag.
fn without_tag(image: &str) -> &str {
    let image = image.strip_prefix("docker://").unwrap_or(image).split('@').next().unwrap_or(image);
    match image.rfind(':') {
        Some(at) if !image[at..].contains('/') => &image[..at],
        _ => image,
    }
}

fn by_itself(pipeline: &Pipeline, unit: &Unit) -> bool {
    unit.starts.iter().filter(|start| !start.answer.is_no()).any(|start| {
        let trigger = pipeline.events.get(start.event).map(|event| event.trigger);
        trigger.is_some_and(|trigger| !matches!(trigger, Trigger::Manual))
    })
}

/// A bot that runs here with a configuration that is not in the tree: it may cover everything that it knows.
pub(super) fn unconfigured(scene: &Scene<'_>, bot: &Bot, runs: &[Run]) -> Option<Reading> {
    if !scene.configured(&bot.config).is_empty() {
        return None;
    }
    let run = runs.iter().find(|run| run.bot == bot.id && run.by_itself)?;
    let mut fact = BotFact::new(bot, run.place.path.clone()).inactive("no-updates");
    let words = format!("{} runs here with a configuration that is not in the tree", bot.title);
    for target in &scene.targets {
        if bot.manager.iter().any(|manager| manager.ecosystem == target.ecosystem) {
            let why = Why::new(Reason::Remote, words.clone()).at(run.place.clone());
            fact.may_cover.push((target.ecosystem.to_owned(), target.directory.clone(), why));
        }
    }
    fact.problems.push(super::BotProblem::note(run.place.clone(), "no-file", words));
    Some(fact.into())
}
