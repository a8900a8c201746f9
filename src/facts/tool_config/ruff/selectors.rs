//! Owns which rules Ruff's selectors leave in force: specificity, replacement by `select`, carried ignores. Refuses to read
//! files. Rules outside the family asked about are followed as the selectors that brought them, not one by one.

use std::collections::BTreeMap;

use crate::catalog;
use crate::text::Place;

/// The numbers of the family's rules.
fn codes(rules: &'static [String]) -> impl Iterator<Item = u16> {
    rules.iter().filter_map(|rule| rule.strip_prefix('S')?.parse().ok())
}

/// Of the rules of flake8-bandit, so many must be in force for the family to be.
const ENOUGH: usize = 40;

/// A selector as written.
#[derive(Clone, Debug)]
pub(super) struct Selector {
    pub(super) text: String,
    pub(super) place: Place,
}

/// One `select`/`ignore` group: of a file, or of the command line.
#[derive(Clone, Debug, Default)]
pub(super) struct Layer {
    pub(super) select: Option<Vec<Selector>>,
    pub(super) extend_select: Vec<Selector>,
    pub(super) ignore: Vec<Selector>,
}

/// What is in force.
pub(super) struct InForce {
    /// Security rules, each with the selector that brought it; the defaults have none.
    security: BTreeMap<u16, Option<Place>>,
    /// Those that are selected and ignored, each with the selector that ignores it.
    dropped: BTreeMap<u16, Selector>,
    /// Other selectors.
    others: BTreeMap<String, Option<Place>>,
}

/// From the vague to the exact, as later ones win inside a layer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Specificity {
    All,
    Family,
    Prefix(usize),
    Rule,
}

/// The digits behind `S`, when the selector is one of flake8-bandit.
fn security_digits(text: &str) -> Option<&str> {
    text.strip_prefix('S').filter(|digits| digits.len() <= 3 && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

fn specificity(text: &str) -> Specificity {
    if text == "ALL" {
        return Specificity::All;
    }
    match text.bytes().filter(u8::is_ascii_digit).count() {
        0 => Specificity::Family,
        3 => Specificity::Rule,
        digits => Specificity::Prefix(digits),
    }
}

fn security_rules(text: &str) -> impl Iterator<Item = u16> {
    let digits = if text == "ALL" { Some("") } else { security_digits(text) };
    codes(&catalog::knows("ruff").security_rules)
        .filter(move |code| digits.is_some_and(|digits| code.to_string().starts_with(digits)))
}

impl InForce {
    /// Applies layers in order, the file most extended first, the command line last.
    pub(super) fn resolve<'l>(layers: impl Iterator<Item = &'l Layer>) -> Self {
        let mut force = Self {
            security: codes(&catalog::knows("ruff").on_by_default).map(|code| (code, None)).collect(),
            dropped: BTreeMap::new(),
            others: BTreeMap::from([("default".to_owned(), None)]),
        };
        let mut carried: &[Selector] = &[];
        for layer in layers {
            let carry = std::mem::take(&mut carried);
            force.apply(layer, carry);
            if layer.select.as_ref().is_some_and(Vec::is_empty) && layer.extend_select.is_empty() {
                carried = &layer.ignore;
            }
        }
        force
    }

    fn apply(&mut self, layer: &Layer, carried: &[Selector]) {
        let selected = || layer.select.iter().flatten().chain(&layer.extend_select);
        let ignored = || layer.ignore.iter().chain(carried);
        let mut steps: Vec<(Specificity, bool, &Selector)> = selected().map(|one| (specificity(&one.text), false, one)).collect();
        steps.extend(ignored().map(|one| (specificity(&one.text), true, one)));
        // At one specificity, what is ignored wins.
        steps.sort_by_key(|(specificity, ignores, _)| (*specificity, *ignores));
        let mut updates: BTreeMap<u16, Option<&Place>> = BTreeMap::new();
        let mut others: BTreeMap<&str, Option<&Place>> = BTreeMap::new();
        if layer.select.is_some() {
            self.dropped.clear();
        }
        for (_, ignores, selector) in &steps {
            for code in security_rules(&selector.text) {
                let inherited = || layer.select.is_none() && self.security.contains_key(&code);
                if !ignores {
                    self.dropped.remove(&code);
                } else if updates.get(&code).map_or_else(inherited, |place| place.is_some()) {
                    self.dropped.insert(code, (*selector).clone());
                }
            }
            let place = (!ignores).then_some(&selector.place);
            updates.extend(security_rules(&selector.text).map(|code| (code, place)));
            if security_digits(&selector.text).is_none() {
                others.insert(&selector.text, place);
            }
        }
        if layer.select.is_some() {
            self.security.clear();
            self.others.clear();
        }
        for (code, place) in updates {
            if let Some(place) = place {
                self.security.insert(code, Some(place.clone()));
            } else {
                self.security.remove(&code);
            }
        }
        let drops: Vec<&str> = others.iter().filter(|(_, place)| place.is_none()).map(|(text, _)| *text).collect();
        self.others.retain(|text, _| !drops.iter().any(|ignored| covers(ignored, text)));
        let added = others.into_iter().filter_map(|(text, place)| Some((text.to_owned(), Some(place?.clone()))));
        self.others.extend(added);
    }

    /// The selectors that ignore what is selected of the security family, where enough of it is selected and not left.
    pub(super) fn ignored(&self) -> Vec<&Selector> {
        if self.security.len() >= ENOUGH || self.security.len() + self.dropped.len() < ENOUGH {
            return Vec::new();
        }
        let mut all: Vec<&Selector> = Vec::new();
        for selector in self.dropped.values() {
            if !all.iter().any(|known| known.text == selector.text && known.place == selector.place) {
                all.push(selector);
            }
        }
        all
    }

    /// Whether nothing is in force.
    pub(super) fn is_empty(&self) -> bool {
        self.security.is_empty() && self.others.is_empty()
    }

    /// Where a family or rule is put in force.
    pub(super) fn place_of(&self, name: &str) -> Option<Option<&Place>> {
        if name == "S" {
            let enough = self.security.len() >= ENOUGH;
            return enough.then(|| self.security.values().find_map(Option::as_ref));
        }
        if let Some(code) = security_digits(name).and_then(|digits| digits.parse::<u16>().ok()) {
            return self.security.get(&code).map(Option::as_ref);
        }
        self.others.iter().find(|(text, _)| covers(text, name)).map(|(_, place)| place.as_ref())
    }

    /// Whether ignoring these takes the security family out of force, and whether it takes everything.
    pub(super) fn without<'s>(&self, ignored: impl Iterator<Item = &'s Selector>) -> (bool, bool) {
        let mut left = self.security.clone();
        let mut all = false;
        for selector in ignored {
            all |= selector.text == "ALL";
            for code in security_rules(&selector.text) {
                left.remove(&code);
            }
        }
        (left.len() < ENOUGH, all)
    }
}

/// Whether a selector takes in another: equal, `ALL`, or a prefix that ends where digits go on (`E` and `E501`, not `PL` and
/// `PLW`, which is another family).
fn covers(selector: &str, other: &str) -> bool {
    selector == "ALL" || other.strip_prefix(selector).is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
}
