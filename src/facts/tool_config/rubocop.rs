//! Owns whether RuboCop's security cops are on and can fail a run: its flags, `.rubocop.yml` with the files of the tree that it
//! inherits from, and those below it. Refuses what lies elsewhere: configurations of the net, and of gems that the catalogue does not
//! know, are unknown where nothing nearer decides, and so are templates.
//!
//! Facts of RuboCop 1.89.0: config/default.yml (five cops of `Security` are on), lib/rubocop/config_loader_resolver.rb (what is nearer
//! wins, of several files the last; a department that is off takes out what is not on beside it), lib/rubocop/config.rb `enable_cop?`,
//! lib/rubocop/cop/base.rb (their severity is `convention`), lib/rubocop/runner.rb `minimum_severity_to_fail`, lib/rubocop/options.rb.

mod contested;
mod left_out;
mod level;
mod presets;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use contested::contested;
use level::{SEVERITIES, fail_level, severity};

use super::{Deciding, Query, Reader, Settings, arguments, coverage, places};
use crate::answer::{Answer, Reason, Why};
use crate::doc::{Document, Format, Reading, Value};
use crate::text::{Place, RepoPath};

/// The reader.
pub(super) struct Rubocop;

const FILE: &str = ".rubocop.yml";

/// Files of one configuration, and configurations below it, that are read.
const FILES: usize = 50;

/// Flags with which other cops run only.
const OTHERS: &[&str] = &["-l", "--lint", "-x", "--fix-layout", "--only-guide-cops", "--disable-all-cops"];

impl Reader for Rubocop {
    fn id(&self) -> &'static str {
        "rubocop"
    }

    fn read(&self, query: &Query<'_>) -> Settings {
        let mut settings = Settings::default();
        let layers = match Layers::of(query) {
            Ok(layers) => layers,
            Err(why) => return Settings::undecided(query.names, &[], &why),
        };
        settings.config.extend(layers.first().map(|layers| Place::file(layers.path.clone())));
        let mut off = None;
        for name in query.names {
            let mut answer = judge(query, &layers, name, &mut off);
            if !name.contains('/') {
                let why = "it brings a configuration of its own, which is not read";
                answer = Answer::Unknown(Why::new(Reason::Unsupported, why).at(query.here.clone()));
            }
            settings.selects.insert(name.clone(), answer);
        }
        settings.deciding = off;
        settings
    }
}

/// Whether a cop is in force wherever RuboCop looks; each configuration is asked for the files that it is nearest to.
fn judge(query: &Query<'_>, all: &[Layers], cop: &str, off: &mut Option<Deciding>) -> Answer<Place> {
    match by_flags(query, cop) {
        Ok(true) => {}
        Ok(false) => return Answer::No,
        Err(why) => return Answer::Unknown(why),
    }
    let fails = match fail_level(query) {
        Ok(level) => level,
        Err(why) => return Answer::Unknown(why),
    };
    if all.is_empty() {
        let usual = fails <= severity("convention");
        return if usual { Answer::Yes(query.here.clone()) } else { Answer::No };
    }
    let answers: Vec<Answer<Place>> = all.iter().map(|layers| layers.answer(query, cop, fails, off)).collect();
    let unknown = answers.iter().find(|answer| matches!(answer, Answer::Unknown(_)));
    match (answers.iter().all(Answer::is_yes), answers.iter().all(Answer::is_no), unknown) {
        (true, ..) | (_, true, _) => answers.into_iter().next().unwrap_or(Answer::No),
        (.., Some(unknown)) => unknown.clone(),
        _ => {
            let place = all.get(1).map_or_else(|| query.here.clone(), |layers| Place::file(layers.path.clone()));
            let why = "a configuration below says something else of the security cops than the one above";
            Answer::Unknown(Why::new(Reason::Unsupported, why).at(place))
        }
    }
}

/// Whether the flags leave a cop among those that run.
fn by_flags(query: &Query<'_>, cop: &str) -> Result<bool, Why> {
    let snapshot = query.world.snapshot;
    let options = query.directory.join(".rubocop").filter(|path| snapshot.is_file(path));
    let set = match options {
        Some(path) => {
            let file = snapshot.read(&path).map_err(|unread| super::unreadable(&unread))?;
            Some((file.text.clone(), Place::file(path)))
        }
        None => None,
    };
    let env =
        query.env.get("RUBOCOP_OPTS").map(|value| (value.clone().unwrap_or_else(|| "--only".to_owned()), query.here.clone()));
    for (text, place) in set.into_iter().chain(env) {
        let narrows = ["--only", "--except", "--fail-level", "--force-default-config", "-c", "--config"];
        if text.split_whitespace().any(|word| narrows.iter().chain(OTHERS).any(|flag| word.starts_with(flag))) {
            return Err(Why::new(Reason::Unsupported, "options that are set elsewhere choose the cops").at(place));
        }
    }
    let department = cop.split('/').next().unwrap_or_default();
    let bare = cop.rsplit('/').next().unwrap_or_default();
    let named = |given: &arguments::Given<'_>| {
        let why = || Why::new(Reason::Dynamic, "which cops run is computed").at(given.place.clone());
        let value = given.value.ok_or_else(why)?;
        Ok(value.split(',').map(str::trim).any(|name| name == cop || name == department || name == bare))
    };
    for given in arguments::values(query.args, &["--except"]) {
        if named(&given)? {
            return Ok(false);
        }
    }
    let only = arguments::values(query.args, &["--only"]);
    let mut among = only.is_empty();
    for given in &only {
        among |= named(given)?;
    }
    Ok(among && arguments::switch(query.args, OTHERS).is_none())
}

