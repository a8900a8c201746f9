//! Owns what tools' own configuration says: which files are in effect for an invocation, the values at catalogue keys, and
//! the roster of readers for configurations that have a grammar. Refuses to run a configuration.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::invocations::Invocation;
use super::pipeline::Env;
use super::releases::Releases;
use super::runners::World;
use super::shell::Word;
use super::workdir::WORKSPACE;
use crate::answer::{Answer, Reason, Why};
use crate::catalog::Tool;
use crate::doc::{Document, Format};
use crate::snapshot::Unread;
use crate::text::{Place, RepoPath};

mod arguments;
mod bandit;
#[cfg(test)]
mod bench;
mod biome;
mod brakeman;
mod clippy;
mod coverage;
mod eslint;
pub mod excluded;
mod flake8;
pub mod golangci;
mod ignored;
pub mod listed;
mod mago;
mod oxlint;
pub mod places;
mod prospector;
mod pylint;
mod rubocop;
mod ruff;
mod semgrep;
mod settled;
#[cfg(test)]
mod settled_tests;
mod sobelow;
mod wish;
mod xo;

/// What a reader is asked about.
#[derive(Clone, Copy)]
pub struct Query<'a> {
    /// The tree and the catalogue.
    pub world: &'a World<'a>,
    /// The tool.
    pub tool: &'a Tool,
    /// The arguments of the invocation; empty when there is none.
    pub args: &'a [Word],
    /// Its environment.
    pub env: &'a Env,
    /// The directory it works in: that of the invocation, else of the component.
    pub directory: &'a RepoPath,
    /// The invocation, where there is one.
    pub run: Option<&'a Invocation>,
    /// Packages installed beside it (a hook's `additional_dependencies`).
    pub packages: &'a [String],
    /// Where the command stands, for what is said nowhere else.
    pub here: &'a Place,
    /// The names whose selection is asked: the tool's `select`, or that of a row that runs inside it.
    pub names: &'a [String],
    /// The files it is asked about; empty: all that lie below the directory.
    pub files: &'a [RepoPath],
}

impl Query<'_> {
    /// A path as the invocation would open it; the workspace's own directory is the root of the tree.
    fn path(&self, given: &str) -> Option<RepoPath> {
        match given.strip_prefix(WORKSPACE).filter(|rest| rest.is_empty() || rest.starts_with('/')) {
            Some(rest) => RepoPath::root().join(rest.trim_start_matches('/')),
            None => self.directory.join(given),
        }
    }

    /// What the tool reads in a file; see [`settled::document`].
    fn document(&self, path: &RepoPath, format: Format) -> Result<Arc<Document>, Why> {
        settled::document(self.world.snapshot, path, format)
    }
}

/// The directory that a flag names instead of the working directory; `Some(None)` when it is computed or not in this tree.
#[must_use]
pub fn moved(tool: &Tool, query: &Query<'_>) -> Option<Option<RepoPath>> {
    let flags: Vec<&str> = tool.directory_flags.iter().map(String::as_str).collect();
    let given = arguments::values(query.args, &flags);
    // Of several each is looked at, and of patterns what they stand for.
    let [given] = given.as_slice() else { return None };
    if given.value.is_some_and(|value| value.contains(['*', '?', '['])) {
        return None;
    }
    let snapshot = query.world.snapshot;
    let path = given.value.and_then(|value| query.path(value));
    // A manifest stands for the directory it lies in.
    let path = path.map(|path| if snapshot.is_file(&path) { path.parent() } else { path });
    Some(path.filter(|path| snapshot.is_dir(path)))
}

/// The question whether a security tool is left with fewer of its rules than make it one (`enough` in the catalogue).
pub const TOO_FEW: &str = "too-few-rules";

/// What a configuration says.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// For each of the names asked: whether it is in force, and where that is said.
    pub selects: BTreeMap<String, Answer<Place>>,
    /// Of the names asked, those in force as warnings only: they count where warnings fail.
    pub warned: BTreeMap<String, Place>,
    /// For each `setting` question the reader knows: the answer and the place of the value.
    pub settings: BTreeMap<String, Answer<Place>>,
    /// Configuration files in effect.
    pub config: Vec<Place>,
    /// Files that it passes by of the directories it is given, where a question of `settings` says that it does.
    pub passed_by: Vec<RepoPath>,
    /// The line that decides about the names, where they are not in force.
    pub deciding: Option<Deciding>,
    /// What puts the names in force where nothing takes them out: an imperative with its place and block.
    pub to_select: Option<String>,
    /// Releases of the tool that do not read the configuration as it is read here.
    pub misread: Option<Misread>,
}

/// Releases of a tool that make nothing, or something else, of a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misread {
    /// Those that end with an error before they look at anything.
    pub ends: Vec<Releases>,
    /// Those that may read it otherwise.
    pub otherwise: Vec<Releases>,
    /// Whether those of `ends` surely do.
    pub sure: bool,
    /// Whether a release that is not known has to be taken for one of them.
    pub unless_known: bool,
    /// The configuration.
    pub place: Place,
    /// What is said of it.
    pub why: String,
    /// What to do about it, where that is more than to ask for another release: an imperative without its place.
    pub mend: Option<String>,
    /// Whether it ends so whatever else is there: then the job fails, and nothing passes unseen.
    pub always: bool,
}

/// The line that decides why rules are not in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deciding {
    /// Rules are chosen here, and the ones asked about are not among them.
    Selects(Place),
    /// A flag names this file, which is the one that is read.
    Reads(Place),
    /// This script is the one that is read, and what is added to it is written as it is.
    Writes {
        /// The script.
        place: Place,
        /// It loads what it needs by `require`.
        requires: bool,
        /// What it exports is what a call makes of its arguments.
        called: bool,
    },
    /// With this flag no configuration is read.
    Without {
        /// Where it stands.
        place: Place,
        /// The flag.
        flag: String,
    },
    /// They are taken out here.
    TakesOut {
        /// Where.
        place: Place,
        /// What is done to them: "ignored", "ignored for every file".
        how: &'static str,
        /// What brings them back, as an imperative without its place.
        change: String,
    },
}

