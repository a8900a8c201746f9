//! Owns the comparison of what is run with the catalogue's rows: argument lists, flags, actions, hooks, images. Refuses to
//! follow anything.

mod first_words;
mod flags;
mod interpreter;

use super::pipeline::ActionCall;
use super::shell::Word;
use super::spelling;
use crate::catalog::tool::{Hook, Run};
use crate::catalog::{Catalog, Tool};

pub use first_words::FirstWords;
pub use flags::{find_flag, flag_matches};
pub use interpreter::module_of_python;

/// A row of a tool that matched, and how many words it took.
#[derive(Clone, Copy, Debug)]
pub struct RowMatch<'c> {
    /// The tool.
    pub tool: &'c Tool,
    /// Index of the row in `run`.
    pub row: usize,
    /// Words taken, flags in between included.
    pub taken: usize,
    /// A word among them that nothing is known of: it is this row if that word is a flag or none at all.
    pub doubt: Option<usize>,
    /// It is not the tool's own command: the policy says that it stands for the tool.
    pub wrapped: bool,
}

/// The program name that rows are compared with: base name, `.exe`/`.cmd`/`.phar` dropped, and a version behind it (`python3.12`,
/// `golangci-lint-v2.4.0`); every interpreter of Python is `python`; the scope of a package is no directory (`@biomejs/biome`).
#[must_use]
pub fn program_name(word: &str) -> &str {
    if word.starts_with('@') && word.matches('/').count() == 1 {
        return word;
    }
    let base = word.rsplit(['/', '\\']).next().unwrap_or(word);
    let base = [".exe", ".cmd", ".phar"].iter().find_map(|ending| base.strip_suffix(ending)).unwrap_or(base);
    let base = unversioned(base);
    // PyPy takes the command line of CPython, and the launcher of Windows hands it on.
    match base.strip_prefix("python").or_else(|| base.strip_prefix("pypy")) {
        Some(version) if version.chars().all(|c| c.is_ascii_digit() || c == '.') => "python",
        _ if base == "py" => "python",
        _ => base,
    }
}

/// A name without the version behind it: `-v1.2.3`, `-1.2`, `-18`, and what a pre-release or a pseudo-version adds.
fn unversioned(name: &str) -> &str {
    let version = |text: &str| {
        let text = text.strip_prefix('v').unwrap_or(text);
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let (number, more) = text.split_at(end);
        let whole = number.starts_with(|c: char| c.is_ascii_digit()) && !number.ends_with('.');
        whole && (more.is_empty() || (number.contains('.') && more.starts_with(['-', '+'])))
    };
    let ends = name.match_indices('-').map(|(at, _)| at).filter(|at| *at > 0);
    ends.into_iter().find(|at| version(&name[at + 1..])).map_or(name, |at| &name[..at])
}

/// Whether a program is one of a name, as [`program_name`] has it; most are told apart by how they begin.
fn is_called(program: &str, name: &str) -> bool {
    // Asked of every row for every command: by bytes, not by characters.
    let base = || program.bytes().rposition(|byte| matches!(byte, b'/' | b'\\')).map_or(0, |at| at + 1);
    let begins = || name == "python" || program.as_bytes()[base()..].starts_with(name.as_bytes());
    program == name || (begins() && program_name(program) == name)
}

/// How many words of `words` the row takes: its words in order, the first by program name, flags in between skipped (with
/// their value where `value_flags` says so); `None` when it does not match, or not for certain.
#[must_use]
pub fn take_row(row: &[String], words: &[Word], value_flags: &[String]) -> Option<usize> {
    match take(row, words, value_flags) {
        Take::Taken { words, doubt: None } => Some(words),
        _ => None,
    }
}

/// How a row fits a list of words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Take {
    /// It takes so many words; `doubt` is the first of them that nothing is known of.
    Taken {
        /// How many.
        words: usize,
        /// Its index.
        doubt: Option<usize>,
    },
    /// It may be this row: the word at this index, of which nothing is known, is the last that could tell.
    Open(usize),
    /// It is not this row.
    Not,
}

