//! Tests of the walk over whole trees: one step of a workflow, the files beside it, and where the tool ends up.

use crate::catalog::Catalog;
use crate::facts::gather;
use crate::snapshot::Snapshot;
use crate::terms::Terms;

/// Files that every tree has: code of three languages, so that each tool has something to look at.
const BASE: &[(&str, &str)] = &[
    ("pyproject.toml", "[project]\nname = \"x\"\n"),
    ("src/a.py", "a = 1\n"),
    ("src/b.py", "b = 1\n"),
    ("src/c.py", "c = 1\n"),
    ("Cargo.toml", "[package]\nname = \"x\"\n[dependencies]\ny = \"1\"\n"),
    ("src/main.rs", "fn main() {}\n"),
    ("go.mod", "module x\n\nrequire y v1.0.0\n"),
    ("main.go", "package main\n"),
];

/// `tool rung (may_be)`, and how many places are opaque. Steps are divided by `---`; one may begin with an `if:`, or use an action.
fn told(tool: &str, steps: &str, files: &[(&str, &str)]) -> String {
    let mut workflow =
        "on: pull_request\njobs:\n  x:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n".to_owned();
    for step in steps.split("\n---\n") {
        let (condition, script) = match step.split_once('\n') {
            Some((first, rest)) if first.starts_with("if: ") => (format!("        {first}\n"), rest),
            _ => (String::new(), step),
        };
        let lines: String = script.lines().map(|line| format!("          {line}\n")).collect();
        match script.strip_prefix("uses: ") {
            Some(action) => workflow.push_str(&format!("      - uses: {action}\n{condition}")),
            None => workflow.push_str(&format!("      - run: |\n{lines}{condition}")),
        }
    }
    let all = BASE.iter().chain(files).map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
    let snapshot = Snapshot::in_memory(all.chain([(".github/workflows/ci.yml".to_owned(), workflow)]));
    let facts = gather(&snapshot, Catalog::builtin(), &Terms::default()).expect("facts");
    let mut out = match facts.standings.iter().find(|standing| standing.tool == tool) {
        None => "absent".to_owned(),
        Some(standing) => match standing.may_be {
            Some(may_be) => format!("{} ({})", standing.rung.word(), may_be.word()),
            None => standing.rung.word().to_owned(),
        },
    };
    if !facts.trace.opaque.is_empty() {
        out.push_str(&format!(", opaque {}", facts.trace.opaque.len()));
    }
    out
}

