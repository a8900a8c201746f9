//! Owns the files of the tree that a word stands for when `git ls-files` or `find` prints them: `$(git ls-files '*.py')`. Refuses every
//! option that asks for something else than names, and every list that passes through another program.

use globset::{GlobBuilder, GlobMatcher};

use super::shell::{UNKNOWN_CHAR, Word, printers};
use super::workdir::Workdir;
use crate::snapshot::Snapshot;
use crate::text::RepoPath;

/// Files that one list may hold; of a longer one nothing is said.
const MOST: usize = 4_000;

/// The files; `None` when the word is no such list, or one that the tree does not settle.
pub(super) fn of(word: &Word, workdir: &Workdir, snapshot: &Snapshot) -> Option<Vec<RepoPath>> {
    let directory = workdir.dir()?;
    let pipelines = printers(&word.raw)?;
    let [commands] = pipelines.as_slice() else { return None };
    let [command] = commands.as_slice() else { return None };
    let words: Vec<&str> = command.iter().map(String::as_str).collect();
    if words.iter().any(|word| word.contains(UNKNOWN_CHAR)) {
        return None;
    }
    let list = match words.as_slice() {
        ["git", "ls-files", rest @ ..] => List::of_git(rest)?,
        ["find", rest @ ..] => List::of_find(rest)?,
        _ => return None,
    };
    let holds = |path: &RepoPath| path.below(&directory).is_some_and(|path| list.holds(path));
    let files = snapshot.under(&directory).iter().filter(|entry| entry.is_file()).map(|entry| &entry.path);
    let found: Vec<RepoPath> = files.filter(|path| holds(path)).take(MOST + 1).cloned().collect();
    (!found.is_empty() && found.len() <= MOST).then_some(found)
}

/// What a path below the directory has to be.
#[derive(Default)]
struct List {
    /// One of these directories holds it, or it is one of them; none: anywhere.
    roots: Vec<String>,
    /// One of these patterns fits it; none: any.
    patterns: Vec<GlobMatcher>,
    /// This one fits its last segment; none: any.
    name: Option<GlobMatcher>,
    /// None of these fits it.
    without: Vec<GlobMatcher>,
}

/// A pattern in which `*` stands for slashes as well, as it does to git (gitglossary(7), pathspec) and to `find -path`.
fn pattern(text: &str) -> Option<GlobMatcher> {
    GlobBuilder::new(text).literal_separator(false).build().ok().map(|glob| glob.compile_matcher())
}

impl List {
    /// gitglossary(7): a path names a file or what lies below it, a pattern fits the whole path.
    fn of_git(words: &[&str]) -> Option<Self> {
        let mut list = Self::default();
        for word in words {
            match *word {
                "--" | "-z" | "-c" | "--cached" => {}
                flag if flag.starts_with('-') => return None,
                out if out.starts_with(":!") || out.starts_with(":^") => {
                    // More letters of the short form say more; a colon may end it.
                    let rest = &out[2..];
                    let plain = rest.strip_prefix(':').unwrap_or(rest);
                    list.take_out(Some(plain).filter(|_| !rest.starts_with(['!', '^', '/']))?)?;
                }
                magic if magic.starts_with(':') => list.take_out(magic.strip_prefix(":(exclude)")?)?,
                text if text.contains(['*', '?', '[']) => list.patterns.push(pattern(text.trim_start_matches("./"))?),
                root => {
                    let root = root.trim_start_matches("./").trim_end_matches('/');
                    list.patterns.extend([pattern(root)?, pattern(&format!("{root}/**"))?]);
                }
            }
        }
        Some(list)
    }

    fn take_out(&mut self, text: &str) -> Option<()> {
        let text = text.trim_end_matches('/');
        self.without.extend([pattern(text)?, pattern(&format!("{text}/**"))?]);
        Some(())
    }

    /// find(1): roots, then tests that all have to hold.
    fn of_find(words: &[&str]) -> Option<Self> {
        let mut list = Self::default();
        let mut words = words.iter().copied().peekable();
        while let Some(root) = words.next_if(|word| !word.starts_with(['-', '!', '('])) {
            let root = root.trim_start_matches("./").trim_end_matches('/');
            if root.starts_with(['/', '~']) || root.contains("..") {
                return None;
            }
            list.roots.push(if root == "." { String::new() } else { root.to_owned() });
        }
        while let Some(test) = words.next() {
            let not = matches!(test, "!" | "-not");
            let test = if not { words.next()? } else { test };
            match (test, not) {
                ("-type", false) if words.next()? == "f" => {}
                ("-name", false) if list.name.is_none() => list.name = Some(pattern(words.next()?)?),
                // `./x` is how a file is called that is found from `.`.
                ("-path" | "-wholename", true) => list.without.push(pattern(words.next()?.trim_start_matches("./"))?),
                ("-print" | "-print0", false) => {}
                _ => return None,
            }
        }
        Some(list)
    }

    fn holds(&self, path: &str) -> bool {
        let holds = |root: &String| {
            root.is_empty() || path.strip_prefix(root.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let name = path.rsplit('/').next().unwrap_or(path);
        (self.roots.is_empty() || self.roots.iter().any(holds))
            && (self.patterns.is_empty() || self.patterns.iter().any(|pattern| pattern.is_match(path)))
            && self.name.as_ref().is_none_or(|pattern| pattern.is_match(name))
            && !self.without.iter().any(|pattern| pattern.is_match(path) || pattern.is_match(format!("/{path}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{Place, Span};

    #[test]
    fn files_that_a_command_lists() {
        let files = ["a.py", "src/b.py", "src/sub/c.py", "src/d.js", "tests/e.py"];
        let snapshot = Snapshot::in_memory(files.iter().map(|path| ((*path).to_owned(), "x".to_owned())));
        let listed = |directory: &str, raw: &str| {
            let place = Place::file(RepoPath::root());
            let word = Word { raw: raw.to_owned(), value: None, partial: None, span: Span::default(), place, glob: false };
            let found = of(&word, &Workdir::workspace().enter(directory), &snapshot)?;
            Some(found.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))
        };
        for (directory, raw, expected) in [
            ("", "$(git ls-files '*.py')", Some("a.py src/b.py src/sub/c.py tests/e.py")),
            ("src", "$(git ls-files '*.py')", Some("src/b.py src/sub/c.py")),
            ("", "$(git ls-files -z -- 'src/*.py' ':!src/sub')", Some("src/b.py")),
            ("", "$(git ls-files '*.py' ':!:src/*' ':!:tests')", Some("a.py")),
            ("", "$(git ls-files '*.py' ':!/src')", None),
            ("", "$(git ls-files src)", Some("src/b.py src/d.js src/sub/c.py")),
            ("", "$(find . -name '*.py' -not -path './tests/*')", Some("a.py src/b.py src/sub/c.py")),
            ("", "$(find src tests -type f -name '*.py' -print0)", Some("src/b.py src/sub/c.py tests/e.py")),
            ("", "$(find src -maxdepth 1 -name '*.py')", None),
            ("", "$(git ls-files -m '*.py')", None),
            ("", "$(git ls-files '*.py' | grep -v x)", None),
            ("", "$(git ls-files \"$X\")", None),
            ("", "$(git ls-files '*.rb')", None),
            ("", "$(ls)", None),
        ] {
            assert_eq!(listed(directory, raw).as_deref(), expected, "{raw}");
        }
    }
}
