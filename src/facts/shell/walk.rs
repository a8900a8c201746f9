//! Owns the interpreter's book-keeping: what has been found, what has become of every failure, how much work is left.
//! Refuses to know any syntax.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::answer::{Reason, Why};
use crate::catalog::{Catalog, Trait};
use crate::facts::meter::{Meter, SHELL_UNIT};
use crate::facts::shadow;
use crate::text::{MappedText, Place, Span, escape};

use super::ast::Command;
use super::flow::Flow;
use super::join::{Way, join};
use super::scope::VarValue;
use super::source::{Ctx, Source};
use super::state::{Condition, Here, Reach, State, Until};
use super::trap::{Trap, TrapSet};
use super::world::{ENDING, Fail, Per, Stat, Val};
use super::{Analysis, Hold, HoldKind, Opaque, ScriptInput, Shadow, ShellCommand, UNKNOWN_CHAR};

/// Commands one script may run, loops and functions written out.
const MAX_COMMANDS: usize = 20_000;
/// Units of work for one script: nodes visited and values copied.
const MAX_WORK: usize = 400_000;

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
    pub condition: Condition,
    pub fails: Vec<Fail>,
}

pub(super) struct Walker<'a> {
    pub input: &'a ScriptInput<'a>,
    /// The script itself.
    pub root: Rc<Source>,
    pub out: Analysis,
    /// Where a command's failure was lost first.
    pub lost: Vec<Option<Hold>>,
    /// The failure of each command: that of an earlier run of the same command, when it fails with it.
    pub fails: Vec<Fail>,
    /// The command that ran last, if it is not one that changes nothing.
    pub latest: Option<(ShellCommand, Fail)>,
    /// Why `errexit` did not act on a command.
    pub inert: Vec<Option<Hold>>,
    /// Failures that alone decide whether a command runs.
    pub only: Vec<Option<Rc<BTreeSet<Fail>>>>,
    pub frames: Vec<Frame>,
    pub diverts: Vec<Divert>,
    /// Ends of the running functions by `return`, each with the next failure at that time; and their local variables.
    pub returns: Vec<Vec<(State, Fail)>>,
    pub locals: Vec<BTreeMap<String, Per<Val>>>,
    /// Ends of rounds, likewise, and whether by `break`.
    pub rounds: Vec<Vec<(State, Fail, bool)>>,
    /// Rounds that the loops around this point are written out in, multiplied.
    pub written_out: usize,
    pub traps: Vec<Trap>,
    /// A trap on a signal that the script may send to itself.
    pub signal_trap: bool,
    pub jobs: Vec<Per<Stat>>,
    /// Failures in the background that something waits for without it being known for which.
    pub awaited: BTreeSet<Fail>,
    pub calls: Vec<*const Command>,
    /// How a trap that is being read may end.
    pub endings: Vec<(Stat, Option<Place>)>,
    pub in_trap: usize,
    pub silent: usize,
    /// It reads what never runs.
    pub aside: bool,
    /// Where the text was left early last, by `exit` and its like.
    pub left: Option<Span>,
    pub depth: usize,
    pub max_depth: usize,
    pub too_deep: bool,
    work: usize,
    /// What `work` was at the start.
    allowed: usize,
    eval_bytes: usize,
    /// The text that comes in from the command before in a pipe, when it is known.
    pub piped: Option<MappedText>,
    /// Files that the script wrote, by name, with what is in them when it is known.
    pub made: std::collections::HashMap<String, Option<MappedText>>,
    /// The first thing that only bash understands, and where, when it may not be bash that reads the script.
    pub bashism: Option<(Place, String)>,
    /// Where failures show other than in a status.
    pub flow: Flow,
    /// The files that are being taken in.
    pub reading: Vec<String>,
    /// How deep substitutions are being evaluated.
    pub nested: std::cell::Cell<usize>,
    /// Files of the tree whose text was asked for so far, as paths from the root of the machine; one more than are remembered, when there
    /// are more.
    pub shown: std::cell::RefCell<std::sync::Arc<Vec<String>>>,
}

