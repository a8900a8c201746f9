//! Owns the files that a repository starts with, as texts, and what was found that decides them. Nothing of the repository's text gets into a
//! workflow but names of plain letters. Refuses to look at the repository and to write.

mod owners;
mod policy;
mod told;
mod workflows;

use std::fmt;

use super::facts::FactsReport;
use crate::policy::origin::POLICY_FILE;
use crate::signing::makers::Maker;
use crate::text::RepoPath;

pub use told::{Place, Placed};

/// The workflow of the gate.
pub const GATE: &str = ".github/workflows/tollgate.yml";
/// The workflow that verifies releases.
pub const RELEASE: &str = ".github/workflows/tollgate-release.yml";

/// The workflow that runs the gate again when a review comes.
pub const REVIEW: &str = ".github/workflows/tollgate-review.yml";

/// What was found in a repository.
#[derive(Clone, Debug)]
pub struct Starter {
    /// The facts, as `tollgate facts` has them.
    pub facts: FactsReport,
    /// The default branch, where it is known.
    pub branch: Option<String>,
    /// The file of code owners that counts.
    pub owners: Option<Owned>,
    /// The tree has a policy.
    pub policy: bool,
    /// Its policy has a weaker one approved by a review.
    pub reviews: bool,
    /// Keys of releases, each with the newest release that it made or is named by, the newest first.
    pub makers: Vec<(Maker, String)>,
}

/// A file to start with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// Where it lies.
    pub path: &'static str,
    /// All of it.
    pub text: String,
    /// It says which action runs.
    pub runs: bool,
}

impl Planned {
    /// Whether a file has this text already. Which commit an action runs at is for others to keep up to date.
    #[must_use]
    pub fn is(&self, held: &str) -> bool {
        let pins = |line: &&str| !line.trim_start_matches([' ', '-']).starts_with("uses: ");
        held == self.text || self.runs && held.lines().filter(pins).eq(self.text.lines().filter(pins))
    }

    /// The most bytes that a file of this text may have.
    #[must_use]
    pub fn most(&self) -> usize {
        self.text.len() + 1000
    }
}

/// The file of code owners that is there.
#[derive(Clone, Debug, Default)]
pub struct Owned {
    /// Where it lies.
    pub path: RepoPath,
    /// The owners of its last line for everything, as they are written.
    pub of_all: Vec<String>,
    /// The patterns that it gives to somebody.
    pub patterns: Vec<String>,
}

impl Starter {
    /// The files, in the order in which they are told. A file of code owners is one of them where there is none.
    #[must_use]
    pub fn files(&self, action: &Action) -> Vec<Planned> {
        let mut files = vec![
            Planned { path: POLICY_FILE, text: policy::text(self), runs: false },
            Planned { path: GATE, text: workflows::gate(self, action), runs: true },
            Planned { path: RELEASE, text: workflows::release(self, action), runs: true },
        ];
        if self.reviews {
            files.push(Planned { path: REVIEW, text: workflows::review(), runs: false });
        }
        if self.owners.is_none() {
            files.push(Planned { path: owners::PATH, text: owners::file(), runs: false });
        }
        files
    }
}

/// An action of a repository, at a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action(String);

/// What stands for an action that is not named yet.
const UNNAMED: &str = "OWNER/NAME@COMMIT";
/// The repository in which this program is published, as its manifest has it; empty: nowhere yet.
const HOME: &str = env!("CARGO_PKG_REPOSITORY");

impl Action {
    /// Reads `OWNER/NAME@COMMIT`, the commit as 40 hexadecimal digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (repository, commit) = text.split_once('@')?;
        let whole = commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
        (whole && is_repository(repository)).then(|| Self(format!("{repository}@{}", commit.to_ascii_lowercase())))
    }

    /// The released one of this very version, where it is published.
    #[must_use]
    pub fn released() -> Option<Self> {
        Self::of_home(HOME, env!("CARGO_PKG_VERSION"))
    }

    fn of_home(home: &str, version: &str) -> Option<Self> {
        let name = home.strip_prefix("https://github.com/")?;
        let name = name.strip_suffix(".git").unwrap_or(name).trim_end_matches('/');
        is_repository(name).then(|| Self(format!("{name}@v{version} # pin it to the commit of that release")))
    }

    /// The one that a reader has to put in.
    #[must_use]
    pub fn unnamed() -> Self {
        Self(UNNAMED.to_owned())
    }

    /// Somebody has yet to name it.
    #[must_use]
    pub fn is_unnamed(&self) -> bool {
        self.0 == UNNAMED
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// `OWNER/NAME` as GitHub lets them be called.
fn is_repository(text: &str) -> bool {
    let Some((owner, name)) = text.split_once('/') else { return false };
    let of = |text: &str, most: usize, more: &str| {
        (1..=most).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric() || more.contains(c))
    };
    of(owner, 39, "-") && !owner.starts_with('-') && of(name, 100, "-_.") && name.chars().any(|c| c != '.')
}

/// A repository in which nothing was found.
#[cfg(test)]
fn tests_of() -> Starter {
    let subject =
        super::Subject { kind: super::SubjectKind::WorkTree, repository: None, revision: None, dirty: false, owner: None };
    Starter { facts: FactsReport::new(subject), branch: None, owners: None, policy: false, reviews: false, makers: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_is_a_repository_at_a_whole_commit() {
        let id = "0123456789abcdef0123456789ABCDEF01234567";
        let good = Action::parse(&format!("acme/tollgate@{id}")).map(|action| action.to_string());
        assert_eq!(good, Some(format!("acme/tollgate@{}", id.to_lowercase())));
        for bad in [
            String::new(),
            "acme/tollgate".to_owned(),
            "acme/tollgate@v1".to_owned(),
            format!("tollgate@{id}"),
            format!("acme/tollgate/sub@{id}"),
            format!("./tollgate@{id}"),
            format!("acme/..@{id}"),
            format!("-acme/x@{id}"),
            format!("acme/x@{id}\n      - run: evil"),
            format!("acme/x\n@{id}"),
            format!("acme/${{{{ x }}}}@{id}"),
            format!("acme/x@{id}0"),
            format!("acme/x@@{id}"),
            format!("{}/x@{id}", "a".repeat(40)),
        ] {
            assert_eq!(Action::parse(&bad), None, "{bad}");
        }
    }

    #[test]
    fn the_published_action_comes_from_the_manifest() {
        let of = |home: &str| Action::of_home(home, "1.2.3").map(|action| action.to_string());
        let pinned = Some("acme/tollgate@v1.2.3 # pin it to the commit of that release".to_owned());
        assert_eq!(of("https://github.com/acme/tollgate"), pinned);
        assert_eq!(of("https://github.com/acme/tollgate.git"), pinned);
        assert_eq!((of(""), of("https://example.org/acme/tollgate"), of("https://github.com/acme")), (None, None, None));
        assert_eq!(Action::released().is_none(), HOME.is_empty());
        assert!(Action::unnamed().is_unnamed());
    }
}
