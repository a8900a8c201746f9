//! Owns the words for what lies in environments of packages that a tool audits, and in lists that commands write: lists and projects
//! of the tree, and what may have been put there. Refuses packages by name, and to say whose dependencies those are.

use super::shell::Stream;
use crate::answer::Why;
use crate::text::{Place, RepoPath};

/// Something that was installed, or written to a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Supply {
    /// What a list of requirements names.
    List(RepoPath),
    /// What the project in a directory declares.
    Project(RepoPath),
    /// What is not known.
    Perhaps(Why),
    /// Packages are taken out of what was put there before.
    Without(Without),
}

/// Packages that a command takes out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Without {
    /// By name; none where they are computed.
    pub names: Option<Vec<String>>,
    /// Those that these lists name.
    pub lists: Vec<RepoPath>,
    /// Where it is said.
    pub place: Place,
}

/// An environment of packages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Home {
    /// The one that programs of the job run in.
    #[default]
    Job,
    /// The one in a directory of the machine.
    At(String),
    /// A bare directory of packages.
    Into(String),
    /// The one that a manager keeps, wherever that lies.
    Of(&'static str),
    /// Which one is not known.
    Somewhere,
}

/// A list that a command has written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Where to.
    pub to: Stream,
    /// What it names.
    pub supplies: Vec<Supply>,
}

/// What the commands of a job so far have supplied.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Supplied {
    /// What lies in environments, in the order in which it was put there.
    pub laid: Vec<(Home, Supply)>,
    /// The environment that the tool runs in.
    pub home: Home,
    /// It runs in an environment of its own that holds this and nothing else.
    pub own: Option<Vec<Supply>>,
    /// A program of the machine is started where that environment has none of its name.
    pub of_machine: bool,
    /// Lists, in the order in which they were written.
    pub written: Vec<Written>,
    /// Where its input comes from.
    pub reads: Option<Stream>,
}

impl Home {
    /// The environment in which packages lie that are looked for in a directory.
    #[must_use]
    pub fn has(&self, directory: &str) -> bool {
        match self {
            Self::Into(path) => path == directory,
            Self::At(path) => directory.strip_prefix(path.as_str()).is_some_and(|rest| rest.starts_with('/')),
            Self::Job | Self::Of(_) | Self::Somewhere => false,
        }
    }
}

/// What a list holds that was written there last, with what was written behind it; `None` where nothing was.
#[must_use]
pub fn list_in(written: &[Written], from: &Stream) -> Option<Vec<Supply>> {
    let mut found = written.iter().filter(|written| written.to == *from).peekable();
    found.peek()?;
    Some(found.flat_map(|written| written.supplies.iter().cloned()).collect())
}
