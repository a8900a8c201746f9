//! Owns one layer of protection of a branch: a ruleset's rules, or the classic protection of the branch, each with who may pass it by.
//! Refuses to add layers up.

use serde_json::Value;

use super::values::{enabled, flag, rows, text};
use super::{Seen, hidden, odd};
use crate::answer::Why;
use crate::source::forge::{Answers, Got};

/// What a layer asks of reviews.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reviews {
    /// So many approvals.
    pub approvals: u64,
    /// Those of the code owners among them.
    pub code_owners: bool,
    /// What is pushed later takes approvals back, or needs one of its own.
    pub fresh: bool,
}

/// A check without which nothing is merged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Its name.
    pub name: String,
    /// The number of the app that has to publish it; `None`: any.
    pub app: Option<u64>,
}

/// A workflow that a ruleset runs on every change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequiredWorkflow {
    /// Its file.
    pub path: String,
    /// The number of the repository it lies in.
    pub repository: u64,
    /// The branch, tag or commit of it; `None`: that repository's default branch.
    pub at: Option<String>,
}

/// A tool whose alerts in code scanning stop a merge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scanning {
    /// Its name there.
    pub tool: String,
    /// From which alerts on, in the forge's words; `None`: results have to be there, and none stops anything.
    pub stops_at: Option<String>,
}

/// The role of administrators, in the forge's numbers.
const ADMINISTRATORS: u64 = 5;

/// How more than a few pass a ruleset by: everybody of a role that is not the administrators', every workflow, a deploy key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wide {
    /// At any time.
    pub always: bool,
    /// In pull requests.
    pub in_pulls: bool,
}

impl Wide {
    /// Of a ruleset with those who may pass it by.
    pub(super) fn of(ruleset: &Value) -> Self {
        let role = |actor: &&Value| {
            let id = actor.get("actor_id").and_then(Value::as_u64);
            match text(actor, "actor_type") {
                Some("RepositoryRole") => id != Some(ADMINISTRATORS),
                // Every workflow of the repository acts as this app, and a workflow holds the key.
                Some("Integration") => id == Some(super::ACTIONS),
                Some("DeployKey") => true,
                _ => false,
            }
        };
        let mut wide = Self::default();
        for actor in rows(ruleset, "bypass_actors").iter().filter(role) {
            if text(actor, "bypass_mode") == Some("pull_request") { wide.in_pulls = true } else { wide.always = true }
        }
        wide
    }
}

/// A layer of protection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// What to call it.
    pub name: String,
    /// Who may pass it by.
    pub bypass: Seen<Vec<String>>,
    /// Changes come by pull requests, with these reviews.
    pub reviews: Option<Reviews>,
    /// Required checks.
    pub checks: Vec<Check>,
    /// They have to have run with what the branch holds now.
    pub strict: bool,
    /// Required workflows.
    pub workflows: Vec<RequiredWorkflow>,
    /// Required results of code scanning.
    pub scanning: Vec<Scanning>,
    /// Nobody may push over history.
    pub keeps_history: bool,
    /// Nobody may delete the branch.
    pub stays: bool,
    /// Only some may make such a branch.
    pub creation: bool,
    /// Only some may push to it.
    pub update: bool,
    /// More than a few pass it by.
    pub wide: Wide,
    /// Merges go through a queue.
    pub queue: bool,
    /// The rest of it is not shown; why.
    pub hidden: Option<Why>,
}

impl Layer {
    fn new(name: String, bypass: Seen<Vec<String>>) -> Self {
        Self {
            name,
            bypass,
            reviews: None,
            checks: Vec::new(),
            strict: false,
            workflows: Vec::new(),
            scanning: Vec::new(),
            keeps_history: false,
            stays: false,
            creation: false,
            update: false,
            wide: Wide::default(),
            queue: false,
            hidden: None,
        }
    }

