//! Owns whether the step that verifies may print anything that others have written: the runner takes commands from what is printed, and one of
//! them says what the step gives. Refuses to follow what a program prints.

use super::values::{Bit, Script};
use super::{Way, given};
use crate::catalog::{Catalog, lists};
use crate::facts::shell::{Said, Spoken, is_comparison};

impl Way<'_> {
    /// The first command of the verifying step by which another commit may be said to be the verified one.
    pub(super) fn prints(&self, script: &Script<'_>) -> Option<String> {
        // Nobody asks such a step what it gives.
        let gives = self.held.verify.row.commit_output.is_some();
        let named = self.site.text.step(&self.site.job, self.line).is_some_and(|step| step.get("id").is_some());
        if !gives || !named {
            return None;
        }
        if script.outline.computes {
            return Some(
                "what is no number is printed where it is computed with, and the runner may take it for another commit"
                    .to_owned(),
            );
        }
        let traces = |command: &&Spoken| {
            let flags = || command.words.iter().skip(1).filter_map(Said::text);
            command.word(0) == "set"
                && flags().any(|flag| flag.starts_with('-') && flag.contains(['x', 'v']) || flag == "xtrace" || flag == "verbose")
        };
        if script.outline.commands.iter().any(|command| traces(&command)) {
            return Some("each command is printed with its words, which the runner may take for another commit".to_owned());
        }
        script.outline.commands.iter().filter(|command| command.is_shown).find_map(|command| self.prints_odd(command, script))
    }

    fn prints_odd(&self, command: &Spoken, script: &Script<'_>) -> Option<String> {
        let data = &Catalog::builtin().plain;
        let words = behind_launchers(&command.words);
        let name = words.first().and_then(Said::text).unwrap_or_default();
        let said = || format!("`{name}` may print what the runner takes for another commit than the verified one");
        if lists(&data.printing, &name) {
            let bits: Vec<Bit> = words.iter().skip(1).flat_map(|word| self.said(word, script)).collect();
            let text: String = bits.iter().map(|bit| if let Bit::Text(text) = bit { text.as_str() } else { " " }).collect();
            let lower = text.to_ascii_lowercase();
            let escapes = text.split('\\').skip(1).any(|rest| !rest.starts_with(['n', 't', '\\', '"', '$', '`']));
            let commands = lower.contains("##[") || data.output_commands.iter().any(|name| lower.contains(name.as_str()));
            return (bits.contains(&Bit::Other) || escapes || commands).then(said);
        }
        // What it cannot do, a command says with its words; of texts a test says nothing.
        let compares = words.iter().filter_map(Said::text).any(|word| is_comparison(&word));
        let tests = matches!(name.as_str(), "test" | "[") && !compares;
        let open = |word: &Said| self.said(word, script).contains(&Bit::Other);
        if !tests && words.iter().any(open) {
            return Some(said());
        }
        let is = |known: &Vec<String>| {
            known.iter().enumerate().all(|(at, word)| words.get(at).and_then(Said::text).as_ref() == Some(word))
        };
        (!data.quiet.iter().any(is)).then(said)
    }
}

/// The words of a command without those of what only runs it.
fn behind_launchers(words: &[Said]) -> &[Said] {
    let rows = &Catalog::builtin().words.words;
    let launches =
        |name: &str| rows.iter().any(|row| row.launches && row.argv.iter().any(|argv| argv.len() == 1 && argv[0] == name));
    let takes = |flag: &str| {
        let rows = rows.iter().filter(|row| row.launches);
        rows.flat_map(|row| row.values.values().flatten()).any(|known| known == flag) && !flag.starts_with("--preserve")
    };
    let mut rest = words;
    while rest.first().and_then(Said::text).is_some_and(|name| launches(&name)) {
        let mut own = 1;
        while let Some(word) = rest.get(own) {
            let head = word.head();
            let is_own = head.starts_with('-')
                || head.starts_with(|c: char| c.is_ascii_digit())
                || word.split().is_some_and(|(name, _)| given::is_name(name));
            if !is_own {
                break;
            }
            own += 1 + usize::from(word.text().is_some_and(|flag| takes(&flag)));
        }
        rest = rest.get(own..).unwrap_or_default();
    }
    rest
}
