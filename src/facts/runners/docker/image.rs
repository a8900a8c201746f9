//! Owns what a Dockerfile's stages make of a build context: where the tree lies in the image, its directory, variables, entry
//! point, and what its `RUN` lines run. Refuses to read images from elsewhere.

use std::collections::{BTreeMap, BTreeSet};

use super::copying;
use super::instructions::{self, Instruction};
use super::variables::{self, Known};
use crate::answer::{Reason, Why};
use crate::facts::hold::{Hold, Hop};
use crate::facts::pipeline::{Env, SYSTEM_PATH};
use crate::facts::runners::{Next, Step, Target, World, quoted};
use crate::facts::shell::{Dialect, Interpreter, ShellMode, Word, shebang_mode, shell_named};
use crate::facts::workdir::Workdir;
use crate::text::{MappedText, Place, RepoPath};

/// What a build is given.
#[derive(Clone)]
pub(in crate::facts::runners) struct Build {
    /// The Dockerfile.
    pub file: RepoPath,
    /// The context's directory in the tree, when it is known and there.
    pub context: Option<RepoPath>,
    /// The stage to build; none: the last one.
    pub target: Option<String>,
    /// `--build-arg`; `None` for a value that is not known.
    pub args: Known,
    /// Every stage up to the target is built, needed or not (the builder before BuildKit).
    pub all_stages: bool,
}

/// An image as far as the tree tells.
#[derive(Clone, Default)]
pub(in crate::facts::runners) struct Image {
    /// The image outside of the tree that it starts from.
    pub base: Option<String>,
    /// Parts of the tree in it.
    pub mounts: Vec<(String, RepoPath)>,
    /// Its directory; `None` when it is computed or the base image's.
    pub directory: Option<String>,
    /// Its variables.
    pub env: Env,
    /// Its entry point; in shell form it takes no arguments.
    pub entrypoint: Vec<Word>,
    /// The entry point is in shell form.
    pub shell_entry: bool,
    /// Its command.
    pub command: Vec<Word>,
    /// What keeps files of the tree out of it.
    pub holds: Vec<Hold>,
    /// What its `RUN` lines do, and those of the stages that it starts from.
    pub done: Vec<Step>,
    shell: Option<Vec<String>>,
}

impl Image {
    /// An image that is not made from the tree.
    pub(in crate::facts::runners) fn elsewhere(name: String) -> Self {
        let env = Env::from([("PATH".to_owned(), Some(SYSTEM_PATH.to_owned()))]);
        Self { base: Some(name), env, ..Self::default() }
    }

    /// Parts of the tree are put in it, before anything else is.
    pub(in crate::facts::runners) fn brings(&mut self, mounts: &[(String, RepoPath)]) {
        let brought = copying::where_they_lay(&self.mounts, mounts);
        if !self.done.is_empty() && !brought.is_empty() {
            self.done.push(Step::Brings(brought));
        }
    }

    /// Where a command in it stands. With no file of the tree in it, it is outside of the tree wherever that is.
    pub(in crate::facts::runners) fn workdir(&self) -> Workdir {
        let mounted = Workdir::mounted(self.directory.as_deref().unwrap_or("/"), self.mounts.clone());
        if self.directory.is_some() || self.mounts.is_empty() { mounted } else { mounted.unknown() }
    }
}

struct Stage<'i> {
    name: Option<String>,
    base: String,
    instructions: &'i [Instruction],
}

/// Follows a build: the image it makes, and what its `RUN` lines run. `Err` when the Dockerfile cannot be read.
pub(in crate::facts::runners) fn build(build: &Build, env: &Env, world: &World<'_>) -> Result<Option<(Image, Vec<Next>)>, Why> {
    let file = match world.snapshot.read(&build.file) {
        Ok(file) => file,
        Err(unread) => {
            return Err(Why::new(unread.reason(), format!("the Dockerfile is not read: {}", unread.why))
                .at(Place::file(build.file.clone())));
        }
    };
    let all = instructions::read(&file);
    let mut outer: Known = BTreeMap::new();
    let first = all.iter().position(|one| one.keyword == "FROM").unwrap_or(all.len());
    for one in all[..first].iter().filter(|one| one.keyword == "ARG") {
        variables::argument(one, &build.args, &Known::new(), &mut outer);
    }
    let stages = stages(&all[first..], &outer);
    let Some(last) = wanted(&stages, build.target.as_deref()) else { return Ok(None) };
    let needed = if build.all_stages { (0..=last).collect() } else { needed(&stages, last) };
    let mut images: BTreeMap<usize, Image> = BTreeMap::new();
    let mut nexts = Vec::new();
    for at in needed {
        let image = stage(&stages, at, &images, build, &outer, env, world, &mut nexts);
        images.insert(at, image);
    }
    let ignored = build.context.as_ref().map(|context| {
        let sources = super::ignored::all_sources(context, &build.file, world);
        sources.into_iter().chain(super::ignored::files(context, &build.file, world))
    });
    for hold in ignored.into_iter().flatten() {
        nexts.iter_mut().for_each(|next| next.holds.push(hold.clone()));
        images.values_mut().for_each(|image| image.holds.push(hold.clone()));
    }
    Ok(images.remove(&last).map(|image| (image, nexts)))
}

