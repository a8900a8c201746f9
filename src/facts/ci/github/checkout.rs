//! Owns which revision a checkout brings, under each event: the change, the base, another one, or one that is computed. Refuses to
//! know where it lies: `state` does.

use super::draft::each_event;
use super::events::EventInfo;
use super::expr::{Names, Val};
use super::scope::Scope;
use super::template;
use crate::answer::Reason;
use crate::doc::Value;
use crate::facts::hold::{Hold, HoldEffect};
use crate::text::Place;

/// What stands for the head of the change, and for its base, while a `ref` is evaluated: no text of a file holds U+E001.
const HEAD: &str = "\u{E001}head";
const BASE: &str = "\u{E001}base";

/// What lies in a directory under one event.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Revision {
    /// Nothing was checked out there.
    Nothing,
    /// What the event gives when no `ref` is written: the change, but for `pull_request_target`.
    OfEvent,
    /// The change, by name.
    Change,
    /// Something else than the change, or something not known.
    Held(Hold),
}

/// The inputs of a checkout.
pub(super) struct Checkout<'a> {
    /// `path`.
    pub(super) path: Option<Val>,
    /// `repository`.
    pub(super) repository: Option<Val>,
    /// For every event, what `ref` names.
    pub(super) revisions: Vec<Revision>,
    /// Only some files are brought, or its own step may fail unnoticed.
    pub(super) partly: Option<Hold>,
    /// This repository, when it is known.
    pub(super) own: Option<&'a str>,
}

/// Reads `with:` of a checkout.
pub(super) fn read<'a>(with: Option<Value<'_>>, scope: &Scope<'_>, events: &[EventInfo], own: Option<&'a str>) -> Checkout<'a> {
    let get = |key: &str| with.and_then(|with| with.get(key));
    let value = |key: &str| get(key).map(|value| template::value_of(value, scope));
    let revisions = match get("ref") {
        None => vec![Revision::OfEvent; events.len()],
        Some(reference) => each_event(events, scope, |number, scope| match events.get(number) {
            Some(info) => revision(reference, scope, info),
            None => Revision::OfEvent,
        }),
    };
    let sparse = get("sparse-checkout").filter(|value| value.scalar().is_some_and(|text| !text.trim().is_empty()));
    let why = "only some files are checked out";
    let partly = sparse.map(|value| Hold::new(HoldEffect::Unknown(Reason::Unsupported), value.place(), why));
    Checkout { path: value("path"), repository: value("repository"), revisions, partly, own }
}

fn revision(reference: Value<'_>, scope: &Scope<'_>, info: &EventInfo) -> Revision {
    let names = RefNames { inner: scope, info };
    let place = reference.place();
    let Some(text) = template::value_of(reference, &names).as_text() else {
        let why = "checks out a revision that is computed";
        return Revision::Held(Hold::new(HoldEffect::Unknown(Reason::Dynamic), place, why));
    };
    of_text(&text, place)
}

fn of_text(text: &str, place: Place) -> Revision {
    let branch = text.strip_prefix("refs/heads/").or_else(|| text.strip_prefix("refs/remotes/origin/")).unwrap_or(text);
    let soft = |why: String| Revision::Held(Hold::new(HoldEffect::Soften, place.clone(), why));
    match branch {
        "" => Revision::OfEvent,
        HEAD => Revision::Change,
        BASE => soft("checks out the base, not the change".to_owned()),
        pull if pull.starts_with("refs/pull/") && pull.contains(HEAD) => Revision::Change,
        other if other.contains('\u{E001}') || other.starts_with("refs/pull/") => {
            let why = "checks out a revision that is put together";
            Revision::Held(Hold::new(HoldEffect::Unknown(Reason::Dynamic), place, why))
        }
        name => soft(format!("checks out `{name}`, not the change")),
    }
}

/// The contexts, with the names of revisions as what they stand for.
struct RefNames<'s, 'a> {
    inner: &'s Scope<'a>,
    info: &'s EventInfo,
}

