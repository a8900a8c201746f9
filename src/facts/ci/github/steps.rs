//! Owns one step of a job or of a composite action: whether it runs, where, with what, and what it does. Refuses to follow
//! actions: `composite` does.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::checkout::Checkout;
use super::composite;
use super::condition::Condition;
use super::draft::{Draft, Files, Lost, Part, each_event};
use super::events::EventInfo;
use super::expr::{Node, Val};
use super::grouped::{self, Group};
use super::inputs::StepEnv;
use super::lane::Lane;
use super::recover::{Judged, OfStep};
use super::scope::{Inputs, Scope, StepFacts};
use super::shells::{self, Shell, Written};
use super::state::{Asked, State, Under, When};
use super::variables::Variables;
use super::verdict::Verdict;
use super::{checkout, covered, inputs, outputs, residual, template};
use crate::answer::{Reason, Why};
use crate::catalog::Catalog;
use crate::doc::{Kind, Value};
use crate::facts::hold::{Hold, HoldEffect, Hop};
use crate::facts::matching;
use crate::facts::pipeline::{ActionCall, Code, Env, Input, Work};
use crate::facts::shell::{Dialect, UNKNOWN_CHAR};
use crate::facts::workdir::Workdir;
use crate::text::{Place, RepoPath};

/// One step read.
#[derive(Clone)]
struct Reading<'a, 'd> {
    files: &'a Files<'a>,
    lane: &'a Lane<'a>,
    step: Value<'d>,
    env: Arc<Env>,
    variables: Variables,
    handed: Arc<BTreeSet<String>>,
    /// The event that stands for those that start it, when they are alike.
    event: Option<(usize, &'a EventInfo)>,
    shadows: Vec<Hold>,
    verdicts: Vec<Verdict>,
    lost: Lost,
    recorded: bool,
    condition: Condition,
}

/// Lowers one step; `later` says what later steps make of its failure.
pub(super) fn lower(
    files: &Files<'_>,
    draft: &mut Draft<'_>,
    lane: &Lane<'_>,
    state: &mut State,
    step: Value<'_>,
    later: OfStep,
) {
    // Reading a step again and again costs its bytes each time.
    let span = step.span();
    if !files.repository.budget.bytes(span.end - span.start) {
        files.repository.budget.spend_units();
    }
    let StepEnv { known: env, variables, handed, shadows } = inputs::step_env(files, lane, state, step);
    let scope = lane.scope(files, &env, &variables, state);
    let condition = Condition::read(step.get("if")).within(&scope);
    let verdicts: Vec<Verdict> = match condition.is_written() {
        false => lane.verdicts.clone(),
        true => {
            let own = each_event(draft.events, &scope, |_, scope| condition.judge(scope));
            lane.verdicts.iter().zip(&own).map(|(outer, own)| outer.and(own)).collect()
        }
    };
    let mut lost = inputs::continue_on_error(step, draft.events, &scope);
    if let (Some(judged), Some(hold)) = (later.saved, &mut lost.always)
        && hold.effect == HoldEffect::Soften
    {
        (hold.effect, hold.why) = match judged {
            Judged::Fails => (HoldEffect::Note, "continues on error, but a later step fails the job then".to_owned()),
            Judged::Asked => {
                let why = "continues on error; a later step asks how it ended, and may fail the job";
                (HoldEffect::Unknown(Reason::Unsupported), why.to_owned())
            }
        };
    }
    let known = step.get("id").and_then(Value::scalar).map(|id| {
        let facts = outputs::of_step(files, step, &scope, lane.actions.len()).unwrap_or_default();
        (id, StepFacts { ran: verdicts.iter().map(|verdict| verdict.answer.clone()).collect(), ..facts })
    });
    let groups = match step.get("uses").and_then(Value::scalar).is_some_and(checkout::is_used) {
        // It asks every event itself.
        true => Vec::new(),
        false => grouped::groups(step, draft.events, &verdicts, &variables, &scope),
    };
    let certain = verdicts.iter().any(|verdict| verdict.answer.is_yes()) && !condition.is_written();
    let whole = Reading {
        files,
        lane,
        step,
        env,
        variables,
        handed,
        event: None,
        shadows,
        verdicts,
        lost,
        recorded: later.recorded,
        condition,
    };
    let events = draft.events;
    match groups.as_slice() {
        [] => whole.lower(draft, state, certain),
        [only] => whole.under(only, events, state).lower(draft, state, certain),
        several => {
            let mut after: Option<State> = None;
            for group in several {
                let mut own = state.clone();
                let reading = whole.under(group, events, &own);
                let reading = Reading { verdicts: grouped::masked(&whole.verdicts, group), ..reading };
                reading.lower(draft, &mut own, certain);
                match &mut after {
                    Some(after) => after.or(&own),
                    None => after = Some(own),
                }
            }
            *state = after.unwrap_or_default();
        }
    }
    if let Some((id, facts)) = known {
        state.remember(id, facts);
    }
}

impl<'a, 'd> Reading<'a, 'd> {
    /// The same step as the events of a group see it.
    fn under(&self, group: &Group, events: &'a [EventInfo], state: &State) -> Reading<'a, 'd> {
        let event = events.get(group.event).map(|info| (group.event, info));
        let scope = Scope { event, ..self.lane.scope(self.files, &self.env, &self.variables, state) };
        let mut env = (*self.env).clone();
        let known = self.variables.values(&scope, |name| grouped::mentions(self.step, name));
        env.extend(known.into_iter().filter(|(_, value)| value.is_some()));
        let of_runner = grouped::of_runner(self.step, &scope).into_iter().filter(|(_, value)| value.is_some());
        env.extend(of_runner.map(|(name, value)| (name.to_owned(), value)));
        Self { env: Arc::new(env), event, ..self.clone() }
    }

