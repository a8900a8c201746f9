//! Owns the rules of this house: what the compiler cannot enforce about how the code and the catalogue are laid out. Each test
//! is small and says what to do. Refuses to test behaviour.

mod catalogue;
mod dependencies;
mod files;
mod imports;
pub(crate) mod reading;
mod rosters;
