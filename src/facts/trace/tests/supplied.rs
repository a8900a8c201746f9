//! Tests of whose dependencies an audit sees: what lies in the environment that it looks at, and what its list holds.

use super::{BASE, check};
use crate::catalog::Catalog;
use crate::facts::gather;
use crate::snapshot::Snapshot;
use crate::terms::Terms;

const LISTED: &[(&str, &str)] =
    &[("requirements.txt", "requests==2.32.3\n"), ("empty.txt", "# nothing\n"), ("other.txt", "flask==3\n")];

const PROJECT: &[(&str, &str)] = &[
    ("pyproject.toml", "[project]\nname = \"x\"\nversion = \"1\"\ndependencies = [\"requests\"]\n"),
    ("uv.lock", "version = 1\n"),
    ("dev.in", "pytest\n"),
    ("other/pyproject.toml", "[project]\nname = \"o\"\nversion = \"1\"\n"),
];

fn all(expected: &str, files: &[(&str, &str)], steps: &[&str]) {
    let rows: Vec<(&str, &str, &str)> =
        steps.iter().map(|step| (if step.contains("safety") { "safety" } else { "pip-audit" }, *step, expected)).collect();
    check(&rows, files);
}

#[test]
fn nothing_of_the_product_is_looked_at() {
    all(
        "configured",
        PROJECT,
        &[
            "uv run --with pip-audit --no-project pip-audit",
            "uv run -p 3.12 --no-project --with pip-audit pip-audit",
            "UV_NO_PROJECT=1 uv run --with pip-audit pip-audit",
            "uv run --with pip-audit --only-group audit pip-audit",
            "uv --no-config run --no-project --with pip-audit pip-audit",
            "UV_NO_SYNC=1 uv run pip-audit",
            "uv export --only-group audit > r.txt\npip-audit -r r.txt",
            "uv export -o /dev/null\npip-audit -r /dev/null",
            "uv pip compile dev.in -o r.txt\npip-audit -r r.txt",
            "pip-compile dev.in\npip-audit -r dev.txt",
            "poetry install --only docs\npoetry run pip-audit",
            "poetry install --without main,docs\npoetry run pip-audit",
            "pip install --no-deps . pip-audit\npip-audit",
        ],
    );
    all(
        "configured",
        LISTED,
        &[
            "pip install --dry-run -r requirements.txt\npip install pip-audit\npip-audit",
            "pip install -r requirements.txt pip-audit\npip-audit -r /dev/null",
            "pip install -r requirements.txt pip-audit\npip-audit -r empty.txt",
            "pipx install pip-audit\npipx inject pip-audit requests\npip-audit",
            "pipx install other\npipx inject other -r requirements.txt\npipx run pip-audit",
            "pip freeze > r.txt\npip install -r requirements.txt\npip-audit -r r.txt",
        ],
    );
}

#[test]
fn what_is_looked_at_may_be_something_else() {
    all(
        "runs (gates)",
        LISTED,
        &[
            "pip install --target /tmp/x -r requirements.txt\npip install pip-audit\npip-audit",
            "pip install --root /tmp/x -r requirements.txt\npip install pip-audit\npip-audit",
            "pip install --prefix=/tmp/x -r requirements.txt\npip install pip-audit\npip-audit",
            "pip --python /tmp/v install -r requirements.txt\npip install pip-audit\npip-audit",
            "pip install -r requirements.txt pip-audit\npip uninstall -y requests\npip-audit",
            "pip install -r requirements.txt pip-audit\npip uninstall -y -r requirements.txt\npip-audit",
            "pip install -r requirements.txt pip-audit\npip uninstall -y $NAMES\npip-audit",
            "pip install -r requirements.txt\npython -m venv other\nother/bin/pip install pip-audit\nother/bin/pip-audit",
            "pip install -r requirements.txt\npython -m venv other\n. other/bin/activate\npip install pip-audit\npip-audit",
            "python -m venv other\nother/bin/pip install -r requirements.txt\npip install pip-audit\npip-audit",
            "pip install -r requirements.txt pip-audit\npip-audit --path /tmp/other",
            "pip install -r requirements.txt pip-audit\nPIPAPI_PYTHON_LOCATION=/tmp/e/bin/python pip-audit",
            "python -m venv .venv\n. .venv/bin/activate\npip install -r requirements.txt\n---\npip install pip-audit\npip-audit",
            "grep -v requests requirements.txt > r.txt\npip-audit -r r.txt",
            "echo > requirements.txt\npip-audit -r requirements.txt",
            "pip-audit -r \"$LIST\"",
            "curl -s https://e.example/x | safety check --stdin",
        ],
    );
    all(
        "runs (gates)",
        PROJECT,
        &[
            "uv run --directory other pip-audit",
            "uv --project other run pip-audit",
            "UV_PROJECT=other uv run pip-audit",
            "uv run --package other pip-audit",
            "uv export --prune requests > r.txt\npip-audit -r r.txt",
            "uv export --no-emit-package requests > r.txt\npip-audit -r r.txt",
            "uv export > r.txt\npip-audit -r other.txt",
            "uv export | sed s/a/b/ > r.txt\npip-audit -r r.txt",
            "uv pip install -r pyproject.toml\npip install pip-audit\npip-audit",
            "uv sync\npip-audit --path .venv",
            "uv sync\nuv sync --only-group audit\nuv run --no-sync pip-audit",
            "pip install . pip-audit\nuv run --no-sync pip-audit",
            "pip install dist/*.whl pip-audit\npip-audit",
            "poetry install --only $GROUPS\npoetry run pip-audit",
        ],
    );
}