/// One configuration: what is nearer stands first.
struct Layers {
    path: RepoPath,
    all: Vec<Result<Arc<Document>, Why>>,
    seen: BTreeSet<RepoPath>,
    /// What gems bring, and where it is asked for.
    brought: BTreeMap<RepoPath, Place>,
}

impl Layers {
    /// The configuration in force and those below it that are nearest to files of the product; none: what is on by default.
    fn of(query: &Query<'_>) -> Result<Vec<Self>, Why> {
        let snapshot = query.world.snapshot;
        if arguments::switch(query.args, &["--force-default-config", "--enable-all-cops"]).is_some() {
            return Ok(Vec::new());
        }
        let file = |path: &RepoPath| snapshot.is_file(path);
        if let places::Chosen::File(path) = places::chosen(query, &Default::default())? {
            return Ok(vec![Self::read(query, path)]);
        }
        let above = query.directory.ancestors().find_map(|directory| directory.join(FILE).filter(file));
        let apart = || {
            let names = [".config/.rubocop.yml", ".config/rubocop/config.yml"];
            let mut places = query.directory.ancestors().flat_map(|directory| names.map(|name| directory.join(name)));
            places.find_map(|path| path.filter(file))
        };
        let mut found: Vec<RepoPath> = above.or_else(apart).into_iter().collect();
        let code = coverage::files(query, &["ruby"], &RepoPath::root());
        let homes: BTreeSet<RepoPath> = code.iter().filter_map(|path| RepoPath::new(path)).map(|path| path.parent()).collect();
        let below: BTreeSet<RepoPath> = homes
            .iter()
            .flat_map(|home| home.ancestors().take_while(|above| above != query.directory && above.is_in(query.directory)))
            .filter_map(|directory| directory.join(FILE).filter(file))
            .collect();
        let whole = found.is_empty() && !below.is_empty();
        found.extend(below.into_iter().take(FILES));
        let mut all: Vec<Self> = found.into_iter().map(|path| Self::read(query, path)).collect();
        if whole {
            // Files beside those below are under what is on by default.
            all.push(Self::none(query.directory.clone()));
        }
        Ok(all)
    }

    fn none(path: RepoPath) -> Self {
        Self { path, all: Vec::new(), seen: BTreeSet::new(), brought: BTreeMap::new() }
    }

    fn read(query: &Query<'_>, path: RepoPath) -> Self {
        let mut layers = Self::none(path.clone());
        layers.add(query, path);
        layers
    }

    fn add(&mut self, query: &Query<'_>, path: RepoPath) {
        let snapshot = query.world.snapshot;
        let unknown = |place: Place, text: &str| Err(Why::new(Reason::Unsupported, text).at(place));
        if self.seen.len() >= FILES || !self.seen.insert(path.clone()) {
            return self.all.push(unknown(Place::file(path), "it inherits from itself, or from too many files"));
        }
        if snapshot.read(&path).is_ok_and(|file| file.text.contains("<%")) {
            return self.all.push(unknown(Place::file(path), "the configuration is a template"));
        }
        let document = match snapshot.document(&path, Format::Yaml) {
            Ok(document) => document,
            Err(unread) => return self.all.push(Err(super::unreadable(&unread))),
        };
        let root = document.root();
        self.all.push(match contested(root) {
            Some(why) => Err(why),
            None => Ok(Arc::clone(&document)),
        });
        let named = root.get("inherit_from").filter(|value| !value.is_empty() || value.scalar().is_some());
        let mut files: Vec<Value<'_>> = Vec::new();
        match named {
            Some(value) if value.scalar().is_some() => files.push(value),
            Some(value) => files.extend(value.items()),
            None => {}
        }
        // Of several files the last one wins.
        for file in files.into_iter().rev() {
            let text = file.scalar().unwrap_or_default();
            let plain = !text.contains(['*', '?', '[', '{']) && !text.contains("://") && !text.starts_with(['/', '~']);
            match path.parent().join(text).filter(|path| plain && !text.is_empty() && snapshot.is_file(path)) {
                Some(inherited) => self.add(query, inherited),
                None => self.all.push(unknown(file.place(), "what it inherits from is not in this tree")),
            }
        }
        // Of several gems the first one wins, of its files the last.
        for gem in root.get("inherit_gem").into_iter().flat_map(Value::entries) {
            let files: Vec<Value<'_>> = if gem.value.scalar().is_some() { vec![gem.value] } else { gem.value.items().collect() };
            for file in files.into_iter().rev() {
                let brought = presets::document(query, gem.name().unwrap_or_default(), file);
                self.all.push(brought.map(|(path, document)| {
                    self.brought.insert(path, file.place());
                    document
                }));
            }
        }
    }

