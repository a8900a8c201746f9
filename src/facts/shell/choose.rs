//! Owns `if` and `case`: which branches run, and what a condition does to a failure. Refuses loops.

use std::collections::BTreeSet;

use crate::answer::{Reason, Why};
use crate::text::Span;

use super::ast::{Arm, ArmEnd, Command, CommandKind, Item, List, RawWord, Simple};
use super::dead::Dead;
use super::join::Way;
use super::source::Ctx;
use super::state::State;
use super::walk::{Walker, quoted};
use super::world::{Per, Stat};

const ONLY_IF: &str = "`if` only looks at it";

/// What is left to try.
enum Rest<'r> {
    If(&'r [(List, List)], Option<&'r List>),
    Case(&'r RawWord, &'r [Arm]),
}

impl<'r> Rest<'r> {
    /// Everything in it that runs.
    fn lists(&self) -> Vec<&'r List> {
        match self {
            Self::If(branches, otherwise) => {
                branches.iter().flat_map(|(condition, body)| [condition, body]).chain(*otherwise).collect()
            }
            Self::Case(_, arms) => arms.iter().map(|arm| &arm.body).collect(),
        }
    }
}

/// One test with what follows it.
struct Fork<'r> {
    status: Per<Stat>,
    /// Said of what runs when it holds, and when it does not.
    holds: Why,
    fails: Why,
    /// Commands were run to decide it.
    commands: bool,
    bodies: Vec<&'r List>,
    rest: Rest<'r>,
    /// What becomes of a failure that decides it.
    why: &'static str,
}

impl Walker<'_> {
    pub(super) fn condition(
        &mut self,
        branches: &[(List, List)],
        otherwise: Option<&List>,
        st: State,
        ctx: &Ctx,
        at: Span,
    ) -> Option<State> {
        self.choose(Rest::If(branches, otherwise), st, ctx, at)
    }

    pub(super) fn case(&mut self, subject: &RawWord, arms: &[Arm], mut st: State, ctx: &Ctx, at: Span) -> Option<State> {
        if let Some(status) = self.substitutions(&subject.parts, &st, ctx) {
            let why = "nothing looks at the status of the substitution";
            self.lose_all(&status, None, &ctx.source.place(subject.span), why);
            st.last = Per::same(Stat::Zero);
        }
        self.choose(Rest::Case(subject, arms), st, ctx, at)
    }

    fn choose(&mut self, rest: Rest<'_>, st: State, ctx: &Ctx, at: Span) -> Option<State> {
        if !self.spend(1, || ctx.source.place(at)) || !self.deeper() {
            return Some(st);
        }
        let end = self.fork(rest, st, ctx, at);
        self.depth -= 1;
        end
    }

    fn fork(&mut self, rest: Rest<'_>, mut st: State, ctx: &Ctx, at: Span) -> Option<State> {
        let (fork, st) = match rest {
            Rest::If([], None) | Rest::Case(_, []) => {
                st.last = Per::same(Stat::Zero);
                return Some(st);
            }
            Rest::If([], Some(list)) => return self.list(list, st, ctx),
            Rest::If([(condition, body), rest @ ..], otherwise) => self.if_fork(condition, body, rest, otherwise, st, ctx, at)?,
            Rest::Case(subject, arms) => (self.case_fork(subject, arms, &st, ctx), st),
        };
        let (before, since, made) = (st.reach.clone(), self.diverts.len(), self.next_fail());
        // Where the other way certainly ends the script as failed, coming here is no condition that lets a failure pass.
        let traps = !st.exit_trap.is_none();
        let taken_fails = !traps && fork.bodies.first().is_some_and(|body| certainly_fails(body));
        let other_fails = !traps && matches!(fork.rest, Rest::If([], Some(list)) if certainly_fails(list));
        let (taken_if, other_if) = (fork.holds.clone(), fork.fails.clone());
        let (holds, fails) = (Some(fork.holds).filter(|_| !other_fails), Some(fork.fails).filter(|_| !taken_fails));
        let taken = self.narrow(&st, &fork.status, Stat::Zero, holds, fork.commands);
        let other = self.narrow(&st, &fork.status, Stat::Nonzero, fails, false);
        if taken.is_none() {
            self.never_if(fork.bodies.iter().map(|body| Dead::List(body)), &st, ctx, &taken_if);
        }
        if other.is_none() {
            self.never_if(fork.rest.lists().into_iter().map(Dead::List), &st, ctx, &other_if);
        }
        let taken = taken.and_then(|taken| fork.bodies.iter().try_fold(taken, |taken, body| self.list(body, taken, ctx)));
        let middle = self.next_fail();
        let other = other.and_then(|other| self.choose(fork.rest, other, ctx, at));
        let end = self.next_fail();
        let joined =
            self.join(Way { state: taken, made: (made, middle) }, Way { state: other, made: (middle, end) }, &before, since);
        let place = ctx.source.place(Span::new(at.start, (at.start + 2).min(at.end)));
        self.lose_all(&fork.status, joined.as_ref().map(|st| &st.last), &place, fork.why);
        joined
    }

    #[expect(clippy::too_many_arguments, reason = "one caller; a struct would only rename the arguments")]
    fn if_fork<'r>(
        &mut self,
        condition: &'r List,
        body: &'r List,
        rest: &'r [(List, List)],
        otherwise: Option<&'r List>,
        st: State,
        ctx: &Ctx,
        at: Span,
    ) -> Option<(Fork<'r>, State)> {
        let keyword = Span::new(at.start, (at.start + 2).min(at.end));
        let guarded = ctx.guarded(ctx.source.place(keyword), ONLY_IF);
        let emitted = self.next_fail();
        let st = self.list(condition, st, &guarded)?;
        let span = list_span(condition);
        let text = quoted(&ctx.source.line(span, 80));
        let why = |says: &str| Why::new(Reason::Dynamic, format!("runs only when {text} {says}")).at(ctx.source.place(span));
        let fork = Fork {
            status: st.last.clone(),
            holds: why("succeeds"),
            fails: why("fails"),
            commands: self.next_fail() > emitted,
            bodies: vec![body],
            rest: Rest::If(rest, otherwise),
            why: ONLY_IF,
        };
        Some((fork, st))
    }

    fn case_fork<'r>(&mut self, subject: &'r RawWord, arms: &'r [Arm], st: &State, ctx: &Ctx) -> Fork<'r> {
        let (arm, rest) = (&arms[0], &arms[1..]);
        let value = self.parts_per(&subject.parts, st);
        let mut worlds: BTreeSet<u32> = value.failed.keys().copied().collect();
        for pattern in &arm.patterns {
            self.mentions(&pattern.parts, st, &mut worlds);
        }
        let in_world = |world: Option<u32>| {
            let mut any = Some(false);
            for pattern in &arm.patterns {
                match self.matches(value.get(world), &pattern.parts, st, world) {
                    Some(true) => return Stat::Zero,
                    Some(false) => {}
                    None => any = None,
                }
            }
            Stat::of(any)
        };
        let mut status = Per::same(in_world(None));
        for world in worlds {
            status.set(world, in_world(Some(world)));
        }
        let last = arm.patterns.last().map_or(subject.span, |pattern| pattern.span);
        let first = arm.patterns.first().map_or(subject.span, |pattern| pattern.span);
        let span = Span::new(first.start, last.end);
        let (subject_text, pattern) = (quoted(ctx.source.raw(subject.span)), quoted(ctx.source.raw(span)));
        let why = |is: &str| {
            Why::new(Reason::Dynamic, format!("runs only when {subject_text} {is} {pattern}")).at(ctx.source.place(span))
        };
        let mut bodies = vec![&arm.body];
        let mut end = arm.end;
        for next in rest {
            if end == ArmEnd::Leave {
                break;
            }
            bodies.push(&next.body);
            end = next.end;
        }
        Fork {
            status,
            holds: why("is"),
            fails: why("is not"),
            commands: false,
            bodies,
            rest: Rest::Case(subject, rest),
            why: "`case` only looks at it",
        }
    }
}

