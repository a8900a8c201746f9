//! Owns what a name in a configuration leads to: a value of this file, of another file of the tree, or a part of a package.
//! Refuses packages' contents.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::node::{Binding, Module, Node, What};
use super::{packages, script, workspace};
use crate::answer::{Reason, Why};
use crate::doc::Format;
use crate::facts::tool_config::{places, unreadable};
use crate::snapshot::Snapshot;
use crate::text::{Place, RepoPath, Span};

/// Names followed in one go.
const HOPS: usize = 32;

/// Files of one configuration.
const FILES: usize = 8;

/// What something leads to.
pub(super) enum Resolved {
    /// A value and where it is written; `rest` are the names asked of it that it does not hold itself (methods).
    Value { module: Arc<Module>, node: Node, rest: Vec<String> },
    /// A part of a package.
    Package { source: String, path: Vec<String> },
    /// Not known; the names that led there.
    Unknown,
}

/// The files of a configuration, each read once.
pub(super) struct Files<'s> {
    snapshot: &'s Snapshot,
    read: BTreeMap<RepoPath, Result<Arc<Module>, Why>>,
    /// Why something on the way may be another thing.
    pub(super) doubts: Vec<Why>,
}

impl<'s> Files<'s> {
    pub(super) fn new(snapshot: &'s Snapshot) -> Self {
        Self { snapshot, read: BTreeMap::new(), doubts: Vec::new() }
    }

    /// A file of the tree as a module.
    pub(super) fn module(&mut self, path: &RepoPath) -> Result<Arc<Module>, Why> {
        if let Some(known) = self.read.get(path) {
            return known.clone();
        }
        let module = self.load(path).map(Arc::new);
        self.read.insert(path.clone(), module.clone());
        module
    }

    fn load(&self, path: &RepoPath) -> Result<Module, Why> {
        let file = self.snapshot.read(path).map_err(|unread| unreadable(&unread))?;
        let document = |format| self.snapshot.document(path, format).map_err(|unread| unreadable(&unread));
        let document = match path.file_name().rsplit_once('.') {
            Some(("", "eslintrc")) => document(places::format_in(self.snapshot, path).unwrap_or(Format::Yaml))?,
            Some((_, "json" | "jsonc" | "json5")) => document(Format::Json)?,
            Some((_, "yml" | "yaml")) => document(Format::Yaml)?,
            // What a reader of scripts gives up is not inspected, as a document that does not parse is.
            _ => return script::read(&file).inspect_err(|why| self.snapshot.given_up(path, why)),
        };
        Ok(Module::of_document(&file, document.root()))
    }

    /// The file that a relative source means, with the endings that may be left out.
    pub(super) fn target(&self, from: &RepoPath, source: &str) -> Option<RepoPath> {
        let endings = ["", ".js", ".mjs", ".cjs", ".ts", ".mts", ".json", "/index.js", "/index.ts", ".yml", ".yaml"];
        let candidates = endings.iter().filter_map(|ending| from.parent().join(&format!("{source}{ending}")));
        candidates.into_iter().find(|path| self.snapshot.is_file(path))
    }

    /// The file of a member of the same workspace that a name of a package means.
    pub(super) fn member(&self, from: &RepoPath, source: &str) -> Option<RepoPath> {
        workspace::file_of(self.snapshot, from, source)
    }

    /// Where a module, or one of the tree that it loads, ends the process or sets its status.
    pub(super) fn exits(&mut self, module: &Arc<Module>) -> Option<Place> {
        let mut open = vec![Arc::clone(module)];
        let mut seen = BTreeSet::new();
        while let Some(module) = open.pop() {
            if let Some(at) = module.exits {
                return Some(module.place(at));
            }
            for source in &module.sources {
                let target =
                    self.target(&module.file.path, source).filter(|path| seen.len() < FILES && seen.insert(path.clone()));
                open.extend(target.and_then(|path| self.module(&path).ok()));
            }
        }
        None
    }

