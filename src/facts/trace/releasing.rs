//! Owns recording what deploys and what verifies before, beside the walk to the tools. Refuses to follow or to rank anything.

use std::sync::{Arc, LazyLock};

use super::files::{self, Handled};
use super::words::Odd;
use super::{Frame, Tracer, unpacking};
use crate::answer::{Reason, Why};
use crate::catalog::Catalog;
use crate::catalog::releasing::{GivenInput, ReleaseRow, Verifies};
use crate::facts::hold::{Hold, HoldEffect, Hop};
use crate::facts::matching::{self, FirstWords};
use crate::facts::pipeline::{ActionCall, Start};
use crate::facts::shell::Word;
use crate::text::{Place, RepoPath};

/// A step that deploys, or verifies what is deployed.
#[derive(Clone, Debug)]
pub struct ReleaseStep {
    /// The row of `rules/releasing.toml`.
    pub row: &'static ReleaseRow,
    /// The words that made it this command; none of an action.
    pub argv: &'static [String],
    /// The words beside the matched ones.
    pub args: Vec<Word>,
    /// The action that it is.
    pub call: Option<ActionCall>,
    /// Index of the pipeline.
    pub pipeline: usize,
    /// Index of the job.
    pub job: usize,
    /// From the trigger on.
    pub chain: Vec<Hop>,
    /// Which events start it.
    pub starts: Arc<Vec<Start>>,
    /// What loses its failure.
    pub holds: Vec<Hold>,
    /// It runs only if these hold, and they could not be decided.
    pub conditions: Vec<Why>,
    /// Of a verification: why it may be another program, or may look at another repository; of this gate: the first.
    pub doubts: Vec<Why>,
    /// Of this gate: the program, where it is a path of the tree.
    pub program: Option<RepoPath>,
    /// Of this gate: a variable by which it knows the run and that has not what the runner gives it; of what verifies one that names the
    /// file in which it says which commit that is.
    pub variable: Option<String>,
    /// What it reads and writes.
    pub files: Handled,
    /// Of what is not known to leave everything alone: by which of its words.
    pub odd: Odd,
}

/// The first step that deploys, or verifies, or changes what is deployed, and is not kept: there are too many.
#[derive(Clone, Debug)]
pub struct Beyond {
    /// Index of the pipeline.
    pub pipeline: usize,
    /// Index of the job.
    pub job: usize,
    /// Where.
    pub place: Place,
}

/// What was seen of a step.
#[derive(Default)]
struct Seen {
    argv: &'static [String],
    args: Vec<Word>,
    call: Option<ActionCall>,
    doubts: Vec<Why>,
    program: Option<RepoPath>,
    variable: Option<String>,
    files: Handled,
    odd: Odd,
}

/// Of what is known by where it lies.
const NO_WORDS: &[String] = &[];

/// Steps kept. Where there are more, it is not known what the others do, and so it is said.
const MOST: usize = 4096;

static FIRST: LazyLock<FirstWords<'static>> = LazyLock::new(|| {
    let catalog = &Catalog::builtin().releasing;
    FirstWords::of(catalog.deploy.iter().chain(&catalog.verify).chain(&catalog.changes).flat_map(|row| &row.argv))
});

impl ReleaseStep {
    /// The output in which it says which commit it verified, as far as what it says arrives.
    #[must_use]
    pub fn commit_output(&self) -> Option<&'static str> {
        self.row.commit_output.as_deref().filter(|_| self.variable.is_none())
    }
}

