//! Owns the smallest parts of Python's expressions: names, literals, displays and comprehensions. Refuses operators.

use super::expression::{Parser, Read, alone};
use super::lex::Sort;
use super::quoted;
use super::tree::{Clause, Expr, How, Item, Kind, Piece};
use crate::text::Span;

impl Parser<'_> {
    pub(super) fn is_for(&self) -> bool {
        self.word() == "for" || (self.word() == "async" && self.peek().sort == Sort::Name)
    }

    pub(super) fn comprehension(&mut self, element: Expr, start: usize) -> Read<Expr> {
        let mut clauses = Vec::new();
        while self.is_for() {
            self.take("async");
            self.expect("for")?;
            let target = self.targets()?;
            self.expect("in")?;
            let iterable = self.or()?;
            let mut conditions = Vec::new();
            while self.take("if") {
                conditions.push(self.or()?);
            }
            clauses.push(Clause { target, iterable, conditions });
        }
        Ok(Expr { kind: Kind::Comprehension(Box::new(element), clauses), span: self.since(start) })
    }

    /// What stands between `for` and `in`.
    pub(super) fn targets(&mut self) -> Read<Expr> {
        let start = self.peek().span.start;
        let mut all = Vec::new();
        loop {
            let how = if self.take("*") { How::Star } else { How::Plain };
            all.push(Item { how, value: self.postfix()? });
            if !self.take(",") || self.word() == "in" {
                break;
            }
        }
        match (all.len(), all.pop()) {
            (1, Some(only)) => Ok(only.value),
            (_, last) => {
                all.extend(last);
                Ok(Expr { kind: Kind::List(all), span: self.since(start) })
            }
        }
    }

    pub(super) fn atom(&mut self) -> Read<Expr> {
        let token = self.peek();
        let start = token.span.start;
        let kind = match token.sort {
            Sort::Text => Kind::Text(self.pieces()?),
            Sort::Number => {
                let number = self.word().replace('_', "").parse();
                self.at += 1;
                number.map_or(Kind::Other(None), Kind::Int)
            }
            Sort::Name => match self.word() {
                word @ ("True" | "False") => {
                    self.at += 1;
                    Kind::Bool(word == "True")
                }
                "None" => {
                    self.at += 1;
                    Kind::None
                }
                _ => Kind::Name(self.name()?),
            },
            Sort::Mark => match self.word() {
                "..." => {
                    self.at += 1;
                    Kind::Other(None)
                }
                "(" => return self.bracketed(")"),
                "[" => return self.bracketed("]"),
                "{" => return self.bracketed("}"),
                _ => return Err(self.broken()),
            },
            _ => return Err(self.broken()),
        };
        Ok(Expr { kind, span: self.since(start) })
    }

    pub(super) fn bracketed(&mut self, close: &str) -> Read<Expr> {
        let start = self.next().span.start;
        self.deeper(|parser| parser.display(close, start))
    }

    pub(super) fn display(&mut self, close: &str, start: usize) -> Read<Expr> {
        let (mut items, mut pairs, mut comma) = (Vec::new(), Vec::new(), false);
        while !self.take(close) {
            let item = self.item()?;
            if close == "}" && self.take(":") {
                let value = self.expression()?;
                pairs.push((Some(item.value), value));
            } else if item.how == How::DoubleStar {
                pairs.push((None, item.value));
            } else {
                items.push(item);
            }
            if self.is_for() {
                let element = items.pop().map(|item| item.value).or(pairs.pop().map(|(_, value)| value));
                let value = self.comprehension(element.ok_or_else(|| self.broken())?, start)?;
                self.expect(close)?;
                return Ok(Expr { span: self.since(start), ..value });
            }
            if self.take(",") {
                comma = true;
            } else if self.word() != close {
                return Err(self.broken());
            }
        }
        let span = self.since(start);
        let grouped = close == ")" && !comma && items.len() == 1 && items[0].how == How::Plain;
        if let Some(only) = items.pop_if(|_| grouped) {
            // The brackets belong to the place of neither a text nor a list.
            return Ok(only.value);
        }
        let dictionary = close == "}" && items.is_empty();
        Ok(Expr { kind: if dictionary { Kind::Dict(pairs) } else { Kind::List(items) }, span })
    }

    /// Literals that stand beside each other are one text.
    pub(super) fn pieces(&mut self) -> Read<Vec<Piece>> {
        let mut all = Vec::new();
        while self.peek().sort == Sort::Text {
            let token = self.next();
            let bytes = self.text.as_bytes();
            let prefix = quoted::prefix(bytes, token.span.start).unwrap_or(0);
            let literal = quoted::literal(bytes, token.span.start, prefix)?;
            let plain = |span: Span| {
                let text = self.text.get(span.start..span.end).unwrap_or("");
                Piece::Known(quoted::decoded(text, literal.raw), span)
            };
            if literal.strange {
                all.push(Piece::Unknown);
            } else if literal.formatted {
                for part in quoted::parts(bytes, literal.content)? {
                    match part {
                        quoted::Part::Plain(span) if span.start == span.end => {}
                        quoted::Part::Plain(span) => all.push(plain(span)),
                        quoted::Part::Field(span, true) => {
                            let depth = self.depth + 1;
                            all.push(alone(self.text, span, depth).map_or(Piece::Unknown, Piece::Field));
                        }
                        quoted::Part::Field(..) => all.push(Piece::Unknown),
                    }
                }
            } else {
                all.push(plain(literal.content));
            }
        }
        Ok(all)
    }
}
