//! What findings say and propose: a remedy that does not fit costs its reader as much as a wrong verdict.

use jiff::civil::{Date, date};
use tollgate::catalog::Catalog;
use tollgate::finding::Finding;
use tollgate::snapshot::Snapshot;

const TODAY: Date = date(2026, 11, 23);

/// The one finding of a rule on a subject.
fn found(rule: &str, subject: &str, files: &[(&str, &str)]) -> Finding {
    let snapshot = Snapshot::in_memory(files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())));
    let reading = tollgate::terms::Reading { catalog: Catalog::builtin(), today: TODAY, open: &|_| Ok(None), org: None };
    let policy = tollgate::terms::read(None, &reading).expect("no policy");
    let only = [rule.to_owned()];
    let judging = tollgate::inspect::Judging { only: &only, ..Default::default() };
    let judged = tollgate::inspect::decided(&snapshot, &policy, &|_| Ok(Default::default()), &judging, TODAY).expect("a verdict");
    let all = judged.decided.findings.into_iter().map(|decided| decided.finding);
    let mut mine: Vec<Finding> = all.filter(|finding| finding.rule == rule && finding.subject == subject).collect();
    assert_eq!(mine.len(), 1, "{rule} ({subject})");
    mine.remove(0)
}

/// `message | fix`, line breaks as spaces.
fn told(rule: &str, subject: &str, files: &[(&str, &str)]) -> String {
    let finding = found(rule, subject, files);
    format!("{} | {}", finding.message, finding.fix.unwrap_or_default()).replace('\n', " ")
}

fn workflow(on: &str, run: &str) -> String {
    format!(
        "on:\n{on}\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v5\n      - run: {run}\n"
    )
}

const PYTHON: [(&str, &str); 4] =
    [("pyproject.toml", "[project]\nname = \"x\"\ndependencies = [\"y\"]\n"), ("a.py", "a\n"), ("b.py", "b\n"), ("c.py", "c\n")];
const JAVASCRIPT: [(&str, &str); 3] = [("a.js", "a\n"), ("b.js", "b\n"), ("c.js", "c\n")];

#[test]
fn an_event_that_is_too_narrow_is_widened() {
    let with = |on: &str, run: &str| {
        let text = workflow(on, run);
        let files: Vec<_> = PYTHON.into_iter().chain([(".github/workflows/ci.yml", text.as_str())]).collect();
        told("python-static-analysis", "python", &files)
    };
    let start = "start that job on `pull_request` as well, among the events at .github/workflows/ci.yml:";
    for on in ["  push:\n    branches: [main]", "  schedule:\n    - cron: '0 0 * * 1'"] {
        let said = with(on, "bandit -r .");
        assert!(said.starts_with(&format!("Bandit runs, but not where it could stop a pull request | {start}")), "{on}: {said}");
        let both = with(on, "bandit -r . --exit-zero");
        assert!(both.contains(start) && both.contains("remove `--exit-zero`"), "{both}");
    }
    let soft = with("  pull_request:", "bandit -r . --exit-zero");
    assert!(!soft.contains("start that job") && soft.contains("remove `--exit-zero`"), "{soft}");
}

#[test]
fn what_is_configured_is_what_the_remedy_runs() {
    let manifest = |script: &str| format!("{{\"scripts\": {{ \"lint\": \"{script}\" }}, \"dependencies\": {{ \"x\": \"1\" }}}}");
    let biome = ("biome.json", "{ \"linter\": { \"enabled\": true } }");
    let with = |script: &str, more: &[(&str, &str)]| {
        let manifest = manifest(script);
        let files: Vec<_> =
            JAVASCRIPT.into_iter().chain([("package.json", manifest.as_str()), biome]).chain(more.iter().copied()).collect();
        told("js-static-analysis", "javascript", &files)
    };
    let npm = with("biome lint .", &[]);
    assert!(npm.contains("| to run Biome, add .github/workflows/js-static-analysis.yml: on: pull_request "), "{npm}");
    assert!(npm.ends_with("- run: npm install && npm run lint"), "{npm}");
    let pnpm = with("biome lint .", &[("pnpm-lock.yaml", "")]);
    assert!(pnpm.ends_with("- run: pnpm install --frozen-lockfile && pnpm run lint"), "{pnpm}");
    let bare = with("echo", &[]);
    assert!(bare.contains("- run: npm install && npx biome ") && !bare.contains("eslint"), "{bare}");
    let mypy = told("python-static-analysis", "python", &[&PYTHON[..], &[("mypy.ini", "[mypy]\n")]].concat());
    assert!(
        mypy.contains("to run mypy, add ") && mypy.contains("- run: pipx run mypy .") && mypy.contains("no security rules"),
        "{mypy}"
    );
    let both = [&PYTHON[..], &[("mypy.ini", "[mypy]\n"), ("ruff.toml", "line-length = 100\n")]].concat();
    let ruff = told("python-static-analysis", "python", &both);
    assert!(ruff.starts_with("Ruff is configured") && ruff.contains("- run: pipx run ruff check"), "{ruff}");
}

