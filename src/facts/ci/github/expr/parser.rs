//! Owns the shape of a GitHub expression. Refuses expressions nested deeper than GitHub itself reads.

use std::sync::Arc;

use super::super::changes::Changes;
use super::lexer::{Token, tokens};
use super::value::Val;

/// GitHub reads 50 levels; the bound also bounds the stack here.
const DEPTH: usize = 50;

/// An expression.
#[derive(Clone, Debug)]
pub(in crate::facts::ci::github) enum Node {
    /// A literal.
    Literal(Val),
    /// A context and what is taken out of it: `github.event.pull_request`.
    Path(String, Vec<Step>),
    /// A function, its name in lower case, and what is taken out of its result.
    Call(String, Vec<Node>, Vec<Step>),
    /// Parenthesised, with what is taken out of it.
    Of(Box<Node>, Vec<Step>),
    /// `!`.
    Not(Box<Node>),
    /// `a && b && c`.
    All(Vec<Node>),
    /// `a || b || c`.
    Any(Vec<Node>),
    /// A comparison.
    Compare(Order, Box<Node>, Box<Node>),
    /// An output that depends on the changed files; no text has it.
    Changes(Arc<Changes>),
    /// An input of a declared type; no text has it.
    Typed(String, Box<Node>),
}

impl Node {
    /// How many parts it has.
    pub(in crate::facts::ci::github) fn size(&self) -> usize {
        let all = |nodes: &[Self]| nodes.iter().map(Self::size).sum::<usize>();
        1 + match self {
            Self::Literal(_) | Self::Path(..) => 0,
            Self::Changes(changes) => changes.filters.len(),
            Self::Call(_, nodes, _) | Self::All(nodes) | Self::Any(nodes) => all(nodes),
            Self::Of(inner, _) | Self::Not(inner) | Self::Typed(_, inner) => inner.size(),
            Self::Compare(_, left, right) => left.size() + right.size(),
        }
    }
}

/// One step into a value.
#[derive(Clone, Debug)]
pub(in crate::facts::ci::github) enum Step {
    /// `.name` or `['name']`, as written; names compare without case.
    Name(String),
    /// `.*` or `[*]`.
    Every,
    /// `[expression]`.
    Computed(Box<Node>),
}

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::facts::ci::github) enum Order {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
}

/// Reads one expression, without its `${{ }}`.
///
/// # Errors
/// One clause about what is wrong.
pub(in crate::facts::ci::github) fn parse(text: &str) -> Result<Node, String> {
    let mut parser = Parser { tokens: tokens(text)?, at: 0 };
    let node = parser.any(0)?;
    match parser.peek() {
        None => Ok(node),
        Some(_) => Err("the expression goes on where it should end".to_owned()),
    }
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn take(&mut self, token: &Token) -> bool {
        let found = self.peek() == Some(token);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, token: &Token, text: &str) -> Result<(), String> {
        if self.take(token) { Ok(()) } else { Err(format!("`{text}` is missing")) }
    }

    fn any(&mut self, depth: usize) -> Result<Node, String> {
        if depth > DEPTH {
            return Err("the expression is nested too deeply".to_owned());
        }
        let mut nodes = vec![self.all(depth)?];
        while self.take(&Token::Or) {
            nodes.push(self.all(depth)?);
        }
        Ok(single_or(nodes, Node::Any))
    }

    fn all(&mut self, depth: usize) -> Result<Node, String> {
        let mut nodes = vec![self.comparison(depth)?];
        while self.take(&Token::And) {
            nodes.push(self.comparison(depth)?);
        }
        Ok(single_or(nodes, Node::All))
    }

    fn comparison(&mut self, depth: usize) -> Result<Node, String> {
        let mut left = self.unary(depth)?;
        let mut chained = depth;
        while let Some(order) = self.peek().and_then(order) {
            self.at += 1;
            chained += 1;
            if chained > DEPTH {
                return Err("too many comparisons in one chain".to_owned());
            }
            left = Node::Compare(order, Box::new(left), Box::new(self.unary(depth)?));
        }
        Ok(left)
    }

    fn unary(&mut self, depth: usize) -> Result<Node, String> {
        if depth > DEPTH {
            return Err("the expression is nested too deeply".to_owned());
        }
        if self.take(&Token::Not) {
            return Ok(Node::Not(Box::new(self.unary(depth + 1)?)));
        }
        let Some(token) = self.peek().cloned() else { return Err("the expression ends too early".to_owned()) };
        self.at += 1;
        match token {
            Token::Text(text) => Ok(Node::Literal(Val::text(text))),
            Token::Number(number) => Ok(Node::Literal(Val::Num(number))),
            Token::Open => {
                let inner = self.any(depth + 1)?;
                self.expect(&Token::Close, ")")?;
                let steps = self.steps(depth)?;
                Ok(if steps.is_empty() { inner } else { Node::Of(Box::new(inner), steps) })
            }
            Token::Name(name) => self.named(name, depth),
            _ => Err("a value is missing".to_owned()),
        }
    }

    fn named(&mut self, name: String, depth: usize) -> Result<Node, String> {
        let lower = name.to_ascii_lowercase();
        if self.take(&Token::Open) {
            let mut arguments = Vec::new();
            while !self.take(&Token::Close) {
                if !arguments.is_empty() {
                    self.expect(&Token::Comma, ",")?;
                }
                arguments.push(self.any(depth + 1)?);
            }
            return Ok(Node::Call(lower, arguments, self.steps(depth)?));
        }
        Ok(match name.as_str() {
            "true" => Node::Literal(Val::Bool(true)),
            "false" => Node::Literal(Val::Bool(false)),
            "null" => Node::Literal(Val::Null),
            "NaN" => Node::Literal(Val::Num(f64::NAN)),
            "Infinity" => Node::Literal(Val::Num(f64::INFINITY)),
            _ => Node::Path(lower, self.steps(depth)?),
        })
    }

    fn steps(&mut self, depth: usize) -> Result<Vec<Step>, String> {
        let mut steps = Vec::new();
        loop {
            if self.take(&Token::Dot) {
                match self.peek().cloned() {
                    Some(Token::Name(name)) => steps.push(Step::Name(name)),
                    Some(Token::Star) => steps.push(Step::Every),
                    _ => return Err("a name is missing behind `.`".to_owned()),
                }
                self.at += 1;
            } else if self.take(&Token::OpenIndex) {
                if self.take(&Token::Star) {
                    steps.push(Step::Every);
                } else {
                    steps.push(match self.any(depth + 1)? {
                        Node::Literal(Val::Str(text)) => Step::Name(text.to_string()),
                        computed => Step::Computed(Box::new(computed)),
                    });
                }
                self.expect(&Token::CloseIndex, "]")?;
            } else {
                return Ok(steps);
            }
        }
    }
}

fn single_or(mut nodes: Vec<Node>, many: fn(Vec<Node>) -> Node) -> Node {
    match nodes.len() {
        1 => nodes.remove(0),
        _ => many(nodes),
    }
}

fn order(token: &Token) -> Option<Order> {
    Some(match token {
        Token::Equal => Order::Equal,
        Token::NotEqual => Order::NotEqual,
        Token::Less => Order::Less,
        Token::LessEqual => Order::LessEqual,
        Token::Greater => Order::Greater,
        Token::GreaterEqual => Order::GreaterEqual,
        _ => return None,
    })
}