fn stages<'i>(all: &'i [Instruction], outer: &Known) -> Vec<Stage<'i>> {
    let starts: Vec<usize> = all.iter().enumerate().filter(|(_, one)| one.keyword == "FROM").map(|(at, _)| at).collect();
    let mut stages = Vec::new();
    for (count, start) in starts.iter().enumerate() {
        let end = starts.get(count + 1).copied().unwrap_or(all.len());
        let (_, from) = all[*start].flags();
        let words: Vec<&str> = all[*start].rest.text()[from..].split_whitespace().collect();
        let base = words.first().and_then(|text| variables::expand(text, &|name| outer.get(name).cloned().flatten()));
        let named = words.len() >= 3 && words[1].eq_ignore_ascii_case("as");
        stages.push(Stage {
            name: named.then(|| words[2].to_ascii_lowercase()),
            base: base.unwrap_or_default(),
            instructions: &all[start + 1..end],
        });
    }
    stages
}

/// The index of the stage that a name or number means, among those before `end`.
fn stage_named(stages: &[Stage<'_>], name: &str, end: usize) -> Option<usize> {
    let before = &stages[..end.min(stages.len())];
    let named = before.iter().rposition(|stage| stage.name.as_deref() == Some(&name.to_ascii_lowercase()));
    named.or_else(|| name.parse::<usize>().ok().filter(|at| *at < before.len()))
}

fn wanted(stages: &[Stage<'_>], target: Option<&str>) -> Option<usize> {
    match target {
        Some(name) if !name.is_empty() => stage_named(stages, name, stages.len()),
        _ => stages.len().checked_sub(1),
    }
}

/// The stages that BuildKit builds for one of them: those it starts or copies from.
fn needed(stages: &[Stage<'_>], last: usize) -> BTreeSet<usize> {
    let mut needed = BTreeSet::new();
    let mut waiting = vec![last];
    while let Some(at) = waiting.pop() {
        if !needed.insert(at) {
            continue;
        }
        waiting
            .extend(stages[..at].iter().rposition(|stage| stage.name.as_deref() == Some(&stages[at].base.to_ascii_lowercase())));
        for one in stages[at].instructions {
            let (flags, _) = one.flags();
            let copied = flags.iter().filter(|(name, _)| *name == "from").map(|(_, value)| *value);
            let mounted =
                flags.iter().filter(|(name, _)| *name == "mount").filter_map(|(_, value)| copying::option(value, &["from"]));
            waiting.extend(copied.chain(mounted).filter_map(|name| stage_named(stages, name, at)));
        }
    }
    needed
}

#[expect(clippy::too_many_arguments, reason = "one stage needs the whole build")]
fn stage(
    stages: &[Stage<'_>],
    at: usize,
    images: &BTreeMap<usize, Image>,
    build: &Build,
    outer: &Known,
    env: &Env,
    world: &World<'_>,
    nexts: &mut Vec<Next>,
) -> Image {
    let stage = &stages[at];
    let from = stages[..at].iter().rposition(|one| one.name.as_deref() == Some(&stage.base.to_ascii_lowercase()));
    let mut image = match from.and_then(|from| images.get(&from)) {
        Some(image) => image.clone(),
        None => Image::elsewhere(stage.base.clone()),
    };
    let mut args: Known = BTreeMap::new();
    for one in stage.instructions {
        let known = |name: &str| image.env.get(name).or_else(|| args.get(name)).cloned().flatten();
        match one.keyword.as_str() {
            "ARG" => variables::argument(one, &build.args, outer, &mut args),
            "ENV" => image.env = variables::environment(one, &image.env, &args),
            "WORKDIR" => {
                let to = variables::expand(variables::unquoted(one.rest.text()), &known);
                image.directory = to.and_then(|to| {
                    Workdir::mounted(image.directory.as_deref().unwrap_or("/"), Vec::new())
                        .enter(&to)
                        .virtual_path()
                        .map(str::to_owned)
                });
            }
            "SHELL" => image.shell = one.exec_form(0),
            "ENTRYPOINT" => {
                image.shell_entry = one.exec_form(0).is_none();
                image.entrypoint = command_words(one, &image);
                // A new entry point forgets the command of the image it starts from.
                image.command.clear();
            }
            "CMD" => image.command = command_words(one, &image),
            "COPY" | "ADD" => {
                let source = one.flags().0.iter().find(|(name, _)| *name == "from").map(|(_, value)| *value);
                let from = source.and_then(|name| stage_named(stages, name, at)).and_then(|from| images.get(&from));
                let mounts = copying::copied(one, &image, source.is_some(), from, build.context.as_ref(), &known, world);
                // What is left out is not brought again.
                let partly = one.flags().0.iter().any(|(name, _)| *name == "exclude");
                if source.is_none() && !partly {
                    image.brings(&mounts);
                }
                copying::place(&mut image.mounts, mounts, world);
            }
            "RUN" => {
                let done = std::mem::take(&mut image.done);
                let mut inside = image.clone();
                image.done = done;
                let lookup = |name: &str| stage_named(stages, name, at).and_then(|from| images.get(&from));
                let mounts = copying::bound(one, &image, build.context.as_ref(), &lookup);
                copying::place(&mut inside.mounts, mounts, world);
                let mut variables = env.clone();
                variables.extend(args.clone());
                variables.extend(image.env.clone());
                let next = run(one, &inside, variables);
                image.done.extend(next.clone().map(|next| Step::Runs(Box::new(next))));
                nexts.extend(next);
            }
            _ => {}
        }
    }
    image
}

/// `ENTRYPOINT` and `CMD`: the words of the exec form, or the shell with the text.
fn command_words(one: &Instruction, image: &Image) -> Vec<Word> {
    let place = one.rest.place(0..one.rest.text().len());
    match one.exec_form(0) {
        Some(words) => words.iter().map(|word| quoted::added(word, &place)).collect(),
        None if one.rest.text().is_empty() => Vec::new(),
        None => {
            let shell = image.shell.clone().unwrap_or_else(|| vec!["/bin/sh".to_owned(), "-c".to_owned()]);
            shell.iter().map(|word| quoted::added(word, &place)).chain([quoted::whole(&one.rest)]).collect()
        }
    }
}

/// The options of the shell that reads shell forms; `None` when it is no shell that is read here.
fn shell_mode(shell: Option<&[String]>) -> Option<ShellMode> {
    let Some((program, flags)) = shell.and_then(|words| words.split_first()) else {
        return Some(ShellMode { errexit: false, pipefail: false, dialect: Dialect::Posix });
    };
    let mut mode = shell_named(program)?;
    let mut flags = flags.iter();
    while let Some(flag) = flags.next() {
        let Some(letters) = flag.strip_prefix('-') else { continue };
        mode.errexit |= letters.contains('e');
        if letters.contains('o') {
            match flags.next().map(String::as_str) {
                Some("pipefail") => mode.pipefail = true,
                Some("errexit") => mode.errexit = true,
                _ => {}
            }
        }
    }
    Some(mode)
}

fn run(one: &Instruction, image: &Image, env: Env) -> Option<Next> {
    let (_, from) = one.flags();
    let hop = Hop::new(one.place.clone(), &format!("RUN {}", &one.rest.text()[from..]));
    let next = |target| {
        Some(Next {
            target,
            hops: vec![hop.clone()],
            holds: Vec::new(),
            condition: None,
            workdir: image.workdir(),
            env: env.clone(),
            packages: Vec::new(),
        })
    };
    if let Some(words) = one.exec_form(from) {
        let place = one.rest.place(from..one.rest.text().len());
        return next(Target::Argv(words.iter().map(|word| quoted::added(word, &place)).collect()));
    }
    let mut text = one.rest.slice(from..one.rest.text().len());
    let mut mode = shell_mode(image.shell.as_deref());
    let alone = one.bodies.len() == 1 && text.text().split_whitespace().count() == 1;
    if alone {
        text = one.bodies[0].text.clone();
        match shebang_mode(text.text()) {
            Some(Interpreter::Shell(named)) => mode = Some(named),
            Some(Interpreter::Other(_) | Interpreter::Nothing) => return None,
            None => {}
        }
    } else {
        for body in &one.bodies {
            push_line(&mut text, &body.whole);
        }
    }
    match mode {
        Some(mode) => next(Target::Script { text, mode, args: None }),
        None => {
            next(Target::Opaque(Why::new(Reason::Unsupported, "`SHELL` names a shell that is not read").at(one.place.clone())))
        }
    }
}

fn push_line(text: &mut MappedText, line: &MappedText) {
    let end = text.span(text.text().len()..text.text().len());
    text.push_standing_for(end, "\n");
    text.push_part(line, 0..line.text().len());
}
