//! Owns the grammar of Python's statements and blocks. Refuses nothing: what it does not understand is an unread statement, with
//! the block below it.

use super::expression::{Parser, Read};
use super::lex::{Sort, Token};
use super::tree::{Block, Expr, Handler, Statement, Try, What};
use crate::text::Span;

/// All statements of a module.
pub(super) fn module(text: &str, tokens: Vec<Token>) -> Block {
    let mut parser = Parser { text, tokens, at: 0, depth: 0 };
    let mut out = Vec::new();
    while parser.peek().sort != Sort::End {
        parser.statements(&mut out);
    }
    out
}

impl Parser<'_> {
    /// The statements of one line, or a compound one.
    fn statements(&mut self, out: &mut Block) {
        let from = self.at;
        let before = out.len();
        if self.line(out).is_ok() {
            return;
        }
        out.truncate(before);
        self.at = from;
        self.skip();
        out.push(Statement { what: What::Unread, span: self.first_line(from) });
    }

    /// Passes over a line and the block below it; over decorators with what they stand above.
    fn skip(&mut self) {
        let mut open = usize::from(self.peek().sort == Sort::Indent);
        loop {
            let decorator = self.word() == "@";
            while !matches!(self.peek().sort, Sort::NewLine | Sort::End) {
                self.at += 1;
            }
            self.at += 1;
            if !decorator || self.peek().sort == Sort::End {
                break;
            }
        }
        while self.peek().sort == Sort::Indent || open > 0 {
            match self.next().sort {
                Sort::Indent => open += 1,
                Sort::Dedent => open = open.saturating_sub(1),
                Sort::End => break,
                _ => {}
            }
        }
        // A stray closing of a block belongs to who opened it, except when nobody did.
        if self.at >= self.tokens.len() {
            self.at = self.tokens.len() - 1;
        }
    }

    /// From a token to the end of its line.
    pub(super) fn first_line(&self, from: usize) -> Span {
        let start = self.tokens[from].span.start;
        let mut end = start;
        for token in &self.tokens[from..] {
            if token.sort == Sort::NewLine {
                break;
            }
            end = token.span.end;
        }
        Span::new(start, end)
    }

    fn line(&mut self, out: &mut Block) -> Read<()> {
        let start = self.at;
        let compound = match self.word() {
            "if" => Some(self.deeper(Self::branches)?),
            "for" => Some(self.deeper(Self::each)?),
            "while" => Some(self.deeper(Self::repeat)?),
            "try" => Some(self.deeper(Self::attempt)?),
            "with" => Some(self.deeper(Self::with)?),
            "def" | "@" => Some(self.deeper(Self::decorated)?),
            "class" => Some(self.deeper(|parser| parser.class())?),
            "async" => {
                self.at += 1;
                Some(match self.word() {
                    "for" => self.deeper(Self::each)?,
                    "with" => self.deeper(Self::with)?,
                    _ => self.deeper(Self::decorated)?,
                })
            }
            "match" => self.cases()?,
            _ => None,
        };
        if let Some(what) = compound {
            let span = self.header(start);
            out.push(Statement { what, span });
            return Ok(());
        }
        loop {
            let at = self.peek().span.start;
            let what = self.simple()?;
            out.push(Statement { what, span: self.since(at) });
            if self.take(";") && self.peek().sort != Sort::NewLine {
                continue;
            }
            return if self.next().sort == Sort::NewLine { Ok(()) } else { Err(self.broken()) };
        }
    }

    /// The first line of a compound statement.
    fn header(&self, from: usize) -> Span {
        self.first_line(from)
    }

    pub(super) fn block(&mut self) -> Read<Block> {
        self.expect(":")?;
        let mut out = Vec::new();
        if self.peek().sort != Sort::NewLine {
            // `if x: statement; statement`
            self.statements(&mut out);
            return Ok(out);
        }
        self.at += 1;
        if self.next().sort != Sort::Indent {
            return Err(self.broken());
        }
        while !matches!(self.peek().sort, Sort::Dedent | Sort::End) {
            self.statements(&mut out);
        }
        self.at += usize::from(self.peek().sort == Sort::Dedent);
        Ok(out)
    }

    fn otherwise(&mut self) -> Read<Block> {
        if self.take("else") { self.block() } else { Ok(Vec::new()) }
    }

    fn branches(&mut self) -> Read<What> {
        let mut all = Vec::new();
        while self.take(if all.is_empty() { "if" } else { "elif" }) {
            let condition = self.expression()?;
            all.push((condition, self.block()?));
        }
        Ok(What::If(all, self.otherwise()?))
    }

    fn each(&mut self) -> Read<What> {
        self.expect("for")?;
        let target = self.targets()?;
        self.expect("in")?;
        let iterable = self.list()?;
        let body = self.block()?;
        Ok(What::For(target, iterable, body, self.otherwise()?))
    }

    fn repeat(&mut self) -> Read<What> {
        self.expect("while")?;
        let condition = self.expression()?;
        let body = self.block()?;
        Ok(What::While(condition, body, self.otherwise()?))
    }

    fn attempt(&mut self) -> Read<What> {
        self.expect("try")?;
        let mut found = Try { body: self.block()?, ..Try::default() };
        while self.word() == "except" {
            let start = self.next().span.start;
            self.take("*");
            let caught = if self.word() == ":" { None } else { Some(self.list()?) };
            let name = if self.take("as") { Some(self.name()?) } else { None };
            let span = self.since(start);
            found.handlers.push(Handler { caught, name, body: self.block()?, span });
        }
        found.orelse = self.otherwise()?;
        if self.word() == "finally" {
            let span = self.next().span;
            found.finally = Some((span, self.block()?));
        }
        if found.handlers.is_empty() && found.finally.is_none() {
            return Err(self.broken());
        }
        Ok(What::Try(Box::new(found)))
    }

    fn with(&mut self) -> Read<What> {
        self.expect("with")?;
        // Brackets around all contexts are not told from those of a tuple before their end.
        let from = self.at;
        if self.take("(") {
            if let Ok(all) = self.contexts(")")
                && self.take(")")
                && self.word() == ":"
            {
                return Ok(What::With(all, self.block()?));
            }
            self.at = from;
        }
        let all = self.contexts(":")?;
        Ok(What::With(all, self.block()?))
    }

    fn contexts(&mut self, end: &str) -> Read<Vec<(Expr, Option<Expr>)>> {
        let mut all = Vec::new();
        loop {
            let context = self.expression()?;
            let target = if self.take("as") { Some(self.chain()?) } else { None };
            all.push((context, target));
            if !self.take(",") || self.word() == end {
                return Ok(all);
            }
        }
    }

    fn simple(&mut self) -> Read<What> {
        let word = self.word();
        let ends = |parser: &Self| parser.peek().sort == Sort::NewLine || parser.word() == ";";
        match word {
            "pass" => {
                self.at += 1;
                return Ok(What::Pass);
            }
            "break" | "continue" => {
                self.at += 1;
                return Ok(if word == "break" { What::Break } else { What::Continue });
            }
            "return" => {
                self.at += 1;
                return Ok(What::Return(if ends(self) { None } else { Some(self.list()?) }));
            }
            "raise" => {
                self.at += 1;
                let value = if ends(self) { None } else { Some(self.expression()?) };
                if self.take("from") {
                    self.expression()?;
                }
                return Ok(What::Raise(value));
            }
            "assert" => {
                self.at += 1;
                return self.list().map(What::Assert);
            }
            "del" => {
                self.at += 1;
                return self.list().map(|value| What::Delete(vec![value]));
            }
            "global" | "nonlocal" => {
                self.at += 1;
                let mut names = vec![self.name()?];
                while self.take(",") {
                    names.push(self.name()?);
                }
                return Ok(What::Outer(names));
            }
            "import" => return self.import(),
            "from" => return self.from(),
            _ => {}
        }
        self.assignment()
    }

    fn assignment(&mut self) -> Read<What> {
        let first = self.list()?;
        if self.take(":") {
            self.expression()?;
            return Ok(if self.take("=") { What::Assign(vec![first], self.list()?) } else { What::Pass });
        }
        if self.word() == "=" {
            let mut all = vec![first];
            while self.take("=") {
                all.push(self.list()?);
            }
            let value = all.pop().ok_or_else(|| self.broken())?;
            return Ok(What::Assign(all, value));
        }
        if let Some(operator) = self.word().strip_suffix('=').filter(|sign| !sign.is_empty() && !"=!<>:".contains(sign)) {
            let operator = operator.into();
            self.at += 1;
            return Ok(What::Augment(first, operator, self.list()?));
        }
        Ok(What::Value(first))
    }

    fn dotted(&mut self) -> Read<Box<str>> {
        let mut path = String::from(self.name()?);
        while self.take(".") {
            path.push('.');
            path.push_str(&self.name()?);
        }
        Ok(path.into())
    }

    fn import(&mut self) -> Read<What> {
        self.at += 1;
        let mut all = Vec::new();
        loop {
            let path = self.dotted()?;
            let alias = if self.take("as") { Some(self.name()?) } else { None };
            all.push((path, alias));
            if !self.take(",") {
                return Ok(What::Import(all));
            }
        }
    }

    fn from(&mut self) -> Read<What> {
        self.at += 1;
        let mut module = String::new();
        while let Some(dots) = ["...", "."].into_iter().find(|dots| self.take(dots)) {
            module.push_str(dots);
        }
        if self.word() != "import" {
            module.push_str(&self.dotted()?);
        }
        self.expect("import")?;
        if self.take("*") {
            return Ok(What::From(module.into(), vec![("*".into(), "*".into())]));
        }
        let bracket = self.take("(");
        let mut names = Vec::new();
        loop {
            let name = self.name()?;
            let alias = if self.take("as") { self.name()? } else { name.clone() };
            names.push((name, alias));
            if !self.take(",") || self.word() == ")" {
                break;
            }
        }
        if bracket {
            self.expect(")")?;
        }
        Ok(What::From(module.into(), names))
    }
}
