//! Owns code of the tree in languages that are not read (`python ci/lint.py`, `node build.js`, `go run ./tools/lint`): opaque
//! when its text starts a tool or a task runner, nothing otherwise. Refuses to read the code.

use std::borrow::Cow;
use std::sync::Arc;

use super::script_words::literal;
use super::{Call, InCode, Next, Runner, Target, World, started};
use crate::answer::{Reason, Why};
use crate::catalog;
use crate::catalog::Catalog;
use crate::catalog::runner::CodeRunner;
use crate::doc::Format;
use crate::facts::hold::{Hold, HoldEffect};
use crate::facts::matching::program_name;
use crate::facts::shell::Word;
use crate::snapshot::UnreadKind;
use crate::text::{MappedText, RepoPath, SourceFile};

/// Files of one Go package that are looked at.
const PACKAGE: usize = 32;
/// Lines of a file that are looked at for what it loads.
const LOADING: usize = 2_000;

/// Interpreters, and `go run` of a package of the tree.
pub(super) struct Code;

impl Runner for Code {
    fn name(&self) -> &'static str {
        "code of the tree"
    }

    fn expand(&self, call: &Call<'_>, world: &World<'_>) -> Option<Vec<Next>> {
        let program = program_name(call.words.first()?.value.as_deref()?);
        if program == "go" {
            return go_run(call, world);
        }
        let row = world.catalog.runners.interpreter.iter().find(|row| row.program == program)?;
        if let Some(code) = given(row, call.words) {
            // That it imports a tool is mostly the question whether it is there.
            let text = code.shape();
            let starts =
                (row.shell && started::commands_start(&text, call, world)) || started::starts_in_text(&text, call, world);
            return starts.then(|| opaque(call, not_read(&format!("the code given to `{program}`")).at(call.place.clone())));
        }
        let (name, rest) = file_of(row, call)?;
        let mut known = vec![name.clone(), format!("{name}.{}", row.extension), format!("{name}/__main__.py")];
        // A module may be the project's own, installed from where its sources lie.
        let flag = call.words.get(rest.wrapping_sub(2)).and_then(|word| word.value.as_ref());
        if row.module_flag.is_some() && flag == row.module_flag.as_ref() {
            known.extend([format!("src/{name}.py"), format!("src/{name}/__main__.py")]);
        }
        let is_there = |path: &RepoPath| world.snapshot.is_file(path) || world.snapshot.linked(path).is_some();
        let inside = |name: &String| call.workdir.resolve(name).is_some_and(|path| is_there(&path));
        let found = known.iter().find(|name| inside(name));
        if found.is_none() {
            return installed(row, &name, rest, call, world);
        }
        // A directory that is not known: whether it is code of the tree is not known either, and mostly it is not a tool.
        let path = call.workdir.resolve(found?)?;
        let first = call.words.get(rest).and_then(|word| word.value.as_deref());
        if path.file_name() == "setup.py" && first.is_some_and(|first| catalog::lists(&catalog::commands().setup_py.idle, first))
        {
            return Some(Vec::new());
        }
        match world.snapshot.read_code(&path) {
            Ok(file) => Some(judged(call, world, &[file])),
            Err(unread) if matches!(unread.kind, UnreadKind::Missing | UnreadKind::NotText) => {
                Some(installed(row, &name, rest, call, world).unwrap_or_default())
            }
            Err(unread) => Some(opaque(call, Why::new(unread.reason(), unread.why).at(call.place.clone()))),
        }
    }

    fn in_code(&self) -> InCode {
        InCode::Passed
    }
}

/// Code among the words: `python -c "…"`.
fn given<'c>(row: &CodeRunner, words: &'c [Word]) -> Option<&'c Word> {
    let words = words.get(1..)?;
    // `cmd /c`, and `su USER -c`.
    let is_flag = |text: &str| text.starts_with('-') || row.code_flags.iter().any(|flag| flag == text);
    let named =
        usize::from(row.shell && words.first().is_some_and(|word| word.value.as_deref().is_some_and(|text| !is_flag(text))));
    let words = words.get(named..)?;
    let flags = words.iter().take_while(|word| word.value.as_deref().is_some_and(is_flag));
    let at = flags.into_iter().position(|word| row.code_flags.iter().any(|flag| word.value.as_ref() == Some(flag)))?;
    words.get(at + 1)
}

/// The code that an interpreter is given in its words, or on its standard input.
pub(in crate::facts) fn inline<'c>(
    words: &'c [Word],
    stdin: Option<&'c MappedText>,
) -> Option<(&'static CodeRunner, Cow<'c, str>)> {
    let program = program_name(words.first()?.value.as_deref()?);
    let row = Catalog::builtin().runners.interpreter.iter().find(|row| row.program == program)?;
    let from_there = || words[1..].iter().all(|word| word.head().starts_with('-'));
    let given = given(row, words).map(Word::shape);
    given.or_else(|| stdin.filter(|_| from_there()).map(|text| Cow::Borrowed(text.text()))).map(|code| (row, code))
}

