//! Owns whether the words of a command are among those that `rules/words.toml` lets it have: of any others it may do something else than
//! what is known of it. Refuses to say what it does then, and whether a part that is not known stands for a tag.

use super::kinds::{Fit, Kinds, Open};
use super::releasing::beside;
use super::{Frame, Tracer};
use crate::catalog::Catalog;
use crate::catalog::words::{Class, WordsRow};
use crate::facts::matching;
use crate::facts::shell::Word;

/// What of a command's words decides whether it does only what is known of it.
#[derive(Clone, Debug, Default)]
pub struct Odd {
    /// The word by which it may do something else; none, and nothing else here: all of it is unknown.
    pub word: Option<Word>,
    /// Words of which a part is not known, and what that has to stand for.
    pub open: Vec<(Open, Word)>,
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
    /// It leaves nothing behind that may be deployed.
    pub(super) idle: bool,
}

impl Tracer<'_> {
    /// The row that takes all words of a command; else the word that the nearest one does not take, if there is one.
    pub(super) fn fitting(&self, words: &[Word], frame: &Frame) -> Result<Fitting, Option<Box<Word>>> {
        let program = words.first().and_then(|word| word.value.as_deref()).unwrap_or_default();
        let inside = program.contains('/') && !program.starts_with('~') && frame.workdir.resolve(program).is_some();
        let places = &Catalog::builtin().releasing.programs;
        let of_machine = |directory: &str| directory.starts_with('/') && places.iter().any(|place| place == directory);
        let installed = || program.rsplit_once('/').is_none_or(|(directory, _)| of_machine(directory));
        if program.is_empty() || !inside && !installed() {
            return Err(None);
        }
        let name = matching::program_name(program);
        let kinds = Kinds { snapshot: self.world.snapshot, frame };
        let mut nearest: Option<(usize, Option<Box<Word>>)> = None;
        for row in &Catalog::builtin().words.words {
            let called = row.argv.iter().any(|argv| argv.first().is_some_and(|first| first == name));
            if !(called || row.of_tree && inside) {
                continue;
            }
            let flags: Vec<String> = row.values.values().flatten().cloned().collect();
            let taken = row.argv.iter().filter_map(|argv| Some((matching::take_row(argv, words, &flags)?, &**argv)));
            let own = (row.of_tree && inside).then_some((1, &[][..]));
            let Some((taken, argv)) = taken.chain(own).max_by_key(|(taken, _)| *taken) else { continue };
            let args = beside(&flags, argv, words, taken);
            match (Reading { row, kinds, fitting: Fitting::default() }).all(&args) {
                Ok(mut fitting) => {
                    let called = |name: &String| words.first().map(|word| Word { raw: name.clone(), ..word.clone() });
                    fitting.makes.extend(row.hands.as_ref().and_then(called));
                    fitting.asked.made.extend(row.takes.as_ref().and_then(called));
                    return Ok(fitting);
                }
                Err(word) if nearest.as_ref().is_none_or(|(most, _)| *most <= argv.len()) => {
                    nearest = Some((argv.len(), word.cloned().map(Box::new)));
                }
                Err(_) => {}
            }
        }
        Err(nearest.and_then(|(_, word)| word))
    }
}

/// One row that is held against a command.
struct Reading<'r> {
    row: &'r WordsRow,
    kinds: Kinds<'r>,
    fitting: Fitting,
}

/// The words of a command by what they are to its row.
#[derive(Default)]
struct Said<'w> {
    operands: Vec<&'w Word>,
    /// Flags by their names.
    flags: Vec<String>,
    /// What is another program's.
    behind: &'w [Word],
}

