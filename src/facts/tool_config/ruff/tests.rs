//! Ruff's configuration as its own resolver reads it, case by case.

use super::super::bench::{Case, Files, told};
use super::Ruff;
use crate::text::RepoPath;

fn security(files: &[(&str, &str)], args: &str) -> String {
    told(Case::new("ruff", files, args).read(&Ruff).selects.get("S"))
}

fn nothing(files: &[(&str, &str)], args: &str) -> String {
    let settings = Case::new("ruff", files, args).read(&Ruff).settings;
    let nothing = ["selects-nothing", "excludes-everything"].map(|name| told(settings.get(name)));
    nothing.iter().find(|told| *told != "no").unwrap_or(&nothing[0]).clone()
}

#[test]
fn families_in_force() {
    let codes: String = (301..=324).chain(401..=415).chain(501..=509).map(|code| format!("\"S{code}\",")).collect();
    let listed = format!("lint.select = [{codes}]");
    let cases: &[(&str, &str, &str)] = &[
        ("lint.extend-select = [\"S\"]", "", "yes ruff.toml:1"),
        ("[lint]\nselect = [\"E\",\n  \"S\"]", ".", "yes ruff.toml:3"),
        ("select = [\"ALL\"]", "", "yes ruff.toml:1"),
        ("lint.select = [\"E\", \"F\"]", "", "no"),
        ("line-length = 100", "", "no"),
        ("", "--select=E,S", "yes ci.yml:1"),
        ("", "--extend-select S", "yes ci.yml:1"),
        ("lint.select = [\"S\"]", "--select E", "no"),
        ("lint.select = [\"S\"]", "--ignore S", "no"),
        ("lint.select = [\"S\"]", "--isolated", "no"),
        ("lint.select = [\"S\"]\nlint.ignore = [\"S101\", \"S603\"]", "", "yes ruff.toml:1"),
        ("lint.select = [\"S\"]\nlint.ignore = [\"S3\", \"S4\", \"S5\"]", "", "no"),
        ("lint.select = [\"S1\", \"S2\", \"S3\", \"S4\", \"S5\", \"S6\", \"S7\"]", "", "yes ruff.toml:1"),
        ("lint.select = [\"S101\", \"S102\"]", "", "no"),
        // The more exact selector wins, whichever list it is in.
        ("lint.select = [\"S\"]\nlint.ignore = [\"ALL\"]", "", "yes ruff.toml:1"),
        ("lint.extend-select = [\"ALL\"]\nlint.extend-ignore = [\"S\"]", "", "no"),
        // An ignore beside an empty selection is kept for the next one.
        ("lint.select = []\nlint.ignore = [\"S\"]", "--extend-select S", "no"),
        // `lint` wins over the older place of the same key.
        ("select = [\"S\"]\n[lint]\nselect = [\"E\"]", "", "no"),
        ("lint.select = [\"S\"]\n[lint.per-file-ignores]\n\"tests/**\" = [\"S101\"]", "", "yes ruff.toml:1"),
        ("[lint]\nselect = [\"S\"]\n[lint.per-file-ignores]\n\"tests/**\" = [\"S\"]", "", "yes ruff.toml:2"),
        ("[lint]\nselect = [\"S\"]\n[lint.per-file-ignores]\n\"*\" = [\"S\"]", "", "no"),
        ("[lint]\nselect = [\"S\"]\n[lint.per-file-ignores]\n\"**/*.py\" = [\"S\"]", "", "no"),
        ("[lint]\nselect = [\"S\"]\n[lint.per-file-ignores]\n\"app/**\" = [\"ALL\"]", "", "no"),
        ("[lint]\nselect = [\"S\"]\n[lint.per-file-ignores]\n\"!tests/**\" = [\"S\"]", "", "no"),
        ("[lint]\nselect = [\"S\"]\n[lint.extend-per-file-ignores]\n\"app/main.py\" = [\"S\"]", "", "yes ruff.toml:2"),
        ("", "--select $RULES", "unknown dynamic ci.yml:1"),
        ("", "--config missing.toml", "unknown dynamic ci.yml:1"),
        ("", "--config lint.select=[\"S\"]", "yes ci.yml:1"),
        ("lint.select = [\"S\"]", "--config lint.select=[\"E\"]", "no"),
        ("lint.select = \"S\"", "", "unknown unreadable ruff.toml:1"),
        ("lint.select = [\"S\"", "", "unknown unreadable ruff.toml:1"),
        ("lint.select = [1]", "", "unknown unreadable ruff.toml:1"),
        (&listed, "", "yes ruff.toml:1"),
    ];
    for (config, args, expected) in cases {
        let files = [("ruff.toml", *config), ("app/main.py", ""), ("app/views.py", ""), ("tests/test_a.py", "")];
        assert_eq!(security(&files, args), *expected, "{config:?} {args:?}");
    }
}

