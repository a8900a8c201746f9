//! Tests of what steps of a job take out of the tree, or write into it, before a tool looks at it.

mod beside;

use super::check;

const FILES: &[(&str, &str)] = &[
    ("Makefile", "lint:\n\tbandit -r src\nchecked:\n\tbandit -r src\n.PHONY: checked\n"),
    ("tox.ini", "[testenv:lint]\ncommands = bandit -r src\n[bandit]\nskips = B101\n"),
    ("package.json", "{\"version\": \"1.0.0\",\n \"scripts\": {\"lint\": \"bandit -r src\"}}"),
    ("ci/lint.sh", "set -e\nbandit -r src\n"),
    ("ci/none.txt", "nothing\n"),
    ("pyproject.toml", "[project]\nname = \"x\"\nversion = \"1.0\"\n[tool.bandit]\nskips = [\"B101\"]\n"),
    ("ci/x.patch", "--- a/Makefile\n+++ b/Makefile\n@@ -1 +1 @@\n-a\n+b\n"),
    ("docs/a.md", "a\n"),
    ("tests/test_a.py", "a = 1\n"),
    ("js/index.js", "1\n"),
];

fn all(rows: &[(&str, &str)], expected: &str) {
    let rows: Vec<(&str, &str, &str)> = rows.iter().map(|(_, steps)| ("bandit", *steps, expected)).collect();
    check(&rows, FILES);
}

fn with<'t>(before: &[&str], tool: &str) -> Vec<(&'t str, String)> {
    let one = |before: &&str| [("", format!("{before}\n{tool}")), ("", format!("{before}\n---\n{tool}"))];
    before.iter().flat_map(one).collect()
}

fn is(before: &[&str], tool: &str, expected: &str) {
    let rows = with(before, tool);
    all(&rows.iter().map(|(name, steps)| (*name, steps.as_str())).collect::<Vec<_>>(), expected);
}

#[test]
fn code_that_is_taken_away_is_not_looked_at() {
    let taken = [
        "rm -rf src",
        "sudo rm -r ./src",
        "git rm -rq src",
        "mv src /tmp/x",
        "rm src/*.py",
        "rm -rf src/*",
        "git checkout HEAD~1",
        "git checkout main -- .",
        "git reset --hard origin/main",
        "git reset --hard HEAD^",
        "git switch main",
        "cd src\nrm -rf *\ncd ..",
        "find src -name '*.py' -delete",
        "find . -type f -name '*.py' -exec rm {} +",
        "find src -type f -delete",
        "truncate -s 0 src/*.py",
        "shred -u src/a.py src/b.py src/c.py",
        "rsync -a --delete docs/ src/",
        "sudo mount --bind docs src",
        "git sparse-checkout set docs",
        "git sparse-checkout init --cone",
        "sed -i 's/$/ # nosec/' src/*.py",
        "find src -name '*.py' | xargs sed -i 's/$/ # nosec/'",
        "find src -name '*.py' -exec sed -i 's/$/ # nosec/' {} +",
        "git restore --source origin/main .",
        "git restore --source=origin/main -- src",
        "git restore -s origin/main -- src",
        "git restore -SWs HEAD~1 src",
        "git checkout origin/main src",
        "git read-tree -u --reset origin/main",
        "git read-tree -um HEAD origin/main",
        "git revert HEAD",
        "git revert --no-edit -n HEAD~2",
        "git apply -R /tmp/x.patch",
        "git checkout main\ngit checkout -- .",
        "git rm -rq src\ngit checkout -- docs",
        "> src/a.py\n: > src/b.py\ntrue >src/c.py",
        "for f in src/a.py src/b.py src/c.py; do > \"$f\"; done",
        "cp /dev/null src/a.py; cp /dev/null src/b.py; cp /dev/null src/c.py",
        "cat /dev/null > src/a.py; cat /dev/null > src/b.py; cat /dev/null > src/c.py",
        "dd if=/dev/null of=src/a.py; dd if=/dev/null of=src/b.py; printf '' > src/c.py",
    ];
    is(&taken, "bandit -r src", "runs (gates)");
    let harmless = [
        "rm -rf node_modules dist build .venv",
        "rm -rf docs tests js",
        "rm -f src/none.py",
        "git rm -r --cached src",
        "git fetch origin main",
        "git checkout $SHA",
        "git checkout ${{ github.event.pull_request.head.sha }}",
        "git checkout -b work",
        "git checkout -- .",
        "git reset --hard",
        "git reset --hard HEAD",
        "git stash",
        "git config --global user.name x",
        "mv docs /tmp",
        "git checkout main\n./bench\ngit checkout -",
        "rm -rf src\ngit checkout -- src",
        "rm -rf \"$RUNNER_TEMP/src\"",
        "find src -name '*.pyc' -delete",
        "find . -name __pycache__ -exec rm -rf {} +",
        "rm -rf /tmp/src",
        "find . -type d -empty -delete",
        "find src -name '*.py' -print",
        "find /tmp -type f -delete",
        "rsync -a docs/ site/",
        "rsync -a --delete docs/ site/",
        "git sparse-checkout set src docs",
        "sed -i 's/ # nosec//' src/*.py",
        "sed 's/$/ # nosec/' src/a.py",
        "git apply --check ci/none.txt",
        "git restore .",
        "git restore --staged --source origin/main src",
        "git restore -S -s origin/main .",
        "git restore --source origin/main -- docs",
        "git checkout origin/main -- docs tests",
        "git read-tree --reset origin/main",
        "git read-tree -mu HEAD",
        "git revert --abort",
        "> docs/a.md",
        "> out.log",
        ": > \"$GITHUB_STEP_SUMMARY\"",
        "cp /dev/null docs/a.md",
        "echo x > src/a.py",
        "rm -rf src\ngit restore src",
    ];
    is(&harmless, "bandit -r src", "gates");
}

