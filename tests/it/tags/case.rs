//! Owns the table of cases: what is planted, what is asked, what must be answered.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;

/// The whole file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    case: Vec<Case>,
}

/// One row.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Case {
    /// The id of its row in the catalogue of attacks, or a word.
    pub(super) id: String,
    /// What it shows.
    pub(super) what: String,
    /// The file in `tags/` that the first argument names; without it, what `refs` and the base say.
    #[serde(default)]
    pub(super) tag: Option<String>,
    /// Further references: a name below `refs/tags/` or a full one, to a file in `tags/`, `commit:NAME` or `-> REFERENCE`.
    #[serde(default)]
    pub(super) refs: BTreeMap<String, String>,
    /// What else is planted; words of `planting.rs`.
    #[serde(default)]
    pub(super) plant: Vec<String>,
    /// What is asked for; `v1.1` by default.
    #[serde(default = "v1_1")]
    pub(super) arguments: Vec<String>,
    /// Every release.
    #[serde(default)]
    pub(super) all: bool,
    /// A file in `policies/`, given with `--policy`; `@`: the one at the default branch; else a full reference for `--policy-ref`.
    #[serde(default = "plain")]
    pub(super) policy: String,
    #[serde(default)]
    pub(super) require_branch: Option<String>,
    /// `--expect-commit`, by name.
    #[serde(default)]
    pub(super) expect_commit: Option<String>,
    /// The version that a version.json states.
    #[serde(default)]
    pub(super) expect_version: Option<String>,
    /// The lines of the state log before; without it no log is used.
    #[serde(default)]
    pub(super) log: Option<Vec<Logged>>,
    #[serde(default)]
    pub(super) allow_rollback: bool,
    /// GitHub Actions runs it.
    #[serde(default)]
    pub(super) actions: bool,
    #[serde(default = "june")]
    pub(super) now: String,
    /// `verified`, `rejected`, `indeterminate`, or of the whole run `usage` (exit 2), `incomplete` (exit 3).
    pub(super) verdict: String,
    #[serde(default)]
    pub(super) step: Option<String>,
    /// Words in reason, remedy or notes.
    #[serde(default)]
    pub(super) says: Vec<String>,
    /// Words that must not be there.
    #[serde(default)]
    pub(super) silent: Vec<String>,
    /// The commit to deploy, by name.
    #[serde(default)]
    pub(super) commit: Option<String>,
    /// Who counted.
    #[serde(default)]
    pub(super) signers: Option<Vec<String>>,
    /// What `git verify-tag` says of the same tag with the same keys: `accepts`, `rejects`; without it, it is not asked.
    #[serde(default)]
    pub(super) git: Option<String>,
    /// Why git says something else.
    #[serde(default)]
    pub(super) git_because: Option<String>,
    /// What `sqv` says of the last block over the bytes before it, and why, where that is not the verdict.
    #[serde(default)]
    pub(super) sqv: Option<Disagreement>,
}

/// Another program's answer where it is not ours.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Disagreement {
    /// `accepts` or `rejects`.
    pub(super) says: String,
    /// Why.
    pub(super) because: String,
}

/// A line of the state log.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Logged {
    /// The tag's name.
    pub(super) tag: String,
    /// The file in `tags/` that it was.
    pub(super) object: String,
    /// The commit whose policy judged, by name.
    #[serde(default)]
    pub(super) policy: Option<String>,
    /// The files in `tags/` of the countersignatures that counted; without it the line is of a version that did not record them.
    #[serde(default)]
    pub(super) countersigned: Option<Vec<String>>,
    /// The keys of the release's own signatures that counted; without it the line is of a version that did not record them.
    #[serde(default)]
    pub(super) signed: Option<Vec<String>>,
    /// When.
    #[serde(default = "may")]
    pub(super) time: String,
}

fn may() -> String {
    "2026-05-01T00:00:00Z".to_owned()
}

fn v1_1() -> Vec<String> {
    vec!["v1.1".to_owned()]
}

fn plain() -> String {
    "plain".to_owned()
}

fn june() -> String {
    "2026-06-01T00:00:00Z".to_owned()
}

/// Where the fixtures are.
pub(super) fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures-tags")
}

/// All rows.
pub(super) fn all() -> Vec<Case> {
    let text = std::fs::read_to_string(folder().join("cases.toml")).expect("cases.toml");
    toml::from_str::<Table>(&text).unwrap_or_else(|problem| panic!("cases.toml: {problem}")).case
}

/// One row.
pub(super) fn named(id: &str) -> Case {
    all().into_iter().find(|case| case.id == id).unwrap_or_else(|| panic!("no case {id}"))
}
