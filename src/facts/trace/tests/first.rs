//! Tests of variables by which other code runs first, wherever they are set.

use super::check;

const FILES: &[(&str, &str)] = &[
    ("x.sh", "bandit -r src\n"),
    ("y.sh", "alias bandit=true\nbandit -r src\n"),
    ("ci/e.sh", "bandit() { :; }\n"),
    ("ci/bin/bandit", "#!/bin/sh\n"),
];

fn all(expected: &str, steps: &[&str]) {
    let rows: Vec<(&str, &str, &str)> = steps.iter().map(|step| ("bandit", *step, expected)).collect();
    check(&rows, FILES);
}

#[test]
fn a_variable_counts_wherever_it_is_set() {
    all(
        "configured",
        &[
            "SHELLOPTS=noexec bash x.sh",
            "env SHELLOPTS=noexec bash -c 'bandit -r src'",
            "export SHELLOPTS=noexec\nbash x.sh",
            "declare -x SHELLOPTS=noexec\nbash x.sh",
            "sudo SHELLOPTS=noexec bash x.sh",
            "export BASH_ENV=./ci/e.sh\nbash x.sh",
            "BASH_ENV=./ci/e.sh bash x.sh",
            "BASH_ENV=./ci/e.sh\nexport BASH_ENV\nbash x.sh",
            "LD_PRELOAD=./ci/x.so bandit -r src",
            "export LD_PRELOAD=$PWD/ci/x.so\nbandit -r src",
        ],
    );
    all("configured (gates)", &["BASH_ENV=$X bash x.sh", "LD_PRELOAD=$(find / -name x.so) bandit -r src"]);
    all(
        "gates",
        &[
            "export BASH_ENV=./ci/e.sh\nbandit -r src",
            "BASH_ENV=./ci/e.sh bandit -r src",
            "BASH_ENV=./ci/e.sh bash other.sh\nbash x.sh",
            "BASH_ENV=/etc/profile bash x.sh",
            "set -euo pipefail\nexport SHELLOPTS\nbash x.sh",
            "LD_PRELOAD=libjemalloc.so.2 bandit -r src",
            "LD_PRELOAD=/usr/lib/libjemalloc.so.2 bandit -r src",
            "ENV=production bash x.sh",
        ],
    );
}

#[test]
fn aliases_are_replaced_in_some_shells() {
    all(
        "configured",
        &[
            "set -o posix\nalias bandit=true\nbandit -r src",
            "POSIXLY_CORRECT=\nalias bandit=true\nbandit -r src",
            "POSIXLY_CORRECT=1 bash y.sh",
            "export POSIXLY_CORRECT=1\nbash y.sh",
            "shell: bash --posix {0}\nalias bandit=true\nbandit -r src",
            "shell: bash -eo posix {0}\nalias bandit=true\nbandit -r src",
            "bash --posix y.sh",
            "bash -o posix y.sh",
            "bash -O expand_aliases y.sh",
            "bash -ic 'alias bandit=true\nbandit -r src'",
            "zsh y.sh",
            "sh y.sh",
        ],
    );
    all("gates", &["bash y.sh", "bash +O expand_aliases y.sh", "bash -O extglob y.sh", "alias bandit=true\nbandit -r src"]);
}

#[test]
fn a_search_path_that_is_not_followed() {
    all("configured (gates)", &["read PATH <<< ci/bin\nbandit -r src", "printf -v PATH ci/bin\nbandit -r src"]);
    check(&[("ruff", "read PATH <<< ci/bin\nruff check", "gates")], FILES);
}

#[test]
fn a_module_of_the_tree_comes_before_what_a_tool_imports() {
    let files = [
        ("argparse.py", ""),
        ("lib/yaml.py", ""),
        ("own/bandit/__init__.py", ""),
        ("plugin/flake8_bandit.py", ""),
        ("other/numpy/__init__.py", ""),
        ("other/ruff/__init__.py", ""),
        ("Makefile", "export PYTHONPATH = lib\nlint:\n\tbandit -r src\n"),
        (".flake8", "[flake8]\nselect = S\n"),
    ];
    let plugin = "pip install flake8 flake8-bandit\nPYTHONPATH=plugin flake8 src";
    let rows = [
        ("bandit", "PYTHONPATH=. bandit -r src", "runs (gates)"),
        ("bandit", "export PYTHONPATH=$PWD/lib\nbandit -r src", "runs (gates)"),
        ("bandit", "export PYTHONPATH=$PYTHONPATH:.\nbandit -r src", "runs (gates)"),
        ("bandit", "echo PYTHONPATH=lib >> $GITHUB_ENV\n---\nbandit -r src", "runs (gates)"),
        ("bandit", "PYTHONPATH=:/opt/x bandit -r src", "runs (gates)"),
        ("bandit", "make lint", "runs (gates)"),
        ("bandit", "PYTHONPATH=own bandit -r src", "configured"),
        ("bandit", "PYTHONPATH=other bandit -r src", "gates"),
        ("bandit", "PYTHONPATH=src bandit -r src", "gates"),
        ("bandit", "PYTHONPATH= bandit -r src", "gates"),
        ("bandit", "PYTHONPATH=. python -I -m bandit -r src", "gates"),
        ("bandit", "PYTHONPATH=own python -E -m bandit -r src", "runs (gates)"),
        ("bandit", plugin, "runs (gates)"),
        ("bandit", "pip install flake8 flake8-bandit\nPYTHONPATH=other flake8 src", "gates"),
        ("ruff", "PYTHONPATH=.:other ruff check", "gates"),
    ];
    check(&rows, &files);
}

