//! Owns tox: its command line, which environments a call runs, and what they run. Refuses to know what the commands are.

mod environment;
mod ini;
mod interpreter;
mod names;
mod native;
mod replace;
mod source;

#[cfg(test)]
mod tests;

use std::cell::Cell;

use regex::RegexBuilder;

use self::replace::Context;
use self::source::Source;
use super::command_line::{self, CommandLine, Order};
use super::{Call, Next, Runner, Target, World};
use crate::answer::{Reason, Why};
use crate::catalog;
use crate::facts::hold::{Hold, HoldEffect};
use crate::facts::meter::EXPANDED_BYTE;
use crate::facts::shell::Word;
use crate::facts::spelling::whole_of;
use crate::text::Place;

/// Bytes of values read in one call of tox.
const BUDGET: usize = 4 * 1024 * 1024;

/// The tox runner.
pub(super) struct Tox;

impl Runner for Tox {
    fn name(&self) -> &'static str {
        "tox"
    }

    fn reads(&self, file_name: &str) -> bool {
        source::FILES.contains(&file_name)
    }

    fn expand(&self, call: &Call<'_>, world: &World<'_>) -> Option<Vec<Next>> {
        if crate::facts::matching::program_name(call.program()?) != "tox" {
            return None;
        }
        let own = &world.catalog.commands.tox;
        let given: Vec<Word> = in_full(&call.words[1..]).into_iter().filter(|word| !is_parallel(word)).collect();
        let mut line = command_line::read(&given, &own.value_flags, Order::Mixed);
        line.operands.retain(|word| !word.value.as_deref().is_some_and(is_parallel_value));
        let command = line.operands.first().and_then(|word| word.value.clone()).filter(|word| is_command(word));
        if command.is_some() {
            line.operands.remove(0);
        }
        if line.has(&own.idle_flags) || command.as_deref().is_some_and(|command| catalog::lists(&own.idle, command)) {
            return Some(Vec::new());
        }
        if matches!(command.as_deref(), Some("exec" | "e")) {
            return Some(line.tail.filter(|tail| !tail.is_empty()).map(|tail| Next::argv(call, tail)).into_iter().collect());
        }
        Some(run(call, &line, world))
    }
}

/// The words in front of `--` with every flag in full: tox's parser (argparse) takes the beginning of a long one.
fn in_full(words: &[Word]) -> Vec<Word> {
    let own = &catalog::commands().tox;
    let known = || [&own.value_flags, &own.idle_flags, &own.other_flags].into_iter().flatten().map(String::as_str);
    let end = words.iter().position(|word| word.value.as_deref() == Some("--")).unwrap_or(words.len());
    let whole = |word: &Word| {
        let text = word.value.as_deref().filter(|text| text.starts_with("--") && text.len() > 2)?;
        let (name, value) = text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value)));
        let full = known().all(|flag| flag != name).then(|| whole_of(name, known())).flatten()?;
        let value = value.map_or_else(|| full.to_owned(), |value| format!("{full}={value}"));
        Some(Word { value: Some(value), ..word.clone() })
    };
    let own = words[..end].iter().map(|word| whole(word).unwrap_or_else(|| word.clone()));
    own.chain(words[end..].iter().cloned()).collect()
}

fn is_command(word: &str) -> bool {
    let own = &catalog::commands().tox;
    catalog::lists(&own.running, word) || catalog::lists(&own.idle, word) || matches!(word, "exec" | "e")
}

/// `-p`, `-pauto`, `--parallel=4`: its value is optional, so it would swallow a sub-command.
fn is_parallel(word: &Word) -> bool {
    let value = word.value.as_deref().unwrap_or_default();
    value == "-o"
        || value.starts_with("--parallel")
        || value.strip_prefix("-p").is_some_and(|rest| rest.is_empty() || is_parallel_value(rest))
}

fn is_parallel_value(word: &str) -> bool {
    matches!(word, "auto" | "all") || (!word.is_empty() && word.bytes().all(|b| b.is_ascii_digit()))
}

fn opaque(call: &Call<'_>, why: Why) -> Vec<Next> {
    vec![Next { target: Target::Opaque(why), ..Next::argv(call, Vec::new()) }]
}

