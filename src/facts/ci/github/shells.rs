//! Owns which shell runs a step, and with which options. Refuses to read scripts.

use crate::answer::{Reason, Why};
use crate::facts::hold::HoldEffect;
use crate::facts::shell::{Dialect, OptionRead, ShellMode, ShellOptions, shell_named};

/// What runs a script.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Shell {
    /// A shell that is read.
    Known(ShellMode),
    /// Something that may or may not run the script; what it does to every tool in it.
    Doubtful(HoldEffect, String),
    /// Another language.
    Foreign(Why),
}

/// A `shell:` as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// This text.
    Text(String),
    /// A computed one.
    Unknown,
}

impl Written {
    /// Nothing is written.
    pub(super) fn is_empty(&self) -> bool {
        matches!(self, Self::Text(text) if text.is_empty())
    }
}

/// What GitHub's `bash -e {0}` and `sh -e {0}` are.
const ERREXIT: ShellMode = ShellMode { errexit: true, pipefail: false, dialect: Dialect::Bash };

/// The shell of a step on a runner's system; without a `shell:` it is `bash -e {0}`, on Windows `pwsh`.
/// In a container it is `sh -e {0}` (actions/runner, ScriptHandler.cs: the shell is looked for on the host alone).
pub(super) fn choose(written: Option<&Written>, os: Option<&str>, container: bool) -> Shell {
    match written {
        None if container => Shell::Known(ShellMode { dialect: Dialect::Posix, ..ERREXIT }),
        None if os == Some("Windows") => foreign("pwsh"),
        None => Shell::Known(ERREXIT),
        Some(Written::Unknown) => Shell::Foreign(Why::new(Reason::Dynamic, "the shell of the step is computed")),
        Some(Written::Text(text)) => named(text.trim()),
    }
}

fn named(text: &str) -> Shell {
    match text {
        "" => return Shell::Known(ERREXIT),
        "bash" => return Shell::Known(ShellMode { pipefail: true, ..ERREXIT }),
        "sh" => return Shell::Known(ShellMode { dialect: Dialect::Posix, ..ERREXIT }),
        _ => {}
    }
    let words: Vec<&str> = text.split_whitespace().take(32).collect();
    let program = words.first().copied().unwrap_or_default();
    // A path of the tree is a file of the tree, whatever its name.
    let of_tree = program.contains('/') && !program.starts_with('/');
    if let Some(mode) = shell_named(program).filter(|_| !of_tree) {
        return flags(mode, &words[1..], text);
    }
    if is_foreign(program) {
        return foreign(program);
    }
    let effect = if runs_nothing(program) { HoldEffect::Void } else { HoldEffect::Unknown(Reason::Unsupported) };
    // A launcher in front of a shell keeps the shell's options.
    let inner = words.iter().position(|word| shell_named(word).is_some());
    match inner.filter(|_| is_launcher(program)).and_then(|at| Some((shell_named(words[at])?, at))) {
        Some((mode, at)) => flags(mode, &words[at + 1..], text),
        None => Shell::Doubtful(effect, format!("the script is handed to `{program}`, not to a shell")),
    }
}

/// Reads `-eo pipefail {0}`.
fn flags(mode: ShellMode, words: &[&str], text: &str) -> Shell {
    let doubtful = |why: &str| Shell::Doubtful(HoldEffect::Unknown(Reason::Unsupported), format!("{why} (`{text}`)"));
    let void = |why: &str| Shell::Doubtful(HoldEffect::Void, format!("{why} (`{text}`)"));
    let mut options = ShellOptions::new(mode);
    let mut words = words.iter().copied();
    let mut operand = None;
    while let Some(word) = words.next() {
        match options.take(word, &mut || words.next()) {
            OptionRead::More => {}
            OptionRead::End => {
                operand = words.next();
                break;
            }
            OptionRead::No => {
                operand = Some(word);
                break;
            }
        }
    }
    if options.text {
        return doubtful("the shell is given a command");
    }
    // The file is then no more than an argument, and standard input is empty.
    if options.stdin {
        return void("the shell reads standard input, not the script");
    }
    if options.noexec {
        return void("the shell runs nothing");
    }
    match operand {
        Some("{0}") if options.interactive && options.names_first => doubtful("the shell reads another file first"),
        Some("{0}") => Shell::Known(options.mode),
        Some(_) => doubtful("the shell is given another script"),
        None => doubtful("the shell is not given the script"),
    }
}

