//! Owns what makes a Python tool's name mean code of the tree: modules, `PYTHONPATH`, the project's own programs and sources.
//! Refuses lists of requirements: those are `requirements`.

use std::collections::HashSet;

use crate::answer::Reason;
use crate::catalog::tool::Run;
use crate::catalog::{Catalog, Tool, Trait};
use crate::doc::{Format, Value};
use crate::facts::hold::{Hold, HoldEffect};
use crate::facts::pipeline::Env;
use crate::facts::runners::World;
use crate::facts::shell::UNKNOWN_CHAR;
use crate::facts::workdir::{WORKSPACE, Workdir};
use crate::text::{Place, RepoPath, Span};

/// Directories of `PYTHONPATH` that are looked into.
const PARTS: usize = 16;

/// What every Python program runs first, where it finds one (python, `site`).
pub(super) const SITE: [&str; 2] = ["sitecustomize.py", "usercustomize.py"];

/// The variable with directories in which modules are looked for first.
pub(super) const PATH: &str = "PYTHONPATH";

/// Where `pyproject.toml` lists the programs of the project.
pub(super) const SCRIPTS: &[&[&str]] = &[&["project", "scripts"], &["project", "gui-scripts"], &["tool", "poetry", "scripts"]];

/// `python -m NAME` takes `NAME.py` or the package `NAME/` of the working directory first.
pub(super) fn module(module: &str, from: &RepoPath, directory: &RepoPath, world: &World<'_>) -> Option<Hold> {
    // A directory with nothing but `__main__.py` is a namespace: the installed package comes before it.
    let candidates = [format!("{module}.py"), format!("{module}/__init__.py")];
    let path = candidates.iter().filter_map(|name| from.join(name)).find(|path| world.snapshot.is_file(path))?;
    let why = format!("`python -m {module}` runs this file of the tree");
    // The analyzer's own repository runs itself: that is the tool.
    let effect = if is_itself(module, directory, world) { HoldEffect::Note } else { HoldEffect::Void };
    let mend = format!("rename or delete {path}");
    Some(Hold::new(effect, Place::file(path), why).mended(mend))
}

/// A module of the working directory that stands in for one of Python's own or of a library, which the tool imports, or not.
pub(super) fn standard(directory: &RepoPath, world: &World<'_>) -> Option<Hold> {
    let path = stands_in(directory, world)?;
    let name = path.file_name();
    let name = if name == "__init__.py" { path.parent().file_name().to_owned() } else { name.trim_end_matches(".py").to_owned() };
    let why =
        format!("this file of the tree stands in for the module `{name}`, which programs import, where a module is run by name");
    Some(Hold::new(HoldEffect::Unknown(Reason::Unsupported), Place::file(path), why))
}

/// Whether a file is called like a module that is run by name, or that programs import.
pub(super) fn is_imported(path: &RepoPath, catalog: &Catalog) -> bool {
    let above = path.parent();
    let Some(name) = (match path.file_name() {
        "__init__.py" => Some(above.file_name()),
        name if SITE.contains(&name) => return true,
        name => name.strip_suffix(".py"),
    }) else {
        return false;
    };
    let run = |row: &Run| matches!(row.argv.as_deref(), Some([python, dash_m, module, ..]) if python == "python" && dash_m == "-m" && module == name);
    let packaged = |tool: &Tool| tool.packages.get("pypi").into_iter().flatten().any(|package| package.replace('-', "_") == name);
    catalog.runners.interpreter.iter().any(|row| row.standard.iter().any(|standard| standard == name))
        || catalog.tools.iter().any(|tool| packaged(tool) || tool.run.iter().any(run))
}

/// A file in a directory that is called like a module which programs import.
fn stands_in(directory: &RepoPath, world: &World<'_>) -> Option<RepoPath> {
    let names = world.catalog.runners.interpreter.iter().flat_map(|row| &row.standard);
    let files = names.flat_map(|name| [format!("{name}.py"), format!("{name}/__init__.py")]);
    files.filter_map(|file| directory.join(&file)).find(|path| world.snapshot.is_file(path))
}

