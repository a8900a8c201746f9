//! Owns whether a path is product, development or out of sight, from its segments, its name, `.gitattributes` and the
//! policy's scope. Refuses file contents.

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use globset::{Glob, GlobSet, GlobSetBuilder};

use super::Scope;
use super::attributed::CodeAround;
use super::attributes::{self, Attributes, Line};
use super::used::{By, Used};
use super::{built, installed};
use crate::catalog::Languages;
use crate::snapshot::Snapshot;
use crate::terms::ScopeTerms;
use crate::text::RepoPath;

/// What stands between words of a name.
const JOINTS: [char; 3] = ['-', '_', '.'];

/// Whether a file is one of tests by its own name.
#[must_use]
pub fn is_test(name: &str) -> bool {
    name.starts_with("test_") || [".test.", ".spec.", "_test.", "_spec."].iter().any(|mark| name.contains(mark))
}

/// What lies around a file and takes it for none of the product's own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Around {
    /// A bundler wrote this beside it.
    Beside(RepoPath),
    /// Names with hashes, as bundlers give them.
    Hashes,
    /// This manifest has packages installed there.
    Installed(RepoPath),
}

/// Decides the scope of paths; built once per tree.
pub struct Scoping<'c> {
    snapshot: &'c Snapshot,
    languages: &'c Languages,
    built: HashMap<RepoPath, built::Sign>,
    installed: HashMap<RepoPath, RepoPath>,
    out_of_sight: HashSet<&'c str>,
    development: HashSet<&'c str>,
    excluded: GlobSet,
    production: GlobSet,
    attributes: Attributes,
    /// Those of the base: what they do not say of a path, the head's cannot say either.
    of_base: Option<Attributes>,
    /// What is product wherever it lies.
    used: Used,
    /// Asked for only where a row hides a manifest.
    code: OnceLock<CodeAround>,
}

impl<'c> Scoping<'c> {
    /// Reads `.gitattributes` files and the policy's globs.
    #[must_use]
    pub fn new(snapshot: &'c Snapshot, languages: &'c Languages, terms: &ScopeTerms) -> Self {
        let alone = Self {
            snapshot,
            languages,
            used: Used::default(),
            built: built::files(snapshot, languages),
            installed: installed::directories(snapshot),
            out_of_sight: languages.out_of_sight.iter().map(String::as_str).collect(),
            development: languages.development.iter().map(String::as_str).collect(),
            excluded: globs(&terms.exclude),
            production: globs(&terms.production),
            attributes: Attributes::of(&attributes::texts(snapshot)),
            of_base: terms.base.as_ref().map(|base| Attributes::of(&base.attributes)),
            code: OnceLock::new(),
        };
        let used = Used::of(snapshot, languages, &alone);
        Self { used, ..alone }
    }

    /// The scope of a path; `None` when it is vendored, generated, a fixture, or excluded by the policy.
    #[must_use]
    pub fn of(&self, path: &RepoPath) -> Option<Scope> {
        if self.production.is_match(path.as_str()) {
            return Some(Scope::Production);
        }
        let scope = self.by_place(path)?;
        if self.hides(path).is_some() {
            return None;
        }
        let of_base = self.of_base.as_ref().is_none_or(|base| base.documents(path));
        Some(if of_base && self.attributes.documents(path) { Scope::Development } else { scope })
    }

    /// The scope of a manifest: what `.gitattributes` say of it counts only where they say it of the code around it as well.
    #[must_use]
    pub fn of_manifest(&self, path: &RepoPath) -> Option<Scope> {
        let scope = self.of(path);
        if scope.is_some() || self.hidden_by(path).is_none() {
            return scope;
        }
        let around = self.code.get_or_init(|| CodeAround::of(self.snapshot, self.languages, self));
        self.by_place(path).filter(|_| around.keeps(path))
    }

    /// The scope of a document that is exported: it is made of the code by nature, and being called generated takes it nowhere.
    #[must_use]
    pub fn of_document(&self, path: &RepoPath) -> Option<Scope> {
        self.of(path).or_else(|| self.by_place(path).filter(|_| !self.attributes.vendors(path)))
    }

    fn hides(&self, path: &RepoPath) -> Option<Line> {
        self.of_base.as_ref().is_none_or(|base| base.hides(path).is_some()).then(|| self.attributes.hides(path))?
    }

    /// Whether a path that is development by its place is so by a name only that a product may well have: one that is not spelled as
    /// usual, that begins with a word for tests, or that is a module's of its own; and its own name is no test's.
    #[must_use]
    pub fn is_doubtful(&self, path: &RepoPath) -> bool {
        let mut segments: Vec<&str> = path.segments().collect();
        let name = segments.pop().unwrap_or_default();
        let below_source = |at: usize| segments[..at].iter().any(|above| matches!(*above, "src" | "lib"));
        let ends = |segment: &str| {
            let last = segment.trim_end_matches(['-', '_']).rsplit_once(JOINTS).map(|(_, last)| last);
            last.is_some_and(|last| self.languages.development_words.iter().any(|word| word == last))
        };
        let plain = |(at, segment): (usize, &&str)| {
            let tooling = self.languages.tooling.iter().any(|known| known == segment);
            let lower = segment.to_ascii_lowercase();
            let module = self.languages.doubtful.contains(&lower) && (lower != **segment || below_source(at));
            let report = segments.get(at + 1).is_some_and(|below| self.languages.reproduces(segment, below));
            tooling || report || ends(&lower) || self.ends_so(segment) || (self.development.contains(lower.as_str()) && !module)
        };
        !is_test(name) && !self.attributes.documents(path) && !segments.iter().enumerate().any(plain)
    }

