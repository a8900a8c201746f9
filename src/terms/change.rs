//! Owns what differs between two policies, and which way: tighter, weaker, or neither, as the table of keys says of each. A change
//! that is not proven to tighten, or not to matter, weakens. Refuses to decide what follows.

use std::collections::BTreeMap;

use super::node::{Node, Value, quoted};
use super::schema::{Absent, Key, SEVERITIES, Tighter, Type, key, keys_in};
use super::{Policy, units};
use crate::catalog::Catalog;
use crate::text::{RepoPath, SourceFile};

/// Which way a change goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// It is not proven to be anything else.
    Weaker,
    /// It asks for more.
    Tighter,
    /// It asks for nothing.
    Neutral,
}

impl Direction {
    /// The word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Weaker => "weaker",
            Self::Tighter => "tighter",
            Self::Neutral => "neutral",
        }
    }
}

/// One changed value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// Which way.
    pub direction: Direction,
    /// Its key, as `policy show` writes it; an entry of a list of tables is named by its first key.
    pub key: String,
    /// The value before, as TOML; `None`: there was none.
    pub from: Option<String>,
    /// The value after; `None`: there is none.
    pub to: Option<String>,
}

/// All changes from one policy to another, the weaker first, then by key.
#[must_use]
pub fn changes(from: &Policy, to: &Policy, catalog: &Catalog) -> Vec<Change> {
    let mut comparing = Comparing { catalog, changes: Vec::new() };
    comparing.tables("", String::new(), from.values.table(), to.values.table());
    comparing.changes.sort();
    comparing.changes
}

struct Comparing<'a> {
    catalog: &'a Catalog,
    changes: Vec<Change>,
}

type Table = BTreeMap<String, Node>;

