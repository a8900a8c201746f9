//! Owns pre-commit and prek: their command lines and actions, and which hooks of the configuration a call runs. Refuses to
//! know what a hook of another repository does.

mod config;
mod files;
mod hook;
mod types;

#[cfg(test)]
mod tests;

use self::config::{Config, Selection};
use super::command_line::{self, CommandLine, Order};
use super::{Call, Next, Runner, Target, World, quoted};
use crate::answer::{Reason, Why};
use crate::catalog;
use crate::facts::effects::origin;
use crate::facts::hold::{Hold, HoldEffect};
use crate::facts::pipeline::{ActionCall, Env};
use crate::facts::shell::Word;
use crate::facts::workdir::Workdir;
use crate::text::Place;

/// The pre-commit runner.
pub(super) struct PreCommit;

impl Runner for PreCommit {
    fn name(&self) -> &'static str {
        "pre-commit"
    }

    fn reads(&self, file_name: &str) -> bool {
        config::FILES.contains(&file_name)
    }

    fn expand(&self, call: &Call<'_>, world: &World<'_>) -> Option<Vec<Next>> {
        let program = crate::facts::matching::program_name(call.program()?);
        if !matches!(program, "pre-commit" | "pre_commit" | "prek") {
            return None;
        }
        Some(run(call, program == "prek", world))
    }

    fn expand_action(&self, action: &ActionCall, workdir: &Workdir, env: &Env, world: &World<'_>) -> Option<Vec<Next>> {
        let name = action.name.to_ascii_lowercase();
        let (program, input) = match name.as_str() {
            "pre-commit/action" | "tox-dev/action-pre-commit-uv" => ("pre-commit", "extra_args"),
            "j178/prek-action" => ("prek", "extra-args"),
            "pre-commit-ci/lite-action" => return Some(Vec::new()),
            _ => return None,
        };
        if action.inputs.get("install-only").is_some_and(|input| input.value.as_deref() == Some("true")) {
            return Some(Vec::new());
        }
        let workdir = match action.inputs.get("working-directory") {
            Some(input) => input.value.as_deref().map_or_else(|| workdir.unknown(), |directory| workdir.enter(directory)),
            None => workdir.clone(),
        };
        let mut words: Vec<Word> =
            [program, "run", "--show-diff-on-failure", "--color=always"].map(|word| quoted::added(word, &action.place)).into();
        match action.inputs.get(input) {
            Some(given) => words.extend(quoted::split(&given.text).unwrap_or_default()),
            None => words.push(quoted::added("--all-files", &action.place)),
        }
        let call = Call { words: &words, env, workdir: &workdir, place: &action.place };
        Some(run(&call, program == "prek", world))
    }
}

/// pre-commit.ci: the place of its `ci` key and the hooks it runs when the app is installed, which no file tells.
#[must_use]
pub fn pre_commit_ci(world: &World<'_>) -> Option<(Place, Vec<Next>)> {
    let config = Config::open(&Workdir::workspace(), None, false, world).ok().flatten()?;
    let (place, skip) = config.hosted()?;
    let selection = Selection { stage: Some("pre-commit".to_owned()), skip, ..Selection::default() };
    Some((place, config.nexts(&selection, &Env::new(), world)))
}

/// Every hook of every stage: what a developer's own installation may run.
#[must_use]
pub fn local_hooks(world: &World<'_>) -> Vec<Next> {
    let config = [false, true].into_iter().find_map(|prek| Config::open(&Workdir::workspace(), None, prek, world).ok().flatten());
    config.map_or_else(Vec::new, |config| config.nexts(&Selection::default(), &Env::new(), world))
}

