//! Owns the findings of `scope-shrunk`: product code of the base that a change takes out of the product without deleting it. Refuses to find
//! out which that is.

use std::collections::BTreeSet;

use super::compare::Against;
use crate::catalog::Rule;
use crate::finding::{Finding, Verdict};
use crate::text::{Place, RepoPath};

/// The rule these findings belong to.
pub const RULE: &str = "scope-shrunk";

/// Files that one thing takes out of the product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shrunk {
    /// The file, or the directory that all of them lie in, as the base has it.
    pub subject: RepoPath,
    /// All of them, as the base has them.
    pub files: BTreeSet<RepoPath>,
    /// A stable word for how.
    pub cause: &'static str,
    /// Where to act.
    pub place: Place,
    /// What stands there.
    pub note: &'static str,
    /// The whole sentence.
    pub message: String,
}

/// One finding for each of them; one `pass` when there is none.
pub(super) fn findings(rule: &Rule, against: Option<&Against<'_>>) -> Vec<Finding> {
    let Some(against) = against else {
        let message = "nothing is compared, so nothing is taken away";
        return vec![Finding::new(rule, "repository", Verdict::NotApplicable, message)];
    };
    if against.shrunk.is_empty() {
        let message = "what was product code at the base is product code, or deleted";
        return vec![Finding::new(rule, "repository", Verdict::Pass, message).cause("unchanged")];
    }
    let one = |shrunk: &Shrunk| {
        let subject = if shrunk.subject.is_root() { "repository" } else { shrunk.subject.as_str() };
        let mut finding = Finding::new(rule, subject, Verdict::Fail, shrunk.message.clone()).cause(shrunk.cause);
        finding.anchor = Some(subject.to_owned());
        finding.at(shrunk.place.clone(), shrunk.note).fix(format!(
            "leave it where it is judged; if it is no product any more, have {} agreed on the protected branch first",
            excluded(shrunk).map_or_else(|| "`[scope] exclude`".to_owned(), |glob| format!("`[scope] exclude = [\"{glob}\"]`"))
        ))
    };
    against.shrunk.iter().map(one).collect()
}

/// The pattern that takes all of it out; `None` where that would be more, or has to be written by a person.
fn excluded(shrunk: &Shrunk) -> Option<String> {
    let path = shrunk.subject.as_str();
    let plain = path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/._-".contains(&byte));
    let below = if shrunk.files.contains(&shrunk.subject) { "" } else { "/**" };
    (plain && !shrunk.subject.is_root()).then(|| format!("{path}{below}"))
}
