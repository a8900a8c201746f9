//! Owns the runs that differ from an ordinary one in one respect that a condition asks about: a fork, a draft, a label, a branch, a
//! tag. Refuses to decide the condition in them: `condition` does.

use std::sync::Arc;

use super::events::{EventInfo, Refs};
use super::mentions::{Mentions, TRIED};
use super::scope::{Free, Imagined, Scope};
use crate::facts::pipeline::Trigger;
use crate::snapshot::DefaultBranch;

/// Runs that differ from an ordinary one in one respect that the condition asks about.
pub(super) fn others(mentions: &Mentions, scope: &Scope<'_>) -> Vec<Other> {
    let Some((_, info)) = scope.event else { return Vec::new() };
    let base = scope.imagined.clone();
    let mut others = Vec::new();
    let mut add = |who: String, imagined: Imagined| others.push(Other { who, imagined });
    let pull = info.refs == Refs::Pull;
    if pull && mentions.fork {
        add("pull requests from forks".to_owned(), Imagined { fork: true, ..base.clone() });
    }
    if pull && mentions.draft {
        add("drafts".to_owned(), Imagined { draft: true, ..base.clone() });
    }
    if pull && mentions.merged {
        add("merged pull requests".to_owned(), Imagined { merged: true, ..base.clone() });
    }
    if pull && mentions.action {
        let unusual = info.actions.iter().filter(|action| !matches!(action.as_str(), "opened" | "synchronize" | "reopened"));
        for action in unusual.take(TRIED) {
            add(format!("pull requests with the activity `{action}`"), Imagined { action: Some(action.clone()), ..base.clone() });
        }
    }
    if mentions.refs && info.refs == (Refs::Branches { tags: true }) {
        add("tags".to_owned(), Imagined { tag: true, ..base.clone() });
    }
    // Whoever starts a run by hand chooses its branch; what others come with may be any as well.
    let of = match info.event.trigger {
        Trigger::Push => Some("pushes"),
        Trigger::Manual => Some("runs by hand that belong"),
        _ if matches!(info.refs, Refs::Branches { .. }) => Some("events that belong"),
        _ => None,
    };
    if let Some(of) = of.filter(|_| mentions.refs) {
        let name = match scope.repository.default_branch {
            DefaultBranch::Known(name) => format!("{of} to `{name}`"),
            DefaultBranch::OneOf(_) => format!("{of} to the default branch"),
        };
        let starts = |name: &String| info.refs.holds(name);
        if scope.repository.default_branch.names().iter().any(starts) {
            add(name, Imagined { default_branch: true, ..base.clone() });
        }
    }
    if pull && mentions.free.contains(&Free::Label) && !mentions.literals.iter().any(|text| text.contains(char::is_alphanumeric))
    {
        let some: Arc<str> = Arc::from("a label");
        add("pull requests with a label".to_owned(), Imagined { free: Some((Free::Label, some)), ..base.clone() });
    }
    if pull && mentions.free.contains(&Free::Base) {
        bases(mentions, scope, info, &base).into_iter().for_each(|one| add(one.who, one.imagined));
    }
    for kind in &mentions.free {
        for literal in &mentions.literals {
            // The default branch was imagined above.
            let bare = literal.strip_prefix("refs/heads/").unwrap_or(literal);
            let is_default = scope.repository.default_branch.names().iter().any(|name| name == bare);
            if *kind == Free::Branch && (is_default || !info.refs.holds(bare)) {
                continue;
            }
            if *kind == Free::Branch && literal.starts_with("refs/tags/") {
                if !matches!(info.refs, Refs::Tags | Refs::Branches { tags: true }) {
                    continue;
                }
                let free = Some((Free::Branch, Arc::clone(literal)));
                let name = literal.strip_prefix("refs/tags/").filter(|name| !name.is_empty());
                let who = name.map_or_else(|| "tags".to_owned(), |name| format!("tags like `{name}`"));
                add(who, Imagined { tag: true, free, ..base.clone() });
                continue;
            }
            if *kind == Free::Base {
                continue;
            }
            if let Some(who) = who(*kind, literal, info.refs == Refs::Pull) {
                add(who, Imagined { free: Some((*kind, Arc::clone(literal))), ..base.clone() });
            }
        }
    }
    others
}

/// Pull requests to branches other than the default one: those that the condition or the event's filter names, and one that nobody had in
/// mind.
fn bases(mentions: &Mentions, scope: &Scope<'_>, info: &EventInfo, base: &Imagined) -> Vec<Other> {
    let known = scope.repository.default_branch.names();
    let named = mentions.literals.iter().map(|literal| &**literal).chain(info.bases().iter().take(TRIED).map(String::as_str));
    let mut names: Vec<&str> = named.filter(|name| !known.iter().any(|known| known == name) && info.may_go_to(name)).collect();
    names.dedup();
    let run = |name: &str| Imagined { free: Some((Free::Base, Arc::from(name))), ..base.clone() };
    let some = names.into_iter().filter_map(|name| Some(Other { who: who(Free::Base, name, true)?, imagined: run(name) }));
    let rest = info.may_go_to("").then(|| Other { who: "pull requests to other branches".to_owned(), imagined: run("") });
    some.chain(rest).collect()
}

/// A run out of the ordinary.
pub(super) struct Other {
    /// Whose it is, in the plural.
    pub(super) who: String,
    /// The run.
    pub(super) imagined: Imagined,
}

fn who(kind: Free, name: &str, pull: bool) -> Option<String> {
    if !name.contains(char::is_alphanumeric) || name.contains('\n') || name.len() > 100 {
        return None;
    }
    match kind {
        Free::Actor => Some(format!("runs of the actor `{name}`")),
        Free::HeadRef if pull => Some(format!("pull requests from a branch named like `{name}`")),
        Free::Label if pull => Some(format!("pull requests with the label `{name}`")),
        Free::Base if pull => Some(format!("pull requests to a branch named like `{name}`")),
        Free::Words => Some(format!("changes whose text holds `{name}`")),
        // Event names, actions and the like are no branches.
        Free::Branch if !pull => Some(format!("pushes to refs like `{name}`")),
        _ => None,
    }
}
