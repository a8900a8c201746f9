//! Owns `make`: which makefile, which targets, which recipes with what in their way. Refuses to run `$(shell …)`.

mod conditions;
mod evaluate;
pub(in crate::facts::runners) mod expand;
mod functions;
mod lines;
mod options;
mod plan;
mod recipe;
mod rules;
pub(in crate::facts::runners) mod shell_mode;
mod statements;
mod syntax;
#[cfg(test)]
mod tests;
mod wildcard;

use std::collections::HashMap;

use super::{Call, Next, Runner, Target, World};
use crate::answer::{Reason, Why};
use crate::facts::hold::{Hold, HoldEffect};
use crate::facts::meter::{EXPANDED_BYTE, Meter};
use crate::facts::workdir::Workdir;
use crate::snapshot::UnreadKind;
use crate::text::Place;
use evaluate::Evaluation;
use expand::{Origin, UNKNOWN, UNKNOWN_TEXT, Variable, Variables};
use options::Options;
use plan::{Plan, Way};

/// The makefiles that are looked for; the first one is taken.
pub(in crate::facts) const FILES: &[&str] = &["GNUmakefile", "makefile", "Makefile"];

/// GNU make.
pub(super) struct Make;

impl Runner for Make {
    fn name(&self) -> &'static str {
        "make"
    }

    fn reads(&self, file_name: &str) -> bool {
        FILES.contains(&file_name) || file_name.ends_with(".mk")
    }

    fn expand(&self, call: &Call<'_>, world: &World<'_>) -> Option<Vec<Next>> {
        if !matches!(call.program()?, "make" | "gmake") {
            return None;
        }
        let mut options = Options::default();
        let flags_of_env: Vec<(&str, String)> = ["GNUMAKEFLAGS", "MAKEFLAGS"]
            .iter()
            .filter_map(|name| Some((*name, call.env.get(name)?.clone().unwrap_or_else(|| UNKNOWN_TEXT.to_owned()))))
            .collect();
        for (_, value) in &flags_of_env {
            options.flags(value, call.place);
        }
        let mut given = Options::words(&call.words[1..]);
        given.variables.splice(0..0, std::mem::take(&mut options.variables));
        given.ignores = given.ignores.or(options.ignores);
        given.dry = given.dry.or(options.dry);
        given.unclear = given.unclear.or(options.unclear);
        given.old.extend(std::mem::take(&mut options.old));
        given.environment_wins |= options.environment_wins;
        if given.only_tells {
            return Some(Vec::new());
        }
        Some(run(call, world, given).unwrap_or_else(|why| {
            let mut next = Next::argv(call, Vec::new());
            next.target = Target::Opaque(why);
            vec![next]
        }))
    }
}

fn run(call: &Call<'_>, world: &World<'_>, mut options: Options) -> Result<Vec<Next>, Why> {
    let workdir = directory(call, &options)?;
    if world.meter.left() == 0 {
        return Err(Meter::why().at(call.place.clone()));
    }
    let mut evaluation = Evaluation::new(world.snapshot, &workdir, variables(call, world, &options, &workdir));
    if !read_files(call, world, &options, &mut evaluation, &workdir)? {
        return Ok(Vec::new());
    }
    for name in ["GNUMAKEFLAGS", "MAKEFLAGS"] {
        if let Some(place) = evaluation.places.get(name).cloned() {
            let value = evaluation.value(name);
            let kept: Vec<&str> = value.split_whitespace().filter(|word| !harmless(word)).collect();
            options.flags(&kept.join(" "), &place);
        }
    }
    let mut plan = Plan::new(&evaluation, &options, world.snapshot, &workdir);
    plan.env = environment(call, &evaluation, &options);
    plan.holds = holds(&options);
    // Makefiles that are read before the first one (GNU make manual, "The Variable MAKEFILES").
    if call.env.get("MAKEFILES").is_some_and(|value| value.as_deref() != Some("")) {
        let why = "`MAKEFILES` makes make read other files first, which are not read here";
        plan.holds.push(Hold::new(HoldEffect::Unknown(Reason::Unsupported), call.place.clone(), why));
    }
    // Make makes what it includes, and reads itself again.
    if let Some((name, place)) = evaluation.absent.iter().find(|(name, _)| evaluation.rules.names(name)) {
        let why = format!("`{name}`, which the makefile includes, is made by a rule");
        plan.holds.push(Hold::new(HoldEffect::Unknown(Reason::Dynamic), place.clone(), why));
    }
    for target in targets(&evaluation, &options) {
        let before = plan.out.len();
        let way = Way { condition: target.condition, ..Way::default() };
        plan.make(&target.name, &way);
        let missing = plan.out.len() == before && !evaluation.rules.names(&target.name);
        if let Some(why) = evaluation.incomplete.clone().filter(|_| missing) {
            let next = plan.next(Target::Opaque(why), &way, Vec::new());
            plan.out.push(next);
        }
    }
    let (burned, dry) = (evaluation.variables.burned(), evaluation.variables.is_dry());
    if !world.meter.spend(burned * EXPANDED_BYTE) || dry {
        let opaque = plan.next(Target::Opaque(Meter::why()), &Way::default(), Vec::new());
        plan.out.push(opaque);
    }
    Ok(plan.out)
}

/// Whether a computed word of `MAKEFLAGS` can only be about speed or output.
fn harmless(word: &str) -> bool {
    word.contains(UNKNOWN)
        && ["-j", "-l", "-O", "--jobs", "--load", "--max-load", "--output"].iter().any(|head| word.starts_with(head))
}

