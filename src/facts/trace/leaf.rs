//! Owns the end of a chain: which rows of the catalogue a command, hook, image or action is, and the invocation recorded for
//! each. Refuses to follow anything further.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use super::{Frame, ReachedAction, Tracer};
use crate::answer::{Reason, Why};
use crate::doc::Format;
use crate::facts::compiler;
use crate::facts::hold::{Hold, HoldEffect};
use crate::facts::invocations::Invocation;
use crate::facts::matching::{self, RowMatch};
use crate::facts::meter::COPY;
use crate::facts::pipeline::{ActionCall, Input, SearchDir};
use crate::facts::releases::REV;
use crate::facts::runners;
use crate::facts::shadow;
use crate::facts::shell::{self, Scope, ScriptInput, ShellMode, UNKNOWN_CHAR, Word};
use crate::facts::tool_config::places;
use crate::facts::workdir::Workdir;
use crate::text::{MappedText, Place, Span};

/// A program that stands for the tool where a text holds its arguments only.
const BEHIND: &str = "arguments-of ";

/// Commands of one input that are looked at.
const GIVEN: usize = 64;

/// Directories of a search path that are looked into.
const PATH_PARTS: usize = 64;

/// A search path as written, from where it was looked at, and its parts that lead into the tree.
pub(super) type SearchPath = (String, Workdir, Rc<Vec<String>>);

