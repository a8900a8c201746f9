//! Owns whether the jobs on the way from a verification to its deployment are written plainly enough for their commands to be all that
//! they do. Refuses to follow what is not: the text says too little, and then it is unknown.

use std::collections::BTreeSet;

use super::Reading;
use super::meaning::Site;
use super::tree::Held;
use crate::catalog::Catalog;
use crate::doc::{Entry, Kind, Value};
use crate::facts::trace::ReleaseStep;
use crate::text::Place;

impl Reading<'_> {
    /// The first thing by which a job on the way may do more than its commands say: where, and a clause.
    pub(super) fn not_plain(&self, held: &Held<'_>, deploy: &ReleaseStep, jobs: &BTreeSet<usize>) -> Option<(Place, String)> {
        jobs.iter().find_map(|job| {
            let site = self.site(*job);
            let Some((site, value)) = site.as_ref().and_then(|site| Some((site, site.value()?))) else {
                return Some((held.at.clone(), "a job on the way to the deployment is not read as it is written".to_owned()));
            };
            let until = (*job == deploy.job).then(|| super::own_place(deploy).line);
            let before = (*job == held.verify.job).then_some(held.at.line);
            let callers = std::iter::successors(site.caller.as_deref(), |site| site.caller.as_deref());
            let of_callers = || callers.clone().find_map(|site| of_workflow(site).or_else(|| site.value().and_then(of_job)));
            let own = of_workflow(site).or_else(|| of_job(value)).or_else(|| variables(value));
            let names = |holder: Value<'_>, line: usize| self.names_another(held, site, holder, line);
            let named = || {
                let steps = value.get("steps").into_iter().flat_map(Value::items).filter(|step| {
                    let line = step.place().line;
                    until.is_none_or(|until| line <= until)
                });
                let around = [value, site.text.root()].into_iter().find_map(|holder| names(holder, 0));
                around.or_else(|| steps.into_iter().find_map(|step| names(step, step.place().line)))
            };
            own.or_else(of_callers).or_else(|| of_steps(site, until, before)).or_else(named)
        })
    }

    /// A variable by which a program is told which of what was made before is deployed, and another one than is verified.
    fn names_another(&self, held: &Held<'_>, site: &Site, holder: Value<'_>, line: usize) -> Option<(Place, String)> {
        let releasing = &Catalog::builtin().releasing;
        let found = holder.get("env").into_iter().flat_map(Value::entries).find(|entry| {
            let (name, text) = (entry.name().unwrap_or_default(), entry.value.scalar().unwrap_or_default());
            let says = releasing.naming_variables.iter().any(|start| name.starts_with(start.as_str()));
            let told = text.contains("${{") && self.is_text_told_by(held, site, line, text);
            says && releasing.says_what_is_made(name, text) && !told
        })?;
        let name = found.name().unwrap_or_default();
        Some((found.key.place(), format!("`{name}` says what is deployed by something else than the tag that is verified")))
    }
}

/// What a workflow sets for all of its jobs.
fn of_workflow(site: &Site) -> Option<(Place, String)> {
    let root = site.text.root();
    let whole = root.get("defaults").map(|value| (value.place(), "the shell of all jobs is set".to_owned()));
    whole.or_else(|| variables(root))
}

/// Keys of a job with which its commands are those of another machine, or of another shell.
fn of_job(job: Value<'_>) -> Option<(Place, String)> {
    let keys = &Catalog::builtin().releasing.job_keys;
    let found = job.entries().find(|entry| entry.name().is_some_and(|name| keys.iter().any(|key| key == name)))?;
    let name = found.name().unwrap_or_default();
    Some((found.key.place(), format!("the job has `{name}`, with which its commands may be others")))
}

/// Variables that change what programs do, whoever sets them.
fn variables(holder: Value<'_>) -> Option<(Place, String)> {
    let rules = |name: &str| Catalog::builtin().releasing.is_ruling(name);
    let found = holder.get("env").into_iter().flat_map(Value::entries).find(|entry| entry.name().is_none_or(rules))?;
    let name = found.name().unwrap_or("<<");
    Some((found.key.place(), format!("`{name}` is set, which changes what programs do")))
}

