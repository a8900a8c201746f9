//! Owns what the values of variables and the words of scripts are made of: text, the verified tag or commit, what only the owners of the
//! repository write, and all else. Refuses to say where which of them may stand.

use super::super::assigned;
use super::super::meaning::{Follows, Meaning};
use super::given::{self, Given};
use super::{Way, When, machines};
use crate::catalog::Catalog;
use crate::doc::Value;
use crate::facts::shell::{Outline, Piece, Said, UNKNOWN_CHAR, outline};
use crate::facts::trace::Open;

/// Variables in one another that are followed.
const DEPTH: usize = 4;

/// A part of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Bit {
    /// It is written there.
    Text(String),
    /// The verified tag or commit.
    Told,
    /// What the platform, or an owner of the repository, says.
    Owned,
    /// Anything.
    Other,
}

/// A script with a character for each of its expressions.
pub(super) struct Script<'t> {
    /// Where in the text each expression stood.
    at: Vec<usize>,
    pub(super) expressions: Vec<&'t str>,
    pub(super) outline: Outline,
    pub(super) given: Vec<Given>,
}

impl<'t> Script<'t> {
    /// `None` where an expression has no end, or the text holds that character itself.
    pub(super) fn read(text: &'t str) -> Option<Self> {
        let (mut plain, mut at, mut expressions) = (String::with_capacity(text.len()), Vec::new(), Vec::new());
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once("${{") {
            let end = behind.find("}}")?;
            expressions.push(behind.get(..end)?.trim());
            plain.push_str(before);
            at.push(plain.len());
            plain.push(UNKNOWN_CHAR);
            rest = behind.get(end + 2..)?;
        }
        plain.push_str(rest);
        if plain.matches(UNKNOWN_CHAR).count() != expressions.len() {
            return None;
        }
        let outline = outline(&plain);
        Some(Self { given: given::of(&outline), outline, at, expressions })
    }

    /// The expressions in a word.
    pub(super) fn within(&self, said: &Said) -> &[&'t str] {
        let until = |end: usize| self.at.partition_point(|at| *at < end);
        self.expressions.get(until(said.span.start)..until(said.span.end)).unwrap_or_default()
    }
}