impl Tracer<'_> {
    /// A command that deploys or verifies, or changes something for it; whether what stands behind its words is its own doing.
    pub(super) fn release_command(&mut self, words: &[Word], frame: &Frame) -> bool {
        let program = words.first().and_then(|word| word.value.as_deref()).unwrap_or_default();
        if !FIRST.begin(words) && !program.contains('/') {
            return self.listed(words, false, frame);
        }
        let rows = rows_of(words, frame);
        // Its words are asked for first: of what deploys they stand before it.
        let listed = self.listed(words, rows.iter().any(|(row, ..)| row.what.is_none()), frame);
        for (row, argv, args) in rows {
            let of_tree = match row.what {
                Some(Verifies::Code) if row.of_tree => frame.workdir.resolve(program).is_some(),
                Some(Verifies::Code) => !is_elsewhere(frame) && (!row.file_of_tree || files::names_a_file(&args, frame)),
                _ => true,
            };
            let files = Handled { apart: !of_tree, ..self.files(row, (words, &args), frame) };
            let doubts = self.doubts_of(row, program, frame);
            let variable = overridden(row, frame);
            let is_gate = row.what == Some(Verifies::Gate) && program.contains('/');
            let program = is_gate.then(|| frame.workdir.resolve(program)).flatten();
            self.release_step(row, Seen { argv, args, doubts, program, variable, files, ..Seen::default() }, frame);
        }
        listed
    }

    /// A script writes into a file by a redirection.
    pub(super) fn release_redirection(&mut self, path: &str, place: &Place, frame: &Frame) {
        let mut frame = frame.clone();
        frame.chain.push(Hop::new(place.clone(), path));
        for row in Catalog::builtin().releasing.changes.iter().filter(|row| row.redirects) {
            let word = files::redirected(path, place);
            let files = self.files(row, (std::slice::from_ref(&word), std::slice::from_ref(&word)), &frame);
            let seen = Seen { args: vec![word], files, ..Seen::default() };
            self.release_step(row, seen, &frame);
        }
    }

    /// An action that deploys or verifies.
    pub(super) fn release_action(&mut self, call: &ActionCall, frame: &Frame) {
        let catalog = &Catalog::builtin().releasing;
        for row in catalog.deploy.iter().chain(&catalog.verify).chain(&catalog.changes) {
            let named = row.action.iter().any(|name| matching::same_action(name, &call.name))
                || row.own_action && catalog.is_own_action(&call.name);
            let fits = |when: &GivenInput| {
                call.input(&when.input).is_some_and(|input| when.fits(input.known()) && when.holds(input.text.text()))
            };
            let known = |unless: &GivenInput| call.input(&unless.input).is_some_and(|input| input.known().is_some());
            let given = row.when.as_ref().is_none_or(fits) && !row.unless.iter().any(|unless| known(unless) && fits(unless));
            let tried = |text: &str| row.not_holding.iter().any(|place| text.contains(place.as_str()));
            if named && given && !call.inputs.values().any(|input| tried(input.text.text())) {
                let doubts = self.doubts_of_action(row, call, frame);
                self.release_step(row, Seen { call: Some(call.clone()), doubts, ..Seen::default() }, frame);
            }
        }
    }

    /// A command of which nothing else is known than its words.
    pub(super) fn release_words(&mut self, row: &'static ReleaseRow, words: &[Word], odd: Odd, frame: &Frame) {
        self.release_step(row, Seen { args: words.to_vec(), odd, ..Seen::default() }, frame);
    }

    fn release_step(&mut self, row: &'static ReleaseRow, seen: Seen, frame: &Frame) {
        if self.out.releasing.len() >= MOST || self.spent(frame.cost(), frame) {
            let place = || frame.chain.last().map_or_else(|| Place::file(RepoPath::root()), |hop| hop.place.clone());
            self.out.releasing_left_out.get_or_insert_with(|| Beyond {
                pipeline: frame.pipeline,
                job: frame.job,
                place: place(),
            });
            return;
        }
        let Seen { argv, args, call, doubts, program, variable, files, odd } = seen;
        let softens = |soft: &GivenInput| {
            let input = call.as_ref()?.input(&soft.input).filter(|input| soft.fits(input.known()))?;
            let effect = if input.value.is_some() { HoldEffect::Soften } else { HoldEffect::Unknown(Reason::Dynamic) };
            Some(Hold::new(
                effect,
                input.place(),
                format!("with `{}: {}` it ends as if nothing was wrong", soft.input, input.known().unwrap_or("${{ }}")),
            ))
        };
        let holds = frame.holds.iter().cloned().chain(row.soft_inputs.iter().filter_map(softens)).collect();
        self.out.releasing.push(ReleaseStep {
            row,
            argv,
            args,
            call,
            pipeline: frame.pipeline,
            job: frame.job,
            chain: frame.chain.clone(),
            starts: Arc::clone(&frame.starts),
            holds,
            conditions: frame.conditions.clone(),
            doubts,
            program,
            variable,
            files,
            odd,
        });
    }

    fn doubts_of(&self, row: &ReleaseRow, program: &str, frame: &Frame) -> Vec<Why> {
        match row.what {
            Some(Verifies::Gate) => self.programs_doubts(program, "change", frame),
            Some(what) if what.verifies() => self.doubts(program, frame),
            _ => Vec::new(),
        }
    }

    /// The same of an action, which is code of the commit that is named, and runs programs of the machine.
    fn doubts_of_action(&self, row: &ReleaseRow, call: &ActionCall, frame: &Frame) -> Vec<Why> {
        if !row.what.is_some_and(Verifies::verifies) {
            return Vec::new();
        }
        let mut doubts = Vec::new();
        let doubt = |place: Place, why: String| Why::new(Reason::Unsupported, why).at(place);
        let dynamic = row.when.iter().map(|when| &when.input).chain(row.soft_inputs.iter().map(|soft| &soft.input));
        for (name, input) in dynamic.filter_map(|name| Some((name, call.input(name)?))).filter(|(_, input)| input.value.is_none())
        {
            doubts.push(doubt(input.place(), format!("what `{name}` is cannot be read")));
        }
        let program = row.program_input.as_ref().and_then(|name| call.input(name)).filter(|input| input.known() != Some(""));
        match program {
            Some(input) if input.value.is_none() => {
                doubts.push(doubt(input.place(), "which program verifies cannot be read".to_owned()));
            }
            Some(input) => doubts.extend(self.doubts(input.known().unwrap_or_default(), frame)),
            None => {}
        }
        if !call.is_pinned() {
            let reference = call.reference.as_deref().unwrap_or_default();
            let why = format!(
                "what `{}@{reference}` names may be moved to other code: name the action by its full commit id",
                call.name
            );
            doubts.push(doubt(call.place.clone(), why));
        }
        if row.own_action && !self.is_vouched_for(call) {
            let why = format!(
                "whose `{}` is, and what it runs, is not in the files: vouch for it in the policy ([[ci.trusted_workflows]], `uses`, `rev`)",
                call.name
            );
            doubts.push(doubt(call.place.clone(), why));
        }
        // Its script is one of bash.
        doubts.extend(self.doubts("bash", frame));
        doubts
    }

    /// The policy vouches for an action, at this commit or at any.
    fn is_vouched_for(&self, call: &ActionCall) -> bool {
        let reference = call.reference.as_deref().unwrap_or_default();
        self.terms.ci.trusted_workflows.iter().any(|trusted| {
            let at = trusted.rev.as_ref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(reference));
            at && trusted.uses.eq_ignore_ascii_case(&call.name)
        })
    }

    /// Why a verification may be another program than the one it is called like, or may look at another repository. What lies in the tree
    /// is not asked: the tree that is verified is another one than this.
    fn doubts(&self, program: &str, frame: &Frame) -> Vec<Why> {
        if program.is_empty() || frame.workdir.is_images() {
            return Vec::new();
        }
        let mut doubts = self.programs_doubts(program, "tag", frame);
        let known = |dir: &RepoPath| dir.is_root() || self.world.snapshot.is_dir(dir);
        if !frame.workdir.dir().as_ref().is_some_and(known) {
            doubts.push(here(
                frame,
                "it runs in a directory that is not known to be of the repository which is deployed".to_owned(),
            ));
        }
        doubts
    }

    /// Why a program may be one of the tree, which this brings.
    fn programs_doubts(&self, program: &str, brings: &str, frame: &Frame) -> Vec<Why> {
        if program.is_empty() || frame.workdir.is_images() {
            return Vec::new();
        }
        let mut doubts = Vec::new();
        let lies_inside = |path: &str| frame.workdir.resolve(path).is_some();
        if program.contains('/') {
            if lies_inside(program) {
                doubts.push(here(frame, format!("`{program}` lies in the tree, and the {brings} brings the tree")));
            }
            return doubts;
        }
        let searched = frame.search.first().map(|dir| dir.hold.clone()).or_else(|| self.looks_into_the_tree(program, frame));
        if let Some(hold) = searched {
            let why = format!("it may be a program that the {brings} brings: {}", hold.why);
            doubts.push(Why::new(Reason::Unsupported, why).at(hold.place));
        }
        let path = frame.env.get("PATH").and_then(Option::as_deref).unwrap_or("/");
        if path.split(':').any(|part| part.is_empty() || lies_inside(part)) {
            doubts.push(here(frame, format!("`PATH` leads into the tree, and the {brings} brings the tree")));
        }
        doubts
    }
}

