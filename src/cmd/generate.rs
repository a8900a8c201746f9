//! Owns what is generated from the command line's own shape: completions and the manual page. Refuses to be edited by hand.

use clap::CommandFactory;

use super::Context;
use crate::cli::{Cli, CompletionsArgs};
use crate::error::Error;

/// `completions SHELL`.
pub(super) fn completions(context: &Context, args: &CompletionsArgs) -> Result<u8, Error> {
    let mut bytes = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "tollgate", &mut bytes);
    context.streams.print(&bytes)?;
    Ok(0)
}

/// `man`: the page of the program, then those of its commands.
pub(super) fn man(context: &Context) -> Result<u8, Error> {
    let mut root = Cli::command();
    root.build();
    let mut bytes = Vec::new();
    let mut render = |command: clap::Command| {
        clap_mangen::Man::new(command)
            .render(&mut bytes)
            .map_err(|e| Error::incomplete(format!("the page could not be written: {e}")))
    };
    render(root.clone())?;
    for command in root.get_subcommands().filter(|command| !command.is_hide_set()) {
        render(command.clone())?;
    }
    context.streams.print(&bytes)?;
    Ok(0)
}
