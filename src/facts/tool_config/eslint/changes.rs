//! Owns what a script's words show of changes behind its literals: names that something is assigned to or taken out of, wherever that
//! stands, and ways to end the process. Refuses scopes: a name is the same everywhere. (Facts: ESLint takes its status from
//! `process.exitCode`, bin/eslint.js.)

use std::collections::BTreeSet;

use crate::text::Span;

/// Members that end the process or set its status, whatever object they are asked of.
const EXITS: [&str; 6] = ["exit", "exitCode", "reallyExit", "abort", "kill", "_exiting"];

/// Those of them that objects of other kinds have as well: a name that is not one of the process has that one.
const OTHERS_HAVE: [&str; 2] = ["abort", "kill"];

/// Members of `process` with which a function runs at its end, or something native does.
const HANDLERS: [&str; 9] = [
    "on",
    "once",
    "addListener",
    "prependListener",
    "prependOnceListener",
    "emit",
    "setUncaughtExceptionCaptureCallback",
    "dlopen",
    "binding",
];

/// Methods that change what they are called on.
const MUTATORS: [&str; 9] = ["splice", "pop", "shift", "push", "unshift", "reverse", "sort", "fill", "copyWithin"];

/// Functions of `Object` and `Reflect` that change their first argument.
const SETTERS: [&str; 6] = ["assign", "defineProperty", "defineProperties", "setPrototypeOf", "set", "deleteProperty"];

const ASSIGNS: [&str; 18] =
    ["=", "+=", "-=", "*=", "/=", "%=", "**=", "??=", "||=", "&&=", "|=", "&=", "^=", "<<=", ">>=", ">>>=", "++", "--"];

/// Names that are not values of the configuration.
const APART: [&str; 6] = ["module", "exports", "this", "require", "console", "process"];

/// What the words show.
#[derive(Default)]
pub(super) struct Changes {
    /// Names whose value is changed.
    pub(super) touched: BTreeSet<String>,
    /// The process is ended, or its status set.
    pub(super) exits: Option<Span>,
    /// Files of the tree that are loaded.
    pub(super) sources: Vec<String>,
}

/// The words of a script, and where each bracket closes.
struct Words<'t> {
    all: &'t [(&'t str, Span)],
    closes: Vec<usize>,
    opens: Vec<usize>,
}

/// Reads the words of a script, each with where it stands.
pub(super) fn read(all: &[(&str, Span)]) -> Changes {
    let mut closes = vec![all.len(); all.len()];
    let (mut open, mut opens) = (Vec::new(), vec![all.len(); all.len()]);
    for (at, (text, _)) in all.iter().enumerate() {
        match *text {
            "(" | "[" | "{" | "${" => open.push(at),
            ")" | "]" | "}" => drop(open.pop().map(|from| (closes[from], opens[at]) = (at, from))),
            _ => {}
        }
    }
    let words = Words { all, closes, opens };
    let mut found = Changes::default();
    let own: BTreeSet<&str> = std::iter::once("process").chain((0..all.len()).filter_map(|at| words.process_bound(at))).collect();
    for (at, (_, span)) in all.iter().enumerate() {
        if words.ends(at, &own) {
            found.exits = found.exits.or(Some(*span));
        }
        found.touched.extend(words.touches(at).filter(|name| !APART.contains(name)).map(str::to_owned));
        found.sources.extend(words.loaded(at).filter(|source| source.starts_with('.')).map(str::to_owned));
    }
    found
}

/// Whether an assignment is to what a plugin's rule says of itself, as it is written: `plugin.rules.x.meta.schema`.
pub(super) fn is_of_a_rule(target: &str) -> bool {
    let Some((name, rest)) = target.split_once(".rules") else { return false };
    let member = match rest.strip_prefix('.') {
        Some(rest) => rest.find(['.', '[']).map(|end| &rest[end..]),
        None => rest.strip_prefix('[').and_then(|rest| Some(&rest[rest.find(']')? + 1..])),
    };
    let meta = member.and_then(|rest| rest.strip_prefix(".meta"));
    name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '$'))
        && meta.is_some_and(|rest| rest.starts_with(['.', '[']) || rest.is_empty())
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || matches!(c, '_' | '$' | '#'))
}

fn is_access(text: &str) -> bool {
    matches!(text, "." | "?.")
}

/// The content of a string.
fn quoted(text: &str) -> Option<&str> {
    let end = text.chars().next().filter(|c| matches!(c, '"' | '\'' | '`'))?;
    text[1..].strip_suffix(end)
}

