//! Owns what a configuration amounts to: rules by severity, plugins' own configurations, shared ones, ignored files, and
//! what could not be followed; and the answers from it. Refuses to read configurations.

use std::collections::BTreeMap;

use super::packages;
use crate::answer::{Answer, Why};
use crate::text::Place;

/// How a rule is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Severity {
    Off,
    Warn,
    Error,
}

/// What a configuration amounts to.
#[derive(Default)]
pub(super) struct Found {
    /// Plugins whose own configuration is in force.
    pub(super) brought: BTreeMap<String, Place>,
    /// Rules by namespace and name.
    pub(super) rules: BTreeMap<(String, String), (Severity, Place)>,
    /// Namespaces and the packages they stand for; of plugins that are written in the tree, no package.
    pub(super) namespaces: BTreeMap<String, String>,
    /// Namespaces of which it is not seen what they stand for.
    pub(super) unseen: BTreeMap<String, Why>,
    /// A shared configuration that enables rules is in force.
    pub(super) shared: bool,
    /// Rules whose severity is computed.
    pub(super) computed: Vec<(String, Why)>,
    /// What could not be followed.
    pub(super) doubts: Vec<Why>,
    /// What may take back something that was seen: statements that change the configuration after it is made.
    pub(super) changed: Vec<Why>,
}

impl Found {
    fn package_of(&self, namespace: &str) -> String {
        self.namespaces.get(namespace).cloned().unwrap_or_else(|| packages::spelled_out(namespace, "plugin"))
    }

    /// A plugin's own configuration: it sets its rules anew. One that holds for some files only never weakens.
    pub(super) fn bring(&mut self, package: &str, place: Place, for_all: bool) {
        let own = packages::own_severity(package);
        let anew = |severity: Severity| severity < own || (for_all && severity > own);
        let reset: Vec<(String, String)> =
            self.of_package(package).filter(|(_, severity, _)| anew(*severity)).map(|(key, ..)| key.clone()).collect();
        for key in reset {
            self.rules.remove(&key);
        }
        self.brought.entry(package.to_owned()).or_insert(place);
    }

    /// Sets a rule; a setting that holds for some files only never turns off.
    pub(super) fn set(&mut self, rule: &str, severity: Severity, place: Place, for_all: bool) {
        let (namespace, name) = packages::rule_parts(rule);
        let key = (namespace.to_owned(), name.to_owned());
        let known = self.rules.get(&key).map_or(Severity::Off, |(known, _)| *known);
        if for_all || severity > known {
            self.rules.insert(key, (severity, place));
        }
    }

