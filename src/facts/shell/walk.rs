//! Owns the interpreter's book-keeping: what has been found, what has become of every failure, how much work is left.
//! Refuses to know any syntax.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::answer::{Reason, Why};
use crate::text::{MappedText, Place, Span, escape};

use super::ast::{Command, HereDocument};
use super::join::{Way, join};
use super::scope::VarValue;
use super::state::{Here, Reach, State, Until};
use super::trap::{Trap, TrapSet};
use super::world::{ENDING, Fail, Per, Stat, Val};
use super::{Analysis, Hold, HoldKind, Opaque, ScriptInput, Shadow, ShellCommand};

/// Commands one script may run, loops and functions written out.
const MAX_COMMANDS: usize = 20_000;
/// Units of work for one script: nodes visited and values copied.
const MAX_WORK: usize = 600_000;

/// A text that is being read: the script, or the text of an `eval`.
#[derive(Debug)]
pub(super) struct Source {
    pub text: MappedText,
    pub here: Vec<HereDocument>,
    /// For the text of an `eval`: its bytes in the script.
    pub outer: Option<Span>,
}

impl Source {
    pub(super) fn span(&self, span: Span) -> Span {
        self.outer.unwrap_or(span)
    }

    pub(super) fn place(&self, span: Span) -> Place {
        self.text.place(span.start..span.end)
    }

    pub(super) fn raw(&self, span: Span) -> &str {
        self.text.text().get(span.start..span.end).unwrap_or("")
    }

    /// Source text on one line, at most `limit` characters.
    pub(super) fn line(&self, span: Span, limit: usize) -> String {
        let mut out = String::new();
        for word in self.raw(span).split_whitespace() {
            if !out.is_empty() {
                out.push(' ');
            }
            out.push_str(word);
            if out.len() > limit * 4 {
                break;
            }
        }
        let out = out.replace(super::UNKNOWN_CHAR, "${{ … }}");
        if out.chars().count() <= limit {
            return out;
        }
        out.chars().take(limit - 1).chain(['…']).collect()
    }
}

/// What is inherited downwards.
#[derive(Clone)]
pub(super) struct Ctx {
    pub source: Rc<Source>,
    /// `errexit` is ignored here: why.
    pub guard: Option<Rc<Guard>>,
    /// How deep `eval` is nested.
    pub evals: usize,
}

/// Where `errexit` is ignored.
pub(super) struct Guard {
    /// What ignores it, unless it is off anyway.
    said: Option<(Place, String)>,
}

impl Ctx {
    pub(super) fn guarded(&self, place: Place, why: impl Into<String>) -> Self {
        Self { guard: Some(Rc::new(Guard { said: Some((place, why.into())) })), ..self.clone() }
    }

    /// A place where `errexit` and the `ERR` trap would not act, were they set.
    pub(super) fn ignored(&self) -> Self {
        Self { guard: Some(Rc::new(Guard { said: None })), ..self.clone() }
    }
}

/// One (sub)shell: how its runs have ended so far.
#[derive(Default)]
pub(super) struct Frame {
    pub exits: BTreeMap<Fail, Stat>,
    pub usual: Option<Stat>,
    /// Exit traps in force when something ended the shell, with a state to read each in.
    pub traps: Vec<(TrapSet, Box<State>)>,
    /// Failures that ended the shell under a trap.
    pub trapped: BTreeMap<Fail, TrapSet>,
}

/// An early end on one of the ways, which puts what follows in doubt.
pub(super) struct Divert {
    pub until: Until,
    pub condition: Option<Why>,
    pub fails: Vec<Fail>,
}