impl Way<'_> {
    /// What an expression stands for; it is given without its braces.
    pub(super) fn expression(&self, inner: &str, depth: usize) -> Bit {
        let name = inner.to_ascii_lowercase();
        if let Some(variable) = inner.strip_prefix("env.") {
            return self.variable(variable, depth);
        }
        // The forge refuses to start a run by what is none of them (cli/cli#5246).
        let input = |name: &str| {
            let name = name.strip_prefix("github.event.").unwrap_or(name).strip_prefix("inputs.")?;
            self.input(name, depth)
        };
        if let Some(bit @ (Bit::Owned | Bit::Text(_))) = input(inner) {
            return bit;
        }
        let is_known = |name: &str| {
            let values = || self.site.value().and_then(|job| machines::of_matrix(job, name));
            is_of_platform(name)
                || values().is_some_and(|values| !values.is_empty() && values.into_iter().all(is_ordinary))
                || input(name) == Some(Bit::Owned)
        };
        if is_known(inner) || name != "secrets" && is_made_of(inner, is_known) {
            return Bit::Owned;
        }
        self.followed(&format!("${{{{ {inner} }}}}"))
    }

    /// What an expression stands for by what it is followed to.
    fn followed(&self, text: &str) -> Bit {
        let (reading, held) = (self.reading, self.held);
        let spelled = reading.follows(held).spelled(text, self.site, self.line);
        let plain = spelled.text().chars().all(|c| c == UNKNOWN_CHAR) || is_ordinary(&spelled.text().replace(UNKNOWN_CHAR, "x"));
        if !plain || !spelled.is_open() || !reading.is_open_as(held, Open::Harmless, "", &spelled) {
            return Bit::Other;
        }
        let verified = spelled.parts().iter().any(|part| reading.is_of(held, part) && !matches!(part, Meaning::Built(_)));
        match verified {
            false => Bit::Owned,
            true if reading.is_open_as(held, Open::Deciding, "", &spelled) => Bit::Told,
            true => Bit::Other,
        }
    }

    /// Whether an expression may stand in a script: what it stands for then is code there.
    pub(super) fn may_be_code(&self, inner: &str) -> bool {
        match self.expression(inner, DEPTH) {
            Bit::Text(text) => !is_ordinary(&text),
            Bit::Owned => false,
            Bit::Told => match self.when {
                When::After => false,
                // Whoever made the event's tag wrote the workflow as well.
                When::At => {
                    let follows = Follows::new(self.reading.snapshot, None);
                    !follows.text(&format!("${{{{ {inner} }}}}"), self.site, self.line).is_event()
                }
                When::Before => true,
            },
            Bit::Other => true,
        }
    }

    /// What a value is made of, as the workflow has it.
    pub(super) fn written(&self, text: &str) -> Vec<Bit> {
        self.written_to(text, DEPTH)
    }

    fn written_to(&self, text: &str, depth: usize) -> Vec<Bit> {
        let mut bits = Vec::new();
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once("${{") {
            bits.extend((!before.is_empty()).then(|| Bit::Text(before.to_owned())));
            let Some(end) = behind.find("}}").filter(|_| depth > 0) else { return vec![Bit::Other] };
            bits.push(self.expression(behind.get(..end).unwrap_or_default().trim(), depth - 1));
            rest = behind.get(end + 2..).unwrap_or_default();
        }
        bits.extend((!rest.is_empty()).then(|| Bit::Text(rest.to_owned())));
        bits
    }

    /// What a variable of the workflow stands for.
    pub(super) fn variable(&self, name: &str, depth: usize) -> Bit {
        let step = self.site.text.step(&self.site.job, self.line).filter(|_| self.line > 0);
        let holders = [step, self.site.value(), Some(self.site.text.root())];
        let mut holders = holders.into_iter().enumerate().filter_map(|(at, holder)| Some((at, holder?.route(&["env", name])?)));
        let Some((at, value)) = holders.next() else { return self.of_platform(name) };
        if at > 0 && assigned::hands_on(self.site, self.line, name) {
            return Bit::Other;
        }
        value.scalar().map_or(Bit::Other, |text| whole(self.written_to(text, depth)))
    }

    /// What an input is that is declared in such a way that only what the workflow says can be given; of a called workflow what it is given.
    fn input(&self, name: &str, depth: usize) -> Option<Bit> {
        let root = self.site.text.root();
        let declared = |event: &str| root.route(&["on", event, "inputs", name]);
        let of_type = |input: Value<'_>| input.get("type").and_then(Value::scalar).unwrap_or_default().to_owned();
        if let Some(caller) = &self.site.caller {
            let way = Way { site: caller, line: 0, ..*self };
            let given = caller.value().and_then(|job| job.route(&["with", name]));
            let text = given.or_else(|| declared("workflow_call")?.get("default")).map_or(Some(""), Value::scalar)?;
            return Some(whole(way.written_to(text, depth.checked_sub(1)?)));
        }
        let by_call = declared("workflow_call").is_none_or(|input| matches!(of_type(input).as_str(), "boolean" | "number"));
        let by_hand = declared("workflow_dispatch").is_some_and(|input| match of_type(input).as_str() {
            "boolean" => true,
            "choice" => input.get("options").is_some_and(|all| all.items().all(|one| one.scalar().is_some_and(is_ordinary))),
            _ => false,
        });
        (by_call && by_hand).then_some(Bit::Owned)
    }

    /// What a variable that the platform sets stands for.
    fn of_platform(&self, name: &str) -> Bit {
        let lower = name.to_ascii_lowercase();
        let context =
            ["github", "runner"].iter().find_map(|root| Some(format!("{root}.{}", lower.strip_prefix(root)?.strip_prefix('_')?)));
        match context {
            Some(context) if is_of_platform(&context) => Bit::Owned,
            Some(context) if matches!(context.as_str(), "github.ref" | "github.ref_name") => self.expression(&context, DEPTH),
            _ => Bit::Other,
        }
    }

    /// What a word of a script is made of.
    pub(super) fn said(&self, said: &Said, script: &Script<'_>) -> Vec<Bit> {
        self.said_to(said, script, DEPTH)
    }

    fn said_to(&self, said: &Said, script: &Script<'_>, depth: usize) -> Vec<Bit> {
        let expressions = script.within(said);
        let held = |piece: &Piece| if let Piece::Text(text) = piece { text.matches(UNKNOWN_CHAR).count() } else { 0 };
        // An escape of which is not known what it stands for is the same character.
        if said.pieces.iter().map(held).sum::<usize>() > expressions.len() {
            return vec![Bit::Other];
        }
        let mut expressions = expressions.iter();
        let mut bits = Vec::new();
        for piece in &said.pieces {
            match piece {
                Piece::Text(text) => {
                    for (at, part) in text.split(UNKNOWN_CHAR).enumerate() {
                        if at > 0 {
                            bits.push(expressions.next().map_or(Bit::Other, |inner| self.expression(inner, depth)));
                        }
                        bits.extend((!part.is_empty()).then(|| Bit::Text(part.to_owned())));
                    }
                }
                Piece::Variable(name) => bits.extend(self.held_by(name, script, depth)),
                Piece::Number | Piece::Printed(_) | Piece::Computed => bits.push(Bit::Other),
            }
        }
        bits
    }

    /// What a variable of a script is made of: what the script gives it, else what the workflow does.
    fn held_by(&self, name: &str, script: &Script<'_>, depth: usize) -> Vec<Bit> {
        if !self.reading.spends(script.given.len() / 16 + 1) {
            return vec![Bit::Other];
        }
        let is = |given: &&Given| !given.is_mark() && given.name.as_deref().is_none_or(|given| given == name);
        let mut sets = script.given.iter().filter(is);
        match (sets.next(), sets.next()) {
            (None, _) => vec![if self.is_verified(name) { Bit::Told } else { self.variable(name, DEPTH) }],
            (Some(Given { name: Some(_), value: Some(value), .. }), None) if depth > 0 => self.said_to(value, script, depth - 1),
            _ => vec![Bit::Other],
        }
    }

    /// A variable that no script sets stands for the verified tag or commit.
    fn is_verified(&self, name: &str) -> bool {
        self.reading.is_of(self.held, &self.reading.follows(self.held).value(name, self.site, self.line))
    }
}

