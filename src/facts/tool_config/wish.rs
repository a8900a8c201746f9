//! Owns the words of one change to a configuration: where a value or an item of a list is to be written, as a block in the file's own
//! format that can be pasted. Refuses to know any key.

use crate::doc::{Document, Format, Kind, Value};
use crate::text::{Place, RepoPath};

/// What is to stand at a key.
#[derive(Clone, Copy)]
pub(super) enum Wanted<'w> {
    /// This item in its list.
    Item(&'w str),
    /// This value, as JSON and TOML spell it.
    Value(&'w str),
}

/// A change to be told: what it is for, the keys from the file's root, what is to stand there, and the lines that a new file has above.
pub(super) struct Wish<'w> {
    pub(super) aim: &'w str,
    pub(super) keys: &'w [&'w str],
    pub(super) wanted: Wanted<'w>,
    pub(super) head: &'w str,
}

impl Wish<'_> {
    /// The change, for a file that is not there yet.
    pub(super) fn in_new_file(&self, path: &RepoPath, format: Format) -> String {
        let block = self.block(format, 0);
        let block = if format == Format::Json { format!("{{ {block} }}") } else { block };
        format!("{} in {path}:\n{}{block}", self.aim, self.head)
    }

    /// The change, for a file as it is.
    pub(super) fn in_file(&self, document: &Document) -> String {
        let mut at = document.root();
        for depth in 0..self.keys.len() {
            match entry(at, self.keys[depth]) {
                Some(value) if depth + 1 == self.keys.len() => return self.over(value),
                Some(value) => at = value,
                None => return self.below(document, at, depth),
            }
        }
        self.below(document, at, 0)
    }

    /// The key is there.
    fn over(&self, value: Value<'_>) -> String {
        let key = self.keys.last().copied().unwrap_or_default();
        let place = value.key_place().unwrap_or_else(|| value.place());
        let at = format!("{}:{}", place.path, place.line);
        match (self.wanted, value.kind()) {
            (Wanted::Item(item), Kind::Sequence | Kind::String) => format!("add `{item}` to `{key}` at {at}"),
            (Wanted::Item(item), _) => format!("set `{key}: [{item}]` at {at}"),
            (Wanted::Value(wanted), Kind::String | Kind::Bool | Kind::Number) => {
                let span = value.span();
                let old = value.document().file().text.get(span.start..span.end).unwrap_or_default();
                format!("write `{wanted}` instead of `{old}` at {}:{}", place.path, value.place().line)
            }
            (Wanted::Value(wanted), _) => format!("set `{key}` to `{wanted}` at {at}"),
        }
    }

    /// The keys from `depth` on are not there; those before lead to `table`.
    fn below(&self, document: &Document, table: Value<'_>, depth: usize) -> String {
        let file = document.file();
        let (path, format) = (&file.path, document.format());
        let name = self.keys[..depth].join(".");
        let opens = |c: char| file.text.get(table.span().start..).is_some_and(|rest| rest.starts_with(c));
        let at = |place: Place| format!("{}:{}", place.path, place.line);
        let here = || at(table.key_place().unwrap_or_else(|| table.place()));
        let aim = self.aim;
        if format == Format::Json || (table.kind() == Kind::Mapping && depth > 0 && opens('{')) {
            let comma = if table.is_empty() { "" } else { "," };
            let block = self.flat(depth, format);
            let within = if depth == 0 { path.to_string() } else { format!("`{name}` at {}", here()) };
            return format!("{aim}, as the first member of {within}:\n{block}{comma}");
        }
        if format != Format::Toml {
            let first = table.entries().next().map(|entry| entry.key.place().column.saturating_sub(1));
            let block = self.indented(depth, first.unwrap_or(2 * depth));
            return match depth {
                0 => format!("{aim} in {path}:\n{block}"),
                _ => format!("{aim}, under `{name}` in {path}:\n{block}"),
            };
        }
        if depth > 0 && file.text.lines().any(|line| is_header(line, &name)) {
            let rest = self.keys[depth..].join(".");
            return format!("{aim}, under `[{name}]` in {path}:\n{rest} = {}", self.value(format));
        }
        // A table that keys with dots make is closed to headers.
        let dotted = table.key_place().filter(|_| depth > 0);
        let line = dotted.as_ref().and_then(|place| file.text.lines().nth(place.line - 1)).map(str::trim_start);
        if let (Some(place), Some(line)) = (dotted, line.filter(|line| !line.starts_with('['))) {
            let last = self.keys[depth - 1];
            let start = line.find(last).map_or("", |found| &line[..found]);
            let rest = self.keys[depth..].join(".");
            return format!("{aim}, beside {}:\n{start}{last}.{rest} = {}", at(place), self.value(format));
        }
        format!("{aim} in {path}:\n{}", self.block(format, 0))
    }

    /// All keys, from the file's margin.
    fn block(&self, format: Format, depth: usize) -> String {
        match format {
            Format::Json => self.flat(depth, format),
            Format::Toml => match self.keys.split_last() {
                Some((last, [])) => format!("{last} = {}", self.value(format)),
                Some((last, above)) => format!("[{}]\n{last} = {}", above.join("."), self.value(format)),
                None => String::new(),
            },
            _ => self.indented(depth, 0),
        }
    }

    /// Lines of YAML, the first of them indented so far.
    fn indented(&self, depth: usize, indent: usize) -> String {
        let mut lines = Vec::new();
        let mut margin = indent;
        for (at, key) in self.keys.iter().enumerate().skip(depth) {
            let last = at + 1 == self.keys.len();
            let value = match self.wanted {
                Wanted::Value(value) if last => format!(" {value}"),
                _ => String::new(),
            };
            lines.push(format!("{:margin$}{key}:{value}", ""));
            margin += 2;
        }
        if let Wanted::Item(item) = self.wanted {
            lines.push(format!("{:margin$}- {item}", ""));
        }
        lines.join("\n")
    }

    /// One member of what stands between braces.
    fn flat(&self, depth: usize, format: Format) -> String {
        let (quote, is) = match format {
            Format::Json => ("\"", ": "),
            Format::Toml => ("", " = "),
            _ => ("", ": "),
        };
        let rest = &self.keys[depth..];
        let open: Vec<String> = rest.iter().map(|key| format!("{quote}{key}{quote}{is}")).collect();
        format!("{}{}{}", open.join("{ "), self.value(format), " }".repeat(rest.len().saturating_sub(1)))
    }

    fn value(&self, format: Format) -> String {
        match self.wanted {
            Wanted::Item(item) if matches!(format, Format::Json | Format::Toml) => format!("[\"{item}\"]"),
            Wanted::Item(item) => format!("[{item}]"),
            Wanted::Value(value) => value.to_owned(),
        }
    }
}

