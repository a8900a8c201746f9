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

/// `tool rung (may_be)`, and how many places are opaque.
fn told(tool: &str, step: &str, files: &[(&str, &str)]) -> String {
    let lines: String = step.lines().map(|line| format!("          {line}\n")).collect();
    let workflow = format!(
        "on: pull_request\njobs:\n  x:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - run: |\n{lines}"
    );
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
        ("ruff", "sudo -E bash -e <<'EOF'\nruff check\necho done\nEOF", "gates"),
        ("ruff", "env A=1 bash <<'EOF'\nruff check\nEOF", "gates"),
        ("ruff", "timeout 5 bash <<'EOF'\nruff check\nEOF", "gates"),
        ("ruff", "uv run bash <<'EOF'\nruff check\nEOF", "gates"),
        ("ruff", "bash - <<'EOF'\nruff check\nEOF", "gates"),
        ("ruff", "bash /dev/stdin <<'EOF'\nruff check\nEOF", "gates"),
        ("ruff", "bash -s -- check <<'EOF'\nruff \"$@\"\nEOF", "gates"),
        ("ruff", "bash -n <<'EOF'\nruff check\nEOF", "absent"),
        ("ruff", "bash -c 'cat' <<'EOF'\nruff check\nEOF", "absent"),
        ("ruff", "bash <<< 'ruff check'", "gates"),
        ("ruff", "bash -e <<< 'ruff check || true'", "runs"),
        ("ruff", "bash < lint.sh", "gates"),
        ("ruff", "cat lint.sh | bash", "gates"),
        ("ruff", "cat <<'EOF' | bash\nruff check\nEOF", "gates"),
        ("ruff", "echo 'ruff check' | sh", "gates"),
        ("ruff", "cat lint.sh | wc -l", "absent"),
        ("ruff", "xargs bash <<< 'ruff check'", "absent, opaque 1"),
    ];
    check(&rows, &[("lint.sh", "ruff check\n")]);
}

#[test]
fn a_script_that_is_written_before_it_is_run() {
    let rows = [
        ("ruff", "cat > x.sh <<'EOF'\nruff check\nEOF\nbash x.sh", "gates"),
        ("ruff", "cat > x.sh <<'EOF'\n#!/bin/bash -e\nruff check\ntrue\nEOF\nchmod +x x.sh\n./x.sh", "gates"),
        ("ruff", "cat > lint.sh <<'EOF'\ntrue\nEOF\n./lint.sh", "absent"),
        ("ruff", "curl -s https://x.example > lint.sh\nsh ./lint.sh", "absent, opaque 1"),
        ("ruff", "date > log\n./lint.sh", "gates"),
        ("ruff", "if [ -n \"$X\" ]; then echo 'ruff check' > lint.sh; fi\nsh lint.sh", "absent, opaque 1"),
        ("ruff", "echo 'ruff check' > x.sh\necho true > x.sh\nsh x.sh", "absent"),
        ("ruff", "mkdir -p a\n(cd a && echo true > lint.sh)\nsh lint.sh", "gates"),
        ("ruff", "cd src\necho 'ruff check' > x.sh\ncd ..\nsh src/x.sh", "gates"),
        ("ruff", "echo 'ruff check' > src/x.sh\nsh src/x.sh", "gates"),
        ("ruff", "true && echo 'ruff check' > x.sh\nsh x.sh", "gates"),
    ];
    check(&rows, &[("lint.sh", "ruff check\n")]);
}

#[test]
fn functions_that_are_handed_on() {
    let rows = [
        ("bandit", "lint() { bandit -r src; }\nexport -f lint\nbash -c lint", "gates"),
        ("bandit", "lint() { bandit -r \"$1\"; }\nexport -f lint\necho src | xargs -I{} bash -c 'lint src'", "gates"),
        ("bandit", "lint() { bandit -r src || true; }\nexport -f lint\nbash -c lint", "runs"),
        ("bandit", "lint() { bandit -r src; }\nexport -f lint\nsh -c lint", "absent, opaque 1"),
        ("bandit", "bandit() { command bandit \"$@\"; }\nbandit -r src", "gates"),
        ("bandit", "bandit() { :; }\nbandit -r src", "absent"),
    ];
    check(&rows, &[]);
}

#[test]
fn a_directory_that_is_not_there() {
    let rows = [
        ("bandit", "cd nope || true\nbandit -r src", "runs (gates)"),
        ("bandit", "set +e\ncd nope\nbandit -r src; exit $?", "runs (gates)"),
        ("bandit", "cd src || exit 1\nbandit -r .", "gates"),
        ("bandit", "cd src || true\nbandit -r .", "gates"),
        ("bandit", "cd build && bandit -r ../src", "gates"),
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
fn a_test_of_a_file_that_was_written_is_open() {
    let rows = [
        ("bandit", "[ -s src/a.py ] && bandit -r src", "gates"),
        ("bandit", "bandit -r src > README.md || true\nif [ -s README.md ]; then exit 1; fi", "runs (gates)"),
    ];
    check(&rows, &[("README.md", "x\n")]);
}
