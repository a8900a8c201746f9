//! Owns actions that run a command which one of their inputs holds (`rules/runners.toml`). Refuses actions that run tools of their
//! own: those are rows of tools.

use super::{Call, Next, Runner, Target, World, quoted, started};
use crate::answer::{Reason, Why};
use crate::catalog::runner::{CommandAction, Softener};
use crate::facts::hold::{Hold, HoldEffect};
use crate::facts::pipeline::{ActionCall, Env};
use crate::facts::shell::{Dialect, ShellMode, Word, shell_named};
use crate::facts::workdir::Workdir;

/// All of them.
pub(super) struct Given;

impl Runner for Given {
    fn name(&self) -> &'static str {
        "action with a command"
    }

    fn expand(&self, _call: &Call<'_>, _world: &World<'_>) -> Option<Vec<Next>> {
        None
    }

    fn expand_action(&self, action: &ActionCall, workdir: &Workdir, env: &Env, world: &World<'_>) -> Option<Vec<Next>> {
        let row = world.catalog.runners.action.iter().find(|row| row.action.eq_ignore_ascii_case(&action.name))?;
        let input = action.inputs.get(&row.input)?;
        let workdir = match row.directory_input.as_ref().and_then(|name| action.inputs.get(name)) {
            Some(input) => input.value.as_deref().map_or_else(|| workdir.unknown(), |directory| workdir.enter(directory)),
            None => workdir.clone(),
        };
        let call = Call { words: &[], env, workdir: &workdir, place: &action.place };
        let mut next = Next::argv(&call, Vec::new());
        next.target = if row.code {
            if !started::starts(input.text.text(), &call, world) {
                return Some(Vec::new());
            }
            unsupported(action, "starts tools or tasks in code that is not read by this version")
        } else if row.argv.is_empty() {
            match shell_of(row, action) {
                Some(mode) => Target::Script { text: input.text.clone(), mode, args: Some(Vec::new()) },
                None => unsupported(action, "runs a script for a shell that is not read"),
            }
        } else {
            let words = row.argv.iter().map(|word| quoted::added(word, &action.place));
            let words: Option<Vec<Word>> = quoted::split(&input.text).map(|given| words.chain(given).collect());
            words.map_or_else(|| unsupported(action, "is given words that are not read"), Target::Argv)
        };
        next.holds = row.softened_by.iter().filter_map(|soft| softened(soft, action)).collect();
        let doubt = |text: &String| Why::new(Reason::Unsupported, text.clone()).at(action.place.clone());
        next.condition = row.doubt.as_ref().map(doubt);
        Some(vec![next])
    }
}

fn unsupported(action: &ActionCall, what: &str) -> Target {
    Target::Opaque(Why::new(Reason::Unsupported, format!("`{}` {what}", action.name)).at(action.place.clone()))
}

fn shell_of(row: &CommandAction, action: &ActionCall) -> Option<ShellMode> {
    let mode = match row.shell_input.as_ref().and_then(|name| action.inputs.get(name)) {
        Some(named) => shell_named(named.value.as_deref()?)?,
        None => ShellMode { errexit: false, pipefail: false, dialect: Dialect::Bash },
    };
    Some(ShellMode { errexit: mode.errexit || row.errexit, ..mode })
}

fn softened(soft: &Softener, action: &ActionCall) -> Option<Hold> {
    let input = action.inputs.get(&soft.input)?;
    let effect = match (&soft.value, &input.value) {
        (Some(wanted), Some(value)) if value.eq_ignore_ascii_case(wanted) => HoldEffect::Soften,
        (Some(_), Some(_)) => return None,
        (None, _) => HoldEffect::Unknown(Reason::Unsupported),
        (Some(_), None) => HoldEffect::Unknown(Reason::Dynamic),
    };
    Some(Hold::new(effect, input.text.place(0..input.text.text().len()), soft.why.clone()))
}

#[cfg(test)]
mod tests {
    use super::Given;
    use crate::facts::runners::rendering::{lead_action, tree};

    #[test]
    fn the_command_of_an_action() {
        let tree = tree("== tox.ini\n");
        for (action, inputs, expected) in [
            ("Nick-Fields/retry", &[("command", "bandit -r x")][..], Some("script \"bandit -r x\"")),
            ("nick-fields/retry", &[("command", "a"), ("continue_on_error", "true")], Some("~soften")),
            ("nick-fields/retry", &[("command", "a"), ("continue_on_error", "false")], Some("script \"a\"")),
            ("nick-fields/retry", &[("command", "a"), ("new_command_on_retry", "b")], Some("~unknown")),
            ("nick-fields/retry", &[("command", "import x"), ("shell", "python")], Some("not read")),
            ("coactions/setup-xvfb", &[("run", "a\nb")], Some("script -e ")),
            ("addnab/docker-run-action", &[("run", "bandit -r /w/x")], Some("?")),
            ("devcontainers/ci", &[("runCmd", "bandit -r x")], Some("?")),
            ("actions/github-script", &[("script", "await exec.exec('bandit', ['-r', 'x'])")], Some("not read")),
            ("actions/github-script", &[("script", "core.setFailed('x')")], Some("")),
            ("fedora-python/tox-github-action", &[("tox_env", "lint")], Some("tox -e lint")),
            ("nick-fields/retry", &[("max_attempts", "3")], None),
            ("someone/retry", &[("command", "a")], None),
        ] {
            let told = lead_action(&Given, &tree, action, inputs);
            match expected {
                Some(part) => assert!(told.as_deref().is_some_and(|told| told.contains(part)), "{action} {inputs:?}: {told:?}"),
                None => assert_eq!(told, None, "{action} {inputs:?}"),
            }
        }
    }
}
