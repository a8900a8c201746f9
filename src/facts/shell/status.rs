//! Owns the moment a command has returned: `errexit` and the `ERR` trap. Refuses to run commands.

use crate::answer::{Reason, Why};

use super::source::Ctx;
use super::state::{Here, State, Until};
use super::trap::Verdict;
use super::walk::Walker;
use super::world::{Per, Stat};

impl Walker<'_> {
    /// A command has returned: `errexit` and the `ERR` trap act on its status.
    pub(super) fn leaf(&mut self, mut st: State, ctx: &Ctx) -> Option<State> {
        if ctx.guard.is_some() || (st.last.usual == Stat::Zero && st.last.failed.is_empty()) {
            return Some(st);
        }
        let mut errexit = st.options.errexit.on;
        let mut trapped = false;
        match self.error_verdict(&st, ctx) {
            Verdict::Keeps => self.set_by_trap(&mut st),
            Verdict::Fails => errexit = Some(true),
            Verdict::Passes(place) => {
                self.lose_all(&st.last.clone(), None, &place, "the `ERR` trap ends the script as passed");
                return self.survivors(st);
            }
            Verdict::Unknown => {
                (errexit, trapped) = (None, true);
                if st.last.usual != Stat::Zero {
                    if let Some(place) = self.trap_place(&st.error_trap) {
                        self.divert(&st, Until::Shell, place, "an `ERR` trap");
                    }
                    if let Some(frame) = self.frames.last_mut() {
                        frame.usual = Some(Stat::Unknown);
                    }
                }
            }
        }
        match errexit {
            Some(false) => Some(st),
            Some(true) => {
                let status = st.last.clone();
                self.end_shell(&st, &status);
                if status.usual != Stat::Zero && st.reach.usual != Here::Never {
                    self.note_usual_exit(&st, status.usual);
                }
                self.survivors(st)
            }
            None => {
                let unsure = st.last.map(|stat| if *stat == Stat::Zero { Stat::Zero } else { Stat::Unknown });
                self.end_shell(&st, &unsure);
                if trapped {
                    st.last = unsure;
                }
                // Else: whether it ended here or goes on, the status is still what it was.
                Some(st)
            }
        }
    }

    fn note_usual_exit(&mut self, st: &State, stat: Stat) {
        // A status that is unknown ends the shell only when it is non-zero.
        let stat = if stat == Stat::Unknown { Stat::Nonzero } else { stat };
        if st.last.usual == Stat::Nonzero
            && let Some(frame) = self.frames.last_mut()
        {
            frame.usual = Some(frame.usual.map_or(stat, |known| if known == stat { stat } else { Stat::Unknown }));
        }
    }

    /// The runs in which the last command returned zero.
    fn survivors(&mut self, mut st: State) -> Option<State> {
        let status = std::mem::replace(&mut st.last, Per::same(Stat::Zero));
        if status.usual == Stat::Nonzero {
            let why = Why::new(Reason::Dynamic, "runs only after another command has failed");
            return self.narrow(&st, &status, Stat::Zero, Some(why), false);
        }
        let traces = st.live();
        for (fail, stat) in status.failed.iter() {
            match stat {
                // If it did end here, it ended as failed: what follows decides for the rest.
                Stat::Zero | Stat::Unknown => {}
                Stat::Nonzero if traces.contains(fail) || st.reach.fails.contains_key(fail) => {
                    st.reach.set(*fail, Here::Never, false);
                }
                Stat::Nonzero => {}
            }
        }
        (!st.reach.is_empty()).then_some(st)
    }
}
