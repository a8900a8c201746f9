//! Owns what a text of a workflow stands for where a tag is verified and deployed: the commit that the verification printed, the tag of the
//! event, an input. Followed through variables, outputs of steps and jobs, and workflows and actions of the tree. Refuses to evaluate: what is
//! no plain name of these is unclear.

use std::cell::Cell;

use super::assigned::{self, hands_on, sets, sets_by_words};
use super::site::Site;
use super::spelled::{Piece, Spelled, keeps};
use crate::catalog::Catalog;
use crate::catalog::releasing::SaysOf;
use crate::doc::Value;
use crate::facts::matching;
use crate::facts::shell::{UNKNOWN_CHAR, Word};
use crate::snapshot::Snapshot;
use crate::text::Place;

/// Outputs and calls in one another that are followed.
const DEPTH: usize = 8;

/// Texts that are followed for one question.
const MOST_TEXTS: usize = 1024;

/// The tag of the event, by whichever name.
const EVENT: &str = "github.ref";

/// What a text stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// The commit that the verification printed.
    Verified,
    /// The commit of the event.
    Sha,
    /// A tag by its name: whose.
    Named(String),
    /// The digest of what the step at this place has made and pushed.
    Built(Box<Place>),
    /// Who deploys, or where to, and nothing of what.
    Where,
    /// This repository, by its name.
    Here,
    /// The commit that the verification printed, or something else in its place.
    MayBe,
    /// Nothing is written.
    Nothing,
    /// Something else, or not to be told.
    Unclear,
}

impl Meaning {
    /// The event's own reference.
    pub(super) fn event() -> Self {
        Self::Named(EVENT.to_owned())
    }

    /// It says who deploys or where to, and nothing of what.
    pub(super) fn is_place(&self) -> bool {
        matches!(self, Self::Where | Self::Here)
    }

    /// It is the event's own reference, by its name.
    pub(super) fn is_event(&self) -> bool {
        matches!(self, Self::Named(name) if name == EVENT)
    }
}

/// The verification whose printed commit is looked for.
pub(super) struct Printed<'a> {
    pub(super) site: &'a Site,
    pub(super) line: usize,
    pub(super) output: Option<&'a str>,
}

/// Follows texts.
pub(super) struct Follows<'a> {
    snapshot: &'a Snapshot,
    printed: Option<Printed<'a>>,
    /// Texts that may still be looked at.
    left: Cell<usize>,
}

impl<'a> Follows<'a> {
    pub(super) fn new(snapshot: &'a Snapshot, printed: Option<Printed<'a>>) -> Self {
        Self { snapshot, printed, left: Cell::new(MOST_TEXTS) }
    }

    /// What the value of a key stands for.
    pub(super) fn text(&self, text: &str, site: &Site, line: usize) -> Meaning {
        let spelled = self.spelled(text, site, line);
        match spelled.single() {
            None if spelled.text().is_empty() => Meaning::Nothing,
            Some(meaning) => meaning.clone(),
            // A text that is put together of a tag's name and more.
            None if spelled.parts().iter().any(|part| matches!(part, Meaning::Named(_))) => Meaning::Named(format!("?{text}")),
            None => Meaning::Unclear,
        }
    }

    /// How the value of a key is put together.
    pub(super) fn spelled(&self, text: &str, site: &Site, line: usize) -> Spelled {
        self.left.set(MOST_TEXTS);
        self.spell(text, site, line, DEPTH)
    }

    fn spell(&self, text: &str, site: &Site, line: usize, depth: usize) -> Spelled {
        let mut spelled = Spelled::default();
        let mut rest = text.trim();
        while let Some((before, behind)) = rest.split_once("${{") {
            spelled.push(before);
            let Some((inner, after)) = behind.split_once("}}").filter(|_| depth > 0 && self.spends()) else {
                spelled.add(Spelled::unclear());
                return spelled;
            };
            spelled.add(self.expression(inner, site, line, depth - 1));
            rest = after;
        }
        spelled.push(rest);
        spelled
    }

