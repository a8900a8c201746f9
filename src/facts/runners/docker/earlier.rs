//! Owns images that a job builds from the tree and that it, or a job that needs it, runs later (`docker build -t app .`,
//! `docker run app CMD`). Refuses images that come from anywhere else.

use std::collections::BTreeMap;

use super::ignored::in_container;
use super::image::{self, Build};
use super::{action_request, command_words, container, detached, request};
use crate::answer::Why;
use crate::catalog;
use crate::facts::hold::Hold;
use crate::facts::matching::program_name;
use crate::facts::pipeline::{ActionCall, Env};
use crate::facts::runners::command_line::{self, Order};
use crate::facts::runners::{Call, Next, Target, World};
use crate::facts::shell::{UNKNOWN_CHAR, Word};
use crate::facts::workdir::Workdir;
use crate::text::Place;

/// Images that are remembered for one pipeline.
const MOST: usize = 64;

/// What the jobs of a pipeline have built so far, by name and tag.
#[derive(Default)]
pub(in crate::facts) struct Earlier(BTreeMap<String, (Build, Built)>);

/// Where an image was built, and what is in doubt there.
#[derive(Clone)]
pub(in crate::facts) struct Built {
    /// The job.
    pub job: usize,
    /// What holds the build.
    pub holds: Vec<Hold>,
    /// What it depends on.
    pub conditions: Vec<Why>,
}

impl Earlier {
    /// Another pipeline begins.
    pub(in crate::facts) fn forget(&mut self) {
        self.0.clear();
    }

    /// The last build under a name counts, also when it is not of this tree.
    fn take(&mut self, names: Vec<String>, build: impl Fn() -> Option<Build>, built: &Built) {
        for name in names {
            self.0.remove(&name);
            if let Some(build) = build().filter(|_| self.0.len() < MOST) {
                self.0.insert(name, (build, built.clone()));
            }
        }
    }
}

fn is_docker(call: &Call<'_>) -> bool {
    call.program().is_some_and(|program| matches!(program_name(program), "docker" | "podman" | "nerdctl"))
}

/// `app` is `app:latest`.
fn whole_name(name: &str) -> String {
    let last = name.rsplit('/').next().unwrap_or(name);
    if last.contains(':') { name.to_owned() } else { format!("{name}:latest") }
}

/// An image's name; one that is computed from what is the same in all jobs of a run is known by how it is written.
fn name_of(word: &Word, world: &World<'_>) -> Option<String> {
    match &word.value {
        Some(value) => Some(whole_name(value)),
        None => written(&word.place, world),
    }
}

/// What stands at a place, if every expression and variable in it is the same all over a run.
fn written(place: &Place, world: &World<'_>) -> Option<String> {
    let file = world.snapshot.read(&place.path).ok().filter(|_| place.line == place.end_line)?;
    let line = Some(file.line_text(place.line)).filter(|line| line.len() <= 4096)?.chars();
    let text: String = line.skip(place.column.checked_sub(1)?).take(place.end_column.saturating_sub(place.column)).collect();
    let text = text.trim().replace(['"', '\'', ' '], "");
    let known = |name: &str| {
        ["sha", "run_id", "run_number", "run_attempt", "ref_name", "head_ref", "repository", "repository_owner", "actor"]
            .contains(&name.to_ascii_lowercase().as_str())
    };
    let mut rest = text.as_str();
    while let Some(at) = rest.find('$') {
        let behind = &rest[at + 1..];
        let (name, after) = match behind.strip_prefix("{{").and_then(|inner| inner.split_once("}}")) {
            Some((inner, after)) => (inner.strip_prefix("github.")?, after),
            None => {
                let plain = behind.trim_start_matches('{').strip_prefix("GITHUB_")?;
                plain.split_at(plain.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(plain.len()))
            }
        };
        if !known(name) {
            return None;
        }
        rest = after;
    }
    (!text.is_empty() && !text.contains(['`', UNKNOWN_CHAR])).then(|| whole_name(&text))
}

