//! Owns `policy diff`: a change of policy told to whoever reviews it. Refuses to say whether it is right.

use super::{Context, request};
use crate::cli::PolicyDiffArgs;
use crate::error::Error;
use crate::inspect::policy_diff::{self, Changed, DiffRequest, PolicyDiff};
use crate::limits::Limits;
use crate::report::tags::Word;
use crate::terms::change::{Change, Direction};
use crate::text::escape::line;

/// Runs it.
pub(super) fn run(context: &Context, args: &PolicyDiffArgs) -> Result<u8, Error> {
    let common = &context.common;
    if common.policy.is_some() || common.policy_ref.is_some() {
        let error = Error::usage("`policy diff` takes the two policies as arguments, not by --policy or --policy-ref");
        return Err(error.hint("tollgate policy diff FROM TO: files, full references or commit ids"));
    }
    let diff = policy_diff::diff(&DiffRequest {
        repository: args.repo.clone(),
        from: args.from.clone(),
        to: args.to.clone(),
        org_policy: common.org_policy.clone(),
        now: request::now(common.now.as_deref(), context.environment.ci, cfg!(debug_assertions))?,
        limits: Limits::default(),
    })?;
    context.streams.print(told(&diff, common.quiet).as_bytes())?;
    Ok(diff.exit_status())
}

fn told(diff: &PolicyDiff, quiet: bool) -> String {
    let mut out = String::new();
    if !quiet {
        out.push_str(&format!("from {}\nto   {}\n", line(&diff.from), line(&diff.to)));
        diff.changes.iter().for_each(|change| value(change, &mut out));
        match &diff.tags {
            Ok((_, changed)) => changed.iter().for_each(|tag| release(tag, &mut out)),
            Err(error) => out.push_str(&format!("note: no release was looked at: {}\n", line(&error.message))),
        }
    }
    let count = |direction| diff.changes.iter().filter(|change| change.direction == direction).count();
    let directions = [Direction::Weaker, Direction::Tighter, Direction::Neutral];
    let counts: Vec<String> = directions.iter().map(|one| format!("{} {}", count(*one), one.word())).collect();
    let tags = match &diff.tags {
        Ok((total, changed)) => format!(" · {} of {total} releases change", changed.len()),
        Err(_) => String::new(),
    };
    out.push_str(&format!("policy diff: {}{tags}\n", counts.join(", ")));
    out
}

fn value(change: &Change, out: &mut String) {
    let shown = |value: &Option<String>| value.as_ref().map_or_else(|| "-".to_owned(), |value| line(value).into_owned());
    let word = change.direction.word();
    out.push_str(&format!("{word:<8} {}: {} -> {}\n", line(&change.key), shown(&change.from), shown(&change.to)));
}

fn release(tag: &Changed, out: &mut String) {
    let word = |side: &Option<(Word, Option<String>)>| match side {
        None => "no release",
        Some((Word::Verified, _)) => "verified",
        Some((Word::Rejected, _)) => "rejected",
        Some((Word::Indeterminate, _)) => "indeterminate",
    };
    let why = tag.to.as_ref().or(tag.from.as_ref()).and_then(|(_, why)| why.as_ref());
    let why = why.map(|why| format!(" ({})", line(why))).unwrap_or_default();
    out.push_str(&format!("release  {}: {} -> {}{why}\n", line(&tag.name), word(&tag.from), word(&tag.to)));
}