    fn spends(&self) -> bool {
        self.left.set(self.left.get().saturating_sub(1));
        self.left.get() > 0
    }

    fn expression(&self, inner: &str, site: &Site, line: usize, depth: usize) -> Spelled {
        let plain = |part: &str| part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'));
        // What is made of a tag's name is another one.
        let mentions = |part: &str| Catalog::builtin().releasing.event_tags.iter().any(|name| part.contains(name.as_str()));
        let made = |part: &str| if mentions(part) { Meaning::Named(format!("?{part}")) } else { Meaning::Unclear };
        let follow = |part: &str| if plain(part) { self.name(part, site, line, depth) } else { Spelled::of(made(part)) };
        let Some((first, more)) = inner.split_once("||") else { return follow(inner.trim()) };
        let all: Vec<Spelled> = std::iter::once(first).chain(more.split("||")).map(|part| follow(part.trim())).collect();
        let all: Vec<Option<&Meaning>> = all.iter().map(Spelled::single).collect();
        let named = |meaning: &Option<&Meaning>| if let Some(Meaning::Named(name)) = meaning { Some(name.clone()) } else { None };
        // One that may take its place makes it that one's.
        if let Some(names) = all.iter().map(named).collect::<Option<Vec<String>>>() {
            return Spelled::of(Meaning::Named(names.join("||")));
        }
        Spelled::of(if all.contains(&Some(&Meaning::Verified)) { Meaning::MayBe } else { made(inner) })
    }

    fn name(&self, name: &str, site: &Site, line: usize, depth: usize) -> Spelled {
        let parts: Vec<&str> = name.split('.').collect();
        Spelled::of(match parts.as_slice() {
            ["github", "sha"] => Meaning::Sha,
            ["github", "ref_name" | "ref"] | ["github", "event", "release", "tag_name"] => Meaning::event(),
            ["github", "repository"] => Meaning::Here,
            ["github", "repository_owner" | "token" | "actor"] | ["secrets" | "vars", _] => Meaning::Where,
            ["github", "event", "inputs", input] => Meaning::Named(format!("inputs.{input}")),
            ["inputs", input] => match &site.caller {
                None => Meaning::Named(format!("inputs.{input}")),
                Some(caller) => return self.given(input, site, caller, depth),
            },
            ["env", variable] => return self.variable(variable, site, line, depth),
            ["steps", id, "outputs", output] => return self.printed(id, output, site, depth),
            ["needs" | "jobs", job, "outputs", output] => return self.output(job, output, site, depth),
            _ if Catalog::builtin().releasing.event_tags.iter().any(|known| name.starts_with(known.as_str())) => {
                Meaning::Named(name.to_owned())
            }
            _ => Meaning::Unclear,
        })
    }

    /// What a workflow or an action of the tree is given; what it has of its own where nothing is.
    fn given(&self, input: &str, site: &Site, caller: &Site, depth: usize) -> Spelled {
        let Some(call) = site.call else {
            let given = caller.value().and_then(|job| job.route(&["with", input])).and_then(Value::scalar);
            return given.map_or_else(Spelled::unclear, |given| self.spell(given, caller, 0, depth));
        };
        let with = caller.text.step(&caller.job, call).and_then(|step| step.get("with"));
        let same = |name: Option<&str>| name.is_some_and(|name| name.eq_ignore_ascii_case(input));
        match with.and_then(|with| with.entries().find(|entry| same(entry.name()))) {
            Some(entry) => entry.value.scalar().map_or_else(Spelled::unclear, |given| self.spell(given, caller, call, depth)),
            None => {
                let own = site.text.root().route(&["inputs", input, "default"]).and_then(Value::scalar);
                own.map_or_else(Spelled::unclear, |own| self.spell(own, site, 0, depth))
            }
        }
    }