/// `PYTHONPATH` leads to a directory of the tree with a module in it that the tool's program imports: it comes before all that is
/// installed, and before Python's own.
pub(super) fn on_path(name: &str, row: &Run, workdir: &Workdir, env: &Env, world: &World<'_>) -> Option<Hold> {
    let program = row.argv.as_ref().and_then(|argv| argv.first());
    if program.is_some_and(|program| world.catalog.programs.is(program, Trait::Native)) {
        return None;
    }
    let here = workdir.dir()?;
    let module = name.replace('-', "_");
    let unknown = UNKNOWN_CHAR.to_string();
    let path = env.get(PATH)?.as_deref().unwrap_or(&unknown);
    if path.is_empty() {
        return None;
    }
    let doubted = |hold: Hold| match hold.effect {
        HoldEffect::Void => Hold { effect: HoldEffect::Unknown(Reason::Dynamic), ..hold },
        _ => hold,
    };
    let mut parts: Vec<(&str, bool)> = Vec::new();
    let mut doubtful = None;
    for part in path.split(':').take(PARTS) {
        match part.rsplit_once(UNKNOWN_CHAR) {
            None => parts.push((part, true)),
            // Mostly it is what stood there, and the directory that it is set in.
            Some((_, "")) => parts.extend([(".", false), (WORKSPACE, false)]),
            Some((_, tail)) => doubtful = doubtful.or_else(|| at_end(tail, name, &module, world)),
        }
    }
    let found = parts.iter().filter_map(|(part, known)| {
        let hold = in_directory(part, name, &module, workdir, &here, world)?;
        Some(if *known { hold } else { doubted(hold) })
    });
    let mut found: Vec<Hold> = found.collect();
    // What is certain says more.
    found.sort_by_key(|hold| hold.effect != HoldEffect::Void);
    found.into_iter().next().or(doubtful)
}

/// A module of this name below a directory of which only the end is known.
fn at_end(tail: &str, name: &str, module: &str, world: &World<'_>) -> Option<Hold> {
    let names = [format!("/{module}.py"), format!("/{module}/__init__.py")];
    let file = super::at_end(tail.trim_end_matches('/'), names.iter().map(String::as_str), world)?;
    let why = format!("`PYTHONPATH`, which is not known, may put this file in the place of `{name}`");
    Some(Hold::new(HoldEffect::Unknown(Reason::Dynamic), Place::file(file), why))
}

/// What a directory of `PYTHONPATH` puts before what is installed.
fn in_directory(part: &str, name: &str, module: &str, workdir: &Workdir, here: &RepoPath, world: &World<'_>) -> Option<Hold> {
    // An empty entry is the working directory.
    let directory = workdir.resolve(if part.is_empty() { "." } else { part })?;
    let mut site = SITE.iter().filter_map(|file| directory.join(file));
    if let Some(file) = site.find(|path| world.snapshot.is_file(path)) {
        let why = "`PYTHONPATH` makes every Python program run this file first";
        return Some(Hold::new(HoldEffect::Void, Place::file(file), why));
    }
    if let Some(hold) = self::module(module, &directory, here, world) {
        return Some(Hold { why: format!("`PYTHONPATH` puts this file in the place of `{name}`"), ..hold });
    }
    let file = stands_in(&directory, world)?;
    let why = "`PYTHONPATH` puts this file in the place of a module that programs import";
    Some(Hold::new(HoldEffect::Unknown(Reason::Unsupported), Place::file(file), why))
}

/// As [`on_path`], for the plugins that run inside the tool: of the tool itself nothing is in another place.
pub(super) fn plugins_on_path(tool: &Tool, row: &Run, workdir: &Workdir, env: &Env, world: &World<'_>) -> Option<Hold> {
    let inside = |plugin: &&Tool| plugin.run.iter().any(|row| row.inside.as_ref().is_some_and(|host| host.tool == tool.id));
    let names = world.catalog.tools.iter().filter(inside).flat_map(|plugin| {
        let own = plugin.packages.get("pypi").into_iter().flatten();
        own.chain(plugin.run.iter().filter_map(|row| row.inside.as_ref()?.package.as_ref()))
    });
    let hold = names.into_iter().find_map(|name| on_path(name, row, workdir, env, world))?;
    Some(match hold.effect {
        HoldEffect::Void => Hold { effect: HoldEffect::Unknown(Reason::Unsupported), ..hold },
        _ => hold,
    })
}

/// A script or source of the tool's name in `pyproject.toml`.
pub(super) fn package(name: &str, row: &Run, directory: &RepoPath, world: &World<'_>) -> Option<Hold> {
    let program = row.argv.as_ref().and_then(|argv| argv.first()).map_or(name, String::as_str);
    for dir in directory.ancestors() {
        let Some(path) = dir.join("pyproject.toml").filter(|path| world.snapshot.is_file(path)) else { continue };
        let Ok(document) = world.snapshot.document(&path, Format::Toml) else { continue };
        let root = document.root();
        let itself = is_itself(name, &dir, world);
        let effect = if itself { HoldEffect::Note } else { HoldEffect::Void };
        for route in SCRIPTS {
            if let Some(script) = root.route(route).and_then(|table| table.get(program)) {
                return Some(Hold::new(
                    effect,
                    script.place(),
                    format!("the project installs its own program under the name `{program}`"),
                ));
            }
        }
        if let Some(source) = root.route(&["tool", "uv", "sources", name]) {
            let local = |value: Value<'_>| ["path", "git", "url", "workspace"].iter().any(|key| value.get(key).is_some());
            if local(source) || source.items().any(local) {
                return Some(Hold::new(
                    effect,
                    source.place(),
                    format!("`{name}` is taken from another source than the registry"),
                ));
            }
        }
        let groups = root.route(&["tool", "poetry", "group"]).into_iter().flat_map(Value::entries).map(|group| group.value);
        let tables = groups.filter_map(|group| group.get("dependencies"));
        for table in tables.chain(root.route(&["tool", "poetry", "dependencies"])) {
            let found = table.get(name).filter(|value| ["path", "git", "url"].iter().any(|key| value.get(key).is_some()));
            if let Some(source) = found {
                return Some(Hold::new(
                    effect,
                    source.place(),
                    format!("`{name}` is taken from another source than the registry"),
                ));
            }
        }
    }
    setup(program, name, directory, world)
}

