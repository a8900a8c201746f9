//! Owns what is known at one point of a script: options, variables, directory, the last status, and who gets there.
//! Refuses to advance it.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use crate::answer::Why;
use crate::text::Place;

use super::Cwd;
use super::call::Function;
use super::trap::TrapSet;
use super::world::{Fail, Join, Per, Stat, Val};

/// An option of the shell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Opt {
    /// `None`: not known.
    pub on: Option<bool>,
    /// The command that set it, if the script did.
    pub place: Option<Place>,
}

impl Opt {
    pub(super) fn new(on: bool) -> Self {
        Self { on: Some(on), place: None }
    }

    fn join(&self, other: &Self) -> Self {
        if self.on == other.on { self.clone() } else { Self { on: None, place: self.place.clone().or(other.place.clone()) } }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Options {
    pub errexit: Opt,
    pub pipefail: Opt,
    /// `shopt -s inherit_errexit`, always so in POSIX shells.
    pub inherit_errexit: bool,
    /// Aliases are replaced in scripts.
    pub aliases: bool,
    /// `set -E`.
    pub errtrace: bool,
    /// `set -a`.
    pub allexport: bool,
}

/// Whether a run gets to a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Here {
    Never,
    Maybe,
    Yes,
}

/// What may have ended the way here early, and how far back that matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Until {
    Shell = 0,
    Function = 1,
    Loop = 2,
}

/// An undecided condition.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Condition {
    pub why: Why,
    /// Set when only these failures keep a run away: if each of them fails the script, the condition is void.
    pub only: Option<Rc<BTreeSet<Fail>>>,
}

impl Condition {
    pub(super) fn open(why: Why) -> Self {
        Self { why, only: None }
    }

    /// Both; what is said is what may not turn out void.
    pub(super) fn and(self, other: &Self) -> Self {
        match (&self.only, &other.only) {
            (None, _) => self,
            (Some(_), None) => other.clone(),
            (Some(a), Some(b)) => Self { only: Some(Rc::new(a.union(b).copied().collect())), ..self },
        }
    }

    /// [`Self::and`] where either may be missing.
    pub(super) fn both(a: Option<Self>, b: Option<&Self>) -> Option<Self> {
        match (a, b) {
            (Some(a), Some(b)) => Some(a.and(b)),
            (a, b) => a.or_else(|| b.cloned()),
        }
    }
}

/// Runs that may not get here because something before ended early.
#[derive(Clone, Debug, Default)]
pub(super) struct Doubt {
    pub condition: Option<Condition>,
    pub fails: Rc<BTreeSet<Fail>>,
}

/// Which runs get to this point.
#[derive(Clone, Debug)]
pub(super) struct Reach {
    pub usual: Here,
    /// The undecided condition of the branch.
    pub condition: Option<Condition>,
    /// Failures treated apart: how surely their run gets here, and whether it is because of the failure.
    pub fails: Rc<BTreeMap<Fail, (Here, bool)>>,
    /// Failures of branches that did not come back.
    pub gone: Rc<Vec<(Fail, Fail)>>,
    pub doubts: [Doubt; 3],
}

impl Reach {
    pub(super) fn start() -> Self {
        Self {
            usual: Here::Yes,
            condition: None,
            fails: Rc::new(BTreeMap::new()),
            gone: Rc::new(Vec::new()),
            doubts: [Doubt::default(), Doubt::default(), Doubt::default()],
        }
    }

    pub(super) fn here(&self, fail: Fail) -> Here {
        if self.gone.iter().rev().any(|(from, to)| (*from..*to).contains(&fail)) {
            return Here::Never;
        }
        let here = self.fails.get(&fail).map_or(Here::Yes, |(here, _)| *here);
        let doubted = self.doubts.iter().any(|doubt| doubt.fails.contains(&fail));
        if doubted { here.min(Here::Maybe) } else { here }
    }

    /// As [`Self::here`], for a failure that has left no trace: it goes where the ordinary run goes.
    pub(super) fn follows(&self, fail: Fail) -> Here {
        if self.fails.contains_key(&fail) { self.here(fail) } else { self.usual.min(self.here(fail)) }
    }

    /// The undecided conditions this point depends on, as one.
    pub(super) fn condition(&self) -> Option<Condition> {
        let doubts = self.doubts.iter().map(|doubt| doubt.condition.as_ref());
        doubts.fold(self.condition.clone(), Condition::both)
    }

    pub(super) fn set(&mut self, fail: Fail, here: Here, caused: bool) {
        Rc::make_mut(&mut self.fails).insert(fail, (here, caused));
    }

    /// Failures whose run gets here because of the failure.
    pub(super) fn caused(&self) -> Vec<(Fail, Here)> {
        let caused = self.fails.iter().filter(|(_, (here, caused))| *caused && *here != Here::Never);
        caused.map(|(fail, _)| (*fail, self.here(*fail))).collect()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.usual == Here::Never && self.fails.values().all(|(here, _)| *here == Here::Never)
    }
}

