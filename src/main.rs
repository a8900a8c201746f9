//! Owns the process: hands the command line over and returns the exit status. Refuses everything else.

use std::process::ExitCode;

fn main() -> ExitCode {
    tollgate::cmd::main(std::env::args_os())
}
