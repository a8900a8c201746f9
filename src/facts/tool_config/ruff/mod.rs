//! Owns what Ruff's configuration and flags leave in force: rule families, and whether anything is looked at. Refuses
//! Ruff's other settings. (Facts: resolver.rs, pyproject.rs and configuration.rs of ruff_workspace, 0.16.)

mod config;
mod selectors;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use self::config::{Config, Pattern};
use self::selectors::{InForce, Layer, Selector};
use super::wish::{Wanted, Wish};
use super::{Deciding, Query, Reader, Settings, arguments, coverage};
use crate::answer::Answer;
use crate::doc::Format;
use crate::text::{Place, RepoPath};

/// The reader.
pub(super) struct Ruff;

const NOTHING: &str = "selects-nothing";
const EXCLUDED: &str = "excludes-everything";

/// Directories among the arguments whose configurations are told apart.
const TARGETS: usize = 8;

impl Reader for Ruff {
    fn id(&self) -> &'static str {
        "ruff"
    }

    fn read(&self, query: &Query<'_>) -> Settings {
        let mut all = directories(query).into_iter().map(|directory| at(query, &directory));
        let first = all.next().unwrap_or_default();
        all.fold(first, least)
    }

    fn homes(&self, query: &Query<'_>, files: &mut dyn Iterator<Item = &RepoPath>) -> Vec<RepoPath> {
        if arguments::switch(query.args, &["--isolated", "--config"]).is_some() {
            return Vec::new();
        }
        // A file that does not parse is the nearest all the same.
        super::nearest_homes(query, files, |directory| config::own(query, directory).map_or(true, |path| path.is_some()))
    }
}

/// Ruff takes the configuration nearest to each file: the targets' directories, else the working directory.
fn directories(query: &Query<'_>) -> Vec<RepoPath> {
    let mut found = Vec::new();
    let mut args = arguments::own(query.args);
    while let Some(path) = arguments::first_positional(args, &query.tool.value_flags) {
        let at = args.iter().position(|word| word.value.as_deref() == Some(path)).unwrap_or(args.len());
        args = args.get(at + 1..).unwrap_or_default();
        let target = query.directory.join(path).filter(|target| query.world.snapshot.is_dir(target));
        if let Some(target) = target.filter(|target| !found.contains(target) && found.len() < TARGETS) {
            found.push(target);
        }
    }
    if found.is_empty() {
        found.push(query.directory.clone());
    }
    found
}

/// What holds for both: a family in force in both, nothing looked at in either.
fn least(mut one: Settings, other: Settings) -> Settings {
    for (name, answer) in other.selects {
        let own = one.selects.entry(name).or_insert(Answer::No);
        if !own.is_no() && !matches!((&own, &answer), (_, Answer::Yes(_))) {
            *own = answer;
        }
    }
    for (name, answer) in other.settings {
        let own = one.settings.entry(name).or_insert(Answer::No);
        if !own.is_no() && !answer.is_yes() {
            *own = answer;
        }
    }
    one.deciding = one.deciding.or(other.deciding);
    one.config.extend(other.config);
    one.config.sort();
    one.config.dedup();
    one
}

fn at(query: &Query<'_>, directory: &RepoPath) -> Settings {
    let config = match config::in_effect(query, directory) {
        Ok(config) => config,
        Err(why) => return Settings::undecided(query.names, &[NOTHING, EXCLUDED], &why),
    };
    let force = InForce::resolve(config.layers.iter());
    let subjects = Subjects::of(query, directory, &config);
    let (security_off, all_off) = subjects.taken_out(&config, &force);
    let security_off = security_off.is_some();
    let mut settings = Settings { config: config.files.clone(), ..Settings::default() };
    let here = here(query, &config);
    let nothing = force.is_empty().then(|| emptied(&config).unwrap_or_else(|| here.clone()));
    let nothing = nothing.or(all_off);
    let excluded = subjects.excluded(&config).filter(|_| nothing.is_none());
    for name in query.names {
        let off = nothing.is_some() || excluded.is_some() || (security_off && matches!(name.as_str(), "S" | "ALL"));
        let place = force.place_of(name).filter(|_| !off);
        let answer = place.map_or(Answer::No, |place| Answer::Yes(place.unwrap_or(&here).clone()));
        settings.selects.insert(name.clone(), answer);
    }
    settings.deciding = deciding(&config, &force, &subjects);
    settings.to_select = to_select(query, &config);
    settings.answer(NOTHING, nothing.map_or(Answer::No, Answer::Yes));
    settings.answer(EXCLUDED, excluded.map_or(Answer::No, Answer::Yes));
    settings
}

