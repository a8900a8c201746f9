//! Owns launchers: programs that run the rest of their own command line (`uv run`, `npx`, `sudo`, `env`, `timeout`), perhaps
//! elsewhere or with other variables. Refuses programs whose arguments are names in a file: those are runners of their own.

use super::{Call, Next, Runner, Target, World, cross_shell, feeders, launch};
use crate::answer::{Reason, Why};
use crate::facts::hold::{Hold, HoldEffect, Remedy};
use crate::facts::matching::{Take, may_take, program_name, take};
use crate::facts::shell::Word;

/// How a launcher's own words are told from the command it runs.
pub(super) struct Shape {
    /// The words that make it this launcher, flags in between skipped.
    pub(super) words: &'static [&'static str],
    /// Its flags that take the next word.
    pub(super) value_flags: &'static [&'static str],
    /// Those of them that change the working directory.
    pub(super) directory_flags: &'static [&'static str],
    /// Whether `NAME=value` words before the command set variables.
    pub(super) assigns: bool,
    /// Whether it sets variables by files or services that are not read here.
    pub(super) opens: bool,
    /// Words to drop behind its flags (the duration of `timeout`).
    pub(super) operands: usize,
    /// The registry of which the command is a package, perhaps with a version (`eslint@9`, `ruff==0.5`).
    pub(super) package: Option<&'static str>,
    /// Whether a program that is installed comes before the registry (libnpmexec; bun, `src/cli/bunx_command.zig`).
    pub(super) installed: bool,
    /// Whether it gives a file in Python to the interpreter, whatever its mode (uv `commands/project/run.rs`, pdm
    /// `cli/commands/run.py`).
    pub(super) python: bool,
    /// Its flags that take something from what the command proves.
    held: &'static [(&'static str, HoldEffect, &'static str)],
}

const PLAIN: Shape = Shape {
    words: &[],
    value_flags: &[],
    directory_flags: &[],
    assigns: false,
    opens: false,
    operands: 0,
    package: None,
    installed: false,
    python: false,
    held: &[],
};

/// A launcher that sets variables of its own.
const OPENS: Shape = Shape { opens: true, ..PLAIN };

const DENO: &[&str] = &[
    "-c",
    "--config",
    "--import-map",
    "--importmap",
    "--lock",
    "--cert",
    "--location",
    "--seed",
    "--conditions",
    "--ext",
    "-L",
    "--log-level",
    "--import",
    "--preload",
    "--require",
    "-p",
    "--package",
    "--min-dep-age",
    "--minimum-dependency-age",
    "--inspect-publish-uid",
    "--cpu-prof-dir",
    "--cpu-prof-name",
    "--cpu-prof-interval",
];

const UV: &[&str] = &[
    "--with",
    "--with-editable",
    "--with-requirements",
    "--extra",
    "--no-extra",
    "--group",
    "--no-group",
    "--only-group",
    "-p",
    "--python",
    "--project",
    "--directory",
    "--env-file",
    "--package",
    "--index",
    "--default-index",
    "-i",
    "--index-url",
    "--extra-index-url",
    "-f",
    "--find-links",
    "--upgrade-package",
    "-P",
    "--refresh-package",
    "--reinstall-package",
    "--cache-dir",
    "--config-file",
    "--exclude-newer",
    "--prerelease",
    "--resolution",
    "--from",
    "-w",
    "-C",
    "--config-setting",
    "--link-mode",
    "--color",
    "--keyring-provider",
];

/// Those with which a command is asked for in a place (all are in `npm/clients.rs`).
const NPM: &[&str] = &["--package", "-w", "--workspace", "--prefix", "-C", "--loglevel", "--registry"];

const CONDA: &[&str] = &["-n", "--name", "-p", "--prefix", "--cwd", "-r", "--root-prefix", "-e", "--env", "-a", "--attach"];

/// cargo-workspaces, `src/exec.rs`: it runs the command in the directory of each member.
const OF_MEMBERS: &[(&str, HoldEffect, &str)] = &[
    ("--no-bail", HoldEffect::Soften, "a failure of the command is passed over"),
    ("--ignore", HoldEffect::Narrow, "the command is not run for every member"),
    ("--ignore-private", HoldEffect::Narrow, "the command is not run for every member"),
];

