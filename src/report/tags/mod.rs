//! Owns telling what was found about tags: one `TagReport` value and its renderings. Decides nothing, and refuses to let text of a
//! repository out unescaped.

mod github;
mod in_toto;
mod json;
mod markdown;
mod text;

use jiff::Timestamp;
use serde::Serialize;

use super::{PolicyInfo, View};
use crate::facts::tags::verify::TagVerdict;
use crate::policy::Outcome;
use crate::signing::refusal::Refusal;
use crate::signing::signed::Signer;
use crate::signing::tag_name::TAGS;

/// Everything a run of `verify-tag` has to say.
#[derive(Clone, Debug)]
pub struct TagReport {
    /// Which policy judged.
    pub policy: PolicyInfo,
    /// How old the commit is that the policy was read at, in days.
    pub policy_age_days: Option<i64>,
    /// Every file that was read for it, sorted: the policy, what it extends, the organisation's, certificates, lists of signers.
    pub policy_files: Vec<String>,
    /// The stated moment, when `--now` was used.
    pub now: Option<String>,
    /// When it was judged.
    pub at: Timestamp,
    /// The tags, sorted by reference.
    pub tags: Vec<TagRow>,
    /// Remarks about the whole run.
    pub notes: Vec<String>,
}

/// One tag.
#[derive(Clone, Debug)]
pub struct TagRow {
    /// Its name without `refs/tags/`.
    pub name: String,
    /// Where it stopped; `None`: it is verified.
    pub refusal: Option<Refusal>,
    /// The tag object.
    pub object: Option<String>,
    /// The commit to deploy.
    pub commit: Option<String>,
    /// Its tree.
    pub tree: Option<String>,
    /// Who signed, sorted by person, then key.
    pub signers: Vec<Signer>,
    /// What a reader should know, sorted.
    pub notes: Vec<String>,
}

impl From<TagVerdict> for TagRow {
    fn from(verdict: TagVerdict) -> Self {
        let mut signers = verdict.signers;
        signers.sort_by(|a, b| {
            (&a.person, a.kind, &a.primary, &a.subkey, a.time).cmp(&(&b.person, b.kind, &b.primary, &b.subkey, b.time))
        });
        let mut notes = verdict.notes;
        notes.extend(verdict.lies_on);
        notes.extend(signers.iter_mut().flat_map(|signer| std::mem::take(&mut signer.notes)));
        notes.sort();
        notes.dedup();
        let id = |id: Option<git2::Oid>| id.map(|id| id.to_string());
        Self {
            name: verdict.name,
            refusal: verdict.outcome.err(),
            object: id(verdict.object),
            commit: id(verdict.commit),
            tree: id(verdict.tree),
            signers,
            notes,
        }
    }
}

/// The verdict on a tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Word {
    /// Signed by those who may, under this name.
    Verified,
    /// It must not be deployed.
    Rejected,
    /// It cannot be told, so it is not to be deployed.
    Indeterminate,
}

impl TagRow {
    /// The verdict.
    #[must_use]
    pub fn word(&self) -> Word {
        match &self.refusal {
            None => Word::Verified,
            Some(refusal) if refusal.rejected => Word::Rejected,
            Some(_) => Word::Indeterminate,
        }
    }

    /// Its full reference.
    #[must_use]
    pub fn reference(&self) -> String {
        format!("{TAGS}{}", self.name)
    }
}

impl TagReport {
    /// The worst of all verdicts.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        let any = |word: Word| self.tags.iter().any(|tag| tag.word() == word);
        if any(Word::Rejected) {
            Outcome::Fail
        } else if any(Word::Indeterminate) {
            Outcome::Incomplete
        } else {
            Outcome::Pass
        }
    }

    /// The exit status (design §4.1): 1 some tag is rejected, 3 some cannot be told, 0 otherwise.
    #[must_use]
    pub fn exit_status(&self) -> u8 {
        match self.outcome() {
            Outcome::Fail => 1,
            Outcome::Incomplete => 3,
            Outcome::Pass => 0,
        }
    }

    /// The bytes of a format; `None`: there is no such format.
    #[must_use]
    pub fn render(&self, format: &str, view: &View) -> Option<Vec<u8>> {
        match format {
            "text" => Some(text::render(self, view).into_bytes()),
            "json" => json::render(self).ok(),
            "github" => Some(github::render(self).into_bytes()),
            "markdown" => Some(markdown::render(self).into_bytes()),
            "in-toto" => in_toto::render(self),
            _ => None,
        }
    }
}

/// The formats of `verify-tag`, each with one line about it.
pub const FORMATS: [(&str, &str); 5] = [
    ("text", "for people: a block for each tag, with the commit to deploy or the remedy"),
    ("json", "for machines, docs/schema/verify-tag.schema.json"),
    ("github", "annotations for GitHub Actions"),
    ("markdown", "a summary for a job's page"),
    ("in-toto", "an unsigned in-toto statement (verification summary) for each tag, one on a line"),
];

/// Seconds since the epoch as RFC 3339.
fn rfc3339(seconds: i64) -> String {
    Timestamp::from_second(seconds).map_or_else(|_| seconds.to_string(), |moment| moment.to_string())
}