impl Settings {
    /// Every name and question undecided for one reason.
    fn undecided(names: &[String], questions: &[&str], why: &Why) -> Self {
        let selects = names.iter().map(|name| (name.clone(), Answer::Unknown(why.clone()))).collect();
        let settings = questions.iter().map(|question| ((*question).to_owned(), Answer::Unknown(why.clone()))).collect();
        Self {
            selects,
            settings,
            warned: BTreeMap::new(),
            passed_by: Vec::new(),
            config: why.place.iter().cloned().collect(),
            deciding: None,
            to_select: None,
            misread: None,
        }
    }

    /// The tool works in a directory that is not known: a configuration there may select what none that was read does.
    pub fn elsewhere(&mut self) {
        let why = Why::new(Reason::Dynamic, "the directory it works in is not known, and so is its configuration");
        for answer in self.selects.values_mut().filter(|answer| answer.is_no()) {
            *answer = Answer::Unknown(why.clone());
        }
    }

    fn answer(&mut self, question: &str, answer: Answer<Place>) {
        self.settings.insert(question.to_owned(), answer);
    }
}

/// Why a configuration that is in effect cannot be used.
fn unreadable(unread: &Unread) -> Why {
    let place = unread.place.clone().unwrap_or_else(|| Place::file(unread.path.clone()));
    Why::new(unread.reason(), format!("the configuration was not read: {}", unread.why)).at(place)
}

/// A reader of one tool's configuration grammar.
pub trait Reader: Sync {
    /// The name in the catalogue's `reader`.
    fn id(&self) -> &'static str;

    /// What the configuration in effect says.
    fn read(&self, query: &Query<'_>) -> Settings;

    /// For tools that take the configuration nearest to each file: the directories whose configuration decides for one of
    /// these. Empty where one decides for all.
    fn homes(&self, _query: &Query<'_>, _files: &mut dyn Iterator<Item = &RepoPath>) -> Vec<RepoPath> {
        Vec::new()
    }
}

/// The directories above files in which `has` finds a configuration, each the nearest to one of the files; the query's own for
/// files without any.
fn nearest_homes(
    query: &Query<'_>,
    files: &mut dyn Iterator<Item = &RepoPath>,
    has: impl Fn(&RepoPath) -> bool,
) -> Vec<RepoPath> {
    let directories: BTreeSet<RepoPath> = files.map(RepoPath::parent).collect();
    let mut known: BTreeMap<RepoPath, bool> = BTreeMap::new();
    let mut home =
        |directory: &RepoPath| directory.ancestors().find(|above| *known.entry(above.clone()).or_insert_with(|| has(above)));
    let homes: BTreeSet<RepoPath> =
        directories.iter().map(|directory| home(directory).unwrap_or_else(|| query.directory.clone())).collect();
    homes.into_iter().collect()
}

fn reader(tool: &Tool) -> Option<&'static &'static dyn Reader> {
    let id = tool.reader.as_deref()?;
    ROSTER.iter().find(|reader| reader.id() == id)
}

/// See [`Reader::homes`].
#[must_use]
pub fn homes(query: &Query<'_>, files: &mut dyn Iterator<Item = &RepoPath>) -> Vec<RepoPath> {
    reader(query.tool).map(|reader| reader.homes(query, files)).unwrap_or_default()
}

/// Whether the invocation has rules for a language at all: of packs that are about one language only, one must be about this.
#[must_use]
pub fn has_rules_for(tool: &Tool, args: &[Word], language: &str) -> bool {
    let flags: Vec<&str> = tool.pack_flags.iter().map(String::as_str).collect();
    let mut given = arguments::values(args, &flags).into_iter().peekable();
    given.peek().is_none()
        || given.any(|given| {
            let only = given.value.and_then(|value| tool.packs.get(value));
            only.is_none_or(|languages| languages.iter().any(|own| own == language))
        })
}

/// All readers.
pub static ROSTER: &[&dyn Reader] = &[
    &bandit::Bandit,
    &biome::Biome,
    &brakeman::Brakeman,
    &clippy::Clippy,
    &eslint::Eslint,
    &flake8::Flake8,
    &golangci::Golangci,
    &ignored::Grype,
    &ignored::Osv,
    &mago::Mago,
    &oxlint::Oxlint,
    &prospector::Prospector,
    &pylint::Pylint,
    &rubocop::Rubocop,
    &ruff::Ruff,
    &semgrep::Semgrep,
    &sobelow::Sobelow,
    &xo::Xo,
];

/// The settings in force for a query; empty for tools without a reader.
#[must_use]
pub fn settings(query: &Query<'_>) -> Settings {
    let Some(reader) = reader(query.tool) else { return Settings::default() };
    let mut settings = reader.read(query);
    settings.deciding = settings.deciding.or_else(|| named(query));
    settings
}

/// What a flag says about which configuration is read.
fn named(query: &Query<'_>) -> Option<Deciding> {
    match places::chosen(query, &BTreeMap::new()).ok()? {
        places::Chosen::File(path) => Some(Deciding::Reads(Place::file(path))),
        places::Chosen::Nothing => {
            let flags: Vec<&str> = query.tool.config_by.none.iter().map(String::as_str).collect();
            let word = arguments::switch(query.args, &flags)?;
            Some(Deciding::Without { place: word.place.clone(), flag: word.raw.clone() })
        }
        places::Chosen::ByItself => None,
    }
}
