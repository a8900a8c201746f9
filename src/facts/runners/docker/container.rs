//! Owns what a container runs: its entry point and command put together, bind mounts, the host directory a mount names.
//! Refuses to know where the image came from.

use super::copying;
use super::image::Image;
use crate::answer::Reason;
use crate::catalog::{self, Catalog};
use crate::facts::hold::{Hold, HoldEffect};
use crate::facts::matching::program_name;
use crate::facts::pipeline::Env;
use crate::facts::runners::command_line::CommandLine;
use crate::facts::runners::env_file::{self, Lines};
use crate::facts::runners::{Target, World};
use crate::facts::shell::{Word, shell_named};
use crate::facts::workdir::Workdir;
use crate::text::{Place, RepoPath};

/// The command line without the programs that only start it.
fn without_init(mut words: &[Word]) -> &[Word] {
    for _ in 0..4 {
        let Some(program) = words.first().and_then(|word| word.value.as_deref()) else { return words };
        let name = program_name(program);
        let starter = Catalog::builtin().programs.starter.iter().find(|row| catalog::lists(&row.names, name));
        let Some(starter) = starter.filter(|row| words.len() > row.operands + usize::from(row.operands > 0)) else {
            return words;
        };
        words = &words[1 + starter.operands..];
        if starter.operands > 0 {
            continue;
        }
        while let Some(flag) = words.first().and_then(|word| word.value.as_deref()).filter(|value| value.starts_with('-')) {
            words = &words[1 + usize::from(catalog::lists(&starter.value_flags, flag)).min(words.len() - 1)..];
            if flag == "--" {
                break;
            }
        }
    }
    words
}

/// Whether an entry point is a script that is not in the tree, so that what it does with its arguments is not seen: taken as
/// running them.
fn is_foreign_script(entry: &[Word], workdir: &Workdir, world: &World<'_>) -> bool {
    let Some(program) = entry.first().and_then(|word| word.value.as_deref()) else { return false };
    let (script, is_shell) = match shell_named(program) {
        Some(_) => (entry.get(1).and_then(|word| word.value.as_deref()).filter(|value| !value.starts_with('-')), true),
        None => (Some(program), false),
    };
    let Some(script) = script else { return false };
    let named = is_shell || script.ends_with(".sh") || program_name(script).contains("entrypoint");
    named && !workdir.resolve(script).is_some_and(|path| world.snapshot.is_file(&path))
}

/// What a container runs. `entrypoint` is the one given at the call or in the compose file (`Some` of nothing resets it),
/// `words` the command given there.
pub(in crate::facts::runners) fn target(
    image: &Image,
    entrypoint: Option<Vec<Word>>,
    words: Option<Vec<Word>>,
    workdir: &Workdir,
    world: &World<'_>,
) -> Option<Target> {
    let overridden = entrypoint.is_some();
    let shell_entry = !overridden && image.shell_entry;
    let entry = entrypoint.unwrap_or_else(|| image.entrypoint.clone());
    // An entry point given from outside forgets the image's own command.
    let words = words.unwrap_or_else(|| if overridden { Vec::new() } else { image.command.clone() });
    if entry.is_empty() && !overridden {
        // The entry point of an image from elsewhere is not known here; the catalogue may know it.
        return match &image.base {
            Some(base) => Some(Target::Image { image: base.clone(), argv: without_init(&words).to_vec() }),
            None => (!words.is_empty()).then(|| Target::Argv(without_init(&words).to_vec())),
        };
    }
    if shell_entry {
        return Some(Target::Argv(entry));
    }
    let entry = without_init(&entry);
    let entry = if is_foreign_script(entry, workdir, world) { &[] } else { entry };
    let all: Vec<Word> = entry.iter().chain(&words).cloned().collect();
    let all = without_init(&all).to_vec();
    (!all.is_empty()).then_some(Target::Argv(all))
}

