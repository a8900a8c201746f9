//! Owns whether the policy vouches for an opaque unit. Refuses look-alikes: owner, repository, path and revision must be the
//! ones listed.

use crate::answer::Why;
use crate::terms::TrustedWorkflow;

/// Whether a trusted workflow entry names the remote workflow that `why` is about (`owner/repository/path@ref` in its text,
/// in backticks).
#[must_use]
pub fn vouches(trusted: &TrustedWorkflow, why: &Why) -> bool {
    let Some(named) = why.text.split('`').nth(1) else { return false };
    let (name, revision) = named.split_once('@').unwrap_or((named, ""));
    let same_revision = trusted.rev.as_ref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(revision));
    trusted.uses.eq_ignore_ascii_case(name) && same_revision
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::Reason;

    #[test]
    fn only_the_listed_revision() {
        let trusted =
            TrustedWorkflow { uses: "acme/ci/.github/workflows/py.yml".into(), rev: Some("abc".into()), provides: vec![] };
        let why = |text: &str| Why::new(Reason::Remote, text);
        assert!(vouches(&trusted, &why("the reusable workflow `Acme/ci/.github/workflows/py.yml@ABC` is not in this tree")));
        assert!(!vouches(&trusted, &why("the reusable workflow `acme/ci/.github/workflows/py.yml@main` is not in this tree")));
        assert!(!vouches(&trusted, &why("evil acme/ci/.github/workflows/py.yml@abc")));
    }
}
