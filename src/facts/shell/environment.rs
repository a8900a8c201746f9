//! Owns which texts that `eval` and `source` are given are printed by programs that set up an environment and run nothing: the catalogue names
//! them. Refuses a program of the tree, and everything that changes what such a program prints.

use super::UNKNOWN_CHAR;
use super::ast::{CommandKind, List, Part, RawWord};
use super::state::State;
use super::walk::Walker;
use crate::catalog::Catalog;
use crate::facts::workdir::WORKSPACE;

impl Walker<'_> {
    /// Whether the words are one substitution, of nothing but such programs.
    pub(super) fn only_environment(&self, args: &[RawWord], st: &State) -> bool {
        let [RawWord { parts, .. }] = args else { return false };
        let [Part::Command { list, .. } | Part::Process { list, .. }] = parts.as_slice() else { return false };
        !list.items.is_empty() && self.prints_environment(list, st)
    }

    fn prints_environment(&self, list: &List, st: &State) -> bool {
        list.items.iter().all(|item| {
            let ([command], None, true) =
                (item.chain.first.commands.as_slice(), item.chain.first.bang, item.chain.rest.is_empty())
            else {
                return false;
            };
            let CommandKind::Simple(simple) = &command.kind else { return false };
            simple.assignments.is_empty() && self.sets_up(&simple.words, st)
        })
    }

    fn sets_up(&self, words: &[RawWord], st: &State) -> bool {
        let fields = self.fields_in(words, st, None);
        let Some((first, rest)) = fields.split_first() else { return false };
        let path = first.val.piece();
        let program = path.rsplit('/').next().unwrap_or("");
        // A path below the tree, or from where the script stands, is another program.
        let elsewhere = !path.contains('/') || (path.starts_with(['/', '~', UNKNOWN_CHAR]) && !path.starts_with(WORKSPACE));
        if !elsewhere || program.contains(UNKNOWN_CHAR) || st.functions.contains_key(program) {
            return false;
        }
        let said = |word: &String| rest.iter().any(|field| field.val.known() == Some(word.as_str()));
        let known = Catalog::builtin().runners.environment.iter();
        known.filter(|row| row.program == program).any(|row| row.words.iter().all(said))
    }
}
