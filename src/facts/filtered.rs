//! Owns how many files of a component a path filter keeps out, counted once for each pair of the two: no answer depends on the
//! invocation that asks. Refuses to say what follows.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::components::Component;
use super::meter::Meter;
use super::pipeline::{FilterPattern, PathFilter};
use crate::catalog::Tool;
use crate::catalog::tool::ToolKind;
use crate::snapshot::Snapshot;
use crate::text::RepoPath;

/// What of a component a tool looks at: a filter is held against that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// Its production files.
    Code,
    /// The files that say what it depends on; its production files where none does.
    Dependencies,
}

impl Part {
    /// What a tool looks at.
    #[must_use]
    pub fn of(tool: &Tool) -> Self {
        let dependencies = tool.is(ToolKind::Sca) || tool.is(ToolKind::Outdated);
        let code = tool.is(ToolKind::Sast) || tool.is(ToolKind::Lint);
        if dependencies && !code { Self::Dependencies } else { Self::Code }
    }
}

/// A component as one kind of tool sees it.
#[derive(Clone, Copy, Debug)]
pub struct Sight<'c> {
    /// The component.
    pub component: &'c Component,
    /// What is looked at.
    pub part: Part,
}

impl<'c> Sight<'c> {
    /// For a tool that looks at code.
    #[must_use]
    pub fn code(component: &'c Component) -> Self {
        Self { component, part: Part::Code }
    }

    /// For a tool that looks at dependencies.
    #[must_use]
    pub fn dependencies(component: &'c Component) -> Self {
        Self { component, part: Part::Dependencies }
    }

    /// The files.
    #[must_use]
    pub fn files(self) -> &'c [RepoPath] {
        match self.part {
            Part::Dependencies if !self.component.declared_in.is_empty() => &self.component.declared_in,
            _ => &self.component.files,
        }
    }
}

/// So few files may pass a filter that they are looked at: whether any of them holds something.
const FEW: usize = 8;

/// The counts so far, and the meter they draw from.
pub struct Filtered<'s> {
    snapshot: &'s Snapshot,
    meter: Meter,
    known: Mutex<HashMap<Pair, Counted>>,
}

/// A list of patterns by where it lies, whether it ignores, and what is looked at of a component by language and directory.
type Pair = (usize, usize, bool, String, RepoPath, Part);

#[derive(Debug)]
struct Counted {
    missed: Option<usize>,
    /// Kept, so that no other list comes to lie where this one does.
    _patterns: Arc<[FilterPattern]>,
}

impl<'s> Filtered<'s> {
    /// Nothing counted yet.
    #[must_use]
    pub fn new(snapshot: &'s Snapshot) -> Self {
        Self { snapshot, meter: Meter::new(snapshot.limits()), known: Mutex::default() }
    }

    /// How many of the files that are looked at do not pass; `None` when counting them is too much work.
    #[must_use]
    pub fn missed(&self, filter: &PathFilter, sight: Sight<'_>) -> Option<usize> {
        let list = (filter.patterns.as_ptr() as usize, filter.patterns.len());
        let component = sight.component;
        let pair = (list.0, list.1, filter.ignore, component.language.clone(), component.directory.clone(), sight.part);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let count = || Counted { missed: self.count(filter, sight.files()), _patterns: Arc::clone(&filter.patterns) };
        known.entry(pair).or_insert_with(count).missed
    }

    fn count(&self, filter: &PathFilter, files: &[RepoPath]) -> Option<usize> {
        let mut missed = 0;
        let mut passing = Vec::new();
        for file in files {
            let (passes, steps) = filter.test(file.as_str());
            if !self.meter.spend(steps) {
                return None;
            }
            missed += usize::from(!passes);
            if passes && passing.len() <= FEW {
                passing.push(file);
            }
        }
        // Nobody changes a file that holds nothing.
        let empty = |file: &&RepoPath| self.snapshot.peek(file).is_ok_and(|file| file.text.trim().is_empty());
        if missed > 0 && passing.len() <= FEW && passing.iter().all(empty) {
            missed = files.len();
        }
        Some(missed)
    }
}
