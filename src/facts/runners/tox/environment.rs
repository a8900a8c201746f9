//! Owns what one tox environment runs, whichever file says so, and how it becomes the tracer's next steps. Refuses to read
//! files.

use super::replace::Context;
use crate::answer::{Reason, Why};
use crate::facts::hold::{Hold, HoldEffect, Hop};
use crate::facts::pipeline::Env;
use crate::facts::runners::{Next, Target};
use crate::facts::shell::Word;
use crate::facts::workdir::Workdir;
use crate::snapshot::Snapshot;
use crate::text::Place;

/// One command of an environment.
pub(super) struct Step {
    /// Its words, a leading `-` or `!` taken off; `Err` when it is not readable.
    pub words: Result<Vec<Word>, Why>,
    /// Its line.
    pub place: Place,
    /// Its failure is lost.
    pub hold: Option<Hold>,
}

/// One environment.
pub(super) struct Environment {
    /// Its commands in order.
    pub steps: Vec<Step>,
    /// Where they run.
    pub workdir: Workdir,
    /// With which variables.
    pub env: Env,
    /// What concerns all of them.
    pub holds: Vec<Hold>,
    /// It may be skipped.
    pub condition: Option<Why>,
    /// The packages of its `deps`.
    pub packages: Vec<String>,
    /// What skips it where its interpreter is missing, when it asks for one that may be.
    pub skipped: Option<Place>,
}

/// Takes a leading `-` (the status is ignored) or `!` (it is inverted) off the first word.
pub(super) fn step(mut words: Vec<Word>, place: Place) -> Step {
    let mut hold = None;
    for (mark, why) in [("-", "the `-` prefix makes tox ignore its status"), ("!", "the `!` prefix inverts its status")] {
        let Some(rest) = words.first().and_then(|word| word.value.as_deref()?.strip_prefix(mark)) else { continue };
        let rest = rest.to_owned();
        hold = Some(
            Hold::new(HoldEffect::Soften, words[0].place.clone(), why).mended(format!("delete the `{mark}` before the command")),
        );
        if rest.is_empty() {
            words.remove(0);
        } else {
            words[0].raw = words[0].raw.strip_prefix(mark).unwrap_or(&words[0].raw).to_owned();
            words[0].value = Some(rest);
        }
        break;
    }
    Step { words: Ok(words), place, hold }
}

/// A boolean setting: true, false, or not known.
pub(super) fn truth(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" | "t" | "y" => Some(true),
        "false" | "0" | "no" | "off" | "f" | "n" | "" => Some(false),
        _ => None,
    }
}

/// The hold that `ignore_outcome` puts on an environment.
pub(super) fn ignored_outcome(text: &str, place: Place) -> Option<Hold> {
    match truth(text) {
        Some(false) => None,
        Some(true) => Some(
            Hold::new(HoldEffect::Soften, place, "`ignore_outcome` lets the environment fail").mended("delete `ignore_outcome`"),
        ),
        None => Some(Hold::new(HoldEffect::Unknown(Reason::Dynamic), place, "`ignore_outcome` is computed")),
    }
}

/// The condition that `platform` puts on an environment: elsewhere it is skipped, and a skipped environment passes.
pub(super) fn platform(place: Place) -> Why {
    Why::new(Reason::Dynamic, "`platform` decides whether the environment runs").at(place)
}

/// What skips an environment where its interpreter is missing: the command line, or the setting.
pub(super) fn skipped(context: &Context<'_>, setting: Option<(&str, Place)>) -> Option<Place> {
    match &context.skip {
        Some((on, place)) => on.then(|| place.clone()),
        None => setting.filter(|(text, _)| truth(text) != Some(false)).map(|(_, place)| place),
    }
}

/// The package that an item of `deps` asks for; `None` for lists, paths, what is computed, and what a marker may leave out.
pub(super) fn package(item: &str) -> Option<String> {
    let name = item.split(" #").next()?.trim();
    if name.contains(';') {
        return None;
    }
    let named = name.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric());
    (named && !name.contains(crate::facts::shell::UNKNOWN_CHAR)).then(|| name.to_owned())
}

/// A directory setting, seen from the configuration's directory.
pub(super) fn directory(context: &Context<'_>, text: &str) -> Workdir {
    if text.contains(crate::facts::shell::UNKNOWN_CHAR) { context.root.unknown() } else { context.root.enter(text.trim()) }
}

impl Environment {
    /// The steps for the tracer.
    pub(super) fn nexts(self, snapshot: &Snapshot) -> Vec<Next> {
        let mut nexts = Vec::new();
        for step in self.steps {
            let target = match step.words {
                Ok(words) if words.is_empty() => continue,
                Ok(words) => Target::Argv(words),
                Err(why) => Target::Opaque(why),
            };
            let text = snapshot.read(&step.place.path).map(|file| file.line_text(step.place.line).trim().to_owned());
            nexts.push(Next {
                target,
                hops: vec![Hop::new(step.place.clone(), &text.unwrap_or_default())],
                holds: self.holds.iter().cloned().chain(step.hold).collect(),
                condition: self.condition.clone(),
                workdir: self.workdir.clone(),
                env: self.env.clone(),
                packages: self.packages.clone(),
            });
        }
        nexts
    }
}
