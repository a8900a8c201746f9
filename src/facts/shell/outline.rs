//! Owns what a script says as it is written: every command, redirection and value of a variable in it, whether or not the script comes to
//! them. Refuses to follow any of it: what a word becomes is asked elsewhere.

use super::ast::{
    Arm, Command, CommandKind, Item, List, Param, ParamOp, Part, Pipeline, RawWord, Redirect, RedirectOp, Script, TestToken,
};
use super::interpreter::shell_named;
use super::parse;
use crate::text::Span;

/// Scripts in words of scripts (`sh -c '…'`) that are read.
const MOST_NESTED: usize = 2;

/// Nesting that any stack at hand holds.
const MOST_DEPTH: usize = 24;

/// All that a script says.
#[derive(Debug, Default)]
pub struct Outline {
    /// Its simple commands.
    pub commands: Vec<Spoken>,
    /// Where it reads from and writes to.
    pub redirects: Vec<Redirected>,
    /// Variables that it gives a value to, or takes it from.
    pub sets: Vec<Set>,
    /// Names that it gives to commands of its own.
    pub functions: Vec<String>,
    /// It computes numbers, of which a shell says what it cannot read.
    pub computes: bool,
    /// Something in it could not be read.
    pub unread: bool,
}

/// A word as it is written.
#[derive(Clone, Debug, Default)]
pub struct Said {
    /// Its bytes in the script; of one in a script that a word holds, that word's.
    pub span: Span,
    /// What it is made of.
    pub pieces: Vec<Piece>,
}

/// A part of a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Text, without its quotes.
    Text(String),
    /// The value of this variable, as it is.
    Variable(String),
    /// What an expansion makes of a variable, or what a command prints.
    Computed,
}

/// One simple command.
#[derive(Debug)]
pub struct Spoken {
    /// Its words.
    pub words: Vec<Said>,
    /// What it prints goes to the log.
    pub is_shown: bool,
    /// Which of the outline's pipelines it stands in.
    pub pipeline: usize,
}

/// One redirection.
#[derive(Debug)]
pub struct Redirected {
    /// It writes.
    pub writes: bool,
    /// It adds to what is there.
    pub appends: bool,
    /// It stands for another one that is open, or closes it, where its target is a number or `-`.
    pub duplicates: bool,
    /// To or from what.
    pub target: Said,
    /// The simple command that it belongs to.
    pub of: Option<usize>,
}

/// How a variable gets its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// By an assignment of its own.
    Alone,
    /// In front of a command, for it.
    For,
    /// By a loop, an expansion or arithmetic.
    Aside,
}

/// One value of a variable.
#[derive(Debug)]
pub struct Set {
    /// Whose.
    pub name: String,
    /// What it is, where that is written as one word.
    pub value: Option<Said>,
    /// How.
    pub how: How,
}

impl Said {
    /// The text of it, when nothing in it is expanded.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        self.pieces.iter().map(|piece| if let Piece::Text(text) = piece { Some(text.as_str()) } else { None }).collect()
    }

    /// The text that it begins with.
    #[must_use]
    pub fn head(&self) -> &str {
        if let Some(Piece::Text(text)) = self.pieces.first() { text } else { "" }
    }

    /// A name, and what is behind the `=` that follows it.
    #[must_use]
    pub fn split(&self) -> Option<(&str, Self)> {
        let (name, rest) = self.head().split_once('=')?;
        let first = (!rest.is_empty()).then(|| Piece::Text(rest.to_owned()));
        let pieces = first.into_iter().chain(self.pieces.iter().skip(1).cloned()).collect();
        Some((name, Self { span: self.span, pieces }))
    }
}

impl Spoken {
    /// The text of a word of it, as far as it is known from its beginning on.
    #[must_use]
    pub fn word(&self, at: usize) -> &str {
        self.words.get(at).map_or("", Said::head)
    }
}

/// An operator by which a test compares numbers.
#[must_use]
pub fn is_comparison(word: &str) -> bool {
    matches!(word, "-eq" | "-ne" | "-lt" | "-le" | "-gt" | "-ge")
}

/// Reads a script. What is nested too deeply, or is no script, is not read.
#[must_use]
pub fn outline(text: &str) -> Outline {
    let mut reader = Reader { text, nested: 0, whole: None, here: Vec::new(), out: Outline::default(), pipelines: 0 };
    reader.script(text);
    reader.out
}

struct Reader<'t> {
    text: &'t str,
    nested: usize,
    /// The word that holds the script.
    whole: Option<Span>,
    here: Vec<Vec<Part>>,
    out: Outline,
    pipelines: usize,
}