fn directory(call: &Call<'_>, options: &Options) -> Result<Workdir, Why> {
    let mut workdir = call.workdir.clone();
    for to in &options.directories {
        workdir = to.as_ref().map_or_else(|| workdir.unknown(), |to| workdir.enter(to));
    }
    if workdir.is_known() {
        return Ok(workdir);
    }
    Err(Why::new(Reason::Dynamic, "make runs in a directory that is computed").at(call.place.clone()))
}

/// Reads the makefiles; `false` when there are none.
fn read_files(
    call: &Call<'_>,
    world: &World<'_>,
    options: &Options,
    evaluation: &mut Evaluation<'_>,
    workdir: &Workdir,
) -> Result<bool, Why> {
    let computed = || Why::new(Reason::Dynamic, "the makefile's name is computed").at(call.place.clone());
    if let Some(place) = &options.evaluates {
        return Err(Why::new(Reason::Unsupported, "make is given rules on its command line").at(place.clone()));
    }
    let mut names: Vec<String> = Vec::new();
    for name in &options.files {
        names.push(name.clone().filter(|name| name != "-").ok_or_else(computed)?);
    }
    if names.is_empty() {
        let there = |name: &&str| workdir.resolve(name).is_some_and(|path| world.snapshot.entry(&path).is_some());
        names.extend(FILES.iter().copied().find(there).map(str::to_owned));
    }
    let mut any = false;
    for name in names {
        let Some(path) = workdir.resolve(&name) else { continue };
        match world.snapshot.read(&path) {
            Ok(file) => {
                any = true;
                evaluation.file(&file, 0);
            }
            Err(unread) if unread.kind == UnreadKind::Missing => {}
            Err(unread) => return Err(Why::new(unread.reason(), unread.why.clone()).at(Place::file(path))),
        }
    }
    Ok(any)
}

fn variables(call: &Call<'_>, world: &World<'_>, options: &Options, workdir: &Workdir) -> Variables {
    let mut variables = Variables::new(world.meter.share(EXPANDED_BYTE, world.snapshot.limits().file_bytes.saturating_mul(8)));
    variables.burn(call.env.weight());
    let mut set = |name: &str, text: &str, simple: bool, origin: Origin| {
        variables.set(name, Variable { text: text.to_owned(), simple, origin });
    };
    for (name, text) in [
        ("MAKE", "make"),
        ("RM", "rm -f"),
        ("CC", "cc"),
        ("CXX", "g++"),
        ("AR", "ar"),
        ("SHELL", "/bin/sh"),
        (".SHELLFLAGS", "-c"),
    ] {
        set(name, text, true, Origin::Default);
    }
    set("CURDIR", workdir.virtual_path().unwrap_or(UNKNOWN_TEXT), true, Origin::Default);
    let from_env = if options.environment_wins { Origin::EnvironmentOverride } else { Origin::Environment };
    for (name, value) in call.env {
        // Make takes neither its shell nor its flags from the environment like other variables.
        if !matches!(name.as_str(), "SHELL" | "MAKEFLAGS" | "GNUMAKEFLAGS") {
            set(name, value.as_deref().unwrap_or(UNKNOWN_TEXT), value.is_none(), from_env);
        }
    }
    for (name, value) in &options.variables {
        set(name, value.as_deref().unwrap_or(UNKNOWN_TEXT), value.is_none(), Origin::CommandLine);
    }
    variables
}

fn environment(call: &Call<'_>, evaluation: &Evaluation<'_>, options: &Options) -> crate::facts::pipeline::Env {
    let given: HashMap<String, Option<String>> = options.variables.iter().cloned().collect();
    let mut env = plan::exported(evaluation, &given, call.env);
    let flags = options.inherited();
    if !flags.is_empty() {
        env.insert("MAKEFLAGS".to_owned(), Some(flags));
    }
    env
}

fn holds(options: &Options) -> Vec<Hold> {
    let mut holds = Vec::new();
    if let Some(place) = &options.ignores {
        holds.push(Hold::new(HoldEffect::Soften, place.clone(), "`-i` drops the failure of every recipe").mended("delete `-i`"));
    }
    if let Some(place) = &options.unclear {
        holds.push(Hold::new(HoldEffect::Unknown(Reason::Dynamic), place.clone(), "an option of make is computed"));
    }
    holds
}

struct Goal {
    name: String,
    condition: Option<Why>,
}

fn targets(evaluation: &Evaluation<'_>, options: &Options) -> Vec<Goal> {
    let mut goals: Vec<Goal> = Vec::new();
    for target in options.targets.iter().flatten() {
        goals.push(Goal { name: target.clone(), condition: None });
    }
    if options.targets.is_empty() {
        let chosen = evaluation.value(".DEFAULT_GOAL");
        let default = Some(chosen).filter(|name| !name.is_empty()).or_else(|| evaluation.rules.default_goal.clone());
        goals.extend(default.map(|name| Goal { name, condition: None }));
    }
    let computed = options.targets.iter().any(Option::is_none) || goals.iter().any(|goal| goal.name.contains(UNKNOWN));
    if computed {
        let why = Why::new(Reason::Dynamic, "the target of make is computed");
        let mut all: Vec<&String> = evaluation.rules.targets().filter(|name| !name.starts_with('.')).collect();
        all.sort();
        goals.extend(all.into_iter().map(|name| Goal { name: name.clone(), condition: Some(why.clone()) }));
    }
    goals
}
