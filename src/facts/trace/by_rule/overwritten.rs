//! Owns commands that write other contents over files of the tree: patches, archives of the tree, copies into a directory, downloads
//! to a name, code given to an interpreter. Refuses what they write where no file of the tree or of a tool's configuration is.

use super::super::edited::{Edit, NOTHING};
use super::super::{Frame, Tracer, written};
use crate::catalog::runner::CodeRunner;
use crate::facts::matching::program_name;
use crate::facts::runners;
use crate::facts::shell::{UNKNOWN_CHAR, Word};
use crate::facts::workdir::Workdir;
use crate::text::{MappedText, RepoPath};

/// Files of one command that are named; of more, their directory is said to be written over.
const FILES: usize = 16;

/// Texts of one piece of code that are looked at.
const TEXTS: usize = 256;

impl Tracer<'_> {
    /// What such a command writes over.
    pub(in crate::facts::trace) fn overwritten(&self, words: &[Word], stdin: Option<&MappedText>, frame: &Frame) -> Vec<Edit> {
        let texts: Vec<&str> = words.iter().map(|word| word.value.as_deref().unwrap_or_default()).collect();
        let Some((program, rest)) = texts.split_first() else { return Vec::new() };
        match (program_name(program), rest) {
            ("patch", rest) => self.patch(rest, stdin, frame),
            ("git", [command @ ("apply" | "am"), rest @ ..]) => self.git_apply(command, rest, stdin, frame),
            ("cp" | "install" | "ln" | "mv" | "rsync", rest) => self.copied(rest, frame),
            ("docker" | "podman", ["cp", rest @ ..]) => {
                let file = rest.last().and_then(|target| self.written(target, frame));
                self.copied(rest, frame).into_iter().chain(file).collect()
            }
            ("tar" | "bsdtar" | "unzip", rest) => self.unpacked_over(rest, frame).into_iter().collect(),
            _ => {
                let nothing = rest.iter().any(|word| word.strip_prefix("if=") == Some(NOTHING));
                let named = written::named(words, self.world.catalog);
                let named = named.iter().filter_map(|file| self.write_to_package(file).or_else(|| self.written(file, frame)));
                let code = runners::inline(words, stdin).map(|(row, code)| self.by_code(row, &code, frame)).unwrap_or_default();
                named.map(|edit| if nothing { edit.emptied() } else { edit }).chain(code).collect()
            }
        }
    }

    fn patch(&self, rest: &[&str], stdin: Option<&MappedText>, frame: &Frame) -> Vec<Edit> {
        let mut workdir = frame.workdir.clone();
        let (mut strip, mut file, mut operands) = (None, None, Vec::new());
        let mut words = rest.iter().copied();
        while let Some(word) = words.next() {
            let mut value = |short: &str, long: &str| match word.strip_prefix(long).and_then(|rest| rest.strip_prefix('=')) {
                Some(value) => Some(value),
                None if word == long || word == short => words.next(),
                None => word.strip_prefix(short).filter(|_| !word.starts_with("--")),
            };
            if matches!(word, "--dry-run" | "-C" | "--check") {
                return Vec::new();
            } else if let Some(level) = value("-p", "--strip") {
                strip = level.parse::<usize>().ok();
            } else if let Some(named) = value("-i", "--input") {
                file = Some(named);
            } else if let Some(directory) = value("-d", "--directory") {
                workdir = workdir.enter(directory);
            } else if !word.starts_with('-') {
                operands.push(word);
            }
        }
        if let [first, ..] = operands.as_slice() {
            return self.write_to_package(first).or_else(|| self.written(first, frame)).into_iter().collect();
        }
        let text = file.filter(|file| *file != "-").map(|file| self.text_of(file, frame));
        self.applied(text.unwrap_or_else(|| stdin.map(|text| text.text().to_owned())), strip, &workdir)
    }

    fn git_apply(&self, command: &str, rest: &[&str], stdin: Option<&MappedText>, frame: &Frame) -> Vec<Edit> {
        let idle = ["--check", "--stat", "--numstat", "--summary", "--cached", "--abort", "--continue", "--skip", "--quit"];
        if rest.iter().any(|word| idle.contains(word)) {
            return Vec::new();
        }
        let mut named = rest.iter().filter(|word| !word.starts_with('-')).peekable();
        let strip = rest.iter().find_map(|word| word.strip_prefix("-p")?.parse().ok());
        if named.peek().is_none() {
            // Without a file, `git am` reads the mailbox that it is given.
            let known = stdin.map(|text| text.text().to_owned());
            return if command == "am" && known.is_none() { Vec::new() } else { self.applied(known, strip, &frame.workdir) };
        }
        // A file that is none of the tree may be one that was made before: what it holds is not known.
        named.flat_map(|file| self.applied(self.text_of(file, frame), strip, &frame.workdir)).collect()
    }

    fn text_of(&self, file: &str, frame: &Frame) -> Option<String> {
        let path = frame.workdir.resolve(file).filter(|path| self.world.snapshot.is_file(path))?;
        self.world.snapshot.peek(&path).ok().map(|file| file.text.clone())
    }

    /// The files that a patch names; of one that is not known, all that lies where it is applied.
    fn applied(&self, patch: Option<String>, strip: Option<usize>, workdir: &Workdir) -> Vec<Edit> {
        let Some(patch) = patch.filter(|text| !text.contains(UNKNOWN_CHAR)) else {
            let here = workdir.dir().filter(|path| self.world.snapshot.is_dir(path));
            return here.map(Edit::Over).into_iter().collect();
        };
        self.world.meter.spend(patch.len() / 8);
        let name = |line: &str| {
            let path = line.get(4..)?.split('\t').next()?.trim();
            let path = match strip {
                Some(level) => path.splitn(level + 1, '/').nth(level)?,
                None => path.strip_prefix("a/").or_else(|| path.strip_prefix("b/")).unwrap_or(path),
            };
            workdir.resolve(path)
        };
        let (mut out, mut before) = (Vec::new(), None);
        for line in patch.lines() {
            if line.starts_with("--- ") {
                before = name(line);
            } else if line.starts_with("+++ ") {
                let gone = line.trim_end() == "+++ /dev/null";
                let written = |path: RepoPath| self.write_to_package(path.as_str()).unwrap_or(Edit::Written(path));
                let edit = if gone { before.take().map(Edit::Gone) } else { name(line).map(written) };
                out.extend(edit.filter(|_| out.len() < FILES));
            } else if let Some(added) = line.strip_prefix('+').filter(|added| self.says(added)) {
                out.push(Edit::Says(added.to_owned()));
            }
        }
        out
    }

    /// Files that a copy puts into a directory, under the names that they have.
    fn copied(&self, rest: &[&str], frame: &Frame) -> Vec<Edit> {
        let operands: Vec<&str> = rest.iter().copied().filter(|word| !word.starts_with('-') && !word.is_empty()).collect();
        let Some((target, sources)) = operands.split_last() else { return Vec::new() };
        let snapshot = self.world.snapshot;
        let into = frame.workdir.resolve(target).filter(|path| path.is_root() || snapshot.is_dir(path));
        let Some(into) = into.filter(|_| !target.contains(UNKNOWN_CHAR)) else { return Vec::new() };
        let below = |name: &str| self.written(&format!("{}/{name}", target.trim_end_matches('/')), frame);
        let mut out = Vec::new();
        for source in sources.iter().take(FILES) {
            let bare = source.trim_end_matches("/.").trim_end_matches("/*").trim_end_matches('/');
            let name = bare.rsplit(['/', ':']).next().unwrap_or(bare);
            let directory = frame.workdir.resolve(bare).filter(|path| snapshot.is_dir(path) && *path != into);
            match directory.filter(|_| bare.len() < source.len()) {
                // What lies in the directory itself.
                Some(directory) => {
                    let files: Vec<&str> =
                        snapshot.children(&directory).filter(|(_, inner)| !inner).map(|(name, _)| name).take(FILES + 1).collect();
                    out.extend(files.iter().filter_map(|name| below(name)));
                }
                None => out.extend(below(name)),
            }
        }
        out
    }

    /// An archive of the tree that is unpacked over it: what is in it is not read.
    fn unpacked_over(&self, rest: &[&str], frame: &Frame) -> Option<Edit> {
        let first = rest.first()?.trim_start_matches('-');
        let makes = first.starts_with('c') || first.starts_with('t') || rest.iter().any(|word| matches!(*word, "-l" | "-t"));
        let archives = rest.iter().enumerate().filter_map(|(at, word)| {
            let path = frame.workdir.resolve(word.strip_prefix("--file=").unwrap_or(word));
            let path = path.filter(|path| self.world.snapshot.is_file(path))?;
            Some((at, path)).filter(|_| !word.is_empty())
        });
        let (at, _) = archives.into_iter().next().filter(|_| !makes)?;
        let into = rest.iter().enumerate().find_map(|(at, word)| match *word {
            "-C" | "-d" | "--directory" => rest.get(at + 1).copied(),
            word => word.strip_prefix("--directory="),
        });
        let target = frame.workdir.resolve(into.unwrap_or("."))?;
        // Members that are named are those that come out.
        let mut named = rest.iter().enumerate().skip(at + 1);
        let only = named.any(|(index, word)| !word.starts_with('-') && Some(*word) != into && rest[index - 1] != "-C");
        (!only && (target.is_root() || self.world.snapshot.is_dir(&target))).then_some(Edit::Over(target))
    }

    /// Files of the tree that code names which writes to files.
    fn by_code(&self, row: &CodeRunner, code: &str, frame: &Frame) -> Vec<Edit> {
        if !row.writes.iter().any(|mark| code.contains(mark.as_str())) {
            return Vec::new();
        }
        let snapshot = self.world.snapshot;
        let texts = code.split(['\'', '"', '`']).skip(1).take(TEXTS).filter(|text| {
            !text.is_empty() && text.len() < 256 && !text.contains(char::is_whitespace) && !text.contains(['(', ')', '='])
        });
        let installed = self.code_writes_into(code, &row.writes);
        let edits = texts.filter_map(|text| {
            let (directory, pattern) = match text.find('*') {
                Some(at) => (text[..at].rsplit_once('/').map_or(".", |(directory, _)| directory), true),
                None => (text, false),
            };
            let path = frame.workdir.resolve(directory)?;
            let is_directory = path.is_root() || snapshot.is_dir(&path);
            if is_directory { (pattern || text != "/").then_some(Edit::Over(path)) } else { self.written(text, frame) }
        });
        edits.take(FILES).chain(installed).collect()
    }
}
