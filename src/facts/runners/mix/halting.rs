//! Owns what ends the Elixir that runs several tasks before the later ones had their turn: they share one virtual machine, and code
//! that one of them runs may stop it, with a status of 0. Refuses to run that code: it is looked at for the words that stop it.

use std::sync::Arc;

use super::aliases::{self, Alias, Aliases, Item};
use crate::facts::runners::{World, quoted};
use crate::facts::shell::Word;
use crate::facts::workdir::Workdir;
use crate::text::{MappedText, SourceFile};

/// What stops the machine (`System.halt/1`, `System.stop/1`, `:init.stop/1`, `:erlang.halt/1`).
const STOPS: [&str; 4] = ["halt(", "halt ", "System.stop", "init.stop"];

/// Aliases in one another that are followed.
const DEPTH: usize = 8;

/// What a task is looked at with.
#[derive(Clone, Copy)]
pub(super) struct Around<'a> {
    pub(super) project: Option<&'a Arc<SourceFile>>,
    pub(super) workdir: &'a Workdir,
    pub(super) world: &'a World<'a>,
}

/// Whether code of a text may stop the machine.
fn stops(code: &str) -> bool {
    STOPS.iter().any(|word| code.contains(word)) || code.trim_end().ends_with("halt")
}

impl Around<'_> {
    /// Whether a task (`run -e CODE`, `eval CODE`, `run FILE`, an alias) may stop the machine when it succeeds.
    pub(super) fn may_end(&self, task: &[Word]) -> bool {
        self.ends(task, &mut Vec::new())
    }

    fn ends(&self, task: &[Word], seen: &mut Vec<String>) -> bool {
        let Some(name) = task.first().and_then(|word| word.value.as_deref()) else { return false };
        if !seen.iter().any(|known| known == name) && seen.len() < DEPTH {
            let aliases = self.project.map(|project| self.world.seen.aliases.of(project));
            if let Some(Aliases::Known(all)) = aliases.as_deref()
                && let Some(alias) = all.iter().rev().find(|alias| alias.name == name)
            {
                seen.push(name.to_owned());
                return self.alias_ends(alias, seen);
            }
        }
        let texts = task[1..].iter().map(|word| word.value.as_deref());
        match name {
            "run" | "eval" => texts.into_iter().any(|text| text.is_none_or(|text| stops(text) || self.file_stops(text))),
            _ => false,
        }
    }

    fn alias_ends(&self, alias: &Alias, seen: &mut Vec<String>) -> bool {
        alias.items.iter().any(|item| self.item_ends(item, seen))
    }

    /// Whether one thing that an alias runs may.
    pub(super) fn item_may_end(&self, item: &Item) -> bool {
        self.item_ends(item, &mut Vec::new())
    }

    fn item_ends(&self, item: &Item, seen: &mut Vec<String>) -> bool {
        let Some(project) = self.project else { return false };
        match item {
            Item::Task(span) => {
                let text = MappedText::verbatim(Arc::clone(project), *span);
                quoted::split(&text).is_none_or(|words| self.ends(&words, seen))
            }
            // A function of another module is not seen.
            Item::Code(span) => aliases::bodies(&project.text, *span).is_none_or(|bodies| bodies.into_iter().any(stops)),
        }
    }

    fn file_stops(&self, text: &str) -> bool {
        let path = self.workdir.resolve(text).filter(|path| self.world.snapshot.is_file(path));
        path.is_some_and(|path| self.world.snapshot.peek(&path).is_ok_and(|file| stops(&file.text)))
    }
}
