//! Owns what `$` and a backquote begin inside a word: parameters, substitutions, arithmetic. Refuses to expand any.

use std::rc::Rc;

use crate::text::Span;

use super::ast::{Index, Param, ParamOp, Part};
use super::lex::{Lexer, Parsed, is_name_start};
use super::word::push;

impl Lexer<'_> {
    pub(super) fn backquoted(&mut self, quoted: bool) -> Parsed<Part> {
        let start = self.pos;
        self.pos += 1;
        let inner = self.pos;
        let mut escapes = false;
        while let Some(c) = self.next_char() {
            match c {
                '\\' => {
                    escapes = true;
                    self.next_char();
                }
                '`' => {
                    let span = Span::new(start, self.pos);
                    if escapes {
                        return Ok(Part::Unread { span });
                    }
                    self.enter()?;
                    let list = self.inside(Span::new(inner, self.pos - 1), |lexer| lexer.whole())?;
                    self.leave();
                    return Ok(Part::Command { list: Rc::new(list), quoted });
                }
                _ => {}
            }
        }
        self.fail("a closing `")
    }

    pub(super) fn dollar(&mut self, quoted: bool) -> Parsed<Part> {
        self.pos += 1;
        match self.peek() {
            Some(b'(') if self.at(1) == Some(b'(') => {
                self.pos += 2;
                if let Some(end) = self.arithmetic_end()? {
                    return self.arithmetic(end, end + 2);
                }
                self.pos -= 1;
                self.substitution(quoted)
            }
            Some(b'(') => {
                self.pos += 1;
                self.substitution(quoted)
            }
            Some(b'{') => {
                self.pos += 1;
                self.braced(quoted)
            }
            Some(b'@' | b'*' | b'#' | b'?' | b'-' | b'$' | b'!' | b'0'..=b'9') => {
                let name = self.text[self.pos..=self.pos].to_owned();
                self.pos += 1;
                Ok(plain(name, quoted))
            }
            Some(byte) if is_name_start(byte) => {
                let name = self.peek_name();
                self.pos += name.len();
                Ok(plain(name.to_owned(), quoted))
            }
            _ => Ok(Part::Literal { text: "$".to_owned(), quoted }),
        }
    }

    fn substitution(&mut self, quoted: bool) -> Parsed<Part> {
        let list = self.list()?;
        self.expect(")")?;
        Ok(Part::Command { list: Rc::new(list), quoted })
    }

    /// The parts of an arithmetic text that starts here.
    fn arithmetic(&mut self, end: usize, after: usize) -> Parsed<Part> {
        let parts = self.arithmetic_parts(end)?;
        self.pos = after;
        Ok(Part::Arithmetic { parts })
    }

    pub(super) fn arithmetic_parts(&mut self, end: usize) -> Parsed<Vec<Part>> {
        self.enter()?;
        let parts = self.inside(Span::new(self.pos, end), |lexer| lexer.quoted_parts(None))?;
        self.leave();
        Ok(parts)
    }

    fn braced(&mut self, quoted: bool) -> Parsed<Part> {
        self.enter()?;
        let mut param = Param {
            name: String::new(),
            index: Index::None,
            op: ParamOp::Plain,
            colon: false,
            indirect: false,
            word: Vec::new(),
        };
        if self.peek() == Some(b'#') && !matches!(self.at(1), Some(b'}' | b':' | b'-' | b'=' | b'+')) {
            self.pos += 1;
            param.op = ParamOp::Length;
        } else if self.peek() == Some(b'!') && self.at(1) != Some(b'}') {
            self.pos += 1;
            (param.op, param.indirect) = (ParamOp::Other, true);
        }
        let name = self.peek_name();
        if name.is_empty() {
            let rest = &self.text.as_bytes()[self.pos..self.end];
            let digits = rest.iter().take(8).take_while(|byte| byte.is_ascii_digit()).count();
            let special = usize::from(digits == 0 && matches!(self.peek(), Some(b'@' | b'*' | b'#' | b'?' | b'-' | b'$' | b'!')));
            param.name = self.text[self.pos..self.pos + digits + special].to_owned();
            self.pos += digits + special;
        } else {
            param.name = name.to_owned();
            self.pos += name.len();
            self.subscript(&mut param)?;
        }
        self.operator(&mut param, quoted)?;
        self.expect("}")?;
        self.leave();
        Ok(Part::Param { param: Box::new(param), quoted })
    }

    fn subscript(&mut self, param: &mut Param) -> Parsed<()> {
        if self.peek() != Some(b'[') {
            return Ok(());
        }
        self.pos += 1;
        param.index = if self.looking_at("@]") || self.looking_at("*]") { Index::All } else { Index::Other };
        param.word = self.quoted_parts(Some(b']'))?;
        if let [Part::Literal { text, .. }] = param.word.as_slice()
            && let Ok(at) = text.parse()
        {
            param.index = Index::At(at);
            param.word.clear();
        }
        self.expect("]")
    }

    fn operator(&mut self, param: &mut Param, quoted: bool) -> Parsed<()> {
        param.colon = self.peek() == Some(b':') && matches!(self.at(1), Some(b'-' | b'=' | b'?' | b'+'));
        self.pos += usize::from(param.colon);
        let op = match self.peek() {
            Some(b'}') | None => return Ok(()),
            Some(b'-') => ParamOp::Default,
            Some(b'=') => ParamOp::Assign,
            Some(b'?') => ParamOp::Error,
            Some(b'+') => ParamOp::Alternative,
            _ => ParamOp::Other,
        };
        self.pos += usize::from(op != ParamOp::Other);
        param.op = if param.op == ParamOp::Plain && !param.name.is_empty() { op } else { ParamOp::Other };
        let mut word = self.operand(quoted)?;
        param.word.append(&mut word);
        Ok(())
    }

    /// The word behind an operator inside `${ }`.
    fn operand(&mut self, quoted: bool) -> Parsed<Vec<Part>> {
        let mut parts = Vec::new();
        while let Some(byte) = self.peek() {
            match byte {
                b'}' => return Ok(parts),
                b'\\' => self.escaped(&mut parts),
                b'\'' if !quoted => self.single_quoted(&mut parts)?,
                b'"' => self.double_quoted(&mut parts)?,
                b'$' => {
                    let part = self.dollar(quoted)?;
                    push(&mut parts, part);
                }
                b'`' => {
                    let part = self.backquoted(quoted)?;
                    parts.push(part);
                }
                _ => {
                    let start = self.pos;
                    let rest = &self.text.as_bytes()[start..self.end];
                    let special = |byte: &u8| matches!(byte, b'}' | b'\\' | b'\'' | b'"' | b'$' | b'`');
                    self.pos += rest[1..].iter().position(special).map_or(rest.len(), |length| length + 1);
                    push(&mut parts, Part::Literal { text: self.text[start..self.pos].to_owned(), quoted });
                }
            }
        }
        self.fail("a closing }")
    }
}

fn plain(name: String, quoted: bool) -> Part {
    let param = Param { name, index: Index::None, op: ParamOp::Plain, colon: false, indirect: false, word: Vec::new() };
    Part::Param { param: Box::new(param), quoted }
}
