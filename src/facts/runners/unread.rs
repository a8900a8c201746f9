//! Owns task runners whose task files are not read: a run of one is opaque. Refuses to know any of them by name: they are
//! `rules/runners.toml`.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use super::{Call, InCode, Next, Runner, Target, World, started};
use crate::answer::{Reason, Why};
use crate::catalog::Catalog;
use crate::catalog::runner::UnreadRunner;
use crate::facts::matching;
use crate::facts::pipeline::{ActionCall, Env};
use crate::facts::shell::Word;
use crate::facts::workdir::Workdir;
use crate::text::RepoPath;

/// Task files of one program that are looked into. What lies beyond may run anything.
const LOOKED: usize = 128;

/// Words with which no program runs a task.
const TELLS: &[&str] = &["--version", "--help", "-h", "-V", "version", "help"];

/// All of them.
pub(super) struct Unread;

impl Runner for Unread {
    fn name(&self) -> &'static str {
        "unread task runner"
    }

    fn reads(&self, file_name: &str) -> bool {
        Catalog::builtin().runners.unread.iter().any(|row| named(row, file_name))
    }

    /// Task files are searched, and one that starts its own runner, or two that start each other's, would be searched for ever.
    fn in_code(&self) -> InCode {
        InCode::Tasks
    }

    fn is_tasks(&self, call: &Call<'_>, world: &World<'_>) -> bool {
        let asked = |(row, taken): (&UnreadRunner, usize)| {
            let found = task_files(row, call, taken, world);
            let there = !found.is_empty() || row.files.is_empty();
            let silent = |path: &RepoPath| says(row, path, world) == Some(false);
            there && !runs_no_task(row, call, taken) && (row.only_if.is_empty() || !all_read(&found, silent))
        };
        rows(call, world).any(asked)
    }

    fn expand(&self, call: &Call<'_>, world: &World<'_>) -> Option<Vec<Next>> {
        rows(call, world).find_map(|(row, taken)| run(row, taken, call, world))
    }

    fn expand_action(&self, action: &ActionCall, workdir: &Workdir, env: &Env, world: &World<'_>) -> Option<Vec<Next>> {
        let named = |row: &&UnreadRunner| row.actions.iter().any(|name| name.eq_ignore_ascii_case(&action.name));
        let row = world.catalog.runners.unread.iter().find(named)?;
        let call = Call { words: &[], env, workdir, place: &action.place };
        Some(vec![not_read(&action.name, used(row, workdir, world), &call)])
    }
}

/// The rows that the call is a run of, each with how many words it takes.
fn rows<'w>(call: &Call<'w>, world: &World<'w>) -> impl Iterator<Item = (&'w UnreadRunner, usize)> {
    let words = call.words;
    let program = words.first().and_then(|word| word.value.as_deref()).map(matching::program_name);
    let mine = world
        .catalog
        .runners
        .unread
        .iter()
        .filter(move |row| row.argv.iter().any(|argv| argv.first().is_some_and(|first| program == Some(first))));
    mine.filter_map(move |row| Some((row, row.argv.iter().find_map(|argv| matching::take_row(argv, words, &[]))?)))
}

fn run(row: &UnreadRunner, taken: usize, call: &Call<'_>, world: &World<'_>) -> Option<Vec<Next>> {
    let found = task_files(row, call, taken, world);
    if call.workdir.is_apart() && !row.files.is_empty() {
        return Some(Vec::new());
    }
    if found.is_empty() && !row.files.is_empty() {
        return None;
    }
    let silent = |path: &RepoPath| !speaks(row, path, call, world);
    if runs_no_task(row, call, taken) || (!row.only_if.is_empty() && all_read(&found, silent)) {
        return Some(Vec::new());
    }
    let name = call.words[..taken].iter().filter_map(|word| word.value.as_deref()).collect::<Vec<_>>().join(" ");
    Some(vec![not_read(&name, used(row, call.workdir, world), call)])
}

fn not_read(name: &str, file: Option<String>, call: &Call<'_>) -> Next {
    let what = file.map_or_else(String::new, |file| format!(" runs tasks of {file}, which"));
    let text = format!("`{name}`{what} is not read by this version");
    let mut next = Next::argv(call, Vec::new());
    next.target = Target::Opaque(Why::new(Reason::Unsupported, text).at(call.place.clone()));
    next
}