impl Comparing<'_> {
    fn tables(&mut self, path: &str, shown: String, from: Option<&Table>, to: Option<&Table>) {
        for entry in keys_in(path).filter(|entry| entry.name() != "*") {
            let of = |table: Option<&Table>| table.and_then(|table| table.get(entry.name())).cloned();
            let shown = if shown.is_empty() { entry.name().to_owned() } else { format!("{shown}.{}", entry.name()) };
            self.values(entry, shown, of(from).as_ref(), of(to).as_ref());
        }
    }

    fn values(&mut self, entry: &'static Key, shown: String, from: Option<&Node>, to: Option<&Node>) {
        let same = |one: &Node, other: &Node| one.to_toml() == other.to_toml();
        if from.zip(to).is_some_and(|(from, to)| same(from, to)) || (from.is_none() && to.is_none()) {
            return;
        }
        match entry.kind {
            Type::Table => self.tables(entry.path, shown, from.and_then(Node::table), to.and_then(Node::table)),
            Type::Map(_) => self.map(entry, &shown, from.and_then(Node::table), to.and_then(Node::table)),
            Type::SeverityOrTable => self.severity(entry, shown, from, to),
            Type::Tables => self.list(entry, &shown, from.map_or(&[], Node::items), to.map_or(&[], Node::items)),
            _ => {
                let direction = self.direction(entry, &shown, from, to);
                self.push(direction, shown, from, to);
            }
        }
    }

    /// A severity alone is a table that says nothing else: what the table adds has a direction of its own.
    fn severity(&mut self, entry: &'static Key, shown: String, from: Option<&Node>, to: Option<&Node>) {
        let (before, after) = (from.and_then(Node::table), to.and_then(Node::table));
        if before.is_none() && after.is_none() {
            let direction = self.direction(entry, &shown, from, to);
            return self.push(direction, shown, from, to);
        }
        for inner in keys_in(entry.path) {
            let word = |node: Option<&Node>| node.filter(|node| node.table().is_none() && inner.name() == "severity").cloned();
            let of = |node: Option<&Node>, table: Option<&Table>| word(node).or_else(|| table?.get(inner.name()).cloned());
            let (from, to) = (of(from, before), of(to, after));
            self.values(inner, format!("{shown}.{}", inner.name()), from.as_ref(), to.as_ref());
        }
    }

    fn push(&mut self, direction: Direction, key: String, from: Option<&Node>, to: Option<&Node>) {
        let (from, to) = (from.map(Node::to_toml), to.map(Node::to_toml));
        self.changes.push(Change { direction, key, from, to });
    }

    fn map(&mut self, entry: &'static Key, shown: &str, from: Option<&Table>, to: Option<&Table>) {
        let Some(of) = key(&format!("{}.*", entry.path)) else { return };
        let names: std::collections::BTreeSet<&String> = from.into_iter().chain(to).flat_map(Table::keys).collect();
        for name in names {
            let (before, after) = (from.and_then(|table| table.get(name)), to.and_then(|table| table.get(name)));
            let shown = format!("{shown}.{}", quoted(name));
            match (before, after, entry.tighter) {
                (Some(_), Some(_), _) | (_, _, Tighter::ByKey) => self.values(of, shown, before, after),
                _ => self.push(one_more(entry.tighter, after.is_some()), shown, before, after),
            }
        }
    }

    /// Entries that a required key names are compared key by key; others are there or not.
    fn list(&mut self, entry: &'static Key, shown: &str, from: &[Node], to: &[Node]) {
        let inner = format!("{}[]", entry.path);
        let id = keys_in(&inner).find(|key| key.required);
        let name = |node: &Node| id.and_then(|id| node.get(id.name())).map(Node::to_toml).unwrap_or_default();
        let once = |list: &[Node], wanted: &str| list.iter().filter(|node| name(node) == wanted).count() <= 1;
        let by_name = from.iter().chain(to).all(|node| {
            let wanted = name(node);
            !wanted.is_empty() && once(from, &wanted) && once(to, &wanted)
        });
        let partner = |node: &Node, list: &[Node]| {
            let found =
                list.iter().find(|other| if by_name { name(other) == name(node) } else { other.to_toml() == node.to_toml() });
            found.cloned()
        };
        for before in from {
            let shown = format!("{shown}[{}]", name(before));
            match partner(before, to) {
                Some(after) => self.tables(&inner, shown, before.table(), after.table()),
                None => self.push(one_more(entry.tighter, false), shown, Some(before), None),
            }
        }
        for after in to.iter().filter(|after| partner(after, from).is_none()) {
            self.push(one_more(entry.tighter, true), format!("{shown}[{}]", name(after)), None, Some(after));
        }
    }

    fn direction(&self, entry: &'static Key, shown: &str, from: Option<&Node>, to: Option<&Node>) -> Direction {
        if entry.tighter == Tighter::Neutral {
            return Direction::Neutral;
        }
        let default = self.default(entry, shown);
        let (before, after) = (from.or(default.as_ref()), to.or(default.as_ref()));
        if let (Some(before), Some(after)) = (before, after)
            && before.to_toml() == after.to_toml()
        {
            return Direction::Neutral;
        }
        let tighter = match entry.tighter {
            Tighter::Longer => within(before, after),
            Tighter::Shorter => within(after, before),
            Tighter::Fewer => {
                within(after, before) && after.is_some_and(|list| !list.items().is_empty())
                    || is_empty(before) && !is_empty(after)
            }
            // What bounds nothing when it is absent.
            _ => match (before.map(|node| rank(entry, node)), after.map(|node| rank(entry, node))) {
                (Some(Some(before)), Some(Some(after))) => match entry.tighter {
                    Tighter::More | Tighter::Later | Tighter::True => after > before,
                    Tighter::Less | Tighter::Earlier | Tighter::False => after < before,
                    _ => false,
                },
                (None, Some(Some(value))) => match entry.absent {
                    Absent::Least => entry.tighter != Tighter::Never,
                    Absent::Most => false,
                    Absent::Found => Some(value) == strictest(entry),
                },
                (Some(Some(_)), None) => entry.absent == Absent::Most,
                _ => false,
            },
        };
        if tighter { Direction::Tighter } else { Direction::Weaker }
    }

    /// The value in force where none is written.
    fn default(&self, entry: &Key, shown: &str) -> Option<Node> {
        let text = match shown.strip_prefix("rules.").filter(|_| entry.path == "rules.*" || entry.path == "rules.*.severity") {
            Some(name) => {
                let name = name.strip_suffix(".severity").unwrap_or(name);
                format!("x = \"{}\"", self.catalog.rule(name)?.severity.word())
            }
            None if entry.absent == Absent::Found => return None,
            None if entry.kind == Type::Flag && entry.default.is_empty() => "x = false".to_owned(),
            None if entry.default.is_empty() => return None,
            None => format!("x = {}", entry.default),
        };
        Node::parse(&SourceFile::new(RepoPath::root(), text)).ok()?.get("x").cloned()
    }
}