#[test]
fn the_environment_is_the_same_however_it_is_entered() {
    all(
        "gates",
        PROJECT,
        &[
            "uv sync\nsource .venv/bin/activate\npip-audit",
            "uv sync\n.venv/bin/pip-audit",
            "uv sync\nuv run --no-project --with pip-audit pip-audit",
            "UV_PROJECT_ENVIRONMENT=/usr/local uv sync\npip-audit",
            "uv sync\n./.venv/bin/python -m pip_audit",
            "uv sync\n---\necho \"$PWD/.venv/bin\" >> \"$GITHUB_PATH\"\n---\npip-audit",
            "uv sync\nuv run --no-sync --with pip-audit pip-audit",
            "uv sync\nuvx pip-audit --path .venv/lib/python3.12/site-packages",
            "uses: astral-sh/setup-uv@v6\n  with:\n    activate-environment: true\n---\nuv pip install -r pyproject.toml pip-audit\n---\npip-audit",
            "uv pip install --system . pip-audit\npip-audit",
            "UV_SYSTEM_PYTHON=1 uv pip install . pip-audit\npip-audit",
            "uv venv\nuv pip install . pip-audit\nuv run --no-sync pip-audit",
            "poetry install --only main,docs\npoetry run pip-audit",
            "poetry install\npipx run pip-audit --path \"$(poetry run python -c 'import site; print(site.getsitepackages()[0])')\"",
            "poetry config virtualenvs.create false\npoetry install\npip install pip-audit\npip-audit",
        ],
    );
    all(
        "gates",
        LISTED,
        &[
            "python -m venv v\nv/bin/pip install -r requirements.txt pip-audit\nv/bin/pip-audit",
            "python -m venv v\nv/bin/pip install -r requirements.txt\n---\n. v/bin/activate\npip install pip-audit\npip-audit",
            "pip install --target /tmp/x -r requirements.txt\npipx run pip-audit --path /tmp/x",
            "pipx install pip-audit\npipx inject pip-audit -r requirements.txt\npip-audit",
            "pip uninstall -y requests\npip install -r requirements.txt pip-audit\npip-audit",
            "pip install -r requirements.txt pip-audit\npip uninstall -y flask\npip-audit",
            "uv run --no-project --with-requirements requirements.txt --with pip-audit pip-audit",
            "/usr/bin/python3 -m pip install -r requirements.txt pip-audit\npip-audit",
            "pip install -r requirements.txt pip-audit\npip-audit --path \"$(python -c 'import site; print(site.getsitepackages()[0])')\"",
        ],
    );
}

#[test]
fn a_list_is_followed_to_where_it_is_read() {
    all(
        "gates",
        PROJECT,
        &[
            "uv export > r.txt\nuvx pip-audit -r r.txt",
            "uv export | tee r.txt | uvx pip-audit -r /dev/stdin",
            "uvx pip-audit -r <(uv export)",
            "uv export | tee r.txt\nuvx pip-audit -r r.txt",
            "uv export -o r.txt\ncd src\nuvx pip-audit -r ../r.txt",
            "{ uv export; } > r.txt\nuvx pip-audit -r r.txt",
            "uv export > r.txt\nmv r.txt /tmp/r.txt\nuvx pip-audit --requirement=/tmp/r.txt",
            "uv sync\nuv pip freeze > r.txt\nuvx pip-audit -r r.txt",
            "uv run pip freeze | uvx pip-audit -r /dev/stdin",
            "pip-compile -o r.txt\nuvx pip-audit -r r.txt",
            "pip-compile pyproject.toml\nuvx pip-audit -r requirements.txt",
            "poetry export --only main -o r.txt\nuvx pip-audit -r r.txt",
        ],
    );
    all(
        "gates",
        LISTED,
        &[
            "cat requirements.txt | safety check --stdin",
            "safety check --stdin < requirements.txt",
            "cp requirements.txt /tmp/r.txt\npip-audit -r /tmp/r.txt",
            "pip install -r requirements.txt\npip freeze > r.txt\nuvx pip-audit -r r.txt",
            "cat other.txt requirements.txt > r.txt\nuvx pip-audit -r r.txt",
        ],
    );
}

