//! Owns whether the words of a command are among those that `rules/words.toml` lets it have: of any others it may do
//! something else than what is known of it. Refuses to say what it does then, and whether a part that is not known stands for a tag.

use super::files::{is_a_name, of_programs};
use super::releasing::beside;
use super::{Frame, Tracer};
use crate::catalog::Catalog;
use crate::catalog::words::{Class, WordsRow};
use crate::facts::matching;
use crate::facts::shell::{UNKNOWN_CHAR, Word};
use crate::snapshot::Snapshot;

/// What of a command's words decides whether it does only what is known of it.
#[derive(Clone, Debug, Default)]
pub struct Odd {
    /// The word by which it may do something else; none, and nothing else here: all of it is unknown.
    pub word: Option<Word>,
    /// Words that have to stand for the verified tag or commit.
    pub tags: Vec<Word>,
    /// Words that have to name what an earlier command made.
    pub made: Vec<Word>,
}

/// A command that does only what is known of it, if the words that are asked for are what they have to be.
#[derive(Default)]
pub(super) struct Fitting {
    pub(super) asked: Odd,
    /// Names of what it makes.
    pub(super) makes: Vec<Word>,
    /// What stands behind its own words is looked at itself.
    pub(super) launches: bool,
}

/// Whether a word may stand where it does.
enum Fit {
    Yes,
    /// If it stands for the verified tag or commit.
    Tag,
    /// If it names what was made.
    Made,
    No,
}

impl Tracer<'_> {
    /// The row that takes all words of a command; else the word that the nearest one does not take, if there is one.
    pub(super) fn fitting(&self, words: &[Word], frame: &Frame) -> Result<Fitting, Option<Word>> {
        let program = words.first().and_then(|word| word.value.as_deref()).unwrap_or_default();
        let inside = program.contains('/') && !program.starts_with('~') && frame.workdir.resolve(program).is_some();
        let places = &Catalog::builtin().releasing.programs;
        let of_machine = |directory: &str| directory.starts_with('/') && places.iter().any(|place| place == directory);
        let installed = || program.rsplit_once('/').is_none_or(|(directory, _)| of_machine(directory));
        if program.is_empty() || !inside && !installed() {
            return Err(None);
        }
        let name = matching::program_name(program);
        let mut nearest: Option<(usize, Option<Word>)> = None;
        for row in &Catalog::builtin().words.words {
            let called = row.argv.iter().any(|argv| argv.first().is_some_and(|first| first == name));
            if !called && !(row.of_tree && inside) {
                continue;
            }
            let flags: Vec<String> = row.values.values().flatten().cloned().collect();
            let taken = row.argv.iter().filter_map(|argv| Some((matching::take_row(argv, words, &flags)?, &**argv)));
            let own = (row.of_tree && inside).then_some((1, &[][..]));
            let Some((taken, argv)) = taken.chain(own).max_by_key(|(taken, _)| *taken) else { continue };
            match (Reading { snapshot: self.world.snapshot, row, frame, fitting: Fitting::default() })
                .all(&beside(&flags, argv, words, taken))
            {
                Ok(fitting) => return Ok(fitting),
                Err(word) if nearest.as_ref().is_none_or(|(most, _)| *most <= argv.len()) => nearest = Some((argv.len(), word)),
                Err(_) => {}
            }
        }
        Err(nearest.and_then(|(_, word)| word))
    }
}

/// One row that is held against a command.
struct Reading<'r> {
    snapshot: &'r Snapshot,
    row: &'r WordsRow,
    frame: &'r Frame,
    fitting: Fitting,
}

