//! Owns walking an ESLint configuration, flat or legacy: elements, objects, `extends`, rules. Refuses to call functions but
//! for the few helpers whose result is their arguments.

use std::sync::Arc;

use super::found::{Found, Severity};
use super::node::{Member, Module, Node, What};
use super::packages;
use super::resolve::{Files, Resolved};
use super::scope::{Ignored, Reach, Subjects};
use crate::answer::{Reason, Why};
use crate::text::Span;

/// Values looked at in one configuration.
const STEPS: usize = 20_000;

/// Nesting of `extends` and lists.
const DEPTH: usize = 24;

/// One walk.
pub(super) struct Walk<'w> {
    pub(super) files: Files<'w>,
    pub(super) subjects: &'w Subjects,
    /// Packages that are asked about: their own configurations count.
    pub(super) asked: Vec<String>,
    pub(super) legacy: bool,
    pub(super) found: Found,
    pub(super) ignored: Vec<Ignored>,
    pub(super) steps: usize,
}

/// Where the walk stands.
#[derive(Clone, Copy)]
pub(super) struct At {
    pub(super) reach: Reach,
    pub(super) depth: usize,
}

impl At {
    fn deeper(self) -> Self {
        Self { depth: self.depth + 1, ..self }
    }
}

impl Walk<'_> {
    /// A file's export.
    pub(super) fn file(&mut self, module: &Arc<Module>) {
        if let Some(span) = module.loose {
            self.doubt(module, span, Reason::Dynamic, "a statement here may change the configuration");
        }
        match &module.export {
            Some(export) => self.element(module, export, At { reach: Reach::All, depth: 0 }),
            None => self.doubt(module, Span::default(), Reason::Dynamic, "the file exports nothing that is seen"),
        }
        let doubts = std::mem::take(&mut self.files.doubts);
        self.found.doubts.extend(doubts);
    }

    fn doubt(&mut self, module: &Module, span: Span, reason: Reason, text: &str) {
        self.found.doubts.push(Why::new(reason, text).at(module.place(span)));
    }

    /// One element of a configuration: an object, a list, something that leads to either.
    fn element(&mut self, module: &Arc<Module>, node: &Node, at: At) {
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
            What::Text(_) | What::Number(_) | What::Computed => {
                self.doubt(module, node.span, Reason::Dynamic, "an element is computed")
            }
        }
    }

    fn reference(&mut self, module: &Arc<Module>, node: &Node, at: At) {
        match self.files.resolve(module, node) {
            Resolved::Value { module: other, node: value, rest } if rest.is_empty() => self.element(&other, &value, at.deeper()),
            Resolved::Package { source, path } => self.package(module, node.span, &source, &path, at),
            Resolved::Value { .. } | Resolved::Unknown => {
                self.doubt(module, node.span, Reason::Dynamic, "what this leads to is not seen")
            }
        }
    }

    /// A part of a package as an element.
    fn package(&mut self, module: &Module, span: Span, source: &str, path: &[String], at: At) {
        let package = packages::of_source(source);
        let tail: Vec<&str> = source[package.len()..].split('/').chain(path.iter().map(String::as_str)).collect();
        let config = tail.into_iter().filter(|name| !matches!(*name, "" | "configs" | "rules")).collect::<Vec<_>>().join("/");
        let place = module.place(span);
        if self.asked.iter().any(|name| name == package) {
            if packages::turns_on(&config) {
                self.found.bring(package, place);
            } else if !config.is_empty() {
                self.doubt(module, span, Reason::Unsupported, "it is not known what this configuration of the plugin enables");
            }
        } else if packages::is_known(package) {
            self.found.shared |= packages::enables(package);
            for rule in packages::brings(package, &config) {
                self.found.set(rule, Severity::Warn, place.clone(), at.reach == Reach::All);
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

    /// A name in a legacy `extends`.
    fn legacy_name(&mut self, module: &Arc<Module>, span: Span, name: &str, at: At) {
        if name.starts_with("eslint:") {
            self.found.shared = true;
        } else if let Some((plugin, config)) = name.strip_prefix("plugin:").and_then(|rest| rest.rsplit_once('/')) {
            // `plugin:@scope/name/flat/recommended` is not legacy; the last part is the configuration.
            let package = packages::spelled_out(plugin, "plugin");
            self.package(module, span, &package, &["configs".to_owned(), config.to_owned()], at);
        } else if name.starts_with('.') {
            let target = self.files.target(&module.file.path, name);
            match target.map(|path| self.files.module(&path)) {
                Some(Ok(other)) => {
                    let export = other.export.clone();
                    if let Some(export) = export {
                        self.element(&other, &export, at.deeper());
                    }
                }
                Some(Err(why)) => self.found.doubts.push(why),
                None => self.doubt(module, span, Reason::Unreadable, "it extends a file that is not in this tree"),
            }
        } else {
            // `airbnb/hooks` is a file of `eslint-config-airbnb`.
            let short = packages::of_source(name);
            let package = packages::spelled_out(short, "config");
            let known = if packages::is_known(short) { short } else { &package };
            self.package(module, span, known, &[name[short.len()..].trim_start_matches('/').to_owned()], at);
        }
    }

    fn ignore(&mut self, module: &Arc<Module>, patterns: &Node) {
        for item in patterns.items() {
            match self.value(module, item).map(|(other, node)| (node.text().map(str::to_owned), other.place(node.span))) {
                Some((Some(text), place)) => self.ignored.push(Ignored { text, place }),
                _ => self.steps += 1,
            }
        }
    }

    /// What a value stands for, when it is seen.
    fn value(&mut self, module: &Arc<Module>, node: &Node) -> Option<(Arc<Module>, Node)> {
        match &node.what {
            What::Name(_) | What::Of(..) => match self.files.resolve(module, node) {
                Resolved::Value { module, node, rest } if rest.is_empty() => Some((module, node)),
                _ => None,
            },
            _ => Some((Arc::clone(module), node.clone())),
        }
    }

    fn object(&mut self, module: &Arc<Module>, node: &Node, members: &[Member], at: At) {
        let only_ignores = |member: &Member| matches!(member.key.as_deref(), Some("ignores" | "name" | "basePath"));
        if let Some(patterns) = node.get("ignores").filter(|_| !self.legacy && members.iter().all(only_ignores)) {
            return self.ignore(module, patterns);
        }
        let reach = self.reach(module, node).and(at.reach);
        let at = At { reach, ..at.deeper() };
        if reach == Reach::None {
            return;
        }
        if let Some(plugins) = node.get("plugins") {
            self.plugins(module, plugins);
        }
        if let Some(extends) = node.get("extends") {
            self.extends(module, node, extends, at);
        }
        for member in members {
            self.steps += 1;
            match member.key.as_deref() {
                Some("rules") => self.rules(module, &member.value, at),
                Some("overrides") if self.legacy => self.element(module, &member.value, at),
                Some("ignorePatterns") if self.legacy => self.ignore(module, &member.value),
                None => self.element(module, &member.value, at),
                _ => {}
            }
        }
    }

    /// How many files an object is about.
    fn reach(&mut self, module: &Arc<Module>, node: &Node) -> Reach {
        let files = self.texts(module, node, "files");
        let ignores = self.texts(module, node, if self.legacy { "excludedFiles" } else { "ignores" }).unwrap_or_default();
        if self.subjects.all_ignored(&ignores.iter().map(String::as_str).collect::<Vec<_>>()) {
            return Reach::None;
        }
        match (node.get("files"), files) {
            (None, _) => Reach::All,
            (Some(_), Some(files)) => self.subjects.reach(&files.iter().map(String::as_str).collect::<Vec<_>>(), self.legacy),
            (Some(_), None) => Reach::Some,
        }
    }

    /// The strings in a list at a key; `None` when one of them is no string.
    fn texts(&mut self, module: &Arc<Module>, node: &Node, key: &str) -> Option<Vec<String>> {
        let (_, list) = self.value(module, node.get(key)?)?;
        list.items().iter().map(|item| item.text().map(str::to_owned)).collect()
    }

    fn plugins(&mut self, module: &Arc<Module>, plugins: &Node) {
        let What::Map(members) = &plugins.what else { return };
        for member in members.iter().filter(|member| member.key.is_some()) {
            let inner = match &member.value.what {
                // `fixupPluginRules(plugin)`
                What::Call(_, arguments) => arguments.first().unwrap_or(&member.value),
                _ => &member.value,
            };
            if let (Some(key), Resolved::Package { source, .. }) = (&member.key, self.files.resolve(module, inner)) {
                self.found.namespaces.insert(key.clone(), packages::of_source(&source).to_owned());
            }
        }
    }

    fn extends(&mut self, module: &Arc<Module>, object: &Node, extends: &Node, at: At) {
        for item in extends.items() {
            let Some(text) = item.text().filter(|_| !self.legacy) else {
                self.element(module, item, at.deeper());
                continue;
            };
            // `"css/recommended"`: a configuration of a plugin of this object.
            let What::Map(plugins) = &object.get("plugins").map_or(&What::Nothing, |plugins| &plugins.what) else {
                self.doubt(module, item.span, Reason::Unsupported, "it extends a plugin that this object does not name");
                continue;
            };
            let named = plugins.iter().find_map(|plugin| {
                let rest = text.strip_prefix(plugin.key.as_deref()?)?.strip_prefix('/')?;
                Some((plugin.value.clone(), rest.to_owned()))
            });
            match named.map(|(plugin, rest)| (self.files.resolve(module, &plugin), rest)) {
                Some((Resolved::Package { source, .. }, rest)) => {
                    self.package(module, item.span, &source, &["configs".to_owned(), rest], at)
                }
                _ => self.doubt(module, item.span, Reason::Unsupported, "what it extends is not seen"),
            }
        }
    }

    fn rules(&mut self, module: &Arc<Module>, rules: &Node, at: At) {
        let What::Map(members) = &rules.what else {
            return match self.files.resolve(module, rules) {
                Resolved::Value { module: other, node, rest }
                    if rest.is_empty() && matches!(node.what, What::Map(_)) && at.depth < DEPTH =>
                {
                    self.rules(&other, &node, at.deeper());
                }
                Resolved::Package { source, path } => self.package(module, rules.span, &source, &path, at),
                _ => self.doubt(module, rules.span, Reason::Dynamic, "the rules are computed"),
            };
        };
        for member in members {
            self.steps += 1;
            match (&member.key, &member.value.what) {
                (None, What::Spread(inner)) if at.depth < DEPTH && self.steps < STEPS => {
                    self.rules(module, &inner.clone(), at.deeper())
                }
                (None, _) => self.doubt(module, member.span, Reason::Dynamic, "a rule's name is computed"),
                (Some(rule), _) => match self.severity(module, &member.value) {
                    Some(severity) => self.found.set(rule, severity, module.place(member.span), at.reach == Reach::All),
                    None => self.doubt(module, member.span, Reason::Dynamic, &format!("how `{rule}` is set is computed")),
                },
            }
        }
    }

    fn severity(&mut self, module: &Arc<Module>, node: &Node) -> Option<Severity> {
        let (other, node) = self.value(module, node)?;
        let (_, node) = match &node.what {
            What::List(items) => self.value(&other, items.first()?)?,
            _ => (other, node),
        };
        match &node.what {
            What::Text(text) => match text.as_str() {
                "off" | "0" => Some(Severity::Off),
                "warn" | "1" => Some(Severity::Warn),
                "error" | "2" => Some(Severity::Error),
                _ => None,
            },
            What::Number(number) => match number.as_str() {
                "0" => Some(Severity::Off),
                "1" => Some(Severity::Warn),
                "2" => Some(Severity::Error),
                _ => None,
            },
            _ => None,
        }
    }
}
