//! Owns environments: many steps stand on one of them and add little, so that a copy costs nothing and what is set later lies
//! above what was there. Refuses to know who sets a variable.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

/// Environment variables in force; `None` marks one that is set to something not known.
#[derive(Clone, Default)]
pub struct Env(Option<Arc<Layer>>);

#[derive(Clone)]
struct Layer {
    own: BTreeMap<String, Option<String>>,
    below: Env,
}

/// Stands for every variable that is not named: no variable is called so.
pub const OTHERS: &str = "";

/// Begins the marks of what is forgotten: no variable is called so.
const FORGOTTEN: &str = "=";

impl Env {
    /// No variables.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The value of a variable, when it is named here.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Option<String>> {
        self.layers().find_map(|layer| layer.own.get(name))
    }

    /// The value of a variable, where what is not read may have set it as well.
    #[must_use]
    pub fn get_or_open(&self, name: &str) -> Option<&Option<String>> {
        self.get(name).or_else(|| self.get(OTHERS))
    }

    /// Something that is not read may set any variable that is not named here.
    pub fn open(&mut self) {
        self.insert(OTHERS.to_owned(), None);
    }

    /// Whatever was set before is not handed on, but for these.
    pub fn forget_all_but(&mut self, kept: &[String]) {
        let before = self.get(FORGOTTEN).cloned().flatten();
        let is_kept = |name: &&String| before.as_ref().is_none_or(|all| all.split(',').any(|own| own == name.as_str()));
        let kept: Vec<&str> = kept.iter().filter(is_kept).map(String::as_str).collect();
        self.insert(FORGOTTEN.to_owned(), Some(kept.join(",")));
    }

    /// What was set before under this name is not handed on.
    pub fn forget(&mut self, name: &str) {
        self.insert(format!("{FORGOTTEN}{name}"), None);
    }

    /// Whether what a program was given under this name at first is not handed on.
    #[must_use]
    pub fn is_forgotten(&self, name: &str) -> bool {
        let all = self.get(FORGOTTEN).and_then(Option::as_deref);
        all.is_some_and(|kept| !kept.split(',').any(|own| own == name)) || self.contains_key(&format!("{FORGOTTEN}{name}"))
    }

    /// Whether the variable is named here.
    #[must_use]
    pub fn contains_key(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Sets a variable. Others that share what lies below do not see it.
    pub fn insert(&mut self, name: String, value: Option<String>) {
        self.top().insert(name, value);
    }

    /// Every variable once, sorted by name. Costs as much as there are: `get` does not.
    pub fn iter(&self) -> std::vec::IntoIter<(&String, &Option<String>)> {
        let mut layers = self.layers();
        let all: Vec<(&String, &Option<String>)> = match (layers.next(), layers.next()) {
            (Some(only), None) => only.own.iter().collect(),
            _ => {
                let mut all = BTreeMap::new();
                for (name, value) in self.layers().flat_map(|layer| &layer.own) {
                    all.entry(name).or_insert(value);
                }
                all.into_iter().collect()
            }
        };
        all.into_iter()
    }

    /// Variables whose names begin so, each once, sorted by name. Costs as much as there are of them.
    pub fn with_prefix(&self, prefix: &str) -> std::collections::btree_map::IntoIter<&String, &Option<String>> {
        let mut found = BTreeMap::new();
        for layer in self.layers() {
            let from = layer.own.range::<str, _>((Bound::Included(prefix), Bound::Unbounded));
            for (name, value) in from.take_while(|(name, _)| name.starts_with(prefix)) {
                found.entry(name).or_insert(value);
            }
        }
        found.into_iter()
    }

    /// The names, sorted.
    pub fn keys(&self) -> impl Iterator<Item = &String> {
        self.iter().map(|(name, _)| name)
    }

    /// At least as many as there are variables: one that was set again counts again.
    #[must_use]
    pub fn weight(&self) -> usize {
        self.layers().map(|layer| layer.own.len()).sum()
    }

    fn layers(&self) -> impl Iterator<Item = &Layer> {
        std::iter::successors(self.0.as_deref(), |layer| layer.below.0.as_deref())
    }

    /// The variables of a layer that nobody else sees.
    fn top(&mut self) -> &mut BTreeMap<String, Option<String>> {
        let shared = self.0.as_mut().is_none_or(|layer| Arc::get_mut(layer).is_none());
        if shared {
            let (mut own, mut below) = (BTreeMap::new(), std::mem::take(self));
            // A layer no larger than what will stand on it is put into that: a variable is copied once for every doubling,
            // and there are no more layers than doublings.
            while let Some(layer) = below.0.as_ref().filter(|layer| layer.own.len() <= own.len() + 1).cloned() {
                for (name, value) in &layer.own {
                    own.entry(name.clone()).or_insert_with(|| value.clone());
                }
                below = layer.below.clone();
            }
            self.0 = Some(Arc::new(Layer { own, below }));
        }
        // Nobody else holds it: this copies nothing.
        &mut Arc::make_mut(self.0.get_or_insert_with(|| Arc::new(Layer::empty()))).own
    }
}

