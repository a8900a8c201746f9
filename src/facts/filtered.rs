//! Owns how many production files of a component a path filter keeps out, counted once for each pair of the two: no answer
//! depends on the invocation that asks. Refuses to say what follows.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::components::Component;
use super::meter::Meter;
use super::pipeline::{FilterPattern, PathFilter};
use crate::limits::Limits;
use crate::text::RepoPath;

/// The counts so far, and the meter they draw from.
#[derive(Debug)]
pub struct Filtered {
    meter: Meter,
    known: Mutex<HashMap<Pair, Counted>>,
}

/// A list of patterns by where it lies, whether it ignores, and a component by language and directory.
type Pair = (usize, usize, bool, String, RepoPath);

#[derive(Debug)]
struct Counted {
    missed: Option<usize>,
    /// Kept, so that no other list comes to lie where this one does.
    _patterns: Arc<[FilterPattern]>,
}

impl Filtered {
    /// Nothing counted yet.
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        Self { meter: Meter::new(limits), known: Mutex::default() }
    }

    /// How many production files of the component do not pass; `None` when counting them is too much work.
    #[must_use]
    pub fn missed(&self, filter: &PathFilter, component: &Component) -> Option<usize> {
        let list = (filter.patterns.as_ptr() as usize, filter.patterns.len());
        let pair = (list.0, list.1, filter.ignore, component.language.clone(), component.directory.clone());
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let count = || Counted { missed: self.count(filter, component), _patterns: Arc::clone(&filter.patterns) };
        known.entry(pair).or_insert_with(count).missed
    }

    fn count(&self, filter: &PathFilter, component: &Component) -> Option<usize> {
        let mut missed = 0;
        for file in &component.files {
            let (passes, steps) = filter.test(file.as_str());
            if !self.meter.spend(steps) {
                return None;
            }
            missed += usize::from(!passes);
        }
        Some(missed)
    }
}
