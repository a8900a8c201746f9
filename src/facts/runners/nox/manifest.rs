//! Owns which sessions a call of nox runs (nox 2026.8, `nox/manifest.py`, `nox/tasks.py`): their variants, names and selection.
//! Refuses to follow them.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;

use super::options::Options;
use super::parametrize::Registered;
use super::value::Value;
use crate::answer::{Reason, Why};
use crate::facts::python::expression;
use crate::facts::python::tree::{Expr, Kind};
use crate::facts::shell::{UNKNOWN_CHAR, Word};
use crate::text::Place;

/// Sessions of all variants.
const MOST: usize = 10_000;

/// A session with one interpreter and one set of arguments.
pub(super) struct Variant {
    /// Which session.
    pub(super) of: usize,
    /// The names it goes by; the first is its own.
    pub(super) names: Vec<String>,
    pub(super) python: Value,
    pub(super) arguments: Vec<(Rc<str>, Value)>,
    tags: Vec<Value>,
}

/// All sessions that a noxfile defines.
pub(super) struct Manifest<'a> {
    registered: &'a [Registered],
    pub(super) variants: Vec<Variant>,
    by_name: HashMap<String, Vec<usize>>,
    /// There are more than are looked at.
    pub(super) cut: bool,
}

/// Variants with why they may not be run.
pub(super) type Selected = Vec<(usize, Option<Why>)>;

impl<'a> Manifest<'a> {
    /// Lays out the variants, in order; a later session of the same name takes the place of an earlier one.
    pub(super) fn new(registered: &'a [Registered], options: &Options, default_backend: Option<&Value>) -> Self {
        let mut last: HashMap<&str, usize> = HashMap::new();
        for (at, session) in registered.iter().enumerate() {
            // One that may not be defined leaves the earlier one in place.
            if session.condition.is_none() && !session.name.contains(UNKNOWN_CHAR) {
                last.insert(&session.name, at);
            }
        }
        let mut manifest = Self { registered, variants: Vec::new(), by_name: HashMap::new(), cut: false };
        for (at, session) in registered.iter().enumerate() {
            if last.get(session.name.as_str()).is_none_or(|last| *last <= at) {
                manifest.lay_out(at, session, options, default_backend);
            }
        }
        for (at, variant) in manifest.variants.iter().enumerate() {
            let own = &registered[variant.of].name;
            let names: HashSet<String> = variant.names.iter().chain([own]).map(|name| normal(name)).collect();
            for name in names {
                manifest.by_name.entry(name).or_default().push(at);
            }
        }
        manifest
    }

    fn lay_out(&mut self, of: usize, session: &Registered, options: &Options, default_backend: Option<&Value>) {
        let given = &session.given;
        let python = given.get("python", 0).filter(|value| !matches!(value, Value::None)).or_else(|| given.get("py", 1));
        let python = python.cloned().unwrap_or(Value::None);
        let forced = options.forced_backend.as_ref().map(|word| word.shape().into_owned());
        let own = given.get("venv_backend", 4).filter(|value| !matches!(value, Value::None)).map(Value::shape);
        let default = || options.backend.as_ref().map(|word| word.shape().into_owned()).or(default_backend.map(Value::shape));
        let none = forced.or(own).or_else(default).is_some_and(|backend| backend == "none");
        let mut listed: Option<Vec<Value>> = match python.items() {
            Some(_) if none => None,
            Some(items) => Some(items.to_vec()),
            None if matches!(python, Value::Unknown) => Some(vec![Value::Unknown]),
            None => None,
        };
        let python = if none && python.items().is_some() { Value::Bool(false) } else { python };
        let extra: Vec<Value> =
            options.extra.iter().map(|word| Value::text(&word.shape(), crate::text::Span::default())).collect();
        if !extra.is_empty() {
            match &mut listed {
                Some(list) => list.extend(extra.iter().cloned()),
                None if python.truth() != Some(false) => {
                    listed = Some(std::iter::once(python.clone()).chain(extra.iter().cloned()).collect());
                }
                None if options.forced => listed = Some(extra.clone()),
                None => {}
            }
        }
        let multi = listed.is_some();
        let mut seen = HashSet::new();
        for one in listed.unwrap_or_else(|| vec![python]) {
            if matches!(&one, Value::Text(text) if !seen.insert(Rc::clone(&text.text))) {
                continue;
            }
            let one = if matches!(one, Value::Rest) { Value::Unknown } else { one };
            let bare = !multi || (options.forced && extra.iter().any(|extra| extra.same(&one) == Some(true)));
            self.with_arguments(of, session, one, bare, multi);
        }
    }

