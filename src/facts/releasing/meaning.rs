//! Owns what a text of a workflow stands for where a tag is verified and deployed: the commit that the verification printed, the tag of the
//! event, an input. Followed through variables, outputs of steps and jobs, and workflows of the tree. Refuses to evaluate: what is no plain
//! name of these is unclear.

use std::rc::Rc;

use super::written::Written;
use crate::catalog::Catalog;
use crate::doc::Value;
use crate::facts::shell::{UNKNOWN_CHAR, Word};
use crate::facts::workdir::Workdir;
use crate::snapshot::Snapshot;

/// Outputs and calls in one another that are followed.
const DEPTH: usize = 8;

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

    /// It is the event's own reference, by its name.
    pub(super) fn is_event(&self) -> bool {
        matches!(self, Self::Named(name) if name == EVENT)
    }
}

/// A job of a workflow, and the job that calls the workflow.
#[derive(Clone)]
pub(super) struct Site {
    pub(super) text: Rc<Written>,
    pub(super) job: String,
    pub(super) caller: Option<Box<Site>>,
}

impl Site {
    /// The job of this id in the workflow; of `caller/inner` the inner one in the workflow that is called.
    pub(super) fn find(snapshot: &Snapshot, text: Rc<Written>, id: &str) -> Option<Self> {
        let (first, rest) = id.split_once('/').map_or((id, None), |(first, rest)| (first, Some(rest)));
        let mut site = Self { text, job: first.to_owned(), caller: None };
        for inner in rest.into_iter().flat_map(|rest| rest.split('/')) {
            site = site.called(snapshot, inner)?;
        }
        Some(site)
    }

    fn called(&self, snapshot: &Snapshot, inner: &str) -> Option<Self> {
        let uses = self.value()?.get("uses")?.scalar().filter(|uses| uses.starts_with("./"))?;
        let path = Workdir::workspace().resolve(uses)?;
        let text = Rc::new(Written::read(snapshot, &path)?);
        Some(Self { text, job: inner.to_owned(), caller: Some(Box::new(self.clone())) })
    }

    /// The line at which the step begins that holds a line.
    pub(super) fn step_at(&self, line: usize) -> usize {
        self.text.step(&self.job, line).map_or(line, |step| step.place().line)
    }

    /// The lines at which the steps of the job begin, in order.
    pub(super) fn step_lines(&self) -> Vec<usize> {
        let steps = self.value().and_then(|job| job.get("steps"));
        let mut lines: Vec<usize> = steps.into_iter().flat_map(Value::items).map(|step| step.place().line).collect();
        lines.sort_unstable();
        lines
    }

    /// The job as it is written.
    pub(super) fn value(&self) -> Option<Value<'_>> {
        self.text.job(&self.job)
    }

    /// It is the same job, or one of those that call it is.
    pub(super) fn is_in(&self, other: &Self) -> bool {
        self.is(other) || self.caller.as_ref().is_some_and(|caller| caller.is_in(other))
    }

    /// They are jobs of one workflow, called by the same one.
    pub(super) fn is_beside(&self, other: &Self) -> bool {
        let callers = match (&self.caller, &other.caller) {
            (Some(own), Some(other)) => own.is(other),
            (None, None) => true,
            _ => false,
        };
        let around = || self.caller.as_ref().is_some_and(|caller| caller.is_beside(other));
        callers && self.text.path() == other.text.path() || around()
    }

    pub(super) fn is(&self, other: &Self) -> bool {
        self.text.path() == other.text.path() && self.job.eq_ignore_ascii_case(&other.job)
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
    pub(super) snapshot: &'a Snapshot,
    pub(super) printed: Option<Printed<'a>>,
}

