//! Owns the jobs of a workflow file, called or started by events: variants, surroundings of the steps, check names. Refuses
//! to decide whether they run: `graph` does.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::beside::Beside;
use super::draft::{Draft, Files, Part};
use super::expr::Val;
use super::graph::{Graph, JobText, read as read_jobs};
use super::lane::Lane;
use super::matrix::{self, Variants};
use super::names;
use super::recorded;
use super::recover::{Later, Told};
use super::reuse::{self, Lost, Site};
use super::scope::{JobFacts, Scope};
use super::shells::Written;
use super::state::State;
use super::steps::{self, written};
use super::template;
use super::variables::Variables;
use super::variants::{Codes, Projection, UsedKeys};
use super::{background, grouped, inputs};
use crate::answer::{Reason, Why};
use crate::catalog::Catalog;
use crate::doc::{Kind, Value};
use crate::facts::hold::{Hold, Hop};
use crate::facts::pipeline::{ActionCall, Env, Job, Turn, Work};
use crate::facts::shell::{HANDED_AT, HANDED_FILES};
use crate::facts::workdir::{WORKSPACE, Workdir};

/// What a workflow file gives all its jobs.
struct Surroundings<'d> {
    root: Value<'d>,
    env: Arc<Env>,
    variables: Variables,
    shadows: Vec<Hold>,
    /// Jobs that others ask about.
    asked: BTreeSet<String>,
}

/// Lowers all jobs of a workflow file.
pub(super) fn lower(files: &Files<'_>, draft: &mut Draft<'_>, root: Value<'_>, site: &Site) {
    let Some(read) = read_jobs(draft, root) else { return };
    let graph = Graph::decide(files, draft, site, read);
    let files_of = HANDED_FILES.into_iter().zip(HANDED_AT);
    let mut env: Env = [("CI", "true"), ("GITHUB_ACTIONS", "true"), ("GITHUB_WORKSPACE", WORKSPACE)]
        .into_iter()
        .chain(files_of)
        .map(|(name, value)| (name.to_owned(), Some(value.to_owned())))
        .collect();
    let scope = Scope::new(&files.repository, &site.inputs);
    let shadows = inputs::add_env(root.get("env"), &scope, &mut env, &files.repository.budget);
    let variables = Variables::default().and(root.get("env"), &env, &Scope { env: Some(&env), ..scope });
    let around = Surroundings { root, env: Arc::new(env), variables, shadows, asked: recorded::jobs_asked(root) };
    for (number, job) in graph.jobs.iter().enumerate() {
        if draft.full {
            return;
        }
        let (facts, needs) = graph.facts(number);
        let one = OneJob { files, site, around: &around, job, facts, needs };
        one.lower(draft);
    }
}

struct OneJob<'a, 'd> {
    files: &'a Files<'a>,
    site: &'a Site,
    around: &'a Surroundings<'d>,
    job: &'a JobText<'d>,
    facts: &'a JobFacts,
    needs: BTreeMap<&'a str, &'a JobFacts>,
}

/// Variants that agree in everything their job gives its steps.
struct Class<'a> {
    lane: Lane<'a>,
    /// What of the matrix the job's own settings took up.
    shared: Projection,
    members: Vec<usize>,
}

