//! Owns one question about code that is not read: does its text start a tool of the catalogue or a task runner? Refuses to
//! read the code: quoted texts and imports are looked at, what other modules do is not.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Mutex;

use super::script_words::word_at;
use super::{Call, InCode, ROSTER, Target, World};
use crate::catalog::runner::CodeRunner;
use crate::facts::matching;
use crate::facts::pipeline::Env;
use crate::facts::shell::{Interpreter, UNKNOWN_CHAR, Word, shebang_mode};
use crate::facts::workdir::Workdir;
use crate::snapshot::UnreadKind;
use crate::text::{RepoPath, SourceFile};

/// Bytes of code looked at; past them the code may start anything.
const MOST: usize = 128 * 1024;
/// Quoted texts that one command may be made of.
const WORDS: usize = 6;
/// Commands for which runners are asked; past them the code may start anything.
const ASKED: usize = 64;
/// Launchers before launchers.
const DEEP: usize = 4;

/// How code goes on behind a text in quotes that is only looked for, compared or said, and how it stands before it.
const NO_CALL_BEFORE: &[&str] = &[
    "indexOf(",
    "includes(",
    "startsWith(",
    "startswith(",
    "endsWith(",
    "endswith(",
    ".match(",
    ".test(",
    ".search(",
    "Error(",
    "print(",
    "console.log(",
    "console.error(",
    "console.warn(",
    ".has(",
    ".get(",
    ".split(",
    "==",
    "!=",
    "raise ",
];
const NO_CALL_BEHIND: &[&str] = &["==", "!=", "in ", "not in "];

/// The answers of [`file_starts`], by file and directory: jobs run the same code in many variants.
#[derive(Default)]
pub(super) struct Answers(Mutex<HashMap<(RepoPath, Workdir), bool>>);

/// [`starts`] for a file of the tree, in no environment in particular: code has its own.
pub(super) fn file_starts(file: &SourceFile, call: &Call<'_>, world: &World<'_>) -> bool {
    let key = (file.path.clone(), call.workdir.clone());
    let kept = world.seen.started.0.lock().map_or(None, |seen| seen.get(&key).copied());
    kept.unwrap_or_else(|| {
        let call = Call { env: &Env::new(), ..*call };
        let ending = file.path.file_name().rsplit_once('.').map(|(_, ending)| ending);
        let shells = world.catalog.runners.interpreter.iter().filter(|row| row.shell);
        let of_shell = shells.into_iter().any(|row| Some(row.extension.as_str()) == ending);
        let reader = shebang_mode(&file.text);
        let python = ending == Some("py") || matches!(&reader, Some(Interpreter::Other(name)) if name.starts_with("python"));
        let text = if python { Cow::Owned(without_documentation(&file.text)) } else { Cow::Borrowed(&*file.text) };
        let reads = |row: &&CodeRunner| {
            let named = matches!(&reader, Some(Interpreter::Other(name)) if name.starts_with(&row.program));
            !row.starts.is_empty() && (named || ending == Some(&*row.extension))
        };
        let row = world.catalog.runners.interpreter.iter().find(reads);
        let answer = !row.is_some_and(|row| starts_no_other(row, &text))
            && ((of_shell && commands_start(&text, &call, world)) || starts(&text, &call, world));
        if let Ok(mut seen) = world.seen.started.0.lock() {
            seen.insert(key, answer);
        }
        answer
    })
}

/// Whether code has no word that starts anything, of those that its interpreter is known to start anything with. Without one of them a
/// text in quotes is a name, and copying the file that it names starts nothing.
fn starts_no_other(row: &CodeRunner, text: &str) -> bool {
    let starts = |line: &str| {
        let mut line = line.to_ascii_lowercase();
        // Loading what Composer has installed runs none of it by itself.
        if row.autoload.as_ref().is_some_and(|file| line.contains(file)) {
            let word = if line.contains("require") { "require" } else { "include" };
            line = line.replacen(word, "", 1);
        }
        row.starts.iter().any(|word| line.contains(word))
    };
    text.len() <= MOST && !text.lines().any(starts)
}

