//! Owns the walk from a pipeline's unit to the tools it reaches: script → command → runner → command …, with every hop, hold
//! and condition on the way. Refuses to rank what it finds, and to know any runner or tool by name.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::hold::{Hold, HoldEffect, Hop};
use super::invocations::Invocation;
use super::matching::{self, RowMatch};
use super::pipeline::{ActionCall, Env, Pipeline, SearchDir, Start, Unit, Work};
use super::runners::{self, Call, Next, Target, World};
use super::shell::{self, Cwd, HoldKind, Scope, ScriptInput, ShellCommand, ShellMode, VarValue, Word};
use super::workdir::Workdir;
use crate::answer::{Reason, Why};
use crate::catalog::tool::ToolKind;
use crate::terms::Terms;
use crate::text::{MappedText, Place};

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
    let mut tracer = Tracer { world, terms, out: Trace::default(), budget: world.snapshot.limits().trace_commands };
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
    let mut tracer = Tracer { world, terms, out: Trace::default(), budget: world.snapshot.limits().trace_commands };
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

/// Everything that is true of one point of a chain.
#[derive(Clone)]
struct Frame {
    pipeline: usize,
    job: usize,
    starts: Arc<Vec<Start>>,
    chain: Vec<Hop>,
    holds: Vec<Hold>,
    conditions: Vec<Why>,
    env: Arc<Env>,
    workdir: Workdir,
    /// What was expanded on the way here, to cut cycles: (text of the command or script, directory).
    seen: Vec<(String, Workdir)>,
    packages: Vec<String>,
    search: Arc<Vec<SearchDir>>,
}

struct Tracer<'w> {
    world: &'w World<'w>,
    terms: &'w Terms,
    out: Trace,
    budget: usize,
}

