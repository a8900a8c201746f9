//! Owns how many production files of a component a path filter keeps out, counted once for each pair of the two: no answer
//! depends on the invocation that asks. Refuses to say what follows.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use super::components::Component;
use super::meter::Meter;
use super::pipeline::{FilterPattern, PathFilter};

/// The counts so far, and the meter they draw from.
pub struct Filtered<'a> {
    meter: &'a Meter,
    known: RefCell<HashMap<Pair, Counted<'a>>>,
}

/// A list of patterns, whether they ignore, and a component: by where they lie.
type Pair = (*const FilterPattern, usize, bool, *const Component);

struct Counted<'a> {
    missed: Option<usize>,
    /// Kept, so that nothing else comes to lie where these do.
    _patterns: Arc<[FilterPattern]>,
    _component: &'a Component,
}

impl<'a> Filtered<'a> {
    /// Nothing counted yet.
    #[must_use]
    pub fn new(meter: &'a Meter) -> Self {
        Self { meter, known: RefCell::default() }
    }

    /// How many production files of the component do not pass; `None` when counting them is too much work.
    #[must_use]
    pub fn missed(&self, filter: &PathFilter, component: &'a Component) -> Option<usize> {
        let pair = (filter.patterns.as_ptr(), filter.patterns.len(), filter.ignore, std::ptr::from_ref(component));
        if let Some(counted) = self.known.borrow().get(&pair) {
            return counted.missed;
        }
        let missed = self.count(filter, component);
        let counted = Counted { missed, _patterns: Arc::clone(&filter.patterns), _component: component };
        self.known.borrow_mut().insert(pair, counted);
        missed
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
