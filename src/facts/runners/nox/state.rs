//! Owns what is true at one point of a noxfile: names, directory, environment, and whether the point is reached at all. Refuses to
//! evaluate.

use std::collections::HashMap;
use std::rc::Rc;

use super::value::Value;
use crate::answer::Why;
use crate::facts::pipeline::Env;
use crate::facts::workdir::Workdir;

/// How far what ends a block reaches, the narrowest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum End {
    /// `continue`: this turn of the loop.
    Turn,
    /// `break`.
    Loop,
    /// `return`.
    Function,
    /// `session.skip()`: the session, which passes.
    Session,
    /// `raise`, `session.error()`: the session, which fails.
    Fail,
}

/// How many kinds of ends leave the gate open.
const PASSING: usize = 4;

/// Names of one function, or of the module.
#[derive(Clone, Debug, Default)]
pub(super) struct Frame {
    pub(super) names: Rc<HashMap<Rc<str>, Value>>,
    /// It sees the names of the one that calls it.
    pub(super) nested: bool,
}

/// What is true at one point.
#[derive(Clone)]
pub(super) struct State {
    /// The module's names first.
    pub(super) frames: Vec<Frame>,
    pub(super) workdir: Workdir,
    pub(super) env: Env,
    /// Another one for every change of the environment: comparing all variables would cost more than the file.
    mark: Rc<()>,
    /// Why this point may not be reached, by how far that reaches.
    pub(super) doubts: [Option<Rc<Why>>; PASSING],
    /// It is not reached.
    pub(super) end: Option<End>,
}

impl State {
    /// Before the first line.
    pub(super) fn new(workdir: Workdir, env: Env) -> Self {
        Self { frames: vec![Frame::default()], workdir, env, mark: Rc::new(()), doubts: [const { None }; PASSING], end: None }
    }

    /// The value of a name.
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        for frame in self.frames.iter().skip(1).rev() {
            if let Some(value) = frame.names.get(name) {
                return Some(value);
            }
            if !frame.nested {
                break;
            }
        }
        self.frames[0].names.get(name)
    }

    /// Binds a name here.
    pub(super) fn set(&mut self, name: &str, value: Value) {
        if let Some(frame) = self.frames.last_mut() {
            Rc::make_mut(&mut frame.names).insert(name.into(), value);
        }
    }

    /// What binding a name costs: names that another way still needs are copied.
    pub(super) fn binding_cost(&self) -> usize {
        let of = |frame: &Frame| if Rc::strong_count(&frame.names) > 1 { frame.names.len() } else { 0 };
        1 + self.frames.last().map_or(0, of) / 2
    }

    /// Binds a name of the module.
    pub(super) fn set_global(&mut self, name: &str, value: Value) {
        Rc::make_mut(&mut self.frames[0].names).insert(name.into(), value);
    }

    /// Sets a variable; `None` when its value is not known.
    pub(super) fn set_env(&mut self, name: &str, value: Option<String>) {
        self.env.insert(name.to_owned(), value);
        self.mark = Rc::new(());
    }

    /// What a copy costs, once it is written to.
    pub(super) fn cost(&self) -> usize {
        4 + self.frames.len() + self.frames.last().map_or(0, |frame| frame.names.len())
    }

    /// Why this point may not be reached.
    pub(super) fn doubt(&self) -> Option<&Rc<Why>> {
        self.doubts.iter().flatten().next()
    }

    /// What is true when it may be either; `why` says what decides.
    pub(super) fn join(mut self, mut other: Self, why: &Rc<Why>) -> Self {
        match (self.end, other.end) {
            (Some(End::Fail), _) => return other,
            (_, Some(End::Fail)) => return self,
            (Some(own), None) => {
                other.merge(&self, own <= End::Loop);
                other.doubts[own as usize].get_or_insert_with(|| Rc::clone(why));
                return other;
            }
            (None, Some(own)) => {
                self.merge(&other, own <= End::Loop);
                self.doubts[own as usize].get_or_insert_with(|| Rc::clone(why));
            }
            (Some(one), Some(two)) => {
                let (near, far) = (one.min(two), one.max(two));
                if one > two {
                    std::mem::swap(&mut self, &mut other);
                }
                self.merge(&other, true);
                self.end = Some(near);
                if near != far {
                    self.doubts[far as usize].get_or_insert_with(|| Rc::clone(why));
                }
            }
            (None, None) => self.merge(&other, true),
        }
        self
    }

    fn merge(&mut self, other: &Self, names: bool) {
        for (own, theirs) in self.frames.iter_mut().zip(&other.frames) {
            if !names || Rc::ptr_eq(&own.names, &theirs.names) {
                continue;
            }
            let all = Rc::make_mut(&mut own.names);
            for (name, value) in all.iter_mut() {
                // A name that one way does not bind: who reads it there, fails.
                if let Some(their) = theirs.names.get(name) {
                    *value = value.join(their);
                }
            }
            for (name, value) in theirs.names.iter() {
                all.entry(Rc::clone(name)).or_insert_with(|| value.clone());
            }
        }
        if self.workdir != other.workdir {
            self.workdir = self.workdir.unknown();
        }
        if !Rc::ptr_eq(&self.mark, &other.mark) {
            self.mark = Rc::new(());
            for (name, value) in other.env.clone() {
                if self.env.get(&name) != Some(&value) {
                    self.env.insert(name, None);
                }
            }
            let missing: Vec<String> =
                self.env.iter().filter(|(name, _)| !other.env.contains_key(name)).map(|(name, _)| name.clone()).collect();
            for name in missing {
                self.env.insert(name, None);
            }
        }
        for (own, theirs) in self.doubts.iter_mut().zip(&other.doubts) {
            if own.is_none() {
                own.clone_from(theirs);
            }
        }
    }
}
