//! Owns the entries of the lock files of uv, Poetry and PDM, tables of TOML that are written line by line. Refuses what none of them
//! writes, which is told.

use super::{Asked, Odd, What, address, bare, line_span, lines};
use crate::text::Span;

/// Keys of a source that is no index (uv, `uv-resolver/src/lock`; PDM, "Lock file").
const ELSEWHERE: [&str; 6] = ["git", "directory", "path", "url", "editable", "virtual"];

/// A package that is taken from elsewhere than an index, or with files from elsewhere than the others.
pub(super) fn odd(asked: &Asked<'_>) -> Option<Odd> {
    let mut block = Block::default();
    for (start, line) in lines(asked.text) {
        let span = line_span(start, line);
        let text = line.trim_start();
        if text.starts_with("[[") {
            if bare(text.trim_matches(['[', ']'])) != "package" || text != "[[package]]" && text.contains('"') {
                block = Block::default();
                if text.contains('"') {
                    return Some(Odd { span, what: What::Spelled });
                }
                continue;
            }
            block = Block { inside: true, ..Block::default() };
        } else if text.replace(' ', "") == "package=[]" {
            // Poetry's own way to say that there are none.
        } else if text.starts_with("package ") || text.starts_with("package=") || text.contains("\\u") {
            return Some(Odd { span, what: What::Spelled });
        } else if let Some(table) = text.strip_prefix('[').filter(|_| line.starts_with('[')) {
            block.table = Some(table.trim_end_matches(']').trim());
        } else if let Some(odd) = block.line(line, span, asked) {
            return Some(odd);
        }
    }
    None
}

/// One `[[package]]`.
#[derive(Default)]
struct Block<'t> {
    inside: bool,
    /// It is the tool's.
    own: bool,
    table: Option<&'t str>,
    /// The kind of Poetry's source.
    kind: Option<&'t str>,
}

impl<'t> Block<'t> {
    fn line(&mut self, line: &'t str, span: Span, asked: &Asked<'_>) -> Option<Odd> {
        if !self.inside {
            return None;
        }
        let (key, value) = line.split_once('=').map_or((line, ""), |(key, value)| (bare(key), value.trim()));
        match (self.table, key) {
            (None, "name") => {
                let plain = |text: &str| text.to_ascii_lowercase().replace(['_', '.'], "-");
                self.own = plain(bare(value)) == plain(asked.name);
                None
            }
            _ if !self.own => None,
            (None, "source") => source(value, span, asked),
            (None, key) if key.starts_with("source.") => Some(Odd { span, what: What::Spelled }),
            (None, key) if ELSEWHERE.contains(&key) => elsewhere(bare(value), span, asked),
            (Some("package.source"), "type") => {
                self.kind = Some(bare(value));
                None
            }
            (Some("package.source"), "url") if self.kind != Some("legacy") => elsewhere(bare(value), span, asked),
            // `sdist = { url = … }`, `wheels = [` and its lines.
            (None, _) => {
                let addresses = value_of(line, "url");
                let address = addresses.filter(|address| !address::is_of_python(address, asked.name, asked.text))?;
                elsewhere(address, span, asked)
            }
            _ => None,
        }
    }
}

/// `{ registry = "https://…" }` is an index; a directory of the tree may be one as well.
fn source(value: &str, span: Span, asked: &Asked<'_>) -> Option<Odd> {
    match value_of(value, "registry") {
        Some(registry) if registry.contains("://") && !registry.starts_with("file:") => None,
        Some(registry) => elsewhere(registry, span, asked),
        None => {
            let found = ELSEWHERE.iter().find_map(|key| value_of(value, key));
            elsewhere(found.unwrap_or(value), span, asked)
        }
    }
}

/// The project itself is its own source.
fn elsewhere(source: &str, span: Span, asked: &Asked<'_>) -> Option<Odd> {
    if source == "." { None } else { asked.from(source, span) }
}

/// The text behind a key of a table in one line.
fn value_of<'t>(text: &'t str, key: &str) -> Option<&'t str> {
    let rest = text.match_indices(key).find_map(|(at, _)| {
        let alone =
            text[..at].trim_end_matches(['"', ' ']).is_empty() || text[..at].trim_end_matches('"').ends_with(['{', ' ', ',']);
        let rest = text[at + key.len()..].trim_start_matches(['"', ' ']).strip_prefix('=')?;
        alone.then(|| rest.trim_start())
    })?;
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    rest[1..].split(quote).next()
}