    fn scope<'s>(&'s self, state: &'s State) -> Scope<'s> {
        Scope { event: self.event, ..self.lane.scope(self.files, &self.env, &self.variables, state) }
    }

    fn lower(self, draft: &mut Draft<'_>, state: &mut State, certain: bool) {
        let step = self.step;
        match (step.get("run"), step.get("uses")) {
            (Some(run), None) => self.run(draft, state, run, certain),
            (None, Some(uses)) => self.uses(draft, state, uses),
            (Some(_), Some(_)) => draft.fatal.push((step.place(), "a step has both `run` and `uses`".to_owned())),
            // Those run nothing of their own: `background` reads them.
            (None, None) if ["wait", "wait-all", "cancel"].iter().any(|key| step.get(key).is_some()) => {}
            (None, None) => draft.problems.push((step.place(), "a step has neither `run` nor `uses`".to_owned())),
        }
    }

    fn run(self, draft: &mut Draft<'_>, state: &mut State, run: Value<'_>, certain: bool) {
        let place = run.place();
        let Some(text) = run.mapped().filter(|_| run.kind() != Kind::Null) else {
            let why =
                run.disputed().unwrap_or_else(|| Why::new(Reason::Unreadable, "the script cannot be read").at(place.clone()));
            self.push(draft, state, Work::Opaque(why), Workdir::workspace().unknown(), Hop::new(place, "run"), Vec::new());
            return;
        };
        let scope = self.scope(state);
        let (filled, _) = template::fill(text, &Scope { all_well: false, ..scope.clone() }, &self.files.repository.budget);
        // An empty one is none: the job's own, and in an action the runner's (actions/runner, ScriptHandler.cs).
        let own = self.step.get("shell").map(|shell| written(shell, &scope));
        let written = own.filter(|own| !own.is_empty()).or_else(|| self.lane.shell.clone().filter(|own| !own.is_empty()));
        let directory = match self.step.get("working-directory") {
            Some(directory) => Some(template::value_of(directory, &scope)),
            None => self.lane.directory.clone(),
        };
        let workdir = inputs::enter(&state.workspace(), directory.as_ref());
        let mut shadows = Vec::new();
        let shell_place = self.step.get("shell").map_or_else(|| place.clone(), Value::place);
        let work = match shells::choose(written.as_ref(), self.lane.os, self.lane.container) {
            Shell::Known(mode) => Work::Script { text: filled.clone(), mode },
            Shell::Doubtful(effect, why) => {
                shadows.push(Hold::new(effect, shell_place, why));
                let mode = crate::facts::shell::ShellMode { errexit: true, pipefail: false, dialect: Dialect::Bash };
                Work::Script { text: filled.clone(), mode }
            }
            Shell::Foreign(why) => Work::Foreign { code: Code::Text(filled.clone()), why: why.at(shell_place) },
        };
        let hop = first_line(&filled);
        drop(scope);
        state.moved(filled.text(), draft.events, &hop.place);
        self.push(draft, state, work, workdir.clone(), hop, shadows);
        let raw = run.scalar().unwrap_or_default();
        let earlier = if raw.contains("GITHUB_ENV") { state.written.clone() } else { BTreeMap::new() };
        let certain = certain && !outputs::takes_turns(raw);
        state.script(filled.text(), certain);
        let condition = self.step.get("if").map(|condition| condition.scalar().unwrap_or_default());
        let before = |name: &str| {
            let node = match (self.env.get(name), self.variables.get(name)) {
                (Some(None), Some(node)) => node.clone(),
                (Some(Some(value)), _) => Node::Literal(Val::text(value.as_str())),
                (Some(None), None) => Node::Literal(Val::unknown("a script sets it")),
                (None, _) => residual::empty(),
            };
            (node, earlier.get(name).map_or_else(String::new, |known| known.text.clone()))
        };
        state.conditional(raw, condition, &before);
    }

