//! Owns what `pnpm-lock.yaml` says of a package: what a project of the workspace gets, and where that comes from. Refuses what pnpm
//! does not write, which is told.

use super::{Asked, Odd, What, address, bare, is_version, line_span, lines};
use crate::text::Span;

const TABLES: [&str; 3] = ["dependencies", "devDependencies", "optionalDependencies"];

/// Where a line stands: the keys above it, by its depth.
#[derive(Default)]
struct Above<'t> {
    keys: [&'t str; 5],
}

/// An entry of the package that is no version of the registry's (pnpm/spec, "lockfile").
pub(super) fn odd(asked: &Asked<'_>) -> Option<Odd> {
    let mut above = Above::default();
    for (start, line) in lines(asked.text) {
        let text = line.trim_start();
        if text.is_empty() || text.starts_with('#') || text == "---" {
            continue;
        }
        let indent = line.len() - text.len();
        let span = line_span(start, line);
        let depth = indent / 2;
        if depth >= above.keys.len() {
            continue;
        }
        let (key, value) = text.split_once(": ").or_else(|| Some((text.strip_suffix(':')?, ""))).unwrap_or((text, ""));
        let key = bare(key);
        above.keys[depth] = key;
        above.keys[depth + 1..].fill("");
        let read = matches!(above.keys[0], "importers" | "packages") || TABLES.contains(&above.keys[0]);
        let odd = ["?", "{", "&", "!", "*", "<", "\t"].iter().any(|sign| text.starts_with(sign)) || text.contains("\\u");
        // What opens a table stands alone on its line.
        let opens = depth == 0 || above.keys[0] == "importers" && depth < 3 && asked_for(above.keys[1], asked);
        let inline = read && opens && !matches!(value, "" | "{}");
        if odd && (read || depth == 0) || read && !indent.is_multiple_of(2) || inline {
            return Some(Odd { span, what: What::Spelled });
        }
        if let Some(odd) = entry(&above, depth, value, span, asked) {
            return Some(odd);
        }
    }
    None
}

/// Whether an importer is the project of the command, or one above it.
fn asked_for(importer: &str, asked: &Asked<'_>) -> bool {
    asked.below.iter().any(|below| if below.is_empty() { importer == "." } else { *below == importer })
}

fn entry(above: &Above<'_>, depth: usize, value: &str, span: Span, asked: &Asked<'_>) -> Option<Odd> {
    let locked = match above.keys {
        [table, name, ..] if TABLES.contains(&table) && name == asked.name => Some(1),
        ["importers", importer, table, name, ..]
            if TABLES.contains(&table) && name == asked.name && asked_for(importer, asked) =>
        {
            Some(3)
        }
        _ => None,
    };
    if let Some(at) = locked {
        // The older one has the version alone, the newer one `specifier` and `version`.
        let told = if depth == at { !value.is_empty() } else { depth == at + 1 && above.keys[at + 1] == "version" };
        if depth == at && value.starts_with(['{', '&', '*']) {
            return Some(Odd { span, what: What::Spelled });
        }
        return if told && !is_plain(bare(value)) { asked.from(bare(value), span) } else { None };
    }
    if above.keys[0] != "packages" || depth < 2 || above.keys[2] != "resolution" || !is_package(above.keys[1], asked.name) {
        return None;
    }
    // `resolution: {integrity: …, tarball: …}` in one line, or each in its own.
    let line = if depth == 2 { value.trim_matches(['{', '}']) } else { value };
    let pairs: Vec<(&str, &str)> = match depth {
        2 => line.split(", ").filter_map(|pair| pair.split_once(": ")).map(|(key, value)| (bare(key), bare(value))).collect(),
        3 => vec![(above.keys[3], bare(value))],
        _ => Vec::new(),
    };
    pairs.into_iter().find_map(|(key, value)| match key {
        "integrity" => None,
        "tarball" if address::is_of_npm(value, asked.name, asked.text) => None,
        _ => asked.from(value, span),
    })
}

/// A version, with what stands beside the package (`8.1.0(jiti@1)`, `8.1.0_hash`).
fn is_plain(version: &str) -> bool {
    is_version(version.split(['(', '_']).next().unwrap_or(version))
}

/// `NAME@VERSION`, `/NAME@VERSION` or `/NAME/VERSION`.
fn is_package(key: &str, name: &str) -> bool {
    let key = key.strip_prefix('/').unwrap_or(key);
    key.strip_prefix(name).and_then(|rest| rest.strip_prefix(['@', '/'])).is_some_and(is_plain)
}
