//! Owns the stack a script is read on. Refuses to know the language.

use super::{Analysis, ScriptInput};

pub(super) fn analyse(_input: &ScriptInput<'_>) -> Analysis {
    Analysis::default()
}
