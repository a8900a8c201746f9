//! Owns the first line of a script: which program reads it, with which options. Refuses to guess from the rest.

use super::{Dialect, ShellMode};

/// What reads a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Interpreter {
    /// A shell, with the options its command line sets.
    Shell(ShellMode),
    /// Another program, by the last segment of its path.
    Other(String),
    /// A shell that runs nothing of it.
    Nothing,
}

/// The interpreter a script's `#!` line names; `None` without such a line, or when it cannot be told.
#[must_use]
pub fn shebang_mode(text: &str) -> Option<Interpreter> {
    let line = text.trim_start_matches('\u{FEFF}').strip_prefix("#!")?;
    let line = line.split(['\n', '\r']).next().unwrap_or("");
    let mut words = line.split_ascii_whitespace().take(64).peekable();
    let mut program = base_name(words.next()?);
    if program == "env" {
        // `env -S 'bash -e'`, `env -i`, `env NAME=value bash`.
        while words.peek().is_some_and(|word| word.starts_with('-') || word.contains('=')) {
            let word = words.next().unwrap_or("");
            let option = word.strip_prefix("-S").or_else(|| word.strip_prefix("--split-string=")).unwrap_or("");
            if !option.is_empty() {
                program = base_name(option);
                break;
            }
            if matches!(word, "-u" | "--unset" | "-C" | "--chdir") {
                words.next();
            }
        }
        if program == "env" {
            program = base_name(words.next()?);
        }
    }
    // Its own language, though it runs many scripts for bash.
    let named = shell_named(program).filter(|_| program != "zsh");
    let Some(mode) = named else { return Some(Interpreter::Other(program.to_owned())) };
    let mut options = ShellOptions::new(mode);
    while let Some(word) = words.next() {
        if options.take(word, &mut || words.next()) != OptionRead::More {
            break;
        }
    }
    // The script is looked at, or another text is read.
    Some(if options.noexec || options.stdin { Interpreter::Nothing } else { Interpreter::Shell(options.mode) })
}

/// The options of a shell's command line.
pub struct ShellOptions {
    /// The shell with what they set.
    pub mode: ShellMode,
    /// `-c`.
    pub text: bool,
    /// `-n`: nothing is run.
    pub noexec: bool,
    /// `-s`: the script comes from standard input.
    pub stdin: bool,
    /// `-i`.
    pub interactive: bool,
    /// `-l`.
    pub login: bool,
    /// It names the file that an interactive shell reads first.
    pub names_first: bool,
}

/// What a word of a shell's command line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OptionRead {
    /// None of its options.
    No,
    /// The end of them.
    End,
    /// One of them.
    More,
}

impl ShellOptions {
    /// A shell without any.
    #[must_use]
    pub fn new(mode: ShellMode) -> Self {
        Self { mode, text: false, noexec: false, stdin: false, interactive: false, login: false, names_first: false }
    }

    /// Reads one word; `next` takes the words that it needs behind it.
    pub fn take<'w>(&mut self, word: &str, next: &mut dyn FnMut() -> Option<&'w str>) -> OptionRead {
        let Some(sign) = word.chars().next().filter(|c| matches!(c, '-' | '+')) else { return OptionRead::No };
        // A single `-` ends the options as well (bash(1), dash(1)).
        if matches!(word, "--" | "-") {
            return OptionRead::End;
        }
        if word.starts_with("--") {
            match word {
                "--rcfile" | "--init-file" => self.names_first = next().is_none_or(|file| !file.starts_with('/')),
                "--posix" => self.replaces_aliases(),
                "--login" => self.login = true,
                _ => {}
            }
            return OptionRead::More;
        }
        let on = sign == '-';
        for letter in word[1..].chars() {
            match letter {
                'e' => self.mode.errexit = on,
                'c' => self.text = true,
                // `-t` ends behind the first command.
                'n' | 't' => self.noexec = on,
                's' => self.stdin = true,
                'l' => self.login = on,
                'i' => {
                    self.interactive = on;
                    self.replaces_aliases();
                }
                'o' | 'O' => match next() {
                    Some("errexit") => self.mode.errexit = on,
                    Some("pipefail") => self.mode.pipefail = on,
                    Some("noexec" | "onecmd") => self.noexec = on,
                    Some("posix" | "expand_aliases") if on => self.replaces_aliases(),
                    _ => {}
                },
                _ => {}
            }
        }
        OptionRead::More
    }

    /// Aliases are replaced: interactive shells and POSIX mode do (bash(1), ALIASES).
    fn replaces_aliases(&mut self) {
        if self.mode.dialect == Dialect::Bash {
            self.mode.dialect = Dialect::BashAliases;
        }
    }
}

/// The shell of this name without any option set; `None` for any other program.
#[must_use]
pub fn shell_named(program: &str) -> Option<ShellMode> {
    let program = base_name(program);
    let dialect = match program.strip_suffix(".exe").unwrap_or(program) {
        "bash" | "rbash" => Dialect::Bash,
        "zsh" | "ksh" | "mksh" => Dialect::BashAliases,
        "sh" | "dash" | "ash" => Dialect::Posix,
        _ => return None,
    };
    Some(ShellMode { errexit: false, pipefail: false, dialect })
}

fn base_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_lines() {
        let shell = |errexit, pipefail, dialect| Some(Interpreter::Shell(ShellMode { errexit, pipefail, dialect }));
        for (text, expected) in [
            ("#!/bin/bash -e\nls", shell(true, false, Dialect::Bash)),
            ("#!/bin/bash -eu -o pipefail", shell(true, true, Dialect::Bash)),
            ("#!/bin/bash -euxo pipefail", shell(true, true, Dialect::Bash)),
            ("#! /bin/sh\r\n", shell(false, false, Dialect::Posix)),
            ("#!/usr/bin/env bash", shell(false, false, Dialect::Bash)),
            ("#!/usr/bin/env -S bash -e", shell(true, false, Dialect::Bash)),
            ("#!/usr/bin/env -Sbash -e", shell(true, false, Dialect::Bash)),
            ("#!/usr/bin/env -i A=b dash", shell(false, false, Dialect::Posix)),
            ("#!/usr/bin/env python3", Some(Interpreter::Other("python3".to_owned()))),
            ("#!/bin/bash -n", Some(Interpreter::Nothing)),
            ("#!/bin/bash -eo noexec", Some(Interpreter::Nothing)),
            ("#!/usr/bin/env -S bash -n", Some(Interpreter::Nothing)),
            ("#!/bin/bash --posix", shell(false, false, Dialect::BashAliases)),
            ("#!/bin/bash -eO expand_aliases", shell(true, false, Dialect::BashAliases)),
            ("#!/bin/bash -O extglob", shell(false, false, Dialect::Bash)),
            ("#!/usr/bin/env -S bash -e +e", shell(false, false, Dialect::Bash)),
            ("#!/bin/zsh -e", Some(Interpreter::Other("zsh".to_owned()))),
            ("#!/usr/bin/node --x", Some(Interpreter::Other("node".to_owned()))),
            ("#!", None),
            ("#!/usr/bin/env", None),
            ("echo", None),
            ("", None),
        ] {
            assert_eq!(shebang_mode(text), expected, "{text:?}");
        }
    }
}
