//! Owns arithmetic over known numbers and over "some number that is not 0". Refuses everything that needs more.

use super::ast::Part;
use super::state::State;
use super::walk::Walker;
use super::world::{Fail, Val};

/// A number as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Num {
    Int(i64),
    /// Not 0; statuses and counters, so above 0.
    Nonzero,
    Unknown,
}

impl Num {
    pub(super) fn of(val: &Val) -> Self {
        match val {
            Val::Text(text) if text.trim().is_empty() => Self::Int(0),
            Val::Text(text) => text.trim().parse().map_or(Self::Unknown, Self::Int),
            Val::Unset => Self::Int(0),
            Val::Nonzero => Self::Nonzero,
            _ => Self::Unknown,
        }
    }

    pub(super) fn into_val(self) -> Val {
        match self {
            Self::Int(number) => Val::text(&number.to_string()),
            Self::Nonzero => Val::Nonzero,
            Self::Unknown => Val::Unknown,
        }
    }

    pub(super) fn truth(self) -> Option<bool> {
        match self {
            Self::Int(number) => Some(number != 0),
            Self::Nonzero => Some(true),
            Self::Unknown => None,
        }
    }

    fn from_truth(truth: Option<bool>) -> Self {
        truth.map_or(Self::Unknown, |truth| Self::Int(i64::from(truth)))
    }
}

/// Compares two numbers; `op` is one of `== != < <= > >=`.
pub(super) fn compare(op: &str, a: Num, b: Num) -> Option<bool> {
    let answer = |less: bool, equal: bool| match op {
        "==" => equal,
        "!=" => !equal,
        "<" => less,
        "<=" => less || equal,
        ">" => !less && !equal,
        _ => !less,
    };
    match (a, b) {
        (Num::Int(a), Num::Int(b)) => Some(answer(a < b, a == b)),
        (Num::Nonzero, Num::Int(b)) if b <= 0 => Some(answer(false, false)),
        (Num::Nonzero, Num::Int(1)) if op == ">=" => Some(true),
        (Num::Nonzero, Num::Int(1)) if op == "<" => Some(false),
        (Num::Int(a), Num::Nonzero) if a <= 0 => Some(answer(true, false)),
        _ => None,
    }
}

enum Token {
    Num(Num),
    Name(String),
    Op(&'static str),
}

const OPS: [&str; 37] = [
    "<<=", ">>=", "++", "--", "+=", "-=", "*=", "/=", "%=", "|=", "&=", "^=", "==", "!=", "<=", ">=", "&&", "||", "<<", ">>",
    "**", "<", ">", "=", "!", "+", "-", "*", "/", "%", "|", "&", "^", "~", "(", ")", ",",
];

impl Walker<'_> {
    /// The value of an arithmetic text, and what it assigns.
    pub(super) fn arithmetic(&self, parts: &[Part], st: &State, world: Option<Fail>) -> (Num, Vec<(String, Num)>) {
        let mut tokens = Vec::new();
        for part in parts {
            match part {
                Part::Literal { text, .. } => {
                    if !tokenise(text, &mut tokens) {
                        return (Num::Unknown, Vec::new());
                    }
                }
                Part::Param { param, .. } => tokens.push(Token::Num(Num::of(&self.param_val(param, st, world)))),
                _ => tokens.push(Token::Num(Num::Unknown)),
            }
        }
        let lookup = |name: &str| Num::of(self.var(st, name).get(world));
        let mut eval = Eval { tokens, at: 0, depth: 0, assigned: Vec::new(), lookup: &lookup };
        let value = eval.comma();
        let whole = eval.at == eval.tokens.len();
        (if whole { value } else { Num::Unknown }, eval.assigned)
    }
}

fn tokenise(text: &str, out: &mut Vec<Token>) -> bool {
    let mut rest = text.trim_start();
    while let Some(c) = rest.chars().next() {
        let word = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        if word > 0 {
            let token = if c.is_ascii_digit() {
                let leading_zero = word > 1 && c == '0';
                Token::Num(if leading_zero { Num::Unknown } else { rest[..word].parse().map_or(Num::Unknown, Num::Int) })
            } else {
                Token::Name(rest[..word].to_owned())
            };
            out.push(token);
            rest = rest[word..].trim_start();
        } else if let Some(op) = OPS.iter().find(|op| rest.starts_with(**op)) {
            out.push(Token::Op(op));
            rest = rest[op.len()..].trim_start();
        } else {
            return false;
        }
    }
    true
}

struct Eval<'e> {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
    assigned: Vec<(String, Num)>,
    lookup: &'e dyn Fn(&str) -> Num,
}

