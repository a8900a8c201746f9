//! Owns the ways in which the tree gives a tool's name another meaning: local modules, packages, sources, overrides, wrappers
//! (threats A11). Refuses shells and runners: their shadows are found where they are read.

mod go;
pub(in crate::facts) mod launchers;
pub(in crate::facts) mod local;
pub(in crate::facts) mod locked;
pub(in crate::facts) mod managers;
pub(in crate::facts) mod npm;
mod python;
mod ranges;
mod requirements;
#[cfg(test)]
mod tests;

pub(super) use npm::elsewhere as npm_elsewhere;
pub(super) use python::console_script;
pub(super) use requirements::declared;

use super::hold::{Hold, HoldEffect};
use super::matching;
use super::pipeline::Env;
use super::runners::World;
use super::shell::Word;
use super::workdir::{WORKSPACE, Workdir};
use crate::answer::Reason;
use crate::catalog::tool::Run;
use crate::catalog::{Catalog, Tool};
use crate::doc::Format;
use crate::text::{Place, RepoPath, Span};
pub(super) use npm::TABLES as NPM_TABLES;

/// Directories of the system, in which nothing of the tree lies.
const SYSTEM: &[&str] = &["/etc/", "/usr/", "/opt/", "/bin/", "/sbin/", "/lib/", "/lib64/", "/nix/", "/dev/null"];

/// Variables by which a shell runs other code first, or other than it reads.
pub(super) const FOR_SHELLS: &[&str] = &["BASH_ENV", "ENV", "SHELLOPTS", "BASHOPTS"];

/// Variables by which every program does.
pub(super) const FOR_PROGRAMS: &[&str] = &["LD_PRELOAD", "DYLD_INSERT_LIBRARIES"];

/// What a variable does by which every shell or program runs other code first, if it is one. A file of the system, and no part
/// of the tree, does not count.
#[must_use]
pub fn runs_first(name: &str, value: Option<&str>) -> Option<String> {
    let of_system = value.is_some_and(|value| {
        SYSTEM.iter().any(|directory| value.starts_with(directory)) && !value.contains(['$', ':', ' ']) && !value.contains("..")
    });
    match name {
        // The loader finds a library that is named without a directory among those of the system (ld.so(8)).
        _ if FOR_PROGRAMS.contains(&name) && value.is_some_and(|value| !value.contains('/')) => None,
        "BASH_ENV" | "LD_PRELOAD" | "DYLD_INSERT_LIBRARIES" if !of_system && value != Some("") => {
            Some(format!("`{name}` runs other code before every script"))
        }
        // Many programs have a variable of this name for a word: only a script is meant for the shell.
        "ENV" if !of_system && value.is_some_and(|value| value.contains('/') && value.ends_with("sh")) => {
            Some(format!("`{name}` runs other code before every interactive shell"))
        }
        // Options that a bash has from its start (bash(1), SHELLOPTS).
        "SHELLOPTS"
            if value.is_none_or(|value| value.split(':').any(|option| ["noexec", "onecmd", "posix"].contains(&option))) =>
        {
            Some("`SHELLOPTS` changes what every bash does with its script".to_owned())
        }
        "BASHOPTS" if value.is_none_or(|value| value.split(':').any(|option| option == "expand_aliases")) => {
            Some("`BASHOPTS` changes what every bash does with its script".to_owned())
        }
        _ if name.starts_with("BASH_FUNC_") => Some(format!("`{name}` defines a function for every shell")),
        _ => None,
    }
}

/// Whether a variable leads to code by a path: of one that is known in part, `UNKNOWN_CHAR` stands for the rest, and the part that
/// is known tells where.
#[must_use]
pub fn is_told_by_parts(name: &str) -> bool {
    let cargo = &Catalog::builtin().commands.cargo;
    name == python::PATH || cargo.tree_variables.iter().chain(&cargo.toolchain_variables).any(|known| known == name)
}

/// A file of the tree at the end of a path that is known from here on: the first of those with these names.
pub(super) fn at_end<'n>(tail: &str, names: impl Iterator<Item = &'n str>, world: &World<'_>) -> Option<RepoPath> {
    let ends: Vec<String> = names.map(|name| format!("{tail}{name}")).collect();
    world.meter.spend(world.snapshot.entries().len() / 8);
    let lies_there = |path: &RepoPath| {
        let rest = |end: &String| path.as_str().strip_suffix(end.trim_start_matches('/'));
        ends.iter().filter_map(rest).any(|rest| rest.is_empty() || rest.ends_with('/'))
    };
    let mut files = world.snapshot.entries().iter().filter(|entry| entry.is_file()).map(|entry| &entry.path);
    files.find(|path| lies_there(path)).cloned()
}

/// Where cargo looks for settings, and rustup for the toolchain, in every directory from the working directory upward.
const OF_CARGO: [&str; 2] = [".cargo/config.toml", ".cargo/config"];
const TOOLCHAIN: [&str; 2] = ["rust-toolchain", "rust-toolchain.toml"];

