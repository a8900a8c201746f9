//! Owns what a forge's answers mean, in no vendor's words: the default branch, what protects it, what checks for secrets, what updates
//! dependencies, what guards deployments. Bytes in, facts out. What the token may not see is hidden with the permission's name, what the
//! plan lacks says so, and neither is ever absent. Refuses to ask, and to judge.
//!
//! Source: GitHub's description of its REST API (`@octokit/openapi` 23.0.2).

pub mod branches;
pub mod environments;
mod layers;
mod owners;
pub mod pins;
pub mod protection;
pub mod reviews;
mod values;

pub use layers::{Check, Layer, RequiredWorkflow, Reviews, Scanning};
pub use owners::{CodeOwners, Objection};
pub use protection::{Held, Protection};

use serde_json::Value;

use crate::answer::{Reason, Why};
use crate::source::forge::{Answers, Got};

/// The app that publishes the checks of GitHub's own CI, on github.com.
const ACTIONS: u64 = 15368;

/// What could be seen of something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen<T> {
    /// This.
    Is(T),
    /// The plan has no such thing; in the forge's words.
    Lacks(String),
    /// It is not known; why.
    Hidden(Why),
}

impl<T> Seen<T> {
    /// What was seen.
    pub fn is(&self) -> Option<&T> {
        match self {
            Self::Is(value) => Some(value),
            _ => None,
        }
    }
}

/// What a forge knows about the repository.
#[derive(Clone, Debug)]
pub struct ForgeFacts {
    /// `owner/name`.
    pub repository: String,
    /// The default branch.
    pub default_branch: Option<String>,
    /// What protects it.
    pub protection: Protection,
    /// Rules about tags.
    pub tags: Seen<Vec<environments::TagRules>>,
    /// Environments of deployments.
    pub environments: Seen<Vec<environments::Environment>>,
    /// Languages that code scanning looks at without a file; empty: it is not set up.
    pub default_setup: Seen<Vec<String>>,
    /// Whether the forge raises updates for what is known to be vulnerable.
    pub security_updates: Seen<bool>,
    /// Whether it looks for secrets, and whether it refuses pushes with some.
    pub secret_scanning: Seen<(bool, bool)>,
    /// Apps of the owner, each with whether it has all repositories.
    pub apps: Seen<Vec<(String, bool)>>,
    /// Lines of the file of code owners, on the default branch, that the forge objects to.
    pub objections: Seen<Vec<Objection>>,
    /// The number of the app that publishes the checks of the forge's own CI.
    pub actions: Option<u64>,
}

impl ForgeFacts {
    /// Reads them.
    #[must_use]
    pub fn of(answers: &Answers) -> Self {
        let repository = answers.value("");
        let default_branch = repository.and_then(|value| values::text(value, "default_branch")).map(str::to_owned);
        let actions = answers.value("/apps/github-actions").and_then(|app| app.get("id")).and_then(Value::as_u64);
        let of_github = answers.api == "https://api.github.com";
        Self {
            repository: answers.repository.clone(),
            protection: protection::of(answers, default_branch.as_deref()),
            tags: environments::tag_rules(answers),
            environments: environments::of(answers),
            default_setup: default_setup(answers),
            security_updates: security_updates(answers),
            secret_scanning: secret_scanning(answers),
            apps: apps(answers),
            objections: objections(answers),
            actions: actions.or(of_github.then_some(ACTIONS)),
            default_branch,
        }
    }
}

/// Why something is not known, where it is not: `what` is "the rules of its branches", `needs` the permission that GitHub documents.
pub(super) fn hidden(got: &Got, what: &str, needs: &str) -> Why {
    match got {
        Got::Failed(why) => Why::new(Reason::Offline, format!("{what} could not be read from the forge: {why}")),
        Got::Refused(named) if !named.is_empty() => {
            Why::new(Reason::NoToken, format!("the token may not see {what}: it needs `{named}`"))
        }
        _ => Why::new(Reason::NoToken, format!("the token may not see {what}: it needs `{needs}`")),
    }
}

/// An answer that is no object of the kind that is documented.
pub(super) fn odd(what: &str) -> Why {
    Why::new(Reason::Unsupported, format!("what the forge says about {what} is not understood"))
}

