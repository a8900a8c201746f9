//! Owns the tests that no reader chooses between two readings of what it reads, and that none passes over a file it cannot read.

use super::bench::{Case, Files, told};
use super::*;

/// What a reader says to a question about a setting, or to one of the names asked.
fn say(reader: &dyn Reader, tool: &str, files: Files<'_>, args: &str, question: &str) -> String {
    let code = [("src/a.py", "import os\n"), ("src/a.go", "package a\n"), ("src/a.js", "eval(x)\n")];
    let all: Vec<(&str, &str)> = files.iter().chain(&code).copied().collect();
    let settings = Case::new(tool, &all, args).names(&[question]).read(reader);
    told(settings.settings.get(question).or_else(|| settings.selects.get(question)))
}

#[test]
fn bandit_of_yaml_ini_and_toml() {
    let of = |files: Files<'_>, args: &str| say(&bandit::Bandit, "bandit", files, args, "selects-nothing");
    let twice = "exclude_dirs: [docs]\nexclude_dirs: [src]\n";
    assert_eq!(of(&[("b.yaml", twice)], "-c b.yaml -r ."), "unknown unreadable b.yaml:2");
    assert_eq!(of(&[("b.yaml", "x: &x {exclude_dirs: [src]}\n<<: *x\n")], "-c b.yaml -r ."), "unknown unsupported b.yaml:2");
    assert_eq!(of(&[("b.yaml", "exclude_dirs: [\n")], "-c b.yaml -r ."), "unknown unreadable b.yaml:1");
    assert_eq!(of(&[], "-c b.yaml -r ."), "unknown dynamic ci.yml:1");
    assert_eq!(of(&[], "-c $FILE -r ."), "unknown dynamic ci.yml:1");
    let twice = "[bandit]\nexclude = docs\nexclude = ./src\n";
    assert_eq!(of(&[(".bandit", twice)], "-r ."), "unknown unreadable .bandit:3");
    assert_eq!(of(&[(".bandit", "\u{feff}[bandit]\nexclude = docs\n")], "-r ."), "unknown unreadable .bandit:1");
    let named = [(".bandit", "[bandit]\nconfigfile = b.yaml\n"), ("b.yaml", "exclude_dirs: [src]\n")];
    assert_eq!(of(&named, "-r ."), "yes b.yaml:1");
    let twice = "[tool.bandit]\nexclude_dirs = [\"docs\"]\nexclude_dirs = [\"src\"]\n";
    assert_eq!(of(&[("pyproject.toml", twice)], "-c pyproject.toml -r ."), "unknown unreadable pyproject.toml:3");
    let few = |files: Files<'_>, args: &str| say(&bandit::Bandit, "bandit", files, args, TOO_FEW);
    assert_eq!(few(&[("b.yaml", "tests: [B101]\ntests: []\n")], "-c b.yaml -r ."), "unknown unreadable b.yaml:2");
}

#[test]
fn pylint() {
    let of = |files: Files<'_>| say(&pylint::Pylint, "pylint", files, "src", "selects-nothing");
    assert_eq!(of(&[(".pylintrc", "[M]\ndisable = C\ndisable = all\n")]), "unknown unreadable .pylintrc:3");
    assert_eq!(of(&[("setup.cfg", "[pylint.main]\ndisable = C\ndisable = all\n")]), "unknown unreadable setup.cfg:3");
    assert_eq!(of(&[("setup.cfg", "[a]\nb = 1\nb = 2\n")]), "no");
    assert_eq!(of(&[("setup.cfg", "[pylint.main]\nx\n  y\n[a]\n = b\n")]), "no");
    assert_eq!(of(&[("pylintrc", "[M]\nx\n y\n")]), "unknown unreadable pylintrc:3");
    // A comment may stand behind a value.
    assert_eq!(of(&[(".pylintrc", "[M]\ndisable = all # for now\n")]), "yes .pylintrc:2");
    let mark = |text: &str| say(&pylint::Pylint, "pylint", &[(".pylintrc", text)], "src", "passes-below-the-mark");
    assert_eq!(mark("[M]\nfail-under = 1 ; for now\n"), "yes .pylintrc:2");
}

#[test]
fn flake8() {
    let of = |files: Files<'_>| say(&flake8::Flake8, "flake8", files, "src", "S");
    assert_eq!(of(&[("setup.cfg", "[flake8]\nselect = S\nselect = E\n")]), "unknown unreadable setup.cfg:3");
    assert_eq!(of(&[("tox.ini", "[flake8]\nselect = S\n[flake8]\nselect = E\n")]), "unknown unreadable tox.ini:3");
    assert_eq!(of(&[(".flake8", "\u{feff}[flake8]\nselect = S\n")]), "unknown unreadable .flake8:1");
    assert_eq!(of(&[(".flake8", "[flake8]\nselect = S\n")]), "yes .flake8:2");
}

