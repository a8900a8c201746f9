//! Owns one check run at a commit: made, or gone on with where it is, with all of its annotations in the batches that the API takes. Refuses
//! to touch a run of another content, and to add an annotation twice.
//!
//! Source: GitHub's REST API, "Check runs": 50 annotations in one request, and those of an update are appended to what is there.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::ask::{Talk, Way};
use super::{Forge, Got, connect, escaped, runtime};
use crate::error::Error;

/// Annotations of one request.
const BATCH: usize = 50;

/// What a check run says.
#[derive(Clone, Debug)]
pub struct CheckRun {
    /// The commit that it is shown at, in full.
    pub commit: String,
    /// Its name.
    pub name: String,
    /// A word of the API: `success`, `failure`.
    pub conclusion: &'static str,
    /// One line.
    pub title: String,
    /// A page of Markdown.
    pub summary: String,
    /// Objects of the API, in an order that is the same for the same findings.
    pub annotations: Vec<Value>,
}

/// Writes it. The error is why it is not there, or not whole: in words for a person, behind which the caller says what takes its place.
///
/// # Errors
/// Usage: the forge cannot be reached as it is named.
pub fn write(forge: &Forge, run: &CheckRun) -> Result<Result<(), String>, Error> {
    let (base, route) = (connect::base(&forge.api)?, forge.route()?);
    runtime()?.block_on(async { Ok(written(&Talk::new(forge, &base)?, &route, run).await) })
}

async fn written(talk: &Talk, route: &str, run: &CheckRun) -> Result<(), String> {
    let content = content(run);
    let (mut id, mut at) = match known(talk, route, run, &content).await? {
        Some((id, there)) => (Some(id), there.min(run.annotations.len())),
        None => (None, 0),
    };
    loop {
        let next = (at + BATCH).min(run.annotations.len());
        let last = next == run.annotations.len();
        let output = json!({ "title": run.title, "summary": run.summary, "annotations": run.annotations[at..next] });
        let mut body = json!({ "name": run.name, "external_id": content, "status": "in_progress", "output": output });
        if last {
            body["status"] = json!("completed");
            body["conclusion"] = json!(run.conclusion);
        }
        let got = match id {
            Some(id) => talk.write(Way::Patch, &format!("{route}/check-runs/{id}"), &body).await,
            None => {
                body["head_sha"] = json!(run.commit);
                talk.write(Way::Post, &format!("{route}/check-runs"), &body).await
            }
        };
        let answer = answered(got)?;
        id = Some(id.or_else(|| answer["id"].as_u64()).ok_or_else(|| "the answer names none".to_owned())?);
        if last {
            return Ok(());
        }
        at = next;
    }
}

/// The run that says the same, from this run of the workflow or an earlier one, and how many annotations it has: a job that broke off goes on,
/// one that is run again adds nothing.
async fn known(talk: &Talk, route: &str, run: &CheckRun, content: &str) -> Result<Option<(u64, usize)>, String> {
    let name = escaped(&run.name);
    let list =
        talk.list(&format!("{route}/commits/{}/check-runs?check_name={name}&filter=all", run.commit), Some("check_runs")).await;
    let list = answered(list)?;
    let same = list.as_array().into_iter().flatten().find(|one| one["external_id"] == content);
    let count = |one: &Value| {
        one.pointer("/output/annotations_count").and_then(Value::as_u64).and_then(|count| usize::try_from(count).ok())
    };
    Ok(same.and_then(|one| Some((one["id"].as_u64()?, count(one).unwrap_or_default()))))
}

fn answered(got: Got) -> Result<Value, String> {
    match got {
        Got::Is(value) => Ok(value),
        Got::Refused(needs) if !needs.is_empty() => Err(format!("the token lacks `{needs}`")),
        Got::Refused(_) | Got::Missing(_) => Err("the token lacks `checks: write`".to_owned()),
        Got::Plan(why) | Got::Failed(why) => Err(why),
    }
}

/// What tells runs of one name apart: what they say.
fn content(run: &CheckRun) -> String {
    let said = json!([run.commit, run.name, run.annotations]).to_string();
    Sha256::digest(said.as_bytes()).iter().fold(String::from("tollgate:"), |all, byte| format!("{all}{byte:02x}"))
}
