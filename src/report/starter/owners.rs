//! Owns the lines of code owners for what decides about changes. Who they are is never guessed: it stands in the file that is there, or a
//! person has to write it. Refuses owners that are no plain name, team or address.

use super::{Owned, Starter};
use crate::facts::code_owners::OF_GITHUB;

/// Where the file lies where there is none.
pub(super) const PATH: &str = ".github/CODEOWNERS";
/// What stands for owners that nobody has named.
const NOBODY: &str = "@OWNERS";

/// The policy, its certificates, and all workflows: any workflow can publish a check under the gate's name.
const PATTERNS: [&str; 3] = ["/.tollgate.toml", "/.tollgate/", "/.github/"];

/// The file to start with: lines that own nothing until somebody writes who.
pub(super) fn file() -> String {
    let mut text = "\
# Who has to approve a change of the policy and of the workflows: put names in place of @OWNERS, and take the # before the lines away. It
# counts where the default branch asks for the review of code owners. Started by `tollgate init`.
"
    .to_owned();
    for pattern in PATTERNS {
        text.push_str(&format!("# {pattern} {NOBODY}\n"));
    }
    text
}

/// The lines to add to the file that is there, by the owners of everything else: those whose pattern nobody has there.
fn lines(held: &Owned) -> Vec<String> {
    let owners: Vec<&str> = held.of_all.iter().map(String::as_str).filter(|owner| is_plain(owner)).take(20).collect();
    let whom = if owners.is_empty() { NOBODY.to_owned() } else { owners.join(" ") };
    let itself = OF_GITHUB.into_iter().find(|path| *path == held.path.as_str()).filter(|path| !path.starts_with(".github/"));
    let itself = itself.map(|path| format!("/{path}"));
    let patterns = PATTERNS.into_iter().map(str::to_owned).chain(itself);
    patterns.filter(|pattern| !held.patterns.contains(pattern)).map(|pattern| format!("{pattern} {whom}")).collect()
}

/// `@name`, `@org/team`, `name@host`.
fn is_plain(owner: &str) -> bool {
    owner.len() <= 200 && owner.contains('@') && owner.chars().all(|c| c.is_ascii_alphanumeric() || "@/-_.+".contains(c))
}

impl Starter {
    /// The lines to add to a file of code owners that is there.
    #[must_use]
    pub fn owner_lines(&self) -> Vec<String> {
        self.owners.as_ref().map(lines).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::RepoPath;

    #[test]
    fn owners_are_those_of_everything_or_nobody() {
        let of = |path: &str, owners: &[&str]| {
            let path = RepoPath::new(path).unwrap_or_default();
            lines(&Owned { path, of_all: owners.iter().map(|one| (*one).to_owned()).collect(), patterns: Vec::new() })
        };
        assert_eq!(
            of("CODEOWNERS", &["@acme/platform", "bea@example.org"]),
            [
                "/.tollgate.toml @acme/platform bea@example.org",
                "/.tollgate/ @acme/platform bea@example.org",
                "/.github/ @acme/platform bea@example.org",
                "/CODEOWNERS @acme/platform bea@example.org",
            ]
        );
        let hostile = of(".github/CODEOWNERS", &["@a\"${{x}}", "::error::x", "nobody"]);
        assert_eq!(hostile, ["/.tollgate.toml @OWNERS", "/.tollgate/ @OWNERS", "/.github/ @OWNERS"]);
    }

    #[test]
    fn what_somebody_has_already_is_not_asked_for() {
        let held = |patterns: &[&str]| Owned {
            path: RepoPath::new("CODEOWNERS").unwrap_or_default(),
            of_all: vec!["@a".to_owned()],
            patterns: patterns.iter().map(|one| (*one).to_owned()).collect(),
        };
        assert_eq!(lines(&held(&["/.github/", "/.tollgate.toml"])), ["/.tollgate/ @a", "/CODEOWNERS @a"]);
        assert!(lines(&held(&["/.github/", "/.tollgate.toml", "/.tollgate/", "/CODEOWNERS"])).is_empty());
    }

    #[test]
    fn a_file_of_nobody_owns_nothing() {
        assert!(file().lines().all(|line| line.starts_with("# ")) && file().contains("\n# /.github/ @OWNERS\n"));
    }
}
