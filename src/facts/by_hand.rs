//! Owns which targets of task runners people can run by hand: those of a Makefile, a justfile, a tox.ini or a noxfile whose
//! lines name an analyzer. What they reach is configured, no more. Refuses to follow them: `trace` does.

use std::collections::BTreeSet;

use super::components::Inventory;
use super::python;
use super::python::tree::{Expr, How, Kind, Piece, Trailer, What};
use super::runners::{self, World};
use super::trace::{self, Trace};
use crate::terms::Terms;
use crate::text::{RepoPath, SourceFile, Span};

/// Directories looked at, and targets followed in one file: past it a tool is merely not called configured.
const DIRECTORIES: usize = 50;
const TARGETS: usize = 20;

/// Targets that name a tool, and the line each begins on.
type Targets = Vec<(String, usize)>;

/// A file of a task runner: its names (the first that is there counts), the command, and its targets that name a tool.
struct TaskFile {
    names: &'static [&'static str],
    command: &'static [&'static str],
    targets: fn(&SourceFile, &[String]) -> Targets,
}

const KINDS: [TaskFile; 4] = [
    TaskFile { names: runners::MAKEFILES, command: &["make"], targets: |file, needles| lines(file, colon, needles) },
    TaskFile {
        names: &["justfile", "Justfile", ".justfile"],
        command: &["just"],
        targets: |file, needles| lines(file, colon, needles),
    },
    TaskFile { names: &["tox.ini"], command: &["tox", "-e"], targets: |file, needles| lines(file, section, needles) },
    TaskFile { names: &["noxfile.py"], command: &["nox", "-s"], targets: sessions },
];

/// Follows the targets that name a tool of the catalogue.
#[must_use]
pub(super) fn trace(world: &World<'_>, terms: &Terms, inventory: &Inventory) -> Trace {
    let needles = needles(world);
    let mut directories: BTreeSet<RepoPath> = BTreeSet::from([RepoPath::root()]);
    directories.extend(inventory.components.iter().map(|component| component.directory.clone()));
    let mut out = Trace::default();
    for directory in directories.iter().take(DIRECTORIES) {
        for kind in &KINDS {
            let paths = kind.names.iter().filter_map(|name| directory.join(name));
            let Some(path) = paths.into_iter().find(|path| world.snapshot.is_file(path)) else { continue };
            let Ok(file) = world.snapshot.read(&path) else { continue };
            for (name, line) in (kind.targets)(&file, &needles) {
                let mut command: Vec<&str> = kind.command.to_vec();
                command.push(&name);
                let at = file.lines().start_of(line).unwrap_or(0);
                let place = file.place(Span::new(at, at));
                out.invocations.extend(trace::by_hand(&command, &place, directory, world, terms).invocations);
            }
        }
    }
    out
}

/// Texts that a line which runs a tool holds: the program, or program and subcommand where the program does much else.
fn needles(world: &World<'_>) -> Vec<String> {
    let rows = world.catalog.tools.iter().flat_map(|tool| tool.run.iter().filter_map(|row| row.argv.as_ref()));
    let mut all: Vec<String> = rows
        .map(|argv| if argv[0].len() > 6 { argv[0].clone() } else { argv.iter().take(2).cloned().collect::<Vec<_>>().join(" ") })
        .collect();
    all.sort();
    all.dedup();
    all
}

/// Targets with a line that names a tool, and the line each begins on; `GOLANGCI_LINT` names golangci-lint.
fn lines(file: &SourceFile, target: fn(&str) -> Option<&str>, needles: &[String]) -> Targets {
    let mut found: Vec<(&str, usize)> = Vec::new();
    let mut current = None;
    for (at, line) in file.text.lines().enumerate() {
        if !line.starts_with([' ', '\t', '#']) && !line.trim().is_empty() {
            if let Some(name) = target(line) {
                current = Some((name, at + 1));
            }
            // `commands = ruff check` of tox stands on a line of its own without indent.
            if !line.contains('=') || line.contains(":=") {
                continue;
            }
        }
        let Some(target) = current.filter(|target| found.last() != Some(target)) else { continue };
        let plain = line.to_ascii_lowercase().replace('_', "-");
        if needles.iter().any(|needle| plain.contains(needle.as_str())) {
            found.push(target);
        }
        if found.len() >= TARGETS {
            break;
        }
    }
    found.into_iter().map(|(name, line)| (name.to_owned(), line)).collect()
}

/// Functions of a noxfile that are decorated and name a tool, by the name the decorator gives them.
fn sessions(file: &SourceFile, needles: &[String]) -> Targets {
    let Ok(block) = python::module(&file.text) else { return Vec::new() };
    let mut found = Vec::new();
    for (at, statement) in block.iter().enumerate() {
        let What::Function(function) = &statement.what else { continue };
        let end = block.get(at + 1).map_or(file.text.len(), |next| next.span.start);
        let text = file.text.get(function.span.start..end).unwrap_or("");
        // `"ruff", "check"` are the words `ruff check`.
        let plain = text.to_ascii_lowercase().replace(['"', '\'', ','], "").replace('_', "-");
        let plain = plain.split_whitespace().collect::<Vec<_>>().join(" ");
        if function.decorators.is_empty() || !needles.iter().any(|needle| plain.contains(needle.as_str())) {
            continue;
        }
        let name = function.decorators.iter().find_map(named).unwrap_or(&function.name);
        found.push((name.to_owned(), file.position(function.span.start).0));
        if found.len() >= TARGETS {
            break;
        }
    }
    found
}

/// `@nox.session(name="lint")`
fn named(decorator: &Expr) -> Option<&str> {
    let Kind::Postfix(_, trailers) = &decorator.kind else { return None };
    let Some(Trailer::Call(arguments, _)) = trailers.last() else { return None };
    let name = arguments.iter().find(|item| item.how == How::Keyword("name".into()))?;
    match &name.value.kind {
        Kind::Text(pieces) => match pieces.as_slice() {
            [Piece::Known(text, _)] => Some(text),
            _ => None,
        },
        _ => None,
    }
}

/// `lint: deps` of make, `lint arg:` of just.
fn colon(line: &str) -> Option<&str> {
    let (head, rest) = line.split_once(':')?;
    let name = head.split_whitespace().next()?.trim_start_matches('@');
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || "-_/".contains(c)) && !name.starts_with('-');
    (plain && !rest.starts_with('=') && !head.contains('=')).then_some(name)
}

/// `[testenv:lint]` of tox.
fn section(line: &str) -> Option<&str> {
    let name = line.trim().strip_prefix("[testenv:")?.strip_suffix(']')?;
    name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)).then_some(name)
}
