//! Every problem the linter names, each provoked in a file that is otherwise fine.

use super::{Known, lint_files};

const KNOWN: Known<'static> =
    Known { tool_readers: &["ruff"], bot_readers: &["renovate"], kinds: &["analyzer"], guards: &["a-guard"] };

const TOOL: &str = r#"id = "owl"
title = "Owl"
kind = ["sast"]
languages = ["python"]
verified = { version = "1", on = 2026-11-23, source = "https://example.org/owl" }
config = [{ path = ".owl" }]
run = [
  { argv = ["owl"], findings = "fail", name = "plain" },
  { image = "owl/owl", argv = ["owl"], findings = "fail" },
]
effect = [
  { does = "soften", flag = ["--calm"], why = "exits 0" },
  { does = "note", run = "plain", env = "OWL", value = ["x"] },
]

[[example]]
name = "a"
expect = "gates"
files."x.py" = "1"
at = "x.py:1"

[[example]]
name = "b"
expect = "runs"

[[example]]
name = "c"
expect = "absent"
"#;

const RULE: &str = r#"id = "owls-fly"
section = "static-analysis"
title = "Owls fly"
severity = "warning"
since = "0.1.0"

[check]
kind = "analyzer"

[text]
why = "They do."
fix = "Let them."
"#;

const LANGUAGES: &str = r#"out_of_sight = []
development = []
development_words = []
package_roots = []
generated_endings = []
manifest = []

[[language]]
id = "python"
title = "Python"
"#;

const SENTENCES: &str = r#"[[sentence]]
number = 1
section = "static-analysis"
words = "Owls fly."
strength = "should"
rules = ["owls-fly"]
"#;

const PROFILE: &str = "id = \"modern\"\ntitle = \"Modern\"\n\n[rules]\nowls-fly = \"on\"\n";

/// A table for every command line.
fn commands() -> String {
    let names = [
        "npm",
        "pnpm",
        "yarn",
        "bun",
        "lerna",
        "monorepo",
        "concurrently",
        "composer",
        "cargo",
        "go",
        "setup_py",
        "hatch",
        "tox",
        "nox",
        "pre_commit",
        "just",
        "xargs",
        "parallel",
        "docker",
        "docker_run",
        "docker_exec",
        "docker_build",
        "compose",
        "compose_run",
        "compose_up",
    ];
    let table = |name: &&str| format!("[{name}]\nvalue_flags = [\"--peer\", \"--hoot\"]\n");
    names.iter().map(table).collect()
}

const LAUNCHERS: &str = r#"scripts = []
registry = []

[[launcher]]
argv = [["peer"]]
directory_flags = ["--in"]
value_flags = ["--in"]

[[launcher]]
argv = [["hoot"]]
operands = 1
"#;

const PROGRAMS: &str = r#"[[program]]
is = ["idle", "asks"]
names = ["hoot", "blink"]

[[program]]
is = ["asks"]
names = ["peer"]
"#;

