//! Owns traps on `EXIT` and `ERR`: what they make of the status of a script that is ending. Refuses other signals.

use std::rc::Rc;

use crate::answer::Reason;
use crate::text::Place;

use super::ast::RawWord;
use super::join::UNSURE_TRAP;
use super::parse;
use super::state::{Here, Reach, State};
use super::walk::{Ctx, Frame, Source, Walker, soft};
use super::world::{ENDING, Per, Stat};
use super::{Hold, HoldKind, UNKNOWN_CHAR};

/// One `trap` command.
pub(super) struct Trap {
    /// The commands, `None` when they are not known.
    pub source: Option<Rc<Source>>,
    pub place: Place,
    verdict: Option<Verdict>,
}

/// What a trap makes of a failure.
#[derive(Clone, Debug)]
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
            self.traps.push(Trap { source, place: place.clone(), verdict: None });
            Some(self.traps.len() - 1)
        };
        for name in names {
            match name.value.as_deref().map(str::to_ascii_uppercase).as_deref() {
                Some("EXIT" | "0" | "SIGEXIT") => st.exit_trap = index,
                Some("ERR" | "SIGERR") => st.error_trap = index,
                Some("DEBUG" | "SIGDEBUG") if index.is_some() => {
                    self.opaque(place.clone(), Reason::Unsupported, "a `DEBUG` trap runs before every command");
                }
                Some(_) => {}
                None => st.exit_trap = Some(UNSURE_TRAP),
            }
        }
    }

    /// What the `ERR` trap in force, if any, makes of a failure.
    pub(super) fn error_verdict(&mut self, st: &State, ctx: &Ctx) -> Verdict {
        let Some(index) = st.error_trap else { return Verdict::Keeps };
        self.verdict(index, st, ctx, true)
    }

    /// Reads a trap once, as the script ends with a failure.
    fn verdict(&mut self, index: usize, st: &State, ctx: &Ctx, error: bool) -> Verdict {
        let Some(trap) = self.traps.get(index) else { return Verdict::Unknown };
        if let Some(verdict) = &trap.verdict {
            return verdict.clone();
        }
        let Some(source) = trap.source.clone() else { return Verdict::Unknown };
        // While it is read it must not be read again.
        self.traps[index].verdict = Some(Verdict::Keeps);
        let verdict = self.read_trap(&source, st, ctx, error);
        self.traps[index].verdict = Some(verdict.clone());
        verdict
    }

    fn read_trap(&mut self, source: &Rc<Source>, st: &State, ctx: &Ctx, error: bool) -> Verdict {
        let Ok(script) = parse::script(source.text.text(), self.max_depth) else { return Verdict::Unknown };
        let source = Source { text: source.text.clone(), here: script.here, outer: source.outer };
        let inner = Ctx { source: Rc::new(source), guard: None, evals: ctx.evals + 1 };
        let mut start = st.clone();
        start.exit_trap = None;
        start.error_trap = None;
        start.reach = Reach::start();
        start.reach.condition = error.then(|| st.reach.condition().cloned()).flatten();
        start.last = Per::same(Stat::Zero);
        start.last.set(ENDING, Stat::Nonzero);
        if error && start.reach.condition.is_none() {
            let why = crate::answer::Why::new(Reason::Dynamic, "runs only after another command has failed");
            start.reach.condition = Some(why);
        }
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

    /// Ends a (sub)shell: its exit status, after the traps that run then.
    pub(super) fn close_with_traps(&mut self, end: Option<State>) -> Per<Stat> {
        let ctx = Ctx {
            source: Rc::new(Source { text: self.input.text.clone(), here: Vec::new(), outer: None }),
            guard: None,
            evals: 0,
        };
        let mut end = end;
        if let Some(st) = &mut end
            && let Some(index) = st.exit_trap
        {
            let verdict = self.verdict(index, st, &ctx, false);
            let failing: Vec<_> = st.last.failed.iter().filter(|(_, stat)| **stat != Stat::Zero).map(|(fail, _)| *fail).collect();
            for fail in failing {
                if let Some(stat) = self.trapped(fail, index, &verdict) {
                    st.last.set(fail, stat);
                }
            }
            if matches!(verdict, Verdict::Passes(_)) {
                st.last.usual = Stat::Zero;
            }
        }
        let traps = self.frames.last_mut().map(|frame| std::mem::take(&mut frame.traps)).unwrap_or_default();
        let trapped = self.frames.last_mut().map(|frame| std::mem::take(&mut frame.trapped)).unwrap_or_default();
        for (index, st) in traps {
            let verdict = self.verdict(index, &st, &ctx, false);
            for fail in trapped.iter().filter(|(_, trap)| **trap == index).map(|(fail, _)| *fail) {
                if let Some(stat) = self.trapped(fail, index, &verdict)
                    && let Some(frame) = self.frames.last_mut()
                {
                    frame.exits.insert(fail, stat);
                }
            }
            if matches!(verdict, Verdict::Passes(_))
                && let Some(frame) = self.frames.last_mut()
            {
                frame.usual = Some(Stat::Zero);
            }
        }
        self.close(end.as_ref())
    }

    fn trapped(&mut self, fail: u32, index: usize, verdict: &Verdict) -> Option<Stat> {
        match verdict {
            Verdict::Passes(_) => {
                let place = self.traps[index].place.clone();
                self.lose(fail, || soft(place, "the `EXIT` trap ends the script as passed".to_owned()));
                Some(Stat::Zero)
            }
            Verdict::Unknown => {
                if let Some(trap) = self.traps.get(index) {
                    let (place, why) = (trap.place.clone(), "an `EXIT` trap may change the status".to_owned());
                    self.lose(fail, || Hold { kind: HoldKind::Unknown(Reason::Dynamic), place, why });
                }
                Some(Stat::Unknown)
            }
            Verdict::Keeps | Verdict::Fails => None,
        }
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
