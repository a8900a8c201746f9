//! Owns the shape of `rules/languages.toml` and `rules/frameworks.toml`. Refuses to look at files.

use std::collections::BTreeMap;

use serde::Deserialize;

/// `rules/languages.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Languages {
    /// The languages.
    pub language: Vec<Language>,
    /// Manifest kinds and their ecosystems.
    pub manifest: Vec<Manifest>,
    /// Path segments that take a file out of sight (vendored, generated, fixtures), in lower case; those of a tree count whatever
    /// their case, unless a product may have a module of the name.
    pub out_of_sight: Vec<String>,
    /// Path segments that make a file development, in lower case; those of a tree count whatever their case.
    pub development: Vec<String>,
    /// Those of them that a product may have a module of.
    #[serde(default)]
    pub doubtful: Vec<String>,
    /// Those of the development segments that show or explain: what uses such a directory makes it product.
    #[serde(default)]
    pub showing: Vec<String>,
    /// Words in the name of a container file, of a stage or of a directory above that say: not the image that is deployed.
    #[serde(default)]
    pub not_deployed: Vec<String>,
    /// Last words of segments of several, joined by `-`, `_` or `.`, that do so too.
    #[serde(default)]
    pub development_words: Vec<String>,
    /// First words of such segments that do.
    #[serde(default)]
    pub development_heads: Vec<String>,
    /// Endings of such segments, capitals and all, that do.
    #[serde(default)]
    pub development_endings: Vec<String>,
    /// Names of files that are tests wherever they lie.
    #[serde(default)]
    pub tests: Vec<String>,
    /// Directories below which segments name packages and say nothing about purpose (Maven's standard directory layout).
    pub package_roots: Vec<String>,
    /// Path segments of directories that a forge and its CI read: what lies there is development, but for YAML.
    #[serde(default)]
    pub tooling: Vec<String>,
    /// Directories in which a number names a report that what lies below it reproduces.
    #[serde(default)]
    pub numbered: Vec<String>,
    /// File name endings of generated files.
    pub generated_endings: Vec<String>,
    /// Extensions of what bundlers write, which is known by hashes in names and by files beside it.
    #[serde(default)]
    pub chunk_extensions: Vec<String>,
    /// What a name has behind it beside a file that was built.
    #[serde(default)]
    pub built_beside: Vec<String>,
    /// Words in the name of a group, a file or a directory of dependencies that say: not needed to run.
    #[serde(default)]
    pub not_runtime: Vec<String>,
    /// Configurations of Gradle whose dependencies the product needs to run.
    #[serde(default)]
    pub gradle_runtime: Vec<String>,
    /// Package managers of JavaScript, by the lock that says which one a project uses.
    #[serde(default)]
    pub client: Clients,
    /// Kinds of files as pre-commit tells them (identify), by extension.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    /// Kinds of files besides the sources of a language that its analyzers look at too, by its id.
    #[serde(default)]
    pub also_tags: BTreeMap<String, Vec<String>>,
    /// Which files are worth a look for a description of the interface.
    #[serde(default)]
    pub documents: Documents,
}

/// Package managers, by lock.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clients {
    /// The one of a project without a lock.
    pub otherwise: Client,
    /// Those of the others.
    pub by_lock: Vec<Client>,
}

impl Clients {
    /// The package manager that a file which locks packages, or sets the manager up, belongs to.
    #[must_use]
    pub fn of(&self, lock: Option<&str>) -> &Client {
        let own = lock.and_then(|lock| self.by_lock.iter().find(|client| super::lists(&client.locks, lock)));
        own.unwrap_or(&self.otherwise)
    }
}

/// A package manager, as people call it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Client {
    /// Names of the files that say that it is used.
    #[serde(default)]
    pub locks: Vec<String>,
    /// Its program.
    pub program: String,
    /// The command that installs what the manifest asks for.
    pub install: String,
    /// The command that installs exactly what is locked.
    pub frozen: String,
    /// The command in front of packages to add for development.
    pub add: String,
}

/// What names say of files of data that may describe an interface, in lower case.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Documents {
    /// Words in the name of a file, or a whole directory name, that make a file worth a look.
    pub names: Vec<String>,
    /// Names of files, without the ending, that do as well.
    pub stems: Vec<String>,
    /// Words of a name that make a file worth a look at its text.
    pub words: Vec<String>,
    /// Directories whose documents are not the service's own.
    pub others: Vec<String>,
}

impl Languages {
    /// Whether what lies under a segment is vendored, generated or a fixture.
    #[must_use]
    pub fn hides(&self, segment: &str) -> bool {
        let known = |list: &[String]| list.iter().any(|name| name.eq_ignore_ascii_case(segment));
        known(&self.out_of_sight) && (!known(&self.doubtful) || self.out_of_sight.iter().any(|name| name == segment))
    }

