//! Owns launchers: programs that run the rest of their own command line (`uv run`, `npx`, `sudo`, `env`, `timeout`), perhaps
//! elsewhere or with other variables. Refuses programs whose arguments are names in a file: those are runners of their own.

use super::{Call, Next, Runner, World};
use crate::facts::hold::{Hold, HoldEffect};
use crate::facts::pipeline::Env;
use crate::facts::shell::Word;
use crate::facts::workdir::Workdir;

/// How a launcher's own words are told from the command it runs.
struct Shape {
    /// The words that make it this launcher, flags in between skipped.
    words: &'static [&'static str],
    /// Its flags that take the next word.
    value_flags: &'static [&'static str],
    /// Those of them that change the working directory.
    directory_flags: &'static [&'static str],
    /// Whether `NAME=value` words before the command set variables.
    assigns: bool,
    /// Words to drop behind its flags (the duration of `timeout`).
    operands: usize,
    /// Whether the command is a package, perhaps with a version (`eslint@9`, `ruff==0.5`).
    package: bool,
}

const PLAIN: Shape = Shape { words: &[], value_flags: &[], directory_flags: &[], assigns: false, operands: 0, package: false };

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

const CONDA: &[&str] = &["-n", "--name", "-p", "--prefix", "--cwd", "-r", "--root-prefix", "-e", "--env", "-a", "--attach"];

/// Flags read off each program's own help or manual.
static SHAPES: &[Shape] = &[
    Shape { words: &["uv", "run"], value_flags: UV, directory_flags: &["--directory"], ..PLAIN },
    Shape { words: &["uv", "tool", "run"], value_flags: UV, directory_flags: &["--directory"], package: true, ..PLAIN },
    Shape { words: &["uvx"], value_flags: UV, directory_flags: &["--directory"], package: true, ..PLAIN },
    Shape {
        words: &["poetry", "run"],
        value_flags: &["-C", "--directory", "-P", "--project"],
        directory_flags: &["-C", "--directory"],
        ..PLAIN
    },
    Shape { words: &["pipenv", "run"], value_flags: &["--python"], ..PLAIN },
    Shape { words: &["rye", "run"], value_flags: &["--pyproject"], ..PLAIN },
    // Only scripts of the project run in its directory (pdm, `cli/commands/run.py`).
    Shape { words: &["pdm", "run"], value_flags: &["-p", "--project", "--venv"], ..PLAIN },
    Shape {
        words: &["pipx", "run"],
        value_flags: &["--spec", "--python", "--pip-args", "--index-url", "-i", "--with"],
        package: true,
        ..PLAIN
    },
    Shape { words: &["npx"], value_flags: &["-p", "--package", "-w", "--workspace", "--prefix"], package: true, ..PLAIN },
    Shape { words: &["npm", "exec"], value_flags: &["-p", "--package", "-w", "--workspace", "--prefix"], package: true, ..PLAIN },
    Shape { words: &["npm", "x"], value_flags: &["-p", "--package", "-w", "--workspace", "--prefix"], package: true, ..PLAIN },
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
        package: true,
        ..PLAIN
    },
    Shape { words: &["pnpx"], value_flags: &["--package"], package: true, ..PLAIN },
    Shape { words: &["yarn", "exec"], value_flags: &["--cwd"], directory_flags: &["--cwd"], ..PLAIN },
    Shape { words: &["yarn", "dlx"], value_flags: &["-p", "--package"], package: true, ..PLAIN },
    Shape { words: &["bunx"], value_flags: &["-p", "--package", "--cwd"], directory_flags: &["--cwd"], package: true, ..PLAIN },
    Shape {
        words: &["bun", "x"],
        value_flags: &["-p", "--package", "--cwd"],
        directory_flags: &["--cwd"],
        package: true,
        ..PLAIN
    },
    Shape { words: &["bundle", "exec"], value_flags: &["--gemfile"], ..PLAIN },
    Shape {
        words: &["env"],
        value_flags: &["-u", "--unset", "-C", "--chdir"],
        directory_flags: &["-C", "--chdir"],
        assigns: true,
        ..PLAIN
    },
    Shape { words: &["cross-env"], assigns: true, ..PLAIN },
    Shape { words: &["env-cmd"], value_flags: &["-f", "--file", "-e", "--environments", "-r", "--rc-file"], ..PLAIN },
    Shape { words: &["corepack"], package: true, ..PLAIN },
    Shape { words: &["conda", "run"], value_flags: CONDA, directory_flags: &["--cwd"], ..PLAIN },
    Shape { words: &["mamba", "run"], value_flags: CONDA, directory_flags: &["--cwd"], ..PLAIN },
    Shape { words: &["micromamba", "run"], value_flags: CONDA, directory_flags: &["--cwd"], ..PLAIN },
    Shape { words: &["dotenv"], value_flags: &["-e", "-v", "-f", "--file"], ..PLAIN },
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
    Shape { words: &["doppler", "run"], value_flags: &["-p", "--project", "-c", "--config", "-t", "--token"], ..PLAIN },
    Shape { words: &["nix-shell", "--run"], ..PLAIN },
    Shape {
        words: &["coverage", "run"],
        value_flags: &["--rcfile", "--source", "--omit", "--include", "--context", "--concurrency", "--data-file"],
        ..PLAIN
    },
    Shape {
        words: &["xargs"],
        value_flags: &["-I", "-n", "-P", "-L", "-d", "-a", "-E", "-s", "--max-args", "--max-procs", "--delimiter", "--arg-file"],
        ..PLAIN
    },
    Shape { words: &["parallel"], value_flags: &["-j", "--jobs", "-n", "--colsep"], ..PLAIN },
];

