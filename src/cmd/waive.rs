//! Owns `waive`: one run of `check`, and from it the waivers that would cover what a rule closes the gate for. Refuses to write them: a
//! person has to say why, and to answer for it.

use super::{Context, request};
use crate::catalog::Catalog;
use crate::cli::{CheckArgs, InspectArgs, WaiveArgs};
use crate::error::Error;
use crate::inspect;
use crate::policy::{FailOn, Outcome};
use crate::report::waivers;
use crate::text::escape;

/// Runs it.
pub(super) fn run(context: &Context, args: &WaiveArgs) -> Result<u8, Error> {
    let rule = request::rule(&args.rule, Catalog::builtin())?;
    let inspect = InspectArgs { path: args.path.clone(), here: args.here, ..InspectArgs::default() };
    // All rules are judged: what one finds may be told by another.
    let check = CheckArgs { inspect: inspect.clone(), base: args.base.clone(), ..CheckArgs::default() };
    let request = request::build(context, &inspect, Some(&check))?;
    let (report, terms) = inspect::waivable(&request, &rule)?;
    let stubs = waivers::stubs(&report, &rule, args.subject.as_deref(), &terms, request.now.date());
    context.streams.print(stubs.as_bytes())?;
    if stubs.is_empty() {
        let about = args.subject.as_ref().map(|subject| format!(" about {}", escape::line(subject))).unwrap_or_default();
        context.streams.tell(&format!("note: {rule} has no finding{about} that closes the gate: there is nothing to waive\n"));
    }
    if report.outcome != Outcome::Incomplete {
        return Ok(0);
    }
    for note in report.remarks() {
        context.streams.tell(&format!("note: {}\n", escape::line(&note)));
    }
    Ok(Outcome::Incomplete.exit_status(FailOn::Error))
}
