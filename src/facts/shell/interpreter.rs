//! Owns the first line of a script: which program reads it, with which options. Refuses to guess from the rest.

use super::{Dialect, ShellMode};

/// What reads a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Interpreter {
    /// A shell, with the options its command line sets.
    Shell(ShellMode),
    /// Another program, by the last segment of its path.
    Other(String),
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
    let Some(mut mode) = named else { return Some(Interpreter::Other(program.to_owned())) };
    while let Some(word) = words.next() {
        let Some(flags) = word.strip_prefix('-') else { break };
        if flags.starts_with('-') {
            continue;
        }
        mode.errexit |= flags.contains('e');
        if flags.ends_with('o') {
            match words.next() {
                Some("errexit") => mode.errexit = true,
                Some("pipefail") => mode.pipefail = true,
                _ => {}
            }
        }
    }
    Some(Interpreter::Shell(mode))
}

/// The shell of this name without any option set; `None` for any other program.
#[must_use]
pub fn shell_named(program: &str) -> Option<ShellMode> {
    let program = base_name(program);
    let dialect = match program.strip_suffix(".exe").unwrap_or(program) {
        "bash" | "rbash" | "zsh" | "ksh" | "mksh" => Dialect::Bash,
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
