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
        ("ci/make", "MAKEFLAGS=-n\n"),
        ("ci/first", "BASH_ENV=ci/fake.sh\n"),
        ("ci/plain", "A_B=1\n"),
        ("ci/tools.tar.gz", "x"),
        ("Makefile", "lint:\n\tbandit -r src\n"),
        ("js/action.yml", "runs:\n  using: node20\n  main: main.js\n"),
        ("js/main.js", "require('fs').appendFileSync(process.env.GITHUB_PATH, 'ci/bin')\n"),
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
        "printf '%s=%s\\n' FOO 1 BASH_ENV ci/fake.sh >> $GITHUB_ENV",
        "{ echo 'BASH_ENV<<E'; echo ci/fake.sh; echo E; } >> $GITHUB_ENV",
        "echo 'BASH_ENV<<E' >> $GITHUB_ENV\necho ci/fake.sh >> $GITHUB_ENV\necho E >> $GITHUB_ENV",
        "printf '%b\\n' ci/bin >> $GITHUB_PATH",
        "echo /home/runner/work/app/app/ci/bin >> $GITHUB_PATH",
        "echo /__w/app/app/ci/bin >> $GITHUB_PATH",
        "f=$GITHUB_PATH\necho ci/bin >> $f",
        "f=GITHUB_PATH\necho ci/bin >> ${!f}",
        "f=${{ github.path }}\necho ci/bin >> $f",
        "cd ci/bin\ncd ..\ncd - >> $GITHUB_PATH",
        "echo ci/bin >> $RUNNER_TEMP/_runner_file_commands/add_path_*",
        "add() { echo ci/bin >> \"$1\"; }\nadd $GITHUB_PATH",
    ];
    let doubtful = [
        "echo \"$DIR\" >> $GITHUB_PATH",
        "echo \"$DIR/bin\" >> $GITHUB_PATH",
        "echo \"$(pwd)/$DIR\" >> $GITHUB_PATH",
        "python -c 'print(1)' >> $GITHUB_PATH",
        "python -c 'print(1)' >> $GITHUB_ENV",
        "sed s/.x/y/ ci/plain >> $GITHUB_ENV",
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
        "printf 'ci/bi\\156\\n' >> $GITHUB_PATH",
        "echo -e 'ci/bi\\x6e' >> $GITHUB_PATH",
        "uses: actions/github-script@v7\n  with: {script: core.addPath('ci/bin')}",
        "sudo ln -sf /bin/true \"$(which bandit)\"",
        "cp fake \"$(command -v bandit)\"",
        "ln -sf /bin/true ~/.local/bin/bandit",
        "echo 'exit 0' > ~/.local/bin/bandit",
        "cat ci/fake.sh > ~/.local/bin/bandit",
        "sed s/x/y/ ci/fake.sh > ~/.local/bin/bandit",
        "git show HEAD:ci/fake.sh > ~/.local/bin/bandit",
        "rsync -a ci/bin/ ~/.local/bin/",
        "rsync -a ci/bin/bandit /usr/local/bin/",
        "cp -r ci/bin ~/.local",
        "sudo tar -xzf ci/tools.tar.gz -C /usr/local/bin",
        "tar xf ci/tools.tar.gz --directory=/usr/local/bin",
        "unzip -o ci/tools.tar.gz -d ~/.local/bin",
        "echo 'exit 0' | sudo tee /usr/local/bin/bandit",
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
        "tar -xzf /tmp/bandit.tar.gz -C /usr/local/bin bandit",
        "curl -L https://x.test/y | sudo tar xz -C /usr/local/bin",
        "unzip x.zip -d /usr/local/bin",
        "tar -czf /tmp/x.tgz -C ci/bin .",
        "cp -r ci/bin build",
        "cp -r ci /usr/local/bin",
        "mv bandit-linux-amd64 /usr/local/bin/bandit",
        "curl -sSfL https://x.test/y > /usr/local/bin/bandit",
        "printf '%s\\n' \"$HOME/bin\" /opt/x >> $GITHUB_PATH",
        "{ echo 'TEXT<<E'; cat ci/env; echo E; } >> $GITHUB_ENV",
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
        ("bandit", "sed p ci/make >> $GITHUB_ENV\n---\nmake lint", "configured (gates)"),
        ("ruff", "sed p ci/make >> $GITHUB_ENV\n---\nruff check", "gates"),
        ("ruff", "grep -v x ci/first >> $GITHUB_ENV\n---\nruff check", "configured (gates)"),
        ("ruff", "sed s/A.B/BASH_ENV/ ci/plain >> $GITHUB_ENV\n---\nruff check", "configured (gates)"),
        ("ruff", "sed s/A_B/BASH_ENV/ ci/plain >> $GITHUB_ENV\n---\nruff check", "configured"),
        ("ruff", "sed s/A_B/A/ ci/plain >> $GITHUB_ENV\n---\nruff check", "gates"),
        ("bandit", "export PATH=\"$(cat p):$PATH\"\nbandit -r src", "configured (gates)"),
        ("bandit", "export PATH=\"$(cat p):$PATH\"\nmake lint", "configured (gates)"),
        ("bandit", "export PATH=\"/opt/x:ci/bin:$PATH\"\nbandit -r src", "configured"),
        ("bandit", "export PATH=\"$(go env GOPATH)/bin:$X/tools:$PATH\"\nbandit -r src", "gates"),
        ("ruff", "export PATH=\"$(cat p):$PATH\"\nruff check", "gates"),
        ("bandit", "T=$(mktemp -d)\nexport PATH=\"$T:$PATH\"\nbandit -r src", "gates"),
        ("ruff", "python -c 'print(1)' >> $GITHUB_ENV\n---\nruff check", "gates"),
        ("bandit", "uses: ./js\n---\nbandit -r src", "configured (gates), opaque 1"),
        ("bandit", "shell: python\nopen(os.environ['GITHUB_PATH'], 'a')\n---\nbandit -r src", "configured (gates), opaque 1"),
        ("bandit", "shell: python\nprint(1)\n---\nbandit -r src", "gates, opaque 1"),
    ];
    check(&rows, &files);
}

