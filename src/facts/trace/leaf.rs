//! Owns the end of a chain: which rows of the catalogue a command, hook, image or action is, and the invocation recorded for
//! each. Refuses to follow anything further.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Frame, ReachedAction, Tracer};
use crate::facts::hold::Hold;
use crate::facts::invocations::Invocation;
use crate::facts::matching::{self, RowMatch};
use crate::facts::pipeline::{ActionCall, Input, SearchDir};
use crate::facts::runners;
use crate::facts::shadow;
use crate::facts::shell::{self, Scope, ScriptInput, ShellMode, Word};
use crate::text::MappedText;

impl Tracer<'_> {
    /// A program of this name in a directory of the tree that stands on the search path.
    pub(super) fn on_search_path(&self, program: &str, frame: &Frame) -> Option<Hold> {
        let lies_there = |dir: &&SearchDir| {
            !program.contains('/') && dir.directory.join(program).is_some_and(|path| self.world.snapshot.is_file(&path))
        };
        frame.search.iter().find(lies_there).map(|dir| dir.hold.clone())
    }

    /// Catalogue rows for a command; a path into the tree is a local program, whatever its name (unless a row lists it).
    pub(super) fn matches(&self, words: &[Word], frame: &Frame) -> Vec<RowMatch<'static>> {
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
    pub(super) fn wrappers(&self, words: &[Word]) -> Vec<RowMatch<'static>> {
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

    pub(super) fn invocation(&mut self, hit: &RowMatch<'_>, args: Vec<Word>, inputs: BTreeMap<String, Input>, frame: &Frame) {
        let mut holds = frame.holds.clone();
        holds.extend(shadow::of_tree(hit.tool, &hit.tool.run[hit.row], &frame.workdir, self.world));
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
            conditions: frame.conditions.clone(),
            packages: frame.packages.clone(),
            host_row: None,
        });
    }

    pub(super) fn hook(&mut self, repo: &str, id: &str, args: Vec<Word>, packages: Vec<String>, mut frame: Frame) {
        frame.packages = packages;
        for hit in matching::tools_for_hook(crate::catalog::Catalog::builtin(), repo, id) {
            self.invocation(&hit, args.clone(), BTreeMap::new(), &frame);
        }
    }

    pub(super) fn image(&mut self, image: &str, words: &[Word], frame: &Frame) {
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
    pub(super) fn action(&mut self, call: &ActionCall, frame: &Frame) -> bool {
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
    pub(super) fn split(&self, text: &MappedText) -> Vec<Word> {
        let mode = ShellMode { errexit: false, pipefail: false, dialect: shell::Dialect::Posix };
        let limits = self.world.snapshot.limits();
        let analysis = shell::analyse(&ScriptInput { text, mode, scope: &Scope::new(), limits });
        analysis.commands.into_iter().flat_map(|command| command.words).collect()
    }
}
