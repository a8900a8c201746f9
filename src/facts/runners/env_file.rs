//! Owns files of variables that programs read as data: `NAME=value`, line by line. Refuses what a shell would do with them, and the
//! order in which several count.

use super::World;
use crate::facts::pipeline::Env;
use crate::facts::shell::UNKNOWN_CHAR;
use crate::facts::workdir::Workdir;

/// Variables of one file.
const MOST: usize = 1_000;

/// What a program makes of a line.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Lines {
    /// The value is what stands behind the `=` (docker 28 `pkg/kvfile/kvfile.go`, tox 4.32 `config/set_env.py`).
    Plain,
    /// Quotes are taken off, `export` may stand before it, `$NAME` is replaced (compose, dotenvy).
    Quoted,
}

/// Adds the variables of a file. Of one that the tree does not hold, or that is not read, nothing is known: what is looked for on a
/// search path may be found anywhere.
pub(super) fn add(env: &mut Env, name: &str, from: &Workdir, lines: Lines, outer: &Env, world: &World<'_>) {
    let path = from.resolve(name).filter(|path| world.snapshot.is_file(path));
    let Some(file) = path.and_then(|path| world.snapshot.peek(&path).ok()) else {
        env.insert("PATH".to_owned(), Some(UNKNOWN_CHAR.to_string()));
        return;
    };
    world.meter.spend(file.text.len() / 8);
    for line in file.text.trim_start_matches('\u{FEFF}').lines().take(MOST) {
        let line = line.trim_start();
        let line = line.strip_prefix("export ").filter(|_| lines == Lines::Quoted).unwrap_or(line);
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        match line.split_once('=') {
            Some((name, value)) => {
                let value = if lines == Lines::Quoted { unquoted(value) } else { Some(value.to_owned()) };
                env.insert(name.trim().to_owned(), value);
            }
            None => {
                if let Some(value) = outer.get(line) {
                    env.insert(line.to_owned(), value.clone());
                }
            }
        }
    }
}

/// A value without its quotes and without a comment behind it; `None` when something in it is replaced.
fn unquoted(value: &str) -> Option<String> {
    let value = value.trim();
    for mark in ['\'', '"'] {
        if let Some((inside, _)) = value.strip_prefix(mark).and_then(|rest| rest.split_once(mark)) {
            return (mark == '\'' || !inside.contains(['$', '\\'])).then(|| inside.to_owned());
        }
    }
    let value = value.split(" #").next().unwrap_or(value).trim_end();
    (!value.contains('$')).then(|| value.to_owned())
}
