//! Owns what Ruff's configuration files and flags say, layer by layer: where the file lies, `extend`, lists. Refuses to
//! decide which rules that leaves.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::selectors::{Layer, Selector};
use crate::answer::{Reason, Why};
use crate::doc::{Document, Format, Kind, Value};
use crate::facts::tool_config::{Query, arguments, unreadable};
use crate::limits::Limits;
use crate::text::{Place, RepoPath, SourceFile};

/// Files in one `extend` chain.
const CHAIN: usize = 16;

/// Items of one list: each is compared with others.
const ITEMS: usize = 2_000;

/// A pattern and the directory it is relative to.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    pub(super) text: String,
    pub(super) base: RepoPath,
    pub(super) place: Place,
}

/// Everything that decides what is looked at and by which rules, of one file or of all.
#[derive(Clone, Debug, Default)]
pub(super) struct Config {
    /// Selections, the file most extended first.
    pub(super) layers: Vec<Layer>,
    pub(super) exclude: Option<Vec<Pattern>>,
    pub(super) extend_exclude: Vec<Pattern>,
    pub(super) lint_exclude: Option<Vec<Pattern>>,
    pub(super) include: Option<Vec<Pattern>>,
    pub(super) per_file: Option<Vec<(Pattern, Vec<Selector>)>>,
    pub(super) extend_per_file: Vec<(Pattern, Vec<Selector>)>,
    /// Files read.
    pub(super) files: Vec<Place>,
}

impl Config {
    /// This configuration on top of `below`.
    fn over(mut self, below: Self) -> Self {
        self.layers.splice(0..0, below.layers);
        self.exclude = self.exclude.or(below.exclude);
        self.extend_exclude.extend(below.extend_exclude);
        self.lint_exclude = self.lint_exclude.or(below.lint_exclude);
        self.include = self.include.or(below.include);
        self.per_file = self.per_file.or(below.per_file);
        self.extend_per_file.extend(below.extend_per_file);
        self.files.extend(below.files);
        self
    }
}

/// The configuration for files in `directory`: the command line over inline settings over the file.
pub(super) fn in_effect(query: &Query<'_>, directory: &RepoPath) -> Result<Config, Why> {
    let mut named: Option<RepoPath> = None;
    let mut inline = Vec::new();
    for given in arguments::values(query.args, &["--config"]) {
        let why = |text: &str| Why::new(Reason::Dynamic, text).at(given.place.clone());
        let value = given.value.ok_or_else(|| why("the value of `--config` is computed"))?;
        let path = query.path(value).filter(|path| query.world.snapshot.is_file(path));
        match path {
            Some(path) => named = Some(path),
            None if value.contains('=') => inline.push(inline_settings(query, value, given.place)?),
            None => {
                return Err(Why::new(Reason::Dynamic, format!("`--config {value}` is not in this tree")).at(given.place.clone()));
            }
        }
    }
    let file = if arguments::switch(query.args, &["--isolated"]).is_some() {
        Config::default()
    } else {
        match named {
            Some(path) => chain(query, path, Some(query.directory))?,
            None => nearest(query, directory)?.map_or_else(|| Ok(Config::default()), |path| chain(query, path, None))?,
        }
    };
    let file = inline.into_iter().fold(file, |below, above: Config| above.over(below));
    Ok(command_line(query)?.over(file))
}