/// The steps of a job until a line; what stands before the other line is there when nothing is verified yet.
fn of_steps(site: &Site, until: Option<usize>, before: Option<usize>) -> Option<(Place, String)> {
    let steps: Vec<Value<'_>> = site.value().and_then(|job| job.get("steps")).into_iter().flat_map(Value::items).collect();
    let mut last = 0;
    for step in steps {
        let line = step.place().line;
        let written = |entry: &Entry<'_>| entry.name().is_some_and(|name| name != "<<") && !entry.value.is_alias();
        if step.kind() != Kind::Mapping || step.is_alias() || line <= last || !step.entries().all(|entry| written(&entry)) {
            return Some((step.place(), "the steps do not stand one below the other, each written out".to_owned()));
        }
        last = line;
        if until.is_some_and(|until| line > until) {
            break;
        }
        if let Some(found) = variables(step) {
            return Some(found);
        }
        let set =
            |name: &&str| step.get(name).is_some_and(|value| value.scalar().is_none_or(|text| !matches!(text, "bash" | "sh")));
        if let Some(shell) = Some("shell").filter(set).and_then(|name| step.get(name)) {
            return Some((shell.place(), "the shell of the step is another one".to_owned()));
        }
        let Some(run) = step.get("run") else { continue };
        let text = run.scalar().unwrap_or_default();
        let unverified = before.is_some_and(|before| line < before);
        if let Some(why) = of_script(text, unverified) {
            return Some((run.place(), why));
        }
    }
    None
}

/// What of a script's text is not followed word by word.
fn of_script(text: &str, unverified: bool) -> Option<String> {
    if unverified && text.contains("${{") {
        return Some("an expression stands in the script, so that whoever gives it writes the script".to_owned());
    }
    let releasing = &Catalog::builtin().releasing;
    // As a shell reads it quotes and backslashes are nothing, wherever they stand.
    let bare = text.replace(['"', '\'', '\\'], "");
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/');
    let mut before = "";
    for word in bare.split(|c: char| !is_name(c)).filter(|word| !word.is_empty()) {
        // A word of a program's own (`bundle exec`).
        let own = |argv: &Vec<String>| matches!(argv.as_slice(), [first, second, ..] if first == before && second == word);
        let rows = || &Catalog::builtin().words.words;
        if releasing.ruling_words.iter().any(|known| known == word) && !rows().iter().flat_map(|row| &row.argv).any(own) {
            return Some(format!("`{word}` may make other commands of the script's"));
        }
        before = word;
    }
    if let Some(name) = set_by(&bare).find(|name| releasing.is_ruling(name)) {
        return Some(format!("`{name}` is set, which changes what programs do"));
    }
    if let Some(word) = sets_any(&bare) {
        return Some(format!("which variables `{word}` sets there is not followed"));
    }
    let mut plain = text.to_owned();
    for known in &releasing.plain_redirections {
        plain = plain.replace(known.as_str(), " ");
    }
    plain.contains(['<', '>']).then(|| "what it reads or writes by a redirection is not followed".to_owned())
}

/// Names that a text gives values to, wherever they stand: in front of commands, in words of `export` and of what is written for later steps,
/// in loops, and where they have none yet.
fn set_by(text: &str) -> impl Iterator<Item = &str> {
    let between = |c: char| c.is_whitespace() || matches!(c, ';' | '&' | '|' | '(' | '`');
    let words = || text.split(between).filter(|word| !word.is_empty());
    let assigned = words().filter_map(|word| word.split_once('=')).map(|(name, _)| name.trim_end_matches('+'));
    let looped = words().zip(words().skip(1)).filter(|(word, _)| matches!(*word, "for" | "select")).map(|(_, name)| name);
    let given = text.split("${").skip(1).filter_map(|rest| {
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))?;
        let behind = rest.get(end..)?;
        (behind.starts_with(":=") || behind.starts_with('=')).then(|| rest.get(..end)).flatten()
    });
    assigned.chain(looped).chain(given)
}

/// A command of a text that sets variables by names which do not stand there; what is written for later steps is one for each line.
fn sets_any(text: &str) -> Option<&'static str> {
    for line in text.lines() {
        let words = line.split(|c: char| c.is_whitespace() || matches!(c, ';' | '&' | '|' | '('));
        let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
        for (at, word) in words.iter().enumerate() {
            let behind = |by: usize| words.get(at + by).copied().unwrap_or_default();
            let open = |by: usize| behind(by).starts_with(['$', '`']);
            match *word {
                "printf" if behind(1).starts_with("-v") => return Some("printf -v"),
                "export" | "declare" | "typeset" | "local" | "readonly" => {
                    let flag = behind(1).starts_with('-');
                    if open(1) || flag && (behind(1).contains('n') || open(2)) {
                        return Some("export");
                    }
                }
                _ => {}
            }
        }
        // `echo "NAME=VALUE"`, and nothing else.
        if line.contains("GITHUB_ENV") {
            let said = line.trim().strip_prefix("echo ").map(str::trim_start);
            let name = said.and_then(|said| said.split_once('=')).map(|(name, _)| name);
            let plain = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            if !name.is_some_and(plain) || line.matches("GITHUB_ENV").count() > 1 {
                return Some("GITHUB_ENV");
            }
        }
    }
    None
}