fn run(call: &Call<'_>, prek: bool, world: &World<'_>) -> Vec<Next> {
    let (files, rest) = without_files(&call.words[1..]);
    let own = &world.catalog.commands.pre_commit;
    let mut line = command_line::read(&rest, &own.value_flags, Order::Mixed);
    if line.has(&["-h", "--help", "-V", "--version"]) {
        return Vec::new();
    }
    match line.operands.first().and_then(|word| word.value.as_deref()) {
        Some("run") => drop(line.operands.remove(0)),
        Some(word) if catalog::lists(&own.idle, word) || !prek => return Vec::new(),
        _ => {}
    }
    let named = line.last(&["-c", "--config"]).and_then(|flag| flag.value.as_ref());
    let directory = line.last(&["-C", "--cd"]).and_then(|flag| flag.value.as_ref()?.value.as_deref());
    let workdir = directory.map_or_else(|| call.workdir.clone(), |directory| call.workdir.enter(directory));
    let opaque = |why: Why| vec![Next { target: Target::Opaque(why), ..Next::argv(call, Vec::new()) }];
    let configs: Vec<Result<Config, Why>> = match named.map(|word| word.value.as_deref()) {
        Some(None) => {
            return opaque(Why::new(Reason::Dynamic, "the name of the hook configuration is computed").at(call.place.clone()));
        }
        Some(Some(name)) => Config::open(&workdir, Some(name), prek, world).transpose().into_iter().collect(),
        None if prek => Config::workspace(&workdir, world),
        None => Config::open(&workdir, None, prek, world).transpose().into_iter().collect(),
    };
    let mut selection = selection(call, &line, world);
    selection.named = files.as_ref().and_then(|files| files.iter().map(|word| word.value.clone()).collect());
    (selection.staged, selection.holds) = looked_at(call, &line, files);
    if configs.len() > 1 && named_projects(call, &line, &configs) {
        let why = "which projects of the workspace run is not read by this version";
        selection.condition = Some(Why::new(Reason::Unsupported, why).at(call.place.clone()));
        selection.only.clear();
    }
    let filtered = configs.first().is_some_and(|first| first.as_ref().is_ok_and(Config::filters));
    let mut nexts = Vec::new();
    for (at, config) in configs.into_iter().enumerate() {
        if at == 1 && filtered {
            let why = "the files that the workspace's first configuration leaves out are not read";
            selection.holds.push(Hold::new(HoldEffect::Unknown(Reason::Unsupported), call.place.clone(), why));
        }
        match config {
            Ok(config) => nexts.extend(config.nexts(&selection, call.env, world)),
            Err(why) => nexts.extend(opaque(why)),
        }
    }
    nexts
}

/// Whether a word chooses projects of prek's workspace (`src/`, `src:lint`, `--skip src`).
fn named_projects(call: &Call<'_>, line: &CommandLine, configs: &[Result<Config, Why>]) -> bool {
    let directories: Vec<_> = configs.iter().flatten().filter_map(|config| config.root.dir()).collect();
    let project = |word: &str| {
        let same = |directory: &crate::text::RepoPath| !directory.is_root() && directory.as_str() == word.trim();
        word.contains(['/', ':']) || directories.iter().any(same)
    };
    let given = line.operands.iter().any(|word| word.value.as_deref().is_some_and(project));
    let skip = ["--skip"];
    let mut skipped = line.all(&skip).filter_map(|flag| flag.value.as_ref()?.value.as_deref());
    let variables = ["SKIP", "PREK_SKIP"].iter().filter_map(|name| call.env.get(name)?.as_deref());
    given || skipped.any(project) || variables.flat_map(|text| text.split(',')).any(project)
}

/// `--files A B …` takes every word up to the next flag; the words behind it and the rest of the line.
fn without_files(words: &[Word]) -> (Option<Vec<Word>>, Vec<Word>) {
    let text = |word: &Word| word.value.clone().unwrap_or_else(|| word.raw.clone());
    let Some(at) = words.iter().position(|word| text(word) == "--files" || text(word).starts_with("--files=")) else {
        return (None, words.to_vec());
    };
    let end = words[at + 1..].iter().position(|word| text(word).starts_with('-')).map_or(words.len(), |length| at + 1 + length);
    let from = if text(&words[at]) == "--files" { at + 1 } else { at };
    (Some(words[from..end].to_vec()), words[..at].iter().chain(&words[end..]).cloned().collect())
}

