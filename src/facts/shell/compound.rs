//! Owns compound commands other than conditions: groups, subshells, loops, function definitions. Refuses simple commands.

use std::rc::Rc;

use crate::answer::Reason;
use crate::text::{Place, Span};

use super::ast::{Command, CommandKind, List, Part, RawWord, Redirect, RedirectOp};
use super::call::{Function, export_function};
use super::source::Ctx;
use super::state::State;
use super::walk::Walker;
use super::world::{Per, Stat, Val};
use super::{Hold, HoldKind};

/// `while read …; done < /dev/null` turns no round.
fn reads_nothing(condition: &List, redirects: &[Redirect]) -> bool {
    let [item] = condition.items.as_slice() else { return false };
    let ([command], true) = (item.chain.first.commands.as_slice(), item.chain.rest.is_empty()) else { return false };
    let CommandKind::Simple(simple) = &command.kind else { return false };
    let reads = command.redirects.is_empty() && simple.words.first().and_then(RawWord::bare) == Some("read");
    let plain = item.chain.first.bang.is_none() && !simple.words.iter().any(|word| word.bare() == Some("-u"));
    let input = redirects.iter().rev().find(|redirect| redirect.op == RedirectOp::Input);
    reads && plain && input.is_some_and(|redirect| redirect.target.bare() == Some("/dev/null"))
}

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
        let fed = self.feed(&command.redirects, &st, ctx);
        let kept = command.redirects.iter().any(|redirect| matches!(redirect.op, RedirectOp::Output | RedirectOp::Append));
        let end = if kept {
            let before = st.clone();
            self.flow.open();
            let end = self.kind(command, st, ctx);
            let (shown, said) = self.flow.close();
            self.written(&shown, &command.redirects, &before, ctx);
            self.note_made(command, &before, ctx);
            self.hands_on(said, command, &before, ctx);
            end
        } else {
            self.kind(command, st, ctx)
        };
        if let Some(outer) = fed {
            self.flow.input = outer;
        }
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
            CommandKind::Loop { until: false, condition, .. } if reads_nothing(condition, &command.redirects) => {
                st.last = Per::same(Stat::Zero);
                Some(st)
            }
            CommandKind::Loop { until, condition, body } => self.repeat(*until, condition, body, st, ctx, at),
            CommandKind::For { name, words, body } => self.for_each(name, words.as_deref(), body, st, ctx, at),
            CommandKind::Rounds { name, body, .. } => {
                if let Some(name) = name {
                    st.set_var(name, Per::same(Val::Unknown));
                }
                self.rounds(body, st, ctx, at, true)
            }
            CommandKind::Function { name, body } => {
                let function = Function { body: Rc::clone(body), source: Rc::clone(&ctx.source), certain: true };
                Rc::make_mut(&mut st.functions).insert(name.clone(), function);
                if st.options.allexport {
                    export_function(name, &mut st);
                }
                st.last = Per::same(Stat::Zero);
                Some(st)
            }
            CommandKind::Test(tokens) => {
                let words =
                    tokens.iter().filter_map(|token| if let super::ast::TestToken::Word(raw) = token { Some(raw) } else { None });
                let words: Vec<&RawWord> = words.collect();
                let parts = words.iter().map(|raw| raw.parts.as_slice());
                self.inner_substitutions(parts, &st, ctx, at);
                let worlds = self.shown_in(words.iter().copied(), &st, ctx);
                self.judged_by(&worlds, &ctx.source.place(at), "[[");
                let mut status = Per::same(Stat::of(self.extended_test(tokens, &st, None)));
                for world in worlds {
                    status.set(world, Stat::of(self.extended_test(tokens, &st, Some(world))));
                }
                st.last = status;
                self.leaf(st, ctx)
            }
            CommandKind::Arithmetic(parts) => {
                self.inner_substitutions([parts.as_slice()].into_iter(), &st, ctx, at);
                self.calculate(&[parts], &mut st, &ctx.source.place(at));
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
                // It is gone with the process, and then `wait` waits for nothing.
                let mut pid = Per::same(Val::Unknown);
                status.failed.keys().for_each(|fail| pid.set(*fail, Val::Unknown));
                st.set_var("COPROC_PID", pid);
                self.jobs.push(status);
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

    /// The same where what they print decides whether their status counts.
    pub(super) fn vanishing_substitutions<'p>(
        &mut self,
        parts: impl Iterator<Item = &'p [Part]>,
        st: &State,
        ctx: &Ctx,
        at: Span,
    ) {
        for parts in parts {
            let Some(status) = self.substitutions(parts, st, ctx) else { continue };
            for fail in status.failed.iter().filter(|(_, stat)| **stat != Stat::Zero).map(|(fail, _)| *fail) {
                let why = "whether the status of `$( )` counts depends on what it prints".to_owned();
                let place = ctx.source.place(at);
                self.lose(fail, || Hold { kind: HoldKind::Unknown(Reason::Dynamic), place, why });
            }
        }
    }

    /// Arithmetic as a command: its assignments, and 0 as failure.
    pub(super) fn calculate(&mut self, texts: &[&[Part]], st: &mut State, place: &Place) {
        for parts in texts {
            let mut worlds = std::collections::BTreeSet::new();
            self.mentions(parts, st, &mut worlds);
            self.mentions_in_arithmetic(parts, st, &mut worlds);
            self.judged_by(&worlds, place, "((");
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
            self.inner_substitutions([redirect.target.parts.as_slice()].into_iter(), st, ctx, at);
            if let Some(index) = redirect.here {
                let source = Rc::clone(&ctx.source);
                if let Some(here) = source.here.get(index) {
                    self.inner_substitutions([here.parts.as_slice()].into_iter(), st, ctx, at);
                }
            }
        }
    }
}
