//! Owns the walk from a pipeline's unit to the tools it reaches: script → command → runner → command …, with every hop, hold
//! and condition on the way. Refuses to rank what it finds, and to know any runner or tool by name.

mod at_once;
mod before;
#[cfg(test)]
mod before_tests;
mod built;
mod by_rule;
mod computed;
mod edited;
mod fed;
mod files;
mod first;
mod follow;
mod foreign;
mod found;
mod frame;
mod handed;
mod installed;
mod installer;
mod kinds;
mod laid_over;
mod leaf;
mod local_packages;
mod managed;
mod needs;
mod never_made;
mod not_there;
mod packages;
mod rehearsal;
mod releasing;
mod remote_packages;
mod script;
mod settings;
mod split;
mod supplied;
#[cfg(test)]
mod tests;
mod typed;
mod undone;
mod unlisted;
mod unpacking;
mod unread;
mod words;
mod written;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use computed::doubted;
pub use files::Spot;
pub use found::{OpaqueUnit, ReachedAction, Trace};
use frame::Frame;
pub use kinds::{Open, is_of_a_host, is_plain};
pub use releasing::ReleaseStep;
pub(super) use script::enter;
pub use typed::by_hand;

use crate::answer::{Reason, Why};
use crate::catalog::tool::ToolKind;
use crate::facts::hold::Hop;
use crate::facts::meter::COPY;
use crate::facts::pipeline::{Code, Env, Pipeline, Unit, Work};
use crate::facts::runners::{self, Call, Next, World};
use crate::facts::shell::{self, Word};
use crate::facts::supplied::Supplied;
use crate::facts::workdir::Workdir;
use crate::facts::{matching, shadow};
use crate::terms::Terms;
use crate::text::{MappedText, Place, RepoPath};

/// Traces every unit of every pipeline.
#[must_use]
pub fn trace(pipelines: &[Pipeline], world: &World<'_>, terms: &Terms) -> Trace {
    at_once::trace(pipelines, world, terms)
}

/// What one pipeline leads to, with every command that no row of what releases has: of all pipelines that would be too much. `None` where
/// it is not walked to its end.
#[must_use]
pub fn closely(index: usize, pipelines: &[Pipeline], world: &World<'_>, terms: &Terms) -> Option<Trace> {
    at_once::closely(index, pipelines, world, terms)
}

/// What two walks lead to that have nothing to do with one another, at the same time. Both start with what is left of the world's meter.
#[must_use]
pub fn beside<A, B: Send>(world: &World<'_>, one: impl Fn(&World<'_>) -> A, other: impl Fn(&World<'_>) -> B + Sync) -> (A, B) {
    at_once::beside(world, one, other)
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
    let frame = Frame::at_root(pipeline, chain, condition);
    tracer.follow(nexts, String::new(), None, &frame);
    tracer.out
}

struct Tracer<'w> {
    world: &'w World<'w>,
    terms: &'w Terms,
    out: Trace,
    budget: usize,
    /// Paths of the tree by their last segment, once they were asked for.
    by_name: std::cell::OnceCell<HashMap<&'w str, Vec<&'w RepoPath>>>,
    /// Scripts that do more than is followed: file, where in it, and how long; and what is said of them.
    exhausted: HashMap<(RepoPath, usize, usize), Why>,
    /// Jobs in which a script so far may have taken files of the tree away.
    changed: std::collections::BTreeSet<(usize, usize)>,
    /// Where programs come from.
    brought: not_there::Brought,
    /// What commands put into environments that tools audit, by pipeline and job.
    supplied: BTreeMap<(usize, usize), Supplied>,
    /// What feeds tools, by pipeline and job.
    fed: BTreeMap<(usize, usize), Vec<fed::Fed>>,
    /// What commands so far did to what comes after them in their job.
    before: before::Before,
    /// The variable of several lines that the unit is writing.
    block: Option<handed::Block>,
    /// Which unit is followed.
    number: usize,
    /// What the unit followed so far, and how often.
    followed: HashMap<(String, Workdir), usize>,
    /// The environment that the unit starts with.
    own: Arc<Env>,
    /// The last environment to which a search path was added, and the result.
    path_env: Option<(Arc<Env>, Arc<Env>)>,
    /// The last search path that was looked at, from where, and its parts that lead into the tree.
    last_path: std::cell::RefCell<Option<leaf::SearchPath>>,
    /// Images that the jobs of a pipeline have built so far, and which pipeline that is.
    earlier: runners::Earlier,
    pipeline: Option<usize>,
    pipelines: &'w [Pipeline],
    needs: needs::Needs,
    /// Commands that no row of what releases has are kept as well.
    closely: bool,
}