/// [`take_row`], with words that are not known: one that begins with `-` or `+` is a flag, one of which nothing is known may be
/// a flag, a word of the row, or no word at all.
#[must_use]
pub fn take(row: &[String], words: &[Word], value_flags: &[String]) -> Take {
    let (Some((first, rest)), Some(program)) = (row.split_first(), words.first().and_then(|word| word.value.as_deref())) else {
        return Take::Not;
    };
    if !is_called(program, first) {
        return Take::Not;
    }
    let (mut at, mut doubt) = (1, None);
    for wanted in rest {
        loop {
            let Some(word) = words.get(at) else {
                return doubt.filter(|_| may_take(rest, &words[1..], value_flags)).map_or(Take::Not, Take::Open);
            };
            at += 1;
            if word.is_open() {
                doubt.get_or_insert(at - 1);
                continue;
            }
            let shape = word.shape();
            if *shape == **wanted {
                break;
            }
            if !shape.starts_with(['-', '+']) || matches!(&*shape, "-" | "--") {
                return Take::Not;
            }
            if value_flags.iter().any(|flag| *flag == *shape) {
                at += 1;
            }
        }
    }
    Take::Taken { words: at, doubt }
}

/// Whether words could be those of a row, flags in between: one in quotes of which nothing is known is one word, whatever it is
/// (`python "$f"` is no `python -m ruff`).
pub(super) fn may_take(row: &[String], words: &[Word], value_flags: &[String]) -> bool {
    // How many words of the row may be taken so far.
    let mut taken = vec![false; row.len() + 1];
    taken[0] = true;
    for word in words {
        if taken[row.len()] {
            return true;
        }
        if !taken.contains(&true) {
            return false;
        }
        if word.is_open() && !word.is_one() {
            return true;
        }
        let shape = word.shape();
        if value_flags.iter().any(|flag| *flag == *shape) {
            return true;
        }
        let flag = word.is_open() || (shape.starts_with(['-', '+']) && !matches!(&*shape, "-" | "--"));
        let mut next = vec![false; row.len() + 1];
        for (at, reached) in taken.iter().enumerate().filter(|(_, reached)| **reached) {
            next[at] |= *reached && flag;
            if row.get(at).is_some_and(|wanted| word.is_open() || **wanted == *shape) {
                next[at + 1] = true;
            }
        }
        taken = next;
    }
    taken[row.len()]
}

/// The word that decides, not known, whether a command is one of a tool's (`cargo $X`).
#[must_use]
pub fn open_row<'w>(catalog: &Catalog, words: &'w [Word]) -> Option<&'w Word> {
    let program = words.first()?.value.as_deref()?;
    let tools = catalog.tools_run_as(program, program_name(program));
    let tools = tools.filter(|tool| !analyses_nothing(tool, words.get(1..).unwrap_or(&[])));
    let rows = tools.flat_map(|tool| tool.run.iter().filter_map(move |row| Some((tool, row.argv.as_ref()?))));
    let mut open = rows.filter_map(|(tool, argv)| match take(argv, words, &tool.value_flags) {
        Take::Open(at) => words.get(at),
        _ => None,
    });
    open.next()
}

/// The rows of all tools whose `argv` matches, longest first, one per tool; commands that a tool lists as `not_run`, or that
/// carry a flag which makes it analyse nothing, match nothing.
#[must_use]
pub fn tools_for_words<'c>(catalog: &'c Catalog, words: &[Word]) -> Vec<RowMatch<'c>> {
    let mut found: Vec<RowMatch<'c>> = Vec::new();
    let Some(program) = words.first().and_then(|word| word.value.as_deref()) else { return found };
    let name = program_name(program);
    for tool in catalog.tools_run_as(program, name) {
        let rows = tool.run.iter().enumerate().filter_map(|(at, row)| Some((at, row.argv.as_ref()?, row)));
        let candidates = rows
            .filter(|(_, argv, row)| row.image.is_none() && argv.first().is_some_and(|first| first == name || first == program));
        let best = candidates
            .filter_map(|(at, argv, _)| match take(argv, words, &tool.value_flags) {
                Take::Taken { words, doubt } => Some((argv.len(), at, words, doubt)),
                _ => None,
            })
            .max_by_key(|(length, at, ..)| (*length, usize::MAX - at));
        let Some((length, row, taken, doubt)) = best else { continue };
        // The longest list of words says which command it is: `check bans` is another than `check`.
        let listed = tool.not_run.iter().any(|argv| argv.len() >= length && take_row(argv, words, &tool.value_flags).is_some());
        if !listed && !analyses_nothing(tool, &words[1..]) {
            found.push(RowMatch { tool, row, taken, doubt, wrapped: false });
        }
    }
    found
}