impl Reading<'_> {
    /// All words beside those that made it this command; else the first that the row does not take.
    fn all(mut self, args: &[Word]) -> Result<Fitting, Option<&Word>> {
        let row = self.row;
        (self.fitting.launches, self.fitting.idle) = (row.launches, row.idle);
        let denied = |word: &&Word| row.not.iter().any(|start| word.shape().starts_with(start.as_str()));
        if let Some(word) = args.iter().find(denied) {
            return Err(Some(word));
        }
        let idle = |word: &Word| word.value.as_ref().is_some_and(|value| Catalog::builtin().releasing.idle_flags.contains(value));
        if row.every || matches!(args, [only] if idle(only)) {
            return Ok(self.fitting);
        }
        // What it does elsewhere is not what it does to the tree.
        if !row.launches && !row.anywhere && self.kinds.frame.workdir.dir().is_none() {
            return Err(None);
        }
        if !row.words.is_empty() {
            self.each(&row.words, args)?;
            return Ok(self.fitting);
        }
        let said = self.said(args)?;
        self.operands(&said)?;
        match args.first().filter(|_| !row.needs.is_empty() && !said.flags.iter().any(|flag| row.needs.contains(flag))) {
            Some(word) => Err(Some(word)),
            None if said.operands.is_empty() && !row.first.is_empty() => Err(None),
            None => Ok(self.fitting),
        }
    }

    /// What stands behind its own flags is a command, and none of its words.
    fn only_launches(&self) -> bool {
        self.row.launches && self.row.operands.is_empty()
    }

    /// Its own words, with what is asked of the values of flags.
    fn said<'w>(&mut self, args: &'w [Word]) -> Result<Said<'w>, &'w Word> {
        let mut said = Said::default();
        let (mut pending, mut only_operands) = (None::<String>, false);
        let ends = !self.row.behind.is_empty();
        for (at, word) in args.iter().enumerate() {
            let shape = word.shape();
            let behind = args.get(at + 1..).unwrap_or_default();
            if let Some(flag) = pending.take() {
                self.value(&flag, word, &shape)?;
            } else if shape == "--" && !only_operands {
                only_operands = true;
                if ends {
                    said.behind = behind;
                    break;
                }
            } else if only_operands || !shape.starts_with('-') || shape == "-" {
                said.operands.push(word);
                if ends || self.only_launches() {
                    said.behind = behind;
                    break;
                }
            } else {
                pending = self.flag(word, &shape, &mut said.flags)?;
            }
        }
        Ok(said)
    }

    /// The same of all words, of which those behind a flag may be its value.
    fn each<'w>(&mut self, classes: &[Class], words: &'w [Word]) -> Result<(), &'w Word> {
        let mut flag = String::new();
        for word in words {
            let shape = word.shape();
            let long = shape.split_once('=').filter(|_| shape.starts_with("--"));
            let before = std::mem::take(&mut flag);
            let (name, value) = long.unwrap_or((&before, &shape));
            self.is(classes, name, word, value)?;
            if long.is_none() && shape.starts_with('-') {
                flag = shape.into_owned();
            }
        }
        Ok(())
    }

    /// What is asked of words beside flags.
    fn operands<'w>(&mut self, said: &Said<'w>) -> Result<(), &'w Word> {
        let row = self.row;
        if self.only_launches() {
            return Ok(());
        }
        self.each(&row.behind, said.behind)?;
        let begins = |word: &Word| {
            let head = word.head().to_ascii_lowercase();
            row.begins.is_empty() || row.begins.iter().any(|start| head.starts_with(start.as_str()))
        };
        if let Some(word) = said.operands.first().filter(|word| !begins(word)) {
            return Err(word);
        }
        for (at, word) in said.operands.iter().enumerate() {
            if at > 0 && row.makes.iter().any(String::is_empty) {
                self.fitting.makes.push((*word).clone());
            }
            if word.value.as_ref().is_some_and(|value| row.names.contains(value)) {
                continue;
            }
            let last = at + 1 == said.operands.len() && at > 0;
            let classes = match () {
                () if at == 0 && !row.first.is_empty() => &row.first,
                () if last && !row.last.is_empty() => &row.last,
                () => &row.operands,
            };
            self.is(classes, "", word, &word.shape())?;
        }
        Ok(())
    }

    /// One word of flags; the flag whose value is the next word.
    fn flag<'w>(&mut self, word: &'w Word, shape: &str, given: &mut Vec<String>) -> Result<Option<String>, &'w Word> {
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
            return Err(word);
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
                return Err(word);
            }
            given.push(flag);
        }
        Ok(None)
    }

    /// The value of a flag, which may be a part of a word.
    fn value<'w>(&mut self, flag: &str, word: &'w Word, value: &str) -> Result<(), &'w Word> {
        if self.row.makes.iter().any(|known| known == flag) {
            self.fitting.makes.push(word.clone());
        }
        let of = |(class, flags): (&Class, &Vec<String>)| flags.iter().any(|known| known == flag).then_some(*class);
        let classes: Vec<Class> = self.row.values.iter().filter_map(of).collect();
        self.is(&classes, flag, word, value)
    }

    /// The word, or the part of it that is a value, is of one of the classes, or is asked for.
    fn is<'w>(&mut self, classes: &[Class], flag: &str, word: &'w Word, text: &str) -> Result<(), &'w Word> {
        let fits: Vec<Fit> = classes.iter().map(|class| self.kinds.fit(*class, flag, word, text)).collect();
        if fits.iter().any(|fit| matches!(fit, Fit::Yes)) {
            return Ok(());
        }
        let open = fits.iter().filter_map(|fit| if let Fit::Open(open) = fit { Some(*open) } else { None }).max();
        match open {
            Some(open) => self.fitting.asked.open.push((open, word.clone())),
            None if fits.iter().any(|fit| matches!(fit, Fit::Made)) => self.fitting.asked.made.push(word.clone()),
            None => return Err(word),
        }
        Ok(())
    }
}
