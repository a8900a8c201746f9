//! Owns where in a launcher's line its command begins, and what of that is not known. Refuses to know the launchers: that is
//! `launchers.rs`.

use super::script_words::literal;
use super::{Call, Next, World, feeders, fetched, launched, npm};
use crate::answer::{Reason, Why};
use crate::catalog::{self, launcher::Launcher};
use crate::facts::pipeline::Env;
use crate::facts::shadow;
use crate::facts::shell::{UNKNOWN_CHAR, Word};
use crate::facts::workdir::Workdir;

/// The command behind the launcher's flags, with its directory and variables.
pub(super) fn launch((row, argv): (&Launcher, &[String]), start: usize, call: &Call<'_>, world: &World<'_>) -> Vec<Next> {
    let program = argv.first().map_or("", String::as_str);
    let left = match program {
        "npx" => Some(npm::npx(&call.words[1..])),
        "npm" => Some(npm::npm_exec(&call.words[1..])),
        _ => None,
    };
    let nexts = left.map_or_else(|| plain(row, start, call), |left| of_npm(row, &left, call, world));
    npm::selected(nexts, program, call, world).unwrap_or_else(|why| npm::opaque(call, why))
}

/// The program that npm runs, or the text.
fn of_npm(row: &Launcher, left: &npm::Left, call: &Call<'_>, world: &World<'_>) -> Vec<Next> {
    match &left.text {
        Some(text) => vec![feeders::text(call, text, world)],
        None => readings(&left.words, |words| command(row, false, words, call)),
    }
}

fn plain(row: &Launcher, start: usize, call: &Call<'_>) -> Vec<Next> {
    let mut env: Env = call.env.clone();
    if row.opens {
        env.open();
    }
    forget(row, &call.words[start..], &mut env);
    let mut workdir = directory_of(row, &call.words[1..start], call.workdir.clone());
    let (mut at, mut operands) = (start, row.operands);
    let (mut module, mut open) = (false, None);
    while let Some(word) = call.words.get(at) {
        let value = word.shape();
        let known = word.value.is_some();
        if value == "--" {
            at += 1 + operands;
            break;
        }
        if catalog::lists(&row.module_flags, &value) {
            module = true;
            at += 1;
            break;
        }
        // `coverage run $OPTIONS -m pytest`: what runs is a file in Python, which takes no module, so the word is flags or none.
        if row.only_python && word.may_vanish() && names_module(&call.words[at..]) {
            open = open.or(Some(word));
            at += 1;
            continue;
        }
        if catalog::lists(&row.file_flags, &value) {
            // What follows is a file in Python, whatever it is called.
            return Vec::new();
        }
        if value.starts_with('-') && (value.len() > 1 || catalog::lists(&row.forget_flags, &value)) {
            let taken = catalog::lists(&row.value_flags, &value);
            workdir = directory_of(row, &call.words[at..(at + 2).min(call.words.len())], workdir);
            at += 1 + usize::from(taken);
        } else if row.assigns && value.split_once('=').is_some_and(|(name, _)| is_name(name)) {
            let (name, text) = value.split_once('=').unwrap_or((&*value, ""));
            // Of a search path that is wholly unknown it matters that it may lead into the tree.
            let anywhere = name == "PATH" && text.strip_prefix(UNKNOWN_CHAR) == Some("");
            let told = known || anywhere || shadow::is_told_by_parts(name);
            env.insert(name.to_owned(), told.then(|| text.to_owned()));
            at += 1;
        } else if operands > 0 {
            operands -= usize::from(!before_number(&call.words[at..]));
            at += 1;
        } else {
            break;
        }
    }
    let rest = call.words.get(at..).unwrap_or(&[]);
    let next = |words: &[Word]| command(row, module, words, call);
    let mut nexts: Vec<Next> = match (rest, call.words.get(at.max(start + 1) - 1)) {
        // `timeout $ALL`: the word may be all there is to run.
        ([], Some(last)) if at > start && last.is_open() && !last.is_one() => {
            next(std::slice::from_ref(last)).into_iter().collect()
        }
        _ => readings(rest, next),
    };
    nexts.iter_mut().for_each(|next| (next.workdir, next.env) = (workdir.clone(), env.clone()));
    if let Some(word) = open {
        let why = Why::new(Reason::Dynamic, "a word before the command is computed").at(word.place.clone());
        nexts.iter_mut().for_each(|next| next.condition = Some(why.clone()));
    }
    nexts
}

