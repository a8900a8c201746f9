//! Owns traps on `EXIT` and `ERR`: what they make of the status of a script that is ending. Refuses other signals.

use std::rc::Rc;

use crate::answer::{Reason, Why};
use crate::text::Place;

use super::ast::RawWord;
use super::parse;
use super::source::{Ctx, Source};
use super::state::{Condition, Here, Reach, State};
use super::walk::{Frame, Walker, soft};
use super::world::{ENDING, Fail, Per, Stat, Val};
use super::{Hold, HoldKind, UNKNOWN_CHAR};

/// One `trap` command.
pub(super) struct Trap {
    /// The commands, `None` when they are not known.
    pub source: Option<Rc<Source>>,
    pub place: Place,
    verdict: Option<Verdict>,
    /// Variables that it sets.
    sets: Vec<Rc<str>>,
}

/// The traps of which one is in force, by index; `None` is no trap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TrapSet(Rc<Vec<Option<usize>>>);

impl TrapSet {
    pub(super) fn only(index: Option<usize>) -> Self {
        Self(Rc::new(vec![index]))
    }

    pub(super) fn is_none(&self) -> bool {
        self.0.as_slice() == [None]
    }

    pub(super) fn join(&self, other: &Self) -> Self {
        let mut out = self.clone();
        for index in other.0.iter().filter(|index| !self.0.contains(index)) {
            Rc::make_mut(&mut out.0).push(*index);
        }
        out
    }
}

/// What a trap makes of a failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The status stays.
    Keeps,
    /// The trap exits non-zero.
    Fails,
    /// The trap exits zero, there.
    Passes(Place),
    Unknown,
}

