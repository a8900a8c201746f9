//! Owns `policy approve`: prints the commit by which a policy owner approves what is checked out. Refuses to make it.

use super::{Context, request};
use crate::cli::PolicyApproveArgs;
use crate::error::Error;
use crate::inspect::approve::{self, Approve, ApproveRequest};
use crate::limits::Limits;
use crate::signing::approval::TRAILER;
use crate::text::escape::line;

/// Things of one kind that are listed.
const LISTED: usize = 50;

/// Runs it.
pub(super) fn run(context: &Context, args: &PolicyApproveArgs) -> Result<u8, Error> {
    let common = &context.common;
    if common.policy.is_some() || common.policy_ref.is_some() {
        let error = Error::usage("`policy approve` holds HEAD against a base, not against --policy or --policy-ref");
        return Err(error.hint("name the base as an argument: a full reference or a commit id"));
    }
    let found = approve::approve(&ApproveRequest {
        repository: args.repo.clone(),
        base: args.base.clone(),
        org_policy: common.org_policy.clone(),
        now: request::now(common.now.as_deref(), context.environment.ci, cfg!(debug_assertions))?,
        limits: Limits::default(),
    })?;
    context.streams.print(told(&found).as_bytes())?;
    Ok(0)
}

fn told(found: &Approve) -> String {
    let mut out = format!("# {} against {}\n", found.commit, line(&found.base));
    let mut list = |rows: Vec<String>| {
        rows.iter().take(LISTED).for_each(|row| out.push_str(&format!("#   {}\n", line(row))));
        if let Some(more) = rows.len().checked_sub(LISTED).filter(|more| *more > 0) {
            out.push_str(&format!("#   and {more} more\n"));
        }
    };
    list(found.files.iter().map(|(path, does)| format!("{does} {path}")).collect());
    list(found.weaker.iter().map(|what| format!("weaker: {what}")).collect());
    let (base, head) = &found.digests;
    out.push_str("# read the change before you sign: this approves all of it, and nothing else\n");
    out.push_str(&format!("git commit -S --allow-empty -m 'Approve the change of the policy' -m '{TRAILER}: {base} {head}'\n"));
    out.push_str("# then push it to the branch of the pull request, as its last commit or an earlier one; a merge keeps it, a squash does not\n");
    let names: Vec<String> = found.owners.iter().map(|name| line(name).into_owned()).collect();
    out.push_str(&format!("# counts by the key of a policy owner who did not write the change: {}\n", names.join(", ")));
    if found.review.as_deref() != Some("signed") {
        out.push_str("# counts once the base's policy has [gate] policy_review = \"signed\"\n");
    }
    out
}
