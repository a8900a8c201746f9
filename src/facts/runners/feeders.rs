//! Owns launchers that add words from elsewhere to the command they run: `find -exec`, `xargs`, GNU `parallel`. Refuses to know
//! the words.

use super::command_line::{self, Order};
use super::script_words::{span_of, text_of};
use super::{Call, Next, Target, World, quoted};
use crate::answer::{Reason, Why};
use crate::catalog;
use crate::facts::hold::{Hold, HoldEffect};
use crate::facts::shell::{Dialect, ShellMode, UNKNOWN_CHAR, Word};

/// A word that stands for file names or lines that only the program knows; `by` are the commands that print them, where they are known.
fn fed(like: &Word, by: Option<&str>) -> Word {
    let text = format!("$({})", by.unwrap_or(&like.raw));
    Word { raw: text, value: None, partial: Some(UNKNOWN_CHAR.to_string()), glob: false, ..like.clone() }
}

/// A word in which a mark stands for what only the program knows: the rest of it is known (`sh -c "lint {}"`).
fn filled(word: &Word, mark: &str, fed: &Word) -> Word {
    let known = word.value.as_deref().unwrap_or_default();
    let partial = known.replace(mark, fed.partial.as_deref().unwrap_or_default());
    Word { raw: word.raw.replace(mark, &fed.raw), value: None, partial: Some(partial), glob: false, ..word.clone() }
}

/// The words with `mark` replaced, or the fed word behind them when it does not occur.
fn with_fed(words: &[Word], mark: &str, fed: &Word) -> Vec<Word> {
    let stands_there = |word: &Word| word.value.as_deref().is_some_and(|value| value.contains(mark));
    if words.iter().any(stands_there) {
        let alone = |word: &Word| word.value.as_deref() == Some(mark);
        let one = |word: &Word| match (alone(word), stands_there(word)) {
            (true, _) => fed.clone(),
            (_, true) => filled(word, mark, fed),
            _ => word.clone(),
        };
        return words.iter().map(one).collect();
    }
    words.iter().cloned().chain([fed.clone()]).collect()
}

/// `find … -exec CMD {} \;` runs the command and forgets its status; with `+` the status counts (find(1)).
pub(super) fn find(call: &Call<'_>) -> Option<Vec<Next>> {
    let at = call.words.iter().position(|word| matches!(word.value.as_deref(), Some("-exec" | "-execdir" | "-ok")))?;
    let rest = &call.words[at + 1..];
    let end = rest.iter().position(|word| matches!(word.value.as_deref(), Some(";" | "+")))?;
    // `{}` stands for file names that only `find` knows.
    let by = quoted::joined(&call.words[..at]);
    let fed = fed(&call.words[0], Some(&by));
    let named = |word: &Word| if word.value.as_deref() == Some("{}") { fed.clone() } else { word.clone() };
    let words: Vec<Word> = rest[..end].iter().map(named).collect();
    let mut next = Next::argv(call, words);
    if rest[end].value.as_deref() == Some(";") {
        let why = "`find -exec … \\;` does not report the status of what it runs";
        next.holds.push(Hold::new(HoldEffect::Soften, rest[end].place.clone(), why).mended("write `+` instead of `\\;`"));
    }
    Some(vec![next])
}

/// `… | xargs CMD`: what it reads becomes arguments; it exits 123 when one of its commands fails (xargs(1)).
pub(super) fn xargs(call: &Call<'_>, world: &World<'_>) -> Vec<Next> {
    let line = command_line::read(&call.words[1..], &catalog::commands().xargs.value_flags, Order::Leading);
    if line.operands.is_empty() {
        return Vec::new();
    }
    let given = line.last(&["-I", "-i", "--replace"]).map(|flag| flag.value.as_ref().and_then(|word| word.value.clone()));
    let mark = given.map_or_else(|| "\0".to_owned(), |mark| mark.unwrap_or_else(|| "{}".to_owned()));
    let before = before_pipe(&call.words[0], world);
    // What it reads from a file is not what is piped in, and names that end otherwise than it expects are one name.
    let zero = line.last(&["-0", "--null"]).is_some();
    let ends_alike = |command: &String| {
        let ends = command.split_whitespace().any(|word| matches!(word, "-z" | "-print0"));
        ends == zero && line.last(&["-a", "--arg-file", "-d", "--delimiter"]).is_none()
    };
    let fed = fed(&call.words[0], before.filter(ends_alike).as_deref());
    vec![Next::argv(call, with_fed(&line.operands, &mark, &fed))]
}

/// The command whose output a program reads, as it stands on the same line before the pipe.
fn before_pipe(program: &Word, world: &World<'_>) -> Option<String> {
    let file = world.snapshot.read(&program.place.path).ok()?;
    let start = span_of(&file, &program.place).start;
    let line = file.text.get(..start)?.rsplit('\n').next()?.trim_end().strip_suffix('|')?;
    // It begins where a command does, or a text of YAML; what holds another operator is not it.
    let begins =
        [": ", "- ", "; ", "&& ", "|| ", "then ", "do ", "\t"].iter().filter_map(|mark| Some(line.rfind(mark)? + mark.len()));
    let names = ["git ls-files", "find "].iter().filter_map(|name| line.rfind(name)).max()?;
    let before = line[..names].trim_end();
    let begins_there =
        before.is_empty() || begins.into_iter().any(|at| at == names) || before.ends_with([';', '(', '"', '\'', '@']);
    let command = line[names..].trim();
    (begins_there && !command.contains(['$', '`', '<', '>', '(', '|', ';', '&'])).then(|| command.to_owned())
}