impl OneJob<'_, '_> {
    fn scope(&self) -> Scope<'_> {
        Scope { needs: Some(&self.needs), ..Scope::new(&self.files.repository, &self.site.inputs) }
    }

    fn lower(&self, draft: &mut Draft<'_>) {
        let value = self.job.value;
        if let Some(why) = value.disputed() {
            draft.fatal.push((self.job.place.clone(), why.text));
            return;
        }
        let strategy = value.get("strategy");
        let variants = matrix::expand(strategy, &self.scope(), &self.files.repository.budget);
        if let Some(problem) = &variants.problem {
            let place = strategy.map_or_else(|| self.job.place.clone(), Value::place);
            draft.problems.push((place, problem.clone()));
        }
        if value.get("uses").is_some() {
            return self.call(draft, &variants);
        }
        if value.get("runs-on").is_none() {
            draft.problems.push((self.job.place.clone(), "the job has no `runs-on`".to_owned()));
        }
        let checks = names::checks(self.site, self.job.id, value, &variants, &self.scope());
        let index = draft.jobs.len();
        let needs = self.needs.keys().map(|id| self.site.job_id(id)).collect();
        let in_image = value.get("container").is_some_and(|container| container.kind() != Kind::Null);
        let id = self.site.job_id(self.job.id);
        draft.jobs.push(Job { id, place: self.job.place.clone(), checks, required: None, in_image, needs });
        let codes = Codes::new(&variants.list);
        let classes = self.classes(draft, index, &variants, &codes);
        self.steps(draft, &classes, &variants, &codes);
    }

    /// Variants by what the job itself makes of them: runner, environment, defaults, `continue-on-error`.
    fn classes(&self, draft: &Draft<'_>, index: usize, variants: &Variants, codes: &Codes) -> Vec<Class<'_>> {
        let mut used = UsedKeys::default();
        for key in ["env", "defaults", "continue-on-error", "container"] {
            self.job.value.get(key).into_iter().for_each(|value| used.scan(value));
        }
        let mut found: BTreeMap<(Option<&'static str>, Projection), Vec<usize>> = BTreeMap::new();
        for (number, variant) in variants.list.iter().enumerate() {
            let scope = Scope { matrix: variant.as_ref(), ..self.scope() };
            let os = self.job.value.get("runs-on").and_then(|runs_on| system(&template::value_of(runs_on, &scope)));
            found.entry((os, codes.projection(&used, number))).or_default().push(number);
        }
        let mut classes: Vec<Class<'_>> = Vec::new();
        for ((os, shared), members) in found {
            // The values that the class shares are those of any member; `steps` puts the right variant in.
            let variant = members.first().and_then(|number| variants.list.get(*number)).and_then(Option::as_ref);
            classes.push(Class { lane: self.lane(draft, index, os, variant), shared, members });
        }
        classes.sort_by_key(|class| class.members.first().copied());
        classes
    }

    fn lane(&self, draft: &Draft<'_>, index: usize, os: Option<&'static str>, variant: Option<&Val>) -> Lane<'_> {
        let value = self.job.value;
        let mut scope = Scope { matrix: variant, os, ..self.scope() };
        let lost = inputs::continue_on_error(value, draft.events, &scope);
        let mut shadows = self.around.shadows.clone();
        shadows.extend(super::volumes::over_programs(value.get("container")));
        let mut env = Arc::clone(&self.around.env);
        let mut variables = self.around.variables.clone();
        scope.env = Some(&self.around.env);
        let own = [value.get("env"), value.route(&["container", "env"])];
        let size: usize = own.iter().flatten().map(|own| own.len()).sum();
        if size > 0 {
            let (mut merged, budget) = ((*env).clone(), &self.files.repository.budget);
            own.into_iter().for_each(|own| shadows.extend(inputs::add_env(own, &scope, &mut merged, budget)));
            variables = own.into_iter().fold(variables, |all, own| all.and(own, &merged, &scope));
            env = Arc::new(merged);
        }
        let default =
            |key: &str| [value, self.around.root].into_iter().find_map(|holder| holder.route(&["defaults", "run", key]));
        scope.env = Some(&env);
        let shell: Option<Written> = default("shell").map(|shell| written(shell, &scope));
        let directory = default("working-directory").map(|directory| template::value_of(directory, &scope));
        let mut holds = self.site.holds.clone();
        holds.extend(lost.always);
        let mut under = self.site.under.clone();
        under.extend(lost.under);
        let container = value.get("container").is_some_and(|container| container.kind() != Kind::Null);
        let bare = !container && value.get("runs-on").is_some_and(|runs_on| is_hosted(&template::value_of(runs_on, &scope)));
        drop(scope);
        Lane {
            job: index,
            turn: Turn::default(),
            hops: self.site.hops.clone(),
            verdicts: self.facts.verdicts.clone(),
            holds,
            under,
            env,
            variables,
            shadows,
            inputs: &self.site.inputs,
            matrix: None,
            os,
            bare,
            container,
            shell,
            directory,
            needs: &self.needs,
            actions: Vec::new(),
            action_path: None,
        }
    }

    /// Each step once for every difference that it makes of the variants.
    fn steps(&self, draft: &mut Draft<'_>, classes: &[Class<'_>], variants: &Variants, codes: &Codes) {
        let Some(list) = self.job.value.get("steps") else { return };
        let outputs = self.job.value.get("outputs");
        let asked = outputs.filter(|_| self.around.asked.contains(&self.job.id.to_ascii_lowercase()));
        let beyond = asked.map(Told::of).unwrap_or_default();
        let written = list;
        let list = background::in_order(list);
        let controls = background::controls(&list);
        let turns = background::turns(written, &list, &controls);
        let mut beside = Beside::default();
        let later = Later::of(self.files, &self.site.inputs, &list, &beyond);
        let mut state = State::default();
        for (at, step) in list.iter().copied().enumerate() {
            if draft.full {
                return;
            }
            let turn = turns.get(at).copied().unwrap_or(Turn::alone(at));
            let known = beside.seen_by(turn, &mut state, &step.place());
            let mut used = UsedKeys::default();
            step.entries().filter(|entry| entry.name() != Some("name")).for_each(|entry| used.scan(entry.value));
            let written = state.written.iter().filter(|(name, _)| grouped::mentions(step, name));
            written.for_each(|(_, written)| used.scan_text(&written.text));
            let mut after = None;
            let cancelled = background::cancelled(&list, &controls, at);
            for (class, number) in differences(step, &used, classes, codes) {
                let variant = variants.list.get(number).and_then(Option::as_ref);
                let mut lane = Lane { matrix: variant, turn, ..class.lane.clone() };
                lane.holds.extend(cancelled.clone());
                let mut own = state.clone();
                steps::lower(self.files, draft, &lane, &mut own, step, later.of_step(at));
                after.get_or_insert(own);
            }
            state = beside.after(turn, known, after.unwrap_or(state));
        }
    }

    /// A job that calls a workflow.
    fn call(&self, draft: &mut Draft<'_>, variants: &Variants) {
        let Some(uses) = self.job.value.get("uses") else { return };
        let text = uses.scalar().unwrap_or_default().trim().to_owned();
        let mut used = UsedKeys::default();
        self.job.value.get("with").into_iter().for_each(|with| used.scan(with));
        let codes = Codes::new(&variants.list);
        let mut groups: BTreeMap<Projection, Vec<usize>> = BTreeMap::new();
        for number in 0..variants.list.len() {
            groups.entry(codes.projection(&used, number)).or_default().push(number);
        }
        for members in groups.values() {
            let list: Vec<Option<Val>> = members.iter().filter_map(|number| variants.list.get(*number).cloned()).collect();
            let shown = members.iter().filter_map(|number| variants.shown.get(*number).copied()).collect();
            let group = Variants { list, shown, dynamic: variants.dynamic, problem: None };
            let checks = names::checks(self.site, self.job.id, self.job.value, &group, &self.scope());
            let scope = Scope { matrix: group.list.first().and_then(Option::as_ref), ..self.scope() };
            let callee = match reuse::find(self.files, self.site, &text) {
                Ok(callee) => callee,
                Err(Lost::Refused(why)) => {
                    draft.fatal.push((uses.place(), why));
                    return;
                }
                Err(Lost::Opaque(why)) => {
                    self.opaque_call(draft, uses, &text, why, &scope);
                    return;
                }
            };
            match self.files.rejected(&callee).first() {
                Some(first) => draft.fatal.push(first.clone()),
                None => draft.fatal.extend(reuse::objections(self.job.value, uses, &callee)),
            }
            let declared = callee.root().route(&["on", "workflow_call", "inputs"]);
            let inputs = inputs::bind(declared, self.job.value.get("with"), &scope);
            let site = self.site.inside(
                callee.file().path.clone(),
                self.job.id,
                checks,
                inputs,
                self.facts.verdicts.clone(),
                Hop::new(uses.place(), &text),
            );
            lower(self.files, draft, callee.root(), &site);
        }
    }

    /// A call of something that is not in the tree, or cannot be read.
    fn opaque_call(&self, draft: &mut Draft<'_>, uses: Value<'_>, text: &str, why: Why, scope: &Scope<'_>) {
        let index = draft.jobs.len();
        let place = self.job.place.clone();
        draft.jobs.push(Job {
            id: self.site.job_id(self.job.id),
            place,
            checks: vec![None],
            required: None,
            in_image: false,
            needs: Vec::new(),
        });
        let mut hops = self.site.hops.clone();
        hops.push(Hop::new(uses.place(), text));
        let why = why.at(uses.place());
        // A workflow of another repository may be one that the catalogue knows, as it knows actions.
        let work = match text.split_once('@') {
            Some((name, reference)) if why.reason == Reason::Remote => {
                let inputs = inputs::read(self.job.value.get("with"), scope, &self.files.repository.budget);
                let call =
                    ActionCall { name: name.to_owned(), reference: Some(reference.to_owned()), inputs, place: uses.place() };
                Work::Remote { call, why }
            }
            _ => Work::Opaque(why),
        };
        let part = Part {
            work,
            workdir: Workdir::workspace(),
            env: Arc::clone(&self.around.env),
            handed: Arc::default(),
            hops,
            holds: self.site.holds.clone(),
            under: self.site.under.clone(),
            shadows: Vec::new(),
            search: Vec::new(),
            recorded: false,
            turn: Turn::default(),
        };
        draft.push(self.files, index, &self.facts.verdicts, part);
    }
}