impl Reading<'_> {
    fn all(mut self, args: &[Word]) -> Result<Fitting, Option<Word>> {
        let row = self.row;
        self.fitting.launches = row.launches;
        let denied = |word: &&Word| row.not.iter().any(|start| word.shape().starts_with(start.as_str()));
        if let Some(word) = args.iter().find(denied) {
            return Err(Some(word.clone()));
        }
        let idle = |word: &Word| word.value.as_ref().is_some_and(|value| Catalog::builtin().releasing.idle_flags.contains(value));
        if row.every || matches!(args, [only] if idle(only)) {
            return Ok(self.fitting);
        }
        // What it does elsewhere is not what it does to the tree.
        if !row.launches && !row.anywhere && self.frame.workdir.dir().is_none() {
            return Err(None);
        }
        if !row.words.is_empty() {
            for word in args {
                let shape = word.shape();
                let value = shape.split_once('=').filter(|_| shape.starts_with("--")).map_or(&*shape, |(_, value)| value);
                self.is(&row.words, "", word, value)?;
            }
            return Ok(self.fitting);
        }
        let (mut operands, mut given) = (Vec::new(), Vec::new());
        let (mut pending, mut only_operands) = (None::<String>, false);
        let mut rest = args.iter();
        while let Some(word) = rest.next() {
            let shape = word.shape();
            if let Some(flag) = pending.take() {
                self.value(&flag, word, &shape)?;
            } else if shape == "--" && !only_operands {
                only_operands = true;
                if !row.behind.is_empty() {
                    break;
                }
            } else if only_operands || !shape.starts_with('-') || shape == "-" {
                operands.push(word);
                if row.launches && row.operands.is_empty() || !row.behind.is_empty() {
                    break;
                }
            } else {
                pending = self.flag(word, &shape, &mut given)?;
            }
        }
        if !row.launches {
            for word in rest {
                self.is(&row.behind, "", word, &word.shape())?;
            }
        }
        let begins = |word: &Word| {
            let head = word.head().to_ascii_lowercase();
            row.begins.iter().any(|start| head.starts_with(start.as_str()))
        };
        if let Some(word) = operands.first().filter(|word| !row.begins.is_empty() && !begins(word)) {
            return Err(Some((*word).clone()));
        }
        for (at, word) in operands.iter().enumerate() {
            let last = at + 1 == operands.len() && at > 0;
            let classes = match () {
                () if row.launches && row.operands.is_empty() => continue,
                () if at == 0 && !row.first.is_empty() => &row.first,
                () if last && !row.last.is_empty() => &row.last,
                () => &row.operands,
            };
            self.is(classes, "", word, &word.shape())?;
        }
        match args.first().filter(|_| !row.needs.is_empty() && !given.iter().any(|flag| row.needs.contains(flag))) {
            Some(word) => Err(Some(word.clone())),
            None if operands.is_empty() && !row.first.is_empty() => Err(None),
            None => Ok(self.fitting),
        }
    }

    /// One word of flags; the flag whose value is the next word.
    fn flag(&mut self, word: &Word, shape: &str, given: &mut Vec<String>) -> Result<Option<String>, Word> {
        let row = self.row;
        let takes = |flag: &str| row.values.values().flatten().any(|known| known == flag);
        let is = |flag: &str| row.flags.iter().any(|known| known == flag);
        let (name, value) = shape.split_once('=').map_or((shape, None), |(name, value)| (name, Some(value)));
        match value {
            Some(value) if takes(name) => {
                given.push(name.to_owned());
                return self.value(name, word, value).map(|()| None);
            }
            // A flag that is listed with its value.
            _ if is(shape) => {
                given.push(shape.to_owned());
                return Ok(None);
            }
            None if takes(name) => {
                given.push(name.to_owned());
                return Ok(Some(name.to_owned()));
            }
            _ => {}
        }
        if row.long || shape.starts_with("--") {
            return Err(word.clone());
        }
        // Letters stand together, and what is behind one that takes a value is that.
        for (at, letter) in shape.char_indices().skip(1) {
            let flag = format!("-{letter}");
            let rest = shape.get(at + letter.len_utf8()..).unwrap_or_default();
            if takes(&flag) && !(rest.is_empty() && is(&flag)) {
                given.push(flag.clone());
                return if rest.is_empty() { Ok(Some(flag)) } else { self.value(&flag, word, rest).map(|()| None) };
            }
            if !is(&flag) {
                return Err(word.clone());
            }
            given.push(flag);
        }
        Ok(None)
    }

    fn value(&mut self, flag: &str, word: &Word, value: &str) -> Result<(), Word> {
        if self.row.makes.iter().any(|known| known == flag) {
            self.fitting.makes.push(word.clone());
        }
        let of = |(class, flags): (&Class, &Vec<String>)| flags.iter().any(|known| known == flag).then_some(*class);
        let classes: Vec<Class> = self.row.values.iter().filter_map(of).collect();
        self.is(&classes, flag, word, value)
    }

    /// The word, or the part of it that is a value, is of one of the classes, or is asked for.
    fn is(&mut self, classes: &[Class], flag: &str, word: &Word, text: &str) -> Result<(), Word> {
        let fits: Vec<Fit> = classes.iter().map(|class| self.fit(*class, flag, word, text)).collect();
        if fits.iter().any(|fit| matches!(fit, Fit::Yes)) {
            return Ok(());
        }
        match fits.into_iter().find(|fit| !matches!(fit, Fit::No)) {
            Some(Fit::Made) => self.fitting.asked.made.push(word.clone()),
            Some(_) => self.fitting.asked.tags.push(word.clone()),
            None => return Err(word.clone()),
        }
        Ok(())
    }

    fn fit(&self, class: Class, flag: &str, word: &Word, text: &str) -> Fit {
        let known = word.value.is_some();
        let when = |is: bool| if is { Fit::Yes } else { Fit::No };
        let told = |is: bool| match (is, known) {
            (true, true) => Fit::Yes,
            (true, false) => Fit::Tag,
            (false, _) => Fit::No,
        };
        match class {
            Class::Free => Fit::Yes,
            Class::Any => told(true).or(is_one(word)),
            Class::Literal => when(known),
            Class::Plain => told(is_plain(text)),
            Class::Setting => told(is_plain(text) && !(known && Catalog::builtin().releasing.says_what_is_made(flag, text))),
            Class::Path => told(self.is_path(text)),
            Class::Here => told(self.is_path(text) && (matches!(text, "." | "./") || text.starts_with("./"))),
            Class::There => when(known && self.is_path(text) && self.has(text)),
            Class::New => when(known && self.is_path(text) && !self.has(text)),
            Class::Package => when(known && is_package(text)),
            Class::Version => when(known && is_version(text.trim_start_matches('='))),
            Class::Address => when(known && ["https://", "http://"].iter().any(|scheme| text.starts_with(scheme))),
            Class::Commit => when(known && matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())),
            Class::Program => {
                let behind = of_programs(text, std::slice::from_ref(word));
                when(text == "/dev/null" || behind.is_some_and(|name| name.is_empty() || is_a_name(name)))
            }
            Class::Off => when(known && text == "false"),
            Class::Stream => when(text == "-"),
            Class::Tag => {
                if known {
                    Fit::No
                } else {
                    Fit::Tag
                }
            }
            Class::Made => Fit::Made,
            Class::Assigned => when(known || text.split(UNKNOWN_CHAR).next().is_some_and(|head| head.contains('='))),
        }
    }

    /// A path of the tree, and none of git's own files.
    fn is_path(&self, text: &str) -> bool {
        let inside = self.frame.workdir.resolve(&text.replace(UNKNOWN_CHAR, "x"));
        let plain = text.starts_with('/') && !text.contains(UNKNOWN_CHAR) || is_plain(text);
        // What is called like a host may be one, unless it lies there.
        let host = is_of_a_host(text) && !text.starts_with('/') && !self.has(text.split('/').next().unwrap_or_default());
        plain
            && text != "-"
            && !text.contains(':')
            && !host
            && inside.is_some_and(|path| !path.as_str().split('/').any(|part| part == ".git"))
    }

    /// The tree has something there; of a pattern, in its directory.
    fn has(&self, text: &str) -> bool {
        let path = text.trim_end_matches('/');
        let fixed = match path.find(['*', '?', '[']) {
            Some(at) => path.get(..at).and_then(|start| start.rsplit_once('/')).map_or(".", |(directory, _)| directory),
            None => path,
        };
        self.frame.workdir.resolve(fixed).is_none_or(|path| self.snapshot.is_file(&path) || self.snapshot.is_dir(&path))
    }
}