/// What sends a value of a variable to the steps to come: a computed one is as good as one that is written out.
#[test]
fn a_computed_value_that_later_steps_are_given() {
    let files = [
        ("lib/bandit/__init__.py", ""),
        ("Cargo.toml", "[package]\nname = \"x\"\nversion = \"1.0.0\"\n"),
        ("src/main.rs", "fn main() {}\n"),
        ("tools/wrapper", "#!/bin/sh\n"),
        ("load.js", "1\n"),
    ];
    let heads = [
        "$PWD/",
        "${PWD}/",
        "$(pwd)/",
        "$GITHUB_WORKSPACE/",
        "${GITHUB_WORKSPACE}/",
        "${{ github.workspace }}/",
        "./",
        "/opt/x:$PWD/",
    ];
    let python = |value: &str| format!("echo \"PYTHONPATH={value}\" >> $GITHUB_ENV\n---\nbandit -r src");
    let rust = |name: &str, value: &str| format!("echo \"{name}={value}\" >> \"$GITHUB_ENV\"\n---\ncargo clippy -- -D warnings");
    let mut rows: Vec<(&str, String, &str)> = Vec::new();
    for head in heads {
        for tail in ["", ":$PYTHONPATH", ":$(python -c 'import site')"] {
            rows.push(("bandit", python(&format!("{head}lib{tail}")), "configured"));
        }
        let head = head.rsplit(':').next().unwrap_or(head);
        rows.extend(["RUSTC", "RUSTC_WRAPPER"].map(|name| ("clippy", rust(name, &format!("{head}tools/wrapper")), "configured")));
    }
    rows.extend([
        ("bandit", python("$X:$PWD/lib"), "configured"),
        ("bandit", python("$PWD/other:$PYTHONPATH"), "gates"),
        ("bandit", python("$X/lib"), "runs (gates)"),
        ("bandit", python("$X/site-packages"), "gates"),
        ("bandit", python("$X"), "gates"),
        ("bandit", "export PYTHONPATH=$PWD/lib:$PYTHONPATH\nbandit -r src".to_owned(), "configured"),
        ("bandit", "export PYTHONPATH=$X/lib\nbandit -r src".to_owned(), "runs (gates)"),
        ("bandit", "PYTHONPATH=$PWD/lib:$PYTHONPATH bandit -r src".to_owned(), "configured"),
        // What the step says itself comes before.
        ("bandit", "echo \"PYTHONPATH=$PWD/lib\" >> $GITHUB_ENV\n---\nenv: {PYTHONPATH: ''}\nbandit -r src".to_owned(), "gates"),
        (
            "bandit",
            "echo \"PYTHONPATH=$PWD/lib\" >> $GITHUB_ENV\n---\necho PYTHONPATH= >> $GITHUB_ENV\n---\nbandit -r src".to_owned(),
            "gates",
        ),
        ("clippy", rust("RUSTC_WRAPPER", "$X/tools/wrapper"), "runs (gates)"),
        ("clippy", rust("RUSTC_WRAPPER", "$X/sccache"), "gates"),
        ("clippy", rust("RUSTC_WRAPPER", "$(which sccache)"), "gates"),
        ("clippy", "RUSTC_WRAPPER=$X/tools/wrapper cargo clippy -- -D warnings".to_owned(), "runs (gates)"),
        ("bandit", "echo \"MAKEFLAGS=$X\" >> $GITHUB_ENV\n---\nbandit -r src".to_owned(), "gates"),
    ]);
    let rows: Vec<(&str, &str, &str)> = rows.iter().map(|(tool, steps, expected)| (*tool, steps.as_str(), *expected)).collect();
    check(&rows, &files);
}