    fn of_package<'f>(&'f self, package: &'f str) -> impl Iterator<Item = (&'f (String, String), Severity, &'f Place)> {
        let own =
            self.rules.iter().filter(move |((namespace, _), _)| !namespace.is_empty() && self.package_of(namespace) == package);
        own.map(|(key, (severity, place))| (key, *severity, place))
    }

    /// Whether a plugin (`eslint-plugin-x`) or a rule (`x/rule`, `eslint-plugin-x:x/rule`) fails the command; and where it only
    /// warns.
    pub(super) fn selects(&self, name: &str) -> (Answer<Place>, Option<Place>) {
        let rule = match name.split_once(':') {
            Some((_, rule)) => Some(rule),
            None => (name.contains('/') && !name.contains("eslint-plugin")).then_some(name),
        };
        let place = match rule {
            Some(rule) => self.rule(rule),
            None => self.plugin(name),
        };
        let package = rule.map_or_else(|| name.to_owned(), |rule| packages::spelled_out(packages::rule_parts(rule).0, "plugin"));
        let own = |rule: &str| self.package_of(packages::rule_parts(rule).0) == package;
        let computed = self.computed.iter().find(|(rule, _)| rule.contains('/') && own(rule)).map(|(_, why)| why);
        let doubt = self.doubts.first().or(computed).map_or(Answer::No, |why| Answer::Unknown(why.clone()));
        let unseen = self.unseen.iter().find(|(namespace, _)| self.package_of(namespace) == package).map(|(_, why)| why);
        match (place, unseen) {
            (Some(_), Some(why)) if !self.brought.contains_key(&package) => (Answer::Unknown(why.clone()), None),
            (Some((Severity::Error, _)), _) if !self.changed.is_empty() => {
                (self.changed.first().map_or(Answer::No, |why| Answer::Unknown(why.clone())), None)
            }
            (Some((Severity::Error, place)), _) => (Answer::Yes(place.clone()), None),
            (other, _) => (doubt, other.map(|(_, place)| place.clone())),
        }
    }

    /// Whether anything is said of a plugin or a rule.
    pub(super) fn touches(&self, name: &str) -> bool {
        let by_rule = |key: &(String, String)| format!("{}/{}", key.0, key.1) == name;
        self.brought.contains_key(name) || self.of_package(name).next().is_some() || self.rules.keys().any(by_rule)
    }

    /// Whether a plugin or a rule fails the command so far.
    pub(super) fn is_strong(&self, name: &str) -> bool {
        matches!(self.selects(name).0, Answer::Yes(_))
    }

    /// Whether something of it is said to be less than an error.
    pub(super) fn weakens(&self, name: &str) -> bool {
        let by_rule = |(key, (severity, _)): (&(String, String), &(Severity, Place))| {
            *severity < Severity::Error && format!("{}/{}", key.0, key.1) == name
        };
        self.of_package(name).any(|(_, severity, _)| severity < Severity::Error) || self.rules.iter().any(by_rule)
    }

    fn rule(&self, rule: &str) -> Option<(Severity, &Place)> {
        let (namespace, name) = packages::rule_parts(rule);
        let package = packages::spelled_out(namespace, "plugin");
        let own = self.rules.iter().filter(|((_, known), (severity, _))| known == name && *severity > Severity::Off);
        let in_tree = |known: &str| self.namespaces.get(known).is_some_and(String::is_empty);
        let own = own.filter(|((known, _), _)| (known == namespace && !in_tree(known)) || self.package_of(known) == package);
        own.map(|(_, (severity, place))| (*severity, place)).reduce(stronger)
    }

    /// The strongest of a plugin's rules: as its own configuration sets them, unless all of these are set weaker, or as they
    /// are set one by one.
    fn plugin<'f>(&'f self, package: &'f str) -> Option<(Severity, &'f Place)> {
        let own = packages::own_severity(package);
        let weaker = self.of_package(package).filter(|(_, severity, _)| *severity < own).count();
        let brought = self.brought.get(package).filter(|_| packages::rules_of(package).is_none_or(|count| weaker < count));
        let single = self.of_package(package).filter(|(_, severity, _)| *severity > Severity::Off);
        brought.map(|place| (own, place)).into_iter().chain(single.map(|(_, severity, place)| (severity, place))).reduce(stronger)
    }

    /// Where no rule is left: where one is turned off, else `here`.
    pub(super) fn nothing(&self, here: &Place) -> Answer<Place> {
        let on = self.rules.values().any(|(severity, _)| *severity > Severity::Off);
        if on || self.shared || !self.brought.is_empty() || !self.doubts.is_empty() || !self.computed.is_empty() {
            return Answer::No;
        }
        Answer::Yes(self.rules.values().next().map_or_else(|| here.clone(), |(_, place)| place.clone()))
    }

    /// Where rules only warn. What could not be followed may hold an error: then the text does not show it.
    pub(super) fn only_warns(&self) -> Answer<Place> {
        let mut on = self.rules.values().filter(|(severity, _)| *severity > Severity::Off).peekable();
        let first = on.peek().map(|(_, place)| place).or_else(|| self.brought.values().next());
        let warns = self.brought.keys().all(|package| packages::own_severity(package) == Severity::Warn)
            && on.clone().all(|(severity, _)| *severity == Severity::Warn);
        match first {
            Some(place) if warns && !self.shared && self.doubts.is_empty() && self.computed.is_empty() => {
                Answer::Yes(place.clone())
            }
            _ => Answer::No,
        }
    }
}

/// The stronger of two; of equals the first.
fn stronger<'f>(one: (Severity, &'f Place), other: (Severity, &'f Place)) -> (Severity, &'f Place) {
    if other.0 > one.0 { other } else { one }
}