/// Whether a launcher, a compiler or an interpreter looks for a file of this name by itself.
pub(super) fn is_looked_for(path: &RepoPath, catalog: &Catalog) -> bool {
    let is_at = |end: &&str| path.as_str().strip_suffix(*end).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'));
    OF_CARGO.iter().any(is_at)
        || TOOLCHAIN.contains(&path.file_name())
        || super::runners::NPM_SETTINGS.contains(&path.file_name())
        || launchers::FILES.contains(&path.file_name())
        || python::is_imported(path, catalog)
}

/// Whether such a file is looked for above the tree as well, up to the root of the machine (Cargo book, "Hierarchical structure"; rustup book,
/// "Overrides"; yarn, "Configuration").
pub(super) fn is_looked_for_above(path: &RepoPath) -> bool {
    OF_CARGO.contains(&path.as_str()) || TOOLCHAIN.contains(&path.as_str()) || launchers::FILES[..2].contains(&path.as_str())
}

/// What may be looked for in a directory of which no file is known.
pub(super) const IN_DIRECTORY: [&str; 2] = ["config.toml", "__init__.py"];

/// The files of the tree below a directory that something may look for by itself, there or where their directory is put: of the whole tree, those
/// are asked for once.
pub(super) fn looked_for_below<'w>(directory: &RepoPath, world: &World<'w>) -> &'w [RepoPath] {
    let may_be = |path: &RepoPath| {
        let name = path.file_name();
        // Under another name of its directory it may be another thing, but it keeps its own.
        IN_DIRECTORY.contains(&name) || is_looked_for(path, world.catalog) || super::runners::is_task_file(path)
    };
    let all = world.seen.looked_for.get_or_init(|| {
        let files = world.snapshot.entries().iter().filter(|entry| entry.is_file()).map(|entry| &entry.path);
        let mut all: Vec<RepoPath> = files.filter(|path| may_be(path)).cloned().collect();
        all.sort_unstable();
        all
    });
    if directory.is_root() {
        return all;
    }
    // `0` comes right behind `/`.
    let bound = |end: char| all.partition_point(|path| path.as_str() < format!("{directory}{end}").as_str());
    all.get(bound('/')..bound('0')).unwrap_or_default()
}

/// Under which name a file of the home directory is read beside that of the tree: cargo reads both of its own, each for itself.
pub(super) fn beside(path: RepoPath, world: &World<'_>) -> RepoPath {
    if !OF_CARGO.contains(&path.as_str()) || !world.snapshot.is_file(&path) {
        return path;
    }
    OF_CARGO.iter().filter_map(|name| RepoPath::new(name)).find(|other| !world.snapshot.is_file(other)).unwrap_or(path)
}

/// Whether what such a variable names may lie outside of the tree: then what it runs is not known.
#[must_use]
pub fn runs_unseen(name: &str, value: Option<&str>) -> bool {
    !name.starts_with("BASH_FUNC_")
        && value.is_none_or(|value| value.starts_with('/') && !value.starts_with(WORKSPACE) || value.contains(['$', '~']))
}

/// Everything in the tree, seen from the working directory, that makes the tool's name mean another program.
#[must_use]
pub fn of_tree(tool: &Tool, row: &Run, workdir: &Workdir, env: &Env, world: &World<'_>) -> Vec<Hold> {
    let Some(directory) = workdir.dir() else { return Vec::new() };
    let mut holds = Vec::new();
    if let Some([python, dash_m, module]) = row.argv.as_deref().and_then(|argv| argv.get(..3))
        && python == "python"
        && dash_m == "-m"
        && env.get("PYTHONSAFEPATH").is_none_or(|value| value.as_deref() == Some(""))
    {
        holds.extend(python::module(module, &directory, &directory, world));
        holds.extend(python::standard(&directory, world));
    }
    let program = row.argv.as_ref().and_then(|argv| argv.first()).map(String::as_str);
    for name in tool.packages.get("npm").into_iter().flatten() {
        holds.extend(npm::package(name, program, &directory, world).or_else(|| locked::npm(name, tool, &directory, world)));
    }
    for name in tool.packages.get("pypi").into_iter().flatten() {
        holds.extend(python::package(name, row, &directory, world));
        holds.extend(python::on_path(name, row, workdir, env, world));
        let listed = requirements::elsewhere(name, tool, &directory, world);
        holds.extend(listed.or_else(|| locked::python(name, tool, &directory, world)));
    }
    if holds.is_empty() && tool.packages.contains_key("pypi") {
        holds.extend(python::plugins_on_path(tool, row, workdir, env, world));
    }
    for name in tool.packages.get("go").into_iter().flatten() {
        holds.extend(go::replaced(name, &directory, world));
    }
    if row.argv.as_ref().is_some_and(|argv| argv.first().is_some_and(|word| word == "cargo" || word == "cargo-clippy")) {
        holds.extend(cargo(&directory, home_of_cargo(workdir, env, world), world));
    }
    holds
}

