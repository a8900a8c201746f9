//! Owns which of a job's variants a text can tell apart. Refuses to expand a matrix.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::expr::{TEXT_BYTES, Val};
use crate::doc::{Kind, Value};

/// Which keys of `matrix` a text asks for.
#[derive(Clone, Debug, Default)]
pub(super) struct UsedKeys {
    keys: BTreeSet<String>,
    all: bool,
}

/// What of a variant a text can see.
pub(super) type Projection = Vec<Option<u32>>;

/// The variants of a job in numbers: equal values of a key have equal numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct Codes {
    keys: BTreeMap<String, u32>,
    rows: Vec<BTreeMap<u32, u32>>,
}

impl Codes {
    /// Numbers the values of all variants, each once.
    pub(super) fn new(variants: &[Option<Val>]) -> Self {
        let mut codes = Self::default();
        let mut values: BTreeMap<String, u32> = BTreeMap::new();
        for variant in variants {
            let mut row = BTreeMap::new();
            if let Some(Val::Map(entries)) = variant {
                for (key, value) in entries.iter() {
                    let next = codes.keys.len() as u32;
                    let key = *codes.keys.entry(key.to_ascii_lowercase()).or_insert(next);
                    let next = values.len() as u32;
                    row.insert(key, *values.entry(spelled(value)).or_insert(next));
                }
            }
            codes.rows.push(row);
        }
        codes
    }

    /// What tells a variant from the others for a text that asks for these keys.
    pub(super) fn projection(&self, used: &UsedKeys, variant: usize) -> Projection {
        if used.all {
            return vec![u32::try_from(variant).ok()];
        }
        let row = self.rows.get(variant);
        used.keys.iter().map(|key| row?.get(self.keys.get(key)?).copied()).collect()
    }
}

/// A value as text that is equal for equal values; long texts are told apart by where they lie.
fn spelled(value: &Val) -> String {
    match value {
        Val::Str(text) if text.len() > TEXT_BYTES => format!("{:p}", Arc::as_ptr(text)),
        Val::List(items) => items.iter().map(|item| format!("{},", spelled(item))).collect(),
        Val::Map(entries) => entries.iter().map(|(key, value)| format!("{key}={};", spelled(value))).collect(),
        other => format!("{other:?}"),
    }
}

impl UsedKeys {
    /// Adds those of every scalar below `value`.
    pub(super) fn scan(&mut self, value: Value<'_>) {
        match value.kind() {
            Kind::Mapping => value.entries().for_each(|entry| self.scan(entry.value)),
            Kind::Sequence => value.items().for_each(|item| self.scan(item)),
            _ => self.scan_text(value.scalar().unwrap_or_default()),
        }
    }

    /// Adds those of a text; wherever `matrix` stands counts, in an expression or not.
    pub(super) fn scan_text(&mut self, text: &str) {
        let mut rest = text;
        while let Some(at) = find_matrix(rest) {
            rest = &rest[at + "matrix".len()..];
            let behind = rest.trim_start();
            let name = match behind.strip_prefix('.') {
                Some(name) => Some(name.trim_start()),
                None => behind.strip_prefix('[').and_then(|index| index.trim_start().strip_prefix('\'')),
            };
            let Some(name) = name else {
                self.all |= behind.starts_with([')', '[', ',', '}']);
                continue;
            };
            let end = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-').unwrap_or(name.len());
            match &name[..end] {
                "" => self.all = true,
                key => {
                    self.keys.insert(key.to_ascii_lowercase());
                }
            }
        }
    }
}

fn find_matrix(text: &str) -> Option<usize> {
    text.as_bytes().windows(6).position(|window| window.eq_ignore_ascii_case(b"matrix"))
}
