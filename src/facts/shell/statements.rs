//! Owns the grammar of compound commands: groups, conditions, loops, cases, tests. Refuses simple commands.

use super::ast::{Arm, ArmEnd, CommandKind, List, RawWord, TestToken};
use super::lex::{Lexer, Parsed};

impl Lexer<'_> {
    /// The compound command or function that stands here, or `None`.
    pub(super) fn compound(&mut self) -> Parsed<Option<CommandKind>> {
        let kind = match self.peek() {
            Some(b'(') => self.parenthesis()?,
            Some(b'{') if self.take_word("{") => CommandKind::Group(self.list_until("}")?),
            Some(b'[') if self.take_word("[[") => {
                self.only_bash(self.pos - "[[".len(), "[[");
                self.test()?
            }
            Some(b'i') if self.take_word("if") => self.condition()?,
            Some(b'w') if self.take_word("while") => self.repeat(false)?,
            Some(b'u') if self.take_word("until") => self.repeat(true)?,
            Some(b'f') if self.take_word("for") => self.for_each()?,
            Some(b's') if self.take_word("select") => self.select()?,
            Some(b'c') if self.take_word("case") => self.case()?,
            Some(b'f') if self.take_word("function") => {
                self.only_bash(self.pos - "function".len(), "function");
                self.skip_blanks();
                let name = self.word()?;
                let name = self.text[name.span.start..name.span.end].to_owned();
                self.skip_blanks();
                if self.take("(") {
                    self.skip_blanks();
                    self.expect(")")?;
                }
                self.function(name)?
            }
            Some(b'c') if self.take_word("coproc") => {
                self.only_bash(self.pos - "coproc".len(), "coproc");
                self.coprocess()?
            }
            _ => return Ok(None),
        };
        Ok(Some(kind))
    }

    fn list_until(&mut self, closer: &'static str) -> Parsed<List> {
        let list = self.list()?;
        self.expect_word(closer)?;
        Ok(list)
    }

    fn parenthesis(&mut self) -> Parsed<CommandKind> {
        let start = self.pos;
        if self.looking_at("((") {
            self.pos += 2;
            if let Some(end) = self.arithmetic_end()? {
                let parts = self.arithmetic_parts(end)?;
                self.pos = end;
                self.expect("))")?;
                self.only_bash(start, "((");
                return Ok(CommandKind::Arithmetic(parts));
            }
            self.pos = start;
        }
        self.expect("(")?;
        let list = self.list()?;
        self.expect(")")?;
        Ok(CommandKind::Subshell(list))
    }

    fn condition(&mut self) -> Parsed<CommandKind> {
        let mut branches = Vec::new();
        loop {
            let condition = self.list_until("then")?;
            let body = self.list()?;
            branches.push((condition, body));
            if self.take_word("elif") {
                continue;
            }
            let otherwise = if self.take_word("else") { Some(self.list()?) } else { None };
            self.expect_word("fi")?;
            return Ok(CommandKind::If { branches, otherwise });
        }
    }

    fn repeat(&mut self, until: bool) -> Parsed<CommandKind> {
        let condition = self.list_until("do")?;
        let body = self.list_until("done")?;
        Ok(CommandKind::Loop { until, condition, body })
    }

    fn for_each(&mut self) -> Parsed<CommandKind> {
        self.skip_blanks();
        if self.take("((") {
            let Some(end) = self.arithmetic_end()? else { return self.fail("))") };
            let header = self.arithmetic_parts(end)?;
            self.pos = end;
            self.expect("))")?;
            self.skip_blanks();
            self.take(";");
            return Ok(CommandKind::Rounds { name: None, header, body: self.body()? });
        }
        let (name, words) = self.loop_head()?;
        Ok(CommandKind::For { name, words, body: self.body()? })
    }

    fn select(&mut self) -> Parsed<CommandKind> {
        let (name, _) = self.loop_head()?;
        Ok(CommandKind::Rounds { name: Some(name), header: Vec::new(), body: self.body()? })
    }

    fn loop_head(&mut self) -> Parsed<(String, Option<Vec<RawWord>>)> {
        self.skip_blanks();
        let name = self.peek_name().to_owned();
        if name.is_empty() {
            return self.fail("a variable");
        }
        self.pos += name.len();
        self.skip_lines()?;
        let mut words = None;
        if self.take_word("in") {
            let mut list = Vec::new();
            loop {
                self.skip_blanks();
                if matches!(self.peek(), None | Some(b';' | b'\n')) {
                    break;
                }
                list.push(self.word()?);
            }
            words = Some(list);
        }
        self.skip_blanks();
        self.take(";");
        Ok((name, words))
    }

    fn body(&mut self) -> Parsed<List> {
        self.skip_lines()?;
        if self.take_word("{") {
            return self.list_until("}");
        }
        self.expect_word("do")?;
        self.list_until("done")
    }

    fn case(&mut self) -> Parsed<CommandKind> {
        self.skip_blanks();
        let subject = self.word()?;
        self.skip_lines()?;
        self.expect_word("in")?;
        let mut arms = Vec::new();
        loop {
            self.skip_lines()?;
            if self.take_word("esac") {
                return Ok(CommandKind::Case { subject, arms });
            }
            self.take("(");
            let mut patterns = Vec::new();
            loop {
                self.skip_blanks();
                patterns.push(self.word()?);
                self.skip_blanks();
                if !self.take("|") {
                    break;
                }
            }
            self.expect(")")?;
            let body = self.list()?;
            let end = if self.take(";;&") || self.take(";&") {
                ArmEnd::GoOn
            } else {
                self.take(";;");
                ArmEnd::Leave
            };
            arms.push(Arm { patterns, body, end });
            if arms.len() > 4096 {
                return self.fail("fewer arms");
            }
        }
    }

    fn coprocess(&mut self) -> Parsed<CommandKind> {
        self.skip_blanks();
        let start = self.pos;
        let name = self.peek_name();
        self.pos += name.len();
        self.skip_blanks();
        let named = !name.is_empty() && matches!(self.peek(), Some(b'{' | b'('));
        if !named {
            self.pos = start;
        }
        Ok(CommandKind::Coprocess(Box::new(self.command()?)))
    }

    fn test(&mut self) -> Parsed<CommandKind> {
        let mut tokens = Vec::new();
        let mut pattern_next = false;
        loop {
            self.skip_lines()?;
            let token = if pattern_next {
                pattern_next = false;
                TestToken::Word(self.regex_word()?)
            } else if self.take("&&") {
                TestToken::And
            } else if self.take("||") {
                TestToken::Or
            } else if self.take("(") {
                TestToken::Open
            } else if self.take(")") {
                TestToken::Close
            } else if self.take("<") {
                TestToken::Less
            } else if self.take(">") {
                TestToken::Greater
            } else {
                let word = self.word()?;
                if word.bare() == Some("]]") {
                    return Ok(CommandKind::Test(tokens));
                }
                pattern_next = word.bare() == Some("=~");
                TestToken::Word(word)
            };
            tokens.push(token);
        }
    }
}
