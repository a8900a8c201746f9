//! Owns `check`: formats chosen, one inspection, every format written from it. Refuses to touch the report.

use std::time::Instant;

use super::environment::ActionsRun;
use super::{Context, check_run, output, request};
use crate::catalog::Severity;
use crate::cli::CheckArgs;
use crate::error::{Error, Kind};
use crate::inspect;
use crate::policy::{Decision, Outcome};
use crate::report::{LATER_FORMATS, Report, Reporter, View, reporters};
use crate::terms::nearest;

/// Runs it. A step whose check did not come to an end says so in its outputs.
pub(super) fn run(context: &Context, args: &CheckArgs) -> Result<u8, Error> {
    let done = check(context, args);
    if let Err(Error { kind: Kind::Incomplete, .. }) = &done
        && let Some(path) = ActionsRun::read(context.environment).output
    {
        // Why it did not come to an end is told first; that this cannot be written beside it.
        let written = output::append(&path, &format!("outcome={}\n", Outcome::Incomplete.word()));
        written.unwrap_or_else(|problem| context.streams.fail(&problem));
    }
    done
}

fn check(context: &Context, args: &CheckArgs) -> Result<u8, Error> {
    let formats = formats(args.format.as_deref(), context.environment.actions)?;
    let files = output::parse_all(&args.inspect.out, |format| reporter(format).map(|_| ()))?;
    let request = request::build(context, &args.inspect, Some(args))?;
    let start = Instant::now();
    let mut report = inspect::check(&request)?;
    report.elapsed = Some(start.elapsed());
    let run = ActionsRun::read(context.environment);
    let all_shown = check_run::publish(&request, &run, &mut report);
    let view = View { sarif_all: args.sarif_all, ..request::view(context, args.all) };
    let to_file = View { color: false, terminal: false, ..view };
    output::write_all(&files, |format| render(reporter(format)?, &report, &to_file))?;
    // What a check run has at its line is not shown there twice.
    let asked = |format: &&&'static dyn Reporter| args.format.is_some() || !(all_shown && format.speaks_commands());
    for format in formats.iter().filter(asked) {
        let bytes = render(*format, &report, &view)?;
        if format.speaks_commands() { context.streams.command(&bytes)? } else { context.streams.print(&bytes)? }
    }
    if let Some(path) = run.output {
        output::append(&path, &outputs(&report))?;
    }
    Ok(report.exit_status())
}

/// The outputs of the step: words and numbers of our own.
fn outputs(report: &Report) -> String {
    let actionable = report.actionable();
    let of = |severity: Severity| actionable.iter().filter(|one| one.severity == severity).count();
    let existing = report.findings.iter().filter(|one| one.decision == Decision::Existing).count();
    format!(
        "outcome={}\nerrors={}\nwarnings={}\nnotices={}\nexisting={existing}\nfixed={}\n",
        report.outcome.word(),
        of(Severity::Error),
        of(Severity::Warning),
        of(Severity::Notice),
        report.fixed.len()
    )
}

/// In GitHub Actions one run gives the log and the annotations.
fn formats(asked: Option<&str>, actions: bool) -> Result<Vec<&'static dyn Reporter>, Error> {
    match (asked, actions) {
        (Some(name), _) => Ok(vec![reporter(name)?]),
        (None, false) => Ok(vec![reporter("text")?]),
        (None, true) => Ok(vec![reporter("text")?, reporter("github")?]),
    }
}

fn reporter(name: &str) -> Result<&'static dyn Reporter, Error> {
    if let Some(found) = reporters().iter().find(|reporter| reporter.format() == name) {
        return Ok(*found);
    }
    let all: Vec<_> = reporters().iter().map(|reporter| (reporter.format(), reporter.about())).collect();
    Err(unknown_format(name, &all))
}

/// The error for a format that is not among those of a command (yet).
pub(super) fn unknown_format(name: &str, formats: &[(&str, &str)]) -> Error {
    let names: Vec<&str> = formats.iter().map(|(format, _)| *format).collect();
    if LATER_FORMATS.contains(&name) {
        return Error::usage(format!("the format `{name}` arrives with a later version"))
            .hint(format!("formats are: {}", names.join(", ")));
    }
    Error::usage(format!("there is no format `{name}`")).hint(nearest::hint(name, names.iter().copied(), "formats are"))
}

fn render(reporter: &dyn Reporter, report: &Report, view: &View) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let written = reporter.write(report, view, &mut bytes);
    written.map_err(|problem| Error::incomplete(format!("the format {} could not be written: {problem}", reporter.format())))?;
    Ok(bytes)
}