/// What selects security rules beside those that are: in the file that is read, where it has the key already at that key.
fn to_select(query: &Query<'_>, config: &Config) -> Option<String> {
    let snapshot = query.world.snapshot;
    let there = config.files.first().map(|place| place.path.clone());
    let project = || query.directory.join("pyproject.toml").filter(|path| snapshot.is_file(path));
    let path = there.clone().or_else(project);
    let of_project = path.as_ref().is_some_and(|path| path.file_name() == "pyproject.toml");
    let keys: &[&str] = if of_project { &["tool", "ruff", "lint", "extend-select"] } else { &["lint", "extend-select"] };
    let wish = |keys| Wish { aim: "select Ruff's security rules", keys, wanted: Wanted::Item("S"), head: "" };
    let Some(path) = path else { return Some(wish(keys).in_new_file(&query.directory.join("ruff.toml")?, Format::Toml)) };
    let document = snapshot.document(&path, Format::Toml).ok()?;
    // Its older place, where nothing stands at the newer one.
    let older: &[&str] = if of_project { &["tool", "ruff", "extend-select"] } else { &["extend-select"] };
    let is_older = document.root().route(keys).is_none() && document.root().route(older).is_some();
    Some(wish(if is_older { older } else { keys }).in_file(&document))
}

/// The line that keeps security rules out of force: what ignores them, even if they were selected; else what selects others.
fn deciding(config: &Config, force: &InForce, subjects: &Subjects) -> Option<Deciding> {
    let own = |layer: &Layer| layer.select.iter().flatten().chain(&layer.extend_select).next().cloned();
    let mut wished = config.layers.clone();
    // They would be selected beside those that are: what a file ignores, the command line could still select.
    let says = |layer: &Layer| own(layer).is_some() || !layer.ignore.is_empty();
    let layer = wished.iter().rposition(says)?;
    let chosen = config.layers.iter().rev().find_map(own);
    let place = chosen.as_ref().map_or_else(|| Place::file(RepoPath::root()), |selector| selector.place.clone());
    wished[layer].extend_select.push(Selector { text: "S".to_owned(), place });
    let wished = InForce::resolve(wished.iter());
    let selected = force.place_of("S").is_some() || !force.ignored().is_empty();
    let add = if selected { "" } else { ", and `S` into what is selected" };
    let ignored = wished.ignored();
    if let Some(first) = ignored.first() {
        let names: Vec<&str> = ignored.iter().map(|selector| selector.text.as_str()).collect();
        let change = format!("take `{}` out of what is ignored{add}", names.join("`, `"));
        return Some(Deciding::TakesOut { place: first.place.clone(), how: "ignored", change });
    }
    if let (Some(pattern), _) = subjects.taken_out(config, &wished) {
        let change = format!("take the security rules out of what is ignored for `{}`{add}", pattern.text);
        return Some(Deciding::TakesOut { place: pattern.place.clone(), how: "ignored for every file", change });
    }
    chosen.map(|selector| Deciding::Selects(selector.place))
}

/// The configuration file, else the first argument, else the root: a place for what is only there by default.
fn here(query: &Query<'_>, config: &Config) -> Place {
    let argument = query.args.first().map(|word| word.place.clone());
    config.files.first().cloned().or(argument).unwrap_or_else(|| Place::file(query.directory.clone()))
}

/// Where the rules were taken away: the last thing ignored, when there is one.
fn emptied(config: &Config) -> Option<Place> {
    config.layers.iter().rev().find_map(|layer| layer.ignore.last()).map(|selector| selector.place.clone())
}

/// The files the run is meant for.
struct Subjects(Vec<String>);