#[test]
fn ruff_and_clippy() {
    let ruff = "[lint]\nselect = [\"S\"]\nselect = [\"E\"]\n";
    assert_eq!(say(&ruff::Ruff, "ruff", &[("ruff.toml", ruff)], "check .", "S"), "unknown unreadable ruff.toml:3");
    let cargo = "[package]\nname = \"a\"\n[lints.clippy]\nall = \"deny\"\nall = \"allow\"\n";
    let files = [("Cargo.toml", cargo), ("src/lib.rs", "")];
    assert_eq!(say(&clippy::Clippy, "clippy", &files, "", "denies-all"), "unknown unreadable Cargo.toml:5");
}

#[test]
fn golangci() {
    let of = |files: Files<'_>| say(&golangci::Golangci, "golangci-lint", files, "run", "gosec");
    let enable = "linters:\n  enable: [gosec]\n";
    assert_eq!(of(&[(".golangci.yml", &format!("{enable}  enable: []\n"))]), "unknown unreadable .golangci.yml:3");
    assert_eq!(of(&[(".golangci.yml", &format!("{enable}  disable-all: yes\n"))]), "unknown unreadable .golangci.yml:3");
    let json = "{\"linters\": {\"enable\": [\"gosec\"], \"enable\": []}}";
    assert_eq!(of(&[(".golangci.json", json)]), "unknown unreadable .golangci.json:1");
    assert_eq!(
        of(&[(".golangci.toml", "[linters]\nenable = [\"gosec\"]\nenable = []\n")]),
        "unknown unreadable .golangci.toml:3"
    );
}

#[test]
fn semgrep() {
    let of = |text: &str| say(&semgrep::Semgrep, "semgrep", &[("r.yml", text)], "--config r.yml", "security");
    let rule = "rules:\n  - id: a\n    metadata: {category: correctness}\n";
    assert_eq!(of(rule), "no");
    assert_eq!(of(&format!("{rule}    metadata: {{category: security}}\n")), "unknown unreadable r.yml:4");
    assert_eq!(
        of(&format!("x: &x {{cwe: [\"CWE-1\"]}}\n{rule}").replace("{category", "{<<: *x, category")),
        "unknown unsupported r.yml:4"
    );
    assert_eq!(of("x: &x {rules: []}\n<<: *x\n"), "unknown unsupported r.yml:2");
}

#[test]
fn prospector() {
    let of = |files: Files<'_>| say(&prospector::Prospector, "prospector", files, "", "bandit");
    assert_eq!(of(&[("p.yaml", "")]), "no");
    let twice = "bandit:\n  run: true\n  run: false\n";
    assert_eq!(of(&[(".prospector.yaml", twice)]), "unknown unreadable .prospector.yaml:3");
    let merged = "x: &x {run: false}\nbandit:\n  <<: *x\n";
    assert_eq!(of(&[(".prospector.yaml", merged)]), "unknown unsupported .prospector.yaml:3");
    let twice = "[prospector]\nwith_tools = bandit\nwith_tools = vulture\n";
    assert_eq!(of(&[("setup.cfg", twice)]), "unknown unreadable setup.cfg:3");
}

#[test]
fn those_that_read_json() {
    let twice = "{\"rules\": {\"no-eval\": \"error\", \"no-eval\": \"off\"}}";
    let oxlint = Case::new("oxlint", &[(".oxlintrc.json", twice)], "").names(&["no-eval"]).read(&oxlint::Oxlint);
    assert_eq!(told(oxlint.selects.get("no-eval")), "unknown unreadable .oxlintrc.json:1");
    let twice = "{\"linter\": {\"enabled\": true, \"enabled\": false}}";
    assert_eq!(
        say(&biome::Biome, "biome", &[("biome.json", twice)], "lint", "linter-disabled"),
        "unknown unreadable biome.json:1"
    );
    let name = "no-unsanitized/method";
    let twice = "{\"plugins\": [\"no-unsanitized\"], \"rules\": {\"no-unsanitized/method\": 2, \"no-unsanitized/method\": 0}}";
    let eslint = Case::new("eslint", &[(".eslintrc.json", twice)], "").names(&[name]).read(&eslint::Eslint);
    assert!(told(eslint.selects.get(name)).starts_with("unknown"), "{:?}", eslint.selects);
}

#[test]
fn auditors() {
    let npm = ("package.json", "{}");
    let of = |reader: &dyn Reader, tool: &str, file: (&str, &str)| say(reader, tool, &[npm, file], "dir:.", "ignores-everything");
    let twice = "ignore:\n  - package: {type: npm}\n  - package: {type: npm, type: python}\n";
    assert_eq!(of(&ignored::Grype, "grype", (".grype.yaml", twice)), "unknown unreadable .grype.yaml:3");
    assert_eq!(
        of(&ignored::Osv, "osv-scanner", ("osv-scanner.toml", "[[PackageOverrides]\n")),
        "unknown unreadable osv-scanner.toml:1"
    );
}