/// What flags of Python set as variables do: `-P` and `-I` take the working directory off the module path, `-E` and `-I` leave out
/// what the environment adds to it (python, "Command line and environment").
#[must_use]
pub fn flags_of_python(words: &[Word]) -> Vec<(&'static str, &'static str)> {
    let python = words.first().and_then(|word| word.value.as_deref()).map(matching::program_name) == Some("python");
    let flag = |letter: char| {
        let words = words.iter().filter_map(|word| word.value.as_deref()).filter(|word| python && !word.starts_with("--"));
        words.filter_map(|word| word.strip_prefix('-')).any(|letters| letters.contains([letter, 'I']))
    };
    let pairs = [('P', ("PYTHONSAFEPATH", "1")), ('E', ("PYTHONPATH", ""))];
    pairs.into_iter().filter(|(letter, _)| flag(*letter)).map(|(_, set)| set).collect()
}

/// Where a file of rustup's names a directory instead of a channel. A file of the older name that has one line is that line, and no
/// TOML: a channel, or an absolute path (rustup, `parse_override_file` in src/config.rs).
fn toolchain_by_path(path: &RepoPath, world: &World<'_>) -> Option<Place> {
    let file = world.snapshot.read(path).ok()?;
    if path.file_name() == "rust-toolchain" && file.text.lines().count() <= 1 {
        return file.text.trim().starts_with('/').then(|| file.place(Span::new(0, file.text.trim_end().len())));
    }
    let document = world.snapshot.document(path, Format::Toml).ok()?;
    document.root().route(&["toolchain", "path"]).map(|value| value.place())
}

/// Whether what stands for a toolchain is a directory of the tree: rustup takes no relative path.
pub(super) fn is_toolchain(named: &str, workdir: &Workdir, world: &World<'_>) -> bool {
    named.starts_with('/') && workdir.resolve(named).is_some_and(|path| world.snapshot.is_dir(&path))
}

/// Cargo's own directory of settings, where a variable puts it into the tree.
fn home_of_cargo(workdir: &Workdir, env: &Env, world: &World<'_>) -> Option<RepoPath> {
    let rows = world.catalog.programs.settings_home.iter();
    let mut named = rows.filter(|row| OF_CARGO[0].starts_with(row.is.trim_start_matches("~/")));
    named.find_map(|row| workdir.resolve(env.get(row.variable.as_ref()?)?.as_deref()?)).filter(|path| world.snapshot.is_dir(path))
}

/// A compiler or toolchain of the tree.
fn cargo(directory: &RepoPath, home: Option<RepoPath>, world: &World<'_>) -> Option<Hold> {
    let snapshot = world.snapshot;
    let in_home = |home: &RepoPath| OF_CARGO.map(|name| home.join(name.rsplit('/').next().unwrap_or(name)));
    let of_home = home.iter().flat_map(in_home).flatten().find_map(|path| settings_of_cargo(&path, world));
    let above = || {
        directory.ancestors().find_map(|dir| {
            let settings = OF_CARGO.iter().filter_map(|name| dir.join(name)).find_map(|path| settings_of_cargo(&path, world));
            settings.or_else(|| {
                let mut files = TOOLCHAIN.iter().filter_map(|name| dir.join(name)).filter(|path| snapshot.is_file(path));
                let place = files.find_map(|path| toolchain_by_path(&path, world))?;
                Some(Hold::new(HoldEffect::Void, place, "the toolchain is a directory of the tree"))
            })
        })
    };
    of_home.or_else(above)
}

/// What a file of cargo's settings puts in the place of the compiler.
fn settings_of_cargo(path: &RepoPath, world: &World<'_>) -> Option<Hold> {
    let document = world.snapshot.document(path, Format::Toml).ok().filter(|_| world.snapshot.is_file(path))?;
    let root = document.root();
    if let Some(value) = root.get("include") {
        let why = "another file of settings is taken in, which is not read";
        return Some(Hold::new(HoldEffect::Unknown(Reason::Unsupported), value.place(), why));
    }
    // What `cargo clippy` hands to the compiler, unless it is forced to be something else.
    let forced = |name: &str| {
        let entry = root.route(&["env", name])?;
        let force = entry.get("force").is_some_and(|force| force.scalar() == Some("true"));
        (force || name.starts_with("RUSTC")).then_some(entry)
    };
    if let Some(value) = ["CLIPPY_ARGS", "RUSTC", "RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER"].into_iter().find_map(forced) {
        let why = "`env` sets what Clippy is told";
        return Some(Hold::new(HoldEffect::Unknown(Reason::Unsupported), value.place(), why));
    }
    // Clippy puts itself in the place of `rustc-workspace-wrapper` (rust-clippy, `ClippyCmd::into_std_cmd`), and cargo asks the variable first.
    ["rustc", "rustc-wrapper"].into_iter().find_map(|key| {
        let value = document.root().route(&["build", key])?;
        // `sccache` and its like are programs of the machine; a path is a program of the tree.
        let why = format!("`build.{key}` runs a program of the tree as the compiler");
        value.as_str().is_some_and(|text| text.contains('/')).then(|| Hold::new(HoldEffect::Void, value.place(), why))
    })
}