    /// A rule as the forge writes it. Kinds that protect nothing that is asked about are passed over.
    fn take(&mut self, rule: &Value) {
        let none = Value::Null;
        let with = rule.get("parameters").unwrap_or(&none);
        match text(rule, "type").unwrap_or_default() {
            "pull_request" => {
                let is = |key: &str| flag(with, key) == Some(true);
                let reviews = Reviews {
                    approvals: with.get("required_approving_review_count").and_then(Value::as_u64).unwrap_or_default(),
                    code_owners: is("require_code_owner_review"),
                    fresh: is("dismiss_stale_reviews_on_push") || is("require_last_push_approval"),
                };
                self.reviews = Some(reviews);
            }
            "required_status_checks" => {
                let app = |row: &Value| row.get("integration_id").and_then(Value::as_u64);
                let checks = rows(with, "required_status_checks").iter();
                self.checks
                    .extend(checks.filter_map(|row| Some(Check { name: text(row, "context")?.to_owned(), app: app(row) })));
                self.strict |= flag(with, "strict_required_status_checks_policy") == Some(true);
            }
            "workflows" => {
                let one = |row: &Value| {
                    let at = text(row, "sha").or_else(|| text(row, "ref")).map(str::to_owned);
                    Some(RequiredWorkflow {
                        path: text(row, "path")?.to_owned(),
                        repository: row.get("repository_id")?.as_u64()?,
                        at,
                    })
                };
                self.workflows.extend(rows(with, "workflows").iter().filter_map(one));
            }
            "code_scanning" => {
                let one = |row: &Value| {
                    let from = |key: &str| text(row, key).filter(|word| *word != "none");
                    let stops_at = from("security_alerts_threshold").or_else(|| from("alerts_threshold")).map(str::to_owned);
                    Some(Scanning { tool: text(row, "tool")?.to_owned(), stops_at })
                };
                self.scanning.extend(rows(with, "code_scanning_tools").iter().filter_map(one));
            }
            "non_fast_forward" => self.keeps_history = true,
            "deletion" => self.stays = true,
            "creation" => self.creation = true,
            "update" => self.update = true,
            "merge_queue" => self.queue = true,
            _ => {}
        }
    }
}

/// One layer for each ruleset among the rules of a branch; only rules in force are among them.
pub(super) fn of_rules(rules: &[Value], answers: &Answers) -> Vec<Layer> {
    let mut layers: Vec<(Option<u64>, Layer)> = Vec::new();
    for rule in rules {
        let id = rule.get("ruleset_id").and_then(Value::as_u64);
        if !layers.iter().any(|(known, _)| *known == id) {
            let ruleset = id.and_then(|id| answers.value(&format!("rulesets/{id}")));
            let wide = ruleset.map(Wide::of).unwrap_or_default();
            layers.push((id, Layer { wide, ..Layer::new(name(id, rule, answers), bypass(id, answers)) }));
        }
        if let Some((_, layer)) = layers.iter_mut().find(|(known, _)| *known == id) {
            layer.take(rule);
        }
    }
    layers.into_iter().map(|(_, layer)| layer).collect()
}

fn name(id: Option<u64>, rule: &Value, answers: &Answers) -> String {
    let named = id.and_then(|id| answers.value(&format!("rulesets/{id}"))).and_then(|ruleset| text(ruleset, "name"));
    let of = text(rule, "ruleset_source").unwrap_or(&answers.repository);
    match (named, id) {
        (Some(name), _) => format!("the ruleset `{name}` of {of}"),
        (None, Some(id)) => format!("the ruleset {id} of {of}"),
        (None, None) => format!("a ruleset of {of}"),
    }
}

/// Who may pass a ruleset by.
pub(super) fn bypass(id: Option<u64>, answers: &Answers) -> Seen<Vec<String>> {
    const WHAT: &str = "who may pass its rulesets by";
    // Documented: only returned to those who may write the ruleset.
    const NEEDS: &str = "administration: write";
    match id.map(|id| answers.to(&format!("rulesets/{id}"))) {
        Some(Got::Is(ruleset)) => match ruleset.get("bypass_actors").map(Value::as_array) {
            Some(Some(actors)) => Seen::Is(actors.iter().map(actor).collect()),
            Some(None) => Seen::Hidden(odd(WHAT)),
            None => Seen::Hidden(hidden(&Got::Refused(String::new()), WHAT, NEEDS)),
        },
        Some(Got::Plan(words)) => Seen::Lacks(words),
        Some(got) => Seen::Hidden(hidden(&got, WHAT, NEEDS)),
        None => Seen::Hidden(odd(WHAT)),
    }
}

