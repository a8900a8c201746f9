//! Owns what of a script's text is followed: its expressions, its variables, where it writes, and what it says to the runner. Refuses to know
//! what its commands do: their words are asked elsewhere.

use super::super::TOO_MUCH;
use super::given::{self, Given};
use super::values::{Bit, Script};
use super::{Way, When, variables};
use crate::catalog::{Catalog, lists, plain};
use crate::doc::Value;
use crate::facts::shell::{Piece, Redirected, Said, Spoken};

impl Way<'_> {
    /// What of a script's text is not followed word by word: a clause.
    pub(super) fn script(&self, text: &str) -> Option<String> {
        let unread = || "the script is not read".to_owned();
        if !self.reading.spends(text.len() / 32 + 1) {
            return Some(TOO_MUCH.to_owned());
        }
        let Some(script) = Script::read(text) else { return Some(unread()) };
        if script.expressions.iter().any(|inner| self.may_be_code(inner)) {
            return Some("an expression stands in the script, so that whoever gives it writes the script".to_owned());
        }
        if script.outline.unread {
            return Some(unread());
        }
        makes_commands(&script)
            .or_else(|| self.computes(&script))
            .or_else(|| self.sets(&script))
            .or_else(|| script.outline.redirects.iter().find_map(|redirect| self.redirects(redirect, &script)))
            .or_else(|| hands_on_aside(text, &script))
            .or_else(|| says_to_runner(text, &script))
            .or_else(|| self.masks(text, &script))
            .or_else(|| (self.when == When::At).then(|| self.prints(&script)).flatten())
    }

    /// A variable that it may not give a value to.
    fn sets(&self, script: &Script<'_>) -> Option<String> {
        let found = script.given.iter().find_map(|given| self.gives(given, script));
        found.or_else(|| given::in_words(&script.outline).find_map(variables::odd_inside))
    }

    fn gives(&self, given: &Given, script: &Script<'_>) -> Option<String> {
        let Some(name) = given.name.as_deref() else {
            return Some(format!("which variables `{}` sets there is not followed", given.by.unwrap_or_default()));
        };
        if let Some(by) = given.by.filter(|_| self.has(name)) {
            return Some(format!("what `{name}` stands for where {by} sets it is not followed"));
        }
        if given.is_mark() || !(given.exported || self.has(name)) {
            return variables::odd_inside(name);
        }
        let value = given.value.as_ref().map_or(vec![Bit::Other], |value| self.said(value, script));
        variables::odd(name, &value)
    }

    /// It masks what an output of the job may hold, which then is not handed on.
    fn masks(&self, text: &str, script: &Script<'_>) -> Option<String> {
        let name = &Catalog::builtin().plain.masking;
        let hands_on = self.site.value().and_then(|job| job.get("outputs")).is_some();
        let commands = &script.outline.commands;
        let mentions = text.to_ascii_lowercase().matches(name.as_str()).count();
        if !hands_on || mentions == 0 {
            return None;
        }
        // One that prints, and nothing that an id of a commit may be behind it: a word that is no such id, or a secret.
        let harmless = |command: &&Spoken| {
            let [first, word] = command.words.as_slice() else { return false };
            let head = word.head().to_ascii_lowercase();
            let Some(value) = head.strip_prefix("::").and_then(|rest| rest.strip_prefix(name.as_str())) else { return false };
            let Some(value) = value.strip_prefix("::") else { return false };
            let literal = word.pieces.len() == 1 && value.chars().any(|c| c.is_ascii_alphabetic() && !c.is_ascii_hexdigit());
            let secret = || match word.pieces.as_slice() {
                [Piece::Text(_)] => script.within(word).iter().all(|inner| inner.starts_with("secrets.")) && !value.is_ascii(),
                [Piece::Text(_), Piece::Variable(variable)] => value.is_empty() && self.is_secret(variable, script),
                _ => false,
            };
            first.text().as_deref() == Some("echo") && (value.is_ascii() && literal || secret())
        };
        (commands.iter().filter(harmless).count() < mentions).then(|| {
            format!("it masks (`{name}`) what an output of the job may hold, and the runner hands on no output that holds it")
        })
    }

    /// A variable of the workflow that holds a secret, and that the script leaves alone.
    fn is_secret(&self, name: &str, script: &Script<'_>) -> bool {
        let step = self.site.text.step(&self.site.job, self.line);
        let holders = [step, self.site.value(), Some(self.site.text.root())];
        let value = holders.into_iter().flatten().find_map(|holder| holder.route(&["env", name])).and_then(Value::scalar);
        let inner = value.and_then(|text| text.trim().strip_prefix("${{")?.strip_suffix("}}"));
        let left_alone = !script.given.iter().any(|given| given.name.as_deref().is_none_or(|given| given == name));
        left_alone && inner.is_some_and(|inner| inner.trim().starts_with("secrets."))
    }

    /// The workflow gives a variable of this name a value, so that programs get what a script makes of it.
    pub(super) fn has(&self, name: &str) -> bool {
        let step = self.site.text.step(&self.site.job, self.line);
        let holders = [step, self.site.value(), Some(self.site.text.root())];
        holders.into_iter().flatten().filter_map(|holder| holder.get("env")).any(|env: Value<'_>| env.get(name).is_some())
    }

    /// What is wrong with where something is read from, or written to.
    fn redirects(&self, redirect: &Redirected, script: &Script<'_>) -> Option<String> {
        let data = &Catalog::builtin().plain;
        let odd = || Some("what it reads or writes by a redirection is not followed".to_owned());
        let text = redirect.target.text();
        if !redirect.here && text.as_ref().is_some_and(|text| data.nowhere.contains(text)) {
            return None;
        }
        let stands_for = |text: &String| text == "-" || !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
        if redirect.duplicates && text.as_ref().is_some_and(stands_for) {
            return None;
        }
        match redirect.target.pieces.as_slice() {
            [Piece::Variable(name)] if redirect.writes && !redirect.duplicates && data.told_files.contains(name) => None,
            [Piece::Variable(name)] if redirect.appends && *name == data.variables_file => {
                let command = redirect.of.and_then(|of| script.outline.commands.get(of));
                command.map_or_else(|| Some(unfollowed(name)), |command| self.hands_on(command, script))
            }
            _ if redirect.writes && self.writes_secret(redirect, script) => None,
            _ => odd(),
        }
    }

    /// What is wrong with a variable that is handed to later steps: `echo "NAME=VALUE"`, and nothing else.
    fn hands_on(&self, command: &Spoken, script: &Script<'_>) -> Option<String> {
        let name = &Catalog::builtin().plain.variables_file;
        let [echo, word] = command.words.as_slice() else { return Some(unfollowed(name)) };
        let (Some("echo"), Some((variable, value))) = (echo.text().as_deref(), word.split()) else {
            return Some(unfollowed(name));
        };
        let value = self.said(&value, script);
        // A further line is a further variable, and so is what stands for one.
        let is_line = |bit: &Bit| match bit {
            Bit::Text(text) => !text.contains(['\n', '\r', '\\']),
            Bit::Told | Bit::Owned => true,
            Bit::Other => false,
        };
        if !given::is_name(variable) {
            return Some(unfollowed(name));
        }
        if !value.iter().all(is_line) {
            return Some(format!("what `{variable}` is handed on with may hold further lines, each of which sets a variable"));
        }
        variables::odd(variable, &value)
    }

    /// It writes what only an owner of the repository has written to where a program looks for who it is.
    fn writes_secret(&self, redirect: &Redirected, script: &Script<'_>) -> bool {
        let data = &Catalog::builtin().plain;
        let target: String = redirect
            .target
            .pieces
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) => text.clone(),
                Piece::Variable(name) => format!("${name}"),
                Piece::Number | Piece::Printed(_) | Piece::Computed => "\n".to_owned(),
            })
            .collect();
        let commands = &script.outline.commands;
        let known =
            plain::has(&data.credentials, &target) && !redirect.duplicates && self.reading.spends(commands.len() / 16 + 1);
        let Some(last) = redirect.of.filter(|_| known).and_then(|of| commands.get(of)) else { return false };
        let mut commands = commands.iter().filter(|command| command.pipeline == last.pipeline);
        let owned = |command: &Spoken| {
            let words = command.words.iter().skip(1).filter(|word| !word.head().starts_with('-'));
            let mut bits = words.map(|word| self.said(word, script));
            data.printing.iter().any(|name| name == command.word(0))
                && bits.all(|bits| bits == [Bit::Owned])
                && command.words.len() > 1
        };
        let decodes = |command: &Spoken| {
            command.word(0) == "base64" && command.words.iter().skip(1).all(|word| word.head().starts_with('-'))
        };
        commands.next().is_some_and(owned) && commands.all(decodes)
    }
}

