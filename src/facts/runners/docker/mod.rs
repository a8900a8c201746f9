//! Owns docker, podman and nerdctl: containers run and entered, images built. Refuses to read images from elsewhere.

pub(super) mod container;
mod copying;
mod earlier;
mod elsewhere;
mod ignored;
pub(super) mod image;
pub(in crate::facts) mod instructions;
mod requested;
pub(super) mod variables;

#[cfg(test)]
mod tests;

pub(super) use copying::bind;
pub(in crate::facts) use earlier::{Built, Earlier, pushed, run_earlier, tagged};
pub(super) use elsewhere::MayBuild;
pub(super) use ignored::{Kept, in_container};

use self::image::{Build, Image};
use self::requested::action_request;
pub(super) use self::requested::request;
use super::command_line::{self, CommandLine, Order};
use super::{Call, Next, Runner, Target, World, compose};
use crate::answer::{Reason, Why};
use crate::catalog;
use crate::facts::hold::{Hold, HoldEffect, Remedy};
use crate::facts::matching::program_name;
use crate::facts::pipeline::{ActionCall, Env};
use crate::facts::shell::Word;
use crate::facts::workdir::Workdir;

/// The docker runner.
pub(super) struct Docker;

impl Runner for Docker {
    fn name(&self) -> &'static str {
        "docker"
    }

    fn expand(&self, call: &Call<'_>, world: &World<'_>) -> Option<Vec<Next>> {
        if !matches!(program_name(call.program()?), "docker" | "podman" | "nerdctl" | "buildah") {
            return None;
        }
        let words = command_words(call);
        let Some((command, rest)) = words.split_first() else { return Some(Vec::new()) };
        Some(match command.value.as_deref() {
            Some("run") => doubted(rest, &catalog::commands().docker_run.value_flags, |line| run(call, line, world)),
            Some("exec") => doubted(rest, &catalog::commands().docker_exec.value_flags, |line| exec(call, line, world)),
            Some("build" | "b" | "bud") => build(call, rest, world),
            Some("compose") => compose::expand(call, rest, world),
            _ => Vec::new(),
        })
    }

    fn expand_action(&self, action: &ActionCall, workdir: &Workdir, env: &Env, world: &World<'_>) -> Option<Vec<Next>> {
        let request = action_request(action, workdir, world)?;
        let Some(request) = request else { return Some(Vec::new()) };
        let call = Call { words: &[], env, workdir, place: &action.place };
        Some(built(&call, &request, None, world))
    }
}

/// The sub-command and what stands behind it: global flags and groups (`docker image build`) are taken off.
fn command_words(call: &Call<'_>) -> Vec<Word> {
    let words = command_line::read(&call.words[1..], &catalog::commands().docker.value_flags, Order::Leading).operands;
    let grouped = |word: &Word| matches!(word.value.as_deref(), Some("container" | "image" | "buildx" | "builder"));
    if words.first().is_some_and(grouped) {
        return command_line::read(&words[1..], &["--builder"], Order::Leading).operands;
    }
    words
}

/// A container that is left alone loses its status.
pub(super) fn detached(line: &CommandLine) -> Option<Hold> {
    let flag = line
        .last(&["-d", "--detach"])
        .filter(|flag| flag.value.as_ref().is_none_or(|value| value.value.as_deref() != Some("false")))?;
    Some(
        Hold::new(HoldEffect::Soften, flag.word.place.clone(), "a detached container does not report its status")
            .undone(Remedy::Drop(flag.word.raw.clone())),
    )
}

/// What every reading of a command line leads to (`docker run $TTY IMAGE CMD`).
pub(super) fn doubted<I: IntoIterator<Item = Next>>(
    words: &[Word],
    takes_value: &[String],
    follow: impl Fn(&CommandLine) -> I,
) -> Vec<Next> {
    let readings = command_line::readings(words, takes_value);
    let nexts = readings.iter().flat_map(|(line, open)| {
        let why = open.as_ref().map(|word| Why::new(Reason::Dynamic, "an option is computed").at(word.place.clone()));
        follow(line).into_iter().map(move |next| Next { condition: next.condition.clone().or_else(|| why.clone()), ..next })
    });
    nexts.collect()
}

fn run(call: &Call<'_>, line: &CommandLine, world: &World<'_>) -> Option<Next> {
    let (image, rest) = line.operands.split_first()?;
    let mut workdir = container::mounted(line, Vec::new(), None, call.workdir, world).in_image(false);
    if !workdir.is_known() && elsewhere::is_apart(image, &workdir, world) {
        workdir = workdir.apart();
    }
    let mut env = Env::new();
    container::variables(line, (call.workdir, call.env), &mut env, world);
    // An image that is computed or was built before is not known: its words are taken as what runs.
    let base = Image::elsewhere(image.value.clone().unwrap_or_default());
    let entrypoint = line.last(&["--entrypoint"]).and_then(|flag| flag.value.clone());
    let entrypoint = entrypoint.map(|word| if word.value.as_deref() == Some("") { Vec::new() } else { vec![word] });
    let target = container::target(&base, entrypoint, Some(rest.to_vec()), &workdir, world)?;
    let hidden = container::hidden(container::volumes(line, world), &workdir, call.workdir, world);
    let holds = detached(line).into_iter().chain(hidden).collect();
    Some(Next { target, hops: Vec::new(), holds, condition: None, workdir, env, packages: Vec::new() })
}

/// `exec CONTAINER CMD`: which image runs there is not known, so neither is where the tree lies in it.
fn exec(call: &Call<'_>, line: &CommandLine, world: &World<'_>) -> Option<Next> {
    let rest = line.operands.get(1..).filter(|rest| !rest.is_empty())?;
    let mut env = Env::new();
    container::variables(line, (call.workdir, call.env), &mut env, world);
    let workdir = Workdir::mounted("/", Vec::new()).unknown().in_image(false);
    let holds = detached(line).into_iter().collect();
    Some(Next {
        target: Target::Argv(rest.to_vec()),
        hops: Vec::new(),
        holds,
        condition: None,
        workdir,
        env,
        packages: Vec::new(),
    })
}

fn build(call: &Call<'_>, words: &[Word], world: &World<'_>) -> Vec<Next> {
    request(call, &command_line::read(words, &catalog::commands().docker_build.value_flags, Order::Mixed), world)
        .map_or_else(Vec::new, |(request, condition)| built(call, &request, condition, world))
}

/// What a build runs.
pub(super) fn built(call: &Call<'_>, request: &Build, condition: Option<Why>, world: &World<'_>) -> Vec<Next> {
    match image::build(request, &Env::new(), world) {
        Ok(None) => Vec::new(),
        Ok(Some((_, nexts))) => {
            nexts.into_iter().map(|next| Next { condition: next.condition.or_else(|| condition.clone()), ..next }).collect()
        }
        Err(why) => vec![Next { target: Target::Opaque(why), ..Next::argv(call, Vec::new()) }],
    }
}