#[test]
fn the_configuration_nearest_to_the_files_is_the_one_to_change() {
    let files = [
        ("backend/pyproject.toml", "[project]\nname = \"x\"\ndependencies = [\"y\"]\n[tool.ruff.lint]\nselect = [\"E\"]\n"),
        ("backend/app/a.py", "a\n"),
        ("backend/app/b.py", "b\n"),
        ("backend/app/c.py", "c\n"),
        (".github/workflows/ci.yml", &workflow("  pull_request:", "ruff check .")),
    ];
    let finding = found("python-static-analysis", "python", &files);
    assert_eq!(finding.message, "Ruff gates Python, but without security rules");
    assert_eq!((finding.places[0].place.path.as_str(), finding.places[0].place.line), ("backend/pyproject.toml", 5));
    assert!(finding.fix.as_deref().is_some_and(|fix| fix.contains("[tool.ruff.lint]` in backend/pyproject.toml")), "{finding:?}");
}

/// A security tool one `|| true` away is told at its line, and mended there.
#[test]
fn a_security_tool_that_lets_everything_pass_is_mended_first() {
    let text = workflow("  pull_request:", "bandit -r . || true").replace("- run", "- run: ruff check .\n      - run");
    let files = [&PYTHON[..], &[(".github/workflows/ci.yml", text.as_str())]].concat();
    let finding = found("python-static-analysis", "python", &files);
    assert_eq!(finding.message, "Ruff gates Python, but without security rules");
    let told = finding.places.iter().find(|evidence| evidence.note.starts_with("Bandit runs here and has some, but"));
    assert_eq!(told.map(|evidence| evidence.place.line), Some(9), "{finding:?}");
    assert!(
        finding
            .fix
            .as_deref()
            .is_some_and(|fix| fix.starts_with("let Bandit stop a change, at .github/workflows/ci.yml:9: remove `|| true`")),
        "{finding:?}"
    );
}

#[test]
fn a_gap_is_closed_in_the_words_of_its_bot() {
    let with = |config: &str, files: &[(&str, &str)], ecosystem: &str| {
        let all = [files, &[("renovate.json", config)]].concat();
        told("dependency-update-bot", ecosystem, &all)
    };
    let go = [("go.mod", "module x\nrequire y v1.0.0\n"), ("test/compose.yaml", "services: { a: { image: 'b:1' } }\n")];
    let branch = with("{\"baseBranchPatterns\":[\"dev\"]}", &go, "gomod");
    assert!(
        branch.ends_with("`baseBranchPatterns` leaves the default branch out | add \"$default\" to `baseBranchPatterns`"),
        "{branch}"
    );
    let only = with("{\"ignorePaths\":[],\"enabledManagers\":[\"gomod\"]}", &go, "docker-compose");
    assert!(only.ends_with("does not name `docker-compose` | add \"docker-compose\" to `enabledManagers`"), "{only}");
    let cured = with("{\"ignorePaths\":[\"test/**\"],\"enabledManagers\":[\"gomod\"]}", &go, "docker-compose");
    assert!(cured.ends_with("add \"docker-compose\" to `enabledManagers` take `test/**` out of `ignorePaths`"), "{cured}");
    let rust = |directory: &str| (format!("{directory}/Cargo.toml"), "[package]\nname = \"x\"\n[dependencies]\ny = \"1\"\n");
    let (a, b) = (rust("a"), rust("b"));
    let entry = "version: 2\nupdates:\n  - package-ecosystem: cargo\n    directory: /a\n    open-pull-requests-limit: 0\n    schedule: { interval: weekly }\n";
    let two = told("dependency-update-bot", "cargo", &[(&a.0, a.1), (&b.0, b.1), (".github/dependabot.yml", entry)]);
    assert!(
        two.contains("b/Cargo.toml (cargo): no entry names it; a/Cargo.toml: its entry has `open-pull-requests-limit: 0`"),
        "{two}"
    );
    assert!(two.contains("delete `open-pull-requests-limit: 0`") && two.contains("directory: /b"), "{two}");
}