fn unfollowed(name: &str) -> String {
    format!("which variables `{name}` sets there is not followed")
}

/// A word by which the script makes other commands of its own.
fn makes_commands(script: &Script<'_>) -> Option<String> {
    let data = &Catalog::builtin().plain;
    let outline = &script.outline;
    if let Some(name) = outline.functions.iter().find(|name| lists(&data.ruling_functions, name)) {
        return Some(format!("`{name}` is run in place of other commands"));
    }
    let ruling = |command: &Spoken| {
        let first = command.words.first()?.text()?;
        // Of `command` and the like any word may be the one that is run.
        let run = if matches!(first.as_str(), "command" | "time") { &command.words[..] } else { command.words.get(..1)? };
        run.iter().filter_map(Said::text).find(|word| lists(&data.ruling_words, word))
    };
    let word = outline.commands.iter().find_map(ruling)?;
    Some(format!("`{word}` may make other commands of the script's"))
}

/// It names a file in which later steps are told variables or programs anywhere but where that is followed.
fn hands_on_aside(text: &str, script: &Script<'_>) -> Option<String> {
    let data = &Catalog::builtin().plain;
    let followed = |name: &String| {
        let is = |redirect: &&Redirected| redirect.target.pieces == [Piece::Variable(name.clone())];
        script.outline.redirects.iter().filter(is).count()
    };
    let aside = text.matches(data.variables_file.as_str()).count() > followed(&data.variables_file);
    if text.contains(data.programs_file.as_str()) {
        return Some(format!("`{}` says where programs lie", data.programs_file));
    }
    aside.then(|| unfollowed(&data.variables_file))
}

/// A command to the runner in its text, by which later steps are given something.
fn says_to_runner(text: &str, script: &Script<'_>) -> Option<String> {
    let data = &Catalog::builtin().plain;
    let of = |text: &str| {
        let text = text.to_ascii_lowercase();
        let is = |name: &&String| text.contains(&format!("::{name}")) || text.contains(&format!("##[{name}"));
        data.runner_commands.iter().find(is)
    };
    let words = || script.outline.commands.iter().flat_map(|command| &command.words).filter_map(Said::text);
    let name = of(text).or_else(|| words().find_map(|word| of(&word)))?;
    Some(format!("it says `{name}` to the runner, and so what later steps are given"))
}
