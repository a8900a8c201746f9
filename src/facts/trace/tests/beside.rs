//! Tests of packages that a runner installs beside the tool that it runs.

use super::check;

/// A plug-in is there where the runner's own environment has it, and for nobody else.
#[test]
fn a_plug_in_comes_with_the_environment_of_the_runner() {
    let ini = "[testenv]\ndeps =\n    flake8\n    lint: flake8-bandit >= 4  # security\n    marked: flake8-bandit; python_version < '2'\n    -r other.txt\n\
               commands = flake8 src\n[testenv:named]\ndeps = {[testenv:both]deps}\n[testenv:path]\ndeps = {[testenv:both]deps}\ncommands = /usr/bin/flake8 src\n\
               [testenv:image]\ndeps = {[testenv:both]deps}\ncommands = docker run --rm -v {toxinidir}:/w -w /w img flake8 src\n[testenv:both]\ndeps =\n  flake8\n  flake8-bandit\n";
    let toml = "[env_run_base]\ncommands = [[\"flake8\", \"src\"]]\n[env.a]\ndeps = [\"flake8\", \"flake8-bandit==4.1.1\"]\n\
                [env.b]\ndeps = [\"flake8\", { replace = \"ref\", of = [\"env\", \"a\", \"deps\"] }]\n[env.c]\ndeps = [\"flake8\"]\n\
                [env.d]\ndeps = \"\"\"\nflake8\nflake8-bandit\n\"\"\"\n";
    let hook = |packages: &str| {
        format!(
            "repos:\n- repo: local\n  hooks:\n  - id: f\n    name: f\n    entry: flake8\n    language: python\n    types: [python]\n    additional_dependencies: [{packages}]\n"
        )
    };
    let node = hook("flake8, flake8-bandit").replace("language: python", "language: node");
    let (with, without) = (hook("flake8, flake8-bandit"), hook("flake8"));
    let files = [
        ("tox.ini", ini),
        ("tox.toml", toml),
        (".flake8", "[flake8]\nextend-select = S\n"),
        ("src/a.py", "import os\n"),
        ("with.yaml", &with),
        ("without.yaml", &without),
        ("node.yaml", &node),
    ];
    let rows = [
        ("bandit", "tox -c tox.ini -e lint", "gates"),
        ("bandit", "tox -c tox.ini -e named", "gates"),
        ("bandit", "tox -c tox.ini -e other", "absent"),
        ("bandit", "tox -c tox.ini -e marked", "absent"),
        ("bandit", "tox -c tox.ini -e path", "absent"),
        ("bandit", "tox -c tox.ini -e image", "absent"),
        ("bandit", "tox -c tox.toml -e a", "gates"),
        ("bandit", "tox -c tox.toml -e b", "gates"),
        ("bandit", "tox -c tox.toml -e c", "absent"),
        ("bandit", "tox -c tox.toml -e d", "gates"),
        ("bandit", "tox -c tox.ini -e lint; flake8 src", "gates"),
        ("bandit", "tox -c tox.ini -e other && flake8 src", "absent"),
        ("bandit", "pre-commit run -a -c with.yaml", "gates"),
        ("bandit", "pre-commit run -a -c without.yaml", "absent"),
        ("bandit", "pre-commit run -a -c node.yaml", "absent"),
    ];
    check(&rows, &files);
}
