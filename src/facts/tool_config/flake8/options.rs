//! Owns flake8's options as its configuration and its flags give them: where the file is found, lists, per-file ignores.
//! Refuses to decide which codes that leaves.

use crate::answer::{Reason, Why};
use crate::doc::{Format, Value};
use crate::facts::tool_config::{Query, arguments};
use crate::text::{Place, RepoPath};

/// Items of one list.
const ITEMS: usize = 2_000;

/// Patterns with ignores of their own: each file is compared with each.
const PATTERNS: usize = 200;

/// A code or a pattern.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) text: String,
    pub(super) place: Place,
}

/// Codes ignored in the files of one pattern.
#[derive(Clone, Debug)]
pub(super) struct PerFile {
    pub(super) pattern: Item,
    pub(super) base: RepoPath,
    pub(super) codes: Vec<Item>,
}

/// Options; `None` where one is not given.
#[derive(Clone, Debug, Default)]
pub(super) struct Options {
    pub(super) select: Option<Vec<Item>>,
    pub(super) extend_select: Option<Vec<Item>>,
    pub(super) ignore: Option<Vec<Item>>,
    pub(super) extend_ignore: Option<Vec<Item>>,
    pub(super) exclude: Option<Vec<(Item, RepoPath)>>,
    pub(super) extend_exclude: Option<Vec<(Item, RepoPath)>>,
    pub(super) per_file: Vec<PerFile>,
    /// Files read.
    pub(super) files: Vec<Place>,
}

/// Flags over appended files over the configuration found or named. A later value replaces an earlier one.
pub(super) fn in_effect(query: &Query<'_>) -> Result<Options, Why> {
    let mut options = Options::default();
    if arguments::switch(query.args, &["--isolated"]).is_none() {
        let named = named_files(query, "--config")?.pop();
        let first = match named {
            Some(path) => Some(path),
            None => discovered(query)?,
        };
        let base = first.as_ref().map_or_else(|| query.directory.clone(), RepoPath::parent);
        for path in first.into_iter().chain(named_files(query, "--append-config")?) {
            read_file(query, &path, &base, &mut options)?;
        }
    }
    flags(query, &mut options)?;
    Ok(options)
}

fn named_files(query: &Query<'_>, flag: &str) -> Result<Vec<RepoPath>, Why> {
    let each = arguments::values(query.args, &[flag]).into_iter().map(|given| {
        let why = |reason, text: &str| Why::new(reason, text).at(given.place.clone());
        let value =
            given.value.ok_or_else(|| why(Reason::Dynamic, "the value of a flag that names a configuration is computed"))?;
        let path = query.path(value).filter(|path| query.world.snapshot.is_file(path));
        path.ok_or_else(|| why(Reason::Dynamic, "the configuration it names is not in this tree"))
    });
    each.collect()
}

/// In the nearest directory that has one: `setup.cfg`, `tox.ini`, `.flake8`, the first with a section of flake8's.
fn discovered(query: &Query<'_>) -> Result<Option<RepoPath>, Why> {
    let snapshot = query.world.snapshot;
    for directory in query.directory.ancestors() {
        for name in ["setup.cfg", "tox.ini", ".flake8"] {
            let Some(path) = directory.join(name).filter(|path| snapshot.is_file(path)) else { continue };
            let document = query.document(&path, Format::Ini)?;
            let has = |section: &str| document.root().get(section).is_some();
            if has("flake8") || has("flake8:local-plugins") {
                return Ok(Some(path));
            }
        }
    }
    Ok(None)
}

fn read_file(query: &Query<'_>, path: &RepoPath, base: &RepoPath, options: &mut Options) -> Result<(), Why> {
    let document = query.document(path, Format::Ini)?;
    let Some(section) = document.root().get("flake8") else { return Ok(()) };
    options.files.push(section.key_place().unwrap_or_else(|| section.place()));
    for entry in section.entries() {
        let Some(name) = entry.name() else { continue };
        let value = entry.value;
        // Underscores and dashes are the same in an option's name.
        let name = name.to_ascii_lowercase().replace('_', "-");
        set(options, &name, || items(value), base)?;
    }
    Ok(())
}

