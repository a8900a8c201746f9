//! Owns what commands put where by their own words: files and directories of the tree under other names, what downloads and patches write.
//! Refuses to say who looks for it.

use super::super::before::placing;
use super::super::edited::{Edit, matches, writes_back};
use super::super::{Frame, Tracer, written};
use super::Lies;
use crate::catalog;
use crate::facts::matching::program_name;
use crate::facts::meter::PATTERN;
use crate::facts::shadow;
use crate::facts::shell::{self, UNKNOWN_CHAR, Word};
use crate::text::{Place, RepoPath};

/// Files of one directory that are written over.
const FILES: usize = 64;

/// Files of a directory that are asked about.
const ASKED: usize = 20_000;

/// A file of the tree, when it is known to be one, and what it is called below that to which it is put.
type Put = (Option<RepoPath>, String);

impl Tracer<'_> {
    /// A command that puts files somewhere or writes into them; `edits`: what it does to files of the tree.
    pub(in crate::facts::trace) fn puts(&mut self, words: &[Word], edits: &[Edit], place: &Place, frame: &Frame) {
        let program = words.first().and_then(|word| word.value.as_deref()).map(program_name).unwrap_or_default().to_owned();
        let by = format!("`{program}`");
        let operands = || words[1..].iter().filter(|word| !word.head().starts_with('-'));
        match program.as_str() {
            "touch" => {
                for word in operands() {
                    self.lays(&named(word), (Some(String::new()), true), &by, place, frame);
                }
            }
            "git" if words.get(1).is_some_and(|word| word.value.as_deref() == Some("mv")) => {
                self.copies(("mv", "`git mv`"), &words[1..], place, frame);
            }
            "npm" | "pnpm" => {
                if let Some((file, lines)) = npm_settings(&words[1..]) {
                    self.lays(file, (Some(lines), true), &by, place, frame);
                }
            }
            // What an editor changes in a file is seldom what is looked for in it.
            _ if writes_back(words) => {}
            _ if catalog::lists(&placing().programs, &program) => self.copies((&program, &by), words, place, frame),
            _ => {
                edits.iter().for_each(|edit| self.lays_over(edit, &by, place, frame));
                for file in written::named(words, self.world.catalog) {
                    self.lays(&file, (None, false), &by, place, frame);
                }
            }
        }
    }

    /// What a command writes over files of the tree, and is not known.
    fn lays_over(&mut self, edit: &Edit, by: &str, place: &Place, frame: &Frame) {
        let paths: Vec<RepoPath> = match edit {
            Edit::Written(path) | Edit::Emptied(path) | Edit::Lines(path, _) => vec![path.clone()],
            Edit::Over(directory) => {
                let below = self.looked_for_below(directory).iter();
                let below = below.filter(|path| shadow::is_looked_for(path, self.world.catalog));
                below.take(FILES).cloned().chain([directory.clone()]).collect()
            }
            Edit::Gone(_) | Edit::Revision | Edit::Says(_) | Edit::Package(_) => Vec::new(),
        };
        for path in paths.into_iter().filter(|path| shadow::is_looked_for(path, self.world.catalog)) {
            let text = matches!(edit, Edit::Emptied(_)).then(String::new);
            self.lays_at(Lies { shown: path.to_string(), path, outside: false }, (text, false), by, place, frame);
        }
    }

    /// Files and directories that are put under other names.
    fn copies(&mut self, (program, by): (&str, &str), words: &[Word], place: &Place, frame: &Frame) {
        let Some((sources, target, into)) = operands(&words[1..]) else { return };
        let target = named(target);
        let keeps = words.iter().filter_map(|word| word.value.as_deref()).any(may_keep);
        let exact = words.iter().any(|word| matches!(word.value.as_deref(), Some("-T" | "--no-target-directory")));
        let is_directory = into
            || sources.len() > 1
            || matches!(&*target, "~" | "." | "..")
            || frame.workdir.resolve(&target).is_some_and(|path| path.is_root() || self.world.snapshot.is_dir(&path));
        let target = target.trim_end_matches('/');
        for source in sources {
            let (name, puts) = self.put_by(program, source, frame);
            let bases = match name {
                None => vec![target.to_owned()],
                Some(_) if exact => vec![target.to_owned()],
                Some(name) if is_directory => vec![format!("{target}/{name}")],
                // A directory of that name may have been made before.
                Some(name) => vec![target.to_owned(), format!("{target}/{name}")],
            };
            for (path, rest) in puts {
                for base in &bases {
                    let to = if rest.is_empty() { base.clone() } else { format!("{base}/{rest}") };
                    if self.lies_at(&to, frame).is_some() {
                        let committed = path.as_ref().filter(|path| self.is_committed(path, frame));
                        let file = committed.and_then(|path| self.world.snapshot.peek(path).ok());
                        self.lays(&to, (file.map(|file| file.text.clone()), keeps), by, place, frame);
                    }
                }
            }
        }
    }

    /// What a source stands for: its name, where that is kept, and the files.
    fn put_by(&self, program: &str, source: &Word, frame: &Frame) -> (Option<String>, Vec<Put>) {
        let shape = named(source);
        let bare = shape.trim_end_matches('/');
        let (above, last) = bare.rsplit_once('/').unwrap_or((".", bare));
        let snapshot = self.world.snapshot;
        let directory = |text: &str| frame.workdir.resolve(text).filter(|path| snapshot.is_dir(path));
        if last == "." || last.contains('*') {
            let Some(directory) = directory(above) else { return (None, Vec::new()) };
            let all = self.below(&directory);
            let first = |rest: &str| rest.split('/').next().unwrap_or_default().to_owned();
            return (None, all.into_iter().filter(|(_, rest)| last == "." || matches(last, &first(rest))).collect());
        }
        if program == "rsync" && shape.ends_with('/') {
            return (None, directory(bare).map(|directory| self.below(&directory)).unwrap_or_default());
        }
        let name = Some(last.to_owned()).filter(|name| !name.contains(UNKNOWN_CHAR));
        if let Some(directory) = directory(bare) {
            return (name, self.below(&directory));
        }
        let file = frame.workdir.resolve(bare).filter(|path| snapshot.is_file(path));
        let is_known = file.is_some();
        let itself = (file, String::new());
        // What is none of the tree may be a directory.
        let inside = shadow::IN_DIRECTORY.iter().filter(|_| !is_known).map(|name| (None, (*name).to_owned()));
        (name, std::iter::once(itself).chain(inside).collect())
    }

    /// The files below a directory that may be looked for, each with its path from there.
    fn below(&self, directory: &RepoPath) -> Vec<Put> {
        let rest = |path: &RepoPath| path.as_str()[directory.as_str().len()..].trim_start_matches('/').to_owned();
        self.looked_for_below(directory).iter().map(|path| (Some(path.clone()), rest(path))).collect()
    }

    /// Those of the tree below a directory; each is looked at once more.
    fn looked_for_below(&self, directory: &RepoPath) -> &[RepoPath] {
        let all = shadow::looked_for_below(directory, self.world);
        let asked = &all[..all.len().min(ASKED)];
        self.world.meter.spend(asked.len() * PATTERN);
        asked
    }
}

