//! Owns commands that are what the script was given (`exec "$@"`, `CLI=("$@")` and later `"${CLI[@]}"`): behind loops and `shift`
//! they are some tail of its arguments; `${CLI[0]}` is one of them. Refuses what is given to functions, and arrays that ever hold anything else.

use std::rc::Rc;

use super::Word;
use super::ast::{Index, Param, ParamOp, Part, RawWord};
use super::source::Ctx;
use super::walk::Walker;

/// Arguments of a script of which every tail is taken for a command.
const MOST: usize = 16;

impl Walker<'_> {
    /// The tails of the script's arguments, one of which the word stands for; `None` when it may be anything.
    pub(super) fn tails(&mut self, raw: &RawWord, ctx: &Ctx) -> Option<Vec<Vec<Word>>> {
        let [Part::Param { param, .. }] = raw.parts.as_slice() else { return None };
        if !self.calls.is_empty() || ctx.evals > 0 || !Rc::ptr_eq(&ctx.source, &self.root) || param.op != ParamOp::Plain {
            return None;
        }
        let arguments = self.input.scope.arguments().filter(|words| words.len() <= MOST)?.to_vec();
        let root = Rc::clone(&self.root);
        let text = root.text.text();
        self.pay(text.len() / 64);
        let holds = |param: &Param| match (param.name.as_str(), param.index) {
            ("@", Index::None) => true,
            (name, Index::All) => only_arguments(text, name),
            _ => false,
        };
        let one = matches!(param.index, Index::At(_)) && only_arguments(text, &param.name);
        let upto = |at: usize| if one { at + 1 } else { arguments.len() };
        // No program's name begins like an option.
        let program = |at: &usize| !arguments[*at].shape().starts_with('-');
        let tails = || (0..arguments.len()).filter(program).map(|at| arguments[at..upto(at)].to_vec()).collect();
        ((one || holds(param)) && !replaces(text)).then(tails)
    }
}

/// Whether everything that a script says about an array is that it holds the arguments, and what it holds.
fn only_arguments(text: &str, name: &str) -> bool {
    let in_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut filled = false;
    for (at, _) in text.match_indices(name) {
        let (before, behind) = (text[..at].chars().next_back(), &text[at + name.len()..]);
        if behind.starts_with(in_name) || before.is_some_and(in_name) || before.is_some_and(|c| matches!(c, '$' | '{' | '#')) {
            continue;
        }
        if !behind.starts_with("=(\"$@\")") {
            return false;
        }
        filled = true;
    }
    filled
}

/// Whether a script gives itself other arguments (`set -- a b`).
fn replaces(text: &str) -> bool {
    text.lines().flat_map(|line| line.split([';', '&', '|', '{', '('])).any(|command| {
        let mut words = command.split_whitespace().skip_while(|word| matches!(*word, "then" | "do" | "else"));
        words.next() == Some("set") && words.any(|word| word == "--" || !word.starts_with(['-', '+']) && word != "pipefail")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_array_holds() {
        assert!(only_arguments("CLI=(\"$@\"); [ ${#CLI[@]} -gt 0 ] && exec \"${CLI[@]}\"; MY_CLI=x", "CLI"));
        assert!(!only_arguments("CLI=(\"$@\"); CLI+=(x)", "CLI"));
        assert!(!only_arguments("read -a CLI", "CLI"));
        assert!(!only_arguments("echo \"${CLI[@]}\"", "CLI"));
        assert!(replaces("if x; then set -- a; fi"));
        assert!(replaces("set \"$1\" y"));
        assert!(!replaces("set -euo pipefail\nset +e"));
    }
}