pub(super) struct Walker<'a> {
    pub input: &'a ScriptInput<'a>,
    pub out: Analysis,
    /// Where a command's failure was lost first.
    pub lost: Vec<Option<Hold>>,
    /// Why `errexit` did not act on a command.
    pub inert: Vec<Option<Hold>>,
    pub frames: Vec<Frame>,
    pub diverts: Vec<Divert>,
    /// Ends of the running functions by `return`, each with the next failure at that time; and their local variables.
    pub returns: Vec<Vec<(State, Fail)>>,
    pub locals: Vec<BTreeMap<String, Per<Val>>>,
    /// Ends of rounds, likewise, and whether by `break`.
    pub rounds: Vec<Vec<(State, Fail, bool)>>,
    pub traps: Vec<Trap>,
    pub jobs: Vec<Per<Stat>>,
    pub calls: Vec<*const Command>,
    /// How a trap that is being read may end.
    pub endings: Vec<(Stat, Option<Place>)>,
    pub in_trap: usize,
    pub silent: usize,
    pub depth: usize,
    pub max_depth: usize,
    pub too_deep: bool,
    work: usize,
    eval_bytes: usize,
}

impl<'a> Walker<'a> {
    pub(super) fn new(input: &'a ScriptInput<'a>, max_depth: usize) -> Self {
        Self {
            input,
            out: Analysis::default(),
            lost: Vec::new(),
            inert: Vec::new(),
            frames: vec![Frame::default()],
            diverts: Vec::new(),
            returns: Vec::new(),
            locals: Vec::new(),
            rounds: Vec::new(),
            traps: Vec::new(),
            jobs: Vec::new(),
            calls: Vec::new(),
            endings: Vec::new(),
            in_trap: 0,
            silent: 0,
            depth: 0,
            max_depth,
            too_deep: false,
            work: MAX_WORK,
            eval_bytes: input.limits.shell_bytes,
        }
    }

    /// Spends work; `false` when there is none left, and the rest is opaque.
    pub(super) fn spend(&mut self, units: usize, place: impl FnOnce() -> Place) -> bool {
        if self.work == 0 {
            return false;
        }
        self.work = self.work.saturating_sub(units + 1);
        if self.work == 0 || self.out.commands.len() >= MAX_COMMANDS {
            self.work = 0;
            let why = Why::new(Reason::Unsupported, "the script runs more commands than are followed");
            self.out.opaque.push(Opaque { place: place(), why });
        }
        self.work > 0
    }

    pub(super) fn exhausted(&self) -> bool {
        self.work == 0
    }

    /// Whether this much text may still be read by `eval`.
    pub(super) fn spend_eval(&mut self, bytes: usize) -> bool {
        let allowed = bytes <= self.eval_bytes;
        self.eval_bytes = self.eval_bytes.saturating_sub(bytes);
        allowed
    }

    pub(super) fn next_fail(&self) -> Fail {
        Fail::try_from(self.out.commands.len()).unwrap_or(ENDING - 1)
    }

    /// Records a command; its failure, or `None` while a loop is only looked at again.
    pub(super) fn emit(&mut self, command: ShellCommand, st: &State, ctx: &Ctx) -> Option<Fail> {
        if self.silent > 0 {
            return None;
        }
        let fail = self.next_fail();
        let said = ctx.guard.as_ref().and_then(|guard| guard.said.clone());
        let inert = match (said, &st.options.errexit) {
            (Some((place, why)), _) => Some(soft(place, why)),
            (None, errexit) if errexit.on != Some(true) => errexit.place.clone().map(|place| {
                let known = errexit.on.is_some();
                soft(place, if known { "`set +e` is in force" } else { "whether `set -e` is in force is not known" }.to_owned())
            }),
            _ => None,
        };
        self.out.commands.push(command);
        self.lost.push(None);
        self.inert.push(inert);
        Some(fail)
    }

    pub(super) fn opaque(&mut self, place: Place, reason: Reason, text: impl Into<String>) {
        if self.silent == 0 {
            let why = Why::new(reason, text).at(place.clone());
            self.out.opaque.push(Opaque { place, why });
        }
    }

    pub(super) fn shadow(&mut self, name: &str, place: Place, why: impl Into<String>) {
        self.shadow_in(name, place, why, None);
    }

