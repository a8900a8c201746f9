//! Owns what scripts write to `$GITHUB_PATH` and `$GITHUB_ENV`, read line by line. Refuses to run or to follow anything.

use super::expr::Node;
use super::state::{CARRIED, KEPT, State, search_dir};
use super::{outputs, residual};
use crate::facts::workdir::{WORKSPACE, Workdir};
use crate::snapshot::Snapshot;
use crate::text::Place;

/// A variable that a step sets, or sets only under a condition.
#[derive(Clone, Debug)]
pub(super) struct Written {
    /// Its value in later steps.
    pub(super) node: Node,
    /// The texts that it comes from.
    pub(super) text: String,
}

impl State {
    /// After a script: lines that write to `$GITHUB_PATH` and `$GITHUB_ENV`.
    pub(super) fn script(
        &mut self,
        text: &str,
        certain: bool,
        here: &Workdir,
        snapshot: &Snapshot,
        place: &dyn Fn(usize, usize) -> Place,
    ) {
        if !text.contains("GITHUB_PATH") && !text.contains("GITHUB_ENV") {
            return;
        }
        let mut offset = 0;
        for line in text.split_inclusive('\n') {
            let (from, to) = (offset, offset + line.trim_end().len());
            offset += line.len();
            let Some((value, target)) = written_line(line) else { continue };
            match target {
                Target::Path => self.search_path(&value, here, snapshot, &place(from, to)),
                Target::Env => self.variable(&value, certain, &place(from, to)),
            }
        }
    }

    /// After a script with lines that write `$GITHUB_ENV` under a condition, or with expressions: as they stand in the file, for
    /// all variants and events. `before` says what a variable was worth.
    pub(super) fn conditional(&mut self, raw: &str, condition: Option<&str>, before: &dyn Fn(&str) -> (Node, String)) {
        if !raw.contains("GITHUB_ENV") || (condition.is_none() && !raw.contains("${{")) {
            return;
        }
        let turns = outputs::takes_turns(raw);
        for line in raw.lines() {
            let Some((line, Target::Env)) = written_line(line) else { continue };
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
                self.written.insert(name.to_owned(), Written { node, text });
            }
        }
    }

    fn variable(&mut self, line: &str, certain: bool, place: &Place) {
        let Some((name, value)) = line.split_once('=') else { return };
        let name = name.trim();
        if name.is_empty() || name.contains(['$', '<', ' ']) {
            return;
        }
        if let Some(hold) = Self::shadowing_variable(name, Some(value), place)
            && self.shadows.len() < CARRIED
        {
            self.shadows.push(hold);
        }
        self.written.remove(name);
        let known = certain && !value.contains(['$', '`', crate::facts::shell::UNKNOWN_CHAR, '\\']);
        if self.env.len() < KEPT || self.env.contains_key(name) {
            self.env.insert(name.to_owned(), known.then(|| value.to_owned()));
            self.merged = None;
        }
    }

    fn search_path(&mut self, value: &str, here: &Workdir, snapshot: &Snapshot, place: &Place) {
        let roots = [("$GITHUB_WORKSPACE", WORKSPACE), ("${GITHUB_WORKSPACE}", WORKSPACE)];
        let in_workspace = roots.iter().find_map(|(name, root)| Some(format!("{root}{}", value.strip_prefix(name)?)));
        let in_here =
            ["$PWD", "${PWD}", "$(pwd)", "`pwd`"].iter().find_map(|name| Some(format!(".{}", value.strip_prefix(name)?)));
        let path = in_workspace.or(in_here).unwrap_or_else(|| value.to_owned());
        if path.contains(['$', '`', '~', crate::facts::shell::UNKNOWN_CHAR]) || path.is_empty() {
            return;
        }
        let Some(directory) = here.resolve(&path).filter(|directory| snapshot.is_dir(directory)) else { return };
        if self.search.len() < CARRIED && !self.search.iter().any(|known| known.directory == directory) {
            self.search.push(search_dir(directory, place));
        }
    }
}

enum Target {
    Path,
    Env,
}

/// The text that a line writes to one of the two files: `echo "…" >> "$GITHUB_PATH"`.
fn written_line(line: &str) -> Option<(String, Target)> {
    let (command, file) = line.rsplit_once(">>").or_else(|| line.rsplit_once("tee -a"))?;
    let file = file.trim();
    let target = match () {
        () if file.contains("GITHUB_PATH") => Target::Path,
        () if file.contains("GITHUB_ENV") => Target::Env,
        () => return None,
    };
    let command = command.trim().trim_end_matches('|').trim();
    let at = ["echo ", "printf "].iter().filter_map(|program| command.find(program).map(|at| at + program.len())).min()?;
    let words = command[at..].trim();
    let words = words.strip_prefix("-e ").or_else(|| words.strip_prefix("-n ")).unwrap_or(words).trim();
    let words = words.strip_prefix("'%s\\n' ").or_else(|| words.strip_prefix("\"%s\\n\" ")).unwrap_or(words);
    let bare = words.trim_matches(['"', '\'']);
    Some((bare.replace(['"', '\''], ""), target))
}
