//! Tests of commands that install a tool from elsewhere than the registry.

use super::check;

const FILES: &[(&str, &str)] = &[
    ("tools/bandit/pyproject.toml", "[project]\nname = \"bandit\"\n"),
    ("wheels/bandit-9.9-py3-none-any.whl", "x"),
    ("other/foo-1.0-py3-none-any.whl", "x"),
    ("simple/bandit/index.html", "x"),
    ("links.html", "<a href='bandit-9.whl'>bandit-9.whl</a>"),
    ("ci/pip.conf", "[global]\nfind-links = ./wheels\n"),
    ("ci/uv.toml", "find-links = [\"wheels\"]\n"),
    ("ci/pip.toml", "[pip]\nfind-links = [\"wheels\"]\n"),
    ("ci/index.toml", "[[index]]\nurl = \"simple\"\n"),
    ("ci/plain.toml", "[[index]]\nurl = \"https://pypi.example.com/simple\"\n"),
    ("ci/plain.conf", "[global]\nindex-url = https://pypi.example.com/simple\n"),
    ("ci/path.txt", "a==1\nbandit @ file:../tools/bandit\n"),
    ("ci/address.txt", "bandit @ https://e.example/x.tar.gz\n"),
    ("ci/plain.txt", "bandit==1.8.0\n--extra-index-url https://pypi.example.com/simple\n"),
    ("ci/wheels.txt", "--find-links wheels\nbandit\n"),
    ("ci/long.txt", "bandit \\\n  @ https://e.example/x.tar.gz\n"),
    ("ci/x.py", ""),
    ("ci/bandit/main.py", ""),
    ("ci/patch.py", "open('.venv/lib/python3.12/site-packages/bandit/main.py', 'w').write('')\n"),
    ("ci/reads.py", "open('.venv/lib/python3.12/site-packages/bandit/main.py').read()\n"),
    ("ci/outer.txt", "-r more/list.txt\n"),
    ("ci/more/list.txt", "-c ../address.txt\nfoo\n"),
];

fn all(expected: &str, steps: &[&str]) {
    let steps: Vec<String> = steps
        .iter()
        .map(|step| if step.contains(" -r src") { (*step).to_owned() } else { format!("{step}\nbandit -r src") })
        .collect();
    let rows: Vec<(&str, &str, &str)> = steps.iter().map(|step| ("bandit", step.as_str(), expected)).collect();
    check(&rows, FILES);
}

#[test]
fn a_package_of_the_tree_however_it_is_given() {
    all(
        "configured",
        &[
            "uv run --with ./tools/bandit bandit -r src",
            "uv run --with=ruff,./tools/bandit bandit -r src",
            "uv run --with-editable tools/bandit bandit -r src",
            "uvx --from ./tools/bandit bandit -r src",
            "uvx --with ./tools/bandit bandit -r src",
            "uv add ./tools/bandit\nuv run bandit -r src",
            "poetry add ./tools/bandit\npoetry run bandit -r src",
            "pipx run --spec ./tools/bandit bandit -r src",
            "pip -q install ./tools/bandit",
            "pip install -Ue tools/bandit",
            "pip install -qUr ci/path.txt",
            "uv pip install -Urci/path.txt --system",
            "python3 -m pip --no-input install -e tools/bandit",
            "pip install -c ci/path.txt bandit",
            "PIP_CONSTRAINT=ci/path.txt pip install bandit",
            "uv pip install --constraints ci/path.txt bandit",
            "uv pip sync ci/path.txt",
        ],
    );
}

#[test]
fn places_of_the_tree_in_which_packages_are_looked_for() {
    all(
        "configured (gates)",
        &[
            "pip install --find-links ./wheels bandit",
            "pip install --no-index -fwheels bandit",
            "pip install -f links.html bandit",
            "pip install --index-url file://$PWD/simple bandit",
            "PIP_FIND_LINKS=wheels pip install bandit",
            "echo PIP_FIND_LINKS=wheels >> $GITHUB_ENV\n---\npip install bandit",
            "export PIP_CONFIG_FILE=ci/pip.conf\npip install bandit",
            "pip config set global.find-links $PWD/wheels\npip install bandit",
            "UV_FIND_LINKS=wheels uvx bandit -r src",
            "export UV_CONFIG_FILE=ci/uv.toml\nuv run --with bandit bandit -r src",
            "UV_CONFIG_FILE=ci/pip.toml uv pip install bandit",
            "uvx --config-file ci/index.toml bandit -r src",
            "UV_INDEX_URL=file://$PWD/simple uv pip install bandit",
            "UV_INDEX=simple uvx bandit -r src",
            "uv run --find-links wheels --with bandit bandit -r src",
            "pip install -r ci/wheels.txt",
            "pip install -r ci/outer.txt",
            "pip install -c ci/address.txt bandit",
        ],
    );
}