fn named(row: &UnreadRunner, name: &str) -> bool {
    row.files.iter().any(|file| match file.strip_prefix('*') {
        Some(ending) => name.ends_with(ending),
        None => name == file,
    })
}

/// Files of the tree with one of the names, by the number of their row.
pub(super) type Kept = Mutex<HashMap<usize, Arc<[RepoPath]>>>;

/// Files of the tree with one of the names; a name may be that of the directory they lie in. The tree is gone through once for each row.
fn all_files(row: &UnreadRunner, world: &World<'_>) -> Arc<[RepoPath]> {
    let number = std::ptr::from_ref(row).addr();
    if let Some(known) = world.seen.task_files.lock().ok().and_then(|known| known.get(&number).cloned()) {
        return known;
    }
    let files = world.snapshot.entries().iter().filter(|entry| entry.is_file()).map(|entry| &entry.path);
    let mine = files.filter(|path| named(row, path.file_name()) || named(row, path.parent().file_name()));
    let found: Arc<[RepoPath]> = mine.cloned().collect();
    if let Ok(mut known) = world.seen.task_files.lock() {
        known.insert(number, Arc::clone(&found));
    }
    found
}

/// The task files that a call may run, up to one more than are looked into.
fn task_files(row: &UnreadRunner, call: &Call<'_>, taken: usize, world: &World<'_>) -> Vec<RepoPath> {
    let mut found: Vec<RepoPath> = all_files(row, world).iter().take(LOOKED + 1).cloned().collect();
    let elsewhere =
        |word: &Word| word.value.as_deref().is_none_or(|text| row.elsewhere.iter().any(|flag| text.starts_with(flag)));
    if row.one_file && call.workdir.dir().is_some() && !call.words[taken..].iter().any(elsewhere) {
        alone(row, call.workdir, world, &mut found);
    }
    found
}

/// Leaves out the files of the same names in other directories than that of the file that runs, unless its text names such a
/// directory.
fn alone(row: &UnreadRunner, workdir: &Workdir, world: &World<'_>, found: &mut Vec<RepoPath>) {
    let Some(used) = nearest(row, workdir, world) else { return };
    let Ok(file) = world.snapshot.peek(&used) else { return };
    let whole = |path: &RepoPath| row.files.iter().any(|name| name == path.file_name());
    let names = |path: &RepoPath| file.text.contains(path.parent().file_name()) || file.text.contains(".glob");
    found.retain(|path| *path == used || !whole(path) || names(path));
}

/// Whether every task file there is was looked into, and each of them is silent.
fn all_read(found: &[RepoPath], silent: impl Fn(&RepoPath) -> bool) -> bool {
    found.len() <= LOOKED && found.iter().all(silent)
}

/// The task file that a run in a directory takes: the nearest one at or above it, of several there the one whose name comes
/// first. Without one, the only file of the tree, or how many there are. A directory that is not known counts as the root.
fn used(row: &UnreadRunner, workdir: &Workdir, world: &World<'_>) -> Option<String> {
    if let Some(path) = nearest(row, workdir, world) {
        return Some(path.to_string());
    }
    let all = all_files(row, world);
    match (all.first()?, all.len()) {
        (first, 1) => Some(first.to_string()),
        (first, more) => Some(format!("one of {more} files like {first}")),
    }
}

/// The task file nearest to a directory, at or above it.
fn nearest(row: &UnreadRunner, workdir: &Workdir, world: &World<'_>) -> Option<RepoPath> {
    let here = workdir.dir().unwrap_or_default();
    let home = |path: &RepoPath| {
        let parent = path.parent();
        if named(row, path.file_name()) { parent } else { parent.parent() }
    };
    let listed = |name: &str| row.files.iter().position(|file| file == name);
    let order =
        |path: &RepoPath| listed(path.file_name()).or_else(|| listed(path.parent().file_name())).unwrap_or(row.files.len());
    let all = all_files(row, world);
    let above = all.iter().filter(|path| here.is_in(&home(path)));
    above.min_by_key(|path| (Reverse(home(path).segments().count()), order(path))).cloned()
}

/// Every word that is no flag is one with which no task runs, or a flag says so.
fn runs_no_task(row: &UnreadRunner, call: &Call<'_>, taken: usize) -> bool {
    let tells = |text: &str| TELLS.contains(&text) || row.no_task.iter().any(|word| word == text);
    let words: Vec<Option<&str>> = call.words[taken..].iter().map(|word| word.value.as_deref()).collect();
    let flag = words.iter().flatten().any(|text| text.starts_with('-') && tells(text));
    let mut names = words.iter().filter(|word| !word.is_some_and(|text| text.starts_with('-'))).peekable();
    flag || (names.peek().is_some() && names.all(|word| word.is_some_and(tells)))
}

