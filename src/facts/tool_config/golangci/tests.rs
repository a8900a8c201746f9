//! golangci-lint's configuration of both versions, case by case.

use super::super::bench::{Case, Files, told};
use super::Golangci;

const TREE: [(&str, &str); 3] = [("main.go", ""), ("internal/db/db.go", ""), ("internal/db/db_test.go", "")];

fn read(config: &str, args: &str) -> (String, String) {
    let mut files = TREE.to_vec();
    if !config.is_empty() {
        files.push((".golangci.yml", config));
    }
    let settings = Case::new("golangci-lint", &files, args).read(&Golangci);
    let nothing = ["selects-nothing", "excludes-everything"].map(|name| told(settings.settings.get(name)));
    let nothing = nothing.iter().find(|told| *told != "no").unwrap_or(&nothing[0]).clone();
    (told(settings.selects.get("gosec")), nothing)
}

#[test]
fn linters_in_force() {
    let cases: &[(&str, &str, &str, &str)] = &[
        ("", "", "no", "no"),
        ("", "-E gosec", "yes ci.yml:1", "no"),
        ("", "--enable=revive,gosec ./...", "yes ci.yml:1", "no"),
        ("", "--enable-all", "yes ci.yml:1", "no"),
        ("", "--enable-all -D gosec", "no", "no"),
        ("", "--disable-all", "no", "yes ci.yml:1"),
        ("", "--disable-all=false", "no", "no"),
        ("", "--disable-all -E gas", "yes ci.yml:1", "no"),
        ("", "-p bugs", "yes ci.yml:1", "no"),
        ("", "-p style", "no", "no"),
        ("", "--default=all", "yes ci.yml:1", "no"),
        ("", "--default all --fast-only", "no", "no"),
        ("", "--default none", "no", "yes ci.yml:1"),
        ("", "-E $LINTERS", "unknown dynamic ci.yml:1", "unknown dynamic ci.yml:1"),
        ("version: \"2\"\nlinters:\n  enable:\n    - gosec\n", "", "yes .golangci.yml:4", "no"),
        ("version: 2\nlinters:\n  default: all\n", "", "yes .golangci.yml:3", "no"),
        ("version: \"2\"\nlinters:\n  default: all\n  disable: [gosec]\n", "", "no", "no"),
        ("version: \"2\"\nlinters:\n  default: fast\n", "", "no", "no"),
        ("version: \"2\"\nlinters:\n  default: fast\n  enable: [gosec]\n", "", "yes .golangci.yml:4", "no"),
        ("version: \"2\"\nlinters:\n  enable: [gosec]\n", "--fast-only", "no", "no"),
        ("version: \"2\"\nlinters:\n  enable: [gosec]\n", "--enable-only errcheck", "no", "no"),
        ("version: \"2\"\nlinters:\n  default: none\n", "", "no", "yes .golangci.yml:3"),
        ("version: \"2\"\nlinters:\n  default: none\n", "-E gosec", "yes ci.yml:1", "no"),
        ("version: \"2\"\nlinters:\n  default: none\nformatters:\n  enable: [gofmt]\n", "", "no", "yes .golangci.yml:3"),
        (
            "version: \"2\"\nlinters:\n  default: maybe\n",
            "",
            "unknown unreadable .golangci.yml:3",
            "unknown unreadable .golangci.yml:3",
        ),
        (
            "version: \"2\"\nlinters:\n  disable: [errcheck, govet, ineffassign, staticcheck, unused]\n",
            "",
            "no",
            "yes .golangci.yml:3",
        ),
        // Version 1 reads other keys.
        ("linters:\n  default: all\n", "", "no", "no"),
        ("linters:\n  enable-all: true\n", "", "yes .golangci.yml:2", "no"),
        ("linters:\n  enable-all: true\n  fast: true\n", "", "no", "no"),
        ("linters:\n  fast: true\n  enable:\n  - gosec\n", "", "yes .golangci.yml:4", "no"),
        ("linters:\n  disable-all: true\n", "", "no", "yes .golangci.yml:2"),
        ("linters:\n  disable-all: true\n  enable: gosec,unused\n", "", "yes .golangci.yml:3", "no"),
        ("linters:\n  presets: [bugs]\n", "", "yes .golangci.yml:2", "no"),
        ("linters:\n  presets: [bugs]\n  disable: [gosec]\n", "", "no", "no"),
        ("Linters:\n  Enable: [gosec]\n", "", "yes .golangci.yml:2", "no"),
        ("linters:\n  enable: [gosec]\n", "--no-config", "no", "no"),
        // What readers dispute stays undecided, with both readings.
        ("linters:\n  enable-all: yes\n", "", "unknown unreadable .golangci.yml:2", "unknown unreadable .golangci.yml:2"),
        (
            "linters: {enable: [gosec]}\nlinters: {}\n",
            "",
            "unknown unreadable .golangci.yml:2",
            "unknown unreadable .golangci.yml:2",
        ),
        (
            "x: &x\n  enable: [gosec]\nlinters:\n  <<: *x\n",
            "",
            "unknown unsupported .golangci.yml:4",
            "unknown unsupported .golangci.yml:4",
        ),
        ("linters: [", "", "unknown unreadable .golangci.yml:1", "unknown unreadable .golangci.yml:1"),
        ("- a\n", "", "unknown unreadable .golangci.yml:1", "unknown unreadable .golangci.yml:1"),
    ];
    for (config, args, gosec, nothing) in cases {
        assert_eq!(read(config, args), ((*gosec).to_owned(), (*nothing).to_owned()), "{config} {args}");
    }
}

