//! Owns the process: parse, dispatch, exit status. Refuses everything else.
fn main() {}