/// The file that `npm config set` writes to, and the lines, but for the shell of its scripts, which is told by itself (npm, "npm-config": `set KEY=VALUE …`, or one `set KEY VALUE`).
fn npm_settings(words: &[Word]) -> Option<(&'static str, String)> {
    let shapes: Vec<_> = words.iter().map(Word::shape).collect();
    let texts: Vec<&str> = shapes.iter().map(AsRef::as_ref).collect();
    let (["config" | "c", "set", rest @ ..] | ["set", rest @ ..]) = texts.as_slice() else { return None };
    let places = |word: &str| matches!(word, "--location" | "-L");
    let is_flag = |word: &str| word.starts_with('-') && !word.contains(' ');
    let named = |at: &usize| !is_flag(rest[*at]) && !at.checked_sub(1).is_some_and(|before| places(rest[before]));
    let operands: Vec<&str> = (0..rest.len()).filter(named).map(|at| rest[at]).collect();
    let project = rest.windows(2).any(|pair| places(pair[0]) && pair[1] == "project") || rest.contains(&"--location=project");
    let lines = match operands.as_slice() {
        [key, value @ ..] if !key.contains('=') => format!("{key}={}", value.first().unwrap_or(&"")),
        all => all.join("\n"),
    };
    Some((if project { ".npmrc" } else { "~/.npmrc" }, lines))
        .filter(|(_, lines)| !lines.is_empty() && !lines.starts_with("script-shell"))
}

/// With this flag, alone or among other letters, a file that is there already may stay.
fn may_keep(word: &str) -> bool {
    let letters = word.strip_prefix('-').filter(|letters| !letters.starts_with('-'));
    let joined = |flag: &str| word.strip_prefix(flag).is_some_and(|rest| rest.is_empty() || rest.starts_with('='));
    let among = |flag: &str| flag.len() == 2 && letters.is_some_and(|letters| letters.contains(&flag[1..]));
    placing().keeping_flags.iter().any(|flag| joined(flag) || among(flag))
}

/// A path, as far as it is known.
fn named(word: &Word) -> String {
    let shape = word.shape();
    shell::at_home(&word.raw, &shape).unwrap_or_else(|| shape.into_owned())
}

/// What is put where, and whether that is said to be a directory.
pub(in crate::facts::trace) fn operands(words: &[Word]) -> Option<(&[Word], &Word, bool)> {
    let value = |word: &Word| word.value.as_deref().unwrap_or_default().to_owned();
    let mut from = 0;
    let mut into = None;
    while let Some(word) = words.get(from).filter(|word| word.head().starts_with('-')) {
        let flag = value(word);
        if flag == "-t" || flag == "--target-directory" {
            into = words.get(from + 1);
        }
        from += 1 + usize::from(into.is_some() && flag.starts_with(['-']) && (flag == "-t" || flag == "--target-directory"));
        from += usize::from(catalog::lists(&placing().value_flags, &flag));
    }
    let rest = words.get(from..)?;
    match (into, rest.split_last()) {
        (Some(target), _) => Some((rest, target, true)),
        (None, Some((target, sources))) => Some((sources, target, target.shape().ends_with('/'))),
        (None, None) => None,
    }
}
