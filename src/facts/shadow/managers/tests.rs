//! Tests of what files of managers say, and of what sets a manager up.

use super::{Means, of_command, settings};
use crate::catalog::Catalog;
use crate::facts::meter::Meter;
use crate::facts::runners::World;
use crate::facts::shell::Word;
use crate::snapshot::Snapshot;
use crate::text::{Place, RepoPath, Span};

fn in_world<T>(files: &[(&str, &str)], ask: impl FnOnce(&World<'_>) -> T) -> T {
    let snapshot = Snapshot::in_memory(files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())));
    ask(&World { snapshot: &snapshot, catalog: Catalog::builtin(), meter: &Meter::default(), seen: &Default::default() })
}

fn words(line: &str) -> Vec<Word> {
    let word = |text: &str| Word {
        raw: text.to_owned(),
        value: Some(text.to_owned()),
        partial: None,
        span: Span::default(),
        place: Place::file(RepoPath::root()),
        glob: false,
    };
    line.split_whitespace().map(word).collect()
}

fn said(file: &str, text: &str) -> String {
    let program = if file.ends_with(".envrc") { "direnv" } else { "mise" };
    let files = [(file, text), ("bin/bandit", ""), ("ci/env", "PATH=bin\n"), ("ci/plain", "A=1\n")];
    in_world(&files, |world| {
        let manager = world.catalog.runners.manager.iter().find(|manager| manager.program == program).expect("a row");
        let all = settings(manager, &RepoPath::root(), world).into_iter();
        let told = all.filter(|setting| !matches!(setting.means, Means::Variable(..))).map(|setting| {
            let means = match setting.means {
                Means::Directory(path) => format!("in {path}"),
                Means::Somewhere(tail) => format!("somewhere {tail}"),
                Means::Program(name) => format!("name {name}"),
                Means::Variable(..) => unreachable!("left out"),
                Means::Every => "every".to_owned(),
            };
            format!("{}: {means}{}", setting.place.line, if setting.doubt.is_some() { "?" } else { "" })
        });
        told.collect::<Vec<_>>().join(", ")
    })
}

#[test]
fn lines_that_put_other_programs_in_place() {
    for (file, text, expected) in [
        ("mise.toml", "[tools]\npython = '3.12'\nnode = ['20', '22']\n", ""),
        ("mise.toml", "[env]\n_.path = ['./bin']\n", "2: in bin"),
        (".config/mise/conf.d/a.toml", "[env]\n_.path = '{{config_root}}/bin'\n", "2: in bin"),
        (".mise.toml", "[env]\n_.path = ['node_modules/.bin', '~/bin', '/opt/x', '{{env.HOME}}/x']\n", ""),
        ("mise.toml", "[env]\n_.path = ['{{vars.x}}/bin']\n", "2: somewhere /bin?"),
        ("mise.toml", "[env]\n_.path = { path = 'bin', tools = true }\n", "2: in bin"),
        ("mise.toml", "[env]\nPATH = 'bin:{{env.PATH}}'\n", "2: in bin"),
        ("mise.toml", "[[env]]\nA = '1'\n[[env]]\n_.path = 'bin'\n", "4: in bin"),
        ("mise.toml", "[env]\n_.source = 'ci/env'\n", "2: somewhere ?"),
        ("mise.toml", "[env]\n_.file = ['.env', 'ci/plain']\n_.python.venv = '.venv'\n", ""),
        ("mise.toml", "[env]\nBASH_ENV = 'ci/env'\n", "2: every"),
        ("mise.toml", "[tools]\n'pipx:bandit' = 'path:./bin'\n", "2: name bandit"),
        ("mise.toml", "[plugins]\nbandit = './bin'\n[tool_alias.node]\nversions = { a = '1' }\n", "2: name bandit?"),
        (".tool-versions", "python 3.12\nbandit path:./bin # x\n", "2: name bandit"),
        (".envrc", "PATH_add bin\n", "1: in bin"),
        (".envrc", "layout python\nuse flake\nexport A=1\nexport PATH=\"$HOME/x:$PATH\"\n", ""),
        (".envrc", "export PATH=\"$PWD/bin:$PATH\"\n", "1: in bin"),
        (".envrc", "[ -d x ] && path_add PATH bin\nPATH=$X/bin:$PATH\n", "1: in bin, 2: somewhere /bin?"),
        (".envrc", "source_env ../x\n", "1: somewhere ?"),
    ] {
        assert_eq!(said(file, text), expected, "{file}: {text}");
    }
}

#[test]
fn what_sets_a_manager_up() {
    in_world(&[], |world| {
        let told = |line: &str| of_command(&words(line), world).map(|(manager, lasts)| (manager.program.as_str(), lasts));
        assert_eq!(told("mise activate bash --shims"), Some(("mise", true)));
        assert_eq!(told("mise x node@20 -- eslint"), Some(("mise", false)));
        assert_eq!(told("direnv exec . make"), Some(("direnv", false)));
        assert_eq!(told("mise install"), None);
    });
}

#[test]
fn variables_that_a_manager_sets() {
    let set = |file: &str, text: &str| -> Vec<String> {
        let program = if file.ends_with(".envrc") { "direnv" } else { "mise" };
        in_world(&[(file, text), ("ci/plain", "A=1\n")], |world| {
            let manager = world.catalog.runners.manager.iter().find(|manager| manager.program == program).expect("a row");
            let all = settings(manager, &RepoPath::root(), world).into_iter();
            all.filter_map(|setting| match setting.means {
                Means::Variable(name, value) => Some(format!("{name}={}", value.unwrap_or_else(|| "?".to_owned()))),
                _ => None,
            })
            .collect()
        })
    };
    assert_eq!(set("mise.toml", "[env]\nA = '1'\nB = '{{ x }}'\n_.file = 'ci/plain'\n"), ["A=1", "B=?", "=?"]);
    assert_eq!(set(".envrc", "export A=1\nB=$(x)\n"), ["A=1", "B=?"]);
}
