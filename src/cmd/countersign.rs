//! Owns `countersign`: prints the git commands that add one's signature to a release. Refuses to run them.

use super::{Context, request};
use crate::cli::CountersignArgs;
use crate::error::Error;
use crate::inspect::countersign;
use crate::text::{escape, shell};

/// Runs it.
pub(super) fn run(context: &Context, args: &CountersignArgs) -> Result<u8, Error> {
    let now = request::now(context.common.now.as_deref(), context.environment.ci, cfg!(debug_assertions))?;
    let found = countersign::countersign(&args.repo, &args.tag, args.name.as_deref(), now)?;
    let quoted = |text: &str| {
        let word = shell::word(text).map(|word| word.into_owned());
        word.ok_or_else(|| {
            Error::usage(format!("the name {} cannot be printed as a command", escape::line(&found.release)))
                .hint("write it by hand: `git tag -s`")
        })
    };
    let what = if found.lightweight { "the commit of the lightweight tag" } else { "the tag object of" };
    // From here the repository is another directory's: git is told so.
    let elsewhere = args.repo.as_os_str() != ".";
    let at = if elsewhere { format!(" -C {}", quoted(&args.repo.to_string_lossy())?) } else { String::new() };
    let mut out = format!("# {what} {}, which stands for commit {}\n", quoted(&found.release)?, found.commit);
    out.push_str(&format!(
        "git{at}{} tag -s -m {} {} {}\n",
        // Else git takes the tag of a tag for a mistake and says how to sign the commit instead.
        if found.lightweight { "" } else { " -c advice.nestedTag=false" },
        quoted(&format!("countersign {}", found.release))?,
        quoted(&found.name)?,
        found.object
    ));
    out.push_str(&format!("git{at} push {} {}\n", quoted(&found.remote)?, quoted(&format!("refs/tags/{}", found.name))?));
    if let Some(why) = &found.untold {
        out.push_str(&format!("# whether the release itself holds cannot be told: {}\n", escape::line(why)));
    }
    if found.alone {
        out.push_str("# counts where the policy has [release] accept = [\"tag\", \"countersign\"]\n");
    }
    context.streams.print(out.as_bytes())?;
    Ok(0)
}