impl Reader<'_> {
    fn script(&mut self, text: &str) {
        match parse::script(text, MOST_DEPTH) {
            Ok(Script { list, here, .. }) => {
                self.here = here.into_iter().map(|document| document.parts).collect();
                self.list(&list, true);
            }
            Err(_) => self.out.unread = true,
        }
    }

    fn list(&mut self, list: &List, shown: bool) {
        for Item { chain, .. } in &list.items {
            self.pipeline(&chain.first, shown);
            chain.rest.iter().for_each(|(_, _, pipeline)| self.pipeline(pipeline, shown));
        }
    }

    fn pipeline(&mut self, pipeline: &Pipeline, shown: bool) {
        self.pipelines += 1;
        let (number, last) = (self.pipelines, pipeline.commands.len().saturating_sub(1));
        for (at, command) in pipeline.commands.iter().enumerate() {
            self.command(command, shown && at == last, number);
        }
    }

    fn command(&mut self, command: &Command, shown: bool, pipeline: usize) {
        let away = |redirect: &Redirect| redirect.stdout && redirect.op != RedirectOp::Duplicate;
        let to_log = |redirect: &Redirect| redirect.stdout && redirect.op == RedirectOp::Duplicate;
        let shown = (shown || command.redirects.iter().any(to_log)) && !command.redirects.iter().any(away);
        let of = match &command.kind {
            CommandKind::Simple(simple) => {
                let only = simple.words.is_empty();
                for raw in &simple.assignments {
                    self.assignment(raw, if only { How::Alone } else { How::For });
                }
                self.words(&simple.words);
                let words: Vec<Said> = simple.words.iter().map(|raw| self.said(raw)).collect();
                self.held_script(&words);
                (!only).then(|| {
                    self.out.commands.push(Spoken { words, is_shown: shown, pipeline });
                    self.out.commands.len() - 1
                })
            }
            kind => {
                self.compound(kind, shown, pipeline);
                None
            }
        };
        for redirect in &command.redirects {
            self.redirect(redirect, of);
        }
    }

    fn compound(&mut self, kind: &CommandKind, shown: bool, pipeline: usize) {
        match kind {
            CommandKind::Simple(_) => {}
            CommandKind::Group(list) | CommandKind::Subshell(list) => self.list(list, shown),
            CommandKind::If { branches, otherwise } => {
                branches.iter().flat_map(|(condition, body)| [condition, body]).for_each(|list| self.list(list, shown));
                otherwise.iter().for_each(|list| self.list(list, shown));
            }
            CommandKind::Loop { condition, body, .. } => [condition, body].into_iter().for_each(|list| self.list(list, shown)),
            CommandKind::For { name, words, body } => {
                self.aside(name);
                self.words(words.as_deref().unwrap_or_default());
                self.list(body, shown);
            }
            CommandKind::Rounds { name, body } => {
                name.iter().for_each(|name| self.aside(name));
                self.list(body, shown);
            }
            CommandKind::Case { subject, arms } => {
                self.words(std::slice::from_ref(subject));
                for Arm { patterns, body, .. } in arms {
                    self.words(patterns);
                    self.list(body, shown);
                }
            }
            CommandKind::Function { name, body } => {
                self.out.functions.push(name.clone());
                self.command(body, shown, pipeline);
            }
            CommandKind::Test(tokens) => {
                let words = tokens.iter().filter_map(|token| if let TestToken::Word(raw) = token { Some(raw) } else { None });
                for raw in words {
                    // What `-eq` compares is arithmetic.
                    self.out.computes |= raw.bare().is_some_and(is_comparison);
                    self.arithmetic(&raw.parts);
                    self.parts(&raw.parts);
                }
            }
            CommandKind::Arithmetic(parts) => {
                self.out.computes = true;
                self.arithmetic(parts);
                self.parts(parts);
            }
            CommandKind::Coprocess(command) => self.command(command, shown, pipeline),
        }
    }

    fn redirect(&mut self, redirect: &Redirect, of: Option<usize>) {
        self.parts(&redirect.target.parts);
        if let Some(parts) = redirect.here.and_then(|at| self.here.get_mut(at)).map(std::mem::take) {
            self.parts(&parts);
        }
        let target = self.said(&redirect.target);
        self.out.redirects.push(Redirected {
            writes: matches!(redirect.op, RedirectOp::Output | RedirectOp::Append | RedirectOp::Duplicate),
            appends: redirect.op == RedirectOp::Append,
            duplicates: redirect.op == RedirectOp::Duplicate,
            target,
            of,
        });
    }

    fn words(&mut self, words: &[RawWord]) {
        for raw in words {
            self.parts(&raw.parts);
            if let Some(head) = &raw.assign {
                self.arithmetic(head.index.as_deref().unwrap_or_default());
                head.nested().for_each(|parts| self.parts(parts));
            }
        }
    }

    /// What runs, and what is set, within a word.
    fn parts(&mut self, parts: &[Part]) {
        for part in parts {
            match part {
                Part::Literal { .. } => {}
                Part::Param { param, .. } => self.param(param),
                // What a substitution prints is the word's, and what it writes to a file is not.
                Part::Command { list, .. } | Part::Process { list, .. } => self.list(list, false),
                Part::Unread { .. } => self.out.unread = true,
                Part::Arithmetic { parts } => {
                    self.out.computes = true;
                    self.arithmetic(parts);
                    self.parts(parts);
                }
            }
        }
    }

    fn param(&mut self, param: &Param) {
        if param.op == ParamOp::Assign {
            self.aside(&param.name);
        }
        // An index, and the places of a substring, are arithmetic; so may be what follows another operator.
        if matches!(param.op, ParamOp::Other | ParamOp::Plain | ParamOp::Assign) {
            self.arithmetic(&param.word);
        }
        self.parts(&param.word);
    }

    /// The names that arithmetic gives values to: those beside `=`, `+=` and the like, `++` and `--`.
    fn arithmetic(&mut self, parts: &[Part]) {
        for part in parts {
            let Part::Literal { text, .. } = part else { continue };
            let named = |before: &str| {
                let is_name = |c: char| c == '_' || c.is_ascii_alphanumeric();
                before.trim_end().rsplit(|c: char| !is_name(c)).next().unwrap_or_default().to_owned()
            };
            // `<<=` is the longest of them.
            let changed = |at: usize| {
                let before = text.get(..at).unwrap_or_default();
                let operators = before.bytes().rev().take(2).take_while(|byte| b"+-*/%&|^<>".contains(byte)).count();
                named(before.get(..before.len() - operators).unwrap_or_default())
            };
            let bytes = text.as_bytes();
            let sets = |at: usize| {
                let next = bytes.get(at + 1) == Some(&b'=');
                let before = at.checked_sub(1).and_then(|before| bytes.get(before)).copied().unwrap_or_default();
                let shifts = at > 1 && matches!(bytes.get(at - 2..at), Some(b"<<" | b">>"));
                !next && (!matches!(before, b'=' | b'!' | b'<' | b'>') || shifts)
            };
            let names = text.match_indices('=').filter(|(at, _)| sets(*at)).map(|(at, _)| changed(at));
            let steps = text.match_indices("++").chain(text.match_indices("--")).flat_map(|(at, _)| {
                let behind = text.get(at + 2..).unwrap_or_default().trim_start();
                let end = behind.find(|c: char| !(c == '_' || c.is_ascii_alphanumeric())).unwrap_or(behind.len());
                [named(text.get(..at).unwrap_or_default()), behind.get(..end).unwrap_or_default().to_owned()]
            });
            let all: Vec<String> = names.chain(steps).filter(|name| !name.is_empty()).collect();
            all.iter().for_each(|name| self.aside(name));
        }
    }

    fn aside(&mut self, name: &str) {
        self.out.sets.push(Set { name: name.to_owned(), value: None, how: How::Aside });
    }

    fn assignment(&mut self, raw: &RawWord, how: How) {
        self.words(std::slice::from_ref(raw));
        let Some(head) = &raw.assign else { return };
        let whole = head.array.is_none() && head.index.is_none() && !head.append;
        let value = whole.then(|| Said { span: self.span(raw), pieces: pieces(raw.value_parts()) });
        self.out.sets.push(Set { name: head.name.clone(), value, how });
    }

    /// The script that a word behind a shell is, where the whole of it is known.
    fn held_script(&mut self, words: &[Said]) {
        let is_shell =
            |word: &Said| word.text().is_some_and(|text| shell_named(text.rsplit('/').next().unwrap_or_default()).is_some());
        let Some(shell) = words.iter().position(is_shell) else { return };
        let is_flag = |word: &Said| word.head().starts_with('-') && !word.head().starts_with("--") && word.head().contains('c');
        let held =
            words.iter().skip(shell + 1).skip_while(|word| !is_flag(word)).skip(1).find(|word| !word.head().starts_with('-'));
        let Some((span, text)) = held.and_then(|word| Some((word.span, word.text()?))) else { return };
        if self.nested >= MOST_NESTED {
            self.out.unread = true;
            return;
        }
        let around = (self.nested, self.whole, std::mem::take(&mut self.here));
        (self.nested, self.whole) = (self.nested + 1, Some(self.whole.unwrap_or(span)));
        self.script(&text);
        (self.nested, self.whole, self.here) = around;
    }

    fn said(&self, raw: &RawWord) -> Said {
        let mut pieces = pieces(&raw.parts);
        if raw.assign.as_ref().is_some_and(|head| head.array.is_some()) {
            pieces.push(Piece::Computed);
        }
        Said { span: self.span(raw), pieces }
    }

    fn span(&self, raw: &RawWord) -> Span {
        self.whole.unwrap_or(Span::new(raw.span.start.min(self.text.len()), raw.span.end.min(self.text.len())))
    }
}

