//! Owns the aliases that stand in the text of a `mix.exs`: lists of tasks, written out. Refuses to evaluate Elixir: aliases that
//! are put together are computed, and what is no text is code.

use crate::text::Span;

/// Ways in which code of Elixir starts something else.
const STARTS: &[&str] = &[
    "System.cmd",
    "System.shell",
    "Mix.Task",
    "Mix.shell",
    "Mix.Shell",
    "Mix.CLI",
    "Port.",
    ":os.cmd",
    "Code.",
    "cmd(",
    "apply(",
    "import ",
];

/// The aliases of a project.
pub(super) enum Aliases {
    /// It has none.
    None,
    /// They are put together in a way that is not read.
    Computed,
    /// In order.
    Known(Vec<Alias>),
}

/// One alias.
pub(super) struct Alias {
    /// Its name.
    pub(super) name: String,
    /// Where its value stands.
    pub(super) span: Span,
    /// What it runs, in order.
    pub(super) items: Vec<Item>,
}

/// One thing that an alias runs.
#[derive(Clone, Copy)]
pub(super) enum Item {
    /// A task with its arguments: the text between the quotes.
    Task(Span),
    /// Code.
    Code(Span),
}

impl Item {
    /// Where it stands.
    pub(super) fn span(&self) -> Span {
        match self {
            Self::Task(span) | Self::Code(span) => *span,
        }
    }
}

impl Aliases {
    /// Those of a `mix.exs`.
    pub(super) fn read(text: &str) -> Self {
        let Some(at) = key(text) else { return Self::None };
        let mut reader = Reader { text, at };
        reader.blank();
        match reader.list_of_project() {
            Some(found) => Self::Known(found),
            None => Self::Computed,
        }
    }
}

/// Whether code among the items is a function of the file whose body starts nothing, as far as it stands there.
pub(super) fn is_silent(text: &str, span: Span) -> bool {
    let silent = |body: &&str| !STARTS.iter().any(|start| body.contains(start));
    bodies(text, span).is_some_and(|bodies| bodies.iter().all(silent))
}

/// What code among the items says: its own text, or the definitions of the function that it names; `None` where they are elsewhere.
pub(super) fn bodies(text: &str, span: Span) -> Option<Vec<&str>> {
    let code = &text[span.start..span.end];
    let Some(name) = code.strip_prefix('&').and_then(|name| name.strip_suffix("/1")) else {
        return code.starts_with("fn ").then(|| vec![code]);
    };
    if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_?!".contains(&b)) {
        return None;
    }
    let marks = [format!("defp {name}("), format!("def {name}(")];
    let found = marks.iter().flat_map(|mark| text.match_indices(mark.as_str()));
    let bodies: Vec<&str> = found.map(|(at, _)| definition(&text[at..])).collect();
    (!bodies.is_empty()).then_some(bodies)
}

/// A definition: up to the next one.
fn definition(text: &str) -> &str {
    let end = ["\n  def ", "\n  defp ", "\nend"].iter().filter_map(|mark| text.find(mark)).min();
    &text[..end.unwrap_or(text.len())]
}

