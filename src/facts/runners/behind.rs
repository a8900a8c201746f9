//! Owns launchers whose command stands behind a marker of its own (`mise exec TOOLS -- CMD`, `nix develop -c CMD`, `hatch run
//! ENV:CMD`). Refuses those whose command is found by their flags alone: those are `launchers`.

use super::script_words::literal;
use super::{Call, Next, Runner, World};
use crate::facts::hold::{Hold, HoldEffect};
use crate::facts::matching;
use crate::facts::shell::Word;
use crate::snapshot::Snapshot;
use crate::text::Place;

/// The words of a launcher, the markers behind which its command stands, and files of the tree that say what its programs are.
struct Marked {
    words: &'static [&'static str],
    markers: &'static [&'static str],
    settings: &'static [&'static str],
}

const MISE: &[&str] = &[".mise.toml", "mise.toml", ".tool-versions"];

static MARKED: &[Marked] = &[
    Marked { words: &["mise", "exec"], markers: &["--", "-c", "--command"], settings: MISE },
    Marked { words: &["mise", "x"], markers: &["--", "-c", "--command"], settings: MISE },
    Marked { words: &["nix", "develop"], markers: &["-c", "--command"], settings: &[] },
    Marked { words: &["nix", "shell"], markers: &["-c", "--command"], settings: &[] },
    Marked { words: &["asdf", "exec"], markers: &[], settings: &[".tool-versions"] },
    Marked { words: &["direnv", "exec"], markers: &[], settings: &[".envrc"] },
];

/// Launchers with a marker.
pub(super) struct Behind;

impl Runner for Behind {
    fn name(&self) -> &'static str {
        "launchers with a marker"
    }

    fn expand(&self, call: &Call<'_>, world: &World<'_>) -> Option<Vec<Next>> {
        let program = matching::program_name(call.program()?);
        if program == "hatch" {
            return hatch(call);
        }
        for marked in MARKED.iter().filter(|marked| marked.words[0] == program) {
            let row: Vec<String> = marked.words.iter().map(|word| (*word).to_owned()).collect();
            let Some(taken) = matching::take_row(&row, call.words, &[]) else { continue };
            let is_marker = |word: &Word| word.value.as_deref().is_some_and(|text| marked.markers.contains(&text));
            let from = match call.words[taken..].iter().position(is_marker) {
                Some(at) => taken + at + 1,
                None if marked.markers.is_empty() => taken + usize::from(program == "direnv"),
                None => return Some(Vec::new()),
            };
            let words = call.words.get(from..).filter(|words| !words.is_empty())?.to_vec();
            let mut next = Next::argv(call, words);
            next.holds.extend(setting(marked, call, world.snapshot));
            return Some(vec![next]);
        }
        None
    }
}

/// A file of the tree that may give the program another meaning (threats A11): a `PATH`, an alias or a plugin.
fn setting(marked: &Marked, call: &Call<'_>, snapshot: &Snapshot) -> Option<Hold> {
    let directory = call.workdir.dir()?;
    let above = directory.ancestors();
    let files = above.flat_map(|dir| marked.settings.iter().filter_map(move |name| dir.join(name)));
    for path in files.filter(|path| snapshot.is_file(path)) {
        let Ok(file) = snapshot.read(&path) else { continue };
        // A list of versions names tools; a path, an alias or a script is what can put another program in a tool's place.
        let odd = |line: &&str| {
            let line = line.trim();
            !line.starts_with('#')
                && ["PATH", "_.path", "_.source", "alias", "path:", "source ", "layout ", "plugins"]
                    .iter()
                    .any(|word| line.contains(word))
        };
        let at = file.text.lines().position(|line| odd(&line));
        if let Some(at) = at {
            let start = file.lines().start_of(at + 1).unwrap_or_default();
            let place: Place = file.place(crate::text::Span::new(start, start + file.line_text(at + 1).len()));
            let why = format!("`{}` may give programs another meaning by this line", marked.words.join(" "));
            return Some(Hold::new(HoldEffect::Void, place, why));
        }
    }
    None
}

/// `hatch run [ENV:]CMD` where no script has that name; `hatch env run -- CMD`.
fn hatch(call: &Call<'_>) -> Option<Vec<Next>> {
    const VALUES: &[&str] = &["-e", "--env", "-p", "--project", "-i", "--include", "-x", "--exclude", "-f", "--filter"];
    let flags: Vec<String> = VALUES.iter().map(|flag| (*flag).to_owned()).collect();
    let rows = [&["hatch", "env", "run"][..], &["hatch", "run"][..]];
    let mut at = rows.iter().find_map(|row| {
        let row: Vec<String> = row.iter().map(|word| (*word).to_owned()).collect();
        matching::take_row(&row, call.words, &flags)
    })?;
    // `+py=3.12` and `-py=3.12` select of a matrix.
    while let Some(text) = call.words.get(at)?.value.as_deref().filter(|text| text.starts_with(['-', '+'])) {
        at += 1 + usize::from(VALUES.contains(&text));
        if text == "--" {
            break;
        }
    }
    let mut words = call.words.get(at..).filter(|words| !words.is_empty())?.to_vec();
    let first = words[0].clone();
    if let Some((_, command)) = first.value.as_deref().and_then(|text| text.split_once(':')) {
        words[0] = literal(command, &first);
    }
    Some(vec![Next::argv(call, words)])
}

#[cfg(test)]
mod tests {
    use super::Behind;
    use crate::facts::runners::script_probe::told;

    #[test]
    fn commands_behind_a_marker() {
        for (command, expected) in [
            ("mise exec node@20 -- npm run lint", "$ npm run lint"),
            ("mise x -- bandit -r src", "$ bandit -r src"),
            ("nix develop .#ci -c bandit -r src", "$ bandit -r src"),
            ("nix develop --command make", "$ make"),
            ("direnv exec . bandit -r src", "$ bandit -r src"),
            ("asdf exec bandit -r src", "$ bandit -r src"),
            ("hatch run bandit -r src", "$ bandit -r src"),
            ("hatch run lint:bandit -r src", "$ bandit -r src"),
            ("hatch -e lint run +py=3.12 bandit", "$ bandit"),
            ("hatch env run -e lint -- bandit -r src", "$ bandit -r src"),
        ] {
            assert_eq!(told(&Behind, &[], "", command), [expected], "{command}");
        }
        assert_eq!(told(&Behind, &[], "", "nix develop"), Vec::<String>::new());
        assert_eq!(told(&Behind, &[], "", "hatch build"), ["not known"]);
    }

    #[test]
    fn settings_of_the_tree_may_shadow() {
        for (file, text, command, held) in [
            (".mise.toml", "[env]\n_.path = ['bin']\n", "mise x -- bandit", true),
            (".mise.toml", "[tools]\nnode = '20'\n", "mise x -- bandit", false),
            (".tool-versions", "bandit path:./bin\n", "asdf exec bandit", true),
            (".tool-versions", "python 3.12\n", "asdf exec bandit", false),
            (".envrc", "PATH_add bin\n", "direnv exec . bandit", true),
            (".envrc", "export X=1\n", "direnv exec . bandit", false),
        ] {
            assert_eq!(told(&Behind, &[(file, text)], "", command)[0].contains("!void"), held, "{file} {text}");
        }
    }
}
