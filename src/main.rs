//! Owns the process: hands the command line over and returns the exit status. Refuses everything else.

use std::process::ExitCode;

/// The tree of facts is made of many small pieces: an allocator for such is a sixth of the time, and a musl build's own is slow.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    tollgate::cmd::main(std::env::args_os())
}