impl Tracer<'_> {
    /// A program of this name in a directory of the tree that stands on the search path.
    pub(super) fn on_search_path(&self, program: &str, frame: &Frame) -> Option<Hold> {
        let lies_there = |dir: &&SearchDir| {
            !program.contains('/') && dir.directory.join(program).is_some_and(|path| self.world.snapshot.is_file(&path))
        };
        let searched = frame.search.iter().find(lies_there).map(|dir| dir.hold.clone());
        searched
            .or_else(|| self.on_variable(program, frame))
            .or_else(|| self.changed_before(program, frame))
            .or_else(|| self.made_around(program, frame))
    }

    /// `cargo clippy` is the program `cargo-clippy`, `git x` is `git-x`: it may lie on the search path as well.
    pub(super) fn sub_command(&self, words: &[Word], frame: &Frame) -> Option<Hold> {
        let program = words.first()?.value.as_deref().filter(|program| matches!(*program, "cargo" | "git"))?;
        let command = words[1..].iter().map_while(|word| word.value.as_deref()).find(|text| !text.starts_with(['-', '+']))?;
        self.on_search_path(&format!("{program}-{command}"), frame)
    }

    /// A program of this name in a directory of the tree that `PATH` itself names: set by a runner, a container or a script.
    fn on_variable(&self, program: &str, frame: &Frame) -> Option<Hold> {
        let path = frame.env.get("PATH")?.as_deref().filter(|_| !program.contains('/'))?;
        if path.starts_with(UNKNOWN_CHAR) && path.chars().count() == 1 {
            // A file of variables that is not there, or not read.
            let why = "what sets its variables is not in the tree: `PATH` may lead to a file of it";
            let place = frame.chain.last()?.place.clone();
            return self.lies_below("", program).then(|| Hold::new(HoldEffect::Unknown(Reason::Dynamic), place, why));
        }
        let parts = self.parts_into_the_tree(path, &frame.workdir);
        let inside = parts.iter().find(|part| {
            let file = format!("{}/{program}", if part.is_empty() { "." } else { part });
            frame.workdir.resolve(&file).is_some_and(|file| self.world.snapshot.is_file(&file))
        })?;
        let place = frame.chain.last()?.place.clone();
        let shown = if inside.is_empty() { "." } else { inside.as_str() };
        let why = format!("`PATH` leads to a file of the tree in `{shown}`");
        Some(Hold::new(HoldEffect::Void, place, why).mended(format!("take `{shown}` out of `PATH`")))
    }

    /// The parts of a search path below which files of the tree may lie, seen from here: the same for most commands of a unit.
    fn parts_into_the_tree(&self, path: &str, here: &Workdir) -> Rc<Vec<String>> {
        let mut last = self.last_path.borrow_mut();
        if let Some((_, _, known)) = last.as_ref().filter(|(text, from, _)| text == path && from == here) {
            return Rc::clone(known);
        }
        let parts =
            path.split(':').take(PATH_PARTS).filter(|part| here.leads_into_the_tree(if part.is_empty() { "." } else { part }));
        let parts = Rc::new(parts.map(str::to_owned).collect());
        *last = Some((path.to_owned(), here.clone(), Rc::clone(&parts)));
        parts
    }

    /// Catalogue rows for a command; a path into the tree is a local program, whatever its name (unless a row lists it).
    pub(super) fn matches(&self, words: &[Word], frame: &Frame) -> Vec<RowMatch<'static>> {
        let catalog = crate::catalog::Catalog::builtin();
        let mut hits = matching::tools_for_words(catalog, words);
        let program = words.first().and_then(|word| word.value.as_deref()).unwrap_or_default();
        if program.contains('/') && frame.workdir.resolve(program).is_some_and(|path| self.world.snapshot.is_file(&path)) {
            hits.retain(|hit| hit.tool.run[hit.row].argv.as_ref().is_some_and(|argv| argv[0] == program));
        }
        hits.retain(|hit| {
            let needed = hit.tool.run[hit.row].with_package.as_deref();
            needed.is_none_or(|package| self.declares(package, frame))
        });
        hits.extend(self.wrappers(words));
        hits
    }

    /// Whether the manifest of the working directory asks for a package; so it may where the directory is not known.
    fn declares(&self, package: &str, frame: &Frame) -> bool {
        let Some(directory) = frame.workdir.dir() else { return true };
        let path = directory.join("package.json").filter(|path| self.world.snapshot.is_file(path));
        let Some(Ok(document)) = path.map(|path| self.world.snapshot.document(&path, Format::Json)) else { return false };
        let tables = ["dependencies", "devDependencies", "optionalDependencies"];
        tables.iter().any(|table| document.root().get(table).is_some_and(|table| table.get(package).is_some()))
    }

    /// Own wrappers that the policy says stand for a tool (`[tools.X] argv`). Which row they stand at says nothing about them.
    pub(super) fn wrappers(&self, words: &[Word]) -> Vec<RowMatch<'static>> {
        let catalog = crate::catalog::Catalog::builtin();
        let mut found = Vec::new();
        for (id, terms) in self.terms.tools.iter() {
            let Some(tool) = catalog.tool(id) else { continue };
            let Some(row) = tool.run.iter().position(|row| row.inside.is_none()) else { continue };
            let taken = terms.argv.iter().filter_map(|argv| matching::take_row(argv, words, &[])).max();
            if let Some(taken) = taken {
                found.push(RowMatch { tool, row, taken, doubt: None, wrapped: true });
            }
        }
        found
    }

    pub(super) fn invocation(&mut self, hit: &RowMatch<'_>, args: Vec<Word>, inputs: BTreeMap<String, Input>, frame: &Frame) {
        let given = args.iter().map(|word| word.value.as_ref().map_or(0, String::len) / 8);
        if self.spent(frame.cost() + COPY * (args.len() + inputs.len()) + given.sum::<usize>(), frame) {
            return;
        }
        let mut holds = frame.holds.clone();
        holds.retain(|hold| hold.holds(&hit.tool.languages));
        holds.extend(frame.holds.iter().filter_map(|hold| hold.of_chain(&frame.chain)));
        // A wrapper may lie in the tree: that is what the policy vouches for.
        if !hit.wrapped {
            let row = &hit.tool.run[hit.row];
            holds.extend(shadow::of_tree(hit.tool, row, &frame.workdir, &frame.env, self.world));
            if let Some(hop) = frame.chain.last() {
                holds.extend(compiler::of_variables(row, &frame.env, &frame.workdir, self.world, &hop.place));
                holds.extend(compiler::of_go_flags(hit.tool, &frame.env, &frame.workdir, self.world, &hop.place));
                let ecosystems: Vec<&str> = hit.tool.packages.keys().map(String::as_str).collect();
                let (env, workdir) = (&frame.env, &frame.workdir);
                holds.extend(shadow::launchers::of_variables(&ecosystems, env, workdir, self.world, &hop.place));
            }
        }
        let laid = if hit.wrapped { None } else { self.laid_before(hit.tool, &hit.tool.run[hit.row], frame) };
        let edited = self.edits_before(hit.tool, frame);
        holds.extend(edited.holds);
        holds.extend(self.is_fed_nothing(hit.tool, frame));
        let conditions = frame.conditions.iter().cloned().chain(edited.conditions).chain(laid).collect();
        self.out.invocations.push(Invocation {
            tool: hit.tool.id.clone(),
            row: hit.row,
            chain: frame.chain.clone(),
            pipeline: frame.pipeline,
            job: frame.job,
            starts: Arc::clone(&frame.starts),
            args,
            inputs,
            env: (*frame.env).clone(),
            workdir: frame.workdir.clone(),
            holds,
            conditions,
            taken: edited.taken,
            reconfigured: edited.reconfigured,
            packages: self.beside(frame),
            isolated: frame.isolated,
            supplied: hit.tool.audits.as_ref().map(|_| Arc::new(self.supplied_to(hit.tool, frame))),
            wrapped: hit.wrapped,
            host_row: None,
            by_hand: None,
        });
    }

    /// Packages in the environment of a command: what an earlier command of the job installed is not in one of its own.
    fn beside(&self, frame: &Frame) -> Vec<String> {
        let mut all = frame.packages.clone();
        if !frame.isolated {
            all.extend(self.supplied.get(&(frame.pipeline, frame.job)).into_iter().flat_map(|job| &job.packages).cloned());
        }
        all
    }

    pub(super) fn hook(
        &mut self,
        (repo, id, rev): (&str, &str, Option<MappedText>),
        args: Vec<Word>,
        packages: Vec<String>,
        mut frame: Frame,
    ) {
        let rev = rev.map(|text| (REV.to_owned(), Input { value: Some(text.text().to_owned()), text }));
        let inputs: BTreeMap<String, Input> = rev.into_iter().collect();
        frame.packages = packages;
        frame.isolated = true;
        for hit in matching::tools_for_hook(crate::catalog::Catalog::builtin(), repo, id) {
            if let Some(args) = matching::handed_arguments(hit.tool, args.clone()) {
                self.invocation(&hit, args, inputs.clone(), &frame);
            }
        }
    }

    pub(super) fn image(&mut self, image: &str, words: &[Word], frame: &Frame) {
        let hits = matching::tools_for_image(crate::catalog::Catalog::builtin(), image, words);
        for hit in &hits {
            self.invocation(hit, matching::arguments(hit, words), BTreeMap::new(), frame);
        }
        if hits.is_empty() && !words.is_empty() {
            let place = words[0].place.clone();
            self.command(words, &place, None, frame);
        }
    }

    /// Matches an action and hands it to the runner that knows it; false when neither does.
    pub(super) fn action(&mut self, call: &ActionCall, frame: &Frame) -> bool {
        self.out.actions.push(ReachedAction {
            call: call.clone(),
            pipeline: frame.pipeline,
            job: frame.job,
            chain: frame.chain.clone(),
        });
        self.release_action(call, frame);
        self.managed_steps(call, frame);
        self.brought_back(&call.name, frame);
        let known = self.known_action(call, frame);
        self.supplied_by_action(call, known, frame);
        if !known {
            self.by_its_name(call, frame);
            self.by_its_inputs(call, frame);
        }
        known
    }

    /// An action that is not known and is called like a tool that the tree configures may well run it.
    fn by_its_name(&mut self, call: &ActionCall, frame: &Frame) {
        let last = call.name.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
        let name = last.strip_suffix("-action").unwrap_or(&last);
        let Some(tool) = crate::catalog::Catalog::builtin().tool(name) else { return };
        let root = crate::text::RepoPath::root();
        if !tool.config.iter().any(|row| places::nearest(self.world.snapshot, row, &root).is_some()) {
            return;
        }
        let why = format!("the action `{}` is not read; by its name it runs {}", call.name, tool.title);
        let mut frame = frame.clone();
        frame.conditions.push(Why::new(Reason::Remote, why).at(call.place.clone()));
        if let Some(action) = tool.run.iter().find_map(|row| row.action.clone()) {
            self.known_action(&ActionCall { name: action, inputs: BTreeMap::new(), ..call.clone() }, &frame);
        } else if let Some(argv) = tool.run.iter().find_map(|row| row.argv.as_ref()) {
            let words = by_default((&argv.join(" "), call.place.clone()));
            self.command(&words, &call.place, None, &frame);
        }
    }

    /// An action that is not known and is given the command line of a tool may well run it.
    fn by_its_inputs(&mut self, call: &ActionCall, frame: &Frame) {
        let world = self.world;
        let idle = world.catalog.runners.idle_actions.iter().any(|idle| idle.eq_ignore_ascii_case(&call.name));
        if idle || call.name.split('/').next().is_some_and(|owner| owner.eq_ignore_ascii_case("actions")) {
            return;
        }
        for (name, input) in &call.inputs {
            let commands = input.text.text().lines().flat_map(|line| line.split([';', '&', '|'])).take(GIVEN);
            // A name alone is mostly a name: of a report, a cache, a package.
            for text in commands.filter(|text| text.split_whitespace().nth(1).is_some()) {
                let place = input.text.place(0..input.text.text().len());
                let words = by_default((text, place.clone()));
                if matching::tools_for_words(world.catalog, &words).is_empty() {
                    continue;
                }
                let why = format!("the action `{}` is not read; its input `{name}` holds this command", call.name);
                let mut frame = frame.clone();
                frame.conditions.push(Why::new(Reason::Remote, why).at(place.clone()));
                self.command(&words, &place, None, &frame);
            }
        }
    }

    fn known_action(&mut self, call: &ActionCall, frame: &Frame) -> bool {
        let hits = matching::tools_for_action(crate::catalog::Catalog::builtin(), call);
        runners::pushed(call, &frame.workdir, self.world, &mut self.earlier, &|| frame.built());
        let mut known = !hits.is_empty();
        for hit in hits {
            let row = &hit.tool.run[hit.row];
            let mut frame = frame.clone();
            if let Some(input) = row.directory_input.as_ref().and_then(|name| call.inputs.get(name)) {
                let manifest = |given: &str| frame.workdir.resolve(given).is_some_and(|path| self.world.snapshot.is_file(&path));
                frame.workdir = match input.value.as_deref() {
                    // A manifest stands for its directory.
                    Some(given) if manifest(given) => frame.workdir.enter(given).enter(".."),
                    Some(given) => frame.workdir.enter(given),
                    None => frame.workdir.unknown(),
                };
            }
            for handed in &row.handed {
                if let Some(input) = call.inputs.get(&handed.input) {
                    Arc::make_mut(&mut frame.env).insert(handed.env.clone(), input.value.clone());
                }
            }
            let args = row.argv_input.as_ref().and_then(|name| call.inputs.get(name)).map(|input| self.split(&input.text));
            let place = frame.chain.last().map(|hop| hop.place.clone());
            let args = args.unwrap_or_else(|| row.argv_default.as_deref().zip(place).map(by_default).unwrap_or_default());
            if let Some(args) = matching::handed_arguments(hit.tool, args) {
                self.invocation(&hit, args, call.inputs.clone(), &frame);
            }
        }
        let world = self.world;
        let expand = |runner: &&dyn runners::Runner| runner.expand_action(call, &frame.workdir, &frame.env, world);
        if let Some(nexts) = runners::ROSTER.iter().find_map(expand) {
            known = true;
            self.follow(nexts, call.name.clone(), None, frame);
        }
        known
    }

    /// The words of a text that a shell would split: an action's `args`. They are words behind a program, so none of them is
    /// the shell's own (`. --flag` sources nothing).
    pub(super) fn split(&self, text: &MappedText) -> Vec<Word> {
        let mut line = MappedText::empty(text.file().clone());
        let mut from = 0;
        for part in text.text().split_inclusive('\n') {
            line.push_standing_for(text.span(from..from), BEHIND);
            line.push_part(text, from..from + part.len());
            from += part.len();
        }
        let mode = ShellMode { errexit: false, pipefail: false, dialect: shell::Dialect::Posix };
        let limits = self.world.snapshot.limits();
        let (scope, files) = (Scope::new(), &shell::NoFiles);
        let analysis = shell::analyse(&ScriptInput {
            text: &line,
            mode,
            scope: &scope,
            limits,
            files,
            meter: self.world.meter,
            dead: false,
        });
        let words = analysis.commands.into_iter().flat_map(|command| command.words);
        words.filter(|word| word.value.as_deref() != Some(BEHIND.trim_end())).collect()
    }
}

/// The words that an action brings itself, told at the step.
pub(super) fn by_default((text, place): (&str, Place)) -> Vec<Word> {
    let word = |word: &str| Word {
        raw: word.to_owned(),
        value: Some(word.to_owned()),
        span: Span::default(),
        place: place.clone(),
        glob: false,
        partial: None,
    };
    text.split_whitespace().map(word).collect()
}
