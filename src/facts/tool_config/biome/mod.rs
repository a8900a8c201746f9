//! Owns what Biome's linter checks: the configuration nearest, what it extends, rules by group and level, files left out.
//! Refuses Biome's formatter and assists. (Facts: configuration.rs, analyzer/mod.rs and linter/rules.rs of 2.5.)

mod config;
mod includes;
mod rules;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use self::config::Config;
use self::includes::{Includes, Key, Written};
use self::rules::Level;
use super::{Deciding, Query, Reader, Settings, arguments, coverage};
use crate::answer::{Answer, Reason, Why};
use crate::text::{Place, RepoPath};

/// The reader.
pub(super) struct Biome;

const DISABLED: &str = "linter-disabled";
const NOTHING: &str = "selects-nothing";
const WARNS: &str = "warnings-only";

impl Reader for Biome {
    fn id(&self) -> &'static str {
        "biome"
    }

    fn read(&self, query: &Query<'_>) -> Settings {
        judge(query).unwrap_or_else(|why| Settings::undecided(query.names, &[DISABLED, NOTHING, WARNS], &why))
    }

    fn homes(&self, query: &Query<'_>, files: &mut dyn Iterator<Item = &RepoPath>) -> Vec<RepoPath> {
        let named = arguments::switch(query.args, &["--config-path"]).is_some() || query.env.contains_key("BIOME_CONFIG_PATH");
        if named { Vec::new() } else { super::nearest_homes(query, files, |directory| config::own(query, directory).is_some()) }
    }
}

fn judge(query: &Query<'_>) -> Result<Settings, Why> {
    let Config { files, base, mut enabled, mut rules, lists, overrides, doubt } = config::in_effect(query)?;
    let flags = Flags::read(query)?;
    let asked = !lists.is_empty() || !overrides.is_empty();
    let subjects = if asked { coverage::subjects(query, &["javascript"], &base) } else { Vec::new() };
    for one in &overrides {
        // Settings for all files are settings.
        if coverage::all(&subjects, |path| one.includes.passes(path)) {
            enabled.extend(one.enabled.clone().map(|enabled| ("linter", enabled)));
            rules.merge(&one.rules);
        }
    }
    let disabled = enabled.into_values().find(|(enabled, _)| !enabled).map(|(_, place)| place);
    let left_out = left_out(lists, doubt.is_some(), &subjects);
    let here = files.first().or(query.args.first().map(|word| &word.place)).cloned();
    let here = here.unwrap_or_else(|| Place::file(RepoPath::root()));
    let mut settings = Settings { config: files, ..Settings::default() };
    for name in query.names {
        let answer = match (flags.decides(name), rules.selects(name), &doubt) {
            _ if disabled.is_some() || left_out.is_some() => Answer::No,
            (Some(answer), ..) => answer,
            (None, Some((Level::Error, place)), _) => Answer::Yes(place.unwrap_or_else(|| here.clone())),
            (None, Some((_, place)), None) => {
                settings.warned.insert(name.clone(), place.unwrap_or_else(|| here.clone()));
                Answer::No
            }
            (None, _, Some(why)) => Answer::Unknown(why.clone()),
            (None, None, None) => Answer::No,
        };
        settings.selects.insert(name.clone(), answer);
    }
    settings.deciding =
        left_out.clone().map(|(place, change)| Deciding::TakesOut { place, how: "left out with every file", change });
    settings.to_select = flags.is_silent().then(|| rules.to_select(query, &settings.config)).flatten();
    // What could not be followed may enable anything: the text does not show that nothing is.
    let plain = doubt.is_none() && flags.only.is_empty();
    let nothing = left_out.map(|(place, _)| place).or_else(|| (plain && rules.is_empty()).then(|| rules.place().unwrap_or(here)));
    let warns = rules.only_warns().filter(|_| plain);
    for (question, place) in [(DISABLED, disabled), (NOTHING, nothing), (WARNS, warns)] {
        settings.answer(question, place.map_or(Answer::No, Answer::Yes));
    }
    Ok(settings)
}

/// Where the first list stands that takes none of these files, and what lets some in again, in every such list. `open`: some of what is
/// extended is not known.
fn left_out(
    lists: BTreeMap<(&'static str, &'static str), (Key, Written)>,
    open: bool,
    subjects: &[String],
) -> Option<(Place, String)> {
    let mut changes = lists.into_iter().filter_map(|((section, name), (key, written))| {
        let list = Includes::of(key, written, open, section == "files")?;
        coverage::all(subjects, |path| !list.passes(path)).then(|| list.mend(&format!("{section}.{name}"), subjects))
    });
    let (place, change) = changes.next()?;
    let others = changes.map(|(place, change)| format!("{change} at {}:{}, and ", place.path, place.line));
    Some((place, others.collect::<String>() + &change))
}

/// `--only` and `--skip`, without their leading `lint/`.
struct Flags {
    only: Vec<(String, Place)>,
    skip: Vec<(String, Place)>,
}

impl Flags {
    fn read(query: &Query<'_>) -> Result<Self, Why> {
        let list = |flag: &str| -> Result<Vec<(String, Place)>, Why> {
            let each = arguments::values(query.args, &[flag]).into_iter().map(|given| {
                let why = || Why::new(Reason::Dynamic, format!("the value of `{flag}` is computed")).at(given.place.clone());
                let value = given.value.ok_or_else(why)?;
                Ok((value.strip_prefix("lint/").unwrap_or(value).to_owned(), given.place.clone()))
            });
            each.collect()
        };
        Ok(Self { only: list("--only")?, skip: list("--skip")? })
    }

    /// Whether they choose no rules.
    fn is_silent(&self) -> bool {
        self.only.is_empty() && self.skip.is_empty()
    }

    /// What the flags alone make of a rule or of the group `security`.
    fn decides(&self, name: &str) -> Option<Answer<Place>> {
        let is_rule = |text: &str| text == name || text.rsplit('/').next() == Some(name);
        if self.skip.iter().any(|(text, _)| text == "security" || (name != "security" && is_rule(text))) {
            return Some(Answer::No);
        }
        if self.only.is_empty() {
            return None;
        }
        let named = self.only.iter().find(|(text, _)| {
            is_rule(text) || text.split('/').next() == Some("security") && (name == "security" || text == "security")
        });
        Some(named.map_or(Answer::No, |(_, place)| Answer::Yes(place.clone())))
    }
}