fn check(rows: &[(&str, &str, &str)], files: &[(&str, &str)]) {
    let wrong: Vec<String> = rows
        .iter()
        .filter_map(|(tool, step, expected)| {
            let found = told(tool, step, files);
            (found != *expected).then(|| format!("{step}\n    expected {expected}, found {found}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_computed_word_is_never_silence() {
    let rows = [
        ("clippy", "cargo +${{ steps.t.outputs.x }} clippy -- -D warnings", "gates"),
        ("clippy", "cargo --color=$C clippy -- -D warnings", "gates"),
        ("clippy", "cargo $X clippy -- -D warnings", "configured (gates)"),
        ("clippy", "cargo $X", "absent, opaque 1"),
        ("clippy", "cargo test $X", "absent"),
        ("clippy", "rustup run stable cargo clippy -- -D warnings", "gates"),
        ("clippy", "rustup run $T cargo clippy -- -D warnings", "gates"),
        ("clippy", "cross clippy -- -D warnings", "gates"),
        ("golangci-lint", "golangci-lint $V run", "configured (gates)"),
        ("golangci-lint", "$(go env GOPATH)/bin/golangci-lint run", "gates"),
        ("bandit", "\"$VENV\"/bin/bandit -r src", "gates"),
        ("bandit", "${{ runner.temp }}/venv/bin/bandit -r src", "gates"),
        ("bandit", "$VENV/bin/python -m bandit -r src", "gates"),
        ("bandit", "$TOOL -r src", "absent, opaque 1"),
        ("bandit", "uv run --python=$P bandit -r src", "gates"),
        ("bandit", "uv run $FLAGS bandit -r src", "configured (gates), opaque 1"),
        ("bandit", "pipx run bandit==$V -r src", "gates"),
        ("bandit", "uvx bandit@${{ env.V }} -r src", "gates"),
        ("bandit", "timeout $T bandit -r src", "gates"),
        ("bandit", "sudo -E PATH=$PATH bandit -r src", "gates"),
        ("bandit", "env A=$B bandit -r src", "gates"),
        ("bandit", "cross-env A=${B:=1} bandit -r src", "gates"),
        ("bandit", "docker run --rm $TTY -v $PWD:/src -w /src python:3 bandit -r src", "configured (gates)"),
    ];
    check(&rows, &[]);
}

#[test]
fn what_runs_the_rest_of_its_line() {
    let rows = [
        ("bandit", "git ls-files | xargs ruff check", "absent"),
        ("ruff", "git ls-files '*.py' | xargs ruff check", "runs (gates)"),
        ("ruff", "parallel --halt now,fail=1 ::: 'ruff check' 'mypy .'", "gates"),
        ("ruff", "nix develop -c ruff check", "gates"),
        ("ruff", "nix-shell -p x --run 'ruff check || true'", "runs"),
        ("ruff", "npx -c 'ruff check || true'", "runs"),
        ("ruff", "npx -c 'ruff check'", "gates"),
        ("ruff", "sfw uv run ruff check", "configured (gates)"),
        ("ruff", "op run --env-file x -- ruff check", "configured (gates)"),
        ("ruff", "conda run -n x ruff check", "gates"),
        ("mypy", "conda run -n x mypy src", "gates"),
        ("ruff", "conda install ruff", "absent"),
        ("ruff", "true ruff check", "absent"),
        // Its tasks may be called as they like.
        ("ruff", "pixi run ruff check", "absent, opaque 1"),
        ("bandit", "echo bandit -r src", "absent"),
        ("bandit", "pip install bandit", "absent"),
        ("bandit", "foo install bandit", "absent"),
        ("bandit", "which bandit", "absent"),
        ("bandit", "rm -rf bandit", "absent"),
        ("bandit", "foo --with bandit", "absent"),
        ("bandit", "bash <(curl -s https://x.example/x.sh)", "absent"),
        ("bandit", "bash -c \"$(curl -fsSL https://x.example/x.sh)\"", "absent"),
    ];
    check(&rows, &[]);
}

#[test]
fn one_of_a_few_words() {
    let rows = [
        ("ruff", "PREFIX=\"\"\nif [ -d venv ]; then PREFIX=venv/bin/; fi\n${PREFIX}ruff check", "gates"),
        ("clippy", "if [ -n \"$X\" ]; then C=cargo; else C=cross; fi\n$C clippy -- -D warnings", "gates"),
        ("bandit", "if [ -n \"$X\" ]; then C=bandit; else C=pylint; fi\n$C -r src", "configured (gates)"),
        ("bandit", "S=\nif [ -n \"$X\" ]; then S=sudo; fi\n$S bandit -r src", "gates"),
    ];
    check(&rows, &[]);
}

#[test]
fn a_script_knows_where_it_is() {
    let files = [
        ("scripts/lint", "#!/bin/sh -e\ncd \"$(dirname \"$0\")/..\"\nruff check\n./scripts/more.sh\n"),
        ("scripts/more.sh", "#!/bin/bash\nset -e\nD=\"$(cd \"$(dirname \"${BASH_SOURCE[0]}\")\" && pwd)\"\n\"$D\"/last.sh\n"),
        ("scripts/last.sh", "#!/bin/bash\nbandit -r \"$(git rev-parse --show-toplevel)/src\"\n"),
        ("tools/bin/mypy", "#!/bin/sh\ntrue\n"),
        ("x.sh", "cd \"$(mktemp -d)\"\nmake lint\n"),
        ("Makefile", "lint:\n\tpylint src\n"),
    ];
    let rows = [
        ("ruff", "scripts/lint", "gates"),
        ("bandit", "scripts/lint", "gates"),
        ("bandit", "cd /\n\"$GITHUB_WORKSPACE\"/scripts/lint", "gates"),
        ("mypy", "$X/bin/mypy src", "absent"),
        // The directory is outside the tree; that people may run the target by hand is all that is left.
        ("pylint", "bash x.sh", "configured"),
        ("pylint", "cd sub\ncd -\nmake lint", "gates"),
    ];
    check(&rows, &files);
}

#[test]
fn a_sourced_file_is_read_in_place() {
    let files = [
        ("scripts/lib.sh", "lint() { ruff check; }\n"),
        ("scripts/strict.sh", "set -euo pipefail\n"),
        ("scripts/env.sh", "set +e\n"),
        (
            "scripts/run",
            "#!/bin/bash\n. \"$(dirname \"$0\")/strict.sh\"\nsource \"${BASH_SOURCE[0]%/*}/lib.sh\"\nlint\necho done\n",
        ),
    ];
    let rows = [
        ("ruff", "source scripts/lib.sh\nlint", "gates"),
        ("ruff", "source scripts/strict.sh\nruff check | tee log", "gates"),
        ("ruff", "source scripts/env.sh\nruff check\necho done", "runs"),
        ("ruff", "scripts/run", "gates"),
        ("ruff", "source \"$X/lib.sh\"\nlint", "absent, opaque 1"),
    ];
    check(&rows, &files);
}

#[test]
fn a_shell_that_reads_a_here_document() {
    let rows = [
        ("ruff", "bash -euo pipefail <<'EOF'\nruff check | tee log\necho done\nEOF", "gates"),
        ("ruff", "bash -e <<'EOF'\nruff check\necho done\nEOF", "gates"),
        ("ruff", "bash <<'EOF'\nruff check\necho done\nEOF", "runs"),
    ];
    check(&rows, &[]);
}

#[test]
fn what_guards_a_tool_is_no_condition() {
    let rows = [
        ("ruff", "if command -v ruff; then ruff check; else echo missing; exit 1; fi", "gates"),
        ("ruff", "command -v ruff && ruff check || exit 1", "gates"),
        ("ruff", "command -v ruff || exit 1\nruff check", "gates"),
        ("ruff", "if command -v ruff; then ruff check; fi", "configured (gates)"),
    ];
    check(&rows, &[]);
}

#[test]
fn a_long_script_is_read_anew_where_its_surroundings_differ() {
    let padding = "# filling\n".repeat(600);
    let script = format!("#!/bin/bash\n{padding}$TOOL check\n");
    let files = [("scripts/run.sh", script.as_str())];
    let rows = [
        ("ruff", "TOOL=true ./scripts/run.sh\nTOOL=ruff ./scripts/run.sh", "gates"),
        ("ruff", "TOOL=true ./scripts/run.sh\nTOOL=true ./scripts/run.sh", "absent"),
        ("ruff", "TOOL=ruff ./scripts/run.sh || true\nTOOL=ruff ./scripts/run.sh", "gates"),
    ];
    check(&rows, &files);
}

#[test]
fn what_earlier_steps_put_on_the_search_path() {
    let files = [
        ("ci/bin/bandit", "#!/bin/sh\n"),
        ("ci/fake.sh", "#!/bin/sh\n"),
        ("ci/setup.sh", "#!/bin/bash\necho \"$PWD/ci/bin\" >> \"$GITHUB_PATH\"\n"),
        ("ci/setup.py", "import os\nopen(os.environ['GITHUB_PATH'], 'a').write('ci/bin')\n"),
        ("ci/env", "PATH=ci/bin:/usr/bin\n"),
        (
            "act/action.yml",
            "runs:\n  using: composite\n  steps:\n    - run: realpath ci/bin >> $GITHUB_PATH\n      shell: bash\n",
        ),
    ];
    let known = [
        "echo \"$PWD/ci/bin\" >> $GITHUB_PATH",
        "echo \"${{ github.workspace }}/ci/bin\" >> \"$GITHUB_PATH\"",
        "echo ci/bin >> $GITHUB_PATH",
        "{ echo a; echo \"$GITHUB_WORKSPACE/ci/bin\"; } >> $GITHUB_PATH",
        "cat >> $GITHUB_PATH <<EOF\n/opt/x\n$GITHUB_WORKSPACE/ci/bin\nEOF",
        "cat <<EOF | tee -a $GITHUB_PATH\nci/bin\nEOF",
        "echo \"$PWD/ci/bin\" | tee -a \"$GITHUB_PATH\"",
        "tee -a \"$GITHUB_PATH\" <<< ci/bin",
        "realpath ci/bin >> $GITHUB_PATH",
        "cd ci/bin\npwd >> $GITHUB_PATH",
        "printf '%s\\n' \"$(pwd)/ci/bin\" >> \"$GITHUB_PATH\"",
        "dir=$PWD/ci/bin\necho \"$dir\" >> $GITHUB_PATH",
        "echo \"PATH=$PWD/ci/bin:$PATH\" >> $GITHUB_ENV",
        "cat ci/env >> $GITHUB_ENV",
        "bash ci/setup.sh",
        "echo BASH_ENV=ci/fake.sh >> $GITHUB_ENV",
        "{ echo A=1; echo BASH_ENV=ci/fake.sh; } >> $GITHUB_ENV",
        "uses: ./act",
    ];
    let doubtful = [
        "echo \"$DIR\" >> $GITHUB_PATH",
        "echo \"$DIR/bin\" >> $GITHUB_PATH",
        "echo \"$(pwd)/$DIR\" >> $GITHUB_PATH",
        "python -c 'print(1)' >> $GITHUB_PATH",
        "python -c 'print(1)' >> $GITHUB_ENV",
        "python -c 'import os; open(os.environ[\"GITHUB_PATH\"], \"a\")'",
        "python ci/setup.py",
        "[ -n \"$X\" ] && echo ci/bin >> $GITHUB_PATH",
        "if: contains(github.event.pull_request.title, 'x')\necho ci/bin >> $GITHUB_PATH",
        "cp ci/fake.sh /usr/local/bin/bandit",
        "sudo cp ci/bin/bandit /usr/local/bin",
        "ln -sf \"$PWD/ci/fake.sh\" ~/.local/bin/bandit",
        "sudo install -m 755 ci/fake.sh /usr/local/bin/bandit",
        "mv ci/fake.sh .venv/bin/bandit",
        "cp ci/bin/* \"$HOME/.local/bin/\"",
        "cp -t /usr/local/bin ci/bin/bandit",
        "cp ci/fake.sh \"$(go env GOPATH)/bin/bandit\"",
    ];
    let honest = [
        "echo \"$HOME/.local/bin\" >> $GITHUB_PATH",
        "echo ~/.local/bin >> $GITHUB_PATH",
        "echo /opt/x/bin >> $GITHUB_PATH",
        "echo \"$(go env GOPATH)/bin\" >> \"$GITHUB_PATH\"",
        "echo \"$(brew --prefix)/bin\" >> $GITHUB_PATH",
        "npm bin -g | tee -a other",
        "echo \"${CARGO_HOME:-$HOME/.cargo}/bin\" >> $GITHUB_PATH",
        "echo \"${RUNNER_TEMP}/node/bin\" >> $GITHUB_PATH",
        "echo $CONDA/bin >> $GITHUB_PATH",
        "echo \"$DIR/.local/bin\" >> $GITHUB_PATH",
        "echo node_modules/.bin >> $GITHUB_PATH",
        "echo \"$GITHUB_PATH\"\ncat $GITHUB_PATH",
        "echo VERSION=$(cat x) >> $GITHUB_ENV",
        "echo \"LD_PRELOAD=/usr/lib/x.so\" >> $GITHUB_ENV",
        "cp ci/fake.sh /usr/local/bin/fake",
        "cp /tmp/x/bandit /usr/local/bin/bandit",
        "cp \"$X\" /usr/local/bin/bandit",
        "cp ci/fake.sh build/bin/bandit",
        "if: false\necho ci/bin >> $GITHUB_PATH",
    ];
    let mut rows = Vec::new();
    for (steps, expected) in [(&known[..], "configured"), (&doubtful, "configured (gates)"), (&honest, "gates")] {
        rows.extend(steps.iter().map(|step| (format!("{step}\n---\nbandit -r src"), expected)));
    }
    let rows: Vec<(&str, &str, &str)> = rows.iter().map(|(steps, expected)| ("bandit", steps.as_str(), *expected)).collect();
    check(&rows, &files);
    // What comes later, another name, and a program that is named by its path.
    let rows = [
        ("bandit", "bandit -r src\n---\necho ci/bin >> $GITHUB_PATH", "gates"),
        ("bandit", "echo ci/bin >> $GITHUB_PATH\nbandit -r src", "gates"),
        ("bandit", "cp ci/fake.sh /usr/local/bin/bandit\nbandit -r src", "configured (gates)"),
        ("ruff", "echo \"$DIR\" >> $GITHUB_PATH\n---\nruff check", "gates"),
        ("ruff", "python -c 'print(1)' >> $GITHUB_ENV\n---\nruff check", "gates"),
    ];
    check(&rows, &files);
}
