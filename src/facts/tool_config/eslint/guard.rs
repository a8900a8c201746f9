//! Owns what keeps a hostile script from exhausting the parser's stack: a bound on everything that can nest. Refuses to
//! understand the script: what only looks like nesting (in a string, in a comment) counts as well.

use std::sync::Arc;

use crate::answer::{Reason, Why};
use crate::text::{Place, SourceFile, Span};

/// Bytes of a script.
const BYTES: usize = 512 * 1024;

/// Things that can nest, in one script.
const NESTS: usize = 4_000;

/// What one `<` counts for: TypeScript tries each as type arguments first, which is quadratic.
const ANGLE: usize = 4;

/// The parser's stack: more than twice what [`NESTS`] nestings take in an unoptimised build.
pub(super) const STACK: usize = 64 * 1024 * 1024;

/// Words behind which an expression, a statement or a type begins anew.
const WORDS: [&str; 26] = [
    "abstract",
    "asserts",
    "async",
    "await",
    "case",
    "class",
    "declare",
    "delete",
    "do",
    "else",
    "export",
    "for",
    "function",
    "if",
    "infer",
    "keyof",
    "namespace",
    "new",
    "readonly",
    "throw",
    "try",
    "typeof",
    "unique",
    "void",
    "while",
    "yield",
];

/// Refuses a script that is too large or could nest too deeply.
pub(super) fn admit(file: &Arc<SourceFile>) -> Result<(), Why> {
    let refuse = |text: &str, at: usize| {
        let place = if at == 0 { Place::file(file.path.clone()) } else { file.place(Span::new(at, at)) };
        Err(Why::new(Reason::Unreadable, text).at(place))
    };
    if file.text.len() > BYTES {
        return refuse("the configuration is larger than 512 KiB", 0);
    }
    let bytes = file.text.as_bytes();
    let mut nests = 0;
    let mut word_from = 0;
    let mut operand = false;
    for (at, byte) in bytes.iter().enumerate() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$') || *byte >= 0x80 {
            operand = true;
            continue;
        }
        let word = file.text.get(word_from..at).unwrap_or_default();
        if !word.is_empty() && WORDS.contains(&word) {
            nests += 1;
            operand = false;
        }
        word_from = at + 1;
        match byte {
            b'(' | b'[' | b'{' | b'`' | b'?' | b'=' | b':' | b'!' | b'~' => (nests, operand) = (nests + 1, false),
            b'<' => (nests, operand) = (nests + ANGLE, false),
            b'*' => (nests, operand) = (nests + usize::from(at > 0 && bytes[at - 1] == b'*'), false),
            // A sign, where no operand stands before it.
            b'+' | b'-' => (nests, operand) = (nests + usize::from(!operand), false),
            b')' | b']' | b'}' | b'"' | b'\'' => operand = true,
            b' ' | b'\t' | b'\r' | b'\n' => {}
            _ => operand = false,
        }
        if nests > NESTS {
            return refuse("the configuration could nest too deeply to be read", at);
        }
    }
    Ok(())
}