/// Flags read off each program's own help or manual.
static SHAPES: &[Shape] = &[
    Shape { words: &["uv", "run"], value_flags: UV, directory_flags: &["--directory"], python: true, ..PLAIN },
    Shape { words: &["uv", "tool", "run"], value_flags: UV, directory_flags: &["--directory"], package: Some("pypi"), ..PLAIN },
    Shape { words: &["uvx"], value_flags: UV, directory_flags: &["--directory"], package: Some("pypi"), ..PLAIN },
    Shape {
        words: &["poetry", "run"],
        value_flags: &["-C", "--directory", "-P", "--project"],
        directory_flags: &["-C", "--directory"],
        ..PLAIN
    },
    Shape { words: &["pipenv", "run"], value_flags: &["--python"], ..PLAIN },
    Shape { words: &["rye", "run"], value_flags: &["--pyproject"], ..PLAIN },
    // Only scripts of the project run in its directory (pdm, `cli/commands/run.py`).
    Shape { words: &["pdm", "run"], value_flags: &["-p", "--project", "--venv"], python: true, ..PLAIN },
    Shape {
        words: &["pipx", "run"],
        value_flags: &["--spec", "--python", "--pip-args", "--index-url", "-i", "--with"],
        package: Some("pypi"),
        ..PLAIN
    },
    // What these leave of their words to the program is npm's own grammar: `npm/exec.rs`.
    Shape { words: &["npx"], package: Some("npm"), installed: true, ..PLAIN },
    Shape { words: &["npm", "exec"], value_flags: NPM, package: Some("npm"), installed: true, ..PLAIN },
    Shape { words: &["npm", "x"], value_flags: NPM, package: Some("npm"), installed: true, ..PLAIN },
    Shape {
        words: &["pnpm", "exec"],
        value_flags: &["-C", "--dir", "--filter", "-F"],
        directory_flags: &["-C", "--dir"],
        ..PLAIN
    },
    Shape {
        words: &["pnpm", "dlx"],
        value_flags: &["--package", "-C", "--dir"],
        directory_flags: &["-C", "--dir"],
        package: Some("npm"),
        ..PLAIN
    },
    Shape { words: &["pnpx"], value_flags: &["--package"], package: Some("npm"), ..PLAIN },
    Shape { words: &["yarn", "exec"], value_flags: &["--cwd"], directory_flags: &["--cwd"], ..PLAIN },
    Shape { words: &["yarn", "dlx"], value_flags: &["-p", "--package"], package: Some("npm"), ..PLAIN },
    Shape {
        words: &["bunx"],
        value_flags: &["-p", "--package", "--cwd"],
        directory_flags: &["--cwd"],
        package: Some("npm"),
        installed: true,
        ..PLAIN
    },
    Shape {
        words: &["bun", "x"],
        value_flags: &["-p", "--package", "--cwd"],
        directory_flags: &["--cwd"],
        package: Some("npm"),
        installed: true,
        ..PLAIN
    },
    // `deno run` and `deno x` of a package; flags that permit something take their values behind `=` (deno 98f9507,
    // `libs/cli_parser/src/defs.rs`; `--lock` takes a word that is no flag).
    Shape { words: &["deno", "run"], value_flags: DENO, package: Some("npm"), ..PLAIN },
    Shape { words: &["deno", "x"], value_flags: DENO, package: Some("npm"), ..PLAIN },
    Shape { words: &["dx"], value_flags: DENO, package: Some("npm"), ..PLAIN },
    Shape { words: &["bundle", "exec"], value_flags: &["--gemfile"], ..PLAIN },
    Shape {
        words: &["composer", "exec"],
        value_flags: &["-d", "--working-dir"],
        directory_flags: &["-d", "--working-dir"],
        ..PLAIN
    },
    Shape {
        words: &["env"],
        value_flags: &["-u", "--unset", "-C", "--chdir"],
        directory_flags: &["-C", "--chdir"],
        assigns: true,
        ..PLAIN
    },
    Shape { words: &["cross-env"], assigns: true, ..PLAIN },
    Shape { words: &[cross_shell::PROGRAM], assigns: true, ..PLAIN },
    Shape { words: &["env-cmd"], value_flags: &["-f", "--file", "-e", "--environments", "-r", "--rc-file"], ..OPENS },
    Shape { words: &["corepack"], package: Some("npm"), ..PLAIN },
    Shape { words: &["conda", "run"], value_flags: CONDA, directory_flags: &["--cwd"], ..PLAIN },
    Shape { words: &["mamba", "run"], value_flags: CONDA, directory_flags: &["--cwd"], ..PLAIN },
    Shape { words: &["micromamba", "run"], value_flags: CONDA, directory_flags: &["--cwd"], ..PLAIN },
    Shape { words: &["dotenv"], value_flags: &["-e", "-v", "-f", "--file"], ..OPENS },
    Shape {
        words: &["sudo"],
        value_flags: &["-u", "--user", "-g", "--group", "-D", "--chdir", "-h", "-p", "-C"],
        directory_flags: &["-D", "--chdir"],
        assigns: true,
        ..PLAIN
    },
    Shape { words: &["nice"], value_flags: &["-n", "--adjustment"], ..PLAIN },
    Shape { words: &["ionice"], value_flags: &["-c", "-n"], ..PLAIN },
    Shape { words: &["nohup"], ..PLAIN },
    Shape { words: &["setsid"], ..PLAIN },
    Shape { words: &["stdbuf"], value_flags: &["-i", "-o", "-e"], ..PLAIN },
    Shape { words: &["timeout"], value_flags: &["-k", "--kill-after", "-s", "--signal"], operands: 1, ..PLAIN },
    Shape { words: &["xvfb-run"], value_flags: &["-s", "--server-args", "-n", "--server-num", "-e", "-f", "-p"], ..PLAIN },
    Shape { words: &["unbuffer"], ..PLAIN },
    Shape { words: &["chronic"], ..PLAIN },
    Shape { words: &["doppler", "run"], value_flags: &["-p", "--project", "-c", "--config", "-t", "--token"], ..OPENS },
    Shape { words: &["rustup", "run"], operands: 1, ..PLAIN },
    Shape { words: &["cargo", "ws", "exec"], value_flags: &["--ignore"], held: OF_MEMBERS, ..PLAIN },
    Shape { words: &["cargo", "workspaces", "exec"], value_flags: &["--ignore"], held: OF_MEMBERS, ..PLAIN },
    Shape { words: &["direnv", "exec"], operands: 1, ..OPENS },
    Shape {
        words: &["coverage", "run"],
        value_flags: &["--rcfile", "--source", "--omit", "--include", "--context", "--concurrency", "--data-file"],
        python: true,
        ..PLAIN
    },
];

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
        let shapes = SHAPES.iter().filter(|shape| shape.words[0] == program);
        let (shape, at, doubt) = shapes.into_iter().find_map(|shape| head(shape, call).map(|(at, doubt)| (shape, at, doubt)))?;
        let mut nexts = launch::launch(shape, at, call, world);
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
            next.holds.extend(held(shape, own));
        }
        Some(nexts.into_iter().map(|next| super::launched::held(next, shape, call, world)).collect())
    }
}