/// Whether only staged files are looked at (none, in CI), and what the choice of files means for the gate.
fn looked_at(call: &Call<'_>, line: &CommandLine, files: Option<Vec<Word>>) -> (Option<Hold>, Vec<Hold>) {
    let place = |word: Option<&Word>| word.map_or_else(|| call.place.clone(), |word| word.place.clone());
    // argparse takes every beginning of a long flag that no other flag shares.
    let shortened = |name: &str| name.len() > 2 && name.starts_with("--a") && "--all-files".starts_with(name);
    if line.has(&["-a", "-d", "--directory"]) || line.flags.iter().any(|flag| shortened(&flag.name)) {
        return (None, Vec::new());
    }
    if let Some(files) = files {
        let hold = match (files.is_empty(), files.iter().all(|word| word.value.is_some())) {
            (true, _) => {
                return (
                    Some(Hold::new(
                        HoldEffect::Void,
                        call.place.clone(),
                        "`--files` names no file, so no hook looks at anything",
                    )),
                    Vec::new(),
                );
            }
            (_, true) => Hold::new(HoldEffect::Narrow, place(files.first()), "hooks look at the named files only"),
            (_, false) => {
                Hold::new(HoldEffect::Note, place(files.first()), "hooks look at the files that are named when it runs")
            }
        };
        return (None, vec![hold]);
    }
    let flag = |names: &[&str]| line.last(names).map(|flag| flag.word.place.clone());
    let refs = (flag(&["-s", "--from-ref", "--source"]), flag(&["-o", "--to-ref", "--origin"]));
    let value = |names: &[&str]| line.last(names).and_then(|flag| flag.value.as_ref()?.value.clone());
    let (from, to) = (value(&["-s", "--from-ref", "--source"]), value(&["-o", "--to-ref", "--origin"]));
    if let (Some(place), true) = (&refs.0, from.is_some() && from == to) {
        return (Some(Hold::new(HoldEffect::Void, place.clone(), "nothing changes from a revision to itself")), Vec::new());
    }
    if let Some(place) = refs.0.and(refs.1).or_else(|| flag(&["--last-commit"])) {
        return (None, vec![Hold::new(HoldEffect::Note, place, "hooks look at changed files only")]);
    }
    let at = place(call.words.first());
    (
        Some(Hold::new(HoldEffect::Void, at, "without `--all-files` hooks look at staged files, and in CI none is staged")),
        Vec::new(),
    )
}

fn selection(call: &Call<'_>, line: &CommandLine, world: &World<'_>) -> Selection {
    let mut selection = Selection { stage: Some("pre-commit".to_owned()), ..Selection::default() };
    let unknown = |text: &str, place: &Place| Some(Why::new(Reason::Dynamic, text).at(place.clone()));
    if let Some(flag) = line.last(&["--hook-stage", "--stage"]) {
        match flag.value.as_ref().and_then(|word| word.value.as_deref()) {
            Some(stage) => selection.stage = Some(config::modern(stage).to_owned()),
            None => (selection.stage, selection.condition) = (None, unknown("the stage is computed", &flag.word.place)),
        }
    }
    for word in &line.operands {
        match word.value.as_deref() {
            Some(id) => selection.only.push(id.rsplit(':').next().unwrap_or(id).to_owned()),
            None => selection.condition = unknown("which hook runs is computed", &word.place),
        }
    }
    if selection.condition.is_some() {
        selection.only.clear();
    }
    for name in ["SKIP", "PREK_SKIP"] {
        match call.env.get(name) {
            Some(Some(text)) => {
                let ids = text.split(',').map(str::trim).filter(|id| !id.is_empty());
                // An environment does not say where it was set.
                let at = |id: &str| origin::only_line(world.snapshot, &call.place.path, &[name, id]);
                selection.skip.extend(ids.map(|id| (id.to_owned(), at(id).unwrap_or_else(|| call.place.clone()))));
            }
            Some(None) => selection.condition = unknown("`SKIP` is computed and may name any hook", call.place),
            None => {}
        }
    }
    for flag in line.all(&["--skip"]) {
        match flag.value.as_ref().and_then(|word| word.value.as_deref()) {
            Some(id) => selection.skip.push((id.to_owned(), flag.word.place.clone())),
            None => selection.condition = unknown("`--skip` is computed and may name any hook", &flag.word.place),
        }
    }
    if let Some(flag) = line.last(&["--dry-run"]) {
        selection.overall.push(Hold::new(HoldEffect::Void, flag.word.place.clone(), "`--dry-run` runs no hook"));
    }
    selection
}
