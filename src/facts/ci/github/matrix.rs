//! Owns `strategy.matrix`: the variants of a job, by GitHub's rules for vectors, `exclude` and `include`. Refuses to unfold
//! more variants than the limit: past it there is one variant, of which nothing is known.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::budget::Budget;
use super::expr::{Names, Val, equal, number_text};
use super::template::value_of;
use crate::doc::{Kind, Value};

/// Comparisons of combinations with `exclude` and `include` entries of one job.
const COMPARISONS: usize = 1_000_000;

/// Keys of one matrix.
const KEYS: usize = 256;

/// The variants of a job.
#[derive(Debug)]
pub(super) struct Variants {
    /// One value of the `matrix` context for each; `None` for a job without a matrix.
    pub(super) list: Vec<Option<Val>>,
    /// How many values of each its check's name shows: what `include` adds to a combination is not among them.
    pub(super) shown: Vec<usize>,
    /// Some values are known only when it runs.
    pub(super) dynamic: bool,
    /// What to say about it.
    pub(super) problem: Option<String>,
}

type Combination = Vec<(String, Val)>;

/// Expands the matrix of a job's `strategy`.
pub(super) fn expand(strategy: Option<Value<'_>>, names: &dyn Names, budget: &Budget<'_>) -> Variants {
    let limit = budget.variants;
    let Some(matrix) = strategy.and_then(|strategy| strategy.get("matrix")) else {
        return Variants { list: vec![None], shown: vec![0], dynamic: false, problem: None };
    };
    let unknown = |problem: Option<String>| {
        let value = Val::unknown("depends on a matrix that is computed");
        Variants { list: vec![Some(value)], shown: vec![0], dynamic: true, problem }
    };
    let entries = match (matrix.kind(), value_of(matrix, names)) {
        (Kind::Disputed, _) | (_, Val::Unknown(_) | Val::Open(_)) => return unknown(None),
        (_, Val::Map(entries)) => entries,
        _ => return unknown(Some("`matrix` is no mapping".to_owned())),
    };
    let Some(plan) = Plan::new(&entries).filter(|plan| plan.vectors.len() <= KEYS) else { return unknown(None) };
    let work = plan.work(limit).filter(|work| budget.evaluations(*work));
    let Some((list, crossed)) = work.and_then(|_| plan.combinations(limit)) else {
        return unknown(Some(format!("the matrix has more than {limit} variants, or there are too many in all")));
    };
    let problem = list.is_empty().then(|| "the matrix is empty: the job does not run".to_owned());
    let dynamic = list.iter().flatten().any(|(_, value)| matches!(value, Val::Unknown(_)));
    let shown = list.iter().enumerate().map(|(at, own)| if at < crossed { plan.vectors.len() } else { own.len() }).collect();
    let list = list.into_iter().map(|combination| Some(Val::Map(Arc::new(combination)))).collect();
    Variants { list, shown, dynamic, problem }
}

struct Plan {
    vectors: Vec<(String, Vec<Val>)>,
    exclude: Vec<Combination>,
    include: Vec<Combination>,
}

impl Plan {
    /// `None` when an `include` or `exclude` is computed.
    fn new(entries: &[(String, Val)]) -> Option<Self> {
        let mut plan = Self { vectors: Vec::new(), exclude: Vec::new(), include: Vec::new() };
        for (key, value) in entries {
            match key.as_str() {
                "include" => plan.include = objects(value)?,
                "exclude" => plan.exclude = objects(value)?,
                _ => plan.vectors.push((
                    key.clone(),
                    match value {
                        Val::List(items) => items.to_vec(),
                        single => vec![single.clone()],
                    },
                )),
            }
        }
        Some(plan)
    }

    fn count(&self) -> Option<usize> {
        let one = usize::from(!self.vectors.is_empty());
        self.vectors.iter().try_fold(one, |count, (_, values)| count.checked_mul(values.len()))
    }

    /// How much is to be done; `None` when it is too much.
    fn work(&self, limit: usize) -> Option<usize> {
        let count = self.count().filter(|count| *count <= limit.saturating_mul(16))?;
        let entries = self.exclude.iter().chain(&self.include);
        let compared = count.saturating_add(1).saturating_mul(entries.map(|entry| entry.len() + 1).sum());
        Some(count.saturating_mul(self.vectors.len()).saturating_add(compared)).filter(|work| *work <= COMPARISONS)
    }

