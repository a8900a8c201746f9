//! Owns the walk from a command that people type, which no pipeline runs. Refuses to look for such commands.

use super::{Frame, Trace, Tracer};
use crate::facts::invocations::ByHand;
use crate::facts::runners::World;
use crate::facts::shell::Word;
use crate::facts::workdir::{WORKSPACE, Workdir};
use crate::terms::Terms;
use crate::text::{Place, RepoPath, Span};

/// Follows a command that people run by hand in a directory; `place` is where it is defined.
#[must_use]
pub fn by_hand(command: &[&str], place: &Place, directory: &RepoPath, world: &World<'_>, terms: &Terms) -> Trace {
    let mut tracer = Tracer::new(world, terms);
    let word = |text: &&str| Word {
        raw: (*text).to_owned(),
        value: Some((*text).to_owned()),
        partial: None,
        span: Span::default(),
        place: place.clone(),
        glob: false,
    };
    let words: Vec<Word> = command.iter().map(word).collect();
    let workdir = Workdir::workspace().enter(&format!("{WORKSPACE}/{directory}"));
    let frame = Frame { workdir, ..Frame::at_root(0, Vec::new(), None) };
    if !tracer.runner(&words, place, None, &frame, true) {
        tracer.runner(&words, place, None, &frame, false);
    }
    for invocation in &mut tracer.out.invocations {
        invocation.by_hand = Some(ByHand { command: command.join(" "), directory: directory.clone() });
    }
    tracer.out
}
