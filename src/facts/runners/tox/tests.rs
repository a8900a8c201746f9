//! Tables of tox configurations and what calls lead to.

use super::Tox;
use crate::facts::pipeline::Env;
use crate::facts::runners::rendering::{env, lead, tree};
use crate::facts::workdir::Workdir;

/// One configuration, and calls with what they lead to (lines joined by ` | `).
struct Case {
    files: &'static str,
    calls: &'static [(&'static str, &'static str)],
}

const CASES: &[Case] = &[
    Case {
        files: "== tox.ini\n[tox]\nenvlist = py{38,39}, lint\n\n[testenv]\ncommands = pytest {posargs:tests}\n\n[testenv:lint]\nskip_install = true\ncommands =\n    ruff check src\n    - mypy src\n    bandit -r {toxinidir}/src \\\n        -c pyproject.toml\n",
        calls: &[
            (
                "tox -e lint",
                "ruff check src @tox.ini:10 | mypy src @tox.ini:11 ~soften:11 | bandit -r /workspace/src -c pyproject.toml @tox.ini:12",
            ),
            (
                "tox run -elint",
                "ruff check src @tox.ini:10 | mypy src @tox.ini:11 ~soften:11 | bandit -r /workspace/src -c pyproject.toml @tox.ini:12",
            ),
            ("tox -e py310 -- -k x", "pytest -k x @tox.ini:5"),
            (
                "tox",
                "pytest tests @tox.ini:5 | ruff check src @tox.ini:10 | mypy src @tox.ini:11 ~soften:11 | bandit -r /workspace/src -c pyproject.toml @tox.ini:12",
            ),
            ("tox p -e py38,py39", "pytest tests @tox.ini:5"),
            ("tox run-parallel -p auto -e py38", "pytest tests @tox.ini:5"),
            ("tox -pauto -e py38", "pytest tests @tox.ini:5"),
            ("tox -e py38 -e py39", "pytest tests @tox.ini:5"),
            ("tox -n -e py38", "pytest tests @tox.ini:5 ~void:1"),
            (
                "tox --notest",
                "pytest tests @tox.ini:5 ~void:1 | ruff check src @tox.ini:10 ~void:1 | mypy src @tox.ini:11 ~void:1 ~soften:11 | bandit -r /workspace/src -c pyproject.toml @tox.ini:12 ~void:1",
            ),
            ("tox --notes -e py38", "pytest tests @tox.ini:5 ~void:1"),
            ("tox --verb -e py38", "pytest tests @tox.ini:5"),
            ("tox --show", ""),
            ("tox --vers", ""),
            ("tox -e py38 --overr testenv.commands=true", "pytest tests @tox.ini:5 ~unknown:1"),
            ("tox -e py38 --overr=testenv.commands=true", "pytest tests @tox.ini:5 ~unknown:1"),
            ("tox -l", ""),
            ("tox list", ""),
            ("tox --devenv venv -e lint", ""),
            ("tox exec -e lint -- ruff check .", "ruff check . "),
            (
                "tox -e $ENV",
                "pytest tests @tox.ini:5 ? | ruff check src @tox.ini:10 ? | mypy src @tox.ini:11 ~soften:11 ? | bandit -r /workspace/src -c pyproject.toml @tox.ini:12 ?",
            ),
            ("tox -e py38 -x testenv.commands=true", "pytest tests @tox.ini:5 ~unknown:1"),
            ("tox -c missing.ini", ""),
            (
                "tox --skip-env py3.* ",
                "ruff check src @tox.ini:10 | mypy src @tox.ini:11 ~soften:11 | bandit -r /workspace/src -c pyproject.toml @tox.ini:12",
            ),
            ("npx -e lint", "none"),
        ],
    },
    Case {
        files: "== tox.ini\n[tox]\nenv_list =\n    py{310,311}-{a,b}\n    lint\n[testenv]\nchange_dir = sub\nset_env =\n    A = 1\n    B = {env:A}2\ncommands =\n    lint: ruff check # comment\n    !lint: pytest {env:B} {env:UNSET:dflt}\n    a,lint: both\n    py310-b: only\n",
        calls: &[
            ("tox -e lint", "ruff check @tox.ini:11 in sub | both @tox.ini:13 in sub"),
            ("tox -e py310-a", "pytest 12 dflt @tox.ini:12 in sub | both @tox.ini:13 in sub"),
            ("tox -e py310-b", "pytest 12 dflt @tox.ini:12 in sub | only @tox.ini:14 in sub"),
            ("tox -f lint", "ruff check @tox.ini:11 in sub | both @tox.ini:13 in sub"),
        ],
    },
    Case {
        files: "== tox.ini\n[tox]\nlabels =\n    check = lint, types\n[base]\nruff = ruff check src\n[testenv:{lint,types}]\nignore_outcome = true\ncommands = {[base]ruff}\n[testenv:other]\nlabels = check\nplatform = linux\nbase = testenv:lint\ncommands_pre = pre\ncommands_post = !post\n    -{envpython} -m bandit 'a b'\n",
        calls: &[
            ("tox -e lint", "ruff check src @tox.ini:5 ~soften:7"),
            (
                "tox -m check",
                "ruff check src @tox.ini:5 ~soften:7 | pre @tox.ini:13 ~soften:7 ? | ruff check src @tox.ini:5 ~soften:7 ? | post @tox.ini:14 ~soften:7 ~soften:14 ? | /.tox/other/bin/python -m bandit a b @tox.ini:15 ~soften:7 ~soften:15 ?",
            ),
        ],
    },
    Case {
        files: "== setup.cfg\n[metadata]\nname = x\n[tox:tox]\nenvlist = a\n[testenv]\ncommands = run {posargs} []\n== sub/x.py\n",
        calls: &[("tox", "run @setup.cfg:6"), ("tox -- 'p q'", "run p q p q @setup.cfg:6")],
    },
    Case {
        files: "== pyproject.toml\n[tool.tox]\nlegacy_tox_ini = \"\"\"\n[tox]\nenvlist = lint\n[testenv:lint]\ncommands =\n    ruff check\n    mypy {tox_root}\n\"\"\"\n",
        calls: &[("tox", "ruff check @pyproject.toml:7 | mypy /workspace @pyproject.toml:8")],
    },
    Case {
        files: "== pyproject.toml\n[tool.tox]\nenv_list = [\"py310\", { product = [[\"a\"], [\"b\", \"c\"]] }]\n[tool.tox.env_run_base]\ncommands = [[\"pytest\", { replace = \"posargs\", default = [\"tests\"], extend = true }]]\n[tool.tox.env.lint]\nchange_dir = \"src\"\nignore_outcome = true\ncommands = [[\"-\", \"ruff\", \"check\", \"{env_name}\"], { replace = \"ref\", of = [\"env_run_base\", \"commands\"], extend = true }]\n[tool.tox.env.loop]\ncommands = [{ replace = \"ref\", of = [\"env\", \"loop\", \"commands\"], extend = true }]\n",
        calls: &[
            (
                "tox -e lint",
                "ruff check lint @pyproject.toml:8 in src ~soften:7 ~soften:8 | pytest tests @pyproject.toml:4 in src ~soften:7",
            ),
            ("tox", "pytest tests @pyproject.toml:4"),
            ("tox -e loop", "opaque these tox commands are computed @pyproject.toml:10"),
            (
                "tox r -e lint -- x",
                "ruff check lint @pyproject.toml:8 in src ~soften:7 ~soften:8 | pytest x @pyproject.toml:4 in src ~soften:7",
            ),
        ],
    },
    Case {
        files: "== tox.toml\n[env.lint]\ncommands = [[\"ruff\", \"check\"], [\"x\", { replace = \"if\", condition = \"a\", then = \"b\" }]]\n",
        calls: &[("tox -e lint", "ruff check @tox.toml:2 | x <?> @tox.toml:2")],
    },
    Case {
        files: "== tox.ini\n[tox]\nenvlist = py38, py39, lint\n[testenv]\ncommands = test {envname}\n[testenv:lint]\ncommands = ruff check\n[gh-actions]\npython =\n    3.8: py38\n    3.9: py39, lint\n",
        calls: &[
            ("tox", "test py38 @tox.ini:4 | test py39 @tox.ini:4 | ruff check @tox.ini:6"),
            ("tox -e lint", "ruff check @tox.ini:6"),
        ],
    },
    Case {
        files: "== tox.ini\n[tox]\nenvlist = py38, py39, lint, old\nskip_missing_interpreters = true\n[testenv]\ncommands = test {envname}\n[testenv:lint]\nbasepython = python3\ncommands = ruff check\n[testenv:old]\nbasepython = python3.7\ncommands = mypy\n[testenv:kept]\nbasepython = python3.7\nskip_missing_interpreters = no\ncommands = kept\n",
        calls: &[
            (
                "tox",
                "test py38 @tox.ini:5 ~unknown:3 | test py39 @tox.ini:5 ~unknown:3 | ruff check @tox.ini:8 | mypy @tox.ini:11 ~unknown:3",
            ),
            ("tox -e old", "mypy @tox.ini:11"),
            ("tox -e py38,py39", "test py38 @tox.ini:5 | test py39 @tox.ini:5"),
            ("tox -e old,lint -s false", "mypy @tox.ini:11 | ruff check @tox.ini:8"),
            ("tox -e kept,lint", "kept @tox.ini:15 | ruff check @tox.ini:8"),
            ("tox -e kept,lint --skip-missing-interpreters", "kept @tox.ini:15 ~unknown:1 | ruff check @tox.ini:8"),
        ],
    },
    Case {
        files: "== tox.toml\nskip_missing_interpreters = true\nenv_list = [\"lint\", \"old\"]\n[env.lint]\ncommands = [[\"ruff\", \"check\"]]\n[env.old]\nbase_python = [\"python3.7\", \"python3.6\"]\ncommands = [[\"mypy\"]]\n",
        calls: &[("tox", "ruff check @tox.toml:4 | mypy @tox.toml:7 ~unknown:1"), ("tox -e old", "mypy @tox.toml:7")],
    },
    Case {
        files: "== tox.ini\n[testenv]\ncommands = a\n    {[testenv]commands}\n    {[x]y}{[x]y}\n    \"open\n[x]\ny = {[x]y}{[x]y}z\n",
        calls: &[],
    },
    Case {
        files: "== tox.ini\n[testenv]\ncommands = a\ncommands = b\n",
        calls: &[("tox", "opaque `commands` is given on line 2 and again on line 3")],
    },
];