    /// Whether a segment and the one below it name a report that is reproduced there.
    #[must_use]
    pub fn reproduces(&self, segment: &str, below: &str) -> bool {
        let number = below.bytes().take_while(u8::is_ascii_digit).count();
        let named = number > 0 && below[number..].bytes().next().is_none_or(|byte| matches!(byte, b'-' | b'_'));
        named && self.numbered.iter().any(|name| name.eq_ignore_ascii_case(segment))
    }

    /// Whether a directory of development shows or explains something: what an image is made of may well be called so.
    #[must_use]
    pub fn shows(&self, segment: &str) -> bool {
        let lower = segment.to_ascii_lowercase();
        let last = lower.rsplit(['-', '_', '.']).next().unwrap_or_default();
        self.showing.iter().any(|name| *name == lower || name == last)
    }

    /// Whether a name, of a container file, a stage of one, or a directory above it, says that the image is not the one that is deployed.
    #[must_use]
    pub fn says_other(&self, name: &str) -> bool {
        let lower = name.to_ascii_lowercase();
        lower.split(['-', '_', '.']).any(|word| self.not_deployed.iter().any(|known| known == word))
    }

    /// Names (with `*`) of container files.
    pub fn images(&self) -> impl Iterator<Item = &str> {
        self.language.iter().filter(|one| one.id == "docker").flat_map(|one| &one.names).map(String::as_str)
    }

    /// Whether the name of a file has the extension of program code.
    #[must_use]
    pub fn is_code(&self, name: &str) -> bool {
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        self.language.iter().filter(|one| one.code).any(|one| one.extensions.iter().any(|known| known == ending))
    }

    /// Whether what lies under a segment is plainly development.
    #[must_use]
    pub fn develops(&self, segment: &str) -> bool {
        self.development.iter().any(|name| name.eq_ignore_ascii_case(segment))
    }
}

/// A language and the files that are written in it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Language {
    /// The id used everywhere.
    pub id: String,
    /// The name people use.
    pub title: String,
    /// File name extensions without the dot.
    #[serde(default)]
    pub extensions: Vec<String>,
    /// Extensions of files that hold code of it and are no files of it by themselves: what analyzers pass over.
    #[serde(default)]
    pub variants: Vec<String>,
    /// Directories whose presence (with a file of `extensions`) is the language, e.g. `.github/workflows`.
    #[serde(default)]
    pub directories: Vec<String>,
    /// File names (with `*`) that are the language whatever their extension.
    #[serde(default)]
    pub names: Vec<String>,
    /// Names (with `*`) of files that build, configure or test, written in it: code of the product where other code of it is, and no
    /// reason to say that a tree without a manifest of it holds the language.
    #[serde(default)]
    pub scripts: Vec<String>,
    /// Such names where tools look for them only: in the root, and beside a manifest.
    #[serde(default)]
    pub root_scripts: Vec<String>,
    /// Such a name, where one of these lies beside it.
    #[serde(default)]
    pub scripts_beside: BTreeMap<String, Vec<String>>,
    /// Whether rules about program code apply to it (false for workflows, containers, data).
    #[serde(default = "yes")]
    pub code: bool,
}

fn yes() -> bool {
    true
}

/// A kind of manifest.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// File name, `*` allowed.
    pub name: String,
    /// Dependabot's package-ecosystem name.
    pub ecosystem: String,
    /// The language it makes a component of; none for Dockerfiles and the like.
    #[serde(default)]
    pub language: Option<String>,
    /// Tooling wherever it lies: never part of the product.
    #[serde(default)]
    pub development: bool,
    /// It says what code depends on, and makes no component where none is: it may be about anything.
    #[serde(default)]
    pub joins: bool,
    /// When one of these lies beside it the ecosystem is the given one instead.
    #[serde(default)]
    pub beside: BTreeMap<String, String>,
    /// A directory that is the file's own: a bot is told the one above it.
    #[serde(default)]
    pub inside: Option<String>,
    /// Names of the files beside it that lock what it declares; of several in one directory the first says the client.
    #[serde(default)]
    pub locks: Vec<String>,
}

/// `rules/frameworks.toml`: server frameworks that make a repository a service.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Frameworks {
    /// The frameworks.
    pub framework: Vec<Framework>,
    /// Registry to names of libraries that serve GraphQL.
    pub graphql: BTreeMap<String, Vec<String>>,
    /// Registry to names of libraries that feed made-up input to code: what declares one tries others out.
    #[serde(default)]
    pub harness: BTreeMap<String, Vec<String>>,
}

