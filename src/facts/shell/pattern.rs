//! Owns matching a known text against a shell pattern. Refuses classes by name and extended patterns: those are unknown.

use super::UNKNOWN_CHAR;
use super::ast::Part;
use super::state::State;
use super::walk::Walker;
use super::world::{Fail, Val};

enum Piece {
    Char(char),
    One,
    Any,
    /// Ranges, and whether it is negated.
    Class(Vec<(char, char)>, bool),
}

impl Walker<'_> {
    /// Whether `subject` matches the pattern; `None` when that is not known.
    pub(super) fn matches(&self, subject: &Val, pattern: &[Part], st: &State, world: Option<Fail>) -> Option<bool> {
        let mut pieces = Vec::new();
        for part in pattern {
            match part {
                Part::Literal { text, quoted: true } => pieces.extend(Val::text(text).known()?.chars().map(Piece::Char)),
                Part::Literal { text, quoted: false } => read(Val::text(text).known()?, &mut pieces)?,
                Part::Param { param, quoted } => match self.param_val(param, st, world) {
                    Val::Text(text) if *quoted => pieces.extend(text.chars().map(Piece::Char)),
                    Val::Text(text) => read(&text, &mut pieces)?,
                    _ => return None,
                },
                _ => return None,
            }
        }
        if pieces.iter().all(|piece| matches!(piece, Piece::Any)) && !pieces.is_empty() {
            return Some(true);
        }
        match subject {
            Val::Text(text) => run(text, &pieces),
            Val::OneOf(texts) => {
                let mut answers = texts.iter().map(|text| run(text, &pieces));
                let first = answers.next()??;
                answers.all(|answer| answer == Some(first)).then_some(first)
            }
            Val::Part(part) => {
                let char = |piece: &Piece| if let Piece::Char(c) = piece { Some(*c) } else { None };
                let literal: Option<String> = pieces.iter().map(char).collect();
                let (head, tail) = (pieces.iter().map_while(char), pieces.iter().rev().map_while(char));
                let differs = match literal {
                    Some(literal) => literal.is_empty() || apart(part, &literal),
                    None => !agree(part.chars(), head) || !agree(part.chars().rev(), tail),
                };
                // What is not known is no character of the pattern: when the whole matches, a `*` stands for it.
                let wild = pieces.iter().all(|piece| matches!(piece, Piece::Char(_) | Piece::Any));
                match differs {
                    true => Some(false),
                    false => run(part, &pieces).filter(|matches| *matches && wild),
                }
            }
            Val::Nonzero => {
                let literal: Option<String> =
                    pieces.iter().map(|piece| if let Piece::Char(c) = piece { Some(*c) } else { None }).collect();
                literal.filter(|text| text.parse::<i64>().map_or(true, |number| number == 0)).map(|_| false)
            }
            _ => None,
        }
    }
}

/// Whether a text that is known in part is certainly not a known one: they begin or end otherwise, or it is too long.
pub(super) fn apart(part: &str, text: &str) -> bool {
    let known = part.chars().filter(|c| *c != UNKNOWN_CHAR).count();
    known > text.chars().count() || !agree(part.chars(), text.chars()) || !agree(part.chars().rev(), text.chars().rev())
}

/// Whether a text agrees with another up to where it is not known, or the other ends.
fn agree(part: impl Iterator<Item = char>, text: impl Iterator<Item = char>) -> bool {
    part.take_while(|c| *c != UNKNOWN_CHAR).zip(text).all(|(a, b)| a == b)
}

fn read(text: &str, out: &mut Vec<Piece>) -> Option<()> {
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let extended = matches!(c, '?' | '*' | '+' | '@' | '!') && chars.peek() == Some(&'(');
        match c {
            _ if extended => return None,
            '?' => out.push(Piece::One),
            '*' => out.push(Piece::Any),
            '[' => {
                let negated = chars.next_if(|c| matches!(c, '!' | '^')).is_some();
                let mut ranges = Vec::new();
                loop {
                    let from = chars.next()?;
                    if from == ']' && !ranges.is_empty() {
                        break;
                    }
                    if from == '[' {
                        return None;
                    }
                    let mut to = from;
                    if chars.peek() == Some(&'-') {
                        chars.next();
                        to = chars.next()?;
                        if to == ']' {
                            ranges.extend([(from, from), ('-', '-')]);
                            break;
                        }
                    }
                    ranges.push((from, to));
                }
                out.push(Piece::Class(ranges, negated));
            }
            c => out.push(Piece::Char(c)),
        }
    }
    Some(())
}

/// Greedy matching with one point to go back to; `None` when text and pattern are too long for it.
fn run(text: &str, pieces: &[Piece]) -> Option<bool> {
    let text: Vec<char> = text.chars().collect();
    if text.len().saturating_mul(pieces.len()) > 65_536 {
        return None;
    }
    let (mut at, mut piece) = (0, 0);
    let mut back: Option<(usize, usize)> = None;
    loop {
        let fits = match (pieces.get(piece), text.get(at)) {
            (Some(Piece::Any), _) => {
                back = Some((piece, at));
                piece += 1;
                continue;
            }
            (None, None) => return Some(true),
            (Some(Piece::Char(c)), Some(here)) => c == here,
            (Some(Piece::One), Some(_)) => true,
            (Some(Piece::Class(ranges, negated)), Some(here)) => {
                ranges.iter().any(|(from, to)| (from..=to).contains(&here)) != *negated
            }
            _ => false,
        };
        if fits {
            at += 1;
            piece += 1;
        } else {
            match back {
                Some((any, from)) if from < text.len() => {
                    back = Some((any, from + 1));
                    at = from + 1;
                    piece = any + 1;
                }
                _ => return Some(false),
            }
        }
    }
}
