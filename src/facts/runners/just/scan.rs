//! Owns how a justfile's text falls into statements and pieces: strings, backticks and brackets kept whole. Refuses to give
//! them a meaning.

/// The length of the string or backtick literal that the text begins with; `None` when it begins with none or never ends.
pub(super) fn literal(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let quote = *bytes.first().filter(|byte| matches!(byte, b'"' | b'\'' | b'`'))?;
    let triple = [quote; 3];
    if bytes.starts_with(&triple) {
        let mut at = 3;
        while at < bytes.len() {
            if bytes[at] == b'\\' && quote == b'"' {
                at += 2;
            } else if bytes[at..].starts_with(&triple) {
                return Some(at + 3);
            } else {
                at += 1;
            }
        }
        return None;
    }
    let mut at = 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if quote == b'"' => at += 2,
            byte if byte == quote => return Some(at + 1),
            _ => at += 1,
        }
    }
    None
}

/// Walks over the text outside of literals; `visit` gets every offset with its byte and bracket depth and stops the walk by
/// returning true. The offset where it stopped; `Err` when a literal never ends.
pub(super) fn outside(text: &str, mut visit: impl FnMut(usize, u8, usize) -> bool) -> Result<Option<usize>, ()> {
    let bytes = text.as_bytes();
    let (mut at, mut depth) = (0, 0_usize);
    while at < bytes.len() {
        let byte = bytes[at];
        if matches!(byte, b'"' | b'\'' | b'`') {
            at += literal(&text[at..]).ok_or(())?;
            continue;
        }
        if matches!(byte, b')' | b']' | b'}') {
            depth = depth.saturating_sub(1);
        }
        if visit(at, byte, depth) {
            return Ok(Some(at));
        }
        if matches!(byte, b'(' | b'[' | b'{') {
            depth += 1;
        }
        at += 1;
    }
    Ok(None)
}

/// Pieces separated by blanks outside of literals and brackets.
pub(super) fn pieces(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut start = 0;
    let mut cuts = Vec::new();
    let ended = outside(text, |at, byte, depth| {
        if depth == 0 && byte.is_ascii_whitespace() {
            cuts.push(at);
        }
        false
    });
    if ended.is_err() {
        return text.split_ascii_whitespace().collect();
    }
    cuts.push(text.len());
    for cut in cuts {
        if cut > start {
            out.push(&text[start..cut]);
        }
        start = cut + 1;
    }
    out
}

/// The text before a comment.
pub(super) fn without_comment(text: &str) -> &str {
    match outside(text, |_, byte, _| byte == b'#') {
        Ok(Some(at)) => &text[..at],
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_and_pieces() {
        assert_eq!(literal("'a'b"), Some(3));
        assert_eq!(literal("\"a\\\"b\" c"), Some(6));
        assert_eq!(literal("'''a'b'''c"), Some(9));
        assert_eq!(literal("`x"), None);
        assert_eq!(literal("\"\\"), None);
        assert_eq!(pieces("a b='x y' (c \"d e\") f=(1 + 2)"), ["a", "b='x y'", "(c \"d e\")", "f=(1 + 2)"]);
        assert_eq!(pieces("a 'b"), ["a", "'b"]);
        assert_eq!(without_comment("a '#' # b"), "a '#' ");
    }
}