    fn with_arguments(&mut self, of: usize, session: &Registered, python: Value, bare: bool, multi: bool) {
        let name = &session.name;
        let tags = |more: &[Value]| {
            let own = session.given.get("tags", 6);
            let mut all = own.map_or(Vec::new(), |tags| tags.items().map_or_else(|| vec![Value::Unknown], <[Value]>::to_vec));
            all.extend(more.iter().cloned());
            all
        };
        let versioned = |python: &Value, signature: &str| {
            (python.truth() != Some(false)).then(|| format!("{name}-{}{signature}", python.shape()))
        };
        let sets = match &session.callable.parameters {
            None => {
                let names = (!multi).then(|| name.clone()).into_iter().chain(versioned(&python, "")).collect();
                self.push(Variant { of, names, python, arguments: Vec::new(), tags: tags(&[]) });
                return;
            }
            Some(None) => {
                let signature = format!("({UNKNOWN_CHAR})");
                let plain = bare.then(|| format!("{name}{signature}"));
                let names = plain.into_iter().chain(versioned(&python, &signature)).chain(versioned(&python, "")).collect();
                self.push(Variant { of, names, python, arguments: Vec::new(), tags: tags(&[]) });
                return;
            }
            Some(Some(sets)) => Rc::clone(sets),
        };
        let takes_python = session.callable.function.parameters.iter().any(|parameter| &*parameter.name == "python");
        for set in sets.iter() {
            let signature = format!("({})", set.signature);
            let mut arguments = set.arguments.clone();
            let mut python = python.clone();
            if matches!(python, Value::None)
                && !takes_python
                && let Some(at) = arguments.iter().position(|(name, _)| &**name == "python")
            {
                python = arguments.remove(at).1;
            }
            let plain = bare.then(|| format!("{name}{signature}"));
            let names = plain.into_iter().chain(versioned(&python, &signature)).chain(versioned(&python, "")).collect();
            self.push(Variant { of, names, python, arguments, tags: tags(&set.tags) });
        }
    }

    fn push(&mut self, variant: Variant) {
        self.cut |= self.variants.len() >= MOST;
        if !self.cut {
            self.variants.push(variant);
        }
    }

    /// The variants that go by a name; with why, when that is not known for certain.
    pub(super) fn named(&self, name: &str, place: &Place) -> Selected {
        let open = |what: &str| Some(Why::new(Reason::Dynamic, format!("{what} is computed")).at(place.clone()));
        if !name.contains(UNKNOWN_CHAR) {
            let exact = self.by_name.get(&normal(name)).into_iter().flatten().map(|at| (*at, None));
            let mut found: Selected = exact.collect();
            if found.is_empty() {
                let fits = |at: &usize| {
                    let own = &self.registered[self.variants[*at].of].name;
                    self.variants[*at].names.iter().chain([own]).any(|own| own.contains(UNKNOWN_CHAR) && may_be(own, name))
                };
                found = (0..self.variants.len()).filter(fits).map(|at| (at, open("the name of this session"))).collect();
            }
            return found;
        }
        let fits = |at: &usize| {
            let own = &self.registered[self.variants[*at].of].name;
            self.variants[*at].names.iter().chain([own]).any(|own| may_be(name, own))
        };
        (0..self.variants.len()).filter(fits).map(|at| (at, open("which sessions nox runs"))).collect()
    }

    fn by_words(&self, words: &[Word]) -> Selected {
        let mut all = Vec::new();
        for word in words.iter().take(256) {
            all.extend(self.named(&word.shape(), &word.place));
        }
        all
    }

