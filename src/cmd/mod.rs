//! Owns the commands: from parsed options to output and exit status. Refuses to decide anything about a repository.

mod check;
mod check_run;
mod countersign;
mod environment;
mod event;
mod explain;
mod explain_tool;
mod facts;
mod generate;
mod init;
mod keys;
mod output;
mod policy;
mod policy_approve;
mod policy_diff;
mod request;
mod rules;
mod verify_tag;
mod waive;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;
use clap::error::{ContextKind, ContextValue};

use crate::cli::{Cli, Command};
use crate::error::Error;
use crate::report::annotation;
use environment::Environment;
use output::Streams;

/// What every command is given.
struct Context {
    environment: Environment,
    streams: Streams,
    common: crate::cli::Common,
}

/// Runs one command line; the exit status is design §4.1's.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let environment = Environment::read();
    let streams = Streams { neutral: environment.actions };
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let verifies = arguments.iter().any(|argument| argument == "verify-tag");
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(problem) => {
            if verifies
                && problem.use_stderr()
                && let Err(error) = verify_tag::unanswered(environment)
            {
                streams.fail(&error);
            }
            let Some(error) = later(&problem) else { return ExitCode::from(refuse(&problem, streams)) };
            streams.fail(&error);
            return ExitCode::from(output::status(&error));
        }
    };
    let context = Context { environment, streams, common: cli.common };
    let status = run(&context, &cli.command).unwrap_or_else(|error| {
        streams.fail(&error);
        if context.environment.actions && cli.command.annotates() {
            // Where it cannot be written, the log has it.
            drop(streams.command(annotation(&error).as_bytes()));
        }
        output::status(&error)
    });
    ExitCode::from(status)
}

fn run(context: &Context, command: &Command) -> Result<u8, Error> {
    match command {
        Command::Check(args) => check::run(context, args),
        Command::VerifyTag(args) => verify_tag::run(context, args),
        Command::Facts(args) => facts::run(context, args),
        Command::Rules(args) => rules::run(context, args),
        Command::Explain(args) => explain::run(context, args),
        Command::Countersign(args) => countersign::run(context, args),
        Command::Keys(args) => keys::run(context, args),
        Command::Init(args) => init::run(context, args),
        Command::Waive(args) => waive::run(context, args),
        Command::Policy(args) => policy::run(context, args),
        Command::Completions(args) => generate::completions(context, args),
        Command::Man => generate::man(context),
    }
}

/// The error for a command that a later version brings.
fn later(problem: &clap::Error) -> Option<Error> {
    let Some(ContextValue::String(name)) = problem.get(ContextKind::InvalidSubcommand) else { return None };
    let (name, until_then) = crate::cli::LATER_COMMANDS.iter().find(|(later, _)| later == name)?;
    Some(Error::usage(format!("`tollgate {name}` arrives with a later version")).hint(*until_then))
}

/// Help and version are no errors.
fn refuse(problem: &clap::Error, streams: Streams) -> u8 {
    let text = problem.render().to_string();
    if problem.use_stderr() {
        streams.tell(&text);
        return 2;
    }
    match streams.print(text.as_bytes()) {
        Ok(()) => 0,
        Err(error) => output::status(&error),
    }
}