/// A console script of the tool's name in `setup.cfg` or `setup.py`.
fn setup(program: &str, name: &str, directory: &RepoPath, world: &World<'_>) -> Option<Hold> {
    directory.ancestors().find_map(|dir| {
        let (_, place) = script_of_setup(program, &dir, world)?;
        let effect = if is_itself(name, &dir, world) { HoldEffect::Note } else { HoldEffect::Void };
        Some(Hold::new(effect, place, format!("the project installs its own program under the name `{program}`")))
    })
}

/// A line of `console_scripts` in the `setup.cfg` or `setup.py` of a directory: what the program calls, and where that stands.
fn script_of_setup(program: &str, dir: &RepoPath, world: &World<'_>) -> Option<(String, Place)> {
    for file in ["setup.cfg", "setup.py"] {
        let Some(path) = dir.join(file).filter(|path| world.snapshot.is_file(path)) else { continue };
        let Ok(file) = world.snapshot.read(&path) else { continue };
        if !file.text.contains(program) {
            continue;
        }
        if let Some((_, tail, span)) = entries(&file.text).into_iter().find(|(name, ..)| *name == program) {
            return Some((tail.to_owned(), file.place(span)));
        }
    }
    None
}

/// The console scripts in the text of a `setup.cfg` or `setup.py`: names, what they call, and their lines.
pub(super) fn entries(text: &str) -> Vec<(&str, &str, Span)> {
    let mut out = Vec::new();
    let mut offset = 0;
    let mut inside = false;
    for line in text.split_inclusive('\n') {
        let span = Span::new(offset, offset + line.trim_end().len());
        offset += line.len();
        inside |= line.contains("console_scripts");
        if !inside {
            continue;
        }
        // `bandit = own.cli:main`, quoted in `setup.py`.
        let parts = line.split([',', '[']).map(|entry| entry.trim().trim_start_matches(['"', '\'']));
        let named = parts.filter_map(|entry| entry.split_once('=')).filter(|(_, tail)| tail.contains(':'));
        out.extend(named.map(|(head, tail)| (head.trim(), tail.trim(), span)));
    }
    out
}

/// Asked for every command: most trees have few such directories, or none.
fn projects(world: &World<'_>) -> HashSet<RepoPath> {
    let names = ["pyproject.toml", "setup.cfg", "setup.py"];
    let files = world.snapshot.entries().iter().filter(|entry| names.contains(&entry.path.file_name()));
    files.map(|entry| entry.path.parent()).collect()
}

/// What the project's own program of this name calls (`own.cli:main`), and the directory of the project.
pub(in crate::facts) fn console_script(program: &str, directory: &RepoPath, world: &World<'_>) -> Option<(String, RepoPath)> {
    let named = |value: Value<'_>| {
        let inner = ["reference", "callable"].iter().find_map(|key| value.get(key)?.as_str());
        value.as_str().or(inner).map(str::to_owned)
    };
    let projects = world.seen.python_projects.get_or_init(|| projects(world));
    // What lies behind a link is not listed.
    let may_be =
        |dir: &RepoPath| projects.contains(dir) || dir.join("setup.py").is_some_and(|path| world.snapshot.is_behind_link(&path));
    directory.ancestors().filter(may_be).find_map(|dir| {
        let path = dir.join("pyproject.toml").filter(|path| world.snapshot.is_file(path));
        let document = path.and_then(|path| world.snapshot.document(&path, Format::Toml).ok());
        let listed = document.and_then(|document| {
            let scripts = SCRIPTS.iter().filter_map(|route| document.root().route(route)?.get(program));
            scripts.into_iter().find_map(named)
        });
        let found = listed.or_else(|| script_of_setup(program, &dir, world).map(|(target, _)| target))?;
        Some((found, dir))
    })
}

/// Whether the tree is the tool's own repository: the project carries its name.
fn is_itself(name: &str, directory: &RepoPath, world: &World<'_>) -> bool {
    let named = |file: &str, format: Format, route: &[&str]| {
        let document = directory
            .join(file)
            .filter(|path| world.snapshot.is_file(path))
            .and_then(|path| world.snapshot.document(&path, format).ok());
        document.is_some_and(|document| document.root().route(route).and_then(Value::as_str) == Some(name))
    };
    named("pyproject.toml", Format::Toml, &["project", "name"])
        || named("pyproject.toml", Format::Toml, &["tool", "poetry", "name"])
        || named("setup.cfg", Format::Ini, &["metadata", "name"])
}
