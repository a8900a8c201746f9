//! Owns docker compose: its command line, and which services' containers a call runs. Refuses to follow dependencies: their
//! status is not the call's.

mod project;
mod service;

#[cfg(test)]
mod tests;

use self::project::{Project, Service};
use self::service::Way;
use super::command_line::{self, CommandLine, Order};
use super::{Call, Next, Runner, Target, World, docker};
use crate::answer::{Reason, Why};
use crate::catalog;
use crate::facts::hold::{Hold, HoldEffect};
use crate::facts::matching::program_name;
use crate::facts::shell::Word;
use crate::facts::workdir::Workdir;
use crate::text::Place;

/// The stand-alone programs; `docker compose` comes through docker.
pub(super) struct Compose;

impl Runner for Compose {
    fn name(&self) -> &'static str {
        "compose"
    }

    fn reads(&self, file_name: &str) -> bool {
        project::NAMES.contains(&file_name)
    }

    fn expand(&self, call: &Call<'_>, world: &World<'_>) -> Option<Vec<Next>> {
        if !matches!(program_name(call.program()?), "docker-compose" | "podman-compose") {
            return None;
        }
        Some(expand(call, &call.words[1..], world))
    }
}

/// What a compose command line leads to; `words` stand behind `docker compose`.
pub(super) fn expand(call: &Call<'_>, words: &[Word], world: &World<'_>) -> Vec<Next> {
    docker::doubted(words, &catalog::commands().compose.value_flags, |global| commanded(call, global, world))
}

fn commanded(call: &Call<'_>, global: &CommandLine, world: &World<'_>) -> Vec<Next> {
    if global.has(&["--dry-run", "-h", "--help", "--version"]) {
        return Vec::new();
    }
    let Some((command, rest)) = global.operands.split_first() else { return Vec::new() };
    let command = command.value.as_deref().unwrap_or_default();
    if !matches!(command, "run" | "exec" | "up" | "build") {
        return Vec::new();
    }
    let project = match project(call, global, world) {
        Ok(project) => project,
        Err(why) => return vec![Next { target: Target::Opaque(why), ..Next::argv(call, Vec::new()) }],
    };
    match command {
        "run" | "exec" => docker::doubted(rest, &catalog::commands().compose_run.value_flags, |line| {
            enter(call, command == "exec", line, project.as_ref(), world)
        }),
        "up" => project.map_or_else(Vec::new, |project| up(call, rest, &project, world)),
        _ => project.map_or_else(Vec::new, |project| build(call, rest, &project, world)),
    }
}

fn project(call: &Call<'_>, global: &CommandLine, world: &World<'_>) -> Result<Option<Project>, Why> {
    let computed = |by: &str, place: &Place| {
        Why::new(Reason::Dynamic, format!("which compose files are read is computed: `{by}`")).at(place.clone())
    };
    let mut names = Vec::new();
    for flag in global.all(&["-f", "--file"]) {
        match flag.value.as_ref().and_then(|word| word.value.clone()) {
            Some(name) => names.push(name),
            None => return Err(computed(flag.value.as_ref().map_or("", |word| &word.raw), &flag.word.place)),
        }
    }
    if names.is_empty() {
        match call.env.get("COMPOSE_FILE") {
            Some(Some(text)) => names.extend(text.split([':', ';']).filter(|name| !name.is_empty()).map(str::to_owned)),
            Some(None) => return Err(computed("COMPOSE_FILE", call.place)),
            None => names.extend(named_in_env(call, world)),
        }
    }
    if !call.workdir.is_known() && !names.first().is_some_and(|name| name.starts_with('/')) {
        return Ok(None);
    }
    let home = global.last(&["--project-directory"]).and_then(|flag| flag.value.as_ref()?.value.as_deref());
    Project::open(call.workdir, &names, home, call.env, world)
}

/// `COMPOSE_FILE` in the `.env` of the project's directory (docker, "Pre-defined environment variables").
fn named_in_env(call: &Call<'_>, world: &World<'_>) -> Vec<String> {
    let file = call.workdir.resolve(".env").filter(|path| world.snapshot.is_file(path));
    let Some(file) = file.and_then(|path| world.snapshot.read(&path).ok()) else { return Vec::new() };
    let given = file.text.lines().filter_map(|line| line.trim().strip_prefix("COMPOSE_FILE=")).next_back();
    let names = given.unwrap_or_default().trim_matches(['"', '\'']).split([':', ';']).filter(|name| !name.is_empty());
    names.map(str::to_owned).collect()
}

