//! Owns `facts`: one inspection, written as text or JSON. Refuses to judge.

use super::check::unknown_format;
use super::output;
use super::{Context, request};
use crate::cli::FactsArgs;
use crate::error::Error;
use crate::inspect;
use crate::policy::{FailOn, Outcome};
use crate::report::View;
use crate::report::facts::{FORMATS, FactsReport};
use crate::text::escape;

/// Runs it.
pub(super) fn run(context: &Context, args: &FactsArgs) -> Result<u8, Error> {
    let format = args.format.as_deref().unwrap_or("text");
    known(format)?;
    let files = output::parse_all(&args.inspect.out, known)?;
    let request = request::build(context, &args.inspect, None)?;
    let facts = inspect::facts(&request)?;
    let view = request::view(context, false);
    output::write_all(&files, |format| render(&facts, format, &View { color: false, terminal: false, ..view }))?;
    context.streams.print(&render(&facts, format, &view)?)?;
    // Standard output is read by programs: what makes the run incomplete is told to people.
    if facts.incomplete && format == "json" {
        for note in &facts.notes {
            context.streams.tell(&format!("note: {}\n", escape::line(note)));
        }
    }
    let outcome = if facts.incomplete { Outcome::Incomplete } else { Outcome::Pass };
    Ok(outcome.exit_status(FailOn::Error))
}

fn known(format: &str) -> Result<(), Error> {
    if FORMATS.iter().any(|(name, _)| *name == format) { Ok(()) } else { Err(unknown_format(format, &FORMATS)) }
}

fn render(facts: &FactsReport, format: &str, view: &View) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let written = if format == "json" { facts.write_json(&mut bytes) } else { facts.write_text(view, &mut bytes) };
    written.map_err(|problem| Error::incomplete(format!("the facts could not be written: {problem}")))?;
    Ok(bytes)
}
