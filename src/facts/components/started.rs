//! Owns which file of the tree a command starts by its words: a path, a module of Python. Refuses what a shell would make of them.

use crate::snapshot::Snapshot;
use crate::text::RepoPath;

/// Words of a command that are looked at.
const MOST_WORDS: usize = 64;

/// The files that words name; `lies` says where in the tree a path is, seen from where the command runs.
pub(super) fn by(words: &[&str], lies: &dyn Fn(&str) -> Option<RepoPath>, snapshot: &Snapshot) -> Vec<RepoPath> {
    let mut found = Vec::new();
    let mut module_next = false;
    // `sh -c "exec python app.py"` is one word in the exec form.
    let words = words.iter().flat_map(|word| word.split_whitespace()).map(|word| word.trim_matches(['"', '\'', ';']));
    for word in words.take(MOST_WORDS) {
        let path = lies(word).filter(|path| snapshot.is_file(path));
        let dotted = match word.split_once(':') {
            Some((module, _)) => Some(module),
            None => module_next.then_some(word),
        };
        let module = || module(dotted?, lies, snapshot);
        found.extend(path.or_else(module));
        module_next = word == "-m";
    }
    found
}

/// The file of a module of Python.
pub(super) fn module(dotted: &str, lies: &dyn Fn(&str) -> Option<RepoPath>, snapshot: &Snapshot) -> Option<RepoPath> {
    let is_name = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if !dotted.split('.').all(is_name) {
        return None;
    }
    let path = dotted.replace('.', "/");
    let ends = [".py", "/__main__.py", "/__init__.py"];
    ends.iter().filter_map(|end| lies(&format!("{path}{end}"))).find(|path| snapshot.is_file(path))
}
