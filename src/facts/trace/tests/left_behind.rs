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

/// A text that is taken in and not read may define functions and set the search path.
#[test]
fn texts_that_are_taken_in_and_not_read() {
    let unread = [
        "eval \"$(cat env.sh)\"",
        "eval \"$(./env.sh)\"",
        "source <(echo \"bandit() { :; }\")",
        ". <(./env.sh)",
        ". /dev/stdin < env.sh",
        "cat env.sh > /tmp/e; . /tmp/e",
        "cp env.sh /tmp/e; . /tmp/e",
        ". ./en*.sh",
        "for f in *.sh; do . $f; done",
        "source \"$X/lib.sh\"",
        "eval \"$X\" || true",
    ];
    let harmless = [
        "eval \"$(ssh-agent -s)\"",
        "eval \"$(pyenv init -)\"",
        "eval $(poetry env activate)",
        "eval \"$(direnv hook bash)\"",
        "source ~/.bashrc",
        ". $HOME/.cargo/env",
        ". \"$HOME/.nvm/nvm.sh\"",
        "source venv/bin/activate",
        ". \"$VENV/bin/activate\"",
        "source $(conda info --base)/etc/profile.d/conda.sh",
        ". /etc/os-release",
        "source <(cargo llvm-cov show-env --export-prefix)",
        "(. /tmp/e)",
        "x=$(. /tmp/e; echo 1)",
        ". ./plain.sh",
    ];
    let files = [("env.sh", "bandit() { :; }\n"), ("plain.sh", "A=1\n"), ("Makefile", "lint:\n\tbandit -r src\n")];
    for step in unread {
        let found = super::told("bandit", &format!("{step}\nbandit -r src"), &files);
        assert!(found.starts_with("configured (gates)"), "{step}: {found}");
    }
    for step in harmless {
        let found = super::told("bandit", &format!("{step}\nbandit -r src"), &files);
        assert!(found.starts_with("gates"), "{step}: {found}");
    }
    let rows = [
        ("bandit", "bandit -r src\n. /tmp/e", "gates"),
        ("bandit", ". /tmp/e\nmake lint", "configured (gates)"),
        ("bandit", ". /tmp/e\n/usr/bin/bandit -r src", "gates"),
        ("bandit", "if [ -n \"$X\" ]; then . /tmp/e; fi\nbandit -r src", "configured (gates)"),
        ("bandit", "command() { :; }\ncommand bandit -r src", "configured"),
        ("bandit", "builtin() { :; }\nbuiltin command bandit -r src", "configured"),
        ("bandit", "set -a\nbandit() { :; }\nbash -c 'bandit -r src'", "configured"),
        ("bandit", "bash --rcfile env.sh -ic 'bandit -r src'", "runs (gates)"),
    ];
    check(&rows, &files);
}

#[test]
fn a_directory_that_is_not_there() {
    let rows = [
        ("bandit", "cd nope || true\nbandit -r src", "runs (gates)"),
        ("bandit", "set +e\ncd nope\nbandit -r src; exit $?", "runs (gates)"),
        ("bandit", "cd src || exit 1\nbandit -r .", "gates"),
        ("bandit", "cd src || true\nbandit -r .", "gates"),
        ("bandit", "cd build && bandit -r ../src", "configured (gates)"),
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
