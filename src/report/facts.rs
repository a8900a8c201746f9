//! Owns the contract of `facts --format json` (design §4.3), field by field. Refuses to compute any of it: whoever walks the
//! road fills it. All lists are sorted as `docs/schema/facts.schema.json` says; [`FactsReport::sort`] does it.

use std::io;

use serde::Serialize;

use super::{Subject, View};
use crate::facts::components::Scope;
use crate::facts::ladder::Rung;
use crate::facts::openapi::ApiKind;
use crate::facts::pipeline::Trigger;
use crate::text::RepoPath;

/// The formats of `facts`, each with one line about it.
pub const FORMATS: [(&str, &str); 2] =
    [("text", "for people: everything that was found, by kind"), ("json", "for machines, docs/schema/facts.schema.json")];

/// What was found, before any rule judges.
#[derive(Clone, Debug, Serialize)]
pub struct FactsReport {
    /// The contract's number.
    pub schema: u32,
    /// What was inspected.
    pub subject: Subject,
    /// What the policy states as facts (`[service]`), keys as written there.
    pub declared: serde_json::Map<String, serde_json::Value>,
    /// Languages and where they live.
    pub components: Vec<ComponentRow>,
    /// CI files.
    pub pipelines: Vec<PipelineRow>,
    /// What could not be looked into.
    pub opaque: Vec<OpaqueRow>,
    /// One row for each tool and language.
    pub analyzers: Vec<AnalyzerRow>,
    /// Update bots.
    pub dependency_bots: Vec<BotRow>,
    /// Manifests no live bot covers.
    pub dependencies_uncovered: Vec<UncoveredRow>,
    /// API descriptions.
    pub api_descriptions: Vec<ApiRow>,
    /// Release tags, newest first.
    pub release_tags: Vec<TagRow>,
    /// Remarks (`PATH lies in a work tree, its root was inspected`), not part of the JSON.
    #[serde(skip)]
    pub notes: Vec<String>,
    /// The list of paths is not whole, so that absences mean nothing: exit 3. Not part of the JSON.
    #[serde(skip)]
    pub incomplete: bool,
}

/// A language in a directory.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ComponentRow {
    /// `""` for the root.
    pub directory: RepoPath,
    /// The language's id.
    pub language: String,
    /// The ecosystem of its manifest.
    pub ecosystem: Option<String>,
    /// Its manifest.
    pub manifest: Option<RepoPath>,
    /// Directories of workspace members.
    pub members: Vec<RepoPath>,
    /// Product or not.
    pub scope: Scope,
}

/// A CI file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct PipelineRow {
    /// The CI system's id.
    pub system: String,
    /// The file.
    pub path: RepoPath,
    /// What starts it.
    pub triggers: Vec<Trigger>,
}

/// A unit that raises what every tool may be.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct OpaqueRow {
    /// The file.
    pub path: RepoPath,
    /// 1-based line.
    pub line: usize,
    /// Why.
    pub why: String,
}

/// A tool's standing for a language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AnalyzerRow {
    /// The tool's id.
    pub tool: String,
    /// The language's id.
    pub language: String,
    /// The best proven rung over its components.
    pub rung: Rung,
    /// What it may be, when that is more.
    pub may_be: Option<Rung>,
    /// Security rules are in force; `null` when that could not be decided.
    pub security_rules: Option<bool>,
    /// Every component of the language.
    pub components: Vec<StandingRow>,
    /// Where it is configured.
    pub configured: Vec<LineRow>,
    /// What could not be decided about it.
    pub unknown: Vec<UnknownRow>,
    /// Its invocations, best first.
    pub invocations: Vec<InvocationRow>,
}

/// A tool's rung on one component.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct StandingRow {
    /// The component's directory.
    pub directory: RepoPath,
    /// Proven.
    pub rung: Rung,
    /// Possible.
    pub may_be: Option<Rung>,
}

/// A line of a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct LineRow {
    /// The file.
    pub path: RepoPath,
    /// 1-based line.
    pub line: usize,
}

/// Something that could not be decided, with its place where it has one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct UnknownRow {
    /// The file.
    pub path: Option<RepoPath>,
    /// 1-based line.
    pub line: Option<usize>,
    /// Why.
    pub why: String,
}

/// One way from a trigger to the tool.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct InvocationRow {
    /// Its proven rung.
    pub rung: Rung,
    /// What starts it.
    pub triggers: Vec<Trigger>,
    /// From trigger to command, in that order.
    pub chain: Vec<HopRow>,
    /// What holds it a rung short, worst first.
    pub held_by: Vec<HoldRow>,
}

