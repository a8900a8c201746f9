//! Owns the words for what keeps a failure from closing a gate, and for the hops of a chain. Refuses to weigh them: `ladder`
//! does.

use std::borrow::Cow;
use std::sync::Arc;

use super::kept_out::KeptOut;
use crate::answer::{Reason, Why};
use crate::text::{Place, escape};

/// What holds a tool that fails for its errors and passes with warnings.
pub const ERRORS_ONLY: &str = "only error-level findings fail it; warnings pass";

/// What a hold does to the rung.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HoldEffect {
    /// Nothing is checked at all, or another program runs under the name: at most `configured`.
    Void,
    /// The failure is lost: at most `runs`.
    Soften,
    /// It may be lost; what could not be read decides.
    Unknown(Reason),
    /// Still gates, but sees less.
    Narrow,
    /// Worth saying.
    Note,
}

/// What part of a pipeline holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HeldBy {
    /// The text: the pipeline's, the shell's, a runner's, the tool's own.
    #[default]
    Text,
    /// The events: what would start it is not what a change to merge is.
    Trigger,
    /// A filter of changed files that nothing which it looks at passes.
    Paths,
    /// What is given to look at: most of the files are not among it.
    Files,
    /// The release: it ends with an error at the configuration, and the job fails whatever a change holds.
    Release,
    /// Nothing: the policy declares the check of its job to be required.
    CheckName,
}

/// What undoes a hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Remedy {
    /// Take away what stands there.
    #[default]
    Remove,
    /// Take this word out of the command: a flag, with its value where that is what counts.
    Drop(String),
    /// Have the CI system start the shell of the step in the way in which every failure counts.
    StrictShell,
    /// Check the repository out first.
    CheckOut,
    /// Change the condition, which keeps it from running at all.
    Condition,
    /// Let what stands before it come to it: it is never started.
    Reach,
    /// Have what makes findings fail it, which the catalogue knows: a flag, an input. What it is given already, as written.
    Harden(String),
    /// Select rules: none is in force.
    Select,
    /// The change itself, as an imperative without its place: "delete `.IGNORE`".
    Change(String),
    /// The change itself, which names its own place.
    Write(String),
    /// Have these activity types among those that start it.
    Types(Vec<String>),
    /// Let the filter of branches pass the default branch.
    Branches,
}

/// Languages whose files are gone from where a command looks, and those of which some are left.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lost {
    /// None of these is left.
    pub gone: Vec<String>,
    /// Some of these are.
    pub left: Vec<String>,
    /// What is gone is told by file, and holds what the chain reads of it behind so many hops.
    pub files: Option<(Arc<KeptOut>, usize)>,
}

impl Lost {
    /// Whether a tool of these languages has nothing to look at any more.
    #[must_use]
    pub fn is_all_of(&self, languages: &[String]) -> bool {
        languages.iter().any(|language| self.gone.contains(language))
            && !languages.iter().any(|language| language == "*" || self.left.contains(language))
    }
}

/// One thing that holds an invocation short of a rung, at its own line.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hold {
    /// What it does.
    pub effect: HoldEffect,
    /// Where to act.
    pub place: Place,
    /// One clause about what was seen, e.g. "exits 0 whatever it finds".
    pub why: String,
    /// It is about the files of the machine that a job runs on: what runs in an image may have others.
    pub of_machine: bool,
    /// What holds.
    pub by: HeldBy,
    /// What undoes it.
    pub remedy: Remedy,
    /// It is about the files of some languages: tools of others are not held.
    pub lost: Option<Arc<Lost>>,
}

impl Hold {
    /// A hold of an effect at a place.
    pub fn new(effect: HoldEffect, place: Place, why: impl Into<String>) -> Self {
        Self { effect, place, why: one_line(why.into()), of_machine: false, by: HeldBy::Text, remedy: Remedy::Remove, lost: None }
    }

    /// The same, held by something else than the text.
    #[must_use]
    pub fn by(self, by: HeldBy) -> Self {
        Self { by, ..self }
    }

    /// The same, undone in another way than by taking it away.
    #[must_use]
    pub fn undone(self, remedy: Remedy) -> Self {
        let remedy = match remedy {
            Remedy::Drop(word) => Remedy::Drop(one_line(word)),
            Remedy::Change(what) => Remedy::Change(one_line(what)),
            other => other,
        };
        Self { remedy, ..self }
    }

    /// The same, undone by this change.
    #[must_use]
    pub fn mended(self, change: impl Into<String>) -> Self {
        self.undone(Remedy::Change(change.into()))
    }

    /// The same, for tools that look at files which are lost.
    #[must_use]
    pub fn of(self, lost: Lost) -> Self {
        Self { lost: Some(Arc::new(lost)), ..self }
    }

    /// Whether it holds a tool of these languages.
    #[must_use]
    pub fn holds(&self, languages: &[String]) -> bool {
        self.lost.as_ref().is_none_or(|lost| lost.is_all_of(languages))
    }

    /// The same from so many hops of a chain on, where it is about the files that the chain reads.
    #[must_use]
    pub fn behind(mut self, hops: usize) -> Self {
        if let Some((_, behind)) = self.lost.as_mut().and_then(|lost| Arc::make_mut(lost).files.as_mut()) {
            *behind = (*behind).min(hops);
        }
        self
    }

    /// What it is for a chain that reads one of the files which are gone.
    #[must_use]
    pub fn of_chain(&self, chain: &[Hop]) -> Option<Self> {
        let (kept_out, behind) = self.lost.as_ref()?.files.as_ref()?;
        let read = chain.get(*behind..)?.iter().map(|hop| &hop.place.path);
        let (path, place) = read.filter_map(|path| Some((path, kept_out.line(path)?))).next()?;
        Some(Self { place, why: format!("`{path}` {}", self.why), lost: None, ..self.clone() })
    }

    /// A hold for something that could not be decided.
    #[must_use]
    pub fn unknown(why: &Why, fallback: &Place) -> Self {
        let place = why.place.clone().unwrap_or_else(|| fallback.clone());
        Self::new(HoldEffect::Unknown(why.reason), place, why.text.clone())
    }

    /// What is left of it for a command that looks at the files of an image.
    pub fn in_image(&mut self) {
        if self.of_machine && self.effect == HoldEffect::Void {
            self.effect = HoldEffect::Unknown(Reason::Unsupported);
            self.why.push_str("; the image may hold files of its own");
        }
    }
}

/// What quotes the tree stays on one line: findings and their fixes are made of it, and their own lines are ours.
fn one_line(text: String) -> String {
    match escape::line(&text) {
        Cow::Borrowed(_) => text,
        Cow::Owned(escaped) => escaped,
    }
}

/// One hop of a chain from trigger to command.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hop {
    /// Where.
    pub place: Place,
    /// The text there, one line, shortened: `make lint`.
    pub text: String,
}

impl Hop {
    /// A hop; `text` is cut to one line of at most 160 characters.
    pub fn new(place: Place, text: &str) -> Self {
        let line = text.trim().lines().next().unwrap_or("").trim_end_matches('\\').trim();
        let text = if line.chars().count() > 160 { line.chars().take(159).chain(['…']).collect() } else { line.to_owned() };
        Self { place, text }
    }
}
