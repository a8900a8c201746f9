//! Owns launchers: programs that run the rest of their own command line (`uv run`, `npx`, `sudo`, `env`, `timeout`), perhaps
//! elsewhere or with other variables: those that `rules/launchers.toml` lists, and a few with a grammar of their own. Refuses programs whose arguments are names in a file: those are runners of their own.

use super::{Call, Next, Runner, Target, World, cross_shell, feeders, launch};
use crate::answer::{Reason, Why};
use crate::catalog::launcher::{HeldDoes, Launcher};
use crate::catalog::{self, Catalog};
use crate::facts::hold::{Hold, HoldEffect, Remedy};
use crate::facts::matching::{Take, may_take, module_of_python, program_name, take};
use crate::facts::shell::Word;

/// All launchers that only run the rest of their line.
pub(super) struct Launchers;

impl Runner for Launchers {
    fn name(&self) -> &'static str {
        "launchers"
    }

    fn expand(&self, call: &Call<'_>, world: &World<'_>) -> Option<Vec<Next>> {
        let program = program_name(call.program()?);
        match program {
            "find" => return feeders::find(call),
            "xargs" => return Some(feeders::xargs(call, world)),
            "parallel" => return Some(feeders::parallel(call, world)),
            "nix" | "nix-shell" => return feeders::nix(call, world),
            "go" => return go(call, world),
            "python" => return python(call),
            "cross" => return Some(vec![cross(call)]),
            // Any other `deno run` runs a file.
            "deno" if !launch::names_package(call.words) => return None,
            _ => {}
        }
        let mut named = of_program(world.catalog, program);
        let (row, argv, (at, doubt)) = named.find_map(|(row, argv)| head(row, argv, call).map(|found| (row, argv, found)))?;
        let mut nexts = launch::launch((row, argv), at, call, world);
        if let Some(word) = doubt.and_then(|at| call.words.get(at)) {
            let why = Why::new(Reason::Dynamic, "a word before the command is computed").at(word.place.clone());
            nexts.iter_mut().for_each(|next| next.condition = Some(why.clone()));
        }
        if let Some(word) = forks(program, call) {
            let hold = Hold::new(HoldEffect::Soften, word.place.clone(), "nothing waits for it");
            nexts.iter_mut().for_each(|next| next.holds.push(hold.clone()));
        }
        if program == cross_shell::PROGRAM {
            nexts.iter_mut().for_each(cross_shell::read);
        }
        for next in &mut nexts {
            let Target::Argv(words) = &next.target else { continue };
            let own = &call.words[..call.words.len().saturating_sub(words.len())];
            next.holds.extend(held(row, own));
        }
        Some(nexts.into_iter().map(|next| super::launched::held(next, row, call, world)).collect())
    }
}

/// The launchers of a program, each with the words that make it this one.
fn of_program<'c>(catalog: &'c Catalog, program: &str) -> impl Iterator<Item = (&'c Launcher, &'c [String])> {
    let rows = catalog.launchers.launcher.iter().flat_map(|row| row.argv.iter().map(move |argv| (row, argv.as_slice())));
    rows.filter(move |(_, argv)| argv.first().is_some_and(|first| first == program))
}

/// What flags of the launcher's own take from the command.
fn held<'w>(row: &'w Launcher, own: &'w [Word]) -> impl Iterator<Item = Hold> + 'w {
    own.iter().filter_map(move |word| {
        let head = word.head();
        let flag = head.split('=').next().unwrap_or_default();
        let held = row.held.iter().find(|held| held.flag == flag)?;
        let effect = match held.does {
            HeldDoes::Soften => HoldEffect::Soften,
            HeldDoes::Narrow => HoldEffect::Narrow,
        };
        Some(Hold::new(effect, word.place.clone(), held.why.clone()).undone(Remedy::Drop(word.raw.clone())))
    })
}

/// The flag with which `setsid` leaves what it starts alone (util-linux, `sys-utils/setsid.c`: it waits with `-w` only).
fn forks<'w>(program: &str, call: &Call<'w>) -> Option<&'w Word> {
    let flags = call.words.iter().skip(1).take_while(|word| word.head().starts_with('-')).filter(|_| program == "setsid");
    let has = |word: &Word, letter: char, name: &str| {
        let text = word.shape();
        text == name || (!text.starts_with("--") && text.contains(letter))
    };
    let waits = flags.clone().any(|word| has(word, 'w', "--wait"));
    flags.into_iter().find(|word| !waits && has(word, 'f', "--fork"))
}

/// The index behind the launcher's own words, and the word before it that nothing is known of; flags before a sub-command are
/// skipped.
fn head(row: &Launcher, argv: &[String], call: &Call<'_>) -> Option<(usize, Option<usize>)> {
    match take(argv, call.words, &row.value_flags) {
        Take::Taken { words, doubt } => Some((words, doubt)),
        _ => None,
    }
}

