//! Owns scripts that a Python project gives names to (those of `rules/launchers.toml`): plain commands are read, everything else of
//! them is opaque. Refuses commands that are no script's name: those are a launcher's.

use super::script_words::word_at;
use super::{Call, Next, Runner, Target, World, quoted, taskipy};
use crate::answer::{Reason, Why};
use crate::catalog::launcher::{ScriptTable, Scripts, ScriptsRead};
use crate::catalog::{self, Catalog};
use crate::doc::{Document, Format, Kind, Value};
use crate::facts::hold::Hop;
use crate::facts::matching;
use crate::facts::shell::{Dialect, ShellMode, Word};
use crate::facts::workdir::Workdir;

/// Scripts of a Python project.
pub(super) struct ProjectScripts;

impl Runner for ProjectScripts {
    fn name(&self) -> &'static str {
        "project scripts"
    }

    fn reads(&self, file_name: &str) -> bool {
        let tables = &Catalog::builtin().launchers.scripts;
        tables.iter().flat_map(|table| &table.files).any(|table| table.file == file_name)
    }

    fn expand(&self, call: &Call<'_>, world: &World<'_>) -> Option<Vec<Next>> {
        let program = matching::program_name(call.program()?);
        let of_program = |table: &&Scripts| table.argv.first().is_some_and(|first| first == program);
        world.catalog.launchers.scripts.iter().filter(of_program).find_map(|table| script(table, call, world))
    }
}

fn script(table: &Scripts, call: &Call<'_>, world: &World<'_>) -> Option<Vec<Next>> {
    let mut at = matching::take_row(&table.argv, call.words, &table.value_flags)?;
    while let Some(text) = call.words.get(at)?.value.as_deref().filter(|text| text.starts_with('-')) {
        if text == "--" {
            return None;
        }
        if table.reads == ScriptsRead::Taskipy {
            // Its own flags list tasks or help, and run none.
            return None;
        }
        at += 1 + usize::from(catalog::lists(&table.value_flags, text));
    }
    let written = call.words[at].value.as_deref()?;
    // `hatch run lint:all`: environment and script.
    let name = if table.environments { written.rsplit(':').next().unwrap_or(written) } else { written };
    if catalog::lists(&table.own, name) {
        return None;
    }
    let project = project(table, &call.words[..at], call.workdir);
    let arguments = call.words.get(at + 1..).unwrap_or(&[]);
    for above in upward(&project) {
        let others = |file: &String| above.resolve(file).is_some_and(|path| world.snapshot.is_file(&path));
        if table.not_beside.iter().any(others) {
            return None;
        }
        for ScriptTable { file, route } in &table.files {
            let Some(document) = open(file, &above, world) else { continue };
            let tables = tables(document.root(), route);
            let Some(value) = tables.iter().find_map(|found| found.get(name)) else {
                if table.nearest {
                    return None;
                }
                continue;
            };
            let mut to = Next::argv(call, Vec::new());
            if table.moves {
                to.workdir = above.clone();
            }
            let mut all = Vec::new();
            for hook in [format!("pre_{name}"), name.to_owned(), format!("post_{name}")] {
                let own = hook == name;
                if !own && !matches!(table.reads, ScriptsRead::Pdm | ScriptsRead::Taskipy) {
                    continue;
                }
                let Some(value) = (if own { Some(value) } else { tables.iter().find_map(|found| found.get(&hook)) }) else {
                    continue;
                };
                let arguments = if own { arguments } else { &[] };
                if table.reads == ScriptsRead::Taskipy {
                    all.push(taskipy::task(document.root(), &hook, value, arguments, &to, &above));
                    continue;
                }
                all.extend(read(table, &hook, value, arguments, &to));
            }
            return Some(all);
        }
    }
    None
}

fn open(file: &str, above: &Workdir, world: &World<'_>) -> Option<std::sync::Arc<Document>> {
    let path = above.resolve(file).filter(|path| world.snapshot.is_file(path))?;
    world.snapshot.document(&path, Format::Toml).ok()
}

fn project(table: &Scripts, words: &[Word], from: &Workdir) -> Workdir {
    let named = |word: &Word| word.value.as_deref().is_some_and(|text| catalog::lists(&table.project_flags, text));
    match words.iter().position(named) {
        None => from.clone(),
        Some(at) => match words.get(at + 1).and_then(|word| word.value.as_deref()) {
            Some(directory) => from.enter(directory),
            None => from.unknown(),
        },
    }
}

/// The directory and those above it, inside the tree.
fn upward(from: &Workdir) -> Vec<Workdir> {
    let Some(directory) = from.dir() else { return Vec::new() };
    let mut all = vec![from.clone()];
    for _ in directory.ancestors().skip(1) {
        let next = all[all.len() - 1].enter("..");
        all.push(next);
    }
    all
}