#[test]
fn past_the_bound_nothing_is_taken_to_be_harmless() {
    let files = [("ci/bin/bandit", "#!/bin/sh\n")];
    let many = |count: usize| (0..count).map(|at| format!("echo /opt/d{at} >> $GITHUB_PATH\n")).collect::<String>();
    let (few, more) = (many(70), many(300));
    let few = format!("{few}echo ci/bin >> $GITHUB_PATH\n---\nbandit -r src");
    let more = format!("{more}echo ci/bin >> $GITHUB_PATH\n---\nbandit -r src");
    check(&[("bandit", &few, "configured"), ("bandit", &more, "configured (gates)")], &files);
    let many = (0..300).map(|at| format!("echo A{at}=1 >> $GITHUB_ENV\n")).collect::<String>();
    let many = format!("{many}echo BASH_ENV=ci/bin/bandit >> $GITHUB_ENV\n---\nruff check");
    let steps = (0..6).map(|step| (0..100).map(|at| format!("echo A{step}_{at}=1 >> $GITHUB_ENV\n")).collect::<String>());
    let steps = format!("{}\n---\nruff check", steps.collect::<Vec<_>>().join("---\n"));
    check(&[("ruff", &many, "configured (gates)"), ("ruff", &steps, "configured (gates)")], &files);
    let directories = (0..70).map(|at| (format!("d{at}/x"), "x\n")).collect::<Vec<_>>();
    let mut files = files.to_vec();
    files.extend(directories.iter().map(|(path, text)| (path.as_str(), *text)));
    let steps = (0..70).map(|at| format!("echo d{at} >> $GITHUB_PATH\n")).collect::<String>();
    let steps = format!("{steps}echo ci/bin >> $GITHUB_PATH\n---\nbandit -r src");
    check(&[("bandit", &steps, "configured (gates)")], &files);
}

