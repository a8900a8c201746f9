//! Owns commands that take many files of the tree away by a rule (`find -delete`, `rsync --delete`, a sparse checkout), or
//! write into them what keeps a tool from reporting. Refuses rules that are not evaluated: of those only what they name counts.

mod overwritten;

use super::edited::{Edit, in_place, matches};
use super::{Frame, Tracer};
use crate::facts::matching::program_name;
use crate::facts::shell::Word;
use crate::text::RepoPath;

/// Files that are named one by one; of more, their directory is said to be gone.
const FILES: usize = 16;

/// Files that one rule is asked about.
const ASKED: usize = 20_000;

/// Directories and names of one rule; with more names it may mean any file.
const NAMES: usize = 16;

impl Tracer<'_> {
    /// What such a command does.
    pub(super) fn taken_by_rule(&self, words: &[Word], frame: &Frame) -> Vec<Edit> {
        let texts: Vec<&str> = words.iter().map(|word| word.value.as_deref().unwrap_or_default()).collect();
        let Some((program, rest)) = texts.split_first() else { return Vec::new() };
        match (program_name(program), rest) {
            ("find", rest) => self.found(rest, frame),
            // What lies in the other directory stands there from here on.
            ("rsync", rest) if rest.iter().any(|word| word.starts_with("--delete")) => self.replaced_directory(rest, frame),
            ("mount", rest) if rest.iter().any(|word| matches!(*word, "--bind" | "-B" | "bind" | "-obind" | "tmpfs")) => {
                self.replaced_directory(rest, frame)
            }
            ("git", ["sparse-checkout", command @ ("set" | "init"), rest @ ..]) => self.sparse(command, rest, frame),
            _ => Vec::new(),
        }
    }

    fn replaced_directory(&self, words: &[&str], frame: &Frame) -> Vec<Edit> {
        let target = words.iter().rev().find(|word| !word.starts_with('-')).and_then(|word| frame.workdir.resolve(word));
        target.filter(|path| !path.is_root() && self.world.snapshot.is_dir(path)).map(Edit::Gone).into_iter().collect()
    }

    /// `find DIRECTORIES … -delete`, `-exec rm {} +`: the files of the names that it asks for.
    fn found(&self, words: &[&str], frame: &Frame) -> Vec<Edit> {
        let removes = |at: usize| {
            words[at] == "-delete"
                || matches!(words[at], "-exec" | "-execdir" | "-ok")
                    && words.get(at + 1).is_some_and(|word| matches!(program_name(word), "rm" | "unlink" | "shred" | "truncate"))
        };
        if !(0..words.len()).any(removes) || words.contains(&"-empty") {
            return Vec::new();
        }
        let roots = words.iter().take_while(|word| !word.starts_with(['-', '(', '!'])).copied();
        let roots: Vec<&str> = Some(".").filter(|_| words[0].starts_with('-')).into_iter().chain(roots).collect();
        let named = |at: &usize| matches!(words[*at], "-name" | "-iname");
        let turned = |at: &usize| *at > 0 && matches!(words[at - 1], "!" | "-not");
        let names: Vec<&str> =
            (0..words.len()).filter(|at| named(at) && !turned(at)).filter_map(|at| words.get(at + 1).copied()).collect();
        let asks =
            |path: &RepoPath| names.is_empty() || names.len() > NAMES || names.iter().any(|name| matches(name, path.file_name()));
        let mut out = Vec::new();
        for directory in roots.into_iter().take(NAMES).filter_map(|root| frame.workdir.resolve(root)) {
            self.world.meter.spend(ASKED.min(self.world.snapshot.entries().len()));
            let below = self.world.snapshot.under(&directory).iter().take(ASKED).filter(|entry| entry.is_file());
            // A directory of that name goes with all that lies in it.
            let gone: Vec<&RepoPath> = below
                .map(|entry| &entry.path)
                .filter(|path| path.ancestors().take_while(|above| *above != directory).any(|above| asks(&above)))
                .take(FILES + 1)
                .collect();
            match gone.len() {
                len if len > FILES => out.push(Edit::Gone(directory)),
                _ => out.extend(gone.into_iter().cloned().map(Edit::Gone)),
            }
        }
        out
    }

    /// A sparse checkout leaves the files at the top and the directories that it names.
    fn sparse(&self, command: &str, words: &[&str], frame: &Frame) -> Vec<Edit> {
        if words.contains(&"--no-cone") || words.contains(&"--stdin") {
            return vec![Edit::Revision];
        }
        let named = words.iter().filter(|word| command == "set" && !word.starts_with('-'));
        let kept: Vec<RepoPath> = named.filter_map(|word| frame.workdir.resolve(word)).collect();
        let root = RepoPath::root();
        let tops = self.world.snapshot.children(&root).filter(|(_, is_directory)| *is_directory);
        let left = tops.filter_map(|(name, _)| root.join(name)).filter(|top| !kept.iter().any(|path| path.is_in(top)));
        left.map(Edit::Gone).collect()
    }

    /// What an editor writes into files, where it holds a word by which some tool is kept from reporting.
    pub(super) fn suppresses(&self, texts: &[&str]) -> Option<String> {
        let editor = |at: usize| matches!(program_name(texts[at]), "sed" | "perl" | "awk" | "gawk");
        let at = (0..texts.len()).find(|at| editor(*at))?;
        let inline = texts[at..].windows(2).any(|pair| pair[0] == "-i" && pair[1] == "inplace") || in_place(&texts[at + 1..]);
        let written = || texts[at + 1..].iter().map(|text| replacement(text));
        written().find(|text| inline && self.says(text)).map(str::to_owned)
    }

    /// Whether a text holds the word by which some tool is kept from reporting.
    fn says(&self, text: &str) -> bool {
        let mut words = self.world.catalog.tools.iter().filter_map(|tool| Some(tool.suppress.as_ref()?.word.as_str()));
        words.any(|word| !word.is_empty() && text.contains(word))
    }
}

/// What a substitution writes (`s/X/Y/`); of another script all of it.
fn replacement(script: &str) -> &str {
    let mark = script.strip_prefix('s').and_then(|rest| rest.chars().next()).filter(char::is_ascii_punctuation);
    let behind = mark.and_then(|mark| script[1 + mark.len_utf8()..].split_once(mark));
    behind.map_or(script, |(_, written)| written)
}