/// The value that nothing is tighter than, where its type has one.
fn strictest(entry: &Key) -> Option<i64> {
    match (entry.kind, entry.tighter) {
        (Type::Flag, Tighter::True) => Some(1),
        (Type::Flag, Tighter::False) | (Type::Word(_), Tighter::Less) => Some(0),
        (Type::Number(least, _), Tighter::Less) => Some(least),
        (Type::Number(_, most), Tighter::More) => Some(most),
        (Type::Word(words), Tighter::More) => i64::try_from(words.len()).ok().map(|count| count - 1),
        _ => None,
    }
}

fn is_empty(list: Option<&Node>) -> bool {
    list.is_some_and(|list| list.items().is_empty())
}

/// Whether all entries of one list are in the other; an absent list is empty.
fn within(inner: Option<&Node>, outer: Option<&Node>) -> bool {
    let has = |item: &Node| outer.is_some_and(|outer| outer.items().iter().any(|other| other.to_toml() == item.to_toml()));
    inner.is_none_or(|inner| inner.items().iter().all(has))
}

/// What one entry more, or one less, does.
fn one_more(tighter: Tighter, more: bool) -> Direction {
    match (tighter, more) {
        (Tighter::Neutral, _) => Direction::Neutral,
        (Tighter::Longer, true) | (Tighter::Shorter, false) => Direction::Tighter,
        _ => Direction::Weaker,
    }
}

/// A value as a number that grows with it; `None`: it has no order.
fn rank(entry: &Key, node: &Node) -> Option<i64> {
    let word = |words: &[&str]| {
        let at = words.iter().position(|word| Some(*word) == node.text())?;
        i64::try_from(at).ok()
    };
    match (entry.kind, &node.value) {
        (Type::Flag, Value::Flag(flag)) => Some(i64::from(*flag)),
        (Type::Number(..) | Type::Bytes, Value::Number(number)) => Some(*number),
        (Type::Bytes, Value::Text(text)) => units::bytes(text),
        (Type::Duration, Value::Text(text)) => units::days(text),
        (Type::Word(words), _) => word(words),
        (Type::SeverityOrTable, _) => word(&SEVERITIES),
        (Type::Date | Type::DateOrCommit, Value::Date(date)) => {
            Some(i64::from(date.year()) * 10_000 + i64::from(date.month()) * 100 + i64::from(date.day()))
        }
        _ => None,
    }
}

/// A policy from text, for tests of this module.
#[cfg(test)]
fn policy(text: &str) -> Policy {
    let file = SourceFile::new(RepoPath::root(), text.to_owned());
    let open = |_: &str| Ok(None);
    let today = jiff::civil::date(2026, 6, 1);
    let reading = super::Reading { catalog: Catalog::builtin(), today, open: &open, org: None };
    super::read(Some(file), &reading).expect("a policy")
}

#[cfg(test)]
mod tests {
    use super::super::keys::KEYS;
    use super::*;

    fn told(from: &str, to: &str) -> Vec<String> {
        let all = changes(&policy(from), &policy(to), Catalog::builtin());
        all.into_iter().map(|change| format!("{} {}", change.direction.word(), change.key)).collect()
    }

    fn both_ways(loose: &str, strict: &str, key: &str) {
        assert_eq!(told(loose, strict), [format!("tighter {key}")], "{loose} -> {strict}");
        assert_eq!(told(strict, loose), [format!("weaker {key}")], "{strict} -> {loose}");
    }

    #[test]
    fn each_kind_of_value_has_its_direction() {
        both_ways("", "[release]\nmin_signatures = 2", "release.min_signatures");
        both_ways("[release]\nmax_age = \"2w\"", "[release]\nmax_age = \"7d\"", "release.max_age");
        both_ways("", "[release]\nmax_age = \"7d\"", "release.max_age");
        both_ways("", "[release]\nreach = \"first-parent\"", "release.reach");
        both_ways("[release]\nallow_sha1_self_signatures = true", "", "release.allow_sha1_self_signatures");
        both_ways("[release]\naccept = [\"tag\", \"countersign\"]", "", "release.accept");
        both_ways("[gate]\nbranches = [\"next\"]", "", "gate.branches");
        both_ways("[thresholds]\nmax_body = \"1MB\"", "[thresholds]\nmax_body = 1000", "thresholds.max_body");
        both_ways("[rules]\nfact-conflict = \"off\"", "", "rules.fact-conflict");
        both_ways("", "[rules]\nfact-conflict = \"error\"", "rules.fact-conflict");
        let table = |inside: &str| format!("[rules]\nfact-conflict = {{ {inside} }}");
        both_ways("[rules]\nfact-conflict = \"off\"", &table("severity = \"error\""), "rules.fact-conflict.severity");
        both_ways(
            "[rules]\nfact-conflict = \"error\"",
            &table("severity = \"error\", on_unknown = \"fail\""),
            "rules.fact-conflict.on_unknown",
        );
        both_ways("", &table("on_unknown = \"fail\""), "rules.fact-conflict.on_unknown");
        both_ways("", &table("severity = \"error\""), "rules.fact-conflict.severity");
    }

