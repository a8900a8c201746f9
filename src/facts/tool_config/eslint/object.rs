//! Owns walking one configuration object: which files it is about, `extends`, `plugins`, `rules`, ignored files. Refuses
//! what stands between objects.

use std::sync::Arc;

use super::evaluate::{At, DEPTH, STEPS, Walk};
use super::found::Severity;
use super::node::{Member, Module, Node, What};
use super::packages;
use super::resolve::Resolved;
use super::scope::{Ignored, Reach};
use crate::answer::{Reason, Why};

/// What a plugin comes from.
enum Plugin {
    Package(String),
    Own,
    Unseen,
}

impl Walk<'_> {
    pub(super) fn ignore(&mut self, module: &Arc<Module>, patterns: &Node) {
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

    pub(super) fn object(&mut self, module: &Arc<Module>, node: &Node, members: &[Member], at: At) {
        let only_ignores = |member: &Member| matches!(member.key.as_deref(), Some("ignores" | "name" | "basePath"));
        if let Some(patterns) = node.get("ignores").filter(|_| !self.legacy && members.iter().all(only_ignores)) {
            return self.ignore(module, patterns);
        }
        if let Some(base) =
            node.get("basePath").filter(|base| !self.legacy && !base.text().is_some_and(|base| self.subjects.all_below(base)))
        {
            let why = Why::new(Reason::Unsupported, "it holds for the files of `basePath` alone, which is not looked into");
            self.found.changed.push(why.at(module.place(base.span)));
        }
        let reach = self.reach(module, node).and(at.reach);
        let at = At { reach, within: at.within || node.get("files").is_some(), ..at.deeper() };
        if reach == Reach::None {
            return;
        }
        if let Some(plugins) = node.get("plugins") {
            self.plugins(module, plugins);
        }
        self.reads_as(module, node, at);
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

    /// A parser or a processor of the tree's own: what they hand to the rules is theirs to say.
    fn reads_as(&mut self, module: &Arc<Module>, node: &Node, at: At) {
        let parser = node.get("languageOptions").and_then(|options| options.get("parser")).or_else(|| node.get("parser"));
        if let Some(parser) = parser {
            let own = match self.value(module, parser).map(|(_, value)| value.what) {
                Some(What::Text(text)) => text.starts_with('.'),
                _ => {
                    matches!(self.files.resolve(module, parser), Resolved::Value { node, .. } if !matches!(node.what, What::Call(..)))
                }
            };
            self.open(module, parser, at, own, "its parser is one of this tree");
        }
        if let Some(processor) = node.get("processor") {
            let own = match processor.text().and_then(|text| text.split_once('/')) {
                Some((namespace, _)) => self.found.namespaces.get(namespace).is_some_and(String::is_empty),
                None => matches!(processor.what, What::Map(_)),
            };
            self.open(module, processor, at, own, "its processor is one of this tree");
        }
    }

    /// How many files an object is about.
    fn reach(&mut self, module: &Arc<Module>, node: &Node) -> Reach {
        let files = self.texts(module, node, "files");
        let ignores = self.texts(module, node, if self.legacy { "excludedFiles" } else { "ignores" }).unwrap_or_default();
        if self.subjects.all_ignored(&ignores.iter().map(String::as_str).collect::<Vec<_>>()) {
            return Reach::None;
        }
        match (&files, node.get("files")) {
            (Some(files), _) => self.adds(files),
            (None, Some(list)) => self.opened(module, list.span, "which files it names is computed"),
            (None, None) => {}
        }
        match (node.get("files"), files) {
            (None, _) => Reach::All,
            (Some(_), Some(files)) => self.subjects.reach(&files.iter().map(String::as_str).collect::<Vec<_>>(), self.legacy),
            (Some(_), None) => Reach::Some,
        }
    }

    /// Takes note of what an object makes ESLint look at beside JavaScript: of patterns that end in `*` it looks at what it would look at
    /// anyway. (eslintrc `override-tester.js`, where one such pattern is enough; `config-array.js` of 9.)
    fn adds(&mut self, files: &[String]) {
        let universal = |pattern: &&String| pattern.ends_with("/*") || pattern.ends_with("/**");
        match self.legacy {
            true if files.iter().any(|pattern| pattern.ends_with('*')) => {}
            true => self.matched.extend(files.iter().cloned()),
            false => self.matched.extend(files.iter().filter(|pattern| !universal(pattern)).cloned()),
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
            let Some(key) = &member.key else { continue };
            match self.plugin(module, inner) {
                Plugin::Package(package) => drop(self.found.namespaces.insert(key.clone(), package)),
                Plugin::Own => drop(self.found.namespaces.insert(key.clone(), String::new())),
                Plugin::Unseen => {
                    let why = Why::new(Reason::Dynamic, format!("which plugin `{key}` stands for is not seen"));
                    self.found.unseen.entry(key.clone()).or_insert_with(|| why.at(module.place(member.span)));
                }
            }
        }
    }

    /// What a value in `plugins` is: a package, an object written in this tree, or one that takes something from elsewhere.
    fn plugin(&mut self, module: &Arc<Module>, node: &Node) -> Plugin {
        match self.files.resolve(module, node) {
            Resolved::Package { source, .. } => Plugin::Package(packages::of_source(&source).to_owned()),
            Resolved::Value { module: other, node: Node { what: What::Map(members), .. }, rest } if rest.is_empty() => {
                let taken = members.iter().filter(|member| matches!(member.key.as_deref(), None | Some("rules")));
                let taken: Vec<&Node> = taken
                    .flat_map(|member| match (&member.value.what, &member.key) {
                        (What::Spread(inner), None) => vec![&**inner],
                        (What::Map(rules), _) => rules.iter().filter(|rule| rule.key.is_none()).map(|rule| &rule.value).collect(),
                        _ => vec![&member.value],
                    })
                    .collect();
                let own = |member: &Member| matches!(&member.value.what, What::Map(rules) if rules.iter().any(|rule| rule.key.is_some()));
                let replaced = members.iter().any(|member| member.key.as_deref() == Some("rules") && own(member));
                match (taken.is_empty(), replaced) {
                    (true, _) => Plugin::Own,
                    // Rules of its own beside those of a package: which of them are the package's is not compared.
                    (false, true) => Plugin::Unseen,
                    (false, false) => self.mixed(&other, &taken),
                }
            }
            _ => Plugin::Unseen,
        }
    }

    /// What an object takes its rules from: one package, or more than is followed.
    fn mixed(&mut self, module: &Arc<Module>, taken: &[&Node]) -> Plugin {
        let [one] = taken else { return Plugin::Unseen };
        let inner = match &one.what {
            What::Spread(inner) => inner,
            _ => *one,
        };
        match self.files.resolve(module, inner) {
            Resolved::Package { source, .. } => Plugin::Package(packages::of_source(&source).to_owned()),
            Resolved::Value { node: Node { what: What::Map(_), .. }, rest, .. } if rest.is_empty() => Plugin::Own,
            _ => Plugin::Unseen,
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
                Resolved::Value { module: other, node: Node { what: What::Either(nodes), .. }, rest } if rest.is_empty() => {
                    self.doubt(module, rules.span, Reason::Dynamic, "the rules depend on a condition");
                    let weakens = nodes.iter().any(|node| self.weakens(&other, node));
                    self.open(module, rules, at, weakens, "the rules depend on a condition");
                }
                _ => {
                    self.doubt(module, rules.span, Reason::Dynamic, "the rules are computed");
                    self.open(module, rules, at, true, "the rules are computed");
                }
            };
        };
        for member in members {
            self.steps += 1;
            match (&member.key, &member.value.what) {
                (None, What::Spread(inner)) if at.depth < DEPTH && self.steps < STEPS => {
                    self.rules(module, &inner.clone(), at.deeper())
                }
                (None, _) => {
                    self.doubt(module, member.span, Reason::Dynamic, "a rule's name is computed");
                    let weakens = self.severity(module, &member.value) != Some(Severity::Error);
                    self.open(module, &member.value, at, weakens, "a rule's name is computed");
                }
                (Some(rule), _) => match self.severity(module, &member.value) {
                    Some(severity) => self.found.set(rule, severity, module.place(member.span), at.reach == Reach::All),
                    None => {
                        let why = Why::new(Reason::Dynamic, format!("how `{rule}` is set is computed"));
                        self.found.computed.push((rule.clone(), why.at(module.place(member.span))));
                    }
                },
            }
        }
    }

    /// What holds for every file, and may switch off what was switched on.
    fn open(&mut self, module: &Module, node: &Node, at: At, weakens: bool, text: &str) {
        if weakens && at.reach == Reach::All {
            self.found.changed.push(Why::new(Reason::Dynamic, text).at(module.place(node.span)));
        }
    }

    /// Whether a map of rules may set one of a plugin to less than an error.
    fn weakens(&mut self, module: &Arc<Module>, rules: &Node) -> bool {
        match &rules.what {
            What::Map(members) => members.iter().any(|member| {
                let plain = member.key.as_ref().is_some_and(|rule| !rule.contains('/'));
                !plain && self.severity(module, &member.value) != Some(Severity::Error)
            }),
            What::Nothing | What::Bool(_) => false,
            _ => true,
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
