//! Owns `read NAME <<< text` and `read -a NAME <<< text`: what is read stands in the script. Refuses other input, and several
//! names.

use std::rc::Rc;

use super::ast::{RawWord, RedirectOp};
use super::simple::Run;
use super::state::State;
use super::walk::Walker;
use super::world::{Per, Val};

impl Walker<'_> {
    /// Sets what is read from a text that is known; false when it is not one that is read here.
    pub(super) fn read_here(&self, run: &Run<'_>, st: &mut State) -> bool {
        let Some(redirect) = run.command.redirects.last().filter(|one| one.op == RedirectOp::HereString) else { return false };
        let (mut array, mut names) = (false, Vec::new());
        for word in run.raws.iter().skip(1).map(RawWord::bare) {
            match word {
                Some("-r") => {}
                Some("-a" | "-ra") => array = true,
                Some(name) if !name.starts_with('-') => names.push(name),
                _ => return false,
            }
        }
        let value = self.parts_per(&redirect.target.parts, st);
        let ([name], Some(text), true) = (names.as_slice(), value.usual.known(), value.failed.is_empty()) else { return false };
        // A line is read; blanks part it, whatever `IFS` is elsewhere.
        if st.vars.contains_key("IFS") || run.assigned.iter().any(|one| one.name == "IFS") || text.contains(['\n', '\\']) {
            return false;
        }
        let value =
            if array { Val::Array(Rc::new(text.split_whitespace().map(Val::text).collect())) } else { Val::text(text.trim()) };
        st.set_var(name, Per::same(value));
        true
    }
}