/// Remembers the images that the command gives a name to.
pub(in crate::facts) fn tagged(call: &Call<'_>, world: &World<'_>, earlier: &mut Earlier, built: &dyn Fn() -> Built) {
    if !is_docker(call) {
        return;
    }
    let words = command_words(call);
    let Some((command, rest)) = words.split_first() else { return };
    if !matches!(command.value.as_deref(), Some("build" | "b")) {
        return;
    }
    let line = command_line::read(rest, &catalog::commands().docker_build.value_flags, Order::Mixed);
    let names = line.all(&["-t", "--tag"]).filter_map(|flag| name_of(flag.value.as_ref()?, world)).collect();
    earlier.take(names, || request(call, &line, world).filter(|(_, open)| open.is_none()).map(|(build, _)| build), &built());
}

/// Remembers the images that an action gives a name to.
pub(in crate::facts) fn pushed(
    action: &ActionCall,
    workdir: &Workdir,
    world: &World<'_>,
    earlier: &mut Earlier,
    built: &dyn Fn() -> Built,
) {
    let (Some(request), Some(tags)) = (action_request(action, workdir, world), action.inputs.get("tags")) else { return };
    let mut names = Vec::new();
    let mut from = 0;
    for line in tags.text.text().split_inclusive(['\n', ',']) {
        let start = from + (line.len() - line.trim_start().len());
        let name = line.trim().trim_end_matches(',').trim_end();
        from += line.len();
        if name.contains(UNKNOWN_CHAR) {
            names.extend(written(&tags.text.place(start..start + name.len()), world));
        } else if !name.is_empty() {
            names.push(whole_name(name));
        }
    }
    names.truncate(MOST);
    earlier.take(names, || request.clone(), &built());
}

/// `docker run IMAGE …` of an image that the job has built: its entry point, its directory, its part of the tree.
pub(in crate::facts) fn run_earlier(call: &Call<'_>, world: &World<'_>, earlier: &Earlier) -> Option<(Vec<Next>, Built)> {
    if earlier.0.is_empty() || !is_docker(call) {
        return None;
    }
    let words = command_words(call);
    let (command, rest) = words.split_first()?;
    if command.value.as_deref() != Some("run") {
        return None;
    }
    let line = command_line::read(rest, &catalog::commands().docker_run.value_flags, Order::Leading);
    let (name, rest) = line.operands.split_first()?;
    let (build, built) = earlier.0.get(&name_of(name, world)?)?;
    let built = built.clone();
    let image = match image::build(build, &Env::new(), world) {
        Ok(found) => found?.0,
        Err(why) => return Some((vec![Next { target: Target::Opaque(why), ..Next::argv(call, Vec::new()) }], built)),
    };
    let workdir = container::mounted(&line, image.mounts.clone(), image.directory.as_deref(), call.workdir, world);
    let mut env = image.env.clone();
    container::variables(&line, (call.workdir, call.env), &mut env, world);
    let entrypoint = line.last(&["--entrypoint"]).and_then(|flag| flag.value.clone());
    let entrypoint = entrypoint.map(|word| if word.value.as_deref() == Some("") { Vec::new() } else { vec![word] });
    let given = (!rest.is_empty()).then(|| rest.to_vec());
    let Some(target) = container::target(&image, entrypoint, given, &workdir, world) else { return Some((Vec::new(), built)) };
    let hidden = container::hidden(container::volumes(&line, world), &workdir, call.workdir, world);
    let bound = container::mounted(&line, Vec::new(), None, call.workdir, world);
    let kept = in_container(&image.holds, &image.mounts, bound.mounts());
    let holds = detached(&line).into_iter().chain(kept).chain(hidden).collect();
    let mut image = image;
    image.brings(bound.mounts());
    let target = target.built_by(&image.done);
    Some((vec![Next { target, hops: Vec::new(), holds, condition: None, workdir, env, packages: Vec::new() }], built))
}
