//! Owns the variables that scripts write to `$GITHUB_ENV`, read line by line. Refuses to run or to follow anything, and what
//! they make of the names of programs: `trace` does.

use std::sync::Arc;

use super::expr::Node;
use super::state::{CARRIED, KEPT, State};
use super::{outputs, residual};

/// A variable that a step sets, or sets only under a condition.
#[derive(Clone, Debug)]
pub(super) struct Written {
    /// Its value in later steps.
    pub(super) node: Arc<Node>,
    /// The texts that it comes from.
    pub(super) text: String,
}

impl State {
    /// After a script: lines that write to `$GITHUB_ENV`.
    pub(super) fn script(&mut self, text: &str, certain: bool) {
        if !text.contains("GITHUB_ENV") {
            return;
        }
        text.lines().filter_map(written_line).for_each(|line| self.variable(&line, certain));
    }

    /// After a script with lines that write `$GITHUB_ENV` under a condition, or with expressions: as they stand in the file, for
    /// all variants and events. `before` says what a variable was worth.
    pub(super) fn conditional(&mut self, raw: &str, condition: Option<&str>, before: &dyn Fn(&str) -> (Node, String)) {
        if !raw.contains("GITHUB_ENV") || (condition.is_none() && !raw.contains("${{")) {
            return;
        }
        let turns = outputs::takes_turns(raw);
        for line in raw.lines() {
            let Some(line) = written_line(line) else { continue };
            let Some((name, value)) = line.split_once('=') else { continue };
            let (name, (old, before)) = (name.trim(), before(name.trim()));
            if turns || !self.env.contains_key(name) || (condition.is_none() && !value.contains("${{")) {
                continue;
            }
            self.env.insert(name.to_owned(), None);
            self.merged = None;
            let outside =
                super::template::expressions(value).fold(value.to_owned(), |text, (range, _)| text.replace(&value[range], ""));
            let test = condition.map(residual::lasting_condition);
            let (Some(new), None | Some(Some(_))) = (residual::lasting(value), &test) else { continue };
            if outside.contains(['$', '`', '\\']) || self.written.len() >= CARRIED {
                continue;
            }
            let node = match test.flatten() {
                Some(test) => Node::Call("case".to_owned(), vec![test, outputs::text(new), old], Vec::new()),
                None => outputs::text(new),
            };
            if node.size() < 100 {
                let text = [condition.unwrap_or_default(), value, before.as_str()].join(" ");
                self.written.insert(name.to_owned(), Written { node: Arc::new(node), text });
            }
        }
    }

    fn variable(&mut self, line: &str, certain: bool) {
        let Some((name, value)) = line.split_once('=') else { return };
        let name = name.trim();
        // What becomes of the search path is read where scripts are followed.
        if name.is_empty() || name == "PATH" || name.contains(['$', '<', ' ']) {
            return;
        }
        self.written.remove(name);
        let known = certain && !value.contains(['$', '`', crate::facts::shell::UNKNOWN_CHAR, '\\']);
        if self.env.len() < KEPT || self.env.contains_key(name) {
            self.env.insert(name.to_owned(), known.then(|| value.to_owned()));
            self.merged = None;
        }
    }
}

/// The text that a line writes to the file: `echo "…" >> "$GITHUB_ENV"`.
fn written_line(line: &str) -> Option<String> {
    let (command, file) = line.rsplit_once(">>").or_else(|| line.rsplit_once("tee -a"))?;
    if !file.contains("GITHUB_ENV") {
        return None;
    }
    let command = command.trim().trim_end_matches('|').trim();
    let at = ["echo ", "printf "].iter().filter_map(|program| command.find(program).map(|at| at + program.len())).min()?;
    let words = command[at..].trim();
    let words = words.strip_prefix("-e ").or_else(|| words.strip_prefix("-n ")).unwrap_or(words).trim();
    let words = words.strip_prefix("'%s\\n' ").or_else(|| words.strip_prefix("\"%s\\n\" ")).unwrap_or(words);
    let bare = words.trim_matches(['"', '\'']);
    Some(bare.replace(['"', '\''], ""))
}