    fn printed(&self, id: &str, output: &str, site: &Site, depth: usize) -> Spelled {
        if let Some(printed) = self.printed.as_ref().filter(|printed| printed.site.is(site)) {
            let step = site.text.step(&site.job, printed.line);
            let own = step.and_then(|step| step.get("id")).and_then(Value::scalar);
            // What else the step writes into its outputs is not followed.
            let writes =
                step.and_then(|step| step.get("run")).and_then(Value::scalar).is_some_and(|run| run.contains("GITHUB_OUTPUT"));
            if own.is_some_and(|own| own.eq_ignore_ascii_case(id)) {
                let is = printed.output == Some(output) && !writes;
                return Spelled::of(if is { Meaning::Verified } else { Meaning::Unclear });
            }
        }
        let steps = site.value().and_then(|job| job.get("steps")).into_iter().flat_map(Value::items);
        let mut own = steps.filter(|step| step.get("id").and_then(Value::scalar).is_some_and(|own| own.eq_ignore_ascii_case(id)));
        let (Some(step), None) = (own.next(), own.next()) else { return Spelled::unclear() };
        if let Some(script) = step.get("run").and_then(Value::scalar) {
            let line = step.place().line;
            return assigned::output(script, output).map_or_else(Spelled::unclear, |raw| self.shell(raw, site, line, depth));
        }
        // What an action says of where to, and of what it has made.
        let name = step.get("uses").and_then(Value::scalar).and_then(|uses| uses.split_once('@')).map_or("", |(name, _)| name);
        let releasing = &Catalog::builtin().releasing;
        let says = |row: &&SaysOf| row.output == output && matching::same_action(&row.action, name);
        Spelled::of(match releasing.outputs.iter().find(says) {
            Some(row) if row.made => Meaning::Built(Box::new(step.place())),
            Some(_) => Meaning::Where,
            None => Meaning::Unclear,
        })
    }

    fn output(&self, job: &str, output: &str, site: &Site, depth: usize) -> Spelled {
        let of = Site { job: job.to_owned(), ..site.clone() };
        let Some(value) = of.value() else { return Spelled::unclear() };
        if value.get("uses").is_some() {
            let Some(called) = of.called(self.snapshot, "") else { return Spelled::unclear() };
            let declared = called.text.root().route(&["on", "workflow_call", "outputs", output, "value"]).and_then(Value::scalar);
            return declared.map_or_else(Spelled::unclear, |text| self.spell(text, &called, 0, depth));
        }
        let declared = value.route(&["outputs", output]).and_then(Value::scalar);
        declared.map_or_else(Spelled::unclear, |text| self.spell(text, &of, 0, depth))
    }

    fn variable(&self, name: &str, site: &Site, line: usize, depth: usize) -> Spelled {
        if !self.spends() {
            return Spelled::unclear();
        }
        let own = site.text.step(&site.job, line).and_then(|step| step.route(&["env", name]));
        let around = [site.value(), Some(site.text.root())].into_iter().flatten().find_map(|holder| holder.route(&["env", name]));
        // What an earlier step hands on stands before what the job has.
        let found = own.or_else(|| around.filter(|_| !hands_on(site, line, name))).and_then(Value::scalar);
        match (found, &site.caller, site.call) {
            (Some(text), ..) => self.spell(text, site, line, depth),
            // The steps of an action have what its caller has.
            (None, Some(caller), Some(call)) if depth > 0 => self.variable(name, caller, call, depth - 1),
            _ => Spelled::unclear(),
        }
    }

    /// What a word of a script stands for that is a variable and nothing else, or an expression. A script may set the variable itself.
    pub(super) fn word(&self, word: &Word, site: &Site, line: usize) -> Meaning {
        let inner = unquoted(&word.raw);
        let inner = inner.strip_prefix("refs/tags/").unwrap_or(inner);
        if is_expression(inner) && word.place.path == *site.text.path() {
            // In the script as it is read it has no name any more.
            let written = site.text.expression(word.place.line);
            return written.map_or(Meaning::Unclear, |text| self.text(text, site, line));
        }
        variable(inner).map_or(Meaning::Unclear, |name| self.value(name, site, line))
    }