#[test]
fn what_attributes_hide_is_said() {
    let files = [&JAVASCRIPT[..], &[(".gitattributes", "# ours\n*.js linguist-vendored\n")]].concat();
    let said = told("js-static-analysis", "javascript", &files);
    assert!(said.contains("3 files of it are hidden by `*.js` at .gitattributes:2"), "{said}");
}

#[test]
fn what_is_not_read_may_run_what_is_configured() {
    let opaque = workflow("  pull_request:", "$TOOL");
    let files = [&PYTHON[..], &[("ruff.toml", "line-length = 100\n"), (".github/workflows/ci.yml", &opaque)]].concat();
    let said = told("python-static-analysis", "python", &files);
    assert!(said.contains("is configured; whether a pipeline runs it, or another analyzer, cannot be seen"), "{said}");
}

/// A job that starts under an `if` that is not known.
fn under(on: &str, condition: &str, run: &str) -> String {
    format!(
        "on: {on}\njobs:\n  p:\n    runs-on: x\n    outputs: {{r: '${{{{ steps.s.outputs.r }}}}'}}\n    steps:\n      - {{id: s, uses: a/b@v1}}\n  \
         a:\n    runs-on: ubuntu-latest\n    needs: p\n    if: {condition}\n    steps:\n      - uses: actions/checkout@v5\n      - run: {run}\n"
    )
}

#[test]
fn the_reason_is_that_of_the_chain_which_decides() {
    let open = under("pull_request", "needs.p.outputs.r == 'x'", "bandit -r .");
    let both = under("[push, pull_request]", "github.event_name == 'push' || needs.p.outputs.r == 'x'", "bandit -r .");
    let both = both.replace("on: [push, pull_request]", "on: {push: {branches: [main]}, pull_request: {}}");
    let pushed = workflow("  push:\n    branches: [main]", "bandit -r .");
    for files in [[("a", pushed.as_str()), ("b", open.as_str())].as_slice(), &[("a", both.as_str())]] {
        let named: Vec<_> = files.iter().map(|(name, text)| (format!(".github/workflows/{name}.yml"), *text)).collect();
        let files: Vec<_> = PYTHON.into_iter().chain(named.iter().map(|(name, text)| (name.as_str(), *text))).collect();
        let said = told("python-static-analysis", "python", &files);
        assert!(said.contains("cannot be read") && !said.contains("only pushes"), "{said}");
    }
}

#[test]
fn of_equal_chains_that_of_a_pull_request_is_told() {
    let (pushed, pulled) = (workflow("  push:", "bandit -r ."), workflow("  pull_request:", "bandit -r ."));
    let names = [".github/workflows/a.yml", ".github/workflows/b.yml"];
    let files: Vec<_> = PYTHON.into_iter().chain(names.into_iter().zip([pushed.as_str(), pulled.as_str()])).collect();
    let chain = found("python-static-analysis", "python", &files).chain;
    assert_eq!(chain[0].place.path.as_str(), names[1]);
}

#[test]
fn what_may_run_is_not_said_to_run_nowhere() {
    let text = under("pull_request", "needs.p.outputs.r == 'x'", "bandit -r . --exit-zero");
    let files: Vec<_> = PYTHON.into_iter().chain([(".github/workflows/ci.yml", text.as_str())]).collect();
    let said = told("python-static-analysis", "python", &files);
    assert!(said.starts_with("Bandit is configured; even if it runs, it cannot fail a pull request"), "{said}");
}