#[test]
fn the_shell_of_later_steps_may_be_another_program() {
    let files = [("ci/bin/bash", "#!/bin/sh\n")];
    let rows = [
        ("bandit", "echo ci/bin >> $GITHUB_PATH\n---\nbandit -r src", "configured"),
        ("bandit", "echo \"$DIR\" >> $GITHUB_PATH\n---\nbandit -r src", "configured (gates)"),
        ("bandit", "echo ~/bin >> $GITHUB_PATH\n---\nbandit -r src", "gates"),
    ];
    check(&rows, &files);
}

#[test]
fn a_variable_handed_on_stops_a_tool() {
    let files = [
        ("Makefile", "lint:\n\tbandit -r src\nset:\n\techo MAKEFLAGS=-n >> $$GITHUB_ENV\n"),
        ("ci/env", "A=1\nMAKEFLAGS=-n\n"),
        ("ci/set.sh", "#!/bin/sh\necho MAKEFLAGS=-n >> $GITHUB_ENV\n"),
        ("ci/set.py", "import os\nopen(os.environ['GITHUB_ENV'], 'a').write('MAKEFLAGS=-n')\n"),
        ("package.json", "{\"scripts\": {\"x\": \"echo MAKEFLAGS=-n >> $GITHUB_ENV\"}}"),
    ];
    let many = (0..70).map(|at| format!("echo V{at}=1 >> $GITHUB_ENV\n")).collect::<String>();
    let many = format!("{many}echo MAKEFLAGS=-n >> $GITHUB_ENV");
    let stops = [
        "cat <<E >> $GITHUB_ENV\nA=1\nMAKEFLAGS=-n\nE",
        "{\n  echo 'MAKEFLAGS<<X'\n  printf '%s\\n' -n\n  echo X\n} >> $GITHUB_ENV",
        "cat ci/env >> $GITHUB_ENV",
        "x=MAKEFLAGS\necho $x=-n >> $GITHUB_ENV",
        "bash ci/set.sh",
        "npm run x",
        "make set",
        many.as_str(),
    ];
    let doubtful = [
        "python ci/set.py",
        "uses: actions/github-script@v7\n  with: {script: \"core.exportVariable('MAKEFLAGS', '-n')\"}",
        "[ -n \"$X\" ] && cat ci/env >> $GITHUB_ENV",
    ];
    let foreign = [
        "shell: python\nopen(os.environ['GITHUB_ENV'], 'a').write('MAKEFLAGS=-n')",
        "shell: pwsh\n'MAKEFLAGS=-n' >> $env:GITHUB_ENV",
    ];
    let honest =
        ["cat <<E >> $GITHUB_ENV\nA=1\nE", "echo VERSION=$(cat x) >> $GITHUB_ENV", "python -c 'print(1)' >> $GITHUB_ENV"];
    let mut rows = Vec::new();
    let all = [
        (&stops[..], "configured"),
        (&doubtful, "runs (gates)"),
        (&foreign[..1], "runs (gates), opaque 1"),
        (&foreign[1..], "runs (gates)"),
        (&honest, "gates"),
    ];
    for (steps, expected) in all {
        rows.extend(steps.iter().map(|step| (format!("{step}\n---\nmake lint"), expected)));
    }
    let rows: Vec<(&str, &str, &str)> = rows.iter().map(|(steps, expected)| ("bandit", steps.as_str(), *expected)).collect();
    check(&rows, &files);
}

