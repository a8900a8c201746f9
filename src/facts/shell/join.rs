//! Owns bringing two ways through a script together again: what is still known, and for which failures. Refuses to walk.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::answer::{Reason, Why};

use super::Cwd;
use super::call::Function;
use super::state::{Condition, Doubt, Here, Reach, State};
use super::world::{Fail, Join, Per, Stat, Val};

/// One way: its end, if it comes back, and the failures that arose on it.
pub(super) struct Way {
    pub state: Option<State>,
    pub made: (Fail, Fail),
}

/// Joins two ways that parted where `before` held; `unset` gives a variable that one of them does not mention.
pub(super) fn join(a: Way, b: Way, before: &Reach, unset: &dyn Fn(&str) -> Per<Val>) -> Option<State> {
    match (a.state, b.state) {
        (None, None) => None,
        (Some(state), None) => Some(back(state, before, b.made)),
        (None, Some(state)) => Some(back(state, before, a.made)),
        (Some(one), Some(two)) => Some(both(one, two, (a.made, b.made), before, unset)),
    }
}

/// The only way that comes back: whoever is on it is where they were before the ways parted.
fn back(mut state: State, before: &Reach, lost: (Fail, Fail)) -> State {
    let mut fails = BTreeMap::new();
    for fail in state.reach.fails.keys() {
        let entry = restored(state.reach.here(*fail) != Here::Never, *fail, before);
        let own = state.reach.fails.get(fail).copied().unwrap_or(entry);
        if state.reach.usual == Here::Never {
            // Only failures lead on: they keep what they have.
            fails.insert(*fail, own);
        } else {
            // The ordinary run may have ended on the other way, so a failure that led here still is a reason to be here.
            let entry = (entry.0, entry.1 || (own.1 && entry.0 != Here::Never));
            if entry != PLAIN {
                fails.insert(*fail, entry);
            }
        }
    }
    state.reach.fails = Rc::new(fails);
    if state.reach.usual != Here::Never {
        state.reach.usual = before.usual;
    }
    state.reach.condition.clone_from(&before.condition);
    if lost.0 < lost.1 {
        Rc::make_mut(&mut state.reach.gone).push(lost);
    }
    state
}

/// A failure whose run goes where the ordinary run goes.
const PLAIN: (Here, bool) = (Here::Yes, false);

fn restored(alive: bool, fail: Fail, before: &Reach) -> (Here, bool) {
    if alive { before.fails.get(&fail).copied().unwrap_or(PLAIN) } else { (Here::Never, false) }
}

struct Merge<'a> {
    a: &'a State,
    b: &'a State,
    made: ((Fail, Fail), (Fail, Fail)),
    /// Failures whose run takes one way only.
    apart: BTreeSet<Fail>,
    /// Failures that are a reason to be on one of the ways: they show in what comes of both.
    caused: BTreeSet<Fail>,
}

impl Merge<'_> {
    fn on(&self, fail: Fail) -> (bool, bool) {
        let within = |range: (Fail, Fail)| (range.0..range.1).contains(&fail);
        let a = self.a.reach.here(fail) != Here::Never && !within(self.made.1);
        let b = self.b.reach.here(fail) != Here::Never && !within(self.made.0);
        (a, b)
    }

    fn value<T: Clone + Join>(&self, a: &Per<T>, b: &Per<T>) -> Per<T> {
        let usual = match (self.a.reach.usual != Here::Never, self.b.reach.usual != Here::Never) {
            (true, false) => a.usual.clone(),
            (false, true) => b.usual.clone(),
            _ => a.usual.join(&b.usual),
        };
        let mut out = Per::same(usual);
        let vague = out.usual.is_vague();
        let shown = self.caused.iter().filter(|_| vague);
        for fail in a.failed.keys().chain(b.failed.keys()).chain(&self.apart).chain(shown) {
            let (one, two) = (a.get(Some(*fail)), b.get(Some(*fail)));
            match self.on(*fail) {
                (true, false) => out.set(*fail, one.clone()),
                (false, true) => out.set(*fail, two.clone()),
                (true, true) => out.set(*fail, one.join(two)),
                (false, false) => {}
            }
        }
        out
    }
}