    /// A place in what a gem brings stands where the gem is asked for.
    fn shown(&self, place: Place) -> Place {
        self.brought.get(&place.path).cloned().unwrap_or(place)
    }

    /// The nearest value of a key below one of these names, before anything unknown; `Err`: what is not known may say it.
    fn first<'d, T>(&'d self, of: impl Fn(Value<'d>) -> Option<T>) -> Result<Option<(usize, T)>, &'d Why> {
        for (at, layer) in self.all.iter().enumerate() {
            let root = layer.as_ref()?.root();
            if let Some(found) = of(root) {
                return Ok(Some((at, found)));
            }
        }
        Ok(None)
    }

    fn answer(&self, query: &Query<'_>, cop: &str, fails: usize, off: &mut Option<Deciding>) -> Answer<Place> {
        if let Some(place) = left_out::every_file(&self.all, query, &self.path.parent()) {
            let change = "let RuboCop look at the code of the product".to_owned();
            off.get_or_insert(Deciding::TakesOut { place, how: "left out with every file", change });
            return Answer::No;
        }
        match self.decide(cop, fails) {
            Ok(Ok(place)) => Answer::Yes(self.shown(
                place.unwrap_or_else(|| if self.all.is_empty() { query.here.clone() } else { Place::file(self.path.clone()) }),
            )),
            Ok(Err(decided)) => {
                if off.is_none() {
                    *off = Some(match decided {
                        Deciding::TakesOut { place, how, change } => Deciding::TakesOut { place: self.shown(place), how, change },
                        other => other,
                    });
                }
                Answer::No
            }
            Err(why) => Answer::Unknown(why.clone()),
        }
    }

    /// Whether the cop is on, with the line that says so if one does; else the line that takes it out.
    fn decide(&self, cop: &str, fails: usize) -> Result<Result<Option<Place>, Deciding>, &Why> {
        let (department, bare) = cop.split_once('/').unwrap_or((cop, cop));
        let cop_of = |root: Value<'_>| root.get(cop).or_else(|| root.get(bare)).is_some();
        let own = self.first(|root| root.get(cop).or_else(|| root.get(bare))?.get("Enabled"));
        let whole = self.first(|root| root.get(department)?.get("Enabled"));
        let is = |value: Value<'_>, wanted: bool| value.as_bool() == Reading::Is(wanted);
        let out = |value: Value<'_>, how: &'static str, change: &str| {
            Ok(Err(Deciding::TakesOut { place: value.place(), how, change: change.to_owned() }))
        };
        let on = "let the security cops be on";
        let place = match (own, whole) {
            (Ok(Some((_, value))), _) if !is(value, true) => return out(value, "switched off", on),
            (Ok(Some((at, _))), Ok(Some((nearer, value)))) if nearer < at && is(value, false) => {
                return out(value, "switched off", on);
            }
            (Ok(Some((_, value))), _) => Some(value.place()),
            // What a file further off switches on, a department that is off nearer takes out.
            (_, Ok(Some((_, value)))) if is(value, false) => return out(value, "switched off", on),
            (Err(why), _) | (_, Err(why)) => return Err(why),
            (Ok(None), Ok(Some((_, value)))) => Some(value.place()),
            (Ok(None), Ok(None)) => {
                let none = self.first(|root| root.get("AllCops")?.get("DisabledByDefault"))?;
                let named = self.first(|root| cop_of(root).then_some(()))?;
                match none.filter(|(_, value)| is(*value, true)) {
                    Some((_, value)) if named.is_none() => {
                        return out(value, "left out with all that are on by default", "add `Security: { Enabled: true }`");
                    }
                    _ => None,
                }
            }
        };
        let said = self
            .first(|root| root.get(cop).and_then(|one| one.get("Severity")).or_else(|| root.get(department)?.get("Severity")));
        let level = match said {
            Ok(Some((_, value))) => value.scalar().map_or(SEVERITIES.len(), severity),
            // What is not known may raise it or lower it; nobody does by habit.
            _ => severity("convention"),
        };
        if level < fails {
            let at = place.unwrap_or_else(|| Place::file(self.path.clone()));
            let change = "let the run fail at the severity of the security cops".to_owned();
            return Ok(Err(Deciding::TakesOut { place: at, how: "below the level that fails the run", change }));
        }
        Ok(Ok(place))
    }
}