    #[test]
    fn what_is_written_as_it_was_by_default_changes_nothing() {
        assert_eq!(told("", "[release]\nmin_signatures = 1"), ["neutral release.min_signatures"]);
        assert_eq!(told("[service]\nname = \"a\"", "[service]\nname = \"b\""), ["neutral service.name"]);
        assert!(told("[release]\nmin_signatures = 2", "# other\nrelease.min_signatures = 2").is_empty());
    }

    /// What a key that is not there asks for is not always the least.
    #[test]
    fn a_key_that_appears_may_ask_for_less() {
        for (more, way, key) in [
            ("[release]\nsigned_since = 2999-01-01", "weaker", "release.signed_since"),
            ("[service]\nweb = false", "weaker", "service.web"),
            ("[service]\nweb = true", "tighter", "service.web"),
            ("[service]\nkind = \"none\"", "weaker", "service.kind"),
            ("[service]\nrisk = \"low\"", "weaker", "service.risk"),
            ("[service]\nrisk = \"maximum\"", "tighter", "service.risk"),
            ("[gate]\nbranches = [\"**\"]", "weaker", "gate.branches"),
        ] {
            assert_eq!(told("", more), [format!("{way} {key}")]);
        }
        assert_eq!(told("[release]\nsigned_since = 2026-01-01", ""), ["tighter release.signed_since"]);
        let waiver = "[people.a]\nroles = [\"owner\"]\n[[waiver]]\nrule = \"fact-conflict\"\nreason = \"x\"\nowner = \"a\"\ncreated = 2026-05-01\nexpires = 2026-06-30\n";
        let counted = told(waiver, &format!("{waiver}count = 1000000\n"));
        assert!(counted.len() == 1 && counted[0].starts_with("weaker waiver["), "{counted:?}");
    }

    #[test]
    fn no_branches_at_all_is_no_fewer_branches() {
        let with = |list: &str| format!("[release]\nbranches = {list}");
        both_ways(&with("[\"main\", \"next\"]"), &with("[\"main\"]"), "release.branches");
        both_ways(&with("[]"), &with("[\"main\"]"), "release.branches");
        assert_eq!(told("", &with("[\"main\"]")), ["weaker release.branches"], "which one is the default branch is not known");
        assert_eq!(told(&with("[\"main\"]"), ""), ["weaker release.branches"]);
    }

    #[test]
    fn people_and_keys_are_trust() {
        let key = "A".repeat(40);
        let one = "[people.a]\nroles = [\"release\"]\n";
        let pgp = format!("{one}pgp = [{{ fingerprint = \"{key}\" }}]\n");
        both_ways(one, "", "people.a");
        both_ways(&pgp, one, &format!("people.a.pgp[\"{key}\"]"));
        both_ways(&pgp, &pgp.replace(" }]", ", valid_before = 2026-01-01 }]"), &format!("people.a.pgp[\"{key}\"].valid_before"));
        both_ways(&pgp, &pgp.replace(" }]", ", compromised = true }]"), &format!("people.a.pgp[\"{key}\"].compromised"));
        both_ways(one, &format!("{one}valid_after = 2026-01-01\n"), "people.a.valid_after");
        both_ways(&one.replace("\"release\"", "\"release\", \"owner\""), one, "people.a.roles");
    }

    #[test]
    fn every_key_can_be_compared() {
        for entry in KEYS.iter().filter(|entry| !entry.default.is_empty()) {
            let comparing = Comparing { catalog: Catalog::builtin(), changes: Vec::new() };
            let default = comparing.default(entry, entry.path).expect("a value");
            let ordered = matches!(entry.tighter, Tighter::More | Tighter::Less | Tighter::True | Tighter::False);
            assert!(!ordered || rank(entry, &default).is_some(), "{} has no order", entry.path);
        }
    }
}
