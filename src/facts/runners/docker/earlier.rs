//! Owns images that a job builds from the tree and runs later (`docker build -t app .`, `docker run app CMD`). Refuses images that
//! come from anywhere else.

use std::collections::BTreeMap;

use super::image::{self, Build};
use super::{BUILD, RUN, command_words, container, detached, request};
use crate::facts::matching::program_name;
use crate::facts::pipeline::Env;
use crate::facts::runners::command_line::{self, Order};
use crate::facts::runners::{Call, Next, Target, World};

/// Images that are remembered for one job.
const MOST: usize = 32;

/// What a job has built so far, by name and tag.
#[derive(Default)]
pub(in crate::facts) struct Earlier(BTreeMap<String, Build>);

impl Earlier {
    /// Another job begins.
    pub(in crate::facts) fn forget(&mut self) {
        self.0.clear();
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

/// Remembers the images that the command gives a name to.
pub(in crate::facts) fn tagged(call: &Call<'_>, world: &World<'_>, earlier: &mut Earlier) {
    if !is_docker(call) {
        return;
    }
    let words = command_words(call);
    let Some((command, rest)) = words.split_first() else { return };
    if !matches!(command.value.as_deref(), Some("build" | "b")) {
        return;
    }
    let line = command_line::read(rest, BUILD, Order::Mixed);
    let names: Vec<String> =
        line.all(&["-t", "--tag"]).filter_map(|flag| flag.value.as_ref()?.value.as_deref().map(whole_name)).collect();
    for name in names {
        // The last build under a name counts, also when it is not of this tree.
        earlier.0.remove(&name);
        if let Some((build, None)) = request(call, &line, world)
            && earlier.0.len() < MOST
        {
            earlier.0.insert(name, build);
        }
    }
}

/// `docker run IMAGE …` of an image that the job has built: its entry point, its directory, its part of the tree.
pub(in crate::facts) fn run_earlier(call: &Call<'_>, world: &World<'_>, earlier: &Earlier) -> Option<Vec<Next>> {
    if earlier.0.is_empty() || !is_docker(call) {
        return None;
    }
    let words = command_words(call);
    let (command, rest) = words.split_first()?;
    if command.value.as_deref() != Some("run") {
        return None;
    }
    let line = command_line::read(rest, RUN, Order::Leading);
    let (name, rest) = line.operands.split_first()?;
    let build = earlier.0.get(&whole_name(name.value.as_deref()?))?;
    let image = match image::build(build, &Env::new(), world) {
        Ok(found) => found?.0,
        Err(why) => return Some(vec![Next { target: Target::Opaque(why), ..Next::argv(call, Vec::new()) }]),
    };
    let workdir = container::mounted(&line, image.mounts.clone(), image.directory.as_deref(), call.workdir, world);
    let mut env = image.env.clone();
    container::variables(&line, call.env, &mut env);
    let entrypoint = line.last(&["--entrypoint"]).and_then(|flag| flag.value.clone());
    let entrypoint = entrypoint.map(|word| if word.value.as_deref() == Some("") { Vec::new() } else { vec![word] });
    let given = (!rest.is_empty()).then(|| rest.to_vec());
    let Some(target) = container::target(&image, entrypoint, given, &workdir, world) else { return Some(Vec::new()) };
    let holds = detached(&line).into_iter().collect();
    Some(vec![Next { target, hops: Vec::new(), holds, condition: None, workdir, env }])
}
