//! Owns which branch is the default one, and which branches exist. Refuses the configuration, which the repository's owner
//! did not write.

use crate::error::Error;
use crate::source::refs::Ref;
use crate::source::{Repository, SubjectKind};

use super::Snapshot;

/// The default branch, by name without `refs/heads/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DefaultBranch {
    /// This one.
    Known(String),
    /// Nothing decides between these, so each of them counts.
    OneOf(Vec<String>),
}

impl DefaultBranch {
    /// The names that count.
    #[must_use]
    pub fn names(&self) -> &[String] {
        match self {
            Self::Known(name) => std::slice::from_ref(name),
            Self::OneOf(names) => names,
        }
    }
}

impl Snapshot {
    /// The default branch: the forge's answer, else `declared` (the policy's `[service].default_branch`), else
    /// `refs/remotes/origin/HEAD`, else `HEAD` of a git directory, else the only one of `main` and `master` that exists, else
    /// both.
    ///
    /// # Errors
    /// A reference is there and cannot be read.
    pub fn default_branch(&self, declared: Option<&str>) -> Result<DefaultBranch, Error> {
        let told = self.forge().and_then(|forge| forge.value("")?.get("default_branch")?.as_str());
        if let Some(name) = told.or(declared) {
            return Ok(DefaultBranch::Known(name.to_owned()));
        }
        let usual = ["main", "master"];
        let both = || DefaultBranch::OneOf(usual.iter().map(|name| (*name).to_owned()).collect());
        let Some(repository) = &self.source.repository else { return Ok(both()) };
        if let Some(name) = named_by_heads(repository)? {
            return Ok(DefaultBranch::Known(name));
        }
        let mut existing = Vec::new();
        for name in usual {
            let local = repository.refs.read(&format!("refs/heads/{name}"))?;
            if local.is_some() || repository.refs.read(&format!("refs/remotes/origin/{name}"))?.is_some() {
                existing.push(name.to_owned());
            }
        }
        Ok(if existing.len() == 1 { DefaultBranch::Known(existing.remove(0)) } else { both() })
    }

    /// Objects and references, when the source has a repository; a plain folder has none even inside one.
    #[must_use]
    pub fn repository(&self) -> Option<&Repository> {
        self.source.repository.as_deref().filter(|_| self.subject().kind != SubjectKind::Folder)
    }
}

fn named_by_heads(repository: &Repository) -> Result<Option<String>, Error> {
    let strip = |name: &str, prefix: &str| -> Result<Option<String>, Error> {
        let Some(Ref::Symbolic(branch)) = repository.refs.read(name)? else { return Ok(None) };
        Ok(repository.refs.last_name(&branch)?.strip_prefix(prefix).map(str::to_owned))
    };
    let remote = strip("refs/remotes/origin/HEAD", "refs/remotes/origin/")?;
    // Below `refs/remotes/` of a mirror stands what anybody pushed.
    if !repository.is_git_dir || remote.is_some() && !repository.is_mirror()? {
        return Ok(remote);
    }
    strip("HEAD", "refs/heads/")
}