/// One hop of a chain.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct HopRow {
    /// The file.
    pub path: RepoPath,
    /// 1-based line.
    pub line: usize,
    /// The text there.
    pub text: String,
}

/// What holds an invocation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct HoldRow {
    /// The file.
    pub path: RepoPath,
    /// 1-based line.
    pub line: usize,
    /// What was seen there.
    pub why: String,
}

/// An update bot.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct BotRow {
    /// The bot's id.
    pub bot: String,
    /// Its configuration.
    pub path: RepoPath,
    /// Valid, enabled, and the service still exists.
    pub active: bool,
    /// Why not.
    pub inactive_because: Option<String>,
    /// What it updates, of what is there.
    pub covers: Vec<CoverRow>,
}

/// A manifest's place as a bot names it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct CoverRow {
    /// Dependabot's name.
    pub ecosystem: String,
    /// `""` for the root.
    pub directory: RepoPath,
}

/// A manifest that no live bot covers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct UncoveredRow {
    /// Dependabot's name.
    pub ecosystem: String,
    /// `""` for the root.
    pub directory: RepoPath,
    /// `no-bot | no-entry | limit-0 | ignored | disabled | target-branch`.
    pub why: String,
    /// Product or not.
    pub scope: Scope,
}

/// An API description.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ApiRow {
    /// The document, or the file that wires the generator.
    pub path: RepoPath,
    /// How it exists.
    pub kind: ApiKind,
    /// Its version.
    pub version: Option<String>,
    /// It parses, its local references resolve, it has an operation.
    pub valid: bool,
}

/// A release tag.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TagRow {
    /// Its name without `refs/tags/`.
    pub name: String,
    /// The tag object, or the commit of a lightweight tag.
    pub object: String,
    /// The commit.
    pub target: String,
    /// A tag object exists.
    pub annotated: bool,
    /// `openpgp | ssh | x509 | none`.
    pub signature: String,
}

impl FactsReport {
    /// Nothing found yet.
    #[must_use]
    pub fn new(subject: Subject) -> Self {
        Self {
            schema: super::SCHEMA,
            subject,
            declared: serde_json::Map::new(),
            components: Vec::new(),
            pipelines: Vec::new(),
            opaque: Vec::new(),
            analyzers: Vec::new(),
            dependency_bots: Vec::new(),
            dependencies_uncovered: Vec::new(),
            api_descriptions: Vec::new(),
            release_tags: Vec::new(),
            notes: Vec::new(),
            incomplete: false,
        }
    }

    /// Sorts every list as the schema says and drops repetitions. `release_tags`, `chain`, `held_by` and `invocations` keep
    /// the order they were given in: it means something.
    pub fn sort(&mut self) {
        self.declared.sort_keys();
        for row in &mut self.components {
            tidy(&mut row.members);
        }
        tidy(&mut self.components);
        for row in &mut self.pipelines {
            tidy(&mut row.triggers);
        }
        self.pipelines.sort_by(|a, b| (&a.path, &a.system).cmp(&(&b.path, &b.system)));
        tidy(&mut self.opaque);
        for row in &mut self.analyzers {
            tidy(&mut row.components);
            tidy(&mut row.configured);
            tidy(&mut row.unknown);
            row.invocations.iter_mut().for_each(|invocation| tidy(&mut invocation.triggers));
        }
        self.analyzers.sort_by(|a, b| (&a.tool, &a.language).cmp(&(&b.tool, &b.language)));
        self.dependency_bots.iter_mut().for_each(|row| tidy(&mut row.covers));
        tidy(&mut self.dependency_bots);
        tidy(&mut self.dependencies_uncovered);
        tidy(&mut self.api_descriptions);
    }

    /// Writes it as JSON.
    ///
    /// # Errors
    /// What the writer says.
    pub fn write_json(&self, out: &mut dyn io::Write) -> io::Result<()> {
        super::json::pretty(self, out)
    }

    /// Writes it for a reader.
    ///
    /// # Errors
    /// What the writer says.
    pub fn write_text(&self, view: &View, out: &mut dyn io::Write) -> io::Result<()> {
        super::facts_text::write(self, view, out)
    }
}

fn tidy<T: Ord>(list: &mut Vec<T>) {
    list.sort();
    list.dedup();
}
