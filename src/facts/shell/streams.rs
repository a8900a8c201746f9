//! Owns where what a command prints goes and where what it reads comes from: files by name, and the pipes of its own script.
//! Refuses to say what goes through them.

use super::ast::{Command, Redirect, RedirectOp};
use super::source::Ctx;
use super::state::State;
use super::walk::Walker;
use crate::text::Place;

/// One end of what a command prints or reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stream {
    /// A file, as the script names it, with [`super::UNKNOWN_CHAR`] for every piece that is not known.
    File(String),
    /// The pipe behind the command that stands here.
    Pipe(Place),
}

/// The streams of one command; what is not redirected is that of its script.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Streams {
    /// Where what it prints goes.
    pub to: Option<Stream>,
    /// It comes behind what the file holds.
    pub appends: bool,
    /// Where what it reads comes from.
    pub from: Option<Stream>,
}

impl Walker<'_> {
    /// The streams of a command with redirections, until [`Self::streams`] gets back what this returns.
    pub(super) fn redirected(&mut self, redirects: &[Redirect], st: &State) -> Streams {
        let before = self.streams.clone();
        for redirect in redirects {
            let file = || Stream::File(self.parts_val(&redirect.target.parts, st, None).piece().to_string());
            match redirect.op {
                RedirectOp::Output | RedirectOp::Append if redirect.stdout => {
                    (self.streams.to, self.streams.appends) = (Some(file()), redirect.op == RedirectOp::Append);
                }
                RedirectOp::Input => self.streams.from = Some(file()),
                RedirectOp::HereDocument { .. } | RedirectOp::HereString => self.streams.from = None,
                RedirectOp::Output | RedirectOp::Append | RedirectOp::Duplicate => {}
            }
        }
        before
    }

    /// The streams of a member of a pipeline.
    pub(super) fn in_pipe(&self, outer: &Streams, before: Option<&Command>, own: &Command, last: bool, ctx: &Ctx) -> Streams {
        let pipe = |command: &Command| Stream::Pipe(ctx.source.place(command.span));
        Streams {
            to: if last { outer.to.clone() } else { Some(pipe(own)) },
            appends: last && outer.appends,
            from: before.map_or_else(|| outer.from.clone(), |before| Some(pipe(before))),
        }
    }
}