fn run(call: &Call<'_>, line: &CommandLine, world: &World<'_>) -> Vec<Next> {
    let named = line.last(&["-c", "--conf"]).and_then(|flag| flag.value.as_ref());
    if named.is_some_and(|word| word.value.is_none()) {
        return opaque(call, Why::new(Reason::Dynamic, "the name of tox's configuration is computed").at(call.place.clone()));
    }
    let named = named.and_then(|word| word.value.as_deref());
    let (source, mut root) = match source::find(call.workdir, named, world) {
        Ok(found) => found,
        Err(None) => return Vec::new(),
        Err(Some(why)) => return opaque(call, why),
    };
    if let Some(flag) = line.last(&["--root"]) {
        let value = flag.value.as_ref().and_then(|word| word.value.as_deref());
        root = value.map_or_else(|| call.workdir.unknown(), |directory| call.workdir.enter(directory));
    }
    let posargs = line.tail.clone().or_else(|| (!line.operands.is_empty()).then(|| line.operands.clone()));
    let allowed = world.meter.share(EXPANDED_BYTE, BUDGET);
    let skip = interpreter::of_line(call, line);
    let context = Context { root, env: call.env, world, posargs, skip, budget: Cell::new(allowed) };
    let reader = match &source {
        Source::Ini(ini) => Reader::Ini(ini::Reader { ini, context: &context }),
        Source::Toml(document, route) => match document.root().route(route) {
            Some(table) => Reader::Native(native::Reader { table, context: &context }),
            None => return Vec::new(),
        },
    };
    let Chosen { names, left, condition } = reader.chosen(call, line);
    // What maps the running interpreter to environments leaves none of them without.
    let mapped = reader.mapped().is_some_and(|mapped| mapped == names);
    let holds = overall(call, line);
    let environments = names.iter().map(|name| {
        let mut environment = reader.environment(name);
        let skipped = environment.skipped.take().filter(|_| !mapped);
        (skipped, environment.nexts(world.snapshot))
    });
    let mut nexts = interpreter::once(environments.collect());
    for next in &mut nexts {
        next.holds.splice(0..0, holds.iter().cloned());
        next.condition = next.condition.take().or_else(|| condition.clone());
    }
    for (name, by) in left {
        for next in reader.environment(&name).nexts(world.snapshot) {
            let here = next.hops.last().map(|hop| hop.place.clone());
            // An environment that runs the same lines is not left out.
            if !nexts.iter().any(|other| other.hops.last().map(|hop| hop.place.clone()) == here) {
                nexts.push(Next { target: next.target.left_out(by.clone()), ..next });
            }
        }
    }
    world.meter.spend((allowed - context.budget.get()) * EXPANDED_BYTE);
    if context.budget.get() == 0 {
        let place = Place::file(source::path_of(&source));
        nexts.extend(opaque(call, Why::new(Reason::Unsupported, "the tox configuration expands past its bound").at(place)));
    }
    nexts
}

/// What makes two steps the same for the tracer.
fn identity(next: &Next) -> String {
    let words = match &next.target {
        Target::Argv(words) => {
            words.iter().map(|word| word.value.as_deref().unwrap_or("\u{E000}")).collect::<Vec<_>>().join("\0")
        }
        _ => String::new(),
    };
    let place = next.hops.first().map(|hop| (hop.place.line, hop.place.column));
    format!("{words}\u{1}{place:?}{:?}{:?}{:?}{:?}", next.workdir.virtual_path(), next.env, next.holds, next.condition)
}

/// Holds that the command line puts on everything.
fn overall(call: &Call<'_>, line: &CommandLine) -> Vec<Hold> {
    let mut holds = Vec::new();
    for (names, why) in [
        (&["-n", "--notest"][..], "`--notest` installs and runs no command"),
        (&["-b", "--pkg-only", "--sdistonly"][..], "tox only builds the package and runs no command"),
    ] {
        holds.extend(line.last(names).map(|flag| Hold::new(HoldEffect::Void, flag.word.place.clone(), why)));
    }
    // `tox $ARGS`: it may be `--notest`, or anything.
    holds.extend(
        line.operands
            .iter()
            .find(|word| word.may_vanish())
            .map(|word| Hold::new(HoldEffect::Unknown(Reason::Dynamic), word.place.clone(), "an argument of tox is computed")),
    );
    let flag = line.last(&["-x", "--override"]).map(|flag| flag.word.place.clone());
    let variable = call.env.contains_key("TOX_OVERRIDE").then(|| call.place.clone());
    let overridden = flag
        .or(variable)
        .map(|place| Hold::new(HoldEffect::Unknown(Reason::Unsupported), place, "overrides of tox settings are not read"));
    holds.extend(overridden);
    holds
}

/// The environments of one call.
struct Chosen {
    names: Vec<String>,
    /// Those that are not run, and what keeps them out.
    left: Vec<(String, Hold)>,
    /// Set when it is not known which run.
    condition: Option<Why>,
}