impl<'a> Walker<'a> {
    pub(super) fn new(input: &'a ScriptInput<'a>, root: Rc<Source>, max_depth: usize) -> Self {
        let allowed = input.meter.share(SHELL_UNIT, MAX_WORK);
        Self {
            input,
            root,
            out: Analysis::default(),
            lost: Vec::new(),
            fails: Vec::new(),
            latest: None,
            inert: Vec::new(),
            only: Vec::new(),
            frames: vec![Frame::default()],
            diverts: Vec::new(),
            returns: Vec::new(),
            locals: Vec::new(),
            rounds: Vec::new(),
            written_out: 1,
            traps: Vec::new(),
            signal_trap: false,
            jobs: Vec::new(),
            awaited: BTreeSet::new(),
            calls: Vec::new(),
            endings: Vec::new(),
            in_trap: 0,
            silent: 0,
            aside: false,
            left: None,
            depth: 0,
            max_depth,
            too_deep: false,
            work: allowed,
            allowed,
            eval_bytes: input.limits.shell_bytes,
            piped: None,
            made: std::collections::HashMap::new(),
            bashism: None,
            flow: Flow::default(),
            reading: Vec::new(),
            nested: std::cell::Cell::new(0),
            shown: std::cell::RefCell::default(),
        }
    }

    /// Spends work; `false` when there is none left, and the rest is opaque.
    pub(super) fn spend(&mut self, units: usize, place: impl FnOnce() -> Place) -> bool {
        if self.work == 0 {
            return false;
        }
        self.work = self.work.saturating_sub(units + 1);
        let spent = self.input.meter.left() == 0;
        if self.work == 0 || spent || self.out.commands.len() >= MAX_COMMANDS {
            self.work = 0;
            let why = match spent || self.allowed < MAX_WORK {
                true => Meter::why(),
                false => {
                    self.out.exhausted = true;
                    Why::new(Reason::Unsupported, "the script runs more commands than are followed")
                }
            };
            self.out.opaque.push(Opaque { place: place(), why });
        }
        self.work > 0
    }

    /// Spends work on something that cannot be stopped half-way.
    pub(super) fn pay(&mut self, units: usize) {
        if self.work > 0 {
            self.work = self.work.saturating_sub(units).max(1);
        }
    }

    /// [`State::narrowed`], paid for.
    pub(super) fn narrow(
        &mut self,
        st: &State,
        status: &Per<Stat>,
        wanted: Stat,
        why: Option<Why>,
        always: bool,
    ) -> Option<State> {
        self.pay(st.live_size() * 8);
        st.narrowed(status, wanted, why, always)
    }

    /// A reader that finds commands and changes nothing here, for what never runs: a part of the half of the work that may be
    /// left over is for it.
    pub(super) fn reader_aside(&self) -> Option<Self> {
        let work = if self.work > self.allowed / 2 { self.work / 16 } else { return None };
        let reader = Self::new(self.input, Rc::clone(&self.root), self.max_depth);
        Some(Self { aside: true, depth: self.depth, work, allowed: work, ..reader })
    }