fn both(a: State, b: State, made: ((Fail, Fail), (Fail, Fail)), before: &Reach, unset: &dyn Fn(&str) -> Per<Val>) -> State {
    let mut merge = Merge { a: &a, b: &b, made, apart: BTreeSet::new(), caused: BTreeSet::new() };
    let known: BTreeSet<Fail> = a.reach.fails.keys().chain(b.reach.fails.keys()).copied().collect();
    merge.apart = known.iter().copied().filter(|fail| matches!(merge.on(*fail), (true, false) | (false, true))).collect();
    merge.caused = [&a, &b].iter().flat_map(|st| st.reach.caused()).map(|(fail, _)| fail).collect();
    let mut out = a.clone();
    out.last = merge.value(&a.last, &b.last);
    out.pipe = match (&a.pipe, &b.pipe) {
        (Some(one), Some(two)) if one.len() == two.len() => {
            Some(Rc::new(one.iter().zip(two.iter()).map(|(a, b)| merge.value(a, b)).collect()))
        }
        (None, None) => None,
        // A pipe on one way only: its statuses may be the ones that are asked for.
        (Some(pipe), _) | (None, Some(pipe)) => Some(Rc::new(pipe.iter().map(|status| status.map(|_| Stat::Unknown)).collect())),
    };
    join_vars(&mut out, &merge, unset);
    out.args = join_args(&merge);
    if a.cwd != b.cwd {
        let why = Why::new(Reason::Dynamic, "the directory depends on a condition");
        out.cwd = Rc::new(Cwd::Unknown(why));
    }
    if a.back != b.back {
        let why = Why::new(Reason::Dynamic, "the directory that `cd -` goes back to depends on a condition");
        out.back = Rc::new(Cwd::Unknown(why));
    }
    if a.dirs != b.dirs {
        out.dirs = Rc::new(Vec::new());
    }
    if !Rc::ptr_eq(&a.exports, &b.exports) {
        Rc::make_mut(&mut out.exports).extend(b.exports.iter().cloned());
    }
    join_functions(&mut out, &b);
    out.join_options(&b);
    out.exit_trap = a.exit_trap.join(&b.exit_trap);
    out.error_trap = a.error_trap.join(&b.error_trap);
    out.unread = a.unread.clone().or_else(|| b.unread.clone());
    out.job = if a.job == b.job { a.job } else { None };
    out.reach = join_reach(&merge, &known, before);
    out
}

fn join_vars(out: &mut State, merge: &Merge<'_>, unset: &dyn Fn(&str) -> Per<Val>) {
    if Rc::ptr_eq(&merge.a.vars, &merge.b.vars) {
        return;
    }
    let mut changed = Vec::new();
    for (name, one) in merge.a.vars.iter() {
        match merge.b.vars.get(name) {
            Some(two) if Rc::ptr_eq(one, two) || one == two => {}
            Some(two) => changed.push((name, merge.value(one, two))),
            None => changed.push((name, merge.value(one, &unset(name)))),
        }
    }
    for (name, two) in merge.b.vars.iter().filter(|(name, _)| !merge.a.vars.contains_key(*name)) {
        changed.push((name, merge.value(&unset(name), two)));
    }
    for (name, value) in changed {
        out.set_var(name, value);
    }
}

fn join_args(merge: &Merge<'_>) -> Option<Rc<Vec<Per<Val>>>> {
    let (one, two) = (merge.a.args.as_ref()?, merge.b.args.as_ref()?);
    if Rc::ptr_eq(one, two) {
        return Some(Rc::clone(one));
    }
    (one.len() == two.len()).then(|| Rc::new(one.iter().zip(two.iter()).map(|(a, b)| merge.value(a, b)).collect()))
}

fn join_functions(out: &mut State, other: &State) {
    if Rc::ptr_eq(&out.functions, &other.functions) {
        return;
    }
    let mine = Rc::clone(&out.functions);
    let all = Rc::make_mut(&mut out.functions);
    for (name, function) in other.functions.iter() {
        match mine.get(name) {
            Some(same) if Function::same(same, function) => {}
            _ => {
                all.insert(name.clone(), Function { certain: false, ..function.clone() });
            }
        }
    }
    for (name, function) in mine.iter() {
        if !other.functions.contains_key(name) {
            all.insert(name.clone(), Function { certain: false, ..function.clone() });
        }
    }
}

fn join_reach(merge: &Merge<'_>, known: &BTreeSet<Fail>, before: &Reach) -> Reach {
    let (a, b) = (&merge.a.reach, &merge.b.reach);
    let mut fails = BTreeMap::new();
    for fail in known {
        let alive = merge.on(*fail) != (false, false);
        let entry = restored(alive, *fail, before);
        if a.usual == Here::Never && b.usual == Here::Never {
            let caused =
                [a, b].iter().any(|reach| reach.fails.get(fail).is_some_and(|(here, caused)| *caused && *here != Here::Never));
            fails.insert(*fail, (entry.0, caused));
        } else if entry != PLAIN {
            fails.insert(*fail, entry);
        }
    }
    let mut gone = a.gone.as_ref().clone();
    gone.extend(b.gone.iter().skip(before.gone.len()).copied());
    let alive = a.usual != Here::Never || b.usual != Here::Never;
    let doubt = |index: usize| {
        let (one, two) = (&a.doubts[index], &b.doubts[index]);
        let mut out: Doubt = one.clone();
        out.condition = Condition::both(out.condition.take(), two.condition.as_ref());
        if !Rc::ptr_eq(&one.fails, &two.fails) {
            Rc::make_mut(&mut out.fails).extend(two.fails.iter().copied());
        }
        out
    };
    Reach {
        usual: if alive { before.usual } else { Here::Never },
        condition: before.condition.clone(),
        fails: Rc::new(fails),
        gone: Rc::new(gone),
        doubts: [doubt(0), doubt(1), doubt(2)],
    }
}