#[test]
fn exclusions_of_everything() {
    let two = "version: \"2\"\nlinters:\n  enable: [gosec]\n  exclusions:\n";
    let one = "linters: {enable: [gosec]}\n";
    let cases: &[(&str, &str, &str, &str)] = &[
        (two, "    paths: [\".*\"]\n", "no", "yes .golangci.yml:5"),
        (two, "    paths: [\"^internal/\"]\n", "yes .golangci.yml:3", "no"),
        (two, "    paths: [\"^internal/\", \"main\"]\n", "no", "yes .golangci.yml:5"),
        (two, "    paths-except: [\"^nowhere/\"]\n", "no", "yes .golangci.yml:5"),
        (two, "    rules:\n    - path: '.*'\n      linters: [gosec]\n", "no", "no"),
        (two, "    rules:\n    - path: _test\\.go\n      linters: [gosec]\n", "yes .golangci.yml:3", "no"),
        (two, "    rules:\n    - text: 'G\\d+'\n      linters: [gosec]\n", "no", "no"),
        (two, "    rules:\n    - text: 'G104'\n      linters: [gosec]\n", "yes .golangci.yml:3", "no"),
        (two, "    rules:\n    - path-except: _test\\.go\n      linters: [gosec]\n", "no", "no"),
        (two, "    rules:\n    - path: '\\Qx\\E'\n      linters: [gosec]\n", "unknown unsupported .golangci.yml:6", "no"),
        (two, "    rules:\n    - {path: ^internal/, linters: [gosec]}\n    - {path: main, linters: [gosec]}\n", "no", "no"),
        (one, "issues:\n  exclude-dirs: ['.*']\n", "no", "yes .golangci.yml:3"),
        (one, "run:\n  skip-dirs: ['.']\n", "no", "yes .golangci.yml:3"),
        (one, "run:\n  skip-dirs: [vendor]\n", "yes .golangci.yml:1", "no"),
        (one, "issues:\n  exclude: ['.*']\n", "no", "yes .golangci.yml:3"),
        (one, "issues:\n  exclude-rules:\n  - linters: [gosec]\n    text: '.'\n", "no", "no"),
        (one, "linters-settings:\n  gosec:\n    includes: [G101]\n", "no", "no"),
        (one, "linters-settings:\n  gosec:\n    excludes: [G104, G304]\n", "yes .golangci.yml:1", "no"),
    ];
    for (head, tail, gosec, nothing) in cases {
        assert_eq!(read(&format!("{head}{tail}"), ""), ((*gosec).to_owned(), (*nothing).to_owned()), "{tail}");
    }
}

#[test]
fn the_file_in_effect() {
    let on = "linters: {enable: [gosec]}";
    let cases: &[(Files<'_>, &str, &str, &str)] = &[
        (&[(".golangci.yml", on)], "svc", "", "yes .golangci.yml:1"),
        (&[(".golangci.yml", on), ("svc/.golangci.toml", "")], "svc", "", "no"),
        (&[(".golangci.yml", on), (".golangci.json", "{}")], "", "", "no"),
        (&[(".golangci.yml", ""), (".golangci.yaml", on)], "", "", "yes .golangci.yaml:1"),
        (&[(".golangci.toml", "[linters]\nenable = [\"gosec\"]")], "", "", "yes .golangci.toml:2"),
        // The working directory comes first, then the first target's directory and those above it.
        (&[("svc/.golangci.yml", on), ("svc/a.go", "")], "", "./svc/...", "yes svc/.golangci.yml:1"),
        (&[("svc/.golangci.yml", on), (".golangci.yml", ""), ("svc/a.go", "")], "", "svc", "no"),
        (&[("ci/lint.yml", on)], "", "-c ci/lint.yml", "yes ci/lint.yml:1"),
        (&[("ci/lint", on)], "", "--config=ci/lint ./...", "yes ci/lint:1"),
        (&[("ci/lint.ini", on)], "", "--config=ci/lint.ini", "unknown unreadable ci/lint.ini:1"),
        (&[(".golangci.yml", on)], "", "-c ../elsewhere.yml", "unknown dynamic ci.yml:1"),
        (&[(".golangci.yml", on)], "", "-c $FILE", "unknown dynamic ci.yml:1"),
    ];
    for (files, directory, args, expected) in cases {
        let settings = Case::new("golangci-lint", files, args).at(directory).read(&Golangci);
        assert_eq!(told(settings.selects.get("gosec")), *expected, "{files:?} {args}");
    }
}

#[test]
fn names_of_rows_inside() {
    let case = Case::new("golangci-lint", &[(".golangci.yml", "linters: {disable: [vet]}")], "").names(&["govet", "staticcheck"]);
    let settings = case.read(&Golangci);
    assert_eq!(told(settings.selects.get("govet")), "no");
    assert_eq!(told(settings.selects.get("staticcheck")), "yes .golangci.yml:1");
}

#[test]
fn hostile_patterns_stay_bounded() {
    let bomb = "version: \"2\"\nlinters:\n  enable: [gosec]\n  exclusions:\n    paths: ['(((a{1,500}){1,500}){1,500})']\n";
    assert_eq!(read(bomb, "").0, "unknown unsupported .golangci.yml:5");
    let many = format!("version: \"2\"\nlinters:\n  enable: [gosec]\n  exclusions:\n    paths: [{}]\n", "'x',".repeat(50_000));
    assert_eq!(read(&many, "").0, "unknown unreadable .golangci.yml:5");
    let rules =
        format!("linters: {{enable: [gosec]}}\nissues:\n  exclude-rules:\n{}", "  - {path: x, text: '.'}\n".repeat(1_000));
    assert_eq!(read(&rules, "").0, "unknown unsupported .golangci.yml:204");
}
