//! Owns walking several pipelines, and what people run by hand beside them, at the same time: each by a tracer of its own, so that nothing depends on which is walked first.
//! Refuses to let that cost more than the work that is left: then they are walked one after the other, from one meter.

use std::sync::{Mutex, PoisonError};
use std::thread;

use super::{Trace, Tracer};
use crate::abreast::{self, STACK};
use crate::facts::meter::{LARGEST, Meter};
use crate::facts::pipeline::Pipeline;
use crate::facts::runners::World;
use crate::terms::Terms;

/// One pipeline, walked: what it leads to, and the steps and commands that it took.
struct Walked {
    out: Trace,
    steps: usize,
    commands: usize,
}

/// Traces every unit of every pipeline.
pub(super) fn trace(pipelines: &[Pipeline], world: &World<'_>, terms: &Terms) -> Trace {
    let commands = world.snapshot.limits().trace_commands;
    let threads = abreast::threads(pipelines.len());
    let mut all = Trace::default();
    if let Some(parts) = Some(threads).filter(|threads| *threads > 1).and_then(|threads| apart(pipelines, world, terms, threads))
    {
        world.meter.spend(parts.iter().map(|part| part.steps).sum());
        parts.into_iter().for_each(|part| all.extend(part.out));
        return all;
    }
    let mut left = commands;
    for index in 0..pipelines.len() {
        let part = walk(index, pipelines, world, terms, left);
        left -= part.commands;
        all.extend(part.out);
    }
    all
}

/// Two walks that have nothing to do with one another, the second by a thread of its own; one after the other from one meter where that
/// could have decided anything, as for the pipelines of one walk.
pub(super) fn beside<A, B: Send>(
    world: &World<'_>,
    one: impl Fn(&World<'_>) -> A,
    other: impl Fn(&World<'_>) -> B + Sync,
) -> (A, B) {
    let left = world.meter.left();
    let meters = [Meter::of(left), Meter::of(left)];
    let both = thread::scope(|scope| {
        let apart = || other(&World { meter: &meters[1], ..*world });
        let started = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, apart).ok()?;
        let first = one(&World { meter: &meters[0], ..*world });
        Some((first, started.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))))
    });
    let steps = meters.iter().map(|meter| left - meter.left()).sum();
    match both.filter(|_| steps < left.saturating_sub(LARGEST)) {
        Some(both) => {
            world.meter.spend(steps);
            both
        }
        None => (one(world), other(world)),
    }
}

/// The pipelines in their order, walked by so many threads; `None` when one meter for all of them could have decided anything: it
/// would have had less than a share left at the end, or too few commands. Who pays for an answer that several ask for does not matter
/// then, and neither does the number of threads.
fn apart(pipelines: &[Pipeline], world: &World<'_>, terms: &Terms, threads: usize) -> Option<Vec<Walked>> {
    let (left, commands) = (world.meter.left(), world.snapshot.limits().trace_commands);
    let steps = left.saturating_sub(LARGEST);
    // The longest first: none of them is left to be waited for at the end.
    let mut order: Vec<usize> = (0..pipelines.len()).collect();
    order.sort_by_key(|index| std::cmp::Reverse(pipelines[*index].units.len()));
    let taken = Mutex::new((0, 0));
    abreast::each(&order, threads, |index| {
        let meter = Meter::of(left);
        let part = walk(index, pipelines, &World { meter: &meter, ..*world }, terms, commands);
        let mut taken = taken.lock().unwrap_or_else(PoisonError::into_inner);
        *taken = (taken.0 + part.steps, taken.1 + part.commands);
        (taken.0 < steps && taken.1 < commands).then_some(part)
    })
}

/// Walks one pipeline, with no more than so many commands.
fn walk(index: usize, pipelines: &[Pipeline], world: &World<'_>, terms: &Terms, commands: usize) -> Walked {
    walked(index, Tracer { pipelines, budget: commands, ..Tracer::new(world, terms) })
}

/// Walks one pipeline to its end and keeps every command that may matter to what it releases; `None` where a bound ends it before.
pub(super) fn closely(index: usize, pipelines: &[Pipeline], world: &World<'_>, terms: &Terms) -> Option<Trace> {
    let commands = world.snapshot.limits().trace_commands;
    let walked = walked(index, Tracer { pipelines, closely: true, ..Tracer::new(world, terms) });
    (world.meter.left() > 0 && walked.commands < commands).then_some(walked.out)
}

