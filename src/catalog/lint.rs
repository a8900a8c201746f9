//! Owns the linter of the catalogue. Refuses to load it.
