//! Owns the words of a GitHub expression: names, literals, operators. Refuses to know what any name means.

/// One word of an expression.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Name(String),
    Number(f64),
    Text(String),
    Dot,
    Comma,
    Star,
    Open,
    Close,
    OpenIndex,
    CloseIndex,
    Not,
    And,
    Or,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}

/// Splits an expression in one pass.
///
/// # Errors
/// One clause about the first character that belongs to no word.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut out = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, length) = match first {
            '\'' => quoted(rest)?,
            'a'..='z' | 'A'..='Z' | '_' => name(rest),
            '0'..='9' | '+' | '-' => number(rest)?,
            '.' if rest[1..].starts_with(|c: char| c.is_ascii_digit()) => number(rest)?,
            _ => symbol(rest).ok_or_else(|| format!("`{first}` has no meaning in an expression"))?,
        };
        out.push(token);
        rest = rest[length..].trim_start();
    }
    Ok(out)
}

fn quoted(rest: &str) -> Result<(Token, usize), String> {
    let mut text = String::new();
    let mut chars = rest.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c != '\'' {
            text.push(c);
        } else if chars.next_if(|(_, next)| *next == '\'').is_some() {
            text.push('\'');
        } else {
            return Ok((Token::Text(text), at + 1));
        }
    }
    Err("a quoted text has no end".to_owned())
}

fn name(rest: &str) -> (Token, usize) {
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-').unwrap_or(rest.len());
    (Token::Name(rest[..end].to_owned()), end)
}

fn number(rest: &str) -> Result<(Token, usize), String> {
    let in_number = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '+' | '-');
    let end = rest.find(|c: char| !in_number(c)).unwrap_or(rest.len());
    let text = &rest[..end];
    number_value(text).map(|value| (Token::Number(value), end)).ok_or_else(|| format!("`{text}` is no number"))
}

/// A number as expressions write it: decimal, `0x`, `0o`, exponents.
pub(super) fn number_value(text: &str) -> Option<f64> {
    let radix = |digits: &str, base| u64::from_str_radix(digits, base).ok().map(|value| value as f64);
    if let Some(digits) = text.strip_prefix("0x") {
        return radix(digits, 16);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return radix(digits, 8);
    }
    let plain = text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'+' | b'-' | b'e' | b'E'));
    if plain { text.parse().ok() } else { None }
}

fn symbol(rest: &str) -> Option<(Token, usize)> {
    let token = match rest.as_bytes().get(..2) {
        Some(b"&&") => Token::And,
        Some(b"||") => Token::Or,
        Some(b"==") => Token::Equal,
        Some(b"!=") => Token::NotEqual,
        Some(b"<=") => Token::LessEqual,
        Some(b">=") => Token::GreaterEqual,
        _ => return single(rest),
    };
    Some((token, 2))
}

fn single(rest: &str) -> Option<(Token, usize)> {
    let token = match rest.as_bytes().first()? {
        b'.' => Token::Dot,
        b',' => Token::Comma,
        b'*' => Token::Star,
        b'(' => Token::Open,
        b')' => Token::Close,
        b'[' => Token::OpenIndex,
        b']' => Token::CloseIndex,
        b'!' => Token::Not,
        b'<' => Token::Less,
        b'>' => Token::Greater,
        _ => return None,
    };
    Some((token, 1))
}