impl Subjects {
    fn of(query: &Query<'_>, directory: &RepoPath, config: &Config) -> Self {
        let asked = config.exclude.is_some()
            || config.lint_exclude.is_some()
            || config.include.is_some()
            || config.per_file.is_some()
            || !config.extend_exclude.is_empty()
            || !config.extend_per_file.is_empty();
        let query = Query { directory, ..*query };
        Self(if asked { coverage::subjects(&query, &["python"], &RepoPath::root()) } else { Vec::new() })
    }

    /// Where every file is excluded, or none included.
    fn excluded(&self, config: &Config) -> Option<Place> {
        let lists = [config.exclude.as_deref(), config.lint_exclude.as_deref(), Some(config.extend_exclude.as_slice())];
        let patterns: Vec<&Pattern> = lists.into_iter().flatten().flatten().collect();
        let globs = Globs::of(&patterns);
        if coverage::all(&self.0, |path| coverage::path_or_above(path, |part| globs.matches(part))) {
            return patterns.first().map(|pattern| pattern.place.clone());
        }
        let included = config.include.as_ref()?;
        let globs = Globs::of(&included.iter().collect::<Vec<_>>());
        let none = coverage::all(&self.0, |path| !globs.matches(path));
        none.then(|| included.first().map(|pattern| pattern.place.clone())).flatten()
    }

    /// The first of the per-file ignores that take security rules out of force for every file; and where they take every rule.
    fn taken_out<'c>(&self, config: &'c Config, force: &InForce) -> (Option<&'c Pattern>, Option<Place>) {
        let mut by_pattern: BTreeMap<(&str, &RepoPath), (&Pattern, Vec<&Selector>)> = BTreeMap::new();
        for (pattern, selectors) in config.per_file.iter().flatten().chain(&config.extend_per_file) {
            let entry = by_pattern.entry((&pattern.text, &pattern.base)).or_insert((pattern, Vec::new()));
            entry.1.extend(selectors);
        }
        let (mut security, mut all) = (Vec::new(), Vec::new());
        for (pattern, selectors) in by_pattern.into_values() {
            let (family, everything) = force.without(selectors.into_iter());
            if family {
                security.push(pattern);
            }
            if everything {
                all.push(pattern);
            }
        }
        let covered = |patterns: &[&Pattern]| {
            let (negated, plain): (Vec<&Pattern>, Vec<&Pattern>) =
                patterns.iter().partition(|pattern| pattern.text.starts_with('!'));
            let plain = Globs::of(&plain);
            // `"!tests/**"` stands for every file but those.
            let negated: Vec<Globs> = negated.iter().take(16).map(|pattern| Globs::of(&[pattern])).collect();
            coverage::all(&self.0, |path| plain.matches(path) || negated.iter().any(|globs| !globs.matches(path)))
        };
        let place = covered(&all).then(|| all.first().map(|pattern| pattern.place.clone())).flatten();
        (covered(&security).then(|| security.first().copied()).flatten(), place)
    }
}

/// Patterns as Ruff matches them: against the whole path from their base, and against the name alone; `*` takes in `/`.
struct Globs {
    whole: globset::GlobSet,
    names: globset::GlobSet,
}

impl Globs {
    fn of(patterns: &[&Pattern]) -> Self {
        let bare = |pattern: &Pattern| -> String {
            let text = pattern.text.trim_start_matches('!').trim_start_matches("./").trim_end_matches('/');
            if matches!(text, "" | ".") { "**".to_owned() } else { text.to_owned() }
        };
        let whole: Vec<String> = patterns
            .iter()
            .map(|pattern| {
                let base = globset::escape(pattern.base.as_str());
                if base.is_empty() { bare(pattern) } else { format!("{base}/{}", bare(pattern)) }
            })
            .collect();
        let names: Vec<String> = patterns.iter().map(|pattern| bare(pattern)).filter(|text| !text.contains('/')).collect();
        Self {
            whole: coverage::globs(whole.iter().map(String::as_str), false),
            names: coverage::globs(names.iter().map(String::as_str), false),
        }
    }

    fn matches(&self, path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        self.whole.is_match(path) || self.names.is_match(name)
    }
}