/// `.ruff.toml`, `ruff.toml`, then `pyproject.toml` with a `[tool.ruff]` table, in the nearest directory that has one.
fn nearest(query: &Query<'_>, directory: &RepoPath) -> Result<Option<RepoPath>, Why> {
    for above in directory.ancestors() {
        let found = own(query, &above)?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// The configuration that lies in exactly this directory.
pub(super) fn own(query: &Query<'_>, directory: &RepoPath) -> Result<Option<RepoPath>, Why> {
    let snapshot = query.world.snapshot;
    let mut named = [".ruff.toml", "ruff.toml"].iter().filter_map(|name| directory.join(name));
    let plain = named.find(|path| snapshot.is_file(path));
    if plain.is_some() {
        return Ok(plain);
    }
    let Some(path) = directory.join("pyproject.toml").filter(|path| snapshot.is_file(path)) else { return Ok(None) };
    let document = snapshot.document(&path, Format::Toml).map_err(|unread| unreadable(&unread))?;
    Ok(document.root().route(&["tool", "ruff"]).is_some().then_some(path))
}

/// A file and what it extends. `base` is what patterns are relative to; by default the file's directory.
fn chain(query: &Query<'_>, first: RepoPath, base: Option<&RepoPath>) -> Result<Config, Why> {
    let mut seen = vec![first.clone()];
    let mut next = Some(first);
    let mut whole: Option<Config> = None;
    while let Some(path) = next.take() {
        let document = query.world.snapshot.document(&path, Format::Toml).map_err(|unread| unreadable(&unread))?;
        let table = match path.file_name() {
            "pyproject.toml" => document.root().route(&["tool", "ruff"]),
            _ => Some(document.root()),
        };
        let Some(table) = table else { break };
        let directory = path.parent();
        let mut config = settings(table, base.unwrap_or(&directory))?;
        config.files.push(table.key_place().unwrap_or_else(|| Place::file(path.clone())));
        if let Some(extend) = table.get("extend") {
            let why = |text: &str| Why::new(Reason::Unreadable, text).at(extend.place());
            let target = extend.as_str().ok_or_else(|| why("`extend` is not a path"))?;
            let target = (!target.contains(['~', '$'])).then(|| directory.join(target)).flatten();
            let target = target.filter(|target| query.world.snapshot.is_file(target));
            let gone = || Why::new(Reason::Dynamic, "`extend` names a file that is not in this tree").at(extend.place());
            let target = target.ok_or_else(gone)?;
            if seen.contains(&target) || seen.len() >= CHAIN {
                return Err(why("`extend` goes in a circle, or on for too long"));
            }
            seen.push(target.clone());
            next = Some(target);
        }
        whole = Some(match whole {
            Some(above) => above.over(config),
            None => config,
        });
    }
    Ok(whole.unwrap_or_default())
}

/// `--config 'lint.select = ["S"]'`.
fn inline_settings(query: &Query<'_>, text: &str, place: &Place) -> Result<Config, Why> {
    let file = SourceFile::new(place.path.clone(), text.to_owned());
    let limits: &Limits = query.world.snapshot.limits();
    let document = Document::parse(file, Format::Toml, limits);
    let document = Arc::new(document.map_err(|error| Why::new(Reason::Unreadable, error.message).at(place.clone()))?);
    let mut config = settings(document.root(), query.directory)?;
    // The places are those of a text that is no file.
    let selectors = config
        .layers
        .iter_mut()
        .flat_map(|layer| layer.select.iter_mut().flatten().chain(&mut layer.extend_select).chain(&mut layer.ignore));
    selectors.for_each(|selector| selector.place = place.clone());
    let per_file = config.per_file.iter_mut().flatten().chain(&mut config.extend_per_file).map(|(pattern, _)| pattern);
    let lists = [&mut config.exclude, &mut config.lint_exclude, &mut config.include];
    let patterns = lists.into_iter().flatten().flatten().chain(&mut config.extend_exclude).chain(per_file);
    patterns.for_each(|pattern| pattern.place = place.clone());
    Ok(config)
}

/// One table of settings; what stands in `lint` wins over the same key at the top, its older place.
fn settings(table: Value<'_>, base: &RepoPath) -> Result<Config, Why> {
    if table.kind() == Kind::Disputed {
        return Err(table.disputed().unwrap_or_else(|| Why::new(Reason::Unreadable, "given twice")));
    }
    let find = |key: &str| table.route(&["lint", key]).or_else(|| table.get(key));
    let selectors = |key: &str| find(key).map(strings).transpose();
    let patterns = |value: Option<Value<'_>>| -> Result<Option<Vec<Pattern>>, Why> {
        let list = value.map(strings).transpose()?;
        Ok(list
            .map(|list| list.into_iter().map(|Selector { text, place }| Pattern { text, base: base.clone(), place }).collect()))
    };
    let mut ignore = selectors("ignore")?.unwrap_or_default();
    ignore.extend(selectors("extend-ignore")?.unwrap_or_default());
    let layer = Layer { select: selectors("select")?, extend_select: selectors("extend-select")?.unwrap_or_default(), ignore };
    Ok(Config {
        layers: vec![layer],
        exclude: patterns(table.get("exclude"))?,
        extend_exclude: patterns(table.get("extend-exclude"))?.unwrap_or_default(),
        lint_exclude: patterns(table.route(&["lint", "exclude"]))?,
        include: patterns(table.get("include"))?,
        per_file: find("per-file-ignores").map(|value| per_file(value, base)).transpose()?,
        extend_per_file: find("extend-per-file-ignores").map(|value| per_file(value, base)).transpose()?.unwrap_or_default(),
        files: Vec::new(),
    })
}

fn strings(value: Value<'_>) -> Result<Vec<Selector>, Why> {
    let wrong = || {
        value
            .disputed()
            .unwrap_or_else(|| Why::new(Reason::Unreadable, "not a list of strings, or too long a one").at(value.place()))
    };
    if value.kind() != Kind::Sequence || value.len() > ITEMS {
        return Err(wrong());
    }
    value.items().map(|item| Ok(Selector { text: item.as_str().ok_or_else(wrong)?.to_owned(), place: item.place() })).collect()
}

fn per_file(value: Value<'_>, base: &RepoPath) -> Result<Vec<(Pattern, Vec<Selector>)>, Why> {
    if value.kind() != Kind::Mapping || value.len() > ITEMS {
        return Err(Why::new(Reason::Unreadable, "not a table of patterns, or too long a one").at(value.place()));
    }
    let each = value.entries().map(|entry| {
        let text = entry.name().unwrap_or_default().to_owned();
        Ok((Pattern { text, base: base.clone(), place: entry.key.place() }, strings(entry.value)?))
    });
    each.collect()
}

/// What the flags say.
fn command_line(query: &Query<'_>) -> Result<Config, Why> {
    let lists = |flags: &[&str]| -> Result<Option<Vec<Selector>>, Why> {
        let given = arguments::values(query.args, flags);
        if given.is_empty() {
            return Ok(None);
        }
        let mut all = Vec::new();
        for one in given {
            let why = || Why::new(Reason::Dynamic, format!("the value of `{}` is computed", flags[0])).at(one.place.clone());
            let text = one.value.ok_or_else(why)?;
            all.extend(text.split(',').map(|part| Selector { text: part.trim().to_owned(), place: one.place.clone() }));
        }
        Ok(Some(all))
    };
    let patterns = |list: Vec<Selector>| -> Vec<Pattern> {
        list.into_iter().map(|Selector { text, place }| Pattern { text, base: query.directory.clone(), place }).collect()
    };
    let mut ignore = lists(&["--ignore"])?.unwrap_or_default();
    ignore.extend(lists(&["--extend-ignore"])?.unwrap_or_default());
    let layer = Layer { select: lists(&["--select"])?, extend_select: lists(&["--extend-select"])?.unwrap_or_default(), ignore };
    let pairs = |list: Vec<Selector>| -> Vec<(Pattern, Vec<Selector>)> {
        let mut by_pattern: BTreeMap<String, Vec<Selector>> = BTreeMap::new();
        for Selector { text, place } in list {
            // `FILE:CODE`
            let Some((pattern, code)) = text.rsplit_once(':') else { continue };
            by_pattern.entry(pattern.to_owned()).or_default().push(Selector { text: code.to_owned(), place });
        }
        let pattern =
            |text: String, codes: &[Selector]| Pattern { text, base: query.directory.clone(), place: codes[0].place.clone() };
        by_pattern.into_iter().map(|(text, codes)| (pattern(text, &codes), codes)).collect()
    };
    Ok(Config {
        layers: vec![layer],
        exclude: lists(&["--exclude"])?.map(patterns),
        extend_exclude: lists(&["--extend-exclude"])?.map(patterns).unwrap_or_default(),
        per_file: lists(&["--per-file-ignores"])?.map(pairs),
        extend_per_file: lists(&["--extend-per-file-ignores"])?.map(pairs).unwrap_or_default(),
        ..Config::default()
    })
}
