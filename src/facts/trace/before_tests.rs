//! Tests of what steps of a job do to the programs of those after them.

use super::tests::check;

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
        "echo \"PATH=$HOME/bin:$PATH\" >> $GITHUB_ENV",
        "echo \"PATH=/opt/x/bin:$PATH\" >> $GITHUB_ENV",
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