/// One variant for every difference that they make to a step. Where the same text runs in a shell that is read, Windows' own
/// shell adds nothing to what is known of it.
fn differences<'c>(step: Value<'_>, used: &UsedKeys, classes: &'c [Class<'c>], codes: &Codes) -> Vec<(&'c Class<'c>, usize)> {
    let asks_system = asks_system(step);
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    let (mut texts, mut read) = (UsedKeys::default(), BTreeSet::new());
    ["run", "if"].into_iter().filter_map(|key| step.get(key)).for_each(|text| texts.scan(text));
    let foreign = |class: &Class<'_>| {
        let own_shell = step.get("shell").is_some() || class.lane.shell.is_some();
        class.lane.os == Some("Windows") && step.get("run").is_some() && !own_shell
    };
    for windows in [false, true] {
        for class in classes.iter().filter(|class| foreign(class) == windows) {
            let system = if asks_system { class.lane.os } else { None };
            for number in &class.members {
                // The same text in a shell that is read says all there is to know of it.
                let text = (system, codes.projection(&texts, *number));
                if windows && read.contains(&text) {
                    continue;
                }
                read.insert(text);
                if seen.insert((system, class.shared.clone(), codes.projection(used, *number))) {
                    found.push((class, *number));
                }
            }
        }
    }
    found
}