/// Lints the files above with one piece of one of them replaced.
fn with(file: &str, from: &str, to: &str) -> Vec<String> {
    let mut files = vec![
        ("tools/owl.toml", TOOL.to_owned()),
        ("checklist/owls-fly.toml", RULE.to_owned()),
        ("languages.toml", LANGUAGES.to_owned()),
        ("sentences.toml", SENTENCES.to_owned()),
        ("profiles/modern.toml", PROFILE.to_owned()),
        ("programs.toml", PROGRAMS.to_owned()),
        ("launchers.toml", LAUNCHERS.to_owned()),
        ("commands.toml", commands()),
    ];
    for (name, text) in &mut files {
        if *name == file {
            assert!(text.contains(from), "{file} holds no {from}");
            *text = text.replacen(from, to, 1);
        }
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    lint_files(&files, &KNOWN)
}

#[test]
fn a_sound_catalogue_has_no_problems() {
    assert_eq!(with("", "", ""), Vec::<String>::new());
}

#[test]
fn each_problem_is_named_with_its_line() {
    let owl = "tools/owl.toml";
    let rule = "checklist/owls-fly.toml";
    let cases: &[(&str, &str, &str, &str)] = &[
        (owl, "id = \"owl\"", "id = \"eagle\"", "rules/tools/owl.toml:1: the id is not the file's name"),
        (owl, "[\"sast\"]", "[\"bird\"]", "rules/tools/owl.toml:3: unknown variant `bird`"),
        (owl, "title = \"Owl\"", "title = \"Owl\"\nwings = 2", "rules/tools/owl.toml:3: unknown field `wings`"),
        (owl, "[\"python\"]", "[\"latin\"]", "rules/tools/owl.toml:4: `latin` is no language"),
        (owl, "version = \"1\", ", "", "rules/tools/owl.toml:1: missing field `version`"),
        (owl, "version = \"1\"", "version = \" \"", "rules/tools/owl.toml:5: `verified.version` is empty"),
        (owl, "version = \"1\"", "version = \"none\"", "rules/tools/owl.toml:8: no version was read"),
        (owl, ", source = \"https://example.org/owl\"", "", "rules/tools/owl.toml:1: missing field `source`"),
        (
            owl,
            "image = \"owl/owl\", argv = [\"owl\"]",
            "action = \"Owl/nest/x\"",
            "rules/tools/owl.toml:9: `verified.also` does not say where",
        ),
        (
            owl,
            "image = \"owl/owl\", argv = [\"owl\"]",
            "hook = { repo = \"https://github.com/owl/hooks\", id = \"o\" }",
            "rules/tools/owl.toml:9: `verified.also` does not say where `owl/hooks` was read",
        ),
        (owl, "2026-11-23", "\"last week\"", "rules/tools/owl.toml:5: `verified.on` is a day"),
        (owl, "2026-11-23", "\"2026-02-30\"", "rules/tools/owl.toml:5: `verified.on` is a day"),
        (owl, "\".owl\"", "\"../.owl\"", "rules/tools/owl.toml:6: a path is literal"),
        (
            owl,
            "{ argv = [\"owl\"]",
            "{ action = \"o/w\", argv = [\"owl\"]",
            "rules/tools/owl.toml:8: a row of `run` names exactly one place",
        ),
        (owl, "{ argv = [\"owl\"], ", "{ ", "rules/tools/owl.toml:8: a row of `run` names exactly one place, this one none"),
        (owl, "\"owl/owl\"", "\"owl/owl:1\"", "rules/tools/owl.toml:9: an image is named without tag"),
        (
            owl,
            "flag = [\"--calm\"]",
            "flag = [\"--calm\"], input = \"calm\"",
            "rules/tools/owl.toml:12: a row of `effect` names exactly one place",
        ),
        (owl, "flag = [\"--calm\"], ", "", "rules/tools/owl.toml:12: a row of `effect` names exactly one place, this one none"),
        (owl, "flag = [\"--calm\"]", "flag = [\"calm\"]", "rules/tools/owl.toml:12: a flag starts with `-`"),
        (owl, "flag = [\"--calm\"]", "setting = \"calm\"", "rules/tools/owl.toml:12: a `setting` is answered by a reader"),
        (
            owl,
            "flag = [\"--calm\"]",
            "flag = [\"--calm\"], same_as = \"x\"",
            "rules/tools/owl.toml:12: `same_as` belongs to `input`",
        ),
        (owl, "run = \"plain\"", "run = \"plane\"", "rules/tools/owl.toml:13: no row of `run` has this name"),
        (owl, ", value = [\"x\"]", "", "rules/tools/owl.toml:13: which values?"),
        (owl, "kind = ", "reader = \"oracle\"\nkind = ", "rules/tools/owl.toml:3: no reader"),
        (owl, "kind = ", "security = \"selected\"\nkind = ", "rules/tools/owl.toml:3: `security = \"selected\"` needs"),
        (owl, "kind = ", "status = \"retired\"\nkind = ", "rules/tools/owl.toml:3: what is retired says"),
        (owl, "[[example]]\nname = \"c\"\nexpect = \"absent\"\n", "", "rules/tools/owl.toml:1: 2 examples"),
        (owl, "expect = \"absent\"", "expect = \"maybe\"", "`expect` is a rung"),
        (owl, "name = \"c\"", "name = \"a\"", "two examples are named `a`"),
        (owl, "x.py:1", "x.py:7", "is no line of the example's files"),
        (owl, "run = [", "run = [[", "rules/tools/owl.toml:"),
        (rule, "kind = \"analyzer\"", "kind = \"oracle\"", "rules/checklist/owls-fly.toml:8: no kind of question"),
        (rule, "\"0.1.0\"", "\"soon\"", "rules/checklist/owls-fly.toml:5: `since` is a version"),
        (rule, "\"They do.\"", "\" \"", "`text.why` is empty"),
        (
            rule,
            "severity = \"warning\"",
            "severity = \"error\"",
            "rules/checklist/owls-fly.toml:4: `owls-fly` may be `warning` at most",
        ),
        (rule, "section", "aliases = [\"Owls\"]\nsection", "rules/checklist/owls-fly.toml:2: the alias `Owls`"),
        ("profiles/modern.toml", "\"on\"", "\"error\"", "rules/profiles/modern.toml:5: `owls-fly` may be `warning` at most"),
        ("profiles/modern.toml", "\"on\"", "\"loud\"", "rules/profiles/modern.toml:5: a rule is `on`"),
        ("profiles/modern.toml", "owls-fly", "owls-swim", "rules/checklist/owls-fly.toml:1: no profile lists this rule"),
        ("profiles/modern.toml", "owls-fly", "owls-swim", "rules/profiles/modern.toml:5: `owls-swim` is no rule"),
        ("programs.toml", "\"peer\"", "\"hoot\"", "rules/programs.toml:7: `hoot` is listed twice"),
        ("programs.toml", "[\"asks\"]", "[\"asks\", \"idle\"]", "rules/programs.toml:5: the row at line 1 has the same `is`"),
        ("launchers.toml", "[[\"hoot\"]]", "[[\"peer\"]]", "rules/launchers.toml:10: the row at line 5 is about the same words"),
        (
            "launchers.toml",
            "value_flags = [\"--in\"]",
            "value_flags = [\"--at\"]",
            "rules/launchers.toml:6: `--in` of `directory_flags` is not among",
        ),
        ("commands.toml", "\"--hoot\"", "\"--peer\"", "rules/commands.toml:2: `--peer` is listed twice"),
        ("commands.toml", "value_flags", "flags", "rules/commands.toml:2: unknown field `flags`"),
        ("commands.toml", "[yarn]", "[yarns]", "unknown field `yarns`"),
        ("launchers.toml", "operands", "operand", "rules/launchers.toml:11: unknown field `operand`"),
        ("programs.toml", "[\"asks\"]", "[\"sings\"]", "rules/programs.toml:6: unknown variant `sings`"),
        ("sentences.toml", "rules = [\"owls-fly\"]", "", "rules/sentences.toml:1: sentence 1 has neither"),
        ("sentences.toml", "rules = [\"owls-fly\"]", "not_taken = \"later\"", "rules/checklist/owls-fly.toml:1: no sentence"),
        ("sentences.toml", "\"owls-fly\"", "\"owls-swim\"", "rules/sentences.toml:6: `owls-swim` is no rule"),
    ];
    for (file, from, to, wanted) in cases {
        let problems = with(file, from, to);
        assert!(problems.iter().any(|problem| problem.contains(wanted)), "{file}: {to}\nwanted {wanted}\nfound {problems:#?}");
    }
}

#[test]
fn env_and_key_may_carry_flags_and_run_may_stand_alone() {
    for row in [
        "env = \"F\", flag = [\"-D x\"]",
        "path = \"c.toml\", key = \"a.b\", flag = [\"-D x\"]",
        "run = \"plain\"",
        "flag = [\"-D x\"], after = \"--\"",
    ] {
        assert_eq!(with("tools/owl.toml", "flag = [\"--calm\"]", row), Vec::<String>::new(), "{row}");
    }
}

#[test]
fn what_an_action_does_is_unknown_or_was_read() {
    let row = "{ image = \"owl/owl\", argv = [\"owl\"], findings = \"fail\" }";
    let unread = "{ action = \"owl/nest\", findings = \"unknown\" }";
    assert_eq!(with("tools/owl.toml", row, unread), Vec::<String>::new());
    let nest = TOOL.replace(row, "{ action = \"Owl/nest\", findings = \"fail\" }");
    for (source, fine) in [
        ("source = \"https://github.com/owl/nest\"", true),
        ("source = \"https://example.org/owl\", also = [\"owl/nest 1a2b3c4 2026-11-23\"]", true),
        ("source = \"https://example.org/owl\", also = [\"owl/nest\"]", false),
        ("source = \"https://example.org/owl\", also = [\"owl/other 1a2b3c4 2026-11-23\"]", false),
    ] {
        let text = nest.replace("source = \"https://example.org/owl\"", source);
        assert_eq!(with("tools/owl.toml", TOOL, &text).is_empty(), fine, "{source}");
    }
}

#[test]
fn a_name_of_a_bots_file_stands_once() {
    let bot = "id = \"barn\"\ntitle = \"Barn\"\nkind = [\"bot\"]\nverified = { version = \"1\", on = 2026-11-23, source = \"https://example.org/barn\" }\n\
               top_keys = [\"hay\"]\n[options]\nbool = [\"straw\"]\nlist = [\"hay\"]\n";
    let problems = lint_files(&[("bots/barn.toml", bot)], &KNOWN);
    let wanted = "rules/bots/barn.toml:8: `hay` is listed twice among the names of a file";
    assert!(problems.iter().any(|problem| problem.contains(wanted)), "{problems:#?}");
}
