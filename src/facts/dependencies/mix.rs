//! Owns the dependencies of `mix.exs` and the name of its application, read by a small pass over tuples. Refuses to evaluate
//! Elixir: only `{:name, "~> 1.0", only: :test}`, written out, counts.

use crate::snapshot::Snapshot;
use crate::text::{RepoPath, Span};

use super::Sink;

/// Bytes of one tuple.
const LONGEST: usize = 2_048;

/// Options of a dependency without a version.
const OPTIONS: &[&str] =
    &["app", "branch", "compile", "env", "git", "github", "hex", "in_umbrella", "only", "optional", "override", "path"];

/// Reads `{:name, …}` tuples with a version or an option of a dependency.
pub(super) fn read(snapshot: &Snapshot, sink: &mut Sink<'_>) {
    let Ok(file) = snapshot.read(sink.manifest) else { return };
    for (start, tuple) in tuples(&file.text) {
        let Some((name, rest)) = tuple.split_once(',') else { continue };
        let (name, rest) = (name.trim_end(), rest.trim_start());
        let plain = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        let version = rest.strip_prefix('"').is_some_and(|text| text.starts_with(|c: char| "~<>=!0123456789 ".contains(c)));
        let option = || rest.split_once(':').is_some_and(|(key, _)| OPTIONS.contains(&key));
        if !plain || !(version || option()) {
            continue;
        }
        let said = |words: &[&str]| words.iter().any(|words| rest.contains(words));
        let elsewhere = said(&["only:"]) && !said(&[":prod"]);
        sink.optional = said(&["optional: true"]);
        let place = file.place(Span::new(start, start + name.len()));
        sink.add("hex", name, place, !elsewhere && !said(&["runtime: false"]));
        sink.optional = false;
    }
}

/// The name of the application, under which its package is published.
pub(crate) fn app(snapshot: &Snapshot, manifest: &RepoPath) -> Option<String> {
    let file = snapshot.read(manifest).ok()?;
    let name = file.text.lines().take(400).find_map(|line| line.trim_start().strip_prefix("app: :"))?;
    let end = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(name.len());
    Some(name[..end].to_owned())
}

/// The insides of tuples that begin with an atom, and where its name begins; comments and texts are passed over.
fn tuples(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let byte = *bytes.get(at)?;
            match byte {
                b'#' => at = line_end(bytes, at),
                b'"' => at = text_end(bytes, at),
                b'{' if bytes.get(at + 1) == Some(&b':') => {
                    let start = at + 2;
                    at = start;
                    if let Some(end) = tuple_end(bytes, start) {
                        // What stands in it (`only: [:dev]`, a text) is no tuple of its own.
                        at = end;
                        return Some((start, text.get(start..end)?));
                    }
                }
                _ => at += 1,
            }
        }
    })
}

/// The brace that ends a tuple, if there is one close enough.
fn tuple_end(bytes: &[u8], start: usize) -> Option<usize> {
    let (mut at, mut depth) = (start, 0_usize);
    while at < bytes.len().min(start + LONGEST) {
        match bytes[at] {
            b'#' => at = line_end(bytes, at),
            b'"' => at = text_end(bytes, at),
            b'}' if depth == 0 => return Some(at),
            byte => {
                depth = depth + usize::from(byte == b'{') - usize::from(byte == b'}');
                at += 1;
            }
        }
    }
    None
}

fn line_end(bytes: &[u8], at: usize) -> usize {
    memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |length| at + length)
}

fn text_end(bytes: &[u8], start: usize) -> usize {
    let mut end = start + 1;
    while bytes.get(end).is_some_and(|byte| *byte != b'"') {
        end += if bytes[end] == b'\\' { 2 } else { 1 };
    }
    (end + 1).min(bytes.len())
}