impl<'w> Tracer<'w> {
    fn new(world: &'w World<'w>, terms: &'w Terms) -> Self {
        Self {
            world,
            terms,
            out: Trace::default(),
            budget: world.snapshot.limits().trace_commands,
            followed: HashMap::new(),
            by_name: std::cell::OnceCell::new(),
            exhausted: HashMap::new(),
            brought: not_there::Brought::default(),
            supplied: BTreeMap::new(),
            fed: BTreeMap::new(),
            changed: std::collections::BTreeSet::new(),
            before: before::Before::default(),
            block: None,
            number: 0,
            own: Arc::default(),
            path_env: None,
            last_path: std::cell::RefCell::default(),
            earlier: runners::Earlier::default(),
            pipeline: None,
            pipelines: &[],
            needs: needs::Needs::default(),
            closely: false,
        }
    }

    fn unit(&mut self, pipeline: usize, unit: &Unit) {
        self.followed.clear();
        self.block = None;
        self.number += 1;
        if self.pipeline.replace(pipeline) != Some(pipeline) {
            self.earlier.forget();
        }
        let holds = unit.holds.iter().chain(&unit.shadows).cloned().collect();
        let mut frame = Frame {
            pipeline,
            job: unit.job,
            starts: Arc::new(unit.starts.clone()),
            chain: unit.chain.clone(),
            holds,
            conditions: Vec::new(),
            env: self.with_path(&unit.env),
            workdir: unit.workdir.clone(),
            seen: Vec::new(),
            packages: Vec::new(),
            isolated: false,
            environment: None,
            search: Arc::new(unit.search.clone()),
            also: Arc::default(),
            unread: None,
            recorded: unit.recorded,
            turn: unit.turn,
            in_file: false,
            listed: false,
        };
        for hold in self.run_first(&frame) {
            frame.put(hold);
        }
        self.given(&unit.handed, &mut frame);
        self.own = Arc::clone(&frame.env);
        frame.conditions.extend(self.never_made(&frame.workdir, &frame));
        if let Work::Foreign { code: Code::Text(text), .. } = &unit.work {
            self.hears(text.text().to_owned(), &frame);
        }
        match &unit.work {
            Work::Script { text, mode } => {
                // A runner looks for the shell itself where it looks for programs.
                let shell = if mode.dialect == shell::Dialect::Posix { "sh" } else { "bash" };
                let frame = self.on_search_path(shell, &frame).map_or_else(|| frame.clone(), |hold| frame.replaced(hold));
                self.script(text, *mode, None, &frame, true);
            }
            Work::Action(call) => {
                for input in call.inputs.values() {
                    self.hears(input.text.text().to_owned(), &frame);
                    self.hands_on(input.text.text(), &call.place, &frame);
                }
                self.action(call, &frame);
            }
            Work::Image { image, argv } => {
                self.unlisted_step(&frame);
                self.image(image, argv, &frame);
            }
            Work::Remote { call, why } => {
                self.unlisted_step(&frame);
                if !self.action(call, &frame) {
                    self.opaque(why.clone(), &frame);
                }
            }
            Work::Opaque(why) => {
                self.unlisted_step(&frame);
                self.opaque(why.clone(), &frame);
            }
            Work::Foreign { code, why } => {
                self.unlisted_step(&frame);
                self.foreign(code, &frame);
                if self.may_hide(code, why, &frame) {
                    self.opaque(why.clone(), &frame);
                }
            }
        }
    }