impl Fit {
    /// It may in any case.
    fn or(self, other: bool) -> Self {
        if other { Self::Yes } else { self }
    }
}

/// Quotes keep it, or its value, one word; what the platform puts in is read as it is written.
fn is_one(word: &Word) -> bool {
    let quoted = |raw: &str| raw.len() > 1 && raw.starts_with('"') && raw.ends_with('"') && !raw.contains('@');
    word.is_one()
        || quoted(&word.raw)
        || word.raw.split_once('=').is_some_and(|(_, value)| quoted(value))
        || !word.raw.contains(['$', '`'])
}

/// A text leads nowhere else: it is no address, no path from the root, from home or upwards, and names nothing of another place.
#[must_use]
pub fn is_plain(text: &str) -> bool {
    let leads = |piece: &str| piece.starts_with(['/', '~']) || piece.split('/').any(|part| part == "..");
    let mut pieces = text.split(|c: char| c.is_whitespace() || matches!(c, '=' | ',' | ':' | '+' | '"' | '\''));
    !text.contains("://") && !text.contains('@') && !text.contains("git+") && !pieces.any(leads)
}

/// A path that is taken for an address without a scheme (`github.com/acme/x`): its first part is called like a host.
#[must_use]
pub fn is_of_a_host(text: &str) -> bool {
    text.split_once('/').is_some_and(|(first, _)| first.trim_start_matches('.').contains('.'))
}

/// A package of a registry in one version.
fn is_package(text: &str) -> bool {
    let (scope, name) = if text.starts_with('@') { text.split_once('/').unwrap_or(("", text)) } else { ("", text) };
    let Some((name, version)) = name.split_once("==").or_else(|| name.split_once('@')) else { return false };
    let plain =
        |part: &str, more: &[char]| part.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c) || more.contains(&c));
    plain(scope, &['@']) && !name.is_empty() && plain(name, &['[', ']', ',', '/']) && !name.contains("..") && is_version(version)
}

/// One version: numbers, and what follows them.
fn is_version(text: &str) -> bool {
    let text = text.strip_prefix('v').unwrap_or(text);
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+' | '_');
    let (first, more) = text.split_once('.').unwrap_or((text, ""));
    let is_wild = |part: &str| part.is_empty() || matches!(part, "x" | "X");
    !first.is_empty()
        && first.bytes().all(|byte| byte.is_ascii_digit())
        && text.chars().all(plain)
        && !more.split('.').any(is_wild)
}