/// A switch of `security_and_analysis`, which only those see who may change it.
fn switch(answers: &Answers, name: &str) -> Option<bool> {
    let status = answers.value("")?.get("security_and_analysis")?.get(name)?.get("status")?.as_str()?;
    Some(status == "enabled")
}

fn sees_switches(answers: &Answers) -> bool {
    answers.value("").and_then(|value| value.get("security_and_analysis")).is_some_and(Value::is_object)
}

fn security_updates(answers: &Answers) -> Seen<bool> {
    const WHAT: &str = "whether security updates are on";
    const NEEDS: &str = "administration: read";
    match answers.to("automated-security-fixes") {
        Got::Is(value) => match (values::flag(&value, "enabled"), values::flag(&value, "paused")) {
            (Some(enabled), paused) => Seen::Is(enabled && paused != Some(true)),
            _ => Seen::Hidden(odd(WHAT)),
        },
        Got::Plan(words) => Seen::Lacks(words),
        // Documented: not enabled; the same for who may not see it. Who sees the switches may.
        Got::Missing(_) if sees_switches(answers) => Seen::Is(switch(answers, "dependabot_security_updates") == Some(true)),
        got => match switch(answers, "dependabot_security_updates") {
            Some(on) => Seen::Is(on),
            None => Seen::Hidden(hidden(&got, WHAT, NEEDS)),
        },
    }
}

fn secret_scanning(answers: &Answers) -> Seen<(bool, bool)> {
    const WHAT: &str = "whether secrets are looked for";
    match switch(answers, "secret_scanning") {
        Some(on) => Seen::Is((on, on && switch(answers, "secret_scanning_push_protection") == Some(true))),
        None if sees_switches(answers) => Seen::Lacks("secret scanning is not part of the plan of this repository".to_owned()),
        None => {
            let got = match answers.to("") {
                Got::Is(_) => Got::Refused(String::new()),
                got => got,
            };
            Seen::Hidden(hidden(&got, WHAT, "administration: read"))
        }
    }
}

fn default_setup(answers: &Answers) -> Seen<Vec<String>> {
    const WHAT: &str = "the default setup of code scanning";
    match answers.to("code-scanning/default-setup") {
        Got::Is(value) => match values::text(&value, "state") {
            Some("configured") => Seen::Is(values::texts(&value, "languages")),
            Some(_) => Seen::Is(Vec::new()),
            None => Seen::Hidden(odd(WHAT)),
        },
        Got::Plan(words) => Seen::Lacks(words),
        got => Seen::Hidden(hidden(&got, WHAT, "administration: read")),
    }
}

fn apps(answers: &Answers) -> Seen<Vec<(String, bool)>> {
    const WHAT: &str = "which apps are installed";
    let Some(question) = answers.got.keys().find(|question| question.starts_with("/orgs/")) else {
        return Seen::Hidden(hidden(&Got::Refused(String::new()), WHAT, "the apps of a person are shown to nobody else"));
    };
    let row =
        |row: &Value| Some((values::text(row, "app_slug")?.to_owned(), values::text(row, "repository_selection") == Some("all")));
    match answers.to(question) {
        Got::Is(Value::Array(rows)) => {
            let suspended = |row: &&Value| row.get("suspended_at").is_some_and(|at| !at.is_null());
            Seen::Is(rows.iter().filter(|row| !suspended(row)).filter_map(row).collect())
        }
        Got::Is(_) => Seen::Hidden(odd(WHAT)),
        got => Seen::Hidden(hidden(&got, WHAT, "organization administration: read")),
    }
}

fn objections(answers: &Answers) -> Seen<Vec<Objection>> {
    const WHAT: &str = "what the forge objects to in the file of code owners";
    match answers.to("codeowners/errors") {
        Got::Is(value) => {
            let rows = value.get("errors").and_then(Value::as_array);
            let row = |row: &Value| {
                let line = usize::try_from(row.get("line")?.as_u64()?).ok()?;
                Some((line, values::text(row, "source").unwrap_or_default().trim_end_matches('\n').to_owned()))
            };
            rows.map_or_else(|| Seen::Hidden(odd(WHAT)), |rows| Seen::Is(rows.iter().filter_map(row).collect()))
        }
        Got::Plan(words) => Seen::Lacks(words),
        got => Seen::Hidden(hidden(&got, WHAT, "contents: read")),
    }
}

#[cfg(test)]
mod tests;
