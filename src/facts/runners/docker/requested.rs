//! Owns which build of the tree a command line or an action asks for. Refuses to follow it: `image` does.

use std::collections::BTreeMap;

use super::container;
use super::image::Build;
use crate::answer::{Reason, Why};
use crate::facts::pipeline::ActionCall;
use crate::facts::runners::command_line::CommandLine;
use crate::facts::runners::{Call, World};
use crate::facts::shell::UNKNOWN_CHAR;
use crate::facts::workdir::Workdir;

/// `NAME=value`, or `NAME` alone for a value of the caller's environment, which is not known.
fn argument(text: &str, known: bool) -> Option<(String, Option<String>)> {
    if text.is_empty() {
        return None;
    }
    Some(match text.split_once('=') {
        Some((name, value)) => (name.to_owned(), known.then(|| value.to_owned())),
        None => (text.to_owned(), None),
    })
}

/// The build of an action that builds images: `None` for another action, `Some(None)` when it builds nothing of this tree.
pub(super) fn action_request(action: &ActionCall, workdir: &Workdir, world: &World<'_>) -> Option<Option<Build>> {
    if !action.name.eq_ignore_ascii_case("docker/build-push-action") {
        return None;
    }
    let input = |name: &str| action.inputs.get(name).map(|input| input.value.clone());
    if input("call").flatten().is_some_and(|call| call != "build") {
        return Some(None);
    }
    // Without a context the action builds the commit itself, whose root is the tree's.
    let top = Workdir::workspace();
    let context = match input("context") {
        None => top.dir(),
        Some(Some(text)) if text.is_empty() => top.dir(),
        Some(text) => text.and_then(|text| workdir.resolve(&text)),
    };
    let file = match input("file") {
        Some(text) => text.and_then(|text| workdir.resolve(&text)),
        None => context.as_ref().and_then(|context| context.join("Dockerfile")),
    };
    let Some(file) = file.filter(|file| world.snapshot.is_file(file)) else { return Some(None) };
    let args = input("build-args").flatten().map(|text| text.lines().filter_map(|line| argument(line.trim(), true)).collect());
    let target = input("target").flatten().filter(|target| !target.contains(UNKNOWN_CHAR));
    Some(Some(Build { file, context, target, args: args.unwrap_or_default(), all_stages: false }))
}

/// The build that a command line asks for, and what it depends on; `None` for one that builds nothing of this tree.
pub(in crate::facts::runners) fn request(call: &Call<'_>, line: &CommandLine, world: &World<'_>) -> Option<(Build, Option<Why>)> {
    let idle = line.has(&["--check", "--print", "--help"])
        || line
            .last(&["--call"])
            .is_some_and(|flag| flag.value.as_ref().is_none_or(|word| word.value.as_deref() != Some("build")));
    if idle {
        return None;
    }
    let operand = line.operands.first().or_else(|| line.tail.as_ref()?.first())?;
    let remote = |text: &str| text == "-" || text.contains("://") || text.starts_with("git@");
    let context = match operand.value.as_deref() {
        Some(text) if remote(text) => return None,
        Some(text) => call.workdir.resolve(text),
        // `$PWD` and the like.
        None => container::volume(&format!("{}:/", operand.raw.replace(['"', '\''], "")), call.workdir).map(|(_, tree)| tree),
    };
    let file = match line.last(&["-f", "--file"]).and_then(|flag| flag.value.as_ref()) {
        Some(word) => word.value.as_deref().and_then(|name| call.workdir.resolve(name)),
        None => {
            let names = ["Dockerfile", "Containerfile"];
            names.iter().filter_map(|name| context.as_ref()?.join(name)).find(|path| world.snapshot.is_file(path))
        }
    };
    let file = file.filter(|file| world.snapshot.is_file(file))?;
    let target = line.last(&["--target"]).and_then(|flag| flag.value.as_ref());
    let condition = target
        .filter(|word| word.value.is_none())
        .map(|word| Why::new(Reason::Dynamic, "the stage to build is computed").at(word.place.clone()));
    let args: BTreeMap<String, Option<String>> = line
        .all(&["--build-arg"])
        .filter_map(|flag| flag.value.as_ref())
        .filter_map(|word| argument(word.value.as_deref().unwrap_or(&word.raw), word.value.is_some()))
        .collect();
    let old = call.env.get("DOCKER_BUILDKIT").is_some_and(|value| value.as_deref() == Some("0"));
    let target = target.and_then(|word| word.value.clone());
    Some((Build { file, context, target, args, all_stages: old || condition.is_some() }, condition))
}