#[test]
fn what_a_manager_of_programs_puts_on_the_search_path() {
    let files = [
        ("mise.toml", "[tools]\nnode = '20'\n[env]\n_.path = ['./ci/bin']\n"),
        (".envrc", "PATH_add ci/bin\n"),
        ("ci/bin/bandit", "#!/bin/sh\n"),
        ("Makefile", "lint:\n\tbandit -r src\n"),
    ];
    let rows = [
        ("bandit", "uses: jdx/mise-action@v2\n---\nbandit -r src", "configured"),
        ("bandit", "bandit -r src\n---\nuses: jdx/mise-action@v2", "gates"),
        ("bandit", "uses: jdx/mise-action@v2\n  with: {env: false}\n---\nbandit -r src", "gates"),
        ("ruff", "uses: jdx/mise-action@v2\n---\nruff check", "gates"),
        ("bandit", "mise exec -- bandit -r src", "configured"),
        ("bandit", "mise exec -- make lint", "configured"),
        ("ruff", "mise exec -- ruff check", "gates"),
        ("bandit", "eval \"$(mise activate bash)\"\nbandit -r src", "configured"),
        ("ruff", "eval \"$(mise activate bash)\"\nruff check", "gates"),
        ("bandit", "mise install\nbandit -r src", "gates"),
        ("bandit", "direnv exec . bandit -r src", "configured"),
        ("bandit", "direnv allow\neval \"$(direnv export bash)\"\nbandit -r src", "configured"),
        ("bandit", "asdf exec bandit -r src", "gates"),
    ];
    check(&rows, &files);
    let plain = [("mise.toml", "[tools]\nbandit = '1'\n"), (".tool-versions", "python 3.12\n"), ("ci/bin/bandit", "")];
    check(&[("bandit", "uses: jdx/mise-action@v2\n---\nbandit -r src", "gates")], &plain);
}

#[test]
fn packages_of_the_tree_under_the_name_of_a_tool() {
    let files = [
        ("tools/b/pyproject.toml", "[project]\nname = \"bandit\"\n"),
        ("tools/s/setup.cfg", "[metadata]\nname = s\n[options.entry_points]\nconsole_scripts =\n    bandit = s:main\n"),
        ("tools/p/setup.py", "setup(name='p', entry_points={'console_scripts': ['bandit=p:main']})\n"),
        ("tools/o/pyproject.toml", "[project]\nname = \"o\"\n[project.scripts]\no = \"o:main\"\n"),
        ("tools/n/package.json", "{\"name\": \"n\", \"bin\": {\"eslint\": \"x.js\"}}"),
        ("tools/c/Cargo.toml", "[package]\nname = \"c\"\n[[bin]]\nname = \"cargo-clippy\"\npath = \"x.rs\"\n"),
        ("cmd/golangci-lint/main.go", "package main\n"),
        ("vendor/x-1-py3-none-any.whl", "x"),
        ("ci/dev.txt", "a==1\n-e ../tools/b\n"),
        ("eslint.config.js", "import js from '@eslint/js';\nexport default [js.configs.recommended];\n"),
        ("a.js", "var a = 1;\n"),
        ("package.json", "{\"name\": \"x\", \"dependencies\": {\"y\": \"1\"}}"),
    ];
    let rows = [
        ("bandit", "pip install ./tools/b\nbandit -r src", "configured"),
        ("bandit", "pip install ./tools/b\n---\nbandit -r src", "configured"),
        ("bandit", "python -m pip install -e tools/s[dev]\nbandit -r src", "configured"),
        ("bandit", "pipx install ./tools/p\nbandit -r src", "configured"),
        ("bandit", "uv tool install ./tools/b\nbandit -r src", "configured"),
        ("bandit", "pip install -r ci/dev.txt\nbandit -r src", "configured"),
        ("bandit", "pip install vendor/x-1-py3-none-any.whl\nbandit -r src", "configured (gates)"),
        ("bandit", "pip install vendor/*.whl\nbandit -r src", "configured (gates)"),
        ("bandit", "pip install ./tools/o\nbandit -r src", "gates"),
        ("bandit", "pip install -e .[dev]\nbandit -r src", "gates"),
        ("bandit", "bandit -r src\npip install ./tools/b", "gates"),
        ("bandit", "pip install bandit\nbandit -r src", "gates"),
        ("bandit", "pip install dist/*.whl\nbandit -r src", "gates"),
        ("clippy", "cargo install --path tools/c\ncargo clippy -- -D warnings", "configured"),
        ("golangci-lint", "go install ./cmd/golangci-lint\ngolangci-lint run", "configured"),
        ("golangci-lint", "go install ./...\ngolangci-lint run", "configured"),
        ("golangci-lint", "go build -o $(go env GOPATH)/bin/golangci-lint ./x\ngolangci-lint run", "configured"),
        ("golangci-lint", "go install github.com/golangci/golangci-lint/cmd/golangci-lint@latest\ngolangci-lint run", "gates"),
        ("golangci-lint", "go build -o bin/golangci-lint ./cmd/golangci-lint\n./bin/golangci-lint run", "configured"),
        ("golangci-lint", "go build -o bin/other ./cmd/golangci-lint\n./bin/golangci-lint run", "configured (gates)"),
        ("golangci-lint", "GOBIN=$PWD/bin go install ./cmd/golangci-lint\nbin/golangci-lint run", "configured"),
        ("eslint", "npm i -g ./tools/n\neslint .", "configured"),
        ("eslint", "npm i -g eslint\neslint .", "gates"),
    ];
    check(&rows, &files);
    let listed = [
        ("tools/b/pyproject.toml", "[project]\nname = \"bandit\"\n"),
        ("tox.ini", "[testenv:lint]\ndeps = ./tools/b\ncommands = bandit -r src\n"),
    ];
    check(&[("bandit", "tox -e lint", "configured")], &listed);
}

