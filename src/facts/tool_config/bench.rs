//! Owns the bench on which readers are tested: a tree in memory and an invocation in it. Test code only.

use super::{Query, Reader, Settings};
use crate::answer::Answer;
use crate::catalog::Catalog;
use crate::facts::pipeline::Env;
use crate::facts::runners::World;
use crate::facts::shell::Word;
use crate::snapshot::Snapshot;
use crate::text::{Place, RepoPath, Span};

/// Words of a command line, split at blanks; one with `$` in it has no known value; `~` stands for a blank inside a word.
pub(super) fn words(line: &str) -> Vec<Word> {
    let place = Place::file(RepoPath::new("ci.yml").expect("a path"));
    line.split_whitespace()
        .map(|word| Word {
            raw: word.to_owned(),
            value: (!word.contains('$')).then(|| word.replace('~', " ")),
            partial: None,
            span: Span::default(),
            place: place.clone(),
            glob: false,
        })
        .collect()
}

/// A tree, as paths and texts.
pub(super) type Files<'t> = &'t [(&'t str, &'t str)];

/// One case: a tree, an invocation, and what is asked.
pub(super) struct Case<'t> {
    pub(super) tool: &'t str,
    pub(super) files: Vec<(String, String)>,
    pub(super) args: &'t str,
    pub(super) env: Env,
    pub(super) directory: &'t str,
    pub(super) names: Vec<String>,
}

impl<'t> Case<'t> {
    /// A tool run at the root over these files.
    pub(super) fn new(tool: &'t str, files: &[(&str, &str)], args: &'t str) -> Self {
        let files = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        Self { tool, files, args, env: Env::new(), directory: "", names: Vec::new() }
    }

    /// The same in another directory.
    pub(super) fn at(mut self, directory: &'t str) -> Self {
        self.directory = directory;
        self
    }

    /// The same with these names asked instead of the tool's own.
    pub(super) fn names(mut self, names: &[&str]) -> Self {
        self.names = names.iter().map(|name| (*name).to_owned()).collect();
        self
    }

    /// What the reader says.
    pub(super) fn read(&self, reader: &dyn Reader) -> Settings {
        self.ask(|query| reader.read(query))
    }

    /// Which directories' configurations the reader finds for files.
    pub(super) fn homes(&self, reader: &dyn Reader, files: &[RepoPath]) -> Vec<RepoPath> {
        self.ask(|query| reader.homes(query, &mut files.iter()))
    }

    fn ask<T>(&self, question: impl FnOnce(&Query<'_>) -> T) -> T {
        let snapshot = Snapshot::in_memory(self.files.clone());
        let catalog = Catalog::builtin();
        let tool = catalog.tool(self.tool).expect("a tool of the catalogue");
        let world =
            World { snapshot: &snapshot, catalog, meter: &crate::facts::meter::Meter::default(), seen: &Default::default() };
        let directory = RepoPath::new(self.directory).expect("a directory");
        let names = if self.names.is_empty() { &tool.select } else { &self.names };
        let args = words(self.args);
        let here = Place::file(RepoPath::new("ci.yml").expect("a path"));
        question(&Query {
            world: &world,
            tool,
            args: &args,
            env: &self.env,
            directory: &directory,
            run: None,
            packages: &[],
            here: &here,
            names,
            files: &[],
        })
    }
}

/// An answer in one word and a place: `yes pyproject.toml:4`, `no`, `unknown dynamic ruff.toml:1`.
pub(super) fn told(answer: Option<&Answer<Place>>) -> String {
    let at = |place: &Place| format!("{}:{}", place.path, place.line);
    match answer {
        None => "unasked".to_owned(),
        Some(Answer::Yes(place)) => format!("yes {}", at(place)),
        Some(Answer::No) => "no".to_owned(),
        Some(Answer::Unknown(why)) => {
            let reason = format!("{:?}", why.reason).to_lowercase();
            format!("unknown {reason} {}", why.place.as_ref().map_or_else(|| "nowhere".to_owned(), at))
        }
    }
}
