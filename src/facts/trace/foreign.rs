//! Owns which scripts in PowerShell hide nothing: their text names no tool, no task runner, no script of the tree, and computes no
//! command. Refuses to read any further, and other languages.

use super::leaf::by_default;
use super::{Frame, Tracer};
use crate::answer::Why;
use crate::facts::matching;
use crate::facts::pipeline::Code;
use crate::facts::runners::{self, Call};
use crate::facts::shell::{UNKNOWN_CHAR, shell_named};
use crate::text::{Place, RepoPath};

/// Programs of the language.
const POWER_SHELL: &[&str] = &["pwsh", "powershell"];

/// Words of a text that are looked at; a longer one may hide anything.
const LOOKED_AT: usize = 512;

/// Words of one command that tell what it is.
const WORDS: usize = 8;

/// Words that run text or a program which stands elsewhere.
const RUNS_TEXT: &[&str] = &[
    ".",
    "&",
    "iex",
    "icm",
    "start",
    "saps",
    "start-process",
    "start-job",
    "scriptblock",
    "cmd",
    "wsl",
    "import-module",
    "ipmo",
];

/// Commands that begin like those which run something and only fetch.
const FETCHES: &[&str] = &["invoke-webrequest", "invoke-restmethod"];

/// Commands that only print what follows them.
const PRINTS: &[&str] =
    &["echo", "write-host", "write-output", "write-verbose", "write-warning", "write-information", "write-debug"];

/// Endings of files that are run.
const SCRIPTS: &[&str] = &[
    "ps1", "psm1", "bat", "cmd", "sh", "bash", "py", "js", "mjs", "cjs", "ts", "rb", "pl", "php", "csx", "fsx", "proj", "targets",
];

impl Tracer<'_> {
    /// Whether code that is not read may run a tool.
    pub(super) fn may_hide(&self, code: &Code, why: &Why, frame: &Frame) -> bool {
        let Code::Text(text) = code else { return true };
        let shell = why.text.split('`').nth(1).unwrap_or_default();
        let place = frame.chain.last().map_or_else(|| Place::file(RepoPath::root()), |hop| hop.place.clone());
        let lines = || text.text().lines().filter(|line| !line.trim_start().starts_with('#'));
        let words: usize = lines().map(|line| line.split_whitespace().count()).sum();
        !POWER_SHELL.contains(&shell) || words > LOOKED_AT || lines().any(|line| self.line_may_hide(line, &place, frame))
    }

    fn line_may_hide(&self, line: &str, place: &Place, frame: &Frame) -> bool {
        // A backtick joins lines, and calls are computed behind `&`; `&&` only chains.
        if line.replace("&&", ";").contains(['&', '`']) {
            return true;
        }
        let line = line.replace("${{", &UNKNOWN_CHAR.to_string());
        // What goes on into a file or another command may be run from there.
        let printed = !line.contains(['>', '|']);
        let words = |part: &str| part.split_whitespace().map(plain).filter(|word| !word.is_empty()).collect::<Vec<_>>();
        let prints = |command: &str| words(command).first().is_some_and(|first| PRINTS.contains(&first.as_str()));
        let commands = line.split([';', '|', '{', '}', '(', ')', '&']).filter(|command| !printed || !prints(command));
        commands.flat_map(|command| command.split([',', '='])).any(|part| {
            let words = words(part);
            let computed = |word: &String| word.starts_with(UNKNOWN_CHAR);
            words.first().is_some_and(computed) || (0..words.len()).any(|at| self.names(&words[at..], place, frame))
        })
    }

    /// Whether the first word names something that may run a tool.
    fn names(&self, words: &[String], place: &Place, frame: &Frame) -> bool {
        let Some(first) = words.first() else { return false };
        let base = first.rsplit('/').next().unwrap_or(first);
        let name = [".exe", ".cmd", ".bat"].iter().find_map(|ending| base.strip_suffix(ending)).unwrap_or(base);
        let catalog = self.world.catalog;
        let interpreted = catalog
            .runners
            .interpreter
            .iter()
            .any(|row| name == row.program || (!row.shell && name.starts_with(row.program.as_str())));
        let managed = catalog.runners.manager.iter().any(|row| row.program == name);
        let runs = name.starts_with("invoke-") && !FETCHES.contains(&name);
        if RUNS_TEXT.contains(&name)
            || POWER_SHELL.contains(&name)
            || runs
            || interpreted
            || managed
            || shell_named(name).is_some()
        {
            return true;
        }
        if catalog.tool(name).is_some() {
            return true;
        }
        let is_script = base.rsplit_once('.').is_some_and(|(_, ending)| SCRIPTS.contains(&ending));
        if is_script && self.by_any_case(base) {
            return true;
        }
        let text: Vec<&str> = std::iter::once(name).chain(words[1..].iter().map(String::as_str)).take(WORDS).collect();
        let mut words = by_default((&text.join(" "), place.clone()));
        // A variable or an expression may be any word.
        words.iter_mut().filter(|word| word.raw.contains(['$', UNKNOWN_CHAR])).for_each(|word| word.value = None);
        let rows = || catalog.tools_run_as(name, name).flat_map(|tool| tool.run.iter().map(move |row| (tool, row)));
        // A subcommand that is no analyzer (`composer install`, `mix test`) is none, whatever else the program can do.
        if rows().any(|(tool, row)| {
            row.argv.as_ref().is_some_and(|argv| argv.len() > 1 && matching::may_take(argv, &words, &tool.value_flags))
        }) {
            return true;
        }
        let call = Call { words: &words, env: &frame.env, workdir: &frame.workdir, place };
        let leads = |runner: &&dyn runners::Runner| runner.expand(&call, self.world).is_some_and(|nexts| !nexts.is_empty());
        let tasks = |runner: &&dyn runners::Runner| runner.is_tasks(&call, self.world);
        !matching::tools_for_words(catalog, &words).is_empty() || runners::ROSTER.iter().any(|one| leads(one) || tasks(one))
    }

    /// Whether the tree has a file of this name.
    fn by_any_case(&self, name: &str) -> bool {
        let files = self.world.snapshot.entries().iter().filter(|entry| entry.is_file());
        files.into_iter().any(|entry| entry.path.file_name().eq_ignore_ascii_case(name))
    }
}

/// A word without its quotes, as other systems write it.
fn plain(word: &str) -> String {
    word.trim_matches(['"', '\'', '@']).replace('\\', "/").to_ascii_lowercase()
}