/// What is known at one point.
#[derive(Clone, Debug)]
pub(super) struct State {
    pub options: Options,
    /// `$?`
    pub last: Per<Stat>,
    /// `PIPESTATUS`, where it is more than `$?`.
    pub pipe: Option<Rc<Vec<Per<Stat>>>>,
    pub vars: Rc<BTreeMap<Rc<str>, Rc<Per<Val>>>>,
    /// Variables that some failure changes.
    pub tainted: Rc<BTreeSet<String>>,
    pub args: Option<Rc<Vec<Per<Val>>>>,
    pub cwd: Rc<Cwd>,
    pub dirs: Rc<Vec<Rc<Cwd>>>,
    /// Where `cd -` goes.
    pub back: Rc<Cwd>,
    /// Names the script has set that are in the environment.
    pub exports: Rc<BTreeSet<String>>,
    pub functions: Rc<BTreeMap<String, Function>>,
    pub exit_trap: TrapSet,
    pub error_trap: TrapSet,
    /// The file that is read.
    pub file: Option<Rc<str>>,
    /// Job of `$!`.
    pub job: Option<usize>,
    /// Text that the shell took in here and that could not be read: names may mean something else since.
    pub unread: Option<Arc<Why>>,
    pub reach: Reach,
}

/// The variable that puts bash into POSIX mode, whatever its value and from where it is set (bash(1)).
pub(super) const POSIX: &str = "POSIXLY_CORRECT";

impl State {
    pub(super) fn set_var(&mut self, name: &str, mut value: Per<Val>) {
        self.options.aliases |= name == POSIX;
        if value.usual.is_vague() {
            // Where only a failure leads, what it sets shows it, though nothing is known of the value.
            for (fail, _) in self.reach.caused() {
                if !value.failed.contains_key(&fail) {
                    value.set(fail, value.usual.clone());
                }
            }
        }
        if value.failed.is_empty() {
            if self.tainted.contains(name) {
                Rc::make_mut(&mut self.tainted).remove(name);
            }
        } else if !self.tainted.contains(name) {
            Rc::make_mut(&mut self.tainted).insert(name.to_owned());
        }
        Rc::make_mut(&mut self.vars).insert(Rc::from(name), Rc::new(value));
    }

    /// Failures that still leave a trace.
    pub(super) fn live(&self) -> BTreeSet<Fail> {
        let mut live: BTreeSet<Fail> = self.last.failed.keys().copied().collect();
        for name in self.tainted.iter() {
            live.extend(self.vars.get(name.as_str()).into_iter().flat_map(|value| value.failed.keys().copied()));
        }
        for status in self.pipe.iter().flat_map(|pipe| pipe.iter()) {
            live.extend(status.failed.keys().copied());
        }
        for status in self.pipe.iter().flat_map(|pipe| pipe.iter()) {
            live.extend(status.failed.keys().copied());
        }
        for value in self.args.iter().flat_map(|args| args.iter()) {
            live.extend(value.failed.keys().copied());
        }
        live
    }

    /// How much work a look at every failure is.
    pub(super) fn live_size(&self) -> usize {
        let noted = self.tainted.iter().filter_map(|name| self.vars.get(name.as_str())).map(|value| value.failed.len() + 1);
        noted.sum::<usize>() + self.last.failed.len() + self.reach.fails.len()
    }

    /// The state of the runs in which `status` is `wanted`; `None` when there are none. The condition is noted unless the
    /// ordinary run surely gets there and `always` is not set.
    pub(super) fn narrowed(&self, status: &Per<Stat>, wanted: Stat, condition: Option<Why>, always: bool) -> Option<Self> {
        let mut out = self.clone();
        let cut = |here: Here, stat: Stat| match stat {
            Stat::Unknown => here.min(Here::Maybe),
            stat if stat == wanted => here,
            _ => Here::Never,
        };
        out.reach.usual = cut(self.reach.usual, status.usual);
        let mut fails = BTreeMap::new();
        let known = self.reach.fails.keys().copied();
        for fail in self.live().into_iter().chain(status.failed.keys().copied()).chain(known) {
            let stat = *status.get(Some(fail));
            let (before, caused) = self.reach.fails.get(&fail).copied().unwrap_or((Here::Yes, false));
            // A vague status is noted of a failure only where the failure shows in it.
            let more = status.failed.contains_key(&fail) && stat != wanted.inverted();
            fails.insert(fail, (cut(before, stat), caused || more));
        }
        out.reach.fails = Rc::new(fails);
        if self.last == *status {
            out.last = self.last.map(|stat| if *stat == Stat::Unknown { wanted } else { *stat });
        }
        if let Some(why) = condition.filter(|_| always || status.usual != wanted) {
            let away = status.failed.iter().filter(|(_, stat)| **stat != wanted).map(|(fail, _)| *fail);
            let only = (status.usual == wanted).then(|| Rc::new(away.collect()));
            out.reach.condition = Condition::both(out.reach.condition.take(), Some(&Condition { why, only }));
        }
        (!out.reach.is_empty()).then_some(out)
    }

    /// The options after one of two ways.
    pub(super) fn join_options(&mut self, other: &Self) {
        self.options.errexit = self.options.errexit.join(&other.options.errexit);
        self.options.pipefail = self.options.pipefail.join(&other.options.pipefail);
        self.options.inherit_errexit &= other.options.inherit_errexit;
        self.options.aliases |= other.options.aliases;
        self.options.errtrace &= other.options.errtrace;
        self.options.allexport |= other.options.allexport;
    }
}