impl Layer {
    fn empty() -> Self {
        Self { own: BTreeMap::new(), below: Env::default() }
    }
}

impl Extend<(String, Option<String>)> for Env {
    fn extend<I: IntoIterator<Item = (String, Option<String>)>>(&mut self, all: I) {
        let mut all = all.into_iter().peekable();
        if all.peek().is_some() {
            self.top().extend(all);
        }
    }
}

impl FromIterator<(String, Option<String>)> for Env {
    fn from_iter<I: IntoIterator<Item = (String, Option<String>)>>(all: I) -> Self {
        let mut env = Self::new();
        env.extend(all);
        env
    }
}

impl<const N: usize> From<[(String, Option<String>); N]> for Env {
    fn from(all: [(String, Option<String>); N]) -> Self {
        all.into_iter().collect()
    }
}

impl<'a> IntoIterator for &'a Env {
    type Item = (&'a String, &'a Option<String>);
    type IntoIter = std::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for Env {
    type Item = (String, Option<String>);
    type IntoIter = std::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter().map(|(name, value)| (name.clone(), value.clone())).collect::<Vec<_>>().into_iter()
    }
}

impl PartialEq for Env {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Env {}

impl std::fmt::Debug for Env {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(env: &mut Env, name: &str, value: &str) {
        env.insert(name.to_owned(), Some(value.to_owned()));
    }

    #[test]
    fn what_is_set_later_lies_above_and_is_seen_by_nobody_else() {
        let mut base = Env::new();
        set(&mut base, "A", "1");
        set(&mut base, "B", "1");
        let mut step = base.clone();
        set(&mut step, "A", "2");
        step.insert("C".to_owned(), None);
        assert_eq!(format!("{base:?}"), r#"{"A": Some("1"), "B": Some("1")}"#);
        assert_eq!(format!("{step:?}"), r#"{"A": Some("2"), "B": Some("1"), "C": None}"#);
        assert_eq!((step.contains_key("B"), step.get("C"), step.get("D")), (true, Some(&None), None));
        assert_ne!(base, step);
    }

    #[test]
    fn what_is_not_read_may_set_what_is_not_named() {
        let mut env = Env::new();
        set(&mut env, "A", "1");
        assert_eq!(env.get_or_open("B"), None);
        env.open();
        assert_eq!((env.get_or_open("A"), env.get_or_open("B"), env.get("B")), (Some(&Some("1".to_owned())), Some(&None), None));
    }

    #[test]
    fn copies_share_what_lies_below() {
        let base: Env = (0..1_000).map(|at| (format!("V{at}"), None)).collect();
        let mut step = base.clone();
        set(&mut step, "X", "1");
        let top = step.0.as_ref().expect("a layer");
        assert_eq!(top.own.len(), 1);
        assert!(Arc::ptr_eq(top.below.0.as_ref().expect("the base"), base.0.as_ref().expect("the base")));
    }

    #[test]
    fn layers_do_not_grow_without_end() {
        let mut kept = vec![Env::new()];
        for at in 0..500 {
            let mut next = kept.last().cloned().unwrap_or_default();
            set(&mut next, &format!("V{}", at % 100), &at.to_string());
            assert!(next.layers().count() <= 10, "one for every doubling");
            kept.push(next);
        }
        let last = kept.last().expect("the last");
        assert_eq!((last.iter().count(), last.get("V99").cloned().flatten()), (100, Some("499".to_owned())));
        assert_eq!(last.with_prefix("V9").map(|(name, _)| name.as_str()).collect::<Vec<_>>().len(), 11);
    }
}
