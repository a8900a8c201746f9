//! Owns how rules about languages look at components: subjects, and the standing of each tool on one component. Refuses to
//! judge.

use super::Bench;
use crate::catalog::Tool;
use crate::facts::components::{Component, Scope};
use crate::facts::hold::{HeldBy, Hold, HoldEffect, Hop};
use crate::facts::invocations::ByHand;
use crate::facts::ladder::{ComponentStanding, RankedInvocation, Rung, Standing};
use crate::facts::pipeline::Trigger;
use crate::facts::tool_config::Deciding;
use crate::text::{Place, RepoPath};

/// One tool on one component.
#[derive(Clone, Copy)]
pub(super) struct View<'f> {
    pub(super) tool: &'f Tool,
    pub(super) standing: &'f Standing,
    pub(super) on: &'f ComponentStanding,
    /// A forge was asked.
    pub(super) asked: bool,
}

impl<'f> View<'f> {
    pub(super) fn best(&self) -> Option<&'f RankedInvocation> {
        self.standing.invocations.get(self.on.best?)
    }

    pub(super) fn chain(&self) -> Vec<Hop> {
        self.best().map(|best| best.chain.clone()).unwrap_or_default()
    }

    /// The hold that keeps it a rung short: one that voids, else one that softens, else the first unknown.
    pub(super) fn held_by(&self) -> Option<&'f Hold> {
        let holds: Vec<&Hold> = self.holds().collect();
        let strong = |hold: &&Hold| matches!(hold.effect, HoldEffect::Void | HoldEffect::Soften);
        let unknown = |hold: &&Hold| matches!(hold.effect, HoldEffect::Unknown(_));
        // The hold nearest to the command is the one to act on: it lies in the text that names the tool.
        let near = |wanted: &dyn Fn(&&Hold) -> bool| {
            let last = self.best().and_then(|best| best.chain.last()).map(|hop| hop.place.path.clone());
            // What checks nothing decides over what only loses a failure.
            let decides = |hold: &&Hold| (hold.effect == HoldEffect::Void, Some(&hold.place.path) == last.as_ref());
            holds.iter().copied().filter(|hold| wanted(hold)).max_by_key(decides)
        };
        near(&strong).or_else(|| near(&unknown))
    }

    /// All holds on the best invocation: its own, and those on this component.
    pub(super) fn holds(&self) -> impl Iterator<Item = &'f Hold> {
        self.best().into_iter().flat_map(|best| &best.held_by).chain(&self.on.held_by)
    }

    /// Whether it is configured here and runs, but on other components only.
    pub(super) fn elsewhere(&self) -> bool {
        self.on.best.is_none() && self.standing.invocations.iter().any(|one| one.rung >= Rung::Runs)
    }

    /// What people type to run it on a component, when no pipeline does, and what is run then: where they type it lies nearest to it.
    pub(super) fn hand_run(&self, component: &Component) -> Option<(&'f ByHand, &'f RankedInvocation)> {
        let directory = &component.directory;
        let far = |other: &RepoPath| {
            let (own, others) = (directory.segments().count(), other.segments().count());
            (directory.is_in(other) || other.is_in(directory)).then(|| (others > own, own.abs_diff(others)))
        };
        // What checks nothing, or lets what it finds pass, does so in a pipeline as well.
        let lost =
            |one: &&RankedInvocation| one.held_by.iter().any(|hold| matches!(hold.effect, HoldEffect::Void | HoldEffect::Soften));
        let sound = self.standing.invocations.iter().filter(|one| !lost(one));
        let typed = sound.filter_map(|one| Some((one.by_hand.as_ref()?, one)));
        typed
            .filter_map(|(by_hand, one)| Some((far(&by_hand.directory)?, by_hand, one)))
            .min_by_key(|(far, ..)| *far)
            .map(|(_, by_hand, one)| (by_hand, one))
    }

    pub(super) fn may_be(&self) -> Rung {
        self.on.may_be.unwrap_or(self.on.rung)
    }

    /// Whether it stands at a rung. What gates is required where the policy declares its check to be.
    pub(super) fn is_at(&self, wanted: Rung) -> bool {
        let declared = || self.on.rung == Rung::Gates && self.holds().any(|hold| hold.by == HeldBy::CheckName);
        self.on.rung >= wanted || (wanted == Rung::Required && declared())
    }

    /// Whether it may stand at a rung. Which checks are required is the forge's to say, where one was asked.
    pub(super) fn may_be_at(&self, wanted: Rung) -> bool {
        self.may_be() >= if self.asked { wanted } else { wanted.min(Rung::Gates) }
    }

    /// Why what the forge makes of it is not known, where one was asked.
    pub(super) fn forge_says(&self) -> Option<&'f str> {
        let notes = self.holds().filter(|hold| hold.effect == HoldEffect::Note && self.asked);
        notes.map(|hold| hold.why.as_str()).find(|why| why.contains("not known") || why.contains("perhaps by name only"))
    }

    /// The nearest configuration of the tool at the component or above it.
    pub(super) fn configured_for(&self, component: &Component) -> Option<&'f Place> {
        let above = self.standing.configured.iter().filter(|place| component.directory.is_in(&place.path.parent()));
        // Of several in one directory the first: files and keys stand before dependencies.
        above.rev().max_by_key(|place| place.path.segments().count())
    }

    /// The configuration that decides about the rules, where one is known to.
    pub(super) fn judged(&self) -> Option<&'f Place> {
        match self.on.deciding.as_ref()? {
            Deciding::Selects(place) | Deciding::Reads(place) | Deciding::Writes { place, .. } => Some(place),
            Deciding::TakesOut { .. } | Deciding::Without { .. } => None,
        }
    }

    /// The line that decides that no security rule of a linter is in force, and what it says.
    pub(super) fn rules_line(&self, component: &Component) -> (Place, String) {
        const NONE: &str = "no security rule is selected here";
        match (&self.on.deciding, self.configured_for(component)) {
            (Some(Deciding::Selects(place)), _) => (place.clone(), "no security rule is among those selected here".to_owned()),
            (Some(Deciding::TakesOut { place, how, .. }), _) => (place.clone(), format!("its security rules are {how} here")),
            (Some(Deciding::Reads(place) | Deciding::Writes { place, .. }), _) => (place.clone(), NONE.to_owned()),
            (Some(Deciding::Without { place, flag }), _) => (place.clone(), format!("with `{flag}` no configuration is read")),
            (None, Some(place)) => (place.clone(), NONE.to_owned()),
            (None, None) => {
                (self.place().unwrap_or_else(|| home(component)), "its default rules have none for security".to_owned())
            }
        }
    }

    /// The command's place, else where it is configured.
    pub(super) fn place(&self) -> Option<Place> {
        self.chain().last().map(|hop| hop.place.clone()).or_else(|| self.standing.configured.first().cloned())
    }

    /// The same, for a component: not where another one configures it, if it is configured here.
    pub(super) fn place_on(&self, component: &Component) -> Option<Place> {
        let own = || self.configured_for(component).cloned();
        self.chain().last().map(|hop| hop.place.clone()).or_else(own).or_else(|| self.place())
    }
}

