//! Owns the walk from a pipeline's unit to the tools it reaches: script → command → runner → command …, with every hop, hold
//! and condition on the way. Refuses to rank what it finds, and to know any runner or tool by name.

mod frame;
mod leaf;
mod script;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use frame::Frame;

use crate::answer::{Reason, Why};
use crate::catalog::tool::ToolKind;
use crate::facts::hold::Hop;
use crate::facts::invocations::Invocation;
use crate::facts::matching::{self};
use crate::facts::pipeline::{ActionCall, Pipeline, Start, Unit, Work};
use crate::facts::runners::{self, Call, Next, Target, World};
use crate::facts::shell::{self, ShellMode, Word};
use crate::facts::workdir::Workdir;
use crate::terms::Terms;
use crate::text::{MappedText, Place};

/// How often one unit follows the same command in the same directory: scripts that call each other many times over would make
/// the work grow beyond all bounds of the text.
const REPEATS: usize = 64;

/// Something reached that is not read; it raises what every tool may be.
#[derive(Clone, Debug)]
pub struct OpaqueUnit {
    /// Where.
    pub place: Place,
    /// Why it is not read.
    pub why: Why,
    /// Index of the pipeline; none for a CI file that is not read at all.
    pub pipeline: Option<usize>,
    /// Which events start it.
    pub starts: Vec<Start>,
    /// From the trigger on.
    pub chain: Vec<Hop>,
    /// Tools vouched for by `[ci].trusted_workflows`; `None` when the unit is not settled.
    pub settled: Option<Vec<String>>,
}

/// An action reached by name.
#[derive(Clone, Debug)]
pub struct ReachedAction {
    /// The call.
    pub call: ActionCall,
    /// Index of the pipeline.
    pub pipeline: usize,
    /// Index of the job.
    pub job: usize,
    /// From the trigger on.
    pub chain: Vec<Hop>,
}

impl OpaqueUnit {
    /// A CI file of a system that is not read.
    #[must_use]
    pub fn unread(path: crate::text::RepoPath, why: Why) -> Self {
        Self { place: Place::file(path), why, pipeline: None, starts: Vec::new(), chain: Vec::new(), settled: None }
    }

    /// A CI file that was not read, and that its platform may run nevertheless.
    #[must_use]
    pub fn not_read(file: &super::ci::Unreadable) -> Self {
        let why = Why::new(Reason::Unreadable, format!("the CI file was not read: {}", file.why));
        Self { place: file.place.clone(), ..Self::unread(file.place.path.clone(), why.at(file.place.clone())) }
    }
}

/// What all chains lead to.
#[derive(Default, Debug)]
pub struct Trace {
    /// Every reached invocation of a tool in the catalogue.
    pub invocations: Vec<Invocation>,
    /// Every reached thing that is not read.
    pub opaque: Vec<OpaqueUnit>,
    /// Actions reached by name: bots that run in CI, and earlier steps whose inputs count, are found here.
    pub actions: Vec<ReachedAction>,
    /// Programs reached that neither the catalogue nor a runner knows, each once, for `-v`.
    pub unknown_programs: std::collections::BTreeSet<String>,
}

/// Traces every unit of every pipeline.
#[must_use]
pub fn trace(pipelines: &[Pipeline], world: &World<'_>, terms: &Terms) -> Trace {
    let mut tracer = Tracer::new(world, terms);
    for (index, pipeline) in pipelines.iter().enumerate() {
        for unit in &pipeline.units {
            tracer.unit(index, unit);
        }
    }
    tracer.out
}

/// Follows what is run by hand, by a local hook or by a service outside the tree: no unit of a pipeline, the root of the
/// tree. `condition` says what it depends on that the tree does not show.
#[must_use]
pub fn follow_all(
    nexts: Vec<Next>,
    chain: Vec<Hop>,
    condition: Option<Why>,
    pipeline: usize,
    world: &World<'_>,
    terms: &Terms,
) -> Trace {
    let mut tracer = Tracer::new(world, terms);
    let start = Start { event: 0, answer: crate::answer::Answer::Yes(()), paths: Vec::new(), holds: Vec::new() };
    let frame = Frame {
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
        search: Arc::default(),
    };
    tracer.follow(nexts, String::new(), &frame);
    tracer.out
}

struct Tracer<'w> {
    world: &'w World<'w>,
    terms: &'w Terms,
    out: Trace,
    budget: usize,
    /// What the unit followed so far, and how often.
    followed: HashMap<(String, Workdir), usize>,
}

impl<'w> Tracer<'w> {
    fn new(world: &'w World<'w>, terms: &'w Terms) -> Self {
        Self { world, terms, out: Trace::default(), budget: world.snapshot.limits().trace_commands, followed: HashMap::new() }
    }

    fn unit(&mut self, pipeline: usize, unit: &Unit) {
        self.followed.clear();
        if unit.starts.iter().all(|start| start.answer.is_no()) {
            return;
        }
        let mut holds = unit.holds.clone();
        holds.extend(unit.shadows.iter().cloned());
        let frame = Frame {
            pipeline,
            job: unit.job,
            starts: Arc::new(unit.starts.clone()),
            chain: unit.chain.clone(),
            holds,
            conditions: Vec::new(),
            env: Arc::clone(&unit.env),
            workdir: unit.workdir.clone(),
            seen: Vec::new(),
            packages: Vec::new(),
            search: Arc::new(unit.search.clone()),
        };
        match &unit.work {
            Work::Script { text, mode } => self.script(text, *mode, None, &frame, true),
            Work::Action(call) => {
                self.action(call, &frame);
            }
            Work::Image { image, argv } => self.image(image, argv, &frame),
            Work::Remote { call, why } => {
                if !self.action(call, &frame) {
                    self.opaque(why.clone(), &frame);
                }
            }
            Work::Opaque(why) => self.opaque(why.clone(), &frame),
        }
    }

