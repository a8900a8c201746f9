//! `.pyup.yml`: the bot is gone, its file is still linted.

use super::{gaps, state};

const PIP: (&str, &str) = ("requirements.txt", "flask\n");

#[test]
fn the_file_is_linted() {
    for (name, text, wanted) in [
        ("valid", "schedule: \"every month\"\nupdate: insecure\n", "retired retired@1"),
        ("a weekday", "schedule: Every Week on Monday\n", "retired retired@1"),
        ("two weeks", "schedule: every two weeks\n", "retired retired@1"),
        ("empty", "", "retired retired@1"),
        ("no schedule it can read", "schedule: monthly\n", "retired retired@1 !schedule@1"),
        ("a day of the month", "schedule: every month on friday\n", "retired retired@1 !schedule@1"),
        ("no weekday", "schedule: every week on funday\n", "retired retired@1 !schedule@1"),
        ("the accepted misspelling", "update: security\n", "retired retired@1"),
        ("off", "update: False\n", "retired retired@1 !disabled@1"),
        ("off in old words", "update: off\n", "retired retired@1 !disabled@1"),
        ("no value of update", "update: some\n", "retired retired@1 !schema@1"),
        ("looks at nothing", "search: False\n", "retired retired@1 !no-updates@1"),
        ("looks at what is listed", "search: False\nrequirements:\n  - requirements.txt\n", "retired retired@1"),
        (
            "a file that is gone",
            "requirements:\n  - requirements/contraints.txt:\n      update: all\n",
            "retired retired@1 missing-file@2",
        ),
        ("a listed file off", "requirements:\n  - requirements.txt:\n      update: False\n", "retired retired@1 !disabled@3"),
        ("an unknown key", "updates: all\n", "retired retired@1 unknown-key@1"),
        (
            "an unknown key of a file",
            "requirements:\n  - requirements.txt:\n      pins: all\n",
            "retired retired@1 unknown-key@3",
        ),
        ("a list", "- a\n", "retired retired@1 !schema@1"),
        ("no YAML", "a: [\n", "retired retired@1 !unreadable@1"),
    ] {
        assert_eq!(state("pyup", &[PIP, (".pyup.yml", text)]), wanted, "{name}");
    }
}

#[test]
fn it_covers_nothing() {
    assert_eq!(gaps(&[PIP, (".pyup.yml", "update: all\n")]), "pip: no-bot");
}

#[test]
fn whatever_is_fatal_has_a_remedy() {
    for text in ["search: [\n", "- a\n", "search: false\n", "update: x\n", "schedule: x\n"] {
        let files = [PIP, (".pyup.yml", text)].map(|(path, text)| (path.to_owned(), text.to_owned()));
        let snapshot = crate::snapshot::Snapshot::in_memory(files);
        let facts = crate::facts::gather(&snapshot, crate::catalog::Catalog::builtin(), &crate::terms::Terms::default());
        let bots = facts.expect("in memory").bots;
        let fatal: Vec<_> = bots.iter().flat_map(|bot| &bot.problems).filter(|problem| problem.fatal).collect();
        assert!(!fatal.is_empty() && fatal.iter().all(|problem| problem.fix.is_some()), "{text}: {fatal:?}");
    }
}
