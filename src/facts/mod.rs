//! Owns what can be known about a snapshot before anything is judged. Refuses verdicts and severities.

pub mod shell;
