//! Owns what one hook runs: a hook of another repository by name, a local one by its entry. Refuses to read other
//! repositories' manifests.

use crate::doc::Value;
use crate::facts::hold::{Hold, HoldEffect, Hop};
use crate::facts::invocations::FILE_NAMES;
use crate::facts::matching;
use crate::facts::pipeline::Env;
use crate::facts::runners::command_line::{self, Order};
use crate::facts::runners::yaml_merge::field;
use crate::facts::runners::{Next, Target, World, quoted};
use crate::facts::shell::Word;
use crate::facts::workdir::Workdir;
use crate::text::MappedText;

/// Flags of `docker run` that may stand in front of the image of a `docker_image` hook.
const IMAGE_FLAGS: &[&str] =
    &["--entrypoint", "-e", "--env", "-v", "--volume", "-w", "--workdir", "-u", "--user", "--network", "--platform"];

/// Languages of hooks in which the entry is no program: a message, a pattern, an image (pre-commit, `languages/`).
const IDLE: &[&str] = &["fail", "pygrep", "docker_image"];

/// What the hook runs, appended to `out`.
pub(super) fn nexts(
    repo: &str,
    rev: Option<&MappedText>,
    hook: Value<'_>,
    root: &Workdir,
    env: &Env,
    world: &World<'_>,
    out: &mut Vec<Next>,
) {
    let Some((id, at)) = field(hook, "id").and_then(|id| Some((id.as_str()?, id))) else { return };
    let args: Vec<Word> = match field(hook, "args") {
        Some(list) => list.items().filter_map(|arg| arg.mapped()).map(|arg| quoted::whole(&arg)).collect(),
        None => default_args(repo, id, world).iter().map(|word| quoted::added(word, &at.place())).collect(),
    };
    let hop = Hop::new(at.place(), &format!("id: {id}"));
    // A local hook has an environment of its language, or none.
    let of_python = repo != "local" || field(hook, "language").and_then(|value| value.as_str()) == Some("python");
    let beside = field(hook, "additional_dependencies").filter(|_| of_python);
    let packages: Vec<String> =
        beside.iter().flat_map(|list| list.items()).filter_map(|item| item.as_str().map(str::to_owned)).collect();
    let next = |target: Target, holds: Vec<Hold>| Next {
        target,
        hops: vec![hop.clone()],
        holds,
        condition: None,
        workdir: root.clone(),
        env: env.clone(),
        packages: packages.clone(),
    };
    let entry = field(hook, "entry").filter(|entry| entry.kind() != crate::doc::Kind::Null);
    if repo == "local" {
        out.extend(local(hook, entry, args, &at.place()).map(|target| next(target, Vec::new())));
        return;
    }
    // Another environment than the hook's own may have another release in it.
    let own = ["language", "additional_dependencies"].iter().all(|key| field(hook, key).is_none());
    let (rev, packages_beside) = (rev.filter(|_| own).cloned(), packages.clone());
    let remote = Target::Hook { repo: repo.to_owned(), id: id.to_owned(), rev, args: args.clone(), packages: packages_beside };
    if let Some((language, value)) = field(hook, "language").and_then(|value| Some((value.as_str()?, value)))
        && IDLE.contains(&language)
    {
        let why = format!("`language: {language}` takes the place of the hook's own: its program is not run");
        let hold = Hold::new(HoldEffect::Void, value.key_place().unwrap_or_else(|| value.place()), why);
        out.push(next(remote, vec![hold.mended("delete `language`")]));
        return;
    }
    let Some(entry) = entry else {
        out.push(next(remote, Vec::new()));
        return;
    };
    let words: Vec<Word> = entry.mapped().and_then(|text| quoted::split(&text)).unwrap_or_default();
    // The tool itself under its own name is no other program, so what it is given decides.
    if matching::tools_for_words(world.catalog, &words).is_empty() {
        let hold = Hold::new(
            HoldEffect::Void,
            entry.key_place().unwrap_or_else(|| entry.place()),
            "`entry` replaces the hook's own command",
        );
        out.push(next(remote, vec![hold]));
    }
    let words: Vec<Word> = words.into_iter().chain(args).chain(named_files(hook, &at.place())).collect();
    if !words.is_empty() {
        out.push(next(Target::Argv(words), Vec::new()));
    }
}

/// The arguments of the hook's own manifest, where the catalogue knows them.
fn default_args<'w>(repo: &str, id: &str, world: &World<'w>) -> Vec<&'w str> {
    let hits = matching::tools_for_hook(world.catalog, repo, id);
    let text = hits.first().and_then(|hit| hit.tool.run[hit.row].argv_default.as_deref());
    text.unwrap_or_default().split_whitespace().collect()
}

/// The files that are handed to the hook, seen as the directory that holds all of them.
fn named_files(hook: Value<'_>, place: &crate::text::Place) -> Option<Word> {
    let passed = field(hook, "pass_filenames").is_none_or(|value| value.as_bool().is() != Some(false));
    passed.then(|| Word { raw: FILE_NAMES.to_owned(), ..quoted::added(".", place) })
}

fn local(hook: Value<'_>, entry: Option<Value<'_>>, args: Vec<Word>, place: &crate::text::Place) -> Option<Target> {
    let language = field(hook, "language").and_then(|value| value.as_str()).unwrap_or("system");
    if matches!(language, "pygrep" | "fail") {
        return None;
    }
    let mut words = quoted::split(&entry?.mapped()?)?;
    let tail: Vec<Word> = args.into_iter().chain(named_files(hook, place)).collect();
    if language == "docker_image" {
        let line = command_line::read(&words, IMAGE_FLAGS, Order::Leading);
        let (image, rest) = line.operands.split_first()?;
        let argv: Vec<Word> = rest.iter().cloned().chain(tail).collect();
        return Some(match line.last(&["--entrypoint"]).and_then(|flag| flag.value.clone()) {
            Some(program) => Target::Argv(std::iter::once(program).chain(argv).collect()),
            None => Target::Image { image: image.value.clone().unwrap_or_default(), argv },
        });
    }
    let first = words.first_mut()?;
    if matches!(language, "script" | "unsupported_script") {
        // A script is a path from the root of the tree, never a program that is looked up.
        first.value = first.value.as_ref().map(|path| if path.contains('/') { path.clone() } else { format!("./{path}") });
    }
    Some(Target::Argv(words.into_iter().chain(tail).collect()))
}
