//! Owns requirements of Python that name a tool and another source than the registry: `bandit @ file:…`, `-e ./tools/bandit`.
//! Refuses versions: a range is still the tool.

use crate::catalog::Tool;
use crate::doc::{Format, Value};
use crate::facts::hold::{Hold, HoldEffect};
use crate::facts::runners::World;
use crate::facts::shadow::local;
use crate::text::{Place, RepoPath, Span};

/// Lists of requirements that are looked into for one directory.
const LISTS: usize = 16;

/// The first requirement of the tool's name that is taken from elsewhere.
pub(super) fn elsewhere(name: &str, tool: &Tool, directory: &RepoPath, world: &World<'_>) -> Option<Hold> {
    directory.ancestors().find_map(|dir| {
        lists(&dir, name, tool, world).or_else(|| declared(&dir, name, tool, world)).or_else(|| pipfile(&dir, name, tool, world))
    })
}

fn hold(place: Place, name: &str) -> Hold {
    Hold::new(HoldEffect::Void, place, format!("`{name}` is taken from another source than the registry"))
}

fn lists(directory: &RepoPath, name: &str, tool: &Tool, world: &World<'_>) -> Option<Hold> {
    let inside = [Some(directory.clone()), directory.join("requirements")];
    let names = inside.iter().flatten().flat_map(|dir| {
        let files = world.snapshot.names_in(dir).filter(|file| {
            let listed = file.contains("requirements") || dir.file_name() == "requirements";
            (listed && (file.ends_with(".txt") || file.ends_with(".in"))) || *file == "tox.ini"
        });
        files.filter_map(|file| dir.join(file)).collect::<Vec<_>>()
    });
    let mut open: Vec<RepoPath> = names.take(LISTS).collect();
    let mut next = 0;
    while let Some(path) = open.get(next).cloned() {
        next += 1;
        let Ok(file) = world.snapshot.read_marked(&path) else { continue };
        for (text, span) in local::lines(&file.text) {
            // `deps =` of tox, and `py312: ` in front of one.
            let text = if path.file_name() == "tox.ini" { dependency(&text) } else { &text };
            if is_elsewhere(text, name, tool) || declares(text, name, tool, directory, world) {
                return Some(hold(file.place(span), name));
            }
            let taken_in = taken_in(text).and_then(|list| path.parent().join(list)).filter(|list| world.snapshot.is_file(list));
            open.extend(taken_in.filter(|list| open.len() < LISTS && !open.contains(list)));
        }
    }
    None
}

/// The list that a line takes in: `-r LIST`, `-c LIST`.
fn taken_in(line: &str) -> Option<&str> {
    let flags = ["--requirement", "--constraint", "-r", "-c"];
    let rest = flags.iter().find_map(|flag| line.strip_prefix(flag))?.trim_start_matches(['=', ' ', '\t']);
    let rest = rest.strip_prefix("{toxinidir}/").unwrap_or(rest);
    (!rest.is_empty() && !rest.contains("://")).then_some(rest)
}

fn dependency(line: &str) -> &str {
    let line = line.strip_prefix("deps").and_then(|rest| rest.trim_start().strip_prefix('=')).unwrap_or(line).trim();
    line.split_once(": ").map_or(line, |(_, rest)| rest.trim())
}

/// Whether a requirement is the tool's name from a path or an address that is not the tool's own.
fn is_elsewhere(text: &str, name: &str, tool: &Tool) -> bool {
    let target = ["-e ", "--editable ", "--editable="].iter().find_map(|flag| text.strip_prefix(flag)).map(str::trim);
    let path = |text: &str| {
        let text = text.split(['[', ';', '#']).next().unwrap_or(text).trim_end_matches('/');
        text.rsplit('/').next().is_some_and(|last| same(last.strip_suffix(".git").unwrap_or(last), name))
    };
    if let Some((head, address)) = text.split_once('@').filter(|_| target.is_none()) {
        let head = head.split('[').next().unwrap_or(head).trim();
        if same(head, name) {
            return !is_own(address, tool);
        }
    }
    let written = target.unwrap_or(text);
    let local = written.starts_with(['.', '/']) || written.starts_with("file:");
    let address = written.starts_with("git+") || written.contains("://");
    (local && written != "." && path(written))
        || (address && !written.starts_with('-') && path(written) && !is_own(written, tool))
}

