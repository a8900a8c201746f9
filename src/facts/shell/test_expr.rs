//! Owns `[ … ]`, `test` and `[[ … ]]` over what is known. Refuses to say that a file is not there: a step may have made it.

use super::arith::{Num, compare};
use super::ast::{Part, TestToken};
use super::fields::Field;
use super::pattern::apart;
use super::state::State;
use super::taken_in::There;
use super::walk::Walker;
use super::world::{Fail, Val};
use crate::facts::workdir::normalise;

/// One token of a test.
enum Token<'t> {
    Word(Val, Option<&'t [Part]>),
    And,
    Or,
    Open,
    Close,
    Less,
    Greater,
}

struct Test<'t> {
    walker: &'t Walker<'t>,
    st: &'t State,
    world: Option<Fail>,
    tokens: Vec<Token<'t>>,
    at: usize,
    depth: usize,
    /// `[[`: patterns, and `&&`/`||` instead of `-a`/`-o`.
    extended: bool,
}

impl Walker<'_> {
    /// The answer of `test` with these arguments; `None` when it is not known.
    pub(super) fn test(&self, args: &[Field], st: &State, world: Option<Fail>) -> Option<bool> {
        let tokens = args.iter().map(|field| Token::Word(field.val.clone(), None)).collect();
        if let [only] = args {
            return nonempty(&only.val);
        }
        self.answer(tokens, st, world, false)
    }

    /// The answer of `[[ … ]]`.
    pub(super) fn extended_test(&self, tokens: &[TestToken], st: &State, world: Option<Fail>) -> Option<bool> {
        let tokens = tokens
            .iter()
            .map(|token| match token {
                TestToken::Word(raw) => Token::Word(self.parts_val(&raw.parts, st, world), Some(&raw.parts)),
                TestToken::And => Token::And,
                TestToken::Or => Token::Or,
                TestToken::Open => Token::Open,
                TestToken::Close => Token::Close,
                TestToken::Less => Token::Less,
                TestToken::Greater => Token::Greater,
            })
            .collect();
        self.answer(tokens, st, world, true)
    }

    fn answer(&self, tokens: Vec<Token<'_>>, st: &State, world: Option<Fail>, extended: bool) -> Option<bool> {
        if tokens.is_empty() {
            return Some(false);
        }
        let mut test = Test { walker: self, st, world, tokens, at: 0, depth: 0, extended };
        let answer = test.either();
        if test.at == test.tokens.len() { answer } else { None }
    }
}

