//! Owns `source FILE`: a file of the tree that is read as part of the script, with its functions, options and `exit`. Refuses
//! files that are not in the tree, and those whose name is computed: they stay commands.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::parse;
use super::simple::Run;
use super::source::{Ctx, Source};
use super::state::{State, Until};
use super::walk::Walker;
use crate::text::MappedText;

/// Files that may read one another before it is given up.
const MAX_SOURCED: usize = 8;

impl Walker<'_> {
    /// The text of the file, when it is in the tree and can be read as shell.
    pub(super) fn sourced_text(&self, run: &Run<'_>, st: &State, ctx: &Ctx) -> Option<MappedText> {
        let files = self.input.files.filter(|_| ctx.evals < MAX_SOURCED)?;
        let name = run.words.get(1)?.value.as_deref()?;
        files.text(&st.cwd, name)
    }

    /// Reads the file in place: what it sets and defines stays, `return` ends the file, `exit` the script.
    pub(super) fn sourced(&mut self, run: &Run<'_>, mut st: State, ctx: &Ctx) -> Option<State> {
        let text = self.sourced_text(run, &st, ctx)?;
        let readable = self.spend_eval(text.text().len());
        let script = readable.then(|| parse::script(text.text(), self.max_depth).ok()).flatten();
        let Some(script) = script else {
            let run = Run { words: run.words.clone(), raws: run.raws, assigned: Vec::new(), command: run.command };
            return self.program(run, false, st, ctx);
        };
        let at = run.command.span;
        let source = Source { text, here: script.here, outer: Some(ctx.source.span(at)) };
        // Words behind the name are the file's own arguments; without them it sees the script's.
        let arguments = run.raws.get(2..).filter(|rest| !rest.is_empty()).map(|rest| self.arguments(rest, &st));
        let outer_args = st.args.clone();
        let given = arguments.is_some();
        if let Some(arguments) = arguments {
            st.args = arguments;
        }
        let before = st.reach.clone();
        let diverts = self.diverts.len();
        let inner = Ctx { source: Rc::new(source), evals: ctx.evals + 1, guard: ctx.guard.clone() };
        let rounds = std::mem::take(&mut self.rounds);
        self.returns.push(Vec::new());
        self.locals.push(BTreeMap::new());
        let mut end = self.list(&script.list, st, &inner);
        self.locals.pop();
        self.rounds = rounds;
        for early in self.returns.pop().unwrap_or_default() {
            end = self.merge(end, early, &before, diverts);
        }
        self.settle(diverts, Until::Function);
        let mut end = end?;
        for index in [Until::Function as usize, Until::Loop as usize] {
            end.reach.doubts[index].clone_from(&before.doubts[index]);
        }
        if given {
            end.args = outer_args;
        }
        self.leaf(end, ctx)
    }
}
