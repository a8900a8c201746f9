//! Owns what a service's container is: its image, mounts, directory, entry point and command. Refuses to choose the service.

use std::collections::BTreeMap;

use super::project::{Project, Service};
use crate::answer::Why;
use crate::doc::{Kind, Value};
use crate::facts::hold::Hop;
use crate::facts::pipeline::Env;
use crate::facts::runners::command_line::CommandLine;
use crate::facts::runners::docker::image::{self, Build, Image};
use crate::facts::runners::docker::{self, container};
use crate::facts::runners::env_file::{self, Lines};
use crate::facts::runners::{Next, Target, World, quoted};
use crate::facts::shell::Word;
use crate::facts::workdir::Workdir;
use crate::text::RepoPath;

/// The build a service names; `None` when it names none, or one that is not in the tree.
pub(super) fn request(service: &Service<'_>, world: &World<'_>) -> Option<Build> {
    if !service.is_built() {
        return None;
    }
    let (context, home) = match service.build("context") {
        Some((value, home)) => (service.interpolated(value.as_str()?)?, home),
        None => (".".to_owned(), service.get("build")?.1),
    };
    let place = home.enter(&context);
    let file = match service.build("dockerfile") {
        Some((value, _)) => place.resolve(&service.interpolated(value.as_str()?)?)?,
        None => place.resolve("Dockerfile")?,
    };
    if !world.snapshot.is_file(&file) {
        return None;
    }
    let target = service.build("target").and_then(|(value, _)| service.interpolated(value.as_str()?));
    let args = service.build("args").map_or_else(BTreeMap::new, |(args, _)| pairs(service, args));
    Some(Build { file, context: place.dir(), target, args, all_stages: false })
}

/// `NAME: value` or `- NAME=value`, interpolated; a name alone takes the caller's value, which is not known.
fn pairs(service: &Service<'_>, value: Value<'_>) -> BTreeMap<String, Option<String>> {
    let mapping = value
        .entries()
        .filter_map(|entry| Some((entry.name()?.to_owned(), entry.value.scalar().and_then(|text| service.interpolated(text)))));
    let list = value.items().filter_map(|item| item.as_str()).map(|text| match text.split_once('=') {
        Some((name, value)) => (name.to_owned(), service.interpolated(value)),
        None => (text.to_owned(), None),
    });
    mapping.chain(list).take(1_000).collect()
}

/// The image a service runs: built from the tree by itself, or by another service under the same name, or from elsewhere.
fn image_of(service: &Service<'_>, project: &Project, world: &World<'_>) -> Result<Image, Why> {
    let named = service.text("image");
    let made = request(service, world).or_else(|| {
        let named = named.as_ref().filter(|_| !service.is_built())?;
        let builders = project.names().into_iter().filter_map(|name| project.service(&name));
        builders
            .filter(|other| other.is_built() && other.text("image").as_ref() == Some(named))
            .find_map(|other| request(&other, world))
    });
    match made {
        Some(request) => Ok(image::build(&request, &Env::new(), world)?.map_or_else(Image::default, |(image, _)| image)),
        None => Ok(Image::elsewhere(named.unwrap_or_default())),
    }
}

/// A command or entry point: a text split into words, or a list. `Some` of nothing resets the image's own.
fn words(service: &Service<'_>, key: &str) -> Option<Vec<Word>> {
    let (value, _) = service.get(key)?;
    match value.kind() {
        Kind::Null => None,
        Kind::Sequence => Some(value.items().filter_map(|item| service.mapped(item)).map(|item| quoted::whole(&item)).collect()),
        _ => quoted::split(&service.mapped(value)?),
    }
}

/// How a container of a service is entered.
pub(super) enum Way {
    /// `run SERVICE [CMD]` and `up`: a new container, through its entry point.
    Fresh {
        /// `--entrypoint`.
        entrypoint: Option<Vec<Word>>,
        /// The command, when one is given.
        command: Option<Vec<Word>>,
    },
    /// `exec SERVICE CMD`: past its entry point.
    Inside(Vec<Word>),
}