impl Framework {
    /// Whether a file of a service answers with something else than a page; `None` where names do not tell.
    #[must_use]
    pub fn handles(&self, path: &str) -> Option<bool> {
        if !self.html_only || self.handler_files.is_empty() && self.handler_directories.is_empty() {
            return None;
        }
        let below = |directory: &str| path.strip_prefix(directory).filter(|_| !directory.is_empty());
        let lies = |directory: &String| below(directory).is_some_and(|rest| rest.starts_with(['/', '.']));
        let name = path.rsplit('/').next().unwrap_or(path);
        let is_none = self.no_handlers.iter().any(|mark| name.contains(mark.as_str()));
        let is_file = |known: &String| {
            let (directory, stem) = known.rsplit_once('/').unwrap_or(("", known));
            let inside =
                if directory.is_empty() { name == path } else { below(directory).is_some_and(|rest| rest.starts_with('/')) };
            inside && name.strip_prefix(stem).is_some_and(|rest| rest.starts_with('.'))
        };
        if is_none {
            return Some(false);
        }
        Some(self.handler_files.iter().any(is_file) || self.handler_directories.iter().any(lies))
    }
}

impl Frameworks {
    /// Whether all packages of a framework serve GraphQL: it has no other interface.
    #[must_use]
    pub fn is_graphql(&self, framework: &Framework) -> bool {
        let serves = |registry: &String, name: &String| self.graphql.get(registry).is_some_and(|names| names.contains(name));
        framework.packages.iter().all(|(registry, names)| names.iter().all(|name| serves(registry, name)))
    }
}

/// A server framework.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Framework {
    /// Its id.
    pub id: String,
    /// The language.
    pub language: String,
    /// Registry to package names.
    pub packages: BTreeMap<String, Vec<String>>,
    /// Serves HTML pages only.
    #[serde(default)]
    pub html_only: bool,
    /// Files that answer with something else than a page: their directory, and how their name begins.
    #[serde(default)]
    pub handler_files: Vec<String>,
    /// Directories of such files, whatever these are called.
    #[serde(default)]
    pub handler_directories: Vec<String>,
    /// Parts of names of files that are none of these.
    #[serde(default)]
    pub no_handlers: Vec<String>,
    /// A framework for JSON interfaces.
    #[serde(default)]
    pub api: bool,
    /// The package is more than a server: only this code makes it one.
    #[serde(default)]
    pub proof: Vec<CodeMark>,
    /// The proof is asked only of what is published as a package itself.
    #[serde(default)]
    pub of_packages: bool,
    /// The generator to propose, by its id under `rules/openapi/`.
    #[serde(default)]
    pub exporter: Option<String>,
}

/// `rules/openapi/<exporter>.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exporter {
    /// The file's name.
    pub id: String,
    /// The name people use.
    pub title: String,
    /// Languages it is for.
    pub languages: Vec<String>,
    /// Registry to package names.
    #[serde(default)]
    pub packages: BTreeMap<String, Vec<String>>,
    /// Code that proves it is wired.
    #[serde(default)]
    pub proof: Vec<CodeMark>,
    /// Code that serves or writes what the proof makes; without any of it, whether that is exported is open.
    #[serde(default)]
    pub served: Vec<CodeMark>,
    /// Code that switches it off.
    #[serde(default)]
    pub off: Vec<CodeMark>,
    /// Generates without further wiring.
    #[serde(default)]
    pub default_on: bool,
    /// The package is itself a server framework.
    #[serde(default)]
    pub serves_api: bool,
    /// Whether it still lives.
    #[serde(default)]
    pub status: super::tool::Status,
    /// Remarks for readers.
    #[serde(default)]
    pub note: Option<String>,
    /// The smallest setup of it, and the command that writes the document.
    #[serde(default)]
    pub setup: Option<Setup>,
    /// What it was verified against.
    pub verified: super::tool::Verified,
}

/// The smallest setup of a generator.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setup {
    /// The command that adds its package.
    #[serde(default)]
    pub install: Option<String>,
    /// Where the code belongs: a file, or words for it.
    #[serde(default)]
    pub into: Option<String>,
    /// The code.
    #[serde(default)]
    pub code: Option<String>,
    /// The command that writes the document, once the service is installed.
    pub dump: String,
}

/// A literal piece of code.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeMark {
    /// The text.
    pub code: String,
    /// File extensions it is looked for in; empty: the language's.
    #[serde(default, rename = "in")]
    pub extensions: Vec<String>,
    /// It does not count on a line that says one of these, up to the end of the word.
    #[serde(default)]
    pub unless: Vec<String>,
    /// It stands by itself, not among the arguments of the call that is the proof.
    #[serde(default)]
    pub statement: bool,
}