/// Whether a step may differ between systems besides the shell that runs it.
fn asks_system(step: Value<'_>) -> bool {
    let local = step.get("uses").and_then(Value::scalar).is_some_and(|uses| uses.starts_with(['.', '$']));
    local || mentions_runner(step)
}

fn mentions_runner(value: Value<'_>) -> bool {
    match value.kind() {
        Kind::Mapping => value.entries().any(|entry| mentions_runner(entry.value)),
        Kind::Sequence => value.items().any(mentions_runner),
        _ => value.scalar().is_some_and(|text| text.contains("runner") || text.contains("RUNNER")),
    }
}

/// The system of a runner, as `runner.os` names it; self-hosted and computed labels are not known.
fn system(runs_on: &Val) -> Option<&'static str> {
    let of_label = |label: &str| {
        let label = label.to_ascii_lowercase();
        ["linux", "ubuntu", "windows", "macos"].into_iter().find(|name| label.contains(name)).map(|name| match name {
            "windows" => "Windows",
            "macos" => "macOS",
            _ => "Linux",
        })
    };
    match runs_on {
        Val::Str(label) => of_label(label),
        Val::List(labels) => labels.iter().find_map(|label| of_label(&label.as_text()?)),
        Val::Map(_) => system(&runs_on.step("labels")),
        _ => None,
    }
}

/// Whether it is one of GitHub's own machines: each job begins in an empty workspace there.
fn is_hosted(runs_on: &Val) -> bool {
    match runs_on {
        Val::Str(label) => Catalog::builtin().runners.is_hosted(&label.to_ascii_lowercase()),
        Val::List(labels) => matches!(labels.as_slice(), [only] if is_hosted(only)),
        _ => false,
    }
}

/// A reason that no file of the tree settles.
pub(super) fn remote(text: &str) -> Why {
    Why::new(Reason::Remote, format!("the reusable workflow `{text}` is not in this tree"))
}

/// Whether a value is a mapping.
pub(super) fn is_mapping(value: Value<'_>) -> bool {
    value.kind() == Kind::Mapping
}
