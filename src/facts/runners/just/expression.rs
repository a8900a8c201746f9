//! Owns the value of a justfile's expressions, three-valued: backticks and what only a run could tell become U+E000. Refuses
//! to run anything.

use std::cell::Cell;
use std::collections::HashMap;

use super::reader::Assignment;
use super::scan::literal;
use crate::facts::pipeline::Env;
use crate::facts::runners::make::expand::{UNKNOWN, UNKNOWN_TEXT, set_outside};

/// Variables inside variables, brackets inside brackets; also bounds the stack.
const MAX_DEPTH: usize = 40;

/// What names mean in an expression.
pub(super) struct Names<'n> {
    /// The file's variables.
    pub(super) variables: &'n HashMap<String, Assignment>,
    /// Values set on the command line; `None` when computed.
    pub(super) given: &'n HashMap<String, Option<String>>,
    /// The environment.
    pub(super) env: &'n Env,
    /// Where the justfile lies and where just was called, as absolute paths.
    pub(super) directories: (&'n str, &'n str),
    /// How many bytes may still be read and written.
    pub(super) fuel: &'n Cell<usize>,
}

/// Parameters of a recipe.
pub(super) type Parameters = HashMap<String, String>;

/// The value of an expression.
pub(super) fn evaluate(text: &str, names: &Names<'_>, parameters: &Parameters) -> String {
    let mut reader = Reader { rest: text, names, parameters };
    let value = reader.sum(0);
    // What is left over is syntax that is not read.
    if reader.rest.trim().is_empty() { value } else { UNKNOWN_TEXT.to_owned() }
}

struct Reader<'t, 'n> {
    rest: &'t str,
    names: &'n Names<'n>,
    parameters: &'n Parameters,
}

impl Reader<'_, '_> {
    fn burn(&self, amount: usize) -> bool {
        let left = self.names.fuel.get();
        self.names.fuel.set(left.saturating_sub(amount + 1));
        left > amount
    }

    fn take(&mut self, sign: &str) -> bool {
        let rest = self.rest.trim_start();
        let found = rest.strip_prefix(sign);
        self.rest = found.unwrap_or(rest);
        found.is_some()
    }

    /// `value (+ value | / value)*`
    fn sum(&mut self, depth: usize) -> String {
        if depth > MAX_DEPTH || !self.burn(1) {
            self.rest = "";
            return UNKNOWN_TEXT.to_owned();
        }
        let mut out = if self.take("/") { format!("/{}", self.value(depth)) } else { self.value(depth) };
        loop {
            let joined = if self.take("+") {
                out + &self.value(depth)
            } else if self.take("/") {
                format!("{out}/{}", self.value(depth))
            } else {
                return out;
            };
            out = if self.burn(joined.len()) { joined } else { UNKNOWN_TEXT.to_owned() };
        }
    }

    fn value(&mut self, depth: usize) -> String {
        self.rest = self.rest.trim_start();
        if self.take("(") {
            let inner = self.sum(depth + 1);
            return if self.take(")") { inner } else { self.give_up() };
        }
        if let Some(length) = literal(self.rest) {
            let (text, rest) = self.rest.split_at(length);
            self.rest = rest;
            return if self.burn(length) { string(text) } else { UNKNOWN_TEXT.to_owned() };
        }
        let end = self.rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-').unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        self.rest = rest;
        match name {
            "" => self.give_up(),
            "if" => self.condition(depth),
            // `f'…'` and `x'…'` are strings with something inside that is computed.
            "f" | "x" if rest.starts_with(['\'', '"']) => {
                let length = literal(rest).unwrap_or(rest.len());
                self.rest = &rest[length..];
                UNKNOWN_TEXT.to_owned()
            }
            _ if rest.starts_with('(') => self.call(name, depth),
            _ => self.variable(name, depth),
        }
    }

    fn give_up(&mut self) -> String {
        self.rest = "";
        UNKNOWN_TEXT.to_owned()
    }

    fn variable(&self, name: &str, depth: usize) -> String {
        if let Some(value) = self.parameters.get(name) {
            return if self.burn(value.len()) { value.clone() } else { UNKNOWN_TEXT.to_owned() };
        }
        if let Some(value) = self.names.given.get(name) {
            return value.clone().unwrap_or_else(|| UNKNOWN_TEXT.to_owned());
        }
        let Some(found) = self.names.variables.get(name) else { return UNKNOWN_TEXT.to_owned() };
        if depth > MAX_DEPTH || !self.burn(found.expression.len()) {
            return UNKNOWN_TEXT.to_owned();
        }
        let nothing = Parameters::new();
        let mut reader = Reader { rest: &found.expression, names: self.names, parameters: &nothing };
        let value = reader.sum(depth + 1);
        if reader.rest.trim().is_empty() { value } else { UNKNOWN_TEXT.to_owned() }
    }

    /// `if a == b { x } else { y }`
    fn condition(&mut self, depth: usize) -> String {
        let left = self.sum(depth + 1);
        let sign = ["==", "!=", "=~", "!~"].into_iter().find(|sign| self.take(sign));
        let right = self.sum(depth + 1);
        if !self.take("{") {
            return self.give_up();
        }
        let then = self.sum(depth + 1);
        if !self.take("}") || !self.take("else") {
            return self.give_up();
        }
        let otherwise = if self.take("{") {
            let value = self.sum(depth + 1);
            if !self.take("}") {
                return self.give_up();
            }
            value
        } else if self.take("if") {
            if depth > MAX_DEPTH { self.give_up() } else { self.condition(depth + 1) }
        } else {
            return self.give_up();
        };
        let known = !left.contains(UNKNOWN) && !right.contains(UNKNOWN);
        match sign {
            Some("==") if known => {
                if left == right {
                    then
                } else {
                    otherwise
                }
            }
            Some("!=") if known => {
                if left == right {
                    otherwise
                } else {
                    then
                }
            }
            _ if then == otherwise => then,
            _ => UNKNOWN_TEXT.to_owned(),
        }
    }