/// Whether a task file starts a tool, or holds one of the words that hand work on.
fn speaks(row: &UnreadRunner, path: &RepoPath, call: &Call<'_>, world: &World<'_>) -> bool {
    says(row, path, world) != Some(false)
        || world.snapshot.read_code(path).is_ok_and(|file| started::file_starts(&file, call, world))
}

/// Whether a task file holds one of the words that hand work on; `None`: it cannot be read.
fn says(row: &UnreadRunner, path: &RepoPath, world: &World<'_>) -> Option<bool> {
    let file = world.snapshot.read_code(path).ok()?;
    let mut tokens = file.text.split(|c: char| !(c.is_alphanumeric() || matches!(c, '_')));
    let listed = |token: &str| row.only_if.iter().any(|word| word == token);
    Some(tokens.any(listed) || row.only_if.iter().any(|word| word.contains(['-', '.']) && file.text.contains(word.as_str())))
}

#[cfg(test)]
mod tests {
    use super::{LOOKED, Unread};
    use crate::facts::runners::script_probe::told;

    const FILES: &[(&str, &str)] = &[
        ("Taskfile.yml", "x"),
        ("magefiles/a.go", "x"),
        ("docker-bake.hcl", "x"),
        (".trunk/trunk.yaml", "x"),
        ("app/build.gradle", "dependencies { implementation 'a:b:1' }"),
        ("pom.xml", "<plugin><artifactId>spotbugs-maven-plugin</artifactId></plugin>"),
        ("gradlew", "#!/bin/sh\n"),
    ];

    #[test]
    fn a_run_of_tasks_that_are_not_read_is_opaque() {
        for (command, expected) in [
            ("task --list", ""),
            ("task --version", ""),
            ("task lint", "opaque Unsupported: `task` runs tasks of Taskfile.yml, which is not read by this version"),
            ("mage -v check", "opaque Unsupported: `mage` runs tasks of magefiles/a.go, which is not read by this version"),
            (
                "docker buildx bake",
                "opaque Unsupported: `docker buildx bake` runs tasks of docker-bake.hcl, which is not read by this version",
            ),
            ("docker buildx build .", "not known"),
            ("./gradlew check", ""),
            ("mvn -B verify", "opaque Unsupported: `mvn` runs tasks of pom.xml, which is not read by this version"),
            ("mvn clean", ""),
            (
                "trunk check --ci",
                "opaque Unsupported: `trunk check` runs tasks of .trunk/trunk.yaml, which is not read by this version",
            ),
            ("trunk check list", ""),
            ("trunk build", "not known"),
            ("qlty check --all", "not known"),
            ("act", "opaque Unsupported: `act` is not read by this version"),
            ("invoke lint", "not known"),
            ("hatch fmt --check", "opaque Unsupported: `hatch fmt` is not read by this version"),
            ("hatch build", "not known"),
            ("pip install task", "not known"),
            ("git task", "not known"),
            ("pytest", "not known"),
        ] {
            let expected: Vec<&str> = if expected.is_empty() { Vec::new() } else { vec![expected] };
            assert_eq!(told(&Unread, FILES, "", command), expected, "{command}");
        }
        let with = &[("build.gradle.kts", "plugins { id(\"com.github.spotbugs\") }"), ("gradlew", "#!/bin/sh\n")];
        assert_eq!(told(&Unread, with, "", "./gradlew check").len(), 1);
        // Analyzers that the compiler runs; their annotations alone run nothing.
        for (build, opaque) in [
            ("plugins { id 'net.ltgt.errorprone' version '4.1.0' }", true),
            ("annotationProcessor 'com.uber.nullaway:nullaway:0.13.8'", true),
            ("compileOnly 'com.google.errorprone:error_prone_annotations:2.36.0'", false),
        ] {
            let with = &[("build.gradle", build), ("gradlew", "#!/bin/sh\n")];
            let is_opaque = told(&Unread, with, "", "./gradlew build").iter().any(|told| told.starts_with("opaque"));
            assert_eq!(is_opaque, opaque, "{build}");
        }
        let with = &[("build.gradle", "commandLine 'npm', 'run', 'lint'"), ("gradlew", "#!/bin/sh\n")];
        assert_eq!(told(&Unread, with, "", "./gradlew check").len(), 1);
    }