/// `run SERVICE [CMD]`, `exec SERVICE CMD`.
fn enter(call: &Call<'_>, inside: bool, line: &CommandLine, project: Option<&Project>, world: &World<'_>) -> Vec<Next> {
    let Some((name, rest)) = line.operands.split_first() else { return Vec::new() };
    let given = (!rest.is_empty()).then(|| rest.to_vec());
    // The service is not known, or no file at hand tells of it: what is given runs somewhere.
    let somewhere = || {
        let workdir = Workdir::mounted("/", Vec::new()).unknown();
        given
            .clone()
            .map(|words| Next { workdir, holds: docker::detached(line).into_iter().collect(), ..Next::argv(call, words) })
            .into_iter()
            .collect()
    };
    let (Some(project), Some(name)) = (project, name.value.as_deref()) else { return somewhere() };
    let Some(service) = project.service(name) else { return Vec::new() };
    let entrypoint = line.last(&["--entrypoint"]).map(|flag| entry_words(flag.value.as_ref()));
    let mut nexts = Vec::new();
    if line.has(&["--build"]) {
        nexts.extend(built(call, &service, world));
    }
    let way = if inside { Way::Inside(rest.to_vec()) } else { Way::Fresh { entrypoint, command: given } };
    let next = service::next(&service, project, way, line, (call.workdir, call.env), world);
    nexts.extend(next.map(|mut next| {
        next.holds.extend(docker::detached(line));
        next
    }));
    nexts
}

/// `--entrypoint 'a b'` is split as a shell would; an empty one resets.
fn entry_words(word: Option<&Word>) -> Vec<Word> {
    let Some(word) = word else { return Vec::new() };
    match word.value.as_deref() {
        Some(text) if text.contains(char::is_whitespace) => {
            text.split_whitespace().map(|part| super::quoted::added(part, &word.place)).collect()
        }
        Some("") => Vec::new(),
        _ => vec![word.clone()],
    }
}

fn built(call: &Call<'_>, service: &Service<'_>, world: &World<'_>) -> Vec<Next> {
    service::request(service, world).map_or_else(Vec::new, |request| docker::built(call, &request, None, world))
}

/// `up`: its status is that of the service `--exit-code-from` names, and else tells nothing of a single one.
fn up(call: &Call<'_>, words: &[Word], project: &Project, world: &World<'_>) -> Vec<Next> {
    let line = command_line::read(words, &catalog::commands().compose_up.value_flags, Order::Mixed);
    let named = |word: &Word| word.value.as_deref().and_then(|name| project.service(name));
    let mut nexts = Vec::new();
    let chosen: Vec<Service<'_>> = match line.operands.is_empty() {
        true => project.names().iter().filter_map(|name| project.service(name)).collect(),
        false => line.operands.iter().filter_map(named).collect(),
    };
    if line.has(&["--build"]) {
        nexts.extend(chosen.iter().flat_map(|service| built(call, service, world)));
    }
    if line.has(&["--no-start"]) {
        return nexts;
    }
    let fresh = |service: &Service<'_>| {
        let way = Way::Fresh { entrypoint: None, command: None };
        service::next(service, project, way, &CommandLine::default(), (call.workdir, call.env), world)
    };
    if let Some(flag) = line.last(&["--exit-code-from"]) {
        nexts.extend(flag.value.as_ref().and_then(named).and_then(|service| fresh(&service)));
        return nexts;
    }
    let detached = docker::detached(&line).or_else(|| {
        let flag = line.last(&["--wait"])?;
        let why = "`--wait` looks at whether containers come up, not at how they end";
        Some(Hold::new(HoldEffect::Soften, flag.word.place.clone(), why))
    });
    let aborting = line.last(&["--abort-on-container-exit", "--abort-on-container-failure"]);
    let alone = detached.is_some();
    let hold = match aborting {
        _ if alone => detached,
        // With one service there is only one status to report.
        Some(_) if chosen.len() == 1 => None,
        Some(flag) => Some(Hold::new(
            HoldEffect::Unknown(Reason::Unsupported),
            flag.word.place.clone(),
            "the status is that of the container that stops first",
        )),
        None => Some(Hold::new(HoldEffect::Soften, call.place.clone(), "`up` does not report the status of its containers")),
    };
    for service in &chosen {
        nexts.extend(fresh(service).map(|mut next| {
            let from = match alone {
                true => format!("run the service with `docker compose run {}`, which hands its status on", service.name),
                false => format!("add `--exit-code-from {}` to the command", service.name),
            };
            next.holds.extend(hold.clone().map(|hold| hold.mended(from)));
            next
        }));
    }
    nexts
}

fn build(call: &Call<'_>, words: &[Word], project: &Project, world: &World<'_>) -> Vec<Next> {
    let line = command_line::read(words, &catalog::commands().compose_up.value_flags, Order::Mixed);
    if line.has(&["--print", "--check"]) {
        return Vec::new();
    }
    let names = match line.operands.is_empty() {
        true => project.names(),
        false => line.operands.iter().filter_map(|word| word.value.clone()).collect(),
    };
    names.iter().filter_map(|name| project.service(name)).flat_map(|service| built(call, &service, world)).collect()
}
