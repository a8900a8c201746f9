//! Owns the shape of examples. Refuses to run them.
