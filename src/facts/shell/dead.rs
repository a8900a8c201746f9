//! Owns what a script does not come to: commands behind a test that never holds, or behind its end. Refuses to let anything of
//! it count: it is read aside, by a reader of its own, for the places alone.

use crate::answer::Why;
use crate::text::{Place, Span};

use super::ast::{Item, List, Pipeline};
use super::source::Ctx;
use super::state::{Reach, State};
use super::trap::TrapSet;
use super::walk::{Walker, quoted, soft};
use super::world::{Per, Stat};

/// What is not come to.
pub(super) enum Dead<'d> {
    List(&'d List),
    Items(&'d [Item]),
    Pipeline(&'d Pipeline),
}

impl Walker<'_> {
    /// Whether what is not come to here is worth a word: somebody asks, and it is the script's own text, read for the first time.
    pub(super) fn buries(&self, ctx: &Ctx) -> bool {
        let own = self.calls.is_empty() && ctx.via.is_empty() && ctx.evals == 0 && self.in_trap == 0;
        self.input.dead && own && !self.aside && self.silent == 0
    }

    /// Notes commands that never run, for a condition that does not hold.
    pub(super) fn never_if<'d>(&mut self, dead: impl Iterator<Item = Dead<'d>>, st: &State, ctx: &Ctx, condition: &Why) {
        let Some(place) = condition.place.clone().filter(|_| self.buries(ctx)) else { return };
        let why = format!("{}, and here that is never so", condition.text);
        dead.for_each(|dead| self.bury(&dead, st, ctx, &place, &why));
    }

    /// Notes commands that never run, because the script has ended within `end`; `st` is what was known in front of that.
    pub(super) fn never_after(&mut self, rest: &[Item], st: &State, ctx: &Ctx, end: Span) {
        let span = self.left.filter(|left| end.start <= left.start && left.end <= end.end).unwrap_or(end);
        let why = format!("{} ends it: nothing behind it runs", quoted(&ctx.source.line(span, 40)));
        self.bury(&Dead::Items(rest), st, ctx, &ctx.source.place(span), &why);
    }

    fn bury(&mut self, dead: &Dead<'_>, st: &State, ctx: &Ctx, place: &Place, why: &str) {
        let Some(mut reader) = self.reader_aside() else { return };
        let mut st = State {
            last: Per::same(Stat::Zero),
            reach: Reach::start(),
            exit_trap: TrapSet::only(None),
            error_trap: TrapSet::only(None),
            job: None,
            pipe: None,
            ..st.clone()
        };
        let ctx = Ctx { guard: None, ..ctx.clone() };
        match dead {
            Dead::List(list) => drop(reader.list(list, st, &ctx)),
            Dead::Pipeline(pipeline) => drop(reader.pipeline(pipeline, st, &ctx)),
            Dead::Items(items) => {
                for item in *items {
                    let Some(next) = reader.item(item, st, &ctx) else { break };
                    st = next;
                }
            }
        }
        self.pay(reader.worked());
        let hold = soft(place.clone(), why.to_owned());
        let commands = std::mem::take(&mut reader.out.commands).into_iter();
        self.out.dead.extend(commands.map(|command| super::ShellCommand {
            condition: None,
            holds: vec![hold.clone()],
            ..command
        }));
    }
}
