//! Owns the end of a (sub)shell: its exit status in every run, and what that makes of every command. Refuses to walk.

use std::collections::BTreeMap;

use crate::answer::Reason;

use super::state::{Here, State};
use super::walk::{Walker, quoted, soft};
use super::world::{ENDING, Fail, Per, Stat};
use super::{Analysis, Hold, HoldKind};

impl Walker<'_> {
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
            if !trap.is_none() {
                frame.trapped.insert(fail, trap.clone());
            }
        }
        if !trap.is_none() && !frame.traps.iter().any(|(known, _)| *known == trap) {
            frame.traps.push((trap, Box::new(st.clone())));
        }
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
        let fails = |fail: Fail| {
            status.failed.contains_key(&fail) && status.usual != Stat::Nonzero && *status.get(Some(fail)) == Stat::Nonzero
        };
        for (index, command) in self.out.commands.iter_mut().enumerate() {
            if let Some(Some(only)) = self.only.get(index)
                && only.iter().all(|fail| fails(*fail))
            {
                // Whatever keeps it from running fails the script.
                command.condition = None;
            }
            let fail = self.fails.get(index).copied().unwrap_or(ENDING);
            let reason = self.lost.get(fail as usize).cloned().flatten();
            let carried = status.failed.contains_key(&fail) || status.usual == Stat::Nonzero;
            let stat = if carried { *status.get(Some(fail)) } else { Stat::Zero };
            match (stat, reason) {
                // Nothing is told by a script that fails: it would have failed had this command succeeded.
                (Stat::Nonzero, _) if status.usual == Stat::Nonzero => {
                    let why = "the script fails also when this command succeeds".to_owned();
                    command.holds.push(Hold { kind: HoldKind::Unknown(Reason::Dynamic), place: command.place.clone(), why });
                }
                (Stat::Nonzero, _) => {}
                (Stat::Zero | Stat::Unknown, Some(hold)) if !exhausted && self.awaited.contains(&fail) => {
                    let why = "whether what waits for it in the background looks at its status is not decided".to_owned();
                    command.holds.push(Hold { kind: HoldKind::Unknown(Reason::Dynamic), place: hold.place, why });
                }
                (Stat::Zero, Some(hold)) if !exhausted => command.holds.push(hold),
                (Stat::Zero, None) if !exhausted => {
                    let inert = self.inert.get(fail as usize).cloned().flatten();
                    let own = || soft(command.place.clone(), "nothing looks at what it returns".to_owned());
                    command.holds.push(inert.unwrap_or_else(own));
                }
                (_, reason) => {
                    let judge = self.flow.judge_of(fail).cloned();
                    let (place, why) = match reason {
                        _ if judge.is_some() => judge.unwrap_or_else(|| (command.place.clone(), String::new())),
                        Some(hold) => (hold.place, hold.why),
                        None => (command.place.clone(), "whether its failure ends the script is not decided".to_owned()),
                    };
                    command.holds.push(Hold { kind: HoldKind::Unknown(Reason::Dynamic), place, why });
                }
            }
        }
        if let Some((place, what)) = &self.bashism {
            let why = format!("`sh` reads it, to which {} means something else where it is not bash", quoted(what));
            let hold = Hold { kind: HoldKind::Unknown(Reason::Unsupported), place: place.clone(), why };
            for command in self.out.commands.iter_mut().filter(|command| command.holds.is_empty()) {
                command.holds.push(hold.clone());
            }
        }
        self.out
    }
}