/// The arguments of a command: what stands behind the words of its row, and the flags between them (`npm --offline audit`).
/// In front of a module (`python -W error -m bandit`) they are another program's.
#[must_use]
pub fn arguments(hit: &RowMatch<'_>, words: &[Word]) -> Vec<Word> {
    let row = hit.tool.run[hit.row].argv.as_deref().filter(|argv| !hit.wrapped && !argv.iter().any(|word| word == "-m"));
    let (taken, behind) = words.split_at(hit.taken.min(words.len()));
    let mut wanted = row.unwrap_or_default().iter().skip(1).peekable();
    let mut given = Vec::new();
    for word in taken.iter().skip(1).filter(|_| row.is_some()) {
        if wanted.next_if(|wanted| *word.shape() == ***wanted).is_none() && !word.shape().starts_with('+') {
            given.push(word.clone());
        }
    }
    given.extend_from_slice(behind);
    spelling::in_full(hit.tool, &given).into_owned()
}

/// Whether a flag makes the invocation analyse nothing (`--help`, `--version`).
#[must_use]
pub fn analyses_nothing(tool: &Tool, args: &[Word]) -> bool {
    let args = &*spelling::in_full(tool, args);
    let end = args.iter().position(|word| !tool.no_run_anywhere && word.value.as_deref() == Some("--")).unwrap_or(args.len());
    args[..end].iter().filter_map(|word| word.value.as_deref()).any(|value| tool.no_run_flags.iter().any(|flag| flag == value))
}

/// The rows of all tools whose `action` matches: exact and case-insensitive by owner, repository and path.
#[must_use]
pub fn tools_for_action<'c>(catalog: &'c Catalog, action: &ActionCall) -> Vec<RowMatch<'c>> {
    rows(catalog, |row| {
        let named = row.action.as_deref().is_some_and(|name| same_action(name, &action.name));
        named
            && row.when.as_ref().is_none_or(|when| {
                let given = action.inputs.get(&when.input).and_then(|input| input.value.as_deref());
                given.is_some_and(|given| when.value.iter().any(|value| value == given.trim()))
            })
    })
}

/// Whether a catalogue name and a written one are the same action; a trailing `/*` takes any path.
#[must_use]
pub fn same_action(listed: &str, written: &str) -> bool {
    match listed.strip_suffix("/*") {
        Some(prefix) => {
            let head = written.get(..prefix.len());
            head.is_some_and(|head| head.eq_ignore_ascii_case(prefix)) && written[prefix.len()..].starts_with('/')
        }
        None => listed.eq_ignore_ascii_case(written),
    }
}

/// The rows of all tools whose `hook` matches.
#[must_use]
pub fn tools_for_hook<'c>(catalog: &'c Catalog, repo: &str, id: &str) -> Vec<RowMatch<'c>> {
    let repo = repository_of(repo);
    rows(catalog, |row| {
        row.hook.as_ref().is_some_and(|Hook { repo: listed, id: known }| known == id && repository_of(listed) == repo)
    })
}

/// The rows of all tools whose `image` matches; a row with `argv` must find it in the words, whose first may be left to the
/// image's entry point.
#[must_use]
pub fn tools_for_image<'c>(catalog: &'c Catalog, image: &str, words: &[Word]) -> Vec<RowMatch<'c>> {
    let image = image_name(image);
    let mut found = Vec::new();
    for tool in catalog.tools.iter() {
        let hit = tool.run.iter().enumerate().find_map(|(at, row)| {
            let named = row.image.as_deref().is_some_and(|listed| image_name(listed).eq_ignore_ascii_case(image));
            let taken = match &row.argv {
                None => named.then_some(0),
                Some(argv) => named
                    .then(|| take_row(argv, words, &tool.value_flags).or_else(|| behind_entry_point(argv, words, tool)))
                    .flatten(),
            };
            taken.map(|taken| RowMatch { tool, row: at, taken, doubt: None, wrapped: false })
        });
        found.extend(hit.filter(|hit| !analyses_nothing(hit.tool, words)));
    }
    found
}

fn behind_entry_point(argv: &[String], words: &[Word], tool: &Tool) -> Option<usize> {
    let first = words.first()?;
    // With the program left to the entry point, the words begin with a flag or with the sub-command.
    if argv.len() == 1 && !first.value.as_deref().is_some_and(|value| value.starts_with('-')) {
        return None;
    }
    let program = Word { value: Some(argv.first()?.clone()), ..first.clone() };
    let whole: Vec<Word> = std::iter::once(program).chain(words.iter().cloned()).collect();
    take_row(argv, &whole, &tool.value_flags).map(|taken| taken.saturating_sub(1))
}

