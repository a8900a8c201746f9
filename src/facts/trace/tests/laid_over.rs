//! Tests of files that steps of a job put where a tool, a launcher or an interpreter looks for them by itself.

use super::check;

pub(super) const FILES: &[(&str, &str)] = &[
    ("Makefile", "lint:\n\tbandit -r src\n"),
    ("package.json", "{\"version\": \"1.0.0\", \"scripts\": {\"lint\": \"bandit -r src\"}}"),
    ("ci/npmrc", "script-shell=/bin/true\n"),
    ("ci/plain.npmrc", "registry=https://registry.npmjs.org/\n"),
    ("ci/wrapper.toml", "[build]\nrustc-wrapper = \"./x\"\n"),
    ("ci/alias.toml", "[alias]\nclippy = \"check\"\n"),
    ("ci/net.toml", "[net]\nretry = 3\n"),
    ("ci/load.js", "1\n"),
    (".env.example", "A=1\n"),
    ("ci/token.npmrc", "//registry.npmjs.org/:_authToken=${TOKEN}\n"),
    ("ci/line.npmrc", "${LINE}\n"),
    ("ci/cargo/.cargo/config.toml", "[build]\nrustc-wrapper = \"./x\"\n"),
    ("ci/quiet/.cargo/config.toml", "[net]\nretry = 3\n"),
    ("ci/npm/.npmrc", "script-shell=/bin/true\n"),
    ("ci/mod/bandit/__init__.py", ""),
    ("x", "#!/bin/sh\n"),
];

pub(super) const CLIPPY: &str = "cargo clippy -- -D warnings";

pub(super) fn rows(before: &[(&str, &str)], expected: &str) {
    let mut all: Vec<(&str, String)> = Vec::new();
    for (before, command) in before {
        let tool = if command.starts_with("cargo") { "clippy" } else { "bandit" };
        all.extend([format!("{before}\n{command}"), format!("{before}\n---\n{command}")].map(|steps| (tool, steps)));
    }
    let all: Vec<(&str, &str, &str)> = all.iter().map(|(tool, steps)| (*tool, steps.as_str(), expected)).collect();
    check(&all, FILES);
}

#[test]
fn what_is_put_where_something_looks_for_it() {
    rows(
        &[
            ("printf 'lint:\\n' > GNUmakefile", "make lint"),
            ("cp ci/load.js GNUmakefile", "make lint"),
            ("curl -s https://x.test/y > makefile", "make lint"),
            ("echo 'script-shell=/bin/true' > .npmrc", "npm run lint"),
            ("echo script-shell=/bin/true >> ~/.npmrc", "npm run lint"),
            ("echo script-shell=/bin/true >> $HOME/.npmrc", "npm run lint"),
            ("echo script-shell=/bin/true | tee -a .npmrc", "npm run lint"),
            ("cat > .npmrc <<EOF\nregistry=https://x.test\nscript-shell=/bin/true\nEOF", "npm run lint"),
            ("cp ci/npmrc .npmrc", "npm run lint"),
            ("cp ci/npmrc \"$HOME/.npmrc\"", "npm run lint"),
            ("cat ci/npmrc >> .npmrc", "npm run lint"),
            ("sed s/a/b/ ci/npmrc > .npmrc", "npm run lint"),
            ("echo 'node-options=--require ./ci/load.js' > .npmrc", "npm run lint"),
        ],
        "configured (gates)",
    );
    let compiler = [
        ("mkdir -p .cargo\nprintf '[build]\\nrustc-wrapper = \"./x\"\\n' > .cargo/config.toml", CLIPPY),
        ("mkdir -p .cargo\ncp ci/wrapper.toml .cargo/config.toml", CLIPPY),
        ("mkdir -p ~/.cargo\ncp ci/wrapper.toml ~/.cargo/config.toml", CLIPPY),
        ("echo '[build]' >> .cargo/config.toml\necho 'rustc-wrapper = \"./x\"' >> .cargo/config.toml", CLIPPY),
        ("sed s/z/b/ ci/wrapper.toml > .cargo/config", CLIPPY),
        ("cp ci/alias.toml .cargo/config.toml", CLIPPY),
        ("cp ci/alias.toml ~/.cargo/config.toml", CLIPPY),
        ("printf '[toolchain]\\npath = \"./x\"\\n' > rust-toolchain.toml", CLIPPY),
    ];
    rows(&compiler, "configured (gates)");
    rows(
        &[
            ("touch bandit.py", "python -m bandit -r src"),
            ("mkdir bandit && touch bandit/__init__.py", "python -m bandit -r src"),
            ("cp ci/load.js bandit.py", "python -m bandit -r src"),
            ("echo x > argparse.py", "python -m bandit -r src"),
            ("echo 'import os' > lib/sitecustomize.py", "PYTHONPATH=lib bandit -r src"),
        ],
        "configured (gates)",
    );
}

#[test]
fn what_does_no_harm() {
    rows(
        &[
            ("echo \"//registry.npmjs.org/:_authToken=$TOKEN\" > .npmrc", "npm run lint"),
            ("echo \"//registry.npmjs.org/:_authToken=${{ secrets.T }}\" >> ~/.npmrc", "npm run lint"),
            ("cp ci/plain.npmrc .npmrc", "npm run lint"),
            ("printf '@x:registry=https://x.test\\nalways-auth=true\\n' > .npmrc", "npm run lint"),
            ("echo script-shell=/bin/true > sub/.npmrc", "npm run lint"),
            ("echo script-shell=/bin/true > .npmrc", "make lint"),
            ("cp .env.example .env", "npm run lint"),
            ("mkdir -p dist bandit", "python -m bandit -r src"),
            ("touch README.md", "make lint"),
            ("echo 'x:' > other.mk", "make lint"),
            ("printf 'lint:\\n' > sub/GNUmakefile", "make lint"),
            ("printf 'lint:\\n' > GNUmakefile", "make -f Makefile lint"),
            ("echo '[net]' > .cargo/config.toml", CLIPPY),
            ("printf '[net]\\ngit-fetch-with-cli = true\\n' >> ~/.cargo/config.toml", CLIPPY),
            ("cp ci/net.toml .cargo/config.toml", CLIPPY),
            ("echo stable > rust-toolchain", CLIPPY),
            ("touch bandit.py", "bandit -r src"),
            ("touch src/bandit.py", "python -m bandit -r src"),
            ("touch bandit.py", "python -P -m bandit -r src"),
            ("echo 'import os' > sitecustomize.py", "bandit -r src"),
        ],
        "gates",
    );
    let rows = [
        ("bandit", "python -m bandit -r src\ntouch bandit.py", "gates"),
        ("bandit", "touch bandit.py\n---\nuses: actions/checkout@v4\n---\npython -m bandit -r src", "gates"),
    ];
    check(&rows, FILES);
}