/// Code of Python without the texts that document it: a text between three quotes that begins a line is nothing that runs. Backticks
/// quote nothing in Python.
fn without_documentation(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut open: Option<&str> = None;
    for line in text.split_inclusive('\n') {
        let code = line.trim_start().trim_start_matches(['r', 'R', 'u', 'U']);
        let mark = ["\"\"\"", "'''"].into_iter().find(|mark| code.starts_with(mark));
        match (open, mark) {
            (Some(mark), _) => open = Some(mark).filter(|mark| !line.contains(mark)),
            (None, Some(mark)) => open = Some(mark).filter(|mark| !code[mark.len()..].contains(mark)),
            (None, None) => out.push_str(&line.replace('`', " ")),
        }
    }
    out
}

/// Whether a quoted text (or a list of them) is a command that leads to a tool, or an import names one.
pub(super) fn starts(text: &str, call: &Call<'_>, world: &World<'_>) -> bool {
    let imports = || text.lines().filter_map(imported).any(|module| leads(&[module], call, world, &mut 0));
    starts_in_text(text, call, world) || imports()
}

/// Whether a line of a shell that is not read is a command that leads to a tool.
pub(super) fn commands_start(text: &str, call: &Call<'_>, world: &World<'_>) -> bool {
    let mut asked = 0;
    let lines = text.lines().filter(|line| !is_comment(line));
    text.len() > MOST
        || lines.flat_map(|line| line.split([';', '|', '&', '(', ')', '{', '}'])).any(|command| {
            let words: Vec<&str> =
                command.split_whitespace().take(WORDS * 4).map(|word| word.trim_matches(['"', '\''])).collect();
            leads(&words, call, world, &mut asked)
        })
}

/// Whether a quoted text (or a list of them) is a command that leads to a tool.
pub(super) fn starts_in_text(text: &str, call: &Call<'_>, world: &World<'_>) -> bool {
    if text.len() > MOST {
        return true;
    }
    let mut asked = 0;
    let texts: Vec<&str> = text.lines().filter(|line| !is_comment(line)).flat_map(quoted).collect();
    for (at, first) in texts.iter().enumerate() {
        if first.contains(char::is_whitespace) {
            for command in first.split([';', '|', '&', '\n', '(', ')']).take(WORDS) {
                let words: Vec<&str> = command.split_whitespace().take(WORDS * 4).collect();
                if leads(&words, call, world, &mut asked) {
                    return true;
                }
            }
            continue;
        }
        let end = texts.len().min(at + WORDS);
        let alone = texts[at..end].iter().take_while(|text| !text.is_empty() && !text.contains(char::is_whitespace));
        let words: Vec<&str> = alone.copied().collect();
        if leads(&words, call, world, &mut asked) {
            return true;
        }
    }
    false
}

fn is_comment(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with(['#', '*']) || line.starts_with("//")
}

/// `import bandit.cli`, `from flake8 import x`: the outermost module.
fn imported(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let rest = line.strip_prefix("import ").or_else(|| line.strip_prefix("from "))?;
    let name = rest.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '-').next()?;
    (!name.is_empty()).then_some(name)
}

/// The texts between quotes on one line.
fn quoted(line: &str) -> Vec<&str> {
    let is_call = |start: usize, end: usize| {
        let (before, behind) = (line[..start - 1].trim_end(), line[end + 1..].trim_start());
        // `config["tool"]`
        let before_bracket = before.strip_suffix('[').and_then(|before| before.chars().next_back());
        let index =
            behind.starts_with(']') && before_bracket.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | ']' | ')'));
        !(index
            || NO_CALL_BEFORE.iter().any(|mark| before.ends_with(mark.trim_end()))
            || NO_CALL_BEHIND.iter().any(|mark| behind.starts_with(mark)))
    };
    let mut found = Vec::new();
    let mut open: Option<(char, usize)> = None;
    let mut escaped = false;
    for (at, c) in line.char_indices() {
        match open {
            Some(_) if escaped => escaped = false,
            Some(_) if c == '\\' => escaped = true,
            Some((mark, start)) if c == mark => {
                if is_call(start, at) {
                    found.push(&line[start..at]);
                }
                open = None;
            }
            None if matches!(c, '"' | '\'' | '`') => open = Some((c, at + 1)),
            _ => {}
        }
    }
    found
}

