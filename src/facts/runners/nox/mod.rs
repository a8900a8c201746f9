//! Owns nox: which noxfile, which sessions with which arguments, and what they run. Refuses to run Python: what can not be read is
//! opaque.

mod assign;
mod attempt;
mod calls;
mod changes;
mod evaluate;
mod interpret;
mod manifest;
mod methods;
mod modules;
mod operators;
mod options;
mod parametrize;
mod session;
mod state;
#[cfg(test)]
mod tests;
mod value;

use std::cell::Cell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use self::interpret::{Current, Run};
use self::manifest::Manifest;
use self::options::Options;
use self::parametrize::Registered;
use self::state::{Frame, State};
use self::value::{At, Text, Value};
use super::{Call, InCode, Next, Runner, Target, World};
use crate::answer::{Reason, Why};
use crate::facts::hold::Hop;
use crate::facts::meter::{EXPANDED_BYTE, Meter, READ_BYTE};
use crate::facts::pipeline::Env;
use crate::facts::python;
use crate::facts::python::tree::{Block, Function};
use crate::facts::shell::{UNKNOWN_CHAR, Word};
use crate::facts::workdir::Workdir;
use crate::snapshot::UnreadKind;
use crate::text::{Place, SourceFile, Span};

/// Steps of one call of nox.
const BUDGET: usize = 1_000_000;
/// Environments of the same command that are compared; past them it is followed once more.
const ENVIRONMENTS: usize = 8;

/// The task runner nox.
pub(super) struct Nox;

impl Runner for Nox {
    fn name(&self) -> &'static str {
        "nox"
    }

    fn expand(&self, call: &Call<'_>, world: &World<'_>) -> Option<Vec<Next>> {
        if crate::facts::matching::program_name(call.program()?) != "nox" {
            return None;
        }
        let options = options::read(&call.words[1..], call.env, call.place);
        if options.idle {
            return Some(Vec::new());
        }
        Some(run(call, world, &options).unwrap_or_else(|why| vec![opaque(call, why)]))
    }

    fn in_code(&self) -> InCode {
        InCode::Tasks
    }
}

fn opaque(call: &Call<'_>, why: Why) -> Next {
    Next { target: Target::Opaque(why), ..Next::argv(call, Vec::new()) }
}

fn run(call: &Call<'_>, world: &World<'_>, options: &Options) -> Result<Vec<Next>, Why> {
    let Some((file, home)) = noxfile(call, world, options)? else { return Ok(Vec::new()) };
    if !world.meter.spend(file.text.len() * READ_BYTE) {
        return Err(Meter::why());
    }
    let block = python::module(&file.text).map_err(|broken| {
        let text = format!("the noxfile is not read: {}", broken.why);
        Why::new(Reason::Unreadable, text).at(file.place(Span::new(broken.at, broken.at)))
    })?;
    let allowed = world.meter.share(EXPANDED_BYTE, BUDGET);
    let mut run = Run {
        call,
        world,
        file: &file,
        posargs: options.posargs.iter().map(argument).collect(),
        install_only: options.install_only,
        interactive: options.non_interactive.then_some(false),
        fuel: Cell::new(allowed),
        out: Vec::new(),
        registered: Vec::new(),
        elsewhere: None,
        strange: Vec::new(),
        told: HashSet::new(),
        session: None,
        under: Vec::new(),
        holds: Vec::new(),
        hops: Vec::new(),
        following: Vec::new(),
        deep: 0,
    };
    run.all(&block, home, options);
    let spent = run.fuel.get() == 0;
    world.meter.spend((allowed - run.fuel.get()) * EXPANDED_BYTE);
    let mut nexts = once(run.out);
    if spent {
        let why = Why::new(Reason::Unsupported, "the noxfile does more than is followed").at(Place::file(file.path.clone()));
        nexts.push(opaque(call, why));
    }
    Ok(nexts)
}

