//! Owns what earlier commands of a job give a tool to read, where the catalogue says that it looks at nothing else (`go list` for
//! Nancy). Refuses to follow the file or the pipe in between: a command that is not known in full gives everything.

use super::{Frame, Tracer};
use crate::catalog::Tool;
use crate::facts::hold::{Hold, HoldEffect};
use crate::facts::matching::take_row;
use crate::facts::shell::Word;
use crate::text::Place;

/// A command that feeds a tool.
pub(super) struct Fed {
    tool: String,
    /// Its output has all that the tool is for.
    whole: bool,
    place: Place,
}

impl Tracer<'_> {
    /// A command that may feed tools.
    pub(super) fn feeds(&mut self, words: &[Word], frame: &Frame) {
        for tool in self.world.catalog.tools.iter() {
            let Some(fed_by) = &tool.fed_by else { continue };
            let Some(taken) = take_row(&fed_by.argv, words, &[]).filter(|_| !frame.never_starts()) else { continue };
            let texts: Option<Vec<&str>> = words[taken..].iter().map(|word| word.value.as_deref()).collect();
            let has = |flags: &[String]| texts.iter().flatten().any(|text| is_one(text, flags));
            let named = || texts.iter().flatten().any(|text| !text.starts_with(['-', '.']));
            if texts.is_some() && !has(&fed_by.with) {
                continue;
            }
            let whole = texts.is_none() || has(&fed_by.whole) || named();
            let fed = Fed { tool: tool.id.clone(), whole, place: words[0].place.clone() };
            self.fed.entry((frame.pipeline, frame.job)).or_default().push(fed);
        }
    }

    /// The hold of a tool that is given nothing to look at.
    pub(super) fn is_fed_nothing(&self, tool: &Tool, frame: &Frame) -> Option<Hold> {
        let fed_by = tool.fed_by.as_ref()?;
        let mut all = self.fed.get(&(frame.pipeline, frame.job))?.iter().filter(|fed| fed.tool == tool.id).peekable();
        let first = all.peek()?.place.clone();
        let flags: Vec<String> = fed_by.whole.iter().map(|flag| format!("`{flag}`")).collect();
        all.all(|fed| !fed.whole).then(|| {
            let mended = format!("give `{}` {}", fed_by.argv.join(" "), flags.join(" or "));
            Hold::new(HoldEffect::Void, first, fed_by.why.clone()).mended(mended)
        })
    }
}

/// `-json`, `--json`, `-json=Module`.
fn is_one(word: &str, flags: &[String]) -> bool {
    let name = word.split('=').next().unwrap_or_default();
    let name = name.strip_prefix('-').filter(|rest| rest.starts_with('-')).unwrap_or(name);
    flags.iter().any(|flag| flag == name)
}
