//! Owns the variables by which a program of the tree stands in for a compiler, Rust's or Go's (threats A11). Refuses Cargo's
//! configuration: `shadow` reads that.

use super::hold::{Hold, HoldEffect};
use super::pipeline::Env;
use super::runners::World;
use super::shadow;
use super::shell::UNKNOWN_CHAR;
use super::workdir::Workdir;
use crate::answer::Reason;
use crate::catalog;
use crate::catalog::tool::{Run, Tool};
use crate::text::Place;

/// A program of the tree that the go command puts around its own tools.
#[must_use]
pub fn of_go_flags(tool: &Tool, env: &Env, workdir: &Workdir, world: &World<'_>, place: &Place) -> Option<Hold> {
    let flags = env.get("GOFLAGS")?.as_deref().filter(|_| tool.languages.iter().any(|language| language == "go"))?;
    let named =
        flags.split_whitespace().filter_map(|flag| flag.trim_matches(['"', '\'']).trim_start_matches('-').split_once('='));
    let mut of_tree = named.filter(|(name, value)| {
        let path = value.split(' ').next().filter(|value| value.contains(['/', '.'])).and_then(|value| workdir.resolve(value));
        catalog::lists(&world.catalog.commands.go.tree_flags, name) && path.is_some_and(|path| world.snapshot.is_file(&path))
    });
    let (name, value) = of_tree.next()?;
    let why = format!("`GOFLAGS` has Go run or read `{value}` of the tree with `-{name}`");
    Some(Hold::new(HoldEffect::Void, place.clone(), why).mended(format!("take `-{name}={value}` out of `GOFLAGS`")))
}

/// A toolchain of the tree that a variable names.
fn of_toolchain(env: &Env, workdir: &Workdir, world: &World<'_>, place: &Place) -> Option<Hold> {
    let names = &world.catalog.commands.cargo.toolchain_variables;
    names.iter().find_map(|name| {
        let value = env.get(name)?.as_deref()?;
        if shadow::is_toolchain(value, workdir, world) {
            return Some(Hold::new(
                HoldEffect::Void,
                place.clone(),
                format!("`{name}` names a directory of the tree as the toolchain"),
            ));
        }
        let (_, tail) = value.rsplit_once(UNKNOWN_CHAR).filter(|(_, tail)| tail.starts_with('/'))?;
        let file = shadow::at_end(tail, ["/bin/cargo", "/bin/rustc"].into_iter(), world)?;
        let why = format!("`{name}`, which is not known, may name the toolchain of the tree that `{file}` is of");
        Some(Hold::new(HoldEffect::Unknown(Reason::Dynamic), place.clone(), why))
    })
}

/// A compiler of the tree that a variable names.
#[must_use]
pub fn of_variables(row: &Run, env: &Env, workdir: &Workdir, world: &World<'_>, place: &Place) -> Option<Hold> {
    let program = row.argv.as_ref()?.first()?;
    if program != "cargo" && program != "cargo-clippy" {
        return None;
    }
    if let Some(hold) = of_toolchain(env, workdir, world, place) {
        return Some(hold);
    }
    let names = &world.catalog.commands.cargo.tree_variables;
    let value = |name: &str| env.get(name).and_then(Option::as_deref).filter(|value| value.contains('/'));
    let of_tree =
        |name: &&String| value(name).and_then(|value| workdir.resolve(value)).is_some_and(|path| world.snapshot.is_file(&path));
    if let Some(name) = names.iter().find(of_tree) {
        return Some(Hold::new(HoldEffect::Void, place.clone(), format!("`{name}` runs a program of the tree as the compiler")));
    }
    names.iter().find_map(|name| {
        let (_, tail) = value(name)?.rsplit_once(UNKNOWN_CHAR).filter(|(_, tail)| tail.starts_with('/'))?;
        let file = shadow::at_end(tail, std::iter::once(""), world)?;
        let why = format!("`{name}`, which is not known, may run `{file}` of the tree as the compiler");
        Some(Hold::new(HoldEffect::Unknown(Reason::Dynamic), place.clone(), why))
    })
}