/// The commands that words may be of which the first may be flags, an operand, the program, or none (`uv run $FLAGS ruff check`,
/// `timeout $FLAG $TIME lint`).
fn readings(words: &[Word], next: impl Fn(&[Word]) -> Option<Next>) -> Vec<Next> {
    let known = words.iter().position(|word| !word.may_vanish()).unwrap_or(0);
    // Whatever is given the script itself as its first operand reads it once more.
    let itself = known > 0 && words[known].is_script();
    let whole = if itself { None } else { next(words) };
    let behind = words.get(known..).filter(|_| known > 0).and_then(&next).map(|next| {
        let why = Why::new(Reason::Dynamic, "a word before the command is computed").at(words[0].place.clone());
        Next { condition: Some(why), ..next }
    });
    whole.into_iter().chain(behind).collect()
}

/// Whether the first word that is known is the flag for a module.
fn names_module(words: &[Word]) -> bool {
    words.iter().find(|word| !word.may_vanish()).is_some_and(|word| word.value.as_deref() == Some("-m"))
}

/// Whether a word that is not known stands before a number: no program is called like one, so the word is flags or none.
fn before_number(words: &[Word]) -> bool {
    let number = |text: &str| {
        let digits = text.strip_suffix(['s', 'm', 'h', 'd']).unwrap_or(text);
        digits.starts_with(|c: char| c.is_ascii_digit()) && digits.chars().all(|c| c.is_ascii_digit() || c == '.')
    };
    let known = words.iter().find(|word| !word.is_open()).and_then(|word| word.value.as_deref());
    words.first().is_some_and(Word::is_open) && known.is_some_and(number)
}

fn command(row: &Launcher, module: bool, words: &[Word], call: &Call<'_>) -> Option<Next> {
    let mut words = words.to_vec();
    let first = words.first_mut()?;
    let mut held = None;
    if let Some(registry) = row.package.as_deref() {
        let text = first.shape().into_owned();
        let package = fetched::read(&text, registry);
        first.value = Some(package.program.clone()).filter(|program| !program.is_empty() && !program.contains(UNKNOWN_CHAR));
        held = launched::of_word(&package, &text, first, row, call);
    }
    if row.python && !module && first.value.as_deref().is_some_and(|name| name.ends_with(".py")) {
        words.insert(0, literal("python", &call.words[0]));
    }
    let mut next = Next::argv(call, if module { as_module(call, words) } else { words });
    next.holds.extend(held);
    Some(next)
}

/// `python -m NAME …` as a command of its own, for rows that list only the program.
fn as_module(call: &Call<'_>, words: Vec<Word>) -> Vec<Word> {
    [literal("python", &call.words[0]), literal("-m", &call.words[0])].into_iter().chain(words).collect()
}

/// What the launcher does not hand on of the variables it was given itself, by its own words.
fn forget(row: &Launcher, words: &[Word], env: &mut Env) {
    let (mut all, mut kept) = (row.forgets, Vec::new());
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let shape = word.shape();
        let assigns = row.assigns && shape.split_once('=').is_some_and(|(name, _)| is_name(name));
        if shape == "--" || !shape.starts_with('-') && !assigns {
            break;
        }
        let (long, value) = shape.split_once('=').map_or((&*shape, None), |(flag, value)| (flag, Some(value)));
        // Letters stand together, and what is behind one that takes a value is that.
        let single = shape.len() > 2 && !shape.starts_with("--");
        let letters = shape.char_indices().skip(1).map(|(at, letter)| (format!("-{letter}"), at + letter.len_utf8()));
        let flags: Vec<(String, usize)> = if single { letters.collect() } else { vec![(long.to_owned(), shape.len())] };
        for (flag, behind) in flags {
            if catalog::lists(&row.keep_flags, &flag) {
                match value.filter(|_| !single) {
                    Some(names) => kept.extend(names.split(',').map(str::to_owned)),
                    None => all = false,
                }
            }
            all |= catalog::lists(&row.forget_flags, &flag);
            if catalog::lists(&row.value_flags, &flag) {
                let rest = if single { shape.get(behind..).filter(|rest| !rest.is_empty()) } else { value };
                let next = if rest.is_none() { words.next().map(Word::shape) } else { None };
                if catalog::lists(&row.unset_flags, &flag) {
                    env.forget(rest.or(next.as_deref()).unwrap_or_default());
                }
                break;
            }
        }
    }
    if all {
        env.forget_all_but(&kept);
    }
}