/// All launchers that only run the rest of their line.
pub(super) struct Launchers;

impl Runner for Launchers {
    fn name(&self) -> &'static str {
        "launchers"
    }

    fn expand(&self, call: &Call<'_>, world: &World<'_>) -> Option<Vec<Next>> {
        let program = crate::facts::matching::program_name(call.program()?);
        if program == "find" {
            return find(call);
        }
        if program == "go" {
            return go(call, world);
        }
        if program == "python" {
            return python(call);
        }
        let (shape, at) =
            SHAPES.iter().filter(|shape| shape.words[0] == program).find_map(|shape| Some((shape, head(shape, call)?)))?;
        Some(launch(shape, at, call).map(|next| super::launched::held(next, call, world)).into_iter().collect())
    }
}

/// The index behind the launcher's own words; flags before a sub-command are skipped.
fn head(shape: &Shape, call: &Call<'_>) -> Option<usize> {
    let row: Vec<String> = shape.words.iter().map(|word| (*word).to_owned()).collect();
    let flags: Vec<String> = shape.value_flags.iter().map(|flag| (*flag).to_owned()).collect();
    crate::facts::matching::take_row(&row, call.words, &flags)
}

/// The command behind the launcher's flags, with its directory and variables.
fn launch(shape: &Shape, start: usize, call: &Call<'_>) -> Option<Next> {
    let mut env: Env = call.env.clone();
    let mut workdir = directory_of(shape, &call.words[1..start], call.workdir.clone());
    let (mut at, mut operands) = (start, shape.operands);
    let mut module = false;
    while let Some(word) = call.words.get(at) {
        let Some(value) = word.value.as_deref() else { break };
        if value == "--" {
            at += 1;
            break;
        }
        if matches!(value, "-m" | "--module") && matches!(shape.words[0], "uv" | "uvx" | "coverage") {
            module = true;
            at += 1;
            break;
        }
        if matches!(value, "-c" | "--call") && matches!(shape.words, ["npx"] | ["npm", "exec"]) {
            return call.words.get(at + 1).and_then(|text| script_word(call, text));
        }
        if value.starts_with('-') && value.len() > 1 {
            let taken = shape.value_flags.contains(&value);
            workdir = directory_of(shape, &call.words[at..(at + 2).min(call.words.len())], workdir);
            at += 1 + usize::from(taken);
        } else if shape.assigns && value.split_once('=').is_some_and(|(name, _)| is_name(name)) {
            let (name, text) = value.split_once('=').unwrap_or((value, ""));
            env.insert(name.to_owned(), Some(text.to_owned()));
            at += 1;
        } else if operands > 0 {
            operands -= 1;
            at += 1;
        } else {
            break;
        }
    }
    let mut words = call.words.get(at..)?.to_vec();
    let first = words.first_mut()?;
    if shape.package {
        first.value = first.value.as_deref().map(|value| package_program(value).to_owned());
    }
    if module {
        return Some(Next { workdir, env, ..Next::argv(call, as_module(call, words)) });
    }
    Some(Next { workdir, env, ..Next::argv(call, words) })
}

