//! Owns what patterns in a tool's own list stand for in this tree, in the tool's own grammar. Refuses to know where a list stands.

use std::collections::HashSet;

use crate::catalog::tool::ListedAs;
use crate::snapshot::Snapshot;
use crate::text::RepoPath;

/// Entries that one pattern is held against.
const ENTRIES: usize = 20_000;

/// Ends of patterns that take in all that lies below, of what a tool for one language looks at.
const ALL_BELOW: &[&str] = &["/**/*.py", "/**/*.pyi", "/**/*", "/**/", "/**"];

/// The paths that a pattern stands for; `None` when that is not known: a class, or more entries than are looked at.
pub(super) fn expanded(snapshot: &Snapshot, base: &RepoPath, pattern: &str, grammar: ListedAs) -> Option<Vec<RepoPath>> {
    if grammar == ListedAs::Path || (grammar == ListedAs::Glob && pattern.contains('[')) {
        return None;
    }
    let pattern = pattern.trim_start_matches("./");
    // `**/*.py` is everything, and so is `src/**/*.py` of `src`: of a directory tools for Python look at nothing else.
    let rooted = format!("/{pattern}");
    let whole = ALL_BELOW.iter().find_map(|end| rooted.strip_suffix(end));
    let directories = whole.is_some();
    let kept = whole.map_or(pattern, |head| head.trim_start_matches('/'));
    let steps: Vec<&str> = kept.split('/').filter(|step| !step.is_empty()).collect();
    let literal = steps.iter().take_while(|step| !step.contains(['*', '?'])).count();
    let root = base.join(&steps[..literal].join("/"))?;
    let steps = &steps[literal..];
    if steps.is_empty() {
        return Some(vec![root]);
    }
    let deep = steps.contains(&"**");
    let entries = snapshot.under(&root);
    if entries.len() > ENTRIES {
        return None;
    }
    let (mut seen, mut found): (HashSet<&str>, Vec<RepoPath>) = (HashSet::new(), Vec::new());
    for entry in entries.iter().filter(|entry| entry.is_file()) {
        let Some(below) = entry.path.below(&root) else { continue };
        let ends = below.match_indices('/').map(|(end, _)| end).chain(std::iter::once(below.len()));
        for (depth, end) in ends.enumerate() {
            let (part, is_file) = (&below[..end], end == below.len());
            // pyright goes into a directory only when the pattern matches it, or has `**` in it.
            let reached = grammar == ListedAs::Glob || deep || depth == 0;
            if !reached || (is_file && directories) || !seen.insert(part) {
                continue;
            }
            let parts: Vec<&str> = part.split('/').collect();
            if matches(steps, &parts, grammar == ListedAs::Glob) {
                found.extend(root.join(part));
                // All below it is looked at with it.
                break;
            }
        }
    }
    Some(found)
}

/// Whether the steps of a pattern stand for these names; `**` for any number of them. Where `hides`, only a name that is written
/// with its dot begins with one.
fn matches(steps: &[&str], names: &[&str], hides: bool) -> bool {
    let one = |step: &str, name: &str| {
        !(hides && name.starts_with('.') && !step.starts_with('.')) && wild(step.as_bytes(), name.as_bytes())
    };
    let (mut at, mut name) = (0, 0);
    let mut back: Option<(usize, usize)> = None;
    while name < names.len() {
        if steps.get(at) == Some(&"**") {
            back = Some((at, name));
            at += 1;
        } else if steps.get(at).is_some_and(|step| one(step, names[name])) {
            at += 1;
            name += 1;
        } else {
            let Some((star, from)) = back else { return false };
            if hides && names[from].starts_with('.') {
                return false;
            }
            back = Some((star, from + 1));
            (at, name) = (star + 1, from + 1);
        }
    }
    steps[at..].iter().all(|step| *step == "**")
}

/// `*` for any bytes and `?` for one, of one name.
fn wild(step: &[u8], name: &[u8]) -> bool {
    let (mut at, mut byte) = (0, 0);
    let mut back: Option<(usize, usize)> = None;
    while byte < name.len() {
        match step.get(at) {
            Some(b'*') => {
                back = Some((at, byte));
                at += 1;
            }
            Some(known) if *known == b'?' || *known == name[byte] => {
                at += 1;
                byte += 1;
            }
            _ => {
                let Some((star, from)) = back else { return false };
                back = Some((star, from + 1));
                (at, byte) = (star + 1, from + 1);
            }
        }
    }
    step[at..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_stand_for_what_their_tools_take_them_for() {
        let files = ["a.py", "src/b.py", "src/p/c.py", "src/p/q/d.py", "x/src/e.py", ".h/f.py", "x/.h/src/g.py"];
        let snapshot = Snapshot::in_memory(files.map(|path| (path.to_owned(), String::new())));
        let told = |pattern: &str, grammar| {
            let found = expanded(&snapshot, &RepoPath::root(), pattern, grammar);
            found.map(|paths| paths.iter().map(|path| format!("{path}")).collect::<Vec<_>>().join(" "))
        };
        // As `glob.glob(pattern, recursive=True)` has it, and as sourceEnumerator.ts walks.
        for (pattern, glob, spec) in [
            ("*.py", "a.py", "a.py"),
            ("src/*.py", "src/b.py", "src/b.py"),
            ("src/*", "src/b.py src/p", "src/b.py src/p"),
            ("**/*.py", "", ""),
            ("./src/**/*.py", "src", "src"),
            ("src/**", "src", "src"),
            ("*/src", "x/src", ""),
            ("**/src", "src x/src", "src x/.h/src x/src"),
            ("*/src/**/*.py", "x/src", ""),
            ("src/**/q", "src/p/q", "src/p/q"),
            ("s?c", "src", "src"),
            ("none/*.py", "", ""),
        ] {
            assert_eq!(told(pattern, ListedAs::Glob).as_deref(), Some(glob), "{pattern}");
            assert_eq!(told(pattern, ListedAs::Spec).as_deref(), Some(spec), "{pattern}");
            assert_eq!(told(pattern, ListedAs::Path), None, "{pattern}");
        }
        assert_eq!(told("src/[bc].py", ListedAs::Glob), None);
    }
}