impl<'t> Words<'t> {
    fn text(&self, at: usize) -> &'t str {
        self.all.get(at).map_or("", |(text, _)| text)
    }

    fn before(&self, at: usize, back: usize) -> &'t str {
        at.checked_sub(back).map_or("", |at| self.text(at))
    }

    /// The module that is loaded here: `require("x")`, `import("x")`, `from "x"`, `import "x"`.
    fn loaded(&self, at: usize) -> Option<&'t str> {
        let source = quoted(self.text(at))?;
        let called = self.before(at, 1) == "(" && matches!(self.before(at, 2), "require" | "import");
        (called || matches!(self.before(at, 1), "from" | "import")).then_some(source)
    }

    /// The name that the process is bound to: `import p from "node:process"`, `const p = require("process")`.
    fn process_bound(&self, at: usize) -> Option<&'t str> {
        if !matches!(self.loaded(at), Some("process" | "node:process")) {
            return None;
        }
        let back = if self.before(at, 1) == "(" { if self.before(at, 3) == "await" { 5 } else { 4 } } else { 2 };
        Some(self.before(at, back)).filter(|name| is_name(name))
    }

    /// Whether a brace that closes at `at` takes one of the members apart.
    fn takes_apart(&self, at: usize) -> bool {
        (self.opens[at]..at).any(|at| EXITS.contains(&self.text(at)) || HANDLERS.contains(&self.text(at)))
    }

    fn ends(&self, at: usize, own: &BTreeSet<&str>) -> bool {
        let (text, next) = (self.text(at), self.text(at + 1));
        let (back, further) = (self.before(at, 1), self.before(at, 2));
        if EXITS.contains(&text) && is_access(back) {
            return !OTHERS_HAVE.contains(&text) || !is_name(further) || own.contains(further);
        }
        if let Some(text) = quoted(text) {
            let member = back == "[" && next == "]" && (is_name(further) || matches!(further, ")" | "]" | "?."));
            let module = matches!(self.loaded(at), Some("process" | "node:process"));
            let (brace, behind) = if back == "(" { (4, at + 2) } else { (2, at + 1) };
            let apart = self.before(at, brace) == "}" && at >= brace && self.takes_apart(at - brace);
            let asked = is_access(self.text(behind)) && HANDLERS.contains(&self.text(behind + 1));
            return member && EXITS.contains(&text) || module && (apart || asked);
        }
        if !own.contains(text) || next == ":" || matches!(back, "import" | "typeof") {
            return false;
        }
        match next {
            "." | "?." if self.text(at + 2) != "[" => HANDLERS.contains(&self.text(at + 2)),
            "[" => quoted(self.text(at + 2)).is_none_or(|member| HANDLERS.contains(&member)),
            "=" | "from" => false,
            _ if back == "=" && further == "}" => self.takes_apart(at - 2),
            // Under another name, or in another's hands.
            _ => matches!(back, "=" | "(") || next == ")",
        }
    }

    /// The end of the members asked of a name, how many there are, and the last one.
    fn members(&self, at: usize) -> (usize, usize, &'t str) {
        let (mut end, mut count, mut last) = (at + 1, 0, "");
        loop {
            let next = self.text(end);
            if is_access(next) && is_name(self.text(end + 1)) {
                (last, end, count) = (self.text(end + 1), end + 2, count + 1);
            } else if next == "[" || next == "?." && self.text(end + 1) == "[" {
                let open = if next == "[" { end } else { end + 1 };
                (last, end, count) = (quoted(self.text(open + 1)).unwrap_or(""), self.closes[open] + 1, count + 1);
            } else if next == "!" && count > 0 && is_access(self.text(end + 1)) {
                end += 1;
            } else {
                return (end, count, last);
            }
        }
    }

    /// Whether what is asked of a plugin is what one of its rules says of itself (`plugin.rules.x.meta.schema`): that turns none on or off.
    fn is_meta(&self, at: usize) -> bool {
        let member = |at: usize, name: &str| is_access(self.text(at)) && self.text(at + 1) == name;
        let behind = |at: usize| if self.text(at) == "[" { self.closes[at] + 1 } else { at + 2 };
        member(at + 1, "rules") && member(behind(at + 3), "meta")
    }

    /// The names that are changed by what begins here.
    fn touches(&self, at: usize) -> impl Iterator<Item = &'t str> + use<'t> {
        let text = self.text(at);
        let mut found = [None, None];
        if is_name(text) && !is_access(self.before(at, 1)) {
            let (end, count, last) = self.members(at);
            let next = self.text(end);
            let argument = || Some(self.text(end + 1)).filter(|name| next == "(" && is_name(name));
            // `const c: Linter.Config[] = …` names a type.
            let typed = self.before(at, 1) == ":" && matches!(self.before(at, 3), "const" | "let" | "var");
            let changed = count > 0
                && !typed
                && !self.is_meta(at)
                && (ASSIGNS.contains(&next)
                    || next == "(" && MUTATORS.contains(&last)
                    || matches!(self.before(at, 1), "delete" | "++" | "--"));
            found[0] = changed.then_some(text);
            if matches!(last, "call" | "apply") || matches!(text, "Object" | "Reflect") && SETTERS.contains(&last) {
                found[1] = argument();
            }
        } else if is_access(self.before(at, 1)) && matches!(text, "call" | "apply") && self.text(at + 1) == "(" {
            // `[].splice.call(list, 0)`
            found[1] = Some(self.text(at + 2)).filter(|name| is_name(name));
        }
        found.into_iter().flatten()
    }
}
