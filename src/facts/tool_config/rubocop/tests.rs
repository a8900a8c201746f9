//! Owns the tests of the reader of RuboCop's configuration.

use super::*;
use crate::facts::tool_config::bench::{Case, told};

fn eval(files: &[(&str, &str)], args: &str) -> String {
    told(Case::new("rubocop", files, args).read(&Rubocop).selects.get("Security/Eval"))
}

#[test]
fn flags_choose_cops_and_what_fails() {
    for (args, wanted) in [
        ("", "yes ci.yml:1"),
        ("--parallel --format github", "yes ci.yml:1"),
        ("--only Security,Lint", "yes ci.yml:1"),
        ("--only Security/Open", "no"),
        ("--only=Layout", "no"),
        ("--only $COPS", "unknown dynamic ci.yml:1"),
        ("--except Security/Eval", "no"),
        ("--except Metrics", "yes ci.yml:1"),
        ("-l", "no"),
        ("--fail-level warning", "no"),
        ("--fail-level E", "no"),
        ("--fail-level convention", "yes ci.yml:1"),
        ("--fail-level $LEVEL", "unknown dynamic ci.yml:1"),
    ] {
        assert_eq!(eval(&[], args), wanted, "{args}");
    }
    assert_eq!(eval(&[(".rubocop", "--parallel")], ""), "yes ci.yml:1");
    assert_eq!(eval(&[(".rubocop", "--only Layout")], ""), "unknown unsupported .rubocop:1");
}