/// What runs before a tool, or in its place, because a setting names a file of the tree.
#[test]
fn settings_that_put_code_of_the_tree_first() {
    let base = [
        ("eslint.config.js", "import js from '@eslint/js';\nexport default [js.configs.recommended];\n"),
        ("a.js", "var a = 1;\n"),
        ("package.json", "{\"name\": \"x\", \"scripts\": {\"lint\": \"eslint .\"}, \"dependencies\": {\"y\": \"1\"}}"),
        ("ci/x.cjs", "process.exit(0)\n"),
        ("ci/tc/bin/cargo", "x"),
    ];
    let rows = [
        ("eslint", "npm run lint", "gates"),
        ("eslint", "NODE_OPTIONS='--require ./ci/x.cjs' npx eslint .", "configured"),
        ("eslint", "export NODE_OPTIONS=--import=./ci/x.cjs\nnpm run lint", "configured"),
        ("eslint", "NODE_OPTIONS='--max-old-space-size=4096 -r dotenv/config' npx eslint .", "gates"),
        ("eslint", "npm config set script-shell /bin/true\nnpm run lint", "configured"),
        ("eslint", "npm config set script-shell bash\nnpm run lint", "gates"),
        ("eslint", "npm config set script-shell /bin/true\n---\nnpm run lint", "configured"),
        ("clippy", "rustup toolchain link x ci/tc\nrustup default x\ncargo clippy -- -D warnings", "configured (gates)"),
        ("clippy", "cargo --config 'alias.clippy=\"check\"' clippy -- -D warnings", "configured"),
        ("clippy", "cargo --config 'build.rustc-wrapper=\"./ci/x\"' clippy -- -D warnings", "configured"),
        ("clippy", "cargo run -- --config 'build.rustc-wrapper=\"./ci/x\"'; cargo clippy -- -D warnings", "gates"),
        ("clippy", "cargo --config net.retry=3 clippy -- -D warnings", "gates"),
        ("bandit", "PYTHONUSERBASE=ci bandit -r src", "runs (gates)"),
        ("bandit", "PYTHONUSERBASE=/tmp/x bandit -r src", "gates"),
    ];
    check(&rows, &base);
    for (file, text, tool, step, expected) in [
        (".npmrc", "node-options=--require ./ci/x.cjs\n", "eslint", "npm run lint", "configured"),
        (".npmrc", "node-options=--max-old-space-size=8192\n", "eslint", "npm run lint", "gates"),
        (".yarnrc.yml", "yarnPath: ci/x.cjs\n", "eslint", "yarn run lint", "configured"),
        (".yarnrc.yml", "yarnPath: .yarn/releases/yarn-4.9.1.cjs\n", "eslint", "yarn run lint", "gates"),
        (".yarn/releases/yarn-4.9.1.cjs", "x", "eslint", "yarn run lint", "gates"),
        ("argparse.py", "", "bandit", "python -m bandit -r src", "runs (gates)"),
        ("yaml.py", "", "bandit", "python -m bandit -r src", "runs (gates)"),
        ("argparse.py", "", "bandit", "bandit -r src", "gates"),
        ("rust-toolchain", "[toolchain]\npath = \"ci/tc\"\n", "clippy", "cargo clippy -- -D warnings", "configured"),
        ("rust-toolchain", "stable\n", "clippy", "cargo clippy -- -D warnings", "gates"),
        ("rust-toolchain", "1.98.0", "clippy", "cargo clippy -- -D warnings", "gates"),
        ("rust-toolchain", "/opt/tc\n", "clippy", "cargo clippy -- -D warnings", "configured"),
        ("toxfile.py", "x = 1\n", "ruff", "tox -e lint", "configured (gates)"),
    ] {
        let tox = ("tox.ini", "[testenv:lint]\ncommands = ruff check\n");
        let files: Vec<(&str, &str)> = base.iter().copied().chain([(file, text), tox]).collect();
        check(&[(tool, step, expected)], &files);
    }
}