/// A name of what nobody who starts the run, or pushes, writes; each `*` of the list stands for one part.
fn is_of_platform(name: &str) -> bool {
    let parts = || name.split('.');
    let fits = |known: &String| {
        let own = known.split('.');
        own.clone().count() == parts().count() && own.zip(parts()).all(|(own, part)| own == "*" || own.eq_ignore_ascii_case(part))
    };
    name.chars().all(|c| c.is_ascii_alphanumeric() || "_.-*".contains(c)) && Catalog::builtin().plain.expressions.iter().any(fits)
}

/// What several parts are together.
fn whole(bits: Vec<Bit>) -> Bit {
    match bits.as_slice() {
        [] => Bit::Text(String::new()),
        [one] => one.clone(),
        many if many.contains(&Bit::Other) => Bit::Other,
        many if many.last() == Some(&Bit::Told) => Bit::Told,
        many if many.contains(&Bit::Told) => Bit::Other,
        many if many.iter().all(|bit| !matches!(bit, Bit::Text(text) if !is_ordinary(text))) => Bit::Owned,
        _ => Bit::Other,
    }
}

/// An expression is made of names that are known, and of texts that are no code.
fn is_made_of(inner: &str, is_known: impl Fn(&str) -> bool) -> bool {
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-' | '*');
    let mut names = 0;
    for (at, part) in inner.split('\'').enumerate() {
        if at % 2 == 1 {
            if !is_ordinary(part) {
                return false;
            }
            continue;
        }
        if part.contains(|c: char| !(is_name(c) || c.is_whitespace() || "&|=!()<>,".contains(c))) {
            return false;
        }
        let mut rest = part;
        while let Some(start) = rest.find(is_name) {
            let behind = rest.get(start..).unwrap_or_default();
            let end = behind.find(|c: char| !is_name(c)).unwrap_or(behind.len());
            let (name, after) = behind.split_at(end);
            let is_word = matches!(name, "true" | "false" | "null") || name.parse::<f64>().is_ok();
            let calls = after.trim_start().starts_with('(');
            if !is_word && !calls {
                names += 1;
                if !is_known(name) {
                    return false;
                }
            }
            rest = after;
        }
    }
    names > 0 && inner.matches('\'').count().is_multiple_of(2)
}

/// A text that is no code, wherever it stands in a script.
fn is_ordinary(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || " _./:@%+=,^~-".contains(c))
}
