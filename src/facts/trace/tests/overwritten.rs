//! Tests of commands that write other contents over files of the tree before a tool looks at it.

use super::check;

const FILES: &[(&str, &str)] = &[
    ("Makefile", "lint:\n\tbandit -r src\n"),
    ("tox.ini", "[testenv:lint]\ncommands = bandit -r src\n"),
    (".bandit", "[bandit]\nskips = B101\n"),
    ("ci/x.patch", "--- a/Makefile\n+++ b/Makefile\n@@ -1 +1 @@\n-a\n+b\n"),
    ("ci/deep.patch", "--- x/a/Makefile\n+++ x/a/Makefile\n@@ -1 +1 @@\n-a\n+b\n"),
    ("ci/says.patch", "--- a/src/a.py\n+++ b/src/a.py\n@@ -1 +1 @@\n-a = 1\n+a = 1 # nosec\n"),
    ("ci/docs.patch", "--- a/docs/a.md\n+++ b/docs/a.md\n@@ -1 +1 @@\n-a\n+b\n"),
    ("ci/tree.tgz", "x"),
    ("ci/cfg/.bandit", "[bandit]\nexclude = src\n"),
    ("ci/cfg/note.txt", "x\n"),
    ("docs/a.md", "a\n"),
    ("data/a.txt", "a\n"),
];

fn is(before: &str, tool: &str, expected: &str) {
    let steps = [format!("{before}\n{tool}"), format!("{before}\n---\n{tool}")];
    check(&[("bandit", &steps[0], expected), ("bandit", &steps[1], expected)], FILES);
}

#[test]
fn a_chain_or_a_configuration_that_is_written_over() {
    for (before, tool) in [
        ("patch -p1 < ci/x.patch", "make lint"),
        ("patch -p1 -i ci/x.patch", "make lint"),
        ("patch --strip=2 --input=ci/deep.patch", "make lint"),
        ("patch Makefile ci/docs.patch", "make lint"),
        ("cat ci/x.patch | patch -p1", "make lint"),
        ("curl -sSL https://e.org/x | patch -p1", "make lint"),
        ("git apply < ci/x.patch", "make lint"),
        ("git am ci/x.patch", "make lint"),
        ("git apply /tmp/made.patch", "make lint"),
        ("git apply <<'E'\n--- a/Makefile\n+++ b/Makefile\nE", "make lint"),
        ("tar xzf ci/tree.tgz", "make lint"),
        ("tar -x -f ci/tree.tgz -C .", "tox -e lint"),
        ("unzip -o ci/tree.tgz", "make lint"),
        ("python - <<'E'\nopen('Makefile', 'w').write('lint:')\nE", "make lint"),
        ("python3 -c \"import pathlib; pathlib.Path('tox.ini').write_text('')\"", "tox -e lint"),
        ("node -e \"require('fs').writeFileSync('Makefile', '')\"", "make lint"),
        ("ruby -e \"File.write('Makefile', '')\"", "make lint"),
        ("perl -pi -e 's/bandit/true/' Makefile", "make lint"),
        ("sed -n -i /x/p Makefile", "make lint"),
        ("curl -o Makefile https://e.org/Makefile", "make lint"),
    ] {
        is(before, tool, "configured (gates)");
    }
    for before in [
        "cp ci/cfg/.bandit .",
        "cp -r ci/cfg/. .",
        "rsync -a ci/cfg/ ./",
        "mv /tmp/.bandit .",
        "docker cp x:/cfg/.bandit .",
        "docker cp x:/cfg/other .bandit",
        "wget -O .bandit https://e.org/x",
        "patch -p1 < ci/says.patch",
        "tar xf ci/tree.tgz",
        "python -c \"open('.bandit', 'w')\"",
    ] {
        is(before, "bandit -r src", "runs (gates)");
    }
}

#[test]
fn what_is_made_beside_the_tree_or_of_other_files() {
    for (before, tool) in [
        ("patch -p1 --dry-run < ci/x.patch", "make lint"),
        ("patch -p1 < ci/docs.patch", "make lint"),
        ("git apply ci/docs.patch", "make lint"),
        ("cd vendor/x\npatch -p1 < /tmp/x.patch\ncd ../..", "make lint"),
        ("curl -sSL https://e.org/gitleaks.tgz | tar xz", "make lint"),
        ("curl -sSLo x.tgz https://e.org/x.tgz\ntar xzf x.tgz -C /tmp", "make lint"),
        ("tar xzf ci/tree.tgz -C data", "make lint"),
        ("tar xzf ci/tree.tgz bin/tool", "make lint"),
        ("tar czf ci/tree.tgz src", "make lint"),
        ("unzip -l ci/tree.tgz", "make lint"),
        ("npm ci", "make lint"),
        ("python -c \"import os; open(os.environ['GITHUB_OUTPUT'], 'a').write('x')\"", "make lint"),
        ("python -c \"print(open('Makefile').read())\"", "make lint"),
        ("python - <<'E'\nopen('out.txt', 'w').write('x')\nE", "make lint"),
        ("node -e \"console.log(require('./package.json').version)\"", "make lint"),
        ("cp ci/cfg/note.txt .", "bandit -r src"),
        ("docker cp x:/out/report.xml .", "bandit -r src"),
        ("cp .env.example .env", "bandit -r src"),
        ("rsync -a docs/ site/", "bandit -r src"),
        ("curl -o /tmp/x https://e.org/x", "bandit -r src"),
        ("wget -q https://e.org/x.tgz", "bandit -r src"),
    ] {
        is(before, tool, "gates");
    }
}
