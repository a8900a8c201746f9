//! Owns one file of the catalogue as the linter sees it: positioned, with the checks that every file has in common. Refuses
//! to know what a folder means.

use std::sync::Arc;

use serde_json::Value as Json;

use crate::doc::{Document, Format, Kind, Value};
use crate::limits::Limits;
use crate::text::{RepoPath, SourceFile};

/// A file below `rules/`.
pub(super) struct Page {
    /// Its name below `rules/`.
    pub name: String,
    document: Document,
}

impl Page {
    /// Reads it.
    pub(super) fn read(name: &str, text: &str) -> Result<Self, String> {
        let path = RepoPath::new(&format!("rules/{name}")).ok_or_else(|| format!("rules/{name}:1: this is no path"))?;
        let file: Arc<SourceFile> = SourceFile::new(path, text.to_owned());
        match Document::parse(file, Format::Toml, &Limits::default()) {
            Ok(document) => Ok(Self { name: name.to_owned(), document }),
            Err(problem) => Err(format!("rules/{name}:{}: {}", problem.place.line, problem.message)),
        }
    }

    /// The folder below `rules/`; `""` for a file that lies in none.
    pub(super) fn folder(&self) -> &str {
        self.name.split_once('/').map_or("", |(folder, _)| folder)
    }

    /// The file name without `.toml`.
    pub(super) fn stem(&self) -> &str {
        let file = self.name.rsplit('/').next().unwrap_or_default();
        file.strip_suffix(".toml").unwrap_or(file)
    }

    pub(super) fn root(&self) -> Value<'_> {
        self.document.root()
    }

    /// The rows of a list.
    pub(super) fn rows(&self, key: &str) -> impl Iterator<Item = Value<'_>> {
        self.root().get(key).into_iter().flat_map(Value::items)
    }

    /// One problem at a line.
    pub(super) fn problem(&self, line: usize, text: &str) -> String {
        format!("rules/{}:{line}: {text}", self.name)
    }

    /// One problem at a value.
    pub(super) fn at(&self, value: Value<'_>, text: &str) -> String {
        self.problem(value.place().line, text)
    }

    /// The whole file as the types read it: without examples, dates as text.
    pub(super) fn table(&self) -> Json {
        let mut table = json(self.root());
        if let Some(map) = table.as_object_mut() {
            map.remove("example");
        }
        table
    }

    /// The first line that holds the word a refusal quotes.
    pub(super) fn line_of_refusal(&self, refusal: &str) -> usize {
        let Some(word) = refusal.split('`').nth(1).filter(|word| !word.is_empty()) else { return 1 };
        let found = self.document.file().text.lines().position(|line| line.contains(word));
        found.map_or(1, |at| at + 1)
    }

    /// A file in a folder is named by its id.
    pub(super) fn named_by_its_file(&self, problems: &mut Vec<String>) {
        if self.folder().is_empty() {
            return;
        }
        let Some(id) = self.root().get("id") else { return };
        let stem = self.stem();
        if id.as_str() != Some(stem) {
            problems.push(self.at(id, &format!("the id is not the file's name, `{stem}`")));
        }
        if !is_kebab(stem) {
            problems.push(self.at(id, "an id is lower-case words joined by `-`"));
        }
    }

    /// `verified`: a version, the day it was read, where it can be read again.
    pub(super) fn verified(&self, problems: &mut Vec<String>) {
        let Some(verified) = self.root().get("verified") else { return };
        if text(verified, "version").is_none_or(|version| version.trim().is_empty()) {
            problems.push(self.at(verified, "`verified.version` is empty"));
        }
        match verified.get("on") {
            Some(on) if on.scalar().is_some_and(is_day) => {}
            Some(on) => problems.push(self.at(on, "`verified.on` is a day, as 2026-11-23")),
            None => problems.push(self.at(verified, "`verified.on` is missing")),
        }
        if text(verified, "source").is_none_or(|source| !source.starts_with("https://")) {
            problems.push(self.at(verified, "`verified.source` is an https address"));
        }
    }

    /// The life of a tool or bot: what is retired says since when and why, what is deprecated why.
    pub(super) fn status(&self, problems: &mut Vec<String>) {
        let root = self.root();
        let Some(status) = root.get("status") else { return };
        let (since, why) = (root.get("since").is_some(), root.get("why").is_some());
        if matches!(status.as_str(), Some("retired" | "dead")) && !(since && why) {
            problems.push(self.at(status, "what is retired says `since` when and `why`"));
        }
        if status.as_str() == Some("deprecated") && !why {
            problems.push(self.at(status, "what is deprecated says `why`, with the successor that its makers name"));
        }
    }
}

/// The text at a key.
pub(super) fn text<'d>(value: Value<'d>, key: &str) -> Option<&'d str> {
    value.get(key)?.as_str()
}

/// The texts of a list at a key.
pub(super) fn texts<'d>(value: Value<'d>, key: &str) -> impl Iterator<Item = (Value<'d>, &'d str)> {
    value.get(key).into_iter().flat_map(Value::items).filter_map(|item| Some((item, item.as_str()?)))
}

/// `rules/x.toml:12: …` by file, then by line as a number.
pub(super) fn sort_key(problem: &str) -> (String, usize, String) {
    let mut parts = problem.splitn(3, ':');
    let file = parts.next().unwrap_or_default().to_owned();
    let line = parts.next().and_then(|line| line.parse().ok()).unwrap_or(0);
    (file, line, parts.next().unwrap_or_default().to_owned())
}

/// Whether a word may be an id.
pub(super) fn is_kebab(word: &str) -> bool {
    let ends = !word.starts_with('-') && !word.ends_with('-') && !word.contains("--");
    ends && !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

fn is_day(text: &str) -> bool {
    text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok()
}

/// A value as JSON. Recursion is bounded: a parsed document is never deeper than its limit.
pub(super) fn json(value: Value<'_>) -> Json {
    match value.kind() {
        Kind::Mapping => {
            let named = value.entries().filter_map(|entry| Some((entry.name()?.to_owned(), json(entry.value))));
            Json::Object(named.collect())
        }
        Kind::Sequence => Json::Array(value.items().map(json).collect()),
        Kind::Bool => value.as_bool().is().map_or(Json::Null, Json::Bool),
        Kind::Number => match value.as_int().is() {
            Some(number) => Json::from(number),
            None => value.scalar().and_then(|text| text.parse::<f64>().ok()).map_or(Json::Null, Json::from),
        },
        Kind::String => value.scalar().map_or(Json::Null, Json::from),
        Kind::Null | Kind::Disputed => Json::Null,
    }
}