#[test]
fn a_file_of_the_chain_that_is_written_before() {
    let written = [
        ("sed -i 's/bandit/true/' Makefile", "make lint"),
        ("sed -i -e 's/bandit -r src/true/' Makefile", "make lint"),
        ("sed -i 1,2d Makefile", "make lint"),
        ("perl -pi -e 's/bandit/true/' Makefile", "make lint"),
        ("printf 'lint:\\n' > Makefile", "make lint"),
        ("echo 'lint: ;' >> Makefile", "make lint"),
        ("touch lint", "make lint"),
        ("> Makefile", "make lint"),
        ("cp /dev/null Makefile", "make lint"),
        (": > .bandit", "bandit -r src"),
        ("git checkout origin/main -- Makefile", "make lint"),
        ("git apply ci/x.patch", "make lint"),
        ("dd if=ci/none.txt of=Makefile", "make lint"),
        ("cp ci/none.txt Makefile", "make lint"),
        ("cp ci/none.txt ci/lint.sh", "bash ci/lint.sh"),
        ("echo '[testenv]' > tox.ini", "tox -e lint"),
        ("echo '[testenv]' | tee tox.ini", "tox -e lint"),
        ("npm pkg set scripts.lint=true", "npm run lint"),
        ("npm pkg delete scripts.lint", "npm run lint"),
        ("mv ci/none.txt package.json", "npm run lint"),
        ("printf '[bandit]\\nexclude=src\\n' > .bandit", "bandit -r src"),
        ("cp ci/none.txt pyproject.toml", "bandit -c pyproject.toml -r src"),
    ];
    for (before, tool) in written {
        let expected = if tool.starts_with("bandit") { "runs (gates)" } else { "configured (gates)" };
        is(&[before], tool, expected);
    }
    let harmless = [
        ("sed -i 's/^version = .*/version = \"2\"/' pyproject.toml", "bandit -c pyproject.toml -r src"),
        ("sed -i \"s/__version__ = .*/__version__ = '$V'/\" src/a.py", "bandit -r src"),
        ("npm pkg set version=2.0.0", "npm run lint"),
        ("npm version 2.0.0 --no-git-tag-version", "npm run lint"),
        ("npm config set registry https://x.test", "npm run lint"),
        ("sed -i 's/\"version\": .*/\"version\": \"2\",/' package.json", "npm run lint"),
        ("cp .env.example .env", "make lint"),
        ("echo A=1 >> .env", "make lint"),
        ("echo A=1 > config.toml", "make lint"),
        ("touch checked", "make checked"),
        ("touch .env", "make lint"),
        ("sed 's/bandit/true/' Makefile", "make lint"),
        ("echo done > /dev/null", "make lint"),
        ("cp Makefile /tmp/Makefile", "make lint"),
    ];
    for (before, tool) in harmless {
        is(&[before], tool, "gates");
    }
}

#[test]
fn what_comes_later_or_elsewhere_changes_nothing() {
    all(
        &[
            ("", "bandit -r src\nrm -rf src"),
            ("", "bandit -r src\n---\nrm -rf src"),
            ("", "if: false\nrm -rf src\n---\nbandit -r src"),
        ],
        "gates",
    );
    // Before the tree lies there.
    all(&[("", "rm -rf src\n---\nuses: actions/checkout@v4\n---\nbandit -r src")], "gates");
}