impl Follows<'_> {
    /// What the value of a key stands for.
    pub(super) fn text(&self, text: &str, site: &Site, line: usize) -> Meaning {
        self.follow(text, site, line, DEPTH)
    }

    fn follow(&self, text: &str, site: &Site, line: usize, depth: usize) -> Meaning {
        let text = text.trim();
        let text = text.strip_prefix("refs/tags/").unwrap_or(text);
        if text.is_empty() {
            return Meaning::Nothing;
        }
        let inner = text.strip_prefix("${{").and_then(|rest| rest.strip_suffix("}}")).filter(|inner| !inner.contains("}}"));
        let Some(inner) = inner.filter(|_| depth > 0) else { return self.mentions(text) };
        let plain = |part: &str| part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'));
        let parts: Vec<&str> = inner.split("||").map(str::trim).collect();
        if !parts.iter().all(|part| plain(part)) {
            return self.mentions(text);
        }
        let meanings: Vec<Meaning> = parts.iter().map(|part| self.name(part, site, line, depth - 1)).collect();
        match meanings.as_slice() {
            [one] => one.clone(),
            // One that may take its place makes it that one's.
            all if all.iter().any(|one| matches!(one, Meaning::Named(_))) => {
                let names = all.iter().map(|one| if let Meaning::Named(name) = one { name } else { "?" });
                Meaning::Named(names.collect::<Vec<_>>().join("||"))
            }
            _ => Meaning::Unclear,
        }
    }

    /// A text that is put together: whether a tag's name is in it.
    fn mentions(&self, text: &str) -> Meaning {
        let names = &Catalog::builtin().releasing.event_tags;
        if names.iter().any(|name| text.contains(name.as_str())) { Meaning::Named(format!("?{text}")) } else { Meaning::Unclear }
    }

    fn name(&self, name: &str, site: &Site, line: usize, depth: usize) -> Meaning {
        let parts: Vec<&str> = name.split('.').collect();
        match parts.as_slice() {
            ["github", "sha"] => Meaning::Sha,
            ["github", "ref_name" | "ref"] | ["github", "event", "release", "tag_name"] => Meaning::event(),
            ["github", "event", "inputs", input] => Meaning::Named(format!("inputs.{input}")),
            ["inputs", input] => match &site.caller {
                None => Meaning::Named(format!("inputs.{input}")),
                Some(caller) => {
                    let given = caller.value().and_then(|job| job.route(&["with", input])).and_then(Value::scalar);
                    given.map_or(Meaning::Unclear, |given| self.follow(given, caller, 0, depth))
                }
            },
            ["env", variable] => self.variable(variable, site, line, depth),
            ["steps", id, "outputs", output] => self.printed(id, output, site),
            ["needs" | "jobs", job, "outputs", output] => self.output(job, output, site, depth),
            _ if Catalog::builtin().releasing.event_tags.iter().any(|known| name.starts_with(known.as_str())) => {
                Meaning::Named(name.to_owned())
            }
            _ => Meaning::Unclear,
        }
    }

    fn printed(&self, id: &str, output: &str, site: &Site) -> Meaning {
        let Some(printed) = self.printed.as_ref().filter(|printed| printed.site.is(site)) else { return Meaning::Unclear };
        let step = site.text.step(&site.job, printed.line);
        let own = step.and_then(|step| step.get("id")).and_then(Value::scalar);
        // What else the step writes into its outputs is not followed.
        let writes =
            step.and_then(|step| step.get("run")).and_then(Value::scalar).is_some_and(|run| run.contains("GITHUB_OUTPUT"));
        let is = own.is_some_and(|own| own.eq_ignore_ascii_case(id)) && printed.output == Some(output) && !writes;
        if is { Meaning::Verified } else { Meaning::Unclear }
    }

    fn output(&self, job: &str, output: &str, site: &Site, depth: usize) -> Meaning {
        let of = Site { text: Rc::clone(&site.text), job: job.to_owned(), caller: site.caller.clone() };
        let Some(value) = of.value() else { return Meaning::Unclear };
        if value.get("uses").is_some() {
            let Some(called) = of.called(self.snapshot, "") else { return Meaning::Unclear };
            let declared = called.text.root().route(&["on", "workflow_call", "outputs", output, "value"]).and_then(Value::scalar);
            return declared.map_or(Meaning::Unclear, |text| self.follow(text, &called, 0, depth));
        }
        let declared = value.route(&["outputs", output]).and_then(Value::scalar);
        declared.map_or(Meaning::Unclear, |text| self.follow(text, &of, 0, depth))
    }

    fn variable(&self, name: &str, site: &Site, line: usize, depth: usize) -> Meaning {
        let own = site.text.step(&site.job, line).and_then(|step| step.route(&["env", name]));
        let around = [site.value(), Some(site.text.root())].into_iter().flatten().find_map(|holder| holder.route(&["env", name]));
        // What an earlier step hands on stands before what the job has.
        let found = own.or_else(|| around.filter(|_| !hands_on(site, line, name))).and_then(Value::scalar);
        found.map_or(Meaning::Unclear, |text| self.follow(text, site, line, depth))
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
        variable(inner).map_or(Meaning::Unclear, |name| self.named(name, site, line))
    }

    /// What a variable of a script stands for, unless the script may set it.
    pub(super) fn named(&self, name: &str, site: &Site, line: usize) -> Meaning {
        match name {
            "GITHUB_SHA" => Meaning::Sha,
            "GITHUB_REF_NAME" | "GITHUB_REF" => Meaning::event(),
            name if !sets(site, line, name) => self.variable(name, site, line, DEPTH),
            _ => Meaning::Unclear,
        }
    }
}

/// The names of the variables in a word; what an expansion makes of one, or what a command prints, has no name.
pub(super) fn variables(raw: &str) -> impl Iterator<Item = &str> {
    raw.split('$').skip(1).map(|rest| {
        let (rest, braced) = rest.strip_prefix('{').map_or((rest, false), |rest| (rest, true));
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
        let whole = !braced || rest[end..].starts_with('}');
        rest.get(..end).filter(|_| whole).unwrap_or_default()
    })
}

/// The expressions in a text, each with its braces.
pub(super) fn expressions(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("${{").filter_map(|(at, _)| {
        let rest = text.get(at..)?;
        rest.get(..rest.find("}}")? + 2)
    })
}

/// A step before hands a variable of this name on, as far as its script says so.
pub(super) fn hands_on(site: &Site, line: usize, name: &str) -> bool {
    let steps = site.value().and_then(|job| job.get("steps"));
    let before = steps.into_iter().flat_map(Value::items).take_while(|step| step.place().line < line);
    let mut scripts = before.filter_map(|step| step.get("run")).filter_map(Value::scalar);
    scripts.any(|script| script.contains("GITHUB_ENV") && script.contains(name))
}

/// Commands that give a value to a variable which they name.
const ASSIGN: [&str; 8] = ["for", "read", "mapfile", "readarray", "getopts", "unset", "eval", "select"];

/// The script of a step sets a variable.
fn sets(site: &Site, line: usize, name: &str) -> bool {
    let script = site.text.step(&site.job, line).and_then(|step| step.get("run")).and_then(Value::scalar).unwrap_or_default();
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    // In front of a command it is that command's alone.
    script.match_indices(&format!("{name}=")).any(|(at, _)| !script[..at].ends_with(is_name))
        || script.split(|c: char| !is_name(c)).any(|word| ASSIGN.contains(&word))
        || script.split("printf").skip(1).any(|rest| rest.trim_start().starts_with("-v"))
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
