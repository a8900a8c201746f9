//! Owns what a forge answered about one repository, as data: every question once, with its answer or why there is none. Refuses to
//! say what an answer means: `facts` does.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// What came of one question.
#[derive(Clone, Debug, PartialEq)]
pub enum Got {
    /// The answer; a list in one piece, however many pages it came in.
    Is(Value),
    /// There is no such thing, or this token may not know of it; with the forge's words.
    Missing(String),
    /// The token may not ask; with the permissions that one needs, as the forge names them, or nothing.
    Refused(String),
    /// The plan of the repository's owner has no such thing; with the forge's words.
    Plan(String),
    /// It did not come; why.
    Failed(String),
}

/// What a forge answered about a repository.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answers {
    /// The address of the API.
    pub api: String,
    /// `owner/name`, as it was asked for.
    pub repository: String,
    /// By question: the route below `/repos/owner/name/`, or with a slash in front the whole one.
    pub got: BTreeMap<String, Got>,
    /// Branches that it was not asked about, since they were too many.
    pub passed_over: BTreeSet<String>,
}

impl Answers {
    /// What came of a question; one that was never asked did not come.
    #[must_use]
    pub fn to(&self, question: &str) -> Got {
        self.got.get(question).cloned().unwrap_or_else(|| Got::Failed("it was not asked".to_owned()))
    }

    /// Whether it kept something back from this token.
    #[must_use]
    pub fn withholds(&self) -> bool {
        self.got.values().any(|got| matches!(got, Got::Refused(_)))
    }

    /// The answer to a question, where there is one.
    #[must_use]
    pub fn value(&self, question: &str) -> Option<&Value> {
        match self.got.get(question)? {
            Got::Is(value) => Some(value),
            _ => None,
        }
    }

    /// The same with what came of more questions.
    #[must_use]
    pub fn with(mut self, more: Self) -> Self {
        self.got.extend(more.got);
        self.passed_over.extend(more.passed_over);
        self
    }

    /// What was asked for and did not come, in a sentence: a run over it is incomplete.
    #[must_use]
    pub fn incomplete(&self) -> Option<String> {
        let failed: Vec<(&str, &str)> =
            self.got.iter().filter_map(|(question, got)| Some((question.as_str(), failure(got)?))).collect();
        let (question, why) = failed.first()?;
        let more = if failed.len() > 1 { format!(" (and {} more questions)", failed.len() - 1) } else { String::new() };
        let about = if question.is_empty() { String::from("the repository itself") } else { format!("`{question}`") };
        Some(format!("the forge did not answer about {about}{more}: {why}"))
    }
}

fn failure(got: &Got) -> Option<&str> {
    match got {
        Got::Failed(why) => Some(why),
        _ => None,
    }
}

/// A name as one segment of a route.
#[must_use]
pub fn segment(name: &str) -> String {
    super::escaped(name).replace('/', "%2F")
}