/// Why code that an interpreter is given on its standard input is not read, when it starts anything.
pub(in crate::facts) fn on_stdin(code: &str, call: &Call<'_>, world: &World<'_>) -> Option<Why> {
    let program = program_name(call.words.first()?.value.as_deref()?);
    world.catalog.runners.interpreter.iter().find(|row| row.program == program)?;
    let mut operands = call.words[1..].iter().map(|word| word.value.as_deref());
    let from_there = operands.all(|text| text.is_some_and(|text| text.starts_with('-')));
    let starts = from_there && started::starts(code, call, world);
    starts.then(|| not_read(&format!("the code given to `{program}`")).at(call.place.clone()))
}

fn not_read(what: &str) -> Why {
    Why::new(Reason::Unsupported, format!("{what} starts tools or tasks; its code is not read by this version"))
}

/// A program that is installed and named to the interpreter: `node node_modules/.bin/eslint`, `python -X dev -m bandit`.
fn installed(row: &CodeRunner, name: &str, rest: usize, call: &Call<'_>, world: &World<'_>) -> Option<Vec<Next>> {
    let like = call.words.get(rest - 1)?;
    let preload = preloaded(row, call.words.get(1..rest - 1).unwrap_or(&[]));
    let arguments = call.words.get(rest..).unwrap_or(&[]).iter().cloned();
    let held = |words| {
        let mut next = Next::argv(call, words);
        next.holds.extend(preload.clone());
        vec![next]
    };
    if let Some(program) = row.programs.iter().find_map(|below| Some(name.rsplit_once(below.as_str())?.1)) {
        return Some(held(std::iter::once(literal(program, like)).chain(arguments).collect()));
    }
    if brought(row, name, call, world) {
        return Some(held(std::iter::once(literal(program_name(name), like)).chain(arguments).collect()));
    }
    if let Some(package) = name.rsplit_once("node_modules/").map(|(_, package)| package) {
        let mut parts = package.split('/');
        let program = match parts.next()? {
            ".bin" => parts.next()?.to_owned(),
            scope if scope.starts_with('@') => format!("{scope}/{}", parts.next()?),
            package => package.to_owned(),
        };
        return Some(held(std::iter::once(literal(&program, like)).chain(arguments).collect()));
    }
    let flag = row.module_flag.as_deref()?;
    let flags: Vec<&str> = call.words[1..rest - 1].iter().filter_map(|word| word.value.as_deref()).collect();
    // Without flags of the interpreter a row of the catalogue fits as it is.
    let (given, flags) = (flags.last() == Some(&flag), flags.split_last().map_or(&[][..], |(_, flags)| flags));
    if !given || flags.is_empty() {
        return None;
    }
    let head = [literal(&row.program, like), literal(flag, like), like.clone()];
    let mut next = Next::argv(call, head.into_iter().chain(arguments).collect());
    for (name, value) in crate::facts::shadow::flags_of_python(&call.words[..rest - 1]) {
        next.env.insert(name.to_owned(), Some(value.to_owned()));
    }
    Some(vec![next])
}

/// Whether a path that is no file of the tree names a program that is brought there: packed into one file, or put where the
/// project says that programs are put.
fn brought(row: &CodeRunner, name: &str, call: &Call<'_>, world: &World<'_>) -> bool {
    if row.packed.as_ref().is_some_and(|ending| name.ends_with(ending.as_str())) {
        return true;
    }
    let Some((by, path)) = row.programs_by.as_ref().zip(call.workdir.resolve(name)) else { return false };
    let of_project = |file: &str| call.workdir.resolve(file).filter(|path| world.snapshot.is_file(path));
    let document = of_project(&by.file).and_then(|file| world.snapshot.document(&file, Format::Json).ok());
    let key: Vec<&str> = by.key.iter().map(String::as_str).collect();
    let directory = document.as_ref().and_then(|document| call.workdir.resolve(document.root().route(&key)?.as_str()?));
    let listed = |file: &String| {
        let name = name.trim_start_matches("./");
        let text = of_project(file).and_then(|file| world.snapshot.read(&file).ok());
        text.is_some_and(|file| ["\"", "\"./"].iter().any(|quote| file.text.contains(&format!("{quote}{name}\""))))
    };
    directory.is_some_and(|directory| path.parent() == directory) || by.listed_in.iter().any(listed)
}

