//! flake8's options, case by case, asked about the Bandit plugin's codes.

use super::super::bench::{Case, Files, told};
use super::Flake8;

fn security(files: Files<'_>, args: &str, directory: &str) -> String {
    let sources = [("app/main.py", ""), ("app/views.py", ""), ("tests/test_a.py", "")];
    let all: Vec<(&str, &str)> = files.iter().chain(&sources).copied().collect();
    told(Case::new("flake8", &all, args).at(directory).names(&["S"]).read(&Flake8).selects.get("S"))
}

#[test]
fn codes_reported() {
    let cases: &[(&str, &str, &str)] = &[
        ("", "", "yes .flake8:1"),
        ("select = E,F,S", "", "yes .flake8:2"),
        ("select = E,F", "", "no"),
        ("select = E,F\nextend-select = S", "", "yes .flake8:3"),
        ("extend_select =\n    B9,\n    S", "", "yes .flake8:4"),
        ("ignore = S", "", "no"),
        ("ignore = E501, W503", "", "yes .flake8:1"),
        ("extend-ignore = S", "", "no"),
        ("select = S\nignore = S", "", "no"),
        ("select = S1,S2,S3,S4,S5,S6\nignore = S", "", "yes .flake8:2"),
        ("ignore = S101,S603", "", "yes .flake8:1"),
        ("ignore = S1,S3,S4", "", "no"),
        ("select = S101", "", "no"),
        // Flags replace.
        ("select = E", "--select=S,E", "yes ci.yml:1"),
        ("ignore = S", "--ignore E501", "yes .flake8:1"),
        ("", "--extend-ignore=S", "no"),
        ("ignore = S", "--isolated", "yes ci.yml:1"),
        ("", "--select $CODES", "unknown dynamic ci.yml:1"),
        ("per-file-ignores = tests/*:S101", "", "yes .flake8:1"),
        ("per-file-ignores = *:S", "", "no"),
        ("per-file-ignores =\n    app/*:S\n    tests/*: S101", "", "no"),
        ("per-file-ignores =\n    app/main.py: E1, S\n    tests/*: S101", "", "yes .flake8:1"),
        ("per-file-ignores = app/main.py,app/views.py:S,E501", "", "no"),
        // The longest pattern counts alone.
        ("per-file-ignores =\n    *.py:S\n    app/*.py:E501", "", "yes .flake8:1"),
        ("exclude = .", "", "no"),
        ("exclude = app,tests", "", "no"),
        ("exclude = tests,build", "", "yes .flake8:1"),
        ("extend-exclude = app/", "", "no"),
        ("select = E\nselect = S", "", "unknown unreadable .flake8:3"),
    ];
    for (config, args, expected) in cases {
        assert_eq!(security(&[(".flake8", &format!("[flake8]\n{config}\n"))], args, ""), *expected, "{config:?} {args}");
    }
}

#[test]
fn the_file_in_effect() {
    let (off, on, other) = ("[flake8]\nignore = S\n", "[flake8]\nselect = S\n", "[metadata]\nname = a\n");
    let cases: &[(Files<'_>, &str, &str, &str)] = &[
        (&[("setup.cfg", on), (".flake8", off)], "", "", "yes setup.cfg:2"),
        (&[("setup.cfg", other), ("tox.ini", on), (".flake8", off)], "", "", "yes tox.ini:2"),
        (&[("setup.cfg", on), ("app/.flake8", off)], "", "app", "no"),
        (&[("setup.cfg", on), ("app/setup.cfg", other)], "", "app", "yes setup.cfg:2"),
        (&[("setup.cfg", off), ("ci/flake8.ini", on)], "--config ci/flake8.ini", "", "yes ci/flake8.ini:2"),
        (&[("setup.cfg", off), ("ci/more.ini", "[flake8]\nignore = E\n")], "--append-config=ci/more.ini", "", "yes setup.cfg:1"),
        (&[("setup.cfg", on)], "--config gone.ini", "", "unknown dynamic ci.yml:1"),
        (&[("setup.cfg", "[flake8]\n= 1\n")], "", "", "unknown unreadable setup.cfg:2"),
        (&[], "", "", "yes :1"),
    ];
    for (files, args, directory, expected) in cases {
        assert_eq!(security(files, args, directory), *expected, "{files:?} {args}");
    }
}

#[test]
fn hostile_lists_stay_bounded() {
    let long = format!("[flake8]\nselect = {}\n", "S1,".repeat(100_000));
    assert_eq!(security(&[(".flake8", &long)], "", ""), "unknown unreadable .flake8:2");
    let many = format!("[flake8]\nper-file-ignores = {}\n", "a:S,".repeat(900));
    assert_eq!(security(&[(".flake8", &many)], "", ""), "unknown unreadable .flake8:2");
    let odd = "[flake8]\r\nper-file-ignores = ::: :S é:S, *:\r\nselect = S\r\n";
    assert_eq!(security(&[(".flake8", odd)], "", ""), "yes .flake8:3");
}