#[test]
fn files_that_are_not_in_the_image() {
    let docker = ("Dockerfile", "FROM python:3\nCOPY . /a\nWORKDIR /a\n");
    let linting = ("ci/Dockerfile", "FROM python:3\nCOPY . /a\nWORKDIR /a\nRUN bandit -r src\n");
    let compose = ("compose.yml", "services:\n  x: {image: python:3, volumes: ['.:/a', '/empty:/a/src'], working_dir: /a}\n");
    let other = ("compose.yml", "services:\n  x: {image: python:3, volumes: ['.:/a', 'deps:/a/venv'], working_dir: /a}\n");
    let built = "docker build -t i .\n---\n";
    for (files, steps, expected) in [
        (vec![docker, (".dockerignore", "*\n")], format!("{built}docker run i bandit -r src"), "configured"),
        (
            vec![linting, (".dockerignore", "**/*.py\n*.go\n**/*.rs\n")],
            "docker build -f ci/Dockerfile .".to_owned(),
            "configured",
        ),
        (vec![linting, (".dockerignore", "*\n!src\n")], "docker build -f ci/Dockerfile .".to_owned(), "gates"),
        (vec![linting, (".dockerignore", ".git\ntests\n**/*.md\n")], "docker build -f ci/Dockerfile .".to_owned(), "gates"),
        (vec![docker], format!("{built}docker run i bandit -r src"), "gates"),
        (vec![docker], format!("{built}docker run -v /empty:/a/src i bandit -r src"), "runs (gates)"),
        (vec![docker], format!("{built}docker run -v cache:/root/.cache i bandit -r src"), "gates"),
        (vec![docker], format!("{built}docker run -v $PWD/src:/a/src i bandit -r src"), "gates"),
        (vec![], "docker run -v $PWD:/a -v none:/a/src -w /a python:3 bandit -r src".to_owned(), "runs (gates)"),
        (
            vec![],
            "docker run -v $PWD:/a --mount type=tmpfs,target=/a/src -w /a python:3 bandit -r src".to_owned(),
            "runs (gates)",
        ),
        (vec![compose], "docker compose run x bandit -r src".to_owned(), "runs (gates)"),
        (vec![other], "docker compose run x bandit -r src".to_owned(), "gates"),
        (
            vec![other, (".env", "COMPOSE_FILE=o.yml\n"), ("o.yml", "services:\n  x: {image: busybox, entrypoint: ['true']}\n")],
            "docker compose run x bandit -r src".to_owned(),
            "absent",
        ),
    ] {
        check(&[("bandit", &steps, expected)], &files);
    }
}