/// How the workspace's own directory is spelled where a shell or the CI system fills it in.
const HERE: &[&str] = &["$PWD", "${PWD}", "$(pwd)", "`pwd`", "%cd%", "$(PWD)", "$CURDIR", "$(CURDIR)"];
const TOP: &[&str] = &[
    "$GITHUB_WORKSPACE",
    "${GITHUB_WORKSPACE}",
    "${{ github.workspace }}",
    "${{github.workspace}}",
    "$CI_PROJECT_DIR",
    "${CI_PROJECT_DIR}",
    "$BUILDKITE_BUILD_CHECKOUT_PATH",
    "${BUILDKITE_BUILD_CHECKOUT_PATH}",
    "$BUILD_SOURCESDIRECTORY",
    "$(Build.SourcesDirectory)",
    "$TRAVIS_BUILD_DIR",
    "${TRAVIS_BUILD_DIR}",
    "$(git rev-parse --show-toplevel)",
    "$WORKSPACE",
    "${WORKSPACE}",
];

/// The part of the tree a host path names; only a path is bound, a bare name is a volume.
fn host_path(text: &str, workdir: &Workdir) -> Option<RepoPath> {
    for (heads, from) in [(HERE, workdir.clone()), (TOP, workdir.enter(crate::facts::workdir::WORKSPACE))] {
        if let Some(rest) =
            heads.iter().find_map(|head| text.strip_prefix(head)).filter(|rest| rest.is_empty() || rest.starts_with('/'))
        {
            return from.resolve(&format!("./{rest}"));
        }
    }
    (text.starts_with(['/', '.'])).then(|| workdir.resolve(text)).flatten()
}

/// A word's text, with what an expression stands for when its source line says so.
fn spelled(word: &Word, world: &World<'_>) -> String {
    if let Some(value) = &word.value {
        return value.clone();
    }
    let raw = word.raw.replace(['"', '\''], "");
    if !raw.starts_with(crate::facts::shell::UNKNOWN_CHAR) {
        return raw;
    }
    let line = world.snapshot.read(&word.place.path).map(|file| file.line_text(word.place.line).to_owned()).unwrap_or_default();
    if line.contains("github.workspace") {
        raw.replacen(crate::facts::shell::UNKNOWN_CHAR, "${{ github.workspace }}", 1)
    } else {
        raw
    }
}

/// A bind mount of the tree as `-v` spells it: (directory in the container, directory in the tree).
pub(in crate::facts::runners) fn volume(text: &str, workdir: &Workdir) -> Option<(String, RepoPath)> {
    let (source, target) = parted(text)?;
    Some((target.to_owned(), host_path(source, workdir)?))
}

/// Host and container side of a volume.
fn parted(text: &str) -> Option<(&str, &str)> {
    // A colon inside `${…}` or `$(…)` does not divide.
    let mut depth = 0usize;
    let at = text.char_indices().find(|(_, c)| {
        match c {
            '{' | '(' => depth += 1,
            '}' | ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        *c == ':' && depth == 0
    });
    let (source, rest) = text.split_at(at?.0);
    Some((source, rest[1..].split(':').next().filter(|target| target.starts_with('/'))?))
}

/// What is mounted over a part of the tree that lies in the container, and is none of it: what is looked at there is not known.
pub(in crate::facts::runners) fn hidden<'t>(
    volumes: impl Iterator<Item = (String, Place)> + 't,
    inside: &Workdir,
    from: &Workdir,
    world: &World<'_>,
) -> Option<Hold> {
    for (text, place) in volumes {
        let (source, target) = match parted(&text) {
            Some((source, target)) => (source, target),
            None if text.contains("target=") || text.contains("dst=") || text.contains("destination=") => {
                let Some(target) = copying::option(&text, &["target", "dst", "destination"]) else { continue };
                (copying::option(&text, &["source", "src"]).unwrap_or(""), target)
            }
            None => continue,
        };
        let over = inside.resolve(target).filter(|path| world.snapshot.is_dir(path) || world.snapshot.is_file(path));
        if let Some(over) = over.filter(|_| host_path(source, from).is_none()) {
            let shown = if over.is_root() { "the tree".to_owned() } else { format!("`{over}`") };
            let why = format!("something that is no part of the tree is mounted over {shown}");
            return Some(Hold::new(HoldEffect::Unknown(Reason::Unsupported), place, why));
        }
    }
    None
}