    fn uses(self, draft: &mut Draft<'_>, state: &mut State, uses: Value<'_>) {
        let place = uses.place();
        let text = uses.as_str().unwrap_or_default().trim();
        let hop = Hop::new(place.clone(), text);
        let opaque = |reason, why: String| Work::Opaque(Why::new(reason, why).at(place.clone()));
        let workspace = state.workspace();
        if text.contains("${{") || text.is_empty() {
            draft.problems.push((place.clone(), "`uses` takes no expression and no empty text".to_owned()));
            let work = opaque(Reason::Dynamic, "the action is computed".to_owned());
            return self.push(draft, state, work, workspace, hop, Vec::new());
        }
        let scope = self.scope(state);
        if let Some(image) = text.strip_prefix("docker://") {
            let argv = inputs::image_words(self.step.get("with"), &scope, self.files);
            drop(scope);
            return self.push(draft, state, Work::Image { image: image.to_owned(), argv }, workspace, hop, Vec::new());
        }
        if text.starts_with("./") || text.starts_with("$/") || text == "." {
            drop(scope);
            return self.local(draft, state, text, hop);
        }
        let Some((name, reference)) = text.split_once('@') else {
            drop(scope);
            draft.problems.push((place.clone(), format!("`{text}` names no revision of the action")));
            let work = opaque(Reason::Remote, format!("the action `{text}` names no revision"));
            return self.push(draft, state, work, workspace, hop, Vec::new());
        };
        let given =
            inputs::read(self.step.get("with"), &Scope { all_well: false, ..scope.clone() }, &self.files.repository.budget);
        let checkout = checkout::is_checkout(name)
            .then(|| checkout::read(self.step.get("with"), &scope, draft.events, self.files.repository.home.told()));
        drop(scope);
        self.exports(state, name, &given);
        let call =
            ActionCall { name: name.to_owned(), reference: Some(reference.to_owned()), inputs: given, place: place.clone() };
        self.push(draft, state, Work::Action(call), workspace, hop, Vec::new());
        match checkout {
            Some(checkout) => self.checkout(draft.events, state, checkout, &place),
            None if checkout::brings_nothing(name) => {}
            None => state.may_bring_files(),
        }
    }

    fn checkout(&self, events: &[EventInfo], state: &mut State, checkout: Checkout<'_>, place: &Place) {
        // The environment and earlier steps are in the condition already.
        let scope = Scope {
            needs: Some(self.lane.needs),
            matrix: self.lane.matrix,
            os: self.lane.os,
            ..Scope::new(&self.files.repository, self.lane.inputs)
        };
        let covers = |event: usize, conditions: &[&Node]| {
            let event = events.get(event).map(|info| (event, info));
            covered::covers(conditions, &Scope { event, ..scope.clone() })
        };
        let under = match (self.lane.actions.is_empty(), self.condition.is_written()) {
            (true, false) => Under::Nothing,
            (true, true) => Under::Condition(self.condition.node()),
            (false, _) => Under::Condition(None),
        };
        state.checkout(checkout, &When { verdicts: &self.verdicts, under, covers: &covers }, place);
    }

    /// What an action of the catalogue leaves in the environment.
    fn exports(&self, state: &mut State, action: &str, given: &BTreeMap<String, Input>) {
        let all = Catalog::builtin().tools.iter().flat_map(|tool| &tool.exports);
        for export in all.filter(|export| matching::same_action(&export.action, action) && !self.env.contains_key(&export.env)) {
            let value = given.get(&export.input).map_or_else(|| Some(export.default.clone()), |input| input.value.clone());
            if value.as_deref() != Some("") {
                state.export(&export.env, value.filter(|_| self.step.get("if").is_none()));
            }
        }
    }

    fn local(self, draft: &mut Draft<'_>, state: &mut State, text: &str, hop: Hop) {
        // `$/` is this repository at the running commit, checked out or not.
        let own = text.strip_prefix("$/").map(|path| format!("{}/{path}", state.own_tree()));
        let workspace = state.workspace();
        let text = own.as_deref().unwrap_or(text);
        let opaque = |reason, why: String| Work::Opaque(Why::new(reason, why).at(hop.place.clone()));
        let Some(directory) = workspace.resolve(text) else {
            let work = opaque(Reason::Remote, format!("the action `{text}` does not lie in this tree"));
            return self.push(draft, state, work, workspace, hop, Vec::new());
        };
        match composite::find(self.files, &self.lane.actions, &directory) {
            Ok(document) => {
                if let Some((at, why)) = composite::refused(document.root()) {
                    let words = format!("GitHub does not take the action `{text}`: {why}");
                    let work = Work::Opaque(Why::new(Reason::Unreadable, words).at(at.clone()));
                    draft.refused.push((at, why));
                    return self.push(draft, state, work, workspace, hop, Vec::new());
                }
                let scope = self.scope(state);
                let bound = inputs::bind(document.root().get("inputs"), self.step.get("with"), &scope);
                drop(scope);
                let lane = self.inner(&directory, &workspace, text, hop, &bound);
                composite::lower(self.files, draft, &lane, state, document.root());
            }
            Err(why) => {
                let why = Why { place: Some(hop.place.clone()), ..why };
                let work = match composite::code(self.files, &directory) {
                    Some(file) => Work::Foreign { code: Code::File(file), why },
                    None => Work::Opaque(why),
                };
                self.push(draft, state, work, workspace, hop, Vec::new());
            }
        }
    }

