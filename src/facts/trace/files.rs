//! Owns which files a command of `rules/releasing.toml` reads and writes, by the flags and operands of its row. Refuses to know what is in them.

use super::{Frame, Tracer, unpacking};
use crate::catalog::Catalog;
use crate::catalog::releasing::{Operand, ReleaseRow, Verifies};
use crate::facts::shell::{UNKNOWN_CHAR, Word};
use crate::text::{Place, Span};

/// What a command reads and writes.
#[derive(Clone, Debug, Default)]
pub struct Handled {
    /// Where it puts what it brings; `None`: nowhere, or into a stream.
    pub puts: Option<Spot>,
    /// What that is made of, where it is here already.
    pub reads: Vec<String>,
    /// It brings it from elsewhere, or from a stream.
    pub fetches: bool,
    /// Files that it is told to deploy; none: it may be any.
    pub deploys: Vec<String>,
    /// All that it writes is a program, by its name, in a place where programs lie.
    pub installs: bool,
    /// The directory in which it runs.
    pub at: Option<String>,
    /// It runs nothing of the tree.
    pub apart: bool,
    /// What it is told to deploy lies at an address.
    pub remote: bool,
    /// Of what deploys: a word names a path of the job.
    pub names_path: bool,
}

/// A place on the machine of a job.
#[derive(Clone, Debug)]
pub struct Spot {
    /// As a path from its root, with [`UNKNOWN_CHAR`] for what is not known.
    pub path: String,
    /// It lies in the tree, or may.
    pub inside: bool,
}

/// What a row's command does with files is read here.
pub(super) fn handles(row: &ReleaseRow) -> bool {
    row.fetches || row.unpacks || row.target.is_some() || row.redirects
}

/// Its words say that it changes nothing that matters.
pub(super) fn is_harmless(row: &ReleaseRow, args: &[Word]) -> bool {
    if row.refspecs {
        let judges = |word: &Word| row.judge_flags.iter().any(|flag| word.head().starts_with(flag.as_str()));
        let said = Said::read(row, args);
        let (remote, specs) = said.operands.split_first().map_or((None, &[][..]), |(first, rest)| (Some(first), rest));
        let of_origin = remote.is_none_or(|remote| remote == "origin");
        let tag = specs.first().is_some_and(|first| first == "tag");
        let own = |(at, spec): (usize, &String)| tag && at < 2 || (of_origin || !spec.contains(':')) && keeps_names(spec);
        return !args.iter().any(judges)
            && remote.is_none_or(|remote| !remote.contains(['/', ':', UNKNOWN_CHAR]))
            && specs.iter().enumerate().all(own);
    }
    let holds = |word: &Word| row.only_holding.iter().any(|text| word.shape().contains(text.as_str()));
    let unknown = |word: &Word| word.value.is_none() && !word.head().starts_with("refs/tags/");
    !row.only_holding.is_empty() && !args.iter().any(|word| holds(word) || unknown(word))
}

/// What it brings is nowhere another one than at `origin`: a tag, a branch as the copy of that branch, or nothing that stays. Without a second
/// half only `FETCH_HEAD` is written (`git fetch`, "<refspec>").
fn keeps_names(spec: &str) -> bool {
    let spec = spec.strip_prefix('+').unwrap_or(spec);
    let Some((from, to)) = spec.rsplit_once(':') else { return !spec.starts_with(UNKNOWN_CHAR) };
    if from.starts_with("refs/tags/") && to.starts_with("refs/tags/") {
        return true;
    }
    if from.contains(UNKNOWN_CHAR) || to.contains(UNKNOWN_CHAR) {
        return false;
    }
    let branch = from.strip_prefix("refs/heads/").unwrap_or(from);
    let plain = |name: &str| !name.starts_with("refs/");
    plain(branch) && (to == from || to.strip_prefix("refs/remotes/origin/") == Some(branch))
}

/// A row that does it with certain words has none of them; values of its flags are none.
pub(super) fn lacks_words(row: &ReleaseRow, args: &[Word]) -> bool {
    let said = Said::read(row, args);
    let flags = args.iter().map(Word::head).filter(|head| head.starts_with('-'));
    let holds = |text: &str| row.only_holding.iter().any(|wanted| text.contains(wanted.as_str()));
    !row.only_holding.is_empty()
        && !said.operands.iter().any(|text| holds(text))
        && !flags.into_iter().any(|flag| row.only_holding.contains(&flag))
}

/// The words of something that may deploy say that it does.
pub(super) fn deploys(row: &ReleaseRow, words: &[Word], args: &[Word]) -> bool {
    let is = |shape: &str, wanted: &String| *wanted == *shape || wanted.contains('=') && shape.contains(wanted.as_str());
    let with = row.only_with.is_empty() || words.iter().any(|word| row.only_with.iter().any(|wanted| is(&word.shape(), wanted)));
    let named = || {
        let said = Said::read(row, args);
        let begins = |word: Option<&String>| word.is_some_and(|word| row.to.iter().any(|start| word.starts_with(start.as_str())));
        let to = row.to.is_empty() || begins(said.operands.last()) && !begins(said.operands.first());
        said.operands.len() >= row.least && to
    };
    with && (row.least == 0 && row.to.is_empty() || named())
}