/// `python -m NAME …` as a command of its own, for rows that list only the program.
fn as_module(call: &Call<'_>, words: Vec<Word>) -> Vec<Word> {
    let made = |text: &str| Word { raw: text.to_owned(), value: Some(text.to_owned()), ..call.words[0].clone() };
    [made("python"), made("-m")].into_iter().chain(words).collect()
}

fn directory_of(shape: &Shape, words: &[Word], from: Workdir) -> Workdir {
    for (at, word) in words.iter().enumerate() {
        let Some(value) = word.value.as_deref() else { continue };
        for flag in shape.directory_flags {
            let named = match value.strip_prefix(flag) {
                Some("") => words.get(at + 1).map(|next| next.value.as_deref()),
                Some(rest) => rest.strip_prefix('=').map(Some),
                None => None,
            };
            if let Some(directory) = named {
                return directory.map_or_else(|| from.unknown(), |directory| from.enter(directory));
            }
        }
    }
    from
}

fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !name.starts_with(|c: char| c.is_ascii_digit())
}

/// The program that a package specification installs: version and extras cut, the last part of a scoped name kept whole.
fn package_program(spec: &str) -> &str {
    let head = spec.split(['=', '<', '>', '~', '!', '[']).next().unwrap_or(spec);
    match head.char_indices().skip(1).find(|(_, c)| *c == '@') {
        Some((at, _)) => &head[..at],
        None => head,
    }
}

/// A word whose value is a shell script (`npx -c 'eslint .'`).
fn script_word(call: &Call<'_>, word: &Word) -> Option<Next> {
    let words = word.value.as_deref()?.split_whitespace().map(|part| Word {
        raw: part.to_owned(),
        value: Some(part.to_owned()),
        ..word.clone()
    });
    Some(Next::argv(call, words.collect()))
}

/// `find … -exec CMD {} \;` runs the command and forgets its status; with `+` the status counts (find(1)).
fn find(call: &Call<'_>) -> Option<Vec<Next>> {
    let at = call.words.iter().position(|word| matches!(word.value.as_deref(), Some("-exec" | "-execdir" | "-ok")))?;
    let rest = &call.words[at + 1..];
    let end = rest.iter().position(|word| matches!(word.value.as_deref(), Some(";" | "+")))?;
    // `{}` stands for file names that only `find` knows.
    let named = |word: &Word| {
        if word.value.as_deref() == Some("{}") {
            Word { raw: "$(find)".to_owned(), value: None, ..word.clone() }
        } else {
            word.clone()
        }
    };
    let words: Vec<Word> = rest[..end].iter().map(named).collect();
    let mut next = Next::argv(call, words);
    if rest[end].value.as_deref() == Some(";") {
        let why = "`find -exec … \\;` does not report the status of what it runs";
        next.holds.push(Hold::new(HoldEffect::Soften, rest[end].place.clone(), why));
    }
    Some(vec![next])
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
    let name = program_of_package(package);
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

/// The program a Go package path installs: its last segment, a major version suffix skipped.
pub(super) fn program_of_package(package: &str) -> &str {
    let mut segments = package.rsplit('/');
    let last = segments.next().unwrap_or(package);
    let version = last.strip_prefix('v').is_some_and(|digits| !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit()));
    if version { segments.next().unwrap_or(last) } else { last }
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

    #[test]
    fn package_specifications() {
        assert_eq!(package_program("eslint@9.1.0"), "eslint");
        assert_eq!(package_program("@biomejs/biome@2"), "@biomejs/biome");
        assert_eq!(package_program("bandit[toml]==1.8"), "bandit");
        assert_eq!(program_of_package("github.com/golangci/golangci-lint/v2/cmd/golangci-lint"), "golangci-lint");
        assert_eq!(program_of_package("github.com/zricethezav/gitleaks/v8"), "gitleaks");
    }
}