#[test]
fn another_index_is_not_the_inspected_tree() {
    all(
        "gates",
        &[
            "pip install bandit",
            "uv run --with requests bandit -r src",
            "pip install --find-links ./other bandit",
            "pip install --find-links ./made-before bandit",
            "pip install --find-links https://x.example/wheels bandit",
            "pip install -i https://pypi.example.com/simple bandit",
            "pip install --extra-index-url https://pypi.example.com/simple bandit",
            "PIP_INDEX_URL=https://x.example/simple pip install bandit",
            "export PIP_CONFIG_FILE=ci/plain.conf\npip install bandit",
            "UV_CONFIG_FILE=ci/plain.toml uvx bandit -r src",
            "uv run --config-file ci/plain.toml bandit -r src",
            "UV_INDEX_URL=https://pypi.example.com/simple uvx bandit -r src",
            "pip config set global.index-url https://x.example/simple\npip install bandit",
            "pip install -r ci/plain.txt -c ci/plain.txt",
        ],
    );
}

#[test]
fn what_is_built_by_an_import_path_is_looked_up() {
    let rows = [
        (
            "golangci-lint",
            "go build -modfile=tools.mod -o bin/golangci-lint github.com/golangci/golangci-lint/v2/cmd/golangci-lint\nbin/golangci-lint run",
            "gates",
        ),
        ("golangci-lint", "go build -o bin/golangci-lint example.org/x/cmd/y\nbin/golangci-lint run", "configured (gates)"),
        ("golangci-lint", "go build -o bin/golangci-lint $(cat pin)\nbin/golangci-lint run", "configured (gates)"),
    ];
    check(&rows, &[]);
}

#[test]
fn what_stands_for_a_tool_does_however_it_is_started() {
    all("configured", &["pip install ./tools/bandit\npython -m bandit -r src"]);
    all(
        "configured (gates)",
        &[
            "pip install 'bandit @ https://e.example/x.tar.gz'\npython -m bandit -r src",
            "pip install -r ci/address.txt\n.venv/bin/bandit -r src",
            "pip install --find-links wheels bandit\npython3 -m bandit -r src",
            "pip install -r ci/long.txt",
        ],
    );
}

#[test]
fn writes_into_an_installed_package() {
    let site = ".venv/lib/python3.12/site-packages/bandit/cli/main.py";
    let steps = [
        format!("cp ci/x.py {site}"),
        format!("sed -i s/1/0/ {site}"),
        format!("echo > {site}"),
        format!("printf x | tee {site}"),
        format!("curl -o {site} https://e.example/x"),
        format!("ln -sf ../x {site}"),
        "cp -r ci/bandit $DIR/site-packages/".to_owned(),
        "python ci/patch.py".to_owned(),
    ];
    all("configured (gates)", &steps.iter().map(String::as_str).collect::<Vec<_>>());
    all(
        "gates",
        &["cp ci/x.py .venv/lib/python3.12/site-packages/other/main.py", "cp node_modules/bandit/x /tmp/x", "python ci/reads.py"],
    );
}

#[test]
fn settings_that_uv_looks_for() {
    let tree = |file: &'static str, text: &'static str| [FILES, &[(file, text)]].concat();
    let rows = |step: &'static str, expected: &'static str| [("bandit", step, expected)];
    let pip = "uv pip install bandit\nbandit -r src";
    check(&rows(pip, "configured (gates)"), &tree("uv.toml", "find-links = [\"wheels\"]\n"));
    check(&rows(pip, "configured (gates)"), &tree("uv.toml", "[pip]\nfind-links = [\"wheels\"]\n"));
    check(&rows(pip, "configured (gates)"), &tree("pyproject.toml", "[tool.uv]\nfind-links = [\"wheels\"]\n"));
    check(
        &rows("uv sync\nuv run bandit -r src", "configured (gates)"),
        &tree("pyproject.toml", "[[tool.uv.index]]\nurl = \"wheels\"\n"),
    );
    check(&rows(pip, "gates"), &tree("uv.toml", "find-links = [\"other\"]\n"));
    check(&rows("uv pip install --no-config bandit\nbandit -r src", "gates"), &tree("uv.toml", "find-links = [\"wheels\"]\n"));
    // A command for the user reads no file of the tree.
    check(&rows("uvx bandit -r src", "gates"), &tree("uv.toml", "find-links = [\"wheels\"]\n"));
}
