//! Owns which codes flake8 reports: the configuration it finds, `select` against `ignore`, ignores by file, excluded files.
//! Refuses what a plugin reads by itself. (Facts: options/config.py, style_guide.py and discover_files.py of 7.3.)

mod options;
#[cfg(test)]
mod tests;

use self::options::{Item, Options, PerFile};
use super::{Query, Reader, Settings, coverage};
use crate::answer::Answer;
use crate::text::{Place, RepoPath};

/// The reader.
pub(super) struct Flake8;

const NOTHING: &str = "selects-nothing";

/// Of Bandit's tests, so many must be reported for the family to be in force.
const ENOUGH: usize = 40;

impl Reader for Flake8 {
    fn id(&self) -> &'static str {
        "flake8"
    }

    fn read(&self, query: &Query<'_>) -> Settings {
        let options = match options::in_effect(query) {
            Ok(options) => options,
            Err(why) => return Settings::undecided(query.names, &[NOTHING], &why),
        };
        let mut settings = Settings { config: options.files.clone(), ..Settings::default() };
        let subjects = coverage::subjects(query, &["python"], &RepoPath::root());
        let excluded = excluded(&options, &subjects);
        let here = options.files.first().or(query.args.first().map(|word| &word.place)).cloned();
        let here = here.unwrap_or_else(|| Place::file(query.directory.clone()));
        for name in query.names {
            let selected = excluded.is_none() && is_reported(&codes(query, name), &options, &subjects);
            let answer =
                if selected { Answer::Yes(selector(name, &options).unwrap_or_else(|| here.clone())) } else { Answer::No };
            settings.selects.insert(name.clone(), answer);
        }
        settings.answer(NOTHING, excluded.map_or(Answer::No, Answer::Yes));
        settings
    }
}

/// The codes that a name stands for: flake8-bandit gives Bandit's tests their own numbers.
fn codes(query: &Query<'_>, name: &str) -> Vec<String> {
    if name != "S" {
        return vec![name.to_owned()];
    }
    let rules = query.world.catalog.tool("bandit").map(|tool| tool.rules.as_slice()).unwrap_or_default();
    rules.iter().map(|rule| rule.replacen('B', "S", 1)).collect()
}

/// Whether enough of a family is reported, in some file.
fn is_reported(codes: &[String], options: &Options, subjects: &[String]) -> bool {
    let enough = ENOUGH.min(codes.len());
    let left = |extra: &[Item]| codes.iter().filter(|code| decide(code, options, extra)).count() >= enough;
    if !left(&[]) {
        return false;
    }
    let off: Vec<bool> = options.per_file.iter().map(|one| !left(&one.codes)).collect();
    let globs: Vec<Matcher> =
        options.per_file.iter().map(|one| Matcher::of(std::iter::once((&one.pattern, &one.base)))).collect();
    !coverage::all(subjects, |path| {
        // Of the patterns that a file matches the longest one counts, alone.
        let matching = globs.iter().zip(&options.per_file).enumerate().filter(|(_, (globs, _))| globs.matches(path));
        let longest =
            matching.max_by_key(|(_, (_, one)): &(usize, (&Matcher, &PerFile))| one.base.as_str().len() + one.pattern.text.len());
        longest.is_some_and(|(at, _)| off[at])
    })
}

/// Whether a code is reported: what is chosen explicitly wins, between two explicit choices the longer.
fn decide(code: &str, options: &Options, extra: &[Item]) -> bool {
    let longest = |items: &mut dyn Iterator<Item = &Item>| {
        items.filter(|item| code.starts_with(&item.text)).map(|item| item.text.len()).max()
    };
    let selected = longest(&mut options.select.iter().flatten().chain(options.extend_select.iter().flatten()));
    let ignored = longest(&mut options.ignore.iter().flatten().chain(options.extend_ignore.iter().flatten()).chain(extra));
    match (selected, ignored) {
        (Some(select), Some(ignore)) => select > ignore,
        (Some(_), None) => true,
        (None, Some(_)) => false,
        // Without `select` everything a plugin brings is reported, but for the few codes ignored by default: pycodestyle's.
        (None, None) => options.select.is_none(),
    }
}

fn selector(name: &str, options: &Options) -> Option<Place> {
    let mut chosen = options.select.iter().flatten().chain(options.extend_select.iter().flatten());
    chosen.find(|item| item.text.starts_with(name) || name.starts_with(&item.text)).map(|item| item.place.clone())
}

/// Where every file is excluded.
fn excluded(options: &Options, subjects: &[String]) -> Option<Place> {
    let lists = || options.exclude.iter().flatten().chain(options.extend_exclude.iter().flatten());
    let matcher = Matcher::of(lists().map(|(item, base)| (item, base)));
    let all = coverage::all(subjects, |path| coverage::path_or_above(path, |part| matcher.matches(part)));
    all.then(|| lists().next().map(|(item, _)| item.place.clone())).flatten()
}

/// Patterns as flake8 matches them: with a slash against the whole path, without against the name; `*` takes in `/`.
struct Matcher {
    whole: globset::GlobSet,
    names: globset::GlobSet,
}

impl Matcher {
    fn of<'i>(patterns: impl Iterator<Item = (&'i Item, &'i RepoPath)>) -> Self {
        let (mut whole, mut names) = (Vec::new(), Vec::new());
        for (item, base) in patterns {
            let text = item.text.trim_start_matches("./").trim_end_matches('/');
            if matches!(text, "" | ".") {
                whole.push("**".to_owned());
            } else if text.contains('/') && !base.is_root() {
                whole.push(format!("{}/{text}", globset::escape(base.as_str())));
            } else if text.contains('/') {
                whole.push(text.to_owned());
            } else {
                names.push(text.to_owned());
            }
        }
        let set = |texts: &[String]| coverage::globs(texts.iter().map(String::as_str), false);
        Self { whole: set(&whole), names: set(&names) }
    }

    fn matches(&self, path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        self.whole.is_match(path) || self.names.is_match(name)
    }
}
