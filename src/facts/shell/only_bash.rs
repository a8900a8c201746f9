//! Owns what other shells than bash take for something else without ending the script as failed. Refuses what they end at: a
//! script that they do not understand fails whatever its tools find, so that its tools fail it too.

use crate::catalog::{Catalog, Trait};
use crate::text::{Place, Span};

use super::Dialect;
use super::ast::RawWord;
use super::fields::braces;
use super::source::{Ctx, Source};
use super::state::State;
use super::walk::Walker;

/// Commands of bash that are none of a POSIX shell: it looks for a program of the name.
const COMMANDS: [&str; 12] =
    ["declare", "typeset", "let", "mapfile", "readarray", "shopt", "pushd", "popd", "dirs", "source", "disown", "enable"];

impl Walker<'_> {
    /// Notes what another shell than bash does not know.
    pub(super) fn only_bash(&mut self, place: &Place, what: &str) {
        if self.input.mode.dialect == Dialect::Posix && self.bashism.is_none() {
            self.bashism = Some((place.clone(), what.to_owned()));
        }
    }

    /// Notes a command that fails in another shell, unless `errexit` ends the script there.
    pub(super) fn fails_elsewhere(&mut self, place: &Place, what: &str, st: &State, ctx: &Ctx) {
        if ctx.guard.is_some() || st.options.errexit.on != Some(true) {
            self.only_bash(place, what);
        }
    }

    /// The same of one of the shell's own commands.
    pub(super) fn command_elsewhere(&mut self, name: &str, args: &[RawWord], st: &State, ctx: &Ctx, place: &Place) {
        let mut bare = args.iter().filter_map(RawWord::bare);
        let what = match name {
            _ if COMMANDS.contains(&name) => Some(name),
            "test" | "[" => bare.find(|word| *word == "==").or_else(|| args.first()?.bare().filter(|word| *word == "-v")),
            "type" => args.first().and_then(RawWord::bare).filter(|word| word.starts_with('-')),
            "printf" => args.first().and_then(RawWord::bare).filter(|word| *word == "-v"),
            "wait" => bare.find(|word| word.starts_with('-')),
            "read" => bare.find(|word| word.starts_with('-') && word.contains(|c: char| !matches!(c, '-' | 'r' | 'p'))),
            _ => None,
        };
        if let Some(what) = what {
            self.fails_elsewhere(place, what, st, ctx);
        }
    }

    /// A shell ends at an option that it does not know: what looks at the status of a subshell may see that.
    pub(super) fn may_refuse(&self, options: &[RawWord], ctx: &Ctx) -> bool {
        let asked = self.input.mode.dialect == Dialect::Posix && ctx.guard.is_some();
        asked && options.iter().any(|raw| raw.bare() == Some("pipefail"))
    }

    /// Braces are no list elsewhere: a tool is given a name that is not there.
    pub(super) fn braced(&mut self, words: &[RawWord], program: &str, place: &Place) {
        let program = program.rsplit('/').next().unwrap_or(program);
        let listed = self.input.mode.dialect == Dialect::Posix && words.iter().any(|raw| braces(raw).is_some());
        if listed && !Catalog::builtin().programs.is(program, Trait::HandsOn) {
            self.only_bash(place, "{,}");
        }
    }

    /// Notes what a text is written with.
    pub(super) fn written_with(&mut self, bashism: Option<(Span, &'static str)>, source: &Source) {
        if let Some((span, what)) = bashism {
            self.only_bash(&source.place(span), what);
        }
    }
}
