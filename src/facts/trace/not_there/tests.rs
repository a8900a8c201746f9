//! Tests of programs named by a path that the tree does not hold.

use crate::facts::trace::tests::check;

#[test]
fn what_nothing_puts_there_is_not_known() {
    for steps in [
        "./bandit -r src",
        "tools/bandit -r src",
        "vendor/bin/bandit -r src",
        "$PWD/bandit -r src",
        "../bandit -r src",
        "cd $X\nbin/bandit -r src",
        "curl -o bandit https://x.test/bandit && chmod +x bandit && ./bandit -r src",
        "curl -o bandit https://x.test/pycqa/bandit\n---\n./bandit -r src",
        "curl https://x.test/y.tgz | tar xz\n./bandit -r src",
        "pip install bandit\n./bandit -r src",
        "curl -o /tmp/bandit https://x.test/bandit\n/tmp/bandit -r src",
        // What is written last decides, whatever else is said.
        "curl https://github.com/PyCQA/bandit\ncurl -o bandit https://x.test/bandit\n---\n./bandit -r src",
        "git clone https://github.com/PyCQA/bandit\nprintf '' > bandit\n---\n./bandit -r src",
        "git clone https://github.com/PyCQA/bandit\ncp src/a.py .venv/bin/bandit\n---\n.venv/bin/bandit -r src",
    ] {
        check(&[("bandit", steps, "configured (gates)")], &[]);
    }
    let make = [("Makefile", "bin/golangci-lint:\n\tprintf '' > $@; chmod +x $@\n")];
    check(&[("golangci-lint", "make bin/golangci-lint\nbin/golangci-lint run", "configured (gates)")], &make);
}

#[test]
fn what_installs_it_is_known() {
    for (tool, steps) in [
        ("bandit", "python -m venv .venv\n. .venv/bin/activate\n.venv/bin/pip install bandit\n.venv/bin/bandit -r src"),
        ("bandit", "virtualenv deps\ndeps/bin/pip install bandit\n---\ndeps/bin/bandit -r src"),
        ("bandit", "pip install --target ci/x bandit\n---\nci/x/bin/bandit -r src"),
        ("bandit", "/opt/venv/bin/bandit -r src"),
        ("bandit", "~/.local/bin/bandit -r src"),
        ("bandit", "\"$RUNNER_TEMP\"/bandit -r src"),
        ("pyright", "node_modules/.bin/pyright"),
        (
            "golangci-lint",
            "curl -sSfL https://raw.githubusercontent.com/golangci/golangci-lint/HEAD/install.sh | sh -s v2.1\n./bin/golangci-lint run",
        ),
        (
            "golangci-lint",
            "curl -sSfL https://golangci-lint.run/install.sh | sh -s -- -b ./tools v2.1\n---\n./tools/golangci-lint run",
        ),
        (
            "golangci-lint",
            "wget https://github.com/golangci/golangci-lint/releases/download/v1/x.tgz\ntar xzf x.tgz\n---\n./golangci-lint run",
        ),
        ("golangci-lint", "gh release download -R golangci/golangci-lint\n./golangci-lint run"),
        (
            "golangci-lint",
            "curl -L https://github.com/golangci/golangci-lint/releases/download/v1/x > golangci-lint\n---\n./golangci-lint run",
        ),
        (
            "golangci-lint",
            "curl -LO https://github.com/golangci/golangci-lint/releases/download/v1/x.gz\ngzip -dc x.gz > golangci-lint\n---\n./golangci-lint run",
        ),
        (
            "golangci-lint",
            "GOBIN=$PWD/bin go install github.com/golangci/golangci-lint/cmd/golangci-lint@v1.60.0\nbin/golangci-lint run",
        ),
        ("golangci-lint", "uses: x/fetch-release@v1\n  with:\n    repo: golangci/golangci-lint\n---\n./golangci-lint run"),
    ] {
        check(&[(tool, steps, "gates")], &[]);
    }
    let text = "T := github.com/golangci/golangci-lint/v2/cmd/golangci-lint\nbin/golangci-lint:\n\tGOBIN=$(PWD)/bin go install $(T)@v2\nlint: bin/golangci-lint\n\tbin/golangci-lint run\n";
    check(&[("golangci-lint", "make lint", "gates")], &[("Makefile", text)]);
}
