//! Owns walking an ESLint configuration, flat or legacy: elements, references, packages. Refuses to call functions but for the
//! few helpers whose result is their arguments; objects are walked in `object`.

use std::sync::Arc;

use super::found::Found;
use super::node::{Module, Node, What};
use super::packages;
use super::resolve::{Files, Resolved};
use super::scope::{Ignored, Reach, Subjects};
use crate::answer::{Reason, Why};
use crate::text::{RepoPath, Span};

/// Values looked at in one configuration.
pub(super) const STEPS: usize = 20_000;

/// Nesting of `extends` and lists.
pub(super) const DEPTH: usize = 24;

/// One walk.
pub(super) struct Walk<'w> {
    pub(super) files: Files<'w>,
    pub(super) subjects: &'w Subjects,
    /// Packages that are asked about: their own configurations count.
    pub(super) asked: Vec<String>,
    pub(super) legacy: bool,
    pub(super) found: Found,
    pub(super) ignored: Vec<Ignored>,
    /// Patterns of `files` of all objects: what ESLint looks at beyond plain JavaScript.
    pub(super) matched: Vec<String>,
    /// Why something may bring patterns of its own.
    pub(super) open: Option<Why>,
    pub(super) steps: usize,
}

/// Where the walk stands.
#[derive(Clone, Copy)]
pub(super) struct At {
    pub(super) reach: Reach,
    pub(super) depth: usize,
    /// Inside an object with `files`: what it brings is about those, and about no others.
    pub(super) within: bool,
}

impl At {
    pub(super) fn deeper(self) -> Self {
        Self { depth: self.depth + 1, ..self }
    }
}