/// Whether the first word beside that is no flag names a file of the tree, or may.
pub(super) fn names_a_file(args: &[Word], frame: &Frame) -> bool {
    let Some(word) = args.iter().find(|word| !word.head().starts_with('-')) else { return false };
    let inside = |value: &str| !value.contains(char::is_whitespace) && frame.workdir.resolve(value).is_some();
    frame.has_checkout() && word.value.as_deref().is_none_or(inside)
}

/// The word that a redirection has behind it.
pub(super) fn redirected(path: &str, place: &Place) -> Word {
    let known = !path.contains(UNKNOWN_CHAR);
    let value = known.then(|| path.to_owned());
    let partial = (!known).then(|| path.to_owned());
    Word { raw: path.to_owned(), value, partial, span: Span::new(0, 0), place: place.clone(), glob: false }
}

impl Tracer<'_> {
    /// What a command reads and writes; of all its words those beside the ones that made it this command.
    pub(super) fn files(&self, row: &ReleaseRow, (words, args): (&[Word], &[Word]), frame: &Frame) -> Handled {
        let spot = |shape: &str| spot(shape, frame);
        let mut handled =
            Handled { fetches: row.fetches, at: frame.workdir.virtual_path().map(str::to_owned), ..Handled::default() };
        if row.unpacks {
            let unpacking = unpacking::read(row, args);
            if !unpacking.unpacks {
                return handled;
            }
            handled.fetches = unpacking.archive.is_none();
            handled.reads = unpacking.archive.iter().filter_map(|word| spot(&word.shape())).map(|spot| spot.path).collect();
            handled.puts = spot(unpacking.target.as_deref().unwrap_or("."));
            let named = |word: &&Word| !word.glob && word.value.as_deref().is_some_and(is_a_name);
            let target = unpacking.target.as_deref().unwrap_or_default();
            handled.installs = !unpacking.members.is_empty()
                && unpacking.members.iter().all(named)
                && of_programs(target, args).is_some_and(str::is_empty);
            return handled;
        }
        if row.what == Some(Verifies::Code) {
            let shapes = words.iter().map(Word::shape).filter(|shape| !shape.starts_with('-'));
            handled.reads = shapes.filter_map(|shape| spot(&shape)).map(|spot| spot.path).collect();
            return handled;
        }
        let said = Said::read(row, args);
        if row.what.is_none() {
            let remote = |file: &String| file.contains("://") && !file.starts_with("file://") && !file.starts_with("fileb://");
            handled.remote = said.files.iter().any(remote);
            handled.deploys = said.files.iter().filter_map(|shape| spot(shape)).map(|spot| spot.path).collect();
            let lies = |path: &String| frame.workdir.resolve(path).is_some_and(|path| self.world.snapshot.is_dir(&path));
            let files = !said.files.is_empty() && said.files.iter().all(|file| is_plain_path(file));
            let operands = || said.operands.iter().any(|word| is_plain_path(word) && (word.starts_with('.') || lies(word)));
            let here = frame.workdir.dir().is_some();
            handled.names_path = here && (files || said.files.is_empty() && operands());
            return handled;
        }
        let target = match row.target {
            Some(Operand::First) => said.operands.first(),
            Some(Operand::Second) => said.operands.get(1),
            Some(Operand::Last) => said.operands.last().filter(|_| said.operands.len() > 1),
            None => None,
        };
        let places = |file: &String| of_programs(file, args).is_some_and(is_a_name);
        let redirected = said.operands.iter().filter(|_| row.redirects);
        handled.installs =
            said.directory.is_none() && !said.here && said.files.iter().chain(redirected.clone()).all(places) && said.writes(row);
        let joined =
            |file: &String| said.directory.as_ref().map_or_else(|| file.clone(), |directory| format!("{directory}/{file}"));
        handled.puts = match (said.files.first(), target, &said.directory) {
            (Some(_), ..) => said.files.iter().filter(|file| *file != "-").find_map(|file| spot(&joined(file))),
            _ if row.redirects => redirected.into_iter().find_map(|file| spot(file)),
            (None, Some(target), _) => spot(target),
            (None, None, Some(directory)) => spot(directory),
            (None, None, None) if row.writes_here || said.here => spot("."),
            _ => None,
        };
        if row.target == Some(Operand::Last) && !row.fetches {
            let sources = said.operands.split_last().map_or(&[][..], |(_, sources)| sources);
            handled.reads = sources.iter().filter_map(|shape| spot(shape)).map(|spot| spot.path).collect();
        }
        handled
    }
}