/// Whether the words are a command that a tool or a runner knows.
fn leads(words: &[&str], call: &Call<'_>, world: &World<'_>, asked: &mut usize) -> bool {
    let Some(first) = words.first().filter(|first| !first.is_empty()) else { return false };
    // `[sys.executable, "-m", "bandit"]`
    let words = if *first == "-m" { &words[1..] } else { words };
    let words: Vec<Word> = words.iter().map(|text| word_at(text, call.place)).collect();
    command(&words, call, world, asked, 0)
}

fn command(words: &[Word], call: &Call<'_>, world: &World<'_>, asked: &mut usize, depth: usize) -> bool {
    if words.is_empty() {
        return false;
    }
    if !matching::tools_for_words(world.catalog, words).is_empty() {
        return true;
    }
    if let Some(script) = words[0].value.as_deref().filter(|name| name.contains('/')).and_then(|name| call.workdir.resolve(name))
        && world.snapshot.is_file(&script)
    {
        // A path may well name a file that is read and not run; other code that is run by its path is not followed.
        return match world.snapshot.peek(&script) {
            Ok(file) => match shebang_mode(&file.text) {
                Some(shebang) => matches!(shebang, Interpreter::Shell(_)),
                None => script.as_str().ends_with(".sh"),
            },
            Err(unread) => unread.kind != UnreadKind::NotText && script.as_str().ends_with(".sh"),
        };
    }
    let inner = Call { words, ..*call };
    // Code that starts code of the tree again is not followed: no cycle can begin here.
    if ROSTER.iter().any(|runner| runner.in_code() == InCode::Tasks && runner.is_tasks(&inner, world)) {
        return true;
    }
    let runners = ROSTER.iter().filter(|runner| runner.in_code() == InCode::Followed);
    let Some(nexts) = runners.into_iter().find_map(|runner| runner.expand(&inner, world)) else { return false };
    *asked += 1;
    if *asked > ASKED || depth > DEEP {
        return true;
    }
    nexts.iter().any(|next| match next.target.of_itself() {
        // The command of an image is judged as any other: `sleep inf` leads nowhere.
        Target::Argv(words) | Target::Image { argv: words, .. } => command(words, &inner, world, asked, depth + 1),
        Target::LeftOut(..) => false,
        Target::Script { text, .. } => script_leads(text.text(), &inner, world, asked, depth + 1),
        Target::Built(..) | Target::Hook { .. } | Target::Opaque(_) => true,
    })
}

/// Whether a script that a task is made of leads to a tool: by its commands, without what a shell makes of them.
fn script_leads(text: &str, call: &Call<'_>, world: &World<'_>, asked: &mut usize, depth: usize) -> bool {
    let lines = || text.lines().filter(|line| !is_comment(line)).flat_map(|line| line.split([';', '|', '&', '(', ')', '{', '}']));
    text.len() > MOST
        || text.contains([UNKNOWN_CHAR, '`'])
        || lines().any(|line| {
            let words = line.split_whitespace().map(|word| word.trim_matches(['"', '\'', '@']));
            let words =
                words.skip_while(|word| SHELL.contains(word) || word.split_once('=').is_some_and(|(name, _)| is_name(name)));
            let words: Vec<Word> = words.take(WORDS * 4).map(|text| word_at(text, call.place)).collect();
            words.iter().any(|word| word.raw.contains('$')) || command(&words, call, world, asked, depth)
        })
}

