//! Owns the grammar of commands that install packages: which words name packages, lists of them, and places where they are looked
//! for. The flags are the catalogue's. Refuses to say what is installed.

use std::sync::LazyLock;

use crate::catalog::{Bare, Catalog, Installer};
use crate::facts::matching::{self, FirstWords};
use crate::facts::shell::Word;

/// Words of one command that are looked at.
const WORDS: usize = 256;

static FIRST: LazyLock<FirstWords<'static>> =
    LazyLock::new(|| FirstWords::of(Catalog::builtin().programs.installer.iter().flat_map(|row| &row.commands)));

/// What one command installs, as it is written.
pub(super) struct Install<'w> {
    pub(super) row: &'static Installer,
    /// Words without a flag.
    pub(super) bare: Vec<&'w str>,
    /// Packages behind flags.
    pub(super) flagged: Vec<&'w str>,
    pub(super) lists: Vec<&'w str>,
    pub(super) constraints: Vec<&'w str>,
    pub(super) sources: Vec<&'w str>,
    /// Files of settings.
    pub(super) settings: Vec<&'w str>,
    /// Whether it is told to look for none.
    pub(super) without_settings: bool,
}

/// What a command installs; `None` for one that is no installer.
pub(super) fn read(words: &[Word]) -> Option<Install<'_>> {
    if !FIRST.begin(words) {
        return None;
    }
    let rows = Catalog::builtin().programs.installer.iter();
    let (row, taken) = rows
        .flat_map(|row| row.commands.iter().map(move |command| (row, command)))
        .find_map(|(row, command)| Some((row, matching::take_row(command, words, &row.values)?)))?;
    let texts = words[taken..].iter().take(WORDS).map(|word| word.value.as_deref().unwrap_or_default());
    Some(read_words(row, &texts.collect::<Vec<_>>()))
}

/// What words behind such a command are; the lines of a list that begin with a flag are written alike.
pub(super) fn read_words<'w>(row: &'static Installer, words: &[&'w str]) -> Install<'w> {
    let none = Vec::new;
    let mut out = Install {
        row,
        bare: none(),
        flagged: none(),
        lists: none(),
        constraints: none(),
        sources: none(),
        settings: none(),
        without_settings: false,
    };
    out.without_settings = row.settings_off.iter().any(|flag| words.contains(&flag.as_str()));
    let mut words = words.iter().copied();
    while let Some(word) = words.next() {
        if !word.starts_with('-') {
            match row.bare {
                Bare::Package => out.bare.push(word),
                Bare::List => out.lists.push(word),
                Bare::Command => break,
            }
            continue;
        }
        if word == "--" && row.bare == Bare::Command {
            break;
        }
        let known = [
            (&row.packages, &mut out.flagged),
            (&row.lists, &mut out.lists),
            (&row.constraints, &mut out.constraints),
            (&row.sources, &mut out.sources),
            (&row.settings_flags, &mut out.settings),
        ];
        let mut taken = false;
        let last = behind_switches(word, &row.switches);
        for (flags, into) in known {
            let Some(value) = flags.iter().find_map(|flag| value_of(last, flag)) else { continue };
            taken = true;
            let value = value.or_else(|| words.next()).unwrap_or_default();
            // Several packages stand behind one flag, divided by commas; an address may hold one.
            let apart = |c: char| c == ',' && !value.contains("://");
            into.extend(value.split(apart).map(str::trim).filter(|one| !one.is_empty()));
            break;
        }
        if !taken && row.values.iter().any(|flag| flag.strip_prefix('-') == Some(last)) {
            words.next();
        }
    }
    out
}

/// A word without its dash and the switches in front of another flag: `r` of `-Ur`.
fn behind_switches<'w>(word: &'w str, switches: &[String]) -> &'w str {
    let mut rest = word.strip_prefix('-').unwrap_or(word);
    while rest.len() > 1
        && let Some(more) = switches.iter().find_map(|switch| rest.strip_prefix(switch.strip_prefix('-')?))
    {
        rest = more;
    }
    rest
}

/// The value of a flag where it stands in the word, which has lost its first dash, or (`Some(None)`) in the next one; `None` for another flag.
fn value_of<'w>(word: &'w str, flag: &str) -> Option<Option<&'w str>> {
    let rest = word.strip_prefix(flag.strip_prefix('-')?)?;
    match rest.strip_prefix('=') {
        Some(value) => Some(Some(value)),
        None if rest.is_empty() => Some(None),
        // `-rdev.txt`
        None => (flag.len() == 2).then_some(Some(rest)),
    }
}