#[test]
fn results_that_a_later_step_uploads_reach_somebody() {
    let text = "on: pull_request\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v5\n      - uses: \
                github/codeql-action/init@v3\n        with: {languages: python}\n      - uses: github/codeql-action/analyze@v3\n        \
                with: {upload: failure-only, output: sarif}\n";
    let step = "      - uses: github/codeql-action/upload-sarif@v3\n        with: {sarif_file: sarif/python.sarif}\n";
    for (step, nobody) in [("", true), (step, false)] {
        let text = format!("{text}{step}");
        let files: Vec<_> = PYTHON.into_iter().chain([(".github/workflows/ci.yml", text.as_str())]).collect();
        let finding = found("python-static-analysis", "python", &files);
        let said = finding.places.iter().any(|place| place.note.contains("reach nobody"));
        assert_eq!(said, nobody, "{}", finding.message);
    }
}

#[test]
fn what_a_hook_fixes_does_not_pass() {
    let hooks = "repos:\n  - repo: https://github.com/astral-sh/ruff-pre-commit\n    rev: v0.9.0\n    hooks:\n      - id: ruff\n        args: [--fix]\n";
    let settings = "lint.select = ['S']\n";
    for (run, noted) in [("pre-commit run --all-files", false), ("ruff check --fix .", true)] {
        let text = workflow("  pull_request:", run);
        let own = [("ruff.toml", settings), (".pre-commit-config.yaml", hooks), (".github/workflows/ci.yml", text.as_str())];
        let files: Vec<_> = PYTHON.into_iter().chain(own).collect();
        let places = found("python-static-analysis", "python", &files).places;
        assert_eq!(places.iter().any(|place| place.note == "what it fixes passes"), noted, "{run}");
    }
}

#[test]
fn an_audit_names_the_component_that_it_passes_by() {
    let cargo = "[package]\nname = \"x\"\n[dependencies]\ny = \"1\"\n";
    let text = workflow("  pull_request:", "cd a && cargo audit");
    let code = "fn main() {}\n";
    let files = [
        ("a/Cargo.toml", cargo),
        ("b/Cargo.toml", cargo),
        ("a/src/main.rs", code),
        ("b/src/main.rs", code),
        (".github/workflows/ci.yml", text.as_str()),
    ];
    let said = told("node-dependency-audit", "rust:b", &files);
    assert!(said.contains("Rust in b"), "{said}");
}

#[test]
fn a_bot_of_other_ecosystems_is_not_told_to_find_a_manifest() {
    let hooks = "ci: { autoupdate_schedule: weekly }\nrepos: [{ repo: 'https://x.example/a', rev: v1, hooks: [{ id: a }] }]\n";
    let said = told("dependency-update-bot", "pip", &[&PYTHON[..], &[(".pre-commit-config.yaml", hooks)]].concat());
    assert!(
        said.starts_with("no bot updates pyproject.toml (pip): no bot that looks at it is configured | add .github/dep"),
        "{said}"
    );
    let renovate = ("renovate.json", "{\"enabledManagers\": [\"npm\"]}");
    let both =
        [&PYTHON[..], &[(".pre-commit-config.yaml", hooks), renovate, ("package.json", "{\"dependencies\":{\"a\":\"1\"}}")]]
            .concat();
    assert!(!told("dependency-update-bot", "pip", &both).contains("pre-commit.ci"));
}

#[test]
fn a_configuration_that_an_action_names_is_about_its_languages() {
    let ci = "on: pull_request\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - uses: github/codeql-action/init@v4\n        with:\n          languages: python\n          config-file: .github/codeql/codeql-config.yml\n      - uses: github/codeql-action/analyze@v4\n";
    let files = [&PYTHON[..], &[(".github/workflows/ci.yml", ci), (".github/codeql/codeql-config.yml", "name: x\n")]].concat();
    let snapshot = Snapshot::in_memory(files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())));
    let terms = tollgate::terms::Terms::default();
    let facts = tollgate::facts::gather(&snapshot, Catalog::builtin(), &terms).expect("facts");
    let languages = facts.standings.iter().filter(|one| one.tool == "codeql").map(|one| one.language.as_str());
    assert_eq!(languages.collect::<Vec<_>>(), ["python"]);
}
