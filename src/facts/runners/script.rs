//! Owns shell scripts of the tree: run by path, by a shell, sourced, or given as text (`bash -c`). Refuses scripts in other
//! languages: what they start is not read.

use super::script_words::{literal, text_of};
use super::{Call, Next, Runner, Target, World, code, startup};
use crate::answer::{Reason, Why};
use crate::catalog::Catalog;
use crate::facts::hold::{Hold, HoldEffect, Hop};
use crate::facts::shell::{Dialect, Interpreter, OptionRead, ShellMode, ShellOptions, Word, shebang_mode, shell_named};
use crate::snapshot::{EntryKind, UnreadKind};
use crate::text::{MappedText, Place, RepoPath, SourceFile, Span};
use std::sync::Arc;

/// Endings of scripts for a shell.
const SHELLS: &[&str] = &["sh", "bash", "ksh", "dash"];

/// Whether a file of the tree without a first line that names its reader may be a shell script all the same: by its ending, or
/// without one. A style sheet, a document and a page are data.
fn named_as_script(name: &str) -> bool {
    let base = name.rsplit('/').next().unwrap_or(name);
    base.trim_start_matches('.').rsplit_once('.').is_none_or(|(_, ending)| SHELLS.contains(&ending))
}

fn is_executable(path: &RepoPath, world: &World<'_>) -> bool {
    world.snapshot.entry(path).is_some_and(|entry| entry.kind == EntryKind::Executable)
}

/// Whether an argument that is a path of the tree is no program that is to be run: neither its name nor its first line says it is
/// one. Only looked at: a picture or a link among the arguments is nothing that had to be read.
pub(in crate::facts) fn is_data(path: &RepoPath, world: &World<'_>) -> bool {
    let name = path.as_str();
    let named = name.ends_with(".sh") || name.ends_with(".bash") || named_as_script(name) && is_executable(path, world);
    !named
        && match world.snapshot.peek(path) {
            Ok(file) => !file.text.starts_with("#!"),
            Err(unread) => unread.kind != UnreadKind::Missing,
        }
}

/// The file that is a command's standard input.
const STDIN: &str = "/dev/stdin";

/// Shells and files that are run.
pub(super) struct Script;

impl Runner for Script {
    fn name(&self) -> &'static str {
        "shell script"
    }

    fn reads(&self, file_name: &str) -> bool {
        file_name.ends_with(".sh") || file_name.ends_with(".bash")
    }

    fn expand(&self, call: &Call<'_>, world: &World<'_>) -> Option<Vec<Next>> {
        let first = call.words.first()?.value.as_deref()?;
        if matches!(first, "source" | ".") {
            return Some(sourced(call, world));
        }
        if let Some(mode) = shell_named(first)
            && !in_tree(call, world, first)
        {
            return invoked(call, world, mode);
        }
        first.contains('/').then(|| by_path(call, world, first)).flatten()
    }
}

/// Whether the path is one where a package manager puts programs: they are the installed ones in whatever directory.
fn is_installed(name: &str) -> bool {
    let (directory, _) = name.rsplit_once('/').unwrap_or_default();
    Catalog::builtin()
        .programs
        .installed_in
        .iter()
        .any(|place| directory.strip_suffix(place.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('/')))
}

fn in_tree(call: &Call<'_>, world: &World<'_>, program: &str) -> bool {
    program.contains('/') && call.workdir.resolve(program).is_some_and(|path| world.snapshot.is_file(&path))
}

fn opaque(call: &Call<'_>, why: Why) -> Vec<Next> {
    let mut next = Next::argv(call, Vec::new());
    next.target = Target::Opaque(why);
    vec![next]
}