/// The arguments that an action hands to a tool, its own sub-command taken off; `None` when they make it another command
/// (`format`) or one that analyses nothing.
#[must_use]
pub fn handed_arguments(tool: &Tool, args: Vec<Word>) -> Option<Vec<Word>> {
    let Some(first) = args.first() else { return Some(args) };
    let Some(program) = tool.run.iter().find_map(|row| row.argv.as_ref()?.first()) else { return Some(args) };
    let word = Word { value: Some(program.clone()), ..first.clone() };
    let whole: Vec<Word> = std::iter::once(word).chain(args.iter().cloned()).collect();
    let listed = tool.not_run.iter().any(|argv| take_row(argv, &whole, &tool.value_flags).is_some());
    if listed || analyses_nothing(tool, &args) {
        return None;
    }
    let rows = tool.run.iter().filter_map(|row| row.argv.as_ref());
    let taken = rows.filter_map(|argv| take_row(argv, &whole, &tool.value_flags)).max().unwrap_or(1);
    let rest: Vec<Word> = args.into_iter().skip(taken - 1).collect();
    Some(spelling::in_full(tool, &rest).into_owned())
}

fn rows<'c>(catalog: &'c Catalog, matches: impl Fn(&Run) -> bool) -> Vec<RowMatch<'c>> {
    let mut found = Vec::new();
    for tool in catalog.tools.iter() {
        if let Some(row) = tool.run.iter().position(&matches) {
            found.push(RowMatch { tool, row, taken: 0, doubt: None, wrapped: false });
        }
    }
    found
}

/// `https://github.com/Owner/Name.git` as `github.com/owner/name`, so that spellings of one repository are equal.
fn repository_of(url: &str) -> String {
    let url = url.trim().trim_end_matches('/');
    let url = url.strip_suffix(".git").unwrap_or(url);
    let url = url.split_once("://").map_or(url, |(_, rest)| rest);
    let url = url.strip_prefix("git@").unwrap_or(url);
    url.replacen(':', "/", 1).to_ascii_lowercase()
}

/// An image without registry default, tag and digest.
fn image_name(image: &str) -> &str {
    let image = image.split('@').next().unwrap_or(image);
    let image = match image.rfind(':') {
        Some(at) if !image[at..].contains('/') => &image[..at],
        _ => image,
    };
    image.strip_prefix("docker.io/library/").or_else(|| image.strip_prefix("docker.io/")).unwrap_or(image)
}

/// Whether two package specifications name one package, as PyPI compares names; npm and Go names have no such spellings.
#[must_use]
pub fn same_package(a: &str, b: &str) -> bool {
    let plain = |name: &str| {
        name.split(['=', '<', '>', '~', '!', '[', ';', ' ', '@'])
            .next()
            .unwrap_or(name)
            .to_ascii_lowercase()
            .replace(['_', '.'], "-")
    };
    plain(a) == plain(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_repository_are_equal() {
        assert_eq!(repository_of("https://github.com/PyCQA/bandit.git"), repository_of("git@github.com:pycqa/bandit"));
        assert_eq!(image_name("docker.io/golangci/golangci-lint:v2@sha256:00"), "golangci/golangci-lint");
        assert_eq!(image_name("localhost:5000/x"), "localhost:5000/x");
        assert_eq!(program_name("/usr/bin/python3.12"), "python");
        assert_eq!(program_name("pythonic"), "pythonic");
        assert_eq!([program_name("pypy3.10"), program_name("py.exe"), program_name("pyright")], ["python", "python", "pyright"]);
        for (written, name) in [
            ("bin/golangci-lint-v2.4.0", "golangci-lint"),
            ("golangci-lint-v0.0.0-20240101000000-abcdef012345", "golangci-lint"),
            ("clang-tidy-18", "clang-tidy"),
            ("shellcheck-0.9", "shellcheck"),
            ("tools/phpstan-1.12.3.phar", "phpstan"),
            ("psalm.phar", "psalm"),
            ("lint-1.0.sh", "lint-1.0.sh"),
            ("mix-2nd", "mix-2nd"),
            ("a-v", "a-v"),
            ("-1", "-1"),
        ] {
            assert_eq!(program_name(written), name);
        }
        assert_eq!(program_name("@biomejs/biome"), "@biomejs/biome");
    }

    #[test]
    fn actions_match_exactly() {
        assert!(same_action("PyCQA/bandit-action", "pycqa/Bandit-Action"));
        assert!(same_action("snyk/actions/*", "snyk/actions/node"));
        assert!(!same_action("snyk/actions/*", "snyk/actionsevil"));
        assert!(!same_action("PyCQA/bandit-action", "evil/bandit-action"));
    }
}