/// The hold of a flag by which the interpreter loads a file of the tree before the program; packages are the manifest's.
fn preloaded(row: &CodeRunner, words: &[Word]) -> Option<Hold> {
    let text = |word: &Word| word.value.clone();
    words.iter().enumerate().find_map(|(at, word)| {
        let is = |flag: &&String| word.head() == flag.as_str() || (flag.ends_with('=') && word.head().starts_with(flag.as_str()));
        let found = row.preloads.iter().find(is)?;
        let value = match found.ends_with('=') {
            true => text(word).map(|text| text[found.len()..].to_owned()),
            false => text(words.get(at + 1)?),
        };
        // `dotenv/config` is a package; what is computed may be anything.
        if value.as_ref().is_some_and(|value| !value.starts_with(['.', '/']) && !found.contains("file")) {
            return None;
        }
        let why = format!("`{}` loads other code before the program", found.trim_end_matches('='));
        Some(Hold::new(HoldEffect::Unknown(Reason::Unsupported), word.place.clone(), why))
    })
}

/// The file an interpreter is given and the index of the word behind it.
fn file_of(row: &CodeRunner, call: &Call<'_>) -> Option<(String, usize)> {
    let mut at = 1;
    loop {
        let text = call.words.get(at)?.value.as_deref()?;
        if row.module_flag.as_deref() == Some(text) {
            let module = call.words.get(at + 1)?.value.as_deref()?;
            return Some((module.replace('.', "/"), at + 2));
        }
        if row.no_file_flags.iter().any(|flag| flag == text) {
            return None;
        }
        if !text.starts_with('-') {
            return Some((text.to_owned(), at + 1));
        }
        at += 1 + usize::from(row.value_flags.iter().any(|flag| flag == text));
    }
}

/// The files of a module of the project, at its top or in `src`.
pub(super) fn of_module(name: &str, at: impl Fn(&str) -> Option<RepoPath>, world: &World<'_>) -> Vec<Arc<SourceFile>> {
    let names = ["", "src/"].iter().flat_map(|top| [".py", "/__init__.py"].map(|end| format!("{top}{name}{end}")));
    names.filter_map(|name| world.snapshot.read_code(&at(&name)?).ok()).collect()
}

/// What a program of the tree leads to: its own files, those it loads from beside it, and the one that its command names.
pub(super) fn judged(call: &Call<'_>, world: &World<'_>, files: &[Arc<SourceFile>]) -> Vec<Next> {
    let more: Vec<_> = files.iter().flat_map(|file| beside(file, call, world)).take(PACKAGE).collect();
    let mut all = files.iter().chain(&more);
    let speaking = all.find(|file| started::file_starts(file, call, world));
    let Some(file) = speaking else { return Vec::new() };
    opaque(call, not_read(&file.path.to_string()).at(call.place.clone()))
}

/// Files that one file hands its work to: what it loads by a path of the tree (`require_relative "../config/ci.rb"`), and the
/// command it is given, where commands are files (`manage.py lint`).
fn beside(file: &SourceFile, call: &Call<'_>, world: &World<'_>) -> Vec<Arc<SourceFile>> {
    let mut paths = Vec::new();
    for row in &world.catalog.runners.interpreter {
        let lines = file.text.lines().map(str::trim_start).take(if row.loads.is_empty() { 0 } else { LOADING });
        for rest in lines.filter_map(|line| row.loads.iter().find_map(|word| line.strip_prefix(word.as_str()))) {
            let Some(name) = rest.split(['"', '\'']).nth(1) else { continue };
            let names = [name.to_owned(), format!("{name}.{}", row.extension)];
            paths.extend(names.iter().filter_map(|name| file.path.parent().join(name)));
        }
        let Some(commands) = row.commands.as_ref().filter(|commands| commands.file == file.path.file_name()) else { continue };
        let texts = call.words.iter().map(|word| word.value.as_deref().unwrap_or_default());
        let mut behind = texts.skip_while(|text| text.rsplit('/').next() != Some(commands.file.as_str())).skip(1);
        let Some(name) = behind.find(|text| !text.starts_with('-')) else { continue };
        let end = format!("{}/{name}.{}", commands.below, row.extension);
        let all = world.snapshot.entries().iter().map(|entry| &entry.path);
        paths.extend(all.filter(|path| path.as_str().ends_with(&end)).take(PACKAGE).cloned());
    }
    paths.iter().filter(|path| world.snapshot.is_file(path)).filter_map(|path| world.snapshot.read_code(path).ok()).collect()
}

fn opaque(call: &Call<'_>, why: Why) -> Vec<Next> {
    let mut next = Next::argv(call, Vec::new());
    next.target = Target::Opaque(why);
    vec![next]
}

