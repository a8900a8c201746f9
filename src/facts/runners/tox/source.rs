//! Owns finding tox's configuration and, for INI, its sections. Refuses to give keys a meaning.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::answer::{Reason, Why};
use crate::doc::{Document, Format, Kind, ProblemKind};
use crate::facts::runners::World;
use crate::facts::workdir::Workdir;
use crate::text::{MappedText, RepoPath, SourceFile, Span};

/// Where the configuration is written.
pub(super) enum Source {
    /// tox.ini, setup.cfg, or `legacy_tox_ini` in pyproject.toml.
    Ini(Ini),
    /// pyproject.toml or tox.toml; the route leads to tox's own table.
    Toml(Arc<Document>, &'static [&'static str]),
}

/// Sections of an INI text, keys in lower case.
pub(super) struct Ini {
    /// The section that is tox's own: `tox`, in setup.cfg `tox:tox`.
    pub core: &'static str,
    sections: Vec<(String, BTreeMap<String, MappedText>)>,
}

impl Ini {
    /// A key of a section.
    pub(super) fn get(&self, section: &str, key: &str) -> Option<&MappedText> {
        self.sections.iter().find(|(name, _)| name == section)?.1.get(key)
    }

    /// The names of all sections.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.sections.iter().map(|(name, _)| name.as_str())
    }

    /// All keys of a section.
    pub(super) fn keys(&self, section: &str) -> impl Iterator<Item = &str> {
        self.sections.iter().filter(move |(name, _)| name == section).flat_map(|(_, keys)| keys.keys().map(String::as_str))
    }
}

/// tox's own order in one directory.
pub(super) const FILES: &[&str] = &["tox.ini", "setup.cfg", "pyproject.toml", "tox.toml"];

/// Directories looked at on the way up.
const MOST_PARENTS: usize = 32;

/// The configuration for a call, with the directory it lies in: the file or directory that `named` names, else the nearest
/// file on the way up. `Err` when none is found (`None`), or when it cannot be read.
pub(super) fn find(workdir: &Workdir, named: Option<&str>, world: &World<'_>) -> Result<(Source, Workdir), Option<Why>> {
    if !workdir.is_known() && !named.is_some_and(|name| name.starts_with('/')) {
        return Err(Some(Why::new(Reason::Dynamic, "the directory tox runs in is not known")));
    }
    if let Some(name) = named {
        if workdir.resolve(name).is_some_and(|path| world.snapshot.is_file(&path)) {
            let (directory, file) = name.rsplit_once('/').unwrap_or((".", name));
            let home = workdir.enter(if directory.is_empty() { "/" } else { directory });
            return open(&home, file, world)?.map(|source| (source, home)).ok_or(None);
        }
        let home = workdir.enter(name);
        return in_directory(&home, world)?.map(|source| (source, home)).ok_or(None);
    }
    let mut home = workdir.clone();
    for _ in 0..MOST_PARENTS {
        if let Some(source) = in_directory(&home, world)? {
            return Ok((source, home));
        }
        if home.virtual_path().is_none_or(|path| path == "/") {
            break;
        }
        home = home.enter("..");
    }
    Err(None)
}

fn in_directory(home: &Workdir, world: &World<'_>) -> Result<Option<Source>, Option<Why>> {
    for name in FILES {
        if let Some(source) = open(home, name, world)? {
            return Ok(Some(source));
        }
    }
    Ok(None)
}

/// The configuration in one file; `None` when the file is not there or says nothing of tox.
fn open(home: &Workdir, name: &str, world: &World<'_>) -> Result<Option<Source>, Option<Why>> {
    let Some(path) = home.resolve(name).filter(|path| world.snapshot.is_file(path)) else { return Ok(None) };
    let format = if name.ends_with(".toml") { Format::Toml } else { Format::Ini };
    let document = world.snapshot.document(&path, format).map_err(|unread| {
        let why = Why::new(unread.reason(), format!("tox's configuration is not read: {}", unread.why));
        Some(unread.place.map_or(why.clone(), |place| why.at(place)))
    })?;
    if format == Format::Ini {
        let setup = name == "setup.cfg";
        if setup && document.root().get("tox:tox").is_none() {
            return Ok(None);
        }
        let core = if document.root().get("tox:tox").is_some() { "tox:tox" } else { "tox" };
        return sections(&document, None, core).map(|ini| Some(Source::Ini(ini)));
    }
    if name != "pyproject.toml" {
        return Ok(Some(Source::Toml(document, &[])));
    }
    let Some(table) = document.root().route(&["tool", "tox"]).filter(|table| table.kind() == Kind::Mapping) else {
        return Ok(None);
    };
    let Some(legacy) = table.get("legacy_tox_ini").and_then(|value| value.mapped()) else {
        return Ok(Some(Source::Toml(Arc::clone(&document), &["tool", "tox"])));
    };
    // The embedded text is parsed as a file of its own; every value is mapped back through the string that holds it.
    let inner = SourceFile::new(path, legacy.text().to_owned());
    let parsed = Document::parse(inner, Format::Ini, world.snapshot.limits());
    let parsed = parsed.map_err(|problem| Some(Why::new(Reason::Unreadable, problem.message).at(table.place())))?;
    sections(&parsed, Some(&legacy), "tox").map(|ini| Some(Source::Ini(ini)))
}

fn sections(document: &Document, outer: Option<&MappedText>, core: &'static str) -> Result<Ini, Option<Why>> {
    // Python's parser refuses duplicates and keys without a value, so tox fails whatever is checked: that proves nothing about the tool.
    let refused = |kind| matches!(kind, ProblemKind::DuplicateKey | ProblemKind::KeyWithoutValue);
    if let Some(problem) = document.problems().iter().find(|problem| refused(problem.kind)) {
        return Err(Some(Why::new(Reason::Unreadable, problem.message.clone()).at(problem.place.clone())));
    }
    let mut all = Vec::new();
    for section in document.root().entries() {
        let mut keys = BTreeMap::new();
        for entry in section.value.entries() {
            if let (Some(name), Some(text)) = (entry.name(), entry.value.mapped()) {
                keys.insert(name.to_ascii_lowercase(), outer.map_or(text.clone(), |outer| through(&text, outer)));
            }
        }
        all.push((section.name().unwrap_or_default().to_owned(), keys));
    }
    Ok(Ini { core, sections: all })
}

/// A text of the embedded file, mapped to the file that holds it.
fn through(text: &MappedText, outer: &MappedText) -> MappedText {
    let mut out = MappedText::empty(Arc::clone(outer.file()));
    let mut at = 0;
    for (count, line) in text.text().split('\n').enumerate() {
        let span = text.span(at..at + line.len());
        if count > 0 {
            let before = outer.span(span.start..span.start);
            out.push_standing_for(Span::new(before.start.saturating_sub(1), before.start), "\n");
        }
        out.push_part(outer, span.start..span.end);
        at += line.len() + 1;
    }
    out
}

/// The file of a source, for places.
pub(super) fn path_of(source: &Source) -> RepoPath {
    match source {
        Source::Ini(ini) => ini
            .sections
            .iter()
            .flat_map(|(_, keys)| keys.values())
            .next()
            .map_or_else(RepoPath::root, |text| text.file().path.clone()),
        Source::Toml(document, _) => document.file().path.clone(),
    }
}