/// The word that decides, not known, whether a command is one of a launcher's (`uv $X`).
pub(in crate::facts) fn open_head(words: &[Word]) -> Option<&Word> {
    let (program, rest) = words.split_first()?;
    let program = program_name(program.value.as_deref()?);
    let mut rows = of_program(Catalog::builtin(), program).filter(|(_, argv)| argv.len() > 1);
    let open = rest.iter().find(|word| word.is_open())?;
    rows.any(|(row, argv)| may_take(&argv[1..], rest, &row.value_flags)).then_some(open)
}

/// `cross` takes cargo's command lines and runs them in a container with the tree mounted.
fn cross(call: &Call<'_>) -> Next {
    let mut words = call.words.to_vec();
    words[0].value = Some("cargo".to_owned());
    Next::argv(call, words)
}

/// `go run PACKAGE[@version] args` and `go tool NAME args`: the package decides, by its whole path.
fn go(call: &Call<'_>, world: &World<'_>) -> Option<Vec<Next>> {
    let at = call.words.iter().position(|word| matches!(word.value.as_deref(), Some("run" | "tool")))?;
    if call.words[1..at].iter().any(|word| !word.value.as_deref().is_some_and(|value| value.starts_with('-'))) {
        return None;
    }
    let run = call.words[at].value.as_deref() == Some("run");
    let mut rest = &call.words[at + 1..];
    let moved = launch::directory_of_go(rest, call.workdir);
    let call = &Call { words: call.words, env: call.env, workdir: moved.as_ref().unwrap_or(call.workdir), place: call.place };
    while let Some(value) = rest.first().and_then(|word| word.value.as_deref()).filter(|value| value.starts_with('-')) {
        let taken = catalog::lists(&world.catalog.commands.go.value_flags, value);
        rest = rest.get(1 + usize::from(taken)..).unwrap_or(&[]);
    }
    let first = rest.first()?;
    let package = first.value.as_deref()?.split('@').next().unwrap_or_default();
    let listed =
        world.catalog.tools.iter().flat_map(|tool| tool.packages.get("go").into_iter().flatten()).any(|known| known == package);
    // A bare `go tool NAME` is a tool of `go.mod`, or of the distribution (`vet`).
    if !listed && (run || package.contains('/')) {
        return Some(Vec::new());
    }
    let name = launch::program_of_package(package);
    let mut words = rest.to_vec();
    words[0] = Word { value: Some(name.to_owned()), ..first.clone() };
    let mut next = Next::argv(call, words);
    if !run && !listed {
        let packages = || world.catalog.tools.iter().flat_map(|tool| tool.packages.get("go").into_iter().flatten());
        let known = |package: &str| packages().any(|known| known == package);
        next.holds.extend(super::launched::go_tool(name, known, call, world));
    }
    Some(vec![next])
}

/// `python -m NAME args` where the catalogue lists only the program `NAME`.
fn python(call: &Call<'_>) -> Option<Vec<Next>> {
    let divided = module_of_python(call.words);
    let words = divided.as_deref().unwrap_or(call.words);
    let at = words.iter().position(|word| word.value.as_deref() == Some("-m"))?;
    if words[1..at].iter().any(|word| !word.value.as_deref().is_some_and(|value| value.starts_with('-'))) {
        return None;
    }
    let words = words.get(at + 1..).filter(|rest| !rest.is_empty())?.to_vec();
    Some(vec![Next::argv(call, words)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::runners::script_probe::told;

    #[test]
    fn a_module_of_python_is_its_program() {
        for line in
            ["python -m tox -e a", "python -Im tox -e a", "python -Wd -mtox -e a", "pypy3 -m tox -e a", "py -3 -m tox -e a"]
        {
            assert_eq!(told(&Launchers, &[], "", line), ["$ tox -e a"], "{line}");
        }
    }

    #[test]
    fn a_command_for_every_member_of_a_workspace() {
        for (command, expected) in [
            ("cargo ws exec cargo clippy -- -D warnings", "$ cargo clippy -- -D warnings"),
            ("cargo ws exec --no-bail cargo clippy", "$ cargo clippy !soften ci.yml:1"),
            ("cargo +nightly workspaces exec cargo deny check", "$ cargo deny check"),
            ("cargo ws exec cargo x --no-bail", "$ cargo x --no-bail"),
            ("cargo ws exec --ignore=a cargo clippy", "$ cargo clippy !narrow ci.yml:1"),
            ("cargo ws exec --ignore a cargo clippy", "$ cargo clippy !narrow ci.yml:1"),
            ("cargo ws publish", "not known"),
        ] {
            assert_eq!(told(&Launchers, &[], "", command), [expected], "{command}");
        }
    }
}
