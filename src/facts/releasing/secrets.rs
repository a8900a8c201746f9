//! Owns what a job can deploy with, as far as that is written: the secrets that it names, where it has nothing else. Refuses to say where a
//! secret is kept.
//!
//! Source: GitHub's documentation of workflow syntax (`permissions`, `secrets`) and of its hosted runners' labels.

use std::collections::BTreeSet;

use super::written::Written;
use crate::doc::{Kind, Value};

/// How the labels of the forge's own machines begin: nothing that deploys lies on them.
const HOSTED: [&str; 3] = ["ubuntu-", "windows-", "macos-"];

impl Written {
    /// The names of the secrets that a job uses, where it can deploy with nothing else; as a clause, why it may.
    pub(super) fn secrets(&self, id: &str) -> Result<BTreeSet<String>, String> {
        let job = self.job(id).filter(|_| !id.contains('/')).ok_or("it is a job of a workflow that is called")?;
        if job.get("uses").is_some() {
            return Err("it calls another workflow".to_owned());
        }
        let runs_on = job.get("runs-on").and_then(Value::scalar).unwrap_or_default();
        if !HOSTED.iter().any(|start| runs_on.starts_with(start)) {
            return Err("what lies on the machine it runs on is not known".to_owned());
        }
        let permissions = job.get("permissions").or_else(|| self.root().get("permissions"));
        if !permissions.is_some_and(only_reads) {
            return Err("its `permissions` do not keep its own token from deploying".to_owned());
        }
        let mut names = BTreeSet::new();
        // What an alias stands for is written elsewhere.
        let parts = match has_anchor(self.text()) {
            true => vec![self.text()],
            false => self.root().get("env").into_iter().chain([job]).map(|part| self.text_of(part.span())).collect(),
        };
        for part in parts {
            named(part, &mut names)?;
        }
        names.remove("GITHUB_TOKEN");
        if names.is_empty() { Err("it names no secret".to_owned()) } else { Ok(names) }
    }
}

/// Permissions with which nothing is written, and no other system is told who one is (`id-token`).
fn only_reads(value: Value<'_>) -> bool {
    match value.kind() {
        Kind::Mapping => value.entries().all(|entry| matches!(entry.value.scalar(), Some("read" | "none"))),
        _ => value.scalar() == Some("read-all"),
    }
}

/// Something in it may be an anchor of YAML.
fn has_anchor(text: &str) -> bool {
    let begins = |at: usize| text[..at].ends_with(|c: char| c.is_whitespace() || "[{,".contains(c));
    text.match_indices('&').any(|(at, _)| begins(at) && text[at + 1..].starts_with(is_name))
}

/// Adds the names of secrets in a text; each is a plain `secrets.NAME`. The word in other places may be all of them.
fn named(text: &str, names: &mut BTreeSet<String>) -> Result<(), String> {
    let lower = text.to_ascii_lowercase();
    for (at, word) in lower.match_indices("secrets") {
        let name: String =
            text[at + word.len()..].strip_prefix('.').unwrap_or_default().chars().take_while(|c| is_name(*c)).collect();
        if name.is_empty() || lower[..at].ends_with(is_name) {
            return Err("it may use secrets that it does not name".to_owned());
        }
        names.insert(name.to_ascii_uppercase());
    }
    Ok(())
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}