/// The noxfile, and the directory nox changes to.
fn noxfile(call: &Call<'_>, world: &World<'_>, options: &Options) -> Result<Option<(Arc<SourceFile>, Workdir)>, Why> {
    let name = match &options.noxfile {
        None => "noxfile.py",
        Some(word) => word
            .value
            .as_deref()
            .ok_or_else(|| Why::new(Reason::Dynamic, "the noxfile's name is computed").at(word.place.clone()))?,
    };
    if !call.workdir.is_known() && !name.starts_with('/') {
        return Err(Why::new(Reason::Dynamic, "the directory nox runs in is not known").at(call.place.clone()));
    }
    let Some(path) = call.workdir.resolve(name) else { return Ok(None) };
    let home = match name.rsplit_once('/') {
        None => call.workdir.clone(),
        Some(("", _)) => call.workdir.enter("/"),
        Some((directory, _)) => call.workdir.enter(directory),
    };
    match world.snapshot.read(&path) {
        Ok(file) => Ok(Some((file, home))),
        Err(unread) if matches!(unread.kind, UnreadKind::Missing | UnreadKind::NotText) => Ok(None),
        Err(unread) => Err(Why::new(unread.reason(), unread.why).at(call.place.clone())),
    }
}

/// A word of the command line as a value.
fn argument(word: &Word) -> Value {
    if word.may_vanish() {
        return Value::Rest;
    }
    Value::Text(Text { text: Rc::from(&*word.shape()), at: At::Word(Rc::new(word.clone())) })
}

/// Sessions that differ in the interpreter only run the same commands: once is enough.
fn once(all: Vec<Next>) -> Vec<Next> {
    let identity = |next: &Next| {
        let target = match &next.target {
            Target::Argv(words) => words.iter().map(Word::shape).collect::<Vec<_>>().join("\0"),
            Target::Script { text, .. } => text.text().to_owned(),
            Target::Opaque(why) => format!("\u{1}{}", why.text),
            _ => String::new(),
        };
        let places: Vec<_> = next.hops.iter().map(|hop| (hop.place.line, hop.place.column)).collect();
        (target, places, next.workdir.virtual_path().map(str::to_owned), format!("{:?}{:?}", next.holds, next.condition))
    };
    // What stands in the environment tells variants apart as well: it is compared with that of the same command only.
    let mut seen: HashMap<_, Vec<Env>> = HashMap::new();
    let mut first = |next: &Next| {
        let known = seen.entry(identity(next)).or_default();
        let new = !known.contains(&next.env);
        if new && known.len() < ENVIRONMENTS {
            known.push(next.env.clone());
        }
        new
    };
    all.into_iter().filter(|next| first(next)).collect()
}