/// All tools with a standing on the component that `accepts` takes, best first (rung, security, id).
pub(super) fn views<'f>(bench: &Bench<'f>, component: &Component, accepts: impl Fn(&Tool) -> bool) -> Vec<View<'f>> {
    let mut all: Vec<View<'f>> = Vec::new();
    for standing in &bench.facts.standings {
        let Some(tool) = bench.catalog.tool(&standing.tool).filter(|tool| accepts(tool)) else { continue };
        if standing.language != component.language {
            continue;
        }
        let Some(on) = standing.components.iter().find(|one| one.directory == component.directory) else { continue };
        if on.rung > Rung::Absent || on.may_be.is_some() {
            all.push(View { tool, standing, on, asked: bench.facts.forge.is_some() });
        }
    }
    all.sort_by(|a, b| {
        (b.on.rung, b.on.security.is_yes(), b.may_be())
            .cmp(&(a.on.rung, a.on.security.is_yes(), a.may_be()))
            .then(a.tool.id.cmp(&b.tool.id))
    });
    all
}

/// Components of a language that an analyzer can look at: a manifest without any code has dependencies only.
pub(super) fn judged<'f>(bench: &Bench<'f>, language: &str) -> Vec<&'f Component> {
    bench.facts.inventory.of(language).filter(|component| !component.files.is_empty()).collect()
}

/// `<language>`, or `<language>:<directory>` when the language has several components.
pub(super) fn subject(component: &Component, several: bool) -> String {
    match (several, component.directory.is_root()) {
        (false, _) => component.language.clone(),
        (true, true) => format!("{}:.", component.language),
        (true, false) => format!("{}:{}", component.language, component.directory),
    }
}

/// Where a finding about something absent points: line 1 of the manifest, else the component's first file.
pub(super) fn home(component: &Component) -> Place {
    let path = component.manifest.clone().or_else(|| component.files.first().cloned());
    Place::file(path.unwrap_or_else(|| component.directory.clone()))
}

pub(super) fn is_development(component: &Component) -> bool {
    component.scope == Scope::Development
}

/// How far a tool reaches, and on what.
pub(super) fn reach_words(view: &View<'_>) -> String {
    let triggers = view.best().map(|best| best.triggers.clone()).unwrap_or_default();
    let on = if triggers.contains(&Trigger::PullRequest) {
        "pull requests"
    } else if triggers.contains(&Trigger::MergeGroup) {
        "the merge queue"
    } else {
        "every pushed branch"
    };
    match view.on.rung {
        Rung::Absent => "is absent".to_owned(),
        Rung::Configured => "is configured".to_owned(),
        Rung::Runs if triggers.contains(&Trigger::PullRequest) => "runs on pull requests".to_owned(),
        Rung::Runs => "runs".to_owned(),
        Rung::Gates => format!("gates {on}"),
        Rung::Required => format!("is required on {on}"),
    }
}

/// What is proven of a tool at a rung.
pub(super) fn verb(rung: Rung) -> &'static str {
    match rung {
        Rung::Absent => "may be there",
        Rung::Configured => "is configured",
        Rung::Runs => "runs",
        Rung::Gates | Rung::Required => "gates",
    }
}

/// What is asked next of a tool at a rung.
pub(super) fn question_left(rung: Rung) -> &'static str {
    match rung {
        Rung::Absent | Rung::Configured => "whether a pull request runs it",
        Rung::Runs => "whether it can fail a pull request",
        Rung::Gates | Rung::Required => "whether it is required",
    }
}