    fn command(&mut self, words: &[Word], place: &Place, stdin: Option<&MappedText>, frame: &Frame) {
        if self.budget == 0 || self.spent(frame.cost(), frame) {
            return;
        }
        self.budget -= 1;
        if self.budget == 0 {
            self.opaque(Why::new(Reason::Unsupported, "more commands than the limit `trace-commands` allows"), frame);
            return;
        }
        let divided = split::divided(words);
        let words = divided.as_deref().unwrap_or(words);
        let Some(first) = words.first() else { return };
        let Some(program) = first.value.as_deref() else {
            self.listed(words, false, frame);
            return self.computed(words, place, stdin, frame);
        };
        if program.is_empty() {
            return;
        }
        let known = self.release_command(words, frame);
        let behind = (known && self.closely).then(|| Frame { listed: true, ..frame.clone() });
        let frame = behind.as_ref().unwrap_or(frame);
        self.puts_beside(words, frame);
        self.has_program(words, frame);
        self.feeds(words, frame);
        self.supplies(words, frame);
        self.may_bring(words, place, frame);
        let found = self.on_search_path(program, frame).or_else(|| self.sub_command(words, frame));
        self.placed(words, place, frame);
        self.installs(words, place, frame);
        self.edited(words, stdin, frame);
        self.code(words, place, frame);
        let searched = found.map(|hold| frame.replaced(hold));
        let frame = searched.as_ref().unwrap_or(frame);
        // A program by its path is none of the environment that a runner made, as far as is known.
        let apart =
            (program.contains('/') && !frame.packages.is_empty()).then(|| Frame { packages: Vec::new(), ..frame.clone() });
        let frame = apart.as_ref().unwrap_or(frame);
        let surrounded = self.surroundings(words, frame);
        let frame = surrounded.as_ref().unwrap_or(frame);
        if self.runner(words, place, stdin, frame, true) {
            return;
        }
        let mut leads_on = true;
        let hits = self.matches(words, frame);
        for hit in hits {
            leads_on &= hit.tool.is(ToolKind::Host);
            let doubted = hit.doubt.and_then(|at| words.get(at)).map(|word| doubted(word, frame));
            let frame = doubted.as_ref().unwrap_or(frame);
            let changed = self.tool_before(hit.tool, frame).map(|hold| frame.replaced(hold));
            let frame = changed.as_ref().unwrap_or(frame);
            let absent = self.not_there(program, &hit, frame).map(|hold| frame.replaced(hold));
            let frame = absent.as_ref().unwrap_or(frame);
            let mut safe;
            let set = shadow::flags_of_python(words.get(..hit.taken).unwrap_or(&[]));
            let frame = if set.is_empty() {
                frame
            } else {
                safe = frame.clone();
                let env = Arc::make_mut(&mut safe.env);
                set.into_iter().for_each(|(name, value)| env.insert(name.to_owned(), Some(value.to_owned())));
                &safe
            };
            self.invocation(&hit, matching::arguments(&hit, words), BTreeMap::new(), frame);
        }
        if leads_on && !self.runner(words, place, stdin, frame, false) {
            let call = Call { words, env: &frame.env, workdir: &frame.workdir, place };
            let code = stdin.and_then(|text| runners::on_stdin(text.text(), &call, self.world));
            match (stdin, runners::reads_stdin(words), code) {
                (Some(text), Some((mode, args)), _) => self.script(text, mode, Some(args), frame, false),
                (_, _, Some(why)) => self.opaque(why, frame),
                _ => {
                    self.unknown_program(words, place, frame);
                    self.out.unknown_programs.insert(matching::program_name(program).to_owned());
                }
            }
        }
    }

    /// Hands the command to the runner that knows it; false when none does.
    fn runner(&mut self, words: &[Word], place: &Place, stdin: Option<&MappedText>, frame: &Frame, first: bool) -> bool {
        let call = Call { words, env: &frame.env, workdir: &frame.workdir, place };
        let world = self.world;
        if first && !frame.never_starts() {
            runners::tagged(&call, world, &mut self.earlier, &|| frame.built());
        }
        let asked = runners::ROSTER.iter().filter(|runner| runner.goes_first() == first);
        let earlier = if first { None } else { runners::run_earlier(&call, world, &self.earlier) };
        let (pipelines, needs) = (self.pipelines, &mut self.needs);
        let mut other;
        let (nexts, frame) = match earlier.filter(|(_, built)| needs.is_before(pipelines, frame.pipeline, built.job, frame.job)) {
            Some((nexts, built)) if built.job != frame.job => {
                other = frame.clone();
                other.in_image_of(built);
                (nexts, &other)
            }
            Some((nexts, _)) => (nexts, frame),
            None => match asked.into_iter().find_map(|runner| runner.expand(&call, world)) {
                Some(nexts) => (nexts, frame),
                None => return false,
            },
        };
        let kept = nexts.iter().map(|next| COPY * (1 + next.hops.len() + next.holds.len()) + next.target.bytes() / 4);
        world.meter.spend(kept.sum());
        let key = words.iter().map(|word| word.raw.as_str()).collect::<Vec<_>>().join(" ");
        let launched =
            self.environment_of(words, frame).map(|environment| Frame { environment: Some(environment), ..frame.clone() });
        let frame = launched.as_ref().unwrap_or(frame);
        match installed::own_environment(words) {
            Some(packages) => self.follow(nexts, key, stdin, &Frame { packages, isolated: true, ..frame.clone() }),
            None => self.follow(nexts, key, stdin, frame),
        }
        true
    }
}
