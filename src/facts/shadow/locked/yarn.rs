//! Owns the entries of `yarn.lock`, of both kinds. Refuses what yarn does not write, which is told.

use super::{Asked, Odd, What, address, bare, is_version, line_span, lines};
use crate::facts::shadow::npm;
use crate::text::Span;

/// An entry for a range of the registry's that is something else. Each begins with the ranges that it stands for (yarn 1, `lockfile/stringify.js`;
/// yarn, "yarn.lock"); what is asked for from elsewhere is the manifest's word.
pub(super) fn odd(asked: &Asked<'_>) -> Option<Odd> {
    let mut inside = false;
    let mut resolved: Option<Span> = None;
    for (start, line) in lines(asked.text) {
        let span = line_span(start, line);
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if !line.starts_with(' ') {
            if let Some(span) = resolved.take() {
                return Some(Odd { span, what: What::Spelled });
            }
            let Some(head) = line.strip_suffix(':').filter(|_| !line.starts_with(['?', '{', '&', '!', '*', '<', '\t'])) else {
                return Some(Odd { span, what: What::Spelled });
            };
            if head.contains("\\u") || head.contains("\\x") {
                return Some(Odd { span, what: What::Spelled });
            }
            inside = stands_for(head, asked.name);
            // Of the later yarn each has it.
            resolved = (inside && head.contains("@npm:")).then_some(span);
            continue;
        }
        if !inside {
            continue;
        }
        let (key, value) = line.trim().split_once(' ').unwrap_or((line.trim(), ""));
        let found = match bare(key.trim_end_matches(':')) {
            "resolution" => {
                resolved = None;
                Some(bare(value)).filter(|value| !is_locator(value, asked))
            }
            "resolved" => Some(bare(value)).filter(|value| !address::is_of_npm(value, asked.name, asked.text)),
            _ => None,
        };
        if let Some(odd) = found.and_then(|source| asked.from(source, span)) {
            return Some(odd);
        }
    }
    resolved.map(|span| Odd { span, what: What::Spelled })
}

/// Whether one of the ranges of an entry asks the registry for the package.
fn stands_for(head: &str, name: &str) -> bool {
    let head = head.replace('"', "");
    let mut patterns = head.split(',').map(str::trim);
    patterns.any(|pattern| {
        let spec = pattern.strip_prefix(name).and_then(|rest| rest.strip_prefix('@'));
        spec.is_some_and(|spec| npm::elsewhere(spec, name).is_none() && !spec.contains('/'))
    })
}

/// `NAME@npm:VERSION`, with the address where that is none that follows from the name.
fn is_locator(text: &str, asked: &Asked<'_>) -> bool {
    let Some(rest) = text.strip_prefix(asked.name).and_then(|rest| rest.strip_prefix("@npm:")) else { return false };
    match rest.split_once("::") {
        None => is_version(rest),
        Some((version, bound)) => {
            let address = bound
                .strip_prefix("__archiveUrl=")
                .map(|text| text.replace("%3A", ":").replace("%2F", "/").replace("%40", "@").replace("%25", "%"));
            let address = address.filter(|address| !address.contains('&'));
            is_version(version) && address.is_some_and(|address| address::is_of_npm(&address, asked.name, asked.text))
        }
    }
}
