//! Owns compound commands other than conditions: groups, subshells, loops, function definitions. Refuses simple commands.

use std::rc::Rc;

use crate::text::Span;

use super::ast::{Command, CommandKind, List, Part, RawWord, Redirect, RedirectOp};
use super::call::Function;
use super::join::Way;
use super::state::{Here, Reach, State, Until};
use super::walk::{Ctx, Walker};
use super::world::{Fail, Per, Stat, Val};

/// Rounds of a loop over known words that are written out.
const MAX_ROUNDS: usize = 32;

impl Walker<'_> {
    /// One level deeper; `false` when that is too deep for the stack at hand.
    pub(super) fn deeper(&mut self) -> bool {
        if self.depth >= self.max_depth {
            self.too_deep = true;
            return false;
        }
        self.depth += 1;
        true
    }

    pub(super) fn command(&mut self, command: &Command, st: State, ctx: &Ctx) -> Option<State> {
        if !self.deeper() {
            return Some(st);
        }
        self.redirects(&command.redirects, &st, ctx, command.span);
        let end = self.kind(command, st, ctx);
        self.depth -= 1;
        end
    }

    fn kind(&mut self, command: &Command, mut st: State, ctx: &Ctx) -> Option<State> {
        let at = command.span;
        match &command.kind {
            CommandKind::Simple(simple) => self.simple(simple, command, st, ctx),
            CommandKind::Group(list) => self.list(list, st, ctx),
            CommandKind::Subshell(list) => {
                st.last = self.in_subshell(&st, |walker, inner| walker.list(list, inner, ctx));
                self.leaf(st, ctx)
            }
            CommandKind::If { branches, otherwise } => self.condition(branches, otherwise.as_ref(), st, ctx, at),
            CommandKind::Case { subject, arms } => self.case(subject, arms, st, ctx, at),
            CommandKind::Loop { until, condition, body } => self.repeat(*until, condition, body, st, ctx, at),
            CommandKind::For { name, words, body } => self.for_each(name, words.as_deref(), body, st, ctx, at),
            CommandKind::Rounds { name, body } => {
                if let Some(name) = name {
                    st.set_var(name, Per::same(Val::Unknown));
                }
                self.rounds(body, st, ctx, at, true)
            }
            CommandKind::Function { name, body } => {
                self.shadow(name, ctx.source.place(at), format!("a function named {}", super::walk::quoted(name)));
                let function = Function { body: Rc::clone(body), source: Rc::clone(&ctx.source), certain: true };
                Rc::make_mut(&mut st.functions).insert(name.clone(), function);
                st.last = Per::same(Stat::Zero);
                Some(st)
            }
            CommandKind::Test(tokens) => {
                let words =
                    tokens.iter().filter_map(|token| if let super::ast::TestToken::Word(raw) = token { Some(raw) } else { None });
                let words: Vec<&RawWord> = words.collect();
                let parts = words.iter().map(|raw| raw.parts.as_slice());
                self.inner_substitutions(parts, &st, ctx, at);
                let mut worlds = std::collections::BTreeSet::new();
                for raw in &words {
                    self.mentions(&raw.parts, &st, &mut worlds);
                }
                let mut status = Per::same(Stat::of(self.extended_test(tokens, &st, None)));
                for world in worlds {
                    status.set(world, Stat::of(self.extended_test(tokens, &st, Some(world))));
                }
                st.last = status;
                self.leaf(st, ctx)
            }
            CommandKind::Arithmetic(parts) => {
                self.inner_substitutions([parts.as_slice()].into_iter(), &st, ctx, at);
                self.calculate(&[parts], &mut st);
                self.leaf(st, ctx)
            }
            CommandKind::Coprocess(command) => {
                let status = self.in_subshell(&st, |walker, inner| walker.command(command, inner, ctx));
                self.lose_all(
                    &status,
                    None,
                    &ctx.source.place(at),
                    "it runs in the background, and nothing waits for its status",
                );
                st.last = Per::same(Stat::Zero);
                Some(st)
            }
        }
    }

    /// Substitutions whose status nothing looks at.
    pub(super) fn inner_substitutions<'p>(&mut self, parts: impl Iterator<Item = &'p [Part]>, st: &State, ctx: &Ctx, at: Span) {
        for parts in parts {
            if let Some(status) = self.substitutions(parts, st, ctx) {
                let name = ctx.source.raw(at).split_whitespace().next().unwrap_or("the command");
                let why = format!("the status of {} counts, not that of `$( )` in it", super::walk::quoted(name));
                self.lose_all(&status, None, &ctx.source.place(at), &why);
            }
        }
    }

    /// Arithmetic as a command: its assignments, and 0 as failure.
    pub(super) fn calculate(&mut self, texts: &[&[Part]], st: &mut State) {
        for parts in texts {
            let mut worlds = std::collections::BTreeSet::new();
            self.mentions(parts, st, &mut worlds);
            self.mentions_in_arithmetic(parts, st, &mut worlds);
            let (value, assigned) = self.arithmetic(parts, st, None);
            let mut status = Per::same(Stat::of(value.truth()));
            let mut changes: Vec<(String, Per<Val>)> = Vec::new();
            for (name, value) in assigned {
                changes.push((name, Per::same(value.into_val())));
            }
            for world in worlds {
                let (value, assigned) = self.arithmetic(parts, st, Some(world));
                status.set(world, Stat::of(value.truth()));
                for ((_, per), (_, value)) in changes.iter_mut().zip(assigned) {
                    per.set(world, value.into_val());
                }
            }
            for (name, value) in changes {
                st.set_var(&name, value);
            }
            st.last = status;
        }
    }

    fn redirects(&mut self, redirects: &[Redirect], st: &State, ctx: &Ctx, at: Span) {
        for redirect in redirects {
            let span = redirect.target.span;
            self.inner_substitutions([redirect.target.parts.as_slice()].into_iter(), st, ctx, at);
            if let Some(index) = redirect.here {
                let source = Rc::clone(&ctx.source);
                if let Some(here) = source.here.get(index) {
                    self.inner_substitutions([here.parts.as_slice()].into_iter(), st, ctx, at);
                }
            }
            if redirect.op == RedirectOp::Append && ctx.source.raw(span).contains("GITHUB_PATH") {
                self.shadow("*", ctx.source.place(span), "later steps look for programs in a directory added to `$GITHUB_PATH`");
            }
        }
    }

    fn for_each(
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
                self.inner_substitutions(words.iter().map(|raw| raw.parts.as_slice()), &st, ctx, at);
                for field in self.fields_in(words, &st, None) {
                    known &= !matches!(field.val, Val::Unknown) && !field.glob;
                    values.push(Per::same(field.val));
                }
            }
            None => match &st.args {
                Some(args) => values.extend(args.iter().cloned()),
                None => known = false,
            },
        }
        if !known || values.len() > MAX_ROUNDS {
            st.set_var(name, Per::same(Val::Unknown));
            return self.rounds(body, st, ctx, at, true);
        }
        st.last = Per::same(Stat::Zero);
        let rounds = values.len();
        let mut ends = Vec::new();
        let before = st.reach.clone();
        let diverts = self.diverts.len();
        let mut next = Some(st);
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
        self.settle(diverts, Until::LoopEnds);
        let mut end = end?;
        let index = Until::LoopEnds as usize;
        end.reach.doubts[index].clone_from(&before.doubts[index]);
        Some(end)
    }

    /// Forgets the early ends that do not matter beyond this construct.
    pub(super) fn settle(&mut self, since: usize, until: Until) {
        let kept: Vec<_> = self.diverts.drain(since..).filter(|divert| (divert.until as usize) < until as usize).collect();
        self.diverts.extend(kept);
    }

    /// A loop whose number of rounds is not known; `zero`: there may be none.
    ///
    /// A silent look finds what a round changes, then the body is read once for what any round does, then a last silent look
    /// finds what the next round does to what this one has noted.
    fn rounds(&mut self, body: &List, st: State, ctx: &Ctx, at: Span, zero: bool) -> Option<State> {
        let diverts = self.diverts.len();
        let before = st.reach.clone();
        let mut start = st.clone();
        start.last = Per::same(Stat::Zero);
        if self.silent == 0 {
            self.silent = 1;
            let (end, left) = self.round(body, start.clone(), ctx);
            self.silent = 0;
            self.diverts.truncate(diverts);
            for early in left.into_iter().chain(end.map(|end| (end, 0))) {
                start = self.join(
                    Way { state: Some(start), made: (0, 0) },
                    Way { state: Some(early.0), made: (0, 0) },
                    &before,
                    diverts,
                )?;
            }
            start.last = Per::same(Stat::Zero);
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

    fn repeat(&mut self, until: bool, condition: &List, body: &List, st: State, ctx: &Ctx, at: Span) -> Option<State> {
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
        let body_state = st.narrowed(&status, Stat::Zero, None, false);
        let skipped = if status.usual == Stat::Zero { None } else { st.narrowed(&status, Stat::Nonzero, None, false) };
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