    /// The variants a call runs, before what they require. `set` gives the noxfile's own options.
    pub(super) fn selected(&self, options: &Options, set: &dyn Fn(&str) -> Option<Value>, place: &Place) -> Selected {
        let given = options.sessions.is_some() || options.keywords.is_some() || options.tags.is_some();
        let own = |name: &str| if given { None } else { set(name).filter(|value| !matches!(value, Value::None)) };
        let all = || (0..self.variants.len()).map(|at| (at, None)).collect::<Selected>();
        let computed = |what: &str| Some(Why::new(Reason::Dynamic, format!("{what} is computed")).at(place.clone()));
        let words = |value: &Value| -> Vec<Word> {
            let items = value.items().map_or_else(|| vec![Value::Unknown], <[Value]>::to_vec);
            items.iter().map(|item| crate::facts::runners::quoted::added(&item.shape(), place)).collect()
        };
        let tags = options.tags.clone().or_else(|| own("tags").map(|value| words(&value)));
        let keywords =
            options.keywords.as_ref().map(|word| word.shape().into_owned()).or_else(|| own("keywords").map(|v| v.shape()));
        let mut queue = if tags.is_none() && keywords.as_ref().is_none_or(String::is_empty) {
            match options.sessions.clone().or_else(|| own("sessions").map(|value| words(&value))) {
                Some(words) => self.by_words(&words),
                None => self.by_default(place),
            }
        } else {
            all()
        };
        let pythons = options.pythons.clone().or_else(|| set("pythons").filter(|v| !matches!(v, Value::None)).map(|v| words(&v)));
        if let Some(pythons) = pythons.filter(|pythons| !pythons.is_empty()) {
            keep(&mut queue, |at| self.has_python(at, &pythons), &computed("which interpreters nox takes"));
        }
        if let Some(tags) = tags {
            keep(&mut queue, |at| self.has_tag(at, &tags), &computed("which tags nox takes"));
        }
        if let Some(keywords) = keywords.filter(|text| !text.is_empty()) {
            let parsed = expression(&keywords).ok();
            keep(&mut queue, |at| self.fits(at, parsed.as_ref()), &computed("which keywords nox takes"));
        }
        if let Some(word) = &options.open {
            let why = Why::new(Reason::Dynamic, "an argument of nox is computed").at(word.place.clone());
            queue = all();
            queue.iter_mut().for_each(|(_, condition)| *condition = Some(why.clone()));
        }
        queue
    }

    fn by_default(&self, place: &Place) -> Selected {
        let why = || Why::new(Reason::Dynamic, "whether this session runs by default is computed").at(place.clone());
        let default = |at: usize| match self.registered[self.variants[at].of].given.by_name("default") {
            None => Some((at, None)),
            Some(value) => match value.truth() {
                Some(true) => Some((at, None)),
                Some(false) => None,
                None => Some((at, Some(why()))),
            },
        };
        (0..self.variants.len()).filter_map(default).collect()
    }

    fn has_python(&self, at: usize, words: &[Word]) -> Option<bool> {
        let python = &self.variants[at].python;
        let mut open = false;
        for word in words {
            match (python, word.value.as_deref()) {
                (Value::Unknown, _) => open = true,
                (Value::Text(own), Some(given)) if &*own.text == given => return Some(true),
                (Value::Text(own), _) => open |= may_be(&word.shape(), &own.text) && word.value.is_none(),
                _ => {}
            }
        }
        if open { None } else { Some(false) }
    }

    fn has_tag(&self, at: usize, words: &[Word]) -> Option<bool> {
        let mut open = false;
        for tag in &self.variants[at].tags {
            for word in words {
                match (tag.known(), word.value.as_deref()) {
                    (Some(own), Some(given)) if own == given => return Some(true),
                    (Some(_), Some(_)) => {}
                    _ => open = true,
                }
            }
        }
        if open { None } else { Some(false) }
    }

    fn fits(&self, at: usize, keywords: Option<&Expr>) -> Option<bool> {
        let variant = &self.variants[at];
        let mut words: Vec<String> = variant.names.clone();
        words.push(self.registered[variant.of].name.clone());
        words.extend(variant.tags.iter().map(Value::shape));
        holds(keywords?, &words)
    }

