//! Tests of what a script leaves behind for what it runs next: files, functions, the directory it went to.

use super::check;

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
fn a_test_of_a_file_that_was_written_is_open() {
    let rows = [
        ("bandit", "[ -s src/a.py ] && bandit -r src", "gates"),
        ("bandit", "bandit -r src > README.md || true\nif [ -s README.md ]; then exit 1; fi", "runs (gates)"),
    ];
    check(&rows, &[("README.md", "x\n")]);
}