    /// What a variable of a script stands for that has nothing else in it.
    pub(super) fn value(&self, name: &str, site: &Site, line: usize) -> Meaning {
        self.left.set(MOST_TEXTS);
        self.named(name, "", site, line, DEPTH).single().cloned().unwrap_or(Meaning::Unclear)
    }

    /// How a word of a script is put together.
    pub(super) fn spelled_word(&self, word: &Word, site: &Site, line: usize) -> Spelled {
        let written = word.raw.contains(UNKNOWN_CHAR).then(|| site.text.written(&word.place)).flatten();
        self.left.set(MOST_TEXTS);
        self.shell(written.as_deref().unwrap_or(&word.raw), site, line, DEPTH)
    }

    fn shell(&self, raw: &str, site: &Site, line: usize, depth: usize) -> Spelled {
        if depth == 0 || !self.spends() {
            return Spelled::unclear();
        }
        Spelled::word(raw, &mut |piece| match piece {
            Piece::Variable(name, operation) => self.named(name, operation, site, line, depth - 1),
            Piece::Expression(text) => self.spell(text, site, line, depth - 1),
        })
    }

    /// What a variable of a script stands for, unless the script may set it to something that is not read.
    fn named(&self, name: &str, operation: &str, site: &Site, line: usize, depth: usize) -> Spelled {
        let own = || self.variable(name, site, line, depth);
        let script =
            || site.text.step(&site.job, line).and_then(|step| step.get("run")).and_then(Value::scalar).unwrap_or_default();
        let value = match name {
            "GITHUB_SHA" => Spelled::of(Meaning::Sha),
            "GITHUB_REF_NAME" | "GITHUB_REF" => Spelled::of(Meaning::event()),
            "GITHUB_REPOSITORY" => Spelled::of(Meaning::Here),
            "GITHUB_REPOSITORY_OWNER" => Spelled::of(Meaning::Where),
            name if !sets(site, line, name) => own(),
            // Before it is set it has nothing.
            name if !self.has(name, site, line) && !sets_by_words(script(), name) => {
                assigned::variable(script(), name).map_or_else(Spelled::unclear, |raw| self.shell(raw, site, line, depth))
            }
            _ => Spelled::unclear(),
        };
        let kept = |meaning: &Meaning| meaning.is_place() && operation == ",," || keeps(operation, meaning);
        if operation.is_empty() || value.single().is_some_and(kept) { value } else { Spelled::unclear() }
    }

    /// A variable has a value before the script of a step sets it, or may.
    fn has(&self, name: &str, site: &Site, line: usize) -> bool {
        let step = site.text.step(&site.job, line);
        let holders = [step, site.value(), Some(site.text.root())].into_iter().flatten();
        let own = holders.into_iter().any(|holder| holder.route(&["env", name]).is_some());
        own || site.call.is_some() || hands_on(site, line, name)
    }
}

/// The expressions in a text, each with its braces.
pub(super) fn expressions(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("${{").filter_map(|(at, _)| {
        let rest = text.get(at..)?;
        rest.get(..rest.find("}}")? + 2)
    })
}

/// The name of a variable that a word is, as a whole.
pub(super) fn variable(inner: &str) -> Option<&str> {
    let name = inner.strip_prefix('$')?;
    let name = name.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or(name);
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    is_name.then_some(name)
}

/// A word without the quotes around all of it.
pub(super) fn unquoted(raw: &str) -> &str {
    raw.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(raw)
}

/// Whether all of a word is one expression of the platform, which is put into the script before a shell reads it.
pub(super) fn is_expression(raw: &str) -> bool {
    let mut chars = unquoted(raw).chars();
    chars.next() == Some(UNKNOWN_CHAR) && chars.next().is_none()
}