    /// The variants with what they require in front, each once: for certain, if one way to it is.
    pub(super) fn with_requirements(&self, selected: Selected, place: &Place) -> Selected {
        let mut conditions: BTreeMap<usize, Option<Why>> = BTreeMap::new();
        let mut order = Vec::new();
        // (variant, condition, whether what it requires was put in front already)
        let mut open: Vec<(usize, Option<Why>, bool)> = selected.into_iter().rev().map(|(at, why)| (at, why, false)).collect();
        while let Some((at, condition, ready)) = open.pop() {
            if ready {
                order.push(at);
                continue;
            }
            match conditions.get(&at) {
                Some(None) => continue,
                Some(Some(_)) if condition.is_some() => continue,
                Some(Some(_)) => {
                    conditions.insert(at, None);
                }
                None => {
                    conditions.insert(at, condition.clone());
                    open.push((at, None, true));
                }
            }
            for name in self.requires(at) {
                for (inner, why) in self.named(&name, place) {
                    open.push((inner, condition.clone().or(why), false));
                }
            }
        }
        let taken = |at: usize| (at, conditions.get(&at).cloned().flatten());
        order.into_iter().map(taken).collect()
    }

    fn requires(&self, at: usize) -> Vec<String> {
        let variant = &self.variants[at];
        let Some(requires) = self.registered[variant.of].given.by_name("requires") else { return Vec::new() };
        let python = variant.python.shape();
        let names =
            requires.items().map_or_else(|| vec![UNKNOWN_CHAR.to_string()], |items| items.iter().map(Value::shape).collect());
        names.into_iter().take(64).map(|name| name.replace("{python}", &python).replace("{py}", &python)).collect()
    }
}

/// Keeps what a test lets pass, with a condition where the test does not know.
fn keep(queue: &mut Selected, test: impl Fn(usize) -> Option<bool>, why: &Option<Why>) {
    let all = std::mem::take(queue);
    for (at, condition) in all {
        match test(at) {
            Some(true) => queue.push((at, condition)),
            Some(false) => {}
            None => queue.push((at, condition.or_else(|| why.clone()))),
        }
    }
}

/// A name is compared as Python source is: blanks and the kind of quotes do not count.
fn normal(name: &str) -> String {
    if !name.contains('(') {
        return name.to_owned();
    }
    name.chars().filter(|c| !c.is_whitespace()).map(|c| if c == '"' { '\'' } else { c }).collect()
}

/// Whether a text with holes may be another.
fn may_be(pattern: &str, text: &str) -> bool {
    let head = |text: &str| text.split(UNKNOWN_CHAR).next().unwrap_or("").to_owned();
    let tail = |text: &str| text.rsplit(UNKNOWN_CHAR).next().unwrap_or("").to_owned();
    let (heads, tails) = ((head(pattern), head(text)), (tail(pattern), tail(text)));
    let front = heads.0.starts_with(&heads.1) || heads.1.starts_with(&heads.0);
    let back = tails.0.ends_with(&tails.1) || tails.1.ends_with(&tails.0);
    let holed = text.contains(UNKNOWN_CHAR);
    if holed {
        front && back
    } else {
        text.starts_with(&heads.0) && text.ends_with(&tails.0) && text.len() >= heads.0.len() + tails.0.len()
    }
}

/// `-k`: a name holds when it is a part of one of the words.
fn holds(keywords: &Expr, words: &[String]) -> Option<bool> {
    match &keywords.kind {
        Kind::Name(name) => {
            let found = words.iter().any(|word| word.contains(&**name));
            let open = words.iter().any(|word| word.contains(UNKNOWN_CHAR));
            if found || !open { Some(found) } else { None }
        }
        Kind::Bool(value) => Some(*value),
        Kind::Not(inner) => holds(inner, words).map(|value| !value),
        Kind::And(all) => decided(all, words, false),
        Kind::Or(all) => decided(all, words, true),
        _ => None,
    }
}

/// Whether one of them holds that decides, or else none.
fn decided(all: &[Expr], words: &[String], decides: bool) -> Option<bool> {
    let each: Vec<Option<bool>> = all.iter().map(|one| holds(one, words)).collect();
    if each.contains(&Some(decides)) { Some(decides) } else { (!each.contains(&None)).then_some(!decides) }
}
