//! Owns the tests of `--forge`: what is asked, what the answers decide, what becomes of answers that do not come, and where the token goes.

mod answered;
mod reached;
pub(crate) mod server;
mod unanswered;

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use serde_json::{Value, json};
use tempfile::TempDir;

use server::{Reply, Script, Server, serve};

const REPO: &str = "/repos/acme/kestrel";
/// What no output may hold.
const TOKEN: &str = "ghs_c4naryC4NARYc4naryC4NARYc4naryC4NARY";

/// A service whose pull requests bandit gates, and whose code owners own the gate.
const TREE: [(&str, &str); 4] = [
    (
        ".github/workflows/ci.yml",
        "on: pull_request\njobs:\n  lint:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - run: bandit -r .\n",
    ),
    (".github/CODEOWNERS", "/.github/ @acme/sec\n"),
    ("pyproject.toml", "[project]\nname = \"kestrel\"\n"),
    ("kestrel.py", "import os\n"),
];

fn tree(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        fs::write(path, text).expect("written");
    }
    folder
}

/// A forge that answers everything, in the shapes that GitHub documents.
pub(crate) fn forge() -> Script {
    let mut script = Script::default();
    let mut put = |path: &str, body: Value| script.put(&format!("{REPO}{path}"), Reply::json(&body));
    put(
        "",
        json!({ "id": 1, "full_name": "acme/kestrel", "default_branch": "main", "private": false, "owner": { "login": "acme", "type": "Organization" },
            "security_and_analysis": { "secret_scanning": { "status": "enabled" }, "secret_scanning_push_protection": { "status": "enabled" } } }),
    );
    let rule = |kind: &str, parameters: Value| json!({ "type": kind, "ruleset_source_type": "Repository", "ruleset_source": "acme/kestrel", "ruleset_id": 7, "parameters": parameters });
    put(
        "/rules/branches/main",
        json!([
            rule("deletion", json!({})),
            rule("non_fast_forward", json!({})),
            rule(
                "pull_request",
                json!({ "dismiss_stale_reviews_on_push": true, "require_code_owner_review": true, "require_last_push_approval": false,
                "required_approving_review_count": 1, "required_review_thread_resolution": false })
            ),
            rule(
                "required_status_checks",
                json!({ "strict_required_status_checks_policy": true,
                "required_status_checks": [{ "context": "lint", "integration_id": 15368 }] })
            ),
        ]),
    );
    put("/branches/main", json!({ "name": "main", "protected": true, "protection": { "enabled": false } }));
    put(
        "/rulesets",
        json!([{ "id": 7, "name": "main", "target": "branch", "source_type": "Repository", "source": "acme/kestrel", "enforcement": "active" }]),
    );
    put("/rulesets/7", json!({ "id": 7, "name": "main", "target": "branch", "enforcement": "active", "bypass_actors": [] }));
    put("/code-scanning/default-setup", json!({ "state": "not-configured", "languages": [] }));
    put("/automated-security-fixes", json!({ "enabled": true, "paused": false }));
    put("/codeowners/errors", json!({ "errors": [] }));
    put("/environments", json!({ "total_count": 0, "environments": [] }));
    script.put("/apps/github-actions", Reply::json(&json!({ "id": 15368, "slug": "github-actions" })));
    script.put("/orgs/acme/installations", Reply::json(&json!({ "total_count": 0, "installations": [] })));
    script.put(&format!("{REPO}/branches/main/protection"), Reply::status(404, "Branch not protected"));
    script
}

struct Said {
    status: i32,
    stdout: String,
    stderr: String,
}

impl Said {
    fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {}{}", self.stdout, self.stderr))
    }

    fn text(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }

    /// The only finding of a rule.
    fn of(&self, rule: &str) -> Value {
        let report = self.json();
        let rows: Vec<&Value> = report["findings"].as_array().expect("a list").iter().filter(|row| row["rule"] == rule).collect();
        assert_eq!(rows.len(), 1, "{rows:?}");
        rows[0].clone()
    }
}

fn run(folder: &Path, address: &str, arguments: &[&str], more: &[(&str, &str)]) -> Said {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tollgate"));
    command.env_clear().env("TERM", "dumb").env("GITHUB_REPOSITORY", "acme/kestrel").env("GITHUB_API_URL", address);
    command.env("GITHUB_TOKEN", TOKEN).env("RUST_LOG", "trace").env("RUST_BACKTRACE", "full").envs(more.iter().copied());
    let output = command.args(arguments).current_dir(folder).output().expect("it starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let said =
        Said { status: output.status.code().expect("a status"), stdout: text(&output.stdout), stderr: text(&output.stderr) };
    assert!(!said.text().contains(TOKEN), "the token is told: {}", said.text());
    assert!(!said.text().contains("panicked"), "{}", said.text());
    said
}

/// `facts --forge` as JSON.
fn facts(folder: &Path, server: &Server) -> Said {
    run(folder, &server.address, &["facts", "--forge", "--format", "json"], &[])
}

/// The rung of a tool, and what it may be.
fn rung(facts: &Value, tool: &str) -> (String, Option<String>) {
    let row = facts["analyzers"].as_array().expect("a list").iter().find(|row| row["tool"] == tool);
    let row = row.unwrap_or_else(|| panic!("{tool} has no row"));
    (row["rung"].as_str().expect("a rung").to_owned(), row["may_be"].as_str().map(str::to_owned))
}