    fn command(&mut self, words: &[Word], place: &Place, stdin: Option<&MappedText>, frame: &Frame) {
        if self.budget == 0 {
            return;
        }
        self.budget -= 1;
        if self.budget == 0 {
            self.opaque(Why::new(Reason::Unsupported, "more commands than the limit `trace-commands` allows"), frame);
            return;
        }
        let Some(first) = words.first() else { return };
        let Some(program) = first.value.as_deref() else {
            let why = Why::new(Reason::Dynamic, "the command word is computed").at(first.place.clone());
            self.opaque(why, frame);
            return;
        };
        if program.is_empty() {
            return;
        }
        if self.runner(words, place, frame, true) {
            return;
        }
        let mut leads_on = true;
        let hits = self.matches(words, frame);
        let found = (!hits.is_empty()).then(|| self.on_search_path(program, frame)).flatten();
        let mut searched;
        let frame = match found {
            Some(hold) => {
                searched = frame.clone();
                searched.holds.push(hold);
                &searched
            }
            None => frame,
        };
        for hit in hits {
            leads_on &= hit.tool.is(ToolKind::Host);
            self.invocation(&hit, words.get(hit.taken..).unwrap_or(&[]).to_vec(), BTreeMap::new(), frame);
        }
        if leads_on && !self.runner(words, place, frame, false) {
            match stdin {
                Some(text) if matches!(matching::program_name(program), "sh" | "bash" | "dash") => {
                    self.script(
                        text,
                        ShellMode { errexit: false, pipefail: false, dialect: shell::Dialect::Bash },
                        None,
                        frame,
                        false,
                    );
                }
                _ => {
                    self.out.unknown_programs.insert(matching::program_name(program).to_owned());
                }
            }
        }
    }

    /// Hands the command to the runner that knows it; false when none does.
    fn runner(&mut self, words: &[Word], place: &Place, frame: &Frame, first: bool) -> bool {
        let call = Call { words, env: &frame.env, workdir: &frame.workdir, place };
        let world = self.world;
        let asked = runners::ROSTER.iter().filter(|runner| runner.goes_first() == first);
        let Some(nexts) = asked.into_iter().find_map(|runner| runner.expand(&call, world)) else { return false };
        let key = words.iter().map(|word| word.raw.as_str()).collect::<Vec<_>>().join(" ");
        self.follow(nexts, key, frame);
        true
    }

    fn follow(&mut self, nexts: Vec<Next>, key: String, frame: &Frame) {
        let here = (key, frame.workdir.clone());
        // A cycle never ends and so never reports a finding; past the bound the chain is not read.
        if frame.seen.contains(&here) {
            return;
        }
        if frame.chain.len() + frame.seen.len() >= self.world.snapshot.limits().chain_steps {
            self.opaque(Why::new(Reason::Unsupported, "the chain is longer than the limit `chain-steps` allows"), frame);
            return;
        }
        let times = self.followed.entry(here.clone()).or_default();
        *times += 1;
        if *times > REPEATS {
            self.opaque(Why::new(Reason::Unsupported, format!("the same command is reached more than {REPEATS} times")), frame);
            return;
        }
        for next in nexts {
            if self.budget == 0 {
                return;
            }
            let mut deeper = frame.clone();
            deeper.seen.push(here.clone());
            for hop in &next.hops {
                deeper.chain.push(hop.clone());
            }
            deeper.holds.extend(next.holds);
            deeper.conditions.extend(next.condition);
            deeper.workdir = next.workdir;
            deeper.env = Arc::new(next.env);
            let place = deeper.chain.last().map_or_else(|| Place::file(crate::text::RepoPath::root()), |hop| hop.place.clone());
            match next.target {
                Target::Argv(words) => self.command(&words, &place, None, &deeper),
                Target::Script { text, mode, args } => self.script(&text, mode, args, &deeper, !next.hops.is_empty()),
                Target::Hook { repo, id, args, packages } => self.hook(&repo, &id, args, packages, deeper),
                Target::Image { image, argv } => self.image(&image, &argv, &deeper),
                Target::Opaque(why) => self.opaque(why, &deeper),
            }
        }
    }

    fn opaque(&mut self, why: Why, frame: &Frame) {
        let place = why.place.clone().or_else(|| frame.chain.last().map(|hop| hop.place.clone()));
        let place = place.unwrap_or_else(|| Place::file(crate::text::RepoPath::root()));
        let settled = self
            .terms
            .ci
            .trusted_workflows
            .iter()
            .find(|trusted| crate::facts::settle::vouches(trusted, &why))
            .map(|trusted| trusted.provides.clone());
        let known = self
            .out
            .opaque
            .iter()
            .rev()
            .take(64)
            .any(|unit| unit.place == place && unit.why.text == why.text && unit.pipeline == Some(frame.pipeline));
        if !known {
            let (starts, chain) = ((*frame.starts).clone(), frame.chain.clone());
            self.out.opaque.push(OpaqueUnit { place, why, pipeline: Some(frame.pipeline), starts, chain, settled });
        }
    }
}
