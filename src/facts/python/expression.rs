//! Owns the grammar of Python's expressions. Refuses to go deeper than [`DEEPEST`]: what repeats is read in loops.

use super::lex::{self, Sort, Token};
use super::tree::{Expr, How, Item, Kind, Trailer};
use super::{Broken, DEEPEST};
use crate::text::Span;

/// A reader of tokens.
pub(super) struct Parser<'t> {
    pub(super) text: &'t str,
    pub(super) tokens: Vec<Token>,
    pub(super) at: usize,
    pub(super) depth: usize,
}

pub(super) type Read<T> = Result<T, Broken>;

/// Words that are no names.
const KEYWORDS: &[&str] = &[
    "and", "as", "assert", "async", "break", "class", "continue", "def", "del", "elif", "else", "except", "finally", "for",
    "from", "global", "if", "import", "in", "is", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with",
];

/// Operators between operands, comparisons and the words left out.
const BINARY: &[&str] = &["+", "-", "*", "/", "//", "%", "@", "**", "&", "|", "^", "<<", ">>"];

/// An expression that is a whole range of the text.
pub(super) fn alone(text: &str, range: Span, depth: usize) -> Read<Expr> {
    let tokens = lex::tokens(text, range, lex::Layout::None)?;
    let mut parser = Parser { text, tokens, at: 0, depth };
    let value = parser.list()?;
    match parser.peek().sort {
        Sort::End => Ok(value),
        _ => Err(parser.broken()),
    }
}

impl<'t> Parser<'t> {
    pub(super) fn peek(&self) -> Token {
        self.tokens[self.at.min(self.tokens.len() - 1)]
    }

