//! Owns the entries of lock files that are JSON: npm's, bun's and Pipenv's. Refuses to parse the whole of them, which are large.

use super::{Asked, Odd, What, address, is_version};
use crate::doc::{Document, Format, Value};
use crate::limits::Limits;
use crate::text::{RepoPath, SourceFile, Span};

/// Entries of one name that are looked at: of more, one is taken to be odd.
const ENTRIES: usize = 64;

/// Bytes of one entry.
const LONGEST: usize = 64 * 1024;

/// `node_modules/NAME` of npm's lock file; the older one has the name alone, and a version that may be a source. (npm, "package-lock.json".)
pub(super) fn package_lock(asked: &Asked<'_>) -> Option<Odd> {
    if let Some(odd) = spelled(asked) {
        return Some(odd);
    }
    let above = |below: &&str| if below.is_empty() { String::new() } else { format!("{below}/") };
    let keys = asked.below.iter().map(|below| format!("\"{}node_modules/{}\"", above(below), asked.name));
    for key in keys.chain([format!("\"{}\"", asked.name)]) {
        let found = entries(asked.text, &key, '{').find_map(|entry| {
            let (span, document) = read(entry)?;
            let Some(document) = document else { return Some(Odd { span, what: What::Spelled }) };
            of_npm(document.root(), span, asked)
        });
        if found.is_some() {
            return found;
        }
    }
    None
}

fn of_npm(entry: Value<'_>, span: Span, asked: &Asked<'_>) -> Option<Odd> {
    if entry.get("link").is_some_and(|link| link.scalar() == Some("true")) {
        return Some(Odd { span, what: What::Linked });
    }
    let (version, resolved) = (entry.get("version"), entry.get("resolved"));
    // Else it is no entry of a package: what others say of one of this name.
    version.or(resolved)?;
    let named = entry.get("name").and_then(Value::as_str).filter(|name| *name != asked.name);
    if let Some(odd) = named.and_then(|name| asked.from(name, span)) {
        return Some(odd);
    }
    let text = |value: Value<'_>| value.as_str().unwrap_or("?").to_owned();
    if let Some(odd) = version.map(text).filter(|version| !is_version(version)).and_then(|version| asked.from(&version, span)) {
        return Some(odd);
    }
    let resolved = resolved.map(text).filter(|resolved| !address::is_of_npm(resolved, asked.name, asked.text))?;
    asked.from(&resolved, span)
}

/// `"NAME": ["NAME@VERSION", "ADDRESS", …]` of bun's lock file (bun, "Lockfile").
pub(super) fn bun(asked: &Asked<'_>) -> Option<Odd> {
    if let Some(odd) = spelled(asked) {
        return Some(odd);
    }
    entries(asked.text, &format!("\"{}\"", asked.name), '[').find_map(|entry| {
        let (at, rest) = match entry {
            Ok(found) => found,
            Err(span) => return Some(Odd { span, what: What::Spelled }),
        };
        let span = Span::new(at, at + asked.name.len() + 2);
        let mut quoted = rest.split('"').skip(1).step_by(2);
        let (first, second) = (quoted.next()?, quoted.next().unwrap_or_default());
        let version = first.strip_prefix(asked.name).and_then(|rest| rest.strip_prefix('@'));
        if !version.is_some_and(is_version) {
            return asked.from(first, span);
        }
        let elsewhere = second.contains("://") && !address::is_of_npm(second, asked.name, asked.text);
        if elsewhere { asked.from(second, span) } else { None }
    })
}

/// An entry of Pipenv's lock file with a path, a repository or a file.
pub(super) fn pipfile(asked: &Asked<'_>) -> Option<Odd> {
    if let Some(odd) = spelled(asked) {
        return Some(odd);
    }
    entries(asked.text, &format!("\"{}\"", asked.name), '{').find_map(|entry| {
        let (span, document) = read(entry)?;
        let Some(document) = document else { return Some(Odd { span, what: What::Spelled }) };
        let source = ["path", "file", "git"].iter().find_map(|key| document.root().get(key))?;
        asked.from(source.as_str().unwrap_or("?"), span)
    })
}

/// Letters as numbers, and slashes behind a backslash, are written by none of them: a key may be any other then.
fn spelled(asked: &Asked<'_>) -> Option<Odd> {
    let last = asked.name.rsplit('/').next().unwrap_or(asked.name);
    let slash = format!("\\/{last}\"");
    let at = asked.text.find("\\u0").or_else(|| asked.text.find(&slash))?;
    Some(Odd { span: Span::new(at, at + 2), what: What::Spelled })
}

/// Where a key stands with a value that begins like this one, and the text from the value on; past the bound only where.
fn entries<'t>(text: &'t str, key: &str, opens: char) -> impl Iterator<Item = Result<(usize, &'t str), Span>> {
    let len = key.len();
    let places: Vec<usize> = text.match_indices(key).map(|(at, _)| at).collect();
    let value = move |at: usize| {
        let rest = text[at + len..].trim_start().strip_prefix(':')?.trim_start();
        rest.starts_with(opens).then_some((at, rest))
    };
    let found = places.into_iter().filter_map(value).enumerate();
    found.take(ENTRIES + 1).map(
        move |(nth, (at, rest))| {
            if nth == ENTRIES { Err(Span::new(at, at + len)) } else { Ok((at, rest)) }
        },
    )
}

/// The object that begins an entry, with the place of its key; no document where it is none that is read.
fn read(entry: Result<(usize, &str), Span>) -> Option<(Span, Option<Document>)> {
    let (at, rest) = match entry {
        Ok(found) => found,
        Err(span) => return Some((span, None)),
    };
    let document = object(rest).and_then(|text| {
        let file = SourceFile::new(RepoPath::root(), text.to_owned());
        Document::parse(file, Format::Json, &Limits::default()).ok()
    });
    Some((Span::new(at, at + 1), document))
}

/// The text of the object that begins here, up to its own end.
fn object(text: &str) -> Option<&str> {
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    for (at, byte) in text.bytes().enumerate().take(LONGEST) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = quoted,
            b'"' => quoted = !quoted,
            b'{' if !quoted => depth += 1,
            b'}' if !quoted => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(&text[..=at]);
                }
            }
            _ => {}
        }
    }
    None
}
