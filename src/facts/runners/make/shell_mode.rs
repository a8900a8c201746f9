//! Owns which shell runs recipes, read from `SHELL` and `.SHELLFLAGS`. Refuses programs that are no shell.

use super::expand::UNKNOWN;
use crate::answer::Reason;
use crate::facts::hold::{Hold, HoldEffect};
use crate::facts::shell::{Dialect, ShellMode};
use crate::text::Place;

/// The options of the shell, and what keeps its commands from being run or judged.
pub(in crate::facts::runners) fn shell_mode(shell: &str, flags: &str, place: &Place) -> (ShellMode, Option<Hold>) {
    let mut mode = ShellMode { errexit: false, pipefail: false, dialect: Dialect::Posix };
    let mut words: Vec<&str> = shell.split_ascii_whitespace().collect();
    if words.first().is_some_and(|first| first.ends_with("/env") || *first == "env") {
        words.remove(0);
        words.retain(|word| *word != "-S");
    }
    let Some(program) = words.first() else {
        return (mode, Some(Hold::new(HoldEffect::Void, place.clone(), "recipes run with no shell at all")));
    };
    if shell.contains(UNKNOWN) || flags.contains(UNKNOWN) {
        let hold = Hold::new(HoldEffect::Unknown(Reason::Dynamic), place.clone(), "the shell that runs recipes is computed");
        return (mode, Some(hold));
    }
    let own_program = program.contains('/') && !program.starts_with('/');
    let name = program.rsplit('/').next().unwrap_or("");
    match name {
        "bash" if !own_program => mode.dialect = Dialect::Bash,
        "sh" | "dash" | "ash" | "ksh" | "mksh" | "zsh" if !own_program => {}
        _ => {
            return (
                mode,
                Some(Hold::new(HoldEffect::Void, place.clone(), format!("recipes run with `{program}`, not a shell"))),
            );
        }
    }
    let mut noexec = false;
    let mut options = words[1..].iter().copied().chain(flags.split_ascii_whitespace()).peekable();
    while let Some(word) = options.next() {
        let Some(letters) = word.strip_prefix('-').filter(|rest| !rest.starts_with('-')) else { continue };
        mode.errexit |= letters.contains('e');
        noexec |= letters.contains('n');
        if letters.contains('o') {
            match options.next() {
                Some("pipefail") => mode.pipefail = true,
                Some("errexit") => mode.errexit = true,
                Some("noexec") => noexec = true,
                _ => {}
            }
        }
    }
    let void = noexec.then(|| Hold::new(HoldEffect::Void, place.clone(), "the shell only checks the recipe's syntax (`-n`)"));
    (mode, void)
}
