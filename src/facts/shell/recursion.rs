//! Owns functions that call themselves: their body is read once more for whatever a deeper call may be given, and calls below that
//! run nothing that was not seen. Refuses those that change more than variables.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::ast::Command;
use super::call::Function;
use super::source::Ctx;
use super::state::State;
use super::walk::Walker;
use super::world::{Per, Stat, Val};

/// Silent looks for what a call changes: the first one may change what the second one looks at.
const LOOKS: usize = 2;

/// A function that calls itself, and the variables that its calls change.
pub(super) struct Recursion {
    body: *const Command,
    changed: BTreeSet<Rc<str>>,
}

impl Walker<'_> {
    /// A function that is running is called. The state is given back where nothing can be said.
    pub(super) fn calls_itself(&mut self, function: &Function, st: State, ctx: &Ctx) -> Result<Option<State>, Box<State>> {
        let body: *const Command = Rc::as_ptr(&function.body);
        match &self.recursion {
            None => {}
            Some(known) if known.body == body => {
                let mut end = st;
                for name in known.changed.clone() {
                    end.set_var(&name, Per::same(Val::Unknown));
                }
                end.last = Per::same(Stat::Unknown);
                return Ok(self.leaf(end, ctx));
            }
            Some(_) => return Err(Box::new(st)),
        }
        let mut start = st.clone();
        let mut changed = BTreeSet::new();
        for _ in 0..LOOKS {
            self.recursion = Some(Recursion { body, changed: changed.clone() });
            let Some(end) = self.look(function, start.clone(), ctx) else { continue };
            if !differ_in_variables_alone(&start, &end) {
                self.recursion = None;
                return Err(Box::new(st));
            }
            changed.extend(end.vars.keys().filter(|name| start.vars.get(*name) != end.vars.get(*name)).cloned());
            for name in &changed {
                start.set_var(name, Per::same(Val::Unknown));
            }
        }
        self.recursion = Some(Recursion { body, changed });
        let end = self.enter(function, None, start, ctx);
        self.recursion = None;
        Ok(end)
    }

    /// What is known after a call that is given anything; nothing of it is noted.
    fn look(&mut self, function: &Function, start: State, ctx: &Ctx) -> Option<State> {
        let (silent, diverts) = (self.silent, self.diverts.len());
        self.silent = 1;
        let end = self.enter(function, None, start, ctx);
        self.silent = silent;
        self.diverts.truncate(diverts);
        end
    }
}

fn differ_in_variables_alone(a: &State, b: &State) -> bool {
    let functions = a.functions.len() == b.functions.len()
        && a.functions.iter().zip(b.functions.iter()).all(|(one, two)| one.0 == two.0 && Function::same(one.1, two.1));
    a.options == b.options
        && a.cwd == b.cwd
        && a.dirs == b.dirs
        && functions
        && a.exit_trap == b.exit_trap
        && a.error_trap == b.error_trap
        && a.unread.is_some() == b.unread.is_some()
}