fn walked(index: usize, mut tracer: Tracer<'_>) -> Walked {
    let (pipelines, world, commands) = (tracer.pipelines, tracer.world, tracer.budget);
    let before = world.meter.left();
    let pipeline = &pipelines[index];
    tracer.rehearse(index, pipeline);
    for unit in &pipeline.units {
        tracer.forget_rehearsal(index, unit);
        tracer.unit(index, unit);
    }
    Walked { steps: before - world.meter.left(), commands: commands - tracer.budget, out: tracer.out }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use crate::facts::{ci, runners};
    use crate::limits::Limits;
    use crate::snapshot::Snapshot;

    /// Twelve workflows that call one script in different ways.
    fn tree() -> Vec<(String, String)> {
        let script =
            "set -e\nfor a in one two three; do echo $a; done\ncase $1 in a) bandit -r src ;; b) bandit -r src || true ;; esac\n";
        let mut files = vec![("ci/lint.sh".to_owned(), script.repeat(3)), ("src/a.py".to_owned(), "import os\n".to_owned())];
        for number in 0..12 {
            let way = ["a", "b", "$X"][number % 3];
            let steps = format!("      - uses: actions/checkout@v4\n      - run: bash ci/lint.sh {way}\n").repeat(1 + number % 4);
            let text = format!("on: pull_request\njobs:\n  lint:\n    runs-on: ubuntu-latest\n    steps:\n{steps}");
            files.push((format!(".github/workflows/w{number}.yml"), text));
        }
        files
    }

    /// What is reached with these limits, in words, and how much was left.
    fn told(limits: Limits, threads: Option<usize>) -> (String, usize) {
        let snapshot = Snapshot::in_memory(tree()).with_limits(limits);
        let terms = Terms::default();
        let meter = Meter::new(snapshot.limits());
        let default_branch = snapshot.default_branch(None).expect("memory has a branch");
        let ci_world = ci::CiWorld { snapshot: &snapshot, default_branch: &default_branch, terms: &terms, meter: &meter };
        let pipelines: Vec<_> = ci::ROSTER.iter().flat_map(|system| system.read(&ci_world).pipelines).collect();
        let seen = runners::Seen::default();
        let world = World { snapshot: &snapshot, catalog: Catalog::builtin(), meter: &meter, seen: &seen };
        let mut all = Trace::default();
        match threads {
            None => all = trace(&pipelines, &world, &terms),
            Some(threads) => {
                let parts = apart(&pipelines, &world, &terms, threads).expect("enough is left");
                parts.into_iter().for_each(|part| all.extend(part.out));
            }
        }
        (format!("{:?}\n{:?}\n{:?}", all.invocations, all.opaque, all.unknown_programs), meter.left())
    }

    #[test]
    fn the_number_of_threads_decides_nothing() {
        let (alone, _) = told(Limits::default(), Some(1));
        assert!(alone.contains("bandit"), "{alone}");
        for threads in 2..=8 {
            assert_eq!(told(Limits::default(), Some(threads)).0, alone, "{threads}");
        }
        assert_eq!(told(Limits::default(), None).0, alone);
    }

    #[test]
    fn a_walk_beside_another_costs_what_it_costs_after_it() {
        let snapshot = Snapshot::in_memory(tree());
        let seen = runners::Seen::default();
        let spending = |steps: usize| move |world: &World<'_>| (world.meter.left(), world.meter.spend(steps)).0;
        for (have, want) in [(LARGEST * 3, (LARGEST * 3, LARGEST * 3)), (LARGEST + 70, (LARGEST + 70, LARGEST + 30))] {
            let meter = Meter::of(have);
            let world = World { snapshot: &snapshot, catalog: Catalog::builtin(), meter: &meter, seen: &seen };
            assert_eq!(beside(&world, spending(40), spending(30)), want);
            assert_eq!(meter.left(), have - 70);
        }
    }

    #[test]
    fn what_takes_too_much_is_walked_from_one_meter() {
        let few = || Limits { trace_commands: 40, ..Limits::default() };
        let little = || Limits { work_steps: 300_000, ..Limits::default() };
        for (limits, name) in [(&few as &dyn Fn() -> Limits, "trace-commands"), (&little, "work-steps")] {
            let (once, _) = told(limits(), None);
            assert!(once.contains(&format!("than the limit `{name}` allows")), "{once}");
            for _ in 0..4 {
                assert_eq!(told(limits(), None).0, once);
            }
        }
    }
}