/// What runs in a service's container.
pub(super) fn next(
    service: &Service<'_>,
    project: &Project,
    way: Way,
    line: &CommandLine,
    from: (&Workdir, &Env),
    world: &World<'_>,
) -> Option<Next> {
    let hops = vec![Hop::new(service.place.clone(), &format!("service {}:", service.name))];
    let (outer, caller_env) = from;
    let image = match image_of(service, project, world) {
        Ok(image) => image,
        Err(why) => {
            return Some(Next {
                target: Target::Opaque(why),
                hops,
                holds: Vec::new(),
                condition: None,
                workdir: outer.unknown(),
                env: Env::new(),
                packages: Vec::new(),
            });
        }
    };
    let mut mounts = image.mounts.clone();
    let mut bound_here = Vec::new();
    let mut volumes = Vec::new();
    for (volume, home) in service.all("volumes") {
        let bound = match volume.as_str() {
            Some(text) => service.interpolated(text).and_then(|text| {
                let bound = container::volume(&text, home);
                // What is no part of the tree may hide one.
                if bound.is_none() {
                    volumes.push((text, volume.place()));
                }
                bound
            }),
            None => long_volume(service, volume, home),
        };
        if let Some((at, tree)) = bound {
            bound_here.push((at.clone(), tree.clone()));
            docker::bind(&mut mounts, &at, tree);
        }
    }
    let memory = service.get("tmpfs").filter(|(value, _)| value.as_str().is_some());
    for (over, _) in memory.into_iter().chain(service.all("tmpfs")) {
        let text = over.as_str().and_then(|text| service.interpolated(text));
        volumes.extend(text.map(|text| (container::in_memory(&text), over.place())));
    }
    let directory = match service.text("working_dir") {
        Some(given) => Workdir::mounted(image.directory.as_deref().unwrap_or("/"), Vec::new())
            .enter(&given)
            .virtual_path()
            .map(str::to_owned),
        None => image.directory.clone(),
    };
    let workdir = container::mounted(line, mounts, directory.as_deref(), outer, world);
    let mut holds = {
        let of_line = container::mounted(line, bound_here.clone(), None, outer, world);
        docker::in_container(&image.holds, &image.mounts, of_line.mounts())
    };
    holds.extend(container::hidden(volumes.into_iter().chain(container::volumes(line, world)), &workdir, outer, world));
    let mut env = image.env.clone();
    files_of_variables(service, caller_env, &mut env, world);
    for (layer, _) in service.layers.iter().rev() {
        env.extend(
            crate::facts::runners::yaml_merge::field(*layer, "environment")
                .map_or_else(BTreeMap::new, |value| pairs(service, value)),
        );
    }
    container::variables(line, from, &mut env, world);
    let target = match way {
        Way::Inside(inside) => (!inside.is_empty()).then_some(Target::Argv(inside)),
        Way::Fresh { entrypoint, command } => {
            let entrypoint = entrypoint.or_else(|| words(service, "entrypoint"));
            let command = command.or_else(|| words(service, "command"));
            container::target(&image, entrypoint, command, &workdir, world)
        }
    }?;
    let mut image = image;
    image.brings(&bound_here);
    let target = target.built_by(&image.done);
    Some(Next { target, hops, holds, condition: None, workdir, env, packages: Vec::new() })
}

/// `env_file: x.env`, a list of them, or of `{ path: x.env, format: raw }`: what `environment` says comes after them.
fn files_of_variables(service: &Service<'_>, outer: &Env, env: &mut Env, world: &World<'_>) {
    let alone = service.get("env_file").filter(|(value, _)| value.as_str().is_some());
    for (file, home) in alone.into_iter().chain(service.all("env_file")) {
        let path = file.as_str().or_else(|| file.get("path")?.as_str());
        let raw = file.get("format").is_some_and(|format| format.as_str() == Some("raw"));
        let optional = file.get("required").is_some_and(|required| required.scalar() == Some("false"));
        let Some(name) = path.map(|path| service.interpolated(path).unwrap_or_default()) else { continue };
        let there = home.resolve(&name).is_some_and(|path| world.snapshot.is_file(&path));
        if there || !optional {
            env_file::add(env, &name, home, if raw { Lines::Plain } else { Lines::Quoted }, outer, world);
        }
    }
}

/// `{ type: bind, source: ., target: /app }`.
fn long_volume(service: &Service<'_>, volume: Value<'_>, home: &Workdir) -> Option<(String, RepoPath)> {
    let text = |key: &str| volume.get(key).and_then(|value| value.as_str()).and_then(|text| service.interpolated(text));
    if text("type").is_some_and(|kind| kind != "bind") {
        return None;
    }
    container::volume(&format!("{}:{}", text("source")?, text("target")?), home)
}