fn set(options: &mut Options, name: &str, list: impl Fn() -> Result<Vec<Item>, Why>, base: &RepoPath) -> Result<(), Why> {
    let based = |list: Vec<Item>| Some(list.into_iter().map(|item| (item, base.clone())).collect());
    match name {
        "select" => options.select = Some(list()?),
        "extend-select" => options.extend_select = Some(list()?),
        "ignore" => options.ignore = Some(list()?),
        "extend-ignore" => options.extend_ignore = Some(list()?),
        "exclude" => options.exclude = based(list()?),
        "extend-exclude" => options.extend_exclude = based(list()?),
        "per-file-ignores" => options.per_file = per_file(list()?, base),
        _ => {}
    }
    if options.per_file.len() > PATTERNS {
        let place = options.per_file[0].pattern.place.clone();
        return Err(Why::new(Reason::Unreadable, "there are too many per-file ignores").at(place));
    }
    Ok(())
}

/// The parts of a value, each at its place.
fn items(value: Value<'_>) -> Result<Vec<Item>, Why> {
    let Some(mapped) = value.mapped() else { return Ok(Vec::new()) };
    let parts = arguments::listed(mapped.text());
    let found: Vec<Item> = parts
        .take(ITEMS + 1)
        .map(|(at, part)| Item { text: part.to_owned(), place: mapped.place(at..at + part.len()) })
        .collect();
    if found.len() > ITEMS {
        return Err(Why::new(Reason::Unreadable, "the list is too long").at(value.place()));
    }
    Ok(found)
}

/// `a.py,b.py: E1,E2 c.py:E3` as patterns with their codes.
fn per_file(words: Vec<Item>, base: &RepoPath) -> Vec<PerFile> {
    let mut found: Vec<PerFile> = Vec::new();
    let (mut patterns, mut codes): (Vec<Item>, Vec<Item>) = (Vec::new(), Vec::new());
    let mut behind_colon = false;
    let mut finish = |patterns: &mut Vec<Item>, codes: &mut Vec<Item>| {
        found.extend(patterns.drain(..).map(|pattern| PerFile { pattern, base: base.clone(), codes: codes.clone() }));
        codes.clear();
    };
    for word in words {
        for (at, part) in word.text.split(':').enumerate() {
            behind_colon |= at > 0;
            if part.is_empty() {
                continue;
            }
            let item = Item { text: part.to_owned(), place: word.place.clone() };
            if behind_colon && is_code(part) {
                codes.push(item);
            } else {
                if behind_colon {
                    finish(&mut patterns, &mut codes);
                    behind_colon = false;
                }
                patterns.push(item);
            }
        }
    }
    finish(&mut patterns, &mut codes);
    found
}

fn is_code(text: &str) -> bool {
    let letters = text.bytes().take_while(u8::is_ascii_uppercase).count();
    (1..=3).contains(&letters) && text.len() - letters <= 3 && text.bytes().skip(letters).all(|byte| byte.is_ascii_digit())
}

fn flags(query: &Query<'_>, options: &mut Options) -> Result<(), Why> {
    for name in ["select", "extend-select", "ignore", "extend-ignore", "exclude", "extend-exclude", "per-file-ignores"] {
        let flag = format!("--{name}");
        let Some(given) = arguments::values(query.args, &[&flag]).pop() else { continue };
        let list = || {
            let why = || Why::new(Reason::Dynamic, format!("the value of `{flag}` is computed")).at(given.place.clone());
            let text = given.value.ok_or_else(why)?;
            let each = arguments::listed(text).take(ITEMS);
            Ok(each.map(|(_, part)| Item { text: part.to_owned(), place: given.place.clone() }).collect())
        };
        set(options, name, list, query.directory)?;
    }
    Ok(())
}