impl Walker<'_> {
    /// `trap …`.
    pub(super) fn set_trap(&mut self, args: &[RawWord], st: &mut State, ctx: &Ctx, place: &Place) {
        let words = self.words(args, st, &ctx.source);
        let skip = usize::from(words.first().is_some_and(|word| word.value.as_deref() == Some("--")));
        let Some(action) = words.get(skip) else { return };
        let signals = words.get(skip + 1..).unwrap_or(&[]);
        let reset = action.value.as_deref() == Some("-") || signals.is_empty();
        let names = if signals.is_empty() { words.as_slice() } else { signals };
        let index = if reset || action.value.as_deref() == Some("") {
            None
        } else {
            let source = args.get(skip).and_then(|raw| self.word_source(raw, st, ctx));
            self.traps.push(Trap { source, place: place.clone(), verdict: None, sets: Vec::new() });
            Some(self.traps.len() - 1)
        };
        for name in names {
            match name.value.as_deref().map(str::to_ascii_uppercase).as_deref() {
                Some("EXIT" | "0" | "SIGEXIT") => st.exit_trap = TrapSet::only(index),
                Some("ERR" | "SIGERR") => {
                    if index.is_some() {
                        self.fails_elsewhere(place, "ERR", st, ctx);
                    }
                    st.error_trap = TrapSet::only(index);
                }
                Some("DEBUG" | "SIGDEBUG") if index.is_some() => {
                    self.opaque(place.clone(), Reason::Unsupported, "a `DEBUG` trap runs before every command");
                    self.doubt(st, place.clone(), "a `DEBUG` trap");
                }
                // Every program that ends sends it, the tool among them.
                Some("CHLD" | "SIGCHLD" | "17") if index.is_some() => {
                    st.exit_trap = st.exit_trap.join(&TrapSet::only(index));
                    self.doubt(st, place.clone(), "a `CHLD` trap");
                }
                Some(_) if index.is_some() => self.signal_trap = true,
                Some(_) => {}
                None => st.exit_trap = st.exit_trap.join(&TrapSet::only(index)),
            }
        }
    }

    /// Something that is not followed may set a trap on the end of the script.
    pub(super) fn may_trap(&mut self, st: &mut State, place: &Place) {
        self.traps.push(Trap { source: None, place: place.clone(), verdict: None, sets: Vec::new() });
        st.exit_trap = st.exit_trap.join(&TrapSet::only(Some(self.traps.len() - 1)));
    }

    /// What the `ERR` trap in force, if any, makes of a failure.
    pub(super) fn error_verdict(&mut self, st: &State, ctx: &Ctx) -> Verdict {
        self.verdict(&st.error_trap.clone(), st, ctx, true)
    }

    /// What the traps of which one is in force make of a failure.
    fn verdict(&mut self, set: &TrapSet, st: &State, ctx: &Ctx, error: bool) -> Verdict {
        let mut answer: Option<Verdict> = None;
        for index in set.0.iter() {
            let one = index.map_or(Verdict::Keeps, |index| self.one_verdict(index, st, ctx, error, set.0.len() > 1));
            answer = Some(match answer {
                Some(other) if other != one => Verdict::Unknown,
                _ => one,
            });
        }
        answer.unwrap_or(Verdict::Keeps)
    }

    /// What an `ERR` trap sets shows the failures that it ran for.
    pub(super) fn set_by_trap(&mut self, st: &mut State) {
        let fails: Vec<Fail> = st.last.failed.iter().filter(|(_, stat)| **stat != Stat::Zero).map(|(fail, _)| *fail).collect();
        let traps = st.error_trap.clone();
        for name in traps.0.iter().flatten().filter_map(|index| self.traps.get(*index)).flat_map(|trap| trap.sets.iter()) {
            let mut value = self.var(st, name);
            fails.iter().for_each(|fail| value.set(*fail, Val::Unknown));
            st.set_var(name, value);
        }
    }

    /// Reads a trap once, as the script ends with a failure.
    fn one_verdict(&mut self, index: usize, st: &State, ctx: &Ctx, error: bool, unsure: bool) -> Verdict {
        let Some(trap) = self.traps.get(index) else { return Verdict::Unknown };
        if let Some(verdict) = &trap.verdict {
            return verdict.clone();
        }
        let Some(source) = trap.source.clone() else { return Verdict::Unknown };
        // While it is read it must not be read again.
        self.traps[index].verdict = Some(Verdict::Keeps);
        let place = self.traps[index].place.clone();
        let condition = st.reach.condition().or_else(|| {
            let text = if unsure { Some("runs only when this trap is set") } else { None };
            let text = if error { Some("runs only after another command has failed") } else { text };
            text.map(|text| Condition::open(Why::new(Reason::Dynamic, text).at(place)))
        });
        let (verdict, sets) = self.read_trap(&source, st, ctx, error, condition);
        self.traps[index].verdict = Some(verdict.clone());
        self.traps[index].sets = sets;
        verdict
    }

    fn read_trap(
        &mut self,
        source: &Rc<Source>,
        st: &State,
        ctx: &Ctx,
        error: bool,
        condition: Option<Condition>,
    ) -> (Verdict, Vec<Rc<str>>) {
        let Ok(script) = parse::script(source.text.text(), self.max_depth) else { return (Verdict::Unknown, Vec::new()) };
        self.written_with(script.bashism, source);
        let source = Source { text: source.text.clone(), here: script.here, outer: source.outer };
        let inner = Ctx { source: Rc::new(source), guard: None, evals: ctx.evals + 1, via: Rc::clone(&ctx.via) };
        let mut start = st.clone();
        start.exit_trap = TrapSet::only(None);
        if error {
            start.error_trap = TrapSet::only(None);
        }
        start.reach = Reach::start();
        start.reach.condition = condition;
        start.last = Per::same(Stat::Zero);
        start.last.set(ENDING, Stat::Nonzero);
        let outer = std::mem::take(&mut self.endings);
        let (rounds, returns) = (std::mem::take(&mut self.rounds), std::mem::take(&mut self.returns));
        let diverts = self.diverts.len();
        self.frames.push(Frame::default());
        self.in_trap += 1;
        let end = self.list(&script.list, start, &inner);
        self.in_trap -= 1;
        (self.rounds, self.returns) = (rounds, returns);
        self.diverts.truncate(diverts);
        let frame = self.frames.pop().unwrap_or_default();
        if let Some(below) = self.frames.last_mut() {
            below.exits.extend(frame.exits.into_iter().filter(|(fail, _)| *fail != ENDING));
        }
        let mut endings = std::mem::replace(&mut self.endings, outer);
        let changed = |end: &State| {
            let differs = |name: &Rc<str>| end.vars.get(name) != st.vars.get(name);
            end.vars.keys().filter(|name| differs(name)).cloned().collect()
        };
        let sets = end.as_ref().map(changed).unwrap_or_default();
        // `set +e` in it: the failure that it ran for ends nothing any more.
        let goes_on = error && end.as_ref().is_some_and(|end| end.options.errexit != st.options.errexit);
        let verdict = trap_verdict(end.as_ref(), &mut endings, error);
        (if goes_on { Verdict::Unknown } else { verdict }, sets)
    }

    /// Ends a (sub)shell: its exit status, after the traps that run then.
    pub(super) fn close_with_traps(&mut self, end: Option<State>) -> Per<Stat> {
        let ctx = Ctx { source: Rc::clone(&self.root), guard: None, evals: 0, via: Rc::default() };
        let mut end = end;
        if let Some(st) = &mut end
            && !st.exit_trap.is_none()
        {
            let set = st.exit_trap.clone();
            let verdict = self.verdict(&set, st, &ctx, false);
            let failing: Vec<_> = st.last.failed.iter().filter(|(_, stat)| **stat != Stat::Zero).map(|(fail, _)| *fail).collect();
            for fail in failing {
                if let Some(stat) = self.trapped(fail, &set, &verdict) {
                    st.last.set(fail, stat);
                }
            }
            st.last.usual = after(&verdict, st.last.usual);
        }
        let traps = self.frames.last_mut().map(|frame| std::mem::take(&mut frame.traps)).unwrap_or_default();
        let trapped = self.frames.last_mut().map(|frame| std::mem::take(&mut frame.trapped)).unwrap_or_default();
        for (set, st) in traps {
            if set.is_none() {
                continue;
            }
            let only_failing = self.frames.last().is_some_and(|frame| frame.usual.is_none());
            let mut st = st;
            if only_failing && st.reach.condition.is_none() {
                let why = Why::new(Reason::Dynamic, "runs only after another command has failed");
                st.reach.condition = Some(Condition::open(why));
            }
            let verdict = self.verdict(&set, &st, &ctx, false);
            for fail in trapped.iter().filter(|(_, trap)| **trap == set).map(|(fail, _)| *fail) {
                if let Some(stat) = self.trapped(fail, &set, &verdict)
                    && let Some(frame) = self.frames.last_mut()
                {
                    frame.exits.insert(fail, stat);
                }
            }
            if let Some(frame) = self.frames.last_mut() {
                frame.usual = frame.usual.map(|usual| after(&verdict, usual));
            }
        }
        self.close(end.as_ref())
    }

    fn trapped(&mut self, fail: Fail, set: &TrapSet, verdict: &Verdict) -> Option<Stat> {
        let place = self.trap_place(set)?;
        match verdict {
            Verdict::Passes(_) => {
                self.lose(fail, || soft(place, "the `EXIT` trap ends the script as passed".to_owned()));
                Some(Stat::Zero)
            }
            Verdict::Unknown => {
                let why = "an `EXIT` trap may change the status".to_owned();
                self.lose(fail, || Hold { kind: HoldKind::Unknown(Reason::Dynamic), place, why });
                Some(Stat::Unknown)
            }
            Verdict::Keeps | Verdict::Fails => None,
        }
    }

    pub(super) fn trap_place(&self, set: &TrapSet) -> Option<Place> {
        set.0.iter().flatten().find_map(|index| self.traps.get(*index)).map(|trap| trap.place.clone())
    }

    /// The text a word stands for, to be read as commands.
    pub(super) fn word_source(&self, raw: &RawWord, st: &State, ctx: &Ctx) -> Option<Rc<Source>> {
        let span = ctx.source.span(raw.span);
        let text = &ctx.source.text;
        let inner = ctx.source.raw(raw.span);
        let bare = |open: usize| inner.get(open..inner.len().saturating_sub(open));
        let verbatim = match raw.parts.as_slice() {
            [super::ast::Part::Literal { text: value, .. }] => {
                [0, 1].into_iter().find(|open| bare(*open) == Some(value)).filter(|_| !value.contains(UNKNOWN_CHAR))
            }
            _ => None,
        };
        let text = match verbatim {
            Some(open) => text.slice(raw.span.start + open..raw.span.end - open),
            None => {
                let value = self.parts_val(&raw.parts, st, None);
                let whole = text.span(raw.span.start..raw.span.end);
                crate::text::MappedText::standing_for(std::sync::Arc::clone(text.file()), whole, value.known()?)
            }
        };
        Some(Rc::new(Source { text, here: Vec::new(), outer: Some(span) }))
    }
}