/// Whether a requirement is a path to a package of the tree that installs the tool's name.
fn declares(text: &str, name: &str, tool: &Tool, directory: &RepoPath, world: &World<'_>) -> bool {
    let program = |given: &str| {
        tool.run.iter().any(|row| row.argv.as_ref().is_some_and(|argv| argv.first().is_some_and(|word| word == given)))
    };
    let of_tree = local::path_of(text).filter(|path| *path != ".").and_then(|path| directory.join(path.trim_end_matches('/')));
    let package = of_tree.and_then(|path| local::package(local::Kind::Python, &path, world));
    package.is_some_and(|package| package.names.iter().any(|given| same(given, name) || program(given)))
}

fn same(a: &str, b: &str) -> bool {
    let plain = |text: &str| text.to_ascii_lowercase().replace(['_', '.'], "-");
    plain(a) == plain(b)
}

/// The address is that of a repository which the catalogue names for the tool.
fn is_own(address: &str, tool: &Tool) -> bool {
    let address = address.to_ascii_lowercase();
    let mut repositories = tool.run.iter().filter_map(|row| row.hook.as_ref()).map(|hook| hook.repo.to_ascii_lowercase());
    repositories.any(|repository| {
        let bare = repository.split_once("://").map_or(repository.as_str(), |(_, rest)| rest);
        address.contains(bare)
    })
}

/// What the project in a directory asks for under the tool's name, and not from an index.
pub(in crate::facts) fn declared(directory: &RepoPath, name: &str, tool: &Tool, world: &World<'_>) -> Option<Hold> {
    pyproject(directory, name, tool, world).or_else(|| setup(directory, name, tool, world))
}

/// Files in which managers and builders of environments find requirements as texts.
const PROJECTS: [&str; 5] = ["pyproject.toml", "setup.cfg", "setup.py", "tox.toml", "hatch.toml"];

/// `NAME @ ADDRESS` in a text of such a file.
fn setup(directory: &RepoPath, name: &str, tool: &Tool, world: &World<'_>) -> Option<Hold> {
    PROJECTS.iter().find_map(|file| {
        let path = directory.join(file).filter(|path| world.snapshot.is_file(path))?;
        let file = world.snapshot.read(&path).ok().filter(|file| file.text.contains(name))?;
        let mut offset = 0;
        file.text.split_inclusive('\n').find_map(|line| {
            let start = offset;
            offset += line.len();
            let comment = line.trim_start().starts_with('#');
            let mut texts = line.split(['"', '\'']).filter(|text| !comment && text.contains('@'));
            let named = |text: &str| text.split('@').next().is_some_and(|head| !head.contains(['/', ':']));
            let found = texts.any(|text| named(text) && is_elsewhere(text.trim(), name, tool));
            found.then(|| hold(file.place(Span::new(start, start + line.trim_end().len())), name))
        })
    })
}

fn pyproject(directory: &RepoPath, name: &str, tool: &Tool, world: &World<'_>) -> Option<Hold> {
    let path = directory.join("pyproject.toml").filter(|path| world.snapshot.is_file(path))?;
    let document = world.snapshot.document(&path, Format::Toml).ok()?;
    let root = document.root();
    let groups = [&["project", "optional-dependencies"][..], &["dependency-groups"][..]];
    let grouped = groups.iter().filter_map(|route| root.route(route)).flat_map(Value::entries).map(|entry| entry.value);
    let lists = root.route(&["project", "dependencies"]).into_iter().chain(grouped);
    let found = lists.flat_map(Value::items).find(|item| item.as_str().is_some_and(|text| is_elsewhere(text, name, tool)))?;
    Some(hold(found.place(), name))
}

fn pipfile(directory: &RepoPath, name: &str, tool: &Tool, world: &World<'_>) -> Option<Hold> {
    let path = directory.join("Pipfile").filter(|path| world.snapshot.is_file(path))?;
    let document = world.snapshot.document(&path, Format::Toml).ok()?;
    let root = document.root();
    let tables = ["packages", "dev-packages"].into_iter().filter_map(|table| root.get(table));
    let mut named = tables.into_iter().filter_map(|table| table.get(name));
    let source = |value: &Value<'_>| {
        let given = ["path", "git", "file"].iter().find_map(|key| value.get(key));
        given.is_some_and(|given| !is_own(given.as_str().unwrap_or_default(), tool))
    };
    named.find(source).map(|value| hold(value.place(), name))
}