    pub(super) fn word(&self) -> &'t str {
        let token = self.peek();
        if token.sort == Sort::Text { "" } else { &self.text[token.span.start..token.span.end] }
    }

    pub(super) fn next(&mut self) -> Token {
        let token = self.peek();
        self.at += 1;
        token
    }

    /// Takes a word or mark.
    pub(super) fn take(&mut self, wanted: &str) -> bool {
        let found = self.word() == wanted;
        self.at += usize::from(found);
        found
    }

    pub(super) fn expect(&mut self, wanted: &str) -> Read<()> {
        if self.take(wanted) { Ok(()) } else { Err(self.broken()) }
    }

    pub(super) fn broken(&self) -> Broken {
        Broken { at: self.peek().span.start, why: "it is not understood" }
    }

    pub(super) fn name(&mut self) -> Read<Box<str>> {
        if self.peek().sort != Sort::Name || KEYWORDS.contains(&self.word()) {
            return Err(self.broken());
        }
        let name = self.word().into();
        self.at += 1;
        Ok(name)
    }

    /// From a place up to the last token that was taken.
    pub(super) fn since(&self, start: usize) -> Span {
        Span::new(start, self.tokens[self.at.saturating_sub(1).min(self.tokens.len() - 1)].span.end)
    }

    /// What goes deeper: everything that calls itself comes through here.
    pub(super) fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        if self.depth >= DEEPEST {
            return Err(Broken { at: self.peek().span.start, why: "it nests deeper than is read" });
        }
        self.depth += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    /// Expressions with commas between them: one, or a tuple.
    pub(super) fn list(&mut self) -> Read<Expr> {
        let start = self.peek().span.start;
        let first = self.item()?;
        if self.word() != "," && first.how == How::Plain {
            return Ok(first.value);
        }
        let mut items = vec![first];
        while self.take(",") {
            if self.ends_list() {
                break;
            }
            items.push(self.item()?);
        }
        Ok(Expr { kind: Kind::List(items), span: self.since(start) })
    }

    fn ends_list(&self) -> bool {
        let token = self.peek();
        matches!(token.sort, Sort::NewLine | Sort::End) || matches!(self.word(), ")" | "]" | "}" | "=" | ":" | ";" | "in") || {
            let word = self.word();
            word.ends_with('=') && BINARY.contains(&&word[..word.len() - 1])
        }
    }

    /// An item of a display: `value`, `*value`, `**value`.
    pub(super) fn item(&mut self) -> Read<Item> {
        let how = match self.word() {
            "*" => How::Star,
            "**" => How::DoubleStar,
            _ => How::Plain,
        };
        self.at += usize::from(how != How::Plain);
        // What stands in front of `in` of a `for` is a target, not a comparison.
        Ok(Item { how, value: self.expression()? })
    }

    /// One expression.
    pub(super) fn expression(&mut self) -> Read<Expr> {
        self.deeper(Self::choice)
    }

    fn choice(&mut self) -> Read<Expr> {
        let start = self.peek().span.start;
        match self.word() {
            "lambda" => return self.lambda(),
            "yield" | "await" => {
                self.at += 1;
                self.take("from");
                let inner = if self.ends_list() { None } else { Some(Box::new(self.list()?)) };
                return Ok(Expr { kind: Kind::Other(inner), span: self.since(start) });
            }
            _ => {}
        }
        let mut value = self.or()?;
        if self.take(":=") {
            let Kind::Name(name) = value.kind else { return Err(self.broken()) };
            let inner = Box::new(self.expression()?);
            return Ok(Expr { kind: Kind::Bind(name, inner), span: self.since(start) });
        }
        let mut choices = Vec::new();
        while self.take("if") {
            let condition = self.or()?;
            self.expect("else")?;
            choices.push((value, condition));
            value = if self.word() == "lambda" { self.expression()? } else { self.or()? };
        }
        if choices.is_empty() {
            return Ok(value);
        }
        Ok(Expr { kind: Kind::Choice(choices, Box::new(value)), span: self.since(start) })
    }

    fn lambda(&mut self) -> Read<Expr> {
        let start = self.next().span.start;
        let mut open = 0_usize;
        while open > 0 || self.word() != ":" {
            match self.word() {
                "(" | "[" | "{" => open += 1,
                ")" | "]" | "}" => open = open.checked_sub(1).ok_or_else(|| self.broken())?,
                _ if matches!(self.peek().sort, Sort::End | Sort::NewLine) => return Err(self.broken()),
                _ => {}
            }
            self.at += 1;
        }
        self.at += 1;
        let body = Box::new(self.expression()?);
        Ok(Expr { kind: Kind::Other(Some(body)), span: self.since(start) })
    }

    pub(super) fn or(&mut self) -> Read<Expr> {
        self.joined("or", |parser| parser.joined("and", Self::not, Kind::And), Kind::Or)
    }

    fn joined(&mut self, word: &str, read: impl Fn(&mut Self) -> Read<Expr>, kind: fn(Vec<Expr>) -> Kind) -> Read<Expr> {
        let start = self.peek().span.start;
        let first = read(self)?;
        if self.word() != word {
            return Ok(first);
        }
        let mut all = vec![first];
        while self.take(word) {
            all.push(read(self)?);
        }
        Ok(Expr { kind: kind(all), span: self.since(start) })
    }

    fn not(&mut self) -> Read<Expr> {
        let start = self.peek().span.start;
        let mut odd = None;
        while self.take("not") {
            odd = Some(!odd.unwrap_or(false));
        }
        let value = self.comparison()?;
        let Some(odd) = odd else { return Ok(value) };
        let span = self.since(start);
        let inverted = Expr { kind: Kind::Not(Box::new(value)), span };
        Ok(if odd { inverted } else { Expr { kind: Kind::Not(Box::new(inverted)), span } })
    }

    fn comparison(&mut self) -> Read<Expr> {
        let start = self.peek().span.start;
        let first = self.chain()?;
        let mut rest: Vec<(Box<str>, Expr)> = Vec::new();
        loop {
            let operator = match self.word() {
                word @ ("==" | "!=" | "<" | ">" | "<=" | ">=" | "in" | "is") => {
                    self.at += 1;
                    if word == "is" && self.take("not") { "is not" } else { word }
                }
                "not" => {
                    self.at += 1;
                    self.expect("in")?;
                    "not in"
                }
                _ => break,
            };
            rest.push((operator.into(), self.chain()?));
        }
        if rest.is_empty() {
            return Ok(first);
        }
        Ok(Expr { kind: Kind::Compare(Box::new(first), rest), span: self.since(start) })
    }

    /// Operands with operators between them, in the order they stand.
    pub(super) fn chain(&mut self) -> Read<Expr> {
        let start = self.peek().span.start;
        let first = self.unary()?;
        let mut rest: Vec<(Box<str>, Expr)> = Vec::new();
        while BINARY.contains(&self.word()) && self.peek().sort == Sort::Mark {
            let operator = self.word().into();
            self.at += 1;
            rest.push((operator, self.unary()?));
        }
        if rest.is_empty() {
            return Ok(first);
        }
        Ok(Expr { kind: Kind::Chain(Box::new(first), rest), span: self.since(start) })
    }

    fn unary(&mut self) -> Read<Expr> {
        let start = self.peek().span.start;
        let (mut signs, mut minus) = (0, 0);
        while let Some(sign) = ["-", "+", "~", "await"].into_iter().find(|sign| self.take(sign)) {
            signs += 1;
            minus += usize::from(sign == "-");
        }
        let value = self.postfix()?;
        let span = self.since(start);
        Ok(match value.kind {
            _ if signs == 0 => value,
            Kind::Int(number) if signs == 1 && minus == 1 => Expr { kind: Kind::Int(-number), span },
            _ => Expr { kind: Kind::Other(Some(Box::new(value))), span },
        })
    }

    pub(super) fn postfix(&mut self) -> Read<Expr> {
        let start = self.peek().span.start;
        let base = self.atom()?;
        let mut trailers = Vec::new();
        loop {
            if self.take(".") {
                trailers.push(Trailer::Attribute(self.name()?));
            } else if self.take("(") {
                let arguments = self.deeper(Self::arguments)?;
                trailers.push(Trailer::Call(arguments, self.since(start).end));
            } else if self.take("[") {
                let index = self.deeper(Self::index)?;
                trailers.push(index);
            } else {
                break;
            }
        }
        if trailers.is_empty() {
            return Ok(base);
        }
        Ok(Expr { kind: Kind::Postfix(Box::new(base), trailers), span: self.since(start) })
    }

    fn arguments(&mut self) -> Read<Vec<Item>> {
        let mut all = Vec::new();
        while !self.take(")") {
            let keyword = self.tokens.get(self.at + 1).is_some_and(|token| &self.text[token.span.start..token.span.end] == "=");
            if self.peek().sort == Sort::Name && keyword {
                let how = How::Keyword(self.name()?);
                self.at += 1;
                all.push(Item { how, value: self.expression()? });
            } else {
                let item = self.item()?;
                let start = item.value.span.start;
                let value = if self.is_for() { self.comprehension(item.value, start)? } else { item.value };
                all.push(Item { how: item.how, value });
            }
            if !self.take(",") && self.word() != ")" {
                return Err(self.broken());
            }
        }
        Ok(all)
    }

    fn index(&mut self) -> Read<Trailer> {
        let ends = |parser: &Self| matches!(parser.word(), ":" | "]" | ",");
        let from = if ends(self) { None } else { Some(Box::new(self.expression()?)) };
        if self.word() == ":" {
            self.at += 1;
            let to = if ends(self) { None } else { Some(Box::new(self.expression()?)) };
            let plain = self.word() == "]";
            while !self.take("]") {
                if !matches!(self.word(), ":" | ",") {
                    self.expression()?;
                } else {
                    self.at += 1;
                }
            }
            return Ok(Trailer::Slice(from, to, plain));
        }
        let Some(first) = from else { return Err(self.broken()) };
        if self.take("]") {
            return Ok(Trailer::Index(first));
        }
        while !self.take("]") {
            if matches!(self.word(), ":" | ",") {
                self.at += 1;
            } else {
                self.expression()?;
            }
        }
        Ok(Trailer::Slice(None, None, false))
    }
}
