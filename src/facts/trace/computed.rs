//! Owns commands whose words are not all known: a program in a directory that is computed, one of a few words, a word that may
//! be a flag, a program that may run the rest of its line. Refuses to drop any of them in silence.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Frame, Tracer};
use crate::answer::{Reason, Why};
use crate::catalog::{self, Catalog, Trait};
use crate::facts::matching::{self, Take};
use crate::facts::runners::{self, Call, Target};
use crate::facts::shell::{ShellCommand, UNKNOWN_CHAR, Word};
use crate::text::{MappedText, Place, RepoPath};

/// Words of a command line that are looked at for a tool that an unknown program may run.
const LOOKED_AT: usize = 12;

/// The surroundings of what runs only if a word that is not known is a flag, or none.
pub(super) fn doubted(word: &Word, frame: &Frame) -> Frame {
    under(frame, Why::new(Reason::Dynamic, "a word before the command is computed").at(word.place.clone()))
}

fn under(frame: &Frame, condition: Why) -> Frame {
    let mut out = frame.clone();
    out.conditions.push(condition);
    out
}

/// A flag, or a number of times or seconds: what stands before the command that a wrapper runs (`retry -n 3 10s CMD`).
fn is_count(value: &str) -> bool {
    let digits = value.trim_end_matches(['s', 'm', 'h']);
    value.starts_with('-') || (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'))
}

/// Whether a name is followed by what a command is given: a flag, or a path. A mere name may be anything's.
fn looks_run(words: &[Word]) -> bool {
    let given = words.iter().skip(1).filter_map(|word| word.value.as_deref());
    given.into_iter().any(|value| value.starts_with('-') || value == "." || value.contains('/'))
}

/// What a program that is not known starts may get any variable from it.
fn with_open_variables(mut frame: Frame) -> Frame {
    Arc::make_mut(&mut frame.env).open();
    frame
}

/// The command behind a wrapper that is called after its program (`just-cargo profile=ci clippy`): that program, and its words.
fn named_after(words: &[Word], program: &str) -> Option<(String, Vec<Word>)> {
    let (_, own) = matching::program_name(program).rsplit_once(['-', '_'])?;
    let first = Word { value: Some(own.to_owned()), ..words.first()?.clone() };
    // A word that is not known may be a setting as well.
    let setting = |word: &&Word| {
        let text = word.shape();
        !text.starts_with('-') && (text.contains('=') || word.value.is_none())
    };
    let words: Vec<Word> = std::iter::once(first).chain(words[1..].iter().skip_while(setting).cloned()).collect();
    // A name alone says nothing: the command behind it has to be one of a tool's.
    let long = |hit: &matching::RowMatch<'_>| hit.tool.run[hit.row].argv.as_ref().is_some_and(|argv| argv.len() > 1);
    matching::tools_for_words(Catalog::builtin(), &words).iter().any(long).then(|| (own.to_owned(), words))
}

impl<'w> Tracer<'w> {
    /// A command whose words may be one of a few: one when all come to the same, else each under a condition.
    pub(super) fn either(&mut self, command: &ShellCommand, frame: &Frame) {
        let stdin = command.stdin.as_ref();
        let same = command.others.is_empty() || {
            let first = self.bare(&command.words, frame);
            first.is_some() && command.others.iter().all(|words| self.bare(words, frame) == first)
        };
        if same {
            return self.command(&command.words, &command.place, stdin, frame);
        }
        let raw = command.words.first().map_or("", |word| word.raw.as_str());
        let why = format!("what {} stands for depends on a condition", super::script::quoted(raw));
        let frame = under(frame, Why::new(Reason::Dynamic, why).at(command.place.clone()));
        for words in std::iter::once(&command.words).chain(&command.others) {
            self.command(words, &command.place, stdin, &frame);
        }
    }

    /// What a command line comes to without its launchers and the directory of its program; `None` for a program of the tree.
    fn bare(&self, words: &[Word], frame: &Frame) -> Option<Vec<String>> {
        let mut words = words.to_vec();
        for _ in 0..4 {
            let program = words.first()?.value.as_deref()?;
            if program.contains('/') && frame.workdir.resolve(program).is_some_and(|path| self.world.snapshot.is_file(&path)) {
                return None;
            }
            let call = Call { words: &words, env: &frame.env, workdir: &frame.workdir, place: &words[0].place };
            let next = match runners::launched(&call, self.world) {
                Some(mut nexts) if nexts.len() == 1 => nexts.remove(0),
                _ => break,
            };
            let plain = next.holds.is_empty() && next.condition.is_none() && next.workdir == frame.workdir;
            match next.target {
                Target::Argv(inner) if plain && inner.len() < words.len() => words = inner,
                // `cross build` is `cargo build`.
                Target::Argv(inner) if plain && inner[1..] == words[1..] && inner[0].value != words[0].value => words = inner,
                _ => break,
            }
        }
        let name = matching::program_name(words.first()?.value.as_deref()?).to_owned();
        Some(std::iter::once(name).chain(words[1..].iter().map(|word| word.shape().into_owned())).collect())
    }

    /// A program word that is not known as a whole: its base name may be; a file of the tree of that name may be meant.
    pub(super) fn computed(&mut self, words: &[Word], place: &Place, stdin: Option<&MappedText>, frame: &Frame) {
        let first = &words[0];
        let why = || {
            let text = format!("the command word {} is computed", super::script::quoted(&first.raw));
            Why::new(Reason::Dynamic, text).at(first.place.clone())
        };
        // A script that calls itself goes in a circle; `$0` of a text is what stands behind it.
        if first.is_script() && frame.in_file {
            return;
        }
        let known = |value: String| {
            let mut words = words.to_vec();
            words[0] = Word { value: Some(value), partial: None, ..words[0].clone() };
            words
        };
        let Some(name) = first.program_somewhere() else {
            if let Some(name) = self.versioned(first) {
                let said = first.raw.to_ascii_lowercase().contains("version");
                let frame = if said { frame.clone() } else { under(frame, why()) };
                return self.command(&known(name), place, stdin, &frame);
            }
            match self.no_known_program(first) {
                Some(beginning) => self.command(&known(beginning), place, stdin, frame),
                None => self.opaque(why(), frame),
            }
            return;
        };
        let tail = first.tail();
        let candidates: Vec<RepoPath> = self
            .named(&name)
            .iter()
            .filter(|path| format!("/{path}").ends_with(&tail))
            .take(2)
            .map(|path| (*path).clone())
            .collect();
        match candidates.as_slice() {
            [] => self.command(&known(name), place, stdin, frame),
            [only] => match frame.workdir.locate(only) {
                Some(path) => {
                    let text =
                        format!("it is a program of the tree if the directory of {} is", super::script::quoted(&first.raw));
                    let frame = under(frame, Why::new(Reason::Dynamic, text).at(first.place.clone()));
                    self.command(&known(path), place, stdin, &frame);
                }
                None => self.opaque(why(), frame),
            },
            _ => self.opaque(why(), frame),
        }
    }

    /// The tool in whose name nothing but a version behind it is computed: `golangci-lint-$VERSION`.
    fn versioned(&self, word: &Word) -> Option<String> {
        let shape = word.shape();
        let (name, version) = shape.rsplit('/').next()?.split_once(UNKNOWN_CHAR)?;
        let name = name.strip_suffix("-v").or_else(|| name.strip_suffix('-'))?;
        let plain = version.chars().all(|c| c == UNKNOWN_CHAR || c == '.' || c.is_ascii_digit());
        let tools = self.world.catalog.tools.iter().flat_map(|tool| &tool.run);
        let known = || tools.filter_map(|row| row.argv.as_ref()?.first()).any(|program| program == name);
        (plain && known()).then(|| name.to_owned())
    }

    /// A path whose last segment begins with text, where no program that is known begins so, and no file of the tree: its
    /// beginning. A name with `_` in its beginning is no launcher's, runner's or interpreter's.
    fn no_known_program(&self, word: &Word) -> Option<String> {
        let shape = word.shape();
        let (directory, name) = shape.rsplit_once('/').filter(|_| !word.glob)?;
        let beginning = &name[..name.find(UNKNOWN_CHAR)?];
        let rows = self.world.catalog.tools.iter().flat_map(|tool| &tool.run);
        let tools = rows.filter_map(|row| row.argv.as_ref()?.first()).any(|program| program.starts_with(beginning));
        let files = || self.world.snapshot.entries().iter().filter(|entry| entry.is_file());
        let in_tree = || files().any(|entry| entry.path.file_name().starts_with(beginning));
        let known = !beginning.contains('_') || tools || in_tree();
        (!known).then(|| format!("{}/{beginning}", directory.replace(UNKNOWN_CHAR, "")))
    }

    /// Files of the tree by their last segment.
    pub(super) fn named(&self, name: &str) -> &[&'w RepoPath] {
        let index = self.by_name.get_or_init(|| {
            let mut index: HashMap<&'w str, Vec<&'w RepoPath>> = HashMap::new();
            let snapshot = self.world.snapshot;
            for entry in snapshot.entries().iter().filter(|entry| entry.is_file()) {
                let path = &entry.path;
                index.entry(path.as_str().rsplit('/').next().unwrap_or("")).or_default().push(path);
            }
            index
        });
        index.get(name).map_or(&[], Vec::as_slice)
    }

    /// A program that neither the catalogue nor a runner knows: what it may run, and a sub-command that is computed.
    pub(super) fn unknown_program(&mut self, words: &[Word], place: &Place, frame: &Frame) {
        if let Some(word) = matching::open_row(Catalog::builtin(), words).or_else(|| runners::open_head(words)) {
            self.opaque(Why::new(Reason::Dynamic, "the sub-command is computed").at(word.place.clone()), frame);
            return;
        }
        let Some(program) = words.first().and_then(|word| word.value.as_deref()) else { return };
        if self.world.catalog.programs.is(matching::program_name(program), Trait::RunsNothing) {
            return;
        }
        if let Some(at) = self.runs_from(words, frame) {
            let why = format!("whether {} runs the rest of its line is not known", super::script::quoted(program));
            let frame = under(frame, Why::new(Reason::Unsupported, why).at(place.clone()));
            self.command(&words[at..], place, None, &with_open_variables(frame));
        } else if let Some((own, words)) = named_after(words, program) {
            let why = format!("whether {} runs `{own}` is not known", super::script::quoted(program));
            let frame = under(frame, Why::new(Reason::Unsupported, why).at(place.clone()));
            self.command(&words, place, None, &with_open_variables(frame));
        }
    }

    /// Where in the words of an unknown program a command begins that leads on: behind `--`, or where a tool is named.
    fn runs_from(&self, words: &[Word], frame: &Frame) -> Option<usize> {
        let (mut runs, mut plain) = (false, true);
        let foreign = words[0].value.as_deref().is_some_and(|program| program.contains('/'));
        for (at, word) in words.iter().enumerate().take(LOOKED_AT).skip(1) {
            let value = word.value.as_deref()?;
            let first = plain;
            plain &= is_count(value);
            if value == "--" {
                return (at + 1 < words.len() && self.leads_on(&words[at + 1..], foreign, frame)).then_some(at + 1);
            }
            if value.starts_with('-') {
                continue;
            }
            if catalog::lists(&Catalog::builtin().programs.package_words, value) {
                return None;
            }
            runs |= matches!(value, "run" | "exec");
            let rest = &words[at..];
            // Behind a flag it may be the flag's value.
            let behind = words[at - 1].value.as_deref().is_some_and(|before| before.starts_with('-'));
            if (at == 1 || runs || (first && !behind)) && self.leads_on(rest, foreign, frame) {
                return Some(at);
            }
            if !behind && looks_run(rest) && !matching::tools_for_words(Catalog::builtin(), rest).is_empty() {
                return Some(at);
            }
            let long = |hit: &matching::RowMatch<'_>| {
                hit.tool.run[hit.row]
                    .argv
                    .as_ref()
                    .is_some_and(|argv| argv.len() > 1 && matches!(matching::take(argv, rest, &[]), Take::Taken { .. }))
            };
            if matching::tools_for_words(Catalog::builtin(), rest).iter().any(long) {
                return Some(at);
            }
        }
        None
    }

    /// Whether words are a command that the catalogue or a runner knows. Behind a program that another repository brought
    /// (`foreign`), a name alone is no task of this tree.
    fn leads_on(&self, words: &[Word], foreign: bool, frame: &Frame) -> bool {
        let Some(first) = words.first().filter(|word| word.value.is_some()) else { return false };
        if !matching::tools_for_words(Catalog::builtin(), words).is_empty() {
            return true;
        }
        let value = first.value.as_deref().unwrap_or_default();
        let path = frame.workdir.resolve(value).filter(|_| value.contains('/'));
        if path.is_some_and(|path| runners::is_data(&path, self.world)) {
            return false;
        }
        let call = Call { words, env: &frame.env, workdir: &frame.workdir, place: &first.place };
        let nexts = runners::ROSTER.iter().find_map(|runner| runner.expand(&call, self.world)).unwrap_or_default();
        nexts.iter().any(|next| !foreign || !matches!(next.target, Target::Opaque(_)))
    }
}