#[test]
fn the_nearest_file_and_what_it_extends() {
    let s = "lint.select = [\"S\"]";
    let table = "[tool.ruff]\nlint.select = [\"S\"]";
    let cases: &[(Files<'_>, &str, &str)] = &[
        (&[("pyproject.toml", table)], "", "yes pyproject.toml:2"),
        (&[("pyproject.toml", table)], "svc", "yes pyproject.toml:2"),
        (&[("pyproject.toml", table), ("svc/pyproject.toml", "[project]\nname = \"a\"")], "svc", "yes pyproject.toml:2"),
        (&[("pyproject.toml", table), ("svc/pyproject.toml", "[tool.ruff]")], "svc", "no"),
        (&[("pyproject.toml", "[project]\n"), ("svc/.ruff.toml", s)], "", "no"),
        // `.ruff.toml` wins over `ruff.toml`, both over `pyproject.toml`.
        (&[("ruff.toml", s), (".ruff.toml", "")], "", "no"),
        (&[("ruff.toml", s), ("pyproject.toml", "[tool.ruff]")], "", "yes ruff.toml:1"),
        (&[("svc/ruff.toml", "extend = \"../base.toml\""), ("base.toml", s)], "svc", "yes base.toml:1"),
        (&[("ruff.toml", "extend = \"b.toml\"\nlint.select = [\"E\"]"), ("b.toml", s)], "", "no"),
        (&[("ruff.toml", "extend = \"b.toml\"\nlint.ignore = [\"E\"]"), ("b.toml", s)], "", "yes b.toml:1"),
        (&[("ruff.toml", "extend = \"b.toml\""), ("b.toml", "extend = \"ruff.toml\"")], "", "unknown unreadable b.toml:1"),
        (&[("ruff.toml", "extend = \"../../x.toml\"")], "", "unknown dynamic ruff.toml:1"),
        (&[("ruff.toml", "extend = \"~/x.toml\"")], "", "unknown dynamic ruff.toml:1"),
        (&[("pyproject.toml", "[tool.ruff\n")], "", "unknown unreadable pyproject.toml:1"),
    ];
    for (files, directory, expected) in cases {
        let settings = Case::new("ruff", files, "").at(directory).read(&Ruff);
        assert_eq!(told(settings.selects.get("S")), *expected, "{files:?} {directory}");
    }
}

#[test]
fn targets_bring_their_own_configuration() {
    let files =
        [("ruff.toml", "lint.select = [\"S\"]"), ("a/ruff.toml", "lint.select = [\"E\"]"), ("a/x.py", ""), ("b/x.py", "")];
    assert_eq!(security(&files, "a"), "no");
    assert_eq!(security(&files, "b"), "yes ruff.toml:1");
    assert_eq!(security(&files, "--output-format a b a"), "no");
    assert_eq!(security(&files, "a --config ruff.toml"), "yes ruff.toml:1");
}

#[test]
fn nothing_left() {
    let cases: &[(&str, &str, &str)] = &[
        ("", "", "no"),
        ("[lint]\nselect = []", "", "yes ruff.toml:1"),
        ("[lint]\nselect = []", "--select E", "no"),
        ("lint.ignore = [\"ALL\"]", "", "yes ruff.toml:1"),
        ("lint.select = [\"E\"]\nlint.ignore = [\"E\"]", "", "yes ruff.toml:2"),
        ("exclude = [\".\"]", "", "yes ruff.toml:1"),
        ("exclude = [\"tests\"]", "", "no"),
        ("extend-exclude = [\"**\"]", "", "yes ruff.toml:1"),
        ("extend-exclude = [\"app\", \"x\"]", "", "yes ruff.toml:1"),
        ("lint.exclude = [\"*.py\"]", "", "yes ruff.toml:1"),
        ("include = [\"nowhere/*.py\"]", "", "yes ruff.toml:1"),
        ("include = [\"*.py\", \"x.toml\"]", "", "no"),
        ("", "--exclude app", "yes ci.yml:1"),
        ("[lint.per-file-ignores]\n\"*\" = [\"ALL\"]", "", "yes ruff.toml:2"),
        ("exclude = [3]", "", "unknown unreadable ruff.toml:1"),
    ];
    for (config, args, expected) in cases {
        let files =
            [("ruff.toml", *config), ("app/main.py", ""), ("app/views.py", ""), ("tests/test_a.py", ""), ("setup.py", "")];
        assert_eq!(nothing(&files, args), *expected, "{config:?} {args:?}");
    }
}

#[test]
fn hostile_lists_stay_bounded() {
    let many = format!("lint.select = [{}]", "\"E1\",".repeat(100_000));
    assert_eq!(security(&[("ruff.toml", &many)], ""), "unknown unreadable ruff.toml:1");
    let chain: Vec<(String, String)> =
        (0..40).map(|at| (format!("c{at}.toml"), format!("extend = \"c{}.toml\"", at + 1))).collect();
    let mut files: Vec<(&str, &str)> = chain.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    files.push(("ruff.toml", "extend = \"c0.toml\""));
    assert!(security(&files, "").starts_with("unknown unreadable c"));
    let deep = format!("lint.select = {}{}", "[".repeat(400), "]".repeat(400));
    assert!(security(&[("ruff.toml", &deep)], "").starts_with("unknown unreadable ruff.toml"));
    assert_eq!(security(&[("ruff.toml", "\u{feff}lint.select = [\"S\"]\r\n")], ""), "yes ruff.toml:1");
}

/// Ruff takes the configuration nearest to each file, wherever it is started.
#[test]
fn homes_of_files() {
    let files = [("pyproject.toml", "[tool.ruff]\n"), ("src/a.py", ""), ("src/ruff.toml", ""), ("src/x/b.py", ""), ("c.py", "")];
    let homes = |args: &str, paths: &[&str]| {
        let paths: Vec<RepoPath> = paths.iter().map(|path| RepoPath::new(path).expect("a path")).collect();
        let found = Case::new("ruff", &files, args).homes(&Ruff, &paths);
        found.iter().map(|home| home.as_str().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(homes("check", &["src/a.py", "src/x/b.py"]), ["src"]);
    assert_eq!(homes("check", &["src/a.py", "c.py"]), ["", "src"]);
    assert!(homes("check --isolated", &["src/a.py"]).is_empty());
    assert!(homes("check --config pyproject.toml", &["src/a.py"]).is_empty());
}
