//! Owns turning options into a request: names checked, bounds set, the clock read. Refuses to inspect.

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;

use super::environment::{self, ActionsRun};
use super::{Context, event};
use crate::catalog::Catalog;
use crate::cli::{CheckArgs, Color, InspectArgs};
use crate::error::Error;
use crate::inspect::{CheckRequest, Moment, lacking};
use crate::limits::Limits;
use crate::policy::FailOn;
use crate::report::View;
use crate::source;
use crate::source::forge::{self, Asked};
use crate::terms::nearest;

/// The request of `check` or, with no options of its own, of `facts`.
pub(super) fn build(context: &Context, args: &InspectArgs, check: Option<&CheckArgs>) -> Result<CheckRequest, Error> {
    refuse_later(args)?;
    if !args.path.exists() {
        let error = Error::usage(format!("there is no `{}`", args.path.display()));
        return Err(error.hint("PATH is a work tree, a git directory or a folder"));
    }
    let mut limits = Limits::default();
    for assignment in &args.limit {
        limits.set(assignment)?;
    }
    let catalog = Catalog::builtin();
    let common = &context.common;
    let environment = context.environment;
    let run = ActionsRun::read(environment);
    let mut request = CheckRequest {
        path: args.path.clone(),
        rev: args.rev.clone(),
        here: args.here,
        policy_file: common.policy.clone(),
        policy_ref: common.policy_ref.clone(),
        org_policy: common.org_policy.clone(),
        profile: check.and_then(|check| check.profile.as_deref()).map(|name| profile(name, catalog)).transpose()?,
        only: check.map(|check| only(&check.only, catalog)).transpose()?.unwrap_or_default(),
        fail_on: check.and_then(|check| check.fail_on.as_deref()).map(fail_on).transpose()?,
        strict: check.is_some_and(|check| check.strict),
        now: now(common.now.as_deref(), environment.ci, cfg!(debug_assertions))?,
        limits,
        judge_commit: environment.actions && args.rev.is_none(),
        ci: environment.ci,
        run: match check {
            Some(_) => event::read(&run)?,
            None => None,
        },
        called: event::called(&run),
        base: check.and_then(|check| check.base.clone()),
        block_existing: check.is_some_and(|check| check.block_existing),
        forge: None,
        told: None,
    };
    // Everything else of the request is in order by then.
    if let Some(named) = &args.forge {
        let forge = Arc::new(environment::forge("--forge", named.as_deref())?);
        let answers = Arc::new(forge::answers(&forge)?);
        request.told = lacking::of(&request, &forge)?.map(Arc::new);
        request.forge = Some(Asked { forge, answers });
    }
    Ok(request)
}

fn refuse_later(args: &InspectArgs) -> Result<(), Error> {
    let later = [("--cargo-metadata", args.cargo_metadata.is_some())];
    match later.iter().find(|(_, used)| *used) {
        Some((name, _)) => Err(Error::usage(format!("{name} arrives with a later version")).hint("leave it out")),
        None => Ok(()),
    }
}

/// A profile's name.
pub(super) fn profile(name: &str, catalog: &Catalog) -> Result<String, Error> {
    let names = catalog.profiles.iter().map(|profile| profile.id.as_str());
    if catalog.profile(name).is_some() {
        return Ok(name.to_owned());
    }
    Err(Error::usage(format!("there is no profile `{name}`")).hint(nearest::hint(name, names, "profiles are")))
}

fn only(names: &[String], catalog: &Catalog) -> Result<Vec<String>, Error> {
    names.iter().map(|name| rule(name, catalog).map(|_| name.clone())).collect()
}

/// The id of the rule that is called so.
pub(super) fn rule(name: &str, catalog: &Catalog) -> Result<String, Error> {
    if let Some(known) = catalog.rule(name) {
        return Ok(known.id.clone());
    }
    let ids = catalog.rules.iter().flat_map(|rule| std::iter::once(&rule.id).chain(&rule.aliases)).map(String::as_str);
    let hint = nearest::nearest(name, ids).map(|near| format!("did you mean `{near}`?"));
    let hint = hint.unwrap_or_else(|| "`tollgate rules` lists them".to_owned());
    Err(Error::usage(format!("there is no rule `{name}`")).hint(hint))
}

fn fail_on(word: &str) -> Result<FailOn, Error> {
    FailOn::parse(word).ok_or_else(|| {
        Error::usage(format!("--fail-on cannot be `{word}`")).hint(nearest::hint(word, FailOn::WORDS, "it is one of"))
    })
}

/// The moment that counts as now. A stated one is refused in CI, where it would bring expired waivers back to life; builds for
/// tests are exempt.
pub(super) fn now(stated: Option<&str>, ci: bool, test_build: bool) -> Result<Moment, Error> {
    let Some(text) = stated else { return Ok(Moment { at: Timestamp::now(), given: false }) };
    if ci && !test_build {
        return Err(Error::usage("--now is refused in CI").hint("leave it out: the runner's clock counts"));
    }
    match text.parse::<Timestamp>() {
        Ok(at) => Ok(Moment { at, given: true }),
        Err(_) => Err(Error::usage(format!("`--now {text}` is no time")).hint("RFC 3339, for example 2026-11-23T12:00:00Z")),
    }
}

/// How the reader wants to see it.
pub(super) fn view(context: &Context, all: bool) -> View {
    let environment = context.environment;
    let color = match context.common.color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => environment.terminal && !environment.plain,
    };
    View {
        color,
        all,
        verbose: context.common.verbose > 0,
        quiet: context.common.quiet,
        terminal: environment.terminal,
        sarif_all: false,
    }
}

/// A file on disk as text, bounded.
pub(super) fn read_file(path: &Path, limits: &Limits) -> Result<String, Error> {
    source::read_named_stream(path, limits.file_bytes).map(|file| file.text.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stated_now_is_refused_in_ci_but_for_test_builds() {
        let text = Some("2026-11-23T12:00:00Z");
        assert!(now(text, true, false).is_err());
        assert!(now(text, true, true).is_ok_and(|now| now.given));
        assert!(now(text, false, false).is_ok_and(|now| now.stated().as_deref() == Some("2026-11-23T12:00:00Z")));
        assert!(now(None, true, false).is_ok_and(|now| !now.given && now.stated().is_none()));
        for wrong in ["", "2026-11-23", "now", "2026-11-23T12:00:00", "2026-13-01T00:00:00Z"] {
            assert!(now(Some(wrong), false, false).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_day_is_that_of_utc() {
        let late = now(Some("2026-11-23T23:30:00-02:00"), false, false).expect("a time");
        assert_eq!(late.date().to_string(), "2026-11-24");
    }
}
