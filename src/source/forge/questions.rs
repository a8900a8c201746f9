//! Owns which questions are asked about a repository: a fixed list, in which later ones need the default branch, the rulesets and the
//! environments that earlier ones name. Only what is asked here is ever read. Refuses to judge an answer.

use std::collections::BTreeSet;

use serde_json::Value;

use super::answers::segment;
use super::ask::Talk;
use super::connect::base;
use super::{Answers, Forge, Got, runtime};
use crate::error::Error;

/// Rulesets that are looked into.
const RULESETS: usize = 50;
/// Environments that are looked into.
const ENVIRONMENTS: usize = 30;

/// Asks about a repository all that the facts are made of. What does not come is part of the answers.
///
/// # Errors
/// Usage: the address, the name, the token, the proxy or the certificates cannot be used.
pub fn answers(forge: &Forge) -> Result<Answers, Error> {
    Asking::with(forge, async |asking| asking.all().await)
}

/// Branches that are asked about, with three questions each. Whoever may create branches may create more.
pub const MOST_BRANCHES: usize = 30;

/// Asks about branches all that says who makes and changes them, [`MOST_BRANCHES`] of them; the others are told as passed over.
///
/// # Errors
/// As [`answers`].
pub fn branches(forge: &Forge, names: &BTreeSet<String>) -> Result<Answers, Error> {
    Asking::with(forge, async |asking| {
        asking.answers.passed_over = names.iter().skip(MOST_BRANCHES).cloned().collect();
        for name in names.iter().take(MOST_BRANCHES) {
            asking.branch(&segment(name)).await;
        }
        for id in asking.rulesets() {
            asking.one(&format!("rulesets/{id}")).await;
        }
    })
}

/// Asks questions about one thing and the lists that belong to it: the first is the thing's own.
///
/// # Errors
/// As [`answers`].
pub fn lists(forge: &Forge, questions: &[String]) -> Result<Answers, Error> {
    Asking::with(forge, async |asking| {
        let Some((first, lists)) = questions.split_first() else { return };
        asking.one(first).await;
        for question in lists {
            asking.list(question, None).await;
        }
    })
}

/// A conversation, and what came of it.
pub(super) struct Asking {
    talk: Talk,
    prefix: String,
    pub(super) answers: Answers,
}

impl Asking {
    /// Holds one, in which these questions are asked.
    pub(super) fn with(forge: &Forge, questions: impl AsyncFnOnce(&mut Self)) -> Result<Answers, Error> {
        let (base, prefix) = (base(&forge.api)?, forge.route()?);
        runtime()?.block_on(async {
            let talk = Talk::new(forge, &base)?;
            let answers = Answers { api: base.clone(), repository: forge.repository.clone(), ..Answers::default() };
            let mut asking = Self { talk, prefix, answers };
            questions(&mut asking).await;
            Ok(asking.answers)
        })
    }

    async fn all(&mut self) {
        self.one("").await;
        if let Some(Got::Missing(_)) = self.answers.got.get("") {
            let why = "it shows no repository of this name; is the name right, and may the token read it?";
            self.answers.got.insert(String::new(), Got::Failed(why.to_owned()));
        }
        let Some(repository) = self.answers.value("").cloned() else { return };
        if let Some(branch) = repository.get("default_branch").and_then(Value::as_str).map(segment) {
            self.branch(&branch).await;
        }
        self.list("rulesets?includes_parents=true", None).await;
        for id in self.rulesets() {
            self.one(&format!("rulesets/{id}")).await;
        }
        for question in ["code-scanning/default-setup", "automated-security-fixes", "codeowners/errors", "/apps/github-actions"] {
            self.one(question).await;
        }
        self.list("environments", Some("environments")).await;
        for name in self.environments() {
            self.list(&format!("environments/{name}/deployment-branch-policies"), Some("branch_policies")).await;
            self.one(&format!("environments/{name}/deployment_protection_rules")).await;
        }
        let owner = |key: &str| repository.get("owner")?.get(key)?.as_str();
        if let (Some("Organization"), Some(login)) = (owner("type"), owner("login")) {
            self.list(&format!("/orgs/{}/installations", segment(login)), Some("installations")).await;
        }
    }

    /// A branch by its name, as one segment of a route.
    async fn branch(&mut self, branch: &str) {
        self.list(&format!("rules/branches/{branch}"), None).await;
        self.one(&format!("branches/{branch}")).await;
        self.one(&format!("branches/{branch}/protection")).await;
    }

    fn route(&self, question: &str) -> String {
        match question {
            "" => self.prefix.clone(),
            whole if whole.starts_with('/') => whole.to_owned(),
            below => format!("{}/{below}", self.prefix),
        }
    }

    pub(super) async fn one(&mut self, question: &str) {
        let got = self.talk.ask(&self.route(question)).await;
        self.answers.got.insert(question.to_owned(), got);
    }

    async fn list(&mut self, question: &str, key: Option<&str>) {
        let got = self.talk.list(&self.route(question), key).await;
        self.answers.got.insert(question.to_owned(), got);
    }

    /// The rulesets that hold for the branches that were asked about, and those about tags.
    fn rulesets(&self) -> Vec<u64> {
        let rows = |question: &str| self.answers.value(question).and_then(Value::as_array).cloned().unwrap_or_default();
        let of_branches = self.answers.got.keys().filter(|question| question.starts_with("rules/branches/"));
        let id = |row: &Value, key: &str| row.get(key).and_then(Value::as_u64);
        let mut ids: BTreeSet<u64> = BTreeSet::new();
        ids.extend(of_branches.flat_map(|question| rows(question)).filter_map(|row| id(&row, "ruleset_id")));
        let about_tags = |row: &&Value| row.get("target").and_then(Value::as_str) == Some("tag");
        ids.extend(rows("rulesets?includes_parents=true").iter().filter(about_tags).filter_map(|row| id(row, "id")));
        ids.into_iter().take(RULESETS).collect()
    }

    fn environments(&self) -> Vec<String> {
        let rows = self.answers.value("environments").and_then(Value::as_array).into_iter().flatten();
        rows.filter_map(|row| row.get("name")?.as_str()).map(segment).take(ENVIRONMENTS).collect()
    }
}