impl Run<'_> {
    /// The module, then the sessions that are selected, then those that they notify.
    fn all(&mut self, block: &Block, home: Workdir, options: &Options) {
        let mut state = State::new(home, self.call.env.clone());
        let own = state.workdir.virtual_path().map(|path| format!("{path}/{}", self.file.path.file_name()));
        state.set("__file__", own.map_or(Value::Unknown, |path| Value::text(&path, Span::default())));
        self.block(block, &mut state);
        // `nox.options` stands whatever ends the module; a module that fails runs no session.
        if matches!(state.end, Some(state::End::Fail)) {
            return;
        }
        state.end = None;
        let registered = std::mem::take(&mut self.registered);
        let set = |name: &str| state.get(&format!("nox.options.{name}")).cloned();
        let backend = set("default_venv_backend");
        let manifest = Manifest::new(&registered, options, backend.as_ref());
        self.burn(manifest.variants.len() * 8);
        let selected = manifest.selected(options, &set, self.call.place);
        self.hidden(options, &manifest, &registered, &set, &state);
        let selected = if options.no_dependencies { selected } else { manifest.with_requirements(selected, self.call.place) };
        let missing = self.may_be_missing(options, &set, &state);
        let mut queue: std::collections::VecDeque<(usize, Option<Why>, Option<Value>)> =
            selected.into_iter().map(|(at, why)| (at, why, None)).collect();
        let mut done = HashSet::new();
        while let Some((at, condition, posargs)) = queue.pop_front() {
            if self.fuel.get() == 0 {
                return;
            }
            if !done.insert(at) {
                continue;
            }
            let variant = &manifest.variants[at];
            let session = &registered[variant.of];
            let missing = missing.clone().filter(|_| matches!(variant.python, Value::Text(_) | Value::Unknown));
            let condition = condition.or_else(|| session.condition.clone()).or(missing);
            let notified = self.one(variant, session, condition, posargs, &state);
            for (name, arguments, why) in notified {
                for (next, open) in manifest.named(&name.shape(), &session.place).into_iter().take(64) {
                    queue.push_back((next, why.clone().or(open), arguments.clone()));
                }
            }
        }
    }

    /// Follows one variant of a session; what it notifies.
    fn one(
        &mut self,
        variant: &manifest::Variant,
        session: &Registered,
        condition: Option<Why>,
        posargs: Option<Value>,
        module: &State,
    ) -> Vec<(Value, Option<Value>, Option<Why>)> {
        // The module's names are shared: a session that binds one of its own copies none.
        let mut state = module.clone();
        self.burn(8);
        let callable = &session.callable;
        let mut frame = Frame::default();
        let names = Rc::make_mut(&mut frame.names);
        for (at, (parameter, default)) in callable.function.parameters.iter().zip(&callable.defaults).enumerate() {
            let given = variant.arguments.iter().find(|(name, _)| **name == *parameter.name).map(|(_, value)| value.clone());
            let value = match (at, given, default) {
                (0, None, _) => Value::Session,
                (_, Some(value), _) => value,
                (_, None, Value::Rest) => Value::Unknown,
                (_, None, default) => default.clone(),
            };
            names.insert(Rc::from(&*parameter.name), value);
        }
        state.frames.push(frame);
        let name = variant.names.first().unwrap_or(&session.name).clone();
        let posargs = posargs.unwrap_or_else(|| Value::list(self.posargs.clone()));
        self.told.clear();
        self.session = Some(Current { name, python: variant.python.clone(), posargs, notified: Vec::new() });
        self.under = condition.into_iter().map(Rc::new).collect();
        self.hops = vec![Hop::new(session.place.clone(), &session.text)];
        self.holds = callable.holds.clone();
        self.following = vec![(Rc::clone(&callable.function), None)];
        self.block(&callable.function.body, &mut state);
        self.following.clear();
        self.hops.clear();
        self.holds.clear();
        self.under.clear();
        self.session.take().map(|session| session.notified).unwrap_or_default()
    }

    /// Sessions that may be defined where nothing is read, or past the bound: opaque, unless all that is asked for is here.
    fn hidden(
        &mut self,
        options: &Options,
        manifest: &Manifest<'_>,
        registered: &[Registered],
        set: &dyn Fn(&str) -> Option<Value>,
        state: &State,
    ) {
        let is_session = |function: &Rc<Function>| registered.iter().any(|own| Rc::ptr_eq(&own.callable.function, function));
        let strange = self.strange.iter().find(|(function, _)| !is_session(function)).map(|(_, why)| why.clone());
        let cut = || {
            let why = Why::new(Reason::Unsupported, "the noxfile defines more sessions than are followed");
            manifest.cut.then(|| why.at(Place::file(self.file.path.clone())))
        };
        let Some(why) = self.elsewhere.take().or(strange).or_else(cut) else { return };
        let names: Option<Vec<String>> = match (&options.sessions, set("sessions")) {
            (Some(words), _) => Some(words.iter().map(|word| word.shape().into_owned()).collect()),
            (None, Some(value)) => value.items().map(|items| items.iter().map(Value::shape).collect()),
            (None, None) => None,
        };
        let here = |name: &String| !name.contains(UNKNOWN_CHAR) && !manifest.named(name, self.call.place).is_empty();
        if !names.is_some_and(|names| names.iter().take(256).all(here)) {
            self.opaque(why, state);
        }
    }

    /// A session whose interpreter is missing is skipped, and passes: not on CI systems, except where that is turned off.
    fn may_be_missing(&self, options: &Options, set: &dyn Fn(&str) -> Option<Value>, state: &State) -> Option<Why> {
        let text = "nox skips a session whose interpreter is missing";
        match &options.error_on_missing {
            Some((true, _)) => return None,
            Some((false, place)) => return Some(Why::new(Reason::Dynamic, text).at(place.clone())),
            None => {}
        }
        let fails = match set("error_on_missing_interpreters") {
            Some(value) => value.truth() == Some(true),
            None => Self::is_set("CI", state) != Some(false) && self.call.env.contains_key("CI"),
        };
        (!fails).then(|| Why::new(Reason::Dynamic, text).at(self.call.place.clone()))
    }
}
