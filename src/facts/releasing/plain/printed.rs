//! Owns whether the step that verifies may print anything that others have written: the runner takes commands from what is printed, and one of
//! them says what the step gives. Refuses to follow what a program prints.

use super::values::{Bit, Script};
use super::{Way, given};
use crate::catalog::{Catalog, lists};
use crate::facts::shell::{Said, Spoken};

impl Way<'_> {
    /// The first command of the verifying step by which another commit may be said to be the verified one.
    pub(super) fn prints(&self, script: &Script<'_>) -> Option<String> {
        // Nobody asks such a step what it gives.
        let gives = self.held.verify.row.commit_output.is_some();
        let named = self.site.text.step(&self.site.job, self.line).is_some_and(|step| step.get("id").is_some());
        if !gives || !named {
            return None;
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
    let mut rest = words;
    while rest.first().and_then(Said::text).is_some_and(|name| launches(&name)) {
        let own = |word: &Said| {
            let head = word.head();
            head.starts_with('-')
                || head.starts_with(|c: char| c.is_ascii_digit())
                || word.split().is_some_and(|(name, _)| given::is_name(name))
        };
        let skipped = 1 + rest.iter().skip(1).take_while(|word| own(word)).count();
        rest = rest.get(skipped..).unwrap_or_default();
    }
    rest
}
