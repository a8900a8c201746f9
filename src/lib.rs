//! tollgate makes a backend security checklist executable.
//!
//! `source → snapshot → facts → finding → checks → policy → report`: a module imports only from its left and from the ground
//! floor; `tests/it/house` enforces it. ARCHITECTURE.md walks the road with one finding.

// Ground floor.
mod abreast;
pub mod answer;
pub mod catalog;
pub mod doc;
pub mod error;
pub mod limits;
pub mod signing;
pub mod terms;
pub mod text;
// The road.
pub mod checks;
pub mod facts;
pub mod finding;
pub mod policy;
pub mod report;
pub mod snapshot;
pub mod source;
// The command line.
pub mod cli;
pub mod cmd;
pub mod inspect;
