//! Owns launchers whose command stands behind a marker of its own (`mise exec TOOLS -- CMD`, `nix develop -c CMD`, `hatch run
//! ENV:CMD`). Refuses those whose command is found by their flags alone: those are `launchers`. What files of the tree say of its
//! programs is `shadow::managers`; the launchers are rows of `rules/launchers.toml`.

use super::script_words::literal;
use super::{Call, Next, Runner, World};
use crate::catalog;
use crate::facts::matching;
use crate::facts::shell::Word;

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
        let rows = world.catalog.launchers.marked.iter().flat_map(|row| row.argv.iter().map(move |argv| (row, argv)));
        for (marked, argv) in rows.filter(|(_, argv)| argv.first().is_some_and(|first| first == program)) {
            let Some(taken) = matching::take_row(argv, call.words, &[]) else { continue };
            let is_marker = |word: &Word| word.value.as_deref().is_some_and(|text| catalog::lists(&marked.markers, text));
            let from = match call.words[taken..].iter().position(is_marker) {
                // `nix develop --command -- CMD` hands both to `exec`.
                Some(at) if call.arg(taken + at + 1) == Some("--") => taken + at + 2,
                Some(at) => taken + at + 1,
                None if marked.markers.is_empty() => taken + marked.operands,
                None => return Some(Vec::new()),
            };
            let words = call.words.get(from..).filter(|words| !words.is_empty())?.to_vec();
            return Some(vec![Next::argv(call, words)]);
        }
        None
    }
}

/// `hatch run [ENV:]CMD` where no script has that name; `hatch env run -- CMD`.
fn hatch(call: &Call<'_>) -> Option<Vec<Next>> {
    let flags = &catalog::commands().hatch.value_flags;
    let rows = [&["hatch", "env", "run"][..], &["hatch", "run"][..]];
    let mut at = rows.iter().find_map(|row| {
        let row: Vec<String> = row.iter().map(|word| (*word).to_owned()).collect();
        matching::take_row(&row, call.words, flags)
    })?;
    // `+py=3.12` and `-py=3.12` select of a matrix.
    while let Some(text) = call.words.get(at)?.value.as_deref().filter(|text| text.starts_with(['-', '+'])) {
        at += 1 + usize::from(catalog::lists(flags, text));
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
            ("nix develop --command -- bandit -r src", "$ bandit -r src"),
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
}