    /// Units of work that were spent.
    pub(super) fn worked(&self) -> usize {
        self.allowed - self.work
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
    pub(super) fn emit(&mut self, mut command: ShellCommand, st: &State, ctx: &Ctx) -> Option<Fail> {
        if self.silent > 0 {
            return None;
        }
        let fail = self.again(&command, st).unwrap_or(self.next_fail());
        let said = ctx.guard.as_ref().and_then(|guard| guard.said.clone());
        let inert = match (said, &st.options.errexit) {
            (Some((place, why)), _) => Some(soft(place, why)),
            (None, errexit) if errexit.on != Some(true) => errexit.place.clone().map(|place| {
                let known = errexit.on.is_some();
                soft(place, if known { "`set +e` is in force" } else { "whether `set -e` is in force is not known" }.to_owned())
            }),
            _ => None,
        };
        let condition = st.reach.condition();
        self.only.push(condition.as_ref().and_then(|condition| condition.only.clone()));
        command.condition = condition.map(|condition| condition.why).or_else(|| only_failures(st));
        let idle =
            |word: &super::Word| word.value.as_deref().is_some_and(|name| Catalog::builtin().programs.is(name, Trait::Idle));
        if !command.words.first().is_some_and(idle) {
            self.latest = Some((command.clone(), fail));
        }
        self.fails.push(fail);
        self.out.commands.push(command);
        self.lost.push(None);
        self.inert.push(inert);
        Some(fail)
    }

    /// The failure of the command before, when this one is the same again: what it reports has not gone away in between.
    fn again(&self, command: &ShellCommand, st: &State) -> Option<Fail> {
        let (before, fail) = self.latest.as_ref()?;
        let words = |command: &ShellCommand| command.words.iter().map(|word| word.value.clone()).collect::<Option<Vec<_>>>();
        let same = words(before).is_some_and(|known| Some(known) == words(command))
            && before.cwd == command.cwd
            && before.assignments == command.assignments
            && before.exported == command.exported
            && before.stdin.is_none()
            && command.stdin.is_none();
        let noted = st.reach.fails.contains_key(fail) || st.last.failed.contains_key(fail);
        (same && noted && st.reach.here(*fail) != Here::Never).then_some(*fail)
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
        st.vars.get(name).map_or_else(|| self.initial(name), |value| value.as_ref().clone())
    }

    fn initial(&self, name: &str) -> Per<Val> {
        Per::same(match self.input.scope.get(name) {
            VarValue::Unknown if name == "RUNNER_TEMP" => super::substitute::temporary(),
            // An environment says what it knows of a text: that there is one, at least.
            VarValue::Known(text) if text.chars().eq([UNKNOWN_CHAR]) => Val::Part(Rc::from(text)),
            VarValue::Known(text) if text.contains(UNKNOWN_CHAR) && shadow::is_told_by_parts(name) => Val::Part(Rc::from(text)),
            VarValue::Known(text) => {
                // Every look at it copies it; what is spent here ends the script at its next command.
                self.input.meter.spend(text.len());
                Val::text(&text)
            }
            VarValue::Unset => Val::Unset,
            VarValue::Unknown => Val::Unknown,
        })
    }

    /// Notes that some runs end here early without failing, so that what follows is in doubt.
    pub(super) fn divert(&mut self, st: &State, until: Until, place: Place, text: &str) {
        let why = Why::new(Reason::Dynamic, format!("runs only when {text} does not end it first")).at(place);
        let fails = st.live().into_iter().chain(st.reach.fails.keys().copied());
        let fails: Vec<Fail> = fails.filter(|fail| st.reach.here(*fail) != Here::Never).collect();
        let only = (st.reach.usual == Here::Never).then(|| Rc::new(fails.iter().copied().collect()));
        self.diverts.push(Divert { until, condition: Condition { why, only }, fails });
    }

    /// What follows may not run, without the script ending as failed.
    pub(super) fn doubt(&self, st: &mut State, place: Place, text: &str) {
        let why = Why::new(Reason::Dynamic, format!("runs only when {text} does not end it first")).at(place);
        let doubt = &mut st.reach.doubts[Until::Shell as usize];
        doubt.condition = Condition::both(doubt.condition.take(), Some(&Condition::open(why)));
    }

    /// Joins two ways that parted at `before`, when `since` diverts had been noted.
    pub(super) fn join(&mut self, a: Way, b: Way, before: &Reach, since: usize) -> Option<State> {
        let size = |way: &Way| way.state.as_ref().map_or(0, |st| st.reach.gone.len() + st.live_size() * 2);
        let vars = match (&a.state, &b.state) {
            (Some(a), Some(b)) if !Rc::ptr_eq(&a.vars, &b.vars) => (a.vars.len() + b.vars.len()) / 4,
            _ => 0,
        };
        self.pay(size(&a) + size(&b) + vars);
        let this: &Self = self;
        let mut joined = join(a, b, before, &|name| this.initial(name))?;
        for divert in self.diverts.get(since..).unwrap_or(&[]) {
            let doubt = &mut joined.reach.doubts[divert.until as usize];
            doubt.condition = Condition::both(doubt.condition.take(), Some(&divert.condition));
            if !divert.fails.is_empty() {
                Rc::make_mut(&mut doubt.fails).extend(divert.fails.iter().copied());
            }
        }
        Some(joined)
    }
}

pub(super) fn soft(place: Place, why: String) -> Hold {
    Hold { kind: HoldKind::Soft, place, why }
}

/// Source text for a message.
pub(super) fn quoted(text: &str) -> String {
    format!("`{}`", escape::line(text).replace('`', "'"))
}

/// The condition of a place that only failures lead to.
fn only_failures(st: &State) -> Option<Why> {
    (st.reach.usual == Here::Never).then(|| Why::new(Reason::Dynamic, "runs only after another command has failed"))
}
