//! Owns whether two units of a job are one and the same: variants of a job that differ in nothing a step asks for lead to the same.
//! Refuses to leave out anything that differs in what it runs, where, under which events or with what.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use crate::facts::pipeline::{ActionCall, Code, PathFilter, SearchDir, Start, Unit, Work};
use crate::text::MappedText;

/// A number that is the same for equal units.
pub(super) fn number(unit: &Unit) -> u64 {
    let mut hasher = DefaultHasher::new();
    (unit.job, &unit.chain, &unit.holds, &unit.workdir).hash(&mut hasher);
    match &unit.work {
        Work::Script { text, .. } | Work::Foreign { code: Code::Text(text), .. } => text.text().hash(&mut hasher),
        Work::Action(call) | Work::Remote { call, .. } => {
            call.name.hash(&mut hasher);
            call.inputs.iter().for_each(|(name, input)| (name, input.text.text()).hash(&mut hasher));
        }
        Work::Image { image, argv } => (image, argv.len()).hash(&mut hasher),
        Work::Opaque(_) | Work::Foreign { .. } => {}
    }
    hasher.finish()
}

/// Whether two units are the same.
pub(super) fn same(one: &Unit, other: &Unit) -> bool {
    one.job == other.job
        && one.turn == other.turn
        && one.chain == other.chain
        && one.workdir == other.workdir
        && one.holds == other.holds
        && one.shadows == other.shadows
        && one.recorded.is_some() == other.recorded.is_some()
        && all(&one.search, &other.search, same_directory)
        && all(&one.starts, &other.starts, same_start)
        && same_work(&one.work, &other.work)
        && one.handed == other.handed
        && (Arc::ptr_eq(&one.env, &other.env) || one.env == other.env)
}

fn all<T>(one: &[T], other: &[T], same: impl Fn(&T, &T) -> bool) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
}

fn same_directory(one: &SearchDir, other: &SearchDir) -> bool {
    one.directory == other.directory && one.hold == other.hold
}

fn same_start(one: &Start, other: &Start) -> bool {
    one.event == other.event
        && one.answer == other.answer
        && one.holds == other.holds
        && all(&one.paths, &other.paths, same_filter)
}

fn same_filter(one: &PathFilter, other: &PathFilter) -> bool {
    one.ignore == other.ignore && one.place == other.place && Arc::ptr_eq(&one.patterns, &other.patterns)
}

fn same_work(one: &Work, other: &Work) -> bool {
    match (one, other) {
        (Work::Script { text, mode }, Work::Script { text: text_of_other, mode: mode_of_other }) => {
            mode == mode_of_other && same_text(text, text_of_other)
        }
        (Work::Action(call), Work::Action(other)) => same_call(call, other),
        (Work::Image { image, argv }, Work::Image { image: image_of_other, argv: argv_of_other }) => {
            image == image_of_other && argv == argv_of_other
        }
        (Work::Remote { call, why }, Work::Remote { call: call_of_other, why: why_of_other }) => {
            why == why_of_other && same_call(call, call_of_other)
        }
        (Work::Opaque(why), Work::Opaque(other)) => why == other,
        (Work::Foreign { code, why }, Work::Foreign { code: code_of_other, why: why_of_other }) => {
            why == why_of_other
                && match (code, code_of_other) {
                    (Code::Text(text), Code::Text(other)) => same_text(text, other),
                    (Code::File(path), Code::File(other)) => path == other,
                    _ => false,
                }
        }
        _ => false,
    }
}

fn same_call(one: &ActionCall, other: &ActionCall) -> bool {
    let inputs = || one.inputs.iter().zip(&other.inputs);
    one.name == other.name
        && one.reference == other.reference
        && one.place == other.place
        && one.inputs.len() == other.inputs.len()
        && inputs().all(|((name, one), (of_other, other))| {
            name == of_other && one.value == other.value && same_text(&one.text, &other.text)
        })
}

/// The same text, from the same place of the same file.
fn same_text(one: &MappedText, other: &MappedText) -> bool {
    let (whole, of_other) = (0..one.text().len(), 0..other.text().len());
    one.text() == other.text() && one.file().path == other.file().path && one.span(whole) == other.span(of_other)
}
