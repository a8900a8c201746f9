//! Owns reaching GitHub's API, the one place of this program that uses a network, and only when asked to: tags with their bytes, what a
//! shallow checkout lacks, what the forge knows about a repository; and the one thing that is written, a check run. A token goes to the one origin it is for, over https; redirects are refused. Refuses to judge.

mod answers;
mod ask;
mod base;
mod check_run;
mod connect;
pub mod pins;
mod questions;
mod tags;
mod written;

pub use answers::{Answers, Got, segment};
pub use base::{Base, Kind, Wanted, base};
pub use check_run::{CheckRun, write as write_check_run};
pub use questions::{MOST_BRANCHES, answers, branches, lists};
pub use tags::{AtForge, Fetched, tags};

use std::path::PathBuf;
use std::sync::Arc;

use crate::error::Error;

/// A text for one origin. It has no way to be printed.
pub struct Secret(String);

impl Secret {
    /// A secret.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text)
    }
}

/// A forge that was asked about a repository, and may be asked more.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The forge.
    pub forge: Arc<Forge>,
    /// What it answered.
    pub answers: Arc<Answers>,
}

/// A repository on a forge.
pub struct Forge {
    /// The address of the API, as `https://api.github.com`.
    pub api: String,
    /// `owner/name`.
    pub repository: String,
    /// What proves that one may read it.
    pub token: Option<Secret>,
    /// The proxy in front of addresses over https; it may hold a password.
    pub proxy: Option<Secret>,
    /// Hosts that are reached without it, with commas between.
    pub no_proxy: String,
    /// The certificates that are trusted instead of those that are compiled in.
    pub roots: Option<PathBuf>,
}

impl std::fmt::Debug for Forge {
    /// What may be told of it: a proxy, too, may hold a password.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Forge").field("api", &self.api).field("repository", &self.repository).finish_non_exhaustive()
    }
}

impl Forge {
    /// The route of the repository.
    ///
    /// # Errors
    /// Usage: it is no name of one.
    fn route(&self) -> Result<String, Error> {
        let parts: Vec<&str> = self.repository.split('/').collect();
        let plain =
            |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
        if parts.len() != 2 || !parts.iter().all(plain) || parts.iter().any(|part| *part == "." || *part == "..") {
            let error = Error::usage(format!("`{}` is no repository on GitHub", self.repository));
            return Err(error.hint("name it as owner/name: --forge=owner/name, or GITHUB_REPOSITORY"));
        }
        Ok(format!("/repos/{}", self.repository))
    }
}

/// A runtime for one conversation.
fn runtime() -> Result<tokio::runtime::Runtime, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|problem| Error::incomplete(format!("no connection can be made: {problem}")))
}

/// Part of a route, whatever the name is.
fn escaped(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_stay_inside_of_their_route() {
        assert_eq!(super::escaped("pkg@1.0/v+2#%?"), "pkg%401.0/v%2B2%23%25%3F");
    }
}
