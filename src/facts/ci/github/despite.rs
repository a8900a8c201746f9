//! Owns whether a condition lets something run although what it waits for has not gone well. Refuses to know what that is: who asks says
//! what became of jobs, steps and outputs.

use std::cell::Cell;

use super::condition::Condition;
use super::expr::{Names, Val};
use crate::doc::Value;

/// What became of what a condition waits for.
pub(in crate::facts) struct Past<'a> {
    /// `success()`.
    pub(in crate::facts) success: bool,
    /// `failure()`.
    pub(in crate::facts) failure: bool,
    /// `cancelled()`.
    pub(in crate::facts) cancelled: bool,
    /// What a context says, by its name in lower case and the names behind it.
    pub(in crate::facts) says: &'a dyn Fn(&str, &[&str]) -> Said,
}

/// What a context says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::facts) enum Said {
    /// This.
    Text(&'static str),
    /// These, behind `*`.
    All(Vec<Said>),
    /// What comes of what is waited for, and is not read.
    Tied,
    /// Anything: some run has it so.
    Free,
}

/// Whether it lets it run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::facts) enum Runs {
    /// In no run.
    No,
    /// In some run at least.
    Yes,
    /// That cannot be told: one clause.
    Unknown(String),
}

/// Asks the `if` of a job or a step, or the absence of one. Without a status function `success()` is implied.
pub(in crate::facts) fn runs_despite(condition: Option<Value<'_>>, past: &Past<'_>) -> Runs {
    let condition = Condition::read(condition);
    if !past.success && !condition.asks_status() {
        return match condition.unread() {
            Some(why) => Runs::Unknown(why.to_owned()),
            None => Runs::No,
        };
    }
    let told = Told { past, tied: Cell::new(false) };
    match condition.plain_truth(&told) {
        Ok(false) => Runs::No,
        Ok(true) => Runs::Yes,
        Err(_) if condition.unread().is_none() && !told.tied.get() => Runs::Yes,
        Err(unknown) => Runs::Unknown(unknown.why.to_string()),
    }
}

/// The names of a past.
struct Told<'a> {
    past: &'a Past<'a>,
    tied: Cell<bool>,
}

impl Told<'_> {
    fn value(&self, said: Said) -> Val {
        match said {
            Said::Text(text) => Val::text(text),
            Said::All(all) => Val::List(std::sync::Arc::new(all.into_iter().map(|one| self.value(one)).collect())),
            Said::Tied => {
                self.tied.set(true);
                Val::unknown("what comes of an earlier job or step is not read")
            }
            Said::Free => Val::unknown("it is known only when it runs"),
        }
    }
}

impl Names for Told<'_> {
    fn lookup(&self, root: &str, route: &[String]) -> Val {
        let lower: Vec<String> = route.iter().map(|name| name.to_ascii_lowercase()).collect();
        let names: Vec<&str> = lower.iter().map(String::as_str).collect();
        self.value((self.past.says)(root, &names))
    }

    fn status(&self, function: &str) -> Val {
        match function {
            "always" => Val::Bool(true),
            "success" => Val::Bool(self.past.success),
            "failure" => Val::Bool(self.past.failure),
            "cancelled" => Val::Bool(self.past.cancelled),
            _ => self.value(Said::Tied),
        }
    }
}
