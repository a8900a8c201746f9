//! Owns where questions go.