#[test]
fn what_is_nearer_wins() {
    let file = |text: &'static str| (FILE, text);
    let todo = |text: &'static str| (".rubocop_todo.yml", text);
    for (files, wanted) in [
        (&[file("AllCops:\n  NewCops: enable\n")][..], "yes .rubocop.yml:1"),
        (&[file("AllCops:\n  DisabledByDefault: true\n")], "no"),
        (&[file("AllCops:\n  Exclude: ['app/**/*']\n"), ("app/a.rb", "x\n")], "no"),
        (&[file("AllCops:\n  Include: ['config/**/*']\n"), ("app/a.rb", "x\n")], "no"),
        (&[file("AllCops:\n  Exclude: ['db/**/*']\n"), ("app/a.rb", "x\n"), ("db/b.rb", "x\n")], "yes .rubocop.yml:1"),
        (&[file("AllCops:\n  DisabledByDefault: yes\n")], "unknown unreadable .rubocop.yml:2"),
        (&[file("Security:\n  Enabled: no\n")], "unknown unreadable .rubocop.yml:2"),
        (&[file("Security: {Enabled: true}\nSecurity: {Enabled: false}\n")], "unknown unreadable .rubocop.yml:2"),
        (&[file("x: &x {Enabled: false}\nSecurity:\n  <<: *x\n")], "unknown unsupported .rubocop.yml:3"),
        (&[file("AllCops:\n  DisabledByDefault: true\nSecurity:\n  Enabled: true\n")], "yes .rubocop.yml:4"),
        (&[file("AllCops:\n  DisabledByDefault: true\nSecurity/Eval:\n  Exclude: [a]\n")], "yes .rubocop.yml:1"),
        (&[file("Security:\n  Enabled: false\n")], "no"),
        (&[file("Security:\n  Enabled: false\nSecurity/Eval:\n  Enabled: true\n")], "yes .rubocop.yml:4"),
        (&[file("Security/Eval:\n  Enabled: false\n")], "no"),
        (&[file("Security/Eval:\n  Severity: info\n")], "no"),
        (&[file("inherit_from: .rubocop_todo.yml\n"), todo("Metrics/AbcSize:\n  Max: 99\n")], "yes .rubocop.yml:1"),
        (&[file("inherit_from: .rubocop_todo.yml\n"), todo("Security/Eval:\n  Enabled: false\n")], "no"),
        (
            &[
                file("inherit_from:\n  - a.yml\n  - .rubocop_todo.yml\n"),
                ("a.yml", "Security/Eval:\n  Enabled: false\n"),
                todo("Security/Eval:\n  Enabled: true\n"),
            ],
            "yes .rubocop_todo.yml:2",
        ),
        (
            &[file("inherit_from: .rubocop_todo.yml\nSecurity:\n  Enabled: false\n"), todo("Security/Eval:\n  Enabled: true\n")],
            "no",
        ),
        (&[file("inherit_from: .rubocop_todo.yml\n")], "unknown unsupported .rubocop.yml:1"),
        (&[file("inherit_from: https://example.org/a.yml\n")], "unknown unsupported .rubocop.yml:1"),
        (&[file("inherit_gem:\n  a: b.yml\n")], "unknown unsupported .rubocop.yml:2"),
        (&[file("inherit_gem: { rubocop-rails-omakase: rubocop.yml }\n")], "no"),
        (&[file("inherit_gem:\n  rubocop-airbnb: [config/default.yml]\n")], "yes .rubocop.yml:2"),
        (&[file("inherit_gem: { rubocop-rails-omakase: rubocop.yml }\nSecurity: { Enabled: true }\n")], "yes .rubocop.yml:2"),
        (&[file("inherit_gem: { rubocop-govuk: config/default.yml }\n")], "yes .rubocop.yml:1"),
        (&[file("inherit_gem: { rubocop-govuk: config/own.yml }\n")], "unknown unsupported .rubocop.yml:1"),
        (&[file("inherit_gem: { rubocop-airbnb: config/default.yml, rubocop-shopify: rubocop.yml }\n")], "yes .rubocop.yml:1"),
        (&[file("inherit_gem: { rubocop-shopify: rubocop.yml, rubocop-airbnb: config/default.yml }\n")], "no"),
        // What leaves files out may be inherited; patterns are relative to a file that is called so, else to the directory.
        (&[file("inherit_from: .rubocop_todo.yml\n"), todo("AllCops:\n  Exclude: ['app/**/*']\n"), ("app/a.rb", "x\n")], "no"),
        (
            &[
                file("inherit_from: .rubocop_todo.yml\nAllCops:\n  Exclude: ['db/**/*']\n"),
                todo("AllCops:\n  Exclude: ['app/**/*']\n"),
                ("app/a.rb", "x\n"),
            ],
            "yes .rubocop.yml:1",
        ),
        (
            &[
                file("inherit_from: c/all.yml\ninherit_mode: { merge: [Exclude] }\nAllCops:\n  Exclude: ['db/**/*']\n"),
                ("c/all.yml", "AllCops:\n  Exclude: ['app/**/*']\n"),
                ("app/a.rb", "x\n"),
            ],
            "no",
        ),
        (&[file("inherit_gem:\n  a: b.yml\nSecurity/Eval:\n  Enabled: true\n")], "yes .rubocop.yml:4"),
        (&[file("inherit_gem:\n  a: b.yml\nSecurity:\n  Enabled: true\n")], "unknown unsupported .rubocop.yml:2"),
        (&[file("inherit_from: .rubocop.yml\n")], "unknown unsupported .rubocop.yml:1"),
        (&[file("AllCops:\n  Max: <%= 1 %>\n")], "unknown unsupported .rubocop.yml:1"),
        (&[file("AllCops: [\n")], "unknown unreadable .rubocop.yml:1"),
    ] {
        assert_eq!(eval(files, ""), wanted, "{files:?}");
    }
    assert_eq!(eval(&[("other.yml", "Security:\n  Enabled: false\n")], "-c other.yml"), "no");
    assert_eq!(eval(&[file("Security:\n  Enabled: false\n")], "--force-default-config"), "yes ci.yml:1");
}

#[test]
fn configurations_below_decide_for_their_files() {
    let code = [("lib/a.rb", "x"), ("app/b.rb", "x")];
    let with = |more: &[(&'static str, &'static str)]| eval(&[&code[..], more].concat(), "");
    let root = (FILE, "AllCops:\n  NewCops: enable\n");
    assert_eq!(with(&[root, ("lib/.rubocop.yml", "inherit_from: ../.rubocop.yml\n")]), "yes .rubocop.yml:1");
    assert_eq!(with(&[root, ("lib/.rubocop.yml", "Security:\n  Enabled: false\n")]), "unknown unsupported lib/.rubocop.yml:1");
    assert_eq!(with(&[root, ("spec/.rubocop.yml", "Security:\n  Enabled: false\n")]), "yes .rubocop.yml:1");
}