    fn call(&mut self, name: &str, depth: usize) -> String {
        self.rest = &self.rest[1..];
        let mut arguments = Vec::new();
        while !self.take(")") {
            if self.rest.is_empty() {
                return self.give_up();
            }
            arguments.push(self.sum(depth + 1));
            if !self.take(",") && !self.rest.starts_with(')') {
                return self.give_up();
            }
        }
        match (name, arguments.as_slice()) {
            ("env" | "env_var", [variable]) => self.environment(variable, None),
            ("env" | "env_var_or_default", [variable, default]) => self.environment(variable, Some(default)),
            ("justfile_directory" | "justfile_dir" | "source_directory" | "source_dir", []) => {
                self.names.directories.0.to_owned()
            }
            ("invocation_directory" | "invocation_dir" | "invocation_directory_native", []) => {
                self.names.directories.1.to_owned()
            }
            ("just_executable", []) => "just".to_owned(),
            ("os_family", []) => "unix".to_owned(),
            ("quote", [text]) if !text.contains(UNKNOWN) => format!("'{}'", text.replace('\'', "'\\''")),
            ("trim", [text]) => text.trim().to_owned(),
            ("replace", [text, from, to]) if !from.is_empty() && arguments.iter().all(|text| !text.contains(UNKNOWN)) => {
                let size = text.len() / from.len() * to.len() + text.len();
                if self.burn(size) { text.replace(from, to) } else { UNKNOWN_TEXT.to_owned() }
            }
            _ => UNKNOWN_TEXT.to_owned(),
        }
    }

    fn environment(&self, name: &str, default: Option<&String>) -> String {
        match self.names.env.get(name) {
            Some(Some(value)) => value.clone(),
            None if !set_outside(name) && !name.contains(UNKNOWN) => default.cloned().unwrap_or_else(|| UNKNOWN_TEXT.to_owned()),
            _ => UNKNOWN_TEXT.to_owned(),
        }
    }
}

/// The value of a literal.
fn string(text: &str) -> String {
    if text.starts_with('`') {
        return UNKNOWN_TEXT.to_owned();
    }
    let quote = &text[..1];
    let triple = text.len() >= 6 && text.starts_with(&quote.repeat(3));
    let width = if triple { 3 } else { 1 };
    let inner = &text[width..text.len() - width];
    let inner = if triple { dedent(inner) } else { inner.to_owned() };
    if quote == "'" {
        return inner;
    }
    let mut out = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n') => out.push('\n'),
                Some('r') => out.push('\r'),
                Some('t') => out.push('\t'),
                Some('\n') | None => {}
                Some('u') => out.push(UNKNOWN),
                Some(other) => out.push(other),
            },
            other => out.push(other),
        }
    }
    out
}

fn dedent(text: &str) -> String {
    let text = text.strip_prefix('\n').unwrap_or(text);
    let filled = text.lines().filter(|line| !line.trim().is_empty());
    let indent = filled.map(|line| line.len() - line.trim_start().len()).min().unwrap_or(0);
    let lines: Vec<&str> = text.split('\n').map(|line| line.get(indent..).unwrap_or(line.trim_start())).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions() {
        let assigned = |text: &str| Assignment { expression: text.to_owned(), export: false };
        let variables = HashMap::from([
            ("a".to_owned(), assigned("'x' + \"\\ty\"")),
            ("b".to_owned(), assigned("b")),
            ("c".to_owned(), assigned("`ls`")),
        ]);
        let given = HashMap::from([("g".to_owned(), Some("given".to_owned()))]);
        let env = Env::from([("E".to_owned(), Some("e".to_owned())), ("U".to_owned(), None)]);
        let fuel = Cell::new(100_000);
        let names =
            Names { variables: &variables, given: &given, env: &env, directories: ("/workspace", "/workspace/sub"), fuel: &fuel };
        for (text, expected) in [
            ("a", "x\ty"),
            ("'a' + 'b' / \"c\"", "ab/c"),
            ("(a)", "x\ty"),
            ("g", "given"),
            ("b", UNKNOWN_TEXT),
            ("'z' + c", "z\u{E000}"),
            ("env('E')", "e"),
            ("env_var_or_default(\"N\", 'd')", "d"),
            ("env('U', 'd')", UNKNOWN_TEXT),
            ("env('CI', 'd')", UNKNOWN_TEXT),
            ("justfile_directory() / 'x'", "/workspace/x"),
            ("if g == 'given' { 'y' } else { 'n' }", "y"),
            ("if c == '' { 'y' } else if g != 'given' { 'm' } else { 'n' }", UNKNOWN_TEXT),
            ("if os() == 'x' { 's' } else { 's' }", "s"),
            ("'''\n  a\n    b\n  '''", "a\n  b\n"),
            ("f'{{a}}'", UNKNOWN_TEXT),
            ("'a' 'b'", UNKNOWN_TEXT),
            ("missing", UNKNOWN_TEXT),
            ("(", UNKNOWN_TEXT),
            ("", UNKNOWN_TEXT),
        ] {
            assert_eq!(evaluate(text, &names, &Parameters::new()), expected, "{text}");
        }
        assert_eq!(evaluate(&"(".repeat(100_000), &names, &Parameters::new()), UNKNOWN_TEXT);
        assert_eq!(evaluate(&"if ".repeat(100_000), &names, &Parameters::new()), UNKNOWN_TEXT);
    }
}