/// A file of the tree, when it could be read: `Ok(None)` for one that is not there or is no text.
fn file(call: &Call<'_>, world: &World<'_>, name: &str) -> Result<Option<Arc<SourceFile>>, Why> {
    let place = || call.place.clone();
    let Some(path) = call.workdir.resolve(name) else {
        if call.workdir.is_known() || name.starts_with('/') {
            return Ok(None);
        }
        let why = format!("the directory in which `{name}` is run is computed");
        return Err(Why::new(Reason::Dynamic, why).at(place()));
    };
    match world.snapshot.read_code(&path) {
        Ok(file) => Ok(Some(file)),
        Err(unread) if matches!(unread.kind, UnreadKind::Missing | UnreadKind::NotText) => Ok(None),
        Err(unread) => Err(Why::new(unread.reason(), unread.why).at(place())),
    }
}

fn whole(file: &Arc<SourceFile>) -> MappedText {
    let start = if file.text.starts_with('\u{FEFF}') { 3 } else { 0 };
    MappedText::verbatim(Arc::clone(file), Span::new(start, file.text.len()))
}

fn script(call: &Call<'_>, text: MappedText, mode: ShellMode, args: Vec<Word>) -> Next {
    let mut next = Next::argv(call, Vec::new());
    if text.text().contains("\r\n") {
        // `set -e\r` is no option, and every last word has one letter more.
        let why = "the lines of the script end with a carriage return, which a shell takes for a part of the last word";
        next.target = Target::Opaque(Why::new(Reason::Unsupported, why).at(call.place.clone()));
        return next;
    }
    next.target = Target::Script { text, mode, args: Some(args) };
    next
}

/// `./x.sh args`: the first line says who reads it; without one, a POSIX shell does.
fn by_path(call: &Call<'_>, world: &World<'_>, name: &str) -> Option<Vec<Next>> {
    let relative = name.starts_with("./") || name.starts_with("../") || name.ends_with(".sh");
    // By its name no script, and nobody may run it.
    let data = || {
        let executable = call.workdir.resolve(name).is_some_and(|path| is_executable(&path, world));
        !named_as_script(name) && !executable
    };
    let file = match file(call, world, name) {
        Ok(found) => found?,
        Err(_) if (!relative || is_installed(name)) && !call.workdir.is_known() => return None,
        // Too long to be looked at.
        Err(_) if call.workdir.is_known() && data() => return Some(Vec::new()),
        Err(why) => return Some(opaque(call, why)),
    };
    let args = call.words[1..].to_vec();
    let mode = match shebang_mode(&file.text) {
        Some(Interpreter::Shell(mode)) => mode,
        Some(Interpreter::Nothing) => return Some(Vec::new()),
        Some(Interpreter::Other(program)) if program.starts_with("ruby") => {
            return Some(binstub(call, &file).map_or_else(|| code::judged(call, world, &[file]), |next| vec![next]));
        }
        Some(Interpreter::Other(program)) if matches!(program.as_str(), "zsh" | "fish" | "csh" | "tcsh") => {
            let why = format!("a script for `{program}` is not read");
            return Some(opaque(call, Why::new(Reason::Unsupported, why).at(call.place.clone())));
        }
        Some(Interpreter::Other(_)) => return Some(code::judged(call, world, &[file])),
        // A first line that names nobody, or an unreadable one, is for the kernel to refuse.
        None if file.text.starts_with("#!") => return Some(Vec::new()),
        // The kernel refuses it, or its launcher gives it to another reader.
        None if data() => return Some(Vec::new()),
        // The shell, and what calls execvp(3), hands what the kernel cannot read to a shell.
        None => ShellMode { errexit: false, pipefail: false, dialect: Dialect::Posix },
    };
    Some(vec![script(call, whole(&file), mode, args)])
}