/// The tables at a route, `*` for every key.
fn tables<'d>(root: Value<'d>, route: &[String]) -> Vec<Value<'d>> {
    let mut here = vec![root];
    for key in route {
        here = match key.as_str() {
            "*" => here.into_iter().flat_map(|value| value.entries().map(|entry| entry.value).collect::<Vec<_>>()).collect(),
            key => here.into_iter().filter_map(|value| value.get(key)).collect(),
        };
    }
    here
}

fn read(table: &Scripts, name: &str, value: Value<'_>, arguments: &[Word], to: &Next) -> Vec<Next> {
    let hop = Hop::new(value.place(), value.as_str().unwrap_or(name));
    let made = |target: Target| Next { target, hops: vec![hop.clone()], ..to.clone() };
    let words = |value: Value<'_>| -> Option<Vec<Word>> {
        if value.kind() == Kind::Sequence {
            return value.items().map(|item| Some(quoted::whole(&item.mapped()?))).collect();
        }
        quoted::split(&value.mapped()?)
    };
    let plain = |value: Value<'_>| {
        let mut words = words(value).filter(|words| !words.iter().any(|word| word.raw.contains(['{', '$'])))?;
        words.extend(arguments.iter().cloned());
        Some(made(Target::Argv(words)))
    };
    let followed = match table.reads {
        ScriptsRead::Nothing | ScriptsRead::Taskipy => None,
        ScriptsRead::Words | ScriptsRead::Pdm if value.as_str().is_some() => plain(value).map(|next| vec![next]),
        ScriptsRead::Words | ScriptsRead::Pdm if value.get("cmd").is_some() => {
            value.get("cmd").and_then(plain).map(|next| vec![next])
        }
        ScriptsRead::Pdm if value.get("shell").is_some() => value.get("shell").and_then(Value::mapped).map(|text| {
            let mode = ShellMode { errexit: false, pipefail: false, dialect: Dialect::Posix };
            vec![made(Target::Script { text, mode, args: Some(Vec::new()) })]
        }),
        ScriptsRead::Pdm => value.get("composite").and_then(|list| {
            let items = list.items().map(|item| {
                let mut all: Vec<Word> =
                    [table.argv[0].as_str(), "run"].iter().map(|text| word_at(text, &item.place())).collect();
                all.extend(words(item)?);
                Some(made(Target::Argv(all)))
            });
            items.collect()
        }),
        ScriptsRead::Words => None,
    };
    followed.unwrap_or_else(|| {
        let text = format!("the script `{name}` of `{}` is not read by this version", table.argv.join(" "));
        vec![made(Target::Opaque(Why::new(Reason::Unsupported, text).at(value.place())))]
    })
}

#[cfg(test)]
mod tests {
    use super::ProjectScripts;
    use crate::facts::runners::script_probe::told;

    const FILES: &[(&str, &str)] = &[
        (
            "pyproject.toml",
            "[tool.pdm.scripts]\nlint = 'bandit -r src'\nsh = { shell = 'bandit -r src || true' }\ntable = { cmd = ['ruff', 'check'] }\n\
             pre_lint = 'flake8'\nall = { composite = ['lint', 'pylint src'] }\nown = { call = 'a:b' }\nbuild = 'x'\n\
             [tool.rye.scripts]\nbandit = 'true'\nchain = { chain = ['a'] }\n[tool.hatch.envs.dev.scripts]\nlint = ['x']\n\
",
        ),
        ("Pipfile", "[scripts]\nlint = \"bandit -r src\"\nargs = \"sh -c '$X'\"\n"),
    ];

    #[test]
    fn scripts_of_projects() {
        let rows: &[(&str, &str, &[&str])] = &[
            ("", "pdm run lint -q", &["$ flake8 <- pyproject.toml:5", "$ bandit -r src -q <- pyproject.toml:2"]),
            ("src", "pdm lint", &["$ flake8 <- pyproject.toml:5", "$ bandit -r src <- pyproject.toml:2"]),
            ("", "pdm run sh", &["bandit -r src || true <- pyproject.toml:3"]),
            ("", "pdm run table", &["$ ruff check <- pyproject.toml:4"]),
            ("", "pdm run all", &["$ pdm run lint <- pyproject.toml:6", "$ pdm run pylint src <- pyproject.toml:6"]),
            ("", "pdm build", &["not known"]),
            ("", "pdm run bandit -r src", &["not known"]),
            ("", "rye run bandit -r src", &["$ true -r src <- pyproject.toml:10"]),
            ("", "pipenv run lint", &["$ bandit -r src <- Pipfile:2"]),
            ("", "pipenv run bandit", &["not known"]),
            ("", "hatch run bandit -r src", &["not known"]),
        ];
        for (directory, command, expected) in rows {
            assert_eq!(told(&ProjectScripts, FILES, directory, command), *expected, "{command}");
        }
        for command in ["pdm run own", "rye run chain", "hatch run dev:lint", "hatch -e dev run lint", "pipenv run args"] {
            let told = told(&ProjectScripts, FILES, "", command);
            assert!(told.len() == 1 && told[0].starts_with("opaque Unsupported: the script"), "{command}: {told:?}");
        }
    }
}
