//! Owns the variables by which a program of the tree stands in for a compiler, Rust's or Go's (threats A11). Refuses Cargo's
//! configuration: `shadow` reads that.

use super::hold::{Hold, HoldEffect};
use super::pipeline::Env;
use super::runners::World;
use super::workdir::Workdir;
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

/// A compiler of the tree that a variable names.
#[must_use]
pub fn of_variables(row: &Run, env: &Env, workdir: &Workdir, world: &World<'_>, place: &Place) -> Option<Hold> {
    let program = row.argv.as_ref()?.first()?;
    if program != "cargo" && program != "cargo-clippy" {
        return None;
    }
    let of_tree = |name: &&String| {
        let value = env.get(name).and_then(Option::as_deref).filter(|value| value.contains('/'));
        value.and_then(|value| workdir.resolve(value)).is_some_and(|path| world.snapshot.is_file(&path))
    };
    let name = world.catalog.commands.cargo.tree_variables.iter().find(of_tree)?;
    Some(Hold::new(HoldEffect::Void, place.clone(), format!("`{name}` runs a program of the tree as the compiler")))
}