impl Tracer<'_> {
    fn unit(&mut self, pipeline: usize, unit: &Unit) {
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

    /// Follows a script. `outermost` scripts are the unit's own text, whose hop is already the chain's last.
    fn script(&mut self, text: &MappedText, mode: ShellMode, args: Option<Vec<Word>>, frame: &Frame, outermost: bool) {
        let scope = scope(&frame.env, args);
        let limits = self.world.snapshot.limits();
        let analysis = shell::analyse(&ScriptInput { text, mode, scope: &scope, limits });
        for opaque in &analysis.opaque {
            let mut why = opaque.why.clone();
            why.place.get_or_insert_with(|| opaque.place.clone());
            self.opaque(why, frame);
        }
        for command in &analysis.commands {
            let mut next = frame.clone();
            next.holds.extend(command.holds.iter().map(shell_hold));
            next.holds.extend(analysis.shadows.iter().filter_map(|shadow| self.shadow(shadow, command, frame)));
            next.conditions.extend(command.condition.clone());
            next.workdir = enter(&command.cwd, &frame.workdir);
            next.env = environment(&frame.env, command);
            let hop = Hop::new(command.place.clone(), &command.text);
            match next.chain.last_mut() {
                // The step's own hop says the same as its only command: the command's line is the more exact one.
                Some(last) if outermost && (last.text == hop.text || last.place.line == hop.place.line) => *last = hop,
                _ => next.chain.push(hop),
            }
            self.command(&command.words, &command.place, command.stdin.as_ref(), &next);
        }
    }

    /// Another meaning of a program's name that the script itself gives: by name, or by a directory of the tree on the search
    /// path in which a program of this name lies.
    fn shadow(&self, shadow: &shell::Shadow, command: &ShellCommand, frame: &Frame) -> Option<Hold> {
        let program = command.words.first()?.value.as_deref()?;
        let named = shadow.name == program;
        let found = || {
            let directory = shadow.directory.as_deref()?;
            let directory = ["$PWD/", "${PWD}/", "$GITHUB_WORKSPACE/", "${GITHUB_WORKSPACE}/"]
                .iter()
                .find_map(|home| directory.strip_prefix(home))
                .unwrap_or(directory);
            let path = frame.workdir.resolve(&format!("{directory}/{program}"))?;
            self.world.snapshot.is_file(&path).then_some(())
        };
        (named || found().is_some()).then(|| Hold::new(HoldEffect::Void, shadow.place.clone(), shadow.why.clone()))
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

    /// A program of this name in a directory of the tree that stands on the search path.
    fn on_search_path(&self, program: &str, frame: &Frame) -> Option<Hold> {
        let lies_there = |dir: &&SearchDir| {
            !program.contains('/') && dir.directory.join(program).is_some_and(|path| self.world.snapshot.is_file(&path))
        };
        frame.search.iter().find(lies_there).map(|dir| dir.hold.clone())
    }

    /// Catalogue rows for a command; a path into the tree is a local program, whatever its name (unless a row lists it).
    fn matches(&self, words: &[Word], frame: &Frame) -> Vec<RowMatch<'static>> {
        let catalog = crate::catalog::Catalog::builtin();
        let mut hits = matching::tools_for_words(catalog, words);
        hits.extend(self.wrappers(words));
        let program = words.first().and_then(|word| word.value.as_deref()).unwrap_or_default();
        if program.contains('/') && frame.workdir.resolve(program).is_some_and(|path| self.world.snapshot.is_file(&path)) {
            hits.retain(|hit| hit.tool.run[hit.row].argv.as_ref().is_some_and(|argv| argv[0] == program));
        }
        hits
    }

    /// Own wrappers that the policy says stand for a tool (`[tools.X] argv`).
    fn wrappers(&self, words: &[Word]) -> Vec<RowMatch<'static>> {
        let catalog = crate::catalog::Catalog::builtin();
        let mut found = Vec::new();
        for (id, terms) in &self.terms.tools {
            let Some(tool) = catalog.tool(id) else { continue };
            let Some(row) = tool.run.iter().position(|row| row.argv.is_some()) else { continue };
            let taken = terms.argv.iter().filter_map(|argv| matching::take_row(argv, words, &[])).max();
            if let Some(taken) = taken {
                found.push(RowMatch { tool, row, taken });
            }
        }
        found
    }

    fn invocation(
        &mut self,
        hit: &RowMatch<'_>,
        args: Vec<Word>,
        inputs: BTreeMap<String, super::pipeline::Input>,
        frame: &Frame,
    ) {
        let mut holds = frame.holds.clone();
        holds.extend(super::shadow::of_tree(hit.tool, &hit.tool.run[hit.row], &frame.workdir, self.world));
        self.out.invocations.push(Invocation {
            tool: hit.tool.id.clone(),
            row: hit.row,
            chain: frame.chain.clone(),
            pipeline: frame.pipeline,
            job: frame.job,
            starts: (*frame.starts).clone(),
            args,
            inputs,
            env: (*frame.env).clone(),
            workdir: frame.workdir.clone(),
            holds,
            conditions: frame.conditions.clone(),
            packages: frame.packages.clone(),
            host_row: None,
        });
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

    fn hook(&mut self, repo: &str, id: &str, args: Vec<Word>, packages: Vec<String>, mut frame: Frame) {
        frame.packages = packages;
        for hit in matching::tools_for_hook(crate::catalog::Catalog::builtin(), repo, id) {
            self.invocation(&hit, args.clone(), BTreeMap::new(), &frame);
        }
    }

    fn image(&mut self, image: &str, words: &[Word], frame: &Frame) {
        let hits = matching::tools_for_image(crate::catalog::Catalog::builtin(), image, words);
        for hit in &hits {
            self.invocation(hit, words.get(hit.taken..).unwrap_or(&[]).to_vec(), BTreeMap::new(), frame);
        }
        if hits.is_empty() && !words.is_empty() {
            let place = words[0].place.clone();
            self.command(words, &place, None, frame);
        }
    }

    /// Matches an action and hands it to the runner that knows it; false when neither does.
    fn action(&mut self, call: &ActionCall, frame: &Frame) -> bool {
        self.out.actions.push(ReachedAction {
            call: call.clone(),
            pipeline: frame.pipeline,
            job: frame.job,
            chain: frame.chain.clone(),
        });
        let hits = matching::tools_for_action(crate::catalog::Catalog::builtin(), call);
        let mut known = !hits.is_empty();
        for hit in hits {
            let row = &hit.tool.run[hit.row];
            let mut frame = frame.clone();
            if let Some(input) = row.directory_input.as_ref().and_then(|name| call.inputs.get(name)) {
                frame.workdir = input.value.as_deref().map_or_else(|| frame.workdir.unknown(), |dir| frame.workdir.enter(dir));
            }
            let args = row
                .argv_input
                .as_ref()
                .and_then(|name| call.inputs.get(name))
                .map(|input| self.split(&input.text))
                .unwrap_or_default();
            if let Some(args) = matching::handed_arguments(hit.tool, args) {
                self.invocation(&hit, args, call.inputs.clone(), &frame);
            }
        }
        let world = self.world;
        let expand = |runner: &&dyn runners::Runner| runner.expand_action(call, &frame.workdir, &frame.env, world);
        if let Some(nexts) = runners::ROSTER.iter().find_map(expand) {
            known = true;
            self.follow(nexts, call.name.clone(), frame);
        }
        known
    }

    /// The words of a text that a shell would split: an action's `args`.
    fn split(&self, text: &MappedText) -> Vec<Word> {
        let mode = ShellMode { errexit: false, pipefail: false, dialect: shell::Dialect::Posix };
        let limits = self.world.snapshot.limits();
        let analysis = shell::analyse(&ScriptInput { text, mode, scope: &Scope::new(), limits });
        analysis.commands.into_iter().flat_map(|command| command.words).collect()
    }

    fn opaque(&mut self, why: Why, frame: &Frame) {
        let place = why.place.clone().or_else(|| frame.chain.last().map(|hop| hop.place.clone()));
        let place = place.unwrap_or_else(|| Place::file(crate::text::RepoPath::root()));
        let settled = self
            .terms
            .ci
            .trusted_workflows
            .iter()
            .find(|trusted| super::settle::vouches(trusted, &why))
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

fn scope(env: &Env, args: Option<Vec<Word>>) -> Scope {
    let mut scope = Scope::new();
    for (name, value) in env {
        scope = scope.with(name.clone(), value.clone().map_or(VarValue::Unknown, VarValue::Known));
    }
    match args {
        Some(words) => scope.positional(words),
        None => scope,
    }
}

fn enter(cwd: &Cwd, from: &Workdir) -> Workdir {
    match cwd {
        Cwd::Known(steps) => steps.iter().fold(from.clone(), |dir, step| dir.enter(step)),
        Cwd::Unknown(_) => from.unknown(),
    }
}

fn shell_hold(hold: &shell::Hold) -> Hold {
    let effect = match hold.kind {
        HoldKind::Soft => HoldEffect::Soften,
        HoldKind::Unknown(reason) => HoldEffect::Unknown(reason),
    };
    Hold::new(effect, hold.place.clone(), hold.why.clone())
}

fn environment(base: &Arc<Env>, command: &ShellCommand) -> Arc<Env> {
    if command.exported.is_empty() && command.assignments.is_empty() {
        return Arc::clone(base);
    }
    let mut env = (**base).clone();
    for (name, value) in command.exported.iter().chain(&command.assignments) {
        env.insert(name.clone(), value.clone());
    }
    Arc::new(env)
}
