//! Owns the payloads of events, in the shape in which the forge sends them: what a reader needs stands among what could be taken for it.
//! Refuses what no event has.
//!
//! Source: GitHub's page "Webhook events and payloads", and the examples of octokit/webhooks (names and nesting).

use git2::Oid;
use serde_json::{Value, json};

/// Where the head of a pull request lies.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Head {
    Here,
    Fork,
    /// In a fork that was deleted since.
    Gone,
}

fn user(login: &str, id: u64, kind: &str) -> Value {
    let url = format!("https://api.github.com/users/{login}");
    json!({
        "login": login, "id": id, "node_id": "MDQ6VXNlcg==", "avatar_url": format!("https://avatars.githubusercontent.com/u/{id}?v=4"),
        "gravatar_id": "", "url": url, "html_url": format!("https://github.com/{login}"), "followers_url": format!("{url}/followers"),
        "repos_url": format!("{url}/repos"), "events_url": format!("{url}/events{{/privacy}}"), "type": kind, "site_admin": false,
    })
}

fn repository(owner: &str, default_branch: &str) -> Value {
    let (name, id) = (format!("{owner}/kestrel"), if owner == "acme" { 186_853_002 } else { 186_853_003 });
    let url = format!("https://api.github.com/repos/{name}");
    json!({
        "id": id, "node_id": "MDEwOlJlcG9zaXRvcnk=", "name": "kestrel", "full_name": name, "private": owner == "acme",
        "owner": user(owner, 21_031_067, if owner == "acme" { "Organization" } else { "User" }),
        "html_url": format!("https://github.com/{name}"), "description": null, "fork": owner != "acme", "url": url,
        "branches_url": format!("{url}/branches{{/branch}}"), "commits_url": format!("{url}/commits{{/sha}}"),
        "compare_url": format!("{url}/compare/{{base}}...{{head}}"), "created_at": "2019-05-15T15:19:25Z",
        "updated_at": "2019-05-15T15:20:41Z", "pushed_at": "2019-05-15T15:20:33Z", "git_url": format!("git://github.com/{name}.git"),
        "ssh_url": format!("git@github.com:{name}.git"), "clone_url": format!("https://github.com/{name}.git"), "homepage": null,
        "size": 300, "language": "Python", "has_issues": true, "archived": false, "disabled": false, "open_issues_count": 2,
        "license": null, "allow_forking": true, "is_template": false, "topics": [], "visibility": "private", "default_branch": default_branch,
    })
}

fn about(mut event: Value) -> Value {
    event["repository"] = repository("acme", "main");
    event["organization"] = json!({ "login": "acme", "id": 6_811_672, "url": "https://api.github.com/orgs/acme" });
    event["sender"] = user("octo", 5_346, "User");
    event
}

pub(super) fn pull_request(branch: &str, base: Oid, head: Oid, lies: Head) -> Value {
    let side = |owner: &str, name: &str, id: Oid, repo: Value| json!({ "label": format!("{owner}:{name}"), "ref": name, "sha": id.to_string(), "user": user(owner, 5_346, "User"), "repo": repo });
    let head = match lies {
        Head::Here => side("acme", "topic", head, repository("acme", "main")),
        // Its default branch is its own affair, and so is a branch that is called like the base's.
        Head::Fork => side("octo", branch, head, repository("octo", "develop")),
        Head::Gone => side("octo", branch, head, Value::Null),
    };
    let url = "https://api.github.com/repos/acme/kestrel/pulls/2";
    about(json!({
        "action": "synchronize", "number": 2, "before": "0".repeat(40), "after": head["sha"],
        "pull_request": {
            "url": url, "id": 279_147_437, "html_url": "https://github.com/acme/kestrel/pull/2", "number": 2, "state": "open", "locked": false,
            "title": "::error::a title", "user": user("octo", 5_346, "User"), "body": null, "created_at": "2019-05-15T15:20:33Z",
            "closed_at": null, "merged_at": null, "merge_commit_sha": null, "assignee": null, "assignees": [], "requested_reviewers": [],
            "requested_teams": [], "labels": [{ "id": 1, "name": "bug", "default": true }], "milestone": null, "draft": false,
            "commits_url": format!("{url}/commits"), "head": head,
            "base": side("acme", branch, base, repository("acme", "main")),
            "author_association": "CONTRIBUTOR", "auto_merge": null, "merged": false, "mergeable": null, "mergeable_state": "unknown",
            "maintainer_can_modify": false, "commits": 1, "additions": 1, "deletions": 1, "changed_files": 1,
        },
    }))
}

/// A branch or a tag, by its full name.
pub(super) fn push(reference: &str, before: &str, after: Oid) -> Value {
    let none = "0".repeat(40);
    let who = json!({ "name": "octo", "email": "octo@example.org", "username": "octo" });
    let commit = json!({
        "id": after.to_string(), "tree_id": none, "distinct": true, "message": "work", "timestamp": "2019-05-15T15:19:25Z",
        "url": format!("https://github.com/acme/kestrel/commit/{after}"), "author": who, "committer": who,
        "added": [], "removed": [], "modified": ["a"],
    });
    about(json!({
        "ref": reference, "before": before, "after": after.to_string(), "created": before == none, "deleted": false, "forced": false,
        "base_ref": if reference.starts_with("refs/tags/") { json!("refs/heads/main") } else { Value::Null },
        "compare": format!("https://github.com/acme/kestrel/compare/{before}...{after}"), "commits": [commit], "head_commit": commit,
        "pusher": { "name": "octo", "email": "octo@example.org" },
    }))
}

pub(super) fn merge_group(branch: &str, base: Oid, head: Oid) -> Value {
    about(json!({
        "action": "checks_requested",
        "merge_group": {
            "head_sha": head.to_string(), "head_ref": format!("refs/heads/gh-readonly-queue/{branch}/pr-2-{base}"),
            "base_sha": base.to_string(), "base_ref": format!("refs/heads/{branch}"),
            "head_commit": { "id": head.to_string(), "tree_id": "0".repeat(40), "message": "Merge pull request #2", "timestamp": "2019-05-15T15:19:25Z",
                "author": { "name": "octo", "email": "octo@example.org" }, "committer": { "name": "GitHub", "email": "noreply@github.com" } },
        },
    }))
}

/// Started by a person, or by something else that changes no code.
pub(super) fn by_hand(reference: &str) -> Value {
    about(json!({ "inputs": null, "ref": reference, "workflow": ".github/workflows/tollgate.yml" }))
}

pub(super) fn schedule() -> Value {
    about(json!({ "schedule": "0 3 * * *", "workflow": ".github/workflows/tollgate.yml" }))
}