/// Whether a list is plain commands up to an `exit` with a status that is no success.
pub(super) fn certainly_fails(list: &List) -> bool {
    let leaves = |word: Option<&str>| !word.is_some_and(|name| matches!(name, "echo" | "printf" | "cat" | "sleep"));
    let Some((last, before)) = list.items.split_last() else { return false };
    let harmless = |item: &Item| plain(item).is_some_and(|simple| !leaves(simple.words.first().and_then(RawWord::bare)));
    before.iter().all(harmless) && plain(last).is_some_and(exits_as_failed)
}

/// A simple command that stands alone.
fn plain(item: &Item) -> Option<&Simple> {
    match (item.background, item.chain.rest.is_empty(), item.chain.first.commands.as_slice()) {
        (None, true, [Command { kind: CommandKind::Simple(simple), .. }]) => Some(simple),
        _ => None,
    }
}

/// `exit 1`.
pub(super) fn exits_as_failed(simple: &Simple) -> bool {
    let [exit, status] = simple.words.as_slice() else { return false };
    let failing = status.bare().and_then(|text| text.parse::<i64>().ok()).is_some_and(|number| number & 255 != 0);
    exit.bare() == Some("exit") && failing
}

/// The bytes of a list.
pub(super) fn list_span(list: &List) -> Span {
    let start = list.items.first().map_or(0, |item| item.chain.first.span.start);
    let end = list.items.last().map_or(0, |item| {
        let chain = &item.chain;
        chain.rest.last().map_or(chain.first.span.end, |(_, _, pipeline)| pipeline.span.end)
    });
    Span::new(start, end)
}