    /// The line of a `.gitattributes` that takes a path out of sight, when nothing else does.
    #[must_use]
    pub fn hidden_by(&self, path: &RepoPath) -> Option<Line> {
        self.by_place(path)?;
        self.hides(path)
    }

    /// What lies around a path and takes it out of sight, whatever the path itself says.
    #[must_use]
    pub fn around(&self, path: &RepoPath) -> Option<Around> {
        let built = self.built.get(path).map(|sign| match sign {
            built::Sign::Beside(beside) => Around::Beside(beside.clone()),
            built::Sign::Hashes => Around::Hashes,
        });
        let installed = || path.ancestors().find_map(|above| self.installed.get(&above).cloned()).map(Around::Installed);
        built.or_else(|| installed().filter(|_| !self.installed.is_empty()))
    }

    /// What the path says, and what uses it.
    pub(super) fn by_place(&self, path: &RepoPath) -> Option<Scope> {
        let scope = self.by_segments(path, 0)?;
        let used = || self.used.depth(path).and_then(|depth| self.by_segments(path, depth));
        if scope == Scope::Development { used().or(Some(scope)) } else { Some(scope) }
    }

    /// The directory, or the file, that is product because something uses this path, where its place alone says otherwise. What is
    /// copied or named is, unless it is called after tests, which are put into images to be run there; what is started always is.
    pub(super) fn in_use(&self, path: &RepoPath, by: By, snapshot: &Snapshot) -> Option<RepoPath> {
        let development = |segment: &str| self.is_development(segment, "");
        let tests = |segment: &str| development(segment) && !self.languages.shows(segment);
        let is_file = snapshot.is_file(path);
        let mut directories: Vec<&str> = path.segments().collect();
        directories.truncate(directories.len() - usize::from(is_file));
        if !directories.iter().any(|segment| development(segment)) {
            return None;
        }
        let of_tests = directories.iter().any(|segment| tests(segment));
        let alone = is_file && (by == By::Copy || by == By::File || directories.last().is_some_and(|last| tests(last)));
        match by {
            By::Copy | By::Name | By::File if of_tests => None,
            _ if alone || !is_file => Some(path.clone()),
            _ => Some(path.parent()),
        }
    }

    /// What the segments from `first` on say; what takes out of sight does so anywhere.
    fn by_segments(&self, path: &RepoPath, first: usize) -> Option<Scope> {
        if self.excluded.is_match(path.as_str())
            || self.languages.generated_endings.iter().any(|end| path.as_str().ends_with(end))
            || self.built.contains_key(path)
            || !self.installed.is_empty() && path.ancestors().any(|above| self.installed.contains_key(&above))
        {
            return None;
        }
        let mut scope = Scope::Production;
        let name_at = path.segments().count().saturating_sub(1);
        let mut segments = path.segments().enumerate().peekable();
        while let Some((at, segment)) = segments.next().filter(|(at, _)| *at != name_at) {
            // What stands below names packages, after companies and domains.
            if at > 0 && self.languages.package_roots.iter().any(|root| begins_behind(path, at, root)) {
                break;
            }
            let lower = segment.to_ascii_lowercase();
            if self.out_of_sight.contains(lower.as_str()) && self.languages.hides(segment) {
                return None;
            }
            let below = segments.peek().filter(|(at, _)| *at != name_at).map_or("", |(_, below)| *below);
            if at >= first && (self.is_development(segment, below) || self.is_tooling(path, segment)) {
                scope = Scope::Development;
            }
        }
        Some(scope)
    }

    /// Whether the name of a directory says that what lies below it is no product.
    fn is_development(&self, segment: &str, below: &str) -> bool {
        let lower = segment.to_ascii_lowercase();
        let by_name = self.development.contains(lower.as_str()) || self.says_so(&lower) || self.ends_so(segment);
        by_name || self.languages.reproduces(segment, below)
    }

    /// Whether a directory is one of the forge's, and the file none that the forge itself reads.
    fn is_tooling(&self, path: &RepoPath, segment: &str) -> bool {
        let is_read = [".yml", ".yaml"].iter().any(|ending| path.as_str().ends_with(ending));
        !is_read && self.languages.tooling.iter().any(|known| known == segment)
    }

    /// `App.UnitTests`, `AppTests`, `App.Test`.
    fn ends_so(&self, segment: &str) -> bool {
        let mut endings = self.languages.development_endings.iter();
        endings
            .any(|ending| segment.strip_suffix(ending.as_str()).is_some_and(|rest| rest.ends_with(|c: char| c.is_alphanumeric())))
    }

    /// `component-tests`, `__tests__`, `app.tests`; `tests_cypress`.
    fn says_so(&self, segment: &str) -> bool {
        let segment = segment.trim_end_matches(['-', '_']);
        let last = segment.rsplit_once(JOINTS).map(|(_, last)| last);
        let first = segment.split_once(JOINTS).map(|(first, _)| first);
        let among = |words: &[String], word: Option<&str>| word.is_some_and(|word| words.iter().any(|known| known == word));
        among(&self.languages.development_words, last) || among(&self.languages.development_heads, first)
    }
}

/// Whether the segments right before `at` are those of `root`.
fn begins_behind(path: &RepoPath, at: usize, root: &str) -> bool {
    let count = root.split('/').count();
    at >= count && path.segments().skip(at - count).take(count).eq(root.split('/'))
}

fn globs(patterns: &[String]) -> GlobSet {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        // The policy's own validation has refused patterns that do not parse.
        if let Ok(glob) = Glob::new(pattern) {
            set.add(glob);
        }
    }
    set.build().unwrap_or_else(|_| GlobSet::empty())
}