    /// The lane of the steps of an action that this step uses.
    fn inner<'b>(&'b self, directory: &RepoPath, workspace: &Workdir, text: &str, hop: Hop, inputs: &'b Inputs) -> Lane<'b> {
        let mut lane: Lane<'b> = Lane { inputs, ..self.lane.clone() };
        lane.hops.push(hop);
        lane.verdicts = self.verdicts.clone();
        lane.holds.extend(self.lost.always.clone());
        lane.under.extend(self.lost.under.clone());
        lane.shadows = self.shadows.clone();
        lane.action_path = workspace.enter(text).virtual_path().map(str::to_owned);
        let mut env = (*self.env).clone();
        env.insert("GITHUB_ACTION_PATH".to_owned(), lane.action_path.clone());
        lane.env = Arc::new(env);
        lane.variables = self.variables.clone();
        (lane.shell, lane.directory) = (None, None);
        lane.actions.push(directory.clone());
        lane
    }

    fn push(&self, draft: &mut Draft<'_>, state: &State, work: Work, workdir: Workdir, hop: Hop, shadows: Vec<Hold>) {
        let mut holds = self.lane.holds.clone();
        holds.extend(self.lost.always.clone());
        let mut under = self.lane.under.clone();
        under.extend(self.lost.under.iter().cloned());
        let text = match &work {
            Work::Script { text, .. } => text.text(),
            _ => "",
        };
        let asked = Asked { events: draft.events, verdicts: &self.verdicts };
        let (always, each) = match &work {
            Work::Action(call) if compares_event(call) => Default::default(),
            _ => state.revisions(&workdir, text, &asked, self.lane.bare, &hop.place),
        };
        // An action may bring the files that it looks at itself.
        let ours = |hold: &Hold| matches!(work, Work::Script { .. }) || hold.place != hop.place;
        holds.extend(always.into_iter().filter(ours));
        under.extend(each.into_iter().filter(|(_, hold)| ours(hold)));
        let mut hops = self.lane.hops.clone();
        hops.push(hop);
        let mut all_shadows = self.shadows.clone();
        all_shadows.extend(shadows);
        let (search, doubt) = State::set_path(&self.env, &workdir, self.files.snapshot, &self.step.place());
        all_shadows.extend(doubt);
        let (env, handed) = (Arc::clone(&self.env), Arc::clone(&self.handed));
        let (recorded, turn) = (self.recorded, self.lane.turn);
        let part = Part { work, workdir, env, handed, hops, holds, under, shadows: all_shadows, search, recorded, turn };
        draft.push(self.files, self.lane.job, &self.verdicts, part);
    }
}

/// Whether all that the catalogue knows of an action is that it compares what the event names: what is checked out is no matter.
fn compares_event(call: &ActionCall) -> bool {
    let hits = matching::tools_for_action(Catalog::builtin(), call);
    !hits.is_empty() && hits.iter().all(|hit| hit.tool.run[hit.row].by_event)
}

/// `shell:` with its expressions evaluated.
pub(super) fn written(shell: Value<'_>, scope: &Scope<'_>) -> Written {
    template::value_of(shell, scope).as_text().map_or(Written::Unknown, |text| Written::Text(text.to_string()))
}

/// The hop of a script: its first line that is neither blank nor a comment.
fn first_line(text: &crate::text::MappedText) -> Hop {
    let mut offset = 0;
    let mut found = None;
    for line in text.text().split_inclusive('\n').take(64) {
        let (from, trimmed) = (offset + line.len() - line.trim_start().len(), line.trim());
        offset += line.len();
        if !trimmed.is_empty() && !trimmed.starts_with('#') {
            found = Some((from..from + trimmed.len(), trimmed));
            break;
        }
    }
    let (range, line) = found.unwrap_or((0..0, ""));
    let shown = line.replace(UNKNOWN_CHAR, "…");
    let place: Place = text.place(range);
    Hop::new(place, &shown)
}