/// What a trap makes of a failure that has ended so: the states it ran through to, and its own ends.
fn trap_verdict(end: Option<&State>, endings: &mut Vec<(Stat, Option<Place>)>, error: bool) -> Verdict {
    let through = end.is_some_and(|st| st.reach.follows(ENDING) != Here::Never);
    if through {
        if endings.iter().all(|(stat, _)| *stat == Stat::Nonzero) {
            return if error && !endings.is_empty() { Verdict::Unknown } else { Verdict::Keeps };
        }
        return Verdict::Unknown;
    }
    match endings.pop() {
        Some((stat, place)) if endings.iter().all(|(other, _)| *other == stat) => match (stat, place) {
            (Stat::Nonzero, _) if error => Verdict::Fails,
            (Stat::Nonzero, _) => Verdict::Keeps,
            (Stat::Zero, Some(place)) => Verdict::Passes(place),
            _ => Verdict::Unknown,
        },
        Some(_) => Verdict::Unknown,
        None => Verdict::Keeps,
    }
}

/// The ordinary status after a trap.
fn after(verdict: &Verdict, usual: Stat) -> Stat {
    match verdict {
        Verdict::Passes(_) => Stat::Zero,
        Verdict::Unknown if usual != Stat::Zero => Stat::Unknown,
        _ => usual,
    }
}
