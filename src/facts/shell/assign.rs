//! Owns assignments: values, the environment, and names that change what other names mean. Refuses attributes of variables.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::UNKNOWN_CHAR;
use super::ast::RawWord;
use super::source::Ctx;
use super::state::State;
use super::walk::{Walker, quoted};
use super::world::{Per, Val};
use crate::catalog::Catalog;
use crate::text::Place;
use crate::text::Span;

/// One assignment with its value.
pub(super) struct Assigned {
    pub name: String,
    pub value: Per<Val>,
    pub span: Span,
}

/// Entries of one search path that are looked at.
const MOST_ODD: usize = 16;

impl Walker<'_> {
    /// What an assignment word assigns.
    pub(super) fn assigned(&self, raw: &RawWord, st: &State, _ctx: &Ctx) -> Assigned {
        let span = raw.span;
        let Some(head) = &raw.assign else {
            return Assigned { name: String::new(), value: Per::same(Val::Unknown), span };
        };
        let name = head.name.clone();
        let mut value = match &head.array {
            Some(items) => {
                let keyed = items.iter().any(|item| item.bare().is_some_and(|text| text.starts_with('[')));
                let in_world = |world| {
                    let fields = self.fields_in(items, st, world);
                    if keyed || fields.iter().any(|field| field.glob) {
                        return Val::Unknown;
                    }
                    Val::Array(Rc::new(fields.into_iter().map(|field| field.val).collect()))
                };
                let mut value = Per::same(in_world(None));
                let mut worlds = BTreeSet::new();
                items.iter().for_each(|item| self.mentions(&item.parts, st, &mut worlds));
                for world in worlds {
                    value.set(world, in_world(Some(world)));
                }
                value
            }
            None => self.parts_per(raw.value_parts(), st),
        };
        if head.index.is_some() {
            // The other elements are as they were.
            let before = self.var(st, &name);
            let shown: BTreeSet<u32> = before.failed.keys().chain(value.failed.keys()).copied().collect();
            value = Per::same(Val::Unknown);
            shown.into_iter().for_each(|fail| value.set(fail, Val::Unknown));
        } else if head.append {
            value = appended(&self.var(st, &name), &value);
        }
        Assigned { name, value, span }
    }

    /// Makes an assignment last.
    pub(super) fn assign(&mut self, assigned: &Assigned, st: &mut State, ctx: &Ctx) {
        self.name_shadows(assigned, ctx);
        if st.options.allexport || self.input.scope.names(&assigned.name) {
            export(&assigned.name, st);
        }
        st.set_var(&assigned.name, assigned.value.clone());
    }

    /// Notes an assignment that changes what command names mean.
    pub(super) fn name_shadows(&mut self, assigned: &Assigned, ctx: &Ctx) {
        if assigned.name != "PATH" {
            return;
        }
        let raw = ctx.source.raw(assigned.span);
        let (_, value) = raw.split_once('=').unwrap_or((raw, ""));
        let place = ctx.source.place(assigned.span);
        // Of what is not known, how it is written tells more; a temporary directory is known as far as it matters.
        let begins = |text: &str| text.split(':').all(|entry| !entry.starts_with(UNKNOWN_CHAR));
        let text = match &assigned.value.usual {
            Val::Text(text) => text,
            Val::Part(text) if begins(text) => text,
            _ => value,
        };
        let text = text.replace(['"', '\''], "");
        let homes = &Catalog::builtin().programs.tool_homes;
        let odd = text.split(':').filter(|entry| !homes.iter().any(|home| entry.starts_with(home.as_str())));
        for odd in odd.take(MOST_ODD) {
            let entry = if odd.is_empty() { "the current directory".to_owned() } else { quoted(odd) };
            let directory = if odd.is_empty() { "." } else { odd };
            self.shadow_in("*", place.clone(), format!("`PATH` gets {entry}"), Some(directory.to_owned()));
        }
    }

    /// Notes a search path that is set to what is not followed: `read PATH`.
    pub(super) fn steered(&mut self, name: &str, place: &Place) {
        if name == "PATH" {
            self.shadow("*", place.clone(), format!("{} changes what other commands run", quoted(name)));
        }
    }
}

/// Puts a variable into the environment.
pub(super) fn export(name: &str, st: &mut State) {
    if !st.exports.contains(name) {
        Rc::make_mut(&mut st.exports).insert(name.to_owned());
    }
}

fn appended(before: &Per<Val>, more: &Per<Val>) -> Per<Val> {
    let one = |world: Option<u32>| match (before.get(world), more.get(world)) {
        (Val::Array(a), Val::Array(b)) if a.len() + b.len() <= 256 => {
            Val::Array(Rc::new(a.iter().chain(b.iter()).cloned().collect()))
        }
        (Val::Unset, b @ Val::Array(_)) => b.clone(),
        (Val::Unset, b) => b.clone(),
        (Val::Text(a), Val::Text(b)) if a.len() + b.len() <= 65_536 => Val::text(&format!("{a}{b}")),
        _ => Val::Unknown,
    };
    let mut out = Per::same(one(None));
    for world in before.failed.keys().chain(more.failed.keys()) {
        out.set(*world, one(Some(*world)));
    }
    out
}