/// `go run ./tools/lint`, `go run mage.go`: code of this tree, not a package of another module.
fn go_run(call: &Call<'_>, world: &World<'_>) -> Option<Vec<Next>> {
    if call.arg(1)? != "run" {
        return None;
    }
    let named = call.words[2..].iter().map_while(|word| word.value.as_deref()).find(|text| !text.starts_with('-'))?;
    if !(named.starts_with('.') || named.ends_with(".go")) {
        return None;
    }
    let path = call.workdir.resolve(named)?;
    let files: Vec<_> = if named.ends_with(".go") {
        vec![path]
    } else {
        let inside = world.snapshot.under(&path).iter().map(|entry| &entry.path);
        inside.filter(|file| file.parent() == path && file.as_str().ends_with(".go")).take(PACKAGE).cloned().collect()
    };
    let read: Vec<_> = files.iter().filter_map(|path| world.snapshot.read_code(path).ok()).collect();
    Some(judged(call, world, &read))
}

#[cfg(test)]
mod tests {
    use super::Code;
    use crate::facts::runners::script_probe::told;

    const FILES: &[(&str, &str)] = &[
        ("ci/lint.py", "import subprocess\nsubprocess.check_call(['bandit', '-r', 'src'])\n"),
        ("ci/plain.py", "print('hello')\n"),
        ("ci/__main__.py", "run('flake8 src')\n"),
        ("build.js", "require('child_process').execSync('npx eslint .')\n"),
        ("setup.py", "setup(extras_require={'dev': ['flake8']})\n"),
        ("tools/lint/main.go", "exec.Command(\"golangci-lint\", \"run\")\n"),
        ("cmd/app/main.go", "package main\n"),
        ("ci/own.py", "#!/usr/bin/env python3\nrun('./ci/own.py')\n"),
        ("src/pkg/lint.py", "run(['bandit', '-r', 'src'])\n"),
        ("manage.py", "execute_from_command_line()\n"),
        ("app/management/commands/lint.py", "run(['bandit', '-r', 'src'])\n"),
        ("app/management/commands/load.py", "print()\n"),
        ("run.rb", "require_relative 'config/ci'\n"),
        ("config/ci.rb", "CI.run do\n  step 'Security', 'bin/brakeman --quiet'\nend\n"),
    ];

    #[test]
    fn code_that_starts_tools_is_opaque() {
        let told_of =
            |path: &str| format!("opaque Unsupported: {path} starts tools or tasks; its code is not read by this version");
        for (command, path) in [
            ("python ci/lint.py --all", "ci/lint.py"),
            ("python3 -u -X dev ci/lint.py", "ci/lint.py"),
            ("python -m ci.lint", "ci/lint.py"),
            ("python -m ci", "ci/__main__.py"),
            ("node build.js", "build.js"),
            ("node build", "build.js"),
            ("go run ./tools/lint", "tools/lint/main.go"),
            ("python ci/plain.py", ""),
            ("python -m pkg.lint", "src/pkg/lint.py"),
            ("python manage.py lint", "app/management/commands/lint.py"),
            ("python manage.py load", ""),
            ("ruby run.rb", "config/ci.rb"),
            ("python ci/own.py", ""),
            ("python setup.py sdist bdist_wheel", ""),
            ("python setup.py flake8", "setup.py"),
            ("go run ./cmd/app", ""),
        ] {
            let expected: Vec<String> = if path.is_empty() { Vec::new() } else { vec![told_of(path)] };
            assert_eq!(told(&Code, FILES, "", command), expected, "{command}");
        }
        for (command, expected) in [
            ("node ./node_modules/.bin/eslint .", "$ eslint ."),
            ("php -d memory_limit=-1 vendor/bin/phpstan analyse", "$ phpstan analyse"),
            ("php api/vendor/bin/psalm", "$ psalm"),
            ("node --max-old-space-size=4096 node_modules/eslint/bin/eslint.js .", "$ eslint ."),
            ("node node_modules/@biomejs/biome/bin/biome ci", "$ @biomejs/biome ci"),
            ("python -X dev -m bandit -r src", "$ python -m bandit -r src"),
            ("python3 -P -m bandit -r src", "$ python -m bandit -r src PYTHONSAFEPATH=1"),
        ] {
            let told = told(&Code, FILES, "", command);
            assert!(
                told.len() == 1 && told[0].starts_with(expected.split(" PYTHON").next().unwrap_or("")),
                "{command}: {told:?}"
            );
        }
        for command in [
            "python -c 'import bandit'",
            "python -m bandit",
            "python missing.py",
            "python pkg/lint.py",
            "node --run lint",
            "go run example.org/x@v1",
        ] {
            assert_eq!(told(&Code, FILES, "", command), ["not known"], "{command}");
        }
    }
}
