//! Owns the grammar of Python's functions and classes, and of `match`. Refuses simple statements.

use std::rc::Rc;

use super::expression::{Parser, Read};
use super::lex::Sort;
use super::tree::{Function, Parameter, What};

impl Parser<'_> {
    pub(super) fn decorated(&mut self) -> Read<What> {
        let from = self.at;
        let mut decorators = Vec::new();
        while self.take("@") {
            decorators.push(self.expression()?);
            if self.next().sort != Sort::NewLine {
                return Err(self.broken());
            }
        }
        self.take("async");
        if self.word() == "class" {
            return self.class();
        }
        self.expect("def")?;
        let name = self.name()?;
        self.type_parameters()?;
        self.expect("(")?;
        let parameters = self.parameters()?;
        if self.take("->") {
            self.expression()?;
        }
        let span = self.first_line(from);
        let body = self.block()?;
        Ok(What::Function(Rc::new(Function { name, parameters, decorators, body, span })))
    }

    /// `[T]` behind a name.
    pub(super) fn type_parameters(&mut self) -> Read<()> {
        if self.take("[") {
            while !self.take("]") {
                if !self.take(",") && !self.take(":") && !self.take("=") && !self.take("*") && !self.take("**") {
                    self.expression()?;
                }
            }
        }
        Ok(())
    }

    pub(super) fn parameters(&mut self) -> Read<Vec<Parameter>> {
        let mut all = Vec::new();
        while !self.take(")") {
            let stars = match self.word() {
                "*" => 1,
                "**" => 2,
                _ => 0,
            };
            self.at += usize::from(stars > 0);
            let separator = self.take("/") || (stars == 1 && self.word() == ",");
            if !separator {
                let name = self.name()?;
                if self.take(":") {
                    self.take("*");
                    self.expression()?;
                }
                let default = if self.take("=") { Some(self.expression()?) } else { None };
                all.push(Parameter { name, stars, default });
            }
            if !self.take(",") && self.word() != ")" {
                return Err(self.broken());
            }
        }
        Ok(all)
    }

    pub(super) fn class(&mut self) -> Read<What> {
        self.expect("class")?;
        let name = self.name()?;
        self.type_parameters()?;
        if self.take("(") {
            self.list().map(drop).or_else(|problem| if self.word() == ")" { Ok(()) } else { Err(problem) })?;
            while !self.take(")") {
                if matches!(self.peek().sort, Sort::NewLine | Sort::End) {
                    return Err(self.broken());
                }
                self.at += 1;
            }
        }
        self.block()?;
        Ok(What::Class(name))
    }

    /// `match` is a word of its own only before a block of cases.
    pub(super) fn cases(&mut self) -> Read<Option<What>> {
        let from = self.at;
        self.at += 1;
        let subject = match self.list() {
            Ok(subject) if self.word() == ":" => subject,
            _ => {
                self.at = from;
                return Ok(None);
            }
        };
        self.at += 1;
        if self.peek().sort != Sort::NewLine {
            self.at = from;
            return Ok(None);
        }
        self.deeper(|parser| {
            parser.at += 1;
            if parser.next().sort != Sort::Indent {
                return Err(parser.broken());
            }
            let mut blocks = Vec::new();
            while parser.take("case") {
                let mut open = 0_usize;
                while open > 0 || parser.word() != ":" {
                    match parser.word() {
                        "(" | "[" | "{" => open += 1,
                        ")" | "]" | "}" => open = open.saturating_sub(1),
                        _ if matches!(parser.peek().sort, Sort::NewLine | Sort::End) => return Err(parser.broken()),
                        _ => {}
                    }
                    parser.at += 1;
                }
                blocks.push(parser.block()?);
            }
            if parser.next().sort != Sort::Dedent {
                return Err(parser.broken());
            }
            Ok(Some(What::Match(subject, blocks)))
        })
    }
}