    /// As [`Self::shadow`], for a directory on the search path.
    pub(super) fn shadow_in(&mut self, name: &str, place: Place, why: impl Into<String>, directory: Option<String>) {
        let shadow = Shadow { name: name.to_owned(), place, why: why.into(), directory };
        if self.silent == 0 && !self.out.shadows.contains(&shadow) && self.out.shadows.len() < 256 {
            self.out.shadows.push(shadow);
        }
    }

    /// Notes where a failure was lost; the first place counts.
    pub(super) fn lose(&mut self, fail: Fail, hold: impl FnOnce() -> Hold) {
        if let Some(slot) = self.lost.get_mut(fail as usize)
            && slot.is_none()
        {
            *slot = Some(hold());
        }
    }

    /// Notes all failures of `status` that `after` no longer carries.
    pub(super) fn lose_all(&mut self, status: &Per<Stat>, after: Option<&Per<Stat>>, place: &Place, why: &str) {
        for (fail, stat) in status.failed.iter() {
            let kept = after.is_some_and(|after| *after.get(Some(*fail)) != Stat::Zero && after.failed.contains_key(fail));
            if *stat != Stat::Zero && !kept {
                self.lose(*fail, || soft(place.clone(), why.to_owned()));
            }
        }
    }

    /// The value of a variable.
    pub(super) fn var(&self, st: &State, name: &str) -> Per<Val> {
        st.vars.get(name).cloned().unwrap_or_else(|| self.initial(name))
    }

    fn initial(&self, name: &str) -> Per<Val> {
        Per::same(match self.input.scope.get(name) {
            VarValue::Known(text) => Val::text(&text),
            VarValue::Unset => Val::Unset,
            VarValue::Unknown => Val::Unknown,
        })
    }

    /// Ends the current (sub)shell for the runs in `ending`, which decides the status of each.
    pub(super) fn end_shell(&mut self, st: &State, ending: &Per<Stat>) {
        let trap = st.exit_trap.clone();
        let caused: BTreeMap<Fail, Here> = st.reach.caused().into_iter().collect();
        let mut all: BTreeMap<Fail, Stat> = BTreeMap::new();
        for (fail, stat) in ending.failed.iter() {
            let stat = if *stat != Stat::Zero && st.reach.here(*fail) == Here::Maybe { Stat::Unknown } else { *stat };
            all.insert(*fail, stat);
        }
        for (fail, here) in caused {
            let stat = *ending.get(Some(fail));
            all.entry(fail).or_insert(if here == Here::Yes || stat == Stat::Zero { stat } else { Stat::Unknown });
        }
        let Some(frame) = self.frames.last_mut() else { return };
        for (fail, stat) in all {
            if stat == Stat::Zero || st.reach.here(fail) == Here::Never {
                continue;
            }
            // On a second look at a loop: there may be no next round.
            let stat = if self.silent > 0 { Stat::Unknown } else { stat };
            let slot = frame.exits.entry(fail).or_insert(stat);
            if stat == Stat::Nonzero {
                *slot = stat;
            }
            frame.trapped.insert(fail, trap.clone());
        }
        if !frame.traps.iter().any(|(known, _)| *known == trap) {
            frame.traps.push((trap, Box::new(st.clone())));
        }
    }

    /// Notes that some runs end here early without failing, so that what follows is in doubt.
    pub(super) fn divert(&mut self, st: &State, until: Until, place: Place, text: &str) {
        let condition = Some(Why::new(Reason::Dynamic, format!("runs only when {text} does not end it first")).at(place));
        let fails = st.live().into_iter().chain(st.reach.fails.keys().copied());
        let fails = fails.filter(|fail| st.reach.here(*fail) != Here::Never).collect();
        self.diverts.push(Divert { until, condition, fails });
    }

