//! Owns the names of the checks that a job publishes. Refuses to guess: a name with something unknown in it is none.

use super::expr::Val;
use super::matrix::{self, Variants};
use super::reuse::Site;
use super::scope::Scope;
use super::template;
use crate::doc::Value;

/// GitHub cuts longer names.
const LENGTH: usize = 100;

/// The names of a job's checks, one for each variant, behind those of its callers.
pub(super) fn checks(site: &Site, id: &str, job: Value<'_>, variants: &Variants, scope: &Scope<'_>) -> Vec<Option<String>> {
    let mut own: Vec<Option<String>> = variants
        .list
        .iter()
        .zip(&variants.shown)
        .map(|(variant, shown)| {
            name(id, job, variant.as_ref().map(|variant| (variant, *shown)), &Scope { matrix: variant.as_ref(), ..scope.clone() })
        })
        .collect();
    if variants.dynamic {
        own.push(None);
    }
    own.dedup();
    if !affordable(&own, 1, scope) {
        return vec![None];
    }
    let Some(callers) = &site.callers else { return own };
    if !affordable(&own, callers.len(), scope) || !affordable(callers, own.len(), scope) {
        return vec![None];
    }
    let most = own.len().saturating_mul(callers.len()).min(4096);
    let all =
        callers.iter().flat_map(|caller| own.iter().map(move |own| Some(format!("{} / {}", caller.as_ref()?, own.as_ref()?))));
    all.take(most).collect()
}

/// Whether so many copies of the names may be made.
fn affordable(names: &[Option<String>], copies: usize, scope: &Scope<'_>) -> bool {
    let bytes: usize = names.iter().flatten().map(|name| name.len() + 16).sum();
    scope.repository.budget.bytes(bytes.saturating_mul(copies))
}

fn name(id: &str, job: Value<'_>, variant: Option<(&Val, usize)>, scope: &Scope<'_>) -> Option<String> {
    let written = job.get("name").and_then(|name| name.scalar()).filter(|name| !name.is_empty());
    if let Some(written) = written.filter(|name| name.contains("${{")) {
        let text = template::text_value(written, scope).as_text()?;
        return Some(if text.is_empty() { id.to_owned() } else { text.to_string() });
    }
    let base = written.unwrap_or(id);
    let segments = match variant {
        Some((variant, shown)) => matrix::segments(variant, shown)?,
        None => Vec::new(),
    };
    let full = if segments.is_empty() { base.to_owned() } else { format!("{base} ({})", segments.join(", ")) };
    if full.chars().count() <= LENGTH {
        return Some(full);
    }
    Some(full.chars().take(LENGTH - 3).chain("...".chars()).collect())
}