/// Behind the key `aliases:`, in no comment and in no text.
fn key(text: &str) -> Option<usize> {
    const KEY: &str = "aliases:";
    let mut reader = Reader { text, at: 0 };
    while reader.at < text.len() {
        let before = text[..reader.at].chars().next_back();
        if reader.rest().starts_with(KEY) && !before.is_some_and(|c| c.is_alphanumeric() || c == '_') {
            return Some(reader.at + KEY.len());
        }
        reader.step();
    }
    None
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn next(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn eat(&mut self, text: &str) -> bool {
        let eaten = self.rest().starts_with(text);
        self.at += if eaten { text.len() } else { 0 };
        eaten
    }

    /// Past one character, one comment or one text.
    fn step(&mut self) {
        let Some(c) = self.next() else { return };
        if c == '#' {
            self.at += self.rest().find('\n').unwrap_or(self.rest().len());
        } else if let Some(mark) = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|mark| self.rest().starts_with(mark)) {
            self.at += mark.len();
            while !self.rest().is_empty() && !self.eat(mark) {
                let escaped = self.next() == Some('\\');
                for _ in 0..=usize::from(escaped) {
                    self.at += self.next().map_or(0, char::len_utf8);
                }
            }
        } else if c == '?' && self.rest().get(1..2).is_some_and(|c| matches!(c, "\"" | "'" | "#")) {
            self.at += 2;
        } else {
            self.at += c.len_utf8();
        }
    }

    /// Past blanks and comments.
    fn blank(&mut self) {
        while self.next().is_some_and(|c| c.is_whitespace() || c == '#') {
            self.step();
        }
    }

    fn name(&mut self) -> &'t str {
        let rest = self.rest();
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    /// The value of `aliases:`: a list, or what a function or an attribute of the file holds.
    fn list_of_project(&mut self) -> Option<Vec<Alias>> {
        if self.next() == Some('[') {
            let found = self.aliases()?;
            return self.ends().then_some(found);
        }
        let attribute = self.eat("@");
        let name = self.name();
        self.eat("()");
        if name.is_empty() || !self.ends() {
            return None;
        }
        let marks = match attribute {
            true => vec![format!("@{name} [")],
            false => ["defp", "def"]
                .iter()
                .flat_map(|def| {
                    [
                        format!("{def} {name} do"),
                        format!("{def} {name}() do"),
                        format!("{def} {name}, do:"),
                        format!("{def} {name}(), do:"),
                    ]
                })
                .collect(),
        };
        let mut found = marks.iter().flat_map(|mark| self.text.match_indices(mark.as_str()).map(move |(at, _)| (at, mark)));
        let (at, mark) = found.next()?;
        if found.next().is_some() {
            return None;
        }
        let mut body = Reader { text: self.text, at: at + mark.len() - usize::from(attribute) };
        body.blank();
        let found = body.aliases()?;
        body.blank();
        let closed = attribute || mark.ends_with(':') || body.eat("end");
        (closed && !body.rest().starts_with("++") && !body.rest().starts_with("|>")).then_some(found)
    }

    /// Whether a value ends here.
    fn ends(&self) -> bool {
        let mut behind = Reader { text: self.text, at: self.at };
        behind.blank();
        matches!(behind.next(), None | Some(',' | ']')) || behind.rest().starts_with("end")
    }

    /// `[name: value, "other": value, {:third, value}]`.
    fn aliases(&mut self) -> Option<Vec<Alias>> {
        if !self.eat("[") {
            return None;
        }
        let mut found = Vec::new();
        loop {
            self.blank();
            if self.eat("]") {
                return Some(found);
            }
            let tuple = self.eat("{");
            self.blank();
            if tuple && !self.eat(":") {
                return None;
            }
            let name = match self.next()? {
                '"' => {
                    let span = self.quoted()?;
                    self.text[span.start..span.end].to_owned()
                }
                _ => self.name().to_owned(),
            };
            let more = if tuple { "," } else { ":" };
            if name.is_empty() || !self.eat(more) {
                return None;
            }
            self.blank();
            let start = self.at;
            let mut items = Vec::new();
            self.value(&mut items)?;
            found.push(Alias { name, span: Span::new(start, self.at), items });
            self.blank();
            if tuple && !self.eat("}") {
                return None;
            }
            self.blank();
            if !self.eat(",") && self.next() != Some(']') {
                return None;
            }
        }
    }

    /// A text, code, or a list of them.
    fn value(&mut self, items: &mut Vec<Item>) -> Option<()> {
        if !self.eat("[") {
            return self.item(items);
        }
        loop {
            self.blank();
            if self.eat("]") {
                return Some(());
            }
            self.item(items)?;
            self.blank();
            if !self.eat(",") && self.next() != Some(']') {
                return None;
            }
        }
    }

    fn item(&mut self, items: &mut Vec<Item>) -> Option<()> {
        let start = self.at;
        if self.next()? == '"' && !self.rest().starts_with("\"\"\"") {
            let span = self.quoted()?;
            if !self.text[span.start..span.end].contains(['\\', '#'])
                && (self.ends() || self.rest().trim_start().starts_with('}'))
            {
                items.push(Item::Task(span));
                return Some(());
            }
        } else if let Some(close) =
            [("~w(", ')'), ("~w[", ']'), ("~w{", '}')].iter().find_map(|(open, close)| self.eat(open).then_some(*close))
        {
            let end = self.at + self.rest().find(close)?;
            for word in self.text[self.at..end].split_whitespace() {
                let at = word.as_ptr() as usize - self.text.as_ptr() as usize;
                items.push(Item::Task(Span::new(at, at + word.len())));
            }
            self.at = end + 1;
            return Some(());
        }
        self.code();
        items.push(Item::Code(Span::new(start, start + self.text[start..self.at].trim_end().len())));
        (self.at > start).then_some(())
    }

    /// The inside of a text on the way.
    fn quoted(&mut self) -> Option<Span> {
        let start = self.at + 1;
        self.step();
        (self.at > start && self.text[..self.at].ends_with('"')).then(|| Span::new(start, self.at - 1))
    }

    /// Past an expression: to the comma or bracket that ends it.
    fn code(&mut self) {
        let mut depth = 0_usize;
        while let Some(c) = self.next() {
            let before = self.text[..self.at].chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '_');
            let word = |word: &str| {
                let behind = self.rest().strip_prefix(word).map(|rest| rest.chars().next());
                !before && behind.is_some_and(|c| !c.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | ':')))
            };
            match c {
                ',' | ']' | '}' | ')' if depth == 0 => return,
                '(' | '[' | '{' => depth += 1,
                ')' | ']' | '}' => depth -= 1,
                _ if word("fn") || word("do") => depth += 1,
                _ if word("end") => depth = depth.saturating_sub(1),
                _ => {}
            }
            self.step();
        }
    }
}
