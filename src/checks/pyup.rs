//! Owns the question about `.pyup.yml`: in `literal` it must be there and valid, in `modern` it is a leftover. Refuses to read
//! the file: the bot's reader did.

use super::{Bench, Check};
use crate::catalog::{Rule, Severity};
use crate::finding::{Finding, Verdict};

/// The check.
pub(super) struct Pyup;

impl Check for Pyup {
    fn kind(&self) -> &'static str {
        "pyup"
    }

    fn accepts(&self, rule: &Rule) -> Result<(), String> {
        super::question::<std::collections::BTreeMap<String, String>>(rule)
            .and_then(|rest| if rest.is_empty() { Ok(()) } else { Err("takes no keys".to_owned()) })
    }

    fn run(&self, rule: &Rule, bench: &Bench<'_>) -> Vec<Finding> {
        let python = bench.facts.inventory.of("python").next();
        let bot = bench.facts.bots.iter().find(|bot| bot.bot == "pyup");
        let finding = match (python, bot, bench.literal) {
            (None, None, _) => {
                Finding::new(rule, "repository", Verdict::NotApplicable, "no Python code was found").cause("no-language")
            }
            (_, Some(bot), false) => {
                let finding = Finding::new(
                    rule,
                    "repository",
                    Verdict::Fail,
                    "pyup is configured, but its service is gone: the file updates nothing",
                );
                finding
                    .severity(Severity::Notice)
                    .cause("retired")
                    .at(crate::text::Place::file(bot.path.clone()), "nothing reads this file any more")
                    .fix("delete it; let Dependabot or Renovate update `pip`")
            }
            (_, None, false) => {
                Finding::new(rule, "repository", Verdict::NotApplicable, "no pyup configuration, and none is wanted any more")
                    .cause("retired")
            }
            (_, Some(bot), true) => literal(rule, bot),
            (Some(component), None, true) => {
                let finding = Finding::new(rule, "repository", Verdict::Fail, "no `.pyup.yml` at the root").cause("absent");
                finding
                    .at(super::component_view::home(component), "Python dependencies")
                    .fix("add .pyup.yml:\nschedule: \"every week\"\nupdate: insecure")
            }
        };
        vec![finding]
    }
}

fn literal(rule: &Rule, bot: &crate::facts::bots::BotFact) -> Finding {
    // The service skips a file that is not there in silence: what it should have watched goes unwatched.
    match bot.problems.iter().find(|problem| problem.fatal || problem.code == "missing-file") {
        Some(problem) => {
            let mut finding =
                Finding::new(rule, "repository", Verdict::Fail, format!("`.pyup.yml` is there, but {}", problem.message))
                    .cause(problem.code);
            finding.fix.clone_from(&problem.fix);
            finding.at(problem.place.clone(), problem.message.clone())
        }
        None => {
            let message = "`.pyup.yml` is there and valid (retired: its service is gone)";
            let pass = Finding::new(rule, "repository", Verdict::Pass, message).cause("valid");
            let pass = pass.at(crate::text::Place::file(bot.path.clone()), "valid");
            bot.problems.iter().fold(pass, |pass, problem| pass.at(problem.place.clone(), problem.message.clone()))
        }
    }
}
