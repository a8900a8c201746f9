//! Owns where a command's failure shows other than in a status: in what it prints or writes (substitutions, pipes, files), and
//! in files that only a failure makes. Refuses to know what is in any of them: what looks at them may answer either way.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::{Catalog, Trait};
use crate::text::Place;

use super::UNKNOWN_CHAR;
use super::ast::{List, RawWord, Redirect, RedirectOp};
use super::handed::Said;
use super::source::Ctx;
use super::state::State;
use super::walk::{Walker, quoted};
use super::world::{Fail, Per, Stat, Val};

/// Failures that are followed into one text or file; past them a text may show any of those that are kept.
const MOST: usize = 64;
/// Files that are remembered.
const MOST_FILES: usize = 256;

/// What shows which failures.
#[derive(Default)]
pub(super) struct Flow {
    /// What substitutions printed when they were run last. A text of `eval` may lie where an earlier one lay: then it shows more
    /// than it does.
    printed: BTreeMap<*const List, BTreeSet<Fail>>,
    /// Files by the word that names them.
    files: BTreeMap<String, BTreeSet<Fail>>,
    /// What is being printed, by the open substitutions and redirections.
    open: Vec<BTreeSet<Fail>>,
    /// The texts that are being printed, likewise.
    said: Vec<Vec<Said>>,
    /// The texts that come in from the command before in a pipe.
    pub heard: Vec<Said>,
    /// What comes in from a pipe or a redirection.
    pub input: BTreeSet<Fail>,
    /// Failures that show in a text or file, and what looked at it first.
    judged: BTreeMap<Fail, Option<(Place, String)>>,
}

impl Flow {
    /// What looks at the output of a command, if anything does.
    pub(super) fn judge_of(&self, fail: Fail) -> Option<&(Place, String)> {
        self.judged.get(&fail).and_then(Option::as_ref)
    }

    pub(super) fn of_substitution(&self, list: &List, out: &mut BTreeSet<Fail>) {
        out.extend(self.printed.get(&std::ptr::from_ref(list)).into_iter().flatten());
    }

    pub(super) fn open(&mut self) {
        self.open.push(BTreeSet::new());
        self.said.push(Vec::new());
    }

    /// Ends what [`Self::open`] began; what it held also belongs to what is around it, but for the texts.
    pub(super) fn close(&mut self) -> (BTreeSet<Fail>, Vec<Said>) {
        let shown = self.open.pop().unwrap_or_default();
        self.show(shown.iter().copied());
        (shown, self.said.pop().unwrap_or_default())
    }

    /// Something is printed that may be asked for.
    pub(super) fn say(&mut self, said: Said) {
        if let Some(top) = self.said.last_mut().filter(|top| top.len() < MOST) {
            top.push(said);
        }
    }

    /// Whether anything asks for what is printed here.
    pub(super) fn is_heard(&self) -> bool {
        !self.said.is_empty()
    }

    /// A substitution was run.
    pub(super) fn close_as(&mut self, list: &List) {
        let (shown, _) = self.close();
        self.printed.insert(std::ptr::from_ref(list), shown);
    }

    /// These failures show in what is printed here.
    fn show(&mut self, fails: impl Iterator<Item = Fail>) {
        let Some(top) = self.open.last_mut() else { return };
        for fail in fails {
            if top.len() < MOST && top.insert(fail) {
                self.judged.entry(fail).or_default();
            }
        }
    }

    fn write(&mut self, name: &str, fails: &BTreeSet<Fail>) {
        let name = plain(name);
        if fails.is_empty() || name.is_empty() || name.starts_with("/dev/") {
            return;
        }
        if self.files.len() < MOST_FILES || self.files.contains_key(name) {
            let known = self.files.entry(name.to_owned()).or_default();
            known.extend(fails.iter().copied().take(MOST));
            for fail in fails.iter().take(MOST) {
                self.judged.entry(*fail).or_default();
            }
        }
    }

    pub(super) fn has_file(&self, name: &str) -> bool {
        self.files.contains_key(plain(name))
    }

    fn of_file(&self, name: &str, out: &mut BTreeSet<Fail>) {
        out.extend(self.files.get(plain(name)).into_iter().flatten());
    }
}

/// A relative name without the `./` before it.
pub(super) fn plain(name: &str) -> &str {
    name.strip_prefix("./").unwrap_or(name)
}

/// A flag that names a file which a program writes.
fn names_output(flag: &str) -> bool {
    let flag = flag.to_ascii_lowercase();
    flag == "-o" || (flag.starts_with('-') && (flag.contains("output") || flag.contains("report")))
}

/// A program about to run.
pub(super) struct Ran<'r> {
    pub name: String,
    pub operands: &'r [RawWord],
    /// What its operands and its input show.
    pub touched: BTreeSet<Fail>,
    pub place: Place,
}

