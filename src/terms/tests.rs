//! Owns the tests of the policy reader.