/// `bin/rubocop` as bundler writes it: it loads the program of a gem by name.
fn binstub(call: &Call<'_>, file: &Arc<SourceFile>) -> Option<Next> {
    let at = file.text.find("Gem.bin_path(")?;
    let line = file.text[at..].lines().next()?;
    let names: Vec<&str> = line.split(['"', '\'']).skip(1).step_by(2).take(2).collect();
    let program = names.get(1)?;
    let like = call.words.first()?;
    let words = std::iter::once(literal(program, like)).chain(call.words[1..].iter().cloned()).collect();
    let mut next = Next::argv(call, words);
    next.hops = vec![Hop::new(file.place(Span::new(at, at + line.len())), line)];
    Some(next)
}

/// `. x`, `source x args`: read by the shell that runs already, with options that are not known here.
fn sourced(call: &Call<'_>, world: &World<'_>) -> Vec<Next> {
    let Some(word) = call.words.get(1) else { return Vec::new() };
    let Some(name) = word.value.as_deref() else {
        let why = Why::new(Reason::Dynamic, "the name of a sourced script is computed").at(word.place.clone());
        return opaque(call, why);
    };
    match file(call, world, name) {
        Ok(None) => Vec::new(),
        Err(why) => opaque(call, why),
        Ok(Some(file)) => {
            let dialect = match shebang_mode(&file.text) {
                Some(Interpreter::Shell(mode)) => mode.dialect,
                _ => Dialect::Bash,
            };
            let mode = ShellMode { errexit: true, pipefail: false, dialect };
            let mut next = script(call, whole(&file), mode, call.words[2..].to_vec());
            let why = "whether a failure in a sourced script stops the shell depends on the shell that sources it";
            next.holds.push(Hold::new(HoldEffect::Unknown(Reason::Unsupported), word.place.clone(), why));
            vec![next]
        }
    }
}

/// The options of a shell's command line.
struct Options {
    read: ShellOptions,
    /// How many words they are.
    taken: usize,
    /// An option is computed.
    unclear: Option<Place>,
}

impl std::ops::Deref for Options {
    type Target = ShellOptions;

    fn deref(&self) -> &ShellOptions {
        &self.read
    }
}

fn options(words: &[Word], mode: ShellMode) -> Options {
    let mut options = Options { read: ShellOptions::new(mode), taken: 0, unclear: None };
    while let Some(word) = words.get(options.taken) {
        let Some(text) = word.value.as_deref() else {
            if word.raw.starts_with('-') || (word.raw.starts_with('$') && options.taken + 1 < words.len()) {
                options.unclear = Some(word.place.clone());
                options.taken += 1;
                continue;
            }
            break;
        };
        let mut taken = options.taken + 1;
        let mut next = || {
            taken += 1;
            words.get(taken - 1).and_then(|word| word.value.as_deref())
        };
        let read = options.read.take(text, &mut next);
        if read == OptionRead::No {
            break;
        }
        options.taken = taken;
        if read == OptionRead::End {
            break;
        }
    }
    options
}

/// A shell with the name of a script: its options, and which word that is.
pub(in crate::facts) fn reads_file(words: &[Word]) -> Option<(ShellMode, usize)> {
    let options = options(&words[1..], shell_named(words.first()?.value.as_deref()?)?);
    let whole = !options.text && !options.noexec && !options.stdin && options.unclear.is_none();
    whole.then_some((options.mode, options.taken + 1))
}

/// A shell whose script comes from standard input: its options, and the arguments of the script.
pub(in crate::facts) fn reads_stdin(words: &[Word]) -> Option<(ShellMode, Vec<Word>)> {
    let mode = shell_named(words.first()?.value.as_deref()?)?;
    let words = &words[1..];
    let options = options(words, mode);
    let operands = words.get(options.taken..).unwrap_or(&[]);
    let named = operands.first().is_some_and(|word| word.value.as_deref() == Some(STDIN));
    let taken = if options.stdin { 0 } else { usize::from(named) };
    let from_there = options.stdin || named || operands.is_empty();
    let whole = !options.text && !options.noexec && options.unclear.is_none();
    (from_there && whole).then(|| (options.mode, operands.get(taken..).unwrap_or(&[]).to_vec()))
}