/// A variable that says to a row what run it is, or where to say what it found, and has not the runner's own value.
fn overridden(row: &ReleaseRow, frame: &Frame) -> Option<String> {
    let differs = |(name, own): &(&String, &String)| {
        let given = frame.env.get(name.as_str());
        if own.is_empty() { given.is_some() } else { given.and_then(Option::as_deref) != Some(own.as_str()) }
    };
    let lost = |name: &&String| frame.env.is_forgotten(name);
    let judge = row.judge_variables.iter().find(differs).map(|(name, _)| name);
    judge.or_else(|| row.output_variable.as_ref().filter(lost)).cloned()
}

/// A doubt about the command that is being followed.
fn here(frame: &Frame, why: String) -> Why {
    let why = Why::new(Reason::Unsupported, why);
    match frame.chain.last() {
        Some(hop) => why.at(hop.place.clone()),
        None => why,
    }
}

/// It runs in a directory that is none of the tree's.
fn is_elsewhere(frame: &Frame) -> bool {
    frame.workdir.is_known() && frame.workdir.dir().is_none()
}

/// The rows that a command fits and that say something of it, each with the words of the row, and the command's beside them.
fn rows_of(words: &[Word], frame: &Frame) -> Vec<(&'static ReleaseRow, &'static [String], Vec<Word>)> {
    let catalog = &Catalog::builtin().releasing;
    let program = words.first().and_then(|word| word.value.as_deref()).unwrap_or_default();
    let mut found = Vec::new();
    for row in catalog.deploy.iter().chain(&catalog.verify).chain(&catalog.changes) {
        let taken = row.argv.iter().filter_map(|argv| Some((matching::take_row(argv, words, &row.value_flags)?, &**argv)));
        let own = (row.of_tree && program.contains('/')).then_some((1, NO_WORDS));
        let Some((taken, argv)) = taken.chain(own).max_by_key(|(taken, _)| *taken) else { continue };
        let tried = |text: &str| row.not_holding.iter().any(|place| text.contains(place.as_str()));
        let idle = words.iter().any(|word| {
            tried(&word.raw)
                || word.value.as_ref().is_some_and(|value| {
                    row.not_flags.contains(value) || catalog.idle_flags.contains(value) && !row.value_flags.contains(value)
                })
        });
        let args = beside(&row.value_flags, argv, words, taken);
        let counts = || match row.what {
            Some(Verifies::Program) => takes_of_the_tree(row, &args, frame),
            Some(Verifies::Tree) => (!is_elsewhere(frame) || files::handles(row)) && !files::lacks_words(row, &args),
            Some(Verifies::Judge) => !files::is_harmless(row, &args),
            None => files::deploys(row, words, &args),
            _ => true,
        };
        if !idle && counts() {
            found.push((row, argv, args));
        }
    }
    found
}