    /// Follows a node to what it stands for.
    pub(super) fn resolve(&mut self, module: &Arc<Module>, node: &Node) -> Resolved {
        self.follow(module, node, Vec::new(), 0)
    }

    /// `names` are asked of the node, the last one first.
    fn follow(&mut self, module: &Arc<Module>, node: &Node, mut names: Vec<String>, hops: usize) -> Resolved {
        if hops > HOPS {
            return Resolved::Unknown;
        }
        match &node.what {
            What::Of(of, name) => {
                names.push(name.clone());
                self.follow(module, of, names, hops + 1)
            }
            What::Name(name) => self.named(module, name, node, names, hops),
            What::Module(source) => self.imported(module, source, None, names, hops),
            What::Map(_) => {
                let Some(name) = names.last() else { return value(module, node, names) };
                match node.get(name) {
                    Some(inner) => {
                        names.pop();
                        self.follow(module, inner, names, hops + 1)
                    }
                    None => Resolved::Unknown,
                }
            }
            What::Computed => Resolved::Unknown,
            _ => value(module, node, names),
        }
    }

    fn named(&mut self, module: &Arc<Module>, name: &str, node: &Node, names: Vec<String>, hops: usize) -> Resolved {
        if module.touched.contains(name) {
            let why = Why::new(Reason::Dynamic, format!("`{name}` is changed after it is made"));
            self.doubts.push(why.at(module.place(node.span)));
        }
        match module.names.get(name) {
            Some(Binding::Value(value)) => self.follow(module, value, names, hops + 1),
            Some(Binding::Import { source, part }) => self.imported(module, source, part.as_deref(), names, hops),
            None => Resolved::Unknown,
        }
    }

    fn imported(
        &mut self,
        module: &Arc<Module>,
        source: &str,
        part: Option<&str>,
        mut names: Vec<String>,
        hops: usize,
    ) -> Resolved {
        let member = || self.member(&module.file.path, source);
        let own = if source.starts_with('.') { self.target(&module.file.path, source) } else { member() };
        if !source.starts_with('.') && own.is_none() {
            // `(await import("x")).default` and `x.default` are the package itself.
            let path = part.map(str::to_owned).into_iter().chain(names.into_iter().rev()).filter(|name| name != "default");
            return Resolved::Package { source: packages::as_node(source).into_owned(), path: path.collect() };
        }
        let target = own.filter(|path| self.read.len() < FILES || self.read.contains_key(path));
        let Some(Ok(other)) = target.map(|target| self.module(&target)) else { return Resolved::Unknown };
        if let Some(at) = other.loose {
            let why = Why::new(Reason::Dynamic, "a statement here may change the configuration");
            self.doubts.push(why.at(other.place(at)));
        }
        if names.last().is_some_and(|name| name == "default") {
            names.pop();
        }
        // `import * as all`, `require("./x").part`: a named part, unless the export itself has it.
        let held = |name: &&String| other.export.as_ref().is_some_and(|export| export.get(name).is_some());
        let asked = names.last().filter(|name| part.is_none() && other.names.contains_key(*name) && !held(name)).cloned();
        if asked.is_some() {
            names.pop();
        }
        match (part.map(str::to_owned).or(asked), &other.export) {
            (Some(part), _) if other.names.contains_key(&part) => {
                let name = Node { what: What::Name(part), span: Span::default() };
                self.follow(&other, &name, names, hops + 1)
            }
            (Some(part), Some(export)) => {
                names.push(part);
                self.follow(&other, export, names, hops + 1)
            }
            (None, Some(export)) => self.follow(&other, export, names, hops + 1),
            (_, None) => Resolved::Unknown,
        }
    }
}

fn value(module: &Arc<Module>, node: &Node, mut rest: Vec<String>) -> Resolved {
    rest.reverse();
    Resolved::Value { module: Arc::clone(module), node: node.clone(), rest }
}
