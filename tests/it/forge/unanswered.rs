//! Owns what becomes of answers that do not come.
