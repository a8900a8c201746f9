//! Owns how many of Brakeman's checks are left (`-t`, `-x`, `-E`, and their keys in its configuration). Refuses which files they look at:
//! that is data. (Facts: lib/brakeman/options.rb, `filter_checks` of lib/brakeman/checks.rb and `load_options` of lib/brakeman.rb of
//! 8.0.5: what the command line says of a key replaces what the file does.)

use std::collections::BTreeMap;

use super::{Deciding, Query, Reader, Settings, TOO_FEW, arguments, places, settled};
use crate::answer::{Answer, Reason, Why};
use crate::doc::Value;
use crate::text::Place;

/// The reader.
pub(super) struct Brakeman;

const NONE: &str = "no-tests";

impl Reader for Brakeman {
    fn id(&self) -> &'static str {
        "brakeman"
    }

    fn read(&self, query: &Query<'_>) -> Settings {
        judge(query).unwrap_or_else(|why| Settings::undecided(query.names, &[NONE, TOO_FEW], &why))
    }
}

/// Names of checks, and where the first of them stands.
#[derive(Default)]
struct Named {
    names: Vec<String>,
    place: Option<Place>,
}

impl Named {
    fn has(&self, check: &str) -> bool {
        self.names.iter().any(|name| name.strip_prefix("Check").unwrap_or(name) == check)
    }
}

fn judge(query: &Query<'_>) -> Result<Settings, Why> {
    let only = named(query, &["-t", "--test"], "run_checks")?;
    let skipped = named(query, &["-x", "--except"], "skip_checks")?;
    let enabled = named(query, &["-E", "--enable"], "enable_checks")?;
    let kept = |check: &&String| !skipped.has(check) && (only.place.is_none() || only.has(check) || enabled.has(check));
    let left = query.tool.rules.iter().filter(kept).count();
    let place = only.place.or(skipped.place);
    let few = |most: usize| place.clone().filter(|_| left < most);
    let mut settings = Settings::default();
    settings.answer(NONE, few(1).map_or(Answer::No, Answer::Yes));
    settings.answer(TOO_FEW, few(query.tool.enough).map_or(Answer::No, Answer::Yes));
    settings.deciding = few(query.tool.enough).map(|place| Deciding::TakesOut {
        place,
        how: "too few that are left",
        change: "let all of its checks run, or leave out single ones".to_owned(),
    });
    Ok(settings)
}

/// The checks that flags name, all of them together, else those at a key of the configuration, with a colon in front or without.
fn named(query: &Query<'_>, flags: &[&str], key: &str) -> Result<Named, Why> {
    let mut found = Named::default();
    for given in arguments::values(query.args, flags) {
        let why = || Why::new(Reason::Dynamic, "which checks run is computed").at(given.place.clone());
        found.names.extend(given.value.ok_or_else(why)?.split(',').map(|name| name.trim().to_owned()));
        found.place.get_or_insert_with(|| given.place.clone());
    }
    if found.place.is_some() {
        return Ok(found);
    }
    let Some((document, prefix)) = places::in_force(query, &BTreeMap::new())? else { return Ok(found) };
    if let Some(why) = settled::two_readings(&document) {
        return Err(why);
    }
    for key in [key.to_owned(), format!(":{key}")] {
        let Some(list) = places::at(&document, prefix.as_deref(), &key) else { continue };
        found.names.extend(list.items().filter_map(Value::scalar).map(|name| name.trim_start_matches(':').to_owned()));
        found.place = Some(list.place());
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::super::bench::{Case, told};
    use super::*;

    #[test]
    fn what_is_left_of_its_checks() {
        let all = crate::catalog::Catalog::builtin().tool("brakeman").expect("a tool").rules.join(",");
        let none = format!("-x {all}");
        let config = ("config/brakeman.yml", ":run_checks: [CheckSQL]\n");
        let most = ("config/brakeman.yml", "skip_checks:\n  - CheckSQL\n");
        let twice = ("config/brakeman.yml", ":run_checks: []\n:run_checks: [CheckSQL]\n");
        let broken = ("config/brakeman.yml", ":run_checks: [\n");
        for (files, args, few, no) in [
            (&[][..], "", "no", "no"),
            (&[], "-t SQL,CheckRender", "yes ci.yml:1", "no"),
            (&[], "-t SQL -x CheckSQL", "yes ci.yml:1", "yes ci.yml:1"),
            (&[], "-x SQL", "no", "no"),
            (&[], &none, "yes ci.yml:1", "yes ci.yml:1"),
            (&[], "--test $CHECKS", "unknown dynamic ci.yml:1", "unknown dynamic ci.yml:1"),
            (&[config], "", "yes config/brakeman.yml:1", "no"),
            (&[most], "", "no", "no"),
            (&[twice], "", "unknown unreadable config/brakeman.yml:2", "unknown unreadable config/brakeman.yml:2"),
            (&[broken], "", "unknown unreadable config/brakeman.yml:1", "unknown unreadable config/brakeman.yml:1"),
        ] {
            let settings = Case::new("brakeman", files, args).read(&Brakeman).settings;
            assert_eq!(told(settings.get(TOO_FEW)), few, "{files:?} {args}");
            assert_eq!(told(settings.get(NONE)), no, "{files:?} {args}");
        }
    }
}
