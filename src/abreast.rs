//! Owns doing the same to each of many things by several threads. Refuses to let their number, or which of them is first, decide
//! anything: whoever asks gives each thing what it would have had alone, and gives up where that could have been too much.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

/// The most threads, the asking one included: past it memory grows faster than time shrinks.
const THREADS: usize = 4;
/// The stack of a thread, as large as the main one's usually is.
pub(crate) const STACK: usize = 8 << 20;

/// How many threads so many things are worth on this machine.
pub(crate) fn threads(things: usize) -> usize {
    thread::available_parallelism().map_or(1, usize::from).min(THREADS).min(things)
}

/// What is made of each thing of `order`, by its number and sorted by it; they are begun in that order. `None` as soon as one of them is
/// given up: then nothing is known of the others.
pub(crate) fn each<R: Send>(order: &[usize], threads: usize, make: impl Fn(usize) -> Option<R> + Sync) -> Option<Vec<R>> {
    let (next, given_up) = (AtomicUsize::new(0), AtomicBool::new(false));
    let work = || {
        let mut done = Vec::new();
        while !given_up.load(Ordering::Relaxed) {
            let Some(number) = order.get(next.fetch_add(1, Ordering::Relaxed)) else { break };
            match make(*number) {
                Some(made) => done.push((*number, made)),
                None => given_up.store(true, Ordering::Relaxed),
            }
        }
        done
    };
    let mut parts = thread::scope(|scope| {
        let start = |_| thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work).ok();
        let started: Vec<_> = (1..threads).filter_map(start).collect();
        let mut parts = work();
        for thread in started {
            parts.extend(thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        parts
    });
    parts.sort_by_key(|(number, _)| *number);
    let whole = !given_up.load(Ordering::Relaxed);
    whole.then(|| parts.into_iter().map(|(_, made)| made).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_back_everything_in_its_order_or_nothing() {
        let order: Vec<usize> = (0..50).rev().collect();
        for threads in 1..6 {
            let squares = each(&order, threads, |number| Some(number * number));
            assert_eq!(squares, Some((0..50).map(|number| number * number).collect()), "{threads}");
            assert_eq!(each(&order, threads, |number| (number != 7).then_some(number)), None, "{threads}");
        }
    }
}
