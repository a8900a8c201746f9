//! Owns how failures travel through lists, `&&`, `||`, `!`, pipes, subshells and the background. Refuses the commands
//! themselves.

use std::rc::Rc;

use crate::answer::{Reason, Why};
use crate::text::Span;

use super::ast::{Chain, ChainOp, Command, CommandKind, Item, List, Part, Pipeline, RawWord};
use super::choose::{certainly_fails, exits_as_failed};
use super::dead::Dead;
use super::join::Way;
use super::source::Ctx;
use super::state::{Opt, State};
use super::trap::TrapSet;
use super::walk::{Frame, Walker, quoted};
use super::world::{Per, Stat, Val};
use super::{Cwd, NO_PIPEFAIL};

impl Walker<'_> {
    /// Commands one after another; `None` when none of the runs comes out.
    pub(super) fn list(&mut self, list: &List, st: State, ctx: &Ctx) -> Option<State> {
        let mut st = st;
        for (index, item) in list.items.iter().enumerate() {
            let span = item.chain.first.span;
            if !self.spend(1, || ctx.source.place(span)) {
                return Some(st);
            }
            if index > 0 && !st.last.failed.is_empty() {
                self.overwritten(&st, span, ctx);
            }
            let rest = list.items.get(index + 1..).filter(|rest| !rest.is_empty() && self.buries(ctx));
            let before = rest.map(|_| st.clone());
            match (self.item(item, st, ctx), rest.zip(before)) {
                (Some(next), _) => st = next,
                (None, Some((rest, before))) => {
                    let end = item.chain.rest.last().map_or(span, |(_, _, last)| Span::new(span.start, last.span.end));
                    self.never_after(rest, &before, ctx, end);
                    return None;
                }
                (None, None) => return None,
            }
            if item.chain.rest.is_empty() && (ctx.guard.is_some() || st.options.errexit.on != Some(true)) {
                self.perhaps_stayed(&item.chain.first, &mut st, ctx);
            }
        }
        Some(st)
    }

    /// The next command is about to replace `$?`.
    fn overwritten(&mut self, st: &State, next: Span, ctx: &Ctx) {
        let place = ctx.source.place(next);
        for (fail, stat) in st.last.failed.iter() {
            if *stat == Stat::Zero {
                continue;
            }
            let inert = self.inert.get(*fail as usize).cloned().flatten();
            let why = "the next command runs whatever this one returns".to_owned();
            self.lose(*fail, || inert.unwrap_or_else(|| super::walk::soft(place.clone(), why)));
        }
    }

    pub(super) fn item(&mut self, item: &Item, mut st: State, ctx: &Ctx) -> Option<State> {
        let Some(background) = item.background else { return self.chain(&item.chain, st, ctx) };
        let free = Ctx { guard: None, ..ctx.clone() };
        let mut start = st.clone();
        if item.chain.rest.is_empty() && item.chain.first.commands.len() > 1 {
            // `wait` gives the status of the last process if the pipe has ended by then, that of the pipe otherwise.
            start.options.pipefail.on = start.options.pipefail.on.filter(|on| !on);
        }
        let status = self.in_subshell(&start, |walker, inner| walker.chain(&item.chain, inner, &free));
        self.lose_all(
            &status,
            None,
            &ctx.source.place(background),
            "it runs in the background, and nothing waits for its status",
        );
        st.job = Some(self.jobs.len());
        self.jobs.push(status);
        st.last = Per::same(Stat::Zero);
        Some(st)
    }

    pub(super) fn chain(&mut self, chain: &Chain, st: State, ctx: &Ctx) -> Option<State> {
        let last = chain.rest.len();
        if last == 0 {
            return self.pipeline(&chain.first, st, ctx);
        }
        // For every member the next `||`, which is what swallows its failure.
        let mut next_or = vec![None; last + 1];
        for (index, (op, _, pipeline)) in chain.rest.iter().enumerate().rev() {
            next_or[index] = if *op == ChainOp::Or { Some(pipeline) } else { next_or[index + 1] };
        }
        let first = self.member_ctx(chain, 0, next_or[0], &st, ctx);
        let mut st = self.pipeline(&chain.first, st, &first)?;
        let mut left = chain.first.span;
        // Where the last member that `&&` brought left off: the next `&&` goes on there, since nothing else has succeeded.
        let mut stands = None;
        for (index, (op, _, pipeline)) in chain.rest.iter().enumerate() {
            if !self.spend(1, || ctx.source.place(pipeline.span)) {
                return Some(st);
            }
            let (runs, says) = match op {
                ChainOp::And => (Stat::Zero, "succeeds"),
                ChainOp::Or => (Stat::Nonzero, "fails"),
            };
            let condition = || {
                let text = quoted(&ctx.source.line(left, 80));
                Why::new(Reason::Dynamic, format!("runs only when {text} {says}")).at(ctx.source.place(left))
            };
            let before = st.reach.clone();
            let status = st.last.clone();
            let since = self.diverts.len();
            let made = self.next_fail();
            let skip = self.narrow(&st, &status, runs.inverted(), None, false);
            // `have tool && tool || exit 1`: what keeps the tool from running fails the script.
            let guarded = *op == ChainOp::And && st.exit_trap.is_none() && next_or[index + 1].is_some_and(ends_as_failed);
            let run = self.narrow(&st, &status, runs, Some(()).filter(|()| !guarded).map(|()| condition()), false);
            if run.is_none() && self.buries(ctx) {
                self.never_if(std::iter::once(Dead::Pipeline(pipeline)), &st, ctx, &condition());
            }
            let inner =
                if index + 1 == last { ctx.clone() } else { self.member_ctx(chain, index + 1, next_or[index + 1], &st, ctx) };
            let run = run.map(|run| match stands.take().filter(|_| *op == ChainOp::And) {
                Some((cwd, back, dirs)) => State { cwd, back, dirs, ..run },
                None => run,
            });
            let run = run.and_then(|run| self.pipeline(pipeline, run, &inner));
            let end = run.as_ref().filter(|_| *op == ChainOp::And);
            stands = end.map(|st| (Rc::clone(&st.cwd), Rc::clone(&st.back), Rc::clone(&st.dirs)));
            let swallowed = *op == ChainOp::Or && run.is_some();
            let made = (made, self.next_fail());
            let joined = self.join(Way { state: run, made }, Way { state: skip, made: (0, 0) }, &before, since);
            if swallowed {
                let why = format!("{} lets it pass", quoted(&format!("|| {}", ctx.source.line(pipeline.span, 60))));
                self.lose_all(&status, joined.as_ref().map(|st| &st.last), &ctx.source.place(pipeline.span), &why);
            }
            st = joined?;
            if *op == ChainOp::Or && index == 0 && !ends_as_failed(pipeline) {
                self.perhaps_stayed(&chain.first, &mut st, ctx);
            }
            left = Span::new(chain.first.span.start, pipeline.span.end);
        }
        Some(st)
    }

    /// A `cd` that may have failed, where what follows runs all the same: to a directory that is not in the tree.
    fn perhaps_stayed(&self, pipeline: &Pipeline, st: &mut State, ctx: &Ctx) {
        let ([command], None) = (pipeline.commands.as_slice(), pipeline.bang) else { return };
        let CommandKind::Simple(simple) = &command.kind else { return };
        if simple.words.first().and_then(RawWord::bare) != Some("cd") {
            return;
        }
        if let Val::Text(path) = self.directory(st)
            && self.input.files.lacks(&path)
        {
            let why = format!("{} may fail, and what follows runs all the same", quoted(&ctx.source.line(command.span, 60)));
            st.cwd = Rc::new(Cwd::Unknown(Why::new(Reason::Dynamic, why).at(ctx.source.place(command.span))));
        }
    }

    /// `errexit` does not act on any member but the last.
    fn member_ctx(&self, chain: &Chain, index: usize, next_or: Option<&Pipeline>, st: &State, ctx: &Ctx) -> Ctx {
        let Some((_, first_op, _)) = chain.rest.get(index) else { return ctx.clone() };
        if let Some(pipeline) = next_or {
            let text = quoted(&format!("|| {}", ctx.source.line(pipeline.span, 60)));
            // What fails at the end of what stands before it fails the script; `errexit` stops nothing earlier.
            let why = if ends_as_failed(pipeline) {
                format!("left of {text} a failure does not stop what follows it (`set -e` is off there)")
            } else {
                format!("{text} lets it pass")
            };
            return ctx.guarded(ctx.source.place(pipeline.span), why);
        }
        if ctx.guard.is_some() {
            return ctx.clone();
        }
        if st.options.errexit.on == Some(false) {
            return ctx.ignored();
        }
        ctx.guarded(ctx.source.place(*first_op), "`set -e` does not act on the left side of `&&`, and the next command runs")
    }

    pub(super) fn pipeline(&mut self, pipeline: &Pipeline, st: State, ctx: &Ctx) -> Option<State> {
        let Some(bang) = pipeline.bang else { return self.pipe(pipeline, st, ctx) };
        let place = ctx.source.place(bang);
        let why = "`!` turns its failure into success";
        let mut st = self.pipe(pipeline, st, &ctx.guarded(place.clone(), why))?;
        let before = st.last.clone();
        st.last = st.last.map(|stat| stat.inverted());
        self.lose_all(&before, Some(&st.last), &place, why);
        Some(st)
    }

    fn pipe(&mut self, pipeline: &Pipeline, mut st: State, ctx: &Ctx) -> Option<State> {
        if let [command] = pipeline.commands.as_slice() {
            let simple = matches!(command.kind, CommandKind::Simple(_) | CommandKind::Test(_) | CommandKind::Arithmetic(_));
            let mut end = self.command(command, st, ctx)?;
            if simple {
                end.pipe = None;
            }
            return Some(end);
        }
        let mut statuses = Vec::new();
        let (outer, heard) = (self.flow.input.clone(), std::mem::take(&mut self.flow.heard));
        let mut previous: Option<&Command> = None;
        for command in &pipeline.commands {
            self.flow.open();
            self.piped = previous.and_then(|previous| self.printed(previous, &st, ctx));
            statuses.push(self.in_subshell(&st, |walker, inner| walker.command(command, inner, ctx)));
            self.piped = None;
            (self.flow.input, self.flow.heard) = self.flow.close();
            previous = Some(command);
        }
        self.flow.input = outer;
        for said in std::mem::replace(&mut self.flow.heard, heard) {
            self.flow.say(said);
        }
        st.pipe = Some(Rc::new(statuses.clone()));
        let (Some(end), Some(end_command)) = (statuses.pop(), pipeline.commands.last()) else { return Some(st) };
        let pipefail = st.options.pipefail.clone();
        let mut status = end;
        for earlier in &statuses {
            match pipefail.on {
                Some(true) => {
                    let rewrites = if earlier.usual == Stat::Zero { 0 } else { status.failed.len() };
                    if self.spend(earlier.failed.len() + rewrites, || ctx.source.place(pipeline.span)) {
                        worsen(&mut status, earlier);
                    }
                }
                Some(false) => {}
                None => {
                    for (fail, stat) in earlier.failed.iter() {
                        if *stat != Stat::Zero {
                            status.set(*fail, Stat::Unknown);
                        }
                    }
                }
            }
            let name = ctx.source.raw(end_command.span).split_whitespace().next().unwrap_or("the last command");
            let why = format!("{NO_PIPEFAIL}: the status of {} counts", quoted(name));
            let place = pipefail.place.clone().unwrap_or_else(|| ctx.source.place(end_command.span));
            self.lose_all(earlier, Some(&status), &place, &why);
        }
        st.last = status;
        self.leaf(st, ctx)
    }

    /// Runs something in a subshell of `st`: its exit status.
    pub(super) fn in_subshell(&mut self, st: &State, run: impl FnOnce(&mut Self, State) -> Option<State>) -> Per<Stat> {
        let mut inner = st.clone();
        inner.exit_trap = TrapSet::only(None);
        if !inner.options.errtrace {
            inner.error_trap = TrapSet::only(None);
        }
        self.frames.push(Frame::default());
        let diverts = self.diverts.len();
        let rounds = std::mem::take(&mut self.rounds);
        let returns = std::mem::take(&mut self.returns);
        let end = run(self, inner);
        self.rounds = rounds;
        self.returns = returns;
        self.diverts.truncate(diverts);
        self.close_with_traps(end)
    }

    /// The substitutions in parts, in order; the status of the last one, if there is any.
    pub(super) fn substitutions(&mut self, parts: &[Part], st: &State, ctx: &Ctx) -> Option<Per<Stat>> {
        let mut last = None;
        for part in parts {
            match part {
                Part::Command { list, .. } => {
                    let mut inner = st.clone();
                    if !inner.options.inherit_errexit {
                        inner.options.errexit = Opt::new(false);
                    }
                    self.flow.open();
                    last = Some(self.in_subshell(&inner, |walker, inner| walker.list(list, inner, ctx)));
                    self.flow.close_as(list);
                }
                Part::Process { list, span } => {
                    self.flow.open();
                    let status = self.in_subshell(st, |walker, inner| walker.list(list, inner, ctx));
                    self.flow.close_as(list);
                    self.lose_all(
                        &status,
                        None,
                        &ctx.source.place(*span),
                        "nothing looks at the status of a process substitution",
                    );
                }
                Part::Unread { span } => {
                    self.opaque(ctx.source.place(*span), Reason::Unsupported, "backquotes with escapes inside are not read");
                }
                Part::Param { param, .. } => last = self.substitutions(&param.word, st, ctx).or(last),
                Part::Arithmetic { parts } => last = self.substitutions(parts, st, ctx).or(last),
                Part::Literal { .. } => {}
            }
        }
        last
    }
}

/// `… || exit 1`, `… || { echo no; exit 1; }`.
fn ends_as_failed(pipeline: &Pipeline) -> bool {
    let ([command], None) = (pipeline.commands.as_slice(), pipeline.bang) else { return false };
    match &command.kind {
        CommandKind::Simple(simple) => exits_as_failed(simple),
        CommandKind::Group(list) => certainly_fails(list),
        _ => false,
    }
}

/// Makes `status` non-zero where `other` is, in every run.
fn worsen(status: &mut Per<Stat>, other: &Per<Stat>) {
    let both: Vec<_> = other.failed.iter().map(|(fail, stat)| (*fail, status.get(Some(*fail)).worst(*stat))).collect();
    if other.usual != Stat::Zero {
        let mine: Vec<_> = status.failed.iter().map(|(fail, stat)| (*fail, stat.worst(*other.get(Some(*fail))))).collect();
        *status = Per::same(status.usual.worst(other.usual));
        for (fail, stat) in mine {
            status.set(fail, stat);
        }
    }
    for (fail, stat) in both {
        status.set(fail, stat);
    }
}