/// What a word is made of; texts that follow one another are one.
fn pieces(parts: &[Part]) -> Vec<Piece> {
    let mut all: Vec<Piece> = Vec::new();
    for part in parts {
        match part {
            Part::Literal { text, .. } => match all.last_mut() {
                Some(Piece::Text(before)) => before.push_str(text),
                _ => all.push(Piece::Text(text.clone())),
            },
            Part::Param { param, .. } if param.op == ParamOp::Plain && param.index == super::ast::Index::None => {
                all.push(Piece::Variable(param.name.clone()));
            }
            _ => all.push(Piece::Computed),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sets(text: &str) -> Vec<String> {
        outline(text).sets.into_iter().map(|set| set.name).collect()
    }

    #[test]
    fn names_get_values_in_many_ways() {
        for text in [
            "X=a",
            "X=a make",
            "X+=a",
            "X[1]=a",
            "for X in a; do :; done",
            "select X in a; do :; done",
            ": ${X:=a}",
            "echo \"${X=a}\"",
            "((X = 7))",
            "(( X += 1 ))",
            "((X++))",
            "((--X))",
            "echo $((X=7))",
            "echo ${Y[X=7]}",
            "[[ X=7 -eq 7 ]]",
            "echo ${Y:X=1}",
            "f() { X=a; }",
            "echo $(X=a)",
            "bash -c 'X=a'",
            "sudo sh -ec 'X=a'",
            "if X=a; then :; fi",
            "(( X <<= 1 ))",
            "Y[0 + (X=1)]=a",
            "cat <<E\n$((X=1))\nE",
        ] {
            assert!(sets(text).contains(&"X".to_owned()), "{text}: {:?}", sets(text));
        }
        for text in [
            "((X == 7))",
            "((X <= 7)) && ((X != 1))",
            "echo X=a",
            "echo $((X + 1))",
            "make X=a",
            "echo '((X=7))'",
            "# X=a",
            "echo ${X:-a}",
        ] {
            assert!(sets(text).is_empty(), "{text}: {:?}", sets(text));
        }
    }

    #[test]
    fn what_is_nested_too_deeply_is_not_read() {
        let deep = |by: usize| format!("{}a{}", "(".repeat(by).replace('(', "( "), " )".repeat(by));
        assert!(!outline(&deep(8)).unread && outline(&deep(5_000)).unread);
        let held = |by: usize| {
            (0..by).fold(deep(8), |inner, _| format!("sh -c \"{}\"", inner.replace('\\', "\\\\").replace('"', "\\\"")))
        };
        assert!(!outline(&held(2)).unread && outline(&held(3)).unread);
    }

    #[test]
    fn arrows_in_quotes_and_comments_lead_nowhere() {
        let targets = |text: &str| {
            let all = outline(text).redirects;
            all.into_iter().map(|one| (one.writes, one.target.text().unwrap_or_default())).collect::<Vec<_>>()
        };
        assert_eq!(targets("echo 'a -> b' \"c => d\" e\\>f # > g"), []);
        for text in ["echo a ->> b", "a => b", "a >b", "a 2> b", "a &> b", "{ a; } >| b", "a <> b", "sh -c 'a > b'", "a >& b"] {
            assert_eq!(targets(text), [(true, "b".to_owned())], "{text}");
        }
        assert_eq!(targets("a < b"), [(false, "b".to_owned())]);
        assert_eq!(targets("echo a >/dev/nullx"), [(true, "/dev/nullx".to_owned())]);
    }

    #[test]
    fn what_is_shown_is_what_nothing_takes() {
        let shown = |text: &str| {
            let all = outline(text).commands;
            all.into_iter().filter(|one| one.is_shown).map(|one| one.word(0).to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(
            shown("a | b; c > x; d=$(e); f \"$(g)\"; (h); if i; then j; fi; f $(k >&2)"),
            ["b", "f", "h", "i", "j", "k", "f"]
        );
        assert!(outline("echo '").unread && outline("echo `echo \\`x\\``").unread);
    }
}