/// `bash x.sh args`, `sh -c 'text' name args`; `None` when the script comes from standard input.
fn invoked(call: &Call<'_>, world: &World<'_>, mode: ShellMode) -> Option<Vec<Next>> {
    let words = &call.words[1..];
    let options = options(words, mode);
    let operands = words.get(options.taken..).unwrap_or(&[]);
    let first = operands.first().filter(|_| !options.stdin || options.text)?;
    if first.value.as_deref() == Some(STDIN) && !options.text {
        return None;
    }
    if options.noexec {
        return Some(Vec::new());
    }
    if downloaded(&first.raw) {
        // A program of a third party, as in `curl … | bash`.
        return Some(Vec::new());
    }
    let mut next = if options.text {
        let Some(text) = text_of(first, world.snapshot) else {
            let why = Why::new(Reason::Unreadable, "the text given to the shell could not be read").at(first.place.clone());
            return Some(opaque(call, why));
        };
        script(call, text, options.mode, operands.get(2..).unwrap_or(&[]).to_vec())
    } else {
        let Some(name) = first.value.as_deref() else {
            return Some(opaque(call, Why::new(Reason::Dynamic, "the name of a script is computed").at(first.place.clone())));
        };
        match file(call, world, name) {
            Ok(Some(file)) => script(call, whole(&file), options.mode, operands[1..].to_vec()),
            Ok(None) => return Some(Vec::new()),
            Err(why) => return Some(opaque(call, why)),
        }
    };
    next.holds.extend(startup::read_first(&options, call, world));
    if let Some(place) = options.unclear {
        next.holds.push(Hold::new(HoldEffect::Unknown(Reason::Dynamic), place, "an option of the shell is computed"));
    }
    Some(vec![next])
}

/// `bash <(curl …)`, `sh -c "$(curl …)"`.
fn downloaded(raw: &str) -> bool {
    let raw = raw.trim_start_matches('"');
    let inner = raw.strip_prefix("<(").or_else(|| raw.strip_prefix("$(")).unwrap_or("").trim_start();
    ["curl ", "wget "].iter().any(|program| inner.starts_with(program)) && !inner.contains(['|', ';', '&'])
}

#[cfg(test)]
mod tests {
    use super::Script;
    use crate::facts::runners::script_probe::told;
    use proptest::prelude::*;

    const FILES: &[(&str, &str)] = &[
        ("x.sh", "#!/bin/bash -e\nbandit\n"),
        ("bin/plain", "\u{FEFF}echo\n"),
        ("strict.sh", "#!/usr/bin/env -S bash -euo pipefail\nx"),
        ("tool.py", "#!/usr/bin/env python3\nprint()"),
        ("bare.py", "import os\n"),
        ("style.css", "a { b: \"c }\n"),
        ("said.css", "#!/bin/sh\nlint\n"),
        ("z.sh", "#!/usr/bin/env zsh\nx\n"),
        ("bin/rubocop", "#!/usr/bin/env ruby\nrequire 'bundler/setup'\nload Gem.bin_path(\"rubocop\", \"rubocop\")\n"),
        ("bin/other", "#!/usr/bin/env ruby\nputs 1\n"),
        ("bin/bash", "#!/bin/sh\ntrue\n"),
        ("script/ci", "#!/usr/bin/env ruby\nsystem(\"bundle exec brakeman\") || exit(1)\n"),
        ("bin/ci", "#!/usr/bin/env ruby\nrequire_relative \"../config/boot\"\nrequire_relative \"../config/ci.rb\"\n"),
        ("config/ci.rb", "CI.run do\n  step \"Security\", \"bin/brakeman --quiet\"\nend\n"),
    ];