/// `parallel CMD ::: a b`, `parallel ::: 'cmd a' 'cmd b'`, `… | parallel CMD`. Without `--halt` its status is the number of jobs
/// that failed (parallel(1)).
pub(super) fn parallel(call: &Call<'_>, world: &World<'_>) -> Vec<Next> {
    let line = command_line::read(&call.words[1..], &catalog::commands().parallel.value_flags, Order::Leading);
    let marks = |word: &Word| matches!(word.value.as_deref(), Some(":::" | ":::+" | "::::" | "::::+"));
    let at = line.operands.iter().position(marks);
    let template = &line.operands[..at.unwrap_or(line.operands.len())];
    let whole = template.is_empty() || matches!(template, [only] if only.value.as_deref() == Some("{}"));
    if !whole {
        return vec![Next::argv(call, with_fed(template, "{}", &fed(&call.words[0], None)))];
    }
    let named = at.filter(|at| line.operands[*at].value.as_deref() == Some(":::"));
    let Some(at) = named else {
        let why = Why::new(Reason::Dynamic, "the commands given to `parallel` are computed").at(call.place.clone());
        return vec![Next { target: Target::Opaque(why), ..Next::argv(call, Vec::new()) }];
    };
    let jobs = line.operands[at + 1..].iter().take_while(|word| !marks(word));
    jobs.map(|word| text(call, word, world)).collect()
}

/// A word whose value is a script.
pub(super) fn text(call: &Call<'_>, word: &Word, world: &World<'_>) -> Next {
    let mut next = Next::argv(call, Vec::new());
    let mode = ShellMode { errexit: false, pipefail: false, dialect: Dialect::Posix };
    next.target = match text_of(word, world.snapshot) {
        Some(text) => Target::Script { text, mode, args: Some(Vec::new()) },
        None => Target::Opaque(Why::new(Reason::Unreadable, "the text of a command could not be read").at(word.place.clone())),
    };
    next
}

/// `nix develop -c CMD`, `nix shell PKG --command CMD`, `nix-shell --run 'TEXT'`; `None` when no command is given.
pub(super) fn nix(call: &Call<'_>, world: &World<'_>) -> Option<Vec<Next>> {
    let has = |word: &Word, names: &[&str]| word.value.as_deref().is_some_and(|value| names.contains(&value));
    if call.program()? == "nix-shell" {
        let at = call.words.iter().position(|word| has(word, &["--run", "--command"]))?;
        return Some(vec![text(call, call.words.get(at + 1)?, world)]);
    }
    call.words.iter().skip(1).find(|word| has(word, &["develop", "shell"]))?;
    let at = call.words.iter().position(|word| has(word, &["-c", "--command"]))?;
    let words = call.words.get(at + 1..).filter(|words| !words.is_empty())?;
    Some(vec![Next::argv(call, words.to_vec())])
}

#[cfg(test)]
mod tests {
    use crate::facts::runners::launchers::Launchers;
    use crate::facts::runners::script_probe::told;

    #[test]
    fn words_from_elsewhere() {
        for (command, expected) in [
            ("xargs -0 -n 1 bandit -r", vec!["$ bandit -r <?>"]),
            ("xargs -I X bandit X -q", vec!["$ bandit <?> -q"]),
            ("xargs -0", vec![]),
            ("parallel --halt now,fail=1 -j 4 ruff check ::: a b", vec!["$ ruff check <?>"]),
            ("parallel bandit", vec!["$ bandit <?>"]),
            ("parallel", vec!["opaque Dynamic: the commands given to `parallel` are computed"]),
            ("find . -exec bandit {} +", vec!["$ bandit <?>"]),
            ("nix develop .#ci -c cargo clippy", vec!["$ cargo clippy"]),
            ("nix --quiet develop --command make lint", vec!["$ make lint"]),
            ("nix build", vec!["not known"]),
        ] {
            assert_eq!(told(&Launchers, &[("ci.yml", command)], "", command), expected, "{command}");
        }
    }

    #[test]
    fn texts_are_scripts() {
        for (command, expected) in [
            ("parallel --halt now,fail=1 {} ::: 'ruff check' 'mypy . || true'", vec!["ruff check", "mypy . || true"]),
            ("nix-shell -p x --run 'cargo clippy'", vec!["cargo clippy"]),
            ("npx -c 'eslint . || true'", vec!["eslint . || true"]),
            ("npm exec --package x -c 'eslint .'", vec!["eslint . !unknown ci.yml:1"]),
        ] {
            assert_eq!(told(&Launchers, &[("ci.yml", command)], "", command), expected, "{command}");
        }
    }
}