/// What flags of the launcher's own take from the command.
fn held<'w>(shape: &Shape, own: &'w [Word]) -> impl Iterator<Item = Hold> + 'w {
    let rows = shape.held;
    own.iter().filter_map(move |word| {
        let head = word.head();
        let flag = head.split('=').next().unwrap_or_default();
        let (_, effect, why) = rows.iter().find(|(name, ..)| *name == flag)?;
        Some(Hold::new(*effect, word.place.clone(), *why).undone(Remedy::Drop(word.raw.clone())))
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
fn head(shape: &Shape, call: &Call<'_>) -> Option<(usize, Option<usize>)> {
    match take(&owned(shape.words), call.words, &owned(shape.value_flags)) {
        Take::Taken { words, doubt } => Some((words, doubt)),
        _ => None,
    }
}

fn owned(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// The word that decides, not known, whether a command is one of a launcher's (`uv $X`).
pub(in crate::facts) fn open_head(words: &[Word]) -> Option<&Word> {
    let (program, rest) = words.split_first()?;
    let program = program_name(program.value.as_deref()?);
    let mut rows = SHAPES.iter().filter(|shape| shape.words[0] == program && shape.words.len() > 1);
    let open = rest.iter().find(|word| word.is_open())?;
    rows.any(|shape| may_take(&owned(&shape.words[1..]), rest, &owned(shape.value_flags))).then_some(open)
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
    while let Some(value) = rest.first().and_then(|word| word.value.as_deref()).filter(|value| value.starts_with('-')) {
        let taken = ["-exec", "-modfile", "-mod", "-C", "-tags", "-ldflags", "-gcflags", "-o", "-p", "-overlay"].contains(&value);
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
    let at = call.words.iter().position(|word| word.value.as_deref() == Some("-m"))?;
    if call.words[1..at].iter().any(|word| !word.value.as_deref().is_some_and(|value| value.starts_with('-'))) {
        return None;
    }
    let words = call.words.get(at + 1..).filter(|rest| !rest.is_empty())?.to_vec();
    Some(vec![Next::argv(call, words)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::runners::script_probe::told;

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
