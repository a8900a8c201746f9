//! Owns loops: rounds over known words, rounds whose number is not known, and what ends them early. Refuses what they run.

use std::rc::Rc;

use crate::text::Span;

use super::ast::{List, RawWord};
use super::join::Way;
use super::source::Ctx;
use super::state::{Here, Reach, State, Until};
use super::walk::Walker;
use super::world::{Fail, Join, Per, Stat, Val};

/// Rounds of a loop over known words that are written out.
const MAX_ROUNDS: usize = 32;

/// The same for loops in loops, over all of them: each multiplies the rounds of those in it.
const MAX_NESTED: usize = 64;

impl Walker<'_> {
    pub(super) fn for_each(
        &mut self,
        name: &str,
        words: Option<&[RawWord]>,
        body: &List,
        mut st: State,
        ctx: &Ctx,
        at: Span,
    ) -> Option<State> {
        let mut values = Vec::new();
        let mut known = true;
        match words {
            Some(words) => {
                self.braced(words, "", &ctx.source.place(at));
                self.inner_substitutions(words.iter().map(|raw| raw.parts.as_slice()), &st, ctx, at);
                for field in self.fields_in(words, &st, None) {
                    known &= !field.val.is_vague() && !field.glob;
                    values.push(Per::same(field.val));
                }
            }
            None => match &st.args {
                Some(args) => values.extend(args.iter().cloned()),
                None => known = false,
            },
        }
        self.steered(name, &ctx.source.place(at));
        let written_out = self.written_out.max(1);
        if !known || values.len() > MAX_ROUNDS || written_out * values.len() > MAX_NESTED {
            st.set_var(name, Per::same(Val::Unknown));
            return self.rounds(body, st, ctx, at, true);
        }
        let rounds = values.len();
        if rounds == 0 {
            st.last = Per::same(Stat::Zero);
        }
        let mut ends = Vec::new();
        let before = st.reach.clone();
        let diverts = self.diverts.len();
        let mut next = Some(st);
        self.written_out = written_out * rounds.max(1);
        for (index, value) in values.into_iter().enumerate() {
            let Some(mut st) = next.take() else { break };
            st.set_var(name, value);
            if index > 0 && !st.last.failed.is_empty() {
                let place = ctx.source.place(Span::new(at.start, (at.start + 3).min(at.end)));
                self.lose_all(&st.last.clone(), None, &place, "the next round runs whatever this one returns");
            }
            let (end, left) = self.round(body, st, ctx);
            ends.extend(left);
            next = end;
            if self.exhausted() || index + 1 == rounds {
                break;
            }
        }
        self.written_out = written_out;
        self.leave_loop(next, ends, &before, diverts)
    }

    /// One round: the state after it (`continue` included), and the states that left by `break`.
    fn round(&mut self, body: &List, st: State, ctx: &Ctx) -> (Option<State>, Vec<(State, Fail)>) {
        let before = st.reach.clone();
        let since = self.diverts.len();
        self.rounds.push(Vec::new());
        let mut end = self.list(body, st, ctx);
        let mut left = Vec::new();
        for (state, made, breaks) in self.rounds.pop().unwrap_or_default() {
            if breaks {
                left.push((state, made));
            } else {
                end = self.merge(end, (state, made), &before, since);
            }
        }
        (end, left)
    }

    /// Joins the end of a stretch with a state that left it early: failures from then on are not on that way.
    pub(super) fn merge(&mut self, end: Option<State>, early: (State, Fail), before: &Reach, since: usize) -> Option<State> {
        let made = (early.1, self.next_fail());
        let early = Way { state: Some(early.0), made: (0, 0) };
        // With nothing at the end there is no way whose failures are gone.
        let made = if end.is_some() { made } else { (0, 0) };
        self.join(Way { state: end, made }, early, before, since)
    }

    fn leave_loop(&mut self, end: Option<State>, left: Vec<(State, Fail)>, before: &Reach, diverts: usize) -> Option<State> {
        let mut end = end;
        for early in left {
            end = self.merge(end, early, before, diverts);
        }
        self.settle(diverts, Until::Loop);
        let mut end = end?;
        let index = Until::Loop as usize;
        end.reach.doubts[index].clone_from(&before.doubts[index]);
        Some(end)
    }

    /// Forgets the early ends that do not matter beyond this construct.
    pub(super) fn settle(&mut self, since: usize, until: Until) {
        let kept: Vec<_> = self.diverts.drain(since..).filter(|divert| (divert.until as usize) < until as usize).collect();
        self.diverts.extend(kept);
    }

    /// What is known where any round of a loop begins, when a round may begin with `start`: found by a silent look.
    fn any_round(&mut self, body: &List, start: State, ctx: &Ctx, before: &Reach, diverts: usize) -> Option<State> {
        self.silent = 1;
        let (end, left) = self.round(body, start.clone(), ctx);
        self.silent = 0;
        self.diverts.truncate(diverts);
        let mut start = start;
        for early in left.into_iter().chain(end.map(|end| (end, 0))) {
            let (a, b) = (Way { state: Some(start), made: (0, 0) }, Way { state: Some(early.0), made: (0, 0) });
            start = self.join(a, b, before, diverts)?;
        }
        start.last = Per::same(start.last.usual);
        Some(start)
    }

    /// A loop whose number of rounds is not known; `zero`: there may be none.
    ///
    /// Silent looks find what a round changes, then the body is read once for what any round does, then a last silent look
    /// finds what the next round does to what this one has noted.
    pub(super) fn rounds(&mut self, body: &List, st: State, ctx: &Ctx, at: Span, zero: bool) -> Option<State> {
        let diverts = self.diverts.len();
        let before = st.reach.clone();
        let mut start = st.clone();
        start.last = Per::same(st.last.usual);
        if self.silent == 0 {
            let first = Rc::clone(&start.vars);
            start = self.any_round(body, start, ctx, &before, diverts)?;
            if first != start.vars {
                // What changes again with the next round takes any number of values.
                let once = Rc::clone(&start.vars);
                start = self.any_round(body, start, ctx, &before, diverts)?;
                let grows = |name: &Rc<str>| once.get(name) != start.vars.get(name);
                let grown: Vec<Rc<str>> = start.vars.keys().filter(|name| grows(name)).cloned().collect();
                for name in grown {
                    let value = self.var(&start, &name).map(|_| Val::Unknown);
                    start.set_var(&name, value);
                }
            }
        }
        let made = self.next_fail();
        let (mut end, mut left) = self.round(body, start, ctx);
        let range = (made, self.next_fail());
        if let Some(first) = &mut end
            && self.silent == 0
        {
            let place = ctx.source.place(Span::new(at.start, (at.start + 3).min(at.end)));
            self.lose_all(&first.last.clone(), None, &place, "only the status of the last round counts");
            first.last = Per::same(Stat::Zero);
            self.silent = 1;
            let (second, more) = self.round(body, first.clone(), ctx);
            self.silent = 0;
            left.extend(more);
            end = self.join(Way { state: end, made: (0, 0) }, Way { state: second, made: (0, 0) }, &before, diverts);
        }
        if zero {
            let mut none = st;
            none.last = Per::same(Stat::Zero);
            end = self.join(Way { state: end, made: range }, Way { state: Some(none), made: (0, 0) }, &before, diverts);
        }
        self.leave_loop(end, left, &before, diverts)
    }

    pub(super) fn repeat(&mut self, until: bool, condition: &List, body: &List, st: State, ctx: &Ctx, at: Span) -> Option<State> {
        let keyword = Span::new(at.start, (at.start + 5).min(at.end));
        let place = ctx.source.place(keyword);
        let why = if until { "`until` only looks at it" } else { "`while` only looks at it" };
        let emitted = self.next_fail();
        let mut st = self.list(condition, st, &ctx.guarded(place.clone(), why))?;
        let mut status = st.last.clone();
        if until {
            status = status.map(|stat| stat.inverted());
        }
        if self.next_fail() > emitted {
            // Sooner or later a command answers the other way.
            status.usual = Stat::Unknown;
        }
        let (before, since, made) = (st.reach.clone(), self.diverts.len(), self.next_fail());
        let body_state = self.narrow(&st, &status, Stat::Zero, None, false);
        let skipped = if status.usual == Stat::Zero { None } else { self.narrow(&st, &status, Stat::Nonzero, None, false) };
        self.lose_all(&st.last.clone(), None, &place, why);
        st.last = Per::same(Stat::Zero);
        let looped = body_state.and_then(|mut inner| {
            if status.usual == Stat::Unknown && inner.reach.usual == Here::Maybe {
                // The body of a loop counts as running.
                inner.reach.usual = st.reach.usual;
            }
            self.rounds(body, inner, ctx, at, false)
        });
        let skipped = skipped.map(|mut skipped| {
            skipped.last = Per::same(Stat::Zero);
            skipped
        });
        let range = (made, self.next_fail());
        self.join(Way { state: looped, made: range }, Way { state: skipped, made: (0, 0) }, &before, since)
    }
}