#[test]
fn what_a_runner_installs_is_there_as_well() {
    let tox = |text: &'static str| [PROJECT, LISTED, &[("tox.ini", text)]].concat();
    let listed = tox("[testenv:audit]\nskip_install = true\ndeps =\n  pip-audit\n  -r requirements.txt\ncommands = pip-audit\n");
    let own = tox("[testenv:audit]\ndeps = pip-audit\ncommands = pip-audit\n");
    let none = tox("[testenv:audit]\nskip_install = true\ndeps = pip-audit\ncommands = pip-audit\n");
    let unpackaged = tox("[tox]\nno_package = true\n[testenv:audit]\ndeps = pip-audit\ncommands = pip-audit\n");
    let toml = [PROJECT, &[("tox.toml", "[env.audit]\ndeps = [\"pip-audit\"]\ncommands = [[\"pip-audit\"]]\n")]].concat();
    let toml_skips =
        [PROJECT, &[("tox.toml", "[env.audit]\nskip_install = true\ndeps = [\"pip-audit\"]\ncommands = [[\"pip-audit\"]]\n")]]
            .concat();
    for (files, expected) in [
        (&listed[4..], "gates"),
        (&own, "gates"),
        (&none, "runs (gates)"),
        (&unpackaged, "runs (gates)"),
        (&toml, "gates"),
        (&toml_skips, "runs (gates)"),
    ] {
        all(expected, files, &["tox -e audit"]);
    }
    all("runs (gates)", &own, &["tox -e audit --skip-pkg-install"]);
    all("gates", PROJECT, &["hatch run pip-audit"]);
    let two = tox(
        "[testenv]\nskip_install = true\ndeps = pip-audit\n[testenv:a]\ncommands = pip install .\n[testenv:b]\ncommands = pip-audit\n",
    );
    all("runs (gates)", &two, &["tox -e a,b"]);
    let detached = [PROJECT, &[("hatch.toml", "[envs.audit]\ndetached = true\n")]].concat();
    all("runs (gates)", &detached, &["hatch run audit:pip-audit"]);
}

#[test]
fn packages_that_were_made_before_are_of_their_project() {
    all(
        "gates",
        PROJECT,
        &[
            "python -m build\npip install dist/*.whl pip-audit\npip-audit",
            "uv build --out-dir out\npip install out/*.whl pip-audit\npip-audit",
            "poetry build\npip install ./dist/x-1-py3-none-any.whl pip-audit\npip-audit",
            "pip wheel . -w wheels\npip install wheels/*.whl pip-audit\npip-audit",
        ],
    );
    all("runs (gates)", PROJECT, &["python -m build other\npip install dist/*.whl pip-audit\npip-audit"]);
    all("configured", PROJECT, &["python -m build\npip install --no-deps dist/x.tar.gz pip-audit\npip-audit"]);
}

#[test]
fn a_plugin_that_is_taken_out_is_not_beside_its_tool() {
    let tox = |pre: &str| {
        format!("[testenv:lint]\nskip_install = true\ndeps =\n  flake8\n  flake8-bandit\n{pre}commands = flake8 src\n")
    };
    let security = |steps: &str, tox: &str| {
        let step = format!("      - run: |\n{}", steps.lines().map(|line| format!("          {line}\n")).collect::<String>());
        let head = "on: pull_request\njobs:\n  x:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n";
        let own = [(".github/workflows/ci.yml".to_owned(), format!("{head}{step}")), ("tox.ini".to_owned(), tox.to_owned())];
        let base = BASE.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
        let snapshot = Snapshot::in_memory(base.chain(own));
        let facts = gather(&snapshot, Catalog::builtin(), &Terms::default()).expect("facts");
        let found = facts.trace.invocations.iter().find(|one| one.tool == "flake8").expect("flake8");
        found.packages.iter().any(|name| name == "flake8-bandit")
    };
    assert!(security("tox -e lint", &tox("")));
    assert!(!security("tox -e lint", &tox("commands_pre = pip uninstall -y flake8-bandit\n")));
    assert!(security("pip install flake8 flake8-bandit\nflake8 src", ""));
    assert!(!security("pip install flake8 flake8-bandit\npip uninstall -y flake8-bandit\nflake8 src", ""));
    assert!(security("pip uninstall -y flake8-bandit\npip install flake8 flake8-bandit\nflake8 src", ""));
}
