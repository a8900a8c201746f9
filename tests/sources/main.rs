//! Owns the tests of sources: every kind of repository, and every way to plant something in one.
#![cfg(unix)]

mod fixture;
mod hostile;
mod kinds;
mod listing;
mod references;