/// What stands at a key, whatever its case: some readers do not mind it.
fn entry<'d>(mapping: Value<'d>, key: &str) -> Option<Value<'d>> {
    mapping.entries().find(|entry| entry.name().is_some_and(|name| name.eq_ignore_ascii_case(key))).map(|entry| entry.value)
}

/// Whether a line is the header `[name]`.
fn is_header(line: &str, name: &str) -> bool {
    let line = line.split('#').next().unwrap_or_default();
    let plain: String = line.chars().filter(|c| !c.is_whitespace() && *c != '"').collect();
    plain.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) == Some(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;
    use crate::text::SourceFile;

    #[test]
    fn a_block_is_written_where_the_keys_are_not_there_yet() {
        let wish = Wish { aim: "enable it", keys: &["lint", "extend"], wanted: Wanted::Item("S"), head: "" };
        for (path, text, told) in [
            ("r.toml", "a = 1\n", "enable it in r.toml:\n[lint]\nextend = [\"S\"]"),
            ("r.toml", "[lint] # here\n", "enable it, under `[lint]` in r.toml:\nextend = [\"S\"]"),
            ("r.toml", "[lint.x]\na = 1\n", "enable it in r.toml:\n[lint]\nextend = [\"S\"]"),
            ("r.toml", "a = 1\nlint.x = 1\n", "enable it, beside r.toml:2:\nlint.extend = [\"S\"]"),
            ("r.toml", "lint = { x = 1 }\n", "enable it, as the first member of `lint` at r.toml:1:\nextend = [\"S\"],"),
            ("r.toml", "[lint]\nextend = [\"B\"]\n", "add `S` to `extend` at r.toml:2"),
            ("r.yml", "a: 1\n", "enable it in r.yml:\nlint:\n  extend:\n    - S"),
            ("r.yml", "lint:\n    a: 1\n", "enable it, under `lint` in r.yml:\n    extend:\n      - S"),
            ("r.yml", "lint: {a: 1}\n", "enable it, as the first member of `lint` at r.yml:1:\nextend: [S],"),
            ("r.yml", "lint:\n", "enable it, under `lint` in r.yml:\n  extend:\n    - S"),
            ("r.yml", "lint:\n  extend:\n  - B\n", "add `S` to `extend` at r.yml:2"),
            ("r.json", "{}", "enable it, as the first member of r.json:\n\"lint\": { \"extend\": [\"S\"] }"),
            ("r.json", "{\"a\":1}", "enable it, as the first member of r.json:\n\"lint\": { \"extend\": [\"S\"] },"),
            ("r.json", "{\"lint\":{\"a\":1}}", "enable it, as the first member of `lint` at r.json:1:\n\"extend\": [\"S\"],"),
        ] {
            let format = match path {
                "r.toml" => Format::Toml,
                "r.json" => Format::Json,
                _ => Format::Yaml,
            };
            let file = SourceFile::new(RepoPath::new(path).expect("a path"), text.to_owned());
            let document = Document::parse(file, format, &Limits::default()).expect("a document");
            assert_eq!(wish.in_file(&document), told, "{text}");
        }
    }
}
