//! Owns the variables by which a program of the tree stands in for the Rust compiler (threats A11). Refuses Cargo's
//! configuration: `shadow` reads that.

use super::hold::{Hold, HoldEffect};
use super::pipeline::Env;
use super::runners::World;
use super::workdir::Workdir;
use crate::catalog::tool::Run;
use crate::text::Place;

/// Cargo's own variables for the compiler and what is put around it; Clippy puts itself in the place of the one for workspaces.
const NAMES: [&str; 4] = ["RUSTC", "RUSTC_WRAPPER", "CARGO_BUILD_RUSTC", "CARGO_BUILD_RUSTC_WRAPPER"];

/// A compiler of the tree that a variable names.
#[must_use]
pub fn of_variables(row: &Run, env: &Env, workdir: &Workdir, world: &World<'_>, place: &Place) -> Option<Hold> {
    let program = row.argv.as_ref()?.first()?;
    if program != "cargo" && program != "cargo-clippy" {
        return None;
    }
    let of_tree = |name: &&&str| {
        let value = env.get(name).and_then(Option::as_deref).filter(|value| value.contains('/'));
        value.and_then(|value| workdir.resolve(value)).is_some_and(|path| world.snapshot.is_file(&path))
    };
    let name = NAMES.iter().find(of_tree)?;
    Some(Hold::new(HoldEffect::Void, place.clone(), format!("`{name}` runs a program of the tree as the compiler")))
}