impl Names for RefNames<'_, '_> {
    fn lookup(&self, root: &str, route: &[String]) -> Val {
        let lower: Vec<String> = route.iter().map(|name| name.to_ascii_lowercase()).collect();
        let parts: Vec<&str> = lower.iter().map(String::as_str).collect();
        let target = self.info.event.name == "pull_request_target";
        match (root, parts.as_slice()) {
            ("github", ["event", "after"]) if self.info.event.name == "push" => Val::text(HEAD),
            ("github", ["head_ref" | "event", ..]) if !self.info.is_pull_request() => self.inner.lookup(root, route),
            (
                "github",
                ["head_ref"]
                | ["event", "number"]
                | ["event", "pull_request", "number" | "merge_commit_sha"]
                | ["event", "pull_request", "head", "ref" | "sha"],
            ) => Val::text(HEAD),
            ("github", ["base_ref"]) if self.info.is_pull_request() => Val::text(BASE),
            ("github", ["event", "pull_request", "base", "ref" | "sha"] | ["event", "repository", "default_branch"]) => {
                Val::text(BASE)
            }
            // What was pushed: the head of the change, or nothing when the change was not pushed to, which is the default.
            ("github", ["event", "after"]) if !target => Val::text(HEAD),
            // With `pull_request_target` these are the base's; else they are what no `ref` at all would give.
            ("github", ["sha" | "ref" | "ref_name" | "workflow_sha"]) => Val::text(if target { BASE } else { HEAD }),
            _ => self.inner.lookup(root, route),
        }
    }

    fn status(&self, function: &str) -> Val {
        self.inner.status(function)
    }
}

/// What a script of the job may do to the revisions: whether it may bring the head, whether it may leave the change.
pub(super) fn moves(text: &str) -> (bool, bool) {
    let brings = ["gh pr checkout", "FETCH_HEAD", "refs/pull/", " pull/", "\"pull/"];
    let head = brings.iter().any(|mention| text.contains(mention));
    (head, text.lines().fold(false, |away, line| leaves(line) || (away && !comes_back(line))))
}

/// Whether a line has git go back to where it was.
fn comes_back(line: &str) -> bool {
    let words: Vec<&str> = line.split_whitespace().collect();
    words.windows(3).any(|words| matches!(words, ["git", "checkout" | "switch", "-"]))
}

/// Words of one command that are looked at.
const COMMAND_WORDS: usize = 16;

/// Whether a line has git go to the base, for good: commands end at operators, and only their first words are looked at.
fn leaves(line: &str) -> bool {
    let words: Vec<&str> = line.split_whitespace().collect();
    let hard = line.contains("--hard");
    words.windows(2).enumerate().any(|(at, pair)| {
        let switches = matches!(pair, ["git", "checkout" | "switch"]) || (hard && pair == ["git", "reset"]);
        if !switches {
            return false;
        }
        let own = |word: &&&str| !matches!(**word, "&&" | "||" | "|" | ";" | "&");
        let rest = || words[at + 2..].iter().take(COMMAND_WORDS).take_while(own);
        let to = rest().find(|word| !word.starts_with('-')).copied().unwrap_or_default();
        let new = rest().any(|word| matches!(*word, "-b" | "-B" | "-c" | "-C" | "--" | "--orphan"));
        let name = to.trim_matches(['"', '\'']);
        !new && (name.starts_with("origin/") || name.contains("BASE") || matches!(name, "main" | "master"))
    })
}

/// Whether a script may bring files of a repository.
pub(super) fn brings_files(text: &str) -> bool {
    let git = ["clone", "fetch", "pull", "checkout", "init", "worktree"].iter().any(|verb| text.contains(&format!("git {verb}")));
    git || ["gh repo", "gh pr", "rsync", "curl", "wget", "unzip", "tar ", "scp ", "svn ", "hg ", "cp "]
        .iter()
        .any(|m| text.contains(m))
}

/// Actions that are known to leave the workspace as it is; of any other, whatever its name, a part may be a checkout.
pub(super) fn brings_nothing(name: &str) -> bool {
    named_in(&crate::catalog::Catalog::builtin().runners.idle_actions, name)
}

/// Whether `uses` fetches the repository.
pub(in crate::facts) fn is_used(uses: &str) -> bool {
    uses.split_once('@').is_some_and(|(name, _)| is_checkout(name))
}

/// Actions that fetch the repository.
pub(super) fn is_checkout(name: &str) -> bool {
    named_in(&crate::catalog::Catalog::builtin().runners.checkout_actions, name)
}

fn named_in(actions: &[String], name: &str) -> bool {
    actions.iter().any(|action| crate::facts::matching::same_action(action, name))
}
