//! Owns the examples that end the help of each command. Refuses options: every line is read by the same parser as what users type.

pub(super) const ALL: &str = "Examples:
  tollgate check                       the gate, for the work tree that this folder lies in
  tollgate verify-tag v1.2.3           before a deploy: who signed it, and which commit to take
  tollgate init                        what is here, and the files to start with

Exit status: 0 the gate passes; 1 it does not; 2 usage or policy error; 3 something was not read.
Nothing inspected is executed; only `--forge` and `verify-tag --fetch` use the network.";

pub(super) const CHECK: &str = "Examples:
  tollgate check --base origin/main                  what is new against the branch closes it
  tollgate check --all                               the whole checklist, item by item
  tollgate check --rev HEAD --format json org.git    a bare mirror, as JSON";

pub(super) const VERIFY_TAG: &str = "Examples:
  tollgate verify-tag v1.2.3                         by the policy of the default branch
  tollgate verify-tag --all --format json            every release tag
  tollgate verify-tag v1.2.3 --expect-commit OID     only for this commit, by its full id";

pub(super) const FACTS: &str = "Examples:
  tollgate facts                                     pipelines, tools, bots, documents
  tollgate facts --format json --rev HEAD            the same for what is committed, as JSON";

pub(super) const RULES: &str = "Examples:
  tollgate rules                                     every rule with its severity
  tollgate rules --profile literal --format json     those of another profile, as JSON";

pub(super) const EXPLAIN: &str = "Examples:
  tollgate explain python-static-analysis            a rule: what it asks, what mends it
  tollgate explain bandit                            a tool: its names, its flags, when it fails";

pub(super) const POLICY: &str = "Examples:
  tollgate policy check                              mistakes in .tollgate.toml
  tollgate policy show --origin                      what is in force, and from where
  tollgate policy diff refs/heads/main               which way the change goes";

pub(super) const POLICY_CHECK: &str = "Examples:
  tollgate policy check                              the file of this folder
  tollgate policy check org.toml                     another one";

pub(super) const POLICY_SHOW: &str = "Examples:
  tollgate policy show                               the values in force
  tollgate policy show --origin                      and where each comes from";

pub(super) const POLICY_SCHEMA: &str = "Examples:
  tollgate policy schema                             for editors that complete and check TOML";

pub(super) const POLICY_DIFF: &str = "Examples:
  tollgate policy diff                               the file here, against the default branch's
  tollgate policy diff before.toml after.toml        one file against another";

pub(super) const POLICY_APPROVE: &str = "Examples:
  tollgate policy approve                            what is checked out, against the default branch
  tollgate policy approve refs/remotes/origin/dev    against another branch";

pub(super) const INIT: &str = "Examples:
  tollgate init                                      what is here, and each file as it would be
  tollgate init --write --action OWNER/NAME@COMMIT   the files; what is there is left alone";

pub(super) const WAIVE: &str = "Examples:
  tollgate waive python-static-analysis              one waiver for each finding, to paste
  tollgate waive signed-release-tags --subject v1.2.0";

pub(super) const COUNTERSIGN: &str = "Examples:
  tollgate countersign v1.2.3                        the command to run, with your key
  tollgate countersign v1.2.3 --as ada               under a name of your own";

pub(super) const KEYS: &str = "Examples:
  tollgate keys add ada --pgp ada.asc                an OpenPGP certificate
  tollgate keys add ada --ssh ada.pub                an SSH key";

pub(super) const KEYS_ADD: &str = "Examples:
  tollgate keys add ada --pgp ada.asc                what gpg --export --armor prints
  tollgate keys add ada --ssh ada.pub --role release --valid-after 2026-01-31";

pub(super) const COMPLETIONS: &str = "Examples:
  tollgate completions bash                          to be sourced by the shell
  tollgate completions zsh";

pub(super) const MAN: &str = "Examples:
  tollgate man                                       roff, as man -l - reads it";

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use crate::cli::Cli;

    /// What a terminal of a usual size shows without scrolling.
    const LINES: usize = 40;
    const COLUMNS: usize = 100;

    fn every(command: &clap::Command, path: &str) -> Vec<String> {
        let below = command.get_subcommands().flat_map(|sub| every(sub, &format!("{path} {}", sub.get_name())));
        below.chain([path.to_owned()]).collect()
    }

    #[test]
    fn the_help_of_every_command_fits_a_screen_and_ends_with_examples() {
        let commands = every(&Cli::command(), "tollgate");
        assert!(commands.len() > 15, "{}", commands.len());
        for name in commands {
            let shown = |flag: &str| {
                let typed = name.split(' ').chain([flag]);
                Cli::try_parse_from(typed).map_or_else(|error| error.to_string(), |_| String::new())
            };
            let (short, long) = (shown("-h"), shown("--help"));
            assert_eq!(short, long, "{name}: one help, however it is asked for");
            assert!(long.lines().count() <= LINES, "{name}: {} lines\n{long}", long.lines().count());
            let wide = long.lines().find(|line| line.chars().count() > COLUMNS);
            assert_eq!(wide, None, "{name}");
            let (_, examples) = long.split_once("Examples:\n").unwrap_or_else(|| panic!("{name}: no examples"));
            let lines: Vec<&str> = examples.lines().take_while(|line| !line.is_empty()).collect();
            assert!(!lines.is_empty(), "{name}");
            for line in lines {
                let typed = line.trim_start().split("   ").next().unwrap_or_default();
                assert!(typed.starts_with(&name), "{name}: {typed}");
                let read = Cli::try_parse_from(typed.split(' ').filter(|word| !word.is_empty()));
                assert!(read.is_ok(), "{typed}: {}", read.err().map(|error| error.to_string()).unwrap_or_default());
            }
        }
    }
}
