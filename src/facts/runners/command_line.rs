//! Owns the reading of a program's own command line from a list of its value-taking flags. Refuses to know what flags mean.

use crate::facts::shell::Word;

/// One flag as it is given.
#[derive(Clone, Debug)]
pub(super) struct Given {
    /// With its dashes, a short one alone (`-e` of `-aelint`).
    pub name: String,
    /// Its value, when it takes one and one is there.
    pub value: Option<Word>,
    /// The word it stands in.
    pub word: Word,
}

/// A command line, read.
#[derive(Clone, Debug, Default)]
pub(super) struct CommandLine {
    /// Flags in order.
    pub flags: Vec<Given>,
    /// Words that are neither flags nor their values; for [`Order::Leading`] all words from the first of them on.
    pub operands: Vec<Word>,
    /// The words behind `--`, when it is there (for [`Order::Mixed`] only).
    pub tail: Option<Vec<Word>>,
}

/// Where flags may stand.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// Before the first operand only.
    Leading,
    /// Anywhere.
    Mixed,
}

/// Reads `words` (the program not among them). A flag that is computed in part keeps its name, its value is not known.
pub(super) fn read(words: &[Word], takes_value: &[impl AsRef<str>], order: Order) -> CommandLine {
    let mut line = CommandLine::default();
    let mut at = 0;
    while let Some(word) = words.get(at) {
        at += 1;
        let text = word.value.as_deref().unwrap_or_else(|| word.raw.trim_start_matches(['"', '\'']));
        if text == "--" {
            match order {
                Order::Leading => line.operands = words[at..].to_vec(),
                Order::Mixed => line.tail = Some(words[at..].to_vec()),
            }
            return line;
        }
        if !text.starts_with('-') || text.len() < 2 {
            if order == Order::Leading {
                line.operands = words[at - 1..].to_vec();
                return line;
            }
            line.operands.push(word.clone());
            continue;
        }
        let wants_next = match text.starts_with("--") {
            true => long(&mut line, word, text, takes_value),
            false => cluster(&mut line, word, text, takes_value),
        };
        if wants_next {
            if let Some(last) = line.flags.last_mut() {
                last.value = words.get(at).cloned();
            }
            at += 1;
        }
    }
    line
}

/// The ways a command line may be read whose first operand is a word that nothing is known of: as that operand, and, since it
/// may as well be flags or none, without it. The word is given with every reading but the first.
pub(super) fn readings(words: &[Word], takes_value: &[impl AsRef<str>]) -> Vec<(CommandLine, Option<Word>)> {
    let first = read(words, takes_value, Order::Leading);
    let mut out = Vec::new();
    let mut shorter = words.to_vec();
    let mut line = first.clone();
    out.push((first, None));
    while out.len() < 4 {
        let Some(open) = line.operands.first().filter(|word| word.may_vanish()).cloned() else { break };
        shorter.remove(shorter.len() - line.operands.len());
        line = read(&shorter, takes_value, Order::Leading);
        out.push((line.clone(), Some(open)));
    }
    out
}

fn lists(list: &[impl AsRef<str>], word: &str) -> bool {
    list.iter().any(|known| known.as_ref() == word)
}

fn long(line: &mut CommandLine, word: &Word, text: &str, takes_value: &[impl AsRef<str>]) -> bool {
    let (name, value) = match text.split_once('=') {
        Some((name, value)) => (name, Some(part(word, value))),
        None => (text, None),
    };
    let wants_next = value.is_none() && lists(takes_value, name);
    line.flags.push(Given { name: name.to_owned(), value, word: word.clone() });
    wants_next
}

/// `-abc`: three flags, or one with a value as soon as a letter takes one.
fn cluster(line: &mut CommandLine, word: &Word, text: &str, takes_value: &[impl AsRef<str>]) -> bool {
    for (at, letter) in text.char_indices().skip(1).take(64) {
        let name = format!("-{letter}");
        let rest = &text[at + letter.len_utf8()..];
        let takes = lists(takes_value, &name);
        if takes && rest.is_empty() {
            line.flags.push(Given { name, value: None, word: word.clone() });
            return true;
        }
        let value = takes.then(|| part(word, rest.strip_prefix('=').unwrap_or(rest)));
        line.flags.push(Given { name, value, word: word.clone() });
        if takes {
            return false;
        }
    }
    false
}

/// The part of a word behind its flag.
fn part(word: &Word, text: &str) -> Word {
    Word {
        raw: text.trim_end_matches(['"', '\'']).to_owned(),
        value: word.value.as_ref().map(|_| text.to_owned()),
        ..word.clone()
    }
}

impl CommandLine {
    /// The last flag of one of these names.
    pub(super) fn last(&self, names: &[impl AsRef<str>]) -> Option<&Given> {
        self.flags.iter().rev().find(|flag| lists(names, &flag.name))
    }

    /// All flags of these names, in order.
    pub(super) fn all<'a>(&'a self, names: &'a [&'a str]) -> impl Iterator<Item = &'a Given> {
        self.flags.iter().filter(move |flag| names.contains(&flag.name.as_str()))
    }

    /// Whether one of these flags is given.
    pub(super) fn has(&self, names: &[impl AsRef<str>]) -> bool {
        self.last(names).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::runners::quoted;
    use crate::text::{Place, RepoPath};

    fn line(text: &str, order: Order) -> CommandLine {
        let place = Place::file(RepoPath::root());
        let words: Vec<Word> = text.split(' ').map(|word| quoted::added(word, &place)).collect();
        read(&words, &["-e", "--env", "-v"], order)
    }

    fn flags(line: &CommandLine) -> Vec<(String, Option<String>)> {
        line.flags.iter().map(|flag| (flag.name.clone(), flag.value.as_ref().and_then(|word| word.value.clone()))).collect()
    }

    #[test]
    fn spellings_of_values() {
        for text in ["-e lint", "-elint", "-e=lint", "-qelint"] {
            let read = line(text, Order::Mixed);
            assert_eq!(read.last(&["-e"]).and_then(|flag| flag.value.as_ref()?.value.clone()), Some("lint".into()), "{text}");
        }
        let read = line("--env=a -it -v b img -e x", Order::Leading);
        let expected = [("--env", Some("a")), ("-i", None), ("-t", None), ("-v", Some("b"))];
        let expected: Vec<_> = expected.iter().map(|(name, value)| ((*name).to_owned(), value.map(str::to_owned))).collect();
        assert_eq!(flags(&read), expected);
        assert_eq!(read.operands.len(), 3);
        let place = Place::file(RepoPath::root());
        let open = |text: &str| Word { raw: text.to_owned(), value: None, partial: None, ..quoted::added("", &place) };
        let words = [open("$TTY"), quoted::added("-v", &place), quoted::added("b", &place), quoted::added("img", &place)];
        let all = readings(&words, &["-v"]);
        let operands: Vec<usize> = all.iter().map(|(line, _)| line.operands.len()).collect();
        assert_eq!((operands, all[1].1.as_ref().map(|word| word.raw.as_str())), (vec![4, 1], Some("$TTY")));
        assert_eq!(readings(&[open("\"$IMAGE\"")], &[""; 0]).len(), 1);
        let read = line("a -- -e b", Order::Mixed);
        assert_eq!((read.operands.len(), read.tail.map(|tail| tail.len()), read.flags.len()), (1, Some(2), 0));
    }
}
