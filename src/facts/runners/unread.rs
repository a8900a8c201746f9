//! Owns task runners whose task files are not read: a run of one is opaque. Refuses to know any of them by name: they are
//! `rules/runners.toml`.

use super::{Call, Next, Runner, Target, World, started};
use crate::answer::{Reason, Why};
use crate::catalog::Catalog;
use crate::catalog::runner::UnreadRunner;
use crate::facts::matching;
use crate::snapshot::Snapshot;
use crate::text::RepoPath;

/// Task files of one program that are looked into.
const LOOKED: usize = 64;

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

    fn expand(&self, call: &Call<'_>, world: &World<'_>) -> Option<Vec<Next>> {
        let program = matching::program_name(call.words.first()?.value.as_deref()?);
        let rows = world.catalog.runners.unread.iter();
        let mine = rows.filter(|row| row.argv.iter().any(|argv| argv.first().is_some_and(|first| first == program)));
        mine.filter_map(|row| Some((row, row.argv.iter().find_map(|argv| matching::take_row(argv, call.words, &[]))?)))
            .find_map(|(row, taken)| run(row, taken, call, world))
    }
}

fn run(row: &UnreadRunner, taken: usize, call: &Call<'_>, world: &World<'_>) -> Option<Vec<Next>> {
    let found = task_files(row, world.snapshot);
    if call.workdir.is_apart() && !row.files.is_empty() {
        return Some(Vec::new());
    }
    if found.is_empty() && !row.files.is_empty() {
        return None;
    }
    if runs_no_task(row, call, taken) || (!row.only_if.is_empty() && !found.iter().any(|path| speaks(row, path, call, world))) {
        return Some(Vec::new());
    }
    let name = call.words[..taken].iter().filter_map(|word| word.value.as_deref()).collect::<Vec<_>>().join(" ");
    let what = found.first().map_or_else(String::new, |path| format!(" runs tasks of {path}, which"));
    let text = format!("`{name}`{what} is not read by this version");
    let mut next = Next::argv(call, Vec::new());
    next.target = Target::Opaque(Why::new(Reason::Unsupported, text).at(call.place.clone()));
    Some(vec![next])
}

fn named(row: &UnreadRunner, name: &str) -> bool {
    row.files.iter().any(|file| match file.strip_prefix('*') {
        Some(ending) => name.ends_with(ending),
        None => name == file,
    })
}

/// Files of the tree with one of the names; a name may be that of the directory they lie in.
fn task_files(row: &UnreadRunner, snapshot: &Snapshot) -> Vec<RepoPath> {
    let files = snapshot.entries().iter().filter(|entry| entry.is_file()).map(|entry| &entry.path);
    let mine = files.filter(|path| named(row, path.file_name()) || named(row, path.parent().file_name()));
    mine.take(LOOKED + 1).cloned().collect()
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
    let Ok(file) = world.snapshot.read(path) else { return true };
    let mut tokens = file.text.split(|c: char| !(c.is_alphanumeric() || matches!(c, '_')));
    let listed = |token: &str| row.only_if.iter().any(|word| word == token);
    tokens.any(listed)
        || row.only_if.iter().any(|word| word.contains(['-', '.']) && file.text.contains(word.as_str()))
        || started::starts(&file.text, call, world)
}

#[cfg(test)]
mod tests {
    use super::Unread;
    use crate::facts::runners::script_probe::told;

    const FILES: &[(&str, &str)] = &[
        ("Taskfile.yml", "x"),
        ("magefiles/a.go", "x"),
        ("docker-bake.hcl", "x"),
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
        let with = &[("build.gradle", "commandLine 'npm', 'run', 'lint'"), ("gradlew", "#!/bin/sh\n")];
        assert_eq!(told(&Unread, with, "", "./gradlew check").len(), 1);
    }
}