#[test]
fn calls_lead_to_commands() {
    for case in CASES {
        let snapshot = tree(case.files);
        for (call, expected) in case.calls {
            let led = lead(&Tox, &snapshot, call, &Env::new(), &Workdir::workspace());
            let led = led.map_or("none".to_owned(), |text| text.replace('\n', " | "));
            assert_eq!(led.trim(), expected.trim(), "{call} in\n{}", case.files);
        }
    }
}

#[test]
fn a_mapping_takes_what_has_the_factors_of_every_variable() {
    let snapshot = tree(
        "== tox.ini\n[tox]\nenvlist = lint, py312-dj42\n[testenv]\ncommands = test {envname}\n[testenv:lint]\ncommands = ruff check\n[testenv:other]\ncommands = x\n[gh-actions]\npython =\n    3.12: py312, lint, other\n[gh-actions:env]\nDJANGO =\n    4.2: dj42\n",
    );
    for (pairs, expected) in [
        (&[][..], "ruff check @tox.ini:6\ntest py312-dj42 @tox.ini:4"),
        (&[("DJANGO", "4.2")][..], "test py312-dj42 @tox.ini:4"),
        (&[("DJANGO", "?")][..], "test py312-dj42 @tox.ini:4"),
        (&[("DJANGO", "5")][..], "ruff check @tox.ini:6\ntest py312-dj42 @tox.ini:4"),
    ] {
        assert_eq!(lead(&Tox, &snapshot, "tox", &env(pairs), &Workdir::workspace()).as_deref(), Some(expected), "{pairs:?}");
    }
}

