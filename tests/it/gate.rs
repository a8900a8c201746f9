//! Owns the tests of the gate on a change (design §4.6 and §4.7): whose policy judges on which event, what is new and what is not, and that
//! neither the author's base nor a hiding place turns it green.

mod acted;
mod action;
mod approved;
mod approved_openpgp;
mod check_run;
mod checkout;
mod compared;
mod drawn;
mod edited;
mod events;
mod judges;
mod lacking;
mod matched;
mod passed_by;
mod payloads;
mod pinned;
mod proposed;
mod reported;
mod reviewed;
pub(crate) mod runner;
mod shrunk;
mod started;
mod waived;

use checkout::Files;

/// A workflow that runs bandit so that it gates.
const GATES: (&str, &str) = (
    ".github/workflows/ci.yml",
    "on: pull_request\njobs:\n  lint:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - run: pip install bandit==1.8.0\n      - run: bandit -r src\n",
);
/// The same, so that it cannot fail.
const SOFT: (&str, &str) = (
    ".github/workflows/ci.yml",
    "on: pull_request\njobs:\n  lint:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - run: pip install bandit==1.8.0\n      - run: bandit -r src --exit-zero\n",
);
/// Where nobody can see what runs.
const REMOTE: (&str, &str) =
    (".github/workflows/ci.yml", "on: pull_request\njobs:\n  lint:\n    uses: acme/ci/.github/workflows/python.yml@v1\n");
const CODE: (&str, &str) = ("src/a.py", "import os\n");
const PROJECT: (&str, &str) = ("pyproject.toml", "[project]\nname = \"a\"\nversion = \"1\"\n");
const POLICY: &str = ".tollgate.toml";
/// A policy under which the rule decides nothing.
const LAX: (&str, &str) = (POLICY, "[rules]\npython-static-analysis = \"off\"\n");
const STRICT: (&str, &str) = (POLICY, "[rules]\npython-static-analysis = \"error\"\n");
const MAIN: &str = "refs/remotes/origin/main";
const RULE: &str = "python-static-analysis";

/// Only the rule at hand, as JSON.
const JSON: [&str; 4] = ["--format", "json", "--only", RULE];

fn with<'a>(files: &[(&'a str, &'a str)], more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    files.iter().chain(more).copied().collect()
}