/// A path below the working directory, literally.
fn is_plain_path(text: &str) -> bool {
    let path = ["fileb://", "file://"].iter().find_map(|scheme| text.strip_prefix(scheme)).unwrap_or(text);
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/' | '*');
    !path.is_empty() && path.chars().all(plain) && !path.starts_with(['/', '-']) && !path.split('/').any(|part| part == "..")
}

/// A word that is one name, literally.
pub(super) fn is_a_name(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '+');
    !text.is_empty() && text.chars().all(plain) && !text.starts_with(['.', '-'])
}

/// What is behind a place of programs in a path as it is written.
pub(super) fn of_programs<'a>(shape: &'a str, args: &'a [Word]) -> Option<&'a str> {
    // As it is written a variable still has its name.
    let written = if shape.contains(UNKNOWN_CHAR) {
        let word = args.iter().find(|word| word.shape().ends_with(shape))?;
        let raw = word.raw.as_str();
        let (flag, path) = raw.split_at_checked(raw.find('$')?)?;
        // In front of it is the flag, if anything.
        let flag = flag.trim_end_matches('"');
        Some(path.trim_end_matches('"')).filter(|_| flag.is_empty() || flag.starts_with('-') && !flag.contains('/'))?
    } else {
        shape
    };
    let places = &Catalog::builtin().releasing.programs;
    let behind = |place: &String| written.strip_prefix(place.as_str()).filter(|rest| rest.is_empty() || rest.starts_with('/'));
    places.iter().find_map(behind).map(|rest| rest.strip_prefix('/').unwrap_or(rest))
}

/// A place by its name; `None` where that is none of this machine.
fn spot(shape: &str, frame: &Frame) -> Option<Spot> {
    let remote = shape.split('/').next().is_some_and(|first| first.contains(':'));
    if remote || shape.is_empty() || shape.starts_with("/dev/") {
        return None;
    }
    if shape.starts_with('~') {
        return Some(Spot { path: shape.to_owned(), inside: false });
    }
    let at = frame.workdir.enter(shape);
    let path = at.virtual_path().filter(|_| at.is_known()).unwrap_or(shape).to_owned();
    Some(Spot { path, inside: !at.is_known() || at.dir().is_some() })
}

/// The words of a command by the flags of its row.
#[derive(Default)]
struct Said {
    operands: Vec<String>,
    files: Vec<String>,
    directory: Option<String>,
    here: bool,
}

/// What the value behind a flag is.
#[derive(Clone, Copy)]
enum Behind {
    File,
    Directory,
    Other,
}

impl Said {
    fn read(row: &ReleaseRow, args: &[Word]) -> Self {
        let mut said = Self::default();
        let (mut pending, mut only_operands) = (None::<Behind>, false);
        let kind = |flag: &str| {
            let is = |flags: &[String]| flags.iter().any(|known| known == flag);
            match () {
                () if is(&row.file_flags) => Some(Behind::File),
                () if is(&row.target_flags) => Some(Behind::Directory),
                () if is(&row.value_flags) => Some(Behind::Other),
                () => None,
            }
        };
        for word in args {
            let shape = word.shape();
            if let Some(kind) = pending.take() {
                said.take(kind, &shape);
            } else if only_operands || !shape.starts_with('-') || shape == "-" {
                said.operands.push(shape.into_owned());
            } else if shape == "--" {
                only_operands = true;
            } else if shape.starts_with("--") {
                let (flag, value) = shape.split_once('=').map_or((&*shape, None), |(flag, value)| (flag, Some(value)));
                said.here |= row.here_flags.iter().any(|known| known == flag);
                match (kind(flag), value) {
                    (Some(kind), Some(value)) => said.take(kind, value),
                    (kind, _) => pending = kind,
                }
            } else {
                // Letters stand together, and what is behind one that takes a value is that.
                for (at, letter) in shape.char_indices().skip(1) {
                    let flag = format!("-{letter}");
                    said.here |= row.here_flags.contains(&flag);
                    let Some(kind) = kind(&flag) else { continue };
                    let rest = shape.get(at + letter.len_utf8()..).unwrap_or_default();
                    let rest = rest.strip_prefix('=').unwrap_or(rest);
                    if rest.is_empty() {
                        pending = Some(kind)
                    } else {
                        said.take(kind, rest)
                    }
                    break;
                }
            }
        }
        said
    }

    /// A file is named that is written.
    fn writes(&self, row: &ReleaseRow) -> bool {
        !self.files.is_empty() || row.redirects && !self.operands.is_empty()
    }

    fn take(&mut self, kind: Behind, value: &str) {
        match kind {
            Behind::File => self.files.push(value.to_owned()),
            Behind::Directory => self.directory = Some(value.to_owned()),
            Behind::Other => {}
        }
    }
}