/// Words of a shell that stand before a command.
const SHELL: &[&str] = &["if", "then", "else", "elif", "while", "until", "do", "!", "time", "exec", "command", "eval"];

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use crate::facts::runners::script_probe::tree;
    use crate::text::Place;

    /// Code that starts itself: it must end.
    const SELF: &str = "#!/usr/bin/env python3\nrun('./ci/own.py')\n";

    #[test]
    fn commands_in_quoted_texts() {
        let snapshot = tree(&[
            ("Makefile", "all:\n\tbandit -r src\n"),
            ("Rakefile", "sh 'bandit'\n"),
            ("justfile", "build:\n  echo hi && X=1 true\nlint: build\n  @bandit -r src\n"),
            ("ci/x.sh", "echo\n"),
            ("ci/data.js", "1\n"),
            ("ci/own.py", SELF),
        ]);
        let world = World {
            snapshot: &snapshot,
            catalog: Catalog::builtin(),
            meter: &crate::facts::meter::Meter::default(),
            seen: &Default::default(),
        };
        let (workdir, env) = (Workdir::workspace(), Env::new());
        let place = Place::file(RepoPath::new("ci.yml").expect("path"));
        let call = Call { words: &[], env: &env, workdir: &workdir, place: &place };
        for (text, expected) in [
            ("subprocess.run([\"bandit\", \"-r\", \"src\"])", true),
            ("subprocess.run([\n  'ruff',\n  'check',\n  '.',\n])", true),
            ("os.system('cd src && flake8')", true),
            ("run([sys.executable, '-m', 'bandit'])", true),
            ("run('make')", true),
            ("sh('./ci/x.sh')", true),
            ("call(['uv', 'run', 'pylint', 'src'])", true),
            ("call(['nox', '-s', 'lint'])", true),
            ("sh 'rake lint'", true),
            ("sh 'rake --tasks'", false),
            ("sh 'bundle exec rake lint'", true),
            ("import pylint.lint", true),
            ("from flake8.main import application", true),
            ("const { ESLint } = require('eslint');", true),
            ("execSync(`eslint . --fix`)", true),
            ("if (process.env.npm_execpath.indexOf('yarn') === -1) throw new Error('Use yarn')", false),
            ("if tool == 'make': pass", false),
            ("'make' in tools", false),
            ("x = config[\"tool\"][\"bandit\"]", false),
            ("run([\"bandit\"])", true),
            ("run('just build')", false),
            ("run('just lint')", true),
            ("# run bandit\n", false),
            ("print('linted with bandit')", false),
            ("print('make sure that it works')\n\"\"\"Runs bandit.\"\"\"", false),
            ("x = 'banditry'; y = \"a bandit\"", false),
            ("subprocess.run(['git', 'ls-files'])", false),
            ("import os, sys\nprint('it\\'s ' + \"ok\")", false),
            ("open('ci/data.js')", false),
            (SELF, false),
            ("", false),
        ] {
            assert_eq!(starts(text, &call, &world), expected, "{text}");
        }
        assert!(starts(&"x".repeat(MOST + 1), &call, &world));
        let file = |path: &str, text: &str| SourceFile::new(RepoPath::new(path).expect("path"), text.to_owned());
        for (path, text, expected) in [
            ("a.py", "\"\"\"Checks.\n\nRun `make` or 'make' for it.\n\"\"\"\nimport os\n", false),
            ("b.py", "x = 1  # `make`\ny = `make`\n", false),
            ("c.py", "r'''One line.'''\nrun('make')\n", true),
            ("d.py", "x = \"\"\"\nrun('make')\n\"\"\"\n", true),
            ("e.rb", "`make`\n", true),
            (
                "f.php",
                "<?php\ninclude_once __DIR__ . '/../vendor/autoload.php';\ncopy('ci/x.sh', '.git/hooks/pre-commit');\ntouch('make');\n",
                false,
            ),
            ("g.php", "<?php\nShell_Exec('ci/x.sh');\n", true),
            ("h.php", "<?php\n(new Process(['make']))->start();\n", true),
            ("i", "#!/usr/bin/env php\n<?php copy('ci/x.sh', 'y');\n", false),
            ("k.php", "<?php\nrequire 'vendor/autoload.php'; exec('ci/x.sh');\n", true),
            ("j.php", "<?php\nrequire 'ci/x.sh';\n", true),
        ] {
            assert_eq!(file_starts(&file(path, text), &call, &world), expected, "{path}");
        }
    }
}
