//! Owns the grammar of lists, pipelines, simple commands and redirections. Refuses to run on input deeper than allowed.
//!
//! Written here, not taken from a parser crate: the one that was tried needs time exponential in the nesting of `$((` and
//! `( (`, panics on a file descriptor that overflows, and gives no place for operators and redirections.

use std::rc::Rc;

use crate::text::Span;

use super::ast::{
    Chain, ChainOp, Command, CommandKind, HereDocument, Item, List, Part, Pipeline, RawWord, Redirect, RedirectOp, Script, Simple,
};
use super::lex::{Lexer, Parsed};

/// Words that end a list.
const CLOSERS: [&str; 8] = ["then", "do", "done", "fi", "else", "elif", "esac", "}"];

/// Reads a whole script.
pub(super) fn script(text: &str, max_depth: usize) -> Parsed<Script> {
    let mut lexer = Lexer::new(text, max_depth);
    if lexer.looking_at("\u{FEFF}") {
        lexer.pos += '\u{FEFF}'.len_utf8();
    }
    let list = lexer.whole()?;
    Ok(Script { list, here: lexer.here, bashism: lexer.bashism })
}

impl Lexer<'_> {
    /// A list that must reach the end of the text.
    pub(super) fn whole(&mut self) -> Parsed<List> {
        let list = self.list()?;
        if self.pos < self.end { self.fail("the end of the script") } else { Ok(list) }
    }

    fn at_closer(&self) -> bool {
        match self.peek() {
            None | Some(b')') => true,
            Some(b';') => self.at(1) == Some(b';') || self.at(1) == Some(b'&'),
            _ => CLOSERS.iter().any(|word| self.at_word(word)),
        }
    }

    /// Commands up to a closing word, `)`, `;;` or the end.
    pub(super) fn list(&mut self) -> Parsed<List> {
        let mut items = Vec::new();
        loop {
            self.skip_lines()?;
            if self.at_closer() {
                return Ok(List { items });
            }
            let chain = self.chain()?;
            self.skip_blanks();
            let at = self.pos;
            let mut background = None;
            match self.peek() {
                Some(b'&') => {
                    self.take("&");
                    background = Some(Span::new(at, at + 1));
                }
                Some(b';') if !self.at_closer() => {
                    self.take(";");
                }
                Some(b'\n') => {}
                _ if self.at_closer() => {}
                _ => return self.fail("the end of a command"),
            }
            items.push(Item { chain, background });
        }
    }

    fn chain(&mut self) -> Parsed<Chain> {
        let first = self.pipeline()?;
        let mut rest = Vec::new();
        loop {
            self.skip_blanks();
            let at = self.pos;
            let op = if self.take("&&") {
                ChainOp::And
            } else if self.take("||") {
                ChainOp::Or
            } else {
                return Ok(Chain { first, rest });
            };
            self.skip_lines()?;
            rest.push((op, Span::new(at, at + 2), self.pipeline()?));
        }
    }

    fn pipeline(&mut self) -> Parsed<Pipeline> {
        self.skip_blanks();
        let start = self.pos;
        let mut bang: Option<Span> = None;
        loop {
            let at = self.pos;
            let tight = self.peek() == Some(b'!') && self.at(1) == Some(b'(');
            if tight || self.at_word("!") {
                self.take("!");
                bang = if bang.is_some() { None } else { Some(Span::new(at, at + 1)) };
            } else if self.at_word("time") && !self.time_is_a_word() {
                self.take("time");
                self.skip_blanks();
                self.take_word("-p");
                self.skip_blanks();
                self.take_word("--");
            } else {
                break;
            }
            self.skip_blanks();
        }
        let mut commands = vec![self.command()?];
        loop {
            self.skip_blanks();
            if self.looking_at("||") || !(self.take("|&") || self.take("|")) {
                break;
            }
            self.skip_lines()?;
            commands.push(self.command()?);
        }
        Ok(Pipeline { bang, commands, span: Span::new(start, self.token_end) })
    }

    /// `time` alone, or with an option other than `-p`, is the program of that name.
    fn time_is_a_word(&self) -> bool {
        let rest = self.text[self.pos + "time".len()..self.end].trim_start_matches([' ', '\t']);
        let option = rest.starts_with('-') && !(rest.starts_with("-p ") || rest.starts_with("-- "));
        option || rest.is_empty() || rest.starts_with(['\n', ';', '&', '|', ')', '\r'])
    }

    pub(super) fn command(&mut self) -> Parsed<Command> {
        self.enter()?;
        self.skip_blanks();
        let start = self.pos;
        let mut redirects = Vec::new();
        let kind = match self.compound()? {
            Some(kind) => {
                if !matches!(kind, CommandKind::Function { .. } | CommandKind::Coprocess(_)) {
                    loop {
                        self.skip_blanks();
                        let Some(redirect) = self.redirect()? else { break };
                        redirects.push(redirect);
                    }
                }
                kind
            }
            None => self.simple(&mut redirects)?,
        };
        self.leave();
        Ok(Command { kind, redirects, span: Span::new(start, self.token_end) })
    }

    fn simple(&mut self, redirects: &mut Vec<Redirect>) -> Parsed<CommandKind> {
        let mut simple = Simple::default();
        let start = self.pos;
        loop {
            self.skip_blanks();
            if let Some(redirect) = self.redirect()? {
                redirects.push(redirect);
                continue;
            }
            match self.peek() {
                None | Some(b'\n' | b';' | b'&' | b'|' | b')') => break,
                Some(b'(') => match simple.words.as_slice() {
                    [name] if simple.assignments.is_empty() && redirects.is_empty() => {
                        let name = self.text[name.span.start..name.span.end].to_owned();
                        self.take("(");
                        self.skip_blanks();
                        self.expect(")")?;
                        return self.function(name);
                    }
                    _ => return self.fail("a word"),
                },
                _ => {}
            }
            let word = self.word()?;
            if simple.words.is_empty() && word.assign.is_some() {
                simple.assignments.push(word);
            } else {
                simple.words.push(word);
            }
        }
        if self.pos == start { self.fail("a command") } else { Ok(CommandKind::Simple(simple)) }
    }

    pub(super) fn function(&mut self, name: String) -> Parsed<CommandKind> {
        self.skip_lines()?;
        let body = self.command()?;
        if matches!(body.kind, CommandKind::Simple(_)) {
            return self.fail("the body of a function");
        }
        Ok(CommandKind::Function { name, body: Rc::new(body) })
    }

    fn redirect(&mut self) -> Parsed<Option<Redirect>> {
        let start = self.pos;
        if self.at(0) == Some(b'&') && self.at(1) == Some(b'>') {
            self.only_bash(start, "&>");
            self.pos += 2;
            let op = if self.take(">") { RedirectOp::Append } else { RedirectOp::Output };
            return self.redirect_to(op, true).map(Some);
        }
        if self.peek() == Some(b'{') {
            self.pos += 1;
            let name = self.peek_name();
            self.pos += name.len();
            if name.is_empty() || self.peek() != Some(b'}') || !matches!(self.at(1), Some(b'<' | b'>')) {
                self.pos = start;
                return Ok(None);
            }
            self.pos += 1;
        } else {
            while self.peek().is_some_and(|byte| byte.is_ascii_digit()) && self.pos < start + 16 {
                self.pos += 1;
            }
        }
        let process = self.at(1) == Some(b'(') && matches!(self.peek(), Some(b'<' | b'>'));
        if process || !matches!(self.peek(), Some(b'<' | b'>')) {
            self.pos = start;
            return Ok(None);
        }
        let number = &self.text[start..self.pos];
        let stdout = number == "1" || (number.is_empty() && self.peek() == Some(b'>'));
        let op = [
            ("<<<", RedirectOp::HereString),
            ("<<-", RedirectOp::HereDocument { tabs: true }),
            ("<<", RedirectOp::HereDocument { tabs: false }),
            ("<&", RedirectOp::Duplicate),
            (">&", RedirectOp::Duplicate),
            (">>", RedirectOp::Append),
            (">|", RedirectOp::Output),
            ("<>", RedirectOp::Output),
            (">", RedirectOp::Output),
            ("<", RedirectOp::Input),
        ]
        .into_iter()
        .find(|(token, _)| self.take(token));
        match op {
            Some((_, op)) => self.redirect_to(op, stdout).map(Some),
            None => self.fail("a redirection"),
        }
    }

    fn redirect_to(&mut self, op: RedirectOp, stdout: bool) -> Parsed<Redirect> {
        self.skip_blanks();
        let target = self.word()?;
        let mut here = None;
        if let RedirectOp::HereDocument { tabs } = op {
            let (delimiter, literal) = self.delimiter(&target);
            here = Some(self.here.len());
            self.pending.push(self.here.len());
            self.here.push(HereDocument { delimiter, literal, tabs, ..HereDocument::default() });
        }
        // `>&1` leaves it where it is.
        let stdout = stdout && !(op == RedirectOp::Duplicate && target.bare() == Some("1"));
        Ok(Redirect { op, target, here, stdout })
    }

    fn delimiter(&self, word: &RawWord) -> (String, bool) {
        let raw = &self.text[word.span.start..word.span.end];
        let literal = raw.contains(['\'', '"', '\\']);
        if !literal {
            return (raw.to_owned(), false);
        }
        let text = word.parts.iter().map(|part| if let Part::Literal { text, .. } = part { text.as_str() } else { "" });
        (text.collect(), true)
    }
}