impl Walker<'_> {
    pub(super) fn about_to_run<'r>(&self, name: &str, words: &'r [RawWord], st: &State, ctx: &Ctx, place: Place) -> Ran<'r> {
        let operands = words.get(1..).unwrap_or(&[]);
        let mut touched = self.shown_in(operands.iter(), st, ctx);
        touched.extend(self.flow.input.iter().copied());
        Ran { name: name.to_owned(), operands, touched, place }
    }

    /// The word as the name of a file: its value, or its text when that is not known.
    fn file_word(&self, raw: &RawWord, st: &State, ctx: &Ctx) -> String {
        match self.parts_val(&raw.parts, st, None) {
            Val::Text(text) => text.to_string(),
            Val::Part(text) if !text.starts_with(UNKNOWN_CHAR) => text.to_string(),
            _ => ctx.source.raw(raw.span).trim_matches('"').to_owned(),
        }
    }

    /// Failures that words show: by their value, or because they name a file that does.
    pub(super) fn shown_in<'r>(&self, raws: impl Iterator<Item = &'r RawWord>, st: &State, ctx: &Ctx) -> BTreeSet<Fail> {
        let mut out = BTreeSet::new();
        for raw in raws {
            self.mentions(&raw.parts, st, &mut out);
            if !self.flow.files.is_empty() {
                let word = self.file_word(raw, st, ctx);
                self.flow.of_file(&word, &mut out);
                if let Some((_, value)) = word.split_once('=') {
                    self.flow.of_file(value, &mut out);
                }
            }
        }
        out
    }

    /// The input of a command with these redirections; what it was is given back.
    pub(super) fn feed(&mut self, redirects: &[Redirect], st: &State, ctx: &Ctx) -> Option<BTreeSet<Fail>> {
        let reads = |redirect: &&Redirect| {
            matches!(redirect.op, RedirectOp::Input | RedirectOp::HereString | RedirectOp::HereDocument { .. })
        };
        redirects.iter().find(reads)?;
        let mut fed = self.shown_in(redirects.iter().filter(reads).map(|redirect| &redirect.target), st, ctx);
        for here in redirects.iter().filter_map(|redirect| ctx.source.here.get(redirect.here?)) {
            self.mentions(&here.parts, st, &mut fed);
        }
        Some(std::mem::replace(&mut self.flow.input, fed))
    }

    /// What a command printed goes into the files it is redirected to.
    pub(super) fn written(&mut self, shown: &BTreeSet<Fail>, redirects: &[Redirect], st: &State, ctx: &Ctx) {
        let mut fails = shown.clone();
        fails.extend(st.reach.caused().into_iter().map(|(fail, _)| fail));
        for redirect in redirects.iter().filter(|redirect| matches!(redirect.op, RedirectOp::Output | RedirectOp::Append)) {
            let name = self.file_word(&redirect.target, st, ctx);
            self.flow.write(&name, &fails);
        }
    }

    /// A program has run (`own` is its failure): whom it shows, and what it makes of what it is shown.
    pub(super) fn program_flow(&mut self, ran: &Ran<'_>, own: Option<Fail>, st: &mut State, ctx: &Ctx) {
        let Ran { name, operands, touched, place } = ran;
        let name = name.rsplit('/').next().unwrap_or(name);
        let known = &Catalog::builtin().programs;
        let indifferent = known.is(name, Trait::HandsOn);
        if !indifferent && !touched.is_empty() {
            self.judged_by(touched, place, name);
            for fail in touched.iter().filter(|fail| Some(**fail) != own) {
                if *st.last.get(Some(*fail)) != Stat::Nonzero {
                    st.last.set(*fail, Stat::Unknown);
                }
            }
        }
        let caused: BTreeSet<Fail> = st.reach.caused().into_iter().map(|(fail, _)| fail).collect();
        let own = own.filter(|_| !indifferent && !known.is(name, Trait::Plumbing));
        self.flow.show(touched.iter().chain(&caused).copied().chain(own));
        // These make files of what they are shown, and those that run only after a failure show that.
        let makes = known.is(name, Trait::MakesFiles);
        let through: BTreeSet<Fail> = caused.iter().chain(touched.iter()).copied().filter(|_| makes).collect();
        let mut outputs = false;
        for raw in *operands {
            let word = self.file_word(raw, st, ctx);
            let flag = word.starts_with('-');
            let (head, value) = word.split_once('=').unwrap_or((&word, &word));
            let written = outputs || (head.len() < word.len() && names_output(head));
            if written && let Some(own) = own {
                self.flow.write(value, &BTreeSet::from([own]));
            }
            if !flag {
                self.flow.write(&word, &through);
            }
            outputs = flag && !word.contains('=') && names_output(&word);
        }
    }

    /// Something has looked at these failures other than by their status.
    pub(super) fn judged_by(&mut self, fails: &BTreeSet<Fail>, place: &Place, name: &str) {
        for fail in fails {
            if let Some(slot) = self.flow.judged.get_mut(fail)
                && slot.is_none()
            {
                *slot = Some((place.clone(), format!("what it prints or writes is judged by {}, not its status", quoted(name))));
            }
        }
    }

    /// A variable that is set from elsewhere: what comes in shows in it.
    pub(super) fn set_from_input(&mut self, name: &str, more: &BTreeSet<Fail>, st: &mut State) {
        let mut value = Per::same(Val::Unknown);
        for fail in more.iter().chain(&self.flow.input) {
            value.set(*fail, Val::Unknown);
        }
        st.set_var(name, value);
    }
}
