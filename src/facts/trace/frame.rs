//! Owns what is true of one point of a chain: where it came from, what holds it, and the surroundings it runs in.

use std::sync::Arc;

use super::before::What;

use crate::answer::{Answer, Reason, Why};
use crate::facts::hold::{Hold, HoldEffect, Hop};
use crate::facts::meter::COPY;
use crate::facts::pipeline::{Env, SearchDir, Start, Turn};
use crate::facts::runners::{Built, Target};
use crate::facts::shell::Shadow;
use crate::facts::supplied::Supplied;
use crate::facts::workdir::Workdir;

/// Everything that is true of one point of a chain.
#[derive(Clone)]
pub(super) struct Frame {
    pub(super) pipeline: usize,
    pub(super) job: usize,
    pub(super) starts: Arc<Vec<Start>>,
    pub(super) chain: Vec<Hop>,
    pub(super) holds: Vec<Hold>,
    pub(super) conditions: Vec<Why>,
    pub(super) env: Arc<Env>,
    pub(super) workdir: Workdir,
    /// What was expanded on the way here, to cut cycles: (text of the command or script, directory).
    pub(super) seen: Vec<(String, Workdir)>,
    pub(super) packages: Vec<String>,
    /// Its environment holds those packages and nothing of the project's.
    pub(super) isolated: bool,
    /// What lies in the environment that a launcher or a manager has made for it.
    pub(super) environment: Option<Arc<Supplied>>,
    pub(super) search: Arc<Vec<SearchDir>>,
    /// What a manager of programs makes of names behind its command.
    pub(super) also: Arc<Vec<(What, Hold)>>,
    /// Text that its shell took in and that is not read: it may give names another meaning.
    pub(super) unread: Option<Arc<Why>>,
    /// A failure that a script writes to one of these files may fail the pipeline later.
    pub(super) recorded: Option<&'static [&'static str]>,
    /// When the step runs.
    pub(super) turn: Turn,
    /// It stands in a script that is a file, which `$0` names; `$0` of another text is what its shell was given.
    pub(super) in_file: bool,
    /// It stands behind a command that a row of what releases has: what it does is that command's doing.
    pub(super) listed: bool,
}

impl Frame {
    /// A point at the root of the tree, in front of everything.
    pub(super) fn at_root(pipeline: usize, chain: Vec<Hop>, condition: Option<Why>) -> Self {
        let start = Start { event: 0, answer: Answer::Yes(()), paths: Vec::new(), holds: Vec::new() };
        Self {
            pipeline,
            job: 0,
            starts: Arc::new(vec![start]),
            chain,
            holds: Vec::new(),
            conditions: condition.into_iter().collect(),
            env: Arc::default(),
            workdir: Workdir::workspace(),
            seen: Vec::new(),
            packages: Vec::new(),
            isolated: false,
            environment: None,
            search: Arc::default(),
            also: Arc::default(),
            unread: None,
            recorded: None,
            turn: Turn::default(),
            in_file: false,
            listed: false,
        }
    }

    /// No event starts it.
    pub(super) fn never_starts(&self) -> bool {
        !self.starts.is_empty() && self.starts.iter().all(|start| start.answer.is_no())
    }

    /// It goes on with a command that the script never comes to.
    pub(super) fn never_comes_to(&mut self, by: &Hold) {
        for start in Arc::make_mut(&mut self.starts).iter_mut().filter(|start| !start.answer.is_no()) {
            (start.answer, start.holds) = (Answer::No, vec![by.clone()]);
        }
    }

    /// What a target is that may be left out: then nothing starts it.
    pub(super) fn unless_left_out(&mut self, target: Target) -> Target {
        match target {
            Target::LeftOut(target, by) => {
                self.never_comes_to(&by);
                *target
            }
            target => target,
        }
    }

    /// The tree lies where the job works.
    pub(super) fn has_checkout(&self) -> bool {
        !self.holds.iter().chain(self.starts.iter().flat_map(|start| &start.holds)).any(|hold| hold.of_machine)
    }

    /// What holds whatever runs here: what is lost of some languages says nothing of what is not read.
    pub(super) fn holds_of_all(&self) -> Vec<Hold> {
        self.holds.iter().filter(|hold| hold.lost.is_none()).cloned().collect()
    }

    /// It goes on among the files of an image.
    pub(super) fn in_image(&mut self) {
        self.holds.iter_mut().for_each(Hold::in_image);
        if self.starts.iter().flat_map(|start| &start.holds).any(|hold| hold.of_machine) {
            Arc::make_mut(&mut self.starts).iter_mut().flat_map(|start| &mut start.holds).for_each(Hold::in_image);
        }
    }

    /// What is to be known of an image that is built here.
    pub(super) fn built(&self) -> Built {
        Built { job: self.job, holds: self.holds.clone(), conditions: self.conditions.clone() }
    }

    /// It goes on in an image that another job has built: the files are those of that job.
    pub(super) fn in_image_of(&mut self, built: Built) {
        self.holds.retain(|hold| !hold.of_machine);
        if self.starts.iter().flat_map(|start| &start.holds).any(|hold| hold.of_machine) {
            Arc::make_mut(&mut self.starts).iter_mut().for_each(|start| start.holds.retain(|hold| !hold.of_machine));
        }
        self.holds.extend(built.holds);
        self.conditions.extend(built.conditions);
    }

    /// Here another program may stand under the name.
    pub(super) fn replaced(&self, hold: Hold) -> Self {
        let mut frame = self.clone();
        frame.put(hold);
        frame
    }

    /// Another program stands under the name, or may.
    pub(super) fn put(&mut self, hold: Hold) {
        match hold.effect {
            HoldEffect::Unknown(reason) => self.conditions.push(Why::new(reason, hold.why).at(hold.place)),
            _ => self.holds.push(hold),
        }
    }

    /// A directory on the search path that is computed: it may be any of the tree with its end.
    pub(super) fn also(&mut self, shadow: &Shadow) {
        let directory = match shadow.directory.as_deref() {
            Some(directory) => directory,
            // What a search path is set to is not followed.
            None if shadow.name == "*" => "$",
            None => return,
        };
        let behind = directory.rsplit_once([')', '}', '`']).map(|(_, tail)| tail);
        let name = || directory.rsplit_once('$').map(|(_, rest)| rest.find('/').map_or("", |at| &rest[at..]));
        // Known directories are found where they are.
        let here = ["$PWD/", "${PWD}/", "$(pwd)/", "`pwd`/", "$GITHUB_WORKSPACE/", "${GITHUB_WORKSPACE}/"];
        let Some(tail) = behind
            .or_else(name)
            .filter(|_| !here.iter().any(|home| directory.strip_prefix(home).is_some_and(|rest| !rest.contains(['$', '`']))))
        else {
            return;
        };
        let hold = Hold::new(HoldEffect::Unknown(Reason::Dynamic), shadow.place.clone(), shadow.why.clone());
        Arc::make_mut(&mut self.also).push((What::Somewhere(tail.trim_end_matches('/').to_owned()), hold));
    }

    /// Steps that a copy of it costs.
    pub(super) fn cost(&self) -> usize {
        let seen: usize = self.seen.iter().map(|(text, _)| 1 + text.len() / 64).sum();
        COPY * (1 + self.chain.len() + self.holds.len() + self.conditions.len() + self.packages.len() + seen)
    }
}