/// Either kind of configuration.
enum Reader<'a> {
    Ini(ini::Reader<'a>),
    Native(native::Reader<'a>),
}

impl Reader<'_> {
    fn environment(&self, name: &str) -> environment::Environment {
        match self {
            Self::Ini(reader) => reader.environment(name),
            Self::Native(reader) => reader.environment(name),
        }
    }

    fn known(&self) -> Vec<String> {
        match self {
            Self::Ini(reader) => reader.known(),
            Self::Native(reader) => reader.known(),
        }
    }

    fn listed(&self) -> Vec<String> {
        let listed = match self {
            Self::Ini(reader) => reader.listed(),
            Self::Native(reader) => reader.listed(),
        };
        // Without a list tox runs the one environment `py`.
        if listed.is_empty() { vec!["py".to_owned()] } else { listed }
    }

    fn labelled(&self, label: &str) -> Vec<String> {
        match self {
            Self::Ini(reader) => reader.labelled(label),
            Self::Native(reader) => reader.labelled(label),
        }
    }

    fn mapped(&self) -> Option<Vec<String>> {
        match self {
            Self::Ini(reader) => reader.mapped(),
            Self::Native(reader) => reader.mapped(),
        }
    }

    /// Where the environments that run without a word are listed.
    fn list_place(&self) -> Option<Place> {
        match self {
            Self::Ini(reader) => reader.list_place(),
            Self::Native(reader) => reader.table.get("env_list").map(|list| list.place()),
        }
    }

    /// The environments a call runs.
    fn chosen(&self, call: &Call<'_>, line: &CommandLine) -> Chosen {
        let (mut names, condition) = self.selected(call, line);
        let mut left = Vec::new();
        let flag = line.last(&["--skip-env"]);
        let by_flag = flag.and_then(|flag| Some((flag.value.as_ref()?.value.clone()?, flag.word.place.clone())));
        let by_variable = || Some((call.env.get("TOX_SKIP_ENV").cloned().flatten()?, call.place.clone()));
        let skipped = by_flag.or_else(by_variable).filter(|(pattern, _)| !pattern.is_empty());
        if let Some((skipped, place)) = skipped.and_then(|(pattern, place)| {
            let skipped = RegexBuilder::new(&format!("^(?:{pattern})")).size_limit(64 * 1024).build().ok()?;
            Some((skipped, place))
        }) {
            let by = Hold::new(HoldEffect::Void, place, "the environment is skipped");
            left.extend(names.iter().filter(|name| skipped.is_match(name)).map(|name| (name.clone(), by.clone())));
            names.retain(|name| !skipped.is_match(name));
        }
        // Those that are asked for by name leave no others out.
        if let (Some(place), true) = (self.list_place(), names == self.listed()) {
            let by = Hold::new(HoldEffect::Void, place, "the list of environments does not name it");
            left.extend(self.known().into_iter().filter(|name| !names.contains(name)).map(|name| (name, by.clone())));
        }
        Chosen { names, left, condition }
    }

    fn selected(&self, call: &Call<'_>, line: &CommandLine) -> (Vec<String>, Option<Why>) {
        let computed = |place: &Place| Why::new(Reason::Dynamic, "which environments tox runs is computed").at(place.clone());
        let mut chosen = Vec::new();
        for flag in line.all(&["-e"]) {
            match flag.value.as_ref().map(|word| word.value.as_deref()) {
                Some(Some(text)) if text.eq_ignore_ascii_case("all") => chosen.extend(self.known()),
                Some(Some(text)) => chosen.extend(names::expand(text)),
                Some(None) => return (self.known(), Some(computed(&flag.word.place))),
                None => {}
            }
        }
        if line.has(&["-e"]) {
            return (chosen, None);
        }
        if let Some(word) = line.operands.iter().find(|word| word.may_vanish()) {
            return (self.known(), Some(computed(&word.place)));
        }
        match call.env.get("TOXENV") {
            Some(Some(text)) if text.eq_ignore_ascii_case("all") => return (self.known(), None),
            Some(Some(text)) if !text.trim().is_empty() => return (names::expand(text), None),
            Some(None) => return (self.known(), Some(computed(call.place))),
            _ => {}
        }
        for flag in line.all(&["-m", "-f"]) {
            let Some(text) = flag.value.as_ref().and_then(|word| word.value.as_deref()) else {
                return (self.known(), Some(computed(&flag.word.place)));
            };
            match flag.name.as_str() {
                "-m" => chosen.extend(text.split(',').flat_map(|label| self.labelled(label.trim()))),
                _ => chosen.extend(self.known().into_iter().filter(|name| names::has_factors(name, text))),
            }
        }
        if line.has(&["-m", "-f"]) {
            return (chosen, None);
        }
        (self.mapped().unwrap_or_else(|| self.listed()), None)
    }
}