#[test]
fn the_environment_selects() {
    let snapshot = tree("== tox.ini\n[testenv:lint]\ncommands = ruff check {env:CI}\n[testenv:x]\ncommands = x\n");
    for (pairs, expected) in [
        (&[("TOXENV", "lint")][..], "ruff check <?> @tox.ini:2"),
        (&[("TOXENV", "x,lint"), ("TOX_SKIP_ENV", "x"), ("CI", "true")][..], "ruff check true @tox.ini:2"),
        (&[("TOXENV", "?")][..], "ruff check <?> @tox.ini:2 ?\nx @tox.ini:4 ?"),
        (&[("TOXENV", "x"), ("TOX_OVERRIDE", "a=b")][..], "x @tox.ini:4 ~unknown:1"),
    ] {
        assert_eq!(lead(&Tox, &snapshot, "tox", &env(pairs), &Workdir::workspace()).as_deref(), Some(expected), "{pairs:?}");
    }
}

#[test]
fn the_file_is_found_upwards() {
    let snapshot =
        tree("== tox.ini\n[testenv]\ncommands = up {tox_root}\n== a/b/x.py\n== c/other.ini\n[testenv]\ncommands = other\n");
    let at = |directory: &str, call: &str| lead(&Tox, &snapshot, call, &Env::new(), &Workdir::workspace().enter(directory));
    assert_eq!(at("a/b", "tox").as_deref(), Some("up /workspace @tox.ini:2"));
    assert_eq!(at(".", "tox -c c/other.ini").as_deref(), Some("other @c/other.ini:2 in c"));
    assert_eq!(at("../..", "tox").as_deref(), Some(""));
    let unknown = lead(&Tox, &snapshot, "tox", &Env::new(), &Workdir::workspace().unknown());
    assert_eq!(unknown.as_deref(), Some("opaque the directory tox runs in is not known in ?"));
}

#[test]
fn hostile_files_end() {
    let bomb: String = (0..40).map(|n| format!("k{n} = {{[x]k{}}}{{[x]k{}}}\n", n + 1, n + 1)).collect();
    let factors = format!("[testenv]\ncommands = {}: a\n", "{a,b,c,d}".repeat(50));
    for text in [
        format!("[tox]\nenvlist = {}\n[testenv]\ncommands = {{[x]k0}}\n[x]\n{bomb}", "{a,b,c,d}".repeat(30)),
        factors,
        format!("[testenv]\ncommands = {}\n", "{".repeat(20_000)),
        format!("[testenv]\ncommands = {}{}\n", "{posargs:".repeat(5_000), "}".repeat(5_000)),
        "[testenv]\ncommands = {posargs:\u{e9}\u{1f600}} \\\n".to_owned(),
        "[testenv:a]\nbase = a,testenv:a,b\n[testenv]\nbase = testenv:a\ncommands = '\n".to_owned(),
    ] {
        let snapshot = tree(&format!("== tox.ini\n{text}"));
        assert!(lead(&Tox, &snapshot, "tox -e a,b -- x", &Env::new(), &Workdir::workspace()).is_some());
        assert!(lead(&Tox, &snapshot, "tox", &Env::new(), &Workdir::workspace()).is_some());
    }
}
