//! Owns what cross-env's second program runs: a text for a shell. Refuses texts that say more than words.

use super::{Next, Target};
use crate::answer::{Reason, Why};
use crate::facts::shell::Word;

/// It gives its words to a shell, with blanks between them (cross-env 10, `src/index.ts`, by node's `spawn`).
pub(super) const PROGRAM: &str = "cross-env-shell";

/// Words that a shell reads again: what is nothing but words is read, everything else is opaque.
pub(super) fn read(next: &mut Next) {
    let Target::Argv(words) = &next.target else { return };
    let plain =
        |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | '.' | '/' | '=' | ':' | ',' | '@' | '+' | '%' | '^');
    let mut all = Vec::new();
    for word in words {
        let Some(text) = word.value.as_deref().filter(|text| text.chars().all(plain)) else {
            let why = format!("the text that `{PROGRAM}` gives to a shell is not read");
            next.target = Target::Opaque(Why::new(Reason::Unsupported, why).at(word.place.clone()));
            return;
        };
        all.extend(
            text.split(' ').filter(|text| !text.is_empty()).map(|text| Word { value: Some(text.to_owned()), ..word.clone() }),
        );
    }
    next.target = Target::Argv(all);
}