fn actor(actor: &Value) -> String {
    let id = actor.get("actor_id").and_then(Value::as_u64).map_or_else(String::new, |id| format!(" {id}"));
    let who = match text(actor, "actor_type").unwrap_or_default() {
        "OrganizationAdmin" => "the organisation's owners".to_owned(),
        "RepositoryRole" => format!("the repository role{id}"),
        "Team" => format!("the team{id}"),
        "Integration" => format!("the app{id}"),
        "DeployKey" => "deploy keys".to_owned(),
        "User" => format!("the user{id}"),
        other => format!("{other}{id}"),
    };
    if text(actor, "bypass_mode") == Some("pull_request") { format!("{who} (in pull requests)") } else { who }
}

/// The classic protection of a branch, as those see it who may change it.
pub(super) fn classic(branch: &str, value: &Value) -> Layer {
    let mut around = Vec::new();
    if enabled(value, "enforce_admins") != Some(true) {
        around.push("administrators".to_owned());
    }
    let reviews = value.get("required_pull_request_reviews").filter(|reviews| reviews.is_object());
    if let Some(allowed) = reviews.and_then(|reviews| reviews.get("bypass_pull_request_allowances")) {
        for (key, word, id) in [("users", "the user", "login"), ("teams", "the team", "slug"), ("apps", "the app", "slug")] {
            around.extend(rows(allowed, key).iter().map(|row| format!("{word} {}", text(row, id).unwrap_or_default())));
        }
    }
    let mut layer = Layer::new(classic_name(branch), Seen::Is(around));
    layer.reviews = reviews.map(|with| Reviews {
        approvals: with.get("required_approving_review_count").and_then(Value::as_u64).unwrap_or_default(),
        code_owners: flag(with, "require_code_owner_reviews") == Some(true),
        fresh: flag(with, "dismiss_stale_reviews") == Some(true) || flag(with, "require_last_push_approval") == Some(true),
    });
    layer.take_checks(value);
    layer.keeps_history = enabled(value, "allow_force_pushes") == Some(false);
    layer.stays = enabled(value, "allow_deletions") == Some(false);
    layer.update = value.get("restrictions").is_some_and(Value::is_object);
    layer.creation = layer.update && enabled(value, "block_creations") == Some(true);
    layer
}

/// What everybody sees of it: that it is there, and its checks.
pub(super) fn classic_outside(branch: &str, value: &Value, why: Why) -> Layer {
    let mut layer = Layer::new(classic_name(branch), Seen::Hidden(why.clone()));
    layer.take_checks(value);
    layer.hidden = Some(why);
    layer
}

fn classic_name(branch: &str) -> String {
    format!("the protection of the branch `{branch}`")
}

impl Layer {
    fn take_checks(&mut self, value: &Value) {
        let Some(with) = value.get("required_status_checks").filter(|_| !is_off(value)) else { return };
        let app = |row: &Value| row.get("app_id").and_then(Value::as_u64);
        let with_apps = rows(with, "checks").iter();
        self.checks.extend(with_apps.filter_map(|row| Some(Check { name: text(row, "context")?.to_owned(), app: app(row) })));
        for name in rows(with, "contexts").iter().filter_map(Value::as_str) {
            if !self.checks.iter().any(|check| check.name == name) {
                self.checks.push(Check { name: name.to_owned(), app: None });
            }
        }
        self.strict = flag(with, "strict") == Some(true);
    }
}

fn is_off(value: &Value) -> bool {
    value.get("required_status_checks").and_then(|with| text(with, "enforcement_level")) == Some("off")
}
