//! Owns the tests of steps that run what people type: where, and behind what is to be installed. Refuses steps of a tool's own.

use super::held::workflow;
use super::*;

const ECHO: &str = "run: echo";

/// The fix for a language of a tree in which no pipeline runs anything.
fn fix(rule: &str, subject: &str, files: &[(&str, &str)]) -> String {
    let ci = workflow("pull_request", ECHO);
    let tree: Vec<(&str, &str)> = files.iter().copied().chain([(".github/workflows/ci.yml", ci.as_str())]).collect();
    let told = finding(&tree, &format!("{rule}-static-analysis"), subject);
    let fix = told.fix.clone().unwrap_or_default();
    // Pasted, it does what it says.
    let step = fix.lines().skip_while(|line| !line.starts_with("- run")).take_while(|line| line.starts_with(['-', ' ']));
    let step: Vec<String> = step.map(|line| format!("      {line}")).collect();
    let pasted = format!("{ci}{}\n", step.join("\n"));
    let after: Vec<(&str, &str)> = files.iter().copied().chain([(".github/workflows/ci.yml", pasted.as_str())]).collect();
    let after = finding(&after, &format!("{rule}-static-analysis"), subject);
    assert!(after.rung > told.rung, "{fix}\n{}", after.message);
    fix
}

#[test]
fn what_people_type_is_run_where_they_type_it() {
    let code =
        [("svc/pyproject.toml", "[project]\nname = \"s\"\ndependencies = [\"click\"]\n"), ("svc/a.py", ""), ("svc/b.py", "")];
    for (file, text, step) in [
        ("svc/Makefile", "lint:\n\truff check --select S .\n", "- run: pipx install ruff && make lint\n  working-directory: svc"),
        (
            "svc/Makefile",
            "lint:\n\t@uv run ruff check --select S .\n",
            "- run: pipx install uv && make lint\n  working-directory: svc",
        ),
        (
            "svc/justfile",
            "lint:\n  bandit -r .\n",
            "- run: pipx install rust-just && pipx install bandit && just lint\n  working-directory: svc",
        ),
        ("svc/tox.ini", "[testenv:lint]\ncommands = bandit -r .\n", "- run: pipx run tox -e lint\n  working-directory: svc"),
        (
            "svc/noxfile.py",
            "import nox\n\n@nox.session\ndef lint(session):\n    session.run('bandit', '-r', '.')\n",
            "- run: pipx run nox -s lint\n  working-directory: svc",
        ),
        ("Makefile", "lint:\n\tbandit -r .\n", "- run: pipx install bandit && make lint"),
    ] {
        let fix = fix("python", "python", &[&code[..], &[(file, text)]].concat());
        assert!(fix.ends_with(step), "{file}: {fix}");
    }
}

#[test]
fn the_environment_of_a_lock_has_the_tools_that_are_declared() {
    let make = ("Makefile", "lint:\n\tbandit -r .\n");
    let poetry = "[tool.poetry]\nname = \"s\"\n[tool.poetry.group.dev.dependencies]\nbandit = \"*\"\n";
    let uv = "[project]\nname = \"s\"\n[dependency-groups]\ndev = [\"bandit\"]\n";
    let of = |project: &'static str, lock: &'static str| {
        fix("python", "python", &[("pyproject.toml", project), (lock, ""), CODE, make])
    };
    assert!(of(uv, "uv.lock").ends_with("- run: pipx install uv && uv run make lint"));
    assert!(of(poetry, "poetry.lock").ends_with("- run: pipx install poetry && poetry install && poetry run make lint"));
    assert!(of("[project]\nname = \"s\"\n", "uv.lock").ends_with("- run: pipx install bandit && make lint"));
}

#[test]
fn scripts_of_a_package_below_are_installed_and_run_there() {
    let package = "{\"name\":\"u\",\"scripts\":{\"lint\":\"eslint .\"},\"devDependencies\":{\"eslint\":\"9\"},\"dependencies\":{\"x\":\"1\"}}";
    let config = "export default [{ rules: { 'no-eval': 'error' } }];\n";
    for (lock, command) in [
        ("ui/yarn.lock", "yarn install --frozen-lockfile && yarn run lint"),
        ("ui/pnpm-lock.yaml", "pnpm install --frozen-lockfile && pnpm run lint"),
        ("ui/bun.lock", "bun install --frozen-lockfile && bun run lint"),
        ("ui/package-lock.json", "npm ci && npm run lint"),
        ("ui/x.txt", "npm install && npm run lint"),
        // A lock of another project locks nothing of this one.
        ("package-lock.json", "npm install && npm run lint"),
    ] {
        let files = [
            ("ui/package.json", package),
            ("ui/eslint.config.mjs", config),
            ("ui/a.js", "x\n"),
            ("ui/b.js", "x\n"),
            ("ui/c.js", "x\n"),
            (lock, ""),
        ];
        let fix = fix("js", "javascript", &files);
        assert!(fix.ends_with(&format!("- run: {command}\n  working-directory: ui")), "{lock}: {fix}");
    }
}
