//! Owns the names under which a package of the tree installs programs: its own and those of its scripts. Refuses archives, which
//! are not read.

use std::borrow::Cow;

use crate::doc::{Format, Value};
use crate::facts::runners::World;
use crate::text::{RepoPath, Span};

/// What a package installs.
#[derive(Debug, Default)]
pub(in crate::facts) struct Installs {
    /// Its own name, and the names of its programs.
    pub(in crate::facts) names: Vec<String>,
    /// Some of it is not read.
    pub(in crate::facts) unread: bool,
}

/// What installs packages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::facts) enum Kind {
    /// pip and its like.
    Python,
    /// npm and its like.
    Npm,
    /// `cargo install`.
    Cargo,
}

/// What lies at a path of the tree installs; `None` where nothing does that could be installed.
pub(in crate::facts) fn package(kind: Kind, path: &RepoPath, world: &World<'_>) -> Option<Installs> {
    if world.snapshot.is_file(path) {
        let archive = [".whl", ".tar.gz", ".zip", ".tgz"].iter().any(|end| path.file_name().ends_with(end));
        return archive.then(|| Installs { names: Vec::new(), unread: true });
    }
    let mut out = Installs::default();
    let found = match kind {
        Kind::Python => python(path, world, &mut out),
        Kind::Npm => table("package.json", Format::Json, path, world, &mut out, |root, out| {
            out.extend(root.get("name").and_then(Value::as_str).map(str::to_owned));
            out.extend(keys(root.get("bin")));
        }),
        Kind::Cargo => table("Cargo.toml", Format::Toml, path, world, &mut out, |root, out| {
            out.extend(root.route(&["package", "name"]).and_then(Value::as_str).map(str::to_owned));
            let bins = root.get("bin").into_iter().flat_map(Value::items);
            out.extend(bins.filter_map(|bin| bin.get("name")?.as_str().map(str::to_owned)));
        }),
    };
    if kind == Kind::Cargo {
        let sources =
            path.join("src/bin").into_iter().flat_map(|dir| world.snapshot.names_in(&dir).map(str::to_owned).collect::<Vec<_>>());
        out.names.extend(sources.filter_map(|name| name.strip_suffix(".rs").map(str::to_owned)));
    }
    found.then_some(out)
}

fn python(path: &RepoPath, world: &World<'_>, out: &mut Installs) -> bool {
    let mut found = table("pyproject.toml", Format::Toml, path, world, out, |root, names| {
        for route in [&["project", "name"][..], &["tool", "poetry", "name"]] {
            names.extend(root.route(route).and_then(Value::as_str).map(str::to_owned));
        }
        for route in super::python::SCRIPTS {
            names.extend(keys(root.route(route)));
        }
    });
    found |= table("setup.cfg", Format::Ini, path, world, out, |root, names| {
        names.extend(root.route(&["metadata", "name"]).and_then(Value::as_str).map(str::to_owned));
    });
    for name in ["setup.cfg", "setup.py"] {
        let Some(file) = path.join(name).filter(|path| world.snapshot.is_file(path)) else { continue };
        found = true;
        let Ok(file) = world.snapshot.read_code(&file) else {
            out.unread = true;
            continue;
        };
        let before = out.names.len();
        for (named, _, _) in super::python::entries(&file.text) {
            out.names.push(named.to_owned());
        }
        out.unread |= name == "setup.py" && file.text.contains("console_scripts") && out.names.len() == before;
        // `name="bandit"`
        let given = file.text.match_indices("name").filter_map(|(at, _)| {
            let rest = file.text[at + 4..].trim_start().strip_prefix('=')?.trim_start();
            let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
            rest[1..].split(quote).next()
        });
        out.names.extend(given.take(8).map(str::to_owned));
    }
    found
}

fn table(
    name: &str,
    format: Format,
    path: &RepoPath,
    world: &World<'_>,
    out: &mut Installs,
    take: impl Fn(Value<'_>, &mut Vec<String>),
) -> bool {
    let Some(file) = path.join(name).filter(|path| world.snapshot.is_file(path)) else { return false };
    match world.snapshot.document(&file, format) {
        Ok(document) => take(document.root(), &mut out.names),
        Err(_) => out.unread = true,
    }
    true
}

fn keys(table: Option<Value<'_>>) -> Vec<String> {
    table.into_iter().flat_map(Value::entries).filter_map(|entry| entry.name().map(str::to_owned)).collect()
}

/// The lines of a list of requirements, without comments, where they begin; a line that ends in `\\` goes on in the next one (pip,
/// "Requirements File Format").
pub(in crate::facts) fn lines(text: &str) -> impl Iterator<Item = (Cow<'_, str>, Span)> {
    let mut offset = 0;
    let mut begun: Option<(String, usize)> = None;
    let lines = text.split_inclusive('\n').filter_map(move |line| {
        let start = offset;
        offset += line.len();
        let end = start + line.trim_end().len();
        let whole = line.trim_end_matches(['\n', '\r']);
        if let Some(head) = whole.strip_suffix('\\').filter(|_| !whole.trim_start().starts_with('#')) {
            begun.get_or_insert_with(|| (String::new(), start)).0.push_str(head);
            return None;
        }
        Some(match begun.take() {
            Some((head, from)) => {
                let joined = head + line;
                (Cow::Owned(joined.split(" #").next().unwrap_or("").trim().to_owned()), Span::new(from, end))
            }
            None => {
                let content = line.split(" #").next().unwrap_or("").trim();
                (Cow::Borrowed(content), Span::new(start, end))
            }
        })
    });
    lines.filter(|(content, _)| !content.is_empty() && !content.starts_with('#'))
}

/// The path that a requirement names: `./x[dev]`, `-e ./x`, `x @ file:./x`.
pub(in crate::facts) fn path_of(text: &str) -> Option<&str> {
    let flag = ["-e ", "--editable ", "--editable="].iter().find_map(|flag| text.strip_prefix(flag)).map(str::trim);
    let text = flag.unwrap_or(text);
    let text =
        text.split_once('@').map(|(_, address)| address.trim()).filter(|address| address.starts_with("file:")).unwrap_or(text);
    let path = text.strip_prefix("file://").or_else(|| text.strip_prefix("file:")).unwrap_or(text);
    let path = path.split(['[', ';', '#']).next().unwrap_or(path).trim();
    let archive = [".whl", ".tar.gz", ".zip", ".tgz"].iter().any(|end| path.ends_with(end));
    let local = path.starts_with(['.', '/'])
        || flag.is_some()
        || (archive && !path.contains("://"))
        || path.len() < text.len() && text.starts_with("file:");
    (local && !path.contains("://") && !path.is_empty()).then_some(path)
}