impl Walk<'_> {
    /// A file's export.
    pub(super) fn file(&mut self, module: &Arc<Module>) {
        if let Some(span) = module.loose {
            let why = Why::new(Reason::Dynamic, "a statement here may change the configuration").at(module.place(span));
            self.found.changed.push(why.clone());
            self.found.doubts.push(why);
        }
        if let Some(place) = self.files.exits(module) {
            let why = Why::new(Reason::Dynamic, "the configuration may end the process, or set its status").at(place);
            self.found.changed.push(why.clone());
            self.found.doubts.push(why);
        }
        match &module.export {
            Some(export) => self.element(module, export, At { reach: Reach::All, depth: 0, within: false }),
            None => self.doubt(module, Span::default(), Reason::Dynamic, "the file exports nothing that is seen"),
        }
        let doubts = std::mem::take(&mut self.files.doubts);
        self.found.changed.extend(doubts.iter().cloned());
        self.found.doubts.extend(doubts);
    }

    pub(super) fn doubt(&mut self, module: &Module, span: Span, reason: Reason, text: &str) {
        self.found.doubts.push(Why::new(reason, text).at(module.place(span)));
    }

    /// More files than are seen may be looked at.
    pub(super) fn opened(&mut self, module: &Module, span: Span, text: &str) {
        self.open.get_or_insert_with(|| Why::new(Reason::Remote, text).at(module.place(span)));
    }

    /// One element of a configuration: an object, a list, something that leads to either.
    pub(super) fn element(&mut self, module: &Arc<Module>, node: &Node, at: At) {
        self.steps += 1;
        if at.reach == Reach::None {
            return;
        }
        if self.steps > STEPS || at.depth > DEPTH {
            if self.steps <= STEPS + 1 {
                self.doubt(module, node.span, Reason::Unreadable, "the configuration goes on for too long");
            }
            return;
        }
        match &node.what {
            What::List(items) => items.iter().for_each(|item| self.element(module, item, at.deeper())),
            What::Spread(inner) => self.element(module, inner, at.deeper()),
            What::Map(members) => self.object(module, node, members, at),
            What::Text(text) if self.legacy => self.legacy_name(module, node.span, text, at),
            What::Nothing | What::Bool(_) => {}
            What::Call(callee, arguments) => self.call(module, node, callee, arguments, at),
            What::Name(_) | What::Of(..) | What::Module(_) => self.reference(module, node, at),
            What::Either(nodes) => self.either(module, node, nodes, at),
            What::Text(_) | What::Number(_) | What::Computed => {
                self.doubt(module, node.span, Reason::Dynamic, "an element is computed")
            }
        }
    }

    /// What one of two holds may be in force: a plugin that is asked about then is undecided, the rest counts as rules.
    fn either(&mut self, module: &Arc<Module>, node: &Node, nodes: &[Node], at: At) {
        for one in nodes {
            let strong: Vec<String> = self.asked.iter().filter(|name| self.found.is_strong(name)).cloned().collect();
            let namespaces = std::mem::take(&mut self.found.namespaces);
            let fresh = Found { namespaces, ..Found::default() };
            let before = std::mem::replace(&mut self.found, fresh);
            self.element(module, one, at.deeper());
            let maybe = std::mem::replace(&mut self.found, before);
            if self.asked.iter().any(|name| maybe.touches(name)) {
                self.doubt(module, node.span, Reason::Dynamic, "whether this is in force depends on a condition");
            }
            if strong.iter().any(|name| maybe.weakens(name)) {
                let why = "whether this is weakened or switched off depends on a condition";
                self.found.changed.push(Why::new(Reason::Dynamic, why).at(module.place(node.span)));
            }
            self.found.shared |= maybe.shared || !maybe.brought.is_empty() || !maybe.rules.is_empty();
            self.found.namespaces = maybe.namespaces;
            self.found.unseen.extend(maybe.unseen);
            self.found.doubts.extend(maybe.doubts);
            self.found.computed.extend(maybe.computed);
        }
    }

    fn reference(&mut self, module: &Arc<Module>, node: &Node, at: At) {
        match self.files.resolve(module, node) {
            Resolved::Value { module: other, node: value, rest } if rest.is_empty() => self.element(&other, &value, at.deeper()),
            Resolved::Package { source, path } => self.package(module, node.span, &source, &path, at),
            // A part of what a package's function returns: `plugin.getConfigs().recommended`.
            Resolved::Value { module: other, node: Node { what: What::Call(callee, _), .. }, rest } => {
                match self.files.resolve(&other, &callee) {
                    Resolved::Package { source, path } => {
                        let path: Vec<String> = path.into_iter().chain(rest).collect();
                        self.package(module, node.span, &source, &path, at);
                    }
                    _ => self.doubt(module, node.span, Reason::Dynamic, "a part of what a function returns"),
                }
            }
            Resolved::Value { .. } | Resolved::Unknown => {
                self.doubt(module, node.span, Reason::Dynamic, "what this leads to is not seen")
            }
        }
    }

    /// A part of a package as an element.
    pub(super) fn package(&mut self, module: &Module, span: Span, source: &str, path: &[String], at: At) {
        let package = packages::of_source(source);
        match packages::files_of(package) {
            _ if at.within => {}
            Some(patterns) => self.matched.extend(patterns.iter().cloned()),
            None => self.opened(module, span, &format!("which files `{package}` names is not in this tree")),
        }
        if package.is_empty() {
            return self.doubt(module, span, Reason::Unreadable, "it lies outside of this tree");
        }
        let tail: Vec<&str> = source[package.len()..].split('/').chain(path.iter().map(String::as_str)).collect();
        let config = tail.into_iter().filter(|name| !matches!(*name, "" | "configs" | "rules")).collect::<Vec<_>>().join("/");
        let place = module.place(span);
        if self.asked.iter().any(|name| name == package) {
            if packages::turns_on(&config) {
                self.found.bring(package, place, at.reach == Reach::All);
            } else if !config.is_empty() {
                self.doubt(module, span, Reason::Unsupported, "it is not known what this configuration of the plugin enables");
            }
        } else if packages::is_known(package) {
            self.found.shared |= packages::enables(package);
            for (rule, severity) in packages::brings(package, &config) {
                self.found.set(rule, severity, place.clone(), at.reach == Reach::All);
            }
        } else {
            self.doubt(module, span, Reason::Remote, &format!("what `{package}` enables is not in this tree"));
        }
    }

    fn call(&mut self, module: &Arc<Module>, node: &Node, callee: &Node, arguments: &[Node], at: At) {
        if let What::Of(object, method) = &callee.what
            && let What::Name(name) = &object.what
            && name == "Object"
            && method == "assign"
        {
            return self.all(module, arguments, at);
        }
        match self.files.resolve(module, callee) {
            Resolved::Package { source, path } => self.helper(module, node, (&source, &path), arguments, at),
            Resolved::Value { module: other, node: of, rest } => match (&of.what, rest.as_slice()) {
                (What::List(_), [method]) if method == "concat" => {
                    self.element(&other, &of, at.deeper());
                    self.all(module, arguments, at);
                }
                (What::Call(maker, _), [method]) if self.is_compat(&other, maker) => self.compat(module, method, arguments, at),
                _ => self.doubt(module, node.span, Reason::Dynamic, "an element is what a function returns"),
            },
            Resolved::Unknown => self.doubt(module, node.span, Reason::Dynamic, "an element is what a function returns"),
        }
    }

    fn all(&mut self, module: &Arc<Module>, nodes: &[Node], at: At) {
        nodes.iter().for_each(|node| self.element(module, node, at.deeper()));
    }

    /// A function of a package.
    fn helper(&mut self, module: &Arc<Module>, node: &Node, of: (&str, &[String]), arguments: &[Node], at: At) {
        let (source, path) = of;
        let name = path.last().map_or("", String::as_str);
        match (source, name) {
            ("eslint/config" | "@eslint/config-helpers" | "typescript-eslint", "defineConfig" | "config")
            | ("@eslint/compat", "fixupConfigRules" | "fixupPluginRules") => self.all(module, arguments, at),
            ("eslint/config" | "@eslint/config-helpers", "globalIgnores") => {
                if let Some(patterns) = arguments.first() {
                    self.ignore(module, patterns);
                }
            }
            ("eslint/config" | "@eslint/config-helpers" | "@eslint/compat", "includeIgnoreFile") => {}
            // `plugin.configs.recommended.map(…)`: the configuration, changed a little.
            (_, "map" | "filter" | "flat") => self.package(module, node.span, source, &path[..path.len() - 1], at),
            _ => self.package(module, node.span, source, path, at),
        }
    }

    fn is_compat(&mut self, module: &Arc<Module>, maker: &Node) -> bool {
        matches!(self.files.resolve(module, maker), Resolved::Package { source, path }
            if packages::of_source(&source) == "@eslint/eslintrc" && path.last().is_some_and(|name| name == "FlatCompat"))
    }

    /// `compat.extends("airbnb")`, `compat.config({ … })`: legacy inside flat.
    fn compat(&mut self, module: &Arc<Module>, method: &str, arguments: &[Node], at: At) {
        let legacy = std::mem::replace(&mut self.legacy, true);
        if matches!(method, "extends" | "config") {
            self.all(module, arguments, at);
        }
        self.legacy = legacy;
    }

    /// A file of the tree that a legacy `extends` names, by its path or as a configuration of the same workspace: `None` where it names
    /// another package.
    fn of_tree(&mut self, module: &Arc<Module>, name: &str) -> Option<Option<RepoPath>> {
        let from = &module.file.path;
        if name.starts_with('.') {
            return Some(self.files.target(from, name));
        }
        let short = packages::of_source(name);
        let spelled = format!("{}{}", packages::spelled_out(short, "config"), &name[short.len()..]);
        self.files.member(from, name).or_else(|| self.files.member(from, &spelled)).map(Some)
    }

    /// A name in a legacy `extends`.
    fn legacy_name(&mut self, module: &Arc<Module>, span: Span, name: &str, at: At) {
        if name.starts_with("eslint:") {
            self.found.shared = true;
        } else if let Some((plugin, config)) = name.strip_prefix("plugin:").and_then(|rest| rest.rsplit_once('/')) {
            // `plugin:@scope/name/flat/recommended` is not legacy; the last part is the configuration.
            let package = packages::spelled_out(plugin, "plugin");
            self.package(module, span, &package, &["configs".to_owned(), config.to_owned()], at);
        } else if let Some(target) = self.of_tree(module, name) {
            match target.map(|path| self.files.module(&path)) {
                Some(Ok(other)) => {
                    let export = other.export.clone();
                    if let Some(export) = export {
                        self.element(&other, &export, at.deeper());
                    }
                }
                Some(Err(why)) => self.found.doubts.push(why),
                None => self.doubt(module, span, Reason::Dynamic, "it extends a file that is not in this tree"),
            }
        } else {
            // `airbnb/hooks` is a file of `eslint-config-airbnb`.
            let short = packages::of_source(name);
            let package = packages::spelled_out(short, "config");
            let known = if packages::is_known(short) { short } else { &package };
            self.package(module, span, known, &[name[short.len()..].trim_start_matches('/').to_owned()], at);
        }
    }
}