fn directory_of(row: &Launcher, words: &[Word], from: Workdir) -> Workdir {
    for (at, word) in words.iter().enumerate() {
        let value = word.shape();
        let value = value.as_ref();
        for flag in &row.directory_flags {
            let named = match value.strip_prefix(flag.as_str()) {
                Some("") => words.get(at + 1).map(|next| next.value.as_deref()),
                Some(rest) => rest.strip_prefix('=').map(|rest| Some(rest).filter(|_| word.value.is_some())),
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

/// The program a Go package path installs: its last segment, a major version suffix skipped.
pub(super) fn program_of_package(package: &str) -> &str {
    let mut segments = package.rsplit('/');
    let last = segments.next().unwrap_or(package);
    let version = last.strip_prefix('v').is_some_and(|digits| !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit()));
    if version { segments.next().unwrap_or(last) } else { last }
}

/// Whether one of the words is the specification of a package in a registry.
pub(super) fn names_package(words: &[Word]) -> bool {
    words.iter().any(|word| fetched::is_specification(&word.head()))
}

/// The directory that `-C`, the first flag of a command of go, names.
pub(super) fn directory_of_go(rest: &[Word], workdir: &Workdir) -> Option<Workdir> {
    let head = rest.first()?.head();
    let flag = head.as_str();
    let flag = flag.strip_prefix('-').filter(|flag| flag.starts_with('-')).unwrap_or(flag);
    let given = match flag.strip_prefix("-C") {
        Some("") => rest.get(1)?.value.as_deref(),
        Some(value) => rest[0].value.as_deref().and(value.strip_prefix('=')),
        None => return None,
    };
    Some(given.map_or_else(|| workdir.unknown(), |directory| workdir.enter(directory)))
}

#[cfg(test)]
mod tests {
    use crate::facts::runners::launchers::Launchers;
    use crate::facts::runners::script_probe::told;

    #[test]
    fn packages_that_deno_runs() {
        for (command, expected) in [
            ("deno run -A npm:eslint@9 src --fix", "$ eslint src --fix"),
            ("deno run --allow-read=. -c deno.json npm:eslint .", "$ eslint ."),
            ("deno x npm:eslint .", "$ eslint ."),
            ("deno run --lock deno.lock --conditions dev npm:eslint .", "$ eslint ."),
            ("deno run --cpu-prof-dir out --min-dep-age P2D npm:eslint .", "$ eslint ."),
            ("deno run main.ts", "not known"),
            ("deno lint", "not known"),
            ("deno test npm:eslint", "not known"),
        ] {
            assert_eq!(told(&Launchers, &[], "", command), [expected], "{command}");
        }
    }

    #[test]
    fn programs_of_go_packages() {
        assert_eq!(super::program_of_package("github.com/golangci/golangci-lint/v2/cmd/golangci-lint"), "golangci-lint");
        assert_eq!(super::program_of_package("github.com/zricethezav/gitleaks/v8"), "gitleaks");
    }

    #[test]
    fn a_computed_word_before_a_module_is_flags_or_none() {
        for (command, expected) in [
            ("coverage run $X -m pytest -q", "$ python -m pytest -q ?"),
            ("coverage run --branch $X -m pytest", "$ python -m pytest ?"),
            ("coverage run -m pytest $X", "$ python -m pytest <?>"),
        ] {
            assert_eq!(told(&Launchers, &[], "", command), [expected], "{command}");
        }
    }
}
