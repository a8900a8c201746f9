//! Owns what makes a Go module another one: `replace`, and a module of the workspace. Refuses vendored sources.

use crate::facts::hold::{Hold, HoldEffect};
use crate::facts::runners::World;
use crate::text::{RepoPath, SourceFile, Span};

/// One line of a directive, blocks taken apart: the word, what stands behind it, where.
type Line<'t> = (&'t str, &'t str, Span);

/// A `replace` of the tool's module in `go.mod` or `go.work`, or a module of that name that `go.work` uses.
pub(super) fn replaced(name: &str, directory: &RepoPath, world: &World<'_>) -> Option<Hold> {
    let mine = |module: &str| {
        !module.is_empty() && (name == module || name.strip_prefix(module).is_some_and(|rest| rest.starts_with('/')))
    };
    for dir in directory.ancestors() {
        for manifest in ["go.mod", "go.work"] {
            let Some(path) = dir.join(manifest).filter(|path| world.snapshot.is_file(path)) else { continue };
            let Ok(file) = world.snapshot.read(&path) else { continue };
            for (word, rest, span) in lines(&file) {
                let first = unquoted(rest);
                let module = match word {
                    "replace" => Some(first.to_owned()).filter(|module| mine(module)),
                    "use" => used(first, &dir, world).filter(|module| mine(module)),
                    _ => None,
                };
                if let Some(module) = module {
                    let why = if word == "use" {
                        format!("`{module}` is a module of this repository")
                    } else {
                        format!("`{module}` is replaced by another module")
                    };
                    return Some(Hold::new(HoldEffect::Void, file.place(span), why));
                }
            }
        }
    }
    None
}

fn lines(file: &SourceFile) -> Vec<Line<'_>> {
    let mut out = Vec::new();
    let (mut block, mut offset) = (None, 0);
    for line in file.text.split_inclusive('\n') {
        let (start, text) = (offset, line.split("//").next().unwrap_or("").trim());
        offset += line.len();
        let span = Span::new(start, start + line.trim_end().len());
        match block {
            Some(_) if text == ")" => block = None,
            Some(word) => out.push((word, text, span)),
            None => {
                let end = text.find(|c: char| c.is_whitespace() || c == '(').unwrap_or(text.len());
                let (word, rest) = (&text[..end], text[end..].trim());
                if rest == "(" {
                    block = Some(word);
                } else {
                    out.push((word, rest, span));
                }
            }
        }
    }
    out
}

/// The first word, out of the quotes that a module file may put around it.
fn unquoted(text: &str) -> &str {
    for quote in ['"', '`'] {
        if let Some(rest) = text.strip_prefix(quote) {
            return rest.split(quote).next().unwrap_or(rest);
        }
    }
    text.split_whitespace().next().unwrap_or_default()
}

/// The name of the module in a directory.
fn used(directory: &str, from: &RepoPath, world: &World<'_>) -> Option<String> {
    let below = if from.is_root() { directory.to_owned() } else { format!("{from}/{directory}") };
    let path = RepoPath::new(&format!("{below}/go.mod")).filter(|path| world.snapshot.is_file(path))?;
    let file = world.snapshot.read(&path).ok()?;
    lines(&file).into_iter().find(|(word, ..)| *word == "module").map(|(_, rest, _)| unquoted(rest).to_owned())
}