    #[test]
    fn the_task_file_that_is_named_is_the_one_that_is_used() {
        let files: &[(&str, &str)] = &[
            ("a/pixi.toml", "x"),
            ("b/pixi.toml", "x"),
            ("pixi.toml", "x"),
            ("a/b/flake.nix", "x"),
            ("c/flake.nix", "x"),
            ("a/mise-tasks/lint.sh", "x"),
            ("a/mise.toml", "x"),
            ("deep/Earthfile", "x"),
        ];
        for (directory, command, file) in [
            ("", "pixi run lint", "pixi.toml"),
            ("b/src", "pixi run lint", "b/pixi.toml"),
            ("?", "pixi run lint", "pixi.toml"),
            ("", "nix build", "one of 2 files like a/b/flake.nix"),
            ("a/b", "nix build", "a/b/flake.nix"),
            ("a", "mise run lint", "a/mise.toml"),
            ("", "earthly +lint", "deep/Earthfile"),
        ] {
            let told = told(&Unread, files, directory, command).join("\n");
            assert!(told.contains(&format!(" runs tasks of {file}, which")), "{directory} {command}: {told}");
        }
    }

    #[test]
    fn more_task_files_than_are_looked_into_may_run_anything() {
        let silent = |count: usize| (0..count).map(|at| format!("m{at:03}/build.gradle.kts")).collect::<Vec<_>>();
        for (count, expected) in [(LOOKED, 0), (LOOKED + 1, 1)] {
            let names = silent(count);
            let files: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "plugins { java }")).collect();
            assert_eq!(told(&Unread, &files, "", "./gradlew check").len(), expected, "{count}");
        }
    }

    #[test]
    fn of_task_files_of_one_name_the_one_that_runs_decides() {
        let files: &[(&str, &str)] = &[
            ("Rakefile", "task :default"),
            ("sub/Rakefile", "sh 'rubocop'"),
            ("named/Rakefile", "load '../sub/Rakefile'"),
            ("lib/Rakefile", "task :x"),
            ("lib/tasks/x.rake", "task :y"),
        ];
        for (directory, command, expected) in [
            ("", "rake test", 0),
            ("lib", "rake", 0),
            ("sub", "rake", 1),
            ("sub/deeper", "rake", 1),
            ("named", "rake", 1),
            ("", "rake -C sub", 1),
            ("", "rake -f sub/Rakefile", 1),
            ("?", "rake", 1),
        ] {
            assert_eq!(told(&Unread, files, directory, command).len(), expected, "{directory}: {command}");
        }
        let tasks = [files[0], ("lib/tasks/lint.rake", "sh 'rubocop'")];
        assert_eq!(told(&Unread, &tasks, "", "rake lint").len(), 1);
    }

    /// Found in public: a Rakefile that quotes its own runner's name overflowed the stack.
    #[test]
    fn task_files_that_start_each_other_end() {
        let own = [("Rakefile", "Task.new(\"rake lint\")\nx ['rake', 'lint']\n")];
        assert_eq!(told(&Unread, &own, "", "rake lint"), Vec::<String>::new());
        let each = [("Rakefile", "x 'mvn verify'\n"), ("pom.xml", "<a>'rake lint'</a>\n")];
        assert_eq!(told(&Unread, &each, "", "rake lint"), Vec::<String>::new());
        let tool = [("Rakefile", "x 'rake lint', 'bandit -r src'\n")];
        assert_eq!(told(&Unread, &tool, "", "rake lint").len(), 1);
    }

    #[test]
    fn actions_that_run_tasks_are_not_read() {
        for action in ["trunk-io/trunk-action@v1", "dagger/dagger-for-github@v8"] {
            let ci = format!(
                "on: pull_request\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - uses: {action}\n"
            );
            let snapshot = crate::snapshot::Snapshot::in_memory([(".github/workflows/ci.yml".to_owned(), ci)]);
            let facts = crate::facts::gather(&snapshot, crate::catalog::Catalog::builtin(), &crate::terms::Terms::default());
            let opaque = facts.expect("facts").trace.opaque;
            let name = action.split('@').next().unwrap_or_default();
            let told: Vec<&str> = opaque.iter().map(|unit| unit.why.text.as_str()).collect();
            assert!(told.iter().any(|why| why.contains(name) && why.ends_with("is not read by this version")), "{told:?}");
        }
    }
}
