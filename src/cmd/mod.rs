//! x
/// x
pub fn main(_a: std::env::ArgsOs) -> std::process::ExitCode { std::process::ExitCode::SUCCESS }
