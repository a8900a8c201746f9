//! Owns which commands print what a word stands for. Refuses to know what any of them prints.

use super::UNKNOWN_CHAR;
use super::ast::{ChainOp, CommandKind, List, Part, RawWord};
use super::parse;

/// Substitutions inside a word's own text; deeper ones are not read.
const MAX_DEPTH: usize = 20;

/// The pipelines whose output a word is, as it stands in a script: commands by their words, with [`UNKNOWN_CHAR`] for what is
/// not written out in one. `None` when it is anything else.
#[must_use]
pub fn printers(raw: &str) -> Option<Vec<Vec<Vec<String>>>> {
    let script = parse::script(raw, MAX_DEPTH).ok()?;
    let [item] = script.list.items.as_slice() else { return None };
    let [command] = item.chain.first.commands.as_slice() else { return None };
    let CommandKind::Simple(simple) = &command.kind else { return None };
    let ([word], true) = (simple.words.as_slice(), item.chain.rest.is_empty()) else { return None };
    let [Part::Command { list, .. }, rest @ ..] = word.parts.as_slice() else { return None };
    if !rest.iter().all(|part| matches!(part, Part::Literal { .. })) {
        return None;
    }
    pipelines(list)
}

fn pipelines(list: &List) -> Option<Vec<Vec<Vec<String>>>> {
    let mut all = Vec::new();
    for item in &list.items {
        let behind = item.chain.rest.iter().map(|(op, _, pipeline)| (*op, pipeline));
        for (_, pipeline) in std::iter::once((ChainOp::And, &item.chain.first)).chain(behind) {
            let commands = pipeline.commands.iter().map(|command| match &command.kind {
                CommandKind::Simple(simple) => Some(simple.words.iter().map(text).collect()),
                _ => None,
            });
            all.push(commands.collect::<Option<Vec<Vec<String>>>>()?);
        }
    }
    Some(all)
}

fn text(word: &RawWord) -> String {
    let parts = word.parts.iter().map(|part| match part {
        Part::Literal { text, .. } => text.clone(),
        _ => UNKNOWN_CHAR.to_string(),
    });
    parts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_of_a_substitution_by_their_words() {
        let words = |raw: &str| printers(raw).map(|all| all.concat().iter().map(|words| words.join(" ")).collect::<Vec<_>>());
        assert_eq!(words("$(git ls-files '*.py' | grep -v x)").expect("commands"), ["git ls-files *.py", "grep -v x"]);
        assert_eq!(words("\"$(cd x && pwd)/y\"").expect("commands"), ["cd x", "pwd"]);
        assert_eq!(words("`ls src`").expect("commands"), ["ls src"]);
        for raw in ["$X", "x$(ls)", "$(ls)$X", "$(if x; then ls; fi)", "plain", ""] {
            assert!(words(raw).is_none(), "{raw}");
        }
    }
}