impl Test<'_> {
    fn word(&self, ahead: usize) -> Option<&str> {
        match self.tokens.get(self.at + ahead) {
            Some(Token::Word(Val::Text(text), _)) => Some(text),
            _ => None,
        }
    }

    fn val(&self, ahead: usize) -> Option<&Val> {
        match self.tokens.get(self.at + ahead) {
            Some(Token::Word(val, _)) => Some(val),
            _ => None,
        }
    }

    fn either(&mut self) -> Option<bool> {
        let mut answer = self.both();
        loop {
            let or = matches!(self.tokens.get(self.at), Some(Token::Or)) || (!self.extended && self.word(0) == Some("-o"));
            if !or {
                return answer;
            }
            self.at += 1;
            let right = self.both();
            answer = match (answer, right) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            };
        }
    }

    fn both(&mut self) -> Option<bool> {
        let mut answer = self.single();
        loop {
            let and = matches!(self.tokens.get(self.at), Some(Token::And)) || (!self.extended && self.word(0) == Some("-a"));
            if !and {
                return answer;
            }
            self.at += 1;
            let right = self.single();
            answer = match (answer, right) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            };
        }
    }

    fn single(&mut self) -> Option<bool> {
        self.depth += 1;
        let answer = if self.depth > 64 { self.give_up() } else { self.inner() };
        self.depth -= 1;
        answer
    }

    fn give_up(&mut self) -> Option<bool> {
        self.at = self.tokens.len() + 1;
        None
    }

    fn inner(&mut self) -> Option<bool> {
        let operator = match self.tokens.get(self.at + 1) {
            Some(Token::Less | Token::Greater) => Some("text order".to_owned()),
            _ => self.word(1).filter(|word| is_binary(word)).map(str::to_owned),
        };
        if let (Some(left), Some(op)) = (self.val(0).cloned(), operator)
            && self.tokens.len() > self.at + 2
        {
            let right = self.val(2).cloned();
            let pattern = match self.tokens.get(self.at + 2) {
                Some(Token::Word(_, parts)) => *parts,
                _ => None,
            };
            self.at += 3;
            return self.binary(&left, &op, right.as_ref()?, pattern);
        }
        if self.word(0) == Some("!") && self.tokens.len() > self.at + 1 {
            self.at += 1;
            return self.single().map(|answer| !answer);
        }
        let open = matches!(self.tokens.get(self.at), Some(Token::Open)) || (!self.extended && self.word(0) == Some("("));
        if open {
            self.at += 1;
            let answer = self.either();
            let closed = matches!(self.tokens.get(self.at), Some(Token::Close)) || (!self.extended && self.word(0) == Some(")"));
            self.at += 1;
            return if closed { answer } else { self.give_up() };
        }
        if let (Some(op), Some(operand)) = (self.word(0), self.val(1))
            && op.len() == 2
            && op.starts_with('-')
        {
            let answer = match op {
                "-n" => nonempty(operand),
                "-z" => nonempty(operand).map(|answer| !answer),
                "-v" => operand.known().and_then(|name| match self.walker.var(self.st, name).get(self.world) {
                    Val::Unset => Some(false),
                    Val::Unknown => None,
                    _ => Some(true),
                }),
                _ => self.there(op, operand),
            };
            self.at += 2;
            return answer;
        }
        let answer = self.val(0).map(nonempty);
        self.at += 1;
        answer.unwrap_or_else(|| self.give_up())
    }

    /// A test on a file that is there for sure.
    fn there(&self, op: &str, operand: &Val) -> Option<bool> {
        let (name, from) = (operand.known()?, self.walker.directory(self.st));
        if self.walker.has_written(name, self.st) {
            return None;
        }
        let from = from.known().unwrap_or("/");
        let path = (!name.is_empty() && (name.starts_with('/') || from != "/")).then(|| normalise(from, name)).flatten()?;
        let found = self.walker.input.files.there(&path)?;
        let yes = match (op, found) {
            ("-e" | "-r", _) | ("-f", There::File { .. }) | ("-d", There::Directory) => true,
            ("-s", There::File { filled, .. }) => filled,
            ("-x", There::File { executable, .. }) => executable,
            _ => false,
        };
        yes.then_some(true)
    }

    fn binary(&self, left: &Val, op: &str, right: &Val, pattern: Option<&[Part]>) -> Option<bool> {
        let numbers = |op: &str| compare(op, Num::of(left), Num::of(right));
        match op {
            "-eq" => numbers("=="),
            "-ne" => numbers("!="),
            "-lt" => numbers("<"),
            "-le" => numbers("<="),
            "-gt" => numbers(">"),
            "-ge" => numbers(">="),
            "=" | "==" | "!=" => {
                let equal = match pattern.filter(|_| self.extended) {
                    Some(pattern) => self.walker.matches(left, pattern, self.st, self.world),
                    None => equal(left, right),
                };
                equal.map(|equal| equal == (op != "!="))
            }
            _ => None,
        }
    }
}

fn is_binary(word: &str) -> bool {
    matches!(word, "=" | "==" | "!=" | "=~" | "-eq" | "-ne" | "-lt" | "-le" | "-gt" | "-ge" | "-nt" | "-ot" | "-ef" | "<" | ">")
}

fn nonempty(val: &Val) -> Option<bool> {
    match val {
        Val::Text(text) => Some(!text.is_empty()),
        Val::Nonzero | Val::Job(_) => Some(true),
        Val::Unset => Some(false),
        Val::Part(_) => Some(true),
        Val::OneOf(texts) if !texts.iter().any(|text| text.is_empty()) => Some(true),
        _ => None,
    }
}

fn equal(left: &Val, right: &Val) -> Option<bool> {
    match (left, right) {
        (Val::Text(a), Val::Text(b)) => Some(a == b),
        (Val::OneOf(texts), Val::Text(text)) | (Val::Text(text), Val::OneOf(texts)) if !texts.contains(text) => Some(false),
        // Of a text that is known in part there is one.
        (Val::Part(part), Val::Text(text)) | (Val::Text(text), Val::Part(part)) if text.is_empty() || apart(part, text) => {
            Some(false)
        }
        // A number that is not 0 differs from 0 and from everything that is no number.
        (Val::Nonzero, Val::Text(text)) | (Val::Text(text), Val::Nonzero) => {
            text.parse::<i64>().map_or(Some(false), |number| if number == 0 { Some(false) } else { None })
        }
        _ => None,
    }
}
