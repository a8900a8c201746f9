//! Owns what people and local hooks run: npm scripts and pre-commit hooks that no pipeline reaches prove `configured`, no
//! more.

use std::collections::HashMap;
use std::sync::Arc;

use super::hold::Hop;
use super::invocations::ByHand;
use super::locks::Locks;
use super::pipeline::{Env, Pipeline, Turn, Unit, Work};
use super::runners::World;
use super::shell::{Dialect, ShellMode};
use super::trace::{self, Trace};
use super::workdir::{WORKSPACE, Workdir};
use crate::answer::Answer;
use crate::doc::Format;
use crate::terms::Terms;
use crate::text::{Place, RepoPath};

/// How many manifests with scripts are looked at; past it a tool is merely not called configured.
const MANIFESTS: usize = 200;

/// Traces every npm script that a developer may run by hand. What is opaque in them raises nothing: no pipeline runs them.
#[must_use]
pub fn trace(world: &World<'_>, terms: &Terms, manifests: &[RepoPath], locks: &Locks) -> Trace {
    let mut pipeline = Pipeline {
        system: "local",
        path: RepoPath::root(),
        events: Vec::new(),
        jobs: Vec::new(),
        units: Vec::new(),
        problems: Vec::new(),
    };
    for path in manifests.iter().take(MANIFESTS) {
        pipeline.units.extend(scripts(world, path));
    }
    let mut out = trace::trace(&[pipeline], world, terms);
    let mut typed: HashMap<RepoPath, Vec<(Place, ByHand)>> = HashMap::new();
    for path in manifests.iter().take(MANIFESTS) {
        typed.insert(path.clone(), commands(world, path, locks));
    }
    for invocation in &mut out.invocations {
        // A command may be one of several of its script.
        let holds = |script: &Place, place: &Place| {
            (script.line, script.column) <= (place.line, place.column)
                && place.line <= script.end_line
                && (place.line < script.end_line || place.end_column <= script.end_column)
        };
        invocation.by_hand = invocation.chain.first().and_then(|hop| {
            let scripts = typed.get(&hop.place.path)?.iter();
            scripts.clone().find(|(script, _)| holds(script, &hop.place)).map(|(_, by_hand)| by_hand.clone())
        });
    }
    let hooks = trace::follow_all(super::runners::local_hooks(world), Vec::new(), None, 0, world, terms);
    out.invocations.extend(hooks.invocations);
    out
}

/// What people type to run each script, by its place; hooks of the manager around other scripts are not typed.
fn commands(world: &World<'_>, path: &RepoPath, locks: &Locks) -> Vec<(Place, ByHand)> {
    let Ok(document) = world.snapshot.document(path, Format::Json) else { return Vec::new() };
    let Some(scripts) = document.root().get("scripts") else { return Vec::new() };
    let plain = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || "/._-@:".contains(c)) && !text.starts_with('-');
    let home = path.parent();
    let client = world.catalog.languages.client.of(locks.nearest(&home, "javascript")).program.as_str();
    let hook = |name: &str| {
        let of = ["pre", "post"].iter().find_map(|head| name.strip_prefix(head));
        of.is_some_and(|of| scripts.get(of).is_some() || matches!(of, "install" | "pare" | "publish" | "pack"))
    };
    let typed = scripts.entries().filter_map(|entry| {
        let name = entry.name().filter(|name| plain(name) && !hook(name))?;
        let text = entry.value.mapped()?;
        // What mends is no gate.
        let mends = ["fix", "write", "watch"];
        let mends = mends.iter().any(|word| name.contains(word) || text.text().contains(&format!("--{word}")));
        let typed = || ByHand { command: format!("{client} run {name}"), directory: home.clone() };
        (!mends).then(|| (text.place(0..text.text().len()), typed()))
    });
    typed.collect()
}

fn scripts(world: &World<'_>, path: &RepoPath) -> Vec<Unit> {
    let Ok(document) = world.snapshot.document(path, Format::Json) else { return Vec::new() };
    let Some(scripts) = document.root().get("scripts") else { return Vec::new() };
    let workdir = Workdir::workspace().enter(&format!("{WORKSPACE}/{}", path.parent()));
    let mode = ShellMode { errexit: false, pipefail: false, dialect: Dialect::Posix };
    let unit = |text: crate::text::MappedText| Unit {
        chain: vec![Hop::new(text.place(0..text.text().len()), text.text())],
        job: 0,
        work: Work::Script { text, mode },
        workdir: workdir.clone(),
        env: Arc::new(Env::new()),
        handed: Arc::default(),
        starts: vec![super::pipeline::Start { event: 0, answer: Answer::Yes(()), paths: Vec::new(), holds: Vec::new() }],
        holds: Vec::new(),
        shadows: Vec::new(),
        search: Vec::new(),
        recorded: None,
        turn: Turn::default(),
    };
    scripts.entries().filter_map(|entry| entry.value.mapped()).map(unit).collect()
}
