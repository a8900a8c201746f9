//! Owns what the package managers leave of a command line to the program that it runs (`npm exec`, `npx`, `pnpm exec`), and in which
//! packages they run it. Refuses to know what the program makes of the rest.

use super::clients::Client;
use super::request::left;
use super::scripts::everywhere;
use crate::answer::Why;
use crate::catalog;
use crate::facts::runners::{Call, Next, World};
use crate::facts::shell::Word;

/// What `npm exec`, `npx` or `pnpm exec` run.
pub(in crate::facts::runners) struct Left {
    /// The program and its arguments.
    pub(in crate::facts::runners) words: Vec<Word>,
    /// The text that is run in their place (`-c`).
    pub(in crate::facts::runners) text: Option<Word>,
}

/// npm takes every flag before a bare `--` for itself, wherever it stands, and drops that `--` (nopt, `nopt-lib.js`).
pub(in crate::facts::runners) fn npm_exec(words: &[Word]) -> Left {
    let mut left = without_flags(words, words.len());
    // The word `exec` itself.
    left.words.drain(..left.words.len().min(1));
    left
}

/// `npx` sets a `--` before the first word that is no flag and no flag's value, and then is `npm exec` (npm, `bin/npx-cli.js`).
pub(in crate::facts::runners) fn npx(words: &[Word]) -> Left {
    let end = end_of_flags(words);
    let own = words[..end].iter().map(|word| match word.value.as_deref() {
        // Of `npm exec` it is another flag.
        Some("-p") => Word { value: Some("--package".to_owned()), ..word.clone() },
        _ => word.clone(),
    });
    without_flags(&own.chain(words[end..].iter().cloned()).collect::<Vec<_>>(), end)
}

fn without_flags(words: &[Word], end: usize) -> Left {
    let (own, behind) = words.split_at(end);
    let call = |word: &&Word| matches!(&*word.shape(), "-c" | "--call");
    let before = own.iter().take_while(|word| word.shape() != "--");
    let at = before.enumerate().find(|(_, word)| call(word)).map(|(at, _)| at + 1);
    let text = at.and_then(|at| words.get(at)).cloned();
    let (_, mut left) = left(Client::Npm, own);
    // A second `--` is the program's own.
    let own_end = own.iter().any(|word| word.shape() == "--");
    let skip = usize::from(!own_end && behind.first().is_some_and(|word| word.shape() == "--"));
    left.extend(behind[skip..].iter().cloned());
    Left { words: left, text }
}

/// Where `npx` sets its `--`.
fn end_of_flags(words: &[Word]) -> usize {
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let text = word.shape();
        if text == "--" || !text.starts_with('-') {
            return at;
        }
        let name = text.trim_start_matches('-');
        let attached = name.contains('=');
        let named = matches!(name, "package" | "p" | "cache" | "userconfig" | "call" | "c" | "shell" | "node-arg" | "n");
        let follows = words.get(at + 1).is_some_and(|next| !next.shape().starts_with('-'));
        let switch = catalog::lists(&Client::Npm.command().switches, name);
        at += 1 + usize::from(!attached && !switch && (named || follows));
    }
    words.len()
}

/// The same command in every package that the manager's own flags name; where they name none, in the directory it stands in.
pub(in crate::facts::runners) fn selected(
    nexts: Vec<Next>,
    program: &str,
    call: &Call<'_>,
    world: &World<'_>,
) -> Result<Vec<Next>, Why> {
    let (client, own) = match program {
        "npm" => (Client::Npm, call.words.len()),
        "npx" => (Client::Npm, 1 + end_of_flags(&call.words[1..])),
        // pnpm takes nothing for itself behind the command (`cli/parse-cli-args`, `escapeArgs`).
        "pnpm" => (Client::Pnpm, call.words.iter().position(|word| word.shape() == "exec").unwrap_or(1)),
        "yarn" => (Client::Yarn, call.words.iter().position(|word| word.shape() == "exec").unwrap_or(1)),
        _ => return Ok(nexts),
    };
    let (mut selection, words) = left(client, &call.words[1..own.max(1)]);
    if client == Client::Yarn && words.first().is_some_and(|word| word.shape() == "workspaces") {
        (selection.all, selection.root_too) = (true, true);
    }
    everywhere(nexts, client, &selection, world)
}

#[cfg(test)]
mod tests {
    use crate::facts::runners::launchers::Launchers;
    use crate::facts::runners::script_probe::told;

