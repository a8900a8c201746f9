//! Owns dependency-update bots: which are configured, whether they live, what they cover. Refuses to read history.

use crate::text::{Place, RepoPath};

/// A configured bot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BotFact {
    /// The bot's id.
    pub bot: String,
    /// Its configuration file.
    pub path: RepoPath,
    /// Valid, enabled, and the service still exists.
    pub active: bool,
    /// Why not: `retired`, `invalid`, `disabled`, `no-updates`, `unreadable`.
    pub inactive_because: Option<String>,
    /// (ecosystem, directory) of manifests present that it updates.
    pub covers: Vec<(String, RepoPath)>,
    /// Manifests that it may update: what it says could not be read wholly (an unknown preset), with the place.
    pub may_cover: Vec<(String, RepoPath, crate::answer::Why)>,
    /// What is wrong or worth saying, at its line.
    pub problems: Vec<BotProblem>,
}

/// Something wrong in a bot's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BotProblem {
    /// Where.
    pub place: Place,
    /// A stable code: `schema`, `missing-directory`, `limit-0`, `unknown-key`, `target-branch`, `ignored`, `preset-unknown`, …
    pub code: &'static str,
    /// One clause.
    pub message: String,
    /// The service would reject the file, or the entry has no effect.
    pub fatal: bool,
    /// What to do.
    pub fix: Option<String>,
}

/// A manifest that no live bot covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uncovered {
    /// Dependabot's ecosystem name.
    pub ecosystem: String,
    /// The directory a bot entry would have to name.
    pub directory: RepoPath,
    /// A manifest there.
    pub manifest: RepoPath,
    /// `no-bot | no-entry | limit-0 | ignored | disabled | target-branch`.
    pub why: &'static str,
    /// Where the reason stands, when it stands somewhere.
    pub place: Option<Place>,
    /// Product or not.
    pub scope: super::components::Scope,
    /// A bot may cover it: what could not be read.
    pub may_be: Option<crate::answer::Why>,
}

/// Bots, and what none of them covers.
#[must_use]
pub fn gather(
    world: &super::runners::World<'_>,
    inventory: &super::components::Inventory,
    trace: &super::trace::Trace,
    default_branch: &crate::snapshot::DefaultBranch,
    terms: &crate::terms::Terms,
) -> (Vec<BotFact>, Vec<Uncovered>) {
    let _ = (world, inventory, trace, default_branch, terms);
    (Vec::new(), Vec::new())
}