    const ROWS: &[(&str, &str, &[&str])] = &[
        ("", "./x.sh a $B", &["[eb] #!/bin/bash -e⏎bandit⏎ (a) (<?>)"]),
        ("bin", "../x.sh", &["[eb] #!/bin/bash -e⏎bandit⏎ in bin"]),
        ("", "bin/plain", &["echo⏎"]),
        ("", "./strict.sh", &["[epb] #!/usr/bin/env -S bash -euo pipefail⏎x"]),
        ("", "./tool.py", &[]),
        ("", "./bare.py", &[]),
        ("", "./style.css", &[]),
        ("", "./said.css", &["#!/bin/sh⏎lint⏎"]),
        ("", "./z.sh", &["opaque Unsupported: a script for `zsh` is not read"]),
        ("", "./missing.sh", &["not known"]),
        ("", "node_modules/.bin/eslint", &["not known"]),
        ("", "bin/rubocop -A", &["$ rubocop -A <- bin/rubocop:3"]),
        ("", "bin/other", &[]),
        ("", "script/ci", &["opaque Unsupported: script/ci starts tools or tasks; its code is not read by this version"]),
        ("", "bin/ci", &["opaque Unsupported: config/ci.rb starts tools or tasks; its code is not read by this version"]),
        ("", "bin/bash x.sh", &["#!/bin/sh⏎true⏎ (x.sh)"]),
        ("", "bash x.sh", &["[b] #!/bin/bash -e⏎bandit⏎"]),
        ("", "sh -e x.sh a", &["[e] #!/bin/bash -e⏎bandit⏎ (a)"]),
        ("", "/bin/bash -euxo pipefail -- x.sh", &["[epb] #!/bin/bash -e⏎bandit⏎"]),
        ("", "bash --norc -o errexit +e x.sh", &["[b] #!/bin/bash -e⏎bandit⏎"]),
        ("", "bash -n x.sh", &[]),
        ("", "bash $F", &["opaque Dynamic: the name of a script is computed"]),
        ("", "bash $OPTS x.sh", &["[b] #!/bin/bash -e⏎bandit⏎ !unknown ci.yml:1"]),
        ("", "bash /tmp/x.sh", &[]),
        ("", "bash -s x", &["not known"]),
        ("", "bash", &["not known"]),
        ("", "source x.sh a", &["[eb] #!/bin/bash -e⏎bandit⏎ (a) !unknown ci.yml:1"]),
        ("", ". ./bin/plain", &["[eb] echo⏎ !unknown ci.yml:1"]),
        ("", "source $X", &["opaque Dynamic: the name of a sourced script is computed"]),
        ("", "source .venv/bin/activate", &[]),
        ("?", "./x.sh", &["opaque Dynamic: the directory in which `./x.sh` is run is computed in ?"]),
        ("?", "./vendor/bin/phpstan", &["not known"]),
        ("?", "../api/.venv/bin/ruff", &["not known"]),
        ("?", "./myvendor/bin/x", &["opaque Dynamic: the directory in which `./myvendor/bin/x` is run is computed in ?"]),
        ("?", "node_modules/.bin/eslint", &["not known"]),
        ("", "python tool.py", &["not known"]),
    ];

    #[test]
    fn scripts_are_followed() {
        for (directory, command, expected) in ROWS {
            assert_eq!(told(&Script, FILES, directory, command), *expected, "{command} in {directory:?}");
        }
    }

    #[test]
    fn text_on_the_command_line_keeps_its_place() {
        for (command, expected) in [
            ("bash -lc 'make lint' name arg", "[b] make lint (arg)"),
            ("sh -ec 'a; b'", "[e] a; b"),
            ("bash -c $TEXT", "[b] $TEXT"),
        ] {
            assert_eq!(told(&Script, &[("ci.yml", command)], "", command), [expected], "{command}");
        }
    }

    proptest! {
        #[test]
        fn no_command_line_panics(command in "(bash|sh|\\.|source|\\./x.sh)( ([-+]{0,2}[a-zO=$é]{0,8}|-o|-c|x.sh)){0,6}") {
            told(&Script, FILES, "", &command);
        }
    }
}
