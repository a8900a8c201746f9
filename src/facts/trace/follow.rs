//! Owns what stands behind a command: each thing that a runner starts, with what it adds to the chain. Refuses cycles, and what is
//! reached too deeply or too often.

use std::sync::Arc;

use super::{Frame, Tracer};
use crate::answer::{Reason, Why};
use crate::facts::meter::Meter;
use crate::facts::runners::{Next, Target};
use crate::text::{MappedText, Place, RepoPath};

/// How often one unit follows the same command in the same directory: scripts that call each other would grow beyond all bounds.
const REPEATS: usize = 64;

impl Tracer<'_> {
    pub(super) fn follow(&mut self, nexts: Vec<Next>, key: String, stdin: Option<&MappedText>, frame: &Frame) {
        // A launcher hands its input on; of several commands none is known to be the one that reads it.
        let stdin = stdin.filter(|_| nexts.len() == 1);
        let here = (key, frame.workdir.clone());
        // A cycle never ends and so never reports a finding; past the bound the chain is not read.
        if frame.seen.contains(&here) {
            return;
        }
        // A call is a hop and a level of the stack: each has the bound to itself.
        if frame.chain.len().max(frame.seen.len()) >= self.world.snapshot.limits().chain_steps {
            self.opaque(Why::new(Reason::Unsupported, "the chain is longer than the limit `chain-steps` allows"), frame);
            return;
        }
        let times = self.followed.entry(here.clone()).or_default();
        *times += 1;
        if *times > REPEATS {
            self.opaque(Why::new(Reason::Unsupported, format!("the same command is reached more than {REPEATS} times")), frame);
            return;
        }
        for next in nexts {
            if self.budget == 0 || self.spent(frame.cost(), frame) {
                return;
            }
            let mut deeper = frame.clone();
            deeper.seen.push(here.clone());
            deeper.chain.extend(next.hops.iter().cloned());
            let length = deeper.chain.len();
            deeper.holds.extend(next.holds.into_iter().map(|hold| hold.behind(length)));
            if next.workdir.mounts() != frame.workdir.mounts() {
                // What a runner installed is not on another machine.
                deeper.packages.clear();
            }
            deeper.packages.extend(next.packages);
            // A runner that knows no line of a condition has it from the call.
            let call = frame.chain.last().map(|hop| &hop.place);
            deeper.conditions.extend(next.condition.map(|why| Why { place: why.place.or_else(|| call.cloned()), ..why }));
            if next.workdir.is_images() {
                deeper.in_image();
            }
            deeper.workdir = next.workdir;
            deeper.env = Arc::new(next.env);
            let place = deeper.chain.last().map_or_else(|| Place::file(RepoPath::root()), |hop| hop.place.clone());
            let (target, aside) = self.in_its_image(deeper.unless_left_out(next.target), &deeper);
            match target {
                Target::Argv(words) => self.command(&words, &place, stdin, &deeper),
                Target::Script { text, mode, args } => self.script(&text, mode, args, &deeper, !next.hops.is_empty()),
                Target::Hook { repo, id, rev, args, packages } => self.hook((&repo, &id, rev), args, packages, deeper),
                Target::Image { image, argv } => self.image(&image, &argv, &deeper),
                Target::Opaque(why) => self.opaque(why, &deeper),
                Target::LeftOut(..) | Target::Built(..) => {}
            }
            self.leaves_image(aside, frame);
        }
    }

    /// Takes steps of work; true when none are left, and then what is here is not followed.
    pub(super) fn spent(&mut self, steps: usize, frame: &Frame) -> bool {
        let enough = self.world.meter.spend(steps);
        if !enough {
            self.opaque(Meter::why(), frame);
        }
        !enough
    }
}