    #[test]
    fn what_npm_leaves_to_the_program() {
        for (command, expected) in [
            ("npm exec eslint -- --max-warnings 0 .", "$ eslint --max-warnings 0 ."),
            ("npm exec -- eslint --max-warnings 0 .", "$ eslint --max-warnings 0 ."),
            ("npm exec eslint -- -- --max-warnings 0 .", "$ eslint -- --max-warnings 0 ."),
            // npm takes the flags: the program never sees them.
            ("npm exec eslint . --max-warnings=0", "$ eslint ."),
            ("npm exec eslint . --max-warnings 0", "$ eslint . 0"),
            ("npm x --loglevel error eslint --fix .", "$ eslint ."),
            ("npm --loglevel error exec eslint . -- --fix", "$ eslint . --fix"),
            ("npx eslint --max-warnings 0 .", "$ eslint --max-warnings 0 ."),
            ("npx eslint -- --max-warnings 0 .", "$ eslint -- --max-warnings 0 ."),
            ("npx -- eslint --max-warnings 0 .", "$ eslint --max-warnings 0 ."),
            ("npx --no eslint --max-warnings=0 .", "$ eslint ."),
            ("npx --no -- eslint --max-warnings=0 .", "$ eslint --max-warnings=0 ."),
            ("npx --no-install eslint --max-warnings=0 .", "$ eslint --max-warnings=0 ."),
            ("npx -y --quiet eslint@9 --max-warnings=0 .", "$ eslint --max-warnings=0 ."),
            ("npx --loglevel error eslint --max-warnings=0 .", "$ eslint --max-warnings=0 ."),
            ("npx --foo eslint --max-warnings=0 .", "$ eslint ."),
            ("npx -p eslint -p x eslint --max-warnings=0 .", "$ eslint --max-warnings=0 ."),
            ("npm exec eslint . --package=evil", "$ eslint . !void ci.yml:1"),
            ("npm exec eslint . -- --package=evil", "$ eslint . --package=evil"),
            ("pnpm exec eslint -- --fix", "$ eslint -- --fix"),
            ("pnpm exec -- eslint --fix", "$ eslint --fix"),
        ] {
            assert_eq!(told(&Launchers, &[("package.json", "{}")], "", command), [expected], "{command}");
        }
    }

    #[test]
    fn programs_in_members_of_a_workspace() {
        let tree = [
            ("package.json", r#"{"workspaces": ["a", "b"]}"#),
            ("pnpm-workspace.yaml", "packages: [a, b]\n"),
            ("a/package.json", r#"{"name": "a"}"#),
            ("b/package.json", r#"{"name": "b"}"#),
        ];
        for (command, expected) in [
            ("npm exec -w a -- eslint .", vec!["$ eslint . in a"]),
            ("npm exec eslint . --workspaces", vec!["$ eslint . in a", "$ eslint . in b"]),
            ("npm -w b exec eslint .", vec!["$ eslint . in b"]),
            ("npx -w b eslint .", vec!["$ eslint . in b"]),
            ("npx eslint -w b", vec!["$ eslint -w b"]),
            ("pnpm --filter b exec eslint .", vec!["$ eslint . in b"]),
            ("pnpm -r exec eslint .", vec!["$ eslint . in a", "$ eslint . in b"]),
            ("pnpm exec eslint -r", vec!["$ eslint -r"]),
            (
                "pnpm --filter ...[origin/main] exec eslint .",
                vec!["$ eslint . !note ci.yml:1", "$ eslint . !note ci.yml:1 in a", "$ eslint . !note ci.yml:1 in b"],
            ),
            ("yarn exec eslint .", vec!["$ eslint ."]),
            ("yarn workspaces foreach -A exec eslint .", vec!["$ eslint .", "$ eslint . in a", "$ eslint . in b"]),
            (
                "yarn workspaces foreach --since -j 2 exec eslint .",
                vec!["$ eslint . !note ci.yml:1", "$ eslint . !note ci.yml:1 in a", "$ eslint . !note ci.yml:1 in b"],
            ),
            (
                "yarn workspaces foreach -A --include a exec eslint .",
                vec!["$ eslint . ?", "$ eslint . ? in a", "$ eslint . ? in b"],
            ),
        ] {
            assert_eq!(told(&Launchers, &tree, "", command), expected, "{command}");
        }
    }
}
