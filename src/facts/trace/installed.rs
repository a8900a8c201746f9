//! Owns which packages commands put beside a tool: installers into the job's environment, launchers that make one for a single
//! command. Refuses versions and sources. (The flags were not
//! compared with these programs' own help yet.)

use crate::facts::matching::program_name;
use crate::facts::shell::Word;

/// Flags of `pip install` that take the next word and name no package.
pub(super) const SETTINGS: [&str; 13] = [
    "-c",
    "--constraint",
    "-t",
    "--target",
    "-i",
    "--index-url",
    "--extra-index-url",
    "-f",
    "--find-links",
    "--python",
    "--upgrade-strategy",
    "--prefix",
    "--root",
];
/// Those that take a list of packages, or one in a directory.
const LISTS: [&str; 4] = ["-r", "--requirement", "-e", "--editable"];

fn texts(words: &[Word]) -> Vec<&str> {
    words.iter().map(|word| word.value.as_deref().unwrap_or_default()).collect()
}

/// The packages that `pip install` names.
pub(super) fn by(words: &[Word]) -> Vec<String> {
    let texts = texts(words);
    let Some((first, rest)) = texts.split_first() else { return Vec::new() };
    let rest = match (program_name(first), rest) {
        ("pip" | "pip3", rest) => rest,
        ("python", ["-m", "pip", rest @ ..]) | ("uv", ["pip", rest @ ..]) => rest,
        _ => return Vec::new(),
    };
    let [command, rest @ ..] = rest else { return Vec::new() };
    if *command != "install" {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut rest = rest.iter();
    while let Some(text) = rest.next() {
        if SETTINGS.contains(text) || LISTS.contains(text) {
            rest.next();
        } else if !text.starts_with('-') && !text.is_empty() {
            found.push((*text).to_owned());
        }
    }
    found
}

/// For a launcher that makes an environment of its own for the command: what is in it beside the command's own package. `None`
/// for others, and where a file says what is in it.
pub(super) fn own_environment(words: &[Word]) -> Option<Vec<String>> {
    let texts = texts(words);
    let (first, rest) = texts.split_first()?;
    let rest = match (program_name(first), rest) {
        ("uvx", rest) | ("uv", ["tool", "run", rest @ ..]) | ("pipx", ["run", rest @ ..]) => rest,
        _ => return None,
    };
    let mut found = Vec::new();
    let mut rest = rest.iter();
    while let Some(text) = rest.next() {
        let (flag, value) = text.split_once('=').map_or((*text, None), |(flag, value)| (flag, Some(value)));
        match flag {
            "--with-requirements" | "--with-editable" => return None,
            "-w" | "--with" | "--from" | "--spec" => {
                let value = value.or_else(|| rest.next().copied()).unwrap_or_default();
                found.extend(value.split(',').map(|name| name.trim().to_owned()));
            }
            _ => {}
        }
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{Place, RepoPath, Span};

    fn words(line: &str) -> Vec<Word> {
        let place = Place::file(RepoPath::root());
        let word = |text: &str| Word {
            raw: text.to_owned(),
            value: Some(text.to_owned()),
            partial: None,
            span: Span::default(),
            place: place.clone(),
            glob: false,
        };
        line.split_whitespace().map(word).collect()
    }

    #[test]
    fn packages_beside_a_tool() {
        assert_eq!(by(&words("pip install -U flake8 flake8-bandit==4.1 -r dev.txt")), ["flake8", "flake8-bandit==4.1"]);
        assert_eq!(by(&words("python3 -m pip install flake8-bandit")), ["flake8-bandit"]);
        assert_eq!(by(&words("uv pip install --python 3.12 x")), ["x"]);
        assert!(by(&words("pip uninstall flake8-bandit")).is_empty());
        assert_eq!(own_environment(&words("uvx flake8 src")), Some(vec![]));
        assert_eq!(own_environment(&words("uvx --with a,b --with=c flake8")), Some(vec!["a".into(), "b".into(), "c".into()]));
        assert_eq!(own_environment(&words("pipx run --spec flake8-bandit flake8")), Some(vec!["flake8-bandit".into()]));
        assert_eq!(own_environment(&words("uvx --with-requirements dev.txt flake8")), None);
        assert_eq!(own_environment(&words("uv run flake8")), None);
    }
}