fn foreign(program: &str) -> Shell {
    Shell::Foreign(Why::new(Reason::Unsupported, format!("a step in `{program}` is not read")))
}

fn is_foreign(program: &str) -> bool {
    let base = program.rsplit(['/', '\\']).next().unwrap_or(program);
    let base = base.strip_suffix(".exe").unwrap_or(base);
    matches!(
        base,
        "pwsh"
            | "powershell"
            | "cmd"
            | "node"
            | "perl"
            | "ruby"
            | "deno"
            | "bun"
            | "Rscript"
            | "julia"
            | "php"
            | "fish"
            | "nu"
            | "xonsh"
    ) || base.starts_with("python")
}

fn is_launcher(program: &str) -> bool {
    matches!(
        program,
        "nix" | "nix-shell" | "arch" | "env" | "sudo" | "time" | "nice" | "xvfb-run" | "unbuffer" | "script" | "stdbuf"
    )
}

fn runs_nothing(program: &str) -> bool {
    let base = program.rsplit('/').next().unwrap_or(program);
    matches!(
        base,
        "true"
            | "false"
            | "echo"
            | "cat"
            | ":"
            | "printf"
            | "test"
            | "ls"
            | "head"
            | "tail"
            | "wc"
            | "tee"
            | "touch"
            | "sleep"
            | "stat"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_those_that_are_written() {
        let known = |errexit, pipefail, dialect| Shell::Known(ShellMode { errexit, pipefail, dialect });
        for (text, expected) in [
            ("bash", known(true, true, Dialect::Bash)),
            ("sh", known(true, false, Dialect::Posix)),
            ("bash {0}", known(false, false, Dialect::Bash)),
            ("bash -l {0}", known(false, false, Dialect::Bash)),
            ("bash -el {0}", known(true, false, Dialect::Bash)),
            ("bash -euxo pipefail {0}", known(true, true, Dialect::Bash)),
            ("bash --noprofile --norc -e -o pipefail {0}", known(true, true, Dialect::Bash)),
            ("/bin/bash -e +e {0}", known(false, false, Dialect::Bash)),
            ("bash --posix {0}", known(false, false, Dialect::BashAliases)),
            ("bash -eo posix {0}", known(true, false, Dialect::BashAliases)),
            ("bash -e -- {0}", known(true, false, Dialect::Bash)),
            ("nix develop -c bash -eo pipefail {0}", known(true, true, Dialect::Bash)),
        ] {
            assert_eq!(choose(Some(&Written::Text(text.to_owned())), Some("Linux"), false), expected, "{text}");
        }
        assert_eq!(choose(None, None, false), known(true, false, Dialect::Bash));
        assert_eq!(choose(None, None, true), known(true, false, Dialect::Posix), "a container has no default but `sh`");
        assert_eq!(choose(Some(&Written::Text("bash".to_owned())), None, true), known(true, true, Dialect::Bash));
    }

    #[test]
    fn what_is_no_shell_is_no_proof() {
        let effect = |text: &str| match choose(Some(&Written::Text(text.to_owned())), Some("Linux"), false) {
            Shell::Doubtful(effect, _) => Some(effect),
            _ => None,
        };
        assert_eq!(effect("true {0}"), Some(HoldEffect::Void));
        assert_eq!(effect("true bash {0}"), Some(HoldEffect::Void));
        for nothing in ["bash -n {0}", "bash -eo noexec {0}", "bash -t {0}", "bash -e -s {0}", "bash -es {0}", "sh -es {0}"] {
            assert_eq!(effect(nothing), Some(HoldEffect::Void), "{nothing}");
        }
        assert_eq!(effect("bash -e other.sh {0}"), Some(HoldEffect::Unknown(Reason::Unsupported)));
        assert_eq!(effect("bash --rcfile ci/x -i {0}"), Some(HoldEffect::Unknown(Reason::Unsupported)));
        assert_eq!(effect("bash -c true"), Some(HoldEffect::Unknown(Reason::Unsupported)));
        assert_eq!(effect("micromamba-shell {0}"), Some(HoldEffect::Unknown(Reason::Unsupported)));
        for foreign in ["pwsh", "python", "python3 {0}", "cmd"] {
            assert!(matches!(choose(Some(&Written::Text(foreign.to_owned())), None, false), Shell::Foreign(_)), "{foreign}");
        }
        assert!(matches!(choose(None, Some("Windows"), false), Shell::Foreign(_)));
        assert!(matches!(choose(Some(&Written::Unknown), None, false), Shell::Foreign(_)));
    }
}