/// What an empty file system at a place is as a volume: `--tmpfs /a:size=1m`.
pub(in crate::facts::runners) fn in_memory(text: &str) -> String {
    format!("tmpfs:{}", text.split(':').next().unwrap_or(text))
}

/// The volumes of a command line, and where each stands.
pub(in crate::facts::runners) fn volumes<'l>(
    line: &'l CommandLine,
    world: &'l World<'_>,
) -> impl Iterator<Item = (String, Place)> + 'l {
    let flags = line.all(&["-v", "--volume", "--mount", "--tmpfs"]);
    flags.filter_map(|flag| {
        let word = flag.value.as_ref()?;
        let text = spelled(word, world);
        Some((if flag.name == "--tmpfs" { in_memory(&text) } else { text }, word.place.clone()))
    })
}

/// The bind mounts and the directory that a command line gives a container.
pub(in crate::facts::runners) fn mounted(
    line: &CommandLine,
    mut mounts: Vec<(String, RepoPath)>,
    directory: Option<&str>,
    from: &Workdir,
    world: &World<'_>,
) -> Workdir {
    for flag in line.all(&["-v", "--volume", "--mount"]) {
        let Some(text) = flag.value.as_ref().map(|word| spelled(word, world)) else { continue };
        let found = match flag.name.as_str() {
            "--mount" => bind_option(&text, from),
            _ => volume(&text, from),
        };
        if let Some((at, tree)) = found {
            copying::bind(&mut mounts, &at, tree);
        }
    }
    let given = line.last(&["-w", "--workdir"]).map(|flag| flag.value.as_ref().and_then(|word| word.value.clone()));
    let start = Workdir::mounted(directory.unwrap_or("/"), mounts);
    match (given, directory) {
        (Some(Some(given)), _) if given.starts_with('/') || directory.is_some() => start.enter(&given),
        (None, Some(_)) => start,
        _ => start.unknown(),
    }
}

fn bind_option(text: &str, from: &Workdir) -> Option<(String, RepoPath)> {
    if copying::option(text, &["type"]).is_none_or(|kind| kind != "bind") {
        return None;
    }
    let target = copying::option(text, &["target", "dst", "destination"])?;
    Some((target.to_owned(), host_path(copying::option(text, &["source", "src"])?, from)?))
}

/// Variables that flags set: those of files, then `-e NAME=value`; `-e NAME` hands the caller's on.
pub(in crate::facts::runners) fn variables(
    line: &CommandLine,
    (from, outer): (&Workdir, &Env),
    env: &mut Env,
    world: &World<'_>,
) {
    for flag in line.all(&["--env-file", "--env-from-file"]) {
        let lines = if flag.name == "--env-file" { Lines::Plain } else { Lines::Quoted };
        let name = flag.value.as_ref().map(|word| word.shape()).unwrap_or_default();
        env_file::add(env, &name, from, lines, outer, world);
    }
    for flag in line.all(&["-e", "--env"]) {
        let Some(text) = flag.value.as_ref().map(|word| word.value.clone().unwrap_or_else(|| word.raw.clone())) else { continue };
        let known = flag.value.as_ref().is_some_and(|word| word.value.is_some());
        match text.split_once('=') {
            Some((name, value)) => env.insert(name.trim_matches(['"', '\'']).to_owned(), known.then(|| value.to_owned())),
            None => env.insert(text.clone(), outer.get(&text).cloned().flatten()),
        };
    }
}
