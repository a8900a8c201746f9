//! The one integration binary: data-driven tests over `rules/` and `fixtures-repos/`, and tests of contracts.

mod catalogue;
mod cli;
mod corpora;
mod determinism;
mod docs;
mod examples;
mod forge;
mod gate;
mod hostile;
mod house;
mod input;
mod repos;
mod retired;
mod tags;
mod told;
mod wording;