    /// Joins two ways that parted at `before`, when `since` diverts had been noted.
    pub(super) fn join(&mut self, a: Way, b: Way, before: &Reach, since: usize) -> Option<State> {
        let size = |way: &Way| way.state.as_ref().map_or(0, |st| st.vars.len() + st.reach.fails.len() + st.reach.gone.len());
        let units = (size(&a) + size(&b)) / 8;
        if self.work > 0 {
            self.work = self.work.saturating_sub(units).max(1);
        }
        let this: &Self = self;
        let mut joined = join(a, b, before, &|name| this.initial(name))?;
        for divert in self.diverts.get(since..).unwrap_or(&[]) {
            let doubt = &mut joined.reach.doubts[divert.until as usize];
            if doubt.condition.is_none() {
                doubt.condition.clone_from(&divert.condition);
            }
            if !divert.fails.is_empty() {
                Rc::make_mut(&mut doubt.fails).extend(divert.fails.iter().copied());
            }
        }
        Some(joined)
    }

    /// Ends the reading of one (sub)shell: its exit status.
    pub(super) fn close(&mut self, end: Option<&State>) -> Per<Stat> {
        let frame = self.frames.pop().unwrap_or_default();
        let through = end.filter(|st| st.reach.usual != Here::Never).map(|st| st.last.usual);
        let usual = match (frame.usual, through) {
            (Some(a), Some(b)) if a != b => Stat::Unknown,
            (Some(stat), _) | (None, Some(stat)) => stat,
            (None, None) => Stat::Unknown,
        };
        let mut out = Per::same(usual);
        for (fail, stat) in end.into_iter().flat_map(|st| st.last.failed.iter()) {
            let here = end.map_or(Here::Never, |st| st.reach.here(*fail));
            match here {
                Here::Yes => out.set(*fail, *stat),
                Here::Maybe if *stat != Stat::Zero => out.set(*fail, Stat::Unknown),
                _ => {}
            }
        }
        for (fail, here) in end.into_iter().flat_map(|st| st.reach.caused()) {
            let stat = end.map_or(Stat::Zero, |st| *st.last.get(Some(fail)));
            if !out.failed.contains_key(&fail) && (here == Here::Yes || stat != Stat::Zero) {
                out.set(fail, if here == Here::Yes { stat } else { Stat::Unknown });
            }
        }
        for (fail, stat) in frame.exits {
            if stat == Stat::Nonzero || *out.get(Some(fail)) != Stat::Nonzero || !out.failed.contains_key(&fail) {
                out.set(fail, stat);
            }
        }
        out
    }

    /// Fills in what holds each command.
    pub(super) fn finish(mut self, status: &Per<Stat>) -> Analysis {
        let exhausted = self.exhausted();
        for (index, command) in self.out.commands.iter_mut().enumerate() {
            let fail = Fail::try_from(index).unwrap_or(ENDING);
            let reason = self.lost.get_mut(index).and_then(Option::take);
            let carried = status.failed.contains_key(&fail) || status.usual == Stat::Nonzero;
            let stat = if carried { *status.get(Some(fail)) } else { Stat::Zero };
            match (stat, reason) {
                (Stat::Nonzero, _) => {}
                (Stat::Zero, Some(hold)) if !exhausted => command.holds.push(hold),
                (Stat::Zero, None) if !exhausted => {
                    let inert = self.inert.get_mut(index).and_then(Option::take);
                    let own = || soft(command.place.clone(), "nothing looks at what it returns".to_owned());
                    command.holds.push(inert.unwrap_or_else(own));
                }
                (_, reason) => {
                    let (place, why) = match reason {
                        Some(hold) => (hold.place, hold.why),
                        None => (command.place.clone(), "whether its failure ends the script is not decided".to_owned()),
                    };
                    command.holds.push(Hold { kind: HoldKind::Unknown(Reason::Dynamic), place, why });
                }
            }
        }
        self.out
    }
}

pub(super) fn soft(place: Place, why: String) -> Hold {
    Hold { kind: HoldKind::Soft, place, why }
}

/// Source text for a message.
pub(super) fn quoted(text: &str) -> String {
    format!("`{}`", escape::line(text).replace('`', "'"))
}
