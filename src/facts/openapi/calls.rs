//! Owns what a call says about serving its description: `FastAPI(openapi_url=None)` and its like, argument by argument. Refuses
//! values that are computed: they are neither on nor off.

use crate::catalog::Exporter;
use crate::text::{Place, SourceFile, Span};

/// How many calls of one file are read, and how many bytes of each: brackets that never close cost no more than this.
pub(super) const MOST_CALLS: usize = 20;
const MOST_BYTES: usize = 10_000;

/// What one call says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// Nothing against it.
    On,
    /// An argument switches it off.
    Off(Place),
    /// An argument is computed.
    Computed(Place),
}

/// Reads the arguments of a call whose opening bracket ends at `open`.
pub(super) fn said(exporter: &Exporter, file: &SourceFile, open: usize) -> Said {
    let mut computed = None;
    for argument in arguments(&file.text, open) {
        let text = &file.text[argument.start..argument.end];
        if text.starts_with("**") && exporter.off.iter().any(|mark| mark.code.contains('=')) {
            computed = computed.or_else(|| Some(file.place(argument)));
        }
        let Some((name, value)) = text.split_once('=') else { continue };
        let value = value.trim();
        let switches =
            exporter.off.iter().filter_map(|mark| mark.code.split_once('=')).filter(|(own, _)| own.trim() == name.trim());
        let offs: Vec<&str> = switches.map(|(_, off)| off.trim()).collect();
        if offs.is_empty() {
            continue;
        }
        if offs.contains(&value) {
            return Said::Off(file.place(argument));
        }
        let literal = says_text(value) || matches!(value, "True" | "true") || value.parse::<f64>().is_ok();
        if !literal {
            computed = computed.or_else(|| Some(file.place(argument)));
        }
    }
    computed.map_or(Said::On, Said::Computed)
}

/// Whether a value is one text and surely has a character: of an f-string what stands outside its braces.
fn says_text(value: &str) -> bool {
    let quote = value.find(['"', '\'']).filter(|at| value[..*at].chars().all(|letter| "fFrRuU".contains(letter)));
    let Some((prefix, text)) = quote.map(|at| value.split_at(at)) else { return false };
    let mark = if text.starts_with("\"\"\"") || text.starts_with("'''") { &text[..3] } else { &text[..1] };
    let Some(inside) = text.strip_prefix(mark).and_then(|rest| rest.strip_suffix(mark)) else { return false };
    if inside.contains(mark) {
        // More than one text, or one with its own quote in it.
        return false;
    }
    let mut depth = 0_usize;
    let is_computed = prefix.contains(['f', 'F']);
    inside.chars().any(|letter| match letter {
        '{' if is_computed => {
            depth += 1;
            false
        }
        '}' if is_computed => {
            depth = depth.saturating_sub(1);
            false
        }
        _ => depth == 0,
    })
}

/// The arguments, without the blanks around them; comments and texts hold no commas and no brackets. An open end gives none
/// after it.
fn arguments(text: &str, open: usize) -> Vec<Span> {
    let bytes = text.as_bytes();
    let (mut found, mut depth, mut start, mut at) = (Vec::new(), 0_usize, open, open);
    let add = |found: &mut Vec<Span>, start: usize, end: usize| {
        let piece = &text[start..end];
        let from = start + piece.len() - piece.trim_start().len();
        if !piece.trim().is_empty() {
            found.push(Span::new(from, from + piece.trim().len()));
        }
    };
    let bytes = &bytes[..bytes.len().min(open + MOST_BYTES)];
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' | b'\'' => {
                let quote = *byte;
                let long = [quote; 3];
                if bytes[at..].starts_with(&long) {
                    let end = memchr::memmem::find(&bytes[at + 3..], &long).map_or(bytes.len(), |length| at + length + 6);
                    at = end;
                    continue;
                }
                at += 1;
                while bytes.get(at).is_some_and(|byte| *byte != quote && *byte != b'\n') {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
            }
            b'#' => {
                add(&mut found, start, at);
                at = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |length| at + length);
                start = at;
            }
            b'(' | b'[' | b'{' => depth += 1,
            b')' if depth == 0 => {
                add(&mut found, start, at);
                return found;
            }
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => {
                add(&mut found, start, at);
                start = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use crate::text::RepoPath;

    #[test]
    fn arguments_one_by_one() {
        let fastapi = Catalog::builtin().exporters.iter().find(|one| one.id == "fastapi").expect("in the catalogue");
        let read = |arguments: &str| {
            let file = SourceFile::new(RepoPath::root(), format!("FastAPI({arguments}"));
            match said(fastapi, &file, 8) {
                Said::On => "on",
                Said::Off(_) => "off",
                Said::Computed(_) => "computed",
            }
        };
        for (arguments, wanted) in [
            (")", "on"),
            ("title='a, openapi_url=None')", "on"),
            ("openapi_url=None)", "off"),
            ("title='é', openapi_url = None,\n)", "off"),
            ("title=f(x, openapi_url=None))", "on"),
            ("\n  title='a', # openapi_url=None\n)", "on"),
            ("openapi_url='')", "off"),
            ("openapi_url='/x')", "on"),
            ("openapi_url=None if prod else '/x')", "computed"),
            ("openapi_url=settings.url)", "computed"),
            ("openapi_url=f'{settings.base}/openapi.json')", "on"),
            ("openapi_url=f'{settings.url}')", "computed"),
            ("openapi_url=r'/x')", "on"),
            ("openapi_url='/x' if prod else None)", "computed"),
            ("openapi_url='/x' if prod else '')", "computed"),
            ("openapi_url=url('/x'))", "computed"),
            ("description=\"\"\"it's\na) list, \"\"\", openapi_url=None)", "off"),
            ("**settings)", "computed"),
            ("openapi_url=None", "on"),
        ] {
            assert_eq!(read(arguments), wanted, "{arguments}");
        }
    }
}