/// The words of a command that are not those by which a row knows it: flags may stand in between.
pub(super) fn beside(value_flags: &[String], argv: &[String], words: &[Word], taken: usize) -> Vec<Word> {
    let mut wanted = argv.iter().skip(1).peekable();
    let (mut args, mut value) = (Vec::new(), false);
    for (at, word) in words.iter().enumerate().skip(1) {
        let shape = word.shape();
        if at < taken && !value && wanted.next_if(|next| **next == *shape).is_some() {
            continue;
        }
        value = at < taken && !value && value_flags.iter().any(|flag| *flag == *shape);
        args.push(word.clone());
    }
    args
}

/// Whether something that is put among the programs comes from the tree: a path by its look, or by its flag; of a copy any that lies there.
fn takes_of_the_tree(row: &ReleaseRow, args: &[Word], frame: &Frame) -> bool {
    if row.redirects {
        return frame.has_checkout();
    }
    if row.unpacks {
        let unpacking = unpacking::read(row, args);
        let inside = |word: &Word| word.value.as_deref().is_some_and(|value| frame.workdir.resolve(value).is_some());
        return frame.has_checkout() && unpacking.unpacks && unpacking.archive.is_some_and(inside);
    }
    let copies = row.argv.iter().all(|argv| argv.len() == 1);
    let sources = if copies { args.split_last().map_or(args, |(_, sources)| sources) } else { args };
    let flagged = args.iter().any(|word| {
        let shape = word.shape();
        let flag = shape.split_once('=').map_or(&*shape, |(flag, _)| flag);
        row.source_flags.iter().any(|known| known == flag)
    });
    let inside = |word: &Word| word.value.as_deref().is_some_and(|value| frame.workdir.resolve(value).is_some());
    let looks = |word: &Word| {
        word.value.as_deref().is_some_and(|value| value == "." || value.starts_with("./") || value.starts_with('/'))
    };
    let operand = |word: &&Word| !word.head().starts_with('-');
    frame.has_checkout() && (flagged || sources.iter().filter(operand).any(|word| inside(word) && (copies || looks(word))))
}
