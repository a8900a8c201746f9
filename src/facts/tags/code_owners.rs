//! Owns who owns everything of a repository by its CODEOWNERS file, and which of them the policy lists no key of. Refuses teams, whose
//! members are not in the tree, and to say so where the policy does not tell who has which account.
//!
//! Sources: GitHub's and GitLab's documentation of CODEOWNERS: places, last match wins, GitLab's sections.

use crate::signing::trust::Trust;
use crate::snapshot::Snapshot;
use crate::terms::policy::Policy;
use crate::text::{Place, RepoPath, Span};

/// Where forges look for it, in their order.
const PATHS: [&str; 4] = [".github/CODEOWNERS", ".gitlab/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"];
/// Patterns of everything.
const EVERYTHING: [&str; 4] = ["*", "**", "/", "/**"];

/// The people who own everything and of whom the policy has no key, as the file writes them.
pub(super) fn without_key(snapshot: &Snapshot, policy: &Policy, trust: &Trust) -> Vec<(String, Place)> {
    let file = PATHS.iter().find_map(|path| snapshot.peek(&RepoPath::new(path)?).ok());
    let Some(file) = file else { return Vec::new() };
    let (line, owners) = owners(&file.text);
    let keyed: Vec<_> = policy
        .people
        .iter()
        .filter(|(name, _)| trust.people.iter().any(|one| one.name == **name && !(one.openpgp.is_empty() && one.ssh.is_empty())))
        .collect();
    let lists = |owner: &str| {
        keyed.iter().any(|(name, person)| match owner.strip_prefix('@') {
            // Whose account the policy does not say may be this one.
            Some(login) => person.forge.as_ref().unwrap_or(name).eq_ignore_ascii_case(login) || person.forge.is_none(),
            None => person.email.iter().any(|mail| mail.eq_ignore_ascii_case(owner)) || person.email.is_empty(),
        })
    };
    let missing = owners.into_iter().filter(|owner| !lists(owner));
    let place = |owner: &str| {
        let start = file.lines().start_of(line).unwrap_or(0) + file.line_text(line).find(owner).unwrap_or(0);
        file.place(Span { start, end: start + owner.len() })
    };
    missing.map(|owner| (owner.to_owned(), place(owner))).collect()
}

/// The last line about everything, and the people on it.
fn owners(text: &str) -> (usize, Vec<&str>) {
    let mut last = (0, Vec::new());
    for (at, line) in text.lines().enumerate() {
        let line = line.split(" #").next().unwrap_or(line).trim();
        let mut words = line.split_whitespace();
        if words.next().is_some_and(|pattern| EVERYTHING.contains(&pattern)) {
            last = (at + 1, words.filter(|owner| is_person(owner)).collect());
        }
    }
    last
}

/// An account or a mail address; `@org/team` is a team, `@@role` a role of GitLab, and bots sign nothing.
fn is_person(owner: &str) -> bool {
    match owner.strip_prefix('@') {
        Some(login) => !login.is_empty() && !login.contains(['/', '@']) && !login.ends_with("[bot]"),
        None => owner.contains('@'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_about_everything_counts() {
        let text =
            "# all\n* @first\n/src/ @other\n* @Ada @acme/team bea@example.org @@maintainers @x[bot] # why\ndocs/* @writer\n";
        assert_eq!(owners(text), (4, vec!["@Ada", "bea@example.org"]));
        assert_eq!(owners("/src/ @other\n#* @nobody\n"), (0, Vec::new()));
        assert_eq!(owners("[Section][2]\n*\n"), (2, Vec::new()));
    }
}