    /// The combinations, and how many of them, the first ones, come from the vectors; `None` when there are too many.
    fn combinations(&self, limit: usize) -> Option<(Vec<Combination>, usize)> {
        let count = self.count()?;
        let mut kept: Vec<Combination> = (0..count).map(|number| self.combination(number)).collect();
        kept.retain(|combination| !self.exclude.iter().any(|entry| is_excluded(combination, entry)));
        if kept.len() > limit {
            return None;
        }
        let added = self.include(&mut kept);
        let crossed = kept.len();
        kept.extend(added);
        (kept.len() <= limit).then_some((kept, crossed))
    }

    /// The combination of a number; the last vector changes fastest.
    fn combination(&self, number: usize) -> Combination {
        let mut rest = number;
        let mut out: Combination = Vec::with_capacity(self.vectors.len());
        for (key, values) in self.vectors.iter().rev() {
            let value = values.get(rest % values.len().max(1)).cloned().unwrap_or(Val::Null);
            rest /= values.len().max(1);
            out.push((key.clone(), value));
        }
        out.reverse();
        out
    }

    /// Adds `include` entries to every combination whose original values they leave alone; an entry that fits nowhere is a
    /// combination of its own, and returned.
    fn include(&self, kept: &mut [Combination]) -> Vec<Combination> {
        let vectors: BTreeSet<String> = self.vectors.iter().map(|(key, _)| key.to_ascii_lowercase()).collect();
        let mut own = Vec::new();
        for entry in &self.include {
            let (original, extra): (Vec<_>, Vec<_>) =
                entry.iter().partition(|(key, _)| vectors.contains(&key.to_ascii_lowercase()));
            let mut fits = false;
            for combination in kept.iter_mut() {
                let agrees = original.iter().all(|(key, value)| same_under(combination, key, value));
                if !agrees {
                    continue;
                }
                fits = true;
                for (key, value) in &extra {
                    match combination.iter_mut().find(|(known, _)| known.eq_ignore_ascii_case(key)) {
                        Some(slot) => slot.1 = value.clone(),
                        None => combination.push((key.clone(), value.clone())),
                    }
                }
            }
            if !fits {
                own.push(original.into_iter().chain(extra).cloned().collect());
            }
        }
        own
    }
}

fn objects(value: &Val) -> Option<Vec<Combination>> {
    match value {
        Val::List(items) => items
            .iter()
            .map(|item| match item {
                Val::Map(entries) => Some(entries.to_vec()),
                _ => None,
            })
            .collect(),
        Val::Null => Some(Vec::new()),
        _ => None,
    }
}

fn same_under(combination: &Combination, key: &str, value: &Val) -> bool {
    combination.iter().find(|(known, _)| known.eq_ignore_ascii_case(key)).is_some_and(|(_, own)| matches_entry(own, value))
}

fn is_excluded(combination: &Combination, entry: &Combination) -> bool {
    entry.iter().all(|(key, value)| same_under(combination, key, value))
}

/// Whether a value has all that an entry names.
fn matches_entry(own: &Val, wanted: &Val) -> bool {
    match (own, wanted) {
        (Val::Map(own), Val::Map(wanted)) => wanted.iter().all(|(key, value)| same_under(own, key, value)),
        (Val::List(own), Val::List(wanted)) => {
            own.len() == wanted.len() && own.iter().zip(wanted.iter()).all(|(own, wanted)| matches_entry(own, wanted))
        }
        _ => equal(own, wanted) == Ok(true),
    }
}

/// The scalars of the first `shown` values of a variant in order, as GitHub puts them behind a job's name; `None` when one is
/// not known.
pub(super) fn segments(variant: &Val, shown: usize) -> Option<Vec<String>> {
    let mut out = Vec::new();
    match variant {
        Val::Map(entries) => entries.iter().take(shown).try_for_each(|(_, value)| gather(value, &mut out))?,
        other => gather(other, &mut out)?,
    }
    out.retain(|segment| !segment.is_empty());
    Some(out)
}

fn gather(value: &Val, out: &mut Vec<String>) -> Option<()> {
    match value {
        Val::Map(entries) => entries.iter().try_for_each(|(_, value)| gather(value, out)),
        Val::List(items) => items.iter().try_for_each(|item| gather(item, out)),
        other => other.as_text().map(|text| out.push(text.to_string())),
    }
}

/// A number of the file; `None` for what GitHub keeps as text.
pub(super) fn number(text: &str) -> Option<f64> {
    if let Some(digits) = text.strip_prefix("0x") {
        return u32::from_str_radix(digits, 16).ok().map(f64::from);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return u32::from_str_radix(digits, 8).ok().map(f64::from);
    }
    text.parse::<f64>().ok().filter(|value| value.is_finite() && !number_text(*value).is_empty())
}