impl Eval<'_> {
    fn take(&mut self, op: &str) -> bool {
        let found = matches!(self.tokens.get(self.at), Some(Token::Op(here)) if *here == op);
        self.at += usize::from(found);
        found
    }

    fn comma(&mut self) -> Num {
        let mut value = self.assignment();
        while self.take(",") {
            value = self.assignment();
        }
        value
    }

    fn get(&self, name: &str) -> Num {
        let assigned = self.assigned.iter().rev().find(|(known, _)| known == name);
        assigned.map_or_else(|| (self.lookup)(name), |(_, value)| *value)
    }

    fn assignment(&mut self) -> Num {
        if let (Some(Token::Name(name)), Some(Token::Op(op))) = (self.tokens.get(self.at), self.tokens.get(self.at + 1)) {
            let (name, op) = (name.clone(), *op);
            let binary = match op {
                "=" => Some(None),
                "==" | "!=" | "<=" | ">=" => None,
                op => op.strip_suffix('=').map(Some),
            };
            if let Some(binary) = binary {
                self.at += 2;
                let right = self.nested(Self::assignment);
                let value = binary.map_or(right, |op| combine(op, self.get(&name), right));
                self.assigned.push((name, value));
                return value;
            }
        }
        self.binary(0)
    }

    fn nested(&mut self, read: impl FnOnce(&mut Self) -> Num) -> Num {
        self.depth += 1;
        if self.depth > 64 {
            self.at = self.tokens.len() + 1;
            return Num::Unknown;
        }
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn binary(&mut self, level: usize) -> Num {
        const LEVELS: [&[&str]; 10] = [
            &["||"],
            &["&&"],
            &["|"],
            &["^"],
            &["&"],
            &["==", "!="],
            &["<", ">", "<=", ">="],
            &["<<", ">>"],
            &["+", "-"],
            &["*", "/", "%"],
        ];
        let Some(ops) = LEVELS.get(level) else { return self.unary() };
        let mut value = self.binary(level + 1);
        while let Some(op) = ops.iter().find(|op| self.take(op)) {
            let right = self.binary(level + 1);
            value = combine(op, value, right);
        }
        value
    }

    fn unary(&mut self) -> Num {
        if self.take("!") {
            let value = self.nested(Self::unary);
            return Num::from_truth(value.truth().map(|truth| !truth));
        }
        if self.take("-") {
            return match self.nested(Self::unary) {
                Num::Int(number) => Num::Int(number.wrapping_neg()),
                other => other,
            };
        }
        if self.take("+") {
            return self.nested(Self::unary);
        }
        for (op, step) in [("++", 1), ("--", -1)] {
            if self.take(op) {
                let Some(Token::Name(name)) = self.tokens.get(self.at) else { return self.stop() };
                let name = name.clone();
                self.at += 1;
                let value = combine("+", self.get(&name), Num::Int(step));
                self.assigned.push((name, value));
                return value;
            }
        }
        self.primary()
    }

    fn primary(&mut self) -> Num {
        if self.take("(") {
            let value = self.nested(Self::comma);
            return if self.take(")") { value } else { self.stop() };
        }
        match self.tokens.get(self.at) {
            Some(Token::Num(number)) => {
                let number = *number;
                self.at += 1;
                number
            }
            Some(Token::Name(name)) => {
                let name = name.clone();
                self.at += 1;
                let value = self.get(&name);
                for (op, step) in [("++", 1), ("--", -1)] {
                    if self.take(op) {
                        self.assigned.push((name, combine("+", value, Num::Int(step))));
                        break;
                    }
                }
                value
            }
            _ => self.stop(),
        }
    }

    fn stop(&mut self) -> Num {
        self.at = self.tokens.len() + 1;
        Num::Unknown
    }
}

fn combine(op: &str, a: Num, b: Num) -> Num {
    let truth = match op {
        "||" => match (a.truth(), b.truth()) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (Some(false), Some(false)) => Some(false),
            _ => None,
        },
        "&&" => match (a.truth(), b.truth()) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        },
        "==" | "!=" | "<" | "<=" | ">" | ">=" => compare(op, a, b),
        _ => return calculate(op, a, b),
    };
    Num::from_truth(truth)
}

fn calculate(op: &str, a: Num, b: Num) -> Num {
    match (op, a, b) {
        ("+", Num::Int(a), Num::Int(b)) => Num::Int(a.wrapping_add(b)),
        ("-", Num::Int(a), Num::Int(b)) => Num::Int(a.wrapping_sub(b)),
        ("*", Num::Int(a), Num::Int(b)) => Num::Int(a.wrapping_mul(b)),
        ("/", Num::Int(a), Num::Int(b)) => a.checked_div(b).map_or(Num::Unknown, Num::Int),
        ("%", Num::Int(a), Num::Int(b)) => a.checked_rem(b).map_or(Num::Unknown, Num::Int),
        ("|", Num::Int(a), Num::Int(b)) => Num::Int(a | b),
        ("&", Num::Int(a), Num::Int(b)) => Num::Int(a & b),
        ("+" | "|", Num::Nonzero, Num::Nonzero) => Num::Nonzero,
        ("+" | "|", Num::Nonzero, Num::Int(n)) | ("+" | "|", Num::Int(n), Num::Nonzero) if n >= 0 => Num::Nonzero,
        ("*", Num::Nonzero, Num::Nonzero) => Num::Nonzero,
        ("*", Num::Int(0), _) | ("*", _, Num::Int(0)) => Num::Int(0),
        ("|", Num::Int(n), _) | ("|", _, Num::Int(n)) if n != 0 => Num::Nonzero,
        _ => Num::Unknown,
    }
}
