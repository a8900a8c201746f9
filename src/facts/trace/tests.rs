//! Tests of the walk over whole trees: one step of a workflow, the files beside it, and where the tool ends up.

mod beside;
mod edited;
mod first;
mod foreign;
mod images;
mod installers;
mod laid_by;
mod laid_over;
mod laid_when;
mod left_behind;
mod left_out;
mod looked_up;
mod named;
mod never;
mod overwritten;
mod placed;
mod toolchains;

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

/// Files of these trees that may be run.
const EXECUTABLES: &[&str] = &["ci/lint.task", "ci/broken.task", "ci/own.py", "ci/plain.py", "ci/long.task", "site/page.css"];

/// `tool rung (may_be)`, and how many places are opaque. Steps are divided by `---`; one may begin with an `if:`, a `shell:` or an `env:`, or use an action.
fn told(tool: &str, steps: &str, files: &[(&str, &str)]) -> String {
    let snapshot = tree(workflow(steps), files);
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

fn workflow(steps: &str) -> String {
    let mut workflow =
        "on: pull_request\njobs:\n  x:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n".to_owned();
    for step in steps.split("\n---\n") {
        let (condition, script) = match step.split_once('\n') {
            Some((first, rest)) if ["if: ", "shell: ", "env: "].iter().any(|key| first.starts_with(key)) => {
                (format!("        {first}\n"), rest)
            }
            _ => (String::new(), step),
        };
        let lines: String = script.lines().map(|line| format!("          {line}\n")).collect();
        match script.strip_prefix("uses: ") {
            Some(action) => workflow.push_str(&format!("      - uses: {}\n{condition}", action.replace("\n", "\n      "))),
            None => workflow.push_str(&format!("      - run: |\n{lines}{condition}")),
        }
    }
    workflow
}

fn tree(workflow: String, files: &[(&str, &str)]) -> Snapshot {
    let all = BASE.iter().chain(files).map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
    let snapshot = Snapshot::in_memory(all.chain([(".github/workflows/ci.yml".to_owned(), workflow)]));
    snapshot.with_executables(EXECUTABLES)
}

/// What the runs of a tool depend on, each once.
fn conditions(tool: &str, steps: &str, files: &[(&str, &str)]) -> Vec<String> {
    let snapshot = tree(workflow(steps), files);
    let facts = gather(&snapshot, Catalog::builtin(), &Terms::default()).expect("facts");
    let runs = facts.trace.invocations.iter().filter(|run| run.tool == tool);
    let texts: std::collections::BTreeSet<String> = runs.flat_map(|run| &run.conditions).map(|why| why.text.clone()).collect();
    texts.into_iter().collect()
}

pub(super) fn check(rows: &[(&str, &str, &str)], files: &[(&str, &str)]) {
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
        ("bandit", "p=$(command -v bandit)\n\"$p\" -r src", "gates"),
        ("bandit", "if command -v bandit; then p=$(which bandit); else p=$BIN/bandit; fi\n\"$p\" -r src", "gates"),
        ("bandit", "p=$(command -v bandit)\n[ -z \"$p\" ] && exit 0\nbandit -r src", "configured (gates)"),
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
        ("ruff", "git ls-files '*.py' | xargs ruff check", "gates"),
        ("ruff", "parallel --halt now,fail=1 ::: 'ruff check' 'mypy .'", "gates"),
        ("ruff", "nix develop -c ruff check", "gates"),
        ("ruff", "nix-shell -p x --run 'ruff check || true'", "runs"),
        ("ruff", "npx -c 'ruff check || true'", "runs"),
        ("ruff", "env -S 'ruff check'", "gates"),
        ("ruff", "env -i -u X --split='A=1 ruff' check", "gates"),
        ("ruff", "env -S '-S ruff' check", "gates"),
        ("ruff", "env -vS 'bash -n' x.sh && ruff check", "gates"),
        ("ruff", "env -S 'ruff ${X}'", "runs (gates)"),
        ("ruff", "env -S \"$X\"", "absent, opaque 1"),
        ("ruff", "nu -c 'ruff check'", "absent, opaque 1"),
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
        ("bandit", "retry 3 bandit -r src", "configured (gates)"),
        ("bandit", "foo -n 5 bandit -r src", "configured (gates)"),
        ("bandit", "foo x bandit -r src", "configured (gates)"),
        ("bandit", "foo x bandit", "absent"),
        ("ruff", "my-ruff a=1 target=$(uname -m) check", "configured (gates)"),
        ("bandit", "foo bar --name bandit -q", "absent"),
        ("bandit", "python -c \"import os; os.system('bandit -r src')\"", "absent, opaque 1"),
        ("bandit", "python -c 'import bandit; print(bandit.__version__)'", "absent"),
        ("bandit", "node -e \"require('child_process').execSync('bandit -r src')\"", "absent, opaque 1"),
        ("bandit", "python - <<X\nimport subprocess\nsubprocess.run(['bandit', '-r', 'src'])\nX", "absent, opaque 1"),
        ("bandit", "python3 <<X\nprint('linted')\nX", "absent"),
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

/// A script of the usual kind that waits for a port and then becomes what it was given.
const WAIT: &str = "#!/usr/bin/env bash
around() {
    timeout $FLAG $TIME $0 --child --at=$WHERE --time=$TIME &
    wait $!
}
while [[ $# -gt 0 ]]; do
    case \"$1\" in
        *:*) WHERE=$1; shift ;;
        --) shift; REST=(\"$@\"); break ;;
        *) exit 2 ;;
    esac
done
around
if [[ $REST != \"\" ]]; then
    exec \"${REST[@]}\"
fi
";

/// What a reader of the files can tell to be no analyzer.
#[test]
fn what_runs_nothing_of_the_tree_is_not_opaque() {
    let big = format!("a:\n{}", "  - b: { c: [ (\n".repeat(8_000));
    let files: &[(&str, &str)] = &[
        ("wait.sh", WAIT),
        ("site/style.css", "a { b: \"c;\n"),
        ("openapi.yaml", &big),
        ("notes", "bandit -r src (\n"),
        (
            "image/Dockerfile",
            "FROM x\nCOPY wait.sh /opt/wait.sh\nCOPY . /src\nRUN /opt/wait.sh db:5432 && /opt/wait.sh db:1 -- ruff check\n",
        ),
        ("old.sh", &WAIT.replace("\"${REST[@]}\"", "${REST[0]}")),
        ("bin/lint", "#!/bin/sh\nbandit -r src\n"),
        ("Dockerfile", "FROM node:24\nRUN npm i -g pnpm\nRUN yarn global add x && pnpm add -g y\nCOPY . /app\nWORKDIR /app\n"),
        ("package.json", "{\"scripts\":{\"postinstall\":\"bandit -r src\"},\"dependencies\":{\"a\":\"1\"}}"),
    ];
    // A hand that installs runs it: it is configured.
    let rows = [
        ("bandit", "eval \"$(brew shellenv)\"\neval $(minikube docker-env)", "configured"),
        ("bandit", "eval \"$(direnv export bash)\"", "configured"),
        ("bandit", "postcss ./site/style.css", "configured"),
        ("bandit", "npx --yes some-format ./openapi.yaml", "configured"),
        ("bandit", "sometool ./notes", "configured"),
        ("bandit", "sometool ./bin/lint", "configured (gates)"),
        ("bandit", "docker build .", "configured"),
        ("bandit", "npm i -g pnpm", "configured"),
        ("bandit", "npm i", "gates"),
        ("bandit", "./wait.sh db:5432", "configured"),
        ("bandit", "./wait.sh db:5432 -- bandit -r src", "configured (gates)"),
        ("bandit", "./wait.sh db:5432 -- \"$X\" -r src", "configured, opaque 1"),
        ("bandit", "ls | xargs -I{} sh -c 'echo {}; ruff check'", "configured"),
        ("ruff", "ls | xargs -I{} sh -c 'echo {}; ruff check'", "gates"),
        ("ruff", "ls | xargs -I{} sh -c '{} check'", "absent, opaque 1"),
        ("ruff", "for f in a b $C; do python3 \"$f\"; done", "absent"),
        ("ruff", "python3 \"$f\" -- ruff", "absent"),
        ("bandit", "docker build -f image/Dockerfile .", "configured"),
        ("bandit", "./old.sh db:5432", "configured"),
        ("bandit", "./old.sh db:5432 -- ./bin/lint", "configured (gates)"),
        ("bandit", "bash -c '$0 -r src' bandit", "configured, opaque 1"),
        ("ruff", "python3 $f", "absent, opaque 1"),
        ("ruff", "python3 \"$a\" \"$b\"", "absent, opaque 1"),
    ];
    check(&rows, files);
}

/// A file without a first line that names its reader is run by the shell that calls it (execvp(3), bash(1)).
#[test]
fn an_executable_without_a_reader_is_a_script_of_the_shell() {
    let long = format!("# {}\n", "x".repeat(3 << 20));
    let files: &[(&str, &str)] = &[
        ("ci/lint.task", "set -e\nbandit -r src\n"),
        ("ci/broken.task", "bandit -r src (\n"),
        ("ci/long.task", &long),
        ("ci/data.task", "bandit -r src\n"),
        ("ci/own.py", "import subprocess\nsubprocess.run(['bandit', '-r', 'src'])\n"),
        ("ci/plain.py", "import os\nprint(f'{os.name} (')\n"),
        ("site/page.css", "a { b: \"c;\n"),
    ];
    let rows = [
        ("bandit", "./ci/lint.task", "gates"),
        ("bandit", "timeout 60 ci/lint.task || true", "runs"),
        ("bandit", "cd ci && ./lint.task", "configured"),
        ("bandit", "./ci/broken.task", "absent, opaque 1"),
        ("bandit", "./ci/long.task", "absent, opaque 1"),
        // The kernel refuses it.
        ("bandit", "./ci/data.task", "absent"),
        ("bandit", "postcss ./site/page.css", "absent"),
        // These hand it to Python.
        ("bandit", "uv run ./ci/own.py", "absent, opaque 1"),
        ("bandit", "uv run ci/plain.py", "absent"),
        ("bandit", "pdm run ./ci/own.py", "absent, opaque 1"),
        ("bandit", "coverage run ci/plain.py", "absent"),
    ];
    check(&rows, files);
}

/// Words that may be flags, operands, or the program.
#[test]
fn open_words_before_the_program_of_a_launcher() {
    let files: &[(&str, &str)] = &[
        ("self.sh", "#!/bin/sh\n[ -n \"$CHILD\" ] || timeout $FLAG $TIME $0 --child\n"),
        ("lint.sh", "#!/bin/sh\nset -e\nbandit -r src\n"),
    ];
    let rows = [
        ("bandit", "timeout $T bandit -r src", "gates"),
        ("bandit", "timeout \"$T\" bandit -r src", "gates"),
        ("bandit", "timeout $FLAGS 60 bandit -r src", "gates"),
        ("bandit", "timeout \"$A\" $B 1.5m bandit -r src", "gates"),
        ("bandit", "timeout -- 60 bandit -r src", "gates"),
        ("bandit", "timeout $A $B bandit -r src", "configured (gates), opaque 1"),
        ("bandit", "timeout $A $B ./lint.sh", "configured (gates), opaque 1"),
        ("bandit", "timeout $T $TOOL -r src", "absent, opaque 1"),
        ("bandit", "timeout $FLAGS 60 $TOOL -r src", "absent, opaque 1"),
        ("bandit", "timeout \"$A\" \"$B\" bandit -r src", "absent, opaque 1"),
        ("bandit", "timeout $COMMAND", "absent, opaque 1"),
        ("bandit", "timeout \"$@\"", "absent, opaque 1"),
        ("bandit", "timeout 60", "absent"),
        ("bandit", "nice $X bandit -r src", "configured (gates), opaque 1"),
        ("bandit", "nice $X $Y bandit -r src", "configured (gates), opaque 1"),
        ("bandit", "nice \"$X\" bandit -r src", "absent, opaque 1"),
        ("bandit", "nice -n $X bandit -r src", "gates"),
        ("bandit", "nice $TOOL", "absent, opaque 1"),
        ("bandit", "sudo $X -u root bandit -r src", "configured (gates), opaque 1"),
        ("bandit", "uv $X bandit -r src", "absent, opaque 1"),
        ("bandit", "poetry $X bandit -r src", "absent, opaque 1"),
        ("bandit", "bundle $X bandit -r src", "absent, opaque 1"),
        ("bandit", "uv $X", "absent, opaque 1"),
        ("bandit", "uv pip install $X", "absent"),
        ("bandit", "timeout 9 $0 -r src", "absent, opaque 1"),
        ("bandit", ". ./self.sh", "absent, opaque 1"),
        ("bandit", "./self.sh", "absent"),
        ("bandit", "sh -c 'timeout $FLAG $TIME $0 -r src' bandit", "absent, opaque 1"),
    ];
    check(&rows, files);
}
